"""What goes over the wire: instants as text outside and numbers inside, and mistakes told with their field."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alliance.commands import Command, Name, OpenSilence
from tocsin.alliance.facts import AnyFact, CaseOpened
from tocsin.centre.model import Answer
from tocsin.centre.view_model import CaseView, ProcedureView
from tocsin.errors import Malformed
from tocsin.terms import FAR_AHEAD, LONG_AGO, Instant, iso
from tocsin.web import shape
from tocsin.web.mistakes import in_words
from tocsin.web.reading import depth

instants = st.integers(LONG_AGO, FAR_AHEAD).map(Instant)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=40,
)


def decoded(value: object) -> Any:  # noqa: ANN401  # JSON is anything
    return msgspec.json.decode(shape.encode(value))


def depth_of(value: object) -> int:
    """The plain oracle: by recursion over what was parsed."""
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 0


def test_instants_go_out_as_text_wherever_they_stand() -> None:
    case = CaseView(case="k", opened=Instant(0), convened={"council": Instant(5)}, mandates={"m": None})
    assert decoded(case) == {
        "case": "k",
        "opened": "1970-01-01T00:00:00Z",
        "convened": {"council": "1970-01-01T00:00:00.000005Z"},
        "mandates": {"m": None},
    }
    answer = Answer(status="accepted", at=Instant(1), facts=(CaseOpened(at=Instant(2), case="k"),))
    assert decoded(answer)["facts"] == [{"fact": "case opened", "at": "1970-01-01T00:00:00.000002Z", "case": "k"}]
    gaps = ProcedureView(
        case="k",
        procedure="p",
        matter="m",
        organ="o",
        rule="r",
        clause="c",
        status="open",
        version=1,
        text="",
        proposer="XAA",
        opened=Instant(0),
        gaps=((Instant(0), Instant(1)),),
    )
    assert decoded(gaps)["gaps"] == [["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z"]]


@pytest.mark.parametrize("kind", get_args(AnyFact), ids=lambda kind: kind.__name__)
def test_every_fact_is_written_like_msgspec_writes_it_but_for_its_instants(kind: type[msgspec.Struct]) -> None:
    """The oracle is msgspec with every instant looked up by hand."""
    times = [key for _, key, hint, _ in shape.fields_of(kind) if shape.options(hint) == (Instant,)]
    assert "at" in times
    assert shape.holds_instants(kind)


@given(instants)
def test_an_instant_that_went_out_comes_back_as_it_was(at: Instant) -> None:
    body = {"do": "open silence", "id": "1", "at": iso(at), "by": "SG", "case": "k", "procedure": "p"}
    command = shape.read(body, Command, "command")
    assert command == OpenSilence(id="1", at=at, by="SG", case="k", procedure="p")
    fact = CaseOpened(at=at, case="k")
    assert shape.read(decoded(fact), AnyFact) == fact


class Holding(msgspec.Struct, frozen=True):
    """Instants in every kind of container."""

    by_name: dict[str, Instant | None]
    spans: tuple[tuple[Instant, Instant], ...]
    many: list[Instant]
    facts: tuple[CaseOpened, ...] = ()


@given(instants, instants)
def test_containers_of_instants_come_back_as_they_were(one: Instant, two: Instant) -> None:
    held = Holding({"a": one, "b": None}, ((one, two),), [two, one], (CaseOpened(at=two, case="k"),))
    written = decoded(held)
    assert written["many"] == [iso(two), iso(one)]
    assert shape.read(written, Holding) == held


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"many": ["2031"]}, "many[0]"),
        ({"by_name": {"a": "soon"}}, "by_name.a"),
        ({"spans": [["2031-05-04T10:00:00Z", "never at all"]]}, "spans[0][1]"),
        ({"facts": [{"fact": "case opened", "case": "k", "at": "2031"}]}, "facts[0].at"),
        ({"many": 7}, "many"),
        ({"by_name": 7}, "by_name"),
    ],
)
def test_a_time_that_is_wrong_is_found_in_every_container(change: dict[str, Any], field: str) -> None:
    whole = {"by_name": {}, "spans": [], "many": [], **change}
    with pytest.raises(Malformed) as caught:
        shape.read(whole, Holding)
    assert caught.value.field == field


COMMAND = {"do": "state position", "id": "1", "at": 0, "by": "XAA", "case": "k", "procedure": "p", "party": "XAA"}


@pytest.mark.parametrize(
    ("change", "field", "found", "accepted"),
    [
        ({"position": "suport"}, "command.position", "suport", "support"),
        ({"position": 3}, "command.position", "int", "abstain"),
        ({}, "command.position", "nothing", "support"),
        ({"position": "support", "colour": "red"}, "command.colour", "", ""),
        ({"position": "support", "at": "2031-05-04"}, "command.at", "2031-05-04", "2031-05-04T10:00:00Z"),
        ({"position": "support", "at": "2031-05-04T10:00:00"}, "command.at", "2031-05-04T10:00:00", "offset"),
        ({"position": "support", "at": True}, "command.at", "bool", ""),
        ({"do": "dance"}, "command.do", "dance", "state position"),
    ],
)
def test_a_mistake_is_told_with_its_field(change: dict[str, Any], field: str, found: str, accepted: str) -> None:
    with pytest.raises(Malformed) as caught:
        shape.read({**COMMAND, **change}, Command, "command")
    assert caught.value.field == field
    assert caught.value.found == found
    assert accepted in caught.value.accepted


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of each kind of limit."""

    name: Name = "x"
    line: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = "x"
    code: Annotated[str, msgspec.Meta(pattern="^[a-z]$")] = "x"
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 1
    words: tuple[Literal["break", "recall"], ...] = ()
    word: Literal["p", "q"] | None = None
    day: date | None = None


@pytest.mark.parametrize(
    ("body", "says", "accepted"),
    [
        (
            {"name": "a/b"},
            "'name' is not written as it must be.",
            "a name without '/' and without signs that do not print",
        ),
        ({"code": "A"}, "'code' is not written as it must be.", "text of the form ^[a-z]$"),
        ({"line": ""}, "'line' is empty.", "at least 1 letter"),
        ({"line": "long"}, "'line' is too long.", "at most 3 letters"),
        ({"days": 0}, "'days' is too small.", "at least 1"),
        ({"days": 366}, "'days' is too large.", "at most 365"),
        ({"days": "x"}, "'days' is text.", "a whole number"),
        ({"words": "break"}, "'words' is text.", "a list"),
        ({"words": ["brake"]}, "'words[0]' cannot be 'brake'.", "break, recall"),
        ({"word": "r"}, "'word' cannot be 'r'.", "p, q"),
        ({"day": "soon"}, "'day' is no day.", "a day such as 2031-05-04"),
        ({"colour": 1}, "'colour' is no field that is known here.", ""),
        ([], "The request is a list.", "an object"),
    ],
)
def test_a_mistake_is_told_in_words_that_need_no_programmer(body: object, says: str, accepted: str) -> None:
    with pytest.raises(Malformed) as caught:
        shape.read(body, Asked)
    assert (caught.value.message, caught.value.accepted) == (says, accepted)


def test_a_mistake_of_a_kind_that_nobody_foresaw_is_told_as_it_is() -> None:
    assert in_words("Something else").says == "cannot be read: Something else"


@given(json_values)
def test_the_depth_of_json_is_found_without_parsing_it(value: object) -> None:
    assert depth(msgspec.json.encode(value)) == depth_of(value)


@given(st.binary(max_size=200))
def test_the_depth_of_any_bytes_is_a_number(data: bytes) -> None:
    assert depth(data) >= 0
