"""Warning and consultation: what the engine makes of warnings, requests, meetings and texts."""

from datetime import date

import pytest
from msgspec.structs import replace

from tests.world import ATTACK, MEMBERS, MERIDIAN, World, agree, at, decided, kinds, tabled
from tocsin.alliance import commands as c
from tocsin.alliance.facts import OrganConvened, ProcedureOpened, Refusal, RequestMade, WarningReported
from tocsin.charter.predicates import Event
from tocsin.terms import Instant


def test_a_warning_leaves_nothing_but_its_commitment() -> None:
    world = World()
    world.do(c.ReportWarning, 0, "XAB", warning="w", commitment="ab" * 32)
    assert world.case.warnings == {"w": "ab" * 32}
    reported = next(fact for fact in world.facts if isinstance(fact, WarningReported))
    assert "XAB" not in repr(reported)


def test_a_warning_name_is_used_once_and_only_by_a_party_that_may_speak() -> None:
    world = World()
    world.do(c.ReportWarning, 0, "XAB", warning="w", commitment="ab" * 32)
    assert kinds(world.do(c.ReportWarning, 1, "XAC", warning="w", commitment="cd" * 32)) == ["refused: name taken"]
    assert kinds(world.do(c.ReportWarning, 1, "XQA", warning="x", commitment="cd" * 32)) == ["refused: not entitled"]


def test_a_request_for_help_awaits_the_councils_decision_and_owes_a_report() -> None:
    world = World()
    made = world.do(c.MakeRequest, 0, "XAA", request="r", duty="assist", event=ATTACK)
    assert kinds(made) == ["CaseOpened", "RequestMade"]
    request = world.facts[-1]
    assert isinstance(request, RequestMade)
    assert (request.status, request.awaiting, request.reports_to) == ("awaiting", "assist", ("UNSC",))
    assert world.case.reports_owed == ("UNSC",)


def test_a_request_that_the_duty_excludes_is_still_recorded_with_the_reason() -> None:
    world = World()
    between_members = Event(kind="armed attack", victim="XAA", attacker="XAB", territory_of="XAA", external=True)
    world.do(c.MakeRequest, 0, "XAA", request="r", duty="assist", event=between_members)
    request = world.facts[-1]
    assert isinstance(request, RequestMade)
    assert (request.status, request.clause) == ("excluded", "MP.6")
    assert "between members" in request.why[0]


def test_a_duty_that_awaited_a_decision_is_triggered_once_it_has_been_taken() -> None:
    world = decided()
    world.do(c.MakeRequest, 3, "XAA", request="again", duty="assist", event=ATTACK)
    request = world.facts[-1]
    assert isinstance(request, RequestMade)
    assert (request.status, request.awaiting) == ("triggered", "")


def test_an_author_signs_the_reading_a_request_rests_on() -> None:
    world = World()
    cyber = Event(kind="cyber attack", victim="XAA", attacker="XQA", territory_of="XAA", external=True)
    for reading, status in (("cyber-counts", "awaiting"), ("cyber-does-not-count", "excluded")):
        world.do(c.MakeRequest, 0, "XAA", request=reading, duty="assist", event=cyber, readings=(reading,))
        request = world.facts[-1]
        assert isinstance(request, RequestMade)
        assert (request.status, request.readings) == (status, (reading,))


@pytest.mark.parametrize("actor", ["XAF", "XQA", "SG"])
def test_only_a_party_whose_status_lets_it_ask_may_ask(actor: str) -> None:
    refused = World().do(c.MakeRequest, 0, actor, request="r", duty="assist", event=ATTACK)
    assert kinds(refused) == ["refused: not entitled"]
    assert isinstance(refused, Refusal)
    assert refused.clause == "MP.5"


def test_an_unknown_duty_is_refused_with_the_duties_there_are() -> None:
    refused = World().do(c.MakeRequest, 0, "XAA", request="r", duty="avenge", event=ATTACK)
    assert isinstance(refused, Refusal)
    assert "assist" in refused.fix


def test_not_asking_is_a_recorded_and_complete_outcome() -> None:
    world = World()
    world.do(c.NoteNoRequest, 0, "XAA", duty="consult")
    assert world.case.no_requests == ("consult",)


def test_the_council_meets_within_a_day_of_one_members_call() -> None:
    world = World()
    world.do(c.Convene, 0, "XAB", organ="council")
    convened = world.facts[-1]
    assert isinstance(convened, OrganConvened)
    assert convened.meets_by is not None
    assert (convened.meets_by - convened.at) // 3_600_000_000 == 24
    assert kinds(world.do(c.Convene, 1, "XAF", organ="council")) == ["refused: not entitled"]
    assert kinds(world.do(c.Convene, 1, "XAB", organ="senate")) == ["refused: no such organ"]


def test_tabling_pins_rule_electors_charter_and_chair() -> None:
    world = tabled()
    opened = next(fact for fact in world.facts if isinstance(fact, ProcedureOpened))
    assert opened.ballot.universe == MEMBERS
    assert opened.charter_hash == world.charter.charter_hash
    assert (opened.rule, opened.organ, "SG" in opened.chairs) == ("silence", "council", True)


def test_a_procedure_opened_before_a_member_joined_keeps_its_electorate() -> None:
    before, after = date(2008, 2, 1), date(2008, 4, 1)
    world = World(on=before)
    world.do(c.TableText, 0, "XAA", matter="relief", text="t")
    world.charter = MERIDIAN.as_of(after)
    assert "XAE" not in world.procedure().ballot.universe
    refused = world.do(c.StatePosition, 1, "XAE", party="XAE", position="object")
    assert kinds(refused) == ["refused: not an elector"]


def test_a_matter_about_a_party_needs_its_subject() -> None:
    assert kinds(World().do(c.TableText, 0, "XAA", matter="suspend")) == ["refused: no subject"]


def test_a_text_is_tabled_only_by_those_the_charter_names_and_where_it_may_be_decided() -> None:
    world = World()
    assert kinds(world.do(c.TableText, 0, "XAB", matter="budget")) == ["refused: not entitled"]
    assert kinds(world.do(c.TableText, 0, "XAB", matter="relief", organ="assembly")) == ["refused: not the forum"]
    assert kinds(world.do(c.TableText, 0, "XAB", matter="war")) == ["refused: no such matter"]
    assert kinds(world.do(c.TableText, 0, "SG", matter="budget")) == ["CaseOpened", "ProcedureOpened"]
    assert kinds(world.do(c.TableText, 0, "SG", matter="budget")) == ["refused: name taken"]


def test_an_organ_with_two_rules_for_a_matter_lets_its_author_choose() -> None:
    world = World()
    world.do(c.TableText, 0, "XAA", matter="assist", rule="consensus")
    assert world.procedure().rule == "consensus"


def test_an_amended_text_voids_the_positions_on_the_old_one() -> None:
    world = tabled()
    world.do(c.StatePosition, 2, "XAB", party="XAB", position="object")
    world.do(c.AmendText, 3, "XAC", text="softer")
    procedure = world.procedure()
    assert (procedure.version, procedure.text, procedure.positions) == (2, "softer", {})
    assert kinds(world.do(c.AmendText, 4, "XAF", text="mine")) == ["refused: not entitled"]


def test_a_text_is_withdrawn_by_its_proposer_and_then_no_longer_changes() -> None:
    world = tabled()
    assert kinds(world.do(c.WithdrawText, 2, "XAB")) == ["refused: not entitled"]
    world.do(c.WithdrawText, 2, "XAA")
    assert world.procedure().status == "withdrawn"
    assert kinds(world.do(c.AmendText, 3, "XAA", text="again")) == ["refused: already ended"]


def test_a_position_comes_from_the_party_or_from_the_chair_on_its_behalf() -> None:
    world = tabled()
    assert kinds(world.do(c.StatePosition, 2, "XAB", party="XAC", position="support")) == ["refused: not entitled"]
    assert kinds(world.do(c.StatePosition, 2, "SG", party="XAC", position="support")) == ["PositionStated"]
    assert kinds(world.do(c.StatePosition, 2, "XAF", party="XAF", position="support")) == ["refused: not an elector"]


def test_a_position_after_the_decision_is_kept_as_an_attempt_without_effect() -> None:
    world = decided()
    late = world.do(c.StatePosition, 3, "XAB", party="XAB", position="object")
    assert kinds(late) == ["AttemptRecorded"]
    assert (world.procedure().verdict, world.case.attempts) == ("adopted", 1)


def test_a_reservation_is_kept_where_the_rule_provides_for_it() -> None:
    world = tabled()
    world.do(c.StatePosition, 2, "XAB", party="XAB", position="support", reservation="not our ports")
    agree(world, 2)
    world.do(c.CloseProcedure, 3, "SG")
    assert world.procedure().reserved == ("XAB",)
    assert "XAB" in world.procedure().bound


def test_a_rule_without_reservations_refuses_one() -> None:
    world = World()
    world.do(c.TableText, 0, "SG", matter="budget")
    refused = world.do(c.StatePosition, 1, "XAB", party="XAB", position="support", reservation="but")
    assert kinds(refused) == ["refused: no reservations"]


def test_the_forum_changes_with_its_own_electorate_and_without_the_old_positions() -> None:
    world = tabled()
    world.do(c.StatePosition, 2, "XAE", party="XAE", position="object")
    moved = world.do(c.ChangeForum, 3, "SG", organ="defence-board", new_procedure="q")
    assert kinds(moved) == ["ForumChanged", "ProcedureOpened"]
    assert world.procedure().status == "moved"
    there = world.procedure("q")
    assert "XAE" not in there.ballot.universe
    assert (there.positions, there.moved_from) == ({}, "p")


def test_a_blocked_text_may_still_change_forum() -> None:
    world = tabled()
    world.do(c.StatePosition, 2, "XAE", party="XAE", position="object")
    world.do(c.CloseProcedure, 3, "SG")
    assert world.procedure().verdict == "blocked"
    world.do(c.ChangeForum, 4, "XAA", organ="defence-board", new_procedure="q")
    assert world.procedure("q").status == "open"


def test_a_forum_that_does_not_decide_the_matter_is_refused_with_those_that_do() -> None:
    refused = tabled().do(c.ChangeForum, 3, "SG", organ="assembly", new_procedure="q")
    assert isinstance(refused, Refusal)
    assert (refused.code, "defence-board" in refused.fix) == ("not a forum", True)


def test_a_case_closes_when_nothing_runs_and_then_takes_no_commands() -> None:
    world = tabled()
    world.do(c.OpenSilence, 2, "SG")
    assert kinds(world.do(c.CloseCase, 3, "SG")) == ["refused: still running"]
    world.do(c.StatePosition, 4, "XAB", party="XAB", position="object")
    world.do(c.CloseCase, 5, "SG", why="settled")
    assert kinds(world.do(c.Convene, 6, "SG", organ="council")) == ["refused: case closed"]
    assert kinds(World().do(c.CloseCase, 0, "SG")) == ["refused: no such case"]


def test_time_never_goes_back() -> None:
    world = tabled()
    assert kinds(world.do(c.Convene, 0.5, "SG", organ="council")) == ["refused: time goes back"]


def test_nobody_restates_what_a_party_has_said_itself() -> None:
    world = tabled()
    world.do(c.StatePosition, 2, "XAB", party="XAB", position="object")
    assert kinds(world.do(c.StatePosition, 3, "SG", party="XAB", position="support")) == ["refused: stated itself"]
    assert kinds(world.do(c.StatePosition, 3, "XAB", party="XAB", position="support")) == ["PositionStated"]


def test_who_asked_is_what_is_on_record_and_not_what_another_says() -> None:
    world = World()
    said = replace(ATTACK, requested_by=("XAA",))
    world.do(c.MakeRequest, 0, "XAB", request="for another", duty="assist", event=said)
    request = world.facts[-1]
    assert isinstance(request, RequestMade)
    assert (request.status, request.awaiting) == ("awaiting", "request")
    world.do(c.MakeRequest, 1, "XAA", request="own", duty="assist", event=ATTACK)
    assert world.case.requests["own"].decided_as == "assist"
    assert kinds(world.do(c.MakeRequest, 2, "XAC", request="own", duty="assist", event=ATTACK)) == [
        "refused: name taken"
    ]


def test_an_unknown_or_contradictory_reading_is_refused_by_name() -> None:
    for readings in (("cyber",), ("cyber-counts", "cyber-does-not-count")):
        refused = World().do(c.MakeRequest, 0, "XAA", request="r", duty="assist", event=ATTACK, readings=readings)
        assert kinds(refused) == ["refused: no such reading"]


def test_what_a_member_says_in_a_closed_case_is_kept_without_effect() -> None:
    world = decided()
    world.do(c.CloseCase, 3, "SG")
    assert kinds(world.do(c.StatePosition, 4, "XAB", party="XAB", position="object")) == ["AttemptRecorded"]
    assert kinds(world.do(c.MakeRequest, 4, "XAB", request="late", duty="assist", event=ATTACK)) == ["AttemptRecorded"]
    assert kinds(world.do(c.MakeRequest, 4, "XQA", request="late", duty="assist", event=ATTACK)) == [
        "refused: case closed"
    ]


def test_an_instant_outside_the_calendar_is_refused() -> None:
    for wrong in (10**18, -(10**18)):
        command = c.CloseCase(id="x", at=Instant(wrong), by="SG", case="k")
        assert kinds(World().submit(command)) == ["refused: no such time"]
    backwards = c.Convene(id="x", at=at(1), at_latest=at(0), by="SG", case="k", organ="council")
    assert kinds(World().submit(backwards)) == ["refused: no such time"]


def test_a_case_name_holds_no_slash() -> None:
    assert kinds(World().do(c.Convene, 0, "SG", case="a/b", organ="council")) == ["refused: no such name"]


def test_the_same_organ_may_take_up_a_text_under_its_other_rule() -> None:
    world = tabled()
    moved = world.do(c.ChangeForum, 2, "SG", organ="council", rule="consensus", new_procedure="q")
    assert kinds(moved) == ["ForumChanged", "ProcedureOpened"]
    assert world.procedure("q").rule == "consensus"
    assert kinds(world.do(c.ChangeForum, 3, "SG", organ="council", new_procedure="s")) == ["refused: cannot move"]


def test_a_change_of_forum_keeps_the_readings_of_the_text() -> None:
    world = World()
    world.do(c.TableText, 0, "XAA", matter="assist", text="t", readings=("cyber-counts",))
    world.do(c.ChangeForum, 1, "SG", organ="defence-board", new_procedure="q")
    assert world.procedure("q").readings == ("cyber-counts",)


def test_an_earlier_decision_on_one_party_carries_nothing_against_another() -> None:
    refused = World().do(c.TableText, 0, "XAA", matter="relief", subject="XAB")
    assert kinds(refused) == ["refused: no subject"]
