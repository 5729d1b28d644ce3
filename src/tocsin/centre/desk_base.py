"""What every part of identity stands on: the file, the clocks, the seats of the day, the trail, who may ask."""

import hmac
import re
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from tocsin.centre.desk_model import SeatBook, Trace, TraceLine
from tocsin.centre.desk_tries import Tries
from tocsin.centre.desks_store import DesksStore
from tocsin.centre.model import Actor, Mode, Scope
from tocsin.centre.passwords import Cost, Passwords
from tocsin.errors import NotEntitled, NotFound, Overloaded
from tocsin.terms import DAY_US, Instant

TRAIL_MAX = 2_000_000
TRAIL_PAGE_MAX = 1_000
TEXT_MAX = 300

SECRET = re.compile(r"tc([ist])_[A-Za-z0-9_-]{8,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Now = Callable[[], Instant]


class DeskBase:
    """The common ground. Methods may be called from any thread; those that work on passwords are slow."""

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
        """Without a path all lies in memory. `now` is the centre's clock, which in an exercise is simulated; `wall`
        is the one that credentials and the trail go by, where it is another. `cost` is what a password's hash costs.

        Raises DesksFileError and NeedsNewer for a file that cannot be used.
        """
        self._now, self._wall, self._seats, self._mode = now, wall or now, seats, mode
        self._passwords = Passwords(cost)
        self._tries = Tries()
        self._store = DesksStore(path)
        self._pepper = self._store.pepper()
        self.unwritten = 0
        """How often something that is not waited for could not be written down: a trace, or a session's last use."""

    # ---- the trail

    def note(self, trace: Trace) -> None:
        """Put something on the audit trail. It is not waited for: a power cut may lose the last moments of it, and
        on a full disk it is counted in `unwritten` and left, since nobody's request is to fail for it."""
        try:
            with self._store.turn(is_light=True):
                self._put(trace)
        except Overloaded:
            self.unwritten += 1

    def trail(self, by: Actor, before: int | None = None, limit: int = 100) -> tuple[TraceLine, ...]:
        """The trail from the newest on, or from before a number. Raises NotEntitled but for the administrator."""
        need(by, "admin")
        rows = self._store.all(
            "SELECT number, at, what, outcome, desk, seat, address, code, detail FROM trace"
            " WHERE ?1 IS NULL OR number < ?1 ORDER BY number DESC LIMIT ?2",
            before,
            max(1, min(limit, TRAIL_PAGE_MAX)),
        )
        return tuple(
            TraceLine(
                number=number,
                at=Instant(at),
                what=what,
                outcome=outcome,
                desk=desk,
                seat=seat,
                address=address,
                code=code,
                detail=detail,
            )
            for number, at, what, outcome, desk, seat, address, code, detail in rows
        )

    def _put(self, trace: Trace) -> None:
        """Inside a turn."""
        mark = hmac.new(self._pepper, trace.address.encode("utf-8", "replace"), sha256).hexdigest()[:12]
        texts = (trace.what, trace.outcome, trace.desk, trace.seat, mark if trace.address else "", trace.code)
        self._store.do(
            "INSERT INTO trace (at, what, outcome, desk, seat, address, code, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            self._wall(),
            *(harmless(text) for text in texts),
            harmless(trace.detail),
        )

    def _done(self, what: str, by: Actor | None, detail: str = "") -> None:
        """Something was done, inside the turn that does it."""
        desk, seat = (by.desk, by.seat) if by is not None else ("", "")
        self._put(Trace(what=what, desk=desk, seat=seat, detail=detail))

    def _sweep_trail(self, audit_days: int) -> None:
        """Inside a turn."""
        self._store.do("DELETE FROM trace WHERE at < ?", self._wall() - audit_days * DAY_US)
        self._store.do("DELETE FROM trace WHERE number <= (SELECT max(number) FROM trace) - ?", TRAIL_MAX)

    # ---- counting

    def _check_room(self, most: int, what: str, query: str, *values: object) -> None:
        """Raises Overloaded where the rows that a query counts have reached their limit."""
        found = self._store.one(query, *values)
        if found is not None and found[0] >= most:
            raise Overloaded(
                f"too many {what}",
                f"There are {found[0]} {what} already; more than {most} are not kept.",
                wait_seconds=60,
                fix="Remove those that are not needed.",
            )


def need(by: Actor, scope: Scope) -> None:
    """Raises NotEntitled where a desk lacks a scope. What is lent by a delegation does not count here."""
    if scope not in by.scopes or by.on_behalf:
        raise NotEntitled(
            "no scope", f"This is not for a desk of the role '{by.role}'.", fix=f"It takes the scope '{scope}'."
        )


def in_person(by: Actor) -> None:
    """Raises NotEntitled for a machine: a token that leaks must not make itself others."""
    if by.via == "token":
        raise NotEntitled("in person", "A machine's token cannot do this.", fix="Sign in with name and password.")


def manages(by: Actor, seat: str) -> bool:
    """Whether a desk runs the desks of a seat."""
    return administers(by) or (not by.on_behalf and "manage" in by.scopes and by.seat == seat)


def administers(by: Actor) -> bool:
    """Whether a desk runs the centre. What is lent by a delegation does not count here."""
    return "admin" in by.scopes and not by.on_behalf


def absent(kind: str, name: str) -> NoReturn:
    """What is not there and what is not to be seen: both are answered the same."""
    raise NotFound(kind, harmless(name)[:80], [])


def new_secret(kind: str) -> str:
    """`tci_`, `tcs_` or `tct_` and 43 letters: 256 bits."""
    return f"{kind}_{secrets.token_urlsafe(32)}"


def new_id(kind: str) -> str:
    """An opaque id, such as `d-3f2a91c07b44`."""
    return f"{kind}-{secrets.token_hex(6)}"


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so that a fast hash hides it well."""
    return sha256(secret[:200].encode("utf-8", "replace")).digest()


def harmless(text: str) -> str:
    """A text that can be kept and shown: short, printable, and without any secret of ours."""
    bare = SECRET.sub(r"tc\1_…", text[: TEXT_MAX * 4])
    return _UNPRINTABLE.sub("?", bare)[:TEXT_MAX]
