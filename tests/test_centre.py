"""The running centre: acting, reading, silence, recall, two persons, and what a seat that sees little is told."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from tests.centre_world import MEMBERS, SG, World, desk, run
from tocsin.alliance.facts import Decided, SilenceBroken, SilenceExpired, TextDelivered, WarningReported
from tocsin.centre.model import Answer, Submission
from tocsin.centre.runtime import Centre
from tocsin.charter.snapshot import Charter
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound
from tocsin.terms import HOUR_US, Instant

XAA, XAB, XAC, XAD, XAE, XAF, XAG = (desk(party) for party in (*MEMBERS, "XAF", "XAG"))


async def table_relief(world: World, case: str = "k", procedure: str = "p") -> None:
    """A text on help after a disaster, put under silence for a day."""
    assert (await world.do(XAB, "table text", case=case, procedure=procedure, matter="relief")).status == "accepted"
    answer = await world.do(SG, "open silence", by="SG", case=case, procedure=procedure)
    assert answer.status == "accepted", answer


async def all_have_it(centre: Centre) -> None:
    """Every member's client confirms its feed."""
    for seat in (XAA, XAB, XAC, XAD, XAE):
        await centre.confirm_feed(seat, len(centre.board.feed(seat.seat)))


def status_of(world: World, procedure: str = "p") -> str:
    return world.centre.view("secretariat").procedure("k", procedure).status


def test_a_warning_is_seen_by_its_audience_and_by_nobody_else() -> None:
    async def story() -> None:
        async with World() as world:
            answer = await world.warn(XAB, "k", "w", "trucks at the border", ("XAA", "XAC"))
            assert answer.status == "accepted"
            assert any(isinstance(fact, WarningReported) for fact in answer.facts)
            shown = await world.centre.receive(XAA, "k", "w")
            assert shown.text == "trucks at the border"
            assert shown.author == "XAB"
            for seat in ("XAD", "secretariat", "SG", "council"):
                with pytest.raises(NotFound):
                    world.centre.view(seat).warning("k", "w")
            line = world.centre.view("XAD").warnings()[0]
            assert (line.author, line.marking, line.is_released) == ("", None, False)
            items = world.centre.view("XAD").feed(0).items
            assert [item.kind for item in items] == ["facts"]
            assert items[0].by == ""
            assert "XAB" not in str(items)

    run(story())


def test_the_author_sees_who_has_a_warning_and_who_has_not_confirmed_its_recall() -> None:
    async def story() -> None:
        async with World() as world:
            await world.warn(XAB, "k", "w", "x", ("XAA", "XAC"))
            await world.centre.receive(XAA, "k", "w")
            recalled = await world.do(
                desk("XAB", "head"), "recall warning", case="k", warning="w", why="it was an exercise"
            )
            assert recalled.status == "pending", "the Meridian Pact wants two persons for a recall"
            second = desk("XAB", "head", person="another")
            assert (await world.centre.second(second, recalled.pending)).status == "accepted"
            view = world.centre.view("XAA")
            assert view.warning("k", "w").text == ""
            assert view.warning("k", "w").recall_why == "it was an exercise"
            assert [ask.kind for ask in view.situation().asks] == ["acknowledge recall"]
            assert {line.seat: line.is_confirmed for line in world.centre.view("XAB").holders("k", "w")} == {
                "XAA": False,
                "XAC": False,
            }
            await world.do(XAA, "acknowledge warning", case="k", warning="w")
            assert {line.seat: line.is_confirmed for line in world.centre.view("XAB").holders("k", "w")} == {
                "XAA": True,
                "XAC": False,
            }

    run(story())


def test_the_same_command_is_done_once_and_the_same_id_for_another_is_refused() -> None:
    async def story() -> None:
        async with World() as world:
            first = await world.do(XAB, "table text", id="one", case="k", procedure="p", matter="relief")
            length = len(world.centre.ledger)
            again = await world.do(XAB, "table text", id="one", case="k", procedure="p", matter="relief")
            assert (first.status, again.status) == ("accepted", "repeated")
            assert again.facts == first.facts
            assert len(world.centre.ledger) == length
            with pytest.raises(Conflict):
                await world.do(XAB, "table text", id="one", case="k", procedure="q", matter="relief")
            other = await world.do(XAC, "table text", id="one", case="k", procedure="r", matter="relief")
            assert other.status == "accepted", "ids are each author's own"

    run(story())


def test_silence_adopts_only_what_every_member_is_known_to_have() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            await all_have_it(world.centre)
            world.pass_hours(25)
            assert status_of(world) == "decided"
            await table_relief(world, procedure="q")
            await world.centre.confirm_feed(XAA, len(world.centre.board.feed("XAA")))
            world.pass_hours(25)
            assert status_of(world, "q") == "unconfirmed"

    run(story())


def test_a_timer_dead_for_a_day_changes_nothing() -> None:
    async def story(*, is_alive: bool) -> list[Any]:
        async with World() as world:
            await table_relief(world)
            await all_have_it(world.centre)
            if is_alive:
                world.clock.set(world.centre.board.state.deadlines["silence/k/p"])
                seen = len(world.centre.board.feed("XAA"))
                await world.centre.changed("XAA", seen)  # the timer's turn
            world.pass_hours(48)
            late = await world.do(XAC, "state position", case="k", procedure="p", party="XAC", position="object")
            assert late.status == "accepted"
            facts = [fact for item in world.centre.view("XAA").feed(0).items for fact in item.facts]
            return [fact for fact in facts if isinstance(fact, SilenceExpired | Decided | SilenceBroken)]

    alive, dead = run(story(is_alive=True)), run(story(is_alive=False))
    assert alive == dead
    assert [type(fact) for fact in alive] == [SilenceExpired, Decided]


def test_three_desks_of_which_one_breaks_the_silence_in_its_last_second() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            await all_have_it(world.centre)
            deadline = world.centre.board.state.deadlines["silence/k/p"]
            world.clock.set(Instant(deadline - 1))
            answers: list[Answer] = await asyncio.gather(
                *(
                    world.do(actor, "state position", case="k", procedure="p", party=actor.seat, position=position)
                    for actor, position in ((XAA, "support"), (XAC, "object"), (XAD, "support"))
                )
            )
            assert {answer.status for answer in answers} == {"accepted"}
            assert any(isinstance(fact, SilenceBroken) for fact in answers[1].facts)
            world.pass_hours(30)
            assert status_of(world) == "open"

    run(story())


def test_an_outage_inside_a_silence_gives_its_time_back() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            await all_have_it(world.centre)
            deadline = world.centre.board.state.deadlines["silence/k/p"]
            start = world.pass_hours(20)
            end = world.pass_hours(10)
            await world.centre.record_outage(start, end)
            view = world.centre.view("XAA").procedure("k", "p")
            assert view.status == "silence"
            assert view.deadline is not None
            assert view.deadline >= deadline + 4 * HOUR_US

    run(story())


def test_a_delivery_is_a_fact_and_a_person_acknowledges_it_apart() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            await world.centre.confirm_feed(XAC, len(world.centre.board.feed("XAC")))
            line = {row.party: row for row in world.centre.view("SG").procedure("k", "p").positions}["XAC"]
            assert (line.delivered, line.acknowledged) == (True, False)
            await world.do(XAC, "confirm delivery", case="k", procedure="p", party="XAC")
            line = {row.party: row for row in world.centre.view("SG").procedure("k", "p").positions}["XAC"]
            assert (line.delivered, line.acknowledged) == (True, True)
            facts = [fact for item in world.centre.view("XAA").feed(0).items for fact in item.facts]
            assert [fact.by for fact in facts if isinstance(fact, TextDelivered)] == ["centre", "centre", "XAC"]
            assert {fact.party for fact in facts if isinstance(fact, TextDelivered)} == {"XAB", "XAC"}, "XAB tabled it"

    run(story())


def test_a_position_by_telephone_is_entered_on_behalf_and_confirmed_later() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            answer = await world.do(
                SG, "state position", by="SG", case="k", procedure="p", party="XAD", position="object",
                note="telephone, the duty officer of Dunmark, 09:10Z",
            )  # fmt: skip
            assert any(isinstance(fact, SilenceBroken) for fact in answer.facts)
            view = world.centre.view("XAD")
            assert "confirm position" in [ask.kind for ask in view.situation().asks]
            await world.do(XAD, "confirm position", case="k", procedure="p", party="XAD", position="object")
            line = {row.party: row for row in world.centre.view("XAA").procedure("k", "p").positions}["XAD"]
            assert line.on_behalf == "confirmed"

    run(story())


def test_a_position_on_what_never_was_in_a_closed_case_is_kept_without_effect() -> None:
    async def story() -> None:
        async with World() as world:
            await world.do(XAB, "convene", case="k", organ="council")
            await world.do(SG, "close case", by="SG", case="k")
            answer = await world.do(XAC, "state position", case="k", procedure="p", party="XAC", position="object")
            assert answer.status == "accepted"
            assert [type(fact).__name__ for fact in answer.facts] == ["AttemptRecorded"]

    run(story())


def test_a_partner_sees_no_case_until_it_is_let_in() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            view = world.centre.view("XAG")
            assert view.cases() == ()
            assert view.feed(0).items == ()
            with pytest.raises(NotFound):
                view.case("k")
            await world.do(SG, "share case", by="SG", case="k", party="XAG")
            view = world.centre.view("XAG")
            assert [line.case for line in view.cases()] == ["k"]
            assert view.feed(0).items[0].kind == "case"

    run(story())


def test_a_partner_is_told_the_same_of_a_hidden_case_and_of_none() -> None:
    async def story() -> None:
        async with World() as world:
            await table_relief(world)
            desk_of_partner = desk("XAG")
            hidden = await world.do(desk_of_partner, "convene", case="k", organ="council")
            none = await world.do(desk_of_partner, "convene", case="nothing", organ="council")
            assert (hidden.code, hidden.message, hidden.fix) == (none.code, none.message, none.fix)
            assert (await world.warn(desk_of_partner, "XAG-fire", "w", "fire")).status == "accepted"
            assert (await world.warn(XAB, "XAG-flood", "w", "no")).status == "refused"

    run(story())


def test_what_is_no_text_in_a_command_or_its_content_is_the_senders_mistake() -> None:
    command = b'{"id": "x", "do": "report warning", "case": "k", "warning": "w", "commitment": "c"}'

    async def story() -> None:
        async with World() as world:
            for data, content in ((command.replace(b"k", b"\xff"), None), (command, b'{"warning": "\xff"}')):
                with pytest.raises(Malformed):
                    await world.centre.submit(XAB, Submission(command=data, content=content))

    run(story())


def test_what_a_charter_leaves_unsaid_is_shown_as_it_is_applied() -> None:
    async def story() -> None:
        world = World()
        document = world.opening.charter.document
        unsaid = replace(document.conduct[0], joiner_history="", unset={"joiner_history": "never published"})
        charter = Charter(replace(document, conduct=(unsaid,)), "of a test")
        world.opening = replace(world.opening, charter=charter)
        async with world:
            shown = world.centre.view("secretariat").charter()
            assert (shown.joiner_history, shown.two_persons) == ("from joining", ("force", "recall"))

    run(story())


def test_a_desk_acts_for_nobody_else_and_only_as_far_as_its_role() -> None:
    async def story() -> None:
        async with World() as world:
            with pytest.raises(NotEntitled):
                await world.do(XAB, "table text", by="XAC", case="k", procedure="p", matter="relief")
            with pytest.raises(NotEntitled):
                await world.do(desk("XAB", "reader"), "table text", case="k", procedure="p", matter="relief")
            with pytest.raises(NotEntitled):
                await world.do(SG, "wake", by="centre")
            with pytest.raises(Malformed):
                await world.do(XAB, "table text", case="k", procedure="p")
            assert len(world.centre.ledger) == 2

    run(story())


def test_a_receipt_proves_a_delivery_to_whoever_has_only_the_key() -> None:
    from tocsin.ledger import Proof, check

    async def story() -> None:
        async with World() as world:
            await world.warn(XAB, "k", "w", "x", ("XAA",))
            await world.centre.receive(XAA, "k", "w")
            position = len(world.centre.board.feed("XAA"))
            text = await world.centre.receipt("XAA", position)
            proven = check(Proof.parse(text.encode()), world.centre.ledger.keys.all())
            assert b'"delivered"' in proven.entry.body
            with pytest.raises(NotEntitled, match="no proof of this"):
                await world.centre.receipt("XAD", 1)

    run(story())


def test_a_party_that_has_left_is_told_of_its_leaving_and_of_nothing_in_the_alliance_after() -> None:
    async def story() -> None:
        async with World() as world:
            centre, leaver, head = world.centre, desk("XAE", "head"), desk("XAA", "head")
            assert (await world.do(leaver, "give notice", party="XAE")).status == "accepted"
            world.pass_days(400)
            assert (await world.do(head, "give notice", party="XAA")).status == "accepted"
            assert not centre.view("XAE").snapshot.belongs("XAE")
            left = centre.view("XAE").feed(0).items
            assert "Elvaria became withdrawn" in str(left[-1].says)
            seen = {seat: len(centre.board.feed(seat)) for seat in ("XAE", "XAD", "SG", "secretariat")}
            assert (await world.do(head, "revoke notice", party="XAA")).status == "accepted"
            grew = {seat for seat, before in seen.items() if len(centre.board.feed(seat)) > before}
            assert grew == {"XAD", "SG", "secretariat"}

    run(story())


@pytest.mark.parametrize("to", ["XAC", "XAE"], ids=["who has it", "who has it not"])
def test_passing_on_a_warning_tells_its_holders_nothing_and_the_one_who_does_not_who_has_it(to: str) -> None:
    async def story() -> None:
        async with World() as world:
            board = world.centre.board
            await world.warn(XAB, "k", "w", "x", ("XAA", "XAC"), marking="TLP:GREEN")
            before = {seat: len(board.feed(seat)) for seat in ("XAA", "XAB", "XAC", "XAE")}
            passed = await world.do(XAA, "pass on warning", case="k", warning="w", to=[to])
            assert (passed.status, passed.handled) == ("accepted", ())
            grew = {seat for seat, length in before.items() if len(board.feed(seat)) > length}
            assert grew == (set() if to == "XAC" else {"XAB", "XAE"})

    run(story())
