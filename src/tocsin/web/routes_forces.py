"""More rows of `routes.ROUTES`: force packages planned and checked. What is sent is worked on and forgotten."""

from typing import Any

from msgspec import Struct

from tocsin.forces.burden import Burden
from tocsin.forces.course import Course
from tocsin.forces.explanation import Explanation
from tocsin.forces.gaps import GapReport
from tocsin.forces.model import Plan
from tocsin.web import forces_api
from tocsin.web.call import Handler, Route
from tocsin.web.forces_in import CheckIn, ExplainIn, GapsIn, PlanIn, WhatIfIn
from tocsin.web.planning import BODY_BYTES, Checked

FORCES_API = "/api/v1/forces"


def _route(what: str, handler: Handler, summary: str, body: type[Struct], answer: Any, says: str) -> Route:  # noqa: ANN401  # an annotation
    return Route(
        method="POST",
        path=f"{FORCES_API}/{what}",
        handler=handler,
        summary=summary,
        tag="forces",
        scope="read",
        body=body,
        answer=answer,
        body_bytes=BODY_BYTES,
        says=says,
    )


FORCES: tuple[Route, ...] = (
    _route(
        "plan",
        forces_api.plan,
        "A lawful force package for a case, from an inventory",
        PlanIn,
        Plan,
        "Found at once; with `objectives` made better for `seconds`, where the centre has the solver: then `search` "
        "says how good it is proved to be. `mistakes` of a 400 say all that is wrong with the case or the "
        "inventory, by line.",
    ),
    _route(
        "verify",
        forces_api.verify,
        "Whether a force package keeps every rule",
        CheckIn,
        Checked,
        "All is worked out anew from the case and the units in the plan.",
    ),
    _route(
        "explain",
        forces_api.explain,
        "Why lines are not filled, and of each the cheapest single change that fills it",
        ExplainIn,
        Explanation,
        "For a plan that keeps every rule. What the seconds cut short has the outcome 'unknown'.",
    ),
    _route(
        "what-if",
        forces_api.what_if,
        "What would come of changes to a case and its inventory",
        WhatIfIn,
        Plan,
        "The changes are those of `tocsin forces what-if`; `what_if` in the plan says what is other than before.",
    ),
    _route(
        "gaps",
        forces_api.gaps,
        "What is missing over several cases, and who is nearest to provide it",
        GapsIn,
        GapReport,
        "Each case is planned for itself, without a search, with the whole inventory; `together`: all at once, so that "
        "who serves one serves no other, and caps hold over all.",
    ),
    _route(
        "burden",
        forces_api.burden,
        "What each nation bears of a plan, against its fair share",
        CheckIn,
        Burden,
        "For a plan that keeps every rule.",
    ),
    _route(
        "course",
        forces_api.course,
        "When each unit of a plan moves and is in place, what each line has by hour, what lift carries",
        CheckIn,
        Course,
        "For a plan that keeps every rule.",
    ),
)
