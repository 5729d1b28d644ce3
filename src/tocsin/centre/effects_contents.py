"""What an act brings for warnings: who would see a substance, who no longer, who is told, as the release law says."""

from collections.abc import Iterator

from msgspec.structs import replace

from tocsin.alliance.contents import (
    AcknowledgeWarning,
    AnyHandled,
    Held,
    PassOnWarning,
    WarningHeld,
    WarningRecalled,
    WarningRemarked,
    evolve_book,
)
from tocsin.centre.effects_words import Sentence, effect, listed
from tocsin.centre.rehearsal import Rehearsal
from tocsin.centre.view import View


def of_handled(view: View, rehearsal: Rehearsal) -> Iterator[Sentence]:
    """What becomes of contents by an act."""
    command = rehearsal.command
    for one in rehearsal.handled:
        yield from _of_own(view, one)
    if isinstance(command, AcknowledgeWarning):
        yield effect("acknowledged", seat=view.law.name(command.by), warning=command.warning)
    if isinstance(command, PassOnWarning) and not rehearsal.handled:
        yield from _passed_on(view, command)


def _of_own(view: View, one: AnyHandled) -> Iterator[Sentence]:
    """Of one of the seat's own contents."""
    key = one.case, one.warning
    was = view.board.book.get(key)
    now = evolve_book({} if was is None else {key: was}, (one,))[key]
    match one:
        case WarningHeld():
            yield from _seen(view, now)
            yield effect("commitment", case=one.case, warning=one.warning)
        case WarningRemarked() if was is not None:
            yield from _released_anew(view, was, now)
            if one.by == now.author:
                yield effect("confirm anew")
        case WarningRecalled():
            yield effect("recalled", warning=one.warning)
            told = sorted({*one.told, *now.delivered} - {now.author})
            if told:
                yield effect("told", seats=listed(view, told))
        case _:
            pass


def seers(view: View, held: Held) -> dict[str, bool]:
    """Every other seat there is, and whether it would see a content of this one."""
    return {row.seat: row.sees for row in view.preview(held) if row.seat != held.author}


def _seen(view: View, held: Held) -> Iterator[Sentence]:
    sees = seers(view, held)
    yes = [seat for seat, does in sees.items() if does]
    named = [seat for seat in held.audience if seat in sees and not sees[seat]]
    if yes:
        yield effect("will see", seats=listed(view, yes))
    else:
        yield effect("nobody sees", author=view.law.name(held.author))
    if named:
        yield effect("will not see", seats=listed(view, named))


def _released_anew(view: View, was: Held, now: Held) -> Iterator[Sentence]:
    before, after = _yes(seers(view, was)), _yes(seers(view, now))
    if after:
        yield effect("will see", seats=listed(view, after))
    else:
        yield effect("nobody sees", author=view.law.name(now.author))
    new = [seat for seat in after if seat not in before]
    lost = [seat for seat in before if seat not in after]
    if new:
        yield effect("sees from now", seats=listed(view, new))
    if lost:
        yield effect("sees no longer", seats=listed(view, lost))


def _passed_on(view: View, command: PassOnWarning) -> Iterator[Sentence]:
    """Whom another's content is passed on to. Whom else it is released to is its author's alone to know."""
    held = view.board.book.get((command.case, command.warning))
    if held is None:
        return
    sees = seers(view, replace(held, audience=command.to))
    yes, no = _yes(sees), [seat for seat in command.to if sees.get(seat) is False]
    if yes:
        yield effect("passed on", seats=listed(view, yes))
    if no:
        yield effect("not passed on", seats=listed(view, no))


def _yes(sees: dict[str, bool]) -> list[str]:
    return [seat for seat, does in sees.items() if does]
