"""After action: what the acts show, beside precedents; and a file that needs nothing else and says what it rests on."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from tests.centre_world import run
from tests.console_user import User
from tests.test_console_case import decided
from tests.test_console_situation import silence
from tests.web_client import Site
from tocsin.centre.view_model import CaseClock, Headline
from tocsin.replay.precedents import Times
from tocsin.terms import HOUR_US, Instant
from tocsin.web.console import charts, timing


def test_the_report_says_what_the_acts_show() -> None:
    async def story() -> None:
        async with Site() as site:
            await decided(site)
            page = await User(site, site.seat("XAC")).open("/after/river")
            assert page.status == 200
            assert "A report is owed to UNSC and none was filed." in page.text
            assert "transport aircraft: 6 aircraft were never pledged." in page.text
            assert "still running: this report is not final" in page.text
            assert "Help after a disaster" in page.text

    run(story())


def test_a_silence_that_was_broken_late_is_a_finding() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            site.world.pass_hours(21.5)
            await site.act(site.seat("XAE"), "state position", "o1", case="river", procedure="help", position="object",
                           party="XAE")  # fmt: skip
            page = await User(site, site.seat("XAC")).open("/after/river")
            assert "The silence on 'help' was broken late, 30 min before its end, by Elvaria." in page.text
            assert "✕" not in page.text
            assert "Elvaria" in page.text

    run(story())


def test_the_file_needs_nothing_else_and_keeps_what_it_rests_on() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            await silence(site)
            await site.warn(site.seat("XAA"), "river", "w", "Tanks at the ford.", ["XAC"])
            user = User(site, site.seat("XAC"))
            page = await user.open("/after/river/report.html")
            headers, html = user.answer.headers, page.html
            assert headers["content-disposition"] == 'attachment; filename="after-river.html"'
            view = site.world.centre.view("XAC")
            for kept in (
                "EXERCISE",
                "HYPOTHETICAL",
                view.charter().hash,
                site.world.centre.cursor("XAC"),
                "Corvenna",
                "TLP:AMBER",
            ):
                assert kept in html
            assert "Tanks" not in html
            assert not re.search(r"(?:src|href|action)=\"(?!#)", html)
            assert "://" not in re.sub(r"<!doctype[^>]*>", "", html)
            style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
            assert style is not None
            digest = b64encode(sha256(style[1].encode()).digest()).decode()
            policy = headers["content-security-policy"]
            assert f"style-src 'sha256-{digest}'" in policy
            assert policy.startswith("default-src 'none'")

    run(story())


def test_another_seats_warnings_leave_no_marking_in_the_report() -> None:
    async def story() -> None:
        async with Site() as site:
            await site.warn(site.seat("XAA"), "k", "w", "Tanks.", ["XAC"])
            page = await User(site, site.seat("XAD")).open("/after/k")
            assert "TLP" not in page.text

    run(story())


def test_the_precedents_of_a_charter_are_its_shipped_cases_each_with_its_source_class() -> None:
    found = run(timing.known("nato"))
    assert {one.charter for one in found} == {"nato"}
    assert len(found) >= 8
    cited = timing.cite(found[0], ("NAT.4", "NAT.5"))
    assert set(cited.clauses) <= {"NAT.4", "NAT.5"}
    assert run(timing.known("meridian")) == ()


@pytest.mark.parametrize(
    ("reached", "hours_so_far", "is_slowest", "is_slow"),
    [
        (5.0, 100, False, False),
        (15.0, 100, False, True),
        (21.0, 100, True, False),
        (None, 5, False, False),
        (None, 15, False, True),
        (None, 21, True, False),
    ],
)
def test_a_time_is_slowest_beyond_every_precedent_and_slow_beyond_the_median(
    *, reached: float | None, hours_so_far: int, is_slowest: bool, is_slow: bool
) -> None:
    times = {"t_decide": Times(known=3, unknown=0, median_hours=10.0, least_hours=1.0, most_hours=20.0)}
    clock = CaseClock(
        case="k", opened=Instant(0), since=Instant(0), headlines=(Headline(name="t_decide", says="", hours=reached),)
    )
    (pace,) = timing.paces(clock, times, Instant(hours_so_far * HOUR_US))
    assert (pace.is_slowest, pace.is_slow) == (is_slowest, is_slow)


def test_a_case_that_is_not_over_yet_is_no_precedent_of_its_own_days() -> None:
    known = run(timing.known("nato"))

    def cases(day: str) -> set[str]:
        return {one.case for one in timing.over_by(known, day)}

    assert "nato-2003-turkey" not in cases("2003-02-05")
    assert "nato-2003-turkey" in cases("2004-01-01")
    assert "nato-2001-september-11" in cases("2003-02-05")


def test_a_closed_case_is_slow_in_nothing_it_never_reached() -> None:
    times = {"t_decide": Times(known=3, unknown=0, median_hours=10.0, least_hours=1.0, most_hours=20.0)}
    clock = CaseClock(
        case="k",
        opened=Instant(0),
        closed=Instant(HOUR_US),
        since=Instant(0),
        headlines=(Headline(name="t_decide", says=""),),
    )
    (pace,) = timing.paces(clock, times, Instant(90 * HOUR_US))
    assert (pace.hours, pace.is_slowest, pace.is_slow) == (None, False, False)


def test_a_picture_says_in_words_what_it_shows_and_escapes_it() -> None:
    row = charts.TimeRow(
        label="<b>", hours=2.0, is_running=True, least=1.0, most=30.0, median=4.0, says="Decision: not yet, after 2 h."
    )
    svg = charts.times([row], "Times & more")
    assert "Times &amp; more" in svg
    assert "&lt;b&gt;" in svg
    assert "Decision: not yet, after 2 h." in svg
    assert 'class="so-far"' in svg
    assert 'role="img"' in svg
