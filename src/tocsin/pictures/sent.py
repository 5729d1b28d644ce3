"""A plan against what was sent, day by day: a small picture a line. docs/FORCES.md, part 14."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from tocsin.forces.record import Comparison, DayCompared, LineCompared, runs
from tocsin.pictures.frame import WIDTH, Axis, Box, Picture, box, cut, hatched, hours_axis, shortened
from tocsin.pictures.supply import BOTTOM, LINES_MAX, RIGHT, SMALL_WIDTH, TOP, Small, side_by_side
from tocsin.svg import tag

LEFT = 52
ROOM = 1.15
"""Above the highest of requirement, plan and record."""


def sent(found: Comparison) -> Picture:
    """All lines as one picture: the plan as a line, what surely was in place filled, what may have been hatched."""
    drawn = [Small(line.line, says(line), [*_small(line)]) for line in found.lines[:LINES_MAX]]
    parts, height = side_by_side(drawn)
    parts += _legend(height + 2)
    told = " ".join(one.says for one in drawn)
    return Picture("sent", f"{found.operation}: planned and sent", told, WIDTH, height + 16, parts)


def says(line: LineCompared) -> str:
    """A line in one sentence."""
    sent_ = f"{line.sent_least:,}" if line.sent_most == line.sent_least else f"{line.sent_least:,} or more"
    if line.sent_most is not None and line.sent_most > line.sent_least:
        sent_ = f"{line.sent_least:,} to {line.sent_most:,}"
    return f"{line.line}: {line.required:,} {line.counted} asked, {line.planned:,} planned, {sent_} sent."


def _small(line: LineCompared) -> Iterator[Markup]:
    axis = Axis(LEFT, SMALL_WIDTH - RIGHT, max(1, len(line.days)) * 24)
    known = [day.seen_most for day in line.days if day.seen_most is not None]
    top = max(line.required, line.planned, line.sent_least, *known, 1) * ROOM
    per = (BOTTOM - TOP) / top
    yield from hours_axis(axis, TOP, BOTTOM, 6)
    for first, last in runs(line.days, lambda day: (day.seen_least, day.seen_most)):
        left, right = axis.x(first.day * 24), axis.x((last.day + 1) * 24)
        sure = first.seen_least * per
        most = (top if first.seen_most is None else first.seen_most) * per
        yield box(Box(left, BOTTOM - sure, right - left, sure), "place")
        yield hatched(Box(left, BOTTOM - most, right - left, most - sure), "wait")
    yield tag("line", x1=axis.left, x2=axis.right, y1=BOTTOM, y2=BOTTOM, class_="base")
    level = BOTTOM - line.required * per
    yield tag("line", x1=axis.left, x2=axis.right, y1=level, y2=level, class_="asked-before")
    yield from (tag("path", d=_planned(line.days, axis, per), class_=css) for css in ("asked-under", "asked"))
    yield tag("text", f"{line.required:,}", x=LEFT - 6, y=level + 4, class_="dim end")
    yield tag("text", shortened(line.line, 40), x=0, y=13, class_="head")
    yield tag("text", cut(says(line).partition(": ")[2], 60), x=0, y=29, class_="dim")


def _planned(days: Sequence[DayCompared], axis: Axis, per: float) -> str:
    """The plan as steps, from nothing."""
    steps, there = [f"M{axis.left:.1f} {BOTTOM}"], 0
    for day in days:
        if day.planned != there:
            there = day.planned
            steps.append(f"H{axis.x(day.day * 24):.1f}V{BOTTOM - there * per:.1f}")
    return "".join([*steps, f"H{axis.right:.1f}"])


def _legend(y: float) -> Iterable[Markup]:
    x = 0.0
    for css, text in _KEY.items():
        at = Box(x, y, 24, 10)
        if css == "wait":
            yield hatched(at, css)
        elif css == "asked":
            yield tag("path", d=f"M{x:.1f} {y + 10:.1f}H{x + 8:.1f}V{y + 2:.1f}H{x + 24:.1f}", class_=css)
        elif css == "asked-before":
            yield tag("line", x1=x, x2=x + 24, y1=y + 5, y2=y + 5, class_=css)
        else:
            yield box(at, css)
        yield tag("text", text, x=x + 30, y=y + 9, class_="key")
        x += 52 + 5.9 * len(text)


_KEY: Mapping[str, str] = {
    "asked": "planned",
    "place": "surely in place",
    "wait": "may have been in place: sources differ or tell no number",
    "asked-before": "asked",
}
