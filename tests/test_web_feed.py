"""The feed over HTTP: pages, confirmation, and event streams that go on where they stopped and end when they must."""

import asyncio

import pytest

from tests.centre_world import run
from tests.web_client import Site
from tocsin.centre.settings import Limits, Settings
from tocsin.terms import HOUR_US, Instant
from tocsin.web import feed, hubs


@pytest.fixture(name="_impatient")
def fixture_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments come at once where nothing else does."""
    monkeypatch.setattr(hubs, "KEEP_ALIVE_SECONDS", 0.01)


async def convene(site: Site, secret: str, number: int) -> None:
    answer = await site.act(secret, "convene", f"c{number}", case=f"k{number}", organ="council")
    assert answer.json()["status"] == "accepted", answer.text


def test_a_feed_is_read_page_by_page() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC")
            for number in range(3):
                await convene(site, author, number)
            first = (await site.get("/api/v1/feed?limit=2", reader)).json()
            assert ([item["cursor"] for item in first["items"]], first["more"]) == (["1-1", "1-2"], True)
            rest = (await site.get(f"/api/v1/feed?after={first['cursor']}", reader)).json()
            assert ([item["case"] for item in rest["items"]], rest.get("more", False)) == (["k2"], False)
            confirmed = await site.post("/api/v1/feed/confirm", reader, {"cursor": rest["cursor"]})
            assert confirmed.json() == {"cursor": "1-3"}
            assert site.world.centre.desks.confirmed_position("XAC") == 3

    run(story())


def test_who_may_only_read_confirms_nothing_for_the_seat_and_reads_on() -> None:
    async def story() -> None:
        async with Site() as site:
            head, author = site.seat("XAB", "head"), site.seat("XAB")
            reader, friend = site.seat("XAC", "reader"), site.seat("XAC")
            await convene(site, author, 0)
            lent = {"to": "XAC", "scopes": ["read"], "until": "2026-01-08T00:00:00Z"}
            assert (await site.post("/api/v1/delegations", head, lent)).status_code == 201
            for secret, behalf, seat in ((reader, "", "XAC"), (friend, "?on_behalf=XAB", "XAB")):
                assert (await site.get(f"/api/v1/feed{behalf}", secret)).is_success
                refused = await site.post(f"/api/v1/feed/confirm{behalf}", secret, {"cursor": "1-1"})
                assert (refused.status_code, refused.json()["code"]) == (403, "no scope")
                assert site.world.centre.desks.confirmed_position(seat) == 0
            assert (await site.post("/api/v1/feed/confirm", friend, {"cursor": "1-1"})).is_success

    run(story())


def test_a_stream_tells_what_happens_as_it_happens() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC", "reader")
            await convene(site, author, 0)
            async with site.stream(reader) as stream:
                assert stream.status == 200
                assert await stream.next() == "retry: 2000"
                assert (await stream.item())[0] == "1-1"
                await convene(site, author, 1)
                cursor, item = await stream.item()
                assert (cursor, item["case"], item["at"]) == ("1-2", "k1", "2026-01-05T08:00:00Z")
                page = (await site.get("/api/v1/feed?after=1-1", reader)).json()
                assert page["items"] == [item]
            assert site.app.web.hubs.count == 0

    run(story())


def test_a_stream_goes_on_after_the_last_item_that_came() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC", "reader")
            for number in range(4):
                await convene(site, author, number)
            async with site.stream(reader, "after=1-3") as stream:
                assert (await stream.item())[0] == "1-4"
            async with site.stream(reader, "after=1-3", last_event_id="1-2") as stream:
                assert [(await stream.item())[0] for _ in range(2)] == ["1-3", "1-4"]

    run(story())


def test_all_streams_of_a_seat_get_the_same_bytes_and_other_seats_their_own() -> None:
    async def story() -> None:
        async with Site() as site:
            author, other = site.seat("XAB"), site.seat("XAC", "reader")
            async with site.stream(author) as one, site.stream(author) as two, site.stream(other) as three:
                await site.warn(author, "k", "w", "trucks", ["XAA"])
                await convene(site, author, 1)
                first = [await one.item() for _ in range(2)]
                assert first == [await two.item() for _ in range(2)]
                seen = [await three.item() for _ in range(2)]
                assert [cursor for cursor, _ in seen] == ["1-1", "1-2"]
                assert "by" not in seen[0][1]
                assert first[0][1]["by"] == "XAB"

    run(story())


def test_a_stream_that_begins_late_is_shown_no_more_than_the_feed_shows_now() -> None:
    """Its hub has encoded the items before the warning was taken from the seat, when they named who warns."""

    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAA", "reader")
            async with site.stream(reader) as early:
                await site.warn(author, "k", "w", "trucks", ["XAA"])
                before = [await early.item() for _ in range(2)]
                assert before[0][1]["by"] == "XAB"
                release = {"marking": "TLP:AMBER", "audience": ["XAC"]}
                taken = await site.act(author, "re-mark warning", "r", case="k", warning="w", **release)
                assert taken.json()["status"] == "accepted"
                await early.item()
                page = (await site.get("/api/v1/feed", reader)).json()["items"]
                async with site.stream(reader) as late:
                    shown = [(await late.item())[1] for _ in page]
                assert shown == page
                assert "by" not in shown[0]

    run(story())


def test_a_stream_that_falls_behind_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "ITEMS_KEPT_MAX", 2)
    monkeypatch.setattr(hubs, "ITEMS_READ_MAX", 3)

    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC", "reader")
            async with site.stream(reader) as quick, site.stream(reader) as slow:
                for number in range(9):
                    await convene(site, author, number)
                for stream in (quick, slow):
                    assert [(await stream.item())[0] for _ in range(9)] == [f"1-{n}" for n in range(1, 10)]

    run(story())


@pytest.mark.usefixtures("_impatient")
def test_a_comment_keeps_a_stream_alive() -> None:
    async def story() -> None:
        async with Site() as site, site.stream(site.seat("XAC", "reader")) as stream:
            assert await stream.next() == "retry: 2000"
            assert await stream.next() == ":"
            assert await stream.next() == ":"

    run(story())


def test_a_clock_that_is_set_otherwise_is_told_of_at_once() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site, site.stream(site.seat("XAC", "reader")) as stream:
            assert await stream.next() == "retry: 2000"
            conductor = site.seat("secretariat", "conductor")
            assert (await site.post("/api/v1/clock", conductor, {"at": "2026-01-06T08:00:00Z"})).status_code == 200
            assert await stream.next() == 'event: clock\ndata: {"now":"2026-01-06T08:00:00Z","rate":0.0,"moved":true}'

    run(story())


def test_a_stream_ends_when_its_desk_is_revoked_and_tells_nothing_more() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC", "reader")
            desk = (await site.get("/api/v1/me", reader)).json()["desk"]
            async with site.stream(reader) as stream:
                await stream.next()
                assert (await site.post(f"/api/v1/desks/{desk}/revoke", site.admin, {"why": ""})).is_success
                await convene(site, author, 1)
                assert await stream.next() == ""

    run(story())


def test_a_stream_under_a_delegation_tells_nothing_after_that_has_run_out() -> None:
    async def story() -> None:
        async with Site() as site:
            head, author, friend = site.seat("XAB", "head"), site.seat("XAB"), site.seat("XAC")
            lent = {"to": "XAC", "scopes": ["read"], "until": "2026-01-05T08:20:00Z"}
            assert (await site.post("/api/v1/delegations", head, lent)).status_code == 201
            async with site.stream(friend, "on_behalf=XAB") as stream:
                await stream.next()
                await convene(site, author, 0)
                assert (await stream.item())[0] == "1-1"
                site.wall = Instant(site.wall + HOUR_US // 2)
                site.world.pass_hours(0.5)
                await convene(site, author, 1)
                assert await stream.next() == ""
            assert (await site.get("/api/v1/me", friend)).is_success

    run(story())


@pytest.mark.usefixtures("_impatient")
def test_a_stream_ends_with_its_session() -> None:
    async def story() -> None:
        async with Site() as site, site.stream(site.seat("XAC", "reader")) as stream:
            await stream.next()
            site.wall = Instant(site.wall + 13 * HOUR_US)
            while block := await stream.next():
                assert block == ":"

    run(story())


@pytest.mark.usefixtures("_impatient")
def test_an_open_stream_does_not_keep_an_idle_session_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHECK_SECONDS", 0.0)

    async def story() -> None:
        async with Site() as site:
            idle, busy = site.seat("XAC", "reader"), site.seat("XAD", "reader")
            async with site.stream(idle) as stream, site.stream(busy) as other:
                site.wall = Instant(site.wall + HOUR_US * 3 // 4)
                assert (await site.get("/api/v1/me", busy)).is_success
                for _ in range(3):  # each of them after a look at the credential
                    assert await stream.next()
                site.wall = Instant(site.wall + HOUR_US // 2)
                while block := await stream.next():
                    assert block == ":"
                assert await other.next()
            assert (await site.get("/api/v1/me", busy)).is_success
            assert (await site.get("/api/v1/me", idle)).json()["code"] == "session over"

    run(story())


def test_streams_end_when_the_app_closes_and_no_new_ones_begin() -> None:
    async def story() -> None:
        async with Site() as site:
            reader = site.seat("XAC", "reader")
            async with site.stream(reader) as stream:
                await stream.next()
                site.app.close()
                assert await stream.next() == ""
            answer = await site.get("/api/v1/events", reader)
            assert (answer.status_code, answer.json()["code"]) == (503, "closing")
            assert answer.headers["retry-after"]

    run(story())


def test_streams_end_when_the_centre_closes() -> None:
    async def story() -> None:
        async with Site() as site, site.stream(site.seat("XAC", "reader")) as stream:
            await stream.next()
            await site.world.centre.close()
            assert await stream.next() == ""

    run(story())


def test_a_desk_has_only_so_many_streams_and_another_desk_does_not_feel_it() -> None:
    async def story() -> None:
        limits = Limits(streams_per_desk=2)
        async with Site(settings=Settings(limits=limits)) as site:
            one, other = site.seat("XAC", "reader"), site.seat("XAD", "reader")
            async with site.stream(one), site.stream(one):
                answer = await site.get("/api/v1/events", one)
                assert (answer.status_code, answer.json()["code"]) == (429, "too many streams")
                async with site.stream(other) as stream:
                    assert stream.status == 200
            async with site.stream(one) as stream:
                assert stream.status == 200

    run(story())


def test_a_client_that_hangs_up_leaves_nothing_behind() -> None:
    async def story() -> None:
        async with Site() as site:
            reader = site.seat("XAC", "reader")
            before = asyncio.all_tasks()
            for _ in range(20):
                async with site.stream(reader) as stream:
                    await stream.next()
            assert site.app.web.hubs.count == 0
            left = {task for task in asyncio.all_tasks() - before if not task.done() and not task.cancelling()}
            assert not left

    run(story())
