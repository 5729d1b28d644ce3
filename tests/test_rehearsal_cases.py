"""Every recorded case through a centre, each command foreseen first: what is foreseen is what comes, and it is said."""

from importlib import resources

import pytest

from tests.centre_world import desk, run
from tocsin.alliance.codec import encode_command, encode_content
from tocsin.alliance.commands import Command, Wake
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.effects import effects
from tocsin.centre.effects_words import SAYS
from tocsin.centre.model import Submission
from tocsin.centre.rehearsal import rehearse
from tocsin.centre.settings import Settings
from tocsin.centre.start import Opening, memory_centre
from tocsin.replay.load import load_case_and_charter
from tocsin.replay.run import blind, names_of
from tocsin.replay.runner import Runner

CASES = sorted(
    file.name.removesuffix(".toml") for file in resources.files("tocsin.cases").iterdir() if file.name[0] != "_"
)
CONDUCTOR = desk("secretariat", "conductor")


class Noting(Runner):
    """A run that keeps the commands it gives."""

    given: list[tuple[Command, WarningContent | None]]

    def _submit(self, command: Command, content: WarningContent | None = None) -> tuple[AnyFact, ...] | Refusal:
        self.given.append((command, content))
        return super()._submit(command, content)


def commands_of(name: str) -> tuple[Noting, list[tuple[Command, WarningContent | None]]]:
    """All that was done in a case, in its order."""
    case, charter = load_case_and_charter(name)
    readings = next(iter(case.case.rival_readings), ())
    runner = Noting(blind(case), charter, tuple(readings), names_of(case, charter))
    runner.given = []
    for number in range(1, len(case.step) + 1):
        runner.take(number)
    return runner, [pair for pair in runner.given if not isinstance(pair[0], Wake)]


@pytest.mark.parametrize("name", CASES)
def test_what_is_foreseen_in_a_recorded_case_is_what_comes(name: str) -> None:
    async def story() -> None:
        runner, given = commands_of(name)
        if not given:  # a case in which nobody did anything
            return
        clock = SimulatedClock(given[0][0].at)
        known = runner.case.case.known
        opening = Opening(charter=runner.charter, mode="replay", known=known, readings=runner.choice)
        centre = memory_centre(opening, clock, Settings(), b"s" * 32)
        await centre.start()
        try:
            for command, content in given:
                clock.set(command.at)
                data = encode_content(content) if content is not None else None
                submission = Submission(command=encode_command(command), content=data)
                foreseen = await rehearse(centre, CONDUCTOR, submission)
                told = effects(centre.view("secretariat"), foreseen)
                answer = await centre.submit(CONDUCTOR, submission)
                assert (answer.status == "refused") == (foreseen.refusal is not None), command
                if answer.status == "refused":
                    assert told == ()
                    continue
                assert answer.facts == foreseen.facts, command
                assert told, f"nothing is said of {command}"
                assert all(one.text() == SAYS[one.kind] % one.values for one in told)
        finally:
            await centre.close()

    run(story())
