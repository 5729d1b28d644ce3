"""`tocsin text`: a text before an organ, from its tabling to its end."""

from typing import Annotated

import typer

from tocsin.cli.centre_open import (
    BEHALF,
    BY,
    CASE,
    CENTRE,
    ID,
    PROCEDURE,
    SEAT,
    SIGN,
    Acting,
    act,
    instant_of,
    needed,
    text_of,
)
from tocsin.cli.options import AS_JSON, READINGS

app = typer.Typer(
    help="Table a text, amend it, put it under silence, close it.", rich_markup_mode=None, no_args_is_help=True
)

TEXT = Annotated[
    str, typer.Option("--text", metavar="TEXT", help="Title or digest of the text, at most 2000 letters; '-' reads it.")
]
ORGAN = Annotated[str, typer.Option("--organ", metavar="ID", help="The organ. Left out, the matter's first.")]
RULE = Annotated[
    str, typer.Option("--rule", metavar="ID", help="The rule, where the organ may decide the matter by several.")
]
UNTIL = Annotated[
    str,
    typer.Option(
        "--until", metavar="TIME", help="The deadline, such as 2031-05-04T10:00Z. Left out, the charter's period."
    ),
]


@app.command()
def table(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    matter: Annotated[str, typer.Option("--matter", metavar="ID", help="What kind of decision it is.")] = "",
    organ: ORGAN = "",
    rule: RULE = "",
    text: TEXT = "",
    subject: Annotated[str, typer.Option("--subject", metavar="PARTY", help="The party that it concerns.")] = "",
    reading: READINGS = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Put a text before an organ. This opens a procedure, and pins the law it will be decided by."""
    needed(matter, "--matter", "what kind of decision it is")
    law = {"matter": matter, "organ": organ, "rule": rule, "subject": subject, "readings": tuple(reading or ())}
    where = _where(case, procedure) | {"text": needed(text_of(text, "--text"), "--text", "what the text is")}
    act(Acting(seat, centre, by, on_behalf, sign, command_id), "table text", as_json=as_json, **where, **law)


@app.command()
def amend(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    text: TEXT = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Put a new version before the organ. Positions on the earlier one lapse, and so does a silence."""
    where = _where(case, procedure) | {"text": needed(text_of(text, "--text"), "--text", "the new version")}
    act(Acting(seat, centre, by, on_behalf, sign, command_id), "amend text", as_json=as_json, **where)


@app.command()
def withdraw(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Take the text back. The procedure ends."""
    acting = Acting(seat, centre, by, on_behalf, sign, command_id)
    act(acting, "withdraw text", as_json=as_json, **_where(case, procedure))


@app.command()
def silence(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    until: UNTIL = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Put the text under silence: it stands adopted at the deadline unless somebody objects."""
    where = _where(case, procedure) | {"deadline": instant_of(until, "--until")}
    act(Acting(seat, centre, by, on_behalf, sign, command_id), "open silence", as_json=as_json, **where)


@app.command()
def close(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Close the discussion or the vote. The rule decides."""
    acting = Acting(seat, centre, by, on_behalf, sign, command_id)
    act(acting, "close", as_json=as_json, **_where(case, procedure))


@app.command()
def confirm(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Confirm, as its chair, that a silence which ran out unconfirmed stands as adopted."""
    acting = Acting(seat, centre, by, on_behalf, sign, command_id)
    act(acting, "confirm expiry", as_json=as_json, **_where(case, procedure))


@app.command()
def move(
    *,
    case: CASE = "",
    procedure: PROCEDURE = "main",
    organ: ORGAN = "",
    rule: RULE = "",
    new_procedure: Annotated[
        str, typer.Option("--new-procedure", metavar="NAME", help="Name of the procedure there. Left out, the organ's.")
    ] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Take the same matter and text to another organ that may decide them."""
    there = {"organ": needed(organ, "--organ", "to which organ"), "new_procedure": new_procedure or organ}
    acting = Acting(seat, centre, by, on_behalf, sign, command_id)
    act(acting, "change forum", as_json=as_json, **_where(case, procedure), **there, rule=rule)


def _where(case: str, procedure: str) -> dict[str, object]:
    return {"case": needed(case, "--case", "in which case it is"), "procedure": procedure}
