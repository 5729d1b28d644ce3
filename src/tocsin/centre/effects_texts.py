"""What an act brings for a text before an organ: positions, silence, the rule at work, where the matter can go."""

from collections.abc import Iterator

from msgspec import Struct

from tocsin.alliance import silence
from tocsin.alliance.commands import ConfirmPosition, OpenSilence, StatePosition
from tocsin.alliance.decision import outcome_of
from tocsin.alliance.facts import (
    AnyFact,
    AttemptRecorded,
    Decided,
    ForumChanged,
    PositionConfirmed,
    PositionStated,
    ProcedureOpened,
    SilenceBroken,
    SilenceExpired,
    SilenceOpened,
    TextAmended,
    TextDelivered,
    TextWithdrawn,
)
from tocsin.alliance.folding import roles_in
from tocsin.alliance.state import CaseState, Procedure
from tocsin.alliance.step import evolve
from tocsin.centre.effects_words import Sentence, effect, either, listed, worded
from tocsin.centre.rehearsal import Rehearsal
from tocsin.centre.view import View
from tocsin.centre.view_case import HEARD, LEVERS_MAX
from tocsin.centre.words import moment_words
from tocsin.charter.forum import Unset, ballot_for, open_forums
from tocsin.charter.model import Forum
from tocsin.charter.rules.levers import levers
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.terms import PartyId

OUTAGES = {"extend": "given back", "reopen": "starts anew", "stand": "not given back"}


class Text(Struct, frozen=True):
    """One text before and after an act."""

    case: CaseState
    was: Procedure | None
    now: Procedure


def of_fact(view: View, rehearsal: Rehearsal, fact: AnyFact) -> Iterator[Sentence]:
    """What one fact about a text says; nothing for facts about something else."""
    if isinstance(fact, AttemptRecorded):
        yield effect("attempt", why=fact.why)
        return
    text = _text(rehearsal, getattr(fact, "case", ""), getattr(fact, "procedure", ""))
    if text is None:
        return
    match fact:
        case PositionStated():
            yield from _stated(view, text, fact)
        case PositionConfirmed():
            yield from _confirmed(view, rehearsal, text, fact)
        case SilenceBroken():
            yield from _broken(view, text, fact)
        case SilenceOpened():
            yield from _silenced(view, text, fact)
        case Decided():
            yield from _decided(view, rehearsal, text, fact)
        case ProcedureOpened():
            yield from _tabled(view, text, fact)
        case TextAmended():
            yield from _amended(view, text, fact)
        case TextWithdrawn():
            yield effect("withdrawn")
        case ForumChanged():
            yield effect("leaves", fact.clause, organ=view.law.name(text.now.organ), there=view.law.name(fact.organ))
        case TextDelivered():
            yield effect("has text", party=view.law.name(fact.party))
        case _:
            pass


def of_all(view: View, rehearsal: Rehearsal) -> Iterator[Sentence]:
    """What holds of the text once all facts are so: its outcome, whom it would bind, what comes next."""
    command = rehearsal.command
    text = _text(rehearsal, getattr(command, "case", ""), getattr(command, "procedure", ""))
    touched = {getattr(fact, "procedure", "") for fact in rehearsal.facts if not isinstance(fact, AttemptRecorded)}
    if text is None or text.now.id not in touched:
        return
    if text.now.status == "silence":
        yield from _expiry(view, rehearsal, text)
    if text.now.status == "open" and any(isinstance(fact, PositionStated) for fact in rehearsal.facts):
        yield from _outcome(view, text)
    if isinstance(command, StatePosition | ConfirmPosition) and text.now.status in ("open", "silence"):
        yield from _binding(view, text, command.party)
    if text.now.status in HEARD:
        yield from _levers(view, text.now)
    if text.now.status == "open" or (text.now.status == "decided" and text.now.verdict in ("blocked", "escalated")):
        yield from _forums(view, rehearsal, text)


# positions


def _stated(view: View, text: Text, fact: PositionStated) -> Iterator[Sentence]:
    was, party = text.was or text.now, view.law.name(fact.party)
    said = worded(fact.position)
    if fact.question:
        yield effect("position on a question", party=party, question=fact.question, position=said)
        earlier = was.questions.get(fact.question, {}).get(fact.party)
    else:
        yield effect("position", party=party, position=said)
        earlier = was.positions.get(fact.party)
    if earlier is not None:
        yield effect("repeats") if earlier == fact.position else effect("replaces", earlier=worded(earlier))
    if fact.reservation:
        counts = text.now.reservations.get(fact.party) == fact.reservation and not fact.question
        yield effect("reservation", reservation=fact.reservation) if counts else effect("reservation without effect")
    if fact.question:
        return
    if fact.by != fact.party:
        yield effect("on behalf", by=view.law.name(fact.by), party=party)
    yield from _own_word(text, fact, party)
    rule = silence.silence_rule(text.now)
    if text.now.status == "silence" and rule is not None and fact.position in rule.blocks:
        is_several = rule.breaks > 1
        yield (
            effect("needs more breaks", rule.clause, breaks=str(rule.breaks))
            if is_several
            else effect("does not break")
        )


def _own_word(text: Text, fact: PositionStated, party: str) -> Iterator[Sentence]:
    was = text.was or text.now
    if fact.by == fact.party and was.on_behalf.get(fact.party) == "unconfirmed":
        word = text.now.on_behalf.get(fact.party)
        entered = was.entered.get(fact.party, "not_stated")
        if word == "confirmed":
            yield effect("confirms", party=party, position=worded(entered))
        elif word == "disputed":
            yield effect("disputes", party=party, entered=worded(entered))
    if fact.party in text.now.own - was.own and text.now.chairs:
        yield effect("nobody restates", party=party)
    if text.now.status in ("open", "silence"):
        yield effect("may change", party=party)


def _confirmed(view: View, rehearsal: Rehearsal, text: Text, fact: PositionConfirmed) -> Iterator[Sentence]:
    party, was = view.law.name(fact.party), text.was or text.now
    if fact.agrees:
        yield effect("confirms", fact.clause, party=party, position=worded(fact.position))
        if fact.party in text.now.own - was.own and text.now.status in ("open", "silence"):
            yield effect("nobody restates", party=party)
        return
    yield effect("disputes", fact.clause, party=party, entered=worded(was.entered.get(fact.party, "not_stated")))
    if not any(isinstance(one, PositionStated) for one in rehearsal.facts):
        yield effect("nothing undone", party=party)


# silence


def _broken(view: View, text: Text, fact: SilenceBroken) -> Iterator[Sentence]:
    if text.was is not None and text.was.status != "silence":
        yield effect("breaks too", fact.clause, procedure=fact.procedure)
        return
    yield effect("breaks", fact.clause, procedure=fact.procedure)
    yield effect("not adopted", fact.clause, organ=view.law.name(fact.returns_to))
    yield effect("break stays")


def _silenced(view: View, text: Text, fact: SilenceOpened) -> Iterator[Sentence]:
    yield effect("silence opens", fact.clause, deadline=moment_words(fact.deadline))
    spoken = text.was.positions if text.was is not None else {}
    if spoken:
        yield effect("positions lapse", parties=listed(view, spoken))
    yield effect(OUTAGES[fact.on_outage], fact.clause)


def _expiry(view: View, rehearsal: Rehearsal, text: Text) -> Iterator[Sentence]:
    """What the deadline brings if nothing more is said, asked of the law that will apply it."""
    running = text.now.silence
    if running is None:
        return
    state, command = rehearsal.after, rehearsal.command
    # Whoever speaks on a text under silence, or put it there, has it: the centre notes that with the act.
    speaker = text.now.proposer if isinstance(command, OpenSilence) else command.by
    if speaker in text.now.ballot.universe and speaker not in running.delivered:
        heard = TextDelivered(
            at=rehearsal.at, case=text.case.id, procedure=text.now.id, party=PartyId(speaker), by=silence.CENTRE
        )
        state = evolve(state, heard)
    at = moment_words(running.deadline)
    for fact in silence.expire(state, text.case.id, text.now.id, running.deadline):
        if isinstance(fact, SilenceExpired) and not fact.confirmed:
            chairs = either(view, text.now.chairs)
            yield effect("runs out unconfirmed", running.clause, deadline=at, chairs=chairs, why=fact.why)
        elif isinstance(fact, Decided) and fact.verdict == "adopted":
            yield effect("stands adopted", running.clause, deadline=at)
        elif isinstance(fact, Decided):
            yield effect("runs out", running.clause, deadline=at, verdict=fact.verdict)


# the rule at work


def _outcome(view: View, text: Text) -> Iterator[Sentence]:
    found = outcome_of(text.now)
    was = outcome_of(text.was) if text.was is not None and text.was.status == "open" else None
    if was is not None and was.verdict != found.verdict:
        earlier = was.verdict
        yield effect("outcome changes", text.now.clause, rule=text.now.rule, earlier=earlier, verdict=found.verdict)
    else:
        yield effect("outcome", text.now.clause, rule=text.now.rule, verdict=found.verdict)
    if found.verdict == "open" and found.waiting_for:
        yield effect("waits for", parties=listed(view, found.waiting_for))
    closers = tuple(dict.fromkeys((*text.now.chairs, *text.now.closers)))
    if closers:
        kind = "who closes" if silence.silence_rule(text.now) is None else "who closes or silence"
        yield effect(kind, closers=either(view, closers))


def _binding(view: View, text: Text, party: str) -> Iterator[Sentence]:
    """Whether a party is bound where the text is adopted with the positions as they then are."""
    found = outcome_of(text.now, closed=True)
    if found.verdict != "adopted" or party not in text.now.ballot.universe:
        return
    kind = "would be bound" if party in found.bound else "would not be bound"
    kind = "would be bound with reservation" if party in found.reserved else kind
    yield effect(kind, ", ".join(found.clauses) or text.now.clause, party=view.law.name(party))


def _levers(view: View, now: Procedure) -> Iterator[Sentence]:
    """Who could alone change what comes of it, as the pages of a text count it."""
    compiled = compile_ballot(now.ballot, now.ballot_digest)
    is_closed = now.status != "open"
    found = levers(compiled, now.positions, now.questions, closed=is_closed, largest=1, limit=LEVERS_MAX)
    who = dict.fromkeys(lever.parties[0] for lever in found.changes)
    if who:
        yield effect("could change", parties=listed(view, who))
    elif found.searched_up_to:
        yield effect("nobody alone")


def _forums(view: View, rehearsal: Rehearsal, text: Text) -> Iterator[Sentence]:
    """Where the matter can go if it fails here: the charter's forums in order, and who may move it."""
    forums = list(_others(view, rehearsal, text))
    movers = dict.fromkeys((text.now.proposer, *text.now.chairs, *text.now.closers))
    if forums and movers:
        names = ", ".join(f"{view.law.name(row.organ)} ({row.rule})" for row in forums)
        yield effect("other forums", movers=either(view, movers), forums=names)
    elif not forums:
        yield effect("stays", organ=view.law.name(text.now.organ))


def _others(view: View, rehearsal: Rehearsal, text: Text) -> Iterator[Forum]:
    """The forums that a text could change to today: open ones whose rule is known."""
    law = view.law.at(rehearsal.after, rehearsal.at).under(text.now.readings)
    matter = law.matters.get(text.now.matter)
    for row in open_forums(law, matter) if matter is not None else ():
        ballot = ballot_for(law, row, roles_in(text.case, text.now.subject))
        if (row.organ, row.rule) != (text.now.organ, text.now.rule) and not isinstance(ballot, Unset):
            yield row


# decisions and texts


def _decided(view: View, rehearsal: Rehearsal, text: Text, fact: Decided) -> Iterator[Sentence]:
    clauses = ", ".join(fact.clauses)
    if fact.verdict == "adopted":
        yield effect("adopted", clauses)
        if fact.bound:
            yield effect("bound", clauses, parties=listed(view, fact.bound))
        outside = [party for party in text.now.ballot.universe if party not in fact.bound]
        if outside:
            yield effect("not bound", clauses, parties=listed(view, outside))
        if fact.reserved:
            yield effect("reserved", clauses, parties=listed(view, fact.reserved))
        yield from _after_adoption(view, rehearsal, text)
    elif fact.verdict == "escalated":
        yield effect("escalated", clauses, organ=view.law.name(fact.escalate_to))
    else:
        yield effect("blocked", clauses)
    if fact.blockers:
        yield effect("in the way", clauses, parties=listed(view, fact.blockers))
    yield effect("final")


def _after_adoption(view: View, rehearsal: Rehearsal, text: Text) -> Iterator[Sentence]:
    matter = view.law.at(rehearsal.after, rehearsal.at).matters.get(text.now.matter)
    if matter is not None and matter.then:
        yield effect("follows", matter.clause, words=matter.then)
    for row in text.case.requests.values():
        if row.status == "awaiting" and row.decided_as == text.now.matter:
            yield effect("awaited", request=row.id, party=view.law.name(row.by))


def _tabled(view: View, text: Text, fact: ProcedureOpened) -> Iterator[Sentence]:
    yield effect("before organ", fact.clause, organ=view.law.name(fact.organ), rule=fact.rule)
    yield effect("electors", parties=listed(view, fact.ballot.universe))
    yield effect("pinned")
    if fact.kind == "force" and silence.silence_rule(text.now) is not None:
        yield effect("force", fact.clause)


def _amended(view: View, text: Text, fact: TextAmended) -> Iterator[Sentence]:
    yield effect("version", version=str(fact.version))
    if text.was is None:
        return
    if text.was.status in ("silence", "unconfirmed"):
        yield effect("silence ends")
    if text.was.positions:
        yield effect("positions lapse", parties=listed(view, text.was.positions))


def _text(rehearsal: Rehearsal, case: str, name: str) -> Text | None:
    """A text as it was before and is after; none where there is none."""
    after = rehearsal.after.cases.get(case)
    if after is None or name not in after.procedures:
        return None
    before = rehearsal.before.cases.get(case)
    return Text(after, before.procedures.get(name) if before is not None else None, after.procedures[name])
