"""The cheapest single change that fills a line, looked for without a solver. docs/FORCES.md, part 9.

Every change is tried in the order of its price, by repairing the package that stands. What fills the line is found;
that nothing cheaper would is for `forces/plan/concession.py` to prove.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, get_args

from tocsin.errors import ForcesError
from tocsin.forces.amend import LIFT_ROWS_MAX, apply
from tocsin.forces.changes import (
    COUNT_MAX,
    QUANTITY_MAX,
    CapPercent,
    Change,
    MoreAssets,
    MoreTonnes,
    NewPledge,
    OneNation,
    kind_of,
    written,
)
from tocsin.forces.levels import Level, Question, levels, new_hours
from tocsin.forces.model import ChangeKind, ForceCase, ForcePackage, Unit
from tocsin.forces.prices import price_of
from tocsin.forces.repair import Repair, floors_of
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

QUICK_MAX = 25
"""So many changes are tried where a solver follows."""


class Amount(NamedTuple):
    """A change that can be had in any amount up to a most; each costs the same."""

    at: Callable[[int], Change]
    most: int
    fixed: int
    each: int

    def points(self, amount: int) -> int:
        return self.fixed + self.each * amount


class Remedy(NamedTuple):
    """A change that fills a line, the inputs it makes, and a lawful package of them that shows it.

    Without a change: the package is another one of the same inputs.
    """

    change: Change | None
    points: int
    case: ForceCase
    units: tuple[Unit, ...]
    package: ForcePackage


class RemedySearch(NamedTuple):
    """What a search for the cheapest change came to, among packages that move the units the question lets move."""

    remedy: Remedy | None
    tried: int
    """How many changes it was looked for among; each amount of one counts as one."""
    proved: bool
    """Whether nothing cheaper does it; without a remedy: whether nothing at all does."""


def order(points: int, change: Change) -> tuple[int, int, str]:
    """Cheapest first; of equal ones by kind, then by what is written, by code point."""
    kind = kind_of(change)
    kinds = get_args(ChangeKind)
    return points, kinds.index(kind) if kind else len(kinds), written(change)[1]


def amounts(asked: Question) -> list[Amount]:
    """What could be had more of: lift, of a cap, of the multinational rule, of pledges."""
    found = [*_lift(asked), *_caps(asked), *_one_nation(asked), *_pledges(asked)]
    return [_priced(asked, at, most) for at, most in found if most > 0]


def is_remedy(
    asked: Question, package: ForcePackage, case: ForceCase, units: tuple[Unit, ...], new: ForcePackage
) -> bool:
    """Whether a package of changed inputs is lawful, fills the line, and is short of no more on any other line."""
    floors = floors_of(package)
    return not verify(case, units, new) and all(
        total.shortfall <= (0 if total.line == asked.line.id else floors[total.line]) for total in new.totals
    )


def tried(
    asked: Question, package: ForcePackage, *, quick: bool = False, over: Callable[[], bool] = lambda: False
) -> RemedySearch:
    """The cheapest change that a repair of the package finds to fill the line. There may be a cheaper one.

    `quick`: of what can be had in any amount pledges alone, and of the rest the cheapest. Nothing more is tried once
    it is `over`.
    """
    if again := _repaired(asked, package, None):  # another package of the same inputs fills it
        return RemedySearch(again, 0, proved=True)
    single, amounted = levels(asked), amounts(asked)
    everything = len(single) + len(amounted)
    best: Remedy | None = None
    for amount in amounted:
        if (quick and not isinstance(amount.at(1), NewPledge)) or over():
            continue
        least = _least(asked, package, amount)
        if least is not None and (best is None or _key(least) < _key(best)):
            best = least
    cheapest_first = sorted(single, key=lambda one: order(one.points, one.change))
    for level in cheapest_first[:QUICK_MAX] if quick else cheapest_first:
        if over() or (best is not None and order(level.points, level.change) > _key(best)):
            break
        if remedy := _repaired(asked, package, level.change, level):
            best = remedy
            break
    return RemedySearch(best, everything, proved=False)


def _key(remedy: Remedy) -> tuple[int, int, str]:
    assert remedy.change is not None
    return order(remedy.points, remedy.change)


def _repaired(
    asked: Question, package: ForcePackage, change: Change | None, level: Level | None = None
) -> Remedy | None:
    """The package repaired once the change is made; nothing where that does not fill the line."""
    case, units = asked.case, asked.units
    points = 0
    if change is not None:
        points = level.points if level else price_of(change, case, units).points
        try:
            case, units = apply(change, case, units)
        except ForcesError:
            return None
    repair = Repair(case, units, package, asked.line.id, asked.terms if case is asked.case else None)
    if not repair.is_filled:
        return None
    new = repair.package()
    return Remedy(change, points, case, units, new) if is_remedy(asked, package, case, units, new) else None


def _least(asked: Question, package: ForcePackage, amount: Amount) -> Remedy | None:
    """The least amount that fills the line; of a pledge what is missing."""
    if isinstance(amount.at(1), NewPledge):
        return _repaired(asked, package, amount.at(floors_of(package)[asked.line.id]))
    best = _repaired(asked, package, amount.at(amount.most))
    low, high = 1, amount.most
    while best is not None and low < high:
        middle = (low + high) // 2
        found = _repaired(asked, package, amount.at(middle))
        if found is None:
            low = middle + 1
        else:
            best, high = found, middle
    return best


def _priced(asked: Question, at: Callable[[int], Change], most: int) -> Amount:
    """An amount with its price, which grows by the same for each."""
    one, two = (price_of(at(many), asked.case, asked.units).points for many in (1, 2))
    return Amount(at, most, one - (two - one), two - one)


Offer = tuple[Callable[[int], Change], int]
"""A change by its amount, and the most there can be of it."""


def _lift(asked: Question) -> Iterator[Offer]:
    loads = sum(0 if unit.self_deploying else unit.lift_tonnes for unit in asked.units)
    if len(asked.case.lift) < LIFT_ROWS_MAX:
        for hour in sorted({*asked.terms.leaves, *new_hours(asked)}):
            yield _tonnes_at(hour), min(QUANTITY_MAX, loads)
    for asset in sorted({row.asset.strip() for row in asked.case.lift} - {""}):
        rows = [row for row in asked.case.lift if row.asset.strip() == asset]
        least = min((row.tonnes for row in rows if row.tonnes), default=0)
        if least:
            yield _more_of(asset), min(COUNT_MAX - max(row.count for row in rows), -(-loads // least))


def _tonnes_at(hour: int) -> Callable[[int], Change]:
    return lambda many: MoreTonnes(tonnes=many, leaves_hours=hour)


def _more_of(asset: str) -> Callable[[int], Change]:
    return lambda many: MoreAssets(count=many, asset=asset)


def _caps(asked: Question) -> Iterator[Offer]:
    counted = asked.terms.counted[asked.line.capability]
    nations = {unit.nation for unit in asked.able}
    kept: dict[PartyId, int] = {}
    for cap in asked.case.cap:
        if cap.counted == counted and cap.nation in nations:
            kept[cap.nation] = min(cap.percent, kept.get(cap.nation, 100))
    for nation, now in sorted(kept.items()):
        yield _capped_at(nation, counted, now), 100 - now


def _capped_at(nation: PartyId, counted: str, now: int) -> Callable[[int], Change]:
    return lambda many: CapPercent(nation=nation, counted=counted, percent=min(100, now + many))


def _one_nation(asked: Question) -> Iterator[Offer]:
    line, now = asked.line.id, asked.line.one_nation_percent
    if now is not None:
        yield lambda many: OneNation(line=line, percent=now + many if now + many <= 100 else None), 101 - now


def _pledges(asked: Question) -> Iterator[Offer]:
    most = min(QUANTITY_MAX, sum(line.required for line in asked.case.line))
    for nation in sorted({unit.nation for unit in asked.units}):
        yield _pledge_of(nation, asked.line.capability), most


def _pledge_of(nation: PartyId, capability: str) -> Callable[[int], Change]:
    return lambda many: NewPledge(nation=nation, capability=capability, strength=many)
