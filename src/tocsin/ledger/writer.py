"""Group commit: many clients wait for one durable append.

No timer and no window: a group is what was submitted while the group before was being committed. Each command is
decided as it is submitted, on the state its predecessor left, which may not be durable yet; so deciding goes on
while the disk works. What a reader sees and what a client is told is durable.

    waiting    decided, in the order of submission, until the group before is durable
    group      in the hands of the worker thread, which alone calls `commit`
    settled    durable: the state is shown, clients and readers are woken
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, NamedTuple, TypeVar

from tocsin.ledger.port import LedgerError

Command = TypeVar("Command")
State = TypeVar("State")
Answer = TypeVar("Answer")
Record = TypeVar("Record")


class Busy(LedgerError):
    """As many acts wait as may wait. This one was not taken; the same one may be sent again in a moment."""


class Decided(NamedTuple, Generic[State, Answer, Record]):
    """What came of a command: the records to keep, none for a refusal; the state after it; and what its client is
    told once it is durable. A refusal waits for its group too, because it may rest on what stands before it there."""

    records: Sequence[Record]
    state: State
    answer: Answer


_Act = tuple[Decided[State, Answer, Record], asyncio.Future[tuple[Answer, range]]]


class GroupWriter(Generic[Command, State, Answer, Record]):
    """Decides commands one after another and keeps their records, one `commit` a group.

    `commit` keeps the records of a group, all or none, and returns their indices; it runs in a thread of its own,
    one call at a time. `decide` runs in the event loop, must not change the state it is given, and must itself
    refuse what `commit` would: a commit that raises stops the writer for all. `length` is how many records the
    ledger holds at the start. At most `waiting_max` acts are under way at once, and a group has at most
    `group_max` records.

    Made and used in one running event loop. After a commit has failed nothing more is taken: make a new writer,
    from what the ledger then holds.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Record]], range],
        decide: Callable[[State, Command], Decided[State, Answer, Record]],
        state: State,
        length: int,
        *,
        waiting_max: int = 10_000,
        group_max: int = 1_000,
    ) -> None:
        assert waiting_max > 0
        assert group_max > 0
        self._commit, self._decide = commit, decide
        self._waiting_max, self._group_max = waiting_max, group_max
        self._state, self._length = state, length
        self._speculative = state
        self._waiting: deque[_Act[State, Answer, Record]] = deque()
        self._group: list[_Act[State, Answer, Record]] = []
        self._is_running = False
        """From when a group is planned until none waits."""
        self._stopped = ""
        self._cause: BaseException | None = None
        self._turn = asyncio.Event()
        """Set once, when more is durable or the writer has stopped; the next turn has another."""
        self._loop = asyncio.get_running_loop()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ledger-writer")

    @property
    def state(self) -> State:
        """The state after the last durable act."""
        return self._state

    @property
    def length(self) -> int:
        """How many records are durable. It fits `state` when both are read without an await between."""
        return self._length

    @property
    def stopped(self) -> str:
        """Why nothing more is taken; empty while it is."""
        return self._stopped

    async def submit(self, command: Command) -> tuple[Answer, range]:
        """The answer to a command and the indices of its records, once both are durable.

        A client that is cancelled while it waits leaves its act behind: it was decided, others build on it, and it
        is kept. Raises what `decide` raises, for this command alone; Busy; and LedgerError for more records than a
        group has, after a close, and where a commit failed: its message tells whether the act can have been kept.
        """
        if self._stopped:
            raise self._refusal("This act was not taken")
        if len(self._waiting) + len(self._group) >= self._waiting_max:
            raise Busy(f"{self._waiting_max:,} acts are waiting to be kept; send this one again in a moment")
        decided = self._decide(self._speculative, command)
        if len(decided.records) > self._group_max:
            raise LedgerError(
                f"this act makes {len(decided.records):,} records, and at most {self._group_max:,} are kept together; "
                f"divide it. Nothing of it was kept"
            )
        self._speculative = decided.state
        settled: asyncio.Future[tuple[Answer, range]] = self._loop.create_future()
        self._waiting.append((decided, settled))
        if not self._is_running:
            self._is_running = True
            # Not at once: whoever else is ready in this pass of the loop joins the group.
            self._loop.call_soon(self._start)
        return await settled

    async def changed(self, seen: int) -> int:
        """How many records are durable, as soon as they are more than `seen`; no growth is missed between calls.

        Raises LedgerError when the writer has stopped and no more will come.
        """
        while self._length <= seen:
            if self._stopped and not self._is_running:
                raise self._refusal(f"No record after the first {self._length:,} will come from this writer")
            await self._turn.wait()
        return self._length

    async def close(self) -> None:
        """Keep what waits, then stop; afterwards nobody calls `commit`. It may be called more than once.

        It does not raise where the last commits fail: their clients are told, and `stopped` says why.
        """
        self._stopped = self._stopped or "the ledger's writer was closed; make a new one to go on"
        if not self._is_running:
            self._rest()
        while self._is_running:
            await self._turn.wait()

    def _start(self) -> None:
        """Hand the next group to the worker."""
        waiting, group = self._waiting, self._group
        records: list[Record] = []
        while waiting and len(records) + len(waiting[0][0].records) <= self._group_max:
            act = waiting.popleft()
            group.append(act)
            records.extend(act[0].records)
        if not group:
            self._rest()
        elif not records:  # refusals alone: all that they rest on is durable
            self._settle(range(self._length, self._length))
        else:
            try:
                self._worker.submit(self._work, records)
            except RuntimeError as error:  # there is no thread to be had
                self._settle(error)

    def _work(self, records: Sequence[Record]) -> None:
        """In the worker: one commit. Where the loop was closed meanwhile, nobody is left to tell."""
        outcome: range | BaseException
        try:
            outcome = self._commit(records)
            first = outcome.start
            if first < self._length or outcome != range(first, first + len(records)):
                outcome = LedgerError(f"{len(records)} records after {self._length} cannot have the indices {outcome}")
        except BaseException as error:  # noqa: BLE001  # whatever it was, those who wait must be told
            outcome = error
        self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: range | BaseException) -> None:
        """Show the group that is now durable and tell its clients; then begin the next."""
        if isinstance(outcome, BaseException):
            self._fail(outcome)
            return
        group, self._group = self._group, []
        has_grown = outcome.stop > self._length
        self._state, self._length = group[-1][0].state, outcome.stop
        start = outcome.start
        for decided, settled in group:
            stop = start + len(decided.records)
            if not settled.done():  # its client may have gone
                settled.set_result((decided.answer, range(start, stop)))
            start = stop
        self._start()  # the disk goes on before anybody who was told does
        if has_grown:  # readers come last: there may be thousands
            self._end_turn()

    def _fail(self, error: BaseException) -> None:
        """Stop for good: nobody who waits is acknowledged, and readers go on seeing what was durable before."""
        said = str(error).removesuffix(".") or type(error).__name__
        self._stopped = said if isinstance(error, LedgerError) else f"the ledger could not be written: {said}"
        self._cause = error
        # An error is no proof that nothing was kept: the disk may have had it all before the call failed.
        for acts, fate in (
            (self._group, "Whether this act was kept shows when the ledger is opened anew"),
            (self._waiting, "This act was not kept"),
        ):
            for _, settled in acts:
                if not settled.done():
                    settled.set_exception(self._refusal(fate))
            acts.clear()
        self._rest()

    def _rest(self) -> None:
        """Nothing waits; for good, where the writer has stopped."""
        self._is_running = False
        if self._stopped:
            self._worker.shutdown(wait=False)
            self._end_turn()

    def _end_turn(self) -> None:
        self._turn.set()
        self._turn = asyncio.Event()

    def _refusal(self, fate: str) -> LedgerError:
        error = LedgerError(f"{self._stopped}. {fate}")
        error.__cause__ = self._cause
        return error
