"""The changes that could fill a line, each as small as makes a difference. docs/FORCES.md, part 9.

How soon, until when or from when is told apart only where some unit may then serve a line that it could not, or with
other lift. What can be had in any amount (lift, caps, the multinational rule, a pledge) is an `Amount`, not a level.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from msgspec.structs import replace

from tocsin.errors import ForcesError
from tocsin.forces.amend import apply, deadline_max
from tocsin.forces.arcs import ANYWHERE, Terms, Window, arc, hours, tag_form, terms_of, transit_to
from tocsin.forces.changes import (
    HOURS_MAX,
    Change,
    Deadline,
    DropCaveat,
    Extend,
    GateFrom,
    GateOpen,
    MandateLead,
    MandateOpen,
    Notice,
    OfferFrom,
    OwnLift,
    Rotate,
    TransitTime,
)
from tocsin.forces.model import ForceCase, ForcePackage, RequirementLine, RuleId, Unit
from tocsin.forces.prices import not_given_until, price_of
from tocsin.terms import PartyId

Pair = tuple[str, str]
"""A unit and a line, by id."""


class Level(NamedTuple):
    """A change, its price, and what it does to single units."""

    change: Change
    points: int
    gains: dict[Pair, Window]
    """Who may then serve what, with other hours than before or not before."""
    losses: frozenset[Pair]
    """Who may then not serve what, or not with the hours it had."""


class Question(NamedTuple):
    """A line that is short, and the units and lines that an answer may speak of."""

    case: ForceCase
    units: tuple[Unit, ...]
    line: RequirementLine
    terms: Terms
    free: tuple[Unit, ...]
    """The units that may be moved."""
    lines: tuple[RequirementLine, ...]
    """The lines that they may serve."""
    before: dict[Pair, Window | RuleId]
    """What single units may do as it is, where the capability fits."""

    @property
    def moves_all(self) -> bool:
        """Whether every unit may be moved, so that what is not found is not there."""
        return len(self.free) == len(self.units)

    @property
    def able(self) -> list[Unit]:
        """Those with the capability of the line."""
        return [unit for unit in self.free if unit.capability in self.terms.accepted[self.line.id]]


Moving = Literal["all", "near", "idle"]
"""Which units an answer may move: all; those that could serve the line; of these those that serve no other line."""


def question(
    case: ForceCase,
    units: tuple[Unit, ...],
    line_id: str,
    *,
    moving: Moving = "all",
    package: ForcePackage | None = None,
) -> Question:
    """What there is to ask about a line. The package says who serves another line, where only the idle may be moved."""
    terms = terms_of(case)
    codes = set(terms.accepted[line_id])
    free, lines = units, case.line
    if moving != "all":
        free = tuple(unit for unit in units if unit.capability in codes)
        lines = tuple(line for line in case.line if codes.intersection(terms.accepted[line.id]))
    if moving == "idle":
        busy = {one.unit for one in package.assignments if one.line != line_id} if package else set()
        free = tuple(unit for unit in free if unit.id not in busy)
        lines = (terms.lines[line_id],)
    before = {
        (unit.id, line.id): arc(terms, unit, line)
        for line in lines
        for unit in free
        if unit.capability in terms.accepted[line.id]
    }
    return Question(case, units, terms.lines[line_id], terms, free, lines, before)


def levels(asked: Question) -> list[Level]:
    """Every change of single arcs that concerns the line, from the cheapest of its kind on."""
    return [*_unit_levels(asked), *_nation_levels(asked), *_gate_levels(asked), *_deadline_levels(asked)]


def new_hours(asked: Question) -> tuple[int, ...]:
    """The last hours at which units that need lift could leave, where no lift leaves then.

    Of two hours of which every unit that could use the first could use the second, the second alone; and so where
    lift leaves at the second already. So no other hour fills what these do not.
    """
    windows = (unlifted(asked, unit, line) for unit in asked.free if not unit.self_deploying for line in asked.lines)
    open_ = sorted({(window.ready, window.leave_by) for window in windows if isinstance(window, Window)})
    kept = [_users(open_, hour) for hour in asked.terms.leaves]
    hoped = {leave_by: _users(open_, leave_by) for _, leave_by in open_ if 0 <= leave_by <= HOURS_MAX}
    found = []
    for hour, users in sorted(hoped.items(), key=lambda one: (-len(one[1]), one[0])):
        if hour not in asked.terms.leaves and not any(users <= others for others in kept):
            kept.append(users)
            found.append(hour)
    return tuple(sorted(found))


def _users(windows: list[tuple[int, int]], hour: int) -> set[int]:
    return {place for place, (ready, leave_by) in enumerate(windows) if ready <= hour <= leave_by}


def unlifted(asked: Question, unit: Unit, line: RequirementLine) -> Window | RuleId:
    """When a unit could leave for a line, were there lift at every hour."""
    return arc(asked.terms, replace(unit, self_deploying=True), line)


def _told_apart(
    asked: Question, changes: Iterable[Change], units: tuple[Unit, ...], lines: tuple[RequirementLine, ...]
) -> Iterator[Level]:
    """Of changes to these units and lines, those that let somebody serve, and of equal ones the cheapest."""
    priced = sorted(
        ((price_of(change, asked.case, units).points, place, change) for place, change in enumerate(changes)),
        key=lambda one: one[:2],
    )
    seen = set()
    for points, _, change in priced:
        try:
            case, changed = apply(change, asked.case, units)
        except ForcesError:  # it is so already, or cannot be
            continue
        terms = asked.terms if case is asked.case else terms_of(case)
        gains, losses = _differences(asked, terms, changed, lines)
        told = (frozenset((pair, window[-2:]) for pair, window in gains.items()), losses)
        if gains and told not in seen:
            seen.add(told)
            yield Level(change, points, gains, losses)


def _differences(
    asked: Question, terms: Terms, units: tuple[Unit, ...], lines: tuple[RequirementLine, ...]
) -> tuple[dict[Pair, Window], frozenset[Pair]]:
    gains: dict[Pair, Window] = {}
    losses = set()
    for line in lines:
        for unit in units:
            pair = (unit.id, line.id)
            if pair not in asked.before:
                continue
            old, new = asked.before[pair], arc(terms, unit, terms.lines[line.id])
            if isinstance(new, Window) and (isinstance(old, str) or new[-2:] != old[-2:]):
                gains[pair] = new
            if isinstance(old, Window) and not (isinstance(new, Window) and _holds(new, old)):
                losses.add(pair)
    return gains, frozenset(losses)


def _holds(new: Window, old: Window) -> bool:
    """Whether all lift that could be used before can be used now, or none is needed any more."""
    return new.first_lift < 0 or (0 <= new.first_lift <= old.first_lift and new.last_lift >= old.last_lift >= 0)


def _unit_levels(asked: Question) -> Iterator[Level]:
    for unit in asked.able:
        one = (unit,)
        lines = tuple(line for line in asked.lines if (unit.id, line.id) in asked.before)
        starts = _starts(asked, one, lines)
        days = _days(asked, starts)
        for changes in (
            _transits(asked, unit, lines),
            [OwnLift(unit=unit.id)],
            [Notice(unit=unit.id, hours=hour) for hour in starts if hour < unit.notice_to_move_hours],
            [OfferFrom(unit=unit.id, from_=day) for day in days if unit.valid_from and day < unit.valid_from],
            [Extend(unit=unit.id, until=day) for day in _ends(asked, unit, lines)],
            [Rotate(unit=unit.id)],
        ):
            yield from _told_apart(asked, changes, one, lines)


def _starts(asked: Question, units: Iterable[Unit], lines: Iterable[RequirementLine]) -> list[int]:
    """The hours at which it makes a difference that units are ready, latest first: lift leaves, or it is the last."""
    last = {line.in_place_by_hours - transit for unit in units for line in lines for transit in _transit(unit, line)}
    return sorted({hour for hour in (*asked.terms.leaves, *last, *_gate_ends(asked)) if hour >= 0}, reverse=True)


def _transit(unit: Unit, line: RequirementLine) -> list[int]:
    """What a unit takes to a line's destination, if anybody said it."""
    known = transit_to(unit, line.destination)
    return [] if known is None else [known]


def _gate_ends(asked: Question) -> list[int]:
    zero = asked.case.case.activation
    return [hours(zero, gate.until) for gate in asked.case.gate if gate.until is not None]


def _days(asked: Question, starts: Iterable[int]) -> list[date]:
    """The last days that begin by these hours."""
    return sorted({asked.case.case.activation + timedelta(days=hour // 24) for hour in starts}, reverse=True)


def _ends(asked: Question, unit: Unit, lines: Iterable[RequirementLine]) -> list[date]:
    """The days until which an offer must last for each of the lines."""
    if unit.valid_until is None:
        return []
    ends = {-(-line.ends_hours // 24) for line in lines}
    days = {asked.case.case.activation + timedelta(days=end) for end in ends}
    return sorted(day for day in days if day > unit.valid_until)


def _transits(asked: Question, unit: Unit, lines: Iterable[RequirementLine]) -> list[Change]:
    """How long an unknown way to the line may take: what leaves just then, or just after a permission, is in time."""
    place = asked.line.destination
    if place in unit.transit_hours or ANYWHERE in unit.transit_hours:
        return []
    there = [line.in_place_by_hours for line in lines if line.destination == place]
    zero = asked.case.case.activation
    begins = [hours(zero, gate.from_) for gate in asked.case.gate if gate.from_ is not None]
    leads = [mandate.lead_hours for mandate in asked.case.mandate if mandate.nation == unit.nation]
    offered = [] if unit.valid_from is None else [hours(zero, unit.valid_from)]
    ready = {*asked.terms.leaves, unit.notice_to_move_hours, *leads, *offered, *begins, *_gate_ends(asked)}
    taken = {by - hour for by in (*there, *begins) for hour in ready} | set(there)
    return [
        TransitTime(unit=unit.id, destination=place, hours=hour) for hour in sorted(taken, reverse=True) if hour >= 0
    ]


def _nation_levels(asked: Question) -> Iterator[Level]:
    for nation in sorted({unit.nation for unit in asked.able}):
        units = tuple(unit for unit in asked.free if unit.nation == nation)
        able = [unit for unit in units if unit.capability in asked.terms.accepted[asked.line.id]]
        tags = sorted({tag_form(one.tag): one.tag for unit in able for one in unit.caveats if one.hard}.values())
        yield from _told_apart(asked, [DropCaveat(nation=nation, tag=tag) for tag in tags], units, asked.lines)
        if nation in asked.terms.mandates:
            yield from _told_apart(asked, _mandates(asked, nation, units), units, asked.lines)
            yield from _told_apart(asked, [MandateOpen(nation=nation)], units, asked.lines)


def _mandates(asked: Question, nation: PartyId, units: Iterable[Unit]) -> list[Change]:
    latest = max(mandate.lead_hours for mandate in asked.terms.mandates[nation])
    starts = (hour for hour in _starts(asked, units, asked.lines) if hour < latest)
    return [MandateLead(nation=nation, hours=hour) for hour in starts]


def _gate_levels(asked: Question) -> Iterator[Level]:
    place = asked.line.destination
    lines = tuple(line for line in asked.lines if line.destination == place)
    gates = asked.terms.gates.get(place, ())
    for kind, giver in sorted({(gate.kind, gate.given_by) for gate in gates}):
        starts = _starts(asked, asked.free, lines)
        if kind != "transit permission":  # it must be there when the unit arrives
            taken = {transit for unit in asked.free for line in lines for transit in _transit(unit, line)}
            starts = [hour + transit for hour in starts for transit in taken]
        dates = [day for day in _days(asked, starts) if day <= not_given_until(asked.case, place)]
        changes = [GateFrom(kind=kind, destination=place, from_=day, given_by=giver) for day in dates]
        yield from _told_apart(asked, changes, asked.free, lines)
        yield from _told_apart(asked, [GateOpen(kind=kind, destination=place, given_by=giver)], asked.free, lines)


def _deadline_levels(asked: Question) -> Iterator[Level]:
    line, zero = asked.line, asked.case.case.activation
    gates = [hours(zero, gate.from_) for gate in asked.terms.gates.get(line.destination, ()) if gate.from_ is not None]
    found = set(gates)
    for unit in asked.able:
        leads = [mandate.lead_hours for mandate in asked.terms.mandates.get(unit.nation, ())]
        offered = [] if unit.valid_from is None else [hours(zero, unit.valid_from)]
        starts = (unit.notice_to_move_hours, *leads, *offered, *gates, *asked.terms.leaves)
        found |= {start + transit for transit in _transit(unit, line) for start in starts}
    most = min(HOURS_MAX, _most(deadline_max(asked.case, line)))
    changes = [Deadline(line=line.id, hours=by) for by in sorted(found) if line.in_place_by_hours < by <= most]
    yield from _told_apart(asked, changes, tuple(asked.able), (line,))


def _most(hour: int | None) -> int:
    return HOURS_MAX if hour is None else hour
