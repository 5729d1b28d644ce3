"""Case: everything about one crisis on one page, and its acts as forms; reading a warning and confirming it."""

from functools import partial
from typing import Any

from msgspec import Struct, structs

from tocsin.centre.view_model import CaseView, LineView, Release
from tocsin.errors import Malformed, NotFound
from tocsin.web import forms
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import acting, charts, timing
from tocsin.web.console.account import said, told
from tocsin.web.console.case_forms import DeedForm, acts_for_party, choices_of, command_of, deed_words, deeds_of
from tocsin.web.console.case_words import course_words, headline_words
from tocsin.web.console.situation import Strip, meetings_due, reports_due
from tocsin.web.console.timing import Earlier
from tocsin.web.problems import Problem
from tocsin.web.shell import page, texts

HISTORY_SHOWN = 200
"""So many lines of the account stand on the page, the latest; the page after the action has more."""


class WarningForm(forms.ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Open a warning, or confirm it."""


class Need(Struct, frozen=True, kw_only=True):
    """A requirement line with the pledges to it."""

    view: LineView
    pledges: tuple[str, ...]
    """In words."""


async def listed(call: Call) -> Reply:
    """Every case the seat sees."""
    return _list(call)


async def open_by(call: Call) -> Reply:
    """A request opens a case."""
    form: DeedForm = call.body
    try:
        name = _new_name(call, form)
        command = command_of(form, name, acting.chosen(acting.able(call), form.by))
    except Malformed as error:
        return _list(call, forms.problem_in(error))
    title, back = deed_words(texts(call))["request"], acting.path(call, "cases", name)
    return await forms.act(call, command, back=back, title=title, again=partial(_list, call))


def _new_name(call: Call, form: DeedForm) -> str:
    """The name of a case to be opened. Raises Malformed where there is none, or nothing that opens one."""
    if form.deed != "request":
        raise Malformed("A case is opened by a request here.", field="deed", accepted="request")
    name = form.case.strip()
    if not name:
        raise Malformed("The case has no name.", field="case", fix="Give it a short one that tells no secret.")
    prefix = call.view.case_prefix()
    return name if name.startswith(prefix) else f"{prefix}{name}"


def _list(call: Call, problem: Problem | None = None) -> Reply:
    view = call.view
    form, choices = call.body, choices_of(call)
    lines = view.cases()
    return page(
        call,
        "console/case_list",
        status=200 if problem is None else problem.status,
        here="/cases",
        running=[line for line in lines if line.closed is None][::-1],
        closed=[line for line in lines if line.closed is not None][::-1],
        unseen=_unseen(call),
        choices=choices,
        may_open="consult" in call.actor.scopes and acts_for_party(choices),
        prefix=view.case_prefix(),
        problem=problem,
        values=structs.asdict(form) if form is not None else {},
        name=view.law.name,
    )


def _unseen(call: Call) -> tuple[Release, ...]:
    """Warnings released to the seat in cases whose facts it does not see."""
    view = call.view
    return tuple(row for row in view.releases() if not view.sees_case(row.case))


async def show(call: Call) -> Reply:
    """One case."""
    return _show(call, await timing.earlier(call, call.params["case"]))


async def act(call: Call) -> Reply:
    """An act in a case: first what it would bring, then it is filed."""
    form: DeedForm = call.body
    case, _ = call.params["case"], texts(call)
    again = partial(_show, call, await timing.earlier(call, case))
    try:
        command = command_of(form, case, acting.chosen(acting.able(call), form.by))
    except Malformed as error:
        return again(forms.problem_in(error))
    back = acting.path(call, "cases", case)
    return await forms.act(call, command, back=back, title=f"{deed_words(_)[form.deed]}{_(':')} {case}", again=again)


def _show(call: Call, earlier: Earlier, problem: Problem | None = None) -> Reply:
    view, _ = call.view, texts(call)
    name = call.params["case"]
    state, shown = view.case_state(name), view.case(name)
    clock = view.clock(name)
    line = next(row for row in view.cases() if row.case == name)
    strip = Strip(line=line, clock=clock, paces=timing.paces(clock, earlier.times, view.now), earlier=earlier)
    history = told(view.history(name), view.law.names)
    organ_of = {row.procedure: row.organ for row in shown.procedures}
    choices = choices_of(call, state)
    form = call.body
    return page(
        call,
        "console/case",
        status=200 if problem is None else problem.status,
        here="/cases",
        case=shown,
        strip=strip,
        earlier=earlier,
        dues=(*meetings_due(call, _, state), *reports_due(call, _, state)),
        deadlines=[row for row in view.deadlines() if row.case == name],
        headline_words=headline_words(_),
        history=history[-HISTORY_SHOWN:][::-1],
        timeline=charts.timeline(history, organ_of, course_words(_, name, view.law.names), view.now),
        operations=view.operations(name),
        needs=_needs(call, shown),
        duties=view.snapshot.duties,
        matters={row.id: row.title for row in view.snapshot.matters.values()},
        deeds=deeds_of(call.actor, state, choices),
        deed_words=deed_words(_),
        choices=choices,
        problem=problem,
        values=structs.asdict(form) if isinstance(form, DeedForm) else {},
        said=said,
        name=view.law.name,
    )


def _needs(call: Call, case: CaseView) -> tuple[Need, ...]:
    return tuple(
        Need(
            view=row,
            pledges=tuple(
                f"{call.view.law.name(pledge.party)}: {pledge.quantity} ({pledge.pledge})"
                for pledge in case.pledges
                if pledge.line == row.line.id
            ),
        )
        for row in case.requirement
    )


async def warning(call: Call) -> Reply:
    """A warning's cover: what may be known of it before it is opened, because opening it is recorded."""
    return _cover(call, None)


async def open_warning(call: Call) -> Reply:
    """Its substance. That it was handed over is recorded first."""
    opened = await call.centre.receive(call.actor, call.params["case"], call.params["warning"])
    return _cover(call, opened)


async def confirm_warning(call: Call) -> Reply:
    """The seat has it, or has acted on its recall."""
    case, name = call.params["case"], call.params["warning"]
    call.view.held(case, name)
    command: dict[str, Any] = {"do": "acknowledge warning", "case": case, "warning": name}
    back = acting.path(call, "cases", case, "warnings", name)
    return await forms.file_at_once(call, command, back=back, title=texts(call)("Confirm the warning"))


def _cover(call: Call, opened: Any) -> Reply:  # noqa: ANN401  # a WarningView or none
    view = call.view
    case, name = call.params["case"], call.params["warning"]
    line = next((row for row in view.warnings(case) if row.warning == name), None)
    if line is None:
        raise NotFound("warning", name, [])
    release = next((row for row in view.releases() if (row.case, row.warning) == (case, name)), None)
    is_own = line.is_released and line.author == view.seat
    return page(
        call,
        "console/case_warning",
        here="/cases",
        line=line,
        release=release,
        opened=opened,
        is_own=is_own,
        holders=view.holders(case, name) if is_own else (),
        sees_case=view.sees_case(case),
        name=view.law.name,
    )


_WARNING = "/cases/{case}/warnings/{warning}"
ROUTES: tuple[Route, ...] = (
    page_route("GET", "/cases", listed, "Cases"),
    page_route("POST", "/cases", open_by, "Open a case by a request", body=DeedForm),
    page_route("GET", "/cases/{case}", show, "A case"),
    page_route("POST", "/cases/{case}", act, "Act in a case", body=DeedForm),
    page_route("GET", _WARNING, warning, "The cover of a warning"),
    page_route("POST", _WARNING, open_warning, "Open a warning", body=WarningForm),
    page_route("POST", f"{_WARNING}/confirm", confirm_warning, "Confirm a warning", body=WarningForm),
)
