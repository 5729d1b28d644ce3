"""How a notice leaves: e-mail through a server, or a signed request to a webhook. Both block, and run in threads."""

import base64
import hmac
import smtplib
import ssl
import time
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import urllib3
from msgspec import Struct

from tocsin.centre.notify.model import Called, Contact, Message, Undelivered
from tocsin.centre.settings import Mail, Webhook, is_safe_url, read_secret
from tocsin.terms import Instant, Marking, iso, moment

TIMEOUT_SECONDS = 15.0
ANSWER_BYTES_MAX = 65_536
BODY_BYTES_MAX = 65_536
FINAL_STATUSES = frozenset({400, 401, 403, 404, 405, 410, 411, 413, 415, 422, 501})
"""A receiver that says so would say so again."""
SECRET_PREFIX = "whsec_"  # noqa: S105  # the mark of one, not a secret


class Sender(Protocol):
    """One channel."""

    def ceiling(self, contact: Contact) -> Marking:
        """The highest marking that the settings let a contact of this channel be told of."""

    def lane(self, contact: Contact) -> str:
        """What it shares with others: messages of one lane wait for each other, and for nobody else."""

    def send(self, contact: Contact, message: Message) -> None:
        """Hand a message over. Raises Undelivered."""


class MailSender:
    """Notices as plain text e-mail. A connection a message: there are few, and a server's patience is its own."""

    def __init__(self, settings: Mail) -> None:
        self._settings = settings
        self._password = read_secret(settings.password_file)

    def ceiling(self, contact: Contact) -> Marking:  # noqa: ARG002  # one server for all
        return self._settings.ceiling

    def lane(self, contact: Contact) -> str:  # noqa: ARG002  # the same
        return "mail"

    def send(self, contact: Contact, message: Message) -> None:
        try:
            with self._connected() as server:
                server.send_message(self._written(contact, message))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise Undelivered(f"the address was refused: {_said(code, said)}", is_final=code >= 500) from None
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"the mail server said {_said(error.smtp_code, error.smtp_error)}") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise Undelivered(f"the mail server could not be used: {_why(error)}") from None

    def _connected(self) -> smtplib.SMTP:
        at = self._settings
        secure = ssl.create_default_context(cafile=at.ca_file or None)
        if at.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(at.host, at.port, timeout=TIMEOUT_SECONDS, context=secure)
        else:
            server = smtplib.SMTP(at.host, at.port, timeout=TIMEOUT_SECONDS)
        try:
            if at.tls == "starttls":
                server.starttls(context=secure)
            if at.user:
                server.login(at.user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _written(self, contact: Contact, message: Message) -> EmailMessage:
        """The message as mail. Its id and date stay the same when it is sent again."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(display_name="Tocsin", addr_spec=self._settings.sender)
        mail["To"] = Address(addr_spec=contact.address)
        mail["Subject"] = message.subject
        mail["Date"] = moment(message.at)
        mail["Message-ID"] = f"<{message.id}@{self._settings.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(message.text, cte="quoted-printable")
        return mail


class WebhookThing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a webhook is told, where it is cleared for it."""

    kind: str
    case: str = ""
    name: str = ""
    by: str = ""
    what: str = ""
    until: str = ""
    marking: str
    """A warning's own; of anything else, what it counts as."""


class WebhookBody(Struct, frozen=True, kw_only=True):
    """What is posted to a webhook, as JSON."""

    id: str
    mode: str
    at: str
    says: str
    things: tuple[WebhookThing, ...]
    untold: int


class WebhookSender:
    """Notices as signed POST requests, after the Standard Webhooks specification: `webhook-id`, `webhook-timestamp`,
    `webhook-signature`. To hosts of the settings alone; a redirect is never followed."""

    def __init__(self, hosts: tuple[Webhook, ...], *, wall: Callable[[], float] = time.time) -> None:
        self._hosts = {host.host.lower(): host for host in hosts}
        self._wall = wall
        """Receivers compare it with their own clocks, also where the centre's is simulated."""
        self._pools: dict[str, urllib3.PoolManager] = {}

    def ceiling(self, contact: Contact) -> Marking:
        return self._host(contact.address).ceiling

    def lane(self, contact: Contact) -> str:
        return f"webhook {self._host(contact.address).host}"

    def check(self, address: str) -> str:
        """Why nothing would be posted there; empty where it would."""
        try:
            self._host(address)
        except Undelivered as problem:
            return problem.why
        return ""

    def send(self, contact: Contact, message: Message) -> None:
        host = self._host(contact.address)
        body = webhook_body(message)
        if len(body) > BODY_BYTES_MAX:
            raise Undelivered("the notice is too large", is_final=True)
        stamp = str(int(self._wall()))
        headers = {
            "content-type": "application/json",
            "user-agent": "tocsin",
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(contact.secret, message.id, stamp, body),
        }
        timeout = urllib3.Timeout(connect=5.0, read=TIMEOUT_SECONDS, total=TIMEOUT_SECONDS)
        try:
            answer = self._pool(host).request(
                "POST",
                contact.address,
                body=body,
                headers=headers,
                timeout=timeout,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise Undelivered(f"the webhook could not be reached: {_why(error)}") from None
        try:
            answer.read(ANSWER_BYTES_MAX)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            pass  # what it says beside its status is of no use here
        finally:
            answer.close()
        if not 200 <= answer.status < 300:
            raise Undelivered(f"the webhook answered {answer.status}", is_final=answer.status in FINAL_STATUSES)

    def _host(self, address: str) -> Webhook:
        """The row of the settings that lets notices go there. Raises Undelivered where none does."""
        if not is_safe_url(address):
            raise Undelivered("a webhook is an https address", is_final=True)
        parts = urlsplit(address)
        named = (parts.hostname or "").lower()
        host = self._hosts.get(named)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if host is None or port not in host.ports:
            raise Undelivered(f"the centre's settings name no webhook host {named}:{port}", is_final=True)
        return host

    def _pool(self, host: Webhook) -> urllib3.PoolManager:
        if host.host not in self._pools:
            secure = ssl.create_default_context(cafile=host.ca_file or None)
            self._pools[host.host] = urllib3.PoolManager(num_pools=2, maxsize=2, block=True, ssl_context=secure)
        return self._pools[host.host]


def webhook_body(message: Message) -> bytes:
    """What is posted about a message."""
    return msgspec.json.encode(
        WebhookBody(
            id=message.id,
            mode=message.mode,
            at=iso(message.at),
            says=message.text,
            things=tuple(_thing(thing) for thing in message.told),
            untold=message.untold,
        )
    )


def signature(secret: str, message: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, under the secret behind `whsec_`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _thing(thing: Called) -> WebhookThing:
    until = "" if thing.until is None else iso(Instant(thing.until))
    return WebhookThing(
        kind=thing.kind, case=thing.case, name=thing.name, by=thing.by, what=thing.what, until=until,
        marking=thing.marked or thing.marking,
    )  # fmt: skip


def _said(code: int, said: bytes | str) -> str:
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:200]


def _why(error: Exception) -> str:
    """Without addresses of objects, which some messages hold."""
    said = str(error).rpartition(": ")[2] if isinstance(error, urllib3.exceptions.HTTPError) else str(error)
    return said[:200] or type(error).__name__
