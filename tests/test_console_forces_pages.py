"""The pages about forces in a browser: files chosen, a plan kept and checked, on a phone too."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from tests.browser import chromium, need_browser, serious
from tests.console_stage import Exercise, Officer
from tests.test_console_everywhere import DESK, PHONE, flaws_of
from tocsin.charter.files.disk import resource_path
from tocsin.client import Client
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import Caveat
from tocsin.pictures.page import render, sheets_of

pytestmark = pytest.mark.timeout(120)

CASE = resource_path("operations", "meridian-ford")
UNITS = resource_path("operations", "meridian").with_suffix(".csv")


class Scene(NamedTuple):
    """A liaison, a case that an adopted text is in, a folder to save to, and the exercise around them."""

    officer: Officer
    case: str
    folder: Path
    stage: Exercise


@pytest.fixture(scope="module")
def corvenna(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
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
        yield Scene(officer, case, folder, stage)
        officer.close()
    stage.end()
    assert officer.wrongs == []


def test_from_two_files_to_a_plan_that_is_kept_and_checked_and_what_is_needed_by_it(
    corvenna: Scene,
) -> None:
    officer, case, folder, _ = corvenna
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
    corvenna: Scene,
) -> None:
    officer, case, _, _ = corvenna
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


def test_from_ticked_scenarios_to_what_an_alliance_lacks_on_a_phone_too(corvenna: Scene) -> None:
    officer, case, _, _ = corvenna
    page = officer.page
    page.set_viewport_size(PHONE)
    officer.open("cases", case, "forces")
    officer.follow("Sum up what is missing")
    assert flaws_of(officer) == []
    officer.press("Sum up what is missing")
    officer.sees("There is no scenario.")
    assert flaws_of(officer) == []
    for box in page.locator("input[name=shipped]").all():
        box.check()
    page.locator("input[name=case_file]").set_input_files([CASE.with_name("turkey-2003.toml")])
    page.locator("input[name=inventory_file]").set_input_files(UNITS)
    page.locator("select[name=how]").select_option("least missing")
    officer.press("Sum up what is missing")
    officer.sees("What is missing over 6 scenarios")
    expect(page.locator("#nearest table")).to_be_visible()
    assert flaws_of(officer) == []
    page.set_viewport_size(DESK)
    assert serious(page) == []


def test_an_invitation_to_check_a_package_leads_from_the_desk_to_the_form_that_checks_it(corvenna: Scene) -> None:
    officer, case, _, stage = corvenna
    line = {"id": "light", "capability": "light infantry", "required": 900, "unit": "persons"}
    pledge = {"pledge": "c", "line": "light", "party": "XAC", "quantity": 300}
    package = {"package": "one", "totals": {"light": 300}, "digest": f"sha256:{'ab' * 32}", "algorithm": "by hand"}

    def filed(client: Client, do: str, by: str, **fields: Any) -> None:  # noqa: ANN401  # fields of the command
        client.submit({"do": do, "id": f"i-{do}", "by": by, "case": case, **fields})

    filed(stage.admin, "set requirement", "SG", procedure="tents", lines=[line])
    filed(stage.at("XAC"), "pledge", "XAC", **pledge)
    filed(stage.admin, "report package", "SG", **package)
    for size in (DESK, PHONE):
        officer.page.set_viewport_size(size)
        officer.open()
        officer.sees("The force package 'one' fills a line to which you pledged.")
        officer.open("desk")
        officer.sees("an invitation, no duty.")
        assert serious(officer.page) == []
        officer.follow("Check the plan behind it")
        expect(officer.page.locator("#check")).to_be_in_viewport()


def test_the_page_of_a_plan_with_long_names_and_every_column_fits_a_desk(corvenna: Scene) -> None:
    case = load_case("meridian-ford")
    lines = tuple(replace(line, id=f"line-with-a-rather-long-name-{line.id}") for line in case.line)
    caveat = Caveat(hard=False, scope="area", tag="ford")
    units = tuple(
        replace(
            unit,
            id=f"unit-of-the-northern-brigade-{unit.id}-detachment",
            caveats=(*unit.caveats, caveat),
            valid_from=date(2026, 3, 3),
            cost_cents=unit.cost_cents * 10,
        )
        for unit in load_inventory("meridian", case.capability, case.case.activation)
    )
    long = replace(case, line=lines)
    browser = corvenna.officer.page.context.browser
    assert browser is not None
    page = browser.new_page(viewport=DESK)
    page.set_content(render(sheets_of(plan_of(long, units, greedy(long, units)))))
    expect(page.locator("th", has_text="soft caveats")).to_be_visible()
    wide = "[...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(wide) == 0
    page.close()
