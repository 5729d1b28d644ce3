"""The deployment over time: notice to move, waiting, under way, in place, by line or by nation.

Up to UNITS_MAX units each have a bar of their own. Beyond that a row is a line or a nation, and its area shows how many
of its units are in which phase: a bar is the same for one unit. Each unit is drawn, or counted in a row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from markupsafe import Markup

from tocsin.forces.course import Course, Movement
from tocsin.forces.model import Plan
from tocsin.forces.wording import many
from tocsin.pictures.frame import (
    CHECK,
    CROSS,
    WIDTH,
    Axis,
    Box,
    Picture,
    box,
    cut,
    day,
    hatched,
    horizon,
    hours_axis,
    kept_apart,
    party,
    shortened,
)
from tocsin.svg import joined, tag

By = Literal["line", "nation"]
UNITS_MAX = 150
ROWS_MAX = 80
GUTTER, GUTTER_MAX, MARGIN, TOP, HEAD, ROW, AREA = 196, 430, 204, 46, 24, 20, 40
"""Beside the axis, on its left from the least to the most that names may have, and on its right; heights."""
HEAD_LEFT, UNIT_LEFT, HEAD_LETTER, UNIT_LETTER = 10, 20, 8.0, 7.0
"""Where names begin, and what a letter of them takes."""
BESIDE_LETTERS = 28
"""What is written beside a unit's bar has room for so many."""
BAR, FULL = 12, 28
"""Height of a unit's bar, and of the area of many."""
INSIDE_LEAST = 46
"""Width of a bar that has room for its strength."""
DUE_WIDTH = 64
"""Of a deadline's label."""
OPEN_HOURS = 10**9
"""Later than any end."""
WAITS = {"validity": "the offer's first day", "mandate": "the national mandate", "gate": "permission of others"}
PHASES = ("place", "move", "wait", "notice")
"""From the bottom of an area to its top."""


class Group(NamedTuple):
    """A row's heading, what stands beside it, and its units."""

    name: str
    beside: str
    is_short: bool
    due_hours: int | None
    """The deadline, where it is the same for all."""
    units: Sequence[Movement]


class Names:
    """The names on the left: the room they are given, and each as it fits there."""

    def __init__(self, groups: Sequence[Group], units: Sequence[Movement]) -> None:
        heads, ids = [group.name for group in groups], [one.unit for one in units]
        asked = [HEAD_LEFT + HEAD_LETTER * (len(name) + 1) for name in heads]
        asked += [UNIT_LEFT + UNIT_LETTER * (len(name) + 1) for name in ids]
        self.gutter = min(GUTTER_MAX, max(GUTTER, *asked)) if asked else GUTTER
        self._heads = kept_apart(heads, int((self.gutter - HEAD_LEFT) / HEAD_LETTER) - 1)
        self._units = kept_apart(ids, int((self.gutter - UNIT_LEFT) / UNIT_LETTER) - 1)

    def of_group(self, group: Group) -> str:
        return self._heads.get(group.name, group.name)

    def of_unit(self, one: Movement) -> str:
        return self._units[one.unit]


def gantt(plan: Plan, course: Course, by: By = "line") -> Picture:
    """The picture."""
    groups = by_line(plan, course) if by == "line" else by_nation(course)
    counted = counted_of(plan)
    is_single = len(course.movements) <= UNITS_MAX
    names = Names(groups, course.movements if is_single else ())
    axis = Axis(names.gutter, WIDTH - MARGIN, horizon(course))
    bands: list[Markup] = []
    bars: list[Markup] = []
    texts: list[Markup] = []
    y = float(TOP)
    for place, group in enumerate(groups if is_single else folded(groups)):
        height = HEAD + ROW * len(group.units) + (4 if group.units else 0) if is_single else AREA
        if not place % 2:
            bands.append(box(Box(0, y, WIDTH, height), "band"))
        texts += _heading(group, names.of_group(group), axis, Box(axis.x(course.closure_hours), y, WIDTH, height))
        if is_single:
            for row, one in enumerate(group.units):
                at = y + HEAD + ROW * row
                texts += _named(one, names.of_unit(one), at, by)
                bars += _unit(one, axis, at, counted[one.line], by)
                texts += _inside(one, axis, at, counted[one.line])
        else:
            bars += _area(group, axis, y + (AREA - FULL) / 2)
        y += height
    # What is written lies above what is drawn.
    rows = [*bars, *_closure(course, axis, y), *texts]
    parts = [*bands, *hours_axis(axis, TOP, y), *rows, *_legend(y + 20, is_single=is_single)]
    return Picture(f"gantt-{by}", f"Deployment by {by}", described(plan, course), WIDTH, y + 40, parts)


def described(plan: Plan, course: Course) -> str:
    """What the picture says, in words."""
    units = many(len(course.movements), "unit")
    if not course.movements:
        return "No unit is sent."
    first = min(course.movements, key=lambda one: (one.in_place_hours, one.unit))
    last = max(course.movements, key=lambda one: (one.in_place_hours, one.unit))
    full = sum(line.full_hours is not None for line in course.lines)
    return (
        f"{units} sent, hours after {plan.case.case.activation} 00:00 UTC. First in place: {first.unit} at "
        f"{first.in_place_hours} h; last: {last.unit} at {last.in_place_hours} h, when the force closes. "
        f"{full} of {many(len(course.lines), 'line')} full. The table of units sent has every time."
    )


def by_line(plan: Plan, course: Course) -> list[Group]:
    """A group for each requirement line, those without a unit as well, in the case's order."""
    units: dict[str, list[Movement]] = {}
    for one in course.movements:
        units.setdefault(one.line, []).append(one)
    totals = {total.line: total for total in plan.package.totals}
    counted = counted_of(plan)
    groups = []
    for line in course.lines:
        total = totals[line.line]
        beside = f"{total.filled:,} of {total.required:,} {counted[line.line]}"
        groups.append(Group(line.line, beside, total.shortfall > 0, line.in_place_by_hours, units.get(line.line, ())))
    return groups


def by_nation(course: Course) -> list[Group]:
    """A group for each nation that sends a unit, in alphabetical order."""
    units: dict[str, list[Movement]] = {}
    for one in course.movements:
        units.setdefault(one.nation, []).append(one)
    return [Group(party(nation), many(len(sent), "unit"), False, None, sent) for nation, sent in sorted(units.items())]


def folded(groups: Sequence[Group]) -> Sequence[Group]:
    """At most ROWS_MAX of them: those with units first as they stand, the rest counted in one last row."""
    if len(groups) <= ROWS_MAX:
        return groups
    kept, rest = groups[: ROWS_MAX - 1], groups[ROWS_MAX - 1 :]
    units = [one for group in rest for one in group.units]
    name = f"{len(rest)} more rows"
    return [*kept, Group(name, many(len(units), "unit"), any(group.is_short for group in rest), None, units)]


def counted_of(plan: Plan) -> Mapping[str, str]:
    """By line: what its strength counts."""
    counted = plan.case.counted
    return {line.id: counted[line.capability] for line in plan.case.line}


def _heading(group: Group, name: str, axis: Axis, at: Box) -> Iterable[Markup]:
    """The row's name, what is in place of what is asked, and the deadline; `at.x` is where the force closes."""
    is_area = at.height == AREA
    middle = at.y + (18 if is_area else 16)
    yield _text(name, group.name, x=HEAD_LEFT, y=middle, class_="head")
    if is_area and group.units:
        by = f", by {group.due_hours:,} h" if group.due_hours is not None else ""
        yield tag("text", f"{many(len(group.units), 'unit')}{by}", x=10, y=middle + 14, class_="dim")
    if group.due_hours is None:
        yield tag("text", group.beside, x=WIDTH - MARGIN + 18, y=middle, class_="dim")
        return
    mark = CROSS if group.is_short else CHECK
    css = "short-text" if group.is_short else "good-text"
    yield tag("text", f"{mark} {cut(group.beside, 27)}", x=WIDTH - MARGIN + 18, y=middle, class_=css)
    x = axis.x(group.due_hours)
    head = f"{x - 4:.1f},{at.y + 2:.1f} {x + 4:.1f},{at.y + 2:.1f} {x:.1f},{at.y + 9:.1f}"
    yield tag("polygon", points=head, class_="due-head")
    yield tag("line", x1=x, x2=x, y1=at.y + 2, y2=at.y + at.height - 3, class_="due")
    if is_area and group.units:
        return  # the label would lie on the area
    says = f"by {group.due_hours:,} h"
    if x < axis.left + DUE_WIDTH or x - DUE_WIDTH < at.x < x:  # there the axis ends, or the line of closure passes
        yield tag("text", says, x=x + 7, y=at.y + 15, class_="dim over")
    else:
        yield tag("text", says, x=x - 7, y=at.y + 15, class_="dim over end")


def _unit(one: Movement, axis: Axis, y: float, counted: str, by: By) -> Iterable[Markup]:
    """A unit's bar, with its words for those who point at it."""
    middle, top = y + ROW / 2, y + (ROW - BAR) / 2
    lies = {name: Box(axis.x(a), top, axis.x(b) - axis.x(a), BAR) for name, a, b in phases(one)}
    parts = [tag("title", _said(one, counted)), box(lies["notice"], "notice")]
    if lies["wait"].width:
        parts += [box(lies["wait"], "wait-edge"), hatched(lies["wait"], "wait")]
    if lies["lift"].width:
        ends = (lies["lift"].x, lies["lift"].x + lies["lift"].width)
        parts.append(tag("line", x1=ends[0], x2=ends[1], y1=middle, y2=middle, class_="idle"))
    parts.append(box(lies["move"], "move"))
    place = lies["place"]._replace(width=max(3.0, lies["place"].width))
    parts.append(box(place, "place"))
    if phases(one)[-1][2] > axis.until:  # it stays, and for how long is said beside it
        parts.append(box(Box(axis.right, top, 10, BAR), "rest"))
    for load in one.loads:
        x = axis.x(load.leaves_hours)
        points = f"{x - 4:.1f},{top + BAR + 2:.1f} {x + 4:.1f},{top + BAR + 2:.1f} {x:.1f},{top + BAR - 5:.1f}"
        parts.append(tag("polygon", points=points, class_="load"))
    if by == "nation":
        x = axis.x(one.in_place_by_hours)
        parts.append(tag("line", x1=x, x2=x, y1=y + 1, y2=y + ROW - 1, class_="due"))
    yield tag("g", joined(parts))


def _named(one: Movement, name: str, y: float, by: By) -> Iterable[Markup]:
    """A unit's name on the left of its bar, and what is told on the right."""
    middle = y + ROW / 2
    yield _text(name, one.unit, x=UNIT_LEFT, y=middle + 4, class_="unit")
    yield _text(_beside(one, by), one.line if by == "nation" else "", x=WIDTH - MARGIN + 24, y=middle + 4, class_="dim")


def _text(shown: str, whole: str, **attributes: str | float) -> Markup:
    """A text, with all of it for those who point at it where it was shortened."""
    text = tag("text", shown, **attributes)
    return text if "…" not in shown else tag("g", tag("title", whole) + text)


def _inside(one: Movement, axis: Axis, y: float, counted: str) -> Iterable[Markup]:
    """The unit's strength, on the part of its bar where it is in place, if there is room."""
    x, strength = axis.x(one.in_place_hours), f"{one.strength:,} {counted}"
    room = axis.x(phases(one)[-1][2]) - x
    if room > INSIDE_LEAST:
        said = strength if room > 7 * len(strength) + 10 else f"{one.strength:,}"
        yield tag("text", said, x=x + 6, y=y + ROW / 2 + 3.8, class_="inside")


def phases(one: Movement) -> list[tuple[str, int, int]]:
    """Each phase of a unit, from which hour to which: notice, wait for a date, for lift, move, in place."""
    return [
        ("notice", 0, one.notice_hours),
        ("wait", one.notice_hours, one.ready_hours),
        ("lift", one.ready_hours, one.moves_hours),
        ("move", one.moves_hours, one.in_place_hours),
        ("place", one.in_place_hours, one.ends_hours if one.has_end else OPEN_HOURS),
    ]


def _beside(one: Movement, by: By) -> str:
    relief = f", relieved {one.reliefs}×" if one.reliefs else ""
    end = f", to day {-(-one.ends_hours // 24)}" if one.has_end else ""
    room = max(10, BESIDE_LETTERS - len(end) - len(relief))
    return f"{shortened(one.line, room) if by == 'nation' else one.nation}{end}{relief}"


def _said(one: Movement, counted: str) -> str:
    waits = f", waits for {WAITS[one.waits_for]} until {one.ready_hours} h" if one.waits_for else ""
    loads = "; ".join(f"{load.tonnes:,} t at {load.leaves_hours} h" for load in one.loads)
    end = f", until {one.ends_hours} h ({day(one.ends_hours)})" if one.has_end else ""
    relief = f", relieved for the first time at {one.relieved_hours} h" if one.reliefs else ""
    return (
        f"{one.unit} ({party(one.nation)}), {one.strength:,} {counted} on {one.line}: notice to {one.notice_hours} h"
        f"{waits}, leaves at {one.moves_hours} h{f' with lift ({loads})' if loads else ' by itself'}, in place at "
        f"{one.in_place_hours} h of {one.in_place_by_hours} h{end}{relief}"
    )


def _area(group: Group, axis: Axis, top: float) -> Iterable[Markup]:
    """How many of a row's units are in which phase, hour by hour."""
    if not group.units:
        return
    runs = list(counts_of(group.units, axis.until))
    said = f"{group.name}: {many(len(group.units), 'unit')}, the last in place at "
    parts = [tag("title", f"{said}{max(one.in_place_hours for one in group.units)} h")]
    per, base = FULL / len(group.units), top + FULL
    outlines: dict[str, list[Box]] = {phase: [] for phase in PHASES}
    for start, end, counts in runs:
        level = base
        for phase in PHASES:
            height = counts[phase] * per
            outlines[phase].append(Box(axis.x(start), level - height, axis.x(end) - axis.x(start), height))
            level -= height
    parts += [tag("path", d=_outline(outlines[phase]), class_=phase) for phase in ("place", "move", "notice")]
    parts += [hatched(one, "wait") for one in outlines["wait"] if one.height > 0 and one.width > 0]
    stay = sum(phases(one)[-1][2] > axis.until for one in group.units) * per
    parts.append(box(Box(axis.right, base - stay, 10, stay), "rest"))
    yield tag("g", joined(parts))


def counts_of(units: Sequence[Movement], until: int) -> Iterator[tuple[int, int, Mapping[str, int]]]:
    """(from hour, to hour, units by phase), runs of hours in which nothing changes; lift is waited for as dates are."""
    changes: dict[int, dict[str, int]] = {0: {}, until: {}}
    for one in units:
        for name, start, end in phases(one):
            phase = "wait" if name == "lift" else name
            if end > start and start < until:
                at_start, at_end = changes.setdefault(start, {}), changes.setdefault(min(end, until), {})
                at_start[phase] = at_start.get(phase, 0) + 1
                at_end[phase] = at_end.get(phase, 0) - 1
    hours = sorted(changes)
    counts = dict.fromkeys(PHASES, 0)
    for start, end in pairwise(hours):
        for phase, more in changes[start].items():
            counts[phase] += more
        yield start, end, dict(counts)


def _outline(boxes: Sequence[Box]) -> str:
    """Rectangles that stand side by side as one shape: along their tops, and back along their feet."""
    tops = [f"L{one.x:.1f} {one.y:.1f}h{one.width:.1f}" for one in boxes]
    feet = [f"L{one.x + one.width:.1f} {one.y + one.height:.1f}h{-one.width:.1f}" for one in reversed(boxes)]
    return f"M{tops[0][1:]}{''.join([*tops[1:], *feet])}z"


def _closure(course: Course, axis: Axis, bottom: float) -> Iterator[Markup]:
    if not course.movements:
        return
    x = axis.x(course.closure_hours)
    yield tag("line", x1=x, x2=x, y1=TOP - 6, y2=bottom, class_="closes")
    says = f"force closes at {course.closure_hours:,} h"
    yield tag("text", says, x=min(max(x, axis.left + 70), axis.right - 70), y=TOP - 28, class_="head middle")


def _legend(y: float, *, is_single: bool) -> Iterable[Markup]:
    """What each sign stands for."""
    x = 10.0
    signs = ["notice", "wait", "lift", "move", "place", "load", "due"]
    texts = {
        "notice": "notice to move",
        "wait": "waits for mandate, permission or offer" if is_single else "waits for a date or for lift",
        "lift": "waits for lift",
        "move": "under way: lift and transit",
        "place": "in place",
        "load": "a load leaves",
        "due": "deadline",
    }
    for sign in signs if is_single else ("notice", "wait", "move", "place", "due"):
        yield from _sign(sign, x, y)
        yield tag("text", texts[sign], x=x + 30, y=y + 10, class_="key")
        x += 48 + 5.9 * len(texts[sign])


def _sign(sign: str, x: float, y: float) -> Iterable[Markup]:
    at = Box(x, y, 24, BAR)
    if sign == "wait":
        yield box(at, "wait-edge")
        yield hatched(at, "wait")
    elif sign == "lift":
        yield tag("line", x1=x, x2=x + 24, y1=y + BAR / 2, y2=y + BAR / 2, class_="idle")
    elif sign == "load":
        yield tag(
            "polygon",
            points=f"{x + 13:.1f},{y + 11:.1f} {x + 21:.1f},{y + 11:.1f} {x + 17:.1f},{y + 4:.1f}",
            class_="load",
        )
    elif sign == "due":
        yield tag(
            "polygon", points=f"{x + 10:.1f},{y:.1f} {x + 18:.1f},{y:.1f} {x + 14:.1f},{y + 7:.1f}", class_="due-head"
        )
        yield tag("line", x1=x + 14, x2=x + 14, y1=y, y2=y + BAR, class_="due")
    else:
        yield box(at, sign)
