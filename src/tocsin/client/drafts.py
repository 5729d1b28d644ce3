"""Commands as a client makes them: an id nobody else has, the author's bytes, and what travels beside them."""

import secrets
from base64 import b64encode
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Raw, Struct

from tocsin.alliance.codec import COMMAND_BYTES_MAX, encode_content
from tocsin.alliance.commands import Base
from tocsin.alliance.contents import WarningContent
from tocsin.client.keys import PartyKey
from tocsin.errors import ClientError

TEXT_LETTERS_MAX = 100_000

_encoder = msgspec.json.Encoder(order="deterministic")


class Draft(Struct, frozen=True, kw_only=True):
    """A command ready to be sent, as often as it takes: its bytes, and so its meaning, are always the same."""

    id: str
    command: bytes
    content: bytes | None = None


def new_id(by: str) -> str:
    """An id for a command: random, so that two machines of one seat never make the same."""
    return f"{by}-{secrets.token_hex(12)}"


def draft(command: Base | dict[str, Any], content: WarningContent | None = None) -> Draft:
    """A command as bytes. Raises ClientError where it is longer than a centre takes."""
    made = _encoder.encode(command)
    if len(made) > COMMAND_BYTES_MAX:
        raise ClientError("too long", f"A command has at most {COMMAND_BYTES_MAX:,} bytes; this one has {len(made):,}.")
    name = command.id if isinstance(command, Base) else str(command.get("id", ""))
    return Draft(id=name, command=made, content=None if content is None else encode_content(content))


def body_of(made: Draft, origin: str = "", key: PartyKey | None = None) -> bytes:
    """The body of POST /api/v1/commands. With a key it is signed, and then goes as text, byte for byte."""
    body: dict[str, object] = {}
    if key is None:
        body["command"] = Raw(made.command)
    else:
        signature = b64encode(key.sign(origin, made.command)).decode()
        body["signed"] = {"command": made.command.decode(), "signature": signature, "key": key.fingerprint}
    if made.content is not None:
        body["content"] = Raw(made.content)
    return _encoder.encode(body)


def commitment(content: WarningContent) -> str:
    """All that others learn of a substance: SHA-256 over its bytes, which hold the salt."""
    return sha256(encode_content(content)).hexdigest()


def new_salt() -> str:
    """What keeps a short substance from being guessed by its commitment."""
    return secrets.token_hex(16)


def checked_text(text: str) -> str:
    """The substance of a warning. Raises ClientError where it is empty or too long."""
    if not text.strip():
        raise ClientError("no text", "A warning needs a text.", field="text")
    if len(text) > TEXT_LETTERS_MAX:
        message = f"A warning has at most {TEXT_LETTERS_MAX:,} letters; this one has {len(text):,}."
        raise ClientError("too long", message, field="text")
    return text
