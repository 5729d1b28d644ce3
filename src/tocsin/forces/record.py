"""A plan against what was sent: line by line, day by day, and why they can differ. docs/FORCES.md, part 14."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tocsin.forces.model import Plan, RequirementLine, Unit
from tocsin.forces.record_days import History, Span
from tocsin.forces.record_model import OFFICIAL, Asked, Beside, Milestone, Offer, Record, Sighting, Sourced
from tocsin.forces.unpublished import units_sent, unpublished_words
from tocsin.terms import WEAK_CLASSES, PartyId

DifferenceKind = Literal["first", "all", "quantity", "not seen", "not planned"]
"""First day and day of all: days by which the record is later than the plan, negative where it is sooner. Quantity:
what was sent beyond the plan, negative where it is less. The others: what a nation was planned for, or seen with."""
ReasonKind = Literal["asked", "offered later", "notice", "transit", "lift", "inferred", "not told", "sources differ"]

REASON_WORDS: dict[ReasonKind, str] = {
    "asked": "what was asked, or by when, was not published and is modelled",
    "offered later": "the contribution was published after the decision",
    "notice": "notice to move was not published and is planned as none",
    "transit": "the time on the way was not published and is planned as none",
    "lift": "lift was not published and is not modelled",
    "inferred": "figures of the offer are inferred from what was published",
    "not told": "seen without a number",
    "sources differ": "sources differ; the range holds all accounts",
}
"""Why a plan from published contributions can differ from what was sent, in the order in which it is told."""

_UNSET: dict[str, ReasonKind] = {
    "notice_to_move_hours": "notice",
    "transit_hours": "transit",
    "lift_tonnes": "lift",
}


class Told(Struct, frozen=True):
    """A statement that rests on the press or on a weaker source."""

    about: str
    seen_as: str
    source: str


class NationCompared(Struct, frozen=True):
    """What one nation was planned to give of a line, and the most that was seen of it on one day."""

    nation: PartyId
    planned: int
    seen: bool
    seen_least: int
    seen_most: int | None
    """none where it was only seen without a number"""


class DayCompared(Struct, frozen=True):
    """What was planned to be in place on a day, and what was seen."""

    day: int
    """days after the decision"""
    date: date
    planned: int
    seen_least: int
    seen_most: int | None
    """none where some of it was seen without a number"""


class Difference(Struct, frozen=True):
    """Where record and plan part: the record less the plan, in days or in what the line counts."""

    kind: DifferenceKind
    least: int
    most: int | None
    """none where it is not told"""
    nation: str = ""


class Reason(Struct, frozen=True):
    """Why they can differ, and whom or what it is about."""

    kind: ReasonKind
    who: tuple[str, ...]
    says: str


class LineCompared(Struct, frozen=True, kw_only=True):
    """One requirement line: what was asked, what is planned, and what was sent."""

    line: str
    counted: str
    required: int
    asked: tuple[Asked, ...]
    """where the line's figures come from; `modelled` names what nobody published"""
    planned: int
    sent_least: int
    """the most that was surely in place on one day"""
    sent_most: int | None
    """the most on a day for which a number was told; none where there is no such day"""
    planned_first_day: int | None
    seen_first_day: int | None
    """the first day on which any of it may have been there"""
    seen_first_day_by: int | None
    """the day by which some of it surely was"""
    planned_all_day: int | None
    seen_all_day: int | None
    """the first day on which what was sent may have been all there, by what was told in numbers"""
    seen_all_day_by: int | None
    """the day by which it surely was"""
    nations: tuple[NationCompared, ...]
    days: tuple[DayCompared, ...]
    """from the decision to the last day of which anything is known"""
    offers: tuple[Offer, ...]
    """where the figures of the units that are planned come from"""
    seen: tuple[Sighting, ...]
    """what was seen, in order of day"""
    differences: tuple[Difference, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Comparison(Struct, frozen=True, kw_only=True):
    """A plan from published contributions against the record. The plan was made up afterwards, in any case."""

    hypothetical: bool
    case: str
    title: str
    operation: str
    decisions: str
    """the recorded case of its decisions, if there is one"""
    activation: date
    request: date | None
    statements: int
    weak: tuple[Told, ...]
    """what rests on secondary sources or on memory"""
    press: tuple[Told, ...]
    left_out: tuple[str, ...]
    """units that were offered and are not planned with, because their figures are no official ones"""
    lines: tuple[LineCompared, ...]
    milestones: tuple[Milestone, ...]
    beside: tuple[Beside, ...]
    """what was published and is not counted"""
    unpublished: str
    """of how many units that are planned which figures were not published"""
    digest: str
    """of the package that is compared"""


def compare(plan: Plan, record: Record, left_out: Sequence[str] = ()) -> Comparison:
    """The plan's package against the record of the same case."""
    about, stated = plan.case.case, record.statements()
    known = [about.activation, *(one.on for one in record.seen), *(one.on for one in record.milestone)]
    known += [about.activation + timedelta(hours=one.in_place_from_hours) for one in plan.package.assignments]
    return Comparison(
        hypothetical=True,
        case=about.id,
        title=about.title,
        operation=record.record.title,
        decisions=record.record.decisions,
        activation=about.activation,
        request=min((one.on for one in record.milestone if one.kind == "request"), default=None),
        statements=len(stated),
        weak=tuple(_told(stated, WEAK_CLASSES)),
        press=tuple(_told(stated, {"press"})),
        left_out=tuple(left_out),
        lines=tuple(_line(plan, record, line, max(known)) for line in plan.case.line),
        milestones=tuple(sorted(record.milestone, key=lambda one: one.on)),
        beside=record.beside,
        unpublished=unpublished_words(units_sent(plan.units, plan.package)),
        digest=plan.package.digest,
    )


def official(units: Iterable[Unit], record: Record) -> tuple[Unit, ...]:
    """The units whose offer rests on an official text or statement, its strength not inferred."""
    offers = [one for one in record.offer if one.class_ in OFFICIAL and "strength" not in one.inferred]
    kept = {unit for one in offers for unit in one.units}
    return tuple(unit for unit in units if unit.id in kept)


def runs(
    days: Iterable[DayCompared], same: Callable[[DayCompared], object]
) -> Iterator[tuple[DayCompared, DayCompared]]:
    """(first, last) of every run of days of which this is the same."""
    for _, group in groupby(days, key=same):
        run = list(group)
        yield run[0], run[-1]


def _told(stated: Iterable[tuple[str, Sourced]], classes: Iterable[str]) -> Iterator[Told]:
    for about, one in stated:
        if one.class_ in classes:
            yield Told(about, one.class_, one.source)


def _line(plan: Plan, record: Record, line: RequirementLine, last: date) -> LineCompared:
    zero = plan.case.case.activation
    seen = sorted((one for one in record.seen if one.line == line.id), key=lambda one: one.on)
    history = History(seen)
    sent = [one for one in plan.package.assignments if one.line == line.id]
    arrivals = [(one.strength, one.in_place_from_hours // 24) for one in sent]
    days = tuple(_day(zero, number, arrivals, history) for number in range((last - zero).days + 1))
    height = _height([Span(day.seen_least, day.seen_most) for day in days])
    first = history.first()
    found = LineCompared(
        line=line.id,
        counted=plan.case.counted[line.capability],
        required=line.required,
        asked=tuple(one for one in record.asked if one.line == line.id),
        planned=sum(strength for strength, _ in arrivals),
        sent_least=height.least,
        sent_most=height.most,
        planned_first_day=min((day for _, day in arrivals), default=None),
        seen_first_day=None if first is None else (first[0] - zero).days,
        seen_first_day_by=None if first is None else (first[1] - zero).days,
        planned_all_day=max((day for _, day in arrivals), default=None),
        seen_all_day=next((day.day for day in days if 0 < height.least <= (day.seen_most or 0)), None),
        seen_all_day_by=next((day.day for day in days if 0 < height.least <= day.seen_least), None),
        nations=tuple(_nations(plan, line, history, days)),
        days=days,
        offers=tuple(one for one in record.offer if {*one.units} & {assigned.unit for assigned in sent}),
        seen=tuple(seen),
    )
    return replace(found, differences=tuple(_differences(found)), reasons=tuple(_reasons(found, zero)))


def _day(zero: date, number: int, arrivals: Iterable[tuple[int, int]], history: History) -> DayCompared:
    day = zero + timedelta(days=number)
    return DayCompared(
        number, day, sum(strength for strength, arrives in arrivals if arrives <= number), *history.whole(day)
    )


def _nations(
    plan: Plan, line: RequirementLine, history: History, days: Iterable[DayCompared]
) -> Iterator[NationCompared]:
    planned: dict[PartyId, int] = {}
    for one in plan.package.assignments:
        if one.line == line.id:
            planned[one.nation] = planned.get(one.nation, 0) + one.strength
    dates = [day.date for day in days]
    for nation in sorted({*planned, *history.nations}):
        least, most = _height([history.of(nation, day) for day in dates])
        yield NationCompared(nation, planned.get(nation, 0), nation in history.nations, least, most)


def _height(spans: Sequence[Span]) -> Span:
    """The most that surely was there on one day, and the most on a day with a number; none where no such day tells."""
    least = max((span.least for span in spans), default=0)
    numbers = [span.most for span in spans if span.most is not None]
    most = max(numbers, default=0)
    untold = len(numbers) < len(spans)
    return Span(least, None if untold and (most == 0 or most < least) else most)


def _differences(line: LineCompared) -> Iterator[Difference]:
    """What differs; nothing where the record has the same quantities of the same nations on the same days."""
    if line.planned_first_day is not None and line.seen_first_day is not None and line.seen_first_day_by is not None:
        first = line.planned_first_day
        yield from _apart("first", line.seen_first_day - first, line.seen_first_day_by - first)
    if line.planned_all_day is not None and line.seen_all_day is not None and line.seen_all_day_by is not None:
        last = line.planned_all_day
        yield from _apart("all", line.seen_all_day - last, line.seen_all_day_by - last)
    most = None if line.sent_most is None else line.sent_most - line.planned
    yield from _apart("quantity", line.sent_least - line.planned, most)
    for one in line.nations:
        if one.planned and not one.seen:
            yield Difference("not seen", one.planned, one.planned, one.nation)
        elif one.seen and not one.planned and one.seen_most != 0:
            yield Difference("not planned", one.seen_least, one.seen_most, one.nation)


def _apart(kind: DifferenceKind, least: int, most: int | None) -> Iterator[Difference]:
    if least or most != 0:
        yield Difference(kind, least, most)


def _reasons(line: LineCompared, zero: date) -> Iterator[Reason]:
    """Why this line can differ, each reason once, in their order."""
    found: dict[ReasonKind, list[str]] = {kind: [] for kind in REASON_WORDS}
    for asked in line.asked:
        found["asked"] += asked.modelled
    for offer in line.offers:
        if offer.published > zero:
            found["offered later"] += offer.units
        for field in offer.unset:
            if field in _UNSET:
                found[_UNSET[field]] += offer.units
        if offer.inferred:
            found["inferred"] += offer.units
        if offer.conflict:
            found["sources differ"] += offer.units
    for one in line.seen:
        if one.quantity is None:
            found["not told"].append(one.nation or "all together")
        if one.instead_of:
            found["sources differ"].append(f"{one.nation or 'all together'} on {one.on}")
    for kind, who in found.items():
        if who:
            yield Reason(kind, tuple(dict.fromkeys(who)), REASON_WORDS[kind])
