"""What an author may ask of the engine. One struct a command; the stages decide them.

Every command has the id its author gave it, the instant it counts at, and the actor: a party, an office or an
organ. A time known only to the day is the interval from `at` to `at_latest`. Commands of a case name the case.
"""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.charter.predicates import Event
from tocsin.forces.model import RuleId
from tocsin.terms import FAR_AHEAD, LONG_AGO, Instant, PartyId, Position

Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^/\x00-\x1f\x7f]+\Z")]
"""A name or id; without '/', which joins names into ids of facts and deadlines, and without control characters."""
At = Annotated[Instant, Meta(ge=LONG_AGO, le=FAR_AHEAD)]
Path = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=2000)]
Quantity = Annotated[int, Meta(ge=0, le=10_000_000)]


class Base(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="do"):
    """What every command carries."""

    id: Annotated[Path, Meta(description="Made by the client; the same id with the same bytes is the same command.")]
    at: Annotated[At, Meta(description="Instant it counts at, microseconds UTC.")]
    by: Annotated[Name, Meta(description="The actor: party, office or organ.")]
    at_latest: Annotated[At | None, Meta(description="Latest instant, where the time is an interval.")] = None


class InCase(Base, kw_only=True, frozen=True):
    """A command within one case."""

    case: Annotated[Name, Meta(description="The case; its first command opens it.")]


class InProcedure(InCase, kw_only=True, frozen=True):
    """A command within one procedure of a case."""

    procedure: Annotated[Name, Meta(description="The procedure on one text in one organ.")]


# warning


class ReportWarning(InCase, tag="report warning", kw_only=True, frozen=True):
    """A nation warns. The substance travels as a content beside the command, to its audience only."""

    warning: Annotated[Name, Meta(description="Name of the warning.")]
    commitment: Annotated[Name, Meta(description="Salted SHA-256 of the substance: all that others learn.")]


# consultation


class MakeRequest(InCase, tag="request", kw_only=True, frozen=True):
    """A party asks the alliance for what one duty of the charter promises."""

    request: Annotated[Name, Meta(description="Name of the request.")]
    duty: Annotated[Name, Meta(description="The duty appealed to.")]
    event: Annotated[Event, Meta(description="What is claimed to have happened.")]
    readings: Annotated[tuple[str, ...], Meta(description="Readings of contested clauses its author signs.")] = ()


class NoteNoRequest(InCase, tag="note no request", kw_only=True, frozen=True):
    """The party concerned does not ask. That is a lawful and complete outcome."""

    duty: Annotated[Name, Meta(description="The duty not appealed to.")]


class Convene(InCase, tag="convene", kw_only=True, frozen=True):
    """An organ is called together."""

    organ: Annotated[Name, Meta(description="The organ.")]


class ShareCase(InCase, tag="share case", kw_only=True, frozen=True):
    """A party that would not see the case is let in on its facts. Contents go their own way."""

    party: Annotated[PartyId, Meta(description="Who is let in.")]


class TableText(InProcedure, tag="table text", kw_only=True, frozen=True):
    """A text is put before an organ. This opens the procedure and pins its law."""

    matter: Annotated[Name, Meta(description="What kind of decision it is.")]
    organ: Annotated[str, Meta(description="The forum; empty: the matter's first.")] = ""
    rule: Annotated[str, Meta(description="The rule, where the organ may decide it by more than one.")] = ""
    text: Annotated[Line, Meta(description="Title or digest of the text.")] = ""
    subject: Annotated[PartyId | None, Meta(description="The party it concerns, where the matter has a subject.")] = (
        None
    )
    readings: Annotated[tuple[str, ...], Meta(description="Readings its author signs.")] = ()


class AmendText(InProcedure, tag="amend text", kw_only=True, frozen=True):
    """A new version of the text. Positions on the earlier version lapse, and so does a silence period."""

    text: Annotated[Line, Meta(description="Title or digest of the new version.")]


class WithdrawText(InProcedure, tag="withdraw text", kw_only=True, frozen=True):
    """The text is taken back and the procedure ends."""


class StatePosition(InProcedure, tag="state position", kw_only=True, frozen=True):
    """A party's position. In a silence period an objection breaks the silence."""

    party: Annotated[PartyId, Meta(description="Whose position it is.")]
    position: Annotated[Position, Meta(description="The position.")]
    question: Annotated[str, Meta(description="The question; empty: the text itself.")] = ""
    reservation: Annotated[Line, Meta(description="A reservation attached to support.")] = ""
    note: Annotated[Line, Meta(description="How it reached whoever enters it, such as a telephone call.")] = ""


class ConfirmPosition(InProcedure, tag="confirm position", kw_only=True, frozen=True):
    """A party says itself what its position is, where somebody else entered one for it.

    While that text is open or under silence, another position than was entered is the party's own from then on; later
    nothing is undone.
    """

    party: Annotated[PartyId, Meta(description="Whose position it is: the actor itself.")]
    position: Annotated[Position, Meta(description="What the party says it is, or was.")]


class OpenSilence(InProcedure, tag="open silence", kw_only=True, frozen=True):
    """The text will stand adopted at a deadline unless somebody breaks the silence."""

    deadline: Annotated[At | None, Meta(description="The deadline; needed where the charter's period is unset.")] = None


class ConfirmDelivery(InProcedure, tag="confirm delivery", kw_only=True, frozen=True):
    """The text under silence has reached a party."""

    party: Annotated[PartyId, Meta(description="Who has received it.")]


class RecordOutage(Base, tag="record outage", kw_only=True, frozen=True):
    """The centre could not hear its members from `start` to `end`. It concerns every case."""

    start: Annotated[At, Meta(description="First instant of the gap.")]
    end: Annotated[At, Meta(description="First instant after it.")]


class ConfirmExpiry(InProcedure, tag="confirm expiry", kw_only=True, frozen=True):
    """The chair confirms that a silence which expired unconfirmed stands as adopted."""


class ChangeForum(InProcedure, tag="change forum", kw_only=True, frozen=True):
    """The same matter and text go to another organ that may decide them, with its own electorate."""

    organ: Annotated[Name, Meta(description="The other organ; the same one, where it has another rule for it.")]
    rule: Annotated[str, Meta(description="The rule there, where the organ may decide it by more than one.")] = ""
    new_procedure: Annotated[Name, Meta(description="Name of the procedure there.")]


# decision


class CloseProcedure(InProcedure, tag="close", kw_only=True, frozen=True):
    """The chair closes the discussion or the vote; the rule decides."""


# membership


class Accede(Base, tag="accede", kw_only=True, frozen=True):
    """A party joins by the decision that admitted it."""

    party: Annotated[PartyId, Meta(description="Who joins.")]
    case: Annotated[str, Meta(description="Case of the decision.")] = ""
    procedure: Annotated[str, Meta(description="The procedure that admitted it.")] = ""


class Ratify(Base, tag="ratify", kw_only=True, frozen=True):
    """A member's ratification of an accession or an amendment."""

    what: Annotated[Path, Meta(description="'accession/PARTY' or 'amendment/NAME'.")]


class GiveNotice(Base, tag="give notice", kw_only=True, frozen=True):
    """A party gives notice of withdrawal."""

    party: Annotated[PartyId, Meta(description="Who leaves.")]


class RevokeNotice(Base, tag="revoke notice", kw_only=True, frozen=True):
    """A party takes its notice back before it takes effect."""

    party: Annotated[PartyId, Meta(description="Who stays.")]


class Suspend(Base, tag="suspend", kw_only=True, frozen=True):
    """A member is suspended by the decision that said so."""

    party: Annotated[PartyId, Meta(description="Who is suspended.")]
    case: Annotated[str, Meta(description="Case of the decision.")]
    procedure: Annotated[str, Meta(description="The procedure that decided it.")]


class Reinstate(Base, tag="reinstate", kw_only=True, frozen=True):
    """A suspension is lifted by the decision that said so."""

    party: Annotated[PartyId, Meta(description="Who is reinstated.")]
    case: Annotated[str, Meta(description="Case of the decision.")]
    procedure: Annotated[str, Meta(description="The procedure that decided it.")]


class Expel(Base, tag="expel", kw_only=True, frozen=True):
    """A member is expelled by the decision that said so."""

    party: Annotated[PartyId, Meta(description="Who is expelled.")]
    case: Annotated[str, Meta(description="Case of the decision.")]
    procedure: Annotated[str, Meta(description="The procedure that decided it.")]


class AssertStatus(Base, tag="assert status", kw_only=True, frozen=True):
    """A party says of itself that it has a status the charter may not know, such as frozen."""

    party: Annotated[PartyId, Meta(description="Who asserts it of itself.")]
    status: Annotated[Name, Meta(description="The overlay it asserts.")]


class Amend(Base, tag="amend", kw_only=True, frozen=True):
    """The charter is amended by the decision that said so; ratification may still be needed."""

    amendment: Annotated[Name, Meta(description="Name of the amendment.")]
    case: Annotated[str, Meta(description="Case of the decision.")]
    procedure: Annotated[str, Meta(description="The procedure that decided it.")]
    new_charter_hash: Annotated[str, Meta(description="Content hash of the amended charter.")] = ""


# response


class RequirementLine(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of what is needed."""

    id: Annotated[Name, Meta(description="Name of the line.")]
    capability: Annotated[Name, Meta(description="What is needed, such as 'AWACS aircraft'.")]
    required: Annotated[Quantity, Meta(description="How many units of it.")]
    unit: Annotated[Name, Meta(description="What is counted, such as 'aircraft' or 'persons'.")]
    essential: Annotated[bool, Meta(description="Whether the package fails without it.")] = False


class SetRequirement(InCase, tag="set requirement", kw_only=True, frozen=True):
    """The requirement lines of a case, replacing earlier ones. Rests on an adopted decision."""

    procedure: Annotated[Name, Meta(description="The procedure that decided it.")]
    lines: Annotated[tuple[RequirementLine, ...], Meta(min_length=1, max_length=200, description="The lines.")]


class MakePledge(InCase, tag="pledge", kw_only=True, frozen=True):
    """A party offers a quantity towards a line."""

    pledge: Annotated[Name, Meta(description="Name of the pledge.")]
    line: Annotated[Name, Meta(description="The requirement line.")]
    party: Annotated[PartyId, Meta(description="Who pledges.")]
    quantity: Annotated[Quantity, Meta(description="How many, in the line's unit.")]
    caveats: Annotated[tuple[Line, ...], Meta(max_length=20, description="Limits on its use.")] = ()


class WithdrawPledge(InCase, tag="withdraw pledge", kw_only=True, frozen=True):
    """A pledge is taken back."""

    pledge: Annotated[Name, Meta(description="Name of the pledge.")]


class ReportPackage(InCase, tag="report package", kw_only=True, frozen=True):
    """A force package found and checked outside: totals, digest, and whether who reports it has checked it."""

    package: Annotated[Name, Meta(description="Name of the package.")]
    totals: Annotated[dict[str, Quantity], Meta(max_length=200, description="Quantity by requirement line.")]
    digest: Annotated[Name, Meta(description="SHA-256 of the package's detail.")]
    algorithm: Annotated[Name, Meta(description="Name and version of what found it, or 'by hand'.")]
    verified_by: Annotated[tuple[str, ...], Meta(description="The actor, where it has run the check itself.")] = ()


class AttestPackage(InCase, tag="attest package", kw_only=True, frozen=True):
    """A party has checked the plan behind a package itself, and says what it found. It may find otherwise later."""

    package: Annotated[Name, Meta(description="Name of the package.")]
    digest: Annotated[Name, Meta(description="Digest of what was checked, which has to be the package's.")]
    lawful: Annotated[bool, Meta(description="Whether it keeps every rule.")]
    rules: Annotated[
        tuple[RuleId, ...], Meta(max_length=20, description="The rules it breaks; none for a lawful one.")
    ] = ()


class RecordMandate(InCase, tag="record mandate", kw_only=True, frozen=True):
    """A legal basis for the operation: a national parliament's, or the Security Council's."""

    mandate: Annotated[Name, Meta(description="Name of the mandate.")]
    given_by: Annotated[Name, Meta(description="Who gave it.")]
    until: Annotated[At | None, Meta(description="When it ends; none: open.")] = None


class RenewMandate(InCase, tag="renew mandate", kw_only=True, frozen=True):
    """A mandate in force gets a later end, before it has run out."""

    mandate: Annotated[Name, Meta(description="Name of the mandate.")]
    given_by: Annotated[Name, Meta(description="Who renewed it.")]
    until: Annotated[At | None, Meta(description="When it ends now; none: open.")] = None


class GiveConsent(InCase, tag="give host consent", kw_only=True, frozen=True):
    """A host state agrees to forces on its territory."""

    host: Annotated[PartyId, Meta(description="The host state.")]
    until: Annotated[At | None, Meta(description="When it ends; none: open.")] = None


class WithdrawConsent(InCase, tag="withdraw host consent", kw_only=True, frozen=True):
    """A host state no longer agrees."""

    host: Annotated[PartyId, Meta(description="The host state.")]


class StartDeployment(InCase, tag="deploy", kw_only=True, frozen=True):
    """Forces or a mission begin. Needs an adopted decision, and the host's consent where it has not asked itself."""

    deployment: Annotated[Name, Meta(description="Name of the operation or mission.")]
    procedure: Annotated[Name, Meta(description="The procedure that decided it.")]
    parties: Annotated[tuple[PartyId, ...], Meta(description="Who takes part; empty: not recorded.")] = ()
    host: Annotated[PartyId | None, Meta(description="On whose territory; none: no host state.")] = None
    package: Annotated[str, Meta(description="The force package, where there is one.")] = ""


class EndDeployment(InCase, tag="end deployment", kw_only=True, frozen=True):
    """Forces or a mission end."""

    deployment: Annotated[Name, Meta(description="Name of the operation or mission.")]


class FileReport(InCase, tag="file report", kw_only=True, frozen=True):
    """A report to whom it is owed, such as the Security Council."""

    to: Annotated[Name, Meta(description="Recipient.")]
    of: Annotated[Line, Meta(description="What is reported.")] = ""
    duty: Annotated[str, Meta(description="The duty it answers.")] = ""


class CloseCase(InCase, tag="close case", kw_only=True, frozen=True):
    """The case ends."""

    why: Annotated[Line, Meta(description="In words.")] = ""


class Wake(Base, tag="wake", kw_only=True, frozen=True):
    """A timer went off. It decides nothing: deadlines that have passed are applied before any command."""


Command = (
    ReportWarning
    | MakeRequest
    | NoteNoRequest
    | Convene
    | ShareCase
    | TableText
    | AmendText
    | WithdrawText
    | StatePosition
    | ConfirmPosition
    | OpenSilence
    | ConfirmDelivery
    | RecordOutage
    | ConfirmExpiry
    | ChangeForum
    | CloseProcedure
    | Accede
    | Ratify
    | GiveNotice
    | RevokeNotice
    | Suspend
    | Reinstate
    | Expel
    | AssertStatus
    | Amend
    | SetRequirement
    | MakePledge
    | WithdrawPledge
    | ReportPackage
    | AttestPackage
    | RecordMandate
    | RenewMandate
    | GiveConsent
    | WithdrawConsent
    | StartDeployment
    | EndDeployment
    | FileReport
    | CloseCase
    | Wake
)
