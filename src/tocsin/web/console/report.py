"""Situation reports: drawn from what the seat sees, edited by a person, issued, superseded, printed."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.centre.notebook import model
from tocsin.centre.notebook.model import Report, ReportContent, ReportLine
from tocsin.errors import Malformed, Unserved
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.report_draw import Since, drawn, unwritten
from tocsin.web.console.watch import Id, Seen, ask, may_write
from tocsin.web.forms import Line, SeatForm, command_id, onward, problem_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, see_other, texts

REPORTS_SHOWN, LOOKED_BACK = 30, 100


class ReportsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which reports."""

    case: Line = ""
    before: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None


class NewForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new report: of a case or of all, in the place of an issued one or not."""

    case: Line = ""
    supersedes: Id = ""
    seen: Seen = ""


class EditForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person makes of a drawn report."""

    step: Literal["save", "issue", "drop"]
    version: Annotated[int, Meta(ge=1)]
    title: Annotated[str, Meta(max_length=2 * model.TITLE_MAX)] = ""
    body: Annotated[str, Meta(max_length=2 * model.BODY_MAX)] = ""


async def reports(call: Call) -> Reply:
    """All reports, and the way to a new one."""
    return await _list_page(call, call.query)


async def make(call: Call) -> Reply:
    """Draw a report. It is a draft until a person issues it."""
    form: NewForm = call.body
    view, _ = call.view, texts(call)
    key = command_id(call, "report", (form.case, form.supersedes), form.seen)
    try:
        before = await _last_issued(call, form.case)
        since = Since(number=before.number, cursor=before.cursor) if before is not None else Since()
        content = drawn(view, form.case, since, _)
        made = await ask(
            call,
            lambda book, by: book.make_report(by, content, case=form.case, supersedes=form.supersedes, key=key),
        )
    except Unserved as error:
        return await _list_page(call, ReportsQuery(), problem=problem_in(error))
    return see_other(onward(call, f"/watch/report/{made.id}"))


async def one(call: Call) -> Reply:
    """One report: to edit, or as it was issued."""
    return await _report_page(call, call.params["report"])


async def change(call: Call) -> Reply:
    """Save, issue or drop a report."""
    name, form = call.params["report"], call.body
    try:
        await _change(call, name, form)
    except Unserved as error:
        return await _report_page(call, name, problem=problem_in(error), form=form)
    return see_other(onward(call, "/watch/report" if form.step == "drop" else f"/watch/report/{name}"))


async def _change(call: Call, name: str, form: EditForm) -> None:
    if form.step == "drop":
        await ask(call, lambda book, by: book.drop_report(by, name, form.version))
        return
    report = await ask(call, lambda book, by: book.report(by, name))
    version, content = form.version, _content(report, form)
    if _content(report) != content or form.step == "save":
        version = (await ask(call, lambda book, by: book.change_report(by, name, version, content))).version
    if form.step == "issue":
        if unwritten(texts(call)) in content.body:
            raise Malformed(
                "The assessment is still to be written: a report that is issued never changes.",
                field="body",
                fix="Write it, or take the line out. What you wrote is saved.",
            )
        await ask(call, lambda book, by: book.issue_report(by, name, version))


def _content(report: Report, form: EditForm | None = None) -> ReportContent:
    """What a report says, with what a person made of it. What it was drawn from stays."""
    kept = ReportContent(
        title=report.title, body=report.body, facts=report.facts, cursor=report.cursor, upto=report.upto
    )
    if form is None:
        return kept
    return replace(kept, title=form.title.strip(), body=form.body.replace("\r\n", "\n").strip())


async def _last_issued(call: Call, case: str) -> ReportLine | None:
    """The last issued report of the same case, or of all."""
    found = await ask(call, lambda book, by: book.reports(by, case=case, is_issued=True, limit=LOOKED_BACK))
    return next((line for line in found.reports if line.case == case), None)


async def _list_page(call: Call, query: ReportsQuery, *, problem: Problem | None = None) -> Reply:
    found = await ask(
        call, lambda book, by: book.reports(by, case=query.case, before=query.before, limit=REPORTS_SHOWN)
    )
    newest = await ask(call, lambda book, by: book.reports(by, limit=1))
    return page(
        call,
        "console/report_list",
        here="/watch",
        found=found,
        query=query,
        cases=tuple(line.case for line in call.view.cases()),
        seen=newest.reports[0].id if newest.reports else "",
        may_write=may_write(call.actor),
        problem=problem,
    )


async def _report_page(call: Call, name: str, *, problem: Problem | None = None, form: EditForm | None = None) -> Reply:
    report = await ask(call, lambda book, by: book.report(by, name))
    versions = await ask(call, lambda book, by: book.report_versions(by, name))
    newest = await ask(call, lambda book, by: book.reports(by, limit=1))
    other = report.superseded_by or report.supersedes
    return page(
        call,
        "console/report",
        here="/watch",
        report=report,
        versions=versions,
        seen=newest.reports[0].id,
        other=await ask(call, lambda book, by: book.report(by, other)) if other else None,
        title_said=form.title if form is not None else report.title,
        body_said=form.body if form is not None else report.body,
        may_write=may_write(call.actor),
        problem=problem,
    )


REPORT = "/watch/report"
ROUTES: tuple[Route, ...] = (
    page_route("GET", REPORT, reports, "Situation reports", query=ReportsQuery),
    page_route("POST", REPORT, make, "Draw a situation report", body=NewForm, errors=(404, 409)),
    page_route("GET", REPORT + "/{report}", one, "One situation report", errors=(404,)),
    page_route(
        "POST", REPORT + "/{report}", change, "Save, issue or drop a situation report", body=EditForm, errors=(404, 409)
    ),
)
