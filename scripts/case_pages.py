"""The generated page on case files: what each kind of step needs, may have, and may have recorded of it."""

import re
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import fields

from tocsin.replay.case import CaseAbout, CaseEvent, Recorded, Step
from tocsin.replay.load import RECORDED_TIMES, STEP_TIMES
from tocsin.replay.steps import COMMON, KINDS, NEEDED

INTRO = """\
[CASES.md](../CASES.md) explains how to use them. A date (2026-01-31) is known to the day; a time has its zone
(2026-01-31T12:00:00+01:00)."""

KINDS_INTRO = """\
The kind is what `do` says. It *needs* some fields and *may have* others; any further field is a mistake. `by` is
needed except where the table says who acts otherwise."""

Table = Callable[[type[Struct], set[str]], str]


def case_reference(made: str, table: Table) -> str:
    """The page; `table(struct, leaving_out)` writes the table of a struct's fields."""
    own = {field.name for field in fields(CaseEvent)} - {"id"}
    every = {field.name for field in fields(Step)}
    common = {field.name for field in fields(Step) if field.encode_name in (*COMMON, "by", "recorded")}
    parts = [
        "# The fields of a case file",
        made,
        INTRO,
        "## `[case]`",
        table(CaseAbout, set()),
        "## `[[event]]`",
        "One account of what happened: an `id`, and the fields of an [Event](charter-fields.md#event).",
        table(CaseEvent, own),
        "## `[[step]]`",
        "### Fields of every step",
        table(Step, every - common),
        "### Kinds of step",
        KINDS_INTRO,
        kinds_table(),
        "### Fields of some steps",
        table(Step, common),
        "## `[step.recorded]`",
        "What the sources say came of the step. Only what is given is compared.",
        table(Recorded, set()),
    ]
    page = "\n\n".join(parts) + "\n"
    for field in (*STEP_TIMES, *RECORDED_TIMES):
        page = page.replace(f"| `{field}` | text |", f"| `{field}` | date or time |")
    page = re.sub(r"(\| `do` \|) `note`.*? \| (yes|no) \|", r"\1 a kind of step | \2 |", page)
    page = page.replace("table [Recorded](#recorded)", "table [step.recorded](#steprecorded)")
    return page.replace("table [RequirementLine](#requirementline)", "[requirement line](engine.md#requirementline)")


def kinds_table() -> str:
    """One row a kind of step."""
    rows = [
        f"| `{name}` | {kind.says} | {_codes(kind.needs)} | {_codes(kind.may)} "
        f"| {'must be named' if kind.by == NEEDED else kind.by} | {_codes(kind.recorded)} |"
        for name, kind in KINDS.items()
    ]
    head = "| `do` | what happens | needs | may have | `by`, if it is left out | may be recorded |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
