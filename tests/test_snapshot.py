"""A charter compiled for one day: who belongs, with which rights, as known when."""

from datetime import date

import pytest
from msgspec.structs import replace

from tests.world import MERIDIAN
from tocsin import load_charter
from tocsin.charter.model import Conduct, Membership, Status
from tocsin.charter.snapshot import Charter, Standing, visible
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


def with_rows(*, membership: tuple[Membership, ...] = (), conduct: tuple[Conduct, ...] = ()) -> Charter:
    """The Meridian Pact with these rows alone in two of its tables."""
    statuses = (*MERIDIAN.document.status, Status(id="under watch", overlay=True))
    changed = replace(MERIDIAN.document, membership=membership, conduct=conduct, status=statuses)
    return Charter(changed, "sha256:changed")


def test_a_charter_has_one_row_on_conduct_a_day_or_none() -> None:
    pact = with_rows(
        conduct=(
            Conduct(id="old", joiner_history="none", to=date(2010, 1, 1)),
            Conduct(id="new", joiner_history="all", from_=date(2012, 1, 1)),
        )
    )
    years = (2009, 2011, 2013)
    assert [row and row.id for row in (pact.as_of(date(year, 1, 1)).conduct for year in years)] == ["old", None, "new"]
    assert load_charter("nato").as_of(date(2026, 1, 1)).conduct is None


def test_conduct_under_a_chosen_reading_replaces_the_plain_row() -> None:
    rows = (Conduct(id="plain", joiner_history="none"), Conduct(id="r", joiner_history="all", reading="cyber-counts"))
    pact, day = with_rows(conduct=rows), date(2026, 1, 1)
    plain, under = pact.as_of(day), pact.as_of(day, readings=("cyber-counts",))
    assert plain.conduct is rows[0]
    assert under.conduct is rows[1]


def test_a_party_belongs_since_the_first_day_of_the_time_without_a_break() -> None:
    def row(status: str, start: int | None, end: int | None = None, **fields: str) -> Membership:
        days = {"from_": start and date(start, 1, 1), "to": end and date(end, 1, 1)}
        return Membership(party="XAA", status=status, **days, **fields)  # type: ignore[arg-type]  # dates and texts

    def since(*rows: Membership, on: int = 2026, readings: tuple[str, ...] = ()) -> date | None:
        return with_rows(membership=rows).as_of(date(on, 6, 1), readings=readings).belongs_since("XAA")

    assert since(row("member", 2002)) == date(2002, 1, 1)
    assert since(row("member", None)) == date.min
    assert since(row("member", None, clause="MP.2")) == date(2002, 1, 1)
    assert since(row("observer", 2010, 2015), row("member", 2015)) == date(2010, 1, 1)
    assert since(row("member", 2002, 2010), row("member", 2015)) == date(2015, 1, 1)
    assert since(row("member", 2002, 2010), row("withdrawn", 2010, 2015), row("member", 2015)) == date(2015, 1, 1)
    assert since(row("member", 2002, 2010), row("under watch", 2009), row("member", 2015)) == date(2015, 1, 1)
    assert since(row("member", 2002, 2010)) is None
    assert since(row("member", 2002), row("withdrawn", 2010)) == date(2002, 1, 1), "the first plain row counts"
    assert since(row("withdrawn", 2002)) is None
    assert since(row("member", 2030)) is None
    assert since() is None
    read = (row("member", 2002), row("withdrawn", 2005, 2015, reading="cyber-counts"))
    assert since(*read) == date(2002, 1, 1)
    assert since(*read, on=2010, readings=("cyber-counts",)) is None
    assert since(*read, readings=("cyber-counts",)) == date(2015, 1, 1)


def test_another_day_is_told_by_the_file_alone() -> None:
    today = MERIDIAN.as_of(date(2026, 1, 1))
    live = today.with_standings({PartyId("XAA"): Standing(PartyId("XAA"), "withdrawn")})
    assert not live.belongs("XAA")
    assert live.on_day(date(2026, 1, 1)) is today
    assert "XAE" not in live.on_day(date(2007, 1, 1)).group("members")


def test_a_party_is_known_whether_it_belongs_or_not() -> None:
    assert {"XAA", "XAG", "XQA"} <= MERIDIAN.as_of(date(2003, 1, 1)).parties
