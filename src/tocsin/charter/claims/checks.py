"""Everything a claims file must get right beyond the types of its fields."""

from collections.abc import Iterator, Mapping
from typing import get_args

from tocsin.charter.checks.rows import NOT_SEEN
from tocsin.charter.claims.model import (
    Ask,
    AskBound,
    AskDuties,
    AskDuty,
    AskHeld,
    AskHolds,
    AskInstrument,
    AskMembers,
    AskOrgan,
    AskOutcome,
    AskReport,
    AskRight,
    AskRule,
    AskShared,
    AskStatus,
    AskTally,
    AskValue,
    ClaimFile,
    Compared,
    Value,
)
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.structure import suggestion
from tocsin.charter.predicates import Event
from tocsin.charter.rules.kinds import Rule
from tocsin.states import is_state, state_codes, state_name
from tocsin.terms import is_invented, is_party_id

ONE_OF: Mapping[type[Ask], tuple[str, ...]] = {
    AskMembers: ("are", "count"),
    AskShared: ("are", "count"),
    AskInstrument: ("is", "before", "since"),
    AskRule: ("is", "uses"),
    AskBound: ("party", "are", "count"),
    AskValue: ("is", "above", "at_least", "below", "at_most"),
    AskTally: ("is", "above", "at_least", "below", "at_most"),
}
"""Questions of which exactly one of these fields is given."""


EVERYBODY = ("others", "anyone")
"""Words that stand for parties in a table of positions."""

RULE_KINDS = tuple(str(kind.__struct_config__.tag) for kind in get_args(Rule))


def file_mistakes(file: ClaimFile) -> Iterator[Mistake]:
    """Every mistake, not yet located."""
    yield from _twice("value", [value.id for value in file.value])
    yield from _twice("claim", [claim.id for claim in file.claim])
    for place, value in enumerate(file.value):
        yield from _value(value, ("value", place))
    values = {value.id: value for value in file.value}
    for place, claim in enumerate(file.claim):
        for index, ask in enumerate(claim.assert_):
            yield from _ask(ask, values, ("claim", place, "assert", index))


def _twice(table: str, names: list[str]) -> Iterator[Mistake]:
    for place, name in enumerate(names):
        if name in names[:place]:
            fix = "give each an id of its own"
            yield Mistake((table, place, "id"), f"there is a {table} '{name}' already", "", fix)


def _value(value: Value, path: Path) -> Iterator[Mistake]:
    if not value.numbers and not value.unset:
        yield Mistake(path, f"value '{value.id}' holds no number", "numbers = { KEY = 1 }, or a reason under unset")
    if value.source == NOT_SEEN and value.class_ != "memory":
        found = f"the source was not seen, and the class is '{value.class_}'"
        yield Mistake((*path, "source"), found, "memory", 'write class = "memory", or name the source')
    for key, reason in value.unset.items():
        if key in value.numbers:
            yield Mistake((*path, "unset", key), f"'{key}' is given and unset at once", "", "remove one of the two")
        elif not reason.strip():
            yield Mistake((*path, "unset", key), f"'{key}' is unset without a reason", "a text that says why")


def _ask(ask: Ask, values: Mapping[str, Value], path: Path) -> Iterator[Mistake]:
    yield from _one_of(ask, path)
    if isinstance(ask, AskStatus):
        yield from _span(ask, path)
        yield from _party(ask.party, (*path, "party"))
    if isinstance(ask, AskMembers | AskShared):
        for place, party in enumerate(ask.are or ()):
            yield from _party(party, (*path, "are", place))
    if isinstance(ask, AskOrgan) and not ask.organ and not ask.name:
        yield Mistake(path, "the question names no organ", "organ = its id, or name = its whole name")
    if isinstance(ask, AskRule):
        yield from _rule_kind(ask, path)
    if isinstance(ask, AskDuty | AskDuties | AskBound | AskReport) and ask.event is not None:
        yield from _event(ask.event, (*path, "event"))
    if isinstance(ask, AskHeld | AskRight | AskOutcome | AskBound):
        yield from _named_parties(ask, path)
    if isinstance(ask, AskOutcome):
        yield from _positions(ask, path)
    if isinstance(ask, AskHolds) and ask.on is None and ask.from_ is None and ask.to is None:
        yield Mistake(path, "the question names no day", "on, from or to")
    if isinstance(ask, Compared):
        yield from _number(ask, values, path)


def _named_parties(ask: AskHeld | AskRight | AskOutcome | AskBound, path: Path) -> Iterator[Mistake]:
    """Parties that the newer questions name, one by one or as keys of a table."""
    if isinstance(ask, AskHeld):
        if not ask.from_ and not ask.to:
            yield Mistake(path, "no party and no day is given", "from = { FRA = 1949-08-24 }, or the same under to")
        for field, days in (("from", ask.from_), ("to", ask.to)):
            for party in days:
                yield from _party(party, (*path, field, party))
    elif isinstance(ask, AskOutcome):
        for field, said in (("positions", ask.positions), *((f"questions.{q}", s) for q, s in ask.questions.items())):
            for party in said:
                if party not in EVERYBODY:
                    yield from _party(party, (*path, *field.split(".", 1), party))
        if ask.subject:
            yield from _party(ask.subject, (*path, "subject"))
        for field, names in (("blocked_by", ask.blocked_by), ("bound", ask.bound)):
            for place, party in enumerate(names or ()):
                if party not in EVERYBODY:
                    yield from _party(party, (*path, field, place))
    else:
        if ask.party:
            yield from _party(ask.party, (*path, "party"))
        for place, party in enumerate((ask.are if isinstance(ask, AskBound) else None) or ()):
            yield from _party(party, (*path, "are", place))


def _positions(ask: AskOutcome, path: Path) -> Iterator[Mistake]:
    if ask.counts and ask.positions:
        yield Mistake((*path, "counts"), "positions are given by party and by number", "one of positions, counts")
    if ask.is_ == "unset" and (ask.positions or ask.counts):
        fix = "leave the positions out, or ask what comes of them"
        yield Mistake((*path, "is"), "where the rule is unset no positions are counted", "", fix)


def _one_of(ask: Ask, path: Path) -> Iterator[Mistake]:
    names = ONE_OF.get(type(ask), ())
    given = [name for name in names if getattr(ask, "is_" if name == "is" else name) not in (None, "")]
    if names and len(given) != 1:
        found = f"{' and '.join(given)} are given together" if given else "nothing is compared with"
        yield Mistake(path, found, f"one of {', '.join(names)}")


def _rule_kind(ask: AskRule, path: Path) -> Iterator[Mistake]:
    for field, kind in (("is", ask.is_), ("uses", ask.uses)):
        if kind and kind not in RULE_KINDS:
            fix = suggestion(kind, RULE_KINDS)
            yield Mistake((*path, field), f"there is no kind of rule '{kind}'", ", ".join(RULE_KINDS), fix)


def _span(ask: AskStatus, path: Path) -> Iterator[Mistake]:
    day, span = ask.on is not None, (ask.since is not None, ask.until is not None)
    if day == any(span) or any(span) != all(span):
        yield Mistake(path, "the question needs one day or one span of days", "on, or since and until")
    elif ask.since is not None and ask.until is not None and ask.until <= ask.since:
        yield Mistake((*path, "until"), f"the span ends on {ask.until}, before it has begun", "a day after 'since'")


def _event(event: Event, path: Path) -> Iterator[Mistake]:
    for field in ("victim", "attacker", "territory_of"):
        name: str = getattr(event, field)
        if name and name not in ("non-state", "international"):
            yield from _party(name, (*path, field))
    for place, party in enumerate(event.requested_by or ()):
        yield from _party(party, (*path, "requested_by", place))


def _party(name: str, path: Path) -> Iterator[Mistake]:
    """A name that cannot be a party's. An id of other length may be one that a charter registers."""
    if is_party_id(name) and (len(name) != 3 or is_state(name) or is_invented(name)):
        return
    accepted = "an ISO 3166-1 alpha-3 code, an invented code XAA to XZZ, or an id that the charter registers"
    code = next((code for code in state_codes() if str(state_name(code)).casefold() == name.casefold()), "")
    fix = f"write '{code}'" if code else suggestion(name, state_codes())
    yield Mistake(path, f"there is no party '{name}'", accepted, fix)


def _number(ask: Compared, values: Mapping[str, Value], path: Path) -> Iterator[Mistake]:
    if ask.value not in values:
        accepted = ", ".join(values) or "there is no [[value]] in this file"
        fix = suggestion(ask.value, list(values))
        yield Mistake((*path, "value"), f"there is no value '{ask.value}'", accepted, fix)
        return
    value = values[ask.value]
    keys = [*value.numbers, *value.unset]
    asked: list[tuple[Path, str]] = []
    if isinstance(ask, AskValue):
        asked = [(("key",), ask.key)]
    if isinstance(ask, AskTally):
        asked = [(("without", place), key) for place, key in enumerate(ask.without)]
    for step, key in asked:
        if key not in keys and not (isinstance(ask, AskValue) and value.incomplete):
            found = f"value '{value.id}' has no key '{key}'"
            yield Mistake((*path, *step), found, ", ".join(keys[:40]), suggestion(key, keys))
