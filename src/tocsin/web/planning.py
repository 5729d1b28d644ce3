"""Force packages at the centre: planned, checked and explained from what a request brings, and forgotten with it.

No unit is kept here, and no file of the centre's is read but those that ship. docs/FORCES.md, part 15.
"""

from collections.abc import Sequence

from msgspec import Struct

from tocsin.errors import ForcesError, Problem
from tocsin.forces.explain import is_hypothetical, made_anew, plan_of
from tocsin.forces.figures import inputs_digest, package_digest
from tocsin.forces.files import case_in, check_plan, plan_in
from tocsin.forces.gaps import GapReport, Scenario, report, with_all_capabilities
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import inventory_in
from tocsin.forces.model import Break, ForceCase, Plan, Unit
from tocsin.forces.together import greedy_together, sharing_caps
from tocsin.forces.verify import verify

PAIRS_MAX = 2_000_000
"""Units times lines: 5,000 units for 400 lines."""
BODY_BYTES = 4_000_000
"""Most bytes of a request about forces."""
CASES_MAX = 20
"""Of which is asked at once what is missing."""
CASE_LETTERS_MAX = 300_000
INVENTORY_LETTERS_MAX = 3_000_000


class Checked(Struct, frozen=True, kw_only=True):
    """Whether the package of a plan keeps every rule, worked out anew from the plan's case and units."""

    case: str
    digest: str
    """The package's own, as the plan states it."""
    hypothetical: bool
    """Whether forces in it are invented."""
    intact: bool
    """Whether the digests that the package states are those of it, its case and its units: only then is a finding on
    this plan one on the package that was reported."""
    lawful: bool
    breaks: tuple[Break, ...] = ()


def read_inputs(
    case: bytes, case_name: str, inventory: bytes, inventory_name: str
) -> tuple[ForceCase, tuple[Unit, ...]]:
    """A case of forces (TOML) and an inventory (CSV, or a workbook by its name).

    Raises ForcesError with every mistake, under these names, and where they are too large for a centre.
    """
    asked = read_case(case, case_name)
    units = inventory_in(inventory, inventory_name, asked.capability, asked.case.activation).units
    check_size([asked], units, inventory_name)
    return asked, units


def read_case(content: bytes, name: str) -> ForceCase:
    """A case of forces (TOML). Raises ForcesError with every mistake, under this name."""
    return case_in(_text(content, name), name)


def read_plan(content: bytes, name: str) -> Plan:
    """A plan as JSON. Raises ForcesError with every field that does not fit, and where it is too large."""
    plan = plan_in(content, name)
    check_size([plan.case], plan.units, name)
    return plan


def planned(case: ForceCase, units: tuple[Unit, ...]) -> Plan:
    """A lawful plan, found at once."""
    return plan_of(case, units, greedy(case, units))


def checked(plan: Plan) -> Checked:
    """The package of a plan against every rule. Raises ForcesError as `read_plan` does."""
    check_size([plan.case], plan.units, "plan")
    check_plan(plan, "plan")
    breaks = verify(plan.case, plan.units, plan.package)
    return Checked(
        case=plan.case.case.id,
        digest=plan.package.digest,
        hypothetical=is_hypothetical(plan.case, plan.units),
        intact=package_digest(plan.package) == plan.package.digest
        and inputs_digest(plan.case, plan.units) == plan.package.inputs,
        lawful=not breaks,
        breaks=breaks,
    )


def read_scenarios(
    cases: Sequence[tuple[str, bytes]], inventory: bytes, inventory_name: str
) -> tuple[tuple[ForceCase, ...], tuple[Unit, ...]]:
    """Several cases, each with its name, and the one inventory for all of them. Raises ForcesError as `read_inputs`."""
    asked = with_all_capabilities([read_case(text, name) for name, text in cases])
    _check_ids(asked)
    known = [capability for case in asked for capability in case.capability]
    units = inventory_in(inventory, inventory_name, known).units
    check_size(asked, units, inventory_name)
    return asked, units


def gaps_of(
    cases: Sequence[ForceCase], units: tuple[Unit, ...], inventory_name: str, *, together: bool = False
) -> GapReport:
    """What is missing over several cases, found without a search, each alone with the inventory or `together`.

    Raises ForcesError where they cannot be together.
    """
    if together:
        cases = sharing_caps(cases)
        packages = greedy_together(cases, units)
    else:
        packages = tuple(greedy(case, units) for case in cases)
    scenarios = [Scenario(case, package) for case, package in zip(cases, packages, strict=True)]
    return report(inventory_name, units, scenarios, together=together)


def lawful(plan: Plan) -> Plan:
    """The plan, with all made anew that its digest does not stand for. Raises ForcesError where it breaks a rule."""
    check_size([plan.case], plan.units, "plan")
    check_plan(plan, "plan")
    if breaks := verify(plan.case, plan.units, plan.package):
        rules = ", ".join(dict.fromkeys(one.rule for one in breaks))
        fix = "verify it to see where; ask whoever made it"
        raise ForcesError([Problem("plan", 0, "package", f"it breaks: {rules}", "one that keeps every rule", fix)])
    return made_anew(plan)


def _check_ids(cases: Sequence[ForceCase]) -> None:
    ids = [case.case.id for case in cases]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        found = f"more than one case has the id {', '.join(twice)}"
        raise ForcesError([Problem("cases", 0, "case.id", found, "each its own", "give each case another id")])


def check_size(cases: Sequence[ForceCase], units: Sequence[Unit], name: str) -> None:
    """Raises ForcesError where units and lines are too many for a machine that others wait for."""
    lines = sum(len(case.line) for case in cases)
    if lines * len(units) > PAIRS_MAX:
        found = f"{len(units):,} units for {lines:,} lines are too many for a centre"
        accepted = f"at most {PAIRS_MAX:,} pairs of a unit and a line"
        raise ForcesError([Problem(name, 0, "", found, accepted, "plan on a machine of your own: tocsin forces plan")])


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ForcesError([Problem(name, line, "", "this is not UTF-8 text", "UTF-8 text")]) from None
