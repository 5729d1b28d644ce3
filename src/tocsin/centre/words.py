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
    MandateRenewed,
    PackageReported,
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


def shortened(text: str, most: int) -> str:
    """A text of at most so many letters: a longer one ends after a word, where one ends nearby, and says that it goes
    on."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    gap = max(kept.rfind(" "), kept.rfind("\n"))
    return (kept[:gap] if gap >= most // 2 else kept).rstrip(" \n,;:") + "…"


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
        case PackageReported():
            short = ", ".join(f"{line} lacks {quantity}" for line, quantity in fact.shortfall.items())
            checked = ", ".join(named(name) for name in fact.verified_by)
            claim = f"; by its own word it was checked by {checked}" if checked else ""
            what = f"the force package '{fact.package}' ({short or 'nothing lacking'})"
            return f"{named(fact.by)} reported {what}, digest {fact.digest}{claim}"
        case MandateRecorded():
            until = f" until {moment_words(fact.until)}" if fact.until is not None else ""
            return f"{named(fact.given_by)} gave the mandate '{fact.mandate}'{until}"
        case MandateRenewed():
            until = f"until {moment_words(fact.until)}" if fact.until is not None else "without an end"
            return f"{named(fact.given_by)} renewed the mandate '{fact.mandate}' {until}"
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
