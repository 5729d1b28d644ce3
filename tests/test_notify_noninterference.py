"""What a seat may not see changes none of the calls that its contacts get: neither a word, nor how many, nor when."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.centre_world import BEGAN, World, run
from tests.noninterference import Pair, Stage, Transcript
from tests.noninterference_histories import OBSERVERS, drawn, written
from tests.notify_world import Recorder
from tocsin.centre.metrics import Metrics
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.notify.model import Contact, Message
from tocsin.centre.settings import Settings
from tocsin.terms import Marking

WRITTEN = written()
CLEARANCES: tuple[Marking, ...] = ("TLP:RED", "TLP:CLEAR")
Call = tuple[int, str, Message]


async def calls(pair: Pair, side: int) -> list[Call]:
    """The calls that the observer's contacts get in one of the two histories, each with the beat it came after."""
    found: list[Call] = []
    async with World(charter=pair.charter) as world:
        stage, out = Stage(world), Recorder()
        centre = world.centre
        callouts = Callouts(centre, centre.law, centre.desks, Settings(), Metrics(), senders={"mail": out})
        for rung, clearance in enumerate(CLEARANCES, 1):
            contact = Contact(
                channel="mail",
                address="a@b.example",
                id=clearance,
                seat=pair.observer,
                rung=rung,
                clearance=clearance,
                made=BEGAN,
                made_by="d",
            )
            callouts.store.add(contact, 0)
        for number, beat in enumerate(pair.beats, 1):
            for place, step in enumerate(beat[side]):
                await stage.play(number, place, step, pair.observer, Transcript())
            await callouts.notifier.step()
            found += [(number, name, said) for name, said in out.sent]
            out.sent.clear()
        await callouts.close()
    return sorted(found, key=lambda call: (call[0], call[1], call[2].id))


@pytest.mark.parametrize("pair", WRITTEN, ids=[pair.name for pair in WRITTEN])
def test_what_is_hidden_calls_nobody_otherwise(pair: Pair) -> None:
    assert run(calls(pair, 0)) == run(calls(pair, 1))


def test_the_histories_do_call_somebody() -> None:
    """Else the comparison would be of nothing with nothing."""
    told = [said for pair in WRITTEN for _, _, said in run(calls(pair, 0))]
    kinds = {thing.kind for said in told for thing in said.told}
    assert len(told) > 20
    assert {"warning", "recall", "silence", "decision"} <= kinds


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(OBSERVERS).flatmap(drawn))
def test_no_drawn_pair_calls_anybody_otherwise(pair: Pair) -> None:
    assert run(calls(pair, 0)) == run(calls(pair, 1))
