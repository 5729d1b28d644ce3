"""A situation report as it is drawn from what one seat's view tells, for a person to edit: no warning's content."""

from collections.abc import Iterator

from msgspec import Struct

from tocsin.centre.feeds import checked_position, cursor_text
from tocsin.centre.notebook import model
from tocsin.centre.notebook.model import ReportContent
from tocsin.centre.view import FEED_ITEMS_MAX, View
from tocsin.centre.view_case import RUNNING
from tocsin.centre.view_model import CaseView, ProcedureView
from tocsin.centre.words import moment_words, shortened
from tocsin.web.shell import Text


class Since(Struct, frozen=True, kw_only=True):
    """What the last report rested on."""

    number: int = 0
    cursor: str = ""


def drawn(view: View, case: str, since: Since, _: Text) -> ReportContent:
    """A report on one case, or on all that are open. Raises NotFound for a case the seat does not see."""
    situation = view.situation()
    cases = [view.case(case)] if case else [view.case(line.case) for line in situation.cases if line.closed is None]
    facts = list(_happened(view, case, since))[-model.FACTS_MAX :]
    deadlines = [
        f"{moment_words(line.at)}: {line.what}" + (f" ({_('late')})" if line.is_late else "")
        for line in situation.deadlines
        if not case or line.case == case
    ]
    asks = [line.says for line in situation.asks if not case or line.case == case]
    last = _("Since report {number}").format(number=since.number) if since.number else _("Until now")
    parts = [
        (_("Assessment"), [unwritten(_)]),
        (_("Situation"), [line for one in cases for line in _case(one, _)] or [_("No case is open.")]),
        (_("Due"), deadlines or [_("Nothing falls due.")]),
        (_("Asked of us"), asks or [_("Nothing.")]),
        (last, facts or [_("Nothing happened that we may know.")]),
    ]
    head = f"{' · '.join(banner_words(view))}. {situation.name}, {moment_words(view.now)}"
    told = (f"{title}\n" + "\n".join(f"- {line}" for line in lines) for title, lines in parts)
    body = "\n\n".join((head, *told))
    about = f"{case}, " if case else ""
    title = _("Situation report: {about}{when}").format(about=about, when=moment_words(view.now))
    return ReportContent(
        title=shortened(title, model.TITLE_MAX),
        body=shortened(body, model.BODY_MAX),
        facts=tuple(shortened(line, model.POINT_MAX) for line in facts),
        cursor=cursor_text(view.length, view.board.epoch),
        upto=view.now,
    )


def banner_words(view: View) -> tuple[str, ...]:
    """What no export may lose: the mode, and whether the charter is an invented one."""
    is_invented = view.law.charter.document.charter.hypothetical
    return (view.mode.upper(), *(("HYPOTHETICAL",) if is_invented else ()))


def _case(case: CaseView, _: Text) -> Iterator[str]:
    yield _("{case}, open since {when}").format(case=case.case, when=moment_words(case.opened))
    for request in case.requests:
        yield f"{case.case}: {request.by} asked for '{request.duty}': {request.status}"
    for procedure in case.procedures:
        yield f"{case.case}: {_procedure(procedure)}"
    for line in case.requirement:
        wanted = f"{line.line.capability}: {line.pledged} of {line.line.required} {line.line.unit}"
        yield f"{case.case}: {wanted}" + (f", {line.shortfall} short" if line.shortfall else "")


def _procedure(row: ProcedureView) -> str:
    """One text, its status, and who said what."""
    said: dict[str, list[str]] = {}
    for line in row.positions:
        said.setdefault(line.position.replace("_", " "), []).append(line.party)
    positions = "; ".join(f"{position}: {', '.join(parties)}" for position, parties in said.items())
    until = f" until {moment_words(row.deadline)}" if row.deadline is not None else ""
    now = f"; if nothing changes: {row.outcome}" if row.status in RUNNING else f"; {row.verdict or 'no verdict'}"
    if row.status == "unconfirmed":
        now = f"; nothing is adopted until {' or '.join(row.chairs)} confirms it"
    elif row.status == "silence" and any(line.delivered is False for line in row.positions):
        now += ", once all are known to have the text"
    return f"'{row.procedure}' ({row.matter}) before {row.organ}: {row.status}{until}{now}. {positions}"


def _happened(view: View, case: str, since: Since) -> Iterator[str]:
    start = checked_position(since.cursor, view.board.epoch) or 0
    for item in view.feed(min(max(start, view.length - FEED_ITEMS_MAX), view.length), FEED_ITEMS_MAX).items:
        if not case or item.case == case:
            where = f"{item.case}: " if item.case and not case else ""
            yield from (f"{moment_words(item.at)}: {where}{line}" for line in item.says)


def unwritten(_: Text) -> str:
    """What stands where a person has to write."""
    return _("(to be written by a person)")
