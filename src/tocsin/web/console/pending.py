"""Desk: what waits for a second person, shown whole with what it would bring, to confirm it or to let it go."""

import asyncio

from tocsin.alliance.codec import decode_content, decode_submission
from tocsin.alliance.contents import WarningContent
from tocsin.centre.answers import TWO_PERSONS
from tocsin.centre.desk_model import PendingLine
from tocsin.centre.model import Submission
from tocsin.centre.rehearsal import rehearse
from tocsin.centre.scopes import SCOPE_BY_DO
from tocsin.errors import NotFound, Unserved
from tocsin.web import deeds
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.acting import path
from tocsin.web.forms import ActForm, EffectLine, after, effect_lines
from tocsin.web.shell import page, see_other, texts


class PendingForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Confirm it, or let it go."""


async def show(call: Call) -> Reply:
    """One act that waits, and what it would bring now."""
    line = _line(call)
    effects, refusal = await _effects(call, line)
    scope = SCOPE_BY_DO.get(line.do)
    return page(
        call,
        "console/desk_pending",
        here="/desk",
        line=line,
        says=TWO_PERSONS.get(line.needs, line.do),
        fields=deeds.rows(call, decode_submission(line.command.encode())),
        content=_content(line),
        effects=effects,
        refusal=refusal,
        is_able=scope is not None and scope in call.actor.scopes,
        named=call.view.law.name,
    )


async def confirm(call: Call) -> Reply:
    """Say the same as the first person: it takes effect now."""
    line = _line(call)
    answer = await call.centre.second(call.actor, line.id)
    title = texts(call)("Confirm as the second person")
    return after(call, answer, back=path(call, "desk", anchor="said"), title=title)


async def drop(call: Call) -> Reply:
    """Let it go."""
    await asyncio.to_thread(call.centre.desks.drop, call.actor, call.params["pending"])
    return see_other(path(call, "desk", anchor="asked"))


def _line(call: Call) -> PendingLine:
    """What waits under that id. NotFound where nothing does."""
    wanted = call.params["pending"]
    found = next((line for line in call.centre.desks.pending(call.actor) if line.id == wanted), None)
    if found is None:
        raise NotFound("pending act", wanted, [])
    return found


async def _effects(call: Call, line: PendingLine) -> tuple[tuple[EffectLine, ...], str]:
    """What it would bring if it were confirmed now, or why nothing would come of it."""
    content = line.content.encode() or None
    try:
        foreseen = await rehearse(
            call.centre, call.actor, Submission(command=line.command.encode(), content=content, seconded=line.desk)
        )
    except Unserved as problem:
        return (), problem.message
    return effect_lines(call, foreseen), foreseen.refusal.message if foreseen.refusal is not None else ""


def _content(line: PendingLine) -> WarningContent | None:
    return decode_content(line.content.encode()) if line.content else None


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/desk/pending/{pending}", show, "An act that waits for a second person"),
    page_route(
        "POST", "/desk/pending/{pending}/confirm", confirm, "Say the same as the first person", body=PendingForm
    ),
    page_route("POST", "/desk/pending/{pending}/drop", drop, "Let it go", body=PendingForm),
)
