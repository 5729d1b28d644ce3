"""The topics of a comparison that concern duties: who owes what, when, on whose word, and what is left out."""

from collections.abc import Callable, Iterator
from typing import Literal

from tocsin.charter.forum import open_forums
from tocsin.charter.model import Duty
from tocsin.charter.predicates import Predicate
from tocsin.charter.snapshot import Snapshot
from tocsin.measures.comparison_cells import line, not_known
from tocsin.measures.comparison_model import Line
from tocsin.measures.comparison_words import actor, condition_short, rule_short
from tocsin.terms import PartyId

Sort = Literal["consult", "help", "between", "ban", "other"]
"""consult; help for a party that is struck; keeping the peace between parties; a prohibition; anything else."""

_ROLE_FIELDS = {"victim": "victim", "attacker": "attacker", "requester": "requested_by"}
"""The roles that an event fills, and by which field; all others are filled by a decision."""
MODALS = {"duty": "must", "power": "may", "permission": "may", "prohibition": "must not"}


def sort_of(duty: Duty, snapshot: Snapshot) -> Sort:
    """What a duty is about, told from its row: its modality, the matter that decides it, and what its trigger asks."""
    if duty.modality == "prohibition":
        return "ban"
    matter = snapshot.matters.get(duty.decision)
    if duty.id.startswith("consult") or (matter is not None and matter.kind == "consultation"):
        return "consult" if duty.modality == "duty" else "other"
    asked = {test.field for test in tests_of(duty.when) if test.group or test.in_ or isinstance(test.is_, str)}
    if "attacker" in asked or "attacker" in duty.bearer:
        return "between"
    return "help" if asked & {"victim", "territory_of"} else "other"


def tests_of(condition: Predicate | None) -> Iterator[Predicate]:
    """The comparisons and facts a condition asks for; those under a `not` are left out."""
    if condition is None:
        return
    if condition.field is not None or condition.fact:
        yield condition
    for part in (*condition.all, *condition.any):
        yield from tests_of(part)


def duties_of(snapshot: Snapshot, sort: Sort) -> list[Duty]:
    """The duties of a sort in force on the day, in the charter's order."""
    return [duty for duty in snapshot.duties.values() if sort_of(duty, snapshot) == sort]


def aspect(sort: Sort, say: Callable[[Snapshot, Duty], Iterator[Line]]) -> Callable[[Snapshot], list[Line]]:
    """A topic: one aspect of every duty of a sort, each named where there are several."""

    def topic(snapshot: Snapshot) -> list[Line]:
        duties = duties_of(snapshot, sort)
        return [_named(one, duty) if len(duties) > 1 else one for duty in duties for one in say(snapshot, duty)]

    return topic


def _named(one: Line, duty: Duty) -> Line:
    return Line(
        says=f"{duty.id}: {one.says}", kind=one.kind, clauses=one.clauses, source_class=one.source_class,
        parties=one.parties, hours=one.hours,
    )  # fmt: skip


def what(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """What is owed, and whether it must or may be done."""
    if gap := not_known(snapshot, duty, "content"):
        yield gap
    else:
        yield line(snapshot, f"{duty.title} ({MODALS[duty.modality]}): {duty.content}", [duty])


def when(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """The trigger."""
    yield line(snapshot, condition_short(duty.when, snapshot), [duty])


def asked_by(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """Who may validly ask."""
    if gap := not_known(snapshot, duty, "request_by"):
        yield gap
    elif duty.request_by:
        to = f", of {actor(snapshot, duty.request_to)}" if duty.request_to else ""
        yield line(snapshot, " or ".join(actor(snapshot, name) for name in duty.request_by) + to, [duty])
    else:
        yield line(snapshot, "no request is needed", [duty])


def qualified_by(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """Who finds that the trigger is there."""
    if gap := not_known(snapshot, duty, "qualified_by"):
        yield gap
    elif duty.qualified_by:
        found = "whoever asks" if duty.qualified_by == "requester" else actor(snapshot, duty.qualified_by)
        yield line(snapshot, found, [duty])


def decided_by(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """Whether it is owed without a decision, or by which matter, in which organ, under which rule."""
    matter = snapshot.matters.get(duty.decision)
    if gap := not_known(snapshot, duty, "decision"):
        yield gap
    elif duty.decision == "automatic":
        yield line(snapshot, "automatic: owed without a decision", [duty])
    elif matter is not None:
        for forum in open_forums(snapshot, matter):
            organ = actor(snapshot, forum.organ)
            said = f"'{matter.title}' in {organ}: "
            if forum.rule == "unset":
                why = f"{said}rule not known (unset): {forum.why.rstrip('.')}"
                yield line(snapshot, why, [duty, matter], clauses=[forum.clause], kind="not known")
            else:
                rows = [duty, matter, *([snapshot.rules[forum.rule]] if forum.rule in snapshot.rules else [])]
                yield line(snapshot, said + rule_short(forum.rule, snapshot.rules), rows, clauses=[forum.clause])


def means(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """Whether each bearer chooses its means."""
    if gap := not_known(snapshot, duty, "means"):
        yield gap
    elif duty.means:
        yield line(snapshot, {"own choice": "each chooses its own", "specified": "specified"}[duty.means], [duty])


def limits(snapshot: Snapshot, duty: Duty) -> Iterator[Line]:
    """What it does not ask, and when it ends."""
    if gap := not_known(snapshot, duty, "limits"):
        yield gap
    elif duty.limits:
        yield line(snapshot, duty.limits, [duty])
    if duty.ends:
        yield line(snapshot, f"ends: {duty.ends}", [duty])


def exclusions(snapshot: Snapshot) -> list[Line]:
    """What is excluded from the duties to consult and to help, with the reason; those of a reading not chosen wait."""
    return [
        line(snapshot, f"{duty.id}: {part.why}", [duty], clauses=[part.clause])
        for duty in snapshot.duties.values()
        if sort_of(duty, snapshot) in ("consult", "help")
        for part in duty.unless
        if not part.reading or part.reading in snapshot.readings
    ]


def listed(sort: Sort) -> Callable[[Snapshot], list[Line]]:
    """A topic: the duties of a sort, each by its title and content."""

    def topic(snapshot: Snapshot) -> list[Line]:
        return [
            line(snapshot, f"{duty.title}: {duty.content}".rstrip(": ") + _but(duty, snapshot), [duty])
            for duty in duties_of(snapshot, sort)
        ]

    return topic


def _but(duty: Duty, snapshot: Snapshot) -> str:
    """The exceptions that hold under the readings chosen."""
    said = [part.why for part in duty.unless if not part.reading or part.reading in snapshot.readings]
    return f" Unless: {' '.join(said)}" if said else ""


def reports(snapshot: Snapshot) -> list[Line]:
    """Reports owed: to whom, how soon, of what, by whom."""
    return [
        line(
            snapshot,
            f"{report.to}, {'no time stated' if report.within == 'unset' else report.within}: {report.of} "
            f"(by {'the alliance' if report.by == 'alliance' else actor(snapshot, report.by)}; {duty.id})",
            [duty],
            clauses=[report.clause],
        )
        for duty in snapshot.duties.values()
        for report in duty.report
    ]


def borne_by(snapshot: Snapshot, duty: Duty, code: PartyId) -> str:
    """How a party bears a duty: 'always', or in which role; empty: it does not, whatever happens."""
    roles = [role for role in _roles_named(snapshot, duty) if _may_have(snapshot, duty, code, role)]
    if _bound(snapshot, duty, code, ""):
        free = [role for role in roles if not _bound(snapshot, duty, code, role)]
        return f"unless it is the {' or the '.join(free)}" if free else "always"
    bearing = [role for role in roles if _bound(snapshot, duty, code, role)]
    return f"only as the {' or the '.join(bearing)}" if bearing else ""


def _roles_named(snapshot: Snapshot, duty: Duty) -> list[str]:
    """The roles on which it depends who bears the duty, in the order of the row."""
    named = (role for name in (*duty.bearer, *duty.bearer_minus) for role in sorted(snapshot.roles_in(name)))
    return list(dict.fromkeys(named))


def _bound(snapshot: Snapshot, duty: Duty, code: PartyId, role: str) -> bool:
    """Whether the party is among the bearers when it has this role; '': when it has none."""
    roles = {role: (code,)} if role else {}
    bears = any(code in snapshot.group(name, roles) for name in duty.bearer)
    return bears and not any(code in snapshot.group(name, roles) for name in duty.bearer_minus)


def _may_have(snapshot: Snapshot, duty: Duty, code: PartyId, role: str) -> bool:
    """Whether a party can have a role in an event that triggers the duty; by a decision, only who takes part in it."""
    field = _ROLE_FIELDS.get(role)
    if field is None:
        return any(snapshot.has_right(code, right) for right in ("vote", "pledge"))
    return duty.when is None or True in _possible(duty.when, snapshot, code, field)


def _possible(condition: Predicate, snapshot: Snapshot, code: PartyId, field: str) -> frozenset[bool]:
    """What a condition may come to when this field of the event names the party and all the rest is open."""
    if condition.all or condition.any:
        parts = [_possible(part, snapshot, code, field) for part in (*condition.all, *condition.any)]
        decisive = bool(condition.any)
        one_will_do = any(decisive in part for part in parts)
        all_may_agree = all((not decisive) in part for part in parts)
        return frozenset(({decisive} if one_will_do else set()) | ({not decisive} if all_may_agree else set()))
    if condition.not_ is not None:
        return frozenset(not one for one in _possible(condition.not_, snapshot, code, field))
    if condition.area:
        area = snapshot.areas.get(condition.area)
        return _possible(area.where, snapshot, code, field) if area else frozenset({False})
    if condition.field != field or condition.same_as is not None or condition.has is not None:
        return frozenset({True, False})
    if condition.group:
        known = not snapshot.roles_in(condition.group)
        return frozenset({code in snapshot.group(condition.group)}) if known else frozenset({True, False})
    return frozenset({code in (condition.in_ or (condition.is_,))})
