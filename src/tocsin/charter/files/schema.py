"""The JSON Schemas of charter and reform files, for editors and for readers in other languages."""

from typing import Any

import msgspec
from msgspec import Struct

from tocsin.charter.model import SCHEMA, Document
from tocsin.charter.reform import Intent, Overlay

TITLE = f"Tocsin charter file, format {SCHEMA}"
DESCRIPTION = (
    "A treaty as data. The file is TOML; this schema speaks of the same tables as JSON, with dates as texts "
    "such as '2026-01-31'. It states the types of the fields; `tocsin charter check` also checks references, "
    "dates and sources."
)
REFORM_TITLE = f"Tocsin reform file, format {SCHEMA}"
REFORM_DESCRIPTION = (
    "A draft laid over a charter. The file is TOML; this schema speaks of the same tables as JSON, with dates as texts "
    "such as '2026-01-31'. It states the types of the fields; `tocsin charter check` also checks what the file says "
    "against the charter it is laid over."
)


def charter_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a charter. It has no address of its own: it belongs to the release it came with."""
    return _headed(TITLE, DESCRIPTION, Document)


def reform_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a reform file. Its rows are those of a charter and may say `change`, add or replace."""
    schema = _headed(REFORM_TITLE, REFORM_DESCRIPTION, Overlay)
    change = {
        **msgspec.json.schema(Intent),
        "description": "Whether the row means to add to the base or to replace a row of it; said so that slips show.",
    }
    for definition in schema["$defs"].values():
        if "supersedes" in definition.get("properties", {}):  # every dated row has it, and nothing else
            definition["properties"]["change"] = change
    return schema


def _headed(title: str, description: str, struct: type[Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema(struct)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        **schema,
    }
