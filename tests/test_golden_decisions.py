"""Golden decisions: dated questions with a known answer, which the charters must give."""

from collections import Counter
from functools import cache

import pytest

from tests.cli import tocsin
from tocsin.charter import load_charter
from tocsin.charter.claims.judge import GOLDEN_DECISIONS, ClaimVerdict, check_claims, load_claims
from tocsin.charter.claims.model import Claim
from tocsin.charter.files.catalog import shipped

pytestmark = pytest.mark.exhaustive

SYSTEMS = (
    "nato",
    "csto",
    "eu",
    "ots",
    "sco",
    "cis",
    "gcc",
    "au",
    "unsc",
    "asean",
    "saarc",
    "weu",
    "nato-md",
    "nato-ici",
    "europe-turkey",
)
DECISIONS = {claim.id: claim for claim in load_claims(GOLDEN_DECISIONS).claim}


@cache
def verdicts() -> dict[str, ClaimVerdict]:
    return {found.id: found for found in check_claims(path=GOLDEN_DECISIONS)}


def system_of(claim: Claim) -> str:
    return str(getattr(claim.assert_[0], "charter", ""))


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_decision_holds(decision: str) -> None:
    found = verdicts()[decision]
    assert found.verdict == "true", found.because


def test_there_are_eighty_decisions_and_four_for_each_system() -> None:
    counts = Counter(system_of(claim) for claim in DECISIONS.values())
    assert len(DECISIONS) >= 80
    assert {name: counts[name] for name in SYSTEMS if counts[name] < 4} == {}
    assert set(counts) <= set(shipped())


def test_each_has_a_source_its_class_and_says_whether_it_is_another() -> None:
    for claim in DECISIONS.values():
        assert claim.source.strip(), claim.id
        assert claim.class_ is not None, claim.id
        assert claim.other is not None, claim.id


def test_more_answers_come_from_other_sources_than_from_the_rows_own() -> None:
    others = [claim for claim in DECISIONS.values() if claim.other]
    for name in SYSTEMS:
        own = [claim for claim in DECISIONS.values() if system_of(claim) == name]
        print(f"{name}: {len(own)} decisions, {sum(bool(claim.other) for claim in own)} from other sources")
    print(f"all: {len(DECISIONS)} decisions, {len(others)} from other sources ({len(others) / len(DECISIONS):.0%})")
    assert len(others) * 2 > len(DECISIONS)


def test_each_is_about_one_real_system() -> None:
    for claim in DECISIONS.values():
        charters = {getattr(ask, "charter", "") for ask in claim.assert_}
        assert len(charters) == 1, claim.id
        assert not load_charter(system_of(claim)).document.charter.hypothetical, claim.id


def test_the_command_prints_them_and_marks_what_is_made_up() -> None:
    done = tocsin("facts", "check", "--golden")
    assert done.code == 0
    assert f"{len(DECISIONS)} claims: {len(DECISIONS)} true, 0 false, 0 open" in done.flat
    assert "answers are from other sources than the charters' rows" in done.flat
    assert done.out.index("HYPOTHETICAL") < done.out.index("verdict  ")
    one = tocsin("facts", "check", "un-666", "--golden", "--json").json["claims"][0]
    assert (one["class"], one["other"], one["verdict"]) == ("press", True, "true")


def test_a_file_and_the_golden_decisions_are_not_asked_at_once() -> None:
    done = tocsin("facts", "check", "--golden", "--file", "mine.toml")
    assert done.code == 2
    assert "not both" in done.err
