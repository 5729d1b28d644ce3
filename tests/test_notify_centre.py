"""Calling out from a real centre: its own acts, its own feeds, its own law; and what leaves it for good."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.centre_world import BEGAN, SG, World, desk, run
from tests.notify_world import Recorder
from tocsin.centre.gauges import hang
from tocsin.centre.keep import erase_warning, sweep, sweep_hourly
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.callouts import Callouts, senders_of
from tocsin.centre.notify.model import Contact
from tocsin.centre.settings import Mail, Settings, Webhook
from tocsin.errors import Conflict, NotEntitled, NotFound
from tocsin.terms import DAY_US, Instant, Marking

XAA, XAB, XAC = desk("XAA"), desk("XAB"), desk("XAC")
SEATS = ("XAA", "XAB", "XAC")


class House:
    """What a centre calls out with: every seat has its duty desk on rung 1 and its head on rung 2."""

    def __init__(self, world: World, clearance: Marking = "TLP:RED") -> None:
        self.out, self.metrics = Recorder(), Metrics()
        centre = world.centre
        channels = {"mail": self.out}
        self.callouts = Callouts(centre, centre.law, centre.desks, Settings(), self.metrics, senders=channels)  # type: ignore[arg-type]  # a mapping of channels
        for seat in SEATS:
            for rung, name in ((1, "duty"), (2, "head")):
                contact = Contact(
                    channel="mail",
                    address=f"{name}@{seat.lower()}.example",
                    id=f"{seat} {name}",
                    seat=seat,
                    rung=rung,
                    clearance=clearance,
                    made=BEGAN,
                    made_by="d",
                )
                self.callouts.store.add(contact, 0)

    async def told(self) -> dict[str, list[str]]:
        """Who was told of what kinds by one pass."""
        await self.callouts.notifier.step()
        found = {contact: [str(thing.kind) for thing in said.told] for contact, said in self.out.sent}
        self.texts = [said.text for _, said in self.out.sent]
        self.out.sent.clear()
        return found


async def silence(world: World) -> None:
    """A text on help after a disaster, put under silence for a day."""
    assert (await world.do(XAB, "table text", case="k", procedure="p", matter="relief")).status == "accepted"
    assert (await world.do(SG, "open silence", by="SG", case="k", procedure="p")).status == "accepted"


def test_every_elector_is_called_for_a_silence_until_it_says_that_it_has_the_text() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            await silence(world)
            assert await house.told() == {f"{seat} duty": ["silence"] for seat in SEATS}
            assert "2026-01-06 08:00 UTC" in house.texts[0]
            await world.centre.confirm_feed(XAA, len(world.centre.board.feed("XAA")))
            await world.do(XAB, "confirm delivery", case="k", procedure="p", party="XAB")
            world.pass_hours(0.25)
            assert await house.told() == {"XAC head": ["silence"]}

    run(story())


def test_a_decision_is_told_when_the_silence_has_run_out() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            await silence(world)
            await house.told()
            for seat in ("XAA", "XAB", "XAC", "XAD", "XAE"):
                await world.centre.confirm_feed(desk(seat), len(world.centre.board.feed(seat)))
            world.pass_hours(25)
            await world.do(SG, "convene", by="SG", case="other", organ="council")
            assert await house.told() == {f"{seat} duty": ["decision", "meeting"] for seat in SEATS}

    run(story())


def test_a_warning_calls_those_it_is_released_to_and_nobody_else() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            await world.warn(XAA, "k", "cable", "A cable was cut at 54 N 11 E.", ("XAB",), marking="TLP:AMBER")
            assert await house.told() == {"XAB duty": ["warning"]}
            assert "'cable' in the case 'k'" in house.texts[0]
            assert "54 N" not in house.texts[0]
            await world.do(XAB, "acknowledge warning", case="k", warning="cable")
            world.pass_hours(1)
            assert await house.told() == {}

    run(story())


def test_a_recall_calls_those_who_had_the_warning() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            await world.warn(XAA, "k", "cable", "x", ("XAB",))
            await world.centre.receive(XAB, "k", "cable")
            await world.do(XAB, "acknowledge warning", case="k", warning="cable")
            await house.told()
            held = await world.do(desk("XAA", "head"), "recall warning", case="k", warning="cable", why="wrong place")
            await world.centre.second(desk("XAA", "head", person="other"), held.pending)
            assert await house.told() == {"XAB duty": ["recall"]}
            assert "wrong place" not in house.texts[0]
            await world.do(XAB, "acknowledge warning", case="k", warning="cable")
            world.pass_hours(1)
            assert await house.told() == {}

    run(story())


def test_an_uncleared_contact_cannot_tell_one_call_from_another() -> None:
    async def story() -> None:
        texts = []
        for does_warn in (True, False):
            async with World() as world:
                house = House(world, "TLP:GREEN")
                if does_warn:
                    await world.warn(XAA, "k", "cable", "x", ("XAB",), marking="TLP:CLEAR")
                else:
                    await world.do(SG, "convene", by="SG", case="k", organ="council")
                assert "XAB duty" in await house.told()
                texts.append(house.texts[0])
        assert texts[0] == texts[1]

    run(story())


def test_the_notifier_follows_the_feeds_by_itself_and_ends_with_the_centre() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            house.callouts.start()
            assert house.callouts.is_running
            world.clock.stir()
            await silence(world)
            while len(house.out.sent) < 3:
                world.clock.stir()
                await asyncio.to_thread(int)  # the notifier works in threads: give it their time
            await house.callouts.close()
            assert not house.callouts.is_running

    run(story())


def test_a_pass_that_fails_does_not_silence_the_next() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            store, faults = house.callouts.store, [OSError("the disk is full")]
            cursors = store.cursors

            def fails() -> dict[str, int]:
                if faults:
                    raise faults.pop()
                return cursors()

            store.cursors = fails  # type: ignore[method-assign]  # once
            await silence(world)
            house.callouts.start()
            while not house.out.sent:
                world.clock.stir()
                await asyncio.to_thread(int)
            await house.callouts.close()

    run(story())


def test_the_settings_open_the_channels() -> None:
    assert senders_of(Settings()) == {}
    mail = Mail(host="127.0.0.1", sender="a@b.example", tls="none")
    assert set(senders_of(Settings(mail=mail, webhook=(Webhook(host="h.example"),)))) == {"mail", "webhook"}


# ---- what leaves for good


def test_an_erased_warning_is_gone_and_the_ledger_says_so_without_saying_what() -> None:
    async def story() -> None:
        async with World() as world:
            centre = world.centre
            await world.warn(XAA, "harbour", "cable", "A cable was cut.", ("XAB",))
            assert (await centre.receive(XAB, "harbour", "cable")).text == "A cable was cut."
            done = await erase_warning(
                centre,
                SG,
                "harbour",
                "cable",
                reason="asked for by its author",
                decided_by="its author",
            )
            shown = await centre.receive(XAB, "harbour", "cable")
            assert (shown.text, shown.is_erased) == ("", True)
            note = centre.ledger.entry(done.note)
            assert note.kind == "note"
            assert b"asked for by its author" in note.body
            for word in (b"harbour", b"cable", b"XAA", b"XAB"):
                assert word not in note.body
            (trace,) = [line for line in centre.desks.trail(SG) if line.what == "erase warning"]
            assert "cable" not in trace.detail
            assert centre.metrics.value("tocsin_erasures_total") == 1
            assert (await world.do(XAB, "acknowledge warning", case="harbour", warning="cable")).status == "accepted"

    run(story())


def test_only_an_administrator_erases_what_is_there_once() -> None:
    async def story() -> None:
        async with World() as world:
            centre = world.centre
            await world.warn(XAA, "k", "cable", "A cable was cut.", ("XAB",))

            async def erase(actor: object = SG, warning: str = "cable") -> None:
                await erase_warning(
                    centre,
                    actor,  # type: ignore[arg-type]  # an actor
                    "k",
                    warning,
                    reason="the law asks for it",
                    decided_by="the secretariat",
                )

            with pytest.raises(NotEntitled):
                await erase(desk("XAA", "head"))
            with pytest.raises(NotEntitled, match="machine"):
                await erase(msgspec.structs.replace(SG, via="token"))
            with pytest.raises(NotFound):
                await erase(warning="other")
            await erase()
            with pytest.raises(Conflict):
                await erase()

    run(story())


def test_what_has_run_out_is_swept_and_what_has_not_stays() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            await world.do(SG, "convene", by="SG", case="k", organ="council")
            await house.told()
            world.pass_hours(1)
            await house.told()
            store, now = house.callouts.store, world.clock.now()
            before = store.ended("XAB")
            sweep(world.centre.desks, store, now, 400)
            assert store.ended("XAB") == before == {1: "everybody told"}
            sweep(world.centre.desks, store, Instant(now + 31 * DAY_US), 400)
            assert store.ended("XAB") == {}

    run(story())


def test_the_hourly_sweep_goes_on_after_one_that_failed() -> None:
    async def story() -> None:
        async with World() as world:
            house = House(world)
            store, faults = house.callouts.store, [OSError("the disk is full")]
            sweeps = store.sweep

            def fails(now: Instant) -> int:
                if faults:
                    raise faults.pop()
                return sweeps(now)

            store.sweep = fails  # type: ignore[method-assign]  # once
            await world.do(SG, "convene", by="SG", case="k", organ="council")
            for _ in range(2):
                await house.told()
                world.pass_hours(1)
            world.pass_days(31)
            task = asyncio.create_task(sweep_hourly(world.centre, store, 0))
            while store.ended("XAB"):
                await asyncio.to_thread(int)
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    run(story())


def test_the_gauges_tell_of_the_running_centre(tmp_path: Path) -> None:
    async def story() -> None:
        metrics = Metrics()
        async with World() as world:
            hang(metrics, world.centre, tmp_path)
            await world.warn(XAA, "k", "w", "x")
            assert metrics.value("tocsin_ledger_entries") == len(world.centre.ledger)
            assert metrics.value("tocsin_ledger_uncovered_entries") > 0
            await world.centre.checkpoint()
            assert metrics.value("tocsin_ledger_uncovered_entries") == 0
            assert metrics.value("tocsin_ready") == 1
            assert metrics.value("tocsin_disk_free_bytes") > 0
            assert metrics.value("tocsin_up_seconds") >= 0
            page = metrics.render()
        assert metrics.value("tocsin_ready") == 0
        assert "\ntocsin_ready 1\n" in page

    run(story())
