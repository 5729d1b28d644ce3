"""An inventory is brought in: written in our own form, compared with the one before, and never over it unasked."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import tocsin
from tests.forces_instances import CODES, units
from tests.workbooks import HEAD, ROW, row_of, saved, workbook
from tocsin.errors import ForcesError
from tocsin.forces.canonical import COLUMNS, Differences, as_csv, cells, differences
from tocsin.forces.files import capabilities
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Unit

SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations/meridian.csv"

Inventory = tuple[Unit, ...]


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    """Inventories that a file can hold: a unit either needs lift or deploys by itself, and its offer has a length."""
    drawn = [draw(units(f"u{number}")) for number in draw(st.lists(st.integers(0, 5), min_size=1, unique=True))]
    return tuple(_whole(unit) for unit in drawn)


def _whole(unit: Unit) -> Unit:
    begins, ends = unit.valid_from, unit.valid_until
    fits = begins is None or ends is None or begins < ends
    return replace(unit, lift_tonnes=0 if unit.self_deploying else unit.lift_tonnes, valid_until=ends if fits else None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(inventories())
def test_an_inventory_that_is_written_reads_back_the_same(tmp_path: Path, found: Inventory) -> None:
    path = tmp_path / "units.csv"
    path.write_text(as_csv(found), encoding="utf-8")
    assert load_inventory(path, CODES) == found


cells_of_a_unit = st.fixed_dictionaries(
    {
        column: st.sampled_from(("", "A", "XAA", "infantry-light", "5", "-1", "1 200", "yes", "2026-03-01", "any:4"))
        | st.text(max_size=12)
        for column in COLUMNS
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.lists(cells_of_a_unit, min_size=1, max_size=3), st.sampled_from((",", ";")))
def test_whatever_stands_in_the_cells_is_read_or_told(
    tmp_path: Path, rows: list[dict[str, str]], delimiter: str
) -> None:
    path = tmp_path / "units.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    try:
        found = load_inventory(path, capabilities())
    except ForcesError as error:
        told = "\n".join(str(problem) for problem in error.problems)
    else:
        told = ""
        path.write_text(as_csv(found), encoding="utf-8")
        assert load_inventory(path, capabilities()) == found
    assert "the row cannot be read" not in told


def test_the_shipped_inventory_is_in_our_own_form() -> None:
    assert as_csv(load_inventory("meridian", capabilities())) == SHIPPED.read_text(encoding="utf-8")


@given(inventories(), inventories())
def test_differences_lead_from_one_inventory_to_the_other(before: Inventory, after: Inventory) -> None:
    found = differences(before, after)
    assert applied(before, after, found) == {unit.id: cells(unit) for unit in after}
    assert differences(after, after).is_none
    for unit in found.changed:
        assert unit.fields
        assert all(change.before != change.after and change.field in COLUMNS for change in unit.fields)


def applied(before: Sequence[Unit], after: Sequence[Unit], found: Differences) -> dict[str, dict[str, str]]:
    """The cells of an inventory once the differences are put into it."""
    table = {unit.id: cells(unit) for unit in before if unit.id not in found.removed}
    table |= {unit.id: cells(unit) for unit in after if unit.id in found.added}
    for unit in found.changed:
        for change in unit.fields:
            assert table[unit.unit][change.field] == change.before
            table[unit.unit][change.field] = change.after
    return table


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return saved(tmp_path, workbook(["Ours"], [name.upper() for name in HEAD], ROW, row_of(id="B", name="B")))


def imported(*words: str) -> dict[str, object]:
    done = tocsin("forces", "inventory", "import", "units.xlsx", *words, "--json")
    assert done.code == 0, done.err
    answer: dict[str, object] = done.json
    return answer


@pytest.mark.usefixtures("book")
def test_a_workbook_becomes_csv_beside_it_and_all_that_was_read_is_told(tmp_path: Path) -> None:
    done = tocsin("forces", "inventory", "import", "units.xlsx")
    assert done.code == 0
    assert done.out.startswith(" HYPOTHETICAL ")
    assert "2 units of 1 nation, no mistake units.xlsx, sheet units" in done.flat
    assert "'NOTICE_TO_MOVE_HOURS' as notice_to_move_hours" in done.flat
    assert "what stands above the column names in line 2 was not read" in done.flat
    assert "✓ written to units.csv" in done.flat
    assert [unit.id for unit in load_inventory(tmp_path / "units.csv", capabilities())] == ["A", "B"]


def test_a_file_that_is_there_is_replaced_only_where_that_is_asked(book: Path) -> None:
    imported()
    written = book.with_suffix(".csv").read_bytes()
    book.write_bytes(workbook(HEAD, row_of(strength=7), row_of(id="C", name="C")))
    refused = tocsin("forces", "inventory", "import", "units.xlsx")
    assert (refused.code, "there is such a file already" in refused.err) == (2, True)
    looked = imported("--check")
    assert looked["differences"] == {
        "added": ["C"],
        "removed": ["B"],
        "changed": [{"unit": "A", "fields": [{"field": "strength", "before": "5", "after": "7"}]}],
    }
    assert (looked["replaces"], looked["written"]) == ("inventory", False)
    assert book.with_suffix(".csv").read_bytes() == written
    text = tocsin("forces", "inventory", "import", "units.xlsx", "--force")
    assert "+ C − B ~ A: strength: 5 → 7" in text.flat
    assert book.with_suffix(".csv").read_bytes() != written
    assert (
        "What differs from units.csv as it was nothing"
        in tocsin("forces", "inventory", "import", "units.xlsx", "--check").flat
    )


def test_a_check_writes_nothing(book: Path) -> None:
    answer = imported("--check", "--to", "new/other.csv")
    assert (answer["written"], answer["target"], answer["replaces"]) == (False, "new/other.csv", "")
    assert list(book.parent.iterdir()) == [book]


def test_what_is_replaced_and_was_no_inventory_is_told(book: Path) -> None:
    book.with_suffix(".csv").write_text("remarks\n", encoding="utf-8")
    assert imported("--check")["replaces"] == "other"
    assert "nothing can be compared" in tocsin("forces", "inventory", "import", "units.xlsx", "--check").flat


def test_an_inventory_is_written_as_csv_and_nothing_else(book: Path) -> None:
    done = tocsin("forces", "inventory", "import", "units.xlsx", "--to", "units.xlsx", "--force")
    assert (done.code, "name a file that ends in .csv" in done.err) == (2, True)
    (book.parent / "folder.csv").mkdir()
    assert imported("--to", "folder.csv", "--check")["replaces"] == "other"
    assert tocsin("forces", "inventory", "import", "units.xlsx", "--to", "folder.csv", "--force").code == 2


def test_a_workbook_with_mistakes_is_not_written(book: Path) -> None:
    book.write_bytes(workbook(HEAD, row_of(strength=-5)))
    done = tocsin("forces", "inventory", "import", "units.xlsx", "--json")
    assert done.code == 2
    assert done.json["error"]["problems"][0]["cell"] == "units!E2"
    assert list(book.parent.iterdir()) == [book]


@pytest.mark.usefixtures("book")
def test_check_and_list_and_plan_read_workbooks_as_well() -> None:
    done = tocsin("forces", "inventory", "check", "units.xlsx", "--sheet", "units", "--json")
    assert (done.code, done.json["sheet"], done.json["units"]) == (0, "units", 2)
    assert "NATION" in {column["found"] for column in done.json["columns"]}
    assert "How it was read" in tocsin("forces", "inventory", "check", "units.xlsx").out
    listed = tocsin("forces", "inventory", "list", "units.xlsx", "--json")
    assert [unit["id"] for unit in listed.json["units"]] == ["A", "B"]
    assert tocsin("forces", "plan", "meridian-ford", "--inventory", "units.xlsx").code == 1
    assert tocsin("forces", "inventory", "check", "meridian", "--sheet", "units").code == 2


@pytest.mark.usefixtures("book")
def test_a_shipped_inventory_is_written_where_one_stands() -> None:
    assert tocsin("forces", "inventory", "import", "meridian").code == 0
    assert Path("meridian.csv").read_bytes() == SHIPPED.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["units.csv", "UNITS.CSV"])
def test_csv_is_written_beside_its_source_and_never_over_it(folder: Path, name: str) -> None:
    source = saved(folder, as_csv(load_inventory("meridian", capabilities())).replace(",no,", ",NO,").encode(), name)
    before = source.read_bytes()
    done = tocsin("forces", "inventory", "import", name)
    target = source.with_suffix(".tocsin.csv")
    assert (done.code, f"✓ written to {target.name}" in done.flat) == (0, True)
    assert source.read_bytes() == before
    assert target.read_bytes() == SHIPPED.read_bytes()
    assert tocsin("forces", "inventory", "import", name, "--force").code == 0
    assert source.read_bytes() == before


def test_what_is_in_our_own_form_is_not_written_again(folder: Path) -> None:
    path = saved(folder, SHIPPED.read_bytes(), "units.csv")
    done = tocsin("forces", "inventory", "import", "units.csv")
    assert (done.code, "nothing is to be written: it stands in Tocsin's own form already" in done.flat) == (0, True)
    answer = tocsin("forces", "inventory", "import", "units.csv", "--json").json
    assert (answer["own_form"], answer["written"], answer["target"]) == (True, False, "units.csv")
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("case.toml", SHIPPED.with_name("meridian-ford.toml").read_bytes()),
        ("contacts.csv", b"id,name,location\n1,Ann,Ardmouth\n"),
        ("plan.json", b'{"hypothetical": true}'),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00"),
        ("book", workbook(HEAD, ROW)),
    ],
)
@pytest.mark.usefixtures("book")
def test_no_file_of_another_kind_is_written_over_even_with_force(tmp_path: Path, name: str, content: bytes) -> None:
    there = saved(tmp_path, content, name)
    done = tocsin("forces", "inventory", "import", "units.xlsx", "--to", name, "--force")
    assert (done.code, "is a file of another kind" in " ".join(done.err.split())) == (2, True)
    assert there.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"id,nation,name,capability\nA,XAA,Alpha,radar\n"])
@pytest.mark.usefixtures("book")
def test_an_inventory_with_mistakes_or_an_empty_file_is_replaced_with_force(tmp_path: Path, content: bytes) -> None:
    there = saved(tmp_path, content, "old.csv")
    assert tocsin("forces", "inventory", "import", "units.xlsx", "--to", "old.csv", "--force").code == 0
    assert [unit.id for unit in load_inventory(there, capabilities())] == ["A", "B"]


def test_a_list_without_an_inventory_says_what_to_type() -> None:
    done = tocsin("forces", "inventory", "list", "--capability", "airlift", "--ready", "72h")
    assert done.code == 2
    assert "tocsin forces inventory list meridian --capability airlift --ready 72h" in " ".join(done.err.split())


def test_a_list_that_finds_nothing_says_which_capabilities_there_are() -> None:
    done = tocsin("forces", "inventory", "list", "meridian", "--capability", "airlift")
    assert done.code == 0
    assert "0 units meridian the inventory offers: air-defence-long," in done.flat
    assert (
        "fighter"
        in tocsin("forces", "inventory", "list", "meridian", "--capability", "airlift", "--json").json["offered"]
    )


def test_offers_with_an_end_are_told_until_a_day_is_named(tmp_path: Path) -> None:
    head, ends = (*HEAD, "valid_until"), ("2025-01-01", "2027-05-01", "")
    rows = [",".join(map(str, (*row_of(id=f"U{n}", name=f"U{n}"), end))) for n, end in enumerate(ends)]
    path = saved(tmp_path, "\n".join([",".join(head), *rows]).encode(), "units.csv")
    told = "2 offers with an end, the first on 2025-01-01 and the last on 2027-05-01: --on DATE finds those that have"
    assert told in tocsin("forces", "inventory", "check", str(path)).flat
    late = tocsin("forces", "inventory", "check", str(path), "--on", "2026-03-02")
    assert (late.code, "the offer ended on 2025-01-01" in late.err) == (2, True)
    assert tocsin("forces", "inventory", "check", str(path), "--on", "2024-12-31", "--json").json["remarks"] == []
    assert tocsin("forces", "inventory", "check", "meridian", "--json").json["remarks"] == []


def test_what_was_brought_in_is_listed_and_planned_from_without_naming_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "units.csv").write_text(SHIPPED.read_text(encoding="utf-8").replace("strength", "Strength", 1))
    ford = SHIPPED.with_name("meridian-ford.toml").read_text(encoding="utf-8")
    (tmp_path / "case.toml").write_text(ford.replace('inventory = "meridian.csv"\n', ""), encoding="utf-8")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "notes.csv").write_text("day,what\n1,rain\n", encoding="utf-8")
    assert tocsin("forces", "inventory", "import", "units.csv").code == 0
    listed = tocsin("forces", "inventory", "list", "--ready", "24h", "--json")
    assert listed.json["inventory"] == "units.tocsin.csv"
    assert "units.tocsin.csv, the only one in this folder" in listed.err
    assert tocsin("forces", "plan", "case.toml", "--greedy").code == 1
    (tmp_path / "more.csv").write_bytes((tmp_path / "units.csv").read_bytes())
    assert tocsin("forces", "plan", "case.toml", "--greedy").code == 2
    said = tocsin("forces", "inventory", "list").err.replace("│", " ")
    assert "tocsin forces inventory list meridian" in " ".join(said.split())
