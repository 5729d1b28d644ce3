"""Rules and conditions in plain words: every kind has its sentence."""

from typing import Any, get_args

import msgspec
import pytest

from tocsin.charter.files.catalog import shipped
from tocsin.charter.files.disk import resource_path
from tocsin.charter.files.loader import load
from tocsin.charter.predicates import EventField, Predicate
from tocsin.charter.rules.kinds import Rule, Silence
from tocsin.charter.told.words import condition_words, rule_words

CONSENSUS = {"kind": "consensus"}
HALF = {"kind": "majority", "more_than": "1/2"}

SENTENCES: list[tuple[dict[str, Any], str]] = [
    (CONSENSUS, "consensus: an objection stops it"),
    ({"kind": "consensus", "blocks": ["object", "abstain"]}, "consensus: an objection or an abstention stops it"),
    ({"kind": "unanimity"}, "unanimity: every elector must support"),
    (
        {"kind": "unanimity", "neutral": ["absent"], "binds": "electorate"},
        "unanimity: every elector must support, leaving aside absence; binds all of them",
    ),
    ({"kind": "silence"}, "silence procedure: it stands at the deadline; one member is enough to break it"),
    (
        {"kind": "silence", "period": "24 hours", "breaks": 2},
        "silence procedure of 24 hours: it stands at the deadline; 2 members are enough to break it",
    ),
    ({"kind": "negative consensus"}, "stands unless every elector objects"),
    (HALF, "majority: support of more than 1/2 of all electors"),
    ({"kind": "majority", "votes": 9}, "majority: support of 9 votes"),
    (
        {"kind": "majority", "all_but": 1, "of": "present", "quorum": "2/3"},
        "majority: support of all but 1 of those present; quorum 2/3",
    ),
    (
        {"kind": "weighted", "weights": "population", "at_least": "65/100"},
        "weighted vote: support of at least 65/100 by population of all electors",
    ),
    (
        {"kind": "weighted", "weights": "votes", "points": 255, "of": "cast"},
        "weighted vote: support of 255 points by votes of votes for and against",
    ),
    ({"kind": "veto", "holders": "permanent"}, "an objection by one of permanent is a veto"),
    ({"kind": "all of", "rules": [CONSENSUS, HALF]}, "(consensus: an objection stops it) and (majority: "),
    ({"kind": "any of", "rules": [CONSENSUS, HALF]}, "(consensus: an objection stops it) or (majority: "),
    ({"kind": "at least", "count": 1, "rules": [CONSENSUS, HALF]}, "at least 1 of: (consensus: "),
    (
        {"kind": "excluding", "who": ["subject"], "rule": CONSENSUS},
        "without the vote of the party concerned: consensus: ",
    ),
    (
        {"kind": "limited format", "question": "format", "binds": "willing"},
        "nobody's position is an objection; asked on the question 'format'; binds those who support it",
    ),
    (
        {"kind": "qualified abstention cap", "rule": HALF, "states": "1/3", "weights": "p", "weight": "1/3"},
        "stopped when 1/3 of the electors with 1/3 of the weight abstain with a declaration",
    ),
    (
        {"kind": "two step", "first": CONSENSUS, "then": HALF, "among": "willing", "binds": "not qualified"},
        "first (consensus: an objection stops it), then among those who supported the first (majority: ",
    ),
    ({"kind": "fallback", "first": CONSENSUS, "then": HALF}, "; where that fails (majority: "),
    ({"kind": "escalate", "rule": CONSENSUS, "organ": "summit"}, "; where that fails it goes up to summit"),
    (
        {"kind": "choice of rule", "by": HALF, "options": [{"id": "fast", "rule": HALF}], "otherwise": CONSENSUS},
        "chooses the rule, fast: (majority: support of more than 1/2 of all electors); otherwise (consensus: ",
    ),
    ({"kind": "consensus", "electorate": "guarantors"}, "; only guarantors decide"),
    ({"kind": "escalate", "rule": "gone", "organ": "summit"}, "the rule 'gone', not in force on this day"),
]


@pytest.mark.parametrize(("rule", "said"), SENTENCES)
def test_a_rule_in_words(rule: dict[str, Any], said: str) -> None:
    assert said in rule_words(msgspec.convert(rule, Rule), {})


def test_every_kind_has_a_sentence() -> None:
    assert {rule["kind"] for rule, _ in SENTENCES} == {kind.__struct_config__.tag for kind in get_args(Rule)}


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        (Predicate(field="kind", is_="disaster"), "kind is disaster"),
        (Predicate(field="external", is_=False), "not external"),
        (Predicate(field="overwhelmed", is_=True), "overwhelmed"),
        (Predicate(field="victim", group="members"), "victim is one of the members"),
        (Predicate(field="requested_by", has="victim"), "requested by includes the victim"),
        (Predicate(field="territory_of", same_as="victim"), "territory of is the same as victim"),
        (Predicate(area="home"), "it lies in the area 'home'"),
        (Predicate(fact="host_asked"), "host asked"),
        (Predicate(not_=Predicate(area="home")), "not (it lies in the area 'home')"),
        (
            Predicate(all=(Predicate(area="a"), Predicate(any=(Predicate(fact="b"), Predicate(fact="c"))))),
            "it lies in the area 'a' and (b or c)",
        ),
    ],
)
def test_a_condition_in_words(predicate: Predicate, said: str) -> None:
    assert condition_words(predicate) == said


@pytest.mark.parametrize("name", shipped())
def test_everything_that_ships_can_be_said(name: str) -> None:
    document = load(resource_path("charters", name)).document
    rules = {rule.id: rule for rule in document.rule}
    for rule in document.rule:
        assert rule_words(rule, rules)
    for duty in document.duty:
        assert duty.when is None or condition_words(duty.when)
    assert len(get_args(EventField)) == 9


def test_a_silence_says_who_opens_it_what_breaks_it_and_what_an_outage_does() -> None:
    rule = Silence(
        period="2 days", blocks=("object", "abstain"), opened_by=("SG",), on_break="council", on_outage="reopen"
    )
    assert rule_words(rule, {}) == (
        "silence procedure of 2 days: it stands at the deadline; one member is enough to break it, by an objection or "
        "an abstention; opened by SG; once broken it returns to council; after an outage the period begins anew"
    )
    stands = rule_words(Silence(on_outage="stand"), {})
    assert stands.endswith("; the deadline stands also after an outage")
