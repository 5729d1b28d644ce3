"""Properties of the engine on random command sequences under the Meridian Pact."""

import random
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests.world import COMMAND_KINDS, World, at, canonical, commands, refold
from tocsin.alliance import commands as c
from tocsin.alliance.codec import decode_act, decode_command, encode_command
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.state import EMPTY
from tocsin.alliance.step import due, fold, status

END = at(200)


@given(commands())
def test_a_timer_on_time_late_or_never_makes_no_difference(sequence: list[c.Command]) -> None:
    on_time, never = World(), World()
    for command in sequence:
        on_time.run_timer(command.at)
        assert _names(on_time.submit(command)) == _names(never.submit(command))
    on_time.run_timer(END)
    assert canonical(status(on_time.charter, on_time.state, END)) == canonical(status(never.charter, never.state, END))


@given(commands())
def test_effective_times_never_go_backwards(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    instants = [fact.at for fact in world.facts]
    assert instants == sorted(instants)


@given(commands())
def test_every_text_under_silence_has_its_deadline_and_no_other_text_has_one(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
        silent = {
            f"silence/{case.id}/{text.id}"
            for case in world.state.cases.values()
            for text in case.procedures.values()
            if text.status == "silence"
        }
        assert silent == {key for key in world.state.deadlines if key.startswith("silence/")}


@given(commands())
def test_the_stored_acts_fold_to_the_same_state(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    assert canonical(refold(world.acts)) == canonical(world.state)


@given(commands())
def test_a_refused_command_changes_nothing(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        before = canonical(world.state)
        if isinstance(world.submit(command), Refusal):
            assert canonical(world.state) == before


@given(commands(), st.randoms(use_true_random=False))
def test_folding_is_total_whatever_facts_are_missing_or_out_of_order(
    sequence: list[c.Command], chance: random.Random
) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    facts = [fact for fact in world.facts if chance.random() < 0.7]
    chance.shuffle(facts)
    assert fold(EMPTY, facts).now >= EMPTY.now


@given(commands())
def test_every_command_survives_its_bytes(sequence: list[c.Command]) -> None:
    for command in sequence:
        data = encode_command(command)
        assert decode_command(data) == command
        assert encode_command(decode_command(data)) == data


@given(commands())
def test_the_authors_bytes_stay_as_they_came(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    for act in world.acts:
        command_bytes = bytes(decode_act(act).command)
        assert encode_command(decode_command(command_bytes)) == command_bytes


@given(commands())
def test_no_deadline_lies_in_the_past_after_a_command(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        decided = world.submit(command)
        if isinstance(decided, Refusal):
            continue
        deadline = due(world.charter, world.state)
        assert deadline is None or deadline > command.at


@given(commands())
def test_nothing_that_uses_force_is_adopted_by_silence_alone(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    final = status(world.charter, world.state, END)
    for case in final.cases.values():
        for procedure in case.procedures.values():
            assert not (procedure.kind == "force" and procedure.how == "silence")


@given(commands())
def test_an_undelivered_text_is_never_adopted_by_silence_alone(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    final = status(world.charter, world.state, END)
    for case in final.cases.values():
        for procedure in case.procedures.values():
            if procedure.how == "silence" and procedure.verdict == "adopted":
                assert procedure.silence is not None
                assert procedure.silence.delivered >= set(procedure.ballot.universe)


def test_random_runs_try_every_kind_of_command() -> None:
    assert set(get_args(c.Command)) == set(COMMAND_KINDS)


def _names(decided: tuple[AnyFact, ...] | Refusal) -> object:
    """What a decision comes to, leaving out deadline facts: those come earlier where the timer was on time."""
    if isinstance(decided, Refusal):
        return decided.code
    return [type(fact).__name__ for fact in decided if type(fact).__name__ not in _BY_DEADLINE]


_BY_DEADLINE = {"SilenceExpired", "SilenceResumed", "Decided", "StandingChanged", "MandateExpired", "ConsentEnded"}
