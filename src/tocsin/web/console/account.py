"""The account of a case, line by line: what a line says, the clause it rests on, and equal positions as one line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from tocsin.centre.view_model import Happened
from tocsin.terms import Instant

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
    stated = attrgetter("procedure", "question", "position", "own")
    return bool(stated(one) == stated(other))


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
