"""What `outcome` tells, as one struct for the terminal and the JSON, and the reading of positions typed by hand."""

from collections.abc import Mapping
from datetime import date

import typer
from msgspec import Struct

from tocsin.charter.forum import Unset, ballot_for, choose_forum, lookup, open_forums, unset_outcome
from tocsin.charter.model import Forum
from tocsin.charter.rules.explain import explain
from tocsin.charter.rules.levers import Lever, Levers, levers
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.cli.charter_view import names_on
from tocsin.cli.law_words import rule_words
from tocsin.errors import NotFound
from tocsin.terms import POSITIONS, WEAK_CLASSES, PartyId, Position, SourceClass

OTHERS = "others"

Stated = dict[str, Position]


class Query(Struct, frozen=True, kw_only=True):
    """What was asked on the command line."""

    matter: str
    positions: Stated
    questions: dict[str, Stated]
    organ: str
    rule: str
    subject: str
    closed: bool


class OutcomeAnswer(Struct, frozen=True, kw_only=True):
    """A verdict with all that a reader needs: where, by which rule, why, whom it binds, who could change it."""

    charter: str
    charter_title: str
    charter_hash: str
    hypothetical: bool
    invented: bool
    """whether the alliance itself is invented; the positions always are"""
    on: date
    known: date | None
    readings: tuple[str, ...]
    matter: str
    title: str
    organ: str
    organ_name: str
    rule: str
    rule_in_words: str
    electors: tuple[str, ...]
    positions: Stated
    questions: dict[str, Stated]
    closed: bool
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
    forum = _forum(snapshot, query)
    roles = {"subject": (PartyId(query.subject),)} if query.subject else {}
    _known_parties(snapshot, {query.subject} - {""})
    ballot = ballot_for(snapshot, forum, roles)
    electors = () if isinstance(ballot, Unset) else ballot.universe
    positions = _spread(query.positions, electors, snapshot)
    questions = {name: _spread(said, electors, snapshot) for name, said in query.questions.items()}
    if isinstance(ballot, Unset):
        found = unset_outcome(ballot)
        search = Levers(verdict=found.verdict, changes=(), complete=False, searched_up_to=0)
    else:
        compiled = compile_ballot(ballot)
        found = compiled.outcome(positions, questions, query.closed)
        search = levers(compiled, positions, questions, query.closed)
    names = names_on(snapshot)
    return OutcomeAnswer(
        charter=charter.id,
        charter_title=charter.document.charter.title,
        charter_hash=charter.hash,
        hypothetical=True,
        invented=charter.document.charter.hypothetical,
        on=snapshot.on,
        known=snapshot.known,
        readings=tuple(sorted(snapshot.readings)),
        matter=row.id,
        title=row.title,
        organ=forum.organ,
        organ_name=names.get(forum.organ, forum.organ),
        rule=forum.rule,
        rule_in_words="unset" if forum.rule == "unset" else rule_words(forum.rule, snapshot.rules),
        electors=electors,
        positions=positions,
        questions=questions,
        closed=query.closed,
        ignored=tuple(sorted(set(positions) - set(electors))),
        weak=_weak(snapshot, (row.clause, forum.clause, *found.clauses)),
        outcome=found,
        explanation=tuple(explain(found, names)),
        levers=search.changes,
        levers_searched_up_to=search.searched_up_to,
        names=names,
    )


def parse_positions(text: str, option: str) -> Stated:
    """'XAA=support,XAB=object' as a table. Refuses anything else."""
    found: Stated = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        party, equals, said = (piece.strip() for piece in part.partition("="))
        position = next((one for one in POSITIONS if one == said.replace("-", "_")), None)
        if not equals or not party or position is None:
            accepted = ", ".join(POSITIONS)
            raise typer.BadParameter(
                f"'{part}' is no position; write PARTY=POSITION with one of {accepted}.", param_hint=option
            )
        if party in found:
            raise typer.BadParameter(f"'{party}' is named twice.", param_hint=option)
        found[party] = position
    return found


def parse_question(text: str) -> tuple[str, Stated]:
    """'format:XAA=support' as the question and its positions. Refuses anything else."""
    name, colon, said = text.partition(":")
    # A choice of rule asks questions whose names have a colon of their own, such as 'choose:majority'.
    if name == "choose":
        option, colon, said = said.partition(":")
        name = f"{name}:{option}"
    if not colon or not name:
        message = f"'{text}' is no question; write NAME:PARTY=POSITION, such as format:XAA=support."
        raise typer.BadParameter(message, param_hint="--question")
    return name, parse_positions(said, "--question")


def _forum(snapshot: Snapshot, query: Query) -> Forum:
    forums = open_forums(snapshot, snapshot.matters[query.matter])
    chosen = choose_forum(forums, query.organ, query.rule)
    if chosen is None:
        wanted = " ".join(filter(None, (query.organ, query.rule))) or query.matter
        raise NotFound(f"open forum of '{query.matter}'", wanted, [f"{forum.organ} ({forum.rule})" for forum in forums])
    return chosen


def _spread(said: Mapping[str, Position], electors: tuple[PartyId, ...], snapshot: Snapshot) -> Stated:
    """The positions with 'others' written out. Refuses a party that the charter does not have on the day."""
    _known_parties(snapshot, set(said) - {OTHERS})
    named = {party: position for party, position in said.items() if party != OTHERS}
    if OTHERS in said:
        named |= {party: said[OTHERS] for party in electors if party not in named}
    return named


def _known_parties(snapshot: Snapshot, parties: set[str]) -> None:
    for party in sorted(parties):
        if party not in snapshot.standings:
            raise NotFound(f"party of '{snapshot.charter_id}' on {snapshot.on}", party, list(snapshot.standings))


def _weak(snapshot: Snapshot, clauses: tuple[str, ...]) -> dict[str, SourceClass]:
    seen = {name: snapshot.clauses[name].class_ or "memory" for name in clauses if name in snapshot.clauses}
    return {name: how for name, how in seen.items() if how in WEAK_CLASSES}
