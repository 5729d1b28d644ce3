"""What if: positions entered by hand, and what a rule of the charter makes of them. Nothing here reaches the ledger."""

from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from tocsin.alliance.state import Procedure
from tocsin.charter.forum import Unset, ballot_for, electors_of, open_forums
from tocsin.charter.model import Forum, Matter
from tocsin.charter.rules.ballot import Ballot, names_in
from tocsin.charter.rules.levers import Lever
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.outcome import OutcomeAnswer, answer_of
from tocsin.charter.told.query import Query, Stated, questions_of
from tocsin.errors import NotFound
from tocsin.measures.comparison_words import rule_short
from tocsin.terms import PartyId, Position
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.charter import DayQuery, Short, day_values, snapshot_of
from tocsin.web.shell import page

Said = Literal["", "support", "object", "abstain", "qualified_abstention", "absent", "not_stated"]
Question = Annotated[str, Meta(max_length=100)]
Number = Annotated[str, Meta(max_length=12)]


class WhatIfQuery(DayQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is decided, where, and who says what."""

    matter: Short = ""
    forum: Short = ""
    """organ|rule; one that is none of the matter's: its first"""
    subject: Short = ""
    closed: Literal["", "yes"] = ""
    says: dict[Short, Said] = field(default_factory=dict)
    """elector -> position on the text"""
    weighs: dict[Question, Number] = field(default_factory=dict)
    """'set elector' -> what it is taken to weigh; what is no number: as the charter says"""
    asked: dict[Question, Said] = field(default_factory=dict)
    """'elector question' -> position on a question of its own"""
    all: Said = ""
    """Everybody says this."""
    procedure: Annotated[str, Meta(max_length=200)] = ""
    """case/procedure: a text that is before an organ, to start from and to compare with."""


class Elector(Struct, frozen=True):
    """Somebody who decides there."""

    party: PartyId
    name: str
    votes: bool


class WeightsShown(NamedTuple):
    """A set of weights that the rule counts by."""

    name: str
    unit: str
    by_charter: dict[str, int]
    """Empty where the charter has none for the day."""
    given: dict[str, int]
    """What is said to be otherwise here."""


class Set(Struct, frozen=True, kw_only=True):
    """The question as the form holds it: what is decided where, by whom."""

    matter: Matter
    forum: Forum
    forums: tuple[tuple[str, str], ...]
    """(organ|rule, in words)"""
    electors: tuple[Elector, ...]
    questions: tuple[str, ...]
    subject: str
    is_lacking_subject: bool
    closed: bool
    positions: Stated
    on_questions: dict[str, Stated]
    weights: tuple[WeightsShown, ...]


class Difference(Struct, frozen=True):
    """An elector that says another thing here than in the text before the organ."""

    name: str
    live: Position
    here: Position


async def show(call: Call) -> Reply:
    """The form, and what comes of it."""
    query: WhatIfQuery = call.query
    row = _live(call, query.procedure)
    if row is not None and not query.matter:
        query = _from_live(call, query, row)
    snapshot = snapshot_of(call, query)
    made = _set(call, snapshot, query)
    answer = _answer(call, snapshot, made) if made is not None and not made.is_lacking_subject else None
    is_same = row is not None and made is not None and (row.organ, row.rule) == (made.forum.organ, made.forum.rule)
    return page(
        call,
        "console/charter_what_if",
        **day_values(call, query, snapshot),
        q=query,
        set=made,
        answer=answer,
        alone=_alone(answer) if answer else {},
        together=_together(answer) if answer else [],
        live=call.view.procedure(*_names(query.procedure)) if row is not None else None,
        differences=_differences(row, made) if is_same and row is not None and made is not None else None,
        parties=[(party, call.view.law.name(party)) for party in sorted(snapshot.standings)],
    )


# ---- the live text it starts from


def _names(procedure: str) -> tuple[str, str]:
    case, _, name = procedure.partition("/")
    return case, name


def _live(call: Call, procedure: str) -> Procedure | None:
    """The text to start from. NotFound where there is none that the seat sees."""
    if not procedure:
        return None
    case, name = _names(procedure)
    row = call.view.case_state(case)
    if name not in row.procedures:
        raise NotFound("procedure", name, list(row.procedures))
    return row.procedures[name]


def _from_live(call: Call, query: WhatIfQuery, row: Procedure) -> WhatIfQuery:
    """The question as the text before the organ puts it today."""
    says: dict[str, Said] = {party: row.positions.get(party, "not_stated") for party in row.ballot.universe}
    asked: dict[str, Said] = {
        f"{party} {question}": position for question, said in row.questions.items() for party, position in said.items()
    }
    question_of = {one.id: one.question for one in call.view.snapshot.all_readings.values()}
    return replace(
        query,
        matter=row.matter,
        forum=f"{row.organ}|{row.rule}",
        subject=row.subject or "",
        closed="" if row.status == "open" else "yes",
        says=says,
        asked=asked,
        reading=query.reading or {question_of[one]: one for one in row.readings if one in question_of},
    )


def _differences(row: Procedure, made: Set) -> list[Difference]:
    """What each elector says here and not in the text."""
    found = []
    for elector in made.electors:
        live = row.positions.get(elector.party, "not_stated")
        here = made.positions.get(elector.party, "not_stated")
        if live != here:
            found.append(Difference(elector.name, live, here))
    return found


# ---- the question


def _set(call: Call, snapshot: Snapshot, query: WhatIfQuery) -> Set | None:
    """What the form holds; none where nothing can be decided on that day."""
    matter = snapshot.matters.get(query.matter) or next(iter(snapshot.matters.values()), None)
    forums = _forums(snapshot, matter) if matter is not None else {}
    if matter is None or not forums:
        return None
    chosen = query.forum if query.forum in forums else next(iter(forums))
    forum = forums[chosen]
    subject = query.subject if matter.subject else ""
    roles = {"subject": (PartyId(subject),)} if subject else {}
    ballot = ballot_for(snapshot, forum, roles)
    seats = electors_of(snapshot, forum, roles) or ()
    voters = snapshot.group("voters")
    electors = tuple(Elector(party, call.view.law.name(party), party in voters) for party in seats)
    questions = () if isinstance(ballot, Unset) else tuple(dict.fromkeys(questions_of(ballot.rule)))
    return Set(
        matter=matter,
        forum=forum,
        forums=tuple((value, _forum_words(call, snapshot, one)) for value, one in forums.items()),
        electors=electors,
        questions=questions,
        subject=subject,
        is_lacking_subject=matter.subject and not subject,
        closed=bool(query.closed),
        positions=_stated(electors, query.says, query.all),
        weights=() if isinstance(ballot, Unset) else tuple(_weights(snapshot, ballot, query.weighs)),
        on_questions={question: _on_question(electors, question, query.asked) for question in questions},
    )


def _forums(snapshot: Snapshot, matter: Matter) -> dict[str, Forum]:
    """organ|rule -> forum: open on the day, under some reading where none is chosen."""
    found: dict[str, Forum] = {}
    for reading in ("", *snapshot.all_readings):
        under = snapshot.under((reading,)) if reading else snapshot
        row = under.matters.get(matter.id)
        for forum in open_forums(under, row) if row is not None else ():
            found.setdefault(f"{forum.organ}|{forum.rule}", forum)
    return found


def _forum_words(call: Call, snapshot: Snapshot, forum: Forum) -> str:
    words = "rule not published" if forum.rule == "unset" else rule_short(forum.rule, snapshot.rules)
    under = f" (only under the reading {forum.reading})" if forum.reading else ""
    return f"{call.view.law.name(forum.organ)}: {words}{under}"


def _stated(electors: tuple[Elector, ...], says: dict[str, Said], everybody: Said) -> Stated:
    """What each elector says; of others nothing is kept."""
    return {one.party: everybody or says.get(one.party) or "not_stated" for one in electors}


def _on_question(electors: tuple[Elector, ...], question: str, asked: dict[str, Said]) -> Stated:
    return {one.party: asked.get(f"{one.party} {question}") or "not_stated" for one in electors}


def _weights(snapshot: Snapshot, ballot: Ballot, weighs: dict[str, str]) -> Iterator[WeightsShown]:
    _, names, _ = names_in(ballot.rule)
    for name in sorted(names):
        row = ballot.weights.get(name, {})
        by_charter: dict[str, int] = {party: row[party] for party in ballot.universe if party in row}
        said = {party: weighs.get(f"{name} {party}", "") for party in ballot.universe}
        numbers: dict[str, int] = {
            party: int(text) for party, text in said.items() if text.isascii() and text.isdecimal()
        }
        given = {party: weight for party, weight in numbers.items() if weight != by_charter.get(party)}
        unit = snapshot.weights[name].unit if name in snapshot.weights else ""
        yield WeightsShown(name, unit, by_charter, given)


# ---- the answer


def _answer(call: Call, snapshot: Snapshot, made: Set) -> OutcomeAnswer | None:
    """What comes of it; none where the forum is open only under a reading that nobody chose."""
    if made.forum not in open_forums(snapshot, made.matter):
        return None
    query = Query(
        matter=made.matter.id,
        positions={party: said for party, said in made.positions.items() if said != "not_stated"},
        questions={
            question: {party: one for party, one in said.items() if one != "not_stated"}
            for question, said in made.on_questions.items()
            if any(one != "not_stated" for one in said.values())
        },
        organ=made.forum.organ,
        rule=made.forum.rule,
        subject=made.subject,
        closed=made.closed,
        weights={one.name: one.given for one in made.weights if one.given},
    )
    return answer_of(call.view.law.charter, snapshot, query)


def _alone(answer: OutcomeAnswer) -> dict[tuple[str, str], list[str]]:
    """(verdict, position) -> those of whom each alone could bring it about by saying so."""
    found: dict[tuple[str, str], list[str]] = {}
    for lever in answer.levers:
        if _is_alone(lever):
            for party, position in lever.moves.items():
                found.setdefault((lever.verdict, position), []).append(answer.names.get(party, party))
    return found


def _together(answer: OutcomeAnswer) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(verdict, [(who, position, on which question)]) of sets that can do it only together, or on another question."""
    found = []
    for lever in answer.levers:
        if not _is_alone(lever):
            moves = [(answer.names.get(party, party), str(said), "") for party, said in lever.moves.items()]
            for question, said_there in lever.elsewhere.items():
                moves += [(answer.names.get(party, party), str(said), question) for party, said in said_there.items()]
            found.append((str(lever.verdict), moves))
    return found


def _is_alone(lever: Lever) -> bool:
    return len(lever.parties) == 1 and not lever.elsewhere


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/charter/what-if", show, "What a rule makes of positions entered by hand", query=WhatIfQuery),
)
