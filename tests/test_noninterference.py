"""What a seat may not see changes nothing of what it is told, in any outlet; and a leak would be found.

The pairs of histories are in noninterference_histories.py; how they are compared is in noninterference.py and, at the
web's door, in noninterference_web.py.
"""

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import compile_path

from tests.noninterference import (
    CENTRE_INNER,
    CENTRE_OUTLETS,
    VIEW_INNER,
    VIEW_OUTLETS,
    Pair,
    leak_of,
)
from tests.noninterference_histories import OBSERVERS, drawn, written
from tests.noninterference_web import OUTLETS, Door
from tests.planted_leaks import LEAKS, Leak, planted
from tocsin.centre.runtime import Centre
from tocsin.centre.view import View
from tocsin.web.routes import ROUTES

pytestmark = pytest.mark.exhaustive

WRITTEN = written()
NAMES = [pair.name for pair in WRITTEN]


def test_every_outlet_of_the_view_is_compared() -> None:
    assert public(View) == VIEW_OUTLETS.keys() | VIEW_INNER.keys()


def test_every_outlet_of_the_centre_is_compared() -> None:
    assert public(Centre) == CENTRE_OUTLETS.keys() | CENTRE_INNER.keys()


def test_every_outlet_of_the_web_is_compared() -> None:
    assert {(route.method, route.path) for route in ROUTES} == OUTLETS.keys()


def test_what_is_said_to_be_compared_at_the_webs_door_is_asked_there() -> None:
    told = [at_the_door(name) for name in NAMES[:2]]
    assert [leak for leak, _ in told] == [None, None]
    asked = {request for _, requests in told for request in requests}
    for route in ROUTES:
        pattern, _, _ = compile_path(route.path)
        assert any(method == route.method and pattern.match(path) for method, path in asked), route.path


@cache
def at_the_door(name: str) -> tuple[object, frozenset[tuple[str, str]]]:
    """What tells a pair apart there, and what was asked for. Each is played once, as it takes seconds."""
    Door.asked.clear()
    return leak_of(WRITTEN[NAMES.index(name)], by_web=True), frozenset(Door.asked)


def public(kind: type) -> set[str]:
    """The methods and properties of a class that others may call."""
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.parametrize("pair", WRITTEN, ids=NAMES)
def test_what_is_hidden_changes_no_answer(pair: Pair) -> None:
    assert leak_of(pair) is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hidden_changes_no_byte_at_the_webs_door(name: str) -> None:
    leak, _ = at_the_door(name)
    assert leak is None


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(OBSERVERS).flatmap(drawn))
def test_no_drawn_pair_is_told_apart(pair: Pair) -> None:
    assert leak_of(pair) is None


@pytest.mark.long
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(OBSERVERS).flatmap(drawn), st.booleans())
def test_no_pair_of_many_is_told_apart(pair: Pair, by_web: bool) -> None:  # drawn
    assert leak_of(pair, by_web=by_web) is None


@pytest.mark.parametrize("one", LEAKS, ids=lambda one: one.name)
def test_the_planted_leak_is_found(one: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Door, "with_pages", "page" in one.name)  # reading them all takes long
    first = sorted(WRITTEN, key=lambda pair: not pair.name.startswith(one.pair))
    with planted(one):
        assert any(leak_of(pair, by_web=one.by_web) for pair in first)


def test_leaks_of_every_kind_are_planted() -> None:
    assert len({one.name for one in LEAKS}) == len(LEAKS) >= 50
