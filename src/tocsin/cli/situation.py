"""`tocsin situation`, `cases` and `case`: what is happening, as your seat may know it."""

from typing import Annotated

import typer

from tocsin.cli.centre_open import CENTRE, READ_BEHALF, SEAT, opened
from tocsin.cli.options import AS_JSON

NAME = Annotated[str, typer.Argument(metavar="CASE", help="Name of the case.", show_default=False)]


def situation(*, seat: SEAT = "", centre: CENTRE = "", on_behalf: READ_BEHALF = "", as_json: AS_JSON = False) -> None:
    """Tell what is happening, what falls due, and what is asked of you."""
    from tocsin.cli import centre_words, tables

    with opened(seat, centre, on_behalf) as at:
        told = at.client.situation()
    if as_json:
        tables.print_json(told)
    else:
        centre_words.print_situation(told)


def cases(*, seat: SEAT = "", centre: CENTRE = "", on_behalf: READ_BEHALF = "", as_json: AS_JSON = False) -> None:
    """List the cases you see."""
    from tocsin.cli import centre_words, tables

    with opened(seat, centre, on_behalf) as at:
        rows = at.client.cases()
    if as_json:
        tables.print_json({"cases": rows})
    else:
        centre_words.print_cases(rows)


def case(
    name: NAME, *, seat: SEAT = "", centre: CENTRE = "", on_behalf: READ_BEHALF = "", as_json: AS_JSON = False
) -> None:
    """Show a case: warnings, requests, texts with positions and who could still change them, pledges, the account."""
    from tocsin.cli import centre_words, tables
    from tocsin.cli.centre_known import known

    with opened(seat, centre, on_behalf) as at:
        told, about = at.client.case(name), known(at.client)
    if as_json:
        tables.print_json(told)
    else:
        centre_words.print_case(told, about)
