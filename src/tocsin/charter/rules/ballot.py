"""The ballot: a decision rule with everything it needs for the day, pinned in one value.

Opening a procedure stores its ballot, so that no later change of the charter or of membership reaches it. Who
the electors are and what they weigh is worked out before (`forum.py`); what a rule makes of positions
afterwards (`rules.py`).
"""

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from msgspec import Struct

from tocsin.charter.rules.kinds import (
    AllOf,
    AnyOf,
    AnyRule,
    AtLeast,
    Choice,
    Escalate,
    Excluding,
    Fallback,
    QualifiedAbstentionCap,
    Rule,
    TwoStep,
    Veto,
    Weighted,
)
from tocsin.terms import PartyId

_deterministic = msgspec.json.Encoder(order="deterministic")


class Ballot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule and those it is put to; JSON, and the same bytes for the same ballot."""

    rule: Rule
    """The rule, in which no other rule is referred to by its id."""
    universe: tuple[PartyId, ...]
    """The parties in the organ's electorate on the day, sorted."""
    groups: dict[str, tuple[PartyId, ...]] = {}
    """group, role or party the rule names -> its parties on the day; none of them may be missing"""
    weights: dict[str, dict[str, int]] = {}
    """weight set -> party -> weight, 0 or more; a set without a row for the day is not in it"""


def digest(ballot: Ballot) -> str:
    """SHA-256 of the ballot's deterministic JSON, in hexadecimal."""
    return sha256(_deterministic.encode(ballot)).hexdigest()


def names_in(rule: AnyRule) -> tuple[set[str], set[str], set[str]]:
    """Groups (roles and parties too), weight sets and rule ids that a rule and the rules inside it mention.

    The groups are those that decide something: who may open a silence procedure is not among them. A rule
    that is referred to by its id is named, not looked into.
    """
    groups: set[str] = set()
    weights: set[str] = set()
    ids: set[str] = set()
    for one in walk(rule):
        if isinstance(one, str):
            ids.add(one)
            continue
        groups.add(one.electorate)
        match one:
            case Veto(holders=holders):
                groups.add(holders)
            case Excluding(who=who):
                groups.update(who)
            case Weighted(weights=name) | QualifiedAbstentionCap(weights=name):
                weights.add(name)
            case _:
                pass
    return groups - {""}, weights - {""}, ids


def walk(rule: AnyRule) -> Iterator[AnyRule]:
    """The rule and every rule written inside it, parents first."""
    yield rule
    for part in parts(rule):
        yield from walk(part)


def parts(rule: AnyRule) -> tuple[AnyRule, ...]:
    """The rules written directly inside a rule, in the order in which they are tried."""
    match rule:
        case AllOf(rules=rules) | AnyOf(rules=rules) | AtLeast(rules=rules):
            return rules
        case Excluding(rule=inner) | QualifiedAbstentionCap(rule=inner) | Escalate(rule=inner):
            return (inner,)
        case TwoStep(first=first, then=then) | Fallback(first=first, then=then):
            return (first, then)
        case Choice(by=by, options=options, otherwise=otherwise):
            return (by, *(option.rule for option in options), otherwise)
        case _:
            return ()
