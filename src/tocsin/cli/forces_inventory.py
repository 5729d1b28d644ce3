"""`tocsin forces inventory`: check what nations offer, list it, and bring it from a workbook."""

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.forces_options import inventory_here
from tocsin.cli.options import AS_JSON, day

if TYPE_CHECKING:
    from tocsin.cli.forces_answers import Counted
    from tocsin.forces.inventory import Inventory
    from tocsin.forces.model import Capability, ForceCase, Unit

app = typer.Typer(
    help="Read an inventory: one unit a row of a CSV file or an .xlsx workbook.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

UNITS = Annotated[
    str, typer.Argument(metavar="UNITS", help="Path of an inventory as CSV or .xlsx, or the name of a shipped one.")
]
CASE = Annotated[
    str, typer.Option("--case", metavar="CASE", help="A case whose own capabilities the inventory may use as well.")
]
ON = Annotated[
    str,
    typer.Option("--on", metavar="DATE", help="Offers that have ended by this day are mistakes. Without it: none is."),
]
SHEET = Annotated[
    str, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook, where several could be meant.")
]


@app.command()
def check(inventory: UNITS, case: CASE = "", on: ON = "", sheet: SHEET = "", as_json: AS_JSON = False) -> None:
    """Find every mistake in an inventory, each with its line or cell, its column and how to mend it.

    Exit code 2: there are mistakes.
    """
    from tocsin.cli import forces_print, tables
    from tocsin.cli.forces_answers import InventoryAnswer, ReadAs

    asked = _case(case)
    codes = _capabilities(asked)
    read = _read(inventory, codes, on, sheet)
    found = InventoryAnswer(
        inventory=inventory,
        hypothetical=bool(why := _why(read.units)),
        units=len(read.units),
        offers=_offers(read.units, codes),
        why=why,
        sheet=read.sheet,
        columns=tuple(ReadAs(one.found, one.read_as) for one in read.renamed),
        notes=read.notes,
        remarks=_remarks(read.units, asked, on),
    )
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_inventory(tables.terminal(), found)


@app.command("list")
def list_(
    inventory: UNITS = "",
    *,
    case: CASE = "",
    on: ON = "",
    sheet: SHEET = "",
    capability: Annotated[
        str,
        typer.Option(
            "--capability", metavar="CODE", help="Only units of this capability; 'airlift' is every kind of airlift."
        ),
    ] = "",
    nation: Annotated[str, typer.Option("--nation", metavar="CODE", help="Only units of this nation.")] = "",
    ready: Annotated[
        str, typer.Option("--ready", metavar="HOURS", help="Only units ready to leave by then, such as 72h.")
    ] = "",
    as_json: AS_JSON = False,
) -> None:
    """List the units of an inventory: by capability, nation and notice to move.

    Left out, the inventory is the only one in this folder.
    """
    from tocsin.cli import forces_print, tables
    from tocsin.cli.forces_answers import UnitsAnswer
    from tocsin.errors import NotFound
    from tocsin.forces.case_checks import is_nation

    if not (inventory := inventory or inventory_here()):
        raise _no_inventory({"--capability": capability, "--nation": nation, "--ready": ready})
    codes = _capabilities(_case(case))
    wanted = {code.id for code in codes if f"{code.id}-".startswith(f"{capability}-")}
    if capability and not wanted:
        raise NotFound("capability", capability, [code.id for code in codes])
    latest = _hours(ready)
    read = _read(inventory, codes, on, sheet).units
    if nation and not is_nation(nation.upper()):
        raise NotFound("nation", nation, sorted({unit.nation for unit in read}))
    units = tuple(
        unit
        for unit in read
        if (not capability or unit.capability in wanted)
        and nation.upper() in ("", unit.nation)
        and (latest is None or unit.notice_to_move_hours <= latest)
    )
    why = _why(read)
    offered = () if units else tuple(sorted({unit.capability for unit in read}))
    found = UnitsAnswer(inventory, bool(why), why, units, offered)
    if as_json:
        tables.print_json(found)
    else:
        forces_print.print_units(tables.terminal(), found, {code.id: code.counted for code in codes})


@app.command("import")
def import_(
    inventory: UNITS,
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FILE.csv",
            help="Where to write it. Without it: beside UNITS; of units.xlsx units.csv, of units.csv units.tocsin.csv.",
        ),
    ] = "",
    sheet: SHEET = "",
    case: CASE = "",
    on: ON = "",
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; show what was read, and what would differ.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Read an inventory from CSV or a workbook and write it as CSV in Tocsin's own form.

    Column names may differ in case, spaces and brackets: 'Notice to move (hours)' is notice_to_move_hours; the answer
    says which were read as what. Where an inventory is there already, what differs from it is shown unit by unit, and
    it is replaced with --force alone; a file of another kind never is. Nothing in a workbook is run.
    """
    from rich.console import Console

    from tocsin.cli import forces_import, tables
    from tocsin.cli.new_file import check_new

    asked = _case(case)
    codes = _capabilities(asked)
    with Console(stderr=True).status("Reading"):
        found, units = forces_import.read(inventory, to, sheet, codes, day(on, "--on"))
    writes = not (only_check or found.own_form)
    if writes:
        forces_import.check_kind(found)
        check_new(found.target, force=force, look="look at what differs with --check, then ")
    offers, remarks = _offers(units, codes), _remarks(units, asked, on)
    answer = forces_import.answer(found, offers, _why(units), remarks, written=writes)
    if writes:
        forces_import.write(found, units)
    if as_json:
        tables.print_json(answer)
    else:
        forces_import.print_import(tables.terminal(), answer)


def _case(case: str) -> "ForceCase | None":
    from tocsin.forces.files import load_case

    return load_case(case) if case else None


def _capabilities(asked: "ForceCase | None") -> "tuple[Capability, ...]":
    from tocsin.forces.files import capabilities

    return capabilities() if asked is None else asked.capability


def _no_inventory(options: dict[str, str]) -> typer.BadParameter:
    """What is said where no inventory is named: none is taken for granted, as the one that ships is made up."""
    import shlex

    from tocsin.forces.inventory import shipped_inventories

    shipped, asked = shipped_inventories(), [word for one in options.items() if one[1] for word in one]
    example = shlex.join(["tocsin", "forces", "inventory", "list", "meridian", *asked])
    said = f"name a file, or one that ships: {', '.join(shipped)}. Of invented states: {example}"
    return typer.BadParameter(said, param_hint="UNITS")


def _remarks(units: "tuple[Unit, ...]", asked: "ForceCase | None", on: str) -> tuple[str, ...]:
    """Offers with an end that nobody held against a day, and what meets nothing in the case."""
    from tocsin.forces.notes import notes_of
    from tocsin.forces.wording import many

    ends = sorted(unit.valid_until for unit in units if unit.valid_until is not None)
    last = f" and the last on {ends[-1]}" if ends and ends[0] != ends[-1] else ""
    held = f"{many(len(ends), 'offer')} with an end, the first on {ends[0]}{last}" if ends and not on else ""
    open_ = [f"{held}: --on DATE finds those that have ended by that day"] if held else []
    return (*open_, *(notes_of(asked, units) if asked is not None else ()))


def _read(inventory: str, codes: "tuple[Capability, ...]", on: str, sheet: str) -> "Inventory":
    from rich.console import Console

    from tocsin.forces.inventory import read_inventory

    with Console(stderr=True).status("Reading"):  # a large workbook takes seconds; nothing is shown in a pipe
        return read_inventory(inventory, codes, day(on, "--on"), sheet)


def _why(units: "tuple[Unit, ...]") -> str:
    """What of an inventory is made up; empty where nothing is."""
    from tocsin.forces.explain import why_hypothetical

    return why_hypothetical(units)


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
