"""How a replay speaks to people: signs, times and lengths of time, the same in the terminal and on the page."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from tocsin.replay.result import Line, Mark, Side


class Sign(NamedTuple):
    """A mark as a person sees it: never by colour alone."""

    symbol: str
    word: str
    says: str


SIGNS: dict[Mark, Sign] = {
    "agrees": Sign("✓", "agrees", "the charter, fed recorded facts only, computes what is recorded"),
    "consistent": Sign("≈", "consistent", "it does so, but it rests on facts that the case's author inferred"),
    "differs": Sign("✗", "differs", "it computes something else than is recorded"),
    "open": Sign("?", "open", "a fact is missing, and the step names it"),
    "noted": Sign("·", "noted", "nothing to compute, or nothing recorded to compare it with"),
}


DEEDS: dict[str, str] = {
    "note": "event",
    "warn": "warning",
    "request": "request",
    "no request": "no request",
    "convene": "meeting called",
    "table": "text tabled",
    "amend text": "text amended",
    "withdraw text": "text withdrawn",
    "positions": "positions stated",
    "open silence": "silence opened",
    "deliver": "text delivered",
    "outage": "outage",
    "deadline": "deadline passes",
    "confirm expiry": "silence confirmed",
    "change forum": "change of forum",
    "close": "decision",
    "require": "needs stated",
    "pledge": "pledge",
    "withdraw pledge": "pledge withdrawn",
    "package": "force package",
    "attest package": "finding on a force package",
    "mandate": "mandate",
    "renew mandate": "mandate renewed",
    "consent": "host consents",
    "withdraw consent": "host withdraws consent",
    "deploy": "deployment",
    "end deployment": "deployment ends",
    "report": "report",
    "accede": "accession",
    "ratify": "ratification",
    "give notice": "notice of leaving",
    "revoke notice": "notice withdrawn",
    "suspend": "suspension",
    "reinstate": "suspension ends",
    "expel": "expulsion",
    "assert status": "status asserted",
    "amend charter": "charter amended",
    "close case": "case closed",
}


def day_text(text: str) -> str:
    """'2003-02-10T12:00:00+01:00' and '2003-02-10' as '10 Feb 2003'; other text as it is."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{day.day} {day:%b} {day.year}"


def clock_text(text: str) -> str:
    """The time of day in ISO text, with its zone: '12:00 +01:00', '11:00 UTC'; empty where only the day is known."""
    if len(text) <= 10:
        return ""
    at = datetime.fromisoformat(text)
    zone = "UTC" if not at.utcoffset() else f"{at:%z}"[:3] + ":" + f"{at:%z}"[3:5]
    return f"{at:%H:%M} {zone}"


def time_text(text: str) -> str:
    """Day and time of day, as far as they are known."""
    return f"{day_text(text)} {clock_text(text)}".rstrip()


def times_text(first: str, last: str = "") -> str:
    """A time known as an interval; whole days as days."""
    if not last or last == first:
        return time_text(first)
    if first[11:16] in ("", "00:00") and last[11:16] in ("", "23:59"):
        days = dict.fromkeys((day_text(first), day_text(last)))
        return " to ".join(days)
    return f"{time_text(first)} to {time_text(last)}"


def side_text(side: Side) -> str:
    """Which reading or account a side stands for."""
    reading = f"reading {' + '.join(side.readings)}" if side.readings else ""
    account = f"account {side.event}" if side.event else ""
    return ", ".join(part for part in (account, reading) if part) or "no reading chosen"


def when_text(line: Line) -> str:
    """When a step happened: a time, a day, or a span."""
    if line.latest and line.latest[:10] != line.at[:10]:
        return f"{time_text(line.at)} to {time_text(line.latest)}"
    return f"{day_text(line.at)} {clocks_text(line)}".rstrip()


def clocks_text(line: Line) -> str:
    """The time of day of a step, or the span of it: '09:00 to 10:00 +01:00'; empty where only the day is known."""
    first, last = clock_text(line.at), clock_text(line.latest) if line.latest else ""
    if line.latest and line.latest[:10] != line.at[:10]:
        return f"{first} to {time_text(line.latest)}".lstrip()
    if first and last:
        zone = first[5:]
        return f"{first[:5]} to {last}" if last[5:] == zone else f"{first} to {last}"
    return first or last


def actors_text(line: Line, names: Mapping[str, str]) -> str:
    """Who acts, by name: the step's actor or actors, else those who broke a silence."""
    broke = line.computed.blockers or () if line.computed.result == "broken" and line.do == "positions" else ()
    codes = line.by.split(", ") if line.by else broke
    return ", ".join(names.get(code, code) for code in codes)


def recorded_text(field: str, value: str) -> str:
    """A recorded value; times as people write them."""
    return time_text(value) if field in ("deadline", "effective") else value


def hours_text(hours: float | None) -> str:
    """A length of time in the two largest units that matter: '40 min', '6 h', '6 d 4 h', '27 d'."""
    if hours is None:
        return "not reached"
    minutes = round(hours * 60)
    if minutes < 60:
        return f"{minutes} min"
    whole_days, rest = divmod(minutes, 24 * 60)
    whole_hours, left = divmod(rest, 60)
    if whole_days >= 14:
        return f"{round(minutes / (24 * 60))} d"
    if whole_days:
        return f"{whole_days} d {whole_hours} h" if whole_hours else f"{whole_days} d"
    return f"{whole_hours} h {left} min" if left else f"{whole_hours} h"


def span_text(least: float | None, most: float | None) -> str:
    """A length of time known as an interval."""
    if least == most or least is None or most is None:
        return hours_text(least if most is None else most)
    return f"{hours_text(least)} to {hours_text(most)}"


def gap_hours(earlier: str, later: str) -> float:
    """Hours between two ISO texts; a day counts from its start in UTC."""
    return max(0.0, (_aware(later) - _aware(earlier)).total_seconds() / 3600)


def _aware(text: str) -> datetime:
    return datetime.fromisoformat(text if len(text) > 10 else f"{text}T00:00:00+00:00")
