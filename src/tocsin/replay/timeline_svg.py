"""The timeline of a run as SVG: one lane an actor, one numbered mark a step, a bar for every silence period.

Time runs to the right. Gaps are compressed so that a crisis of hours inside one of months stays legible; every
gap of a day or more has its length written on the axis. Nothing is told by colour alone: the shape says what kind of
step it is, the sign beside it how it compares, the number leads to its row in the table.
"""

from collections.abc import Iterable, Mapping
from math import log2
from textwrap import wrap
from typing import NamedTuple

from markupsafe import Markup

from tocsin.replay.result import Line, Run
from tocsin.replay.words import SIGNS, clock_text, day_text, gap_hours, hours_text, time_text, when_text

GUTTER, RIGHT, TOP, LANE, STEP = 176, 40, 58, 52, 27
WIDTH_LEAST = 1000
RADIUS = 10

SHAPES: dict[str, tuple[str, ...]] = {
    "event": ("note", "warn", "outage"),
    "request": ("request", "no request", "convene"),
    "text": ("table", "amend text", "withdraw text"),
    "positions": ("positions",),
    "procedure": ("open silence", "deliver", "change forum"),
    "decision": ("close", "deadline", "confirm expiry"),
    "force or help": (
        "require", "pledge", "withdraw pledge", "package", "mandate", "consent", "withdraw consent", "deploy",
        "end deployment",
    ),
    "report or end": ("report", "close case"),
    "membership": (
        "accede", "ratify", "give notice", "revoke notice", "suspend", "reinstate", "expel", "assert status",
        "amend charter",
    ),
}  # fmt: skip
_SHAPE_OF = {do: shape for shape, steps in SHAPES.items() for do in steps}
_POINTS: dict[str, tuple[tuple[float, float], ...]] = {
    "request": ((0, -1.25), (1.25, 0.95), (-1.25, 0.95)),
    "text": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "positions": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "decision": ((-0.6, -1.1), (0.6, -1.1), (1.2, 0), (0.6, 1.1), (-0.6, 1.1), (-1.2, 0)),
    "force or help": ((-1.1, -1), (0.45, -1), (1.3, 0), (0.45, 1), (-1.1, 1)),
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


def draw(run: Run, names: Mapping[str, str], title: str, key: str = "t") -> Markup:
    """The SVG element for a run; `key` keeps its ids apart from those of other timelines on the page."""
    lanes = _lanes(run.lines)
    places = _places(run.lines, lanes)
    silences = _silences(places)
    axis = Axis((place.line.at, place.x) for place in places)
    deadlines = [axis.x(silence.deadline) for silence in silences if silence.deadline]
    width = max(WIDTH_LEAST, *(place.x for place in places), *deadlines) + RIGHT
    bottom = TOP + LANE * len(lanes)
    parts = [
        _tag("title", title, id=f"{key}-title"),
        _tag("desc", _description(run, names), id=f"{key}-desc"),
        *_lane_lines(lanes, names, width),
        *_days(places, bottom),
        *(_silence_bar(silence, axis) for silence in silences),
        *_forum_changes(places, lanes),
        *(_mark(place, names, key) for place in places),
        *_legend(places, bottom + 26),
    ]
    view = {"viewBox": f"0 0 {width:.0f} {bottom + 46:.0f}", "class_": "timeline"}
    return _tag("svg", _join(parts), role="group", **view, aria_labelledby=f"{key}-title {key}-desc")


def stretch(hours: float) -> float:
    """Width of a gap: 6 hours 18, a day 42, ten days 97, a hundred days 156."""
    return 18 * log2(1 + hours / 6)


def _lanes(lines: Iterable[Line]) -> list[str]:
    """Actors in the order in which they first act; an organ that a text moves to has a lane as well."""
    return list(dict.fromkeys(name for line in lines for name in (_lane(line), _moved_to(line)) if name))


def _lane(line: Line) -> str:
    return line.by or line.computed.organ or "the record"


def _moved_to(line: Line) -> str:
    return line.computed.organ if line.do == "change forum" else ""


def _places(lines: tuple[Line, ...], lanes: list[str]) -> list[Place]:
    """Steps from left to right in their order, far enough apart that no two labels of a lane overlap."""
    places: list[Place] = []
    used: dict[str, float] = {}
    x = float(GUTTER)
    for before, line in zip((None, *lines), lines, strict=False):
        lane, label = _lane(line), _label(line)
        half = max(RADIUS + 4, len(label) * 3.2)
        x += STEP + (stretch(gap_hours(before.at, line.at)) if before else 0)
        x = max(x, used.get(lane, 0) + half + 6)
        used[lane] = x + half
        places.append(Place(line, x, TOP + LANE * (lanes.index(lane) + 0.42), label))
    return _spread(places)


def _spread(places: list[Place]) -> list[Place]:
    """The same steps over the whole width, where they would fill only a part of it."""
    last = places[-1].x
    factor = min(2.4, (WIDTH_LEAST - GUTTER - 70) / max(1.0, last - GUTTER))
    if factor <= 1:
        return places
    return [place._replace(x=GUTTER + (place.x - GUTTER) * factor) for place in places]


def _label(line: Line) -> str:
    computed = line.computed
    if computed.result in _TOLD:
        return computed.result
    return computed.duty if line.do in ("request", "no request") else ""


def _silences(places: list[Place]) -> list[Silence]:
    found = []
    for index, place in enumerate(places):
        if place.line.do != "open silence":
            continue
        following = places[index + 1 :]
        until = next((i for i, other in enumerate(following) if other.line.do == "open silence"), len(following))
        broken = next((other for other in following[:until] if other.line.computed.result == "broken"), None)
        deadline = place.line.computed.deadline or dict(place.line.recorded).get("deadline", "")
        found.append(Silence(place, deadline, broken))
    return found


def _lane_lines(lanes: list[str], names: Mapping[str, str], width: float) -> Iterable[Markup]:
    for index, lane in enumerate(lanes):
        y = TOP + LANE * index
        if index % 2 == 0:
            yield _tag("rect", x=0, y=y, width=width, height=LANE, class_="band")
        written = wrap(names.get(lane, lane), 25)[:2]
        for row, text in enumerate(written):
            yield _tag("text", text, x=10, y=y + LANE * 0.42 + 4 + 14 * (row - (len(written) - 1) / 2), class_="lane")
        yield _tag("line", x1=GUTTER - 8, y1=y + LANE * 0.42, x2=width - 8, y2=y + LANE * 0.42, class_="rail")


def _days(places: list[Place], bottom: float) -> Iterable[Markup]:
    """A rule for each new day with its date, and between days the length of the gap."""
    free, shown = 0.0, ""
    for before, place in zip([None, *places], places, strict=False):
        if before is not None and before.line.at[:10] == place.line.at[:10]:
            continue
        x = place.x - RADIUS - 5
        yield _tag("line", x1=x, y1=TOP - 18, x2=x, y2=bottom, class_="day")
        text = day_text(place.line.at)
        text = text if text[-4:] != shown else text[:-5]
        if x >= free:
            yield _tag("text", text, x=x, y=TOP - 24, class_="date")
            free, shown = x + len(text) * 6.6 + 6, place.line.at[:4]
        if before is not None:
            gap = hours_text(_whole_days(before.line.at, place.line.at) * 24)
            middle = (before.x + RADIUS + x) / 2
            if x - before.x > 44:
                yield _tag("text", f"· {gap} ·", x=middle, y=TOP - 7, class_="gap")


def _whole_days(earlier: str, later: str) -> int:
    return round(gap_hours(earlier[:10], later[:10]) / 24)


def _silence_bar(silence: Silence, axis: Axis) -> Markup:
    """A bar from the opening to the deadline; what lies after a break is drawn hollow."""
    opened, deadline, broken = silence
    y = opened.y - 6
    end = max(axis.x(deadline), opened.x + 60) if deadline else opened.x + 90
    kept = min(max(broken.x, opened.x), end) if broken else end
    parts = [_tag("title", _silence_words(silence))]
    parts.append(_tag("rect", x=opened.x, y=y, width=max(2.0, kept - opened.x), height=12, rx=3, class_="silence"))
    if broken and end > kept:
        parts.append(_tag("rect", x=kept, y=y, width=end - kept, height=12, rx=3, class_="silence broken"))
    parts.append(_tag("line", x1=end, y1=y - 9, x2=end, y2=y + 21, class_="deadline"))
    text = f"deadline {clock_text(deadline) or day_text(deadline)}" if deadline else "no deadline known"
    parts.append(_tag("text", text, x=end + 4, y=y - 5, class_="note"))
    if broken:
        parts.append(_cross(kept, opened.y, broken.y))
    parts.append(_tag("text", "silence", x=(opened.x + RADIUS + kept) / 2, y=opened.y - 10, class_="note middle"))
    return _tag("g", _join(parts))


def _silence_words(silence: Silence) -> str:
    words = f"Silence period opened at step {silence.opened.line.number}"
    words += f", deadline {time_text(silence.deadline)}" if silence.deadline else ", deadline not known"
    return words + (f", broken at step {silence.broken.line.number}" if silence.broken else "")


def _cross(x: float, y: float, lane_y: float) -> Markup:
    """Where silence was broken: a cross on the bar, tied to the step that broke it."""
    arm = f"M{x - 6:.1f} {y - 8:.1f}L{x + 6:.1f} {y + 8:.1f}M{x + 6:.1f} {y - 8:.1f}L{x - 6:.1f} {y + 8:.1f}"
    tie = _tag("line", x1=x, y1=y, x2=x, y2=lane_y, class_="tie") if lane_y != y else Markup()
    return tie + _tag("path", d=arm, class_="cross")


def _forum_changes(places: list[Place], lanes: list[str]) -> Iterable[Markup]:
    """An arrow from the step that moves a text to the lane of the organ it goes to."""
    for place in places:
        goal = _moved_to(place.line)
        if not goal or goal == _lane(place.line):
            continue
        y = TOP + LANE * (lanes.index(goal) + 0.42)
        tip = y - 6 if y > place.y else y + 6
        back = tip - 8 if y > place.y else tip + 8
        yield _tag("line", x1=place.x, y1=place.y, x2=place.x, y2=back, class_="move")
        head = f"{place.x - 5:.1f},{back:.1f} {place.x + 5:.1f},{back:.1f} {place.x:.1f},{tip:.1f}"
        yield _tag("polygon", points=head, class_="move-head")
        yield _tag("text", "change of forum", x=place.x + 9, y=(place.y + y) / 2 + 4, class_="note")


def _mark(place: Place, names: Mapping[str, str], key: str) -> Markup:
    line, x, y, label = place
    sign = SIGNS[line.mark]
    said = f"Step {line.number}, {when_text(line)}, {names.get(line.by, line.by)}: {line.says} ({sign.word})"
    parts = [
        _tag("title", said),
        _shape(_SHAPE_OF[line.do], x, y),
        _tag("text", str(line.number), x=x, y=y + (5.5 if _SHAPE_OF[line.do] == "request" else 3.7), class_="number"),
        _tag("text", sign.symbol, x=x + RADIUS + 1, y=y - RADIUS + 2, class_=f"sign {line.mark}"),
    ]
    if label:
        parts.append(_tag("text", label, x=x, y=y + RADIUS + 15, class_="label"))
    return _tag("a", _join(parts), href=f"#{key}-step-{line.number}", aria_label=said, class_=f"step {line.mark}")


def _shape(shape: str, x: float, y: float) -> Markup:
    css = "shape " + shape.replace(" ", "-")
    if shape in _POINTS:
        points = " ".join(f"{x + RADIUS * a:.1f},{y + RADIUS * b:.1f}" for a, b in _POINTS[shape])
        return _tag("polygon", points=points, class_=css)
    return _tag("circle", cx=x, cy=y, r=RADIUS * (0.85 if shape == "event" else 1.05), class_=css)


def _legend(places: list[Place], y: float) -> Iterable[Markup]:
    used = {_SHAPE_OF[place.line.do] for place in places}
    x = 20.0
    for shape in SHAPES:
        if shape in used:
            yield _shape(shape, x, y)
            yield _tag("text", shape, x=x + 17, y=y + 4, class_="key")
            x += 36 + len(shape) * 6.4


def _description(run: Run, names: Mapping[str, str]) -> str:
    """What a screen reader says of the whole picture; the table below holds every step."""
    told = [f"step {line.number}, {names.get(line.by, line.by)}: {_label(line)}" for line in run.lines if _label(line)]
    span = f"{len(run.lines)} steps from {when_text(run.lines[0])} to {when_text(run.lines[-1])}."
    return f"{span} {'; '.join(told)}." if told else span


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(part for part in parts if part)


def _tag(name: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """An element with its content and attributes escaped; `class_` and `aria_label` become class and aria-label."""
    said = Markup("").join(
        Markup(' {}="{}"').format(
            key.rstrip("_").replace("_", "-"), f"{value:.1f}" if isinstance(value, float) else value
        )
        for key, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(name, said, content)
