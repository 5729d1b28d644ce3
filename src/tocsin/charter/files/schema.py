"""The JSON Schema of the charter file, for editors and for readers in other languages."""

from typing import Any

import msgspec

from tocsin.charter.model import SCHEMA, Document

TITLE = f"Tocsin charter file, format {SCHEMA}"
DESCRIPTION = (
    "A treaty as data. The file is TOML; this schema speaks of the same tables as JSON, with dates as texts "
    "such as '2026-01-31'. It states the types of the fields; `tocsin charter check` also checks references, "
    "dates and sources."
)


def charter_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a charter. It has no address of its own: it belongs to the release it came with."""
    schema = msgspec.json.schema(Document)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "description": DESCRIPTION,
        **schema,
    }
