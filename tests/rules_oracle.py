"""A second interpreter of docs/RULES.md, for the tests only: naive, slow, and with nothing shared with the first.

A rule is the plain data of its row. A leaf on an open profile is decided by trying every completion of it, so
this is slow on purpose; tests/strategies.py keeps the number of silent electors small.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

Rule = Mapping[str, Any]
Said = Mapping[str, str]
"""party -> position"""

STATED = ("support", "object", "abstain", "qualified_abstention", "absent")
CONSENT = "consent"
"""What the silence of a closed profile reads as where it consents: in nobody's list, and no support."""

SILENCE = {
    "consensus": CONSENT,
    "unanimity": "absent",
    "silence": CONSENT,
    "negative consensus": CONSENT,
    "majority": "absent",
    "weighted": "absent",
    "veto": CONSENT,
    "limited format": CONSENT,
    "qualified abstention cap": CONSENT,
}
"""The last column of the table of leaves."""


def verdict(
    rule: Rule,
    universe: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    weights: Mapping[str, Mapping[str, int]],
    positions: Said,
    questions: Mapping[str, Said],
    *,
    closed: bool,
) -> str:
    return judge(rule, universe, groups, weights, positions, questions, closed=closed).verdict


def bound(
    rule: Rule,
    universe: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    weights: Mapping[str, Mapping[str, int]],
    positions: Said,
    questions: Mapping[str, Said],
    *,
    closed: bool,
) -> frozenset[str]:
    """Who is bound; nobody, where the rule does not adopt."""
    return judge(rule, universe, groups, weights, positions, questions, closed=closed).bound


@dataclass(frozen=True)
class Ruling:
    verdict: str
    bound: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Room:
    """What a rule can see from where it stands."""

    universe: frozenset[str]
    groups: Mapping[str, Sequence[str]]
    weights: Mapping[str, Mapping[str, int]]
    said: Mapping[str, Said]
    """question -> party -> position; the text is the question ''. A question that was not put is missing."""
    closed: bool
    electors: frozenset[str]
    left_out: frozenset[str] = frozenset()
    """By an `excluding` around."""
    asked: str | None = None
    """Inside the `by` of a choice: the question it is judged on, whatever a rule's own field says."""

    def question(self, rule: Rule) -> str:
        return str(rule.get("question", "")) if self.asked is None else self.asked

    def position(self, question: str, party: str) -> str:
        return self.said.get(question, {}).get(party, "not_stated")

    def saying(self, question: str, position: str) -> frozenset[str]:
        return frozenset(e for e in self.electors if self.position(question, e) == position)


def judge(
    rule: Rule,
    universe: Sequence[str],
    groups: Mapping[str, Sequence[str]],
    weights: Mapping[str, Mapping[str, int]],
    positions: Said,
    questions: Mapping[str, Said],
    *,
    closed: bool,
) -> Ruling:
    everybody = frozenset(universe)
    said = {**questions, "": positions}
    return decide(rule, Room(everybody, groups, weights, said, closed, electors=everybody))


def decide(rule: Rule, room: Room) -> Ruling:
    if rule.get("electorate"):
        room = replace(room, electors=room.universe & {*room.groups[rule["electorate"]]})
    room = replace(room, electors=room.electors - room.left_out)
    kind = rule["kind"]
    ruling = COMPOSITES[kind](rule, room) if kind in COMPOSITES else decide_leaf(rule, room)
    if ruling.verdict != "adopted":
        return Ruling(ruling.verdict)
    if rule.get("binds") == "electorate":
        return Ruling("adopted", room.universe)
    if rule.get("binds") == "willing":
        return Ruling("adopted", room.saying(room.question(rule), "support"))
    if rule.get("binds") == "not qualified":
        return Ruling("adopted", room.universe - room.saying(room.question(rule), "qualified_abstention"))
    return ruling


# Leaves


def decide_leaf(rule: Rule, room: Room) -> Ruling:
    willing = room.saying("", "support")
    return Ruling(leaf_verdict(rule, room), willing if rule["kind"] == "limited format" else room.universe)


def leaf_verdict(rule: Rule, room: Room) -> str:
    if not room.electors and rule["kind"] != "veto":
        return "blocked"
    if rule.get("weights") and rule["weights"] not in room.weights:
        return "open"
    outcomes = set()
    for profile in completions(rule, room):
        outcomes.add(CONDITIONS[rule["kind"]](rule, room, profile))
        if len(outcomes) == 2:
            return "open"
    return "adopted" if outcomes == {True} else "blocked"


Profile = Mapping[tuple[str, str], str]
"""(question, elector) -> position, none of them not_stated"""


def completions(rule: Rule, room: Room) -> Iterator[Profile]:
    """Every fully stated profile that this one can still become; the one that it is, once it is closed."""
    questions = {room.question(rule), ""} if rule["kind"] == "limited format" else {room.question(rule)}
    cells = [(question, elector) for question in sorted(questions) for elector in sorted(room.electors)]
    now = {cell: room.position(*cell) for cell in cells}
    silent = [cell for cell in cells if now[cell] == "not_stated"]
    if room.closed:
        yield now | dict.fromkeys(silent, SILENCE[rule["kind"]])
        return
    for positions in product(STATED, repeat=len(silent)):
        yield now | dict(zip(silent, positions, strict=True))


def is_in(position: str, listed: Iterable[str]) -> bool:
    """Whether a list means this position. A qualified abstention is an abstention too."""
    listed = list(listed)
    return position in listed or (position == "qualified_abstention" and "abstain" in listed)


def in_list(rule: Rule, room: Room, profile: Profile, field: str, default: Sequence[str]) -> list[str]:
    """The electors whose position on the rule's question is in the rule's list."""
    question = room.question(rule)
    return [e for e in sorted(room.electors) if is_in(profile[question, e], rule.get(field, default))]


def on_question(rule: Rule, room: Room, profile: Profile, *positions: str) -> list[str]:
    question = room.question(rule)
    return [e for e in sorted(room.electors) if profile[question, e] in positions]


def consensus(rule: Rule, room: Room, profile: Profile) -> bool:
    return not in_list(rule, room, profile, "blocks", ["object"])


def unanimity(rule: Rule, room: Room, profile: Profile) -> bool:
    support = on_question(rule, room, profile, "support")
    neutral = in_list(rule, room, profile, "neutral", [])
    return len(support) >= 1 and room.electors == {*support, *neutral}


def silence(rule: Rule, room: Room, profile: Profile) -> bool:
    return len(in_list(rule, room, profile, "blocks", ["object"])) < int(rule.get("breaks", 1))


def negative_consensus(rule: Rule, room: Room, profile: Profile) -> bool:
    return set(on_question(rule, room, profile, "object")) != room.electors


def majority(rule: Rule, room: Room, profile: Profile) -> bool:
    everybody = len(room.electors)
    present = everybody - len(on_question(rule, room, profile, "absent"))
    if "quorum" in rule and not Fraction(present, everybody) >= Fraction(rule["quorum"]):
        return False
    if "quorum_count" in rule and not present >= rule["quorum_count"]:
        return False
    return passes(rule, room, profile, dict.fromkeys(room.electors, 1))


def weighted(rule: Rule, room: Room, profile: Profile) -> bool:
    return passes(rule, room, profile, room.weights[rule["weights"]])


def passes(rule: Rule, room: Room, profile: Profile, weight: Mapping[str, int]) -> bool:
    support = total(on_question(rule, room, profile, "support"), weight)
    of = {
        "all": room.electors,
        "present": on_question(rule, room, profile, *(p for p in STATED if p != "absent")),
        "cast": on_question(rule, room, profile, "support", "object"),
    }
    base = total(of[rule.get("of", "all")], weight)
    if base == 0:
        return False
    if "more_than" in rule:
        return more_than(Fraction(support, base), Fraction(rule["more_than"]))
    if "at_least" in rule:
        return Fraction(support, base) >= Fraction(rule["at_least"])
    if "all_but" in rule:
        return support >= base - int(rule["all_but"])
    return support >= int(rule["votes"] if "votes" in rule else rule["points"])


def more_than(share: Fraction, threshold: Fraction) -> bool:
    return share > threshold


def total(parties: Iterable[str], weight: Mapping[str, int]) -> int:
    return sum(weight.get(party, 0) for party in parties)


def veto(rule: Rule, room: Room, profile: Profile) -> bool:
    return not set(in_list(rule, room, profile, "blocks", ["object"])) & set(room.groups[rule["holders"]])


def limited_format(rule: Rule, room: Room, profile: Profile) -> bool:
    stopped = in_list(rule, room, profile, "blocks", ["object"])
    willing = [e for e in sorted(room.electors) if profile["", e] == "support"]
    return not stopped and len(willing) >= int(rule.get("min_size", 2))


def cap_not_reached(rule: Rule, room: Room, profile: Profile) -> bool:
    abstainers = on_question(rule, room, profile, "qualified_abstention")
    if not len(abstainers) >= Fraction(rule["states"]) * len(room.electors):
        return True
    if not rule.get("weights"):
        return False
    weight = room.weights[rule["weights"]]
    return not total(abstainers, weight) >= Fraction(rule["weight"]) * total(room.electors, weight)


CONDITIONS: dict[str, Callable[[Rule, Room, Profile], bool]] = {
    "consensus": consensus,
    "unanimity": unanimity,
    "silence": silence,
    "negative consensus": negative_consensus,
    "majority": majority,
    "weighted": weighted,
    "veto": veto,
    "limited format": limited_format,
    "qualified abstention cap": cap_not_reached,
}


# Composites


def escalated_is_blocked(ruling: Ruling) -> str:
    return "blocked" if ruling.verdict == "escalated" else ruling.verdict


def parts(rule: Rule, room: Room) -> list[Ruling]:
    return [decide(part, room) for part in rule["rules"]]


def all_of_them(rulings: Sequence[Ruling]) -> str:
    verdicts = [escalated_is_blocked(ruling) for ruling in rulings]
    if "blocked" in verdicts:
        return "blocked"
    return "open" if "open" in verdicts else "adopted"


def common(rulings: Iterable[Ruling]) -> frozenset[str]:
    """Those bound by every adopted ruling, of which there may be none."""
    bounds = [ruling.bound for ruling in rulings if ruling.verdict == "adopted"]
    return frozenset.intersection(*bounds) if bounds else frozenset()


def all_of(rule: Rule, room: Room) -> Ruling:
    rulings = parts(rule, room)
    return Ruling(all_of_them(rulings), common(rulings))


def any_of(rule: Rule, room: Room) -> Ruling:
    rulings = parts(rule, room)
    for ruling in rulings:
        if ruling.verdict == "adopted":
            return ruling
    return Ruling("open" if "open" in [ruling.verdict for ruling in rulings] else "blocked")


def at_least(rule: Rule, room: Room) -> Ruling:
    rulings = parts(rule, room)
    verdicts = [ruling.verdict for ruling in rulings]
    if verdicts.count("adopted") >= rule["count"]:
        return Ruling("adopted", common(rulings))
    return Ruling("open" if verdicts.count("adopted") + verdicts.count("open") >= rule["count"] else "blocked")


def excluding(rule: Rule, room: Room) -> Ruling:
    who = frozenset(party for name in rule["who"] for party in room.groups.get(name, [name]))
    return decide(rule["rule"], replace(room, left_out=room.left_out | who))


def qualified_abstention_cap(rule: Rule, room: Room) -> Ruling:
    cap = Ruling(leaf_verdict(rule, room))
    inner = decide(rule["rule"], room)
    abstainers = room.saying(room.question(rule), "qualified_abstention")
    return Ruling(all_of_them([cap, inner]), inner.bound - abstainers)


def two_step(rule: Rule, room: Room) -> Ruling:
    first = decide(rule["first"], room)
    if first.verdict != "adopted":
        return Ruling(escalated_is_blocked(first))
    if rule.get("among") == "willing":
        room = replace(room, electors=room.saying(room.question(rule["first"]), "support"))
    return decide(rule["then"], room)


def fallback(rule: Rule, room: Room) -> Ruling:
    first = decide(rule["first"], room)
    if first.verdict == "adopted":
        return first
    then = decide(rule["then"], room)
    if first.verdict == "open" and then.verdict != "adopted":
        return Ruling("open")
    return then


def escalate(rule: Rule, room: Room) -> Ruling:
    inner = decide(rule["rule"], room)
    return Ruling("escalated") if inner.verdict == "blocked" else inner


def choice_of_rule(rule: Rule, room: Room) -> Ruling:
    for option in rule["options"]:
        question = f"choose:{option['id']}"
        if question not in room.said:
            continue
        chosen = decide(rule["by"], replace(room, asked=question)).verdict
        if chosen == "open":
            return Ruling("open")
        if chosen == "adopted":
            return decide(option["rule"], room)
    return decide(rule["otherwise"], room)


COMPOSITES: dict[str, Callable[[Rule, Room], Ruling]] = {
    "all of": all_of,
    "any of": any_of,
    "at least": at_least,
    "excluding": excluding,
    "qualified abstention cap": qualified_abstention_cap,
    "two step": two_step,
    "fallback": fallback,
    "escalate": escalate,
    "choice of rule": choice_of_rule,
}
