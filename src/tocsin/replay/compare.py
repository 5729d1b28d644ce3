"""What was computed beside what is recorded: the mark of each step, and the differences in words.

This is the only module of a replay that reads `recorded`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from tocsin.replay.bearing import changes_standing, decision, has_procedure, makes, rests_on
from tocsin.replay.case import CaseEvent, Recorded, Step
from tocsin.replay.computing import Made
from tocsin.replay.result import Line, Mark
from tocsin.replay.steps import KINDS
from tocsin.replay.times import span, when
from tocsin.replay.translate import expanded
from tocsin.terms import PartyId, instant

PARTY_FIELDS = ("bound", "not_bound", "blockers")
TIME_FIELDS = ("deadline", "effective")


class Inference(NamedTuple):
    """A field that a case's author inferred."""

    number: int
    do: str
    field: str

    def __str__(self) -> str:
        return f"{self.field} of step {self.number}"


class Comparison:
    """The comparison of a run, step by step: it remembers what rests on inferred facts."""

    def __init__(self, seat: tzinfo, events: Iterable[CaseEvent] = ()) -> None:
        self.seat, self.events = seat, {event.id: event for event in events}
        self._inferred: dict[str, list[Inference]] = {}
        """Procedure to the inferred facts stated in it."""
        self._electorate: dict[str, list[Inference]] = {}
        """Procedure to the inferred facts behind its law: who decides, and whether it may be tabled."""
        self._behind_things: dict[str, list[Inference]] = {}
        """What later steps rest on (see `bearing`) to the inferred facts behind it; a decision among them."""
        self._membership: list[Inference] = []
        """The inferred facts behind changes of membership, however old: who is a member bears on every electorate."""

    def line(self, step: Step, number: int, made: Made) -> Line:
        """The step as it goes into the report."""
        behind = list(dict.fromkeys(self._behind(step, made)))
        inferred = (*step.inferred, *(str(one) for one in behind))
        differences = tuple(self._differences(step, made))
        missing = (*made.missing, *_unset(step, made))
        mark = _mark(step, made, differences, bool(inferred))
        self._note(step, number, made, behind)
        at, latest = _when(step, self.seat)
        return Line(
            number=number,
            at=at,
            latest=latest,
            do=step.do,
            by=step.by,
            procedure=step.procedure if has_procedure(step) else "",
            says=step.says,
            source=step.source,
            source_class=step.class_,
            conflict=step.conflict,
            inferred=inferred,
            mark=mark,
            computed=made.computed,
            recorded=tuple(_shown(step.recorded)) if step.recorded else (),
            differences=differences if mark == "differs" else (),
            missing=missing if mark != "differs" else (),
            why=made.why,
            clauses=made.clauses,
            weak=made.weak,
            sides=made.sides,
            decision=step.do == "request" or (KINDS[step.do].decides and bool(made.electors)),
            facts=made.facts,
        )

    def _behind(self, step: Step, made: Made) -> Iterator[Inference]:
        """The inferred facts of earlier steps that the result rests on."""
        if step.do == "note":
            return
        events = [self.events[name] for name in (step.event, *step.rival_events) if name in self.events]
        for thing in (*rests_on(step, events), *made.leans):
            if thing != decision(step.procedure):
                yield from self._behind_things.get(thing, ())
        if step.do in ("ratify", "amend charter") or "standing changed" in made.facts:
            yield from self._membership
        if KINDS[step.do].rests or made.computed.result == "broken":
            yield from self._behind_verdict(step, made)

    def _behind_verdict(self, step: Step, made: Made) -> Iterator[Inference]:
        """Those of its own procedure."""
        if decision(step.procedure) in self._behind_things:
            yield from self._behind_things[decision(step.procedure)]
            return
        by_silence = KINDS[step.do].decides and step.do != "close" and made.computed.result != "broken"
        yield from self._electorate.get(step.procedure, ())
        for one in self._inferred.get(step.procedure, ()):
            if by_silence or one.do != "deliver":
                yield one

    def _note(self, step: Step, number: int, made: Made, behind: list[Inference]) -> None:
        """Remember what the step lets later ones rest on."""
        own = [Inference(number, step.do, field) for field in step.inferred]
        if made.computed.result != "refused":
            for thing in makes(step):
                self._note_thing(step, thing, [*behind, *own])
            if changes_standing(step):
                self._membership += [*behind, *own]
        if step.do == "outage":
            for so_far in self._inferred.values():
                so_far.extend(own)
        if has_procedure(step):
            self._note_procedure(step, made, behind, own)

    def _note_thing(self, step: Step, thing: str, reasons: list[Inference]) -> None:
        so_far = self._behind_things.get(thing)
        if thing.startswith("host ") and step.do != "withdraw consent":
            # A request or a consent that rests on nothing inferred is enough by itself.
            self._behind_things[thing] = reasons if so_far != [] else []
        else:
            self._behind_things[thing] = [*(so_far or ()), *reasons]

    def _note_procedure(self, step: Step, made: Made, behind: list[Inference], own: list[Inference]) -> None:
        if step.do in ("table", "change forum"):
            opened = step.procedure if step.do == "table" else step.new_procedure
            self._electorate[opened] = [*self._membership, *(behind if step.do == "table" else ())]
        so_far = self._inferred.setdefault(step.procedure, [])
        if step.do == "amend text":  # positions on the earlier version have lapsed
            so_far[:] = [one for one in so_far if one.do != "positions"]
        so_far += own
        if KINDS[step.do].decides and made.computed.result in ("adopted", "blocked", "escalated"):
            self._behind_things.setdefault(decision(step.procedure), [*behind, *own])
        if step.do == "change forum":  # what was tabled goes along, positions stay behind
            moved = [one for one in so_far if one.do in ("table", "amend text", "change forum")]
            self._inferred.setdefault(step.new_procedure, []).extend(moved)

    def _differences(self, step: Step, made: Made) -> Iterator[str]:
        """Where what is recorded is not what was computed, field by field."""
        says_result = step.recorded is not None and step.recorded.result
        if made.computed.result == "refused" and not says_result:
            yield f"the sources record that it happened; the charter refuses it: {made.refusal or made.why[-1]}"
        if step.recorded is None:
            return
        for field, value in _given(step.recorded):
            computed = getattr(made.computed, field)
            if field not in made.unset and not self._same(field, value, computed, step.recorded, made):
                latest = getattr(made.computed, f"{field}_latest", "")
                said = f"{computed} to {latest}" if latest else _text(computed) or "nothing"
                yield f"{field}: computed {said}, recorded {_text(value)}"

    def _same(self, field: str, recorded: object, computed: object, step: Recorded, made: Made) -> bool:
        if field == "not_bound":
            # Also a party that had no vote, such as one without a seat in the organ, may be recorded as not bound.
            bound = made.computed.bound
            return bound is not None and not set(_parties(field, step, made)) & set(bound)
        if field in PARTY_FIELDS and isinstance(recorded, tuple):
            return computed is not None and set(_parties(field, step, made)) == set(_tuple(computed))
        if field in TIME_FIELDS:
            stated = span(str(recorded), self.seat)
            at = instant(str(computed)) if computed else None
            latest = getattr(made.computed, f"{field}_latest")
            return at is not None and stated.first <= (instant(latest) if latest else at) and at <= stated.last
        if field == "status":
            return _same_status(str(recorded).split(", "), str(computed).split(", "))
        if field == "result" and recorded == "accepted" and computed == "silence runs":
            return True
        return recorded == computed


def _same_status(recorded: list[str], computed: list[str]) -> bool:
    """Whether what is recorded is true and leaves out nothing that is laid over a status, such as suspended."""
    held, overlays = set(computed), set(computed[1:])
    return bool(computed[0]) and set(recorded) <= held and overlays <= set(recorded)


def _unset(step: Step, made: Made) -> tuple[str, ...]:
    """What the charter leaves unset, where a time is recorded that would follow from it."""
    given = dict(_given(step.recorded)) if step.recorded else {}
    return tuple(said for field, said in made.unset.items() if field in given)


def _mark(step: Step, made: Made, differences: tuple[str, ...], is_inferred: bool) -> Mark:
    recorded = step.recorded
    if made.missing and not _says_so_itself(step, made):
        return "open"
    if differences:
        return "differs"
    if _unset(step, made):
        return "open"
    has_verdict = KINDS[step.do].decides
    if not made.computed.result or (has_verdict and (recorded is None or not any(_given(recorded)))):
        return "noted"
    return "consistent" if is_inferred else "agrees"


def _says_so_itself(step: Step, made: Made) -> bool:
    """Whether what is recorded is that very openness: positions not yet stated, or a duty that nobody could judge."""
    if step.recorded is None or step.unknown:
        return False
    is_unjudged = step.recorded.duty == made.computed.duty == "undetermined"
    return is_unjudged or (made.is_pending and step.recorded.result == "open")


def _when(step: Step, seat: tzinfo) -> tuple[str, str]:
    """The first and the last time of the step, as text; a time known to the hour ends an hour later."""
    stated = when(step.at)
    if step.latest or not isinstance(stated, datetime):
        return step.at, step.latest or ""
    if step.precision == "day":
        return stated.astimezone(seat).date().isoformat(), ""
    later = (stated + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    return step.at, later if step.precision == "hour" else ""


def _given(recorded: Recorded) -> Iterator[tuple[str, object]]:
    """The fields that are given, with their values."""
    for field in Recorded.__struct_fields__:
        value = getattr(recorded, field)
        if value is not None and value != "":
            yield field, value


def _shown(recorded: Recorded) -> Iterator[tuple[str, str]]:
    for field, value in _given(recorded):
        yield field, _text(value)


def _parties(field: str, recorded: Recorded, made: Made) -> list[PartyId]:
    """The parties of a recorded list; 'others' are the electors that neither it nor its counterpart names."""
    own: tuple[str, ...] = getattr(recorded, field) or ()
    counterpart = {"bound": recorded.not_bound, "not_bound": recorded.bound}.get(field) or ()
    return expanded(own, (*own, *counterpart), made.electors)


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value) or "nobody"
    return "" if value is None else str(value)
