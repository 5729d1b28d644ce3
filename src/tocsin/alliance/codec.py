"""The one place where acts become bytes and bytes become acts.

An act is one record of the ledger: the author's command bytes as they came, how the author was attested, the facts
decided, the charter and the engine they were decided under. Contents are encoded apart.
"""

import msgspec
from msgspec import Struct

from tocsin.alliance.commands import Command
from tocsin.alliance.facts import AnyFact, WarningContent
from tocsin.alliance.upcast import ACT_SCHEMA, upcast
from tocsin.errors import NeedsNewer

ENGINE = "1"
"""Version of the law as coded: it goes up when the same command may be decided otherwise."""

COMMAND_BYTES_MAX = 256_000

_encoder = msgspec.json.Encoder(order="deterministic")
_command = msgspec.json.Decoder(Command)
_content = msgspec.json.Decoder(WarningContent)


class Act(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record: what was asked, by whom as attested, and what was decided."""

    schema: int = ACT_SCHEMA
    command: msgspec.Raw
    """The author's bytes: kept and signed as they came, never written anew."""
    attested: str
    """How the author was attested: 'own key', 'centre on behalf of ...', 'recorded case'."""
    facts: tuple[AnyFact, ...]
    charter: str
    charter_hash: str
    engine: str = ENGINE


_act = msgspec.json.Decoder(Act)


def encode_command(command: Command) -> bytes:
    """Deterministic JSON of a command."""
    return _encoder.encode(command)


def decode_command(data: bytes | msgspec.Raw) -> Command:
    """The command, every field checked. Raises msgspec.DecodeError for anything else, and for one over the limit."""
    if len(data) > COMMAND_BYTES_MAX:
        raise msgspec.ValidationError(f"a command has at most {COMMAND_BYTES_MAX:,} bytes; this one has {len(data):,}")
    command: Command = _command.decode(data)
    return command


def encode_act(act: Act) -> bytes:
    """Deterministic JSON of an act, the command's own bytes inside it unchanged."""
    return _encoder.encode(act)


def decode_act(data: bytes) -> Act:
    """The act, brought up to today's schema.

    Raises NeedsNewer where it was written by a later release, or holds a kind this one does not know.
    """
    raw = upcast(data)
    try:
        return _act.decode(raw)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise NeedsNewer(
            f"A record cannot be read by this release (act schema {ACT_SCHEMA}): {problem}. "
            "It may have been written by a later one; open it with that."
        ) from problem


def encode_content(content: WarningContent) -> bytes:
    """Deterministic JSON of a content; its commitment is SHA-256 over these bytes, which hold the salt."""
    return _encoder.encode(content)


def decode_content(data: bytes) -> WarningContent:
    """The content. Raises msgspec.ValidationError for anything else."""
    return _content.decode(data)
