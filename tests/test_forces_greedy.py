"""The instant answer takes lines and units in the order that docs/FORCES.md gives."""

from typing import Any

import pytest
from msgspec.structs import replace

from benchmarks.bench_forces import SIZES, instance
from tests.forces_instances import asked, battalion
from tocsin.forces.explain import unfilled
from tocsin.forces.greedy import greedy
from tocsin.forces.model import ForceCase, Lift, RequirementLine, Unit
from tocsin.forces.verify import verify

LINE = asked().line[0]


def lines(**by_name: dict[str, Any]) -> ForceCase:
    """A case with these lines, each asking for five but for what is changed."""
    return asked(line=tuple(replace(LINE, id=name, required=5, **changes) for name, changes in by_name.items()))


def sent(case: ForceCase, *units: Unit) -> dict[str, str]:
    """The line of each unit that is sent."""
    return {one.unit: one.line for one in greedy(case, units).assignments}


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"priority": 1}, {"priority": 2, "essential": True, "in_place_by_hours": 30}),
        ({"essential": True}, {"in_place_by_hours": 30}),
        ({"in_place_by_hours": 47}, {}),
        ({}, {}),
    ],
    ids=["priority", "essential", "deadline", "order of the case"],
)
def test_of_two_lines_one_is_served_first(first: dict[str, Any], other: dict[str, Any]) -> None:
    assert sent(lines(first=first, other=other), battalion("unit")) == {"unit": "first"}
    if first != other:
        assert sent(lines(other=other, first=first), battalion("unit")) == {"unit": "first"}


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ({"capability": "b", "cost_cents": 9}, {"notice_to_move_hours": 1}),
        ({"cost_cents": 9}, {"capability": "b"}),
        ({"cost_cents": 1}, {"cost_cents": 2}),
    ],
    ids=["in place first", "the line's own capability", "cheaper"],
)
def test_of_two_units_one_is_taken_first(first: dict[str, Any], other: dict[str, Any]) -> None:
    one, two = battalion("z", **first), battalion("a", **other)
    assert sent(lines(line={}), one, two) == sent(lines(line={}), two, one) == {"z": "line"}


def test_of_two_like_units_the_one_named_first_is_taken_and_the_other_stays() -> None:
    assert sent(lines(line={}), battalion("b"), battalion("a")) == {"a": "line"}


def test_a_unit_is_sent_whole_though_the_line_needs_less() -> None:
    (total,) = greedy(asked(), (battalion("one", strength=9), battalion("two", strength=9))).totals
    assert (total.required, total.pledged, total.filled, total.shortfall) == (10, 18, 18, 0)


def test_what_is_missing_counts_by_its_weight() -> None:
    case = asked(line=(replace(LINE, weight=7), replace(LINE, id="more", required=3)))
    package = greedy(case, (battalion("unit", strength=4, cost_cents=25),))
    assert (package.weighted_shortfall, package.cost_cents) == (7 * 6 + 3, 25)


def test_a_line_may_refuse_what_stands_in_for_its_capability() -> None:
    stand_in = battalion("unit", capability="b")
    assert sent(lines(line={}), stand_in) == {"unit": "line"}
    assert sent(lines(line={"substitutes": ()}), stand_in) == {}
    assert sent(lines(line={"capability": "b", "substitutes": ("a",)}), battalion("unit")) == {"unit": "line"}


def test_a_small_instance_of_the_benchmark_is_the_same_each_time_and_lawful() -> None:
    case, units = instance(SIZES["small"], 1)
    assert (len({unit.nation for unit in units}), len(units), len(case.line)) == (15, 300, 40)
    assert (case, units) == instance(SIZES["small"], 1) != instance(SIZES["small"], 2)
    package = greedy(case, units)
    assert verify(case, units, package) == ()
    assert len(unfilled(case, units, package)) == sum(total.shortfall > 0 for total in package.totals) > 0


def test_a_line_without_candidates_leaves_the_others_alone() -> None:
    ships = RequirementLine(
        id="ships", capability="c", required=1, destination="ford", in_place_by_hours=9, priority=1, essential=True
    )
    assert sent(asked(line=(ships, LINE)), battalion("unit")) == {"unit": "line"}


def test_two_loads_share_what_leaves() -> None:
    case = asked(lift=(Lift(leaves_hours=9, tonnes=1),))
    one, two = (battalion(name, self_deploying=False, lift_tonnes=1) for name in ("one", "two"))
    package = greedy(case, (one, two))
    assert [sent.unit for sent in package.assignments] == ["one"]
    assert [(held.rule, held.units) for held in unfilled(case, (one, two), package)[0].blocked] == [("lift", ("two",))]
