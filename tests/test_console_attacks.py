"""What a hostile or an unlucky browser sends to the console: nothing of it is filed unread, misfiled or falls over."""

from urllib.parse import quote, urlencode

import pytest

from tests.centre_world import run
from tests.console_user import FORM, Page, User
from tests.web_client import BASE, Site
from tocsin.centre.settings import Settings
from tocsin.charter.snapshot import Snapshot
from tocsin.web.call import csrf_of
from tocsin.web.console import agenda, book, calendar, case_forms, charter, desk
from tocsin.web.console.parties import Contest, contests
from tocsin.web.console.worked_out import WorkedOut

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


def test_what_the_capital_approved_is_not_filed_on_a_text_that_was_amended_since() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = await table(site)
            head, user = User(site, site.seat("XAC", "head")), User(site, site.seat("XAC"))
            await head.open("/desk/drafts")
            await head.send("/desk/drafts", {"approval": "capital"})
            page = await user.open("/desk/position/k/p")
            await user.post("/desk/draft/new/k/p", page.form("/desk/draft/new/k/p").filled({"position": "support"}))
            draft = user.path
            await say_yes(head, draft)
            await amend(site, xab)  # in the very same instant: the clock stands
            await user.open(draft)
            file = dict(user.page.form(f"{draft}/file").fields)
            for step in ("show", "file"):
                told = await user.post(f"{draft}/file", list((file | {"step": step}).items()))
                assert told.status == 409
                assert "The text was amended after the capital approved this draft." in told.text
            api = f"/api/v1/notebook/drafts/{draft.rpartition('/')[2]}/file"
            assert (await site.post(api, user.secret, {"version": int(file["version"])})).status_code == 409
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


async def ask_the_capital(site: Site, seat: str = "XAB") -> tuple[User, User]:
    """The seat's head, who has the capital approve from now on, and one of its liaisons."""
    head, user = User(site, site.seat(seat, "head")), User(site, site.seat(seat))
    await head.open("/desk/drafts")
    await head.send("/desk/drafts", {"approval": "capital"})
    return head, user


async def approve(head: User, user: User, position: str) -> str:
    """The path of a draft that says this, approved."""
    page = await user.open("/desk/position/k/p")
    await user.post("/desk/draft/new/k/p", page.form("/desk/draft/new/k/p").filled({"position": position}))
    draft = user.path
    await say_yes(head, draft)
    return draft


async def say_yes(head: User, draft: str) -> None:
    """The capital's yes to a draft, by its page."""
    form = (await head.open(draft)).form(draft, ["words", "text_version"])
    await head.post(draft, [*form.fields, ("deed", "approve")])
    assert "The capital approved it" in head.page.text


def test_what_was_entered_for_a_seat_is_not_confirmed_before_its_capital_approved_those_words() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            told = {"party": "XAC", "position": "support", "by": "SG", "note": "telephone"}
            assert (await site.act(site.admin, "state position", "told", **CASE, **told)).status_code == 200
            head, user = await ask_the_capital(site, "XAC")
            before = site.entries()
            fields = [("csrf", csrf_of(user.secret)), ("position", "support")]
            for step in ("show", "file"):
                refused = await user.post("/desk/entered/k/p", [*fields, ("step", step)])
                assert refused.status == 403
                assert "files nothing that the capital has not approved" in refused.text
            await approve(head, user, "object")
            assert (await user.post("/desk/entered/k/p", fields)).status == 403
            assert site.entries() == before
            await approve(head, user, "support")
            shown = await user.post("/desk/entered/k/p", fields)
            assert "confirms the position that was entered for it" in shown.text
            assert (await user.confirm()).status == 200
            rows = site.world.centre.view("XAC").procedure("k", "p").positions
            assert {row.party: row.on_behalf for row in rows}["XAC"] == "confirmed"

    run(story())


async def many_texts(site: Site, count: int) -> str:
    """So many texts before the Council in one case, half of them withdrawn."""
    xab = site.seat("XAB")
    for number in range(count):
        where = {"case": "k", "procedure": f"p{number}"}
        assert (await site.act(xab, "table text", f"t{number}", **where, **TENTS)).status_code == 200
        if number % 2:
            assert (await site.act(xab, "withdraw text", f"w{number}", **where)).status_code == 200
    return xab


def test_pages_list_only_so_much_and_say_how_much_there_is_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LISTED", 3)
    monkeypatch.setattr(book, "LISTED", 3)
    monkeypatch.setattr(book, "TEXTS_MAX", 4)
    monkeypatch.setattr(agenda, "RUNNING_SHOWN", 3)
    monkeypatch.setattr(agenda, "ENDED_SHOWN", 2)

    async def story() -> None:
        async with Site() as site:
            await many_texts(site, 10)
            user = User(site, site.seat("XAC"))
            asked = await user.open("/desk")
            assert asked.html.count("waits for your position") == 3
            assert "2 more" in asked.text
            agenda = await user.open("/council")
            assert sum(link.startswith("/council/k/") for link in agenda.links) == 5
            assert "2 more" in agenda.text
            assert "3 more" in agenda.text
            printed = await user.open("/print")
            assert printed.html.count('class="book-text"') == 4
            assert "6 more are left out of this book." in printed.text
            assert "2 more are left out of this book." in printed.text

    run(story())


def test_a_calendar_has_the_next_deadlines_and_no_end_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "EVENTS_MAX", 2)

    async def story() -> None:
        async with Site() as site:
            xab = site.seat("XAB")
            for name in ("p", "q", "r"):
                where = {"case": "k", "procedure": name}
                await site.act(xab, "table text", f"t-{name}", **where, **TENTS)
                assert (await site.act(site.admin, "open silence", f"s-{name}", by="SG", **where)).status_code == 200
            sent = await site.get("/deadlines.ics", xab)
            assert sent.text.count("BEGIN:VEVENT") == 2

    run(story())


PAGES = (
    "/", "/desk", "/desk/position/k/p", "/council", "/council/k/p", "/council/k/p/sheet", "/cases", "/cases/k",
    "/after/k", "/charter", "/charter/parties", "/charter/what-if", "/charter/what-if?procedure=k/p",
    "/charter/duties?event=attack-on-member", "/charter/row/rule/silence", "/ledger", "/watch", "/print",
)  # fmt: skip
HOME = ("/api/", "/reference", "/style.css", "/static/", "#")


@pytest.mark.parametrize("path", PAGES)
def test_whoever_acts_for_another_seat_stays_with_it_on_every_link_and_is_told_so(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            await amend(site, site.seat("XAB"))
            user = await lend(site, "read", "position", "text")
            page = await user.open(f"{path}{'&' if '?' in path else '?'}on_behalf=XAB")
            assert page.status == 200
            assert "You act for Belmora under its delegation." in page.text
            lost = {link for link in page.links if link and not link.startswith(HOME) and "on_behalf=XAB" not in link}
            assert lost <= {"/desk"}  # the way back to one's own
            asked = [form for form in page.forms if form.action not in ("/logout", "/language")]
            assert [
                form.action
                for form in asked
                if "on_behalf=XAB" not in form.action and ("on_behalf", "XAB") not in form.fields
            ] == []

    run(story())


@pytest.mark.parametrize(
    ("path", "action", "values"),
    [
        ("/desk/position/k/p", "/desk/position/k/p", {"position": "object"}),
        ("/desk/position/k/p", "/desk/draft/new/k/p", {"position": "object", "reasons": "Ours alone."}),
        ("/watch/log", "/watch/log", {"text": "Ours alone."}),
        ("/watch/handover", "/watch/handover", {"text": "Ours alone.", "points": ""}),
        ("/watch/report", "/watch/report", {}),
        ("/cases/k", "/cases/k", {"words": "Over."}),
    ],
)
def test_a_form_that_one_seat_wrote_does_nothing_when_another_signs_in_and_sends_it_again(
    path: str, action: str, values: dict[str, object]
) -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = User(site, site.seat("XAB"))
            page = await user.open(path)
            names = [name for name in values if name != "points"]
            sent = page.form(action, names).filled(values)
            site.world.centre.desks.logout(user.secret)
            kept = await user.post(action, sent)
            assert kept.status == 401
            user.secret, before = site.seat("XAC"), site.entries()
            for step in ("show", "file"):
                fields = [(name, value) for name, value in kept.form("").fields if name not in ("step", "csrf")]
                again = [*fields, ("csrf", csrf_of(user.secret))]
                again += [("step", step)] if ("step", "show") in kept.form("").fields else []
                for form in (kept.form("").fields, again):
                    told = await user.post(action, form)
                    assert told.status == 409
                    assert (
                        "This form was made for XAB, and you are signed in as XAC. Nothing of it was done." in told.text
                    )
            assert site.entries() == before
            assert position_of(site, "XAC") == "not_stated"
            for page_of in ("/watch/log", "/watch/handover", "/watch/report", "/desk/drafts"):
                assert "Ours alone" not in (await user.open(page_of)).text

    run(story())


def test_a_form_that_a_delegate_made_for_another_seat_is_not_sent_for_its_own() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = await lend(site, "read", "position")
            page = await user.open("/watch/log?on_behalf=XAB")
            sent = page.form("/watch/log?on_behalf=XAB").filled({"text": "Belmora's capital called."})
            told = await user.post("/watch/log", sent)
            assert told.status == 409
            assert "made for XAC for XAB, and you are signed in as XAC." in told.text
            assert "capital called" not in (await user.open("/watch/log")).text

    run(story())


def test_a_silence_that_cannot_stand_by_itself_yet_is_not_said_to_adopt_the_text() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200
            user = User(site, site.seat("XAC"))

            def says() -> str:
                asks = site.world.centre.view("XAC").situation().asks
                return next(ask.says for ask in asks if ask.kind == "position")

            assert "runs out unconfirmed unless somebody objects" in says()
            assert "will stand adopted" not in says()
            for party in sorted(site.world.centre.view("XAC").state.cases["k"].procedures["p"].ballot.universe):
                sent = {"party": party, "by": party}
                await site.act(site.seat(party), "confirm delivery", f"d-{party}", **CASE, **sent)
            assert "will stand adopted unless somebody objects" in says()
            assert "will stand adopted unless somebody objects" in (await user.open("/desk")).text

    run(story())


def test_a_case_does_not_call_a_text_adopted_that_waits_for_its_chair() -> None:
    async def story() -> None:
        async with Site() as site:
            await table(site)
            assert (await site.act(site.admin, "open silence", "s1", by="SG", **CASE)).status_code == 200
            site.world.pass_hours(24 * 30)
            assert site.world.centre.view("XAC").procedure("k", "p").status == "unconfirmed"
            user = User(site, site.seat("XAC"))
            page = await user.open("/cases/k")
            assert "Nothing is adopted until the chair confirms it." in page.text
            assert "as positions are: adopted" not in page.text
            assert "Nothing is adopted until the chair confirms it." in (await user.open("/print")).text

    run(story())


BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("POST", "/council", {"origin": BASE}, 405),
        ("GET", "/desk", {"host": "elsewhere.example"}, 421),
        ("POST", "/desk/pledge", {"origin": "https://elsewhere.example"}, 403),
        ("GET", "/", {"x-much": "x" * 100_000}, 431),
    ],
)
def test_what_goes_wrong_before_any_page_is_a_page_with_the_mode_for_a_person_and_json_for_a_program(
    method: str, path: str, more: dict[str, str], status: int
) -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            shown = await site.http.request(method, path, headers=BROWSER | more)
            assert shown.status_code == status
            assert shown.headers["content-type"] == "text/html; charset=utf-8"
            assert "EXERCISE" in Page(shown).text
            assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
            for accept in ("*/*", "application/json", "text/html;q=0.5, application/json", "text/html;q=x"):
                told = await site.http.request(method, path, headers={"accept": accept} | more)
                assert told.status_code == status
                assert told.headers["content-type"] == "application/problem+json"

    run(story())


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/situation"])
def test_the_interface_for_programs_answers_in_json_whoever_asks(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            for more in ({}, {"host": "elsewhere.example"}):
                told = await site.http.get(path, headers=BROWSER | more)
                assert told.headers["content-type"] == "application/problem+json"

    run(story())


@pytest.mark.parametrize(("scheme", "status"), [("Basic eDp5", 403), ("Bearerx y", 403), ("", 403), ("bearer y", 401)])
def test_only_a_bearer_token_speaks_for_a_request_from_elsewhere(scheme: str, status: int) -> None:
    async def story() -> None:
        async with Site() as site:
            said = {"origin": "https://elsewhere.example", "authorization": scheme}
            told = await site.http.post("/api/v1/commands", content=b"{}", headers=said)
            assert told.status_code == status

    run(story())


def test_a_request_by_form_says_the_further_facts_that_the_charter_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_forms, "facts_asked", lambda _: ("called",))

    async def story() -> None:
        async with Site() as site:
            await table(site)
            user = User(site, site.seat("XAB"))
            page = await user.open("/cases/k")
            assert "fact.called" in page.form("/cases/k", deed="request").names
            values = {"name": "r", "duty": "relieve", "fact.called": "true"}
            shown = await user.send("/cases/k", values, deed="request")
            assert ("fact.called", "true") in shown.form("", step="file").fields
            await user.confirm()
            assert "r" in site.world.centre.view("XAB").case_state("k").requests
            with_no = {"name": "", "duty": "relieve", "fact.called": "false"}
            await user.open("/cases/k")
            back = await user.send("/cases/k", with_no, deed="request")
            assert ("fact.called", "false") in back.form("/cases/k", deed="request").fields

    run(story())


def test_how_parties_stood_on_a_past_day_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: list[object] = []

    def counted(snapshot: Snapshot) -> tuple[Contest, ...]:
        worked_out.append(snapshot.on)
        return contests(snapshot)

    monkeypatch.setattr(charter, "contests", counted)
    monkeypatch.setattr(charter, "_kept", WorkedOut(12))

    async def story() -> None:
        async with Site() as site:
            user = User(site, site.seat("XAC"))
            for day in ("2020-01-01", "2020-01-01", "2020-01-02", "2020-01-02"):
                assert (await user.open(f"/charter/parties?on={day}")).status == 200
            assert [str(day) for day in worked_out] == ["2020-01-01", "2020-01-02"]

    run(story())
