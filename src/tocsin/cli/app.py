"""All commands in one tree, and what every one of them does with errors and interruptions.

Exit codes: 0 done, 1 the answer is no, 2 the input is wrong, 130 interrupted. An error is printed as text on standard
error; with --json there is also {"error": {...}} on standard output, so that a program reads one stream only.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from tocsin import __version__
from tocsin.cli import charter, contacts, desk, desk_tokens, export, facts, forces, ledger, measures, pending, text
from tocsin.cli.act import act
from tocsin.cli.clock import clock
from tocsin.cli.compare import compare
from tocsin.cli.consult import consult
from tocsin.cli.copies import backup, restore
from tocsin.cli.demo import demo
from tocsin.cli.duties import duties
from tocsin.cli.options import AS_JSON
from tocsin.cli.outcome import outcome
from tocsin.cli.party import party
from tocsin.cli.position import position
from tocsin.cli.precedents import precedents
from tocsin.cli.receipt import receipt
from tocsin.cli.replay import replay
from tocsin.cli.serve import serve
from tocsin.cli.situation import case, cases, situation
from tocsin.cli.warn import ack, recall, released, warn, warning
from tocsin.cli.watch import watch
from tocsin.errors import ClientError, InputError, NotFound, TocsinError

INTERRUPTED = 130
WRONG_INPUT = 2
REFUSED = 1

CLIENT_WORDS = ("code", "status", "field", "found", "accepted", "clause", "fix")
"""What a centre says of why it did not do something, beside the sentence."""

SECTIONS: dict[str, tuple[str, ...]] = {
    "The law": ("demo", "replay", "duties", "outcome", "compare", "party", "precedents", "charter", "facts"),
    "A centre": ("serve", "desk", "token", "contact", "backup", "restore", "erase", "clock"),
    "At your desk: see": ("situation", "cases", "case", "released", "warning", "watch", "receipt"),
    "At your desk: act": ("warn", "recall", "ack", "consult", "position", "text", "act", "pending"),
    "Forces": ("forces",),
    "Records and numbers": ("ledger", "measures", "export", "version"),
}
"""The commands as the help shows them; every one stands in one section."""


class Root(TyperGroup):
    """The top command. It turns errors into messages and exit codes, for all commands at once."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002  # typer's own, without public types
        """The commands by what they are for, each with its one line."""
        limit = formatter.width - 6 - max(map(len, self.commands))
        for heading, names in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit)) for name in names])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401  # the signature is typer's own
    ) -> Any:  # noqa: ANN401  # as above
        words = list(sys.argv[1:] if args is None else args)
        try:
            code = super().main(words, prog_name, complete_var, False, windows_expand_args, **extra)
            sys.stdout.flush()
        except (TocsinError, typer.TyperException, OSError) as error:
            _refuse(error, "--json" in words)
        except typer.Abort:  # whoever was asked has gone
            code = INTERRUPTED
        except SystemExit as left:
            if isinstance(left.__context__, BrokenPipeError):  # whoever read it went away, and 1 would be an answer
                _drop_output()
                sys.exit(WRONG_INPUT)
            raise
        if code == INTERRUPTED:
            typer.echo("\nStopped. Whatever was recorded until here is kept.", err=True)
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


def _refuse(error: Exception, as_json: bool) -> NoReturn:
    """Say what is wrong with the input, and leave with 2; or that the law says no, and leave with 1."""
    from tocsin.cli.tables import plain, print_json

    code = REFUSED if isinstance(error, ClientError) and error.is_refusal else WRONG_INPUT
    message = plain(_message(error), keep="\n\t")
    with suppress(OSError):
        typer.echo(f"{_heading(error)}{message}", err=True)
        if hint := _hint(error):
            typer.echo(hint, err=True)
    if as_json:
        problems = error.problems if isinstance(error, InputError) else ()
        known = error.known if isinstance(error, NotFound) else ()
        told = {"kind": type(error).__name__, "message": message, "problems": problems, "known": known}
        if isinstance(error, ClientError):
            told |= {name: getattr(error, name) for name in CLIENT_WORDS}
        with suppress(OSError):
            print_json({"error": told, "exit_code": code})
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()
    sys.exit(code)


def _drop_output() -> None:
    """Give up what could not be printed, so that Python does not fail at it once more on its way out."""
    with suppress(OSError):  # a test's output is no file of the system
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _message(error: Exception) -> str:
    if isinstance(error, typer.TyperException):
        return str(error.format_message())
    if isinstance(error, OSError):
        return f"{error.filename or 'what is printed, or a file'}: {(error.strerror or str(error)).lower()}"
    return str(error)


def _heading(error: Exception) -> str:
    """Located problems start with their file, so that an editor can jump there; the rest with a word."""
    if isinstance(error, ClientError) and error.is_refusal:
        return "Refused: "
    if not isinstance(error, InputError):
        return "Error: "
    count = len(error.problems)
    return f"{count} mistake{'s' if count != 1 else ''} found:\n"


def _hint(error: Exception) -> str:
    ctx = getattr(error, "ctx", None)
    return f"Try: {ctx.command_path} --help" if ctx is not None else ""


app = typer.Typer(
    cls=Root,
    name="tocsin",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def start(ctx: typer.Context) -> None:
    """Tocsin: how a collective security system decides, clause by clause.

    It reads a treaty as data, tells what the treaty asks when something happens, counts positions by its rules,
    replays real crises, and runs the centre at which nations warn, consult and decide. Start with: tocsin demo

    Exit codes: 0 done, 1 the answer is no, 2 the input is wrong, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


app.command()(demo)
app.command()(replay)
app.command()(duties)
app.command()(outcome)
app.command()(compare)
app.command()(party)
app.command()(precedents)
app.command()(serve)
app.command()(backup)
app.command()(restore)
app.command()(situation)
app.command()(cases)
app.command()(case)
app.command()(released)
app.command()(warning)
app.command()(watch)
app.command()(receipt)
app.command()(clock)
app.command()(warn)
app.command()(recall)
app.command()(ack)
app.command()(consult)
app.command()(position)
app.command()(act)
app.add_typer(desk.app, name="desk")
app.add_typer(desk_tokens.app, name="token")
app.add_typer(contacts.app, name="contact")
app.command()(contacts.erase)
app.add_typer(text.app, name="text")
app.add_typer(pending.app, name="pending")
app.add_typer(charter.app, name="charter")
app.add_typer(facts.app, name="facts")
app.add_typer(forces.app, name="forces")
app.add_typer(measures.app, name="measures")
app.add_typer(ledger.app, name="ledger")
app.add_typer(export.app, name="export")


@app.command()
def version(as_json: AS_JSON = False) -> None:
    """Print the version of Tocsin."""
    if as_json:
        from tocsin.cli.tables import print_json

        print_json({"tocsin": __version__})
    else:
        typer.echo(f"tocsin {__version__}")
