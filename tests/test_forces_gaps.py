"""What an alliance lacks over scenarios: sums that add up, rules that bind, and the nation that misses by least."""

import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.console import Console

from tests.cli import tocsin
from tests.forces_instances import ZERO, asked, battalion, instances
from tocsin.cli.forces_gaps import print_gaps
from tocsin.errors import ForcesError, NotFound
from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.explain import unfilled
from tocsin.forces.figures import Served
from tocsin.forces.gaps import GapReport, Scenario, report, with_all_capabilities, within
from tocsin.forces.greedy import greedy
from tocsin.forces.misses import misses, misses_beside, nearness
from tocsin.forces.model import Cap, Capability, Caveat, ForceCase, Gate, Lift, Mandate, Unit
from tocsin.forces.scenarios import load_scenarios
from tocsin.forces.tally import Tally
from tocsin.terms import PartyId

SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations"
LINE = asked().line[0]

CONSENT = Gate(kind="host consent", given_by=PartyId("XAB"), destination="ford")
CODES = tuple(Capability(id=name, name=name, counted="persons") for name in "abx")

Instance = tuple[ForceCase, tuple[Unit, ...]]
Drawn = tuple[tuple[Scenario, ...], tuple[Unit, ...]]


def named(case: ForceCase, name: str) -> ForceCase:
    return replace(case, case=replace(case.case, id=name))


@st.composite
def scenario_sets(draw: st.DrawFn) -> Drawn:
    """Some cases, each planned with the same inventory."""
    drawn = [draw(instances()) for _ in range(draw(st.integers(1, 3)))]
    units = drawn[0][1]
    cases = [named(case, f"case{number}") for number, (case, _) in enumerate(drawn)]
    return tuple(Scenario(case, greedy(case, units)) for case in cases), units


@settings(deadline=None)
@given(scenario_sets())
def test_what_is_missing_adds_up_to_what_the_packages_miss(
    drawn: tuple[tuple[Scenario, ...], tuple[Unit, ...]],
) -> None:
    scenarios, units = drawn
    found = report("units", units, scenarios)
    totals = [total for scenario in scenarios for total in scenario.package.totals]
    assert sum(gap.shortfall for gap in found.gaps) == sum(total.shortfall for total in totals)
    weighted = sum(scenario.package.weighted_shortfall for scenario in scenarios)
    assert sum(gap.weighted_shortfall for gap in found.gaps) == weighted
    assert sum(one.weighted_shortfall for one in found.scenarios) == weighted
    for gap in found.gaps:
        by_scenario = dict.fromkeys(gap.short_in, 0)
        for scenario in scenarios:
            for line, total in zip(scenario.case.line, scenario.package.totals, strict=True):
                if line.capability == gap.capability and total.shortfall:
                    by_scenario[scenario.case.case.id] += total.shortfall
        assert gap.worst == max(by_scenario.values()) == by_scenario[gap.worst_in]
        assert gap.shortfall == sum(by_scenario.values())
        assert gap.shortfall == sum(place.shortfall for place in gap.places) == sum(one.shortfall for one in gap.rules)
        assert len(gap.short_in) <= gap.asked_in <= len(scenarios)
        check_nearest(found, gap.capability)


def check_nearest(found: GapReport, capability: str) -> None:
    """No nation twice, nobody who misses nothing, and each no nearer than the one before."""
    (gap,) = [gap for gap in found.gaps if gap.capability == capability]
    nations = [near.nation for near in gap.nearest]
    assert len(set(nations)) == len(nations)
    assert all(near.misses for near in gap.nearest)
    order = [nearness(near.misses) for near in gap.nearest]
    assert order == sorted(order)


@given(instances())
def test_a_unit_misses_nothing_just_where_it_may_serve(instance: Instance) -> None:
    case, units = instance
    terms = terms_of(case)
    for unit in units:
        for line in case.line:
            verdict, missed = arc(terms, unit, line), misses(terms, unit, line)
            if missed is None:
                assert verdict == "capability"
            elif missed:
                assert verdict == missed[0].rule
            else:
                assert isinstance(verdict, Window)


@given(instances())
def test_beside_others_a_unit_misses_nothing_just_where_it_can_be_added(instance: Instance) -> None:
    case, units = instance
    terms = terms_of(case)
    tally = Tally(terms, units)
    by_id = {unit.id: unit for unit in units}
    for one in greedy(case, units).assignments:
        unit, line = by_id[one.unit], terms.lines[one.line]
        window = arc(terms, unit, line)
        assert isinstance(window, Window)
        tally.take(Served(unit, line, window))
    for unit in units:
        for line in case.line:
            window, missed = arc(terms, unit, line), misses_beside(terms, tally, unit, line)
            if unit.id in tally.lines:
                assert missed is None
            elif isinstance(window, Window):
                assert (missed == ()) == (tally.first_broken(Served(unit, line, window)) is None)


def missed_by(unit: Unit, case: ForceCase | None = None) -> list[tuple[str, int | None]]:
    """The rules that a unit misses on the line, with their hours."""
    case = case or asked()
    found = misses(terms_of(case), unit, case.line[0])
    assert found is not None
    return [(miss.rule, miss.hours) for miss in found]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"notice_to_move_hours": 50}, [("notice", 6)]),
        ({"valid_from": date(2026, 3, 5)}, [("validity", 28)]),
        ({"valid_until": date(2026, 3, 3), "valid_from": None}, [("validity", 24)]),
        ({"transit_hours": {"delta": 4}}, [("transit", None)]),
        ({"caveats": (Caveat(hard=True, scope="area", tag="ford"),)}, [("caveat", None)]),
        ({"self_deploying": False, "lift_tonnes": 4}, [("lift", None)]),
        ({"notice_to_move_hours": 50, "self_deploying": False}, [("notice", 6), ("lift", None)]),
    ],
)
def test_a_miss_is_measured(changes: dict[str, object], told: list[tuple[str, int | None]]) -> None:
    assert missed_by(battalion("unit", **changes)) == told


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (asked(line=(replace(LINE, sustain_days=9),)), [("endurance", 216)]),
        (asked(mandate=(Mandate(nation=PartyId("XAA"), lead_hours=60, until=date(2026, 3, 3)),)), [("mandate", 40)]),
        (asked(gate=(Gate(kind="host consent", given_by=PartyId("XAB"), destination="ford"),)), [("gate", None)]),
        (
            asked(
                gate=(Gate(kind="host consent", given_by=PartyId("XAB"), destination="ford", from_=date(2026, 3, 5)),)
            ),
            [("gate", 24)],
        ),
        (asked(line=(replace(LINE, capability="b", substitutes=()),), capability=()), None),
        (asked(line=(replace(LINE, capability="x"),)), None),
    ],
)
def test_what_a_case_asks_is_measured(case: ForceCase, told: list[tuple[str, int | None]] | None) -> None:
    if told is None:
        codes = (
            Capability(id="a", name="A", counted="persons"),
            *(Capability(id=x, name=x, counted="x") for x in "bx"),
        )
        assert misses(terms_of(replace(case, capability=codes)), battalion("unit"), case.line[0]) is None
    else:
        assert missed_by(battalion("unit"), case) == told


def test_a_stand_in_that_the_line_does_not_take_misses_the_capability_alone() -> None:
    assert missed_by(battalion("unit", capability="b"), asked(line=(replace(LINE, substitutes=()),))) == [
        ("capability", None)
    ]


def nearest(case: ForceCase, *units: Unit) -> list[str]:
    (gap,) = report("units", units, [Scenario(case, greedy(case, units))]).gaps
    return [near.unit for near in gap.nearest]


def of(nation: str, **changes: object) -> Unit:
    return battalion(nation.lower(), nation=PartyId(nation), **changes)


def test_the_nearest_has_fewest_rules_in_its_way_then_rules_of_hours_then_fewest_hours() -> None:
    night = Caveat(hard=True, scope="area", tag="ford")
    found = nearest(
        asked(),
        of("XAA", notice_to_move_hours=60),
        of("XAB", notice_to_move_hours=48),
        of("XAC", caveats=(night,)),
        of("XAD", notice_to_move_hours=45, valid_from=date(2026, 3, 30)),
        of("XAE", notice_to_move_hours=48, strength=9),
    )
    assert found == ["xae", "xab", "xaa", "xac", "xad"]


def test_a_nation_is_named_once_by_its_nearest_unit() -> None:
    late, later = (battalion(f"u{hours}", notice_to_move_hours=hours) for hours in (50, 60))
    assert nearest(asked(), later, late) == ["u50"]


def test_what_units_share_stands_in_the_way_as_well() -> None:
    case = asked(
        cap=(Cap(nation=PartyId("XAB"), counted="persons", percent=0),),
        line=(replace(LINE, one_nation_percent=50),),
        lift=(Lift(leaves_hours=9, tonnes=3),),
    )
    ship = {"self_deploying": False, "lift_tonnes": 4}
    units = (of("XAA"), battalion("more"), of("XAB"), of("XAC", **ship))
    (gap,) = report("units", units, [Scenario(case, greedy(case, units))]).gaps
    assert {(near.unit, near.misses[0].rule) for near in gap.nearest} == {
        ("xaa", "one nation"),
        ("xab", "cap"),
        ("xac", "lift"),
    }


def test_where_nobody_has_it_nobody_is_near() -> None:
    assert nearest(asked(line=(replace(LINE, capability="c"),)), battalion("unit")) == []


def test_scenarios_share_an_inventory_whatever_capabilities_each_brings() -> None:
    own = Capability(id="dogs", name="Dogs", counted="dogs")
    one, two = with_all_capabilities([asked(capability=(own,)), asked()])
    assert {code.id for code in one.capability} == {code.id for code in two.capability} == {"a", "b", "c", "dogs"}
    assert one.capability[0] == own


def test_deadlines_have_classes() -> None:
    assert [within(hours) for hours in (1, 72, 73, 240, 720, 721)] == [
        "3 days",
        "3 days",
        "10 days",
        "10 days",
        "30 days",
        "later",
    ]


def test_the_shipped_pact_lacks_what_its_plans_lack() -> None:
    done = tocsin("forces", "gaps", "meridian", "--json")
    assert done.code == 1
    assert len(done.json["scenarios"]) == len(list(SHIPPED.glob("meridian-*.toml"))) == 5
    short = 0
    for case in load_scenarios(["meridian"]).cases:
        plan = tocsin("forces", "plan", case.case.id, "--inventory", "meridian", "--json").json
        short += plan["package"]["weighted_shortfall"]
    assert sum(gap["weighted_shortfall"] for gap in done.json["gaps"]) == short
    text = tocsin("forces", "gaps", "meridian")
    assert text.out.startswith(" HYPOTHETICAL ")
    assert "What is missing over 5 scenarios" in text.out
    assert "near: XAA with XAA-1BDE (2,400 persons) for meridian-ford, infantry: notice: 24 h too late" in text.flat
    assert "nearest: nobody" in text.flat


ALERT = ("forces", "gaps", "meridian-alert", "--inventory", "meridian")


def test_better_packages_miss_less_and_say_how_good_they_are() -> None:
    (at_once,) = tocsin(*ALERT, "--greedy", "--json").json["scenarios"]
    done = tocsin(*ALERT, "--json")
    (better,) = done.json["scenarios"]
    assert at_once["bound"] is None
    assert better["bound"] == better["weighted_shortfall"] < at_once["weighted_shortfall"]
    assert [gap["capability"] for gap in done.json["gaps"]] == ["headquarters"]
    assert "proved: nothing less is missing" in tocsin(*ALERT, "--seconds", "60").flat


def test_what_is_not_proved_is_said_with_its_bound() -> None:
    case = asked()
    found = report("units", (), [Scenario(case, greedy(case, ()), 4)])
    console = Console(width=100, record=True, file=StringIO())
    print_gaps(console, found, "")
    assert "weighted 10, proved 4 at least" in console.export_text()


def test_without_the_solver_scenarios_are_planned_at_once_and_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tocsin.forces.plan.improve", None)
    done = tocsin("forces", "gaps", "meridian", "--json")
    assert done.code == 1
    assert done.err.count("The solver is not installed") == 1
    assert {one["bound"] for one in done.json["scenarios"]} == {None}


def test_an_alliance_that_lacks_nothing_is_told_so() -> None:
    done = tocsin("forces", "gaps", "meridian-flood", "--inventory", "meridian")
    assert (done.code, "✓ every line of every scenario is filled" in done.out) == (0, True)


def test_a_folder_of_cases_has_its_inventory_in_it(tmp_path: Path) -> None:
    for name in ("meridian-ford.toml", "meridian-flood.toml", "meridian.csv"):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    assert load_scenarios([str(tmp_path)]).inventory == str(tmp_path / "meridian.csv")
    done = tocsin("forces", "gaps", str(tmp_path), "--json")
    assert [one["scenario"] for one in done.json["scenarios"]] == ["meridian-flood", "meridian-ford"]
    (tmp_path / "other.csv").write_text("", encoding="utf-8")
    wrong = tocsin("forces", "gaps", str(tmp_path))
    assert (wrong.code, "name the inventory" in wrong.err) == (2, True)


def test_cases_that_name_one_inventory_are_planned_with_it(tmp_path: Path) -> None:
    text = (SHIPPED / "meridian-alert.toml").read_text(encoding="utf-8").replace('inventory = "meridian.csv"\n', "")
    own = text.replace("hypothetical = true\n", 'hypothetical = true\ninventory = "own.csv"\n')
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(own.replace("meridian-alert", name), encoding="utf-8")
    (tmp_path / "three.toml").write_text(text, encoding="utf-8")
    (tmp_path / "own.csv").write_bytes((SHIPPED / "meridian.csv").read_bytes())
    one, two, three = (str(tmp_path / f"{name}.toml") for name in ("one", "two", "three"))
    assert load_scenarios([one, two]).inventory == str(tmp_path / "own.csv")
    assert load_scenarios([one, three]).inventory == ""
    assert load_scenarios(["turkey-2003"]).inventory == "turkey-2003"
    assert load_scenarios(["turkey-2003", "kazakhstan-2022"]).inventory == ""


def test_a_case_counts_once_however_often_it_is_named() -> None:
    found = load_scenarios(["meridian-ford", "meridian", "meridian-ford"])
    assert (len(found.cases), found.inventory) == (5, "meridian")


def test_what_is_no_set_of_cases_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Did you mean 'meridian'"):
        load_scenarios(["meridan"])
    with pytest.raises(ForcesError, match="the folder holds no case of forces"):
        load_scenarios([str(tmp_path)])
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_bytes((SHIPPED / "meridian-ford.toml").read_bytes())
    with pytest.raises(ForcesError, match=r"a\.toml has the id 'meridian-ford' too"):
        load_scenarios([str(tmp_path)])


def test_too_many_cases_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.forces.scenarios.CASES_MAX", 1)
    with pytest.raises(ForcesError, match="these are too many"):
        load_scenarios(["meridian"])


def test_the_binding_rules_are_those_of_the_plans() -> None:
    units = (of("XAA", notice_to_move_hours=60), of("XAB", notice_to_move_hours=61))
    case = asked()
    (line,) = unfilled(case, units, greedy(case, units))
    (gap,) = report("units", units, [Scenario(case, greedy(case, units))]).gaps
    assert [(one.rule, one.shortfall, one.lines) for one in gap.rules] == [(line.rule, line.shortfall, 1)]
    assert case.case.activation == ZERO
