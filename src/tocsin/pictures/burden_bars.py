"""Burden: a bar a nation for what its units cost, and a mark for its fair share under each principle."""

from collections.abc import Iterable, Iterator, Mapping

from markupsafe import Markup

from tocsin.forces.burden import PRINCIPLE_WORDS, Burden, NationBurden
from tocsin.forces.model import Principle
from tocsin.forces.wording import many, money
from tocsin.pictures.frame import WIDTH, Box, Picture, box, cut, party, percent, short_money
from tocsin.svg import joined, tag

GUTTER, MARGIN, TOP, ROW, BAR = 196, 262, 34, 26, 13
NATIONS_MAX = 60
TICKS = 5
MARKS: Mapping[Principle, tuple[tuple[float, float], ...]] = {
    "capacity": ((0, -7), (6, 0), (0, 7), (-6, 0)),
    "benefit": ((0, -6.5), (6, 5), (-6, 5)),
}
"""By principle, the corners of its mark; the others are round."""


def burden_bars(burden: Burden) -> Picture:
    """The picture: those that bear most on top. Of more than NATIONS_MAX the others are counted below."""
    shown, rest = burden.nations[:NATIONS_MAX], burden.nations[NATIONS_MAX:]
    most = max([1, *(one.cost_cents for one in shown), *(a.fair_cents for one in shown for a in one.against)])
    per = (WIDTH - GUTTER - MARGIN) / most
    bottom = TOP + ROW * len(shown)
    parts = [box(Box(0, TOP + ROW * place, WIDTH, ROW), "band") for place in range(0, len(shown), 2)]
    parts += _axis(most, per, bottom)
    for place, one in enumerate(shown):
        parts += _row(one, TOP + ROW * place, per)
    y = float(bottom)
    if rest:
        sum_cents = sum(one.cost_cents for one in rest)
        said = f"and {many(len(rest), 'nation')} more, {short_money(sum_cents)} together"
        parts.append(tag("text", said, x=10, y=y + 17, class_="dim"))
        y += ROW
    parts += _legend(burden, y + 18)
    return Picture("burden", "Burden by nation", described(burden), WIDTH, y + 34, parts)


def described(burden: Burden) -> str:
    """What the picture says, in words."""
    named = [f"{one.nation} {money(one.cost_cents)} ({percent(one.cost_ppm)})" for one in burden.nations[:20]]
    beyond = [f"{PRINCIPLE_WORDS[one.principle]}: {percent(one.ppm)} beyond fair shares" for one in burden.beyond]
    return f"Cost {money(burden.cost_cents)}. By nation: {'; '.join(named)}. {'; '.join(beyond)}."


def _axis(most: int, per: float, bottom: float) -> Iterator[Markup]:
    step = _step(most)
    for cents in range(0, most + 1, step):
        x = GUTTER + cents * per
        yield tag("line", x1=x, x2=x, y1=TOP - 4, y2=bottom, class_="grid")
        yield tag("text", short_money(cents), x=x, y=TOP - 9, class_="tick")


def _step(most: int) -> int:
    """A round sum, so that there are about TICKS of it."""
    size = int("1" + "0" * (len(str(most // TICKS)) - 1))
    return next((size * times for times in (1, 2, 5) if size * times * TICKS >= most), size * 10)


def _row(one: NationBurden, y: float, per: float) -> Iterator[Markup]:
    middle, end = y + ROW / 2, GUTTER + one.cost_cents * per
    yield tag("text", cut(party(one.nation), 27), x=10, y=middle + 4, class_="head")
    shapes = [tag("title", _said(one)), box(Box(GUTTER, middle - BAR / 2, end - GUTTER, BAR), "place")]
    shapes += [mark(against.principle, GUTTER + against.fair_cents * per, middle) for against in one.against]
    yield tag("g", joined(shapes))
    x = WIDTH - MARGIN + 18
    yield tag("text", short_money(one.cost_cents), x=x + 58, y=middle + 4, class_="end")
    yield tag("text", percent(one.cost_ppm), x=x + 118, y=middle + 4, class_="dim end")
    yield tag("text", f"{one.units} of {many(one.pledged_units, 'unit')}", x=x + 130, y=middle + 4, class_="dim")


def _said(one: NationBurden) -> str:
    strength = ", ".join(f"{sent.strength:,} of {sent.pledged:,} {sent.counted}" for sent in one.strength)
    shares = [
        f"fair share by {PRINCIPLE_WORDS[against.principle]} {money(against.fair_cents)}" for against in one.against
    ]
    cost = f"{money(one.cost_cents)} ({percent(one.cost_ppm)})"
    return "; ".join([f"{party(one.nation)}: {cost}", strength, f"{one.lift_tonnes:,} t of lift", *shares])


def mark(principle: Principle, x: float, y: float) -> Markup:
    """A fair share: a diamond by capacity, a triangle by benefit, a ring where all are the same."""
    if principle not in MARKS:
        return tag("circle", cx=x, cy=y, r=5.0, class_="mark")
    points = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in MARKS[principle])
    return tag("polygon", points=points, class_="mark")


def _legend(burden: Burden, y: float) -> Iterable[Markup]:
    yield box(Box(GUTTER, y, 24, 11), "place")
    yield tag("text", "cost of the units sent", x=GUTTER + 30, y=y + 10, class_="key")
    x = GUTTER + 186.0
    for one in burden.beyond:
        text = f"fair share: {PRINCIPLE_WORDS[one.principle]}"
        yield mark(one.principle, x + 6, y + 5.5)
        yield tag("text", text, x=x + 18, y=y + 10, class_="key")
        x += 42 + 5.9 * len(text)
