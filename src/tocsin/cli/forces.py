"""`tocsin forces`: what is offered, a lawful force package, and whether a package keeps every rule."""

from typing import Annotated

import typer

from tocsin.cli import forces_compare, forces_inventory
from tocsin.cli.forces_burden import burden
from tocsin.cli.forces_draw import draw
from tocsin.cli.forces_explain import explain, what_if
from tocsin.cli.forces_gaps import gaps
from tocsin.cli.forces_options import NO, PLAN
from tocsin.cli.forces_plan import plan
from tocsin.cli.forces_standing import standing
from tocsin.cli.options import AS_JSON

app = typer.Typer(
    help="Forces: read an inventory, plan a lawful force package for a case, verify one.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(forces_inventory.app, name="inventory")
app.command()(plan)
app.command()(forces_compare.compare)
app.command()(gaps)
app.command()(standing)
app.command()(burden)
app.command()(draw)
app.command()(explain)
app.command()(what_if)


@app.command()
def verify(
    plan: PLAN,
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
    from tocsin.forces.explain import is_hypothetical, why_hypothetical
    from tocsin.forces.files import load_case, load_plan
    from tocsin.forces.inventory import load_inventory
    from tocsin.forces.verify import verify as checked

    read = load_plan(plan)
    asked = load_case(case) if case else read.case
    units = load_inventory(inventory, asked.capability) if inventory else read.units
    breaks = checked(asked, units, read.package)
    found = Verified(
        asked.case.id,
        read.package.digest,
        is_hypothetical(asked, units),
        not breaks,
        breaks,
        case_inside=not case,
        inventory_inside=not inventory,
    )
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_verified(tables.terminal(), read.package, found, why_hypothetical(units, asked))
    if breaks:
        raise typer.Exit(NO)
