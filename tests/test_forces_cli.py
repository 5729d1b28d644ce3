"""`tocsin forces` as a planner meets it: tables, JSON, exit codes, and a banner over what is invented."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.cli import Done, tocsin
from tocsin.cli.app import app
from tocsin.forces.figures import package_digest
from tocsin.forces.files import load_plan

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "src/tocsin/operations"


def planned(case: str, *more: str) -> Done:
    return tocsin("forces", "plan", case, "--inventory", "meridian", "--greedy", *more)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(planned("meridian-ford", "--json").out, encoding="utf-8")
    return path


def test_a_plan_shows_the_four_counters_of_every_line_and_why_it_is_not_filled() -> None:
    done = planned("meridian-ford")
    assert done.code == 1
    assert done.out.startswith(" HYPOTHETICAL ")
    assert "line in place required pledged filled shortfall" in done.flat
    assert "infantry by 144 h 3,000 8,230 1,100 1,900 ✗ notice, essential" in done.flat
    assert "bridging by 72 h 300 380 380 0 ✓" in done.flat
    assert "The package fails without it." in done.flat
    assert "notice: 2,960 held back: XAA-1BDE, XAF-LGT" in done.flat
    assert "armour: 40 of armour missing. capability: nothing more of this capability is pledged." in done.flat


def test_a_plan_that_fills_all_ends_with_zero() -> None:
    done = planned("meridian-flood")
    assert done.code == 0
    assert "Not filled" not in done.out
    assert "cost 1,822,000.00; weighted shortfall 0" in done.out


def test_a_shortfall_ends_with_one_as_json_too() -> None:
    done = planned("meridian-ford", "--json")
    assert done.code == 1
    assert [line["rule"] for line in done.json["unfilled"]] == ["notice", "cap", "validity", "lift", "capability"]


def test_a_lawful_plan_verifies_though_lines_are_short(plan: Path) -> None:
    done = tocsin("forces", "verify", str(plan))
    assert (done.code, "✓ lawful: every rule is kept by 7 assignments" in done.out) == (0, True)
    own = ("--case", "meridian-ford", "--inventory", "meridian")
    assert tocsin("forces", "verify", str(plan), *own).code == 0


def test_a_check_says_whose_case_and_inventory_it_was_held_against(plan: Path) -> None:
    case, units = ("--case", "meridian-ford"), ("--inventory", "meridian")
    inside = tocsin("forces", "verify", str(plan))
    assert "7 assignments, by the case and inventory inside this plan" in inside.flat
    assert "--case and --inventory hold it against your own." in inside.flat
    assert "by your case and the inventory inside this plan" in tocsin("forces", "verify", str(plan), *case).flat
    assert "by your inventory and the case inside this plan" in tocsin("forces", "verify", str(plan), *units).flat
    own = tocsin("forces", "verify", str(plan), *case, *units)
    assert "7 assignments, by your case and inventory" in own.flat
    assert "hold it against your own" not in own.flat
    told = tocsin("forces", "verify", str(plan), *case, "--json").json
    assert (told["case_inside"], told["inventory_inside"]) == (False, True)


def test_a_plan_tells_when_the_force_closes_and_what_the_hours_of_each_unit_are() -> None:
    done = planned("meridian-ford")
    assert "the force closes at hour 160, on day 6" in done.flat
    assert "Hours are the earliest of each unit alone. Lift is shared: all of it is in place by hour 160." in done.flat


def test_what_cannot_be_written_is_refused_before_anything_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.forces.greedy.greedy", None)  # nobody gets so far
    for option, name in (("--html", "none/a.html"), ("--xlsx", "none/a.xlsx")):
        done = planned("meridian-ford", option, str(tmp_path / name))
        assert done.code == 2
        assert "there is no folder" in " ".join(done.err.split())


@pytest.mark.parametrize("columns", ["80", "100"])
def test_in_a_table_of_long_names_headings_and_numbers_stay_whole(tmp_path: Path, columns: str) -> None:
    case, units = tmp_path / "case.toml", tmp_path / "units.csv"
    text = (SHIPPED / "meridian-ford.toml").read_text(encoding="utf-8")
    case.write_text(text.replace('[[line]]\nid = "', '[[line]]\nid = "line-with-a-rather-long-name-'), encoding="utf-8")
    rows = (SHIPPED / "meridian.csv").read_text(encoding="utf-8").replace("\nXA", "\nunit-of-the-northern-brigade-XA")
    units.write_text(rows, encoding="utf-8")
    words = ("forces", "plan", str(case), "--inventory", str(units))
    done = tocsin(*words, "--greedy", COLUMNS=columns)
    for whole in (" required ", " pledged ", " filled ", " shortfall ", " in place ", " strength ", " leaves "):
        assert whole in done.out
    for whole in ("by 144 h", "8,230", "1,100 persons", "6 to 140 h", "from 10 h"):
        assert whole in done.out
    plan = tmp_path / "plan.json"
    plan.write_text(tocsin(*words, "--greedy", "--json").out, encoding="utf-8")
    changed = tocsin("forces", "what-if", str(plan), "--without", "XAC", COLUMNS=columns)
    assert " missing before   missing now " in changed.out
    listed = tocsin("forces", "inventory", "list", str(units), COLUMNS=columns)
    assert all(whole in listed.out for whole in (" strength ", "2,400 persons", "120 h"))


def test_a_plan_from_another_inventory_is_told_apart(plan: Path, tmp_path: Path) -> None:
    text = (SHIPPED / "meridian.csv").read_text(encoding="utf-8")
    other = tmp_path / "units.csv"
    other.write_text(text.replace("infantry-light,1100,", "infantry-light,900,"), encoding="utf-8")
    done = tocsin("forces", "verify", str(plan), "--inventory", str(other), "--json")
    assert done.code == 1
    assert [one["rule"] for one in done.json["breaks"]] == ["inputs", "figures", "figures", "figures"]


def test_a_package_that_breaks_rules_is_told_which(plan: Path) -> None:
    read = load_plan(plan)
    package = read.package
    late = msgspec.structs.replace(package.assignments[0], unit="XAF-LGT", line="infantry", nation="XAF", strength=560)
    worse = msgspec.structs.replace(package, assignments=(*package.assignments, late))
    worse = msgspec.structs.replace(worse, digest=package_digest(worse))
    plan.write_bytes(msgspec.json.encode(msgspec.structs.replace(read, package=worse)))
    done = tocsin("forces", "verify", str(plan))
    assert done.code == 1
    assert "✗ not lawful: notice (1), figures (3)" in done.flat
    assert "✗ notice: XAF-LGT, infantry: not so: notice to move and transit end before" in done.flat


def test_a_plan_that_would_steer_the_terminal_does_not(plan: Path) -> None:
    read = load_plan(plan)
    other = msgspec.structs.replace(read.package, case="Z", digest="\x1b[2J")
    plan.write_bytes(msgspec.json.encode(msgspec.structs.replace(read, package=other)))
    done = tocsin("forces", "verify", str(plan))
    assert done.code == 1
    assert "\x1b" not in done.out


def test_an_inventory_is_summed_up_by_nation_and_capability() -> None:
    done = tocsin("forces", "inventory", "check", "meridian")
    assert done.code == 0
    assert "25 units of 7 nations, no mistake" in done.out
    assert "XAA air-defence-long 1 8 launchers" in done.flat


def test_an_inventory_with_mistakes_ends_with_two() -> None:
    path = ROOT / "tests/forces/bad/numbers.csv"
    done = tocsin("forces", "inventory", "check", str(path), "--json")
    assert done.code == 2
    assert done.err.startswith("6 mistakes found:")
    assert {problem["field"] for problem in done.json["error"]["problems"]} >= {"strength", "cost_cents"}


def test_an_offer_that_has_ended_is_a_mistake_on_the_day_that_is_asked_about(tmp_path: Path) -> None:
    text = (SHIPPED / "meridian.csv").read_text(encoding="utf-8")
    path = tmp_path / "units.csv"
    path.write_text(text.replace("2026-03-20,,,", "2026-03-20,2026-06-01,,"), encoding="utf-8")
    assert tocsin("forces", "inventory", "check", str(path)).code == 0
    assert tocsin("forces", "inventory", "check", str(path), "--on", "2026-06-01").code == 2


def test_units_are_listed_by_what_is_asked_for() -> None:
    def listed(*words: str) -> list[str]:
        return [
            unit["id"] for unit in tocsin("forces", "inventory", "list", "meridian", *words, "--json").json["units"]
        ]

    assert listed("--capability", "fighter") == ["XAA-FTR", "XAC-FTR"]
    assert listed("--capability", "fighter", "--ready", "12h") == ["XAA-FTR"]
    assert listed("--capability", "helicopter", "--ready", "72h") == ["XAD-HEL", "XAG-HEL"]
    assert listed("--capability", "airlift", "--ready", "72h") == []
    assert listed("--nation", "xag") == ["XAG-TNK", "XAG-HEL"]
    assert listed("--nation", "XAZ") == []
    assert "0 units" in tocsin("forces", "inventory", "list", "meridian", "--nation", "XAZ").out
    assert "soft task patrol" in tocsin("forces", "inventory", "list", "meridian", "--nation", "XAC").flat


def test_what_cannot_be_listed_is_told() -> None:
    wrong = tocsin("forces", "inventory", "list", "meridian", "--capability", "figther")
    assert (wrong.code, "Did you mean 'fighter'?" in wrong.err) == (2, True)
    wrong = tocsin("forces", "inventory", "list", "meridian", "--ready", "soon")
    assert (wrong.code, "write it as 72h" in wrong.err) == (2, True)


def test_a_case_may_bring_its_own_capabilities(tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    text = (SHIPPED / "meridian-flood.toml").read_text(encoding="utf-8")
    own = '\n[[capability]]\nid = "dogs"\nname = "Rescue dogs"\ncounted = "dogs"\n'
    case.write_text(text + own, encoding="utf-8")
    units = tmp_path / "units.csv"
    head, row = (SHIPPED / "meridian.csv").read_text(encoding="utf-8").splitlines()[:2]
    units.write_text(f"{head}\n{row.replace('infantry-mechanised', 'dogs')}\n", encoding="utf-8")
    assert tocsin("forces", "inventory", "check", str(units)).code == 2
    assert "2,400 dogs" in tocsin("forces", "inventory", "list", str(units), "--case", str(case)).flat


@pytest.mark.parametrize("command", ["verify", "explain", "what-if", "burden"])
def test_a_named_pipe_is_no_plan_and_nobody_waits_for_it(command: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    done = tocsin("forces", command, str(pipe))
    assert (done.code, "pipe.json: the file cannot be read: it is a named pipe" in done.err) == (2, True)


def test_mistakes_in_the_form_of_a_plan_are_told_in_the_words_of_json(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("{}", encoding="utf-8")
    done = tocsin("forces", "verify", str(path))
    assert done.code == 2
    assert "case: the field 'case' is missing\n  accepted: an object" in done.err
    assert "fix: print one with: tocsin forces plan CASE --inventory UNITS --json" in done.err
    for word in ("add ", "[[", "a table", "in quotes", "comment"):
        assert word not in done.err


def test_a_nation_that_there_is_not_cannot_be_listed() -> None:
    wrong = tocsin("forces", "inventory", "list", "meridian", "--nation", "Dunmark")
    assert (wrong.code, "There is no nation 'Dunmark'. Known: XAA, XAB" in wrong.err) == (2, True)


def test_help_names_forces() -> None:
    assert app.registered_groups
    assert "forces" in tocsin("--help").out
