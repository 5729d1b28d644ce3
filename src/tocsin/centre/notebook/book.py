"""The notebook of every seat of a centre: what it keeps for itself beside the ledger, in one file.

    drafts      draft positions with files beside them        log         the watch log
    capital     instructions, approval, handing in            handovers   from one shift to the next
    filing      a draft becomes a position in the ledger      reports     situation reports

Every method takes who asks, and gives or changes what is their seat's alone: nobody else's, the secretariat's neither,
is ever told of, in no count and by no refusal. Every method may be called from any thread, and waits for the disk.
"""

from collections.abc import Callable
from pathlib import Path

from tocsin.centre.notebook.capital import Capital
from tocsin.centre.notebook.drafts import Drafts
from tocsin.centre.notebook.handovers import Handovers
from tocsin.centre.notebook.log import WatchLog
from tocsin.centre.notebook.reports import Reports
from tocsin.terms import DAY_US, Instant


class Notebook(Drafts, Capital, WatchLog, Handovers, Reports):
    """The notebooks of one centre, each for its own seat."""

    def __init__(self, path: Path | None, now: Callable[[], Instant]) -> None:
        """Without a path all lies in memory. `now` is the centre's clock.

        Raises NotebookFileError and NeedsNewer for a file that cannot be used.
        """
        super().__init__(path, now)
        self.going: list[str] = []
        """Ids of commands of drafts that are being handed in this very moment; for the event loop alone."""

    def sweep(self) -> None:
        """Remove what a seat wants kept no longer: what is settled, whole, with its files and its versions.

        An open draft, an open handover and a report that is not issued stay, however old.
        """
        with self._store.turn():
            self._sweep_once()
            rows = self._store.all("SELECT seat, keep_days FROM seat_book WHERE keep_days > 0")
            for seat, keep_days in rows:
                self._sweep_seat(seat, self._now() - keep_days * DAY_US)

    def _sweep_seat(self, seat: str, until: int) -> None:
        """Inside a turn."""
        gone = sum(self._store.do(f"{query} AND seat = ? AND {when} < ?", seat, until) for query, when in OLD)
        if gone:
            self._store.do("UPDATE seat_book SET texts = ? WHERE seat = ?", self._texts(seat), seat)

    def _texts(self, seat: str) -> int:
        """Bytes of all that a seat has written."""
        counted = (self._store.one(query, seat) for query in SIZES)
        return sum(row[0] for row in counted if row is not None)

    def backup(self, path: Path) -> None:
        """A copy in a new file for its owner alone. Raises NotebookFileError where it is there already."""
        self._store.copy_to(path)

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._store.close()


OLD = (
    ("DELETE FROM draft WHERE status IN ('filed', 'dropped')", "changed"),
    ("DELETE FROM entry WHERE true", "at"),
    ("DELETE FROM handover WHERE status <> 'open'", "ended"),
    ("DELETE FROM report WHERE status <> 'draft'", "changed"),
)
"""What goes, and by which of its times."""

SIZES = (
    "SELECT coalesce(sum(length(v.state)), 0) FROM draft_version v JOIN draft ON draft.id = v.draft WHERE seat = ?",
    "SELECT coalesce(sum(octet_length(text)), 0) FROM entry WHERE seat = ?",
    "SELECT coalesce(sum(octet_length(text) + octet_length(points)), 0) FROM handover WHERE seat = ?",
    "SELECT coalesce(sum(length(v.state)), 0) FROM report_version v JOIN report ON report.id = v.report WHERE seat = ?",
)
