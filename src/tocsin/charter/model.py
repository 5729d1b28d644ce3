"""A treaty as data: the tables of a charter file, as written.

`loader.py` reads a file into a `Document`; `snapshot.py` compiles a `Document` for one day. Nothing here
decides anything. The field tables in docs/reference are generated from these structs.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.charter.predicates import Predicate
from tocsin.charter.rows import RENAME, Id, Row
from tocsin.charter.rules.kinds import Rule
from tocsin.terms import Right

SCHEMA = 1

MatterKind = Literal[
    "consultation",
    "procedure",
    "substance",
    "force",
    "budget",
    "membership",
    "suspension",
    "expulsion",
    "amendment",
    "listing",
    "meta",
]
InstrumentKind = Literal["treaty", "charter", "protocol", "agreement", "rules", "decision", "declaration", "practice"]
ProvisionKind = Literal[
    "withdrawal", "accession", "suspension", "expulsion", "amendment", "term", "arrears", "dispute", "precedence"
]
JoinerHistory = Literal["all", "from joining", "none", ""]
GraveAct = Literal["break", "force", "recall"]
Weight = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
Modality = Literal["duty", "prohibition", "permission", "power"]


class About(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[charter]`: what the file is."""

    id: Annotated[Id, Meta(description="Short name, used in commands and file names.")]
    title: Annotated[str, Meta(description="Full name.")]
    summary: Annotated[str, Meta(max_length=2000, description="One or two sentences.")] = ""
    hypothetical: Annotated[bool, Meta(description="True for an invented alliance; shown on every page.")] = False
    outline: Annotated[
        bool, Meta(description="True where only instruments, clauses and parties are entered so far.")
    ] = False
    timezone: Annotated[str, Meta(description="IANA zone of the organs' seat, for days and print.")] = "UTC"
    languages: Annotated[tuple[str, ...], Meta(description="Authentic languages, ISO 639-1.")] = ()

    @property
    def invented(self) -> bool:
        """Whether its states are invented, XAA to XZZ. A reform of a real treaty is hypothetical with real states."""
        return self.hypothetical


class Party(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`[[party]]`: a name for an invented state, or an id that is no ISO 3166-1 alpha-3 code."""

    id: Annotated[str, Meta(description="The party id used everywhere else.")]
    name: Annotated[str, Meta(description="Its name in English.")]
    kind: Annotated[
        Literal["state", "organisation", "territory", "dissolved state"], Meta(description="What it is.")
    ] = "state"
    recognised_by: Annotated[tuple[str, ...], Meta(description="Who recognises it, where not everybody does.")] = ()


class Instrument(Row, kw_only=True, frozen=True):
    """`[[instrument]]`: a treaty, charter, protocol or body of practice that clauses belong to."""

    id: Annotated[Id, Meta(description="Short name, used as the first part of clause ids.")]
    title: Annotated[str, Meta(description="Its title, with place and date.")]
    kind: Annotated[InstrumentKind, Meta(description="What it is.")]
    signed: Annotated[date | None, Meta(description="Day of signature or adoption.")] = None
    in_force: Annotated[date | None, Meta(description="Day of entry into force.")] = None
    amends: Annotated[tuple[str, ...], Meta(description="Instruments it amends.")] = ()
    depositary: Annotated[str, Meta(description="Who keeps the original and receives notices.")] = ""
    term: Annotated[str, Meta(description="How long it runs, if it has a term.")] = ""
    renewal: Annotated[str, Meta(description="How the term is renewed.")] = ""


class Clause(Row, kw_only=True, frozen=True):
    """`[[clause]]`: one article in our own one-line wording. Treaty sentences are never copied."""

    id: Annotated[Id, Meta(description="Such as 'NAT.5'; a new wording of the article is a new row, same id.")]
    instrument: Annotated[str, Meta(description="The instrument it belongs to.")]
    article: Annotated[str, Meta(description="Number as printed, or a word for a practice.")]
    summary: Annotated[str, Meta(min_length=1, max_length=600, description="What it says, in our own words.")]


class Reading(Row, kw_only=True, frozen=True):
    """`[[reading]]`: one answer to a contested question of law. Readings of one question exclude each other."""

    id: Annotated[Id, Meta(description="Name of the reading.")]
    question: Annotated[Id, Meta(description="Name of the question it answers.")]
    says: Annotated[str, Meta(min_length=1, max_length=600, description="The answer, in our own words.")]
    held_by: Annotated[tuple[str, ...], Meta(description="Who holds or held it.")] = ()


class Status(Row, kw_only=True, frozen=True):
    """`[[status]]`: what a status lets a party do; replaces the built-in row of that name."""

    id: Annotated[Id, Meta(description="Name of the status.")]
    overlay: Annotated[
        bool, Meta(description="Laid over another status (suspended, frozen) instead of replacing it.")
    ] = False
    rights: Annotated[tuple[Right, ...], Meta(description="Rights it gives.")] = ()
    removes: Annotated[tuple[Right, ...], Meta(description="Rights an overlay takes away.")] = ()


class Notice(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A notice of leaving and the day it takes effect."""

    given: Annotated[date | None, Meta(description="Day the notice was given.")] = None
    effective: Annotated[date | None, Meta(description="Day it takes effect.")] = None


class Membership(Row, kw_only=True, frozen=True):
    """`[[membership]]`: a party's status over time. Rows are closed and superseded, never edited."""

    party: Annotated[str, Meta(description="The party.")]
    status: Annotated[str, Meta(description="Its status from `from` up to, not including, `to`.")]
    notice: Annotated[Notice | None, Meta(description="The notice that ended it.")] = None
    asserted_by: Annotated[tuple[str, ...], Meta(description="Who asserts it, where that is contested.")] = ()
    recognised_by: Annotated[tuple[str, ...], Meta(description="Who recognises it; empty: everybody.")] = ()


class Group(Row, kw_only=True, frozen=True):
    """`[[group]]`: a named set of parties, worked out for the day."""

    id: Annotated[Id, Meta(description="Name of the group.")]
    of: Annotated[
        tuple[str, ...], Meta(description="Groups, statuses, roles or parties it joins; empty with `only`.")
    ] = ()
    minus: Annotated[tuple[str, ...], Meta(description="Groups, roles or parties left out.")] = ()
    only: Annotated[tuple[str, ...], Meta(description="Parties by name; those not in the alliance drop out.")] = ()


class Office(Row, kw_only=True, frozen=True):
    """`[[office]]`: a person's post that acts in procedures, such as a secretary general."""

    id: Annotated[Id, Meta(description="Short name, used as an actor.")]
    name: Annotated[str, Meta(description="Its name.")]
    chairs: Annotated[tuple[str, ...], Meta(description="Organs it chairs.")] = ()


class Organ(Row, kw_only=True, frozen=True):
    """`[[organ]]`: a body that consults or decides."""

    id: Annotated[Id, Meta(description="Short name, used as an actor and a forum.")]
    name: Annotated[str, Meta(description="Its name.")]
    seats: Annotated[str, Meta(description="Who sits there.")] = ""
    electorate: Annotated[str, Meta(description="Group whose members decide there.")] = ""
    parent: Annotated[str, Meta(description="Organ it answers to.")] = ""
    chair: Annotated[str, Meta(description="Office, or 'rotating'; `unset` where not known.")] = ""
    convened_by: Annotated[
        tuple[str, ...], Meta(description="Groups, offices or organs any one of which may call it together.")
    ] = ()
    convene_requesters: Annotated[int, Meta(ge=1, le=250, description="How many of them must ask before it meets.")] = 1
    convene_within: Annotated[str, Meta(description="Longest time from the call to the meeting.")] = ""
    quorum: Annotated[str, Meta(description="Quorum in words; the counting stands in the rule.")] = ""


class Forum(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[[matter.forum]]`: one organ that may decide a matter, under which rule. The first is where it starts."""

    organ: Annotated[str, Meta(description="The organ.")]
    rule: Annotated[str, Meta(description="The rule, or `unset` with `why` where the rule is not known.")]
    clause: Annotated[str, Meta(description="Clause that lets it decide.")] = ""
    reading: Annotated[str, Meta(description="The forum is open only under this reading.")] = ""
    why: Annotated[str, Meta(description="When it is used; or why the rule is unset.")] = ""
    from_: Annotated[date | None, Meta(description="First day it is open.")] = None
    to: Annotated[date | None, Meta(description="First day it no longer is.")] = None


class Matter(Row, kw_only=True, frozen=True):
    """`[[matter]]`: a kind of decision: who may raise it, where it is decided, and what follows."""

    id: Annotated[Id, Meta(description="Short name.")]
    title: Annotated[str, Meta(description="In words.")]
    kind: Annotated[MatterKind, Meta(description="What kind of decision; `force` always needs a recorded human act.")]
    forum: Annotated[tuple[Forum, ...], Meta(min_length=1, max_length=8, description="Where it is decided.")]
    raised_by: Annotated[
        tuple[str, ...], Meta(description="Groups, roles, offices or organs that may table a text.")
    ] = ("members",)
    subject: Annotated[bool, Meta(description="Whether it concerns one named party (the role 'subject').")] = False
    needs: Annotated[tuple[str, ...], Meta(description="Matters that must have been adopted in the case first.")] = ()
    then: Annotated[str, Meta(max_length=300, description="What follows adoption, in words.")] = ""


class Area(Row, kw_only=True, frozen=True):
    """`[[area]]`: a territorial or material scope, as a condition on the event."""

    id: Annotated[Id, Meta(description="Short name.")]
    name: Annotated[str, Meta(description="In words.")]
    where: Annotated[Predicate, Meta(description="The condition.")]


class Unless(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[[duty.unless]]`: an exclusion and its reason."""

    if_: Annotated[Predicate, Meta(description="The condition under which the duty is excluded.")]
    why: Annotated[str, Meta(min_length=1, max_length=300, description="The reason given to the reader.")]
    clause: Annotated[str, Meta(description="Clause it rests on; empty: the duty's own.")] = ""
    reading: Annotated[str, Meta(description="It counts only under this reading.")] = ""


class Report(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`[[duty.report]]`: who must tell whom, and by when."""

    to: Annotated[str, Meta(description="Recipient, such as 'UNSC'.")]
    by: Annotated[str, Meta(description="Who reports: a group, a role, or 'alliance'.")]
    of: Annotated[str, Meta(description="What is reported.")] = "measures taken"
    within: Annotated[str, Meta(description="'immediately', a length of time, or 'unset'.")] = "unset"
    clause: Annotated[str, Meta(description="Clause it rests on; empty: the duty's own.")] = ""


class Duty(Row, kw_only=True, frozen=True):
    """`[[duty]]`: what the treaty asks of whom, when, and unless what."""

    id: Annotated[Id, Meta(description="Short name.")]
    title: Annotated[str, Meta(description="In words.")]
    modality: Annotated[Modality, Meta(description="What kind of norm.")] = "duty"
    bearer: Annotated[tuple[str, ...], Meta(description="Groups or roles that bear it.")] = ("members",)
    bearer_minus: Annotated[tuple[str, ...], Meta(description="Roles or parties that do not.")] = ()
    when: Annotated[
        Predicate | None, Meta(description="The trigger; left out for a standing duty, which waits for no event.")
    ] = None
    unless: Annotated[tuple[Unless, ...], Meta(max_length=32, description="Exclusions, each with a reason.")] = ()
    request_by: Annotated[
        tuple[str, ...], Meta(description="Groups or roles whose request is valid; empty: none is needed.")
    ] = ()
    request_to: Annotated[str, Meta(description="Whom the request is addressed to.")] = ""
    qualified_by: Annotated[
        str, Meta(description="Who says the trigger is there: 'requester', an organ, or `unset`.")
    ] = ""
    decision: Annotated[
        str, Meta(description="Matter that decides it, or 'automatic' where no decision is needed.")
    ] = ""
    content: Annotated[str, Meta(max_length=600, description="What is owed.")] = ""
    means: Annotated[
        Literal["own choice", "specified", ""], Meta(description="Whether each bearer chooses its means.")
    ] = ""
    limits: Annotated[str, Meta(max_length=600, description="What the duty does not ask.")] = ""
    report: Annotated[tuple[Report, ...], Meta(max_length=8, description="Reports owed.")] = ()
    ends: Annotated[str, Meta(max_length=300, description="When it ends.")] = ""


class Provision(Row, kw_only=True, frozen=True):
    """`[[provision]]`: how parties enter, leave, are suspended, and how the treaty changes or ends."""

    id: Annotated[Id, Meta(description="Short name.")]
    kind: Annotated[ProvisionKind, Meta(description="What it governs.")]
    absent: Annotated[str, Meta(description="Why there is no such provision, where there is none.")] = ""
    matter: Annotated[str, Meta(description="Matter that decides it; empty: no decision is needed.")] = ""
    notice: Annotated[str, Meta(description="Length of notice.")] = ""
    notice_to: Annotated[str, Meta(description="Who receives the notice.")] = ""
    earliest: Annotated[date | None, Meta(description="First day on which it may be used.")] = None
    ratified_by: Annotated[
        str, Meta(description="Who must ratify before it takes effect: 'all', a fraction of members, or 'none'.")
    ] = ""
    transitional: Annotated[
        Literal["keep", "restart", ""], Meta(description="Whether open procedures keep the old rule or start anew.")
    ] = ""
    says: Annotated[str, Meta(max_length=600, description="Conditions and effects, in words.")] = ""


class Conduct(Row, kw_only=True, frozen=True):
    """`[[conduct]]`: how the alliance's business is kept: what a newcomer may read, and what takes two persons.

    At most one row holds on a day. Without one a newcomer reads what comes after its entry, and one person acts.
    """

    id: Annotated[Id, Meta(description="Short name.")]
    joiner_history: Annotated[
        JoinerHistory,
        Meta(
            description="What a party that joins reads of earlier days: `all` of it; what came `from joining` on, also "
            "in cases opened before; or `none` of a case opened before."
        ),
    ] = ""
    two_persons: Annotated[
        tuple[GraveAct, ...],
        Meta(
            description="What takes a second person of the same seat: to `break` a silence, to act on a matter of "
            "`force`, to `recall` a warning."
        ),
    ] = ()


class WeightSet(Row, kw_only=True, frozen=True):
    """`[[weights]]`: votes or populations by party; a new set is a new row, same id."""

    id: Annotated[Id, Meta(description="Short name.")]
    unit: Annotated[str, Meta(description="What one unit is, such as 'hundredths of a per cent of the population'.")]
    values: Annotated[dict[str, Weight], Meta(min_length=1, max_length=250, description="Weight by party.")]


class Document(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole charter file."""

    schema: Annotated[int, Meta(description="Version of this file format: 1.")]
    charter: Annotated[About, Meta(description="What the file is.")]
    party: tuple[Party, ...] = ()
    instrument: tuple[Instrument, ...] = ()
    clause: tuple[Clause, ...] = ()
    reading: tuple[Reading, ...] = ()
    status: tuple[Status, ...] = ()
    membership: tuple[Membership, ...] = ()
    group: tuple[Group, ...] = ()
    office: tuple[Office, ...] = ()
    organ: tuple[Organ, ...] = ()
    weights: tuple[WeightSet, ...] = ()
    rule: tuple[Rule, ...] = ()
    matter: tuple[Matter, ...] = ()
    area: tuple[Area, ...] = ()
    duty: tuple[Duty, ...] = ()
    provision: tuple[Provision, ...] = ()
    conduct: tuple[Conduct, ...] = ()


SOURCED_FIELDS: dict[type[Row], tuple[str, ...]] = {
    Organ: ("electorate", "chair", "convened_by", "convene_within", "quorum"),
    Duty: ("qualified_by", "content"),
    Conduct: ("joiner_history",),
}
"""Fields that a row must either give or list under `unset` with a reason."""

DEFAULT_STATUSES: tuple[Status, ...] = (
    Status(
        id="member",
        rights=(
            "attend",
            "speak",
            "propose",
            "vote",
            "convene",
            "request",
            "be_assisted",
            "pledge",
            "receive",
            "host",
            "chair",
        ),
    ),
    Status(id="acceding", rights=("attend", "speak", "receive")),
    Status(id="observer", rights=("attend", "speak")),
    Status(id="partner", rights=("attend", "speak")),
    Status(id="withdrawn"),
    Status(id="suspended", overlay=True, removes=("vote", "propose", "convene", "chair")),
    Status(id="frozen", overlay=True),
)
"""Statuses every charter knows unless it states its own row of that name."""
