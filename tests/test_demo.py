"""`tocsin demo`: a centre opens, a recorded case passes through it, and a visitor takes its desks by links."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest
from urllib3 import BaseHTTPResponse, PoolManager

from tocsin.cli.demo_centre import actors_of
from tocsin.replay.load import load_case_and_charter

ROOT = Path(__file__).parent.parent
WAIT_SECONDS = 30


@contextmanager
def demonstration(*options: str) -> Iterator[dict[str, Any]]:
    """A demonstration in a process of its own: what it says when it listens."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    words = [sys.executable, "-m", "tocsin", "demo", "--json", *options]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield msgspec.json.decode(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(WAIT_SECONDS) == 0


class Visitor:
    """A browser at a desk. The desk's name is said in a header: not every system knows names under localhost."""

    def __init__(self, told: dict[str, Any], seat: str) -> None:
        link = urlsplit(told["links"][seat])
        self.headers = {"host": link.netloc}
        self.pool, self.address = PoolManager(), told["address"]
        answer = self.ask("GET", link.path)
        assert (answer.status, answer.headers["location"]) == (303, "/")
        self.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]

    def ask(self, method: str, path: str, **fields: str) -> BaseHTTPResponse:
        headers = {**self.headers, **({"content-type": "application/x-www-form-urlencoded"} if fields else {})}
        body = urlencode(fields) if fields else None
        return self.pool.request(method, self.address + path, body=body, headers=headers, redirect=False)

    def page(self, path: str = "/") -> str:
        return self.ask("GET", path).data.decode()

    def do(self, what: str) -> int:
        """Press one of the replay's buttons: the answer's status."""
        csrf = self.page().partition('name="csrf" value="')[2].partition('"')[0]
        return self.ask("POST", "/replay", csrf=csrf, do=what).status

    def first_of_feed(self) -> str:
        """What the feed brings next after its beginning, waited for on the stream."""
        path = f"{self.address}/api/v1/events"
        with self.pool.request("GET", path, headers=self.headers, preload_content=False) as stream:
            lines = iter(stream.readline, b"")
            return next(line for line in lines if line.startswith(b"data")).decode()


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, Any]]:
    """What a demonstration says that waits to be played."""
    with demonstration("--paused") as told:
        yield told


def test_a_visitor_takes_the_desks_of_the_secretariat_and_of_two_nations(told: dict[str, Any]) -> None:
    assert list(told["links"]) == ["secretariat", "TUR", "BEL"]
    for seat, name in (("secretariat", "Secretariat"), ("TUR", "Türkiye"), ("BEL", "Belgium")):
        page = Visitor(told, seat).page()
        assert name in page
        assert "REPLAY" in page
        assert ("Next step" in page) == (seat == "secretariat")


def test_the_secretariat_takes_the_case_step_by_step(told: dict[str, Any]) -> None:
    secretariat, nation = Visitor(told, "secretariat"), Visitor(told, "TUR")
    assert msgspec.json.decode(secretariat.page("/api/v1/cases")) == []
    assert secretariat.do("next") == 303
    assert "case opened" in nation.first_of_feed()
    assert "step 1 of 27" in secretariat.page()
    assert nation.do("next") == 403
    assert nation.ask("GET", "/start/nothing").status == 404
    for _ in range(3):
        secretariat.do("next")
    # A step on which the law has nothing to compute is no act, and is told by the record's own words.
    assert "The same four block it again; Luxembourg gives up its objection afterwards." in secretariat.page()
    assert "The same four" not in nation.page()


def test_the_nations_of_a_demonstration_are_those_on_which_its_case_turns() -> None:
    case, _ = load_case_and_charter("nato-2003-turkey")
    assert actors_of(case)[:4] == ["TUR", "BEL", "DEU", "FRA"]
