"""Claims: each has a verdict, and altering the row that a verdict rests on alters the verdict."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter import load_charter
from tocsin.charter.claims.judge import (
    ClaimVerdict,
    Evidence,
    case_steps,
    check_claims,
    judge_claims,
    load_claims,
    load_claims_text,
)
from tocsin.charter.claims.model import AnyAsk, Ask, Claim, ClaimFile, SeenStep, Value
from tocsin.charter.files.catalog import shipped
from tocsin.charter.files.loader import load, load_text
from tocsin.charter.model import Unless
from tocsin.charter.predicates import Predicate
from tocsin.charter.rules.kinds import Consensus, LimitedFormat, Majority
from tocsin.charter.snapshot import Charter
from tocsin.errors import CaseError, NotFound

ROOT = Path(__file__).parent.parent
OUTLINE = str(ROOT / "tests/charters/good/outline.toml")
GUIDE = (ROOT / "docs/FACTS.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"^(\w+)\[(\d+)\](?:\.(\w+)\.(\S+))?")

SHIPPED = load_claims()
BY_ID = {claim.id: claim for claim in SHIPPED.claim}
ANY_VICTIM = Predicate(field="victim", group="members")

# ---- Altering the row a verdict rests on


class Flip(NamedTuple):
    """The row to alter, by words of its evidence; how; and what the verdict is then."""

    words: str
    change: Callable[[Any], Any]
    then: str


def row(words: str, then: str, **fields: Any) -> Flip:  # noqa: ANN401  # any field of any row
    return Flip(words, lambda found: replace(found, **fields), then)


def number(key: str, then: str, new: int) -> Flip:
    return Flip(f".{key} ", lambda _: new, then)


def rule(words: str, then: str, new: Struct) -> Flip:
    return Flip(words, lambda _: new, then)


OUTSIDE_ONLY = Unless(if_=Predicate(field="external", is_=False), why="Only from outside.")

FLIPS: dict[str, Flip] = {
    "csto-founded-1992": row("CSTOCH", "true", signed=date(1992, 10, 7)),
    "csto-treaty-1992": row("CST", "false", signed=date(1993, 5, 15)),
    "csto-founder-belarus": row("BLR member", "true", from_=date(1992, 5, 15)),
    "csto-founder-uzbekistan": row("UZB member", "true", from_=date(1993, 1, 1)),
    "csto-uzbekistan-observer": row("UZB member from 2006", "true", status="observer"),
    "csto-peacekeepers-2010": row("table", "true", matter="peacekeeping"),
    "csto-duty-2010": row("duty", "true", when=ANY_VICTIM),
    "csto-first-force-2022": row("deploy", "false", do="note"),
    "csto-security-council": row("CSC", "true", name="Security Council"),
    "csto-no-defence-ministers": row("CDM", "true", to=date(2020, 1, 1)),
    "csto-by-vote": rule(" consensus", "true", Majority(id="consensus", more_than="1/2")),
    "csto-limited-format": rule(" limited-format", "false", Consensus(id="limited-format")),
    "csto-limited-format-2010": rule(" consensus", "true", LimitedFormat(id="consensus")),
    "csto-six-members": row("KGZ member", "false", to=date(2025, 1, 1)),
    "csto-six-take-part": row("ARM frozen", "true", to=date(2025, 1, 1)),
    "csto-freeze": row("suspension-by-oneself", "true", absent="", says="By a note."),
    "csto-external-only": row("duty", "true", unless=(OUTSIDE_ONLY,)),
    "csto-external-only-reading": row("external-only", "false", held_by=()),
    "csto-rapid-reaction-2015": row("CRRF2009", "true", signed=date(2015, 6, 14)),
    "csto-crisis-centre": row("CRC2016", "false", signed=date(2017, 10, 14)),
    "csto-list-2016": row("LIST2016", "true", summary="A regulation and the list were approved."),
    "csto-list-recognised-by-all": number("banned-by-five", "true", 40),
    "csto-list-to-look-up": number("listed", "true", 80),
    "sco-list-counted": number("organisations", "false", 0),
    "nato-seven-below-two": number("ESP", "false", 200),
    "nato-seven-still-below-two": number("members", "true", 7),
    "nato-below-two-state-by-state": number("ESP", "false", 199),
    "nato-target-two": number("core", "true", 200),
    "nato-target-2032": number("target", "true", 2032),
    "nato-turkey-402000": number("TUR", "true", 402_000),
    "nato-article-5-often": number("invoked", "true", 3),
    "nato-article-4-usual": row("request", "false", do="note"),
    "nato-sanctions": row("statement", "true", id="sanctions"),
    "eu-sanctions": row("sanctions", "false", to=date(2010, 1, 1)),
    "nato-partner-aus": row("EGY md-partner", "true", party="AUS"),
    "nato-partner-jpn": row("KWT ici-partner", "true", party="JPN"),
    "nato-partner-kor": row("DZA md-partner", "true", party="KOR"),
    "nato-partner-geo": row("ISR md-partner", "true", party="GEO"),
    "nato-troops-outside-area": row("duty", "true", unless=()),
    "nato-troops-consultation": row("duty", "false", when=Predicate(field="kind", is_="disaster")),
    "eu-summit-host": row("EUCO", "true", chair="rotating"),
    "weu-present": row("MBT", "true", to=None),
    "weu-ended-2010": row("MBT", "true", to=date(2010, 3, 31)),
    "gcc-saudi-partner": row("KWT ici-partner", "true", party="SAU"),
    "gcc-four-of-six": row("QAT ici-partner", "false", status="partner"),
    "gcc-as-a-body": row("ICI.tools", "true", summary="A partnership with the six together."),
    "saarc-contentious": row("SC.10(2)", "true", to=date(2020, 1, 1)),
    "saarc-security-aim": row("SC.1", "true", summary="Nine aims, common defence among them."),
    "au-standby-force": row("PSC.13", "true", instrument="PROT2003"),
    "ots-defence": row("NAKH.no-defence", "true", to=date(2020, 1, 1)),
    "ots-bound-elsewhere": row("KAZ member", "false", to=date(2020, 1, 1)),
    "ots-shusha": row("SHUSHA", "false", signed=date(2021, 6, 16)),
}
OPEN = {"csto-list-to-look-up", "nato-below-two-state-by-state"}
"""Claims that are open on purpose, because a number they need was not found."""


@cache
def verdicts() -> dict[str, ClaimVerdict]:
    return {found.id: found for found in check_claims()}


@pytest.mark.parametrize("claim", BY_ID)
def test_altering_the_row_a_verdict_rests_on_alters_the_verdict(claim: str) -> None:
    before, flip = verdicts()[claim], FLIPS[claim]
    found = next(found for found in before.evidence if flip.words in f"{found.row} ")
    after = judge_altered(BY_ID[claim], found, flip.change)
    assert after.verdict == flip.then
    assert after.verdict != before.verdict
    assert after.because != before.because


def test_no_claim_is_left_out_here() -> None:
    assert set(FLIPS) == set(BY_ID)


def test_only_the_claims_that_are_meant_to_be_open_are_open() -> None:
    assert {found.id for found in verdicts().values() if found.verdict == "open"} == OPEN


@pytest.mark.parametrize("claim", BY_ID)
def test_a_verdict_names_rows_with_their_sources(claim: str) -> None:
    found = verdicts()[claim]
    assert found.evidence
    assert all(one.source and one.class_ for one in found.evidence)
    weak = any(one.class_ in ("memory", "secondary") for one in found.evidence)
    assert found.because[0].startswith("rests ") == weak


def judge_altered(claim: Claim, found: Evidence, change: Callable[[Any], Any]) -> ClaimVerdict:
    """The verdict on one claim with one row, step or number of its evidence altered, and all else as it ships."""
    place = PLACE.match(found.row)
    assert place is not None, f"'{found.row}' does not tell where it stands"
    table, index, _, key = place.groups()
    file = ClaimFile(schema=1, value=SHIPPED.value, claim=(claim,))
    if found.charter:
        charter = load_charter(found.charter)
        rows = with_one(getattr(charter.document, table), index, change)
        changed = Charter(replace(charter.document, **{table: rows}), "altered")
        return judge_claims(file, lambda name: changed if name == found.charter else load_charter(name))[0]
    if found.case:
        steps = with_one(case_steps(found.case), index, change)
        return judge_claims(file, cases=lambda name: steps if name == found.case else case_steps(name))[0]
    values = with_one(SHIPPED.value, index, lambda value: with_number(value, key, change(None)))
    return judge_claims(replace(file, value=values))[0]


def with_one(rows: tuple[Any, ...], index: str, change: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(change(found) if place == int(index) else found for place, found in enumerate(rows))


def with_number(value: Value, key: str, new: int) -> Value:
    unset = {name: why for name, why in value.unset.items() if name != key}
    return replace(value, numbers={**value.numbers, key: new}, unset=unset)


# ---- The questions, one by one

ASKED = {
    "a status on a day": ('ask = "status"\nparty = "XAF"\nis = ["observer"]\non = 2020-01-01', "true"),
    "no status": ('ask = "status"\nparty = "XAE"\nis = ["none"]\non = 2005-01-01', "true"),
    "a status of no charter": ('ask = "status"\nparty = "XAF"\nis = ["friend"]\non = 2020-01-01', "open"),
    "a stranger": ('ask = "status"\nparty = "XAZ"\nis = ["member"]\non = 2020-01-01', "false"),
    "on the last day of a span": (
        'ask = "status"\nparty = "XAE"\nis = ["member"]\nsince = 2007-01-01\nuntil = 2008-03-02',
        "true",
    ),
    "after a span": (
        'ask = "status"\nparty = "XAE"\nis = ["member"]\nsince = 2007-01-01\nuntil = 2008-03-01',
        "false",
    ),
    "exactly these members": ('ask = "members"\non = 2005-01-01\nare = ["XAA", "XAB", "XAC", "XAD"]', "true"),
    "nobody": ('ask = "members"\non = 2005-01-01\nstatus = "partner"\nare = []', "true"),
    "shared with itself": ('ask = "shared"\nother = "meridian"\non = 2020-01-01\ncount = 5', "true"),
    "an instrument's day": ('ask = "instrument"\ninstrument = "MP"\nfield = "signed"\nbefore = 2001-03-02', "true"),
    "no such instrument": ('ask = "instrument"\ninstrument = "XX"\nfield = "signed"\nbefore = 2001-03-02', "open"),
    "in force": ('ask = "in force"\ninstrument = "MP"\non = 2020-01-01', "true"),
    "not yet in force": ('ask = "in force"\ninstrument = "MP"\non = 2001-06-01', "false"),
    "no such instrument in force": ('ask = "in force"\ninstrument = "XX"\non = 2020-01-01', "open"),
    "a rule inside a rule": ('ask = "rule"\nmatter = "suspend"\nuses = "unanimity"\non = 2020-01-01', "true"),
    "an organ by its name": ('ask = "organ"\nname = "defence board"\non = 2020-01-01', "true"),
    "an organ by the wrong chair": ('ask = "organ"\norgan = "council"\nchair = "rotating"\non = 2020-01-01', "false"),
    "no such organ": ('ask = "organ"\norgan = "senate"\non = 2020-01-01', "false"),
    "a matter": ('ask = "matter"\nmatter = "relief"\non = 2020-01-01', "true"),
    "a rule by its kind": ('ask = "rule"\nmatter = "procedure"\nis = "fallback"\non = 2020-01-01', "true"),
    "a rule by what stands in it": ('ask = "rule"\nmatter = "procedure"\nuses = "majority"\non = 2020-01-01', "true"),
    "a rule of no matter": ('ask = "rule"\nmatter = "war"\nuses = "majority"\non = 2020-01-01', "open"),
    "a duty": ('ask = "duty"\nduty = "keep-the-peace"\nis = ["not triggered"]\non = 2020-01-01' + "EVENT", "true"),
    "a duty on too little": ('ask = "duty"\nduty = "assist"\nis = ["awaiting"]\non = 2020-01-01' + "EVENT", "open"),
    "a duty on too little, asked so": (
        'ask = "duty"\nduty = "assist"\nis = ["undetermined"]\non = 2020-01-01' + "EVENT",
        "true",
    ),
    "no such duty": ('ask = "duty"\nduty = "pay"\nis = ["awaiting"]\non = 2020-01-01' + "EVENT", "open"),
    "a provision": ('ask = "provision"\nprovision = "withdrawal"\non = 2020-01-01', "true"),
    "an absent provision": ('ask = "provision"\nprovision = "expulsion"\non = 2020-01-01\nabsent = true', "true"),
    "no word of a provision": ('ask = "provision"\nprovision = "flag"\non = 2020-01-01', "open"),
    "a clause": ('ask = "clause"\nclause = "MP.3"\ninstrument = "MP"\non = 2020-01-01', "true"),
    "a clause of another instrument": ('ask = "clause"\nclause = "MP.3"\ninstrument = "MR"\non = 2020-01-01', "false"),
    "no such clause": ('ask = "clause"\nclause = "MP.99"\non = 2020-01-01', "false"),
    "since when": ('ask = "held"\nfrom = { XAE = 2008-03-01 }\nto = {}', "true"),
    "since another day": ('ask = "held"\nfrom = { XAE = 2008-03-02 }', "false"),
    "a right": ('ask = "right"\nparty = "XAB"\nright = "vote"\non = 2020-01-01', "true"),
    "no right of a stranger": ('ask = "right"\nparty = "XAZ"\nright = "vote"\non = 2020-01-01', "false"),
    "who calls": ('ask = "convene"\norgan = "council"\nby = "XAB"\naskers = 1\non = 2020-01-01', "true"),
    "who does not call": ('ask = "convene"\norgan = "council"\nby = "XAZ"\non = 2020-01-01', "false"),
    "that nothing is unset": ('ask = "convene"\norgan = "council"\nby = "XAB"\nunset = true\non = 2020-01-01', "false"),
    "who tables": ('ask = "table"\nmatter = ["relief"]\nby = "XAB"\nafter = []\non = 2020-01-01', "true"),
    "who does not table": ('ask = "table"\nmatter = ["relief"]\nby = "XAZ"\non = 2020-01-01', "false"),
    "an outcome": (
        (
            'ask = "outcome"\nmatter = ["relief"]\npositions = { others = "support" }\nis = "adopted"\n'
            'bound = ["XAA", "XAB", "XAC", "XAD", "XAE"]\nelectors = 5\non = 2020-01-01'
        ),
        "true",
    ),
    "an outcome of nothing said": ('ask = "outcome"\nmatter = ["relief"]\nis = "adopted"\non = 2020-01-01', "false"),
    "an outcome whoever objects": (
        (
            'ask = "outcome"\nmatter = ["suspend"]\nsubject = "XAD"\non = 2020-01-01\n'
            'positions = { anyone = "object", others = "support" }\n'
            'blocked_by = ["anyone"]\nis = "blocked"'
        ),
        "true",
    ),
    "an outcome that is known": ('ask = "outcome"\nmatter = ["relief"]\nis = "unset"\non = 2020-01-01', "false"),
    "a secret ballot": (
        'ask = "outcome"\nmatter = ["relief"]\ncounts = { support = 5 }\nis = "adopted"\non = 2020-01-01',
        "true",
    ),
    "all duties": (
        (
            'ask = "duties"\non = 2020-01-01\nare = {}\n'
            'event = { kind = "disaster", victim = "XAZ", external = false, requested_by = [] }'
        ),
        "true",
    ),
    "whom a duty binds": (
        (
            'ask = "bound"\nduty = "assist"\ncount = 4\non = 2020-01-01\n'
            'event = { kind = "armed attack", victim = "XAB", attacker = "XQA", external = true, territory_of = "XAB", '
            'requested_by = ["XAB"] }'
        ),
        "true",
    ),
    "whom a duty binds on too little": (
        'ask = "bound"\nduty = "assist"\nparty = "XAA"\non = 2020-01-01' + "EVENT",
        "open",
    ),
    "a report": ('ask = "report"\nduty = "assist"\nto = "UNSC"\non = 2020-01-01', "true"),
    "a report to nobody known": ('ask = "report"\nduty = "assist"\nto = "XAZ"\non = 2020-01-01', "false"),
    "a report on too little": ('ask = "report"\nduty = "assist"\nto = "UNSC"\non = 2020-01-01' + "EVENT", "open"),
    "a notice": ('ask = "notice"\nis = "12 months"\non = 2020-01-01', "true"),
    "a notice in years": ('ask = "notice"\nis = "1 year"\non = 2020-01-01', "true"),
    "a notice in weeks": ('ask = "notice"\nis = "2 weeks"\non = 2020-01-01', "false"),
    "a notice of another length": ('ask = "notice"\nis = "3 years"\non = 2020-01-01', "false"),
    "no notice": ('ask = "notice"\nprovision = "expulsion"\nis = "absent"\non = 2020-01-01', "true"),
    "rows that hold": ('ask = "holds"\nwhat = "duty"\nnames = ["assist"]\nkind = "duty"\non = 2020-01-01', "true"),
    "rows of another kind": (
        'ask = "holds"\nwhat = "duty"\nnames = ["assist"]\nkind = "power"\non = 2020-01-01',
        "false",
    ),
    "rows by kind of rule": (
        'ask = "holds"\nwhat = "rule"\nnames = ["consensus"]\nkind = "consensus"\non = 2020-01-01',
        "true",
    ),
    "a reading": ('ask = "reading"\nreading = "cyber-counts"\non = 2020-01-01', "true"),
    "a reading nobody holds": ('ask = "reading"\nreading = "cyber-counts"\non = 2020-01-01\nheld_by = "XAZ"', "false"),
    "no such reading": ('ask = "reading"\nreading = "peace"\non = 2020-01-01', "open"),
    "under a reading that is none": (
        'ask = "members"\non = 2020-01-01\ncount = 5\nreadings = ["peace"]',
        "open",
    ),
}
EVENT = '\nevent = { kind = "cyber attack", victim = "XAB" }'
NOT_READ = "The regulation of 14 October 2016 was not read; no list was published."
NOT_CONVENED = load_charter("csto").as_of(date(2022, 1, 1)).organs["CSC"].unset["convened_by"]
CLAIM = 'schema = 1\n[[claim]]\nid = "c"\nsays = "s"\nsource = "x"\ncorrect = "c"\n[[claim.assert]]\n'


@pytest.mark.parametrize("name", ASKED)
def test_a_question(name: str) -> None:
    asked, expected = ASKED[name]
    text = f'{CLAIM}charter = "meridian"\n{asked.replace("EVENT", EVENT)}\n'
    (found,) = judge_claims(load_claims_text(text, "x"))
    assert found.verdict == expected
    assert bool(found.evidence) == (expected != "open" or "too little" in name)


def test_every_kind_of_question_is_asked_somewhere() -> None:
    asked = {type(ask) for claim in SHIPPED.claim for ask in claim.assert_}
    for text, _ in ASKED.values():
        body = text.replace("EVENT", EVENT)
        asked |= {type(ask) for ask in load_claims_text(f'{CLAIM}charter = "meridian"\n{body}\n', "x").claim[0].assert_}
    assert asked == set(get_args(AnyAsk))


def test_a_rule_is_found_inside_every_kind_of_rule() -> None:
    text = (ROOT / "tests/charters/good/every-rule-kind.toml").read_text(encoding="utf-8")
    text += '[[matter]]\nid = "m"\ntitle = "M"\nkind = "substance"\nforum = [{ organ = "council", rule = "choice" }]\n'
    asked = f'{CLAIM}charter = "kinds"\nask = "rule"\nmatter = "m"\nuses = "unanimity"\non = 2020-01-01\n'
    (found,) = judge_claims(load_claims_text(asked, "x"), {"kinds": load_text(text, "x")})
    assert found.verdict == "true", found.because


def test_a_question_can_be_turned_round() -> None:
    text = f'{CLAIM}charter = "meridian"\nask = "matter"\nmatter = "war"\non = 2020-01-01\nexpect = false\n'
    assert [found.verdict for found in judge_claims(load_claims_text(text, "x"))] == ["true"]


def test_one_wrong_answer_makes_a_claim_false_whatever_is_open() -> None:
    wrong = 'charter = "meridian"\nask = "members"\non = 2020-01-01\ncount = 99\n'
    text = f'{CLAIM}charter = "atlantis"\nask = "matter"\nmatter = "war"\non = 2020-01-01\n[[claim.assert]]\n{wrong}'
    (found,) = judge_claims(load_claims_text(text, "x"))
    assert found.verdict == "false"
    assert found.because == ("meridian: 5 with status 'member' on 2020-01-01: XAA, XAB, XAC, XAD, XAE",)


def with_outline(name: str) -> Charter:
    return load(OUTLINE) if name == "outline" else load_charter(name)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ('charter = "atlantis"\nask = "matter"\nmatter = "war"\non = 2020-01-01', "there is no charter 'atlantis'"),
        ('ask = "case"\ncase = "no-such-case"\ndo = ["deploy"]', "there is no case 'no-such-case'"),
        (
            'charter = "outline"\nask = "organ"\norgan = "COUNCIL"\non = 2000-01-01',
            "outline is an outline: no organ 'COUNCIL' was entered so far",
        ),
        (
            'charter = "outline"\nask = "organ"\nname = "Council"\non = 2000-01-01',
            "outline is an outline: no organ of that name was entered so far",
        ),
        (
            'charter = "meridian"\nask = "held"\nstatus = "friend"\nfrom = { XAE = 2008-03-01 }',
            "meridian: there is no status 'friend'",
        ),
        (
            'charter = "meridian"\nask = "convene"\norgan = "senate"\nby = "XAA"\non = 2020-01-01',
            "meridian: there is no organ 'senate' on 2020-01-01",
        ),
        (
            'charter = "csto"\nask = "convene"\norgan = "CSC"\nby = "ARM"\non = 2022-01-01',
            "csto: who may call CSC together is unset: " + NOT_CONVENED,
        ),
        (
            'charter = "meridian"\nask = "table"\nmatter = ["war"]\nby = "XAA"\non = 2020-01-01',
            "meridian: there is no matter 'war' on 2020-01-01",
        ),
        (
            (
                'charter = "meridian"\nask = "outcome"\nmatter = ["relief"]\norgan = "senate"\n'
                'is = "open"\non = 2020-01-01'
            ),
            "meridian: nothing on 2020-01-01 decides 'relief' senate",
        ),
        (
            'charter = "meridian"\nask = "outcome"\nmatter = ["suspend"]\nis = "open"\non = 2020-01-01',
            "meridian: 'suspend' in council on 2020-01-01: it is about one party: name the subject",
        ),
        (
            (
                'charter = "meridian"\nask = "outcome"\nmatter = ["relief"]\nis = "open"\non = 2020-01-01\n'
                'positions = { XAZ = "support" }'
            ),
            "meridian: there is no party XAZ on 2020-01-01",
        ),
        (
            (
                'charter = "meridian"\nask = "outcome"\nmatter = ["relief"]\nis = "open"\non = 2020-01-01\n'
                "counts = { support = 6 }"
            ),
            "meridian: 6 positions are counted, and 5 parties have a vote",
        ),
        (
            'charter = "meridian"\nask = "duties"\non = 2020-01-01\nevent = {}\nare = { pay = "triggered" }',
            "meridian: no duty 'pay' holds on 2020-01-01",
        ),
        (
            'charter = "meridian"\nask = "report"\nduty = "pay"\non = 2020-01-01',
            "meridian: no duty 'pay' holds on 2020-01-01",
        ),
        (
            'charter = "meridian"\nask = "notice"\nprovision = "flag"\non = 2020-01-01\nis = "1 year"',
            "meridian: no provision 'flag' on 2020-01-01, neither given nor absent",
        ),
        (
            'charter = "eu"\nask = "notice"\nprovision = "accession"\non = 2020-01-01\nis = "1 year"',
            "eu: provision 'accession' speaks of no notice",
        ),
        (
            'charter = "meridian"\nask = "holds"\nwhat = "organ"\nnames = ["senate"]\non = 2020-01-01',
            "meridian: there is no organ 'senate'",
        ),
        (
            'charter = "csto"\nask = "organ"\norgan = "CDM"\nchair = "rotating"\non = 2020-01-01',
            "csto: the chair of CDM is unset: Not seen.",
        ),
        (
            'charter = "gcc"\nask = "in force"\ninstrument = "JDA"\non = 2020-01-01',
            "gcc: 'in_force' of JDA is unset: Not seen.",
        ),
        (
            'charter = "sco"\nask = "instrument"\ninstrument = "RATS"\nfield = "in_force"\nis = 2003-01-01',
            "sco: 'in_force' of RATS is unset: Not seen.",
        ),
        (
            'charter = "csto"\nask = "rule"\nmatter = "list-terrorist"\nuses = "consensus"\non = 2020-01-01',
            "csto: the rule of CSC on 'list-terrorist' is unset: " + NOT_READ,
        ),
    ],
)
def test_what_is_missing_or_unset_leaves_a_claim_open_and_is_named(asked: str, said: str) -> None:
    (found,) = judge_claims(load_claims_text(CLAIM + asked + "\n", "x"), with_outline)
    assert (found.verdict, found.because) == ("open", (said,))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("at_least = 10\ncount = 1", "open"),
        ("at_least = 10\ncount = 2", "open"),
        ("at_least = 10\ncount = 0", "false"),
        ("at_least = 10\ncount = 3", "false"),
        ('at_least = 10\ncount = 1\nwithout = ["XAC"]', "true"),
    ],
)
def test_unset_numbers_leave_a_tally_open_between_two_bounds(asked: str, expected: str) -> None:
    value = '[[value]]\nid = "v"\ntitle = "t"\nunit = "u"\nsource = "s"\nclass = "press"\n'
    value += 'numbers = { XAA = 10, XAB = 9 }\nunset = { XAC = "unknown" }\n'
    text = CLAIM.replace("[[claim]]", f"{value}[[claim]]") + f'ask = "tally"\nvalue = "v"\n{asked}\n'
    (found,) = judge_claims(load_claims_text(text, "x"))
    assert found.verdict == expected


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [("is = 7", True), ("above = 7", False), ("at_least = 7", True), ("below = 7", False), ("at_most = 7", True)],
)
def test_a_number_is_compared_exactly(comparison: str, expected: bool) -> None:
    value = '[[value]]\nid = "v"\ntitle = "t"\nunit = "u"\nsource = "s"\nclass = "press"\nnumbers = { XAA = 7 }\n'
    text = CLAIM.replace("[[claim]]", f"{value}[[claim]]") + f'ask = "value"\nvalue = "v"\nkey = "XAA"\n{comparison}\n'
    (found,) = judge_claims(load_claims_text(text, "x"))
    assert found.verdict == ("true" if expected else "false")


def test_charters_and_cases_can_be_handed_in() -> None:
    text = f'{CLAIM}charter = "ours"\nask = "members"\non = 2020-01-01\ncount = 5\n'
    text += '[[claim.assert]]\nask = "case"\ncase = "mine"\ndo = ["note"]\n'
    steps = (SeenStep(do="note", at="2020-01-01", source="s", class_="press"),)
    charters = {"ours": load_charter("meridian")}
    (found,) = judge_claims(load_claims_text(text, "x"), charters, {"mine": steps})
    assert found.verdict == "true"
    assert [one.case for one in found.evidence if one.case] == ["mine"]
    (missing,) = judge_claims(load_claims_text(text, "x"), {}, {})
    assert missing.because == ("there is no charter 'ours'", "there is no case 'mine'")


def test_a_verdict_on_an_invented_alliance_is_marked_as_hypothetical() -> None:
    text = f'{CLAIM}charter = "meridian"\nask = "members"\non = 2020-01-01\ncount = 5\n'
    assert [found.hypothetical for found in judge_claims(load_claims_text(text, "x"))] == [True]
    assert not any(found.hypothetical for found in verdicts().values())


# ---- Files


def test_the_claims_file_of_the_documentation_works(tmp_path: Path) -> None:
    path = tmp_path / "claims.toml"
    path.write_text("\n".join(match[1] for match in BLOCK.finditer(GUIDE)), encoding="utf-8")
    assert {found.id: found.verdict for found in check_claims(path=path)} == {
        "five-members-at-once": "false",
        "never-an-observer": "false",
        "attack-from-outside": "true",
        "corvenna-has-most": "open",
    }


def test_the_documentation_names_every_question_and_every_field() -> None:
    for kind in get_args(AnyAsk):
        (line,) = (line for line in GUIDE.splitlines() if line.startswith(f"| `{kind.__struct_config__.tag}` | "))
        named = GUIDE if kind.__struct_config__.tag == "tally" else line
        for field in set(kind.__struct_encode_fields__) - set(Ask.__struct_encode_fields__):
            assert f"`{field}`" in named or f"[{field}]" in named, (kind.__struct_config__.tag, field)
    for struct in (Claim, Value):
        for field in struct.__struct_encode_fields__:
            assert f"| `{field}` |" in GUIDE or f"`[[claim.{field}]]`" in GUIDE, field


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        load_claims("no-such-claims")
    with pytest.raises(NotFound):
        case_steps("no-such-case")


def test_a_case_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text("[[step]]\nsays = 'nothing done'\n", encoding="utf-8")
    with pytest.raises(CaseError, match="the steps of this case cannot be read"):
        case_steps(str(path))


def with_value(value: str, asked: str) -> str:
    return CLAIM.replace("[[claim]]", f"{value}[[claim]]") + asked


VALUE = '[[value]]\nid = "v"\ntitle = "t"\nunit = "u"\nsource = "s"\nclass = "press"\nnumbers = { XAA = 1 }\n'
ASK_V = 'ask = "value"\nvalue = "v"\nkey = "XAA"\nis = 1\n'
OF_FRANCE = f'{CLAIM}ask = "status"\ncharter = "nato"\nparty = "FRA"\nis = ["member"]\n'
ONE = f'{CLAIM}ask = "matter"\ncharter = "nato"\nmatter = "x"\non = 2020-01-01\n'
OUTCOME = f'{CLAIM}ask = "outcome"\ncharter = "nato"\nmatter = ["x"]\non = 2020-01-01\n'
BAD = {
    "no claim": ("schema = 1\nclaim = []\n", 2, "claim: the list is empty"),
    "a newer format": ("schema = 9\n", 1, "the file is of format 9; this release reads format 1"),
    "not TOML": (f"{CLAIM}ask = members\n", 8, "this is not TOML"),
    "an unknown question": (f'{CLAIM}ask = "mood"\n', 8, "there is no ask 'mood'"),
    "an unknown field": (
        f'{CLAIM}ask = "members"\ncharter = "nato"\non = 2020-01-01\ncount = 1\nparty = "FRA"\n',
        12,
        "there is no field 'party' here",
    ),
    "a missing field": (f'{CLAIM}ask = "members"\ncharter = "nato"\ncount = 1\n', 7, "the field 'on' is missing"),
    "no comparison": (f'{CLAIM}ask = "members"\ncharter = "nato"\non = 2020-01-01\n', 7, "nothing is compared with"),
    "two comparisons": (
        f'{CLAIM}ask = "members"\ncharter = "nato"\non = 2020-01-01\ncount = 1\nare = ["FRA"]\n',
        7,
        "are and count are given together",
    ),
    "a state by its name": (
        f'{CLAIM}ask = "status"\ncharter = "nato"\non = 2020-01-01\nparty = "France"\nis = ["member"]\n',
        11,
        "fix: write 'FRA'",
    ),
    "a mistyped state": (
        f'{CLAIM}ask = "members"\ncharter = "nato"\non = 2020-01-01\nare = ["FRA", "UBZ"]\n',
        11,
        "there is no party 'UBZ'",
    ),
    "a mistyped victim": (
        f'{CLAIM}ask = "duty"\ncharter = "nato"\non = 2020-01-01\nduty = "x"\nis = ["excluded"]\nevent.victim = "FRX"',
        13,
        "there is no party 'FRX'",
    ),
    "day and span": (
        f"{OF_FRANCE}on = 2020-01-01\nsince = 2020-01-01\n",
        7,
        "the question needs one day or one span of days",
    ),
    "a span that ends first": (
        f"{OF_FRANCE}since = 2020-01-01\nuntil = 2019-01-01\n",
        13,
        "the span ends on 2019-01-01, before it has begun",
    ),
    "no organ named": (f'{CLAIM}ask = "organ"\ncharter = "nato"\non = 2020-01-01\n', 7, "the question names no organ"),
    "a kind of rule that is none": (
        f'{CLAIM}ask = "rule"\ncharter = "nato"\nmatter = "budget"\non = 2020-01-01\nuses = "majorities"\n',
        12,
        "fix: did you mean 'majority'?",
    ),
    "nobody held anything": (f'{CLAIM}ask = "held"\ncharter = "nato"\n', 7, "no party and no day is given"),
    "a mistyped key": (
        f'{CLAIM}ask = "held"\ncharter = "nato"\n[claim.assert.from]\nFRX = 2020-01-01\n',
        11,
        "there is no party 'FRX'",
    ),
    "a mistyped elector": (
        f'{OUTCOME}positions = {{ FRX = "object" }}\nis = "open"\nblocked_by = ["XQQX"]\nsubject = "FRY"\n',
        12,
        "there is no party 'FRX'",
    ),
    "positions twice": (
        f'{OUTCOME}positions = {{ others = "object" }}\ncounts = {{ object = 1 }}\nis = "open"\n',
        13,
        "positions are given by party and by number",
    ),
    "positions where nothing is known": (
        f'{OUTCOME}positions = {{ others = "object" }}\nis = "unset"\n',
        13,
        "where the rule is unset no positions are counted",
    ),
    "a mistyped bearer": (
        f'{CLAIM}ask = "bound"\ncharter = "nato"\nduty = "x"\non = 2020-01-01\nare = ["FRX"]\n',
        12,
        "there is no party 'FRX'",
    ),
    "whom": (f'{CLAIM}ask = "bound"\ncharter = "nato"\nduty = "x"\non = 2020-01-01\n', 7, "nothing is compared with"),
    "a right of nobody": (
        f'{CLAIM}ask = "right"\ncharter = "nato"\nparty = "FRX"\nright = "vote"\non = 2020-01-01\n',
        10,
        "there is no party 'FRX'",
    ),
    "rows of no day": (
        f'{CLAIM}ask = "holds"\ncharter = "nato"\nwhat = "organ"\nnames = ["NAC"]\n',
        7,
        "the question names no day",
    ),
    "two claims of one id": (ONE + ONE.removeprefix("schema = 1\n"), 13, "there is a claim 'c' already"),
    "no such value": (with_value(VALUE, ASK_V.replace('"v"', '"w"')), 16, "there is no value 'w'"),
    "no such key": (with_value(VALUE, ASK_V.replace("XAA", "XAB")), 17, "value 'v' has no key 'XAB'"),
    "an empty value": (with_value(VALUE.replace("XAA = 1", ""), ASK_V), 2, "value 'v' holds no number"),
    "given and unset": (with_value(f'{VALUE}unset = {{ XAA = "why" }}\n', ASK_V), 9, "given and unset at once"),
    "unset without a reason": (with_value(f'{VALUE}unset = {{ XAB = " " }}\n', ASK_V), 9, "unset without a reason"),
    "press not seen": (with_value(VALUE.replace('"s"', '"not seen"'), ASK_V), 6, "the source was not seen"),
    "a broken number": (with_value(VALUE.replace("XAA = 1", "XAA = 1.5"), ASK_V), 8, "1.5 is no whole number"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_where_and_why(name: str) -> None:
    text, line, said = BAD[name]
    with pytest.raises(CaseError) as caught:
        load_claims_text(text, "my-claims.toml")
    assert said in str(caught.value)
    assert any(problem.line == line for problem in caught.value.problems), str(caught.value)
    for word in ("Object", "`str`", "Expected", "msgspec", "NoneType"):
        assert word not in str(caught.value)


# ---- Outlines: charters of which instruments, clauses and parties alone were entered


def test_no_shipped_charter_is_an_outline_any_more() -> None:
    assert [name for name in shipped() if load_charter(name).document.charter.outline] == []


def test_an_outline_counts_its_parties_and_knows_its_clauses() -> None:
    asked = 'charter = "outline"\non = 1995-01-01\nask = '
    text = CLAIM + f'{asked}"members"\nare = ["XLA"]\n'
    text += f'[[claim.assert]]\n{asked}"members"\nstatus = "observer"\ncount = 1\n'
    text += f'[[claim.assert]]\n{asked}"clause"\nclause = "LL.1"\nsays = "wick"\n'
    (found,) = judge_claims(load_claims_text(text, "x"), {"outline": load(OUTLINE)})
    assert found.verdict == "true", found.because


@pytest.mark.parametrize(
    ("name", "on", "status", "count"),
    [
        ("au", date(2026, 1, 1), "member", 55),
        ("au", date(2026, 1, 1), "suspended", 7),
        ("gcc", date(2026, 1, 1), "member", 6),
        ("ots", date(2026, 1, 1), "member", 5),
        ("saarc", date(2026, 1, 1), "member", 8),
        ("sco", date(2026, 1, 1), "member", 10),
        ("sco", date(2026, 1, 1), "partner", 17),
        ("weu", date(2011, 6, 30), "member", 10),
        ("weu", date(2011, 6, 30), "associate-member", 6),
        ("weu", date(2011, 6, 30), "associate-partner", 7),
        ("weu", date(2011, 6, 30), "observer", 5),
        ("weu", date(2011, 7, 1), "member", 0),
    ],
)
def test_a_charter_counts_its_parties(name: str, on: date, status: str, count: int) -> None:
    assert len(load_charter(name).as_of(on).group(status)) == count
