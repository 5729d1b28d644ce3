"""What folding the facts yields: a small alliance part, and one CaseState for each case."""

from typing import Literal

from msgspec import Struct

from tocsin.alliance.commands import RequirementLine
from tocsin.charter.duties import DutyStatus
from tocsin.charter.model import MatterKind
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import OnOutage
from tocsin.charter.snapshot import Standing
from tocsin.forces.model import RuleId
from tocsin.terms import LONG_AGO, Instant, PartyId, Position, Verdict

OnBehalf = Literal["unconfirmed", "confirmed", "disputed"]
"""What a party has said of the position that somebody else entered for it."""

ProcedureStatus = Literal["open", "silence", "unconfirmed", "decided", "moved", "withdrawn", "lapsed"]
"""`open`: before the organ. `unconfirmed`: the silence ran out but somebody may not have had the text."""


class SilenceState(Struct, frozen=True):
    """A running (or just expired) silence period."""

    opened: Instant
    deadline: Instant
    on_outage: OnOutage
    returns_to: str
    clause: str
    period: int
    """Length in microseconds as it was opened, before any outage."""
    delivered: frozenset[PartyId] = frozenset()
    acknowledged: frozenset[PartyId] = frozenset()
    """Those of them that said themselves that they have it."""
    vouched: frozenset[PartyId] = frozenset()
    """Not among them: those of whom only an office or the chair says that they have it."""
    gaps: tuple[tuple[Instant, Instant], ...] = ()
    """Hearing gaps already given back."""


class Procedure(Struct, frozen=True, kw_only=True):
    """One text before one organ, with its pinned law."""

    id: str
    matter: str
    kind: MatterKind
    organ: str
    rule: str
    clause: str
    ballot: Ballot
    ballot_digest: str
    charter_hash: str
    chairs: tuple[str, ...]
    closers: tuple[str, ...]
    proposer: str
    opened: Instant
    text: str
    subject: PartyId | None = None
    readings: tuple[str, ...] = ()
    moved_from: str = ""
    moved_to: str = ""
    version: int = 1
    status: ProcedureStatus = "open"
    positions: dict[str, Position] = {}
    questions: dict[str, dict[str, Position]] = {}
    reservations: dict[str, str] = {}
    own: frozenset[str] = frozenset()
    """Parties that stated or confirmed their position themselves: nobody restates it for them."""
    entered: dict[str, Position] = {}
    """What was last entered for a party by somebody else. It stays when the position itself lapses."""
    entered_for: dict[str, int] = {}
    """The version of the text that was entered for."""
    on_behalf: dict[str, OnBehalf] = {}
    """What each of those parties has said of it since."""
    silence: SilenceState | None = None
    broken_by: tuple[PartyId, ...] = ()
    verdict: Verdict | None = None
    decided: Instant | None = None
    how: str = ""
    bound: tuple[PartyId, ...] = ()
    blockers: tuple[PartyId, ...] = ()
    reserved: tuple[PartyId, ...] = ()


class RequestState(Struct, frozen=True):
    """A party's appeal to a duty."""

    id: str
    by: PartyId
    duty: str
    status: DutyStatus
    victim: str
    attacker: str
    decided_as: str = ""


class PledgeState(Struct, frozen=True):
    """A quantity offered towards a line."""

    id: str
    line: str
    party: PartyId
    quantity: int


class PackageState(Struct, frozen=True):
    """A reported force package, and what each party that checked it has found last."""

    id: str
    by: str
    totals: dict[str, int]
    digest: str
    algorithm: str
    attested: dict[PartyId, tuple[RuleId, ...]] = {}
    """The rules it breaks by each party's finding; none: it is lawful."""


class CaseState(Struct, frozen=True, kw_only=True):
    """One crisis."""

    id: str
    opened: Instant
    closed: Instant | None = None
    warnings: dict[str, str] = {}
    """Commitment by warning: State never knows who warned of what."""
    requests: dict[str, RequestState] = {}
    no_requests: tuple[str, ...] = ()
    convene_asked: dict[str, tuple[str, ...]] = {}
    convened: dict[str, Instant] = {}
    procedures: dict[str, Procedure] = {}
    requirement: tuple[RequirementLine, ...] = ()
    pledges: dict[str, PledgeState] = {}
    packages: dict[str, PackageState] = {}
    mandates: dict[str, Instant | None] = {}
    consents: dict[str, Instant | None] = {}
    refused_hosts: tuple[str, ...] = ()
    """Hosts that have taken back or refused consent, whatever they asked for before."""
    deployments: dict[str, Instant | None] = {}
    """End of each deployment by name; None while it runs."""
    reports_owed: tuple[str, ...] = ()
    reports_filed: tuple[str, ...] = ()
    shared: tuple[PartyId, ...] = ()
    """Parties let in on the case that would not see it otherwise."""
    attempts: int = 0


class Notice(Struct, frozen=True):
    """A notice of leaving; `effective` is None where the charter leaves the period unset."""

    effective: Instant | None
    clause: str


class Amendment(Struct, frozen=True):
    """An amendment on its way into force."""

    new_charter_hash: str
    needed: tuple[PartyId, ...]
    enough: int | None
    transitional: str
    in_force: bool = False


class State(Struct, frozen=True, kw_only=True):
    """Everything the next decision may depend on, besides the charter."""

    now: Instant = LONG_AGO
    """Instant of the last fact: effective times never go backwards."""
    cases: dict[str, CaseState] = {}
    standings: dict[PartyId, Standing] = {}
    """Parties whose standing changed live; it overrides the charter's file."""
    joined: dict[PartyId, Instant] = {}
    """Since when a party belongs that came to belong live."""
    notices: dict[PartyId, Notice] = {}
    ratified: dict[str, tuple[PartyId, ...]] = {}
    used: frozenset[str] = frozenset()
    """Decisions on membership and amendment that have been carried out: 'CASE/PROCEDURE'."""
    amendments: dict[str, Amendment] = {}
    deadlines: dict[str, Instant] = {}
    """What is due when: 'silence/CASE/PROCEDURE', 'notice//PARTY', 'mandate/CASE/NAME', 'consent/CASE/HOST'."""


EMPTY = State()
