"""Reading a charter file: TOML text into a checked Document, or one error that names every mistake by line."""

import re
import tomllib
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from tocsin.charter.checks.document import check_document
from tocsin.charter.files.disk import Folder, Refuse, decode, read_bytes
from tocsin.charter.files.locate import Mistake, Path, located
from tocsin.charter.files.structure import mistakes, shown
from tocsin.charter.model import SCHEMA, Document
from tocsin.charter.snapshot import Charter
from tocsin.errors import CharterError, Problem

T = TypeVar("T", bound=Struct)

BYTES_MAX = 2_000_000
ROWS_MAX = 5_000
DEPTH_MAX = 16

_TOO_DEEP = "the tables are nested too deeply"
_PLACE = re.compile(r" \((?:at line (\d+), column \d+|at end of document)\)$")
_ROW = re.compile(r"\s*\[\[\s*([\w.-]+)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([\w.-]+)\s*\]")
_TUPLE = re.compile(r"\((?:'[^']*',? ?)+\)")


def load(path: str | Folder) -> Charter:
    """The charter in a file, read, checked and ready for `as_of`. Raises CharterError with every mistake.

    A file with a `[reform]` is laid over the charter that it names as its base.
    """
    return load_text(_read(path), str(path))


def load_text(text: str, name: str) -> Charter:
    """The same for text that is at hand; `name` stands for the file in messages."""
    charter = _standing_alone(text, name)
    if charter is not None:
        return charter
    from tocsin.charter.files.overlay import load_overlay  # noqa: PLC0415  # it loads its base through this module

    return load_overlay(parse_toml(text, name, CharterError), text, name)


@lru_cache(maxsize=32)
def _standing_alone(text: str, name: str) -> Charter | None:
    """The charter of a text; None for a reform, which needs the file of its base as well.

    One text is read once: cases, decisions and comparisons ask for the same few charters over and over.
    """
    raw = parse_toml(text, name, CharterError)
    if "reform" in raw:
        return None
    document = _document(raw, text, name)
    if problems := check_document(document, text, name):
        raise CharterError(problems)
    return Charter(document, content_hash(document))


def load_document(path: str | Folder) -> Document:
    """The document in a file: every field is of its type, references are not checked yet. Raises CharterError."""
    return parse_document(_read(path), str(path))


def parse_document(text: str, name: str) -> Document:
    """The document in TOML text. Raises CharterError with every field that is not of its type."""
    return _document(parse_toml(text, name, CharterError), text, name)


def check_format(raw: dict[str, Any], read: int, page: str, text: str, name: str, refuse: Refuse) -> None:
    """Raises `refuse` where the file says that it is of another format than the one this release reads."""
    schema = raw.get("schema", read)
    if isinstance(schema, int) and not isinstance(schema, bool) and schema != read:
        fix = "use a newer Tocsin" if schema > read else f"write schema = {read} and see {page}"
        found = f"the file is of format {shown(schema)}; this release reads format {read}"
        raise refuse(located([Mistake(("schema",), found, str(read), fix)], text, name))


def parse_toml(text: str, name: str, refuse: Refuse) -> dict[str, Any]:
    """The raw tables of TOML text within the limits. Raises `refuse` with the line of a syntax error."""
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_MAX:
        raise refuse([Problem(name, 0, "", "the file is too large", f"at most {BYTES_MAX:,} bytes")])
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise refuse([Problem(name, 0, "", _TOO_DEEP, f"at most {DEPTH_MAX} levels")]) from None
    except ValueError as error:
        raise refuse([_syntax_problem(str(error), text, name)]) from None
    if over := list(_over_limits(raw)):
        raise refuse(located(over, text, name))
    return raw


def convert(raw: dict[str, Any], struct: type[T], text: str, name: str, refuse: Refuse) -> T:
    """The raw tables as a struct. Raises `refuse` with every field that does not fit, each with its line."""
    try:
        return msgspec.convert(raw, struct)
    except msgspec.ValidationError as error:
        found = mistakes(raw, struct) or [Mistake((), str(error))]
        raise refuse(located(found, text, name)) from None


def content_hash(document: Document) -> str:
    """'sha256:…' of what the charter says: comments, white space and the order of fields do not change it."""
    return f"sha256:{sha256(msgspec.json.encode(document, order='sorted')).hexdigest()}"


def _document(raw: dict[str, Any], text: str, name: str) -> Document:
    check_format(raw, SCHEMA, "docs/CHARTERS.md", text, name, CharterError)
    return convert(raw, Document, text, name, CharterError)


def _read(path: str | Folder) -> str:
    return decode(read_bytes(Folder(path), BYTES_MAX, CharterError), str(path), CharterError)


def _over_limits(raw: dict[str, Any]) -> list[Mistake]:
    found = []
    for name, rows in raw.items():
        if isinstance(rows, list) and len(rows) > ROWS_MAX:
            found.append(Mistake((name, ROWS_MAX), f"[[{name}]] has {len(rows):,} rows", f"at most {ROWS_MAX:,}"))
    level: list[tuple[Path, dict[str, Any]]] = [((), raw)]
    for _ in range(DEPTH_MAX):
        level = [inner for path, table in level for inner in _tables_in(path, table)]
    if level:
        found.append(Mistake(level[0][0], _TOO_DEEP, f"at most {DEPTH_MAX} levels"))
    return found or hidden_characters(raw)


def hidden_characters(raw: dict[str, Any]) -> list[Mistake]:
    """Texts with characters that would steer a terminal or turn the direction of what follows."""
    found: list[Mistake] = []
    stack: list[tuple[Path, Any]] = [((key,), item) for key, item in raw.items()]
    while stack:
        at, item = stack.pop()
        if isinstance(item, str) and (hidden := _HIDDEN.search(item)):
            found.append(Mistake(at, f"the text holds the control character U+{ord(hidden[0]):04X}", fix="remove it"))
        elif isinstance(item, dict):
            stack.extend(((*at, key), part) for key, part in item.items())
        elif isinstance(item, list):
            stack.extend(((*at, index), part) for index, part in enumerate(item))
    return found


_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _tables_in(path: Path, table: dict[str, Any]) -> list[tuple[Path, dict[str, Any]]]:
    """The tables directly inside a table, also those that stand in lists."""
    found = []
    stack: list[tuple[Path, Any]] = [((*path, key), item) for key, item in table.items()]
    while stack:
        at, item = stack.pop()
        if isinstance(item, dict):
            found.append((at, item))
        elif isinstance(item, list):
            stack.extend(((*at, index), part) for index, part in enumerate(item))
    return found


_HINTS = {
    "Invalid value": "texts stand in quotes; dates are written 2026-01-31; true and false in small letters",
    "Cannot overwrite a value": "the same field is given twice; remove one",
    "Cannot declare": "rows of a list open with double brackets, such as [[membership]]; a table opens only once",
    "Cannot mutate": "the same table is given twice; remove one",
    "Expected '=' after a key": "write field = value",
    "Expected newline or end of document": "one field a line; a date has four, two and two digits: 2026-01-31",
    "Unclosed array": "close the list with ]",
    "Invalid initial character for a key": "a table in { } stands on one line, without a comma before its end",
    "Unclosed inline table": "a table in { } stands on one line, without a comma before its end",
    "Unterminated string": "close the text with the quotes it opened with",
    "Expected \"'": "close the text with the quotes it opened with",
    "Illegal character": "close the text with quotes on its own line, or open it with three quotes",
    "Exceeds the limit": "no number here is that long",
}


def _single_bracket(text: str, line: int) -> tuple[int, str] | None:
    """The line and name of the table in single brackets that the row opened on `line` belongs to, if that is it."""
    lines = text.splitlines()
    row = _ROW.match(lines[line - 1]) if line <= len(lines) else None
    for number, said in enumerate(lines[: line - 1] if row else (), start=1):
        table = _TABLE.match(said)
        if row and table and table[1] == row[1]:
            return number, row[1]
    return None


def _syntax_problem(message: str, text: str, name: str) -> Problem:
    place = _PLACE.search(message)
    line = text.rstrip().count("\n") + 1 if place is None or place[1] is None else int(place[1])
    said = _TUPLE.sub(lambda keys: "[" + ".".join(re.findall(r"'([^']*)'", keys[0])) + "]", _PLACE.sub("", message))
    fix = next((hint for start, hint in _HINTS.items() if said.startswith(start)), "")
    if said.startswith("Exceeds the limit"):
        line, said = 0, "a number is too long"
    if said.startswith(("Cannot overwrite a value", "Cannot mutate")) and (single := _single_bracket(text, line)):
        line, table = single
        said = f"[{table}] stands in single brackets, and more rows of it follow"
        return Problem(name, line, "", said, "", f"write [[{table}]] with double brackets")
    return Problem(name, line, "", f"this is not TOML: {said[:1].lower()}{said[1:]}", "", fix)
