"""What a case must get right in the order of its steps: time runs forward, and what is named was there before."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.structure import suggestion
from tocsin.replay.case import Case, Step
from tocsin.replay.steps import KINDS
from tocsin.replay.times import between, when

MAY_STAND_ALONE = ("deadline", "accede", "suspend", "reinstate", "expel")
"""Kinds of step that rest on a procedure only where they name one."""

NAMED_AGAIN = {
    "withdraw pledge": ("pledge", "pledge", ""),
    "attest package": ("package", "force package", "report it in an earlier 'package' step"),
    "renew mandate": ("mandate", "mandate", "record it in an earlier 'mandate' step"),
    "end deployment": ("deploy", "deployment", ""),
}
"""Kinds of step that name what an earlier one made: that one's kind, what it made in words, and what to do."""


def order_mistakes(case: Case, raw: Mapping[str, Any], seat: tzinfo) -> Iterator[Mistake]:
    """Steps whose time contradicts their order, and names used before the step that makes them."""
    yield from _times(case, seat)
    so_far = _SoFar()
    for index, (step, given) in enumerate(zip(case.step, raw["step"], strict=True)):
        yield from so_far.names(step, "procedure" in given, ("step", index))
        so_far.note(step, index)


def _times(case: Case, seat: tzinfo) -> Iterator[Mistake]:
    earliest, latest = None, 0
    for index, step in enumerate(case.step):
        path = ("step", index)
        if step.precision in ("hour", "minute") and not isinstance(when(step.at), datetime):
            found = f"{step.at} is a day, and its precision is given as '{step.precision}'"
            yield Mistake((*path, "precision"), found, "'day', or a time in 'at'")
            continue
        span = between(step.at, step.latest, seat, step.precision)
        if span.last < span.first:
            yield Mistake((*path, "latest"), f"{step.latest} lies before {step.at}", "a later date or time")
            continue
        if earliest is not None and span.last < earliest:
            found = f"this step is over before step {latest + 1}, which stands before it, can have begun"
            yield Mistake(
                (*path, "at"), found, "", "steps stand in the order in which they happened: move or redate one"
            )
            continue
        if earliest is None or span.first > earliest:
            earliest, latest = span.first, index


class _SoFar:
    """What the steps up to here have named."""

    def __init__(self) -> None:
        self.procedures: dict[str, int] = {}
        self.lines: list[str] = []
        self.made: dict[str, list[str]] = {do: [] for do in ("pledge", "package", "mandate", "deploy", "amend charter")}

    def names(self, step: Step, is_named: bool, path: Path) -> Iterator[Mistake]:
        """Mistakes in the names one step uses; `is_named` tells whether it names its procedure itself."""
        if step.do == "table":
            yield from self._new(step.procedure, (*path, "procedure"))
        elif "procedure" in KINDS[step.do].fields and (is_named or step.do not in MAY_STAND_ALONE):
            fix = "table the text first, or name another procedure"
            yield from _missing(step.procedure, list(self.procedures), "procedure", (*path, "procedure"), fix)
        if step.do == "change forum" and step.new_procedure:
            yield from self._new(step.new_procedure, (*path, "new_procedure"))
        for at, line in _lines_of(step, path):
            yield from _missing(line, self.lines, "requirement line", at, "add it in an earlier 'require' step")
        if step.do in NAMED_AGAIN and step.name:
            maker, kind, fix = NAMED_AGAIN[step.do]
            yield from _missing(step.name, self.made[maker], kind, (*path, "name"), fix)
        if step.do == "ratify":
            yield from self._ratified(step.what, (*path, "what"))

    def note(self, step: Step, index: int) -> None:
        """Remember what the step makes."""
        if step.do == "table":
            self.procedures.setdefault(step.procedure, index)
        if step.do == "change forum":
            self.procedures.setdefault(step.new_procedure, index)
        if step.do == "require":
            self.lines = [line.id for line in step.lines]
        if step.do in self.made:
            self.made[step.do].append(step.name)

    def _new(self, name: str, path: Path) -> Iterator[Mistake]:
        if name in self.procedures:
            found = f"step {self.procedures[name] + 1} opened a procedure '{name}' already"
            yield Mistake(path, found, "another name", "steps on one text share a name; each text has its own")

    def _ratified(self, what: str, path: Path) -> Iterator[Mistake]:
        kind, _, name = what.partition("/")
        if kind == "amendment" and name:
            yield from _missing(
                name, self.made["amend charter"], "amendment", path, "add an 'amend charter' step before"
            )
        elif kind != "accession" or not name:
            yield Mistake(path, f"'{what}' is nothing that can be ratified", "'accession/PARTY' or 'amendment/NAME'")


def _lines_of(step: Step, path: Path) -> Iterator[tuple[Path, str]]:
    if step.do == "pledge" and step.line:
        yield (*path, "line"), step.line
    yield from (((*path, "totals", line), line) for line in step.totals)


def _missing(name: str, known: list[str], kind: str, path: Path, fix: str) -> Iterator[Mistake]:
    if name not in known:
        found = f"no step before this one has made the {kind} '{name}'"
        yield Mistake(path, found, ", ".join(known) or "none so far", suggestion(name, known) or fix)
