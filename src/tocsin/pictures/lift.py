"""Lift used against lift there: a column an hour at which lift leaves."""

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from tocsin.forces.course import Course, LiftHour
from tocsin.forces.model import ForceCase
from tocsin.forces.wording import many
from tocsin.pictures.frame import WIDTH, Box, Picture, box, cut
from tocsin.svg import joined, tag

LEFT, TOP, HEIGHT, FOOT = 10, 40, 150, 44
COLUMN_MAX, TEXT_LEAST = 150.0, 64.0
"""The widest a column is, and how wide it is at least to have its numbers written."""
LEAST = 320.0
ASSETS_MAX = 3
"""So many kinds are named below a column; the table has all."""


def lift(case: ForceCase, course: Course) -> Picture | None:
    """The picture; none where the case has no lift."""
    if not course.lift:
        return None
    wide = min(COLUMN_MAX, (WIDTH - 2 * LEFT) / len(course.lift))
    most = max(1, *(one.there_tonnes for one in course.lift))
    parts: list[Markup] = []
    for place, one in enumerate(course.lift):
        parts += _column(one, assets_of(case, one.leaves_hours), LEFT + wide * place, wide, HEIGHT / most)
    base = TOP + HEIGHT
    parts.append(tag("line", x1=LEFT, x2=LEFT + wide * len(course.lift), y1=base, y2=base, class_="base"))
    width = max(LEAST, 2 * LEFT + wide * len(course.lift))
    kinds = max(len(assets_of(case, one.leaves_hours)) for one in course.lift) if wide >= TEXT_LEAST else 0
    foot = base + FOOT + 14 * min(kinds, ASSETS_MAX)
    parts += _legend(foot)
    return Picture("lift", "Lift used against lift there", described(course), width, foot + 14, parts)


def described(course: Course) -> str:
    """What the picture says, in words."""
    used, there = sum(one.used_tonnes for one in course.lift), sum(one.there_tonnes for one in course.lift)
    full = [f"{one.leaves_hours} h" for one in course.lift if one.there_tonnes and one.used_tonnes == one.there_tonnes]
    at = f" All of it at {', '.join(full)}." if full else ""
    return f"{used:,} t of {there:,} t are used.{at} The table of lift holds every hour."


def assets_of(case: ForceCase, hour: int) -> list[str]:
    """'4 × 75 t heavy', '800 t rail': what leaves at an hour, as far as the case says what it is."""
    return [
        f"{f'{one.count} × ' if one.count > 1 else ''}{one.tonnes:,} t {one.asset}"
        for one in case.lift
        if one.leaves_hours == hour and one.asset
    ]


def _column(one: LiftHour, assets: Sequence[str], x: float, wide: float, per: float) -> Iterator[Markup]:
    gap, base = min(18.0, wide * 0.14), TOP + HEIGHT
    there = Box(x + gap, base - one.there_tonnes * per, wide - 2 * gap, one.there_tonnes * per)
    used = Box(there.x, base - one.used_tonnes * per, there.width, one.used_tonnes * per)
    said = f"At {one.leaves_hours} h: {one.used_tonnes:,} of {one.there_tonnes:,} t, loads of {many(one.units, 'unit')}"
    shapes = [
        tag("title", f"{said}{'; ' if assets else ''}{', '.join(assets)}"),
        box(there, "there"),
        box(used, "move"),
    ]
    yield tag("g", joined(shapes))
    middle = x + wide / 2
    yield tag("text", f"{one.leaves_hours:,} h", x=middle, y=base + 16, class_="middle head")
    if wide < TEXT_LEAST:
        return
    share = f", {100 * one.used_tonnes // one.there_tonnes} %" if one.there_tonnes else ""
    yield tag("text", f"{one.used_tonnes:,} t{share}", x=middle, y=there.y - 20, class_="middle")
    yield tag("text", f"of {one.there_tonnes:,} t", x=middle, y=there.y - 6, class_="middle dim")
    yield tag("text", many(one.units, "unit"), x=middle, y=base + 31, class_="middle dim")
    for place, asset in enumerate(assets[:ASSETS_MAX]):
        yield tag("text", cut(asset, int(wide / 6)), x=middle, y=base + 45 + 14 * place, class_="middle dim")


def _legend(y: float) -> Iterable[Markup]:
    for x, css, text in ((LEFT, "move", "used"), (LEFT + 90, "there", "there")):
        yield box(Box(x, y, 24, 11), css)
        yield tag("text", text, x=x + 30, y=y + 10, class_="key")
