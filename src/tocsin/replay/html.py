"""A replayed case as one page: self-contained, printable, without script, readable by a screen reader."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from tocsin.replay.contrast import contrasts, source_of, sources
from tocsin.replay.result import Headline, ReplayReport, Run
from tocsin.replay.timeline_svg import draw
from tocsin.replay.words import (
    DEEDS,
    SIGNS,
    actors_text,
    day_text,
    recorded_text,
    side_text,
    span_text,
    time_text,
    times_text,
    when_text,
)
from tocsin.terms import WEAK_CLASSES


def render(report: ReplayReport) -> str:
    """The whole HTML document. The same report gives the same text."""
    template = _environment().get_template("page.html.j2")
    timelines = [
        draw(run, report.names, _timeline_title(report, run), f"run{n}", "run0") for n, run in enumerate(report.runs)
    ]
    return template.render(
        report=report,
        timelines=timelines,
        contrasts=contrasts(report.runs),
        sources=sources(report.runs[0].lines),
        weak_clauses=sorted({clause for run in report.runs for line in run.lines for clause in line.weak}),
        weak_steps=[line.number for line in report.runs[0].lines if line.source_class in WEAK_CLASSES],
    )


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
    env.filters |= {
        "when": when_text,
        "time": time_text,
        "day": day_text,
        "span": _headline_span,
        "actors": actors_text,
    }
    env.globals |= {
        "source_of": source_of,
        "recorded": recorded_text,
        "times": times_text,
        "side_text": side_text,
        "signs": SIGNS,
        "deeds": DEEDS,
        "weak": WEAK_CLASSES,
    }
    return env
