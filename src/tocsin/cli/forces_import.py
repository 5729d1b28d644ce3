"""What `tocsin forces inventory import` does: reads, compares with what is there, writes, and tells it."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console

from tocsin.charter.files.disk import write_atomically
from tocsin.cli.forces_answers import Counted, ImportAnswer, ReadAs
from tocsin.cli.forces_print import print_offers, print_reading, print_remarks
from tocsin.cli.tables import banner, indented, plain, section, title
from tocsin.errors import ForcesError
from tocsin.forces.canonical import Differences, as_csv, differences
from tocsin.forces.inventory import OWN_FORM, Inventory, is_inventory, load_inventory, read_inventory
from tocsin.forces.model import Capability, Unit
from tocsin.forces.sheets import WORKBOOK_ENDINGS
from tocsin.forces.wording import many

SHOWN_MAX = 200


class Found(NamedTuple):
    """What was read, and what lies where it is to be written."""

    name: str
    inventory: Inventory
    target: Path
    replaces: str
    differences: Differences
    own_form: bool
    """Whether it stands in our own form already, and no other target is named."""


def read(
    name: str, to: str, sheet: str, codes: tuple[Capability, ...], day: date | None
) -> tuple[Found, tuple[Unit, ...]]:
    """The inventory, compared with the one at its target. Raises as `read_inventory` does."""
    inventory = read_inventory(name, codes, day, sheet)
    source = Path(name)
    own_form = not to and source.is_file() and source.read_bytes() == as_csv(inventory.units).encode()
    target = Path(to) if to else source if own_form else _beside(source, name)
    if target.suffix.lower() in WORKBOOK_ENDINGS:
        raise typer.BadParameter("it is written as CSV; name a file that ends in .csv.", param_hint="--to")
    replaces, changes = "other" if target.exists() else "", Differences()
    if target.is_file():
        with suppress(ForcesError):
            changes = differences(load_inventory(target, codes), inventory.units)
            replaces = "inventory"
    return Found(name, inventory, target, replaces, changes, own_form), inventory.units


def _beside(source: Path, name: str) -> Path:
    """Where an inventory goes where nobody says it: beside its source, and never over it."""
    if not source.is_file():
        return Path(f"{name}.csv")
    return source.with_suffix(OWN_FORM if source.suffix.lower() == ".csv" else ".csv")


def check_kind(found: Found) -> None:
    """Refuses, also with --force, to write over what is no inventory as CSV, such as a case or a plan."""
    if found.target.exists() and not is_inventory(found.target):
        what = "folder" if found.target.is_dir() else "file of another kind"
        said = f"{found.target} is a {what} and no inventory as CSV; it is left as it is. Name another file."
        raise typer.BadParameter(said, param_hint="--to")


def write(found: Found, units: tuple[Unit, ...]) -> None:
    """Writes the inventory, whole or not at all."""
    write_atomically(found.target, as_csv(units).encode(), is_shared=True)


def answer(
    found: Found, offers: tuple[Counted, ...], why: str, remarks: tuple[str, ...], *, written: bool
) -> ImportAnswer:
    """The same for people and programs; `why` it is hypothetical, or empty."""
    return ImportAnswer(
        inventory=found.name,
        sheet=found.inventory.sheet,
        columns=tuple(ReadAs(one.found, one.read_as) for one in found.inventory.renamed),
        notes=found.inventory.notes,
        hypothetical=bool(why),
        why=why,
        units=len(found.inventory.units),
        offers=offers,
        target=str(found.target),
        replaces=found.replaces,
        differences=found.differences,
        written=written,
        own_form=found.own_form,
        remarks=remarks,
    )


def print_import(console: Console, told: ImportAnswer) -> None:
    """What was read, from which columns, what differs, and where it is now."""
    banner(console, told.hypothetical, told.why)
    nations = len({offer.nation for offer in told.offers})
    sheet = f", sheet {told.sheet}" if told.sheet else ""
    title(console, f"{many(told.units, 'unit')} of {many(nations, 'nation')}, no mistake", f"{told.inventory}{sheet}")
    console.print()
    print_offers(console, told.offers)
    print_reading(console, told.columns, told.notes)
    print_remarks(console, told.remarks)
    if told.replaces and not told.own_form:
        section(console, f"What differs from {plain(told.target)} as it was")
        _print_differences(console, told.replaces, told.differences)
    console.print()
    if told.written:
        indented(console, f"✓ written to {plain(told.target)}", 0, "green")
    elif told.own_form:
        indented(console, "nothing is to be written: it stands in Tocsin's own form already", 0, "green")
    else:
        indented(console, f"nothing is written; without --check it would go to {plain(told.target)}", 0)


def _print_differences(console: Console, replaces: str, found: Differences) -> None:
    if replaces == "other":
        indented(console, "it is no inventory without mistakes, so nothing can be compared", style="yellow")
    elif found.is_none:
        indented(console, "nothing")
    lines = [*(f"+ {name}" for name in found.added), *(f"− {name}" for name in found.removed)]
    lines += [
        f"~ {unit.unit}: {change.field}: {plain(change.before) or 'nothing'} → {plain(change.after) or 'nothing'}"
        for unit in found.changed
        for change in unit.fields
    ]
    _print_lines(console, lines)


def _print_lines(console: Console, lines: Iterable[str]) -> None:
    shown = list(lines)
    for line in shown[:SHOWN_MAX]:
        indented(console, line, hang=2)
    if len(shown) > SHOWN_MAX:
        indented(console, f"and {len(shown) - SHOWN_MAX:,} more; --json has all of them", style="dim")
