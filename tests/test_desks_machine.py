"""Whatever is done in whatever order: nobody acts after the end of what let them, nor with more than was given.

The model is plain dictionaries that say, of every secret ever told, whose it is, when it ends and what it may be for.
"""

from dataclasses import dataclass, field
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.test_desks import OTHER, PASSWORD, Town
from tocsin.centre.model import Actor, Role, Scope
from tocsin.centre.scopes import DELEGABLE, ROLE_SCOPES, SCOPES
from tocsin.errors import Malformed, NotEntitled, NotFound, NotSignedIn, Unserved
from tocsin.terms import DAY_US, HOUR_US, Instant

PARTIES = ("XAA", "XAB", "XAC")
ROLES: tuple[Role, ...] = ("reader", "liaison", "head")
SOME = st.sets(st.sampled_from(SCOPES), min_size=1, max_size=4).map(sorted).map(tuple)


@dataclass
class Desk:
    """A desk as it should be."""

    id: str
    name: str
    seat: str
    role: Role
    status: str = "pending"


@dataclass
class Secret:
    """What was told once."""

    text: str
    desk: Desk
    scopes: frozenset[Scope]
    ends: Instant
    seen: Instant | None = None
    """Of a session: when it was last used."""
    is_over: bool = False


@dataclass
class Lent:
    """A delegation."""

    id: str
    seat: str
    to: str
    scopes: frozenset[Scope]
    until: Instant


@dataclass
class Model:
    desks: list[Desk] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    lent: list[Lent] = field(default_factory=list)

    def opens(self, secret: Secret, now: Instant) -> bool:
        is_idle = secret.seen is not None and now - secret.seen >= HOUR_US
        return not secret.is_over and secret.desk.status == "active" and now < secret.ends and not is_idle


class DesksMachine(RuleBasedStateMachine):
    """Invite, approve, sign in, make tokens, delegate, revoke and let time pass."""

    @initialize()
    def begin(self) -> None:
        self.town, self.model, self.numbers = Town(), Model(), count()
        self.town.founded()
        self.check_root()

    def check_root(self) -> Actor:
        """The administrator, signed in anew: what the machine plays with never ends that desk."""
        return self.town.signed_in("Root")

    def an_actor(self, secret: Secret) -> Actor | None:
        try:
            actor = self.town.desks.actor(secret.text)
        except NotSignedIn:
            return None
        if secret.seen is not None:
            secret.seen = self.town.now
        return actor

    @rule(seat=st.sampled_from(PARTIES), role=st.sampled_from(ROLES), is_approved=st.booleans())
    def seat(self, seat: str, role: Role, *, is_approved: bool) -> None:
        name = f"Person {next(self.numbers)}"
        desk = Desk(self.town.entered(self.check_root(), seat, role, name), name, seat, role)
        self.model.desks.append(desk)
        if is_approved:
            self.town.desks.approve(self.check_root(), desk.id)
            desk.status = "active"

    @precondition(lambda self: self.model.desks)
    @rule(data=st.data(), is_right=st.booleans())
    def sign_in(self, data: st.DataObject, *, is_right: bool) -> None:
        desk = data.draw(st.sampled_from(self.model.desks))
        if sum(secret.desk is desk for secret in self.model.secrets) >= 15:
            return  # one more session may end another, which has a test of its own
        try:
            session = self.town.desks.login(desk.name, PASSWORD if is_right else OTHER)
        except Unserved:
            # After many wrong tries the right one has to wait too.
            return
        assert is_right
        assert desk.status == "active"
        assert (session.desk, session.seat) == (desk.id, desk.seat)
        now = self.town.now
        self.model.secrets.append(
            Secret(session.secret, desk, ROLE_SCOPES[desk.role], Instant(now + 12 * HOUR_US), now)
        )

    @precondition(lambda self: self.model.secrets)
    @rule(data=st.data(), wanted=SOME, days=st.integers(0, 3))
    def make_token(self, data: st.DataObject, wanted: tuple[Scope, ...], days: int) -> None:
        maker = data.draw(st.sampled_from(self.model.secrets))
        actor = self.an_actor(maker)
        if actor is None or sum(secret.desk is maker.desk for secret in self.model.secrets) >= 15:
            return
        try:
            line, text = self.town.desks.create_token(actor, "label", wanted, days)
        except (NotEntitled, Malformed):
            assert actor.via == "token" or not days or not set(wanted) <= actor.scopes
            return
        assert set(wanted) <= maker.scopes
        assert line.desk == maker.desk.id
        self.model.secrets.append(Secret(text, maker.desk, frozenset(wanted), Instant(self.town.now + days * DAY_US)))

    @precondition(lambda self: self.model.secrets)
    @rule(data=st.data(), to=st.sampled_from(PARTIES), lent=SOME, hours=st.integers(-1, 60))
    def delegate(self, data: st.DataObject, to: str, lent: tuple[Scope, ...], hours: int) -> None:
        secret = data.draw(st.sampled_from(self.model.secrets))
        actor = self.an_actor(secret)
        until = Instant(self.town.now + hours * HOUR_US)
        if actor is None:
            return
        try:
            line = self.town.desks.delegate(actor, to, lent, until)
        except (NotEntitled, Malformed):
            is_fit = actor.role == "head" and actor.via == "session" and to != actor.seat and hours > 0
            assert not (is_fit and set(lent) <= DELEGABLE)
            return
        assert secret.desk.role == "head"
        assert set(lent) <= DELEGABLE
        self.model.lent.append(Lent(line.id, actor.seat, to, frozenset(lent), until))

    @precondition(lambda self: self.model.lent)
    @rule(data=st.data())
    def end_delegation(self, data: st.DataObject) -> None:
        lent = data.draw(st.sampled_from(self.model.lent))
        try:
            self.town.desks.end_delegation(self.check_root(), lent.id)
        except NotFound:
            assert lent.until <= self.town.now
        self.model.lent.remove(lent)

    @precondition(lambda self: self.model.desks)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        desk = data.draw(st.sampled_from(self.model.desks))
        self.town.desks.revoke(self.check_root(), desk.id, "played")
        desk.status = "revoked"

    @precondition(lambda self: self.model.secrets)
    @rule(data=st.data())
    def sign_out(self, data: st.DataObject) -> None:
        secret = data.draw(st.sampled_from(self.model.secrets))
        self.town.desks.logout(secret.text)
        secret.is_over = secret.is_over or secret.seen is not None

    @rule(minutes=st.sampled_from([1, 29, 59, 60, 61, 600, 1_500]))
    def pass_time(self, minutes: int) -> None:
        self.town.pass_hours(minutes / 60)

    @rule()
    def sweep(self) -> None:
        self.town.desks.sweep(400)
        for secret in self.model.secrets:
            secret.is_over = secret.is_over or not self.model.opens(secret, self.town.now)

    @invariant()
    def whoever_comes_is_who_was_let_in_and_may_no_more(self) -> None:
        now = self.town.now
        for secret in self.model.secrets:
            should_open = self.model.opens(secret, now)
            actor = self.an_actor(secret)
            assert (actor is not None) == should_open
            if actor is None:
                continue
            assert (actor.desk, actor.seat) == (secret.desk.id, secret.desk.seat)
            assert actor.acts_as == {secret.desk.seat}
            assert actor.scopes == secret.scopes <= ROLE_SCOPES[secret.desk.role]
            for seat in PARTIES:
                self.check_acting(secret, seat, now)

    def check_acting(self, secret: Secret, seat: str, now: Instant) -> None:
        if seat == secret.desk.seat:
            return
        lent = frozenset[Scope]().union(
            *(
                row.scopes
                for row in self.model.lent
                if (row.seat, row.to) == (seat, secret.desk.seat) and now < row.until
            )
        )
        try:
            acting = self.town.desks.actor(secret.text, seat)
        except NotEntitled:
            assert not lent
            return
        assert lent
        assert acting.scopes == lent & secret.scopes
        assert (acting.on_behalf, acting.seat) == (seat, secret.desk.seat)
        assert acting.acts_as == {seat}

    def teardown(self) -> None:
        self.town.desks.close()


def test_nobody_acts_after_the_end_of_what_let_them_nor_with_more_than_was_given() -> None:
    run_state_machine_as_test(DesksMachine, settings=settings(stateful_step_count=40))
