"""What the pages about forces show: lines of a case beside pledges and packages, and a plan beside the case."""

import re
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from tocsin.alliance.commands import RequirementLine
from tocsin.centre.view_model import CaseView, PackageLine
from tocsin.forces.burden import NationBurden, burden_of
from tocsin.forces.course import course_of
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.explanation import Explanation
from tocsin.forces.files import capabilities
from tocsin.forces.model import RULES, Assignment, Plan, Unfilled, Unit
from tocsin.forces.unpublished import units_sent, unpublished_words
from tocsin.pictures.burden_bars import burden_bars
from tocsin.pictures.frame import Picture
from tocsin.pictures.gantt import gantt
from tocsin.pictures.lift import lift
from tocsin.pictures.supply import supply
from tocsin.terms import Instant
from tocsin.web.planning import Checked

US = 1_000_000
MISMATCH_SHOWN = 20
ASSIGNED_SHOWN = 400
"""So many assignments stand on the page; the plan that is kept has them all."""
_NOT_ID = re.compile(r"[^A-Za-z0-9().-]+")


class NeedRow(Struct, frozen=True, kw_only=True):
    """A requirement line of a case with its four counters; filled is by the package reported last."""

    line: RequirementLine
    pledged: int
    pledges: tuple[str, ...]
    """In words."""
    filled: int | None
    shortfall: int


class PlanLine(Struct, frozen=True, kw_only=True):
    """A line of a plan with its counters, what holds it back, and the line of the case that has its name."""

    line: str
    capability: str
    counted: str
    essential: bool
    required: int
    pledged: int
    filled: int
    shortfall: int
    unfilled: Unfilled | None
    in_case: RequirementLine | None
    pledged_here: int
    """What has been pledged to it in the case."""

    @property
    def is_over(self) -> bool:
        """Whether the plan uses more than was pledged in the case, so that a package of it would be refused."""
        return self.in_case is not None and self.filled > self.pledged_here


class Sent(Struct, frozen=True, kw_only=True):
    """A unit on a line."""

    one: Assignment
    unit: Unit


class Drawn(Struct, frozen=True, kw_only=True):
    """A lawful plan with all that takes time to draw of it."""

    plan: Plan
    text: str
    """All of it, as JSON."""
    burden: tuple[NationBurden, ...]
    pictures: tuple[Picture, ...]
    explanation: Explanation | None = None
    """What would fill its lines, where that was asked."""


class PlanView(Struct, frozen=True, kw_only=True):
    """A plan whose package is lawful, beside the case it is for."""

    drawn: Drawn
    lines: tuple[PlanLine, ...]
    sent: tuple[Sent, ...]
    more: int
    """Assignments that are not shown."""
    missing: tuple[str, ...]
    """Lines of the case that the plan has not."""

    @property
    def plan(self) -> Plan:
        return self.drawn.plan

    @property
    def why_hypothetical(self) -> str:
        """What of it is made up, in words."""
        return why_hypothetical(self.plan.units, self.plan.case)

    @property
    def unpublished(self) -> str:
        """Of how many of the units that it sends which figures were not published, in words."""
        return unpublished_words(units_sent(self.plan.units, self.plan.package))

    @property
    def may_report(self) -> bool:
        """Whether every line is one of the case, and none uses more than was pledged there."""
        return all(row.in_case is not None and not row.is_over for row in self.lines)

    @property
    def totals(self) -> tuple[tuple[str, int], ...]:
        """By line what is filled: what a report says."""
        return tuple((row.line, row.filled) for row in self.lines)


class Match(Struct, frozen=True, kw_only=True):
    """A reported package that has the digest of a plan."""

    package: PackageLine
    wrong: tuple[str, ...]
    """Lines of which the report says another total than the plan."""
    rules: tuple[str, ...]
    """All that it breaks: where totals were reported that are others, the figures too."""


def needs_of(case: CaseView, names: dict[str, str]) -> tuple[NeedRow, ...]:
    """The requirement lines of a case."""
    latest = case.packages[-1] if case.packages else None
    return tuple(
        NeedRow(
            line=row.line,
            pledged=row.pledged,
            pledges=tuple(
                f"{names.get(pledge.party, pledge.party)}: {pledge.quantity}"
                for pledge in case.pledges
                if pledge.line == row.line.id
            ),
            filled=None if latest is None else latest.totals.get(row.line.id, 0),
            shortfall=max(
                0, row.line.required - (row.pledged if latest is None else latest.totals.get(row.line.id, 0))
            ),
        )
        for row in case.requirement
    )


def drawn(plan: Plan, explanation: Explanation | None = None) -> Drawn:
    """The pictures and figures of a plan, whose package must be lawful."""
    course, burden = course_of(plan), burden_of(plan)
    of_lift = lift(plan.case, course)
    pictures = [gantt(plan, course, "line"), supply(plan, course), burden_bars(burden)]
    return Drawn(
        plan=plan,
        text=msgspec.json.encode(plan).decode(),
        burden=burden.nations,
        pictures=tuple(pictures if of_lift is None else [*pictures, of_lift]),
        explanation=explanation,
    )


def plan_view(drawn: Drawn, case: CaseView) -> PlanView:
    """A plan beside a case."""
    plan = drawn.plan
    asked = {row.line.id: row for row in case.requirement}
    held = {row.line: row for row in plan.unfilled}
    units = {unit.id: unit for unit in plan.units}
    lines = {line.id: line for line in plan.case.line}
    counted = plan.case.counted
    rows = []
    for total in plan.package.totals:
        line, here = lines[total.line], asked.get(total.line)
        rows.append(
            PlanLine(
                line=line.id,
                capability=line.capability,
                counted=counted[line.capability],
                essential=line.essential,
                required=total.required,
                pledged=total.pledged,
                filled=total.filled,
                shortfall=total.shortfall,
                unfilled=held.get(line.id),
                in_case=here.line if here is not None else None,
                pledged_here=here.pledged if here is not None else 0,
            )
        )
    sent = [Sent(one=one, unit=units[one.unit]) for one in plan.package.assignments]
    order = {line: place for place, line in enumerate(lines)}
    sent.sort(key=lambda row: (order[row.one.line], row.one.in_place_from_hours, row.one.unit))
    return PlanView(
        drawn=drawn,
        lines=tuple(rows),
        sent=tuple(sent[:ASSIGNED_SHOWN]),
        more=max(0, len(sent) - ASSIGNED_SHOWN),
        missing=tuple(name for name in asked if name not in lines),
    )


def matches_of(plan: Plan, checked: Checked, case: CaseView) -> tuple[Match, ...]:
    """The packages reported in a case that have the digest of this plan; none for a plan that was changed since."""
    found = [row for row in case.packages if checked.intact and row.digest == checked.digest]
    return tuple(_match(plan, checked, row) for row in found)


def _match(plan: Plan, checked: Checked, package: PackageLine) -> Match:
    filled = {total.line: total.filled for total in plan.package.totals}
    names = dict.fromkeys((*filled, *package.totals))
    wrong = tuple(name for name in names if filled.get(name, 0) != package.totals.get(name, 0))
    broken = {one.rule for one in checked.breaks} | ({"figures"} if wrong else set())
    rules = tuple(rule for rule in RULES if rule in broken)
    return Match(package=package, wrong=wrong[:MISMATCH_SHOWN], rules=rules)


def case_text(case: CaseView, at: Instant, *, hypothetical: bool) -> str:
    """A case of forces as TOML, begun from the requirement lines of a case: the rest is for a planner to fill in."""
    codes = {one.casefold(): row.id for row in capabilities() for one in (row.id, row.name)}
    day = datetime.fromtimestamp(at // US, UTC).date()
    head = [
        "schema = 1",
        "",
        "[case]",
        f"id = {_quoted(_NOT_ID.sub('-', case.case).strip('-') or 'case')}",
        f"title = {_quoted(case.case)}",
        'operation = "collective defence"',
        f"activation = {day}",
        f"hypothetical = {'true' if hypothetical else 'false'}",
    ]
    for number, row in enumerate(case.requirement, 1):
        line = row.line
        head += [
            "",
            "[[line]]",
            f"id = {_quoted(line.id)}",
            f"capability = {_quoted(codes.get(line.capability.casefold(), line.capability))}",
            f"required = {line.required}",
            'destination = "area"',
            "in_place_by_hours = 720",
            f"priority = {number}",
            *(["essential = true"] if line.essential else []),
        ]
    return "\n".join([*head, "", "[[lift]]", "leaves_hours = 48", "tonnes = 1000", ""])


def _quoted(text: str) -> str:
    """A text as TOML has it: JSON's own quotes are among them."""
    return msgspec.json.encode(text).decode()
