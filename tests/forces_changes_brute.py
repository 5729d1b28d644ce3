"""The price of the cheapest single change that fills a line, by trying: written from docs/FORCES.md, part 9, alone.

Changes are made on plain JSON, every whole amount is a change of its own, and a package is lawful where the second
checker (`forces_oracle.judge_choice`) says so. It shares no code with the product.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from itertools import product
from typing import Any

from tests.forces_oracle import judge_choice, serving

Json = dict[str, Any]
Prices = dict[str, tuple[int, int]]
"""By kind of change: for asking, and for each of it."""
Change = tuple[int, Json, list[Json]]
"""The price, the case and the inventory as they would be."""
Pairs = tuple[tuple[str, str], ...]

HOURS = range(400)
DAYS = range(-4, 18)


def cheapest(case: Json, units: list[Json], floors: dict[str, int], line: str, prices: Prices) -> int | None:
    """The least price; 0 where another package of the same inputs does it; none where no single change does."""
    choices = list(_choices(case, units, floors, line))
    if _some_lawful(case, units, choices):
        return 0
    best: int | None = None
    for family in _families(case, units, line, prices):
        for price, changed, inventory in family:
            if best is not None and price >= best:
                break
            if _some_lawful(changed, inventory, choices):
                best = price
                break
    return _least_pledge(case, units, floors, line, prices, best)


def _least_pledge(
    case: Json, units: list[Json], floors: dict[str, int], line: str, prices: Prices, best: int | None
) -> int | None:
    (capability,) = [one["capability"] for one in case["line"] if one["id"] == line]
    base, each = prices["pledge"]
    for strength in range(1, sum(one["required"] for one in case["line"]) + 1):
        if best is not None and base + each * strength >= best:
            break
        for nation in {unit["nation"] for unit in units}:
            new = {
                "id": "new",
                "nation": nation,
                "name": "new",
                "capability": capability,
                "strength": strength,
                "notice_to_move_hours": 0,
                "transit_hours": {"any": 0},
                "cost_cents": 0,
                "lift_tonnes": 0,
                "self_deploying": True,
                "endurance_days": 0,
                "rotates": True,
                "valid_from": None,
                "valid_until": None,
                "caveats": [],
            }
            more = [*units, new]
            if _some_lawful(case, more, _choices(case, more, floors, line)):
                return base + each * strength
    return best


def _choices(case: Json, units: list[Json], floors: dict[str, int], line: str) -> Iterator[Pairs]:
    """Every way to send units by which the line is filled and no other is short of more than its floor.

    Only those in which no unit can be spared: what is lawful stays so with a unit less.
    """
    able = {one["id"]: serving(case, one) for one in case["line"]}
    options = [("", *(name for name, codes in able.items() if unit["capability"] in codes)) for unit in units]
    for chosen in product(*options):
        filled = dict.fromkeys(able, 0)
        for unit, name in zip(units, chosen, strict=True):
            if name:
                filled[name] += unit["strength"]
        needed = {one["id"]: one["required"] - (0 if one["id"] == line else floors[one["id"]]) for one in case["line"]}
        spared = any(
            name and filled[name] - unit["strength"] >= needed[name] for unit, name in zip(units, chosen, strict=True)
        )
        if not spared and all(filled[name] >= least for name, least in needed.items()):
            yield tuple((unit["id"], name) for unit, name in zip(units, chosen, strict=True) if name)


def _some_lawful(case: Json, units: list[Json], choices: Iterable[Pairs]) -> bool:
    return any(not judge_choice(case, units, pairs) for pairs in choices)


def _families(case: Json, units: list[Json], line_id: str, prices: Prices) -> Iterator[Iterator[Change]]:
    """Every kind of change of everything that it may be of, from the least amount on."""
    (line,) = [one for one in case["line"] if one["id"] == line_id]
    able = [unit for unit in units if unit["capability"] in serving(case, line)]
    zero = date.fromisoformat(case["case"]["activation"])
    days = [(zero + timedelta(days=day)).isoformat() for day in DAYS]

    def made(
        kind: str, table: str, fits: Callable[[Json], bool], amounts: Iterable[tuple[int, Json]]
    ) -> Iterator[Change]:
        base, each = prices[kind]
        for amount, fields in amounts:
            if table == "unit":
                yield base + each * amount, case, [one | fields if fits(one) else one for one in units]
            else:
                rows = [one | fields if fits(one) else one for one in case[table]]
                yield base + each * amount, case | {table: rows}, units

    def named(unit: Json) -> Callable[[Json], bool]:
        return lambda one: bool(one["id"] == unit["id"])

    for unit in able:
        place, here = line["destination"], named(unit)
        if place not in unit["transit_hours"] and "any" not in unit["transit_hours"]:
            last = max(one["in_place_by_hours"] for one in case["line"] if one["destination"] == place)
            table = unit["transit_hours"]
            slower = (
                (max(1, last - hour), {"transit_hours": table | {place: hour}}) for hour in reversed(range(last + 1))
            )
            yield made("transit", "unit", here, slower)
        if not unit["self_deploying"]:
            yield made(
                "own-lift", "unit", here, [(max(1, unit["lift_tonnes"]), {"self_deploying": True, "lift_tonnes": 0})]
            )
        now = unit["notice_to_move_hours"]
        yield made(
            "notice", "unit", here, ((now - hour, {"notice_to_move_hours": hour}) for hour in reversed(range(now)))
        )
        if unit["valid_from"]:
            offers = [(_days(day, unit["valid_from"]), {"valid_from": day}) for day in reversed(days)]
            yield made("offer-from", "unit", here, [offer for offer in offers if offer[0] > 0])
        if unit["valid_until"]:
            ends = [(_days(unit["valid_until"], day), {"valid_until": day}) for day in days]
            yield made("extend", "unit", here, [end for end in ends if end[0] > 0])
        yield made("rotate", "unit", here, [(0, {"rotates": True})])
    for nation in {unit["nation"] for unit in able}:
        yield from _by_nation(case, units, able, nation, prices)
        of_nation = _of("nation", nation)
        leads = [one["lead_hours"] for one in case["mandate"] if one["nation"] == nation]
        if leads:
            sooner = ((max(leads) - hour, {"lead_hours": hour}) for hour in reversed(range(max(leads))))
            yield made("mandate", "mandate", of_nation, sooner)
            yield made("mandate-end", "mandate", of_nation, [(0, {"until": None})])
        for cap in case["cap"]:
            counts = {one["id"]: one["counted"] for one in case["capability"]}
            if cap["nation"] == nation and cap["counted"] == counts[line["capability"]]:
                more = ((percent - cap["percent"], {"percent": percent}) for percent in range(cap["percent"] + 1, 101))
                yield made("cap", "cap", lambda one, cap=cap: one == cap, more)  # type: ignore[misc]  # bound by default
    yield from _gates(case, units, line, prices, days)
    percent = line["one_nation_percent"]
    on_line = _of("id", line["id"])
    if percent is not None:
        steps = [(more - percent, {"one_nation_percent": more}) for more in range(percent + 1, 101)]
        yield made("one-nation", "line", on_line, [*steps, (101 - percent, {"one_nation_percent": None})])
    by = line["in_place_by_hours"]
    yield made("deadline", "line", on_line, ((hour - by, {"in_place_by_hours": hour}) for hour in HOURS if hour > by))
    yield from _lift(case, units, prices)


def _of(field: str, value: str) -> Callable[[Json], bool]:
    return lambda one: bool(one[field] == value)


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _by_nation(
    case: Json, units: list[Json], able: list[Json], nation: str, prices: Prices
) -> Iterator[Iterator[Change]]:
    for tag in {one["tag"] for unit in able if unit["nation"] == nation for one in unit["caveats"] if one["hard"]}:
        changed = deepcopy(units)
        for unit in changed:
            if unit["nation"] == nation:
                unit["caveats"] = [one for one in unit["caveats"] if not (one["hard"] and one["tag"] == tag)]
        yield iter([(prices["drop-caveat"][0], case, changed)])


def _gates(case: Json, units: list[Json], line: Json, prices: Prices, days: list[str]) -> Iterator[Iterator[Change]]:
    place = line["destination"]
    last = max(one["in_place_by_hours"] for one in case["line"] if one["destination"] == place)
    zero = date.fromisoformat(case["case"]["activation"])
    never = (zero + timedelta(days=-(-last // 24) + 30)).isoformat()
    for kind, giver in {(one["kind"], one["given_by"]) for one in case["gate"] if one["destination"] == place}:
        mine = [(one["kind"], one["given_by"], one["destination"]) == (kind, giver, place) for one in case["gate"]]

        def changed(fresh: Callable[[Json], Json], mine: list[bool] = mine) -> Json:
            return case | {"gate": [fresh(one) if own else one for one, own in zip(case["gate"], mine, strict=True)]}

        base, each = prices["gate"]
        latest = max(one["from"] or never for one, own in zip(case["gate"], mine, strict=True) if own)
        ends = [one["until"] for one, own in zip(case["gate"], mine, strict=True) if own and one["until"]]
        dates = [day for day in reversed(days) if day < latest and all(day < end for end in ends)]
        yield iter([(base + each * _days(day, latest), changed(_given_from(day)), units) for day in dates])
        yield iter([(prices["gate-end"][0], changed(lambda one: one | {"until": None}), units)])


def _given_from(day: str) -> Callable[[Json], Json]:
    return lambda one: one | {"from": min(one["from"] or day, day)}


def _lift(case: Json, units: list[Json], prices: Prices) -> Iterator[Iterator[Change]]:
    loads = sum(0 if unit["self_deploying"] else unit["lift_tonnes"] for unit in units)
    base, each = prices["tonnes"]
    blank = {"count": 1, "asset": ""}
    for hour in range(130):
        yield (
            (
                base + each * tonnes,
                case | {"lift": [*case["lift"], blank | {"leaves_hours": hour, "tonnes": tonnes}]},
                units,
            )
            for tonnes in range(1, loads + 1)
        )
    base, each = prices["assets"]
    for asset in {one["asset"] for one in case["lift"] if one["asset"]}:
        one = max(row["tonnes"] for row in case["lift"] if row["asset"] == asset)

        def grown(many: int, asset: str = asset) -> Json:
            rows = [row | {"count": row["count"] + many} if row["asset"] == asset else row for row in case["lift"]]
            return case | {"lift": rows}

        yield ((base + each * one * many, grown(many), units) for many in range(1, loads + 1))
