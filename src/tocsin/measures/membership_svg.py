"""Who belonged to which alliance over the years, as SVG: a lane for each party and alliance, a bar for each status.

A status is told by the shape of its bar, never by colour alone: full for members, an outline for others. What is laid
over it and takes rights away or freezes them is hatched; what takes none, such as a seat, is a bright stripe. Each bar
has its title, the legend names what is laid over, and the table beside it says the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from markupsafe import Markup

from tocsin.measures.overlap import Overlap, Span
from tocsin.svg import tag
from tocsin.terms import PartyId

NAMES, TAGS, RIGHT, TOP, LANE, PARTY_GAP = 190, 70, 24, 46, 15, 5
WIDTH = 1180
PARTIES_MAX = 60
LEGEND_LINE = 16
HEIGHTS = {"full": 9.0, "part": 5.0, "laid": 9.0, "seat": 4.0}
FULL = ("member", "member-state", "ally")
STYLE = """
.membership text { fill: var(--ink, #1b222c); font: 11.5px system-ui, "DejaVu Sans", sans-serif; }
.membership .party { font-weight: 650; font-size: 12.5px; } .membership .tag { fill: var(--dim, #5d6675); }
.membership .year { fill: var(--dim, #5d6675); text-anchor: middle; } .membership .grid { stroke: var(--line, #d9dce1); }
.membership .full { fill: var(--accent, #2b5f8f); } .membership .part { fill: none; stroke: var(--accent, #2b5f8f); stroke-width: 1.4; }
.membership .laid { fill: url(#hatch); stroke: var(--ink, #1b222c); } .membership .hatch { stroke: var(--ink, #1b222c); stroke-width: 2; }
.membership .seat { fill: var(--paper, #fcfcfa); stroke: var(--ink, #1b222c); stroke-width: .8; }
.membership .under { fill: var(--paper, #fcfcfa); }
.membership .today { stroke: var(--differs, #b3261e); stroke-width: 1.5; stroke-dasharray: 4 3; }
.membership .contested { stroke-dasharray: 3 2; } .membership .band { fill: var(--band, #f3f4f1); }
"""  # noqa: E501  # one rule a line reads best


def shown_parties(overlap: Overlap) -> list[str]:
    """The parties worth a lane: those that ever belonged to two of the alliances; all of them where there is one."""
    several = len(overlap.alliances) > 1
    found: dict[str, set[str]] = {}
    for span in overlap.spans:
        if not span.overlay:
            found.setdefault(span.party, set()).add(span.alliance)
    chosen = [party for party, alliances in found.items() if len(alliances) > 1 or not several]
    # Those in most alliances first, so that a picture that must leave some out leaves out the plainest.
    chosen.sort(key=lambda party: (-len(found[party]), overlap.names.get(party, party)))
    return sorted(chosen[:PARTIES_MAX], key=lambda party: overlap.names.get(party, party))


def draw(overlap: Overlap, parties: Sequence[str] | None = None, *, is_styled: bool = True) -> Markup:
    """The SVG element; `parties` picks the lanes, None those of `shown_parties`.

    It brings its style along, unless it stands in a page that has that already.
    """
    chosen = list(parties) if parties is not None else shown_parties(overlap)
    lanes = _lanes(overlap, chosen)
    years = [day.year for span in overlap.spans for day in (span.since, span.to) if day and span.party in chosen]
    first, last = min([*years, overlap.on.year - 1]), max([*years, overlap.on.year]) + 1
    scale = (WIDTH - NAMES - TAGS - RIGHT) / (last - first)
    bottom = TOP + sum(LANE * len(rows) + PARTY_GAP for _, rows in lanes)

    def x(day: date) -> float:
        return NAMES + TAGS + scale * (day.year - first + (day.timetuple().tm_yday - 1) / 366)

    legend = list(_legend(overlap, chosen, bottom + 16))
    parts = [
        tag("title", f"Membership over the years of {', '.join(overlap.alliances)}", id="membership-title"),
        tag("desc", _described(overlap, chosen), id="membership-desc"),
        *([tag("style", Markup(STYLE))] if is_styled else []),  # noqa: S704  # our own constant
        _hatch(),
        *_bands(lanes),
        *_years(first, last, x, bottom),
        *_bars(overlap, lanes, x, date(last, 1, 1)),
        tag("line", x1=x(overlap.on), x2=x(overlap.on), y1=TOP - 14, y2=bottom, class_="today"),
        tag("text", str(overlap.on), x=x(overlap.on) - 4, y=12, text_anchor="end"),
        *(shape for _, shapes in legend for shape in shapes),
    ]
    return tag(
        "svg",
        Markup("\n").join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {legend[-1][0] + 14:.0f}",
        class_="membership",
        role="img",
        aria_labelledby="membership-title membership-desc",
    )


def _lanes(overlap: Overlap, parties: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Each party with the alliances it ever belonged to, in the order of the comparison."""
    had = {(span.party, span.alliance) for span in overlap.spans}
    return [(one, [name for name in overlap.alliances if (one, name) in had]) for one in parties]


def _bands(lanes: Iterable[tuple[str, list[str]]]) -> Iterable[Markup]:
    y = float(TOP)
    for index, (_, rows) in enumerate(lanes):
        height = LANE * len(rows) + PARTY_GAP
        if index % 2 == 0:
            yield tag("rect", x=0, y=y - PARTY_GAP / 2, width=WIDTH, height=height, class_="band")
        y += height


def _years(first: int, last: int, x: Callable[[date], float], bottom: float) -> Iterable[Markup]:
    step = 5 if last - first <= 50 else 10
    for year in range(first - first % step + step, last, step):
        at = x(date(year, 1, 1))
        yield tag("line", x1=at, x2=at, y1=TOP - 8, y2=bottom, class_="grid")
        yield tag("text", str(year), x=at, y=TOP - 14, class_="year")


def _bars(
    overlap: Overlap, lanes: Iterable[tuple[str, list[str]]], x: Callable[[date], float], end: date
) -> Iterable[Markup]:
    held: dict[tuple[str, str], list[Span]] = {}
    for span in overlap.spans:
        held.setdefault((span.party, span.alliance), []).append(span)
    y = float(TOP)
    for party, rows in lanes:
        yield tag("text", _short(overlap.names.get(party, party)), x=6, y=y + LANE - 4, class_="party")
        for name in rows:
            yield tag("text", name, x=NAMES, y=y + LANE - 4, class_="tag")
            spans = sorted(held[party, name], key=lambda span: span.overlay)
            yield from (_bar(span, overlap.names, x, y, end) for span in spans)
            y += LANE
        y += PARTY_GAP


def _bar(span: Span, names: Mapping[str, str], x: Callable[[date], float], y: float, end: date) -> Markup:
    left = x(span.since) if span.since else float(NAMES + TAGS)
    right = x(min(span.to, end)) if span.to else x(end)
    kind = _kind(span)
    said = f"{names.get(span.party, span.party)}, {span.alliance}: {span_words(span)}"
    height = HEIGHTS[kind]
    css = f"{kind} contested" if span.contested else kind
    width = max(1.5, right - left)
    shape = tag("rect", x=left, y=y + 8 - height / 2, width=width, height=height, rx=1.5, class_=css)
    return tag("g", tag("title", said) + shape)


def _kind(span: Span) -> str:
    if span.overlay:
        return "seat" if span.seat else "laid"
    return "full" if span.status in FULL else "part"


def span_words(span: Span) -> str:
    """'member, from 1994-04-20 to 2012-12-19, not including that day'."""
    since = f"from {span.since}" if span.since else "from the beginning"
    until = f" up to {span.to}" if span.to else ""
    return f"{span.status}, {since}{until}{', contested' if span.contested else ''}"


def _hatch() -> Markup:
    line = tag("line", x1=0, y1=0, x2=0, y2=5, class_="hatch")
    under = tag("rect", x=0, y=0, width=5, height=5, class_="under")
    pattern = tag("pattern", under + line, id="hatch", width=5, height=5, patternUnits="userSpaceOnUse",
                   patternTransform="rotate(45)")  # fmt: skip
    return tag("defs", pattern)


def _legend(overlap: Overlap, parties: Sequence[str], y: float) -> Iterator[tuple[float, list[Markup]]]:
    """The signs with their words, each with its height on the page; what is laid over a status is named."""
    x = float(NAMES)
    for css, text in _signs([span for span in overlap.spans if span.party in parties]):
        width = 60 + 6.4 * len(text)
        if x > NAMES and x + width > WIDTH:
            x, y = float(NAMES), y + LEGEND_LINE
        shapes = [
            tag("rect", x=x, y=y - HEIGHTS[one] / 2 - 3, width=26, height=HEIGHTS[one], class_=one)
            for one in (("full", "seat") if css == "seat" else (css,))
        ]
        yield y, [*shapes, tag("text", text, x=x + 32, y=y)]
        x += width


def _signs(spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    yield "full", "member"
    yield "part", "observer, partner, other"
    for css, meaning in (("laid", "takes rights away or freezes them"), ("seat", "takes no right away")):
        if named := sorted({span.status for span in spans if _kind(span) == css}):
            yield css, f"{', '.join(named)}: laid over a status, {meaning}"


def _short(name: str) -> str:
    return name if len(name) <= 25 else f"{name[:24]}…"


def _described(overlap: Overlap, parties: Sequence[str]) -> str:
    said = [
        f"{overlap.names.get(party, party)}: {', '.join(f'{name} ({status})' for name, status in held.items())}"
        for party in parties
        if (held := overlap.standings.get(PartyId(party)))
    ]
    return f"On {overlap.on}: {'; '.join(said)}. The table of the spans holds every bar."
