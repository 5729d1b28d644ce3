"""Several scenarios at once: nobody serves two of them, caps hold over all, and all else is each scenario's own."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import tocsin
from tests.forces_instances import asked, battalion, instances
from tocsin.errors import ForcesError
from tocsin.forces.gaps import Scenario, report
from tocsin.forces.greedy import greedy
from tocsin.forces.model import Cap, Capability, ForceCase, ForcePackage, Lift, Mandate, Unit
from tocsin.forces.together import ALGORITHM, greedy_together, improved_in_turn, sharing_caps
from tocsin.forces.verify import verify
from tocsin.terms import PartyId

Units = tuple[Unit, ...]
Drawn = tuple[tuple[ForceCase, ...], Units]
XAA = PartyId("XAA")
SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations"
CODES = (Capability(id="a", name="A", counted="persons"),)


def named(name: str, **changes: object) -> ForceCase:
    case = asked(**changes)
    return replace(case, case=replace(case.case, id=name))


@st.composite
def sets(draw: st.DrawFn) -> Drawn:
    """Some cases, each with its own days, lift, gates and mandates, and one inventory."""
    drawn = [draw(instances()) for _ in range(draw(st.integers(1, 3)))]
    cases = [replace(case, case=replace(case.case, id=f"case{number}")) for number, (case, _) in enumerate(drawn)]
    return tuple(cases), drawn[0][1]


def check(cases: Sequence[ForceCase], units: Units, packages: Sequence[ForcePackage]) -> None:
    """Each package keeps every rule of its own case; no unit is in two; over all no nation sends more than any cap."""
    for case, package in zip(sharing_caps(cases), packages, strict=True):
        assert verify(case, units, package) == ()
    sent = Counter(one.unit for package in packages for one in package.assignments)
    assert all(times == 1 for times in sent.values())
    for case in cases:
        for cap in case.cap:
            strengths = {
                unit.id: unit.strength
                for unit in units
                if unit.nation == cap.nation and case.counted[unit.capability] == cap.counted
            }
            assert 100 * sum(strengths.get(name, 0) for name in sent) <= cap.percent * sum(strengths.values())


@settings(deadline=None)
@given(sets())
def test_packages_beside_each_other_are_lawful_each_alone_and_all_at_once(drawn: Drawn) -> None:
    cases, units = drawn
    check(cases, units, greedy_together(sharing_caps(cases), units))


@settings(deadline=None)
@given(sets())
def test_planned_anew_beside_the_others_they_stay_lawful_and_none_is_worse(drawn: Drawn) -> None:
    cases, units = drawn

    def improve(case: ForceCase, rest: Units, start: ForcePackage) -> ForcePackage:
        backwards = replace(case, line=tuple(replace(line, priority=4 - line.priority) for line in case.line))
        chosen = greedy(backwards, rest)
        assert not verify(case, rest, start)
        return chosen if chosen.weighted_shortfall < start.weighted_shortfall else start

    before = greedy_together(sharing_caps(cases), units)
    after = improved_in_turn(sharing_caps(cases), units, before, improve)
    check(cases, units, after)
    for old, new in zip(before, after, strict=True):
        assert new.weighted_shortfall <= old.weighted_shortfall


@given(instances())
def test_of_one_scenario_it_is_the_package_that_is_found_alone(drawn: tuple[ForceCase, Units]) -> None:
    case, units = drawn
    (found,) = greedy_together(sharing_caps([case]), units)
    alone = greedy(replace(case, cap=sharing_caps([case])[0].cap), units)
    assert (found.algorithm, found.assignments) == (ALGORITHM, alone.assignments)


def test_a_unit_serves_one_of_them_and_the_other_says_so() -> None:
    cases = sharing_caps([named("first"), named("second")])
    units = (battalion("one"), battalion("two"))
    packages = greedy_together(cases, units)
    assert [len(package.assignments) for package in packages] == [2, 0]
    scenarios = [Scenario(case, package) for case, package in zip(cases, packages, strict=True)]
    found = report("units", units, scenarios, together=True)
    assert found.together
    (gap,) = found.gaps
    assert gap.short_in == ("second",)
    assert [binding.rule for binding in gap.rules] == ["once"]
    assert gap.nearest == ()  # all of them are sent, if not here


def test_a_cap_of_one_case_holds_over_all_and_of_two_the_least() -> None:
    units = tuple(battalion(name) for name in ("one", "two", "three", "four"))
    capped = [
        named("first", cap=(Cap(nation=XAA, counted="persons", percent=75),)),
        named("second", cap=(Cap(nation=XAA, counted="persons", percent=50),)),
        named("third"),
    ]
    cases = sharing_caps(capped)
    assert {case.cap for case in cases} == {(Cap(nation=XAA, counted="persons", percent=50),)}
    packages = greedy_together(cases, units)
    assert sum(len(package.assignments) for package in packages) == 2
    check(capped, units, packages)


def test_lift_mandates_and_days_are_each_scenarios_own() -> None:
    """What leaves for one carries nobody of another; a mandate asked in one is not asked in another."""
    unit = battalion("one", self_deploying=False, lift_tonnes=10)
    lifted = named("lifted", lift=(Lift(leaves_hours=24, tonnes=100),))
    bare = named("bare", lift=())
    assert [len(one.assignments) for one in greedy_together(sharing_caps([bare, lifted]), (unit,))] == [0, 1]
    late = Mandate(nation=XAA, lead_hours=90_000)
    asks, free = named("asks", mandate=(late,)), named("free")
    assert [len(one.assignments) for one in greedy_together(sharing_caps([asks, free]), (battalion("one"),))] == [0, 1]
    over = battalion("one", valid_until=date(2026, 6, 1))
    later = named("later")
    later = replace(later, case=replace(later.case, activation=date(2026, 7, 1)))
    assert [len(one.assignments) for one in greedy_together(sharing_caps([later, free]), (over,))] == [0, 1]


def test_a_code_that_counts_two_things_cannot_be_capped_over_all() -> None:
    dogs = (Capability(id="a", name="A", counted="dogs"),)
    with pytest.raises(ForcesError, match="'a' counts persons, and dogs in first"):
        sharing_caps([named("first", capability=dogs), named("second", capability=CODES)])


def test_an_inventory_that_is_given_goes_before_one_that_a_case_names_and_that_there_is_not(tmp_path: Path) -> None:
    text = (SHIPPED / "meridian-ford.toml").read_text(encoding="utf-8")
    (tmp_path / "ford.toml").write_text(text.replace('"meridian.csv"', '"nowhere.csv"'), encoding="utf-8")
    words = ("forces", "gaps", str(tmp_path / "ford.toml"), "--greedy")
    assert tocsin(*words, "--inventory", "meridian").code == 1
    wrong = tocsin(*words)
    assert (wrong.code, "there is no file 'nowhere.csv' beside the case" in wrong.err) == (2, True)


def test_the_command_plans_them_together() -> None:
    alone = tocsin("forces", "gaps", "meridian", "--greedy")
    done = tocsin("forces", "gaps", "meridian", "--greedy", "--together")
    assert done.code == 1
    assert "What is missing over 5 scenarios at once" in done.out
    assert "at once" not in alone.out
    assert "engineers-bridging 300 300 1 of 1 persons once" in done.flat
    assert "engineers-bridging" not in alone.out
    assert tocsin("forces", "gaps", "meridian", "--greedy", "--together", "--json").json["together"] is True
