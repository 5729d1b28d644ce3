"""Write the generated pages of docs/reference: `.venv/bin/python -m scripts.make_docs`.

A page is one entry of PAGES, its path to the function that makes its text; tests/test_docs.py keeps them current.
"""

import inspect
import types
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import FieldInfo, fields

from scripts import case_pages, centre_pages, cli_pages, engine_pages, forces_pages, settings_pages
from tocsin import errors
from tocsin.alliance.commands import Name
from tocsin.centre import settings
from tocsin.charter import model, predicates
from tocsin.charter.checks.rows import must_be_said
from tocsin.charter.files.schema import charter_schema
from tocsin.charter.rows import Id, Row
from tocsin.charter.rules import kinds as rule_kinds
from tocsin.forces import standing
from tocsin.forces.model import FileName

ROOT = Path(__file__).resolve().parent.parent
MADE = "*This page is generated from the code by `python -m scripts.make_docs`; do not edit it.*"

RULE_KINDS: tuple[type[Struct], ...] = get_args(rule_kinds.Rule)
NESTED: tuple[type[Struct], ...] = (
    model.Notice,
    model.Forum,
    model.Unless,
    model.Report,
    predicates.Predicate,
    rule_kinds.RuleOption,
)
FIELDS_INTRO = """\
[CHARTERS.md](../CHARTERS.md) explains how to use them. Dates are written 2026-01-31. Where a table says
*given or unset*, a row that leaves the field out names it under `unset` with the reason."""
CHOICES_MAX = 24

Hint = Any
"""A type hint; Python has no better type for it."""

PLAIN: dict[Hint, str] = {str: "text", int: "whole number", bool: "true or false", date: "date"}


def metas(hint: Hint) -> list[Meta]:
    """What a hint says beside its type, from the inside out."""
    return [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Meta)]


def pattern_of(hint: Hint) -> str:
    return next(meta.pattern for meta in metas(hint) if meta.pattern)


FORMS = {
    pattern_of(Id): "id",
    pattern_of(rule_kinds.Fraction): "fraction in quotes",
    pattern_of(predicates.FactName): "fact name",
    pattern_of(Name): "name",
    pattern_of(settings.Host): "host",
    pattern_of(standing.PartDate): "day, month or year in quotes",
    r"^([A-Za-z0-9][A-Za-z0-9._-]{0,79})?$": "file name",
    pattern_of(settings.Address): "e-mail address",
    pattern_of(FileName): "file name",
}
"""Texts of a special form, by their pattern."""


def charter_fields() -> str:
    """Every table of a charter file and every field in it."""
    hints = get_type_hints(model.Document, include_extras=True)
    tables = [(name, struct_in(hints[name])) for name in model.Document.__struct_fields__]
    parts = [
        "# The fields of a charter file",
        MADE,
        FIELDS_INTRO,
        "## What every row may state",
        first_lines(Row),
        field_table(Row),
        "These fields are not repeated below. `[charter]` and `[[party]]` do not have them.",
    ]
    for name, struct in tables:
        if struct is not None and name != "rule":
            heading = f"[{name}]" if struct is model.About else f"[[{name}]]"
            parts += [f"## `{heading}`", summary(struct), field_table(struct)]
    parts += ["## `[[rule]]`", "One row a rule; `kind` says which. What each kind means: [RULES.md](../RULES.md)."]
    parts += ["### Every kind", field_table(rule_kinds.RuleRow)]
    for struct in RULE_KINDS:
        parts += [f'### `kind = "{struct.__struct_config__.tag}"`', summary(struct), field_table(struct)]
    parts.append("## Tables inside rows")
    for struct in NESTED:
        parts += [f"### {struct.__name__}", summary(struct), field_table(struct)]
    parts += ["## Event", summary(predicates.Event), field_table(predicates.Event)]
    return "\n\n".join(parts) + "\n"


def charter_json_schema() -> str:
    """The JSON Schema of a charter file."""
    return msgspec.json.format(msgspec.json.encode(charter_schema()), indent=1).decode() + "\n"


def error_table() -> str:
    """Every error Tocsin raises on purpose."""
    lines = ["# Errors", "", MADE, "", tree(), "", "| error | kind of | meaning |", "|---|---|---|"]
    lines += [
        f"| `{error.__name__}` | {', '.join(f'`{base.__name__}`' for base in error.__bases__)} | {first_lines(error)} |"
        for error in error_classes()
    ]
    lines += ["", "## Problem", "", summary(errors.Problem), "", plain_table(errors.Problem)]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/api.md": lambda: centre_pages.api_reference(MADE),
    "docs/reference/case-fields.md": lambda: case_pages.case_reference(MADE, all_fields),
    "docs/reference/charter-fields.md": charter_fields,
    "docs/reference/charter.schema.json": charter_json_schema,
    "docs/reference/commands.md": lambda: cli_pages.cli_reference(MADE),
    "docs/reference/engine.md": lambda: engine_pages.engine_reference(MADE, all_fields),
    "docs/reference/errors.md": error_table,
    "docs/reference/forces-fields.md": lambda: forces_pages.forces_reference(MADE, all_fields),
    "docs/reference/metrics.md": lambda: settings_pages.metrics_reference(MADE),
    "docs/reference/roles.md": lambda: centre_pages.roles_reference(MADE),
    "docs/reference/settings.md": lambda: settings_pages.settings_reference(MADE, all_fields),
}


def error_classes() -> list[type[Exception]]:
    """The exception classes of errors.py, in its order."""
    classes = [found for found in vars(errors).values() if inspect.isclass(found)]
    return [found for found in classes if issubclass(found, errors.TocsinError)]


def tree() -> str:
    """The tree drawn at the top of errors.py, as a block of text."""
    drawn = [line[4:] for line in (errors.__doc__ or "").splitlines() if line.startswith("    ")]
    return "\n".join(["```text", *drawn, "```"])


def field_table(struct: type[Struct]) -> str:
    """Fields of a struct that are not those of every row: name, type, whether required, meaning."""
    common = set(Row.__struct_fields__) if struct is not Row else set()
    if issubclass(struct, rule_kinds.RuleRow) and struct is not rule_kinds.RuleRow:
        common = set(rule_kinds.RuleRow.__struct_fields__)
    own = struct.__annotations__
    hints = get_type_hints(struct, include_extras=True)
    rows = []
    for field in fields(struct):
        if field.name in common and field.name not in own:
            continue
        kind, said = describe(hints[field.name])
        rows.append(f"| `{field.encode_name}` | {kind} | {needed(struct, field)} | {said} |")
    if not rows:
        return "It has no further fields."
    return "\n".join(["| field | type | required | meaning |", "|---|---|---|---|", *rows])


def all_fields(struct: type[Struct], leaving_out: set[str]) -> str:
    """Every field of a struct with its meaning, but for some that are told elsewhere."""
    hints = get_type_hints(struct, include_extras=True)
    rows = []
    for field in fields(struct):
        kind, said = describe(hints[field.name])
        if field.name not in leaving_out:
            rows.append(f"| `{field.encode_name}` | {kind} | {needed(struct, field)} | {said} |")
    if not rows:
        return "It has no further fields."
    return "\n".join(["| field | type | required | meaning |", "|---|---|---|---|", *rows])


def plain_table(struct: type[Struct]) -> str:
    """Names and types of a struct without descriptions."""
    rows = [f"| `{field.encode_name}` | {describe(field.type)[0]} |" for field in fields(struct)]
    return "\n".join(["| field | type |", "|---|---|", *rows])


def describe(hint: Hint) -> tuple[str, str]:
    """(type in words, description) of a field's hint."""
    said = [meta.description for meta in metas(hint) if meta.description]
    return in_words(hint), escaped(said[-1] if said else "")


def in_words(hint: Hint) -> str:
    """A type as a writer of a file knows it."""
    origin: Hint = get_origin(hint)
    inner = get_args(hint)
    if origin is Annotated:
        patterns = [meta.pattern for meta in metas(hint) if meta.pattern]
        return FORMS[patterns[0]] if patterns else in_words(inner[0])
    if origin is Literal:
        shown = [f"`{choice}`" for choice in inner if choice]
        return ", ".join(shown[:CHOICES_MAX]) + (", …" if len(shown) > CHOICES_MAX else "")
    if origin in (Union, types.UnionType):
        if set(RULE_KINDS) <= set(inner):
            return "rule, or the id of one"
        return " or ".join(dict.fromkeys(in_words(part) for part in inner if part is not type(None)))
    if origin is tuple:
        return f"list of{':' if is_literal(inner[0]) else ''} {in_words(inner[0])}"
    if origin is dict:
        return f"table: {in_words(inner[0])} to {in_words(inner[1])}"
    supertype: Hint = getattr(hint, "__supertype__", hint)
    return PLAIN.get(supertype) or f"table [{hint.__name__}](#{hint.__name__.lower()})"


def is_literal(hint: Hint) -> bool:
    origin: Hint = get_origin(hint)
    return origin is Literal


def needed(struct: type[Struct], field: FieldInfo) -> str:
    """Whether a row must give the field, and what leaving it out means."""
    if field.required:
        return "yes"
    if field.name in must_be_said(struct):
        return "given or unset"
    if field.default in (NODEFAULT, None, "", (), False):
        return "no"
    text = ", ".join(map(str, field.default)) if isinstance(field.default, tuple) else str(field.default)
    return f"no, else `{text}`"


def struct_in(hint: Hint) -> type[Struct] | None:
    """The struct a table of the document is made of; None for the format number and for rules."""
    while get_args(hint) and not isinstance(hint, type):
        hint = get_args(hint)[0]
    return hint if isinstance(hint, type) and issubclass(hint, Struct) else None


def summary(struct: type[Struct]) -> str:
    """The first paragraph of a docstring, without the table's name in front."""
    said = first_lines(struct)
    head, colon, rest = said.partition("`: ")
    return rest[:1].upper() + rest[1:] if colon and head.startswith("`[") else said


def first_lines(thing: type) -> str:
    """A whole docstring as one line."""
    return escaped(" ".join((thing.__doc__ or "").split()))


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


def stale() -> Iterator[str]:
    """Pages whose text is not what the code makes of them."""
    for name, make in PAGES.items():
        path = ROOT / name
        if not path.is_file() or path.read_text(encoding="utf-8") != make():
            yield name


def main() -> None:
    for name in list(stale()):
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
