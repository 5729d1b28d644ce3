"""The centre at work: one writer over the durable ledger, a clock that is handed in, and views to read by.

submit    attribute, decide, keep, acknowledge: an answer is given when what it rests on is durable
view      what one seat may see of what is durable
_tend     deadlines, heartbeat and checkpoints; none of it decides anything that a late run would decide otherwise
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tocsin.alliance.codec import Act, encode_command
from tocsin.alliance.commands import ConfirmDelivery, RecordOutage, Wake
from tocsin.alliance.contents import DeliverWarning
from tocsin.alliance.silence import CENTRE
from tocsin.alliance.state import State
from tocsin.alliance.step import due
from tocsin.centre import cache
from tocsin.centre.acts import Acts, read_act
from tocsin.centre.board import Board, visible_facts
from tocsin.centre.court import Court, Filed, Ruled, id_key, needs_two
from tocsin.centre.desks import Desks
from tocsin.centre.feeds import cursor_text
from tocsin.centre.intake import file, filled
from tocsin.centre.metrics import Metrics
from tocsin.centre.model import Actor, Answer, Submission
from tocsin.centre.parts import Run
from tocsin.centre.view import View
from tocsin.centre.view_model import WarningView
from tocsin.errors import NotEntitled, NotFound
from tocsin.ledger import Decided, GroupWriter, Ledger, LedgerError, Reader
from tocsin.ledger.port import Record
from tocsin.terms import Instant

CHECKPOINT_SECONDS = 1.0
CHECKPOINT_LOOK_SECONDS = 0.1
CHECKPOINT_EACH = 250
CACHE_EACH = 20_000
"""After so many entries the start-up cache is written anew, so that a start after a crash is fast as well."""
PENDING_MICROSECONDS = 24 * 3_600_000_000


class _Kept(NamedTuple):
    """An act on its way to the board."""

    act: Act
    at: Instant
    name: str
    """Its id among its author's; empty for the centre's own."""
    after: State | None
    """The state it leads to, where it is at hand."""


class Centre:
    """A running centre. Made by start.py; used in one event loop."""

    def __init__(
        self,
        board: Board,
        court: Court,
        ledger: Ledger,
        reader: Reader,
        desks: Desks,
        run: Run,
        entries: dict[str, int],
    ) -> None:
        self.board, self.court, self.law = board, court, board.law
        self.ledger, self.reader, self.desks = ledger, reader, desks
        self.mode, self.clock, self.settings, self.secret = run.mode, run.clock, run.settings, run.secret
        self._heart, self._cache_file = run.heart, run.cache_file
        self.acts, self.metrics = Acts(reader), Metrics()
        self._entries = entries
        """actor and id -> the entry of that command, durable"""
        self._kept: deque[_Kept] = deque()
        self._settled: deque[range] = deque()
        self._speculative: State = board.state
        self._turns: dict[str, asyncio.Event] = {}
        self._writer: GroupWriter[Filed, State, Ruled, Record] = GroupWriter(
            self._commit,
            self._decide,
            board.state,
            len(ledger),
            waiting_max=run.settings.limits.commands_waiting,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closing = False
        self._beaten: Instant | None = None
        """The last heartbeat of this run."""
        self._cached = 0
        """How many entries the start-up cache holds that was written here."""
        self._checked = len(ledger)
        """How many entries the last checkpoint covers."""

    # ---- acting

    async def submit(self, actor: Actor, submission: Submission) -> Answer:
        """What came of a command, once it is durable.

        Raises Malformed, NotEntitled and NotSignedIn for what is wrong with the request, Conflict for an id that was
        used otherwise, Overloaded and LedgerError where it cannot be taken now.
        """
        now = self.clock.now()
        submission = filled(submission, actor, self.law, now)
        filed = file(submission, actor, self.law, now, self.origin, self.desks.active_key)
        self._check_own_key(actor, filed)
        waits = self._second_needed(actor, submission, filed)
        if waits:
            line = self.desks.hold(actor, submission, waits, Instant(now + PENDING_MICROSECONDS))
            return Answer(
                status="pending",
                id=filed.command.id,
                pending=line.id,
                code="second person",
                message=f"This needs a second person of {filed.seat}: {waits}. It has no effect until then.",
                fix="Another person with a desk there confirms it, before the deadline if there is one.",
                cursor=self.cursor(reads_as(actor)),
            )
        return await self._put(filed, reads_as(actor))

    async def second(self, actor: Actor, pending: str) -> Answer:
        """A second person confirms what another submitted; it takes effect now."""
        submission = self.desks.second(actor, pending)
        now = self.clock.now()
        submission = filled(submission, actor, self.law, now)
        answer = await self._put(
            file(submission, actor, self.law, now, self.origin, self.desks.active_key), reads_as(actor)
        )
        self.desks.settle(pending)
        return answer

    async def receive(self, actor: Actor, case: str, warning: str) -> WarningView:
        """A warning's substance, for a seat it is released to. That it was handed over is recorded first."""
        seat = reads_as(actor)
        view = self.view(seat)
        held = view.held(case, warning)
        shown = view.warning(case, warning)
        before = held.delivered.get(seat)
        if held.recalled is None and seat != held.author and (before is None or before[1] < held.version):
            command = DeliverWarning(
                id=f"delivered/{case}/{warning}/{held.version}/{seat}",
                at=self.clock.now(),
                by=CENTRE,
                case=case,
                warning=warning,
                to=seat,
            )
            await self._put(_own(command), seat)
        return shown

    async def confirm_feed(self, actor: Actor, position: int) -> None:
        """The seat has its feed up to `position`: texts under silence among it have been delivered.

        Raises NotFound for a position the feed has not reached.
        """
        seat = reads_as(actor)
        feed = self.board.feed(seat)
        if position > len(feed):
            raise NotFound("cursor", cursor_text(position), [cursor_text(len(feed))])
        self.desks.confirm_position(seat, position)
        for case, procedure, opened in self._undelivered(seat):
            if feed.reaches(self.board.silence_entry[case, procedure], position):
                command = ConfirmDelivery(
                    id=f"delivered/{case}/{procedure}/{opened}/{seat}",
                    at=self.clock.now(),
                    by=CENTRE,
                    case=case,
                    procedure=procedure,
                    party=seat,  # type: ignore[arg-type]  # an elector is a party
                )
                await self._put(_own(command), seat)

    async def record_outage(self, start: Instant, end: Instant) -> None:
        """The centre could not hear its members for a time."""
        command = RecordOutage(id=f"outage/{start}", at=end, by=CENTRE, start=start, end=end)
        await self._put(_own(command), CENTRE)

    # ---- reading

    @property
    def origin(self) -> str:
        """The log's name, which signatures are made for."""
        return self.ledger.keys.origin.text

    def view(self, seat: str) -> View:
        """What a seat may see now."""
        return View(self.board, self.acts, self.reader, seat, self.clock.now(), self.mode)

    def cursor(self, seat: str) -> str:
        """Where the seat's feed stands."""
        return cursor_text(len(self.board.feed(seat)))

    async def changed(self, seat: str, after: int) -> int:
        """The length of the seat's feed, once it is longer than `after`. Raises LedgerError when it will not be."""
        while (length := len(self.board.feed(seat))) <= after:
            if self._is_closing or self._writer.stopped:
                raise LedgerError(self._writer.stopped or "the centre is closing")
            await self._turn(seat).wait()
        return length

    def stir(self, seat: str = "") -> None:
        """Wake those who wait for a seat's feed, or for any: what they may see or be may have changed."""
        for name in [seat] if seat else list(self._turns):
            turn = self._turns.pop(name, None)
            if turn is not None:
                turn.set()

    @property
    def trouble(self) -> str:
        """Why the centre takes no commands; empty while it does."""
        dead = next((task for task in self._tasks if task.done()), None)
        if self._is_closing:
            return "the centre is closing"
        return self._writer.stopped or (f"its {dead.get_name()} has stopped" if dead else "")

    async def checkpoint(self) -> str:
        """A signed checkpoint over all there is."""
        length = len(self.ledger)
        note = await asyncio.to_thread(self.ledger.checkpoint)
        self._checked = max(self._checked, length)
        return note

    async def receipt(self, seat: str, position: int) -> str:
        """The proof that one of the seat's own events is in the ledger. NotFound where it may not hold it."""
        entry = self.view(seat).provable(position)
        if entry >= self._checked:
            await self.checkpoint()
        return (await asyncio.to_thread(self.reader.prove, entry)).text

    # ---- living

    async def start(self) -> None:
        """Record that nobody was heard since the last heartbeat; then let time pass."""
        now, last = self.clock.now(), self._heart.last()
        if not self.clock.is_simulated and last is not None and last < now and self.board.taken > 1:
            await self.record_outage(last, now)
        self._beaten = self.clock.now()
        self._heart.beat(self._beaten)
        for name, tend in (("timer", self._keep_time()), ("heartbeat", self._beat()), ("checkpointer", self._sign())):
            self._tasks.append(asyncio.create_task(tend, name=name))

    async def close(self) -> None:
        """Keep what waits, wake whoever reads, sign, and let go. May be called again."""
        if self._is_closing:
            return
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._writer.close()
        self._catch_up()
        self.stir()
        if not self._writer.stopped or self.ledger_is_sound:
            self._heart.beat(self.clock.now())
        self.keep_cache()
        if self.reader is not self.ledger:
            self.reader.close()  # first: the last to leave folds the log in, and a reader cannot
        await asyncio.to_thread(self.ledger.close)
        self.desks.close()

    def keep_cache(self) -> None:
        """Write the board down, so that the next start is fast."""
        if self._cache_file is not None and self.ledger.is_sound:
            ids = {name: (self.court.ids[name], entry) for name, entry in self._entries.items()}
            cache.save(self._cache_file, self.board, ids, self.reader)
            self._cached = self.board.taken

    @property
    def ledger_is_sound(self) -> bool:
        """Whether the ledger has taken all it was given."""
        return self.ledger.is_sound

    async def _keep_time(self) -> None:
        """Wake the engine at deadlines. Late or never, the law comes out the same; members just learn of it later."""
        while not self._is_closing:
            at = due(self.law.plain(self.clock.now()), self._speculative)
            now = self.clock.now()
            if at is not None and at <= now:
                key = min(self._speculative.deadlines.items(), key=lambda item: (item[1], item[0]))[0]
                await self._put(_own(Wake(id=f"due/{key}/{at}", at=now, by=CENTRE)), CENTRE)
                continue
            if self.court.has_new_day(now):
                await self._put(_own(Wake(id=f"day/{self.law.day(now)}", at=now, by=CENTRE)), CENTRE)
                continue
            await self.clock.wait(at)

    async def _beat(self) -> None:
        """Note that the centre hears."""
        while not self._is_closing:
            await asyncio.sleep(self.settings.heartbeat_seconds)
            await self._notice_gap()
            self._beaten = self.clock.now()
            self._heart.beat(self._beaten)

    async def _notice_gap(self) -> None:
        """Where no heartbeat came for a while, running or asleep, say so before anything is decided.

        What members said in that time waited at the door, and would be stamped too late; no silence may run out on it.
        """
        last, now = self._beaten, self.clock.now()
        if self.clock.is_simulated or last is None or now - last <= self.settings.outage_seconds * 1_000_000:
            return
        self._beaten = now
        await self.record_outage(last, now)

    async def _sign(self) -> None:
        """A checkpoint each second while there is something new, and sooner where there is much.

        What it covers is read back first, and nothing is kept meanwhile: many short pauses are felt less than one.
        """
        waited = 0.0
        while not self._is_closing:
            await asyncio.sleep(CHECKPOINT_LOOK_SECONDS)
            waited += CHECKPOINT_LOOK_SECONDS
            new = self.board.taken - self._checked
            if new >= CHECKPOINT_EACH or (new > 0 and waited >= CHECKPOINT_SECONDS):
                await self.checkpoint()
                waited = 0.0
            if self.board.taken - self._cached > CACHE_EACH:
                self.keep_cache()

    # ---- inside

    async def _put(self, filed: Filed, seat: str) -> Answer:
        await self._notice_gap()
        try:
            with self.metrics.timed("tocsin_commit_seconds"):
                ruled, _ = await self._writer.submit(filed)
        finally:
            self._catch_up()
        answer = self._answer(filed, ruled, seat)
        self.metrics.count("tocsin_commands_total", outcome=answer.status)
        return answer

    def _decide(self, state: State, filed: Filed) -> Decided[State, Ruled, Record]:
        decided = self.court.decide(state, filed, self.clock.now())
        ruled = decided.answer
        for act in ruled.woken:
            self._kept.append(_Kept(act, ruled.at, "", None))
        if ruled.act is not None:
            self._kept.append(_Kept(ruled.act, ruled.at, id_key(filed.command), decided.state))
        if decided.state is not self._speculative:
            self._speculative = decided.state
            self.clock.stir()
        return decided

    def _commit(self, records: Sequence[Record]) -> range:
        """In the writer's thread."""
        indices = self.ledger.append(records)
        self._settled.append(indices)
        return indices

    def _catch_up(self) -> None:
        """Bring the board up to what is durable, and wake the seats it reached."""
        grew: set[str] = set()
        while self._settled and self._settled[0].stop <= self._writer.length:
            for entry in self._settled.popleft():
                kept = self._kept.popleft()
                if kept.name:
                    self._entries[kept.name] = entry
                self.acts.put(entry, read_act(kept.act))
                grew |= self.board.take(entry, kept.act, kept.at, kept.after)
        for seat in grew:
            self.stir(seat)

    def _answer(self, filed: Filed, ruled: Ruled, seat: str) -> Answer:
        refusal = ruled.refusal
        if refusal is not None:
            return Answer(
                status="refused",
                id=filed.command.id,
                at=ruled.at,
                code=refusal.code,
                message=refusal.message,
                clause=refusal.clause,
                fix=refusal.fix,
                cursor=self.cursor(seat),
            )
        act, at = ruled.act, ruled.at
        if act is None:
            act, at = self._recorded(filed)
        view = self.view(seat)
        return Answer(
            status="repeated" if ruled.is_repeat else "accepted",
            id=filed.command.id,
            at=at,
            facts=visible_facts(act.facts, view.sees_case),
            handled=view.own_handled(act),
            cursor=self.cursor(seat),
        )

    def _recorded(self, filed: Filed) -> tuple[Act, Instant]:
        """The act of a command that was decided before."""
        read = self.acts.get(self._entries[id_key(filed.command)])
        return read.act, read.at

    def _undelivered(self, seat: str) -> Iterator[tuple[str, str, Instant]]:
        """Texts under silence that an elector is not known to have."""
        for case in list(self.board.state.cases.values()):
            for procedure in case.procedures.values():
                silence = procedure.silence
                is_open = procedure.status == "silence" and silence is not None
                if is_open and seat in procedure.ballot.universe and seat not in silence.delivered:  # type: ignore[union-attr]  # is_open says so
                    yield case.id, procedure.id, silence.opened  # type: ignore[union-attr]  # the same

    def _second_needed(self, actor: Actor, submission: Submission, filed: Filed) -> str:
        """Why a second person is needed; empty where none is."""
        if actor.role == "conductor" or submission.seconded:
            return ""
        kind = needs_two(self._speculative, filed.command)
        if not kind or self.court.out_of_sight(self._speculative, filed, max(self.clock.now(), self._speculative.now)):
            return ""  # of what is there and not to be seen nothing may follow; it is refused as what is not there
        conduct = self.law.plain(self.clock.now()).conduct
        asked = {*(conduct.two_persons if conduct else ()), *self.desks.settings(filed.seat).two_persons}
        return kind if kind in asked else ""

    def _check_own_key(self, actor: Actor, filed: Filed) -> None:
        if filed.signature or actor.role == "conductor" or not self.desks.settings(filed.seat).require_key:
            return
        raise NotEntitled(
            "own key needed",
            f"{filed.seat} wants its commands signed with its own key.",
            fix="Sign the command's bytes with a confirmed key of the party.",
        )

    def _turn(self, seat: str) -> asyncio.Event:
        return self._turns.setdefault(seat, asyncio.Event())


def reads_as(actor: Actor) -> str:
    """The seat whose eyes an actor has: that of the party it acts for, where it does."""
    return actor.on_behalf or actor.seat


def _own(command: ConfirmDelivery | RecordOutage | Wake | DeliverWarning) -> Filed:
    """A command of the centre itself."""
    return Filed(seat=CENTRE, command=command, data=encode_command(command), attested=CENTRE)
