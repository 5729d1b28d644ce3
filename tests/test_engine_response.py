"""Response: requirement, pledges, package, mandates, consent, deployment and reports."""

from collections.abc import Callable

from tests.world import ATTACK, World, agree, at, decided, kinds, tabled
from tocsin.alliance import commands as c
from tocsin.alliance.facts import PackageReported, Refusal
from tocsin.alliance.response import pledged_by_line
from tocsin.alliance.step import due

LIFT = c.RequirementLine(id="lift", capability="heavy lift", required=4, unit="aircraft", essential=True)


def _required() -> World:
    world = decided()
    world.do(c.SetRequirement, 3, "SG", lines=(LIFT,))
    return world


def test_nothing_is_required_before_a_decision() -> None:
    assert kinds(tabled().do(c.SetRequirement, 2, "SG", lines=(LIFT,))) == ["refused: not decided"]
    assert kinds(decided().do(c.SetRequirement, 3, "SG", lines=(LIFT, LIFT))) == ["refused: name taken"]


def test_pledges_add_up_by_line_and_can_be_taken_back() -> None:
    world = _required()
    world.do(c.MakePledge, 4, "XAB", pledge="b", line="lift", party="XAB", quantity=2)
    world.do(c.MakePledge, 4, "XAC", pledge="c", line="lift", party="XAC", quantity=1, caveats=("not at night",))
    assert pledged_by_line(world.case) == {"lift": 3}
    assert kinds(world.do(c.WithdrawPledge, 5, "XAB", pledge="c")) == ["refused: no such pledge"]
    world.do(c.WithdrawPledge, 5, "XAC", pledge="c")
    assert pledged_by_line(world.case) == {"lift": 2}


def test_a_partner_whose_status_allows_it_may_pledge_and_an_observer_may_not() -> None:
    world = _required()
    assert kinds(world.do(c.MakePledge, 4, "XAG", pledge="g", line="lift", party="XAG", quantity=1)) == ["PledgeMade"]
    observer = world.do(c.MakePledge, 4, "XAF", pledge="f", line="lift", party="XAF", quantity=1)
    assert kinds(observer) == ["refused: not entitled"]
    unknown = world.do(c.MakePledge, 4, "XAB", pledge="x", line="tanks", party="XAB", quantity=1)
    assert kinds(unknown) == ["refused: no such line"]
    again = world.do(c.MakePledge, 4, "XAB", pledge="g", line="lift", party="XAB", quantity=1)
    assert kinds(again) == ["refused: name taken"]


def test_a_package_uses_no_more_than_was_pledged_and_its_shortfall_is_worked_out() -> None:
    world = _required()
    world.do(c.MakePledge, 4, "XAB", pledge="b", line="lift", party="XAB", quantity=3)

    def report(quantity: int) -> object:
        return world.do(
            c.ReportPackage, 5, "SG", package="one", totals={"lift": quantity}, digest="d", algorithm="by hand"
        )

    refused = report(4)
    assert isinstance(refused, Refusal)
    assert "4 of 3 pledged" in refused.message
    report(3)
    package = world.facts[-1]
    assert isinstance(package, PackageReported)
    assert package.shortfall == {"lift": 1}


def test_a_package_needs_a_requirement() -> None:
    refused = decided().do(c.ReportPackage, 3, "SG", package="one", totals={}, digest="d", algorithm="by hand")
    assert kinds(refused) == ["refused: no requirement"]


def test_forces_go_only_on_a_decision_and_where_the_host_has_asked_or_agreed() -> None:
    assert kinds(tabled().do(c.StartDeployment, 2, "SG", deployment="shield")) == ["refused: not decided"]
    world = decided()
    asked = world.do(c.StartDeployment, 3, "SG", deployment="shield", host="XAA", parties=("XAB", "XAC"))
    assert kinds(asked) == ["DeploymentStarted"]
    uninvited = world.do(c.StartDeployment, 4, "SG", deployment="transit", host="XAD")
    assert kinds(uninvited) == ["refused: no host consent"]
    world.do(c.GiveConsent, 5, "XAD", host="XAD")
    assert kinds(world.do(c.StartDeployment, 6, "SG", deployment="transit", host="XAD")) == ["DeploymentStarted"]


def test_a_deployment_names_parties_of_the_alliance_and_a_reported_package() -> None:
    world = decided()
    stranger = world.do(c.StartDeployment, 3, "SG", deployment="shield", parties=("XQA",))
    assert kinds(stranger) == ["refused: not bound"]
    unknown = world.do(c.StartDeployment, 3, "SG", deployment="shield", package="one")
    assert kinds(unknown) == ["refused: no such package"]
    world.do(c.StartDeployment, 3, "SG", deployment="shield")
    assert kinds(world.do(c.StartDeployment, 4, "SG", deployment="shield")) == ["refused: name taken"]


def test_what_runs_can_end_once() -> None:
    world = decided()
    world.do(c.StartDeployment, 3, "SG", deployment="shield")
    assert kinds(world.do(c.EndDeployment, 4, "SG", deployment="shield")) == ["DeploymentEnded"]
    assert kinds(world.do(c.EndDeployment, 5, "SG", deployment="shield")) == ["refused: not running"]


def test_a_mandate_and_a_consent_run_out_by_themselves() -> None:
    world = decided()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(10))
    world.do(c.GiveConsent, 3, "XAD", host="XAD", until=at(12))
    assert due(world.charter, world.state) == at(10)
    assert kinds(world.do(c.Wake, 20, "centre")) == ["MandateExpired", "ConsentEnded"]
    assert (world.case.mandates, world.case.consents) == ({}, {})


def test_a_mandate_or_consent_that_is_already_over_is_refused() -> None:
    world = decided()
    assert kinds(world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(1))) == [
        "refused: already over"
    ]
    assert kinds(world.do(c.GiveConsent, 3, "XAD", host="XAD", until=at(1))) == ["refused: already over"]
    assert kinds(world.do(c.GiveConsent, 3, "XAB", host="XAD")) == ["refused: not entitled"]


def test_only_the_host_takes_its_consent_back() -> None:
    world = decided()
    world.do(c.GiveConsent, 3, "XAD", host="XAD")
    assert kinds(world.do(c.WithdrawConsent, 4, "XAB", host="XAD")) == ["refused: no consent"]
    assert kinds(world.do(c.WithdrawConsent, 4, "XAD", host="XAD")) == ["ConsentEnded"]


def test_a_host_that_has_refused_is_not_taken_to_agree_because_it_once_asked() -> None:
    world = decided()
    world.do(c.WithdrawConsent, 3, "XAA", host="XAA")
    assert kinds(world.do(c.StartDeployment, 4, "SG", deployment="shield", host="XAA")) == ["refused: no host consent"]
    world.do(c.GiveConsent, 5, "XAA", host="XAA")
    assert kinds(world.do(c.StartDeployment, 6, "SG", deployment="shield", host="XAA")) == ["DeploymentStarted"]


def test_asking_for_talks_is_no_consent_to_forces() -> None:
    world = World()
    world.do(c.MakeRequest, 0, "XAA", request="r", duty="consult", event=ATTACK)
    world.do(c.TableText, 1, "XAA", matter="assist", text="t")
    agree(world, 2)
    world.do(c.CloseProcedure, 2, "SG")
    assert kinds(world.do(c.StartDeployment, 3, "SG", deployment="shield", host="XAA")) == ["refused: no host consent"]


def test_forces_go_on_a_decision_about_them_and_not_on_any_other() -> None:
    assert kinds(decided("procedure").do(c.StartDeployment, 3, "SG", deployment="war")) == ["refused: wrong matter"]
    assert kinds(decided().do(c.StartDeployment, 3, "XQA", deployment="war")) == ["refused: not entitled"]


def test_a_stranger_has_no_part_in_the_response() -> None:
    world = _required()
    for attempt in (
        world.do(c.SetRequirement, 4, "XQA", lines=(LIFT,)),
        world.do(c.ReportPackage, 4, "XQA", package="x", totals={}, digest="d", algorithm="by hand"),
        world.do(c.RecordMandate, 4, "XQA", mandate="m", given_by="UNSC"),
        world.do(c.FileReport, 4, "XQA", to="UNSC"),
        world.do(c.EndDeployment, 4, "XQA", deployment="shield"),
        world.do(c.CloseCase, 4, "XQA"),
        world.do(c.NoteNoRequest, 4, "XQA", duty="assist"),
    ):
        assert kinds(attempt) == ["refused: not entitled"]


def test_a_package_names_lines_that_are_required_and_has_a_name_of_its_own() -> None:
    world = _required()
    strange = world.do(c.ReportPackage, 4, "SG", package="x", totals={"tanks": 0}, digest="d", algorithm="by hand")
    assert kinds(strange) == ["refused: no such line"]
    world.do(c.ReportPackage, 4, "SG", package="x", totals={}, digest="d", algorithm="by hand")
    again = world.do(c.ReportPackage, 5, "SG", package="x", totals={}, digest="d", algorithm="by hand")
    assert kinds(again) == ["refused: name taken"]


def test_a_mandate_is_not_overwritten_by_another_of_its_name() -> None:
    world = decided()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC")
    assert kinds(world.do(c.RecordMandate, 4, "SG", mandate="m", given_by="UNSC")) == ["refused: name taken"]


def test_a_mandate_is_renewed_before_it_runs_out_and_its_deadline_moves() -> None:
    world = decided()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(10))
    renewed = world.do(c.RenewMandate, 5, "SG", mandate="m", given_by="UNSC", until=at(20))
    assert kinds(renewed) == ["MandateRenewed"]
    assert due(world.charter, world.state) == at(20)
    assert world.case.mandates == {"m": at(20)}
    assert kinds(world.do(c.Wake, 20, "centre")) == ["MandateExpired"]


def test_a_mandate_renewed_without_an_end_stays() -> None:
    world = decided()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(10))
    world.do(c.RenewMandate, 5, "SG", mandate="m", given_by="UNSC")
    assert due(world.charter, world.state) is None
    assert world.case.mandates == {"m": None}


def test_a_renewal_that_renews_nothing_is_refused_with_what_would_be_taken() -> None:
    world = decided()
    world.do(c.RecordMandate, 3, "SG", mandate="m", given_by="UNSC", until=at(10))
    world.do(c.RecordMandate, 3, "SG", mandate="open", given_by="UNSC")
    for hours, by, fields, code, fix in (
        (4, "SG", {"mandate": "n", "until": at(20)}, "no such mandate", "In force: m, open."),
        (4, "SG", {"mandate": "m", "until": at(10)}, "no later end", "Give a later end"),
        (4, "SG", {"mandate": "m", "until": at(9)}, "no later end", "Give a later end"),
        (4, "SG", {"mandate": "open", "until": at(20)}, "no end", "nothing to renew"),
        (4, "XQA", {"mandate": "m", "until": at(20)}, "not entitled", "office or organ"),
        (11, "SG", {"mandate": "m", "until": at(20)}, "no such mandate", "run out is recorded anew"),
    ):
        refused = world.do(c.RenewMandate, hours, by, given_by="UNSC", **fields)
        assert isinstance(refused, Refusal)
        assert (refused.code, fix in refused.fix) == (code, True), refused


def test_the_report_that_is_owed_is_filed() -> None:
    world = decided()
    world.do(c.FileReport, 3, "SG", to="UNSC", of="measures taken", duty="assist")
    assert set(world.case.reports_owed) <= set(world.case.reports_filed)


def test_what_concerns_an_unknown_case_is_refused_with_a_reason() -> None:
    attempts: tuple[Callable[[World], object], ...] = (
        lambda world: world.do(c.MakePledge, 0, "XAB", pledge="b", line="lift", party="XAB", quantity=1),
        lambda world: world.do(c.WithdrawPledge, 0, "XAB", pledge="b"),
        lambda world: world.do(c.EndDeployment, 0, "SG", deployment="shield"),
        lambda world: world.do(c.WithdrawConsent, 0, "XAB", host="XAD"),
        lambda world: world.do(c.OpenSilence, 0, "SG"),
        lambda world: world.do(c.ConfirmDelivery, 0, "SG", party="XAA"),
        lambda world: world.do(c.ConfirmExpiry, 0, "SG"),
        lambda world: world.do(c.ChangeForum, 0, "SG", organ="council", new_procedure="q"),
        lambda world: world.do(c.WithdrawText, 0, "SG"),
    )
    for attempt in attempts:
        refused = attempt(World())
        assert isinstance(refused, Refusal)
        assert refused.message
        assert refused.fix
