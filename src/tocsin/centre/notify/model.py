"""Contacts of a seat, what they are told, and what became of it."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from tocsin.terms import Instant, Marking

Channel = Literal["mail", "webhook"]
Kind = Literal[
    "silence", "unconfirmed", "on behalf", "warning", "recall", "case", "request", "meeting", "decision", "more",
]  # fmt: skip
"""What calls for notice. `more`: so much at once that the rest is told as one."""

MARKINGS: tuple[Marking, ...] = tuple(reversed(get_args(Marking)))
"""From the lowest to the highest."""

FACTS: Marking = "TLP:AMBER"
"""What the facts of a case count as: its name, what is before whom, what was decided. They go to those of the alliance
who take part, and not further."""

RUNGS_MAX = 9
CONTACTS_MAX = 20
"""Of one seat."""


class NewContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody, or some system, that a seat wants told."""

    channel: Annotated[Channel, Meta(description="How it is told.")]
    address: Annotated[
        str, Meta(min_length=3, max_length=500, description="E-mail address, or the https address to post to.")
    ]
    label: Annotated[str, Meta(max_length=80, description="What the seat calls it, such as 'night desk'.")] = ""
    rung: Annotated[int, Meta(ge=1, le=RUNGS_MAX, description="1 is told at once, 2 after rung 1, and so on.")] = 1
    wait_minutes: Annotated[
        int, Meta(ge=0, le=10_080, description="Minutes after which the next rung is told, if nobody acknowledged.")
    ] = 15
    clearance: Annotated[
        Marking, Meta(description="Highest marking that may be told of over it; facts of a case count as TLP:AMBER.")
    ] = "TLP:CLEAR"


class Contact(NewContact, frozen=True, kw_only=True):
    """The same, as it is kept."""

    id: str
    seat: str
    secret: str = ""
    """What notices to a webhook are signed with; empty for e-mail."""
    made: Instant
    made_by: str
    """Opaque id of the desk."""


class ContactLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact as its seat and the administrator see it: without its secret."""

    id: str
    seat: str
    channel: Channel
    address: str
    """Left out for the administrator, where the contact is a party's."""
    label: str
    rung: int
    wait_minutes: int
    clearance: Marking
    told_up_to: Marking
    """What it is told of in fact: the clearance, within the ceiling that the centre's settings put on the channel."""
    sent: int = 0
    failed: int = 0
    """Attempts, since the centre keeps count."""
    last: Instant | None = None
    trouble: str = ""
    """What went wrong last; empty once a notice got through again."""


class Notice(Struct, frozen=True, kw_only=True):
    """A stretch of a seat's feed, of which its contacts are told. What it says is made anew whenever it is sent."""

    seat: str
    first: int
    last: int
    """Positions of the first and the last item that call for notice."""
    made: Instant


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of one notice to one contact."""

    contact: str
    state: Literal["sent", "failed", "given up"]
    attempts: int
    next_at: Instant
    """When to try again, where it failed."""


class Called(Struct, frozen=True, kw_only=True):
    """One thing that calls for notice, as its seat may know it."""

    kind: Kind
    position: int
    marking: Marking = FACTS
    """What a contact must be cleared for to be told more than that something waits."""
    marked: Marking | Literal[""] = ""
    """Of a warning: what its author marked it, where the seat may know; that can lie below the facts around it."""
    case: str = ""
    name: str = ""
    """Of the procedure or warning."""
    by: str = ""
    what: str = ""
    """Verdict, duty or organ."""
    until: Instant | None = None


class Message(Struct, frozen=True, kw_only=True):
    """What one contact is sent."""

    id: str
    """The same however often it is sent."""
    subject: str
    """Names nothing: it may be shown on a locked screen."""
    text: str
    mode: str
    at: Instant
    told: tuple[Called, ...] = ()
    """Those of its items that the contact is cleared for."""
    untold: int = 0


class Undelivered(Exception):
    """A notice did not get through. `why` is for the administrator; `is_final`: trying again is of no use."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        self.why, self.is_final = why[:300], is_final
        super().__init__(why)


def reaches(clearance: Marking, marking: Marking) -> bool:
    """Whether what is so marked may be told over a channel cleared so far."""
    return MARKINGS.index(marking) <= MARKINGS.index(clearance)


def lower(one: Marking, other: Marking) -> Marking:
    """The lower of two markings."""
    return min(one, other, key=MARKINGS.index)
