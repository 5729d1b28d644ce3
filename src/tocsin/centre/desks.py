"""Who may come in, and as whom: the desks of a centre, with all that belongs to them, in one file.

    desk_entrance   invitations, approvals, revocations          desk_keys      a party's own signing keys
    desk_sessions   signing in, tokens, who stands behind one    desk_grants    delegations, a seat's settings
    desk_pending    what waits for a second person               desk_base      the trail, and what all stand on

Every method may be called from any thread. `enter`, `login` and `change_password` take long, and belong in a thread of
their own; all others are short. Secrets are told once, and only their SHA-256 is kept.
"""

from collections.abc import Callable
from pathlib import Path

from tocsin.centre.desk_base import Now
from tocsin.centre.desk_grants import Grants
from tocsin.centre.desk_model import SeatBook
from tocsin.centre.desk_pending import Waiting
from tocsin.centre.desk_sessions import Sessions
from tocsin.centre.model import Mode
from tocsin.centre.passwords import Cost


class Desks(Grants, Sessions, Waiting):
    """The identities of one centre."""

    def __init__(
        self,
        path: Path | None,
        now: Now,
        seats: Callable[[], SeatBook],
        *,
        mode: Mode = "live",
        wall: Now | None = None,
        cost: Cost | None = None,
    ) -> None:
        """Without a path all lies in memory. `now` is the centre's clock, by which keys, delegations and what waits
        go; `wall` is the one for desks, credentials and the trail, where the centre's is simulated. `mode` says whether
        there may be conductors, and `cost` what a password's hash costs.

        Raises DesksFileError and NeedsNewer for a file that cannot be used.
        """
        super().__init__(path, now, seats, mode=mode, wall=wall, cost=cost)
        self._known, self._unkept, self._wishes = {}, {}, {}

    def confirmed_position(self, seat: str) -> int:
        """How far a seat is known to have its feed; 0 at first."""
        row = self._store.one("SELECT position FROM cursor WHERE name = ?", _confirmed(seat))
        return 0 if row is None else int(row[0])

    def confirm_position(self, seat: str, position: int) -> None:
        """A seat has its feed so far. It never has less than before, but where a power cut loses the last moments."""
        if position > self.confirmed_position(seat):
            with self._store.turn(is_light=True):
                self._store.do("INSERT OR REPLACE INTO cursor VALUES (?, ?)", _confirmed(seat), position)

    def sweep(self, audit_days: int) -> None:
        """Remove what has expired: sessions, tokens, invitations, delegations, what waited, and traces older than
        `audit_days`."""
        with self._store.reading():  # nobody uses a session between the two
            self._keep_seen()
            with self._store.turn():
                self._sweep_sessions()
                self._sweep_invitations()
                self._sweep_grants()
                self._sweep_pending()
                self._sweep_trail(audit_days)

    def backup(self, path: Path) -> None:
        """A copy in a new file for its owner alone. Raises DesksFileError where it is there already."""
        self._store.copy_to(path)

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._store.close()


def _confirmed(seat: str) -> str:
    """What its place in the table of cursors is called."""
    return f"confirmed/{seat}"
