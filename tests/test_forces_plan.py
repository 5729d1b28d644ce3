"""A package is improved: always lawful, never worse, and as good as it is said to be."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.bench_forces import Size, instance
from tests.forces_instances import asked, battalion, instances
from tests.forces_oracle import Json, judge
from tests.forces_plan_brute import best, comes_to
from tocsin.errors import ForcesError
from tocsin.forces.explain import plan_of
from tocsin.forces.greedy import greedy
from tocsin.forces.model import ForceCase, ForcePackage, Lift, Objective, Search, Share, Unit
from tocsin.forces.plan import sift
from tocsin.forces.plan.budget import Budget, Progress
from tocsin.forces.plan.ground import ground_of, program_of
from tocsin.forces.plan.improve import improve
from tocsin.forces.plan.solve import relax
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

ALL: tuple[Objective, ...] = get_args(Objective)
ORDERS: list[tuple[Objective, ...]] = [order for many in range(1, 5) for order in permutations(ALL, many)]
LINE = asked().line[0]
MANY = Size(nations=8, units=100, lines=14)
"""Enough for every step of a search, and soon done."""


def improved(
    case: ForceCase,
    units: Sequence[Unit],
    objectives: Sequence[Objective] = ("shortfall", "cost"),
    budget: Budget | None = None,
) -> tuple[ForcePackage, Search]:
    start = greedy(case, units)
    return improve(case, units, start, objectives=objectives, fairness="equal", budget=budget or Budget())


def values_of(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> dict[Objective, int]:
    pairs = [(one.unit, one.line) for one in package.assignments]
    return comes_to(as_json(case), as_json(units), pairs)


def as_json(value: object) -> Any:  # noqa: ANN401  # plain JSON
    return msgspec.json.decode(msgspec.json.encode(value))


def broken(case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> object:
    """What either checker says."""
    plan = plan_of(case, units, package)
    found: Json = as_json(plan)
    return judge(found) or verify(case, units, package)


@given(instances(lines_max=6, units_max=14), st.sampled_from(ORDERS))
@settings(deadline=None)
def test_an_improved_package_is_lawful_and_no_worse_than_the_greedy_one(
    given_: tuple[ForceCase, tuple[Unit, ...]], objectives: tuple[Objective, ...]
) -> None:
    case, units = given_
    package, search = improved(case, units, objectives)
    assert not broken(case, units, package)
    before, after = values_of(case, units, greedy(case, units)), values_of(case, units, package)
    assert [after[name] for name in objectives] <= [before[name] for name in objectives]
    assert [(stage.objective, stage.greedy, stage.value) for stage in search.stages] == [
        (name, before[name], after[name]) for name in objectives
    ]


@given(instances(lines_max=2, units_max=5), st.sampled_from(ORDERS))
@settings(deadline=None)
def test_a_small_package_is_the_best_of_all_and_said_to_be(
    given_: tuple[ForceCase, tuple[Unit, ...]], objectives: tuple[Objective, ...]
) -> None:
    case, units = given_
    package, search = improved(case, units, objectives)
    after = values_of(case, units, package)
    assert [after[name] for name in objectives] == best(case, units, objectives)
    assert all(stage.proved and stage.bound == stage.value for stage in search.stages)


@given(instances(lines_max=2, units_max=5), st.integers(0, 3))
@settings(deadline=None)
def test_no_bound_is_above_the_best_of_all_wherever_a_search_is_stopped(
    given_: tuple[ForceCase, tuple[Unit, ...]], patience: int
) -> None:
    case, units = given_
    asked_times = iter(range(10**9))
    package, search = improved(case, units, ("shortfall",), Budget(stop=lambda: next(asked_times) >= patience))
    assert not broken(case, units, package)
    (least,) = best(case, units, ("shortfall",))
    (stage,) = search.stages
    assert stage.bound <= least <= stage.value


def test_where_shortfall_comes_first_no_unit_could_be_added() -> None:
    case, units = instance(MANY, 1)
    package, _ = improved(case, units, budget=Budget(nodes=1))
    held = [blocked.rule for line in plan_of(case, units, package).unfilled for blocked in line.blocked]
    assert held
    assert "free" not in held


def test_where_cost_comes_first_nothing_is_sent_and_every_unit_is_free() -> None:
    package, search = improved(asked(), (battalion("unit"),), ("cost", "shortfall"))
    assert package.assignments == ()
    assert [(stage.value, stage.proved) for stage in search.stages] == [(0, True), (10, True)]
    (line,) = plan_of(asked(), (battalion("unit"),), package).unfilled
    assert (line.rule, line.blocked[0].units) == ("free", ("unit",))


def test_a_unit_that_fills_nothing_stays_at_home() -> None:
    case = asked()
    units = (battalion("small", strength=4), battalion("large", strength=10, notice_to_move_hours=1))
    start = greedy(case, units)
    package, _ = improve(case, units, start, objectives=("shortfall", "cost"), fairness="equal", budget=Budget())
    assert len(start.assignments) == 2
    assert [one.unit for one in package.assignments] == ["large"]


def test_the_force_closes_earlier_where_that_is_asked() -> None:
    lift = (Lift(leaves_hours=10, tonnes=5), Lift(leaves_hours=30, tonnes=5))
    case = asked(lift=lift, line=(replace(LINE, required=5),))
    slow = battalion("a", self_deploying=False, lift_tonnes=6)
    fast = battalion("b", self_deploying=False, lift_tonnes=5, cost_cents=9)
    package, search = improved(case, (slow, fast), ("shortfall", "closure"))
    assert [one.unit for one in package.assignments] == ["b"]
    assert [(stage.greedy, stage.value, stage.proved) for stage in search.stages] == [(0, 0, True), (34, 14, True)]


def test_burdens_are_evened_out_by_capacity_to_pay() -> None:
    shares = (Share(nation=PartyId("XAA"), capacity=1), Share(nation=PartyId("XAB"), capacity=3))
    case = asked(share=shares)
    units = tuple(
        battalion(f"{nation}-{number}", nation=PartyId(nation), cost_cents=100 + number, strength=3)
        for nation in ("XAA", "XAB")
        for number in range(4)
    )
    start = greedy(case, units)
    package, search = improve(
        case, units, start, objectives=("shortfall", "fairness"), fairness="capacity", budget=Budget()
    )
    assert sorted(one.nation for one in package.assignments) == ["XAA", "XAB", "XAB", "XAB"]
    assert search.fairness == "capacity"
    with pytest.raises(ForcesError, match="XAA, XAB"):
        improve(asked(), units, greedy(asked(), units), objectives=("fairness",), fairness="benefit", budget=Budget())


def test_what_a_part_of_a_cent_would_make_unfair_is_no_bound_for_what_is_missing() -> None:
    alike = {"strength": 1, "nation": PartyId("XAC"), "cost_cents": 1}
    units = (battalion("a", **alike), battalion("b", **alike), battalion("c", capability="c", cost_cents=1))
    _, search = improved(asked(line=(replace(LINE, required=4),)), units, ("fairness", "shortfall"))
    assert [(stage.value, stage.bound, stage.proved) for stage in search.stages] == [(0, 0, True), (3, 3, True)]


def test_the_same_search_finds_the_same_package() -> None:
    case, units = instance(MANY, 2)
    first, second = (improved(case, units, budget=Budget(nodes=20)) for _ in range(2))
    assert first == second
    assert first[1].reproducible


def test_a_search_that_is_interrupted_keeps_its_best_and_says_that_it_is_not_reproducible() -> None:
    case, units = instance(MANY, 3)
    seen: list[Progress] = []

    def better() -> bool:
        return any(one.value is not None and one.value < seen[0].value for one in seen if seen[0].value is not None)

    package, search = improved(case, units, ("shortfall",), Budget(stop=better, told=seen.append))
    assert not broken(case, units, package)
    assert package.weighted_shortfall < greedy(case, units).weighted_shortfall
    assert not search.reproducible


def test_a_search_that_the_clock_ends_says_that_it_is_not_reproducible() -> None:
    case, units = instance(MANY, 3)
    ticks = iter(range(10**9))
    package, search = improved(case, units, budget=Budget(seconds=30, clock=lambda: float(next(ticks))))
    assert not broken(case, units, package)
    assert not search.reproducible


def test_a_search_without_time_proves_nothing_and_hands_out_what_is_lawful() -> None:
    case, units = instance(MANY, 3)
    package, search = improved(case, units, budget=Budget(stop=lambda: True))
    assert not broken(case, units, package)
    assert package.weighted_shortfall <= greedy(case, units).weighted_shortfall
    assert [(stage.bound, stage.proved) for stage in search.stages] == [(0, False), (0, False)]


def test_progress_is_told_in_the_numbers_of_the_objective() -> None:
    case, units = instance(MANY, 1)
    seen: list[Progress] = []
    _, search = improved(case, units, ("shortfall",), Budget(told=seen.append))
    (stage,) = search.stages
    assert {one.step for one in seen} >= {"relaxation", "annealing", "search tree"}
    assert all(one.value is None or one.value >= stage.value for one in seen)
    assert all(one.bound is None or one.bound <= stage.value for one in seen)


@pytest.mark.parametrize("objectives", [("shortfall", "cost"), ALL, tuple(reversed(ALL))], ids=str)
@pytest.mark.parametrize(
    "units",
    [(), (battalion("unit", capability="c"),), (battalion("unit", notice_to_move_hours=99),)],
    ids=["no unit", "no capability", "nothing in time"],
)
def test_where_nothing_can_be_sent_that_is_proved(units: tuple[Unit, ...], objectives: tuple[Objective, ...]) -> None:
    package, search = improved(asked(), units, objectives)
    assert package == greedy(asked(), units)
    assert all(stage.proved for stage in search.stages)


@pytest.mark.parametrize("objective", ["shortfall", "cost", "fairness"])
def test_a_relaxation_from_a_few_columns_is_that_of_all(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    case, units = instance(MANY, 4)
    ground = ground_of(case, units, ("fairness",), "equal")
    start = greedy(case, units)
    held: dict[Objective, int] = {} if objective == "shortfall" else {"shortfall": start.weighted_shortfall}
    force, matrix = program_of(ground, objective, held)
    pairs = {(one.unit, one.line) for one in start.assignments}
    first = ~matrix.integer
    for column, unit, line in zip(force.served, force.arcs.unit, force.arcs.line, strict=True):
        first[column] = (units[unit].id, case.line[line].id) in pairs
    monkeypatch.setattr(sift, "DIRECT_MAX", 0)
    monkeypatch.setattr(sift, "JOIN_MAX", 40)
    few, whole = sift.relaxed_of(matrix, first, Budget()), relax(matrix, Budget())
    assert few.ended == whole.ended == "proved"
    assert few.value == pytest.approx(whole.value)
    assert matrix.cost @ few.point == pytest.approx(whole.value)


def test_lift_may_leave_at_as_many_hours_as_a_case_can_name() -> None:
    case, units = instance(MANY, 5)
    often = replace(case, lift=tuple(Lift(leaves_hours=12 * hour, tonnes=400) for hour in range(1, 61)))
    package, search = improved(often, units, ("shortfall",), Budget(nodes=5))
    assert not broken(often, units, package)
    assert search.stages[0].bound <= search.stages[0].value < search.stages[0].greedy
