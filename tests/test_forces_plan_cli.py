"""`tocsin forces plan` where it improves: what is shown, what is asked, and what happens without a solver."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import Done, tocsin
from tests.forces_oracle import judge
from tocsin.forces.figures import proof_words
from tocsin.forces.files import load_plan
from tocsin.forces.model import ForceCase, ForcePackage, Search, Unit
from tocsin.forces.plan import improve
from tocsin.forces.plan.budget import Budget

SHIPPED = Path(__file__).parent.parent / "src/tocsin/operations"


def planned(*more: str, case: str = "meridian-flood") -> Done:
    return tocsin("forces", "plan", case, "--inventory", "meridian", *more)


def test_a_plan_shows_what_was_found_at_once_beside_what_is_proved_the_best() -> None:
    done = planned()
    assert done.code == 0
    assert "cost 1,822,000.00 1,632,000.00 1,632,000.00 proved the best" in done.flat
    assert "shortfall 0 0 0 proved the best" in done.flat
    assert "lawful, the same for the same input" in done.flat


def test_an_improved_plan_verifies_here_and_elsewhere(tmp_path: Path) -> None:
    done = planned("--objective", "shortfall,closure,fairness,cost", "--json", case="meridian-ford")
    path = tmp_path / "plan.json"
    path.write_text(done.out, encoding="utf-8")
    assert done.code == 1
    assert [stage["objective"] for stage in done.json["search"]["stages"]] == [
        "shortfall",
        "closure",
        "fairness",
        "cost",
    ]
    assert judge(done.json) == set()
    assert tocsin("forces", "verify", str(path)).code == 0
    assert load_plan(path).search is not None


def test_the_greedy_answer_alone_is_to_be_had() -> None:
    done = planned("--greedy", "--json")
    assert (done.json["search"], done.json["package"]["algorithm"]) == (None, "greedy 1")


def test_without_the_solver_the_greedy_answer_stands_and_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tocsin.forces.plan.improve", None)
    done = planned("--json")
    assert (done.code, done.json["search"]) == (0, None)
    assert "pip install 'tocsin[solver]'" in done.err
    assert "scripts/venv requirements-full.lock" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--objective", "shortfall,speed"), "shortfall, closure, cost, fairness at most once"),
        (("--objective", "cost,cost"), "at most once"),
        (("--fairness", "need"), "none of capacity, benefit, equal"),
        (("--seconds", "0"), "greater than or equal to 1"),
        (("--nodes", "0"), "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_asked_is_told(words: tuple[str, ...], says: str) -> None:
    done = planned(*words)
    assert done.code == 2
    assert says in " ".join(done.err.replace("│", " ").split())


def test_fairness_without_shares_names_the_nations() -> None:
    done = planned("--objective", "fairness", "--fairness", "benefit")
    assert done.code == 2
    assert "XAA" in done.err


def test_a_case_may_name_its_inventory(tmp_path: Path) -> None:
    shipped = (SHIPPED / "meridian-flood.toml").read_text(encoding="utf-8")
    named = shipped.replace('inventory = "meridian.csv"', 'inventory = "units.csv"')
    case = tmp_path / "case.toml"
    case.write_text(named, encoding="utf-8")
    (tmp_path / "units.csv").write_bytes((SHIPPED / "meridian.csv").read_bytes())
    assert tocsin("forces", "plan", str(case)).code == 0
    case.write_text(named.replace("units.csv", "meridian"), encoding="utf-8")
    assert tocsin("forces", "plan", str(case), "--greedy").code == 0
    case.write_text(named.replace("units.csv", "../units.csv"), encoding="utf-8")
    assert tocsin("forces", "plan", str(case)).code == 2
    case.write_text(named.replace('inventory = "units.csv"', ""), encoding="utf-8")
    done = tocsin("forces", "plan", str(case))
    assert done.code == 2
    assert "the case names no inventory" in done.err


def test_ctrl_c_keeps_the_best_so_far_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    whole = improve.improve

    def interrupted(
        case: ForceCase, units: tuple[Unit, ...], start: ForcePackage, *, budget: Budget, **named: object
    ) -> tuple[ForcePackage, Search]:
        os.kill(os.getpid(), signal.SIGINT)
        return whole(case, units, start, budget=budget, **named)  # type: ignore[arg-type]  # as the command calls it

    monkeypatch.setattr(improve, "improve", interrupted)
    done = planned()
    assert done.code == 0
    assert "Stopped: this is the best so far." in done.err
    assert "not reproducible: the search was cut short" in done.flat
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("value", "bound", "says"),
    [
        (100, 100, "proved the best"),
        (0, 0, "proved the best"),
        (1000, 988, "proved within 1.2 %"),
        (10_000, 9_999, "proved within 0.1 %"),
        (100, 0, "nothing proved"),
    ],
)
def test_a_proof_is_told_in_tenths_of_a_per_cent_rounded_up(value: int, bound: int, says: str) -> None:
    assert proof_words(value, bound) == says


def test_who_checks_a_plan_loads_no_solver() -> None:
    code = (
        "import sys, tocsin.cli.app, tocsin.forces.verify, tocsin.forces.explain, tocsin.forces.files; "
        "print(sorted({'highspy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
