"""What a page says, and in which language: its texts and labels, each with the language that stands around it."""

import gettext
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"meta", "link", "input", "br", "hr", "img", "col", "wbr"}
LABELS = ("aria-label", "aria-description", "title", "placeholder", "data-label", "alt", "label")
QUIET = {"script", "style", "time", "code", "pre", "textarea"}
"""Elements whose text is none of the interface's: data, or written by people."""
OPEN, CLOSE = "⟦", "⟧"
_MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Piece(NamedTuple):
    """A text of a page, or a label that stands in an attribute."""

    text: str
    language: str
    where: str
    """The elements around it."""


class Said(HTMLParser):
    """A page's pieces."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._open: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        language = said.get("lang", self._open[-1][1] if self._open else "")
        where = tag + (f".{said['class']}" if "class" in said else "") + (f"#{said['id']}" if "id" in said else "")
        around = f"{self._open[-1][2]} {where}" if self._open else where
        self.pieces += [Piece(said[name], language, f"{around}@{name}") for name in LABELS if said.get(name)]
        if tag not in VOID:
            self._open.append((tag, language, around))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while any(tag == one for one, _, _ in self._open) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open and not QUIET & {tag for tag, _, _ in self._open}:
            self.pieces.append(Piece(" ".join(data.split()), self._open[-1][1], self._open[-1][2]))


class Marked(gettext.NullTranslations):
    """A language in which every text of the interface is itself between brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


def unmarked(pieces: Iterable[Piece], data: Iterable[str]) -> Iterator[Piece]:
    """Pieces with words that stand outside of all brackets and are neither English by their mark nor data."""
    names = sorted({one for one in data if one}, key=len, reverse=True)
    known = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in names)) if names else None
    for piece in pieces:
        if piece.language == "en":
            continue
        rest, before = piece.text, ""
        while rest != before:
            before, rest = rest, _MARKED.sub(" ", rest)
        # Code within a text cuts it in pieces.
        rest = re.sub(f"{OPEN}[^{CLOSE}]*$|^[^{OPEN}]*{CLOSE}", " ", rest)
        rest = known.sub(" ", rest) if known is not None else rest
        if _WORD.search(rest):
            yield piece._replace(text=f"{piece.text}  →  {' '.join(rest.split())}")
