"""Decision: the pinned rule decides, says who is bound, and who could still change it."""

from tests.world import MEMBERS, World, agree, kinds, tabled
from tocsin.alliance import commands as c
from tocsin.alliance.decision import outcome_of, who_can_still_change_it
from tocsin.alliance.facts import Decided, Refusal


def _vote(world: World, position: str, *parties: str, question: str = "", hours: float = 2) -> None:
    for party in parties:
        world.do(c.StatePosition, hours, party, party=party, position=position, question=question)


def test_consensus_without_objection_binds_every_elector() -> None:
    world = tabled(rule="consensus")
    world.do(c.Convene, 2, "SG", organ="council")
    _vote(world, "support", "XAA", "XAB")
    world.do(c.CloseProcedure, 3, "SG")
    assert (world.procedure().verdict, world.procedure().bound) == ("adopted", MEMBERS)


def test_an_objection_blocks_and_is_named() -> None:
    world = tabled()
    _vote(world, "object", "XAC")
    world.do(c.CloseProcedure, 3, "SG")
    decided = world.facts[-1]
    assert isinstance(decided, Decided)
    assert (decided.verdict, decided.blockers, decided.bound) == ("blocked", ("XAC",), ())
    assert "MR.1" in decided.clauses


def test_only_the_chair_closes_and_only_once() -> None:
    world = tabled()
    assert kinds(world.do(c.CloseProcedure, 2, "XAB")) == ["refused: not entitled"]
    agree(world, 3)
    world.do(c.CloseProcedure, 3, "SG")
    assert kinds(world.do(c.CloseProcedure, 4, "SG")) == ["refused: not open"]
    assert kinds(world.do(c.CloseProcedure, 4, "SG", procedure="z")) == ["refused: no such procedure"]


def test_any_elector_chairs_where_the_chair_rotates() -> None:
    world = World()
    world.do(c.TableText, 0, "SG", matter="budget")
    _vote(world, "support", "XAA", "XAB", "XAC", hours=1)
    assert kinds(world.do(c.CloseProcedure, 2, "XAD")) == ["Decided"]
    assert world.procedure().verdict == "adopted"


def test_the_budget_follows_the_contributions_of_the_day() -> None:
    world = World()
    world.do(c.TableText, 0, "SG", matter="budget")
    _vote(world, "support", "XAA", "XAB", hours=1)
    _vote(world, "object", "XAC", "XAD", "XAE", hours=1)
    world.do(c.CloseProcedure, 2, "XAD")
    assert world.procedure().verdict == "blocked"


def test_silence_is_heard_only_in_a_meeting_that_was_called() -> None:
    world = tabled(rule="consensus")
    refused = world.do(c.CloseProcedure, 2, "SG")
    assert isinstance(refused, Refusal)
    assert (refused.code, "XAE" in refused.message) == ("not heard", True)
    world.do(c.Convene, 3, "XAB", organ="council")
    assert kinds(world.do(c.CloseProcedure, 4, "SG")) == ["Decided"]


def test_a_silence_rule_adopts_nothing_by_closing_while_members_have_not_spoken() -> None:
    world = tabled()
    world.do(c.Convene, 2, "SG", organ="council")
    assert kinds(world.do(c.CloseProcedure, 3, "SG")) == ["refused: not heard"]
    agree(world, 3)
    assert kinds(world.do(c.CloseProcedure, 3, "SG")) == ["Decided"]


def test_an_elector_in_a_rotating_chair_closes_and_no_more() -> None:
    world = World()
    world.do(c.TableText, 0, "SG", matter="budget")
    stolen = world.do(c.StatePosition, 1, "XAE", party="XAA", position="support")
    assert kinds(stolen) == ["refused: not entitled"]
    assert kinds(world.do(c.WithdrawText, 1, "XAE")) == ["refused: not entitled"]


def test_a_suspended_member_chairs_nothing() -> None:
    world = World()
    world.do(c.TableText, 0, "XAA", matter="suspend", subject="XAD", procedure="s")
    agree(world, 1, "s")
    world.do(c.CloseProcedure, 1, "SG", procedure="s")
    world.do(c.Suspend, 2, "SG", party="XAD", procedure="s")
    world.do(c.TableText, 3, "SG", matter="budget")
    assert "XAD" not in world.procedure().closers


def test_the_willing_act_for_themselves_while_nobody_opposes_the_format() -> None:
    world = World()
    world.do(c.TableText, 0, "XAA", matter="coalition")
    _vote(world, "support", "XAA", "XAB", hours=1)
    _vote(world, "object", "XAC", hours=1)
    _vote(world, "support", *MEMBERS, question="format", hours=1)
    world.do(c.CloseProcedure, 2, "SG")
    assert (world.procedure().verdict, world.procedure().bound) == ("adopted", ("XAA", "XAB"))


def test_a_suspension_does_not_count_its_subjects_vote() -> None:
    world = World()
    world.do(c.TableText, 0, "XAA", matter="suspend", subject="XAD")
    _vote(world, "support", "XAA", "XAB", "XAC", "XAE", hours=1)
    _vote(world, "object", "XAD", hours=1)
    world.do(c.CloseProcedure, 2, "SG")
    assert world.procedure().verdict == "adopted"


def test_who_can_still_change_it_is_the_smallest_set() -> None:
    world = tabled()
    _vote(world, "object", "XAC")
    changes = who_can_still_change_it(world.procedure()).changes
    assert [change.parties for change in changes] == [("XAC",)]


def test_the_outcome_so_far_is_open_while_somebody_may_still_object() -> None:
    world = tabled()
    _vote(world, "support", "XAA")
    outcome = outcome_of(world.procedure())
    assert (outcome.verdict, outcome.waiting_for) == ("open", ("XAB", "XAC", "XAD", "XAE"))
