"""The server on this machine's own loopback: it listens, limits heads, speaks TLS, and ends within seconds."""

import asyncio
import resource
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from tests.centre_world import run
from tests.web_client import WAIT_SECONDS, Site
from tocsin.centre.settings import Listen
from tocsin.web import server
from tocsin.web.server import ServeError, Server, allow_files, check_listening, listening, server_of


class Line:
    """One connection to the server, spoken to byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, path: str, secret: str = "", host: str = "localhost") -> None:
        known = f"Authorization: Bearer {secret}\r\n" if secret else ""
        await self.say(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{known}\r\n".encode())

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def until(self, end: bytes) -> bytes:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.readuntil(end)

    async def rest(self) -> bytes:
        async with asyncio.timeout(WAIT_SECONDS):
            return await self.reader.read()


class Served:
    """A server that runs, and connections to it."""

    def __init__(self, running: Server, port: int, task: asyncio.Task[None]) -> None:
        self.server, self.port, self.task = running, port, task

    @asynccontextmanager
    async def line(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=tls)
        try:
            yield Line(reader, writer)
        finally:
            writer.close()

    async def stop(self) -> None:
        self.server.stop()
        async with asyncio.timeout(WAIT_SECONDS):
            await self.task


@asynccontextmanager
async def served(site: Site, listen: Listen) -> AsyncIterator[Served]:
    """The site's app on a free port."""
    told = asyncio.get_running_loop().create_future()
    settings = replace(site.world.centre.settings, listen=listen)
    running = server_of(site.app, settings, told.set_result)
    with listening(listen) as sock:
        task = asyncio.create_task(running.serve([sock]))
        async with asyncio.timeout(WAIT_SECONDS):
            port = await told
        at = Served(running, port, task)
        try:
            yield at
        finally:
            await at.stop()


HERE = Listen(port=0)


def test_the_server_tells_its_port_and_answers_there() -> None:
    async def story() -> None:
        async with Site() as site, served(site, HERE) as at, at.line() as line:
            assert at.port
            await line.ask("/health")
            head = await line.until(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert b"server:" not in head.lower()
            assert await line.until(b"}") == b'{"status":"up"}'

    run(story())


def test_the_server_ends_though_streams_are_open_and_ends_them_cleanly() -> None:
    async def story() -> None:
        async with Site() as site:
            reader = site.seat("XAC", "reader")
            async with served(site, HERE) as at, at.line() as one, at.line() as two, at.line() as idle:
                for line in (one, two):
                    await line.ask("/api/v1/events", reader)
                    await line.until(b"retry: 2000\n\n")
                await idle.ask("/health")
                await idle.until(b"}")
                await at.stop()
                for line in (one, two):
                    assert (await line.rest()).endswith(b"0\r\n\r\n")
                assert await idle.rest() == b""

    run(story())


def test_what_happens_reaches_a_stream_over_the_wire() -> None:
    async def story() -> None:
        async with Site() as site:
            author, reader = site.seat("XAB"), site.seat("XAC", "reader")
            async with served(site, HERE) as at, at.line() as line:
                await line.ask("/api/v1/events", reader)
                await line.until(b"retry: 2000\n\n")
                await site.act(author, "convene", "c", case="k", organ="council")
                assert b"id: 1-1\nevent: item\ndata: " in await line.until(b"}\n\n")

    run(story())


def test_a_head_that_never_ends_is_cut_off() -> None:
    async def story() -> None:
        async with Site() as site, served(site, HERE) as at, at.line() as line:
            await line.say(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 100_000)
            assert (await line.rest()).startswith(b"HTTP/1.1 400")

    run(story())


def test_a_head_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS_MAX", 0.02)

    async def story() -> None:
        async with Site() as site, served(site, HERE) as at:
            async with at.line() as silent, at.line() as slow:
                await slow.say(b"GET /health HTTP/1.1\r\n")
                assert await silent.rest() == b""
                assert await slow.rest() == b""
            async with at.line() as second:
                await second.ask("/health")
                await second.until(b"}")
                await second.say(b"GET ")
                assert await second.rest() == b""

    run(story())


def test_two_requests_on_one_line_are_both_answered() -> None:
    async def story() -> None:
        async with Site() as site, served(site, HERE) as at, at.line() as line:
            await line.ask("/health")
            await line.ask("/ready")
            assert b'"up"' in await line.until(b"}")
            assert b'"ready"' in await line.until(b"}")

    run(story())


def test_over_tls_cookies_are_the_hosts_own(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    listen = replace(HERE, tls_cert=str(cert), tls_key=str(key))
    trusting = ssl.create_default_context(cafile=str(cert))

    async def story() -> None:
        async with Site() as site, served(site, listen) as at, at.line(trusting) as line:
            await line.ask("/login")
            head = await line.until(b"\r\n\r\n")
            assert b"__Host-tocsin-form=" in head
            assert b"; Secure" in head
            assert b"strict-transport-security: max-age=" in head

    run(story())


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "centre.example.int", "::"])  # noqa: S104  # that it is refused is the test
def test_nothing_is_served_in_the_open(host: str) -> None:
    with pytest.raises(ServeError, match="in the open"):
        check_listening(Listen(host=host))
    check_listening(Listen(host=host, tls_cert="a", tls_key="b"))
    check_listening(Listen(host="127.0.0.1"))


def test_the_process_may_have_as_many_files_open_as_its_streams_need() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
        allow_files(400)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 400
        allow_files(350)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 400
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_port_that_is_taken_is_told() -> None:
    with listening(HERE) as first:
        taken = Listen(port=first.getsockname()[1])
        with pytest.raises(ServeError, match=r"cannot listen on 127\.0\.0\.1"), listening(taken):
            pass


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file
