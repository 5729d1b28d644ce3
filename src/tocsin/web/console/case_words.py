"""Words that the pages of cases share, in the reader's language; and what a line of the feed is made of."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from tocsin.centre.view_model import Deadline, Happened
from tocsin.terms import Instant
from tocsin.web.shell import Text

_CLAUSED = re.compile(r"^(?P<words>.*) \[(?P<clause>[^\[\]]+)\]$", re.DOTALL)


class Said(NamedTuple):
    """What happened in words, and the clause it rests on."""

    words: str
    clause: str = ""


def said(text: str) -> Said:
    """A line of the account with the clause at its end taken apart."""
    found = _CLAUSED.match(text)
    return Said(found["words"], found["clause"]) if found else Said(text)


class Told(Struct, frozen=True, kw_only=True):
    """A line of the account: one thing that happened, or the same position of several, stated one after another."""

    number: int
    row: Happened
    """The first of them."""
    actors: tuple[str, ...]
    until: Instant | None = None
    """When the last of several stated it, where that was later."""
    says: str

    @property
    def actor(self) -> str:
        """Whose doing it was; empty where it was nobody's, or several parties'."""
        return self.actors[0] if len(self.actors) == 1 else ""


def told(history: Iterable[Happened], names: Mapping[str, str]) -> tuple[Told, ...]:
    """The account of a case, numbered from 1. Equal positions on a text that follow each other are one line."""
    groups: list[list[Happened]] = []
    for row in history:
        if groups and row.position is not None and _is_same(groups[-1][0], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return tuple(_told(number, rows, names) for number, rows in enumerate(groups, 1))


def _is_same(one: Happened, other: Happened) -> bool:
    return (one.procedure, one.question, one.position, one.own) == (
        other.procedure,
        other.question,
        other.position,
        other.own,
    )


def _told(number: int, rows: Sequence[Happened], names: Mapping[str, str]) -> Told:
    first, last = rows[0], rows[-1]
    actors = tuple(dict.fromkeys(row.actor for row in rows if row.actor))
    says = first.says
    if len(rows) > 1:
        who = ", ".join(names.get(actor, actor) for actor in actors)
        question = f" on '{first.question}'" if first.question else ""
        entered = "" if first.own else ", entered for them"
        position = str(first.position).replace("_", " ")
        says = f"{first.procedure}: {len(actors)} stated {position}{question}{entered}: {who}"
    until = last.at if last.at > first.at else None
    return Told(number=number, row=first, actors=actors, until=until, says=says)


def headline_words(_: Text) -> dict[str, str]:
    """Headline times in a word or two."""
    return {
        "t_request": _("Request"),
        "t_consult": _("Meeting called"),
        "t_qualify": _("Trigger qualified"),
        "t_decide": _("Decision"),
        "t_package": _("Force package"),
        "t_first_unit": _("First forces"),
        "t_report": _("Report"),
    }


def shape_words(_: Text) -> dict[str, str]:
    """What the shapes of the timeline stand for."""
    return {
        "warning": _("warning"),
        "request or call": _("request or call"),
        "text": _("text"),
        "position": _("position"),
        "decision": _("decision"),
        "help": _("help"),
        "report or end": _("report or end"),
    }


def deadline_words(_: Text, row: Deadline, name: str) -> str:
    """What falls due; `name` is that of the party where it is a notice of leaving."""
    kinds = {
        "silence": _("Silence on '%s' ends"),
        "mandate": _("Mandate '%s' ends"),
        "consent": _("Consent of %s ends"),
        "notice": _("Notice of %s takes effect: it leaves"),
    }
    return kinds[row.kind] % name if row.kind in kinds else row.what
