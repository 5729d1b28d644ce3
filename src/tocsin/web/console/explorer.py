"""What the law asks when something is said to have happened: duties triggered, excluded, awaiting, by reading."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, field

from tocsin.charter.changes import structs_of
from tocsin.charter.duties import DutyAnswer, DutyStatus, Finding
from tocsin.charter.duties import duties as judge
from tocsin.charter.files.disk import resource_names
from tocsin.charter.model import Area, Duty
from tocsin.charter.predicates import Event, Predicate
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.duties import ORDER, DutiesAnswer, answer_of, worst
from tocsin.errors import Malformed, NotFound
from tocsin.replay.load import load_event
from tocsin.terms import EventKind, EventObject, Region, is_party_id
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console.charter import DayQuery, Short, by_file, day_of, day_values, snapshot_of
from tocsin.web.console.worked_out import WorkedOut, key_of
from tocsin.web.shell import page

YesNo = Literal["", "yes", "no"]
Codes = Annotated[str, Meta(max_length=400)]
_YES = {"yes": True, "no": False}
_kept = WorkedOut(16)


class EventQuery(DayQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happened: a shipped example by its name, or what the form says of it."""

    event: Short = ""
    own: Literal["", "yes"] = ""
    """Whether the fields below say what happened."""
    kind: Literal["", EventKind] = ""
    victim: Short = ""
    attacker: Short = ""
    external: YesNo = ""
    object: Literal["", EventObject] = ""
    territory_of: Short = ""
    region: Literal["", Region] = ""
    asked: YesNo = ""
    """Whether somebody asked for help: nobody did, or those named, or it is not known."""
    requested_by: Codes = ""
    overwhelmed: YesNo = ""
    fact: dict[Short, YesNo] = field(default_factory=dict)


class Told(Struct, frozen=True):
    """Findings that say the same, with the readings under which they do."""

    finding: Finding
    readings: tuple[str, ...]


class DutyTold(Struct, frozen=True):
    """One duty, its findings put together."""

    duty: DutyAnswer
    told: tuple[Told, ...]
    is_aside: bool
    """Whether it hangs on further facts alone, of which the event says nothing."""


async def show(call: Call) -> Reply:
    """The event as a form, and what the charter asks."""
    query: EventQuery = call.query
    law, snapshot = call.view.law, snapshot_of(call, query)
    event = _event(query)
    answer, on = None, snapshot.on
    if event is not None:
        on = day_of(query.on, "on", event.on) or snapshot.on
        chosen = tuple(sorted(snapshot.readings)) or None
        answer = answer_of(judge(law.charter, event, on, snapshot.known, chosen), law.charter, chosen or ())
    return page(
        call,
        "console/charter_duties",
        **day_values(call, query, snapshot),
        q=query,
        examples=resource_names("examples"),
        event=event,
        on=on,
        answer=answer,
        groups=_groups(answer) if answer is not None else {},
        kinds=get_args(EventKind),
        objects=get_args(EventObject),
        regions=get_args(Region),
        facts=facts_asked(by_file(law.charter, snapshot)),
        people=[(party, law.name(party)) for party in sorted(snapshot.standings)],
    )


# ---- the event


def _event(query: EventQuery) -> Event | None:
    """What is said to have happened; none where nothing is. Raises NotFound for an example that does not ship."""
    if query.own:
        return _own_event(query)
    if not query.event:
        return None
    names = resource_names("examples")
    if query.event not in names:  # never a path: what is asked for comes from outside
        raise NotFound("event", query.event, names)
    return load_event(query.event)


def _own_event(query: EventQuery) -> Event:
    asked = tuple(part.strip().upper() for part in query.requested_by.replace(";", ",").split(",") if part.strip())
    for name, party in (("victim", query.victim), *(("requested_by", one) for one in asked)):
        if party and not is_party_id(party):
            accepted = "codes such as POL, with commas"
            raise Malformed(f"'{name}' names no party.", field=name, found=party[:40], accepted=accepted)
    return Event(
        kind=query.kind or None,
        victim=query.victim,
        attacker=query.attacker,
        external=_YES.get(query.external),
        object=query.object or None,
        territory_of=query.territory_of,
        region=query.region or None,
        requested_by=asked or (() if query.asked == "no" else None),
        overwhelmed=_YES.get(query.overwhelmed),
        facts={name: _YES[said] for name, said in query.fact.items() if said},
    )


def facts_asked(snapshot: Snapshot) -> tuple[str, ...]:
    """The further facts that the charter's conditions ask for on the day."""
    return _kept.get(("facts", *key_of(snapshot)), lambda: tuple(sorted(set(_facts_in(snapshot)))))


def _facts_in(snapshot: Snapshot) -> Iterator[str]:
    for row in structs_of(snapshot).values():
        if isinstance(row, Duty):
            for condition in (row.when, *(part.if_ for part in row.unless)):
                yield from _facts_of(condition)
        elif isinstance(row, Area):
            yield from _facts_of(row.where)


def _facts_of(condition: Predicate | None) -> Iterator[str]:
    if condition is None:
        return
    if condition.fact:
        yield condition.fact
    for part in (*condition.all, *condition.any, condition.not_):
        yield from _facts_of(part)


# ---- the answer


def _groups(answer: DutiesAnswer) -> dict[DutyStatus, list[DutyTold]]:
    """The duties by the status they are listed under, what asks most first."""
    found: dict[DutyStatus, list[DutyTold]] = {}
    for status in ORDER:
        rows = [one for one in answer.report.answers if worst(one) == status]
        if rows:
            found[status] = [DutyTold(one, _told(one), one.duty in answer.aside) for one in rows]
    return found


def _told(duty: DutyAnswer) -> tuple[Told, ...]:
    """Findings that say the same stand once, with all the readings under which they hold."""
    same: dict[Any, list[Finding]] = {}
    for one in duty.findings:
        key = (one.status, one.why, one.clause, one.missing, one.awaiting, one.organ, one.rule, one.bearers)
        same.setdefault(key, []).append(one)
    return tuple(
        Told(rows[0], tuple(" + ".join(one.readings) for one in rows if one.readings)) for rows in same.values()
    )


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/charter/duties", show, "What the charter asks when something happens", query=EventQuery),
)
