"""The print book: all that a seat needs on paper for the hour without power, on one long page."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from tocsin.centre.notebook.model import Handover
from tocsin.centre.notify.model import ContactLine
from tocsin.centre.view import View
from tocsin.centre.view_case import RUNNING
from tocsin.centre.view_model import CaseView, ProcedureView
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.words import rule_words
from tocsin.errors import NotEntitled, NotFound
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.shell import page

LISTED = 100
"""Of what is asked and due, the next; of contacts, the first."""
CASES_MAX, TEXTS_MAX = 40, 20
"""Of open cases, the newest; of the texts of each, those that run and then the newest."""
EMPTY_LINES = 14
"""Of the log on paper."""


class TextRow(NamedTuple):
    """A text before an organ, with its rule in plain words."""

    view: ProcedureView
    rule: str
    is_running: bool


class CaseRow(NamedTuple):
    """An open case."""

    view: CaseView
    texts: tuple[TextRow, ...]
    more_texts: int


class ForumRow(NamedTuple):
    """Where a matter is decided, and how."""

    organ: str
    rule: str
    clause: str


class MatterRow(NamedTuple):
    """A kind of decision."""

    title: str
    kind: str
    forums: tuple[ForumRow, ...]
    then: str


class DutyRow(NamedTuple):
    """What is owed."""

    title: str
    modality: str
    clause: str
    content: str


class Law(Struct, frozen=True, kw_only=True):
    """The charter in force, in short."""

    matters: tuple[MatterRow, ...]
    duties: tuple[DutyRow, ...]


async def show(call: Call) -> Reply:
    """The book, as of now."""
    view = call.view
    situation = view.situation()
    running = [line.case for line in situation.cases if line.closed is None]
    cases = tuple(case_row(view, view.case(name)) for name in running[-CASES_MAX:])
    handovers: tuple[Handover, ...] = ()
    try:
        found = await asyncio.to_thread(call.centre.notebook.handovers, call.actor, is_open=True)
        handovers = found.handovers
    except NotEntitled:
        pass
    return page(
        call,
        "console/book",
        here="/watch",
        situation=situation,
        cases=cases,
        more_cases=max(0, len(running) - CASES_MAX),
        listed=LISTED,
        members=view.members(),
        law=law_of(view.snapshot),
        charter=view.charter(),
        offices=tuple(view.snapshot.offices.values()),
        handovers=handovers,
        contacts=await _contacts(call),
        empty_lines=range(EMPTY_LINES),
    )


def case_row(view: View, case: CaseView) -> CaseRow:
    """A case with the rules of its texts."""
    rows = sorted(case.procedures, key=lambda row: (row.status not in RUNNING, -row.opened))
    kept = {row.procedure for row in rows[:TEXTS_MAX]}
    shown = tuple(row for row in case.procedures if row.procedure in kept)
    return CaseRow(case, tuple(_texts(view, case.case, shown)), len(rows) - len(shown))


def _texts(view: View, case: str, rows: tuple[ProcedureView, ...]) -> Iterator[TextRow]:
    state = view.case_state(case)
    for row in rows:
        rule = rule_words(state.procedures[row.procedure].ballot.rule, {})
        yield TextRow(row, rule, row.status in RUNNING)


def law_of(snapshot: Snapshot) -> Law:
    """Matters with their forums, and duties, each with its clause."""
    return Law(
        matters=tuple(
            MatterRow(row.title, row.kind, tuple(_forums(snapshot, row.id)), row.then)
            for row in snapshot.matters.values()
        ),
        duties=tuple(DutyRow(row.title, row.modality, row.clause, row.content) for row in snapshot.duties.values()),
    )


def _forums(snapshot: Snapshot, matter: str) -> Iterator[ForumRow]:
    for forum in snapshot.matters[matter].forum:
        organ = snapshot.organs[forum.organ].name if forum.organ in snapshot.organs else forum.organ
        rule = "the rule is not published" if forum.rule == "unset" else rule_words(forum.rule, snapshot.rules)
        yield ForumRow(organ, rule, forum.clause or snapshot.matters[matter].clause)


async def _contacts(call: Call) -> tuple[ContactLine, ...]:
    """Whom to call out, where the desk may see that."""
    if call.web.callouts is None or not call.actor.scopes & {"manage", "admin"}:
        return ()
    try:
        lines = await asyncio.to_thread(call.web.callouts.contacts.list, call.actor)
    except (NotEntitled, NotFound):
        return ()
    return tuple(line for line in lines if line.address)


ROUTES: tuple[Route, ...] = (page_route("GET", "/print", show, "The print book, for the hour without power"),)
