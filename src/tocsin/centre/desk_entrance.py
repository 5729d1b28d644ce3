"""The way to a desk: an invitation, somebody who enters by it, an approval; and in the end the revocation.

invited ──enter──▶ pending ──approve──▶ active ──revoke──▶ revoked ──forget──▶ without a name
"""

from typing import NamedTuple

import apsw

from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.desk_base import (
    DeskBase,
    absent,
    administers,
    harmless,
    hash_of,
    in_person,
    manages,
    need,
    new_id,
    new_secret,
)
from tocsin.centre.desk_model import DeskLine, DeskStatus, Invitation, Trace
from tocsin.centre.desks_store import Row
from tocsin.centre.model import Actor, Role, Scope
from tocsin.centre.passwords import check_password, clean_name, name_key
from tocsin.centre.scopes import ROLE_SCOPES, SEAT_ROLES
from tocsin.errors import Conflict, Malformed, NotEntitled, NotSignedIn
from tocsin.terms import HOUR_US, Instant

INVITATION_US = 72 * HOUR_US
DESKS_MAX = 200
"""Of one seat, the revoked ones apart."""
SUBJECT_MAX = 200

_LINE = (
    "SELECT desk.id, seat, role, status, ifnull(name, ''), deputy_of, subject, desk.made, entered, approved, revoked,"
    " why, person, approved_alone FROM desk LEFT JOIN person ON person.id = desk.person"
)


class _DeskRow(NamedTuple):
    """The columns of `_LINE`."""

    desk: str
    seat: str
    role: Role
    status: DeskStatus
    name: str
    deputy_of: str
    subject: str | None
    made: Instant
    entered: Instant | None
    approved: Instant | None
    revoked: Instant | None
    why: str
    person: str | None
    approved_alone: int


class Entrance(DeskBase):
    """Desks and their people."""

    # ---- in

    def first_link(self, *, again: bool = False) -> str | None:
        """The secret of the invitation to the secretariat's first desk; none once such a desk is active.

        Each call makes a new one and ends the one before. `again` makes one all the same: for whoever runs the
        machine, when the last administrator is lost.
        """
        with self._store.turn():
            if not again and self._active_administrators(""):
                return None
            self._store.do("DELETE FROM invitation WHERE desk IN (SELECT id FROM desk WHERE is_first = 1)")
            self._store.do("DELETE FROM desk WHERE is_first = 1 AND status = 'invited'")
            return self._invite(SECRETARIAT, "secretariat", "", None).secret

    def invite(self, by: Actor, seat: str, role: Role, *, deputy_of: str = "") -> Invitation:
        """A new desk, and the one secret by which one person enters it.

        `deputy_of` names a desk of the seat whose role the new one shares, held by another person. Raises NotEntitled,
        Malformed for a seat or role there is not, NotFound for that desk, Overloaded for too many desks.
        """
        in_person(by)
        if not manages(by, seat):
            raise NotEntitled("no scope", "This desk invites nobody there.", fix="Ask the head of the seat.")
        book = self._seats()
        kind = book.kind(seat)
        if kind is None:
            raise Malformed(
                f"There is no seat '{harmless(seat)[:80]}'.", field="seat", accepted=", ".join(book.all()[:60])
            )
        roles = [name for name in SEAT_ROLES[kind] if name != "conductor" or self._mode != "live"]
        if role not in roles:
            raise Malformed(
                f"A desk of {seat} cannot have this role.",
                field="role",
                found=harmless(role),
                accepted=", ".join(roles),
            )
        with self._store.turn():
            if deputy_of:
                self._check_deputy(deputy_of, seat, role)
            return self._invite(seat, role, deputy_of, by)

    def enter(self, secret: str, name: str, password: str) -> DeskLine:
        """Take up an invitation. Slow: it works on the password.

        A name that is there already is its own person's, who shows it by the password and then has one desk more.
        Raises NotSignedIn for an invitation that is over, Malformed for a name or password that will not do, Conflict
        for a name that is taken, Overloaded after too many tries by one invitation.
        """
        asked, _ = self._invited(secret)
        shown = clean_name(name)
        # Before anything is looked up: what is refused for the password alone must not tell which names there are.
        check_password(password, shown)
        key, tried_by = name_key(shown), f"\n{asked}"  # no name has a line break in it
        self._tries.begin(tried_by, "", self._wall())
        known = self._store.one("SELECT id, phc FROM person WHERE key = ?", key)
        phc = ""
        if known is not None:
            self._check_same(key, known[1], password)
        else:
            phc = self._passwords.hash(password)
        with self._store.turn():
            desk, is_first = self._invited(secret)
            person = self._add_person(shown, key, phc) if known is None else self._still(known[0], key)
            now = self._wall()
            self._store.do("DELETE FROM invitation WHERE desk = ?", desk)
            self._store.do(
                "UPDATE desk SET status = ?, person = ?, entered = ?, approved = ? WHERE id = ?",
                "active" if is_first else "pending",
                person,
                now,
                now if is_first else None,
                desk,
            )
            line = self._line(desk)
            self._put(Trace(what="enter desk", desk=desk, seat=line.seat, detail=line.role))
        self._tries.succeed(tried_by, "")
        return line

    def approve(self, by: Actor, desk: str) -> DeskLine:
        """A desk that somebody entered may act from now on. For the administrator, in person, and not for oneself.

        Who invited to it does not approve it: whoever it was that entered, one person alone would have made it. Only
        while there is no other administrator it has to be so; then the desk's line and the trail say it. Raises
        NotEntitled, NotFound, and Conflict for a desk that waits for no approval.
        """
        need(by, "admin")
        in_person(by)
        with self._store.turn():
            row = self._visible(by, desk)
            if row.status != "pending":
                raise Conflict("not pending", f"Desk {desk} is {row.status}; nobody approves it now.")
            if row.person == by.person:
                raise NotEntitled(
                    "same person", "Nobody approves a desk of their own.", fix="Ask another administrator."
                )
            is_alone = self._inviter(desk) == by.person
            if is_alone and self._other_administrators(by.person):
                raise NotEntitled(
                    "same person", "You invited to this desk yourself.", fix="Ask another administrator to approve it."
                )
            self._store.do(
                "UPDATE desk SET status = 'active', approved = ?, approved_alone = ? WHERE id = ?",
                self._wall(),
                is_alone,
                desk,
            )
            self._done("approve desk", by, f"{desk} {row.seat} {row.role}{', approved alone' if is_alone else ''}")
            return self._line(desk)

    def allow_sso(self, by: Actor, desk: str, subject: str) -> DeskLine:
        """Let a desk's person sign in by what another service says of them: `subject` is what it knows them as.

        An empty one ends it. For the administrator, and for desks of others that are active: who runs a seat's desks
        could else make two persons of one, and nobody has approved yet who enters a desk that waits. Raises
        NotEntitled, NotFound, Malformed, and Conflict for a desk that is not active or a subject that has a desk.
        """
        need(by, "admin")
        in_person(by)
        if len(subject) > SUBJECT_MAX or not (subject.isprintable() and subject == subject.strip()):
            raise Malformed("That is no name at another service.", field="subject", accepted="1 to 200 letters")
        with self._store.turn():
            row = self._visible(by, desk)
            if row.status != "active":
                raise Conflict(
                    "not active", f"Desk {desk} is {row.status}; nobody signs in there.", fix="Approve it first."
                )
            if subject and row.person == by.person:
                raise NotEntitled("same person", "Nobody binds a desk of their own.", fix="Ask another administrator.")
            try:
                self._store.do("UPDATE desk SET subject = ? WHERE id = ?", subject or None, desk)
            except apsw.ConstraintError:
                raise Conflict("subject taken", "Another desk is that person's at the other service.") from None
            self._store.do("DELETE FROM session WHERE desk = ?", desk)
            self._done("single sign-on", by, f"{desk} {'on' if subject else 'off'}")
            return self._line(desk)

    def change_password(self, by: Actor, old: str, new: str) -> None:
        """A person's new password. All their sessions end. Slow: it works on passwords.

        Raises NotSignedIn for a wrong old one, Malformed for a new one that will not do, Conflict where the password
        was changed meanwhile.
        """
        in_person(by)
        found = self._store.one("SELECT key, phc, name FROM person WHERE id = ?", by.person)
        key, phc, name = found if found is not None else ("", "", "")
        self._tries.begin(key, "", self._wall())
        if not self._passwords.verify(phc, old):
            raise NotSignedIn("wrong name or password", "The old password is not right.")
        self._tries.succeed(key, "")
        check_password(new, name)
        fresh = self._passwords.hash(new)
        with self._store.turn():
            if not self._store.do("UPDATE person SET phc = ? WHERE id = ? AND phc = ?", fresh, by.person, phc):
                raise Conflict("changed meanwhile", "The password was changed just now, elsewhere.", fix="Try again.")
            self._store.do("DELETE FROM session WHERE desk IN (SELECT id FROM desk WHERE person = ?)", by.person)
            self._done("change password", by)

    # ---- out

    def revoke(self, by: Actor, desk: str, why: str = "") -> DeskLine:
        """End a desk: its sessions, its tokens and what it has waiting end with it, at once.

        For who runs the seat's desks, and for the desk itself. Raises NotFound for any other, and Conflict for the
        last active desk of the secretariat.
        """
        with self._store.turn():
            row = self._visible(by, desk)
            if row.status == "revoked":
                return self._line(desk)
            is_administrator = (row.seat, row.role, row.status) == (SECRETARIAT, "secretariat", "active")
            if is_administrator and not self._active_administrators(desk):
                raise Conflict(
                    "last desk",
                    "This is the last desk that runs the centre.",
                    fix="Invite and approve another one first.",
                )
            self._store.do(
                "UPDATE desk SET status = 'revoked', revoked = ?, why = ? WHERE id = ?",
                self._wall(),
                harmless(why),
                desk,
            )
            self._shut(desk)
            self._done("revoke desk", by, f"{desk} {row.seat} {row.role}: {why}")
            return self._line(desk)

    def forget(self, by: Actor, desk: str) -> DeskLine:
        """Erase the name and the password of a revoked desk's person, and why it was revoked. The name is free again.

        Raises NotEntitled, NotFound, and Conflict while the person has a desk that is not revoked.
        """
        in_person(by)
        with self._store.turn():
            row = self._visible(by, desk)
            if not manages(by, row.seat):
                raise NotEntitled("no scope", "This desk forgets nobody.", fix="Ask the head of the seat.")
            person = row.person
            others = "SELECT 1 FROM desk WHERE status <> 'revoked' AND (person = ? OR id = ?)"
            if self._store.one(others, person, desk) is not None:
                raise Conflict("in use", f"Desk {desk}, or another of its person, is in use.", fix="Revoke it first.")
            if person is not None:
                # A key that no name can have: names are never empty behind a slash of ours.
                self._store.do("UPDATE person SET name = '', key = '/' || id, phc = '' WHERE id = ?", person)
            self._store.do("UPDATE desk SET why = '', subject = NULL WHERE id = ? OR person = ?", desk, person)
            self._done("forget person", by, desk)
            return self._line(desk)

    # ---- seen

    def desks(self, by: Actor) -> tuple[DeskLine, ...]:
        """The administrator sees every desk, who runs a seat's desks those of the seat, everybody else their own."""
        query, values = f"{_LINE} WHERE desk.id = ?", (by.desk,)
        if administers(by):
            query, values = f"{_LINE} WHERE ? <> '' ORDER BY seat, desk.made, desk.rowid", (by.desk,)
        elif manages(by, by.seat):
            query, values = f"{_LINE} WHERE seat = ? ORDER BY desk.made, desk.rowid", (by.seat,)
        return tuple(_line(_DeskRow(*row)) for row in self._store.all(query, *values))

    def desk(self, desk: str) -> DeskLine:
        """One desk, for those who know already that they may see it: itself. Raises NotFound."""
        return self._line(desk)

    # ---- inside

    def _invite(self, seat: str, role: Role, deputy_of: str, by: Actor | None) -> Invitation:
        """Inside a turn. Nobody in particular invites to the first desk."""
        self._check_room(DESKS_MAX, "desks", "SELECT count(*) FROM desk WHERE seat = ? AND status <> 'revoked'", seat)
        now, desk, secret = self._wall(), new_id("d"), new_secret("tci")
        expires = Instant(now + INVITATION_US)
        self._store.do(
            "INSERT INTO desk (id, seat, role, status, deputy_of, is_first, made, made_by)"
            " VALUES (?, ?, ?, 'invited', ?, ?, ?, ?)",
            desk,
            seat,
            role,
            deputy_of,
            by is None,
            now,
            by.desk if by is not None else "",
        )
        self._store.do("INSERT INTO invitation VALUES (?, ?, ?)", hash_of(secret), desk, expires)
        self._done("invite", by, f"{desk} {seat} {role}")
        return Invitation(desk=desk, secret=secret, expires=expires, seat=seat, role=role)

    def _invited(self, secret: str) -> Row:
        """(desk, whether it is the first) of an invitation that holds."""
        found = self._store.one(
            "SELECT desk.id, is_first FROM invitation JOIN desk ON desk.id = invitation.desk"
            " WHERE hash = ? AND expires > ? AND status = 'invited'",
            hash_of(secret),
            self._wall(),
        )
        if found is None:
            raise NotSignedIn(
                "invitation over",
                "This invitation was taken up already, has expired, or never was.",
                fix="Ask for another one.",
            )
        return found

    def _check_same(self, key: str, phc: str, password: str) -> None:
        """Whoever enters by a name that is there shows that it is theirs."""
        self._tries.begin(key, "", self._wall())
        if not self._passwords.verify(phc, password):
            raise Conflict(
                "name taken", "Somebody signs in by this name.", fix="Take another; or, if it is yours, your password."
            )
        self._tries.succeed(key, "")

    def _check_deputy(self, desk: str, seat: str, role: Role) -> None:
        row = self._store.one("SELECT role FROM desk WHERE id = ? AND seat = ? AND status <> 'revoked'", desk, seat)
        if row is None:
            absent("desk", desk)
        if row[0] != role:
            raise Malformed("A deputy has the role of the desk.", field="role", found=role, accepted=str(row[0]))

    def _add_person(self, name: str, key: str, phc: str) -> str:
        person = new_id("p")
        try:
            self._store.do("INSERT INTO person VALUES (?, ?, ?, ?, ?)", person, name, key, phc, self._wall())
        except apsw.ConstraintError:
            raise Conflict("name taken", "Somebody signs in by this name.", fix="Take another.") from None
        return person

    def _still(self, person: str, key: str) -> str:
        """The person, unless forgotten in the meantime."""
        if self._store.one("SELECT 1 FROM person WHERE id = ? AND key = ?", person, key) is None:
            raise Conflict("name taken", "This name was given up just now.", fix="Try again.")
        return person

    def persons(self, seat: str, scope: Scope) -> int:
        """How many persons have an active desk of a seat that is good for a scope. Several desks of one count once."""
        rows = self._store.all("SELECT DISTINCT role, person FROM desk WHERE seat = ? AND status = 'active'", seat)
        return len({person for role, person in rows if self._is_held(role) and scope in ROLE_SCOPES[role]})

    def _is_held(self, role: Role) -> bool:
        """A conductor does nothing at a live centre."""
        return role != "conductor" or self._mode != "live"

    def _inviter(self, desk: str) -> str:
        """The person who invited to a desk; empty where nobody in particular did."""
        row = self._store.one(
            "SELECT maker.person FROM desk JOIN desk AS maker ON maker.id = desk.made_by WHERE desk.id = ?", desk
        )
        return (row[0] or "") if row is not None else ""

    def _other_administrators(self, person: str) -> int:
        """How many other persons run the centre. An exercise's conductor runs the exercise."""
        found = self._store.one(
            "SELECT count(DISTINCT person) FROM desk"
            " WHERE seat = ? AND role = 'secretariat' AND status = 'active' AND person <> ?",
            SECRETARIAT,
            person,
        )
        return found[0] if found else 0

    def _active_administrators(self, but: str) -> int:
        found = self._store.one(
            "SELECT count(*) FROM desk WHERE seat = ? AND role = 'secretariat' AND status = 'active' AND id <> ?",
            SECRETARIAT,
            but,
        )
        return found[0] if found else 0

    def _shut(self, desk: str) -> None:
        """Nothing of a desk opens anything any more."""
        for table in ("session", "token", "invitation", "pending"):
            self._store.do(f"DELETE FROM {table} WHERE desk = ?", desk)  # noqa: S608  # names of ours

    def _visible(self, by: Actor, desk: str) -> _DeskRow:
        """The row of a desk that one may see. Raises NotFound for any other."""
        row = self._desk_row(desk)
        if by.on_behalf or not (manages(by, row.seat) or row.desk == by.desk):
            absent("desk", desk)
        return row

    def _desk_row(self, desk: str) -> _DeskRow:
        row = self._store.one(f"{_LINE} WHERE desk.id = ?", desk)
        if row is None:
            absent("desk", desk)
        return _DeskRow(*row)

    def _line(self, desk: str) -> DeskLine:
        return _line(self._desk_row(desk))

    def _sweep_invitations(self) -> None:
        """Inside a turn: invitations that nobody took up, with their desks."""
        expired = "SELECT desk FROM invitation WHERE expires <= ?"
        now = self._wall()
        self._store.do(f"DELETE FROM desk WHERE status = 'invited' AND id IN ({expired})", now)  # noqa: S608  # ours
        self._store.do("DELETE FROM invitation WHERE expires <= ?", now)


def _line(row: _DeskRow) -> DeskLine:
    return DeskLine(
        desk=row.desk,
        seat=row.seat,
        role=row.role,
        status=row.status,
        name=row.name,
        deputy_of=row.deputy_of,
        single_sign_on=bool(row.subject),
        made=row.made,
        entered=row.entered,
        approved=row.approved,
        approved_alone=bool(row.approved_alone),
        revoked=row.revoked,
        why=row.why,
    )
