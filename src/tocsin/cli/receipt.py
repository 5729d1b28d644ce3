"""`tocsin receipt`: the proof that an item of your feed stands in the ledger."""

from typing import Annotated

import typer

from tocsin.cli.centre_open import CENTRE, READ_BEHALF, SEAT, opened
from tocsin.cli.options import AS_JSON


def receipt(
    cursor: Annotated[
        str, typer.Argument(metavar="CURSOR", help="The item, as 'watch' shows it, such as 1-3.", show_default=False)
    ],
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    on_behalf: READ_BEHALF = "",
    as_json: AS_JSON = False,
) -> None:
    """Print the receipt of an item of your feed: put it into a file.

    It is checked without the centre, by the key the secretariat gave you: tocsin ledger check-proof FILE --key KEY
    """
    from tocsin.cli import tables

    with opened(seat, centre, on_behalf) as at:
        proof = at.client.receipt(cursor)
    if as_json:
        tables.print_json({"cursor": cursor, "receipt": proof})
    else:
        typer.echo(tables.plain(proof), nl=False)
