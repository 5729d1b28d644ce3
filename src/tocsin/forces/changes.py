"""What could be changed about a case and its inventory, one thing at a time. docs/FORCES.md, part 9.

A change is written as the option of `forces what-if` that makes it, and read from it; `forces/amend.py` makes it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple, get_args

from msgspec import Struct

from tocsin.errors import ForcesError, Problem
from tocsin.forces.case_checks import A_NATION, is_nation
from tocsin.forces.change_options import OPTIONS
from tocsin.forces.model import ChangeKind, GateKind
from tocsin.terms import PartyId

HOURS_MAX = 100_000
QUANTITY_MAX = 10_000_000
COUNT_MAX = 10_000
OPEN, NONE = "open", "none"

_WHOLE = re.compile(r"[0-9]{1,9}")
_TONNES = re.compile(r"([0-9]{1,9}) ?t ?@ ?([0-9]{1,9})h?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9().-]{0,63}")


class Made(Struct, frozen=True, kw_only=True, tag_field="change"):
    """What all changes share."""


class TransitTime(Made, frozen=True, tag="transit"):
    """It becomes known how long a unit takes to a destination."""

    unit: str
    destination: str
    hours: int


class OwnLift(Made, frozen=True, tag="own-lift"):
    """A nation brings a unit by its own means; it needs no lift any more."""

    unit: str


class MoreTonnes(Made, frozen=True, tag="tonnes"):
    """So many tonnes more leave at one hour."""

    tonnes: int
    leaves_hours: int


class MoreAssets(Made, frozen=True, tag="assets"):
    """So many more of an asset, at every hour at which any of them leaves."""

    count: int
    asset: str


class Notice(Made, frozen=True, tag="notice"):
    """A unit is ready to leave so long after activation."""

    unit: str
    hours: int


class OfferFrom(Made, frozen=True, tag="offer-from"):
    """A unit is offered from this day."""

    unit: str
    from_: date


class Extend(Made, frozen=True, tag="extend"):
    """A unit is offered until this day; none: without end."""

    unit: str
    until: date | None = None


class Rotate(Made, frozen=True, tag="rotate"):
    """A nation relieves a unit before it is worn out."""

    unit: str


class DropCaveat(Made, frozen=True, tag="drop-caveat"):
    """A nation drops its hard caveats of one tag, on all its units."""

    nation: PartyId
    tag: str


class MandateLead(Made, frozen=True, tag="mandate"):
    """A nation's mandates are there so long after activation."""

    nation: PartyId
    hours: int


class MandateOpen(Made, frozen=True, tag="mandate-end"):
    """A nation's mandates have no end."""

    nation: PartyId


class GateFrom(Made, frozen=True, tag="gate"):
    """A permission is given from this day, wherever it was not or later; none: it is not given to anybody."""

    kind: GateKind
    destination: str
    from_: date | None
    given_by: str = ""
    """Who gives it; empty: whoever does."""


class GateOpen(Made, frozen=True, tag="gate-end"):
    """A permission has no end."""

    kind: GateKind
    destination: str
    given_by: str = ""


class CapPercent(Made, frozen=True, tag="cap"):
    """A nation sends up to so many per cent of what it pledged."""

    nation: PartyId
    counted: str
    percent: int


class OneNation(Made, frozen=True, tag="one-nation"):
    """One nation gives up to so many per cent of a line; none: as much as it can."""

    line: str
    percent: int | None


class Deadline(Made, frozen=True, tag="deadline"):
    """A line must be in place so long after activation."""

    line: str
    hours: int


class NewPledge(Made, frozen=True, tag="pledge"):
    """A nation pledges a unit more, which can be anywhere at once and for as long as it is needed."""

    nation: PartyId
    capability: str
    strength: int


class Without(Made, frozen=True, tag="without"):
    """A nation sends nothing. It takes away, so it never fills a line; it answers what would be if."""

    nation: PartyId


Change = (
    TransitTime
    | OwnLift
    | MoreTonnes
    | MoreAssets
    | Notice
    | OfferFrom
    | Extend
    | Rotate
    | DropCaveat
    | MandateLead
    | MandateOpen
    | GateFrom
    | GateOpen
    | CapPercent
    | OneNation
    | Deadline
    | NewPledge
    | Without
)


class Words(NamedTuple):
    """What somebody wrote after an option."""

    option: str
    text: str

    def refuse(self, field: str, found: str, accepted: str, fix: str = "") -> ForcesError:
        """The error to raise, which says where it stands."""
        return ForcesError([Problem(f"{self.option} {self.text}".strip(), 0, field, found, accepted, fix)])

    def parts(self, least: int, most: int) -> list[str]:
        """What stands between the colons."""
        parts = [part.strip() for part in self.text.split(":")]
        if not least <= len(parts) <= most or not all(parts):
            raise self.refuse("", "this cannot be read", f"{self.option} {OPTIONS[self.option].accepted}")
        return parts

    def nation(self, text: str) -> PartyId:
        return PartyId(text.upper())

    def number(self, field: str, text: str, most: int, least: int = 0) -> int:
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            raise self.refuse(field, f"'{text}' does not fit here", f"a whole number from {least} to {most:,}")
        return int(text)

    def hours(self, text: str, least: int = 0) -> int:
        return self.number("hours", text.removesuffix("h").removesuffix(" "), HOURS_MAX, least)

    def day(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refuse("date", f"'{text}' is not a day", "a date such as 2026-01-31") from None


def kind_of(change: Change) -> ChangeKind | None:
    """The kind of a change, by which it is priced; none for `Without`."""
    tag = change.__struct_config__.tag
    return next((kind for kind in get_args(ChangeKind) if kind == tag), None)


def parse(option: str, text: str) -> Change:
    """The change that an option of `forces what-if` makes. Raises ForcesError where it cannot be read.

    Whether there is such a unit, line or nation is asked when it is made; of a pledge, which may be of a nation that
    offers nothing yet, whether the nation is a state at all.
    """
    if option not in _READ:
        name, *known = (one.removeprefix("--") for one in (option, *OPTIONS))
        raise ForcesError([Problem("changes", 0, name[:40], "there is no such change", ", ".join(known))])
    return _READ[option](Words(option, text.strip()))


def parse_all(options: Iterable[tuple[str, str]]) -> list[Change]:
    """The changes that options make, in their order. Raises ForcesError with every one that cannot be read."""
    changes: list[Change] = []
    problems: list[Problem] = []
    for option, text in options:
        try:
            changes.append(parse(option, text))
        except ForcesError as error:
            problems += error.problems
    if problems:
        raise ForcesError(problems)
    return changes


def written(change: Change) -> tuple[str, str]:
    """The option that makes a change, and what stands after it. It is read back as the same change."""
    match change:
        case TransitTime(unit=unit, destination=place, hours=hours):
            return "--transit", f"{unit}:{place}:{hours}"
        case OwnLift(unit=unit):
            return "--own-lift", unit
        case MoreTonnes(tonnes=tonnes, leaves_hours=hour):
            return "--add-lift", f"{tonnes}t@{hour}"
        case MoreAssets(count=count, asset=asset):
            return "--add-lift", f"{count}:{asset}"
        case Notice(unit=unit, hours=hours):
            return "--notice", f"{unit}:{hours}"
        case OfferFrom(unit=unit, from_=day):
            return "--offer-from", f"{unit}:{day}"
        case Extend(unit=unit, until=until):
            return "--extend", unit if until is None else f"{unit}:{until}"
        case Rotate(unit=unit):
            return "--rotate", unit
        case DropCaveat(nation=nation, tag=tag):
            return "--drop-caveat", f"{nation}:{tag}"
        case MandateLead(nation=nation, hours=hours):
            return "--mandate", f"{nation}:{hours}"
        case MandateOpen(nation=nation):
            return "--mandate", f"{nation}:{OPEN}"
        case GateFrom(from_=day):
            return "--gate", _gate_text(change, NONE if day is None else day.isoformat())
        case GateOpen():
            return "--gate", _gate_text(change, OPEN)
        case CapPercent(nation=nation, counted=counted, percent=percent):
            return "--cap", f"{nation}:{counted}:{percent}"
        case OneNation(line=line, percent=percent):
            return "--one-nation", f"{line}:{NONE if percent is None else percent}"
        case Deadline(line=line, hours=hours):
            return "--deadline", f"{line}:{hours}"
        case NewPledge(nation=nation, capability=capability, strength=strength):
            return "--pledge", f"{nation}:{capability}:{strength}"
        case Without(nation=nation):
            return "--without", nation


def nearest(name: str, known: list[str]) -> str:
    """What was probably meant."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def _gate_text(change: GateFrom | GateOpen, when: str) -> str:
    given_by = f":{change.given_by}" if change.given_by else ""
    return f"{change.kind.replace(' ', '-')}:{change.destination}:{when}{given_by}"


def _transit(words: Words) -> Change:
    unit, place, hours = words.parts(3, 3)
    if not _ID.fullmatch(place):
        raise words.refuse("destination", f"'{place}' is no destination", "a destination, or any")
    return TransitTime(unit=unit, destination=place, hours=words.hours(hours))


def _lift(words: Words) -> Change:
    if match := _TONNES.fullmatch(words.text):
        tonnes = words.number("tonnes", match[1], QUANTITY_MAX, 1)
        return MoreTonnes(tonnes=tonnes, leaves_hours=words.hours(match[2]))
    count, _, asset = (part.strip() for part in words.text.partition(":"))
    if not asset:
        words.parts(2, 2)
    return MoreAssets(count=words.number("count", count, COUNT_MAX, 1), asset=asset)


def _notice(words: Words) -> Change:
    unit, hours = words.parts(2, 2)
    return Notice(unit=unit, hours=words.hours(hours))


def _offer_from(words: Words) -> Change:
    unit, day = words.parts(2, 2)
    return OfferFrom(unit=unit, from_=words.day(day))


def _extend(words: Words) -> Change:
    unit, *until = words.parts(1, 2)
    return Extend(unit=unit, until=words.day(until[0]) if until else None)


def _drop_caveat(words: Words) -> Change:
    nation, tag = words.parts(2, 2)
    return DropCaveat(nation=words.nation(nation), tag=tag)


def _mandate(words: Words) -> Change:
    nation, hours = words.parts(2, 2)
    if hours == OPEN:
        return MandateOpen(nation=words.nation(nation))
    return MandateLead(nation=words.nation(nation), hours=words.hours(hours))


def _gate(words: Words) -> Change:
    named, place, when, *rest = words.parts(3, 4)
    kinds: dict[str, GateKind] = {kind.replace(" ", "-"): kind for kind in get_args(GateKind)}
    kind = kinds.get(named.lower().replace(" ", "-"))
    if kind is None:
        known = ", ".join(kinds)
        raise words.refuse("kind", f"there is no permission '{named}'", known, nearest(named, list(kinds)))
    given_by = words.nation(rest[0]) if rest else ""
    if when == OPEN:
        return GateOpen(kind=kind, destination=place, given_by=given_by)
    day = None if when == NONE else words.day(when)
    return GateFrom(kind=kind, destination=place, from_=day, given_by=given_by)


def _cap(words: Words) -> Change:
    head, _, percent = words.text.rpartition(":")
    nation, _, counted = (part.strip() for part in head.partition(":"))
    if not (nation and counted):
        words.parts(3, 3)
    percent = percent.strip().removesuffix("%")
    return CapPercent(nation=words.nation(nation), counted=counted, percent=words.number("percent", percent, 100))


def _one_nation(words: Words) -> Change:
    line, percent = words.parts(2, 2)
    if percent == NONE:
        return OneNation(line=line, percent=None)
    return OneNation(line=line, percent=words.number("percent", percent.removesuffix("%"), 100, 1))


def _deadline(words: Words) -> Change:
    line, hours = words.parts(2, 2)
    return Deadline(line=line, hours=words.hours(hours, 1))


def _pledge(words: Words) -> Change:
    code, capability, strength = words.parts(3, 3)
    nation = words.nation(code)
    if not is_nation(nation):
        raise words.refuse("nation", f"'{nation}' is no state", A_NATION)
    number = words.number("strength", strength, QUANTITY_MAX, 1)
    return NewPledge(nation=nation, capability=capability, strength=number)


_READ: dict[str, Callable[[Words], Change]] = {
    "--drop-caveat": _drop_caveat,
    "--add-lift": _lift,
    "--own-lift": lambda words: OwnLift(unit=words.parts(1, 1)[0]),
    "--without": lambda words: Without(nation=words.nation(words.parts(1, 1)[0])),
    "--notice": _notice,
    "--transit": _transit,
    "--offer-from": _offer_from,
    "--extend": _extend,
    "--rotate": lambda words: Rotate(unit=words.parts(1, 1)[0]),
    "--mandate": _mandate,
    "--gate": _gate,
    "--cap": _cap,
    "--one-nation": _one_nation,
    "--deadline": _deadline,
    "--pledge": _pledge,
}
