"""What units have taken together of lift, of a line and of their nation's pledge. docs/FORCES.md, part 4."""

from collections.abc import Iterable, Sequence
from copy import copy

from tocsin.forces.arcs import Terms
from tocsin.forces.figures import Served, served_in
from tocsin.forces.lift import LiftBook
from tocsin.forces.model import ForcePackage, RequirementLine, RuleId, Unit
from tocsin.terms import PartyId


class Tally:
    """The units taken so far, and the rules that several of them keep together."""

    def __init__(self, terms: Terms, units: Iterable[Unit]) -> None:
        self._counted = terms.counted
        self.lines: dict[str, str] = {}
        """By unit: the line it serves; empty where that is one of another scenario."""
        self.filled: dict[str, int] = {}
        """By line: the strength on it."""
        self.given: dict[tuple[str, PartyId], int] = {}
        """By line and nation: the strength on it."""
        self.sent: dict[tuple[PartyId, str], int] = {}
        """By nation and what is counted: the strength sent."""
        self.pledged: dict[tuple[PartyId, str], int] = {}
        """The same: the strength in the inventory."""
        for unit in units:
            kept = (unit.nation, terms.counted[unit.capability])
            self.pledged[kept] = self.pledged.get(kept, 0) + unit.strength
        self.percents: dict[tuple[PartyId, str], int] = {}
        """The same: the least cap."""
        for cap in terms.case.cap:
            self.percents[cap.nation, cap.counted] = min(cap.percent, self.percents.get((cap.nation, cap.counted), 100))
        self.lift = LiftBook(terms.tonnes)

    def first_broken(self, served: Served) -> RuleId | None:
        """The first rule that one more unit would break."""
        unit, line, window = served
        if unit.id in self.lines:
            return "once"
        if not unit.self_deploying and self.lift.tight(window.first_lift, window.last_lift, unit.lift_tonnes):
            return "lift"
        if self.too_much_of_one(line, unit.nation, unit.strength):
            return "one nation"
        if self.over_cap((unit.nation, self._counted[unit.capability]), unit.strength):
            return "cap"
        return None

    def take(self, served: Served) -> None:
        """Adds a unit, whether that breaks a rule or not."""
        unit, line, window = served
        self.count(unit, line)
        if not unit.self_deploying:
            self.lift.take(window.first_lift, window.last_lift, unit.lift_tonnes)

    def take_elsewhere(self, unit: Unit) -> None:
        """Adds a unit that serves another scenario: it serves no line here, and counts for its nation's cap."""
        self.lines[unit.id] = ""
        kept = (unit.nation, self._counted[unit.capability])
        self.sent[kept] = self.sent.get(kept, 0) + unit.strength

    def drop(self, served: Served) -> None:
        """Takes a unit off again."""
        unit, line, window = served
        kept = (unit.nation, self._counted[unit.capability])
        del self.lines[unit.id]
        self.filled[line.id] -= unit.strength
        self.given[line.id, unit.nation] -= unit.strength
        self.sent[kept] -= unit.strength
        if not unit.self_deploying:
            self.lift.take(window.first_lift, window.last_lift, -unit.lift_tonnes)

    def copy(self) -> "Tally":
        """Another one with the same units."""
        made = copy(self)
        made.lines, made.filled, made.given = self.lines.copy(), self.filled.copy(), self.given.copy()
        made.sent, made.lift = self.sent.copy(), self.lift.copy()
        return made

    def count(self, unit: Unit, line: RequirementLine) -> None:
        """Adds a unit's strength alone, without its load."""
        self.lines[unit.id] = line.id
        self.filled[line.id] = self.filled.get(line.id, 0) + unit.strength
        self.given[line.id, unit.nation] = self.given.get((line.id, unit.nation), 0) + unit.strength
        kept = (unit.nation, self._counted[unit.capability])
        self.sent[kept] = self.sent.get(kept, 0) + unit.strength

    def too_much_of_one(self, line: RequirementLine, nation: PartyId, more: int = 0) -> bool:
        """Whether a nation gives, with so much more, more of a line than its multinational rule allows."""
        given = self.given.get((line.id, nation), 0) + more
        return line.one_nation_percent is not None and 100 * given > line.one_nation_percent * line.required

    def over_cap(self, kept: tuple[PartyId, str], more: int = 0) -> bool:
        """Whether a nation sends, with so much more, more of what is counted than its cap allows."""
        percent = self.percents.get(kept)
        return percent is not None and 100 * (self.sent.get(kept, 0) + more) > percent * self.pledged.get(kept, 0)


def tally_of(terms: Terms, units: Sequence[Unit], package: ForcePackage) -> Tally:
    """What the units of a lawful package of these inputs have taken."""
    tally = Tally(terms, units)
    for served in served_in(terms, units, package):
        tally.take(served)
    return tally
