"""Duties: what a treaty asks for a claimed event, and what it does not, with the reason."""

from datetime import date

import pytest
from msgspec.structs import replace

from tests.world import ATTACK, MERIDIAN
from tocsin import duties, load_charter
from tocsin.charter.conditions import judge
from tocsin.charter.duties import DutyAnswer, Finding
from tocsin.charter.predicates import Event, Predicate
from tocsin.errors import NotFound

DAY = date(2026, 1, 1)


def _answer(
    event: Event, duty: str, charter: str = "meridian", on: date = DAY, **chosen: tuple[str, ...]
) -> DutyAnswer:
    report = duties(load_charter(charter), event, on, readings=chosen.get("readings"))
    return next(answer for answer in report.answers if answer.duty == duty)


def _finding(event: Event, duty: str, charter: str = "meridian", on: date = DAY) -> Finding:
    answer = _answer(event, duty, charter, on)
    assert len(answer.findings) == 1
    return answer.findings[0]


def test_an_attack_that_was_asked_about_awaits_the_councils_decision() -> None:
    found = _finding(replace(ATTACK, requested_by=("XAA",)), "assist")
    assert (found.status, found.awaiting, found.organ, found.rule) == ("awaiting", "assist", "council", "silence")
    assert found.bearers == ("XAB", "XAC", "XAD", "XAE")


def test_help_waits_for_the_victims_own_request() -> None:
    found = _finding(replace(ATTACK, requested_by=("XAB",)), "assist")
    assert (found.status, found.awaiting) == ("awaiting", "request")
    assert "victim" in found.why[0]


def test_an_event_that_does_not_say_enough_is_undetermined_and_names_what_is_missing() -> None:
    assert _finding(Event(victim="XAA"), "assist").missing == ("kind",)
    assert _finding(ATTACK, "assist").missing == ("requested_by",)
    nowhere = replace(ATTACK, territory_of="", requested_by=("XAA",))
    assert _finding(nowhere, "assist").status == "undetermined"
    assert "territory_of" in _finding(nowhere, "assist").missing


def test_an_attack_outside_the_area_is_excluded_by_its_own_clause() -> None:
    outside = replace(ATTACK, territory_of="XQA", object="forces", region="sub-saharan africa", requested_by=("XAA",))
    found = _finding(outside, "assist")
    assert (found.status, found.clause) == ("excluded", "MP.6")


def test_an_event_of_another_kind_does_not_trigger_the_duty() -> None:
    assert _finding(Event(kind="disaster", victim="XAA"), "assist").status == "not triggered"
    assert _finding(Event(kind="threat", victim="XQA"), "consult").status == "not triggered"


def test_consultation_is_owed_on_any_members_request() -> None:
    found = _finding(Event(kind="threat", victim="XAB", requested_by=("XAC",)), "consult")
    assert (found.status, found.awaiting) == ("triggered", "")


def test_contested_readings_stand_side_by_side() -> None:
    cyber = replace(ATTACK, kind="cyber attack", requested_by=("XAA",))
    answer = _answer(cyber, "assist")
    assert answer.contested
    assert {finding.readings: finding.status for finding in answer.findings} == {
        ("cyber-counts",): "awaiting",
        ("cyber-does-not-count",): "excluded",
    }


def test_a_reading_that_makes_no_difference_is_not_shown() -> None:
    assert _answer(replace(ATTACK, requested_by=("XAA",)), "assist").findings[0].readings == ()


def test_a_chosen_reading_stands_alone() -> None:
    cyber = replace(ATTACK, kind="cyber attack", requested_by=("XAA",))
    answer = _answer(cyber, "assist", readings=("cyber-counts",))
    assert [finding.status for finding in answer.findings] == ["awaiting"]
    with pytest.raises(NotFound):
        duties(MERIDIAN, cyber, DAY, readings=("nonsense",))


def test_unrest_in_kyrgyzstan_owed_consultation_and_no_assistance() -> None:
    unrest = Event(kind="internal unrest", victim="KGZ", external=False, requested_by=("KGZ",))
    on = date(2010, 6, 12)
    consult, assist = _answer(unrest, "consult", "csto", on), _answer(unrest, "assist", "csto", on)
    assert {finding.status for finding in consult.findings} == {"triggered"}
    assert {finding.status for finding in assist.findings} <= {"not triggered", "excluded"}


def test_nothing_is_owed_to_a_state_that_has_left_if_it_has_left() -> None:
    asked = Event(kind="armed attack", victim="UZB", requested_by=("UZB",), external=True, territory_of="UZB")
    attack = replace(asked, attacker="XQA")
    answer = _answer(attack, "assist", "csto", date(2013, 6, 1))
    assert {finding.readings: finding.status for finding in answer.findings} == {
        ("left-on-notice",): "not triggered",
        ("suspended-only",): "awaiting",
    }


@pytest.mark.parametrize(
    ("predicate", "event", "value", "missing"),
    [
        (Predicate(field="kind", is_="threat"), Event(kind="threat"), True, ()),
        (Predicate(field="kind", is_="threat"), Event(), None, ("kind",)),
        (Predicate(field="kind", in_=("threat", "disaster")), Event(kind="aggression"), False, ()),
        (Predicate(field="external", is_=False), Event(external=False), True, ()),
        (Predicate(field="attacker", same_as="territory_of"), Event(attacker="XQA", territory_of="XQA"), True, ()),
        (Predicate(field="attacker", same_as="victim"), Event(attacker="XQA"), None, ("victim",)),
        (Predicate(field="requested_by", has="victim"), Event(requested_by=("XAA",), victim="XAA"), True, ()),
        (Predicate(field="requested_by", has="victim"), Event(requested_by=(), victim="XAA"), False, ()),
        (Predicate(field="requested_by", group="members"), Event(requested_by=("XQA", "XAB")), True, ()),
        (Predicate(fact="unsc_has_acted"), Event(facts={"unsc_has_acted": True}), True, ()),
        (Predicate(fact="unsc_has_acted"), Event(), None, ("facts.unsc_has_acted",)),
        (Predicate(not_=Predicate(field="external", is_=True)), Event(external=False), True, ()),
        (Predicate(not_=Predicate(field="external", is_=True)), Event(), None, ("external",)),
        (Predicate(area="atlantis"), Event(), False, ()),
    ],
)
def test_a_condition_is_yes_no_or_unknown(
    predicate: Predicate, event: Event, value: bool | None, missing: tuple[str, ...]
) -> None:
    truth = judge(predicate, event, MERIDIAN.as_of(DAY))
    assert (truth.value, truth.missing) == (value, missing)


def test_an_unknown_part_matters_only_where_the_known_parts_do_not_decide() -> None:
    unknown, yes, no = Predicate(field="external", is_=True), Predicate(field="kind", is_="threat"), Predicate(area="x")
    event, world = Event(kind="threat"), MERIDIAN.as_of(DAY)
    assert judge(Predicate(all=(unknown, no)), event, world).value is False
    assert judge(Predicate(any=(unknown, yes)), event, world).value is True
    assert judge(Predicate(all=(unknown, yes)), event, world).value is None
    assert judge(Predicate(any=(unknown, no)), event, world).missing == ("external",)
