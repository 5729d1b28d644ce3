"""One step of a case into the engine's commands. It reads what happened, never what is recorded to have come of it."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from tocsin.alliance import commands as c
from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.state import CaseState, Procedure
from tocsin.charter.predicates import Event
from tocsin.replay.case import CaseEvent, Step
from tocsin.replay.checks import OTHERS
from tocsin.replay.steps import POSITION_FIELDS
from tocsin.replay.times import Span, between, span
from tocsin.terms import Instant, PartyId

CENTRE, CLOCK, NOBODY = "centre", "clock", "nobody"
UNREPORTED = "unreported"
"""In place of the digest of a package that the case does not hold, as its report was refused."""

Fields = dict[str, Any]
"""Fields of a command, by name: each type has its own."""

Draft = tuple[type, str, Fields]
"""A command without id and time: its type, its actor and its own fields."""


class Moment(NamedTuple):
    """When a command counts, and the latest it can have been where the time is an interval."""

    at: Instant
    latest: Instant | None


class Setting(NamedTuple):
    """What a step needs to be told besides itself."""

    case: str
    number: int
    moment: Moment
    seat: tzinfo
    procedure: Procedure | None
    events: Mapping[str, CaseEvent]
    readings: tuple[str, ...] = ()
    """Those its author signs."""
    so_far: CaseState | None = None
    """The case as it stands before the step; None where nothing has opened it."""


def moment_of(step: Step, seat: tzinfo, previous: Instant, deadline: Instant | None) -> Moment:
    """The earliest instant the step can have had after the one before it.

    A `deadline` step comes at the deadline itself where that falls into the step's time or before it; an outage
    is recorded when it is over.
    """
    known = between(step.at, step.latest, seat, step.precision)
    at = max(previous, known.first)
    if step.do == "deadline" and deadline is not None and deadline <= known.last:
        at = max(at, deadline)
    if step.do == "outage" and step.end is not None:
        at = max(at, min(span(step.end, seat).first, known.last))
    return Moment(at, known.last if _is_interval(known) and known.last > at else None)


def commands_of(step: Step, setting: Setting) -> tuple[c.Command, ...]:
    """The commands of one step, in order; none for a note."""
    at, latest = setting.moment
    made = []
    for number, (kind, by, fields) in enumerate(_drafts(step, setting), 1):
        name = f"{setting.case}/{setting.number}/{number}"
        made.append(kind(id=name, at=at, at_latest=latest, by=by, **fields))
    return tuple(made)


def content_of(step: Step, case: str, number: int) -> WarningContent | None:
    """The substance of a warning. Its salt is made from case and step: good for public replays, and only there."""
    if step.do != "warn":
        return None
    return WarningContent(
        warning=step.name,
        author=PartyId(step.by),
        substance=step.text,
        marking="TLP:CLEAR",
        audience=step.to,
        salt=sha256(f"replay of {case}, step {number}".encode()).hexdigest(),
    )


def plain_event(event: CaseEvent) -> Event:
    """The account without its name."""
    return Event(**{field: getattr(event, field) for field in Event.__struct_fields__})


def expanded(names: tuple[str, ...], step_names: tuple[str, ...], electors: tuple[PartyId, ...]) -> list[PartyId]:
    """The parties in a list of a step, where 'others' are all electors that the step does not name."""
    parties: list[PartyId] = []
    for name in names:
        parties += [one for one in electors if one not in step_names] if name == OTHERS else [PartyId(name)]
    return parties


def _is_interval(known: Span) -> bool:
    """Whether it is longer than the minute to which every time of day is known."""
    return known.last - known.first >= 60_000_000


def _drafts(step: Step, setting: Setting) -> Iterator[Draft]:
    case: Fields = {"case": setting.case}
    running: Fields = {**case, "procedure": step.procedure}
    yield from _texts(step, setting, case, running)
    yield from _silence(step, setting, running)
    yield from _response(step, setting, case, running)
    yield from _membership(step, setting, running)


def _texts(step: Step, setting: Setting, case: Fields, running: Fields) -> Iterator[Draft]:
    """Warnings, requests, meetings, texts and positions."""
    match step.do:
        case "warn":
            content = content_of(step, setting.case, setting.number)
            commitment = sha256(encode_content(content)).hexdigest() if content else ""
            yield c.ReportWarning, step.by, {**case, "warning": step.name, "commitment": commitment}
        case "request":
            yield c.MakeRequest, step.by, {**case, **_request(step, setting)}
        case "no request":
            yield c.NoteNoRequest, step.by, {**case, "duty": step.duty}
        case "convene":
            yield c.Convene, step.by, {**case, "organ": step.organ}
        case "table":
            subject = {"subject": PartyId(step.subject)} if step.subject else {}
            law = {"matter": step.matter, "organ": step.organ, "readings": setting.readings}
            yield c.TableText, step.by, {**running, **law, **subject, "rule": step.rule, "text": step.text}
        case "amend text":
            yield c.AmendText, step.by, {**running, "text": step.text}
        case "withdraw text":
            yield c.WithdrawText, step.by, running
        case "positions":
            yield from _positions(step, setting, running)
        case "change forum":
            there = {"organ": step.organ, "rule": step.rule, "new_procedure": step.new_procedure}
            yield c.ChangeForum, step.by, {**running, **there}
        case "close case":
            yield c.CloseCase, step.by, {**case, "why": step.text}
        case _:
            return


def _silence(step: Step, setting: Setting, running: Fields) -> Iterator[Draft]:
    """What happens to a text under silence, and the end of a discussion or a vote."""
    procedure = setting.procedure
    chair = step.by or (procedure.organ if procedure else NOBODY)
    match step.do:
        case "open silence":
            yield c.OpenSilence, chair, {**running, "deadline": _end(step.deadline, setting.seat)}
        case "deliver":
            for receiver in expanded(step.to, step.to, procedure.ballot.universe if procedure else ()):
                yield c.ConfirmDelivery, step.by or receiver, {**running, "party": receiver}
        case "outage":
            gap = {name: span(str(getattr(step, name)), setting.seat).first for name in ("start", "end")}
            yield c.RecordOutage, step.by or CENTRE, gap
        case "deadline":
            yield c.Wake, step.by or CLOCK, {}
        case "confirm expiry":
            yield c.ConfirmExpiry, chair, running
        case "close":
            yield c.CloseProcedure, chair, running
        case _:
            return


def _response(step: Step, setting: Setting, case: Fields, running: Fields) -> Iterator[Draft]:
    """What is needed, offered, allowed, sent and reported."""
    match step.do:
        case "require":
            yield c.SetRequirement, step.by, {**running, "lines": step.lines}
        case "pledge":
            offer = {"line": step.line, "quantity": step.quantity, "caveats": step.caveats}
            party = PartyId(step.party or step.by)
            yield c.MakePledge, step.by, {**case, **offer, "pledge": step.name, "party": party}
        case "withdraw pledge":
            yield c.WithdrawPledge, step.by, {**case, "pledge": step.name}
        case "package":
            digest = step.digest or sha256(msgspec.json.encode(step.totals, order="sorted")).hexdigest()
            found = {"totals": step.totals, "digest": digest, "algorithm": "by hand"}
            yield c.ReportPackage, step.by, {**case, **found, "package": step.name}
        case "attest package":
            yield c.AttestPackage, step.by, {**case, **_finding(step, setting)}
        case "mandate" | "renew mandate":
            kind = c.RecordMandate if step.do == "mandate" else c.RenewMandate
            until = _end(step.end, setting.seat)
            yield kind, step.by, {**case, "mandate": step.name, "given_by": step.by, "until": until}
        case "consent":
            host = {"host": PartyId(step.host or step.by), "until": _end(step.end, setting.seat)}
            yield c.GiveConsent, step.by, {**case, **host}
        case "withdraw consent":
            yield c.WithdrawConsent, step.by, {**case, "host": PartyId(step.host or step.by)}
        case "deploy":
            where = {"host": PartyId(step.host)} if step.host else {}
            parties = tuple(PartyId(name) for name in step.parties)
            yield c.StartDeployment, step.by, {**running, **where, "deployment": step.name, "parties": parties}
        case "end deployment":
            yield c.EndDeployment, step.by, {**case, "deployment": step.name}
        case "report":
            for receiver in step.to:
                yield c.FileReport, step.by, {**case, "to": receiver, "of": step.text, "duty": step.duty}
        case _:
            return


def _membership(step: Step, setting: Setting, running: Fields) -> Iterator[Draft]:
    """Who joins, leaves and is suspended, and how the charter changes."""
    concerns: Fields = {"party": PartyId(step.party or step.by)}
    match step.do:
        case "accede":
            yield c.Accede, step.by, {**concerns, **(running if setting.procedure else {})}
        case "ratify":
            yield c.Ratify, step.by, {"what": step.what}
        case "give notice":
            yield c.GiveNotice, step.by, concerns
        case "revoke notice":
            yield c.RevokeNotice, step.by, concerns
        case "suspend":
            yield c.Suspend, step.by, {**running, **concerns}
        case "reinstate":
            yield c.Reinstate, step.by, {**running, **concerns}
        case "expel":
            yield c.Expel, step.by, {**running, **concerns}
        case "assert status":
            yield c.AssertStatus, step.by, {**concerns, "status": step.status}
        case "amend charter":
            yield c.Amend, step.by, {**running, "amendment": step.name}
        case _:
            return


def _request(step: Step, setting: Setting) -> Fields:
    return {
        "request": step.name or f"request-{setting.number}",
        "duty": step.duty,
        "event": plain_event(setting.events[step.event]),
        "readings": setting.readings,
    }


def _finding(step: Step, setting: Setting) -> Fields:
    """What a party found. Unless the step says otherwise, it checked the plan whose digest was reported."""
    reported = setting.so_far.packages.get(step.name) if setting.so_far else None
    digest = step.digest or (reported.digest if reported else UNREPORTED)
    return {"package": step.name, "digest": digest, "lawful": not step.rules, "rules": step.rules}


def _positions(step: Step, setting: Setting, running: Fields) -> Iterator[Draft]:
    electors = setting.procedure.ballot.universe if setting.procedure else ()
    named = tuple(name for field in POSITION_FIELDS for name in getattr(step, field))
    for position in POSITION_FIELDS:
        for party in expanded(getattr(step, position), named, electors):
            stated = {"position": position, "question": step.question, "reservation": step.reservation.get(party, "")}
            yield c.StatePosition, step.by or party, {**running, **stated, "party": party}


def _end(text: str | None, seat: tzinfo) -> Instant | None:
    """A time itself; the last instant of a day."""
    if text is None:
        return None
    known = span(text, seat)
    return known.last if len(text) == 10 else known.first
