"""Cutting a treaty text into its articles by their headings, in the languages our instruments are written in."""

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

WORDS = (
    r"article|art\.?|artículo|articulo|artigo|articolo|artikel|artykuł|članak|madde|maddə|modda"
    r"|статья|стаття|артыкул|член|бап|հոդված|მუხლი|المادة"
)
"""'Article' in the languages of our instruments, for a pattern that ignores case."""

_NUMBER = r"(?:\d{1,3}(?:[ \t]?(?:bis|ter|quater)|[a-z])?|(?-i:[IVXLC]{1,8}))(?!\w)"
_FLAGS = re.MULTILINE | re.IGNORECASE
_WORD_FIRST = re.compile(rf"^[ \t#*_]*(?:{WORDS})[ \t]+({_NUMBER})(?![(,;])(.*)$", _FLAGS)
_NUMBER_FIRST = re.compile(rf"^[ \t#*_]*({_NUMBER})[-.]?[ \t]?(?:{WORDS})\b(?![(,;])(.*)$", _FLAGS)
_BARE = re.compile(r"^[ \t#*_]*(\d{1,3})[.)][ \t]+(\S.*)$", re.MULTILINE)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class Article(Struct, frozen=True):
    """One article: its number as printed, the rest of its heading line, and its place in the text.

    `start` and `end` count characters from the beginning of the text; the heading is included.
    """

    number: str
    heading: str
    start: int
    end: int


def split(text: str) -> tuple[Article, ...]:
    """The articles of a treaty text in order of place; empty where no heading is found.

    Where numbers begin anew (a table of contents, an annex) there are several runs of articles; a number that
    stands in more than one is taken from the longest run.
    """
    headings = sorted(_worded(text)) or list(_counted(text))
    runs: list[dict[str, Article]] = [{}]
    for (start, number, heading), (end, _, _) in pairwise([*headings, (len(text), "", "")]):
        if plain(number) in runs[-1]:
            runs.append({})
        runs[-1][plain(number)] = Article(number, heading, start, end)
    runs.sort(key=lambda run: sum(article.end - article.start for article in run.values()))
    chosen = {number: article for run in runs for number, article in run.items()}
    return tuple(sorted(chosen.values(), key=lambda article: article.start))


def plain(number: str) -> str:
    """A number for comparison: 'V' is '5', '5 bis' is '5bis', and '8(12)' is its article '8'."""
    found = re.match(rf"\W*(?:(?:{WORDS})\s+)?({_NUMBER})", number, re.IGNORECASE)
    said = re.sub(r"\s", "", found[1] if found else number).lower()
    return str(_arabic(said)) if said and set(said) <= _ROMAN.keys() else said


def _worded(text: str) -> Iterator[tuple[int, str, str]]:
    """Headings with a word for 'article'. A line that goes on in small letters is a reference, not a heading."""
    for pattern in (_WORD_FIRST, _NUMBER_FIRST):
        for match in pattern.finditer(text):
            rest = match[2].strip(" \t\r.:*_–—-")
            if not rest[:1].islower() and rest[:1] not in (",", ";"):
                yield match.start(), match[1], rest


def _counted(text: str) -> Iterator[tuple[int, str, str]]:
    """Headings that are only a number and a full stop, as long as they count 1, 2, 3."""
    expected = 1
    for match in _BARE.finditer(text):
        if int(match[1]) == expected:
            expected += 1
            yield match.start(), match[1], match[2].strip()


def _arabic(roman: str) -> int:
    values = [_ROMAN[letter] for letter in roman]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
