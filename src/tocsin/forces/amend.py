"""Making a change: the case and the inventory as they would be. docs/FORCES.md, part 9.

What is not there cannot be changed, and a change that changes nothing is a mistake: both are told with what is there.
"""

from collections.abc import Callable, Iterable
from typing import NoReturn

from msgspec.structs import replace

from tocsin.errors import ForcesError, Problem
from tocsin.forces.arcs import hours, tag_form
from tocsin.forces.changes import (
    COUNT_MAX,
    CapPercent,
    Change,
    Deadline,
    DropCaveat,
    Extend,
    GateFrom,
    GateOpen,
    MandateLead,
    MandateOpen,
    MoreAssets,
    MoreTonnes,
    NewPledge,
    Notice,
    OfferFrom,
    OneNation,
    OwnLift,
    Rotate,
    TransitTime,
    Without,
    nearest,
    written,
)
from tocsin.forces.model import ForceCase, Gate, Lift, Mandate, RequirementLine, Unit
from tocsin.forces.wording import some

Inputs = tuple[ForceCase, tuple[Unit, ...]]
LIFT_ROWS_MAX = 60
KNOWN_MAX = 20


def apply(change: Change, case: ForceCase, units: tuple[Unit, ...]) -> Inputs:
    """The case and the inventory once the change is made.

    Raises ForcesError where it speaks of what is not there, or where all is so already.
    """
    match change:
        case MoreTonnes() | MoreAssets():
            return replace(case, lift=_lift(change, case)), units
        case MandateLead() | MandateOpen():
            return replace(case, mandate=_mandates(change, case)), units
        case GateFrom() | GateOpen():
            return replace(case, gate=_gates(change, case)), units
        case CapPercent():
            return _capped(change, case), units
        case OneNation() | Deadline():
            return _line_changed(change, case), units
        case NewPledge():
            return case, (*units, _pledged(change, case, units))
        case DropCaveat() | Without():
            return case, _nations_units(change, units)
        case _:
            return case, _unit_changed(change, case, units)


def refuse(change: Change, field: str, found: str, accepted: str = "", fix: str = "") -> NoReturn:
    """Raises ForcesError that says which change is wrong, and what would be right."""
    raise ForcesError([Problem(" ".join(written(change)), 0, field, found, accepted, fix)])


def _unknown(change: Change, what: str, name: str, known: Iterable[str]) -> NoReturn:
    names = list(dict.fromkeys(known))
    refuse(change, what, f"there is no {what} '{name}'", some(names, KNOWN_MAX) or "none", nearest(name, names))


def _lift(change: MoreTonnes | MoreAssets, case: ForceCase) -> tuple[Lift, ...]:
    """The rows of lift. More of an asset: at every hour at which it leaves. More tonnes: a row of their own."""
    if isinstance(change, MoreTonnes):
        if len(case.lift) >= LIFT_ROWS_MAX:
            most = f"at most {LIFT_ROWS_MAX} rows of lift"
            refuse(change, "lift", f"the case has {len(case.lift)} rows already", most)
        return (*case.lift, Lift(leaves_hours=change.leaves_hours, tonnes=change.tonnes))
    if change.asset not in {row.asset.strip() for row in case.lift}:
        _unknown(change, "asset", change.asset, (row.asset for row in case.lift if row.asset))
    rows = [
        replace(row, count=row.count + change.count) if row.asset.strip() == change.asset else row for row in case.lift
    ]
    if any(row.count > COUNT_MAX for row in rows):
        refuse(change, "count", "these are too many", f"at most {COUNT_MAX:,} of an asset in all")
    return tuple(rows)


def _mandates(change: MandateLead | MandateOpen, case: ForceCase) -> tuple[Mandate, ...]:
    if change.nation not in {mandate.nation for mandate in case.mandate}:
        _unknown(change, "nation with a mandate", change.nation, (mandate.nation for mandate in case.mandate))
    fresh = {"lead_hours": change.hours} if isinstance(change, MandateLead) else {"until": None}
    rows = tuple(replace(row, **fresh) if row.nation == change.nation else row for row in case.mandate)
    _must_differ(change, rows, case.mandate)
    return rows


def _gates(change: GateFrom | GateOpen, case: ForceCase) -> tuple[Gate, ...]:
    concerned = gates_of(change, case)
    if not concerned:
        known = (f"{gate.kind} for {gate.destination} by {gate.given_by}" for gate in case.gate)
        _unknown(change, "permission", f"{change.kind} for {change.destination}", known)
    rows = tuple(_gate(change, gate) if gate in concerned else gate for gate in case.gate)
    _must_differ(change, rows, case.gate)
    return rows


def gates_of(change: GateFrom | GateOpen, case: ForceCase) -> list[Gate]:
    """The rows that a change of a permission speaks of."""
    return [
        gate
        for gate in case.gate
        if (gate.kind, gate.destination) == (change.kind, change.destination) and change.given_by in ("", gate.given_by)
    ]


def _gate(change: GateFrom | GateOpen, gate: Gate) -> Gate:
    if isinstance(change, GateOpen):
        return replace(gate, until=None)
    if change.from_ is None:
        return replace(gate, from_=None)
    if gate.until is not None and gate.until <= change.from_:
        refuse(change, "date", f"the permission ends on {gate.until} already", f"a day before {gate.until}")
    return replace(gate, from_=change.from_ if gate.from_ is None else min(gate.from_, change.from_))


def _capped(change: CapPercent, case: ForceCase) -> ForceCase:
    kept = (change.nation, change.counted)
    if kept not in {(cap.nation, cap.counted) for cap in case.cap}:
        _unknown(
            change, "cap", f"{change.nation}:{change.counted}", (f"{cap.nation}:{cap.counted}" for cap in case.cap)
        )
    rows = tuple(replace(cap, percent=change.percent) if (cap.nation, cap.counted) == kept else cap for cap in case.cap)
    _must_differ(change, rows, case.cap)
    return replace(case, cap=rows)


def _line_changed(change: OneNation | Deadline, case: ForceCase) -> ForceCase:
    by_id = {line.id: line for line in case.line}
    if change.line not in by_id:
        _unknown(change, "line", change.line, by_id)
    line = by_id[change.line]
    if isinstance(change, OneNation):
        fresh = replace(line, one_nation_percent=change.percent)
    else:
        fresh = replace(line, in_place_by_hours=change.hours)
        if (most := deadline_max(case, line)) is not None and change.hours > most:
            found = "the line would last into the exit, or come later than the case promises"
            refuse(change, "hours", found, f"at most {most}")
    rows = tuple(fresh if one is line else one for one in case.line)
    _must_differ(change, rows, case.line)
    return replace(case, line=rows)


def deadline_max(case: ForceCase, line: RequirementLine) -> int | None:
    """The last hour by which a line may be in place: its end before the exit, and what the case promises; none: any."""
    about, most = case.case, []
    if about.until is not None:
        most.append(hours(about.activation, about.until) - 24 * (about.exit_days or 0) - 24 * line.sustain_days)
    if about.within_hours is not None:
        most.append(about.within_hours)
    return min(most, default=None)


def _pledged(change: NewPledge, case: ForceCase, units: tuple[Unit, ...]) -> Unit:
    codes = [capability.id for capability in case.capability]
    if change.capability not in codes:
        _unknown(change, "capability", change.capability, codes)
    return Unit(
        id=pledge_id(change, units),
        nation=change.nation,
        name=pledge_id(change, units),
        capability=change.capability,
        strength=change.strength,
        location="where it is needed",
        notice_to_move_hours=0,
        transit_hours={"any": 0},
        cost_cents=0,
        self_deploying=True,
        rotates=True,
    )


def pledge_id(change: NewPledge, units: Iterable[Unit]) -> str:
    """The id and the name of a new unit: one that nobody has."""
    taken = {unit.id for unit in units} | {unit.name for unit in units}
    plain = f"new-{change.nation}-{change.capability}"[:56]
    return next(
        name
        for number in range(1, len(taken) + 2)
        if (name := plain if number == 1 else f"{plain}-{number}") not in taken
    )


def _nations_units(change: DropCaveat | Without, units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    own = [unit for unit in units if unit.nation == change.nation]
    if not own:
        _unknown(change, "nation", change.nation, sorted({unit.nation for unit in units}))
    if isinstance(change, Without):
        return tuple(unit for unit in units if unit.nation != change.nation)
    hard = sorted({caveat.tag for unit in own for caveat in unit.caveats if caveat.hard})
    if tag_form(change.tag) not in map(tag_form, hard):
        _unknown(change, f"hard caveat of {change.nation}", change.tag, hard)
    return tuple(_without_caveat(unit, change.tag) if unit.nation == change.nation else unit for unit in units)


def _without_caveat(unit: Unit, tag: str) -> Unit:
    form = tag_form(tag)
    kept = tuple(caveat for caveat in unit.caveats if not (caveat.hard and tag_form(caveat.tag) == form))
    return unit if kept == unit.caveats else replace(unit, caveats=kept)


def _unit_changed(
    change: TransitTime | OwnLift | Notice | OfferFrom | Extend | Rotate, case: ForceCase, units: tuple[Unit, ...]
) -> tuple[Unit, ...]:
    by_id = {unit.id: unit for unit in units}
    if change.unit not in by_id:
        _unknown(change, "unit", change.unit, by_id)
    unit = by_id[change.unit]
    fresh = _UNIT_CHANGES[type(change)](change, case, unit)
    told = (figure for figure in unit.unset if getattr(fresh, figure) == getattr(unit, figure))
    fresh = replace(fresh, unset=tuple(told))  # what is changed is no longer a figure that nobody names
    if fresh == unit:
        refuse(change, "", "this is so already", "a change that changes something")
    return tuple(fresh if one is unit else one for one in units)


def _transit(change: TransitTime, case: ForceCase, unit: Unit) -> Unit:
    known = dict.fromkeys([*(line.destination for line in case.line), "any", *unit.transit_hours])
    if change.destination not in known:
        _unknown(change, "destination", change.destination, known)
    return replace(unit, transit_hours=unit.transit_hours | {change.destination: change.hours})


def _offer_from(change: OfferFrom, _: ForceCase, unit: Unit) -> Unit:
    if unit.valid_until is not None and unit.valid_until <= change.from_:
        refuse(change, "date", f"the offer ends on {unit.valid_until} already", f"a day before {unit.valid_until}")
    return replace(unit, valid_from=change.from_)


def _extend(change: Extend, _: ForceCase, unit: Unit) -> Unit:
    if change.until is not None and unit.valid_from is not None and change.until <= unit.valid_from:
        refuse(change, "date", f"the offer begins on {unit.valid_from}", f"a day after {unit.valid_from}")
    return replace(unit, valid_until=change.until)


_UNIT_CHANGES: dict[type, Callable[..., Unit]] = {
    TransitTime: _transit,
    OwnLift: lambda _, __, unit: replace(unit, self_deploying=True, lift_tonnes=0),
    Notice: lambda change, _, unit: replace(unit, notice_to_move_hours=change.hours),
    OfferFrom: _offer_from,
    Extend: _extend,
    Rotate: lambda _, __, unit: replace(unit, rotates=True),
}


def _must_differ(change: Change, fresh: tuple[object, ...], before: tuple[object, ...]) -> None:
    if fresh == before:
        refuse(change, "", "this is so already", "a change that changes something")
