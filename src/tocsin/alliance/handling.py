"""Who may change the release of a content, and what then becomes of it. `contents.py` keeps the book of it.

It decides by the State and the Book and changes no State: a ledger without its contents folds to the same. Whoever
knows nothing of a content is told what it would be told if there were none.
"""

from tocsin.alliance.contents import (
    AUDIENCE_MAX,
    AcknowledgeWarning,
    AnyHandled,
    Book,
    ContentCommand,
    DeliverWarning,
    Held,
    PassOnWarning,
    RecallWarning,
    RemarkWarning,
    WarningAcknowledged,
    WarningDelivered,
    WarningRecalled,
    WarningRemarked,
)
from tocsin.alliance.facts import Refusal
from tocsin.alliance.release import SECRETARIAT, audience_of, may_pass_on, rule_on
from tocsin.alliance.silence import CENTRE
from tocsin.alliance.state import State
from tocsin.alliance.step import in_force, status
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import iso

Handling = tuple[AnyHandled, ...] | Refusal


def decide_content(charter: Snapshot, state: State, book: Book, command: ContentCommand) -> Handling:
    """What becomes of a content, or a refusal, which changes nothing. It is decided for the seat that the command names
    as its author, or for 'centre'.

    As in `step.decide`, deadlines up to the command are applied first, and live standings laid over the charter.
    """
    state = status(charter, state, command.at)
    charter, by = in_force(charter, state), command.by
    held = book.get((command.case, command.warning))
    if isinstance(command, DeliverWarning):
        return _deliver(charter, state, held, command, by)
    if held is None or not knows(charter, state, held, by):
        return _unknown(command)
    match command:
        case RemarkWarning():
            return _remark(held, command, by)
        case PassOnWarning():
            return _pass_on(charter, state, held, command, by)
        case RecallWarning():
            return _recall(charter, state, held, command, by)
        case AcknowledgeWarning():
            return _acknowledge(charter, state, held, command, by)


def knows(charter: Snapshot, state: State, held: Held, seat: str) -> bool:
    """Whether the seat may know that there is this content: it is its own, it received it, or it is released to it.

    A recall takes that from nobody, for it must be told to those it concerns, and gives it to nobody who would see the
    content only since. `charter` is the one in force.
    """
    if seat == held.author or seat in held.delivered:
        return True
    return rule_on(charter, state, held, seat).sees if held.recalled is None else seat in held.told


def _remark(held: Held, command: RemarkWarning, by: str) -> Handling:
    """Its author gives it any other release; what was delivered before stays delivered."""
    refusal = _not_the_author(held, by) or _fixed(held, command)
    if refusal is not None:
        return refusal
    return (
        WarningRemarked(
            at=command.at,
            case=held.case,
            warning=held.warning,
            by=by,
            marking=command.marking,
            audience=tuple(dict.fromkeys(command.audience)),
            as_of=command.as_of,
            orcon=command.orcon,
        ),
    )


def _pass_on(charter: Snapshot, state: State, held: Held, command: PassOnWarning, by: str) -> Handling:
    """The audience grows, and never shrinks by it."""
    if held.recalled is None and not rule_on(charter, state, held, by).sees:
        return _unknown(command)
    refusal = _fixed(held, command) or may_pass_on(charter, state, held, by, command.to)
    if refusal is not None:
        return refusal
    audience = tuple(dict.fromkeys((*held.audience, *command.to)))
    if audience == held.audience and by == held.author:  # to whom else it is released, others do not learn
        return Refusal(
            code="already released",
            message=f"'{held.warning}' is released to {', '.join(command.to)} already.",
            fix="Nothing is left to do.",
        )
    if len(audience) > AUDIENCE_MAX:
        return Refusal(
            code="too many",
            message=f"An audience has at most {AUDIENCE_MAX} names; this one would have {len(audience)}.",
            fix="Name a group in their place.",
        )
    return (
        WarningRemarked(
            at=command.at,
            case=held.case,
            warning=held.warning,
            by=by,
            marking=held.marking,
            audience=audience,
            as_of=held.as_of,
            orcon=held.orcon,
        ),
    )


def _recall(charter: Snapshot, state: State, held: Held, command: RecallWarning, by: str) -> Handling:
    """Its author takes it back, once; that also holds after the case was closed."""
    refusal = _not_the_author(held, by) or _fixed(held, command)
    if refusal is not None:
        return refusal
    everybody = (*charter.standings, *charter.offices, *charter.organs, SECRETARIAT)
    told = audience_of(charter, state, held, everybody) - {held.author}
    return (
        WarningRecalled(
            at=command.at, case=held.case, warning=held.warning, by=by, why=command.why, told=tuple(sorted(told))
        ),
    )


def _acknowledge(charter: Snapshot, state: State, held: Held, command: AcknowledgeWarning, by: str) -> Handling:
    """A holder confirms what it was last told, and learns of no version that is not for it."""
    if by == held.author:
        return Refusal(
            code="not a holder",
            message=f"'{held.warning}' is {by}'s own; those it is released to confirm it.",
            fix="Nothing is left to do.",
        )
    told = held.recalled is not None or by not in held.delivered or rule_on(charter, state, held, by).sees
    version = held.version if told else held.delivered[by][1]
    if held.acknowledged.get(by, 0) >= version:
        return Refusal(
            code="already confirmed",
            message=f"{by} has confirmed this of '{held.warning}' already.",
            fix="Nothing is left to do.",
        )
    return (
        WarningAcknowledged(
            at=command.at,
            case=held.case,
            warning=held.warning,
            by=by,
            version=version,
            of="content" if held.recalled is None else "recall",
        ),
    )


def _deliver(charter: Snapshot, state: State, held: Held | None, command: DeliverWarning, by: str) -> Handling:
    """The centre records that it handed the substance over, why it might, and by which clause."""
    if by != CENTRE:
        return Refusal(
            code="not entitled",
            message=f"{by} cannot record that a substance was handed over.",
            fix=f"The centre ('{CENTRE}') does, when it hands it over.",
        )
    if held is None:
        return _unknown(command)
    ruling = rule_on(charter, state, held, command.to)
    if not ruling.sees:
        return Refusal(
            code="not released",
            message=f"'{held.warning}' is not for {command.to}: {ruling.why}.",
            clause=ruling.clause,
            fix="Its author releases it.",
        )
    return (
        WarningDelivered(
            at=command.at,
            case=held.case,
            warning=held.warning,
            to=command.to,
            version=held.version,
            digest=held.digest,
            marking=held.marking,
            why=ruling.why,
            clause=ruling.clause,
        ),
    )


def _unknown(command: ContentCommand) -> Refusal:
    """One answer for what is not there and for what is not to be seen."""
    return Refusal(
        code="no such warning",
        message=f"There is no content of a warning '{command.warning}' in case '{command.case}'.",
        fix="Check both names.",
    )


def _not_the_author(held: Held, by: str) -> Refusal | None:
    if by == held.author:
        return None
    return Refusal(
        code="not the author",
        message=f"'{held.warning}' is {held.author}'s: {by} can neither mark it otherwise nor recall it.",
        fix=f"Ask {held.author}.",
    )


def _fixed(held: Held, command: ContentCommand) -> Refusal | None:
    """Why the release cannot change any more, or not at that time."""
    if held.recalled is not None:
        return Refusal(
            code="recalled",
            message=f"'{held.warning}' was recalled by its author on {iso(held.recalled)}.",
            fix="A new warning can say what holds now.",
        )
    if command.at < held.changed:
        return Refusal(
            code="time goes back",
            message=f"{iso(command.at)} lies before the last change of '{held.warning}', {iso(held.changed)}.",
            fix="Effective times never go backwards; use the present instant.",
        )
    return None
