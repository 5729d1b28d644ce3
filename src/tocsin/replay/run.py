"""A case put through its charter step by step, and compared with what came of it."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from tocsin.alliance import lessons
from tocsin.charter.snapshot import Charter
from tocsin.replay.case import Case
from tocsin.replay.compare import Comparison
from tocsin.replay.computing import Names
from tocsin.replay.load import charter_of, load_case_and_charter
from tocsin.replay.records import Ledger
from tocsin.replay.result import MARKS, Headline, Line, ReplayReport, Run
from tocsin.replay.runner import Runner
from tocsin.replay.times import local_day
from tocsin.states import state_name

OnLine = Callable[[Line], None]


def replay(
    case: Case | str | Path,
    *,
    readings: Iterable[str] | None = None,
    ledger: Ledger | None = None,
    on_line: OnLine | None = None,
) -> ReplayReport:
    """Replay a case: a loaded one, a file's path, or the name of a shipped one.

    `readings` chooses readings for one run; None takes the case's own choices, each in a run. `ledger` receives
    every act as it is decided, one group a step. `on_line` is called with each line once its acts are kept, so
    whatever interrupts it loses nothing. Raises NotFound, CaseError and CharterError as `load_case` does, NotFound
    for a reading the charter does not have, and what the ledger raises.
    """
    if isinstance(case, Case):
        charter = charter_of(case)
    else:
        case, charter = load_case_and_charter(case)
    choices = [tuple(readings)] if readings is not None else list(case.case.rival_readings) or [()]
    names = names_of(case, charter)
    runs = tuple(_run(case, charter, choice, names, ledger, on_line) for choice in choices)
    return report_of(case, charter, names, runs)


def report_of(case: Case, charter: Charter, names: Names, runs: tuple[Run, ...]) -> ReplayReport:
    """The report on the runs of a case."""
    about = case.case
    return ReplayReport(
        case=about.id,
        title=about.title,
        summary=about.summary,
        charter=charter.id,
        charter_title=charter.document.charter.title,
        charter_hash=charter.hash,
        hypothetical=about.hypothetical or charter.document.charter.hypothetical,
        names=dict(names),
        runs=runs,
    )


def blind(case: Case) -> Case:
    """The case without what is recorded of its steps."""
    return replace(case, step=tuple(replace(step, recorded=None) for step in case.step))


def names_of(case: Case, charter: Charter) -> dict[str, str]:
    """English names of the parties, offices and organs that the charter and the case name."""
    document = charter.document
    events = [name for event in case.event for name in (event.victim, event.attacker)]
    steps = [name for step in case.step for name in (step.by, step.party, step.host, step.subject)]
    codes = dict.fromkeys((*(row.party for row in document.membership), *events, *steps))
    names = {code: name for code in codes if (name := state_name(code))}
    names |= {party.id: party.name for party in document.party}
    names |= {organ.id: organ.name for organ in document.organ}
    return names | {office.id: office.name for office in document.office}


def _run(
    case: Case, charter: Charter, choice: tuple[str, ...], names: Names, ledger: Ledger | None, on_line: OnLine | None
) -> Run:
    runner = Runner(blind(case), charter, choice, names, ledger)
    comparison = Comparison(runner.seat, case.event)
    lines = []
    for number, step in enumerate(case.step, 1):
        line = comparison.line(step, number, runner.take(number))
        lines.append(line)
        if on_line is not None:
            on_line(line)
    return run_of(runner, lines)


def run_of(runner: Runner, lines: Sequence[Line]) -> Run:
    """A run whose steps were all taken."""
    decisions = [line for line in lines if line.decision]
    names = runner.names
    return Run(
        readings=runner.choice,
        lines=tuple(lines),
        counts={mark: sum(line.mark == mark for line in lines) for mark in MARKS},
        decisions=len(decisions),
        decisions_open=sum(line.mark == "open" for line in decisions),
        headlines=tuple(
            Headline(name=found.name, says=found.says, hours_least=found.hours_least, hours_most=found.hours_most)
            for found in lessons.headlines(runner.timed)
        ),
        account=lessons.account(runner.timed, names, lambda at: local_day(at, runner.seat).isoformat()),
    )
