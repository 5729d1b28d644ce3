"""What a notice says: plain words, no more than the channel is cleared for, and never a warning's substance."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from tocsin.centre.notify.model import Called, Contact, Kind, Message, Notice, reaches
from tocsin.terms import Instant, Marking, moment

LINES_MAX = 12
"""Things told one by one in a notice; of the rest only their number."""

BANNERS = {"live": "", "exercise": "EXERCISE EXERCISE EXERCISE", "replay": "REPLAY, NOT LIVE"}

SUBJECTS: dict[Kind, str] = {
    "silence": "A silence period runs",
    "unconfirmed": "A silence period ended unconfirmed",
    "on behalf": "A position was entered on your behalf",
    "warning": "A warning was released to you",
    "recall": "A warning was recalled",
    "case": "A case was opened to you",
    "request": "A member asks for assistance or consultation",
    "meeting": "A meeting is called",
    "decision": "A decision was taken",
    "more": "Much has happened",
}
BARE = "Something waits for you at the centre"
URGENCY: tuple[Kind, ...] = (
    "recall", "warning", "request", "silence", "on behalf", "unconfirmed", "meeting", "case", "decision", "more",
)  # fmt: skip
"""Whose subject a notice of several things has."""


def message(
    notice: Notice, contact: Contact, cleared: Marking, called: Sequence[Called], *, mode: str, url: str
) -> Message:
    """What one contact is sent about these things, if it may be told up to `cleared`.

    What lies above that leaves nothing in it but its number, and where nothing may be told, not even that.
    """
    told = tuple(thing for thing in called if reaches(cleared, thing.marking))
    untold = len(called) - len(told)
    lines = [line(thing) for thing in told[:LINES_MAX]]
    if len(told) > LINES_MAX:
        lines.append(f"And {len(told) - LINES_MAX} more.")
    if untold or not told:
        lines.append(f"{'Something else' if told else 'Something'} waits for you at the centre.")
    kind = min((thing.kind for thing in told), key=URGENCY.index, default=None)
    subject = SUBJECTS[kind] if kind else BARE
    banner = BANNERS.get(mode, mode.upper())
    parts = [banner, *lines, f"Sign in: {url}" if url else "Sign in at the centre.", FOOT, banner]
    return Message(
        id=message_id(notice, contact),
        subject=f"{banner}: {subject}" if banner else subject,
        text="\n\n".join(part for part in parts if part) + "\n",
        mode=mode,
        at=notice.made,
        told=told[:LINES_MAX],
        untold=(untold if told else 0) + max(0, len(told) - LINES_MAX),
    )


FOOT = "An answer to this message reaches nobody. To stop further calls, confirm what you have seen at the centre."


def message_id(notice: Notice, contact: Contact) -> str:
    """The same for the same notice to the same contact, and telling nothing of either."""
    named = f"tocsin/notice/v1\n{notice.seat}\n{notice.first}\n{notice.last}\n{contact.id}"
    return sha256(named.encode()).hexdigest()[:32]


def line(thing: Called) -> str:
    """One thing in words."""
    return _plain(_said(thing, f"'{thing.name}' in the case '{thing.case}'"))


def _said(thing: Called, where: str) -> str:
    match thing.kind:
        case "silence":
            return f"The text {where} is under silence{_until(thing.until)}. Then it stands, unless a member objects."
        case "unconfirmed":
            return f"The silence on {where} has run out, and the chair has to confirm it."
        case "on behalf":
            return f"A position of yours on {where} was entered by {thing.by}. Confirm or dispute it."
        case "warning":
            under = f" under {thing.marked}" if thing.marked else ""
            return f"The warning {where} was released to you{under}. Its text is at the centre only."
        case "recall":
            return f"The warning {where} was taken back by its author. Act on that, and confirm it."
        case "case":
            return f"The case '{thing.case}' was opened to you."
        case "request":
            return f"{thing.by} appeals to '{thing.what}' in the case '{thing.case}'."
        case "meeting":
            return f"'{thing.what}' is called together in the case '{thing.case}'{_until(thing.until)}."
        case "decision":
            return f"The text {where} is decided: {thing.what}."
        case "more":
            return "More has happened than is told one by one. Look at the centre."


def utc(at: Instant) -> str:
    """To the minute; a deadline is cut, never rounded up."""
    return (moment(at) - timedelta(seconds=moment(at).second)).strftime("%Y-%m-%d %H:%M UTC")


def _until(at: Instant | None) -> str:
    return "" if at is None else f" until {utc(at)}"


def _plain(text: str) -> str:
    """Without what steers a terminal, starts a line of its own or turns the direction of reading."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
