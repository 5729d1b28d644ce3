"""Desk: draft positions. Written, put to the capital, approved or returned, filed as they stand, corrected."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.alliance.state import Procedure
from tocsin.centre.model import Submission
from tocsin.centre.notebook.base import HEADS
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.notebook.filenames import PLAIN
from tocsin.centre.notebook.filing import check_approved_text, command_of, file_draft, settle_draft
from tocsin.centre.notebook.model import Approval, DraftContent, DraftLine
from tocsin.centre.rehearsal import rehearse
from tocsin.centre.view_model import ProcedureView
from tocsin.errors import Conflict, Malformed, NotFound, Unserved
from tocsin.web import notebook
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.acting import instant_of, path
from tocsin.web.console.positions import (
    STATED,
    PositionForm,
    PositionQuery,
    Stated,
    questions_of,
    takes_reservations,
)
from tocsin.web.forms import (
    ActForm,
    check_basis,
    command_id,
    confirm_page,
    onward,
    problem_in,
    problem_of,
)
from tocsin.web.problems import Problem, refused
from tocsin.web.shell import page, see_other, texts
from tocsin.web.uploads import Upload

UPLOAD_BODY_BYTES = 2_200_000
Number = Annotated[int, Meta(ge=0, le=1_000_000)]
Deed = Literal["change", "ask", "approve", "return", "take over", "drop", "detach", "correct"]


class DraftForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is done to a draft; which fields count depends on the deed."""

    deed: Deed
    version: Number
    """The one that stood on the page."""
    position: Stated | Literal[""] = ""
    question: Annotated[str, Meta(max_length=200)] = ""
    reservation: Annotated[str, Meta(max_length=2_000)] = ""
    reasons: Annotated[str, Meta(max_length=10_000)] = ""
    words: Annotated[str, Meta(max_length=4_000)] = ""
    answer_by: Annotated[str, Meta(max_length=40)] = ""
    file: Annotated[str, Meta(max_length=80)] = ""
    text_version: Number = 0
    """Of the text that stood on the page: what an approval speaks of."""


class FileForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hand in a draft as it stands."""

    version: Number


class AttachForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file to go beside a draft."""

    version: Number
    file: Upload | None = None


class ApprovalForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether the capital approves before anything is filed."""

    version: Number
    approval: Approval


class DraftsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which drafts."""

    before: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None


async def listed(call: Call) -> Reply:
    """All drafts of the seat, and who approves."""
    return await _list(call)


async def _list(call: Call, problem: Problem | None = None) -> Reply:
    query = call.query
    before = query.before if isinstance(query, DraftsQuery) else None
    found = await asyncio.to_thread(call.centre.notebook.drafts, call.actor, before=before, limit=100)
    return page(
        call,
        "console/drafts",
        here="/desk",
        problem=problem,
        found=found,
        wants=await asyncio.to_thread(call.centre.notebook.settings, call.actor),
        may_set=call.actor.role in HEADS and not call.actor.on_behalf,
    )


async def change_approval(call: Call) -> Reply:
    """Have the capital approve, or not."""
    form: ApprovalForm = call.body
    book = call.centre.notebook
    try:
        wants = await asyncio.to_thread(book.settings, call.actor)
        await asyncio.to_thread(book.change_settings, call.actor, form.version, form.approval, wants.keep_days)
    except Unserved as error:
        return await _list(call, problem_in(error))
    return see_other(path(call, "desk", "drafts"))


async def begin(call: Call) -> Reply:
    """Keep what stands in the form for a position as a draft."""
    form: PositionForm = call.body
    case, procedure = call.params["case"], call.params["procedure"]
    call.view.procedure(case, procedure)
    content = DraftContent(
        position=form.position or "not_stated",
        question=form.question,
        reservation=form.reservation,
        reasons=form.reasons,
    )
    key = command_id(call, "draft", [case, procedure, content], form.seen)
    made = await asyncio.to_thread(call.centre.notebook.make_draft, call.actor, case, procedure, content, key=key)
    return see_other(path(call, "desk", "draft", made.id))


async def show(call: Call) -> Reply:
    """One draft. Where it was handed in, what came of it is noted first."""
    line = await settle_draft(call.centre, call.actor, call.params["draft"])
    return await _show(call, line)


async def _show(call: Call, line: DraftLine, problem: Problem | None = None, form: DraftForm | None = None) -> Reply:
    book, actor = call.centre.notebook, call.actor
    shown, row = _text(call, line)
    return page(
        call,
        "console/draft",
        here="/desk",
        problem=problem,
        draft=line,
        written=form if form is not None and form.deed == "change" else line.content,
        form=form,
        p=shown,
        may=await asyncio.to_thread(book.may_file, actor, line.id),
        versions=await asyncio.to_thread(book.draft_versions, actor, line.id),
        positions=STATED,
        takes_reservations=row is not None and takes_reservations(row),
        questions=questions_of(row) if row is not None else (),
        is_head=actor.role in HEADS and not actor.on_behalf,
        is_free=line.status not in ("filed", "dropped", "filing"),
        desk=actor.desk,
        named=call.view.law.name,
    )


def _text(call: Call, line: DraftLine) -> tuple[ProcedureView | None, Procedure | None]:
    """The text that a draft is about, where the seat still sees it."""
    try:
        shown = call.view.procedure(line.case, line.procedure)
    except NotFound:
        return None, None
    return shown, call.view.case_state(line.case).procedures[line.procedure]


async def do(call: Call) -> Reply:
    """Change a draft, ask the capital, answer for it, take it over, or give it up."""
    form: DraftForm = call.body
    try:
        line = await asyncio.to_thread(_deed(call, form))
    except Unserved as error:
        line = await asyncio.to_thread(call.centre.notebook.draft, call.actor, call.params["draft"])
        return await _show(call, line, problem_in(error), form)
    return see_other(path(call, "desk", "draft", line.id))


def _deed(call: Call, form: DraftForm) -> Callable[[], DraftLine]:
    """What the form asks for. Raises Malformed."""
    book: Notebook = call.centre.notebook
    by, draft, version = call.actor, call.params["draft"], form.version
    match form.deed:
        case "change":
            content = _content(form)
            return lambda: book.change_draft(by, draft, version, content)
        case "ask":
            until = instant_of(form.answer_by, "answer_by")
            return lambda: book.ask_capital(by, draft, version, form.words, until)
        case "approve":
            return lambda: book.approve_draft(by, draft, version, form.words, text_version=form.text_version)
        case "return":
            return lambda: book.return_draft(by, draft, version, form.words)
        case "take over":
            return lambda: book.take_over_draft(by, draft, version)
        case "drop":
            return lambda: book.drop_draft(by, draft, version, form.words)
        case "detach":
            return lambda: book.detach(by, draft, version, form.file)
        case "correct":
            return lambda: _corrected(call, draft, form)


def _content(form: DraftForm) -> DraftContent:
    if not form.position:
        raise Malformed("Choose a position.", field="position", accepted=", ".join(STATED))
    return DraftContent(
        position=form.position, question=form.question, reservation=form.reservation, reasons=form.reasons
    )


def _corrected(call: Call, draft: str, form: DraftForm) -> DraftLine:
    """A new draft that puts right a filed one, beginning with what that said."""
    book = call.centre.notebook
    old = book.draft(call.actor, draft)
    key = command_id(call, "correct", [draft, form.version], "")
    return book.make_draft(call.actor, old.case, old.procedure, old.content, corrects=draft, key=key)


async def attach(call: Call) -> Reply:
    """Put a file beside a draft."""
    form: AttachForm = call.body
    book, draft = call.centre.notebook, call.params["draft"]
    try:
        if form.file is None:
            raise Malformed("No file is chosen.", field="file")  # it comes back as the form, like others
        line = await asyncio.to_thread(
            book.attach, call.actor, draft, form.version, form.file.name, form.file.media, form.file.data
        )
    except Unserved as error:
        line = await asyncio.to_thread(book.draft, call.actor, draft)
        return await _show(call, line, problem_in(error))
    return see_other(path(call, "desk", "draft", line.id, anchor="files"))


async def hand_in(call: Call) -> Reply:
    """What a draft would bring, then file it as it stands."""
    form: FileForm = call.body
    book, actor = call.centre.notebook, call.actor
    line = await asyncio.to_thread(book.draft, actor, call.params["draft"])
    if form.step == "show":
        return await _confirm(call, line, form)
    try:
        if line.status not in ("filing", "filed"):
            check_basis(call, form, line.case, line.procedure, speaks=True)
        filed = await file_draft(call.centre, actor, line.id, form.version)
    except Unserved as error:
        line = await asyncio.to_thread(book.draft, actor, line.id)
        return await _show(call, line, problem_in(error))
    if filed.answer is not None and filed.answer.status == "refused":
        return await _show(call, filed.draft, problem_in(refused(filed.answer)))
    if filed.answer is not None and filed.answer.status == "pending":
        return see_other(onward(call, "/desk#pending"))
    return see_other(path(call, "desk", anchor="said"))


async def _confirm(call: Call, line: DraftLine, form: FileForm) -> Reply:
    """The legal effect of a draft, for the version that stood on the page."""
    book, actor = call.centre.notebook, call.actor
    may = await asyncio.to_thread(book.may_file, actor, line.id)
    if not may.may or line.version != form.version:
        says = may.says if not may.may else "The draft was changed meanwhile: look at it again."
        return await _show(call, line, problem_in(Conflict("not now", says)))
    try:
        check_approved_text(call.centre, actor, line)
        foreseen = await rehearse(call.centre, actor, Submission(command=command_of(actor, line, f"draft/{line.id}")))
    except Unserved as error:
        return await _show(call, line, problem_in(error))
    if foreseen.refusal is not None:
        return await _show(call, line, problem_of(foreseen.refusal))
    _ = texts(call)
    title = f"{_('File the draft')} {line.number}{_(':')} {line.procedure}"
    return confirm_page(call, foreseen, back=path(call, "desk", "draft", line.id), title=title)


_ONE = "/desk/draft/{draft}"
ROUTES: tuple[Route, ...] = (
    page_route("GET", "/desk/drafts", listed, "Drafts", "position", query=DraftsQuery),
    page_route("POST", "/desk/drafts", change_approval, "Who approves drafts", "position", body=ApprovalForm),
    page_route(
        "POST",
        "/desk/draft/new/{case}/{procedure}",
        begin,
        "Begin a draft",
        "position",
        body=PositionForm,
        query=PositionQuery,
    ),
    page_route("GET", _ONE, show, "A draft", "position", has_effect=True),
    page_route("POST", _ONE, do, "Change a draft, or answer for the capital", "position", body=DraftForm),
    page_route(
        "POST", f"{_ONE}/attach", attach, "A file beside it", "position", body=AttachForm, body_bytes=UPLOAD_BODY_BYTES
    ),
    Route(
        method="GET",
        path=f"{_ONE}/files/{{file}}",
        handler=notebook.download,
        summary="A file beside a draft",
        tag="pages",
        scope="position",
        media=PLAIN,
    ),
    page_route("POST", f"{_ONE}/file", hand_in, "File a draft", "position", body=FileForm),
)
