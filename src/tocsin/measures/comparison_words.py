"""Rules, conditions and lengths of time in few words, for a cell of a table. Sentences: `charter/told/words.py`."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

from tocsin.charter.predicates import Predicate
from tocsin.charter.rules.kinds import (
    AllOf,
    AnyOf,
    AnyRule,
    AtLeast,
    Choice,
    Consensus,
    Escalate,
    Excluding,
    Fallback,
    LimitedFormat,
    Majority,
    NegativeConsensus,
    QualifiedAbstentionCap,
    Rule,
    Silence,
    TwoStep,
    Unanimity,
    Veto,
    Weighted,
)
from tocsin.charter.snapshot import Snapshot
from tocsin.states import state_name
from tocsin.terms import HOUR_US, duration, instant

POSITIONS = {
    "support": "support",
    "object": "an objection",
    "abstain": "an abstention",
    "qualified_abstention": "an abstention with a declaration",
    "absent": "absence",
    "not_stated": "silence",
}
BASES = {"all": "all electors", "present": "those present", "cast": "the votes cast"}
ACTORS = {
    "members": "any member",
    "victim": "the victim",
    "attacker": "the attacker",
    "requester": "whoever asks",
    "subject": "the party concerned",
    "everyone": "any party",
    "voters": "any party with a vote",
}
WHO = {"subject": "the party concerned", "members": "the members", "victim": "the victim"}


def actor(snapshot: Snapshot, name: str) -> str:
    """A group, role, office, organ or party as one would call it."""
    return ACTORS.get(name) or snapshot.names.get(name) or state_name(name) or name


def party(snapshot: Snapshot, code: str) -> str:
    """The English name of a party, else its id."""
    return snapshot.names.get(code) or state_name(code) or code


def rule_short(rule: AnyRule, rules: Mapping[str, Rule]) -> str:
    """A rule in as few words as it can be told; rules named by their id are looked up in `rules`."""
    if isinstance(rule, str):
        return rule_short(rules[rule], rules) if rule in rules else f"the rule '{rule}', not in force on this day"
    words = _leaf(rule) or _composite(rule, rules)
    if rule.electorate:
        words += f" of {WHO.get(rule.electorate, rule.electorate)}"
    return words + ("; binds those who support it" if rule.binds == "willing" else "")


def _leaf(rule: Rule) -> str:
    match rule:
        case Consensus():
            return "consensus" + ("" if rule.blocks == ("object",) else f" (stopped by {_or(rule.blocks)})")
        case Unanimity():
            return "unanimity" + (f" (not prevented by {_or(rule.neutral)})" if rule.neutral else "")
        case Silence():
            length = f"silence of {rule.period}" if rule.period else "silence, its length not known"
            return length + (f" ({rule.breaks} must break it)" if rule.breaks > 1 else "")
        case NegativeConsensus():
            return "stands unless all object"
        case Majority():
            return _majority(rule)
        case Weighted():
            need = f"{rule.points} points" if rule.points else _share(rule.more_than, rule.at_least)
            return f"{need} by weight ({rule.weights})"
        case Veto():
            return f"no veto of the {rule.holders}"
        case LimitedFormat():
            return "those willing may act while nobody objects"
        case _:
            return ""


def _composite(rule: Rule, rules: Mapping[str, Rule]) -> str:
    def said(part: AnyRule) -> str:
        return rule_short(part, rules)

    def inner(part: AnyRule) -> str:
        row = rules.get(part) if isinstance(part, str) else part
        return said(part) if row is None or _leaf(row) else f"({said(part)})"

    match rule:
        case AllOf():
            return " and ".join(inner(part) for part in rule.rules)
        case AnyOf():
            return " or ".join(inner(part) for part in rule.rules)
        case AtLeast():
            return f"{rule.count} of: {', '.join(said(part) for part in rule.rules)}"
        case Excluding():
            return f"{said(rule.rule)}, without the vote of {', '.join(WHO.get(who, who) for who in rule.who)}"
        case QualifiedAbstentionCap():
            return f"{said(rule.rule)}, stopped when {rule.states} abstain with a declaration"
        case TwoStep():
            return f"first {said(rule.first)}, then {said(rule.then)}"
        case Fallback():
            return f"{said(rule.first)}; where that fails, {said(rule.then)}"
        case Escalate():
            return f"{said(rule.rule)}; where that fails, up to {rule.organ}"
        case Choice():
            options = ", or ".join(said(option.rule) for option in rule.options)
            return f"chosen by {said(rule.by)}: {options}; else {said(rule.otherwise)}"
        case _:
            raise ValueError(f"{type(rule).__name__} has no short words")


def _majority(rule: Majority) -> str:
    if rule.votes:
        need = f"{rule.votes} votes"
    elif rule.all_but:
        need = f"all but {rule.all_but} of {BASES[rule.of]}"
    elif (rule.more_than, rule.at_least) == ("1/2", None):
        need = f"majority of {BASES[rule.of]}"
    else:
        need = f"{_share(rule.more_than, rule.at_least)} of {BASES[rule.of]}"
    quorum = rule.quorum or rule.quorum_count
    if rule.at_least and rule.at_least.startswith("0/") and quorum:
        return f"a quorum of {quorum}"  # the count itself then stands in another part of the rule
    return need + (f", quorum {quorum}" if quorum else "")


def _share(more_than: str | None, at_least: str | None) -> str:
    return f"more than {more_than}" if more_than else f"{at_least}"


def _or(positions: Iterable[str]) -> str:
    return " or ".join(POSITIONS[position] for position in positions)


def condition_short(condition: Predicate | None, snapshot: Snapshot) -> str:
    """A condition on an event in few words; 'at all times' where there is none."""
    if condition is None:
        return "at all times"
    if condition.all:
        return "; ".join(_inner(part, snapshot) for part in condition.all)
    if condition.any:
        return " or ".join(_inner(part, snapshot) for part in condition.any)
    if condition.not_ is not None:
        return f"not {_inner(condition.not_, snapshot)}"
    if condition.area:
        area = snapshot.areas.get(condition.area)
        return f"in {area.name if area else condition.area}"
    if condition.fact:
        return condition.fact.replace("_", " ")
    return _comparison(condition)


def _inner(part: Predicate, snapshot: Snapshot) -> str:
    words = condition_short(part, snapshot)
    return f"({words})" if part.all or part.any else words


def _comparison(condition: Predicate) -> str:
    field = condition.field or "kind"
    if condition.has is not None:
        return f"the {condition.has} asks"
    if condition.same_as is not None:
        return f"{_FIELDS.get(field, field)} that of the {condition.same_as}"
    if condition.group:
        named = WHO.get(condition.group, condition.group)
        return f"{_FIELDS.get(field, field)} one of {named}"
    if isinstance(condition.is_, bool):
        return field if condition.is_ else f"not {field}"
    said = " or ".join(condition.in_) if condition.in_ is not None else str(condition.is_)
    return said if field == "kind" else f"{_FIELDS.get(field, field)} {said}"


_FIELDS = {"territory_of": "territory:", "victim": "victim:", "attacker": "attacker:", "requested_by": "asked by:",
           "object": "object:", "region": "region:"}  # fmt: skip


@cache
def hours_at_most(text: str, on: date) -> int:
    """The most hours that a length of time such as '5 working days' may take when it starts within a year of `on`.

    Raises TermError for text that is no length of time.
    """
    length = duration(text)
    if not (length.months or length.working_days):
        return length.hours
    starts = [instant(on + timedelta(days=day)) for day in range(366)]
    return max((length.after(start) - start) // HOUR_US for start in starts)
