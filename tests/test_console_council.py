"""Council by pages and forms alone: what is before the organs, one text with its law, and what may be done to it."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import run
from tests.console_user import Page, User
from tests.web_client import Site
from tocsin.centre.view_model import CourseLine
from tocsin.terms import Instant
from tocsin.web.console.versions import compared

CASE = {"case": "k", "procedure": "p"}
RELIEF = "relief|council|silence|"


async def tabled(
    site: Site, secret: str, matter: str = "relief", text: str = "Two tents for the north", **more: str
) -> None:
    said = CASE | {"matter": matter, "text": text} | more
    answer = await site.act(secret, "table text", f"t-{said['procedure']}", **said)
    assert answer.status_code == 200, answer.text


async def done(site: Site, secret: str, what: str, key: str, **fields: str) -> None:
    answer = await site.act(secret, what, key, **(CASE | fields))
    assert answer.status_code == 200, answer.text


def version(number: int, text: str) -> CourseLine:
    return CourseLine(at=Instant(0), kind="text amended", says="", version=number, text=text)


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_two_sides_of_a_comparison_are_the_two_versions_and_nothing_else(old: str, new: str) -> None:
    found = compared(version(1, old), version(2, new))
    assert "".join(part.text for part in found.left) == old
    assert "".join(part.text for part in found.right) == new
    assert {part.kind for part in found.left} <= {"same", "gone"}
    assert {part.kind for part in found.right} <= {"same", "new"}
    same = ["".join(part.text for part in side if part.kind == "same") for side in (found.left, found.right)]
    assert same[0] == same[1]


def test_the_agenda_tells_deadline_rule_and_what_is_missing_then_what_ended() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa)
            await done(site, site.admin, "open silence", "s", by="SG")
            await tabled(site, xaa, "procedure", "Meet daily", procedure="q")
            for party in ("XAA", "XAB", "XAC", "XAD", "XAE"):
                secret = site.seat(party)
                await done(site, secret, "state position", f"p-{party}", procedure="q", party=party, position="support")
            await done(site, site.admin, "close", "c", procedure="q", by="SG")
            page = await User(site, xaa).open("/council")
            assert "under silence" in page.text
            assert "2026-01-06 08:00Z" in page.text
            assert "silence of 24 hours MR.1" in page.text
            assert "Not known to have the text:" in page.text
            assert "✓" not in page.text  # the signs are the style's; the words stand alone
            assert "q in k" in page.text
            assert "adopted closed by the chair" in page.text
            assert page.text.index("Before the organs now") < page.text.index("Ended") < page.text.index("q in k")

    run(story())


def test_the_agenda_says_what_an_open_text_waits_for_and_when_nothing_is_before_anybody() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAA"))
            assert "Nothing is before any organ." in (await user.open("/council")).text
            await tabled(site, user.secret, "assist", "Help", organ="council", rule="consensus")
            assert "Positions of: 5 parties" in (await user.open("/council")).text

    run(story())


def test_two_versions_stand_side_by_side_with_who_proposed_them_when() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa)
            site.world.pass_hours(1)
            await done(site, site.admin, "amend text", "a", by="SG", text="Three tents for the north")
            page = await User(site, xaa).open("/council/k/p")
            assert "[ taken out: Two ]" in page.text or "[taken out: Two ]" in page.text
            assert "<ins>" in page.html
            assert "<del>" in page.html
            assert "Version 1 Ardovia 2026-01-05 08:00Z" in page.text
            assert "Version 2 Secretary General 2026-01-05 09:00Z" in page.text
            assert "/council/k/p?old=1&new=2#texts" in page.links

    run(story())


def test_any_two_versions_may_be_compared_and_a_version_that_is_not_there_is_no_error() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa, text="alpha")
            for number, text in enumerate(("beta", "gamma")):
                await done(site, xaa, "amend text", f"a{number}", text=text)
            user = User(site, xaa)
            page = await user.open("/council/k/p?old=1&new=3")
            assert "Version 1" in page.text
            assert "alpha" in page.html
            assert (await user.open("/council/k/p?old=9&new=9")).status == 200
            assert (await user.open("/council/k/p?old=x")).status == 400

    run(story())


def test_the_page_tells_rule_positions_reservations_and_who_could_still_change_it() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa, xab = site.seat("XAA"), site.seat("XAB")
            await tabled(site, xaa, "assist", "Help", organ="council", rule="consensus")
            await done(site, xab, "state position", "b", party="XAB", position="support", reservation="no troops")
            await done(site, site.admin, "state position", "c", party="XAC", position="abstain", by="SG", note="phone")
            page = await User(site, xaa).open("/council/k/p")
            for told in (
                "Consensus: an objection stops it",
                "no troops",
                "entered for it, not confirmed by it",
                "object: then it is blocked",
                "any one of 5, alone:",
                "5 electors",
                "three fifths, for procedure only",
                "Defence Board",
                "still open",
            ):
                assert told in page.text, told
            assert "/charter/what-if?procedure=k/p" in page.links
            assert "/desk/position/k/p" in page.links

    run(story())


def test_under_silence_the_page_tells_who_has_the_text_and_what_an_outage_does() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = site.seat("XAB")
            await tabled(site, xab)
            await done(site, site.admin, "open silence", "s", by="SG")
            await done(site, xab, "confirm delivery", "d", party="XAB")
            await done(site, site.admin, "confirm delivery", "e", party="XAC", by="SG")
            site.world.pass_hours(2)
            await site.world.centre.record_outage(
                Instant(site.world.clock.now() - 3_600_000_000), site.world.clock.now()
            )
            page = await User(site, xab).open("/council/k/p")
            for told in ("yes, it says so", "by the chair's word alone", "not known", "the time lost is given back",
                         "2026-01-05 09:00Z – 2026-01-05 10:00Z"):  # fmt: skip
                assert told in page.text, told

    run(story())


def test_the_decision_sheet_has_verdict_clause_hash_cursor_and_who_is_bound() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa, "procedure", "Meet daily")
            for party in ("XAA", "XAB", "XAC", "XAD", "XAE"):
                secret = site.seat(party)
                await done(site, secret, "state position", f"p-{party}", party=party, position="support")
            user = User(site, xaa)
            before = await user.open("/council/k/p/sheet")
            assert "This is no decision yet." in before.text
            await done(site, site.admin, "close", "c", by="SG")
            page = await user.open("/council/k/p/sheet")
            charter = site.world.centre.law.charter
            cursor = site.world.centre.cursor("XAA")
            for told in ("adopted", "closed by the chair", "MR.2", charter.hash, "Meet daily", "HYPOTHETICAL", cursor,
                         "Bound Ardovia, Belmora, Corvenna, Dunmark, Elvaria"):  # fmt: skip
                assert told in page.text, told
            assert f"/ledger/{cursor}" in page.links

    run(story())


def test_a_text_is_tabled_amended_and_withdrawn_by_forms_each_shown_before_it_is_filed() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAA"))
            await user.open("/council")
            before = site.entries()
            values: dict[str, object] = {"case": "XAA-ford", "procedure": "aid 1", "forum": RELIEF, "text": "Two tents"}
            shown = await user.send("/council/table", values)
            assert shown.status == 200
            assert site.entries() == before
            assert "tabled" in shown.text or "Meridian Council" in shown.text
            page = await user.confirm()
            assert user.path == "/council/XAA-ford/aid%201"
            assert page.status == 200
            assert site.entries() > before
            await user.send("/council/XAA-ford/aid%201/amend", {"text": "Three tents"})
            assert "Version 2" in (await user.confirm()).text
            await user.send("/council/XAA-ford/aid%201/withdraw")
            assert "withdrawn" in (await user.confirm()).text
            assert "There is nothing this desk may do to this text." in user.page.text

    run(story())


def test_whom_a_text_may_concern_tells_the_parties_of_the_day_from_others() -> None:
    async def story() -> None:
        async with Site() as site:
            page = await User(site, site.seat("XAA")).open("/council")
            subject = page.html.split('id="table-subject"')[1].split("</select>")[0]
            today, others = (re.findall(r'value="(X..)"', part) for part in subject.split("<optgroup")[1:])
            view = site.world.centre.view("XAA")
            assert today == sorted(view.snapshot.standings)
            assert others == sorted(view.law.parties - set(today)) != []

    run(story())


def test_the_chair_opens_a_silence_for_the_charters_period_and_confirms_what_ran_out() -> None:
    async def story() -> None:
        async with Site() as site:
            await tabled(site, site.seat("XAA"))
            chair = User(site, site.admin)
            page = await chair.open("/council/k/p")
            assert "the charter's period of 24 hours from filing" in page.text
            await chair.send("/council/k/p/silence", {"by": "SG"})
            assert "2026-01-06 08:00Z" in (await chair.confirm()).text
            site.world.pass_hours(25)
            page = await chair.open("/council/k/p")
            assert "expired, unconfirmed" in page.text
            assert "or nothing is adopted" in page.text
            await chair.send("/council/k/p/confirm", {"by": "SG"})
            assert "by silence, confirmed by the chair" in (await chair.confirm()).text

    run(story())


@pytest.mark.parametrize(("deadline", "says"), [("2026-01-05T09:00", "too early"), ("tomorrow", "no time")])
def test_a_deadline_that_cannot_be_comes_back_with_the_form_and_what_stood_in_it(deadline: str, says: str) -> None:
    async def story() -> None:
        async with Site() as site:
            await tabled(site, site.seat("XAA"))
            chair = User(site, site.admin)
            await chair.open("/council/k/p")
            before = site.entries()
            page = await chair.send("/council/k/p/silence", {"by": "SG", "deadline": deadline})
            assert page.status in (400, 422)
            assert says in page.text
            assert ("deadline", deadline) in page.form("/council/k/p/silence").fields
            assert site.entries() == before

    run(story())


def test_a_text_goes_to_another_forum_and_the_page_says_where_it_went() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAA"))
            await tabled(site, user.secret, "assist", "Help", organ="council", rule="consensus")
            await user.open("/council/k/p")
            values: dict[str, object] = {"forum": "defence-board|consensus", "new_procedure": "p-board"}
            await user.send("/council/k/p/move", values)
            page = await user.confirm()
            assert "moved" in page.text
            assert "/council/k/p-board" in page.links
            there = await user.open("/council/k/p-board")
            assert "Defence Board" in there.text
            assert "/council/k/p" in there.links

    run(story())


def test_a_refusal_by_the_law_comes_back_as_the_form_with_its_clause() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAA"))
            await tabled(site, user.secret)
            await user.open("/council")
            values: dict[str, object] = {"case": "k", "procedure": "p", "forum": RELIEF, "text": "Another"}
            page = await user.send("/council/table", values)
            assert page.status == 422
            assert "There is already a procedure 'p' in this case." in page.text
            form = page.form("/council/table")
            assert ("text", "Another") in form.fields
            assert ("forum", RELIEF) in form.fields

    run(story())


def test_a_reader_is_shown_everything_and_offered_no_act() -> None:
    async def story() -> None:
        async with Site() as site:
            await tabled(site, site.seat("XAA"))
            user = User(site, site.seat("XAB", "reader"))
            page = await user.open("/council/k/p")
            assert "There is nothing this desk may do to this text." in page.text
            assert all(not form.action.startswith("/council") for form in page.forms)
            agenda = await user.open("/council")
            assert all(form.action != "/council/table" for form in agenda.forms)
            assert (await user.post("/council/k/p/close", [("csrf", "x"), ("by", "XAB")])).status == 403

    run(story())


def test_who_does_not_see_a_case_finds_no_page_of_it_and_no_word_of_it() -> None:
    async def story() -> None:
        async with Site() as site:
            await tabled(site, site.seat("XAA"))
            outsider = User(site, site.seat("XAF"))
            assert not site.world.centre.view("XAF").sees_case("k")
            hidden, nothing = [await outsider.open(f"/council/{name}/p") for name in ("k", "z")]
            assert hidden.status == nothing.status == 404
            assert hidden.text == nothing.text
            for path in ("/council/k/p/sheet", "/charter/what-if?procedure=k/p"):
                assert (await outsider.open(path)).status == 404
            assert "relief" not in (await outsider.open("/council")).text.split("Table a text")[0]

    run(story())


def headings(page: Page) -> list[int]:
    return [int(part[0]) for part in page.html.split("<h")[1:] if part[0].isdigit()]


def test_headings_follow_in_order_and_every_field_has_its_label() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.admin)
            await tabled(site, site.seat("XAA"))
            await done(site, site.admin, "amend text", "a", by="SG", text="Three tents")
            for path in ("/council", "/council/k/p", "/council/k/p/sheet"):
                page = await user.open(path)
                levels = headings(page)
                assert levels[0] == 1
                assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), path
                labelled = set(re.findall(r'for="([^"]+)"', page.html))
                fields = re.findall(r'<(?:select|textarea|input(?! type="hidden"))[^>]* id="([^"]+)"', page.html)
                assert fields
                assert set(fields) <= labelled, path

    run(story())


def test_what_the_clock_did_is_nobodys_doing_whoever_acted_next() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa, "assist", "Help", organ="council", rule="silence")
            await done(site, site.admin, "open silence", "s", by="SG")
            site.world.pass_hours(25)
            answer = await site.warn(site.seat("XAC"), "k", "w", "Tanks.", ["XAB"])
            assert answer.status_code == 200
            course = site.world.centre.view("XAA").course("k", "p")
            assert [(line.kind, line.by) for line in course] == [
                ("procedure opened", "XAA"),
                ("silence opened", "SG"),
                ("silence expired", ""),
            ]

    run(story())


def test_of_a_text_amended_very_often_the_first_version_and_the_latest_are_kept() -> None:
    async def story() -> None:
        async with Site() as site:
            xaa = site.seat("XAA")
            await tabled(site, xaa, text="version 1")
            for number in range(2, 520):
                await done(site, xaa, "amend text", f"a{number}", text=f"version {number}")
            course = site.world.centre.view("XAA").course("k", "p")
            assert len(course) == 500
            assert course[0].version == 1
            assert course[-1].text == "version 519"
            page = await User(site, xaa).open("/council/k/p")
            assert "Version 518" in page.text
            assert "Version 519" in page.text

    run(story())
