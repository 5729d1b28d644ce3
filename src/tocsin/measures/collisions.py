"""Where two alliances of the same party could ask for what does not go together, and in which event.

For each pair of duties a small set of events is generated from the fields their own conditions ask about, and
every event that is handed on was checked by the real `duties()`. A collision is a finding about texts: it says
neither that such an event is likely nor what anybody would do.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, permutations
from typing import NamedTuple

from msgspec.structs import replace

from tocsin.charter.conditions import judge
from tocsin.charter.model import Duty
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.measures.collision_events import (
    OUTSIDER,
    Asked,
    asked_by,
    both_asked,
    engaged,
    events,
    snapshots_for,
    subsets,
    toml,
    verified,
)
from tocsin.measures.collision_model import Collision, CollisionKind, DutyRef, Witness
from tocsin.measures.collision_places import region_of
from tocsin.measures.comparison_cells import class_of
from tocsin.measures.comparison_duties import borne_by, sort_of, tests_of
from tocsin.measures.comparison_words import party as party_name
from tocsin.terms import WEAK_CLASSES, EventKind, PartyId, SourceClass

REPRESENTATIVES_MAX = 8
_TIES = re.compile(r"alliance|agreement|engagement|clash")
"""Facts about being tied elsewhere: a ban on them meets also a power of another alliance, not only its duties."""
_ORDER: tuple[CollisionKind, ...] = (
    "opposite sides", "help against a ban", "duty against a limit", "two calls at once",
)  # fmt: skip


class Side(NamedTuple):
    """A duty with all that is needed to try events on it."""

    charter: Charter
    snapshots: list[Snapshot]
    duty: Duty
    asked: Asked

    @property
    def plain(self) -> Snapshot:
        return self.snapshots[0]


class Found(NamedTuple):
    """Two duties and the events that engage them: one for both, or one for each."""

    kind: CollisionKind
    first: Side
    second: Side
    events: tuple[Event, ...]


def collisions(
    charters: Iterable[Charter], *, on: date, known: date | None = None, party: str = ""
) -> tuple[Collision, ...]:
    """Collisions between each two of the charters, for one party or for all that belong to both.

    Parties that stand alike in both charters are tried once and listed together. Sorted by kind.
    """
    found: list[Collision] = []
    for a, b in combinations(list(charters), 2):
        common = a.as_of(on, known).group("everyone") & b.as_of(on, known).group("everyone")
        if party:
            common &= {PartyId(party)}
        if common:
            found.extend(_between(_Pair(a, b, on, known), sorted(common)))
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.kind), _weight(one))))


def _weight(one: Collision) -> tuple[int, str, str]:
    """Duties before powers, then by name."""
    return [one.first.modality, one.second.modality].count("power"), one.first.charter, one.second.charter


class _Pair:
    """Two charters on a day, and the events tried on them."""

    def __init__(self, a: Charter, b: Charter, on: date, known: date | None) -> None:
        self.on, self.known = on, known
        self.sides = {charter.id: _sides(charter, on, known) for charter in (a, b)}
        self.plain = {charter.id: charter.as_of(on, known) for charter in (a, b)}
        self._tried: dict[tuple[object, ...], Event | None] = {}

    def engaging(
        self, side: Side, victim: str, attacker: str, party: str, kinds: tuple[EventKind, ...] = ()
    ) -> Event | None:
        """The plainest event, of these kinds, under which the party bears this duty; None where no candidate is one."""
        key = (side.charter.id, side.duty.id, victim, attacker, party, kinds)
        if key not in self._tried:
            candidates = events(replace(side.asked, kinds=kinds or side.asked.kinds), victim, attacker, self.on)
            self._tried[key] = next((event for event in candidates if _holds(side, event, party)), None)
        return self._tried[key]

    def classes(self, parties: Iterable[str], asked: Asked) -> list[str]:
        """One party for each way in which the two charters tell parties apart; at most REPRESENTATIVES_MAX."""
        found: dict[tuple[object, ...], str] = {}
        for one in sorted(parties):
            found.setdefault(self.signature(one, asked), one)
        return list(found.values())[:REPRESENTATIVES_MAX]

    def signature(self, one: str, asked: Asked) -> tuple[object, ...]:
        """Whatever could make the charters treat a party otherwise than another."""
        groups = sorted(asked.parties)
        member = tuple(PartyId(one) in snapshot.group(name) for snapshot in self.plain.values() for name in groups)
        standing = tuple(
            (held.status, held.overlays) if (held := snapshot.standings.get(PartyId(one))) else None
            for snapshot in self.plain.values()
        )
        return member, standing, region_of(one) if asked.regions else None, one in groups


def _holds(side: Side, event: Event, party: str) -> bool:
    return any(engaged(snapshot, side.duty, event, party) for snapshot in side.snapshots)


def _sides(charter: Charter, on: date, known: date | None) -> list[Side]:
    plain = charter.as_of(on, known)
    return [
        Side(charter, snapshots_for(charter, duty, on, known), duty, asked_by(duty, plain))
        for duty in plain.duties.values()
    ]


def _between(pair: _Pair, common: Sequence[PartyId]) -> Iterator[Collision]:
    asked = None
    for side in (side for sides in pair.sides.values() for side in sides):
        asked = side.asked if asked is None else both_asked(asked, side.asked)
    if asked is None:
        return
    alike: dict[tuple[object, ...], list[PartyId]] = {}
    for one in common:
        alike.setdefault(pair.signature(one, asked), []).append(one)
    merged: dict[tuple[str, ...], tuple[Found, list[PartyId]]] = {}
    for parties in alike.values():
        for found in _for_party(pair, parties[0]):
            first, second = found.first, found.second
            key = (found.kind, first.charter.id, first.duty.id, second.charter.id, second.duty.id)
            merged.setdefault(key, (found, []))[1].extend(parties)
    for found, parties in merged.values():
        if told := _told(pair, found, parties):
            yield told


def _for_party(pair: _Pair, party: str) -> Iterator[Found]:
    a, b = ([side for side in sides if _may_bear(side, party)] for sides in pair.sides.values())
    for first, second in ((x, y) for x in a for y in b):
        if _is_help(first) and _is_help(second):
            if found := _opposite(pair, first, second, party):
                yield found
            if found := _both(pair, first, second, party):
                yield found
    for helpers, bans in permutations((a, b)):
        for ban in bans:
            if ban.duty.modality == "prohibition":
                yield from _banned(pair, helpers, ban, party)


def _may_bear(side: Side, party: str) -> bool:
    """Whether some event could make the party bear the duty, under some reading."""
    return any(borne_by(snapshot, side.duty, PartyId(party)) for snapshot in side.snapshots)


def _is_help(side: Side) -> bool:
    return side.duty.modality in ("duty", "power") and sort_of(side.duty, side.plain) == "help"


def _must(*sides: Side) -> bool:
    return any(side.duty.modality == "duty" for side in sides)


def _opposite(pair: _Pair, first: Side, second: Side, party: str) -> Found | None:
    """Help for one against another, and help for that other against the one."""
    if not _must(first, second):
        return None
    a, b = first.plain.group("everyone"), second.plain.group("everyone")
    asked = both_asked(first.asked, second.asked)
    if not asked.kinds and first.asked.kinds and second.asked.kinds:
        return None
    # Those who belong to one alliance only come first: between parties of both the question is an inner one.
    victims = [*pair.classes(a - b - {PartyId(party)}, asked), *pair.classes(a & b - {PartyId(party)}, asked)]
    others = [*pair.classes(b - a - {PartyId(party)}, asked), *pair.classes(a & b - {PartyId(party)}, asked)]
    for victim in victims:
        for other in others:
            if victim == other:
                continue
            one = pair.engaging(first, victim, other, party, asked.kinds)
            two = pair.engaging(second, other, victim, party, asked.kinds) if one else None
            if one and two:
                return Found("opposite sides", first, second, (one, two))
    return None


def _both(pair: _Pair, first: Side, second: Side, party: str) -> Found | None:
    """One event that calls on the party in both alliances."""
    if first.duty.modality != "duty" or second.duty.modality != "duty":
        return None
    asked = both_asked(first.asked, second.asked)
    if not asked.kinds and (first.asked.kinds or second.asked.kinds):
        return None
    shared = first.plain.group("everyone") & second.plain.group("everyone") - {PartyId(party)}
    for victim in pair.classes(shared, asked):
        for one, other in ((first, second), (second, first)):
            if event := _with_facts(pair, one, other, victim, party, asked.kinds):
                return Found("two calls at once", first, second, (event,))
    return None


def _with_facts(
    pair: _Pair, side: Side, other: Side, victim: str, party: str, kinds: tuple[EventKind, ...] = ()
) -> Event | None:
    """The plainest event that engages `side` and, with as few of the other's facts taken as so as possible, both."""
    plain = pair.engaging(side, victim, OUTSIDER, party, kinds)
    if plain is None:
        return None
    for true in subsets(tuple(fact for fact in other.asked.facts if not plain.facts.get(fact))):
        facts = dict.fromkeys(other.asked.facts, False) | plain.facts | dict.fromkeys(true, True)
        event = replace(plain, facts=facts)
        if _holds(side, event, party) and _holds(other, event, party):
            return event
    return None


def _banned(pair: _Pair, helpers: Iterable[Side], ban: Side, party: str) -> Iterator[Found]:
    """Helping that another alliance forbids: force against its party, or a tie or deed that a fact stands for."""
    about_force = "attacker" in ban.asked.fields
    ties = any(_TIES.search(fact) for fact in ban.asked.facts)
    for helper in sorted(helpers, key=lambda side: side.duty.modality != "duty"):
        if not _is_help(helper) or not (_must(helper) or (ties and not about_force)):
            continue
        found = _force(pair, helper, ban, party) if about_force else _limit(pair, helper, ban, party)
        if found:
            yield found
            return  # a ban is told once an alliance, by its first duty that meets it


def _force(pair: _Pair, helper: Side, ban: Side, party: str) -> Found | None:
    asked = both_asked(helper.asked, ban.asked)
    a, b = helper.plain.group("everyone"), ban.plain.group("everyone")
    mine = {PartyId(party)}
    # Where force against anybody is forbidden, no state need be named: an outsider comes first.
    others = [OUTSIDER, *pair.classes(b - a - mine, asked), *pair.classes((a & b) - mine, asked)]
    for victim in [*pair.classes(a - b - mine, asked), *pair.classes((a & b) - mine, asked)]:
        for other in others:
            if victim == other:
                continue
            one = pair.engaging(helper, victim, other, party)
            two = pair.engaging(ban, other, party, party) if one else None
            if one and two:
                return Found("help against a ban", helper, ban, (one, two))
    return None


def _limit(pair: _Pair, helper: Side, ban: Side, party: str) -> Found | None:
    a, b, mine = helper.plain.group("everyone"), ban.plain.group("everyone"), {PartyId(party)}
    asked = both_asked(helper.asked, ban.asked)
    for victim in [*pair.classes(a - b - mine, asked), *pair.classes((a & b) - mine, asked)]:
        if event := _with_facts(pair, helper, ban, victim, party):
            return Found("duty against a limit", helper, ban, (event,))
    return None


def _told(pair: _Pair, found: Found, parties: Sequence[PartyId]) -> Collision | None:
    """The collision, once `duties()` itself confirms that its events engage both duties; None where it does not.

    The first of the parties is the one that the events were made for.
    """
    bearer = parties[0]
    sides = (found.first, found.second)
    names = [_examples(pair, found, bearer), _names(pair)]
    made = found.events if len(found.events) == 2 else found.events * 2
    witnesses = []
    for side, event, name in zip(sides, made, names, strict=True):
        held = verified(side.charter, event, pair.on, pair.known, side.duty.id, bearer)
        if not held:
            return None
        witnesses.append(
            Witness(
                charter=side.charter.id,
                duty=side.duty.id,
                event=event,
                says=event_words(event, name),
                toml=toml(event, f"Engages {' and '.join(_both_names(found, side))}."),
                awaiting=held[0].awaiting,
                readings=tuple(finding.readings for finding in held),
            )
        )
    refs = [_ref(side) for side in sides]
    return Collision(
        kind=found.kind,
        parties=tuple(sorted(parties)),
        bearer=bearer,
        first=refs[0],
        second=refs[1],
        says=_sentence(found, witnesses, _names(pair)(bearer)),
        witnesses=tuple(witnesses),
        avoided_by=tuple(_ways_out(pair, sides, made)),
        weak=_weak(sides),
    )


def _both_names(found: Found, side: Side) -> list[str]:
    sides = (found.first, found.second) if len(found.events) == 1 else (side,)
    return [f"'{one.duty.id}' of {one.charter.id}" for one in sides]


def _names(pair: _Pair) -> Callable[[str], str]:
    def name(code: str) -> str:
        said = [party_name(snapshot, code) for snapshot in pair.plain.values()]
        return next((one for one in said if one != code), "the outsider" if code == OUTSIDER else code)

    return name


def _examples(pair: _Pair, found: Found, bearer: str) -> Callable[[str], str]:
    """Names for the first mention: a party that only stands for others alike is told as an example of them."""
    plain = _names(pair)
    asked = both_asked(found.first.asked, found.second.asked)
    everyone = frozenset[PartyId]().union(*(snapshot.group("everyone") for snapshot in pair.plain.values()))

    def name(code: str) -> str:
        if code == OUTSIDER:
            return "an outsider"
        own = pair.signature(code, asked)
        alike = any(pair.signature(one, asked) == own for one in everyone - {PartyId(bearer), PartyId(code)})
        if code == bearer or not alike:
            return plain(code)
        of = " and ".join(name for name, snapshot in pair.plain.items() if snapshot.belongs(code))
        return f"a party of {of} (such as {plain(code)})"

    return name


def _ref(side: Side) -> DutyRef:
    duty = side.duty
    return DutyRef(
        charter=side.charter.id,
        duty=duty.id,
        title=duty.title,
        modality=duty.modality,
        clause=duty.clause,
        source_class=side.plain.source_class(duty),
        means=duty.means,
        limits=duty.limits,
    )


def _sentence(found: Found, witnesses: Sequence[Witness], bearer: str) -> str:
    """'Suppose …': what each charter would then say to the bearer."""
    verb = {"duty": "asks", "power": "lets", "permission": "lets", "prohibition": "forbids"}
    first, second = found.first, found.second
    opening = f"Suppose {witnesses[0].says}. {first.charter.id} {verb[first.duty.modality]} {bearer}"
    says = f"{opening}: {_lower(first.duty.title)}."
    match found.kind:
        case "opposite sides":
            then = f"{second.charter.id} {verb[second.duty.modality]} it: {_lower(second.duty.title)}"
            return f"{says} Suppose also {witnesses[1].says}. {then}."
        case "help against a ban":
            return f"{says} Were that help {witnesses[1].says}, {second.charter.id} says: {_lower(second.duty.title)}."
        case "duty against a limit":
            return f"{says} {second.charter.id} says: {_lower(second.duty.title)}."
        case "two calls at once":
            return f"{says} {second.charter.id} asks it too: {_lower(second.duty.title)}."


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def event_words(event: Event, name: Callable[[str], str]) -> str:
    """A made-up event in words: what, by whom, on whom, where, and what further facts it takes to be so."""
    kind = event.kind or "event"
    words = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    words += f" by {name(event.attacker)}" if event.attacker else ""
    words += f" on {name(event.victim)}" if event.victim else ""
    if event.territory_of and event.territory_of != event.victim:
        words += f" ({event.object or 'something'} in {event.region or event.territory_of})"
    true = [fact.replace("_", " ") for fact, value in event.facts.items() if value]
    return words + (f", taken as so: {', '.join(true)}" if true else "")


def _ways_out(pair: _Pair, sides: Sequence[Side], made: Sequence[Event]) -> Iterator[str]:
    """Own means, limits, and the exclusions that could speak in these events: by a reading, or by a further fact."""
    for side, event in zip(sides, made, strict=True):
        if side.duty.means == "own choice" and side.duty.modality != "prohibition":
            yield f"{side.charter.id}: each chooses its own means"
        if side.duty.limits:
            yield f"{side.charter.id}: {side.duty.limits}"
        for part in side.duty.unless:
            if part.reading:
                holds = judge(part.if_, event, pair.plain[side.charter.id]).value is True
                under = f" (reading {part.reading})"
            else:
                holds, under = any(test.fact for test in tests_of(part.if_)), ""
            if holds:
                yield f"{side.charter.id}, unless: {part.why}{under}"


def _weak(sides: Sequence[Side]) -> dict[str, SourceClass]:
    """Weak clauses of both, by 'charter clause'."""
    found: Mapping[str, SourceClass] = {
        f"{side.charter.id} {side.duty.clause}": max(
            (side.plain.source_class(side.duty), class_of(side.plain, side.duty.clause)),
            key=lambda seen: seen in WEAK_CLASSES,
        )
        for side in sides
    }
    return {clause: seen for clause, seen in found.items() if seen in WEAK_CLASSES}
