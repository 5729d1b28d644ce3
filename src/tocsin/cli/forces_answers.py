"""What `tocsin forces` answers, beside a plan."""

from msgspec import Struct

from tocsin.forces.canonical import Differences
from tocsin.forces.model import Break, Unit


class Counted(Struct, frozen=True):
    """What a nation offers of one capability."""

    nation: str
    capability: str
    counted: str
    units: int
    strength: int


class ReadAs(Struct, frozen=True):
    """A column whose name was not quite one of ours."""

    found: str
    read_as: str


class InventoryAnswer(Struct, frozen=True):
    """An inventory without mistakes, summed up, and how it was read."""

    inventory: str
    hypothetical: bool
    units: int
    offers: tuple[Counted, ...]
    why: str = ""
    """What of it is made up; empty where nothing is."""
    sheet: str = ""
    columns: tuple[ReadAs, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What no mistake is and a planner should know: offers with an end, and what meets nothing in the case."""


class ImportAnswer(Struct, frozen=True):
    """What was read of an inventory, from what, and where it was written."""

    inventory: str
    sheet: str
    columns: tuple[ReadAs, ...]
    notes: tuple[str, ...]
    hypothetical: bool
    why: str
    """What of it is made up; empty where nothing is."""
    units: int
    offers: tuple[Counted, ...]
    target: str
    replaces: str
    """What the target was before: 'inventory', 'other' for a file that is none, or empty."""
    differences: Differences
    """From the earlier inventory, where there was one."""
    written: bool
    own_form: bool = False
    """Whether it stands in Tocsin's own form already, so that there is nothing to write."""
    remarks: tuple[str, ...] = ()
    """As of `InventoryAnswer`."""


class UnitsAnswer(Struct, frozen=True):
    """The units asked for."""

    inventory: str
    hypothetical: bool
    why: str
    """What of the inventory is made up; empty where nothing is."""
    units: tuple[Unit, ...]
    offered: tuple[str, ...] = ()
    """Where there are none: the capabilities that the inventory has."""


class Verified(Struct, frozen=True):
    """What was checked, and every rule it breaks."""

    case: str
    digest: str
    hypothetical: bool
    lawful: bool
    breaks: tuple[Break, ...]
    case_inside: bool = True
    """Whether it was held against the case inside the plan, and not against one of whoever asks."""
    inventory_inside: bool = True
    """The same of the inventory."""
