"""`tocsin compare` and `tocsin party` as a user meets them."""

import re
from html.parser import HTMLParser
from pathlib import Path

from tests.cli import tocsin

NINE = ("nato", "csto", "ots", "eu", "gcc", "au", "asean", "sco", "saarc")


def test_three_alliances_stand_side_by_side_in_a_hundred_columns() -> None:
    done = tocsin("compare", "nato", "csto", "eu", "--on", "2026-01-01")
    assert done.code == 0
    assert "Rests partly on weak sources: nato" in done.flat
    assert re.search(r"^ +nato +csto +eu", done.out, re.MULTILINE)
    assert "≠ contested, under" in done.flat
    assert max(map(len, done.out.splitlines())) <= 100


def test_nine_alliances_stand_topic_by_topic_in_eighty_columns() -> None:
    done = tocsin("compare", *NINE, "--on", "2026-01-01", COLUMNS="80")
    assert "nato, csto, ots, eu, gcc, au, asean, sco, saarc on 2026-01-01" in done.out
    assert re.search(r"^  saarc   ! 8 members", done.out, re.MULTILINE)
    assert "no row: " in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_clauses_and_topics_are_shown_on_request() -> None:
    done = tocsin("compare", "nato", "csto", "--topic", "withdrawal", "--clauses")
    assert "[NAT.13]" in done.flat
    assert "Members" not in done.out
    group = tocsin("compare", "nato", "csto", "--topic", "duty to consult")
    assert "Who may ask" in group.flat
    assert "withdrawal" in tocsin("compare", "--topic", "list").out
    assert tocsin("compare").code == 2
    assert len(tocsin("compare", "nato", "--topic", "list", "--json").json["topics"]) > 30
    wrong = tocsin("compare", "nato", "--topic", "colour")
    assert (wrong.code, "colour" in wrong.err) == (2, True)


def test_the_json_holds_the_clauses_and_whatever_was_asked_for() -> None:
    plain = tocsin("compare", "nato", "csto", "--json").json
    assert plain["overlap"] is None
    assert plain["collisions"] is None
    assert not plain["hypothetical"]
    assert plain["comparison"]["columns"][0]["clauses"]["NAT.5"]["summary"]
    more = tocsin("compare", "csto", "sco", "--json", "--overlap", "--collisions").json
    assert more["hypothetical"]
    assert len(more["overlap"]["cells"]) == 4
    assert all(one["hypothetical"] for one in more["collisions"])


def test_shared_parties_and_collisions_are_printed_with_the_banner() -> None:
    done = tocsin("compare", "csto", "sco", "--on", "2026-01-01", "--overlap", "--collisions", "--topic", "members")
    assert "csto, sco: Belarus, Kazakhstan, Kyrgyzstan, Russia, Tajikistan" in done.flat
    assert "a test of the texts, no statement about what any state does" in done.flat
    assert "HYPOTHETICAL Suppose" in done.flat
    none = tocsin("compare", "asean", "nato", "--collisions", "--topic", "members")
    assert "None was found" in none.out


class Page(HTMLParser):
    """What a page refers to, and how its tables are made."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.headers_without_scope = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        self.ids.extend([had["id"]] if "id" in had else [])
        if tag == "a":
            self.links.append(had["href"])
        if tag == "th" and "scope" not in had:
            self.headers_without_scope += 1
        if tag in ("script", "link", "img", "iframe") or "src" in had:
            self.fetched.append(tag)


def test_the_page_is_one_file_whose_links_lead_somewhere(tmp_path: Path) -> None:
    file = tmp_path / "compare.html"
    done = tocsin("compare", *NINE, "--on", "2026-01-01", "--html", str(file), "--collisions")
    assert (done.code, done.out, f"Wrote {file}." in done.err) == (0, "", True)
    text = file.read_text(encoding="utf-8")
    page = Page(text)
    assert not page.fetched
    assert not page.headers_without_scope
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert 'href="#c-nato-NAT.5"' in text
    assert "HYPOTHETICAL: every event below is made up" in text
    assert "<svg" in text


def test_what_a_reading_adds_names_the_parties_it_counts() -> None:
    done = tocsin("compare", "csto", "--topic", "members", "--on", "2026-01-01")
    assert "of them suspended: UZB" in done.flat


def test_the_picture_can_be_written_alone(tmp_path: Path) -> None:
    file = tmp_path / "years.svg"
    tocsin("compare", "csto", "sco", "--svg", str(file))
    assert file.read_text(encoding="utf-8").startswith("<svg xmlns=")


def test_an_invented_alliance_carries_the_banner() -> None:
    done = tocsin("compare", "meridian", "nato", "--topic", "members")
    assert done.out.startswith(" HYPOTHETICAL ")


def test_a_party_is_shown_with_its_duties_and_collisions() -> None:
    done = tocsin("party", "kaz", "--on", "2026-01-01")
    assert done.code == 0
    assert "Kazakhstan (KAZ) on 2026-01-01" in done.out
    assert "Rests on weak sources:" in done.out
    assert "Help a party under aggression, at its request must, unless it is the victim or the attacker" in done.flat
    assert "HYPOTHETICAL Suppose" in done.flat
    assert "At other times: cis (participant" in done.flat


def test_the_events_of_a_party_can_be_fed_to_duties(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    tocsin("party", "KAZ", "--on", "2026-01-01", "--events", str(folder))
    files = sorted(folder.iterdir())
    assert files
    for file in files:
        charter = file.name.split("-")[1]
        done = tocsin("duties", charter, "--event", str(file))
        assert done.code == 0, file.read_text(encoding="utf-8")
        assert "HYPOTHETICAL" in done.out


def test_a_party_has_a_page_and_json(tmp_path: Path) -> None:
    file = tmp_path / "party.html"
    done = tocsin("party", "KAZ", "--on", "2026-01-01", "--html", str(file), "--json")
    assert done.json["party"] == "KAZ"
    page = Page(file.read_text(encoding="utf-8"))
    assert not page.fetched
    assert not page.headers_without_scope


def test_a_party_of_nothing_on_the_day_answers_no_and_an_unknown_one_is_refused() -> None:
    none = tocsin("party", "BLR", "--on", "1930-01-01", "--charter", "csto")
    assert (none.code, "belongs to none" in none.flat) == (1, True)
    wrong = tocsin("party", "ZZZ")
    assert (wrong.code, "ZZZ" in wrong.err) == (2, True)
