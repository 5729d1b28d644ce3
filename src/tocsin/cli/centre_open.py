"""What the commands of a centre share: which centre, which desk, how an act is sent, and what is asked of a person."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tocsin.errors import ClientError

if TYPE_CHECKING:
    from tocsin.alliance.contents import WarningContent
    from tocsin.cli.centre_desks import HeldDesk
    from tocsin.client import Client
    from tocsin.client.keys import PartyKey

SEAT = Annotated[
    str,
    typer.Option(
        "--from",
        "--as",
        metavar="SEAT",
        help="Your desk's seat, such as XAB. Left out, it is the only one you are signed in at.",
    ),
]
CENTRE = Annotated[
    str, typer.Option("--centre", metavar="URL", help="Address of the centre. Left out, it is the one used last.")
]
CASE = Annotated[str, typer.Option("--case", metavar="CASE", help="The case. 'tocsin cases' lists those you see.")]
PROCEDURE = Annotated[str, typer.Option("--procedure", metavar="NAME", help="The procedure on one text, in the case.")]
BY = Annotated[
    str,
    typer.Option(
        "--by", metavar="ACTOR", help="Act as this office or organ of the charter. Left out, as the seat itself."
    ),
]
BEHALF = Annotated[
    str, typer.Option("--on-behalf", metavar="SEAT", help="Act under the delegation that this seat gave to yours.")
]
READ_BEHALF = Annotated[
    str, typer.Option("--on-behalf", metavar="SEAT", help="Read for this seat, which delegated that to yours.")
]
SIGN = Annotated[
    bool, typer.Option("--sign", help="Sign with your nation's own key, which 'tocsin desk key make' made.")
]
ID = Annotated[
    str,
    typer.Option(
        "--id", metavar="TEXT", help="Id of the command. The same one again does nothing twice. Left out, a random one."
    ),
]
CA_FILE = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="FILE", help="Trust this authority's certificate (PEM), and no other."),
]
PASSWORD_FILE = Annotated[
    Path | None,
    typer.Option(
        "--password-file", metavar="FILE", help="Read the password from the first line of FILE, or of '-'; else ask."
    ),
]

DEFAULT_ADDRESS = "http://127.0.0.1:8420"
TEXT_BYTES_MAX = 500_000
SIGNED_OUT = ("not signed in", "session over")
"""What a centre answers to a secret that opens nothing any more."""


class Acting(NamedTuple):
    """The options that every act has."""

    seat: str = ""
    centre: str = ""
    by: str = ""
    behalf: str = ""
    sign: bool = False
    id: str = ""


class Open(NamedTuple):
    """A centre, and the desk one sits at."""

    client: "Client"
    address: str
    seat: str
    desk: "HeldDesk"
    behalf: str = ""

    @property
    def reads_as(self) -> str:
        """The seat whose eyes one has."""
        return self.behalf or self.seat


def address_of(centre: str) -> str:
    """The address meant: the one named, the last one used, else that of a centre on this machine."""
    from tocsin.cli.centre_desks import held
    from tocsin.client.wire import normal_address

    return normal_address(centre or held().last or DEFAULT_ADDRESS)


@contextmanager
def opened(seat: str = "", centre: str = "", behalf: str = "") -> Iterator[Open]:
    """The centre with the desk of that seat. Leaves with 2 where nobody is signed in there."""
    from tocsin.cli.centre_desks import held
    from tocsin.client import Client

    address = address_of(centre)
    desks = held().centres.get(address, {})
    if not desks:
        where = f" --centre {address}" if centre else ""
        raise ClientError(
            "not signed in", f"You are signed in at no desk of {address}.", fix=f"Sign in: tocsin desk login{where}"
        )
    chosen = seat or (next(iter(desks)) if len(desks) == 1 else "")
    if not chosen:
        raise typer.BadParameter(f"say which of your seats it is: {', '.join(sorted(desks))}", param_hint="--from")
    if chosen not in desks:
        seats = ", ".join(sorted(desks))
        raise typer.BadParameter(
            f"you are not signed in as {chosen} at {address}, but as {seats}. Sign in: tocsin desk login",
            param_hint="--from",
        )
    desk = desks[chosen]
    with Client(address, desk.secret, ca_file=desk.ca_file or None, on_behalf=behalf) as client:
        try:
            yield Open(client, address, chosen, desk, behalf)
        except ClientError as error:
            if error.code not in SIGNED_OUT:
                raise
            raise ClientError(
                error.code, error.message, status=error.status, fix="Sign in: tocsin desk login"
            ) from None


def act(acting: Acting, do: str, *, as_json: bool, **fields: object) -> None:
    """Hand in a command, wait until it is durable, and print what came of it. What is empty or None is left out."""
    with opened(acting.seat, acting.centre, acting.behalf) as at:
        told = {name: value for name, value in fields.items() if value not in ("", None, ())}
        print_done(at, send(at, acting, {"do": do, **told}), as_json)


def party_of(acting: Acting) -> str:
    """The party that an act is of: the seat acted for, else one's own."""
    if acting.behalf:
        return acting.behalf
    with opened(acting.seat, acting.centre) as at:
        return at.seat


def send(at: Open, acting: Acting, command: dict[str, Any], content: "WarningContent | None" = None) -> dict[str, Any]:
    """The answer to a command, whose id, actor and signature come from the options."""
    from tocsin.client.drafts import new_id

    command = {"id": acting.id or new_id(at.seat)} | command
    if acting.by:
        command["by"] = acting.by
    if acting.sign:
        at.client.key = key_of(at.reads_as)
        command = {"by": at.reads_as, "at": now_at(at.client)} | command
    return at.client.submit(command, content)


def print_done(at: Open, answer: dict[str, Any], as_json: bool) -> None:
    """What came of an act. Leaves with 1 where it was recorded and came to nothing."""
    from tocsin.cli import centre_words
    from tocsin.cli.centre_known import known
    from tocsin.cli.tables import print_json

    if as_json:
        print_json(answer)
    else:
        centre_words.print_answer(answer, known(at.client))
    if not centre_words.has_effect(answer):
        raise typer.Exit(1)


def tell(answer: object, as_json: bool, *said: str) -> None:
    """An answer as JSON for programs, or as sentences for people."""
    from tocsin.cli.ledger_open import say
    from tocsin.cli.tables import print_json

    if as_json:
        print_json(answer)
        return
    for sentence in said:
        say(sentence)


def now_at(client: "Client") -> int:
    """The present instant as the centre has it: a replay's own time, where it runs one. Microseconds UTC."""
    from tocsin.terms import instant

    return instant(str(client.situation()["now"]))


def key_of(seat: str) -> "PartyKey":
    """The nation's own key. Raises ClientError where there is none."""
    from tocsin.cli.centre_desks import key_path
    from tocsin.client.keys import read_key

    return read_key(key_path(seat))


def instant_of(text: str, option: str) -> int | None:
    """Microseconds UTC of a time that an option gives; None for none. Leaves with 2 for what is no time."""
    from tocsin.errors import TermError
    from tocsin.terms import instant

    if not text:
        return None
    try:
        return instant(text)
    except TermError as error:
        raise typer.BadParameter(f"{error}.", param_hint=option) from None


def needed(value: str, option: str, what: str) -> str:
    """The value of an option that must be given. Leaves with 2 where it is not."""
    if not value.strip():
        raise typer.BadParameter(f"say {what}.", param_hint=option)
    return value


def list_of(text: str, option: str) -> list[str]:
    """What stands between commas. Leaves with 2 where a part is empty."""
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    if not all(parts):
        raise typer.BadParameter("write names with commas between them, such as XAA,XAC.", param_hint=option)
    return parts


def text_of(text: str, option: str) -> str:
    """The text of an option; '-' reads it from standard input. Leaves with 2 where it is too long or no text."""
    from tocsin.cli.ledger_open import read_text

    return read_text(Path("-"), option, TEXT_BYTES_MAX) if text == "-" else text


def password_of(
    file: Path | None, *, again: bool = False, option: str = "--password-file", question: str = "Password: "
) -> str:
    """A password: the first line of a file, or what a person types, which is not shown. `again`: asked for twice.

    `option` is the one that names the file.
    """
    from getpass import getpass

    from tocsin.cli.ledger_open import is_asked, read_text

    if file is not None:
        return read_text(file, option, 10_000).partition("\n")[0].removesuffix("\r")
    if not is_asked():
        raise typer.BadParameter(f"nobody is here to be asked; give {option} FILE.", param_hint=option)
    said = getpass(question)
    if again and getpass("The same again: ") != said:
        raise typer.BadParameter("the two are not the same.", param_hint=option)
    return said


def asked(question: str, option: str) -> str:
    """What a person answers. Leaves with 2 where nobody is there."""
    from tocsin.cli.ledger_open import is_asked

    if not is_asked():
        raise typer.BadParameter(f"nobody is here to be asked; give {option}.", param_hint=option)
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
