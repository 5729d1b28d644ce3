"""The notifier: it follows the feeds of seats that have contacts, and calls those out until somebody knows.

    read      what a seat's feed brought becomes at most one notice a pass, kept together with the cursor
    settle    a notice ends when somebody of the seat confirmed its feed so far, or answered all that was asked
    call      whoever the ladder says is due is told; what they may be told is asked of the view at that moment

It sees a seat's things through that seat's view and in no other way, so that it can tell nobody what they may not see.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from tocsin.centre import logs
from tocsin.centre.clock import Clock
from tocsin.centre.feeds import cursor_position
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.calls import Sight, called, is_answered
from tocsin.centre.notify.ladder import after_attempt, due
from tocsin.centre.notify.model import Called, Channel, Contact, Delivery, Message, Notice, Undelivered, lower
from tocsin.centre.notify.senders import Sender
from tocsin.centre.notify.store import Deliveries, NotifyStore
from tocsin.centre.notify.words import message
from tocsin.errors import NotFound, TocsinError
from tocsin.terms import Instant

PAGE = 100
PAGES_A_PASS = 20
"""Of one seat's feed; the rest is read in the next pass."""
OPEN_MAX = 200
"""Notices of one seat whose ladders go on. With more, the oldest stops: who leaves 200 calls unanswered is told of the
newest."""
AT_ONCE = 2
"""Messages on their way at one time to one mail server or one webhook host: one that hangs holds up no other."""
THREADS = 16
"""Apart from those the centre works in: mail servers that hang must not keep it from signing people in."""
FLYING_MAX = 500
"""Messages on their way, or waiting for their turn, in all."""
SECOND_US = 1_000_000
CALLED_MAX = 200
"""Things in one notice; the rest of a flood is told as one."""


Flight = tuple[str, int, str]
"""Seat, last position and contact: one message on its way."""


class Office(Protocol):
    """What the notifier asks of the centre."""

    @property
    def clock(self) -> Clock: ...

    def view(self, seat: str) -> Sight: ...

    def cursor(self, seat: str) -> str: ...


class Confirmed(Protocol):
    """Who has confirmed what."""

    def confirmed_position(self, seat: str) -> int: ...


class Notifier:
    """Calls out for one centre. `run` makes pass after pass; `step` makes as many as it takes until nobody is due."""

    def __init__(
        self,
        office: Office,
        store: NotifyStore,
        confirmed: Confirmed,
        senders: Mapping[Channel, Sender],
        metrics: Metrics,
        *,
        url: str = "",
    ) -> None:
        self._office, self._store, self._confirmed, self._senders = office, store, confirmed, senders
        self._metrics, self._url = metrics, url
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._threads = ThreadPoolExecutor(THREADS, "notice")
        self._flying: dict[Flight, asyncio.Task[None]] = {}
        self._landed: set[Flight] = set()
        self._looked: dict[str, tuple[str, int]] = {}
        """seat -> its cursor and what it had confirmed when its notices were last looked at"""
        metrics.ask("tocsin_notices_waiting", lambda: len(store.open_notices()))

    async def run(self) -> None:
        """Pass after pass. A pass that fails is written to the log, and the next one tries again."""
        try:
            while True:
                following: Instant | None = None
                try:
                    following = await self._pass()
                except Exception as error:  # noqa: BLE001  # a fault in one pass must not silence all that follow
                    logs.trouble("notify", "A pass of the notifier failed", error)
                await self._office.clock.wait(following)
        finally:
            for task in self._flying.values():
                task.cancel()
            await asyncio.gather(*self._flying.values(), return_exceptions=True)

    def close(self) -> None:
        """Begin nothing more. What a thread is about is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def step(self) -> Instant | None:
        """Passes until nothing is due and nothing on its way. When the next contact is due, as far as is known now."""
        while True:
            following = await self._pass()
            if not self._flying:
                return following
            await asyncio.gather(*self._flying.values())

    async def _pass(self) -> Instant | None:
        for seat, position in self._store.cursors().items():
            await self._read(seat, position)
        contacts: dict[str, list[Contact]] = {}
        for contact, _ in self._store.contacts():
            contacts.setdefault(contact.seat, []).append(contact)
        self._landed.clear()
        deliveries = self._store.open_deliveries()
        soonest: list[Instant] = []
        for seat, notices in self._by_seat().items():
            for notice in notices[:-OPEN_MAX]:
                await asyncio.to_thread(self._store.end, notice, "too many")
            soonest += await self._seat(seat, notices[-OPEN_MAX:], contacts.get(seat, []), deliveries)
        return min(soonest, default=None)

    def _by_seat(self) -> dict[str, list[Notice]]:
        found: dict[str, list[Notice]] = {}
        for notice in self._store.open_notices():
            found.setdefault(notice.seat, []).append(notice)
        return found

    async def _read(self, seat: str, position: int) -> None:
        """Turn what a feed brought since into a notice, and move the cursor."""
        length = cursor_position(self._office.cursor(seat)) or 0
        if length < position:  # an older ledger was restored: what comes from here on is new
            await asyncio.to_thread(self._store.pass_on, seat, position, length, None)
        if length <= position:
            return
        sight, after, calls = self._office.view(seat), position, list[int]()
        for _ in range(PAGES_A_PASS):
            page = sight.feed(after, PAGE)
            calls += [at for item in page.items for at in {thing.position for thing in called(item, seat, sight)}]
            after += len(page.items)
            if not page.more:
                break
        notice = Notice(seat=seat, first=calls[0], last=calls[-1], made=self._office.clock.now()) if calls else None
        await asyncio.to_thread(self._store.pass_on, seat, position, after, notice)

    async def _seat(
        self, seat: str, notices: Sequence[Notice], contacts: Sequence[Contact], deliveries: Deliveries
    ) -> list[Instant]:
        """Settle or send the notices of one seat. When each contact that is still to be told is due.

        What a notice is about is looked up only where somebody is due, or the seat's feed went on: whatever settles a
        notice is either confirmed or stands in the feed.
        """
        confirmed, now = self._confirmed.confirmed_position(seat), self._office.clock.now()
        at_present = self._office.cursor(seat), confirmed
        has_moved = self._looked.get(seat) != at_present
        sight: Sight | None = None
        soonest: list[Instant] = []
        for notice in notices:
            so_far = deliveries.get((seat, notice.last), {})
            waiting = [
                one for one in due(notice.made, contacts, so_far) if not self._is_flying(_flight(notice, one[1]))
            ]
            is_due = any(at <= now for at, _ in waiting)
            if confirmed >= notice.last:
                await asyncio.to_thread(self._store.end, notice, "acknowledged")
            elif has_moved or is_due:
                sight = sight or self._office.view(seat)
                soonest += await self._tell(notice, waiting, so_far, sight, confirmed)
            elif waiting:
                soonest += [at for at, _ in waiting]
            elif not self._is_under_way(notice):
                await asyncio.to_thread(self._store.end, notice, "everybody told")
        self._looked[seat] = at_present
        return soonest

    async def _tell(
        self,
        notice: Notice,
        waiting: Sequence[tuple[Instant, Contact]],
        so_far: Mapping[str, Delivery],
        sight: Sight,
        confirmed: int,
    ) -> list[Instant]:
        """Send one notice to whoever is due, unless nothing of it is open any more. When the others are due."""
        things, situation = self._things(notice, sight), sight.situation()
        left = [thing for thing in things if thing.position > confirmed and not is_answered(thing, situation.asks)]
        if not left:
            await asyncio.to_thread(self._store.end, notice, "acknowledged" if things else "nothing left")
            return []
        now, later = self._office.clock.now(), list[Instant]()
        for at, contact in waiting:
            if at > now:
                later.append(at)
            elif len(self._flying) >= FLYING_MAX:
                later.append(Instant(now + SECOND_US))
            else:
                self._fly(notice, contact, self._call(notice, contact, so_far, left, situation.mode))
        if not waiting and not self._is_under_way(notice):
            await asyncio.to_thread(self._store.end, notice, "everybody told")
        return later

    def _fly(self, notice: Notice, contact: Contact, call: Coroutine[None, None, None]) -> None:
        """Let a call run beside the passes, once."""
        flight, task = _flight(notice, contact), asyncio.create_task(call, name="notice")

        def landed(done: asyncio.Task[None]) -> None:
            del self._flying[flight]
            self._landed.add(flight)
            if not done.cancelled() and (error := done.exception()) is not None:
                logs.trouble("notice", "What became of a notice could not be kept", error)
            self._office.clock.stir()

        self._flying[flight] = task
        task.add_done_callback(landed)

    def _is_flying(self, flight: Flight) -> bool:
        """Whether a message is on its way, or landed after this pass asked what had become of it."""
        return flight in self._flying or flight in self._landed

    def _is_under_way(self, notice: Notice) -> bool:
        return any(flight[:2] == (notice.seat, notice.last) for flight in (*self._flying, *self._landed))

    def _things(self, notice: Notice, sight: Sight) -> list[Called]:
        """What the notice is about, as the seat may know it now."""
        found: list[Called] = []
        after = notice.first - 1
        while after < notice.last and len(found) < CALLED_MAX:
            try:
                page = sight.feed(after, min(PAGE, notice.last - after))
            except NotFound:  # the feed is another now, as after a restore
                return []
            found += [thing for item in page.items for thing in called(item, notice.seat, sight)]
            after += len(page.items)
            if not page.items:
                break
        if len(found) >= CALLED_MAX:
            found.append(Called(kind="more", position=notice.last))
        return found

    async def _call(
        self, notice: Notice, contact: Contact, so_far: Mapping[str, Delivery], things: Sequence[Called], mode: str
    ) -> None:
        sender, why, is_final = self._senders.get(contact.channel), "", False
        if sender is None:
            why, is_final = f"the centre's settings have no {contact.channel}", True
        else:
            try:
                cleared = lower(contact.clearance, sender.ceiling(contact))
                said = message(notice, contact, cleared, things, mode=mode, url=self._url)
                async with self._slots[sender.lane(contact)]:
                    loop = asyncio.get_running_loop()
                    await loop.run_in_executor(self._threads, _hand_over, sender, contact, said)
            except Undelivered as problem:
                why, is_final = problem.why, problem.is_final
        now = self._office.clock.now()
        delivery = after_attempt(so_far.get(contact.id), contact, now, is_sent=not why, is_final=is_final)
        await asyncio.to_thread(self._store.keep_delivery, notice, delivery, now, why)
        self._metrics.count("tocsin_notices_total", channel=contact.channel, outcome=delivery.state)
        if why:
            logs.event("notice", f"A notice did not get through: {why}", level=30, outcome=delivery.state)


def _flight(notice: Notice, contact: Contact) -> Flight:
    return notice.seat, notice.last, contact.id


def _hand_over(sender: Sender, contact: Contact, said: Message) -> None:
    """In a thread. Whatever a library raises there, the contact did not get it."""
    try:
        sender.send(contact, said)
    except Undelivered:
        raise
    except Exception as error:
        with suppress(TocsinError):
            logs.trouble("notice", "A sender failed in a way it should not", error)
        raise Undelivered(f"{type(error).__name__} in the centre") from error
