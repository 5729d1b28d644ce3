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
from tocsin.alliance.folding import adopted, with_deadline, with_key, with_procedure, without_key
from tocsin.alliance.state import Amendment, State
from tocsin.charter.model import Provision, ProvisionKind
from tocsin.charter.snapshot import Snapshot, Standing
from tocsin.terms import Instant, PartyId, duration, instant

Decision = tuple[AnyFact, ...] | Refusal


def accede(charter: Snapshot, state: State, command: Accede) -> Decision:
    """An admitted party becomes a member at once, or `acceding` until enough members have ratified."""
    provision = _provision(charter, "accession")
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(command.party)
    if held is not None and held.status in ("member", "acceding"):
        return _refuse("already in", f"{command.party} is already {held.status}.", provision, "Nothing is to be done.")
    refusal = _rests_on_decision(state, provision, command)
    if refusal is not None:
        return refusal
    waits = provision.ratified_by not in ("", "none") or "ratified_by" in provision.unset
    status = "acceding" if waits else "member"
    return (_standing(command.at, command.party, status, (), "accession", provision.clause),)


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
    if command.by in state.ratified.get(command.what, ()):
        return Refusal(code="already done", message=f"{command.by} has ratified {command.what}.", fix="Nothing.")
    done = Ratified(at=command.at, what=command.what, by=PartyId(command.by))
    if kind == "accession":
        return _ratify_accession(charter, state, PartyId(name), done)
    return _ratify_amendment(charter, state, name, done)


def give_notice(charter: Snapshot, state: State, command: GiveNotice) -> Decision:
    """A party leaves by notice; it takes effect after the charter's period, or no one knows when if that is unset."""
    provision = _provision(charter, "withdrawal")
    if isinstance(provision, Refusal):
        return provision
    if command.by != command.party or command.party not in charter.standings:
        return _refuse("not entitled", f"{command.by} cannot give notice for {command.party}.", provision, "")
    if command.party in state.notices or charter.standings[command.party].status == "withdrawn":
        return _refuse("already leaving", f"{command.party} has left or given notice.", provision, "")
    if provision.earliest is not None and command.at < instant(provision.earliest):
        return _refuse(
            "too early",
            f"Nobody may leave before {provision.earliest}.",
            provision,
            f"Give notice on or after {provision.earliest}.",
        )
    effective = duration(provision.notice).after(command.at) if provision.notice else None
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
    refusal = _rests_on_decision(state, provision, command, any_matter=True)
    if refusal is not None:
        return refusal
    left = tuple(name for name in held.overlays if name != "suspended")
    return (_standing(command.at, command.party, held.status, left, "reinstatement", provision.clause),)


def assert_status(charter: Snapshot, state: State, command: AssertStatus) -> Decision:
    """What a party says of itself is recorded as an overlay; what follows from it is the charter's matter."""
    held = charter.standings.get(command.party)
    status = charter.statuses.get(command.status)
    if command.by != command.party or held is None or status is None or not status.overlay:
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot assert '{command.status}' of {command.party}.",
            fix="A party asserts an overlay status of itself: "
            + ", ".join(sorted(row.id for row in charter.statuses.values() if row.overlay)),
        )
    laid = tuple(sorted({*held.overlays, status.id}))
    return (_standing(command.at, command.party, held.status, laid, "assertion", status.clause),)


def amend(charter: Snapshot, state: State, command: Amend) -> Decision:
    """A decided amendment takes effect at once, or when enough members have ratified it."""
    provision = _provision(charter, "amendment")
    if isinstance(provision, Refusal):
        return provision
    decision = adopted(state, command.case, command.procedure, ("amendment",))
    if isinstance(decision, Refusal):
        return decision
    if command.amendment in state.amendments:
        return _refuse("name taken", f"There is already an amendment '{command.amendment}'.", provision, "")
    members = charter.group("members")
    adopted_fact = AmendmentAdopted(
        at=command.at,
        amendment=command.amendment,
        new_charter_hash=command.new_charter_hash,
        needed=tuple(sorted(members)),
        enough=_enough(provision.ratified_by, len(members)),
        transitional=provision.transitional,
        clause=provision.clause,
    )
    if adopted_fact.enough:
        return (adopted_fact,)
    return (adopted_fact, *_into_force(state, command.at, command.amendment, command.new_charter_hash, provision))


def expire_notice(party: str, at: Instant) -> tuple[AnyFact, ...]:
    """The day a notice takes effect the party has left."""
    return (_standing(at, PartyId(party), "withdrawn", (), "notice", ""),)


def _by_decision(
    charter: Snapshot, state: State, command: Suspend | Expel, kind: ProvisionKind, overlay: str
) -> Decision:
    provision = _provision(charter, kind)
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(command.party)
    if held is None or held.status != "member":
        return _refuse("not a member", f"{command.party} is no member on {charter.on}.", provision, "")
    refusal = _rests_on_decision(state, provision, command)
    if refusal is not None:
        return refusal
    if not overlay:
        return (_standing(command.at, command.party, "withdrawn", (), kind, provision.clause),)
    laid = tuple(sorted({*held.overlays, overlay}))
    return (_standing(command.at, command.party, held.status, laid, kind, provision.clause),)


def _rests_on_decision(
    state: State,
    provision: Provision,
    command: Accede | Suspend | Expel | Reinstate,
    *,
    any_matter: bool = False,
) -> Refusal | None:
    if not provision.matter:
        return None
    decision = adopted(state, command.case, command.procedure)
    if isinstance(decision, Refusal):
        return decision
    if decision.subject != command.party or (decision.matter != provision.matter and not any_matter):
        return _refuse(
            "wrong decision",
            f"'{decision.id}' decided '{decision.matter}' about {decision.subject or 'nobody'}.",
            provision,
            f"Name a decision on '{provision.matter}' about {command.party}.",
        )
    return None


def _ratify_accession(charter: Snapshot, state: State, party: PartyId, done: Ratified) -> Decision:
    provision = _provision(charter, "accession")
    if isinstance(provision, Refusal):
        return provision
    held = charter.standings.get(party)
    if held is None or held.status != "acceding":
        return _refuse("not acceding", f"{party} is not acceding.", provision, "Name a party that is.")
    given = len(state.ratified.get(done.what, ())) + 1
    enough = _enough(provision.ratified_by, len(charter.group("members")))
    if enough and given >= enough:
        return (done, _standing(done.at, party, "member", held.overlays, "ratification", provision.clause))
    return (done,)


def _ratify_amendment(charter: Snapshot, state: State, name: str, done: Ratified) -> Decision:
    amendment = state.amendments.get(name)
    if amendment is None or amendment.in_force or done.by not in amendment.needed:
        return Refusal(
            code="nothing to ratify",
            message=f"There is no amendment '{name}' waiting for {done.by}.",
            fix=f"Amendments waiting: {', '.join(k for k, v in state.amendments.items() if not v.in_force) or 'none'}.",
        )
    if len(state.ratified.get(done.what, ())) + 1 < amendment.enough:
        return (done,)
    provision = _provision(charter, "amendment")
    if isinstance(provision, Refusal):
        return provision
    return (done, *_into_force(state, done.at, name, amendment.new_charter_hash, provision))


def _into_force(
    state: State, at: Instant, name: str, new_charter_hash: str, provision: Provision
) -> tuple[AnyFact, ...]:
    facts: list[AnyFact] = [AmendmentInForce(at=at, amendment=name, new_charter_hash=new_charter_hash)]
    if provision.transitional == "restart":
        facts.extend(
            ProcedureLapsed(at=at, case=case.id, procedure=procedure.id, why=f"amendment {name}")
            for case in state.cases.values()
            for procedure in case.procedures.values()
            if procedure.status in ("open", "silence", "unconfirmed")
        )
    return tuple(facts)


def _enough(ratified_by: str, members: int) -> int:
    """How many of the members must ratify; 0 where none need to."""
    if ratified_by in ("", "none"):
        return 0
    if ratified_by == "all":
        return members
    numerator, denominator = (int(part) for part in ratified_by.split("/"))
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
    at: Instant, party: PartyId, status: str, overlays: tuple[str, ...], why: str, clause: str
) -> StandingChanged:
    return StandingChanged(at=at, party=party, status=status, overlays=overlays, why=why, clause=clause)


def standing_changed(state: State, fact: StandingChanged) -> State:
    # Rights are worked out from the charter when the standing is used: State holds what was decided, no law.
    standings = {**state.standings, fact.party: Standing(fact.party, fact.status, fact.overlays)}
    state = replace(state, standings=standings)
    if fact.status != "withdrawn":
        return state
    state = replace(state, notices=without_key(state.notices, fact.party))
    return with_deadline(state, f"notice//{fact.party}", None)


def ratified(state: State, fact: Ratified) -> State:
    by = (*state.ratified.get(fact.what, ()), fact.by)
    return replace(state, ratified=with_key(state.ratified, fact.what, by))


def notice_given(state: State, fact: NoticeGiven) -> State:
    state = replace(state, notices={**state.notices, fact.party: fact.effective})
    return with_deadline(state, f"notice//{fact.party}", fact.effective)


def notice_revoked(state: State, fact: NoticeRevoked) -> State:
    state = replace(state, notices=without_key(state.notices, fact.party))
    return with_deadline(state, f"notice//{fact.party}", None)


def amendment_adopted(state: State, fact: AmendmentAdopted) -> State:
    row = Amendment(fact.new_charter_hash, fact.needed, fact.enough, fact.transitional)
    return replace(state, amendments=with_key(state.amendments, fact.amendment, row))


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
