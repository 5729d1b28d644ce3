"""What the pictures of a plan share: the frame with its words, the axis of time, hatching, short numbers and texts."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from markupsafe import Markup

from tocsin.forces.course import Course
from tocsin.forces.model import Plan
from tocsin.states import state_name
from tocsin.svg import joined, tag

WIDTH = 1100
TICKS_MAX = 11
STEPS_HOURS = (3, 6, 12, 24, 48, 72, 120, 168, 240, 480, 720, 1440, 2400, 4800, 9600)
HATCH_GAP = 5
SIDE, ABOVE, BELOW, ALONE_LEAST = 20, 60, 40, 480
"""Around a picture that stands alone, and how wide it is at least."""
NARROW = 600
"""What is no wider fits on a small screen as it is."""
BANNER = "HYPOTHETICAL"
CROSS, CHECK = "✗", "✓"


_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


class Axis(NamedTuple):
    """Time to the right: hour 0 lies at `left`, hour `until` at `right`, and what is later at `right` as well."""

    left: float
    right: float
    until: int

    def x(self, hour: float) -> float:
        """Where an hour lies."""
        return self.left + (self.right - self.left) * min(max(hour, 0), self.until) / self.until

    def ticks(self, most: int = TICKS_MAX) -> list[int]:
        """Hours to mark, at most so many, evenly spaced."""
        step = next((step for step in STEPS_HOURS if self.until <= step * most), self.until)
        return list(range(0, self.until + 1, step))


def horizon(course: Course) -> int:
    """The hour up to which time is drawn: a little after the last deadline and the last arrival."""
    deadlines = [line.in_place_by_hours for line in course.lines]
    return ceil(max(24, course.closure_hours, *deadlines) * 1.04)


class Picture(NamedTuple):
    """A picture: `name` begins its ids, `says` tells in words what it shows."""

    name: str
    title: str
    says: str
    width: float
    height: float
    parts: Sequence[Markup]

    def element(self, **attributes: str | float) -> Markup:
        """The SVG element, for a page that has the style."""
        title, says = f"{self.name}-title", f"{self.name}-desc"
        inner = [tag("title", self.title, id=title), tag("desc", self.says, id=says), *self.parts]
        return tag(
            "svg",
            joined(inner),
            xmlns="http://www.w3.org/2000/svg",
            **_size(self.width, self.height),
            class_="picture" if self.width > NARROW else "picture narrow",
            role="img",
            aria_labelledby=f"{title} {says}",
            **attributes,
        )

    def alone(self, plan: Plan) -> str:
        """A file of its own: with its style, on paper of its own, under the title of its case."""
        about = plan.case.case
        banner = tag("text", BANNER, x=SIDE, y=22, class_="banner") if plan.hypothetical else Markup("")
        under = f"{self.title}; time from {about.activation} 00:00 UTC"
        width, height = max(ALONE_LEAST, self.width) + 2 * SIDE, self.height + ABOVE + BELOW
        parts = [
            tag("style", Markup(styles())),  # noqa: S704  # our own file
            tag("rect", width="100%", height="100%", class_="paper"),
            banner,
            tag("text", about.title, x=SIDE + (126 if banner else 0), y=22, class_="title"),
            tag("text", under, x=SIDE, y=42, class_="dim"),
            self.element(x=SIDE, y=ABOVE),
            tag("text", plan.package.digest, x=SIDE, y=height - 14, class_="dim"),
        ]
        space = "http://www.w3.org/2000/svg"
        return legible(f"{tag('svg', joined(parts), xmlns=space, **_size(width, height), class_='picture')}\n")


def legible(text: str) -> str:
    """The text without signs that no file of ours may hold: control signs, and those that turn the reading order."""
    return _UNFIT.sub("\ufffd", text)


def _size(width: float, height: float) -> dict[str, str]:
    return {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}


@cache
def styles() -> str:
    """The style of all pictures; it holds in a page and in a picture that stands alone."""
    return files("tocsin.pictures").joinpath("pictures.css").read_text(encoding="utf-8")


def hours_axis(axis: Axis, top: float, bottom: float, most: int = TICKS_MAX) -> Iterable[Markup]:
    """Rules over the time there is, each with its day, or its hour where days are too far apart."""
    ticks = axis.ticks(most)
    for hour in ticks:
        x = axis.x(hour)
        yield tag("line", x1=x, x2=x, y1=top - 4, y2=bottom, class_="grid")
        yield tag("text", tick_text(hour, ticks), x=x, y=top - 9, class_="tick")


def tick_text(hour: int, ticks: Sequence[int]) -> str:
    """'day 3', or '36 h' where the marks are closer than days."""
    in_days = all(not (later - earlier) % 24 for earlier, later in pairwise(ticks))
    return f"day {hour // 24}" if in_days else f"{hour} h"


def box(at: Box, css: str) -> Markup:
    """A rectangle; nothing where it has no size."""
    if at.width <= 0 or at.height <= 0:
        return Markup("")
    return tag("rect", x=at.x, y=at.y, width=at.width, height=at.height, class_=css)


def hatched(at: Box, css: str) -> Markup:
    """Diagonal strokes within a rectangle. Those of rectangles that touch meet each other."""
    left, top, right, bottom = at.x, at.y, at.x + at.width, at.y + at.height
    strokes = []
    for count in range(ceil((left + top) / HATCH_GAP), floor((right + bottom) / HATCH_GAP) + 1):
        both = count * HATCH_GAP  # x + y on this stroke
        start, end = max(left, both - bottom), min(right, both - top)
        if end > start:
            strokes.append(f"M{start:.1f} {both - start:.1f}L{end:.1f} {both - end:.1f}")
    return tag("path", d="".join(strokes), class_=css) if strokes else Markup("")


def cut(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shortened(text: str, most: int) -> str:
    """A name of at most so many characters: of a longer one both ends, as names of a kind differ at either."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def kept_apart(names: Iterable[str], most: int) -> dict[str, str]:
    """Each name at most so long, and no two alike: those that shortening would make so are numbered."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        short, number = shortened(name, most), 1
        while short in taken:
            number += 1
            short = f"{shortened(name, most - 1 - len(str(number)))}#{number}"
        taken.add(short)
        found[name] = short
    return found


def party(code: str) -> str:
    """A party with its name, where it is a state that has one."""
    name = state_name(code)
    return f"{code} {name}" if name else code


def short_money(cents: int) -> str:
    """'5.40 M': three figures and a letter; small sums whole."""
    whole = abs(cents) // 100
    sign = "−" if cents < 0 else ""
    for size, letter in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if whole >= size:
            value = whole / size
            return f"{sign}{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {letter}"
    return f"{sign}{whole}"


def percent(ppm: int) -> str:
    """'12.3 %' of millionths."""
    return f"{ppm / 10_000:.1f} %".replace("-", "−")


def day(hour: int) -> str:
    """'day 6', with the hour of that day where it is not its first: 'day 6, 16 h'."""
    days, rest = divmod(hour, 24)
    return f"day {days}, {rest} h" if rest else f"day {days}"
