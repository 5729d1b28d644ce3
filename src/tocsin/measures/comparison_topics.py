"""The topics of a comparison, in their order, and how each is read off a charter on a day."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, get_args

from tocsin.charter.forum import open_forums
from tocsin.charter.model import Forum, Matter, MatterKind, Organ, Provision, ProvisionKind
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Snapshot
from tocsin.measures import comparison_duties as owed
from tocsin.measures import comparison_time
from tocsin.measures.comparison_cells import line, not_known
from tocsin.measures.comparison_model import Line
from tocsin.measures.comparison_words import actor, condition_short, rule_short
from tocsin.terms import PartyId

Build = Callable[[Snapshot], list[Line]]


class Topic(NamedTuple):
    """A row of the comparison. `absence`: what a clause of absence must speak of to answer it with 'none'."""

    id: str
    group: str
    title: str
    build: Build
    absence: str = ""


MATTERS: dict[MatterKind, str] = {
    "consultation": "Consultation",
    "procedure": "Procedure",
    "substance": "Substance",
    "force": "Force",
    "budget": "Budget",
    "membership": "Entry and status",
    "suspension": "Suspension",
    "expulsion": "Expulsion",
    "amendment": "Amendment",
    "listing": "Listing",
    "meta": "The rules themselves",
}
PROVISIONS: dict[ProvisionKind, tuple[str, str]] = {
    "withdrawal": ("Exit", "withdraw|leav"),
    "accession": ("Accession", "accession|entry"),
    "suspension": ("Suspension", "suspen"),
    "expulsion": ("Expulsion", "expel|expulsion"),
    "arrears": ("Arrears", "arrears"),
    "amendment": ("Amendment", "amend"),
    "term": ("Term", "a term"),
    "dispute": ("Disputes", "dispute"),
    "precedence": ("Other treaties", "precedence"),
}
_FORCES = re.compile(
    r"\b(forces|troops|brigades?|battle ?groups?|contingents?|peacekeep\w*|standby|shield|rapid reaction|"
    r"military (staff|committee|command)|joint (staff|command)|unified (military )?command|command centre)\b",
    re.IGNORECASE,
)
_ABSENCE = re.compile(r"\(absence")


def _instruments(snapshot: Snapshot) -> list[Line]:
    lines = []
    for row in snapshot.instruments.values():
        if row.kind == "practice":
            continue
        dates = [f"signed {row.signed}" if row.signed else "", f"in force {row.in_force}" if row.in_force else ""]
        said = ", ".join(filter(None, dates))
        of_it = [clause.id for clause in snapshot.clauses.values() if clause.instrument == row.id]
        text = f"{row.title}{f' ({said})' if said else ''}"
        lines.append(line(snapshot, text, [row], clauses=[] if row.clause else of_it[:1]))
    return lines


def _parties(snapshot: Snapshot) -> list[Line]:
    """Members with their number, then what is laid over some of them."""
    members = snapshot.group("members")
    lines = [_count(snapshot, "member", members)] if members else []
    for overlay in sorted({name for standing in snapshot.standings.values() for name in standing.overlays}):
        laid = frozenset(code for code, standing in snapshot.standings.items() if overlay in standing.overlays)
        rows = [row for row in snapshot.memberships if row.party in laid and row.status == overlay]
        lines.append(line(snapshot, f"of them {overlay}", rows, parties=sorted(laid)))
    return lines


def _others(snapshot: Snapshot) -> list[Line]:
    """Observers, partners and all other statuses, with what a status lets them do."""
    statuses = dict.fromkeys(standing.status for standing in snapshot.standings.values())
    lines = []
    for status in statuses:
        held = frozenset(code for code, standing in snapshot.standings.items() if standing.status == status)
        if status in ("member", "withdrawn"):
            continue
        rights = snapshot.statuses[status].rights if status in snapshot.statuses else ()
        may = f"; may {', '.join(right.replace('_', ' ') for right in rights)}" if rights else "; no rights stated"
        lines.append(_count(snapshot, status, held, may))
    return lines


def _count(snapshot: Snapshot, status: str, held: Iterable[PartyId], then: str = "") -> Line:
    parties = sorted(held)
    rows = [row for row in snapshot.memberships if row.party in parties and row.status == status]
    plural = status if len(parties) == 1 or status.endswith("s") else f"{status}s"
    return line(snapshot, f"{len(parties)} {plural}{then}", rows, parties=parties)


def _organs(snapshot: Snapshot) -> list[Line]:
    lines = []
    for row in snapshot.organs.values():
        who = f"; decide: {_electors(snapshot, row)}" if row.electorate else ""
        lines.append(line(snapshot, f"{row.name}{f' ({row.seats})' if row.seats else ''}{who}", [row]))
    return lines


def _electors(snapshot: Snapshot, row: Organ) -> str:
    count = len(snapshot.group(row.electorate))
    return "all members" if row.electorate == "members" else f"{row.electorate} ({count})"


def _rules(kind: MatterKind) -> Build:
    """A topic: how matters of a kind are decided. Matters and organs that go the same way stand together."""

    def topic(snapshot: Snapshot) -> list[Line]:
        found = [
            (matter, forum)
            for matter in snapshot.matters.values()
            if matter.kind == kind
            for forum in open_forums(snapshot, matter)
        ]
        ways: dict[tuple[str, str], list[tuple[Matter, Forum]]] = {}
        for matter, forum in found:
            if forum.rule in snapshot.rules:
                way = rule_short(forum.rule, snapshot.rules)
                ways.setdefault((way, actor(snapshot, forum.organ)), []).append((matter, forum))
        unknown = [_no_rule(snapshot, *one) for one in found if one[1].rule not in snapshot.rules]
        # Where a provision says that there is no suspension, there is no rule for it either, and the row says so.
        absent = [row for row in snapshot.provisions.values() if row.kind == kind and row.absent and not found]
        return [*_ways(snapshot, ways), *unknown, *(said for row in absent for said in _provision(snapshot, row))]

    return topic


def _ways(snapshot: Snapshot, ways: Mapping[tuple[str, str], list[tuple[Matter, Forum]]]) -> Iterator[Line]:
    """A line for each rule and set of matters, with all organs that decide so."""
    merged: dict[tuple[str, str], tuple[list[str], list[tuple[Matter, Forum]]]] = {}
    for (way, organ), steps in ways.items():
        titles = "; ".join(dict.fromkeys(matter.title for matter, _ in steps))
        organs, held = merged.setdefault((way, titles), ([], []))
        organs.append(organ)
        held.extend(steps)
    for (way, titles), (organs, steps) in merged.items():
        rows = [row for matter, forum in steps for row in (matter, snapshot.rules[forum.rule])]
        clauses = [forum.clause for _, forum in steps]
        yield line(snapshot, f"{way}, in {' or '.join(organs)}: {titles}", rows, clauses=clauses)


def _no_rule(snapshot: Snapshot, matter: Matter, forum: Forum) -> Line:
    """A forum whose rule no source gives, or which hangs on the reading of a contested question."""
    where = f"{matter.title}, in {actor(snapshot, forum.organ)}"
    contested = any(row.id == forum.rule and row.reading for row in snapshot.document.rule)
    why = "which rule holds is contested" if contested else f"not known (unset): {forum.why.rstrip('.')}"
    return line(snapshot, f"{where}: {why}", [matter], clauses=[forum.clause], kind="not known")


def _scope(snapshot: Snapshot) -> list[Line]:
    return [
        line(snapshot, f"{row.name}: {condition_short(row.where, snapshot)}", [row]) for row in snapshot.areas.values()
    ]


def _forces(snapshot: Snapshot) -> list[Line]:
    """Instruments, organs, decisions and clauses that speak of forces, found by the words they use."""
    lines = [
        line(snapshot, f"decision: {matter.title}", [matter])
        for matter in snapshot.matters.values()
        if matter.kind == "force"
    ]
    lines += [
        line(snapshot, f"organ: {row.name}", [row]) for row in snapshot.organs.values() if _FORCES.search(row.name)
    ]
    for row in snapshot.instruments.values():
        of_it = [clause.id for clause in snapshot.clauses.values() if clause.instrument == row.id]
        if _FORCES.search(row.title) and of_it:
            lines.append(line(snapshot, f"instrument: {row.title}", [row], clauses=of_it[:1]))
    lines += [
        line(snapshot, f"clause: {row.summary}", [row], clauses=[row.id])
        for row in snapshot.clauses.values()
        if _FORCES.search(row.summary)
    ]
    return lines


def _provisions(kind: ProvisionKind) -> Build:
    def topic(snapshot: Snapshot) -> list[Line]:
        rows = [row for row in snapshot.provisions.values() if row.kind == kind]
        return [said for row in rows for said in _provision(snapshot, row)]

    return topic


def _provision(snapshot: Snapshot, row: Provision) -> Iterator[Line]:
    if row.absent:
        yield line(snapshot, f"none: {row.absent}", [row], kind="none")
        return
    parts = [
        f"{row.notice} of notice" if row.notice else "",
        f"notice to {actor(snapshot, row.notice_to)}" if row.notice_to else "",
        f"not before {row.earliest}" if row.earliest else "",
        _RATIFIED.get(row.ratified_by, f"ratified by {row.ratified_by} of the members"),
        _TRANSITIONS[row.transitional],
    ]
    matter = snapshot.matters.get(row.matter)
    rows: list[Row] = [row, *([matter] if matter else [])]
    clauses: list[str] = []
    for forum in open_forums(snapshot, matter)[:1] if matter else ():
        rule = snapshot.rules.get(forum.rule)
        how = rule_short(rule, snapshot.rules) if rule else "rule not known"
        parts.append(f"decided by {actor(snapshot, forum.organ)}: {how}")
        rows.extend([rule] if rule else [])
        clauses.append(forum.clause)
    said = "; ".join(filter(None, parts))
    text = ". ".join(filter(None, [said, row.says.rstrip(".")]))
    if text:
        yield line(snapshot, text, rows, clauses=clauses)
    for field in row.unset:
        if gap := not_known(snapshot, row, field, field.replace("_", " ")):
            yield gap


_RATIFIED = {"": "", "all": "ratified by all members", "none": "nobody need ratify"}
_TRANSITIONS = {"": "", "keep": "open procedures keep the old rule", "restart": "open procedures start anew"}


def _about(sort: owed.Sort, prefix: str, group: str, absence: str) -> Iterator[Topic]:
    """The aspects of the duties of a sort."""
    yield Topic(f"{prefix}", group, "What is owed", owed.aspect(sort, owed.what), absence)
    yield Topic(f"{prefix}-trigger", group, "When", owed.aspect(sort, owed.when), absence)
    yield Topic(f"{prefix}-request", group, "Who may ask", owed.aspect(sort, owed.asked_by), absence)
    yield Topic(
        f"{prefix}-qualified", group, "Who finds the trigger met", owed.aspect(sort, owed.qualified_by), absence
    )
    yield Topic(f"{prefix}-decision", group, "Decision", owed.aspect(sort, owed.decided_by), absence)
    yield Topic(f"{prefix}-means", group, "Means", owed.aspect(sort, owed.means), absence)
    yield Topic(f"{prefix}-limits", group, "Limits and end", owed.aspect(sort, owed.limits), absence)


_HELP = r"defend|assist|defence"
TOPICS: tuple[Topic, ...] = (
    Topic("members", "Parties", "Members", _parties),
    Topic("others", "Parties", "Observers, partners, others", _others),
    Topic("instruments", "Parties", "Instruments", _instruments),
    Topic("organs", "Organs", "Organs", _organs),
    *(
        Topic(f"rule-{kind}", "Decision rule by matter", MATTERS[kind], _rules(kind))
        for kind in get_args(MatterKind)
    ),
    *_about("consult", "consult", "Duty to consult", r"consult"),
    *_about("help", "help", "Duty or power to help", _HELP),
    Topic("scope", "Scope", "Areas", _scope),
    Topic("exclusions", "Scope", "Exclusions", owed.exclusions),
    Topic("between", "Other duties", "Between parties", owed.listed("between")),
    Topic("bans", "Other duties", "Prohibitions", owed.listed("ban")),
    Topic("other-duties", "Other duties", "Further duties and powers", owed.listed("other")),
    Topic("reports", "Other duties", "Reports owed", owed.reports),
    Topic("forces", "Forces", "Forces spoken of", _forces),
    *(
        Topic(kind, "Joining, leaving, changing", title, _provisions(kind), absence)
        for kind, (title, absence) in PROVISIONS.items()
    ),
    Topic("hours-meeting", "Time", "Worst case: call to meeting", comparison_time.to_meeting),
    Topic("hours-decision", "Time", "Worst case: request to binding help", comparison_time.to_decision, _HELP),
)  # fmt: skip
"""Every topic, in the order of the page."""


_NO_DUTY = "none: there is no such duty"


def lines_of(topic: Topic, snapshot: Snapshot) -> list[Line]:
    """What the charter says on the topic; where it has nothing, what its clauses say of the absence.

    Powers to help are no duty to help: where there are only such, a clause that says so stands before them.
    """
    found = topic.build(snapshot)
    if topic.id == "help" and not any(duty.modality == "duty" for duty in owed.duties_of(snapshot, "help")):
        return [*_absences(snapshot, topic), *found]
    return found or _absences(snapshot, topic)


def _absences(snapshot: Snapshot, topic: Topic) -> list[Line]:
    """'None', where a clause of absence says so of the topic: a conclusion somebody drew from reading the treaty."""
    if not topic.absence:
        return []
    about = re.compile(rf"\b(?:{topic.absence})", re.IGNORECASE)
    return [
        line(snapshot, _NO_DUTY if "-" in topic.id else f"none: {row.summary}", [row], clauses=[row.id], kind="none")
        for row in snapshot.clauses.values()
        if _ABSENCE.search(row.article) and about.search(row.summary)
    ]
