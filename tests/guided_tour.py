"""A page's console blocks, walked: each command is run at the machine of the person whose prompt it stands behind.

What a block shows must be what the command prints. Ids, times, links and addresses differ from run to run: the first
time one is seen, it is learned which of this run's it stands for, and later commands are given that one.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import NamedTuple

from tests.cli import Done, tocsin
from tests.running_centre import PASSWORD, ROOT, RunningCentre
from tocsin.client import Client
from tocsin.client.wire import Sent, Wire

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PROMPT = re.compile(r"(\w+)\$ (.+)")
SAME_FOR = re.compile(r"(\w+) \((\w+), (\w+)\)")
SKIP = r"[\s\S]*?"
CHUNK_BYTES = 65_536

TIMES = (
    r"\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d UTC",
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?",
    r"\d\d:\d\d UTC",
)
NAMES = (
    r"http://127\.0\.0\.1:\d+/enter\?link=tci_[\w…-]+",
    r"http://127\.0\.0\.1:\d+",
    r"tocsin/[\w/]+\+[0-9a-f]{8}\+[\w+/=]+",
    r"\b[A-Z]{3}-[0-9a-f]{24}\b",
    r"\b[0-9a-f]{4}(?:-[0-9a-f]{4}){7}\b",
    r"\b[a-z]{1,3}-[0-9a-f]{12}\b",
    r"\b[0-9a-f]{12,64}\b",
    r"\(key [0-9a-f]{8}\)",
)
MASKS = (*NAMES, *TIMES)
MASK = re.compile("|".join(f"({mask})" for mask in MASKS))


class Step(NamedTuple):
    """A command in a page, who gives it, and what the page shows under it. Nobody gives a remark."""

    who: str
    command: str
    shown: str


def steps_of(page: str) -> Iterator[Step]:
    """All commands and remarks in the console blocks of a page, in their order."""
    for block in BLOCK.findall(page):
        who, command, shown = "", "", list[str]()
        for line in block.replace("\\\n", "").splitlines():
            prompt = PROMPT.fullmatch(line)
            if not prompt and line.startswith("# ") and not who and command:
                command += f" {line.removeprefix('# ')}"  # a remark of two lines
                continue
            if not prompt and not line.startswith("# "):
                shown.append(line)
                continue
            if command:
                yield Step(who, command, "\n".join(shown))
            who, command = prompt.groups() if prompt else ("", line.removeprefix("# "))
            shown = []
        yield Step(who, command, "\n".join(shown))


class Tour:
    """A walk through a page. `folder` is where everybody's files lie; each person keeps their desks apart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.centres: list[Centre] = []
        self.password_file = folder / "password"
        self.password_file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        self.real: dict[str, str] = {}
        """What the page writes to what this run has."""
        self.variables: dict[str, str] = {}
        self.count = 0

    def walk(self, page: str) -> int:
        """Take every step. How many there were. Raises AssertionError where a page shows something else."""
        for step in steps_of(page):
            self.count += 1
            self.take(step)
        return self.count

    def take(self, step: Step) -> None:
        name, _, rest = step.command.partition(" ")
        if not step.who:
            self.remark(step.command)
        elif name == "cat":
            (self.folder / rest).write_text(step.shown, encoding="utf-8")
        elif name == "curl":
            self.compare(step, self.curl)
        elif name == "./tocsin":
            self.compare(step, lambda words, shown: self.run(step.who, words, shown))
        else:
            variable, sign, value = step.command.partition("=")
            assert sign, step.command
            self.variables[variable] = shlex.split(self.filled(value))[0]

    def compare(self, step: Step, run: Callable[[list[str], "re.Pattern[str]"], str]) -> None:
        """Run a command, and learn what stands for what from what it prints."""
        shown, literals = self.expected(step.shown)
        words = shlex.split(self.filled(step.command))[1:]
        # A file's name may be as long as a line is wide; then the full stop after it stands on the next.
        printed = re.sub(r"\n(?=[.,;:])", "", run(words, shown).strip())
        match = shown.fullmatch(printed)
        assert match is not None, f"{step.who}$ {step.command}\nprints:\n{printed}\nand the page shows:\n{step.shown}"
        for literal, found in zip(literals, match.groups(), strict=True):
            if not any(re.fullmatch(time, literal) for time in TIMES):
                known = self.real.setdefault(literal, found) if "…" not in literal else found
                assert known == found, f"{step.command}: {literal} stood for {known}, and now for {found}"
                self.real[literal] = found

    def expected(self, shown: str) -> tuple["re.Pattern[str]", list[str]]:
        """A pattern of what is shown, and what in it is another in each run. Line breaks are white space."""
        parts, literals, place = list[str](), list[str](), 0
        for mask in MASK.finditer(shown):
            assert mask.lastindex is not None
            parts += [_plain(shown[place : mask.start()]), f"({MASKS[mask.lastindex - 1]})"]
            literals.append(mask[0])
            place = mask.end()
        parts.append(_plain(shown[place:]))
        return re.compile("".join(parts).removeprefix(r"\s+").removesuffix(r"\s+")), literals

    def filled(self, command: str) -> str:
        """A command line with this run's ids, variables and files in it."""
        for literal in sorted(self.real, key=len, reverse=True):
            command = command.replace(literal, self.real[literal])
        command = re.sub(r"\$\(cat (\w+)\)", lambda file: (self.folder / file[1]).read_text().strip(), command)
        return Template(command).safe_substitute(self.variables)

    def run(self, who: str, words: list[str], shown: "re.Pattern[str]") -> str:
        if words[0] == "serve":
            self.centres.append(Centre(self.folder / f"centre-of-{len(self.centres)}", words[1:]))
            return self.centres[-1].begin(shown)
        asks = words[:2] in (["desk", "enter"], ["desk", "login"])
        done = self.at(who, *words, *(("--password-file", str(self.password_file)) if asks else ()))
        return done.out + done.err

    def at(self, who: str, *words: str) -> Done:
        """A command at somebody's machine."""
        return tocsin(*words, TOCSIN_HOME=str(self.folder / f"home-of-{who}"))

    def remark(self, said: str) -> None:
        """What others do meanwhile: take their seats, or let time pass."""
        hours = re.fullmatch(r"(\d+) hours later.*", said)
        if hours:
            self.centres[-1].pass_hours(int(hours[1]))
            return
        found = SAME_FOR.findall(said)
        assert found, f"nobody knows how to do this: {said}"
        for name, seat, role in found:
            self.seat(name, seat, role)

    def seat(self, name: str, seat: str, role: str) -> None:
        """Invite, enter, approve, sign in."""
        password = ("--password-file", str(self.password_file))
        invited = self.at("ops", "desk", "invite", seat, "--role", role, "--json").json
        assert self.at(name, "desk", "enter", invited["link"], "--name", name, *password).code == 0
        assert self.at("ops", "desk", "approve", invited["desk"]).code == 0
        centre = ("--centre", self.centres[-1].address)
        assert self.at(name, "desk", "login", "--name", name, *password, *centre).code == 0
        if role == "conductor":
            self.centres[-1].conductor = Client(self.centres[-1].address)
            self.centres[-1].conductor.login(name, PASSWORD)

    def curl(self, words: list[str], shown: "re.Pattern[str]") -> str:
        """What curl would print."""
        sent, address, asks = request_of(words)
        wire = Wire(address)
        response = wire.open(sent, 30.0)
        head = f"HTTP/1.1 {response.status} {response.reason}\n"
        head += "".join(f"{name.lower()}: {value}\n" for name, value in response.headers.items())
        body = b""
        while chunk := response.read1(CHUNK_BYTES):
            body += chunk
            if "text/event-stream" in response.headers.get("content-type", "") and shown.fullmatch(
                body.decode().strip()
            ):
                break
        wire.close()
        if "-o" in asks:
            (self.folder / asks["-o"]).write_bytes(body)
            return ""
        return (f"{head}\n" if "-i" in asks else "") + body.decode()

    def end(self) -> None:
        for centre in self.centres:
            centre.end()


class Centre(RunningCentre):
    """A centre that is started as the page says, and says what it says to people."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        folder.mkdir()
        super().__init__(folder)
        self.options = tuple(options)
        self.conductor: Client | None = None

    def begin(self, shown: "re.Pattern[str]") -> str:
        """Start it for the first time, at any free port. What it says until the page's words have come."""
        options = list(self.options)
        if "--port" in options:
            del options[options.index("--port") : options.index("--port") + 2]
        words = [sys.executable, "-m", "tocsin", "serve", *options, "--port", "0"]
        env = {"PYTHONPATH": str(ROOT / "src"), "TOCSIN_HOME": str(self.home), "PATH": ""}
        with (self.folder / "log").open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                words, env=env, cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout is not None
        said = ""
        while not (self.told and shown.fullmatch(said.strip())):
            line = self.process.stdout.readline()
            assert line, f"{said}\n{(self.folder / 'log').read_text(encoding='utf-8')}"
            said += line
            if "/enter?link=" in line:
                self.told = {"address": line.partition("/enter")[0], "link": line.strip()}
        return said

    def pass_hours(self, hours: int) -> None:
        """Move its clock, as its conductor."""
        assert self.conductor is not None, "nobody can move the clock"
        now = datetime.fromisoformat(self.conductor.situation()["now"])
        self.conductor.set_clock(at=(now + timedelta(hours=hours)).isoformat())


class Curl(NamedTuple):
    """What a curl line asks for."""

    sent: Sent
    address: str
    asks: dict[str, str]


def request_of(words: list[str]) -> Curl:
    """The request that a curl line makes."""
    method, url, body, headers = "", "", None, dict[str, str]()
    asks = dict[str, str]()
    rest = iter(words)
    for word in rest:
        match word:
            case "-s" | "-N" | "-i":
                asks[word] = ""
            case "-o":
                asks[word] = next(rest)
            case "-X":
                method = next(rest)
            case "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            case "--json":
                body = next(rest).encode()
            case _:
                assert not word.startswith("-"), word
                url = word
    address, slash, path = url.partition("/api/")
    return Curl(Sent(method or ("POST" if body else "GET"), slash + path, body, headers), address, asks)


def _plain(text: str) -> str:
    """A pattern of words as they stand, with any white space between them."""
    words = re.split(r"\s+", text)
    return r"\s+".join(SKIP.join(re.escape(part) for part in word.split("…")) for word in words)
