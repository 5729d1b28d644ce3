"""Stage 4, membership: parties accede, ratify, leave, are suspended; the charter is amended.

What the file says of membership holds until a fact here overrides it.
"""

from msgspec.structs import replace

from tocsin.alliance.commands import (
    Accede,
    Amend,
    AssertStatus,
    Expel,
    GiveNotice,
    Ratify,
    Reinstate,
    RevokeNotice,
    Suspend,
)
from tocsin.alliance.facts import (
    AmendmentAdopted,
    AmendmentInForce,
    AnyFact,
    NoticeGiven,
    NoticeRevoked,
    ProcedureLapsed,
    Ratified,
    Refusal,
    StandingChanged,
)
from tocsin.alliance.folding import adopted, is_official, no_part, with_deadline, with_key, with_procedure, without_key
from tocsin.alliance.state import Amendment, Notice, State
from tocsin.charter.model import Provision, ProvisionKind
from tocsin.charter.snapshot import Snapshot, Standing
from tocsin.terms import Instant, PartyId, duration, instant, is_party_id

Decision = tuple[AnyFact, ...] | Refusal


def accede(charter: Snapshot, state: State, command: Accede) -> Decision:
    """An admitted party becomes a member at once, or `acceding` until enough members have ratified."""
    provision = _provision(charter, "accession")
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(command.party)
    if command.by != command.party and not is_official(charter, command.by):
        return no_part(charter, command.by, f"accede for {command.party}", provision.clause)
    if not is_party_id(command.party):
        return _refuse("not a party", f"'{command.party}' is no party id.", provision, "Write it like FRA or XAA.")
    if held is not None and held.status in ("member", "acceding"):
        return _refuse("already in", f"{command.party} is already {held.status}.", provision, "Nothing is to be done.")
    refusal = _rests_on_decision(state, provision, command)
    if refusal is not None:
        return refusal
    waits = provision.ratified_by not in ("", "none") or "ratified_by" in provision.unset
    status = "acceding" if waits else "member"
    joined = _standing(command, status, (), "accession", provision.clause)
    return (replace(joined, joins=not charter.belongs(command.party)),)


def ratify(charter: Snapshot, state: State, command: Ratify) -> Decision:
    """A member ratifies; the last one needed brings the accession or the amendment into force."""
    kind, _, name = command.what.partition("/")
    if kind not in ("accession", "amendment") or not name:
        return Refusal(
            code="no such thing",
            message=f"'{command.what}' is nothing that can be ratified.",
            fix="Write accession/PARTY or amendment/NAME.",
        )
    if command.by not in charter.group("members"):
        return Refusal(
            code="not entitled", message=f"{command.by} is no member on {charter.on}.", fix="Members ratify."
        )
    done = Ratified(at=command.at, what=command.what, by=PartyId(command.by))
    if kind == "accession":
        return _ratify_accession(charter, state, PartyId(name), done)
    return _ratify_amendment(charter, state, name, done)


def give_notice(charter: Snapshot, state: State, command: GiveNotice) -> Decision:
    """A party leaves by notice; it takes effect after the charter's period, or no one knows when if that is unset."""
    provision = _provision(charter, "withdrawal")
    if isinstance(provision, Refusal):
        return provision
    if command.by != command.party or command.party not in charter.group("members"):
        return _refuse("not entitled", f"{command.by} cannot give notice for {command.party}.", provision, "")
    if command.party in state.notices:
        return _refuse("already leaving", f"{command.party} has given notice.", provision, "")
    if provision.earliest is not None and command.at < instant(provision.earliest):
        return _refuse(
            "too early",
            f"Nobody may leave before {provision.earliest}.",
            provision,
            f"Give notice on or after {provision.earliest}.",
        )
    effective = duration(provision.notice).after(command.at, charter.zone) if provision.notice else None
    return (NoticeGiven(at=command.at, party=command.party, effective=effective, clause=provision.clause),)


def revoke_notice(charter: Snapshot, state: State, command: RevokeNotice) -> Decision:
    """Until it takes effect, a notice can be taken back by who gave it."""
    if command.by != command.party or command.party not in state.notices:
        return Refusal(
            code="no notice",
            message=f"{command.party} has no notice running that {command.by} could take back.",
            fix="Only the party itself, and only before the notice takes effect.",
        )
    return (NoticeRevoked(at=command.at, party=command.party),)


def suspend(charter: Snapshot, state: State, command: Suspend) -> Decision:
    """A member is suspended by a decision that named it; a charter without such a provision refuses."""
    return _by_decision(charter, state, command, "suspension", "suspended")


def expel(charter: Snapshot, state: State, command: Expel) -> Decision:
    """A member is expelled by a decision that named it."""
    return _by_decision(charter, state, command, "expulsion", "")


def reinstate(charter: Snapshot, state: State, command: Reinstate) -> Decision:
    """A suspension ends by a decision on the same kind of matter that names the member."""
    held = charter.standings.get(command.party)
    if held is None or "suspended" not in held.overlays:
        return Refusal(code="not suspended", message=f"{command.party} is not suspended.", fix="Nothing is to be done.")
    provision = _provision(charter, "suspension")
    if isinstance(provision, Refusal):
        return provision
    refusal = _may_carry_out(charter, command, provision) or _rests_on_decision(state, provision, command, lifts=True)
    if refusal is not None:
        return refusal
    left = tuple(name for name in held.overlays if name != "suspended")
    return (_standing(command, held.status, left, "reinstatement", provision.clause),)


def assert_status(charter: Snapshot, state: State, command: AssertStatus) -> Decision:
    """What a party says of itself is recorded as an overlay; what follows from it is the charter's matter."""
    held = charter.standings.get(command.party)
    status = charter.statuses.get(command.status)
    harmless = status is not None and status.overlay and not status.removes
    if command.by != command.party or held is None or not charter.belongs(command.party) or not harmless:
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot assert '{command.status}' of {command.party}.",
            fix="A party asserts an overlay status of itself: "
            + ", ".join(sorted(row.id for row in charter.statuses.values() if row.overlay and not row.removes)),
        )
    laid = tuple(sorted({*held.overlays, command.status}))
    clause = status.clause if status is not None else ""
    return (_standing(command, held.status, laid, "assertion", clause),)


def amend(charter: Snapshot, state: State, command: Amend) -> Decision:
    """A decided amendment takes effect at once, or when enough members have ratified it."""
    provision = _provision(charter, "amendment")
    if isinstance(provision, Refusal):
        return provision
    decision = adopted(state, command.case, command.procedure, ("amendment",))
    if isinstance(decision, Refusal):
        return decision
    refusal = _may_carry_out(charter, command, provision) or _unused(state, provision, command)
    if refusal is not None:
        return refusal
    if provision.matter and decision.matter != provision.matter:
        return _refuse("wrong decision", f"'{decision.id}' decided '{decision.matter}'.", provision, "")
    if command.amendment in state.amendments:
        return _refuse("name taken", f"There is already an amendment '{command.amendment}'.", provision, "")
    members = charter.group("members")
    adopted_fact = AmendmentAdopted(
        at=command.at,
        amendment=command.amendment,
        new_charter_hash=command.new_charter_hash,
        needed=tuple(sorted(members)),
        enough=_enough(provision, len(members)),
        transitional=provision.transitional,
        decision=f"{command.case}/{command.procedure}",
        clause=provision.clause,
    )
    if adopted_fact.enough != 0:
        return (adopted_fact,)
    row = Amendment(command.new_charter_hash, adopted_fact.needed, 0, provision.transitional)
    return (adopted_fact, *_into_force(state, command.at, command.amendment, row))


def expire_notice(state: State, party: str, at: Instant) -> tuple[AnyFact, ...]:
    """The day a notice takes effect the party has left."""
    clause = state.notices[PartyId(party)].clause
    return (StandingChanged(at=at, party=PartyId(party), status="withdrawn", why="notice", clause=clause),)


def _by_decision(
    charter: Snapshot, state: State, command: Suspend | Expel, kind: ProvisionKind, overlay: str
) -> Decision:
    provision = _provision(charter, kind)
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(command.party)
    if held is None or held.status != "member":
        return _refuse("not a member", f"{command.party} is no member on {charter.on}.", provision, "")
    refusal = _may_carry_out(charter, command, provision) or _rests_on_decision(state, provision, command)
    if refusal is not None:
        return refusal
    if not overlay:
        return (_standing(command, "withdrawn", (), kind, provision.clause),)
    laid = tuple(sorted({*held.overlays, overlay}))
    return (_standing(command, held.status, laid, kind, provision.clause),)


def _may_carry_out(
    charter: Snapshot, command: Suspend | Expel | Reinstate | Amend, provision: Provision
) -> Refusal | None:
    """Offices, organs and members with a vote carry out what has been decided."""
    if is_official(charter, command.by) or charter.has_right(command.by, "vote"):
        return None
    return no_part(charter, command.by, "carry out this decision", provision.clause)


def _unused(
    state: State, provision: Provision, command: Accede | Suspend | Expel | Reinstate | Amend
) -> Refusal | None:
    """A decision is carried out once."""
    if f"{command.case}/{command.procedure}" not in state.used:
        return None
    return _refuse(
        "already carried out", f"'{command.procedure}' has been carried out.", provision, "Take a decision anew."
    )


def _rests_on_decision(
    state: State, provision: Provision, command: Accede | Suspend | Expel | Reinstate, *, lifts: bool = False
) -> Refusal | None:
    """Whether a decision about this party carries it: on the provision's matter, or on another that lifts it."""
    if not provision.matter:
        return None
    decision = adopted(state, command.case, command.procedure)
    if isinstance(decision, Refusal):
        return decision
    on_it = decision.matter == provision.matter
    fits = (decision.kind == "suspension" and not on_it) if lifts else on_it
    if decision.subject != command.party or not fits:
        wanted = f"the end of what '{provision.matter}' began" if lifts else f"'{provision.matter}'"
        return _refuse(
            "wrong decision",
            f"'{decision.id}' decided '{decision.matter}' about {decision.subject or 'nobody'}.",
            provision,
            f"Name a decision on {wanted} about {command.party}.",
        )
    return _unused(state, provision, command)


def _ratify_accession(charter: Snapshot, state: State, party: PartyId, done: Ratified) -> Decision:
    provision = _provision(charter, "accession")
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(party)
    if held is None or held.status != "acceding":
        return _refuse("not acceding", f"{party} is not acceding.", provision, "Name a party that is.")
    members = charter.group("members")
    # Who has left meanwhile no longer counts, on either side.
    given = {*state.ratified.get(done.what, ()), done.by} & members
    enough = _enough(provision, len(members))
    if enough is not None and len(given) >= enough:
        joined = StandingChanged(
            at=done.at,
            party=party,
            status="member",
            overlays=held.overlays,
            why="ratification",
            clause=provision.clause,
        )
        return (done, joined)
    return _again(state, done) or (done,)


def _ratify_amendment(charter: Snapshot, state: State, name: str, done: Ratified) -> Decision:
    amendment = state.amendments.get(name)
    if amendment is None or amendment.in_force or done.by not in amendment.needed:
        return Refusal(
            code="nothing to ratify",
            message=f"There is no amendment '{name}' waiting for {done.by}.",
            fix=f"Amendments waiting: {', '.join(k for k, v in state.amendments.items() if not v.in_force) or 'none'}.",
        )
    voters = charter.group("members") & set(amendment.needed)
    given = {*state.ratified.get(done.what, ()), done.by} & voters
    left = len(amendment.needed) - len(voters)
    if amendment.enough is not None and len(given) >= max(1, amendment.enough - left):
        return (done, *_into_force(state, done.at, name, amendment))
    return _again(state, done) or (done,)


def _again(state: State, done: Ratified) -> Refusal | None:
    if done.by not in state.ratified.get(done.what, ()):
        return None
    return Refusal(code="already done", message=f"{done.by} has ratified {done.what}.", fix="Nothing is to be done.")


def _into_force(state: State, at: Instant, name: str, amendment: Amendment) -> tuple[AnyFact, ...]:
    """Its own transitional clause, pinned when it was adopted, decides what becomes of open procedures."""
    facts: list[AnyFact] = [AmendmentInForce(at=at, amendment=name, new_charter_hash=amendment.new_charter_hash)]
    if amendment.transitional == "restart":
        facts.extend(
            ProcedureLapsed(at=at, case=case.id, procedure=procedure.id, why=f"amendment {name}")
            for case in state.cases.values()
            for procedure in case.procedures.values()
            if procedure.status in ("open", "silence", "unconfirmed")
        )
    return tuple(facts)


def _enough(provision: Provision, members: int) -> int | None:
    """How many of the members must ratify: 0 where none need to, None where the charter leaves it unset."""
    if "ratified_by" in provision.unset:
        return None
    if provision.ratified_by in ("", "none"):
        return 0
    if provision.ratified_by == "all":
        return members
    numerator, denominator = (int(part) for part in provision.ratified_by.split("/"))
    return -(-members * numerator // denominator)


def _provision(charter: Snapshot, kind: ProvisionKind) -> Provision | Refusal:
    found = next((row for row in charter.provisions.values() if row.kind == kind), None)
    if found is None:
        return Refusal(
            code="unset",
            message=f"The charter's data has no row on {kind} for {charter.on}.",
            fix="Enter the provision with its source, or say why there is none.",
        )
    if found.absent:
        return _refuse("no provision", f"There is no provision on {kind}: {found.absent.rstrip('.')}.", found, "")
    return found


def _refuse(code: str, message: str, provision: Provision, fix: str) -> Refusal:
    return Refusal(code=code, message=message, clause=provision.clause, fix=fix)


def _standing(
    command: Accede | Suspend | Expel | Reinstate | AssertStatus,
    status: str,
    overlays: tuple[str, ...],
    why: str,
    clause: str,
) -> StandingChanged:
    decision = (
        "" if isinstance(command, AssertStatus) or not command.procedure else f"{command.case}/{command.procedure}"
    )
    return StandingChanged(
        at=command.at,
        party=command.party,
        status=status,
        overlays=overlays,
        why=why,
        decision=decision,
        clause=clause,
    )


def standing_changed(state: State, fact: StandingChanged) -> State:
    # Rights are worked out from the charter when the standing is used: State holds what was decided, no law.
    standings = {**state.standings, fact.party: Standing(fact.party, fact.status, fact.overlays)}
    used = state.used | {fact.decision} if fact.decision else state.used
    # Whoever accedes anew is ratified anew.
    ratified = without_key(state.ratified, f"accession/{fact.party}") if fact.why == "accession" else state.ratified
    joined = with_key(state.joined, fact.party, fact.at) if fact.joins else state.joined
    state = replace(state, standings=standings, joined=joined, used=used, ratified=ratified)
    if fact.status != "withdrawn":
        return state
    notices, joined = without_key(state.notices, fact.party), without_key(state.joined, fact.party)
    state = replace(state, notices=notices, joined=joined)
    return with_deadline(state, f"notice//{fact.party}", None)


def ratified(state: State, fact: Ratified) -> State:
    by = tuple(dict.fromkeys((*state.ratified.get(fact.what, ()), fact.by)))
    return replace(state, ratified=with_key(state.ratified, fact.what, by))


def notice_given(state: State, fact: NoticeGiven) -> State:
    state = replace(state, notices={**state.notices, fact.party: Notice(fact.effective, fact.clause)})
    return with_deadline(state, f"notice//{fact.party}", fact.effective)


def notice_revoked(state: State, fact: NoticeRevoked) -> State:
    state = replace(state, notices=without_key(state.notices, fact.party))
    return with_deadline(state, f"notice//{fact.party}", None)


def amendment_adopted(state: State, fact: AmendmentAdopted) -> State:
    row = Amendment(fact.new_charter_hash, fact.needed, fact.enough, fact.transitional)
    used = state.used | {fact.decision} if fact.decision else state.used
    return replace(state, amendments=with_key(state.amendments, fact.amendment, row), used=used)


def amendment_in_force(state: State, fact: AmendmentInForce) -> State:
    row = state.amendments.get(fact.amendment)
    if row is None:
        return state
    return replace(state, amendments=with_key(state.amendments, fact.amendment, replace(row, in_force=True)))


def lapsed(state: State, fact: ProcedureLapsed) -> State:
    state = with_procedure(state, fact.case, fact.procedure, status="lapsed")
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


DECIDERS = {
    Accede: accede,
    Ratify: ratify,
    GiveNotice: give_notice,
    RevokeNotice: revoke_notice,
    Suspend: suspend,
    Expel: expel,
    Reinstate: reinstate,
    AssertStatus: assert_status,
    Amend: amend,
}
EVOLVERS = {
    StandingChanged: standing_changed,
    Ratified: ratified,
    NoticeGiven: notice_given,
    NoticeRevoked: notice_revoked,
    AmendmentAdopted: amendment_adopted,
    AmendmentInForce: amendment_in_force,
    ProcedureLapsed: lapsed,
}
