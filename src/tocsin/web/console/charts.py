"""Pictures as SVG that the server makes: they need no script, print, and each says in words what it shows.

Nothing is told by colour alone; the table beside a picture says the same. Styles stand in style.css, section `charts`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import NamedTuple

from markupsafe import Markup

from tocsin.centre.words import moment_words, shortened
from tocsin.replay.timeline_svg import stretch
from tocsin.svg import joined, tag
from tocsin.terms import HOUR_US, Instant
from tocsin.web.console.account import Told

WIDTH = 1100
GUTTER, RIGHT, TOP, LANE = 196, 62, 32, 36
LABEL_MAX = 26
"""Letters of a lane's name."""
MARKS_MAX = 60
"""The latest so many are drawn; the list has them all."""
MARK_GAP = 22.0
SHAPES: dict[str, tuple[str, ...]] = {
    "warning": ("warning reported",),
    "request or call": ("request made", "no request noted", "convene asked", "organ convened", "case shared"),
    "text": (
        "procedure opened", "text amended", "text withdrawn", "forum changed", "procedure lapsed", "silence opened",
        "deadline moved", "silence resumed", "outage recorded",
    ),
    "position": ("position stated", "position confirmed", "silence broken"),
    "decision": ("decided", "silence expired"),
    "help": (
        "requirement set", "pledge made", "pledge withdrawn", "package reported", "package attested",
        "mandate recorded", "mandate renewed", "mandate expired", "host consent given", "host consent ended",
        "deployment started", "deployment ended",
    ),
    "report or end": ("report filed", "case closed", "attempt recorded"),
}  # fmt: skip
_SHAPE_OF = {do: shape for shape, kinds in SHAPES.items() for do in kinds}
_POINTS: Mapping[str, str] = {
    "warning": "0,-10 10,0 0,10 -10,0",
    "request or call": "0,-10.5 10.5,8 -10.5,8",
    "text": "-8.5,-8.5 8.5,-8.5 8.5,8.5 -8.5,8.5",
    "decision": "-5,-9.5 5,-9.5 10.5,0 5,9.5 -5,9.5 -10.5,0",
    "help": "-9.5,-8.5 4,-8.5 10.5,0 4,8.5 -9.5,8.5",
    "report or end": "-9,-9 9,-9 9,4 0,10 -9,4",
}
TIME_ROW, TIME_TOP, TIME_LEFT, TIME_RIGHT = 34, 26, 250, 40
TICKS = (1, 3, 12, 24, 72, 168, 720, 2160)
HOURS_LEAST = 0.5
"""What took less is drawn here: the axis is logarithmic."""


class TimeRow(NamedTuple):
    """A headline time, in hours, beside the range of its precedents."""

    label: str
    hours: float | None
    is_running: bool
    """Whether it is not reached yet: the hours are those so far."""
    least: float | None
    most: float | None
    median: float | None
    says: str
    """All of it in words."""


class _Mark(NamedTuple):
    told: Told
    x: float
    y: float


class Words(NamedTuple):
    """What a timeline says, in the reader's language."""

    title: str
    says: str
    shapes: Mapping[str, str]
    names: Mapping[str, str]


def timeline(rows: Sequence[Told], lane_of: Mapping[str, str], words: Words, until: Instant) -> Markup:
    """The course of a case: a lane an actor, a numbered mark a row, a bar a silence.

    `lane_of` gives the organ of each procedure, for what is nobody's own doing; marks link to `#h` and their number.
    Empty where nothing happened.
    """
    shown = rows[-MARKS_MAX:]
    if not shown:
        return Markup("")
    lanes = list(dict.fromkeys(_lane(row, lane_of) for row in shown))
    marks = _placed(shown, lanes, lane_of)
    width, bottom = max(WIDTH, marks[-1].x + RIGHT), TOP + LANE * len(lanes)
    parts = [
        tag("title", words.title, id="timeline-title"),
        tag("desc", words.says, id="timeline-desc"),
        *_lanes(lanes, words.names, width),
        *_days(marks, bottom),
        *_silences(marks, width, until),
        *(_mark(mark) for mark in marks),
        *_legend(marks, words.shapes, bottom + 24),
    ]
    view = {"viewBox": f"0 0 {width:.0f} {bottom + 38}", "class_": "course"}
    return tag("svg", joined(parts), role="group", aria_labelledby="timeline-title timeline-desc", **view)


def times(rows: Sequence[TimeRow], title: str, key: str = "times", day: str = "d") -> Markup:
    """Headline times on a logarithmic axis: a band from the quickest to the slowest precedent, a tick at their median,
    and this case's own mark, hollow while it is still running."""
    most = max((value for row in rows for value in (row.hours, row.most) if value), default=24.0)
    bottom = TIME_TOP + TIME_ROW * len(rows)
    scale = (WIDTH - TIME_LEFT - TIME_RIGHT) / log10(max(most * 1.3, 24) / HOURS_LEAST)

    def x(hours: float) -> float:
        return TIME_LEFT + scale * log10(max(hours, HOURS_LEAST) / HOURS_LEAST)

    parts = [tag("title", title, id=f"{key}-title"), tag("desc", " ".join(row.says for row in rows), id=f"{key}-desc")]
    for hours in TICKS:
        if hours <= most * 1.3:
            label = f"{hours // 24} {day}" if hours >= 24 else f"{hours} h"
            parts.append(tag("line", x1=x(hours), x2=x(hours), y1=TIME_TOP - 6, y2=bottom, class_="grid"))
            parts.append(tag("text", label, x=x(hours), y=TIME_TOP - 10, class_="tick"))
    for place, row in enumerate(rows):
        parts.append(_time_row(row, x, TIME_TOP + TIME_ROW * (place + 0.5)))
    view = {"viewBox": f"0 0 {WIDTH} {bottom + 6}", "class_": "times"}
    return tag("svg", joined(parts), role="img", aria_labelledby=f"{key}-title {key}-desc", **view)


def _time_row(row: TimeRow, place: Callable[[float], float], y: float) -> Markup:
    parts = [tag("title", row.says), tag("text", row.label, x=TIME_LEFT - 14, y=y + 4, class_="label")]
    if row.least is not None and row.most is not None:
        left, right = place(row.least), place(row.most)
        parts.append(tag("rect", x=left, y=y - 6, width=max(3.0, right - left), height=12, class_="band"))
    if row.median is not None:
        parts.append(tag("line", x1=place(row.median), x2=place(row.median), y1=y - 9, y2=y + 9, class_="median"))
    if row.hours is not None:
        at = place(row.hours)
        parts.append(tag("circle", cx=at, cy=y, r=6, class_="so-far" if row.is_running else "own"))
    return tag("g", joined(parts))


def _lane(told: Told, lane_of: Mapping[str, str]) -> str:
    return told.actor or lane_of.get(told.row.procedure, "")


def _placed(shown: Sequence[Told], lanes: list[str], lane_of: Mapping[str, str]) -> list[_Mark]:
    """Marks from left to right in their order; the gaps share the room in proportion to their stretched length."""
    gaps = [0.0, *(stretch((b.row.at - a.row.at) / HOUR_US) for a, b in pairwise(shown))]
    room = WIDTH - GUTTER - RIGHT - MARK_GAP * len(shown)
    scale = max(0.0, min(2.0, room / max(1.0, sum(gaps))))
    x, marks = GUTTER + 4.0, []
    for told, gap in zip(shown, gaps, strict=True):
        x += MARK_GAP + gap * scale
        marks.append(_Mark(told, x, TOP + LANE * (lanes.index(_lane(told, lane_of)) + 0.5)))
    return marks


def _lanes(lanes: Iterable[str], names: Mapping[str, str], width: float) -> Iterable[Markup]:
    for place, lane in enumerate(lanes):
        y = TOP + LANE * (place + 0.5)
        said = names.get(lane, lane) or "–"
        yield tag("line", x1=GUTTER, x2=width - 8, y1=y, y2=y, class_="lane")
        language = {"lang": "en"} if lane else {}
        yield tag("text", shortened(said, LABEL_MAX), x=GUTTER - 10, y=y + 4, class_="label", **language)


def _days(marks: Sequence[_Mark], bottom: float) -> Iterable[Markup]:
    """The day where it begins, as far as there is room for its name."""
    last, free = "", 0.0
    for mark in marks:
        day = moment_words(mark.told.row.at)[:10]
        if day != last and mark.x >= free:
            yield tag("line", x1=mark.x - 14, x2=mark.x - 14, y1=TOP - 6, y2=bottom, class_="grid")
            yield tag("text", day, x=mark.x - 12, y=TOP - 12, class_="day")
            last, free = day, mark.x + 84


def _silences(marks: Sequence[_Mark], width: float, until: Instant) -> Iterable[Markup]:
    """A bar from the opening of a silence to what ended it, else to its deadline or the edge."""
    ends = {"silence broken", "silence expired", "text withdrawn", "text amended", "decided"}
    for mark in marks:
        row = mark.told.row
        if row.deadline is None:
            continue
        after = [m for m in marks if m.x > mark.x and m.told.row.procedure == row.procedure]
        last = width - 12 if row.deadline > until else marks[-1].x
        end = next((m.x for m in after if m.told.row.do in ends), last)
        y = mark.y + 13
        bar = tag("rect", x=mark.x, y=y - 3, width=max(4.0, end - mark.x), height=5, class_="silence")
        yield tag("g", joined([tag("title", row.says, lang="en"), bar]))


def _mark(mark: _Mark) -> Markup:
    told, row = mark.told, mark.told.row
    shape = _SHAPE_OF.get(row.do, "position")
    signs = " against" if row.position == "object" or row.do == "silence broken" else ""
    form = _form(shape, f"m m-{shape.split()[0]}{signs}")
    number = tag("text", str(told.number), y=3.4, class_="number")
    title = tag("title", f"{told.number}. {moment_words(row.at)}: {told.says}")
    place = f"translate({mark.x:.1f} {mark.y:.1f})"
    inner = tag("g", joined([title, form, number]), transform=place)
    link = tag("a", inner, href=f"#h{told.number}", aria_label=f"{told.number}. {told.says}", lang="en")
    # Outside the link, whose name would have to begin with it.
    count = tag("text", f"×{len(told.actors)}", y=-12.0, transform=place, class_="count")
    return joined([link, count]) if len(told.actors) > 1 else link


def _form(shape: str, name: str) -> Markup:
    if shape not in _POINTS:
        return tag("circle", r=9.5, class_=name)
    return tag("polygon", points=_POINTS[shape], class_=name)


def _legend(marks: Iterable[_Mark], said: Mapping[str, str], y: float) -> Iterable[Markup]:
    x = GUTTER + 8.0
    for shape in dict.fromkeys(_SHAPE_OF.get(mark.told.row.do, "position") for mark in marks):
        form = _form(shape, f"m m-{shape.split()[0]}")
        yield tag("g", form, transform=f"translate({x:.1f} {y:.1f}) scale(.7)")
        words = said.get(shape, shape)
        yield tag("text", words, x=x + 12, y=y + 4, class_="key")
        x += 12 + 7.0 * len(words) + 26
