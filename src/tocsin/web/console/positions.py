"""Desk: one text and our position on it, or the one that somebody told us for it; and what was entered for us."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.alliance.facts import PositionStated
from tocsin.alliance.silence import break_by
from tocsin.alliance.state import Procedure
from tocsin.centre.notebook.filing import check_approved_text
from tocsin.centre.runtime import reads_as
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import Consensus, Silence
from tocsin.errors import Conflict, Malformed, NotEntitled
from tocsin.terms import PartyId, Position
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.acting import able, path
from tocsin.web.forms import ActForm, act, problem_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, texts

PATH = "/desk/position/{case}/{procedure}"
Stated = Literal["support", "object", "abstain", "qualified_abstention", "absent"]
STATED: tuple[Stated, ...] = get_args(Stated)
"""What can be said: that nothing was said is no position to state."""
HOW = ("by telephone", "in person", "in writing")
Choice = Annotated[str, Meta(max_length=80)]


class PositionForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A position, with how it reached whoever enters it for another."""

    position: Stated | Literal[""] = ""
    party: Choice = ""
    """Whose it is, where the desk may state that of several."""
    question: Annotated[str, Meta(max_length=200)] = ""
    reservation: Annotated[str, Meta(max_length=2_000)] = ""
    how: Annotated[str, Meta(max_length=40)] = ""
    who: Annotated[str, Meta(max_length=200)] = ""
    """Who told it."""
    when: Annotated[str, Meta(max_length=40)] = ""
    reasons: Annotated[str, Meta(max_length=10_000)] = ""
    """For the seat alone: they go into a draft, and are never filed."""


class WordForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What we say of a position that was entered for us."""

    position: Stated | Literal[""] = ""


class PositionQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For whom, and what is chosen when the page opens."""

    party: Choice = ""
    position: Stated | Literal[""] = ""


class Whose(Struct, frozen=True, kw_only=True):
    """A party whose position this desk may state, and as whom."""

    party: str
    name: str
    by: str
    """Itself, or the chair to whom it was told."""
    stands: Position


async def show(call: Call) -> Reply:
    """The form for a position."""
    query: PositionQuery = call.query
    return _form(call, PositionForm(csrf="", party=query.party, position=query.position))


async def state(call: Call) -> Reply:
    """What a position would bring, then file it."""
    form: PositionForm = call.body

    def again(problem: Problem) -> Reply:
        return _form(call, form, problem)

    case, row = _row(call)
    try:
        whose = _whose_of(call, row, form.party)
        note = _note(form) if whose.by != whose.party else ""
    except Malformed as problem:
        return again(problem_in(problem))
    if not form.position:
        return again(problem_in(Malformed("Choose a position.", field="position", accepted=", ".join(STATED))))
    if whose.by == reads_as(call.actor) and _wants_approval(call):
        return again(_unapproved())
    command = {
        "do": "state position",
        "case": case,
        "procedure": row.id,
        "party": whose.party,
        "by": whose.by,
        "position": form.position,
        "question": form.question.strip(),
        "reservation": form.reservation.strip(),
        "note": note,
    }
    command = {name: said for name, said in command.items() if said}
    _ = texts(call)
    title = f"{_('State the position of %s') % whose.name}{_(':')} {row.id}"
    return await act(call, command, back=path(call, "desk", anchor="said"), title=title, again=again)


def _form(call: Call, form: PositionForm, problem: Problem | None = None) -> Reply:
    case, row = _row(call)
    whose = whose_here(call, row)
    own = reads_as(call.actor)
    is_own = any(one.party == own for one in whose)
    may_draft = is_own and "position" in call.actor.scopes
    drafts = call.centre.notebook.drafts(call.actor, case=case, procedure=row.id, is_open=True) if may_draft else None
    party = form.party or next((one.party for one in whose if one.party == own), "")
    return page(
        call,
        "console/desk_position",
        here="/desk",
        problem=problem,
        p=call.view.procedure(case, row.id),
        row=row,
        whose=whose,
        own=own,
        is_own=is_own,
        positions=STATED,
        hows=HOW,
        takes_reservations=takes_reservations(row),
        questions=questions_of(row),
        breaking=_breaking(call, row, party),
        form=replace(form, party=party),
        wants_approval=is_own and _wants_approval(call),
        drafts=drafts.drafts if drafts is not None else (),
        named=call.view.law.name,
    )


async def word(call: Call) -> Reply:
    """Say whether a position that was entered for us is right."""
    form: WordForm = call.body
    case, row = _row(call)
    seat = reads_as(call.actor)

    def again(problem: Problem) -> Reply:
        return _word_form(call, form.position, problem)

    if not form.position:
        return again(problem_in(Malformed("Choose a position.", field="position", accepted=", ".join(STATED))))
    command = {
        "do": "confirm position",
        "case": case,
        "procedure": row.id,
        "party": seat,
        "by": seat,
        "position": form.position,
    }
    agrees = form.position == row.entered.get(seat)
    may = _is_approved(call, row, form.position) if agrees else row.status not in ("open", "silence")
    if not may and _wants_approval(call):
        return again(_unapproved())
    _ = texts(call)
    title = _("Confirm what was entered for us") if agrees else _("Dispute what was entered for us")
    return await act(call, command, back=path(call, "desk", anchor="said"), title=title, again=again)


async def show_word(call: Call) -> Reply:
    """The form to say otherwise."""
    return _word_form(call, "")


def _word_form(call: Call, position: str, problem: Problem | None = None) -> Reply:
    case, row = _row(call)
    seat = reads_as(call.actor)
    return page(
        call,
        "console/desk_word",
        here="/desk",
        problem=problem,
        p=call.view.procedure(case, row.id),
        row=row,
        entered=row.entered.get(seat),
        positions=STATED,
        chosen=position,
        named=call.view.law.name,
    )


def whose_here(call: Call, row: Procedure) -> tuple[Whose, ...]:
    """Whose positions on a text this desk may state: as the party, or as the chair for one that has not done so."""
    names = able(call)
    chair = next((name for name in names if name in row.chairs), "")
    found = []
    for party in row.ballot.universe:
        by = party if party in names else chair if party not in row.own else ""
        if by:
            stands = row.positions.get(party, "not_stated")
            found.append(Whose(party=party, name=call.view.law.name(party), by=by, stands=stands))
    return tuple(found)


def _breaking(call: Call, row: Procedure, party: str) -> tuple[Stated, ...]:
    """The positions of a party that would break the silence now, by the law that decides it."""
    if row.status != "silence" or not party:
        return ()
    now, case = call.view.now, call.params["case"]

    def breaks(said: Stated) -> bool:
        stated = PositionStated(at=now, case=case, procedure=row.id, party=PartyId(party), position=said, by=party)
        return bool(break_by(row, stated))

    return tuple(said for said in STATED if breaks(said))


def takes_reservations(row: Procedure) -> bool:
    """Whether a supporter may attach a reservation."""
    return any(isinstance(rule, Consensus | Silence) and rule.reservations for rule in walk(row.ballot.rule))


def questions_of(row: Procedure) -> tuple[str, ...]:
    """Questions beside the text that the rule asks, or that were put."""
    asked = [question for rule in walk(row.ballot.rule) if (question := getattr(rule, "question", ""))]
    return tuple(dict.fromkeys((*asked, *row.questions)))


def _row(call: Call) -> tuple[str, Procedure]:
    """The case and the text. NotFound where the seat sees none."""
    case, name = call.params["case"], call.params["procedure"]
    call.view.procedure(case, name)
    return case, call.view.case_state(case).procedures[name]


def _whose_of(call: Call, row: Procedure, party: str) -> Whose:
    found = whose_here(call, row)
    one = next((one for one in found if party in (one.party, "") and (party or len(found) == 1)), None)
    if one is None:
        accepted = ", ".join(one.party for one in found) or "none here"
        raise Malformed("It does not say whose position it is.", field="party", found=party, accepted=accepted)
    return one


def _note(form: PositionForm) -> str:
    """How a position reached whoever enters it: who told it, how and when. Raises Malformed for what is missing."""
    if not form.who.strip() or not form.when.strip():
        raise Malformed(
            "What somebody told you needs the name of who told it, and when.",
            field="who" if not form.who.strip() else "when",
            fix="Say who called, and at what time in UTC.",
        )
    how = form.how if form.how in HOW else HOW[0]
    return f"{how}, {form.who.strip()}, {form.when.strip()}"


def _unapproved() -> Problem:
    """Where the capital approves, only what it approved is filed."""
    says = "Your seat files nothing that the capital has not approved."
    return problem_in(NotEntitled("not approved", says, fix="Save a draft, and ask for its approval."))


def _is_approved(call: Call, row: Procedure, position: str) -> bool:
    """Whether the capital approved a draft that says, on the text as it is, what was entered for the seat."""
    case, words = call.params["case"], row.reservations.get(reads_as(call.actor), "")
    found = call.centre.notebook.drafts(call.actor, case=case, procedure=row.id, is_open=True).drafts
    for line in found:
        said = line.content
        if line.status != "approved" or (said.position, said.question, said.reservation) != (position, "", words):
            continue
        try:
            check_approved_text(call.centre, call.actor, line)
        except Conflict:
            continue
        return True
    return False


def _wants_approval(call: Call) -> bool:
    return call.centre.notebook.settings(call.actor).approval == "capital"


ROUTES: tuple[Route, ...] = (
    page_route("GET", PATH, show, "A position", "position", query=PositionQuery),
    page_route("POST", PATH, state, "State a position", "position", body=PositionForm, query=PositionQuery),
    page_route("GET", "/desk/entered/{case}/{procedure}", show_word, "A position entered for us", "position"),
    page_route("POST", "/desk/entered/{case}/{procedure}", word, "Confirm or dispute it", "position", body=WordForm),
)
