"""`tocsin forces inventory`: check what nations offer, and list it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import AS_JSON, day

if TYPE_CHECKING:
    from tocsin.cli.forces_answers import Counted
    from tocsin.forces.model import Capability, Unit

app = typer.Typer(help="Read an inventory: one unit a row of a CSV file.", rich_markup_mode=None, no_args_is_help=True)

UNITS = Annotated[
    str, typer.Argument(metavar="UNITS", help="Path of an inventory as CSV, or the name of a shipped one.")
]
CASE = Annotated[
    str, typer.Option("--case", metavar="CASE", help="A case whose own capabilities the inventory may use as well.")
]
ON = Annotated[
    str,
    typer.Option("--on", metavar="DATE", help="Offers that have ended by this day are mistakes. Without it: none is."),
]


@app.command()
def check(inventory: UNITS, case: CASE = "", on: ON = "", as_json: AS_JSON = False) -> None:
    """Find every mistake in an inventory, each with its line, its column and how to mend it.

    Exit code 2: there are mistakes.
    """
    from tocsin.cli import forces_print, tables
    from tocsin.cli.forces_answers import InventoryAnswer

    codes = _capabilities(case)
    units = _units(inventory, codes, on)
    found = InventoryAnswer(inventory, _is_hypothetical(units), len(units), _offers(units, codes))
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_inventory(tables.terminal(), found)


@app.command("list")
def list_(
    inventory: UNITS,
    case: CASE = "",
    on: ON = "",
    capability: Annotated[
        str, typer.Option("--capability", metavar="CODE", help="Only units of this capability.")
    ] = "",
    nation: Annotated[str, typer.Option("--nation", metavar="CODE", help="Only units of this nation.")] = "",
    ready: Annotated[
        str, typer.Option("--ready", metavar="HOURS", help="Only units ready to leave by then, such as 72h.")
    ] = "",
    as_json: AS_JSON = False,
) -> None:
    """List the units of an inventory: by capability, nation and notice to move."""
    from tocsin.cli import forces_print, tables
    from tocsin.cli.forces_answers import UnitsAnswer
    from tocsin.errors import NotFound

    codes = _capabilities(case)
    if capability and capability not in {code.id for code in codes}:
        raise NotFound("capability", capability, [code.id for code in codes])
    latest = _hours(ready)
    read = _units(inventory, codes, on)
    units = tuple(
        unit
        for unit in read
        if capability in ("", unit.capability)
        and nation.upper() in ("", unit.nation)
        and (latest is None or unit.notice_to_move_hours <= latest)
    )
    found = UnitsAnswer(inventory, _is_hypothetical(read), units)
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_units(tables.terminal(), found, {code.id: code.counted for code in codes})


def _capabilities(case: str) -> "tuple[Capability, ...]":
    from tocsin.forces.files import capabilities, load_case

    return load_case(case).capability if case else capabilities()


def _units(inventory: str, codes: "tuple[Capability, ...]", on: str) -> "tuple[Unit, ...]":
    from tocsin.forces.inventory import load_inventory

    return load_inventory(inventory, codes, day(on, "--on"))


def _is_hypothetical(units: "tuple[Unit, ...]") -> bool:
    from tocsin.forces.explain import are_hypothetical

    return are_hypothetical(units)


def _offers(units: "tuple[Unit, ...]", codes: "tuple[Capability, ...]") -> "tuple[Counted, ...]":
    from tocsin.cli.forces_answers import Counted

    counted = {code.id: code.counted for code in codes}
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for unit in units:
        many, strength = sums.get((unit.nation, unit.capability), (0, 0))
        sums[unit.nation, unit.capability] = (many + 1, strength + unit.strength)
    return tuple(
        Counted(nation, capability, counted[capability], many, strength)
        for (nation, capability), (many, strength) in sorted(sums.items())
    )


def _hours(text: str) -> int | None:
    """'72' or '72h' as hours; None for nothing."""
    number = text.strip().lower().removesuffix("h").strip()
    if not text:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise typer.BadParameter(f"'{text}' is no number of hours; write it as 72h.", param_hint="--ready")
    return int(number)
