"""A case on one page: its texts, needs and course; its acts by form; and how a warning is opened and confirmed."""

import pytest

from tests.centre_world import run
from tests.console_user import User
from tests.test_console_situation import silence
from tests.web_client import Site
from tocsin.alliance.lessons import HEADLINES
from tocsin.centre.view_model import Happened
from tocsin.errors import Malformed
from tocsin.terms import Instant, Position
from tocsin.web.console import case_forms
from tocsin.web.console.account import told
from tocsin.web.console.case_forms import DEEDS, DeedForm, command_of, deed_words
from tocsin.web.console.case_words import headline_words


async def decided(site: Site) -> None:
    """A case with an adopted text that nobody objected to, and three lines of what it needs."""
    await silence(site)
    site.world.pass_hours(24)
    for seat in ("XAA", "XAB", "XAC", "XAD", "XAE"):
        await site.post("/api/v1/feed/confirm", site.seat(seat), {"cursor": ""})
    await site.act(site.admin, "confirm expiry", "e1", by="SG", case="river", procedure="help")
    lines = [{"id": "lift", "capability": "transport aircraft", "required": 6, "unit": "aircraft", "essential": True}]
    answer = await site.act(site.admin, "set requirement", "q1", by="SG", case="river", procedure="help", lines=lines)
    assert answer.status_code == 200, answer.text


def test_a_case_nobody_opened_is_the_same_as_one_that_is_hidden() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAG", "liaison"))
            pages = []
            for path in ("/cases/river", "/cases/nothing", "/after/river", "/cases/river/warnings/w"):
                page = await user.open(path)
                assert page.status == 404
                pages.append(page.html)
            assert len(set(pages)) == 1
            assert "river" not in (await user.open("/cases")).text

    run(story())


def test_the_page_of_a_case_shows_its_texts_with_rule_and_clause_and_its_course() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            page = await User(site, site.seat("XAC")).open("/cases/river")
            assert page.status == 200
            assert "Tents for the north" in page.text
            assert "Belmora appealed to 'assist': awaiting" in page.text
            assert "/council/river/help" in page.links
            assert page.html.count('id="h1"') == 1
            assert {"#h1", "#h2"} <= set(page.links)
            assert 'role="group" aria-labelledby="timeline-title timeline-desc"' in page.html

    run(story())


def test_a_pledge_by_form_is_shown_first_and_counts_once() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            user = User(site, site.seat("XAA"))
            await user.open("/cases/river")
            before = site.entries()
            fields: dict[str, object] = {
                "line": "lift",
                "quantity": "4",
                "name": "a1",
                "words": "daylight only\nno crews",
            }
            shown = await user.send("/cases/river", fields, deed="pledge")
            assert "Confirm and file" in shown.html
            assert site.entries() == before
            page = await user.confirm()
            assert user.path == "/cases/river"
            assert site.entries() == before + 1
            assert "4 of 6 pledged" in page.html
            assert "Ardovia: 4 (a1)" in page.text
            (pledge,) = site.world.centre.view("XAA").case_state("river").pledges.values()
            assert (pledge.party, pledge.quantity) == ("XAA", 4)

    run(story())


def test_what_is_wrong_with_a_form_comes_back_with_what_stood_in_it() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            user = User(site, site.seat("XAA"))
            await user.open("/cases/river")
            before = site.entries()
            fields: dict[str, object] = {"line": "lift", "quantity": "many", "name": "a1"}
            page = await user.send("/cases/river", fields, deed="pledge")
            assert page.status == 400
            assert "'quantity': 'many' is no whole number." in page.text
            form = dict(page.form("/cases/river", deed="pledge").fields)
            assert (form["quantity"], form["name"], form["line"]) == ("many", "a1", "lift")
            assert "<details open>" in page.html
            # What the law refuses comes back the same way.
            page = await user.send("/cases/river", {"organ": "assembly"}, deed="convene")
            assert page.status == 422
            assert dict(page.form("/cases/river", deed="convene").fields)["organ"] == "assembly"
            assert site.entries() == before

    run(story())


def test_what_is_too_long_for_an_act_comes_back_and_is_never_cut() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            user = User(site, site.seat("XAA"))
            await user.open("/cases/river")
            before = site.entries()
            page = await user.send("/cases/river", {"to": "UNSC", "words": "a" * 2001}, deed="file report")
            assert page.status == 400
            assert dict(page.form("/cases/river", deed="file report").fields)["words"] == "a" * 2001
            assert site.entries() == before

    run(story())


def test_every_clause_that_a_page_names_leads_to_its_row() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user, found = User(site, site.seat("XAC")), set[str]()
            await user.open("/desk/position/river/help")
            confirm = await user.send("/desk/position/river/help", {"position": "object"})
            for page in (confirm, *[await user.open(path) for path in ("/cases/river", "/council", "/ledger/1-3")]):
                rows = {link for link in page.links if link.startswith("/charter/row/clause/")}
                assert rows
                found |= rows
            for link in found:
                assert (await user.open(link)).status == 200, link

    run(story())


def test_a_request_by_form_opens_a_case() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB"))
            await user.open("/cases")
            fields: dict[str, object] = {
                "case": "flood",
                "name": "help",
                "duty": "relieve",
                "kind": "disaster",
                "overwhelmed": "true",
            }
            shown = await user.send("/cases", fields)
            assert shown.status == 200, shown.text
            page = await user.confirm()
            assert user.path == "/cases/flood"
            (request,) = site.world.centre.view("XAB").case("flood").requests
            assert (request.by, request.duty, request.victim) == ("XAB", "relieve", "XAB")
            assert "Help a member that a disaster overwhelms" in page.text
            page = await user.open("/cases")
            page = await user.send("/cases", {**fields, "case": " "})
            assert page.status == 400
            assert "The case has no name." in page.text

    run(story())


def test_opening_a_warning_is_recorded_and_looking_at_its_cover_is_not() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await site.warn(xaa, "k", "w", "Tanks at the ford.", ["XAC"])
            user, view = User(site, site.seat("XAC")), site.world.centre.view
            before = site.entries()
            cover = await user.open("/cases/k/warnings/w")
            assert "Tanks" not in cover.html
            assert "TLP:AMBER" in cover.text
            assert "named itself" in cover.text
            assert site.entries() == before
            opened = await user.send("/cases/k/warnings/w")
            assert "Tanks at the ford." in opened.text
            assert view("XAA").holders("k", "w")[0].delivered is not None
            closed = await user.send("/cases/k/warnings/w/confirm")
            assert "You have confirmed it." in closed.text
            assert view("XAA").holders("k", "w")[0].is_confirmed
            own = await User(site, xaa).open("/cases/k/warnings/w")
            assert "Who holds it" in own.text

    run(story())


def test_a_warning_for_others_shows_its_commitment_and_nothing_else() -> None:
    async def story() -> None:
        async with Site() as site:
            await site.warn(site.seat("XAA"), "k", "w", "Tanks.", ["XAC"])
            user = User(site, site.seat("XAD"))
            page = await user.open("/cases/k/warnings/w")
            assert "It is not released to you." in page.text
            assert "Ardovia" not in page.text
            assert not [form for form in page.forms if form.action.startswith("/cases")]
            token = dict(page.form("/logout").fields)["csrf"]
            refused = await user.post("/cases/k/warnings/w", [("csrf", token)])
            assert refused.status == 404
            assert "Tanks" not in refused.html

    run(story())


def test_a_recalled_warning_says_so_and_gives_nothing_out() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa, other = site.seat("XAA"), site.seat("XAA")
            await site.warn(xaa, "k", "w", "Tanks.", ["XAC"])
            user = User(site, site.seat("XAC"))
            await user.open("/cases/k/warnings/w")
            await user.send("/cases/k/warnings/w")
            answer = await site.act(xaa, "recall warning", "x1", case="k", warning="w", why="It was a film.")
            if answer.status_code == 202:
                await site.post(f"/api/v1/pending/{answer.json()['pending']}/confirm", other)
            page = await user.open("/cases/k/warnings/w")
            assert "Its author recalled it." in page.text
            assert "Tanks" not in page.text
            assert "recalled" in (await user.open("/cases/k")).text

    run(story())


def test_a_reader_is_offered_no_act() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            page = await User(site, site.seat("XAB", "reader")).open("/cases/river")
            assert "Act in this case" not in page.text
            page = await User(site, site.seat("XAB")).open("/cases/river")
            assert "Act in this case" in page.text

    run(story())


def happened(actor: str, position: Position | None = None, at: int = 0, **more: str) -> Happened:
    do = "position stated" if position is not None else "text amended"
    return Happened(at=Instant(at), do=do, actor=actor, position=position, own=True, says=actor, **more)  # type: ignore[arg-type]  # texts alone


def test_equal_positions_that_follow_each_other_are_one_line_of_the_account() -> None:
    rows = [
        happened("A", "support", 1),
        happened("B", "support", 2),
        happened("C", "object", 3),
        happened("D", "support", 4),
        happened("X", None, 5),
        happened("E", "support", 6, procedure="p"),
        happened("F", "support", 6, procedure="q"),
    ]
    lines = told(rows, {"A": "Ardovia"})
    assert [line.actors for line in lines] == [("A", "B"), ("C",), ("D",), ("X",), ("E",), ("F",)]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]
    assert "2 stated support: Ardovia, B" in lines[0].says
    assert (lines[0].until, lines[1].until) == (2, None)


def test_every_act_and_every_headline_time_has_its_words() -> None:
    assert set(deed_words(str)) == set(DEEDS) == set(case_forms._FIELDS)  # noqa: SLF001  # none may be left out
    assert set(headline_words(str)) == set(HEADLINES)


@pytest.mark.parametrize("line", ["lift | aircraft | 6", "lift | aircraft | x | aircraft", "a | b | 1 | c | perhaps"])
def test_a_requirement_that_is_not_written_as_it_must_be_is_refused_in_words(line: str) -> None:
    with pytest.raises(Malformed, match=r"line|whole number"):
        command_of(DeedForm(csrf="", deed="set requirement", procedure="p", words=line), "k", "SG")


def test_a_requirement_is_written_as_its_lines_are_shown() -> None:
    words = "lift | transport aircraft | 6 | aircraft | essential\nmed | hospital | 2 | hospitals\n"
    found = command_of(DeedForm(csrf="", deed="set requirement", procedure="p", words=words), "k", "SG")
    assert found["lines"] == [
        {"id": "lift", "capability": "transport aircraft", "required": 6, "unit": "aircraft", "essential": True},
        {"id": "med", "capability": "hospital", "required": 2, "unit": "hospitals"},
    ]


def test_what_is_about_to_be_required_is_shown_line_by_line_as_it_is_written() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            user = User(site, site.seat("secretariat", "secretariat"))
            await user.open("/cases/river")
            words = "lift | transport aircraft | 6 | aircraft | essential\nmed | hospital | 2 | beds"
            said = {"by": "SG", "procedure": "help", "words": words}
            page = await user.send("/cases/river", said, deed="set requirement")
            for line in words.splitlines():
                assert line in page.text
            assert "capability" not in page.html

    run(story())
