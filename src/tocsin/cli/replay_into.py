"""`tocsin replay CASE --into URL`: a recorded case played through a running centre, at whose desks people may sit.

The runner asks the centre in place of the engine: it moves the centre's clock to each step, hands in the step's
commands as their actors, and folds what everybody there learns of it. The comparison is that of any replay.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from tocsin.alliance.codec import encode_command, encode_content
from tocsin.alliance.commands import Command, Wake
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.lessons import timed
from tocsin.alliance.state import EMPTY, State
from tocsin.alliance.step import due, fold
from tocsin.charter.snapshot import Charter
from tocsin.client import Client
from tocsin.client.drafts import Draft
from tocsin.errors import ClientError
from tocsin.replay.case import Case, Step
from tocsin.replay.compare import Comparison
from tocsin.replay.load import load_case_and_charter
from tocsin.replay.result import Line, ReplayReport
from tocsin.replay.run import blind, names_of, report_of, run_of
from tocsin.replay.runner import Runner
from tocsin.replay.translate import Moment
from tocsin.replay.words import gap_hours
from tocsin.terms import Instant, iso
from tocsin.web.shape import read

if TYPE_CHECKING:
    from rich.console import Console

PAUSE_SECONDS_MAX = 2.0
FEED_ITEMS = 500
TRIES_MAX = 100
TRY_SECONDS = 0.1


class CentreRunner(Runner):
    """A run whose law is a running centre's: what it decides is asked there, and read from its feed."""

    def __init__(self, case: Case, charter: Charter, centre: Client) -> None:
        told = centre.charter()
        if told["hash"] != charter.hash:
            runs = f"'{told['charter']}'" if told["charter"] != charter.id else f"another version of '{charter.id}'"
            raise typer.BadParameter(
                f"the centre runs {runs}, and the case needs '{charter.id}' as it is here. {_start_one(charter.id)}",
                param_hint="--into",
            )
        super().__init__(blind(case), charter, tuple(told.get("readings", ())), names_of(case, charter))
        self.centre, self.cursor = centre, ""
        self._durable: State = EMPTY
        """As its feed tells it; `state` is ahead of it by what this step did."""
        self._own: list[tuple[AnyFact, ...]] = []
        """What this run did and has not seen in the feed yet."""
        self._reached: Instant | None = None
        self._check_unplayed()

    def _check_unplayed(self) -> None:
        """Leaves with 2 where the case was played here before, or where its time has passed."""
        now = read(self.centre.situation()["now"], Instant, "now")
        if now > self.now:
            raise typer.BadParameter(
                f"the centre's clock stands at {iso(now)} already, and the case begins at {iso(self.now)}. "
                f"{_start_one(self.charter.id)} --start {iso(self.now)[:10]}",
                param_hint="--into",
            )
        try:
            self.centre.case(self.case.case.id)
        except ClientError as error:
            if error.status != 404:
                raise
        else:
            raise typer.BadParameter(
                f"this centre has a case '{self.case.case.id}' already. {_start_one(self.charter.id)}",
                param_hint="--into",
            )

    def _pass_deadlines(self, step: Step, moment: Moment, number: int) -> Iterator[AnyFact]:  # noqa: ARG002  # as the base
        """Move the centre's clock; its own timer passes the deadlines."""
        if step.do not in ("deadline", "outage"):
            yield from self._moved(moment.at)

    def _submit(self, command: Command, content: WarningContent | None = None) -> tuple[AnyFact, ...] | Refusal:
        passed = self._moved(command.at, command.at_latest)
        if isinstance(command, Wake):
            return passed
        data = None if content is None else encode_content(content)
        try:
            answer = self.centre.submit(Draft(id=command.id, command=encode_command(command), content=data))
        except ClientError as error:
            if not error.is_refusal:
                raise
            return Refusal(code=error.code, message=error.message, clause=error.clause, fix=error.fix)
        facts = _facts(answer)
        self._own.append(facts)
        self.state = fold(self.state, facts)
        self.timed += timed(facts, command.at, command.at_latest)
        return (*passed, *facts)

    def _moved(self, at: Instant, latest: Instant | None = None) -> tuple[AnyFact, ...]:
        """What happened at the centre until its clock stands at `at` and nothing there is due any more.

        `latest` is the latest that `at` can have been, where the case knows it as an interval.
        """
        if self._reached is not None and at <= self._reached:
            return ()
        self.centre.set_clock(at=iso(at))
        self._reached = at
        happened: list[AnyFact] = []
        for _ in range(TRIES_MAX):
            happened += self._caught_up(latest)
            waits = due(self._law(at), self.state)
            if waits is None or waits > at:
                return tuple(happened)
            self.centre.wire.sleep(TRY_SECONDS)
        raise ClientError("late", "The centre does not pass a deadline that is due. See its log.")

    def _caught_up(self, latest: Instant | None) -> Iterator[AnyFact]:
        """Read the feed to its end. What others did, the centre's own timer among them."""
        more = True
        while more:
            page = self.centre.feed(self.cursor, FEED_ITEMS)
            self.cursor, more = page["cursor"], bool(page.get("more"))
            for item in page["items"]:
                facts = _facts(item)
                self._durable = fold(self._durable, facts)
                if facts in self._own:
                    self._own.remove(facts)
                elif facts:
                    self.timed += timed(facts, read(item["at"], Instant, "at"), latest)
                    yield from facts
        self.state = self._durable


def play(
    name: str,
    centre: Client,
    *,
    speed: float | None,
    sleep: Callable[[float], None],
    console: "Console | None",
) -> ReplayReport:
    """Play a case into a centre, and print its steps as they are taken. The report is that of any replay."""
    from tocsin.cli import replay_print

    case, charter = load_case_and_charter(name)
    runner = CentreRunner(case, charter, centre)
    taken: list[Line] = []
    steps = _steps(case, runner, taken, lambda gap: _wait(gap, speed, sleep))
    if console is None:
        for _ in steps:
            pass
    else:
        begun = report_of(case, charter, runner.names, (run_of(runner, ()),))
        replay_print.print_head(console, begun)
        replay_print.print_steps(console, begun, steps, replay_print.Pace(sleep))
    report = report_of(case, charter, runner.names, (run_of(runner, taken),))
    if console is not None:
        replay_print.print_counts(console, report)
    return report


def _start_one(charter: str) -> str:
    """How to begin a centre that the case can be played into."""
    return f"Start a new one: tocsin serve --charter {charter} --mode replay --data NEW-FOLDER"


def _steps(case: Case, runner: CentreRunner, taken: list[Line], wait: Callable[[float], None]) -> Iterator[Line]:
    comparison = Comparison(runner.seat, case.event)
    for number, step in enumerate(case.step, 1):
        if taken:
            wait(gap_hours(taken[-1].at, step.at))
        line = comparison.line(step, number, runner.take(number))
        taken.append(line)
        yield line


def _wait(gap: float, speed: float | None, sleep: Callable[[float], None]) -> None:
    if speed and gap > 0:
        sleep(min(PAUSE_SECONDS_MAX, gap * 3600 / speed))


def _facts(told: dict[str, Any]) -> tuple[AnyFact, ...]:
    """Raises Malformed for a kind that this release does not know."""
    return tuple(read(fact, AnyFact) for fact in told.get("facts", ()))
