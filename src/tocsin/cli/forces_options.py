"""Arguments and options that several commands of `tocsin forces` share, and how one of them is read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tocsin.forces.model import Principle

NO = 1
"""Exit code: the answer is no."""
SECONDS_MAX = 604_800
"""A week; nobody waits longer for a search."""

CASE = Annotated[
    str, typer.Argument(metavar="CASE", help="Path of a case of forces, a .toml file, or the name of a shipped one.")
]
PLAN = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan as 'forces plan --json' prints it.")]


def inventory_here() -> str:
    """The only inventory in this folder, which is told on standard error; empty where there is none, or several."""
    from rich.console import Console

    from tocsin.forces.inventory import only_inventory_in

    found = only_inventory_in(Path())
    if found is None:
        return ""
    Console(stderr=True).print(f"The inventory is {found}, the only one in this folder.", style="dim", highlight=False)
    return str(found)


def principle(text: str) -> "Principle":
    """The principle that `--fairness` names. Refuses anything else."""
    from tocsin.forces.burden import PRINCIPLES

    for known in PRINCIPLES:
        if text == known:
            return known
    raise typer.BadParameter(f"'{text}' is none of {', '.join(PRINCIPLES)}.", param_hint="--fairness")
