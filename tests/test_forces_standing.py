"""Standing arrangements: every figure has its source, contradictions are shown, and a skeleton adds nothing."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli import tocsin
from tocsin.charter.files.catalog import find
from tocsin.charter.files.loader import load
from tocsin.errors import ForcesError, NotFound
from tocsin.forces import standing
from tocsin.forces.files import load_case
from tocsin.forces.standing import SUBJECTS, StandingFile, StandingRow, contested, names, skeleton

NAMED = (
    "au-standby-force",
    "csto-peacekeeping",
    "csto-rapid-reaction",
    "eu-battlegroups",
    "eu-rapid-deployment-capacity",
    "gcc-peninsula-shield",
    "nato-allied-reaction-force",
    "nato-response-force",
)


@pytest.mark.parametrize("name", NAMED)
def test_an_arrangement_rests_on_its_charter_and_every_row_says_where_it_was_seen(name: str) -> None:
    found = standing.load(name)
    about = found.arrangement
    clauses = {clause.id for clause in load(find(about.charter)).document.clause}
    assert about.id == name
    assert set(about.clauses) <= clauses
    for row in found.row:
        assert (row.class_ == "memory") == (row.source == "not seen")
        assert row.class_ != "invented"
        assert bool(row.figure) == bool(row.unit)
        assert row.least is None or row.most is None or row.least < row.most
        assert row.says.endswith(".")
    for subject in SUBJECTS:
        assert found.of(subject) or subject in about.unset, f"{subject} is neither said nor unset"
        assert not (found.of(subject) and subject in about.unset)


def test_all_that_ship_are_listed() -> None:
    assert tuple(names()) == NAMED
    done = tocsin("forces", "standing")
    assert done.code == 0
    assert "nato-response-force 40,000 persons ? 5 to 30 days ? 2003-10-15 2024-07-01" in done.flat
    assert "au-standby-force not seen not seen" in done.flat
    listed = tocsin("forces", "standing", "--json").json["arrangements"]
    assert [one["name"] for one in listed] == list(NAMED)


def test_sources_that_contradict_each_other_are_all_shown() -> None:
    done = tocsin("forces", "standing", "GCC-Peninsula-Shield")
    assert "Size: sources differ" in done.out
    for figure in ("4,500", "5,000", "7,000", "10,000", "40,000"):
        assert f"{figure} persons." in done.out
    assert "secondary !: en.wikipedia.org" in done.flat
    assert "not set: No source seen." in done.out
    assert contested(standing.load("nato-allied-reaction-force")) == ()
    answer = tocsin("forces", "standing", "gcc-peninsula-shield", "--json").json
    assert (answer["contested"], len(answer["rows"])) == (["size"], 11)


def row(**changes: Any) -> StandingRow:  # noqa: ANN401  # whatever a row takes
    told = {"about": "size", "says": "So many.", "class_": "press", "source": "x", "least": 5, "unit": "persons"}
    return StandingRow(**{**told, **changes})


def arrangement(*rows: StandingRow) -> StandingFile:
    return msgspec.structs.replace(standing.load("eu-battlegroups"), row=rows)


def test_the_figure_to_reckon_with_is_the_best_seen_then_the_latest_and_never_from_memory() -> None:
    press, later = row(least=1, recorded="2010"), row(least=2, recorded="2011-03")
    official, recalled = row(least=3, class_="official text"), row(least=4, class_="memory", source="not seen")
    part, silent = row(least=6, class_="official text", part="half"), row(least=None, unit="", class_="official text")
    assert arrangement(press, later, recalled).best("size") == later
    assert arrangement(press, later, official, part, silent).best("size") == official
    assert arrangement(recalled, part, silent).best("size") is None
    assert contested(arrangement(press, part)) == ()
    assert contested(arrangement(press, later)) == ("size",)


def test_a_skeleton_states_sourced_figures_and_does_not_load_before_it_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    done = tocsin("forces", "standing", "eu-battlegroups", "--as-case", str(path))
    assert (done.code, "fill in what says FILL IN" in done.flat) == (0, True)
    with pytest.raises(ForcesError) as caught:
        load_case(path)
    marked = {problem.field for problem in caught.value.problems}
    assert marked == {"case.activation", "line[0].capability", "line[0].destination"}
    text = path.read_text(encoding="utf-8").replace('activation = "FILL IN"', "activation = 2026-03-02")
    text = text.replace('capability = "FILL IN"', 'capability = "infantry-light"')
    path.write_text(text.replace('destination = "FILL IN"', 'destination = "ford"'), encoding="utf-8")
    case = load_case(path)
    assert (case.line[0].required, case.line[0].in_place_by_hours, case.line[0].sustain_days) == (1500, 720, 30)
    assert case.case.within_hours == 720
    assert "official statement, Council fact sheet" in text
    assert "# size: 3,000 persons (official statement" in text


@pytest.mark.parametrize("name", NAMED)
def test_a_skeleton_has_no_figure_that_no_row_states(name: str, tmp_path: Path) -> None:
    found = standing.load(name)
    (tmp_path / "case.toml").write_text(skeleton(found), encoding="utf-8")
    with pytest.raises(ForcesError):
        load_case(tmp_path / "case.toml")
    stated = {number for row in found.row if row.class_ != "memory" for number in (row.least, row.most)}
    for line in skeleton(found).splitlines():
        key, equals, value = line.partition(" = ")
        number = value.split(" ", 1)[0]
        if equals and number.isdecimal() and key not in ("schema", "priority") and number != "0":
            per = 24 if key.endswith("hours") else 1
            assert int(number) // per in stated


def test_a_skeleton_is_not_written_over_a_file_unasked(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    words = ("forces", "standing", "csto-rapid-reaction", "--as-case", str(path))
    assert tocsin(*words, "--json").json["written"] == str(path)
    assert 'in_place_by_hours = "FILL IN"' in path.read_text(encoding="utf-8")
    path.write_text("mine", encoding="utf-8")
    assert tocsin(*words).code == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert tocsin(*words, "--force").code == 0
    assert tocsin("forces", "standing", "--as-case", str(path)).code == 2


def test_no_such_arrangement() -> None:
    with pytest.raises(NotFound, match="Did you mean 'nato-response-force'"):
        standing.load("nato-response-forces")
