"""Case files as a whole: those that load, those that do not and what is said then, and those that ship.

A file of tests/cases/bad has its message beside it, NAME.txt. After a change of wording, look at the difference and
write the new one down: TOCSIN_GOLDEN=write pytest tests/test_case_files.py
"""

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import fields, replace

from tocsin.charter.files.catalog import resource_names
from tocsin.errors import CaseError, NotFound
from tocsin.replay.case import Recorded
from tocsin.replay.load import load_case, load_event
from tocsin.replay.result import MARKS
from tocsin.replay.run import blind
from tocsin.replay.run import replay as run_case
from tocsin.replay.steps import KINDS

ROOT = Path(__file__).parent.parent
GOOD = sorted((ROOT / "tests/cases/good").glob("*.toml"))
BAD = sorted((ROOT / "tests/cases/bad").glob("*.toml"))
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def names(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", GOOD, ids=names)
def test_a_good_case_agrees_with_what_is_recorded(path: Path) -> None:
    for run in run_case(path).runs:
        assert [line.differences for line in run.lines if line.mark == "differs"] == []


@pytest.mark.parametrize("path", BAD, ids=names)
def test_a_bad_case_is_told_why(path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        load_case(path)
    message = f"{caught.value}\n".replace(f"{path.parent}{os.sep}", "")
    golden = path.with_suffix(".txt")
    if os.environ.get("TOCSIN_GOLDEN") == "write":
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")


def test_every_message_belongs_to_a_case() -> None:
    assert {path.stem for path in BAD} == {path.stem for path in (ROOT / "tests/cases/bad").glob("*.txt")}
    assert len(BAD) >= 20


@pytest.mark.parametrize("path", BAD, ids=names)
def test_a_message_speaks_to_people(path: Path) -> None:
    message = path.with_suffix(".txt").read_text(encoding="utf-8")
    for word in ("Object", "`str`", "Expected", "msgspec", "Traceback", "None", "NoneType", "_'", "^["):
        assert word not in message
    for line in message.splitlines():
        assert line.startswith((f"{path.name}:", "  accepted: ", "  fix: "))


@pytest.mark.parametrize("name", resource_names("cases"))
def test_a_shipped_case_replays(name: str) -> None:
    report = run_case(name)
    assert report.case == name
    assert all(len(run.lines) == len(report.runs[0].lines) for run in report.runs)


def test_at_least_half_of_all_decision_steps_of_the_shipped_cases_are_not_open() -> None:
    runs = [run for name in resource_names("cases") for run in run_case(name).runs]
    decisions, left_open = sum(run.decisions for run in runs), sum(run.decisions_open for run in runs)
    assert decisions >= 30
    assert left_open * 2 <= decisions


def test_a_shipped_case_differs_only_where_its_file_says_so() -> None:
    differing = {
        (name, run.readings): [line.number for line in run.lines if line.mark == "differs"]
        for name in resource_names("cases")
        for run in run_case(name).runs
        if run.counts["differs"]
    }
    # That reading cannot carry what was decided: the head of the file says it.
    assert differing == {("csto-2022-kazakhstan", ("states-only",)): [2]}


@pytest.mark.parametrize("name", resource_names("cases"))
def test_what_is_recorded_of_a_shipped_case_changes_no_computed_line(name: str) -> None:
    case = load_case(name)
    for told, untold in zip(run_case(case).runs, run_case(blind(case)).runs, strict=True):
        for line, blank in zip(told.lines, untold.lines, strict=True):
            assert (line.computed, line.why, line.clauses) == (blank.computed, blank.why, blank.clauses)


def test_without_the_three_breaks_of_2003_the_silence_would_have_adopted_the_text() -> None:
    case = load_case("nato-2003-turkey")
    kept = tuple(
        step for step in case.step if not (step.do == "positions" and set(step.object) == {"FRA", "BEL", "DEU"})
    )
    assert len(kept) == len(case.step) - 1
    lines = run_case(replace(case, step=kept)).runs[0].lines
    deadline = next(line for line in lines if line.do == "deadline")
    moved = next(line for line in lines if line.do == "change forum")
    assert (deadline.computed.result, moved.computed.result) == ("adopted", "refused")


def test_no_such_case() -> None:
    with pytest.raises(NotFound, match="There is no case 'nowhere'"):
        load_case("nowhere")
    with pytest.raises(NotFound, match=r"There is no case file 'nowhere\.toml'"):
        load_case("nowhere.toml")


def test_no_such_charter(tmp_path: Path) -> None:
    text = (ROOT / "tests/cases/good/missiles.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('"meridian"', '"meridan"'), encoding="utf-8")
    with pytest.raises(CaseError, match=r"mine\.toml:7: case\.charter: There is no charter 'meridan'. Did you mean"):
        load_case(tmp_path / "mine.toml")


def test_a_charter_of_ones_own_lies_beside_the_case(tmp_path: Path) -> None:
    text = (ROOT / "tests/cases/good/missiles.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('"meridian"', '"./pact.toml"'), encoding="utf-8")
    with pytest.raises(CaseError, match=r"mine\.toml:7: case\.charter: There is no charter file .*pact\.toml"):
        load_case(tmp_path / "mine.toml")
    pact = (ROOT / "src/tocsin/charters/meridian.toml").read_bytes()
    (tmp_path / "pact.toml").write_bytes(pact)
    assert run_case(tmp_path / "mine.toml").charter == "meridian"


@pytest.mark.parametrize("name", resource_names("examples"))
def test_a_shipped_event_loads(name: str) -> None:
    assert load_event(name).victim


def test_an_event_file_is_one_event(tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    path.write_text('[event]\nkind = "attack"\nvictim = "Belmora"\n[[step]]\n', encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_event(path)
    assert [(problem.line, problem.field) for problem in caught.value.problems] == [(2, "event.kind"), (4, "step")]
    path.write_text('[event]\nvictim = "Belmora"\nattacker = "non-state"\n', encoding="utf-8")
    with pytest.raises(CaseError, match=r"event\.toml:2: event\.victim: 'Belmora' is not written as a party id"):
        load_event(path)


def test_the_guide_builds_a_case_that_replays(tmp_path: Path) -> None:
    guide = (ROOT / "docs/CASES.md").read_text(encoding="utf-8")
    path = tmp_path / "drones.toml"
    path.write_text("\n".join(BLOCK.findall(guide)), encoding="utf-8")
    (run,) = run_case(path).runs
    assert run.counts == {"agrees": 11, "consistent": 8, "differs": 0, "open": 0, "noted": 1}


def test_the_guide_speaks_of_every_field_of_a_step_in_its_table() -> None:
    reference = (ROOT / "docs/reference/case-fields.md").read_text(encoding="utf-8")
    for do, kind in KINDS.items():
        assert f"| `{do}` |" in reference
        assert all(f"| `{field}` |" in reference for field in kind.fields)
    guide = (ROOT / "docs/CASES.md").read_text(encoding="utf-8")
    assert all(f"| `{mark}` |" in guide for mark in MARKS)
    assert all(f"`{field.name}`" in guide for field in fields(Recorded))
