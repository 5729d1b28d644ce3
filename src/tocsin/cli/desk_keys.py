"""`tocsin desk key`: a nation's own keys, with which it signs its commands."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, opened, tell
from tocsin.cli.ledger_open import say
from tocsin.cli.options import AS_JSON

app = typer.Typer(
    help="A nation's own signing keys: make, register, confirm.", rich_markup_mode=None, no_args_is_help=True
)

KEY = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key; 'key list' shows it.", show_default=False)]
OUT = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="The secret key's file. Left out, the seat's in your own folder."),
]


@app.command()
def make(*, file: OUT = None, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Make a key pair. The secret half stays in a file on this machine, for its owner alone."""
    from tocsin.cli import tables
    from tocsin.cli.centre_desks import key_path
    from tocsin.client.keys import make_key

    if file is None and not seat:
        with opened(seat, centre) as at:
            seat = at.seat
    path = file or key_path(seat)
    key = make_key(path)
    if as_json:
        tables.print_json({"file": str(path), "fingerprint": key.fingerprint, "public": key.public.hex()})
        return
    say(f"Made {path}. Its fingerprint, to be compared with the secretariat by telephone or in person:")
    typer.echo(key.fingerprint)
    say("Next: tocsin desk key register")


@app.command()
def register(*, file: OUT = None, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Hand the public half to the centre. It counts once the secretariat has confirmed the fingerprint."""
    from tocsin.cli import tables
    from tocsin.cli.centre_desks import key_path
    from tocsin.client.keys import read_key

    with opened(seat, centre) as at:
        key = read_key(file or key_path(at.seat))
        told = at.client.register_key(key.public)
    if as_json:
        tables.print_json(told)
        return
    say("Registered. Read its fingerprint to the secretariat, which then confirms it:")
    typer.echo(key.fingerprint)


@app.command()
def confirm(
    key: KEY,
    fingerprint: Annotated[
        str,
        typer.Argument(metavar="FINGERPRINT", help="As its owner read it to you: 32 digits.", show_default=False),
    ],
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Confirm a nation's key, as the secretariat, by the fingerprint its owner read to you."""
    with opened(seat, centre) as at:
        told = at.client.confirm_key(key, fingerprint)
    tell(told, as_json, f"Key {key} is confirmed: commands that it signed count from now on.")


@app.command()
def revoke(key: KEY, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Revoke a key. What it signed stays; what it signs from now on is not taken."""
    with opened(seat, centre) as at:
        told = at.client.revoke_key(key)
    tell(told, as_json, f"Key {key} is revoked.")


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List the keys registered: a nation's own; all of them for the secretariat."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.party_keys()
    if as_json:
        tables.print_json({"keys": rows})
    else:
        desk_words.print_keys(rows)
