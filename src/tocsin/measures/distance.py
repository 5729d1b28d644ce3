"""Capital to capital.

Haversine formula: Sinnott, R. W. (1984), Virtues of the haversine, Sky and Telescope 68(2). Radius: mean radius R1 of
the earth, Moritz, H. (2000), Geodetic Reference System 1980, Journal of Geodesy 74(1). A sphere is within 0.6 % of the
ellipsoid.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from statistics import fmean
from typing import NamedTuple

from msgspec import Struct

from tocsin.measures.members import Alliance, Coverage, coverage
from tocsin.measures.sources import Source, rows, source

EARTH_RADIUS_KM = 6371.0088


class Place(NamedTuple):
    """A capital, in degrees north and east."""

    name: str
    lat: float
    lng: float


class Pair(Struct, frozen=True):
    """The distance of two capitals, in kilometres to the tenth."""

    a: str
    b: str
    km: float


class Reach(Struct, frozen=True, kw_only=True):
    """How far a member's capital is from those of the others; None without a capital or without others."""

    party: str
    name: str
    capital: str | None
    nearest: Pair | None
    farthest: Pair | None
    mean_km: float | None


class DistanceReport(Struct, frozen=True, kw_only=True):
    """`measures distances`: every pair, and each member's reach."""

    alliance: str
    title: str
    hypothetical: bool
    on: str
    coverage: Coverage
    nearest: Pair | None
    farthest: Pair | None
    mean_km: float | None
    members: tuple[Reach, ...]
    pairs: tuple[Pair, ...]
    sources: tuple[Source, ...]


def great_circle_km(a: Place, b: Place) -> float:
    """Distance of two places on a sphere with the earth's mean radius, in kilometres."""
    north, east = radians(b.lat - a.lat), radians(b.lng - a.lng)
    half = sin(north / 2) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def capitals() -> dict[str, Place]:
    """The shipped capitals by ISO 3166-1 alpha-3 code."""
    return {row["iso3"]: Place(row["capital"], float(row["lat"]), float(row["lng"])) for row in rows("capitals")}


def distances(alliance: Alliance, places: Mapping[str, Place] | None = None) -> DistanceReport:
    """All pairs of members whose capital is known. `places`: other capitals than the shipped ones."""
    known = capitals() if places is None else places
    there = [party for party in alliance.members if party in known]
    pairs = [Pair(a, b, round(great_circle_km(known[a], known[b]), 1)) for a, b in combinations(there, 2)]
    return DistanceReport(
        alliance=alliance.id,
        title=alliance.title,
        hypothetical=alliance.hypothetical,
        on=alliance.on.isoformat(),
        coverage=coverage(alliance, known),
        nearest=_least(pairs),
        farthest=_most(pairs),
        mean_km=_mean(pairs),
        members=tuple(_reach(party, alliance, known, pairs) for party in alliance.members),
        pairs=tuple(pairs),
        sources=(source("capitals"),),
    )


def _reach(party: str, alliance: Alliance, known: Mapping[str, Place], pairs: Iterable[Pair]) -> Reach:
    own = [Pair(party, one.b if one.a == party else one.a, one.km) for one in pairs if party in (one.a, one.b)]
    return Reach(
        party=party,
        name=alliance.names[party],
        capital=known[party].name if party in known else None,
        nearest=_least(own),
        farthest=_most(own),
        mean_km=_mean(own),
    )


def _least(pairs: Iterable[Pair]) -> Pair | None:
    return min(pairs, key=lambda one: one.km, default=None)


def _most(pairs: Iterable[Pair]) -> Pair | None:
    return max(pairs, key=lambda one: one.km, default=None)


def _mean(pairs: Iterable[Pair]) -> float | None:
    found = [one.km for one in pairs]
    return round(fmean(found), 1) if found else None
