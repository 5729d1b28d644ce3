"""Asking for an outcome from Python: what the function refuses, and what it leaves open."""

from datetime import date

import pytest

from tocsin import load_charter, outcome
from tocsin.errors import NotFound, TermError
from tocsin.terms import Position

DAY = date(2026, 1, 1)
MEMBERS = ("XAA", "XAB", "XAC", "XAD", "XAE")
ALL: dict[str, Position] = dict.fromkeys(MEMBERS, "support")


def test_a_matter_about_a_party_asks_for_its_subject() -> None:
    with pytest.raises(TermError, match="name the subject"):
        outcome(load_charter("meridian"), "suspend", ALL, on=DAY)
    assert outcome(load_charter("meridian"), "suspend", ALL, on=DAY, subject="XAD").verdict == "adopted"


def test_a_subject_is_a_party_and_only_where_there_is_one() -> None:
    with pytest.raises(NotFound, match="XQZ"):
        outcome(load_charter("meridian"), "suspend", ALL, on=DAY, subject="XQZ")
    with pytest.raises(TermError, match="leave the subject out"):
        outcome(load_charter("meridian"), "assist", ALL, on=DAY, subject="XAD")


def test_a_position_of_somebody_the_charter_does_not_know_is_not_passed_over() -> None:
    with pytest.raises(NotFound, match="XAZ"):
        outcome(load_charter("meridian"), "assist", {**ALL, "XAZ": "object"}, on=DAY)


def test_a_forum_is_chosen_by_organ_and_rule() -> None:
    meridian = load_charter("meridian")
    absent: dict[str, Position] = {**ALL, "XAE": "object"}
    assert outcome(meridian, "assist", absent, on=DAY).verdict == "blocked"
    assert outcome(meridian, "assist", absent, on=DAY, organ="defence-board").verdict == "adopted"
    assert outcome(meridian, "assist", ALL, on=DAY, rule="consensus").trace.kind == "consensus"
    with pytest.raises(NotFound, match="open forum"):
        outcome(meridian, "assist", ALL, on=DAY, organ="assembly")


def test_a_rule_nobody_has_seen_leaves_the_outcome_open_and_says_why() -> None:
    found = outcome(load_charter("csto"), "procedure", {}, on=DAY)
    assert found.verdict == "open"
    assert "18 June 2004" in found.unset[0]


@pytest.mark.parametrize(("year", "verdict"), [(2016, "blocked"), (2022, "open"), (2025, "blocked")])
def test_weights_nobody_has_entered_leave_a_close_vote_open(year: int, verdict: str) -> None:
    eu, on = load_charter("eu"), date(year, 6, 1)
    against = ("DEU", "FRA", "ITA", "ESP")
    members = sorted(eu.as_of(on).group("members"))
    close: dict[str, Position] = {party: "object" if party in against else "support" for party in members}
    found = outcome(eu, "council-act", close, on=on)
    assert found.verdict == verdict
    assert bool(found.unset) == (verdict == "open")
