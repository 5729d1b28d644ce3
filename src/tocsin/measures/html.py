"""A sheet as one page: self-contained, printable, without script, its picture also told by the table below it."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tocsin.measures.sheet import NOT_COVERED, Bar, Chart, Sheet
from tocsin.svg import tag
from tocsin.terms import WEAK_CLASSES

GUTTER, WIDTH, RIGHT, ROW, TOP = 190, 620, 90, 22, 30
CHARACTERS_MAX = 26
"""As many as fit into the gutter."""


def render(sheet: Sheet) -> str:
    """The whole HTML document. The same sheet gives the same text."""
    env = Environment(
        loader=PackageLoader("tocsin.measures", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    picture = draw(sheet.chart) if sheet.chart is not None else ""
    hollow = sheet.chart is not None and any(bar.hollow for bar in sheet.chart.bars)
    template = env.get_template("sheet.html.j2")
    return template.render(sheet=sheet, picture=picture, hollow=hollow, weak=WEAK_CLASSES, na=NOT_COVERED)


def draw(chart: Chart) -> Markup:
    """The SVG element: a bar to the right for each row; hollow ones are estimates, dashed lines guidelines."""
    most = max([*(abs(bar.value or 0.0) for bar in chart.bars), *(line.value for line in chart.lines), 0.0]) or 1.0
    scale = WIDTH / most
    bottom = TOP + ROW * len(chart.bars)
    parts = [tag("title", chart.title)]
    for number, bar in enumerate(chart.bars):
        parts.append(_bar(bar, TOP + ROW * number, scale))
    for line in chart.lines:
        x = f"{GUTTER + line.value * scale:.1f}"
        parts += [
            tag("line", x1=x, x2=x, y1=TOP - 8, y2=bottom, class_="rule"),
            tag("text", line.label, x=x, y=TOP - 12, class_="rule-label"),
        ]
    view = f"0 0 {GUTTER + WIDTH + RIGHT} {bottom + 10}"
    return tag("svg", Markup("\n").join(parts), viewBox=view, role="img", aria_label=chart.title)


def _bar(bar: Bar, y: int, scale: float) -> Markup:
    label = bar.label if len(bar.label) <= CHARACTERS_MAX else f"{bar.label[: CHARACTERS_MAX - 1]}…"
    width = max(0.0, bar.value or 0.0) * scale
    drawn = [tag("text", label, x=GUTTER - 8, y=y + 14, class_="label")]
    if bar.value is not None:
        css = "bar hollow" if bar.hollow else "bar"
        drawn.append(tag("rect", x=GUTTER, y=y + 3, width=f"{width:.1f}", height=ROW - 7, class_=css))
    drawn.append(tag("text", bar.text, x=f"{GUTTER + width + 6:.1f}", y=y + 14, class_="value"))
    return Markup("").join(drawn)
