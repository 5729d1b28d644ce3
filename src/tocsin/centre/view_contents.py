"""Contents as one seat sees them: warnings, who holds them, what was released to it and why."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tocsin.alliance import handling, release
from tocsin.alliance.contents import Held, WarningAcknowledged, WarningDelivered
from tocsin.centre.acts import Read
from tocsin.centre.feeds import Event, cursor_text
from tocsin.centre.law import seats_of
from tocsin.centre.view_model import FeedItem, Holder, PreviewLine, Release, WarningLine, WarningView

if TYPE_CHECKING:
    from tocsin.centre.view import View


def warning_lines(view: "View", case: str) -> Iterator[WarningLine]:
    """Warnings of the cases the seat sees; of cases it does not see, those released to it."""
    seen = {row.id: row for row in view.seen_cases()}
    if case and case not in seen and not any(held.case == case for held in _released(view)):
        view.case_state(case)
    for row in seen.values():
        for name, commitment in row.warnings.items() if case in ("", row.id) else ():
            yield _line(view, row.id, name, commitment)
    for held in _released(view):
        if held.case not in seen and case in ("", held.case):
            yield _line(view, held.case, held.warning, held.digest)


def warning_view(view: "View", held: Held, text: str, *, is_erased: bool) -> WarningView:
    """A content with its substance, or what is left of it."""
    held, ruling = view.known(held), view.sees(held)
    return WarningView(
        case=held.case,
        warning=held.warning,
        author=held.author,
        at=held.at,
        marking=held.marking,
        audience=_audience_shown(view, held),
        as_of=held.as_of,
        orcon=held.orcon,
        version=_version_shown(view, held),
        text=text,
        is_erased=is_erased,
        recalled=held.recalled,
        recall_why=held.why,
        why=ruling.why,
        clause=ruling.clause,
        digest=held.digest,
    )


def holders(view: "View", held: Held) -> Iterator[Holder]:
    """Every seat it is released to, or that was ever handed it, with what it confirmed."""
    for seat in sorted({*seats_of(view.snapshot), *held.delivered} - {held.author}):
        if not handling.knows(view.snapshot, view.state, held, seat):
            continue
        ruling = release.rule_on(view.snapshot, view.state, held, seat)
        at, version = held.delivered.get(seat, (None, 0))
        confirmed = held.acknowledged.get(seat, 0)
        yield Holder(
            seat=seat,
            sees=ruling.sees,
            why=ruling.why,
            delivered=at,
            delivered_version=version,
            confirmed_version=confirmed,
            is_confirmed=confirmed >= held.version,
        )


def releases(view: "View") -> Iterator[Release]:
    """Everything released to the seat, what was taken back too."""
    for one in _released(view):
        if one.author == view.seat:
            continue
        held, ruling = view.known(one), view.sees(one)
        at, _ = held.delivered.get(view.seat, (None, 0))
        yield Release(
            case=held.case,
            warning=held.warning,
            author=held.author,
            marking=held.marking,
            at=held.at,
            why=ruling.why,
            clause=ruling.clause,
            delivered=at,
            confirmed=held.acknowledged.get(view.seat, 0) >= held.version,
            recalled=held.recalled,
        )


def preview(view: "View", held: Held, seats: Iterable[str]) -> Iterator[PreviewLine]:
    """Each seat, and whether it would see the draft. A case that its author does not see is none."""
    held = held if view.sees_case(held.case) else replace(held, case="")
    for seat in seats:
        ruling = release.rule_on(view.snapshot, view.state, held, seat)
        yield PreviewLine(seat=seat, name=view.law.name(seat), sees=ruling.sees, why=ruling.why, clause=ruling.clause)


def item(view: "View", position: int, event: Event, read: Read) -> FeedItem:
    """An event about a content: it names the content, and its author to those who may see it."""
    case, warning = view.board.contents[event.ref]
    held = view.board.book[case, warning]
    by = _by(event, read, held)
    return FeedItem(
        cursor=cursor_text(position, view.board.epoch),
        at=read.at,
        kind=event.kind,  # type: ignore[arg-type]  # feeds.KINDS are the kinds of items
        case=case,
        name=warning,
        by=by,
        says=(_says(view, event, read, by),),
        version=_version(read, held) if held.author == view.seat else 0,
    )


def is_told_all(view: "View", read: Read) -> bool:
    """Whether what became of contents by an act tells this seat nothing it may not know.

    Who passes on another's content is not told the audience, and so does not get the record either.
    """
    for handled in read.act.handled:
        held = view.board.book[handled.case, handled.warning]
        is_told = isinstance(handled, WarningDelivered) and handled.to == view.seat
        has_said = isinstance(handled, WarningAcknowledged) and handled.by == view.seat
        if not (is_told or has_said or held.author == view.seat):
            return False
    return True


def is_shown(view: "View", held: Held) -> bool:
    """Whether the seat sees a content, or may know of it though it was recalled."""
    return view.sees(held).sees or (held.recalled is not None and view.knew(held))


def _released(view: "View") -> Iterator[Held]:
    found = (view.board.book[key] for key in view.board.contents)
    return (held for held in found if is_shown(view, held))


def _line(view: "View", case: str, name: str, commitment: str) -> WarningLine:
    held = view.board.book.get((case, name))
    if held is None or not is_shown(view, held):
        return WarningLine(case=case, warning=name, commitment=commitment)
    held = view.known(held)
    return WarningLine(
        case=case,
        warning=name,
        commitment=commitment,
        is_released=True,
        author=held.author,
        marking=held.marking,
        at=held.at,
        version=_version_shown(view, held),
        recalled=held.recalled is not None,
        acknowledged=held.acknowledged.get(view.seat, 0) >= held.version,
    )


def _audience_shown(view: "View", held: Held) -> tuple[str, ...]:
    """Whom else it is released to is for its author; others see that it is released to them."""
    return held.audience if held.author == view.seat else ()


def _version_shown(view: "View", held: Held) -> int:
    """It counts every release: to another than the author it would tell of those that were not for it."""
    return held.version if held.author == view.seat else 0


def _by(event: Event, read: Read, held: Held) -> str:
    if event.kind == "confirmation":
        return next(
            (
                handled.to if isinstance(handled, WarningDelivered) else handled.by
                for handled in read.act.handled
                if isinstance(handled, WarningDelivered | WarningAcknowledged)
            ),
            "",
        )
    return held.author


def _version(read: Read, held: Held) -> int:
    return next(
        (
            handled.version
            for handled in read.act.handled
            if isinstance(handled, WarningDelivered | WarningAcknowledged)
        ),
        held.version,
    )


def _says(view: "View", event: Event, read: Read, by: str) -> str:
    who, (_, warning) = view.law.name(by), view.board.contents[event.ref]
    match event.kind:
        case "warning":
            return f"{who} released the warning '{warning}' to you"
        case "re-mark":
            return f"the warning '{warning}' has another release now"
        case "recall":
            return f"{who} recalled the warning '{warning}'"
        case "withdrawn":
            return f"the warning '{warning}' is no longer released to you"
        case _:
            verb = "received" if read.do == "deliver warning" else "confirmed"
            return f"{who} {verb} the warning '{warning}'"
