"""What a change is reckoned to cost, in points. docs/FORCES.md, part 9.

The prices that ship are a convention and have no source; a case may put its own in their place.
"""

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.files.disk import decode, read_bytes, resource_path
from tocsin.charter.files.loader import BYTES_MAX, convert, parse_toml
from tocsin.errors import ForcesError
from tocsin.forces.amend import gates_of
from tocsin.forces.arcs import ANYWHERE, hours, transit_to
from tocsin.forces.changes import (
    CapPercent,
    Change,
    Deadline,
    Extend,
    GateFrom,
    MandateLead,
    MoreAssets,
    MoreTonnes,
    NewPledge,
    Notice,
    OfferFrom,
    OneNation,
    OwnLift,
    TransitTime,
    kind_of,
)
from tocsin.forces.model import ChangeKind, ForceCase, Price, Unit

NOT_GIVEN_DAYS = 30
"""A permission that is not given counts as given so many days after the last deadline at its destination."""


class PriceFile(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The prices that ship."""

    price: tuple[Price, ...]


class Priced(NamedTuple):
    """The price of a change, and what it is made of: base + each x amount, in `measure`; nothing for no amount."""

    points: int
    base: int
    each: int
    amount: int
    measure: str


@cache
def prices() -> tuple[Price, ...]:
    """The prices that ship."""
    path = resource_path("data", "change_prices")
    text = decode(read_bytes(path, BYTES_MAX, ForcesError), path.name, ForcesError)
    return convert(parse_toml(text, path.name, ForcesError), PriceFile, text, path.name, ForcesError).price


def price_row(case: ForceCase, kind: ChangeKind, counted: str = "") -> Price:
    """The row that prices a kind of change: the case's before ours, one that says what is counted before one that
    does not. The last of equal ones."""
    fitting = [row for row in (*prices(), *case.price) if row.change == kind and row.counted in ("", counted)]
    own = [row for row in fitting if row in case.price]
    return max(own or fitting, key=lambda row: row.counted != "")


def price_of(change: Change, case: ForceCase, units: tuple[Unit, ...]) -> Priced:
    """What a change to these inputs costs. One that takes away, or makes worse, costs nothing."""
    kind = kind_of(change)
    if kind is None:
        return Priced(0, 0, 0, 0, "")
    counted = _counted(change, case)
    row = price_row(case, kind, counted)
    amount, measure = amount_of(change, case, units)
    if measure and amount <= 0:
        return Priced(0, row.base, row.each, 0, measure)
    return Priced(row.base + row.each * amount, row.base, row.each, amount, measure)


def amount_of(change: Change, case: ForceCase, units: tuple[Unit, ...]) -> tuple[int, str]:
    """How much of it, and in what; nothing and no measure for what is done or not."""
    by_id = {unit.id: unit for unit in units}
    match change:
        case TransitTime(unit=unit, destination=place, hours=taken):
            known = transit_to(by_id[unit], place)
            return (max(1, _last_deadline(case, place) - taken) if known is None else known - taken), "h"
        case OwnLift(unit=unit):
            return max(1, by_id[unit].lift_tonnes), "t"
        case MoreTonnes(tonnes=tonnes):
            return tonnes, "t"
        case MoreAssets(count=count, asset=asset):
            return count * max(row.tonnes for row in case.lift if row.asset.strip() == asset), "t"
        case Notice(unit=unit, hours=notice):
            return by_id[unit].notice_to_move_hours - notice, "h"
        case OfferFrom(unit=unit, from_=day):
            return ((by_id[unit].valid_from or case.case.activation) - day).days, "days"
        case Extend(unit=unit, until=until):
            last = until or _last_day(case)
            return (last - (by_id[unit].valid_until or last)).days, "days"
        case MandateLead(nation=nation, hours=lead):
            return max(row.lead_hours for row in case.mandate if row.nation == nation) - lead, "h"
        case GateFrom():
            return _gate_days(change, case), "days"
        case CapPercent(nation=nation, counted=counted, percent=percent):
            return percent - min(
                row.percent for row in case.cap if (row.nation, row.counted) == (nation, counted)
            ), "per cent"
        case OneNation(line=line, percent=percent):
            now = next(one.one_nation_percent for one in case.line if one.id == line)
            return (101 if percent is None else percent) - (101 if now is None else now), "per cent"
        case Deadline(line=line, hours=by):
            return by - next(one.in_place_by_hours for one in case.line if one.id == line), "h"
        case NewPledge(strength=strength):
            return strength, _counted(change, case)
        case _:
            return 0, ""


def _counted(change: Change, case: ForceCase) -> str:
    if not isinstance(change, NewPledge):
        return ""
    return case.counted[change.capability]


def _last_deadline(case: ForceCase, place: str) -> int:
    """The last hour by which a line at a destination must be in place."""
    return max((line.in_place_by_hours for line in case.line if place in (line.destination, ANYWHERE)), default=0)


def _last_day(case: ForceCase) -> date:
    """The day on which the last line has ended."""
    ends = max(line.ends_hours for line in case.line)
    return case.case.activation + timedelta(days=-(-ends // 24))


def not_given_until(case: ForceCase, place: str) -> date:
    """The day from which a permission that is not given is reckoned."""
    return case.case.activation + timedelta(days=-(-_last_deadline(case, place) // 24) + NOT_GIVEN_DAYS)


def _gate_days(change: GateFrom, case: ForceCase) -> int:
    """By how many days the latest of the rows is given earlier."""
    if change.from_ is None:
        return 0
    never = not_given_until(case, change.destination)
    zero = case.case.activation
    latest = max(hours(zero, gate.from_ or never) for gate in gates_of(change, case))
    return (latest - hours(zero, change.from_)) // 24
