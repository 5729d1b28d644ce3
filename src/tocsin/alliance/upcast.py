"""Old records read as new ones. Every stored kind is kept for ever; a change of shape adds a step here.

One golden ledger for each released schema stays in the tests.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from tocsin.errors import NeedsNewer

ACT_SCHEMA = 1

UPCASTS: dict[int, Callable[[bytes], bytes]] = {}
"""From each old schema to the next: `UPCASTS[1]` maps a record of schema 1 to schema 2."""


class _Versioned(Struct):
    schema: int


_versioned = msgspec.json.Decoder(_Versioned)


def upcast(data: bytes) -> bytes:
    """The record in today's schema. Raises NeedsNewer where it is of a later one, or no record at all."""
    try:
        schema = _versioned.decode(data).schema
    except (msgspec.DecodeError, RecursionError) as problem:
        raise NeedsNewer(f"This is no act of any schema this release knows: {problem}.") from problem
    if not 1 <= schema <= ACT_SCHEMA:
        raise NeedsNewer(f"The record has act schema {schema}; this release reads 1 to {ACT_SCHEMA}.")
    for old in range(schema, ACT_SCHEMA):
        data = UPCASTS[old](data)
    return data
