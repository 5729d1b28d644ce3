"""The second family: contents, who holds them, and what may be done with them.

A warning's substance goes to its audience alone. What becomes of it afterwards (re-marked, passed on, recalled,
delivered, acknowledged) is no fact of the law and changes no State: it folds into a Book, which only views of its
audience read. This file keeps the book; `release.py` says who sees what, `handling.py` who may change it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.alliance.commands import InCase, Line, Name, ReportWarning
from tocsin.alliance.folding import with_key
from tocsin.terms import Instant, Marking, PartyId

AUDIENCE_MAX = 250
"""Names in an audience; a group is one of them."""

Audience = Annotated[
    tuple[Name, ...], Meta(max_length=AUDIENCE_MAX, description="Parties and groups that may see it; empty: nobody.")
]
AsOf = Annotated[date | None, Meta(description="Groups mean their members on this day; none: whoever is in them.")]
Orcon = Annotated[bool, Meta(description="Originator control: nobody but its author passes it on.")]


class WarningContent(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="warning"):
    """The substance of a warning. Its commitment is SHA-256 over these bytes, which hold the salt."""

    warning: Annotated[Name, Meta(description="Name of the warning.")]
    author: Annotated[PartyId, Meta(description="Who warns.")]
    substance: Annotated[str, Meta(max_length=100_000, description="What is known.")]
    marking: Annotated[Marking, Meta(description="Handling, TLP 2.0.")]
    audience: Audience = ()
    as_of: AsOf = None
    orcon: Orcon = False
    salt: Annotated[str, Meta(min_length=16, max_length=128, description="Random text, made by the client.")]


class InContent(InCase, kw_only=True, frozen=True):
    """A command about one content of a case."""

    warning: Annotated[Name, Meta(description="Name of the warning.")]


class RemarkWarning(InContent, tag="re-mark warning", kw_only=True, frozen=True):
    """Its author gives a warning another marking or audience: wider, narrower, or other."""

    marking: Annotated[Marking, Meta(description="The new marking.")]
    audience: Audience
    as_of: AsOf = None
    orcon: Orcon = False


class PassOnWarning(InContent, tag="pass on warning", kw_only=True, frozen=True):
    """Somebody who holds a warning releases it to more parties, where its marking and its author let it."""

    to: Annotated[
        tuple[Name, ...], Meta(min_length=1, max_length=AUDIENCE_MAX, description="Parties and groups to add.")
    ]


class RecallWarning(InContent, tag="recall warning", kw_only=True, frozen=True):
    """Its author takes a warning back: who holds it is told, and must confirm."""

    why: Annotated[Line, Meta(description="Why, for those who hold it.")] = ""


class AcknowledgeWarning(InContent, tag="acknowledge warning", kw_only=True, frozen=True):
    """A holder confirms what last happened to a warning: that it has it, or that it acted on its recall."""


class DeliverWarning(InContent, tag="deliver warning", kw_only=True, frozen=True):
    """The centre records that it handed the substance to a party."""

    to: Annotated[Name, Meta(description="The seat that received it.")]


ContentCommand = RemarkWarning | PassOnWarning | RecallWarning | AcknowledgeWarning | DeliverWarning


class Handled(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="handled"):
    """What became of a content. For its audience only."""

    at: Annotated[Instant, Meta(description="Instant it is effective.")]
    case: Annotated[Name, Meta(description="The case.")]
    warning: Annotated[Name, Meta(description="Name of the warning.")]


class WarningHeld(Handled, tag="held", kw_only=True, frozen=True):
    """A warning was handed in, with its release."""

    author: Annotated[Name, Meta(description="Who warns.")]
    marking: Annotated[Marking, Meta(description="Its marking.")]
    audience: Audience
    as_of: AsOf = None
    orcon: Orcon = False
    digest: Annotated[Name, Meta(description="SHA-256 of the content's bytes: the commitment.")]


class WarningRemarked(Handled, tag="re-marked", kw_only=True, frozen=True):
    """It has another release now."""

    by: Annotated[Name, Meta(description="By whom.")]
    marking: Annotated[Marking, Meta(description="Its marking.")]
    audience: Audience
    as_of: AsOf = None
    orcon: Orcon = False


class WarningRecalled(Handled, tag="recalled", kw_only=True, frozen=True):
    """Its author took it back."""

    by: Annotated[Name, Meta(description="By whom.")]
    why: Annotated[Line, Meta(description="Why.")] = ""
    told: Annotated[
        tuple[Name, ...], Meta(description="Who saw it until then: they are told, and so is whoever received it.")
    ] = ()


class WarningDelivered(Handled, tag="delivered", kw_only=True, frozen=True):
    """The substance was handed to a party: the record that a receipt proves."""

    to: Annotated[Name, Meta(description="The seat that received it.")]
    version: Annotated[int, Meta(ge=1, description="Version of its release.")]
    digest: Annotated[Name, Meta(description="SHA-256 of what was handed over.")]
    marking: Annotated[Marking, Meta(description="The marking it was under.")]
    why: Annotated[Line, Meta(description="Why the party may see it.")]
    clause: Annotated[str, Meta(description="Clause it rests on.")] = ""


class WarningAcknowledged(Handled, tag="acknowledged", kw_only=True, frozen=True):
    """A holder confirmed what it was told."""

    by: Annotated[Name, Meta(description="The party.")]
    version: Annotated[int, Meta(ge=1, description="Version of the release it confirms.")]
    of: Annotated[Literal["content", "recall"], Meta(description="What it confirms.")]


AnyHandled = WarningHeld | WarningRemarked | WarningRecalled | WarningDelivered | WarningAcknowledged


class Held(Struct, frozen=True, kw_only=True):
    """One content as the book has it now."""

    case: str
    warning: str
    author: str
    at: Instant
    """When it was handed in."""
    marking: Marking
    audience: tuple[str, ...]
    as_of: date | None = None
    orcon: bool = False
    digest: str = ""
    version: int = 1
    """Of the release: each re-marking, passing on and recall makes a new one."""
    changed: Instant
    recalled: Instant | None = None
    why: str = ""
    told: tuple[str, ...] = ()
    """Seats that saw it until it was recalled; who comes to belong later never learns that it was there."""
    delivered: dict[str, tuple[Instant, int]] = {}
    """seat -> when it last received the substance, and under which version"""
    acknowledged: dict[str, int] = {}
    """seat -> the version it last confirmed, or that changed nothing for it since"""


Book = dict[tuple[str, str], Held]
"""(case, warning) -> the content. Values are never changed, only replaced."""


def hold(command: ReportWarning, content: WarningContent, at: Instant) -> WarningHeld:
    """What enters the book when a warning is reported with its substance.

    The caller has checked that the commitment is that of the content's bytes.
    """
    return WarningHeld(
        at=at,
        case=command.case,
        warning=command.warning,
        author=command.by,
        marking=content.marking,
        audience=tuple(dict.fromkeys(content.audience)),
        as_of=content.as_of,
        orcon=content.orcon,
        digest=command.commitment,
    )


def fold_into(book: Book, handled: Iterable[AnyHandled]) -> None:
    """Put what became of contents into a book. Total: what is of no content in it changes nothing."""
    for one in handled:
        key = (one.case, one.warning)
        if isinstance(one, WarningHeld):
            book.setdefault(key, _held(one))
        elif (held := book.get(key)) is not None:
            book[key] = _evolved(held, one)


def evolve_book(book: Book, handled: Iterable[AnyHandled]) -> Book:
    """The book after what became of contents; the one given stays as it is."""
    following = dict(book)
    fold_into(following, handled)
    return following


def _held(one: WarningHeld) -> Held:
    return Held(
        case=one.case,
        warning=one.warning,
        author=one.author,
        at=one.at,
        marking=one.marking,
        audience=one.audience,
        as_of=one.as_of,
        orcon=one.orcon,
        digest=one.digest,
        changed=one.at,
    )


def _evolved(held: Held, one: WarningRemarked | WarningRecalled | WarningDelivered | WarningAcknowledged) -> Held:
    match one:
        case WarningRemarked():
            # Who holds it learns nothing of others' passing it on, so nobody is asked anew because of that.
            version = held.version + (one.by == held.author)
            return replace(
                held,
                marking=one.marking,
                audience=one.audience,
                as_of=one.as_of,
                orcon=one.orcon,
                version=version,
                changed=one.at,
            )
        case WarningRecalled():
            version = held.version + 1
            return replace(held, recalled=one.at, why=one.why, told=one.told, version=version, changed=one.at)
        case WarningDelivered():
            return replace(held, delivered=with_key(held.delivered, one.to, (one.at, one.version)))
        case WarningAcknowledged():
            return replace(held, acknowledged=with_key(held.acknowledged, one.by, one.version))
