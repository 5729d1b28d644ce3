"""What a seat says of its own acts: who may act for it, and what it wants of its commands."""

import msgspec

from tocsin.centre.desk_base import absent, administers, in_person, manages, need, new_id
from tocsin.centre.desk_entrance import Entrance
from tocsin.centre.desk_keys import Keys
from tocsin.centre.desk_model import (
    SECOND_SCOPES,
    DelegationLine,
    PartySettings,
    SettingsLine,
    TwoPersons,
    in_order,
)
from tocsin.centre.desks_store import Row
from tocsin.centre.model import Actor, Scope
from tocsin.centre.scopes import DELEGABLE, SCOPES
from tocsin.errors import Conflict, Malformed, NotEntitled
from tocsin.terms import DAY_US, HOUR_US, Instant, iso

DELEGATIONS_MAX = 50
"""Of one seat."""
DELEGATION_DAYS_MAX = 366
ASKED_US = 24 * HOUR_US

_LINE = "SELECT id, seat, goes_to, scopes, until, made, desk FROM delegation"


class Grants(Keys, Entrance):
    """Delegations and settings."""

    _wishes: dict[str, PartySettings]
    """What seats want, as far as it was asked since the file last changed: it is asked of every command."""
    _wishes_version: tuple[int, int] = (-1, -1)

    # ---- delegations

    def delegate(self, by: Actor, to_seat: str, scopes: tuple[Scope, ...], until: Instant) -> DelegationLine:
        """Let another seat act for one's own, within some scopes, until an instant of the centre's clock.

        For who runs the seat's desks, in person. Raises NotEntitled, Malformed for a seat, a scope or an instant that
        will not do, Overloaded for too many.
        """
        need(by, "manage")
        in_person(by)
        book, now = self._seats(), self._now()
        if book.kind(by.seat) != "party":
            raise NotEntitled("no scope", "Only a party lets another seat act for it.")
        if book.kind(to_seat) is None or to_seat == by.seat:
            seats = ", ".join(seat for seat in book.all() if seat != by.seat)
            raise Malformed("There is no such other seat.", field="to", found=to_seat[:80], accepted=seats)
        wanted = in_order(scopes, SCOPES)
        allowed = in_order(DELEGABLE & by.scopes, SCOPES)
        if not wanted or set(scopes) - set(allowed):
            raise Malformed(
                "These scopes cannot be lent.",
                field="scopes",
                found=" ".join(scopes)[:200],
                accepted=", ".join(allowed),
            )
        latest = Instant(now + DELEGATION_DAYS_MAX * DAY_US)
        if not now < until <= latest:
            raise Malformed(
                f"A delegation ends after now and within {DELEGATION_DAYS_MAX} days.",
                field="until",
                accepted=f"from {iso(now)} to {iso(latest)}",
            )
        line = DelegationLine(
            id=new_id("g"), seat=by.seat, to=to_seat, scopes=wanted, until=until, made=now, desk=by.desk
        )
        with self._store.turn():
            self._check_room(
                DELEGATIONS_MAX,
                "delegations",
                "SELECT count(*) FROM delegation WHERE seat = ? AND until > ?",
                by.seat,
                now,
            )
            self._store.do(
                "INSERT INTO delegation VALUES (?, ?, ?, ?, ?, ?, ?)",
                line.id,
                line.seat,
                line.to,
                msgspec.json.encode(wanted).decode(),
                until,
                now,
                by.desk,
            )
            self._done("delegate", by, f"{line.id} to {to_seat}, until {iso(until)}: {' '.join(wanted)}")
        return line

    def delegations(self, by: Actor) -> tuple[DelegationLine, ...]:
        """Those that hold now, from one's own seat and to it; all of them for the administrator."""
        rows = self._store.all(
            f"{_LINE} WHERE until > ?1 AND (seat = ?2 OR goes_to = ?2 OR ?3) ORDER BY seat, made, rowid",
            self._now(),
            by.seat,
            administers(by),
        )
        return tuple(_line(row) for row in rows)

    def end_delegation(self, by: Actor, delegation: str) -> None:
        """End one, from either side. What was handed in under it and waits is dropped.

        Raises NotFound for one that is not there or not one's own, NotEntitled for who does not run the seat's desks.
        """
        with self._store.turn():
            row = self._store.one(f"{_LINE} WHERE id = ?", delegation)
            if row is None or not (administers(by) or by.seat in (row[1], row[2])):
                absent("delegation", delegation)
            if not manages(by, row[1]) and not manages(by, row[2]):
                raise NotEntitled("no scope", "This desk ends no delegation.", fix="Ask the head of your seat.")
            self._store.do("DELETE FROM delegation WHERE id = ?", delegation)
            self._store.do("DELETE FROM pending WHERE seat = ? AND held_by = ?", row[1], row[2])
            self._done("end delegation", by, f"{delegation} from {row[1]} to {row[2]}")

    # ---- settings

    def settings(self, seat: str) -> PartySettings:
        """What the seat wants of its commands now."""
        with self._store.reading():
            version = self._store.version()
            if version != self._wishes_version:
                self._wishes, self._wishes_version = {}, version
            if seat not in self._wishes:
                self._wishes[seat] = self._read_settings(seat)
            return self._wishes[seat]

    def _read_settings(self, seat: str) -> PartySettings:
        row = self._store.one("SELECT now FROM seat_settings WHERE seat = ?", seat)
        return PartySettings() if row is None else msgspec.json.decode(row[0], type=PartySettings)

    def settings_line(self, by: Actor) -> SettingsLine:
        """The settings of one's own seat, and what was asked for and waits for another person."""
        return self._settings_line(by.seat)

    def set_settings(self, by: Actor, settings: PartySettings) -> SettingsLine:
        """Change what one's seat wants of its commands. What asks for more holds at once; what asks for less holds
        when another person says the same within a day, since one person alone could else do without the second.

        For who runs the seat's desks, in person. Raises NotEntitled, and Conflict where commands are to be signed and
        the seat has no confirmed key, or where an act is to take two persons and the seat has not two who could.
        """
        need(by, "manage")
        in_person(by)
        settings = PartySettings(two_persons=frozenset(settings.two_persons), require_key=settings.require_key)
        with self._store.turn():
            before = self._read_settings(by.seat)  # inside a turn nothing is remembered
            if settings.require_key and not before.require_key and not self._has_key(by.seat):
                raise Conflict(
                    "no key",
                    f"{by.seat} has no confirmed key, so that nothing could be signed.",
                    fix="Register one and have it confirmed first.",
                )
            for act in sorted(settings.two_persons - before.two_persons):
                self._check_two(by.seat, act)
            is_less = before.two_persons - settings.two_persons or (before.require_key and not settings.require_key)
            if is_less and not self._is_seconded(by, settings):
                self._ask(by, before, settings)
            else:
                self._store.do(
                    "INSERT OR REPLACE INTO seat_settings (seat, now) VALUES (?, ?)", by.seat, _text(settings)
                )
                self._done("set settings", by, _text(settings))
        return self._settings_line(by.seat)

    def _check_two(self, seat: str, act: TwoPersons) -> None:
        """Raises Conflict where a seat has not two persons for an act: nobody could do it any more."""
        for scope in SECOND_SCOPES[act]:
            found = self.persons(seat, scope)
            if found < 2:
                raise Conflict(
                    "no second person",
                    f"'{act}' would take two persons with the scope '{scope}'; {seat} has {found}.",
                    fix="Have a desk approved for another person of your seat first.",
                )

    def _ask(self, by: Actor, before: PartySettings, asked: PartySettings) -> None:
        self._store.do(
            "INSERT OR REPLACE INTO seat_settings VALUES (?, ?, ?, ?, ?, ?)",
            by.seat,
            _text(before),
            _text(asked),
            by.desk,
            by.person,
            self._now() + ASKED_US,
        )
        self._done("ask for settings", by, _text(asked))

    def _is_seconded(self, by: Actor, settings: PartySettings) -> bool:
        """Whether another person asked for the same."""
        row = self._store.one("SELECT asked, person, until FROM seat_settings WHERE seat = ?", by.seat)
        return row is not None and row[0] == _text(settings) and row[1] != by.person and row[2] > self._now()

    def _settings_line(self, seat: str) -> SettingsLine:
        row = self._store.one("SELECT asked, desk, until FROM seat_settings WHERE seat = ? AND asked <> ''", seat)
        if row is None or row[2] <= self._now():
            return SettingsLine(now=self.settings(seat))
        asked = msgspec.json.decode(row[0], type=PartySettings)
        return SettingsLine(now=self.settings(seat), asked=asked, asked_by=row[1], until=Instant(row[2]))

    def _sweep_grants(self) -> None:
        """Inside a turn."""
        self._store.do("UPDATE seat_settings SET asked = '', until = NULL WHERE until <= ?", self._now())
        self._store.do("DELETE FROM delegation WHERE until <= ?", self._now())


def _text(settings: PartySettings) -> str:
    return msgspec.json.encode(settings, order="deterministic").decode()


def _line(row: Row) -> DelegationLine:
    delegation, seat, to, scopes, until, made, desk = row
    return DelegationLine(
        id=delegation,
        seat=seat,
        to=to,
        scopes=in_order(msgspec.json.decode(scopes, type=tuple[str, ...]), SCOPES),
        until=Instant(until),
        made=Instant(made),
        desk=desk,
    )
