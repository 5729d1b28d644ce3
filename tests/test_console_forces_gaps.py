"""Gaps on the pages: what an alliance lacks over scenarios. And who is invited to check a reported package."""

import re
from typing import Any

import msgspec
import pytest

from tests.console_user import User
from tests.test_console_forces import (
    CASE,
    FORD,
    PATH,
    TWO,
    UNITS,
    case_of,
    checked,
    planned,
    report,
    required,
    saved,
    told,
    uploaded,
    workbook,
)
from tests.web_client import BASE, Site
from tocsin.cli.centre_words import ask_command
from tocsin.forces.gaps import GapReport, with_all_capabilities
from tocsin.forces.inventory import load_inventory
from tocsin.forces.scenarios import load_scenarios
from tocsin.web import planning, searching
from tocsin.web.console import forces_gaps

GAPS = f"{PATH}/gaps"
SHIPPED = ("meridian-alert", "meridian-border", "meridian-flood", "meridian-ford", "meridian-truce")


def expected(names: tuple[str, ...] = SHIPPED, *, together: bool = False) -> GapReport:
    """What the command line tells of cases that ship."""
    asked = load_scenarios(names)
    whole = with_all_capabilities(asked.cases)
    units = load_inventory("meridian", [one for case in whole for one in case.capability])
    return planning.gaps_of(whole, units, "meridian.csv", together=together)


def rows(html: str, section: str) -> list[list[str]]:
    """The cells of the table in a section, as words."""
    part = html.split(f'id="{section}"', 1)[1].split("</table>", 1)[0].split("<tbody>", 1)[1]
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in part.split("</tr>")[:-1])
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


async def summed(user: User, **fields: Any) -> None:  # noqa: ANN401  # fields of the form
    """Send the form with boxes ticked, as a browser does that was given no file."""
    page = await user.open(GAPS)
    ticked = fields.pop("shipped", ())
    unticked = {"shipped", "case_file", "inventory_file", "together"} - fields.keys()
    sent = [pair for pair in page.form(GAPS).filled(fields) if pair[0] not in unticked]
    await user.post(GAPS, [*sent, *(("shipped", name) for name in ticked)])


def test_the_shipped_scenarios_are_summed_up_as_the_command_line_sums_them_up() -> None:
    async def story(site: Site) -> None:
        user, before = User(site, site.seat("XAA")), site.entries()
        page = await user.open(PATH)
        assert GAPS in page.links
        page = await user.open(GAPS)
        offered = re.findall(r'name="shipped" value="([^"]+)"', page.html)
        assert tuple(offered) == SHIPPED  # and no recorded operation of real states
        await summed(user, shipped=SHIPPED, inventory_shipped="meridian", how="at once")
        page, found = user.page, expected()
        assert page.status == 200
        assert "HYPOTHETICAL forces of invented states" in page.text
        assert "What is missing over 5 scenarios" in page.text
        scenarios = rows(page.html, "scenarios")
        assert [row[0].split()[-1] for row in scenarios] == [one.scenario for one in found.scenarios]
        assert [int(row[2]) for row in scenarios] == [one.lines for one in found.scenarios]
        missing = rows(page.html, "missing")
        assert [row[0] for row in missing] == [gap.capability for gap in found.gaps]
        assert [int(row[3].replace(",", "")) for row in missing] == [gap.shortfall for gap in found.gaps]
        assert [row[6] for row in missing] == [", ".join(one.rule for one in gap.rules) for gap in found.gaps]
        assert len(rows(page.html, "places")) == sum(len(gap.places) for gap in found.gaps)
        assert len(rows(page.html, "rules")) == sum(len(gap.rules) for gap in found.gaps)
        assert [row[2] for row in rows(page.html, "nearest")] == [
            near.unit for gap in found.gaps for near in gap.nearest
        ]
        assert page.html.count("<caption") == page.html.count("<table") == 5
        assert site.entries() == before

    told(story)


@pytest.mark.parametrize("solver", [True, False])
def test_with_a_solver_as_little_is_missing_as_is_found_and_the_page_says_what_was_proved(
    monkeypatch: pytest.MonkeyPatch, *, solver: bool
) -> None:
    for module in (searching, forces_gaps):
        monkeypatch.setattr(module, "has_solver", lambda: solver)

    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await user.open(GAPS)
        assert ("how" in page.form(GAPS).names) is solver
        assert ("This centre has no solver" in page.text) is not solver
        fields = {"case_text": FORD, "inventory_text": TWO, **({"how": "least missing"} if solver else {})}
        await summed(user, **fields)
        (scenario,) = rows(user.page.html, "scenarios")
        said = "proved: nothing less is missing" if solver else "found at once, not proved to be the best"
        assert scenario == ["The river river", "rapid reaction", "1", "1", "100", said]

    told(story)


@pytest.mark.parametrize("how", ["at once", "least missing"])
def test_scenarios_that_are_together_lack_what_one_of_them_takes_from_the_others(how: str) -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, shipped=SHIPPED, inventory_shipped="meridian", how=how, together="true")
        page = user.page
        assert "All scenarios are at once: who serves one serves no other" in page.text
        alone, together = expected(), expected(together=True)
        missing = {row[0]: int(row[3].replace(",", "")) for row in rows(page.html, "missing")}
        assert sum(missing.values()) > sum(gap.shortfall for gap in alone.gaps)
        if how == "at once":
            assert missing == {gap.capability: gap.shortfall for gap in together.gaps}
        else:
            weighed = [int(row[4].replace(",", "")) for row in rows(page.html, "scenarios")]
            assert sum(weighed) <= sum(one.weighted_shortfall for one in together.scenarios)

    told(story)


def test_where_how_fast_by_which_rule_and_who_is_nearest_stands_in_tables() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, case_text=FORD, inventory_text=TWO)
        html = user.page.html
        of_all = ["infantry-light", "100 persons", "river", "100", "900", "1 of 1", "notice"]
        assert rows(html, "missing") == [of_all]
        assert rows(html, "places") == [["infantry-light", "north", "within 10 days", "100 persons", "900", "river"]]
        assert rows(html, "rules") == [["infantry-light", "notice", "100 persons", "1"]]
        (near,) = rows(html, "nearest")
        assert near[:5] == ["infantry-light", "Dunmark", "XAD-1", "450 persons", "light river"]
        assert int(near[5]) > 0
        assert near[6].startswith("notice :")

    told(story)


def test_files_of_ones_own_are_summed_up_beside_those_that_ship() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAB"))
        page = await user.open(GAPS)
        other = CASE.replace('id = "meridian-flood"', 'id = "my-flood"')
        assert other != CASE
        files = [
            ("case_file", ("a.toml", FORD.encode(), "application/toml")),
            ("case_file", ("b.toml", other.encode(), "application/toml")),
            ("inventory_file", ("units.xlsx", workbook(UNITS), "application/octet-stream")),
        ]
        data = {**dict(page.form(GAPS).filled({})), "shipped": ["meridian-flood", "meridian-ford"]}
        data = {name: value for name, value in data.items() if not name.endswith("_file")}
        headers = {"origin": BASE, "cookie": f"tocsin={user.secret}"}
        answer = await site.http.post(GAPS, data=data, files=files, headers=headers)
        assert answer.status_code == 200
        shown = [row[0].split()[-1] for row in rows(answer.text, "scenarios")]
        assert shown == ["meridian-flood", "meridian-ford", "river", "my-flood"]
        assert "units.xlsx" in answer.text

    told(story)


def test_nothing_missing_is_said_and_has_no_tables_of_gaps() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, case_text=FORD.replace("900", "800"), inventory_text=TWO)
        assert "Every line of every scenario is filled." in user.page.text
        assert user.page.html.count("<table") == 1

    told(story)


def test_mistakes_are_told_as_on_the_page_of_forces_and_what_was_given_stands_there_again() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, inventory_text=TWO)
        assert (user.page.status, "There is no scenario." in user.page.text) == (400, True)
        await summed(user, shipped=SHIPPED[:2], case_text=FORD)
        assert (user.page.status, "There is no inventory." in user.page.text) == (400, True)
        assert [name for name in SHIPPED if f'value="{name}" checked' in user.page.html] == list(SHIPPED[:2])
        await summed(user, case_text=FORD.replace("priority = 1", "priority = 0"), inventory_text=TWO)
        assert "case.toml:16 line[0].priority" in user.page.text
        await summed(user, case_text=FORD, inventory_text=TWO.replace("500", "many", 1))
        assert "units.csv:2" in user.page.text
        assert "many" in dict(user.page.form(GAPS).fields)["inventory_text"]
        twice = FORD.replace('id = "river"', 'id = "meridian-ford"')
        await summed(user, shipped=["meridian-ford"], case_text=twice, inventory_text=UNITS)
        assert "more than one case has the id meridian-ford" in user.page.text

    told(story)


def test_only_what_is_offered_is_read_of_what_the_centre_has() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        for name in ("turkey-2003", "../operations/meridian-ford", "/etc/hostname"):
            await summed(user, shipped=[name], inventory_shipped="meridian")
            assert (user.page.status, "No such case ships." in user.page.text) == (400, True)
            page = await user.open(GAPS)
            sent = [(key, value) for key, value in page.form(GAPS).filled({"case_text": FORD}) if "_" not in key]
            await user.post(GAPS, [*sent, ("case_text", FORD), ("inventory_shipped", name)])
            assert (user.page.status, "No such inventory ships." in user.page.text) == (400, True)

    told(story)


def test_more_scenarios_than_a_centre_sums_up_are_refused() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await user.open(GAPS)
        files = [
            *(("case_file", (f"{number}.toml", FORD.encode(), "application/toml")) for number in range(20)),
            ("inventory_file", ("units.csv", TWO.encode(), "text/csv")),
        ]
        data = {name: value for name, value in page.form(GAPS).filled({"case_text": FORD}) if "_file" not in name}
        headers = {"origin": BASE, "cookie": f"tocsin={user.secret}"}
        answer = await site.http.post(GAPS, data=data, files=files, headers=headers)
        assert answer.status_code == 400
        assert "There are too many scenarios." in answer.text

    told(story)


def test_what_is_too_large_for_a_machine_that_others_wait_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PAIRS_MAX", 2)

    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, case_text=FORD, inventory_text=TWO)
        assert (user.page.status, "too many for a centre" in user.page.text) == (400, True)

    told(story)


def test_of_very_many_rows_the_first_stand_on_the_page_and_it_says_how_many_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forces_gaps, "ROWS_SHOWN", 2)

    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await summed(user, shipped=SHIPPED, inventory_shipped="meridian")
        found = expected()
        assert len(rows(user.page.html, "missing")) == 2
        more = sum(len(gap.places) for gap in found.gaps) - 2
        assert f"{more} more are told by tocsin forces gaps." in user.page.text

    told(story)


def test_names_in_scenarios_are_words_on_the_page_and_nothing_else() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        evil = "<script>alert(1)</script>"
        await summed(user, case_text=FORD.replace("The river", evil), inventory_text=TWO)
        assert user.page.status == 200
        assert "<script>alert" not in user.page.html
        await summed(user, case_text=FORD.replace('"north"', f'"{evil}"'), inventory_text=TWO)
        assert "<script>alert" not in user.page.html

    told(story)


def test_the_gaps_in_a_case_that_one_does_not_see_are_those_of_none() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAG"))
        pages = [(await user.open(path)).html for path in (GAPS, "/cases/nothing/forces/gaps")]
        assert user.answer.status_code == 404
        assert len(set(pages)) == 1

    told(story)


def test_what_is_asked_after_the_session_ended_comes_back_without_its_files() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        page = await user.open(GAPS)
        data = {name: value for name, value in page.form(GAPS).filled({"case_text": FORD}) if "_file" not in name}
        files = [("case_file", ("a.toml", b"secret = 1", "application/toml"))]
        answer = await site.http.post(GAPS, data=data, files=files, headers={"origin": BASE, "cookie": "tocsin=x"})
        assert answer.status_code == 401
        assert "rapid reaction" in answer.text
        assert "c2VjcmV0" not in answer.text  # the file, in base64
        assert "case_file" not in answer.text

    told(story)


INVITED = "You may check a package"


async def all_asks(site: Site, seat: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await site.get("/api/v1/asks", site.seat(seat))).json()
    return found


async def asks(site: Site, seat: str) -> list[tuple[str, str]]:
    """Case and name of each package that a seat is invited to check."""
    return [(row["case"], row["name"]) for row in await all_asks(site, seat) if row["kind"] == "check package"]


def test_whoever_pledged_to_what_a_package_uses_is_invited_on_desk_and_situation_until_it_has_attested_it() -> None:
    async def story(site: Site) -> None:
        await required(site)
        ardovia, corvenna = User(site, site.seat("XAA")), User(site, site.seat("XAC"))
        await planned(ardovia)
        plan = await saved(ardovia)
        assert INVITED not in (await corvenna.open("/desk")).text
        await report(ardovia)
        assert INVITED not in (await ardovia.open("/desk")).text  # it attested it with the report
        desk = await corvenna.open("/desk")
        assert INVITED in desk.text
        assert "You may check the plan behind it, which Ardovia has, and say what you find" in desk.text
        assert "an invitation, no duty." in desk.text
        assert f"{PATH}#check" in desk.links
        situation = await corvenna.open("/")
        assert "The force package 'one' fills a line to which you pledged." in situation.text
        assert f"{PATH}#check" in situation.links
        assert await asks(site, "XAC") == [("river", "one")]
        for other in ("XAB", "XAD"):  # they pledged nothing
            assert await asks(site, other) == []
        await checked(corvenna, plan)
        await corvenna.send(f"{PATH}/act", deed="attest package")
        await corvenna.confirm()
        assert case_of(site).packages["one"].attested == {"XAA": (), "XAC": ()}
        assert INVITED not in (await corvenna.open("/desk")).text
        assert "fills a line to which you pledged" not in (await corvenna.open("/")).text

    told(story)


def test_when_another_package_is_reported_that_one_is_to_be_checked() -> None:
    async def story(site: Site) -> None:
        await required(site)
        ardovia = User(site, site.seat("XAA"))
        await planned(ardovia)
        digest = msgspec.json.decode(await saved(ardovia))["package"]["digest"]
        await report(ardovia)
        said = {"package": "two", "totals": {"light": 300}, "digest": digest, "algorithm": "greedy 1"}
        assert (await site.act(site.admin, "report package", "r2", by="SG", case="river", **said)).status_code == 200
        for seat in ("XAA", "XAC"):
            assert await asks(site, seat) == [("river", "two")]
        own = {**said, "package": "three"}
        assert (await site.act(site.seat("XAA"), "report package", "r3", case="river", **own)).status_code == 200
        assert await asks(site, "XAC") == [("river", "three")]
        assert "which you have" in (await ardovia.open("/desk")).text  # who reported it may still check it
        (ask,) = [row for row in await all_asks(site, "XAA") if row["kind"] == "check package"]
        assert ask_command(ask, "XAA") == "tocsin forces verify PLAN"

    told(story)


def test_whom_a_case_is_hidden_from_hears_of_no_package_to_check() -> None:
    async def story(site: Site) -> None:
        await required(site)
        await report(User(site, site.seat("XAA")))
        for seat in ("XAF", "XAG"):
            assert await asks(site, seat) == []

    told(story)


def test_a_form_with_files_alone_is_read() -> None:
    async def story(site: Site) -> None:
        user = User(site, site.seat("XAA"))
        await user.open(GAPS)
        page = await uploaded(
            user, GAPS, case_file=("a.toml", FORD.encode()), inventory_file=("units.csv", TWO.encode())
        )
        assert page.status == 200
        assert "What is missing over 1 scenario" in page.text

    told(story)
