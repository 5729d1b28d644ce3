"""What the engine has decided to be so. Facts go to every party of the procedure; folding them is the truth.

Contents, the second type family, go to their audience only (`contents.py`); `State` never depends on one. Kinds are
stored for ever: a changed kind gets a new version in `upcast.py`, never a changed meaning.
"""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.alliance.commands import Line, Name, Path, Quantity, RequirementLine
from tocsin.charter.duties import DutyStatus
from tocsin.charter.model import MatterKind
from tocsin.charter.predicates import Event
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import OnOutage
from tocsin.forces.model import RuleId
from tocsin.terms import Instant, PartyId, Position, Verdict

Clause = Annotated[str, Meta(description="Clause it rests on.")]


class Fact(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="fact"):
    """What every fact carries. Its id is that of its command and its place among the command's facts."""

    at: Annotated[Instant, Meta(description="Instant it is effective.")]


class CaseFact(Fact, kw_only=True, frozen=True):
    """A fact of one case."""

    case: Annotated[Name, Meta(description="The case.")]


class ProcedureFact(CaseFact, kw_only=True, frozen=True):
    """A fact of one procedure."""

    procedure: Annotated[Name, Meta(description="The procedure.")]


# warning


class CaseOpened(CaseFact, tag="case opened", kw_only=True, frozen=True):
    """The case exists."""


class WarningReported(CaseFact, tag="warning reported", kw_only=True, frozen=True):
    """A warning was handed in; only its commitment is common knowledge."""

    warning: Annotated[Name, Meta(description="Name of the warning.")]
    commitment: Annotated[Name, Meta(description="Salted SHA-256 of the substance.")]


# consultation


class RequestMade(CaseFact, tag="request made", kw_only=True, frozen=True):
    """A party appealed to a duty, and this is what the charter says of it."""

    request: Annotated[Name, Meta(description="Name of the request.")]
    by: Annotated[PartyId, Meta(description="Who asked.")]
    duty: Annotated[Name, Meta(description="The duty.")]
    event: Annotated[Event, Meta(description="What is claimed.")]
    status: Annotated[DutyStatus, Meta(description="What the duty then is.")]
    why: Annotated[tuple[str, ...], Meta(description="Why, in words.")] = ()
    clause: Clause = ""
    decided_as: Annotated[str, Meta(description="The matter that decides the duty; empty: no decision is needed.")] = ""
    readings: Annotated[tuple[str, ...], Meta(description="Readings it was judged under.")] = ()
    awaiting: Annotated[str, Meta(description="'request', or the matter whose decision is awaited.")] = ""
    missing: Annotated[tuple[str, ...], Meta(description="What the event does not say.")] = ()
    reports_to: Annotated[tuple[str, ...], Meta(description="To whom reports are then owed.")] = ()


class NoRequestNoted(CaseFact, tag="no request noted", kw_only=True, frozen=True):
    """The party concerned did not ask: lawful and complete."""

    by: Annotated[Name, Meta(description="Who notes it.")]
    duty: Annotated[Name, Meta(description="The duty not appealed to.")]
    clause: Clause = ""


class ConveneAsked(CaseFact, tag="convene asked", kw_only=True, frozen=True):
    """One of several needed callers asked for a meeting."""

    organ: Annotated[Name, Meta(description="The organ.")]
    by: Annotated[Name, Meta(description="Who asked.")]


class OrganConvened(CaseFact, tag="organ convened", kw_only=True, frozen=True):
    """An organ is called together."""

    organ: Annotated[Name, Meta(description="The organ.")]
    by: Annotated[Name, Meta(description="Who called it.")]
    meets_by: Annotated[Instant | None, Meta(description="Latest meeting time; none: unset in the charter.")] = None
    clause: Clause = ""


class CaseShared(CaseFact, tag="case shared", kw_only=True, frozen=True):
    """A party was let in on the facts of the case."""

    party: Annotated[PartyId, Meta(description="Who was let in.")]


class ProcedureOpened(ProcedureFact, tag="procedure opened", kw_only=True, frozen=True):
    """A text is before an organ; the law it will be decided by is pinned here for good."""

    matter: Annotated[Name, Meta(description="What kind of decision.")]
    kind: Annotated[MatterKind, Meta(description="Kind of the matter.")]
    organ: Annotated[Name, Meta(description="The forum.")]
    rule: Annotated[str, Meta(description="Id of the rule.")]
    clause: Clause = ""
    ballot: Annotated[Ballot, Meta(description="Rule, electors and weights, pinned.")]
    ballot_digest: Annotated[Name, Meta(description="SHA-256 of the ballot.")]
    charter_hash: Annotated[Name, Meta(description="Content hash of the charter.")]
    chairs: Annotated[tuple[str, ...], Meta(description="Offices and organs that chair it.")] = ()
    closers: Annotated[tuple[str, ...], Meta(description="Electors that may close it: chair rotating or unknown.")] = ()
    subject: Annotated[PartyId | None, Meta(description="The party it concerns.")] = None
    readings: Annotated[tuple[str, ...], Meta(description="Readings it is decided under.")] = ()
    text: Annotated[Line, Meta(description="Title or digest of version 1.")] = ""
    moved_from: Annotated[str, Meta(description="The procedure it continues in another forum.")] = ""
    by: Annotated[Name, Meta(description="Who tabled it.")]


class TextAmended(ProcedureFact, tag="text amended", kw_only=True, frozen=True):
    """A new version; earlier positions lapse."""

    version: Annotated[int, Meta(ge=2, description="Version of the text, from 1.")]
    text: Annotated[Line, Meta(description="Title or digest.")]


class TextWithdrawn(ProcedureFact, tag="text withdrawn", kw_only=True, frozen=True):
    """The text was taken back."""

    by: Annotated[Name, Meta(description="By whom.")]


class PositionStated(ProcedureFact, tag="position stated", kw_only=True, frozen=True):
    """A party's position on the text or on a question."""

    party: Annotated[PartyId, Meta(description="Whose.")]
    position: Annotated[Position, Meta(description="The position.")]
    question: Annotated[str, Meta(description="The question; empty: the text.")] = ""
    reservation: Annotated[Line, Meta(description="Reservation, if any.")] = ""
    by: Annotated[Name, Meta(description="Who entered it.")]
    note: Annotated[Line, Meta(description="How it reached whoever entered it.")] = ""


class PositionConfirmed(ProcedureFact, tag="position confirmed", kw_only=True, frozen=True):
    """A party said itself what its position is, after somebody else had entered one for it. Nothing is undone."""

    party: Annotated[PartyId, Meta(description="Whose.")]
    position: Annotated[Position, Meta(description="What the party says.")]
    agrees: Annotated[bool, Meta(description="Whether that is what was entered for it.")]
    clause: Clause = ""


class SilenceOpened(ProcedureFact, tag="silence opened", kw_only=True, frozen=True):
    """The text stands adopted at the deadline unless the silence is broken."""

    deadline: Annotated[Instant, Meta(description="The deadline.")]
    on_outage: Annotated[OnOutage, Meta(description="What an outage does to it.")]
    on_break: Annotated[str, Meta(description="Organ a broken text returns to.")] = ""
    clause: Clause = ""


class TextDelivered(ProcedureFact, tag="text delivered", kw_only=True, frozen=True):
    """The text under silence reached a party."""

    party: Annotated[PartyId, Meta(description="Who has it.")]
    by: Annotated[str, Meta(description="Who says so.")] = ""


class SilenceBroken(ProcedureFact, tag="silence broken", kw_only=True, frozen=True):
    """The silence is broken; nothing is adopted; the text returns to the organ."""

    by: Annotated[tuple[PartyId, ...], Meta(description="Who broke it, in order.")]
    returns_to: Annotated[Name, Meta(description="The organ the text returns to.")]
    clause: Clause = ""


class SilenceExpired(ProcedureFact, tag="silence expired", kw_only=True, frozen=True):
    """The deadline passed unbroken. Adopted only where everybody is known to have had the text."""

    confirmed: Annotated[bool, Meta(description="Whether it stands without the chair's confirmation.")]
    undelivered: Annotated[tuple[PartyId, ...], Meta(description="Whose delivery is not known.")] = ()
    why: Annotated[str, Meta(description="Why it needs confirming.")] = ""


class OutageRecorded(Fact, tag="outage recorded", kw_only=True, frozen=True):
    """The centre could not hear members for a time."""

    start: Annotated[Instant, Meta(description="First instant of the gap.")]
    end: Annotated[Instant, Meta(description="First instant after it.")]


class DeadlineMoved(ProcedureFact, tag="deadline moved", kw_only=True, frozen=True):
    """An outage moved a silence deadline."""

    deadline: Annotated[Instant, Meta(description="The new deadline.")]
    start: Annotated[Instant, Meta(description="First instant of the gap that moved it.")]
    end: Annotated[Instant, Meta(description="First instant after that gap.")]
    why: Annotated[OnOutage, Meta(description="The charter's rule that moved it.")]


class SilenceResumed(ProcedureFact, tag="silence resumed", kw_only=True, frozen=True):
    """The silence had run out, but the centre learned that it could not hear members during it: it runs on."""


class ForumChanged(ProcedureFact, tag="forum changed", kw_only=True, frozen=True):
    """The matter left this organ for another."""

    organ: Annotated[Name, Meta(description="The other organ.")]
    new_procedure: Annotated[Name, Meta(description="The procedure there.")]
    clause: Clause = ""


class AttemptRecorded(CaseFact, tag="attempt recorded", kw_only=True, frozen=True):
    """An entitled member's request, position or break came too late or does not fit; it is kept, without effect."""

    by: Annotated[Name, Meta(description="Who tried.")]
    what: Annotated[Line, Meta(description="What was tried.")]
    why: Annotated[Line, Meta(description="Why it has no effect.")]
    procedure: Annotated[str, Meta(description="The procedure, if any.")] = ""
    clause: Clause = ""


# decision


class Decided(ProcedureFact, tag="decided", kw_only=True, frozen=True):
    """The procedure ended in a verdict by its pinned rule."""

    verdict: Annotated[Verdict, Meta(description="The verdict.")]
    how: Annotated[Name, Meta(description="'close', 'silence' or 'chair confirms'.")]
    bound: Annotated[tuple[PartyId, ...], Meta(description="Who is bound.")] = ()
    blockers: Annotated[tuple[PartyId, ...], Meta(description="Whose positions block.")] = ()
    reserved: Annotated[tuple[PartyId, ...], Meta(description="Bound, keeping freedom of action.")] = ()
    escalate_to: Annotated[str, Meta(description="Organ the matter goes up to.")] = ""
    clauses: Annotated[tuple[str, ...], Meta(description="Clauses the verdict rests on.")] = ()


# membership


class StandingChanged(Fact, tag="standing changed", kw_only=True, frozen=True):
    """A party's status is now this; it overrides the charter's file."""

    party: Annotated[PartyId, Meta(description="The party.")]
    status: Annotated[Name, Meta(description="Its status.")]
    overlays: Annotated[tuple[str, ...], Meta(description="What is laid over it.")] = ()
    why: Annotated[Name, Meta(description="accession, ratification, notice, suspension, reinstatement, ...")]
    joins: Annotated[bool, Meta(description="Whether it comes to belong by this.")] = False
    decision: Annotated[str, Meta(description="'CASE/PROCEDURE' of the decision that this carries out.")] = ""
    clause: Clause = ""


class Ratified(Fact, tag="ratified", kw_only=True, frozen=True):
    """A member ratified something."""

    what: Annotated[Path, Meta(description="What.")]
    by: Annotated[PartyId, Meta(description="Who.")]


class NoticeGiven(Fact, tag="notice given", kw_only=True, frozen=True):
    """A party will leave when its notice runs out."""

    party: Annotated[PartyId, Meta(description="Who leaves.")]
    effective: Annotated[Instant | None, Meta(description="When; none: the period is unset in the charter.")] = None
    clause: Clause = ""


class NoticeRevoked(Fact, tag="notice revoked", kw_only=True, frozen=True):
    """The notice was taken back in time."""

    party: Annotated[PartyId, Meta(description="Who stays.")]


class AmendmentAdopted(Fact, tag="amendment adopted", kw_only=True, frozen=True):
    """An amendment was decided and awaits ratification, if any is needed."""

    amendment: Annotated[Name, Meta(description="Name of the amendment.")]
    new_charter_hash: Annotated[str, Meta(description="Content hash of the amended charter.")] = ""
    needed: Annotated[tuple[PartyId, ...], Meta(description="Who may ratify.")] = ()
    enough: Annotated[int | None, Meta(description="How many must ratify; none: the charter leaves it unset.")] = 0
    decision: Annotated[str, Meta(description="'CASE/PROCEDURE' of the decision that this carries out.")] = ""
    transitional: Annotated[str, Meta(description="keep or restart: what becomes of open procedures.")] = ""
    clause: Clause = ""


class AmendmentInForce(Fact, tag="amendment in force", kw_only=True, frozen=True):
    """From now on the amended charter applies to what is opened from now on."""

    amendment: Annotated[Name, Meta(description="Name of the amendment.")]
    new_charter_hash: Annotated[str, Meta(description="Content hash of the amended charter.")] = ""


class ProcedureLapsed(ProcedureFact, tag="procedure lapsed", kw_only=True, frozen=True):
    """An open procedure ended because the charter changed under it and its transitional clause says so."""

    why: Annotated[Line, Meta(description="Why.")]


# response


class RequirementSet(CaseFact, tag="requirement set", kw_only=True, frozen=True):
    """What is needed, line by line."""

    procedure: Annotated[Name, Meta(description="The decision it rests on.")]
    lines: Annotated[tuple[RequirementLine, ...], Meta(description="The lines.")]


class PledgeMade(CaseFact, tag="pledge made", kw_only=True, frozen=True):
    """A party offers a quantity."""

    pledge: Annotated[Name, Meta(description="Name of the pledge.")]
    line: Annotated[Name, Meta(description="The line.")]
    party: Annotated[PartyId, Meta(description="Who pledges.")]
    quantity: Annotated[Quantity, Meta(description="How many, in the line's unit.")]
    caveats: Annotated[tuple[Line, ...], Meta(description="Limits on its use.")] = ()


class PledgeWithdrawn(CaseFact, tag="pledge withdrawn", kw_only=True, frozen=True):
    """A pledge was taken back."""

    pledge: Annotated[Name, Meta(description="Name of the pledge.")]


class PackageReported(CaseFact, tag="package reported", kw_only=True, frozen=True):
    """A force package: totals and digest, no detail."""

    package: Annotated[Name, Meta(description="Name of the package.")]
    totals: Annotated[dict[str, Quantity], Meta(description="Quantity by line.")]
    shortfall: Annotated[dict[str, Quantity], Meta(description="What is missing, by line.")] = {}
    digest: Annotated[Name, Meta(description="SHA-256 of the detail.")]
    algorithm: Annotated[Name, Meta(description="What found it.")]
    by: Annotated[Name, Meta(description="Who reported it.")]
    verified_by: Annotated[tuple[str, ...], Meta(description="Who checked it, by the word of who reported it.")] = ()


class PackageAttested(CaseFact, tag="package attested", kw_only=True, frozen=True):
    """A party checked the plan behind a package itself, and says in its own name what it found."""

    package: Annotated[Name, Meta(description="Name of the package.")]
    party: Annotated[PartyId, Meta(description="Who checked it.")]
    digest: Annotated[Name, Meta(description="Digest of what was checked: that of the package.")]
    lawful: Annotated[bool, Meta(description="Whether the party found that it keeps every rule.")]
    rules: Annotated[tuple[RuleId, ...], Meta(description="The rules it breaks, where it does.")] = ()


class MandateRecorded(CaseFact, tag="mandate recorded", kw_only=True, frozen=True):
    """A legal basis is there."""

    mandate: Annotated[Name, Meta(description="Name of the mandate.")]
    given_by: Annotated[Name, Meta(description="Who gave it.")]
    until: Annotated[Instant | None, Meta(description="When it ends; none: open.")] = None


class MandateRenewed(CaseFact, tag="mandate renewed", kw_only=True, frozen=True):
    """A legal basis lasts longer than it did."""

    mandate: Annotated[Name, Meta(description="Name of the mandate.")]
    given_by: Annotated[Name, Meta(description="Who renewed it.")]
    was: Annotated[Instant, Meta(description="When it would have ended.")]
    until: Annotated[Instant | None, Meta(description="When it ends now; none: open.")] = None


class MandateExpired(CaseFact, tag="mandate expired", kw_only=True, frozen=True):
    """A legal basis ran out."""

    mandate: Annotated[Name, Meta(description="Name of the mandate.")]


class ConsentGiven(CaseFact, tag="host consent given", kw_only=True, frozen=True):
    """A host state agrees."""

    host: Annotated[PartyId, Meta(description="The host.")]
    until: Annotated[Instant | None, Meta(description="When it ends; none: open.")] = None


class ConsentEnded(CaseFact, tag="host consent ended", kw_only=True, frozen=True):
    """A host state's consent ran out or was withdrawn."""

    host: Annotated[PartyId, Meta(description="The host.")]


class DeploymentStarted(CaseFact, tag="deployment started", kw_only=True, frozen=True):
    """Forces or a mission began."""

    deployment: Annotated[Name, Meta(description="Name of the operation.")]
    procedure: Annotated[Name, Meta(description="The decision it rests on.")]
    parties: Annotated[tuple[PartyId, ...], Meta(description="Who takes part.")] = ()
    host: Annotated[PartyId | None, Meta(description="On whose territory.")] = None
    package: Annotated[str, Meta(description="The force package.")] = ""


class DeploymentEnded(CaseFact, tag="deployment ended", kw_only=True, frozen=True):
    """Forces or a mission ended."""

    deployment: Annotated[Name, Meta(description="Name of the operation.")]


class ReportFiled(CaseFact, tag="report filed", kw_only=True, frozen=True):
    """A report was made."""

    to: Annotated[Name, Meta(description="Recipient.")]
    by: Annotated[Name, Meta(description="Who reported.")]
    of: Annotated[Line, Meta(description="What was reported.")] = ""
    duty: Annotated[str, Meta(description="The duty it answers.")] = ""


class CaseClosed(CaseFact, tag="case closed", kw_only=True, frozen=True):
    """The case ended."""

    why: Annotated[Line, Meta(description="In words.")] = ""


AnyFact = (
    CaseOpened | WarningReported | RequestMade | NoRequestNoted | ConveneAsked | OrganConvened | CaseShared
    | ProcedureOpened | TextAmended | TextWithdrawn | PositionStated | PositionConfirmed | SilenceOpened
    | TextDelivered | SilenceBroken | SilenceExpired | OutageRecorded | DeadlineMoved | SilenceResumed | ForumChanged
    | AttemptRecorded | Decided | StandingChanged | Ratified | NoticeGiven | NoticeRevoked | AmendmentAdopted
    | AmendmentInForce | ProcedureLapsed | RequirementSet | PledgeMade | PledgeWithdrawn | PackageReported
    | PackageAttested | MandateRecorded | MandateRenewed | MandateExpired | ConsentGiven | ConsentEnded
    | DeploymentStarted | DeploymentEnded | ReportFiled | CaseClosed
)  # fmt: skip


class Refusal(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The law says no. A value, not an exception; it changes nothing."""

    code: Annotated[Name, Meta(description="Short, stable name of the reason.")]
    message: Annotated[str, Meta(description="What is wrong, for a person.")]
    clause: Clause = ""
    fix: Annotated[str, Meta(description="What would be accepted.")] = ""
