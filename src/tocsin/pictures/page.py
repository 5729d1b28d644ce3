"""A plan as one page: self-contained, printable, without script; and its pictures as files."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tocsin.forces.burden import PRINCIPLE_WORDS, Burden, burden_of
from tocsin.forces.course import Course, course_of
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.model import Plan
from tocsin.forces.unpublished import as_known, units_sent, unpublished_words
from tocsin.forces.what_if import way_of
from tocsin.forces.wording import many, money
from tocsin.pictures import tables
from tocsin.pictures.burden_bars import burden_bars
from tocsin.pictures.frame import Picture, day, legible, party, percent, styles
from tocsin.pictures.gantt import UNITS_MAX, gantt
from tocsin.pictures.lift import lift
from tocsin.pictures.supply import LINES_MAX, apart, key, smalls, supply
from tocsin.pictures.tables import Cell, Table, groups_of, named, parts_of, shown

WORD_MAX = 20
"""Longer words of a table are broken."""
ROWS_MAX = 3_000
"""So many rows of a table stand on the page; the plan and the spreadsheet have all."""


class Sheets(NamedTuple):
    """All that a page and a spreadsheet show of a plan."""

    plan: Plan
    course: Course
    burden: Burden
    lines: Table
    units: Table
    reliefs: Table
    not_filled: Table
    of_burden: Table
    lift: Table
    search: Table
    changed: tuple[Table, Table]


def sheets_of(plan: Plan) -> Sheets:
    """The tables of a plan whose package is lawful."""
    course, burden = course_of(plan), burden_of(plan)
    return Sheets(
        plan=plan,
        course=course,
        burden=burden,
        lines=tables.lines(plan, course),
        units=tables.units(plan, course),
        reliefs=tables.reliefs(plan),
        not_filled=tables.not_filled(plan),
        of_burden=tables.burden(burden, units_sent(plan.units, plan.package)),
        lift=tables.lift(plan, course),
        search=tables.search(plan),
        changed=tables.changed(plan),
    )


def pictures_of(sheets: Sheets) -> Iterator[Picture]:
    """Every picture of a plan, each to stand alone."""
    plan, course = sheets.plan, sheets.course
    yield gantt(plan, course, "line")
    yield gantt(plan, course, "nation")
    yield supply(plan, course)
    if sheets.burden.cost_cents:
        yield burden_bars(sheets.burden)
    if (drawn := lift(plan.case, course)) is not None:
        yield drawn


def render(sheets: Sheets) -> str:
    """The whole HTML document. The same plan gives the same text."""
    plan, course = sheets.plan, sheets.course
    small = smalls(plan, course)
    return legible(
        _environment()
        .get_template("page.html.j2")
        .render(
            sheets=sheets,
            plan=plan,
            course=course,
            figures=figures(sheets),
            unpublished=unpublished_words(units_sent(plan.units, plan.package)),
            why=why_hypothetical(plan.units, plan.case),
            by_line=gantt(plan, course, "line"),
            by_nation=gantt(plan, course, "nation"),
            is_folded=len(course.movements) > UNITS_MAX,
            units_max=UNITS_MAX,
            supplies=apart(small),
            supply_key=key(),
            supplies_left=len(course.lines) - len(small),
            lines_max=LINES_MAX,
            bars=burden_bars(sheets.burden),
            lift=lift(plan.case, course),
            full=sum(line.full_hours is not None for line in course.lines),
            rows_max=ROWS_MAX,
            counted=plan.case.counted,
            capability={line.id: line.capability for line in plan.case.line},
            styles=Markup(styles()),  # noqa: S704  # our own file
        )
    )


def figures(sheets: Sheets) -> list[tuple[str, str]]:
    """What stands at the top: (figure, what it is)."""
    plan, course, package = sheets.plan, sheets.course, sheets.plan.package
    full = sum(not total.shortfall for total in package.totals)
    found = [
        (f"{full} of {len(package.totals)}", "lines filled"),
        (f"{package.weighted_shortfall:,}", "weighted shortfall"),
        (f"{len(package.assignments):,} of {len(plan.units):,}", "units sent"),
        (f"{len({one.nation for one in package.assignments})}", "nations"),
        (as_known(f"{package.cost_cents // 100:,}", units_sent(plan.units, package)), "cost"),
    ]
    if course.movements:
        found.append((f"{course.closure_hours:,} h", f"force closes: {day(course.closure_hours)}"))
    return found


def found_how(plan: Plan) -> list[str]:
    """How the package was found, in sentences; the table of the search tells how good it is known to be."""
    search, algorithm = plan.search, plan.package.algorithm
    if search is None:
        if way_of(plan.package, None) == "at once":
            return [f"Found at once by {algorithm}: lawful, the same for the same input, not proved to be the best."]
        return [f"Found by {algorithm}: lawful, not proved to be the best."]
    none_better = "" if search.solver in algorithm else f"; {search.solver} found none better"
    again = "The same inputs give it again." if search.reproducible else "A clock stopped it: it is not reproducible."
    return [f"Found by {algorithm}{none_better}; fair shares by {PRINCIPLE_WORDS[search.fairness]}.", again]


def is_long(cell: Cell) -> bool:
    """Whether a word of it must be broken, so that a table stays as wide as the page."""
    return any(len(word) > WORD_MAX for word in str(cell or "").split())


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("tocsin.pictures", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"money": money, "percent": percent, "party": party}
    env.tests["long"] = is_long
    env.globals |= {
        "shown": shown,
        "groups_of": groups_of,
        "parts_of": parts_of,
        "named": named,
        "many": many,
        "found_how": found_how,
        "principles": PRINCIPLE_WORDS,
    }
    return env
