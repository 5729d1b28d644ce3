"""`tocsin charter`: list, show, new, check and the user's own texts."""

from pathlib import Path

import pytest

from tests.cli import tocsin
from tocsin.charter.files.template import template

BAD = Path(__file__).parent / "charters/bad/everything-at-once.toml"

TREATY = """\
The North Atlantic Treaty, Washington, 4 April 1949

Article 4
The Parties will talk. <invented wording>

Article 5
The Parties will help. <invented wording>
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and another for the user's data."""
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_the_list_shows_every_charter_with_its_sourcing() -> None:
    done = tocsin("charter", "list")
    assert done.code == 0
    assert "Members as of 2026-01-15, today. Shares in % of rows." in done.out
    for name in ("nato", "csto", "eu", "meridian"):
        assert f"\n{name} " in done.out
    assert "HYPOTHETICAL" in done.out
    assert "memory !" in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_the_list_as_json_counts_members_of_today() -> None:
    answer = tocsin("charter", "list", "--json").json
    found = {charter["id"]: charter for charter in answer["charters"]}
    assert answer["today"] == "2026-01-15"
    assert found["nato"]["members_today"] == 32
    assert found["meridian"]["hypothetical"]
    assert found["meridian"]["source_class_percent"] == {"invented": 100}
    assert {"id": "NAT", "in_force": "1949-08-24"}.items() <= found["nato"]["instruments"][0].items()


def test_a_charter_of_one_day_in_plain_words() -> None:
    done = tocsin("charter", "show", "meridian", "--on", "2024-05-01")
    assert done.code == 0
    assert done.out.startswith(" HYPOTHETICAL ")
    assert "meridian on 2024-05-01, as known today; no reading chosen" in done.flat
    assert "silence procedure of 24 hours: it stands at the deadline; one member is enough to break it" in done.flat
    assert "without the vote of the party concerned: unanimity: every elector must support" in done.flat
    assert "victim is one of the members and kind is armed attack or cyber attack" in done.flat
    assert "The Pact gives no time, and the Board's own practice was never published." in done.flat
    assert "○ cyber-counts" in done.out


def test_a_chosen_reading_is_shown_as_chosen() -> None:
    done = tocsin("charter", "show", "meridian", "--part", "readings", "--reading", "cyber-counts")
    assert "readings: cyber-counts" in done.out
    assert "● cyber-counts" in done.out
    assert "Organs" not in done.out


def test_a_rejected_reading_is_left_out() -> None:
    def duties(*words: str) -> str:
        return tocsin("charter", "show", "meridian", "--on", "2024-05-01", "--part", "duties", *words).flat

    assert "(reading cyber-does-not-count)" in duties()
    assert "(reading cyber-does-not-count)" not in duties("--reading", "cyber-counts")
    assert "(reading cyber-does-not-count)" in duties("--reading", "cyber-does-not-count")


def test_everything_a_charter_says_is_shown() -> None:
    shown = tocsin("charter", "show", "meridian", "--on", "2024-05-01").flat
    assert "opened by " in shown
    assert "a supporter may attach a reservation" in shown
    assert "raised by members" in shown
    assert "about one named party, the subject" in shown
    assert "Areas (" in shown
    assert "Weights (" in shown
    assert "Ardovia (XAA)" in shown
    assert "12 months to " in shown


def test_provisions_tell_who_ratifies_and_when_they_may_be_used(home: Path) -> None:
    more = """
[[group]]
id = "close-by"
of = ["members"]
minus = ["victim"]
clause = "P.1"

[[weights]]
id = "shares"
unit = "hundredths"
values = { XAA = 60, XAB = 40 }
clause = "P.1"

[[provision]]
id = "amendment"
kind = "amendment"
notice_to = "XAB"
earliest = 2030-01-01
ratified_by = "2/3"
transitional = "restart"
clause = "P.1"
"""
    (home / "pact.toml").write_text(template("pact") + more, encoding="utf-8")
    shown = tocsin("charter", "show", "pact.toml").flat
    assert "not before 2030-01-01" in shown
    assert "notice to Belmora (XAB)" in shown
    assert "ratified by 2/3 of the members" in shown
    assert "procedures already open start anew" in shown
    assert "known only in a case, from: victim" in shown
    assert "hundredths; 100 in all" in shown
    answer = tocsin("charter", "show", "pact.toml", "--json").json
    assert answer["provisions"][0]["transitional"] == "restart"
    assert answer["groups"][0]["depends_on"] == ["victim"]


def test_conduct_tells_what_newcomers_read_and_what_takes_two_persons(home: Path) -> None:
    shown = tocsin("charter", "show", "meridian", "--part", "conduct").flat
    assert "newcomers read what comes from their joining on" in shown
    assert "two persons to act on a matter of force, to recall a warning" in shown
    answer = tocsin("charter", "show", "meridian", "--json").json["conduct"]
    assert (answer["joiner_history"], answer["clause"]) == ("from joining", "MR.3")
    assert "no row: newcomers read what comes from their joining on" in tocsin("charter", "show", "nato").flat
    gap = '[[conduct]]\nid = "c"\nclause = "P.1"\nunset = { joiner_history = "never published" }\n'
    text = template("pact").partition("[[conduct]]")[0] + gap
    (home / "pact.toml").write_text(text, encoding="utf-8")
    assert "conduct c joiner history never published" in tocsin("charter", "show", "pact.toml").flat


def test_membership_depends_on_the_day_and_on_what_was_known() -> None:
    def members(*when: str) -> set[str]:
        view = tocsin("charter", "show", "nato", "--json", *when).json
        return {party["id"] for party in view["parties"] if party["status"] == "member"}

    assert len(members("--on", "2003-02-10")) == 19
    assert members("--on", "2024-04-01") - members("--on", "2023-01-01") == {"FIN", "SWE"}
    assert members("--on", "2024-04-01", "--known", "2024-04-01") <= members("--on", "2024-04-01")


def test_a_day_known_only_by_its_month_is_told_in_a_note_below_the_parties() -> None:
    words = ("charter", "show", "csto", "--on", "1995-01-01", "--part", "parties")
    shown = tocsin(*words).flat
    assert "AZE Azerbaijan member 1993-09-01 secondary ! [2]" in shown
    assert "[2] Acceded in September 1993: the source gives no day, the first of the month stands for it." in shown
    assert "not in force" not in shown
    parties = {party["id"]: party for party in tocsin(*words, "--json").json["parties"]}
    assert parties["AZE"]["note"].startswith("Acceded in September 1993")


def test_notes_are_those_of_the_day() -> None:
    def note(on: str) -> str:
        parties = tocsin("charter", "show", "au", "--on", on, "--json").json["parties"]
        return next(str(party["note"]) for party in parties if party["id"] == "GNB")

    assert "suspended since 2025-11-28: Whether it was lifted since was not looked up." in note("2025-12-01")
    assert "suspended" not in note("2025-11-27")


def test_suspensions_that_are_not_entered_are_told_where_parties_are_shown() -> None:
    for part in ("parties", "unset"):
        shown = tocsin("charter", "show", "au", "--on", "2012-06-01", "--part", part).flat
        assert "Ten suspensions are not entered, for want of a day" in shown
        assert "Burkina Faso (2015)" in shown


@pytest.mark.parametrize(
    ("charter", "on", "says"),
    [
        ("csto", "1993-10-01", "not in force until 1994-04-20: Collective Security Treaty"),
        ("csto", "1994-04-20", ""),
        ("sco", "2003-09-18", "not in force until 2003-09-19: Charter of the Shanghai"),
        ("weu", "2011-06-30", ""),
        ("weu", "2011-07-01", "ended on 2011-06-30: Treaty of Brussels"),
    ],
)
def test_a_day_on_which_the_treaty_does_not_hold_says_so_above_the_parties(charter: str, on: str, says: str) -> None:
    words = ("charter", "show", charter, "--on", on)
    said = tocsin(*words, "--json").json["not_in_force"]
    assert said.startswith(says)
    assert bool(said) is bool(says)
    if says:
        out = tocsin(*words, "--part", "parties").out
        assert out.index("Parties (") < out.index(says) < out.index("code ")


def test_clauses_entered_before_their_charter_was_in_force_are_told() -> None:
    shown = tocsin("charter", "show", "sco", "--part", "instruments").flat
    assert "Its clauses are entered from the day of signature, 7 June 2002" in shown


def test_organs_matters_duties_rules_and_provisions_carry_their_notes() -> None:
    view = tocsin("charter", "show", "csto", "--on", "2020-01-01", "--json").json
    for part in ("organs", "matters", "duties", "rules", "provisions", "instruments"):
        assert any(row["note"] for row in view[part]), part


def test_what_rests_on_weak_sources_says_so_before_anything_else() -> None:
    out = tocsin("charter", "show", "nato", "--part", "clauses").out
    assert out.index("Rests on weak sources") < out.index("Clauses")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "nata"), "There is no charter 'nata'. Did you mean 'nato'?"),
        (("show", "nato", "--on", "yesterday"), "'yesterday' is not a day; write it as 2026-01-31."),
        (("show", "nato", "--reading", "strict"), "There is no reading 'strict'."),
        (("show", "nato", "--part", "people"), "'people' is none of parties, groups, organs"),
        (("show",), "CHARTER"),
    ],
)
def test_what_cannot_be_shown(words: tuple[str, ...], says: str) -> None:
    done = tocsin("charter", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_new_charter_passes_its_own_check_and_is_never_overwritten(home: Path) -> None:
    done = tocsin("charter", "new", "my-pact")
    assert (done.code, done.out) == (0, "Wrote my-pact.toml. Next: tocsin charter check my-pact.toml\n")
    written = (home / "my-pact.toml").read_text(encoding="utf-8")
    again = tocsin("charter", "new", "my-pact")
    assert again.code == 2
    assert "my-pact.toml is there already and is left as it is" in again.err
    assert (home / "my-pact.toml").read_text(encoding="utf-8") == written
    checked = tocsin("charter", "check", "my-pact.toml")
    assert checked.code == 0
    assert "✓ my-pact: all is well: 3 parties, 2 clauses, 1 organs, 1 matters, 1 duties; sha256:" in checked.out
    assert checked.out.startswith(" HYPOTHETICAL ")
    assert tocsin("charter", "new", "other", "--json").json == {"written": "other.toml"}


def test_a_name_that_no_charter_may_have(home: Path) -> None:
    done = tocsin("charter", "new", "../elsewhere")
    assert done.code == 2
    assert "cannot name a charter" in done.err
    assert not list(home.iterdir())


def test_mistakes_are_located(home: Path) -> None:
    done = tocsin("charter", "check", str(BAD), "meridian")
    assert done.code == 2
    assert f"{BAD}:" in done.err
    assert "fix: " in done.err
    assert "✓ meridian: all is well" in done.out
    assert not list(home.iterdir())


def test_mistakes_as_json() -> None:
    done = tocsin("charter", "check", str(BAD), "nowhere", "meridian", "--json")
    assert done.code == 2
    bad, missing, good = done.json["files"]
    assert {"file", "line", "field", "found"} <= set(bad["problems"][0])
    assert "There is no charter 'nowhere'" in missing["problems"][0]["found"]
    assert good["problems"] == []
    assert done.json["mistakes"] == len(bad["problems"]) + 1


def test_a_text_is_attached_by_hash_and_read_by_article(home: Path) -> None:
    (home / "nato-treaty.txt").write_text(TREATY, encoding="utf-8")
    before = tocsin("charter", "text", "show", "nato", "5")
    assert "none yet: tocsin charter text import FILE.txt --instrument NAT" in before.out
    done = tocsin("charter", "text", "import", "nato-treaty.txt")
    assert done.code == 0
    assert "Attached nato-treaty.txt to NAT of the charter nato" in done.out
    assert "2 articles" in done.out
    after = tocsin("charter", "text", "show", "nato", "5")
    assert "The Parties will help. <invented wording>" in after.out
    assert "sha256:" in after.out
    shown = tocsin("charter", "text", "show", "nato", "NAT.5", "--json").json
    assert shown["attached"]["NAT"]["text"].endswith("<invented wording>")
    assert "NAT.5" in {clause["id"] for clause in shown["clauses"]}


def test_a_text_that_is_named_explicitly(home: Path) -> None:
    (home / "pact.txt").write_text(TREATY, encoding="utf-8")
    done = tocsin("charter", "text", "import", "pact.txt", "--charter", "meridian", "--instrument", "MP", "--json")
    assert done.json["instrument"] == "MP"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("unknown.txt", "Article 1\nWords.\n\nArticle 2\nWords.\n", "it cannot be told to which charter"),
        ("poem.txt", "No articles here.\n", "no article was found in this text"),
        ("nato.pdf", "Article 1\n", "is no plain text"),
    ],
)
def test_a_text_that_cannot_be_attached(name: str, text: str, says: str, home: Path) -> None:
    (home / name).write_text(text, encoding="utf-8")
    done = tocsin("charter", "text", "import", name)
    assert done.code == 2
    assert says in done.err


def test_an_article_that_is_not_there() -> None:
    done = tocsin("charter", "text", "show", "nato", "99")
    assert done.code == 2
    assert "There is no article '99'." in done.err
