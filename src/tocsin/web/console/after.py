"""After action: what happened, how long it took beside precedents, who stated what when, and what it shows.

The download is one file that needs nothing else. It keeps the mode, the charter's hash, the cursor it rests on, for
whom it was made, and the marking of what it cites; its own style is allowed by digest and nothing else is.
"""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, get_args

from msgspec import Struct

from tocsin.centre.view_model import Happened, ProcedureView, WarningLine
from tocsin.terms import HOUR_US, Instant, Marking
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.console import charts, timing
from tocsin.web.console.account import said, told
from tocsin.web.console.case_words import course_words, headline_words
from tocsin.web.console.findings import findings
from tocsin.web.console.timing import Pace
from tocsin.web.shell import Text, hours_words, page, texts


class Answered(Struct, frozen=True, kw_only=True):
    """How long an elector took to state its own position on a text."""

    party: str
    hours: float | None
    """Since the text was tabled; none where it never did."""


class TextTimes(Struct, frozen=True, kw_only=True):
    """A text with the times of it."""

    view: ProcedureView
    hours: float | None
    """From tabling to the verdict."""
    answers: tuple[Answered, ...]


async def show(call: Call) -> Reply:
    """The report as a page."""
    return page(call, "console/after", here="/cases", as_file=False, **await _report(call))


async def download(call: Call) -> Reply:
    """The same as one file."""
    css = _style()
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in call.params["case"])[:60]
    headers = (
        (b"content-security-policy", policy.encode()),
        (b"content-disposition", f'attachment; filename="after-{name}.html"'.encode()),
    )
    shown = await _report(call)
    return page(call, "console/after_file", headers=headers, as_file=True, css=css, policy=policy, **shown)


async def _report(call: Call) -> dict[str, Any]:
    view, _, name = call.view, texts(call), call.params["case"]
    case, clock, earlier = view.case(name), view.clock(name), await timing.earlier(call, name)
    history, names = view.history(name), headline_words(_)
    account = told(history, view.law.names)
    paces = timing.paces(clock, earlier.times, view.now)
    times = tuple(_times_of(row, history) for row in case.procedures)
    words = course_words(_, name, view.law.names)
    return {
        "case": case,
        "clock": clock,
        "earlier": earlier,
        "paces": paces,
        "headline_words": names,
        "chart": charts.times(
            [_row(_, names, pace) for pace in paces], _("Headline times beside precedents"), day=_("d")
        ),
        "timeline": charts.timeline(account, {row.procedure: row.organ for row in case.procedures}, words, view.now),
        "history": account,
        "stated": [one for one in account if one.row.position is not None],
        "times": times,
        "findings": tuple(findings(call, _, case, account, paces)),
        "operations": view.operations(name),
        "matters": {row.id: row.title for row in view.snapshot.matters.values()},
        "charter": view.charter(),
        "marking": _strictest(case.warnings),
        "cited": [row for row in case.warnings if row.is_released],
        "said": said,
        "name": view.law.name,
        "hours_since": _hours_since(_, clock.since if clock.since is not None else clock.opened),
    }


def _hours_since(_: Text, start: Instant) -> Any:  # noqa: ANN401  # a function for the template
    """What gives the time from the start to an instant, in words."""
    return lambda at: ("+" if at >= start else "−") + hours_words(_, abs(at - start) / HOUR_US)


def _row(_: Text, names: dict[str, str], pace: Pace) -> charts.TimeRow:
    """A row of the chart, with all of it in words."""
    label, found = names[pace.headline.name], pace.earlier
    if pace.headline.hours is not None:
        own = _("%(what)s: after %(time)s.") % {"what": label, "time": hours_words(_, pace.headline.hours)}
    elif pace.elapsed is not None:
        own = _("%(what)s: not reached after %(time)s.") % {"what": label, "time": hours_words(_, pace.elapsed)}
    else:
        own = _("%s: not reached.") % label
    before = ""
    if found is not None:
        said = {"n": found.known, "least": hours_words(_, found.least_hours), "most": hours_words(_, found.most_hours)}
        before = " " + _("Precedents (%(n)d): %(least)s to %(most)s.") % said
    return charts.TimeRow(
        label=label,
        hours=pace.hours,
        is_running=pace.headline.hours is None,
        least=found.least_hours if found is not None else None,
        most=found.most_hours if found is not None else None,
        median=found.median_hours if found is not None else None,
        says=own + before,
    )


def _times_of(row: ProcedureView, history: Sequence[Happened]) -> TextTimes:
    first: dict[str, Instant] = {}
    for one in history:
        if one.procedure == row.procedure and one.position is not None and one.own and not one.question:
            first.setdefault(one.actor, one.at)
    answers = [
        Answered(party=line.party, hours=(first[line.party] - row.opened) / HOUR_US if line.party in first else None)
        for line in row.positions
    ]
    answers.sort(key=lambda one: (one.hours is None, one.hours or 0.0, one.party))
    hours = (row.decided - row.opened) / HOUR_US if row.decided is not None else None
    return TextTimes(view=row, hours=hours, answers=tuple(answers))


def _strictest(warnings: Sequence[WarningLine]) -> Marking | None:
    """The marking of the whole: the strictest of the warnings it names."""
    found = {row.marking for row in warnings if row.is_released}
    return min(found, key=get_args(Marking).index, default=None)


@cache
def _style() -> str:
    return resources.files("tocsin.web").joinpath("style.css").read_text(encoding="utf-8")


ROUTES: tuple[Route, ...] = (
    page_route("GET", "/after/{case}", show, "After action"),
    page_route("GET", "/after/{case}/report.html", download, "After action, as one file"),
)
