"""Who bears what of a package: docs/FORCES.md, part 12, worked out a second time here with fractions."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.cli import Done, tocsin
from tests.forces_instances import NATIONS, asked, battalion, instances
from tocsin.errors import ForcesError
from tocsin.forces.burden import Burden, beyond_shares, burden_of, weights
from tocsin.forces.explain import plan_of
from tocsin.forces.files import load_case
from tocsin.forces.greedy import greedy
from tocsin.forces.inventory import load_inventory
from tocsin.forces.model import ForceCase, Principle, Share, Unit
from tocsin.terms import PartyId

XAA, XAB, XAC = NATIONS
SHARES = (Share(nation=XAA, capacity=6, benefit=1), Share(nation=XAB, capacity=3), Share(nation=XAC, capacity=1))
UNITS = tuple(battalion(f"unit-{nation}", nation=nation, cost_cents=100) for nation in NATIONS)
sums = st.integers(0, 10**15)


def burden(case: ForceCase, units: tuple[Unit, ...]) -> Burden:
    return burden_of(plan_of(case, units, greedy(case, units)))


def planned(name: str, folder: Path) -> str:
    """The path of the plan of a shipped case that is found at once."""
    case, path = load_case(name), folder / f"{name}.json"
    units = load_inventory("meridian", case.capability, case.case.activation)
    path.write_bytes(msgspec.json.encode(plan_of(case, units, greedy(case, units))))
    return str(path)


@pytest.fixture
def ford(tmp_path: Path) -> str:
    return planned("meridian-ford", tmp_path)


@pytest.mark.parametrize(
    ("principle", "expected"),
    [("equal", (1, 1, 1)), ("capacity", (6, 3, 1)), ("benefit", (1, 0, 0))],
)
def test_a_principle_weighs_every_nation_of_the_inventory(principle: Principle, expected: tuple[int, ...]) -> None:
    found = weights(asked(share=SHARES), UNITS, principle)
    assert found == dict(zip(NATIONS, expected, strict=True))
    assert list(found) == sorted(found)


def test_nations_that_offer_nothing_are_not_weighed() -> None:
    assert weights(asked(share=SHARES), UNITS[:1], "capacity") == {XAA: 6}
    assert weights(asked(share=SHARES), (), "capacity") == weights(asked(), (), "equal") == {}


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ((), "there is no [[share]] of XAA, XAB, XAC, whose units are in the inventory"),
        (SHARES[:1], "there is no [[share]] of XAB, XAC, whose units are in the inventory"),
        ((*SHARES, SHARES[1]), "there is more than one [[share]] of XAB"),
        (tuple(replace(one, capacity=0) for one in SHARES), "the capacity of XAA, XAB, XAC is 0"),
    ],
    ids=["none", "some missing", "twice", "nothing"],
)
def test_what_the_case_does_not_measure_is_a_mistake_that_names_the_nations(
    shares: tuple[Share, ...], found: str
) -> None:
    with pytest.raises(ForcesError) as told:
        weights(asked(share=shares), UNITS, "capacity")
    (problem,) = told.value.problems
    assert (problem.file, problem.field, problem.found) == ("the case 'case'", "share", found)
    assert problem.fix


@given(st.dictionaries(st.sampled_from("abcdef").map(PartyId), st.tuples(sums, st.integers(0, 99)), max_size=6))
def test_what_is_borne_beyond_fair_shares_is_exact(nations: dict[PartyId, tuple[int, int]]) -> None:
    costs = {nation: cost for nation, (cost, _) in nations.items()}
    weighed = {nation: weight for nation, (_, weight) in nations.items()}
    whole, total = sum(weighed.values()), sum(costs.values())
    if not whole:
        assert beyond_shares(costs, weighed) == 0
        return
    excess = sum(max(Fraction(0), costs[one] - Fraction(weighed[one], whole) * total) for one in nations)
    assert beyond_shares(costs, weighed) == int(excess)


def test_a_nation_that_bears_just_its_share_bears_nothing_beyond() -> None:
    assert beyond_shares({XAA: 60, XAB: 30, XAC: 10}, {XAA: 6, XAB: 3, XAC: 1}) == 0
    assert beyond_shares({XAA: 100}, {XAA: 1, XAB: 1, XAC: 1}) == 66
    assert beyond_shares({XAA: 100, XAB: 0}, {XAA: 1, XAB: 0}) == 0


@given(instances())
def test_the_burden_adds_up_to_the_package(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    case, units = replace(instance[0], share=SHARES), instance[1]
    package = greedy(case, units)
    found = burden_of(plan_of(case, units, package))
    by_id = {unit.id: unit for unit in units}
    sent = [by_id[one.unit] for one in package.assignments]
    assert sum(one.cost_cents for one in found.nations) == found.cost_cents == package.cost_cents
    assert sum(one.units for one in found.nations) == len(sent)
    assert sum(one.pledged_units for one in found.nations) == len(units)
    assert sum(one.lift_tonnes for one in found.nations) == sum(unit.lift_tonnes for unit in sent)
    assert {one.nation for one in found.nations} == {unit.nation for unit in units}
    strengths: dict[str, int] = {}
    for one in found.nations:
        assert all(0 <= part.strength <= part.pledged for part in one.strength)
        for part in one.strength:
            strengths[part.counted] = strengths.get(part.counted, 0) + part.strength
    counted = {capability.id: capability.counted for capability in case.capability}
    assert sum(strengths.values()) == sum(unit.strength for unit in sent)
    assert strengths.get("ships", 0) == sum(unit.strength for unit in sent if counted[unit.capability] == "ships")


@given(instances())
def test_fair_shares_are_the_weights_parts_of_the_cost(instance: tuple[ForceCase, tuple[Unit, ...]]) -> None:
    case, units = replace(instance[0], share=SHARES), instance[1]
    found = burden(case, units)
    for place, beyond in enumerate(found.beyond):
        against = {one.nation: one.against[place] for one in found.nations}
        costs = {one.nation: one.cost_cents for one in found.nations}
        whole = sum(one.weight for one in against.values())
        assert {one.principle for one in against.values()} <= {beyond.principle}
        for nation, one in against.items():
            fair = Fraction(one.weight * found.cost_cents, whole)
            assert one.fair_cents == fair.numerator // fair.denominator
            assert one.over_cents == costs[nation] - one.fair_cents
            assert (one.over_ppm is None) == (not fair)
            if one.over_ppm is not None:
                assert abs(Fraction(one.over_ppm, 10**6) * fair - (costs[nation] - fair)) <= fair / 10**6
        assert beyond.cents == beyond_shares(costs, {nation: one.weight for nation, one in against.items()})


def test_those_who_bear_most_come_first() -> None:
    costs = {XAA: 10, XAB: 30, XAC: 20}
    units = tuple(battalion(f"unit-{one}", nation=one, cost_cents=cost, strength=3) for one, cost in costs.items())
    found = burden(asked(), units)
    assert [(one.nation, one.cost_ppm) for one in found.nations] == [(XAB, 500_000), (XAC, 333_333), (XAA, 166_667)]


def test_principles_that_the_case_does_not_measure_are_told_and_left_out() -> None:
    found = burden(asked(), UNITS)
    assert [one.principle for one in found.beyond] == ["equal"]
    assert [one.principle for one in found.not_measured] == ["capacity", "benefit"]
    assert "XAA, XAB, XAC" in found.not_measured[0].why


def told(done: Done) -> Mapping[str, Any]:
    return {one["nation"]: one for one in done.json["nations"]}


def test_the_command_tells_who_bears_what(ford: str) -> None:
    done = tocsin("forces", "burden", ford)
    assert done.code == 0
    assert "HYPOTHETICAL" in done.out
    assert "XAB 3 of 4 1,100,000.00 30.5 % 0 t 6 launchers, 1,480 persons" in done.flat
    assert "Fair shares by capacity to pay" in done.out
    assert "XAC 673,866.66 −33,866.66 −5.0 %" in done.flat
    answer = tocsin("forces", "burden", ford, "--json")
    assert told(answer)["XAB"]["cost_cents"] == 110_000_000
    assert [one["principle"] for one in answer.json["beyond"]] == ["capacity", "benefit", "equal"]


def test_one_principle_is_shown_where_it_is_asked_for(ford: str) -> None:
    answer = tocsin("forces", "burden", ford, "--fairness", "benefit", "--json").json
    assert [one["principle"] for one in answer["beyond"]] == ["benefit"]
    wrong = tocsin("forces", "burden", ford, "--fairness", "wealth")
    assert (wrong.code, "'wealth' is none of capacity, benefit, equal." in wrong.err) == (2, True)


def test_a_principle_that_is_asked_for_and_not_measured_is_refused(tmp_path: Path) -> None:
    flood = planned("meridian-flood", tmp_path)
    done = tocsin("forces", "burden", flood, "--fairness", "capacity")
    assert done.code == 2
    assert "no [[share]] of XAA, XAB, XAC, XAD, XAE, XAF, XAG" in done.err
    assert "Not measured by capacity to pay: there is no [[share]]" in tocsin("forces", "burden", flood).flat


def test_a_plan_that_breaks_a_rule_has_no_burden(ford: str) -> None:
    text = Path(ford).read_text(encoding="utf-8")
    Path(ford).write_text(text.replace('"cost_cents":361000000', '"cost_cents":1'), encoding="utf-8")
    done = tocsin("forces", "burden", ford)
    assert done.code == 2
    assert "the package is not lawful: digest, figures" in done.err
    assert f"tocsin forces verify {ford}" in done.err
