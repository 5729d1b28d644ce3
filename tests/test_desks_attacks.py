"""What one person alone tries at the desks: to be two, to look on, to stand in the way, to pass for somebody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec
import pytest

from tests.test_desks import BEGAN, CHEAP, OTHER, PASSWORD, SEATS, Town
from tests.test_desks_grants import Nation, command
from tocsin.centre.desk_model import PartySettings, Trace
from tocsin.centre.desks import Desks
from tocsin.centre.desks_store import FORMAT, DesksStore
from tocsin.centre.model import Actor, Submission
from tocsin.centre.passwords import clean_name
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound, Overloaded
from tocsin.terms import HOUR_US, Instant


@pytest.fixture
def nation() -> Nation:
    return Nation()


@pytest.fixture
def town() -> Town:
    return Town()


def held(nation: Nation, by: Actor, submission: Submission | None = None) -> str:
    until = Instant(nation.now + 24 * HOUR_US)
    return nation.desks.hold(by, submission or command(), "break", until).id


# ---- what waits for a second person


def signed(at: int, signature: bytes, case: str = "k") -> Submission:
    return msgspec.structs.replace(command(at=at, case=case), signature=signature, key="ab-cd")


def test_what_is_confirmed_says_when_it_was_handed_in(nation: Nation) -> None:
    pending = held(nation, nation.head, signed(5, b"s" * 64))
    handed_in = nation.now
    nation.pass_hours(5)
    said = nation.desks.second(nation.deputy, pending)
    assert (said.made, said.signature) == (handed_in, b"s" * 64)


def test_a_command_that_is_signed_anew_waits_as_it_was_signed_last(nation: Nation) -> None:
    pending = held(nation, nation.head, signed(5, b"s" * 64))
    expires = nation.desks.pending(nation.head)[0].expires
    nation.pass_hours(0.5)
    assert held(nation, nation.head, signed(5, b"s" * 64)) == pending
    assert nation.desks.second(nation.deputy, pending).made == BEGAN, "the same bytes are no newer"
    again = signed(9, b"t" * 64)
    assert held(nation, nation.head, again) == pending
    said = nation.desks.second(nation.deputy, pending)
    assert (said.command, said.signature, said.made) == (again.command, b"t" * 64, nation.now)
    assert nation.desks.pending(nation.head)[0].expires == expires, "signing anew keeps nothing waiting for ever"
    with pytest.raises(Conflict):
        held(nation, nation.head, signed(9, b"u" * 64, case="other"))


def test_who_could_not_do_an_act_neither_confirms_nor_drops_it(nation: Nation) -> None:
    pending = held(nation, nation.liaison)
    csirt = nation.seated(nation.root, "XAB", "csirt", "Cia")
    for tried in (nation.desks.second, nation.desks.drop):
        with pytest.raises(NotEntitled) as refused:
            tried(csirt, pending)
        assert (refused.value.code, refused.value.fix) == ("no scope", "It takes the scope 'position'.")
    assert nation.desks.second(nation.head, pending).seconded == nation.liaison.desk


def test_a_machine_neither_confirms_nor_drops_what_a_person_handed_in(nation: Nation) -> None:
    pending = held(nation, nation.liaison)
    secret = nation.desks.create_token(nation.head, "x", ("read", "position"), 1)[1]
    machine = nation.desks.actor(secret)
    for tried in (nation.desks.second, nation.desks.drop):
        with pytest.raises(NotEntitled) as refused:
            tried(machine, pending)
        assert refused.value.code == "in person"


def test_whoever_handed_it_in_may_drop_it_but_not_by_a_token_that_is_good_for_less(nation: Nation) -> None:
    line, secret = nation.desks.create_token(nation.liaison, "x", ("read",), 1)
    able = nation.desks.actor(nation.desks.create_token(nation.liaison, "y", ("position",), 1)[1])
    assert line.scopes == ("read",)
    pending = held(nation, nation.liaison)
    with pytest.raises(NotEntitled):
        nation.desks.drop(nation.desks.actor(secret), pending)
    nation.desks.drop(able, pending)
    nation.desks.drop(nation.liaison, held(nation, nation.liaison))
    strange = held(nation, nation.liaison, Submission(command=b"\xff not JSON"))
    with pytest.raises(NotEntitled, match="not for your desk"):
        nation.desks.drop(nation.head, strange)
    nation.desks.drop(nation.liaison, strange)
    assert nation.desks.pending(nation.head) == ()


def test_who_does_not_read_at_a_seat_does_not_see_what_waits_there(nation: Nation) -> None:
    held(nation, nation.liaison)
    until = Instant(nation.now + HOUR_US)
    nation.desks.delegate(nation.head, "XAC", ("ack",), until)
    token = nation.desks.create_token(nation.liaison, "x", ("warn",), 1)[1]
    for by in (nation.desks.actor(nation.session("Otto"), "XAB"), nation.desks.actor(token)):
        with pytest.raises(NotEntitled):
            nation.desks.pending(by)


def test_under_a_delegation_one_has_a_say_in_what_it_lends_and_in_no_more(nation: Nation) -> None:
    pending = held(nation, nation.liaison)
    until = Instant(nation.now + HOUR_US)
    nation.desks.delegate(nation.head, "XAC", ("read", "handle"), until)
    for tried in (nation.desks.second, nation.desks.drop):
        with pytest.raises(NotEntitled):
            tried(nation.desks.actor(nation.session("Otto"), "XAB"), pending)
    nation.desks.delegate(nation.head, "XAC", ("position",), until)
    acting = nation.desks.actor(nation.session("Otto"), "XAB")
    assert nation.desks.second(acting, pending).seconded == nation.liaison.desk
    nation.desks.drop(acting, pending)


def test_what_was_handed_in_under_a_delegation_needs_that_very_scope_to_be_lent_still(nation: Nation) -> None:
    until = Instant(nation.now + HOUR_US)
    short = nation.desks.delegate(nation.head, "XAC", ("position",), Instant(nation.now + HOUR_US // 2))
    pending = held(nation, nation.desks.actor(nation.session("Otto"), "XAB"))
    nation.desks.delegate(nation.head, "XAC", ("read",), until)
    assert nation.desks.second(nation.deputy, pending).seconded == nation.other.desk
    nation.now = short.until
    with pytest.raises(NotFound):
        nation.desks.second(nation.deputy, pending)


# ---- one administrator alone


def test_the_only_administrator_approves_alone_and_the_partys_head_sees_it(nation: Nation) -> None:
    (line,) = [line for line in nation.desks.desks(nation.head) if line.desk == nation.liaison.desk]
    assert line.approved_alone
    noted = [line.detail for line in nation.desks.trail(nation.root) if line.what == "approve desk"]
    assert f"{nation.liaison.desk} XAB liaison, approved alone" in noted
    invited_by_head = nation.entered(nation.head, "XAB", "reader", "Rea")
    assert not nation.desks.approve(nation.root, invited_by_head).approved_alone
    assert "approved alone" not in nation.desks.trail(nation.root, limit=1)[0].detail


def test_where_there_are_two_administrators_who_invites_does_not_approve_whatever_name_was_entered(town: Town) -> None:
    root = town.founded()
    waits = town.entered(root, "XAB", "head", "Mask")
    second = town.seated(root, "secretariat", "secretariat", "Olga")
    with pytest.raises(NotEntitled) as refused:
        town.desks.approve(root, waits)
    assert refused.value.code == "same person"
    own = town.entered(second, "XAB", "head", "Other Mask")
    with pytest.raises(NotEntitled):
        town.desks.approve(second, own)
    assert not town.desks.approve(second, waits).approved_alone
    assert not town.desks.approve(root, own).approved_alone


def test_a_second_desk_of_the_one_administrator_is_no_second_person(town: Town) -> None:
    root = town.founded()
    rescue = town.desks.first_link(again=True)
    assert rescue is not None
    desk = town.desks.enter(rescue, "Root", PASSWORD).desk
    twin = town.desks.actor(town.desks.login("Root", PASSWORD, desk=desk).secret)
    assert twin.person == root.person
    assert town.desks.persons("secretariat", "admin") == 1
    assert town.desks.approve(twin, town.entered(root, "XAB", "head", "Hana")).approved_alone
    town.seated(root, "secretariat", "secretariat", "Olga")
    with pytest.raises(NotEntitled):
        town.desks.approve(twin, town.entered(root, "XAB", "head", "Mask"))


def test_a_file_of_the_release_before_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "desks.db"
    old = Town(path)
    old.founded()
    old.desks.close()
    db = apsw.Connection(str(path))
    db.execute("ALTER TABLE desk DROP COLUMN approved_alone")
    db.pragma("user_version", 1)
    db.close()
    town = Town(path)
    root = town.signed_in("Root")
    assert [line.approved_alone for line in town.desks.desks(root)] == [False]
    assert town.seated(root, "XAB", "head", "Hana").role == "head"
    town.desks.close()
    assert apsw.Connection(str(path)).pragma("user_version") == FORMAT


def test_only_an_administrator_binds_a_desk_to_a_provider_and_only_anothers_that_is_active(nation: Nation) -> None:
    allow = nation.desks.allow_sso
    invited = nation.desks.invite(nation.head, "XAB", "liaison")
    waits = nation.entered(nation.head, "XAB", "liaison", "Sona")
    for desk in (invited.desk, waits):
        with pytest.raises(NotEntitled):
            allow(nation.head, desk, "subject-1")
        with pytest.raises(Conflict, match="Approve it first"):
            allow(nation.root, desk, "subject-1")
    with pytest.raises(NotEntitled) as refused:
        allow(nation.root, nation.root.desk, "subject-1")
    assert refused.value.code == "same person"
    nation.desks.approve(nation.root, waits)
    assert allow(nation.root, waits, "subject-1").single_sign_on
    with pytest.raises(NotEntitled):
        allow(nation.head, waits, "")
    assert not allow(nation.root, waits, "").single_sign_on


# ---- two persons where there are not two


@pytest.mark.parametrize("act", ["break", "force", "recall"])
def test_a_seat_cannot_want_two_persons_that_it_has_not(town: Town, act: str) -> None:
    root = town.founded()
    head = town.seated(root, "XAC", "head", "Otto")
    town.seated(root, "XAC", "reader", "Rea")
    town.entered(root, "XAC", "head", "Waits")
    wanted = msgspec.convert({"two_persons": [act]}, PartySettings)
    with pytest.raises(Conflict, match="XAC has 1") as refused:
        town.desks.set_settings(head, wanted)
    assert refused.value.code == "no second person"
    town.seated(root, "XAC", "liaison", "Leo")
    assert town.desks.set_settings(head, wanted).now == wanted


def test_persons_are_counted_once_and_only_where_their_desk_is_active_and_good_for_it(nation: Nation) -> None:
    assert [nation.desks.persons("XAB", scope) for scope in ("read", "position", "manage", "admin")] == [3, 3, 2, 0]
    invitation = nation.desks.invite(nation.root, "XAB", "liaison")
    nation.desks.enter(invitation.secret, "Hana", PASSWORD)
    nation.desks.approve(nation.root, invitation.desk)
    assert nation.desks.persons("XAB", "position") == 3, "two desks of one person"
    nation.desks.revoke(nation.head, nation.liaison.desk)
    assert nation.desks.persons("XAB", "position") == 2
    assert nation.desks.persons("XZZ", "read") == 0


def test_a_conductor_of_an_exercise_counts_there_and_not_at_a_live_centre(tmp_path: Path) -> None:
    exercise = Town(tmp_path / "desks.db", mode="exercise")
    exercise.seated(exercise.founded(), "secretariat", "conductor", "Con")
    assert exercise.desks.persons("secretariat", "chair") == 2
    exercise.desks.close()
    assert Town(tmp_path / "desks.db").desks.persons("secretariat", "chair") == 1


# ---- names


def test_a_weak_password_tells_nothing_of_who_has_a_desk(town: Town) -> None:
    root = town.founded()
    secret = town.desks.invite(root, "XAB", "reader").secret
    told = set()
    for name in ("Root", "Nobody"):
        with pytest.raises(Malformed) as refused:
            town.desks.enter(secret, name, "short")
        told.add((refused.value.code, str(refused.value)))
    assert len(told) == 1


def test_an_invitation_is_good_for_five_guesses_at_names_and_then_waits(town: Town) -> None:
    root = town.founded()
    for number in range(8):
        town.entered(root, "XAB", "reader", f"Officer {number}")
    secret, other = (town.desks.invite(root, "XAC", "reader").secret for _ in range(2))
    for number in range(5):
        with pytest.raises(Conflict):
            town.desks.enter(secret, f"Officer {number}", OTHER)
    for name in ("Officer 6", "Free Name"):
        with pytest.raises(Overloaded) as refused:
            town.desks.enter(secret, name, OTHER)
        assert refused.value.code == "too many tries"
    assert town.desks.enter(other, "Somebody", OTHER).status == "pending"
    town.pass_hours(0.1)
    assert town.desks.enter(secret, "Free Name", OTHER).status == "pending"


@pytest.mark.parametrize(
    "name",
    ["Ana\u00ad", "A\u034fna", "Ana \u115f", "An\u17b4a", "A\ufe0fna", "Ana\U000e0101", "Ana\u2800", "\u3164Ana",
     "\u0410na", "Boris\u03bf", "Ol\u0433a Novak", "\u0391na", "Pia \u13d2va", "한Ana"],
)  # fmt: skip
def test_a_name_that_looks_like_anothers_is_refused(name: str) -> None:
    with pytest.raises(Malformed) as refused:
        clean_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name",
    ["José Ñandú", "Ольга Novak", "山田 たろう", "山田タロウ", "김 철수", "Νίκος", "O'Brien-Łoś 2", "Zoë 3rd",
     "O\u02bcBrien", "Đặng Thị", "אבי כהן", "สมชาย"],
)  # fmt: skip
def test_names_as_people_write_them_are_taken(name: str) -> None:
    assert clean_name(name) == name


# ---- a full disk


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing can be written to the file meanwhile."""

    def refuse(*_: object) -> int:
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(DesksStore, "do", refuse)
        yield


def test_a_full_disk_stops_nobody_who_reads(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    root = town.founded()
    secret = town.session("Root")
    assert town.desks.actor(secret).desk == root.desk
    with full_disk(monkeypatch):
        for count in range(1, 13):
            town.pass_hours(0.1)
            assert town.desks.actor(secret).desk == root.desk
            town.desks.note(Trace(what="x"))
            assert town.desks.unwritten >= 2 * count
            with pytest.raises(Overloaded, match="See to the disk"):
                town.desks.invite(root, "XAB", "reader")
    assert town.signed_in("Root").desk == root.desk
    assert "x" not in {line.what for line in town.desks.trail(root)}


def test_a_session_in_use_while_the_disk_was_full_is_kept_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(tmp_path / "desks.db")
    root = town.founded()
    secret = town.session("Root")
    with full_disk(monkeypatch):
        for _ in range(3):
            town.pass_hours(0.5)
            town.desks.actor(secret)
    town.pass_hours(0.1)
    town.desks.invite(root, "XAB", "reader")
    assert town.desks.actor(secret).desk == root.desk
    town.desks.sweep(400)
    town.desks.close()
    later = Desks(tmp_path / "desks.db", lambda: town.now, lambda: SEATS, cost=CHEAP)
    assert later.actor(secret).desk == root.desk
