"""A request under every reading that bears on its duty, and for rival accounts; and whether the law is contested."""

from collections.abc import Iterator, Mapping
from datetime import date

from msgspec.structs import replace

from tocsin.charter.duties import duties
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Charter
from tocsin.replay.case import CaseEvent, Step
from tocsin.replay.result import Side
from tocsin.replay.translate import plain_event

SIDES_MAX = 64


def sides_of(
    step: Step, charter: Charter, events: Mapping[str, CaseEvent], on: date, known: date | None
) -> tuple[Side, ...]:
    """Nothing where there is but one answer."""
    found = [
        Side(
            readings=finding.readings,
            event=name if step.rival_events else "",
            status=finding.status,
            why=finding.why,
            clause=finding.clause,
        )
        for name in (step.event, *step.rival_events)
        for answer in duties(charter, _asked(events[name], step.by), on, known).answers
        if answer.duty == step.duty
        for finding in answer.findings
    ]
    return tuple(found[:SIDES_MAX]) if len(found) > 1 else ()


def contested(step: Step, sides: tuple[Side, ...], chosen: tuple[str, ...], charter: Charter) -> tuple[str, ...]:
    """The questions whose readings make the duty another one, where the step rests on none of them; in words."""
    readings: dict[str, list[str]] = {}
    for row in charter.document.reading:
        if row.id not in readings.setdefault(row.question, []):
            readings[row.question].append(row.id)
    named = {name for side in sides for name in side.readings}
    bearing = {question: ids for question, ids in readings.items() if named.intersection(ids)}
    own = [side for side in sides if side.event in ("", step.event)]
    left = [side for side in own if all(_may_hold(side, ids, chosen) for ids in bearing.values())]
    return tuple(
        f"which reading of '{question}' applies: {' or '.join(ids)}"
        for question, ids in bearing.items()
        if len(ids) > 1 and not set(ids) & set(chosen) and any(_turns_on(ids, left))
    )


def _may_hold(side: Side, ids: list[str], chosen: tuple[str, ...]) -> bool:
    """Whether a side is still open on a question, once some readings are chosen. A lone reading holds if chosen."""
    held, picked = set(ids) & set(side.readings), set(ids) & set(chosen)
    return held == picked if len(ids) == 1 else not picked or not held or held == picked


def _turns_on(ids: list[str], sides: list[Side]) -> Iterator[bool]:
    """For each choice on all other questions, whether this one makes a difference."""
    alike: dict[tuple[str, ...], set[str]] = {}
    for side in sides:
        if set(side.readings) & set(ids):
            others = tuple(name for name in side.readings if name not in ids)
            alike.setdefault(others, set()).add(side.status)
    yield from (len(statuses) > 1 for statuses in alike.values())


def _asked(event: CaseEvent, by: str) -> Event:
    """The account with the one who asks among those who asked, as the engine takes it."""
    plain = plain_event(event)
    return replace(plain, requested_by=tuple(dict.fromkeys((*(plain.requested_by or ()), by))))
