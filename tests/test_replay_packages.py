"""Recorded cases in which parties say what they found of a force package, and in which mandates are renewed."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.cli import tocsin
from tests.test_demo import Visitor, demonstration
from tests.test_replay import GOOD, MISSILES, case_of, step
from tocsin.alliance.commands import RequirementLine
from tocsin.alliance.facts import AnyFact, MandateExpired, MandateRenewed, PackageAttested
from tocsin.ledger import MemoryLedger
from tocsin.replay.case import Step
from tocsin.replay.precedents import precedents, understand
from tocsin.replay.records import runs
from tocsin.replay.result import Line, Run
from tocsin.replay.run import replay
from tocsin.replay.watch import watch
from tocsin.terms import iso

DIGEST, OTHER = "ab" * 32, "cd" * 32
DECIDED = (
    step("table", "XAA", matter="assist", organ="defence-board"),
    step("positions", support=("others",)),
    step("close", "SG"),
)
LINES = (RequirementLine(id="aa", capability="air defence batteries", required=3, unit="batteries"),)
REQUIRED = (
    *DECIDED,
    step("require", "SG", lines=LINES),
    step("pledge", "XAC", name="corvenna", line="aa", quantity=2),
)
PACKAGE = step("package", "SG", name="shield", totals={"aa": 2})
MANDATE = step("mandate", "parliament of Corvenna", "2024-03-05", name="abroad", end="2024-04-05")


def attest(by: str, *rules: str, digest: str = "", inferred: tuple[str, ...] = ()) -> Step:
    return step("attest package", by, "2024-03-06", name="shield", rules=rules, digest=digest, inferred=inferred)


def renew(at: str, end: str | None) -> Step:
    return step("renew mandate", "parliament of Corvenna", at, name="abroad", end=end)


def run_of(*steps: Step) -> Run:
    (run,) = replay(case_of(*steps)).runs
    return run


def last(*steps: Step) -> Line:
    return run_of(*steps).lines[-1]


def facts_of(*steps: Step) -> list[AnyFact]:
    """All that the engine decided, as the ledger holds it."""
    ledger = MemoryLedger()
    replay(case_of(*steps), ledger=ledger)
    ((_, acts),) = runs(ledger.read())
    return [fact for act in acts for fact in act.facts]


# what a party found


def test_a_finding_is_of_the_package_as_it_was_reported() -> None:
    found = facts_of(*REQUIRED, replace(PACKAGE, digest=DIGEST), attest("XAD", "notice", "caveat"))
    (fact,) = (fact for fact in found if isinstance(fact, PackageAttested))
    assert (fact.party, fact.package, fact.digest, fact.lawful) == ("XAD", "shield", DIGEST, False)
    assert fact.rules == ("caveat", "notice")


@pytest.mark.parametrize("digest", ["", DIGEST])
def test_a_package_may_be_attested_whether_or_not_its_digest_is_known(digest: str) -> None:
    told = last(*REQUIRED, replace(PACKAGE, digest=digest), attest("XAC", digest=digest))
    assert (told.mark, told.computed.result, told.why) == ("agrees", "accepted", ("lawful (1): Corvenna",))


def test_each_finding_tells_what_all_hold_of_the_package_by_then() -> None:
    run = run_of(*REQUIRED, PACKAGE, attest("XAC"), attest("XAD", "notice"), attest("XAB"), attest("XAD"))
    assert [line.why for line in run.lines[-3:]] == [
        ("lawful (1): Corvenna", "breaks notice (1): Dunmark"),
        ("lawful (2): Corvenna, Belmora", "breaks notice (1): Dunmark"),
        ("lawful (3): Corvenna, Dunmark, Belmora",),
    ]
    assert "2024-03-06: Dunmark checked 'shield' and found it unlawful: notice" in run.account


def test_who_checked_another_plan_is_refused() -> None:
    before = (*REQUIRED, replace(PACKAGE, digest=DIGEST))
    told = last(*before, attest("XAC", digest=OTHER))
    assert (told.mark, told.computed.result) == ("differs", "refused")
    assert f"What was checked has the digest {OTHER}, and 'shield' has {DIGEST}." in told.differences[0]
    recorded = replace(attest("XAC", digest=OTHER), recorded=step("note", recorded={"result": "refused"}).recorded)
    assert last(*before, recorded).mark == "agrees"


def test_no_office_finds_for_nations() -> None:
    told = last(*REQUIRED, PACKAGE, attest("SG"))
    assert (told.mark, told.computed.result) == ("differs", "refused")
    assert "SG may not attest a force package" in told.differences[0]


def test_of_a_package_that_the_charter_refused_nothing_can_be_found() -> None:
    too_much = replace(PACKAGE, totals={"aa": 3})
    told = last(*REQUIRED, too_much, attest("XAC"))
    assert (told.mark, told.computed.result) == ("differs", "refused")
    assert "There is no package 'shield'." in told.differences[0]


def test_a_finding_on_an_inferred_package_is_consistent_and_on_an_open_one_open() -> None:
    inferred = replace(PACKAGE, inferred=("totals",))
    told = last(*REQUIRED, inferred, attest("XAC"))
    assert (told.mark, told.inferred) == ("consistent", ("totals of step 6",))
    undecided = (REQUIRED[0], *REQUIRED[2:])
    told = last(*undecided, PACKAGE, attest("XAC"))
    assert told.mark == "open"
    assert "the outcome of step 5, which is open" in told.missing


def test_the_finding_of_one_party_does_not_taint_that_of_another() -> None:
    assert last(*REQUIRED, PACKAGE, attest("XAD", inferred=("name",)), attest("XAC")).mark == "agrees"


# how long a mandate lasts


def test_a_mandate_renewed_on_its_last_day_lasts_on() -> None:
    told = last(MANDATE, renew("2024-04-05", "2024-05-05"))
    assert (told.mark, told.computed.result) == ("agrees", "accepted")
    assert told.why == ("it would have run out: 5 Apr 2024 23:59 UTC",)


def test_a_renewed_mandate_ends_at_its_later_end_and_not_before() -> None:
    waits = (step("note", at="2024-04-20"), step("deadline", at="2024-05-01"), step("deadline", at="2024-05-06"))
    found = facts_of(MANDATE, renew("2024-04-01", "2024-05-05"), *waits)
    (renewed,) = (fact for fact in found if isinstance(fact, MandateRenewed))
    (ended,) = (fact for fact in found if isinstance(fact, MandateExpired))
    assert ended.at == renewed.until
    assert iso(ended.at).startswith("2024-05-05T23:59:59")


@pytest.mark.parametrize(
    ("given", "at", "end", "says"),
    [
        (MANDATE, "2024-04-06", "2024-05-05", "No mandate 'abroad' is in force in this case."),
        (MANDATE, "2024-04-01", "2024-04-04", "'abroad' lasts until"),
        (replace(MANDATE, end=None), "2024-04-01", "2024-05-05", "'abroad' has no end to put off."),
    ],
)
def test_a_renewal_that_the_law_knows_nothing_of_differs(given: Step, at: str, end: str, says: str) -> None:
    told = last(given, renew(at, end))
    assert (told.mark, told.computed.result) == ("differs", "refused")
    assert says in told.differences[0]


def test_a_mandate_may_be_renewed_without_an_end_and_then_no_more() -> None:
    run = run_of(MANDATE, renew("2024-04-01", None), renew("2025-04-01", "2026-04-01"))
    assert [line.computed.result for line in run.lines] == ["accepted", "accepted", "refused"]


def test_a_mandate_that_ran_out_is_given_anew_under_its_name_and_renewed_then() -> None:
    anew = replace(MANDATE, at="2024-06-01", end="2024-07-01")
    again = renew("2024-06-15", "2024-08-01")
    assert [line.mark for line in run_of(MANDATE, anew, again).lines] == ["agrees"] * 3
    guessed = replace(MANDATE, inferred=("end",))
    assert [line.mark for line in run_of(guessed, anew, again).lines] == ["consistent"] * 3


def test_a_renewal_rests_on_the_ends_before_it() -> None:
    once = replace(renew("2024-04-01", "2024-05-05"), inferred=("end",))
    told = last(MANDATE, once, renew("2024-05-01", "2024-06-05"))
    assert (told.mark, told.inferred) == ("consistent", ("end of step 2",))
    unknown = replace(MANDATE, end="2024-03-08", unknown="how long it lasted")
    told = last(unknown, renew("2024-04-01", "2024-05-05"))
    assert (told.mark, told.missing) == ("open", ("the outcome of step 1, which is open",))


# where they are shown


def test_the_invented_case_shows_what_was_found_and_renewed() -> None:
    told = {line.number: line for line in replay(MISSILES).runs[0].lines}
    assert told[18].why == ("lawful (1): Corvenna", "breaks caveat, notice (1): Dunmark")
    assert told[22].why == ("lawful (2): Corvenna, Dunmark",)
    assert (told[23].do, told[23].mark) == ("renew mandate", "agrees")
    after = watch(str(GOOD / "missiles.toml"))[0].steps[-1].after
    assert after is not None
    assert after.packages["shield"].attested == {"XAC": (), "XAD": ()}


def test_a_demonstration_plays_them_into_its_centre() -> None:
    with demonstration(str(GOOD / "missiles.toml"), "--paused") as told:
        secretariat = Visitor(told, "secretariat")
        for _ in range(18):
            assert secretariat.do("next") == 303
        page = secretariat.page("/cases/missiles")
        assert "Corvenna checked the force package" in page
        assert "found it unlawful: caveat, notice" in page
        for _ in range(5):
            assert secretariat.do("next") == 303
        assert "parliament of Corvenna renewed the mandate" in secretariat.page("/cases/missiles")


def test_the_terminal_tells_them_by_name() -> None:
    done = tocsin("replay", str(GOOD / "missiles.toml"))
    assert done.code == 0, done.err
    for said in ("finding on a force package", "breaks caveat, notice (1): Dunmark", "mandate renewed"):
        assert said in done.out


def test_the_page_of_a_case_tells_them_by_name(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert tocsin("replay", str(GOOD / "missiles.toml"), "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    for said in ("finding on a force package", "mandate renewed", "it would have run out: 11 Apr 2024 23:59 UTC"):
        assert said in text


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("mandate", [19, 23]), ("mandate renewal", [23]), ("renewal", [23]), ("attestation", [17, 18, 22])],
)
def test_they_are_found_by_plain_words(words: str, numbers: list[int]) -> None:
    (found,) = precedents(understand(words), [str(GOOD / "missiles.toml")]).found
    assert [one.number for one in found.steps] == numbers
