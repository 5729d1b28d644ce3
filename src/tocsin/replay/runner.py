"""One run of a case: its steps, one by one, through the engine, under one choice of readings.

The runner is given steps without what is recorded of them, so that nothing it computes can depend on that.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from tocsin.alliance.codec import Act, encode_act, encode_command, encode_content
from tocsin.alliance.commands import Command, Wake
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.decision import outcome_of
from tocsin.alliance.facts import AnyFact, Refusal, RequestMade
from tocsin.alliance.lessons import Timed, sentence, timed
from tocsin.alliance.records import Opening, encode
from tocsin.alliance.state import EMPTY, CaseState, Procedure, State
from tocsin.alliance.step import decide, due, fold
from tocsin.charter.rules.explain import explain
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.replay.bearing import ON_STANDING, decision, has_procedure, leans_on, makes, rests_on
from tocsin.replay.case import Case, Step
from tocsin.replay.computing import Made, Names, clauses_of, computed_of, fact_names, spread, unstated
from tocsin.replay.later import latest_times, unset_times
from tocsin.replay.reasons import reasons
from tocsin.replay.records import Ledger
from tocsin.replay.result import Computed
from tocsin.replay.sides import contested, sides_of
from tocsin.replay.steps import KINDS
from tocsin.replay.times import between, local_day, zone
from tocsin.replay.translate import CLOCK, Moment, Setting, commands_of, content_of, moment_of
from tocsin.terms import Instant, PartyId

ATTESTED = "recorded case"


class Runner:
    """A case on its way. `take` takes its steps in order."""

    def __init__(
        self, case: Case, charter: Charter, choice: tuple[str, ...], names: Names, ledger: Ledger | None = None
    ) -> None:
        if any(step.recorded is not None for step in case.step):
            raise ValueError("the runner computes; strip the steps of what is recorded")
        self.case, self.charter, self.choice, self.names, self.ledger = case, charter, choice, names, ledger
        self.seat = zone(charter.document.charter.timezone)
        self.events = {event.id: event for event in case.event}
        self.state: State = EMPTY
        self.now = between(case.step[0].at, None, self.seat, case.step[0].precision).first
        self.timed: list[Timed] = []
        self.unsettled: dict[str, int] = {}
        """What an open step leaves open, and that step's number."""
        self._group: list[tuple[bytes, tuple[bytes, ...]]] = [(self._opening(), ())]
        self._keep()

    def take(self, number: int) -> Made:
        """What step `number`, counted from 1, yields. What it decides is in the ledger when this returns."""
        step = self.case.step[number - 1]
        moment = moment_of(step, self.seat, self.now, self._next_deadline(step))
        self.now = moment.at
        passed = tuple(self._pass_deadlines(step, moment, number))
        made = self._open(step) or self._ratified_late(step) or self._done(step, number, moment)
        self._keep()
        self._settle(step, number, made)
        if not passed:
            return made
        before = tuple(f"before this step: {said}" for fact in passed if (said := sentence(fact, self.names)))
        return replace(made, why=(*before, *made.why), facts=(*fact_names(passed), *made.facts))

    def _next_deadline(self, step: Step) -> Instant | None:
        """That of the silence the step speaks of, if it runs; else the first of all."""
        procedure = self._procedure(step.procedure)
        if procedure is not None and procedure.status == "silence" and procedure.silence is not None:
            return procedure.silence.deadline
        return due(self._law(self.now), self.state)

    def _opening(self) -> bytes:
        about = self.case.case
        return encode(
            Opening(
                case=about.id,
                charter=self.charter.id,
                charter_hash=self.charter.hash,
                known=about.known,
                readings=self.choice,
            )
        )

    def _done(self, step: Step, number: int, moment: Moment) -> Made:
        """Hand the step's commands to the engine, and say what came of them."""
        before = self._procedure(step.procedure) if has_procedure(step) else None
        signed = self._signed(step)
        setting = Setting(self.case.case.id, number, moment, self.seat, before, self.events, signed, self._case())
        commands = commands_of(step, setting)
        if not commands:
            return self._nothing(step)
        facts: list[AnyFact] = []
        refusals: list[Refusal] = []
        latest: dict[str, Instant] = {}
        for command in commands:
            latest |= latest_times(self._law(command.at_latest or command.at), self.state, command)
            decided = self._submit(command, content_of(step, self.case.case.id, number))
            if isinstance(decided, Refusal):
                refusals.append(decided)
            else:
                facts += decided
        made = self._made(step, self._law(moment.at), tuple(facts), tuple(dict.fromkeys(refusals)), before)
        return replace(made, computed=spread(made.computed, latest, self.seat))

    def _made(
        self,
        step: Step,
        law: Snapshot,
        facts: tuple[AnyFact, ...],
        refusals: tuple[Refusal, ...],
        before: Procedure | None,
    ) -> Made:
        after = self._procedure(step.procedure) if has_procedure(step) else None
        opened = self._procedure(step.new_procedure) if step.do == "change forum" else after
        computed = computed_of(step, facts, bool(refusals), before, after, self.seat)
        clauses = clauses_of(facts, refusals)
        asked = next((fact for fact in facts if isinstance(fact, RequestMade)), None)
        sides = sides_of(step, self.charter, self.events, law.on, self.case.case.known) if step.do == "request" else ()
        chosen = (*self.choice, *self._signed(step))
        leans = leans_on(step, law, self._case(), opened)
        return Made(
            computed=self._with_status(step, law, computed),
            missing=(
                *self._lacking(step, refusals, leans),
                *(asked.missing if asked else ()),
                *(contested(step, sides, chosen, self.charter) if asked else ()),
            ),
            unset=unset_times(law, facts),
            why=tuple(reasons(facts, refusals, before, after, self._case(), law, self.names)),
            clauses=clauses,
            weak=law.weak_clauses(clauses),
            sides=sides,
            facts=fact_names(facts),
            leans=leans,
            refusal="; ".join(refusal.message for refusal in refusals),
            electors=_electors(after or before),
        )

    def _nothing(self, step: Step) -> Made:
        """A note, or 'others' of a procedure that was never opened."""
        if step.do == "note":
            return Made()
        said = f"there is no procedure '{step.procedure}' in which others could take part"
        return Made(
            computed=Computed(result="refused"), refusal=said, why=(said,), missing=self._waits_for(step, (), ())
        )

    def _ratified_late(self, step: Step) -> Made | None:
        """A ratification of what others have brought into force already: it happened, and it changes nothing."""
        if step.do != "ratify" or step.by in self.state.ratified.get(step.what, ()):
            return None
        kind, _, name = step.what.partition("/")
        amendment = self.state.amendments.get(name) if kind == "amendment" else None
        joined = self.state.standings.get(PartyId(name)) if kind == "accession" else None
        is_late = amendment is not None and amendment.in_force and step.by in amendment.needed
        if not is_late and (joined is None or joined.status != "member" or step.what not in self.state.ratified):
            return None
        said = f"'{step.what}' is in force already: this ratification changes nothing"
        return Made(computed=Computed(result="accepted", status=joined.status if joined else ""), why=(said,))

    def _open(self, step: Step) -> Made | None:
        """The step as open, where it would decide but a fact is missing."""
        if not KINDS[step.do].decides:
            return None
        procedure = self._procedure(step.procedure)
        if step.unknown:
            return Made(computed=Computed(result="open"), missing=(step.unknown,), electors=_electors(procedure))
        if step.do != "close" or procedure is None or procedure.status != "open":
            return None
        found = outcome_of(procedure)
        if found.verdict != "open":
            return None
        return Made(
            computed=Computed(result="open", organ=procedure.organ, rule=procedure.rule),
            missing=tuple(unstated(procedure, found)) or ("what the rule still waits for",),
            is_pending=not found.unset,
            why=tuple(explain(found, self.names)),
            clauses=found.clauses,
            weak=self._law(self.now).weak_clauses(found.clauses),
            electors=_electors(procedure),
        )

    def _lacking(self, step: Step, refusals: tuple[Refusal, ...], leans: tuple[str, ...]) -> tuple[str, ...]:
        """Missing facts of a step that was handed over: what it says itself, and what its refusal turns on."""
        said = (step.unknown,) if step.unknown else ()
        unset = tuple(refusal.message for refusal in refusals if refusal.code == "unset")
        return (*said, *unset, *(self._waits_for(step, refusals, leans) if refusals and not unset else ()))

    def _waits_for(self, step: Step, refusals: tuple[Refusal, ...], leans: tuple[str, ...]) -> tuple[str, ...]:
        """Earlier open steps that a refused step rests on."""
        turns_on_standing = any(refusal.code in ON_STANDING for refusal in refusals)
        events = [self.events[name] for name in (step.event, *step.rival_events) if name]
        named = {*rests_on(step, events), *leans}
        numbers = sorted(
            {
                number
                for thing, number in self.unsettled.items()
                if thing in named and (turns_on_standing or not thing.startswith("standing of"))
            }
        )
        return tuple(f"the outcome of step {number}, which is open" for number in numbers)

    def _settle(self, step: Step, number: int, made: Made) -> None:
        """Remember what an open step leaves open, and forget what a later one settles."""
        for thing in makes(step):
            if made.missing:
                self.unsettled.setdefault(thing, number)
            elif made.computed.result != "refused":
                self.unsettled.pop(thing, None)
        if not has_procedure(step):
            return
        for name in (step.procedure, *([step.new_procedure] if step.do == "change forum" else ())):
            procedure = self._procedure(name)
            if procedure is not None and procedure.status in ("decided", "moved", "withdrawn"):
                self.unsettled.pop(decision(name), None)
            elif made.missing and (procedure is None or KINDS[step.do].decides):
                self.unsettled.setdefault(decision(name), number)

    def _pass_deadlines(self, step: Step, moment: Moment, number: int) -> Iterator[AnyFact]:
        """Wake the engine at each deadline before the step; a deadline or an outage step does so itself."""
        count = 0
        while step.do not in ("deadline", "outage"):
            at = due(self._law(moment.at), self.state)
            if at is None or at > moment.at:
                return
            count += 1
            decided = self._submit(Wake(id=f"{self.case.case.id}/{number}/d{count}", at=at, by=CLOCK))
            if isinstance(decided, Refusal) or not decided:
                return
            yield from decided

    def _submit(self, command: Command, content: WarningContent | None = None) -> tuple[AnyFact, ...] | Refusal:
        law = self._law(command.at)
        decided = decide(law, self.state, command)
        if isinstance(decided, Refusal):
            return decided
        act = Act(
            command=msgspec.Raw(encode_command(command)),
            attested=ATTESTED,
            facts=decided,
            charter=self.charter.id,
            charter_hash=self.charter.hash,
        )
        self._group.append((encode_act(act), (encode_content(content),) if content is not None else ()))
        self.state = fold(self.state, decided)
        self.timed += timed(decided, command.at, command.at_latest)
        return decided

    def _keep(self) -> None:
        group, self._group = self._group, []
        if self.ledger is not None and group:
            self.ledger.append(group)

    def _law(self, at: Instant) -> Snapshot:
        """The charter of that day, as the case asks for it."""
        return self.charter.as_of(local_day(at, self.seat), self.case.case.known, self.choice)

    def _signed(self, step: Step) -> tuple[str, ...]:
        """The readings a step's author signs, less those on questions that this run has answered."""
        question = {row.id: row.question for row in self.charter.document.reading}
        answered = {question.get(reading) for reading in self.choice}
        return tuple(reading for reading in step.readings if question.get(reading) not in answered)

    def _case(self) -> CaseState | None:
        return self.state.cases.get(self.case.case.id)

    def _procedure(self, name: str) -> Procedure | None:
        case = self._case()
        return case.procedures.get(name) if case else None

    def _with_status(self, step: Step, law: Snapshot, computed: Computed) -> Computed:
        """Adds how the party concerned stands afterwards, where that may be recorded of the step."""
        if step.do == "deadline" or "status" not in KINDS[step.do].recorded or computed.status:
            return computed
        party = step.what.partition("/")[2] if step.do == "ratify" else step.party or step.by
        standings = {**law.standings, **self.state.standings}
        held = standings.get(PartyId(party))
        return replace(computed, status=", ".join((held.status, *held.overlays)) if held else "")


def _electors(procedure: Procedure | None) -> tuple[PartyId, ...]:
    return procedure.ballot.universe if procedure else ()
