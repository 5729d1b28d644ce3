"""The desk by forms alone: what is asked, what an act brings before it is filed, and that nothing is filed twice."""

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.centre_world import run
from tests.console_user import FORM, User
from tests.web_client import Site
from tocsin.centre.words import shortened
from tocsin.web import forms

CASE = {"case": "k", "procedure": "p"}


async def silence(site: Site, matter: str = "relief") -> None:
    """A text under silence in the Council."""
    xab = site.seat("XAB")
    assert (
        await site.act(xab, "table text", "t1", **CASE, matter=matter, text="Tents for the north")
    ).status_code == 200
    assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200


def test_a_member_breaks_a_silence_and_is_told_before_what_that_brings() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAB"))
            desk = await user.open("/desk")
            assert "Position wanted" in desk.text
            assert "/desk/position/k/p" in desk.links
            await user.open("/desk/position/k/p")
            before = site.entries()
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            assert shown.status == 200
            for told in (
                "This breaks the silence on 'p'. MR.1",
                "The text is not adopted: it returns to Meridian Council.",
                "The charter names no other forum for it: it stays with Meridian Council.",
                "By the rule 'silence' the outcome is then: blocked.",
            ):
                assert told in shown.text
            assert site.entries() == before
            desk = await user.confirm()
            assert site.entries() == before + 1
            assert "object" in desk.text
            procedure = site.world.centre.view("XAB").procedure("k", "p")
            assert (procedure.status, procedure.broken_by) == ("open", ("XAB",))

    run(story())


def test_pressing_the_button_twice_is_one_act() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "support"})
            fields = shown.form("", step="file").fields
            before = site.entries()
            for _ in range(3):
                assert (await user.post("/desk/position/k/p", fields)).status == 200
            assert user.path == "/desk"
            # The position, and that the text reached whoever speaks on it.
            assert site.entries() == before + 2

    run(story())


def test_what_is_received_is_confirmed_by_one_press() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            await site.warn(site.seat("XAA"), "k", "w", "Tanks.", ["XAC"])
            user = User(site, site.seat("XAC"))
            await user.open("/desk")
            await user.send("/desk/acknowledge", what="text")
            assert "Confirm a text" not in user.page.text
            await user.send("/desk/acknowledge", what="warning")
            assert "Confirm a warning" not in user.page.text
            line = next(row for row in site.world.centre.view("XAA").holders("k", "w") if row.seat == "XAC")
            assert line.is_confirmed

    run(story())


def test_a_position_told_by_telephone_names_who_called_and_is_confirmed_or_disputed() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            chair = User(site, site.admin)
            desk = await chair.open("/desk")
            assert "Enter what a party told us" in desk.text
            assert "/desk/position/k/p" in desk.links
            await chair.open("/desk/position/k/p")
            told = {"party": "XAD", "position": "support", "how": "by telephone", "who": "Ambassador"}
            missing = await chair.send("/desk/position/k/p", told)
            assert missing.status == 400
            assert "Say who called, and at what time" in missing.text
            shown = await chair.send("/desk/position/k/p", {"when": "14:05Z"})
            assert "enters it on behalf of Dunmark, which will be asked to confirm or dispute it." in shown.text
            await chair.confirm()
            other = User(site, site.seat("XAD"))
            desk = await other.open("/desk")
            assert "Entered for us" in desk.text
            shown = await other.send("/desk/entered/k/p", position="support")
            assert "Dunmark confirms the position that was entered for it: support." in shown.text
            await other.open("/desk/entered/k/p")
            shown = await other.send("/desk/entered/k/p", {"position": "object"})
            assert "This breaks the silence" in shown.text
            await other.confirm()
            row = site.world.centre.view("XAD").procedure("k", "p")
            assert row.broken_by == ("XAD",)
            assert {line.party: line.on_behalf for line in row.positions}["XAD"] == "disputed"

    run(story())


def test_the_chair_confirms_a_silence_that_ran_out() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            site.world.pass_hours(30)
            chair = User(site, site.admin)
            desk = await chair.open("/desk")
            assert "Silence ran out" in desk.text
            shown = await chair.send("/desk/expiry")
            assert "The text is adopted." in shown.text
            assert "Bound by it: Ardovia, Belmora, Corvenna, Dunmark, Elvaria." in shown.text
            assert "It cannot be taken back." in shown.text
            await chair.confirm()
            assert site.world.centre.view("XAA").procedure("k", "p").verdict == "adopted"

    run(story())


async def decided(site: Site) -> None:
    """A requirement that rests on an adopted text."""
    await silence(site)
    site.world.pass_hours(30)
    assert (await site.act(site.admin, "confirm expiry", "e1", by="SG", **CASE)).status_code == 200
    lines = [{"id": "tents", "capability": "tents", "required": 40, "unit": "pieces"}]
    made = await site.act(site.admin, "set requirement", "r1", by="SG", **CASE, lines=lines)
    assert made.status_code == 200


def test_a_pledge_says_what_is_still_missing_then() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            user = User(site, site.seat("XAC"))
            desk = await user.open("/desk")
            assert "tents: 40 pieces of 40 missing" in desk.text
            wrong = await user.send("/desk/pledge", {"quantity": "many", "caveats": "by road"})
            assert wrong.status == 400
            assert "by road" in wrong.html
            shown = await user.send("/desk/pledge", {"quantity": "15"})
            assert "Corvenna offers 15 pieces of tents." in shown.text
            assert "Of tents there are then still missing: 25 pieces of 40." in shown.text
            desk = await user.confirm()
            assert "tents: 25 pieces of 40 missing" in desk.text
            shown = await user.send("/desk/unpledge")
            assert "Corvenna takes back 15 pieces of tents." in shown.text

    run(story())


def test_a_second_person_sees_what_an_act_brings_and_confirms_it() -> None:
    async def story() -> None:
        async with Site() as site:
            first, second = User(site, site.seat("XAB")), User(site, site.seat("XAB"))
            await site.warn(first.secret, "k", "w", "Tanks.", ["XAC"])
            await first.open("/desk/warning/k/w")
            shown = await first.send("/desk/warning/k/w/recall", {"why": "They were tractors."})
            assert "A second person of Belmora has to confirm it within 24 hours" in shown.text
            assert "These are told that it is taken back, and asked to confirm: Corvenna." in shown.text
            desk = await first.confirm()
            assert "Waiting for a second person of ours" in desk.text
            pending = site.world.centre.desks.pending(site.world.centre.desks.actor(first.secret))[0].id
            own = await first.open(f"/desk/pending/{pending}")
            assert "another person of your seat confirms it" in own.text
            desk = await second.open("/desk")
            assert f"/desk/pending/{pending}" in desk.links
            shown = await second.open(f"/desk/pending/{pending}")
            assert "They were tractors." in shown.text
            assert "The warning 'w' is taken back for good" in shown.text
            await second.send(f"/desk/pending/{pending}/confirm")
            assert site.world.centre.view("XAB").warning("k", "w").recalled is not None

    run(story())


def test_a_reader_sees_the_desk_without_a_button_to_act() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAB", "reader"))
            desk = await user.open("/desk")
            assert "Position wanted" in desk.text
            assert {form.action for form in desk.forms} <= {"/logout", "/language"}
            assert not [link for link in desk.links if "/position/" in link or link == "/desk/warning"]
            assert (await user.open("/desk/position/k/p")).status == 403

    run(story())


def test_a_delegate_stays_with_the_seat_it_acts_for() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            head, other = site.seat("XAB", "head"), site.seat("XAC")
            until = "2026-02-01T00:00:00Z"
            lent = {"to": "XAC", "scopes": ["read", "position", "ack"], "until": until}
            assert (await site.post("/api/v1/delegations", head, lent)).status_code == 201
            user = User(site, other)
            desk = await user.open("/desk")
            assert "You may also act for : Belmora" in desk.text.replace("for:", "for :")
            await user.open("/desk?on_behalf=XAB")
            assert "You act for Belmora" in user.page.text
            await user.open("/desk/position/k/p?on_behalf=XAB")
            shown = await user.send("/desk/position/k/p?on_behalf=XAB", {"position": "abstain"})
            assert "Belmora states: abstain." in shown.text
            await user.confirm()
            assert user.path == "/desk?on_behalf=XAB"
            rows = site.world.centre.view("XAB").procedure("k", "p").positions
            assert {row.party: row.position for row in rows}["XAB"] == "abstain"

    run(story())


def test_what_was_written_comes_back_when_the_session_has_ended() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAB"))
            await user.open("/desk/position/k/p")
            fields = user.page.form("/desk/position/k/p").filled(
                {"position": "support", "reservation": "No troops & <b>"}
            )
            site.world.centre.desks.logout(user.secret)
            kept = await user.post("/desk/position/k/p", fields)
            assert kept.status == 401
            assert "Your session has ended." in kept.text
            assert "No troops & <b>" in kept.text
            before = site.entries()
            user.secret = site.seat("XAB")
            again = await user.send("")
            assert again.status == 403
            assert "Look at what was to be sent" in again.text
            shown = await user.send("")
            assert "This reservation goes on record with it: No troops & <b>" in shown.text
            assert site.entries() == before
            await user.confirm()
            assert site.entries() == before + 1

    run(story())


def test_a_stranger_gets_nothing_back() -> None:
    async def story() -> None:
        async with Site() as site:
            body = b"csrf=&reservation=mirror"
            answer = await site.http.post("/desk/position/k/p", content=body, headers={"content-type": FORM})
            assert answer.status_code == 401
            assert "mirror" not in answer.text

    run(story())


def test_a_page_in_french_shows_the_english_of_a_legal_effect_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    french = {"This breaks the silence on '%(procedure)s'.": "Ceci rompt le silence sur %(procedure)s."}

    def translate(_call: object) -> Callable[[str], str]:
        return lambda text: french.get(text, text)

    monkeypatch.setattr(forms, "texts", translate)

    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAB"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            assert "Ceci rompt le silence sur p." in shown.text
            assert '<span class="beside" lang="en">This breaks the silence on &#39;p&#39;.</span>' in shown.html

    run(story())


@pytest.mark.parametrize("path", ["/desk", "/desk/position/k/p", "/desk/warning"])
def test_a_page_of_the_desk_is_read_aloud_in_order(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = User(site, site.seat("XAB"))
            await user.open(path)
            html = user.page.html
            assert html.count("<h1") == 1
            assert html.count("<th ") == html.count('<th scope="')
            assert "HYPOTHETICAL" in html

    run(story())


async def seen_by(observer: str, hidden: Callable[[Site], Awaitable[None]]) -> list[tuple[str, str]]:
    """All that a seat is shown on its desk, after something that it may not see."""
    async with Site() as site:
        await silence(site)
        user = User(site, site.seat(observer, "head"))
        await hidden(site)
        found = [await user.open(path) for path in ("/desk", "/desk/position/k/p", "/desk/warning", "/desk/drafts")]
        found.append(await user.open("/desk/warning/k/w"))
        found.append(await user.open("/desk/warning/XAG-own/w"))
        await user.open("/desk/warning")
        fields = {"to": ("members", "SG"), "case": "k", "text": "x", "warning": "mine"}
        found.append(await user.send("/desk/warning/preview", fields))
        await user.open("/desk/warning")
        found.append(await user.send("/desk/warning", fields))
        await user.open("/desk/position/k/p")
        found.append(await user.send("/desk/position/k/p", {"position": "object"}))
        return [(str(page.status), page.text) for page in found]


async def nothing(_site: Site) -> None:
    """Nothing happens."""


async def another(site: Site) -> None:
    """Others warn each other, draft, recall, and let each other act, out of sight."""
    xab = site.seat("XAB", "head")
    await site.warn(xab, "k", "w", "Tanks.", ["XAA"])
    await site.act(xab, "recall warning", "rw", case="k", warning="w", why="Tractors.")
    user = User(site, xab)
    await user.open("/desk/position/k/p")
    await user.send("/desk/draft/new/k/p", {"position": "object", "reasons": "Elections soon."})


def test_the_desk_shows_nothing_of_what_is_hidden() -> None:
    shown = run(seen_by("XAC", another))
    assert not any("Tractors" in text or "Elections" in text for _, text in shown)
    # That there is a warning is a fact of the case, which the page of a warning does not show either.
    assert shown == run(seen_by("XAC", nothing))


@given(st.lists(st.text("abc", min_size=1, max_size=9), max_size=60).map(" ".join), st.integers(20, 200))
def test_a_text_that_is_too_long_ends_after_a_word_and_says_that_it_goes_on(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert len(cut) <= most
    if len(text) <= most:
        assert cut == text
    else:
        assert cut.endswith("…")
        assert set(cut[:-1].split()) <= set(text.split())


def test_one_word_that_is_too_long_is_cut_all_the_same() -> None:
    assert shortened("x" * 90, 80) == "x" * 79 + "…"
