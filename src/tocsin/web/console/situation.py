"""Situation: what is happening, what is due by when, what is asked of us, and why."""

from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

import msgspec
from msgspec import Struct

from tocsin.alliance.facts import PositionStated, TextDelivered
from tocsin.alliance.state import CaseState
from tocsin.centre.feeds import cursor_position
from tocsin.centre.view_model import Ask, CaseClock, CaseLine, Deadline, FeedItem
from tocsin.terms import Instant
from tocsin.web import views
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import timing
from tocsin.web.console.account import said
from tocsin.web.console.case_forms import acts_for_party, choices_of
from tocsin.web.console.case_words import deadline_words, headline_words
from tocsin.web.console.map_data import map_of
from tocsin.web.console.timing import Earlier, Pace
from tocsin.web.forms import onward
from tocsin.web.shell import Text, page, texts

FEED_ITEMS = 60
ROWS_MAX = 40
"""So much of what is asked and of what falls due stands here, the soonest; the desk and the print book have all."""
CASES_MAX = 12
"""So many running cases have their clock here, the latest; the page of cases has all."""


class Due(Struct, frozen=True, kw_only=True):
    """Something with a time by which it must be done, or happens by itself."""

    at: Instant | None
    """None: at once, in the charter's own word."""
    what: str
    case: str = ""
    link: str = ""
    rule: str = ""
    clause: str = ""
    is_late: bool = False


class Strip(Struct, frozen=True, kw_only=True):
    """One running case with its clock."""

    line: CaseLine
    clock: CaseClock
    paces: tuple[Pace, ...]
    earlier: Earlier

    @property
    def so_far(self) -> float | None:
        """Hours that it has run; none where nothing started its clock, or it has ended."""
        return next((pace.elapsed for pace in self.paces if pace.elapsed is not None), None)


class Task(Struct, frozen=True, kw_only=True):
    """What is asked of the seat, with the page where it is done."""

    ask: Ask
    link: str
    is_late: bool


async def show(call: Call) -> Reply:
    """The first page."""
    view, _ = call.view, texts(call)
    cases = view.cases()
    lines = [line for line in cases if line.closed is None]
    running = [line.case for line in lines]
    strips = [await _strip(call, line) for line in lines[-CASES_MAX:][::-1]]
    dues = sorted(_dues(call, _), key=lambda due: due.at or 0)
    tasks = [_task(call, ask) for ask in views.all_asks(call)]
    overdue = sum(due.is_late for due in dues) + sum(task.is_late for task in tasks)
    position = cursor_position(call.centre.cursor(call.seat)) or 0
    feed = view.feed(max(0, position - FEED_ITEMS), FEED_ITEMS).items
    about = view.law.charter.document.charter
    disclaimer = _("Borders and names follow the charter and its map source; they express no position on any status.")
    shown = map_of(view, running, _("%s on the map") % about.title, disclaimer)
    return page(
        call,
        "console/situation",
        here="/",
        strips=strips,
        more_cases=max(0, len(lines) - CASES_MAX),
        closed_cases=len(cases) - len(lines),
        headline_words=headline_words(_),
        dues=dues[:ROWS_MAX],
        more_dues=max(0, len(dues) - ROWS_MAX),
        late=overdue,
        tasks=tasks[:ROWS_MAX],
        more_tasks=max(0, len(tasks) - ROWS_MAX),
        may_open="consult" in call.actor.scopes and acts_for_party(choices_of(call)),
        feed=[(key, tuple(run)) for key, run in groupby(feed[::-1], key=_alike)],
        said=said,
        name=view.law.name,
        map=shown,
        map_data=msgspec.to_builtins(shown),
        on=view.snapshot.on,
    )


async def _strip(call: Call, line: CaseLine) -> Strip:
    clock, earlier = call.view.clock(line.case), await timing.earlier(call, line.case)
    return Strip(line=line, clock=clock, paces=timing.paces(clock, earlier.times, call.view.now), earlier=earlier)


def _alike(item: FeedItem) -> str:
    """What equal acts have in common, so that the feed shows them as one: many receive a text, or state the same of it.
    Any other act has a key of its own. Scripts make the same key, see lists.ts."""
    if item.kind == "confirmation":
        return f"{item.kind}/{item.case}/{item.name}"
    fact = item.facts[0] if len(item.facts) == 1 else None
    if not isinstance(fact, PositionStated | TextDelivered):
        return item.cursor
    said = (fact.question, fact.position) if isinstance(fact, PositionStated) else ()
    by = "" if fact.by == fact.party else fact.by
    return "/".join((str(fact.__struct_config__.tag), fact.case, fact.procedure, by, *said))


def _task(call: Call, ask: Ask) -> Task:
    case, name, now = quote(ask.case, safe=""), quote(ask.name, safe=""), call.view.now
    links = {
        "position": f"/desk/position/{case}/{name}",
        "acknowledge text": f"/council/{case}/{name}",
        "confirm position": f"/desk/entered/{case}/{name}",
        "acknowledge warning": f"/cases/{case}/warnings/{name}",
        "acknowledge recall": f"/cases/{case}/warnings/{name}",
        "check package": f"/cases/{case}/forces#check",
        "second person": f"/desk/pending/{name}",
    }
    link = onward(call, links.get(ask.kind, "/desk"))
    return Task(ask=ask, link=link, is_late=ask.by is not None and ask.by < now)


def _dues(call: Call, _: Text) -> Iterator[Due]:
    view = call.view
    for row in view.deadlines():
        case = view.case_state(row.case) if row.case else None
        text = case.procedures.get(row.name) if case is not None and row.kind == "silence" else None
        name = view.law.name(row.name) if row.kind in ("notice", "consent") else row.name
        yield Due(
            at=row.at,
            what=deadline_words(_, row, name),
            case=row.case,
            link=_council(call, row) if text is not None else "",
            rule=text.rule if text is not None else "",
            clause=text.silence.clause or text.clause if text is not None and text.silence is not None else "",
            is_late=row.is_late,
        )
    for case in view.seen_cases():
        if case.closed is None:
            yield from meetings_due(call, _, case)
            yield from reports_due(call, _, case)


def _council(call: Call, row: Deadline) -> str:
    return onward(call, f"/council/{quote(row.case, safe='')}/{quote(row.name, safe='')}")


def meetings_due(call: Call, _: Text, case: CaseState) -> Iterator[Due]:
    """Organs that were called, have a time to meet by, and before which nothing has been put since."""
    view = call.view
    if not case.convened:
        return
    for row in view.clock(case.id).meetings:
        met = any(text.organ == row.organ and text.opened >= row.called for text in case.procedures.values())
        if row.meets_by is not None and not met:
            yield Due(
                at=row.meets_by,
                what=_("%s has to meet by then; nothing was tabled there since the call") % view.law.name(row.organ),
                case=case.id,
                clause=row.clause,
                is_late=row.meets_by < view.now,
            )


def reports_due(call: Call, _: Text, case: CaseState) -> Iterator[Due]:
    """Reports that a triggered duty owes and that nobody has filed."""
    law = call.view.snapshot
    for to in case.reports_owed:
        if to in case.reports_filed:
            continue
        owed = [
            (report.within, report.clause or duty.clause)
            for request in case.requests.values()
            if (duty := law.duties.get(request.duty)) is not None
            for report in duty.report
            if report.to == to
        ]
        within, clause = owed[0] if owed else ("", "")
        when = within if within not in ("", "unset") else _("no time is set")
        link = onward(call, f"/cases/{quote(case.id, safe='')}#reports")
        what = _("Report to %(to)s (%(when)s)") % {"to": to, "when": when}
        yield Due(at=None, what=what, case=case.id, clause=clause, link=link)


ROUTES: tuple[Route, ...] = (page_route("GET", "/", show, "Situation"),)
