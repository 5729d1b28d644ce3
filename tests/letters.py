"""Positions written as letters, for tests of the decision rules.

One letter for each elector from XAA on: s supports, o objects, a abstains, q abstains with a declaration, x is absent,
and a dot has not spoken. All states are invented.
"""

from collections.abc import Mapping
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any

import msgspec

from tests.strategies import Session
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import Rule
from tocsin.charter.rules.verdict import CompiledRule, Outcome, compile_ballot
from tocsin.terms import PartyId, Position

STATES = tuple(PartyId(f"X{a}{b}") for a in "AB" for b in ascii_uppercase)
A, B, C, D, E = STATES[:5]
LETTERS: dict[str, Position] = {
    "s": "support",
    "o": "object",
    "a": "abstain",
    "q": "qualified_abstention",
    "x": "absent",
    ".": "not_stated",
}

Groups = Mapping[str, tuple[PartyId, ...]]
Weights = Mapping[str, dict[str, int]]


NONE: Mapping[str, Any] = MappingProxyType({})


def weighing(weight: int, *parties: PartyId) -> dict[str, dict[str, int]]:
    """The weight set 'people', in which these parties weigh the same."""
    return {"people": dict.fromkeys(parties, weight)}


def said(letters: str) -> dict[str, Position]:
    return {party: LETTERS[letter] for party, letter in zip(STATES, letters, strict=False)}


def compiled(rule: Rule, size: int, groups: Groups = NONE, weights: Weights = NONE) -> CompiledRule:
    return compile_ballot(Ballot(rule=rule, universe=STATES[:size], groups=dict(groups), weights=dict(weights)))


def compiled_session(session: Session) -> CompiledRule:
    """The rule of a session that Hypothesis has drawn."""
    return compile_ballot(
        Ballot(
            rule=msgspec.convert(session.rule, Rule),
            universe=tuple(PartyId(party) for party in session.universe),
            groups=msgspec.convert(session.groups, dict[str, tuple[PartyId, ...]]),
            weights=session.weights,
        )
    )


def outcome(
    rule: Rule, text: str, *, closed: bool = False, groups: Groups = NONE, weights: Weights = NONE, **questions: str
) -> Outcome:
    """The outcome of letters on the text, and on other questions; `choose_fast` is the question choose:fast."""
    ready = compiled(rule, len(text), groups, weights)
    put = {name.replace("_", ":"): said(letters) for name, letters in questions.items()}
    found = ready.outcome(said(text), put, closed)
    assert found.verdict == ready.judge(said(text), put, closed)
    return found
