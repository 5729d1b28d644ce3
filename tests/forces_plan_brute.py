"""The best of all lawful packages, by trying every one of them with the second checker. For tiny instances."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import msgspec

from tests.forces_oracle import Json, closure, judge_choice
from tocsin.forces.model import ForceCase, Objective, Unit

Values = dict[Objective, int]


def best(case: ForceCase, units: Sequence[Unit], objectives: Sequence[Objective]) -> list[int]:
    """What the best package comes to, by objective in their order; fair shares are equal."""
    asked: Json = msgspec.json.decode(msgspec.json.encode(case))
    offered: list[Json] = msgspec.json.decode(msgspec.json.encode(units))
    lines = [line["id"] for line in asked["line"]]
    found = []
    for choice in product([None, *lines], repeat=len(offered)):
        pairs = [(unit["id"], line) for unit, line in zip(offered, choice, strict=True) if line is not None]
        if not judge_choice(asked, offered, pairs):
            values = comes_to(asked, offered, pairs)
            found.append([values[objective] for objective in objectives])
    return min(found)


def comes_to(case: Json, units: list[Json], pairs: Sequence[tuple[str, str]]) -> dict[Any, int]:
    """What a lawful choice of units comes to, by objective."""
    by_id = {unit["id"]: unit for unit in units}
    missing = 0
    for line in case["line"]:
        filled = sum(by_id[unit]["strength"] for unit, of in pairs if of == line["id"])
        missing += line["weight"] * max(0, line["required"] - filled)
    nations = sorted({unit["nation"] for unit in units})
    costs = {
        nation: sum(by_id[unit]["cost_cents"] for unit, _ in pairs if by_id[unit]["nation"] == nation)
        for nation in nations
    }
    total = sum(costs.values())
    beyond = sum(max(0, len(nations) * cost - total) for cost in costs.values())
    return {
        "shortfall": missing,
        "closure": closure(case, units, pairs) or 0,
        "cost": total,
        "fairness": beyond // max(1, len(nations)),
    }
