"""Questions about what a charter computes on a day: who may call, table and vote, what passes, what is owed."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from tocsin.charter.claims.evidence import Answer, Facts, Missing, known_rows, listed, rows_used
from tocsin.charter.claims.model import (
    AskBound,
    AskConvene,
    AskDuties,
    AskHeld,
    AskNotice,
    AskOutcome,
    AskReport,
    AskRight,
    AskTable,
)
from tocsin.charter.duties import Finding, find
from tocsin.charter.forum import Roles, Unset, ballot_for, choose_forum, open_forums
from tocsin.charter.model import Duty, Matter, Organ, Report
from tocsin.charter.predicates import Event
from tocsin.charter.rows import Row
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Snapshot
from tocsin.errors import TermError
from tocsin.terms import PartyId, Position, duration

OTHERS = "others"
ANYONE = "anyone"
UNSET = "unset"
ABSENT = "absent"
ENGAGED = ("triggered", "awaiting", "standing")

Positions = Mapping[str, Position]

# ---- Parties and their rights


def held(ask: AskHeld, facts: Facts) -> Answer:
    """A day on which a status begins is told from the day before; and so is the first day without it."""
    wrong: list[str] = []
    rows: dict[int, Row] = {}
    charter = facts.charter(ask.charter)
    for word, days, begins in (("from", ask.from_, True), ("up to", ask.to, False)):
        for party, day in days.items():
            before, then = (facts.snapshot(ask.charter, at, ask.readings) for at in (day - timedelta(days=1), day))
            if ask.status not in then.statuses and not known_rows(charter.document, "status", ask.status):
                raise Missing(f"{ask.charter}: there is no status '{ask.status}'")
            if (_has(before, party, ask.status), _has(then, party, ask.status)) != (not begins, begins):
                wrong.append(f"{party} not {word} {day}")
            own = [row for row in charter.document.membership if row.party == party and row.status == ask.status]
            rows |= {id(row): row for row in own}
    asked = len(ask.from_) + len(ask.to)
    because = f"{ask.charter}: '{ask.status}' since or until the day asked: {asked - len(wrong)} of {asked}"
    because += f"; {', '.join(wrong)}" if wrong else ""
    day = next(iter((*ask.from_.values(), *ask.to.values())))
    return Answer(not wrong, because, rows_used(facts.snapshot(ask.charter, day, ask.readings), rows.values()))


def _has(shot: Snapshot, party: str, status: str) -> bool:
    standing = shot.standings.get(PartyId(party))
    return standing is not None and status in (standing.status, *standing.overlays)


def right(ask: AskRight, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    standing = shot.standings.get(PartyId(ask.party))
    status = " and ".join((standing.status, *standing.overlays)) if standing else "no party"
    has = shot.has_right(ask.party, ask.right)
    because = f"{ask.charter}: {ask.party} ({status}) {'has' if has else 'lacks'} the right to {ask.right} on {ask.on}"
    rows: list[Row] = [row for row in shot.memberships if row.party == ask.party] or list(shot.memberships)
    return Answer(has, because, rows_used(shot, rows))


# ---- Calling and tabling


def convene(ask: AskConvene, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    organ = shot.organs.get(ask.organ)
    if organ is None:
        raise Missing(f"{ask.charter}: there is no organ '{ask.organ}' on {ask.on}")
    used = rows_used(shot, [organ])
    open_question = not organ.convened_by and "convened_by" in organ.unset
    why = f"{ask.charter}: who may call {organ.id} together is unset: {organ.unset.get('convened_by', '')}"
    if ask.unset:
        return Answer(open_question, why if open_question else _callers(ask, organ), used)
    may = ask.by in shot.chairs(organ.id) or _calls(ask, organ, shot)
    if open_question and not may:
        return Answer(None, why, used)
    asks = ask.askers in (None, organ.convene_requesters)
    length = organ.convene_within or (UNSET if "convene_within" in organ.unset else "")
    in_time = ask.within in ("", length)
    return Answer(may and asks and in_time, _callers(ask, organ), used)


def _calls(ask: AskConvene, organ: Organ, shot: Snapshot) -> bool:
    if shot.lost_right(ask.by, "convene"):
        return False
    if not organ.convened_by:
        return "convened_by" not in organ.unset and shot.has_right(ask.by, "convene")
    return _among(ask.by, organ.convened_by, shot, {})


def _among(actor: str, names: tuple[str, ...], shot: Snapshot, roles: Roles) -> bool:
    return any(name == actor or PartyId(actor) in shot.group(name, roles) for name in names)


def _callers(ask: AskConvene, organ: Organ) -> str:
    several = f"{organ.convene_requesters} of " if organ.convene_requesters > 1 else ""
    within = f", within {organ.convene_within}" if organ.convene_within else ""
    return f"{ask.charter}: {organ.id} is called by {several}{listed(organ.convened_by)}{within}, or by its chair"


def table(ask: AskTable, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    matters = [_matter(shot, name) for name in ask.matter]
    against = [row for row in matters if not _tables(ask, row, shot)]
    shown = (against or matters)[0]
    because = f"{ask.charter}: '{shown.id}' is raised by {listed(shown.raised_by)}"
    because += f", after {listed(shown.needs)}" if shown.needs else ""
    return Answer(not against, because, rows_used(shot, against or matters))


def _tables(ask: AskTable, matter: Matter, shot: Snapshot) -> bool:
    roles: Roles = {"subject": (PartyId(ask.subject),)} if ask.subject else {}
    chairs = {chair for forum in open_forums(shot, matter) for chair in shot.chairs(forum.organ)}
    may = ask.by in chairs or _among(ask.by, matter.raised_by, shot, roles)
    first = ask.after is None or set(ask.after) == set(matter.needs)
    return may and first and not shot.lost_right(ask.by, "propose")


def _matter(shot: Snapshot, name: str) -> Matter:
    matter = shot.matters.get(name)
    if matter is None:
        raise Missing(f"{shot.charter_id}: there is no matter '{name}' on {shot.on}")
    return matter


# ---- Deciding


def outcome(ask: AskOutcome, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    answers = [_one_outcome(ask, shot, _matter(shot, name)) for name in ask.matter]
    against = [one for one in answers if not one.value]
    shown = (against or answers)[0]
    more = f"; and {len(answers) - 1} more matters alike" if len(answers) > 1 and not against else ""
    evidence = tuple(dict.fromkeys(row for one in against or answers for row in one.evidence))
    return Answer(shown.value, shown.because + more, evidence)


def _one_outcome(ask: AskOutcome, shot: Snapshot, matter: Matter) -> Answer:
    forum = choose_forum(open_forums(shot, matter), ask.organ, ask.rule)
    if forum is None:
        raise Missing(f"{ask.charter}: nothing on {ask.on} decides '{matter.id}' {ask.organ}".rstrip())
    rows: list[Row] = [matter, shot.organs[forum.organ]]
    rows += [shot.rules[forum.rule]] if forum.rule in shot.rules else []
    used = rows_used(shot, rows)
    where = f"{ask.charter}: '{matter.id}' in {forum.organ} on {ask.on}"
    if matter.subject != bool(ask.subject):
        raise Missing(f"{where}: it is about {'one party: name the subject' if matter.subject else 'no one party'}")
    roles: Roles = {"subject": (PartyId(ask.subject),)} if ask.subject else {}
    ballot = ballot_for(shot, forum, roles)
    if isinstance(ballot, Unset):
        return Answer(ask.is_ == UNSET, f"{where}: {ballot.reason}", used)
    compiled = compile_ballot(ballot)
    wrong, said = "", ""
    for stated, anyone in _ballots(ask, ballot, shot):
        found = compiled.outcome(stated, _questions(ask, ballot), ask.closed)
        said = said or f"{where} is {found.verdict}{_verdict_of(found)}"
        if not _as_asked(ask, found, ballot, anyone):
            wrong = wrong or f"{where} is {found.verdict}{_verdict_of(found)}"
    return Answer(not wrong, wrong or said, used)


def _verdict_of(found: Outcome) -> str:
    if found.verdict == "adopted":
        return f", binding {len(found.bound)}: {listed(found.bound)}"
    if found.verdict == "escalated":
        return f", to {found.escalate_to}"
    return f", by {listed(found.blockers)}" if found.blockers else ""


def _ballots(ask: AskOutcome, ballot: Ballot, shot: Snapshot) -> Iterator[tuple[Positions, str]]:
    """The positions as asked; or, where anyone may be meant, once for each who has a vote."""
    if ask.counts:
        yield _secret(ask, ballot), ""
        return
    for party in ask.positions:
        if party not in (OTHERS, ANYONE) and party not in shot.standings:
            raise Missing(f"{ask.charter}: there is no party {party} on {ask.on}")
    if ANYONE not in ask.positions:
        yield _spread(ask.positions, ballot), ""
        return
    plain = {party: said for party, said in ask.positions.items() if party != ANYONE}
    for party in _with_a_vote(ballot):
        if party not in plain:
            yield _spread({**plain, party: ask.positions[ANYONE]}, ballot), party


def _with_a_vote(ballot: Ballot) -> tuple[PartyId, ...]:
    """Electors whom the rule as a whole does not leave out."""
    trace = compile_ballot(ballot).outcome({}, {}, True).trace
    left: set[str] = set()
    while trace.left_out and trace.parts:
        left |= set(trace.left_out)
        trace = trace.parts[0]
    return tuple(party for party in ballot.universe if party not in left)


def _secret(ask: AskOutcome, ballot: Ballot) -> Positions:
    """Who says what is not known and does not matter: electors are counted off by name."""
    said = [position for position, count in ask.counts.items() for _ in range(count)]
    electors = _with_a_vote(ballot)
    if len(said) > len(electors):
        raise Missing(f"{ask.charter}: {len(said)} positions are counted, and {len(electors)} parties have a vote")
    return dict(zip(electors, said, strict=False))


def _spread(said: Positions, ballot: Ballot) -> Positions:
    named = {party: position for party, position in said.items() if party != OTHERS}
    if OTHERS in said:
        named |= {party: said[OTHERS] for party in ballot.universe if party not in named}
    return named


def _questions(ask: AskOutcome, ballot: Ballot) -> dict[str, Positions]:
    return {name: _spread(said, ballot) for name, said in ask.questions.items()}


def _as_asked(ask: AskOutcome, found: Outcome, ballot: Ballot, anyone: str) -> bool:
    blockers = tuple(anyone if name == ANYONE else name for name in ask.blocked_by or ())
    return (
        found.verdict == ask.is_
        and (ask.blocked_by is None or set(found.blockers) == set(blockers))
        and (ask.bound is None or set(found.bound) == set(ask.bound))
        and ask.goes_to in ("", found.escalate_to)
        and ask.electors in (None, len(ballot.universe))
    )


# ---- Duties


def duties(ask: AskDuties, facts: Facts) -> Answer:
    """A duty that waits for a further fact, of which the event says nothing, is left aside as a standing one is."""
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    if absent := sorted(ask.are.keys() - shot.duties.keys()):
        raise Missing(f"{ask.charter}: no duty '{absent[0]}' holds on {ask.on}")
    found = {name: find(shot, duty, ask.event) for name, duty in shot.duties.items()}
    asking = {name: one for name, one in found.items() if name in ask.are or one.status in ("triggered", "awaiting")}
    unclear = {name: one for name, one in found.items() if name not in ask.are and _is_unclear(one)}
    rows: list[Row] = [shot.duties[name] for name in {**asking, **unclear}] or list(shot.duties.values())
    said = "; ".join(f"{name} {one.status}" for name, one in asking.items()) or "nothing is asked"
    because = f"{ask.charter} on {ask.on}: {said}"
    if any(name not in ask.are or one.status != ask.are[name] for name, one in asking.items()):
        return Answer(False, because, rows_used(shot, rows))
    if unclear:
        missing = listed({field for one in unclear.values() for field in one.missing})
        return Answer(None, f"{because}; undetermined: {listed(unclear)} (missing: {missing})", rows_used(shot, rows))
    return Answer(True, because, rows_used(shot, rows))


def _is_unclear(one: Finding) -> bool:
    return one.status == "undetermined" and not all(field.startswith("facts.") for field in one.missing)


def bound(ask: AskBound, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    row, finding = _engaged(shot, ask.duty, ask.event)
    bearers = finding.bearers if finding.status in ENGAGED else ()
    said = f"{ask.charter}: duty '{row.id}' on {ask.on} is {finding.status} and binds {len(bearers)}: {listed(bearers)}"
    if finding.status == "undetermined":
        return Answer(None, f"{said}; missing: {listed(finding.missing)}", rows_used(shot, [row]))
    if ask.are is not None:
        holds = set(bearers) == set(ask.are)
    else:
        holds = ask.party in bearers if ask.party else len(bearers) == ask.count
    return Answer(holds, said, rows_used(shot, [row]))


def report(ask: AskReport, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    row, finding = _engaged(shot, ask.duty, ask.event)
    said = "; ".join(f"to {one.to} by {one.by}, within: {one.within}" for one in row.report) or "no report"
    because = f"{ask.charter}: duty '{row.id}' on {ask.on}: {said}"
    if ask.event is not None and finding.status == "undetermined":
        return Answer(None, f"{because}; missing: {listed(finding.missing)}", rows_used(shot, [row]))
    engaged = ask.event is None or finding.status in ENGAGED
    return Answer(engaged and any(_is_asked(ask, one) for one in row.report), because, rows_used(shot, [row]))


def _is_asked(ask: AskReport, one: Report) -> bool:
    return ask.to in ("", one.to) and ask.by in ("", one.by) and ask.within in ("", one.within)


def _engaged(shot: Snapshot, name: str, event: Event | None) -> tuple[Duty, Finding]:
    row = shot.duties.get(name)
    if row is None:
        raise Missing(f"{shot.charter_id}: no duty '{name}' holds on {shot.on}")
    return row, find(shot, row, event or Event())


# ---- Leaving


def notice(ask: AskNotice, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    row = shot.provisions.get(ask.provision)
    if row is None:
        raise Missing(f"{ask.charter}: no provision '{ask.provision}' on {ask.on}, neither given nor absent")
    length = ABSENT if row.absent else row.notice or (UNSET if "notice" in row.unset else "")
    if not length:
        raise Missing(f"{ask.charter}: provision '{row.id}' speaks of no notice")
    why = row.absent or row.unset.get("notice", "")
    to = f", to {row.notice_to}" if row.notice_to else ""
    because = f"{ask.charter}: notice of '{row.id}' on {ask.on}: {length}{f' ({why})' if why else ''}{to}"
    because += f", not before {row.earliest}" if row.earliest else ""
    holds = _is_same_length(length, ask.is_) and ask.to in ("", row.notice_to) and ask.earliest in (None, row.earliest)
    return Answer(holds, because, rows_used(shot, [row]))


def _is_same_length(one: str, other: str) -> bool:
    """'12 months' is '1 year': calendar months are never counted as days; a week is seven days."""
    try:
        return duration(_in_days(one)) == duration(_in_days(other))
    except TermError:
        return one == other


def _in_days(length: str) -> str:
    count, _, unit = length.partition(" ")
    return f"{7 * int(count)} days" if unit in ("week", "weeks") and count.isdecimal() else length
