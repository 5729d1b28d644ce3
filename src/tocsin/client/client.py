"""A centre's HTTP API, one method a route.

>>> from tocsin.client import Client
>>> centre = Client("http://127.0.0.1:8420", "tct_…")
>>> centre.situation()["cases"]

Answers are plain dictionaries, as the centre's API reference (/reference) describes them. Whatever is no success
raises `tocsin.errors.ClientError`, with the status, a short code, the field, the clause and what would be accepted.
"""

import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from tocsin.alliance.commands import Base
from tocsin.alliance.contents import WarningContent
from tocsin.client.drafts import Draft, body_of, checked_text, draft
from tocsin.client.events import OnLine, events
from tocsin.client.forces import Forces
from tocsin.client.keys import PartyKey
from tocsin.client.notebook import Notebook
from tocsin.client.wire import Answer, Sent, Wire, target


class Client:
    """One desk's way into one centre. `secret` is a session's or a token's; without one only public routes answer.

    With `key` every command is signed by the nation itself; with `on_behalf` it is done, and read, for the seat that
    delegated to this one. A request that is lost is sent again, as long as doing it twice does the same as doing it
    once: a command carries its id, and the centre keeps the first.
    """

    def __init__(
        self,
        address: str,
        secret: str = "",
        *,
        timeout_seconds: float = 30.0,
        ca_file: str | Path | None = None,
        key: PartyKey | None = None,
        on_behalf: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.wire = Wire(address, secret, timeout_seconds=timeout_seconds, ca_file=ca_file, sleep=sleep)
        self.wire.on_behalf = on_behalf
        self.key = key
        self.notebook = Notebook(self.wire)
        """What the seat keeps for itself: drafts, the watch log, handovers, situation reports."""
        self.forces = Forces(self.wire)
        """What the centre works out about forces, keeping nothing of it."""
        self._origin = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.wire.close()

    # who I am

    def login(self, name: str, password: str) -> Answer:
        """A session, whose secret this client uses from now on."""
        answer = self._post(target("session"), {"name": name, "password": password}, may_repeat=False)
        self.wire.secret = answer["secret"]
        return answer

    def logout(self) -> None:
        self._delete(target("session"))
        self.wire.secret = ""

    def change_password(self, old: str, new: str) -> None:
        """Another password for whoever is signed in. All their sessions end, the one that this client uses too."""
        self._post(target("password"), {"old": old, "new": new}, may_repeat=False)
        self.wire.secret = ""

    def enter(self, link: str, name: str, password: str) -> Answer:
        """Takes up an invitation: `link` is the one-time link or the secret in it."""
        body = {"secret": secret_of(link), "name": name, "password": password}
        return self._post(target("enter"), body, may_repeat=False)

    def me(self) -> Answer:
        return self._get(target("me"))

    # acts

    def submit(self, command: Base | dict[str, Any] | Draft, content: WarningContent | None = None) -> Answer:
        """Hands in a command and waits until it is durable. `status` is accepted, repeated or pending.

        Raises ClientError with status 422 where the law refuses it.
        """
        made = command if isinstance(command, Draft) else draft(command, content)
        origin = self.origin() if self.key is not None else ""
        return self._ask("POST", target("commands"), body_of(made, origin, self.key))

    def warn(self, warning: dict[str, Any], command_id: str) -> Answer:
        """The easy form: case, text, to, marking, and where needed warning, orcon, as_of. The centre makes the salt."""
        checked_text(str(warning.get("text", "")))
        return self._post(target("warnings"), warning, headers={"Idempotency-Key": command_id})

    def preview(self, warning: dict[str, Any]) -> list[Answer]:
        """Who would see such a warning, and why or why not. It sends nothing to anybody."""
        return self.wire.ask_rows(Sent("POST", target("warnings", "preview"), msgspec.json.encode(warning)))

    # views

    def situation(self) -> Answer:
        return self._get(target("situation"))

    def cases(self) -> list[Answer]:
        return self._rows(target("cases"))

    def case(self, case: str) -> Answer:
        return self._get(target("cases", case))

    def procedure(self, case: str, procedure: str) -> Answer:
        return self._get(target("cases", case, "procedures", procedure))

    def deadlines(self) -> list[Answer]:
        return self._rows(target("deadlines"))

    def asks(self) -> list[Answer]:
        return self._rows(target("asks"))

    def warnings(self, case: str = "") -> list[Answer]:
        return self._rows(target("warnings", case=case))

    def warning(self, case: str, warning: str) -> Answer:
        """A warning with its substance. The centre records that this seat received it."""
        return self._get(target("cases", case, "warnings", warning))

    def holders(self, case: str, warning: str) -> list[Answer]:
        return self._rows(target("cases", case, "warnings", warning, "holders"))

    def releases(self) -> list[Answer]:
        """Everything released to this seat, and why."""
        return self._rows(target("releases"))

    def members(self) -> list[Answer]:
        return self._rows(target("members"))

    def charter(self) -> Answer:
        return self._get(target("charter"))

    # the feed

    def feed(self, after: str = "", limit: int = 100) -> Answer:
        return self._get(target("feed", after=after, limit=limit))

    def events(self, after: str = "", *, tries_max: int = 0, on_line: OnLine | None = None) -> Iterator[Answer]:
        """The feed as it grows, item by item, for ever; it makes lost connections anew.

        `on_line` is called with the error when the connection is lost, and with None when it is back.
        """
        return events(self.wire, after, tries_max=tries_max, on_line=on_line)

    def confirm(self, cursor: str) -> Answer:
        """Says that this seat has its feed up to there; texts under silence among it are delivered by that."""
        return self._post(target("feed", "confirm"), {"cursor": cursor})

    # proofs

    def receipt(self, cursor: str) -> str:
        """The proof that an item stands in the ledger, as a tlog-proof."""
        return self._text(target("receipts", cursor))

    def inclusion(self, cursor: str, size: int) -> Answer:
        """The audit path of that item in the tree of the first `size` entries, `hashes` in base64, from the leaf up."""
        return self._get(target("receipts", cursor, "inclusion", size=size))

    def consistency(self, old: int, size: int) -> Answer:
        """The proof that the tree of the first `size` entries continues that of the first `old` ones."""
        return self._get(target("consistency", old=old, size=size))

    def checkpoint(self) -> str:
        """The last signed checkpoint of the ledger, as a signed note."""
        return self._text(target("checkpoint"))

    def ledger_keys(self) -> Answer:
        return self._get(target("keys"))

    def origin(self) -> str:
        """The name of the centre's ledger: what a nation's signature is bound to."""
        if not self._origin:
            self._origin = str(self.ledger_keys()["origin"])
        return self._origin

    # what waits for a second person

    def pending(self) -> list[Answer]:
        return self._rows(target("pending"))

    def confirm_pending(self, number: str) -> Answer:
        return self._post(target("pending", number, "confirm"), {})

    def drop_pending(self, number: str) -> Answer:
        return self._post(target("pending", number, "drop"), {})

    # desks, tokens, keys, delegations

    def desks(self) -> list[Answer]:
        return self._rows(target("desks"))

    def invite(self, seat: str, role: str, *, deputy_of: str = "") -> Answer:
        body = {"seat": seat, "role": role} | ({"deputy_of": deputy_of} if deputy_of else {})
        return self._post(target("desks"), body, may_repeat=False)

    def approve(self, desk: str) -> Answer:
        return self._post(target("desks", desk, "approve"), {})

    def revoke(self, desk: str, why: str) -> Answer:
        return self._post(target("desks", desk, "revoke"), {"why": why})

    def tokens(self) -> list[Answer]:
        return self._rows(target("tokens"))

    def create_token(self, label: str, scopes: Sequence[str], days: int) -> Answer:
        body = {"label": label, "scopes": list(scopes), "days": days}
        return self._post(target("tokens"), body, may_repeat=False)

    def drop_token(self, token: str) -> None:
        self._delete(target("tokens", token))

    def party_keys(self) -> list[Answer]:
        return self._rows(target("party-keys"))

    def register_key(self, public: bytes) -> Answer:
        return self._post(target("party-keys"), {"public": b64encode(public).decode()}, may_repeat=False)

    def confirm_key(self, key: str, fingerprint: str) -> Answer:
        return self._post(target("party-keys", key, "confirm"), {"fingerprint": fingerprint})

    def revoke_key(self, key: str) -> Answer:
        return self._post(target("party-keys", key, "revoke"), {})

    def delegations(self) -> list[Answer]:
        return self._rows(target("delegations"))

    def delegate(self, to: str, scopes: Sequence[str], until: str) -> Answer:
        body = {"to": to, "scopes": list(scopes), "until": until}
        return self._post(target("delegations"), body, may_repeat=False)

    def end_delegation(self, delegation: str) -> None:
        self._delete(target("delegations", delegation))

    def party_settings(self) -> Answer:
        return self._get(target("party-settings"))

    def set_party_settings(self, settings: dict[str, Any]) -> Answer:
        return self._ask("PUT", target("party-settings"), msgspec.json.encode(settings))

    def forget(self, desk: str) -> Answer:
        """Erases the name of a revoked desk's person."""
        return self._post(target("desks", desk, "forget"), {})

    def single_sign_on(self, desk: str, subject: str) -> Answer:
        """Lets a desk's person sign in as what the provider knows them as; an empty one ends that."""
        return self._post(target("desks", desk, "single-sign-on"), {"subject": subject})

    # whom to call out, and what leaves for good

    def contacts(self) -> list[Answer]:
        return self._rows(target("contacts"))

    def add_contact(self, contact: dict[str, Any]) -> Answer:
        """channel, address, and where needed label, rung, wait_minutes, clearance, seat."""
        return self._post(target("contacts"), contact, may_repeat=False)

    def drop_contact(self, contact: str) -> None:
        self._delete(target("contacts", contact))

    def check_contact(self, contact: str) -> Answer:
        return self._post(target("contacts", contact, "check"), {}, may_repeat=False)

    def erase_warning(self, case: str, warning: str, reason: str, decided_by: str) -> Answer:
        body = {"reason": reason, "decided_by": decided_by}
        return self._post(target("cases", case, "warnings", warning, "erase"), body, may_repeat=False)

    def audit(self, before: str = "", limit: int = 100) -> list[Answer]:
        return self._rows(target("audit", before=before, limit=limit))

    # the conduct of a replay or an exercise

    def set_clock(self, **to: Any) -> Answer:  # noqa: ANN401  # at (ISO text), rate or pause: the centre checks them
        return self._post(target("clock"), to)

    def ready(self) -> Answer:
        return self.wire.ask(Sent("GET", "/ready"))

    def _get(self, path: str) -> Answer:
        return self.wire.ask(Sent("GET", path))

    def _rows(self, path: str) -> list[Answer]:
        return self.wire.ask_rows(Sent("GET", path))

    def _text(self, path: str) -> str:
        return self.wire.read(Sent("GET", path, headers={"Accept": "text/plain"})).decode()

    def _delete(self, path: str) -> None:
        self.wire.ask(Sent("DELETE", path))

    def _post(
        self, path: str, body: dict[str, Any], *, headers: dict[str, str] | None = None, may_repeat: bool = True
    ) -> Answer:
        return self.wire.ask(Sent("POST", path, msgspec.json.encode(body), headers or {}, may_repeat))

    def _ask(self, method: str, path: str, body: bytes) -> Answer:
        return self.wire.ask(Sent(method, path, body))


def secret_of(link: str) -> str:
    """The secret in a one-time link: what stands behind its '#' or its last '='; a bare secret is itself."""
    return link.strip().rpartition("#")[2].rpartition("=")[2]
