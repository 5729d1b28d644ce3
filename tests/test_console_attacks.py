"""What a hostile or an unlucky browser sends to the console: nothing of it is filed unread, misfiled or falls over."""

from urllib.parse import quote, urlencode

import pytest

from tests.centre_world import run
from tests.console_user import FORM, User
from tests.web_client import BASE, Site
from tocsin.centre.settings import Settings
from tocsin.web.call import csrf_of

CASE = {"case": "k", "procedure": "p"}
TENTS = {"matter": "relief", "text": "Tents for the north"}


async def table(site: Site) -> str:
    """A text before the Council: the session of who tabled it."""
    xab = site.seat("XAB")
    assert (await site.act(xab, "table text", "t1", **CASE, **TENTS)).status_code == 200
    return xab


async def amend(site: Site, secret: str) -> None:
    assert (await site.act(secret, "amend text", "a1", **CASE, text="Tanks for the north")).status_code == 200


def position_of(site: Site, seat: str) -> str:
    rows = site.world.centre.view(seat).procedure("k", "p").positions
    return {row.party: str(row.position) for row in rows}[seat]


async def lend(site: Site, *scopes: str) -> User:
    """Somebody of Corvenna who acts for Belmora with these scopes."""
    lent = {"to": "XAC", "scopes": list(scopes), "until": "2026-02-01T00:00:00Z"}
    assert (await site.post("/api/v1/delegations", site.seat("XAB", "head"), lent)).status_code == 201
    return User(site, site.seat("XAC"))


def test_a_position_is_not_filed_on_a_text_that_was_amended_after_its_effects_were_shown() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = await table(site)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            await user.send("/desk/position/k/p", {"position": "support"})
            await amend(site, xab)
            before = site.entries()
            told = await user.confirm()
            assert told.status == 409
            assert "The text changed after you were shown what this brings." in told.text
            assert site.entries() == before
            await user.send("/desk/position/k/p", {"position": "object"})
            await user.confirm()
            assert position_of(site, "XAC") == "object"

    run(story())


def test_an_objection_that_was_shown_as_harmless_does_not_break_a_silence_that_opened_meanwhile() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            assert "This breaks the silence" not in shown.text
            assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200
            assert (await user.confirm()).status == 409
            assert site.world.centre.view("XAC").procedure("k", "p").status == "silence"

    run(story())


def test_breaking_a_silence_by_pressing_twice_is_one_act_and_no_trouble() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200
            user = User(site, site.seat("XAC"))
            await user.open("/desk/position/k/p")
            shown = await user.send("/desk/position/k/p", {"position": "object"})
            fields, before = shown.form("", step="file").fields, site.entries()
            for _ in range(2):
                assert (await user.post("/desk/position/k/p", fields)).status == 200
            assert site.entries() == before + 1

    run(story())


def test_a_draft_is_not_filed_on_a_text_that_was_amended_after_its_effects_were_shown() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = await table(site)
            user = User(site, site.seat("XAC"))
            page = await user.open("/desk/position/k/p")
            begin = page.form("/desk/draft/new/k/p").filled({"position": "support"})
            await user.post("/desk/draft/new/k/p", begin)
            file = user.path + "/file"
            await user.send(file)
            await amend(site, xab)
            told = await user.send("", step="file")
            assert told.status == 409
            assert "The text changed after you were shown what this brings." in told.text
            assert position_of(site, "XAC") == "not_stated"

    run(story())


def test_what_a_delegate_notes_for_a_seat_stands_in_that_seats_log_and_not_in_its_own() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = await lend(site, "read", "position")
            await user.open("/watch/log?on_behalf=XAB")
            await user.send("/watch/log?on_behalf=XAB", {"text": "Belmora's capital called."})
            assert user.path.startswith("/watch/log?on_behalf=XAB")
            assert "capital called" in user.page.text
            await user.open("/watch/handover?on_behalf=XAB")
            await user.send("/watch/handover?on_behalf=XAB", {"text": "Belmora waits for tents."})
            await user.open("/watch/report?on_behalf=XAB")
            await user.send("/watch/report?on_behalf=XAB")
            assert user.answer.status_code == 200
            for path in ("/watch", "/watch/log", "/watch/report"):
                own = await user.open(path)
                assert "capital called" not in own.text
                assert "waits for tents" not in own.text
                assert "/watch/report/" not in " ".join(own.links)

    run(story())


@pytest.mark.parametrize("path", ["/watch", "/watch/log", "/watch/handover", "/watch/report", "/ledger", "/ledger/1-1"])
def test_no_link_and_no_form_of_a_delegates_page_leads_to_another_seats(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = await lend(site, "read", "position")
            await user.open("/watch/log?on_behalf=XAB")
            await user.send("/watch/log?on_behalf=XAB", {"text": "A call.", "case": "k", "cursor": "1-1"})
            await user.open("/watch/report?on_behalf=XAB")
            await user.send("/watch/report?on_behalf=XAB")
            page = await user.open(f"{path}?on_behalf=XAB")
            assert page.status == 200
            led = [
                link for link in page.links if link.startswith(("/watch", "/ledger", "/cases", "/print", "/deadlines"))
            ]
            sent = [form.action for form in page.forms if form.action not in ("/logout", "/language")]
            asked = [("on_behalf", "XAB") in form.fields for form in page.forms if form.action in sent]
            assert led
            assert [link for link in led if "on_behalf=XAB" not in link] == []
            assert all("on_behalf=XAB" in action or is_said for action, is_said in zip(sent, asked, strict=True))

    run(story())


def test_a_number_of_nought_comes_back_with_the_form_when_the_session_has_ended() -> None:
    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAB", "head"))
            page = await user.open("/desk/drafts")
            sent = page.form("/desk/drafts", ("approval",)).filled({"approval": "capital"})
            assert ("version", "0") in sent
            site.world.centre.desks.logout(user.secret)
            await user.post("/desk/drafts", sent)
            user.secret = site.seat("XAB", "head")
            assert (await user.send("")).status == 403
            assert (await user.send("")).status == 200
            assert site.world.centre.notebook.settings(site.world.centre.desks.actor(user.secret)).approval == "capital"

    run(story())


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/desk/pledge", {"case": "k", "line": "x", "pledge": "y", "quantity": "²"}),
        ("/council/k/p/silence", {"by": "SG", "deadline": "9999-12-31T23:59-23:59"}),
        ("/council/k/p/silence", {"by": "SG", "deadline": "0001-01-01T00:00+23:59"}),
    ],
)
def test_a_value_that_no_page_offers_is_told_as_wrong(path: str, fields: dict[str, str]) -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            await table(site)
            user = User(site, site.seat("secretariat", "conductor"))
            page = await user.post(path, [("csrf", csrf_of(user.secret)), *fields.items()])
            assert page.status == 400
            assert "EXERCISE" in page.text

    run(story())


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", ["/charter", "/charter/parties", "/charter/duties", "/charter/what-if"])
def test_a_day_at_the_end_of_the_calendar_is_told_as_wrong(path: str, day: str) -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await User(site, site.seat("XAB")).open(f"{path}?on={day}")).status == 400

    run(story())


def test_a_form_whose_parts_end_at_no_possible_line_is_told_as_wrong() -> None:
    async def story() -> None:
        async with Site() as site:
            said = {"content-type": "multipart/form-data; boundary=" + "a" * 5_000, "origin": BASE}
            cookie = {"cookie": f"tocsin={site.seat('XAB')}"}
            answer = await site.http.post("/desk/draft/x/attach", content=b"--a\r\n", headers=said | cookie)
            assert answer.status_code == 400

    run(story())


def test_others_behind_the_same_address_whose_sessions_ended_keep_nobody_from_signing_in() -> None:
    async def story() -> None:
        async with Site(settings=Settings()) as site:
            ended = site.seat("XAB")
            site.world.centre.desks.logout(ended)
            answers = [await site.http.get("/", headers={"cookie": f"tocsin={ended}"}) for _ in range(60)]
            assert answers[-1].status_code == 429
            for cookie in ("tocsin-form=x", f"tocsin={ended}"):
                assert (await site.http.get("/login", headers={"cookie": cookie})).status_code == 200
                assert (await site.http.get("/style.css", headers={"cookie": cookie})).status_code == 200
            sent = urlencode({"csrf": csrf_of("x"), "name": "registrar", "password": "wrong"}).encode()
            said = {"content-type": FORM, "origin": BASE, "cookie": "tocsin-form=x"}
            assert (await site.http.post("/login", content=sent, headers=said)).status_code == 401

    run(story())


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil", "/\n/x"]
)
def test_no_way_on_leads_elsewhere(elsewhere: str) -> None:
    async def story() -> None:
        async with Site() as site:
            sent = urlencode({"language": "fr", "next": elsewhere}).encode()
            answer = await site.http.post("/language", content=sent, headers={"content-type": FORM, "origin": BASE})
            assert answer.headers["location"] == "/"
            page = await User(site, "").open(f"/login?next={quote(elsewhere)}")
            assert ("next", "/") in page.form("/login").fields

    run(story())
