"""The seat's own notebook over the API: drafts, the watch log, handovers, situation reports.

Who may do what is for the notebook to say; here it is only handed on, off the event loop, for it waits for the disk.
"""

import asyncio
import binascii
from base64 import b64decode

from msgspec.structs import replace

from tocsin.centre.notebook import filing
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.notebook.filenames import PLAIN, disposition
from tocsin.centre.notebook.model import (
    DraftContent,
    DraftLine,
    DraftPage,
    DraftVersion,
    Handover,
    HandoverPage,
    LogEntry,
    LogPage,
    MayFile,
    NotebookSettings,
    Report,
    ReportContent,
    ReportPage,
    ReportVersion,
)
from tocsin.errors import Malformed, NotFound
from tocsin.web.call import Call, Reply
from tocsin.web.notebook_in import (
    AskIn,
    DraftChangeIn,
    DraftFileIn,
    DraftIn,
    DraftQuery,
    DraftWordsIn,
    EraseEntryIn,
    HandoverIn,
    HandoverQuery,
    LogIn,
    LogQuery,
    NotebookSettingsIn,
    ReportChangeIn,
    ReportIn,
    ReportQuery,
    VersionIn,
)
from tocsin.web.problems import refused
from tocsin.web.shape import encode

DOWNLOAD_CSP = b"default-src 'none'; sandbox"

# drafts


async def drafts(call: Call) -> DraftPage:
    """The seat's drafts."""
    query: DraftQuery = call.query
    return await asyncio.to_thread(
        _book(call).drafts,
        call.actor,
        case=query.case,
        procedure=query.procedure,
        is_open=query.open,
        before=query.before,
        limit=query.limit,
    )


async def make_draft(call: Call) -> DraftLine:
    """Begin a draft on a text that the seat sees."""
    body: DraftIn = call.body
    try:
        call.view.procedure(body.case, body.procedure)
    except NotFound:
        raise Malformed(
            "Your seat sees no such text.", field="procedure", found=f"{body.case}, {body.procedure}"
        ) from None
    work, content = _book(call).make_draft, _content(body)
    return await asyncio.to_thread(
        work, call.actor, body.case, body.procedure, content, corrects=body.corrects, key=body.key
    )


async def draft(call: Call) -> DraftLine:
    """One draft."""
    return await asyncio.to_thread(_book(call).draft, call.actor, call.params["draft"])


async def draft_versions(call: Call) -> tuple[DraftVersion, ...]:
    """All that it was."""
    return await asyncio.to_thread(_book(call).draft_versions, call.actor, call.params["draft"])


async def change_draft(call: Call) -> DraftLine:
    """Say something else."""
    body: DraftChangeIn = call.body
    work = _book(call).change_draft
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, _content(body))


async def take_over_draft(call: Call) -> DraftLine:
    """Be at it from now on."""
    body: VersionIn = call.body
    return await asyncio.to_thread(_book(call).take_over_draft, call.actor, call.params["draft"], body.version)


async def ask_capital(call: Call) -> DraftLine:
    """Ask for instructions."""
    body: AskIn = call.body
    work = _book(call).ask_capital
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, body.question, body.answer_by)


async def approve_draft(call: Call) -> DraftLine:
    """The capital says yes, to the text as it is now."""
    body: DraftWordsIn = call.body
    work, text = _book(call).approve_draft, filing.text_version(call.centre, call.actor, await draft(call))
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, body.words, text_version=text)


async def return_draft(call: Call) -> DraftLine:
    """The capital says no."""
    body: DraftWordsIn = call.body
    work = _book(call).return_draft
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, body.words)


async def drop_draft(call: Call) -> DraftLine:
    """Give it up."""
    body: DraftWordsIn = call.body
    work = _book(call).drop_draft
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, body.words)


async def may_file(call: Call) -> MayFile:
    """Whether it may be filed now."""
    return await asyncio.to_thread(_book(call).may_file, call.actor, call.params["draft"])


async def file_draft(call: Call) -> Reply:
    """File it: 200, 202 where it waits for a second person, 422 where the law refuses it."""
    body: VersionIn = call.body
    done = await filing.file_draft(call.centre, call.actor, call.params["draft"], body.version)
    if done.answer is not None and done.answer.status == "refused":
        return refused(done.answer)
    is_pending = done.answer is not None and done.answer.status == "pending"
    return Reply(202 if is_pending else 200, encode(done))


async def settle_draft(call: Call) -> DraftLine:
    """Note what came of it."""
    return await filing.settle_draft(call.centre, call.actor, call.params["draft"])


async def attach(call: Call) -> DraftLine:
    """Put a file beside a draft."""
    body: DraftFileIn = call.body
    try:
        data = b64decode(body.content, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("'content' is no base64.", field="content", found=body.content[:60]) from None
    work = _book(call).attach
    return await asyncio.to_thread(work, call.actor, call.params["draft"], body.version, body.name, body.media, data)


async def detach(call: Call) -> DraftLine:
    """Destroy a file beside a draft."""
    query: VersionIn = call.query
    work = _book(call).detach
    return await asyncio.to_thread(work, call.actor, call.params["draft"], query.version, call.params["file"])


async def download(call: Call) -> Reply:
    """A file, to be saved and never shown."""
    line, data = await asyncio.to_thread(_book(call).file, call.actor, call.params["draft"], call.params["file"])
    headers = ((b"content-disposition", disposition(line.name)), (b"content-security-policy", DOWNLOAD_CSP))
    return Reply(200, data, PLAIN, headers)


async def settings(call: Call) -> NotebookSettings:
    """What the seat wants of its notebook."""
    return await asyncio.to_thread(_book(call).settings, call.actor)


async def change_settings(call: Call) -> NotebookSettings:
    """Change that."""
    body: NotebookSettingsIn = call.body
    work = _book(call).change_settings
    return await asyncio.to_thread(work, call.actor, body.version, body.approval, body.keep_days)


# the watch log


async def log(call: Call) -> LogPage:
    """The watch log."""
    query: LogQuery = call.query
    work = _book(call).log
    return await asyncio.to_thread(
        work, call.actor, search=query.search, case=query.case, before=query.before, limit=query.limit
    )


async def write_log(call: Call) -> LogEntry:
    """Write an entry."""
    body: LogIn = call.body
    _check_case(call, body.case)
    work = _book(call).write_log
    return await asyncio.to_thread(
        work, call.actor, body.text, case=body.case, cursor=body.cursor, corrects=body.corrects, key=body.key
    )


async def erase_entry(call: Call) -> LogEntry:
    """Destroy an entry's text."""
    body: EraseEntryIn = call.body
    return await asyncio.to_thread(_book(call).erase_entry, call.actor, call.params["entry"], body.why)


# handovers


async def handovers(call: Call) -> HandoverPage:
    """The handovers."""
    query: HandoverQuery = call.query
    work = _book(call).handovers
    return await asyncio.to_thread(work, call.actor, is_open=query.open, before=query.before, limit=query.limit)


async def hand_over(call: Call) -> Handover:
    """Leave the desk to the next."""
    body: HandoverIn = call.body
    return await asyncio.to_thread(_book(call).hand_over, call.actor, body.text, body.points, key=body.key)


async def take_over(call: Call) -> Handover:
    """Take the watch over."""
    return await asyncio.to_thread(_book(call).take_over, call.actor, call.params["handover"])


async def withdraw_handover(call: Call) -> Handover:
    """Take one's own back."""
    return await asyncio.to_thread(_book(call).withdraw_handover, call.actor, call.params["handover"])


# situation reports


async def reports(call: Call) -> ReportPage:
    """The reports."""
    query: ReportQuery = call.query
    work = _book(call).reports
    return await asyncio.to_thread(
        work, call.actor, case=query.case, is_issued=query.issued, before=query.before, limit=query.limit
    )


async def make_report(call: Call) -> Report:
    """Begin a report."""
    body: ReportIn = call.body
    _check_case(call, body.case)
    work, content = _book(call).make_report, _report_content(call, body)
    return await asyncio.to_thread(work, call.actor, content, case=body.case, supersedes=body.supersedes, key=body.key)


async def report(call: Call) -> Report:
    """One report."""
    return await asyncio.to_thread(_book(call).report, call.actor, call.params["report"])


async def report_versions(call: Call) -> tuple[ReportVersion, ...]:
    """All that it was."""
    return await asyncio.to_thread(_book(call).report_versions, call.actor, call.params["report"])


async def change_report(call: Call) -> Report:
    """Say something else."""
    body: ReportChangeIn = call.body
    work, content = _book(call).change_report, _report_content(call, body)
    return await asyncio.to_thread(work, call.actor, call.params["report"], body.version, content)


async def issue_report(call: Call) -> Report:
    """Issue it."""
    body: VersionIn = call.body
    return await asyncio.to_thread(_book(call).issue_report, call.actor, call.params["report"], body.version)


async def drop_report(call: Call) -> Report:
    """Give it up."""
    body: VersionIn = call.body
    return await asyncio.to_thread(_book(call).drop_report, call.actor, call.params["report"], body.version)


def _book(call: Call) -> Notebook:
    return call.centre.notebook


def _check_case(call: Call, case: str) -> None:
    """Raises Malformed for a case that the seat does not see; one there is not is answered the same."""
    if case and not call.view.sees_case(case):
        raise Malformed("Your seat sees no such case.", field="case", found=case)


def _content(body: DraftIn | DraftChangeIn) -> DraftContent:
    return DraftContent(
        position=body.position, question=body.question, reservation=body.reservation, reasons=body.reasons
    )


def _report_content(call: Call, body: ReportIn | ReportChangeIn) -> ReportContent:
    """What a report says; where it does not say what it rests on, that is what the seat's feed holds now."""
    content = ReportContent(title=body.title, body=body.body, facts=body.facts, cursor=body.cursor, upto=body.upto)
    if content.cursor:
        return content
    return replace(content, cursor=call.centre.cursor(call.seat), upto=content.upto or call.centre.clock.now())
