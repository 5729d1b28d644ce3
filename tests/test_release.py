"""Who sees what: contents by their release, cases by belonging, compared with an oracle over a small world."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import release_oracle as oracle
from tests.release_oracle import SEATS, Question
from tests.world import MERIDIAN, World, agree, tabled
from tocsin import load_charter
from tocsin.alliance import commands as c
from tocsin.alliance.contents import Held
from tocsin.alliance.facts import Refusal, StandingChanged
from tocsin.alliance.release import (
    audience_of,
    joined_at,
    may_pass_on,
    owner_of,
    rule_on,
    rules_of,
    sees_all_cases,
    sees_case,
)
from tocsin.alliance.state import EMPTY, CaseState, Procedure, ProcedureStatus, State
from tocsin.alliance.step import fold, in_force
from tocsin.charter.model import Conduct, Group, Membership, Status
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import Consensus
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.terms import LONG_AGO, Instant, PartyId, instant

TODAY = date(2026, 3, 1)
HISTORIES = (*oracle.HISTORIES, "")
"""'' is a charter without a row on conduct."""


def row(party: str, status: str = "member", start: str = "2002-01-01", end: str = "") -> Membership:
    last = date.fromisoformat(end) if end else None
    return Membership(party=party, status=status, from_=date.fromisoformat(start), to=last)


MEMBERSHIPS = (
    *(row(party) for party in ("XAA", "XAB", "XAS", "XAT", "XAU", "XAZ")),
    row("XAE", start="2008-03-01"),
    row("XBA", start="2026-02-01"),
    row("XBC", start="2002-01-01", end="2010-01-01"),
    row("XBC", start="2026-02-01"),
    row("XBD", start="2026-01-07"),
    row("XBE", "observer", "2012-01-01", "2026-02-01"),
    row("XBE", start="2026-02-01"),
    row("XAF", "observer", "2012-06-01"),
    row("XAG", "partner", "2015-09-01"),
    row("XAH", "friend", "2015-09-01"),
    row("XAI", "acceding", "2020-01-01"),
    row("XAS", "suspended", "2025-01-01"),
    row("XAZ", "frozen", "2025-01-01"),
    row("XAV", end="2020-01-01"),
    row("XAW", "withdrawn", "2020-01-01"),
)
GROUPS = (Group(id="board", of=("members",), minus=("XAE",)), Group(id="others", of=("members",), minus=("victim",)))
FRIEND = Status(id="friend", rights=("attend", "speak", "receive"))


def world(history: str) -> tuple[Snapshot, State]:
    """The small world under a charter with that joiner history: the law in force, and what happened live."""
    conduct = (Conduct(id="record", joiner_history=history, clause="MR.3"),) if history else ()  # type: ignore[arg-type]  # one of the three
    document = replace(
        MERIDIAN.document,
        membership=MEMBERSHIPS,
        group=GROUPS,
        status=(*MERIDIAN.document.status, FRIEND),
        conduct=conduct,
    )
    live = (
        changed("XAT", "member", "2026-01-03T10:00Z", "suspension", overlays=("suspended",)),
        changed("XAU", "withdrawn", "2026-02-25T10:00Z", "notice"),
        changed("XBB", "acceding", "2026-02-10T00:00Z", "accession", joins=True),
        changed("XBB", "member", "2026-02-20T00:00Z", "ratification"),
        changed("XAF", "observer", "2026-02-20T00:00Z", "assertion", overlays=("frozen",)),
    )
    state = fold(EMPTY, live)
    case = CaseState(id="k", opened=instant(f"{oracle.CASE_OPENED}T12:00Z"))
    state = replace(state, cases={"k": case})
    return in_force(Charter(document, "sha256:small").as_of(TODAY), state), state


def changed(
    party: str, status: str, at: str, why: str, *, overlays: tuple[str, ...] = (), joins: bool = False
) -> StandingChanged:
    return StandingChanged(at=instant(at), party=PartyId(party), status=status, overlays=overlays, why=why, joins=joins)


WORLDS = {history: world(history) for history in HISTORIES}


def held(
    audience: tuple[str, ...], marking: str = "TLP:AMBER", *, as_of: str = "", orcon: bool = False, by: str = "XAA"
) -> Held:
    at = instant(f"{oracle.HANDED_IN}T12:00Z")
    return Held(
        case="k",
        warning="w",
        author=by,
        at=at,
        marking=marking,  # type: ignore[arg-type]  # one of the five
        audience=audience,
        as_of=date.fromisoformat(as_of) if as_of else None,
        orcon=orcon,
        changed=at,
    )


def recalled(content: Held) -> Held:
    return replace(content, recalled=instant("2026-02-27T12:00Z"))


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("seat", SEATS)
def test_a_content_is_seen_exactly_by_those_the_rules_let_see_it(seat: str, history: str) -> None:
    law, state = WORLDS[history]
    table = product(oracle.MARKINGS, oracle.audiences(seat), oracle.DAYS, (False, True), (False, True))
    for marking, audience, day, orcon, is_recalled in table:
        for by in ("XAA", "XAW"):
            content = held(audience, marking, as_of=day, orcon=orcon, by=by)
            content = recalled(content) if is_recalled else content
            ruling = rule_on(law, state, content, seat)
            asked = Question(seat, marking, audience, day, history or "from joining", is_recalled, by)
            assert ruling.sees == oracle.sees(asked), (asked, ruling)
            assert ruling.why


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("seat", SEATS)
def test_a_case_is_seen_exactly_by_those_the_rules_let_see_it(seat: str, history: str) -> None:
    law, state = WORLDS[history]
    said = history or "from joining"
    statuses: tuple[ProcedureStatus | None, ...] = (
        None,
        "open",
        "silence",
        "unconfirmed",
        "decided",
        "moved",
        "lapsed",
    )
    opened = state.cases["k"].opened
    for shared, opener, status in product((False, True), (False, True), statuses):
        case = CaseState(
            id=f"{seat}-1" if opener else "k-1",
            opened=opened,
            shared=(PartyId(seat),) if shared else (PartyId("XYZ"),),
            procedures={"p": text(seat, status)} if status else {"p": text("XYZ", "open")},
        )
        elector = "" if status is None else "running" if status in ("open", "silence", "unconfirmed") else "ended"
        expected = oracle.sees_case(seat, said, shared=shared, opener=opener, elector=elector)
        assert sees_case(law, state, case, seat) == expected, (shared, opener, status)
    assert sees_all_cases(law, state, seat, opened) == oracle.sees_all_cases(seat, said)


def text(elector: str, status: ProcedureStatus) -> Procedure:
    """A procedure on which one party decides."""
    return Procedure(
        id="p",
        matter="consult",
        kind="consultation",
        organ="council",
        rule="consensus",
        clause="",
        ballot=Ballot(rule=Consensus(), universe=(PartyId(elector),)),
        ballot_digest="",
        charter_hash="",
        chairs=("SG",),
        closers=(),
        proposer="XAB",
        opened=instant("2026-01-08T12:00Z"),
        text="t",
        status=status,
    )


NAMES = st.sampled_from((*SEATS, *{name for group in oracle.GROUP_AUDIENCES for name in group}))
CONTENTS = st.builds(
    held,
    st.lists(NAMES, max_size=5, unique=True).map(tuple),
    st.sampled_from(oracle.MARKINGS),
    as_of=st.sampled_from(oracle.DAYS),
    by=st.sampled_from(tuple(SEATS)),
)


@given(CONTENTS, NAMES, st.sampled_from(HISTORIES))
def test_a_wider_audience_hides_from_nobody(content: Held, name: str, history: str) -> None:
    law, state = WORLDS[history]
    wider = replace(content, audience=(*content.audience, name))
    assert audience_of(law, state, content, SEATS) <= audience_of(law, state, wider, SEATS)


@given(CONTENTS, st.sampled_from(HISTORIES))
def test_the_order_of_an_audience_changes_nothing(content: Held, history: str) -> None:
    law, state = WORLDS[history]
    turned = replace(content, audience=content.audience[::-1])
    assert audience_of(law, state, content, SEATS) == audience_of(law, state, turned, SEATS)


@given(CONTENTS, st.sampled_from(HISTORIES))
def test_a_recall_leaves_it_to_its_author_alone(content: Held, history: str) -> None:
    law, state = WORLDS[history]
    assert audience_of(law, state, recalled(content), SEATS) == {content.author}


@given(CONTENTS, st.sampled_from(HISTORIES))
def test_an_empty_audience_is_nobody(content: Held, history: str) -> None:
    law, state = WORLDS[history]
    assert audience_of(law, state, replace(content, audience=()), SEATS) == {content.author}


@given(CONTENTS)
def test_who_reads_less_of_earlier_days_never_sees_more(content: Held) -> None:
    by_history = [audience_of(*WORLDS[history], content, SEATS) for history in ("none", "from joining", "all")]
    assert by_history[0] <= by_history[1] <= by_history[2]


@given(CONTENTS, st.sampled_from(HISTORIES))
def test_nobody_who_has_left_sees_what_others_wrote(content: Held, history: str) -> None:
    gone = {seat for seat, one in SEATS.items() if not one.belongs} - {content.author}
    assert not audience_of(*WORLDS[history], content, SEATS) & gone


# --- why


def why(audience: tuple[str, ...], seat: str, marking: str = "TLP:AMBER", history: str = "", as_of: str = "") -> str:
    law, state = WORLDS[history]
    ruling = rule_on(law, state, held(audience, marking, as_of=as_of), seat)
    return f"{ruling.why} [{ruling.clause}]"


def test_a_ruling_says_why() -> None:
    assert why((), "XAA") == "it is yours []"
    assert why((), "XAB") == "it is released to nobody []"
    assert why(("everyone",), "secretariat") == "not among those it is released to []"
    assert why(("everyone",), "SG", "TLP:CLEAR") == "TLP:CLEAR, released to everyone []"
    assert why(("XQA",), "XQA") == "XQA does not belong to this alliance on 2026-03-01 []"
    assert why(("XAG",), "XAG") == "named itself []"
    needs = "TLP:RED needs the right to receive, and XAG (partner) does not have it"
    assert why(("XAG",), "XAG", "TLP:RED") == f"{needs} [MP.2]"
    assert why(("members",), "XAB", "TLP:RED") == "TLP:RED goes to parties named one by one, not to groups []"
    assert why(("members",), "XAB") == "in the group 'members' []"
    assert why(("members",), "XAB", as_of=oracle.EARLY) == "in the group 'members' as of 2026-01-05 []"
    assert why(("members",), "XBA") == "XBA joined after it was handed in []"
    assert why(("members",), "XBD", history="none") == "XBD joined after the case was opened [MR.3]"
    law, state = WORLDS[""]
    assert rule_on(law, state, recalled(held(("XAB",))), "XAB").why == "recalled by its author"


def test_a_group_of_the_charter_brings_its_clause() -> None:
    law = MERIDIAN.as_of(TODAY)
    assert rule_on(law, EMPTY, held(("board",)), "XAB").clause == "MP.8"


# --- since when a party belongs


def test_a_party_joins_as_its_first_day_begins_where_the_organs_sit() -> None:
    law, state = WORLDS[""]
    assert joined_at(law, state, "XBA") == instant("2026-02-01T00:00Z")
    assert joined_at(law, state, "XBB") == instant("2026-02-10T00:00Z")
    assert joined_at(law, state, "XBE") == instant("2012-01-01T00:00Z")
    assert joined_at(law, state, "XAT") == instant("2002-01-01T00:00Z")
    for gone in ("XAU", "XAV", "XAW", "XQA"):
        assert joined_at(law, state, gone) is None
    about = replace(MERIDIAN.document.charter, timezone="Asia/Tokyo")
    tokyo = Charter(replace(MERIDIAN.document, charter=about), "sha256:tokyo").as_of(TODAY)
    assert joined_at(tokyo, EMPTY, "XAE") == instant("2008-02-29T15:00Z")


def test_a_party_that_always_belonged_joined_long_ago() -> None:
    rows = (Membership(party="XAA", status="member"),)
    law = Charter(replace(MERIDIAN.document, membership=rows), "sha256:always").as_of(TODAY)
    assert joined_at(law, EMPTY, "XAA") == LONG_AGO


def test_a_live_standing_without_a_beginning_reads_nothing_of_earlier_days() -> None:
    state = fold(EMPTY, (changed("XQA", "member", "2026-02-10T00:00Z", "accession"),))
    law = in_force(MERIDIAN.as_of(TODAY), state)
    assert joined_at(law, state, "XQA") is None
    assert not rule_on(law, state, held(("members",)), "XQA").sees
    assert not sees_all_cases(law, state, "XQA", instant("2026-02-11T00:00Z"))


def test_whoever_accedes_live_has_joined_then_and_no_longer_when_it_leaves() -> None:
    admitted = tabled("admit", subject=PartyId("XQA"))
    agree(admitted, 2)
    admitted.do(c.CloseProcedure, 2, "SG")
    admitted.do(c.Accede, 3, "XQA", party="XQA")
    for party in ("XAA", "XAB", "XAC", "XAD", "XAE"):
        admitted.do(c.Ratify, 4, party, what="accession/XQA")
    law = in_force(admitted.charter, admitted.state)
    assert law.standings[PartyId("XQA")].status == "member"
    assert joined_at(law, admitted.state, "XQA") == Instant(admitted.state.joined[PartyId("XQA")])
    assert admitted.state.joined == {"XQA": instant("2026-01-01T11:00Z")}
    left = fold(admitted.state, (changed("XQA", "withdrawn", "2026-01-02T00:00Z", "notice"),))
    assert left.joined == {}


def test_an_observer_that_accedes_belonged_before() -> None:
    admitted: World = tabled("admit", subject=PartyId("XAF"))
    agree(admitted, 2)
    admitted.do(c.CloseProcedure, 2, "SG")
    admitted.do(c.Accede, 3, "XAF", party="XAF")
    law = in_force(admitted.charter, admitted.state)
    assert law.standings[PartyId("XAF")].status == "acceding"
    assert admitted.state.joined == {}
    assert joined_at(law, admitted.state, "XAF") == instant("2012-06-01T00:00Z")


def test_without_a_row_on_conduct_newcomers_read_from_joining_on() -> None:
    assert rules_of(load_charter("nato").as_of(TODAY)).joiner_history == "from joining"
    rules = rules_of(MERIDIAN.as_of(TODAY))
    assert (rules.joiner_history, rules.clause) == ("from joining", "MR.3")
    assert rules.two_persons == {"force", "recall"}


def test_what_is_handed_in_as_a_party_joins_is_not_before_it() -> None:
    law, state = WORLDS[""]
    joined = instant("2026-02-10T00:00Z")
    then, just_before = (replace(held(("members",)), at=Instant(joined - gap)) for gap in (0, 1))
    assert rule_on(law, state, then, "XBB").sees
    assert not rule_on(law, state, just_before, "XBB").sees
    assert sees_all_cases(law, state, "XBB", joined)
    assert not sees_all_cases(law, state, "XBB", Instant(joined - 1))


def test_who_has_withdrawn_receives_nothing_whatever_the_charter_gives_that_status() -> None:
    document = replace(MERIDIAN.document, status=(Status(id="withdrawn", rights=("receive",)),))
    state = fold(EMPTY, (changed("XAB", "withdrawn", "2026-02-25T10:00Z", "notice"),))
    law = in_force(Charter(document, "sha256:odd").as_of(TODAY), state)
    assert law.has_right("XAB", "receive")
    assert not sees_all_cases(law, state, "XAB", instant("2026-01-01T00:00Z"))
    assert not rule_on(law, state, held(("XAB", "withdrawn")), "XAB").sees


def test_a_group_that_is_called_like_a_party_is_that_party() -> None:
    groups = (Group(id="XAC", only=("XAD",)),)
    law = Charter(replace(MERIDIAN.document, group=groups), "sha256:names").as_of(TODAY)
    assert audience_of(law, EMPTY, held(("XAC",)), ("XAC", "XAD")) == {"XAC"}


# --- passing on


def refused(seat: str, marking: str, to: tuple[str, ...], *, orcon: bool = False) -> str:
    """Code of the refusal of a seat that has been released a warning; '' where it may pass it on."""
    law, state = WORLDS[""]
    content = held(("XAB", "XAG", "SG"), marking, orcon=orcon)
    refusal = may_pass_on(law, state, content, seat, to)
    return refusal.code if isinstance(refusal, Refusal) else ""


@pytest.mark.parametrize("marking", oracle.MARKINGS)
def test_its_author_may_release_a_warning_to_anybody(marking: str) -> None:
    assert refused("XAA", marking, ("XQA", "nobody"), orcon=True) == ""


def test_a_recipient_passes_on_only_what_is_green_or_clear() -> None:
    for marking in ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER"):
        assert refused("XAB", marking, ("XAE",)) == "not yours to pass on"
    for seat in ("XAB", "XAG", "SG"):
        assert refused(seat, "TLP:GREEN", ("XAE", "members", "XAF")) == ""
        assert refused(seat, "TLP:CLEAR", ("XQA", "SG", "nobody", "everyone")) == ""


@pytest.mark.parametrize("outside", ["XQA", "XAU", "XAW", "SG", "withdrawn", "others", "victim", "no such group"])
def test_green_stays_among_those_that_belong(outside: str) -> None:
    assert refused("XAB", "TLP:GREEN", ("XAE", outside)) == "outside the alliance"


def test_a_controlled_warning_is_passed_on_by_its_author_only() -> None:
    assert refused("XAB", "TLP:CLEAR", ("XAE",), orcon=True) == "originator control"


def test_who_does_not_see_a_warning_learns_nothing_by_passing_it_on() -> None:
    assert refused("XAE", "TLP:CLEAR", ("XAE",)) == "no such warning"
    law, state = WORLDS[""]
    gone = may_pass_on(law, state, recalled(held(("XAB",), "TLP:CLEAR")), "XAB", ("XAE",))
    assert gone is not None
    assert gone.code == "no such warning"


# --- whose case it is


def test_a_case_belongs_to_the_party_with_the_longest_id_its_name_begins_with() -> None:
    parties = MERIDIAN.document.party
    two = (replace(parties[0], id="XA"), replace(parties[0], id="XA-1"))
    law = Charter(replace(MERIDIAN.document, party=(*parties, *two)), "sha256:hyphens").as_of(TODAY)
    owners = {"XAB-flood": "XAB", "XQA-x": "XQA", "XA-1-x": "XA-1", "XA-2-x": "XA", "XA-1": "XA", "k-1": "", "XAB": ""}
    assert {name: owner_of(law, name) for name in owners} == owners


def test_nobody_sees_the_case_of_a_party_whose_id_is_longer() -> None:
    rows = (row("XA", "observer"), row("XA-1", "observer"))
    law = Charter(replace(MERIDIAN.document, membership=rows), "sha256:hyphens").as_of(TODAY)
    case = CaseState(id="XA-1-flood", opened=instant("2026-01-06T12:00Z"))
    assert [seat for seat in ("XA", "XA-1") if sees_case(law, EMPTY, case, seat)] == ["XA-1"]
