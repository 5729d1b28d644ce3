"""`tocsin act`: any command at all, as JSON."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.cli.centre_open import BEHALF, CENTRE, SEAT, SIGN, Acting, opened, print_done, send
from tocsin.cli.options import AS_JSON

FILE = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A file with one command as JSON; '-' reads it from standard input.", show_default=False
    ),
]


def act(
    file: FILE,
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    as_json: AS_JSON = False,
) -> None:
    """Hand in any command, such as a pledge, a mandate or an accession.

    It is an object like {"do": "pledge", "case": …}; the page of commands in the reference lists them all. The id,
    the time and the actor are filled in where it has none.
    """
    command = _command(file)
    acting = Acting(seat, centre, "", on_behalf, sign, str(command.get("id", "")))
    with opened(seat, centre, on_behalf) as at:
        print_done(at, send(at, acting, command), as_json)


def _command(file: Path) -> dict[str, Any]:
    import msgspec

    from tocsin.alliance.codec import COMMAND_BYTES_MAX
    from tocsin.cli.ledger_open import read_text

    try:
        command = msgspec.json.decode(read_text(file, "FILE", COMMAND_BYTES_MAX))
    except RecursionError:
        raise typer.BadParameter(f"{file} is nested too deep.", param_hint="FILE") from None
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{file} holds no JSON: {error}.", param_hint="FILE") from None
    if not isinstance(command, dict) or not isinstance(command.get("do"), str):
        raise typer.BadParameter(f'{file} holds no command: an object with "do".', param_hint="FILE")
    return command
