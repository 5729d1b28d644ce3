"""The command line as a user meets it, run inside the test's own process."""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import msgspec
from typer.testing import CliRunner

from tocsin.cli.app import app
from tocsin.cli.session import Session

TODAY = date(2026, 1, 15)


def never(_: float) -> None:
    raise AssertionError("nothing asked for a pause")


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # whatever the command answers
        return msgspec.json.decode(self.out)

    @property
    def flat(self) -> str:
        """The text with every run of white space as one space, so that a test does not hang on line breaks."""
        return " ".join(self.out.split())


def tocsin(*words: str, sleep: Callable[[float], None] = never, **env: str) -> Done:
    """Run a command on 15 January 2026, in a pipe of 100 columns."""
    runner = CliRunner(env={"COLUMNS": None, "NO_COLOR": None, "FORCE_COLOR": None, **env})
    session = Session(today=lambda: TODAY, sleep=sleep)
    done = runner.invoke(app, list(words), obj=session, catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)
