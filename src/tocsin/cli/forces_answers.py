"""What `tocsin forces` answers, beside a plan."""

from msgspec import Struct

from tocsin.forces.model import Break, Unit


class Counted(Struct, frozen=True):
    """What a nation offers of one capability."""

    nation: str
    capability: str
    counted: str
    units: int
    strength: int


class InventoryAnswer(Struct, frozen=True):
    """An inventory without mistakes, summed up."""

    inventory: str
    hypothetical: bool
    units: int
    offers: tuple[Counted, ...]


class UnitsAnswer(Struct, frozen=True):
    """The units asked for."""

    inventory: str
    hypothetical: bool
    units: tuple[Unit, ...]


class Verified(Struct, frozen=True):
    """What was checked, and every rule it breaks."""

    case: str
    digest: str
    hypothetical: bool
    lawful: bool
    breaks: tuple[Break, ...]
