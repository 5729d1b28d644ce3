"""Whole stories through the console, by pages alone, in Chromium: several people at once, each in their own browser."""

import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, get_args

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import chromium, need_browser
from tests.console_stage import BACK_MS, Exercise, Officer
from tests.running_centre import PASSWORD
from tests.test_demo import demonstration

pytestmark = pytest.mark.timeout(240)  # whole stories, by a browser's pace on a machine that does much else
DEMO_STEPS_BEFORE_THE_BREAK = 7
PAGES = ("", "desk", "desk/drafts", "desk/warning", "council", "cases", "charter", "charter/parties", "charter/what-if")
MORE = ("charter/duties", "ledger", "ledger/1-1", "watch", "watch/log", "watch/handover", "watch/report", "print")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exercise]:
    need_browser()
    stage = Exercise(tmp_path_factory.mktemp("stage"))
    stage.set_up()
    yield stage
    stage.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Cast:
    """Everybody who is on: whoever was asked for once stays until the end."""

    def __init__(self, browser: Browser, stage: Exercise) -> None:
        self.browser, self.stage = browser, stage
        self.people: dict[tuple[str, str], Officer] = {}

    def __call__(self, seat: str, role: str = "liaison") -> Officer:
        if (seat, role) not in self.people:
            self.people[seat, role] = self.stage.officer(self.browser, seat, role)
        return self.people[seat, role]


@pytest.fixture(scope="module")
def cast(browser: Browser, stage: Exercise) -> Iterator[Cast]:
    cast = Cast(browser, stage)
    yield cast
    for officer in cast.people.values():
        officer.close()


@pytest.fixture(autouse=True)
def _nothing_goes_wrong(cast: Cast) -> Iterator[None]:
    """No script fails and no request leaves the machine, on any page of anybody."""
    yield
    wrongs = [(officer.name, wrong) for officer in cast.people.values() for wrong in officer.wrongs]
    for officer in cast.people.values():
        officer.wrongs.clear()
    assert wrongs == []


# NATO 2003, as a visitor of the demonstration


def sits_down(browser: Browser, link: str) -> Officer:
    """Open one of the demonstration's links."""
    officer = Officer(browser, link.partition("/start/")[0])
    officer.page.goto(link)
    officer.follows()
    return officer


@pytest.mark.long
def test_a_visitor_of_the_demonstration_breaks_a_silence_and_finds_the_proof(browser: Browser) -> None:
    with demonstration("--paused") as told:
        people = {seat: sits_down(browser, link) for seat, link in told["links"].items()}
        secretariat, turkey, belgium = people.values()
        for officer in people.values():
            officer.sees("Nothing has happened yet")
        belgium_keeps_a_checkpoint(belgium)
        belgium.open()
        for officer in (turkey, belgium):
            officer.follows()
            officer.stays()
        steps(secretariat, 1, 6)
        for officer in (turkey, belgium):
            officer.sees("next: 2003-02-10 11:00Z", "#clocks")
            officer.sees("silence", "[data-feed]")
            officer.has_stayed()
        turkey_confirms_the_text(turkey)
        steps(secretariat, 7, DEMO_STEPS_BEFORE_THE_BREAK)
        turkey.open("council", "nato-2003-turkey", "planning")
        turkey.sees("under silence", "#state")
        turkey.follows()
        turkey.stays()
        belgium_breaks_the_silence(belgium)
        turkey.sees("Silence broken by", "#state")
        turkey.sees("Belgium", "#state")
        turkey.has_stayed()
        belgium_proves_it(belgium)
        secretariat.open()
        steps(secretariat, DEMO_STEPS_BEFORE_THE_BREAK + 1, 27)
        secretariat.sees("played to its end", "header")
        turkey.open("cases")
        turkey.sees("nato-2003-turkey")
        for officer in people.values():
            assert officer.wrongs == []
            officer.close()


def steps(secretariat: Officer, first: int, last: int) -> None:
    """Let the case take its steps up to the last of these."""
    for step in range(first, last + 1):
        secretariat.press("Next step", secretariat.page.locator("header"))
        secretariat.sees(f"step {step} of 27", "header")


def belgium_keeps_a_checkpoint(belgium: Officer) -> None:
    belgium.open("ledger")
    belgium.press("Check it here")
    belgium.press("Keep the newest checkpoint in this browser")
    belgium.sees("You hold a checkpoint of", "[data-holding]")


def turkey_confirms_the_text(turkey: Officer) -> None:
    turkey.open("desk")
    turkey.press("We have the text")
    expect(turkey.page.get_by_role("button", name="We have the text")).to_have_count(0)
    turkey.sees("Position wanted")


def belgium_breaks_the_silence(belgium: Officer) -> None:
    """From the desk, where it is asked for, to the button; what it brings and by which clause is read before."""
    belgium.open("desk")
    belgium.follow("State our position")
    belgium.page.get_by_role("radio", name=re.compile(r"\bobject\b")).check()
    belgium.press("Show what it brings")
    belgium.is_told("This breaks the silence")
    expect(belgium.page.locator(".effects .clause").first).to_have_text("PRACTICE.silence")
    belgium.files()
    belgium.sees("planning", "#said")
    belgium.sees("object", "#said")


def belgium_proves_it(belgium: Officer) -> None:
    """From the feed to the act, and to its proof against the checkpoint that was held before."""
    belgium.open()
    item = belgium.page.locator("[data-item]", has_text="broken").first
    item.get_by_role("link", name="proof").click()
    belgium.sees("broken")
    belgium.press("Check it here")
    belgium.sees("The ledger continues what you hold unchanged", "[data-verdict]")
    belgium.press("Keep the newest checkpoint in this browser")
    belgium.press("Check it here")
    belgium.sees("authentic", "[data-verdict]")


# silences


def breaking(officer: Officer, text: tuple[str, str]) -> None:
    officer.position(text, "object")
    officer.is_told("This breaks the silence")


def test_a_silence_broken_in_its_last_second_is_broken_on_every_open_page(stage: Exercise, cast: Cast) -> None:
    text = stage.silence()
    watching = [cast("XAB"), cast("XAC")]
    for officer in watching:
        officer.open("council", *text)
        officer.sees("under silence", "#state")
        officer.follows()
        officer.stays()
    stage.move_to(stage.deadline(text) - timedelta(seconds=1))
    breaking(cast("XAD"), text)
    cast("XAD").files()
    for officer in watching:
        officer.sees("Silence broken by", "#state")
        officer.sees("Dunmark", "#state")
        officer.has_stayed()
    stage.pass_time(seconds=2)
    assert stage.admin.procedure(*text)["status"] == "open"


def test_a_break_one_second_too_late_is_recorded_without_effect_and_says_so(stage: Exercise, cast: Cast) -> None:
    text = stage.silence()
    for seat in ("XAA", "XAB", "XAC", "XAD", "XAE"):
        client = stage.at(seat)
        command = {"do": "confirm delivery", "case": text[0], "procedure": text[1], "party": seat, "by": seat}
        client.submit({**command, "id": stage.new("have")})
    dunmark = cast("XAD")
    breaking(dunmark, text)
    stage.move_to(stage.deadline(text) + timedelta(seconds=1))
    dunmark.press("Confirm and file")
    dunmark.sees("without effect")
    assert stage.admin.procedure(*text)["verdict"] == "adopted"
    dunmark.open("cases", text[0])
    dunmark.sees("adopted", "#texts")
    dunmark.sees("without effect", "#course")


# a crisis to its end


WARNING = "Tanks at the ford of the Elm, forty of them."


@pytest.mark.long
def test_a_crisis_goes_from_the_warning_to_the_after_action_page(cast: Cast) -> None:
    belmora_warns_corvenna_alone(cast("XAB"))
    corvenna_reads_and_confirms(cast("XAC"), cast("XAB"))
    the_council_meets(cast("XAB"), cast("secretariat", "secretariat"))
    a_text_is_tabled_amended_and_put_under_silence(cast("XAB"), cast("secretariat", "secretariat"))
    dunmark_breaks_it_before_corvennas_eyes(cast("XAD"), cast("XAC"))
    the_board_decides(cast)
    help_is_needed_pledged_and_sent(cast)
    the_case_is_reported_and_closed(cast)
    nobody_sees_what_is_not_for_them(cast)


def belmora_warns_corvenna_alone(belmora: Officer) -> None:
    belmora.open("desk")
    belmora.follow("Hand in a warning")
    form = belmora.page.locator("form.warning")
    belmora.fill(form, text=WARNING, new_case="ford", warning="tanks")
    form.locator("input[name=to][value=XAC]").check()
    belmora.sees("Will see it: Corvenna", "#preview")
    belmora.sees(re.compile("Will not: .*Dunmark"), "#preview")
    belmora.press("Show what it brings")
    belmora.is_told("Corvenna")
    belmora.files()
    belmora.sees("Not confirmed yet: Corvenna")
    belmora.follows()
    belmora.stays()


def corvenna_reads_and_confirms(corvenna: Officer, belmora: Officer) -> None:
    corvenna.open()
    corvenna.page.locator("#asks").get_by_role("link", name="tanks").click()
    corvenna.press("Open")
    corvenna.sees(WARNING)
    corvenna.press("Confirm: we have it")
    corvenna.sees("You have confirmed it.")
    belmora.sees("✓ yes", "#holders")
    belmora.has_stayed()


def the_council_meets(belmora: Officer, secretary: Officer) -> None:
    secretary.open("cases", "ford")
    secretary.follows()
    secretary.stays()
    attack = {
        "kind": "armed attack",
        "attacker": "XQA",
        "object": "territory",
        "territory_of": "XAB",
        "external": "true",
    }
    belmora.deed("ford", "Appeal to a duty of the charter", name="plea", duty="assist", **attack)
    belmora.is_told("the duty 'Help a member under armed attack' is then")
    belmora.files()
    secretary.sees("plea", "#texts")
    secretary.has_stayed()
    secretary.deed("ford", "Call an organ together", by="SG", organ="council")
    secretary.is_told("Council")
    secretary.files()
    secretary.sees("Called together")


def a_text_is_tabled_amended_and_put_under_silence(belmora: Officer, secretary: Officer) -> None:
    belmora.open("council")
    if not belmora.page.locator("#table details").evaluate("one => one.open"):
        belmora.page.locator("#table summary").click()
    form = belmora.page.locator("#table form")
    belmora.fill(form, forum="assist|council|silence|", case="ford", procedure="aid", text="Help for Belmora.")
    belmora.press("Show what this brings", form)
    belmora.files()
    form = belmora.page.locator("form[action$='/amend']")
    belmora.fill(form, text="Help for Belmora, at its request.")
    belmora.press("Show what this brings", form)
    belmora.files()
    belmora.sees("at its request", "#texts ins")
    secretary.open("council", "ford", "aid")
    secretary.press("Show what this brings", secretary.page.locator("form[action$='/silence']"))
    secretary.is_told("silence")
    secretary.files()
    secretary.sees("under silence", "#state")


def dunmark_breaks_it_before_corvennas_eyes(dunmark: Officer, corvenna: Officer) -> None:
    corvenna.open("desk")
    asked = corvenna.page.locator(".ask", has_text="aid")
    asked.get_by_role("button", name="We have the text").click()
    expect(corvenna.page.locator(".a-acknowledge-text", has_text="aid")).to_have_count(0)
    corvenna.open("council", "ford", "aid")
    corvenna.sees("yes, it says so", "#positions")
    corvenna.follows()
    corvenna.stays()
    breaking(dunmark, ("ford", "aid"))
    dunmark.files()
    corvenna.sees(re.compile(r"Silence broken by\s*Dunmark"), "#state")
    corvenna.has_stayed()


def the_board_decides(cast: Cast) -> None:
    """The matter goes where Elvaria has no seat; Corvenna's capital approves what Corvenna says; two persons close."""
    secretary, second = cast("secretariat", "secretariat"), cast("secretariat", "conductor")
    secretary.open("council", "ford", "aid")
    form = secretary.page.locator("form[action$='/move']")
    secretary.fill(form, forum="defence-board|consensus", new_procedure="aid-of-the-board")
    secretary.press("Show what this brings", form)
    secretary.is_told("Defence Board")
    secretary.files()
    text = ("ford", "aid-of-the-board")
    cast("XAB").deed("ford", "Call an organ together", organ="defence-board")
    cast("XAB").files()
    for seat in ("XAB", "XAD"):
        cast(seat).position(text, "support")
        cast(seat).files()
    the_capital_approves(cast("XAC"), cast("XAC", "head"), text)
    secretary.open("council", *text)
    secretary.press("Show what this brings", secretary.page.locator("form[action$='/close']"))
    secretary.is_told("second person")
    secretary.press("Confirm and file")
    secretary.sees("It has no effect yet", "#pending")
    confirms(second)
    secretary.open("council", *text)
    secretary.sees("adopted", "#state")


def the_capital_approves(corvenna: Officer, capital: Officer, text: tuple[str, str]) -> None:
    capital.open("desk", "drafts")
    capital.press("Have the capital approve from now on")
    capital.sees("Our capital approves before anything is filed.")
    corvenna.open("desk", "position", *text)
    corvenna.page.get_by_role("radio", name="support").check()
    corvenna.press("Show what it brings")
    corvenna.sees("files nothing that the capital has not approved")
    corvenna.page.get_by_label("Reasons").fill("We promised it in spring.")
    corvenna.press("Save as a draft")
    corvenna.page.get_by_label("Question").fill("May we?")
    corvenna.page.get_by_role("button", name="Ask", exact=True).click()
    corvenna.sees("awaiting instructions")
    capital.open("desk")
    capital.sees("May we?")
    capital.follow("Approve or return it")
    capital.sees("We promised it in spring.")
    capital.press("Approve this version")
    capital.sees("approved")
    corvenna.page.reload()
    corvenna.press("Show what filing it brings")
    corvenna.is_told("Corvenna states: support")
    corvenna.files()
    capital.open("desk", "drafts")
    capital.press("File without approval from now on")


def confirms(second: Officer) -> None:
    """A second person looks at what waits, and confirms it."""
    second.open("desk")
    second.follow("Look at it, then confirm or let go")
    second.sees("What it brings if it is confirmed now")
    second.press("Confirm it, with effect now")
    second.sees("Desk")


def help_is_needed_pledged_and_sent(cast: Cast) -> None:
    secretary, dunmark = cast("secretariat", "secretariat"), cast("XAD")
    lines = "bridges | bridging companies | 2 | companies | essential"
    dunmark.open("desk")
    dunmark.follows()
    dunmark.stays()
    secretary.deed("ford", "Set what is needed", by="SG", procedure="aid-of-the-board", words=lines)
    secretary.files()
    dunmark.sees("Pledge wanted", "#asked")
    dunmark.has_stayed()
    for seat in ("XAD", "XAC"):
        cast(seat).open("desk")
        form = cast(seat).page.locator("form.pledge")
        cast(seat).fill(form, quantity="1", caveats="by day only")
        cast(seat).press("Pledge", form)
        cast(seat).files()
        cast(seat).sees("bridging companies", "#said")
    cast("XAB").deed("ford", "Consent to forces on our territory")
    cast("XAB").files()
    secretary.open("cases", "ford")
    form = secretary.page.locator("details", has_text="Name of the operation")
    form.locator("summary").click()
    secretary.fill(form, by="SG", name="Elm", procedure="aid-of-the-board", party="XAB")
    form.locator("input[name=parties][value=XAD]").check()
    secretary.press("Show what this brings", form)
    secretary.is_told("second person")
    secretary.press("Confirm and file")
    secretary.sees("It has no effect yet", "#pending")
    confirms(cast("secretariat", "conductor"))
    secretary.open("cases", "ford")
    secretary.sees("Elm in Belmora", "#basis")


def the_case_is_reported_and_closed(cast: Cast) -> None:
    secretary = cast("secretariat", "secretariat")
    secretary.deed("ford", "File a report", by="SG", to="UNSC", words="The attack and the measures taken.")
    secretary.files()
    secretary.sees("UNSC ✓ filed", "#basis")
    secretary.deed("ford", "End a deployment", by="SG")
    secretary.files()
    secretary.deed("ford", "Close the case", by="SG", words="The tanks have gone.")
    secretary.files()
    secretary.sees("The case is closed.")
    for seat in ("XAB", "XAC", "XAD"):
        cast(seat).open("cases", "ford")
        cast(seat).follow("Read what it teaches")
        cast(seat).sees("Headline times")
        cast(seat).sees("silence was broken by Dunmark")


def nobody_sees_what_is_not_for_them(cast: Cast) -> None:
    """Dunmark and Elvaria see the case and not the warning; Gallenmere, a partner, no trace of either."""
    secrets = {"XAD": [WARNING], "XAE": [WARNING], "XAG": [WARNING, "ford", "tanks", "aid-of-the-board"]}
    case = ["cases/ford", "after/ford", "council/ford/aid", "cases/ford/warnings/tanks", "desk/warning/ford/tanks"]
    for seat, hidden in secrets.items():
        for path in (*PAGES, *MORE, *case, "deadlines.ics"):
            answer = cast(seat).context.request.get(f"/{path}")
            told = answer.text().replace(f"/{path}", "")  # which a page may say back
            assert [word for word in hidden if word in told] == [], (seat, path)
            assert answer.ok or path in MORE or (path in case and (seat == "XAG" or "warning" in path)), (seat, path)


# tabs, sessions, and a centre that is killed


def items(page: Page) -> list[str]:
    """The cursors in the list of what happened, from above."""
    found: list[str] = page.locator("[data-item]").evaluate_all("items => items.map(item => item.dataset.item)")
    return found


def is_whole(page: Page) -> None:
    """Nothing is missing from the list, nothing stands in it twice, and the newest is on top."""
    places = [int(cursor.partition("-")[2]) for cursor in items(page)]
    assert places == list(range(places[0], places[0] - len(places), -1))


def happens(stage: Exercise, *pages: Page) -> None:
    """Something happens, and each page shows it."""
    case, _ = stage.text()
    for page in pages:
        expect(page.locator("[data-item]", has_text=case)).to_have_count(1)


def test_two_tabs_of_a_desk_share_one_stream_and_lose_nothing_when_the_first_closes(
    stage: Exercise, cast: Cast
) -> None:
    corvenna = cast("XAC")
    corvenna.open()
    corvenna.follows()
    corvenna.asked.clear()
    corvenna.open()
    corvenna.follows()
    first, corvenna.page = corvenna.page, corvenna.context.new_page()
    corvenna.open()
    corvenna.follows()
    happens(stage, first, corvenna.page)
    assert len([path for path in corvenna.asked if path.startswith("/api/v1/events")]) == 1
    first.close()
    happens(stage, corvenna.page)
    happens(stage, corvenna.page)
    is_whole(corvenna.page)


def test_a_session_that_ends_under_a_page_is_told_and_what_was_typed_is_filed_in_the_end(
    stage: Exercise, cast: Cast
) -> None:
    text, corvenna = stage.silence(), cast("XAC")
    corvenna.open("desk", "position", *text)
    corvenna.follows()
    corvenna.page.get_by_role("radio", name="support").check()
    corvenna.page.get_by_label("Reservation").fill("But not on our soil.")
    writing, corvenna.page = corvenna.page, corvenna.context.new_page()
    corvenna.open()
    corvenna.press("Sign out", corvenna.page.locator("header"))
    corvenna.sees("Sign in")
    stage.text()
    link = writing.locator("[data-link] a")
    expect(link).to_have_text("sign in again", timeout=BACK_MS)
    with corvenna.context.expect_page() as opened:
        link.click()
    corvenna.page.close()
    corvenna.page = opened.value
    corvenna.page.get_by_label("Name").fill(corvenna.name)
    corvenna.page.get_by_label("Password").fill(PASSWORD)
    corvenna.press("Sign in")
    corvenna.sees("Our position")
    corvenna.page.close()
    corvenna.page = writing
    expect(writing.get_by_label("Reservation")).to_have_value("But not on our soil.")
    corvenna.press("Show what it brings")
    corvenna.sees("This page was made before you signed in")
    corvenna.press("Send it again")
    corvenna.is_told("Corvenna states: support")
    corvenna.files()
    assert "But not on our soil." in [line.get("reservation") for line in stage.admin.procedure(*text)["positions"]]


Moment = Literal["before it is taken", "before it is answered", "after it is answered"]


def dies(stage: Exercise, officer: Officer, moment: Moment) -> None:
    """The centre is killed while the officer files."""

    def kill(route: Route) -> None:
        if moment == "before it is answered":
            route.fetch(max_redirects=0)
        stage.end(signal.SIGKILL)
        route.abort("connectionreset")

    if moment == "after it is answered":
        officer.files()
        stage.end(signal.SIGKILL)
        return
    officer.context.route(lambda url: "/desk/position/" in url, kill, times=1)
    officer.page.get_by_role("button", name="Confirm and file").click(no_wait_after=True)
    expect(officer.page.get_by_role("button", name="Confirm and file")).to_have_count(0)


@pytest.mark.parametrize(
    "moment",
    [
        get_args(Moment)[1],
        *(pytest.param(one, marks=pytest.mark.long) for one in (get_args(Moment)[0], *get_args(Moment)[2:])),
    ],
)
def test_an_act_filed_while_the_centre_is_killed_is_neither_lost_nor_doubled(
    stage: Exercise, cast: Cast, moment: Moment
) -> None:
    text, watching = stage.silence(), [cast("XAB"), cast("XAC")]
    for officer in watching:
        officer.open()
        officer.follows()
        officer.stays()
    breaking(cast("XAD"), text)
    dies(stage, cast("XAD"), moment)
    for officer in watching:
        officer.sees("what you see may be old", "[data-link]")
    stage.start()
    stage.conductor.set_clock(pause=True)
    cast("XAD").page.reload()  # the browser sends the form again
    cast("XAD").sees(text[0], "#said")
    for officer in watching:
        expect(officer.page.locator("[data-link]")).to_have_text("connected", timeout=BACK_MS)
        broken = officer.page.locator("[data-item]", has_text=text[0]).filter(has_text="silence was broken")
        expect(broken).to_have_count(1)
        officer.has_stayed()
        is_whole(officer.page)
    said = stage.admin.feed(limit=500)["items"]
    assert len([item for item in said if item["case"] == text[0] and item["by"] == "XAD"]) == 1


# without script


def test_without_script_a_silence_is_broken_and_all_pages_are_read(browser: Browser, stage: Exercise) -> None:
    ardovia = stage.officer(browser, "XAA", java_script_enabled=False)
    text = stage.silence()
    ardovia.open()
    ardovia.sees(text[0])
    ardovia.follow("Desk", ardovia.page.locator("header"))
    ardovia.page.locator(".ask", has_text=text[0]).get_by_role("link", name="State our position").click()
    ardovia.page.get_by_role("radio", name=re.compile(r"\bobject\b")).check()
    ardovia.press("Show what it brings")
    ardovia.is_told("This breaks the silence")
    ardovia.files()
    ardovia.sees(text[0], "#said")
    assert stage.admin.procedure(*text)["broken_by"] == ["XAA"]
    council, case = "/".join(("council", *text)), f"cases/{text[0]}"
    for path in (*PAGES, *MORE, council, f"{council}/sheet", case, f"after/{text[0]}"):
        answer = ardovia.page.goto(f"/{path}")
        assert answer is not None
        assert (path, answer.status) == (path, 200)
        expect(ardovia.page.locator("h1")).to_have_count(1)
    ardovia.close()
    assert ardovia.wrongs == []
