"""What was computed beside what is recorded: the mark of each step, and the differences in words.

This is the only module of a replay that reads `recorded`.
"""

from collections.abc import Iterator
from datetime import tzinfo
from typing import NamedTuple

from tocsin.replay.case import Recorded, Step
from tocsin.replay.computing import Made
from tocsin.replay.result import Line, Mark
from tocsin.replay.steps import KINDS
from tocsin.replay.times import span
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
    """The comparison of a run, step by step: it remembers which inferred facts each procedure rests on."""

    def __init__(self, seat: tzinfo) -> None:
        self.seat = seat
        self._inferred: dict[str, list[Inference]] = {}
        self._decided: dict[str, list[Inference]] = {}
        """Procedure to the inferred facts behind its verdict."""

    def line(self, step: Step, number: int, made: Made) -> Line:
        """The step as it goes into the report."""
        behind = self._behind(step, made)
        inferred = (*step.inferred, *(str(one) for one in behind))
        differences = tuple(self._differences(step, made))
        mark = _mark(step, made, differences, bool(inferred))
        self._note(step, number, made, behind)
        return Line(
            number=number,
            at=step.at,
            latest=step.latest or "",
            do=step.do,
            by=step.by,
            says=step.says,
            source=step.source,
            source_class=step.class_,
            conflict=step.conflict,
            inferred=inferred,
            mark=mark,
            computed=made.computed,
            recorded=tuple(_shown(step.recorded)) if step.recorded else (),
            differences=differences if mark == "differs" else (),
            missing=made.missing if mark != "differs" else (),
            why=made.why,
            clauses=made.clauses,
            weak=made.weak,
            sides=made.sides,
            decision=step.do == "request" or (KINDS[step.do].decides and bool(made.electors)),
            facts=made.facts,
        )

    def _behind(self, step: Step, made: Made) -> list[Inference]:
        """The inferred facts of earlier steps that the result rests on."""
        if not KINDS[step.do].rests and made.computed.result != "broken":
            return []
        if step.procedure in self._decided:
            return self._decided[step.procedure]
        by_silence = KINDS[step.do].decides and step.do != "close" and made.computed.result != "broken"
        behind = self._inferred.get(step.procedure, [])
        return [one for one in behind if by_silence or one.do != "deliver"]

    def _note(self, step: Step, number: int, made: Made, behind: list[Inference]) -> None:
        if "procedure" not in KINDS[step.do].fields:
            return
        so_far = self._inferred.setdefault(step.procedure, [])
        if step.do == "amend text":  # positions on the earlier version have lapsed
            so_far[:] = [one for one in so_far if one.do != "positions"]
        own = [Inference(number, step.do, field) for field in step.inferred]
        so_far += own
        if KINDS[step.do].decides and made.computed.result in ("adopted", "blocked", "escalated"):
            self._decided.setdefault(step.procedure, [*behind, *own])
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
            if not self._same(field, value, computed, step.recorded, made):
                yield f"{field}: computed {_text(computed) or 'nothing'}, recorded {_text(value)}"

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
            return at is not None and stated.first <= at <= stated.last
        if field == "status":
            return recorded == computed or recorded in str(computed).split(", ")
        return recorded == computed


def _mark(step: Step, made: Made, differences: tuple[str, ...], is_inferred: bool) -> Mark:
    recorded = step.recorded
    if made.missing and not _says_so_itself(step, made):
        return "open"
    if differences:
        return "differs"
    has_verdict = KINDS[step.do].decides
    if not made.computed.result or (has_verdict and (recorded is None or not any(_given(recorded)))):
        return "noted"
    return "consistent" if is_inferred else "agrees"


def _says_so_itself(step: Step, made: Made) -> bool:
    """Whether what is recorded is that very openness: positions not yet stated, or a duty that nobody could judge."""
    if step.recorded is None or step.unknown:
        return False
    return step.recorded.duty == "undetermined" or (made.is_pending and step.recorded.result == "open")


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
