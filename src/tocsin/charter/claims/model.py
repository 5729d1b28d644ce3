"""A claims file, as written: sentences about alliances, each with the questions that its truth hangs on.

docs/FACTS.md explains the file. `judge.py` reads and judges it; `answers.py` finds who answers a question.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.charter.predicates import Event
from tocsin.charter.rows import RENAME, Id
from tocsin.terms import Position, Right, SourceClass

SCHEMA = 1

Named = Annotated[str, Meta(min_length=1)]
Names = Annotated[tuple[Named, ...], Meta(min_length=1, max_length=250)]
CharterName = Annotated[str, Meta(min_length=1, description="A shipped charter by its name, or a file by its path.")]
Day = Annotated[date, Meta(description="The day asked about.")]
Readings = Annotated[tuple[str, ...], Meta(description="Readings to judge under; empty: the plain text.")]
Quantity = Annotated[int, Meta(ge=-1_000_000_000_000, le=1_000_000_000_000)]
Count = Annotated[int, Meta(ge=0, le=1_000)]
DutyAnswer = Literal["triggered", "awaiting", "excluded", "not triggered", "undetermined", "standing"]
Said = dict[str, Position]
Days = Annotated[dict[str, date], Meta(max_length=250)]


class Ask(
    Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME, tag_field="ask"
):
    """What every question may state."""

    expect: Annotated[bool, Meta(description="The answer on which the claim hangs.")] = True


class AskStatus(Ask, tag="status", kw_only=True, frozen=True):
    """Has a party one of these statuses, on a day or on some day of a span?"""

    charter: CharterName
    party: Annotated[Named, Meta(description="The party.")]
    is_: Annotated[Names, Meta(description="Statuses, overlays included; 'none' where the party has none.")]
    on: Annotated[date | None, Meta(description="The day asked about; or give `since` and `until`.")] = None
    since: Annotated[date | None, Meta(description="First day of the span.")] = None
    until: Annotated[date | None, Meta(description="First day after the span.")] = None
    readings: Readings = ()


class AskMembers(Ask, tag="members", kw_only=True, frozen=True):
    """Who has a status on a day: these parties, or so many?"""

    charter: CharterName
    on: Day
    status: Annotated[str, Meta(description="The status.")] = "member"
    are: Annotated[tuple[str, ...] | None, Meta(description="Exactly these parties; or give `count`.")] = None
    count: Annotated[Count | None, Meta(description="Exactly so many.")] = None
    readings: Readings = ()


class AskShared(Ask, tag="shared", kw_only=True, frozen=True):
    """Who has a status in one charter and a status in another on the same day: these parties, or so many?"""

    charter: CharterName
    other: Annotated[str, Meta(min_length=1, description="The other charter.")]
    on: Day
    status: Annotated[str, Meta(description="Status in the first charter.")] = "member"
    other_status: Annotated[str, Meta(description="Status in the other.")] = "member"
    are: Annotated[tuple[str, ...] | None, Meta(description="Exactly these parties; or give `count`.")] = None
    count: Annotated[Count | None, Meta(description="Exactly so many.")] = None


class AskInstrument(Ask, tag="instrument", kw_only=True, frozen=True):
    """When was an instrument signed, or when did it enter into force? One of `is`, `before` and `since`."""

    charter: CharterName
    instrument: Annotated[Named, Meta(description="Id of the instrument.")]
    field: Annotated[Literal["signed", "in_force"], Meta(description="Which of its days.")]
    is_: Annotated[date | None, Meta(description="Exactly this day.")] = None
    before: Annotated[date | None, Meta(description="Earlier than this day.")] = None
    since: Annotated[date | None, Meta(description="This day or later.")] = None


class AskInForce(Ask, tag="in force", kw_only=True, frozen=True):
    """Is an instrument in force on a day: has it entered into force, and not ended?"""

    charter: CharterName
    instrument: Annotated[Named, Meta(description="Id of the instrument.")]
    on: Day


class AskOrgan(Ask, tag="organ", kw_only=True, frozen=True):
    """Is there such an organ on a day? By its id, by its exact name, or by both."""

    charter: CharterName
    on: Day
    organ: Annotated[str, Meta(description="Its id.")] = ""
    name: Annotated[str, Meta(description="Its whole name.")] = ""
    chair: Annotated[str, Meta(description="Office that chairs it, or 'rotating'.")] = ""


class AskMatter(Ask, tag="matter", kw_only=True, frozen=True):
    """Does the alliance decide such a matter on a day?"""

    charter: CharterName
    matter: Annotated[Named, Meta(description="Id of the matter.")]
    on: Day


class AskRule(Ask, tag="rule", kw_only=True, frozen=True):
    """By which kind of rule is a matter decided on a day? One of `is` and `uses`."""

    charter: CharterName
    matter: Annotated[Named, Meta(description="Id of the matter.")]
    on: Day
    organ: Annotated[str, Meta(description="The organ; empty: where the matter starts.")] = ""
    is_: Annotated[str, Meta(description="Kind of the rule itself, such as 'consensus'.")] = ""
    uses: Annotated[str, Meta(description="Kind that stands anywhere in it.")] = ""
    readings: Readings = ()


class AskDuty(Ask, tag="duty", kw_only=True, frozen=True):
    """What becomes of a duty when something happens?"""

    charter: CharterName
    duty: Annotated[Named, Meta(description="Id of the duty.")]
    on: Day
    event: Annotated[Event, Meta(description="What is taken to have happened.")]
    is_: Annotated[tuple[DutyAnswer, ...], Meta(min_length=1, description="One of these.")]
    readings: Readings = ()


class AskProvision(Ask, tag="provision", kw_only=True, frozen=True):
    """Is there such a provision on a day, or does the charter say that there is none?"""

    charter: CharterName
    provision: Annotated[Named, Meta(description="Id of the provision.")]
    on: Day
    absent: Annotated[bool, Meta(description="Ask whether the charter says that there is none.")] = False
    matter: Annotated[str, Meta(description="... and this matter decides it.")] = ""
    ratified_by: Annotated[str, Meta(description="... and these must ratify.")] = ""


class AskHeld(Ask, tag="held", kw_only=True, frozen=True):
    """From which day have parties had a status, and on which day did they lose it? One of `from` and `to`, or both."""

    charter: CharterName
    status: Annotated[str, Meta(description="The status.")] = "member"
    from_: Annotated[Days, Meta(description="By party: it has it on this day, and not the day before.")] = {}
    to: Annotated[Days, Meta(description="By party: it has it no longer on this day, but the day before.")] = {}
    readings: Readings = ()


class AskRight(Ask, tag="right", kw_only=True, frozen=True):
    """Has a party a right on a day?"""

    charter: CharterName
    party: Annotated[Named, Meta(description="The party.")]
    right: Annotated[Right, Meta(description="The right, such as 'vote'.")]
    on: Day
    readings: Readings = ()


class AskConvene(Ask, tag="convene", kw_only=True, frozen=True):
    """May somebody call an organ together on a day? All that is given besides must be so as well."""

    charter: CharterName
    organ: Annotated[Named, Meta(description="Id of the organ.")]
    by: Annotated[Named, Meta(description="Party, office or organ.")]
    on: Day
    askers: Annotated[Count | None, Meta(description="... and so many must ask before it meets.")] = None
    within: Annotated[str, Meta(description="... and it meets within this time; 'unset' where that is not known.")] = ""
    unset: Annotated[bool, Meta(description="Ask whether the charter leaves unset who may.")] = False


class AskTable(Ask, tag="table", kw_only=True, frozen=True):
    """May somebody put a text on a matter forward on a day?"""

    charter: CharterName
    matter: Annotated[Names, Meta(description="Matters; the same must be so of each.")]
    by: Annotated[Named, Meta(description="Party, office or organ.")]
    on: Day
    subject: Annotated[str, Meta(description="The party the text is about.")] = ""
    after: Annotated[tuple[str, ...] | None, Meta(description="... and exactly these matters must come first.")] = None


class AskOutcome(Ask, tag="outcome", kw_only=True, frozen=True):
    """What do the charter's rules make of positions? All that is given besides must be so as well."""

    charter: CharterName
    matter: Annotated[Names, Meta(description="Matters; the same must come of each.")]
    on: Day
    positions: Annotated[
        Said,
        Meta(description="Position by party; 'others': all electors not named; 'anyone': each elector in turn."),
    ] = {}
    counts: Annotated[
        dict[Position, Count], Meta(description="A secret ballot: how many electors say what; or give `positions`.")
    ] = {}
    questions: Annotated[dict[str, Said], Meta(description="Positions on questions of their own, by question.")] = {}
    organ: Annotated[str, Meta(description="The organ; empty: where the matter starts.")] = ""
    rule: Annotated[str, Meta(description="The rule, where the organ may decide by several.")] = ""
    subject: Annotated[str, Meta(description="The party it is about.")] = ""
    closed: Annotated[bool, Meta(description="No more positions will come.")] = False
    is_: Annotated[
        Literal["adopted", "blocked", "open", "escalated", "unset"],
        Meta(description="What comes of it; 'unset': rule or electors are not known."),
    ]
    blocked_by: Annotated[tuple[str, ...] | None, Meta(description="... and exactly these block it.")] = None
    bound: Annotated[tuple[str, ...] | None, Meta(description="... and exactly these are bound.")] = None
    goes_to: Annotated[str, Meta(description="... and it goes to this organ.")] = ""
    electors: Annotated[Count | None, Meta(description="... and so many decide.")] = None
    readings: Readings = ()


class AskDuties(Ask, tag="duties", kw_only=True, frozen=True):
    """What does a whole charter ask when something happens? Duties not named ask nothing, standing ones aside."""

    charter: CharterName
    on: Day
    event: Annotated[Event, Meta(description="What is taken to have happened.")]
    are: Annotated[dict[str, DutyAnswer], Meta(description="What becomes of each duty; empty: nothing is asked.")]
    readings: Readings = ()


class AskBound(Ask, tag="bound", kw_only=True, frozen=True):
    """Whom does a duty bind when something happens: this party, exactly these, or so many?"""

    charter: CharterName
    duty: Annotated[Named, Meta(description="Id of the duty.")]
    on: Day
    event: Annotated[Event, Meta(description="What is taken to have happened.")] = Event()
    party: Annotated[str, Meta(description="This party among others; or give `are` or `count`.")] = ""
    are: Annotated[tuple[str, ...] | None, Meta(description="Exactly these.")] = None
    count: Annotated[Count | None, Meta(description="Exactly so many.")] = None
    readings: Readings = ()


class AskReport(Ask, tag="report", kw_only=True, frozen=True):
    """Is a report owed under a duty? All that is given besides must be so of one and the same report."""

    charter: CharterName
    duty: Annotated[Named, Meta(description="Id of the duty.")]
    on: Day
    event: Annotated[Event | None, Meta(description="... when this happens, which must engage the duty.")] = None
    to: Annotated[str, Meta(description="... to this recipient.")] = ""
    by: Annotated[str, Meta(description="... by these.")] = ""
    within: Annotated[str, Meta(description="... within this time: 'immediately', a length, or 'unset'.")] = ""
    readings: Readings = ()


class AskNotice(Ask, tag="notice", kw_only=True, frozen=True):
    """How long is the notice that a provision asks for? All that is given besides must be so as well."""

    charter: CharterName
    on: Day
    is_: Annotated[
        Named, Meta(description="A length such as '12 months'; 'unset': not known; 'absent': no such provision.")
    ]
    provision: Annotated[Named, Meta(description="Id of the provision.")] = "withdrawal"
    to: Annotated[str, Meta(description="... to be given to this one.")] = ""
    earliest: Annotated[date | None, Meta(description="... and not before this day.")] = None
    readings: Readings = ()


class AskClause(Ask, tag="clause", kw_only=True, frozen=True):
    """Does a clause hold on a day, and does our summary of it say so?"""

    charter: CharterName
    clause: Annotated[Named, Meta(description="Id of the clause.")]
    on: Day
    instrument: Annotated[str, Meta(description="... and it belongs to this instrument.")] = ""
    says: Annotated[str, Meta(description="... and its summary has these words, in any case of letters.")] = ""


class AskHolds(Ask, tag="holds", kw_only=True, frozen=True):
    """Do rows hold on a day, from a day on, or until a day? All that is given must be so of each."""

    charter: CharterName
    what: Annotated[
        Literal["clause", "organ", "office", "rule", "matter", "area", "duty", "provision"],
        Meta(description="The table they stand in."),
    ]
    names: Annotated[Names, Meta(description="Their ids.")]
    on: Annotated[date | None, Meta(description="They hold on this day.")] = None
    from_: Annotated[date | None, Meta(description="They hold on this day and not on the day before.")] = None
    to: Annotated[date | None, Meta(description="They hold no longer on this day, but on the day before.")] = None
    kind: Annotated[str, Meta(description="... and are of this kind: of a duty its modality.")] = ""
    instrument: Annotated[str, Meta(description="... and belong to this instrument, if they are clauses.")] = ""


class AskReading(Ask, tag="reading", kw_only=True, frozen=True):
    """Is there such a reading, and does somebody hold it?"""

    charter: CharterName
    reading: Annotated[Named, Meta(description="Id of the reading.")]
    on: Day
    held_by: Annotated[str, Meta(description="... and this is who holds or held it.")] = ""


class AskCase(Ask, tag="case", kw_only=True, frozen=True):
    """Does a recorded case have a step of one of these kinds, with all that is given besides?"""

    case: Annotated[str, Meta(min_length=1, description="A shipped case by its name, or a file by its path.")]
    do: Annotated[Names, Meta(description="Kinds of step, such as 'deploy'.")]
    by: Annotated[str, Meta(description="... by this actor.")] = ""
    duty: Annotated[str, Meta(description="... on this duty.")] = ""
    matter: Annotated[tuple[str, ...], Meta(description="... on one of these matters.")] = ()


class Compared(Ask, kw_only=True, frozen=True):
    """A number of a `[[value]]` compared. Exactly one of the five."""

    value: Annotated[Named, Meta(description="Id of the [[value]].")]
    is_: Annotated[Quantity | None, Meta(description="Equal to this, in the value's unit.")] = None
    above: Annotated[Quantity | None, Meta(description="More than this.")] = None
    at_least: Annotated[Quantity | None, Meta(description="This or more.")] = None
    below: Annotated[Quantity | None, Meta(description="Less than this.")] = None
    at_most: Annotated[Quantity | None, Meta(description="This or less.")] = None


class AskValue(Compared, tag="value", kw_only=True, frozen=True):
    """How does one number compare?"""

    key: Annotated[Named, Meta(description="Whose number.")]


class AskTally(Compared, tag="tally", kw_only=True, frozen=True):
    """How many of the numbers compare so?"""

    count: Annotated[Count, Meta(description="Exactly so many.")]
    without: Annotated[tuple[str, ...], Meta(description="Keys left out.")] = ()


AnyAsk = (
    AskStatus
    | AskMembers
    | AskShared
    | AskHeld
    | AskRight
    | AskInstrument
    | AskInForce
    | AskOrgan
    | AskConvene
    | AskMatter
    | AskTable
    | AskRule
    | AskOutcome
    | AskDuty
    | AskDuties
    | AskBound
    | AskReport
    | AskProvision
    | AskNotice
    | AskClause
    | AskHolds
    | AskReading
    | AskCase
    | AskValue
    | AskTally
)
"""The closed set of questions. One that does not fit is a new kind here and in `answers.py`, with tests."""


class Value(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[[value]]`: numbers of one measure, one year and one source, by party or by another key."""

    id: Annotated[Id, Meta(description="Short name, used by questions.")]
    title: Annotated[str, Meta(min_length=1, max_length=300, description="What is measured, and in which edition.")]
    unit: Annotated[str, Meta(min_length=1, description="What one unit is; numbers are whole.")]
    year: Annotated[int | None, Meta(description="The year it is about; left out where the source gives none.")] = None
    numbers: Annotated[dict[str, Quantity], Meta(max_length=250, description="The numbers, by key.")] = {}
    unset: Annotated[
        dict[str, str], Meta(max_length=250, description="Keys whose number is not known, each with the reason.")
    ] = {}
    incomplete: Annotated[
        str, Meta(description="Why numbers of further keys may be missing; empty: the list is whole.")
    ] = ""
    source: Annotated[str, Meta(min_length=1, description="Where it was read.")]
    class_: Annotated[SourceClass, Meta(description="How it was seen.")]
    note: Annotated[str, Meta(max_length=2000, description="What a reader should know.")] = ""


class Claim(
    Struct,
    kw_only=True,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={**RENAME, "assert_": "assert"},
):
    """`[[claim]]`: one sentence, and the questions that all must be answered as expected for it to be true."""

    id: Annotated[Id, Meta(description="Short name.")]
    says: Annotated[str, Meta(min_length=1, max_length=600, description="The sentence, in our own words.")]
    source: Annotated[str, Meta(min_length=1, description="Who says so.")]
    correct: Annotated[str, Meta(min_length=1, max_length=600, description="Our answer, in one sentence.")]
    class_: Annotated[SourceClass | None, Meta(description="How that source was seen.")] = None
    other: Annotated[
        bool | None, Meta(description="Whether the source is another than those of the rows that answer.")
    ] = None
    hypothetical: Annotated[bool, Meta(description="Whether positions or event are made up, to show the rule.")] = False
    note: Annotated[str, Meta(max_length=2000, description="What a reader should know.")] = ""
    assert_: Annotated[tuple[AnyAsk, ...], Meta(min_length=1, max_length=128, description="The questions.")]


class ClaimFile(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole claims file."""

    schema: Annotated[int, Meta(description="Version of this file format: 1.")]
    value: tuple[Value, ...] = ()
    claim: Annotated[tuple[Claim, ...], Meta(min_length=1, max_length=1_000)]


class SeenStep(Struct, kw_only=True, frozen=True, rename=RENAME):
    """The part of a recorded case's `[[step]]` that a claim may ask about; the rest is not read."""

    do: str
    at: object = ""
    by: str = ""
    duty: str = ""
    matter: str = ""
    says: str = ""
    source: str = ""
    class_: SourceClass = "memory"
