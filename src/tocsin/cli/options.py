"""Options that several commands share, read and refused in one place."""

from datetime import date
from typing import Annotated

import typer

AS_JSON = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
READINGS = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="NAME",
        help="Answer a contested question of law this way. May be repeated. 'charter show' lists the readings.",
    ),
]
ON = Annotated[
    str,
    typer.Option(
        "--on", metavar="DATE", help="The day to ask about, such as 2010-06-12. Without it: the event's, or today."
    ),
]
KNOWN = Annotated[
    str,
    typer.Option(
        "--known",
        metavar="DATE",
        help="Use only what could be known on this day; later discoveries are left out. Without it: all that is known.",
    ),
]
CHARTER = Annotated[
    str,
    typer.Argument(
        metavar="CHARTER", help="Name of a charter ('charter list' shows them), or the path of your own .toml file."
    ),
]


def day(text: str, option: str, default: date | None = None) -> date | None:
    """The day an option names; the default for none. Refuses anything else."""
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day; write it as 2026-01-31.", param_hint=option) from None


def day_or(text: str, option: str, default: date) -> date:
    """The same where there always is a day."""
    return day(text, option) or default
