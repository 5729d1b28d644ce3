"""A second checker of force packages, written from docs/FORCES.md alone. It reads plans as plain JSON.

It shares no code and no method with the product: lift is decided by loading it, earliest last hour first, instead of
by intervals.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple
from unicodedata import normalize

import msgspec

Json = dict[str, Any]
Break = tuple[str, str, str, str]
"""Rule, unit, line, nation; empty texts where nothing is named."""


class Times(NamedTuple):
    """What a unit that may serve a line has: ready, leave by, in place from, and the hours of lift it can use."""

    ready: int
    leave_by: int
    in_place_from: int
    lift: tuple[int, ...]


def judge(plan: Json) -> set[Break]:
    """All breaks of a plan: docs/FORCES.md, part 6."""
    case, units, package = plan["case"], plan["units"], plan["package"]
    unclear = _unclear(case, units)
    if unclear:
        return unclear
    broken: set[Break] = set()
    if package["case"] != case["case"]["id"] or package["inputs"] != digest({"case": case, "units": units}):
        broken.add(("inputs", "", "", ""))
    if package["digest"] != digest(package | {"digest": ""}):
        broken.add(("digest", "", "", ""))
    named_units = {unit["id"]: unit for unit in units}
    named_lines = {line["id"]: line for line in case["line"]}
    known = []
    for one in package["assignments"]:
        if one["unit"] in named_units and one["line"] in named_lines:
            known.append(one)
        else:
            broken.add(("known", one["unit"], one["line"], ""))
    broken |= judge_choice(case, units, [(one["unit"], one["line"]) for one in known])
    for one in known:
        if not _stated_right(case, named_units[one["unit"]], named_lines[one["line"]], one):
            broken.add(("figures", one["unit"], one["line"], ""))
    if not _summed_right(case, units, package, known):
        broken.add(("figures", "", "", ""))
    return broken


def judge_choice(case: Json, units: list[Json], pairs: Iterable[tuple[str, str]]) -> set[Break]:
    """The breaks of parts 3 and 4 where these units, by id, serve these lines."""
    chosen = list(pairs)
    named_units = {unit["id"]: unit for unit in units}
    named_lines = {line["id"]: line for line in case["line"]}
    broken: set[Break] = set()
    loads = []
    on_line: Counter[tuple[str, str]] = Counter()
    for unit_id, line_id in chosen:
        unit, line = named_units[unit_id], named_lines[line_id]
        on_line[line_id, unit["nation"]] += unit["strength"]
        times = may_serve(case, unit, line)
        if isinstance(times, str):
            broken.add((times, unit_id, line_id, ""))
        elif not unit["self_deploying"]:
            loads.append((times.lift, unit["lift_tonnes"]))
    broken |= {("once", unit, "", "") for unit, times in Counter(unit for unit, _ in chosen).items() if times > 1}
    if not _all_loaded(case, loads):
        broken.add(("lift", "", "", ""))
    for (line_id, nation), strength in on_line.items():
        percent = named_lines[line_id]["one_nation_percent"]
        if percent is not None and 100 * strength > percent * named_lines[line_id]["required"]:
            broken.add(("one nation", "", line_id, nation))
    counts = {one["id"]: one["counted"] for one in case["capability"]}
    for cap in case["cap"]:
        all_of = [one for one in units if (one["nation"], counts[one["capability"]]) == (cap["nation"], cap["counted"])]
        pledged = sum(one["strength"] for one in all_of)
        ids = {one["id"] for one in all_of}
        sent = sum(named_units[unit]["strength"] for unit, _ in chosen if unit in ids)
        if 100 * sent > cap["percent"] * pledged:
            broken.add(("cap", "", "", cap["nation"]))
    return broken


def may_serve(case: Json, unit: Json, line: Json) -> Times | str:
    """Part 3: the times, or the first rule that fails."""
    if unit["capability"] not in serving(case, line):
        return "capability"
    if any(caveat["hard"] and _speaks_of(caveat, line) for caveat in unit["caveats"]):
        return "caveat"
    if not (unit["rotates"] or unit["endurance_days"] >= line["sustain_days"]):
        return "endurance"
    table = unit["transit_hours"]
    if line["destination"] not in table and "any" not in table:
        return "transit"
    transit = table[line["destination"]] if line["destination"] in table else table["any"]
    latest = line["in_place_by_hours"] - transit
    end = line["in_place_by_hours"] + 24 * line["sustain_days"]

    def hour(day: str) -> int:
        return 24 * (date.fromisoformat(day) - date.fromisoformat(case["case"]["activation"])).days

    def too_short(until: str | None) -> bool:
        return until is not None and hour(until) < end

    if unit["notice_to_move_hours"] > latest:
        return "notice"
    ready = unit["notice_to_move_hours"]
    if unit["valid_from"]:
        ready = max(ready, hour(unit["valid_from"]))
    if ready > latest or too_short(unit["valid_until"]):
        return "validity"
    mandates = [one for one in case["mandate"] if one["nation"] == unit["nation"]]
    ready = max([ready, *(one["lead_hours"] for one in mandates)])
    if ready > latest or any(too_short(one["until"]) for one in mandates):
        return "mandate"
    leave_by = latest
    for gate in case["gate"]:
        if gate["destination"] != line["destination"] or (gate["nations"] and unit["nation"] not in gate["nations"]):
            continue
        if gate["from"] is None:
            return "gate"
        if gate["kind"] == "transit permission":
            ready = max(ready, hour(gate["from"]))
            leave_by = leave_by if gate["until"] is None else min(leave_by, hour(gate["until"]))
        else:
            ready = max(ready, hour(gate["from"]) - transit)
            if too_short(gate["until"]):
                return "gate"
    if ready > leave_by:
        return "gate"
    if unit["self_deploying"]:
        return Times(ready, leave_by, ready + transit, ())
    usable = tuple(sorted({one["leaves_hours"] for one in case["lift"] if ready <= one["leaves_hours"] <= leave_by}))
    return Times(ready, leave_by, usable[0] + transit, usable) if usable else "lift"


def serving(case: Json, line: Json) -> set[str]:
    """The capabilities that serve a line."""
    stand_in = line["substitutes"]
    if stand_in is None:
        (stand_in,) = [one["substitutes"] for one in case["capability"] if one["id"] == line["capability"]]
    return {line["capability"], *stand_in}


def digest(value: Json) -> str:
    """Part 5: SHA-256 of the JSON with names in order. The fields are those of the plan, so all defaults are there."""
    return "sha256:" + sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def _unclear(case: Json, units: list[Json]) -> set[Break]:
    broken: set[Break] = set()
    for table in (case["capability"], case["line"], units):
        ids = [one["id"] for one in table]
        if len(set(ids)) < len(ids):
            broken.add(("inputs", "", "", ""))
    codes = [one["id"] for one in case["capability"]]
    broken |= {("inputs", "", line["id"], "") for line in case["line"] if line["capability"] not in codes}
    return broken | {("inputs", unit["id"], "", "") for unit in units if unit["capability"] not in codes}


def _all_loaded(case: Json, loads: list[tuple[tuple[int, ...], int]]) -> bool:
    """Whether all leaves: at each hour, what has the earliest last hour goes first."""
    left = [tonnes for _, tonnes in loads]
    for hour in sorted({one["leaves_hours"] for one in case["lift"]}):
        space = sum(one["tonnes"] * one["count"] for one in case["lift"] if one["leaves_hours"] == hour)
        here = [number for number, (hours, _) in enumerate(loads) if hour in hours]
        for number in sorted(here, key=lambda number: loads[number][0][-1]):
            taken = min(space, left[number])
            left[number] -= taken
            space -= taken
    return not any(left)


def _speaks_of(caveat: Json, line: Json) -> bool:
    """Whether its tag is one of the line's, blanks and hyphens as one and capitals aside."""
    tags = {"task": line["tasks"], "area": [line["destination"]], "phase": [line["phase"]]}[caveat["scope"]]
    return _plain(caveat["tag"]) in {_plain(tag) for tag in tags}


def _plain(tag: str) -> str:
    return re.sub(r"[\s-]+", "-", normalize("NFKC", tag).casefold()).strip("-")


def _stated_right(case: Json, unit: Json, line: Json, one: Json) -> bool:
    soft = {caveat["tag"] for caveat in unit["caveats"] if not caveat["hard"] and _speaks_of(caveat, line)}
    if (one["nation"], one["strength"], one["soft"]) != (unit["nation"], unit["strength"], sorted(soft)):
        return False
    times = may_serve(case, unit, line)
    stated = (one["ready_hours"], one["leave_by_hours"], one["in_place_from_hours"])
    return isinstance(times, str) or stated == times[:3]


def _summed_right(case: Json, units: list[Json], package: Json, known: list[Json]) -> bool:
    by_id = {unit["id"]: unit for unit in units}
    order = [(one["unit"], one["line"]) for one in package["assignments"]]
    totals, missing = [], 0
    for line in case["line"]:
        filled = sum(by_id[one["unit"]]["strength"] for one in known if one["line"] == line["id"])
        short = max(0, line["required"] - filled)
        missing += line["weight"] * short
        pledged = sum(unit["strength"] for unit in units if unit["capability"] in serving(case, line))
        totals.append(
            {"line": line["id"], "required": line["required"], "pledged": pledged, "filled": filled, "shortfall": short}
        )
    return (
        order == sorted(order)
        and package["totals"] == totals
        and package["weighted_shortfall"] == missing
        and package["cost_cents"] == sum(by_id[one["unit"]]["cost_cents"] for one in known)
        and closure(case, units, [(one["unit"], one["line"]) for one in known]) in (None, package["closure_hours"])
    )


def closure(case: Json, units: list[Json], pairs: Iterable[tuple[str, str]]) -> int | None:
    """The first hour by which all that may serve can be in place, tried hour by hour; None where lift is not enough."""
    by_id = {unit["id"]: unit for unit in units}
    lines = {line["id"]: line for line in case["line"]}
    served = []
    for unit_id, line_id in pairs:
        times = may_serve(case, by_id[unit_id], lines[line_id])
        if isinstance(times, Times):
            transit = by_id[unit_id]["transit_hours"]
            served.append((times, transit.get(lines[line_id]["destination"], transit.get("any")), by_id[unit_id]))
    hour = max((times.in_place_from for times, _, _ in served), default=0)
    end = max((times.leave_by + transit for times, transit, _ in served), default=0)
    while hour <= end:
        loads = [
            (tuple(leaves for leaves in times.lift if leaves + transit <= hour), unit["lift_tonnes"])
            for times, transit, unit in served
            if not unit["self_deploying"]
        ]
        if _all_loaded(case, loads):
            return hour
        hour += 1
    return 0 if not served else None
