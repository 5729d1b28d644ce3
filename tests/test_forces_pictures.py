"""A plan as a page, as pictures and as a spreadsheet: nothing left out, nothing fetched, nothing run."""

import os
import re
from importlib import import_module
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from benchmarks.bench_forces import SIZES, instance
from tests.cli import tocsin
from tests.forces_instances import asked, battalion, instances
from tests.test_html import FETCHING, Page
from tocsin.cli import forces_draw, forces_xlsx
from tocsin.cli.forces_xlsx import as_xlsx
from tocsin.forces.burden import burden_of
from tocsin.forces.course import course_of
from tocsin.forces.explain import plan_of
from tocsin.forces.figures import proof_words
from tocsin.forces.files import load_case, load_plan
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Borne, Changed, ForceCase, Lift, Objective, Plan, Search, Share, Stage, Unit, WhatIf
from tocsin.forces.wording import money
from tocsin.pictures import gantt as gantts
from tocsin.pictures.burden_bars import NATIONS_MAX, burden_bars
from tocsin.pictures.frame import Axis, Box, Picture, cut, hatched, horizon, kept_apart, percent, short_money, tick_text
from tocsin.pictures.gantt import ROWS_MAX, UNITS_MAX, by_line, by_nation, folded, gantt
from tocsin.pictures.lift import lift
from tocsin.pictures.page import found_how, pictures_of, render, sheets_of
from tocsin.pictures.supply import LINES_MAX, smalls
from tocsin.pictures.tables import OBJECTIVE_WORDS
from tocsin.terms import PartyId

openpyxl: Any = import_module("openpyxl")  # an extra, without types
SVG = "{http://www.w3.org/2000/svg}"
EVIL = '=HYPERLINK("x") <script>alert(1)</script> & \u202e\x1b'


def planned(case: ForceCase, *units: Unit) -> Plan:
    return plan_of(case, units, greedy(case, units))


def shipped(name: str) -> Plan:
    case = load_case(name)
    return planned(case, *load_inventory("meridian", case.capability, case.case.activation))


@pytest.fixture(scope="module")
def ford() -> Plan:
    return shipped("meridian-ford")


@pytest.fixture(scope="module")
def medium() -> Plan:
    case, units = instance(SIZES["medium"], 1)
    return planned(case, *units)


def parsed(text: str) -> ET.Element:
    """A picture as an XML reader has it."""
    return ET.fromstring(text)  # noqa: S314  # our own picture, made a moment ago


def texts(picture: Picture) -> list[str]:
    """What is written in a picture, titles included."""
    return [one.text or "" for one in parsed(picture.element()).iter()]


def called(name: str, **changes: object) -> Unit:
    """A unit with this name in words."""
    return replace(battalion("unit", **changes), name=name)


# the page


@pytest.mark.parametrize("name", ["meridian-ford", "meridian-flood"])
def test_a_page_needs_nothing_else_and_runs_nothing(name: str) -> None:
    text = render(sheets_of(shipped(name)))
    found = Page(text)
    assert FETCHING.isdisjoint(tag for tag, _ in found.elements)
    assert not re.search(r"@import|url\(", text)
    for _, attrs in found.elements:
        assert not any(key.startswith("on") or key in ("src", "srcset", "action") for key in attrs)
        assert (attrs.get("href") or "#").startswith("#")
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", ["meridian-ford", "meridian-flood"])
def test_every_link_and_label_of_a_page_leads_somewhere_and_every_id_is_there_once(name: str) -> None:
    found = Page(render(sheets_of(shipped(name))))
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = [attrs.get("aria-labelledby") for _, attrs in found.elements]
    assert {name for names in labelled if names for name in names.split()} <= set(ids)
    assert {(attrs["href"] or "")[1:] for attrs in found.of("a")} <= set(ids)
    for attrs in found.of("svg"):
        assert attrs["role"] == "img"
        assert attrs["aria-labelledby"]


def test_a_page_holds_lines_units_reasons_burden_digest_and_how_to_verify(ford: Plan) -> None:
    found = Page(render(sheets_of(ford))).text
    assert found.startswith("HYPOTHETICAL: Defence of the ford")
    for line in ford.case.line:
        assert line.id in found
    for one in ford.package.assignments:
        assert one.unit in found
    for gap in ford.unfilled:
        assert f"{gap.shortfall:,}" in found
        assert gap.says in found
    assert "2,960 held back: XAA-1BDE, XAF-LGT" in found
    assert "The package fails without it." in found
    assert "Measured by capacity to pay, nations bear 1,073,466.66 beyond their fair shares, 29.7 % of" in found
    assert ford.package.digest in found
    assert ford.package.inputs in found
    assert "tocsin forces verify plan.json --case case.toml" in found


def test_a_page_of_sourced_forces_has_no_banner() -> None:
    unit = battalion("unit", nation=PartyId("FRA"), source="seen", strength=10)
    text = render(sheets_of(planned(asked(), unit)))
    assert "HYPOTHETICAL" not in text
    assert "FRA France" in text
    assert "Not filled" not in text


def test_a_page_of_nothing_sent_says_so() -> None:
    found = Page(render(sheets_of(planned(asked())))).text
    assert "0 of 0 units sent" in " ".join(found.split()) or "units sent 0 of 0" in found
    assert "None." in found
    assert "The case has no lift" in found


def test_names_that_would_be_markup_or_turn_the_text_are_only_names() -> None:
    case = asked(
        case=replace(asked().case, title=EVIL[:80], summary=EVIL), lift=(Lift(leaves_hours=9, tonnes=9, asset=EVIL),)
    )
    plan = planned(case, called(EVIL[:80], source=EVIL, self_deploying=False, lift_tonnes=3))
    text = render(sheets_of(plan))
    found = Page(text)
    assert not found.of("script")
    assert "<script>alert(1)</script> &" in found.text
    for sign in ("\x1b", "\u202e"):
        assert sign not in text
    for picture in pictures_of(sheets_of(plan)):
        alone = picture.alone(plan)
        parsed(alone)
        assert "<script" not in alone


def test_the_same_plan_makes_the_same_page(ford: Plan) -> None:
    assert render(sheets_of(ford)) == render(sheets_of(shipped("meridian-ford")))


@settings(max_examples=40)
@given(instances())
def test_every_instance_can_be_drawn(found: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    sheets = sheets_of(planned(found[0], *found[1]))
    Page(render(sheets))
    for picture in pictures_of(sheets):
        root = parsed(picture.alone(sheets.plan))
        for one in root.iter():
            for size in ("width", "height", "r"):
                assert not one.get(size, "").startswith("-")


def test_a_large_plan_is_held_whole_and_stays_small(medium: Plan) -> None:
    text = render(sheets_of(medium))
    assert len(text) < 1_000_000
    found = Page(text)
    assert f"Units sent ({len(medium.package.assignments)})" in found.text
    headed = {text for text in found.texts if re.fullmatch(r"u\d+", text)}
    assert {one.unit for one in medium.package.assignments} <= headed
    assert f"{LINES_MAX} of 120 lines, those that are not filled first" in found.text


def test_rows_beyond_the_limit_are_counted(ford: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.pictures.page.ROWS_MAX", 3)
    assert "The first 3 of 7; the plan and the spreadsheet have all." in Page(render(sheets_of(ford))).text


# how it was found


def test_a_page_says_how_good_the_package_is_known_to_be(ford: Plan) -> None:
    stages = (
        Stage(objective="shortfall", greedy=6700, value=1200, bound=1200, proved=True),
        Stage(objective="cost", greedy=950, value=900, bound=850, proved=False),
    )
    search = Search(solver="a solver 1", stages=stages, fairness="capacity", reproducible=False)
    begun = replace(ford, search=search)
    plan = replace(begun, package=replace(ford.package, algorithm="better 1, a solver 1"))
    found = Page(render(sheets_of(plan))).text
    assert "Found by better 1, a solver 1; fair shares by capacity to pay." in found
    assert found.count("better 1") == 1
    assert found_how(begun)[0] == "Found by greedy 1; a solver 1 found none better; fair shares by capacity to pay."
    assert "A clock stopped it: it is not reproducible." in found
    assert "weighted shortfall 6,700 1,200 1,200 proved the best" in found
    assert "cost, in cents 950 900 850 proved within 5.6 %" in found
    assert (proof_words(10**6, 0), proof_words(10**6, 1)) == ("nothing proved", "nothing proved")
    assert "The same inputs give it again." in found_how(replace(ford, search=replace(search, reproducible=True)))
    at_once = "Found at once by greedy 1: lawful, the same for the same input, not proved to be the best."
    assert found_how(ford) == [at_once]
    assert set(OBJECTIVE_WORDS) == set(get_args(Objective))
    assert list(book_of(replace(ford, search=search))["Search"].values)[1][:3] == ("weighted shortfall", 6700, 1200)


def test_what_was_changed_is_shown_beside_what_stood_before(ford: Plan) -> None:
    changes = WhatIf(
        options=("--drop-caveat", "XAB:night"),
        points=20,
        line="",
        package="sha256:before",
        weighted_shortfall_before=9_999,
        cost_cents_before=1,
        closure_hours_before=150,
        lines=(Changed(line="infantry", required=3000, shortfall_before=2500, shortfall=1900),),
        nations=(Borne(nation="XAB", cost_cents_before=100, cost_cents=110_000_000),),
        caution="It was found otherwise.",
    )
    plan = replace(ford, what_if=changes)
    found = Page(render(sheets_of(plan))).text
    assert "was changed by --drop-caveat XAB:night , 20 points together" in found
    assert "The weighted shortfall was 9,999 and is 6,700; the force closed at 150 h and closes at 160 h." in found
    assert "It was found otherwise." in found
    assert "infantry 3,000 2,500 1,900" in found
    assert "XAB 1.00 1,100,000.00" in found
    assert {"Lines changed", "Costs changed"} <= set(book_of(plan).sheetnames)


def test_who_must_be_relieved_is_shown() -> None:
    plan = shipped("meridian-truce")
    assert plan.mandate_course is not None
    found = Page(render(sheets_of(plan))).text
    assert f"The mandate ends on {plan.mandate_course.ends} and is to be renewed by" in found
    reliefs = list(book_of(plan)["Reliefs"].values)[1:]
    assert [row[0] for row in reliefs] == [one.unit for one in plan.mandate_course.reliefs]


# the deployment


@pytest.mark.parametrize("by", ["line", "nation"])
def test_every_unit_of_a_small_plan_has_a_bar_that_says_its_times(ford: Plan, by: gantts.By) -> None:
    course = course_of(ford)
    written = texts(gantt(ford, course, by))
    for one in course.movements:
        assert one.unit in written
        (said,) = [text for text in written if text.startswith(f"{one.unit} (")]
        assert f"in place at {one.in_place_hours} h of {one.in_place_by_hours} h" in said
    assert "force closes at 160 h" in written
    assert any("200 t at 72 h; 150 t at 120 h" in text for text in written)


def test_every_line_has_a_row_also_where_nothing_is_sent(ford: Plan) -> None:
    written = texts(gantt(ford, course_of(ford), "line"))
    assert {"✗ 0 of 40 tanks", "✓ 18 of 16 launchers", "✗ 1,100 of 3,000 persons"} <= set(written)
    assert {line.id for line in ford.case.line} <= set(written)


@pytest.mark.parametrize("by", ["line", "nation"])
def test_every_unit_of_a_large_plan_is_counted_in_one_row(medium: Plan, by: gantts.By) -> None:
    course = course_of(medium)
    assert len(course.movements) > UNITS_MAX
    groups = folded(by_line(medium, course) if by == "line" else by_nation(course))
    assert len(groups) <= ROWS_MAX
    units = [one.unit for group in groups for one in group.units]
    assert sorted(units) == sorted(one.unit for one in medium.package.assignments)
    written = texts(gantt(medium, course, by))
    counts = [re.match(r"([\d,]+) units?(, by [\d,]+ h)?$", text) for text in written]
    assert sum(int(found[1].replace(",", "")) for found in counts if found) >= len(units)


def test_rows_that_are_folded_are_said_to_be(medium: Plan) -> None:
    course = course_of(medium)
    assert folded(by_line(medium, course))[-1].name == f"{120 - ROWS_MAX + 1} more rows"
    assert f"{120 - ROWS_MAX + 1} more rows" in texts(gantt(medium, course, "line"))


@given(instances())
def test_the_areas_of_a_row_count_each_unit_once_at_every_hour(found: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    course = course_of(planned(found[0], *found[1]))
    until = horizon(course)
    for start, end, counts in gantts.counts_of(course.movements, until):
        assert 0 <= start < end <= until
        for hour in (start, end - 1):
            there = [name for one in course.movements for name, a, b in gantts.phases(one) if a <= hour < b]
            told = {"place": there.count("place"), "move": there.count("move"), "notice": there.count("notice")}
            assert counts == told | {"wait": there.count("wait") + there.count("lift")}


# supply, lift, burden


def test_what_is_missing_is_drawn_for_each_line_that_is_short(ford: Plan) -> None:
    drawn = smalls(ford, course_of(ford))
    assert [one.line for one in drawn] == [line.id for line in ford.case.line]
    for one, total in zip(drawn, ford.package.totals, strict=True):
        picture = "".join(one.parts)
        assert ('class="missing"' in picture) == (total.shortfall > 0)
        assert (f"{total.shortfall:,} missing" in one.says) == (total.shortfall > 0)
    assert "16 launchers by 120 h, full at 108 h. In place: 6 from 22 h; 10 from 96 h; 18 from 108 h." in drawn[1].says


def test_of_many_lines_those_that_are_short_are_drawn(medium: Plan) -> None:
    short = {total.line for total in medium.package.totals if total.shortfall}
    drawn = {one.line for one in smalls(medium, course_of(medium))}
    assert len(drawn) == LINES_MAX
    assert len(short & drawn) == min(len(short), LINES_MAX)


def test_lift_is_drawn_with_what_is_there_and_what_is_used(ford: Plan) -> None:
    picture = lift(ford.case, course_of(ford))
    assert picture is not None
    assert {"1,400 t, 100 %", "of 1,400 t", "760 t, 47 %", "of 1,600 t"} <= set(texts(picture))
    assert picture.says.startswith("2,160 t of 3,600 t are used. All of it at 72 h.")
    assets = asked(lift=(Lift(leaves_hours=9, tonnes=75, count=4, asset="heavy"), Lift(leaves_hours=9, tonnes=0)))
    picture = lift(assets, course_of(planned(assets)))
    assert picture is not None
    assert "4 × 75 t heavy" in texts(picture)


def test_each_nation_has_a_bar_and_a_mark_for_each_fair_share(ford: Plan) -> None:
    found = burden_of(ford)
    picture = burden_bars(found)
    root = parsed(picture.element())
    rows = [one for one in root.iter(f"{SVG}g") if one.find(f"{SVG}title") is not None]
    assert len(rows) == len(found.nations) == 7
    for row, nation in zip(rows, found.nations, strict=True):
        title = row.find(f"{SVG}title")
        assert title is not None
        assert (title.text or "").startswith(nation.nation)
        assert len([one for one in row if one.get("class") == "mark"]) == 3
        assert len([one for one in row if one.get("class") == "place"]) == (nation.cost_cents > 0)


def test_nations_beyond_the_limit_are_counted() -> None:
    codes = [PartyId(f"X{a}{b}") for a, b in product("ABC", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")][: NATIONS_MAX + 3]
    units = [battalion(f"unit-{code}", nation=code, strength=1, cost_cents=100) for code in codes]
    picture = burden_bars(burden_of(planned(asked(line=(replace(asked().line[0], required=99),)), *units)))
    assert "and 3 nations more, 3 together" in texts(picture)


# small parts


def test_names_of_lines_and_units_stand_whole_beside_their_bars_where_there_is_room(ford: Plan) -> None:
    lines = tuple(replace(line, id=f"line-with-a-rather-long-name-{line.id}") for line in ford.case.line)
    units = tuple(replace(unit, id=f"unit-of-the-northern-brigade-{unit.id}") for unit in ford.units)
    plan = planned(replace(ford.case, line=lines), *units)
    written = texts(gantt(plan, course_of(plan)))
    assert {line.id for line in lines} <= set(written)
    assert {one.unit for one in plan.package.assignments} <= set(written)


def test_names_that_are_longer_than_a_picture_has_room_for_are_kept_apart_and_told_whole(ford: Plan) -> None:
    units = tuple(replace(unit, id=f"{'a' * 28}-{unit.id}-{'z' * 24}") for unit in ford.units)
    plan = planned(ford.case, *units)
    picture = gantt(plan, course_of(plan))
    shortened = [text for text in texts(picture) if "…" in text]
    assert len(shortened) == len(set(shortened)) == len(plan.package.assignments)
    assert {one.unit for one in plan.package.assignments} <= set(texts(picture))


@given(
    st.lists(st.text("ab", min_size=1, max_size=30), unique=True, max_size=40),
    st.integers(min_value=8, max_value=20),
)
def test_no_two_names_are_shortened_to_the_same_and_none_is_too_long(names: list[str], most: int) -> None:
    found = kept_apart(names, most)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert all(len(short) <= most for short in found.values())
    assert all(short == name for name, short in found.items() if len(name) <= most)


def test_an_axis_marks_days_where_it_can_and_hours_where_it_must() -> None:
    long, short = Axis(0, 100, 250), Axis(0, 100, 40)
    assert (long.ticks(), tick_text(48, long.ticks())) == (list(range(0, 251, 24)), "day 2")
    assert (short.ticks(), tick_text(12, short.ticks())) == (list(range(0, 41, 6)), "12 h")
    assert Axis(0, 100, 200_000).ticks() == [0, 200_000]
    assert [long.x(hour) for hour in (-5, 0, 125, 250, 999)] == [0, 0, 50, 100, 100]


def test_strokes_of_rectangles_that_touch_meet() -> None:
    def ends(at: Box) -> set[tuple[str, str]]:
        return set(re.findall(r"([\d.]+) ([\d.]+)", str(hatched(at, "wait"))))

    left, right = ends(Box(0, 0, 20, 15)), ends(Box(20, 0, 20, 15))
    between = {("20.0", "5.0"), ("20.0", "10.0")}
    assert between <= left & right
    assert hatched(Box(0, 0, 0, 9), "wait") == ""


def test_numbers_are_short_and_exact() -> None:
    assert [money(cents) for cents in (0, 5, -123456, 10**15)] == ["0.00", "0.05", "−1,234.56", "10,000,000,000,000.00"]
    shown = [short_money(cents) for cents in (99, 99_900, 540_000_000, -6_470_000_000, 10**14)]
    assert shown == ["0", "999", "5.40 M", "−64.7 M", "1.00 T"]
    assert (percent(123_456), percent(-1_000_000)) == ("12.3 %", "−100.0 %")
    assert (cut("abcdef", 6), cut("abcdefg", 6)) == ("abcdef", "abcde…")


# the spreadsheet


def book_of(plan: Plan) -> Any:  # noqa: ANN401  # openpyxl has no types
    return openpyxl.load_workbook(BytesIO(as_xlsx(sheets_of(plan))))


def test_a_spreadsheet_read_back_holds_the_plan_with_numbers_as_numbers(ford: Plan) -> None:
    book = book_of(ford)
    assert book.sheetnames == ["About", "Lines", "Units sent", "Not filled", "Burden", "Lift"]
    lines = list(book["Lines"].values)
    head = lines[0]
    for row, total in zip(lines[1:], ford.package.totals, strict=True):
        cells = dict(zip(head, row, strict=True))
        assert (cells["line"], cells["required"], cells["pledged"]) == (total.line, total.required, total.pledged)
        assert (cells["filled"], cells["shortfall"]) == (total.filled, total.shortfall)
    units = [dict(zip(next(book["Units sent"].values), row, strict=True)) for row in book["Units sent"].values][1:]
    assert {row["unit"] for row in units} == {one.unit for one in ford.package.assignments}
    assert sum(row["cost"] for row in units) == ford.package.cost_cents / 100
    assert sum(row["lift t"] for row in units) == 2160
    burden = list(book["Burden"].values)
    assert burden[1][:7] == ("XAA", 2, 5, "120 beds, 8 launchers", 1390, 1_610_000, 0.445983)
    assert book["Burden"]["F2"].number_format == "#,##0.00"
    about = dict(book["About"].iter_rows(values_only=True))
    assert about["package"] == ford.package.digest
    assert "HYPOTHETICAL" in about
    gaps = {row[0] for row in book["Not filled"].iter_rows(min_row=2, values_only=True)}
    assert gaps == {one.line for one in ford.unfilled}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x","y")', "\t=1", "plain"])
def test_no_text_of_a_spreadsheet_becomes_a_formula(name: str) -> None:
    cell = next(cell for cell in book_of(planned(asked(), called(name)))["Units sent"][2] if cell.column_letter == "B")
    assert cell.data_type == "s"
    assert cell.value == name.replace("\t", "\\t")
    assert cell.quotePrefix == name.startswith(("=", "+", "-", "@"))


def test_what_no_spreadsheet_can_hold_is_written_out() -> None:
    (row,) = book_of(planned(asked(), called("a\x00b\x1b"))).worksheets[2].iter_rows(min_row=2)
    assert row[1].value == "a\\x00b\\x1b"


def test_the_same_plan_makes_the_same_sheets(ford: Plan) -> None:
    first, second = book_of(ford), book_of(shipped("meridian-ford"))
    assert [list(sheet.values) for sheet in first] == [list(sheet.values) for sheet in second]
    assert first.properties.created == second.properties.created


# the command


@pytest.fixture
def plan(tmp_path: Path, ford: Plan) -> Path:
    path = tmp_path / "plan.json"
    path.write_bytes(msgspec.json.encode(ford))
    return path


def test_the_command_writes_page_pictures_and_spreadsheet(plan: Path, ford: Plan) -> None:
    html, svg, xlsx = plan.with_name("plan.html"), plan.with_name("pictures"), plan.with_name("plan.xlsx")
    words = ("forces", "draw", str(plan), "--html", str(html), "--svg", str(svg), "--xlsx", str(xlsx))
    done = tocsin(*words)
    assert (done.code, done.out) == (0, "")
    assert f"Wrote {html}.\nWrote {xlsx}.\n" in done.err
    assert html.read_text(encoding="utf-8") == render(sheets_of(ford))
    names = ["burden", "gantt-line", "gantt-nation", "lift", "supply"]
    assert sorted(path.stem for path in svg.iterdir()) == names
    for path in svg.iterdir():
        text = path.read_text(encoding="utf-8")
        parsed(text)
        assert "HYPOTHETICAL" in text
        assert ford.package.digest in text
        assert "prefers-color-scheme: dark" in text
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert openpyxl.load_workbook(xlsx).sheetnames[0] == "About"
    again = tocsin(*words)
    assert f"Wrote {html}, over the one that was there." in again.err
    assert tocsin(*words, "--json").json == {
        "written": [
            str(html),
            str(xlsx),
            *(str(svg / f"{one}.svg") for one in ("gantt-line", "gantt-nation", "supply", "burden", "lift")),
        ]
    }


@pytest.mark.parametrize(("option", "kind"), [("--html", "HTML page"), ("--xlsx", "spreadsheet")])
def test_a_file_of_another_kind_is_left_as_it_is(plan: Path, option: str, kind: str) -> None:
    before = plan.read_bytes()
    done = tocsin("forces", "draw", str(plan), option, str(plan))
    assert done.code == 2
    assert f"is there already and is no {kind}; it is left as it is." in done.err
    assert plan.read_bytes() == before
    other = plan.with_name("lift.svg")
    other.write_text("mine", encoding="utf-8")
    assert "is no picture" in tocsin("forces", "draw", str(plan), "--svg", str(plan.parent)).err
    assert other.read_text(encoding="utf-8") == "mine"


def test_what_is_no_file_and_what_is_no_folder_is_refused_before_anything_is_drawn(plan: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for words, told in (
        (("--html", str(tmp_path)), "is a folder. Name a file."),
        (("--xlsx", str(pipe)), "is a named pipe. Name a file."),
        (("--svg", str(plan)), "is a file. Name a folder."),
    ):
        done = tocsin("forces", "draw", str(plan), *words)
        assert (done.code, told in " ".join(done.err.split())) == (2, True)


def test_what_to_write_must_be_said(plan: Path) -> None:
    done = tocsin("forces", "draw", str(plan))
    assert (done.code, "say what to write: --html FILE, --svg FOLDER or --xlsx FILE." in done.err) == (2, True)


def test_a_plan_is_drawn_by_its_inputs_and_not_by_what_it_says_of_itself(plan: Path, ford: Plan) -> None:
    plan.write_bytes(msgspec.json.encode(replace(ford, hypothetical=False, unfilled=())))
    found = forces_draw.lawful(plan)
    assert found == ford != load_plan(plan)


def test_a_package_that_breaks_a_rule_is_not_drawn(plan: Path, ford: Plan) -> None:
    worse = replace(ford.package, assignments=ford.package.assignments[1:])
    plan.write_bytes(msgspec.json.encode(replace(ford, package=worse)))
    done = tocsin("forces", "draw", str(plan), "--html", str(plan.with_name("plan.html")))
    assert done.code == 2
    assert "the package is not lawful: digest, figures" in done.err
    assert not plan.with_name("plan.html").exists()


def test_the_missing_extra_is_named_with_how_to_get_it(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(forces_xlsx, "import_module", missing)
    done = tocsin("forces", "draw", str(plan), "--xlsx", str(plan.with_name("plan.xlsx")))
    assert done.code == 2
    assert "pip install 'tocsin[xlsx]', or in a checkout scripts/venv requirements-full.lock" in done.err


def test_a_case_with_shares_shows_them_in_every_form() -> None:
    shares = (Share(nation=PartyId("XAA"), capacity=1, benefit=1),)
    sheets = sheets_of(planned(asked(share=shares), battalion("unit")))
    groups = dict.fromkeys(column.group for column in sheets.of_burden.columns if column.group)
    assert list(groups) == ["capacity to pay", "benefit", "equal parts"]


def test_planning_writes_page_and_spreadsheet_of_what_it_found(tmp_path: Path) -> None:
    html, xlsx = tmp_path / "plan.html", tmp_path / "plan.xlsx"
    words = ("forces", "plan", "meridian-flood", "--inventory", "meridian", "--greedy", "--json")
    done = tocsin(*words, "--html", str(html), "--xlsx", str(xlsx))
    assert done.err == f"Wrote {html}.\nWrote {xlsx}.\n"
    assert done.json["package"]["digest"] in Page(html.read_text(encoding="utf-8")).text
    refused = tocsin(*words, "--html", str(xlsx))
    assert (refused.code, "is no HTML page" in refused.err) == (2, True)
