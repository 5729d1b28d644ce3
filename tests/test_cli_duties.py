"""`tocsin duties`: what a treaty asks when something happens."""

from datetime import date
from pathlib import Path

import pytest

from tests.cli import tocsin
from tocsin.charter.files.catalog import resource_names
from tocsin.charter.files.template import template
from tocsin.charter.predicates import Event
from tocsin.cli.duties import duties as command
from tocsin.cli.duties_print import is_hypothetical
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
    assert "attacker: XQA" in long.flat


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


def test_the_help_names_every_shipped_example() -> None:
    shown = tocsin("duties", "--help").flat.replace("- ", "-")
    assert command.__doc__
    for name in resource_names("examples"):
        assert name in shown, name
        on = load_event(name).on
        assert on is None or on <= date(2026, 12, 31)
