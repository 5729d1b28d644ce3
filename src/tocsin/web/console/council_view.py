"""What the council's pages show of a procedure, beside what the view says of it: its law, its texts, who may act."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from tocsin.alliance.state import Procedure
from tocsin.centre.model import Actor
from tocsin.centre.view import View
from tocsin.centre.view_model import ProcedureView
from tocsin.charter.forum import VOTELESS, open_forums
from tocsin.charter.model import Forum, Matter
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import AnyRule, Excluding, Rule, Silence
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.outcome_words import rule_told
from tocsin.charter.told.words import rule_words
from tocsin.measures.comparison_words import rule_short
from tocsin.terms import Instant, SourceClass, duration

RUNNING = ("open", "silence", "unconfirmed")

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
    seen = today.rules.get(row.rule) or today.clauses.get(row.clause)
    return RuleShown(
        title=matter.title if matter else row.matter,
        kind=row.kind,
        words=rule_told(rule_words(bare_rule(row.ballot.rule), {})),
        source_class=today.source_class(seen) if seen is not None else "memory",
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


def forums_for(view: View, actors: tuple[str, ...]) -> list[tuple[str, dict[str, str]]]:
    """What one of the actors may raise: the title of a matter, and {matter|organ|rule|reading: it in words}."""
    today = view.snapshot
    found = []
    for matter in today.matters.values():
        if _may_raise(today, matter, actors):
            options = {value: words for law in _laws(today) for value, words in _forum_options(view, law, matter)}
            found.append((matter.title, options))
    return [(title, options) for title, options in found if options]


def _laws(today: Snapshot) -> Iterator[Snapshot]:
    """The law of the day, and under each of its readings."""
    yield today
    for reading in today.all_readings:
        yield today.under([reading])


def _may_raise(law: Snapshot, matter: Matter, actors: tuple[str, ...]) -> bool:
    """Whether one of them may raise it. Whom a role in a case entitles, such as the victim, may be anybody."""
    if not actors:
        return False
    raised = {*matter.raised_by, *(one for name in matter.raised_by for one in law.group(name))}
    chairs = {one for forum in matter.forum for one in law.chairs(forum.organ)}
    return bool((raised | chairs) & set(actors)) or any(law.roles_in(name) for name in matter.raised_by)


def _forum_options(view: View, law: Snapshot, matter: Matter) -> Iterator[tuple[str, str]]:
    """The forums that these readings open and have a rule for; of a reading only those that hang on it."""
    row = law.matters.get(matter.id)
    for forum in open_forums(law, row) if row else ():
        if forum.rule != "unset" and (law is view.snapshot or forum.reading):
            under = f" ({forum.reading})" if forum.reading else ""
            words = f"{view.law.name(forum.organ)}: {rule_short(forum.rule, law.rules)}{under}"
            yield f"{matter.id}|{forum.organ}|{forum.rule}|{forum.reading}", words


# ---- who may act, and who could change it


class Acts(Struct, frozen=True, kw_only=True):
    """What may be done to a procedure from here, each with the actors that may do it; none where there is nobody."""

    amend: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    move: tuple[str, ...] = ()
    silence: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    position: bool = False


def acts_on(view: View, actor: Actor, able: tuple[str, ...], row: Procedure) -> Acts:
    """What a desk that may act as those may do, as far as the page can tell: the law itself answers when asked."""
    texts, chairs = "text" in actor.scopes, "chair" in actor.scopes

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
