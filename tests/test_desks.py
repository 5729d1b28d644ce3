"""Desks: how people come in and go, what a password and a name may be, who may sign in, and what is left of secrets."""

import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import get_args

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alliance.commands import Command
from tocsin.alliance.contents import ContentCommand
from tocsin.centre import scopes
from tocsin.centre.desk_base import harmless
from tocsin.centre.desk_model import Invitation, SeatBook, Trace
from tocsin.centre.desk_tries import NAME_WAIT_MAX_SECONDS, Tries
from tocsin.centre.desks import Desks
from tocsin.centre.desks_store import FORMAT, DesksFileError
from tocsin.centre.model import Actor, Mode, Role, Scope
from tocsin.centre.passwords import Cost, Passwords, check_password, clean_name, name_key
from tocsin.errors import Conflict, Malformed, NeedsNewer, NotEntitled, NotFound, NotSignedIn, Overloaded
from tocsin.terms import DAY_US, HOUR_US, Instant, instant

CHEAP = Cost(memory_kib=8, iterations=1)
PASSWORD = "harbour lantern quietly wide"  # noqa: S105  # of invented people
OTHER = "pebble orchard thirty moths"
SEATS = SeatBook(parties=frozenset({"XAA", "XAB", "XAC"}), offices=frozenset({"SG"}), organs=frozenset({"council"}))
BEGAN = instant("2026-01-05T08:00:00Z")


class Town:
    """Desks with a clock that tests move; it remembers every secret it was told."""

    def __init__(self, path: Path | None = None, *, mode: Mode = "live", cost: Cost = CHEAP) -> None:
        self.now = BEGAN
        self.secrets: list[str] = [PASSWORD, OTHER]
        self.desks = Desks(path, lambda: self.now, lambda: SEATS, mode=mode, cost=cost)

    def pass_hours(self, hours: float) -> None:
        self.now = Instant(self.now + int(hours * HOUR_US))

    def told(self, secret: str) -> str:
        self.secrets.append(secret)
        return secret

    def founded(self) -> Actor:
        """The secretariat's first desk, signed in."""
        link = self.desks.first_link()
        assert link is not None
        self.desks.enter(self.told(link), "Root", PASSWORD)
        return self.signed_in("Root")

    def signed_in(self, name: str, password: str = PASSWORD) -> Actor:
        return self.desks.actor(self.session(name, password))

    def session(self, name: str, password: str = PASSWORD) -> str:
        return self.told(self.desks.login(name, password).secret)

    def entered(self, by: Actor, seat: str, role: Role, name: str, deputy_of: str = "") -> str:
        """Invited and entered, not approved. The desk."""
        invitation = self.desks.invite(by, seat, role, deputy_of=deputy_of)
        return self.desks.enter(self.told(invitation.secret), name, PASSWORD).desk

    def seated(self, by: Actor, seat: str, role: Role, name: str, deputy_of: str = "") -> Actor:
        """Invited, entered, approved and signed in."""
        self.desks.approve(by, self.entered(by, seat, role, name, deputy_of))
        return self.signed_in(name)


@pytest.fixture
def town() -> Town:
    return Town()


# ---- scopes


def members(union: object) -> set[type]:
    return set(get_args(union))


def test_every_command_has_a_scope_or_is_the_centres_own() -> None:
    commands = members(Command) | members(ContentCommand)
    assert set(scopes.COMMAND_SCOPES) | scopes.CENTRE_ONLY == commands
    assert not set(scopes.COMMAND_SCOPES) & scopes.CENTRE_ONLY


def test_every_role_and_scope_is_known_and_every_scope_is_held_by_somebody() -> None:
    assert set(scopes.ROLE_SCOPES) == set(get_args(Role))
    assert set(scopes.SCOPES) == set(get_args(Scope))
    assert frozenset[Scope]().union(*scopes.ROLE_SCOPES.values()) == set(scopes.SCOPES)
    assert {role for roles in scopes.SEAT_ROLES.values() for role in roles} == set(get_args(Role))
    assert set(scopes.COMMAND_SCOPES.values()) <= set(scopes.SCOPES)


def test_only_those_who_run_the_centre_administer_it_and_no_delegation_lends_that() -> None:
    held = {role for role, found in scopes.ROLE_SCOPES.items() if "admin" in found}
    assert held == {"secretariat", "conductor"}
    assert not scopes.DELEGABLE & {"manage", "admin", "conduct"}
    assert {role for role, found in scopes.ROLE_SCOPES.items() if "conduct" in found} == {"conductor"}


# ---- coming in


def test_the_first_desk_of_the_secretariat_needs_no_approval_and_there_is_no_second_link(town: Town) -> None:
    old, link = town.desks.first_link(), town.desks.first_link()
    assert old is not None
    assert link is not None
    with pytest.raises(NotSignedIn):
        town.desks.enter(old, "Root", PASSWORD)
    assert town.desks.enter(link, "Root", PASSWORD).status == "active"
    assert town.desks.first_link() is None
    assert town.signed_in("root").role == "secretariat"
    again = town.desks.first_link(again=True)
    assert again is not None
    assert town.desks.enter(again, "Rescuer", PASSWORD).status == "active"


def test_a_desk_acts_only_after_it_was_invited_entered_and_approved(town: Town) -> None:
    root = town.founded()
    invitation = town.desks.invite(root, "XAB", "liaison")
    assert town.desks.enter(invitation.secret, "Ana", PASSWORD).status == "pending"
    with pytest.raises(NotSignedIn) as wrong:
        town.desks.login("Ana", OTHER)
    with pytest.raises(NotSignedIn) as early:
        town.desks.login("Ana", PASSWORD)
    assert (wrong.value.code, early.value.code) == ("wrong name or password", "not approved")
    assert town.desks.approve(root, invitation.desk).status == "active"
    actor = town.signed_in("Ana")
    assert (actor.seat, actor.role, actor.via) == ("XAB", "liaison", "session")
    assert actor.acts_as == {"XAB"}
    assert actor.scopes == scopes.ROLE_SCOPES["liaison"]
    with pytest.raises(Conflict):
        town.desks.approve(root, invitation.desk)


def test_an_invitation_is_good_once_and_for_three_days(town: Town) -> None:
    root = town.founded()
    first, late = (town.desks.invite(root, "XAB", "reader") for _ in range(2))
    town.desks.enter(first.secret, "Ana", PASSWORD)
    for secret in (first.secret, "tci_nonsense", "", "x" * 10_000):
        with pytest.raises(NotSignedIn, match="another one"):
            town.desks.enter(secret, "Ben", PASSWORD)
    town.pass_hours(72)
    with pytest.raises(NotSignedIn):
        town.desks.enter(late.secret, "Ben", PASSWORD)
    town.desks.sweep(400)
    assert late.desk not in {line.desk for line in town.desks.desks(root)}


def test_two_who_enter_by_one_invitation_at_once_get_one_desk(town: Town) -> None:
    secret = town.desks.invite(town.founded(), "XAB", "reader").secret

    def enter(name: str) -> str:
        try:
            return town.desks.enter(secret, name, PASSWORD).status
        except NotSignedIn:
            return "too late"

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(enter, ["Ana", "Ben", "Cia", "Dov"]))
    assert sorted(done) == ["pending", "too late", "too late", "too late"]


def test_who_invites_whom(town: Town) -> None:
    root = town.founded()
    head, liaison = town.seated(root, "XAB", "head", "Hana"), town.seated(root, "XAB", "liaison", "Leo")
    assert town.desks.invite(head, "XAB", "csirt").seat == "XAB"
    for by, seat in ((head, "XAC"), (liaison, "XAB"), (head, "secretariat")):
        with pytest.raises(NotEntitled):
            town.desks.invite(by, seat, "reader")
    with pytest.raises(NotEntitled):
        town.desks.approve(head, town.entered(head, "XAB", "reader", "Rea"))
    for seat, role in (("XAB", "chair"), ("SG", "liaison"), ("secretariat", "head"), ("XZZ", "reader")):
        with pytest.raises(Malformed):
            town.desks.invite(root, seat, role)  # type: ignore[arg-type]  # roles of all seats
    for seat, role in (("SG", "chair"), ("council", "chair")):
        assert town.desks.invite(root, seat, role).role == role  # type: ignore[arg-type]  # the same


def test_a_conductor_is_there_in_an_exercise_and_never_at_a_live_centre(tmp_path: Path) -> None:
    exercise = Town(tmp_path / "desks.db", mode="exercise")
    root = exercise.founded()
    conductor = exercise.seated(root, "secretariat", "conductor", "Con")
    assert conductor.scopes == set(scopes.SCOPES)
    secret = exercise.session("Con")
    exercise.desks.close()
    live = Town(tmp_path / "desks.db")
    with pytest.raises(Malformed):
        live.desks.invite(live.signed_in("Root"), "secretariat", "conductor")
    with pytest.raises(NotSignedIn):
        live.desks.actor(secret)
    with pytest.raises(NotSignedIn):
        live.desks.login("Con", PASSWORD)


def test_a_deputy_is_another_person_with_the_same_role(town: Town) -> None:
    root = town.founded()
    head = town.seated(root, "XAB", "head", "Hana")
    with pytest.raises(Malformed, match="role of the desk"):
        town.desks.invite(root, "XAB", "liaison", deputy_of=head.desk)
    with pytest.raises(NotFound):
        town.desks.invite(root, "XAC", "head", deputy_of=head.desk)
    deputy = town.seated(root, "XAB", "head", "Dora", head.desk)
    assert deputy.person != head.person
    assert [line.deputy_of for line in town.desks.desks(head)] == ["", head.desk]


def test_a_person_with_two_desks_is_one_person_and_says_which_desk_is_meant(town: Town) -> None:
    root = town.founded()
    first = town.seated(root, "XAB", "liaison", "Ana")
    invitation = town.desks.invite(root, "XAB", "head")
    with pytest.raises(Conflict, match="by this name"):
        town.desks.enter(invitation.secret, "ANA", OTHER)
    town.desks.enter(invitation.secret, "ANA", PASSWORD)
    town.desks.approve(root, invitation.desk)
    with pytest.raises(Malformed) as asked:
        town.desks.login("Ana", PASSWORD)
    assert asked.value.code == "which desk"
    assert invitation.desk in asked.value.accepted
    second = town.desks.actor(town.desks.login("Ana", PASSWORD, desk=invitation.desk).secret)
    assert (second.person, second.role) == (first.person, "head")


def test_nobody_approves_a_desk_of_their_own(town: Town) -> None:
    root = town.founded()
    desk = town.entered(root, "XAB", "head", "Root")
    with pytest.raises(NotEntitled, match="another administrator"):
        town.desks.approve(root, desk)


def test_who_sees_which_desks_and_no_id_tells_that_another_is_there(town: Town) -> None:
    root = town.founded()
    head, liaison = town.seated(root, "XAB", "head", "Hana"), town.seated(root, "XAB", "liaison", "Leo")
    other = town.seated(root, "XAC", "head", "Otto")
    assert {line.seat for line in town.desks.desks(root)} == {"secretariat", "XAB", "XAC"}
    assert [line.name for line in town.desks.desks(head)] == ["Hana", "Leo"]
    assert [line.name for line in town.desks.desks(liaison)] == ["Leo"]
    told = []
    for desk in (other.desk, "d-000000000000"):
        with pytest.raises(NotFound) as refused:
            town.desks.revoke(head, desk)
        told.append(str(refused.value).replace(desk, "…"))
    assert told[0] == told[1]


# ---- names and passwords


@pytest.mark.parametrize("name", ["", "a", " ", "\u200b\u200b", "a" * 81, "Ana\x00", "Ana\u202ebn", "--", "ﷺ" * 5])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        clean_name(name)


@given(st.text(max_size=60))
def test_two_ways_of_writing_a_name_are_the_same_name(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    try:
        shown = clean_name(name)
    except Malformed:
        return
    assert name_key(shown) == key
    assert clean_name(shown) == shown


def test_a_name_is_taken_however_it_is_written(town: Town) -> None:
    root = town.founded()
    town.seated(root, "XAB", "reader", "Straße Ana")
    invitation = town.desks.invite(root, "XAC", "reader")
    for name in ("STRASSE ANA", "strasse  ana", "Strasse\u00a0\uff21na"):
        with pytest.raises(Conflict):
            town.desks.enter(invitation.secret, name, OTHER)


@pytest.mark.parametrize(
    "password",
    [
        "eleven char",
        "x" * 12,
        "x" * 201,
        "abababababababab",
        "123456789012",
        "abcdefghijklmn",
        "zyxwvutsrqponm",
        "qwertyuiop123456",
        "Password2024!",
        "P4$$w0rd-p4$$w0rd",
        "letmein-letmein-letmein",
        "hana hana hana ten",
        "my HANÁ".replace("Á", "A") + " in the woods",
        "welcome2024welcome",
    ],
)
def test_what_anybody_would_guess_first_is_no_password(password: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_password(password, "Hana Novak")
    assert refused.value.code == "weak password"
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password", [PASSWORD, OTHER, "kW3!vz_9qLr#", "čtyři modré lodě plují", "the tide turns twice"]
)
def test_a_long_password_of_unrelated_words_is_taken(password: str) -> None:
    check_password(password, "Al")


def test_a_password_is_kept_at_the_cost_that_we_say() -> None:
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.verify(kept, PASSWORD)
    assert not passwords.verify(kept, OTHER)
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(Passwords(CHEAP).hash(PASSWORD))


def test_a_hash_is_made_anew_when_the_cost_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    Town(path).founded()
    dearer = Town(path, cost=Cost(memory_kib=16, iterations=2))
    for _ in range(2):
        dearer.signed_in("Root")
    kept = apsw.Connection(str(path)).execute("SELECT phc FROM person").get
    assert kept.startswith("$argon2id$v=19$m=16,t=2,p=1$")


def test_the_same_work_is_done_for_a_name_that_is_not_there(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.founded()
    worked: list[str] = []
    verify = Passwords.verify

    def counted(self: Passwords, kept: str, password: str) -> bool:
        worked.append(password)
        return verify(self, kept, password)

    monkeypatch.setattr(Passwords, "verify", counted)
    told = []
    for name in ("Root", "Nobody", "", "x" * 100_000):
        with pytest.raises(NotSignedIn) as refused:
            town.desks.login(name, "not the password")
        told.append((refused.value.code, str(refused.value)))
    assert len(worked) == 4
    assert len(set(told)) == 1


def test_nobodys_hash_has_the_form_and_the_cost_of_everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Watched:
        @staticmethod
        def verify_phc_encoded(_password: bytes, kept: str) -> None:
            checked.append(kept)

    passwords = Passwords(CHEAP)
    somebodys = passwords.hash(PASSWORD)
    monkeypatch.setattr("tocsin.centre.passwords.Argon2id", Watched)
    assert passwords.verify(somebodys, PASSWORD)
    assert not passwords.verify("", PASSWORD), "not even if it were the right one"
    forms = [re.sub(r"[A-Za-z0-9+/]{20,}", lambda found: str(len(found[0])), kept) for kept in checked]
    assert forms == ["$argon2id$v=19$m=8,t=1,p=1$22$43"] * 2


def test_a_new_password_ends_all_sessions(town: Town) -> None:
    town.founded()
    secret, actor = town.session("Root"), town.signed_in("Root")
    with pytest.raises(NotSignedIn):
        town.desks.change_password(actor, OTHER, OTHER)
    with pytest.raises(Malformed):
        town.desks.change_password(actor, PASSWORD, "short")
    town.desks.change_password(actor, PASSWORD, OTHER)
    with pytest.raises(NotSignedIn):
        town.desks.actor(secret)
    with pytest.raises(NotSignedIn):
        town.desks.login("Root", PASSWORD)
    assert town.signed_in("Root", OTHER).person == actor.person


# ---- too many tries


def failures(town: Town, name: str, address: str, most: int) -> int:
    """How many wrong tries are heard before one has to wait."""
    for count in range(most):
        try:
            town.desks.login(name, "not the password", address)
        except Overloaded:
            return count
        except NotSignedIn:
            pass
    return most


def test_after_some_failures_each_further_try_waits_longer(town: Town) -> None:
    town.founded()
    assert failures(town, "Root", "", 50) == 5
    waits = []
    for _ in range(9):
        with pytest.raises(Overloaded) as refused:
            town.desks.login("Root", PASSWORD)
        assert refused.value.code == "too many tries"
        waits.append(refused.value.wait_seconds)
        town.pass_hours(refused.value.wait_seconds / 3600)
        with pytest.raises(NotSignedIn):
            town.desks.login("Root", "not the password")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    town.pass_hours(1)
    assert town.signed_in("Root").seat == "secretariat"
    assert failures(town, "Root", "", 50) == 5, "whoever got in starts anew"


def test_an_address_that_tries_many_names_has_to_wait(town: Town) -> None:
    town.founded()
    heard = sum(failures(town, f"Name {number}", "192.0.2.1", 1) for number in range(100))
    assert heard == 20
    assert town.desks.login("Root", PASSWORD, "192.0.2.2").seat == "secretariat"
    with pytest.raises(Overloaded):
        town.desks.login("Root", PASSWORD, "192.0.2.1")


def test_a_stranger_cannot_shut_an_officer_out_of_their_own_place(town: Town) -> None:
    town.founded()
    town.desks.login("Root", PASSWORD, "192.0.2.7")
    assert failures(town, "Root", "198.51.100.1", 50) == 5
    with pytest.raises(Overloaded):
        town.desks.login("Root", PASSWORD, "203.0.113.5")
    assert town.desks.login("Root", PASSWORD, "192.0.2.7").seat == "secretariat"


def test_one_good_desk_gives_no_more_guesses_at_others(town: Town) -> None:
    town.founded()
    heard = 0
    for number in range(60):
        try:
            town.desks.login(f"Name {number}", "not the password", "192.0.2.1")
        except NotSignedIn:
            heard += 1
        except Overloaded:
            break
        try:
            town.desks.login("Root", PASSWORD, "192.0.2.1")
        except Overloaded:
            break
    assert heard <= 20


def test_tries_are_counted_for_so_many_and_no_more() -> None:
    tries = Tries()
    for number in range(25_000):
        tries.begin(f"name {number}", f"address {number}", BEGAN)
        if number % 2:
            tries.succeed(f"name {number}", f"address {number}")
    assert len(tries) <= 30_000
    assert NAME_WAIT_MAX_SECONDS <= 60, "a crisis does not wait longer"


# ---- going


def test_a_revoked_desk_is_out_at_once_with_all_it_has(town: Town) -> None:
    root = town.founded()
    head, liaison = town.seated(root, "XAB", "head", "Hana"), town.seated(root, "XAB", "liaison", "Leo")
    session = town.session("Leo")
    _, token = town.desks.create_token(liaison, "feed reader", ("read",), 30)
    with pytest.raises(NotFound):
        town.desks.revoke(liaison, head.desk)
    assert town.desks.revoke(head, liaison.desk, "left the ministry").status == "revoked"
    for secret in (session, token):
        with pytest.raises(NotSignedIn):
            town.desks.actor(secret)
    with pytest.raises(NotSignedIn) as refused:
        town.desks.login("Leo", PASSWORD)
    assert refused.value.code == "revoked"
    with pytest.raises(NotSignedIn):
        town.desks.create_token(liaison, "after the end", ("read",), 30)
    assert town.desks.tokens(head) == ()


def test_the_last_desk_that_runs_the_centre_stays(town: Town) -> None:
    root = town.founded()
    town.entered(root, "secretariat", "secretariat", "Pia")
    with pytest.raises(Conflict, match="Invite and approve"):
        town.desks.revoke(root, root.desk)
    other = town.seated(root, "secretariat", "secretariat", "Olga")
    assert town.desks.revoke(other, root.desk).status == "revoked"
    with pytest.raises(Conflict):
        town.desks.revoke(other, other.desk)


def test_a_revocation_that_another_connection_makes_holds_at_once(tmp_path: Path) -> None:
    town = Town(tmp_path / "desks.db")
    town.founded()
    secret = town.session("Root")
    other = apsw.Connection(str(tmp_path / "desks.db"))
    assert town.desks.actor(secret).desk
    other.execute("UPDATE desk SET status = 'revoked'")
    with pytest.raises(NotSignedIn):
        town.desks.actor(secret)


def test_a_person_can_be_forgotten_and_the_name_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    town = Town(path)
    root = town.founded()
    leo = town.seated(root, "XAB", "liaison", "Leonid Zvezda")
    with pytest.raises(Conflict):
        town.desks.forget(root, leo.desk)
    town.desks.revoke(root, leo.desk)
    assert town.desks.forget(root, leo.desk).name == ""
    with pytest.raises(NotSignedIn):
        town.desks.login("Leonid Zvezda", PASSWORD)
    town.desks.close()
    found = b"".join(file.read_bytes() for file in tmp_path.iterdir()).lower()
    assert b"zvezda" not in found
    again = Town(path)
    assert again.seated(again.signed_in("Root"), "XAC", "reader", "leonid zvezda").person != leo.person


# ---- sessions


def test_a_session_ends_after_half_a_day_or_an_idle_hour(town: Town) -> None:
    town.founded()
    idle, busy = town.session("Root"), town.session("Root")
    for _ in range(23):
        town.pass_hours(0.5)
        assert town.desks.actor(busy).desk
    with pytest.raises(NotSignedIn, match="expired"):
        town.desks.actor(idle)
    town.pass_hours(0.5)
    with pytest.raises(NotSignedIn, match="expired"):
        town.desks.actor(busy)


def test_to_ask_whether_a_session_holds_is_no_use_of_it(town: Town) -> None:
    town.founded()
    idle, busy = town.session("Root"), town.session("Root")
    for _ in range(2):
        town.pass_hours(0.4)
        assert town.desks.actor(idle, is_use=False).desk == town.desks.actor(busy).desk
    town.pass_hours(0.4)
    with pytest.raises(NotSignedIn, match="expired"):
        town.desks.actor(idle, is_use=False)
    assert town.desks.actor(busy, is_use=False).desk


def test_a_session_that_is_used_outlives_a_restart_and_a_sweep(tmp_path: Path) -> None:
    town = Town(tmp_path / "desks.db")
    town.founded()
    secret = town.session("Root")
    for _ in range(3):
        town.pass_hours(0.9)
        town.desks.actor(secret)
        town.desks.sweep(400)
    town.desks.close()
    later = Town(tmp_path / "desks.db")
    later.now = town.now
    assert later.desks.actor(secret).seat == "secretariat"


def test_who_signs_out_is_out_and_a_desk_has_so_many_sessions(town: Town) -> None:
    town.founded()
    secrets = [town.session("Root") for _ in range(22)]
    for gone in secrets[:2]:
        with pytest.raises(NotSignedIn):
            town.desks.actor(gone)
    town.desks.logout(secrets[-1])
    town.desks.logout(secrets[-1])
    with pytest.raises(NotSignedIn):
        town.desks.actor(secrets[-1])
    assert town.desks.actor(secrets[-2]).desk


@pytest.mark.parametrize("secret", ["", "tcs_", "tct_x", "tcs_" + "A" * 43, "x" * 100_000, "\ud800", "tci_abc"])
def test_nobody_is_signed_in_by_what_we_never_gave_out(town: Town, secret: str) -> None:
    town.founded()
    with pytest.raises(NotSignedIn):
        town.desks.actor(secret)


def test_a_sessions_secret_is_no_token_and_an_invitation_opens_nothing(town: Town) -> None:
    root = town.founded()
    session = town.session("Root")
    _, token = town.desks.create_token(root, "x", ("read",), 1)
    invitation = town.desks.invite(root, "XAB", "reader")
    for secret in ("tct_" + session[4:], "tcs_" + token[4:], "tcs_" + invitation.secret[4:]):
        with pytest.raises(NotSignedIn):
            town.desks.actor(secret)


def test_of_two_changes_of_a_password_at_once_one_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.founded()
    actor = town.signed_in("Root")
    hashed = Passwords.hash

    def meanwhile(passwords: Passwords, password: str) -> str:
        monkeypatch.setattr(Passwords, "hash", hashed)
        town.desks.change_password(actor, PASSWORD, OTHER)
        return passwords.hash(password)

    monkeypatch.setattr(Passwords, "hash", meanwhile)
    with pytest.raises(Conflict, match="just now"):
        town.desks.change_password(actor, PASSWORD, "a third one of many letters")
    assert town.signed_in("Root", OTHER).person == actor.person


def test_single_sign_on_opens_the_one_desk_it_was_allowed_for(town: Town) -> None:
    root = town.founded()
    head = town.seated(root, "XAB", "head", "Hana")
    invitation = town.desks.invite(head, "XAB", "liaison")
    town.desks.enter(invitation.secret, "Sona", PASSWORD)
    town.desks.approve(root, invitation.desk)
    town.desks.allow_sso(root, invitation.desk, "subject-1")
    session = town.desks.login_verified("subject-1", "oidc")
    assert (session.desk, session.name) == (invitation.desk, "Sona")
    with pytest.raises(NotEntitled):
        town.desks.allow_sso(head, invitation.desk, "subject-2")
    with pytest.raises(Conflict):
        town.desks.allow_sso(root, head.desk, "subject-1")
    town.desks.allow_sso(root, invitation.desk, "")
    with pytest.raises(NotSignedIn):
        town.desks.actor(session.secret)
    for subject in ("subject-1", "", "subject-2"):
        with pytest.raises(NotSignedIn):
            town.desks.login_verified(subject, "oidc")


def test_nobody_enters_without_a_password(town: Town) -> None:
    invitation = town.desks.invite(town.founded(), "XAB", "reader")
    with pytest.raises(Malformed):
        town.desks.enter(invitation.secret, "Ana", "")


# ---- the file


def whole_life(town: Town) -> None:
    """Something of everything that has a secret."""
    root = town.founded()
    head = town.seated(root, "XAB", "head", "Hana")
    leo = town.seated(root, "XAB", "liaison", "Leo")
    for by in (root, head, leo):
        town.told(town.desks.create_token(by, "label", ("read",), 5)[1])
    town.told(town.desks.invite(head, "XAB", "reader").secret)
    leaked = town.secrets[-2]
    town.desks.revoke(head, leo.desk, f"leaked {leaked}")
    for wrong in ("wrong password in the clear", town.secrets[-1]):
        with pytest.raises(NotSignedIn):
            town.desks.login(town.told(wrong), town.told("another wrong one, in the clear"), "192.0.2.1")
    town.desks.note(Trace(what="POST /x", outcome="refused", detail=f"bearer {leaked}", address="192.0.2.1"))
    town.desks.change_password(head, PASSWORD, OTHER)


def test_no_secret_is_in_the_file_nor_in_the_trail(tmp_path: Path) -> None:
    town = Town(tmp_path / "desks.db")
    whole_life(town)
    trail = repr(town.desks.trail(town.signed_in("Root"), limit=1000))
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    town.desks.close()
    kept += (tmp_path / "desks.db").read_bytes()
    assert len(town.secrets) > 15
    for secret in [*town.secrets, "192.0.2.1"]:
        assert secret not in trail
        assert secret.encode() not in kept
        assert secret[4:].encode() not in kept


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    path.touch(0o644)
    town = Town(path)
    town.founded()
    town.desks.backup(tmp_path / "copy")
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_file_of_a_later_release_or_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    Town(path).desks.close()
    with closing(apsw.Connection(str(path))) as db:
        db.pragma("user_version", FORMAT + 1)
    with pytest.raises(NeedsNewer):
        Town(path)
    foreign = tmp_path / "foreign"
    with closing(apsw.Connection(str(foreign))) as db:
        db.execute("CREATE TABLE x (y)")
        db.pragma("application_id", 7)
    junk = tmp_path / "junk"
    junk.write_bytes(b"no database at all" * 500)
    for other in (foreign, junk, tmp_path):
        with pytest.raises(DesksFileError):
            Town(other)
    assert junk.read_bytes() == b"no database at all" * 500


def test_notices_may_have_made_the_file_first(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    with closing(apsw.Connection(str(path))) as db:
        db.execute("CREATE TABLE notify_contact (id TEXT PRIMARY KEY) STRICT")
    assert Town(path).founded().role == "secretariat"


def test_a_backup_has_the_desks_and_opens_no_door(tmp_path: Path) -> None:
    town = Town(tmp_path / "desks.db")
    root = town.founded()
    session = town.session("Root")
    invitation = town.desks.invite(root, "XAB", "reader")
    town.desks.backup(tmp_path / "copy")
    with pytest.raises(DesksFileError):
        town.desks.backup(tmp_path / "copy")
    copy = Town(tmp_path / "copy")
    for opens in (lambda: copy.desks.actor(session), lambda: copy.desks.enter(invitation.secret, "Ana", PASSWORD)):
        with pytest.raises(NotSignedIn):
            opens()
    assert copy.signed_in("Root").desk == root.desk
    assert town.desks.actor(session).desk


def test_what_fails_in_the_middle_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(tmp_path / "desks.db")
    root = town.founded()
    leo = town.seated(root, "XAB", "liaison", "Leo")
    secret = town.session("Leo")

    def full(*_: object) -> None:
        raise apsw.FullError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(Desks, "_done", full)
        with pytest.raises(Overloaded, match="See to the disk"):
            town.desks.revoke(root, leo.desk)
    assert town.desks.actor(secret).desk == leo.desk
    assert town.desks.revoke(root, leo.desk).status == "revoked"


def test_a_closed_file_serves_nobody_and_says_so(town: Town) -> None:
    town.founded()
    secret = town.session("Root")
    town.desks.close()
    town.desks.close()
    with pytest.raises(Overloaded, match="closing"):
        town.desks.actor(secret)


# ---- the trail


def test_the_trail_says_who_did_what_and_is_for_the_administrator(town: Town) -> None:
    root = town.founded()
    head = town.seated(root, "XAB", "head", "Hana")
    with pytest.raises(NotEntitled):
        town.desks.trail(head)
    trail = town.desks.trail(root)
    assert [line.what for line in trail][:4] == ["login", "approve desk", "enter desk", "invite"]
    assert trail[1].desk == root.desk
    assert "Hana" not in repr(trail)
    older = town.desks.trail(root, trail[1].number, 2)
    assert [line.number for line in older] == [trail[2].number, trail[3].number]


def test_the_trail_forgets_what_is_past_its_days(town: Town) -> None:
    root = town.founded()
    town.now = Instant(town.now + 401 * DAY_US)
    town.desks.note(Trace(what="kept"))
    town.desks.sweep(400)
    assert [line.what for line in town.desks.trail(root)] == ["kept"]


def test_addresses_are_told_apart_and_not_known(town: Town) -> None:
    root = town.founded()
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1", ""):
        town.desks.note(Trace(what="x", address=address))
    marks = [line.address for line in town.desks.trail(root, limit=4)]
    assert marks[0] == ""
    assert marks[1] == marks[3] != marks[2]


@given(st.text(), st.sampled_from(["tcs_", "tct_", "tci_"]))
def test_what_is_kept_of_a_text_is_short_and_printable(text: str, prefix: str) -> None:
    kept = harmless(text + prefix + "A" * 43)
    assert len(kept) <= 300
    assert "AAAA" not in kept[len(text) :]
    assert "\n" not in kept
    kept.encode()


# ---- limits


def test_there_are_limits_on_how_many_desks_a_seat_has(town: Town) -> None:
    root = town.founded()
    made: list[Invitation] = []
    with pytest.raises(Overloaded) as refused:
        made.extend(town.desks.invite(root, "XAB", "reader") for _ in range(1_000))
    assert refused.value.code == "too many desks"
    town.desks.invite(root, "XAC", "reader")


def test_there_are_limits_on_how_many_tokens_a_desk_has(town: Town) -> None:
    root = town.founded()
    make: Callable[[], object] = lambda: town.desks.create_token(root, "x", ("read",), 1)  # noqa: E731  # one line, one use
    for _ in range(20):
        make()
    with pytest.raises(Overloaded):
        make()


def test_a_confirmed_position_never_goes_back(town: Town) -> None:
    town.desks.confirm_position("XAB", 5)
    town.desks.confirm_position("XAB", 3)
    assert (town.desks.confirmed_position("XAB"), town.desks.confirmed_position("XAC")) == (5, 0)
