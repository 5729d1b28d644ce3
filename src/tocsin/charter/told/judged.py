"""What a forum makes of the positions asked about, and what each reading not chosen would make of them."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.forum import Unset, ballot_for, choose_forum, electors_of, open_forums, unset_outcome
from tocsin.charter.model import Forum
from tocsin.charter.rules.ballot import Ballot, names_in
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.query import OTHERS, Query, Stated, Weights
from tocsin.charter.told.words import rule_words
from tocsin.terms import PartyId, Position, SourceClass, Verdict


class Judged(Struct, frozen=True):
    """The verdict of a forum on one day, under one choice of readings."""

    ballot: Ballot | Unset
    electors: tuple[PartyId, ...] | None
    """None where the sources do not say who they are"""
    positions: Stated
    questions: dict[str, Stated]
    found: Outcome


class Contested(Struct, frozen=True, kw_only=True):
    """What a reading that was not chosen makes of the same positions."""

    reading: str
    question: str
    says: str
    clause: str
    source_class: SourceClass
    rule_in_words: str
    verdict: Verdict
    bound: tuple[PartyId, ...]
    blockers: tuple[PartyId, ...]


def judge(snapshot: Snapshot, forum: Forum, query: Query) -> Judged:
    """The verdict, 'others' standing for the electors of this snapshot."""
    roles = {"subject": (PartyId(query.subject),)} if query.subject else {}
    electors = electors_of(snapshot, forum, roles)
    positions = _spread(query.positions, electors or ())
    questions = {name: _spread(said, electors or ()) for name, said in query.questions.items()}
    ballot = ballot_for(snapshot, forum, roles)
    if isinstance(ballot, Unset):
        return Judged(ballot, electors, positions, questions, unset_outcome(ballot))
    if query.weights:
        ballot = replace(ballot, weights=ballot.weights | _weights(ballot, query.weights))
    found = compile_ballot(ballot).outcome(positions, questions, query.closed)
    return Judged(ballot, electors, positions, questions, found)


def _weights(ballot: Ballot, given: Weights) -> Weights:
    """The weight sets of the rule as given, where that leaves nobody without a weight; the charter's fill the gaps."""
    _, names, _ = names_in(ballot.rule)
    rows = {name: ballot.weights.get(name, {}) | given.get(name, {}) for name in names}
    return {name: row for name, row in rows.items() if set(ballot.universe) <= set(row)}


def contested(snapshot: Snapshot, forum: Forum, query: Query, base: Judged) -> tuple[Contested, ...]:
    """The readings of the day, tried one at a time, that change the verdict, whom it binds or who is in its way.

    Where the base has no verdict for want of a rule: every reading that gives one. Questions that a chosen reading
    answers are settled and not tried.
    """
    settled = {row.question for name, row in snapshot.all_readings.items() if name in snapshot.readings}
    found: list[Contested] = []
    for name, row in snapshot.all_readings.items():
        if row.question in settled:
            continue
        other = snapshot.under([name])
        same = choose_forum(open_forums(other, other.matters[query.matter]), forum.organ, forum.rule)
        there = _judged(other, same, query)
        if there is None or (isinstance(base.ballot, Ballot) and _result(there.found) == _result(base.found)):
            continue
        found.append(
            Contested(
                reading=name,
                question=row.question,
                says=row.says,
                clause=row.clause,
                source_class=snapshot.source_class(row),
                rule_in_words=rule_words(forum.rule, other.rules),
                verdict=there.found.verdict,
                bound=there.found.bound,
                blockers=there.found.blockers,
            )
        )
    return tuple(found)


def agreed(readings: Iterable[Contested]) -> bool:
    """Whether all of them come to the same."""
    return len({_result(one) for one in readings}) == 1


def _judged(snapshot: Snapshot, forum: Forum | None, query: Query) -> Judged | None:
    """None where the forum is closed under these readings, or has no rule or electors under them either."""
    if forum is None:
        return None
    there = judge(snapshot, forum, query)
    return there if isinstance(there.ballot, Ballot) else None


def _result(found: Outcome | Contested) -> tuple[Verdict, tuple[PartyId, ...], tuple[PartyId, ...]]:
    return found.verdict, found.bound, found.blockers


def _spread(said: Mapping[str, Position], electors: tuple[PartyId, ...]) -> Stated:
    """The positions with 'others' written out."""
    named = {party: position for party, position in said.items() if party != OTHERS}
    if OTHERS in said:
        named |= {party: said[OTHERS] for party in electors if party not in named}
    return named
