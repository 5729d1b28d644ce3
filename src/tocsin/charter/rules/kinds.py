"""The closed algebra of decision rules, as data.

Each struct is one `kind = "..."` of a `[[rule]]`; rules nest. What each kind means, position by position, is
in docs/RULES.md; `rules.py` computes it. A rule that does not fit is a new kind here, with tests. Thresholds
are exact fractions written as text ("2/3").
"""

from typing import Annotated, Literal

from msgspec import Meta

from tocsin.charter.rows import Row
from tocsin.terms import Position

Fraction = Annotated[str, Meta(pattern=r"^\d{1,9}/[1-9]\d{0,8}$", description="An exact fraction, such as '2/3'.")]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Binds = Literal["electorate", "willing", "not qualified"]
Base = Literal["all", "present", "cast"]
OnOutage = Literal["extend", "reopen", "stand"]


class RuleRow(Row, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """What every rule may state, whatever its kind."""

    id: Annotated[str, Meta(description="Name of the rule; needed at the top level, optional inside another.")] = ""
    electorate: Annotated[str, Meta(description="Group that decides, where it is not the organ's own electorate.")] = ""
    question: Annotated[str, Meta(description="Which question's positions are read; empty for the text itself.")] = ""
    binds: Annotated[
        Binds | None,
        Meta(description="Who is bound: the electorate, those willing, or all but qualified abstainers."),
    ] = None
    reservations: Annotated[
        bool, Meta(description="Whether a supporter may attach a reservation and keep its freedom of action.")
    ] = False


class Consensus(RuleRow, tag="consensus", kw_only=True, frozen=True):
    """Adopted when nobody objects."""

    blocks: Annotated[tuple[Position, ...], Meta(description="Positions that stop it.", min_length=1)] = ("object",)


class Unanimity(RuleRow, tag="unanimity", kw_only=True, frozen=True):
    """Adopted when every elector supports, leaving aside those whose position is listed as neutral."""

    neutral: Annotated[tuple[Position, ...], Meta(description="Positions that do not prevent unanimity.")] = ()


class Silence(RuleRow, tag="silence", kw_only=True, frozen=True):
    """A text stands adopted at a deadline unless it is broken."""

    period: Annotated[str, Meta(description="Length of the silence period; `unset` where unpublished.")] = ""
    blocks: Annotated[tuple[Position, ...], Meta(description="Positions that break it.", min_length=1)] = ("object",)
    breaks: Annotated[Count, Meta(description="How many members must break it.")] = 1
    opened_by: Annotated[
        tuple[str, ...], Meta(description="Groups, offices or organs that may open it; empty: the organ's chair.")
    ] = ()
    on_break: Annotated[str, Meta(description="Organ to which a broken text returns; empty: its own.")] = ""
    on_outage: Annotated[
        OnOutage, Meta(description="What a time in which the centre could not hear members does to the deadline.")
    ] = "extend"


class NegativeConsensus(RuleRow, tag="negative consensus", kw_only=True, frozen=True):
    """Adopted unless every elector objects."""


class Majority(RuleRow, tag="majority", kw_only=True, frozen=True):
    """Counts heads. Exactly one of `more_than`, `at_least`, `votes` and `all_but` is given."""

    of: Annotated[Base, Meta(description="What the fraction is taken of: all electors, those present, votes cast.")] = (
        "all"
    )
    more_than: Annotated[Fraction | None, Meta(description="Supporters must exceed this share.")] = None
    at_least: Annotated[Fraction | None, Meta(description="Supporters must reach this share.")] = None
    votes: Annotated[Count | None, Meta(description="Supporters must reach this number.")] = None
    all_but: Annotated[Count | None, Meta(description="Supporters must reach the base less this number.")] = None
    quorum: Annotated[Fraction | None, Meta(description="Share of all electors who must not be absent.")] = None
    quorum_count: Annotated[Count | None, Meta(description="Number of electors who must not be absent.")] = None


class Weighted(RuleRow, tag="weighted", kw_only=True, frozen=True):
    """Counts weights. Exactly one of `more_than`, `at_least` and `points` is given."""

    weights: Annotated[str, Meta(description="The weight set.")]
    of: Annotated[Base, Meta(description="What the fraction is taken of, by weight.")] = "all"
    more_than: Annotated[Fraction | None, Meta(description="Supporting weight must exceed this share.")] = None
    at_least: Annotated[Fraction | None, Meta(description="Supporting weight must reach this share.")] = None
    points: Annotated[Count | None, Meta(description="Supporting weight must reach this number.")] = None


class Veto(RuleRow, tag="veto", kw_only=True, frozen=True):
    """Adopted unless a holder casts its veto; says nothing of the others, so it stands inside `all of`."""

    holders: Annotated[str, Meta(description="Group whose members hold a veto.")]
    blocks: Annotated[tuple[Position, ...], Meta(description="Positions that are a veto.", min_length=1)] = ("object",)


class AllOf(RuleRow, tag="all of", kw_only=True, frozen=True):
    """Adopted when every part is."""

    rules: Annotated[tuple["AnyRule", ...], Meta(min_length=1, max_length=16, description="The parts.")]


class AnyOf(RuleRow, tag="any of", kw_only=True, frozen=True):
    """Adopted when one part is."""

    rules: Annotated[tuple["AnyRule", ...], Meta(min_length=1, max_length=16, description="The parts.")]


class AtLeast(RuleRow, tag="at least", kw_only=True, frozen=True):
    """Adopted when `count` of the parts are."""

    count: Annotated[Count, Meta(description="How many parts must be adopted.")]
    rules: Annotated[tuple["AnyRule", ...], Meta(min_length=1, max_length=16, description="The parts.")]


class Excluding(RuleRow, tag="excluding", kw_only=True, frozen=True):
    """The inner rule, without some parties' votes; those left out are bound all the same."""

    who: Annotated[
        tuple[str, ...], Meta(min_length=1, description="Roles (such as 'subject'), groups or parties left out.")
    ]
    rule: Annotated["AnyRule", Meta(description="The rule for the others.")]


class LimitedFormat(RuleRow, tag="limited format", kw_only=True, frozen=True):
    """The willing act for themselves while nobody stands against it; binds the willing."""

    min_size: Annotated[Count, Meta(description="Fewest willing.")] = 2
    blocks: Annotated[tuple[Position, ...], Meta(description="Positions against it.", min_length=1)] = ("object",)


class QualifiedAbstentionCap(RuleRow, tag="qualified abstention cap", kw_only=True, frozen=True):
    """The inner rule, stopped when qualified abstainers reach a share of states and of weight together."""

    rule: Annotated["AnyRule", Meta(description="The rule that must be met as well.")]
    states: Annotated[Fraction, Meta(description="Share of electors that stops it.")]
    weights: Annotated[str, Meta(description="Weight set; empty where only heads count.")] = ""
    weight: Annotated[Fraction | None, Meta(description="Share of weight that stops it together with `states`.")] = None


class TwoStep(RuleRow, tag="two step", kw_only=True, frozen=True):
    """First one rule, then another; the second may be left to those who supported the first."""

    first: Annotated["AnyRule", Meta(description="The first step, usually on a question of its own.")]
    then: Annotated["AnyRule", Meta(description="The second step.")]
    among: Annotated[Literal["electorate", "willing"], Meta(description="Who decides the second step.")] = "electorate"


class Fallback(RuleRow, tag="fallback", kw_only=True, frozen=True):
    """A second rule that decides where the first fails."""

    first: Annotated["AnyRule", Meta(description="The rule tried first.")]
    then: Annotated["AnyRule", Meta(description="The rule that decides where the first is blocked.")]


class Escalate(RuleRow, tag="escalate", kw_only=True, frozen=True):
    """Where the inner rule is blocked, the matter goes up to another organ."""

    rule: Annotated["AnyRule", Meta(description="The rule tried here.")]
    organ: Annotated[str, Meta(description="The organ the matter goes to.")]


class RuleOption(Row, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule that a choice of rule may lead to."""

    id: Annotated[str, Meta(description="Name of the option; its question is 'choose:' and this name.")]
    rule: Annotated["AnyRule", Meta(description="The rule, once chosen.")]


class Choice(RuleRow, tag="choice of rule", kw_only=True, frozen=True):
    """The organ first chooses the rule: the first option whose question `by` adopts, else `otherwise`."""

    by: Annotated["AnyRule", Meta(description="The rule by which a rule is chosen.")]
    options: Annotated[tuple[RuleOption, ...], Meta(min_length=1, max_length=8, description="Rules on offer.")]
    otherwise: Annotated["AnyRule", Meta(description="The rule where none is chosen.")]


Rule = (
    Consensus
    | Unanimity
    | Silence
    | NegativeConsensus
    | Majority
    | Weighted
    | Veto
    | AllOf
    | AnyOf
    | AtLeast
    | Excluding
    | LimitedFormat
    | QualifiedAbstentionCap
    | TwoStep
    | Fallback
    | Escalate
    | Choice
)
AnyRule = str | Rule
"""A rule written in place, or the id of a `[[rule]]`."""
