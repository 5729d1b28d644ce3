"""`tocsin measures` as a user meets it: tables, JSON, pages, and what a file must look like."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli import tocsin

VOTES = """rcid,country_code,vote,year
1,FR,yes,2018
1,NA,yes,2018
1,DE,no,2018
2,FR,2,2019
2,NA,1,2019
2,DE,absent,2019
"""
CAPABILITIES = """stateabb,year,milex,milper,irst,pec,tpop,upop
RUS,2020,6,6,6,-9,6,6
KZK,2020,2,2,2,2,2,2
AUS,2020,2,2,2,2,2,2
RUS,2021,5,5,5,5,5,5
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_burden_on_a_day_before_the_hague_knows_one_guideline() -> None:
    done = tocsin("measures", "burden", "--on", "2024-12-31")
    assert done.code == 0
    assert "23 of 31 meet 2 % (agreed 2014-09-05, due 2024)." in done.flat
    assert "3.5 %" not in done.flat
    assert "Coverage: 31 of 32 members, without ISL; 31 are estimates." in done.flat
    assert "-0.027 over 31 members" in done.flat
    assert done.out.startswith("Rests on weak sources: Defence expenditure")


def test_burden_today_is_held_against_what_is_due_by_2035() -> None:
    report = tocsin("measures", "burden", "--json").json
    assert [one["id"] for one in report["guidelines"]] == ["core-3.5", "related-1.5", "two-percent"]
    assert report["met"] == {"core-3.5": 3, "two-percent": 15}
    assert report["coverage"]["with_data"] == 15
    assert report["rank_correlation"]["rho"] is None, "15 of 32 are no picture of the alliance"
    iceland = next(row for row in report["members"] if row["party"] == "ISL")
    assert iceland["share_ppm"] is None
    assert iceland["meets"] == {"core-3.5": None, "two-percent": None}


def test_burden_of_a_day_before_the_table_and_of_a_year_without_figures_is_not_guessed() -> None:
    assert "The table begins in 2014" in tocsin("measures", "burden", "--on", "2010-01-01").flat
    assert "The table has no figures of 2016" in tocsin("measures", "burden", "--year", "2016").flat
    before = tocsin("measures", "burden", "--on", "2010-01-01", "--json").json
    assert (before["year"], before["guidelines"], before["rank_correlation"]) == (None, [], None)
    assert {row["share_ppm"] for row in before["members"]} == {None}


def test_burden_from_the_users_own_table(file: Path) -> None:
    text = "iso3c,year,share_percent,kind,gdp\nXAA,2020,1.99999,actual,30\nXAB,2020,2,Estimate,10\nXAC,2020,NA,,20\n"
    file.write_text(text, encoding="utf-8")
    report = tocsin("measures", "burden", "meridian", "--on", "2021-01-01", "--file", str(file), "--json").json
    assert [(row["party"], row["share_ppm"]) for row in report["members"][:3]] == [
        ("XAB", 20_000),
        ("XAA", 19_999),
        ("XAC", None),
    ]
    assert (report["estimates"], report["year"], report["hypothetical"]) == (1, 2020, True)
    assert report["sources"][0]["version"].startswith("sha256 ")


def test_concentration_of_the_numbers_that_ship() -> None:
    done = tocsin("measures", "concentration", "csto")
    assert "HHI 0.7666" in done.flat
    assert "Largest: RUS with 87.3 %" in done.flat
    assert "National Material Capabilities 7.0" in done.flat
    then = tocsin("measures", "concentration", "nato", "--on", "2022-06-01")
    assert "The table counts 32 members, the charter 30 on 2022-06-01." in then.flat


def test_concentration_where_nothing_ships_is_not_covered() -> None:
    done = tocsin("measures", "concentration", "meridian")
    assert "HHI NA" in done.flat
    assert "Give --file" in done.flat
    assert tocsin("measures", "concentration", "au", "--json").json["hhi"] is None
    assert tocsin("measures", "concentration", "nato", "--year", "2020").code == 2


def test_concentration_from_components_skips_empty_cells_and_names_who_is_missing(file: Path) -> None:
    file.write_text(CAPABILITIES, encoding="utf-8")
    words = ("measures", "concentration", "csto", "--file", str(file), "--year", "2020")
    report = tocsin(*words, "--json").json
    held = {row["party"]: row["cinc"] for row in report["members"]}
    assert (held["RUS"], held["KAZ"], held["BLR"]) == (0.6, pytest.approx((5 * 0.2 + 0.5) / 6), None)
    assert report["coverage"]["missing"] == ["ARM", "BLR", "KGZ", "TJK"]
    assert "without ARM, BLR, KGZ, TJK" in tocsin(*words).flat
    assert "CINC was computed from the components of the 3 states in the file" in tocsin(*words).flat
    latest = tocsin("measures", "concentration", "csto", "--file", str(file), "--json").json
    assert (latest["year"], latest["top_share"]) == (2021, 1.0)


def test_codes_of_the_correlates_of_war_are_not_taken_for_iso(file: Path) -> None:
    file.write_text(CAPABILITIES, encoding="utf-8")
    report = tocsin("measures", "concentration", "eu", "--file", str(file), "--year", "2020", "--json").json
    assert report["top_member"] == "AUT", "AUS is Austria there, and Australia to ISO"


def test_similarity_of_invented_parties_is_marked_and_exact() -> None:
    done = tocsin("measures", "similarity", "XAA", "XAD")
    assert " HYPOTHETICAL " in done.out
    assert "7/8" in done.out
    assert tocsin("measures", "similarity", "XAD", "XAA", "--json").json["scores"]["S_abs"]["exact"] == "7/8"


def test_similarity_from_a_file_reads_the_un_votes_data_and_keeps_namibia(file: Path) -> None:
    file.write_text(VOTES, encoding="utf-8")
    report = tocsin("measures", "similarity", "FRA", "NAM", "--file", str(file), "--json").json
    assert report["table"] == [[0, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert (report["rollcalls"], report["from_year"], report["to_year"]) == (2, 2018, 2019)
    later = tocsin("measures", "similarity", "FRA", "NAM", "--file", str(file), "--from", "2019", "--json").json
    assert (later["rollcalls"], later["scores"]["S_abs"]["exact"]) == (1, "0")


def test_who_was_absent_has_no_score_rather_than_zero(file: Path) -> None:
    file.write_text(VOTES, encoding="utf-8")
    words = ("measures", "similarity", "FRA", "DEU", "--file", str(file), "--from", "2019")
    assert {one["value"] for one in tocsin(*words, "--json").json["scores"].values()} == {None}
    assert "S_abs NA NA" in tocsin(*words).flat


def test_a_party_that_has_no_votes_is_not_found() -> None:
    done = tocsin("measures", "similarity", "XAA", "FRA")
    assert done.code == 2
    assert "There is no party with votes 'FRA'." in done.err


def test_cohesion_of_the_periods_that_ship_and_of_a_file(file: Path) -> None:
    assert "0.7283" in tocsin("measures", "cohesion", "csto").out
    assert "Cohesion: NA." in tocsin("measures", "cohesion", "weu").out
    assert tocsin("measures", "cohesion", "csto", "--from", "2019").code == 2
    file.write_text(VOTES, encoding="utf-8")
    (period,) = tocsin("measures", "cohesion", "nato", "--file", str(file), "--json").json["periods"]
    assert (period["rollcalls"], period["share_unanimous"], period["least_alike"]) == (1, 0.0, ["DEU", "FRA"])
    assert (period["agreement_hix"], period["mean_s_abs"]) == (0.25, -1.0)


def test_cohesion_without_pairs_has_no_score(file: Path) -> None:
    file.write_text(VOTES, encoding="utf-8")
    (period,) = tocsin("measures", "cohesion", "gcc", "--file", str(file), "--json").json["periods"]
    assert (period["rollcalls"], period["mean_s_abs"], period["agreement_hix"]) == (0, None, None)


def test_distances_with_every_pair_in_the_json() -> None:
    report = tocsin("measures", "distances", "gcc", "--json").json
    assert len(report["pairs"]) == 15
    assert report["nearest"] == {"a": "BHR", "b": "QAT", "km": pytest.approx(140, abs=10)}
    assert "GeoNames" in tocsin("measures", "distances", "gcc").out


def test_invented_states_have_no_capital() -> None:
    done = tocsin("measures", "distances", "meridian")
    assert "Coverage: 0 of 5 members" in done.flat
    assert "Mean NA." in done.flat


@pytest.mark.parametrize("measure", ["burden", "concentration", "cohesion", "distances"])
def test_an_alliance_nobody_knows(measure: str) -> None:
    done = tocsin("measures", measure, "nata")
    assert done.code == 2
    assert "Did you mean 'nato'?" in done.err


@pytest.mark.parametrize(
    ("words", "bars"),
    [(("burden",), 32), (("cohesion", "meridian"), 1), (("distances", "csto"), 6), (("burden", "meridian"), 5)],
)
def test_a_page_stands_alone_and_draws_what_the_table_says(words: tuple[str, ...], bars: int, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert f"Wrote {page}" in tocsin("measures", *words, "--html", str(page), COLUMNS="400").out
    text = page.read_text(encoding="utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert "<script" not in text
    assert ("HYPOTHETICAL" in text) == ("meridian" in words)
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])  # noqa: S314  # our own page
    assert len(svg.findall("text[@class='label']")) == bars
    assert (bars == 32) == bool(svg.findall("rect[@class='bar hollow']"))


def test_a_page_of_the_largest_members_shows_their_shares(file: Path, tmp_path: Path) -> None:
    file.write_text(CAPABILITIES, encoding="utf-8")
    page = tmp_path / "page.html"
    tocsin("measures", "concentration", "csto", "--file", str(file), "--year", "2020", "--html", str(page))
    assert "70.6 %" in page.read_text(encoding="utf-8")
    tocsin("measures", "concentration", "csto", "--html", str(page))
    assert "<svg" not in page.read_text(encoding="utf-8"), "only the sums ship"


MISTAKES = {
    "no rows": (("burden",), "iso3,year,pct_gdp\n", ("the table has no rows",)),
    "no column": (
        ("burden",),
        "iso3,jahr,pct_gdp\nDEU,2020,1\n",
        (":1: year: there is no such column; found iso3, jahr",),
    ),
    "no codes": (("burden",), "land,year,pct_gdp\nDEU,2020,1\n", ("no column of state codes", "one of iso3, iso3c")),
    "no number": (
        ("burden",),
        "iso3,year,pct_gdp,gdp\nDEU,2020,two\nFRA,20,1\n,2020,1\nITA,2020,1\nITA,2020,-1,x\nESP,,1\n",
        (
            ":2: pct_gdp: 'two'",
            ":3: year: '20'",
            ":4: iso3: nothing",
            ":6: pct_gdp: '-1'",
            ":6: gdp: 'x'",
            ":6: iso3: ITA has two rows for 2020",
            ":7: year: nothing",
        ),
    ),
    "no capability": (("concentration", "nato"), "iso3,year,milex\nDEU,2020,1\n", ("or all of milex, milper",)),
    "no such year": (
        ("concentration", "nato"),
        "iso3,year,cinc\nDEU,2030,1\n",
        ("no rows of 2026", "a year of 2030 to 2030"),
    ),
    "twice": (
        ("concentration", "nato"),
        "ccode,year,cinc\n255,2020,0.1\n260,2020,0.1\n255,2020,0.1\n220,2020,many\n",
        (":4: ccode: '255' has two rows in this year", ":5: cinc: 'many'"),
    ),
    "votes": (
        ("similarity", "FRA", "DEU"),
        "rollcall,iso3,vote\n1,FRA,maybe\n1,DEU,yes\n1,DEU,no\n,FRA,no\n",
        (":2: vote: 'maybe'", ":4: rollcall: DEU votes twice in roll call 1", ":5: rollcall: nothing"),
    ),
    "no votes": (
        ("similarity", "FRA", "DEU", "--from", "2020"),
        "rollcall,iso3,vote,year\n1,FRA,yes,2019\n",
        ("no votes from 2020 to …",),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_in_a_file_is_named_with_its_line(name: str, file: Path) -> None:
    words, text, expected = MISTAKES[name]
    file.write_text(text, encoding="utf-8")
    done = tocsin("measures", *words, "--file", str(file))
    assert done.code == 2
    for said in expected:
        assert said in done.err, done.err


def test_a_file_that_is_not_there(file: Path) -> None:
    assert "cannot be read" in tocsin("measures", "burden", "--file", str(file)).err
