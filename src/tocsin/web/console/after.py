"""After action: what happened, how long it took beside precedents, who stated what when, and what it shows.

The download is one file that needs nothing else. It keeps the mode, the charter's hash, the cursor it rests on, for
whom it was made, and the marking of what it cites; its own style is allowed by digest and nothing else is.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from msgspec import Struct

from tocsin.centre.view_model import CaseView, Happened, ProcedureView, WarningLine
from tocsin.replay.words import hours_text
from tocsin.terms import HOUR_US, Instant, Marking
from tocsin.web.call import HTML, Call, Reply, Route
from tocsin.web.console import charts, timing
from tocsin.web.console.case_words import Told, headline_words, said, shape_words, told
from tocsin.web.console.timing import Pace
from tocsin.web.shell import Text, page, texts

MARKINGS: tuple[Marking, ...] = ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")
"""The strictest first."""
LATE_PART = 0.9
"""A silence that was broken in the last tenth of its time was broken late."""


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


class Finding(Struct, frozen=True, kw_only=True):
    """Something that the acts show, for people to weigh."""

    says: str
    link: str = ""


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
    words = charts.Words(
        title=_("The course of %s") % name,
        says=_("Each mark is a line of the account below, under its number."),
        shapes=shape_words(_),
        names=view.law.names | {"": _("the case")},
    )
    return {
        "case": case,
        "clock": clock,
        "earlier": earlier,
        "paces": paces,
        "headline_words": names,
        "chart": charts.times([_row(_, names, pace) for pace in paces], _("Headline times beside precedents")),
        "timeline": charts.timeline(account, {row.procedure: row.organ for row in case.procedures}, words, view.now),
        "history": account,
        "stated": [one for one in account if one.row.position is not None],
        "times": times,
        "findings": tuple(_findings(call, _, case, account, paces)),
        "operations": view.operations(name),
        "matters": {row.id: row.title for row in view.snapshot.matters.values()},
        "charter": view.charter(),
        "marking": _strictest(case.warnings),
        "cited": [row for row in case.warnings if row.is_released],
        "said": said,
        "name": view.law.name,
        "hours_since": _hours_since(clock.since if clock.since is not None else clock.opened),
    }


def _hours_since(start: Instant) -> Any:  # noqa: ANN401  # a function for the template
    """What gives the time from the start to an instant, in words."""
    return lambda at: ("+" if at >= start else "−") + hours_text(abs(at - start) / HOUR_US)


def _row(_: Text, names: dict[str, str], pace: Pace) -> charts.TimeRow:
    """A row of the chart, with all of it in words."""
    label, found = names[pace.headline.name], pace.earlier
    if pace.headline.hours is not None:
        own = _("%(what)s: after %(time)s.") % {"what": label, "time": hours_text(pace.headline.hours)}
    elif pace.elapsed is not None:
        own = _("%(what)s: not reached after %(time)s.") % {"what": label, "time": hours_text(pace.elapsed)}
    else:
        own = _("%s: not reached.") % label
    before = ""
    if found is not None:
        said = {"n": found.known, "least": hours_text(found.least_hours), "most": hours_text(found.most_hours)}
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
    return next((marking for marking in MARKINGS if marking in found), None)


# ---- findings


def _findings(call: Call, _: Text, case: CaseView, account: Sequence[Told], paces: Sequence[Pace]) -> Iterator[Finding]:
    names = headline_words(_)
    for pace in paces:
        if pace.is_slowest and pace.earlier is not None:
            fields = {"what": names[pace.headline.name], "most": hours_text(pace.earlier.most_hours)}
            yield Finding(says=_("%(what)s took longer than in any precedent (%(most)s at most).") % fields)
        elif pace.is_slow and pace.earlier is not None:
            fields = {"what": names[pace.headline.name], "median": hours_text(pace.earlier.median_hours)}
            yield Finding(says=_("%(what)s took longer than the median of precedents (%(median)s).") % fields)
    for row in case.procedures:
        yield from _of_text(call, _, row)
    yield from _of_silences(call, _, account)
    yield from _of_help(_, case)


def _of_text(call: Call, _: Text, row: ProcedureView) -> Iterator[Finding]:
    """What one text shows: who was not heard, what was entered for others, time that was lost."""
    name, link = call.view.law.name, f"#text-{row.procedure}"
    silent = [name(line.party) for line in row.positions if line.position == "not_stated"]
    if row.decided is not None and row.how == "close" and silent:
        says = _("'%(text)s' was decided without a position of %(who)s.")
        yield Finding(says=says % {"text": row.procedure, "who": ", ".join(silent)}, link=link)
    entered = [name(line.party) for line in row.positions if line.on_behalf == "unconfirmed"]
    if entered:
        says = _("On '%(text)s' a position was entered for %(who)s and never confirmed.")
        yield Finding(says=says % {"text": row.procedure, "who": ", ".join(entered)}, link=link)
    disputed = [name(line.party) for line in row.positions if line.on_behalf == "disputed"]
    if disputed:
        says = _("On '%(text)s' %(who)s disputed the position entered for it.")
        yield Finding(says=says % {"text": row.procedure, "who": ", ".join(disputed)}, link=link)
    if row.gaps:
        yield Finding(
            says=_("During the silence on '%s' the centre could not hear its members.") % row.procedure, link=link
        )
    if row.moved_from:
        fields = {"text": row.procedure, "organ": name(row.organ), "before": row.moved_from}
        yield Finding(
            says=_("'%(text)s' came to %(organ)s from '%(before)s': the forum was changed.") % fields, link=link
        )


def _of_silences(call: Call, _: Text, account: Sequence[Told]) -> Iterator[Finding]:
    """Silences that were broken, and how close to their end."""
    opened: dict[str, Happened] = {}
    breaks: dict[str, tuple[Happened, Happened, Told]] = {}
    for line in account:
        row = line.row
        if row.deadline is not None:
            opened[row.procedure] = row
        elif row.do == "silence broken" and row.procedure in opened:
            start, first, _told = breaks.get(row.procedure, (opened[row.procedure], row, line))
            breaks[row.procedure] = (start, first, line)
    for name, (start, first, line) in breaks.items():
        end = start.deadline if start.deadline is not None else first.at
        fields = {
            "text": name,
            "who": ", ".join(call.view.law.name(party) for party in line.row.broken_by),
            "left": hours_text(max(0, end - first.at) / HOUR_US),
        }
        says = _("The silence on '%(text)s' was broken %(left)s before its end, by %(who)s.")
        if (first.at - start.at) / max(1, end - start.at) >= LATE_PART:
            says = _("The silence on '%(text)s' was broken late, %(left)s before its end, by %(who)s.")
        yield Finding(says=says % fields, link=f"#h{line.number}")


def _of_help(_: Text, case: CaseView) -> Iterator[Finding]:
    """Reports, pledges and warnings that were left open."""
    for to in case.reports_owed:
        if to not in case.reports_filed:
            yield Finding(says=_("A report is owed to %s and none was filed.") % to)
    for row in case.requirement:
        if row.shortfall:
            fields = {"line": row.line.capability, "short": row.shortfall, "unit": row.line.unit}
            yield Finding(says=_("%(line)s: %(short)d %(unit)s were never pledged.") % fields)
    recalled = [row.warning for row in case.warnings if row.recalled]
    if recalled:
        yield Finding(says=_("Recalled by their authors: %s.") % ", ".join(recalled))


@cache
def _style() -> str:
    return resources.files("tocsin.web").joinpath("style.css").read_text(encoding="utf-8")


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/after/{case}",
        handler=show,
        summary="After action",
        tag="pages",
        scope="read",
        media=HTML,
    ),
    Route(
        method="GET",
        path="/after/{case}/report.html",
        handler=download,
        summary="After action, as one file",
        tag="pages",
        scope="read",
        media=HTML,
    ),
)
