"""An alliance on a day, as the measures need it."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.snapshot import Charter
from tocsin.states import state_name


class Alliance(NamedTuple):
    """Members on a day, sorted by code, with their English names."""

    id: str
    title: str
    hypothetical: bool
    on: date
    members: tuple[str, ...]
    names: Mapping[str, str]


class Coverage(Struct, frozen=True):
    """How many members the data covers, and which it does not."""

    members: int
    with_data: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.with_data} of {self.members}"


def alliance_on(charter: Charter, on: date) -> Alliance:
    """Members of a charter on a day, suspended ones included: they lose rights, not their forces."""
    snapshot = charter.as_of(on)
    members = tuple(sorted(snapshot.group("members")))
    about = charter.document.charter
    names: dict[str, str] = {party: snapshot.names.get(party) or state_name(party) or party for party in members}
    return Alliance(charter.id, about.title, about.hypothetical, on, members, names)


def coverage(alliance: Alliance, covered: Mapping[str, object]) -> Coverage:
    """Members beside the parties that have a value which is not None."""
    missing = tuple(party for party in alliance.members if covered.get(party) is None)
    return Coverage(len(alliance.members), len(alliance.members) - len(missing), missing)
