"""`tocsin contact`: whom your seat wants called out. And `tocsin erase`: a warning's substance, destroyed."""

from typing import Annotated, Any

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, opened, tell
from tocsin.cli.ledger_open import confirmed, say
from tocsin.cli.options import AS_JSON

app = typer.Typer(
    help="Whom to call out when something waits at the centre.", rich_markup_mode=None, no_args_is_help=True
)

CONTACT = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the contact; 'contact list' shows it.", show_default=False)
]


@app.command()
def add(
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS", help="An e-mail address, or the https address to post to.", show_default=False
        ),
    ],
    *,
    rung: Annotated[int, typer.Option("--rung", metavar="N", help="1 is told at once, 2 after rung 1, and so on.")] = 1,
    wait: Annotated[
        int, typer.Option("--wait", metavar="MINUTES", help="Then the next rung is told, if nobody acknowledged.")
    ] = 15,
    clearance: Annotated[
        str,
        typer.Option(
            "--clearance",
            metavar="MARKING",
            help="Highest marking it may be told of; what is at stake in a case counts as TLP:AMBER.",
        ),
    ] = "TLP:CLEAR",
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What you call it, such as 'night desk'.")] = "",
    office: Annotated[
        str, typer.Option("--office", metavar="SEAT", help="For an office or organ; administrators only.")
    ] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Have somebody called out. Unless you clear them for more they are told only that something waits.

    Rung 1 is told at once; each further rung when the wait before it is over and nobody of your seat has confirmed.
    """
    from tocsin.cli import tables

    body: dict[str, Any] = {
        "channel": "webhook" if "://" in address else "mail",
        "address": address,
        "rung": rung,
        "wait_minutes": wait,
        "clearance": clearance,
        "label": label,
        "seat": office,
    }
    with opened(seat, centre) as at:
        told = at.client.add_contact(body)
    if as_json:
        tables.print_json(told)
        return
    line = told["contact"]
    say(f"Contact {line['id']} of {line['seat']}, rung {line['rung']}, is told up to {line['told_up_to']}.")
    if told["secret"]:
        say("What is posted is signed with this secret, shown this once:")
        typer.echo(told["secret"])
    say(f"Try it: tocsin contact check {line['id']}")


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List your seat's contacts, and what went wrong with each last. Administrators see those of all seats."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.contacts()
    if as_json:
        tables.print_json({"contacts": rows})
    else:
        desk_words.print_contacts(rows)


@app.command()
def check(contact: CONTACT, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Send a contact a message that says it is a check. Leaves with 1 where it does not get through."""
    with opened(seat, centre) as at:
        told = at.client.check_contact(contact)
    said = "It got through." if told["is_through"] else f"It did not get through: {told['why']}"
    tell(told | {"contact": contact}, as_json, said)
    raise typer.Exit(0 if told["is_through"] else 1)


@app.command()
def remove(contact: CONTACT, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Forget a contact. Nobody is told there any more."""
    with opened(seat, centre) as at:
        at.client.drop_contact(contact)
    tell({"removed": contact}, as_json, f"Contact {contact} is forgotten.")


def erase(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case.", show_default=False)],
    warning: Annotated[str, typer.Argument(metavar="WARNING", help="Name of the warning.", show_default=False)],
    *,
    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="WHY",
            help="'asked for by its author', 'the law asks for it', 'it holds personal data' or "
            "'it was handed in by mistake': the ledger says it in public.",
            show_default=False,
        ),
    ],
    decided_by: Annotated[
        str,
        typer.Option("--decided-by", metavar="WHO", help="'its author' or 'the secretariat'.", show_default=False),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Destroy the substance of a warning, for good. For administrators, on a decision.

    The act stays, and so does every proof of it; the ledger says for ever that a content was destroyed. Have it
    recalled first, so that those who hold it are told. Backups and readers' own copies are not reached.
    """
    from tocsin.cli import tables

    if not yes:
        what = tables.plain(f"'{warning}' in '{case}'", keep="")
        first = "It does not reach backups, exports and what its readers kept."
        confirmed(f"Destroy the substance of {what} for good?", first=first, otherwise="Nothing was destroyed.")
    with opened(seat, centre) as at:
        told = at.client.erase_warning(case, warning, reason, decided_by)
    said = f"The substance of '{warning}' is destroyed. Entry {told['note']} of the ledger says so."
    tell(told, as_json, said, f"Not reached: {told['not_reached']}")
