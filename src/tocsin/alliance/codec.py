"""The one place where acts become bytes and bytes become acts.

An act is one record of the ledger: the author's command bytes as they came, how the author was attested, the facts
decided, what became of contents, the charter and the engine they were decided under. Contents are encoded apart.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.commands import Command
from tocsin.alliance.contents import AnyHandled, ContentCommand, WarningContent
from tocsin.alliance.facts import AnyFact
from tocsin.alliance.upcast import ACT_SCHEMA, upcast
from tocsin.errors import NeedsNewer
from tocsin.terms import Instant

ENGINE = "3"
"""Version of the law as coded: it goes up when the same command may be decided otherwise."""

COMMAND_BYTES_MAX = 256_000

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}:]', re.DOTALL)
"""Of JSON text: what tells which names an object has."""

_encoder = msgspec.json.Encoder(order="deterministic")
_command = msgspec.json.Decoder(Command)
_submission = msgspec.json.Decoder(Command | ContentCommand)
_content = msgspec.json.Decoder(WarningContent)


def _todays_schema() -> int:
    return ACT_SCHEMA


def _this_engine() -> str:
    return ENGINE


class Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One record: what was asked, by whom as attested, and what was decided."""

    # Made by factories, the schema and the engine are always written, though defaults are left out.
    schema: Annotated[int, Meta(description="Schema of the act.")] = msgspec.field(default_factory=_todays_schema)
    command: Annotated[msgspec.Raw, Meta(description="The author's bytes: kept and signed as they came.")]
    attested: Annotated[str, Meta(description="How the author was attested, such as 'recorded case'.")]
    facts: Annotated[tuple[AnyFact, ...], Meta(description="What was decided.")]
    charter: Annotated[str, Meta(description="Id of the charter it was decided under.")]
    charter_hash: Annotated[str, Meta(description="Content hash of that charter.")]
    engine: Annotated[str, Meta(description="Version of the law as coded.")] = msgspec.field(
        default_factory=_this_engine
    )
    received: Annotated[
        Instant | None, Meta(description="The centre's stamp: where it is set, the command counts at it.")
    ] = None
    handled: Annotated[
        tuple[AnyHandled, ...], Meta(description="What became of a content: for its audience, and no part of State.")
    ] = ()
    signature: Annotated[
        str, Meta(description="Base64 of the party's Ed25519 signature over `signed_bytes`; none: it signed nothing.")
    ] = ""
    key: Annotated[str, Meta(description="Fingerprint of the key it signed with.")] = ""


_act = msgspec.json.Decoder(Act)


def encode_command(command: Command | ContentCommand) -> bytes:
    """Deterministic JSON of a command."""
    return _encoder.encode(command)


def decode_command(data: bytes | msgspec.Raw) -> Command:
    """The command, every field checked. Raises msgspec.DecodeError for anything else, and for one over the limits."""
    _check_limits(bytes(data))
    try:
        command: Command = _command.decode(data)  # the types bound how deep lists and objects may lie in each other
    except (UnicodeDecodeError, RecursionError) as problem:
        raise msgspec.DecodeError(str(problem)) from problem
    return command


def decode_submission(data: bytes | msgspec.Raw) -> Command | ContentCommand:
    """What a seat hands in: a command, or one about a content. Raises as `decode_command` does."""
    _check_limits(bytes(data))
    try:
        command: Command | ContentCommand = _submission.decode(data)
    except (UnicodeDecodeError, RecursionError) as problem:
        raise msgspec.DecodeError(str(problem)) from problem
    return command


def name_given_twice(data: bytes) -> str:
    """A name that stands twice in one object of valid JSON text, of which readers may take either; else ''."""
    open_objects, before = list[set[str]](), b""
    for match in _TOKENS.finditer(data):
        token = match[0]
        if token == b"{":
            open_objects.append(set())
        elif token == b"}":
            open_objects.pop()
        elif token == b":":
            name: str = msgspec.json.decode(before, type=str)
            if name in open_objects[-1]:
                return name
            open_objects[-1].add(name)
        before = token
    return ""


def signed_bytes(origin: str, command: bytes) -> bytes:
    """What a party signs: its command's very bytes, bound to one ledger by its origin."""
    return b"tocsin/command/v1\n" + origin.encode() + b"\n" + command


def encode_act(act: Act) -> bytes:
    """Deterministic JSON of an act, the command's own bytes inside it unchanged."""
    return _encoder.encode(act)


def decode_act(data: bytes) -> Act:
    """The act, brought up to today's schema.

    Raises NeedsNewer where it was written by a later release, or holds a kind this one does not know.
    """
    raw = upcast(data)
    try:
        act = _act.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise NeedsNewer(
            f"A record cannot be read by this release (act schema {ACT_SCHEMA}): {problem}. "
            "It may have been written by a later one; open it with that."
        ) from problem
    if act.schema != ACT_SCHEMA:
        raise NeedsNewer(f"The record has act schema {act.schema}; this release reads 1 to {ACT_SCHEMA}.")
    return act


def encode_content(content: WarningContent) -> bytes:
    """Deterministic JSON of a content; its commitment is SHA-256 over these bytes, which hold the salt."""
    return _encoder.encode(content)


def decode_content(data: bytes) -> WarningContent:
    """The content. Raises msgspec.DecodeError for anything else."""
    try:
        return _content.decode(data)
    except (UnicodeDecodeError, RecursionError) as problem:
        raise msgspec.DecodeError(str(problem)) from problem


def _check_limits(data: bytes) -> None:
    if len(data) > COMMAND_BYTES_MAX:
        raise msgspec.ValidationError(f"a command has at most {COMMAND_BYTES_MAX:,} bytes; this one has {len(data):,}")
    if not (data.startswith(b"{") and data.endswith(b"}")):  # an act would not keep what stands around it
        raise msgspec.ValidationError("a command is one JSON object, with nothing before its '{' and after its '}'")
