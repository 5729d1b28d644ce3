"""Answers to the questions of a claims file: those about cases and numbers here, those about charters next door."""

from collections.abc import Callable
from typing import assert_never

from tocsin.charter.claims import decisions, queries
from tocsin.charter.claims.evidence import Answer, Facts, Missing, listed, numbers_used, steps_used
from tocsin.charter.claims.model import (
    AnyAsk,
    AskBound,
    AskCase,
    AskClause,
    AskConvene,
    AskDuties,
    AskDuty,
    AskHeld,
    AskHolds,
    AskInForce,
    AskInstrument,
    AskMatter,
    AskMembers,
    AskNotice,
    AskOrgan,
    AskOutcome,
    AskProvision,
    AskReading,
    AskReport,
    AskRight,
    AskRule,
    AskShared,
    AskStatus,
    AskTable,
    AskTally,
    AskValue,
    Compared,
    SeenStep,
)

AskOfRows = (
    AskStatus
    | AskMembers
    | AskShared
    | AskInstrument
    | AskInForce
    | AskOrgan
    | AskMatter
    | AskRule
    | AskDuty
    | AskProvision
    | AskClause
    | AskHolds
    | AskReading
)
"""Questions that rows of a charter answer as they stand."""


def answer(ask: AnyAsk, facts: Facts) -> Answer:
    """Yes, no, or None where something the question needs is missing; with the reason and the rows it rests on."""
    try:
        match ask:
            case AskCase():
                return _case(ask, facts)
            case AskValue():
                return _value(ask, facts)
            case AskTally():
                return _tally(ask, facts)
            case AskHeld() | AskRight() | AskConvene() | AskTable() | AskOutcome():
                return _decided(ask, facts)
            case AskDuties() | AskBound() | AskReport() | AskNotice():
                return _owed(ask, facts)
            case _:
                return _queried(ask, facts)
    except Missing as missing:
        return Answer(None, str(missing))


def _decided(ask: AskHeld | AskRight | AskConvene | AskTable | AskOutcome, facts: Facts) -> Answer:
    """Who may do what, and what comes of it."""
    match ask:
        case AskHeld():
            return decisions.held(ask, facts)
        case AskRight():
            return decisions.right(ask, facts)
        case AskConvene():
            return decisions.convene(ask, facts)
        case AskTable():
            return decisions.table(ask, facts)
        case AskOutcome():
            return decisions.outcome(ask, facts)
        case _:
            assert_never(ask)


def _owed(ask: AskDuties | AskBound | AskReport | AskNotice, facts: Facts) -> Answer:
    """What is owed, by whom, and how one leaves."""
    match ask:
        case AskDuties():
            return decisions.duties(ask, facts)
        case AskBound():
            return decisions.bound(ask, facts)
        case AskReport():
            return decisions.report(ask, facts)
        case AskNotice():
            return decisions.notice(ask, facts)
        case _:
            assert_never(ask)


def _queried(ask: AskOfRows, facts: Facts) -> Answer:
    """What a charter's rows say."""
    match ask:
        case AskStatus():
            return queries.status(ask, facts)
        case AskMembers():
            return queries.members(ask, facts)
        case AskShared():
            return queries.shared(ask, facts)
        case AskInstrument():
            return queries.instrument(ask, facts)
        case AskInForce():
            return queries.in_force(ask, facts)
        case AskOrgan():
            return queries.organ(ask, facts)
        case AskMatter():
            return queries.matter(ask, facts)
        case AskRule():
            return queries.rule(ask, facts)
        case AskDuty():
            return queries.duty(ask, facts)
        case AskProvision():
            return queries.provision(ask, facts)
        case AskClause():
            return queries.clause(ask, facts)
        case AskHolds():
            return queries.holds(ask, facts)
        case AskReading():
            return queries.reading(ask, facts)
        case _:
            assert_never(ask)


def _case(ask: AskCase, facts: Facts) -> Answer:
    steps = dict(enumerate(facts.steps(ask.case)))
    of_kind = {index: step for index, step in steps.items() if step.do in ask.do}
    found = {index: step for index, step in of_kind.items() if _fits(step, ask)}
    asked = [f"'{' or '.join(ask.do)}'"]
    asked += [f"by {ask.by}"] if ask.by else []
    asked += [f"on duty {ask.duty}"] if ask.duty else []
    asked += [f"on matter {' or '.join(ask.matter)}"] if ask.matter else []
    used = found or of_kind or steps
    because = f"case {ask.case}: {len(found) or 'none'} of {len(steps)} steps: {' '.join(asked)}"
    return Answer(bool(found), because, steps_used(ask.case, used))


def _fits(step: SeenStep, ask: AskCase) -> bool:
    given = (not ask.by or step.by == ask.by) and (not ask.duty or step.duty == ask.duty)
    return given and (not ask.matter or step.matter in ask.matter)


def _value(ask: AskValue, facts: Facts) -> Answer:
    place, value = facts.value(ask.value)
    used = numbers_used(place, value, [ask.key])
    if ask.key not in value.numbers:
        return Answer(None, f"{value.title}: {ask.key} is unset: {value.unset.get(ask.key, value.incomplete)}", used)
    number = value.numbers[ask.key]
    because = f"{value.title}: {ask.key} {_figure(number)} {value.unit} (asked: {_comparison(ask)})"
    return Answer(_compares(ask)(number), because, used)


def _tally(ask: AskTally, facts: Facts) -> Answer:
    """With an incomplete list or unset numbers the count is known between two bounds only."""
    place, value = facts.value(ask.value)
    keys = [key for key in value.numbers if key not in ask.without]
    found = [key for key in keys if _compares(ask)(value.numbers[key])]
    unset = [key for key in value.unset if key not in ask.without]
    most = len(keys) + 1_000_000 if value.incomplete else len(found) + len(unset)
    because = f"{value.title}: {_comparison(ask)} {value.unit}: {len(found)} of {len(keys)}: {listed(found)}"
    if len(found) == most or not len(found) <= ask.count <= most:
        return Answer(len(found) == ask.count, because, numbers_used(place, value, keys))
    why = value.incomplete or f"unset: {listed(unset)}"
    return Answer(None, f"{because}; {why}", numbers_used(place, value, [*keys, *unset]))


def _compares(ask: Compared) -> Callable[[int], bool]:
    """The comparison the question asks for. The loader has checked that there is exactly one."""
    if ask.is_ is not None:
        return ask.is_.__eq__
    if ask.above is not None:
        return ask.above.__lt__
    if ask.at_least is not None:
        return ask.at_least.__le__
    if ask.below is not None:
        return ask.below.__gt__
    assert ask.at_most is not None
    return ask.at_most.__ge__


def _comparison(ask: Compared) -> str:
    words = (
        ("", ask.is_),
        ("above ", ask.above),
        ("at least ", ask.at_least),
        ("below ", ask.below),
        ("at most ", ask.at_most),
    )
    return next(f"{word}{_figure(limit)}" for word, limit in words if limit is not None)


def _figure(number: int) -> str:
    """With commas from five digits on, so that a year stays a year."""
    return f"{number:,}" if abs(number) >= 10_000 else str(number)
