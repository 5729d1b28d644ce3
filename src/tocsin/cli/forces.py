"""`tocsin forces`: what is offered, a lawful force package at once, and whether a package keeps every rule."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli import forces_inventory
from tocsin.cli.options import AS_JSON

NO = 1

app = typer.Typer(
    help="Forces: read an inventory, plan a lawful force package for a case, verify one.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(forces_inventory.app, name="inventory")

INVENTORY = Annotated[
    str, typer.Option("--inventory", metavar="UNITS", help="Path of an inventory as CSV, or the name of a shipped one.")
]


@app.command()
def plan(
    case: Annotated[
        str,
        typer.Argument(metavar="CASE", help="Path of a case of forces, a .toml file, or the name of a shipped one."),
    ],
    *,
    inventory: INVENTORY,
    as_json: AS_JSON = False,
) -> None:
    """Fill the requirement lines of a case from an inventory: at once, every rule kept, every gap explained.

    The answer is lawful and the same for the same input, not the best there is. With --json it is a plan that
    'forces verify' checks. Exit code 1: a line is not filled.
    """
    from tocsin.cli import forces_print, tables
    from tocsin.forces.explain import plan_of
    from tocsin.forces.files import load_case
    from tocsin.forces.greedy import greedy
    from tocsin.forces.inventory import load_inventory

    asked = load_case(case)
    units = load_inventory(inventory, asked.capability, asked.case.activation)
    found = plan_of(asked, units, greedy(asked, units))
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_plan(tables.terminal(), found)
    if found.unfilled:
        raise typer.Exit(NO)


@app.command()
def verify(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan as 'forces plan --json' prints it.")],
    case: Annotated[
        str, typer.Option("--case", metavar="CASE", help="Check against this case instead of the one in the plan.")
    ] = "",
    inventory: Annotated[
        str, typer.Option("--inventory", metavar="UNITS", help="Check against this inventory instead of the plan's.")
    ] = "",
    as_json: AS_JSON = False,
) -> None:
    """Check every rule of a package, exactly, and name the ones it breaks.

    Everything is worked out anew from the case and the inventory in the plan, or from your own. Exit code 1: it
    breaks a rule. A package that leaves lines unfilled may be lawful all the same.
    """
    from tocsin.cli import forces_print, tables
    from tocsin.cli.forces_answers import Verified
    from tocsin.forces.explain import is_hypothetical
    from tocsin.forces.files import load_case, load_plan
    from tocsin.forces.inventory import load_inventory
    from tocsin.forces.verify import verify as checked

    read = load_plan(plan)
    asked = load_case(case) if case else read.case
    units = load_inventory(inventory, asked.capability) if inventory else read.units
    breaks = checked(asked, units, read.package)
    found = Verified(asked.case.id, read.package.digest, is_hypothetical(asked, units), not breaks, breaks)
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_verified(tables.terminal(), read.package, found.breaks, hypothetical=found.hypothetical)
    if breaks:
        raise typer.Exit(NO)
