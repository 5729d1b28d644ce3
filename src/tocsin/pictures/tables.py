"""The tables of a plan: the same rows for the page and for the spreadsheet."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from tocsin.forces.burden import PRINCIPLE_WORDS, Burden
from tocsin.forces.course import Course, Movement
from tocsin.forces.explain import are_hypothetical
from tocsin.forces.figures import proof_words
from tocsin.forces.model import Objective, Plan, Unit
from tocsin.forces.wording import money, some
from tocsin.pictures.frame import party, percent
from tocsin.pictures.gantt import WAITS

Kind = Literal["text", "number", "money", "share"]
"""A number is whole; money is in cents; a share in millionths."""
Cell = str | int | None
OBJECTIVE_WORDS: Mapping[Objective, str] = {
    "shortfall": "weighted shortfall",
    "closure": "hour at which the force closes",
    "cost": "cost, in cents",
    "fairness": "borne beyond fair shares, in cents",
}
NAMES_MAX = 6
"""So many units are named where they are held back; the plan names all."""


class Column(NamedTuple):
    """A column: its heading and what its cells hold."""

    name: str
    kind: Kind = "text"
    is_aside: bool = False
    """Whether only the spreadsheet has it."""
    group: str = ""
    """What it and those beside it are about."""


class Table(NamedTuple):
    """A table; the first column names the row."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def lines(plan: Plan, course: Course) -> Table:
    """What is required, pledged, filled and missing, line by line."""
    columns = [
        Column("line"),
        Column("capability"),
        Column("counted"),
        Column("required", "number"),
        Column("pledged", "number"),
        Column("filled", "number"),
        Column("shortfall", "number"),
        Column("in place by h", "number"),
        Column("full at h", "number"),
        Column("priority", "number", is_aside=True),
        Column("weight", "number", is_aside=True),
        Column("essential"),
        Column("destination", is_aside=True),
        Column("held back by"),
    ]
    counted = plan.case.counted
    rules = {one.line: one.rule for one in plan.unfilled}
    rows = [
        (
            line.id,
            line.capability,
            counted[line.capability],
            total.required,
            total.pledged,
            total.filled,
            total.shortfall,
            line.in_place_by_hours,
            along.full_hours,
            line.priority,
            line.weight,
            "yes" if line.essential else "",
            line.destination,
            rules.get(line.id, ""),
        )
        for line, total, along in zip(plan.case.line, plan.package.totals, course.lines, strict=True)
    ]
    return Table("Lines", columns, rows)


def units(plan: Plan, course: Course) -> Table:
    """Who goes where, when, and how."""
    columns = [
        Column("unit"),
        Column("name"),
        Column("nation"),
        Column("line"),
        Column("strength", "number"),
        Column("counted"),
        Column("notice h", "number", is_aside=True),
        Column("ready h", "number"),
        Column("waits for"),
        Column("leaves h", "number"),
        Column("lift"),
        Column("lift t", "number", is_aside=True),
        Column("in place h", "number"),
        Column("by h", "number"),
        Column("until h", "number"),
        Column("reliefs", "number", is_aside=True),
        Column("cost", "money"),
        Column("soft caveats"),
        # Real forces are shown with where each was seen; invented ones say "invented".
        Column("source", is_aside=are_hypothetical(plan.units)),
    ]
    by_id = {unit.id: unit for unit in plan.units}
    counted = plan.case.counted
    soft = {one.unit: ", ".join(one.soft) for one in plan.package.assignments}
    rows = [
        _unit(one, by_id[one.unit], counted[by_id[one.unit].capability], soft[one.unit]) for one in course.movements
    ]
    return Table("Units sent", columns, rows)


def _unit(one: Movement, unit: Unit, counted: str, soft: str) -> tuple[Cell, ...]:
    """What nobody published is left empty."""
    alone = "not published" if "lift_tonnes" in unit.unset else "by itself"
    return (
        one.unit,
        unit.name,
        one.nation,
        one.line,
        one.strength,
        counted,
        None if "notice_to_move_hours" in unit.unset else one.notice_hours,
        one.ready_hours,
        WAITS.get(one.waits_for, ""),
        one.moves_hours,
        "; ".join(f"{load.tonnes:,} t at {load.leaves_hours} h" for load in one.loads) or alone,
        None if "lift_tonnes" in unit.unset else unit.lift_tonnes,
        one.in_place_hours,
        one.in_place_by_hours,
        one.ends_hours if one.has_end else None,
        one.reliefs,
        None if "cost_cents" in unit.unset else unit.cost_cents,
        soft,
        unit.source,
    )


def reliefs(plan: Plan) -> Table:
    """Whom their nations must relieve, the first to be told first."""
    columns = [
        Column("unit"),
        Column("line"),
        Column("nation"),
        Column("lasts days", "number"),
        Column("contingents more", "number"),
        Column("told by h", "number"),
        Column("relieved by h", "number"),
    ]
    found = plan.mandate_course.reliefs if plan.mandate_course is not None else ()
    rows = [
        (
            one.unit,
            one.line,
            one.nation,
            one.every_days or None,
            one.rotations,
            one.told_by_hours,
            one.relieved_by_hours,
        )
        for one in found
    ]
    return Table("Reliefs", columns, rows)


def not_filled(plan: Plan) -> Table:
    """Why lines stay short: a row for each rule that holds units back."""
    columns = [
        Column("line"),
        Column("missing", "number"),
        Column("essential"),
        Column("binding rule"),
        Column("held back by"),
        Column("strength held back", "number"),
        Column("units held back", "number"),
        Column("units"),
    ]
    rows: list[Sequence[Cell]] = []
    for one in plan.unfilled:
        head = (one.line, one.shortfall, "yes" if one.essential else "", one.rule)
        rows += [(*head, held.rule, held.strength, len(held.units), named(held.units)) for held in one.blocked]
        if not one.blocked:
            rows.append((*head, one.says, 0, 0, ""))
    return Table("Not filled", columns, rows)


def named(names: Sequence[str]) -> str:
    """The first of them, and how many more."""
    return some(names, NAMES_MAX)


def search(plan: Plan) -> Table:
    """What each objective came to, at once and improved, and what no lawful package comes under."""
    columns = [
        Column("objective"),
        Column("at once", "number"),
        Column("improved", "number"),
        Column("no less than", "number"),
        Column("proof"),
    ]
    stages = plan.search.stages if plan.search is not None else ()
    rows = [
        (
            OBJECTIVE_WORDS[one.objective],
            one.greedy,
            one.value,
            one.bound,
            proof_words(one.value, one.bound),
        )
        for one in stages
    ]
    return Table("Search", columns, rows)


def changed(plan: Plan) -> tuple[Table, Table]:
    """What was missing and what nations bore before the changes of a what-if, and now; empty without changes."""
    lines = [Column("line"), *(Column(name, "number") for name in ("required", "missing before", "missing now"))]
    nations = [Column("nation"), Column("cost before", "money"), Column("cost now", "money")]
    found = plan.what_if
    return (
        Table(
            "Lines changed",
            lines,
            [(one.line, one.required, one.shortfall_before, one.shortfall) for one in found.lines] if found else [],
        ),
        Table(
            "Costs changed",
            nations,
            [(party(one.nation), one.cost_cents_before, one.cost_cents) for one in found.nations] if found else [],
        ),
    )


def burden(found: Burden, sent: Sequence[Unit]) -> Table:
    """What each nation bears, against its fair shares; no cost of a nation of whose units none was published."""
    unknown = {unit.nation for unit in sent if "cost_cents" in unit.unset}
    unknown -= {unit.nation for unit in sent if unit.cost_cents}
    columns = [
        Column("nation"),
        Column("units sent", "number"),
        Column("units pledged", "number"),
        Column("strength sent"),
        Column("lift t", "number"),
        Column("cost", "money"),
        Column("of the cost", "share"),
    ]
    for one in found.beyond:
        columns += _against(PRINCIPLE_WORDS[one.principle])
    rows = []
    for nation in found.nations:
        strength = ", ".join(f"{one.strength:,} {one.counted}" for one in nation.strength if one.strength)
        row: list[Cell] = [party(nation.nation), nation.units, nation.pledged_units, strength]
        cost = None if nation.nation in unknown else nation.cost_cents
        row += [nation.lift_tonnes, cost, nation.cost_ppm]
        for against in nation.against:
            row += [against.fair_cents, against.over_cents, against.over_ppm]
        rows.append(row)
    return Table("Burden", columns, rows)


def _against(group: str) -> list[Column]:
    return [
        Column("fair share", "money", group=group),
        Column("over", "money", group=group),
        Column("over, of share", "share", group=group),
    ]


def lift(plan: Plan, course: Course) -> Table:
    """What leaves, hour by hour."""
    columns = [
        Column("leaves h", "number"),
        Column("assets"),
        Column("there t", "number"),
        Column("used t", "number"),
        Column("left t", "number"),
        Column("used", "share"),
        Column("units", "number"),
    ]
    assets: dict[int, list[str]] = {}
    for one in plan.case.lift:
        assets.setdefault(one.leaves_hours, []).append(f"{one.count} × {one.tonnes:,} t {one.asset}".strip())
    rows = [
        (
            one.leaves_hours,
            ", ".join(assets[one.leaves_hours]),
            one.there_tonnes,
            one.used_tonnes,
            one.there_tonnes - one.used_tonnes,
            1_000_000 * one.used_tonnes // one.there_tonnes if one.there_tonnes else None,
            one.units,
        )
        for one in course.lift
    ]
    return Table("Lift", columns, rows)


def parts_of(table: Table) -> list[Table]:
    """The table as the page has it: its columns of no group, then those of groups, each time after its first.

    Columns of which every cell is empty are left out.
    """
    on_page = [
        place
        for place, column in enumerate(table.columns)
        if not column.is_aside and (not table.rows or any(row[place] not in ("", None) for row in table.rows))
    ]
    plain = [place for place in on_page if not table.columns[place].group]
    grouped = [place for place in on_page if table.columns[place].group]
    return [_part(table, places) for places in (plain, [0, *grouped] if grouped else []) if places]


def _part(table: Table, places: Sequence[int]) -> Table:
    rows = [[row[place] for place in places] for row in table.rows]
    return Table(table.title, [table.columns[place] for place in places], rows)


def groups_of(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """Each run of columns that are about the same, and how many they are."""
    return [(group, len(list(run))) for group, run in groupby(columns, key=lambda column: column.group)]


def shown(cell: Cell, kind: Kind) -> str:
    """A cell as the page writes it; a dash where there is nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    write: Mapping[Kind, str] = {"money": money(cell), "share": percent(cell)}
    return write.get(kind, f"{cell:,}")
