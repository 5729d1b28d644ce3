"""The timeline of a run as SVG: one lane an actor, one numbered mark a step, a bar for every silence period.

Time runs to the right. Gaps are compressed so that a crisis of hours inside one of months stays legible; every
gap of a day or more has its length written on the axis. Nothing is told by colour alone: the shape says what kind of
step it is, the sign beside it how it compares, the number leads to its row in the table.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log2
from textwrap import wrap
from typing import NamedTuple

from markupsafe import Markup

from tocsin.replay.result import Line, Run
from tocsin.replay.silences import silences
from tocsin.replay.words import SIGNS, actors_text, clock_text, day_text, gap_hours, hours_text, time_text, when_text
from tocsin.svg import joined, tag

GUTTER, RIGHT, TOP, LANE, STEP = 186, 44, 66, 50, 20
WIDTH = 1168
"""Of a page on a usual screen, so that the type has its own size there; a longer case grows beyond."""
RADIUS = 10
GAP_LEAST = 26
DATE_CHARACTER = 7.6
"""Width of a character of a date, bold."""
EVENTS = "Events"

SHAPES: dict[str, tuple[str, ...]] = {
    "event": ("note", "warn", "outage"),
    "request or call": ("request", "no request", "convene"),
    "text": ("table", "amend text", "withdraw text"),
    "positions": ("positions",),
    "procedure": ("open silence", "deliver", "change forum"),
    "decision": ("close", "deadline", "confirm expiry"),
    "force or help": (
        "require", "pledge", "withdraw pledge", "package", "attest package", "mandate", "renew mandate", "consent",
        "withdraw consent", "deploy", "end deployment",
    ),
    "report or end": ("report", "close case"),
    "membership": (
        "accede", "ratify", "give notice", "revoke notice", "suspend", "reinstate", "expel", "assert status",
        "amend charter",
    ),
}  # fmt: skip
_SHAPE_OF = {do: shape for shape, steps in SHAPES.items() for do in steps}
_POINTS: dict[str, tuple[tuple[float, float], ...]] = {
    "request or call": ((0, -1.25), (1.25, 0.95), (-1.25, 0.95)),
    "text": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "positions": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "decision": ((-0.6, -1.1), (0.6, -1.1), (1.2, 0), (0.6, 1.1), (-0.6, 1.1), (-1.2, 0)),
    "force or help": ((-1.1, -1), (0.45, -1), (1.3, 0), (0.45, 1), (-1.1, 1)),
    "procedure": ((-0.75, -1.05), (1.35, -1.05), (0.75, 1.05), (-1.35, 1.05)),
    "membership": ((0, -1.3), (1.25, -0.4), (0.8, 1.1), (-0.8, 1.1), (-1.25, -0.4)),
    "report or end": ((-1.05, -1.05), (1.05, -1.05), (1.05, 0.55), (0, 1.3), (-1.05, 0.55)),
}
_TOLD = ("adopted", "blocked", "broken", "escalated", "unconfirmed", "refused", "open")


class Place(NamedTuple):
    """Where a step stands."""

    line: Line
    x: float
    y: float
    label: str


class Silence(NamedTuple):
    """A silence period: where it opened, its deadline in ISO text, and where it was broken."""

    opened: Place
    deadline: str
    broken: Place | None


class Axis:
    """Time to the right, gaps compressed."""

    def __init__(self, marks: Iterable[tuple[str, float]]) -> None:
        self._marks = list(marks)

    def x(self, at: str) -> float:
        """Where an instant lies: between the steps around it, in proportion."""
        before = [(text, x) for text, x in self._marks if not gap_hours(at, text)]
        after = [(text, x) for text, x in self._marks if gap_hours(at, text)]
        if not before:
            return self._marks[0][1]
        start, left = before[-1]
        if not after:
            return left + stretch(gap_hours(start, at))
        end, right = after[0]
        return left + (right - left) * gap_hours(start, at) / gap_hours(start, end)


def draw(run: Run, names: Mapping[str, str], title: str, key: str = "t", rows: str = "t") -> Markup:
    """The SVG element for a run. `key` keeps its ids apart from other timelines'; `rows` begins the rows' ids."""
    lanes = _lanes(run.lines)
    top = TOP + LANE if any(line.do == "open silence" for line in run.lines) else TOP
    places = _places(run.lines, lanes, top)
    silences = _silences(places)
    axis = Axis((place.line.at, place.x) for place in places)
    ends = [axis.x(silence.deadline) + 110 for silence in silences if silence.deadline]
    width = max(WIDTH, *(place.x for place in places), *ends) + RIGHT
    bottom = top + LANE * len(lanes)
    parts = [
        tag("title", title, id=f"{key}-title"),
        tag("desc", _description(run, names), id=f"{key}-desc"),
        *_lane_lines(lanes, names, width, top),
        *_days(places, bottom),
        *(_silence_bar(silence, axis) for silence in silences),
        *_forum_changes(places, lanes, top),
        *(_mark(place, names, rows) for place in places),
        *_legend(places, bottom + 26),
    ]
    view = {"viewBox": f"0 0 {width:.0f} {bottom + 46:.0f}", "class_": "timeline"}
    return tag("svg", joined(parts), role="group", **view, aria_labelledby=f"{key}-title {key}-desc")


def stretch(hours: float) -> float:
    """Width of a gap: none for none, 6 hours 18, a day 42, ten days 97, a hundred days 156."""
    return 18 * log2(1 + hours / 6)


def _lanes(lines: Iterable[Line]) -> list[str]:
    """Actors in the order in which they first act; an organ that a text moves to has a lane as well."""
    found = [name for line, lane in _with_lanes(lines) for name in (lane, _moved_to(line)) if name]
    return list(dict.fromkeys(found))


def _with_lanes(lines: Iterable[Line]) -> Iterable[tuple[Line, str]]:
    """Each step with its lane: its actor's, else that of the organ which the case has reached."""
    organ = ""
    for line in lines:
        organ = line.computed.organ or organ
        yield line, line.by or (EVENTS if line.do == "note" else organ) or EVENTS


def _moved_to(line: Line) -> str:
    return line.computed.organ if line.do == "change forum" else ""


def _places(lines: tuple[Line, ...], lanes: list[str], top: float) -> list[Place]:
    """Steps from left to right in their order, far enough apart that no two labels of a lane overlap.

    Gaps take the room that the marks leave, in proportion; the least of them has room for a date.
    """
    gaps = [0.0] + [stretch(gap_hours(a.at, b.at)) for a, b in pairwise(lines)]
    room = WIDTH - GUTTER - RIGHT - _laid(lines, lanes, [0.0] * len(lines), top)[-1].x + GUTTER
    scale = max(0.0, min(2.2, room / max(1.0, sum(gaps))))
    widths = [0.0] + [
        max(gap * scale, GAP_LEAST if a.at[:10] != b.at[:10] else 0.0)
        for gap, (a, b) in zip(gaps[1:], pairwise(lines), strict=True)
    ]
    return _laid(lines, lanes, widths, top)


def _laid(lines: tuple[Line, ...], lanes: list[str], widths: list[float], top: float) -> list[Place]:
    places: list[Place] = []
    used: dict[str, float] = {}
    x = float(GUTTER)
    for (line, lane), width in zip(_with_lanes(lines), widths, strict=True):
        label = _label(line)
        half = max(RADIUS + 4, len(label) * 3.5)
        x = max(x + STEP + width, used.get(lane, 0) + half + 4)
        used[lane] = x + half
        places.append(Place(line, x, top + LANE * (lanes.index(lane) + 0.42), label))
    return places


def _label(line: Line) -> str:
    computed = line.computed
    if computed.result in _TOLD:
        return computed.result
    return computed.duty if line.do in ("request", "no request") else ""


def _silences(places: list[Place]) -> list[Silence]:
    """Each with the deadline it had in the end: an outage may have moved it."""
    held = silences(place.line for place in places)
    found = []
    for index, place in enumerate(places):
        if place.line.do != "open silence":
            continue
        rest = [other for other in places[index + 1 :] if other.line.procedure == place.line.procedure]
        until = next((i for i, other in enumerate(rest) if other.line.do == "open silence"), len(rest))
        broken = next((other for other in rest[:until] if other.line.computed.result == "broken"), None)
        last = held.get((rest[:until] or [place])[-1].line.number)
        deadline = last.deadline if last else dict(place.line.recorded).get("deadline", "")
        found.append(Silence(place, deadline, broken))
    return found


def _lane_lines(lanes: list[str], names: Mapping[str, str], width: float, top: float) -> Iterable[Markup]:
    if top > TOP:
        yield tag("text", "Silence period", x=10, y=TOP + LANE * 0.42 + 4, class_="lane")
    for index, lane in enumerate(lanes):
        y = top + LANE * index
        if index % 2 == 0:
            yield tag("rect", x=0, y=y, width=width, height=LANE, class_="band")
        written = wrap(", ".join(names.get(code, code) for code in lane.split(", ")), 22)
        written = [*written[:1], f"{written[1]} …"] if len(written) > 2 else written
        for row, text in enumerate(written):
            yield tag("text", text, x=10, y=y + LANE * 0.42 + 4 + 14 * (row - (len(written) - 1) / 2), class_="lane")
        yield tag("line", x1=GUTTER + 6, y1=y + LANE * 0.42, x2=width - 8, y2=y + LANE * 0.42, class_="rail")


def _days(places: list[Place], bottom: float) -> Iterable[Markup]:
    """A rule for each new day with its date, and between days the length of the gap; none over another."""
    free, free_gap, free_year, shown = 0.0, 0.0, 0.0, ""
    for before, place in zip([None, *places], places, strict=False):
        if before is not None and before.line.at[:10] == place.line.at[:10]:
            continue
        x = place.x - RADIUS - 5
        yield tag("line", x1=x, y1=TOP - 18, x2=x, y2=bottom, class_="day")
        text, year = day_text(place.line.at)[:-5], place.line.at[:4]
        if x >= free:
            yield tag("text", text, x=x, y=TOP - 24, class_="date")
            free = x + len(text) * DATE_CHARACTER + 8
        if year != shown and x >= free_year:
            yield tag("text", year, x=x, y=TOP - 40, class_="gap start")
            free_year, shown = x + 34, year
        if before is not None:
            gap = hours_text(_whole_days(before.line.at, place.line.at) * 24)
            middle, half = (before.x + RADIUS + x) / 2, len(gap) * 3.3
            if middle - half >= free_gap:
                yield tag("text", gap, x=middle, y=TOP - 8, class_="gap")
                free_gap = middle + half + 4


def _whole_days(earlier: str, later: str) -> int:
    return round(gap_hours(earlier[:10], later[:10]) / 24)


def _silence_bar(silence: Silence, axis: Axis) -> Markup:
    """A bar from the opening to the deadline, tied to its steps; what lies after a break is drawn hollow."""
    opened, deadline, broken = silence
    y = TOP + LANE * 0.42
    end = max(axis.x(deadline), opened.x + 60) if deadline else opened.x + 90
    kept = min(max(broken.x, opened.x), end) if broken else end
    text = f"deadline {clock_text(deadline) or day_text(deadline)}" if deadline else "no deadline known"
    return tag(
        "g",
        joined(
            [
                tag("title", _silence_words(silence)),
                tag("line", x1=opened.x, y1=y, x2=opened.x, y2=opened.y, class_="opening"),
                tag("rect", x=opened.x, width=max(2.0, kept - opened.x), y=y - 7, height=14, rx=3, class_="silence"),
                tag("rect", x=kept, width=end - kept, y=y - 7, height=14, rx=3, class_="silence broken")
                if broken
                else Markup(),
                tag("line", x1=end, y1=y - 14, x2=end, y2=y + 14, class_="deadline"),
                tag("text", text, x=end + 5, y=y + 4, class_="note"),
                _cross(kept, y, broken.y) if broken else Markup(),
            ]
        ),
    )


def _silence_words(silence: Silence) -> str:
    words = f"Silence period opened at step {silence.opened.line.number}"
    words += f", deadline {time_text(silence.deadline)}" if silence.deadline else ", deadline not known"
    return words + (f", broken at step {silence.broken.line.number}" if silence.broken else "")


def _cross(x: float, y: float, lane_y: float) -> Markup:
    """Where silence was broken: a cross on the bar, tied to the step that broke it."""
    arm = f"M{x - 6:.1f} {y - 8:.1f}L{x + 6:.1f} {y + 8:.1f}M{x + 6:.1f} {y - 8:.1f}L{x - 6:.1f} {y + 8:.1f}"
    return tag("line", x1=x, y1=y, x2=x, y2=lane_y, class_="tie") + tag("path", d=arm, class_="cross")


def _forum_changes(places: list[Place], lanes: list[str], top: float) -> Iterable[Markup]:
    """An arrow from the step that moves a text to the lane of the organ it goes to."""
    for place in places:
        goal = _moved_to(place.line)
        y = top + LANE * (lanes.index(goal) + 0.42) if goal else place.y
        if y == place.y:
            continue
        tip = y - 6 if y > place.y else y + 6
        back = tip - 8 if y > place.y else tip + 8
        yield tag("line", x1=place.x, y1=place.y, x2=place.x, y2=back, class_="move")
        head = f"{place.x - 5:.1f},{back:.1f} {place.x + 5:.1f},{back:.1f} {place.x:.1f},{tip:.1f}"
        yield tag("polygon", points=head, class_="move-head")
        yield tag("text", "change of forum", x=place.x + 9, y=(place.y + y) / 2 + 4, class_="note")


def _mark(place: Place, names: Mapping[str, str], rows: str) -> Markup:
    line, x, y, label = place
    sign = SIGNS[line.mark]
    who = actors_text(line, names) or "nobody named"
    said = f"Step {line.number}, {when_text(line)}, {who}: {line.says} ({sign.word})"
    parts = [
        tag("title", said),
        _shape(_SHAPE_OF[line.do], x, y),
        tag(
            "text",
            str(line.number),
            x=x,
            y=y + (5.5 if _SHAPE_OF[line.do] == "request or call" else 3.7),
            class_="number",
        ),
        tag("text", sign.symbol, x=x + RADIUS + 1, y=y - RADIUS + 2, class_=f"sign {line.mark}"),
    ]
    if label:
        parts.append(tag("text", label, x=x, y=y + RADIUS + 15, class_="label"))
    return tag("a", joined(parts), href=f"#{rows}-step-{line.number}", aria_label=said, class_=f"step {line.mark}")


def _shape(shape: str, x: float, y: float) -> Markup:
    css = "shape " + shape.replace(" ", "-")
    if shape in _POINTS:
        points = " ".join(f"{x + RADIUS * a:.1f},{y + RADIUS * b:.1f}" for a, b in _POINTS[shape])
        return tag("polygon", points=points, class_=css)
    return tag("circle", cx=x, cy=y, r=RADIUS * (0.85 if shape == "event" else 1.05), class_=css)


def _legend(places: list[Place], y: float) -> Iterable[Markup]:
    used = {_SHAPE_OF[place.line.do] for place in places}
    x = 20.0
    for shape in SHAPES:
        if shape in used:
            yield _shape(shape, x, y)
            yield tag("text", shape, x=x + 17, y=y + 4, class_="key")
            x += 42 + len(shape) * 6


def _description(run: Run, names: Mapping[str, str]) -> str:
    """What a screen reader says of the whole picture; the table below holds every step."""
    told = [
        f"step {line.number}, {actors_text(line, names) or 'nobody named'}: {_label(line)}"
        for line in run.lines
        if _label(line)
    ]
    span = f"{len(run.lines)} steps from {when_text(run.lines[0])} to {when_text(run.lines[-1])}."
    return f"{span} {'; '.join(told)}." if told else span
