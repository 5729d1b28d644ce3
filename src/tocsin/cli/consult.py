"""`tocsin consult`: a party asks the alliance for what a duty of the charter promises."""

from typing import Annotated, Any

import typer

from tocsin.cli.centre_open import (
    BEHALF,
    BY,
    CASE,
    CENTRE,
    ID,
    SEAT,
    SIGN,
    Acting,
    needed,
    opened,
    print_done,
    send,
)
from tocsin.cli.options import AS_JSON, READINGS


def consult(
    *,
    case: CASE = "",
    duty: Annotated[
        str,
        typer.Option(
            "--duty", metavar="NAME", help="The duty appealed to: one that the charter's table of duties has."
        ),
    ] = "consult",
    event: Annotated[
        str,
        typer.Option(
            "--event", metavar="FILE", help="A .toml file with one [event], or the name of a shipped example."
        ),
    ] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="What it is claimed to be, such as 'armed attack' or threat.")
    ] = "",
    victim: Annotated[
        str, typer.Option("--victim", metavar="PARTY", help="Who was struck or feels threatened. Left out: your seat.")
    ] = "",
    attacker: Annotated[str, typer.Option("--attacker", metavar="PARTY", help="Who did it, or 'non-state'.")] = "",
    external: Annotated[
        bool | None, typer.Option("--external/--internal", help="Whether it came from outside the victim.")
    ] = None,
    region: Annotated[str, typer.Option("--region", metavar="NAME", help="In which region, such as pacific.")] = "",
    says: Annotated[str, typer.Option("--text", metavar="TEXT", help="What happened, in one sentence.")] = "",
    request: Annotated[str, typer.Option("--request", metavar="NAME", help="A name for the request.")] = "request",
    reading: READINGS = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    by: BY = "",
    on_behalf: BEHALF = "",
    sign: SIGN = False,
    command_id: ID = "",
    as_json: AS_JSON = False,
) -> None:
    """Ask the alliance for consultation, or for what another duty promises.

    The event comes from a file, as in 'tocsin duties', or from the options here; it is your claim, and goes to every
    party that sees the case. The answer says whether the duty is triggered, excluded (why), or awaits a decision.
    """
    needed(case, "--case", "in which case it is; a new name opens one")
    told = {"kind": kind, "victim": victim, "attacker": attacker, "region": region, "says": says}
    with opened(seat, centre, on_behalf) as at:
        claim = {"victim": at.reads_as, "claimed_by": at.reads_as} | _from_file(event)
        claim |= {name: value for name, value in told.items() if value}
        claim |= {} if external is None else {"external": external}
        command = {"do": "request", "case": case, "request": request, "duty": duty, "event": claim}
        command |= {"readings": reading} if reading else {}
        answer = send(at, Acting(seat, centre, by, on_behalf, sign, command_id), command)
        print_done(at, answer, as_json)


def _from_file(name: str) -> dict[str, Any]:
    if not name:
        return {}
    import msgspec

    from tocsin.replay.load import load_event

    claim: dict[str, Any] = msgspec.to_builtins(load_event(name))
    return claim
