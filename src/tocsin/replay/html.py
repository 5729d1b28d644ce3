"""A replayed case as one page: self-contained, printable, without script, readable by a screen reader."""

from collections.abc import Iterable
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from tocsin.replay.result import Headline, Line, ReplayReport, Run
from tocsin.replay.timeline_svg import draw
from tocsin.replay.words import SIGNS, day_text, span_text, time_text, when_text
from tocsin.terms import WEAK_CLASSES


class Contrast(NamedTuple):
    """A step that the runs compute differently, with its line in each run."""

    number: int
    says: str
    lines: tuple[Line, ...]


def render(report: ReplayReport) -> str:
    """The whole HTML document. The same report gives the same text."""
    template = _environment().get_template("page.html.j2")
    timelines = [draw(run, report.names, _timeline_title(report, run), f"run{n}") for n, run in enumerate(report.runs)]
    return template.render(
        report=report,
        timelines=timelines,
        contrasts=contrasts(report.runs),
        sources=sources(report.runs[0].lines),
        weak_clauses=sorted({clause for run in report.runs for line in run.lines for clause in line.weak}),
        weak_steps=[line.number for line in report.runs[0].lines if line.source_class in WEAK_CLASSES],
    )


def contrasts(runs: tuple[Run, ...]) -> list[Contrast]:
    """The steps on which the choices of readings disagree; nothing for a single run."""
    found = []
    for lines in zip(*(run.lines for run in runs), strict=False):
        if len({(line.mark, line.computed) for line in map(_comparable, lines)}) > 1:
            found.append(Contrast(lines[0].number, lines[0].says, lines))
    return found


def sources(lines: Iterable[Line]) -> dict[tuple[str, str], list[int]]:
    """(source, how it was seen) -> numbers of the steps that rest on it, in the order of the steps."""
    found: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        found.setdefault((line.source or "no source named", line.source_class), []).append(line.number)
    return found


class _Comparable(NamedTuple):
    mark: str
    computed: str


def _comparable(line: Line) -> _Comparable:
    return _Comparable(line.mark, repr(line.computed) + repr(line.why))


def _timeline_title(report: ReplayReport, run: Run) -> str:
    under = f", under {' + '.join(run.readings)}" if run.readings else ""
    return f"Timeline of {report.title}{under}"


def _headline_span(headline: Headline) -> str:
    return span_text(headline.hours_least, headline.hours_most)


def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("tocsin.replay", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"when": when_text, "time": time_text, "day": day_text, "span": _headline_span}
    env.globals |= {"signs": SIGNS, "weak": WEAK_CLASSES}
    return env
