"""What is before the organs, and what ended lately."""

from typing import NamedTuple

from msgspec import Struct

from tocsin.alliance.state import Procedure
from tocsin.centre.view import View
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.measures.comparison_words import rule_short
from tocsin.terms import Instant
from tocsin.web.console.council_view import RUNNING, bare_rule

RUNNING_SHOWN, ENDED_SHOWN = 100, 50
"""The rest stands with its cases."""


class AgendaLine(Struct, frozen=True, kw_only=True):
    """One procedure in the list."""

    case: str
    procedure: str
    title: str
    text: str
    organ: str
    status: str
    rule: str
    clause: str
    opened: Instant
    deadline: Instant | None
    is_late: bool
    outcome: str
    """What the rule makes of the positions now."""
    waiting: tuple[str, ...]
    """Who has not said, and could still decide it."""
    undelivered: tuple[str, ...]
    """Who is not known to have the text under silence."""
    chairs: tuple[str, ...]
    verdict: str
    decided: Instant | None
    how: str
    moved_to: str


class Agenda(NamedTuple):
    """What a page shows of it, and how many there are beside."""

    running: dict[str, list[AgendaLine]]
    """By organ; what is due first comes first."""
    ended: list[AgendaLine]
    """The latest first."""
    more_running: int
    more_ended: int


def agenda_of(view: View) -> Agenda:
    """The procedures the seat sees: those that run, and those that ended lately."""
    rows = [(case.id, row) for case in view.seen_cases() for row in case.procedures.values()]
    running = sorted((one for one in rows if one[1].status in RUNNING), key=_due)
    ended = sorted((one for one in rows if one[1].status not in RUNNING), key=_ended, reverse=True)
    organs: dict[str, list[AgendaLine]] = {}
    for case, row in running[:RUNNING_SHOWN]:
        line = _line(view, case, row)
        organs.setdefault(line.organ, []).append(line)
    return Agenda(
        running=organs,
        ended=[_line(view, case, row) for case, row in ended[:ENDED_SHOWN]],
        more_running=max(0, len(running) - RUNNING_SHOWN),
        more_ended=max(0, len(ended) - ENDED_SHOWN),
    )


def _due(one: tuple[str, Procedure]) -> tuple[bool, Instant]:
    row = one[1]
    deadline = row.silence.deadline if row.silence is not None and row.status == "silence" else None
    return deadline is None, deadline or row.opened


def _ended(one: tuple[str, Procedure]) -> Instant:
    return one[1].decided or one[1].opened


def _line(view: View, case: str, row: Procedure) -> AgendaLine:
    named, silence = view.law.name, row.silence
    matter = view.snapshot.matters.get(row.matter)
    compiled = compile_ballot(row.ballot, row.ballot_digest)
    found = compiled.outcome(row.positions, row.questions, row.status != "open")
    deadline = silence.deadline if silence is not None and row.status == "silence" else None
    has_it = silence.delivered | silence.vouched if silence is not None else frozenset[str]()
    is_silent = row.status in ("silence", "unconfirmed")
    return AgendaLine(
        case=case,
        procedure=row.id,
        title=matter.title if matter else row.matter,
        text=row.text,
        organ=named(row.organ),
        status=row.status,
        rule=rule_short(bare_rule(row.ballot.rule), {}),
        clause=row.clause,
        opened=row.opened,
        deadline=deadline,
        is_late=deadline is not None and deadline < view.now,
        outcome=found.verdict,
        waiting=tuple(named(party) for party in found.waiting_for) if row.status == "open" else (),
        undelivered=tuple(named(party) for party in row.ballot.universe if is_silent and party not in has_it),
        chairs=tuple(named(chair) for chair in row.chairs),
        verdict=row.verdict or "",
        decided=row.decided,
        how=row.how,
        moved_to=row.moved_to,
    )
