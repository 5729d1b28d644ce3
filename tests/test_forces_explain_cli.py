"""`tocsin forces explain` and `what-if` as a planner meets them: the change that fills a line does fill it."""

import shlex
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli import Done, tocsin
from tests.forces_oracle import judge
from tocsin.forces.explanation import is_large
from tocsin.forces.files import load_plan
from tocsin.forces.levels import Question
from tocsin.forces.model import ForcePackage
from tocsin.forces.remedy import RemedySearch, tried

SHORT = ("infantry", "air-policing", "early-warning", "supply", "armour")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ford") / "plan.json"
    done = tocsin("forces", "plan", "meridian-ford", "--inventory", "meridian", "--greedy", "--json")
    path.write_text(done.out, encoding="utf-8")
    return path


def explain(plan: Path, *more: str) -> Done:
    return tocsin("forces", "explain", str(plan), *more)


def what_if(plan: Path, *more: str) -> Done:
    return tocsin("forces", "what-if", str(plan), *more)


def test_each_line_that_is_short_has_the_change_that_fills_it(plan: Path) -> None:
    done = explain(plan)
    assert done.code == 0
    assert done.out.startswith(" HYPOTHETICAL ")
    assert "Defence of the ford: 5 lines not filled" in done.out
    assert "✗ notice: notice to move and transit end too late." in done.flat
    assert "→ ask XAB to drop its caveat 'night' (decree 12) 500 points; no cheaper one fills it" in done.flat
    assert "then XAB-RES, 2,000 persons, serves from hour 32" in done.flat
    assert f"tocsin forces what-if {plan} --drop-caveat XAB:night --line infantry" in done.out
    assert "→ ask XAE to offer XAE-AEW from 2026-03-04 instead of 2026-03-20" in done.flat
    assert "→ find a new pledge of 40 tanks of armour" in done.flat
    assert "XAB-ENG, Belmoran Bridging Battalion of XAB: without it the weighted shortfall is 1,500 more" in done.flat


@pytest.mark.parametrize("with_solver", [True, False], ids=["with the solver", "without"])
def test_the_printed_commands_fill_the_lines(plan: Path, with_solver: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not with_solver:
        monkeypatch.setitem(sys.modules, "highspy", None)
    lines = explain(plan, "--json").json["lines"]
    assert [one["line"] for one in lines] == list(SHORT)
    before = {total.line: total.shortfall for total in load_plan(plan).package.totals}
    for one in lines:
        assert one["proved"] is with_solver
        command, *words = shlex.split(one["command"])
        assert command == "tocsin"
        done = tocsin(*words, "--json")
        assert done.code == 0
        assert judge(_plan(done)) == set()
        after = {total["line"]: total["shortfall"] for total in done.json["package"]["totals"]}
        assert after[one["line"]] == 0
        assert all(after[line] <= short for line, short in before.items())
        assert done.json["what_if"]["points"] == one["change"]["points"]


def _plan(done: Done) -> dict[str, Any]:
    return {name: done.json[name] for name in ("case", "units", "package")}


def test_the_example_of_the_handbook_works(plan: Path, tmp_path: Path) -> None:
    done = what_if(plan, "--drop-caveat", "XAB:night", "--add-lift", "2:heavy", "--without", "XAC")
    assert done.code == 1
    assert "ask XAB to drop its caveat 'night' (decree 12): 500 points" in done.flat
    assert "find 2 more of the asset 'heavy', of 75 t, at each of the hours 24, 72, 120: 200 points" in done.flat
    assert "do without XAC: 4 units gone: nobody is asked for anything" in done.flat
    assert "infantry 3,000 1,900 0 ✓ -1,900" in done.flat
    assert "air-defence 16 0 2 ✗ +2" in done.flat
    assert "weighted shortfall 6,700 5,200" in done.flat
    assert "cost to XAC 640,000.00 0.00" in done.flat
    again = tmp_path / "again.json"
    again.write_text(what_if(plan, "--without", "XAC", "--json").out, encoding="utf-8")
    assert tocsin("forces", "verify", str(again)).code == 0
    assert tocsin("forces", "explain", str(again), "--line", "air-defence").code == 0


def test_the_same_objectives_are_planned_for_as_the_plan_had(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(
        tocsin("forces", "plan", "meridian-flood", "--inventory", "meridian", "--json").out, encoding="utf-8"
    )
    done = what_if(path, "--add-lift", "10t@24", "--json")
    assert done.code == 0
    search = done.json["search"]
    assert [stage["objective"] for stage in search["stages"]] == [
        stage.objective
        for stage in load_plan(path).search.stages  # type: ignore[union-attr]  # it was planned so
    ]


def test_a_line_may_be_named_by_its_number(plan: Path) -> None:
    assert "infantry: 1,900 persons" in explain(plan, "--line", "1").out
    assert "Which pledge matters most" not in explain(plan, "--line", "1").out
    filled = explain(plan, "--line", "bridging")
    assert (filled.code, "bridging is filled" in filled.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--drop-caveat", "XAB:nigth"), "did you mean 'night'?"),
        (("--drop-caveat", "XAB"), "--drop-caveat NATION:TAG"),
        (("--add-lift", "2:hevy"), "accepted: heavy, rail"),
        (("--without", "XAZ"), "there is no nation 'XAZ'"),
        (("--notice", "XAB-GRD:6"), "this is so already"),
        (("--pledge", "ZZZ:armour:3"), "'ZZZ' is no state"),
        (("--pledge", "XAB:armor:3"), "did you mean 'armour'?"),
        (("--line", "infantri"), "Did you mean 'infantry'?"),
        (("--line", "0"), "there is no requirement line 0. Give 1 to 8, or an id: infantry, "),
        (("--line", "12"), "there is no requirement line 12. Give 1 to 8, or an id: infantry, "),
        (("--without", "XAC", "--without", "XAC"), "there is no nation 'XAC'"),
    ],
)
def test_what_cannot_be_changed_is_told(plan: Path, words: tuple[str, ...], told: str) -> None:
    done = what_if(plan, *words)
    assert (done.code, told in done.err) == (2, True)


def test_all_options_that_cannot_be_read_are_told_at_once(plan: Path) -> None:
    done = what_if(plan, "--drop-caveat", "XAB", "--notice", "XAB-GRD:soon", "--json")
    assert done.code == 2
    assert [one["file"] for one in done.json["error"]["problems"]] == ["--drop-caveat XAB", "--notice XAB-GRD:soon"]


def test_a_plan_that_breaks_a_rule_is_not_explained(plan: Path, tmp_path: Path) -> None:
    other = tmp_path / "plan.json"
    read = load_plan(plan)
    wrong = msgspec.structs.replace(read.package, cost_cents=1)
    other.write_bytes(msgspec.json.encode(msgspec.structs.replace(read, package=wrong)))
    done = explain(other)
    assert (done.code, "the package is not lawful" in done.err) == (2, True)


def test_without_the_solver_it_says_so(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    done = explain(plan)
    assert done.code == 0
    assert "Without the extra 'solver' there may be something cheaper" in done.flat
    assert "pip install 'tocsin[solver]'" in done.flat
    assert "the cheapest that was found" in done.flat
    assert "Others may matter more." in done.flat


def test_a_line_that_nothing_fills_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    case = (Path(__file__).parent.parent / "src/tocsin/operations/meridian-ford.toml").read_text(encoding="utf-8")
    # nobody consents, so that only what is at the ford already could help, and a pledge would not get there
    shut = case.replace('destination = "ford"\nfrom = 2026-03-02', 'destination = "ford"')
    own = tmp_path / "ford.toml"
    own.write_text(shut.replace("from = 2026-03-04\nnations", "nations"), encoding="utf-8")
    path.write_text(
        tocsin("forces", "plan", str(own), "--inventory", "meridian", "--greedy", "--json").out, encoding="utf-8"
    )
    done = explain(path, "--line", "supply")
    assert done.code == 1
    assert "→ No single change fills it: gate" in done.flat


@pytest.mark.parametrize("command", ["explain", "what-if"])
def test_more_seconds_than_a_week_are_refused(plan: Path, command: str) -> None:
    done = tocsin("forces", command, str(plan), "--line", "infantry", "--seconds", "9" * 400)
    assert (done.code, "--seconds" in done.err) == (2, True)


def test_of_large_inputs_only_what_is_near_a_line_is_moved(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.forces.explanation.PAIRS_MAX", 5)
    read = load_plan(plan)
    assert is_large(read.case, read.units)
    done = explain(plan)
    assert done.code == 0
    assert "moving only units that could serve it" in done.flat
    assert "moving no unit that serves another line" in done.flat
    assert "Others may matter more." in done.flat
    (line,) = explain(plan, "--line", "infantry", "--json").json["lines"]
    assert (line["moving"], line["change"]["option"]) == ("idle", "--drop-caveat XAB:night")
    assert tocsin(*shlex.split(line["command"])[1:]).code == 0


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_ctrl_c_shows_the_lines_that_are_answered_and_says_how_many_were_not_asked(
    plan: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    asked: list[str] = []

    def pressed(question: Question, package: ForcePackage, _: object) -> RemedySearch:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(question.line.id)
        return tried(question, package, quick=True)

    monkeypatch.setattr("tocsin.forces.plan.concession.cheapest", pressed)
    done = explain(plan, *more)
    assert done.code == 130
    if more:
        assert [one["line"] for one in done.json["lines"]] == list(SHORT[:2])
    else:
        assert "5 lines not filled, of which 2 answered" in done.out
        assert "infantry: 1,900 persons" in done.out
        assert "armour: 40" not in done.out
    said = "Stopped: 2 of 5 lines answered, and 3 not asked. It was not asked which pledge matters most."
    assert done.err.strip() == said


def test_a_change_for_the_worse_is_supposed_and_asked_of_nobody(plan: Path) -> None:
    done = what_if(plan, "--notice", "XAA-1BDE:999", "--mandate", "XAD:900")
    assert "suppose XAA were to have XAA-1BDE ready in 999 h instead of" in done.flat
    assert "suppose XAD gave its mandate by hour 900 instead of" in done.flat
    assert "ask " not in done.out.split("Lines")[0].replace("asked", "")


def test_without_the_solver_a_plan_of_the_solver_is_not_compared_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(
        tocsin("forces", "plan", "meridian-flood", "--inventory", "meridian", "--json").out, encoding="utf-8"
    )
    assert "of what was changed" not in what_if(path, "--add-lift", "10t@24").flat
    monkeypatch.setitem(sys.modules, "tocsin.forces.plan.improve", None)
    done = what_if(path, "--add-lift", "10t@24")
    assert "The package before was searched for by a solver, this one was found at once" in done.flat
    assert "may come of that, and not of what was changed." in done.flat
