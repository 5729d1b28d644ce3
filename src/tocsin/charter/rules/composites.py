"""Composite rules: nodes that make one verdict of the verdicts of their parts.

Two families. `Together` weighs all its parts at once: `combine` is its law. `InTurn` puts one after another:
`settle` is its law, told in terms of an `ask` that gives a part's verdict and, in a trace, also takes down how
it came about. So `judge` and `find` cannot differ.
"""

# ruff: noqa: ARG002  # kinds share their signatures, and few laws need all that is handed in

from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import Literal

from msgspec import Struct

from tocsin.charter.rules.nodes import STOPPED, Against, Finding, Heads, Node
from tocsin.charter.rules.profile import NOBODY, QUALIFIED, SUPPORT, Profile
from tocsin.terms import Verdict

CHOOSE = "choose:"
"""What the question of an option begins with."""

Ask = Callable[[Node, int, str], Verdict]
"""(part, the electors it is put to, its role) -> its verdict"""


def all_adopted(verdicts: Iterable[Verdict]) -> Verdict:
    """Blocked if one is, else open if one is, else adopted."""
    verdict: Verdict = "adopted"
    for one in verdicts:
        if one in STOPPED:
            return "blocked"
        if one == "open":
            verdict = "open"
    return verdict


class Composite(Node, frozen=True, kw_only=True):
    """A rule that reads verdicts, not positions."""

    parts: tuple[Node, ...]

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        """Those its kind binds, once it is adopted on these findings."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def inner(self) -> tuple[Node, ...]:
        """Every rule inside it, put or not."""
        return self.parts

    def reads(self, given: int) -> dict[str, int]:
        electors = self.electors(given)
        electors &= ~self.left_out(electors)
        reads: dict[str, int] = {}
        for node in self.inner():
            for question, readers in node.reads(electors).items():
                reads[question] = reads.get(question, 0) | readers
        return reads

    def remark(self, profile: Profile) -> str:
        return ""

    def found(
        self, profile: Profile, electors: int, verdict: Verdict, parts: tuple[Finding, ...], role: str
    ) -> Finding:
        """The finding for a verdict. Each part already names blockers only if it is blocked, and so on."""
        adopted, stopped = verdict == "adopted", verdict in STOPPED
        telling = self.telling(parts)
        bound = self.bound(profile, electors, parts) if adopted else 0
        return Finding(
            node=self,
            role=role,
            verdict=verdict,
            bound=self.who_is_bound(profile, electors, bound) if adopted else 0,
            blockers=_union(part.blockers for part in telling) if stopped else 0,
            silent=_union(part.silent for part in telling) if stopped else 0,
            waiting=_union(part.waiting for part in telling) if verdict == "open" else 0,
            reserving=_union(part.reserving for part in telling) if adopted else 0,
            left_out=self.left_out(electors),
            counts=self.counts(parts),
            parts=parts,
            note=self.remark(profile),
            unset=self.gaps,
            escalate_to=self.goes_to(parts) if verdict == "escalated" else "",
        )

    def counts(self, parts: tuple[Finding, ...]) -> dict[str, int]:
        """How many of the parts that were put are adopted."""
        return {"adopted": sum(part.verdict == "adopted" for part in parts), "of": len(parts)}

    def left_out(self, electors: int) -> int:
        """Electors who have no say in the parts."""
        return 0

    def telling(self, parts: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The parts whose blockers, or whose missing positions, are those of the whole."""
        return parts

    def goes_to(self, parts: tuple[Finding, ...]) -> str:
        return parts[-1].escalate_to


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


class Together(Composite, frozen=True, kw_only=True):
    """A rule that weighs all its parts at once."""

    def combine(self, verdicts: Iterable[Verdict]) -> Verdict:
        """The law of this kind."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def judge(self, profile: Profile, given: int) -> Verdict:
        electors = self.electors(given)
        return self.combine(part.judge(profile, electors) for part in self.parts)

    def find(self, profile: Profile, given: int, role: str = "") -> Finding:
        electors = self.electors(given)
        parts = tuple(part.find(profile, electors) for part in self.parts)
        verdict = self.combine(part.verdict for part in parts)
        return self.found(profile, electors, verdict, parts, role)

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        """Those bound by every adopted part."""
        bound = self.universe
        for part in parts:
            if part.verdict == "adopted":
                bound &= part.bound
        return bound


class AllOf(Together, frozen=True, kw_only=True):
    """Every part."""

    def combine(self, verdicts: Iterable[Verdict]) -> Verdict:
        return all_adopted(verdicts)


class AnyOf(Together, frozen=True, kw_only=True):
    """One part; it binds those whom the first adopted one binds."""

    def combine(self, verdicts: Iterable[Verdict]) -> Verdict:
        verdict: Verdict = "blocked"
        for one in verdicts:
            if one == "adopted":
                return "adopted"
            if one == "open":
                verdict = "open"
        return verdict

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        return next(part.bound for part in parts if part.verdict == "adopted")


class AtLeast(Together, frozen=True, kw_only=True):
    """So many parts."""

    count: int

    def combine(self, verdicts: Iterable[Verdict]) -> Verdict:
        given = list(verdicts)
        adopted = given.count("adopted")
        if adopted >= self.count:
            return "adopted"
        return "open" if adopted + given.count("open") >= self.count else "blocked"

    def counts(self, parts: tuple[Finding, ...]) -> dict[str, int]:
        return super().counts(parts) | {"needed": self.count}


class QualifiedAbstentionCap(AllOf, frozen=True, kw_only=True):
    """The cap is not reached and the inner rule is adopted; qualified abstainers are not bound."""

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        abstaining = electors & profile.on.get(self.question, NOBODY)[QUALIFIED]
        return parts[-1].bound & ~abstaining


class LimitedFormat(AllOf, frozen=True, kw_only=True):
    """Nobody stands against the format, and enough electors are willing.

    One leaf in law, two conditions here: whether somebody stands against it, on the rule's question, and how many
    support the text. Any completion of the one goes with any completion of the other (`rule_compiler.py` sees to the
    case where both are on the text), so that their verdicts combine as those of `all of` do.
    """

    parts: tuple[Against, Heads]

    def find(self, profile: Profile, given: int, role: str = "") -> Finding:
        finding = super().find(profile, given, role)
        objections, willing = finding.parts
        counts = objections.counts | willing.counts
        return Finding(
            node=self,
            role=role,
            verdict=finding.verdict,
            bound=finding.bound,
            blockers=objections.blockers,  # those who do not join a format leave it to the others
            waiting=finding.waiting,
            counts={name: counts[name] for name in _FORMAT_COUNTS if name in counts},
            note=objections.note,
            unset=finding.unset,
        )

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        return electors & profile.on.get("", NOBODY)[SUPPORT]


_FORMAT_COUNTS = ("against", "objecting", "support", "needed", "of", "unstated", "silent")


class InTurn(Composite, frozen=True, kw_only=True):
    """A rule that puts one part after another; the last one put binds."""

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        """The law of this kind."""
        raise NotImplementedError  # abstract: every kind of rule has its own

    def judge(self, profile: Profile, given: int) -> Verdict:
        def ask(part: Node, electors: int, _role: str) -> Verdict:
            return part.judge(profile, electors)

        return self.settle(profile, self.electors(given), ask)

    def find(self, profile: Profile, given: int, role: str = "") -> Finding:
        parts: list[Finding] = []

        def ask(part: Node, electors: int, role: str) -> Verdict:
            parts.append(part.find(profile, electors, role))
            return parts[-1].verdict

        electors = self.electors(given)
        verdict = self.settle(profile, electors, ask)
        return self.found(profile, electors, verdict, tuple(parts), role)

    def bound(self, profile: Profile, electors: int, parts: tuple[Finding, ...]) -> int:
        return parts[-1].bound


class Excluding(InTurn, frozen=True, kw_only=True):
    """The inner rule without some electors."""

    who: int

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        return ask(self.parts[0], electors & ~self.who, "")

    def left_out(self, electors: int) -> int:
        return electors & self.who


class TwoStep(InTurn, frozen=True, kw_only=True):
    """First one rule, then another."""

    among: Literal["electorate", "willing"]
    first_question: str

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        first, then = self.parts
        verdict = ask(first, electors, "first")
        if verdict != "adopted":
            return "open" if verdict == "open" else "blocked"
        if self.among == "willing":
            electors &= profile.on.get(self.first_question, NOBODY)[SUPPORT]
        return ask(then, electors, "then")

    def reads(self, given: int) -> dict[str, int]:
        reads = super().reads(given)
        if self.among == "willing":
            reads[self.first_question] = reads.get(self.first_question, 0) | self.electors(given)
        return reads

    def remark(self, profile: Profile) -> str:
        return "the second is left to those who support the first" if self.among == "willing" else ""


class Fallback(InTurn, frozen=True, kw_only=True):
    """A second rule where the first is blocked."""

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        first, then = self.parts
        verdict = ask(first, electors, "first")
        if verdict == "adopted":
            return "adopted"
        second = ask(then, electors, "then")
        if verdict == "open":
            return "adopted" if second == "adopted" else "open"
        return second


class Escalate(InTurn, frozen=True, kw_only=True):
    """What is blocked here goes to another organ."""

    to: str

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        verdict = ask(self.parts[0], electors, "")
        return "escalated" if verdict == "blocked" else verdict

    def goes_to(self, parts: tuple[Finding, ...]) -> str:
        return parts[-1].escalate_to or self.to


class Option(Struct, frozen=True):
    """One rule on offer, and the rule by which it is chosen, read on the option's own question."""

    id: str
    question: str
    by: Node
    rule: Node


class Choice(InTurn, frozen=True, kw_only=True):
    """The rule that the organ chooses first; `parts` holds the one where it chooses none."""

    options: tuple[Option, ...]

    def settle(self, profile: Profile, electors: int, ask: Ask) -> Verdict:
        for option in self.options:
            if option.question not in profile.on:
                continue
            chosen = ask(option.by, electors, f"choosing {option.id}")
            if chosen == "open":
                return "open"
            if chosen == "adopted":
                return ask(option.rule, electors, option.id)
        return ask(self.parts[0], electors, "otherwise")

    def remark(self, profile: Profile) -> str:
        unput = [option.id for option in self.options if option.question not in profile.on]
        return f"never put to the vote: {', '.join(unput)}" if unput else ""

    def inner(self) -> tuple[Node, ...]:
        return (*self.parts, *(node for option in self.options for node in (option.by, option.rule)))

    def telling(self, parts: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Only the rule that decided: whoever kept another from being chosen blocked that, not this."""
        return parts[-1:]
