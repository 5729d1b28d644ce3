"""The tables that ship in data/, and the source that every answer names."""

import csv
import tomllib
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from msgspec import Struct, convert

from tocsin.terms import WEAK_CLASSES, SourceClass


class Source(Struct, frozen=True, rename={"class_": "class"}):
    """Where numbers come from: what, which version, how to cite it, under which terms, how it was seen."""

    title: str
    version: str
    citation: str
    licence: str
    class_: SourceClass | None = None
    """None for the user's own file."""
    note: str = ""


@cache
def source(table: str) -> Source:
    """What data/sources.toml says of a shipped table."""
    return convert(tomllib.loads(_text("sources.toml"))[table], Source)


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a shipped table, as text by column."""
    return list(csv.DictReader(_text(f"{table}.csv").splitlines()))


def user_source(path: Path, content: bytes, title: str) -> Source:
    """A file of the user as a source: its version is the SHA-256 of its bytes."""
    version = f"sha256 {sha256(content).hexdigest()[:16]}"
    return Source(title, version, f"your file {path.name}", "yours to know")


def weak(sources: Iterable[Source]) -> dict[str, str]:
    """Title to source class of those seen only in secondary sources, or remembered."""
    return {one.title: one.class_ for one in sources if one.class_ in WEAK_CLASSES}


@cache
def _text(name: str) -> str:
    return files("tocsin.measures").joinpath("data", name).read_text(encoding="utf-8")
