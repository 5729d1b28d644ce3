"""Alliances side by side: every cell leads to its clauses, and says where nobody knows."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.charter import load_charter
from tocsin.charter.files.catalog import shipped
from tocsin.charter.snapshot import Charter
from tocsin.errors import NotFound, TermError
from tocsin.measures.comparison import GROUPS, TOPIC_IDS, compare
from tocsin.measures.comparison_model import Cell, Comparison
from tocsin.measures.comparison_words import hours_at_most
from tocsin.measures.membership_svg import draw, shown_parties
from tocsin.measures.overlap import overlap
from tocsin.terms import WEAK_CLASSES, PartyId

DAY = date(2026, 1, 1)
NINE = ("nato", "csto", "ots", "eu", "gcc", "au", "asean", "sco", "saarc")
load = cache(load_charter)


@cache
def nine() -> Comparison:
    return compare([load(name) for name in NINE], on=DAY)


def cell(topic: str, name: str, comparison: Comparison | None = None) -> Cell:
    """The cell of an alliance on a topic; of the nine unless another comparison is handed in."""
    return next(one for one in (comparison or nine()).row(topic).cells if one.alliance == name)


def said(topic: str, name: str, comparison: Comparison | None = None) -> str:
    return " | ".join(line.says for line in cell(topic, name, comparison).lines)


@pytest.mark.parametrize(
    ("topic", "name", "words", "clause"),
    [
        ("members", "nato", "32 members", "NAT.10"),
        ("members", "csto", "6 members", "CST.11"),
        ("members", "eu", "27 members", "ACC.members"),
        ("rule-membership", "nato", "unanimity, in The parties to the treaty", "NAT.10"),
        ("rule-force", "nato", "consensus, in North Atlantic Council", "PRACTICE.consensus"),
        ("rule-force", "csto", "those willing may act while nobody objects", "CSTOCH.12-limited"),
        ("rule-expulsion", "csto", "without the vote of the party concerned", "CSTOCH.20"),
        ("consult-request", "nato", "any member", "NAT.4"),
        ("consult-decision", "nato", "automatic", "NAT.4"),
        ("help-means", "nato", "each chooses its own", "NAT.5"),
        ("help-request", "csto", "the victim", "CST.4"),
        ("help", "eu", "by all the means in each other member's power", "TEU.42(7)"),
        ("help-decision", "eu", "automatic", "TEU.42(7)"),
        ("withdrawal", "nato", "1 year of notice", "NAT.13"),
        ("withdrawal", "eu", "24 months of notice", "TEU.50"),
        ("withdrawal", "csto", "6 months of notice", "CSTOCH.19-exit"),
        ("bans", "csto", "Join no military alliance", "CST.1"),
        ("reports", "nato", "UNSC", "NAT.5"),
        ("hours-meeting", "eu", "48 hours", "TEU.30"),
    ],
)
def test_a_cell_says_what_the_treaty_says_and_leads_to_its_clause(
    topic: str, name: str, words: str, clause: str
) -> None:
    assert words in said(topic, name)
    assert clause in cell(topic, name).clauses


def test_a_cell_tells_what_is_none_what_is_not_known_and_where_the_file_is_silent() -> None:
    assert cell("expulsion", "nato").status == "none"
    assert "none: " in said("expulsion", "nato")
    assert cell("rule-procedure", "csto").status == "not known"
    assert "not known (unset): " in said("rule-procedure", "csto")
    assert cell("rule-listing", "nato") == Cell(alliance="nato", status="no row")


def test_none_is_said_only_on_the_word_of_a_row() -> None:
    for row in nine().rows:
        for one in row.cells:
            for line in one.lines:
                assert line.kind != "none" or line.clauses, (row.id, one.alliance)


def test_an_alliance_without_a_duty_to_help_says_so_on_its_clause_of_absence() -> None:
    assert (cell("help", "ots").status, cell("help", "ots").clauses) == ("none", ("NAKH.no-defence",))
    assert cell("help-means", "ots").lines[0].says == "none: there is no such duty"


def test_a_power_to_help_does_not_hide_that_there_is_no_duty() -> None:
    first, *powers = cell("help", "sco").lines
    assert first.kind == "none"
    assert "No duty to assist" in first.says
    assert all("(may)" in line.says for line in powers)


def test_where_nobody_can_be_expelled_there_is_no_rule_for_it() -> None:
    assert cell("rule-expulsion", "nato").status == "none"
    assert cell("rule-expulsion", "csto").status == "said"


def test_a_rival_reading_that_changes_a_cell_stands_beside_it() -> None:
    variants = {one.reading: one for one in cell("help-decision", "nato").contested}
    assert set(variants) == {"council-confirms"}
    assert "automatic: owed without a decision" in variants["council-confirms"].drops
    assert {one.reading for one in cell("exclusions", "csto").contested} == {
        "external-only",
        "not-between-members",
        "states-only",
    }
    assert not cell("withdrawal", "nato").contested


def test_a_rule_that_hangs_on_a_reading_is_called_contested_and_not_unset() -> None:
    assert "which rule holds is contested" in said("rule-substance", "gcc")
    assert cell("rule-substance", "gcc").contested


def test_a_time_is_bounded_only_where_every_step_is_stated() -> None:
    assert cell("hours-decision", "nato").lines[0].hours == 0
    csto = cell("hours-decision", "csto").lines[0]
    assert csto.hours is None
    assert csto.says.startswith("unbounded: time to a meeting of Collective Security Council")
    meridian = cell("hours-decision", "meridian", compare([load("meridian")], on=date(2010, 5, 2)))
    assert meridian.lines[0].hours == 48
    assert "meets within 24 hours + silence of 24 hours" in meridian.lines[0].says


def test_the_worst_case_of_a_calendar_length_is_its_longest() -> None:
    assert hours_at_most("48 hours", DAY) == 48
    assert hours_at_most("2 days", DAY) == 48
    assert hours_at_most("5 working days", DAY) == 7 * 24
    assert hours_at_most("1 month", DAY) == 31 * 24


def test_what_was_not_yet_recorded_is_left_out() -> None:
    charters = [load("csto")]
    early = compare(charters, on=date(2024, 3, 1), known=date(2024, 1, 1))
    late = compare(charters, on=date(2024, 3, 1))
    assert "frozen" not in said("members", "csto", early)
    assert "frozen" in said("members", "csto", late)


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("day", [date(1995, 1, 1), date(2005, 6, 1), DAY])
def test_every_cell_of_every_charter_leads_to_clauses_that_exist(name: str, day: date) -> None:
    charter = load(name)
    there = {row.id for row in charter.document.clause}
    for row in compare([charter], on=day).rows:
        one = row.cells[0]
        assert set(one.clauses) <= there, row.id
        for line in one.lines:
            assert line.source_class
            if line.source_class in WEAK_CLASSES:
                assert one.weak, (row.id, line.says)


@given(st.permutations(NINE))
def test_the_order_of_names_changes_nothing_but_the_order(order: list[str]) -> None:
    picked = order[:3]
    found = compare([load(name) for name in picked], on=DAY)
    assert [column.id for column in found.columns] == picked
    for row in found.rows:
        assert [one.alliance for one in row.cells] == picked
        for one in row.cells:
            assert one == cell(row.id, one.alliance)


def test_an_alliance_is_compared_once_and_a_topic_must_exist() -> None:
    with pytest.raises(TermError, match="compare each alliance once"):
        compare([load("nato"), load("nato")], on=DAY)
    with pytest.raises(TermError, match="at least one"):
        compare([], on=DAY)
    with pytest.raises(NotFound, match="topic"):
        compare([load("nato")], on=DAY, topics=["colour"])
    with pytest.raises(KeyError):
        nine().row("colour")
    assert len(set(TOPIC_IDS)) == len(TOPIC_IDS)
    assert set(GROUPS) == {row.group for row in nine().rows}


def charters_of(names: list[str]) -> list[Charter]:
    return [load(name) for name in names]


@given(st.lists(st.sampled_from(shipped()), min_size=2, max_size=5, unique=True), st.dates(date(1990, 1, 1), DAY))
def test_the_overlap_is_symmetric_and_its_diagonal_is_the_membership(names: list[str], day: date) -> None:
    found = overlap(charters_of(names), on=day)
    for a in found.alliances:
        assert found.shared(a, a).members == tuple(sorted(load(a).as_of(day).group("members")))
        for b in found.alliances:
            assert found.shared(a, b).members == found.shared(b, a).members
            assert found.shared(a, b).others == found.shared(b, a).others


def test_the_overlap_names_the_parties() -> None:
    found = overlap(charters_of(["csto", "sco", "ots"]), on=DAY)
    assert found.shared("csto", "sco").members == ("BLR", "KAZ", "KGZ", "RUS", "TJK")
    assert found.shared("csto", "ots").members == ("KAZ", "KGZ")
    assert found.standings[PartyId("ARM")]["csto"] == "member, frozen"
    with pytest.raises(KeyError):
        found.shared("csto", "nato")


def test_a_seat_looks_otherwise_than_a_suspension_and_the_legend_names_both() -> None:
    picture = str(draw(overlap([load("au")], on=DAY)))
    seats = re.findall(r"<title>[^<]*: psc,[^<]*</title><rect[^>]*class=\"(\w+)", picture)
    suspensions = re.findall(r"<title>[^<]*: suspended,[^<]*</title><rect[^>]*class=\"(\w+)", picture)
    assert (set(seats), set(suspensions)) == ({"seat"}, {"laid"})
    assert "psc: laid over a status, takes no right away" in picture
    assert "suspended: laid over a status, takes rights away or freezes them" in picture


def test_a_freeze_is_no_seat_although_no_row_says_which_rights_it_takes() -> None:
    spans = overlap([load("cis"), load("csto")], on=DAY).spans
    assert {span.seat for span in spans if span.status == "frozen"} == {False}


def test_the_picture_says_in_words_what_it_draws() -> None:
    found = overlap(charters_of(["csto", "sco", "ots"]), on=DAY)
    svg = draw(found)
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert '<title id="membership-title">Membership over the years of csto, sco, ots</title>' in svg
    assert "Kazakhstan, csto: member, from 1992-05-15" in svg
    assert "KAZ" in shown_parties(found)
    alone = overlap(charters_of(["csto"]), on=DAY)
    assert "frozen" in draw(alone, ["ARM"])
    assert 'class="laid"' in draw(alone, ["ARM"])


def test_nothing_is_fetched_from_anywhere(tmp_path: Path) -> None:
    svg = str(draw(overlap(charters_of(["nato", "eu"]), on=DAY)))
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
    assert not list(tmp_path.iterdir())
