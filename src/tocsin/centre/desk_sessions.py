"""Signing in, and what is known of whoever comes with a secret: sessions of persons, tokens of machines."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.desk_base import (
    DeskBase,
    absent,
    administers,
    harmless,
    hash_of,
    in_person,
    manages,
    new_id,
    new_secret,
)
from tocsin.centre.desk_model import Session, TokenLine, Trace, in_order
from tocsin.centre.desks_store import Row
from tocsin.centre.model import Actor, Role, Scope
from tocsin.centre.passwords import name_key
from tocsin.centre.scopes import ROLE_SCOPES, SCOPES
from tocsin.errors import Malformed, NotEntitled, NotSignedIn, Overloaded
from tocsin.terms import DAY_US, HOUR_US, Instant

SESSION_US = 12 * HOUR_US
IDLE_US = HOUR_US
SEEN_STEP_US = 5 * 60 * 1_000_000
"""How far what the file knows of a session's last use may lag behind."""
SESSIONS_MAX = 20
"""Of one desk; one more ends the one that was used longest ago."""
TOKENS_MAX = 20
TOKEN_DAYS_MAX = 365
LABEL_MAX = 80
KNOWN_MAX = 20_000
"""Credentials remembered; more are looked up."""


class _Known(Struct):
    """What a secret stands for, as of one version of the file."""

    actor: Actor
    expires: Instant
    is_session: bool
    seen: Instant
    kept: Instant
    """The last use that the file knows of, or that waits in `_unkept`."""


class Sessions(DeskBase):
    """Sessions and tokens."""

    _known: dict[bytes, _Known]
    _version: tuple[int, int] = (-1, -1)
    _unkept: dict[bytes, Instant]
    """Last uses that could not be written down, of sessions that are looked up anew."""

    # ---- signing in

    def login(self, name: str, password: str, address: str = "", desk: str = "") -> Session:
        """Sign in at a desk. Slow: it works on the password, as long for a name that there is not.

        `desk` says which, for a person who has several. Raises NotSignedIn (wrong name or password, not approved,
        revoked), Overloaded after too many tries, and Malformed where the desk has to be named.
        """
        key = name_key(name)
        self._tries.begin(key, address, self._wall())
        found = self._store.one("SELECT id, phc FROM person WHERE key = ?", key)
        person, phc = found if found is not None else ("", "")
        if not self._passwords.verify(phc, password):
            self._note_failure(person, address)
            raise NotSignedIn("wrong name or password", "The name or the password is not right.")
        self._tries.succeed(key, address)
        if self._passwords.is_outdated(phc):
            fresh = self._passwords.hash(password)
            with self._store.turn():
                self._store.do("UPDATE person SET phc = ? WHERE id = ? AND phc = ?", fresh, person, phc)
        with self._store.turn():
            return self._open(self._which(person, desk), "password", address)

    def login_verified(self, name: str, how: str, address: str = "") -> Session:
        """Sign in whom another service has verified: `name` is what it knows them as, `how` names the service.

        Raises NotSignedIn where no desk is theirs, or it is not approved.
        """
        with self._store.turn():
            row = self._store.one("SELECT id, status FROM desk WHERE subject = ? AND status <> 'revoked'", name)
            if row is None:
                raise NotSignedIn(
                    "no desk", "No desk here is that person's.", fix="Ask the administrator to allow the sign-in."
                )
            _check_open([row])
            return self._open(row[0], how, address)

    def logout(self, secret: str) -> None:
        """End a session. One that is over already stays over."""
        with self._store.turn():
            row = self._store.one(
                "SELECT desk, seat FROM session JOIN desk ON desk.id = desk WHERE hash = ?", hash_of(secret)
            )
            if row is not None:
                self._store.do("DELETE FROM session WHERE hash = ?", hash_of(secret))
                self._put(Trace(what="logout", desk=row[0], seat=row[1]))

    # ---- who comes

    def actor(self, secret: str, on_behalf: str = "", *, is_use: bool = True) -> Actor:
        """Who stands behind a session's or a token's secret; `on_behalf` names a seat that delegated to theirs.

        `is_use` says whether somebody asks for something: to ask only whether a session still holds keeps none alive.
        Fast: a lookup in memory, and good until the file changes. Raises NotSignedIn, and NotEntitled where nobody
        delegated.
        """
        with self._store.reading():
            version = self._store.version()
            if version != self._version:
                self._keep_seen()
                self._known, self._version = {}, version
            actor = self._of_secret(secret, is_use=is_use)
            return self._acting(actor, on_behalf) if on_behalf and on_behalf != actor.seat else actor

    def version(self) -> tuple[int, int]:
        """It changes whenever anybody's access may have changed."""
        return self._store.version()

    def _of_secret(self, secret: str, *, is_use: bool) -> Actor:
        digest, now = hash_of(secret), self._wall()
        known = self._known.get(digest)
        if known is None:
            known = self._look_up(secret[:4], digest)
            if known is None:
                raise NotSignedIn("not signed in", "Nobody is signed in by that.", fix="Sign in.")
            if len(self._known) >= KNOWN_MAX:
                self._keep_seen()
                self._known.clear()
            self._known[digest] = known
        if now >= known.expires or (known.is_session and now - known.seen >= IDLE_US):
            raise NotSignedIn("session over", "The session or token has expired.", fix="Sign in again.")
        if is_use:
            known.seen = max(known.seen, now)
        if known.is_session and known.seen - known.kept >= SEEN_STEP_US:
            known.kept = known.seen  # also where it cannot be written: not tried again with every request
            self._unkept[digest] = known.seen
            self._write_unkept()
        return known.actor

    def _look_up(self, prefix: str, digest: bytes) -> _Known | None:
        if prefix == "tcs_":
            row = self._store.one(
                "SELECT desk.id, seat, role, person, expires, seen, '' FROM session JOIN desk ON desk.id = desk"
                " WHERE hash = ? AND status = 'active'",
                digest,
            )
        elif prefix == "tct_":
            row = self._store.one(
                "SELECT desk.id, seat, role, person, expires, 0, scopes FROM token JOIN desk ON desk.id = desk"
                " WHERE hash = ? AND status = 'active'",
                digest,
            )
        else:
            row = None
        if row is None or (row[2] == "conductor" and self._mode == "live"):
            return None
        desk, seat, role, person, expires, seen, scopes = row
        held = ROLE_SCOPES[role]
        return _Known(
            actor=Actor(
                seat=seat,
                desk=desk,
                person=person,
                role=role,
                scopes=held if prefix == "tcs_" else held & set(_scopes(scopes)),
                acts_as=frozenset() if seat == SECRETARIAT else frozenset({seat}),
                via="session" if prefix == "tcs_" else "token",
            ),
            expires=Instant(expires),
            is_session=prefix == "tcs_",
            seen=Instant(max(seen, self._unkept.get(digest, 0))),
            kept=Instant(seen),
        )

    def _acting(self, actor: Actor, seat: str) -> Actor:
        """The same acting for another seat: with no more than both have."""
        rows = self._store.all(
            "SELECT scopes FROM delegation WHERE goes_to = ? AND seat = ? AND until > ?", actor.seat, seat, self._now()
        )
        lent = {scope for (scopes,) in rows for scope in _scopes(scopes)}
        if not lent:
            raise NotEntitled(
                "no delegation",
                f"'{harmless(seat)[:80]}' does not let {actor.seat} act for it now.",
                fix="The head of that seat makes a delegation.",
            )
        return replace(actor, scopes=actor.scopes & lent, acts_as=frozenset({seat}), on_behalf=seat)

    # ---- tokens

    def create_token(self, by: Actor, label: str, scopes: tuple[Scope, ...], days: int) -> tuple[TokenLine, str]:
        """A machine's credential and its secret, told this once. It acts as the desk, which it cannot outlive.

        Raises NotEntitled for a scope one lacks, Malformed for days or a label that will not do, Overloaded for too
        many.
        """
        in_person(by)
        wanted = in_order(scopes, SCOPES)
        if by.on_behalf or not wanted or set(scopes) - by.scopes:
            raise NotEntitled(
                "no scope",
                "A token has one or more of the scopes of its desk.",
                fix=f"This desk has: {', '.join(in_order(by.scopes, SCOPES))}.",
            )
        if not 1 <= days <= TOKEN_DAYS_MAX:
            raise Malformed(
                f"A token lasts 1 to {TOKEN_DAYS_MAX} days.", field="days", found=str(days)[:20], accepted="1 to 365"
            )
        if not 1 <= len(label) <= LABEL_MAX or not label.isprintable():
            raise Malformed("A token's label has 1 to 80 letters that can be printed.", field="label")
        now, secret = self._wall(), new_secret("tct")
        line = TokenLine(
            id=new_id("t"),
            label=harmless(label),
            desk=by.desk,
            seat=by.seat,
            scopes=wanted,
            made=now,
            expires=Instant(now + days * DAY_US),
        )
        with self._store.turn():
            if self._store.one("SELECT 1 FROM desk WHERE id = ? AND status = 'active'", by.desk) is None:
                raise NotSignedIn("revoked", "This desk is no longer active.")
            self._check_room(TOKENS_MAX, "tokens", "SELECT count(*) FROM token WHERE desk = ?", by.desk)
            self._store.do(
                "INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?)",
                line.id,
                hash_of(secret),
                by.desk,
                line.label,
                msgspec.json.encode(wanted).decode(),
                now,
                line.expires,
            )
            self._done("create token", by, f"{line.id} {' '.join(wanted)}")
        return line, secret

    def tokens(self, by: Actor) -> tuple[TokenLine, ...]:
        """The tokens of one's own desk; for who runs the seat's desks, those of all of them."""
        rows = self._store.all(
            "SELECT token.id, label, desk, seat, role, scopes, token.made, expires FROM token JOIN desk"
            " ON desk.id = desk WHERE desk = ?1 OR (?2 AND (seat = ?3 OR ?4)) ORDER BY token.made, token.rowid",
            by.desk,
            manages(by, by.seat),
            by.seat,
            administers(by),
        )
        return tuple(_token_line(row) for row in rows)

    def drop_token(self, by: Actor, token: str) -> None:
        """End a token. Raises NotFound for one that is not of one's desk, nor of a desk that one runs."""
        with self._store.turn():
            row = self._store.one("SELECT desk, seat FROM token JOIN desk ON desk.id = desk WHERE token.id = ?", token)
            if row is None or not (row[0] == by.desk or manages(by, row[1])):
                absent("token", token)
            self._store.do("DELETE FROM token WHERE id = ?", token)
            self._done("drop token", by, token)

    # ---- inside

    def _note_failure(self, person: str, address: str) -> None:
        """The name that was typed is not kept: it may be a password in the wrong place."""
        row = self._store.one(
            "SELECT id, seat FROM desk WHERE person = ? ORDER BY made DESC, rowid DESC LIMIT 1", person
        )
        desk, seat = row if row is not None else ("", "")
        code = "wrong name or password"
        self.note(Trace(what="login", outcome="failed", desk=desk, seat=seat, address=address, code=code))

    def _which(self, person: str, desk: str) -> str:
        """The desk that a person means."""
        rows = self._store.all("SELECT id, status, seat FROM desk WHERE person = ? ORDER BY made, rowid", person)
        if desk:
            rows = [row for row in rows if row[0] == desk]
        _check_open(rows)
        active = [row for row in rows if row[1] == "active"]
        if len(active) > 1:
            raise Malformed(
                "You have several desks; say which.",
                field="desk",
                accepted=", ".join(f"{row[0]} ({row[2]})" for row in active),
                code="which desk",
            )
        found: str = active[0][0]
        return found

    def _open(self, desk: str, how: str, address: str) -> Session:
        """Inside a turn: a session at an active desk."""
        row = self._store.one(
            "SELECT seat, role, name FROM desk JOIN person ON person.id = person WHERE desk.id = ?", desk
        )
        assert row is not None, "who signs in has a desk"
        seat: str = row[0]
        role: Role = row[1]
        if role == "conductor" and self._mode == "live":
            raise NotSignedIn("not approved", "There is no conductor at a live centre.")
        now, secret = self._wall(), new_secret("tcs")
        expires = Instant(now + SESSION_US)
        self._store.do(
            "DELETE FROM session WHERE desk = ?1 AND hash NOT IN"
            " (SELECT hash FROM session WHERE desk = ?1 ORDER BY seen DESC, made DESC, rowid DESC LIMIT ?2)",
            desk,
            SESSIONS_MAX - 1,
        )
        self._store.do("INSERT INTO session VALUES (?, ?, ?, ?, ?)", hash_of(secret), desk, now, now, expires)
        self._put(Trace(what="login", desk=desk, seat=seat, address=address, detail=how))
        return Session(secret=secret, desk=desk, seat=seat, role=role, name=row[2], expires=expires)

    def _keep_seen(self) -> None:
        """Write down when sessions were last used, before they are looked up anew."""
        fresh = [(digest, known) for digest, known in self._known.items() if known.seen > known.kept]
        for digest, known in fresh:
            known.kept = self._unkept[digest] = known.seen
        self._write_unkept()

    def _write_unkept(self) -> None:
        """What cannot be written now is kept in mind, so that a full disk signs nobody out; so many and no more."""
        if not self._unkept:
            return
        try:
            with self._store.turn(is_light=True):
                for digest, seen in self._unkept.items():
                    self._store.do("UPDATE session SET seen = max(seen, ?) WHERE hash = ?", seen, digest)
        except Overloaded:
            self.unwritten += 1
        else:
            self._unkept.clear()
        while len(self._unkept) > KNOWN_MAX:
            del self._unkept[next(iter(self._unkept))]

    def _sweep_sessions(self) -> None:
        """Inside a turn."""
        now = self._wall()
        self._store.do("DELETE FROM session WHERE expires <= ? OR seen <= ?", now, now - IDLE_US)
        self._store.do("DELETE FROM token WHERE expires <= ?", now)


def _check_open(rows: Sequence[Row]) -> None:
    """Raises NotSignedIn where none of the desks, as (id, status, …), is active."""
    found = {row[1] for row in rows}
    if "active" in found:
        return
    if found - {"revoked"}:
        raise NotSignedIn("not approved", "Your desk is not approved yet.", fix="Ask the administrator to approve it.")
    raise NotSignedIn("revoked", "You have no desk here any more.", fix="Ask the head of your seat for an invitation.")


def _scopes(text: str) -> tuple[Scope, ...]:
    return in_order(msgspec.json.decode(text, type=tuple[str, ...]), SCOPES)


def _token_line(row: Row) -> TokenLine:
    token, label, desk, seat, role, scopes, made, expires = row
    return TokenLine(
        id=token,
        label=label,
        desk=desk,
        seat=seat,
        scopes=in_order(set(_scopes(scopes)) & ROLE_SCOPES[role], SCOPES),
        made=Instant(made),
        expires=Instant(expires),
    )
