"""Judging a predicate on an event: yes, no, or unknown with the fields that are missing."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from tocsin.charter.model import Area
from tocsin.charter.predicates import Event, Predicate
from tocsin.terms import PartyId


class World(Protocol):
    """What a predicate may ask of the charter on the day."""

    @property
    def areas(self) -> Mapping[str, Area]: ...

    def group(self, name: str, roles: Mapping[str, tuple[PartyId, ...]]) -> frozenset[PartyId]: ...

    def roles_in(self, name: str) -> frozenset[str]: ...


class Truth(NamedTuple):
    """`value` is None where the event does not say enough; `missing` then names the fields.

    `because` holds the comparisons the answer turns on, in words, for the reader.
    """

    value: bool | None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


_FILLED_BY = {"requester": "requested_by"}
"""The field of an event that fills a role, where it has another name."""


def roles_of(event: Event) -> dict[str, tuple[PartyId, ...]]:
    """The roles an event fills: victim, attacker and those who asked."""
    roles: dict[str, tuple[PartyId, ...]] = {}
    if event.victim:
        roles["victim"] = (PartyId(event.victim),)
    if event.attacker:
        roles["attacker"] = (PartyId(event.attacker),)
    if event.requested_by:
        roles["requester"] = tuple(PartyId(party) for party in event.requested_by)
    return roles


def judge(predicate: Predicate, event: Event, world: World) -> Truth:
    """Three-valued: an unknown part matters only where the known parts do not decide."""
    if predicate.all:
        return _join([judge(part, event, world) for part in predicate.all], decisive=False)
    if predicate.any:
        return _join([judge(part, event, world) for part in predicate.any], decisive=True)
    if predicate.not_ is not None:
        inner = judge(predicate.not_, event, world)
        return inner if inner.value is None else Truth(not inner.value, inner.because)
    if predicate.area:
        return _in_area(predicate.area, event, world)
    if predicate.fact:
        value = event.facts.get(predicate.fact)
        return _known(value, f"facts.{predicate.fact}", f"{predicate.fact.replace('_', ' ')}: {_yes_no(value)}")
    return _compare(predicate, event, world)


def _join(parts: list[Truth], *, decisive: bool) -> Truth:
    decided = [part for part in parts if part.value is decisive]
    if decided:
        return Truth(decisive, decided[0].because)
    unknown = [part for part in parts if part.value is None]
    if unknown:
        return Truth(None, (), tuple(dict.fromkeys(field for part in unknown for field in part.missing)))
    return Truth(not decisive, tuple(dict.fromkeys(text for part in parts for text in part.because)))


def _in_area(name: str, event: Event, world: World) -> Truth:
    area = world.areas.get(name)
    if area is None:
        return Truth(False, (f"the scope '{name}' is not in force on the day",))
    inner = judge(area.where, event, world)
    if inner.value is None:
        return inner
    return Truth(inner.value, (f"{'within' if inner.value else 'outside'} {area.name}", *inner.because))


def _compare(predicate: Predicate, event: Event, world: World) -> Truth:
    name = predicate.field or "kind"
    value = getattr(event, name)
    if value is None or value == "":
        return Truth(None, (), (name,))
    if predicate.has is not None:
        other = getattr(event, predicate.has)
        return _known(None if not other else other in value, predicate.has, f"{_words(name)}: {_listed(value)}")
    if predicate.same_as is not None:
        other = getattr(event, predicate.same_as)
        return _known(None if not other else value == other, predicate.same_as, f"{_words(name)}: {value}")
    said = (f"{_words(name)}: {_listed(value)}",)
    if predicate.group:
        roles = roles_of(event)
        unfilled = sorted(_FILLED_BY.get(role, role) for role in world.roles_in(predicate.group) - roles.keys())
        if unfilled:
            return Truth(None, (), tuple(unfilled))
        members = world.group(predicate.group, roles)
        asked = value if isinstance(value, tuple) else (value,)
        inside = any(party in members for party in asked)
        return Truth(inside, (f"{said[0]} ({'among' if inside else 'not among'} the {predicate.group})",))
    if predicate.in_ is not None:
        return Truth(value in predicate.in_, said)
    return Truth(value == predicate.is_, said)


def _known(value: bool | None, field: str, because: str) -> Truth:
    return Truth(None, (), (field,)) if value is None else Truth(value, (because,))


def _words(field: str) -> str:
    return field.replace("_", " ")


def _listed(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "nobody"
    return _yes_no(value) if isinstance(value, bool) else str(value)


def _yes_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"
