"""The measures as arithmetic: what must hold for any numbers, and small cases anybody can do by hand."""

from fractions import Fraction
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.measures.cohesion import agreement_index
from tocsin.measures.concentration import cinc, concentration
from tocsin.measures.distance import EARTH_RADIUS_KM, Place, great_circle_km
from tocsin.measures.ranks import ranks, spearman
from tocsin.measures.sheet import percent
from tocsin.measures.similarity import Vote, VoteTable, kappa, s_score, scores, scott_pi, vote_table

counts = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3).map(tuple), min_size=3, max_size=3)
tables = counts.map(lambda rows: VoteTable(tuple(rows)))
casts = st.dictionaries(st.integers(0, 30).map(str), st.sampled_from([0, 1, 2]))
places = st.builds(Place, st.just("somewhere"), st.floats(-90, 90), st.floats(-180, 180))
holdings = st.dictionaries(st.text("ABCDEF", min_size=3, max_size=3), st.fractions(0, 100), min_size=1)


@given(casts, casts)
def test_every_score_is_the_same_in_both_directions(a: dict[str, Vote], b: dict[str, Vote]) -> None:
    assert scores(vote_table(a, b)) == scores(vote_table(b, a))


@given(tables)
def test_scores_keep_within_their_bounds(table: VoteTable) -> None:
    for name, score in scores(table).items():
        if score is not None:
            assert (0 if name == "agreement" else -1) <= score <= 1 or name.startswith("kappa"), name
            assert score <= 1, name


@given(casts)
def test_whoever_votes_alike_has_the_score_one(cast: dict[str, Vote]) -> None:
    for score in scores(vote_table(cast, cast)).values():
        assert score in (1, None)


def test_opposite_votes_have_s_minus_one() -> None:
    table = VoteTable(((0, 0, 4), (0, 0, 0), (6, 0, 0)))
    assert s_score(table, 1) == -1
    assert s_score(table, 2) == -1


@given(tables, st.integers(2, 9))
def test_repeating_every_vote_changes_no_score(table: VoteTable, times: int) -> None:
    assert scores(table) == scores(VoteTable(tuple(tuple(times * cell for cell in row) for row in table.counts)))


def test_without_common_votes_every_score_is_none_and_never_zero() -> None:
    assert set(scores(vote_table({"1": 2}, {"2": 2})).values()) == {None}


def test_kappa_and_pi_are_none_where_chance_leaves_no_difference() -> None:
    both_always_yes = VoteTable(((0, 0, 0), (0, 0, 0), (0, 0, 9)))
    assert (kappa(both_always_yes, 1), scott_pi(both_always_yes, 2)) == (None, None)
    assert s_score(both_always_yes, 1) == 1


@given(casts, casts)
def test_squared_kappa_and_pi_are_those_of_haeges_formulas(a: dict[str, Vote], b: dict[str, Vote]) -> None:
    both = [(Fraction(vote), Fraction(b[rollcall])) for rollcall, vote in a.items() if rollcall in b]
    if not both:
        return
    mean_a = sum((x for x, _ in both), Fraction(0)) / len(both)
    mean_b = sum((y for _, y in both), Fraction(0)) / len(both)
    middle = (mean_a + mean_b) / 2
    apart = sum((x - y) ** 2 for x, y in both)
    chance_kappa = sum((x - mean_a) ** 2 + (y - mean_b) ** 2 + (mean_a - mean_b) ** 2 for x, y in both)
    chance_pi = sum((x - middle) ** 2 + (y - middle) ** 2 for x, y in both)
    table = vote_table(a, b)
    assert kappa(table, 2) == (1 - apart / chance_kappa if chance_kappa else None)
    assert scott_pi(table, 2) == (1 - apart / chance_pi if chance_pi else None)


@given(places, places)
def test_distance_is_the_same_in_both_directions_and_at_most_half_the_earth(a: Place, b: Place) -> None:
    there = great_circle_km(a, b)
    assert there == pytest.approx(great_circle_km(b, a), abs=1e-6)
    assert 0 <= there <= pi * EARTH_RADIUS_KM + 1e-6
    assert great_circle_km(a, a) == 0


@given(places, places, places)
def test_no_detour_is_shorter(a: Place, b: Place, c: Place) -> None:
    assert great_circle_km(a, c) <= great_circle_km(a, b) + great_circle_km(b, c) + 1e-3


def test_a_quarter_of_the_equator() -> None:
    assert great_circle_km(Place("", 0, 0), Place("", 0, 90)) == pytest.approx(EARTH_RADIUS_KM * pi / 2)


@given(holdings)
def test_concentration_lies_between_equal_shares_and_one_hand(held: dict[str, Fraction]) -> None:
    found = concentration(held)
    if found is None:
        assert not any(held.values())
        return
    assert Fraction(1, len(held)) <= found.hhi <= found.top_share <= 1
    assert found.effective_members * found.hhi == 1
    assert found.top_share == max(held.values()) / found.total


@given(holdings, st.fractions(Fraction(1, 100), 100))
def test_concentration_does_not_depend_on_the_unit(held: dict[str, Fraction], unit: Fraction) -> None:
    first, second = concentration(held), concentration({party: unit * value for party, value in held.items()})
    assert (first and (first.hhi, first.top_member)) == (second and (second.hhi, second.top_member))


def test_four_equal_members_count_as_four() -> None:
    found = concentration(dict.fromkeys("ABCD", Fraction(1)))
    assert found
    assert (found.hhi, found.effective_members, found.top_member) == (Fraction(1, 4), Fraction(4), "A")


def test_cinc_is_the_mean_of_the_shares_there_are() -> None:
    tens = [Fraction(10)] * 3
    assert cinc([Fraction(1), Fraction(2), Fraction(6)], tens) == Fraction(3, 10)
    assert cinc([Fraction(1), None, Fraction(5)], tens) == Fraction(3, 10)
    assert cinc([Fraction(1), Fraction(0), Fraction(5)], [Fraction(10), Fraction(0), None]) == Fraction(1, 10)
    assert cinc([None, None, None], tens) is None


def test_equal_values_share_their_rank() -> None:
    assert ranks([30, 10, 10, 20]) == [4, Fraction(3, 2), Fraction(3, 2), 3]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2))
def test_rank_correlation_is_symmetric_and_turns_with_the_order(pairs: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    rho = spearman(xs, ys)
    assert rho == spearman(ys, xs)
    assert rho is None or -1 - 1e-12 <= rho <= 1 + 1e-12
    turned = spearman(xs, [-y for y in ys])
    assert (turned is None) == (rho is None)
    assert rho is None or turned == pytest.approx(-rho)


def test_rank_correlation_needs_two_and_a_difference() -> None:
    assert spearman([1], [2]) is None
    assert spearman([1, 1], [1, 2]) is None
    assert spearman([1, 2, 3], [10, 20, 90]) == pytest.approx(1)


def test_the_agreement_index_of_hix() -> None:
    assert agreement_index([2, 2, 2]) == 1
    assert agreement_index([0, 1, 2]) == 0
    assert agreement_index([2, 2, 0]) == Fraction(1, 2)
    assert agreement_index([]) is None


def test_a_share_is_printed_in_full() -> None:
    assert [percent(ppm) for ppm in (20_000, 41_250, 19_999, 0, None)] == [
        "2.00 %",
        "4.125 %",
        "1.9999 %",
        "0.00 %",
        "NA",
    ]
