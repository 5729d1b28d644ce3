"""What a slow or frozen centre does with what waited at its door: nobody's word is late because the centre was."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import BEGAN, MEMBERS, desk, run
from tests.test_centre_start import Wall, do, opened, under_silence
from tocsin.alliance.facts import AttemptRecorded, Decided, OutageRecorded, SilenceBroken
from tocsin.centre import runtime
from tocsin.centre.hearing import LATE_US, STEADY_AFTER, Hearing
from tocsin.centre.start import HEARTBEAT_FILE
from tocsin.ledger import LedgerError
from tocsin.terms import HOUR_US, Instant

OUTAGE_SECONDS = 6
PULSES = st.lists(st.integers(0, 10_000_000), max_size=60)


@given(PULSES)
def test_what_is_read_never_counts_as_later_than_it_came_nor_a_deadline_as_passed_too_soon(gaps: list[int]) -> None:
    clock = Wall(BEGAN)
    hearing = Hearing(clock, OUTAGE_SECONDS)
    hearing.begin()
    for gap in gaps:
        before = clock.now()
        clock.set(Instant(before + gap))
        # The loop was busy since `before`: what is read first may have come at any time since.
        hearing.pulse()
        earliest = before if gap > LATE_US else clock.now()
        assert hearing.arrived() <= earliest + LATE_US
        assert hearing.settled() <= earliest
        assert hearing.settled() <= hearing.arrived() <= clock.now()


def test_a_pulse_is_steady_again_after_some_beats_in_time() -> None:
    clock = Wall(BEGAN)
    hearing = Hearing(clock, OUTAGE_SECONDS)
    hearing.begin()
    clock.set(Instant(BEGAN + 2_000_000))
    hearing.pulse()
    assert hearing.arrived() == BEGAN + LATE_US
    for _ in range(STEADY_AFTER):
        clock.set(Instant(clock.now() + 50_000))
        hearing.pulse()
    assert hearing.arrived() == clock.now()
    assert hearing.gap() is None
    clock.set(Instant(clock.now() + 7_000_000))
    assert hearing.gap() == (clock.now() - 7_000_000, clock.now())


def test_an_objection_that_waited_behind_a_busy_loop_over_the_deadline_still_breaks_the_silence(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        clock.set(Instant(deadline - 1_000_000))
        centre.hearing.begin()
        clock.set(Instant(deadline + 2_000_000))  # the loop was busy for three seconds
        assert centre.view("XAA").procedure("k", "p").status == "silence", "nothing is said to be adopted yet"
        objection = await do(
            centre, desk("XAD"), "state position", "o", case="k", procedure="p", party="XAD", position="object"
        )
        assert any(isinstance(fact, SilenceBroken) for fact in objection.facts), objection
        await centre.close()

    run(story())


def test_what_comes_after_the_deadline_at_a_centre_that_hears_is_late(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        clock.set(Instant(deadline + 2_000_000))
        centre.hearing.begin()
        late = await do(
            centre, desk("XAD"), "state position", "o", case="k", procedure="p", party="XAD", position="object"
        )
        assert any(isinstance(fact, AttemptRecorded) for fact in late.facts)
        assert centre.view("XAA").procedure("k", "p").verdict == "adopted"
        await centre.close()

    run(story())


@pytest.mark.parametrize("left", [None, "", "nonsense"])
def test_a_lost_heartbeat_does_not_let_a_silence_run_out_unheard(tmp_path: Path, left: str | None) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        await centre.close()
        if left is None:
            (tmp_path / HEARTBEAT_FILE).unlink()
        else:
            (tmp_path / HEARTBEAT_FILE).write_text(left)
        clock.set(Instant(deadline + HOUR_US))
        centre = await opened(tmp_path, clock)
        facts = [fact for item in centre.view("XAD").feed(0, 500).items for fact in item.facts]
        assert any(isinstance(fact, OutageRecorded) for fact in facts)
        assert not any(isinstance(fact, Decided) for fact in facts)
        assert centre.view("XAA").procedure("k", "p").status == "silence"
        await centre.close()

    run(story())


def test_what_the_centre_does_by_itself_is_tried_again_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "RETRY_SECONDS", 0.0)

    async def story() -> None:
        centre = await opened(tmp_path, Wall(BEGAN))
        tries, done = 0, asyncio.Event()

        async def tend() -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise OSError("the disk is full")
            done.set()

        task = asyncio.create_task(centre._tended("heartbeat", tend, 0.0))  # noqa: SLF001  # there is no other way in
        await done.wait()
        task.cancel()
        assert centre.trouble == ""
        assert "The heartbeat failed" in caplog.text
        await centre.close()

    run(story())


def test_the_ids_of_the_centre_itself_cannot_be_taken(tmp_path: Path) -> None:
    from tests.centre_world import SG
    from tocsin.errors import NotEntitled

    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        for by in ("centre", "XAA"):
            with pytest.raises(NotEntitled):
                await do(
                    centre, SG, "record outage", f"due/silence/k/p/{deadline}", by=by, start=BEGAN - 2, end=BEGAN - 1
                )
        taken = await do(
            centre, SG, "record outage", f"due/silence/k/p/{deadline}", by="SG", start=BEGAN - 2, end=BEGAN - 1
        )
        assert taken.status == "accepted"
        clock.set(Instant(deadline + 1_000_000))
        centre.hearing.begin()
        for party in MEMBERS:
            assert centre.view(party).procedure("k", "p").verdict == "adopted"
        assert centre.trouble == ""
        await centre.close()

    run(story())


def test_a_centre_that_closes_tells_who_waits(tmp_path: Path) -> None:
    async def story() -> None:
        centre = await opened(tmp_path, Wall(BEGAN))
        await centre.close()
        with pytest.raises(LedgerError):
            await centre.changed("XAA", 10)

    run(story())
