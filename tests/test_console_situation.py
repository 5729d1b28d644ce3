"""The situation: one glance says what is happening, what is due, what is asked of us, and why."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import run
from tests.console_user import User
from tests.web_client import Site
from tocsin.charter import load_charter
from tocsin.states import state_codes, state_number
from tocsin.web.console.account import said
from tocsin.web.console.map_data import PLAIN_SYMBOL, SYMBOLS, symbol_of

CASE = {"case": "river", "procedure": "help"}


async def silence(site: Site) -> None:
    """A request, a call, and a text under silence, some hours apart."""
    xab, world = site.seat("XAB"), site.world
    event: dict[str, object] = {
        "kind": "armed attack",
        "victim": "XAB",
        "attacker": "XQA",
        "external": True,
        "object": "territory",
    }
    event |= {"territory_of": "XAB", "requested_by": ["XAB"]}
    await site.act(xab, "request", "r1", case="river", request="help", duty="assist", event=event)
    world.pass_hours(3)
    await site.act(site.admin, "convene", "c1", case="river", organ="council", by="SG")
    world.pass_hours(1)
    await site.act(xab, "table text", "t1", **CASE, matter="relief", organ="council", text="Tents for the north")
    assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200
    world.pass_hours(2)


def test_an_empty_centre_says_what_opens_a_case() -> None:
    async def story() -> None:
        async with Site() as site:
            page = await User(site, site.seat("XAB")).open("/")
            assert "No case is open. A warning or a request opens one" in page.text
            assert {"/desk/warning", "/cases#open"} <= set(page.links)
            assert "Nothing is asked of you now." in page.text
            page = await User(site, site.seat("XAB", "reader")).open("/")
            assert not {"/desk/warning", "/cases#open"} & set(page.links)

    run(story())


def test_one_glance_says_what_is_due_what_is_asked_and_how_long_it_has_taken() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            page = await User(site, site.seat("XAC")).open("/")
            assert "1 case runs" in page.text
            assert "2 things are asked of you" in page.text
            assert "Silence on 'help' ends" in page.text
            assert "data-due>2026-01-06 12:00Z<" in page.html
            assert "Request ✓ 0 min" in page.text
            assert "Meeting called ✓ 3 h" in page.text
            assert "Decision not yet" in page.text
            assert {"/desk/position/river/help", "/council/river/help", "/cases/river"} <= set(page.links)

    run(story())


def test_the_feed_shows_the_newest_first_with_its_clause_apart_and_its_proof() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            page = await User(site, site.seat("XAC")).open("/")
            cursors = re.findall(r'data-item="1-(\d+)" data-kind', page.html)
            assert cursors == sorted(cursors, key=int, reverse=True)
            newest = cursors[0]
            assert f"/ledger/1-{newest}" in page.links
            assert 'positions stated before it count no longer <span class="clause">MR.1</span>' in page.html
            assert '<ol data-feed="newest" reversed' in page.html

    run(story())


def test_equal_acts_that_follow_each_other_are_one_line_of_the_feed() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            for seat in ("XAA", "XAC", "XAD"):
                who = {"party": seat, "by": seat}
                await site.act(site.seat(seat), "confirm delivery", f"d-{seat}", **CASE, **who)
            page = await User(site, site.seat("XAC")).open("/")
            feed = page.html.partition("data-feed")[2]
            assert feed.count("<details>") == 1
            assert "2 more like it: XAC, XAA" in page.text
            assert page.text.count("the text reached") >= 3

    run(story())


def test_a_report_that_is_owed_at_once_stands_first() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            page = await User(site, site.seat("XAC")).open("/")
            assert page.text.index("owed now") < page.text.index("Silence on 'help' ends")
            assert "/cases/river#reports" in page.links

    run(story())


def test_an_organ_that_does_not_meet_in_the_charters_time_is_late_until_something_is_tabled_there() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = site.seat("XAB")
            await site.act(xab, "convene", "c1", case="river", organ="council", by="XAB")
            user = User(site, site.seat("XAC"))
            page = await user.open("/")
            assert "Meridian Council has to meet by then; nothing was tabled there since the call" in page.text
            assert "nothing is late" in page.text
            site.world.pass_hours(25)
            page = await user.open("/")
            assert "1 is late" in page.text
            assert 'class="overdue"' in page.html
            await site.act(xab, "table text", "t1", **CASE, matter="relief", organ="council", text="Tents")
            page = await user.open("/")
            assert "has to meet" not in page.text

    run(story())


def test_the_list_beside_the_map_names_warnings_to_those_alone_who_have_them() -> None:
    async def story() -> None:
        async with Site() as site:
            await site.warn(site.seat("XAA"), "k", "gauge", "The river rises.", ["XAB"])
            told = await User(site, site.seat("XAB")).open("/")
            assert "'gauge' of Ardovia, TLP:AMBER" in told.text
            assert "/cases/k/warnings/gauge" in told.links
            other = await User(site, site.seat("XAC")).open("/")
            assert "of Ardovia" not in other.text
            assert "'gauge'" not in other.text
            assert "a warning was handed in (gauge)" in other.text

    run(story())


def test_whose_states_are_invented_needs_no_map() -> None:
    async def story() -> None:
        async with Site() as site:
            page = await User(site, site.seat("XAB")).open("/")
            assert "data-map" not in page.html
            assert "express no position" in page.text
            assert "Gallenmere" in page.text

    run(story())


def test_every_member_of_a_shipped_alliance_of_states_has_a_shape() -> None:
    for name in ("nato", "csto", "asean", "gcc"):
        parties = {row.party for row in load_charter(name).document.membership}
        assert all(state_number(party) is not None for party in parties), name


def test_numbers_of_states_are_three_digits_and_each_is_of_one_state() -> None:
    known = {"FRA": "250", "DEU": "276", "USA": "840", "TUR": "792", "ALB": "008", "SDN": "729"}
    assert {code: state_number(code) for code in known} == known
    numbers = [number for code in state_codes() if (number := state_number(code)) is not None]
    assert len(numbers) == len(set(numbers)) == 249
    assert all(len(number) == 3 and number.isdecimal() for number in numbers)
    assert state_number("SUN") is None
    assert state_number("XAA") is None


@given(st.text(max_size=60))
def test_an_operation_always_has_a_symbol_that_is_drawn(words: str) -> None:
    assert symbol_of(words) in {PLAIN_SYMBOL, *(name for name, _ in SYMBOLS)}


def test_an_operation_is_shown_by_what_it_is() -> None:
    assert symbol_of("Patriot batteries in Anatolia") == "air-defence"
    assert symbol_of("AWACS flights") == "early-warning"
    assert symbol_of("Something else") == PLAIN_SYMBOL


@given(st.text(max_size=40), st.text("ABC.12(), ", min_size=1, max_size=12))
def test_a_clause_at_the_end_is_taken_apart_and_nothing_is_lost(words: str, clause: str) -> None:
    found = said(f"{words} [{clause}]")
    assert (found.words, found.clause) == (words, clause)
    plain = said(words)
    assert (f"{plain.words} [{plain.clause}]" if plain.clause else plain.words) == words


def test_the_list_beside_the_map_has_every_party_by_name() -> None:
    async def story() -> None:
        async with Site() as site:
            page = await User(site, site.seat("XAB")).open("/")
            rows = re.findall(
                r'<tr><th scope="row"><span lang="en">(\w+)</span> <span class="dim">(X\w\w)</span>', page.html
            )
            assert rows == sorted((row.name, row.party) for row in site.world.centre.view("XAB").members())

    run(story())
