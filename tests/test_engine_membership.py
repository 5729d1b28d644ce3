"""Membership changed live: entry, exit, suspension and amendment, under the charter's own provisions."""

from datetime import date

from msgspec.structs import replace

from tests.world import MEMBERS, MERIDIAN, World, agree, at, kinds
from tocsin import load_charter
from tocsin.alliance import commands as c
from tocsin.alliance.facts import NoticeGiven, Refusal
from tocsin.alliance.step import due
from tocsin.charter.snapshot import Charter
from tocsin.terms import PartyId, instant, iso


def _decided(matter: str, subject: str | None = None, voters: tuple[str, ...] = MEMBERS) -> World:
    world = World()
    world.do(c.TableText, 0, "XAA", matter=matter, subject=subject)
    for party in voters:
        world.do(c.StatePosition, 1, party, party=party, position="support")
    world.do(c.CloseProcedure, 2, "SG")
    assert world.procedure().verdict == "adopted"
    return world


def _live(world: World) -> dict[str, str]:
    return {party: " + ".join((row.status, *row.overlays)) for party, row in world.state.standings.items()}


def test_an_invited_state_is_acceding_until_the_last_member_has_ratified() -> None:
    world = _decided("admit", "XQA")
    world.do(c.Accede, 3, "XQA", party="XQA")
    assert _live(world) == {"XQA": "acceding"}
    for party in MEMBERS[:-1]:
        world.do(c.Ratify, 4, party, what="accession/XQA")
    assert _live(world) == {"XQA": "acceding"}
    world.do(c.Ratify, 5, MEMBERS[-1], what="accession/XQA")
    assert _live(world) == {"XQA": "member"}


def test_the_new_member_decides_from_then_on() -> None:
    world = _decided("admit", "XQA")
    world.do(c.Accede, 3, "XQA", party="XQA")
    for party in MEMBERS:
        world.do(c.Ratify, 4, party, what="accession/XQA")
    world.do(c.TableText, 5, "XQA", matter="relief", procedure="q")
    assert "XQA" in world.procedure("q").ballot.universe


def test_accession_rests_on_a_decision_about_that_state() -> None:
    world = _decided("admit", "XQA")
    assert kinds(world.do(c.Accede, 3, "XAF", party="XAF")) == ["refused: wrong decision"]
    assert kinds(world.do(c.Accede, 3, "XQA", party="XQA", procedure="z")) == ["refused: no such procedure"]
    assert kinds(world.do(c.Accede, 3, "XAA", party="XAA")) == ["refused: already in"]


def test_ratification_is_for_members_once_and_of_something_that_waits() -> None:
    world = _decided("admit", "XQA")
    assert kinds(world.do(c.Ratify, 3, "XAA", what="accession/XQA")) == ["refused: not acceding"]
    assert kinds(world.do(c.Ratify, 3, "XAF", what="accession/XQA")) == ["refused: not entitled"]
    assert kinds(world.do(c.Ratify, 3, "XAA", what="peace")) == ["refused: no such thing"]
    assert kinds(world.do(c.Ratify, 3, "XAA", what="amendment/a")) == ["refused: nothing to ratify"]
    world.do(c.Accede, 3, "XQA", party="XQA")
    world.do(c.Ratify, 4, "XAA", what="accession/XQA")
    assert kinds(world.do(c.Ratify, 4, "XAA", what="accession/XQA")) == ["refused: already done"]


def test_notice_takes_effect_after_the_charters_period_whether_or_not_a_timer_runs() -> None:
    world = World()
    world.do(c.GiveNotice, 0, "XAE", party="XAE")
    given = world.facts[-1]
    assert isinstance(given, NoticeGiven)
    assert given.effective is not None
    assert (iso(given.effective), given.clause) == ("2027-01-01T08:00:00Z", "MP.13")
    assert due(world.charter, world.state) == given.effective
    world.do(c.Wake, 24 * 366, "centre")
    assert _live(world) == {"XAE": "withdrawn"}
    assert kinds(world.do(c.TableText, 24 * 366, "XAE", matter="relief")) == ["refused: not entitled"]


def test_a_notice_can_be_taken_back_in_time_by_who_gave_it() -> None:
    world = World()
    world.do(c.GiveNotice, 0, "XAE", party="XAE")
    assert kinds(world.do(c.RevokeNotice, 1, "XAA", party="XAE")) == ["refused: no notice"]
    world.do(c.RevokeNotice, 2, "XAE", party="XAE")
    assert (due(world.charter, world.state), world.state.notices) == (None, {})


def test_notice_before_the_earliest_day_names_that_day() -> None:
    early = World(on=date(2006, 1, 1))
    refused = early.submit(c.GiveNotice(id="n", at=at(-24 * 365 * 20), by="XAA", party=PartyId("XAA")))
    assert isinstance(refused, Refusal)
    assert (refused.code, "2007-01-01" in refused.fix) == ("too early", True)


def test_nobody_gives_notice_for_another_or_twice() -> None:
    world = World()
    assert kinds(world.do(c.GiveNotice, 0, "XAA", party="XAB")) == ["refused: not entitled"]
    world.do(c.GiveNotice, 0, "XAB", party="XAB")
    assert kinds(world.do(c.GiveNotice, 1, "XAB", party="XAB")) == ["refused: already leaving"]


def test_a_suspended_member_loses_its_vote_and_keeps_its_seat_among_the_bound() -> None:
    others = tuple(party for party in MEMBERS if party != "XAD")
    world = _decided("suspend", "XAD", others)
    world.do(c.Suspend, 3, "SG", party="XAD")
    assert _live(world) == {"XAD": "member + suspended"}
    world.do(c.TableText, 4, "XAA", matter="relief", procedure="q")
    world.do(c.StatePosition, 5, "XAD", procedure="q", party="XAD", position="object")
    agree(world, 5, "q")
    world.do(c.CloseProcedure, 6, "SG", procedure="q")
    assert world.procedure("q").verdict == "adopted"
    assert "XAD" in world.procedure("q").bound
    assert kinds(world.do(c.TableText, 7, "XAD", matter="relief", procedure="r")) == ["refused: not entitled"]
    assert kinds(world.do(c.Convene, 7, "XAD", case="k", organ="council")) == ["refused: not entitled"]


def test_a_suspension_is_lifted_by_a_decision_about_the_same_member() -> None:
    others = tuple(party for party in MEMBERS if party != "XAD")
    world = _decided("suspend", "XAD", others)
    world.do(c.Suspend, 3, "SG", party="XAD")
    world.do(c.TableText, 4, "XAA", matter="lift", procedure="q", subject="XAD")
    for party in others:
        world.do(c.StatePosition, 5, party, procedure="q", party=party, position="support")
    world.do(c.CloseProcedure, 6, "SG", procedure="q")
    world.do(c.Reinstate, 7, "SG", party="XAD", procedure="q")
    assert _live(world) == {"XAD": "member"}
    assert kinds(world.do(c.Reinstate, 8, "SG", party="XAD", procedure="q")) == ["refused: not suspended"]


def test_a_charter_without_expulsion_refuses_it_and_says_why() -> None:
    world = _decided("suspend", "XAD", tuple(party for party in MEMBERS if party != "XAD"))
    refused = world.do(c.Expel, 3, "SG", party="XAD")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.clause) == ("no provision", "MP.12")
    assert "cannot be expelled" in refused.message


def test_nato_knows_no_suspension() -> None:
    world = World(load_charter("nato"), date(2025, 1, 1))
    refused = world.do(c.Suspend, 0, "SG", party="FRA", case="k", procedure="p")
    assert kinds(refused) == ["refused: no provision"]


def test_a_party_asserts_only_of_itself_an_overlay_the_charter_knows() -> None:
    world = World()
    assert kinds(world.do(c.AssertStatus, 0, "XAB", party="XAB", status="frozen")) == ["StandingChanged"]
    assert _live(world) == {"XAB": "member + frozen"}
    assert kinds(world.do(c.AssertStatus, 1, "XAA", party="XAB", status="frozen")) == ["refused: not entitled"]
    assert kinds(world.do(c.AssertStatus, 1, "XAB", party="XAB", status="member")) == ["refused: not entitled"]


def test_an_amendment_enters_into_force_with_the_last_ratification_and_leaves_open_procedures_alone() -> None:
    world = _decided("amend")
    world.do(c.TableText, 2, "XAA", matter="relief", procedure="q")
    world.do(c.Amend, 3, "SG", amendment="a", new_charter_hash="sha256:new")
    for party in MEMBERS:
        assert not world.state.amendments["a"].in_force
        world.do(c.Ratify, 4, party, what="amendment/a")
    assert world.state.amendments["a"].in_force
    assert world.procedure("q").status == "open"
    assert kinds(world.do(c.Amend, 5, "SG", amendment="a")) == ["refused: already carried out"]


def test_an_amendment_rests_on_a_decision_to_amend() -> None:
    world = _decided("relief")
    assert kinds(world.do(c.Amend, 3, "SG", amendment="a")) == ["refused: wrong matter"]


def test_a_decision_is_carried_out_once() -> None:
    others = tuple(party for party in MEMBERS if party != "XAD")
    world = _decided("suspend", "XAD", others)
    world.do(c.Suspend, 3, "SG", party="XAD")
    assert kinds(world.do(c.Reinstate, 4, "SG", party="XAD", procedure="p")) == ["refused: wrong decision"]
    assert kinds(world.do(c.Suspend, 5, "SG", party="XAD")) == ["refused: already carried out"]


def test_a_stranger_carries_nothing_out() -> None:
    world = _decided("suspend", "XAD", tuple(party for party in MEMBERS if party != "XAD"))
    assert kinds(world.do(c.Suspend, 3, "XQA", party="XAD")) == ["refused: not entitled"]
    admitted = _decided("admit", "XQA")
    assert kinds(admitted.do(c.Accede, 3, "XAF", party="XQA")) == ["refused: not entitled"]


def test_an_observer_has_no_membership_to_give_up() -> None:
    assert kinds(World().do(c.GiveNotice, 0, "XAF", party="XAF")) == ["refused: not entitled"]


def test_a_member_that_has_left_no_longer_counts_among_those_who_must_ratify() -> None:
    world = _decided("admit", "XQA")
    world.do(c.Accede, 3, "XQA", party="XQA")
    world.do(c.GiveNotice, 4, "XAE", party="XAE")
    for party in MEMBERS[:-1]:
        world.do(c.Ratify, 24 * 400, party, what="accession/XQA")
    assert _live(world)["XQA"] == "member"


def test_months_of_notice_are_counted_at_the_seat_of_the_organs() -> None:
    document = replace(MERIDIAN.document, charter=replace(MERIDIAN.document.charter, timezone="Europe/Lisbon"))
    world = World(Charter(document, "sha256:lisbon"))
    winter = World(Charter(document, "sha256:lisbon"), date(2026, 1, 1))
    summer_night = instant("2026-06-14T23:30:00Z")  # already 15 June in Lisbon
    winter.submit(c.GiveNotice(id="n", at=summer_night, by="XAB", party=PartyId("XAB")))
    given = winter.facts[-1]
    assert isinstance(given, NoticeGiven)
    assert given.effective is not None
    assert iso(given.effective) == "2027-06-14T23:30:00Z"
    assert world.charter.zone is winter.charter.zone
