"""Silence: consent only where members could object, whatever the timer or the centre does."""

import pytest

from tests.world import MEMBERS, at, canonical, kinds, tabled, under_silence
from tocsin.alliance import commands as c
from tocsin.alliance.facts import Decided, Refusal, SilenceBroken, SilenceExpired
from tocsin.alliance.step import due, status


def test_an_unbroken_silence_on_a_delivered_text_adopts_it_at_the_deadline() -> None:
    world = under_silence()
    assert kinds(world.do(c.Wake, 26, "centre")) == ["SilenceExpired", "Decided"]
    procedure = world.procedure()
    assert (procedure.verdict, procedure.how, procedure.bound) == ("adopted", "silence", MEMBERS)
    assert procedure.decided == at(26)


def test_the_deadline_itself_is_too_late_to_object_and_one_moment_earlier_is_not() -> None:
    late = under_silence()
    assert kinds(late.do(c.StatePosition, 26, "XAB", party="XAB", position="object"))[-1] == "AttemptRecorded"
    assert late.procedure().verdict == "adopted"
    in_time = under_silence()
    in_time.do(c.StatePosition, 25.999999, "XAB", party="XAB", position="object")
    assert in_time.procedure().status == "open"
    assert due(in_time.charter, in_time.state) is None


def test_a_text_not_known_to_be_delivered_expires_unconfirmed_until_the_chair_confirms() -> None:
    world = under_silence(delivered=False)
    world.do(c.ConfirmDelivery, 3, "SG", party="XAA")
    assert kinds(world.do(c.Wake, 30, "centre")) == ["SilenceExpired"]
    expired = world.facts[-1]
    assert isinstance(expired, SilenceExpired)
    assert expired.undelivered == ("XAB", "XAC", "XAD", "XAE")
    assert expired.why == "delivery to every elector is not recorded"
    assert world.procedure().status == "unconfirmed"
    assert kinds(world.do(c.ConfirmExpiry, 31, "XAB")) == ["refused: nothing to confirm"]
    assert kinds(world.do(c.ConfirmExpiry, 31, "SG")) == ["Decided"]
    assert (world.procedure().verdict, world.procedure().how) == ("adopted", "chair confirms")


def test_a_delivery_that_rests_on_the_chair_s_word_leaves_the_expiry_unconfirmed() -> None:
    world = under_silence(delivered=False)
    for party, by in {"XAA": "XAA", "XAB": "centre", "XAC": "SG", "XAD": "council", "XAE": "XAE"}.items():
        assert kinds(world.do(c.ConfirmDelivery, 3, by, party=party)) == ["TextDelivered"]
    assert kinds(world.do(c.Wake, 26, "centre")) == ["SilenceExpired"]
    expired = world.facts[-1]
    assert isinstance(expired, SilenceExpired)
    assert (expired.confirmed, expired.undelivered) == (False, ())
    assert expired.why == "delivery to XAC, XAD rests on the chair's word"
    assert kinds(world.do(c.ConfirmExpiry, 27, "SG")) == ["Decided"]


@pytest.mark.parametrize("order", [("SG", "XAC"), ("XAC", "SG"), ("SG", "centre")])
def test_the_chair_s_word_is_no_matter_where_the_party_or_the_centre_says_so_too(order: tuple[str, str]) -> None:
    world = under_silence(delivered=False)
    for party in MEMBERS:
        for by in order if party == "XAC" else (party,):
            world.do(c.ConfirmDelivery, 3, by, party=party)
    assert kinds(world.do(c.Wake, 26, "centre")) == ["SilenceExpired", "Decided"]


def test_force_needs_a_recorded_human_act_even_when_everybody_had_the_text() -> None:
    world = under_silence(matter="assist")
    world.do(c.Wake, 30, "centre")
    assert world.procedure().status == "unconfirmed"
    expired = world.facts[-1]
    assert isinstance(expired, SilenceExpired)
    assert "human act" in expired.why


def test_a_break_returns_the_text_to_the_organ_and_later_letters_are_breaks_too() -> None:
    world = under_silence()
    assert kinds(world.do(c.StatePosition, 5, "XAB", party="XAB", position="object")) == [
        "PositionStated",
        "SilenceBroken",
    ]
    world.do(c.StatePosition, 6, "XAC", party="XAC", position="object")
    broken = world.facts[-1]
    assert isinstance(broken, SilenceBroken)
    assert (broken.by, broken.returns_to, broken.clause) == (("XAB", "XAC"), "council", "MR.1")
    assert world.procedure().status == "open"
    assert kinds(world.do(c.Wake, 30, "centre")) == []


def test_support_during_silence_does_not_break_it() -> None:
    world = under_silence()
    assert kinds(world.do(c.StatePosition, 5, "XAB", party="XAB", position="support")) == ["PositionStated"]
    assert world.procedure().status == "silence"


def test_silence_asks_everybody_anew() -> None:
    world = tabled("relief")
    world.do(c.StatePosition, 1.5, "XAB", party="XAB", position="object")
    world.do(c.OpenSilence, 2, "SG")
    assert world.procedure().positions == {}


def test_silence_is_opened_by_whom_the_rule_names_under_a_rule_that_knows_it() -> None:
    assert kinds(tabled("relief").do(c.OpenSilence, 2, "XAB")) == ["refused: not entitled"]
    assert kinds(tabled("procedure").do(c.OpenSilence, 2, "SG")) == ["refused: no silence"]
    assert kinds(under_silence().do(c.OpenSilence, 3, "SG")) == ["refused: no silence"]


def test_a_period_shorter_than_the_charters_is_refused_with_the_earliest_deadline() -> None:
    refused = tabled("relief").do(c.OpenSilence, 2, "SG", deadline=at(10))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.clause) == ("too short", "MR.1")
    assert "2026-01-02T10:00:00Z" in refused.message
    assert kinds(tabled("relief").do(c.OpenSilence, 2, "SG", deadline=at(50))) == ["SilenceOpened"]


def test_delivery_counts_for_electors_of_a_text_under_silence() -> None:
    assert kinds(tabled("relief").do(c.ConfirmDelivery, 2, "SG", party="XAA")) == ["refused: nothing to deliver"]
    assert kinds(under_silence().do(c.ConfirmDelivery, 3, "SG", party="XAF")) == ["refused: nothing to deliver"]


def test_a_running_silence_cannot_be_closed_or_moved() -> None:
    assert kinds(under_silence().do(c.CloseProcedure, 5, "SG")) == ["refused: not open"]
    moved = under_silence(matter="assist").do(c.ChangeForum, 5, "SG", organ="defence-board", new_procedure="q")
    assert kinds(moved) == ["refused: cannot move"]


def test_an_amendment_ends_the_silence_on_the_old_text() -> None:
    world = under_silence()
    world.do(c.AmendText, 5, "XAA", text="version two")
    assert (world.procedure().status, due(world.charter, world.state)) == ("open", None)


def test_a_gap_in_the_centres_hearing_extends_the_deadline_by_the_time_lost() -> None:
    world = under_silence()
    world.do(c.RecordOutage, 10, "centre", start=at(6), end=at(9))
    assert due(world.charter, world.state) == at(29)


def test_a_centre_that_was_dead_at_the_deadline_never_finds_the_text_adopted() -> None:
    world = under_silence()
    world.do(c.RecordOutage, 40, "centre", start=at(20), end=at(39))
    procedure = world.procedure()
    assert (procedure.status, due(world.charter, world.state)) == ("silence", at(46))
    world.do(c.StatePosition, 41, "XAB", party="XAB", position="object")
    assert world.procedure().status == "open"


def test_an_adoption_during_a_gap_is_undone_when_the_gap_becomes_known() -> None:
    world = under_silence()
    world.run_timer(at(30))
    assert world.procedure().verdict == "adopted"
    assert kinds(world.do(c.RecordOutage, 40, "centre", start=at(20), end=at(39))) == [
        "OutageRecorded",
        "SilenceResumed",
        "DeadlineMoved",
    ]
    assert (world.procedure().verdict, world.procedure().status) == (None, "silence")


def test_a_gap_outside_the_silence_period_changes_nothing() -> None:
    world = under_silence()
    assert kinds(world.do(c.RecordOutage, 3, "centre", start=at(1), end=at(2))) == ["OutageRecorded"]
    assert kinds(world.do(c.RecordOutage, 4, "centre", start=at(3.5), end=at(3.5))) == ["refused: no gap"]
    assert kinds(world.do(c.RecordOutage, 4, "centre", start=at(3.5), end=at(9))) == ["refused: no gap"]


@pytest.mark.parametrize("silent_hours", [0, 1, 24, 24 * 30])
def test_a_dead_timer_changes_nothing_however_long_it_sleeps(silent_hours: int) -> None:
    on_time, asleep = under_silence(), under_silence()
    on_time.run_timer(at(26))
    asleep.do(c.Wake, 26 + silent_hours, "centre")
    assert canonical(on_time.state) == canonical(asleep.state)
    assert canonical(status(asleep.charter, under_silence().state, at(26))) == canonical(on_time.state)


def test_the_verdict_of_a_silence_carries_the_deadlines_instant_not_the_wakes() -> None:
    world = under_silence()
    world.do(c.Wake, 100, "centre")
    decided = world.facts[-1]
    assert isinstance(decided, Decided)
    assert decided.at == at(26)
    assert world.state.now == at(26)


def test_a_stranger_neither_confirms_a_delivery_nor_records_a_gap() -> None:
    world = under_silence(delivered=False)
    assert kinds(world.do(c.ConfirmDelivery, 3, "XQA", party="XAA")) == ["refused: not entitled"]
    assert kinds(world.do(c.ConfirmDelivery, 3, "centre", party="XAA")) == ["TextDelivered"]
    assert kinds(world.do(c.RecordOutage, 5, "XQA", start=at(3), end=at(4))) == ["refused: not entitled"]


def test_the_same_gap_is_given_back_once() -> None:
    world = under_silence()
    world.do(c.RecordOutage, 10, "centre", start=at(3), end=at(5))
    world.do(c.RecordOutage, 11, "centre", start=at(3), end=at(5))
    assert due(world.charter, world.state) == at(28)
    world.do(c.RecordOutage, 12, "centre", start=at(4), end=at(6))
    assert due(world.charter, world.state) == at(29)


def test_a_gap_known_only_after_the_case_was_closed_reopens_nothing() -> None:
    world = under_silence()
    world.run_timer(at(26))
    world.do(c.CloseCase, 27, "SG")
    assert kinds(world.do(c.RecordOutage, 40, "centre", start=at(20), end=at(26))) == ["OutageRecorded"]


def test_an_outage_leaves_other_deadlines_in_their_order() -> None:
    world = under_silence()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(10))
    world.do(c.RecordOutage, 12, "centre", start=at(9), end=at(11))
    instants = [fact.at for fact in world.facts]
    assert instants == sorted(instants)


def test_an_objection_with_a_reservation_still_breaks_the_silence() -> None:
    world = under_silence()
    broken = world.do(c.StatePosition, 5, "XAB", party="XAB", position="object", reservation="as to our ports")
    assert kinds(broken) == ["PositionStated", "SilenceBroken"]
    assert world.procedure().reservations == {}


def test_under_silence_only_the_proposer_and_the_chair_change_the_text() -> None:
    world = under_silence()
    assert kinds(world.do(c.AmendText, 5, "XAB", text="mine")) == ["refused: not entitled"]
