"""Requirement against supply by hour: a small picture a line, what is missing hatched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from tocsin.forces.course import Course, LineCourse
from tocsin.forces.model import Plan
from tocsin.forces.wording import some
from tocsin.pictures.frame import (
    CHECK,
    CROSS,
    WIDTH,
    Axis,
    Box,
    Picture,
    box,
    cut,
    hatched,
    horizon,
    hours_axis,
    shortened,
)
from tocsin.pictures.gantt import counted_of
from tocsin.svg import joined, tag

SMALL_WIDTH, SMALL_HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 352, 150, 46, 12, 58, 132
COLUMNS, GAP = 3, 22
LINES_MAX = 60
"""Of more, those that are not filled are drawn first, and it is said how many are left out."""
NAMED_MAX = 20
"""So many lines that stay short are named in words."""
ROOM = 1.15
"""Above the highest of requirement and supply."""


class Small(NamedTuple):
    """The picture of one line, and what it says."""

    line: str
    says: str
    parts: Sequence[Markup]


def smalls(plan: Plan, course: Course) -> list[Small]:
    """One a line, in the case's order; those not filled first where there are too many."""
    lines = list(course.lines)
    if len(lines) > LINES_MAX:
        chosen = {one.line for one in sorted(lines, key=lambda one: not one.shortfall)[:LINES_MAX]}
        lines = [one for one in lines if one.line in chosen]
    until, counted = horizon(course), counted_of(plan)
    return [_small(line, counted[line.line], until) for line in lines]


def supply(plan: Plan, course: Course) -> Picture:
    """All of them as one picture."""
    parts, height = side_by_side(smalls(plan, course))
    parts += legend(height + 2)
    return Picture("supply", "Requirement against supply", described(course), WIDTH, height + 16, parts)


def side_by_side(drawn: Sequence[Small]) -> tuple[list[Markup], int]:
    """Small pictures in rows of COLUMNS, and the height of all rows."""
    parts = [
        tag(
            "svg",
            tag("title", one.says) + joined(one.parts),
            x=(SMALL_WIDTH + GAP) * (place % COLUMNS),
            y=(SMALL_HEIGHT + GAP) * (place // COLUMNS),
            width=SMALL_WIDTH,
            height=SMALL_HEIGHT,
            viewBox=f"0 0 {SMALL_WIDTH} {SMALL_HEIGHT}",
        )
        for place, one in enumerate(drawn)
    ]
    return parts, (SMALL_HEIGHT + GAP) * -(-len(drawn) // COLUMNS)


def apart(drawn: Iterable[Small]) -> list[Picture]:
    """Each as a picture of its own, so that a page lays out as many in a row as it has room for."""
    return [
        Picture(f"supply-{place}", one.line, one.says, SMALL_WIDTH, SMALL_HEIGHT, one.parts)
        for place, one in enumerate(drawn)
    ]


def key() -> Picture:
    """What the signs stand for, as a picture of its own."""
    return Picture("supply-key", "Signs", ", ".join(_KEY.values()), SMALL_WIDTH + 90, 16, [*legend(2)])


def described(course: Course) -> str:
    """What the pictures say, in words."""
    short = [line for line in course.lines if line.shortfall]
    if not short:
        return "Every line is full by its deadline. The table of lines holds the numbers."
    named = some([line.line for line in short], NAMED_MAX)
    return f"{len(short)} of {len(course.lines)} lines stay short: {named}. The table of lines holds the numbers."


def says(line: LineCourse, counted: str) -> str:
    """A line's supply in one sentence."""
    full = f"full at {line.full_hours} h" if line.full_hours is not None else f"{line.shortfall:,} missing"
    steps = "; ".join(f"{step.strength:,} from {step.hours} h" for step in line.supply if step.strength)
    asked = f"{line.required:,} {counted} by {line.in_place_by_hours} h"
    return f"{line.line}: {asked}, {full}. In place: {steps or 'nothing'}."


def _small(line: LineCourse, counted: str, until: int) -> Small:
    axis = Axis(LEFT, SMALL_WIDTH - RIGHT, until)
    most = max(line.required, *(step.strength for step in line.supply), 1) * ROOM
    per = (BOTTOM - TOP) / most
    due, level = axis.x(line.in_place_by_hours), BOTTOM - line.required * per
    end = axis.x(line.ends_hours) if line.ends_hours > line.in_place_by_hours else axis.right
    filled = line.required - line.shortfall
    parts = [
        *hours_axis(axis, TOP, BOTTOM, 6),
        tag("path", d=_steps(line, axis, per), class_="place"),
        *_missing(line, Box(due, level, end - due, (line.required - filled) * per)),
        tag("line", x1=axis.left, x2=axis.right, y1=BOTTOM, y2=BOTTOM, class_="base"),
        tag("line", x1=axis.left, x2=due, y1=level, y2=level, class_="asked-before"),
        *(tag("path", d=f"M{due:.1f} {BOTTOM}V{level:.1f}H{end:.1f}", class_=css) for css in ("asked-under", "asked")),
        tag("text", f"{line.required:,}", x=LEFT - 6, y=level + 4, class_="dim end"),
        *_heading(line, counted),
    ]
    return Small(line.line, says(line, counted), parts)


def _heading(line: LineCourse, counted: str) -> Iterable[Markup]:
    yield tag("text", shortened(line.line, 26), x=0, y=13, class_="head")
    yield tag("text", cut(f"{line.required:,} {counted} by {line.in_place_by_hours:,} h", 34), x=0, y=29, class_="dim")
    if line.shortfall:
        said = f"{CROSS} {line.shortfall:,} missing"
        yield tag("text", said, x=SMALL_WIDTH - RIGHT, y=13, class_="short-text end")
    else:
        yield tag("text", f"{CHECK} full at {line.full_hours:,} h", x=SMALL_WIDTH - RIGHT, y=13, class_="good-text end")


def _steps(line: LineCourse, axis: Axis, per: float) -> str:
    """The area of what is in place."""
    if not line.supply:
        return ""
    steps = [f"H{axis.x(step.hours):.1f}V{BOTTOM - step.strength * per:.1f}" for step in line.supply]
    return "".join([f"M{axis.x(line.supply[0].hours):.1f} {BOTTOM}", *steps, f"H{axis.right:.1f}V{BOTTOM}z"])


def _missing(line: LineCourse, at: Box) -> Iterator[Markup]:
    """What is required and not in place from the deadline on. A lawful package is all in place by then."""
    if line.shortfall:
        yield box(at, "missing-edge")
        yield hatched(at, "missing")


def legend(y: float) -> Iterable[Markup]:
    """What the signs stand for."""
    x = 0.0
    for css, text in _KEY.items():
        at = Box(x, y, 24, 10)
        if css == "missing":
            yield box(at, "missing-edge")
            yield hatched(at, css)
        elif css == "asked":
            yield tag("path", d=f"M{x:.1f} {y + 10:.1f}V{y + 2:.1f}H{x + 24:.1f}", class_=css)
        else:
            yield box(at, css)
        yield tag("text", text, x=x + 30, y=y + 9, class_="key")
        x += 52 + 5.9 * len(text)


_KEY: Mapping[str, str] = {"place": "in place", "asked": "required, from the deadline on", "missing": "missing"}
