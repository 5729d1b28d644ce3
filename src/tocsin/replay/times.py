"""When something happened: from a file's date or time to the instants it can have been, and back to text.

A date stands for the whole day at the seat of the organs, which is the charter's time zone.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.errors import TermError
from tocsin.terms import Instant, instant, moment

_LENGTHS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


class Span(NamedTuple):
    """From the first instant to the last, both included."""

    first: Instant
    last: Instant


def zone(name: str) -> tzinfo:
    """The time zone of that IANA name. Raises TermError where this machine does not know it."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise TermError(
            f"this machine does not know the time zone '{name}'; install the package tzdata, or correct the name"
        ) from None


def when(text: str) -> date | datetime:
    """The date, or the time with its zone, in ISO 8601 text. Raises TermError for anything else."""
    if len(text) > 10:
        instant(text)
        return datetime.fromisoformat(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TermError(f"'{text}' is not a date") from None


def span(text: str, seat: tzinfo, precision: str = "") -> Span:
    """The instants a date or a time stands for: a day at the seat, an hour, or a minute.

    Empty `precision`: a date to the day, a time to the minute. Raises TermError for what is no time.
    """
    stated = when(text)
    if not isinstance(stated, datetime):
        start = datetime(stated.year, stated.month, stated.day, tzinfo=seat)
    elif precision == "day":
        start = stated.astimezone(seat).replace(hour=0, minute=0, second=0, microsecond=0)
    else:
        return Span(instant(stated), Instant(instant(stated + _LENGTHS[precision or "minute"]) - 1))
    following = start.date() + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=seat)
    return Span(instant(start), Instant(instant(end) - 1))


def between(at: str, latest: str | None, seat: tzinfo, precision: str = "") -> Span:
    """From the first instant of `at` to the last of `latest`, which is `at` itself where it is not given."""
    return Span(span(at, seat, precision).first, span(latest or at, seat, precision).last)


def local_day(at: Instant, seat: tzinfo) -> date:
    """The day at the seat."""
    return moment(at).astimezone(seat).date()


def local_text(at: Instant, seat: tzinfo) -> str:
    """ISO 8601 text at the seat, with its offset."""
    return moment(at).astimezone(seat).isoformat().replace("+00:00", "Z")
