"""Codes of states in files: ISO 3166-1 alpha-3 and alpha-2, Correlates of War numbers and letters, into our PartyId."""

from collections.abc import Mapping
from functools import cache

from tocsin.measures.sources import rows

CODE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "iso3": ("iso3", "iso3c", "party"),
    "iso2": ("iso2", "iso2c", "country_code"),
    "cow_code": ("ccode", "cow_code", "cown"),
    "cow_abb": ("stateabb", "abb", "cow_abb", "cowc"),
}
"""By which header a column of codes is known. The header must tell: AUS is Australia to ISO, Austria to the others."""


def party_of(system: str, code: str) -> str:
    """The party that a code stands for; the code itself where it is not in our tables."""
    return _parties(system).get(
        code.upper() if system != "cow_code" else str(int(code)) if code.isdecimal() else code, code
    )


@cache
def _parties(system: str) -> dict[str, str]:
    if system == "iso3":
        return {}
    table = rows("capitals") if system == "iso2" else rows("cow_codes")
    return {row[system]: row["iso3"] for row in table}
