"""What the council's pages show of a procedure, beside what the view says of it: its law, its texts, who may act."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from msgspec import Struct

from tocsin.alliance.state import Procedure
from tocsin.centre.model import Actor
from tocsin.centre.view import View
from tocsin.centre.view_model import CourseLine, ProcedureView
from tocsin.charter.forum import open_forums
from tocsin.charter.model import Forum
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import AnyRule, Excluding, Rule, Silence
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.outcome_words import rule_told
from tocsin.charter.told.words import rule_words
from tocsin.measures.comparison_words import rule_short
from tocsin.terms import Instant, SourceClass, duration

RUNNING = ("open", "silence", "unconfirmed")
RUNNING_SHOWN, ENDED_SHOWN = 100, 50
"""Of the agenda; the rest stands with its cases."""
VOTELESS = "members without a vote"
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")

# ---- texts


class Part(NamedTuple):
    """A piece of a text beside another version of it."""

    kind: Literal["same", "gone", "new"]
    text: str


class Compared(Struct, frozen=True):
    """Two versions of a text, word by word."""

    old: CourseLine
    new: CourseLine
    left: tuple[Part, ...]
    right: tuple[Part, ...]


def compared(old: CourseLine, new: CourseLine) -> Compared:
    """What one version says that the other does not."""
    before, after = _WORDS.findall(old.text), _WORDS.findall(new.text)
    left: list[Part] = []
    right: list[Part] = []
    for does, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if does == "equal":
            left.append(Part("same", gone))
            right.append(Part("same", come))
            continue
        if gone:
            left.append(Part("gone", gone))
        if come:
            right.append(Part("new", come))
    return Compared(old, new, tuple(left), tuple(right))


def two_versions(versions: list[CourseLine], old: int, new: int) -> Compared | None:
    """The two that were asked for, else the last two; none where there is only one."""
    if len(versions) < 2:
        return None
    by_number = {line.version: line for line in versions}
    right = by_number.get(new, versions[-1])
    place = versions.index(right)
    left = by_number.get(old, versions[max(0, place - 1)])
    return compared(left, right)


# ---- the law of a procedure


class Weigh(NamedTuple):
    """A set of weights in a rule."""

    name: str
    of: dict[str, int]
    total: int


class Move(NamedTuple):
    """Another forum a text may go to."""

    value: str
    """organ|rule"""
    organ: str
    rule: str
    clause: str
    why: str


class RuleShown(Struct, frozen=True, kw_only=True):
    """The pinned law of a procedure, in words."""

    title: str
    """Of the matter."""
    kind: str
    words: str
    source_class: SourceClass
    is_of_today: bool
    """Whether it was pinned from the charter that is in force now."""
    quorum: str
    voteless: tuple[str, ...]
    weights: tuple[Weigh, ...]
    period: str
    period_gap: str
    """Why the sources give no period of silence, where there is one to give."""
    is_silence: bool
    then: str
    moves: tuple[Move, ...]


def rule_shown(view: View, row: Procedure) -> RuleShown:
    """The law a procedure is decided by."""
    today = view.snapshot.under([name for name in row.readings if name in view.snapshot.all_readings])
    matter, organ, silence = today.matters.get(row.matter), today.organs.get(row.organ), silence_of(row.ballot.rule)
    rule = today.rules.get(row.rule)
    return RuleShown(
        title=matter.title if matter else row.matter,
        kind=row.kind,
        words=rule_told(rule_words(bare_rule(row.ballot.rule), {})),
        source_class=today.source_class(rule) if rule is not None else class_of(today, row.clause),
        is_of_today=row.charter_hash == view.law.charter.hash,
        quorum=organ.quorum if organ else "",
        voteless=row.ballot.groups.get(VOTELESS, ()),
        weights=tuple(Weigh(name, of, sum(of.values())) for name, of in row.ballot.weights.items()),
        period=silence.period if silence else "",
        period_gap=silence.unset.get("period", "") if silence and not silence.period else "",
        is_silence=silence is not None,
        then=matter.then if matter else "",
        moves=tuple(_moves(view, today, row)),
    )


def bare_rule(rule: Rule) -> AnyRule:
    """The rule without its leaving out of members that have no vote, which is told on its own."""
    return rule.rule if isinstance(rule, Excluding) and rule.who == (VOTELESS,) else rule


def silence_of(rule: Rule) -> Silence | None:
    """The silence procedure in a rule, if it has one."""
    return next((part for part in walk(rule) if isinstance(part, Silence)), None)


def class_of(snapshot: Snapshot, clause: str) -> SourceClass:
    """How a clause was seen."""
    row = snapshot.clauses.get(clause)
    return row.class_ or "memory" if row is not None else "memory"


def shortest_deadline(view: View, law: RuleShown) -> Instant | None:
    """When a silence opened now would end by the charter's own period; none where it gives none."""
    return duration(law.period).after(view.now, view.snapshot.zone) if law.period else None


def _moves(view: View, snapshot: Snapshot, row: Procedure) -> Iterator[Move]:
    matter = snapshot.matters.get(row.matter)
    for forum in open_forums(snapshot, matter) if matter else ():
        if (forum.organ, forum.rule) != (row.organ, row.rule):
            words = _forum_rule(forum, snapshot)
            yield Move(f"{forum.organ}|{forum.rule}", view.law.name(forum.organ), words, forum.clause, forum.why)


def _forum_rule(forum: Forum, snapshot: Snapshot) -> str:
    return "" if forum.rule == "unset" else rule_short(forum.rule, snapshot.rules)


# ---- the agenda


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


def agenda(view: View) -> Agenda:
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


# ---- who may act, and who could change it


def actors_of(view: View, actor: Actor) -> tuple[str, ...]:
    """As whom a desk may act: what it acts as; the secretariat as every office and organ; a conductor as anybody."""
    able = list(actor.acts_as)
    snapshot = view.snapshot
    if actor.seat == "secretariat" and not actor.on_behalf:
        able += [*snapshot.offices, *snapshot.organs]
    if actor.role == "conductor":
        able += snapshot.standings
    return tuple(dict.fromkeys(able))


class Acts(Struct, frozen=True, kw_only=True):
    """What may be done to a procedure from here, each with the actors that may do it; none where there is nobody."""

    amend: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    move: tuple[str, ...] = ()
    silence: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    position: bool = False


def acts_on(view: View, actor: Actor, row: Procedure) -> Acts:
    """What this desk may do, as far as the page can tell: the law itself answers when it is asked."""
    able, texts, chairs = actors_of(view, actor), "text" in actor.scopes, "chair" in actor.scopes

    def among(names: Iterable[str], *, may: bool, status: tuple[str, ...]) -> tuple[str, ...]:
        wanted = set(names) if may and row.status in status else set()
        return tuple(one for one in able if one in wanted)

    electors = row.ballot.universe if row.status == "open" else ()
    silence = silence_of(row.ballot.rule)
    openers = {one for name in silence.opened_by for one in (name, *view.snapshot.group(name))} if silence else set()
    failed = row.status == "decided" and row.verdict in ("blocked", "escalated")
    return Acts(
        amend=among((row.proposer, *row.chairs, *electors), may=texts, status=RUNNING),
        withdraw=among((row.proposer, *row.chairs), may=texts, status=RUNNING),
        move=among((row.proposer, *row.chairs, *row.closers), may=texts, status=("decided",) if failed else ("open",)),
        silence=among((*row.chairs, *openers), may=chairs and silence is not None, status=("open",)),
        confirm=among(row.chairs, may=chairs, status=("unconfirmed",)),
        close=among((*row.chairs, *row.closers), may=chairs, status=("open",)),
        position="position" in actor.scopes
        and row.status in ("open", "silence")
        and bool({*row.ballot.universe, *row.chairs} & set(able)),
    )


def could_change(shown: ProcedureView) -> dict[str, list[str]]:
    """What could still be done that changes the outcome -> who alone could do it."""
    found: dict[str, list[str]] = {}
    for line in shown.positions:
        if line.can_still_change:
            found.setdefault(line.can_still_change, []).append(line.name)
    return found
