"""A centre in a process of its own, as a user starts it, and people at its desks through the real command line."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from tests.cli import Done, tocsin
from tocsin.client import Client

ROOT = Path(__file__).parent.parent
PASSWORD = "the tide turns at Elvaria twice"  # noqa: S105  # of an invented person, at a centre of this test
WAIT_SECONDS = 30


class RunningCentre:
    """A centre, and the folder in which those who use it keep what opens their desks."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.data, self.home = folder, folder / "centre", folder / "home"
        self.options = ("--charter", "meridian", *options)
        self.password_file = folder / "password"
        self.password_file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        self.process: subprocess.Popen[str] | None = None
        self.told: dict[str, Any] = {}
        self.count = 0
        self.port = 0

    @property
    def address(self) -> str:
        return str(self.told["address"])

    @property
    def password(self) -> tuple[str, str]:
        return ("--password-file", str(self.password_file))

    def start(self) -> dict[str, Any]:
        """Start it, and wait for the line that says it listens. After the first time it keeps its port."""
        words = ("serve", *self.options, "--data", str(self.data), "--port", str(self.port), "--json")
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TOCSIN_HOME": str(self.home)}
        with (self.folder / "log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tocsin", *words], env=env, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (self.folder / "log").read_text(encoding="utf-8")
        self.told = msgspec.json.decode(line)
        self.port = int(self.address.rpartition(":")[2])
        return self.told

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Let it end, or kill it. Its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(WAIT_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def run(self, *words: str) -> Done:
        """A command of somebody whose desks are kept in this centre's home."""
        return tocsin(*words, TOCSIN_HOME=str(self.home))

    def answer(self, *words: str) -> dict[str, Any]:
        """The JSON answer of a command that succeeds."""
        done = self.run(*words, "--json")
        assert done.code == 0, done.err
        answer: dict[str, Any] = done.json
        return answer

    def found(self) -> None:
        """The secretariat takes its first desk, by the one-time link."""
        self.answer("desk", "enter", self.told["link"], "--name", "secretariat", *self.password)

    def seat(self, seat: str, role: str = "liaison", name: str = "") -> str:
        """Invite, enter, approve and sign in: somebody at a desk of that seat. The desk's id."""
        desk = self.entered(seat, role, name or seat)
        self.answer("desk", "approve", desk, "--as", "secretariat")
        self.answer("desk", "login", "--name", name or seat, *self.password)
        return desk

    def new(self, what: str) -> str:
        """A name that was not used before."""
        self.count += 1
        return f"{what}-{self.count}"

    def invitation(self, seat: str = "XAC", role: str = "reader") -> dict[str, Any]:
        return self.answer("desk", "invite", seat, "--role", role, "--as", "secretariat")

    def entered(self, seat: str = "XAC", role: str = "reader", name: str = "") -> str:
        """The id of a desk that waits for its approval."""
        told = self.invitation(seat, role)
        self.answer("desk", "enter", told["link"], "--name", name or self.new("officer"), *self.password)
        return str(told["desk"])

    def file(self, command: dict[str, Any]) -> str:
        """A file with a command."""
        path = self.folder / f"{self.new('command')}.json"
        path.write_bytes(msgspec.json.encode(command))
        return str(path)

    def client(self, seat: str) -> Client:
        """A client at the desk of a seat that is signed in."""
        held = msgspec.json.decode((self.home / "desks.json").read_bytes())
        return Client(self.address, held["centres"][self.address][seat]["secret"])


def fast_settings(folder: Path, more: str = "") -> str:
    """The path of settings under which nobody has to wait."""
    path = folder / "settings.toml"
    limits = "requests_per_second = 10_000\nrequests_burst = 10_000\nlogins_per_minute = 1_000\n"
    path.write_text(f"schema = 1\n[limits]\n{limits}{more}", encoding="utf-8")
    return str(path)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[RunningCentre]:
    """A centre that runs until the block ends."""
    centre = RunningCentre(folder, *options)
    centre.start()
    try:
        yield centre
    finally:
        if centre.process is not None and centre.process.poll() is None:
            centre.end(signal.SIGKILL)


class Mail(Controller):
    """A mail server on the loopback, at any port that is free, which takes what comes."""

    def __init__(self) -> None:
        super().__init__(Sink(), hostname="127.0.0.1", port=0)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd says no types here


class Stage(RunningCentre):
    """An exercise with people at the desks of the Meridian Pact, who bring about what the next command needs."""

    def __init__(self, folder: Path) -> None:
        self.mail = Mail()
        self.mail.start()
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {self.mail.port}\ntls = "none"\nsender = "centre@example.int"\n'
        back = "https://centre.example.int/oidc/back"
        oidc = f'[oidc]\nissuer = "https://login.example.int"\nclient_id = "centre"\nredirect = "{back}"\n'
        super().__init__(folder, "--mode", "exercise", "--settings", fast_settings(folder, mail + oidc))

    def set_up(self) -> None:
        """Sign in the secretariat, a conductor, two heads, and a second person of XAC, whose recalls take two."""
        self.start()
        self.found()
        self.seat("XAC", "head", name="deputy")
        self.second = self.client("XAC")
        for seat in ("XAB", "XAC"):
            self.seat(seat, "head")
        self.conductor = self.conducting()
        self.client("XAC").set_party_settings({"two_persons": ["recall"]})

    def conducting(self) -> Client:
        """A client that moves the clock."""
        name = self.signed_in("secretariat", "conductor")
        client = Client(self.address)
        client.login(name, PASSWORD)
        return client

    def done(self, _: object) -> tuple[str, ...]:
        """No further words: what it is given was only to happen."""
        return ()

    def case(self) -> str:
        """A case in which XAB asked for consultation."""
        case = self.new("case")
        self.answer("consult", "--as", "XAB", "--case", case, "--kind", "threat")
        return case

    def text(self, matter: str = "procedure") -> tuple[str, ...]:
        """The options that name a text before the Council."""
        where = ("--case", self.case(), "--procedure", self.new("text"))
        self.answer("text", "table", "--as", "XAB", *where, "--matter", matter, "--text", "A text.")
        return where

    def met(self) -> tuple[str, ...]:
        """Those of a text before a Council that was called together, so that who says nothing is heard."""
        where = self.text()
        self.answer("act", self.file({"do": "convene", "case": where[1], "organ": "council"}), "--as", "XAB")
        return where

    def silence(self) -> tuple[str, ...]:
        """Those of a text under silence."""
        where = self.text("relief")
        self.answer("text", "silence", "--as", "secretariat", "--by", "SG", *where)
        return where

    def unconfirmed(self) -> tuple[str, ...]:
        """Those of a text whose silence ran out before everybody was known to have it."""
        where = self.silence()
        now = datetime.fromisoformat(self.conductor.situation()["now"])
        self.conductor.set_clock(at=(now + timedelta(hours=25)).isoformat())
        return where

    def warning(self, author: str = "XAB", to: str = "XAC") -> tuple[str, str]:
        """Case and name of a warning that one nation released to another."""
        name = self.new("warning")
        told = ("--case", f"{author}-{name}", "--name", name, "--text", "Tanks at the ford.", "--to", to)
        self.answer("warn", "--as", author, *told)
        return f"{author}-{name}", name

    def pending(self) -> str:
        """The id of a recall by XAC that waits for a second person."""
        case, name = self.warning("XAC", "XAB")
        command = {"do": "recall warning", "id": self.new("recall"), "case": case, "warning": name}
        return str(self.second.submit(command)["pending"])

    def signed_in(self, seat: str = "XAD", role: str = "reader") -> str:
        """The name of somebody with an active desk."""
        name = self.new("officer")
        self.answer("desk", "approve", self.entered(seat, role, name), "--as", "secretariat")
        return name

    def sitting(self) -> str:
        """A seat of somebody who is signed in here, and whom nobody needs any more."""
        self.answer("desk", "login", "--name", self.signed_in(), *self.password)
        return "XAD"

    def active(self) -> str:
        """The id of a desk that somebody sits at."""
        desk = self.entered()
        self.answer("desk", "approve", desk, "--as", "secretariat")
        return desk

    def revoked(self) -> str:
        """The id of a desk that is revoked."""
        desk = self.entered()
        self.answer("desk", "revoke", desk, "--as", "secretariat")
        return desk

    def new_password(self) -> str:
        """A file with a password that nobody has yet."""
        path = self.folder / self.new("password")
        path.write_text(f"{PASSWORD}, {path.name}\n", encoding="utf-8")
        return str(path)

    def contact(self) -> str:
        """The id of a contact of XAB."""
        address = f"{self.new('night-desk')}@example.int"
        return str(self.answer("contact", "add", address, "--as", "XAB")["contact"]["id"])

    def close(self) -> None:
        self.end()
        self.mail.stop()

    def later(self) -> str:
        """A time a month from the exercise's now."""
        now = datetime.fromisoformat(self.conductor.situation()["now"])
        return (now + timedelta(days=30)).isoformat()

    def delegation(self) -> str:
        """The id of a delegation by XAB."""
        words = ("XAC", "--scope", "ack", "--until", self.later(), "--as", "XAB")
        return str(self.answer("desk", "delegation", "make", *words)["id"])

    def token(self) -> str:
        """The id of a token."""
        return str(self.answer("token", "create", "XAB", "--scope", "read")["id"])

    def conductors_token(self) -> str:
        """A file with a token by which the clock is moved."""
        path = self.folder / self.new("conducting")
        path.write_text(self.conductor.create_token("clock", ["conduct"], 1)["secret"], encoding="utf-8")
        return str(path)

    def cursor(self) -> str:
        """The last item of XAB's feed, which is of an act of its own."""
        self.case()
        with self.client("XAB") as client:
            return str(client.situation()["cursor"])

    def key_file(self) -> str:
        path = str(self.folder / f"{self.new('key')}.pem")
        self.answer("desk", "key", "make", "--file", path)
        return path

    def key(self) -> tuple[str, str]:
        """Id and fingerprint of a key of XAB that waits for its confirmation."""
        told = self.answer("desk", "key", "register", "--as", "XAB", "--file", self.key_file())
        return str(told["id"]), str(told["fingerprint"])
