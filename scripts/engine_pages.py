"""The generated page of the engine: commands, facts, contents, heads and refusals, from the structs and the source."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from tocsin.alliance import codec, commands, contents, facts, records

ALLIANCE = Path(__file__).resolve().parent.parent / "src/tocsin/alliance"

INTRO = """\
What the engine takes, what it yields, and why it refuses. Instants are integer microseconds UTC. The law of each
stage stands in [`alliance/`](../../src/tocsin/alliance); [ARCHITECTURE.md](../ARCHITECTURE.md) is the map."""

CONTENTS = "Each also names the case (`case`) and the warning (`warning`). They change no State."
HANDLED = """\
It stands in the act beside the facts, for the audience of the content only. Each also names the case (`case`) and the
warning (`warning`)."""
RECORDS = "A record is an act, or a head that says what the acts after it belong to."


def engine_reference(made: str, table: Callable[[type[Struct], set[str]], str]) -> str:
    """The page; `table(struct, leaving_out)` writes the table of a struct's fields."""
    parts = ["# Commands, facts and refusals", made, INTRO]
    parts += ["## Every command", table(commands.Base, set())]
    parts += ["Commands within a case also name it (`case`), those within a procedure both (`case`, `procedure`)."]
    common = {"id", "at", "by", "at_latest", "case", "procedure"}
    parts += ["## Commands", *_sections("do", get_args(commands.Command), common, table)]
    parts += ["### RequirementLine", table(commands.RequirementLine, set())]
    parts += ["## Every fact", table(facts.Fact, set())]
    parts += ["Facts of a case also name it (`case`), those of a procedure both (`case`, `procedure`)."]
    parts += ["## Facts", *_sections("fact", get_args(facts.AnyFact), {"at", "case", "procedure"}, table)]
    parts += ["## Contents", f"`warning`: {_said(contents.WarningContent)}", table(contents.WarningContent, set())]
    parts += ["## Commands about contents", CONTENTS]
    parts += _sections("do", get_args(contents.ContentCommand), common | {"warning"}, table)
    parts += ["## What becomes of contents", HANDLED]
    parts += _sections("handled", get_args(contents.AnyHandled), {"at", "case", "warning"}, table)
    parts += ["## Records of a ledger", RECORDS, "### An act", _said(codec.Act), _act()]
    parts += _sections("record", get_args(records.AnyHead), set(), table)
    parts += ["## Refusals", facts.Refusal.__doc__ or "", table(facts.Refusal, set()), _refusals()]
    page = "\n\n".join(parts) + "\n"
    return page.replace("[Event](#event)", "[Event](charter-fields.md#event)").replace("[Ballot](#ballot)", "Ballot")


def _sections(
    word: str, structs: tuple[type[Struct], ...], common: set[str], table: Callable[[type[Struct], set[str]], str]
) -> Iterator[str]:
    for struct in structs:
        leave_out = common if any(field.name in common for field in fields(struct)) else set()
        yield f'### `{word} = "{struct.__struct_config__.tag}"`'
        yield _said(struct)
        yield table(struct, leave_out)


def _said(struct: type[Struct]) -> str:
    return " ".join((struct.__doc__ or "").split())


def _act() -> str:
    """The fields of an act; what stands in them has its own tables."""
    hints = get_type_hints(codec.Act, include_extras=True)
    rows = [f"| `{name}` | {hints[name].__metadata__[0].description} |" for name in codec.Act.__struct_fields__]
    return "\n".join(["| field | meaning |", "|---|---|", *rows])


def _refusals() -> str:
    """Every code the stages refuse with, and where."""
    found: dict[str, set[str]] = {}
    for path in sorted(ALLIANCE.glob("*.py")):
        for code in _codes(ast.parse(path.read_text())):
            found.setdefault(code, set()).add(path.stem)
    rows = [f"| `{code}` | {', '.join(sorted(stages))} |" for code, stages in sorted(found.items())]
    return "\n".join(["| code | stage |", "|---|---|", *rows])


def _codes(tree: ast.AST) -> Iterator[str]:
    """First arguments of `_refuse(...)` and `code=` of `Refusal(...)`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "_refuse" and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
        for keyword in node.keywords:
            if node.func.id == "Refusal" and keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                yield str(keyword.value.value)
