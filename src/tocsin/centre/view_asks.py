"""What the centre waits for from one seat: positions, acknowledgements, confirmations; and what it is invited to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.alliance import packages
from tocsin.alliance.state import Procedure
from tocsin.centre.view_model import Ask
from tocsin.centre.words import shortened

if TYPE_CHECKING:
    from tocsin.centre.view import View

TITLE_LETTERS = 80
"""Of a text's words, to know it by."""


def asks(view: "View") -> tuple[Ask, ...]:
    """All of them, those with a deadline first."""
    found = [*_of_procedures(view), *_of_contents(view), *_of_packages(view)]
    return tuple(sorted(found, key=lambda ask: (ask.by is None, ask.by or 0)))


def _of_procedures(view: "View") -> Iterator[Ask]:
    for case in view.seen_cases():
        for procedure in case.procedures.values():
            yield from _of_procedure(view, case.id, procedure)


def _of_procedure(view: "View", case: str, procedure: Procedure) -> Iterator[Ask]:
    seat, name, silence = view.seat, procedure.id, procedure.silence
    is_elector = seat in procedure.ballot.universe
    if procedure.status == "silence" and silence is not None and is_elector:
        if seat not in silence.acknowledged:
            yield Ask(
                kind="acknowledge text",
                says=f"Confirm that you have the text '{name}'{_titled(procedure)}, which is under silence.",
                case=case,
                name=name,
                by=silence.deadline,
            )
        if seat not in procedure.positions:
            yield Ask(
                kind="position",
                says=f"'{name}'{_titled(procedure)} {_what_comes(procedure)} What was said before "
                "the silence does not count: say it again.",
                case=case,
                name=name,
                by=silence.deadline,
            )
    if procedure.status == "open" and is_elector and seat not in procedure.positions:
        yield Ask(kind="position", says=f"'{name}'{_titled(procedure)} waits for your position.", case=case, name=name)
    if procedure.on_behalf.get(seat) == "unconfirmed":
        said = procedure.positions.get(seat, "not_stated")
        yield Ask(
            kind="confirm position",
            says=f"On '{name}' a position was entered for you: {said}. Say whether that is right.",
            case=case,
            name=name,
        )
    if procedure.status == "unconfirmed" and (seat in procedure.chairs or seat == "secretariat"):
        missing = [view.law.name(party) for party in procedure.ballot.universe if not _has_it(procedure, party)]
        unheard = f" Not known to have the text: {', '.join(missing)}." if missing else ""
        yield Ask(
            kind="confirm expiry",
            says=f"The silence on '{name}' ran out. Confirming adopts it and binds all; nothing else does.{unheard}",
            case=case,
            name=name,
        )


def _what_comes(procedure: Procedure) -> str:
    """What the deadline of a silence brings, as things are."""
    if all(_has_it(procedure, party) for party in procedure.ballot.universe):
        return "will stand adopted unless somebody objects."
    return (
        "runs out unconfirmed unless somebody objects, or all are known to have the text by then: not all are yet. "
        "Unconfirmed it adopts nothing until its chair confirms it."
    )


def _has_it(procedure: Procedure, party: str) -> bool:
    return procedure.silence is not None and party in (*procedure.silence.delivered, *procedure.silence.vouched)


def _titled(procedure: Procedure) -> str:
    return f" ({shortened(procedure.text, TITLE_LETTERS)})" if procedure.text else ""


def _of_contents(view: "View") -> Iterator[Ask]:
    for key in view.board.contents:
        held = view.board.book[key]
        if held.author == view.seat or held.acknowledged.get(view.seat, 0) >= held.version:
            continue
        if held.recalled is not None and view.knew(held):
            yield Ask(
                kind="acknowledge recall",
                says=f"{view.law.name(held.author)} recalled the warning '{held.warning}'. Confirm that you act on it.",
                case=held.case,
                name=held.warning,
            )
        elif held.recalled is None and view.sees(held).sees:
            yield Ask(
                kind="acknowledge warning",
                says=f"{view.law.name(held.author)} released the warning '{held.warning}' to you. Confirm it.",
                case=held.case,
                name=held.warning,
            )


def _of_packages(view: "View") -> Iterator[Ask]:
    """An invitation: no clause obliges anybody to check a package, and a finding stops nothing."""
    for case in view.seen_cases():
        package = packages.to_check(view.snapshot, case, view.seat)
        if package is not None:
            who = "you have" if package.by == view.seat else f"{view.law.name(package.by)} has"
            yield Ask(
                kind="check package",
                says=f"The force package '{package.id}' fills a line to which you pledged. You may check the plan "
                f"behind it, which {who}, and say what you find: an invitation, no duty.",
                case=case.id,
                name=package.id,
            )
