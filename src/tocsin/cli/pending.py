"""`tocsin pending`: acts of your seat that wait for a second person."""

from typing import Annotated

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, opened, print_done, tell
from tocsin.cli.options import AS_JSON

app = typer.Typer(
    help="Confirm or drop acts that wait for a second person.", rich_markup_mode=None, no_args_is_help=True
)

ID = Annotated[str, typer.Argument(metavar="ID", help="Id of the act; 'pending list' shows it.", show_default=False)]


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List the acts of your seat that wait."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.pending()
    if as_json:
        tables.print_json({"pending": rows})
    else:
        desk_words.print_pending(rows)


@app.command()
def confirm(waiting: ID, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Confirm an act, as another person than the one who entered it. It takes effect now."""
    with opened(seat, centre) as at:
        print_done(at, at.client.confirm_pending(waiting), as_json)


@app.command()
def drop(waiting: ID, *, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """Drop an act. It never had any effect."""
    with opened(seat, centre) as at:
        answer = at.client.drop_pending(waiting)
    tell({"dropped": waiting} | answer, as_json, f"Dropped {waiting}.")
