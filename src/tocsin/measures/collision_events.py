"""Made-up events that engage a duty, generated from what its own condition asks: kind, victim, place, facts.

They are tests of the texts. That an event names a state says nothing about what that state does or intends.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple, get_args

import msgspec
from msgspec import Struct

from tocsin.charter.duties import DutyReport, Finding, duties, find
from tocsin.charter.model import Duty
from tocsin.charter.predicates import Event, Predicate
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.measures.collision_places import region_of
from tocsin.terms import EventKind, EventObject, PartyId, Region

HYPOTHETICAL = "HYPOTHETICAL: a test of the texts, no statement about what any state does."
ENGAGED = ("triggered", "awaiting", "standing")
FACTS_MAX = 5
OUTSIDER = "XZZ"
"""An invented state that belongs to no alliance, as the attacker where any outsider will do."""

KINDS: tuple[EventKind, ...] = get_args(EventKind)
REGIONS: tuple[Region, ...] = get_args(Region)
OBJECTS: tuple[EventObject, ...] = get_args(EventObject)


class Asked(Struct, frozen=True):
    """What a duty's condition and exclusions ask about."""

    kinds: tuple[EventKind, ...]
    facts: tuple[str, ...]
    regions: tuple[Region, ...]
    objects: tuple[EventObject, ...]
    fields: frozenset[str]
    parties: frozenset[str]
    """parties and groups that conditions name"""


def asked_by(duty: Duty, snapshot: Snapshot) -> Asked:
    """Everything that could make a difference to this duty, the areas it uses included."""
    conditions = [condition for condition in (duty.when, *(part.if_ for part in duty.unless)) if condition is not None]
    leaves = [leaf for condition in conditions for leaf in _leaves(condition, snapshot)]
    wanted = [leaf for leaf in _leaves(duty.when, snapshot) if leaf.field == "kind"] if duty.when else []
    kinds = {value for leaf in wanted for value in _values(leaf)}
    named = {
        value for leaf in leaves if leaf.field in ("victim", "attacker", "territory_of") for value in _values(leaf)
    }
    return Asked(
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        facts=tuple(dict.fromkeys(leaf.fact for leaf in leaves if leaf.fact)),
        regions=tuple(one for one in REGIONS if any(one in _values(leaf) for leaf in leaves if leaf.field == "region")),
        objects=tuple(one for one in OBJECTS if any(one in _values(leaf) for leaf in leaves if leaf.field == "object")),
        fields=frozenset(leaf.field for leaf in leaves if leaf.field),
        parties=frozenset(named | {leaf.group for leaf in leaves if leaf.group} | {*duty.bearer, *duty.request_by}),
    )


def _leaves(condition: Predicate, snapshot: Snapshot) -> Iterator[Predicate]:
    if condition.area and condition.area in snapshot.areas:
        yield from _leaves(snapshot.areas[condition.area].where, snapshot)
    elif condition.not_ is not None:
        yield from _leaves(condition.not_, snapshot)
    elif condition.all or condition.any:
        for part in (*condition.all, *condition.any):
            yield from _leaves(part, snapshot)
    else:
        yield condition


def _values(leaf: Predicate) -> tuple[str, ...]:
    return leaf.in_ or ((leaf.is_,) if isinstance(leaf.is_, str) else ())


def events(asked: Asked, victim: str, attacker: str, on: date) -> Iterator[Event]:
    """Candidates, the plainest first: on the victim's own land, then elsewhere; as few further facts as possible."""
    spots = list(_spots(asked, victim))
    kinds: tuple[EventKind, ...] = asked.kinds or ("armed attack",)
    for true, spot, kind in product(subsets(asked.facts), spots, kinds):
        somebody = kind not in ("disaster", "internal unrest")
        if not somebody and attacker != OUTSIDER:
            continue  # nobody attacks by a disaster, or from outside by unrest
        yield Event(
            kind=kind,
            victim=victim,
            attacker=attacker if somebody else "",
            external=somebody,
            overwhelmed=True if "overwhelmed" in asked.fields else None,
            requested_by=(victim,) if victim else None,
            facts={fact: fact in true for fact in asked.facts},
            on=on,
            says=HYPOTHETICAL,
            territory_of=spot.territory_of,
            region=spot.region,
            object=spot.object,
        )


def both_asked(first: Asked, second: Asked) -> Asked:
    """What two duties ask about together; only kinds that may trigger both."""
    kinds = tuple(kind for kind in first.kinds or second.kinds if kind in (second.kinds or first.kinds))
    return Asked(
        kinds=kinds,
        facts=tuple(dict.fromkeys((*first.facts, *second.facts))),
        regions=tuple(dict.fromkeys((*first.regions, *second.regions))),
        objects=tuple(dict.fromkeys((*first.objects, *second.objects))),
        fields=first.fields | second.fields,
        parties=first.parties | second.parties,
    )


def subsets(facts: Sequence[str]) -> list[tuple[str, ...]]:
    """Which facts could be so, the fewest first; of many facts only the first FACTS_MAX."""
    held = facts[:FACTS_MAX]
    return [part for size in range(len(held) + 1) for part in combinations(held, size)]


class _Spot(NamedTuple):
    """A place and what is hit there."""

    territory_of: str = ""
    region: Region | None = None
    object: EventObject | None = None


def _spots(asked: Asked, victim: str) -> Iterator[_Spot]:
    """The victim's own territory; then, where the duty speaks of regions or objects, international places."""
    if not victim:
        yield _Spot()
        return
    yield _Spot(victim, region_of(victim), "territory")
    for region in asked.regions:
        for thing in asked.objects:
            if thing != "territory":
                yield _Spot("international", region, thing)


def engaged(snapshot: Snapshot, duty: Duty, event: Event, party: str) -> bool:
    """Whether under the snapshot's readings the duty is triggered, or awaits a decision, and this party bears it."""
    found = find(snapshot, duty, event)
    return found.status in ENGAGED and found.awaiting != "request" and PartyId(party) in found.bearers


def snapshots_for(charter: Charter, duty: Duty, on: date, known: date | None) -> list[Snapshot]:
    """The day without a reading, then under each reading that the duty's rows or exclusions name."""
    own = [row for row in charter.document.duty if row.id == duty.id]
    named = dict.fromkeys(reading for row in own for reading in (row.reading, *(part.reading for part in row.unless)))
    plain = charter.as_of(on, known)
    return [plain, *(plain.under([reading]) for reading in named if reading in plain.all_readings)]


def verified(charter: Charter, event: Event, on: date, known: date | None, duty: str, party: str) -> list[Finding]:
    """The findings of the real `duties()` under which the party is engaged; empty: the event is no witness."""
    report = _report(charter, msgspec.json.encode(event), on, known)
    return [
        finding
        for answer in report.answers
        if answer.duty == duty
        for finding in answer.findings
        if finding.status in ENGAGED and finding.awaiting != "request" and party in finding.bearers
    ]


@lru_cache(maxsize=512)
def _report(charter: Charter, event: bytes, on: date, known: date | None) -> DutyReport:
    """The report, kept: an event is often the witness of several collisions."""
    return duties(charter, msgspec.json.decode(event, type=Event), on, known)


def toml(event: Event, about: str) -> str:
    """The event as a file that `tocsin duties --event` reads; marked as hypothetical in a remark and in `says`."""
    said = {field: value for field, value in msgspec.to_builtins(event).items() if value not in (None, "", {}, [])}
    facts = said.pop("facts", {})
    lines = [f"# {HYPOTHETICAL}", f"# {about}", "[event]"]
    for field, value in said.items():
        text = str(event.on) if field == "on" else msgspec.json.encode(value).decode()
        lines.append(f"{field} = {text}")
    if facts:
        lines.append(f"facts = {{ {', '.join(f'{name} = {str(value).lower()}' for name, value in facts.items())} }}")
    return "\n".join([*lines, ""])
