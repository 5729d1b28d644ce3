"""Forces on the pages: a case and an inventory become a plan; it is reported, sent on, checked and attested."""

import csv
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from io import BytesIO
from typing import Any

import msgspec
import pytest

from tests.centre_world import run
from tests.console_user import Page, User
from tests.test_console_situation import silence
from tests.web_client import BASE, Site
from tocsin.alliance.packages import adopted_by
from tocsin.alliance.state import CaseState
from tocsin.charter.files.disk import resource_path
from tocsin.forces.figures import package_digest
from tocsin.forces.model import Plan

openpyxl: Any = import_module("openpyxl")  # an extra, without types

PATH = "/cases/river/forces"
CASE = resource_path("operations", "meridian-flood").read_text(encoding="utf-8")
UNITS = resource_path("operations", "meridian").with_suffix(".csv").read_text(encoding="utf-8")
LINE = "engineers-1"

Story = Callable[[Site], Awaitable[None]]

FORD = """\
schema = 1

[case]
id = "river"
title = "The river"
operation = "rapid reaction"
activation = 2026-03-02
hypothetical = true

[[line]]
id = "light"
capability = "infantry-light"
required = 900
destination = "north"
in_place_by_hours = 240
priority = 1

[[lift]]
leaves_hours = 48
tonnes = 5000
"""
TWO = """\
id,nation,name,capability,strength,location,notice_to_move_hours,transit_hours,cost_cents,lift_tonnes,caveats
XAA-1,XAA,1st Battalion,infantry-light,500,Ardmouth,20,12,90000000,400,soft area north
XAC-1,XAC,Rifle Battalion,infantry-light,300,Corve,12,30,70000000,350,
XAD-1,XAD,Dunhaven Rifles,infantry-light,450,Dunhaven,500,30,70000000,350,
"""


def told(story: Story) -> None:
    async def whole() -> None:
        async with Site() as site:
            await decided(site)
            await story(site)

    run(whole())


async def decided(site: Site) -> None:
    """A case 'river' whose text 'help' is adopted; nothing is required yet."""
    await silence(site)
    site.world.pass_hours(24)
    for seat in ("XAA", "XAB", "XAC", "XAD", "XAE"):
        await site.post("/api/v1/feed/confirm", site.seat(seat), {"cursor": ""})
    await site.act(site.admin, "confirm expiry", "e1", by="SG", case="river", procedure="help")


async def required(site: Site) -> None:
    """What the plan of `FORD` fills is required, and pledged."""
    line = {"id": "light", "capability": "light infantry", "required": 900, "unit": "persons"}
    said: dict[str, Any] = {"case": "river", "procedure": "help", "lines": [line]}
    assert (await site.act(site.admin, "set requirement", "q1", by="SG", **said)).status_code == 200
    for party, quantity in (("XAA", 500), ("XAC", 300)):
        pledge = {"case": "river", "pledge": party, "line": "light", "party": party, "quantity": quantity}
        assert (await site.act(site.seat(party), "pledge", f"p-{party}", **pledge)).status_code == 200


async def planned(user: User, case: str = FORD, inventory: str = TWO) -> Page:
    """The page of a plan, from what somebody wrote into the form."""
    await user.open(PATH)
    return await user.send(PATH, {"case_text": case, "inventory_text": inventory})


async def saved(user: User) -> bytes:
    """The plan on the open page, as a file."""
    form = user.page.form(f"{PATH}/keep")
    await user.post(f"{PATH}/keep", form.filled({}))
    assert user.answer.headers["content-disposition"] == 'attachment; filename="hypothetical-plan.json"'
    assert user.answer.headers["content-security-policy"].endswith("sandbox")
    return user.answer.content


async def uploaded(user: User, action: str, **files: tuple[str, bytes]) -> Page:
    """Send a form of the open page with files, as a browser does."""
    form = user.page.form(action)
    assert set(files) <= form.names
    headers = {"origin": BASE, "cookie": f"tocsin={user.secret}"}
    user.answer = await user.site.http.post(action, data=dict(form.fields), files=files, headers=headers)
    user.page = Page(user.answer)
    return user.page


def workbook(text: str) -> bytes:
    """An inventory as a workbook."""
    book, content = openpyxl.Workbook(), BytesIO()
    for row in csv.reader(text.splitlines()):
        book.worksheets[0].append(row)
    book.save(content)
    return content.getvalue()


async def checked(user: User, plan: bytes) -> Page:
    await user.open(PATH)
    return await uploaded(user, f"{PATH}/check", file=("plan.json", plan))


async def report(user: User, package: str = "one") -> Page:
    """Plan, report it, and go on to the page of the case's forces."""
    await planned(user)
    await user.send(f"{PATH}/act", {"package": package}, deed="report package")
    return await user.confirm()


def case_of(site: Site) -> CaseState:
    return site.world.centre.view("XAA").case_state("river")


def test_the_page_shows_required_pledged_filled_and_shortfall_of_each_line() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await user.open(PATH)
        assert "Nothing is asked for yet" in page.text
        assert PATH in (await user.open("/cases/river")).links
        await required(site)
        page = await user.open(PATH)
        assert "light light infantry Ardovia: 500 Corvenna: 300 900 persons 800 – 100" in page.text
        page = await report(user)
        assert user.path == PATH
        assert "900 persons 800 800 100" in page.text
        assert "Filled by the package reported last: one." in page.text

    told(story)


def test_a_plan_is_shown_with_its_reasons_and_keeps_no_unit_here() -> None:
    async def story(site: Site) -> None:
        user, before = User(site, site.seat("XAA")), site.entries()
        page = await planned(user)
        assert page.status == 200
        assert "It keeps every rule." in page.text
        assert "HYPOTHETICAL forces of invented states" in page.text
        assert "XAA-1 1st Battalion Ardovia light 500 20 60 north" in page.text
        assert "notice : notice to move and transit end too late" in page.text
        assert "It cannot be reported as it is" in page.text  # nothing is required in the case yet
        assert site.entries() == before
        plan = msgspec.json.decode(await saved(user), type=Plan)
        assert [one.unit for one in plan.package.assignments] == ["XAA-1", "XAC-1"]

    told(story)


def test_a_plan_tells_what_the_inventory_names_and_the_case_does_not_know() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await planned(user, inventory=TWO.replace("soft area north", "hard area nroth"))
        assert "To look at the hard caveat on the area 'nroth' (XAA-1) meets no line" in page.text
        assert "did you mean the area 'north'?" in page.text
        assert "To look at" not in (await planned(user)).text

    told(story)


def test_a_plan_has_pictures_in_words_too_and_a_page_of_its_own_to_print() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await planned(user)
        assert page.html.count('<svg xmlns="http://www.w3.org/2000/svg"') == 4
        assert page.html.count("<figcaption") == 4
        form = page.form(f"{PATH}/keep")
        await user.post(f"{PATH}/keep", form.filled({"how": "html"}))
        assert user.answer.headers["content-disposition"] == 'attachment; filename="hypothetical-plan.html"'
        assert "HYPOTHETICAL" in user.answer.text
        assert "<script" not in user.answer.text
        style = (await site.get("/forces.css")).text
        assert ".picture .place" in style
        assert ":root" not in style  # the pictures' colours are no others'

    told(story)


def test_what_would_be_otherwise_is_planned_beside_what_is() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await planned(user)
        page = await user.send(f"{PATH}/what-if", {"changes": "notice XAD-1:10\n--without XAC"})
        assert page.status == 200
        assert "--notice XAD-1:10" in page.text
        assert "Weighted shortfall: 100 → 0 · Cost" in page.text
        assert "light 900 100 0" in page.text
        await planned(user)
        page = await user.send(f"{PATH}/what-if", {"changes": "sing XAD"})
        assert (page.status, "there is no such change" in page.text) == (400, True)

    told(story)


def test_what_would_fill_a_line_is_told_and_planned_by_a_button() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await planned(user)
        page = await user.post(f"{PATH}/explain", page.form(f"{PATH}/explain").filled({"changes": "", "how": "json"}))
        assert "What would fill the lines" in page.text
        assert "light: 100 missing" in page.text
        assert "nothing cheaper does it" in page.text
        option = re.search(r'name="change" value="([^"]+)"', page.html)
        assert option is not None
        assert option[1].endswith(" --line light")
        page = await user.send(f"{PATH}/what-if", {"change": option[1], "changes": ""})
        assert "Weighted shortfall: 100 → 0" in page.text
        assert "Filled first: light" in page.text
        assert "The package before was found at once, without a search, this one was searched for" in page.text

    told(story)


def test_a_change_by_a_button_fills_the_line_that_it_was_offered_for_though_another_weighs_more() -> None:
    second = FORD.partition("[[lift]]")[0].partition("[[line]]")[2].replace('"light"', '"second"', 1)
    second = second.replace("900", "2000") + "weight = 5\n"
    case = FORD.replace("[[lift]]", f"[[line]]{second}\n[[lift]]")

    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await user.open(PATH)
        page = await user.send(PATH, {"case_text": case, "inventory_text": TWO, "aim": "shortfall,cost"})
        page = await user.post(f"{PATH}/explain", page.form(f"{PATH}/explain").filled({"changes": "", "how": "json"}))
        offered = re.findall(r'name="change" value="([^"]+)"', page.html)
        assert offered
        for option in offered:
            shown = await user.post(
                f"{PATH}/what-if", page.form(f"{PATH}/what-if").filled({"change": option, "changes": ""})
            )
            line = option.rpartition(" ")[2]
            assert re.search(rf"Shortfall then .*{line} [\d,]+ [\d,]+ 0 ", shown.text)

    told(story)


def test_a_plan_made_better_says_what_was_proved_of_it() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await user.open(PATH)
        said = {"case_text": FORD, "inventory_text": TWO, "aim": "shortfall,cost"}
        page = await user.send(PATH, said)
        assert "shortfall : 100 (proved to be the least)" in page.text
        assert "cost : 1,600,000.00 (proved to be the least)" in page.text

    told(story)


def test_a_case_of_forces_is_begun_from_the_requirement_lines_and_plans_as_it_is() -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        page = await user.open(PATH)
        begun = dict(page.form(PATH).fields)["case_text"]
        assert 'capability = "infantry-light"' in begun  # by the name that the case has for it
        page = await user.send(PATH, {"inventory_text": TWO})
        assert "It keeps every rule." in page.text
        assert "Report this force package" in page.text

    told(story)


def test_files_go_before_what_is_written_and_a_workbook_may_be_one_of_them() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAB"))
        await user.open(PATH)
        files = {"case_file": ("flood.toml", CASE.encode()), "inventory_file": ("units.csv", UNITS.encode())}
        page = await uploaded(user, PATH, **files)
        assert "It keeps every rule." in page.text
        await user.open(PATH)
        page = await uploaded(user, PATH, case_file=("flood.toml", CASE.encode()), inventory_file=("units.xlsx", b"PK"))
        assert page.status == 400
        assert "units.xlsx" in page.text
        await user.open(PATH)
        files["inventory_file"] = ("units.xlsx", workbook(UNITS))
        page = await uploaded(user, PATH, **files)
        assert "It keeps every rule." in page.text

    told(story)


def test_mistakes_are_told_by_line_and_what_was_written_stands_there_again() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAB"))
        page = await planned(user, FORD.replace("priority = 1", "priority = 0"), TWO.replace("500", "many", 1))
        assert page.status == 400
        assert "Nothing was done." in page.text
        assert "case.toml:16 line[0].priority" in page.text
        page = await planned(user, FORD, TWO.replace("500", "many", 1))
        assert "units.csv:2" in page.text
        assert "many" in dict(page.form(PATH).fields)["inventory_text"]
        page = await planned(user, "", TWO)
        assert "There is no case." in page.text

    told(story)


def test_a_package_is_reported_by_totals_and_digest_after_it_was_shown() -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        await planned(user)
        digest = dict(user.page.form(f"{PATH}/act", deed="report package").fields)["digest"]
        before = site.entries()
        shown = await user.send(f"{PATH}/act", {"package": "one"}, deed="report package")
        assert "Of light infantry it fills 800 persons of 900." in shown.text
        assert "Ardovia says that it checked the plan behind 'one', and that it keeps every rule." in shown.text
        assert "XAA-1" not in shown.html
        assert site.entries() == before
        page = await user.confirm()
        package = case_of(site).packages["one"]
        assert (package.by, package.totals, package.digest) == ("XAA", {"light": 800}, digest)
        assert package.attested == {"XAA": ()}
        assert "Ardovia : lawful" in page.text
        assert "no text that names its digest" in page.text

    told(story)


def test_whoever_is_sent_the_plan_checks_it_and_says_what_it_found() -> None:
    async def story(site: Site) -> None:
        await required(site)
        ardovia, dunmere = User(site, site.seat("XAA")), User(site, site.seat("XAD"))
        await planned(ardovia)
        plan = await saved(ardovia)
        await report(ardovia)
        page = await checked(dunmere, plan)
        assert "It keeps every rule." in page.text
        assert "It was held against the case and the inventory inside this file" in page.text
        assert "Yes: it is 'one', and its totals are those reported." in page.text
        shown = await dunmere.send(f"{PATH}/act", deed="attest package")
        assert "says that it checked the plan behind 'one', and that it keeps every rule." in shown.text
        await dunmere.confirm()
        assert case_of(site).packages["one"].attested == {"XAA": (), "XAD": ()}

    told(story)


def test_a_plan_that_breaks_a_rule_is_attested_as_unlawful_with_the_rules() -> None:
    async def story(site: Site) -> None:
        await required(site)
        ardovia, dunmere = User(site, site.seat("XAA")), User(site, site.seat("XAD"))
        await planned(ardovia)
        plan = msgspec.json.decode(await saved(ardovia), type=Plan)
        forged = _dearer(plan)
        said = {"package": "two", "totals": {"light": 800}, "digest": forged.package.digest, "algorithm": "by hand"}
        assert (await site.act(site.admin, "report package", "r2", by="SG", case="river", **said)).status_code == 200
        page = await checked(dunmere, msgspec.json.encode(forged))
        assert "It breaks a rule in 1 place." in page.text
        assert "figures" in page.text
        shown = await dunmere.send(f"{PATH}/act", deed="attest package")
        assert "and that it breaks: figures." in shown.text
        page = await dunmere.confirm()
        assert case_of(site).packages["two"].attested == {"XAD": ("figures",)}
        assert ": unlawful ( figures )" in page.text

    told(story)


def _dearer(plan: Plan) -> Plan:
    """The same with a wrong cost, and a digest that stands for it."""

    package = msgspec.structs.replace(plan.package, cost_cents=plan.package.cost_cents + 1)
    package = msgspec.structs.replace(package, digest=package_digest(package))
    return msgspec.structs.replace(plan, package=package)


@pytest.mark.parametrize("change", ["package", "units"])
def test_a_plan_that_was_changed_after_its_digest_was_made_is_about_no_reported_package(change: str) -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        await planned(user)
        plan = msgspec.json.decode(await saved(user))
        await report(user)
        (plan["package"] if change == "package" else plan["units"][0])["cost_cents"] += 1
        page = await checked(user, msgspec.json.encode(plan))
        assert "This file is not what its digests stand for" in page.text
        assert [form for form in page.forms if ("deed", "attest package") in form.fields] == []

    told(story)


def test_totals_reported_otherwise_than_the_plan_has_them_are_found_out() -> None:
    async def story(site: Site) -> None:
        await required(site)
        ardovia, dunmere = User(site, site.seat("XAA")), User(site, site.seat("XAD"))
        await planned(ardovia)
        plan = await saved(ardovia)
        digest = msgspec.json.decode(plan)["package"]["digest"]
        said = {"package": "two", "totals": {"light": 700}, "digest": digest, "algorithm": "greedy 1"}
        assert (await site.act(site.admin, "report package", "r2", by="SG", case="river", **said)).status_code == 200
        page = await checked(dunmere, plan)
        assert "the report says other totals of: light." in page.text
        await dunmere.send(f"{PATH}/act", deed="attest package")
        await dunmere.confirm()
        assert case_of(site).packages["two"].attested == {"XAD": ("figures",)}

    told(story)


def test_what_is_needed_is_set_from_a_plan_and_rests_on_the_decision() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAB"))
        await planned(user)
        shown = await user.send(f"{PATH}/act", {"procedure": "help"}, deed="set requirement")
        assert "Needed are then: infantry-light: 900 persons." in shown.text
        await user.confirm()
        (line,) = case_of(site).requirement
        assert (line.id, line.required, line.unit, line.essential) == ("light", 900, "persons", False)

    told(story)


def test_a_case_alone_is_enough_to_say_what_is_required() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAB"))
        page = await planned(user, FORD, "")
        assert "No unit can serve." in page.text
        await user.send(f"{PATH}/act", {"procedure": "help"}, deed="set requirement")
        await user.confirm()
        assert [line.id for line in case_of(site).requirement] == ["light"]

    told(story)


def test_a_refused_report_comes_back_as_its_form_and_is_filed_under_another_name() -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        await report(user)
        await planned(user)
        page = await user.send(f"{PATH}/act", {"package": "one"}, deed="report package")
        assert page.status == 422
        assert "There is already a package 'one'." in page.text
        await user.send(f"{PATH}/act", {"package": "two"}, deed="report package")
        await user.confirm()
        assert set(case_of(site).packages) == {"one", "two"}

    told(story)


def test_a_text_that_names_the_digest_adopts_the_package_and_the_page_says_so() -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        await report(user)
        package = case_of(site).packages["one"]
        text = {"case": "river", "procedure": "send", "matter": "relief", "organ": "council"}
        await site.act(site.seat("XAA"), "table text", "t9", **text, text=f"The package 'one', {package.digest}.")
        for party in ("XAA", "XAB", "XAC", "XAD", "XAE"):
            said = {"case": "river", "procedure": "send", "party": party, "position": "support"}
            await site.act(site.admin, "state position", f"s-{party}", by="SG", **said)
        await site.act(site.admin, "close", "z9", by="SG", case="river", procedure="send")
        assert adopted_by(case_of(site), case_of(site).packages["one"]) == ("send",)
        page = await user.open(PATH)
        assert "/council/river/send" in page.links

    told(story)


def test_names_in_files_are_words_on_the_page_and_nothing_else() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        evil = "<script>alert(1)</script>"
        case = FORD.replace("The river", f"{evil}'onload=x")
        page = await planned(user, case, TWO.replace("1st Battalion", f'"{evil}"'))
        assert "It keeps every rule." in page.text
        assert "<script>alert" not in page.html
        form = page.form(f"{PATH}/keep")
        await user.post(f"{PATH}/keep", [*form.filled({"changes": ""}), ("how", "html")])
        assert "<script>alert" not in user.answer.text
        page = await planned(user, FORD.replace("infantry-light", evil), TWO)
        assert page.status == 400
        assert "<script>alert" not in page.html

    told(story)


def test_whoever_may_only_read_plans_and_checks_and_files_nothing() -> None:
    async def story(site: Site) -> None:
        await required(site)
        reader = User(site, site.seat("XAD", "reader"))
        page = await planned(reader)
        assert "It keeps every rule." in page.text
        assert [form for form in page.forms if form.action == f"{PATH}/act"] == []

    told(story)


def test_the_forces_of_a_case_that_one_does_not_see_are_those_of_none() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAG"))
        pages = [(await user.open(path)).html for path in (PATH, "/cases/nothing/forces")]
        assert user.answer.status_code == 404
        assert len(set(pages)) == 1

    told(story)


def test_a_deployment_names_its_package_and_says_before_whether_it_was_adopted() -> None:
    async def story(site: Site) -> None:
        await required(site)
        user = User(site, site.seat("XAA"))
        await report(user)
        await user.open("/cases/river")
        fields = {"name": "shield", "procedure": "help", "package": "one"}
        shown = await user.send("/cases/river", fields, deed="deploy")
        assert "No adopted text names the digest of the force package 'one'." in shown.text
        assert "Found lawful by: Ardovia." in shown.text

    told(story)


def test_a_mandate_is_renewed_by_form_to_a_later_end() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await user.open("/cases/river")
        fields = {"name": "m", "to": "UNSC", "until": "2031-01-01T00:00"}
        await user.send("/cases/river", fields, deed="record mandate")
        await user.confirm()
        await user.open("/cases/river")
        shown = await user.send("/cases/river", {**fields, "until": "2032-01-01T00:00"}, deed="renew mandate")
        assert "The mandate 'm' would have ended on 2031-01-01 00:00Z and lasts longer." in shown.text
        assert "It ends on 2032-01-01 00:00Z." in shown.text
        page = await user.confirm()
        assert "UNSC renewed the mandate 'm' until 2032-01-01 00:00Z" in page.text

    told(story)
