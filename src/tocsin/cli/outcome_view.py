"""What `outcome` tells, as one struct for the terminal and the JSON."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from tocsin.charter.forum import Unset, ballot_for, lookup, unset_outcome
from tocsin.charter.model import Matter
from tocsin.charter.rules.ballot import Ballot, walk
from tocsin.charter.rules.explain import explain
from tocsin.charter.rules.kinds import Silence
from tocsin.charter.rules.levers import Lever, Levers, levers
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.cli.charter_reforms import why_hypothetical
from tocsin.cli.law_words import rule_words
from tocsin.cli.names import names_on, party_name
from tocsin.cli.outcome_query import OTHERS, Query, Stated, check_parties, check_questions, check_subject, forum_for
from tocsin.terms import WEAK_CLASSES, PartyId, Position, SourceClass

SILENCE_AND_FORCE = (
    "Where force is used, silence alone adopts nothing: it counts once a human act, the chair's confirmation, is "
    "recorded."
)


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
    explanation: tuple[str, ...]
    levers: tuple[Lever, ...]
    levers_searched_up_to: int
    names: dict[str, str]


def answer_of(charter: Charter, snapshot: Snapshot, query: Query) -> OutcomeAnswer:
    """The verdict. Raises NotFound for a matter, forum or party that the charter does not have on the day."""
    row = lookup("matter", query.matter, snapshot.matters)
    check_subject(snapshot, row, query.subject)
    forum = forum_for(snapshot, query)
    roles = {"subject": (PartyId(query.subject),)} if query.subject else {}
    ballot = ballot_for(snapshot, forum, roles)
    electors = () if isinstance(ballot, Unset) else ballot.universe
    positions = _spread(query.positions, electors, snapshot)
    questions = {name: _spread(said, electors, snapshot) for name, said in query.questions.items()}
    if isinstance(ballot, Unset):
        found = unset_outcome(ballot)
        search = Levers(verdict=found.verdict, changes=(), complete=False, searched_up_to=0)
    else:
        check_questions(ballot.rule, query.questions)
        compiled = compile_ballot(ballot)
        found = compiled.outcome(positions, questions, query.closed)
        search = levers(compiled, positions, questions, query.closed)
    names = names_on(snapshot) | ({query.subject: party_name(snapshot, query.subject)} if query.subject else {})
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
        rule_in_words="unset" if forum.rule == "unset" else rule_words(forum.rule, snapshot.rules),
        subject=query.subject,
        electors=electors,
        positions=positions,
        questions=questions,
        closed=query.closed,
        not_counted=_not_counted(found, query.subject),
        caution=_caution(row, ballot, found, positions, closed=query.closed),
        ignored=tuple(sorted(set(positions) - set(electors))),
        weak=_weak(snapshot, (row.clause, forum.clause, *found.clauses)),
        outcome=found,
        explanation=tuple(explain(found, names)),
        levers=search.changes,
        levers_searched_up_to=search.searched_up_to,
        names=names,
    )


def _spread(said: Mapping[str, Position], electors: tuple[PartyId, ...], snapshot: Snapshot) -> Stated:
    """The positions with 'others' written out. Refuses a party that the charter does not have on the day."""
    check_parties(snapshot, set(said) - {OTHERS})
    named = {party: position for party, position in said.items() if party != OTHERS}
    if OTHERS in said:
        named |= {party: said[OTHERS] for party in electors if party not in named}
    return named


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
