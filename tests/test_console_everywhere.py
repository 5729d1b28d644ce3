"""What holds on every page of the console, whichever it is: each row of the route table, opened in Chromium."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Response, ViewportSize, expect

from tests.browser import chromium, need_browser, serious
from tests.console_stage import Exercise, Officer
from tests.test_demo import demonstration
from tocsin.web.call import HTML
from tocsin.web.routes_pages import PAGES

pytestmark = pytest.mark.timeout(240)  # every page there is, by a browser's pace on a machine that does much else

ROWS = [row.path for row in PAGES if row.method == "GET" and row.media == HTML]
NOT_HERE = {"/start/{code}": "a demonstration's link, which signs in and shows the first page: tests/test_demo.py"}
TO_KEEP, A_FILE = "/after/{case}/report.html", "/a-file"
"""What is given to keep is opened as it would be from the disk: as it is, and without the centre's headers."""
A_NAME = re.compile(r"\{(\w+)\}")
LONG_NAME = "a-case-with-a-name-so-long-that-nobody-would-choose-it-though-it-may-have-eighty"
PHONE = ViewportSize(width=375, height=812)
DESK = ViewportSize(width=1280, height=900)


class Scene(NamedTuple):
    """Who looks, and a page of each kind."""

    stage: Exercise
    corvenna: Officer
    paths: dict[str, str]
    """Row of the route table to a path that can be opened."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    need_browser()
    stage = Exercise(tmp_path_factory.mktemp("stage"))
    stage.set_up()
    with chromium() as browser:
        corvenna = stage.officer(browser, "XAC", "head")
        corvenna.context.on("response", lambda answer: note(corvenna, answer))
        yield Scene(stage, corvenna, fill_the_stage(stage, corvenna))
        corvenna.close()
    stage.end()


def fill_the_stage(stage: Exercise, corvenna: Officer) -> dict[str, str]:
    """Bring about what pages can be of, so that each has something to show."""
    text, deputy = stage.silence(LONG_NAME), stage.at("XAC", "head")
    flood = {"warning": "flood", "text": "The dam at Elm gives way.", "to": ["XAC"]}
    stage.belmora.warn({**flood, "case": text[0], "marking": "TLP:AMBER"}, "w-1")
    entered = {"case": text[0], "procedure": text[1], "by": "SG", "party": "XAC", "position": "support"}
    stage.admin.submit({**entered, "do": "state position", "note": "by telephone, A. Holt, 10:00", "id": "told"})
    own = {"warning": "own", "text": "Rain until Friday.", "to": ["XAB"], "marking": "TLP:AMBER"}
    deputy.warn({**own, "case": text[0]}, "w-2")
    deputy.set_party_settings({"two_persons": ["recall"]})
    recall = {"do": "recall warning", "id": "recall", "case": text[0], "warning": "own", "why": "Wrong river."}
    pending = deputy.submit(recall)["pending"]
    draft, entry, report = (make(corvenna, text) for make in (a_draft, an_entry, a_report))
    names = {"case": text[0], "procedure": text[1], "warning": "flood", "table": "rule", "row": "silence"}
    names |= {"pending": pending, "cursor": "1-1", "draft": draft, "entry": entry, "report": report}
    paths = {row: A_NAME.sub(lambda found: names[found[1]], row) for row in ROWS if row not in NOT_HERE}
    kept = corvenna.context.request.get(paths[TO_KEEP]).body()
    corvenna.context.route(f"**{A_FILE}", lambda route: route.fulfill(body=kept, content_type=HTML))
    what_if = urlencode({"procedure": "/".join(text)})
    return paths | {"/charter/what-if with a text": f"/charter/what-if?{what_if}"}


def note(officer: Officer, answer: Response) -> None:
    """What a page asks for is there."""
    if answer.status >= 400:
        officer.wrongs.append(f"{answer.status} {answer.url}")


def last_part(corvenna: Officer) -> str:
    return corvenna.page.url.partition("?")[0].rpartition("/")[2]


def a_draft(corvenna: Officer, text: tuple[str, str]) -> str:
    corvenna.open("desk", "position", *text)
    corvenna.page.get_by_role("radio", name="support").check()
    corvenna.page.locator("summary", has_text="Save it as a draft").click()
    corvenna.press("Save as a draft")
    corvenna.page.wait_for_url("**/desk/draft/*")
    return last_part(corvenna)


def an_entry(corvenna: Officer, _: tuple[str, str]) -> str:
    corvenna.open("watch", "log")
    corvenna.fill(corvenna.page.locator(".entry-form"), text="Belmora called: the dam is watched.")
    corvenna.press("Write", corvenna.page.locator(".entry-form"))
    link = corvenna.page.locator("a[href^='/watch/log/']").first.get_attribute("href")
    assert link is not None
    return link.rpartition("/")[2]


def a_report(corvenna: Officer, _: tuple[str, str]) -> str:
    corvenna.open("watch", "report")
    corvenna.press("Draw a report")
    corvenna.page.wait_for_url("**/watch/report/*")
    return last_part(corvenna)


class Look(NamedTuple):
    """What is seen of a page: opened, unfolded, on a desk, in print and on a phone."""

    status: int
    headings: int
    language: str
    modes: int
    """Banners on the screen: what the mode is, and that the states are invented."""
    modes_in_print: int
    flaws: list[str]
    sticks_out: list[str]
    """On a phone, beyond its right edge."""


def every_page(scene: Scene) -> Iterator[tuple[str, Page, int]]:
    """Each page, opened and unfolded, with its status."""
    for row, path in scene.paths.items():
        answer = scene.corvenna.page.goto(A_FILE if row == TO_KEEP else path)
        assert answer is not None
        unfold(scene.corvenna.page)
        yield row, scene.corvenna.page, answer.status


@pytest.fixture(scope="module")
def looks(scene: Scene) -> dict[str, Look]:
    """By row of the route table. A page is loaded once for all that is looked at."""
    scene.corvenna.wrongs.clear()
    scene.corvenna.page.set_viewport_size(DESK)
    return {row: look(page, status) for row, page, status in every_page(scene)}


def look(page: Page, status: int) -> Look:
    flaws, modes = serious(page), banners(page)
    page.emulate_media(media="print")
    modes_in_print = banners(page)
    page.emulate_media(media="screen")
    page.set_viewport_size(PHONE)
    found = Look(
        status=status,
        headings=page.locator("h1").count(),
        language=page.locator("html").get_attribute("lang") or "",
        modes=modes,
        modes_in_print=modes_in_print,
        flaws=flaws,
        sticks_out=sticks_out(page),
    )
    page.set_viewport_size(DESK)
    return found


def banners(page: Page) -> int:
    """How many of the two banners are seen."""
    found = (".banner.mode-exercise", ".banner.mode-hypothetical")
    return sum(page.locator(banner).first.is_visible() for banner in found)


def sticks_out(page: Page) -> list[str]:
    """What makes a page scroll sideways on a phone."""
    if page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]:
        return []
    script = """width => [...document.querySelectorAll("main *, header *, footer *")]
        .filter(one => one.getBoundingClientRect().right > width && !one.closest(".wide"))
        .slice(0, 3).map(one => one.outerHTML.slice(0, 80))"""
    found: list[str] = page.evaluate(script, PHONE["width"])
    return ["the page", *found]


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")


def test_every_row_of_the_table_is_looked_at(scene: Scene) -> None:
    assert set(scene.paths) - {"/charter/what-if with a text"} == set(ROWS) - set(NOT_HERE)


def test_every_page_is_there_whole_with_one_heading_and_nothing_from_elsewhere(
    scene: Scene, looks: dict[str, Look]
) -> None:
    assert {row: (one.status, one.headings, one.language) for row, one in looks.items()} == dict.fromkeys(
        scene.paths, (200, 1, "en")
    )
    assert scene.corvenna.wrongs == []


def test_every_page_says_its_mode_on_the_screen_and_in_print(looks: dict[str, Look]) -> None:
    assert [(row, one) for row, one in looks.items() if (one.modes, one.modes_in_print) != (2, 2)] == []


def test_no_page_has_a_serious_flaw_for_who_cannot_see(looks: dict[str, Look]) -> None:
    assert {row: one.flaws for row, one in looks.items() if one.flaws} == {}


def test_no_page_scrolls_sideways_on_a_phone(looks: dict[str, Look]) -> None:
    assert {row: one.sticks_out for row, one in looks.items() if one.sticks_out} == {}


def test_what_comes_between_a_form_and_its_filing_has_no_serious_flaw_either(scene: Scene) -> None:
    corvenna, text = scene.corvenna, scene.stage.silence()
    corvenna.page.set_viewport_size(PHONE)
    corvenna.position(text, "object")
    corvenna.is_told("This breaks the silence")
    assert flaws_of(corvenna) == []
    scene.stage.admin.submit({"do": "withdraw text", "id": "w", "by": "SG", "case": text[0], "procedure": text[1]})
    corvenna.press("Confirm and file")
    corvenna.sees("without effect")
    assert flaws_of(corvenna) == []
    corvenna.deed(text[0], "Consent to forces on our territory", until="2026-01-01T00:00")
    corvenna.sees("Nothing was filed.")
    assert flaws_of(corvenna) == []
    corvenna.page.goto("/cases/none-of-this-name")
    assert flaws_of(corvenna) == []
    corvenna.page.set_viewport_size(DESK)


def flaws_of(officer: Officer) -> list[str]:
    """Serious flaws of the page they look at, and whether it lacks its mode or is too wide."""
    unfold(officer.page)
    expect(officer.page.locator(".banner.mode-exercise").first).to_be_visible()
    expect(officer.page.locator("h1")).to_have_count(1)
    return serious(officer.page) + sticks_out(officer.page)


@pytest.mark.long
def test_the_secretariats_pages_have_no_serious_flaw_either(scene: Scene) -> None:
    browser = scene.corvenna.context.browser
    assert browser is not None
    secretary = scene.stage.officer(browser, "secretariat", "secretariat", viewport=PHONE)
    case, procedure = scene.paths["/council/{case}/{procedure}"].split("/")[2:]
    for path in (
        "",
        "desk",
        "council",
        f"council/{case}/{procedure}",
        f"cases/{case}",
        f"desk/position/{case}/{procedure}",
    ):
        secretary.page.goto(f"/{path}")
        assert (path, flaws_of(secretary)) == (path, [])
    secretary.close()
    assert secretary.wrongs == []


@pytest.mark.long
def test_in_the_dark_no_page_has_a_serious_flaw_for_who_cannot_see(scene: Scene) -> None:
    scene.corvenna.page.emulate_media(color_scheme="dark")
    found = {row: serious(page) for row, page, _ in every_page(scene)}
    scene.corvenna.page.emulate_media(color_scheme="light")
    assert {row: flaws for row, flaws in found.items() if flaws} == {}


MAIN_ACTIONS = {
    "/": "#asks a",
    "/desk": "#asked .acts a, #asked .acts button",
    "/desk/warning": ".acts button",
    "/desk/position/{case}/{procedure}": "form.deskform .acts button",
    "/council/{case}/{procedure}": ".lead a.button",
    "/ledger/{cursor}": "[data-check]",
    "/watch/log": ".entry-form button",
}


def test_the_main_action_is_reached_by_the_tab_key_and_keys_are_explained(scene: Scene) -> None:
    page = scene.corvenna.page
    for row, action in MAIN_ACTIONS.items():
        page.goto(scene.paths[row])
        assert page.locator(action).first.is_visible(), row
        page.keyboard.press("?")
        expect(page.locator("dialog.keys")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("dialog")).to_have_count(0)
        assert is_reached(page, action), row


def is_reached(page: Page, action: str, most: int = 120) -> bool:
    """Whether the Tab key comes to it, and it shows that it has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("action => document.activeElement === document.querySelector(action)", action):
            return bool(page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))
    return False


def test_the_pages_of_the_way_in_have_no_serious_flaw_either(scene: Scene) -> None:
    browser = scene.corvenna.context.browser
    assert browser is not None
    context = browser.new_context(base_url=scene.stage.address, viewport=PHONE)
    page = context.new_page()
    link = scene.stage.admin.invite("XAD", "reader")["link"]
    for path in ("/login", link):
        page.goto(path)
        expect(page.locator(".banner.mode-exercise").first).to_be_visible()
        expect(page.locator("h1")).to_have_count(1)
        assert serious(page) == []
        assert sticks_out(page) == []
    context.close()


@pytest.mark.long
def test_a_real_alliances_pages_have_no_serious_flaw_either(scene: Scene) -> None:
    """With a map, nineteen parties, precedents, and a charter of some size."""
    browser = scene.corvenna.context.browser
    assert browser is not None
    case = "nato-2003-turkey"
    paths = ["", "desk", "council", f"council/{case}/planning", f"cases/{case}", f"after/{case}", "print", "ledger"]
    paths += ["charter", "charter/parties", "charter/duties", f"charter/what-if?procedure={case}/planning"]
    with demonstration("--paused") as told:
        people = [Officer(browser, link.partition("/start/")[0]) for link in told["links"].values()]
        for officer, link in zip(people, told["links"].values(), strict=True):
            officer.page.goto(link)
        for step in range(1, 11):
            people[0].press("Next step", people[0].page.locator("header"))
            people[0].sees(f"step {step} of 27", "header")
        found = {}
        for officer in (people[0], people[1]):
            for path in paths:
                officer.page.goto(f"/{path}")
                unfold(officer.page)
                flaws = serious(officer.page)
                officer.page.set_viewport_size(PHONE)
                found[officer.address, path] = flaws + sticks_out(officer.page)
                officer.page.set_viewport_size(DESK)
        assert {where: flaws for where, flaws in found.items() if flaws} == {}
        for officer in people:
            officer.close()
            assert officer.wrongs == []
