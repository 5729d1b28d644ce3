"""The product's interpreter of the decision rules against the tests' own, and the laws that both must keep."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from operator import ge
from typing import NamedTuple, TypeVar, get_args

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import rules_oracle
from tests.strategies import (
    COMPOSITES,
    LEAVES,
    OUTSIDER,
    QUESTIONS,
    STATED,
    RuleData,
    Said,
    Session,
    parts_of,
    rules,
    sessions,
)
from tocsin.charter.rows import Row
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.kinds import Base, Binds, Rule
from tocsin.charter.rules.verdict import CompiledRule, Outcome, compile_ballot
from tocsin.terms import POSITIONS, VERDICTS, Position

T = TypeVar("T")

KINDS = LEAVES + COMPOSITES
pytestmark = pytest.mark.exhaustive

EACH_KIND = pytest.mark.parametrize("kind", KINDS)

CONSENSUS: RuleData = {"kind": "consensus"}
UNANIMITY: RuleData = {"kind": "unanimity"}
MAJORITY: RuleData = {"kind": "majority", "more_than": "1/2"}
FORMAT: RuleData = {"kind": "limited format"}
ESCALATE: RuleData = {"kind": "escalate", "rule": CONSENSUS, "organ": "council"}

A, B, C = "XAA", "XAB", "XAC"
GROUPS: dict[str, tuple[str, ...]] = {A: (A,), "pair": (A, B), "one": (C,), "none": ()}
SUPPORT: Position = "support"
LETTERS: dict[str, Position] = dict(zip("soaqx", STATED, strict=True))
WEIGHTS = {"votes": {A: 3, B: 2}, "nothing": {A: 0}}


def compiled(session: Session) -> CompiledRule:
    row = {name: getattr(session, name) for name in ("rule", "universe", "groups", "weights")}
    return compile_ballot(msgspec.convert(row, Ballot))


def outcome(session: Session) -> Outcome:
    return compiled(session).outcome(session.positions, session.questions, session.closed)


def judge(session: Session) -> str:
    return compiled(session).judge(session.positions, session.questions, session.closed)


def disagreement(session: Session, rule: CompiledRule | None = None) -> str:
    """What the interpreters say, where they differ; `rule` spares compiling it."""
    rule = rule or compiled(session)
    judged = rule.judge(session.positions, session.questions, session.closed)
    found = rule.outcome(session.positions, session.questions, session.closed)
    oracle = rules_oracle.judge(*session[:-1], closed=session.closed)
    if not judged == found.verdict == oracle.verdict:
        return f"judge: {judged}, outcome: {found.verdict}, oracle: {oracle.verdict}"
    if found.verdict == "adopted" and set(found.bound) != oracle.bound:
        return f"bound: {sorted(found.bound)}, oracle: {sorted(oracle.bound)}"
    return ""


@EACH_KIND
@given(st.data())
def test_both_interpreters_agree(kind: str, data: st.DataObject) -> None:
    session = data.draw(sessions(rules(kind=kind)))
    assert disagreement(session) == ""


# Every profile of a few electors


def grid(kind: str, **fields: list[object]) -> list[RuleData]:
    """A rule for every combination of the values; None leaves a field out."""
    return [
        {"kind": kind} | {name: value for name, value in zip(fields, values, strict=True) if value is not None}
        for values in product(*fields.values())
    ]


BLOCKS: list[object] = [
    None,
    ["abstain"],
    ["qualified_abstention"],
    ["object", "absent"],
    ["support", "not_stated"],
    ["not_stated"],
    [*STATED],
]
BASES: list[object] = [None, "present", "cast"]
BINDS: list[object] = [None, "electorate", "willing", "not qualified"]
NEUTRAL: list[object] = [None, ["abstain"], ["absent", "object"], ["qualified_abstention", "not_stated"], [*STATED]]

# On the text alone, by three electors
ON_THE_TEXT: dict[str, list[RuleData]] = {
    "consensus": grid("consensus", blocks=BLOCKS) + grid("consensus", binds=BINDS, electorate=["pair", "none"]),
    "unanimity": grid("unanimity", neutral=NEUTRAL),
    "silence": grid("silence", blocks=BLOCKS, breaks=[None, 2, 4]),
    "negative consensus": grid("negative consensus", electorate=[None, "one", "none"]),
    "majority": [
        *grid("majority", of=BASES, more_than=["0/1", "1/2", "2/3", "1/1"], quorum=[None, "2/3"]),
        *grid("majority", of=BASES, at_least=["0/1", "1/2", "2/3", "1/1"], quorum_count=[None, 2, 4]),
        *grid("majority", of=BASES, votes=[1, 3, 4]),
        *grid("majority", of=BASES, all_but=[1, 2, 3], quorum=[None, "1/2"], quorum_count=[None, 2]),
    ],
    "weighted": [
        *grid("weighted", weights=["votes"], of=BASES, more_than=["0/1", "2/5", "3/5"]),
        *grid("weighted", weights=["votes", "nothing"], of=BASES, at_least=["0/1", "3/5", "1/1"]),
        *grid("weighted", weights=["votes", "unknown"], of=BASES, points=[1, 3, 6]),
        *grid("weighted", weights=["votes", "unknown"], points=[1], electorate=["one", "none"]),
    ],
    "veto": grid("veto", holders=["pair", "one", "none"], blocks=BLOCKS)
    + grid("veto", holders=["one"], electorate=[None, "none"], binds=BINDS),
    "limited format": grid("limited format", min_size=[None, 1, 3, 4], blocks=BLOCKS),
    "all of": grid("all of", rules=[[MAJORITY, {"kind": "veto", "holders": "pair"}], [MAJORITY, ESCALATE]]),
    "any of": grid("any of", rules=[[UNANIMITY, MAJORITY], [FORMAT, MAJORITY], [ESCALATE, ESCALATE]]),
    "at least": grid("at least", rules=[[UNANIMITY, MAJORITY, FORMAT]], count=[1, 2, 3, 4]),
    "excluding": grid("excluding", who=[[A], ["pair"], [A, "one"], ["pair", "one"]], rule=[MAJORITY, FORMAT, ESCALATE]),
    "qualified abstention cap": [
        *grid("qualified abstention cap", rule=[CONSENSUS], states=["0/1", "1/3", "2/3", "1/1"]),
        *grid(
            "qualified abstention cap",
            rule=[MAJORITY | {"of": "cast"}],
            states=["1/3"],
            weights=["votes", "nothing", "unknown"],
            weight=["2/5", "3/5"],
            electorate=[None, "pair", "none"],
        ),
        *grid("qualified abstention cap", rule=[ESCALATE, FORMAT], states=["2/3"], binds=BINDS),
    ],
    "two step": grid(
        "two step", first=[MAJORITY, FORMAT, ESCALATE], then=[UNANIMITY, MAJORITY, ESCALATE], among=[None, "willing"]
    ),
    "fallback": grid("fallback", first=[CONSENSUS, UNANIMITY, ESCALATE], then=[MAJORITY, FORMAT, ESCALATE]),
    "escalate": grid("escalate", rule=[CONSENSUS, MAJORITY, ESCALATE], organ=["council"], binds=[None, "willing"]),
}

# On the text and on another question, by two electors
ASIDE = "format"
ON_BOTH: dict[str, list[RuleData]] = {
    "limited format": grid("limited format", min_size=[None, 1], blocks=BLOCKS[::2], question=[ASIDE]),
    "all of": grid("all of", rules=[[MAJORITY, CONSENSUS | {"question": ASIDE}]], question=[None, ASIDE], binds=BINDS),
    "two step": grid(
        "two step",
        first=[MAJORITY | {"question": ASIDE}, FORMAT | {"question": ASIDE}],
        then=[UNANIMITY, CONSENSUS, MAJORITY | {"electorate": "pair"}],
        among=[None, "willing"],
    ),
    "qualified abstention cap": grid("qualified abstention cap", states=["1/2"], rule=[MAJORITY], question=[ASIDE]),
    "choice of rule": grid(
        "choice of rule",
        by=[CONSENSUS, MAJORITY | {"question": "format"}, FORMAT, {"kind": "all of", "rules": [ESCALATE, MAJORITY]}],
        options=[[{"id": "fast", "rule": FORMAT}], [{"id": "fast", "rule": MAJORITY | {"question": "choose:fast"}}]],
        otherwise=[ESCALATE],
    ),
}


def every_profile(parties: tuple[str, ...]) -> Iterator[Said]:
    for positions in product(POSITIONS, repeat=len(parties)):
        yield dict(zip(parties, positions, strict=True))


def on_the_text(rule: RuleData) -> Iterator[Session]:
    for positions, closed in product(every_profile((A, B, C)), (False, True)):
        yield Session(rule, (A, B, C), GROUPS, WEIGHTS, positions, {}, closed)


def on_both(rule: RuleData) -> Iterator[Session]:
    question = "choose:fast" if rule["kind"] == "choice of rule" else ASIDE
    put: list[dict[str, Said]] = [{}, *({question: said} for said in every_profile((A, B)))]
    for positions, questions, closed in product(every_profile((A, B)), put, (False, True)):
        yield Session(rule, (A, B), GROUPS, WEIGHTS, positions, questions, closed)


def disagreements(rule: RuleData, profiles: Callable[[RuleData], Iterator[Session]]) -> Iterator[tuple[str, Session]]:
    ballot: CompiledRule | None = None
    for session in profiles(rule):
        ballot = ballot or compiled(session)
        if found := disagreement(session, ballot):
            yield found, session


@pytest.mark.parametrize("kind", ON_THE_TEXT)
def test_both_interpreters_agree_on_every_profile_of_three_electors(kind: str) -> None:
    for rule in ON_THE_TEXT[kind]:
        assert next(disagreements(rule, on_the_text), None) is None


@pytest.mark.parametrize("kind", ON_BOTH)
def test_both_interpreters_agree_on_every_pair_of_profiles_of_two_electors(kind: str) -> None:
    for rule in ON_BOTH[kind]:
        assert next(disagreements(rule, on_both), None) is None


# The laws of the page

FEWER = settings(max_examples=settings().max_examples // 2)
"""Each law is tried on every kind apart."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "choice of rule"])
@FEWER
@given(st.data())
def test_support_on_every_question_never_undoes_an_adoption(kind: str, data: st.DataObject) -> None:
    """Whoever gives it and whatever they said before; for what `upward` leaves out see the test after this one."""
    session = data.draw(sessions(rules(kind=kind, upward=True)))
    party = data.draw(st.sampled_from(session.universe))
    if judge(session) == "adopted":
        assert judge(supporting(session, party)) == "adopted"


def supporting(session: Session, party: str) -> Session:
    questions = {name: {**session.questions.get(name, {}), party: SUPPORT} for name in QUESTIONS if name}
    return session._replace(positions={**session.positions, party: SUPPORT}, questions=questions)


def session_of(rule: RuleData, text: str, *, closed: bool = True, **questions: str) -> Session:
    """Three electors, a letter each; a dot is silence. A question is written choose_fast for choose:fast."""
    universe = (A, B, C)

    def said(letters: str) -> Said:
        return {party: LETTERS[letter] for party, letter in zip(universe, letters, strict=True) if letter != "."}

    put = {name.replace("_", ":"): said(letters) for name, letters in questions.items()}
    return Session(rule, universe, GROUPS, WEIGHTS, said(text), put, closed)


def test_the_limits_of_that_law_are_real() -> None:
    choice: RuleData = {
        "kind": "choice of rule",
        "by": MAJORITY,
        "options": [{"id": "fast", "rule": UNANIMITY}],
        "otherwise": MAJORITY,
    }
    assert judge(session_of(choice, "sso", choose_fast="soo")) == "adopted"
    assert judge(session_of(choice, "sso", choose_fast="sso")) == "blocked", "support chose the harder rule"

    refusing: RuleData = {"kind": "silence", "blocks": ["support"]}
    assert judge(session_of(refusing, "aaa")) == "adopted"
    assert judge(session_of(refusing, "saa")) == "blocked", "support is what breaks it"

    first = MAJORITY | {"question": "format"}
    willing: RuleData = {"kind": "two step", "first": first, "then": UNANIMITY, "among": "willing"}
    assert judge(session_of(willing, "ssa", format="sso")) == "adopted"
    assert judge(session_of(willing, "ssa", format="sss")) == "blocked", "support on one question, not on the other"


def test_presence_can_do_what_support_cannot() -> None:
    quorate = MAJORITY | {"of": "cast", "quorum": "1/1"}
    assert judge(session_of(quorate, "ssx")) == "blocked"
    assert judge(session_of(quorate, "sso")) == "adopted", "the objection completes the quorum"


@pytest.mark.parametrize("kind", LEAVES)
@FEWER
@given(st.data())
def test_an_open_leaf_is_one_that_can_still_go_either_way(kind: str, data: st.DataObject) -> None:
    session = data.draw(sessions(rules(kind=kind)))._replace(closed=False)
    silent = silent_cells(session)
    if weights_unset(session) or len(silent) > 4:
        return
    rule = compiled(session)
    ways = set()
    for positions in product(STATED, repeat=len(silent)):
        said = {name: dict(session.questions.get(name, {})) for name in QUESTIONS} | {"": dict(session.positions)}
        for (question, party), position in zip(silent, positions, strict=True):
            said[question][party] = position
        text = said.pop("")
        ways.add(rule.judge(text, said, closed=False))
        assert rule.judge(text, said, closed=True) == rule.judge(text, said, closed=False), "nobody is silent"
    assert ways <= {"adopted", "blocked"}
    assert judge(session) == ("open" if len(ways) == 2 else ways.pop())


def silent_cells(session: Session) -> list[tuple[str, str]]:
    """(question, party) wherever a leaf may still hear something."""
    questions = {session.rule.get("question", ""), *([""] if session.rule["kind"] == "limited format" else [])}
    said = {**session.questions, "": session.positions}
    return [
        (question, party)
        for question in sorted(questions)
        for party in session.universe
        if said.get(question, {}).get(party, "not_stated") == "not_stated"
    ]


def weights_unset(session: Session) -> bool:
    named = {part["weights"] for part in parts_of(session.rule) if "weights" in part}
    return not named <= session.weights.keys()


@EACH_KIND
@FEWER
@given(st.data())
def test_a_closed_profile_leaves_nothing_open(kind: str, data: st.DataObject) -> None:
    session = data.draw(sessions(rules(kind=kind)))._replace(closed=True)
    if not weights_unset(session):
        assert judge(session) != "open"


@EACH_KIND
@FEWER
@given(st.data())
def test_parties_outside_the_universe_change_nothing(kind: str, data: st.DataObject) -> None:
    session = data.draw(sessions(rules(kind=kind)))
    outsiders = st.fixed_dictionaries({OUTSIDER: st.sampled_from(POSITIONS)})
    more = {name: {**said, **data.draw(outsiders)} for name, said in session.questions.items()}
    heard = session._replace(positions={**session.positions, **data.draw(outsiders)}, questions=more)
    assert outcome(heard) == outcome(session)


@EACH_KIND
@FEWER
@given(st.data())
def test_names_and_places_count_for_nothing(kind: str, data: st.DataObject) -> None:
    """Electors who trade all they have (groups, weights and positions) trade who is bound, and nothing else."""
    session = data.draw(sessions(rules(kind=kind)))
    traded = dict(zip(session.universe, data.draw(st.permutations(session.universe)), strict=True))
    other = renamed(session, traded)
    before, after = outcome(session), outcome(other)
    assert before.verdict == after.verdict
    assert {traded[party] for party in before.bound} == set(after.bound)
    assert outcome(other._replace(universe=tuple(reversed(session.universe)))).verdict == before.verdict


def renamed(session: Session, name: dict[str, str]) -> Session:
    """The names traded, and every listing in the order of the new ones. A rule that names a party names its group."""

    def moved(row: Mapping[str, T]) -> dict[str, T]:
        return dict(sorted(((name.get(party, party), of) for party, of in row.items()), key=lambda item: item[0]))

    return session._replace(
        groups={
            group: tuple(sorted(name.get(party, party) for party in parties))
            for group, parties in session.groups.items()
        },
        weights={weights: moved(row) for weights, row in session.weights.items()},
        positions=moved(session.positions),
        questions={question: moved(said) for question, said in session.questions.items()},
    )


# The tests of these tests

EXAMPLES = dict.fromkeys(LEAVES, 80) | dict.fromkeys(COMPOSITES, 150)
NOT_DRAWN = {
    "id",
    "reservations",
    "period",
    "opened_by",
    "on_break",
    "on_outage",
    *(field.name for field in msgspec.structs.fields(Row)),
}
"""Fields that no verdict and nobody's being bound depends on."""


class Seen(NamedTuple):
    """One rule the oracle decided."""

    rule: RuleData
    asked: str
    verdict: str
    parts: list["Seen"]

    def everything(self) -> Iterator["Seen"]:
        yield self
        for part in self.parts:
            yield from part.everything()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Session], Seen]:
    """Runs the oracle and tells all that it did."""
    decide = rules_oracle.decide
    around: list[list[Seen]] = [[]]

    def watched(rule: rules_oracle.Rule, room: rules_oracle.Room) -> rules_oracle.Ruling:
        around.append([])
        ruling = decide(rule, room)
        parts = around.pop()
        around[-1].append(Seen(dict(rule), room.asked or "", ruling.verdict, parts))
        return ruling

    def run(session: Session) -> Seen:
        rules_oracle.judge(*session[:-1], closed=session.closed)
        return around[0].pop()

    monkeypatch.setattr(rules_oracle, "decide", watched)
    return run


@cache
def examples(kind: str) -> list[Session]:
    """The same sessions on every run."""
    drawn: list[Session] = []

    @settings(max_examples=EXAMPLES[kind], derandomize=True, database=None, phases=[Phase.generate])
    @given(sessions(rules(kind=kind)))
    def collect(session: Session) -> None:
        drawn.append(session)

    collect()
    return drawn


def test_the_examples_reach_everything(watch: Callable[[Session], Seen]) -> None:
    drawn = [session for kind in KINDS for session in examples(kind)]
    seen = [one for session in drawn for one in watch(session).everything()]

    said = [said for session in drawn for said in (session.positions, *session.questions.values())]
    assert {position for positions in said for position in positions.values()} == set(POSITIONS)
    assert any(session.universe[0] not in session.positions for session in drawn), "silence by saying nothing"
    assert {question for session in drawn for question in ("", *session.questions)} == set(QUESTIONS)
    assert {(len(session.universe), session.closed) for session in drawn} == set(product(range(1, 7), (False, True)))
    assert {len(session.weights) for session in drawn} == {0, 1, 2}

    fields = {
        (kind.__struct_config__.tag, field.name) for kind in get_args(Rule) for field in msgspec.structs.fields(kind)
    }
    drawn_fields = {(part["kind"], field) for session in drawn for part in parts_of(session.rule) for field in part}
    assert {pair for pair in drawn_fields if pair[1] != "kind"} == {pair for pair in fields if pair[1] not in NOT_DRAWN}

    values = {(field, value) for one in seen for field, value in one.rule.items() if field in ("of", "binds")}
    assert values == {("of", base) for base in get_args(Base)} | {("binds", who) for who in get_args(Binds)}

    three, four = {"adopted", "blocked", "open"}, set(VERDICTS)
    passing_on = ("excluding", "two step", "fallback", "choice of rule")
    expected = {kind: four if kind in passing_on else three for kind in KINDS}
    expected["escalate"] = {"adopted", "escalated", "open"}
    assert {kind: {one.verdict for one in seen if one.rule["kind"] == kind} for kind in KINDS} == expected


def test_the_examples_go_every_way_through_a_rule(watch: Callable[[Session], Seen]) -> None:
    def ways(kind: str) -> list[Seen]:
        runs = [watch(session) for session in examples(kind)]
        return [one for run in runs for one in run.everything() if one.rule["kind"] == kind]

    fallbacks = {(*(part.verdict for part in one.parts), one.verdict) for one in ways("fallback")}
    assert fallbacks >= {
        ("adopted", "adopted"),
        ("blocked", "adopted", "adopted"),
        ("blocked", "blocked", "blocked"),
        ("blocked", "open", "open"),
        ("open", "adopted", "adopted"),
        ("open", "blocked", "open"),
    }
    steps = {(one.rule.get("among"), one.parts[0].verdict, one.verdict) for one in ways("two step")}
    assert steps >= {
        (None, "adopted", "adopted"),
        (None, "adopted", "blocked"),
        (None, "blocked", "blocked"),
        (None, "open", "open"),
        ("willing", "adopted", "adopted"),
        ("willing", "adopted", "blocked"),
    }
    choices = {tuple(part.verdict for part in one.parts[:-1] if part.asked) for one in ways("choice of rule")}
    assert choices >= {(), ("adopted",), ("blocked",), ("blocked", "adopted"), ("blocked", "blocked")}
    assert any(one.verdict == "open" and one.parts[-1].asked for one in ways("choice of rule")), "the choice is open"


def all_open(rulings: Sequence[rules_oracle.Ruling]) -> str:
    return "open" if {"open"} & {ruling.verdict for ruling in rulings} else "adopted"


def everybody(rulings: Sequence[rules_oracle.Ruling]) -> frozenset[str]:
    return frozenset[str]().union(*(ruling.bound for ruling in rulings))


def then_alone(rule: rules_oracle.Rule, room: rules_oracle.Room) -> rules_oracle.Ruling:
    return rules_oracle.decide(rule["then"], room)


# what is misread -> (the kind where it shows, the name in the oracle, its key there, the misreading)
MISREADINGS: dict[str, tuple[str, str, str, object]] = {
    "more than is at least, by heads": ("majority", "more_than", "", ge),
    "more than is at least, by weight": ("weighted", "more_than", "", ge),
    "silence makes a quorum": ("majority", "SILENCE", "majority", "abstain"),
    "silence is not neutral where absence is": ("unanimity", "SILENCE", "unanimity", "abstain"),
    "silence breaks silence": ("silence", "SILENCE", "silence", "object"),
    "silence is willing": ("limited format", "SILENCE", "limited format", "support"),
    "a qualified abstention is no abstention": ("consensus", "is_in", "", lambda position, listed: position in listed),
    "one objection is every objection": (
        "negative consensus",
        "CONDITIONS",
        "negative consensus",
        rules_oracle.consensus,
    ),
    "everybody has a veto": ("veto", "CONDITIONS", "veto", rules_oracle.consensus),
    "escalated is not blocked": ("all of", "escalated_is_blocked", "", lambda ruling: ruling.verdict),
    "nothing is blocked": ("all of", "all_of_them", "", all_open),
    "one part binds": ("at least", "common", "", everybody),
    "a fallback stands alone": ("fallback", "COMPOSITES", "fallback", then_alone),
    "nobody is left out": (
        "excluding",
        "COMPOSITES",
        "excluding",
        lambda rule, room: rules_oracle.decide(rule["rule"], room),
    ),
}


def misread(patch: pytest.MonkeyPatch, misreading: str) -> str:
    """Makes the oracle misread the page; the kind of rule where it shows."""
    kind, name, key, wrong = MISREADINGS[misreading]
    if key:
        patch.setitem(getattr(rules_oracle, name), key, wrong)
    else:
        patch.setattr(rules_oracle, name, wrong)
    return kind


@pytest.mark.parametrize("misreading", MISREADINGS)
def test_a_misreading_of_the_page_is_found(misreading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = misread(monkeypatch, misreading)
    assert any(found for rule in ON_THE_TEXT[kind] for found in disagreements(rule, on_the_text))


@pytest.mark.parametrize(
    "misreading",
    ["silence breaks silence", "escalated is not blocked", "a fallback stands alone", "nobody is left out"],
)
def test_the_examples_find_a_misreading_too(misreading: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = misread(monkeypatch, misreading)
    assert any(disagreement(session) for session in examples(kind))
