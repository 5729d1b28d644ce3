"""From a matter to the ballot that decides it: organ, rule, electors and weights of the day, pinned in one value."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.model import Forum, Matter
from tocsin.charter.rules.ballot import Ballot, names_in
from tocsin.charter.rules.kinds import AnyRule, Excluding, Rule
from tocsin.charter.rules.verdict import Outcome, TraceLine, compile_ballot
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.errors import NotFound, TermError
from tocsin.terms import PartyId, Position

T = TypeVar("T")
Roles = Mapping[str, tuple[PartyId, ...]]

VOTELESS = "members without a vote"
"""The group that a ballot leaves out where some of its electors have no vote."""
_INNER = ("rule", "first", "then", "by", "otherwise")


class Unset(Struct, frozen=True):
    """The charter's sources do not say how this is decided; `reason` tells what is missing."""

    reason: str
    clause: str = ""


def open_forums(snapshot: Snapshot, matter: Matter) -> tuple[Forum, ...]:
    """The forums of a matter that are open on the day, under the snapshot's readings."""
    dated = forums_on(snapshot, matter)
    return tuple(forum for forum in dated if not forum.reading or forum.reading in snapshot.readings)


def forums_on(snapshot: Snapshot, matter: Matter) -> tuple[Forum, ...]:
    """The forums of a matter that are open on the day, under whatever readings."""
    return tuple(
        forum
        for forum in matter.forum
        if (forum.from_ is None or forum.from_ <= snapshot.on)
        and (forum.to is None or snapshot.on < forum.to)
        and forum.organ in snapshot.organs
    )


def ballot_for(snapshot: Snapshot, forum: Forum, roles: Roles = MappingProxyType({})) -> Ballot | Unset:
    """The rule of a forum with its electors and weights of the day, or what the sources leave unset."""
    organ = snapshot.organs[forum.organ]
    if forum.rule == "unset":
        return Unset(f"the rule by which {organ.name} decides this is unset: {forum.why}", forum.clause)
    if forum.rule not in snapshot.rules:
        return Unset(f"the rule '{forum.rule}' is not in force on {snapshot.on}", forum.clause)
    if not organ.electorate:
        return Unset(f"who decides in {organ.name} is unset: {organ.unset.get('electorate', '')}", organ.clause)
    universe = snapshot.group(organ.electorate, roles)
    rule = resolve(snapshot.rules[forum.rule], snapshot.rules)
    voteless = universe - snapshot.group("voters")
    if voteless:
        rule = Excluding(who=(VOTELESS,), rule=rule)
    groups, weights, _ = names_in(rule)
    roles = {**roles, VOTELESS: tuple(sorted(voteless))}
    return Ballot(
        rule=rule,
        universe=tuple(sorted(universe)),
        groups={name: tuple(sorted(snapshot.group(name, roles))) for name in sorted(groups)},
        weights={name: dict(snapshot.weights[name].values) for name in sorted(weights) if name in snapshot.weights},
    )


def electors_of(snapshot: Snapshot, forum: Forum, roles: Roles = MappingProxyType({})) -> tuple[PartyId, ...] | None:
    """Who decides in a forum on the day, whatever its rule; None where the sources do not say."""
    electorate = snapshot.organs[forum.organ].electorate
    return tuple(sorted(snapshot.group(electorate, roles))) if electorate else None


def outcome(  # noqa: PLR0913 - one question with many optional sides, most of them by name
    charter: Charter,
    matter: str,
    positions: Mapping[str, Position],
    *,
    on: date,
    known: date | None = None,
    organ: str = "",
    rule: str = "",
    subject: str = "",
    questions: Mapping[str, Mapping[str, Position]] = {},
    closed: bool = False,
    readings: Iterable[str] = (),
) -> Outcome:
    """What the charter's rule makes of these positions on this day, with the trace.

    `organ` and `rule` choose a forum other than the matter's first; `questions` holds positions on questions of their
    own; `closed` says that no more positions will come. Where the sources leave the rule unset the verdict is open,
    and `unset` says what is missing. Raises NotFound for a matter, organ or party the charter does not have on the
    day, TermError for a subject that is missing or out of place.
    """
    snapshot = charter.as_of(on, known, readings)
    row = lookup(f"matter in force on {on}", matter, snapshot.matters)
    _check_parties(snapshot, row, subject, positions)
    chosen = choose_forum(open_forums(snapshot, row), organ, rule)
    if chosen is None:
        there = [f"{forum.organ} ({forum.rule})" for forum in open_forums(snapshot, row)]
        raise NotFound(f"open forum of '{matter}'", f"{organ} {rule}".strip() or matter, there)
    roles: dict[str, tuple[PartyId, ...]] = {"subject": (PartyId(subject),)} if subject else {}
    ballot = ballot_for(snapshot, chosen, roles)
    if isinstance(ballot, Unset):
        return unset_outcome(ballot)
    return compile_ballot(ballot).outcome(positions, questions, closed)


def _check_parties(snapshot: Snapshot, matter: Matter, subject: str, positions: Mapping[str, Position]) -> None:
    known = sorted(snapshot.standings)
    for party in positions:
        if party not in snapshot.standings:
            raise NotFound(f"party of this charter on {snapshot.on}:", party, known)
    if matter.subject and not subject:
        raise TermError(f"'{matter.title}' concerns one party: name the subject")
    if subject and not matter.subject:
        raise TermError(f"'{matter.title}' concerns no single party: leave the subject out")
    if subject and matter.kind != "membership" and subject not in snapshot.standings:
        raise NotFound(f"party of this charter on {snapshot.on}:", subject, known)


def choose_forum(forums: Iterable[Forum], organ: str = "", rule: str = "") -> Forum | None:
    """The first forum in that organ and under that rule; empty names accept any."""
    return next((row for row in forums if organ in ("", row.organ) and rule in ("", row.rule)), None)


def unset_outcome(gap: Unset) -> Outcome:
    """The outcome of a procedure whose rule nobody has seen: open, saying why."""
    clauses = (gap.clause,) if gap.clause else ()
    trace = TraceLine(kind="unset", verdict="open", clause=gap.clause, note=gap.reason)
    return Outcome(verdict="open", clauses=clauses, unset=(gap.reason,), trace=trace)


def lookup(kind: str, name: str, table: Mapping[str, T]) -> T:
    """The row of that id. Raises NotFound with the ids there are."""
    if name not in table:
        raise NotFound(kind, name, sorted(table))
    return table[name]


def resolve(rule: AnyRule, rules: Mapping[str, Rule]) -> Rule:
    """The rule with every reference inside it replaced by the rule it names. The loader has refused cycles."""
    if isinstance(rule, str):
        return resolve(lookup("rule", rule, rules), rules)
    changed: dict[str, object] = {
        name: resolve(cast("AnyRule", getattr(rule, name)), rules) for name in _INNER if hasattr(rule, name)
    }
    if hasattr(rule, "rules"):
        changed["rules"] = tuple(resolve(part, rules) for part in rule.rules)
    if hasattr(rule, "options"):
        changed["options"] = tuple(replace(option, rule=resolve(option.rule, rules)) for option in rule.options)
    return replace(rule, **changed) if changed else rule
