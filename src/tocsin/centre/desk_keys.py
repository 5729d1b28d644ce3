"""A party's own signing keys: registered by the party, confirmed by the administrator who compared the fingerprint."""

from hashlib import sha256

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.desk_base import DeskBase, absent, administers, in_person, manages, need, new_id
from tocsin.centre.desk_model import KeyLine
from tocsin.centre.desks_store import Row
from tocsin.centre.model import Actor
from tocsin.errors import Conflict, Malformed, NotEntitled
from tocsin.terms import Instant

KEYS_MAX = 10
"""Of one seat, the revoked ones apart."""

_LINE = "SELECT id, seat, fingerprint, status, desk, made, confirmed, revoked FROM party_key"


class Keys(DeskBase):
    """Ed25519 keys, the public halves."""

    def register_key(self, by: Actor, public: bytes) -> KeyLine:
        """Hand in a seat's public key, 32 bytes. It counts once it is confirmed.

        Raises NotEntitled for a desk that only reads, Malformed for what is no such key, Conflict for one that the
        seat has or had, Overloaded for too many.
        """
        in_person(by)
        if by.on_behalf or by.seat == SECRETARIAT or by.scopes <= {"read"}:
            raise NotEntitled("no scope", "This desk registers no key.", fix="A desk that acts for its party does.")
        try:
            Ed25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise Malformed(
                "That is no Ed25519 public key.", field="public", found=f"{len(public)} bytes", accepted="32 bytes"
            ) from None
        key, seen = new_id("k"), fingerprint(public)
        with self._store.turn():
            self._check_room(
                KEYS_MAX, "keys", "SELECT count(*) FROM party_key WHERE seat = ? AND status <> 'revoked'", by.seat
            )
            try:
                self._store.do(
                    "INSERT INTO party_key (id, seat, public, fingerprint, status, desk, made)"
                    " VALUES (?, ?, ?, ?, 'pending', ?, ?)",
                    key,
                    by.seat,
                    public,
                    seen,
                    by.desk,
                    self._now(),
                )
            except apsw.ConstraintError:
                raise Conflict(
                    "key there", f"{by.seat} has this key, or had it and revoked it.", fix="Make a new one."
                ) from None
            self._done("register key", by, f"{key} {seen}")
            return self._key(key)

    def confirm_key(self, by: Actor, key: str, fingerprint: str) -> KeyLine:
        """The key is the party's: its fingerprint was compared by another way, and is the one given here.

        For the administrator, in person. Raises NotEntitled, NotFound, and Conflict for another fingerprint.
        """
        need(by, "admin")
        in_person(by)
        with self._store.turn():
            line = self._key(key)
            if line.status != "pending":
                raise Conflict("not pending", f"Key {key} is {line.status}; nobody confirms it now.")
            if _bare(fingerprint) != _bare(line.fingerprint):
                raise Conflict(
                    "other fingerprint",
                    f"That is not the fingerprint of key {key}.",
                    fix="Have the party read its own key's fingerprint to you; if it differs, revoke this key.",
                )
            self._store.do("UPDATE party_key SET status = 'active', confirmed = ? WHERE id = ?", self._now(), key)
            self._done("confirm key", by, f"{key} {line.fingerprint}")
            return self._key(key)

    def revoke_key(self, by: Actor, key: str) -> KeyLine:
        """Nothing signed by it counts from now on, and it never comes back.

        For who runs the seat's desks, and for the desk that registered it. Raises NotFound for any other.
        """
        with self._store.turn():
            row = self._store.one("SELECT seat, desk FROM party_key WHERE id = ?", key)
            if row is None or not (manages(by, row[0]) or (row[1] == by.desk and not by.on_behalf)):
                absent("key", key)
            self._store.do(
                "UPDATE party_key SET status = 'revoked', revoked = ? WHERE id = ? AND status <> 'revoked'",
                self._now(),
                key,
            )
            self._done("revoke key", by, key)
            return self._key(key)

    def keys(self, by: Actor) -> tuple[KeyLine, ...]:
        """The keys of one's own seat; of all seats for the administrator."""
        rows = self._store.all(
            f"{_LINE} WHERE seat = ?1 OR ?2 ORDER BY seat, made, rowid",
            by.seat,
            administers(by),
        )
        return tuple(_line(row) for row in rows)

    def active_key(self, seat: str, fingerprint: str) -> bytes | None:
        """The public key of a seat with that fingerprint, if it is confirmed and not revoked."""
        row = self._store.one(
            "SELECT public FROM party_key WHERE seat = ? AND fingerprint = ? AND status = 'active'", seat, fingerprint
        )
        return None if row is None else row[0]

    def _has_key(self, seat: str) -> bool:
        return self._store.one("SELECT 1 FROM party_key WHERE seat = ? AND status = 'active'", seat) is not None

    def _key(self, key: str) -> KeyLine:
        row = self._store.one(f"{_LINE} WHERE id = ?", key)
        if row is None:
            absent("key", key)
        return _line(row)


def fingerprint(public: bytes) -> str:
    """How people compare a public key: 32 hexadecimal digits in groups of four."""
    digest = sha256(b"tocsin/party-key/v1\n" + public).hexdigest()[:32]
    return "-".join(digest[place : place + 4] for place in range(0, 32, 4))


def _bare(fingerprint: str) -> str:
    """As people may write it: spaces, dashes and capitals do not matter."""
    return "".join(fingerprint[:200].replace("-", " ").split()).lower()


def _line(row: Row) -> KeyLine:
    key, seat, seen, status, desk, made, confirmed, revoked = row
    return KeyLine(
        id=key,
        seat=seat,
        fingerprint=seen,
        status=status,
        desk=desk,
        made=Instant(made),
        confirmed=confirmed,
        revoked=revoked,
    )
