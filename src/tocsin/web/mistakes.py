"""What msgspec finds wrong with a value, in words for people: they follow the name of the field."""

import re
from collections.abc import Callable
from typing import NamedTuple, get_args

from tocsin.alliance.commands import Name

KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
PATTERNS = {get_args(Name)[1].pattern: "a name without '/' and without signs that do not print"}


class Mistake(NamedTuple):
    """What is wrong, and what would be right where that is not a choice of words."""

    says: str
    accepted: str = ""


def in_words(said: str) -> Mistake:
    """A message of msgspec's, without its path. One that is not known stays as it is."""
    for pattern, words in _FORMS:
        if match := pattern.fullmatch(said):
            return words(match)
    return Mistake(f"cannot be read: {said}")


def _kind(told: str) -> str:
    """`int | null` as 'a whole number or null'."""
    return " or ".join(KINDS.get(part, part) for part in told.split(" | "))


def _length(match: re.Match[str]) -> Mistake:
    kind, sign, number = match["kind"], match["sign"], int(match["number"])
    unit = "letter" if kind.startswith("str") else "part"
    counted = f"{number:,} {unit}{'s' if number != 1 else ''}"
    if sign == "<=":
        return Mistake("is too long", f"at most {counted}")
    return Mistake("is empty" if number == 1 else "is too short", f"at least {counted}")


def _size(match: re.Match[str]) -> Mistake:
    is_most = match["sign"].startswith("<")
    return Mistake(
        f"is too {'large' if is_most else 'small'}", f"at {'most' if is_most else 'least'} {match['number']}"
    )


def _pattern(match: re.Match[str]) -> Mistake:
    pattern = match["pattern"].replace("\\\\", "\\")
    return Mistake("is not written as it must be", PATTERNS.get(pattern, f"text of the form {pattern}"))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Mistake]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"Object missing required field .*", lambda _: Mistake("is missing")),
        (r"Object contains unknown field .*", lambda _: Mistake("is no field that is known here")),
        (r"Invalid (?:enum )?value (?P<value>.*)", lambda match: Mistake(f"cannot be {match['value']}")),
        (r"Invalid RFC3339 encoded date", lambda _: Mistake("is no day", "a day such as 2031-05-04")),
        (
            r"Expected `(?P<kind>[^`]*)`, got `(?P<found>[^`]*)`",
            lambda match: Mistake(f"is {_kind(match['found'])}", _kind(match["kind"])),
        ),
        (r"Expected `(?P<kind>[^`]*)` of length (?P<sign>[<>]=) (?P<number>\d+)", _length),
        (r"Expected `[^`]*` (?P<sign>[<>]=) (?P<number>\S+)", _size),
        (r"Expected `[^`]*` matching regex '(?P<pattern>.*)'", _pattern),
    )
)
