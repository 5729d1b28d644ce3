"""A small centre to call out from: seats with scripted feeds, a mail server and a web server that really listen."""

import asyncio
import datetime as dt
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import wraps
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Literal, ParamSpec

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tocsin.alliance.facts import AnyFact, SilenceOpened
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.model import Channel, Contact, Message
from tocsin.centre.notify.notifier import Notifier
from tocsin.centre.notify.senders import Sender
from tocsin.centre.notify.store import NotifyStore
from tocsin.centre.view_model import Ask, FeedItem, FeedPage, PositionLine, ProcedureView, Situation, WarningLine
from tocsin.errors import NotFound
from tocsin.terms import Instant, Marking, instant

START = instant("2026-11-22T08:00:00Z")
MINUTE = 60_000_000
URL = "https://centre.example.int"

P = ParamSpec("P")
ItemKind = Literal["facts", "warning", "re-mark", "recall", "withdrawn", "confirmation", "case"]


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Sight:
    """What one seat sees, as the test wrote it down."""

    def __init__(self) -> None:
        self.items: list[FeedItem] = []
        self.open_asks: list[Ask] = []
        self.markings: dict[tuple[str, str], Marking] = {}
        self.electors: dict[tuple[str, str], tuple[str, ...]] = {}
        self.mode = "live"
        self.confirmed = 0

    def feed(self, after: int, limit: int) -> FeedPage:
        if after > len(self.items):
            raise NotFound("cursor", f"1-{after}", [])
        items = tuple(self.items[after : after + limit])
        last = after + len(items)
        return FeedPage(items=items, cursor=f"1-{last}", more=last < len(self.items))

    def warnings(self, case: str) -> tuple[WarningLine, ...]:
        return tuple(
            WarningLine(case=within, warning=name, commitment="0", marking=marking)
            for (within, name), marking in self.markings.items()
            if within == case
        )

    def procedure(self, case: str, procedure: str) -> ProcedureView:
        if (case, procedure) not in self.electors:
            raise NotFound("procedure", procedure, [])
        return ProcedureView(
            case=case,
            procedure=procedure,
            matter="m",
            organ="o",
            rule="r",
            clause="c",
            status="silence",
            version=1,
            text="the text itself",
            proposer="XAA",
            opened=START,
            positions=tuple(PositionLine(party=party, name=party) for party in self.electors[case, procedure]),
        )

    def situation(self) -> Situation:
        return Situation(
            mode=self.mode,
            charter="meridian",
            title="The Meridian Pact",
            hypothetical=True,
            seat="",
            name="",
            now=START,
            cursor=f"1-{len(self.items)}",
            asks=tuple(self.open_asks),
        )

    # ---- what happens

    def put(
        self, kind: ItemKind, case: str = "k", name: str = "", by: str = "", facts: tuple[AnyFact, ...] = ()
    ) -> None:
        cursor = f"1-{len(self.items) + 1}"
        self.items.append(FeedItem(cursor=cursor, at=START, kind=kind, case=case, name=name, by=by, facts=facts))

    def silence(self, case: str = "k", name: str = "p", *, electors: tuple[str, ...] = ("XAB",)) -> None:
        self.electors[case, name] = electors
        fact = SilenceOpened(at=START, case=case, procedure=name, deadline=later(24 * 60), on_outage="extend")
        self.put("facts", case, by="SG", facts=(fact,))
        self.open_asks.append(Ask(kind="acknowledge text", says="", case=case, name=name))

    def warn(self, marking: Marking, case: str = "k", name: str = "w") -> None:
        self.markings[case, name] = marking
        self.put("warning", case, name, by="XAA")
        self.open_asks.append(Ask(kind="acknowledge warning", says="", case=case, name=name))

    def answer(self, kind: str, name: str, case: str = "k") -> None:
        self.open_asks = [ask for ask in self.open_asks if (ask.kind, ask.case, ask.name) != (kind, case, name)]


class Office:
    """The centre as the notifier knows it. It counts whose eyes were asked for."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(START)
        self.sights: dict[str, Sight] = {}
        self.asked: list[str] = []

    def view(self, seat: str) -> Sight:
        self.asked.append(seat)
        return self.sights.setdefault(seat, Sight())

    def cursor(self, seat: str) -> str:
        return f"1-{len(self.sights.setdefault(seat, Sight()).items)}"

    def confirmed_position(self, seat: str) -> int:
        return self.sights.setdefault(seat, Sight()).confirmed


class Recorder:
    """A channel that keeps what it is given, or fails as often as it is told."""

    def __init__(self, ceiling: Marking = "TLP:RED") -> None:
        self.sent: list[tuple[str, Message]] = []
        self.failures: list[Exception] = []
        self.highest = ceiling

    def ceiling(self, contact: Contact) -> Marking:
        return self.highest if contact.address else "TLP:CLEAR"

    def lane(self, contact: Contact) -> str:
        return contact.channel

    def send(self, contact: Contact, message: Message) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((contact.id, message))

    def told(self) -> list[str]:
        """Who was told, in order; asked once."""
        found = [contact for contact, _ in self.sent]
        self.sent.clear()
        return found


class World:
    """An office, a notifier, and contacts of XAB."""

    def __init__(self, path: Path | None = None, channels: dict[Channel, Sender] | None = None) -> None:
        self.office, self.metrics, self.out = Office(), Metrics(), Recorder()
        self.xab = self.office.view("XAB")
        self.store = NotifyStore(path)
        self.channels: dict[Channel, Sender] = {"mail": self.out} if channels is None else channels
        self.again()

    def again(self) -> None:
        """A new notifier over the same store, as after a restart."""
        self.notifier = Notifier(self.office, self.store, self.office, self.channels, self.metrics, url=URL)

    def contact(self, name: str, **fields: object) -> Contact:
        chosen = {"channel": "mail", "address": f"{name}@xab.example", "made": START, "made_by": "d-1", "seat": "XAB"}
        contact = msgspec.convert({**chosen, **fields, "id": name}, Contact)
        self.store.add(contact, 0)
        return contact

    async def after(self, minutes: float) -> None:
        """Let time pass, and the notifier make the passes that it would make meanwhile."""
        end = Instant(self.office.clock.now() + int(minutes * MINUTE))
        while True:
            following = await self.notifier.step()
            if following is None or following > end:
                break
            self.office.clock.set(max(following, Instant(self.office.clock.now() + 1)))
        self.office.clock.set(end)
        await self.notifier.step()

    def ended(self) -> list[str]:
        return list(self.store.ended("XAB").values())


def later(minutes: float) -> Instant:
    return Instant(START + int(minutes * MINUTE))


class Certificate:
    """An authority's own certificate for this machine."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
        now = dt.datetime.now(dt.UTC)
        names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.cert, self.key = folder / "cert.pem", folder / "key.pem"
        self.cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.key.chmod(0o600)

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


class Postbox:
    """What a mail server took in, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refusals: dict[str, str] = {}
        self.signed_in: list[str] = []

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name and shape
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        del server, session, rcpt_options
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        del server, session
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        parsed = message_from_bytes(envelope.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        return "250 OK"

    def sign_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        del server, session, envelope, mechanism
        self.signed_in.append(data.login.decode())
        return AuthResult(success=data.password == b"open sesame")


@asynccontextmanager
async def mail_server(
    certificate: Certificate | None = None, *, sign_in: bool = False
) -> AsyncIterator[tuple[int, Postbox]]:
    """A mail server on this machine: its port and what it took in. With a certificate it wants STARTTLS."""
    box = Postbox()
    options: dict[str, Any] = {"hostname": "localhost"}
    if certificate is not None:
        options |= {"tls_context": certificate.context, "require_starttls": True}
    if sign_in:
        options |= {"authenticator": box.sign_in, "auth_required": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, **options), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], box
    finally:
        server.close()


class Hook:
    """What a web server was posted, and what it answers."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def web_server(certificate: Certificate | None = None) -> Iterator[Hook]:
    """A web server on this machine that takes posts."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.posts.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(hook.statuses.pop(0) if hook.statuses else 204)
            self.send_header("location", f"http://127.0.0.1:{hook.port}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        server.socket = certificate.context.wrap_socket(server.socket, server_side=True)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
