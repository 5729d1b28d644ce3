"""What is read of forces: plans checked as their inputs were, units told apart, tables with any sign between cells."""

import tomllib
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import tocsin
from tests.forces_instances import asked, battalion, instances
from tests.workbooks import HEAD as TITLES
from tests.workbooks import row_of, workbook
from tocsin.errors import ForcesError
from tocsin.forces.burden import weights
from tocsin.forces.canonical import as_csv
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.changes import Notice, TransitTime, parse
from tocsin.forces.explain import plan_of, why_hypothetical
from tocsin.forces.figures import inputs_digest, package_digest
from tocsin.forces.files import capabilities, case_in, load_case, plan_in
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import inventory_in, load_inventory
from tocsin.forces.model import Figure, ForceCase, Plan, Unit
from tocsin.forces.unit_checks import alike
from tocsin.forces.unpublished import FIGURE_WORDS, as_known, unpublished_words
from tocsin.forces.what_if import inputs_of, what_if
from tocsin.terms import PartyId

HEAD = "id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,lift_tonnes,source"
ROW = "A,XAA,Alpha,infantry-light,5,Home,24,ford:12; any:48,100,10,invented"
SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations"
CASE = """schema = 1

[case]
id = "case"
title = "A case"
operation = "rapid reaction"
activation = 2026-03-02

[[line]]
id = "defence"
capability = "air-defence-short"
required = 3
destination = "ford"
in_place_by_hours = 24
priority = 1
"""
OWN = """
[[capability]]
id = "air-defence-{0}"
name = "Fire units"
counted = "fire units"
"""


def read(text: str) -> tuple[Unit, ...]:
    return inventory_in(text.encode(), "units.csv", capabilities()).units


def problems(content: bytes) -> list[tuple[str, str]]:
    """Field and what is found, of every mistake in a plan; nothing where it is read."""
    try:
        plan_in(content, "plan.json")
    except ForcesError as error:
        return [(one.field, one.found) for one in error.problems]
    return []


def planned(case: ForceCase, units: tuple[Unit, ...]) -> Plan:
    return plan_of(case, units, greedy(case, units))


@pytest.fixture(scope="module")
def flood() -> Plan:
    case = load_case("meridian-flood")
    return planned(case, load_inventory("meridian", case.capability))


# capabilities that stand in


def test_no_code_of_the_case_stands_in_for_a_shipped_one_that_counts_something_else() -> None:
    with pytest.raises(ForcesError, match=r"case\.toml:20: capability\[0\]\.counted: 'air-defence-long' may stand in"):
        case_in(CASE + OWN.format("long"), "case.toml")
    both = case_in(CASE + OWN.format("long") + OWN.format("short"), "case.toml")
    assert {code.counted for code in both.capability if code.id.startswith("air-defence")} == {"fire units"}


# plans


def test_a_plan_with_one_unknown_field_is_told_one_mistake(flood: Plan) -> None:
    raw = msgspec.json.decode(msgspec.json.encode(flood))
    raw["package"]["colour"] = "red"
    assert problems(msgspec.json.encode(raw)) == [("package.colour", "there is no field 'colour' here")]


def recomputed(plan: Plan, **changes: object) -> bytes:
    """The plan with changed inputs and the digests that belong to them."""
    changed = replace(plan, **changes)
    package = replace(changed.package, inputs=inputs_digest(changed.case, changed.units))
    return msgspec.json.encode(replace(changed, package=replace(package, digest=package_digest(package))))


def test_a_plan_carries_only_units_that_an_inventory_could_have(flood: Plan) -> None:
    first, second, third, fourth, *others = flood.units
    wrong = (
        replace(first, nation=PartyId("QQQ")),
        replace(second, self_deploying=True, lift_tonnes=99, location="H\x1b[2J"),
        replace(third, valid_from=date(2026, 3, 2), valid_until=date(2026, 3, 1), capability="dogs"),
        replace(fourth, unset=("cost_cents",)),
        *others,
        replace(others[0], id="other", name=f"  {others[0].name.upper()}"),
    )
    found = problems(recomputed(flood, units=wrong))
    assert [field for field, _ in found] == [
        "units[0].nation",
        "units[1].location",
        "units[1].lift_tonnes",
        "units[2].capability",
        "units[2].valid_until",
        "units[3].unset[0]",
        f"units[{len(flood.units)}].name",
    ]
    assert "already: units[4]" in found[-1][1]


def test_a_plan_carries_only_a_case_that_could_be_read(flood: Plan) -> None:
    line = replace(flood.case.line[0], destination="any", capability="cats", in_place_by_hours=0)
    wrong = replace(flood.case, line=(line, *flood.case.line), gate=())
    fields = {field for field, _ in problems(recomputed(flood, case=wrong))}
    assert fields >= {"case.line[0].destination", "case.line[0].capability", "case.line[0].in_place_by_hours"}
    assert "case.line[1].id" in fields
    hidden = replace(flood.case, case=replace(flood.case.case, title="\x1b[2J"))
    assert [field for field, _ in problems(recomputed(flood, case=hidden))] == ["case.case.title"]


def test_of_many_mistakes_in_a_plan_the_rest_is_counted(flood: Plan) -> None:
    wrong = tuple(replace(unit, nation=PartyId("QQQ")) for unit in flood.units)
    found = problems(recomputed(flood, units=wrong))
    assert found[-1] == ("", f"{len(wrong) - 20} more problems are not shown")


def test_a_plan_that_nobody_could_have_made_ends_with_two(flood: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(recomputed(flood, units=(replace(flood.units[0], nation=PartyId("QQQ")), *flood.units[1:])))
    done = tocsin("forces", "verify", str(path))
    assert (done.code, "units[0].nation: 'QQQ' is no state" in done.err) == (2, True)


CHANGES = (
    ("--drop-caveat", "XAC:night"),
    ("--add-lift", "400t@24"),
    ("--own-lift", "XAA-MED"),
    ("--without", "XAC"),
    ("--notice", "XAA-1BDE:5"),
    ("--transit", "XAA-1BDE:ford:7"),
    ("--offer-from", "XAA-1BDE:2026-03-01"),
    ("--extend", "XAA-1BDE:2026-02-01"),
    ("--rotate", "XAA-MED"),
    ("--mandate", "XAD:2"),
    ("--gate", "host-consent:ford:2026-03-01"),
    ("--cap", "XAA:aircraft:99"),
    ("--one-nation", "infantry:90"),
    ("--deadline", "infantry:200"),
    ("--pledge", "XAA:infantry-light:1900"),
)


def test_what_any_change_makes_of_a_plan_is_read_again() -> None:
    assert {option for option, _ in CHANGES} == set(OPTIONS)
    case = load_case("meridian-ford")
    before = planned(case, load_inventory("meridian", case.capability))
    for option, text in CHANGES:
        made, units, _ = inputs_of(before, [parse(option, text)])
        assert problems(msgspec.json.encode(planned(made, units))) == [], option


@given(instances())
def test_a_plan_of_any_case_is_read_or_told_by_its_fields(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    plan = planned(*instance)
    for field, found in problems(msgspec.json.encode(plan)):
        assert field.startswith(("case.", "units["))
        assert found


# units that nobody can tell apart


@pytest.mark.parametrize(
    ("one", "other"),
    [("1st Battalion", "1st  battalion"), ("Café", "Cafe\u0301"), ("Straße", "STRASSE"), ("Unit 1", "Unit \uff11")],
)
def test_names_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert alike(one) == alike(other)
    rows = f"{HEAD}\n{ROW.replace('Alpha', one)}\n{ROW.replace('A,', 'B,', 1).replace('Alpha', other)}\n"
    with pytest.raises(ForcesError, match="already: line 2"):
        read(rows)
    assert len(read(rows.replace("B,XAA", "B,XAB"))) == 2


def test_ids_that_differ_in_capitals_alone_are_the_same() -> None:
    with pytest.raises(ForcesError, match="line 2 has 'A', the same in other letters"):
        read(f"{HEAD}\n{ROW}\n{ROW.replace('A,', 'a,', 1).replace('Alpha', 'Bravo')}\n")


# what stands between cells


@pytest.mark.parametrize("sign", [";", "\t"])
def test_semicolons_and_tabs_stand_between_cells_as_well(sign: str) -> None:
    row = ROW.replace("; ", "/").replace(",", sign).replace("ford:12/any:48", '"ford:12; any:48"')
    assert read(f"{HEAD.replace(',', sign)}\n{row}\n") == read(f"{HEAD}\n{ROW}\n")


@pytest.mark.parametrize(("sign", "word"), [(",", "a comma"), (";", "a semicolon"), ("\t", "a tab")])
def test_the_sign_that_splits_a_cell_is_named(sign: str, word: str) -> None:
    table = f"{HEAD}\n{ROW.replace('ford:12; any:48', '12').replace('Alpha', 'Al,pha')}\n".replace(",", sign)
    with pytest.raises(ForcesError) as caught:
        read(table)
    (found,) = caught.value.problems
    assert (found.line, found.found, found.fix) == (
        2,
        "the row has 12 cells",
        f"put quotes around a cell that has {word} in it",
    )


def test_empty_cells_at_the_end_of_a_row_are_nothing() -> None:
    assert read(f"{HEAD}\n{ROW},,,\n") == read(f"{HEAD},,\n{ROW},\n") == read(f"{HEAD}\n{ROW}\n")


def test_a_comma_in_a_row_that_ends_empty_is_one_mistake() -> None:
    with pytest.raises(ForcesError) as caught:
        read(f"{HEAD}\n{ROW.replace('Alpha', 'Al,pha').replace('invented', '')}\n")
    assert [one.found for one in caught.value.problems] == ["the row has 12 cells"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), st.integers(0, 10))
def test_quotes_that_are_not_closed_are_one_mistake_where_they_open(broken: int, column: int) -> None:
    rows = [ROW.replace("A,", f"U{number},", 1).replace("Alpha", f"Unit {number}") for number in range(1, 6)]
    cells = rows[broken - 1].split(",")
    cells[column] = f'"{cells[column]}'
    rows[broken - 1] = ",".join(cells)
    with pytest.raises(ForcesError) as caught:
        read("\n".join([HEAD, *rows]) + "\n")
    (found,) = caught.value.problems
    assert (found.line, found.fix) == (broken + 1, "close the quotes; write quotes inside a cell twice")


@pytest.mark.parametrize("cells", ["Total,,,,500", "# what the pact offers", ",,,,,,,,,,invented"])
def test_a_sum_or_a_remark_is_one_mistake(cells: str) -> None:
    with pytest.raises(ForcesError) as caught:
        read(f"{HEAD}\n{ROW}\n{cells}\n")
    (found,) = caught.value.problems
    assert (found.line, found.fix) == (3, "remove what is no unit, or fill it in")
    assert found.found.startswith("this is no unit: ")


def test_units_without_column_names_are_one_mistake() -> None:
    with pytest.raises(ForcesError) as caught:
        read(f"{ROW}\n{ROW}\n")
    assert [(one.line, one.found) for one in caught.value.problems] == [(1, "no line holds the column names")]


def test_caveats_may_have_capitals_and_semicolons_in_their_source_and_numbers_spaces_of_any_width() -> None:
    row = ROW.replace("Alpha", "Al\u00a0pha") + ",Hard Task night (decree 12; art. 3); soft area ford"
    (unit,) = read(f"{HEAD},caveats\n{row}\n")
    assert [(one.hard, one.scope, one.source) for one in unit.caveats] == [
        (True, "task", "decree 12; art. 3"),
        (False, "area", ""),
    ]
    assert unit.name == "Al pha"
    assert read(as_csv([unit])) == (unit,)
    wide = ROW.replace(",5,", ",1\u202f500,")
    with pytest.raises(ForcesError, match="write 1500"):
        read(f"{HEAD}\n{wide}\n")


def test_a_destination_called_any_is_refused_and_any_is_read_in_capitals() -> None:
    (unit,) = read(f"{HEAD}\n{ROW.replace('any:48', 'Any:48')}\n")
    assert unit.transit_hours == {"ford": 12, "any": 48}
    with pytest.raises(ForcesError, match="is no place"):
        case_in(CASE.replace('"ford"', '"Any"'), "case.toml")


def test_a_cell_with_a_fault_is_one_mistake() -> None:
    content = workbook(TITLES, row_of(strength="=400+50", notice_to_move_hours="#N/A"))
    with pytest.raises(ForcesError) as caught:
        inventory_in(content, "units.xlsx", capabilities())
    assert {one.cell: one.found for one in caught.value.problems} == {
        "units!E2": "the cell holds a formula without a value",
        "units!G2": "the cell holds the error #N/A",
    }
    assert len(caught.value.problems) == 2


# what nobody published


def test_a_figure_that_nobody_published_may_be_left_empty() -> None:
    row = "A,XAA,Alpha,infantry-light,5,Home,,,,,invented,cost cents; lift_tonnes; notice_to_move_hours; transit_hours"
    (unit,) = read(f"{HEAD},unset\n{row}\n")
    assert (unit.notice_to_move_hours, unit.transit_hours, unit.cost_cents) == (0, {"any": 0}, 0)
    assert unit.self_deploying
    assert read(as_csv([unit])) == (unit,)
    assert unit.unset == ("cost_cents", "lift_tonnes", "notice_to_move_hours", "transit_hours")


@given(st.lists(st.sampled_from(get_args(Figure)), unique=True))
def test_what_nobody_published_is_written_and_read_again(unset: list[Figure]) -> None:
    unit = battalion("A", unset=tuple(unset), cost_cents=0, transit_hours={"any": 0}, capability="infantry-light")
    assert read(as_csv([unit])) == (unit,)


def test_a_figure_that_is_changed_is_no_longer_one_that_nobody_published() -> None:
    unit = battalion("A", unset=("notice_to_move_hours", "transit_hours", "cost_cents"), transit_hours={"any": 0})
    before = planned(asked(), (replace(unit, cost_cents=0),))
    after = what_if(before, [Notice("A", 3), TransitTime("A", "ford", 5)], "", before.package)
    assert after.units[0].unset == ("cost_cents",)


def test_a_cost_is_told_as_far_as_it_was_published() -> None:
    known, unknown = battalion("A"), battalion("B", cost_cents=0, unset=("cost_cents", "notice_to_move_hours"))
    assert as_known("5.00", [known]) == "5.00"
    assert as_known("5.00", [known, unknown]) == "at least 5.00"
    assert as_known("0.00", [unknown]) == "not published"
    assert as_known("0.00", [unknown, battalion("C", cost_cents=0)]) == "not published"
    assert as_known("0.00", []) == "0.00"
    assert unpublished_words([known, unknown, unknown]) == "cost of 2 units, notice of 2 units"
    assert unpublished_words([known]) == ""
    assert set(FIGURE_WORDS) == set(get_args(Figure))


@pytest.mark.parametrize("name", ["turkey-2003", "kazakhstan-2022"])
def test_the_inventory_of_a_real_case_says_what_its_record_says_nobody_published(name: str) -> None:
    record = tomllib.loads((SHIPPED / f"sent/{name}.toml").read_text(encoding="utf-8"))
    case = load_case(name)
    told = {
        unit: set(offer.get("unset", ())) & {*get_args(Figure)} for offer in record["offer"] for unit in offer["units"]
    }
    assert {unit.id: set(unit.unset) for unit in load_inventory(name, case.capability)} == told


def test_a_plan_its_page_and_a_comparison_say_what_was_not_published(tmp_path: Path) -> None:
    done = tocsin("forces", "plan", "turkey-2003", "--inventory", "turkey-2003")
    told = "cost of 8 units, notice of 3 units, transit of 3 units, lift of 8 units, endurance of 5 units"
    assert "cost not published; weighted shortfall 0" in done.flat
    assert f"not published: {told}" in done.flat
    assert "cost, as published" in done.flat
    path, page = tmp_path / "plan.json", tmp_path / "plan.html"
    path.write_text(
        tocsin("forces", "plan", "turkey-2003", "--inventory", "turkey-2003", "--greedy", "--json").out,
        encoding="utf-8",
    )
    assert tocsin("forces", "draw", str(path), "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert f"<p>Not published: {told}." in text
    assert "<dd>not published</dd>" in text
    assert f"not published, and planned as 0: {told}" in tocsin("forces", "compare", "turkey-2003").flat
    assert "cost not published" in tocsin("forces", "burden", str(path)).flat


# why it is hypothetical


def test_the_banner_says_what_is_made_up() -> None:
    invented, real = battalion("A"), battalion("B", nation=PartyId("FRA"))
    sourced = replace(real, source="a decree")
    case = asked()
    made_up = replace(case, case=replace(case.case, hypothetical=True))
    assert why_hypothetical([sourced], case) == ""
    assert why_hypothetical([invented, real]) == "forces of invented states, 1 unit of real states without a source"
    assert why_hypothetical([sourced], made_up) == (
        "a case that says it is made up; of each unit it is said where it was seen"
    )
    assert "invented" not in tocsin("forces", "plan", "turkey-2003", "--inventory", "turkey-2003", "--greedy").out
    assert tocsin("forces", "inventory", "check", "turkey-2003", "--case", "turkey-2003").out.startswith("8 units")


def cell(column: str, text: str) -> Unit:
    """The unit of a row with this in one more column, or in the place of a cell."""
    names, values = HEAD.split(","), ROW.split(",")
    row = {**dict(zip(names, values, strict=True)), column: text}
    (unit,) = read(f"{','.join(row)}\n{','.join(row.values())}\n")
    return unit


def told(column: str, text: str) -> tuple[str, str]:
    """What is found in such a row, and how to mend it."""
    with pytest.raises(ForcesError) as caught:
        cell(column, text)
    (problem,) = caught.value.problems
    return problem.found, problem.fix


@pytest.mark.parametrize(
    ("column", "text", "plain"),
    [
        ("caveats", "hard   task   night  ( decree )", "hard task night (decree)"),
        ("caveats", "hard task night(decree) ;", "hard task night (decree)"),
        ("caveats", " ; ", ""),
        ("transit_hours", "ford : 12 ;; any:  48;", "ford:12; any:48"),
        ("transit_hours", "12 ;", "12"),
    ],
)
def test_blanks_and_separators_with_nothing_after_them_are_nothing(column: str, text: str, plain: str) -> None:
    assert cell(column, text) == cell(column, plain)


def test_what_was_published_may_be_listed_with_a_separator_at_the_end() -> None:
    assert cell("unset", "endurance_days ; ").unset == ("endurance_days",)


@pytest.mark.parametrize(
    ("column", "text", "found", "fix"),
    [
        ("transit_hours", ";", "no time stands there", ""),
        (
            "caveats",
            "hard task night  move (decree)",
            "'hard task night  move (decree)' is no caveat",
            "a tag has no blanks: hard task night-move (decree); and ';' stands between two caveats",
        ),
        (
            "caveats",
            "hard task",
            "'hard task' is no caveat",
            "write it like: hard task night (decree 12); soft area north",
        ),
        ("nation", "xaa", "'xaa' is no state", "write XAA"),
        ("nation", "Elbonia", "'Elbonia' is no state", ""),
        ("lift_tonnes", "", "how it gets there is not said", "write the tonnes it needs, or yes in self_deploying"),
        (
            "strength",
            "1.500",
            "'1.500' is no whole number",
            "write 1500 where thousands are meant; if it is 1.5, round it to a whole number",
        ),
        (
            "strength",
            "2.000",
            "'2.000' is no whole number",
            "write 2000 where thousands are meant; if it is 2, write 2",
        ),
        ("strength", "1.500.000", "'1.500.000' is no whole number", "write 1500000"),
    ],
)
def test_a_mistake_says_what_to_write(column: str, text: str, found: str, fix: str) -> None:
    assert told(column, text) == (found, fix)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_case_that_a_simple_editor_saved_is_read(tmp_path: Path, ends: str) -> None:
    path = tmp_path / "case.toml"
    path.write_bytes(f"\ufeff{CASE}".replace("\n", ends).encode())
    assert load_case(path) == case_in(CASE, "case.toml")
    path.write_bytes(f"\ufeff{CASE}activation = 3\n".encode())
    with pytest.raises(ForcesError, match=r"case\.toml:1[0-9]: line\[0\]\.activation"):
        load_case(path)


def test_a_share_that_is_missing_is_told_with_its_case_and_table() -> None:
    unit = battalion("u")
    with pytest.raises(ForcesError, match=r"the case 'case': share: there is no \[\[share\]\] of XAA"):
        weights(asked(), (unit,), "capacity")
