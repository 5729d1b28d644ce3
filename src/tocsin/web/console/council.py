"""Council: what is before the organs, each text with its versions, its rule, the positions, and who could change it."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from tocsin.alliance.state import Procedure
from tocsin.centre.view_model import CourseLine, ProcedureView
from tocsin.errors import Malformed
from tocsin.terms import iso
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import acting, versions
from tocsin.web.console import council_view as shown
from tocsin.web.console.agenda import agenda_of
from tocsin.web.forms import ActForm, Line, Words, act, problem_in
from tocsin.web.kept import fields_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, texts

Number = Annotated[int, Meta(ge=0, le=1_000_000)]
PATH = "/council/{case}/{procedure}"

# ---- the pages


class VersionsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which two versions of the text stand side by side; 0: the last two."""

    old: Number = 0
    new: Number = 0


async def agenda(call: Call) -> Reply:
    """What is before the organs, and what ended."""
    return _agenda(call)


def _agenda(call: Call, problem: Problem | None = None) -> Reply:
    view = call.view
    actors = acting.able(call) if "text" in call.actor.scopes else ()
    return page(
        call,
        "console/council",
        **_frame(call, problem),
        **agenda_of(view)._asdict(),
        actors=actors,
        named=view.law.name,
        forums=shown.forums_for(view, actors),
        cases=[case.id for case in view.seen_cases() if case.closed is None],
        prefix=view.case_prefix(),
        parties=sorted(view.snapshot.standings),
        others=sorted(view.law.parties - set(view.snapshot.standings)),
    )


async def show(call: Call) -> Reply:
    """One text before one organ."""
    return _procedure(call, call.query)


def _procedure(call: Call, asked: VersionsQuery, problem: Problem | None = None) -> Reply:
    view, row = call.view, _row(call)
    values = _values(call)
    acts = shown.acts_on(view, call.actor, acting.able(call), row)
    course: tuple[CourseLine, ...] = values["course"]
    texts_of = [line for line in course if line.text or line.version]
    return page(
        call,
        "console/council_page",
        **_frame(call, problem),
        **values,
        acts=acts,
        versions=texts_of,
        compared=versions.two_versions(texts_of, asked.old, asked.new),
        could=shown.could_change(values["p"]),
        shortest=shown.shortest_deadline(view, values["law_of"]) if acts.silence else None,
    )


async def sheet(call: Call) -> Reply:
    """The decision sheet, for print."""
    return page(call, "console/council_sheet", **_frame(call, None), **_values(call))


def _frame(call: Call, problem: Problem | None) -> dict[str, Any]:
    """What is around a page; where a form was wrong, why, and what stood in it."""
    sent = dict(fields_in(call.body)) if problem is not None else {}
    return {"here": "/council", "problem": problem, "sent": sent, "status": problem.status if problem else 200}


def _values(call: Call) -> dict[str, Any]:
    """What the page and the sheet both show."""
    view, row = call.view, _row(call)
    case, name = call.params["case"], call.params["procedure"]
    course = view.course(case, name)
    found: ProcedureView = view.procedure(case, name)
    return {
        "p": found,
        "row": row,
        "law_of": shown.rule_shown(view, row),
        "course": course,
        "decision": next((line for line in reversed(course) if line.kind == "decided"), None),
        "named": view.law.name,
        "names_of": lambda parties: [view.law.name(party) for party in parties],
        "base": acting.place("council", case, name),
    }


def _row(call: Call) -> Procedure:
    """The procedure. NotFound where there is none that the seat sees."""
    call.view.procedure(call.params["case"], call.params["procedure"])
    return call.view.case_state(call.params["case"]).procedures[call.params["procedure"]]


# ---- acting


class ByForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An act that says no more than who acts."""

    by: Line


class TableForm(ByForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text for an organ."""

    case: Line
    procedure: Line
    forum: Line
    """matter|organ|rule|reading"""
    text: Words = ""
    subject: Line = ""


class AmendForm(ByForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new version."""

    text: Words


class MoveForm(ByForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another organ, or another rule of the same."""

    forum: Line
    """organ|rule"""
    new_procedure: Line


class SilenceForm(ByForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A silence, until a time in UTC; empty: the charter's period."""

    deadline: Line = ""


async def table(call: Call) -> Reply:
    """Put a text before an organ."""
    form: TableForm = call.body
    _ = texts(call)
    matter, organ, rule, reading = _parts(form.forum, 4)
    command: dict[str, Any] = {
        "do": "table text",
        "by": form.by,
        "case": form.case,
        "procedure": form.procedure,
        "matter": matter,
        "organ": organ,
        "rule": rule,
        "text": form.text,
    }
    if form.subject:
        command["subject"] = form.subject
    if reading:
        command["readings"] = [reading]
    title = _("Table the text '%s'") % form.procedure
    back = acting.path(call, "council", form.case, form.procedure)

    def again(problem: Problem) -> Reply:
        return _agenda(call, problem)

    return await act(call, command, back=back, title=title, again=again)


async def amend(call: Call) -> Reply:
    """Put a new version."""
    form: AmendForm = call.body
    return await _act(call, "amend text", texts(call)("Amend the text '%s'"), text=form.text)


async def withdraw(call: Call) -> Reply:
    """Take a text back."""
    return await _act(call, "withdraw text", texts(call)("Withdraw the text '%s'"))


async def move(call: Call) -> Reply:
    """Take a text to another forum."""
    form: MoveForm = call.body
    organ, rule = _parts(form.forum, 2)
    said = {"organ": organ, "rule": rule, "new_procedure": form.new_procedure}
    return await _act(call, "change forum", texts(call)("Take the text '%s' to another forum"), **said)


async def silence(call: Call) -> Reply:
    """Put a text under silence."""
    form: SilenceForm = call.body
    try:
        deadline = acting.instant_of(form.deadline, "deadline")
    except Malformed as error:
        return _procedure(call, VersionsQuery(), problem_in(error))
    said = {"deadline": iso(deadline)} if deadline is not None else {}
    return await _act(call, "open silence", texts(call)("Put the text '%s' under silence"), **said)


async def confirm(call: Call) -> Reply:
    """Let a silence that ran out unconfirmed stand."""
    return await _act(call, "confirm expiry", texts(call)("Confirm that the silence on '%s' stands"))


async def close(call: Call) -> Reply:
    """Close the discussion: the rule decides."""
    return await _act(call, "close", texts(call)("Close '%s': the rule decides"))


async def _act(call: Call, what: str, title: str, **said: str) -> Reply:
    case, procedure = call.params["case"], call.params["procedure"]
    command = {"do": what, "by": call.body.by, "case": case, "procedure": procedure, **said}

    def again(problem: Problem) -> Reply:
        return _procedure(call, VersionsQuery(), problem)

    back = acting.path(call, "council", case, procedure)
    return await act(call, command, back=back, title=title % procedure, again=again)


def _parts(value: str, count: int) -> list[str]:
    parts = value.split("|")
    if len(parts) != count:
        raise Malformed("'forum' is none of the page's.", field="forum", found=value[:80], fix="Choose one there.")
    return parts


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/council", agenda, "Council: what is before the organs"),
    page_route("GET", PATH, show, "One text before one organ", query=VersionsQuery),
    page_route("GET", f"{PATH}/sheet", sheet, "The decision sheet"),
    page_route("POST", "/council/table", table, "Table a text", "text", body=TableForm),
    page_route("POST", f"{PATH}/amend", amend, "Amend a text", "text", body=AmendForm),
    page_route("POST", f"{PATH}/withdraw", withdraw, "Withdraw a text", "text", body=ByForm),
    page_route("POST", f"{PATH}/move", move, "Change the forum", "text", body=MoveForm),
    page_route("POST", f"{PATH}/silence", silence, "Open a silence", "chair", body=SilenceForm),
    page_route("POST", f"{PATH}/confirm", confirm, "Confirm an expired silence", "chair", body=ByForm),
    page_route("POST", f"{PATH}/close", close, "Close a procedure", "chair", body=ByForm),
)
