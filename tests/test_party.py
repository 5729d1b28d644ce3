"""One party in all its alliances: what it owes, and events under which two duties meet."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.charter import load_charter
from tocsin.charter.duties import duties
from tocsin.charter.files.catalog import shipped
from tocsin.charter.files.loader import load_text
from tocsin.charter.files.template import template
from tocsin.errors import NotFound
from tocsin.measures.collision_events import HYPOTHETICAL, OUTSIDER, asked_by, engaged, events
from tocsin.measures.collision_model import Collision
from tocsin.measures.collision_places import region_of
from tocsin.measures.collisions import collisions
from tocsin.measures.comparison_duties import borne_by, sort_of
from tocsin.measures.comparison_party import PartyView, alliances_said, find_party, party_view
from tocsin.replay.load import load_event
from tocsin.states import is_state
from tocsin.terms import PartyId

DAY = date(2026, 1, 1)
load = cache(load_charter)


@cache
def view(code: str, day: date = DAY) -> PartyView:
    return party_view([load(name) for name in shipped()], code, on=day)


def check_witnesses(one: Collision, day: date) -> None:
    """Each witness engages its duty for the bearer, by the real `duties()`, under the readings it names."""
    for witness in one.witnesses:
        report = duties(load(witness.charter), witness.event, day)
        answer = next(found for found in report.answers if found.duty == witness.duty)
        engaged = [
            finding.readings
            for finding in answer.findings
            if finding.status in ("triggered", "awaiting", "standing")
            and finding.awaiting != "request"
            and one.bearer in finding.bearers
        ]
        assert engaged
        assert tuple(engaged) == witness.readings


def test_a_party_stands_in_each_alliance_with_its_rights_and_sources() -> None:
    found = {one.id: one for one in view("KAZ").alliances}
    assert set(found) == {"cis", "csto", "ots", "sco", "unsc"}
    assert (found["csto"].status, found["csto"].since) == ("member", date(1992, 5, 15))
    assert "vote" in found["csto"].rights
    assert found["csto"].clauses == ("CST.11",)
    armenia = {one.id: one for one in view("ARM").alliances}["csto"]
    assert armenia.overlays == ("frozen",)


def test_duties_name_the_role_in_which_they_are_borne() -> None:
    csto = {one.id: one for one in view("KAZ").alliances}["csto"]
    borne = {duty.id: duty.borne for duty in csto.duties}
    assert borne["assist"] == "unless it is the victim or the attacker"
    assert borne["consult"] == "always"
    nato = {one.id: one for one in view("FRA").alliances}["nato"]
    assert {duty.id: duty.borne for duty in nato.duties}["settle-disputes-peacefully"] == "only as the attacker"


def test_a_partner_bears_no_duty_of_members() -> None:
    nato = {one.id: one for one in view("QAT").alliances}["nato"]
    assert nato.status == "ici-partner"
    assert "assist" not in {duty.id for duty in nato.duties}


@pytest.mark.parametrize("code", ["QAT", "EGY", "ISR"])
def test_a_partner_is_shown_no_duty_whose_trigger_asks_for_a_member_in_its_role(code: str) -> None:
    nato = {one.id: one for one in view(code).alliances}["nato"]
    assert not nato.duties


def test_a_candidate_is_shown_no_duty_of_those_who_decide_to_take_part() -> None:
    assert not {one.id: one for one in view("TUR").alliances}["eu"].duties
    france = {one.id: one for one in view("FRA").alliances}["eu"]
    assert {duty.id: duty.borne for duty in france.duties}["report-to-council"] == "only as the willing"


@pytest.mark.parametrize("code", ["QAT", "EGY", "TUR", "FRA", "KAZ", "GEO"])
def test_a_duty_is_borne_in_the_roles_of_an_event_just_where_some_event_engages_the_party(code: str) -> None:
    for name in shipped():
        snapshot = load(name).as_of(DAY)
        for duty in snapshot.duties.values() if snapshot.belongs(code) else ():
            if not {"victim", "attacker"} & {*duty.bearer}:
                continue
            asked = asked_by(duty, snapshot)
            others = [*sorted(snapshot.group("members") - {PartyId(code)})[:1], OUTSIDER]
            tried = [pair for other in others for pair in ((code, other), (other, code))]
            shown = bool(borne_by(snapshot, duty, PartyId(code)))
            assert shown == any(
                engaged(snapshot, duty, event, code) for pair in tried for event in events(asked, *pair, DAY)
            )


@pytest.mark.parametrize("asked", ["KAZ", "kaz", "kazakhstan", "Kazakhstan", "kazakh"])
def test_a_party_is_found_by_code_and_by_name(asked: str) -> None:
    assert find_party([load("csto"), load("nato")], asked) == "KAZ"


def test_a_name_is_found_without_its_accents_and_by_what_else_it_is_called() -> None:
    assert [find_party([load("nato")], asked) for asked in ("turkiye", "Turkey")] == ["TUR", "TUR"]


def test_a_name_that_is_misspelt_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(NotFound) as refused:
        find_party([load("csto")], "kazakstan")
    assert "Did you mean 'Kazakhstan'?" in str(refused.value)


@pytest.mark.parametrize(("number", "said"), [(0, "no alliance"), (1, "1 alliance"), (2, "2 alliances")])
def test_alliances_are_counted_in_plain_english(number: int, said: str) -> None:
    assert alliances_said(number) == said


def test_where_any_outsider_will_do_no_state_is_named() -> None:
    force = next(one for one in view("QAT").collisions if one.second.duty == "no-force")
    assert "by an outsider on a party of gcc and unsc (such as United Arab Emirates)" in force.says
    assert {OUTSIDER} == {force.witnesses[0].event.attacker, force.witnesses[1].event.victim}


def test_a_state_that_stands_for_others_alike_is_told_as_an_example() -> None:
    sides = next(one for one in view("FRA").collisions if one.kind == "opposite sides")
    assert "by a party of nato (such as Albania)" in sides.says


def test_kazakhstan_could_be_asked_for_help_against_a_member_of_another_alliance() -> None:
    found = {(one.kind, one.first.charter, one.second.charter) for one in view("KAZ").collisions}
    assert ("opposite sides", "csto", "sco") in found
    assert ("help against a ban", "csto", "sco") in found
    rival = [one for one in view("KAZ").collisions if one.second.duty == "no-rival-alliance"]
    assert rival
    assert "csto, unless: Only an alliance directed against another party is forbidden. (reading against-a-party)" in (
        rival[0].avoided_by
    )


def test_an_ally_in_two_alliances_is_called_twice_by_one_event() -> None:
    twice = [one for one in view("FRA").collisions if one.kind == "two calls at once"]
    assert {(one.first.duty, one.second.duty) for one in twice} >= {("mutual-assistance", "assist")}
    assert twice[0].witnesses[0].event == twice[0].witnesses[1].event


@pytest.mark.parametrize("code", ["KAZ", "FRA", "TUR", "SAU", "IND", "EGY", "ARM"])
def test_every_witness_engages_its_duty(code: str) -> None:
    for one in view(code).collisions:
        assert one.parties == (code,)
        check_witnesses(one, DAY)


@given(st.sampled_from(["KAZ", "UZB", "GRC", "DEU", "PAK", "BHR", "ARM"]), st.dates(date(1995, 1, 1), DAY))
def test_every_witness_of_any_day_engages_its_duty(code: str, day: date) -> None:
    mine = [load(name) for name in shipped()]
    for one in collisions(mine, on=day, party=code):
        assert one.hypothetical
        check_witnesses(one, day)


def test_every_made_up_event_says_that_it_is_hypothetical() -> None:
    for one in view("KAZ").collisions:
        for witness in one.witnesses:
            assert witness.toml.startswith(f"# {HYPOTHETICAL}")
            assert witness.event.says == HYPOTHETICAL
            assert not witness.event.source


def test_events_keep_states_in_their_own_region() -> None:
    for one in view("FRA").collisions:
        for witness in one.witnesses:
            event = witness.event
            if is_state(event.territory_of):
                assert event.region == region_of(event.territory_of)


def test_collisions_across_alliances_list_all_parties_they_concern() -> None:
    found = collisions([load("csto"), load("sco")], on=DAY)
    sides = next(one for one in found if one.kind == "opposite sides")
    assert sides.parties == ("BLR", "KAZ", "KGZ", "RUS", "TJK")
    assert sides.bearer in sides.parties
    assert not collisions([load("asean"), load("nato")], on=DAY)


def test_two_invented_pacts_collide_where_their_members_do() -> None:
    text = template("my-pact")
    one, other = load_text(text, "one"), load_text(text.replace('id = "my-pact"', 'id = "other"', 1), "other")
    found = collisions([one, other], on=date(2026, 1, 1))
    assert {collision.kind for collision in found} <= {"opposite sides", "two calls at once", "help against a ban"}
    assert found


def test_nobody_attacks_by_a_disaster() -> None:
    snapshot = load("eu").as_of(DAY)
    asked = asked_by(snapshot.duties["solidarity-members"], snapshot)
    made = list(events(asked, "FRA", "DEU", DAY))
    assert made
    assert all(event.kind != "disaster" for event in made)
    alone = [event for event in events(asked, "FRA", "XZZ", DAY) if event.kind == "disaster"]
    assert alone
    assert all(not event.attacker and event.external is False for event in alone)


def test_each_duty_is_of_one_sort() -> None:
    snapshot = load("nato").as_of(DAY)
    sorts = {duty.id: sort_of(duty, snapshot) for duty in snapshot.duties.values()}
    assert (sorts["consult"], sorts["assist"], sorts["refrain-from-force"]) == ("consult", "help", "ban")
    assert (sorts["settle-disputes-peacefully"], sorts["keep-up-capability"]) == ("between", "other")


def test_a_party_that_no_charter_ever_had_is_refused() -> None:
    with pytest.raises(NotFound, match="XZZ"):
        party_view([load("csto")], "XZZ", on=DAY)


def test_a_party_before_its_time_belongs_to_nothing_and_what_comes_is_told() -> None:
    found = party_view([load("csto")], "BLR", on=date(1991, 1, 1))
    assert not found.alliances
    assert not found.collisions
    assert [span.alliance for span in found.left] == ["csto"]


def test_the_witness_files_can_be_read_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("events")
    for number, one in enumerate(view("KAZ").collisions):
        for witness in one.witnesses:
            path = folder / f"{number}-{witness.duty}.toml"
            path.write_text(witness.toml, encoding="utf-8")
            assert load_event(str(path)) == witness.event
