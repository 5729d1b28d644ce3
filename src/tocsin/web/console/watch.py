"""Watch-keeping: the watch log and the handover from one shift to the next. It is the seat's own, beside the ledger."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from tocsin.centre.answers import TWO_PERSONS
from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import KEEPERS
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.words import moment_words, shortened
from tocsin.errors import Unserved
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.forms import Line, SeatForm, Words, command_id, onward, problem_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, see_other

T = TypeVar("T")

ENTRIES_SHOWN, ENTRIES_LATELY, HANDOVERS_SHOWN = 50, 8, 20
Id = Annotated[str, Meta(max_length=80)]
Seen = Annotated[str, Meta(max_length=60)]


class LogQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which entries of the log."""

    search: Line = ""
    case: Line = ""
    before: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None


class EntryForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new entry of the log."""

    text: Annotated[str, Meta(max_length=2 * model.WORDS_MAX)] = ""
    case: Line = ""
    cursor: Annotated[str, Meta(max_length=40)] = ""
    corrects: Id = ""
    seen: Seen = ""
    """The newest entry when the form was made: the same words later are another entry."""


class EraseForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why an entry's text is destroyed."""

    why: Line = ""


class HandoverForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one shift leaves to the next."""

    text: Words = ""
    points: Annotated[str, Meta(max_length=110_000)] = ""
    """One a line."""
    seen: Seen = ""


class EndForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take a handover over, or take it back."""

    step: Literal["take", "withdraw"]


async def ask(call: Call, question: Callable[[Notebook, Actor], T]) -> T:
    """What the notebook says, asked in a thread: it waits for the disk. Raises what the notebook raises."""
    return await asyncio.to_thread(question, call.centre.notebook, call.actor)


def may_write(by: Actor) -> bool:
    """Whether somebody writes in the notebook at all."""
    return by.role != "reader" and bool(by.scopes - {"read"})


async def show(call: Call) -> Reply:
    """What is open, what was noted lately, and the ways on."""
    situation = call.view.situation()
    handovers = await ask(call, lambda book, by: book.handovers(by, is_open=True, limit=HANDOVERS_SHOWN))
    log = await ask(call, lambda book, by: book.log(by, limit=ENTRIES_LATELY))
    reports = await ask(call, lambda book, by: book.reports(by, limit=3))
    return page(
        call,
        "console/watch",
        here="/watch",
        situation=situation,
        handovers=handovers.handovers,
        log=log,
        reports=reports.reports,
        **_writing(call, log.entries),
    )


# ---- the log


async def log(call: Call) -> Reply:
    """The watch log, searched."""
    return await _log_page(call, call.query)


async def write(call: Call) -> Reply:
    """Write an entry."""
    form: EntryForm = call.body
    fields = (form.text, form.case, form.cursor, form.corrects)
    key = command_id(call, "log", fields, form.seen)
    try:
        entry = await ask(
            call,
            lambda book, by: book.write_log(
                by, form.text, case=form.case, cursor=form.cursor.strip(), corrects=form.corrects, key=key
            ),
        )
    except Unserved as error:
        if form.corrects:
            return await _entry_page(call, form.corrects, problem=problem_in(error), form=form)
        return await _log_page(call, LogQuery(), problem=problem_in(error), form=form)
    return see_other(onward(call, f"/watch/log#{entry.id}"))


async def entry(call: Call) -> Reply:
    """One entry, to correct it."""
    return await _entry_page(call, call.params["entry"])


async def erase(call: Call) -> Reply:
    """Destroy an entry's text."""
    name, why = call.params["entry"], call.body.why
    try:
        await ask(call, lambda book, by: book.erase_entry(by, name, why))
    except Unserved as error:
        return await _entry_page(call, name, problem=problem_in(error))
    return see_other(onward(call, f"/watch/log/{name}"))


async def _log_page(
    call: Call, query: LogQuery, *, problem: Problem | None = None, form: EntryForm | None = None
) -> Reply:
    found = await ask(
        call,
        lambda book, by: book.log(by, search=query.search, case=query.case, before=query.before, limit=ENTRIES_SHOWN),
    )
    newest = found
    if query.search or query.case or query.before is not None:
        newest = await ask(call, lambda book, by: book.log(by, limit=1))
    return page(
        call,
        "console/watch_log",
        here="/watch",
        log=found,
        query=query,
        is_filtered=bool(query.search or query.case or query.before is not None),
        problem=problem,
        **_writing(call, newest.entries, form),
    )


async def _entry_page(call: Call, name: str, *, problem: Problem | None = None, form: EntryForm | None = None) -> Reply:
    found = await ask(call, lambda book, by: book.entry(by, name))
    newest = await ask(call, lambda book, by: book.log(by, limit=1))
    return page(
        call,
        "console/watch_entry",
        here="/watch",
        entry=found,
        may_erase=call.actor.role in KEEPERS and not call.actor.on_behalf and found.erased is None,
        problem=problem,
        **_writing(call, newest.entries, form),
    )


def _writing(call: Call, newest: tuple[model.LogEntry, ...], form: EntryForm | None = None) -> dict[str, Any]:
    """What the form of a new entry needs."""
    return {
        "form": form or EntryForm(csrf=""),
        "seen": newest[0].id if newest else "",
        "cases": tuple(line.case for line in call.view.cases()),
        "may_write": may_write(call.actor),
    }


# ---- handovers


async def handover(call: Call) -> Reply:
    """The form, filled with what is open, and what was handed over before."""
    return await _handover_page(call)


async def hand_over(call: Call) -> Reply:
    """Leave the watch to the next."""
    form: HandoverForm = call.body
    points = tuple(line.strip() for line in form.points.splitlines() if line.strip())
    key = command_id(call, "handover", (form.text, points), form.seen)
    try:
        await ask(call, lambda book, by: book.hand_over(by, form.text, points, key=key))
    except Unserved as error:
        return await _handover_page(call, problem=problem_in(error), form=form)
    return see_other(onward(call, "/watch#handovers"))


async def end_handover(call: Call) -> Reply:
    """Take the watch over, or take a handover back."""
    name, step = call.params["handover"], call.body.step
    try:
        if step == "take":
            await ask(call, lambda book, by: book.take_over(by, name))
        else:
            await ask(call, lambda book, by: book.withdraw_handover(by, name))
    except Unserved as error:
        return await _handover_page(call, problem=problem_in(error))
    return see_other(onward(call, "/watch#handovers"))


async def _handover_page(call: Call, *, problem: Problem | None = None, form: HandoverForm | None = None) -> Reply:
    found = await ask(call, lambda book, by: book.handovers(by, limit=HANDOVERS_SHOWN))
    return page(
        call,
        "console/watch_handover",
        here="/watch",
        handovers=found.handovers,
        form=form or HandoverForm(csrf="", points="\n".join(open_points(call))),
        seen=found.handovers[0].id if found.handovers else "",
        may_write=may_write(call.actor),
        problem=problem,
    )


def open_points(call: Call) -> tuple[str, ...]:
    """What is open now, for the next shift to know: asked of the seat, falling due, waiting, running."""
    points = (shortened(point, model.POINT_MAX) for point in _points(call))
    return tuple(point for point, _ in zip(points, range(model.POINTS_MAX), strict=False))


def _points(call: Call) -> Iterator[str]:
    situation = call.view.situation()
    for one in situation.asks:
        yield f"Asked of us: {one.says}" + (f" By {moment_words(one.by)}." if one.by is not None else "")
    for due in situation.deadlines:
        yield f"Due {moment_words(due.at)}: {due.what}" + (" (late)" if due.is_late else "")
    for line in call.centre.desks.pending(call.actor):
        yield f"Waits for a second person until {moment_words(line.expires)}: {TWO_PERSONS[line.needs]}"
    for case in situation.cases:
        if case.closed is None:
            yield f"Open case {case.case}: {case.running} of {case.procedures} texts running"


LOG, HANDOVER = "/watch/log", "/watch/handover"
ROUTES: tuple[Route, ...] = (
    page_route("GET", "/watch", show, "Watch-keeping"),
    page_route("GET", LOG, log, "The watch log", query=LogQuery),
    page_route("POST", LOG, write, "Write in the watch log", body=EntryForm, errors=(404, 409)),
    page_route("GET", LOG + "/{entry}", entry, "One entry of the watch log", errors=(404,)),
    page_route(
        "POST", LOG + "/{entry}/erase", erase, "Destroy the text of an entry", body=EraseForm, errors=(404, 409)
    ),
    page_route("GET", HANDOVER, handover, "Hand the watch over"),
    page_route("POST", HANDOVER, hand_over, "Hand the watch over", body=HandoverForm, errors=(409,)),
    page_route("POST", HANDOVER + "/{handover}", end_handover, "Take the watch over", body=EndForm, errors=(404, 409)),
)
