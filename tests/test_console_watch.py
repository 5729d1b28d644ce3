"""Watch-keeping: the log, handovers, situation reports, the calendar and the print book, by forms alone."""

import re
from html import unescape
from urllib.parse import urlencode

import icalendar
import pytest

from tests.centre_world import run
from tests.test_notify_centre import House
from tests.test_web_pages import Page
from tests.web_client import Response, Site
from tocsin.centre.model import Role
from tocsin.terms import HOUR_US, Instant, iso

FORM = "application/x-www-form-urlencoded"


class Browser:
    """Somebody at a desk, with a page open."""

    def __init__(self, site: Site, seat: str, role: Role = "liaison") -> None:
        self.site, self.secret = site, site.seat(seat, role)

    async def get(self, path: str) -> Response:
        self.site.http.cookies.set("tocsin", self.secret)
        return await self.site.get(path)

    async def fill(self, path: str, action: str, **said: str) -> Response:
        """Fill in a form of a page, the hidden fields as they are, and send it."""
        shown = await self.get(path)
        assert shown.status_code == 200, shown.text
        fields = _hidden(shown.text, action) | said
        return await self.send(action, fields)

    async def send(self, action: str, fields: dict[str, str]) -> Response:
        self.site.http.cookies.set("tocsin", self.secret)
        body = urlencode(fields).encode()
        return await self.site.send("POST", action, "", body, content_type=FORM, origin="http://localhost")


def _hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert form is not None, f"no form for {action}"
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[1])
    }


async def crisis(site: Site) -> str:
    """XAB tables a text and the secretary general opens silence on it. When that ends, ISO."""
    author = site.seat("XAB")
    at = {"case": "XAB-k", "procedure": "p"}
    tabled = await site.act(author, "table text", "t", by="XAB", matter="relief", text="Send <help>.", **at)
    assert tabled.status_code == 200, tabled.text
    until = iso(Instant(site.world.clock.now() + 30 * HOUR_US))
    silent = await site.act(site.admin, "open silence", "s", by="SG", deadline=until, **at)
    assert silent.status_code == 200, silent.text
    return until


# ---- the log


def test_an_entry_is_written_found_and_corrected_by_a_later_one() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            officer = Browser(site, "XAB")
            empty = await officer.get("/watch/log")
            assert "The log is empty." in empty.text
            done = await officer.fill(
                "/watch", "/watch/log", text="The <line> to Tarn is\r\ndead.", case="XAB-k", cursor="1-1"
            )
            assert done.status_code == 303
            assert done.headers["location"].startswith("/watch/log#l-")
            await officer.fill("/watch/log", "/watch/log", text="All quiet.", case="")
            found = await officer.get("/watch/log?search=LINE+tarn")
            assert "The &lt;line&gt; to Tarn is\ndead." in found.text
            assert 'href="/ledger/1-1"' in found.text
            assert "All quiet" not in found.text
            assert "All quiet" not in (await officer.get("/watch/log?case=XAB-k")).text
            name = done.headers["location"].partition("#")[2]
            mended = await officer.fill(f"/watch/log/{name}", "/watch/log", text="The line to Varn.")
            assert mended.status_code == 303
            page = (await officer.get(f"/watch/log/{name}")).text
            assert "Corrected by a later entry" in page
            assert "to Tarn" in page

    run(story())


def test_the_same_form_sent_twice_writes_one_entry_and_the_same_words_later_another() -> None:
    async def story() -> None:
        async with Site() as site:
            officer = Browser(site, "XAB")
            fields = _hidden((await officer.get("/watch/log")).text, "/watch/log") | {"text": "Nothing to report."}
            for _ in range(2):
                assert (await officer.send("/watch/log", fields)).status_code == 303
            assert (await officer.get("/watch/log")).text.count("Nothing to report.") == 1
            await officer.fill("/watch/log", "/watch/log", text="Nothing to report.")
            assert (await officer.get("/watch/log")).text.count("Nothing to report.") == 2

    run(story())


def test_what_cannot_be_kept_comes_back_with_the_reason_and_what_was_written() -> None:
    async def story() -> None:
        async with Site() as site:
            officer = Browser(site, "XAB")
            refused = await officer.fill("/watch/log", "/watch/log", text="Seen at dawn.", cursor="yesterday")
            assert refused.status_code == 400
            assert 'role="alert"' in refused.text
            assert "Seen at dawn." in refused.text
            forged = await officer.send("/watch/log", {"csrf": "x", "text": "Forged."})
            assert forged.status_code == 403
            assert "Forged." not in (await officer.get("/watch/log")).text

    run(story())


def test_the_log_is_the_seats_own_and_a_reader_writes_nothing() -> None:
    async def story() -> None:
        async with Site() as site:
            officer, other, reader = Browser(site, "XAB"), Browser(site, "XAC"), Browser(site, "XAB", "reader")
            done = await officer.fill("/watch/log", "/watch/log", text="For us alone.")
            assert "For us alone." in (await reader.get("/watch/log")).text
            assert 'id="text"' not in (await reader.get("/watch/log")).text
            assert "For us alone." not in (await other.get("/watch/log")).text
            name = done.headers["location"].partition("#")[2]
            assert (await other.get(f"/watch/log/{name}")).status_code == 404

    run(story())


def test_the_head_of_the_seat_destroys_an_entrys_text_and_nobody_else() -> None:
    async def story() -> None:
        async with Site() as site:
            officer, head = Browser(site, "XAB"), Browser(site, "XAB", "head")
            done = await officer.fill("/watch/log", "/watch/log", text="Called by a private person.")
            name = done.headers["location"].partition("#")[2]
            assert "Destroy" not in (await officer.get(f"/watch/log/{name}")).text
            gone = await head.fill(f"/watch/log/{name}", f"/watch/log/{name}/erase", why="it names a person")
            assert gone.status_code == 303
            text = (await officer.get(f"/watch/log/{name}")).text
            assert "it names a person" in text
            assert "private person" not in text

    run(story())


# ---- handovers


def test_a_handover_is_filled_in_with_what_is_open_and_stands_on_top_until_another_person_takes_it() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            leaving, coming = Browser(site, "XAC"), Browser(site, "XAC")
            form = await leaving.get("/watch/handover")
            points = re.search(r'<textarea id="points"[^>]*>(.*?)</textarea>', form.text, re.DOTALL)
            assert points is not None
            assert "Asked of us: " in points[1]
            assert "Due 2026-01-06 14:00Z: silence on &#39;p&#39; in XAB-k" in points[1]
            assert "Open case XAB-k" in points[1]
            done = await leaving.fill(
                "/watch/handover", "/watch/handover", text="Watch Tarn.", points="One.\r\n\r\nTwo."
            )
            assert done.status_code == 303
            watch = (await coming.get("/watch")).text
            assert watch.index("Watch Tarn.") < watch.index("Watch log</h2>")
            assert "<li>One.</li><li>Two.</li>" in watch
            name = re.search(r'action="(/watch/handover/[^"]+)"', watch)
            assert name is not None
            own = await leaving.fill("/watch", name[1], step="take")
            assert own.status_code == 403
            assert "You handed this over yourself." in own.text
            assert (await coming.fill("/watch", name[1])).status_code == 303
            assert "No handover waits." in (await coming.get("/watch")).text
            assert "taken over" in (await coming.get("/watch/handover")).text

    run(story())


# ---- situation reports


async def made(officer: Browser, **said: str) -> str:
    done = await officer.fill("/watch/report", "/watch/report", **said)
    assert done.status_code == 303, done.text
    return done.headers["location"]


def test_a_report_whose_assessment_nobody_has_written_is_not_issued() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            officer = Browser(site, "XAC")
            path = await made(officer, case="")
            body = "Assessment\n- (to be written by a person)"
            refused = await officer.fill(path, path, step="issue", title="Tarn, first night", body=body)
            assert refused.status_code == 400
            assert "The assessment is still to be written" in refused.text
            assert "draft: not issued" in (await officer.get(path)).text

    run(story())


def test_a_report_is_drawn_from_what_the_seat_sees_edited_issued_and_superseded() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            officer = Browser(site, "XAC")
            path = await made(officer, case="")
            draft = unescape((await officer.get(path)).text)
            for said in ("draft: not issued", "'p' (relief) before council", "silence until 2026-01-06 14:00Z",
                         "Until now", "the case was opened"):  # fmt: skip
                assert said in draft, said
            saved = await officer.fill(path, path, step="save", title="Tarn, first night", body="Quiet <so far>.")
            assert saved.status_code == 303
            issued = await officer.fill(path, path, step="issue", title="Tarn, first night", body="Quiet <so far>.")
            assert issued.status_code == 303
            shown = (await officer.get(path)).text
            assert "Quiet &lt;so far&gt;." in shown
            assert 'name="body"' not in shown
            late = await officer.send(path, {"csrf": _hidden(shown, "/watch/report")["csrf"], "step": "save",
                                             "version": "3", "title": "x", "body": "y"})  # fmt: skip
            assert late.status_code == 409
            breaks = {"case": "XAB-k", "procedure": "p", "position": "object"}
            stated = await site.act(officer.secret, "state position", "o", by="XAC", party="XAC", **breaks)
            assert stated.status_code == 200, stated.text
            again = await officer.fill(path, "/watch/report")
            second = again.headers["location"]
            drawn = unescape((await officer.get(second)).text)
            assert "Since report 1" in drawn
            assert "the case was opened" not in drawn
            assert "stated: object" in drawn
            await officer.fill(second, second, step="issue", title="Tarn, second", body="Broken.")
            assert "Superseded." in (await officer.get(path)).text

    run(story())


def test_of_two_who_edit_a_report_the_second_is_told_and_loses_nothing() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            one, other = Browser(site, "XAC"), Browser(site, "XAC")
            path = await made(one, case="XAB-k")
            stale = _hidden((await other.get(path)).text, path)
            await one.fill(path, path, step="save", title="First", body="One.")
            told = await other.send(path, {**stale, "step": "save", "title": "Second", "body": "Two."})
            assert told.status_code == 409
            assert "Two." in told.text
            assert "One." in unescape((await one.get(path)).text)

    run(story())


def test_a_report_of_another_seat_or_of_no_case_is_not_there() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            officer, other = Browser(site, "XAC"), Browser(site, "XAD")
            path = await made(officer, case="XAB-k")
            assert (await other.get(path)).status_code == 404
            missing = await officer.fill("/watch/report", "/watch/report", case="nowhere")
            assert missing.status_code == 404

    run(story())


# ---- the calendar


def test_the_calendar_has_each_deadline_once_with_its_time_its_alarm_and_a_lasting_uid() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            await crisis(site)
            secret = site.seat("XAC")
            first = await site.get("/deadlines.ics", secret)
            assert first.headers["content-type"].startswith("text/calendar")
            calendar = icalendar.Calendar.from_ical(first.text)
            (event,) = calendar.walk("VEVENT")
            assert event.decoded("DTEND").isoformat() == "2026-01-06T14:00:00+00:00"
            assert event["SUMMARY"] == "[EXERCISE] [HYPOTHETICAL] silence on 'p' in XAB-k"
            assert event["CLASS"] == "CONFIDENTIAL"
            assert event.decoded("DTSTAMP").isoformat() == "2026-01-05T08:00:00+00:00"
            assert len(event.walk("VALARM")) == 2
            site.world.pass_hours(1)
            (later,) = icalendar.Calendar.from_ical((await site.get("/deadlines.ics", secret)).text).walk("VEVENT")
            assert later["UID"] == event["UID"]
            assert (await site.get("/deadlines.ics")).status_code == 401

    run(story())


# ---- on paper


@pytest.mark.parametrize("path", ["/watch", "/watch/log", "/watch/handover", "/watch/report", "/print"])
def test_a_page_of_the_watch_is_complete_without_script_and_read_aloud(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            officer = Browser(site, "XAC")
            answer = await officer.get(path)
            page = Page(answer)
            assert page.tags.count("h1") == 1
            assert page.fields <= page.labels
            assert "HYPOTHETICAL" in answer.text

    run(story())


def test_the_print_book_holds_what_is_due_each_open_case_its_rules_and_the_charter_and_says_when_it_was_made() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            head = Browser(site, "XAC", "head")
            book = unescape((await head.get("/print")).text)
            cursor = site.world.centre.cursor("XAC")
            for said in (f"up to act {cursor}.", "LIVE · HYPOTHETICAL", "silence on 'p' in XAB-k",
                         "Send <help>.", 'before <span lang="en">council</span>', "Could still",
                         "Who decides what, and how", "Log on paper"):  # fmt: skip
                assert said in book, said
            assert 'datetime="2026-01-06T14:00:00Z"' in book

    run(story())


def test_a_warnings_substance_is_in_no_report_no_book_no_calendar_and_no_handover() -> None:
    async def story() -> None:
        async with Site() as site:
            await crisis(site)
            author, officer = site.seat("XAB"), Browser(site, "XAC")
            await site.warn(author, "XAB-k", "w", "Tanks at the ford.", ["XAC"])
            path = await made(officer, case="")
            for place in (path, "/print", "/deadlines.ics", "/watch/handover", "/watch"):
                answer = await officer.get(place)
                assert answer.status_code == 200
                assert "Tanks" not in answer.text

    run(story())


def test_the_print_book_tells_a_head_whom_its_seat_calls_out_and_no_other_seats_contacts() -> None:
    async def story() -> None:
        async with Site() as site:
            site.app.web.callouts = House(site.world).callouts
            head, officer = Browser(site, "XAC", "head"), Browser(site, "XAC")
            book = (await head.get("/print")).text
            assert "duty@xac.example" in book
            assert "xab.example" not in book
            assert "xac.example" not in (await officer.get("/print")).text

    run(story())
