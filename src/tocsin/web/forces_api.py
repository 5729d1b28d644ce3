"""Forces over the API: worked on off the event loop, one thing at a time for each seat, and forgotten."""

from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.forces.burden import Burden, burden_of
from tocsin.forces.course import Course, course_of
from tocsin.forces.explanation import Explanation
from tocsin.forces.gaps import GapReport
from tocsin.forces.model import Plan
from tocsin.web import planning, searching
from tocsin.web.call import Call, Reply
from tocsin.web.forces_in import CheckIn, ExplainIn, GapsIn, PlanIn, WhatIfIn
from tocsin.web.searching import Patience


async def plan(call: Call) -> Reply:
    """A lawful package for a case, with why lines are not filled."""
    return await _worked(call, _planned)


async def verify(call: Call) -> Reply:
    """Whether a package keeps every rule."""
    return await _worked(call, _checked)


async def explain(call: Call) -> Reply:
    """Why lines are not filled, and what would fill them."""
    return await _worked(call, _explained)


async def what_if(call: Call) -> Reply:
    """What would come of changes."""
    return await _worked(call, _changed)


async def gaps(call: Call) -> Reply:
    """What is missing over several cases."""
    return await _worked(call, _gaps)


async def burden(call: Call) -> Reply:
    """What each nation bears of a plan."""
    return await _worked(call, _burden)


async def course(call: Call) -> Reply:
    """How a plan deploys, hour by hour."""
    return await _worked(call, _course)


async def _worked(call: Call, work: Callable[[Any, Patience], object]) -> Reply:
    """What becomes of a body, worked out and written in a thread of its own."""
    planners = call.web.planners
    patience = Patience(getattr(call.body, "seconds", 0), planners.is_closing)
    return Reply(200, await planners.do(call.actor.seat, lambda: msgspec.json.encode(work(call.body, patience))))


def _planned(body: PlanIn, patience: Patience) -> Plan:
    case, units = planning.read_inputs(body.case.encode(), "case", body.inventory.encode(), "inventory")
    return searching.improved(case, units, body.objectives, body.fairness, patience)


def _explained(body: ExplainIn, patience: Patience) -> Explanation:
    return searching.explain(body.plan, body.line, patience)


def _checked(body: CheckIn, _: Patience) -> planning.Checked:
    return planning.checked(body.plan)


def _changed(body: WhatIfIn, patience: Patience) -> Plan:
    return searching.what_if(body.plan, body.changes, body.line, patience)


def _gaps(body: GapsIn, _: Patience) -> GapReport:
    cases = [(f"case {number}", text.encode()) for number, text in enumerate(body.cases, 1)]
    asked, units = planning.read_scenarios(cases, body.inventory.encode(), "inventory")
    return planning.gaps_of(asked, units, "inventory", together=body.together)


def _burden(body: CheckIn, _: Patience) -> Burden:
    return burden_of(planning.lawful(body.plan))


def _course(body: CheckIn, _: Patience) -> Course:
    return course_of(planning.lawful(body.plan))
