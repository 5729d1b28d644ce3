"""`tocsin position`: what a party says of a text, entered by itself or for it."""

from typing import Annotated

import typer

from tocsin.cli.centre_open import BEHALF, BY, CASE, CENTRE, ID, PROCEDURE, SEAT, SIGN, Acting, act, needed, party_of
from tocsin.cli.options import AS_JSON

POSITION = Annotated[
    str,
    typer.Argument(
        metavar="POSITION",
        help="support, object, abstain, qualified_abstention or absent. To object breaks a silence.",
        show_default=False,
    ),
]


def position(
    said: POSITION,
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    reservation: Annotated[str, typer.Option("--reservation", metavar="TEXT", help="A reservation to a support.")] = "",
    question: Annotated[
        str, typer.Option("--question", metavar="TEXT", help="The question it answers, where it is not the text.")
    ] = "",
    party: Annotated[
        str, typer.Option("--for", metavar="PARTY", help="Enter what this party told you; it confirms that later.")
    ] = "",
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="How it reached you, such as 'telephone, 14:05Z'.")
    ] = "",
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="Confirm, or contest by another position, what somebody entered for you."),
    ] = False,
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """State a party's position on a text, or break the silence it is under.

    Where somebody else entered it for the party, that is recorded, and the party is asked to confirm it with --confirm.
    """
    needed(case, "--case", "in which case it is")
    if confirm and (reservation or question or party or note):
        raise typer.BadParameter("to confirm takes the position alone.", param_hint="--confirm")
    acting = Acting(seat, centre, by, on_behalf, sign, command_id)
    where = {"case": case, "procedure": procedure, "position": said, "party": party or party_of(acting)}
    if confirm:
        act(acting, "confirm position", as_json=as_json, **where)
        return
    told = {"reservation": reservation, "question": question, "note": note}
    act(acting, "state position", as_json=as_json, **where, **told)
