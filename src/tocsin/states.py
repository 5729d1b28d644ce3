"""ISO 3166-1 alpha-3 codes and short English names, kept in data/states.csv and read on first use.

The codes are public facts; the names are our own short ones and say nothing about anybody's status. A few
withdrawn codes are kept, because dissolved states were parties to treaties.

The numbers of ISO 3166-1, by which maps name their shapes, are in data/state_numbers.csv: of current codes alone, read
from the territory aliases of Unicode CLDR, the number in use where a state has had several.
"""

import csv
from functools import cache
from importlib.resources import files


def state_name(code: str) -> str | None:
    """The short English name of a current or withdrawn ISO 3166-1 alpha-3 code; None for any other text."""
    return _names().get(code)


def is_state(code: str) -> bool:
    """Whether ISO 3166-1 assigns, or once assigned, this alpha-3 code. Territories have codes as well."""
    return code in _names()


def state_codes() -> tuple[str, ...]:
    """All codes, current ones first, each part in alphabetical order."""
    return tuple(_names())


def state_number(code: str) -> str | None:
    """The number of a current ISO 3166-1 alpha-3 code, three digits as text; None for any other text."""
    return _numbers().get(code)


@cache
def _numbers() -> dict[str, str]:
    table = files("tocsin").joinpath("data/state_numbers.csv").read_text(encoding="utf-8")
    return {row["code"]: row["number"] for row in csv.DictReader(table.splitlines())}


@cache
def _names() -> dict[str, str]:
    table = files("tocsin").joinpath("data/states.csv").read_text(encoding="utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(table.splitlines())}
