"""From a ballot's rule, as data, to the tree of nodes that judges it.

Electorates, exclusions and weights are the ballot's, so they become masks and tables here, once.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import TypedDict

from tocsin.charter.rules import composites, kinds, nodes
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.profile import (
    ABSENT,
    ABSTAIN,
    OBJECT,
    QUALIFIED,
    SUPPORT,
    Threshold,
    WeightTable,
    all_but,
    at_least,
    more_than,
    number,
    weight_table,
)
from tocsin.errors import TermError
from tocsin.terms import POSITIONS, Position

STATED = POSITIONS[:5]
EVERY = (SUPPORT, OBJECT, ABSTAIN, QUALIFIED, ABSENT)
LeafRule = (
    kinds.Consensus
    | kinds.Unanimity
    | kinds.Silence
    | kinds.NegativeConsensus
    | kinds.Majority
    | kinds.Weighted
    | kinds.Veto
    | kinds.LimitedFormat
)
CompositeRule = (
    kinds.AllOf
    | kinds.AnyOf
    | kinds.AtLeast
    | kinds.Excluding
    | kinds.QualifiedAbstentionCap
    | kinds.TwoStep
    | kinds.Fallback
    | kinds.Escalate
    | kinds.Choice
)
NO_WEIGHTS = WeightTable((), 0)


class Shared(TypedDict):
    """What every node states, see rule_nodes.Node."""

    kind: str
    id: str
    clause: str
    question: str
    universe: int
    own: int | None
    binds: kinds.Binds | None
    gaps: tuple[str, ...]


class Compiler:
    """Turns the rules of one ballot into nodes. Raises TermError for a rule that no charter check would pass."""

    def __init__(self, ballot: Ballot) -> None:
        self.ballot = ballot
        self.bits = {str(party): 1 << place for place, party in enumerate(ballot.universe)}
        self.universe = (1 << len(ballot.universe)) - 1

    @cached_property
    def tables(self) -> dict[str, WeightTable]:
        return {name: weight_table(name, row, self.ballot.universe) for name, row in self.ballot.weights.items()}

    def mask(self, names: Iterable[str]) -> int:
        """The parties of the universe in these groups, for each of which the ballot must have a row."""
        mask = 0
        for name in names:
            if name not in self.ballot.groups:
                raise TermError(f"the ballot names no parties for '{name}', which its rule mentions")
            for party in self.ballot.groups[name]:
                mask |= self.bits.get(party, 0)
        return mask

    def node(self, rule: kinds.AnyRule, *, out: int = 0, question: str | None = None) -> nodes.Node:
        """The node of a rule and all inside it.

        `out` are those whom an `excluding` around it leaves out; `question` is the one read instead of its own,
        inside the `by` of a choice of rule.
        """
        if isinstance(rule, str):
            raise TermError(f"the rule '{rule}' is named in a ballot; put the rule itself in its place")
        shared = self.shared(rule, out, question)
        if isinstance(rule, LeafRule):
            return self.leaf(rule, shared)
        return self.composite(rule, shared, out, question)

    def shared(self, rule: kinds.Rule, out: int, question: str | None) -> Shared:
        return {
            "kind": str(rule.__struct_config__.tag),
            "id": rule.id,
            "clause": rule.clause,
            "question": rule.question if question is None else question,
            "universe": self.universe,
            "own": self.mask([rule.electorate]) & ~out if rule.electorate else None,
            "binds": rule.binds,
            "gaps": tuple(f"{field}: {reason}" for field, reason in rule.unset.items()),
        }

    def leaf(self, rule: LeafRule, shared: Shared) -> nodes.Node:
        match rule:
            case kinds.Consensus(blocks=blocks, reservations=reservations):
                return _against(shared, blocks, reservations=reservations)
            case kinds.Silence(blocks=blocks, breaks=breaks, reservations=reservations):
                return _against(shared, blocks, breaks, reservations=reservations)
            case kinds.NegativeConsensus():
                return _against(shared, ("object",), None)
            case kinds.Veto(holders=holders, blocks=blocks):
                return _against(shared, blocks, holders=self.mask([holders]))
            case kinds.Unanimity(neutral=neutral):
                return _unanimity(shared, neutral)
            case kinds.Majority():
                return _heads(shared, rule)
            case kinds.Weighted():
                return self.weights(shared, rule)
            case kinds.LimitedFormat():
                return _limited_format(shared, rule)

    def weights(self, shared: Shared, rule: kinds.Weighted) -> nodes.Node:
        return nodes.Weights(
            **shared,
            of=rule.of,
            threshold=_threshold(rule.more_than, rule.at_least, votes=rule.points, of=shared["kind"]),
            table=self.tables.get(rule.weights, NO_WEIGHTS),
            unset=self.no_weights(rule.weights),
            worst=_worst(rule.of),
            silence_is_absence=True,
        )

    def no_weights(self, name: str) -> str:
        return "" if not name or name in self.tables else f"the weights '{name}' have no row for the day"

    def composite(self, rule: CompositeRule, shared: Shared, out: int, question: str | None) -> nodes.Node:
        def inner(*rules: kinds.AnyRule) -> tuple[nodes.Node, ...]:
            return tuple(self.node(one, out=out, question=question) for one in rules)

        match rule:
            case kinds.AllOf(rules=rules):
                return composites.AllOf(**shared, parts=inner(*rules))
            case kinds.AnyOf(rules=rules):
                return composites.AnyOf(**shared, parts=inner(*rules))
            case kinds.AtLeast(rules=rules, count=count):
                return composites.AtLeast(**shared, parts=inner(*rules), count=count)
            case kinds.Excluding():
                who = self.mask(rule.who)
                part = self.node(rule.rule, out=out | who, question=question)
                return composites.Excluding(**shared, parts=(part,), who=who)
            case kinds.QualifiedAbstentionCap():
                return composites.QualifiedAbstentionCap(**shared, parts=(self.cap(shared, rule), *inner(rule.rule)))
            case kinds.TwoStep(first=first, then=then, among=among):
                read = getattr(first, "question", "") if question is None else question
                return composites.TwoStep(**shared, parts=inner(first, then), among=among, first_question=read)
            case kinds.Fallback(first=first, then=then):
                return composites.Fallback(**shared, parts=inner(first, then))
            case kinds.Escalate(rule=one, organ=organ):
                return composites.Escalate(**shared, parts=inner(one), to=organ)
            case kinds.Choice():
                offered = tuple(self.option(option, rule.by, out, question) for option in rule.options)
                return composites.Choice(**shared, parts=inner(rule.otherwise), options=offered)

    def cap(self, shared: Shared, rule: kinds.QualifiedAbstentionCap) -> nodes.Cap:
        if bool(rule.weights) != (rule.weight is not None):
            raise TermError("a qualified abstention cap gives 'weights' and 'weight' together or not at all")
        return nodes.Cap(
            **_inside(shared, "cap", shared["question"]),
            states=at_least(rule.states),
            table=self.tables.get(rule.weights),
            weight=None if rule.weight is None else at_least(rule.weight),
            unset=self.no_weights(rule.weights),
            worst=(QUALIFIED,),
        )

    def option(self, option: kinds.RuleOption, by: kinds.AnyRule, out: int, question: str | None) -> composites.Option:
        asked = f"{composites.CHOOSE}{option.id}"
        return composites.Option(
            option.id,
            asked,
            self.node(by, out=out, question=asked),
            self.node(option.rule, out=out, question=question),
        )


def _listed(positions: Iterable[Position]) -> tuple[int, ...]:
    """Numbers of the positions; an abstention covers the qualified one, silence is none."""
    named = set(positions)
    if "abstain" in named:
        named.add("qualified_abstention")
    return tuple(place for place, position in enumerate(STATED) if position in named)


def _against(
    shared: Shared,
    blocks: tuple[Position, ...],
    breaks: int | None = 1,
    *,
    holders: int | None = None,
    reservations: bool = False,
    best: int | None = None,
) -> nodes.Against:
    listed = _listed(blocks)
    if best is None:
        best = next((place for place in EVERY if place not in listed), SUPPORT)
    return nodes.Against(
        **shared,
        blocks=listed,
        breaks=breaks,
        holders=holders,
        best=best,
        worst=listed[:1] or (SUPPORT,),
        reservations=reservations,
    )


def _unanimity(shared: Shared, neutral: tuple[Position, ...]) -> nodes.Unanimity:
    spared = _listed(("support", *neutral))
    contrary = tuple(place for place in EVERY if place not in spared)
    return nodes.Unanimity(**shared, contrary=contrary, worst=contrary[:1] or (ABSENT,), silence_is_absence=True)


def _heads(shared: Shared, rule: kinds.Majority) -> nodes.Heads:
    quorum = [] if rule.quorum is None else [at_least(rule.quorum)]
    if rule.quorum_count is not None:
        quorum.append(number(rule.quorum_count))
    return nodes.Heads(
        **shared,
        of=rule.of,
        threshold=_threshold(rule.more_than, rule.at_least, rule.votes, rule.all_but, of=shared["kind"]),
        quorum=tuple(quorum),
        worst=_worst(rule.of),
        silence_is_absence=True,
    )


def _worst(of: kinds.Base) -> tuple[int, ...]:
    """Objections lower a share most; absence empties base and quorum, and is as bad where the base is everybody."""
    return (ABSENT,) if of == "all" else (OBJECT, ABSENT)


def _threshold(
    above: kinds.Fraction | None,
    least: kinds.Fraction | None,
    votes: int | None = None,
    but: int | None = None,
    *,
    of: str,
) -> Threshold:
    """The one threshold that is given. Raises TermError for none or several."""
    given = [
        *([more_than(above)] if above is not None else []),
        *([at_least(least)] if least is not None else []),
        *([number(votes)] if votes is not None else []),
        *([all_but(but)] if but is not None else []),
    ]
    if len(given) != 1:
        raise TermError(f"a rule of kind '{of}' gives exactly one threshold; this one gives {len(given)}")
    return given[0]


def _limited_format(shared: Shared, rule: kinds.LimitedFormat) -> composites.LimitedFormat:
    """Both conditions. On the text itself the completion that favours both at once is support."""
    question = shared["question"]
    objections = _against(_inside(shared, "objections", question), rule.blocks, best=None if question else SUPPORT)
    willing = nodes.Heads(
        **_inside(shared, "willing", ""),
        of="all",
        threshold=number(rule.min_size),
        worst=_worst("all"),
        silence_is_absence=True,
    )
    return composites.LimitedFormat(**shared, parts=(objections, willing))


def _inside(shared: Shared, kind: str, question: str) -> Shared:
    """For a condition that is part of a rule's own law: it has that rule's electors, and nothing of its own."""
    return {
        "kind": kind,
        "id": "",
        "clause": "",
        "question": question,
        "universe": shared["universe"],
        "own": None,
        "binds": None,
        "gaps": (),
    }
