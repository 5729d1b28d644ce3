"""A replay with what the engine decided in each step: the report's lines beside their facts and the state after them.

It listens where a ledger would, so the run that is watched is the run that everybody sees.
"""

from collections.abc import Sequence

from msgspec import Struct

from tocsin.alliance.codec import Act
from tocsin.alliance.facts import AnyFact
from tocsin.alliance.records import Opening, decode
from tocsin.alliance.state import EMPTY, CaseState, Procedure, State
from tocsin.alliance.step import fold
from tocsin.charter.snapshot import Charter
from tocsin.replay.case import Case, Step
from tocsin.replay.load import load_case_and_charter
from tocsin.replay.result import Line
from tocsin.replay.run import replay


class Watched(Struct, frozen=True):
    """One step of a run."""

    step: Step
    line: Line
    facts: tuple[AnyFact, ...]
    after: CaseState | None
    """The case once the step is taken; None as long as nothing has opened it."""

    def procedure(self, name: str) -> Procedure | None:
        return self.after.procedures.get(name) if self.after else None


class WatchedRun(Struct, frozen=True):
    """A case under one choice of readings; runs are numbered from 1."""

    case: Case
    charter: Charter
    hypothetical: bool
    number: int
    readings: tuple[str, ...]
    steps: tuple[Watched, ...]


def watch(path_or_name: str) -> tuple[WatchedRun, ...]:
    """Every run of a case, as `replay` makes them. Raises what `load_case` raises."""
    case, charter = load_case_and_charter(path_or_name)
    witness = _Witness(case)
    report = replay(path_or_name, ledger=witness, on_line=witness.on_line)
    return tuple(
        WatchedRun(case, charter, report.hypothetical, number, run.readings, tuple(steps))
        for number, (run, steps) in enumerate(zip(report.runs, witness.runs, strict=True), 1)
    )


class _Witness:
    """Takes a replay's records in a ledger's place, and folds them step by step."""

    def __init__(self, case: Case) -> None:
        self.runs: list[list[Watched]] = []
        self._case = case
        self._state: State = EMPTY
        self._facts: list[AnyFact] = []

    def append(self, records: Sequence[tuple[bytes, tuple[bytes, ...]]]) -> range:
        for data, _ in records:
            record = decode(data)
            if isinstance(record, Opening):
                self.runs.append([])
                self._state = EMPTY
            elif isinstance(record, Act):
                self._facts += record.facts
        return range(0)

    def on_line(self, line: Line) -> None:
        facts, self._facts = tuple(self._facts), []
        self._state = fold(self._state, facts)
        step = self._case.step[line.number - 1]
        self.runs[-1].append(Watched(step, line, facts, self._state.cases.get(self._case.case.id)))
