"""The centre at work: one writer over the durable ledger, a clock that is handed in, and views to read by.

submit    attribute, decide, keep, acknowledge: an answer is given when what it rests on is durable
view      what one seat may see of what is durable
_tend     deadlines, heartbeat and checkpoints; none of it decides anything that a late run would decide otherwise
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import NamedTuple

from tocsin.alliance.codec import Act, encode_command
from tocsin.alliance.commands import ConfirmDelivery, ConfirmPosition, OpenSilence, RecordOutage, StatePosition, Wake
from tocsin.alliance.contents import DeliverWarning
from tocsin.alliance.release import rules_of
from tocsin.alliance.silence import CENTRE
from tocsin.alliance.state import State
from tocsin.alliance.step import due
from tocsin.centre import answers, cache, logs
from tocsin.centre.acts import Acts, read_act
from tocsin.centre.board import Board, visible_facts
from tocsin.centre.court import Court, Filed, Ruled, deadline_wake, name_of, needs_two
from tocsin.centre.desks import Desks
from tocsin.centre.feeds import cursor_text
from tocsin.centre.hearing import PULSE_SECONDS, Hearing
from tocsin.centre.intake import check_own_key, file, filled
from tocsin.centre.metrics import Metrics
from tocsin.centre.model import Actor, Answer, Submission
from tocsin.centre.parts import Books, Run
from tocsin.centre.proofs import Hashes, Proofs
from tocsin.centre.view import View
from tocsin.centre.view_model import WarningView
from tocsin.errors import NotFound
from tocsin.ledger import Decided, GroupWriter, LedgerError
from tocsin.ledger.port import Record
from tocsin.terms import Instant, PartyId

BEGUN = 2
"""Entries that every ledger of a centre begins with: its own first note, and the opening."""
CHECKPOINT_SECONDS = 1.0
CHECKPOINT_LOOK_SECONDS = 0.1
READ_PAUSE_SECONDS = 0.005
"""Between portions that are read back: about as long as a group of acts takes, so that each bears one portion."""
RETRY_SECONDS = 1.0
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
        books: Books,
        desks: Desks,
        run: Run,
        entries: dict[str, int],
    ) -> None:
        self.board, self.court, self.law = board, court, board.law
        self.ledger, self.reader, self.desks = books.ledger, books.reader, desks
        self._books, self.proofs = books, Proofs(books, lambda: self.board.taken)
        self.mode, self.clock, self.settings, self.secret = run.mode, run.clock, run.settings, run.secret
        self._heart, self._cache, self.notebook = run.heart, run.cache, run.notebook
        self.acts, self.metrics = Acts(books.reader), Metrics()
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
            len(books.ledger),
            waiting_max=run.settings.limits.commands_waiting,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closing = False
        self.hearing = Hearing(run.clock, run.settings.outage_seconds)
        self._waited = 0.0
        """Seconds since the last checkpoint."""

    # ---- acting

    async def submit(self, actor: Actor, submission: Submission) -> Answer:
        """What came of a command, once it is durable.

        Raises Malformed, NotEntitled and NotSignedIn for what is wrong with the request, Conflict for an id that was
        used otherwise, Overloaded and LedgerError where it cannot be taken now.
        """
        await self._notice_gap()
        now = self.hearing.arrived()
        submission = filled(submission, actor, self.law, now)
        filed = self._filed(actor, submission, now)
        waits = self.second_needed(actor, submission, filed)
        if not waits or self.court.knows(filed):
            answer = await self._put(filed, reads_as(actor))
            await self._note_received(filed, answer)
            return answer
        refusal = self.court.would_refuse(self._speculative, filed)
        if refusal is not None:  # at once, not when somebody has come to confirm it
            return answers.refused(filed, refusal, now, self.cursor(reads_as(actor)))
        line = self.desks.hold(actor, submission, waits, Instant(now + PENDING_MICROSECONDS))
        return answers.pending(filed, waits, line.id, self.cursor(reads_as(actor)))

    async def second(self, actor: Actor, pending: str) -> Answer:
        """A second person confirms what another submitted; it takes effect now."""
        await self._notice_gap()
        submission = self.desks.second(actor, pending)
        now = self.hearing.arrived()
        filed = self._filed(actor, filled(submission, actor, self.law, now), now)
        answer = await self._put(filed, reads_as(actor))
        self.desks.settle(pending)
        await self._note_received(filed, answer)
        return answer

    async def receive(self, actor: Actor, case: str, warning: str) -> WarningView:
        """A warning's substance, for a seat it is released to. That it was handed over is recorded first."""
        seat = reads_as(actor)
        held = self.view(seat).held(case, warning)
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
            if (await self._put(_own(command), seat)).status == "refused":  # it was taken away meanwhile
                raise NotFound("warning", warning, [])
        return self.view(seat).warning(case, warning)

    async def confirm_feed(self, actor: Actor, position: int) -> None:
        """The seat has its feed up to `position`: texts under silence among it have been delivered.

        Raises NotFound for a position the feed has not reached.
        """
        seat = reads_as(actor)
        feed = self.board.feed(seat)
        if position > len(feed):
            raise NotFound(
                "cursor", cursor_text(position, self.board.epoch), [cursor_text(len(feed), self.board.epoch)]
            )
        self.desks.confirm_position(seat, position)
        for case, procedure, opened in self.board.undelivered(seat):
            if feed.reaches(self.board.silence_entry[case, procedure], position):
                await self._deliver(case, procedure, opened, seat)

    def _filed(self, actor: Actor, submission: Submission, now: Instant) -> Filed:
        filed = file(submission, actor, self.law, now, self.origin, self.desks.active_key)
        check_own_key(filed, actor, self.desks.settings(filed.seat))
        return filed

    async def _note_received(self, filed: Filed, answer: Answer) -> None:
        """Whoever speaks on a text under silence, or put it there, has it."""
        command = filed.command
        if answer.status != "accepted" or not isinstance(command, StatePosition | ConfirmPosition | OpenSilence):
            return
        case = self.board.state.cases.get(command.case)
        text = case.procedures.get(command.procedure) if case is not None else None
        if text is None:  # a position in a closed case is kept, whatever it names
            return
        speaker = text.proposer if isinstance(command, OpenSilence) else command.by
        opened = self.board.undelivered_since(command.case, command.procedure, speaker)
        if opened is not None:
            await self._deliver(command.case, command.procedure, opened, speaker)

    async def _deliver(self, case: str, procedure: str, opened: Instant, party: str) -> None:
        command = ConfirmDelivery(
            id=f"delivered/{case}/{procedure}/{opened}/{party}",
            at=self.clock.now(),
            by=CENTRE,
            case=case,
            procedure=procedure,
            party=PartyId(party),
        )
        await self._put(_own(command), party)

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
        return View(self.board, self.acts, self.reader, seat, self.clock.now(), self.mode, self.hearing.settled())

    def cursor(self, seat: str) -> str:
        """Where the seat's feed stands."""
        return cursor_text(len(self.board.feed(seat)), self.board.epoch)

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
        return "the centre is closing" if self._is_closing else self._writer.stopped

    async def checkpoint(self) -> str:
        """A signed checkpoint over all there is."""
        return await self.proofs.checkpoint()

    async def contents(self, entry: int) -> tuple[bytes | None, ...]:
        """The contents beside an entry, whoever may see them: for those who keep them, not for views."""
        return await self.proofs.contents(entry)

    async def receipt(self, seat: str, position: int) -> str:
        """The proof that one of the seat's own events is in the ledger. NotFound where it may not hold it."""
        return await self.proofs.receipt(self.view(seat).provable(position))

    async def inclusion(self, seat: str, position: int, size: int) -> Hashes:
        """The way from what one of the seat's own events stands in to the root of the first `size` entries."""
        return await self.proofs.inclusion(self.view(seat).provable(position), size)

    def taken_at(self, seat: str, command_id: str) -> Instant | None:
        """When a command of a seat became an act, by its id; none where the ledger has none of it."""
        entry = self._entries.get(f"{seat}\nfact\n{command_id}")
        return None if entry is None else self.acts.get(entry).at

    # ---- living

    async def start(self) -> None:
        """Record that nobody was heard since the last heartbeat; then let time pass."""
        now, last = self.clock.now(), self._heart.last()
        if not self.clock.is_simulated and self.board.opened is not None and self.board.taken > BEGUN:
            last = last or max(self.board.state.now, self.board.opened)
            if last < now:
                await self.record_outage(last, now)
        self._heart.beat(self.hearing.begin())
        tending = (
            ("pulse", self.hearing.beat, 0.0),
            ("timer", self._keep_time, PULSE_SECONDS),
            ("heartbeat", self._beat, self.settings.heartbeat_seconds),
            ("checkpointer", self._sign, CHECKPOINT_LOOK_SECONDS),
        )
        for name, tend, each in tending:
            self._tasks.append(asyncio.create_task(self._tended(name, tend, each), name=name))

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
        if not self._writer.stopped or self.ledger.is_sound:
            self._heart.beat(self.clock.now())
        self.keep_cache()
        await asyncio.to_thread(self._books.close)
        self.desks.close()
        self.notebook.close()

    def keep_cache(self) -> None:
        """Write the board down, so that the next start is fast."""
        if self._cache is not None and self.ledger.is_sound:
            self._cache.save(*self._packed())

    async def _tended(self, name: str, tend: Callable[[], Awaitable[None]], each: float) -> None:
        """Do it again and again; what fails is told and tried anew, for a centre that is half deaf is worse than one
        that says so."""
        while not self._is_closing:
            await asyncio.sleep(each)
            try:
                await tend()
            except Exception as error:  # noqa: BLE001  # told, and tried again
                logs.trouble(name, f"The {name} failed, and is tried again", error)
                self.metrics.count("tocsin_task_failures_total")
                await asyncio.sleep(RETRY_SECONDS)

    async def _keep_time(self) -> None:
        """Wake the engine at deadlines. Late or never, the law comes out the same; members just learn of it later."""
        at, now = due(self.law.plain(self.clock.now()), self._speculative), self.clock.now()
        if at is not None and at <= self.hearing.settled():
            await self._put(_own(deadline_wake(self._speculative, now)), CENTRE)
        elif self.court.has_new_day(now):
            await self._put(_own(self.court.day_wake(now)), CENTRE)
        elif at is None or at > now:
            await self.clock.wait(at)

    async def _beat(self) -> None:
        """Note that the centre hears."""
        await self._notice_gap()
        await asyncio.to_thread(self._heart.beat, self.hearing.settled())

    async def _notice_gap(self) -> None:
        """Where nothing was heard for a while, running or asleep, say so before anything is decided.

        What members said in that time waited at the door, and would be stamped too late; no silence may run out on it.
        """
        gap = self.hearing.gap()
        if gap is not None:
            self.hearing.begin()
            await self.record_outage(*gap)

    async def _sign(self) -> None:
        """A checkpoint each second while there is something new: no more of them, because acts wait meanwhile."""
        self._waited += CHECKPOINT_LOOK_SECONDS
        if self.board.taken > self.proofs.checked and self._waited >= CHECKPOINT_SECONDS:
            self._waited = 0.0
            await self.checkpoint()
        else:
            await self.proofs.read_back(READ_PAUSE_SECONDS)
        if self._cache is not None and self._cache.is_behind(self.board.taken):
            await asyncio.to_thread(self._cache.save, *self._packed())

    # ---- inside

    def _packed(self) -> tuple[bytes, int]:
        """What the start-up cache is to hold now, and up to which entry."""
        ids = {name: (self.court.ids[name], entry) for name, entry in self._entries.items()}
        return cache.packed(self.board, ids, self.reader), self.board.taken

    async def _put(self, filed: Filed, seat: str) -> Answer:
        began = perf_counter()
        try:
            ruled, _ = await self._writer.submit(filed)
            self.metrics.observe("tocsin_commit_seconds", perf_counter() - began)
        finally:
            self._catch_up()
        answer = self._answer(filed, ruled, seat)
        self.metrics.count("tocsin_commands_total", outcome=answer.status)
        return answer

    def _decide(self, state: State, filed: Filed) -> Decided[State, Ruled, Record]:
        decided = self.court.decide(state, filed)
        ruled = decided.answer
        for act in ruled.woken:
            self._kept.append(_Kept(act, ruled.at, "", None))
        if ruled.act is not None:
            self._kept.append(_Kept(ruled.act, ruled.at, name_of(filed), decided.state))
        if decided.state.deadlines is not self._speculative.deadlines:
            self.clock.stir()  # the timer waits for another instant now
        self._speculative = decided.state
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
        if grew:
            self.clock.stir()  # for the notifier: there is something to read

    def _answer(self, filed: Filed, ruled: Ruled, seat: str) -> Answer:
        if ruled.refusal is not None:
            return answers.refused(filed, ruled.refusal, ruled.at, self.cursor(seat))
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
        read = self.acts.get(self._entries[name_of(filed)])
        return read.act, read.at

    def second_needed(self, actor: Actor, submission: Submission, filed: Filed) -> str:
        """Why a second person is needed; empty where none is."""
        if actor.role == "conductor" or submission.seconded:
            return ""
        kind = needs_two(self._speculative, filed.command)
        if not kind or self.court.out_of_sight(self._speculative, filed, max(self.clock.now(), self._speculative.now)):
            return ""  # of what is there and not to be seen nothing may follow; it is refused as what is not there
        rules = rules_of(self.law.plain(self.clock.now()))
        asked = rules.two_persons | self.desks.settings(filed.seat).two_persons
        if kind == "break" and self.desks.persons(filed.seat, "position") == 1:
            return ""  # who is alone could not object at all
        return kind if kind in asked else ""

    def _turn(self, seat: str) -> asyncio.Event:
        return self._turns.setdefault(seat, asyncio.Event())


def reads_as(actor: Actor) -> str:
    """The seat whose eyes an actor has: that of the party it acts for, where it does."""
    return actor.on_behalf or actor.seat


def _own(command: ConfirmDelivery | RecordOutage | Wake | DeliverWarning) -> Filed:
    """A command of the centre itself."""
    return Filed(seat=CENTRE, command=command, data=encode_command(command), attested=CENTRE, stamp=command.at)
