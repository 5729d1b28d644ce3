"""What a command takes from the world around it, so that a test can hand in its own."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

import typer


class Session(NamedTuple):
    """A clock and a way to wait."""

    today: Callable[[], date] = lambda: datetime.now(UTC).date()
    sleep: Callable[[float], None] = time.sleep


def session_of(ctx: typer.Context) -> Session:
    """The session handed in as `obj`, else the real one."""
    return ctx.obj if isinstance(ctx.obj, Session) else Session()
