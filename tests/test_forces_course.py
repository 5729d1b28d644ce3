"""The deployment of a package over time: docs/FORCES.md, part 13, against what is counted here a second time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.forces_instances import ZERO, asked, battalion, instances
from tocsin.forces.arcs import terms_of
from tocsin.forces.closure import Load
from tocsin.forces.course import Carried, Course, Step, at, course_of, fill
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import ForceCase, Gate, Lift, Mandate, Plan, Unit
from tocsin.terms import PartyId

XAA = PartyId("XAA")
LINE = asked().line[0]


def planned(case: ForceCase, *units: Unit) -> Plan:
    return plan_of(case, units, greedy(case, units))


def course(case: ForceCase, *units: Unit) -> Course:
    return course_of(planned(case, *units))


@st.composite
def freights(draw: st.DrawFn) -> tuple[list[int], list[Load]]:
    """What leaves at each hour, and loads that may or may not fit."""
    there = draw(st.lists(st.integers(0, 9), min_size=1, max_size=6))
    places = st.integers(0, len(there) - 1)
    found = []
    for tonnes in draw(st.lists(st.integers(0, 12), max_size=7)):
        first, last = sorted((draw(places), draw(places)))
        found.append(Load(tonnes, first, last))
    return there, found


def holds(there: list[int], loads: list[Load]) -> bool:
    """The interval condition of part 4, as it stands there."""
    hours = range(len(there))
    return all(
        sum(load.tonnes for load in loads if start <= load.first and load.last <= end) <= sum(there[start : end + 1])
        for start in hours
        for end in hours[start:]
    )


@given(freights())
def test_loads_are_placed_if_and_only_if_the_interval_condition_holds(freight: tuple[list[int], list[Load]]) -> None:
    there, loads = freight
    assert (fill(there, loads) is not None) == holds(there, loads)


@given(freights())
def test_placed_loads_are_whole_in_their_hours_and_overfill_none(freight: tuple[list[int], list[Load]]) -> None:
    there, loads = freight
    found = fill(there, loads)
    if found is None:
        return
    for load, placed in zip(loads, found, strict=True):
        assert sum(placed.values()) == load.tonnes
        assert all(load.first <= place <= load.last and tonnes > 0 for place, tonnes in placed.items())
        assert list(placed) == sorted(placed)
    for place, room in enumerate(there):
        assert sum(placed.get(place, 0) for placed in found) <= room


def test_of_loads_with_one_deadline_the_first_named_goes_first() -> None:
    assert fill([5, 5], [Load(5, 0, 1), Load(5, 0, 1)]) == [{0: 5}, {1: 5}]
    assert fill([5, 5], [Load(5, 0, 1), Load(5, 0, 0)]) == [{1: 5}, {0: 5}]
    assert fill([4, 4], [Load(6, 0, 1), Load(2, 1, 1)]) == [{0: 4, 1: 2}, {1: 2}]


@given(instances())
def test_every_unit_of_a_lawful_package_is_in_place_by_its_deadline(
    instance: tuple[ForceCase, tuple[Unit, ...]],
) -> None:
    plan = planned(instance[0], *instance[1])
    found, assigned = course_of(plan), {one.unit: one for one in plan.package.assignments}
    assert {one.unit for one in found.movements} == set(assigned)
    for one in found.movements:
        stated = assigned[one.unit]
        assert one.notice_hours <= one.ready_hours == stated.ready_hours <= one.moves_hours <= stated.leave_by_hours
        assert stated.in_place_from_hours <= one.in_place_hours <= one.in_place_by_hours <= one.ends_hours
        assert (one.waits_for == "") == (one.notice_hours == one.ready_hours)


def naive(plan: Plan) -> dict[str, dict[int, int]]:
    """By unit: the tonnes that leave at each hour, as part 13 says it, one tonne at a time."""
    units, lines = {unit.id: unit for unit in plan.units}, {line.id: line for line in plan.case.line}
    room: dict[int, int] = {}
    for one in plan.case.lift:
        room[one.leaves_hours] = room.get(one.leaves_hours, 0) + one.count * one.tonnes
    left, order = {}, {}
    for sent in plan.package.assignments:
        unit, line = units[sent.unit], lines[sent.line]
        if not unit.self_deploying:
            transit = unit.transit_hours.get(line.destination, unit.transit_hours.get("any", 0))
            latest = min(sent.leave_by_hours, plan.package.closure_hours - transit)
            last = max(hour for hour in room if hour <= latest)
            order[unit.id] = (last, line.priority, unit.id)
            left[unit.id] = (sent.ready_hours, unit.lift_tonnes)
    found: dict[str, dict[int, int]] = {unit: {} for unit in left}
    for hour in sorted(room):
        for _ in range(room[hour]):
            waiting = [unit for unit, (ready, tonnes) in left.items() if ready <= hour and tonnes]
            if waiting:
                unit_id = min(waiting, key=lambda unit: order[unit])
                left[unit_id] = (left[unit_id][0], left[unit_id][1] - 1)
                found[unit_id][hour] = found[unit_id].get(hour, 0) + 1
    return found


@given(instances())
def test_loads_leave_as_the_documentation_says_tonne_by_tonne(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    plan = planned(instance[0], *instance[1])
    moved = {one.unit: {load.leaves_hours: load.tonnes for load in one.loads} for one in course_of(plan).movements}
    assert {unit: loads for unit, loads in moved.items() if loads} == naive(plan)


@given(instances())
def test_the_last_unit_arrives_when_the_force_closes(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    plan = planned(instance[0], *instance[1])
    arrivals = [one.in_place_hours for one in course_of(plan).movements]
    assert max(arrivals, default=0) == plan.package.closure_hours


@given(instances())
def test_lift_carries_every_load_whole_and_no_hour_more_than_is_there(
    instance: tuple[ForceCase, tuple[Unit, ...]],
) -> None:
    plan = planned(instance[0], *instance[1])
    found, by_id, terms = course_of(plan), {unit.id: unit for unit in plan.units}, terms_of(plan.case)
    carried: dict[int, int] = {}
    for one in found.movements:
        unit = by_id[one.unit]
        assert bool(one.loads) != unit.self_deploying
        if one.loads:
            transit = one.in_place_hours - one.loads[-1].leaves_hours
            assert transit in unit.transit_hours.values()
            assert sum(load.tonnes for load in one.loads) == unit.lift_tonnes
            assert one.moves_hours == one.loads[0].leaves_hours
        for load in one.loads:
            carried[load.leaves_hours] = carried.get(load.leaves_hours, 0) + load.tonnes
    there = dict(zip(terms.leaves, terms.tonnes, strict=True))
    assert all(tonnes <= there[hour] for hour, tonnes in carried.items())
    assert [(one.leaves_hours, one.there_tonnes, one.used_tonnes) for one in found.lift] == [
        (hour, tonnes, carried.get(hour, 0)) for hour, tonnes in there.items()
    ]


@given(instances())
def test_supply_is_what_has_arrived_hour_by_hour(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    plan = planned(instance[0], *instance[1])
    found = course_of(plan)
    for line, total in zip(found.lines, plan.package.totals, strict=True):
        units = [one for one in found.movements if one.line == line.line]
        for hour in {0, *(one.in_place_hours - 1 for one in units), *(one.in_place_hours for one in units)}:
            arrived = sum(one.strength for one in units if one.in_place_hours <= hour)
            if hour < line.ends_hours:
                assert at(line.supply, hour) == arrived
        if line.ends_hours > line.in_place_by_hours:
            assert at(line.supply, line.in_place_by_hours) == total.filled
            assert at(line.supply, line.ends_hours) == 0
        assert (line.full_hours is None) == (total.shortfall > 0)
        if line.full_hours is not None:
            assert at(line.supply, line.full_hours) >= line.required
            assert sum(one.strength for one in units if one.in_place_hours < line.full_hours) < line.required


@given(st.integers(1, 30), st.integers(0, 70), st.integers(0, 40))
def test_a_unit_is_relieved_as_often_as_it_wears_out_before_the_end(
    endurance: int, sustained: int, notice: int
) -> None:
    case = asked(line=(replace(LINE, required=5, sustain_days=sustained),))
    unit = battalion("unit", rotates=True, endurance_days=endurance, notice_to_move_hours=notice)
    (one,) = course(case, unit).movements
    reliefs = [*range(one.in_place_hours + 24 * endurance, one.ends_hours, 24 * endurance)]
    assert (one.reliefs, one.relieved_hours) == (len(reliefs), reliefs[0] if reliefs else None)


def test_who_does_not_rotate_or_does_not_say_how_long_it_lasts_is_not_relieved() -> None:
    case = asked(line=(replace(LINE, required=5, sustain_days=9),))
    assert course(case, battalion("unit", endurance_days=9)).movements[0].reliefs == 0
    assert course(case, battalion("unit", rotates=True)).movements[0].relieved_hours is None


@pytest.mark.parametrize(
    ("changes", "offer", "expected"),
    [
        ({}, {}, ("", 5)),
        ({}, {"valid_from": ZERO + timedelta(days=1)}, ("validity", 24)),
        ({"mandate": (Mandate(nation=XAA, lead_hours=20),)}, {}, ("mandate", 20)),
        (
            {"gate": (Gate(kind="host consent", given_by=XAA, destination="ford", from_=ZERO + timedelta(days=1)),)},
            {},
            ("gate", 20),
        ),
        ({"mandate": (Mandate(nation=XAA, lead_hours=4),)}, {}, ("", 5)),
    ],
    ids=["nothing", "the offer", "the mandate", "consent", "what has come before"],
)
def test_what_a_unit_waits_for_after_its_notice_is_named(
    changes: dict[str, object], offer: dict[str, object], expected: tuple[str, int]
) -> None:
    (one,) = course(asked(**changes), battalion("unit", notice_to_move_hours=5, **offer)).movements
    assert (one.waits_for, one.ready_hours) == expected


def test_a_load_goes_in_parts_and_the_line_of_higher_priority_goes_first() -> None:
    lift = (Lift(leaves_hours=10, tonnes=4), Lift(leaves_hours=20, tonnes=4))
    first, other = replace(LINE, required=5), replace(LINE, id="other", required=5, priority=2)
    units = [battalion(name, self_deploying=False, lift_tonnes=tonnes) for name, tonnes in (("a", 3), ("b", 5))]
    found = course(asked(line=(first, other), lift=lift), units[0], replace(units[1], cost_cents=0))
    loads = {one.unit: (one.line, one.loads, one.in_place_hours) for one in found.movements}
    assert loads == {
        "b": ("line", (Carried(10, 4), Carried(20, 1)), 24),
        "a": ("other", (Carried(20, 3),), 24),
    }
    assert [(one.used_tonnes, one.units) for one in found.lift] == [(4, 1), (4, 2)]


def test_what_travels_longest_leaves_first_where_the_force_closes_earlier_so() -> None:
    lift = tuple(Lift(leaves_hours=hour, tonnes=4) for hour in (10, 20, 50))
    near, far = replace(LINE, required=5, in_place_by_hours=30), replace(LINE, required=5, in_place_by_hours=60)
    case = asked(line=(near, replace(far, id="far", destination="delta", priority=2)), lift=lift)
    sent = {"a": {"ford": 2}, "b": {"delta": 9}}
    units = [battalion(name, self_deploying=False, lift_tonnes=4, transit_hours=hours) for name, hours in sent.items()]
    found = course(case, *units)
    assert found.closure_hours == 22  # by their lines' deadlines alone, b would arrive at 29
    assert {one.unit: (one.moves_hours, one.in_place_hours) for one in found.movements} == {
        "a": (20, 22),
        "b": (10, 19),
    }


def test_a_unit_with_nothing_to_carry_leaves_with_the_first_lift() -> None:
    case = asked(lift=(Lift(leaves_hours=10, tonnes=1),))
    (one,) = course(case, battalion("unit", self_deploying=False)).movements
    assert (one.loads, one.moves_hours, one.in_place_hours) == ((Carried(10, 0),), 10, 14)


def test_without_assignments_nothing_moves() -> None:
    found = course(asked())
    assert (found.movements, found.lift, found.closure_hours) == ((), (), 0)
    assert (found.lines[0].supply, found.lines[0].full_hours, found.lines[0].shortfall) == ((), None, 10)


def test_nothing_is_in_place_before_the_first_arrival() -> None:
    supply = (Step(5, 3), Step(9, 7))
    assert [at(supply, hour) for hour in (0, 4, 5, 8, 9, 99)] == [0, 0, 3, 3, 7, 7]


def test_the_deployment_to_the_ford_is_as_the_documentation_says() -> None:
    case = load_case("meridian-ford")
    found = course(case, *load_inventory("meridian", case.capability, case.case.activation))
    hospital = {one.unit: one for one in found.movements if one.line == "hospital"}
    assert hospital["XAE-MED"].loads == (Carried(72, 200), Carried(120, 150))
    assert (hospital["XAE-MED"].moves_hours, hospital["XAE-MED"].in_place_hours) == (72, 150)
    assert hospital["XAA-MED"].in_place_hours == found.closure_hours == 160
    assert [(one.leaves_hours, one.used_tonnes, one.there_tonnes) for one in found.lift] == [
        (24, 0, 600),
        (72, 1400, 1400),
        (120, 760, 1600),
    ]
