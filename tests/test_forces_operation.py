"""Each type of operation asks something of its case; a mandate has an end, a renewal, an exit and reliefs."""

from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import tocsin
from tests.forces_instances import ZERO, asked, battalion, instances
from tocsin.errors import ForcesError
from tocsin.forces.course import course_of
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import ForceCase, MandateCourse, OperationType, Unit

SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations"
UNTIL = ZERO + timedelta(days=100)
LINE = asked().line[0]


def course(case: ForceCase, *units: Unit) -> MandateCourse:
    found = plan_of(case, units, greedy(case, units)).mandate_course
    assert found is not None
    return found


def mandated(exit_days: int | None = None, until: date = UNTIL) -> ForceCase:
    """A case whose mandate ends."""
    return asked(case=replace(asked().case, operation="peacekeeping", until=until, exit_days=exit_days))


def test_every_type_of_operation_ships_with_a_case() -> None:
    shipped = {load_case(path).case.operation for path in SHIPPED.glob("meridian-*.toml")}
    assert shipped == set(get_args(OperationType))


def test_an_operation_without_end_and_with_nobody_to_relieve_has_no_course() -> None:
    assert plan_of(asked(), (), greedy(asked(), ())).mandate_course is None


def test_the_exit_takes_as_long_as_the_case_says_else_as_the_slowest_transit() -> None:
    units = (battalion("near", transit_hours={"any": 2}), battalion("far", transit_hours={"any": 40}))
    said, slowest = course(mandated(9), *units), course(mandated(), *units)
    assert (said.exit_days, said.exit_begins) == (9, UNTIL - timedelta(days=9))
    assert (slowest.exit_days, slowest.exit_begins) == (2, UNTIL - timedelta(days=2))
    assert course(mandated()).exit_begins == UNTIL


def test_a_mandate_is_renewed_before_its_exit_begins_or_the_next_contingents_must_be_told() -> None:
    slow = battalion("slow", notice_to_move_hours=40, transit_hours={"any": 6})
    early = course(mandated(1), slow, battalion("quick"))
    assert (early.renew_by, early.rests_on) == (UNTIL - timedelta(days=2), "slow")
    late = course(mandated(5), slow)
    assert (late.renew_by, late.rests_on) == (UNTIL - timedelta(days=5), "")


def test_what_should_have_been_renewed_before_the_beginning_is_renewed_on_that_day() -> None:
    assert course(mandated(30, ZERO + timedelta(days=4))).renew_by == ZERO
    first = date.min
    case = asked(case=replace(asked().case, activation=first, until=first + timedelta(days=1), exit_days=4_000))
    assert course(case).exit_begins == first


@pytest.mark.parametrize(
    ("sustain", "lasts", "rotations"), [(30, 10, 3), (29, 10, 2), (10, 3, 3), (10, 10, 1), (30, 0, None)]
)
def test_a_unit_that_lasts_shorter_than_its_line_is_relieved_so_often(
    sustain: int, lasts: int, rotations: int | None
) -> None:
    case = asked(line=(replace(LINE, sustain_days=sustain),))
    unit = battalion("unit", rotates=True, endurance_days=lasts, notice_to_move_hours=20)
    (relief,) = course(case, unit).reliefs  # in place at hour 24, a day before it must be
    assert (relief.rotations, relief.every_days) == (rotations, lasts)
    assert relief.relieved_by_hours == 24 + 24 * lasts
    assert relief.told_by_hours == relief.relieved_by_hours - 4 - 20


@settings(deadline=None)
@given(instances(), st.none() | st.integers(1, 60), st.none() | st.integers(0, 20))
def test_reliefs_leave_no_day_of_a_line_without_a_contingent(
    instance: tuple[ForceCase, tuple[Unit, ...]], ends: int | None, exit_days: int | None
) -> None:
    case, units = instance
    until = None if ends is None else case.case.activation + timedelta(days=ends)
    case = replace(case, case=replace(case.case, until=until, exit_days=exit_days))
    plan = plan_of(case, units, greedy(case, units))
    found = plan.mandate_course
    reliefs = {relief.unit: relief for relief in found.reliefs} if found else {}
    lines, by_id = {line.id: line for line in case.line}, {unit.id: unit for unit in units}
    for sent in course_of(plan).movements:
        unit, ends = by_id[sent.unit], 24 * lines[sent.line].sustain_days + lines[sent.line].in_place_by_hours
        worn_out, contingents = sent.in_place_hours, 0
        while unit.rotates and unit.endurance_days and worn_out < ends:  # one contingent after the other
            worn_out += 24 * unit.endurance_days
            contingents += 1
        relief = reliefs.get(sent.unit)
        if relief is not None and relief.rotations is not None:
            assert relief.rotations == contingents - 1 > 0
        elif relief is None:
            assert contingents <= 1
        else:
            assert unit.endurance_days == 0
    if found is not None and until is not None:
        assert found.renew_by is not None
        assert found.exit_begins is not None
        assert case.case.activation <= found.renew_by <= found.exit_begins <= until
    told = [relief.told_by_hours for relief in reliefs.values()]
    assert told == sorted(told)


def test_a_plan_shows_the_end_the_renewal_the_exit_and_who_must_be_relieved() -> None:
    done = tocsin("forces", "plan", "meridian-truce", "--inventory", "meridian")
    assert "ends on 2026-11-02; to be renewed by 2026-10-19, when the exit begins" in done.flat
    assert "the exit begins on 2026-10-19: it takes 14 days" in done.flat
    assert "XAA-1BDE patrols 60 days 2 more 2026-07-09 2026-07-17" in done.flat
    told = tocsin("forces", "plan", "meridian-truce", "--inventory", "meridian", "--json").json["mandate_course"]
    assert (told["ends"], told["renew_by"]) == ("2026-11-02", "2026-10-19")
    assert [relief["unit"] for relief in told["reliefs"]] == ["XAA-1BDE", "XAD-LOG"]
    assert "Mandate" not in tocsin("forces", "plan", "meridian-flood", "--inventory", "meridian").out


def test_a_plan_names_the_contingent_that_sets_the_day_of_renewal(tmp_path: Path) -> None:
    text = (SHIPPED / "meridian-truce.toml").read_text(encoding="utf-8")
    (tmp_path / "case.toml").write_text(text.replace("exit_days = 14\n", "exit_days = 1\n"), encoding="utf-8")
    done = tocsin("forces", "plan", str(tmp_path / "case.toml"), "--inventory", "meridian")
    assert "to be renewed by 2026-10-25, as another contingent like XAA-1BDE takes so long" in done.flat


def test_a_relief_of_which_nobody_said_how_long_it_lasts_is_told(tmp_path: Path) -> None:
    rows = (SHIPPED / "meridian.csv").read_text(encoding="utf-8").replace(",880,no,90,yes", ",880,no,,yes")
    (tmp_path / "units.csv").write_text(rows, encoding="utf-8")
    done = tocsin("forces", "plan", "meridian-truce", "--inventory", str(tmp_path / "units.csv"))
    assert "XAD-LOG supply not said ?" in done.flat


@pytest.mark.parametrize("name", ["meridian-flood", "meridian-border"])
def test_who_helps_by_consent_asks_for_it_at_every_destination(tmp_path: Path, name: str) -> None:
    text = (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    without = tmp_path / "case.toml"
    without.write_text(text.replace('kind = "host consent"', 'kind = "status of forces"'), encoding="utf-8")
    with pytest.raises(ForcesError, match="is done by consent, and nobody's is asked for"):
        load_case(without)


def test_consent_that_is_not_given_holds_all_back_whom_it_concerns() -> None:
    case = load_case("meridian-border")
    (gate,) = case.gate
    units = load_inventory("meridian", case.capability)
    refused = replace(case, gate=(replace(gate, from_=None),))
    assert {sent.nation for sent in greedy(case, units).assignments} == {"XAB", "XAD", "XAE"}
    assert {sent.nation for sent in greedy(refused, units).assignments} == {"XAB"}
