"""What a seat is shown. Every struct here is made by view.py, for one seat; nothing in it tells of what is hidden."""

from datetime import date
from typing import Literal

from msgspec import Struct

from tocsin.alliance.commands import RequirementLine
from tocsin.alliance.facts import AnyFact
from tocsin.terms import Instant, Marking, Position, Verdict


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all that is shown. Instants are microseconds UTC here; the web writes them as ISO 8601."""


class Deadline(Shown, frozen=True, kw_only=True):
    """Something that falls due."""

    at: Instant
    what: str
    """In words: 'silence on p in k'."""
    kind: str
    """silence, notice, mandate or consent."""
    case: str = ""
    name: str = ""
    is_late: bool = False


class Ask(Shown, frozen=True, kw_only=True):
    """Something the centre waits for from this seat, or invites it to."""

    kind: Literal["position", "acknowledge text", "acknowledge warning", "acknowledge recall", "confirm position",
                  "confirm expiry", "check package", "second person"]  # fmt: skip
    says: str
    case: str = ""
    name: str = ""
    by: Instant | None = None


class CaseLine(Shown, frozen=True, kw_only=True):
    """One case in a list."""

    case: str
    opened: Instant
    closed: Instant | None = None
    warnings: int = 0
    procedures: int = 0
    running: int = 0
    """Procedures not ended yet."""
    next_deadline: Instant | None = None


class Situation(Shown, frozen=True, kw_only=True):
    """The first view: what is happening, what is due, what is asked of us."""

    mode: str
    charter: str
    title: str
    hypothetical: bool
    seat: str
    name: str
    now: Instant
    cursor: str
    cases: tuple[CaseLine, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    asks: tuple[Ask, ...] = ()


class PositionLine(Shown, frozen=True, kw_only=True):
    """One elector in a procedure."""

    party: str
    name: str
    position: Position = "not_stated"
    reservation: str = ""
    own: bool = False
    """Whether it stated that itself."""
    on_behalf: str = ""
    """unconfirmed, confirmed or disputed, where somebody else entered it."""
    delivered: bool | None = None
    """Whether the text under silence is known to have reached it; none outside silence."""
    vouched: bool = False
    """Whether that the text reached it is the chair's word alone."""
    acknowledged: bool | None = None
    can_still_change: str = ""
    """What it could still do that changes the outcome, in words."""


class ProcedureView(Shown, frozen=True, kw_only=True):
    """One text before one organ."""

    case: str
    procedure: str
    matter: str
    organ: str
    rule: str
    clause: str
    status: str
    version: int
    text: str
    proposer: str
    opened: Instant
    chairs: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    moved_from: str = ""
    moved_to: str = ""
    deadline: Instant | None = None
    on_outage: str = ""
    gaps: tuple[tuple[Instant, Instant], ...] = ()
    broken_by: tuple[str, ...] = ()
    positions: tuple[PositionLine, ...] = ()
    questions: dict[str, dict[str, Position]] = {}
    outcome: Verdict = "open"
    """What the rule makes of the positions now."""
    why: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    verdict: Verdict | None = None
    decided: Instant | None = None
    how: str = ""
    bound: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()


class CourseLine(Shown, frozen=True, kw_only=True):
    """One thing that happened to a procedure, beside what the electors said."""

    at: Instant
    kind: str
    """The fact's own name, such as 'text amended'."""
    says: str
    by: str = ""
    """Who did it; empty: the centre, by the clock."""
    cursor: str = ""
    """Of the seat's feed; empty where it came before the case was opened to it."""
    version: int = 0
    text: str = ""
    """Of a new version of the text: which, and what it says."""


class RequestLine(Shown, frozen=True, kw_only=True):
    """An appeal to a duty."""

    request: str
    by: str
    duty: str
    status: str
    victim: str = ""


class LineView(Shown, frozen=True, kw_only=True):
    """A requirement line with what is pledged to it."""

    line: RequirementLine
    pledged: int = 0
    shortfall: int = 0


class WarningLine(Shown, frozen=True, kw_only=True):
    """A warning in a list. All but the first three are there only for those who may see it."""

    case: str
    warning: str
    commitment: str
    is_released: bool = False
    """To this seat."""
    author: str = ""
    marking: Marking | None = None
    at: Instant | None = None
    version: int = 0
    recalled: bool = False
    acknowledged: bool = False


class Headline(Shown, frozen=True, kw_only=True):
    """A headline time in hours since this seat's first warning; none where it was not reached."""

    name: str
    says: str
    hours: float | None = None


class Meeting(Shown, frozen=True, kw_only=True):
    """An organ that was called together."""

    organ: str
    by: str
    called: Instant
    meets_by: Instant | None = None
    """The latest time by the charter; none where it sets none."""
    clause: str = ""


class CaseClock(Shown, frozen=True, kw_only=True):
    """How long a case has taken so far."""

    case: str
    opened: Instant
    closed: Instant | None = None
    since: Instant | None = None
    """The first warning or request, from which headline times count; none where there was neither."""
    headlines: tuple[Headline, ...] = ()
    meetings: tuple[Meeting, ...] = ()


class Happened(Shown, frozen=True, kw_only=True):
    """One thing that happened in a case."""

    at: Instant
    do: str
    """The kind of fact: 'position stated'."""
    procedure: str = ""
    actor: str = ""
    """Whose doing it was; empty where it was nobody's."""
    position: Position | None = None
    question: str = ""
    own: bool = False
    """Of a position: whether its party stated it itself."""
    deadline: Instant | None = None
    """Of a silence that was opened."""
    broken_by: tuple[str, ...] = ()
    """Of a silence that was broken: by whom so far."""
    verdict: Verdict | None = None
    says: str
    """In words, with its clause."""


class Operation(Shown, frozen=True, kw_only=True):
    """Forces or a mission."""

    case: str
    name: str
    procedure: str
    """The decision it rests on."""
    parties: tuple[str, ...] = ()
    host: str = ""
    package: str = ""
    """The force package that was sent."""
    began: Instant
    ended: Instant | None = None


class PledgeLine(Shown, frozen=True, kw_only=True):
    """A quantity offered towards a line."""

    pledge: str
    line: str
    party: str
    quantity: int


class PackageLine(Shown, frozen=True, kw_only=True):
    """A reported force package: totals and digest, and what parties that checked it say themselves."""

    package: str
    by: str
    """Who reported it."""
    totals: dict[str, int]
    """Quantity by requirement line."""
    digest: str
    algorithm: str
    attested: dict[str, tuple[str, ...]] = {}
    """By party the rules it breaks, by that party's own finding; none: it found it lawful."""
    adopted_by: tuple[str, ...] = ()
    """Procedures whose adopted text names the digest."""


class CaseView(Shown, frozen=True, kw_only=True):
    """One crisis."""

    case: str
    opened: Instant
    closed: Instant | None = None
    warnings: tuple[WarningLine, ...] = ()
    requests: tuple[RequestLine, ...] = ()
    convened: dict[str, Instant] = {}
    procedures: tuple[ProcedureView, ...] = ()
    requirement: tuple[LineView, ...] = ()
    pledges: tuple[PledgeLine, ...] = ()
    packages: tuple[PackageLine, ...] = ()
    mandates: dict[str, Instant | None] = {}
    consents: dict[str, Instant | None] = {}
    deployments: dict[str, Instant | None] = {}
    reports_owed: tuple[str, ...] = ()
    reports_filed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    headlines: tuple[Headline, ...] = ()
    account: tuple[str, ...] = ()


class WarningView(Shown, frozen=True, kw_only=True):
    """A warning with its substance, for a seat it is released to; or what is left of it."""

    case: str
    warning: str
    author: str
    at: Instant
    marking: Marking
    audience: tuple[str, ...]
    as_of: date | None = None
    orcon: bool = False
    version: int = 0
    """Which release this is; counted for its author alone."""
    text: str = ""
    is_erased: bool = False
    recalled: Instant | None = None
    recall_why: str = ""
    why: str = ""
    """Why this seat may see it."""
    clause: str = ""
    digest: str = ""


class Holder(Shown, frozen=True, kw_only=True):
    """Somebody a warning was released to: for its author."""

    seat: str
    sees: bool
    why: str
    delivered: Instant | None = None
    delivered_version: int = 0
    confirmed_version: int = 0
    is_confirmed: bool = False
    """Whether it confirmed the latest version: the recall, where there is one."""


class Release(Shown, frozen=True, kw_only=True):
    """A line of 'everything released to us, and why'."""

    case: str
    warning: str
    author: str
    marking: Marking
    at: Instant
    why: str
    clause: str = ""
    delivered: Instant | None = None
    confirmed: bool = False
    recalled: Instant | None = None


class PreviewLine(Shown, frozen=True, kw_only=True):
    """One seat, and whether it will see a draft."""

    seat: str
    name: str
    sees: bool
    why: str
    clause: str = ""


class Member(Shown, frozen=True, kw_only=True):
    """A party and how it stands today."""

    party: str
    name: str
    status: str
    overlays: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    leaves: Instant | None = None


class FeedItem(Shown, frozen=True, kw_only=True):
    """One thing that happened, as this seat may know it."""

    cursor: str
    at: Instant
    kind: Literal["facts", "warning", "re-mark", "recall", "withdrawn", "confirmation", "case"]
    """`warning`: a substance was released to us. `withdrawn`: it no longer is. `confirmation`: one of ours was
    received or confirmed. `case`: a case was opened to us."""
    case: str = ""
    name: str = ""
    by: str = ""
    """Who did it, where the facts say so."""
    attested: str = ""
    facts: tuple[AnyFact, ...] = ()
    says: tuple[str, ...] = ()
    """The facts in words, with their clauses."""
    version: int = 0


class FeedPage(Shown, frozen=True, kw_only=True):
    """Some of a seat's feed, in order."""

    items: tuple[FeedItem, ...]
    cursor: str
    """Ask for what is after it next time."""
    more: bool = False


class CharterLine(Shown, frozen=True, kw_only=True):
    """The law that is in force, in short."""

    charter: str
    title: str
    hash: str
    hypothetical: bool
    on: date
    readings: tuple[str, ...] = ()
    matters: dict[str, str] = {}
    duties: dict[str, str] = {}
    organs: dict[str, str] = {}
    offices: dict[str, str] = {}
    joiner_history: str = ""
    two_persons: tuple[str, ...] = ()
