"""Starting a centre again: the same as before, fast or slow; what it could not hear; what it refuses to start on."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.centre_world import BEGAN, MEMBERS, SG, desk, run
from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.facts import Decided, OutageRecorded, SilenceBroken
from tocsin.centre.board import Board
from tocsin.centre.cache import ENTRIES_EACH, CacheFile, load
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.law import Law
from tocsin.centre.model import Actor, Answer, Submission
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import Settings
from tocsin.centre.start import CACHE_FILE, LEDGER_FILE, SECRET_FILE, CentreError, Opening, open_centre
from tocsin.charter import load_charter
from tocsin.errors import NeedsNewer
from tocsin.ledger import FileReader, LedgerError
from tocsin.terms import HOUR_US, Instant, PartyId

MERIDIAN = load_charter("meridian")
SEATS = (*MEMBERS, "XAF", "XAG", "secretariat", "SG", "council")


class Wall(SimulatedClock):
    """A wall clock that the test moves."""

    is_simulated = False


async def opened(folder: Path, clock: SimulatedClock, **opening: Any) -> Centre:  # noqa: ANN401  # as Opening has them
    centre = open_centre(folder, Opening(**{"charter": MERIDIAN, **opening}), clock, Settings())
    await centre.start()
    return centre


async def do(centre: Centre, actor: Actor, what: str, name: str, **fields: Any) -> Answer:  # noqa: ANN401  # of any command
    body = {"id": name, "do": what, **fields}
    return await centre.submit(actor, Submission(command=msgspec.json.encode(body)))


async def under_silence(centre: Centre) -> Instant:
    """A text under silence that every member has; its deadline."""
    await do(centre, desk("XAB"), "table text", "t", case="k", procedure="p", matter="relief")
    await do(centre, SG, "open silence", "s", by="SG", case="k", procedure="p")
    for party in MEMBERS:
        await centre.confirm_feed(desk(party), len(centre.board.feed(party)))
    return centre.board.state.deadlines["silence/k/p"]


async def warned(centre: Centre, author: str, name: str, to: tuple[str, ...]) -> Answer:
    content = WarningContent(
        warning=name, author=PartyId(author), substance=name, marking="TLP:AMBER", audience=to, salt="s" * 32
    )
    data = encode_content(content)
    fields = {"case": "k", "warning": name, "commitment": sha256(data).hexdigest()}
    body = {"id": name, "do": "report warning", **fields}
    return await centre.submit(desk(author), Submission(command=msgspec.json.encode(body), content=data))


def picture(centre: Centre) -> list[Any]:
    """All that any seat can see, and the feeds."""
    views = [centre.view(seat) for seat in SEATS]
    return [
        [centre.board.state, centre.board.book, centre.board.contents, centre.board.cases],
        [[view.situation(), view.warnings(), view.releases(), view.feed(0, 500)] for view in views],
        [[view.case(line.case) for line in view.cases()] for view in views],
    ]


STEPS = st.lists(
    st.sampled_from(("warn XAA", "warn XAC XAD", "recall", "silence", "object", "receive", "share", "day", "restart")),
    max_size=12,
)


async def played(folder: Path, steps: list[str]) -> None:
    """A history with stops in it; after each start all is as it was, with the start-up cache and without."""
    clock = Wall(BEGAN)
    centre = await opened(folder, clock)
    for number, step in enumerate([*steps, "restart"]):
        word, *names = step.split()
        if word == "warn":
            await warned(centre, "XAB", f"w{number}", tuple(names))
        elif word == "recall" and centre.board.contents:
            case, warning = centre.board.contents[-1]
            held = await do(centre, desk("XAB"), "recall warning", f"r{number}", case=case, warning=warning)
            if held.status == "pending":
                await centre.second(desk("XAB", person="another"), held.pending)
        elif word == "silence":
            await do(centre, desk("XAC"), "table text", f"t{number}", case="k", procedure=f"p{number}", matter="relief")
            await do(centre, SG, "open silence", f"s{number}", by="SG", case="k", procedure=f"p{number}")
        elif word == "object" and "k" in centre.board.state.cases:
            for name in centre.board.state.cases["k"].procedures:
                fields = {"procedure": name, "party": "XAD", "position": "object"}
                await do(centre, desk("XAD"), "state position", f"o{number}{name}", case="k", **fields)
        elif word == "receive":
            for case, warning in centre.board.contents:
                if centre.view("XAA").sees(centre.board.book[case, warning]).sees:
                    await centre.receive(desk("XAA"), case, warning)
        elif word == "share" and "k" in centre.board.state.cases:
            await do(centre, SG, "share case", f"x{number}", by="SG", case="k", party="XAG")
        elif word == "day":
            clock.set(Instant(clock.now() + 25 * HOUR_US))
            centre.hearing.begin()  # it heard all the while
        elif word == "restart":
            centre = await again(folder, centre, clock)
    await centre.close()


async def again(folder: Path, centre: Centre, clock: Wall) -> Centre:
    """The centre opened again, once by its cache and once without: nothing has changed but the outages."""
    before = picture(centre)
    await centre.close()
    for name in ("cached", "folded"):
        if name == "folded":
            (folder / CACHE_FILE).unlink()
        centre = open_centre(folder, Opening(charter=MERIDIAN), clock, Settings())
        assert picture(centre) == before, name
        if name == "cached":
            await centre.close()
    await centre.start()
    return centre


@settings(max_examples=15)
@given(STEPS)
def test_a_centre_that_was_stopped_is_what_it_was_whether_folded_or_from_its_cache(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    run(played(tmp_path_factory.mktemp("centre"), steps))


def test_the_cache_counts_only_for_the_ledger_it_was_made_of(tmp_path: Path) -> None:
    async def story() -> None:
        for name in ("one", "other"):
            centre = await opened(tmp_path / name, Wall(BEGAN))
            await do(centre, desk("XAB"), "table text", "t", case=name, procedure="p", matter="relief")
            await centre.close()

    run(story())
    reader = FileReader(tmp_path / "one" / LEDGER_FILE)
    for cache, fits in (("one", True), ("other", False)):
        board = Board(Law(MERIDIAN))
        found = load(tmp_path / cache / CACHE_FILE, board, reader)
        assert (bool(found), board.taken > 0) == (fits, fits)
    damaged = tmp_path / "one" / CACHE_FILE
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert load(damaged, Board(Law(MERIDIAN)), reader) == {}
    reader.close()


def test_the_cache_is_written_anew_when_it_is_well_behind_and_never_goes_back(tmp_path: Path) -> None:
    file = CacheFile(tmp_path / CACHE_FILE, 0)
    assert not file.is_behind(ENTRIES_EACH)
    assert file.is_behind(ENTRIES_EACH + 1)
    file.save(b"newer", 400_000)
    file.save(b"older", 399_999)
    assert (tmp_path / CACHE_FILE).read_bytes().endswith(b"newer")
    assert not file.is_behind(500_000 + ENTRIES_EACH)
    assert file.is_behind(500_000 + ENTRIES_EACH + 1)


def test_a_cache_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / CACHE_FILE).mkdir()
    CacheFile(tmp_path / CACHE_FILE, 0).save(b"x", 1)
    assert [path.name for path in tmp_path.iterdir()] == [CACHE_FILE]


def test_a_centre_dead_over_a_deadline_gives_the_time_back_and_adopts_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        clock.set(Instant(deadline - HOUR_US))
        await centre.close()
        clock.set(Instant(deadline + 5 * HOUR_US))
        centre = await opened(tmp_path, clock)
        seen = centre.view("XAD").procedure("k", "p")
        assert seen.status == "silence"
        assert seen.deadline is not None
        assert seen.deadline > clock.now()
        facts = [fact for item in centre.view("XAD").feed(0, 500).items for fact in item.facts]
        assert any(isinstance(fact, OutageRecorded) for fact in facts)
        assert not any(isinstance(fact, Decided) for fact in facts)
        broken = await do(
            centre, desk("XAD"), "state position", "o", case="k", procedure="p", party="XAD", position="object"
        )
        assert any(isinstance(fact, SilenceBroken) for fact in broken.facts)
        await centre.close()

    run(story())


def test_what_waited_at_the_door_of_a_frozen_centre_still_breaks_the_silence(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        centre = await opened(tmp_path, clock)
        deadline = await under_silence(centre)
        clock.set(Instant(deadline + 60_000_000))
        late = await do(
            centre, desk("XAD"), "state position", "o", case="k", procedure="p", party="XAD", position="object"
        )
        assert any(isinstance(fact, SilenceBroken) for fact in late.facts), late
        facts = [fact for item in centre.view("XAD").feed(0, 500).items for fact in item.facts]
        assert not any(isinstance(fact, Decided) for fact in facts)
        await centre.close()

    run(story())


def test_a_secret_that_was_cut_off_is_made_anew_and_a_whole_one_is_kept(tmp_path: Path) -> None:
    async def story() -> tuple[bytes, bytes]:
        centre = await opened(tmp_path, Wall(BEGAN))
        await centre.close()
        assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600
        return centre.secret, (tmp_path / SECRET_FILE).read_bytes()

    first = run(story())
    assert first[0] == first[1]
    assert run(story()) == first
    (tmp_path / SECRET_FILE).write_bytes(b"")
    second = run(story())
    assert second[0] == second[1]
    assert len(second[0]) == 32
    assert second[0] != first[0]
    assert [path.name for path in tmp_path.glob("secret*")] == [SECRET_FILE]


def test_a_centre_is_not_started_as_what_it_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        await (await opened(tmp_path, clock)).close()
        attempts: tuple[tuple[dict[str, Any], type[Exception], str], ...] = (
            ({"mode": "exercise"}, LedgerError, "LIVE"),
            ({"charter": load_charter("nato")}, CentreError, "meridian"),
            ({"readings": ("cyber-counts",)}, NeedsNewer, "no readings"),
        )
        for opening, error, says in attempts:
            with pytest.raises(error, match=says):
                await opened(tmp_path, clock, **opening)
        await (await opened(tmp_path, clock)).close()

    run(story())


def test_another_state_of_the_charter_needs_a_reason_and_is_recorded(tmp_path: Path) -> None:
    async def story() -> None:
        clock = Wall(BEGAN)
        await (await opened(tmp_path, clock)).close()
        changed = type(MERIDIAN)(MERIDIAN.document, "0" * 64)
        with pytest.raises(CentreError, match="--new-charter"):
            await opened(tmp_path, clock, charter=changed)
        await (await opened(tmp_path, clock, charter=changed, new_charter="a typing mistake was mended")).close()
        await (await opened(tmp_path, clock, charter=changed)).close()

    run(story())
    reader = FileReader(tmp_path / LEDGER_FILE)
    said = [body for body in reader.read() if b'"charter changed"' in body]
    reader.close()
    assert len(said) == 1
    assert b"a typing mistake" in said[0]
