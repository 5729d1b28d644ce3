"""What a step makes and what it rests on, so that an open or inferred fact reaches what depends on it, and no more.

Both are names of things, such as 'standing of XAB' or 'host XAC'; what a step says of itself decides them, and
`leans_on` adds what the law adds.
"""

from collections.abc import Iterable, Iterator

from tocsin.alliance.state import CaseState, Procedure
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Snapshot
from tocsin.replay.case import Step
from tocsin.replay.checks import OTHERS
from tocsin.replay.steps import KINDS, POSITION_FIELDS

FROM_REQUESTS = frozenset({"requester", "victim", "attacker"})
"""Roles that the requests of a case fill."""

CHANGE_STANDING = (
    "accede",
    "give notice",
    "revoke notice",
    "suspend",
    "reinstate",
    "expel",
    "assert status",
)
ON_STANDING = frozenset(
    {
        "not entitled",
        "not a member",
        "not a party",
        "not an elector",
        "not acceding",
        "not suspended",
        "not bound",
        "already in",
    }
)
"""Codes of refusals that can turn on a party's standing."""


def has_procedure(step: Step) -> bool:
    return "procedure" in KINDS[step.do].fields


def decision(procedure: str) -> str:
    return f"decision {procedure}"


def changes_standing(step: Step) -> bool:
    """Whether it may change who is a member, with what rights."""
    return step.do in CHANGE_STANDING or (step.do == "ratify" and step.what.startswith("accession/"))


def makes(step: Step) -> tuple[str, ...]:
    """What later steps may rest on, besides its procedure."""
    match step.do:
        case "request":
            return (f"host {step.by}", "requests")
        case "consent" | "withdraw consent":
            return (f"host {step.host or step.by}",)
        case "convene":
            return (f"meeting of {step.organ}",)
        case "require":
            return ("requirement",)
        case "pledge" | "withdraw pledge":
            return (f"pledge {step.name}", f"pledges of {step.party or step.by}", "pledges")
        case "package":
            return (f"package {step.name}",)
        case "mandate" | "renew mandate":
            return (f"mandate {step.name}",)
        case "deploy":
            return (f"deployment {step.name}",)
        case "amend charter":
            return (f"amendment/{step.name}",)
        case _ if changes_standing(step):
            return (f"standing of {_concerned(step)}",)
        case _:
            return (step.what,) if step.do == "ratify" else ()


def rests_on(step: Step, events: Iterable[Event] = ()) -> tuple[str, ...]:
    """What the step may be refused, or permitted, because of. `events` are the accounts a request rests on."""
    return tuple(dict.fromkeys(_rests_on(step, events)))


def _rests_on(step: Step, events: Iterable[Event]) -> Iterator[str]:
    if has_procedure(step) and step.do != "table":
        yield decision(step.procedure)
    yield from (f"standing of {party}" for party in _parties(step, events))
    match step.do:
        case "convene":
            yield f"meeting of {step.organ}"
        case "pledge" | "package":
            yield "requirement"
            if step.do == "package":
                yield "pledges"
        case "withdraw pledge":
            yield f"pledge {step.name}"
        case "attest package":
            yield f"package {step.name}"
        case "mandate" | "renew mandate":  # the name is free again once the earlier one has run out
            yield f"mandate {step.name}"
        case "deploy":
            yield from (f"pledges of {party}" for party in step.parties)
            if step.host:
                yield f"host {step.host}"
        case "end deployment":
            yield f"deployment {step.name}"
        case "ratify":
            yield step.what
        case _:
            return


def leans_on(step: Step, law: Snapshot, case: CaseState | None, after: Procedure | None) -> tuple[str, ...]:
    """What the law adds: decisions that had to come first, and requests that fill a role in who may or decides."""
    matter = law.matters.get(step.matter or (after.matter if after else ""))
    organ = law.organs.get(step.organ)
    if step.do not in ("table", "change forum", "convene"):
        return ()
    first = matter.needs if matter and step.do == "table" else ()
    found = [decision(row.id) for row in (case.procedures.values() if case else ()) if row.matter in first]
    names = (*(matter.raised_by if matter else ()), *(after.ballot.groups if after else ()))
    names = (*(organ.convened_by if organ else ()),) if step.do == "convene" else names
    if any(law.roles_in(name) & FROM_REQUESTS for name in names):
        found.append("requests")
    return tuple(found)


def _concerned(step: Step) -> str:
    return step.what.partition("/")[2] if step.do == "ratify" else step.party or step.by


def _parties(step: Step, events: Iterable[Event]) -> Iterator[str]:
    """Those whose standing bears on the step."""
    named = (step.by, step.subject, step.party, *(name for field in POSITION_FIELDS for name in getattr(step, field)))
    if step.do == "ratify" and step.what.startswith("accession/"):
        named = (*named, _concerned(step))
    for event in events:
        named = (*named, event.victim, event.attacker)
    yield from (name for name in named if name and name != OTHERS)
