"""Old records read as new ones. Every stored kind is kept for ever; a change of shape adds a step here.

One golden ledger for each released schema stays in the tests.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from tocsin.errors import NeedsNewer

ACT_SCHEMA = 3

_TODAY = b'{"schema":%d,' % ACT_SCHEMA


class _Versioned(Struct):
    schema: int


class _Act1(Struct, frozen=True):
    """An act of schema 1, opened no further than needed."""

    schema: int
    command: msgspec.Raw
    attested: str
    facts: list[msgspec.Raw]
    charter: str
    charter_hash: str
    engine: str


class _Act2(_Act1, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An act of schema 2."""

    received: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    handled: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    signature: str = ""
    key: str = ""


class _Author(Struct):
    by: str


_versioned = msgspec.json.Decoder(_Versioned)
_act1 = msgspec.json.Decoder(_Act1, strict=True)
_act2 = msgspec.json.Decoder(_Act2, strict=True)
_author = msgspec.json.Decoder(_Author)
_DELIVERED = b'"fact":"text delivered"'
_PACKAGE = b'"fact":"package reported"'
_SCHEMA_2, _SCHEMA_3 = b'{"schema":2,', b'{"schema":3,'


def _from_1(data: bytes) -> bytes:
    """Since schema 2 a delivery says who vouches for it: in schema 1 that was the author of the command."""
    act = _act1.decode(data)
    facts = _said_by_author(act, _DELIVERED) if _DELIVERED in data else act.facts
    return msgspec.json.encode(msgspec.structs.replace(act, schema=2, facts=facts))


def _from_2(data: bytes) -> bytes:
    """Since schema 3 a force package says who reported it: in schema 2 that was the author of the command."""
    if _PACKAGE not in data and data.startswith(_SCHEMA_2):
        return _SCHEMA_3 + data[len(_SCHEMA_2) :]
    act = _act2.decode(data)
    return msgspec.json.encode(msgspec.structs.replace(act, schema=3, facts=_said_by_author(act, _PACKAGE)))


def _said_by_author(act: _Act1, kind: bytes) -> list[msgspec.Raw]:
    """The facts, those of a kind with the command's author as `by`."""
    by = b',"by":%b}' % msgspec.json.encode(_author.decode(act.command).by)
    return [msgspec.Raw(bytes(fact)[:-1] + by) if bytes(fact).startswith(b"{" + kind) else fact for fact in act.facts]


UPCASTS: dict[int, Callable[[bytes], bytes]] = {1: _from_1, 2: _from_2}
"""From each old schema to the next: `UPCASTS[1]` maps a record of schema 1 to schema 2."""


def upcast(data: bytes) -> bytes:
    """The record in today's schema. Raises NeedsNewer where it is of a later one, or no record at all."""
    if data.startswith(_TODAY):
        return data
    try:
        schema = _versioned.decode(data).schema
        if 1 <= schema <= ACT_SCHEMA:
            for old in range(schema, ACT_SCHEMA):
                data = UPCASTS[old](data)
            return data
    except (msgspec.DecodeError, RecursionError) as problem:
        raise NeedsNewer(f"This is no act of any schema this release knows: {problem}.") from problem
    raise NeedsNewer(f"The record has act schema {schema}; this release reads 1 to {ACT_SCHEMA}.")
