"""Examples of what is asked about forces, on invented states alone: see examples.py."""

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from tocsin.forces.model import About, Capability, ForceCase, Lift, RequirementLine, Unit
from tocsin.terms import PartyId
from tocsin.web import forces_in as said
from tocsin.web import planning

CASE_TEXT = """\
schema = 1

[case]
id = "ford"
title = "Defence of the ford"
operation = "collective defence"
activation = 2031-05-04
hypothetical = true

[[line]]
id = "infantry"
capability = "infantry-light"
required = 900
destination = "ford"
in_place_by_hours = 96
priority = 1

[[lift]]
leaves_hours = 24
tonnes = 600
"""
INVENTORY_TEXT = """\
id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,lift_tonnes
XAA-1,XAA,1st Battalion,infantry-light,500,Ardmouth,20,12,90000000,400
XAB-1,XAB,Rifle Battalion,infantry-light,450,Belmora,12,30,70000000,350
"""


def _example_plan() -> dict[str, Any]:
    """A plan small enough to be read."""
    case = ForceCase(
        schema=1,
        case=About(
            id="ford",
            title="Defence of the ford",
            operation="collective defence",
            activation=date(2031, 5, 4),
            hypothetical=True,
        ),
        capability=(Capability(id="infantry-light", name="light infantry", counted="persons"),),
        line=(
            RequirementLine(
                id="infantry",
                capability="infantry-light",
                required=900,
                destination="ford",
                in_place_by_hours=96,
                priority=1,
            ),
        ),
        lift=(Lift(leaves_hours=24, tonnes=600),),
    )
    unit = Unit(
        id="XAA-1",
        nation=PartyId("XAA"),
        name="1st Battalion",
        capability="infantry-light",
        strength=500,
        location="Ardmouth",
        notice_to_move_hours=20,
        transit_hours={"any": 12},
        cost_cents=90_000_000,
        lift_tonnes=400,
    )
    plan: dict[str, Any] = msgspec.to_builtins(planning.planned(case, (unit,)), builtin_types=())
    return plan


_PLAN = _example_plan()

BODIES: dict[type[Struct], dict[str, dict[str, Any]]] = {
    said.PlanIn: {
        "a ford": {"case": CASE_TEXT, "inventory": INVENTORY_TEXT},
        "made better": {
            "case": CASE_TEXT,
            "inventory": INVENTORY_TEXT,
            "objectives": ["shortfall", "cost"],
            "seconds": 5,
        },
    },
    said.CheckIn: {"a plan": {"plan": _PLAN}},
    said.ExplainIn: {"all lines": {"plan": _PLAN}, "one line": {"plan": _PLAN, "line": "infantry", "seconds": 5}},
    said.WhatIfIn: {"more lift": {"plan": _PLAN, "changes": ["add-lift 400t@24", "deadline infantry:120"]}},
    said.GapsIn: {"a ford": {"cases": [CASE_TEXT], "inventory": INVENTORY_TEXT}},
}
