"""What identity hands out: desks, sessions, tokens, keys, delegations, what waits, and the trail. No secret is in
any of them, but for the two that are told once: an Invitation and a Session."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.model import Role, Scope
from tocsin.centre.scopes import SeatKind
from tocsin.terms import Instant

DeskStatus = Literal["invited", "pending", "active", "revoked"]
"""`pending`: somebody took the invitation up, and nobody has approved it yet."""
KeyStatus = Literal["pending", "active", "revoked"]
TwoPersons = Literal["break", "force", "recall"]
"""Acts that two persons may be wanted for."""
SECOND_SCOPES: dict[TwoPersons, tuple[Scope, ...]] = {
    "break": ("position",),
    "force": ("pledge", "chair"),
    "recall": ("handle",),
}
"""What either of the two needs for such an act: to start a force is a pledge, to decide on one the chair's."""


class SeatBook(Struct, frozen=True, kw_only=True):
    """The seats there are by the charter today."""

    parties: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    organs: frozenset[str] = frozenset()

    def kind(self, seat: str) -> SeatKind | None:
        """What kind of seat it is; none for a seat there is not."""
        if seat == SECRETARIAT:
            return "secretariat"
        if seat in self.parties:
            return "party"
        return "official" if seat in self.offices or seat in self.organs else None

    def all(self) -> tuple[str, ...]:
        """Every seat, in the order people look for them."""
        return (*sorted(self.parties), *sorted(self.offices), *sorted(self.organs), SECRETARIAT)


class Invitation(Struct, frozen=True, kw_only=True):
    """The way to a desk, for one person to take once."""

    desk: str
    secret: str
    """`tci_` and 43 letters; told this once and kept nowhere."""
    expires: Instant
    seat: str
    role: Role


class DeskLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A desk, as those who run its seat see it."""

    desk: str
    seat: str
    role: Role
    status: DeskStatus
    name: str = ""
    """What its person signs in with. Empty before somebody entered, and after the person was forgotten."""
    deputy_of: str = ""
    single_sign_on: bool = False
    made: Instant
    entered: Instant | None = None
    approved: Instant | None = None
    approved_alone: bool = False
    """Whether the one who invited to it approved it too: there was no other administrator."""
    revoked: Instant | None = None
    why: str = ""
    """Why it was revoked."""


class Session(Struct, frozen=True, kw_only=True):
    """Somebody is signed in at a desk."""

    secret: str
    """`tcs_` and 43 letters; told this once."""
    desk: str
    seat: str
    role: Role
    name: str
    expires: Instant
    """At the latest; an hour without a request ends it before."""


class TokenLine(Struct, frozen=True, kw_only=True):
    """A machine's credential, without its secret."""

    id: str
    label: str
    desk: str
    seat: str
    scopes: tuple[Scope, ...]
    made: Instant
    expires: Instant


class KeyLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A party's own signing key, the public half."""

    id: str
    seat: str
    fingerprint: str
    status: KeyStatus
    desk: str
    """Who registered it."""
    made: Instant
    confirmed: Instant | None = None
    revoked: Instant | None = None


class DelegationLine(Struct, frozen=True, kw_only=True):
    """A seat lets another act for it."""

    id: str
    seat: str
    """Who lets."""
    to: str
    """Who may act."""
    scopes: tuple[Scope, ...]
    until: Instant
    made: Instant
    desk: str
    """Which desk said so."""


class PartySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a seat wants of its own commands, beyond what the charter wants."""

    two_persons: Annotated[frozenset[TwoPersons], Meta(description="Acts that take two persons.")] = frozenset()
    require_key: Annotated[bool, Meta(description="Take only commands signed with the seat's own key.")] = False


class SettingsLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A seat's settings, and what one person asked for that another has yet to say too."""

    now: PartySettings
    asked: PartySettings | None = None
    asked_by: str = ""
    """The desk."""
    until: Instant | None = None


class PendingLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command that has no effect until a second person says the same."""

    id: str
    seat: str
    desk: str
    """Who handed it in."""
    own: bool = False
    """Whether that was the very person who asks: then another has to confirm it."""
    needs: str
    """Why it waits: break, force, recall."""
    do: str
    case: str = ""
    command: str
    """Its JSON, as it came."""
    content: str = ""
    made: Instant
    expires: Instant


class Trace(Struct, frozen=True, kw_only=True):
    """One thing for the audit trail. Never a secret, a person's name or a content."""

    what: str
    """Such as 'login', 'revoke desk' or 'POST /api/v1/commands'."""
    outcome: str = "done"
    """done, refused, failed or another word."""
    desk: str = ""
    seat: str = ""
    address: str = ""
    """Where it came from; only a mark of it is kept, by which two can be told to be the same."""
    code: str = ""
    detail: str = ""


class TraceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trace as it is kept."""

    number: int
    at: Instant
    what: str
    outcome: str
    desk: str = ""
    seat: str = ""
    address: str = ""
    code: str = ""
    detail: str = ""


def in_order(scopes: Iterable[str], known: tuple[Scope, ...]) -> tuple[Scope, ...]:
    """Scopes in the order in which they are always listed; others are left out."""
    held = set(scopes)
    return tuple(scope for scope in known if scope in held)
