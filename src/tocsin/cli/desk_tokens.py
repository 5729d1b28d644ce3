"""`tocsin token`: credentials of machines, each with no more than it needs."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, list_of, opened, tell
from tocsin.cli.ledger_open import say
from tocsin.cli.options import AS_JSON

app = typer.Typer(help="Tokens for machines: make, list, revoke.", rich_markup_mode=None, no_args_is_help=True)

ALL = "all"


@app.command()
def create(
    of_seat: Annotated[
        str,
        typer.Argument(metavar="[SEAT]", help="The seat: one of yours. Left out, the only one.", show_default=False),
    ] = "",
    *,
    scope: Annotated[
        str, typer.Option("--scope", metavar="LIST", help="What it may do, such as warn,read; or all that you may.")
    ] = "read",
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is for.")] = "a machine",
    days: Annotated[int, typer.Option("--days", metavar="N", help="How long it is good, at most 365 days.")] = 90,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it to this new file, for its owner alone.")
    ] = None,
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Make a token for a machine. It is shown once, or written to a file; the centre keeps only its digest."""
    from tocsin.cli import tables
    from tocsin.cli.ledger_open import new_file, write_private
    from tocsin.replay.words import time_text

    target = new_file(out, "--out") if out is not None else None
    with opened(of_seat, centre) as at:
        scopes = at.client.me()["scopes"] if scope == ALL else list_of(scope, "--scope")
        told = at.client.create_token(label, scopes, days)
    secret = str(told.pop("secret"))
    if target is not None:
        write_private(target, f"{secret}\n".encode())
        told["file"] = str(target)
    if as_json:
        tables.print_json(told if target is not None else told | {"secret": secret})
        return
    until = time_text(str(told["expires"]))
    say(f"Token {told['id']} of {at.seat}, for {', '.join(told['scopes'])}, until {until}.")
    if target is None:
        say("It is shown this once:")
        typer.echo(secret)
    else:
        say(f"Wrote it to {target}.")


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List the tokens of your seat, without their secrets."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.tokens()
    if as_json:
        tables.print_json({"tokens": rows})
    else:
        desk_words.print_tokens(rows)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="Id of the token, not its secret.", show_default=False)],
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Revoke a token, at once."""
    with opened(seat, centre) as at:
        at.client.drop_token(token)
    tell({"revoked": token}, as_json, f"Token {token} is revoked.")
