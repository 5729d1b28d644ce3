"""What is foreseen is what comes: the facts of a rehearsal are those filed, and every sentence is true afterwards."""

from hashlib import sha256
from typing import Any, NamedTuple, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.centre_world import MEMBERS, SG, World, desk, run
from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.step import status
from tocsin.centre.effects import Effect, effects
from tocsin.centre.effects_words import GRAVE, SAYS
from tocsin.centre.model import Actor, Submission
from tocsin.centre.rehearsal import Rehearsal, rehearse
from tocsin.centre.words import moment_words
from tocsin.terms import Instant, Marking, PartyId, instant

POSITIONS = ("support", "object", "abstain", "qualified_abstention", "absent")
FORCE, RELIEF = "assist", "relief"


class Step(NamedTuple):
    """Somebody's command; or hours that pass where `what` is empty."""

    seat: str
    what: str
    fields: dict[str, Any]
    hours: float = 0.0


class Told(NamedTuple):
    """What one step was foreseen to bring, and what came."""

    rehearsal: Rehearsal
    effects: tuple[Effect, ...]
    status: str

    def values(self, kind: str) -> dict[str, str]:
        """The values of the one effect of a kind."""
        (found,) = [one for one in self.effects if one.kind == kind]
        return dict(found.values)

    @property
    def kinds(self) -> set[str]:
        return {one.kind for one in self.effects}


def actor(seat: str) -> Actor:
    return SG if seat == "SG" else desk(seat, "head")


async def play(world: World, step: Step) -> Told | None:
    """Foresee a step, take it, and hold what came against what was foreseen."""
    if not step.what:
        world.pass_hours(step.hours)
        return None
    by, centre = actor(step.seat), world.centre
    world._count += 1  # noqa: SLF001  # the command is handed in twice: once to ask, once to file
    fields = {"by": step.seat, **step.fields} if step.seat == "SG" else step.fields
    body = {"id": f"c{world._count}", "do": step.what, **fields}  # noqa: SLF001  # as above
    submission = Submission(command=msgspec.json.encode(body))
    before = len(centre.ledger)
    foreseen = await rehearse(centre, by, submission)
    told = effects(centre.view(by.seat), foreseen)
    assert len(centre.ledger) == before, "asking leaves no trace"
    answer = await centre.submit(by, submission)
    assert (answer.status == "refused") == (foreseen.refusal is not None)
    assert (answer.status == "pending") == bool(foreseen.needs)
    if answer.status == "accepted":
        assert answer.facts == foreseen.facts
    if answer.status == "refused":
        assert foreseen.refusal is not None
        assert (answer.code, answer.message) == (foreseen.refusal.code, foreseen.refusal.message)
        assert told == ()
    result = Told(foreseen, told, answer.status)
    if answer.status == "accepted":
        await check(world, by, result)
    return result


async def check(world: World, by: Actor, told: Told) -> None:
    """Every sentence against what the pages show and the law does afterwards."""
    view = world.centre.view(by.seat)
    for one in told.effects:
        assert one.text() == SAYS[one.kind] % one.values, "a sentence has all its values"
    command = told.rehearsal.command
    case, procedure = getattr(command, "case", ""), getattr(command, "procedure", "")
    row = view.state.cases[case].procedures.get(procedure) if case in view.state.cases else None
    if row is None or "attempt" in told.kinds:
        return
    shown = view.procedure(case, procedure)
    was = told.rehearsal.before.cases.get(case)
    silent = was is not None and procedure in was.procedures and was.procedures[procedure].status == "silence"
    assert ("breaks" in told.kinds) == (silent and row.status == "open" and bool(row.broken_by))
    if {"outcome", "outcome changes"} & told.kinds:
        kind = "outcome" if "outcome" in told.kinds else "outcome changes"
        assert told.values(kind)["verdict"] == shown.outcome
    could = [line.name for line in shown.positions if line.can_still_change]
    if "could change" in told.kinds:
        assert sorted(told.values("could change")["parties"].split(", ")) == sorted(could)
    if "nobody alone" in told.kinds:
        assert could == []
    if "on behalf" in told.kinds:
        asks = world.centre.view(command.party).situation().asks  # type: ignore[union-attr]  # a position is of a party
        assert [ask.kind for ask in asks if ask.name == procedure].count("confirm position") == 1
    if "bound" in told.kinds:
        assert told.values("bound")["parties"] == ", ".join(view.law.name(party) for party in row.bound)
    if "adopted" in told.kinds:
        assert (row.status, row.verdict) == ("decided", "adopted")
    if row.silence is not None and row.status == "silence":
        await _check_expiry(world, told, case, procedure, row.silence.deadline)
    await _check_forums(world, told, case, procedure)


async def _check_expiry(world: World, told: Told, case: str, procedure: str, deadline: Instant) -> None:
    """What the deadline brings if nothing more is said."""
    view = world.centre.view("secretariat")
    later = status(view.law.plain(deadline), view.state, deadline).cases[case].procedures[procedure]
    assert ("stands adopted" in told.kinds) == (later.verdict == "adopted")
    assert ("runs out unconfirmed" in told.kinds) == (later.status == "unconfirmed")
    for kind in {"stands adopted", "runs out unconfirmed"} & told.kinds:
        assert told.values(kind)["deadline"] == moment_words(deadline)


async def _check_forums(world: World, told: Told, case: str, procedure: str) -> None:
    """The text may go where it is said, and nowhere else."""
    if not {"other forums", "stays"} & told.kinds:
        return
    law = world.centre.view("secretariat").law
    named = told.values("other forums")["forums"] if "other forums" in told.kinds else ""
    found = []
    for organ in law.plain(world.clock.now()).organs:
        for rule in law.plain(world.clock.now()).rules:
            fields = {"case": case, "procedure": procedure, "organ": organ, "rule": rule, "new_procedure": "elsewhere"}
            body = {"id": "ask", "do": "change forum", "by": "SG", **fields}
            foreseen = await rehearse(world.centre, SG, Submission(command=msgspec.json.encode(body)))
            if foreseen.refusal is None:
                found.append(f"{law.name(organ)} ({rule})")
    assert sorted(found) == sorted(named.split(", ") if named else [])


def member() -> st.SearchStrategy[str]:
    return st.sampled_from(MEMBERS)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """One thing that somebody may do to the one text, or time that passes."""
    where = {"case": "k", "procedure": "p"}
    kind = draw(st.sampled_from(("state", "state", "state", "tell", "word", "silence", "close", "confirm", "amend",
                                 "pass", "deliver", "withdraw", "convene", "end")))  # fmt: skip
    party, position = draw(member()), draw(st.sampled_from(POSITIONS))
    reservation = draw(st.sampled_from(("", "no troops")))
    match kind:
        case "state":
            said = {"party": party, "position": position, "reservation": reservation}
            return Step(party, "state position", {**where, **said})
        case "tell":
            return Step("SG", "state position", {**where, "party": party, "position": position, "note": "telephone"})
        case "word":
            return Step(party, "confirm position", {**where, "party": party, "position": position})
        case "silence":
            return Step("SG", "open silence", where)
        case "close":
            return Step("SG", "close", where)
        case "confirm":
            return Step("SG", "confirm expiry", where)
        case "amend":
            return Step(party, "amend text", {**where, "text": "another"})
        case "withdraw":
            return Step("XAB", "withdraw text", where)
        case "deliver":
            return Step(party, "confirm delivery", {**where, "party": party})
        case "convene":
            return Step(party, "convene", {"case": "k", "organ": "council"})
        case "end":
            return Step("SG", "close case", {"case": "k"})
        case _:
            return Step("", "", {}, hours=draw(st.sampled_from((1.0, 13.0, 25.0))))


@given(
    matter=st.sampled_from((FORCE, RELIEF, "consult", "procedure", "coalition")),
    organ=st.sampled_from(("", "defence-board")),
    course=st.lists(steps(), max_size=14),
)
@settings(max_examples=60, deadline=None)
def test_what_is_foreseen_of_a_text_is_what_comes(matter: str, organ: str, course: list[Step]) -> None:
    async def story() -> None:
        async with World() as world:
            await play(
                world, Step("XAB", "table text", {"case": "k", "procedure": "p", "matter": matter, "organ": organ})
            )
            for step in course:
                await play(world, step)

    run(story())


REQUESTS = (
    {"duty": "assist", "event": {"kind": "armed attack", "victim": "XAB", "attacker": "XQA", "external": True}},
    {"duty": "assist", "event": {"kind": "armed attack", "victim": "XAB", "attacker": "XAC", "external": True}},
    {"duty": "assist", "event": {"kind": "armed attack", "victim": "XAC", "attacker": "XQA", "external": True}},
    {"duty": "consult", "event": {"kind": "threat", "victim": "XAB"}},
    {"duty": "relieve", "event": {"kind": "disaster", "victim": "XAB", "overwhelmed": False}},
)


@pytest.mark.parametrize("number", range(len(REQUESTS)))
def test_a_request_is_told_what_the_charter_says_of_its_duty(number: int) -> None:
    async def story() -> None:
        async with World() as world:
            told = await play(world, Step("XAB", "request", {"case": "k", "request": "r", **REQUESTS[number]}))
            assert told is not None
            filed = world.centre.view("XAB").case("k").requests[0]
            assert told.values("duty")["status"] == filed.status
            reasons = [dict(one.values)["words"] for one in told.effects if one.kind == "reason"]
            fact = told.rehearsal.facts[-1]
            assert reasons == [why.rstrip(".") for why in fact.why]  # type: ignore[union-attr]  # it is a request
            parties = told.values("case opened")["parties"].split(", ")
            law = world.centre.law
            assert parties == [
                law.name(party)
                for party in law.plain(world.clock.now()).standings
                if world.centre.view(party).sees_case("k")
            ]

    run(story())


def test_a_request_that_awaits_a_decision_names_the_organs_that_take_it() -> None:
    async def story() -> None:
        async with World() as world:
            event = {"kind": "armed attack", "victim": "XAB", "attacker": "XQA", "external": True,
                     "territory_of": "XAB", "object": "territory"}  # fmt: skip
            told = await play(
                world, Step("XAB", "request", {"case": "k", "request": "r", "duty": "assist", "event": event})
            )
            assert told is not None
            awaited = told.values("awaits decision")
            assert awaited["matter"] == "Help for a member under armed attack"
            assert (
                awaited["forums"]
                == "Meridian Council (silence), Meridian Council (consensus), Defence Board (consensus)"
            )
            assert told.values("reports")["to"] == "UNSC"

    run(story())


@given(
    audience=st.lists(st.sampled_from((*MEMBERS, "XAF", "XAG", "SG", "secretariat", "members", "partners", "everyone")),
                      unique=True, max_size=4),
    marking=st.sampled_from(get_args(Marking)),
    then=st.lists(st.sampled_from(MEMBERS), unique=True, max_size=3),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_who_will_see_a_warning_is_who_then_sees_it(audience: list[str], marking: Marking, then: list[str]) -> None:
    async def story() -> None:
        async with World() as world:
            centre, by = world.centre, desk("XAB", "head")
            handed = await foreseen_warning(world, by, tuple(audience), marking)
            assert_sees(world, handed, "will see")
            fields = {"case": "k", "warning": "w"}
            released = {**fields, "marking": "TLP:AMBER", "audience": then}
            before = seeing(world)
            told = await play(world, Step("XAB", "re-mark warning", released))
            assert told is not None
            assert_sees(world, told.effects, "will see")
            after = seeing(world)
            lost = {view for view in before if view not in after}
            names = {
                value
                for one in told.effects
                if one.kind == "sees no longer"
                for value in one.values["seats"].split(", ")
            }
            assert names == {centre.law.name(seat) for seat in lost}
            recalled = await play(world, Step("XAB", "recall warning", {**fields, "why": "wrong"}))
            assert recalled is not None
            assert recalled.status == "pending" or "recalled" in recalled.kinds

    run(story())


async def foreseen_warning(world: World, by: Actor, audience: tuple[str, ...], marking: Marking) -> tuple[Effect, ...]:
    """Foresee a warning, then hand it in."""
    content = WarningContent(
        warning="w", author=PartyId(by.seat), substance="Tanks.", marking=marking, audience=audience, salt="0" * 16
    )
    data = encode_content(content)
    body = {"id": "w", "do": "report warning", "case": "k", "warning": "w", "commitment": sha256(data).hexdigest()}
    submission = Submission(command=msgspec.json.encode(body), content=data)
    foreseen = await rehearse(world.centre, by, submission)
    told = effects(world.centre.view(by.seat), foreseen)
    assert (await world.centre.submit(by, submission)).facts == foreseen.facts
    return told


def seeing(world: World) -> set[str]:
    """The seats but the author that see the warning now."""
    centre = world.centre
    law = centre.law.plain(world.clock.now())
    seats = (*law.standings, *law.offices, *law.organs, "secretariat")
    held = centre.board.book["k", "w"]
    return {seat for seat in seats if seat != "XAB" and centre.view(seat).sees(held).sees}


def named(told: tuple[Effect, ...], kind: str) -> set[str]:
    """The seats that the sentence of a kind names."""
    return {value for one in told if one.kind == kind for value in one.values["seats"].split(", ")}


def assert_sees(world: World, told: tuple[Effect, ...], kind: str) -> None:
    names = named(told, kind)
    assert names == {world.centre.law.name(seat) for seat in seeing(world)}
    assert any(one.kind == "nobody sees" for one in told) == (not names)


def test_after_a_case_was_closed_a_position_is_an_attempt_without_effect() -> None:
    async def story() -> None:
        async with World() as world:
            where = {"case": "k", "procedure": "p"}
            await play(world, Step("XAB", "table text", {**where, "matter": RELIEF}))
            await play(world, Step("XAB", "withdraw text", where))
            told = await play(world, Step("SG", "close case", {"case": "k"}))
            assert told is not None
            assert "case closes" in told.kinds
            tried = await play(world, Step("XAC", "state position", {**where, "party": "XAC", "position": "object"}))
            assert tried is not None
            assert "attempt" in tried.kinds

    run(story())


def test_what_a_gap_would_do_is_said_when_a_silence_is_opened() -> None:
    async def story() -> None:
        async with World() as world:
            await play(world, Step("XAB", "table text", {"case": "k", "procedure": "p", "matter": RELIEF}))
            told = await play(world, Step("SG", "open silence", {"case": "k", "procedure": "p"}))
            assert told is not None
            assert "given back" in told.kinds
            assert told.values("silence opens")["deadline"] == moment_words(instant("2026-01-06T08:00:00Z"))

    run(story())


def test_every_grave_kind_is_a_sentence() -> None:
    assert set(SAYS) >= GRAVE
