"""What the acts of a case show after the action, for people to weigh: never more than they say."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tocsin.centre.view_model import CaseView, Happened, ProcedureView
from tocsin.terms import HOUR_US
from tocsin.web.call import Call
from tocsin.web.console.account import Told
from tocsin.web.console.case_words import headline_words
from tocsin.web.console.timing import Pace
from tocsin.web.shell import Text, hours_words

LATE_PART = 0.9
"""A silence that was broken in the last tenth of its time was broken late."""


class Finding(Struct, frozen=True, kw_only=True):
    """Something that the acts show, for people to weigh."""

    says: str
    link: str = ""


def findings(call: Call, _: Text, case: CaseView, account: Sequence[Told], paces: Sequence[Pace]) -> Iterator[Finding]:
    """What the acts of a case show: times, texts, silences, help."""
    names = headline_words(_)
    for pace in paces:
        if pace.is_slowest and pace.earlier is not None:
            fields = {"what": names[pace.headline.name], "most": hours_words(_, pace.earlier.most_hours)}
            yield Finding(says=_("%(what)s took longer than in any precedent (%(most)s at most).") % fields)
        elif pace.is_slow and pace.earlier is not None:
            fields = {"what": names[pace.headline.name], "median": hours_words(_, pace.earlier.median_hours)}
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
            "left": hours_words(_, max(0, end - first.at) / HOUR_US),
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
