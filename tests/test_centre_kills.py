"""Sixty-four clients at a centre that is killed under them: what was acknowledged is kept, nothing is done twice."""

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Condition, Event
from typing import Any

import msgspec
import pytest

from tests.running_centre import Stage
from tocsin.client import Client
from tocsin.errors import ClientError
from tocsin.ledger import FileReader

CLIENTS = 64
SEATS = ("XAB", "XAC")
WAIT_SECONDS = 50


class Crowd:
    """Clients that each hand in their commands one after another, and each again until it is acknowledged."""

    def __init__(self, stage: Stage, acts_each: int) -> None:
        self.stage, self.acts_each = stage, acts_each
        self.secrets = {seat: stage.client(seat).wire.secret for seat in SEATS}
        self.acknowledged: list[str] = []
        self.is_up = Event()
        self._more = Condition()

    def one(self, number: int) -> None:
        """All the commands of one client."""
        seat = SEATS[number % len(SEATS)]
        client = Client(self.stage.address, self.secrets[seat], timeout_seconds=20)
        for place in range(self.acts_each):
            command = {"do": "convene", "id": f"{number}-{place}", "case": f"{number}-{place}", "organ": "council"}
            answer = self.insist(client, command)
            assert answer["status"] in ("accepted", "repeated")
            with self._more:
                self.acknowledged.append(f"{seat}/{number}-{place}")
                self._more.notify_all()
        client.close()

    def insist(self, client: Client, command: dict[str, Any]) -> dict[str, Any]:
        """Hand a command in until there is an answer."""
        while True:
            assert self.is_up.wait(WAIT_SECONDS), "the centre did not come up again"
            try:
                return client.submit(command)
            except ClientError as error:
                if error.status and error.status < 500:
                    raise

    def wait_for(self, count: int) -> None:
        """Until so many were acknowledged."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= count, WAIT_SECONDS)


def storm(folder: Path, *, acts_each: int, kills: int) -> tuple[Crowd, Counter[str]]:
    """What was acknowledged, and how often each command stands in the ledger afterwards."""
    stage = Stage(folder)
    stage.set_up()
    crowd = Crowd(stage, acts_each)
    total = CLIENTS * acts_each
    with ThreadPoolExecutor(CLIENTS) as pool:
        crowd.is_up.set()
        work = [pool.submit(crowd.one, number) for number in range(CLIENTS)]
        for kill in range(1, kills + 1):
            crowd.wait_for(total * kill // (kills + 1))
            crowd.is_up.clear()
            stage.end(signal.SIGKILL)
            stage.start()
            crowd.is_up.set()
        for done in work:
            done.result(WAIT_SECONDS)
    assert stage.end() == 0
    return crowd, commands_in(stage.data / "centre.tocsin")


def commands_in(ledger: Path) -> Counter[str]:
    """How often each command of an author stands in a ledger, as 'author/id'."""
    found: Counter[str] = Counter()
    with closing(FileReader(ledger)) as reader:
        for body in reader.read():
            record = msgspec.json.decode(body)
            if "command" in record:
                found[f"{record['command']['by']}/{record['command']['id']}"] += 1
    return found


def check(folder: Path, *, acts_each: int, kills: int) -> None:
    crowd, found = storm(folder, acts_each=acts_each, kills=kills)
    assert len(crowd.acknowledged) == CLIENTS * acts_each
    assert [name for name in crowd.acknowledged if found[name] == 0] == [], "acknowledged, and lost"
    assert [name for name, count in found.items() if count > 1] == [], "done twice"


def test_a_centre_killed_under_64_clients_loses_and_doubles_nothing(tmp_path: Path) -> None:
    check(tmp_path, acts_each=8, kills=2)


@pytest.mark.long
def test_a_centre_killed_many_times_under_64_clients_loses_and_doubles_nothing(tmp_path: Path) -> None:
    check(tmp_path, acts_each=60, kills=20)
