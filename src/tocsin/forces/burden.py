"""What each nation bears of a package, against its fair share under named principles. docs/FORCES.md, part 12."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import get_args

from msgspec import Struct

from tocsin.errors import ForcesError, Problem
from tocsin.forces.model import ForceCase, Plan, Principle, Unit
from tocsin.terms import PartyId

PRINCIPLES: tuple[Principle, ...] = get_args(Principle)
PRINCIPLE_WORDS: dict[Principle, str] = {
    "capacity": "capacity to pay",
    "benefit": "benefit",
    "equal": "equal parts",
}
"""What a fair share is measured by, in words."""
PPM = 1_000_000


class Sent(Struct, frozen=True):
    """A nation's strength of what is counted, such as persons: sent, and in the inventory."""

    counted: str
    strength: int
    pledged: int


class Against(Struct, frozen=True, kw_only=True):
    """What a nation bears, against its fair share under one principle."""

    principle: Principle
    weight: int
    """its part of the sum of the nations' weights is its fair share"""
    fair_cents: int
    """its fair share, rounded down"""
    over_cents: int
    """what it bears beyond its fair share; below nothing where it bears less"""
    over_ppm: int | None
    """the same, in millionths of its fair share; none where that is nothing"""


class NationBurden(Struct, frozen=True, kw_only=True):
    """What one nation bears."""

    nation: PartyId
    units: int
    pledged_units: int
    strength: tuple[Sent, ...]
    lift_tonnes: int
    cost_cents: int
    cost_ppm: int
    """millionths of what the package costs"""
    against: tuple[Against, ...]


class Beyond(Struct, frozen=True):
    """What nations bear beyond their fair shares, all together: what the objective 'fairness' makes small."""

    principle: Principle
    cents: int
    ppm: int
    """millionths of what the package costs"""


class NotMeasured(Struct, frozen=True):
    """A principle for which the case does not say enough."""

    principle: Principle
    why: str


class Burden(Struct, frozen=True, kw_only=True):
    """What every nation of the inventory bears of a package, those that bear most first."""

    case: str
    hypothetical: bool
    digest: str
    cost_cents: int
    nations: tuple[NationBurden, ...]
    beyond: tuple[Beyond, ...]
    """one for each principle that is measured"""
    not_measured: tuple[NotMeasured, ...]


def weights(case: ForceCase, units: Iterable[Unit], principle: Principle) -> dict[PartyId, int]:
    """By nation of the inventory, in alphabetical order: its weight, of which a fair share is made.

    Raises ForcesError that names the nations of which the case does not say it, or says it twice.
    """
    nations = sorted({unit.nation for unit in units})
    if principle == "equal":
        return dict.fromkeys(nations, 1)
    rows = {share.nation: share.capacity if principle == "capacity" else share.benefit for share in case.share}
    times = Counter(share.nation for share in case.share)
    found: dict[PartyId, int] = {nation: rows.get(nation, 0) for nation in nations}
    if missing := [nation for nation in nations if nation not in rows]:
        said = f"there is no [[share]] of {', '.join(missing)}, whose units are in the inventory"
        raise _mistake(case, said, f"add one for each, with its {principle}; or choose another principle")
    if twice := [nation for nation in nations if times[nation] > 1]:
        raise _mistake(case, f"there is more than one [[share]] of {', '.join(twice)}", "remove the others")
    if nations and not sum(found.values()):
        said = f"the {principle} of {', '.join(nations)} is 0"
        raise _mistake(case, said, f"give at least one of them a {principle}; or choose another principle")
    return found


def beyond_shares(costs: Mapping[PartyId, int], weights: Mapping[PartyId, int]) -> int:
    """Cents that nations bear beyond their fair shares, all together: what the objective 'fairness' makes small.

    A nation's fair share is its part of the weights, times the whole cost. `weights` has every nation of `costs`.
    """
    whole, total = sum(weights.values()), sum(costs.values())
    beyond = sum(max(0, whole * costs.get(nation, 0) - weight * total) for nation, weight in weights.items())
    return beyond // whole if whole else 0


def burden_of(plan: Plan, principles: Sequence[Principle] = PRINCIPLES) -> Burden:
    """The burden of a plan whose package is lawful; where the case does not measure a principle, it is told why."""
    measured, missing = dict[Principle, dict[PartyId, int]](), list[NotMeasured]()
    for principle in principles:
        try:
            measured[principle] = weights(plan.case, plan.units, principle)
        except ForcesError as error:
            missing.append(NotMeasured(principle, error.problems[0].found))
    costs = costs_of(plan)
    total = sum(costs.values())
    beyond = [(principle, beyond_shares(costs, weighed)) for principle, weighed in measured.items()]
    nations = [*_nations(plan, costs, measured)]
    return Burden(
        case=plan.case.case.id,
        hypothetical=plan.hypothetical,
        digest=plan.package.digest,
        cost_cents=total,
        nations=tuple(sorted(nations, key=lambda one: (-one.cost_cents, -one.units, one.nation))),
        beyond=tuple(Beyond(principle, cents, _ppm(cents, total) or 0) for principle, cents in beyond),
        not_measured=tuple(missing),
    )


def costs_of(plan: Plan) -> dict[PartyId, int]:
    """By nation of the inventory: what its assigned units cost, in cents."""
    costs = dict.fromkeys(sorted({unit.nation for unit in plan.units}), 0)
    by_id = {unit.id: unit for unit in plan.units}
    for one in plan.package.assignments:
        costs[by_id[one.unit].nation] += by_id[one.unit].cost_cents
    return costs


def _nations(
    plan: Plan, costs: Mapping[PartyId, int], measured: Mapping[Principle, Mapping[PartyId, int]]
) -> Iterator[NationBurden]:
    counted = plan.case.counted
    sent = {one.unit for one in plan.package.assignments}
    pledged: dict[PartyId, list[Unit]] = {}
    for unit in plan.units:
        pledged.setdefault(unit.nation, []).append(unit)
    total = sum(costs.values())
    for nation, cost in costs.items():
        units = [unit for unit in pledged[nation] if unit.id in sent]
        yield NationBurden(
            nation=nation,
            units=len(units),
            pledged_units=len(pledged[nation]),
            strength=tuple(_strength(pledged[nation], sent, counted)),
            lift_tonnes=sum(unit.lift_tonnes for unit in units),
            cost_cents=cost,
            cost_ppm=_ppm(cost, total) or 0,
            against=tuple(
                _against(principle, weighed[nation], sum(weighed.values()), cost, total)
                for principle, weighed in measured.items()
            ),
        )


def _strength(pledged: Iterable[Unit], sent: set[str], counted: Mapping[str, str]) -> Iterator[Sent]:
    sums: dict[str, tuple[int, int]] = {}
    for unit in pledged:
        strength, offered = sums.get(counted[unit.capability], (0, 0))
        more = unit.strength if unit.id in sent else 0
        sums[counted[unit.capability]] = (strength + more, offered + unit.strength)
    for name, (strength, offered) in sorted(sums.items()):
        yield Sent(name, strength, offered)


def _against(principle: Principle, weight: int, whole: int, cost: int, total: int) -> Against:
    fair = Fraction(weight * total, whole)
    return Against(
        principle=principle,
        weight=weight,
        fair_cents=int(fair),
        over_cents=cost - int(fair),
        over_ppm=_ppm(cost - fair, fair),
    )


def _ppm(part: Fraction | int, whole: Fraction | int) -> int | None:
    """Millionths of a whole, rounded; None of nothing."""
    return round(Fraction(part) * PPM / whole) if whole else None


def _mistake(case: ForceCase, found: str, fix: str) -> ForcesError:
    return ForcesError(
        [Problem(f"the case '{case.case.id}'", 0, "share", found, "one for every nation of the inventory", fix)]
    )
