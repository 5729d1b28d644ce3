"""How a centre runs: what is handed to it beside the ledger, so that tests hand in other things."""

from pathlib import Path
from typing import NamedTuple, Protocol

from tocsin.centre.clock import Clock
from tocsin.centre.model import Mode
from tocsin.centre.settings import Settings
from tocsin.terms import Instant


class Heart(Protocol):
    """Where the centre notes that it is up."""

    def beat(self, at: Instant) -> None: ...

    def last(self) -> Instant | None: ...


class Run(NamedTuple):
    """How a centre runs."""

    mode: Mode
    clock: Clock
    settings: Settings
    heart: Heart
    secret: bytes
    """What salts of contents made here are derived from."""
    cache_file: Path | None
    """Where the start-up cache lies, if there is one."""
