"""What is asked about forces over the API. Nothing of it is kept."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.forces.model import Objective, Plan, Principle
from tocsin.web.planning import CASE_LETTERS_MAX, CASES_MAX, INVENTORY_LETTERS_MAX
from tocsin.web.searching import SECONDS_MAX

CaseText = Annotated[str, Meta(max_length=CASE_LETTERS_MAX)]
InventoryText = Annotated[str, Meta(max_length=INVENTORY_LETTERS_MAX)]


Seconds = Annotated[int, Meta(ge=1, le=SECONDS_MAX)]
LineName = Annotated[str, Meta(max_length=64)]


class PlanIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case of forces and an inventory."""

    case: CaseText
    """The text of a case file, TOML."""
    inventory: InventoryText
    """The text of an inventory, CSV."""
    objectives: Annotated[tuple[Objective, ...], Meta(max_length=4)] = ()
    """What is made small, in this order; none: the answer found at once."""
    fairness: Principle = "equal"
    """What fair shares are measured by."""
    seconds: Seconds = 10
    """How long a better answer is looked for."""


class GapsIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Several cases of forces and one inventory."""

    cases: Annotated[tuple[CaseText, ...], Meta(min_length=1, max_length=CASES_MAX)]
    """The texts of case files, TOML."""
    inventory: InventoryText
    """The text of an inventory, CSV."""
    together: bool = False
    """Whether all cases are at once, so that no unit serves two of them."""


class CheckIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan, with the case and the units that it was made of."""

    plan: Plan


class ExplainIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan, and which of its lines is asked about."""

    plan: Plan
    line: LineName = ""
    """Empty: all that are not filled, and which pledge matters most."""
    seconds: Seconds = 10
    """How long changes are looked for."""


class WhatIfIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan, and what would be otherwise."""

    plan: Plan
    changes: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(min_length=1, max_length=20)
    ]
    """Each as an option of `forces what-if`, such as `drop-caveat XAB:night`; made in this order."""
    line: LineName = ""
    """The line to be filled first, while no other is short of more than before; empty: all are planned anew."""
    seconds: Seconds = 10
