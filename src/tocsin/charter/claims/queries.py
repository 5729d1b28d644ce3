"""Questions about one or two charters: who belongs, what there is, and what the treaty computes."""

from collections.abc import Iterator
from datetime import date, timedelta

from tocsin.charter.claims.evidence import Answer, Evidence, Facts, Missing, known_rows, listed, rows_used
from tocsin.charter.claims.model import (
    AskClause,
    AskDuty,
    AskHolds,
    AskInForce,
    AskInstrument,
    AskMatter,
    AskMembers,
    AskOrgan,
    AskProvision,
    AskReading,
    AskRule,
    AskShared,
    AskStatus,
)
from tocsin.charter.duties import find
from tocsin.charter.forum import choose_forum, open_forums
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import AnyRule, Choice, Rule
from tocsin.charter.snapshot import Charter, Snapshot, visible
from tocsin.terms import PartyId

NONE = "none"

# ---- Who belongs


def status(ask: AskStatus, facts: Facts) -> Answer:
    charter = facts.charter(ask.charter)
    shots = [facts.snapshot(ask.charter, day, ask.readings) for day in _days(ask, charter)]
    for word in ask.is_:
        _known_status(shots, word)
    seen = [_words(shot, ask.party) for shot in shots]
    said = ", then ".join(dict.fromkeys(" and ".join(words) for words in seen))
    when = f"on {ask.on}" if ask.on is not None else f"from {ask.since} up to {ask.until}"
    because = f"{ask.charter}: {ask.party} is {said} {when} (asked: {' or '.join(ask.is_)})"
    return Answer(any(word in words for words in seen for word in ask.is_), because, _behind(ask, charter, shots))


def _behind(ask: AskStatus, charter: Charter, shots: list[Snapshot]) -> tuple[Evidence, ...]:
    """The party's rows of those days, else of any day; where it has none, the rows of all with a status asked for."""
    of_days = [row for shot in shots for row in shot.memberships]
    own = [row for row in of_days if row.party == ask.party]
    ever = [row for row in visible(charter.document.membership, None) if row.party == ask.party]
    alike = [row for row in of_days if row.status in ask.is_]
    return rows_used(shots[-1], own or ever or alike or of_days)


def _days(ask: AskStatus, charter: Charter) -> list[date]:
    """The day asked about; or the first day of the span and every day in it on which the party's status may change."""
    if ask.on is not None:
        return [ask.on]
    assert ask.since is not None
    assert ask.until is not None
    rows = [row for row in charter.document.membership if row.party == ask.party]
    changes = {day for row in rows for day in (row.from_, row.to) if day is not None and ask.since < day < ask.until}
    return [ask.since, *sorted(changes)]


def _words(shot: Snapshot, party: str) -> tuple[str, ...]:
    """The party's status and what is laid over it."""
    standing = shot.standings.get(PartyId(party))
    return (standing.status, *standing.overlays) if standing is not None else (NONE,)


def _known_status(shots: list[Snapshot], status: str) -> None:
    if status != NONE and not any(status in shot.statuses for shot in shots):
        raise Missing(f"{shots[0].charter_id}: there is no status '{status}'")


def members(ask: AskMembers, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    found = _with_status(shot, ask.status)
    because = f"{ask.charter}: {len(found)} with status '{ask.status}' on {ask.on}: {listed(found)}"
    return Answer(_as_many(found, ask.are, ask.count), because, _used(shot, found, ask.are, ask.status))


def shared(ask: AskShared, facts: Facts) -> Answer:
    one, other = facts.snapshot(ask.charter, ask.on), facts.snapshot(ask.other, ask.on)
    found = _with_status(one, ask.status) & _with_status(other, ask.other_status)
    used = (*_used(one, found, ask.are, ask.status), *_used(other, found, ask.are, ask.other_status))
    because = (
        f"{len(found)} with status '{ask.status}' in {ask.charter} and '{ask.other_status}' in {ask.other} "
        f"on {ask.on}: {listed(found)}"
    )
    return Answer(_as_many(found, ask.are, ask.count), because, used)


def _with_status(shot: Snapshot, status: str) -> set[str]:
    _known_status([shot], status)
    return {party for party in shot.standings if status in _words(shot, party)}


def _used(shot: Snapshot, found: set[str], are: tuple[str, ...] | None, status: str) -> tuple[Evidence, ...]:
    """The rows of those found and of those asked for; where there are none, all rows of the day."""
    named = [row for row in shot.memberships if row.party in found and row.status == status]
    asked = [row for row in shot.memberships if row.party in (are or ())]
    return rows_used(shot, [*named, *asked] or shot.memberships)


def _as_many(found: set[str], are: tuple[str, ...] | None, count: int | None) -> bool:
    return found == set(are) if are is not None else len(found) == count


# ---- Instruments


def instrument(ask: AskInstrument, facts: Facts) -> Answer:
    charter = facts.charter(ask.charter)
    row = next(iter(known_rows(charter.document, "instrument", ask.instrument)), None)
    if row is None:
        raise Missing(f"{ask.charter}: there is no instrument '{ask.instrument}'")
    day: date | None = getattr(row, ask.field)
    if day is None:
        raise Missing(f"{ask.charter}: '{ask.field}' of {ask.instrument} is unset: {row.unset.get(ask.field, '')}")
    holds = day == ask.is_ or (ask.before is not None and day < ask.before)
    holds = holds or (ask.since is not None and day >= ask.since)
    because = f"{ask.charter}: {ask.instrument} {'signed' if ask.field == 'signed' else 'in force from'} {day}"
    return Answer(holds, because, rows_used(charter.as_of(day), [row]))


def in_force(ask: AskInForce, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    held, rows = shot.instruments.get(ask.instrument), known_rows(shot.document, "instrument", ask.instrument)
    if not rows:
        raise Missing(f"{ask.charter}: there is no instrument '{ask.instrument}'")
    if held is None:
        return Answer(False, f"{ask.charter}: {ask.instrument} has ended by {ask.on}", rows_used(shot, rows))
    if held.in_force is None:
        raise Missing(f"{ask.charter}: 'in_force' of {ask.instrument} is unset: {held.unset.get('in_force', '')}")
    because = f"{ask.charter}: {ask.instrument} in force from {held.in_force}, not ended by {ask.on}"
    return Answer(held.in_force <= ask.on, because, rows_used(shot, [held]))


# ---- What a charter has


def matter(ask: AskMatter, facts: Facts) -> Answer:
    return _there(facts.snapshot(ask.charter, ask.on), "matter", ask.matter)


def _there(shot: Snapshot, table: str, name: str) -> Answer:
    """Whether a row of that id holds on the day. That an outline charter has none says nothing."""
    held: dict[str, Row] = getattr(shot, f"{table}s")
    if name in held:
        return Answer(True, f"{shot.charter_id}: {table} '{name}' on {shot.on}", rows_used(shot, [held[name]]))
    others = known_rows(shot.document, table, name)
    if shot.document.charter.outline and not others:
        raise Missing(f"{shot.charter_id} is an outline: no {table} '{name}' was entered so far")
    because = f"{shot.charter_id}: no {table} '{name}' on {shot.on}, among {len(held)}"
    return Answer(False, because, rows_used(shot, others or held.values()))


def organ(ask: AskOrgan, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    if ask.organ and not (there := _there(shot, "organ", ask.organ)).value:
        return there
    rows = [row for row in shot.organs.values() if ask.organ in ("", row.id)]
    found = [row for row in rows if not ask.name or row.name.casefold() == ask.name.casefold()]
    if not found and shot.document.charter.outline:
        raise Missing(f"{ask.charter} is an outline: no organ of that name was entered so far")
    if ask.chair and found and not found[0].chair:
        raise Missing(f"{ask.charter}: the chair of {found[0].id} is unset: {found[0].unset.get('chair', '')}")
    holds = any(not ask.chair or row.chair == ask.chair for row in found)
    chairs = f", chaired by {found[0].chair}" if ask.chair and found else ""
    said = "; ".join(f"{row.id}: {row.name}{chairs}" for row in found or rows)
    return Answer(holds, f"{ask.charter} on {ask.on}: {said}", rows_used(shot, found or rows))


def provision(ask: AskProvision, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    row = shot.provisions.get(ask.provision)
    if row is None:
        raise Missing(f"{ask.charter}: no provision '{ask.provision}' on {ask.on}, neither given nor absent")
    because = f"{ask.charter}: {row.absent or row.says or f'provision {row.id} is there'}"
    holds = bool(row.absent) is ask.absent and ask.matter in ("", row.matter)
    return Answer(holds and ask.ratified_by in ("", row.ratified_by), because, rows_used(shot, [row]))


def clause(ask: AskClause, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    there = _there(shot, "clause", ask.clause)
    row = shot.clauses.get(ask.clause)
    if row is None:
        return there
    said = ask.says.casefold() in row.summary.casefold()
    holds = ask.instrument in ("", row.instrument) and said
    return Answer(holds, f"{ask.charter} {row.id} ({row.instrument}): {row.summary}", there.evidence)


def holds(ask: AskHolds, facts: Facts) -> Answer:
    """Rows by id on the days that matter: the day itself, or the days on both sides of a beginning or an end."""
    there: list[date] = [ask.on] if ask.on else []
    away: list[date] = []
    if ask.from_ is not None:
        there, away = [*there, ask.from_], [*away, ask.from_ - timedelta(days=1)]
    if ask.to is not None:
        there, away = [*there, ask.to - timedelta(days=1)], [*away, ask.to]
    wrong: list[str] = []
    known = {name: known_rows(facts.charter(ask.charter).document, ask.what, name) for name in ask.names}
    for name, rows in known.items():
        if not rows:
            raise Missing(f"{ask.charter}: there is no {ask.what} '{name}'")
    for days, expected in ((there, True), (away, False)):
        for day in days:
            table: dict[str, Row] = getattr(facts.snapshot(ask.charter, day), _TABLES.get(ask.what, f"{ask.what}s"))
            wrong += [
                f"{name} on {day}" for name in ask.names if (name in table and _alike(ask, table[name])) != expected
            ]
    said = f"all {len(ask.names)} as asked" if not wrong else f"not so: {', '.join(wrong[:8])}"
    shot = facts.snapshot(ask.charter, there[0])
    used = rows_used(shot, [row for rows in known.values() for row in rows])
    return Answer(not wrong, f"{ask.charter}: {ask.what} {listed(ask.names)}: {said}", used)


_TABLES = {"duty": "duties"}


def _alike(ask: AskHolds, row: Row) -> bool:
    kind = _kind(row) if isinstance(row, Rule) else getattr(row, "modality" if ask.what == "duty" else "kind", "")
    return ask.kind in ("", kind) and ask.instrument in ("", getattr(row, "instrument", ""))


def reading(ask: AskReading, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on)
    row = shot.all_readings.get(ask.reading)
    if row is None:
        raise Missing(f"{ask.charter}: there is no reading '{ask.reading}' on {ask.on}")
    because = f"{ask.charter}: reading '{row.id}' is held by {listed(row.held_by)}"
    return Answer(not ask.held_by or ask.held_by in row.held_by, because, rows_used(shot, [row]))


# ---- What a charter computes


def rule(ask: AskRule, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    matter = shot.matters.get(ask.matter)
    forum = choose_forum(open_forums(shot, matter), ask.organ) if matter is not None else None
    if matter is None or forum is None:
        raise Missing(f"{ask.charter}: nothing on {ask.on} decides '{ask.matter}'")
    if forum.rule not in shot.rules:
        raise Missing(f"{ask.charter}: the rule of {forum.organ} on '{ask.matter}' is unset: {forum.why}")
    rule = shot.rules[forum.rule]
    parts = list(_parts(rule, shot))
    kinds = [_kind(part) for part in parts]
    holds = _kind(rule) == ask.is_ if ask.is_ else ask.uses in kinds
    because = f"{ask.charter}: '{ask.matter}' in {forum.organ} on {ask.on} by {' > '.join(kinds)}"
    return Answer(holds, because, rows_used(shot, [matter, *parts]))


def _parts(rule: AnyRule, shot: Snapshot) -> Iterator[Rule]:
    """The rule and every rule inside it. The loader has refused cycles."""
    if isinstance(rule, str):
        yield from _parts(shot.rules[rule], shot) if rule in shot.rules else ()
        return
    yield rule
    inner: list[AnyRule] = [getattr(rule, name) for name in ("rule", "first", "then", "by") if hasattr(rule, name)]
    inner += getattr(rule, "rules", ())
    if isinstance(rule, Choice):
        inner += [*(option.rule for option in rule.options), rule.otherwise]
    for part in inner:
        yield from _parts(part, shot)


def _kind(rule: Rule) -> str:
    return str(rule.__struct_config__.tag)


def duty(ask: AskDuty, facts: Facts) -> Answer:
    shot = facts.snapshot(ask.charter, ask.on, ask.readings)
    duty = shot.duties.get(ask.duty)
    if duty is None:
        raise Missing(f"{ask.charter}: no duty '{ask.duty}' holds on {ask.on}")
    finding = find(shot, duty, ask.event)
    rows: list[Row] = [duty]
    if finding.clause != duty.clause and finding.clause in shot.clauses:
        rows.append(shot.clauses[finding.clause])
    said = "; ".join(finding.why) or f"missing: {listed(finding.missing)}"
    because = f"{ask.charter}: duty '{duty.id}' on {ask.on} is {finding.status} ({finding.clause}): {said}"
    because += f" ({ask.event.says})" if ask.event.says else ""
    if finding.status == "undetermined" and "undetermined" not in ask.is_:
        return Answer(None, because, rows_used(shot, rows))
    return Answer(finding.status in ask.is_, because, rows_used(shot, rows))
