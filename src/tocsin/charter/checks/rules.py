"""Checks on decision rules: thresholds, shares and options that cannot mean anything."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, cast

from tocsin.charter.checks.index import Index, Node
from tocsin.charter.files.locate import Mistake
from tocsin.charter.model import Document
from tocsin.charter.rules.ballot import parts
from tocsin.charter.rules.kinds import (
    AnyRule,
    AtLeast,
    Choice,
    Majority,
    QualifiedAbstentionCap,
    RuleRow,
    Weighted,
)

EXPANDED_MAX: Final = 500

THRESHOLDS = {Majority: ("more_than", "at_least", "votes", "all_but"), Weighted: ("more_than", "at_least", "points")}
SHARES = ("more_than", "at_least", "quorum", "states", "weight")


def rules(index: Index) -> Iterator[Mistake]:
    """Every mistake in a rule, at the top level or inside another rule."""
    yield from _expanded(index.document)
    for node in index.nodes:
        if isinstance(node.value, RuleRow):
            yield from _name(node, node.value)
            yield from _threshold(node, node.value)
            yield from _shares(node, node.value)
            yield from _parts(node, node.value)


def _expanded(document: Document) -> Iterator[Mistake]:
    """Rules that name each other so often that the whole would not fit: each use counts anew."""
    by_id: dict[str, list[RuleRow]] = {}
    for rule in document.rule:
        by_id.setdefault(rule.id, []).append(rule)
    sizes: dict[str, int] = {}

    def size(rule: AnyRule) -> int:
        if isinstance(rule, str):
            if rule not in sizes:
                sizes[rule] = 0  # a circle is refused elsewhere
                sizes[rule] = max((size(cast("AnyRule", row)) for row in by_id.get(rule, ())), default=1)
            return sizes[rule]
        return min(1 + sum(size(part) for part in parts(rule)), EXPANDED_MAX + 1)

    for place, rule in enumerate(document.rule):
        try:
            too_large = size(rule) > EXPANDED_MAX
        except RecursionError:
            return  # rules that refer to rules for so long are refused elsewhere
        if too_large:
            found = "written out, with all the rules it names, this rule is too large"
            yield Mistake(("rule", place), found, f"at most {EXPANDED_MAX:,} rules in one")


def _name(node: Node, rule: RuleRow) -> Iterator[Mistake]:
    if len(node.path) == 2 and not rule.id:
        yield Mistake((*node.path, "id"), "this rule has no id, so nothing can use it", "", 'add id = "…"')
    if len(node.path) == 2 and rule.id == "unset":
        yield Mistake((*node.path, "id"), "'unset' has a meaning of its own here", "another name")


def _threshold(node: Node, rule: RuleRow) -> Iterator[Mistake]:
    names = THRESHOLDS.get(type(rule))
    if names is None:
        return
    given = [name for name in names if getattr(rule, name) is not None]
    if len(given) != 1:
        found = f"{len(given)} thresholds are given: {', '.join(given)}" if given else "no threshold is given"
        yield Mistake((*node.path, given[1]) if given else node.path, found, f"exactly one of {', '.join(names)}")


def _shares(node: Node, rule: RuleRow) -> Iterator[Mistake]:
    for name in SHARES:
        text = getattr(rule, name, None)
        if not isinstance(text, str):
            continue
        share = Fraction(text)
        if share > 1:
            yield Mistake((*node.path, name), f"{text} is more than the whole", "a fraction of at most 1/1")
        elif share == 1 and name == "more_than":
            fix = 'write at_least = "1/1" where all are needed'
            yield Mistake((*node.path, name), "nothing is more than the whole", "a fraction below 1/1", fix)


def _parts(node: Node, rule: RuleRow) -> Iterator[Mistake]:
    if isinstance(rule, AtLeast) and rule.count > len(rule.rules):
        found = f"{rule.count} parts must be adopted, and there are {len(rule.rules)}"
        yield Mistake((*node.path, "count"), found, f"1 to {len(rule.rules)}")
    if isinstance(rule, QualifiedAbstentionCap) and bool(rule.weights) != (rule.weight is not None):
        missing = "weight" if rule.weights else "weights"
        yield Mistake(
            (*node.path, missing),
            f"'{missing}' is missing beside its other half",
            "both 'weights' and 'weight', or neither",
        )
    if isinstance(rule, Choice):
        names = [option.id for option in rule.options]
        for at, name in enumerate(names):
            if not name or name in names[:at]:
                found = f"the option '{name}' is given twice" if name else "this option has no name"
                yield Mistake((*node.path, "options", at, "id"), found, "a name of its own for each option")
