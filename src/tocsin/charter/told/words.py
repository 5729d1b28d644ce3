"""Rules and conditions in plain words, for a reader who has never seen a charter file."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from tocsin.charter.model import Report
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

SAID = {
    "support": "support",
    "object": "an objection",
    "abstain": "an abstention",
    "qualified_abstention": "an abstention with a declaration",
    "absent": "absence",
    "not_stated": "silence",
}
BASES = {"all": "all electors", "present": "those present", "cast": "votes for and against"}
HISTORIES = {
    "": "what comes from their joining on (no source says; this is the default)",
    "all": "all that went before",
    "from joining": "what comes from their joining on",
    "none": "nothing of cases opened before they joined",
}
GRAVE = {"break": "to break a silence", "force": "to act on a matter of force", "recall": "to recall a warning"}
GROUPS = {"members": "the members", "voters": "those with a vote", "subject": "the party concerned"}


def rule_words(rule: AnyRule, rules: Mapping[str, Rule]) -> str:
    """A rule as a sentence without its full stop; rules referred to by their id are looked up in `rules`."""
    if isinstance(rule, str):
        return rule_words(rules[rule], rules) if rule in rules else f"the rule '{rule}', not in force on this day"
    words = _composite(rule, rules) if _is_composite(rule) else _leaf(rule)
    if rule.electorate:
        words += f"; only {_group(rule.electorate)} decide"
    if rule.question:
        words += f"; asked on the question '{rule.question}'"
    if rule.reservations:
        words += "; a supporter may attach a reservation and keep its freedom of action"
    return words + (f"; binds {_binds(rule)}" if rule.binds else "")


def condition_words(predicate: Predicate) -> str:
    """A condition on an event, in words."""
    if predicate.all:
        return " and ".join(_bracketed(part) for part in predicate.all)
    if predicate.any:
        return " or ".join(_bracketed(part) for part in predicate.any)
    if predicate.not_ is not None:
        return f"not ({condition_words(predicate.not_)})"
    if predicate.area:
        return f"it lies in the area '{predicate.area}'"
    if predicate.fact:
        return predicate.fact.replace("_", " ")
    return _comparison(predicate)


def _leaf(rule: Rule) -> str:
    match rule:
        case Consensus():
            return f"consensus: {_or(rule.blocks)} stops it"
        case Unanimity():
            spare = f", leaving aside {_or(rule.neutral)}" if rule.neutral else ""
            return f"unanimity: every elector must support{spare}"
        case Silence():
            return _silence(rule)
        case NegativeConsensus():
            return "stands unless every elector objects"
        case Majority():
            return _majority(rule)
        case Weighted():
            points = f"{rule.points} points" if rule.points else ""
            need = points or _share(rule.more_than, rule.at_least)
            return f"weighted vote: support of {need} by {rule.weights} of {BASES[rule.of]}"
        case Veto():
            return f"{_or(rule.blocks)} by one of {_group(rule.holders)} is a veto"
        case LimitedFormat():
            return (
                f"the willing act for themselves: at least {rule.min_size} of them, while nobody's position is "
                f"{_or(rule.blocks)}"
            )
        case _:
            raise ValueError(f"{type(rule).__name__} is no leaf")


def _composite(rule: Rule, rules: Mapping[str, Rule]) -> str:
    def said(part: AnyRule) -> str:
        return f"({rule_words(part, rules)})"

    match rule:
        case AllOf():
            return " and ".join(said(part) for part in rule.rules)
        case AnyOf():
            return " or ".join(said(part) for part in rule.rules)
        case AtLeast():
            return f"at least {rule.count} of: " + ", ".join(said(part) for part in rule.rules)
        case Excluding():
            return f"without the vote of {_groups(rule.who)}: {rule_words(rule.rule, rules)}"
        case QualifiedAbstentionCap():
            weight = f" with {rule.weight} of the weight" if rule.weight else ""
            stop = f"stopped when {rule.states} of the electors{weight} abstain with a declaration"
            return f"{rule_words(rule.rule, rules)}; {stop}"
        case TwoStep():
            among = " among those who supported the first" if rule.among == "willing" else ""
            return f"first {said(rule.first)}, then{among} {said(rule.then)}"
        case Fallback():
            return f"{rule_words(rule.first, rules)}; where that fails {said(rule.then)}"
        case Escalate():
            return f"{rule_words(rule.rule, rules)}; where that fails it goes up to {rule.organ}"
        case Choice():
            options = " or ".join(f"{option.id}: {said(option.rule)}" for option in rule.options)
            return f"{said(rule.by)} chooses the rule, {options}; otherwise {said(rule.otherwise)}"
        case _:
            return _leaf(rule)


def _is_composite(rule: Rule) -> bool:
    return hasattr(rule, "rules") or hasattr(rule, "rule") or isinstance(rule, TwoStep | Fallback | Choice)


def _silence(rule: Silence) -> str:
    period = f"of {rule.period} " if rule.period else ""
    who = "one member is" if rule.breaks == 1 else f"{rule.breaks} members are"
    words = f"silence procedure {period}: it stands at the deadline; {who} enough to break it".replace(" :", ":")
    words += f", by {_or(rule.blocks)}" if rule.blocks != ("object",) else ""
    words += f"; opened by {' or '.join(rule.opened_by)}" if rule.opened_by else ""
    words += f"; once broken it returns to {rule.on_break}" if rule.on_break else ""
    return words + _OUTAGES[rule.on_outage]


_OUTAGES = {
    "extend": "",
    "reopen": "; after an outage the period begins anew",
    "stand": "; the deadline stands also after an outage",
}


def _majority(rule: Majority) -> str:
    if rule.votes:
        need = f"{rule.votes} votes"
    elif rule.all_but:
        need = f"all but {rule.all_but} of {BASES[rule.of]}"
    else:
        need = f"{_share(rule.more_than, rule.at_least)} of {BASES[rule.of]}"
    quorum = rule.quorum or rule.quorum_count
    return f"majority: support of {need}" + (f"; quorum {quorum}" if quorum else "")


def _share(more_than: str | None, at_least: str | None) -> str:
    return f"more than {more_than}" if more_than else f"at least {at_least}"


def _binds(rule: Rule) -> str:
    match rule.binds:
        case "electorate":
            return "all of them"
        case "willing":
            return "those who support it"
        case "not qualified":
            return "all but those who abstain with a declaration"
        case None:
            return ""
        case _:
            assert_never(rule.binds)


def history_words(joiner_history: str) -> str:
    """What those read who join."""
    return HISTORIES[joiner_history]


def grave_words(act: str) -> str:
    """An act that takes two persons."""
    return GRAVE[act]


def report_words(report: Report) -> str:
    """A report that is owed, in words."""
    within = "no time limit published" if report.within == "unset" else report.within
    return f"{report.by} to {report.to}, {within}: {report.of}" + (f" [{report.clause}]" if report.clause else "")


def _or(positions: Iterable[str]) -> str:
    return " or ".join(SAID[position] for position in positions)


def _group(name: str) -> str:
    return GROUPS.get(name, name)


def _groups(names: Iterable[str]) -> str:
    return ", ".join(_group(name) for name in names)


def _bracketed(predicate: Predicate) -> str:
    words = condition_words(predicate)
    return f"({words})" if predicate.any or predicate.all else words


def _comparison(predicate: Predicate) -> str:
    name = (predicate.field or "kind").replace("_", " ")
    if predicate.has is not None:
        return f"{name} includes the {predicate.has.replace('_', ' ')}"
    if predicate.same_as is not None:
        return f"{name} is the same as {predicate.same_as.replace('_', ' ')}"
    if predicate.group:
        return f"{name} is one of {_group(predicate.group)}"
    if predicate.in_ is not None:
        return f"{name} is {' or '.join(predicate.in_)}"
    if isinstance(predicate.is_, bool):
        return name if predicate.is_ else f"not {name}"
    return f"{name} is {predicate.is_}"
