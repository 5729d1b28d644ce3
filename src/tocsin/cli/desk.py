"""`tocsin desk`: desks at a centre, from the invitation to a name that is erased, and signing in at one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli import desk_grants, desk_keys
from tocsin.cli.centre_open import (
    CA_FILE,
    CENTRE,
    PASSWORD_FILE,
    SEAT,
    address_of,
    asked,
    opened,
    password_of,
    tell,
)
from tocsin.cli.ledger_open import read_text, say, warn
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.cli.centre_open import Open
    from tocsin.client import Client

app = typer.Typer(
    help="Invite, approve, revoke and forget desks; enter one, sign in and out.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(desk_keys.app, name="key")
app.add_typer(desk_grants.app, name="delegation")
app.command()(desk_grants.settings)

DESK = Annotated[str, typer.Argument(metavar="DESK", help="Id of the desk; 'desk list' shows it.", show_default=False)]
NAME = Annotated[str, typer.Option("--name", metavar="NAME", help="The name you sign in with; left out, it is asked.")]


@app.command()
def invite(
    for_seat: Annotated[
        str,
        typer.Argument(metavar="FOR", help="The seat: a party, an office, an organ, secretariat.", show_default=False),
    ],
    *,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="reader, csirt, liaison, head, chair, secretariat or, in a replay, conductor.",
        ),
    ] = "liaison",
    deputy_of: Annotated[
        str, typer.Option("--deputy-of", metavar="DESK", help="The desk it stands in for, as another person.")
    ] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Invite somebody to a desk. Prints a one-time link, good for three days: hand it over by a safe way."""
    from tocsin.cli import tables
    from tocsin.replay.words import time_text

    with opened(seat, centre) as at:
        told = at.client.invite(for_seat, role, deputy_of=deputy_of)
    if as_json:
        tables.print_json(told)
        return
    until = time_text(str(told["expires"]))
    say(f"Desk {told['desk']} of {told['seat']}, role {told['role']}. The one-time link, good until {until}:")
    typer.echo(tables.plain(told["link"], keep=""))
    say("Whoever enters by it waits for your approval: tocsin desk approve")


@app.command()
def enter(
    link: Annotated[
        str, typer.Argument(metavar="[LINK]", help="The one-time link; left out or '-', it is asked or read.")
    ] = "",
    *,
    name: NAME = "",
    password_file: PASSWORD_FILE = None,
    ca_file: CA_FILE = None,
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Take up an invitation: choose a name and a password of at least 12 letters.

    Your desk then waits for its approval. The secretariat's own first desk needs none, and is signed in at once.
    """
    from tocsin.client import Client
    from tocsin.client.wire import normal_address

    said = asked("One-time link: ", "LINK") if link in ("", "-") else link
    address = normal_address(said.partition("/enter")[0]) if "://" in said else address_of(centre)
    chosen = name or asked("Name to sign in with: ", "--name")
    password = password_of(password_file, again=True)
    with Client(address, ca_file=ca_file) as client:
        told, replaced = client.enter(said, chosen, password), ""
        is_in = told.get("status") == "active"
        if is_in:
            _, replaced = _sign_in(client, chosen, password, ca_file)
    if not as_json:
        _warn_of(replaced, told["seat"])
    then = ", and you are signed in." if is_in else " once it is approved. Then: tocsin desk login"
    answer = told | {"centre": address, "signed_in": is_in, "replaced": replaced}
    tell(answer, as_json, f"Desk {told['desk']} of {told['seat']} is yours{then}")


@app.command()
def login(
    *,
    name: NAME = "",
    password_file: PASSWORD_FILE = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="Keep a machine's token in place of a person's session."),
    ] = None,
    ca_file: CA_FILE = None,
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Sign in at a centre. The password is asked or read from a file, and kept nowhere."""
    from tocsin.client import Client

    address = address_of(centre)
    with Client(address, ca_file=ca_file) as client:
        if token_file is not None:
            client.wire.secret = read_text(token_file, "--token-file", 10_000).strip()
            told = client.me()
            replaced = _keep(client, told, client.wire.secret, ca_file)
        else:
            chosen = name or asked("Name to sign in with: ", "--name")
            told, replaced = _sign_in(client, chosen, password_of(password_file), ca_file)
    shown = {key: value for key, value in told.items() if key not in ("secret", "csrf")}
    if not as_json:
        _warn_of(replaced, told["seat"])
    answer = shown | {"centre": address, "replaced": replaced}
    tell(answer, as_json, f"Signed in at {address} as {told['seat']}, desk {told['desk']}.")


@app.command()
def logout(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Sign out: the session ends at the centre, and its secret is removed here. A token is only removed here."""
    from tocsin.errors import ClientError

    ended = True
    with opened(seat, centre) as at:
        if at.desk.secret.startswith("tcs_"):
            try:
                at.client.logout()
            except ClientError as error:
                ended = error.status == 401  # it had ended already
        _let_go(at)
    said = [f"Signed out of {at.seat} at {at.address}."]
    if not ended:
        said.append("The centre could not be told: there the session ends by itself, within half a day.")
    tell({"centre": at.address, "seat": at.seat, "ended": ended}, as_json, *said)


@app.command()
def password(
    *,
    password_file: PASSWORD_FILE = None,
    new_password_file: Annotated[
        Path | None,
        typer.Option(
            "--new-password-file", metavar="FILE", help="Read the new password from the first line of FILE; else ask."
        ),
    ] = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Change your own password. All your sessions end; your tokens stay good.

    The old one is asked, or read from --password-file, and then the new one, of at least 12 letters.
    """
    if new_password_file == password_file == Path("-"):
        raise typer.BadParameter("only one of the two can be read from '-'.", param_hint="--new-password-file")
    with opened(seat, centre) as at:
        old = password_of(password_file, question="The password you have: ")
        new = password_of(new_password_file, again=True, option="--new-password-file", question="The new one: ")
        at.client.change_password(old, new)
        _let_go(at)
    said = f"Your password at {at.address} is changed, and your sessions there have ended."
    tell({"centre": at.address, "seat": at.seat}, as_json, said, "Sign in again: tocsin desk login")


@app.command()
def approve(desk: DESK, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Approve a desk that somebody entered: from now on it may act."""
    with opened(seat, centre) as at:
        told = at.client.approve(desk)
    tell(told, as_json, f"Desk {desk} is active.")


@app.command()
def revoke(
    desk: DESK,
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for the audit trail.")] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Revoke a desk, with its sessions and tokens, at once."""
    with opened(seat, centre) as at:
        told = at.client.revoke(desk, why)
    tell(told, as_json, f"Desk {desk} is revoked. Its sessions and tokens are no longer good.")


@app.command()
def forget(desk: DESK, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Erase the name of a revoked desk's person, for good. The desk's id stays, and so does what it did."""
    with opened(seat, centre) as at:
        told = at.client.forget(desk)
    tell(told, as_json, f"The name of the person of desk {desk} is erased at the centre. It stays in backups.")


@app.command()
def sso(
    desk: DESK,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT", help="What the provider knows the person as; '' to end it.", show_default=False
        ),
    ],
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Let a desk's person sign in through the centre's identity provider. Their sessions end by it."""
    with opened(seat, centre) as at:
        told = at.client.single_sign_on(desk, subject)
    said = f"Nobody signs in through the provider to desk {desk} any more."
    if told["single_sign_on"]:
        said = f"The person of desk {desk} may sign in through the provider. The centre keeps a digest of it alone."
    tell(told, as_json, said)


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List the desks there are: all of them for the secretariat, a nation's own for the head of its desks."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.desks()
    if as_json:
        tables.print_json({"desks": rows})
    else:
        desk_words.print_desks(rows)


@app.command()
def trail(
    *,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", help="At most so many, the newest first.", min=1, max=1_000)
    ] = 50,
    before: Annotated[
        int | None, typer.Option("--before", metavar="NUMBER", help="Only what has a smaller number.", min=1)
    ] = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Show what was refused, and what was done at the desks, as the centre noted it. For administrators."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.audit("" if before is None else str(before), limit)
    if as_json:
        tables.print_json({"trail": rows})
    else:
        desk_words.print_trail(rows)


def _let_go(at: "Open") -> None:
    """Keep no longer what opened that desk."""
    from tocsin.cli.centre_desks import changed

    with changed() as desks:
        desks.centres[at.address].pop(at.seat, None)
        if not desks.centres[at.address]:
            del desks.centres[at.address]


def _sign_in(client: "Client", name: str, password: str, ca_file: Path | None) -> tuple[dict[str, Any], str]:
    told = client.login(name, password)
    return told, _keep(client, told, told["secret"], ca_file)


def _warn_of(replaced: str, seat: str) -> None:
    """One home holds one desk of a seat: whoever sits at the other one is signed out here by that."""
    if replaced:
        warn(
            f"This home held desk {replaced} of {seat}, and no longer does. Two persons of one seat need a home each: "
            "TOCSIN_HOME=FOLDER tocsin …"
        )


def _keep(client: "Client", told: dict[str, Any], secret: str, ca_file: Path | None) -> str:
    """Remember how to open a desk. The id of another desk of the seat that was remembered before; mostly none."""
    from tocsin.cli.centre_desks import HeldDesk, changed

    desk = HeldDesk(
        secret=secret,
        desk=str(told.get("desk", "")),
        role=str(told.get("role", "")),
        expires=str(told.get("expires") or ""),
        ca_file=str(ca_file.absolute()) if ca_file else "",
    )
    with changed() as desks:
        desks.last = client.wire.address
        seats = desks.centres.setdefault(client.wire.address, {})
        before = seats.get(str(told["seat"]))
        seats[str(told["seat"])] = desk
    return before.desk if before is not None and before.desk != desk.desk else ""
