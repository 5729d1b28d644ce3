"""Acting: a command comes in, the centre decides it, and what came of it is answered once it is durable."""

import binascii
from base64 import b64decode
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Raw, Struct

from tocsin.alliance.commands import Command
from tocsin.alliance.contents import ContentCommand
from tocsin.centre.model import Answer, Submission
from tocsin.centre.scopes import CENTRE_ONLY
from tocsin.errors import Malformed
from tocsin.web.call import Call, Reply
from tocsin.web.problems import refused
from tocsin.web.shape import encode, read

KEY_HEADER = b"idempotency-key"
KINDS: dict[str, type[Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Command | ContentCommand)}
"""Command by the name that 'do' gives it."""
ACCEPTED_KINDS = ", ".join(name for name, kind in KINDS.items() if kind not in CENTRE_ONLY)
FILLED: dict[str, Any] = {"id": "-", "at": 0, "by": "-"}
"""What the centre fills in where a command does not say it; here only so that the rest can be checked."""


class Signed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A command under a party's own key. Its text is kept and checked byte for byte."""

    command: Annotated[str, Meta(max_length=256_000, description="JSON text of a whole command.")]
    signature: Annotated[
        str, Meta(max_length=100, description="Base64 of the Ed25519 signature: see the reference, 'Signing'.")
    ]
    key: Annotated[str, Meta(max_length=80, description="Fingerprint of the key.")]


class CommandIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A command, or one that is signed; and a warning's content, with 'report warning' alone."""

    command: Raw = Raw()
    signed: Signed | None = None
    content: Raw = Raw()


async def submit(call: Call) -> Reply:
    """Hand in a command."""
    body: CommandIn = call.body
    if bool(body.command) == (body.signed is not None):
        raise Malformed(
            "A request holds a command or a signed one.", field="command", accepted="one of 'command' and 'signed'"
        )
    content = bytes(body.content) or None
    if body.signed is not None:
        submission = Submission(
            command=_text_bytes(body.signed.command),
            content=content,
            signature=_signature(body.signed.signature),
            key=body.signed.key,
        )
    else:
        submission = Submission(command=command_bytes(bytes(body.command), idempotency_key(call)), content=content)
    return answered(await call.centre.submit(call.actor, submission))


def answered(answer: Answer) -> Reply:
    """What came of a command: 200; 202 where it waits for a second person; 422 where the law refuses it."""
    if answer.status == "refused":
        return refused(answer)
    return Reply(202 if answer.status == "pending" else 200, encode(answer))


def idempotency_key(call: Call) -> str:
    """The id a client gives its request in a header; empty where it gives none."""
    key = call.header(KEY_HEADER)
    is_empty = KEY_HEADER in call.headers and not key
    if is_empty or len(key) > 200 or not key.isprintable():
        raise Malformed("The Idempotency-Key cannot be a command's id.", field="Idempotency-Key", found=key[:80])
    return key


def command_bytes(data: bytes, key: str) -> bytes:
    """The command as the centre takes it: instants as numbers, an id from the header where it has none.

    Raises Malformed with the field that is wrong.
    """
    try:
        fields = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Malformed(f"'command': {problem}.", field="command") from None
    if not isinstance(fields, dict):
        raise Malformed("'command' is no JSON object.", field="command", accepted="an object with 'do'")
    given = {name: value for name, value in fields.items() if name not in FILLED or value not in ("", None)}
    if key:
        given.setdefault("id", key)
    trial = FILLED | given
    do = trial.get("do")
    if not isinstance(do, str) or do not in KINDS:
        told = f"'command.do' cannot be {do[:80]!r}." if isinstance(do, str) else "'command.do' is missing, or no text."
        raise Malformed(told, field="command.do", found=str(do or "nothing")[:80], accepted=ACCEPTED_KINDS)
    read(trial, KINDS[do], "command")  # one struct is read far faster than a union
    return msgspec.json.encode({name: trial[name] for name in given})


def _text_bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Malformed("'signed.command' holds half a character.", field="signed.command") from None


def _signature(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("'signed.signature' is no base64.", field="signed.signature", found=text[:40]) from None
