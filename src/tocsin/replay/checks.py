"""What a case must get right beyond the types of its fields: names of its charter, order, and fields that belong.

What the law makes of a step is not checked here: that a case records an act which its charter refuses is a finding.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tocsin.charter.checks.index import Index
from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.structure import suggestion
from tocsin.charter.predicates import Event, Predicate
from tocsin.charter.rules.kinds import Choice, RuleRow
from tocsin.charter.snapshot import Charter
from tocsin.errors import TermError
from tocsin.replay.case import Case, CaseEvent, Recorded, Step
from tocsin.replay.checks_order import order_mistakes
from tocsin.replay.steps import COMMON, KINDS, NEEDED, POSITION_FIELDS
from tocsin.replay.times import zone
from tocsin.terms import is_invented, is_party_id

OTHERS = "others"
LISTED_MAX = 20

FREE_ACTORS = ("note", "outage", "mandate", "renew mandate")
"""Kinds of step whose actor need not be known to the charter."""

_PARTIES = (*POSITION_FIELDS, "parties", "subject", "party", "host")
_NAMED = {
    "duty": "duty",
    "organ": "organ",
    "rule": "rule",
    "matter": "matter",
    "readings": "reading",
    "status": "status",
}
_CASE_EVENTS = ("event", "rival_events")
_RECORDED_PARTIES = ("bound", "not_bound", "blockers")


def mistakes_in(case: Case, charter: Charter, raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every mistake in a case whose fields are of their types; `raw` tells which fields were given."""
    checks = _Checks(case, charter)
    yield from checks.about()
    for index, event in enumerate(case.event):
        yield from checks.event(event, ("event", index))
    for index, (step, given) in enumerate(zip(case.step, raw["step"], strict=True)):
        yield from checks.step(step, given, ("step", index))
    try:
        seat = zone(charter.document.charter.timezone)
    except TermError as error:
        yield Mistake(("case", "charter"), str(error))
    else:
        yield from order_mistakes(case, raw, seat)


def event_mistakes(event: Event, path: Path) -> Iterator[Mistake]:
    """Party fields that cannot be party ids. Which parties there are is a charter's matter."""
    for field, words in _EVENT_PARTIES.items():
        for at, name in _names(getattr(event, field), (*path, field)):
            if name not in words and not is_party_id(name):
                accepted = ", ".join(["a party id such as 'XAA'", *(f"'{word}'" for word in words)])
                yield Mistake(at, f"'{name}' is not written as a party id", accepted)


_EVENT_PARTIES = {"victim": (), "attacker": ("non-state",), "territory_of": ("international",), "requested_by": ()}


class _Checks:
    """One case before its charter, with the names both of them know."""

    def __init__(self, case: Case, charter: Charter) -> None:
        self.case, self.charter = case, charter
        index = Index(charter.document, "")
        self.known = {table: list(spans) for table, spans in index.spans.items()}
        self.known["event"] = [event.id for event in case.event]
        self.facts = sorted({node.value.fact for node in index.nodes if isinstance(node.value, Predicate)} - {""})
        self.questions = sorted(set(_questions(index)) - {""})

    def about(self) -> Iterator[Mistake]:
        about, is_hypothetical = self.case.case, self.charter.document.charter.hypothetical
        if is_hypothetical and not about.hypothetical:
            found = f"the charter '{self.charter.id}' is hypothetical, and this case does not say that it is"
            yield Mistake(("case", "hypothetical"), found, "true", "add hypothetical = true to [case]")
        for at, choice in enumerate(about.rival_readings):
            yield from self.readings(choice, ("case", "rival_readings", at))
        ids = [event.id for event in self.case.event]
        for place, event_id in enumerate(ids):
            if event_id in ids[:place]:
                yield Mistake(("event", place, "id"), f"there are two events '{event_id}'", "", "rename one of them")

    def event(self, event: CaseEvent, path: Path) -> Iterator[Mistake]:
        for field, words in _EVENT_PARTIES.items():
            for at, name in _names(getattr(event, field), (*path, field)):
                if name not in words:
                    yield from self.party(name, at, words)
        for fact in event.facts:
            if fact not in self.facts:
                found = f"no condition of the charter asks for the fact '{fact}'"
                fix = suggestion(fact, self.facts) or "remove it; 'says' has room for it"
                yield Mistake((*path, "facts", fact), found, _listed(self.facts), fix)

    def step(self, step: Step, given: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
        yield from self.belongs(step, given, path)
        yield from self.actor(step, path)
        for field, table in _NAMED.items():
            if field != "readings":
                for at, name in _names(getattr(step, field), (*path, field)):
                    yield from _unknown(name, self.known[table], table, at)
        yield from self.readings(step.readings, (*path, "readings"))
        for field in _CASE_EVENTS:
            for at, name in _names(getattr(step, field), (*path, field)):
                yield from _unknown(name, self.known["event"], "event", at, "add the account as an [[event]]")
        yield from self.parties(step, path)
        if step.question and step.question not in self.questions:
            found = f"no rule of the charter reads a question '{step.question}'"
            near = suggestion(step.question, self.questions)
            yield Mistake((*path, "question"), found, _listed(self.questions), near)
        if step.recorded is not None:
            yield from self.recorded(step, step.recorded, given["recorded"], (*path, "recorded"))

    def belongs(self, step: Step, given: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
        """Fields that this kind of step does not have, or needs and lacks."""
        kind = KINDS[step.do]
        allowed = (*COMMON, *kind.fields, *(("recorded",) if kind.recorded else ()))
        for field in given:
            if field not in allowed:
                found = f"'{field}' does not belong to a step that does '{step.do}'"
                yield Mistake((*path, field), found, ", ".join(sorted(allowed)), "remove it, or correct 'do'")
        needed = (*(("by",) if kind.by == NEEDED else ()), *kind.needs)
        for field in needed:
            if given.get(field) in (None, "", [], {}):
                fix = f"add {field} = …"
                yield Mistake((*path, field), f"a step that does '{step.do}' needs the field '{field}'", "", fix)
        if step.do == "positions" and not any(getattr(step, field) for field in POSITION_FIELDS):
            yield Mistake(path, "the step states no positions", f"one or more of {', '.join(POSITION_FIELDS)}")
        for at, field in enumerate(step.inferred):
            if field not in given or field in ("inferred", "recorded"):
                accepted = ", ".join(sorted(set(given) - {"inferred", "recorded", "do", "says", "source", "class"}))
                yield Mistake((*path, "inferred", at), f"'{field}' is no field given in this step", accepted)

    def actor(self, step: Step, path: Path) -> Iterator[Mistake]:
        if not step.by or step.do in FREE_ACTORS or step.by in (*self.known["organ"], *self.known["office"]):
            return
        for mistake in self.party(step.by, (*path, "by")):
            named = [*self.known["organ"], *self.known["office"]]
            accepted = f"a party's code, or an organ or office: {_listed(named)}"
            found = mistake.found.replace("there is no party", "there is no party, organ or office")
            yield mistake._replace(found=found, accepted=accepted, fix=suggestion(step.by, named) or mistake.fix)

    def readings(self, chosen: Iterable[str], path: Path) -> Iterator[Mistake]:
        questions: dict[str, str] = {row.id: row.question for row in self.charter.document.reading}
        answered: dict[str, str] = {}
        for at, name in enumerate(chosen):
            yield from _unknown(name, self.known["reading"], "reading", (*path, at))
            question = questions.get(name, name)
            if question in answered:
                found = f"'{answered[question]}' and '{name}' answer the same question, '{question}'"
                yield Mistake((*path, at), found, "one reading a question")
            answered[question] = name

    def parties(self, step: Step, path: Path) -> Iterator[Mistake]:
        named: dict[str, str] = {}
        lists = (*POSITION_FIELDS, "to") if step.do == "deliver" else POSITION_FIELDS
        for field in (*_PARTIES, *(("to",) if step.do in ("deliver", "warn") else ())):
            for at, name in _names(getattr(step, field), (*path, field)):
                if not (field in lists and name == OTHERS) and not (field == "to" and name in self.known["group"]):
                    yield from self.party(name, at)
                if field in POSITION_FIELDS and name in named:
                    where = f"in '{named[name]}' already" if named[name] != field else "twice in this list"
                    yield Mistake(at, f"'{name}' stands {where}", "one position a party", "remove one of the two")
                named[name] = field
        for name in step.reservation:
            if name not in named:
                at = (*path, "reservation", name)
                yield Mistake(
                    at, f"'{name}' has a reservation but no position in this step", "", "name it in 'support'"
                )

    def recorded(self, step: Step, recorded: Recorded, given: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
        allowed = KINDS[step.do].recorded
        for field in given:
            if allowed and field not in allowed:
                found = f"'{field}' cannot be recorded of a step that does '{step.do}'"
                yield Mistake((*path, field), found, ", ".join(allowed))
        for at, name in _names(recorded.organ, (*path, "organ")):
            yield from _unknown(name, self.known["organ"], "organ", at)
        for name in recorded.status.split(", ") if recorded.status else ():
            yield from _unknown(name, self.known["status"], "status", (*path, "status"))
        for field in _RECORDED_PARTIES:
            for at, name in _names(getattr(recorded, field) or (), (*path, field)):
                if name != OTHERS:
                    yield from self.party(name, at)
        if OTHERS in (recorded.bound or ()) and OTHERS in (recorded.not_bound or ()):
            yield Mistake((*path, "not_bound"), "'others' stands in 'bound' as well", "'others' in one of the two")

    def party(self, name: str, path: Path, words: tuple[str, ...] = ()) -> Iterator[Mistake]:
        """A party the charter may know. An invented case may bring invented states to a real charter."""
        if self.case.case.hypothetical and is_invented(name):
            return
        if mistake := party_mistake(self.charter.document, name, path):
            accepted = ", or ".join([mistake.accepted, *(f"'{word}'" for word in words)])
            yield mistake._replace(accepted=accepted)


def _questions(index: Index) -> Iterator[str]:
    for node in index.nodes:
        if isinstance(node.value, RuleRow):
            yield node.value.question
        if isinstance(node.value, Choice):
            yield from (f"choose:{option.id}" for option in node.value.options)


def _names(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """The names in a field that holds one or a list of them, each with its place."""
    if isinstance(value, str) and value:
        yield path, value
    if isinstance(value, tuple):
        yield from (((*path, at), name) for at, name in enumerate(value))


def _unknown(name: str, known: Iterable[str], kind: str, path: Path, fix: str = "") -> Iterator[Mistake]:
    names = list(known)
    if name not in names:
        yield Mistake(path, f"there is no {kind} '{name}'", _listed(names), suggestion(name, names) or fix)


def _listed(names: list[str]) -> str:
    return ", ".join([*names[:LISTED_MAX], *(["…"] if len(names) > LISTED_MAX else [])]) or "none"
