"""Truth: no clause of a shipped charter is graded better than the reading it came from.

The graded clause tables lie beside the checkout, in ../shared; without them these tests are skipped, and say so.
"""

import re
import tomllib
from pathlib import Path

import pytest

from tocsin import load_charter
from tocsin.terms import SOURCE_CLASSES

FACTS = Path(__file__).resolve().parents[2] / "shared" / "facts"
RANKS: dict[str, int] = {name: rank for rank, name in enumerate(SOURCE_CLASSES)}
TABLES = ("clauses-1.toml", "clauses-2.toml")

pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason="the graded clause tables (../shared/facts) are absent")


def _gist(text: str) -> str:
    """The beginning of a summary without punctuation: how the same row is known again in both places."""
    return re.sub(r"\W+", " ", text.lower())[:60]


def _graded() -> dict[str, str]:
    rows = [row for name in TABLES for row in tomllib.loads((FACTS / name).read_text(encoding="utf-8"))["clause"]]
    return {_gist(row["summary"]): row["class"] for row in rows}


OWN_READING = {"NAKH.organs", "CA.4(j)", "CA.7(1)", "CA.10-11"}
"""Clauses whose rows tell that more of their text was read than the table's author had seen."""

KNOWN_AT_LEAST = {
    "nato": 30,
    "eu": 50,
    "csto": 45,
    "ots": 10,
    "sco": 18,
    "cis": 12,
    "gcc": 22,
    "au": 30,
    "unsc": 22,
    "asean": 20,
    "saarc": 9,
    "weu": 10,
    "nato-md": 4,
    "nato-ici": 3,
    "europe-turkey": 10,
}
"""How many of a charter's clauses are found again in the tables; others were read for it."""


@pytest.mark.parametrize(("charter", "known_at_least"), KNOWN_AT_LEAST.items())
def test_no_clause_is_graded_above_the_reading_it_rests_on(charter: str, known_at_least: int) -> None:
    graded, better, known = _graded(), [], 0
    for clause in load_charter(charter).document.clause:
        seen = graded.get(_gist(clause.summary))
        if seen is None or clause.class_ is None:
            continue
        known += 1
        if RANKS[clause.class_] < RANKS[seen] and clause.id not in OWN_READING:
            better.append(f"{clause.id}: '{clause.class_}' here, '{seen}' in the table")
    assert better == []
    assert known >= known_at_least


@pytest.mark.parametrize("charter", KNOWN_AT_LEAST)
def test_every_clause_says_where_it_was_read(charter: str) -> None:
    for clause in load_charter(charter).document.clause:
        assert clause.class_ is not None, clause.id
        assert clause.source, clause.id


@pytest.mark.parametrize(("charter", "system"), [("nato", "NATO"), ("eu", "EU")])
def test_membership_begins_and_ends_as_in_the_member_table(charter: str, system: str) -> None:
    rows = [line.split(",") for line in (FACTS / "members.csv").read_text(encoding="utf-8").splitlines()[1:]]
    table = {row[1]: row[2] for row in rows if row[0] == system and row[4].startswith(("member", "former"))}
    entered = {row.party: str(row.from_) for row in load_charter(charter).document.membership if row.status == "member"}
    assert {party: entered.get(party) for party in table} == table
