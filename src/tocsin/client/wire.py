"""Requests to a centre over HTTP: what is sent, what is sent again after a loss, and errors in words."""

import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError

from tocsin.errors import ClientError

ANSWER_BYTES_MAX = 64_000_000
TRIES_MAX = 4
WAIT_SECONDS_MAX = 10.0
BUSY = (429, 503)
WORDS = ("code", "field", "found", "accepted", "clause", "fix")
"""What a problem may say besides its status and its sentence."""

Answer = dict[str, Any]
"""An answer's JSON object, as the centre's API reference describes it. Instants are ISO 8601 text."""


class Sent(NamedTuple):
    """A request, ready to go out and to go out again."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = {}
    may_repeat: bool = True
    """Whether the centre does nothing twice where it comes twice."""


class Wire:
    """The connections to one centre. `secret` is a session's or a token's; empty: nobody is signed in."""

    def __init__(
        self,
        address: str,
        secret: str = "",
        *,
        timeout_seconds: float = 30.0,
        ca_file: str | Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address, self.secret, self.sleep = normal_address(address), secret, sleep
        self.timeout_seconds = timeout_seconds
        self.on_behalf = ""
        """The seat that delegated to the one that is signed in, where it acts and reads for it."""
        trusted = None if ca_file is None else str(ca_file)
        self.pool = urllib3.PoolManager(retries=False, maxsize=2, cert_reqs="CERT_REQUIRED", ca_certs=trusted)

    def close(self) -> None:
        self.pool.clear()

    def ask(self, sent: Sent) -> Answer:
        """The JSON object it is answered with; empty where there is none. Raises ClientError for any other answer."""
        answer = self._decoded(sent)
        if not isinstance(answer, dict):
            raise ClientError("no answer", f"{self.address} answers no JSON object; is it a centre of Tocsin?")
        return answer

    def ask_rows(self, sent: Sent) -> list[Answer]:
        """The JSON list it is answered with, of objects. Raises ClientError for any other answer."""
        answer = self._decoded(sent)
        if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
            raise ClientError("no answer", f"{self.address} answers no JSON list; is it a centre of Tocsin?")
        return answer

    def _decoded(self, sent: Sent) -> object:
        content = self.read(sent)
        try:
            return msgspec.json.decode(content) if content else {}
        except (msgspec.DecodeError, RecursionError):
            return None

    def read(self, sent: Sent) -> bytes:
        """The body it is answered with. Raises ClientError for an answer other than 2xx."""
        response, content = self._sent(sent)
        if 200 <= response.status < 300:
            return content
        raise problem(response, content, self.address)

    def _sent(self, sent: Sent) -> tuple[urllib3.BaseHTTPResponse, bytes]:
        """The answer, after as many tries as it takes: a command that comes twice is done once."""
        pause = 0.2
        for left in reversed(range(TRIES_MAX)):
            try:
                response = self.open(sent, self.timeout_seconds)
                content = _content(response, self.address)
            except HTTPError as error:
                if not left or isinstance(error, SSLError) or not (sent.may_repeat or never_arrived(error)):
                    raise unreachable(self.address, error) from None
            else:
                wait = wait_seconds(response)
                if not left or response.status not in BUSY or wait > WAIT_SECONDS_MAX:
                    return response, content
                pause = max(pause, wait)
            self.sleep(pause)
            pause = min(WAIT_SECONDS_MAX, pause * 2)
        raise AssertionError("the last try returns or raises")

    def open(self, sent: Sent, timeout_seconds: float) -> urllib3.BaseHTTPResponse:
        """One try; its body is still to be read. Raises urllib3's errors. A redirection is followed nowhere."""
        headers = {"Accept": "application/json", "User-Agent": "tocsin", **sent.headers}
        if sent.body is not None:
            headers["Content-Type"] = "application/json"
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        behalf = urlencode({"on_behalf": self.on_behalf}) if self.on_behalf else ""
        return self.pool.request(
            sent.method,
            self.address + sent.path + (f"{'&' if '?' in sent.path else '?'}{behalf}" if behalf else ""),
            body=sent.body,
            headers=headers,
            timeout=urllib3.Timeout(connect=min(10.0, self.timeout_seconds), read=timeout_seconds),
            preload_content=False,
            redirect=False,
        )


def target(*parts: str, **query: object) -> str:
    """The path of a route, each part quoted, with what is asked for behind it. Empty values are left out."""
    path = "".join(f"/{quote(part, safe='')}" for part in parts)
    wanted = {name: str(value) for name, value in query.items() if value not in ("", None)}
    return f"/api/v1{path}" + (f"?{urlencode(wanted)}" if wanted else "")


def normal_address(address: str) -> str:
    """The same without a slash at its end. Raises ClientError for what is no address, or one that is not safe.

    A secret never goes over a network unencrypted: without https only this machine itself is spoken to.
    """
    parts = urlsplit(address.strip().rstrip("/"))
    try:
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise ClientError("no address", f"'{address}' is no address of a centre.", fix="Write http://127.0.0.1:8420")
    if parts.scheme == "http" and not is_loopback(host):
        message = f"{address} is another machine, and http would show everything on the way."
        raise ClientError("not encrypted", message, fix="Write https.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"


def is_loopback(host: str) -> bool:
    """Whether this name or address is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def problem(response: urllib3.BaseHTTPResponse, content: bytes, address: str) -> ClientError:
    """What application/problem+json says; of anything else its status."""
    try:
        said = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        said = None
    told = said if isinstance(said, dict) else {}
    words = {name: str(told[name]) for name in WORDS if told.get(name)}
    code = words.pop("code", "") or f"http {response.status}"
    message = str(told.get("detail") or told.get("title") or f"{address} answers with status {response.status}.")
    error = ClientError(code, message, status=response.status, **words)
    mistakes = told.get("mistakes")
    error.mistakes = tuple(row for row in mistakes if isinstance(row, dict)) if isinstance(mistakes, list) else ()
    return error


def unreachable(address: str, error: Exception) -> ClientError:
    """That there is no getting through, and why."""
    if isinstance(error, SSLError):
        fix = "Check the address and the certificate; name its authority with --ca-file."
        return ClientError("not trusted", f"{address} does not prove who it is: {error}.", fix=fix)
    if isinstance(error, NewConnectionError):
        return ClientError("unreachable", f"Nobody answers at {address}.", fix="Is the centre running? tocsin serve")
    lost = f"The connection to {address} was lost: {type(error).__name__}."
    return ClientError("unreachable", lost, fix="Try again: what carries the same id is done once.")


def never_arrived(error: Exception) -> bool:
    """Whether the request cannot have reached the centre."""
    return isinstance(error, NewConnectionError)


def wait_seconds(response: urllib3.BaseHTTPResponse) -> float:
    """How long the centre asks to wait; 0 where it does not say."""
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 0.0


def _content(response: urllib3.BaseHTTPResponse, address: str) -> bytes:
    content = response.read(ANSWER_BYTES_MAX + 1)
    if len(content) > ANSWER_BYTES_MAX:
        response.close()
        raise ClientError("too long", f"{address} answers more than {ANSWER_BYTES_MAX:,} bytes.")
    response.release_conn()
    return content
