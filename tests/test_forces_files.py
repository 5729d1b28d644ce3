"""Cases of forces, inventories and plans as files: those that load, and those that do not and what is said then.

A file of tests/forces/bad has its message beside it, NAME.EXT.txt. After a change of wording, look at the difference
and write the new one down: TOCSIN_GOLDEN=write pytest tests/test_forces_files.py
"""

import os
import re
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tests.cli import tocsin
from tocsin.charter.files.catalog import resource_names
from tocsin.errors import ForcesError, NotFound
from tocsin.forces import inventory
from tocsin.forces.explain import plan_of
from tocsin.forces.files import FOLDER, capabilities, inventory_of, load_case, load_plan
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import OperationType
from tocsin.forces.verify import verify

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/FORCES.md").read_text(encoding="utf-8")
BAD = sorted(path for path in (ROOT / "tests/forces/bad").iterdir() if path.suffix != ".txt")
DAY = date(2026, 3, 2)
HEAD = "id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,lift_tonnes\n"
ROW = "{0},XAA,Unit {0},infantry-light,5,Home,24,12,100,10\n"


def load(path: Path) -> object:
    match path.suffix:
        case ".csv":
            return load_inventory(path, capabilities(), DAY)
        case ".toml":
            return load_case(path)
        case _:
            return load_plan(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.name)
def test_a_bad_file_is_told_why(path: Path) -> None:
    with pytest.raises(ForcesError) as caught:
        load(path)
    message = f"{caught.value}\n".replace(f"{path.parent}{os.sep}", "")
    golden = path.with_name(f"{path.name}.txt")
    if os.environ.get("TOCSIN_GOLDEN") == "write":
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")
    for word in ("Object", "`str`", "Expected `", "msgspec", "Traceback", "None", "\x1b"):
        assert word not in message
    assert all(line.startswith((f"{path.name}:", "  accepted: ", "  fix: ")) for line in message.splitlines())


def test_every_message_belongs_to_a_file() -> None:
    said = {path.name.removesuffix(".txt") for path in (ROOT / "tests/forces/bad").glob("*.txt")}
    assert said == {path.name for path in BAD}


@pytest.mark.parametrize("name", resource_names(FOLDER))
def test_a_shipped_case_is_planned_lawfully(name: str) -> None:
    case = load_case(name)
    own = (ROOT / f"src/tocsin/operations/{name}.csv").is_file()  # a real case has an inventory of its own
    units = load_inventory(name if own else "meridian", case.capability, case.case.activation)
    plan = plan_of(case, units, greedy(case, units))
    assert plan.hypothetical
    assert verify(case, units, plan.package) == ()
    if name.startswith("meridian-"):
        assert bool(plan.unfilled) == (name != "meridian-flood")


def test_the_shipped_cases_show_most_of_what_can_hold_a_unit_back() -> None:
    case = load_case("meridian-ford")
    units = load_inventory("meridian", case.capability)
    held = {blocked.rule for line in plan_of(case, units, greedy(case, units)).unfilled for blocked in line.blocked}
    assert held >= {"notice", "caveat", "mandate", "endurance", "cap", "gate", "validity", "lift"}


def test_the_guide_builds_a_case_and_an_inventory_that_plan_as_it_says(tmp_path: Path) -> None:
    toml, *_ = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    (rows,) = re.findall(r"^```text\n(id,.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    (tmp_path / "case.toml").write_text(toml, encoding="utf-8")
    (tmp_path / "units.csv").write_text(rows, encoding="utf-8")
    case = load_case(tmp_path / "case.toml")
    units = load_inventory(tmp_path / "units.csv", case.capability, case.case.activation)
    plan = plan_of(case, units, greedy(case, units))
    (sent,) = plan.package.assignments
    assert (sent.unit, sent.ready_hours, sent.leave_by_hours, sent.in_place_from_hours) == ("XAD-1", 20, 66, 50)
    assert sent.soft == ("ford",)
    assert [(one.rule, one.blocked[0].units) for one in plan.unfilled] == [("caveat", ("XAA-1",))]


def test_the_guide_names_every_operation_type_and_column() -> None:
    reference = (ROOT / "docs/reference/forces-fields.md").read_text(encoding="utf-8")
    for operation in get_args(OperationType):
        assert f"`{operation}`" in GUIDE
    for column in HEAD.strip().split(","):
        assert f"| `{column}` |" in reference


def test_a_plan_is_read_as_it_was_printed(tmp_path: Path) -> None:
    done = tocsin("forces", "plan", "meridian-ford", "--json")
    (tmp_path / "plan.json").write_text(done.out, encoding="utf-8")
    plan = load_plan(tmp_path / "plan.json")
    assert verify(plan.case, plan.units, plan.package) == ()
    assert msgspec.json.decode(msgspec.json.encode(plan)) == done.json


def test_an_inventory_may_be_written_with_semicolons_and_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text((HEAD + ROW.format("A")).replace(",", ";"), encoding="utf-8-sig")
    (unit,) = load_inventory(path, capabilities())
    columns, cells = HEAD.strip().split(",")[::-1], ROW.format("A").strip().split(",")[::-1]
    path.write_text(f"{','.join(columns)}\n\n{','.join(cells)}\n", encoding="utf-8")
    assert load_inventory(path, capabilities()) == (unit,)


def test_a_mistake_after_a_cell_of_several_lines_has_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    broken = ROW.format("A").replace("Home", '"Home\nBase"') + ROW.format("C").replace("Home", "Home\u2028Base")
    path.write_bytes((HEAD + broken + ROW.format("B B")).replace("\n", "\r\n").encode())
    with pytest.raises(ForcesError) as caught:
        load_inventory(path, capabilities())
    found = [(one.line, one.field) for one in caught.value.problems]
    assert found == [(2, "location"), (4, "location"), (5, "id")]


def test_too_many_units_and_too_many_mistakes_are_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "units.csv"
    path.write_text(HEAD + "".join(ROW.format(f"U {number}") for number in range(150)), encoding="utf-8")
    with pytest.raises(ForcesError, match="50 more problems are not shown"):
        load_inventory(path, capabilities())
    monkeypatch.setattr(inventory, "UNITS_MAX", 100)
    with pytest.raises(ForcesError, match="too many units"):
        load_inventory(path, capabilities())


def test_a_cell_beyond_all_measure_is_told(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(HEAD + ROW.format("A" * 200_000), encoding="utf-8")
    with pytest.raises(ForcesError, match=r"units\.csv:2: this is not CSV"):
        load_inventory(path, capabilities())


def test_an_inventory_that_a_case_names_is_looked_for_beside_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cases").mkdir()
    path = tmp_path / "cases/ford.toml"
    text = (ROOT / "src/tocsin/operations/meridian-ford.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('inventory = "meridian.csv"', 'inventory = "units.csv"'), encoding="utf-8")
    (tmp_path / "units.csv").write_text(HEAD + ROW.format("a"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ForcesError, match=r"ford\.toml: case\.inventory: there is no file 'units\.csv' beside the case"
    ):
        inventory_of(str(path), load_case(path))
    (tmp_path / "cases/units.csv").write_text(HEAD + ROW.format("a"), encoding="utf-8")
    assert inventory_of(str(path), load_case(path)) == str(tmp_path / "cases/units.csv")


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(HEAD, encoding="utf-8")
    with pytest.raises(NotFound, match=r"There is no inventory file '.*unit\.csv'\. Did you mean '.*units\.csv'"):
        load_inventory(tmp_path / "unit.csv", capabilities())
    with pytest.raises(NotFound, match=r"There is no inventory 'meridien'\. Did you mean 'meridian'"):
        load_inventory("meridien", capabilities())
    with pytest.raises(NotFound, match="There is no case of forces 'meridian-fjord'"):
        load_case("meridian-fjord")


def test_a_plan_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    done = tocsin("forces", "plan", "meridian-ford", "--greedy", "--json")
    path = tmp_path / "plan.json"
    path.write_text(done.out, encoding="utf-8-sig")
    assert tocsin("forces", "verify", str(path)).code == 0


def test_what_looks_like_a_folder_is_no_name_for_a_page() -> None:
    done = tocsin("forces", "plan", "meridian-ford", "--greedy", "--html", "pages/")
    said = " ".join(done.err.replace("│", " ").split())
    assert (done.code, "pages has no ending. Name a file, such as plan.html" in said) == (2, True)
