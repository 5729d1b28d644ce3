"""Facts in words for a feed: every one of them, with its procedure, because a case has several."""

from collections.abc import Mapping

from tocsin.alliance.facts import (
    AnyFact,
    CaseOpened,
    CaseShared,
    ConveneAsked,
    DeadlineMoved,
    MandateExpired,
    MandateRecorded,
    PledgeMade,
    PledgeWithdrawn,
    PositionStated,
    Ratified,
    RequirementSet,
    SilenceOpened,
    TextDelivered,
)
from tocsin.alliance.lessons import sentence
from tocsin.terms import Instant, iso


def moment_words(at: Instant) -> str:
    """An instant to the minute: '2026-11-23 09:36Z'."""
    return iso(at)[:16].replace("T", " ") + "Z"


def said(fact: AnyFact, names: Mapping[str, str]) -> str:
    """One fact in words, beginning with its procedure where it is of one."""
    words = _further(fact, names) or sentence(fact, names) or str(fact.__struct_config__.tag)
    procedure = getattr(fact, "procedure", "")
    return f"{procedure}: {words}" if procedure else words


def _further(fact: AnyFact, names: Mapping[str, str]) -> str:
    """What the account of a case leaves out, or says without the detail that somebody at a desk needs."""

    def named(name: str) -> str:
        return names.get(name, name)

    match fact:
        case CaseOpened():
            return "the case was opened"
        case CaseShared():
            return f"the case was opened to {named(fact.party)}"
        case ConveneAsked():
            return f"{named(fact.by)} asked for a meeting of {named(fact.organ)}"
        case PositionStated():
            return _position(fact, named(fact.party), named(fact.by))
        case SilenceOpened():
            clause = f" [{fact.clause}]" if fact.clause else ""
            until = moment_words(fact.deadline)
            return f"silence was opened until {until}; positions stated before it count no longer{clause}"
        case TextDelivered():
            how = ", as it says itself" if fact.by == fact.party else ""
            return f"the text reached {named(fact.party)}{how}"
        case DeadlineMoved():
            gap = f"{moment_words(fact.start)} to {moment_words(fact.end)}"
            return f"the silence now runs until {moment_words(fact.deadline)}: nobody was heard from {gap}"
        case RequirementSet():
            lines = ", ".join(f"{line.capability}: {line.required} {line.unit}" for line in fact.lines)
            return f"needed: {lines}"
        case PledgeMade():
            limits = f", on conditions: {'; '.join(fact.caveats)}" if fact.caveats else ""
            return f"{named(fact.party)} pledged {fact.quantity} towards '{fact.line}'{limits}"
        case PledgeWithdrawn():
            return f"the pledge '{fact.pledge}' was taken back"
        case MandateRecorded():
            until = f" until {moment_words(fact.until)}" if fact.until is not None else ""
            return f"{named(fact.given_by)} gave the mandate '{fact.mandate}'{until}"
        case MandateExpired():
            return f"the mandate '{fact.mandate}' ran out"
        case Ratified():
            return f"{named(fact.by)} ratified {fact.what}"
        case _:
            return ""


def _position(fact: PositionStated, party: str, by: str) -> str:
    stated = fact.position.replace("_", " ") + (f" on '{fact.question}'" if fact.question else "")
    reserved = f", with the reservation: {fact.reservation}" if fact.reservation else ""
    if fact.by == fact.party:
        return f"{party} stated: {stated}{reserved}"
    heard = f" ({fact.note})" if fact.note else ""
    return f"{by} entered for {party}: {stated}{reserved}{heard}; {party} has not confirmed it yet"
