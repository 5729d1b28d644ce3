"""`tocsin desk delegation` and `desk settings`: who may act for a seat, and what it wants of its own commands."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, instant_of, list_of, needed, opened, tell
from tocsin.cli.options import AS_JSON

app = typer.Typer(help="Let another seat act for yours, for a time.", rich_markup_mode=None, no_args_is_help=True)


@app.command()
def make(
    to: Annotated[str, typer.Argument(metavar="TO", help="The seat that may act for yours.", show_default=False)],
    *,
    scope: Annotated[str, typer.Option("--scope", metavar="LIST", help="For what, such as position,ack.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until when, such as 2031-05-04.")],
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Let another seat act for yours. It does so with --on-behalf, and every record says so."""
    from tocsin.replay.words import time_text
    from tocsin.terms import Instant, iso

    at_last = Instant(instant_of(needed(until, "--until", "until when"), "--until") or 0)
    with opened(seat, centre) as at:
        told = at.client.delegate(to, list_of(scope, "--scope"), iso(at_last))
    ends = time_text(str(told["until"]))
    said = f"{told['to']} may act for {told['seat']} in {', '.join(told['scopes'])}, until {ends}."
    tell(told, as_json, said, f"To end it: tocsin desk delegation end {told['id']}")


@app.command("list")
def list_(*, seat: SEAT = "", centre: CENTRE = "", as_json: AS_JSON = False) -> None:
    """List who may act for your seat, and for whom yours may."""
    from tocsin.cli import desk_words, tables

    with opened(seat, centre) as at:
        rows = at.client.delegations()
    if as_json:
        tables.print_json({"delegations": rows})
    else:
        desk_words.print_delegations(rows)


@app.command()
def end(
    delegation: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the delegation; 'delegation list' shows it.", show_default=False)
    ],
    *,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """End a delegation, at once."""
    with opened(seat, centre) as at:
        at.client.end_delegation(delegation)
    tell({"ended": delegation}, as_json, f"Delegation {delegation} has ended.")


def settings(
    *,
    two_persons: Annotated[
        str | None,
        typer.Option(
            "--two-persons",
            metavar="LIST",
            help="Acts that take two: break (a silence), force (closing a decision on it, deploying), recall; '' for "
            "none.",
        ),
    ] = None,
    require_key: Annotated[
        bool | None,
        typer.Option("--require-key/--no-require-key", help="Take only commands signed with your nation's own key."),
    ] = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Show what your seat wants of its own commands, and what the charter does; or change the former.

    To want less takes two persons: the second says the same here.
    """
    with opened(seat, centre) as at:
        demanded = at.client.charter().get("two_persons", [])
        told = at.client.party_settings()
        if two_persons is not None or require_key is not None:
            wanted = dict(told["now"])
            if two_persons is not None:
                wanted["two_persons"] = list_of(two_persons, "--two-persons")
            if require_key is not None:
                wanted["require_key"] = require_key
            told = at.client.set_party_settings(wanted)
    tell(told | {"charter": {"two_persons": demanded}}, as_json, *settings_words(told, demanded))


def settings_words(told: Mapping[str, Any], demanded: Sequence[str]) -> list[str]:
    """What is so, and what somebody asks for until another person says the same."""
    from tocsin.replay.words import time_text

    now, asked = told["now"], told.get("asked")
    said = [
        f"Two persons, as the charter has it for every seat: {', '.join(demanded) or 'for nothing'}.",
        f"Two persons, as your seat wants it besides: {_two_persons(now)}.",
        f"Signed with your own key: {_signed(now)}.",
    ]
    if asked:
        said.append(
            f"Desk {told['asked_by']} asks for less. Two persons: {_two_persons(asked)}. Signed: {_signed(asked)}. It "
            f"is so once another person of your seat gives the same command, until {time_text(str(told['until']))}."
        )
    return said


def _two_persons(settings: Mapping[str, Any]) -> str:
    return ", ".join(settings["two_persons"]) or "for nothing"


def _signed(settings: Mapping[str, Any]) -> str:
    return "always" if settings["require_key"] else "as you like"
