"""Inventories from workbooks: the same units as from CSV, mistakes by cell, and ForcesError at any bytes."""

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli import tocsin
from tests.workbooks import HEAD, ROW, Change, members, packed, row_of, saved, workbook
from tocsin.errors import ForcesError, Problem
from tocsin.forces import workbook as reader
from tocsin.forces.files import capabilities
from tocsin.forces.inventory import Inventory, load_inventory, read_inventory
from tocsin.forces.sheets import letters

HALF_SIX = datetime.fromisoformat("2026-03-02T06:30")
SHEET = "xl/worksheets/sheet1.xml"


def read(folder: Path, content: bytes, sheet: str = "", name: str = "units.xlsx") -> Inventory:
    return read_inventory(saved(folder, content, name), capabilities(), None, sheet)


def refused(folder: Path, content: bytes, sheet: str = "", name: str = "units.xlsx") -> list[Problem]:
    with pytest.raises(ForcesError) as caught:
        read(folder, content, sheet, name)
    return list(caught.value.problems)


def test_a_workbook_gives_the_same_units_as_csv(tmp_path: Path) -> None:
    full = (*HEAD, "self_deploying", "endurance_days", "rotates", "valid_from", "valid_until", "caveats", "source")
    row = (
        *row_of(strength=500.0, lift_tonnes=None),
        True,
        30.0,
        False,
        date(2026, 3, 1),
        datetime.fromisoformat("2026-09-01T00:00"),
        None,
        "x",
    )
    found = read(tmp_path, workbook(full, row))
    line = "A,XAA,Unit A,infantry-light,500,Home,24,ford:12; any:48,100,,yes,30,no,2026-03-01,2026-09-01,,x"
    (tmp_path / "units.csv").write_text(f"{','.join(full)}\n{line}\n", encoding="utf-8")
    assert found.units == load_inventory(tmp_path / "units.csv", capabilities())
    assert (found.sheet, found.renamed, found.notes) == ("units", (), ())


@pytest.mark.parametrize(
    ("cell", "column", "told"),
    [
        (0, "strength", "units!E2: strength: 0 is out of range"),
        (2.5, "strength", "units!E2: strength: '2.5' is no whole number"),
        (float(10**20), "cost_cents", "units!I2: cost_cents: '1e+20' is no whole number"),
        ("1,200", "strength", "units!E2: strength: '1,200' is no whole number"),
        (
            datetime.fromisoformat("2026-03-02T06:30"),
            "strength",
            "units!E2: strength: '2026-03-02 06:30' is no whole number",
        ),
        (time(6, 30), "strength", "units!E2: strength: '06:30:00' is no whole number"),
        (timedelta(hours=30), "notice_to_move_hours", "units!G2: notice_to_move_hours: '30:00' is no whole number"),
        (None, "name", "units!C2: name: the cell is empty"),
        ("Belmora", "nation", "units!B2: nation: 'Belmora' is no state"),
        ("#N/A", "name", "units!C2: the cell holds the error #N/A"),
        (
            "Unit\x0bA".replace("\x0b", "\u2028"),
            "name",
            "units!C2: name: the cell holds a character that does not print",
        ),
    ],
)
def test_a_mistake_is_told_by_its_cell(tmp_path: Path, cell: object, column: str, told: str) -> None:
    (first, *_) = refused(tmp_path, workbook(HEAD, row_of(**{column: cell})))
    assert str(first).removeprefix(f"{tmp_path}/").splitlines()[0] == f"units.xlsx: {told}"


def test_a_per_cent_is_told_as_it_is_shown(tmp_path: Path) -> None:
    def shown(_: object, sheet: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        sheet["E2"].number_format = "0%"

    (problem,) = refused(tmp_path, workbook(HEAD, row_of(strength=0.6), change=shown))
    assert (problem.cell, problem.found) == ("units!E2", "'60%' is no whole number")


def test_column_names_may_differ_in_case_spaces_and_brackets(tmp_path: Path) -> None:
    head = [name.replace("_", " ").capitalize() for name in HEAD]
    head[6], head[9] = "Notice to move (hours)", "LIFT – tonnes"
    found = read(tmp_path, workbook(head, ROW))
    assert len(found.units) == 1
    assert ("Notice to move (hours)", "notice_to_move_hours") in found.renamed
    assert ("LIFT – tonnes", "lift_tonnes") in found.renamed
    (problem, *_) = refused(tmp_path, workbook([*HEAD[:-1], "lift"], ROW))
    assert (problem.cell, problem.found) == ("units!J1", "there is no such column")
    (twice,) = refused(tmp_path, workbook([*HEAD, "Strength"], [*ROW, 4]))
    assert twice.found == "the column stands there twice"


def test_what_stands_above_the_column_names_is_not_read_and_that_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, workbook(["Our inventory"], [], HEAD, [], ROW))
    assert len(found.units) == 1
    assert found.notes == ("what stands above the column names in line 3 was not read",)
    (problem,) = refused(tmp_path, workbook([], [], HEAD, [], row_of(strength=-1)))
    assert (problem.cell, problem.line) == ("units!E5", 5)


def formula(value: str) -> Callable[[dict[str, bytes]], None]:
    """Puts a formula into E2, with this as what was last worked out."""

    def change(files: dict[str, bytes]) -> None:
        files[SHEET] = files[SHEET].replace(b"<v>5</v>", f"<f>2+3</f>{value}".encode())

    return change


def test_of_a_formula_the_value_is_read_that_was_last_worked_out(tmp_path: Path) -> None:
    files = members(workbook(HEAD, ROW))
    formula("<v>5</v>")(files)
    found = read(tmp_path, packed(files))
    assert found.units[0].strength == 5
    assert found.notes == ("one cell holds a formula (E2): the values were read that were last worked out",)
    files = members(workbook(HEAD, ROW))
    formula("")(files)
    problems = refused(tmp_path, packed(files))
    assert (problems[0].cell, problems[0].found) == ("units!E2", "the cell holds a formula without a value")


def test_merged_cells_under_the_column_names_are_mistakes_and_above_them_are_not(tmp_path: Path) -> None:
    def merge(where: str) -> Change:
        return lambda _, sheet: sheet.merge_cells(where)

    (problem, *_) = refused(tmp_path, workbook(HEAD, ROW, row_of(id="B", name="B"), change=merge("F2:F3")))
    assert (problem.cell, problem.found) == ("units!F2", "the cells F2:F3 are merged")
    assert len(read(tmp_path, workbook(["Ours"], HEAD, ROW, change=merge("A1:D1"))).units) == 1


def test_a_hidden_row_is_read_and_told(tmp_path: Path) -> None:
    def hide(_: object, sheet: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        sheet.row_dimensions[3].hidden = True

    found = read(tmp_path, workbook(HEAD, ROW, row_of(id="B", name="B"), change=hide))
    assert [unit.id for unit in found.units] == ["A", "B"]
    assert found.notes == ("one hidden row was read as well: 3",)


def test_hidden_columns_are_read_and_told(tmp_path: Path) -> None:
    def hide(_: object, sheet: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        for column in ("C", "I", "Z"):
            sheet.column_dimensions[column].hidden = True

    found = read(tmp_path, workbook(HEAD, ROW, change=hide))
    assert found.units == read(tmp_path, workbook(HEAD, ROW)).units
    assert found.notes == ("2 hidden columns were read as well: C, I",)


def test_comments_on_cells_are_told_of(tmp_path: Path) -> None:
    def remark(_: object, sheet: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        sheet["E2"].comment = import_module("openpyxl.comments").Comment("only by day", "staff")

    assert read(tmp_path, workbook(HEAD, ROW, change=remark)).notes == ("comments on cells were not read",)


@pytest.mark.parametrize(
    ("column", "cell", "fix"),
    [
        ("valid_until", 46143, "which Excel shows as 2026-05-01 where it is formatted as a date: write 2026-05-01"),
        ("valid_until", True, "if the cell shows TRUE or FALSE, which stand for yes and no: put what is meant"),
    ],
)
def test_what_excel_shows_otherwise_is_told_as_it_is_shown(tmp_path: Path, column: str, cell: object, fix: str) -> None:
    (problem,) = refused(tmp_path, workbook((*HEAD, column), (*ROW, cell)))
    assert fix in problem.fix


def more_sheets(*titles: str, head: tuple[str, ...] = HEAD, state: str = "visible") -> Change:
    def change(book: Any, _: object) -> None:  # noqa: ANN401  # openpyxl has no types
        for title in titles:
            sheet = book.create_sheet(title)
            sheet.append(list(head))
            sheet.append(list(row_of(id=title, name=title)))
            sheet.sheet_state = state

    return change


def test_of_several_sheets_the_one_with_the_column_names_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, workbook(HEAD, ROW, change=more_sheets("Notes", head=("remark",))))
    assert found.sheet == "units"
    assert found.notes == ("only the sheet units was read, not Notes",)
    two = workbook(HEAD, ROW, change=more_sheets("Fleet"))
    (problem,) = refused(tmp_path, two)
    assert problem.found == "several sheets have the column names of an inventory: units, Fleet"
    assert [unit.id for unit in read(tmp_path, two, "Fleet").units] == ["Fleet"]
    assert refused(tmp_path, two, "Ships")[0].accepted == "units, Fleet"


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    hidden = workbook(HEAD, ROW, change=more_sheets("Old", state="hidden"))
    assert [unit.id for unit in read(tmp_path, hidden).units] == ["A"]
    assert [unit.id for unit in read(tmp_path, hidden, "Old").units] == ["Old"]
    assert refused(tmp_path, workbook(change=more_sheets("Old", state="hidden")))[0].found == "the workbook is empty"


def test_a_sheet_whose_name_needs_quotes_has_them_in_its_cells(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, workbook(HEAD, row_of(strength=0), title="Bob's units"))
    assert problem.cell == "'Bob''s units'!E2"


def test_a_cell_without_a_column_name_is_told(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, workbook(HEAD, [*ROW, None, "remark"]))
    assert (problem.cell, problem.found) == ("units!2", "the cell L2 belongs to no column")


def test_two_rows_of_one_id_are_told_by_their_rows(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, workbook(HEAD, ROW, row_of(name="B")))
    assert (problem.cell, problem.found) == ("units!A3", "row 2 has the id 'A' too")


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "units.xls", "this is a workbook of an older kind, or one with a password"),
        (b"id,nation\n", "units.xlsx", "the workbook is damaged"),
        (b"", "units.xlsx", "the workbook is damaged"),
        (packed({"mimetype": b"application/vnd.oasis"}), "units.ods", "this is no .xlsx workbook"),
        (packed({**members(workbook(HEAD, ROW)), "xl/vbaProject.bin": b""}), "units.xlsm", "the workbook holds macros"),
        (
            packed({**members(workbook(HEAD, ROW)), "x": bytes(reader.UNPACKED_MAX)}),
            "units.xlsx",
            "unpacks to too much",
        ),
        (workbook(), "units.xlsx", "the workbook is empty"),
    ],
    ids=["older", "CSV", "nothing", "another office", "macros", "zip bomb", "empty"],
)
def test_what_is_no_workbook_of_ours_is_refused(tmp_path: Path, content: bytes, name: str, told: str) -> None:
    (problem,) = refused(tmp_path, content, name=name)
    assert told in problem.found


def test_a_workbook_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    assert len(read(tmp_path, workbook(HEAD, ROW), name="units.csv").units) == 1


def with_sheet(before: bytes, after: bytes) -> bytes:
    files = members(workbook(HEAD, ROW))
    assert before in files[SHEET]
    files[SHEET] = files[SHEET].replace(before, after)
    return packed(files)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (with_sheet(b'<row r="2"', b'<row r="60000"'), "is too large"),
        (with_sheet(b'r="J2"', b'r="ZZZ2"'), "is too large"),
        (with_sheet(b"</row></sheetData>", b"<c/>" * 16_384 + b"</row></sheetData>"), "is too large"),
        (with_sheet(b"<sheetData>", b"<!--" + b"<" * reader.MARKS_MAX + b"--><sheetData>"), "holds too much"),
        (with_sheet(b"<worksheet", b'<!DOCTYPE w [<!ENTITY e "e">]><worksheet'), "damaged"),
        (with_sheet(b"<v>5</v>", b"<v>five</v>"), "damaged"),
        (packed({f"{number}.txt": b"" for number in range(reader.MEMBERS_MAX)} | members(workbook(HEAD))), "too much"),
    ],
    ids=["rows", "columns", "cells in a row", "elements", "entities", "a number that is none", "members"],
)
def test_a_workbook_beyond_the_limits_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (problem,) = refused(tmp_path, content)
    assert told in problem.found


STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def test_texts_that_stand_once_for_all_cells_are_read(tmp_path: Path) -> None:
    files = members(workbook(HEAD, ROW))
    sheet = re.sub(rb't="inlineStr"><is><t>Unit A</t></is>', b't="s"><v>1</v>', files[SHEET])
    assert sheet != files[SHEET]
    strings = f'<sst xmlns="{NAMESPACE}"><si/><si><r><t>Unit </t></r><r><t>One</t></r></si></sst>'
    kind = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{STRINGS}"/></Types>'
    types = files["[Content_Types].xml"].replace(b"</Types>", kind.encode())
    content = packed({**files, SHEET: sheet, "[Content_Types].xml": types, "xl/sharedStrings.xml": strings.encode()})
    assert [unit.name for unit in read(tmp_path, content).units] == ["Unit One"]


def test_a_row_far_down_that_holds_nothing_is_not_waited_for(tmp_path: Path) -> None:
    content = with_sheet(b"</sheetData>", b'<row r="999999999999"/></sheetData>')
    assert len(read(tmp_path, content).units) == 1


def test_letters_are_those_of_a_spreadsheet() -> None:
    assert [letters(column) for column in (-1, 0, 25, 26, 27, 701, 702)] == ["", "A", "Z", "AA", "AB", "ZZ", "AAA"]


WHOLE = workbook(HEAD, ROW, row_of(id="B", name="B"))
PARTS = members(WHOLE)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reads_or_refuses(folder: Path, content: bytes) -> None:
    with suppress(ForcesError):
        read(folder, content)


@QUICK
@given(st.binary(max_size=300), st.sampled_from((b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")))
def test_any_bytes_are_refused_by_us_and_nobody_else(tmp_path: Path, content: bytes, begins: bytes) -> None:
    reads_or_refuses(tmp_path, begins + content)


@QUICK
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 40), st.binary(max_size=40))
def test_a_workbook_with_other_bytes_in_it_is_read_or_refused(tmp_path: Path, at: int, gone: int, new: bytes) -> None:
    reads_or_refuses(tmp_path, WHOLE[:at] + new + WHOLE[at + gone :])


INSERTS = (
    b"",
    b"<",
    b'"',
    b"<row>",
    b'<c r="A0"/>',
    b'<c r="1"><v>1</v></c>',
    b"&#0;",
    b"</sheetData>",
    b"999999999999",
)


@QUICK
@given(
    st.sampled_from(sorted(PARTS)),
    st.floats(0, 1),
    st.integers(0, 30),
    st.sampled_from(INSERTS) | st.binary(max_size=9),
)
def test_a_workbook_with_other_xml_in_it_is_read_or_refused(
    tmp_path: Path, part: str, where: float, gone: int, new: bytes
) -> None:
    old = PARTS[part]
    at = int(where * len(old))
    reads_or_refuses(tmp_path, packed({**PARTS, part: old[:at] + new + old[at + gone :]}))


@QUICK
@given(st.sets(st.sampled_from(sorted(PARTS)), min_size=1))
def test_a_workbook_that_lacks_parts_is_read_or_refused(tmp_path: Path, gone: set[str]) -> None:
    reads_or_refuses(tmp_path, packed({name: content for name, content in PARTS.items() if name not in gone}))


def test_without_the_extra_one_sentence_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, workbook(HEAD, ROW))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    done = tocsin("forces", "inventory", "check", str(path))
    assert done.code == 2
    assert "workbooks are read by the extra 'xlsx', which is not installed" in done.err
    assert "pip install 'tocsin[xlsx]'" in done.err


def test_reading_csv_loads_no_library_for_workbooks() -> None:
    code = (
        "import sys; from tocsin.forces.inventory import load_inventory; from tocsin.forces.files import capabilities;"
        "load_inventory('meridian', capabilities()); print({'openpyxl', 'defusedxml', 'zipfile'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "openpyxl" not in done.stdout
    assert "defusedxml" not in done.stdout
