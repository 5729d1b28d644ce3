"""The silence periods of a run as the steps see them: their deadlines, also after an outage, and what was left."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from tocsin.replay.result import Line


class Silence(NamedTuple):
    """A silence period: ISO texts. With `deadline_latest`, the deadline is known as an interval only."""

    since: str
    deadline: str
    deadline_latest: str = ""


class Left(NamedTuple):
    """Hours, as an interval."""

    least: float
    most: float


def silences(lines: Iterable[Line]) -> dict[int, Silence]:
    """Step number -> the silence period of its procedure as it stands after that step."""
    running: dict[str, Silence] = {}
    found = {}
    for line in lines:
        computed = line.computed
        if line.do == "open silence" and computed.deadline:
            running[line.procedure] = Silence(line.at, computed.deadline, computed.deadline_latest)
        for name, deadline in computed.moved:
            if name in running:
                running[name] = Silence(running[name].since, deadline)
        if line.procedure in running:
            found[line.number] = running[line.procedure]
    return found


def length_hours(silence: Silence) -> float:
    """From its opening to its deadline; the longest it can be, where the opening is known to the day."""
    end = datetime.fromisoformat(silence.deadline)
    return _hours(_first(silence.since, end.tzinfo), end)


def left_hours(line: Line, silence: Silence) -> Left:
    """How long before the deadline the step came."""
    end = datetime.fromisoformat(silence.deadline)
    first = max(_first(line.at, end.tzinfo), _first(silence.since, end.tzinfo))
    last = _last(line.latest or line.at, end.tzinfo)
    latest_end = datetime.fromisoformat(silence.deadline_latest or silence.deadline)
    return Left(_hours(last, end), _hours(first, latest_end))


def _first(text: str, seat: tzinfo | None) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=seat)


def _last(text: str, seat: tzinfo | None) -> datetime:
    return _first(text, seat) + (timedelta(days=1) if len(text) <= len("2003-02-06") else timedelta())


def _hours(earlier: datetime, later: datetime) -> float:
    return max(0.0, (later - earlier).total_seconds() / 3600)
