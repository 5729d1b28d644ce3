"""`tocsin duties`: what a treaty asks when something happens."""

from datetime import date
from pathlib import Path

import pytest

from tests.cli import tocsin
from tocsin.charter.files.catalog import resource_names
from tocsin.charter.files.template import template
from tocsin.charter.predicates import Event
from tocsin.charter.told.duties import is_hypothetical
from tocsin.cli.duties import duties as command
from tocsin.replay.load import load_event


def test_readings_stand_side_by_side() -> None:
    done = tocsin("duties", "nato", "--event", "attack-2001", "--on", "2001-09-12")
    assert done.code == 0
    assert "What nato asks on 2001-09-12" in done.out
    assert "The law is contested here; side by side:" in done.out
    assert "? undetermined under automatic + from-abroad; or council-confirms + from-abroad" in done.flat
    assert "◐ awaiting under council-confirms + any-origin" in done.flat
    assert "awaits: the decision 'qualify-article-5' of North Atlantic Council, by the rule 'consensus'" in done.flat
    assert "owed by: all 19 members but United States" in done.flat
    assert "missing from the event: external" in done.flat
    assert "HYPOTHETICAL" not in done.out


def test_one_reading_gives_one_answer() -> None:
    words = ("--reading", "council-confirms", "--reading", "any-origin")
    done = tocsin("duties", "nato", "--event", "attack-2001", "--on", "2001-09-12", *words)
    assert "contested" not in done.out
    assert "under automatic" not in done.flat


def test_a_chosen_reading_is_named_and_two_of_one_question_are_refused() -> None:
    words = ("duties", "meridian", "--event", "attack-on-member", "--reading", "cyber-counts")
    assert "readings: cyber-counts" in tocsin(*words).flat
    assert tocsin(*words, "--json").json["readings"] == ["cyber-counts"]
    both = tocsin(*words, "--reading", "cyber-does-not-count")
    assert (both.code, "answer the same question" in both.err) == (2, True)


def event(tmp_path: Path, **fields: str) -> str:
    """An event for the Meridian Pact with some fields written otherwise."""
    said = {"kind": '"armed attack"', "victim": '"XAB"', "requested_by": '["XAB"]', "source": '"a test"'} | fields
    path = tmp_path / "event.toml"
    lines = [f"{field} = {value}" for field, value in said.items()]
    path.write_text("\n".join(["[event]", *lines, ""]), encoding="utf-8")
    return str(path)


def test_a_code_that_nobody_has_is_refused_at_its_line(tmp_path: Path) -> None:
    done = tocsin("duties", "meridian", "--event", event(tmp_path, requested_by='["XA9"]'))
    assert done.code == 2
    assert "event.toml:4: event.requested_by[0]: there is no party 'XA9'" in done.err


def test_a_party_the_charter_does_not_know_is_said_first(tmp_path: Path) -> None:
    done = tocsin("duties", "meridian", "--event", event(tmp_path, victim='"XBB"'), "--on", "2025-01-01")
    assert "! XBB is no party of meridian on 2025-01-01; did you mean XAB?" in done.flat
    assert done.out.index("! XBB") < done.out.index("What meridian asks")
    several = tocsin("duties", "meridian", "--event", event(tmp_path, victim='"XAZ"'), "--on", "2025-01-01")
    assert "did you mean one of XAA, XAB, XAC" in several.flat
    outside = tocsin("duties", "nato", "--event", event(tmp_path, victim='"CHE"', requested_by="[]"), "--json").json
    assert outside["warnings"] == ["Switzerland (CHE) is no party of nato on 2026-01-15"]
    far = tocsin("duties", "meridian", "--event", event(tmp_path, victim='"XZZ"', requested_by="[]"), "--json").json
    assert far["warnings"] == ["XZZ is no party of meridian on 2026-01-15"]


def test_a_real_state_in_an_invented_alliance_is_warned_of(tmp_path: Path) -> None:
    done = tocsin("duties", "meridian", "--event", event(tmp_path, attacker='"FRA"'))
    assert "! France (FRA) is a real state, and meridian is an invented alliance" in done.flat


def test_a_day_before_the_treaty_is_said(tmp_path: Path) -> None:
    done = tocsin("duties", "meridian", "--event", event(tmp_path), "--on", "1990-01-01")
    assert done.code == 1
    assert "on 1990-01-01 no clause of meridian is in force: the first one begins on " in done.flat
    pact = tmp_path / "pact.toml"
    pact.write_text(template("pact").partition("# ---- What is owed")[0], encoding="utf-8")
    bare = tocsin("duties", str(pact), "--event", event(tmp_path), "--on", "2025-01-01")
    assert "! pact has no duty in force on 2025-01-01" in bare.flat


def test_the_event_is_shown_with_all_that_it_says(tmp_path: Path) -> None:
    more = {"region": '"pacific"', "overwhelmed": "true", "facts": "{ no_warning = false }"}
    done = tocsin("duties", "meridian", "--event", event(tmp_path, territory_of='"XAB"', **more))
    assert "where: Belmora (XAB), pacific; overwhelmed: yes; asked for by: Belmora (XAB); no warning: no" in done.flat


def test_an_exclusion_tells_its_reason_and_its_clause() -> None:
    done = tocsin("duties", "nato", "--event", "nato-forces-outside-area")
    assert done.out.startswith(" HYPOTHETICAL  the event is invented")
    excluded = done.flat.partition("✗ Excluded (1)")[2]
    assert "Help an ally under armed attack" in excluded
    assert "Outside the area of Article 6" in excluded
    assert "by: NAT.6" in excluded


def test_the_invented_alliance_says_so() -> None:
    done = tocsin("duties", "meridian", "--event", "attack-on-member")
    assert done.out.startswith(" HYPOTHETICAL  an invented alliance")
    assert "What meridian asks on 2025-12-30" in done.out  # the day of the event


def test_what_is_not_triggered_is_summarised_unless_all_is_asked_for() -> None:
    short = tocsin("duties", "meridian", "--event", "attack-outside-area")
    assert "○ Not triggered (2): relieve, keep-the-peace. --all tells more." in short.flat
    long = tocsin("duties", "meridian", "--event", "attack-outside-area", "--all")
    assert "○ Not triggered (2)" in long.out
    assert "(XQA)" in long.flat


def test_the_answer_is_no_where_nothing_is_asked(tmp_path: Path) -> None:
    event = tmp_path / "event.toml"
    event.write_text(
        '[event]\nkind = "internal unrest"\nvictim = "CHE"\nattacker = "non-state"\nexternal = false\n'
        'object = "population"\nterritory_of = "CHE"\nregion = "europe"\nrequested_by = []\noverwhelmed = false\n'
        'source = "a test"\n',
        encoding="utf-8",
    )
    done = tocsin("duties", "meridian", "--event", str(event), "--on", "2025-01-01")
    assert done.code == 1
    answer = tocsin("duties", "meridian", "--event", str(event), "--on", "2025-01-01", "--json")
    assert (answer.code, answer.json["asks_something"]) == (1, False)


def test_json_carries_the_whole_report_and_what_is_weak() -> None:
    answer = tocsin("duties", "csto", "--event", "kgz-2010", "--on", "2010-06-14", "--json").json
    assert answer["report"]["charter"] == "csto"
    assert answer["report"]["event"]["victim"] == "KGZ"
    assert answer["hypothetical"] is False
    by_duty = {one["duty"]: {finding["status"] for finding in one["findings"]} for one in answer["report"]["answers"]}
    assert by_duty["consult"] == {"triggered"}
    assert set(answer["weak"].values()) <= {"secondary", "memory"}


def test_what_rests_on_weak_sources_says_so_first(tmp_path: Path) -> None:
    pact = tmp_path / "pact.toml"
    pact.write_text(template("pact").replace('class = "invented"', 'class = "memory"'), encoding="utf-8")
    done = tocsin("duties", str(pact), "--event", "attack-on-member")
    assert "Rests on weak sources: P.2 (memory)." in done.flat
    assert done.out.index("Rests on weak sources") < done.out.index("Awaiting (1)")
    assert "P.2  memory !" in done.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nato",), "--event"),
        (("nato", "--event", "nowhere.toml"), "There is no event"),
        (("nato", "--event", "atack-2001"), "Did you mean 'attack-2001'?"),
        (("natto", "--event", "attack-2001"), "Did you mean 'nato'?"),
        (("nato", "--event", "attack-2001", "--on", "12.9.2001"), "'12.9.2001' is not a day"),
        (("nato", "--event", "attack-2001", "--known", "x"), "'x' is not a day"),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], says: str) -> None:
    done = tocsin("duties", *words)
    assert done.code == 2
    assert says in done.err


def test_an_event_with_a_mistake_is_located(tmp_path: Path) -> None:
    event = tmp_path / "event.toml"
    event.write_text('[event]\nkind = "armed atack"\nvictim = "USA"\n', encoding="utf-8")
    done = tocsin("duties", "nato", "--event", str(event), "--json")
    assert done.code == 2
    (problem,) = done.json["error"]["problems"]
    assert (problem["line"], problem["field"]) == (2, "event.kind")
    assert f"{event}:2: " in done.err


@pytest.mark.parametrize(
    ("event", "hypothetical"),
    [
        (Event(victim="USA", source="nato.int"), False),
        (Event(victim="USA"), True),
        (Event(victim="XAA", source="somewhere"), True),
        (Event(victim="USA", requested_by=("XAA",), source="somewhere"), True),
        (Event(victim="USA", claimed_by="HYPOTHETICAL: me", source="somewhere"), True),
    ],
)
def test_which_events_carry_the_banner(event: Event, hypothetical: bool) -> None:
    assert is_hypothetical(event) is hypothetical


def test_an_event_without_a_source_is_not_said_never_to_have_happened(tmp_path: Path) -> None:
    real = {"victim": '"USA"', "requested_by": '["USA"]', "source": '""'}
    silent = tocsin("duties", "nato", "--event", event(tmp_path, **real), "--json").json
    assert silent["why_hypothetical"] == "the event is invented or names no source"
    said = tocsin("duties", "nato", "--event", event(tmp_path, **real, says='"HYPOTHETICAL: a drill"'), "--json").json
    assert said["why_hypothetical"] == "the event is invented; it has not happened"


def test_the_help_names_every_shipped_example() -> None:
    shown = tocsin("duties", "--help").flat.replace("- ", "-")
    assert command.__doc__
    for name in resource_names("examples"):
        assert name in shown, name
        on = load_event(name).on
        assert on is None or on <= date(2026, 12, 31)


def test_a_duty_that_hangs_on_a_further_fact_alone_takes_one_line(tmp_path: Path) -> None:
    done = tocsin("duties", "csto", "--event", "kgz-2010", "--on", "2010-06-12")
    assert "Only if the event were to say so" in done.flat
    assert "no-rival-alliance (joins military alliance)" in done.flat
    event = tmp_path / "cyber.toml"
    event.write_text('[event]\nkind = "cyber attack"\nvictim = "EST"\nrequested_by = ["EST"]\n', encoding="utf-8")
    cyber = tocsin("duties", "nato", "--event", str(event), "--on", "2025-01-01")
    assert "amounts_to_armed_attack" in cyber.flat
    assert "Help an ally under armed attack" in cyber.flat
