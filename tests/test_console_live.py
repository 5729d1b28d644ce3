"""The console's scripts in a real browser, at a real centre: clocks, the feed, tabs, regions, keys, the map."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Person, chromium, need_browser, serious
from tests.running_centre import RunningCentre, fast_settings
from tocsin.states import state_name, state_number
from tocsin.web.static_files import static_url

FEED = '<ol data-feed="newest"><li data-empty>nothing</li></ol>'
PROVING = "/proving"


class Stage(RunningCentre):
    """An exercise with two people who can act."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "--mode", "exercise", "--settings", fast_settings(folder))
        self.text: dict[str, str] = {}
        self.start()
        self.found()
        for seat in ("XAB", "XAC"):
            self.seat(seat, "head")

    def act(self, count: int = 1) -> list[str]:
        """Let XAB do something that everybody sees; the cursors in XAC's own feed are the same."""
        with self.client("XAB") as client:
            return [self._convene(client) for _ in range(count)]

    def _convene(self, client: object) -> str:
        submit = client.submit  # type: ignore[attr-defined]  # a Client
        case = self.new("XAB-case")
        return str(submit({"do": "convene", "id": case, "case": case, "by": "XAB", "organ": "council"})["cursor"])

    def table(self) -> None:
        """Put a text before the Council."""
        self.text = {"case": self.new("XAB-storm"), "procedure": "tents"}
        words = {"matter": "relief", "organ": "council", "text": "Tents."}
        self.submit("XAB", do="table text", **self.text, **words)

    def support(self, *seats: str) -> list[str]:
        """Let members support that text. The cursors of their positions."""
        return [self.submit(seat, do="state position", party=seat, position="support", **self.text) for seat in seats]

    def submit(self, seat: str, **command: str) -> str:
        with self.client(seat) as client:
            return str(client.submit({"by": seat, "id": self.new("act"), **command})["cursor"])

    def burst(self, count: int) -> None:
        """The same by four at once."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self.act, [count // 4] * 4))

    def cursor(self) -> str:
        with self.client("XAC") as client:
            return str(client.situation()["cursor"])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    need_browser()
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.end()


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Iterator[Browser]:  # noqa: ARG001  # its command line runs before the browser's loop
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Browser, stage: Stage) -> Any:  # noqa: ANN401  # playwright's own
    """What a browser keeps of having signed in for XAC."""
    person = Person(browser, stage.address)
    person.sign_in("XAC")
    kept = person.context.storage_state()
    person.close()
    return kept


@pytest.fixture
def person(browser: Browser, stage: Stage, session: Any) -> Iterator[Person]:  # noqa: ANN401  # playwright's own
    """Somebody signed in for XAC."""
    person = Person(browser, stage.address, storage_state=session)
    yield person
    person.close()
    assert person.wrongs == []


def html(main: str, *, seat: str = "XAC", cursor: str | None = None, body: str = "", scripts: str = "live.js") -> str:
    """A page as the console makes them."""
    tags = "".join(f'<script type="module" src="{static_url(name)}"></script>' for name in scripts.split())
    known = f'data-seat="{seat}" data-cursor="{cursor}"' if cursor is not None else ""
    return (
        f'<!doctype html><html lang="en"><head><title>Proving</title><link rel="stylesheet" href="/style.css">{tags}'
        f"</head><body {known} {body}><header><p data-link></p>"
        '<nav><a href="/desk" data-key="d">Desk</a> <a href="/proving?cases" data-key="c">Cases</a></nav></header>'
        f"<main>{main}</main><p data-announce></p><footer></footer></body></html>"
    )


def opened(person: Person, text: str) -> Page:
    """A tab with that page."""
    person.show(PROVING, text)
    page = person.context.new_page()
    page.goto(PROVING)
    return page


def connected(person: Person, stage: Stage, main: str = FEED, body: str = "") -> Page:
    """A tab with that page, which follows the feed."""
    page = opened(person, html(main, cursor=stage.cursor(), body=body))
    expect(page.locator("[data-link]")).to_have_text("connected")
    return page


def shown(page: Page) -> list[str]:
    """The cursors of the items in the list, from above."""
    cursors: list[str] = page.locator("[data-item]").evaluate_all("items => items.map(item => item.dataset.item)")
    return cursors


# clocks


@pytest.fixture
def berlin(browser: Browser, stage: Stage) -> Iterator[Person]:
    """Somebody in Berlin, in winter, at a time of this test."""
    person = Person(browser, stage.address, timezone_id="Europe/Berlin")
    person.context.clock.install(time="2003-02-10T14:00:00Z")
    yield person
    person.close()
    assert person.wrongs == []


DUE = '<time datetime="2003-02-10T17:12:00Z" data-due>2003-02-10 17:12Z</time>'


def test_a_time_is_shown_in_local_time_beside_utc(berlin: Person) -> None:
    page = opened(berlin, html('<time datetime="2003-02-10T23:30:00Z" data-when>2003-02-10 23:30Z</time>'))
    expect(page.locator("time")).to_have_text("2003-02-10 23:30Z (11 Feb 00:30 local)")


def test_a_deadline_counts_down_and_is_late_when_it_has_passed(berlin: Person) -> None:
    page = opened(berlin, html(DUE, body='data-now="2003-02-10T14:00:00Z" data-clock="wall"'))
    expect(page.locator(".left")).to_contain_text("in 3 h 1")
    berlin.context.clock.fast_forward("03:00:00")
    expect(page.locator(".left.soon")).to_contain_text("in 1")
    berlin.context.clock.fast_forward("00:30:00")
    expect(page.locator(".left.late")).to_contain_text("late by 1")


def test_a_countdown_is_right_after_the_machine_slept(berlin: Person) -> None:
    page = opened(berlin, html(DUE, body='data-now="2003-02-10T14:00:00Z" data-clock="wall"'))
    berlin.context.clock.pause_at("2003-02-10T14:01:00Z")
    # Asleep: the world's time goes on and no timer of the page does.
    berlin.context.clock.set_system_time("2003-02-10T16:12:00Z")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".left")).to_have_text(" in 1 h 0 min")


def test_the_centres_clock_counts_and_not_the_browsers(berlin: Person) -> None:
    page = opened(berlin, html(DUE, body='data-now="2003-02-10T17:00:00Z" data-clock="wall"'))
    expect(page.locator(".left")).to_contain_text("in 1")
    assert "min" in (page.locator(".left").text_content() or "")


@pytest.mark.parametrize(("rate", "says"), [("0", " in 3 h 12 min"), ("3600", " in 12 min 0 s")])
def test_a_replays_clock_stands_or_runs_at_its_rate(berlin: Person, rate: str, says: str) -> None:
    berlin.context.clock.pause_at("2003-02-10T14:30:00Z")
    page = opened(berlin, html(DUE, body=f'data-now="2003-02-10T14:00:00Z" data-clock="rate={rate}"'))
    berlin.context.clock.set_system_time("2003-02-10T14:30:03Z")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".left")).to_contain_text(says[:8] if rate == "3600" else says)


# the feed


def test_an_act_appears_at_once_with_what_it_says(person: Person, stage: Stage) -> None:
    page = connected(person, stage)
    (cursor,) = stage.act()
    item = page.locator(f'[data-item="{cursor}"]')
    expect(item.locator("p").last).to_have_text("Belmora called Meridian Council together MP.7")
    expect(item.locator(".clause")).to_have_text("MP.7")
    expect(item.locator("a")).to_have_attribute("href", f"/cases/XAB-case-{stage.count}")
    expect(page.locator("[data-empty]")).to_have_count(0)
    expect(page.locator("[data-announce]")).to_have_text("1 new")


def test_an_item_is_made_from_the_pages_own_template(person: Person, stage: Stage) -> None:
    slots = '<b data-slot="by"></b><time data-slot="at"></time><ul data-slot="says"></ul><a data-slot="proof">proof</a>'
    page = connected(person, stage, f"<ul data-feed><template><li>{slots}</li></template><li>old</li></ul>")
    (cursor,) = stage.act()
    item = page.locator(f'[data-item="{cursor}"]')
    expect(item.locator("li")).to_have_count(2)
    expect(item.locator("b")).to_have_text("XAB")
    expect(item.locator("a")).to_have_attribute("href", f"/ledger/{cursor}")
    expect(page.locator("[data-feed] > li").last).to_have_attribute("data-item", cursor)


def test_a_list_of_one_case_takes_no_other(person: Person, stage: Stage) -> None:
    wanted = f"XAB-case-{stage.count + 2}"
    page = connected(person, stage, f'{FEED}<ol id="one" data-feed data-case="{wanted}"></ol>')
    cursors = stage.act(3)
    expect(page.locator(f'[data-item="{cursors[-1]}"]')).to_have_count(1)
    assert page.locator("#one [data-item]").count() == 1


def test_a_burst_of_a_thousand_is_shown_whole_and_in_order(person: Person, stage: Stage) -> None:
    page = connected(person, stage)
    before = int(stage.cursor().partition("-")[2])
    stage.burst(1_000)
    expect(page.locator("[data-item]")).to_have_count(1_000)
    assert shown(page) == [f"1-{before + number}" for number in range(1_000, 0, -1)]


def test_what_somebody_else_writes_stays_text(person: Person, stage: Stage) -> None:
    page = connected(person, stage)
    with stage.client("XAB") as client:
        name = "XAB-<img src=x onerror=alert(1)>"
        command = {"do": "convene", "id": stage.new("odd"), "case": name, "by": "XAB", "organ": "council"}
        cursor = client.submit(command)["cursor"]
    expect(page.locator(f'[data-item="{cursor}"] a')).to_have_text(name)
    assert page.locator("img").count() == 0


def test_equal_acts_that_follow_each_other_are_folded_and_stay_open(person: Person, stage: Stage) -> None:
    page = connected(person, stage, FEED.replace("<li", "<template><li><b data-slot='by'></b></li></template><li"))
    stage.table()
    cursors = stage.support("XAB", "XAC")
    folded = page.locator(f'[data-feed] > [data-item="{cursors[-1]}"] details')
    expect(folded.locator("summary")).to_have_text("1 more like it: XAB")
    folded.locator("summary").click()
    cursors += stage.support("XAB", "XAC")
    expect(page.locator("[data-feed] > li")).to_have_count(2)  # the text that was tabled, and the four positions
    expect(page.locator("[data-feed] > li details")).to_have_attribute("open", "")
    assert shown(page)[: len(cursors)] == cursors[::-1]


# tabs


def test_many_tabs_have_one_stream_and_all_show_everything_once(person: Person, stage: Stage) -> None:
    tabs = [connected(person, stage) for _ in range(3)]
    cursors = stage.act(5)
    for tab in tabs:
        expect(tab.locator("[data-item]")).to_have_count(5)
        assert shown(tab) == cursors[::-1]
    assert len([path for path in person.asked if path.startswith("/api/v1/events")]) == 1


def test_when_the_tab_that_listens_closes_another_goes_on_and_nothing_is_lost(person: Person, stage: Stage) -> None:
    first, second, third = (connected(person, stage) for _ in range(3))
    cursors = stage.act(3)
    expect(third.locator("[data-item]")).to_have_count(3)
    first.close()
    cursors += stage.act(3)
    for tab in (second, third):
        expect(tab.locator("[data-item]")).to_have_count(6)
        assert shown(tab) == cursors[::-1]


def test_a_tab_whose_page_is_older_than_the_stream_catches_up(person: Person, stage: Stage) -> None:
    cursor = stage.cursor()
    cursors = stage.act(3)
    connected(person, stage)
    late = opened(person, html(FEED, cursor=cursor))
    expect(late.locator("[data-item]")).to_have_count(3)
    cursors += stage.act(2)
    expect(late.locator("[data-item]")).to_have_count(5)
    assert sorted(shown(late), key=lambda one: int(one[2:])) == cursors


# the line


@pytest.mark.long
def test_a_centre_that_is_killed_and_comes_back_is_told_and_nothing_is_lost(person: Person, stage: Stage) -> None:
    page = connected(person, stage)
    cursors = stage.act(2)
    expect(page.locator("[data-item]")).to_have_count(2)
    stage.end()
    expect(page.locator("[data-link].lost")).to_contain_text("what you see may be old")
    assert "no connection since" in page.locator("[data-link]").inner_text()
    stage.start()
    cursors += stage.act(2)
    expect(page.locator("[data-item]")).to_have_count(4, timeout=40_000)
    expect(page.locator("[data-link]")).to_have_text("connected")
    assert shown(page) == cursors[::-1]


def test_a_session_that_ends_is_told_and_a_draft_stays_until_one_has_signed_in_again(
    browser: Browser, stage: Stage
) -> None:
    person = Person(browser, stage.address)
    person.sign_in("XAC").close()  # a session of its own, since it ends
    desk = person.context.request.get("/api/v1/me").json()["desk"]  # the pages of one desk know of each other
    page = connected(person, stage, f"{FEED}<form data-draft><textarea></textarea></form>", f'data-desk="{desk}"')
    page.fill("textarea", "We hold that")
    other = person.context.new_page()
    other.goto("/")
    other.locator("form[action='/logout'] button").click()
    other.wait_for_url("**/login*")
    stage.act()
    link = page.locator("[data-link] a")
    expect(link).to_have_text("sign in again", timeout=40_000)
    expect(link).to_have_attribute("href", "/login?next=%2Fproving")
    expect(link).to_have_attribute("target", "_blank")
    expect(page.locator("textarea")).to_have_value("We hold that")
    person.sign_in("XAC")
    expect(page.locator("[data-link]")).to_have_text("connected")
    person.close()
    assert person.wrongs == []


def test_a_page_of_one_seat_never_shows_the_feed_of_another(person: Person, stage: Stage) -> None:
    page = opened(person, html(FEED, seat="XAB", cursor=stage.cursor()))
    expect(page.locator("[data-link]")).to_contain_text("another desk is signed in here now")
    assert not [path for path in person.asked if path.startswith("/api/v1/events")]


# regions


REGION = '<section data-live id="one">{}<details><summary>more</summary></details></section>'


def test_a_region_follows_the_centre_and_its_neighbours_stay(person: Person, stage: Stage) -> None:
    page = connected(person, stage, REGION.format("before") + '<input id="two">')
    page.fill("#two", "mine")
    page.locator("details").evaluate("one => one.open = true")
    person.show(PROVING, html(REGION.format("after"), cursor=stage.cursor()))
    stage.act()
    expect(page.locator("#one")).to_contain_text("after")
    expect(page.locator("#two")).to_have_value("mine")
    assert page.locator("details").get_attribute("open") is not None


def test_a_region_that_holds_the_focus_waits_until_it_is_left(person: Person, stage: Stage) -> None:
    page = connected(
        person, stage, REGION.format('before <a href="#" id="here">here</a>') + '<a href="#" id="out">x</a>'
    )
    page.focus("#here")
    person.show(PROVING, html(REGION.format("after"), cursor=stage.cursor()))
    stage.act()
    expect(page.locator("#one[data-stale]")).to_contain_text("before")
    assert page.evaluate("document.activeElement.id") == "here"
    page.focus("#out")
    expect(page.locator("#one")).to_contain_text("after")


def test_a_form_that_somebody_has_begun_is_left_alone(person: Person, stage: Stage) -> None:
    page = connected(person, stage, REGION.format("before <form><input id='text'></form>"))
    page.fill("#text", "mine")
    page.evaluate("document.activeElement.blur()")
    person.show(PROVING, html(REGION.format("after"), cursor=stage.cursor()))
    stage.act()
    expect(page.locator("#one[data-stale]")).to_contain_text("before")
    expect(page.locator("#text")).to_have_value("mine")


def test_many_acts_ask_for_the_page_few_times(person: Person, stage: Stage) -> None:
    page = connected(person, stage, FEED + REGION.format("before"))
    person.asked.clear()
    stage.act(100)
    expect(page.locator("[data-item]")).to_have_count(100)
    assert person.asked.count(PROVING) <= 3


# keys and drafts


def test_keys_lead_to_pages_and_never_while_one_types(person: Person) -> None:
    page = opened(person, html('<input id="field">'))
    page.focus("#field")
    page.keyboard.type("gc?")
    expect(page.locator("#field")).to_have_value("gc?")
    expect(page.locator("dialog")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.locator("dialog dd")).to_have_text(["this list", "Desk", "Cases"])
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    person.show("/proving?cases", html("cases"))
    page.keyboard.type("gc")
    page.wait_for_url("**/proving?cases")


def test_keys_can_be_switched_off_and_on_again(person: Person) -> None:
    page = opened(person, html(""))
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(1)


def test_a_draft_is_not_left_without_a_question(person: Person) -> None:
    page = opened(person, html("<form data-draft><textarea></textarea></form>"))
    page.fill("textarea", "We hold that")
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.assign('/login'))")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(page.locator("textarea")).to_have_value("We hold that")


def test_how_much_a_field_still_holds_is_counted_and_said_when_little_is_left(person: Person) -> None:
    hint = '<span id="words-limit" data-limit="words">At most 20 letters.</span>'
    page = opened(person, html(f'<form><textarea id="words" maxlength="20"></textarea>{hint}</form>'))
    page.fill("#words", "We hold")
    expect(page.locator("#words-limit")).to_have_text("13 of 20 letters left.")
    expect(page.locator("[data-announce]")).to_have_text("")
    page.fill("#words", "We hold that we may")
    expect(page.locator("#words-limit")).to_have_text("1 of 20 letters left.")
    expect(page.locator("[data-announce]")).to_have_text("1 of 20 letters left.")


def test_a_page_that_answers_a_form_is_left_and_come_back_to_without_sending_it_again(person: Person) -> None:
    page = opened(person, html('<form method="post" action="/sent"><button>Show</button></form>'))
    person.show("/sent", html('<h1>What this brings</h1><form method="post"><button>File</button></form>'))
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_have_text("What this brings")
    expect(page).to_have_url(f"{person.address}{PROVING}")
    with page.expect_request("**/sent") as filed, page.expect_navigation():
        page.get_by_role("button", name="File").click()
    assert filed.value.method == "POST"
    expect(page.locator("html")).to_have_attribute("data-script", "on")
    with page.expect_request(f"**{PROVING}") as again:
        page.reload()
    assert again.value.method == "GET"
    expect(page.get_by_role("button", name="Show")).to_be_visible()


# forms that answer at once
# forms that answer at once


def test_a_what_if_is_recomputed_when_it_changes(person: Person) -> None:
    form = '<form data-auto method="get" action="/proving"><select name="day"><option>1<option>2</select></form>'
    page = opened(person, html(f'{form}<div data-result id="out">one</div>', scripts="live.js whatif.js"))
    person.show("/proving?day=2", html('<div data-result id="out">two</div>'))
    page.select_option("select", "2")
    expect(page.locator("#out")).to_have_text("two")
    assert page.url.endswith("/proving?day=2")


def test_a_preview_is_asked_for_as_one_writes(person: Person) -> None:
    form = '<form data-preview="/proving/preview"><input name="csrf" value="token"><textarea name="text"></textarea>'
    page = opened(person, html(f"{form}<div data-preview-result></div></form>", scripts="live.js preview.js"))
    person.show("/proving/preview", "<div data-preview-result>XAB will see this; <b>XAD</b> will not</div>")
    with page.expect_request("**/proving/preview") as asked:
        page.fill("textarea", "Tanks at the ford.")
    assert asked.value.post_data == "csrf=token&text=Tanks+at+the+ford."
    assert asked.value.headers["x-csrf-token"] == "token"
    expect(page.locator("[data-preview-result]")).to_have_text("XAB will see this; XAD will not")


# the map


def figure(parties: dict[str, str], **more: object) -> str:
    """A map of parties with their status."""
    lines = [
        {"id": code, "numeric": state_number(code) or "", "name": state_name(code) or code, "status": status}
        for code, status in parties.items()
    ]
    data = msgspec.json.encode({"title": "Parties", "parties": lines, **more}).decode().replace("<", "\\u003c")
    atlas, symbols = static_url("atlas.json"), static_url("symbols.json")
    return (
        f'<script type="application/json" id="map-data">{data}</script>'
        f'<figure data-map data-atlas="{escape(atlas)}" data-symbols="{escape(symbols)}" data-context="exercise">'
        "<figcaption>Borders follow the charter.</figcaption></figure>"
    )


ALLIES = dict.fromkeys(("USA", "CAN", "DEU", "FRA", "TUR", "LUX", "ISL"), "ally")


def drawn(person: Person, main: str) -> Page:
    page = opened(person, html(main, scripts="live.js map.js"))
    page.wait_for_selector("[data-drawn]", state="attached")
    return page


def test_the_map_shows_parties_by_status_with_warnings_and_deployments(person: Person) -> None:
    deployments = [{"party": "TUR", "symbol": "air-defence/planned", "label": "Patriot, planned"}]
    warnings = [{"case": "TUR-1", "party": "TUR", "label": "Warning of 10 February"}]
    parties = {**ALLIES, "FIN": "partner", "GEO": "suspended"}
    page = drawn(person, figure(parties, deployments=deployments, warnings=warnings, selected="TUR"))
    expect(page.locator("path.party.s1")).to_have_count(len(ALLIES))
    expect(page.locator("path.party.limited[data-party=GEO] title")).to_have_text("Georgia: suspended")
    expect(page.locator("path.party.selected")).to_have_attribute("data-party", "TUR")
    expect(page.locator(".mark a")).to_have_attribute("href", "/cases/TUR-1")
    expect(page.locator(".mark")).to_have_count(2)
    expect(page.locator("circle[data-party=LUX]")).to_have_count(1)
    expect(page.locator(".map-legend li")).to_have_text([" ally (7)", " partner (1)", " suspended (1)"])
    expect(page.locator("figcaption")).to_be_visible()


def test_the_map_is_walked_by_keyboard(person: Person) -> None:
    page = drawn(person, figure(ALLIES))
    page.focus("[data-party=USA]")
    expect(page.locator(".map-told")).to_have_text("United States: ally")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.party") == "CAN"
    assert page.locator("[data-party][tabindex='0']").count() == 1


def test_the_map_is_enlarged_and_moved_by_buttons(person: Person) -> None:
    page = drawn(person, figure(ALLIES))
    ground = page.locator(".ground")
    before = ground.get_attribute("transform")
    page.get_by_role("button", name="Enlarge").click()
    enlarged = ground.get_attribute("transform")
    assert enlarged != before
    page.get_by_role("button", name="Look to the left").click()
    assert ground.get_attribute("transform") != enlarged
    page.get_by_role("button", name="Whole world").click()
    assert page.get_by_role("button", name="Whole world").get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.activeElement.textContent") == "Whole world"


def test_the_map_says_who_is_not_on_it(person: Person) -> None:
    page = drawn(person, figure({**ALLIES, "XAA": "member"}))
    expect(page.locator(".map-told")).to_have_text("Not on the map: XAA.")
    page = drawn(person, figure({"XAA": "member", "XAB": "member"}))
    expect(page.locator(".map-told")).to_have_text("The map shows none of the parties; the list names them all.")
    expect(page.locator("figure svg")).to_have_count(0)


def test_the_map_and_the_list_of_keys_are_accessible(person: Person) -> None:
    page = drawn(person, figure({**ALLIES, "FIN": "partner"}, warnings=[{"case": "a", "party": "TUR", "label": "w"}]))
    page.get_by_role("button", name="Keys").click()
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert serious(page) == []


def test_what_somebody_wrote_comes_back_to_the_same_desk_and_to_no_other(person: Person, stage: Stage) -> None:
    form, scripts = '<form data-keep="words"><input name="words"></form>', "live.js keep.js"

    def of(desk: str) -> str:
        return html(form, cursor=stage.cursor(), body=f'data-desk="{desk}"', scripts=scripts)

    page = opened(person, of("one"))
    words = page.locator("[name=words]")
    words.fill("Ours alone.")
    for shows, stands in (
        (html(form, scripts=scripts), ""),  # the session has ended: nobody is signed in
        (of("one"), "Ours alone."),
        (of("two"), ""),  # another desk of the same seat
        (of("one"), ""),
    ):
        person.show(PROVING, shows)
        page.goto(PROVING)
        expect(page.locator("html")).to_have_attribute("data-script", "on")
        expect(words).to_have_value(stands)
