"""`tocsin warn`, and what becomes of a warning: read, acknowledged, passed on, recalled."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from tocsin.cli.centre_open import (
    BEHALF,
    BY,
    CASE,
    CENTRE,
    ID,
    READ_BEHALF,
    SEAT,
    SIGN,
    Acting,
    Open,
    act,
    list_of,
    needed,
    opened,
    party_of,
    print_done,
    send,
    text_of,
)
from tocsin.cli.options import AS_JSON, day

WARNING = Annotated[str, typer.Argument(metavar="WARNING", help="Name of the warning.", show_default=False)]
IN_CASE = Annotated[str, typer.Argument(metavar="CASE", help="The case it is in.", show_default=False)]
TO = Annotated[
    str,
    typer.Option(
        "--to", metavar="XAA,XAC", help="Who may see it: parties, groups, offices, organs. Left out, nobody but you."
    ),
]


def warn(
    *,
    text: Annotated[
        str, typer.Option("--text", metavar="TEXT", help="What you know; '-' reads it from standard input.")
    ] = "",
    to: TO = "",
    marking: Annotated[
        str, typer.Option("--marking", metavar="TLP", help="Handling by TLP 2.0, from TLP:RED to TLP:CLEAR.")
    ] = "TLP:AMBER",
    case: Annotated[
        str,
        typer.Option("--case", metavar="CASE", help="The case. Left out, a new one is opened, named as the warning."),
    ] = "",
    warning: Annotated[str, typer.Option("--name", metavar="NAME", help="Name of the warning.")] = "",
    orcon: Annotated[bool, typer.Option("--orcon", help="Nobody but you may pass it on.")] = False,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="Groups mean their members on this day, not later joiners.")
    ] = "",
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show who would see it, and why. Send nothing.")
    ] = False,
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Warn others. They see the text; no other desk does, those of the secretariat included.

    All others learn of is a salted commitment, by which it can be proven later what was said.
    """
    from tocsin.cli import centre_words, tables
    from tocsin.client.drafts import checked_text, new_id

    substance = text_of(text, "--text")
    with opened(seat, centre, on_behalf) as at:
        acting = Acting(seat, centre, by, on_behalf, sign, command_id or new_id(at.seat))
        author = on_behalf or by or at.seat
        name = warning or f"w-{acting.id.rpartition('-')[2][:8]}"
        # A case named after its author would tell everybody who sees it who warned.
        opened_as = case or f"{at.client.me()['case_prefix']}{name}"
        told: dict[str, Any] = {"case": opened_as, "warning": name, "marking": marking}
        told |= {"to": list_of(to, "--to"), "orcon": orcon} | _as_of(as_of)
        told |= {"by": by} if by else {}
        if preview:
            lines = at.client.preview(told | {"text": substance or "-"})  # who sees it does not hang on what it says
            if as_json:
                tables.print_json({"preview": lines})
            else:
                centre_words.print_preview(lines)
            return
        checked_text(substance)
        if sign:
            answer = _sealed(at, acting, author, told, substance)
        else:
            answer = at.client.warn(told | {"text": substance}, acting.id)
        print_done(at, answer, as_json)
        if not as_json:
            _tell_left_out(at, told)


def warning(
    case: IN_CASE,
    warning: WARNING,
    *,
    holders: Annotated[
        bool, typer.Option("--holders", help="For your own warning: who holds it, and who confirmed.")
    ] = False,
    seat: SEAT = "",
    centre: CENTRE = "",
    on_behalf: READ_BEHALF = "",
    as_json: AS_JSON = False,
) -> None:
    """Read a warning that is released to you. The centre records that you received it."""
    from tocsin.cli import centre_words, tables
    from tocsin.cli.centre_known import known

    with opened(seat, centre, on_behalf) as at:
        told = at.client.warning(case, warning)
        held = at.client.holders(case, warning) if holders else []
        about = known(at.client)
    if as_json:
        tables.print_json(told | ({"holders": held} if holders else {}))
    else:
        centre_words.print_warning(told, about, held)


def recall(
    case: IN_CASE,
    warning: WARNING,
    *,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Why, for those who hold it.")] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Take a warning of yours back. Who holds it is told, and must confirm; nobody new sees it."""
    told = {"case": case, "warning": warning, "why": why}
    act(Acting(seat, centre, by, on_behalf, sign, command_id), "recall warning", as_json=as_json, **told)


def ack(
    *,
    case: CASE = "",
    warning: Annotated[
        str, typer.Option("--warning", metavar="NAME", help="A warning: that you have it, or acted on its recall.")
    ] = "",
    procedure: Annotated[
        str, typer.Option("--procedure", metavar="NAME", help="A text under silence: that it has reached you.")
    ] = "",
    seat: SEAT = "",
    centre: CENTRE = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Confirm that a warning, its recall, or a text under silence has reached you."""
    needed(case, "--case", "in which case it is")
    if bool(warning) == bool(procedure):
        raise typer.BadParameter("name either a warning or a procedure.", param_hint="--warning")
    acting = Acting(seat, centre, "", on_behalf, sign, command_id)
    if warning:
        act(acting, "acknowledge warning", as_json=as_json, case=case, warning=warning)
        return
    about = {"case": case, "procedure": procedure, "party": party_of(acting)}
    act(acting, "confirm delivery", as_json=as_json, **about)


def released(*, seat: SEAT = "", centre: CENTRE = "", on_behalf: READ_BEHALF = "", as_json: AS_JSON = False) -> None:
    """List everything released to you, and why."""
    from tocsin.cli import centre_words, tables
    from tocsin.cli.centre_known import known

    with opened(seat, centre, on_behalf) as at:
        rows, about = at.client.releases(), known(at.client)
    if as_json:
        tables.print_json({"released": rows})
    else:
        centre_words.print_released(rows, about)


def _tell_left_out(at: Open, told: dict[str, Any]) -> None:
    """Say who does not see it for its marking, though it is addressed to them: TLP:RED goes to no group.

    It was handed in already, so that a look which fails is no error.
    """
    from tocsin.cli.ledger_open import warn as caution
    from tocsin.errors import ClientError

    draft, left_out = told | {"text": "-"}, dict[str, list[str]]()
    with suppress(ClientError):
        addressed = {line["seat"] for line in at.client.preview(draft | {"marking": "TLP:GREEN"}) if line["sees"]}
        for line in at.client.preview(draft):
            if line["seat"] in addressed and not line["sees"]:
                left_out.setdefault(line["why"], []).append(line["name"])
    for why, names in left_out.items():
        caution(f"Not seen by {', '.join(names)}: {why}.")


def _as_of(text: str) -> dict[str, str]:
    on = day(text, "--as-of")
    return {"as_of": on.isoformat()} if on else {}


def _sealed(at: Open, acting: Acting, author: str, told: dict[str, Any], substance: str) -> dict[str, Any]:
    """Hand in a warning whose salt and commitment are made here, so that the nation signs what it commits to."""
    from tocsin.alliance.contents import WarningContent
    from tocsin.client.drafts import commitment, new_salt
    from tocsin.errors import ClientError, Malformed
    from tocsin.web.shape import read

    fields = {"warning": told["warning"], "author": author, "substance": substance, "marking": told["marking"]}
    fields |= {"audience": told["to"], "orcon": told["orcon"], "as_of": told.get("as_of"), "salt": new_salt()}
    try:
        content: WarningContent = read(fields, WarningContent)
    except Malformed as error:
        raise ClientError(error.code, error.message, field=error.field, accepted=error.accepted) from None
    command = {"do": "report warning", "case": told["case"], "warning": content.warning}
    return send(at, acting, command | {"commitment": commitment(content)}, content)
