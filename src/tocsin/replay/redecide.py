"""Old commands under today's law: every act of a ledger is decided anew, and the outcome compared with the recorded.

It changes nothing. What was recorded is the truth; an act that would be decided otherwise today says how far the law as
coded, or the charter as written down, has moved since.
"""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Literal

import msgspec
from msgspec import Struct

from tocsin.alliance.codec import ENGINE, Act, decode_command
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.state import EMPTY, State
from tocsin.alliance.step import decide, fold
from tocsin.charter import load_charter
from tocsin.charter.snapshot import Charter
from tocsin.errors import TocsinError
from tocsin.replay.computing import fact_names
from tocsin.replay.records import Opening, decode
from tocsin.replay.times import local_day, zone

SHOWN_LETTERS_MAX = 120

Word = Literal["same", "would differ", "cannot be judged"]


class Redecided(Struct, frozen=True, kw_only=True):
    """One act, decided anew on the state that the acts before it left."""

    index: int
    """Its entry in the ledger."""
    word: Word
    command: str = ""
    """The id of the command."""
    kind: str = ""
    because: str = ""
    """Why it would differ or cannot be judged; for one that is the same, that its charter has changed since."""


def redecide(entries: Iterable[tuple[int, bytes]]) -> Iterator[Redecided]:
    """Decide each act anew. `entries` are the records of a ledger, with their indices, in order.

    A record that is no act of a replay is judged too: it cannot be. Nothing is raised for what the ledger holds.
    """
    court: _Court | None = None
    why = "it belongs to no run of a case"
    for index, data in entries:
        try:
            record = decode(data)
        except (TocsinError, msgspec.DecodeError) as problem:
            yield Redecided(index=index, word="cannot be judged", because=str(problem))
            continue
        if isinstance(record, Opening):
            try:
                court, why = _Court(record), ""
            except TocsinError as problem:
                court, why = None, f"its charter cannot be read: {problem}"
        elif court is None:
            yield Redecided(index=index, word="cannot be judged", because=why)
        else:
            yield court.judge(index, record)


class _Court:
    """A run of a case: its charter of today, and the state that its recorded facts have left so far."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.charter: Charter = load_charter(opening.charter)
        self.seat: tzinfo = zone(self.charter.document.charter.timezone)
        self.state: State = EMPTY

    def judge(self, index: int, act: Act) -> Redecided:
        state, self.state = self.state, fold(self.state, act.facts)
        try:
            command = decode_command(act.command)
            day = local_day(command.at, self.seat)
            law = self.charter.as_of(day, self.opening.known, self.opening.readings)
        except (TocsinError, msgspec.DecodeError) as problem:
            return Redecided(index=index, word="cannot be judged", because=str(problem))
        decided = decide(law, state, command)
        moved = _moved(act, self.charter)
        found = _difference(act.facts, decided)
        return Redecided(
            index=index,
            word="would differ" if found else "same",
            command=command.id,
            kind=str(command.__struct_config__.tag),
            because="; ".join(filter(None, [found, moved])),
        )


def _moved(act: Act, charter: Charter) -> str:
    """What has changed since the act was decided, apart from its outcome."""
    moved = [f"charter '{charter.id}' has changed since"] if act.charter_hash != charter.hash else []
    if act.engine != ENGINE:
        moved.append(f"it was decided by engine {act.engine}, and this is engine {ENGINE}")
    return "; ".join(moved)


def _difference(then: tuple[AnyFact, ...], now: tuple[AnyFact, ...] | Refusal) -> str:
    """What would come of the command today that did not come of it then, in words; nothing where it is the same."""
    if isinstance(now, Refusal):
        clause = f" [{now.clause}]" if now.clause else ""
        return f"it would be refused: {now.message}{clause}"
    if fact_names(then) != fact_names(now):
        return f"it brought {_listed(fact_names(then))}; today it would bring {_listed(fact_names(now))}"
    for old, new in zip(then, now, strict=True):
        for field in old.__struct_fields__:
            was, is_now = getattr(old, field), getattr(new, field)
            if was != is_now:
                name = str(old.__struct_config__.tag)
                return f"'{field}' of '{name}' was {_shown(was)}; today it would be {_shown(is_now)}"
    return ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "no fact"


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN_LETTERS_MAX else f"{text[:SHOWN_LETTERS_MAX]}…"
