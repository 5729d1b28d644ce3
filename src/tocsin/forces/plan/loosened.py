"""The packages of every changed case at once: a mixed-integer program in which one change may be made.

It is the program of part 8 of docs/FORCES.md with a column z for each change, at most one of which is 1. What single
units may do once a change is made are arcs of their own, each at most its z; lift, caps, the multinational rule and
pledges grow by amounts that are 0 where their z is. docs/FORCES.md, part 9.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from tocsin.forces.amend import apply
from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.changes import CapPercent, Change, MoreAssets, MoreTonnes, NewPledge, OneNation
from tocsin.forces.levels import Level, Pair, Question, levels, new_hours, unlifted
from tocsin.forces.model import ForcePackage, Lift, RequirementLine
from tocsin.forces.plan.program import INFINITE, lay_out
from tocsin.forces.plan.supply import Arcs, stock_of
from tocsin.forces.remedy import Amount, amounts
from tocsin.forces.repair import floors_of


class Column(NamedTuple):
    """Where a change stands: its z, and the column of its amount; -1 for one that is made or not."""

    z: int
    amount: int
    level: Level | None
    more: Amount | None

    def change(self, amount: int) -> Change:
        """The change, in an amount."""
        if self.level is not None:
            return self.level.change
        assert self.more is not None
        return self.more.at(amount)

    def points(self, amount: int) -> int:
        """Its price."""
        return self.more.points(amount) if self.more else self.level.points if self.level else 0


class Way(NamedTuple):
    """An arc: unit and line, when, and the change without which there is none; -1: as it is."""

    pair: Pair
    window: Window
    lifted: bool
    number: int = -1
    hoped: bool = False
    """Whether no lift leaves for it yet."""
    fixed: bool = False
    """Whether the unit stays where it is."""


class Pledged(NamedTuple):
    """A pledged unit on a line: the column that is 1 where it serves it, and that of its strength there."""

    number: int
    line: str
    nation: str
    sent: int
    strength: int


class Loosened:
    """The program of one line that is short: it is filled, and no other line is short of more than it was."""

    def __init__(self, asked: Question, package: ForcePackage) -> None:
        self.asked = asked
        self.hours = tuple(sorted({*asked.terms.leaves, *new_hours(asked)}))
        rows = (*asked.case.lift, *(Lift(leaves_hours=hour, tonnes=0) for hour in self.hours))
        terms = terms_of(replace(asked.case, lift=rows))
        self._units = {unit.id: place for place, unit in enumerate(asked.units)}
        self._lines = {line.id: place for place, line in enumerate(asked.case.line)}
        self._stock = stock_of(terms, asked.units)
        single, more = levels(asked), amounts(asked)
        self.ways = [*self._as_they_are(), *self._changed(single), *self._staying(package)]
        self.force = lay_out(terms, self._stock, self._arcs())
        self.program = self.force.program
        self.columns = self._columns(single, more)
        self.pledged = [one for number, column in enumerate(self.columns) for one in self._pledges(number, column)]
        self._floors(package)
        self._tie_ways()
        self._tie_amounts()
        self._more_lift()
        self._caps()
        for line in asked.lines:
            if line.one_nation_percent is not None:
                self._one_nation(line, line.one_nation_percent)

    # what single units may do

    def _as_they_are(self) -> list[Way]:
        found = []
        for pair, window in self.asked.before.items():
            if isinstance(window, Window):
                found.append(Way(pair, window, window.first_lift >= 0))
            elif window == "lift":
                unit, line = self.asked.units[self._units[pair[0]]], self.asked.case.line[self._lines[pair[1]]]
                hoped = unlifted(self.asked, unit, line)
                if isinstance(hoped, Window) and self._place(hoped)[0] >= 0:
                    found.append(Way(pair, hoped, lifted=True, hoped=True))
        return found

    def _changed(self, single: Sequence[Level]) -> list[Way]:
        return [
            Way(pair, window, window.first_lift >= 0, number)
            for number, level in enumerate(single)
            for pair, window in level.gains.items()
        ]

    def _staying(self, package: ForcePackage) -> list[Way]:
        """The assignments of units that are not asked about."""
        asked, found = self.asked, []
        for one in package.assignments:
            if (one.unit, one.line) not in asked.before:
                window = arc(asked.terms, asked.units[self._units[one.unit]], asked.terms.lines[one.line])
                assert isinstance(window, Window), "the package is lawful"
                found.append(Way((one.unit, one.line), window, window.first_lift >= 0, fixed=True))
        return found

    def _place(self, window: Window) -> tuple[int, int]:
        """The first and last place, among all hours, at which a unit can leave; -1 both for none."""
        first, last = bisect_left(self.hours, window.ready), bisect_right(self.hours, window.leave_by) - 1
        return (first, last) if first <= last else (-1, -1)

    def _arcs(self) -> Arcs:
        rows = [
            (self._units[way.pair[0]], self._lines[way.pair[1]], *(self._place(way.window) if way.lifted else (-1, -1)))
            for way in self.ways
        ]
        unit, line, first, last = np.array(rows, dtype=np.int64).reshape(-1, 4).T
        unused = np.zeros_like(unit)
        return Arcs(unit, line, first, last, in_place=unused, transit=unused)

    # changes

    def _columns(self, single: Sequence[Level], more: Sequence[Amount]) -> list[Column]:
        zs = self.program.columns(len(single) + len(more), 1, integer=True).tolist()
        counts = self.program.columns(len(more), [one.most for one in more], integer=True).tolist()
        return [
            *(Column(z, -1, level, None) for z, level in zip(zs, single, strict=False)),
            *(Column(z, count, None, one) for z, count, one in zip(zs[len(single) :], counts, more, strict=True)),
        ]

    def _floors(self, package: ForcePackage) -> None:
        for line, floor in floors_of(package).items():
            self.program.upper[self.force.short[self._lines[line]]] = 0 if line == self.asked.line.id else floor
        for way, column in zip(self.ways, self.force.served, strict=True):
            if way.fixed:
                self.program.lower[column] = 1

    def _tie_ways(self) -> None:
        """At most one change. What it gives only with it; what it takes away only without it."""
        program, served = self.program, self.force.served
        program.put(program.rows(1, upper=1), [column.z for column in self.columns], 1)
        as_is = {way.pair: served[place] for place, way in enumerate(self.ways) if way.number < 0}
        for place, way in enumerate(self.ways):
            if way.number >= 0:
                self._at_most(served[place], [self.columns[way.number].z])
            elif way.hoped:
                self._at_most(served[place], self._lift_between(way.window))
        for column in self.columns:
            lost = [as_is[pair] for pair in (column.level.losses if column.level else ()) if pair in as_is]
            rows = program.rows(len(lost), upper=1)
            program.put(rows, np.array(lost, dtype=np.int64), 1)
            program.put(rows, np.full(len(lost), column.z), 1)

    def _lift_between(self, window: Window) -> list[int]:
        """The changes that let tonnes leave while a unit can."""
        return [
            column.z
            for column in self.columns
            if column.more is not None
            and isinstance(change := column.more.at(1), MoreTonnes)
            and window.ready <= change.leaves_hours <= window.leave_by
        ]

    def _tie_amounts(self) -> None:
        """An amount is nothing without its change, and at least one with it; the price of both."""
        for column in self.columns:
            if column.more is None:
                self.program.cost[column.z] = column.points(0)
                continue
            self.program.cost[column.z], self.program.cost[column.amount] = column.more.fixed, column.more.each
            self._weighed([column.amount, column.z], [1, -column.more.most])
            self._at_most(column.z, [column.amount])

    def _at_most(self, column: int, others: Sequence[int]) -> None:
        """A column is no more than the sum of others."""
        self._weighed([column, *others], [1, *[-1] * len(others)])

    def _weighed(self, columns: Sequence[int], weights: Sequence[int], most: float = 0) -> None:
        """A row: the weighted sum of columns is at most so much."""
        self.program.put(self.program.rows(1, upper=most), columns, weights)

    # what amounts add to the rules that units keep together

    def _more_lift(self) -> None:
        for column in self.columns:
            tonnes = self._tonnes(column)
            for (first, last), row in self.force.lift.items():
                there = sum(more for hour, more in tonnes.items() if self.hours[first] <= hour <= self.hours[last])
                if there:
                    self.program.put(row, column.amount, -there)

    def _tonnes(self, column: Column) -> dict[int, int]:
        """What one more of a change lets leave, by hour."""
        tonnes: dict[int, int] = {}
        match column.more.at(1) if column.more else None:
            case MoreTonnes(leaves_hours=hour):
                tonnes[hour] = 1
            case MoreAssets(asset=asset):
                for row in self.asked.case.lift:
                    if row.asset.strip() == asset:
                        tonnes[row.leaves_hours] = tonnes.get(row.leaves_hours, 0) + row.tonnes
            case _:
                pass
        return tonnes

    def _pledges(self, number: int, column: Column) -> list[Pledged]:
        """A new unit of any strength that may serve one line, whole, or none."""
        change = column.more.at(1) if column.more else None
        if column.more is None or not isinstance(change, NewPledge):
            return []
        terms, most, found = self.asked.terms, column.more.most, []
        unit = apply(change, self.asked.case, self.asked.units)[1][-1]
        for line in self.asked.lines:
            serves = unit.capability in terms.accepted[line.id]
            if serves and isinstance(arc(terms, unit, line), Window):
                (sent,) = self.program.columns(1, 1, integer=True).tolist()
                (strength,) = self.program.columns(1, most).tolist()
                self._weighed([strength, sent], [1, -most])
                self._at_most(strength, [column.amount])
                self._weighed([column.amount, strength, sent], [1, -1, most], most)
                self.program.put(self.force.needs[self._lines[line.id]], strength, 1)
                found.append(Pledged(number, line.id, change.nation, sent, strength))
        self._weighed([*(one.sent for one in found), column.z], [*[1] * len(found), -1])
        return found

    def _caps(self) -> None:
        """Caps that a change is about: by more per cent, or by a pledge that they count."""
        counted = self.asked.terms.counted[self.asked.line.capability]
        percents: dict[str, int] = {}
        for cap in self.asked.case.cap:
            if cap.counted == counted:
                percents[cap.nation] = min(cap.percent, percents.get(cap.nation, 100))
        for nation, percent in percents.items():
            if nation not in self._stock.nations:
                continue
            own, of = self._stock.nations.index(nation), self._stock.counts.index(counted)
            units = np.flatnonzero((self._stock.nation == own) & (self._stock.counted == of))
            pledged = int(self._stock.strength[units].sum())
            sent = np.flatnonzero(np.isin(self.force.arcs.unit, units))
            columns = self.force.served[sent].tolist()
            weights = (100 * self._stock.strength[self.force.arcs.unit[sent]]).tolist()
            for column in self.columns:
                match column.more.at(1) if column.more else None:
                    case CapPercent(nation=of_nation) if of_nation == nation:
                        columns.append(column.amount)
                        weights.append(-pledged)
                    case NewPledge(nation=of_nation) if of_nation == nation:
                        columns.append(column.amount)
                        weights.append(-percent)
                    case _:
                        pass
            columns += [one.strength for one in self.pledged if one.nation == nation]
            weights += [100 for one in self.pledged if one.nation == nation]
            self._instead(self.force.caps.get((own, of)), columns, weights, percent * pledged)

    def _one_nation(self, line: RequirementLine, percent: int) -> None:
        """The multinational rule of a line, with pledges, and of the line that is asked about with more per cent."""
        place = self._lines[line.id]
        more = [
            column
            for column in self.columns
            if line is self.asked.line and column.more and isinstance(column.more.at(1), OneNation)
        ]
        free = [int(self.program.columns(1, 1, integer=True)[0]) for _ in more]
        for column, without in zip(more, free, strict=True):
            assert column.more is not None
            top = column.more.most  # the last step is that there is no such rule
            self._weighed([column.amount, without], [1, -1], top - 1)
            self._weighed([without, column.amount], [top, -1])
        on_line = self.force.arcs.line == place
        all_strength = int(self._stock.strength.sum())
        for own, nation in enumerate(self._stock.nations):
            given = np.flatnonzero(on_line & (self._stock.nation[self.force.arcs.unit] == own))
            columns = self.force.served[given].tolist()
            weights = (100 * self._stock.strength[self.force.arcs.unit[given]]).tolist()
            pledges = [one.strength for one in self.pledged if (one.nation, one.line) == (nation, line.id)]
            if not columns and not pledges:
                continue
            for column, without in zip(more, free, strict=True):
                columns += [column.amount, without]
                weights += [-line.required, -100 * all_strength]
            columns += pledges
            weights += [100] * len(pledges)
            self._instead(self.force.one_nation.get((place, own)), columns, weights, percent * line.required)

    def _instead(self, row: int | None, columns: Sequence[int], weights: Sequence[int], most: int) -> None:
        """A row in the place of another."""
        if row is not None:
            self.program.row_upper[row] = INFINITE
        self._weighed(columns, weights, most)
