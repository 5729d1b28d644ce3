"""The charter's pages: the law of a day and its sources, its parties, what if, and what it asks of whom."""

import itertools
import re
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.centre_world import MEMBERS, World, run
from tests.console_user import Page, User
from tests.web_client import Site
from tocsin.charter import load_charter
from tocsin.charter.files.text import import_text
from tocsin.charter.forum import outcome
from tocsin.terms import POSITIONS, Position
from tocsin.web.console import law_rows, parties, worked_out

PAGES = ("/charter", "/charter/parties", "/charter/what-if", "/charter/duties", "/charter/row/clause/MP.8")


class OtherSite(Site):
    """A centre of another charter."""

    def __init__(self, charter: str) -> None:
        super().__init__(mode="replay")
        self.world = World(charter=charter, mode="replay")


async def opened(path: str, site: Site) -> Page:
    page = await User(site, site.admin).open(path)
    assert page.status == 200, page.text[:400]
    return page


def told(path: str, charter: str = "meridian") -> Page:
    """What a page of the law says."""
    found: list[Page] = []

    async def story() -> None:
        site = Site() if charter == "meridian" else OtherSite(charter)
        async with site:
            found.append(await opened(path, site))

    run(story())
    return found[0]


# ---- rows


def test_a_clause_has_its_summary_source_class_dates_and_the_rows_that_rest_on_it() -> None:
    page = told("/charter?on=2003-02-10", "nato")
    for words in (
        "Consultation follows whenever any single ally thinks",
        "official text since 1949-08-24",
        "statengeneraal/laws-markdown",
        "Consult when an ally sees a threat",
        "decided in North Atlantic Council: consensus",
    ):
        assert words in page.text, words
    assert "/charter/row/clause/NAT.4?on=2003-02-10" in page.links


def test_what_no_source_gives_is_said_and_what_is_only_remembered_stands_out() -> None:
    page = told("/charter?on=2003-02-10", "nato")
    assert "not published The article names no addressee" in page.text
    csto = told("/charter", "csto")
    assert 'class="seen seen-memory"' in csto.html
    assert "from memory: check before relying on it" in csto.text


def test_every_row_in_force_on_a_day_is_on_the_page_once_and_no_other() -> None:
    charter = load_charter("nato")
    for day in ("1950-01-01", "2003-02-10", "2026-11-22"):
        page = told(f"/charter?on={day}", "nato")
        snapshot = charter.as_of(date.fromisoformat(day))
        assert set(re.findall(r'<h3 id="([^"]+)"', page.html)) == set(snapshot.clauses)
        matters = set(re.findall(r'href="/charter/row/matter/([^"?]+)', page.html))
        rests = {row.id for row in charter.document.matter if row.clause in snapshot.clauses}
        assert set(snapshot.matters) <= matters <= set(snapshot.matters) | rests


def test_the_search_finds_rows_by_all_their_words_whatever_their_case() -> None:
    page = told("/charter?q=SILENCE+broken", "nato")
    assert re.search(r"\d+ of \d+ rows speak of “SILENCE broken”", page.text)
    assert "PRACTICE.silence-2003" in page.text
    assert "NAT.10" not in page.text
    assert "No row of that day says so." in told("/charter?q=zeppelin", "nato").text


def test_what_changed_since_another_day_is_told_row_by_row() -> None:
    page = told("/charter?on=2003-02-10&since=2001-01-01", "nato")
    assert "What changed from 2001-01-01 to 2003-02-10" in page.text
    assert "added MC: Military Committee" in page.text
    assert "Nothing." in told("/charter?on=2003-02-10&since=2003-02-10", "nato").text


@pytest.mark.parametrize("query", ["on=yesterday", "since=2003-13-01", "known=x", "reading.a=no-such", "on=1&on=2"])
def test_a_day_or_reading_that_is_none_is_answered_and_not_guessed(query: str) -> None:
    async def story() -> None:
        async with Site() as site:
            page = await User(site, site.admin).open(f"/charter?{query}")
            assert page.status in (400, 404)

    run(story())


def test_a_chosen_reading_is_kept_from_page_to_page() -> None:
    page = told("/charter?reading.cyber-attack=cyber-counts")
    assert "/charter/what-if?reading.cyber-attack=cyber-counts" in page.links
    assert '<option value="cyber-counts"' in page.html
    assert "selected" in page.html.split('<option value="cyber-counts"')[1][:200]


def test_a_row_has_all_its_versions_and_says_which_holds() -> None:
    page = told("/charter/row/clause/CST.2?on=2011-01-01", "csto")
    assert "In force on 2011-01-01" in page.text
    assert "Not yet in force on 2011-01-01" in page.text
    late = told("/charter/row/clause/CST.2?on=2026-01-01", "csto")
    assert "Ended before 2026-01-01" in late.text


@pytest.mark.parametrize("path", ["clause/NONE", "nothing/NAT.5", "__class__/x", "charter/nato"])
def test_a_row_that_is_not_there_is_not_found(path: str) -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await User(site, site.admin).open(f"/charter/row/{path}")).status == 404

    run(story())


def test_the_operators_own_copy_stands_beside_the_row_it_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    assert "Your own copy" not in told("/charter").text
    file = tmp_path / "MP.txt"
    file.write_text("Article 1\nPeace <b>first</b>.\n\nArticle 8\nHelp is given.\n", encoding="utf-8")
    import_text(file, tmp_path, load_charter("meridian").document, "MP")
    page = told("/charter")
    assert page.text.count("Your own copy of this article") == 2
    assert "Peace <b>first</b>." in page.text
    assert "<b>first" not in page.html
    assert "Help is given." in told("/charter/row/clause/MP.8").text


# ---- parties


def test_the_parties_stand_as_on_the_day_and_the_time_line_has_a_table() -> None:
    page = told("/charter/parties?on=2003-02-10", "nato")
    assert "26 parties" in page.text
    assert "Belgium BEL member" in page.text
    assert "<svg" in page.html
    assert "The same as a table" in page.text
    assert "<style" not in page.html
    assert "Finland" not in page.text.split("Over the years")[0]


def test_a_contested_status_is_told_reading_by_reading() -> None:
    page = told("/charter/parties?on=2021-05-14", "csto")
    contested = page.text.split("Contested: how they stand by reading")[1]
    assert "left-on-notice" in contested
    assert "Uzbekistan : no party" in contested
    assert "member, suspended" in contested


@given(st.dates(min_value=date.fromisoformat("1992-01-01"), max_value=date.fromisoformat("2027-01-01")))
@settings(max_examples=25, deadline=None)
def test_a_status_is_called_contested_only_where_two_readings_differ_about_it(day: date) -> None:
    snapshot = load_charter("csto").as_of(day)
    for contest in parties.contests(snapshot):
        standings = [snapshot.standings, *(snapshot.under([row.id]).standings for row, _ in contest.readings)]
        for _, told_parties in contest.readings:
            for party in told_parties:
                assert len({one.get(party) for one in standings}) > 1


# ---- what if


def verdict_of(page: Page) -> str:
    found = re.search(r'class="big" role="status"><span class="verdict v-(\w+)"', page.html)
    assert found is not None
    return found[1]


POSITION = st.sampled_from(POSITIONS)


@given(st.fixed_dictionaries(dict.fromkeys(MEMBERS, POSITION)), st.booleans(), st.sampled_from(
    [("relief", "silence"), ("assist", "consensus"), ("budget", "two-thirds-of-contributions"), ("amend", "every-vote")]
))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_what_if_gives_the_verdict_of_the_law(
    positions: dict[str, Position],
    closed: bool,
    decided: tuple[str, str],  # drawn by hypothesis
) -> None:
    matter, rule = decided
    organ = "assembly" if matter == "budget" else "council"
    query = {"matter": matter, "forum": f"{organ}|{rule}", "closed": "yes" if closed else "", "on": "2026-01-05"}
    query |= {f"says.{party}": said for party, said in positions.items()}
    page = told(f"/charter/what-if?{urlencode(query)}")
    found = outcome(
        load_charter("meridian"),
        matter,
        positions,
        on=date.fromisoformat("2026-01-05"),
        organ=organ,
        rule=rule,
        closed=closed,
    )
    assert verdict_of(page) == found.verdict


def test_what_if_is_marked_hypothetical_and_never_reaches_the_ledger() -> None:
    async def story() -> None:
        async with Site() as site:
            before = site.entries()
            page = await opened("/charter/what-if?matter=relief&all=object", site)
            assert verdict_of(page) == "blocked"
            assert "HYPOTHETICAL Positions entered by hand" in page.text
            assert "<title>" in page.html
            assert "HYPOTHETICAL" in page.html.split("<title>")[1].split("</title>")[0]
            assert all(form.action != "/charter/what-if" or "csrf" not in form.names for form in page.forms)
            assert site.entries() == before

    run(story())


def test_what_if_starts_from_a_text_before_an_organ_and_tells_the_difference() -> None:
    async def story() -> None:
        async with Site() as site:
            xab = site.seat("XAB")
            said = {"case": "k", "procedure": "p"}
            table = await site.act(xab, "table text", "t", **said, matter="assist", organ="council", rule="consensus")
            assert table.status_code == 200
            stated = await site.act(xab, "state position", "s", **said, party="XAB", position="support")
            assert stated.status_code == 200
            page = await opened("/charter/what-if?procedure=k/p", site)
            assert "The positions are the same as there." in page.text
            assert ("says.XAB", "support") in page.form("/charter/what-if", ("says.XAB",)).fields
            other = await opened("/charter/what-if?procedure=k/p&matter=assist&forum=council%7Cconsensus"
                                 "&says.XAB=object", site)  # fmt: skip
            assert verdict_of(other) == "blocked"
            assert "Belmora : there support , here object" in other.text

    run(story())


def test_a_contested_rule_has_its_readings_side_by_side() -> None:
    says = {f"says.{party}": "support" for party in ("BLR", "KAZ", "KGZ", "RUS", "TJK")} | {"says.ARM": "object"}
    asked = {"on": "2021-05-14", "matter": "peacekeeping", "subject": "KGZ"}
    page = told(f"/charter/what-if?{urlencode(asked | says)}", "csto")
    assert verdict_of(page) == "blocked"
    beside = page.text.split("Readings side by side")[1]
    assert beside.startswith(" no reading chosen blocked In the way: Armenia against-the-order still open")
    chosen = told(
        f"/charter/what-if?{urlencode(asked | says | {'reading.limited-format': 'against-the-order'})}", "csto"
    )
    assert verdict_of(chosen) == "open"
    assert "On the question format" in chosen.text


def test_what_is_about_one_party_asks_for_it_first() -> None:
    page = told("/charter/what-if?matter=suspend")
    assert "This is about one party: choose it above." in page.text
    assert 'role="status"' not in page.html.split('id="result"')[1].split("</section>")[0]


def test_the_largest_assembly_fits_into_one_form() -> None:
    page = told("/charter/what-if", "unsc")
    form = next(form for form in page.forms if "matter" in form.names and form.action == "/charter/what-if")
    query = urlencode([(name, "not_stated" if name.startswith("says.") else value) for name, value in form.fields])
    assert told(f"/charter/what-if?{query}", "unsc").status == 200


def test_who_weighs_what_stands_beside_a_weighted_rule_and_may_be_altered() -> None:
    asked = {"matter": "budget", "on": "2026-01-05", "closed": "yes", "says.XAA": "support"}
    page = told(f"/charter/what-if?{urlencode(asked)}")
    form = dict(next(form for form in page.forms if "weighs.contributions XAA" in form.names).fields)
    assert {party: form[f"weighs.contributions {party}"] for party in MEMBERS} == {
        "XAA": "40", "XAB": "25", "XAC": "20", "XAD": "10", "XAE": "5"
    }  # fmt: skip
    assert verdict_of(page) == "blocked"
    assert "Weights given by hand" not in page.text
    page = told(f"/charter/what-if?{urlencode({**asked, 'weighs.contributions XAA': '300'})}")
    assert verdict_of(page) == "adopted"
    assert "Weights given by hand: Ardovia 300 instead of 40" in page.text
    page = told(f"/charter/what-if?{urlencode({**asked, 'weighs.contributions XAA': 'much'})}")
    assert verdict_of(page) == "blocked"


def test_weights_that_no_source_gives_for_a_day_may_be_given_by_hand() -> None:
    asked = {"matter": "council-act", "on": "2023-01-01", "closed": "yes", "all": "support", "says.MLT": "object"}
    page = told(f"/charter/what-if?{urlencode(asked)}", "eu")
    assert "The charter gives none for this day." in page.text
    assert "the weights are unset" in page.text
    names = [name for form in page.forms for name in form.names if name.startswith("weighs.population ")]
    assert len(names) == 27
    page = told(f"/charter/what-if?{urlencode({**asked, **dict.fromkeys(names, '100')})}", "eu")
    assert "the supporters weigh 2700 of 2700" in page.text
    page = told(f"/charter/what-if?{urlencode({**asked, **dict.fromkeys(names[1:], '100')})}", "eu")
    assert "the weights are unset" in page.text


@pytest.mark.parametrize("query", ["says.XAA=maybe", "says=support", "says.XAA=support&says.XAA=object", "closed=no"])
def test_a_position_that_is_none_is_refused(query: str) -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await User(site, site.admin).open(f"/charter/what-if?{query}")).status == 400

    run(story())


# ---- duties


def test_an_event_shows_what_is_triggered_excluded_and_awaiting_whom() -> None:
    page = told("/charter/duties?event=attack-on-member")
    assert "HYPOTHETICAL an invented alliance" in page.text
    assert "awaiting" in page.text
    assert "a decision:" in page.text
    outside = told("/charter/duties?event=nato-forces-outside-area", "nato").text.split("What is asked")[1]
    assert "excluded 1 duty Help an ally under armed attack NAT.5" in outside
    assert "why Outside the area of Article 6" in outside
    assert "all 32 members owed" in outside


def test_an_event_may_be_said_in_a_form_and_contested_duties_stand_side_by_side() -> None:
    said = {"own": "yes", "kind": "cyber attack", "victim": "XAA", "external": "yes", "asked": "yes",
            "requested_by": "xaa", "territory_of": "XAA", "object": "infrastructure", "attacker": "XAQ"}  # fmt: skip
    page = told(f"/charter/duties?{urlencode(said)}")
    assert "The law is contested here; side by side:" in page.text
    assert "cyber-does-not-count" in page.text
    chosen = told(f"/charter/duties?{urlencode(said | {'reading.cyber-attack': 'cyber-counts'})}")
    assert "The law is contested here" not in chosen.text


@pytest.mark.parametrize("name", ["../../pyproject", "/etc/passwd", "pyproject.toml", "none-such"])
def test_an_event_is_read_from_the_shipped_examples_and_from_no_other_file(name: str) -> None:
    async def story() -> None:
        async with Site() as site:
            assert (await User(site, site.admin).open(f"/charter/duties?{urlencode({'event': name})}")).status == 404

    run(story())


# ---- all of them


def test_every_page_of_the_law_is_the_same_for_every_seat_but_for_its_frame() -> None:
    async def story() -> None:
        async with Site() as site:
            users = [User(site, site.seat(seat)) for seat in ("XAA", "XAF")]
            assert (await site.act(users[0].secret, "convene", "c", case="k", organ="council")).status_code == 200
            for path in PAGES:
                mains = [(await user.open(path)).html.split("<main")[1].split("</main>")[0] for user in users]
                assert mains[0] == mains[1], path

    run(story())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_the_law_needs_no_script_and_labels_every_field(path: str) -> None:
    page = told(path)
    main = page.html.split("<main")[1].split("</main>")[0]
    assert main.count("<h1") == 1
    assert "<script" not in main
    labelled = set(re.findall(r'<label for="([^"]+)"', page.html))
    fields = re.findall(r'<(?:select|textarea|input(?! type="hidden"))[^>]* id="([^"]+)"', page.html)
    assert set(fields) <= labelled
    levels = [int(level) for level in re.findall(r"<h(\d)", main)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    ids = re.findall(r' id="([^"]+)"', page.html)
    assert len(ids) == len(set(ids))


def test_the_law_of_a_day_is_worked_out_once() -> None:
    snapshot = load_charter("nato").as_of(date.fromisoformat("2003-02-10"))
    assert law_rows.rows_on(snapshot) is law_rows.rows_on(snapshot)
    kept = worked_out.WorkedOut(2)
    made = [kept.get(key, lambda key=key: [key]) for key in (1, 2, 1, 3, 1)]  # type: ignore[misc]  # bound now
    assert made[0] is made[2] is made[4]
    assert kept.get(2, lambda: ["anew"]) == ["anew"]
