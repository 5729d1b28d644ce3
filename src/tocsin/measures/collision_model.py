"""What a collision of two duties is, as structs."""

from typing import Literal

from msgspec import Struct

from tocsin.charter.predicates import Event
from tocsin.terms import PartyId, SourceClass

CollisionKind = Literal["opposite sides", "help against a ban", "duty against a limit", "two calls at once"]
KIND_WORDS: dict[CollisionKind, str] = {
    "opposite sides": "Each alliance asks for help against a party of the other.",
    "help against a ban": "One asks for help against a party; another forbids force against it.",
    "duty against a limit": "One asks for something; another forbids it, or forbids the tie itself.",
    "two calls at once": "One event calls on the party in both: no contradiction, but two procedures and one force.",
}


class DutyRef(Struct, frozen=True, kw_only=True):
    """A duty of one charter."""

    charter: str
    duty: str
    title: str
    modality: str
    clause: str
    source_class: SourceClass
    means: str
    limits: str


class Witness(Struct, frozen=True, kw_only=True):
    """A made-up event under which a duty is engaged, checked by `duties()`; HYPOTHETICAL."""

    charter: str
    duty: str
    event: Event
    says: str
    toml: str
    awaiting: str
    """the matter whose decision is awaited; empty: owed at once"""
    readings: tuple[tuple[str, ...], ...]
    """the readings under which it is engaged; one empty entry: under all of them"""


class Collision(Struct, frozen=True, kw_only=True):
    """Two duties of different alliances, borne by the same parties, and events that engage both. HYPOTHETICAL."""

    kind: CollisionKind
    parties: tuple[PartyId, ...]
    bearer: PartyId
    """the one of them that the events were made for"""
    first: DutyRef
    second: DutyRef
    says: str
    witnesses: tuple[Witness, ...]
    """one event for both duties, or one for each, in the order of the duties"""
    avoided_by: tuple[str, ...]
    """what the texts offer to get out of it: own choice of means, exclusions of either duty"""
    weak: dict[str, SourceClass]
    hypothetical: bool = True
