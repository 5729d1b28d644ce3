"""A charter compiled for one day: who belongs, with which rights, as known when."""

from datetime import date

import pytest

from tests.world import MERIDIAN
from tocsin import load_charter
from tocsin.charter.snapshot import visible
from tocsin.errors import NotFound
from tocsin.terms import PartyId


def test_a_member_belongs_from_its_first_day_and_not_before() -> None:
    assert "XAE" not in MERIDIAN.as_of(date(2008, 2, 29)).group("members")
    assert "XAE" in MERIDIAN.as_of(date(2008, 3, 1)).group("members")


def test_what_was_believed_then_differs_from_what_is_known_now() -> None:
    on = date(2008, 1, 1)
    assert "XAE" in MERIDIAN.as_of(on, known=date(2008, 1, 1)).group("members")
    assert "XAE" not in MERIDIAN.as_of(on).group("members")
    assert "XAE" not in MERIDIAN.as_of(on, known=date(2007, 1, 1)).group("members")


@pytest.mark.parametrize(
    ("on", "count"), [(date(1995, 1, 1), 9), (date(2005, 1, 1), 6), (date(2010, 6, 12), 7), (date(2013, 1, 1), 6)]
)
def test_the_csto_had_as_many_members_as_the_sources_say(on: date, count: int) -> None:
    assert len(load_charter("csto").as_of(on).group("members")) == count


def test_uzbekistan_was_still_a_member_as_known_in_january_2012() -> None:
    csto = load_charter("csto")
    assert "UZB" in csto.as_of(date(2013, 1, 1), known=date(2012, 1, 1)).group("members")
    assert "UZB" not in csto.as_of(date(2013, 1, 1)).group("members")


def test_an_overlay_lies_over_a_status_and_takes_away_only_what_it_says() -> None:
    armenia = load_charter("csto").as_of(date(2025, 1, 1)).standings[PartyId("ARM")]
    assert (armenia.status, armenia.overlays) == ("member", ("frozen",))
    assert "vote" in armenia.rights


def test_built_in_groups_statuses_roles_and_single_parties_are_groups() -> None:
    snapshot = MERIDIAN.as_of(date(2026, 1, 1))
    assert snapshot.group("observers") == {"XAF"}
    assert snapshot.group("partner") == {"XAG"}
    assert snapshot.group("XAB") == {"XAB"}
    assert snapshot.group("board") == snapshot.group("members") - {"XAE"}
    assert snapshot.group("subject", {"subject": (PartyId("XAC"),)}) == {"XAC"}
    assert snapshot.group("nobody in particular") == frozenset()
    assert "XAF" not in snapshot.group("voters")


def test_weights_of_the_day_apply() -> None:
    assert "XAE" not in MERIDIAN.as_of(date(2008, 2, 1)).weights["contributions"].values
    assert MERIDIAN.as_of(date(2008, 3, 1)).weights["contributions"].values["XAE"] == 5


def test_an_unknown_reading_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="cyber-counts"):
        MERIDIAN.as_of(date(2026, 1, 1), readings=("cyber-count",))


def test_a_later_reading_replaces_the_one_chosen_for_its_question() -> None:
    one = MERIDIAN.as_of(date(2026, 1, 1), readings=("cyber-counts",))
    assert one.under(("cyber-does-not-count",)).readings == {"cyber-does-not-count"}
    assert one.under(()) is one


def test_superseding_counts_only_once_it_is_known() -> None:
    rows = MERIDIAN.document.membership
    announced = [row for row in rows if row.key == "xae-announced"]
    assert announced[0] in visible(rows, date(2008, 1, 1))
    assert announced[0] not in visible(rows, date(2008, 3, 1))


def test_the_content_hash_is_the_charters_version() -> None:
    assert MERIDIAN.hash.startswith("sha256:")
    assert MERIDIAN.hash != load_charter("csto").hash
    assert MERIDIAN.as_of(date(2026, 1, 1)).charter_hash == MERIDIAN.hash
