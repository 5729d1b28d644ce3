"""The generated page on forces: the fields of case, inventory and plan, the rules of a package, the codes that ship."""

from collections.abc import Callable

from msgspec import Struct

from tocsin.forces import gaps, model, record_model, standing, wording
from tocsin.forces.files import capabilities
from tocsin.forces.misses import Miss

INTRO = """\
[FORCES.md](../FORCES.md) explains how to use them and states every rule. Dates are written 2026-01-31 and stand for
00:00 UTC; hours count from 00:00 UTC of the day of activation; all numbers are whole."""

CASE: tuple[tuple[str, type[Struct]], ...] = (
    ("[case]", model.About),
    ("[[line]]", model.RequirementLine),
    ("[[capability]]", model.Capability),
    ("[[lift]]", model.Lift),
    ("[[cap]]", model.Cap),
    ("[[mandate]]", model.Mandate),
    ("[[gate]]", model.Gate),
    ("[[share]]", model.Share),
    ("[[price]]", model.Price),
)
RECORD: tuple[tuple[str, type[Struct]], ...] = (
    ("[record]", record_model.RecordAbout),
    ("[[asked]]", record_model.Asked),
    ("[[offer]]", record_model.Offer),
    ("[[seen]]", record_model.Sighting),
    ("[[milestone]]", record_model.Milestone),
    ("[[beside]]", record_model.Beside),
)
PLAN: tuple[type[Struct], ...] = (
    model.Plan,
    model.ForcePackage,
    model.Assignment,
    model.LineTotal,
    model.Unfilled,
    model.Blocked,
    model.MandateCourse,
    model.Relief,
    model.WhatIf,
    model.Changed,
    model.Borne,
    model.Break,
)

GAPS: tuple[type[Struct], ...] = (
    gaps.GapReport,
    gaps.ScenarioTotals,
    gaps.Gap,
    gaps.Place,
    gaps.Binding,
    gaps.Near,
    Miss,
)

Table = Callable[[type[Struct], set[str]], str]


def forces_reference(made: str, table: Table) -> str:
    """The page; `table(struct, leaving_out)` writes the table of a struct's fields."""
    parts = ["# The fields of forces", made, INTRO, "## The case, a TOML file", "At its top stands `schema = 1`."]
    for name, struct in CASE:
        parts += [f"### `{name}`", struct.__doc__ or "", table(struct, set())]
    parts += ["## The inventory, a CSV file", "One unit a row, one field a column.", table(model.Unit, set())]
    parts += ["### Caveat", model.Caveat.__doc__ or "", table(model.Caveat, set())]
    parts += ["## The record of what was sent, a TOML file", "At its top stands `schema = 1`."]
    stated = {"says", "source", "class_", "conflict", "inferred"}
    parts += ["### Every statement", "All tables but the first have these.", table(record_model.Sourced, set())]
    for name, struct in RECORD:
        parts += [f"### `{name}`", struct.__doc__ or "", table(struct, stated)]
    parts += ["## A standing arrangement, a TOML file", "One file each, in `src/tocsin/standing`."]
    parts += ["### `[arrangement]`", standing.Arrangement.__doc__ or "", table(standing.Arrangement, set())]
    parts += ["### `[[row]]`", standing.StandingRow.__doc__ or "", table(standing.StandingRow, set())]
    parts.append("## Gaps, as JSON")
    for struct in GAPS:
        parts += [f"### {struct.__name__}", " ".join((struct.__doc__ or "").split()), table(struct, set())]
    parts.append("## The plan, as JSON")
    for struct in PLAN:
        parts += [f"### {struct.__name__}", " ".join((struct.__doc__ or "").split()), table(struct, set())]
    parts += ["## The rules of a package", _rules(), "## Capability codes that ship", _codes()]
    page = "\n\n".join(parts) + "\n"
    return page.replace("[ForceCase](#forcecase)", "of [case](#the-case-a-toml-file)").replace(
        "[Unit](#unit)", "of [unit](#the-inventory-a-csv-file)"
    )


def _rules() -> str:
    rows = [f"| `{rule}` | {wording.RULE_WORDS[rule]} |" for rule in model.RULES]
    return "\n".join(["| rule | what holds |", "|---|---|", *rows])


def _codes() -> str:
    rows = [
        f"| `{one.id}` | {one.name} | {one.counted} | {', '.join(f'`{name}`' for name in one.substitutes)} |"
        for one in capabilities()
    ]
    return "\n".join(["| code | capability | counts | may be stood in for by |", "|---|---|---|---|", *rows])
