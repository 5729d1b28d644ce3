"""Figures that are asked of the running centre when its metrics are read."""

import os
import shutil
import time
from pathlib import Path
from typing import Protocol

from tocsin.centre.desks import Desks
from tocsin.centre.metrics import Metrics
from tocsin.ledger import Ledger

STATM = Path("/proc/self/statm")


class Watched(Protocol):
    """What is asked of a centre."""

    ledger: Ledger
    desks: Desks

    @property
    def trouble(self) -> str: ...


def hang(metrics: Metrics, centre: Watched, folder: Path | None) -> None:
    """Let the figures of a centre be asked for; of a centre without a folder there is none of the disk."""
    since = time.monotonic()
    metrics.ask("tocsin_up_seconds", lambda: round(time.monotonic() - since, 3))
    metrics.ask("tocsin_ready", lambda: 0 if centre.trouble else 1)
    metrics.ask("tocsin_ledger_entries", lambda: len(centre.ledger))
    metrics.ask("tocsin_ledger_uncovered_entries", lambda: _uncovered(centre.ledger))
    metrics.ask("tocsin_unwritten", lambda: centre.desks.unwritten)
    metrics.ask("tocsin_memory_bytes", _memory_bytes)
    if folder is not None:
        metrics.ask("tocsin_disk_free_bytes", lambda: shutil.disk_usage(folder).free)


def _uncovered(ledger: Ledger) -> int:
    last = ledger.store.last_checkpoint()
    return len(ledger) - (last[0] if last else 0)


def _memory_bytes() -> int:
    """Resident memory, where the system tells it in this way; the figure is left out elsewhere."""
    return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
