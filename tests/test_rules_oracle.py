"""The oracle on cases worked out by hand from docs/RULES.md."""

import pytest

from tests import rules_oracle

A, B, C, D = "XAA", "XAB", "XAC", "XAD"
FOUR = (A, B, C, D)
PAIR = {"pair": [A, B]}
WEIGHTS = {"votes": {A: 5, B: 3, C: 2}}
MAJORITY = {"kind": "majority", "more_than": "1/2"}
CONSENSUS = {"kind": "consensus"}
CODES = {"s": "support", "o": "object", "a": "abstain", "q": "qualified_abstention", "x": "absent"}


def said(letters: str) -> dict[str, str]:
    """Positions of the parties in order, a letter each; a dot is silence."""
    return {party: CODES[letter] for party, letter in zip(FOUR, letters, strict=False) if letter != "."}


@pytest.mark.parametrize(
    ("rule", "positions", "while_open", "once_closed"),
    [
        (CONSENSUS, "sss.", "open", "adopted"),
        (CONSENSUS, "sxaq", "adopted", "adopted"),
        (CONSENSUS, "o...", "blocked", "blocked"),
        (CONSENSUS | {"blocks": ["abstain"]}, "sssq", "blocked", "blocked"),
        ({"kind": "unanimity"}, "sss.", "open", "blocked"),
        ({"kind": "unanimity", "neutral": ["absent"]}, "sss.", "open", "adopted"),
        ({"kind": "unanimity", "neutral": ["abstain"]}, "aqaa", "blocked", "blocked"),
        ({"kind": "silence", "breaks": 2}, "o...", "open", "adopted"),
        ({"kind": "silence", "breaks": 2}, "oo..", "blocked", "blocked"),
        ({"kind": "silence", "breaks": 2}, "osss", "adopted", "adopted"),
        ({"kind": "negative consensus"}, "ooo.", "open", "adopted"),
        ({"kind": "negative consensus"}, "oooo", "blocked", "blocked"),
        (MAJORITY, "sss.", "adopted", "adopted"),
        (MAJORITY, "ss..", "open", "blocked"),
        (MAJORITY, "ssoo", "blocked", "blocked"),
        (MAJORITY | {"of": "present"}, "ss..", "open", "adopted"),
        (MAJORITY | {"of": "cast", "quorum": "3/4"}, "s...", "open", "blocked"),
        (MAJORITY | {"of": "cast", "quorum": "3/4"}, "saa.", "open", "adopted"),
        (MAJORITY | {"of": "cast", "quorum_count": 4}, "saax", "blocked", "blocked"),
        ({"kind": "majority", "at_least": "0/1", "of": "cast"}, "aaaa", "blocked", "blocked"),
        ({"kind": "majority", "all_but": 1}, "sss.", "adopted", "adopted"),
        ({"kind": "weighted", "weights": "votes", "at_least": "1/2"}, "soox", "adopted", "adopted"),
        ({"kind": "weighted", "weights": "votes", "more_than": "1/2"}, "s...", "open", "blocked"),
        ({"kind": "weighted", "weights": "votes", "points": 8}, "ss..", "adopted", "adopted"),
        ({"kind": "weighted", "weights": "people", "points": 1}, "ssss", "open", "open"),
        ({"kind": "veto", "holders": "pair"}, "ssoo", "adopted", "adopted"),
        ({"kind": "veto", "holders": "pair"}, "s.oo", "open", "adopted"),
        ({"kind": "limited format"}, "ss..", "open", "adopted"),
        ({"kind": "limited format"}, "s.xx", "open", "blocked"),
        (
            {"kind": "all of", "rules": [MAJORITY, {"kind": "veto", "holders": "pair"}]},
            "osss",
            "blocked",
            "blocked",
        ),
        (
            {"kind": "at least", "count": 2, "rules": [MAJORITY, CONSENSUS, MAJORITY]},
            "ssso",
            "adopted",
            "adopted",
        ),
        (
            {"kind": "excluding", "who": [C, "pair"], "rule": {"kind": "unanimity"}},
            "...s",
            "adopted",
            "adopted",
        ),
        ({"kind": "excluding", "who": FOUR, "rule": CONSENSUS}, "ssss", "blocked", "blocked"),
        (
            {"kind": "qualified abstention cap", "states": "1/2", "rule": CONSENSUS},
            "qqss",
            "blocked",
            "blocked",
        ),
        ({"kind": "qualified abstention cap", "states": "1/2", "rule": CONSENSUS}, "qsa.", "open", "adopted"),
        ({"kind": "escalate", "organ": "summit", "rule": CONSENSUS}, "o...", "escalated", "escalated"),
        ({"kind": "fallback", "first": CONSENSUS, "then": MAJORITY}, "ssso", "adopted", "adopted"),
        ({"kind": "fallback", "first": CONSENSUS, "then": MAJORITY}, "ss..", "open", "adopted"),
        ({"kind": "two step", "first": CONSENSUS, "then": MAJORITY}, "ss..", "open", "blocked"),
        (
            {"kind": "two step", "first": MAJORITY, "then": CONSENSUS, "among": "willing"},
            "ssso",
            "adopted",
            "adopted",
        ),
    ],
)
def test_the_oracle_agrees_with_the_page(
    rule: rules_oracle.Rule, positions: str, while_open: str, once_closed: str
) -> None:
    verdicts = tuple(
        rules_oracle.verdict(rule, FOUR, PAIR, WEIGHTS, said(positions), {}, closed=closed) for closed in (False, True)
    )
    assert verdicts == (while_open, once_closed)


def test_a_limited_format_reads_support_on_the_text_and_objections_on_its_question() -> None:
    rule = {"kind": "limited format", "question": "format"}
    for on_format, expected in (("aaaa", "adopted"), ("aaao", "blocked"), ("aaa.", "open")):
        questions = {"format": said(on_format)}
        assert rules_oracle.verdict(rule, FOUR, {}, {}, said("ssox"), questions, closed=False) == expected
    bound = rules_oracle.bound(rule, FOUR, {}, {}, said("ssox"), {"format": said("aaaa")}, closed=False)
    assert bound == {A, B}


def test_a_rule_is_chosen_on_a_question_of_its_own() -> None:
    rule = {
        "kind": "choice of rule",
        "by": CONSENSUS | {"question": "format"},
        "options": [{"id": "fast", "rule": MAJORITY}, {"id": "slow", "rule": {"kind": "limited format"}}],
        "otherwise": CONSENSUS,
    }
    text = said("ssso")

    def verdict(**put: str) -> str:
        questions = {f"choose:{option}": said(letters) for option, letters in put.items()}
        return rules_oracle.verdict(rule, FOUR, {}, {}, text, questions, closed=False)

    assert verdict() == "blocked", "none was put: otherwise"
    assert verdict(fast="ssss") == "adopted"
    assert verdict(fast="sss.", slow="ssss") == "open"
    assert verdict(fast="ooss", slow="ssss") == "blocked", "fast refused, slow stopped"


@pytest.mark.parametrize(
    ("rule", "bound"),
    [
        ({"kind": "excluding", "who": [A], "rule": MAJORITY}, FOUR),
        (MAJORITY | {"binds": "willing"}, (A, B, C)),
        (MAJORITY | {"binds": "not qualified"}, (A, B, C)),
        ({"kind": "qualified abstention cap", "states": "1/2", "rule": MAJORITY}, (A, B, C)),
        ({"kind": "any of", "rules": [CONSENSUS | {"blocks": ["qualified_abstention"]}, MAJORITY]}, FOUR),
        ({"kind": "all of", "rules": [MAJORITY, {"kind": "limited format"}]}, (A, B, C)),
        ({"kind": "fallback", "first": {"kind": "limited format"}, "then": MAJORITY}, (A, B, C)),
        ({"kind": "two step", "first": {"kind": "limited format"}, "then": MAJORITY}, FOUR),
    ],
)
def test_the_oracle_knows_who_is_bound(rule: rules_oracle.Rule, bound: tuple[str, ...]) -> None:
    assert rules_oracle.bound(rule, FOUR, {}, {}, said("sssq"), {}, closed=False) == set(bound)
