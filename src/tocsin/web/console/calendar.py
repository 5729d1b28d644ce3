"""The seat's deadlines as a calendar (RFC 5545). Its events bear the mode, and tell nothing of any warning."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from tocsin.centre.view import View
from tocsin.centre.view_model import Deadline
from tocsin.terms import Instant
from tocsin.web.call import Call, Reply, Route
from tocsin.web.console.report_draw import banner_words

MEDIA = "text/calendar; charset=utf-8"
ALARMS_MINUTES = (60, 15)
"""Before a deadline."""
EVENTS_MAX = 500
"""Of all that falls due, the next."""
LASTS = timedelta(minutes=15)
"""How long a deadline is drawn: it ends when it falls due."""
KEPT = (b"cache-control", b"private, no-cache")
ATTACHED = (b"content-disposition", b'attachment; filename="deadlines.ics"')


async def deadlines(call: Call) -> Reply:
    """What falls due, for a calendar."""
    # What it shows is read here; to draw it takes long, and keeps nobody waiting.
    body = await asyncio.to_thread(drawing_of(call.view, call.centre.origin))
    return Reply(200, body, MEDIA, (KEPT, ATTACHED))


def drawing_of(view: View, origin: str) -> Callable[[], bytes]:
    """What makes the calendar's file, and reads nothing of the centre any more.

    `origin` names the ledger: the same deadline is the same event in every file of it.
    """
    about = view.law.charter.document.charter
    label = label_of(view)
    title = f"{label}{about.title}: {view.law.name(view.seat)}"
    return partial(_drawn, title, label, view.deadlines()[:EVENTS_MAX], view.now, origin)


def _drawn(title: str, label: str, lines: tuple[Deadline, ...], now: Instant, origin: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Tocsin//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for line in lines:
        calendar.add_component(_event(line, now, label, origin))
    return bytes(calendar.to_ical())


def label_of(view: View) -> str:
    """What every line begins with that is not live, or of an invented charter."""
    return "".join(f"[{word}] " for word in banner_words(view) if word != "LIVE")


def _event(line: Deadline, now: Instant, label: str, origin: str) -> Event:
    at, name = _time(line.at), f"{origin.rpartition('/')[0]}\n{line.kind}\n{line.case}\n{line.name}"
    event = Event()
    event.add("uid", f"{sha256(name.encode()).hexdigest()[:32]}@tocsin.invalid")
    event.add("dtstamp", _time(now))
    event.add("dtstart", at - LASTS)
    event.add("dtend", at)
    event.add("summary", f"{label}{line.what}")
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "TRANSPARENT")
    event.add("categories", [line.kind])
    for minutes in ALARMS_MINUTES:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{label}{line.what}")
        alarm.add("trigger", timedelta(minutes=-minutes), parameters={"related": "END"})
        event.add_component(alarm)
    return event


def _time(at: Instant) -> datetime:
    """To the second, as calendars have it."""
    return datetime.fromtimestamp(at // 1_000_000, UTC)


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/deadlines.ics",
        handler=deadlines,
        summary="What falls due, as an iCalendar file",
        tag="views",
        scope="read",
        media=MEDIA,
        says="For calendars that send a bearer token of the scope `read`; for others it is downloaded and imported: "
        "the same deadline keeps its UID. It has the next 500. An event ends when it falls due.",
    ),
)
