"""What goes into the centre and what comes back: who acts, what is submitted, what is answered."""

from typing import Literal

from msgspec import Struct

from tocsin.alliance.contents import AnyHandled
from tocsin.alliance.facts import AnyFact
from tocsin.terms import Instant

Mode = Literal["live", "replay", "exercise"]

Role = Literal["reader", "csirt", "liaison", "head", "chair", "secretariat", "conductor"]

Scope = Literal[
    "read", "warn", "handle", "ack", "consult", "text", "position", "pledge", "chair", "membership", "manage", "admin",
    "conduct",
]  # fmt: skip
"""What a desk or a token may be used for. Each command and each outlet needs one: centre/scopes.py."""


class Actor(Struct, frozen=True, kw_only=True):
    """Who stands behind a request, as far as the centre knows."""

    seat: str
    """The audience it reads as: a party, an office, an organ, or the secretariat."""
    desk: str
    """Opaque id of the desk, such as `d-3f2a91c07b44`."""
    person: str
    """Opaque id of the person or system behind it: two desks of one person are one person."""
    role: Role
    scopes: frozenset[Scope]
    acts_as: frozenset[str] = frozenset()
    """Actors of the charter it may act as; its own seat where that is one. Empty for the secretariat: all offices."""
    on_behalf: str = ""
    """The seat that delegated to this one, where it acts under a delegation; then `seat` stays its own."""
    via: Literal["session", "token", "centre"] = "session"


class Submission(Struct, frozen=True, kw_only=True):
    """A command on its way in: the author's bytes as they came, and what travels beside them."""

    command: bytes
    """JSON of a command or of a content command."""
    content: bytes | None = None
    """JSON of a WarningContent: only with 'report warning'."""
    signature: bytes | None = None
    """Of the party's own key, over `signed_bytes(origin, command)`."""
    key: str = ""
    """Fingerprint of that key."""
    made: Instant | None = None
    """When it was handed in, where it waited for a second person."""
    seconded: str = ""
    """Opaque id of the second person, where two were needed."""


class Answer(Struct, frozen=True, kw_only=True):
    """What a client is told, once it is durable."""

    status: Literal["accepted", "repeated", "refused", "pending"]
    """`repeated`: this very command was accepted before, and this is what came of it. `pending`: it waits for a second
    person."""
    id: str = ""
    """The command's id."""
    at: Instant | None = None
    facts: tuple[AnyFact, ...] = ()
    """Those that the seat may see."""
    handled: tuple[AnyHandled, ...] = ()
    cursor: str = ""
    """The seat's feed stands here now."""
    code: str = ""
    """Of a refusal: short and stable."""
    message: str = ""
    clause: str = ""
    fix: str = ""
    pending: str = ""
    """Id of what waits for a second person."""
