"""A charter compiled for one day, one state of knowledge and one choice of readings.

`Charter` is the whole, dated document; `Charter.as_of` compiles the rows that hold. The engine only ever sees
a `Snapshot`, so that no rule of the past or the future can slip into a decision.
"""

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from tocsin.charter.model import (
    DEFAULT_STATUSES,
    Area,
    Clause,
    Conduct,
    Document,
    Duty,
    Group,
    Instrument,
    Matter,
    Membership,
    Office,
    Organ,
    Provision,
    Reading,
    Status,
    WeightSet,
)
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import Rule
from tocsin.errors import NotFound, TermError
from tocsin.terms import WEAK_CLASSES, PartyId, Right, SourceClass

R = TypeVar("R", bound=Row)

ROLES: frozenset[str] = frozenset({"subject", "requester", "victim", "attacker", "willing", "supporters"})
"""Names that stand for parties of the case at hand, not of the charter."""

_PLURALS = {"members": "member", "observers": "observer", "partners": "partner", "acceding": "acceding"}


class Standing(Struct, frozen=True):
    """A party's status on the day, what is laid over it, and the rights that leaves."""

    party: PartyId
    status: str
    overlays: tuple[str, ...] = ()
    rights: frozenset[Right] = frozenset()


class Charter:
    """A loaded charter: the document, its content hash, and its snapshots (kept, as they are immutable)."""

    def __init__(self, document: Document, content_hash: str) -> None:
        self.document = document
        self.hash = content_hash
        self._snapshots: dict[tuple[date, date | None, frozenset[str]], Snapshot] = {}

    @property
    def id(self) -> str:
        return self.document.charter.id

    @cached_property
    def zone(self) -> tzinfo:
        """The time zone of the organs' seat, by whose calendar months and working days are counted."""
        try:
            return ZoneInfo(self.document.charter.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise TermError(f"there is no time zone '{self.document.charter.timezone}'") from None

    def as_of(self, on: date, known: date | None = None, readings: Iterable[str] = ()) -> "Snapshot":
        """The charter in force on `on`, as it could be known on `known` (None: as known today).

        Raises NotFound for a reading the charter does not have, TermError for two readings of one question.
        """
        chosen = frozenset(readings)
        question = {row.id: row.question for row in self.document.reading}
        for reading in sorted(chosen - question.keys()):
            raise NotFound("reading", reading, sorted(question))
        if len({question[reading] for reading in chosen}) < len(chosen):
            raise TermError(f"of these readings two answer the same question: {', '.join(sorted(chosen))}")
        key = (on, known, chosen)
        if key not in self._snapshots:
            if len(self._snapshots) >= 4096:
                self._snapshots.clear()
            self._snapshots[key] = Snapshot(self, on, known, chosen)
        return self._snapshots[key]


class Snapshot:
    """The rows of a charter that hold on `on`, by id. Raises nothing while compiling: the loader has checked."""

    def __init__(self, charter: Charter, on: date, known: date | None, readings: frozenset[str]) -> None:
        document, self._charter = charter.document, charter
        self.charter_id, self.charter_hash, self.document = charter.id, charter.hash, document
        self.on, self.known, self.readings = on, known, readings
        self._since = _clause_starts(document.clause)
        self.clauses: dict[str, Clause] = self._by_id(document.clause)
        self.instruments: dict[str, Instrument] = self._by_id(document.instrument)
        self.all_readings: dict[str, Reading] = self._by_id(document.reading)
        self.zone: tzinfo = charter.zone
        self.statuses: dict[str, Status] = {row.id: row for row in DEFAULT_STATUSES} | self._by_id(document.status)
        self.groups: dict[str, Group] = self._by_id(document.group)
        self.offices: dict[str, Office] = self._by_id(document.office)
        self.organs: dict[str, Organ] = self._by_id(document.organ)
        self.weights: dict[str, WeightSet] = self._by_id(document.weights)
        self.rules: dict[str, Rule] = self._by_id(document.rule)
        self.matters: dict[str, Matter] = self._by_id(document.matter)
        self.areas: dict[str, Area] = self._by_id(document.area)
        self.duties: dict[str, Duty] = self._by_id(document.duty)
        self.provisions: dict[str, Provision] = self._by_id(document.provision)
        self.conduct: Conduct | None = self._only(document.conduct)
        self.memberships: tuple[Membership, ...] = tuple(self._holding(document.membership))
        self.standings: Mapping[PartyId, Standing] = self._standings()
        self._groups: dict[str, frozenset[PartyId]] = {}
        self._live: dict[PartyId, Standing] = {}

    def under(self, readings: Iterable[str]) -> "Snapshot":
        """The same day under other readings, each replacing the one chosen for its question.

        Raises NotFound for one the charter does not have.
        """
        signed = frozenset(readings)
        question = {row.id: row.question for row in self.document.reading}
        answered = {question.get(reading) for reading in signed}
        chosen = signed | {reading for reading in self.readings if question.get(reading) not in answered}
        if chosen == self.readings:
            return self
        other = self._charter.as_of(self.on, self.known, chosen)
        return other.with_standings(self._live) if self._live else other

    def on_day(self, day: date) -> "Snapshot":
        """The same charter, knowledge and readings on another day, by the file alone."""
        return self._charter.as_of(day, self.known, self.readings)

    def with_standings(self, changed: Mapping[PartyId, Standing]) -> "Snapshot":
        """The same day with some parties' standing replaced: membership changed live overrides the file."""
        other = object.__new__(Snapshot)
        other.__dict__.update(self.__dict__)
        other.__dict__.pop("names", None)
        other._live = {**self._live, **changed}
        other.standings = {**self.standings, **changed}
        other._groups = {}
        return other

    def standing(self, party: PartyId, status: str, overlays: Iterable[str] = ()) -> Standing:
        """A standing with the rights its status gives and its overlays leave."""
        laid = tuple(sorted(overlays))
        rights = set(self.statuses[status].rights) if status in self.statuses else set()
        for overlay in laid:
            rights -= set(self.statuses[overlay].removes) if overlay in self.statuses else set()
        return Standing(party, status, laid, frozenset(rights))

    def has_right(self, party: str, right: Right) -> bool:
        standing = self.standings.get(PartyId(party))
        return standing is not None and right in standing.rights

    def belongs(self, party: str) -> bool:
        """Whether the party has a standing here and has not withdrawn."""
        standing = self.standings.get(PartyId(party))
        return standing is not None and standing.status != "withdrawn"

    def belongs_since(self, party: str) -> date | None:
        """First day of the unbroken time up to this day in which the party belongs, by the file alone.

        `date.min` where no row says when that began; None where the file does not have it belong on this day.
        """
        rows = self._base_rows.get(party, ())
        turns = {day for row in rows for day in (self._start(row), row.to) if day is not None and day <= self.on}
        since: date | None = None
        for day in (*sorted(turns, reverse=True), date.min):
            status = self._status_on(rows, day)
            if status in ("", "withdrawn"):
                break
            since = day
        return since

    @cached_property
    def _base_rows(self) -> Mapping[str, tuple[Membership, ...]]:
        """The rows of any day that give a party its status, whatever lies over it."""
        found: dict[str, tuple[Membership, ...]] = {}
        for row in visible(self.document.membership, self.known):
            status = self.statuses.get(row.status)
            counts = not row.reading or row.reading in self.readings
            if counts and (status is None or not status.overlay):
                found[row.party] = (*found.get(row.party, ()), row)
        return found

    def _status_on(self, rows: Iterable[Membership], day: date) -> str:
        """The status that a party's rows give it on a day; a row under a chosen reading replaces the plain one."""
        chosen: Membership | None = None
        for row in rows:
            start = self._start(row)
            holds = (start is None or start <= day) and (row.to is None or day < row.to)
            if holds and (chosen is None or row.reading):
                chosen = row
        return chosen.status if chosen is not None else ""

    def lost_right(self, party: str, right: Right) -> bool:
        """Whether something laid over the party's status, such as a suspension, takes this right away."""
        standing = self.standings.get(PartyId(party))
        laid = standing.overlays if standing is not None else ()
        return any(right in self.statuses[name].removes for name in laid if name in self.statuses)

    def group(self, name: str, roles: Mapping[str, tuple[PartyId, ...]] = {}) -> frozenset[PartyId]:
        """The parties of a role, a group of the charter, a built-in group, a status, or one party by its id.

        Built in: members, voters (those with the right to vote), observers, partners, acceding, everyone.
        """
        if name in roles:
            return frozenset(roles[name])
        if name in self._groups:
            return self._groups[name]
        if self.roles_in(name):
            return self._charter_group(self.groups[name], roles) if name in self.groups else frozenset()
        # Only what no role can change is kept: the same name means other parties in another case.
        found = self._charter_group(self.groups[name], {}) if name in self.groups else self._built_in(name)
        self._groups[name] = found
        return found

    def roles_in(self, name: str) -> frozenset[str]:
        """The roles a group depends on, through the groups it joins or leaves out."""
        if name in ROLES:
            return frozenset({name})
        row = self.groups.get(name)
        if row is None:
            return frozenset()
        return frozenset[str]().union(*(self.roles_in(part) for part in (*row.of, *row.minus)))

    def source_class(self, row: Row) -> SourceClass:
        """How the row was seen: its own class, else its clause's."""
        if row.class_ is not None:
            return row.class_
        clause = self.clauses.get(row.clause)
        return clause.class_ if clause is not None and clause.class_ is not None else "memory"

    def weak_clauses(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those clauses whose wording was seen only in secondary sources or remembered."""
        return tuple(
            name
            for name in dict.fromkeys(ids)
            if (clause := self.clauses.get(name)) is None or (clause.class_ or "memory") in WEAK_CLASSES
        )

    def chairs(self, organ: str) -> frozenset[str]:
        """Actors that may chair the organ: its office, or the organ itself acting as a whole."""
        row = self.organs.get(organ)
        named = {row.chair} if row is not None and row.chair in self.offices else set()
        return frozenset(named | {office.id for office in self.offices.values() if organ in office.chairs} | {organ})

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every party that the charter names, whether it belongs on the day or not."""
        rows = (row.party for row in self.document.membership)
        return frozenset(rows) | {party.id for party in self.document.party}

    @cached_property
    def names(self) -> dict[str, str]:
        """English names of the parties, offices and organs the charter names."""
        named = {party.id: party.name for party in self.document.party}
        named |= {office.id: office.name for office in self.offices.values()}
        return named | {organ.id: organ.name for organ in self.organs.values()}

    def _charter_group(self, row: Group, roles: Mapping[str, tuple[PartyId, ...]]) -> frozenset[PartyId]:
        base: frozenset[PartyId] = frozenset(PartyId(party) for party in row.only if self.belongs(party))
        for name in row.of:
            base |= self.group(name, roles)
        for name in row.minus:
            base -= self.group(name, roles)
        return base

    def _built_in(self, name: str) -> frozenset[PartyId]:
        if name == "everyone":
            return frozenset(party for party in self.standings if self.belongs(party))
        if name == "voters":
            return frozenset(party for party, standing in self.standings.items() if "vote" in standing.rights)
        status = _PLURALS.get(name, name)
        if status in self.statuses:
            return frozenset(
                party
                for party, standing in self.standings.items()
                if standing.status == status or status in standing.overlays
            )
        return frozenset({PartyId(name)} if self.belongs(name) else ())

    def _standings(self) -> dict[PartyId, Standing]:
        base: dict[str, Membership] = {}
        overlays: dict[str, set[str]] = {}
        for row in self.memberships:
            status = self.statuses.get(row.status)
            if status is not None and status.overlay:
                overlays.setdefault(row.party, set()).add(row.status)
            elif row.party not in base or row.reading:
                base[row.party] = row
        return {
            PartyId(party): self.standing(PartyId(party), row.status, overlays.get(party, ()))
            for party, row in sorted(base.items())
        }

    def _by_id(self, rows: Iterable[R]) -> dict[str, R]:
        found: dict[str, R] = {}
        for row in self._holding(rows):
            name: str = row.id  # type: ignore[attr-defined]  # every table but membership has an id
            # A row under a chosen reading replaces the plain row of the same id.
            if name not in found or row.reading:
                found[name] = row
        return found

    def _only(self, rows: Iterable[R]) -> R | None:
        """The one row of a table that holds; one under a chosen reading replaces the plain one."""
        holding = self._holding(rows)
        return next((row for row in holding if row.reading), holding[0] if holding else None)

    def _holding(self, rows: Iterable[R]) -> list[R]:
        return [row for row in visible(rows, self.known) if self._holds(row)]

    def _holds(self, row: Row) -> bool:
        if row.reading and row.reading not in self.readings:
            return False
        start = self._start(row)
        return (start is None or start <= self.on) and (row.to is None or self.on < row.to)

    def _start(self, row: Row) -> date | None:
        return row.from_ or self._since.get(row.clause)


def visible(rows: Iterable[R], known: date | None) -> list[R]:
    """The rows knowable on `known`, less those superseded by a row then knowable. None: all that is known."""
    seen = [row for row in rows if known is None or row.recorded is None or row.recorded <= known]
    superseded = {row.supersedes for row in seen if row.supersedes}
    return [row for row in seen if not row.key or row.key not in superseded]


def _clause_starts(clauses: Iterable[Clause]) -> dict[str, date]:
    starts: dict[str, date] = {}
    for clause in clauses:
        if clause.from_ is not None:
            starts[clause.id] = min(starts.get(clause.id, clause.from_), clause.from_)
    return starts
