"""The shared scalars: the field's words, once, for every room of the house.

Times are integer microseconds in UTC inside the program and ISO 8601 text only at its edges.
Closed vocabularies are `Literal` types, so that a file, a JSON answer and the code spell them alike.
"""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NewType, get_args

from msgspec import Struct

from tocsin.errors import TermError

PartyId = NewType("PartyId", str)
"""An ISO 3166-1 alpha-3 code, a user-assigned code XAA-XZZ for an invented state, or an id the charter registers."""

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

Position = Literal["support", "object", "abstain", "qualified_abstention", "absent", "not_stated"]
"""What a member says of a text. `not_stated` is the absence of knowledge, not a vote."""

Verdict = Literal["adopted", "blocked", "open", "escalated"]
"""What a rule makes of the positions. `open`: positions not yet stated could still decide it either way."""

SourceClass = Literal["official text", "official statement", "press", "secondary", "memory", "invented"]
"""How the wording behind a row was seen. `invented` is reserved for hypothetical charters."""

EventKind = Literal[
    "armed attack",
    "aggression",
    "threat",
    "terrorist attack",
    "disaster",
    "internal unrest",
    "cyber attack",
    "border incident",
    "blockade",
]
"""What an event is claimed to be. The claim is a fact; whether a clause agrees is computed."""

EventObject = Literal[
    "territory", "forces", "vessel", "aircraft", "population", "infrastructure", "institutions", "mission"
]
"""What was hit."""

Region = Literal[
    "europe",
    "north america",
    "central america",
    "south america",
    "caribbean",
    "north atlantic north of the tropic of cancer",
    "atlantic south of the tropic of cancer",
    "mediterranean sea",
    "black sea",
    "arctic",
    "caucasus",
    "central asia",
    "middle east",
    "south asia",
    "east asia",
    "southeast asia",
    "north africa",
    "sub-saharan africa",
    "pacific",
    "indian ocean",
    "space",
    "cyberspace",
]
"""Where it happened, in the coarse regions that treaty scopes speak of."""

Right = Literal[
    "attend", "speak", "propose", "vote", "convene", "request", "be_assisted", "pledge", "receive", "host", "chair"
]
"""What a status lets a party do."""

Marking = Literal["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]
"""FIRST Traffic Light Protocol 2.0."""

POSITIONS: tuple[Position, ...] = get_args(Position)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
SOURCE_CLASSES: tuple[SourceClass, ...] = get_args(SourceClass)
RIGHTS: tuple[Right, ...] = get_args(Right)

WEAK_CLASSES: frozenset[SourceClass] = frozenset({"secondary", "memory"})
"""A trace that rests on one of these says so first."""

LONG_AGO = Instant(-62_135_596_800_000_000)
"""The first instant of year 1: before anything that can happen here."""
FAR_AHEAD = Instant(221_845_392_000_000_000)
"""The first instant of year 9000: after anything that can happen here, and still a date that can be printed."""

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTY = re.compile(r"[A-Z][A-Z0-9]{1,15}(-[A-Z0-9]{1,15}){0,3}")
_DURATION = re.compile(r"(\d{1,6}) (hour|day|month|year|working day)s?")


def is_party_id(text: str) -> bool:
    """Whether `text` has the shape of a party id; whether the party is known is the charter's matter."""
    return _PARTY.fullmatch(text) is not None


def is_invented(party: str) -> bool:
    """Whether the id lies in ISO 3166-1's user-assigned range XAA-XZZ, kept here for invented states."""
    return len(party) == 3 and party[0] == "X" and party.isalpha() and party.isupper()


def instant(moment: datetime | date | str) -> Instant:
    """The instant of an aware datetime, of the start of a date in UTC, or of ISO 8601 text.

    Raises TermError for text that is no time and for a time of day without a zone.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment) if len(moment) > 10 else date.fromisoformat(moment)
        except ValueError:
            raise TermError(f"'{moment}' is not a time; write 2026-01-31 or 2026-01-31T12:00:00+01:00") from None
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if moment.tzinfo is None:
        raise TermError(f"{moment.isoformat()} has no time zone; end it with Z or an offset such as +01:00")
    since = moment - _EPOCH
    return Instant((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def moment(at: Instant) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=at)


def day(at: Instant) -> date:
    """The UTC calendar day of an instant."""
    return moment(at).date()


def iso(at: Instant) -> str:
    """ISO 8601 text of an instant: to the second, and finer only where it is finer."""
    return moment(at).isoformat().replace("+00:00", "Z")


class Duration(Struct, frozen=True, omit_defaults=True):
    """A length of time as treaties state it: hours, calendar months or working days, never mixed."""

    hours: int = 0
    months: int = 0
    working_days: int = 0

    def after(self, start: Instant, zone: tzinfo = UTC) -> Instant:
        """The instant this long after `start`, months and working days counted by the calendar of `zone`.

        A month after 31 January is the last day of February; working days skip Saturday and Sunday, holidays are
        not known. The hour of the day stays the same on the clocks of the zone; hours are counted as they pass.
        """
        end = (moment(start) + timedelta(hours=self.hours)).astimezone(zone)
        if self.months:
            end = _add_months(end, self.months)
        for _ in range(self.working_days):
            end += timedelta(days=1)
            while end.weekday() >= 5:
                end += timedelta(days=1)
        return instant(end)

    def __str__(self) -> str:
        for count, unit in ((self.hours, "hour"), (self.months, "month"), (self.working_days, "working day")):
            if count:
                return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
        return "0 hours"


def duration(text: str) -> Duration:
    """A Duration from text such as '24 hours', '2 days', '12 months', '1 year', '5 working days'.

    Raises TermError for anything else.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise TermError(
            f"'{text}' is not a length of time; write '24 hours', '2 days', '12 months', '1 year' or '5 working days'"
        )
    count, unit = int(match[1]), match[2]
    if unit == "working day":
        return Duration(working_days=count)
    if unit in ("hour", "day"):
        return Duration(hours=count * (24 if unit == "day" else 1))
    return Duration(months=count * (12 if unit == "year" else 1))


def _add_months(start: datetime, months: int) -> datetime:
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = datetime(year + (month0 == 11), (month0 + 1) % 12 + 1, 1, tzinfo=start.tzinfo)
    last_day = (following - timedelta(days=1)).day
    return start.replace(year=year, month=month0 + 1, day=min(start.day, last_day))
