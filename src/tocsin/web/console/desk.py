"""Desk: what is asked of us, soonest first, each with the button that answers it; and what we have said so far."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from tocsin.alliance.commands import RequirementLine
from tocsin.alliance.response import pledged_by_line
from tocsin.alliance.state import CaseState
from tocsin.centre.answers import TWO_PERSONS
from tocsin.centre.desk_model import DelegationLine
from tocsin.centre.notebook.base import HEADS
from tocsin.centre.notebook.model import DraftLine
from tocsin.centre.runtime import reads_as
from tocsin.centre.view_model import Ask, Holder, WarningLine
from tocsin.errors import Malformed
from tocsin.terms import Instant, Position
from tocsin.web import views
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.acting import able, path
from tocsin.web.forms import ActForm, act, file_at_once, problem_in
from tocsin.web.problems import Problem
from tocsin.web.shell import page, texts

Name = Annotated[str, Meta(min_length=1, max_length=80)]
CAVEATS_MAX = 20
LISTED = 100
"""Of each list of the desk, what is due first or came last; all else stands with its case."""


class AcknowledgeForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That something has been received, or a recall acted on."""

    what: Literal["text", "warning"]
    case: Name
    name: Name
    by: Annotated[str, Meta(max_length=80)] = ""


class PledgeForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A quantity towards a line."""

    case: Name
    line: Name
    pledge: Name
    """Made with the page, so that the form sent twice is one pledge."""
    quantity: Annotated[str, Meta(max_length=12)] = ""
    caveats: Annotated[str, Meta(max_length=4_000)] = ""
    """One a line."""


class UnpledgeForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A pledge that is taken back."""

    case: Name
    pledge: Name


class ExpiryForm(ActForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That a silence which ran out unconfirmed adopts the text."""

    case: Name
    name: Name
    by: Annotated[str, Meta(max_length=80)] = ""


class Asked(Struct, frozen=True, kw_only=True):
    """One thing that is asked of us: by the centre, or by a colleague who waits for the capital's word."""

    by: Instant | None
    ask: Ask | None = None
    draft: DraftLine | None = None


class Shortfall(Struct, frozen=True, kw_only=True):
    """A requirement line that lacks something."""

    case: str
    line: RequirementLine
    missing: int
    anchor: str
    pledge: str
    """A name for a pledge to it that no pledge of the case has."""


class Said(Struct, frozen=True, kw_only=True):
    """What we have said of one text."""

    case: str
    procedure: str
    text: str
    organ: str
    status: str
    position: Position
    reservation: str
    on_behalf: str
    is_running: bool


class Chaired(Struct, frozen=True, kw_only=True):
    """A text that we chair and that can still be spoken on."""

    case: str
    procedure: str
    text: str
    status: str
    deadline: Instant | None
    unheard: tuple[str, ...]
    """Electors who have not said anything."""


class Pledged(Struct, frozen=True, kw_only=True):
    """What we have offered."""

    case: str
    pledge: str
    capability: str
    quantity: int
    unit: str
    may_take_back: bool


class Warned(Struct, frozen=True, kw_only=True):
    """One of our warnings, and who has confirmed it."""

    line: WarningLine
    holders: tuple[Holder, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Those who have not confirmed what last happened to it."""
        return tuple(holder.seat for holder in self.holders if not holder.is_confirmed)


async def show(call: Call) -> Reply:
    """The desk."""
    return desk_page(call)


def desk_page(call: Call, problem: Problem | None = None, pledge: PledgeForm | None = None) -> Reply:
    """The desk, with what was wrong with a form on it."""
    view, actor = call.view, call.actor
    drafts = _drafts(call)
    lists: dict[str, Sequence[Any]] = {
        "asked": _asked(views.all_asks(call), _to_answer(call, drafts)),
        "shortfalls": tuple(_shortfalls(call)),
        "pending": [line for line in call.centre.desks.pending(actor) if line.own],
        "chaired": tuple(_chaired(call)) if "position" in actor.scopes else (),
        "said": tuple(_said(call)),
        "pledged": tuple(_pledged(call))[::-1],
        "releases": sorted(view.releases(), key=lambda row: row.at, reverse=True),
        "warned": sorted((line for line in view.warnings() if line.author == view.seat), key=_newest, reverse=True),
    }
    cut: dict[str, Any] = {name: rows[:LISTED] for name, rows in lists.items()}
    cut["warned"] = [Warned(line=line, holders=view.holders(line.case, line.warning)) for line in cut["warned"]]
    return page(
        call,
        "console/desk",
        here="/desk",
        problem=problem,
        **cut,
        more={name: max(0, len(rows) - LISTED) for name, rows in lists.items()},
        entered=_entered(call),
        pledge=pledge,
        drafts=drafts,
        is_party=view.seat in view.snapshot.standings,
        lent=tuple(_lent(call)),
        named=view.law.name,
        two_persons=TWO_PERSONS,
    )


def _asked(asks: Iterable[Ask], drafts: Iterable[DraftLine]) -> list[Asked]:
    """What has a deadline first, the soonest on top."""
    found = [Asked(by=ask.by, ask=ask) for ask in asks]
    found += [Asked(by=draft.answer_by, draft=draft) for draft in drafts]
    return sorted(found, key=lambda one: (one.by is None, one.by or 0))


def _to_answer(call: Call, drafts: Iterable[DraftLine]) -> Iterator[DraftLine]:
    """Drafts that wait for the capital's word, for whoever gives it and had no hand in them."""
    if call.actor.role in HEADS and not call.actor.on_behalf:
        yield from (draft for draft in drafts if draft.status == "awaiting instructions" and not draft.own)


def _entered(call: Call) -> dict[tuple[str, str], Position]:
    """What was entered for the seat, by case and text."""
    seat = call.view.seat
    return {
        (case.id, row.id): row.entered[seat]
        for case in call.view.seen_cases()
        for row in case.procedures.values()
        if row.on_behalf.get(seat) == "unconfirmed" and seat in row.entered
    }


def _shortfalls(call: Call) -> Iterator[Shortfall]:
    """What is still missing of what is needed, for a party that may pledge."""
    view = call.view
    if not view.snapshot.has_right(view.seat, "pledge"):
        return
    for case in (row for row in view.seen_cases() if row.closed is None and row.requirement):
        sums = pledged_by_line(case)
        for place, line in enumerate(case.requirement):
            missing = line.required - sums.get(line.id, 0)
            if missing > 0:
                name = _pledge_name(case, view.seat, line.id)
                yield Shortfall(case=case.id, line=line, missing=missing, anchor=f"need-{place}-{name}", pledge=name)


def _drafts(call: Call) -> tuple[DraftLine, ...]:
    """The seat's drafts that are not settled."""
    if "position" not in call.actor.scopes:
        return ()
    return call.centre.notebook.drafts(call.actor, is_open=True).drafts


def _said(call: Call) -> Iterator[Said]:
    """Our positions, those on running texts first."""
    view, found = call.view, list[Said]()
    for case in view.seen_cases():
        for row in case.procedures.values():
            if view.seat in row.positions:
                found.append(
                    Said(
                        case=case.id,
                        procedure=row.id,
                        text=row.text,
                        organ=row.organ,
                        status=row.status,
                        position=row.positions[view.seat],
                        reservation=row.reservations.get(view.seat, ""),
                        on_behalf=row.on_behalf.get(view.seat, ""),
                        is_running=row.status in ("open", "silence") and case.closed is None,
                    )
                )
    yield from sorted(found, key=lambda one: not one.is_running)


def _chaired(call: Call) -> Iterator[Chaired]:
    """Texts on which the chair may be told a position."""
    names = set(able(call))
    for case in call.view.seen_cases():
        for row in case.procedures.values():
            if case.closed is None and row.status in ("open", "silence") and names & set(row.chairs):
                silence = row.silence if row.status == "silence" else None
                yield Chaired(
                    case=case.id,
                    procedure=row.id,
                    text=row.text,
                    status=row.status,
                    deadline=silence.deadline if silence is not None else None,
                    unheard=tuple(party for party in row.ballot.universe if party not in row.positions),
                )


def _pledged(call: Call) -> Iterator[Pledged]:
    for case in call.view.seen_cases():
        lines = {line.id: line for line in case.requirement}
        for row in case.pledges.values():
            if row.party == call.view.seat:
                line = lines.get(row.line)
                yield Pledged(
                    case=case.id,
                    pledge=row.id,
                    capability=line.capability if line is not None else row.line,
                    quantity=row.quantity,
                    unit=line.unit if line is not None else "",
                    may_take_back=case.closed is None,
                )


def _newest(line: WarningLine) -> int:
    return line.at or 0


def _lent(call: Call) -> Iterator[DelegationLine]:
    """Delegations under which this desk may act for other seats."""
    for line in call.centre.desks.delegations(call.actor):
        if line.to == call.actor.seat and not call.actor.on_behalf:
            yield line


async def acknowledge(call: Call) -> Reply:
    """Say that a text or a warning has been received, or a recall acted on. It takes effect at once."""
    form: AcknowledgeForm = call.body
    _, seat = texts(call), reads_as(call.actor)
    back = path(call, "desk", anchor="asked")
    if form.what == "warning":
        command = {"do": "acknowledge warning", "case": form.case, "warning": form.name, "by": seat}
        return await file_at_once(call, command, back=back, title=_("Confirm the warning"))
    command = {"do": "confirm delivery", "case": form.case, "procedure": form.name, "party": seat, "by": seat}
    return await file_at_once(call, command, back=back, title=_("Confirm that you have the text"))


async def expiry(call: Call) -> Reply:
    """The chair confirms a silence that ran out unconfirmed."""
    form: ExpiryForm = call.body
    _ = texts(call)
    title = f"{_('Confirm that the text stands adopted')}{_(':')} {form.name}"
    chairs = call.view.procedure(form.case, form.name).chairs
    by = form.by or next((name for name in able(call) if name in chairs), "")
    command = {"do": "confirm expiry", "case": form.case, "procedure": form.name, "by": by}
    return await act(call, command, back=path(call, "desk"), title=title)


async def pledge(call: Call) -> Reply:
    """Offer a quantity towards a line."""
    form: PledgeForm = call.body
    title = texts(call)("Pledge towards what is needed")

    def again(problem: Problem) -> Reply:
        return desk_page(call, problem, form)

    if not (form.quantity.isascii() and form.quantity.isdecimal() and int(form.quantity)):
        accepted = "a whole number, 1 or more"
        return again(problem_in(Malformed("It does not say how many.", field="quantity", accepted=accepted)))
    seat = reads_as(call.actor)
    caveats = [line.strip() for line in form.caveats.splitlines() if line.strip()][:CAVEATS_MAX]
    command = {
        "do": "pledge",
        "case": form.case,
        "pledge": form.pledge,
        "line": form.line,
        "party": seat,
        "by": seat,
        "quantity": int(form.quantity),
        "caveats": caveats,
    }
    return await act(call, command, back=path(call, "desk", anchor="said"), title=title, again=again)


def _pledge_name(case: CaseState, seat: str, line: str) -> str:
    place = sum(row.party == seat for row in case.pledges.values()) + 1
    while (name := f"{seat}-{line}"[:70] + f"-{place}") in case.pledges:
        place += 1
    return name


async def unpledge(call: Call) -> Reply:
    """Take a pledge back."""
    form: UnpledgeForm = call.body
    command = {"do": "withdraw pledge", "case": form.case, "pledge": form.pledge, "by": reads_as(call.actor)}
    _ = texts(call)
    title = f"{_('Take the pledge back')}{_(':')} {form.pledge}"
    return await act(call, command, back=path(call, "desk", anchor="said"), title=title)


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/desk", show, "Desk", "read"),
    page_route("POST", "/desk/acknowledge", acknowledge, "Confirm what was received", "ack", body=AcknowledgeForm),
    page_route("POST", "/desk/expiry", expiry, "Confirm a silence that ran out", "chair", body=ExpiryForm),
    page_route("POST", "/desk/pledge", pledge, "Pledge", "pledge", body=PledgeForm),
    page_route("POST", "/desk/unpledge", unpledge, "Take a pledge back", "pledge", body=UnpledgeForm),
)
