"""How long it can take, at worst, from a request to a meeting and to a binding decision: the times that are stated.

A way is bounded only if every time on it is stated. One that is not makes it unbounded, and the answer names it.
"""

from collections.abc import Iterator

from msgspec import Struct

from tocsin.charter.forum import open_forums
from tocsin.charter.model import Duty, Forum, Matter, Organ
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import Silence
from tocsin.charter.snapshot import Snapshot
from tocsin.measures.comparison_cells import line
from tocsin.measures.comparison_duties import duties_of
from tocsin.measures.comparison_model import Line
from tocsin.measures.comparison_words import actor, hours_at_most


class Way(Struct, frozen=True):
    """One way to a decision: hours that are stated, in words, and what is not stated; with the rows they rest on."""

    hours: int
    stated: tuple[str, ...]
    missing: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def bound(self) -> int | None:
        """Hours at worst; None: unbounded."""
        return None if self.missing else self.hours


def to_decision(snapshot: Snapshot) -> list[Line]:
    """Hours at worst from a request for help to what binds, for each duty to help; 0 where no decision is needed."""
    duties = duties_of(snapshot, "help")
    return [
        line(
            snapshot,
            (f"{duty.id}: " if len(duties) > 1 else "") + says,
            rows,
            hours=hours,
        )
        for duty in duties
        for says, rows, hours in _answers(snapshot, duty)
    ]


def _answers(snapshot: Snapshot, duty: Duty) -> Iterator[tuple[str, list[Row], int | None]]:
    matter = snapshot.matters.get(duty.decision)
    if duty.decision == "automatic" and duty.qualified_by in snapshot.organs:
        organ = snapshot.organs[duty.qualified_by]
        yield f"unbounded: no row states by when {organ.name} must find the trigger met", [duty, organ], None
    elif duty.decision == "automatic":
        but = "; who finds the trigger met is not known" if "qualified_by" in duty.unset else ""
        yield f"0 hours: owed without a decision{but}", [duty], 0
    elif matter is None:
        why = duty.unset.get("decision", "no row says who decides").rstrip(".")
        yield f"unbounded: who decides is not known: {why}", [duty], None
    else:
        ways = [way_to(snapshot, matter, forum) for forum in open_forums(snapshot, matter)]
        bounded = [way for way in ways if way.bound is not None]
        if bounded:
            best = min(bounded, key=lambda way: way.hours)
            yield f"{best.hours} hours: {' + '.join(best.stated)}", [duty, *best.rows], best.hours
        elif ways:
            first = ways[0]
            stated = f"; stated: {', '.join(first.stated)}" if first.stated else ""
            yield f"unbounded: {'; '.join(first.missing)}{stated}", [duty, *first.rows], None


def way_to(snapshot: Snapshot, matter: Matter, forum: Forum) -> Way:
    """The way through one forum: matters that must come first, the meeting, the procedure."""
    organ = snapshot.organs[forum.organ]
    hours, stated, missing = _meeting(snapshot, organ)
    rows: list[Row] = [matter, organ]
    for name in matter.needs:
        missing.append(f"'{snapshot.matters[name].title if name in snapshot.matters else name}' must come first")
    rule = snapshot.rules.get(forum.rule)
    if isinstance(rule, Silence) and rule.period:
        hours += hours_at_most(rule.period, snapshot.on)
        stated.append(f"silence of {rule.period}, opened at once")
    elif isinstance(rule, Silence):
        missing.append(f"length of the silence: {_reason(rule.unset.get('period', ''))}")
    elif rule is None:
        missing.append(f"the rule of {organ.name}: {_reason(forum.why)}")
    else:
        missing.append(f"no row states by when {organ.name} must decide")
    if rule is not None:
        rows.append(rule)
    return Way(hours, tuple(stated), tuple(missing), tuple(rows))


def to_meeting(snapshot: Snapshot) -> list[Line]:
    """Hours at worst from the call to the meeting, for every organ that decides something on the day."""
    deciding = {forum.organ for matter in snapshot.matters.values() for forum in open_forums(snapshot, matter)}
    lines = []
    for organ in snapshot.organs.values():
        if organ.id not in deciding:
            continue
        hours, _, missing = _meeting(snapshot, organ)
        callers = " or ".join(actor(snapshot, name) for name in organ.convened_by)
        number = f"{organ.convene_requesters} of: " if organ.convene_requesters > 1 else ""
        call = f" (called by {number}{callers})" if callers else ""
        if missing:
            says = f"{organ.name}{call}: unbounded: {_reason(organ.unset.get('convene_within', ''))}"
            lines.append(line(snapshot, says, [organ], kind="not known"))
        else:
            says = f"{organ.name}{call}: {organ.convene_within}"
            lines.append(line(snapshot, says, [organ], hours=hours))
    return lines


def _meeting(snapshot: Snapshot, organ: Organ) -> tuple[int, list[str], list[str]]:
    """Hours, what is stated, what is missing."""
    if organ.convene_within:
        hours = hours_at_most(organ.convene_within, snapshot.on)
        return hours, [f"{organ.name} meets within {organ.convene_within}"], []
    return 0, [], [f"time to a meeting of {organ.name}: {_reason(organ.unset.get('convene_within', ''))}"]


def _reason(why: str) -> str:
    return why.rstrip(".") or "no row states it"
