"""Plans and texts that somebody spoilt: the centre tells what is wrong with them, or works, and never fails."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forces_instances import instances
from tocsin.errors import ForcesError
from tocsin.forces.arcs import terms_of
from tocsin.forces.figures import package_of
from tocsin.forces.model import ForceCase, Plan, Unit
from tocsin.forces.verify import verify
from tocsin.web import planning, searching
from tocsin.web.console.forces_view import drawn

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    (0, -1, 10**18, "", "x", "XAA", "any", None, True, [], {}, "2026-01-01", 2.5, "\u0000", ["x", "x"])
)


def is_accepted(instance: tuple[ForceCase, tuple[Unit, ...]]) -> bool:
    """Whether a reader of files would take these inputs: not all that the rules can judge could be written."""
    try:
        planning.checked(planning.planned(*instance))
    except ForcesError:
        return False
    return True


def planned(instance: tuple[ForceCase, tuple[Unit, ...]]) -> Any:  # noqa: ANN401  # JSON
    plan = planning.planned(*instance)
    return msgspec.to_builtins(plan, builtin_types=())


def places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # JSON
    """Everywhere that something stands; not the capabilities that ship, of which there are many."""
    for key in node if isinstance(node, dict) else range(len(node)):
        if key != "capability" or not isinstance(node[key], list):
            yield node, key
            if isinstance(node[key], dict | list):
                yield from places(node[key])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A plan with some values exchanged, left out, given twice or replaced by junk."""
    plan = deepcopy(planned(draw(instances().filter(is_accepted))))
    for _ in range(draw(st.integers(1, 3))):
        node, key = draw(st.sampled_from(list(places(plan))))
        _spoil(draw, node, key)
    return msgspec.json.encode(plan)


def _spoil(draw: st.DrawFn, node: Any, key: Any) -> None:  # noqa: ANN401  # JSON
    how = draw(st.sampled_from((*["like"] * 12, "junk", "drop", "twice")))
    if isinstance(node, list) and how in ("drop", "twice"):
        node[key : key + 1] = [] if how == "drop" else [node[key], deepcopy(node[key])]
    elif how == "drop":
        del node[key]
    elif how == "junk":
        node[key] = draw(JUNK)
    else:
        node[key] = draw(_like(node[key]))


def _like(value: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # JSON
    """Another value that could stand there."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.sampled_from((0, 1, 2, 24, 100, 10**4, max(0, value - 1), value + 1))
    if isinstance(value, str) and value[4:5] == value[7:8] == "-":
        return st.sampled_from(("1999-01-01", "2026-03-02", "2026-03-03", "2099-12-31"))
    if isinstance(value, str):
        return st.sampled_from(("a", "b", "0", "any", "XAA", "XAB", "light", "x", value + "x"))
    return st.just([] if isinstance(value, list) else value)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(spoilt())
def test_a_spoilt_plan_is_refused_or_found_to_break_a_rule_or_worked_on(content: bytes) -> None:
    plan = read(content)
    if plan is not None:
        look_at(plan)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(spoilt())
def test_a_spoilt_case_with_a_package_made_for_it_is_refused_or_worked_on(content: bytes) -> None:
    plan = read(content)
    if plan is None or verify(plan.case, plan.units, plan.package)[:1] != planning.checked(plan).breaks[:1]:
        return
    if any(one.rule == "inputs" and (one.line or one.unit) for one in planning.checked(plan).breaks):
        return
    package = package_of(terms_of(plan.case), plan.units, [], "by hand")
    look_at(msgspec.structs.replace(plan, package=package))


def read(content: bytes) -> Plan | None:
    """The plan; none where it is refused, and it is said why."""
    try:
        return planning.read_plan(content, "plan.json")
    except ForcesError as error:
        told(error)
        return None


def look_at(plan: Plan) -> None:
    """Check it; where it is lawful, ask all that can be asked about it."""
    checked = planning.checked(plan)
    assert checked.lawful == (not checked.breaks)
    if not checked.lawful:
        with pytest.raises(ForcesError, match="it breaks"):
            planning.lawful(plan)
        return
    assert checked.intact
    assert drawn(plan).pictures
    assert searching.explain(plan, "", searching.Patience(0)).digest == plan.package.digest
    for change in ("without XAA", "add-lift 5t@3", f"deadline {plan.case.line[0].id}:9"):
        try:
            found = searching.what_if(plan, [change], "", searching.Patience(0))
        except ForcesError as error:
            told(error)
            continue
        assert planning.checked(found).lawful


def told(error: ForcesError) -> None:
    """Every mistake is told."""
    assert error.problems
    assert all(problem.found for problem in error.problems)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_texts_that_are_no_case_and_no_inventory_are_told_so(case: str, inventory: str) -> None:
    for one, other in ((case, "id\n1"), ("schema = 1", inventory)):
        with pytest.raises(ForcesError) as caught:
            planning.read_inputs(one.encode("utf-8", "surrogatepass"), "case", other.encode(errors="replace"), "units")
        told(caught.value)
