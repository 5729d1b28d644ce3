"""The pages about forces in a browser: files chosen, a plan kept and checked, on a phone too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import chromium, need_browser, serious
from tests.console_stage import Exercise, Officer
from tests.test_console_everywhere import DESK, PHONE, flaws_of
from tocsin.charter.files.disk import resource_path

pytestmark = pytest.mark.timeout(120)

CASE = resource_path("operations", "meridian-ford")
UNITS = resource_path("operations", "meridian").with_suffix(".csv")


@pytest.fixture(scope="module")
def corvenna(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Officer, str, Path]]:
    """A liaison, a case that an adopted text is in, and a folder to save to."""
    need_browser()
    folder = tmp_path_factory.mktemp("stage")
    stage = Exercise(folder)
    stage.set_up()
    case, procedure = stage.text()
    for party in ("XAA", "XAB", "XAC", "XAD", "XAE"):
        said = {"case": case, "procedure": procedure, "by": "SG", "party": party, "position": "support"}
        stage.admin.submit({**said, "do": "state position", "id": f"s-{party}"})
    stage.admin.submit({"do": "close", "id": "z", "by": "SG", "case": case, "procedure": procedure})
    with chromium() as browser:
        officer = stage.officer(browser, "XAC", "head")
        yield officer, case, folder
        officer.close()
    stage.end()
    assert officer.wrongs == []


def test_from_two_files_to_a_plan_that_is_kept_and_checked_and_what_is_needed_by_it(
    corvenna: tuple[Officer, str, Path],
) -> None:
    officer, case, folder = corvenna
    page = officer.page
    page.set_viewport_size(DESK)
    officer.open("cases", case)
    officer.follow("Force packages: plan, check, report")
    page.locator("input[name=case_file]").set_input_files(CASE)
    page.locator("input[name=inventory_file]").set_input_files(UNITS)
    officer.press("Plan")
    officer.sees("It keeps every rule.")
    expect(page.locator(".banner.mode-hypothetical", has_text="forces of invented states")).to_be_visible()
    expect(page.locator(".pictures svg").first).to_be_visible()
    with page.expect_download() as download:
        officer.press("Save the plan as a file")
    plan = folder / "plan.json"
    download.value.save_as(plan)
    page.locator("summary", has_text="Set what is needed from this plan").click()
    officer.press("Show what this brings", page.locator("details", has_text="Set what is needed"))
    officer.is_told("Needed are then")
    officer.files()
    page.locator("input[name=file]").set_input_files(plan)
    officer.press("Check it")
    officer.sees("No package of this case has this digest.")
    assert serious(page) == []


def test_no_page_about_forces_has_a_serious_flaw_or_scrolls_sideways_on_a_phone(
    corvenna: tuple[Officer, str, Path],
) -> None:
    officer, case, _ = corvenna
    page = officer.page
    page.set_viewport_size(PHONE)
    officer.open("cases", case, "forces")
    assert flaws_of(officer) == []
    page.locator("input[name=case_file]").set_input_files(CASE)
    page.locator("input[name=inventory_file]").set_input_files(UNITS)
    officer.press("Plan")
    officer.sees("It keeps every rule.")
    assert flaws_of(officer) == []
    officer.press("What would fill the lines?")
    officer.sees("What would fill the lines")
    assert flaws_of(officer) == []
    page.locator("textarea[name=changes]").fill("without XAC")
    officer.press("Plan with these changes")
    officer.sees("What would be otherwise")
    assert flaws_of(officer) == []
    page.locator("textarea[name=changes]").fill("sing XAC")
    officer.press("Plan with these changes")
    officer.sees("there is no such change")
    assert flaws_of(officer) == []
