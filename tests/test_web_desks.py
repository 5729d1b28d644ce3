"""Desks over HTTP: what waits for a second person is for those who could do it, and signing in keeps nobody waiting."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import msgspec
import pytest

from tests.centre_world import run
from tests.web_client import PASSWORD, WAIT_SECONDS, Site
from tocsin.centre.desk_model import Session
from tocsin.centre.desks import Desks
from tocsin.centre.passwords import AT_ONCE, WAITING_MAX
from tocsin.errors import Overloaded
from tocsin.web.aside import Aside


async def token(site: Site, secret: str, *scopes: str) -> str:
    """The secret of a machine's token of that desk."""
    made = await site.post("/api/v1/tokens", secret, {"label": "x", "scopes": scopes, "days": 1})
    return str(made.json()["secret"])


async def recalled(site: Site, head: str, liaison: str) -> str:
    """The id of a recall that waits for a second person."""
    wanted = {"two_persons": ["recall"], "require_key": False}
    assert (await site.send("PUT", "/api/v1/party-settings", head, msgspec.json.encode(wanted))).is_success
    await site.warn(liaison, "k", "w", "trucks", ["XAA"])
    waits = await site.act(liaison, "recall warning", "r", case="k", warning="w", why="mistaken")
    return str(waits.json()["pending"])


def test_what_waits_is_read_dropped_and_confirmed_by_those_who_could_hand_it_in() -> None:
    async def story() -> None:
        async with Site() as site:
            head, liaison, reader = site.seat("XAB", "head"), site.seat("XAB"), site.seat("XAB", "reader")
            number = await recalled(site, head, liaison)
            machine = await token(site, head, "handle")
            assert (await site.get("/api/v1/pending", machine)).status_code == 403
            assert (await site.get("/api/v1/pending", reader)).status_code == 200
            for verb in ("drop", "confirm"):
                for secret, code in ((machine, "in person"), (reader, "no scope")):
                    refused = await site.post(f"/api/v1/pending/{number}/{verb}", secret)
                    assert (refused.status_code, refused.json()["code"]) == (403, code)
            assert (await site.post(f"/api/v1/pending/{number}/confirm", head)).json()["status"] == "accepted"

    run(story())


def test_a_party_with_one_person_cannot_want_two() -> None:
    async def story() -> None:
        async with Site() as site:
            head = site.seat("XAB", "head")
            wanted = msgspec.json.encode({"two_persons": ["recall"], "require_key": False})
            refused = await site.send("PUT", "/api/v1/party-settings", head, wanted)
            assert (refused.status_code, refused.json()["code"]) == (409, "no second person")
            assert "another person" in refused.json()["fix"]

    run(story())


def test_a_partys_head_reads_which_desks_one_administrator_made_alone() -> None:
    async def story() -> None:
        async with Site() as site:
            head = site.seat("XAB", "head")
            (line,) = (await site.get("/api/v1/desks", head)).json()
            assert line["approved_alone"] is True

    run(story())


def test_people_who_sign_in_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Event()
    login = Desks.login

    def slow(desks: Desks, name: str, password: str, address: str = "", desk: str = "") -> Session:
        assert gate.wait(WAIT_SECONDS)
        return login(desks, name, password, address, desk)

    async def story() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        async with Site() as site:
            monkeypatch.setattr(Desks, "login", slow)
            body = {"name": "registrar", "password": PASSWORD}
            going = [asyncio.create_task(site.post("/api/v1/session", json=body)) for _ in range(6)]
            for _ in range(5):  # the tasks before it in the loop have begun by then
                assert (await site.get("/api/v1/desks", site.admin)).status_code == 200
            assert not any(task.done() for task in going)
            gate.set()
            assert {answer.status_code for answer in await asyncio.gather(*going)} == {200}

    run(story())


def test_so_many_wait_to_sign_in_and_no_more() -> None:
    async def story() -> None:
        gate, aside = Event(), Aside()
        going = [asyncio.create_task(aside.do(gate.wait, WAIT_SECONDS)) for _ in range(AT_ONCE + WAITING_MAX + 1)]
        with pytest.raises(Overloaded):
            await going.pop()
        gate.set()
        assert all(await asyncio.gather(*going))
        assert await aside.do(gate.is_set), "there is room again"
        aside.close()

    run(story())
