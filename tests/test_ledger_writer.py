"""Many clients, one append: who is in a group, who is told, and what is left when disk, client or loop fails."""

import asyncio
import threading
from asyncio import CancelledError, Task, create_task, gather
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from queue import SimpleQueue
from typing import Any, NamedTuple, ParamSpec

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tocsin.ledger.port import LedgerError
from tocsin.ledger.writer import Busy, Decided, GroupWriter

PATIENCE_SECONDS = 20  # a thread that waits longer than this waits for a test that has failed

P = ParamSpec("P")
State = tuple[str, ...]
Client = Task[tuple[State, range]]


class Say(NamedTuple):
    """A command: so many records under this name; none is a refusal, fewer than none cannot be decided."""

    name: str
    records: int = 1


def decide(state: State, say: Say) -> Decided[State, State, str]:
    """The answer is the state that the decision rests on."""
    if say.records < 0:
        raise ValueError(f"{say.name} makes no sense")
    records = [f"{say.name}{number}" for number in range(say.records)]
    return Decided(records, (*state, say.name) if records else state, state)


class Disk:
    """Works on a group, in the writer's thread, until the test says how it ends."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._begun = SimpleQueue[list[str]]()
        self._ends = SimpleQueue[BaseException | None]()

    def commit(self, records: Sequence[str]) -> range:
        self._begun.put(list(records))
        if error := self._ends.get(timeout=PATIENCE_SECONDS):
            raise error
        self.kept += records
        return range(len(self.kept) - len(records), len(self.kept))

    def group(self) -> list[str]:
        """The records of the group that the disk has begun; each is told once."""
        return self._begun.get(timeout=PATIENCE_SECONDS)

    def end(self, error: BaseException | None = None) -> None:
        self._ends.put(error)

    @property
    def is_idle(self) -> bool:
        return self._begun.empty()


class Centre:
    """A writer, its disk, and clients as tasks."""

    def __init__(self, *, waiting_max: int = 100, group_max: int = 100) -> None:
        self.disk = Disk()
        self.writer = GroupWriter(self.disk.commit, decide, State(), 0, waiting_max=waiting_max, group_max=group_max)

    def send(self, *commands: Say | str) -> list[Client]:
        says = [Say(command) if isinstance(command, str) else command for command in commands]
        return [create_task(self.writer.submit(say)) for say in says]

    async def begun(self, *commands: Say | str) -> list[Client]:
        """Clients whose commands the disk is working on."""
        clients = self.send(*commands)
        await passes()
        assert self.disk.group()
        return clients

    async def end(self, error: BaseException | None = None) -> None:
        """Let the disk end its group, and all who wait for that hear of it."""
        length = self.writer.length
        self.disk.end(error)
        if error:
            with pytest.raises(LedgerError):
                await self.writer.changed(length)
        else:
            await self.writer.changed(length)
        await passes()


async def passes() -> None:
    """Some passes of the event loop: whoever can go on does."""
    loop = asyncio.get_running_loop()
    for _ in range(5):
        passed = loop.create_future()
        loop.call_soon(passed.set_result, None)
        await passed


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def told(client: Client) -> object:
    """What a client has been told so far."""
    if not client.done():
        return "nothing"
    if client.cancelled():
        return "cancelled"
    error = client.exception()
    return client.result() if error is None else type(error)


# groups


@in_a_loop
async def test_a_client_is_told_when_its_act_is_durable_and_not_before() -> None:
    centre = Centre()
    [client] = await centre.begun("a")
    assert (told(client), centre.writer.state, centre.writer.length) == ("nothing", (), 0)
    centre.disk.end()
    assert await client == ((), range(1))
    assert (centre.writer.state, centre.writer.length) == (("a",), 1)


@in_a_loop
async def test_those_who_come_together_are_one_group() -> None:
    centre = Centre()
    clients = centre.send("a", "b", "c")
    await passes()
    assert centre.disk.group() == ["a0", "b0", "c0"]
    centre.disk.end()
    await gather(*clients)
    assert centre.disk.is_idle


@in_a_loop
async def test_those_who_come_while_the_disk_works_are_the_next_group() -> None:
    centre = Centre()
    first = await centre.begun("a")
    later = centre.send("b", "c")
    await passes()
    later += centre.send("d")
    await passes()
    assert centre.disk.is_idle
    await centre.end()
    assert told(first[0]) == ((), range(1))
    assert [told(client) for client in later] == ["nothing"] * 3
    assert centre.disk.group() == ["b0", "c0", "d0"]
    centre.disk.end()
    await gather(*later)


@in_a_loop
async def test_clients_that_go_on_at_once_stay_in_one_group() -> None:
    centre = Centre()

    async def client(name: str) -> None:
        for number in range(3):
            await centre.writer.submit(Say(f"{name}{number}."))

    clients = gather(client("a"), client("b"))
    await passes()
    for number in range(3):
        assert centre.disk.group() == [f"a{number}.0", f"b{number}.0"]
        await centre.end()
    await clients


@in_a_loop
async def test_each_is_decided_on_what_its_predecessor_left_and_told_where_its_records_are() -> None:
    centre = Centre()
    first = await centre.begun(Say("a", 2), "b")
    later = centre.send(Say("c", 3), Say("refused", 0), "d")
    await passes()
    await centre.end()
    assert [await client for client in first] == [((), range(2)), (("a",), range(2, 3))]
    assert (centre.writer.state, centre.writer.length) == (("a", "b"), 3)
    await centre.end()
    assert [await client for client in later] == [
        (("a", "b"), range(3, 6)),
        (("a", "b", "c"), range(6, 6)),
        (("a", "b", "c"), range(6, 7)),
    ]
    assert centre.disk.kept == ["a0", "a1", "b0", "c0", "c1", "c2", "d0"]
    assert centre.writer.state == ("a", "b", "c", "d")


@in_a_loop
async def test_a_refusal_is_not_told_before_what_it_rests_on_is_durable() -> None:
    centre = Centre()
    await centre.begun("a")
    [refused] = centre.send(Say("refused", 0))
    await passes()
    assert told(refused) == "nothing"
    await centre.end()
    assert told(refused) == (("a",), range(1, 1))


@in_a_loop
async def test_refusals_alone_cost_no_commit() -> None:
    centre = Centre()
    assert await gather(*centre.send(Say("a", 0), Say("b", 0))) == [((), range(0)), ((), range(0))]
    assert centre.disk.is_idle
    [client] = await centre.begun("c")
    centre.disk.end()
    assert await client == ((), range(1))


@in_a_loop
async def test_what_cannot_be_decided_fails_alone_and_leaves_no_trace() -> None:
    centre = Centre()
    before, impossible, after = await centre.begun("a", Say("b", -1), "c")
    with pytest.raises(ValueError, match="b makes no sense"):
        await impossible
    centre.disk.end()
    assert await before == ((), range(1))
    assert await after == (("a",), range(1, 2))
    assert centre.writer.state == ("a", "c")


@in_a_loop
async def test_a_group_stops_before_it_is_too_large() -> None:
    centre = Centre(group_max=4)
    clients = centre.send(Say("a", 2), "b", Say("c", 2), "d", "e", Say("f", 4))
    await passes()
    for group in (["a0", "a1", "b0"], ["c0", "c1", "d0", "e0"], ["f0", "f1", "f2", "f3"]):
        assert centre.disk.group() == group
        await centre.end()
    assert [indices for _, indices in await gather(*clients)][-1] == range(7, 11)


@in_a_loop
async def test_an_act_larger_than_a_group_is_refused_alone() -> None:
    centre = Centre(group_max=4)
    small, large = await centre.begun("a", Say("b", 5))
    with pytest.raises(LedgerError, match=r"makes 5 records, and at most 4 are kept together; .*Nothing of it"):
        await large
    centre.disk.end()
    await small
    assert centre.writer.state == ("a",)


@in_a_loop
async def test_only_so_many_wait_at_once() -> None:
    centre = Centre(waiting_max=3)
    first = await centre.begun("a", "b")
    third, fourth = centre.send("c", "d")
    with pytest.raises(Busy, match="3 acts are waiting to be kept; send this one again in a moment"):
        await fourth
    await centre.end()
    again = centre.send("d")
    await centre.end()
    await centre.end()
    assert await gather(*first, third, *again)
    assert centre.writer.state == ("a", "b", "c", "d")


# failures


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LedgerError("the disk is full; make room."), "the disk is full; make room"),
        (OSError("no such device"), "the ledger could not be written: no such device"),
        (StopIteration(), "the ledger could not be written: StopIteration"),
        (KeyboardInterrupt(), "the ledger could not be written: KeyboardInterrupt"),
        (CancelledError(), "the ledger could not be written: CancelledError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@in_a_loop
async def test_after_a_failed_commit_nobody_is_acknowledged_ever_again(error: BaseException, said: str) -> None:
    centre = Centre()
    await centre.begun("a")
    await centre.end()
    group = await centre.begun("b", "c")
    waiting = centre.send("d", Say("refused", 0))
    await passes()
    await centre.end(error)
    later = centre.send("e")
    fates = ["Whether this act was kept shows when the ledger is opened anew"] * 2
    fates += ["This act was not kept"] * 2 + ["This act was not taken"]
    for client, fate in zip([*group, *waiting, *later], fates, strict=True):
        with pytest.raises(LedgerError) as refused:
            await client
        assert str(refused.value) == f"{said}. {fate}"
        assert refused.value.__cause__ is error
    assert (centre.writer.state, centre.writer.length, centre.writer.stopped) == (("a",), 1, said)
    assert centre.disk.is_idle
    await centre.writer.close()
    assert centre.writer.stopped == said


@pytest.mark.parametrize("indices", [range(5, 8), range(5, 6), range(5, 9, 2), range(4, 6), None], ids=str)
@in_a_loop
async def test_a_ledger_that_gives_impossible_indices_is_not_believed(indices: range | None) -> None:
    """Two records after the five that are there: too many, too few, with a gap, and some that are taken."""
    writer = GroupWriter(lambda _: indices, decide, State(), 5)  # type: ignore[arg-type, return-value]  # None is wrong
    with pytest.raises(LedgerError, match="Whether this act was kept shows"):
        await writer.submit(Say("a", 2))
    assert (writer.state, writer.length) == ((), 5)


@in_a_loop
async def test_without_a_thread_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def submit(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ThreadPoolExecutor, "submit", submit)
    centre = Centre()
    [client] = centre.send("a")
    with pytest.raises(LedgerError, match="could not be written: can't start new thread"):
        await client
    await centre.writer.close()


# clients that go


@in_a_loop
async def test_a_client_that_goes_leaves_its_decided_act_behind() -> None:
    centre = Centre()
    gone, stays = await centre.begun("a", "b")
    [also_gone, also_stays] = centre.send("c", "d")
    await passes()
    gone.cancel()
    also_gone.cancel()
    await centre.end()
    await centre.end()
    assert (told(gone), told(also_gone)) == ("cancelled", "cancelled")
    assert await stays == (("a",), range(1, 2))
    assert await also_stays == (("a", "b", "c"), range(3, 4))


@in_a_loop
async def test_a_client_that_goes_before_its_turn_leaves_nothing() -> None:
    centre = Centre()
    gone, stays = centre.send("a", "b")
    gone.cancel()
    await passes()
    assert centre.disk.group() == ["b0"]
    centre.disk.end()
    assert await stays == ((), range(1))


@in_a_loop
async def test_a_failed_commit_meets_a_client_that_has_gone() -> None:
    centre = Centre()
    gone, stays = await centre.begun("a", "b")
    gone.cancel()
    await centre.end(OSError("no such device"))
    assert (told(gone), told(stays)) == ("cancelled", LedgerError)


def test_when_the_loop_ends_the_disk_ends_its_group_and_nobody_is_told() -> None:
    begun, may_end, kept = threading.Event(), threading.Event(), SimpleQueue[Sequence[str]]()

    def commit(records: Sequence[str]) -> range:
        begun.set()
        may_end.wait(PATIENCE_SECONDS)
        kept.put(records)
        return range(len(records))

    async def main() -> list[Client]:
        writer = GroupWriter(commit, decide, State(), 0)
        clients = [create_task(writer.submit(Say("a")))]
        await passes()
        begun.wait(PATIENCE_SECONDS)
        clients += [create_task(writer.submit(Say("b")))]
        await passes()
        return clients

    clients = asyncio.run(main())
    may_end.set()
    assert kept.get(timeout=PATIENCE_SECONDS) == ["a0"]
    assert [told(client) for client in clients] == ["cancelled", "cancelled"]


# closing


@in_a_loop
async def test_closing_keeps_what_waits_and_takes_nothing_more() -> None:
    centre = Centre()
    clients = await centre.begun("a")
    clients += centre.send("b")
    await passes()
    closing = [create_task(centre.writer.close()) for _ in range(2)]
    await passes()
    [late] = centre.send("c")
    with pytest.raises(LedgerError, match=r"was closed; make a new one to go on\. This act was not taken"):
        await late
    await centre.end()
    assert not any(task.done() for task in closing)
    await centre.end()
    await gather(*closing)
    assert await gather(*clients) == [((), range(1)), (("a",), range(1, 2))]
    await centre.writer.close()


@in_a_loop
async def test_closing_goes_on_when_nobody_waits_for_it() -> None:
    centre = Centre()
    [client] = await centre.begun("a")
    closing = create_task(centre.writer.close())
    await passes()
    closing.cancel()
    await passes()
    await centre.end()
    assert await client == ((), range(1))
    await centre.writer.close()
    with pytest.raises(LedgerError, match="was closed"):
        await centre.writer.changed(1)


@in_a_loop
async def test_closing_is_quiet_where_the_last_commit_fails() -> None:
    centre = Centre()
    [client] = await centre.begun("a")
    closing = create_task(centre.writer.close())
    await passes()
    await centre.end(LedgerError("the disk is full"))
    await closing
    assert (told(client), centre.writer.stopped) == (LedgerError, "the disk is full")


@in_a_loop
async def test_closing_lets_the_thread_go() -> None:
    threads: list[threading.Thread] = []

    def commit(records: Sequence[str]) -> range:
        threads.append(threading.current_thread())
        return range(len(records))

    writer = GroupWriter(commit, decide, State(), 0)
    await writer.submit(Say("a"))
    await passes()
    await writer.close()
    [thread] = threads
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


@in_a_loop
async def test_a_writer_that_did_nothing_can_be_closed_and_its_readers_hear_of_it() -> None:
    centre = Centre()
    reader = create_task(centre.writer.changed(0))
    await passes()
    await gather(centre.writer.close(), centre.writer.close())
    with pytest.raises(LedgerError, match="was closed"):
        await reader
    assert centre.disk.is_idle


# readers


@in_a_loop
async def test_a_reader_is_woken_when_more_is_durable() -> None:
    centre = Centre()
    reader = create_task(centre.writer.changed(0))
    await centre.begun(Say("a", 2))
    assert not reader.done()
    centre.disk.end()
    assert await reader == 2
    assert await centre.writer.changed(1) == 2


@in_a_loop
async def test_a_reader_that_wants_more_sleeps_on() -> None:
    centre = Centre()
    reader = create_task(centre.writer.changed(1))
    await gather(*centre.send(Say("refused", 0)))
    await centre.begun("a")
    await centre.end()
    assert not reader.done()
    await centre.begun("b")
    await centre.end()
    assert await reader == 2


@in_a_loop
async def test_readers_miss_nothing_and_never_see_what_is_not_durable() -> None:
    centre = Centre()
    seen: list[tuple[int, State]] = []

    async def follow() -> None:
        length = 0
        while True:
            length = await centre.writer.changed(length)
            seen.append((length, centre.writer.state))

    reader, gone = create_task(follow()), create_task(follow())
    await centre.begun("a")
    gone.cancel()
    [waiting] = centre.send(Say("b", 2))
    await passes()
    await centre.end()
    await centre.end()
    await centre.begun("c")
    await centre.end(LedgerError("the disk is full"))
    with pytest.raises(LedgerError, match=r"the disk is full\. No record after the first 3 will come from this"):
        await reader
    assert seen == [(1, ("a",)), (3, ("a", "b"))]
    assert await waiting == (("a",), range(1, 3))
    assert await centre.writer.changed(2) == 3


@in_a_loop
async def test_a_writer_goes_on_where_the_ledger_stands() -> None:
    before: State = ("old",)
    writer = GroupWriter(lambda records: range(7, 7 + len(records)), decide, before, 5)
    assert await writer.changed(4) == 5
    assert await writer.submit(Say("a", 2)) == (("old",), range(7, 9))
    assert writer.length == 9
    assert writer.state == ("old", "a")
    await writer.close()


# a model


class Model:
    """What must be the case whenever the loop has nothing left to do: lists, and no concurrency."""

    waiting_max, group_max = 6, 4

    def __init__(self) -> None:
        self.state: State = ()
        self.speculative: State = ()
        self.kept: list[str] = []
        self.told: list[object] = []
        self.waiting = deque[tuple[int, Decided[State, State, str]]]()
        self.group: list[tuple[int, Decided[State, State, str]]] = []
        self.has_failed = False

    def send(self, say: Say, *, is_cancelled: bool) -> None:
        self.told.append("nothing")
        if is_cancelled:
            self.told[-1] = "cancelled"
        elif self.has_failed:
            self.told[-1] = LedgerError
        elif len(self.waiting) + len(self.group) >= self.waiting_max:
            self.told[-1] = Busy
        elif say.records < 0:
            self.told[-1] = ValueError
        elif say.records > self.group_max:
            self.told[-1] = LedgerError
        else:
            decided = decide(self.speculative, say)
            self.speculative = decided.state
            self.waiting.append((len(self.told) - 1, decided))

    def cancel(self, client: int) -> None:
        if self.told[client] == "nothing":
            self.told[client] = "cancelled"

    def begin(self) -> None:
        """A group, if none is under way; at once durable where it has no records."""
        while self.waiting and not self.group:
            size = 0
            while self.waiting and (size := size + len(self.waiting[0][1].records)) <= self.group_max:
                self.group.append(self.waiting.popleft())
            if not self.records:
                self.end()

    @property
    def records(self) -> list[str]:
        return [record for _, decided in self.group for record in decided.records]

    def end(self) -> None:
        for client, decided in self.group:
            first = len(self.kept)
            self.kept += decided.records
            self.state = decided.state
            if self.told[client] == "nothing":
                self.told[client] = (decided.answer, range(first, len(self.kept)))
        self.group = []

    def fail(self) -> None:
        for client, _ in [*self.group, *self.waiting]:
            if self.told[client] == "nothing":
                self.told[client] = LedgerError
        self.group, self.has_failed = [], True
        self.waiting.clear()


BURST = st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 3, 4, 0, 0, 5, -1]), st.sampled_from([False] * 7 + [True])))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), BURST),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.sampled_from(["end", "end", "end", "fail"]), st.just(0)),
    ),
    max_size=20,
)
Steps = list[tuple[str, Any]]


@given(steps=STEPS)
@in_a_loop
async def test_whatever_happens_in_whatever_order_a_simple_model_tells_the_outcome(steps: Steps) -> None:
    centre = Centre(waiting_max=Model.waiting_max, group_max=Model.group_max)
    model, clients, begun = Model(), list[Client](), False
    for step, what in [*steps, *[("end", 0)] * Model.waiting_max]:
        if step == "send":
            for records, is_cancelled in what:
                say = Say(f"{len(clients)}.", records)
                clients += centre.send(say)
                model.send(say, is_cancelled=is_cancelled)
                if is_cancelled:
                    clients[-1].cancel()
            await passes()
        elif step == "cancel" and what < len(clients):
            clients[what].cancel()
            model.cancel(what)
            await passes()
        elif step in {"end", "fail"} and model.group:
            await centre.end(OSError("no such device") if step == "fail" else None)
            model.fail() if step == "fail" else model.end()
            begun = False
        model.begin()
        if model.group and not begun:
            assert centre.disk.group() == model.records
            begun = True
        assert [told(client) for client in clients] == model.told
        assert (centre.writer.state, centre.writer.length) == (model.state, len(model.kept))
    event(f"failed: {model.has_failed}, acts kept: {min(len(model.state), 9)}")
    assert centre.disk.is_idle
    assert centre.disk.kept == model.kept
    await centre.writer.close()
