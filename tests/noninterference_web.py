"""The observer at the web's door: the same steps and looks as in noninterference.py, through the app itself.

Every row of `routes.ROUTES` stands in `OUTLETS`, with how it is compared: status, headers, entity tags and bytes. A new
outlet that is not there fails a test.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import quote, urlencode

import msgspec

from tests import noninterference_console as console
from tests.centre_world import BEGAN
from tests.noninterference import (
    NOBODYS,
    PASSWORD,
    Confirm,
    Do,
    Names,
    Receive,
    Second,
    Stage,
    Step,
    Transcript,
    TwoPersons,
    Warn,
    proven,
    turn,
)
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.feeds import cursor_text
from tocsin.centre.metrics import Metrics
from tocsin.centre.model import Role
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.notify.model import Contact, Message
from tocsin.centre.settings import Settings
from tocsin.terms import Marking, iso
from tocsin.web.app import build_app
from tocsin.web.examples import BODIES
from tocsin.web.routes_forces import FORCES

API = "/api/v1"
KEY = bytes(range(32))
"""A public key that a seat registers, and another one tries too."""

SHOWN = (
    "/pending", "/situation", "/cases", "/deadlines", "/asks", "/members", "/charter", "/warnings", "/releases", "/me",
    "/desks", "/tokens", "/party-keys", "/delegations", "/party-settings", "/keys", "/contacts",
)  # fmt: skip
"""What is read whole at every look."""
SHOWN_BY_NAME = (
    "/feed", "/cases/{case}", "/cases/{case}/procedures/{procedure}", "/cases/{case}/warnings/{warning}/holders",
)  # fmt: skip
KNOCKS = """
POST /api/v1/pending/{pending}/drop
POST /api/v1/session
DELETE /api/v1/session
POST /api/v1/password
POST /api/v1/enter
POST /api/v1/desks
POST /api/v1/desks/{desk}/approve
POST /api/v1/desks/{desk}/revoke
POST /api/v1/desks/{desk}/forget
POST /api/v1/desks/{desk}/single-sign-on
POST /api/v1/tokens
DELETE /api/v1/tokens/{token}
POST /api/v1/party-keys
POST /api/v1/party-keys/{key}/confirm
POST /api/v1/party-keys/{key}/revoke
POST /api/v1/delegations
DELETE /api/v1/delegations/{delegation}
GET /api/v1/audit
POST /api/v1/clock
GET /metrics
GET /health
GET /ready
POST /api/v1/contacts
DELETE /api/v1/contacts/{contact}
POST /api/v1/contacts/{contact}/check
POST /api/v1/cases/{case}/warnings/{warning}/erase
GET /oidc/start
GET /oidc/back
GET /login
POST /login
POST /logout
GET /enter
POST /enter
GET /openapi.json
GET /reference
GET /style.css
"""
"""What is tried once, at the end: acts of administrators, others' things, and public pages."""
OUTLETS: dict[tuple[str, str], str] = {
    **{("GET", API + path): "look" for path in (*SHOWN, *SHOWN_BY_NAME)},
    ("POST", f"{API}/warnings/preview"): "look",
    ("GET", f"{API}/events"): "a stream over every beat, and one from the start",
    ("POST", f"{API}/commands"): "Do",
    ("POST", f"{API}/warnings"): "Warn",
    ("GET", API + "/cases/{case}/warnings/{warning}"): "Receive, and a try at every name",
    ("POST", f"{API}/feed/confirm"): "Confirm",
    ("POST", API + "/pending/{pending}/confirm"): "Second",
    ("PUT", f"{API}/party-settings"): "TwoPersons",
    ("GET", API + "/receipts/{cursor}"): "the record that one shows, or its refusal",
    ("GET", f"{API}/checkpoint"): "its headers; its text is a declared exception",
    ("GET", API + "/receipts/{cursor}/inclusion"): "whether there is one; its text is a declared exception",
    ("GET", f"{API}/consistency"): "whether there is one; its text is a declared exception",
    **console.OUTLETS,
    **{(route.method, route.path): "knock" for route in FORCES},
    **{(line.split()[0], line.split()[1]): "knock" for line in KNOCKS.strip().splitlines()},
}
"""Every outlet, and where it is compared. An administrator's own (audit, figures, everybody's desks) tell who asked for
what and when: the observer of the secretariat's seat looks as a reader there."""


class Reply(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


class Door:
    """The app before a stage's centre, and the observer signed in there."""

    asked: ClassVar[set[tuple[str, str]]] = set()
    """Method and path of every request of an observer, of all doors."""
    with_pages: ClassVar[bool] = True
    """Whether the console's pages and forms are asked for too. Leaks that were planted elsewhere are found without."""

    def __init__(self, stage: Stage, observer: str) -> None:
        self.stage, self.observer = stage, observer
        centre = stage.centre
        limits = msgspec.structs.replace(Settings().limits, requests_burst=100_000, logins_per_minute=1_000)
        centre.settings = msgspec.structs.replace(Settings(), limits=limits)
        self.notices = Notices()
        self.callouts = Callouts(
            centre, centre.law, centre.desks, centre.settings, Metrics(), senders={"mail": self.notices}
        )
        for seat in {observer, "XAA", "XAB"}:
            self.callouts.store.add(_contact(seat, 1, "TLP:RED"), 0)
            self.callouts.store.add(_contact(seat, 2, "TLP:CLEAR"), 0)
        self.app = build_app(centre, callouts=self.callouts, timer=lambda: 1_000.0)
        self._tags: dict[str, str] = {}
        first = centre.desks.first_link()
        assert first is not None
        centre.desks.enter(first, "registrar", PASSWORD)
        self._admin = centre.desks.login("registrar", PASSWORD).secret
        self._approver = centre.desks.actor(self._admin)
        """Of two administrators the one who did not invite."""
        self._others: dict[str, str] = {}
        self.secret = self._signed_in(observer, "first")
        self.second = self._signed_in(observer, "second")
        self.reader = self._signed_in(observer, "reader", "reader")

    def _signed_in(self, seat: str, name: str, role: Role | None = None) -> str:
        desks = self.stage.centre.desks
        admin = desks.actor(self._admin)
        made = desks.invite(admin, seat, role or self.stage.actor(seat).role)
        desks.enter(made.secret, name, PASSWORD)
        desks.approve(self._approver, made.desk)
        secret = desks.login(name, PASSWORD).secret
        if made.role == "secretariat":
            self._approver = desks.actor(secret)
        return str(secret)

    @property
    def looks_as(self) -> str:
        return self.reader if self.observer == SECRETARIAT else self.secret

    async def close(self) -> None:
        self.app.close()
        await self.callouts.close()

    # ---- one request

    async def ask(
        self, method: str, path: str, body: object = None, *, secret: str | None = None, **headers: str
    ) -> Reply:
        """What the app answers."""
        form = headers.pop("form", "")
        self.asked.add((method, path.partition("?")[0]))
        data = form.encode() if form else b"" if body is None else msgspec.json.encode(body)
        media = "application/x-www-form-urlencoded" if form else "application/json"
        said = {"host": "localhost", "content-type": media, "content-length": str(len(data))}
        if secret != "":
            said["authorization"] = f"Bearer {secret or self.secret}"
        told: list[Mapping[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            told.append(message)

        await self.app(_scope(method, path, said | headers), receive, send)
        names = [(name.decode(), value.decode()) for name, value in told[0]["headers"]]
        text = b"".join(message.get("body", b"") for message in told[1:]).decode()
        assert told[0]["status"] < 500 or told[0]["status"] == 503, (method, path, text)
        return Reply(told[0]["status"], names, text)

    # ---- the observer's steps

    async def play(self, step: Step) -> object:
        """A step of the observer through the door, as far as there is a way."""
        match step:
            case Do():
                command = {"id": step.id or self.stage.new_id(), "do": step.what, **step.fields}
                reply = await self.ask("POST", f"{API}/commands", {"command": command})
            case Warn():
                body = {"case": step.case, "warning": step.warning, "text": step.text, "to": step.to,
                        "marking": step.marking, "orcon": step.orcon, "id": step.id or self.stage.new_id()}  # fmt: skip
                reply = await self.ask("POST", f"{API}/warnings", body)
            case Receive():
                reply = await self.ask("GET", f"{API}/cases/{quote(step.case)}/warnings/{quote(step.warning)}")
            case Confirm():
                position = len(self.stage.centre.board.feed(step.seat)) - step.short
                reply = await self.ask("POST", f"{API}/feed/confirm", {"cursor": cursor_text(max(0, position))})
            case Second():
                pending = self.stage.pending.get(step.seat, NOBODYS)
                reply = await self.ask("POST", f"{API}/pending/{pending}/confirm", secret=self.second)
            case TwoPersons():
                reply = await self.ask("PUT", f"{API}/party-settings", {"two_persons": list(step.kinds)})
            case _:
                return await step.play(self.stage)
        if reply.status == 202:
            self.stage.pending[self.observer] = msgspec.json.decode(reply.body)["pending"]
        return reply

    # ---- looks

    async def look_of_another(self, seat: str) -> None:
        """Another seat reads what the observer reads."""
        if seat not in self._others:
            self._others[seat] = self._signed_in(seat, f"reader of {seat}", "reader")
        for path in ("/situation", "/feed", "/warnings", "/releases", "/members"):
            await self.ask("GET", API + path, secret=self._others[seat])

    async def look(self, names: Names, transcript: Transcript, when: str) -> None:
        """Ask every outlet that only shows, and take what its contacts are sent."""
        await self.callouts.notifier.step()
        transcript.add(f"{when} notices", self.notices.of(self.observer))
        for path in self._paths(names):
            reply = await self.ask("GET", path, secret=self.looks_as)
            transcript.add(f"{when} GET {path}", reply)
            tag = self._tags.get(path, "")
            if tag:
                again = await self.ask("GET", path, secret=self.looks_as, **{"if-none-match": tag})
                transcript.add(f"{when} GET {path} if it has changed", again.status)
            self._tags[path] = reply.header("etag")
        for case in names.cases:
            draft = {"case": case, "text": "x", "to": ["members", "XAG", "SG", "everyone"], "marking": "TLP:AMBER"}
            transcript.add(
                f"{when} preview {case}", await self.ask("POST", f"{API}/warnings/preview", draft, secret=self.looks_as)
            )
        await self._read_pages(names, transcript, when, is_last=False)

    async def _read_pages(self, names: Names, transcript: Transcript, when: str, *, is_last: bool) -> None:
        """The console's pages, as a browser asks for them."""
        if not self.with_pages:
            return
        length = len(self.stage.centre.board.feed(self.observer))
        for path in console.reads(names, length, is_last=is_last):
            page = await self.ask("GET", path, secret="", cookie=f"tocsin={self.looks_as}")
            transcript.add(f"{when} page {path}", page)

    def _paths(self, names: Names) -> Iterator[str]:
        length = len(self.stage.centre.board.feed(self.observer))
        for path in SHOWN:
            yield API + path
        for after, limit in (("", 500), (cursor_text(length), 1), (cursor_text(length + 1), 9), ("2-1", 1), ("1-x", 1)):
            yield f"{API}/feed?{urlencode({'after': after, 'limit': limit})}"
        for case in names.cases:
            yield f"{API}/cases/{quote(case)}"
            yield f"{API}/warnings?{urlencode({'case': case})}"
        for case, procedure in names.procedures:
            yield f"{API}/cases/{quote(case)}/procedures/{quote(procedure)}"
        for case, warning in names.warnings:
            yield f"{API}/cases/{quote(case)}/warnings/{quote(warning)}/holders"

    async def look_last(self, names: Names, transcript: Transcript) -> None:
        """Try what has an effect or costs more, and what belongs to others."""
        for position in range(len(self.stage.centre.board.feed(self.observer)) + 2):
            receipt = await self.ask("GET", f"{API}/receipts/{cursor_text(position)}", secret=self.looks_as)
            transcript.add(
                f"receipt {position}", proven(self.stage, receipt.body) if receipt.status == 200 else receipt
            )
            for size in (1, len(self.stage.centre.ledger) + 9):
                where = f"{API}/receipts/{cursor_text(position)}/inclusion?size={size}"
                transcript.add(f"inclusion of {position}", (await self.ask("GET", where, secret=self.looks_as)).status)
        proof = await self.ask("GET", f"{API}/consistency?old=1&size=2", secret=self.looks_as)
        transcript.add("consistency", proof.status)
        for case, warning in names.warnings:
            reply = await self.ask("GET", f"{API}/cases/{quote(case)}/warnings/{quote(warning)}", secret=self.looks_as)
            transcript.add(f"read {case} {warning}", reply)
        async with Stream(self, "") as stream:
            pass
        transcript.add("the whole stream", stream.text)
        await self._read_pages(names, transcript, "last", is_last=True)
        length = len(self.stage.centre.board.feed(self.observer))
        for knock in console.knocks(names, length) if self.with_pages else ():
            answer = await self.ask(knock.method, knock.path, knock.body, secret=self.looks_as, form=knock.form)
            transcript.add(f"{knock.method} {knock.path}", answer)
        checkpoint = await self.ask("GET", f"{API}/checkpoint")
        transcript.add("checkpoint", [name for name, _ in checkpoint.headers])
        for label, reply in [(label, await self.ask(*rest, **named)) async for label, rest, named in self._knocks()]:
            transcript.add(label, reply)

    async def _knocks(self) -> Any:  # noqa: ANN401  # requests of every kind
        """Requests about what is others', under the ids it has there."""
        others = self.stage.others
        desk, token = others.get("desk", "d-000000000000"), others.get("token", "t-000000000000")
        key, delegation = others.get("key", "k-000000000000"), others.get("delegation", "g-000000000000")
        waits = next((id_ for seat, id_ in self.stage.pending.items() if seat != self.observer), "w-000000000000")
        other = "XAB" if self.observer != "XAB" else "XAC"
        out = {"secret": self.looks_as}
        yield "drop another's", ("POST", f"{API}/pending/{waits}/drop"), out
        yield "second another's", ("POST", f"{API}/pending/{waits}/confirm"), out
        for name in ("hidden officer", "nobody"):
            body = {"name": name, "password": "not that one at all"}
            yield f"sign in as {name}", ("POST", f"{API}/session", body), {"secret": ""}
        body = {"secret": "tci_" + "x" * 43, "name": "somebody", "password": PASSWORD}
        yield "enter", ("POST", f"{API}/enter", body), {"secret": ""}
        yield "invite to another", ("POST", f"{API}/desks", {"seat": other, "role": "reader"}), out
        for verb, why in (("approve", None), ("revoke", {"why": "x"}), ("forget", None)):
            yield f"{verb} another's desk", ("POST", f"{API}/desks/{desk}/{verb}", why), out
        yield "bind another's desk", ("POST", f"{API}/desks/{desk}/single-sign-on", {"subject": "x"}), out
        yield "token", ("POST", f"{API}/tokens", {"label": "x", "scopes": ["read"], "days": 1}), out
        yield "drop another's token", ("DELETE", f"{API}/tokens/{token}"), out
        yield "register another's key", ("POST", f"{API}/party-keys", {"public": b64encode(KEY).decode()}), out
        yield "confirm another's key", ("POST", f"{API}/party-keys/{key}/confirm", {"fingerprint": "x"}), out
        yield "revoke another's key", ("POST", f"{API}/party-keys/{key}/revoke"), out
        until = iso(self.stage.centre.clock.now() + 10**12)
        yield "delegate", ("POST", f"{API}/delegations", {"to": other, "scopes": ["read"], "until": until}), out
        yield "end another's delegation", ("DELETE", f"{API}/delegations/{delegation}"), out
        yield "for another", ("GET", f"{API}/situation?on_behalf={other}"), out
        for path in (f"{API}/audit", "/metrics", "/health", "/ready", "/oidc/start", "/oidc/back"):
            yield path, ("GET", path), out
        for path in ("/openapi.json", "/reference", "/style.css", "/login", "/enter"):
            yield path, ("GET", path), {"secret": ""}
        for old in ("not that one at all", PASSWORD):
            yield "another password", ("POST", f"{API}/password", {"old": old, "new": "short"}), out
        yield "clock", ("POST", f"{API}/clock", {"pause": True}), out
        yield "contact", ("POST", f"{API}/contacts", {}), out
        yield "drop a contact", ("DELETE", f"{API}/contacts/c-000000000000"), out
        yield "check a contact", ("POST", f"{API}/contacts/c-000000000000/check"), out
        erase = {"reason": "it holds personal data", "decided_by": "its author"}
        yield "erase", ("POST", f"{API}/cases/k/warnings/w1/erase", erase), out
        for route in FORCES:
            assert route.body is not None
            for name, example in BODIES[route.body].items():
                yield f"{route.path}: {name}", (route.method, route.path, example), out
        for path in ("/login", "/enter"):
            form = "csrf=x&name=hidden+officer&password=y" + ("&link=x&again=y" if path == "/enter" else "")
            yield f"form {path}", ("POST", path), {"secret": "", "form": form}
        yield "form /logout", ("POST", "/logout"), {"secret": "", "form": "csrf=x"}
        yield "no such path", ("GET", f"{API}/nothing"), out
        yield "sign out", ("DELETE", f"{API}/session"), out


class Notices:
    """The channel by which contacts are told: it keeps what it is given."""

    def __init__(self) -> None:
        self._sent: list[tuple[Contact, Message]] = []

    def ceiling(self, contact: Contact) -> Marking:  # noqa: ARG002  # anything may be told
        return "TLP:RED"

    def lane(self, contact: Contact) -> str:
        return contact.id

    def send(self, contact: Contact, message: Message) -> None:
        self._sent.append((contact, message))

    def of(self, seat: str) -> list[tuple[str, Message]]:
        """What a seat's contacts were sent since the last time, without the messages' own ids."""
        found = [(contact.id, msgspec.structs.replace(said, id="")) for contact, said in self._sent]
        self._sent.clear()
        return sorted((pair for pair in found if pair[0].startswith(f"{seat} ")), key=repr)


def _contact(seat: str, rung: int, clearance: Marking) -> Contact:
    return Contact(
        channel="mail",
        address=f"desk-{rung}@{seat.lower()}.example",
        id=f"{seat} {rung}",
        seat=seat,
        rung=rung,
        clearance=clearance,
        made=BEGAN,
        made_by="d",
    )


class Stream:
    """The observer's event stream while something happens; `text` is what came of it."""

    def __init__(self, door: Door, cursor: str) -> None:
        self._door, self._cursor = door, cursor
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None]
        self._parts: list[bytes] = []

    async def __aenter__(self) -> Self:
        scope = _scope("GET", f"{API}/events", {
            "host": "localhost", "authorization": f"Bearer {self._door.looks_as}", "last-event-id": self._cursor,
        })  # fmt: skip
        self._door.asked.add(("GET", f"{API}/events"))
        self._task = asyncio.ensure_future(self._door.app(scope, self._receive, self._send))
        await self._settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._settle()
        self._gone.set()
        await self._task

    @property
    def text(self) -> str:
        """What was sent. Comments only count where nothing else came: how often they do is the machine's matter."""
        text = b"".join(self._parts).decode()
        return text.replace(":\n\n", "") if "event: item" in text else text

    async def _settle(self) -> None:
        for _ in range(20):
            await turn()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            self._parts.append(message["body"])
        else:
            self._parts.append(f"{message['status']} {message['headers']}\n".encode())


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    bare, _, query = path.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": bare,
        "query_string": query.encode(),
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items() if value],
    }
