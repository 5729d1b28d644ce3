"""Tokens, keys, delegations, settings, and what waits for a second person."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.test_desks import CHEAP, SEATS, Town
from tocsin.centre import scopes
from tocsin.centre.desk_keys import fingerprint
from tocsin.centre.desk_model import PartySettings
from tocsin.centre.desks import Desks
from tocsin.centre.model import Actor, Scope, Submission
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound, NotSignedIn, Overloaded
from tocsin.terms import DAY_US, HOUR_US, Instant


class Nation(Town):
    """A town with a secretariat, two heads and a liaison of XAB, and the head of XAC."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.founded()
        self.head = self.seated(self.root, "XAB", "head", "Hana")
        self.deputy = self.seated(self.root, "XAB", "head", "Dora", self.head.desk)
        self.liaison = self.seated(self.root, "XAB", "liaison", "Leo")
        self.other = self.seated(self.root, "XAC", "head", "Otto")


@pytest.fixture
def nation() -> Nation:
    return Nation()


def public_key() -> bytes:
    return Ed25519PrivateKey.generate().public_key().public_bytes_raw()


def command(number: int = 1, **fields: object) -> Submission:
    body = {"id": f"c{number}", "do": "state position", "by": "XAB", "case": "k", "at": 5, **fields}
    return Submission(command=msgspec.json.encode(body))


# ---- tokens


def test_a_token_does_no_more_than_it_was_made_for(nation: Nation) -> None:
    line, secret = nation.desks.create_token(nation.liaison, "feed reader", ("ack", "read"), 30)
    actor = nation.desks.actor(secret)
    assert actor.scopes == {"read", "ack"}
    assert (actor.via, actor.person, actor.desk) == ("token", nation.liaison.person, nation.liaison.desk)
    assert line.scopes == ("read", "ack")
    assert nation.desks.tokens(nation.liaison) == nation.desks.tokens(nation.head) == (line,)
    assert nation.desks.tokens(nation.other) == ()
    nation.now = Instant(nation.now + 30 * DAY_US - 1)
    assert nation.desks.actor(secret).desk
    nation.now = Instant(nation.now + 1)
    with pytest.raises(NotSignedIn):
        nation.desks.actor(secret)


@pytest.mark.parametrize(
    ("label", "wanted", "days"),
    [("x", ("manage",), 1), ("x", (), 1), ("x", ("read", "admin"), 1), ("x", ("read",), 0), ("x", ("read",), 366),
     ("", ("read",), 1), ("x\n", ("read",), 1), ("x" * 81, ("read",), 1)],
)  # fmt: skip
def test_a_token_that_would_do_more_or_last_longer_is_not_made(
    nation: Nation, label: str, wanted: tuple[Scope, ...], days: int
) -> None:
    with pytest.raises((NotEntitled, Malformed)):
        nation.desks.create_token(nation.liaison, label, wanted, days)


def test_a_token_is_dropped_by_its_desk_or_by_who_runs_the_seat(nation: Nation) -> None:
    made = [nation.desks.create_token(nation.liaison, "x", ("read",), 1) for _ in range(3)]
    with pytest.raises(NotFound):
        nation.desks.drop_token(nation.other, made[0][0].id)
    for by, (line, secret) in zip((nation.liaison, nation.head, nation.root), made, strict=True):
        nation.desks.drop_token(by, line.id)
        with pytest.raises(NotSignedIn):
            nation.desks.actor(secret)


def test_a_machine_makes_nobody_else_able_to_act(nation: Nation) -> None:
    everything = tuple(scope for scope in scopes.SCOPES if scope in nation.head.scopes)
    head = nation.desks.actor(nation.desks.create_token(nation.head, "x", everything, 1)[1])
    root = nation.desks.actor(nation.desks.create_token(nation.root, "x", ("read", "admin"), 1)[1])
    pending = nation.entered(nation.root, "XAB", "reader", "Rea")
    key = nation.desks.register_key(nation.head, public_key())
    desks = nation.desks
    for tried in (
        lambda: desks.invite(head, "XAB", "reader"),
        lambda: desks.create_token(head, "x", ("read",), 1),
        lambda: desks.delegate(head, "XAC", ("read",), Instant(nation.now + HOUR_US)),
        lambda: desks.set_settings(head, PartySettings()),
        lambda: desks.register_key(head, public_key()),
        lambda: desks.approve(root, pending),
        lambda: desks.confirm_key(root, key.id, key.fingerprint),
        lambda: desks.allow_sso(root, pending, "x"),
    ):
        with pytest.raises(NotEntitled) as refused:
            tried()
        assert refused.value.code == "in person"


# ---- keys


def test_a_key_counts_from_its_confirmation_to_its_revocation(nation: Nation) -> None:
    public = public_key()
    line = nation.desks.register_key(nation.liaison, public)
    seen = fingerprint(public)
    assert (line.seat, line.status, line.fingerprint) == ("XAB", "pending", seen)
    assert nation.desks.active_key("XAB", seen) is None
    with pytest.raises(NotEntitled):
        nation.desks.confirm_key(nation.head, line.id, seen)
    with pytest.raises(Conflict, match="not the fingerprint"):
        nation.desks.confirm_key(nation.root, line.id, fingerprint(public_key()))
    assert nation.desks.confirm_key(nation.root, line.id, seen.upper().replace("-", " ")).status == "active"
    assert nation.desks.active_key("XAB", seen) == public
    assert nation.desks.active_key("XAC", seen) is None
    assert nation.desks.keys(nation.other) == ()
    assert len(nation.desks.keys(nation.root)) == 1
    with pytest.raises(NotFound):
        nation.desks.revoke_key(nation.other, line.id)
    assert nation.desks.revoke_key(nation.head, line.id).status == "revoked"
    assert nation.desks.active_key("XAB", seen) is None
    with pytest.raises(Conflict, match="Make a new one"):
        nation.desks.register_key(nation.head, public)
    with pytest.raises(Conflict):
        nation.desks.confirm_key(nation.root, line.id, seen)


@pytest.mark.parametrize("public", [b"", b"x" * 31, b"x" * 33])
def test_what_is_no_key_is_not_registered(nation: Nation, public: bytes) -> None:
    with pytest.raises(Malformed):
        nation.desks.register_key(nation.head, public)


def test_who_only_reads_registers_no_key(nation: Nation) -> None:
    reader = nation.seated(nation.root, "XAB", "reader", "Rea")
    for by in (reader, nation.root):
        with pytest.raises(NotEntitled):
            nation.desks.register_key(by, public_key())


def test_there_are_limits_on_keys_delegations_and_what_waits(nation: Nation) -> None:
    until = Instant(nation.now + HOUR_US)
    for _ in range(10):
        nation.desks.register_key(nation.head, public_key())
    for _ in range(50):
        nation.desks.delegate(nation.head, "XAC", ("read",), until)
    for number in range(50):
        nation.desks.hold(nation.head, command(number), "break", until)
    for tried in (
        lambda: nation.desks.register_key(nation.head, public_key()),
        lambda: nation.desks.delegate(nation.head, "XAC", ("read",), until),
        lambda: nation.desks.hold(nation.head, command(99), "break", until),
    ):
        with pytest.raises(Overloaded):
            tried()
    nation.now = until
    assert nation.desks.delegate(nation.head, "XAC", ("read",), Instant(until + 1)).to == "XAC"
    assert nation.desks.hold(nation.head, command(99), "break", Instant(until + 1)).do == "state position"


# ---- delegations


def test_under_a_delegation_one_acts_with_what_both_have_until_it_ends(nation: Nation) -> None:
    until = Instant(nation.now + 48 * HOUR_US)
    session = nation.session("Hana")
    with pytest.raises(NotEntitled):
        nation.desks.actor(session, "XAC")
    line = nation.desks.delegate(nation.other, "XAB", ("read", "position", "membership"), until)
    actor = nation.desks.actor(session, "XAC")
    assert (actor.seat, actor.on_behalf) == ("XAB", "XAC")
    assert actor.acts_as == {"XAC"}
    assert actor.scopes == {"read", "position", "membership"}
    assert nation.desks.actor(nation.session("Leo"), "XAC").scopes == {"read", "position"}
    _, token = nation.desks.create_token(nation.liaison, "x", ("read",), 1)
    assert nation.desks.actor(token, "XAC").scopes == {"read"}
    assert nation.desks.delegations(nation.liaison) == nation.desks.delegations(nation.other) == (line,)
    with pytest.raises(NotEntitled):
        nation.desks.end_delegation(nation.liaison, line.id)
    nation.desks.end_delegation(nation.other, line.id)
    with pytest.raises(NotEntitled):
        nation.desks.actor(session, "XAC")
    nation.desks.delegate(nation.other, "secretariat", ("position",), until)
    assert nation.desks.actor(nation.session("Root"), "XAC").acts_as == {"XAC"}
    nation.now = until
    with pytest.raises(NotEntitled):
        nation.desks.actor(nation.session("Root"), "XAC")
    assert nation.desks.delegations(nation.root) == ()


def test_a_delegation_runs_nobodys_desks(nation: Nation) -> None:
    everything = tuple(scope for scope in scopes.SCOPES if scope in scopes.DELEGABLE)
    until = Instant(nation.now + HOUR_US)
    nation.desks.delegate(nation.other, "XAB", everything, until)
    nation.desks.delegate(nation.other, "secretariat", everything, until)
    acting = nation.desks.actor(nation.session("Hana"), "XAC")
    admin = nation.desks.actor(nation.session("Root"), "XAC")
    desks = nation.desks
    # Even if a scope of that kind were ever lent by mistake.
    mistaken = msgspec.structs.replace(acting, scopes=frozenset(scopes.SCOPES))
    for by in (acting, admin, mistaken):
        for tried in (
            lambda by: desks.invite(by, "XAC", "reader"),
            lambda by: desks.delegate(by, "XAA", ("read",), until),
            lambda by: desks.set_settings(by, PartySettings()),
            lambda by: desks.create_token(by, "x", ("read",), 1),
            lambda by: desks.register_key(by, public_key()),
            desks.trail,
        ):
            with pytest.raises(NotEntitled):
                tried(by)
        with pytest.raises(NotFound):
            desks.revoke(by, nation.other.desk)


@pytest.mark.parametrize(
    ("to", "lent", "hours"),
    [("XAB", ("read",), 1), ("XZZ", ("read",), 1), ("XAC", ("manage",), 1), ("XAC", ("admin",), 1), ("XAC", (), 1),
     ("XAC", ("read",), 0), ("XAC", ("read",), -1), ("XAC", ("read",), 24 * 367)],
)  # fmt: skip
def test_a_delegation_that_says_too_much_is_not_made(
    nation: Nation, to: str, lent: tuple[Scope, ...], hours: int
) -> None:
    with pytest.raises(Malformed):
        nation.desks.delegate(nation.head, to, lent, Instant(nation.now + hours * HOUR_US))


def test_only_who_runs_a_partys_desks_delegates(nation: Nation) -> None:
    chair = nation.seated(nation.root, "SG", "chair", "Cia")
    for by in (nation.liaison, chair, nation.root):
        with pytest.raises(NotEntitled):
            nation.desks.delegate(by, "XAC", ("read",), Instant(nation.now + HOUR_US))


# ---- settings


def test_more_care_holds_at_once_and_less_takes_another_person(nation: Nation) -> None:
    strict = PartySettings(two_persons=frozenset({"break", "recall"}))
    assert nation.desks.set_settings(nation.head, strict).now == strict
    assert nation.desks.settings("XAB") == strict
    assert nation.desks.settings("XAC") == PartySettings()
    lax = PartySettings(two_persons=frozenset({"recall"}))
    for _ in range(2):
        line = nation.desks.set_settings(nation.head, lax)
        assert (line.now, line.asked, line.asked_by) == (strict, lax, nation.head.desk)
    with pytest.raises(NotEntitled):
        nation.desks.set_settings(nation.liaison, lax)
    assert nation.desks.set_settings(nation.deputy, PartySettings()).now == strict, "they did not say the same"
    nation.desks.set_settings(nation.head, lax)
    line = nation.desks.set_settings(nation.deputy, lax)
    assert (line.now, line.asked) == (lax, None)
    nation.desks.set_settings(nation.head, PartySettings())
    nation.pass_hours(25)
    assert nation.desks.settings_line(nation.head).asked is None
    assert nation.desks.set_settings(nation.deputy, PartySettings()).now == lax, "that was too long ago"


def test_a_seat_cannot_want_signatures_that_nobody_can_make(nation: Nation) -> None:
    signed = PartySettings(require_key=True)
    key = nation.desks.register_key(nation.head, public_key())
    with pytest.raises(Conflict, match="Register one"):
        nation.desks.set_settings(nation.head, signed)
    nation.desks.confirm_key(nation.root, key.id, key.fingerprint)
    assert nation.desks.set_settings(nation.head, signed).now.require_key
    nation.desks.revoke_key(nation.head, key.id)
    assert nation.desks.settings("XAB").require_key, "a lost key must not open the way without one"


# ---- two persons


def held(nation: Nation, by: Actor, number: int = 1) -> str:
    return nation.desks.hold(by, command(number), "break", Instant(nation.now + 24 * HOUR_US)).id


def test_what_waits_is_confirmed_by_another_person_of_the_seat(nation: Nation) -> None:
    pending = held(nation, nation.head)
    line = nation.desks.pending(nation.liaison)[0]
    assert (line.id, line.do, line.case, line.needs, line.own) == (pending, "state position", "k", "break", False)
    assert nation.desks.pending(nation.head)[0].own
    with pytest.raises(NotEntitled) as refused:
        nation.desks.second(nation.head, pending)
    assert refused.value.code == "same person"
    for by in (nation.other, nation.root):
        assert nation.desks.pending(by) == ()
        with pytest.raises(NotFound):
            nation.desks.second(by, pending)
        with pytest.raises(NotFound):
            nation.desks.drop(by, pending)
    said = nation.desks.second(nation.deputy, pending)
    assert (said.command, said.seconded) == (command().command, nation.head.desk)
    nation.desks.settle(pending)
    with pytest.raises(NotFound):
        nation.desks.second(nation.deputy, pending)


def test_neither_a_second_desk_nor_a_machine_makes_a_second_person(nation: Nation) -> None:
    invitation = nation.desks.invite(nation.root, "XAB", "liaison")
    nation.desks.enter(invitation.secret, "Hana", nation.secrets[0])
    nation.desks.approve(nation.root, invitation.desk)
    twin = nation.desks.actor(nation.desks.login("Hana", nation.secrets[0], desk=invitation.desk).secret)
    assert twin.desk != nation.head.desk
    pending = held(nation, nation.head)
    with pytest.raises(NotEntitled) as refused:
        nation.desks.second(twin, pending)
    assert refused.value.code == "same person"
    machine = nation.desks.actor(nation.desks.create_token(nation.liaison, "x", ("read", "position"), 1)[1])
    with pytest.raises(NotEntitled) as refused:
        nation.desks.second(machine, pending)
    assert refused.value.code == "in person"
    by_machine = held(nation, machine, 2)
    with pytest.raises(NotEntitled):
        nation.desks.second(nation.liaison, by_machine)
    assert nation.desks.second(nation.head, by_machine).seconded == nation.liaison.desk


def test_the_same_command_waits_once(nation: Nation) -> None:
    pending = held(nation, nation.head)
    until = Instant(nation.now + HOUR_US)
    assert nation.desks.hold(nation.head, command(at=9), "break", until).id == pending
    for by, other in ((nation.head, command(case="other")), (nation.deputy, command())):
        with pytest.raises(Conflict):
            nation.desks.hold(by, other, "break", until)
    assert len(nation.desks.pending(nation.head)) == 1


def test_what_waits_goes_with_its_day_its_desk_or_its_delegation(nation: Nation) -> None:
    dropped, late = held(nation, nation.head, 1), held(nation, nation.head, 2)
    reader = nation.seated(nation.root, "XAB", "reader", "Rea")
    with pytest.raises(NotEntitled):
        nation.desks.drop(reader, dropped)
    nation.desks.drop(nation.liaison, dropped)
    assert [line.id for line in nation.desks.pending(nation.head)] == [late]
    nation.pass_hours(24)
    with pytest.raises(NotFound):
        nation.desks.second(nation.deputy, late)
    revoked = held(nation, nation.liaison, 3)
    nation.desks.revoke(nation.head, nation.liaison.desk)
    with pytest.raises(NotFound):
        nation.desks.second(nation.deputy, revoked)
    until = Instant(nation.now + HOUR_US)
    for hours, ends in ((0, True), (2, False)):
        lent = nation.desks.delegate(nation.other, "XAB", ("read", "position"), until)
        acting = nation.desks.actor(nation.session("Hana"), "XAC")
        waits = held(nation, acting, 10 + hours)
        assert [line.id for line in nation.desks.pending(nation.other)] == [waits]
        if ends:
            nation.desks.end_delegation(nation.other, lent.id)
        nation.pass_hours(hours)
        with pytest.raises(NotFound):
            nation.desks.second(nation.other, waits)


def test_what_waits_keeps_its_bytes_its_content_and_its_signature(nation: Nation) -> None:
    said = Submission(command=b'{"id":"a","do":"recall warning"}', content=b"\x00c", signature=b"s" * 64, key="ab-cd")
    pending = nation.desks.hold(nation.head, said, "recall", Instant(nation.now + HOUR_US))
    back = nation.desks.second(nation.deputy, pending.id)
    assert msgspec.structs.replace(back, made=None, seconded="") == said
    junk = Submission(command=b"\xff not JSON")
    assert nation.desks.hold(nation.head, junk, "recall", Instant(nation.now + HOUR_US)).do == ""


def test_a_simulated_clock_that_leaps_signs_nobody_out() -> None:
    game = Town()
    wall = game.now
    desks = Desks(None, lambda: game.now, lambda: SEATS, wall=lambda: wall, cost=CHEAP)
    game.desks.close()
    game.desks = desks
    root = game.founded()
    game.seated(root, "XAB", "head", "Hana")
    head = game.signed_in("Hana")
    game.desks.delegate(head, "XAC", ("read",), Instant(game.now + HOUR_US))
    secret = game.session("Hana")
    game.pass_hours(1_000)
    assert desks.actor(secret).seat == "XAB"
    assert desks.delegations(head) == ()
