"""Force packages in the engine: who checked one says so in its own name; a decision adopts one by its digest."""

from typing import Any

import pytest

from tests.world import MEMBERS, World, agree, decided, kinds
from tocsin.alliance import commands as c
from tocsin.alliance.facts import AnyFact, PackageAttested, PackageReported, Refusal
from tocsin.alliance.packages import adopted_by, to_check

DIGEST = "sha256:" + "ab" * 32
LIFT = c.RequirementLine(id="lift", capability="heavy lift", required=4, unit="aircraft", essential=True)


def reported(**fields: Any) -> World:  # noqa: ANN401  # fields of the report
    """A case with the package 'one', which uses all that XAB and the partner XAG have pledged."""
    world = decided()
    world.do(c.SetRequirement, 3, "SG", lines=(LIFT,))
    world.do(c.MakePledge, 4, "XAB", pledge="b", line="lift", party="XAB", quantity=3)
    world.do(c.MakePledge, 4, "XAG", pledge="g", line="lift", party="XAG", quantity=1)
    given = {"by": "SG", "package": "one", "totals": {"lift": 4}, "digest": DIGEST, "algorithm": "greedy 1"} | fields
    decided_ = world.do(c.ReportPackage, 5, str(given.pop("by")), **given)
    assert not isinstance(decided_, Refusal), decided_
    return world


def found(world: World, by: str, hours: float = 6, **fields: Any) -> tuple[AnyFact, ...] | Refusal:  # noqa: ANN401  # fields of the finding
    """A party's finding on 'one': lawful, if nothing else is said."""
    given = {"package": "one", "digest": DIGEST, "lawful": True} | fields
    return world.do(c.AttestPackage, hours, by, **given)


def test_a_party_says_in_its_own_name_that_it_found_a_package_lawful() -> None:
    world = reported()
    assert kinds(found(world, "XAB")) == ["PackageAttested"]
    fact = world.facts[-1]
    assert isinstance(fact, PackageAttested)
    assert (fact.party, fact.digest, fact.lawful, fact.rules) == ("XAB", DIGEST, True, ())
    assert world.case.packages["one"].attested == {"XAB": ()}


def test_a_party_that_finds_otherwise_names_the_rules_and_may_find_otherwise_again() -> None:
    world = reported()
    found(world, "XAB", lawful=False, rules=("cap", "lift", "cap"))
    found(world, "XAC")
    assert world.case.packages["one"].attested == {"XAB": ("lift", "cap"), "XAC": ()}
    found(world, "XAB", 7)
    assert world.case.packages["one"].attested == {"XAB": (), "XAC": ()}
    assert len([fact for fact in world.facts if isinstance(fact, PackageAttested)]) == 3


def test_a_partner_with_a_say_may_attest() -> None:
    assert kinds(found(reported(), "XAG")) == ["PackageAttested"]


@pytest.mark.parametrize("by", ["SG", "council", "XQA"])
def test_no_office_organ_or_stranger_attests_for_nations(by: str) -> None:
    refused = found(reported(), by)
    assert isinstance(refused, Refusal)
    assert refused.code == "not entitled"
    assert "in its own name" in refused.fix


@pytest.mark.parametrize(
    ("fields", "code", "fix"),
    [
        ({"package": "two"}, "no such package", "Reported: one."),
        ({"digest": "sha256:" + "cd" * 32}, "other digest", "SG has it"),
        ({"rules": ("lift",)}, "unclear finding", "or none"),
        ({"lawful": False}, "unclear finding", "Name the rules"),
    ],
)
def test_a_finding_that_fits_no_package_is_refused_with_what_would_be_taken(
    fields: dict[str, Any], code: str, fix: str
) -> None:
    refused = found(reported(), "XAB", **fields)
    assert isinstance(refused, Refusal)
    assert refused.code == code
    assert fix in refused.fix
    if code == "other digest":
        assert DIGEST in refused.message


def test_the_same_finding_is_not_recorded_twice() -> None:
    world = reported()
    found(world, "XAB")
    assert kinds(found(world, "XAB", 7)) == ["refused: said already"]


def test_where_nothing_is_reported_there_is_nothing_to_attest() -> None:
    assert kinds(found(World(), "XAB")) == ["refused: no such package"]


def test_a_party_that_reports_a_package_and_has_checked_it_attests_it_with_that() -> None:
    world = reported(by="XAB", verified_by=("XAB",))
    assert world.case.packages["one"].attested == {"XAB": ()}
    assert [type(fact).__name__ for fact in world.facts[-2:]] == ["PackageReported", "PackageAttested"]


def test_an_office_that_has_checked_what_it_reports_attests_for_no_nation() -> None:
    world = reported(verified_by=("SG",))
    assert world.case.packages["one"].attested == {}
    fact = world.facts[-1]
    assert isinstance(fact, PackageReported)
    assert (fact.by, fact.verified_by) == ("SG", ("SG",))


@pytest.mark.parametrize("others", [("XAC",), ("XAB", "XAC"), ("XQA",)])
def test_nobody_reports_that_others_have_checked_a_package(others: tuple[str, ...]) -> None:
    world = reported()
    given = {"package": "two", "totals": {}, "digest": "d", "algorithm": "by hand", "verified_by": others}
    refused = world.do(c.ReportPackage, 6, "XAB", **given)
    assert isinstance(refused, Refusal)
    assert refused.code == "not entitled"
    assert "in its own name" in refused.fix


@pytest.mark.parametrize(
    ("text", "is_adopted"),
    [
        (f"The force package 'one', {DIGEST}.", True),
        (f"Package one ({DIGEST})", True),
        (DIGEST, True),
        (f"The force package one, {DIGEST}0", False),
        ("The force package one", False),
    ],
)
def test_a_package_is_adopted_by_a_text_that_names_its_digest(text: str, is_adopted: bool) -> None:
    world = reported()
    world.do(c.TableText, 7, "XAA", procedure="send", matter="assist", text=text)
    assert adopted_by(world.case, world.case.packages["one"]) == ()
    agree(world, 8, "send")
    world.do(c.CloseProcedure, 8, "SG", procedure="send")
    assert world.procedure("send").verdict == "adopted"
    assert adopted_by(world.case, world.case.packages["one"]) == (("send",) if is_adopted else ())


def test_a_finding_changes_nothing_but_what_is_on_record_of_it() -> None:
    world = reported()
    found(world, "XAB", lawful=False, rules=("cap",))
    deployed = world.do(c.StartDeployment, 7, "SG", deployment="shield", parties=MEMBERS[1:3], package="one")
    assert kinds(deployed) == ["DeploymentStarted"]


@pytest.mark.parametrize(
    ("party", "is_asked"), [("XAB", True), ("XAG", True), ("XAC", False), ("SG", False), ("council", False)]
)
def test_who_pledged_towards_what_a_package_uses_and_has_a_say_is_invited_to_check_it(
    party: str, *, is_asked: bool
) -> None:
    world = reported()
    asked = to_check(world.charter, world.case, party)
    assert (asked is not None and asked.id == "one") is is_asked


def test_nobody_is_invited_who_found_something_or_pledged_to_nothing_that_the_package_uses() -> None:
    world = reported(totals={"lift": 0})
    assert to_check(world.charter, world.case, "XAB") is None
    world = reported()
    found(world, "XAB", lawful=False, rules=("lift",))
    assert to_check(world.charter, world.case, "XAB") is None
    assert to_check(world.charter, world.case, "XAG") is not None
    world.do(c.WithdrawPledge, 7, "XAG", pledge="g")
    assert to_check(world.charter, world.case, "XAG") is None


def test_of_several_packages_the_one_reported_last_is_to_be_checked() -> None:
    world = reported()
    found(world, "XAB")
    later = {"package": "two", "totals": {"lift": 3}, "digest": DIGEST, "algorithm": "greedy 1"}
    world.do(c.ReportPackage, 7, "SG", **later)
    asked = to_check(world.charter, world.case, "XAB")
    assert asked is not None
    assert asked.id == "two"
    found(world, "XAC", 8)  # a word on the earlier one is none on the later
    assert to_check(world.charter, world.case, "XAG") == world.case.packages["two"]


def test_of_a_closed_case_nothing_is_to_be_checked() -> None:
    world = reported()
    world.do(c.CloseCase, 8, "SG")
    assert world.case.closed is not None
    assert to_check(world.charter, world.case, "XAB") is None
