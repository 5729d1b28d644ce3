"""A change as one would ask for it, in words. docs/FORCES.md, part 9."""

from tocsin.forces.amend import gates_of
from tocsin.forces.arcs import tag_form
from tocsin.forces.changes import (
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
)
from tocsin.forces.model import ForceCase, Unit
from tocsin.forces.wording import many


def words(change: Change, case: ForceCase, units: tuple[Unit, ...]) -> str:
    """What somebody is asked for. The inputs are those before the change, and have what it speaks of."""
    match change:
        case TransitTime() | OwnLift() | Notice() | OfferFrom() | Extend() | Rotate():
            return _of_a_unit(change, next(unit for unit in units if unit.id == change.unit))
        case MoreTonnes(tonnes=tonnes, leaves_hours=hour):
            return f"find {tonnes:,} t of lift that leaves at hour {hour}"
        case MoreAssets(count=count, asset=asset):
            rows = [row for row in case.lift if row.asset.strip() == asset]
            hours = ", ".join(str(row.leaves_hours) for row in rows)
            at = f"hour {hours}" if len(rows) == 1 else f"each of the hours {hours}"
            return f"find {count:,} more of the asset '{asset}', of {max(row.tonnes for row in rows):,} t, at {at}"
        case DropCaveat(nation=nation, tag=tag):
            hard = [one for unit in units if unit.nation == nation for one in unit.caveats if one.hard]
            sources = sorted({one.source for one in hard if tag_form(one.tag) == tag_form(tag) and one.source})
            seen = f" ({'; '.join(sources)})" if sources else ""
            return f"ask {nation} to drop its caveat '{tag}'{seen}"
        case MandateLead(nation=nation, hours=hours):
            now = max(one.lead_hours for one in case.mandate if one.nation == nation)
            return f"ask {nation} for its mandate by hour {hours:,} instead of {now:,}"
        case MandateOpen(nation=nation):
            until = ", ".join(str(one.until) for one in case.mandate if one.nation == nation and one.until)
            return f"ask {nation} for a mandate that does not end on {until}"
        case CapPercent(nation=nation, counted=counted, percent=percent):
            now = min(one.percent for one in case.cap if (one.nation, one.counted) == (nation, counted))
            return f"ask {nation} to send up to {percent} % of its {counted} instead of {now} %"
        case NewPledge(nation=nation, capability=capability, strength=strength):
            counted = case.counted[capability]
            return f"find a new pledge of {strength:,} {counted} of {capability}, for example by {nation}"
        case Without(nation=nation):
            gone = sum(unit.nation == nation for unit in units)
            return f"do without {nation}: {many(gone, 'unit')} gone"
        case _:
            return _of_the_case(change, case)


def _of_a_unit(change: TransitTime | OwnLift | Notice | OfferFrom | Extend | Rotate, unit: Unit) -> str:
    asked = f"ask {unit.nation}"
    match change:
        case TransitTime(destination=place, hours=hours):
            return f"{asked} whether {unit.id} can be at '{place}' within {hours:,} h of leaving, which nobody said"
        case OwnLift():
            return f"{asked} to bring {unit.id} by its own means, {unit.lift_tonnes:,} t"
        case Notice(hours=hours):
            return f"{asked} to have {unit.id} ready in {hours:,} h instead of {unit.notice_to_move_hours:,}"
        case OfferFrom(from_=day):
            return f"{asked} to offer {unit.id} from {day} instead of {unit.valid_from or 'activation'}"
        case Extend(until=until):
            return f"{asked} to offer {unit.id} until {until or 'further notice'} instead of {unit.valid_until}"
        case Rotate():
            return f"{asked} to relieve {unit.id} in place, which alone lasts {unit.endurance_days:,} days"


def _of_the_case(change: GateFrom | GateOpen | OneNation | Deadline, case: ForceCase) -> str:
    match change:
        case GateFrom() | GateOpen():
            return _of_a_gate(change, case)
        case OneNation(line=line, percent=percent):
            now = next(one.one_nation_percent for one in case.line if one.id == line)
            may = f"up to {percent} %" if percent is not None else "as much as it can"
            return f"let one nation give {may} of {line} instead of {'all' if now is None else f'{now} %'}"
        case Deadline(line=line, hours=hours):
            now = next(one.in_place_by_hours for one in case.line if one.id == line)
            return f"have {line} in place by hour {hours:,} instead of {now:,}"


def _of_a_gate(change: GateFrom | GateOpen, case: ForceCase) -> str:
    gates = gates_of(change, case)
    asked = f"ask {change.given_by or 'whoever gives it'} for {change.kind} for '{change.destination}'"
    if isinstance(change, GateOpen):
        return f"{asked} that does not end on {', '.join(str(gate.until) for gate in gates if gate.until)}"
    if change.from_ is None:
        return f"do without {change.kind} for '{change.destination}'"
    begins = sorted({str(gate.from_) for gate in gates if gate.from_ and gate.from_ > change.from_})
    if any(gate.from_ is None for gate in gates):
        begins.append("not at all")
    return f"{asked} from {change.from_} instead of {', '.join(begins)}"
