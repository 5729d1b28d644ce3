"""Old commands under today's law: every act of a ledger is decided anew, and the outcome compared with the recorded.

It changes nothing. What was recorded is the truth; an act that would be decided otherwise today says how far the law as
coded, or the charter as written down, has moved since.
"""

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance.codec import ENGINE, Act, decode_submission
from tocsin.alliance.contents import AnyHandled, Book, InContent, fold_into
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.handling import decide_content
from tocsin.alliance.records import CentreOpening, CharterChanged, Opening, decode
from tocsin.alliance.state import EMPTY, State
from tocsin.alliance.step import decide, fold
from tocsin.charter import load_charter
from tocsin.charter.snapshot import Charter
from tocsin.errors import TocsinError
from tocsin.replay.computing import fact_names
from tocsin.replay.times import local_day, zone

SHOWN_LETTERS_MAX = 120

Word = Literal["same", "would differ", "cannot be judged"]
Outcome = AnyFact | AnyHandled


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

    A record that is no act of a replay or a centre is judged too: it cannot be. Nothing is raised for what the ledger
    holds.
    """
    court: _Court | None = None
    for index, data in entries:
        try:
            record = decode(data)
        except (TocsinError, msgspec.DecodeError) as problem:
            yield _not_judged(index, str(problem))
            continue
        if isinstance(record, Act):
            yield court.judge(index, record) if court else _not_judged(index, "it belongs to no run of a case")
        elif isinstance(record, Opening) or court is None or court.of_replay:
            court = _Court(record)
        else:
            court.go_by(record)


class _Court:
    """A run of a case, or a centre: its charter of today, the state and the book that its acts have left so far."""

    def __init__(self, head: Opening | CentreOpening | CharterChanged) -> None:
        self.of_replay = isinstance(head, Opening)
        self.known: date | None = None
        self.readings: tuple[str, ...] = ()
        self.state: State = EMPTY
        self.book: Book = {}
        self.go_by(head)

    def go_by(self, head: Opening | CentreOpening | CharterChanged) -> None:
        """Take the charter that a head names, as it is today. What was folded so far stays."""
        if not isinstance(head, CharterChanged):
            self.known, self.readings = head.known, head.readings
        self.charter: Charter | None = None
        self.why = f"its charter '{head.charter}' is a file of its owner's, and none that ships"
        if any(sign in head.charter for sign in "/\\.~"):  # what stands in a ledger makes nobody open a file
            return
        try:
            self.charter = load_charter(head.charter)
            self.seat: tzinfo = zone(self.charter.document.charter.timezone)
        except TocsinError as problem:
            self.charter, self.why = None, f"its charter cannot be read: {problem}"

    def judge(self, index: int, act: Act) -> Redecided:
        """What would come of the act today; then what came of it is folded."""
        found = self._judged(index, act)
        self.state = fold(self.state, act.facts)
        fold_into(self.book, act.handled)
        return found

    def _judged(self, index: int, act: Act) -> Redecided:
        if self.charter is None:
            return _not_judged(index, self.why)
        try:
            command = decode_submission(act.command)
            command = command if act.received is None else replace(command, at=act.received)
            day = local_day(command.at, self.seat)
            law = self.charter.as_of(day, self.known, self.readings)
        except (TocsinError, msgspec.DecodeError) as problem:
            return _not_judged(index, str(problem))
        then: tuple[Outcome, ...] = act.facts
        decided: tuple[Outcome, ...] | Refusal
        if isinstance(command, InContent):
            if not act.handled:
                return _not_judged(index, "what became of the content is not in this copy of the ledger")
            if (command.case, command.warning) not in self.book:
                return _not_judged(index, f"the ledger does not say how '{command.warning}' came to be released")
            then = (*act.facts, *act.handled)
            decided = decide_content(law, self.state, self.book, command)
        else:
            decided = decide(law, self.state, command)
        found = _difference(then, decided)
        return Redecided(
            index=index,
            word="would differ" if found else "same",
            command=command.id,
            kind=str(command.__struct_config__.tag),
            because="; ".join(filter(None, [found, _moved(act, self.charter)])),
        )


def _not_judged(index: int, because: str) -> Redecided:
    return Redecided(index=index, word="cannot be judged", because=because)


def _moved(act: Act, charter: Charter) -> str:
    """What has changed since the act was decided, apart from its outcome."""
    moved = [f"charter '{charter.id}' has changed since"] if act.charter_hash != charter.hash else []
    if act.engine != ENGINE:
        moved.append(f"it was decided by engine {act.engine}, and this is engine {ENGINE}")
    return "; ".join(moved)


def _difference(then: tuple[Outcome, ...], now: tuple[Outcome, ...] | Refusal) -> str:
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
