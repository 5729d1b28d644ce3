"""The law of the day: the centre's charter as it holds at an instant, with live standings laid over it."""

from datetime import date, datetime, time, timedelta

from tocsin.alliance.release import SECRETARIAT
from tocsin.alliance.state import State
from tocsin.alliance.step import in_force
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.states import state_name
from tocsin.terms import Instant, instant, is_party_id, moment

WHO_SEES = ("memberships", "statuses", "groups", "offices", "organs", "conduct")
"""What of a charter decides who sees what."""


class Law:
    """A charter, as known on one day, from which each instant takes its snapshot."""

    def __init__(self, charter: Charter, known: date | None = None, readings: tuple[str, ...] = ()) -> None:
        self.charter, self.known, self.readings = charter, known, readings
        document = charter.document
        self.parties: frozenset[str] = frozenset(
            {row.party for row in document.membership} | {row.id for row in document.party}
        )
        """Every party that the charter names at any time."""
        self.names: dict[str, str] = (
            {party: name for party in sorted(self.parties) if (name := state_name(party))}
            | {row.id: row.name for row in document.party}
            | {row.id: row.name for row in document.organ}
            | {row.id: row.name for row in document.office}
            | {SECRETARIAT: "Secretariat"}
        )
        self._from = self._to = Instant(0)
        self._day: date
        self._plain: Snapshot

    def day(self, at: Instant) -> date:
        """The calendar day at the organs' seat."""
        if not self._from <= at < self._to:
            self._turn_page(at)
        return self._day

    def turns(self, before: date, after: date) -> bool:
        """Whether somebody may see more or less on a day than on another, by the charter's file."""
        if before == after:
            return False
        one, other = (self.charter.as_of(day, self.known, self.readings) for day in (before, after))
        return any(getattr(one, table) != getattr(other, table) for table in WHO_SEES)

    def plain(self, at: Instant) -> Snapshot:
        """The charter of that day, by its file alone: what `decide` is given."""
        if not self._from <= at < self._to:
            self._turn_page(at)
        return self._plain

    def at(self, state: State, at: Instant) -> Snapshot:
        """The same with what was decided live laid over it: what views and releases ask."""
        return in_force(self.plain(at), state)

    def _turn_page(self, at: Instant) -> None:
        """Make ready for the day of an instant: nearly all that is asked is of the same one."""
        self._day = moment(at).astimezone(self.charter.zone).date()
        zone = self.charter.zone
        self._from = instant(datetime.combine(self._day, time(), zone))
        self._to = instant(datetime.combine(self._day + timedelta(days=1), time(), zone))
        self._plain = self.charter.as_of(self._day, self.known, self.readings)

    def name(self, actor: str) -> str:
        """The English name of a party, office or organ, else its id."""
        return self.names.get(actor) or (state_name(actor) if is_party_id(actor) else None) or actor


def seats_of(law: Snapshot) -> tuple[str, ...]:
    """Every seat there is on the day: parties with a standing, offices, organs, the secretariat."""
    return (*law.standings, *law.offices, *law.organs, SECRETARIAT)
