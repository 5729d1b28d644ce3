"""What Hypothesis draws for more than one test file: decision rules and the sessions they are put to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tocsin.terms import POSITIONS, Position

RuleData = dict[str, Any]
"""A rule as a charter writes it; msgspec.convert makes it a Rule."""

Said = dict[str, Position]
"""party -> position"""

NOT_STATED: Position = "not_stated"
STATED: tuple[Position, ...] = tuple(position for position in POSITIONS if position != NOT_STATED)
LEAVES: tuple[str, ...] = (
    "consensus",
    "unanimity",
    "silence",
    "negative consensus",
    "majority",
    "weighted",
    "veto",
    "limited format",
)
COMPOSITES: tuple[str, ...] = (
    "all of",
    "any of",
    "at least",
    "excluding",
    "qualified abstention cap",
    "two step",
    "fallback",
    "escalate",
    "choice of rule",
)
UNIVERSE = ("XAA", "XAB", "XAC", "XAD", "XAE", "XAF")
OUTSIDER = "XZZ"
GROUPS = ("some", "others", "few")
WEIGHTS = ("votes", "people")
OPTIONS = ("fast", "slow")
QUESTIONS = ("", "format", *(f"choose:{option}" for option in OPTIONS))
SHARES = ("0/1", "1/4", "1/3", "1/2", "55/100", "3/5", "2/3", "3/4", "1/1")
MOST_SILENT = 5
"""Electors left silent on the text and on the format together, or on another question, of an open profile."""


class Session(NamedTuple):
    """A rule, those it is put to, and what they have said."""

    rule: RuleData
    universe: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]
    weights: dict[str, dict[str, int]]
    positions: Said
    """On the text."""
    questions: dict[str, Said]
    """On each other question that was put."""
    closed: bool


def shares() -> SearchStrategy[str]:
    return st.sampled_from(SHARES)


def counts(most: int = 4) -> SearchStrategy[int]:
    return st.integers(1, most)


def lists_of_positions(least: int, *, but: str = "") -> SearchStrategy[list[str]]:
    listed = [position for position in POSITIONS if position != but]
    return st.lists(st.sampled_from(listed), min_size=least, max_size=4, unique=True)


def sometimes(draw: DrawFn, rule: RuleData, field: str, value: SearchStrategy[Any]) -> None:
    if draw(st.integers(0, 3)) == 3:
        rule[field] = draw(value)


@st.composite
def leaves(draw: DrawFn, kind: str, *, upward: bool = False) -> RuleData:
    """A leaf of that kind; an `upward` one is never harmed by support."""
    rule: RuleData = {"kind": kind}
    if kind in ("consensus", "silence", "veto", "limited format"):
        sometimes(draw, rule, "blocks", lists_of_positions(1, but="support" if upward else ""))
    if kind == "unanimity":
        sometimes(draw, rule, "neutral", lists_of_positions(0))
    if kind == "silence":
        sometimes(draw, rule, "breaks", counts(3))
    if kind == "veto":
        rule["holders"] = draw(st.sampled_from(GROUPS))
    if kind == "limited format":
        sometimes(draw, rule, "min_size", counts())
    if kind == "weighted":
        rule["weights"] = draw(st.sampled_from(WEIGHTS))
    if kind in ("majority", "weighted"):
        sometimes(draw, rule, "of", st.sampled_from(("all", "present", "cast")))
        number = {"votes": counts(), "all_but": counts(3)} if kind == "majority" else {"points": counts(12)}
        thresholds = {"more_than": shares(), "at_least": shares(), **number}
        threshold = draw(st.sampled_from(sorted(thresholds)))
        rule[threshold] = draw(thresholds[threshold])
    if kind == "majority":
        sometimes(draw, rule, "quorum", shares())
        sometimes(draw, rule, "quorum_count", counts())
    return rule


@st.composite
def rules(
    draw: DrawFn,
    depth: int = 3,
    kind: str = "",
    *,
    upward: bool = False,
) -> RuleData:
    """A rule with at most `depth` rules inside each other; of that kind, if one is named.

    An `upward` rule is one that support never harms, whoever gives it and whatever he said before: its lists
    of blocking positions leave support out, and no rule in it is chosen by a vote, where more support can
    mean another rule.
    """

    def inner() -> RuleData:
        escalating = depth > 2 and draw(st.integers(0, 4)) == 4  # the verdict that parents differ about
        return draw(rules(depth - 1, "escalate" if escalating else "", upward=upward))

    kinds = LEAVES if depth == 1 else LEAVES + COMPOSITES
    if upward:
        kinds = tuple(one for one in kinds if one != "choice of rule")
    kind = kind or draw(st.sampled_from(kinds))
    if kind in LEAVES:
        rule = draw(leaves(kind, upward=upward))
    else:
        rule = {"kind": kind}
        if kind in ("all of", "any of", "at least"):
            rule["rules"] = [inner() for _ in range(draw(st.integers(1, 3)))]
        if kind == "at least":
            rule["count"] = draw(counts(3))
        if kind in ("excluding", "qualified abstention cap", "escalate"):
            rule["rule"] = inner()
        if kind == "excluding":
            names = st.sampled_from(UNIVERSE + GROUPS)
            rule["who"] = draw(st.lists(names, min_size=1, max_size=2, unique=True))
        if kind == "qualified abstention cap":
            rule["states"] = draw(shares())
            if draw(st.booleans()):
                rule |= {"weights": draw(st.sampled_from(WEIGHTS)), "weight": draw(shares())}
        if kind in ("two step", "fallback"):
            rule |= {"first": inner(), "then": inner()}
        if kind == "two step" and draw(st.booleans()):
            rule["among"] = "willing"
        if kind == "escalate":
            rule["organ"] = "council"
        if kind == "choice of rule":
            offered = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2, unique=True))
            rule |= {"by": inner(), "options": [{"id": option, "rule": inner()} for option in offered]}
            rule["otherwise"] = inner()
    sometimes(draw, rule, "question", st.just("format"))
    if draw(st.integers(0, 7)) == 7:
        rule["electorate"] = draw(st.sampled_from(GROUPS))
    if draw(st.integers(0, 5)) == 5:
        rule["binds"] = draw(st.sampled_from(("electorate", "willing", "not qualified")))
    return rule


def some_of(parties: tuple[str, ...]) -> SearchStrategy[tuple[str, ...]]:
    """Any of them, in one draw."""
    return st.integers(0, 2 ** len(parties) - 1).map(
        lambda mask: tuple(party for place, party in enumerate(parties) if mask >> place & 1)
    )


@st.composite
def profiles(draw: DrawFn, parties: tuple[str, ...], most_silent: int) -> Said:
    """What the parties say on one question; silence is either left out or stated as such."""
    each = st.sampled_from(STATED)
    if draw(st.booleans()):  # more of one mind than chance would have it
        said = Said(dict.fromkeys(parties, draw(each)) | dict.fromkeys(draw(some_of(parties)), draw(each)))
    else:
        said = {party: draw(each) for party in parties}
    silent = draw(some_of(parties))[:most_silent]
    if draw(st.booleans()):
        return said | dict.fromkeys(silent, NOT_STATED)
    return {party: position for party, position in said.items() if party not in silent}


@st.composite
def sessions(draw: DrawFn, rule: SearchStrategy[RuleData] | None = None) -> Session:
    """A rule of any kind, put to one to six invented parties in an open or a closed profile.

    Groups, weight sets and choices are those that the rule names; the other question may be put in vain.
    """
    data = draw(rules() if rule is None else rule)
    named = {name for part in parts_of(data) for name in names_in(part)}
    size = draw(st.sampled_from((1, 2, 3, 3, 4, 4, 5, 6)))
    universe = UNIVERSE[:size]
    anybody = (*universe, OUTSIDER)
    groups = {name: draw(some_of(anybody)) for name in GROUPS if name in named}
    groups |= {party: (party,) for party in UNIVERSE if party in named}
    heavy = st.dictionaries(st.sampled_from(anybody), st.integers(0, 9), min_size=size // 2)
    weights = {name: draw(heavy) for name in WEIGHTS if name in named and draw(st.integers(0, 4)) < 4}
    closed = draw(st.booleans())
    questions: dict[str, Said] = {}
    silent = size
    if draw(st.booleans()) or (not closed and size > MOST_SILENT):
        questions["format"] = draw(profiles(universe, size if closed else 2))
        silent = sum(questions["format"].get(party, NOT_STATED) == NOT_STATED for party in universe)
    positions = draw(profiles(universe, size if closed else max(0, MOST_SILENT - silent)))
    for option in OPTIONS:
        if option in named and draw(st.integers(0, 3)) < 3:
            questions[f"choose:{option}"] = draw(profiles(universe, size if closed else 1))
    return Session(data, universe, groups, weights, positions, questions, closed)


def names_in(rule: RuleData) -> list[str]:
    """Groups, parties, weight sets and options that a rule names, leaving aside the rules inside it."""
    named = [rule[field] for field in ("electorate", "holders", "weights") if field in rule]
    return [*named, *rule.get("who", ()), *(option["id"] for option in rule.get("options", ()))]


def parts_of(rule: Mapping[str, Any]) -> list[RuleData]:
    """The rule and all the rules inside it."""
    inner = [*rule.get("rules", ()), *(option["rule"] for option in rule.get("options", ()))]
    inner += [rule[field] for field in ("rule", "first", "then", "by", "otherwise") if field in rule]
    return [dict(rule), *(part for one in inner for part in parts_of(one))]
