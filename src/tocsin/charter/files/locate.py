"""Where a value stands in TOML text: `tomllib` gives no positions, so a small scanner finds them after an error.

The scanner expects text that `tomllib` has read; it reads keys and the outlines of values, never their meaning.
A path is made of keys and indices, such as ("membership", 3, "from") or ("duty", 0, "unless", 1, "if").
"""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from tocsin.errors import Problem

Path = tuple[str | int, ...]

PROBLEMS_MAX = 100

_BLANK = " \t\r\n"
_BARE_KEY_ENDS = " \t.=]}\r\n"
_BARE_VALUE_ENDS = ",]}#\r\n"
_QUOTES = ('"""', "'''", '"', "'")


class Mistake(NamedTuple):
    """One mistake in a document, not yet located. The words are those of `errors.Problem`."""

    path: Path
    found: str
    accepted: str = ""
    fix: str = ""


def locate(text: str, path: Path) -> int:
    """The line, counted from 1, on which the value at `path` is named; else that of its closest enclosing table."""
    lines = positions(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def readable(path: Path) -> str:
    """A path as the reader sees it: membership[3].from. Rows are counted from 0, in file order."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def located(mistakes: Iterable[Mistake], text: str, name: str) -> list[Problem]:
    """The mistakes as Problems of the file `name`, in file order; beyond 100 only their number is told."""
    found = [Problem(name, locate(text, mistake.path), readable(mistake.path), *mistake[1:]) for mistake in mistakes]
    found.sort(key=lambda problem: problem.line)
    if len(found) > PROBLEMS_MAX:
        more = f"{len(found) - PROBLEMS_MAX} more problems are not shown; mend these first"
        found[PROBLEMS_MAX:] = [Problem(name, 0, "", more)]
    return found


@lru_cache(maxsize=2)
def positions(text: str) -> Mapping[Path, int]:
    """The line of every key, table and list item. Text that is not TOML gives what was found up to there."""
    scanner = _Scanner(text)
    with suppress(IndexError, RecursionError, tomllib.TOMLDecodeError):
        scanner.document()
    return scanner.lines


class _Scanner:
    """A cursor over the text. Methods named after a thing leave the cursor just behind that thing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.rows: dict[Path, int] = {}

    def document(self) -> None:
        prefix: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)
            self.blank()

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: the path of the table it opens."""
        is_row = self.text.startswith("[[", self.at)
        self.at += 2 if is_row else 1
        keys = self.keys()
        self.at += 2 if is_row else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self.newest_row((*path, key))
        path = (*path, keys[-1])
        self.note(path)
        if not is_row:
            return path
        self.rows[path] = self.rows.get(path, 0) + 1
        path = self.newest_row(path)
        self.note(path)
        return path

    def newest_row(self, path: Path) -> Path:
        """A path through a list of tables continues in its newest row."""
        return (*path, self.rows[path] - 1) if path in self.rows else path

    def pair(self, prefix: Path) -> None:
        """`a.b = value`."""
        path = prefix
        for key in self.keys():
            path = (*path, key)
            self.note(path)
        self.at += 1  # the equals sign
        self.value(path)

    def keys(self) -> list[str]:
        """`a."b".c`, up to the equals sign or bracket."""
        found = []
        while True:
            self.blank()
            found.append(self.key())
            self.blank()
            if self.text[self.at] != ".":
                return found
            self.at += 1

    def key(self) -> str:
        start = self.at
        if self.text[start] in "\"'":
            self.string()
            return str(tomllib.loads(f"k = {self.text[start : self.at]}")["k"])
        while self.text[self.at] not in _BARE_KEY_ENDS:
            self.at += 1
        return self.text[start : self.at]

    def value(self, path: Path) -> None:
        self.blank()
        opening = self.text[self.at]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        elif opening in "\"'":
            self.string()
        else:
            self.at += 1
            while self.at < len(self.text) and self.text[self.at] not in _BARE_VALUE_ENDS:
                self.at += 1

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self.next_item("]"):
            self.note((*path, index))
            self.value((*path, index))
            index += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self.next_item("}"):
            self.pair(path)

    def next_item(self, closing: str) -> bool:
        """Step to the next item, or behind the closing bracket."""
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.blank()
        if self.text[self.at] == closing:
            self.at += 1
            return False
        return True

    def string(self) -> None:
        quote = next(quote for quote in _QUOTES if self.text.startswith(quote, self.at))
        end = self.at + len(quote)
        while not self.text.startswith(quote, end):
            if end >= len(self.text):
                raise IndexError
            end += 2 if self.text[end] == "\\" and quote[0] == '"' else 1
        end += len(quote)
        while len(quote) == 3 and self.text[end : end + 1] == quote[0]:
            end += 1  # up to two quotes may stand before the closing three
        self.line += self.text.count("\n", self.at, end)
        self.at = end

    def blank(self) -> None:
        """White space, line ends and comments."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = end if end >= 0 else len(self.text)
            elif self.text[self.at] in _BLANK:
                self.line += self.text[self.at] == "\n"
                self.at += 1
            else:
                return

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.line)
