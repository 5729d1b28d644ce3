"""The proof that a centre tells a seat nothing of what the seat may not see.

A `Pair` is two histories of the Meridian Pact that differ only in what one seat, the observer, may not see. Both are
played, the observer acts in both, and after every beat all that it can ask of the centre is written down: two equal
transcripts, or a leak. The clock is moved by what is common to both, so that hidden acts happen at the same instants.

Declared exceptions, each replaced by a token before anything is compared: commitments and digests (salted), the text of
a checkpoint, and what is drawn by lot. Tokens are numbered as they first occur in a transcript, so that it is compared
which of them are the same.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from tests.centre_world import BEGAN, World, desk, run
from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import Held, WarningContent
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.desk_model import SeatBook
from tocsin.centre.desks import Desks
from tocsin.centre.keep import erase_warning
from tocsin.centre.model import Actor, Role, Submission
from tocsin.centre.passwords import Cost
from tocsin.centre.view import View
from tocsin.errors import TocsinError
from tocsin.ledger import LedgerError, Proof, check
from tocsin.terms import DAY_US, HOUR_US, Instant, Marking, PartyId

PASSWORD = "seven grey horses at noon"  # noqa: S105  # of invented persons
CHEAP = Cost(memory_kib=64, iterations=1)
OFFICIALS = ("SG", "council", "defence-board", "assembly")
NOBODYS = "nothing"
"""A name that is never used, beside which every hidden one must look the same."""

# ---- what happens


class Step(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Something that one seat does."""

    seat: str = SECRETARIAT

    async def play(self, stage: "Stage") -> object:
        raise NotImplementedError  # abstract: every kind of step has its own


class Do(Step, frozen=True, kw_only=True):
    """Give a command."""

    what: str
    fields: dict[str, Any] = {}
    id: str = ""
    role: Role | None = None

    async def play(self, stage: "Stage") -> object:
        actor = stage.actor(self.seat, self.role)
        body = {"id": self.id or stage.new_id(), "do": self.what, **self.fields}
        answer = await stage.centre.submit(actor, Submission(command=msgspec.json.encode(body)))
        if answer.pending:
            stage.pending[self.seat] = answer.pending
        return answer


class Warn(Step, frozen=True, kw_only=True):
    """Hand in a warning with its content."""

    case: str
    warning: str
    text: str = "Tanks at the ford."
    to: tuple[str, ...] = ()
    marking: Marking = "TLP:AMBER"
    orcon: bool = False
    id: str = ""

    async def play(self, stage: "Stage") -> object:
        content = WarningContent(
            warning=self.warning,
            author=PartyId(self.seat),
            substance=self.text,
            marking=self.marking,
            audience=self.to,
            orcon=self.orcon,
            salt=sha256(f"{self.case}/{self.warning}/{self.seat}".encode()).hexdigest(),
        )
        data = encode_content(content)
        body = {
            "id": self.id or stage.new_id(),
            "do": "report warning",
            "case": self.case,
            "warning": self.warning,
            "commitment": sha256(data).hexdigest(),
        }
        submission = Submission(command=msgspec.json.encode(body), content=data)
        return await stage.centre.submit(stage.actor(self.seat), submission)


class Receive(Step, frozen=True, kw_only=True):
    """Read a warning's substance."""

    case: str
    warning: str

    async def play(self, stage: "Stage") -> object:
        return await stage.centre.receive(stage.actor(self.seat), self.case, self.warning)


class Confirm(Step, frozen=True, kw_only=True):
    """Confirm the feed, up to `short` items from its end; a negative number reaches beyond it."""

    short: int = 0

    async def play(self, stage: "Stage") -> object:
        length = len(stage.centre.board.feed(self.seat))
        return await stage.centre.confirm_feed(stage.actor(self.seat), max(0, length - self.short))


class Look(Step, frozen=True, kw_only=True):
    """Read the feed and the situation, through the web where it is there."""

    async def play(self, stage: "Stage") -> object:
        if stage.door is not None:
            return await stage.door.look_of_another(self.seat)
        view = stage.centre.view(self.seat)
        return view.situation(), view.feed(0), view.warnings()


class Second(Step, frozen=True, kw_only=True):
    """Another person of the seat confirms what last waited for one."""

    async def play(self, stage: "Stage") -> object:
        pending = stage.pending.get(self.seat, NOBODYS)
        return await stage.centre.second(stage.actor(self.seat, person="another"), pending)


class TwoPersons(Step, frozen=True, kw_only=True):
    """Set for which acts of the seat two persons are needed; there are two."""

    kinds: tuple[str, ...] = ()

    async def play(self, stage: "Stage") -> object:
        desks, admin = stage.centre.desks, stage.actor(SECRETARIAT)
        for number in range(desks.persons(self.seat, "chair"), 2):
            made = desks.invite(admin, self.seat, stage.actor(self.seat).role)
            desks.enter(made.secret, f"{self.seat} officer {number}", PASSWORD)
            desks.approve(admin, made.desk)
        settings = msgspec.structs.replace(desks.settings(self.seat), two_persons=tuple(self.kinds))
        return desks.set_settings(stage.actor(self.seat), settings)


class Erase(Step, frozen=True, kw_only=True):
    """The secretariat destroys the substance of a warning."""

    case: str
    warning: str

    async def play(self, stage: "Stage") -> object:
        admin = stage.actor(SECRETARIAT)
        return await erase_warning(
            stage.centre, admin, self.case, self.warning, reason="it holds personal data", decided_by="its author"
        )


class Staff(Step, frozen=True, kw_only=True):
    """A new person at the seat, with a token, a key of the seat, and a delegation to another seat."""

    name: str = "hidden officer"
    to: str = "XAE"

    async def play(self, stage: "Stage") -> object:
        desks, admin = stage.centre.desks, stage.actor(SECRETARIAT)
        made = desks.invite(admin, self.seat, "head")
        desks.enter(made.secret, self.name, PASSWORD)
        desks.approve(admin, made.desk)
        head = desks.actor(desks.login(self.name, PASSWORD).secret)
        line, _ = desks.create_token(head, "hidden", ("read",), 30)
        key = desks.register_key(head, bytes(range(32)))
        until = Instant(stage.centre.clock.now() + 30 * DAY_US)
        lent = desks.delegate(head, self.to, ("read",), until)
        stage.others |= {"desk": made.desk, "token": line.id, "key": key.id, "delegation": lent.id}
        return None


class Pass(Step, frozen=True, kw_only=True):
    """Time passes. Only in both histories alike."""

    hours: float
    is_late: bool = False
    """Whether the timer is late: what comes next finds the deadlines still to be applied."""

    async def play(self, stage: "Stage") -> object:
        return stage.world.pass_hours(self.hours)


class Outage(Step, frozen=True, kw_only=True):
    """The centre could not hear its members for some hours up to now."""

    hours: float

    async def play(self, stage: "Stage") -> object:
        now = stage.centre.clock.now()
        return await stage.centre.record_outage(Instant(now - int(self.hours * HOUR_US)), now)


class Beat(NamedTuple):
    """What happens in one history and in the other, before the observer looks again."""

    left: tuple[Step, ...]
    right: tuple[Step, ...]


class Pair(NamedTuple):
    """Two histories that differ only in what the observer may not see."""

    name: str
    observer: str
    beats: tuple[Beat, ...]
    charter: str = "meridian"
    """By name or path."""

    @property
    def steps(self) -> Iterator[Step]:
        return (step for beat in self.beats for side in beat for step in side)

    def names(self, field: str) -> tuple[str, ...]:
        """Every name of a kind that occurs in either history, and one that is nobody's."""
        return (*sorted({_field(step, field) for step in self.steps} - {""}), NOBODYS)

    def under_cases(self, field: str) -> set[tuple[str, str]]:
        """The same with the case it stands with."""
        return {(_field(step, "case"), _field(step, field)) for step in self.steps if _field(step, field)}


def _field(step: Step, name: str) -> str:
    return str(getattr(step, name, "") or getattr(step, "fields", {}).get(name, ""))


def both(*steps: Step) -> Beat:
    """The same in both histories."""
    return Beat(steps, steps)


def hidden(left: Iterable[Step] = (), right: Iterable[Step] = ()) -> Beat:
    """Another thing in each history, of which the observer must notice nothing."""
    return Beat(tuple(left), tuple(right))


def do(seat: str, what: str, /, *, id: str = "", **fields: Any) -> Do:  # noqa: A002, ANN401  # fields of any command
    """A command of a seat."""
    return Do(seat=seat, what=what, id=id, fields=fields)


def warn(seat: str, case: str, warning: str, *to: str, text: str = "", **release: Any) -> Warn:  # noqa: ANN401  # a release
    """A warning of a seat."""
    return Warn(
        seat=seat, case=case, warning=warning, text=text or f"What {seat} knows of {warning}.", to=to, **release
    )


# ---- where it happens


class Stage:
    """A centre in which steps are played."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pending: dict[str, str] = {}
        self.others: dict[str, str] = {}
        """Ids of what another seat has: a desk, a token, a key, a delegation."""
        self.step = ""
        """Number of the beat and of the step in it, behind the seat that takes it."""
        self.door: Any = None
        """The web's, where the observer goes through it."""
        self.centre.desks.close()
        self.centre.desks = Desks(None, world.clock.now, self._seats, wall=lambda: BEGAN, cost=CHEAP)

    def _seats(self) -> SeatBook:
        """Every party of the charter has desks, also before it belongs: credentials are no matter of this proof."""
        law = self.centre.law
        today = law.plain(self.centre.clock.now())
        return SeatBook(parties=law.parties, offices=frozenset(today.offices), organs=frozenset(today.organs))

    async def play(self, number: int, place: int, step: Step, observer: str, transcript: "Transcript") -> None:
        """One step; what the observer is told of its own is written down."""
        self.step = f"{step.seat}-{number}.{place}"
        is_own = step.seat == observer
        way = self.door.play(step) if is_own and self.door is not None else step.play(self)
        result = await said(way)
        if not (isinstance(step, Pass) and step.is_late):
            await self.settle()
        if is_own:
            if observer in self.pending:
                transcript.lots.add(self.pending[observer])
            transcript.add(f"{number}.{place} {step}", result)

    @property
    def centre(self) -> Any:  # noqa: ANN401  # planted leaks patch it
        return self.world.centre

    def actor(self, seat: str, role: Role | None = None, *, person: str = "") -> Actor:
        """A desk of a seat that may do all that its kind of seat may."""
        usual: Role = "secretariat" if seat == SECRETARIAT else "chair" if seat in OFFICIALS else "head"
        return desk(seat, role or usual, person=person)

    def new_id(self) -> str:
        """An id for a command that names none: that of the step, so that what is common to both has the same."""
        return self.step

    async def settle(self) -> None:
        """Let the timer do what is due, so that it is done at the same instant in both histories."""
        while self._is_busy():
            await turn()
        for _ in range(3):
            await turn()

    def _is_busy(self) -> bool:
        """Whether a deadline is due that the timer has not seen, or an act is on its way to the board."""
        centre, now = self.centre, self.centre.clock.now()
        due = any(at <= now for at in centre._speculative.deadlines.values())  # noqa: SLF001  # what the timer looks at
        return due or bool(centre._kept) or centre.court.has_new_day(now)  # noqa: SLF001  # no other sign of an act under way


async def turn() -> None:
    """Let whoever is ready in the event loop go first."""
    ready = asyncio.Event()
    asyncio.get_running_loop().call_soon(ready.set)
    await ready.wait()


async def said(work: Awaitable[object]) -> object:
    """What came of it; of a refusal all that its author is told."""
    try:
        return await work
    except (TocsinError, LedgerError) as problem:
        return refusal(problem)


def asked(ask: Callable[[], object]) -> object:
    """The same of what answers at once."""
    try:
        return ask()
    except (TocsinError, LedgerError) as problem:
        return refusal(problem)


def refusal(problem: Exception) -> dict[str, object]:
    return {"raised": type(problem).__name__, "says": str(problem), **vars(problem)}


# ---- what the observer can ask


class Names(NamedTuple):
    """The names an observer tries: all of both histories."""

    cases: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    procedures: tuple[tuple[str, str], ...]


def names_of(pair: Pair) -> Names:
    """Those that occur, and beside each what never was."""
    cases = pair.names("case")
    return Names(cases, *(tuple(sorted({*pair.under_cases(field), *((case, NOBODYS) for case in cases)}))
                          for field in ("warning", "procedure")))  # fmt: skip


Question = tuple[str, Callable[[], object]]
Outlet = Callable[[View, Names], Iterable[Question]]


def _once(name: str) -> Outlet:
    return lambda view, _: [("", getattr(view, name))]


def _each(name: str, kind: str) -> Outlet:
    def questions(view: View, names: Names) -> Iterator[Question]:
        for key in getattr(names, kind):
            args = key if isinstance(key, tuple) else (key,)
            yield " ".join(args), partial(getattr(view, name), *args)

    return questions


def _feed(view: View, _: Names) -> Iterator[Question]:
    length = len(view.board.feed(view.seat))
    for after, limit in ((0, 500), (0, 1), (length // 2, 2), (length, 500), (length + 1, 500), (length + 9, 1)):
        yield f"{after} {limit}", partial(view.feed, after, limit)


def _items(view: View, _: Names) -> Iterator[Question]:
    for position in range(1, len(view.board.feed(view.seat)) + 1):
        yield str(position), partial(view.item, position)


def _provable(view: View, _: Names) -> Iterator[Question]:
    def given(position: int) -> bool:
        return view.provable(position) >= 0

    for position in range(len(view.board.feed(view.seat)) + 2):
        yield str(position), partial(given, position)


def _previews(view: View, names: Names) -> Iterator[Question]:
    markings: tuple[Marking, ...] = ("TLP:AMBER", "TLP:CLEAR")
    for case in names.cases:
        for marking in markings:
            draft = Held(
                case=case,
                warning="draft",
                author=view.seat,
                at=view.now,
                changed=view.now,
                marking=marking,
                audience=("members", "XAG", "SG", "everyone"),
            )
            yield f"{case} {marking}", partial(view.preview, draft)


VIEW_OUTLETS: dict[str, Outlet] = {
    "sees_case": _each("sees_case", "cases"),
    "case_prefix": _once("case_prefix"),
    "seen_cases": _once("seen_cases"),
    "case_state": _each("case_state", "cases"),
    "situation": _once("situation"),
    "cases": _once("cases"),
    "case": _each("case", "cases"),
    "clock": _each("clock", "cases"),
    "history": _each("history", "cases"),
    "operations": _each("operations", "cases"),
    "procedure": _each("procedure", "procedures"),
    "course": _each("course", "procedures"),
    "deadlines": _once("deadlines"),
    "members": _once("members"),
    "charter": _once("charter"),
    "warnings": lambda view, names: [
        ("", view.warnings),
        *((case, partial(view.warnings, case)) for case in names.cases),
    ],
    "warning": _each("warning", "warnings"),
    "holders": _each("holders", "warnings"),
    "releases": _once("releases"),
    "preview": _previews,
    "feed": _feed,
    "length": lambda view, _: [("", lambda: view.length)],
    "item": _items,
    "provable": _provable,
}
"""Every public method of View, and how the observer asks it."""
AT_LAST = ("item", "provable")
"""What is only asked at the last look: until then `feed` has shown the same items."""

VIEW_INNER = {
    "held": "hands the book's own row to view files; `warning`, `warnings` and `releases` show what of it is shown",
    "sees": "takes the book's row, which nobody outside has; the reason it gives is in what is shown",
    "knew": "takes the book's row",
    "known": "takes the book's row; what is shown of it is in `warning`, `warnings` and `releases`",
    "own_handled": "takes a record of the ledger; answers show what comes of it",
    "names_author": "takes a record of the ledger, which nobody outside has",
}
"""Public methods of View that only other files of the view call."""

CENTRE_OUTLETS = {
    "submit": "Do, Warn",
    "second": "Second",
    "receive": "Receive",
    "confirm_feed": "Confirm",
    "changed": "a watch over every beat",
    "cursor": "at every look",
    "receipt": "at the last look: whether one is given",
    "inclusion": "at the web's door: whether one is given",
    "view": "method by method",
}
"""Every method of Centre that answers a seat, and where it is compared."""

CENTRE_INNER = {
    "start": "living",
    "close": "living",
    "stir": "wakes who waits, and tells it nothing",
    "record_outage": "the centre's own act",
    "checkpoint": "a declared exception",
    "contents": "for erasing them, by an administrator",
    "origin": "the log's name",
    "keep_cache": "writes the centre's own file",
    "trouble": "of the centre as a whole",
    "second_needed": "of the seat's own command; what a form shows of it is compared at the web's door",
    "taken_at": "takes the id of an act of the seat's own",
}


# ---- the transcript


RELEASES = re.compile(rb'"version":\d+|(?<=/)\d+(?=/[\w-]+",)')
"""Numbers of releases in the record of a delivery or an acknowledgement."""
SEALED = re.compile(
    rb"(?P<digest>\b[0-9a-f]{64}\b)"
    rb"|(?P<tag>\b[0-9a-f]{32}\b)"
    rb"|(?P<key>\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,44}=?)"
    rb"|(?P<id>\b[a-z]+-[0-9a-f]{12}\b)"
    rb"|(?P<secret>(?<![\w-])(?:tc[ist]_)?[A-Za-z0-9_-]{43}(?![\w-]))"
)
"""What is replaced by a numbered token."""


class ToldApart(Exception):  # no error: what is looked for
    """The observer was told something else than in the other history."""

    def __init__(self, label: str, left: bytes, right: bytes) -> None:
        self.label, self.left, self.right = label, left, right
        super().__init__(label)


class Transcript:
    """All that the observer was told, in order."""

    def __init__(self, other: "Transcript | None" = None) -> None:
        self.lines: list[tuple[str, bytes]] = []
        self._other = other
        """Of the other history: the first line that is not as there raises ToldApart."""
        self._tokens: dict[bytes, bytes] = {}
        self.lots: set[str] = set()
        """What was drawn by lot for the observer, such as the id of what waits for a second person."""

    def add(self, label: str, value: object) -> None:
        """Write down an answer, sealed."""
        data = msgspec.json.encode(value, enc_hook=_plain)
        for lot in sorted(self.lots):
            data = data.replace(lot.encode(), self._token("lot", lot.encode()))
        data = SEALED.sub(lambda found: self._token(str(found.lastgroup), found[0]), data)
        self.lines.append((label, data))
        if self._other is not None:
            self._compare(label, data, self._other.lines)

    def _compare(self, label: str, data: bytes, others: list[tuple[str, bytes]]) -> None:
        place = len(self.lines) - 1
        other, found = others[place] if place < len(others) else ("nothing", b"")
        if (label, data) != (other, found):
            raise ToldApart(f"{other} / {label}" if other != label else label, found, data)

    def _token(self, kind: str, found: bytes) -> bytes:
        return self._tokens.setdefault(found, f"<{kind} {len(self._tokens)}>".encode())


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    return repr(value)


class Leak(NamedTuple):
    """The first thing that the observer was told otherwise."""

    pair: str
    label: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.pair}: {self.label}\n  left:  {self.left}\n  right: {self.right}"


def leak_of(pair: Pair, *, by_web: bool = False) -> Leak | None:
    """What the observer can tell the two histories apart by; None where it cannot.

    It asks the view and the centre themselves, or the web's door.
    """
    return run(_compared(pair, play_at_the_door if by_web else play))


async def _compared(pair: Pair, player: "Player") -> Leak | None:
    """Both are played side by side, beat by beat, until they differ."""
    left = Transcript()
    right = Transcript(left)
    async with aclosing(player(pair, 0, left)) as one, aclosing(player(pair, 1, right)) as other:
        try:
            async for _ in one:
                await anext(other)
        except ToldApart as found:
            return Leak(
                pair.name, found.label, *(_excerpt(text, found.left, found.right) for text in (found.left, found.right))
            )
    if len(left.lines) != len(right.lines):
        return Leak(pair.name, "the number of answers", str(len(left.lines)), str(len(right.lines)))
    return None


def _excerpt(text: bytes, one: bytes, other: bytes) -> str:
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return text[max(0, same - 60) : same + 140].decode(errors="replace")


Player = Callable[[Pair, int, Transcript], AsyncGenerator[None, None]]


async def play(pair: Pair, side: int, transcript: Transcript) -> AsyncGenerator[None, None]:
    """One of the two histories, as the observer lives through it; it pauses after every beat."""
    names = names_of(pair)
    async with World(charter=pair.charter) as world:
        stage = Stage(world)
        look(stage, pair.observer, names, transcript, "0")
        for number, beat in enumerate(pair.beats, 1):
            length = len(stage.centre.board.feed(pair.observer))
            watch = asyncio.ensure_future(stage.centre.changed(pair.observer, length))
            try:
                for place, step in enumerate(beat[side]):
                    await stage.play(number, place, step, pair.observer, transcript)
                transcript.add(f"{number} woken", watch.result() if watch.done() else None)
            finally:
                watch.cancel()
            look(stage, pair.observer, names, transcript, str(number), is_last=number == len(pair.beats))
            yield
        for position in range(len(stage.centre.board.feed(pair.observer)) + 2):
            receipt = await said(stage.centre.receipt(pair.observer, position))
            transcript.add(f"receipt {position}", proven(stage, receipt) if isinstance(receipt, str) else receipt)
        yield


async def play_at_the_door(pair: Pair, side: int, transcript: Transcript) -> AsyncGenerator[None, None]:
    """The same, by HTTP."""
    from tests.noninterference_web import Door, Stream  # it stands on this file

    names = names_of(pair)
    async with World(charter=pair.charter) as world:
        stage = Stage(world)
        stage.door = door = Door(stage, pair.observer)
        try:
            await door.look(names, transcript, "0")
            for number, beat in enumerate(pair.beats, 1):
                async with Stream(door, stage.centre.cursor(pair.observer)) as stream:
                    for place, step in enumerate(beat[side]):
                        await stage.play(number, place, step, pair.observer, transcript)
                transcript.add(f"{number} stream", stream.text)
                await door.look(names, transcript, str(number))
                yield
            await door.look_last(names, transcript)
            yield
        finally:
            await door.close()


def proven(stage: Stage, receipt: str) -> object:
    """What a receipt tells besides the ledger's size and time: the record, with the contents that go with it.

    How often a release was changed before is a part of what is recorded of a delivery: a declared exception.
    """
    found = check(Proof.parse(receipt.encode()), stage.centre.ledger.keys.all())
    body = RELEASES.sub(b"", found.entry.body)
    return body.decode(), [content and content.decode() for content in found.contents]


def look(
    stage: Stage, observer: str, names: Names, transcript: Transcript, when: str, *, is_last: bool = False
) -> None:
    """Ask all that there is to ask; at the last look also what costs more."""
    transcript.add(f"{when} cursor", stage.centre.cursor(observer))
    view = stage.centre.view(observer)
    for outlet, questions in VIEW_OUTLETS.items():
        if outlet in AT_LAST and not is_last:
            continue
        for words, ask in questions(view, names):
            transcript.add(f"{when} {outlet} {words}", asked(ask))
