"""Golden cells of nato, csto and eu against the graded tables in ../shared/facts; skipped where those are absent."""

import csv
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tocsin.charter import load_charter
from tocsin.measures.comparison import compare
from tocsin.measures.comparison_model import Cell, Comparison

FACTS = Path(__file__).resolve().parents[2] / "shared" / "facts"
DAY = date(2026, 1, 1)

pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason="the graded clause tables (../shared/facts) are absent")


@cache
def three() -> Comparison:
    return compare([load_charter(name) for name in ("nato", "csto", "eu")], on=DAY)


def cell(topic: str, name: str) -> Cell:
    return next(one for one in three().row(topic).cells if one.alliance == name)


@cache
def rows() -> list[dict[str, Any]]:
    names = ("clauses-1.toml", "clauses-2.toml")
    return [row for name in names for row in tomllib.loads((FACTS / name).read_text(encoding="utf-8"))["clause"]]


# topic, alliance, system and article of the table, its parameter and what it holds there, what the cell says of it
GOLDEN = [
    ("consult-request", "nato", "NATO", "4", "who_may_request", "any one ally", "any member"),
    ("consult-qualified", "nato", "NATO", "4", "qualifies_trigger", "the requester's own opinion", "whoever asks"),
    ("consult-decision", "nato", "NATO", "4", "majority", "none: automatic duty to consult", "automatic"),
    ("help-means", "nato", "NATO", "5", "means", "own_choice", "each chooses its own"),
    ("help-request", "nato", "NATO", "5", "request_required", False, "no request is needed"),
    ("help-decision", "nato", "NATO", "5", "needs_decision", False, "automatic"),
    ("reports", "nato", "NATO", "5", "report_deadline", "immediately", "UNSC, immediately"),
    ("rule-membership", "nato", "NATO", "10", "majority", "unanimity", "unanimity"),
    ("withdrawal", "nato", "NATO", "13", "notice_months", 12, "1 year of notice"),
    ("suspension", "nato", "NATO", "1-14 (absence)", "suspension", False, "none: "),
    ("expulsion", "nato", "NATO", "1-14 (absence)", "expulsion", False, "none: "),
    ("help-decision", "eu", "EU", "42(7)", "needs_decision", False, "automatic"),
    ("help-request", "eu", "EU", "42(7)", "request_required", "unset", "not known (unset)"),
    ("withdrawal", "eu", "EU", "50", "term_months", 24, "24 months"),
    ("withdrawal", "eu", "EU", "50", "excluded", ["withdrawing state"], "without the vote of the party concerned"),
    ("withdrawal", "csto", "CSTO", "19", "notice_months", 6, "6 months of notice"),
    ("help-request", "csto", "CSTO", "4", "request_required", True, "the victim"),
    ("rule-procedure", "csto", "CSTO", "12", "procedural_rule", "set by rules of procedure", "not known (unset)"),
    ("rule-expulsion", "csto", "CSTO", "20", "excludes_subject_vote", True, "without the vote of the party concerned"),
    ("arrears", "csto", "CSTO", "24-25", "arrears_years", 2, "two years"),
]


@pytest.mark.parametrize(("topic", "name", "system", "article", "parameter", "held", "words"), GOLDEN)
def test_a_cell_agrees_with_the_table(
    topic: str, name: str, system: str, article: str, parameter: str, held: object, words: str
) -> None:
    in_table = [
        row["parameters"][parameter]
        for row in rows()
        if (row["system"], row["article"]) == (system, article) and parameter in row.get("parameters", {})
    ]
    assert held in in_table
    assert words.lower() in " | ".join(line.says for line in cell(topic, name).lines).lower()


@pytest.mark.parametrize(("name", "system"), [("nato", "NATO"), ("eu", "EU")])
def test_the_members_are_those_of_the_member_table(name: str, system: str) -> None:
    with (FACTS / "members.csv").open(encoding="utf-8") as file:
        table = [row for row in csv.DictReader(file) if row["system"] == system and row["status"].startswith("member")]
    members = {row["iso3"] for row in table if not row["to"] or row["to"] > str(DAY)}
    assert set(cell("members", name).lines[0].parties) == members
