"""What `outcome` tells, as one struct for the terminal, the pages and the JSON."""

from datetime import date
from typing import Literal

from msgspec import Struct

from tocsin.charter.forum import Unset, lookup
from tocsin.charter.model import Forum, Matter
from tocsin.charter.rules.ballot import Ballot, walk
from tocsin.charter.rules.kinds import Silence
from tocsin.charter.rules.levers import Lever, Levers, levers
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.charter.told.drafts import why_hypothetical
from tocsin.charter.told.judged import Contested, Judged, agreed, contested, judge
from tocsin.charter.told.names import names_on, party_name
from tocsin.charter.told.outcome_words import contested_rule, rule_told, told, told_unset
from tocsin.charter.told.query import Query, Stated, check_questions, forum_for
from tocsin.charter.told.words import rule_words
from tocsin.terms import WEAK_CLASSES, SourceClass

Missing = Literal["", "rule", "reading", "electors"]
"""What a verdict lacks: a rule in the sources, a reading that says which rule holds, or who the electors are."""

SILENCE_AND_FORCE = (
    "Where force is used, silence alone adopts nothing: it counts once a human act, the chair's confirmation, is "
    "recorded."
)


class Need(Struct, frozen=True):
    """A matter that must have been adopted in the case first."""

    matter: str
    title: str
    clause: str


class OutcomeAnswer(Struct, frozen=True, kw_only=True):
    """A verdict with all that a reader needs: where, by which rule, why, whom it binds, who could change it."""

    charter: str
    charter_title: str
    charter_hash: str
    hypothetical: bool
    invented: bool
    """whether the alliance itself is invented or a draft reform; the positions always are"""
    why_invented: str
    on: date
    known: date | None
    readings: tuple[str, ...]
    matter: str
    title: str
    organ: str
    organ_name: str
    rule: str
    rule_in_words: str
    subject: str
    """the party it is about; empty where it is about none"""
    electors: tuple[str, ...]
    electors_known: bool
    """false where the sources do not say who decided there on that day"""
    positions: Stated
    questions: dict[str, Stated]
    closed: bool
    not_counted: dict[str, str]
    """electors without a vote on this -> why"""
    caution: str
    """what is still needed before the verdict may be acted upon"""
    ignored: tuple[str, ...]
    """parties whose positions do not count here, because they do not sit there"""
    weak: dict[str, SourceClass]
    outcome: Outcome
    missing: Missing
    needs: tuple[Need, ...]
    then: str
    """what follows adoption"""
    contested: tuple[Contested, ...]
    """readings not chosen that change the verdict, whom it binds or who blocks it; all that give a rule where none
    holds without a reading"""
    readings_agree: bool
    """no rule holds without a reading, and all that give one come to the same"""
    explanation: tuple[str, ...]
    levers: tuple[Lever, ...]
    levers_searched_up_to: int
    names: dict[str, str]


def answer_of(charter: Charter, snapshot: Snapshot, query: Query) -> OutcomeAnswer:
    """The verdict. Raises NotFound for a matter, forum or question that the charter does not have on the day."""
    row = lookup("matter", query.matter, snapshot.matters)
    forum = forum_for(snapshot, query)
    base = judge(snapshot, forum, query)
    if isinstance(base.ballot, Ballot):
        check_questions(base.ballot.rule, query.questions)
    rivals = contested(snapshot, forum, query, base)
    missing = _missing(forum, base, rivals)
    search = _levers(base, query)
    named = {query.subject, *(party for one in rivals for party in (*one.bound, *one.blockers))} - {""}
    names = names_on(snapshot) | {party: party_name(snapshot, party) for party in named}
    electors = base.electors or ()
    found = base.found
    return OutcomeAnswer(
        charter=charter.id,
        charter_title=charter.document.charter.title,
        charter_hash=charter.hash,
        hypothetical=True,
        invented=charter.document.charter.hypothetical,
        why_invented=why_hypothetical(charter.document, "an invented alliance")
        if charter.document.charter.hypothetical
        else "",
        on=snapshot.on,
        known=snapshot.known,
        readings=tuple(sorted(snapshot.readings)),
        matter=row.id,
        title=row.title,
        organ=forum.organ,
        organ_name=names.get(forum.organ, forum.organ),
        rule=forum.rule,
        rule_in_words=_rule_in_words(snapshot, forum, missing, rivals),
        subject=query.subject,
        electors=electors,
        electors_known=base.electors is not None,
        positions=base.positions,
        questions=base.questions,
        closed=query.closed,
        not_counted=_not_counted(found, query.subject),
        caution=_caution(row, base.ballot, found, base.positions, closed=query.closed),
        ignored=tuple(sorted(set(base.positions) - set(electors))),
        weak=_weak(snapshot, (row.clause, forum.clause, *found.clauses)),
        outcome=found,
        missing=missing,
        needs=tuple(_need(snapshot, name) for name in row.needs),
        then=row.then,
        contested=rivals,
        readings_agree=missing == "reading" and agreed(rivals),
        explanation=_explanation(base, missing, rivals, names),
        levers=search.changes,
        levers_searched_up_to=search.searched_up_to,
        names=names,
    )


def _missing(forum: Forum, base: Judged, rivals: tuple[Contested, ...]) -> Missing:
    if isinstance(base.ballot, Ballot):
        return ""
    if rivals:
        return "reading"
    return "electors" if base.electors is None and forum.rule != "unset" else "rule"


def _levers(base: Judged, query: Query) -> Levers:
    if isinstance(base.ballot, Unset):
        return Levers(verdict=base.found.verdict, changes=(), complete=False, searched_up_to=0)
    return levers(compile_ballot(base.ballot), base.positions, base.questions, query.closed)


def _rule_in_words(snapshot: Snapshot, forum: Forum, missing: Missing, rivals: tuple[Contested, ...]) -> str:
    if missing == "reading":
        return contested_rule(rivals)
    return "unset" if forum.rule == "unset" else rule_told(rule_words(forum.rule, snapshot.rules))


def _explanation(
    base: Judged, missing: Missing, rivals: tuple[Contested, ...], names: dict[str, str]
) -> tuple[str, ...]:
    if isinstance(base.ballot, Unset) and missing == "reading":
        choices = ", ".join(one.reading for one in rivals)
        return told_unset(base.ballot, f"which rule holds is contested: choose one with --reading: {choices}")
    if isinstance(base.ballot, Unset) and missing == "electors":
        return told_unset(base.ballot, f"the electors of that day are not known; {base.ballot.reason}")
    return told(base.found, names)


def _need(snapshot: Snapshot, name: str) -> Need:
    row = snapshot.matters.get(name)
    return Need(name, row.title if row else name, row.clause if row else "")


def _not_counted(found: Outcome, subject: str) -> dict[str, str]:
    """Who is left out of the vote as a whole; what only a part of the rule leaves out still counts elsewhere."""
    left: dict[str, str] = {}
    line = found.trace
    while line.left_out and line.parts:
        left |= {party: "subject" if party == subject else "no vote" for party in line.left_out}
        line = line.parts[0]
    return left


def _caution(matter: Matter, ballot: Ballot | Unset, found: Outcome, positions: Stated, *, closed: bool) -> str:
    """Silence on the use of force is never enough by itself."""
    if matter.kind != "force" or not closed or found.verdict != "adopted" or isinstance(ballot, Unset):
        return ""
    by_silence = any(isinstance(part, Silence) for part in walk(ballot.rule))
    silent = [party for party in ballot.universe if positions.get(party, "not_stated") == "not_stated"]
    return SILENCE_AND_FORCE if by_silence and silent else ""


def _weak(snapshot: Snapshot, clauses: tuple[str, ...]) -> dict[str, SourceClass]:
    seen = {name: snapshot.clauses[name].class_ or "memory" for name in clauses if name in snapshot.clauses}
    return {name: how for name, how in seen.items() if how in WEAK_CLASSES}
