"""`tocsin clock`: the time of an exercise or a replay, moved by its conductor."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.cli.centre_open import CENTRE, SEAT, address_of, instant_of, opened, tell
from tocsin.cli.ledger_open import read_text
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.client import Client


def clock(
    *,
    to: Annotated[
        str, typer.Option("--at", metavar="TIME", help="Go on to this time, such as 2031-05-04T08:00:00Z.")
    ] = "",
    rate: Annotated[
        float | None, typer.Option("--rate", metavar="N", help="Run so many times as fast as the world.", min=0)
    ] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Stand still.")] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="Act by a conductor's token in place of a desk held here."),
    ] = None,
    seat: SEAT = "",
    centre: CENTRE = "",
    as_json: AS_JSON = False,
) -> None:
    """Move the clock of an exercise or a replay, as its conductor. What falls due on the way takes effect.

    It never goes back: a time that has passed leaves it as it is, and the answer is no. A live centre has no conductor.
    """
    from tocsin.replay.words import time_text
    from tocsin.terms import Instant, iso

    if bool(to) + (rate is not None) + pause != 1:
        raise typer.BadParameter("say one of --at, --rate and --pause.", param_hint="--at")
    at = instant_of(to, "--at")
    wanted: dict[str, Any] = {"pause": True} if pause else {"rate": rate} if at is None else {"at": iso(Instant(at))}
    with _conducting(token_file, seat, centre) as client:
        told = client.set_clock(**wanted)
    runs = f"runs {told['rate']:g} times as fast as" if told["rate"] != 1 else "runs with"
    says = f"{runs} the world's" if told["rate"] else "stands still"
    stands = f"The clock {says}; it is {time_text(str(told['now']))}."
    if told["moved"]:
        tell(told, as_json, stands)
    else:
        tell(told, as_json, f"{stands} That time has passed, and a clock never goes back.")
        raise typer.Exit(1)


@contextmanager
def _conducting(token_file: Path | None, seat: str, centre: str) -> "Iterator[Client]":
    from tocsin.client import Client

    if token_file is None:
        with opened(seat, centre) as at:
            yield at.client
        return
    with Client(address_of(centre), read_text(token_file, "--token-file", 10_000).strip()) as client:
        yield client
