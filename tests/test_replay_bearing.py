"""What an open or an inferred fact reaches, what contested law leaves open, and times known as intervals."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.cli import tocsin
from tests.test_replay import step
from tocsin.replay.case import Case, CaseAbout, CaseEvent, Step
from tocsin.replay.result import Line, Run
from tocsin.replay.run import replay
from tocsin.replay.silences import left_hours, silences
from tocsin.replay.timeline_svg import SHAPES, draw
from tocsin.replay.words import side_text, times_text

HARBOUR = str(Path(__file__).parent / "cases/charters/harbour.toml")
EVENT: dict[str, Any] = {
    "victim": "XBC",
    "attacker": "XBX",
    "external": True,
    "object": "vessel",
    "territory_of": "international",
    "region": "black sea",
}
SINKING = CaseEvent(id="sinking", kind="armed attack", **EVENT)
BLOCKADE = CaseEvent(id="blockade", kind="blockade", **EVENT)


def at(hour: int, day: int = 4) -> str:
    return f"2011-05-{day:02}T{hour:02}:00:00Z"


def run_of(*steps: Step, readings: tuple[str, ...] = ()) -> Run:
    head = CaseAbout(id="x", title="X", charter=HARBOUR, hypothetical=True)
    return replay(Case(schema=1, case=head, event=(SINKING, BLOCKADE), step=steps), readings=readings).runs[0]


def last(*steps: Step, readings: tuple[str, ...] = ()) -> Line:
    return run_of(*steps, readings=readings).lines[-1]


def suspension(*votes: str, inferred: tuple[str, ...] = ()) -> tuple[Step, ...]:
    return (
        step("table", "XBA", at(8), matter="suspend", procedure="p", subject="XBF"),
        step("positions", at=at(9), procedure="p", support=votes, inferred=inferred),
        step("close", "HM", at(10), procedure="p", recorded={"result": "adopted"}),
    )


FOUR = ("XBA", "XBB", "XBC", "XBD")
QUIET = (
    step("table", "XBA", at(8), matter="measures", organ="council", rule="quiet"),
    step("open silence", "HM", at(9)),
)


# an open step


def test_an_open_step_hides_no_refusal_that_does_not_rest_on_it() -> None:
    undecided = suspension("XBA", "XBC", "XBD")
    assert run_of(*undecided).lines[-1].mark == "open"
    for unrelated in (
        step("give notice", "XBF", at(11), party="XBX"),
        step("convene", "XBH", at(11), organ="council"),
        step("consent", "XBC", at(11), host="XBD"),
        step("table", "XBA", at(11), matter="budget", procedure="b"),
    ):
        assert last(*undecided, unrelated).mark == "differs", unrelated.do


def test_nobody_leaves_before_2010_whatever_else_is_open() -> None:
    early = [
        step("table", "XBA", "2009-05-04", matter="suspend", procedure="p", subject="XBF"),
        step("close", "HM", "2009-05-04", procedure="p"),
        step("suspend", "HM", "2009-05-04", procedure="p", party="XBF"),
        step("give notice", "XBF", "2009-05-05"),
    ]
    marks = [line.mark for line in run_of(*early).lines]
    assert marks == ["agrees", "open", "open", "differs"]


def test_what_rests_on_an_open_step_is_open() -> None:
    undecided = suspension("XBA", "XBC", "XBD")
    suspended = step("suspend", "HM", at(11), procedure="p", party="XBF")
    lifted = step("reinstate", "HM", at(12), procedure="p", party="XBF")
    run = run_of(*undecided, suspended, lifted)
    assert run.lines[3].missing == ("the outcome of step 3, which is open",)
    assert run.lines[4].missing == ("the outcome of step 3, which is open", "the outcome of step 4, which is open")


def test_a_deployment_that_was_left_open_leaves_its_end_open() -> None:
    tabled = step("table", "XBA", at(8), matter="assist", organ="council")
    gone = (step("close", "HM", at(9)), step("deploy", "HM", at(10), name="Anchor"))
    ended = step("end deployment", "HM", at(11), name="Anchor")
    assert last(tabled, *gone, ended).missing == ("the outcome of step 3, which is open",)


# an inferred fact


def test_who_decides_after_an_inferred_suspension_is_inferred() -> None:
    suspended = (*suspension(*FOUR, inferred=("support",)), step("suspend", "HM", at(11), procedure="p", party="XBF"))
    budget = (
        step("table", "HM", at(13), matter="budget", procedure="b"),
        step("positions", at=at(14), procedure="b", support=FOUR, object=("XBE", "XBG")),
        step("close", "HM", at(15), procedure="b", recorded={"result": "adopted"}),
    )
    told = last(*suspended, *budget)
    assert (told.mark, told.inferred) == ("consistent", ("support of step 2",))
    told = last(*suspended, step("convene", "XBF", at(12), organ="council", recorded={"result": "refused"}))
    assert told.mark == "consistent"
    told = last(*suspended, step("convene", "XBA", at(12), organ="council"))
    assert told.mark == "agrees"


def test_a_procedure_opened_before_the_inferred_suspension_has_its_own_electors() -> None:
    budget = step("table", "HM", at(7), matter="budget", procedure="b")
    suspended = (*suspension(*FOUR, inferred=("support",)), step("suspend", "HM", at(11), procedure="p", party="XBF"))
    votes = step("positions", at=at(14), procedure="b", support=FOUR, object=("XBE", "XBF", "XBG"))
    closed = step("close", "HM", at(15), procedure="b", recorded={"result": "adopted"})
    assert last(budget, *suspended, votes, closed).mark == "agrees"


def deployment(*consents: Step) -> Line:
    decided = (
        step("table", "XBA", at(8), matter="assist", organ="council"),
        step("positions", at=at(9), support=("others",)),
        step("close", "HM", at(10)),
    )
    return last(*consents, *decided, step("deploy", "HM", at(11), name="Anchor", host="XBC"))


def test_a_deployment_whose_host_consented_by_inference_is_consistent() -> None:
    inferred = step("consent", "XBC", at(7), host="XBC", inferred=("host",))
    assert deployment(inferred).mark == "consistent"
    assert deployment(step("consent", "XBC", at(7))).mark == "agrees"


def test_a_request_inferred_to_come_from_the_host_taints_the_deployment() -> None:
    asked = step("request", "XBC", at(7), duty="assist", event="sinking", inferred=("by",))
    assert deployment(asked).mark == "consistent"
    assert deployment(asked, step("consent", "XBC", at(7))).mark == "agrees"


# contested law


def test_a_contested_duty_without_a_chosen_reading_is_open() -> None:
    asked = step("request", "XBC", at(7), duty="assist", event="blockade", recorded={"duty": "awaiting"})
    told = last(asked)
    assert told.mark == "open"
    assert told.computed.duty == "awaiting"
    assert told.missing == ("which reading of 'armed-attack' applies: blockade-counts or blockade-does-not-count",)
    assert [side_text(side) for side in told.sides] == ["reading blockade-counts", "reading blockade-does-not-count"]
    assert last(asked, readings=("blockade-counts",)).mark == "agrees"
    assert last(asked, readings=("blockade-does-not-count",)).mark == "differs"


def test_the_author_of_a_request_chooses_its_reading() -> None:
    signed = step("request", "XBC", at(7), duty="assist", event="blockade", readings=("blockade-counts",))
    assert last(signed).missing == ()
    plain = step("request", "XBC", at(7), duty="assist", event="sinking", rival_events=("blockade",))
    told = last(plain)
    assert told.missing == ()
    assert [side_text(side) for side in told.sides][:2] == [
        "account sinking",
        "account blockade, reading blockade-counts",
    ]
    assert "awaiting the decision: assist" in told.why


# forums and rules


def test_a_broken_text_goes_on_in_the_same_organ_under_its_other_rule() -> None:
    broken = step("positions", at=at(10), object=("XBE", "XBF"))
    moved = step("change forum", "HM", at(11), organ="council", rule="council-rule", new_procedure="q")
    voted = step("positions", at=at(12), procedure="q", support=("others",))
    closed = step("close", "HM", at(13), procedure="q", recorded={"result": "adopted"})
    told = last(*QUIET, broken, moved, voted, closed)
    assert (told.mark, told.computed.rule) == ("agrees", "council-rule")


# times known as intervals


def test_a_time_computed_from_a_day_is_an_interval() -> None:
    for recorded, mark in (("2011-12-15", "agrees"), ("2011-12-15T18:00:00Z", "agrees"), ("2011-12-16", "differs")):
        told = last(step("give notice", "XBF", "2011-06-15", recorded={"effective": recorded}))
        assert told.mark == mark
        assert times_text(told.computed.effective, told.computed.effective_latest) == "15 Dec 2011"
    called = last(
        step("convene", "HM", "2011-06-15", organ="council", recorded={"deadline": "2011-06-17T20:00:00+01:00"})
    )
    assert called.mark == "agrees"
    exact = last(step("give notice", "XBF", at(9)))
    assert exact.computed.effective_latest == ""
    hour = times_text("2011-05-04T09:00:00Z", "2011-05-05T08:59:59Z")
    assert hour == "4 May 2011 09:00 UTC to 5 May 2011 08:59 UTC"


def test_a_break_known_to_the_day_comes_some_hours_before_the_end() -> None:
    lines = run_of(*QUIET, step("positions", at="2011-05-05", object=("XBE", "XBF"))).lines
    assert lines[-1].computed.result == "broken"
    assert left_hours(lines[-1], silences(lines)[3]) == (10, 34)


def test_a_notice_takes_effect_at_a_deadline_whatever_became_of_a_text() -> None:
    decided = [
        step(one.do, one.by, one.at, matter=one.matter, subject=one.subject, support=one.support)
        for one in suspension(*FOUR)
    ]
    given = step("give notice", "XBC", at(12), recorded={"effective": "2011-11-04"})
    told = last(*decided, given, step("deadline", at="2011-11-04", recorded={"status": "withdrawn"}))
    assert (told.mark, told.computed.result, told.computed.status) == ("agrees", "accepted", "withdrawn")


def test_an_hour_is_an_hour_long() -> None:
    told = last(step("note", at=at(9), precision="hour"))
    assert (told.at, told.latest) == ("2011-05-04T09:00:00Z", "2011-05-04T10:00:00Z")
    assert last(step("note", at=at(23), precision="day")).at == "2011-05-05"


def test_after_an_outage_the_moved_deadline_is_drawn() -> None:
    outage = step("outage", "HM", at(20), start=at(14), end=at(20))
    broken = step("positions", at=at(13, 6), object=("XBE", "XBF"))
    run = run_of(*QUIET, outage, broken)
    ((name, moved),) = run.lines[2].computed.moved
    assert name == "main"
    assert silences(run.lines)[4].deadline == moved > run.lines[1].computed.deadline
    assert f"deadline {moved[11:16]} +01:00" in draw(run, {}, "Moved")
    assert "<title>Silence period opened at step 2" in draw(run, {}, "Moved")


def test_a_deadline_that_the_charter_leaves_unset_is_open() -> None:
    told = last(step("convene", "HM", at(9), organ="watch", recorded={"deadline": "2011-05-04"}))
    assert told.mark == "open"
    assert told.missing[0].startswith("how soon 'watch' meets once called, unset in the charter: The Treaty says")
    assert last(step("convene", "HM", at(9), organ="watch")).mark == "agrees"


# what is said


def test_a_suspended_member_is_told_to_have_no_vote() -> None:
    suspended = (*suspension(*FOUR), step("suspend", "HM", at(11), procedure="p", party="XBF"))
    tabled = step("table", "XBA", at(12), matter="assist", organ="council")
    told = last(*suspended, tabled, step("positions", at=at(13), support=("XBA",), object=("XBF",)))
    assert "object (1): Fairway (has no vote here)" in told.why


@pytest.mark.parametrize(
    ("status", "mark"),
    [("member", "differs"), ("suspended", "agrees"), ("member, suspended", "agrees"), ("observer", "differs")],
)
def test_a_recorded_status_leaves_out_nothing_laid_over_it(status: str, mark: str) -> None:
    suspended = step("suspend", "HM", at(11), procedure="p", party="XBF", recorded={"status": status})
    assert last(*suspension(*FOUR), suspended).mark == mark


def amendment() -> tuple[Step, ...]:
    return (
        step("table", "XBA", at(7), matter="assist", organ="council", procedure="o"),
        step("table", "XBA", at(8), matter="amend", procedure="a"),
        step("positions", at=at(9), procedure="a", support=("others",)),
        step("close", "HM", at(10), procedure="a"),
        step("amend charter", "HM", at(11), procedure="a", name="A1"),
        *(step("ratify", party, at(12), what="amendment/A1") for party in (*FOUR, "XBF")),
    )


def test_an_amendment_tells_when_it_enters_into_force_and_what_lapses() -> None:
    lines = run_of(*amendment()).lines
    assert lines[4].why == ("the amendment 'A1' is adopted; it takes 5 of 7 to ratify it",)
    assert lines[-1].why[0] == "the amendment 'A1' enters into force"
    assert lines[-1].why[1].startswith("the procedure 'o' lapses")


def test_a_ratification_after_the_entry_into_force_is_accepted_and_changes_nothing() -> None:
    told = last(*amendment(), step("ratify", "XBE", at(13), what="amendment/A1"))
    assert (told.mark, told.computed.result) == ("agrees", "accepted")
    assert "changes nothing" in told.why[0]
    assert last(*amendment(), step("ratify", "XBF", at(13), what="amendment/A1")).mark == "differs"


def test_one_objection_of_two_leaves_the_silence_running() -> None:
    told = last(*QUIET, step("positions", at=at(10), object=("XBF",), recorded={"result": "silence runs"}))
    assert told.mark == "agrees"
    assert "the silence runs on: 1 of 2 needed to break it" in told.why
    assert last(*QUIET, step("positions", at=at(10), object=("XBF",), recorded={"result": "accepted"})).mark == "agrees"


def test_an_event_a_procedure_and_a_membership_have_shapes_of_their_own() -> None:
    run = run_of(step("note", at=at(8)), *QUIET, step("give notice", "XBF", at(10)))
    drawn = str(draw(run, {}, "Shapes"))
    assert drawn.count("<circle") == 2  # the event, and the event in the key
    assert {"event", "procedure", "membership"} <= SHAPES.keys()


def test_dates_do_not_overlap() -> None:
    days = [step("note", at=f"2011-05-{day:02}") for day in range(1, 29)]
    drawn = str(draw(run_of(*days), {}, "Days"))
    xs = [
        (float(x), len(text)) for x, text in re.findall(r'<text x="([\d.]+)" y="[\d.]+" class="date">([^<]+)<', drawn)
    ]
    assert len(xs) > 5
    assert all(x + length * 7 < following for (x, length), (following, _) in pairwise(xs))


def test_the_terminal_says_accepted_and_keeps_the_nesting_of_a_reason(tmp_path: Path) -> None:
    case = (
        'schema = 1\n[case]\nid = "x"\ntitle = "X"\nhypothetical = true\n'
        f'charter = "{HARBOUR}"\n'
        '[[step]]\nat = 2011-05-04\ndo = "give notice"\nby = "XBF"\nsays = "s"\nclass = "invented"\n'
        '[[step]]\nat = 2011-05-04\ndo = "revoke notice"\nby = "XBF"\nsays = "s"\nclass = "invented"\n'
        '[[step]]\nat = 2011-05-04\ndo = "warn"\nby = "XBF"\nname = "w"\ntext = "t"\nsays = "s"\nclass = "invented"\n'
        '[[step]]\nat = 2011-05-04\ndo = "table"\nby = "XBA"\nmatter = "assist"\nsays = "s"\nclass = "invented"\n'
        '[[step]]\nat = 2011-05-04\ndo = "positions"\nsupport = ["others"]\nsays = "s"\nclass = "invented"\n'
        '[[step]]\nat = 2011-05-04\ndo = "close"\nby = "HM"\nsays = "s"\nclass = "invented"\n'
    )
    path = tmp_path / "case.toml"
    path.write_text(case, encoding="utf-8")
    out = tocsin("replay", str(path)).out
    assert "    → accepted\n" in out
    assert "\n      Adopted: by the first rule, so the second is not needed" in out
    assert "\n        First: adopted: none of 7 electors stand against it\n" in out
