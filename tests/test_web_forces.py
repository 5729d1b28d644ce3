"""Forces over the API: planned, checked, explained at the centre, and nothing of what is sent is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from threading import Event
from typing import Any

import msgspec
import pytest

from tests.centre_world import run
from tests.noninterference import turn
from tests.web_client import Response, Site
from tocsin.charter.files.disk import resource_path
from tocsin.errors import Overloaded
from tocsin.forces.burden import Burden, burden_of
from tocsin.forces.course import Course, course_of
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Objective, Plan
from tocsin.forces.remedy import RemedySearch
from tocsin.web import planning, searching
from tocsin.web.planners import Planners
from tocsin.web.searching import Patience

API = "/api/v1/forces"
CASE = resource_path("operations", "meridian-ford").read_text(encoding="utf-8")
UNITS = resource_path("operations", "meridian").with_suffix(".csv").read_text(encoding="utf-8")

Story = Callable[[Site, str], Awaitable[None]]


def told(story: Story, role: Any = "reader") -> None:  # noqa: ANN401  # any role
    """Run a story at a site, with the secret of a desk of XAB."""

    async def whole() -> None:
        async with Site() as site:
            await story(site, site.seat("XAB", role))

    run(whole())


def ford() -> Plan:
    """The shipped case planned from files, as the command line does it."""
    case = load_case("meridian-ford")
    units = load_inventory("meridian", case.capability, case.case.activation)
    return plan_of(case, units, greedy(case, units))


async def planned(site: Site, secret: str, case: str = CASE, inventory: str = UNITS) -> Response:
    return await site.post(f"{API}/plan", secret, {"case": case, "inventory": inventory})


def test_a_plan_from_texts_is_the_one_that_the_command_line_makes_of_files() -> None:
    async def story(site: Site, secret: str) -> None:
        answer = await planned(site, secret)
        assert answer.status_code == 200
        assert msgspec.json.decode(answer.content, type=Plan) == ford()

    told(story)


def test_a_plan_is_checked_and_one_that_was_changed_is_told_which_rules_it_breaks() -> None:
    async def story(site: Site, secret: str) -> None:
        plan = (await planned(site, secret)).json()
        good = (await site.post(f"{API}/verify", secret, {"plan": plan})).json()
        assert (good["lawful"], good["breaks"], good["hypothetical"]) == (True, [], True)
        assert good["digest"] == plan["package"]["digest"]
        plan["package"]["cost_cents"] += 1
        bad = (await site.post(f"{API}/verify", secret, {"plan": plan})).json()
        assert (bad["lawful"], [row["rule"] for row in bad["breaks"]]) == (False, ["digest", "figures"])

    told(story)


def test_nothing_of_what_was_sent_is_kept_and_no_other_seat_learns_of_it() -> None:
    async def story(site: Site, secret: str) -> None:
        entries, other = len(site.world.centre.ledger), site.seat("XAC")
        before = [(await site.get(path, other)).content for path in ("/api/v1/situation", "/api/v1/feed")]
        await planned(site, secret)
        assert len(site.world.centre.ledger) == entries
        assert before == [(await site.get(path, other)).content for path in ("/api/v1/situation", "/api/v1/feed")]

    told(story)


@pytest.mark.parametrize(
    ("case", "inventory", "file", "line", "says"),
    [
        (CASE.replace("priority = 1", 'priority = "one"', 1), UNITS, "case", True, "priority"),
        ("not toml at all", UNITS, "case", True, ""),
        ("", UNITS, "case", False, ""),
        (CASE, "id,nation\nx,y\n", "inventory", True, "columns are missing"),
        (CASE, UNITS.replace(",XAA,", ",QQQ,", 1), "inventory", True, "no state"),
        (CASE, "", "inventory", False, ""),
        ("/etc/passwd", UNITS, "case", True, ""),
        (CASE, "meridian", "inventory", True, ""),
    ],
)
def test_what_is_wrong_with_a_text_is_told_with_its_line(
    case: str, inventory: str, file: str, *, line: bool, says: str
) -> None:
    async def story(site: Site, secret: str) -> None:
        answer = await planned(site, secret, case, inventory)
        assert answer.status_code == 400
        problem = answer.json()
        first = problem["mistakes"][0]
        assert first["file"] == file
        assert not line or first["line"] >= 1
        assert says in first["found"] + first.get("field", "")
        assert problem["detail"].startswith(file)

    told(story)


def test_a_plan_that_is_none_is_refused_by_its_field() -> None:
    async def story(site: Site, secret: str) -> None:
        answer = await site.post(f"{API}/verify", secret, {"plan": {"case": 5}})
        assert answer.status_code == 400
        assert answer.json()["field"].startswith("plan")

    told(story)


def test_too_much_is_refused_before_it_is_read() -> None:
    async def story(site: Site, secret: str) -> None:
        answer = await planned(site, secret, inventory="x" * (planning.BODY_BYTES + 1))
        assert answer.status_code == 413
        long = await planned(site, secret, case="x" * (planning.CASE_LETTERS_MAX + 1))
        assert (long.status_code, long.json()["field"]) == (400, "case")

    told(story)


def test_units_and_lines_that_are_too_many_for_a_centre_are_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planning, "PAIRS_MAX", 10)

    async def story(site: Site, secret: str) -> None:
        for answer in (
            await planned(site, secret),
            await site.post(f"{API}/verify", secret, {"plan": msgspec.to_builtins(ford(), builtin_types=())}),
        ):
            assert answer.status_code == 400
            assert "tocsin forces plan" in answer.json()["fix"]

    told(story)


def test_whoever_is_not_signed_in_or_may_not_read_plans_nothing() -> None:
    async def story(site: Site, secret: str) -> None:
        assert (await planned(site, "")).status_code == 401
        head = site.seat("XAB", "head")
        token = await site.post("/api/v1/tokens", head, {"label": "a gauge", "scopes": ["warn"], "days": 1})
        assert (await planned(site, token.json()["secret"])).status_code == 403
        assert (await planned(site, secret)).status_code == 200

    told(story)


def test_a_seat_plans_one_thing_at_a_time_and_keeps_no_other_from_it() -> None:
    async def story() -> None:
        planners, go = Planners(), Event()
        try:
            first = asyncio.ensure_future(planners.do("XAB", go.wait, 10))
            await turn()
            with pytest.raises(Overloaded, match="still being worked on"):
                await planners.do("XAB", str)
            assert await planners.do("XAC", lambda: "done") == "done"
            go.set()
            assert await first
            assert await planners.do("XAB", lambda: "again") == "again"
        finally:
            go.set()
            planners.close()

    run(story())


def test_work_of_somebody_who_left_still_counts_until_it_is_done() -> None:
    async def story() -> None:

        planners, go = Planners(), Event()
        try:
            first = asyncio.ensure_future(planners.do("XAB", go.wait, 10))
            await turn()
            first.cancel()
            with pytest.raises(Overloaded):
                await planners.do("XAB", str)
        finally:
            go.set()
            planners.close()

    run(story())


def test_a_change_is_made_and_what_comes_of_it_is_told_line_by_line() -> None:
    async def story(site: Site, secret: str) -> None:
        plan = (await planned(site, secret)).json()
        short = [row["line"] for row in plan["unfilled"]]
        assert short
        asked = {"plan": plan, "changes": ["--drop-caveat XAC:night", f"deadline {short[0]}:2000"]}
        answer = await site.post(f"{API}/what-if", secret, asked)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["what_if"]["options"] == ["--drop-caveat XAC:night", f"--deadline {short[0]}:2000"]
        assert found["what_if"]["weighted_shortfall_before"] == plan["package"]["weighted_shortfall"]
        assert found["what_if"]["package"] == plan["package"]["digest"]
        again = (await site.post(f"{API}/verify", secret, {"plan": found})).json()
        assert again["lawful"] is True
        first = await site.post(f"{API}/what-if", secret, asked | {"line": short[0]})
        assert first.json()["what_if"]["line"] == short[0]

    told(story)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("sing XAA", "no such change"),
        ("drop-caveat XAA", "cannot be read"),
        ("without XAZ", "XAZ"),
        ("deadline nothing:5", "nothing"),
    ],
)
def test_a_change_that_cannot_be_made_is_told(change: str, says: str) -> None:
    async def story(site: Site, secret: str) -> None:
        plan = (await planned(site, secret)).json()
        answer = await site.post(f"{API}/what-if", secret, {"plan": plan, "changes": [change]})
        assert answer.status_code == 400
        assert says in answer.json()["mistakes"][0]["found"]

    told(story)


def test_a_plan_whose_units_are_others_than_its_package_was_made_of_is_not_intact() -> None:
    async def story(site: Site, secret: str) -> None:
        plan = (await planned(site, secret)).json()
        assert (await site.post(f"{API}/verify", secret, {"plan": plan})).json()["intact"] is True
        plan["units"][0]["cost_cents"] += 1
        found = (await site.post(f"{API}/verify", secret, {"plan": plan})).json()
        assert (found["intact"], found["lawful"], found["breaks"][0]["rule"]) == (False, False, "inputs")
        plan["units"][0] |= {"self_deploying": True, "lift_tonnes": 5}
        odd = await site.post(f"{API}/verify", secret, {"plan": plan})
        assert (odd.status_code, odd.json()["mistakes"][0]["field"]) == (400, "units[0].lift_tonnes")

    told(story)


@pytest.mark.parametrize("what", ["what-if", "burden", "course"])
def test_nothing_is_made_of_a_plan_that_breaks_a_rule(what: str) -> None:
    async def story(site: Site, secret: str) -> None:
        plan = (await planned(site, secret)).json()
        plan["package"]["assignments"].append(plan["package"]["assignments"][0])
        body = {"plan": plan} | ({"changes": ["without XAA"]} if what == "what-if" else {})
        answer = await site.post(f"{API}/{what}", secret, body)
        assert answer.status_code == 400
        assert "it breaks: digest, once" in answer.json()["detail"]

    told(story)


def test_gaps_burden_and_course_are_those_that_the_command_line_tells() -> None:
    async def story(site: Site, secret: str) -> None:
        flood = resource_path("operations", "meridian-flood").read_text(encoding="utf-8")
        gaps = (await site.post(f"{API}/gaps", secret, {"cases": [CASE, flood], "inventory": UNITS})).json()
        assert [row["scenario"] for row in gaps["scenarios"]] == ["meridian-ford", "meridian-flood"]
        together = await site.post(
            f"{API}/gaps", secret, {"cases": [CASE, flood], "inventory": UNITS, "together": True}
        )
        assert (gaps["together"], together.json()["together"]) == (False, True)
        twice = await site.post(f"{API}/gaps", secret, {"cases": [CASE, CASE], "inventory": UNITS})
        assert "more than one case has the id" in twice.json()["detail"]
        plan = msgspec.to_builtins(ford(), builtin_types=())
        burden = await site.post(f"{API}/burden", secret, {"plan": plan})
        assert msgspec.json.decode(burden.content, type=Burden) == burden_of(ford())
        course = await site.post(f"{API}/course", secret, {"plan": plan})
        assert msgspec.json.decode(course.content, type=Course) == course_of(ford())

    told(story)


@pytest.mark.parametrize("solver", [True, False])
def test_what_would_fill_a_line_is_found_with_a_solver_and_without(
    monkeypatch: pytest.MonkeyPatch, *, solver: bool
) -> None:
    monkeypatch.setattr(searching, "has_solver", lambda: solver)

    async def story(site: Site, secret: str) -> None:
        plan = msgspec.to_builtins(ford(), builtin_types=())
        found = (await site.post(f"{API}/explain", secret, {"plan": plan})).json()
        assert found["solver"] is solver
        assert [row["line"] for row in found["lines"]] == [row["line"] for row in plan["unfilled"]]
        for row in found["lines"]:
            if row["change"] is not None:
                body = {"plan": plan, "changes": [row["change"]["option"]], "line": row["line"]}
                then = (await site.post(f"{API}/what-if", secret, body)).json()
                assert {one["line"]: one["shortfall"] for one in then["what_if"]["lines"]}[row["line"]] == 0
        one = (await site.post(f"{API}/explain", secret, {"plan": plan, "line": found["lines"][0]["line"]})).json()
        assert (len(one["lines"]), one["matters_most"]) == (1, None)
        none = await site.post(f"{API}/explain", secret, {"plan": plan, "line": "nothing"})
        assert "there is no line 'nothing'" in none.json()["detail"]

    told(story)


def test_a_search_that_nobody_waits_for_ends_with_what_it_has() -> None:
    found = searching.explain(ford(), "", searching.Patience(10, lambda: True))
    assert {row.outcome for row in found.lines} <= {"unknown", "plan again"}
    assert found.matters_most is None


def test_a_better_plan_is_lawful_no_worse_and_says_what_is_proved_of_it() -> None:
    async def story(site: Site, secret: str) -> None:
        body = {"case": CASE, "inventory": UNITS, "objectives": ["shortfall", "cost"], "seconds": 5}
        plan = (await site.post(f"{API}/plan", secret, body)).json()
        assert plan["package"]["weighted_shortfall"] <= ford().package.weighted_shortfall
        assert [row["objective"] for row in plan["search"]["stages"]] == ["shortfall", "cost"]
        assert (await site.post(f"{API}/verify", secret, {"plan": plan})).json()["lawful"] is True
        unshared = {"case": CASE.split("[[share]]")[0], "objectives": ["fairness"], "fairness": "capacity"}
        missing = await site.post(f"{API}/plan", secret, body | unshared)
        assert (missing.status_code, "[[share]]" in missing.json()["detail"]) == (400, True)

    told(story)


def test_without_a_solver_the_answer_is_the_one_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "has_solver", lambda: False)

    async def story(site: Site, secret: str) -> None:
        body = {"case": CASE, "inventory": UNITS, "objectives": ["shortfall"]}
        answer = await site.post(f"{API}/plan", secret, body)
        assert msgspec.json.decode(answer.content, type=Plan) == ford()

    told(story)


TIGHT = """\
schema = 1

[case]
id = "tight"
title = "Little lift"
operation = "rapid reaction"
activation = 2026-03-02
hypothetical = true

[[line]]
id = "light"
capability = "infantry-light"
required = 1000
destination = "north"
in_place_by_hours = 240
priority = 1

[[lift]]
leaves_hours = 48
tonnes = 600
"""
"""Of `THREE` at once the strongest is sent, which leaves the others no lift; together they are stronger."""
THREE = """\
id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,lift_tonnes
XAA-1,XAA,Heavy,infantry-light,600,Ardmouth,20,12,90000000,600
XAB-1,XAB,Light,infantry-light,450,Belmora,12,30,70000000,300
XAC-1,XAC,Light,infantry-light,450,Corve,12,30,70000000,300
"""
PLEDGE = "pledge XAA:infantry-light:1"


def tight(*objectives: Objective) -> Plan:
    case, units = planning.read_inputs(TIGHT.encode(), "case", THREE.encode(), "inventory")
    return searching.improved(case, units, objectives, "equal", Patience(10))


def test_what_if_plans_for_the_same_objectives_as_the_plan_that_it_is_compared_with() -> None:
    before = tight("shortfall", "cost")
    assert before.package.weighted_shortfall == 100
    found = searching.what_if(before, [PLEDGE], "", Patience(10))
    assert found.package.weighted_shortfall == 99
    assert found.search is not None
    assert [stage.objective for stage in found.search.stages] == ["shortfall", "cost"]
    assert found.what_if is not None
    assert found.what_if.caution == ""


def test_a_plan_found_at_once_is_compared_with_one_found_at_once() -> None:
    before = tight()
    assert before.package.weighted_shortfall == 400
    found = searching.what_if(before, [PLEDGE], "", Patience(10))
    assert (found.package.weighted_shortfall, found.search) == (399, None)
    assert found.what_if is not None
    assert found.what_if.caution == ""


def test_where_the_solver_is_missing_it_is_said_that_the_two_plans_do_not_compare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = tight("shortfall")
    monkeypatch.setattr(searching, "has_solver", lambda: False)
    found = searching.what_if(before, [PLEDGE], "", Patience(10))
    assert found.what_if is not None
    assert "this one was found at once" in found.what_if.caution
    assert "may come of that, and not of what was changed" in found.what_if.caution


def test_a_search_that_the_clock_ends_loses_nothing_of_the_plan_that_stood_and_says_so() -> None:
    found = searching.what_if(tight("shortfall"), [PLEDGE], "", Patience(10, lambda: True))
    assert found.package.weighted_shortfall <= 100
    assert found.what_if is not None
    assert "The time was over before the search for this one was" in found.what_if.caution


def test_the_time_there_is_is_shared_by_all_lines_and_the_pledge_that_matters_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[float] = []

    def idle(_: object, __: object, patience: Patience) -> RemedySearch:
        given.append(patience.left)
        return RemedySearch(None, 0, proved=False)

    monkeypatch.setattr(searching, "monotonic", lambda: 0.0)  # no time passes
    monkeypatch.setattr(searching, "_cheapest", idle)
    found = searching.explain(ford(), "", Patience(12))
    assert given == [pytest.approx(12 / (6 - number)) for number in range(5)]
    assert len(found.lines) == 5


def test_an_explanation_whose_time_is_over_in_the_middle_of_a_search_is_an_answer_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = count()
    monkeypatch.setattr(searching, "monotonic", lambda: next(ticks) * 0.5)  # whoever looks at the clock loses time
    for seconds in range(1, 20, 3):
        found = searching.explain(ford(), "", Patience(seconds))
        assert {row.outcome for row in found.lines} <= {"unknown", "change", "pledge", "plan again", "nothing"}
