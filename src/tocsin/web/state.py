"""What the web keeps while it runs: the centre, the limits, the open streams. One a process."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Protocol

from tocsin.centre.desk_model import Session
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.oidc import OidcLogin
from tocsin.centre.runtime import Centre
from tocsin.web.aside import Aside
from tocsin.web.call import Route
from tocsin.web.hubs import Hubs
from tocsin.web.limits import Buckets, Timer
from tocsin.web.planners import Planners
from tocsin.web.turns import Turns

UNKNOWN_PER_SECOND, UNKNOWN_BURST = 5.0, 50
READS_OF_SEAT = 4
"""So many times as much as one credential may a whole seat read."""
LOGINS_OF_ADDRESS = 6
"""So many times as many attempts to sign in may come from one address as for one name there."""
TRACES_PER_SECOND, TRACES_BURST = 2.0, 60


class Player(Protocol):
    """A recorded case being played through this centre, for its administrators to pause and hasten."""

    @property
    def title(self) -> str: ...

    @property
    def step(self) -> int:
        """How many of its steps have been taken."""

    @property
    def steps(self) -> int: ...

    @property
    def speed(self) -> float:
        """How many times as fast as it happened."""

    @property
    def is_paused(self) -> bool: ...

    @property
    def says(self) -> str:
        """What the record says of the last step that was taken; empty before the first."""

    @property
    def trouble(self) -> str:
        """Why it cannot go on; empty while it can."""

    def play(self, speed: float) -> None:
        """Go on at this speed."""

    def pause(self) -> None:
        """Stand still."""

    def take_next(self) -> None:
        """Take one step, and stand still."""


Door = Callable[[], Session]
"""Signs somebody in: a new session. Only a demonstration has any."""


class Web:
    """The web's own state. None of it depends on what any seat may see."""

    def __init__(
        self,
        centre: Centre,
        metrics: Metrics,
        timer: Timer,
        metrics_token: str,
        routes: tuple[Route, ...],
        callouts: Callouts | None = None,
    ) -> None:
        self.centre, self.metrics, self.timer = centre, metrics, timer
        self.settings = centre.settings
        self.metrics_token, self.routes = metrics_token, routes
        self.callouts = callouts
        """Who is told; none where the centre calls nobody."""
        self.oidc = OidcLogin(self.settings.oidc) if self.settings.oidc is not None else None
        limits = self.settings.limits
        self.requests = Buckets(limits.requests_per_second, limits.requests_burst, timer)
        """Of each credential."""
        each, burst = limits.requests_per_second * READS_OF_SEAT, limits.requests_burst * READS_OF_SEAT
        self.reads = Buckets(each, burst, timer)
        """Of each seat, whatever tokens it has: what it reads must not keep others from being heard."""
        self.unknown = Buckets(UNKNOWN_PER_SECOND, UNKNOWN_BURST, timer)
        """Of each address, for requests without a credential that is good."""
        self.logins = Buckets(limits.logins_per_minute / 60, limits.logins_per_minute, timer)
        """Of each name at each address."""
        many = limits.logins_per_minute * LOGINS_OF_ADDRESS
        self.login_addresses = Buckets(many / 60, many, timer)
        self.traces = Buckets(TRACES_PER_SECOND, TRACES_BURST, timer)
        """Of each credential or address: what is written into the audit trail."""
        self.player: Player | None = None
        """Who plays a case through this centre; none where nobody does."""
        self.doors: dict[str, Door] = {}
        """Secret of a link -> whom it signs in."""
        self.aside = Aside()
        """Where passwords are worked on."""
        self.turns = Turns()
        """In which pages are made."""
        self.planners = Planners()
        """Where forces are planned."""
        self.hubs = Hubs(centre, limits.streams, limits.streams_per_desk)

    def close(self) -> None:
        """End all streams; no new ones begin, nor any more work on passwords or forces."""
        self.hubs.close()
        self.aside.close()
        self.planners.close()


def key_of(secret: str) -> bytes:
    """A credential as limits know it: not the secret itself."""
    return blake2b(secret.encode(), digest_size=16).digest()
