"""What a command would bring if it were filed now: asked of the same law, and nothing comes of asking."""

from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance.commands import Command
from tocsin.alliance.contents import AnyHandled, ContentCommand
from tocsin.alliance.facts import AnyFact, Refusal
from tocsin.alliance.state import State
from tocsin.alliance.step import fold, status
from tocsin.centre.board import visible_facts
from tocsin.centre.court import Court, Filed
from tocsin.centre.intake import check_own_key, file, filled
from tocsin.centre.model import Actor, Submission
from tocsin.centre.runtime import Centre, reads_as
from tocsin.centre.view import View
from tocsin.centre.words import said
from tocsin.terms import Instant


class Rehearsal(Struct, frozen=True, kw_only=True):
    """What would come of a command, as far as its seat may know."""

    command: Command | ContentCommand
    at: Instant
    """When it would count."""
    before: State
    """As it is then, with every deadline up to then applied."""
    refusal: Refusal | None = None
    facts: tuple[AnyFact, ...] = ()
    handled: tuple[AnyHandled, ...] = ()
    """What would become of the seat's own contents."""
    says: tuple[str, ...] = ()
    """The facts in words, with their clauses."""
    needs: str = ""
    """break, force or recall, where a second person has to say the same before any of it is so."""

    @property
    def after(self) -> State:
        """What the facts would lead to."""
        return fold(self.before, self.facts)


async def rehearse(centre: Centre, actor: Actor, submission: Submission) -> Rehearsal:
    """What would come of a command. Raises Malformed, NotEntitled and NotSignedIn as filing it would."""
    view, now = centre.view(reads_as(actor)), centre.hearing.arrived()
    submission = filled(submission, actor, centre.law, now)
    filed = file(submission, actor, centre.law, now, centre.origin, centre.desks.active_key)
    check_own_key(filed, actor, centre.desks.settings(filed.seat))
    foreseen = _foreseen(centre.court, view, filed)
    if foreseen.refusal is not None:
        return foreseen
    return replace(foreseen, needs=centre.second_needed(actor, submission, filed))


def _foreseen(court: Court, view: View, filed: Filed) -> Rehearsal:
    at = max(filed.stamp, view.state.now)
    before = status(view.law.plain(at), view.state, at)
    ruled = court.foresee(view.state, filed)
    if ruled.refusal is not None or ruled.act is None:
        return Rehearsal(command=filed.command, at=at, before=before, refusal=ruled.refusal)
    own = getattr(filed.command, "case", "")
    # A case that the command opens is not there yet to be seen; that the seat may act in it has been decided.
    facts = visible_facts(ruled.act.facts, lambda case: case == own or view.sees_case(case))
    return Rehearsal(
        command=filed.command,
        at=at,
        before=before,
        facts=facts,
        handled=tuple(one for one in ruled.act.handled if _is_own(view, filed.seat, one)),
        says=tuple(said(fact, view.law.names) for fact in facts),
    )


def _is_own(view: View, seat: str, one: AnyHandled) -> bool:
    """Whether a content is the seat's own: another's audience and versions are no matter of who handles it."""
    held = view.board.book.get((one.case, one.warning))
    return (getattr(one, "author", "") if held is None else held.author) == seat
