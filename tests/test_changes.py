"""What differs between two charters or two days: found row by row, and enough to make of the first the second."""

from datetime import date
from functools import cache
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tocsin import load_charter
from tocsin.charter.changes import ORDER, Change, Diff, Key, apply, compare, rows_of
from tocsin.charter.files import catalog
from tocsin.charter.files.loader import load_text
from tocsin.charter.files.template import template
from tocsin.charter.model import Document
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.errors import TermError

NAMES = [*catalog.shipped(), *catalog.shipped_reforms()]
DAY = date(2024, 5, 1)

days = st.dates(date(1945, 1, 1), date(2030, 1, 1))


@cache
def loaded(name: str) -> Charter:
    return load_charter(name)


def edges(name: str) -> list[date]:
    """The days on which rows of a charter begin or end: where snapshots differ."""
    document = loaded(name).document
    rows = [row for table in ORDER for row in getattr(document, table)]
    return sorted({day for row in rows for day in (getattr(row, "from_", None), getattr(row, "to", None)) if day})


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A shipped charter or reform on any day, as known on any day, under any readings."""
    name = draw(st.sampled_from(NAMES))
    charter = loaded(name)
    questions: dict[str, list[str]] = {}
    for row in charter.document.reading:
        questions.setdefault(row.question, []).append(row.id)
    chosen = [draw(st.sampled_from(["", *found])) for found in questions.values()]
    on = draw(st.sampled_from(edges(name)) | days)
    return charter.as_of(on, draw(st.none() | days), [reading for reading in chosen if reading])


@given(old=snapshots(), new=snapshots())
def test_a_diff_applied_to_the_first_gives_the_second(old: Snapshot, new: Snapshot) -> None:
    assert apply(rows_of(old), compare(old, new)) == rows_of(new)


@pytest.mark.parametrize("name", NAMES)
def test_every_change_in_the_life_of_a_charter_can_be_applied(name: str) -> None:
    charter = loaded(name)
    on = [charter.as_of(day) for day in edges(name)]
    for old, new in pairwise(on):
        assert apply(rows_of(old), compare(old, new)) == rows_of(new)


@given(one=snapshots())
def test_nothing_differs_from_itself(one: Snapshot) -> None:
    assert compare(one, one).changes == ()


@given(old=snapshots(), new=snapshots())
def test_a_diff_names_each_row_once_and_in_order(old: Snapshot, new: Snapshot) -> None:
    changes = compare(old, new).changes
    assert len({change.key for change in changes}) == len(changes)
    assert [ORDER.index(change.table) for change in changes] == sorted(ORDER.index(change.table) for change in changes)


def test_every_table_of_a_charter_is_compared() -> None:
    assert set(ORDER) == set(Document.__struct_fields__) - {"schema", "charter"}


def test_all_rows_of_a_day_are_there_plain_or_under_a_reading() -> None:
    rows = rows_of(loaded("csto").as_of(DAY))
    assert rows[Key("rule", "limited-format")] != rows[Key("rule", "limited-format", "against-the-order")]
    assert rows[Key("membership", "UZB", "suspended-only")]["status"] == "member"
    assert rows[Key("membership", "ARM frozen")]["asserted_by"] == ["ARM"]
    assert {forum["rule"] for forum in rows[Key("matter", "assist")]["forum"]} == {"consensus-then-limited"}
    assert "from" not in rows[Key("duty", "assist")]


def pact(*changes: tuple[str, str], more: str = "") -> Snapshot:
    """The starting charter of `charter new`, with some words changed and rows added."""
    text = template("pact")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return load_text(text + more, "pact.toml").as_of(DAY)


def found(new: Snapshot, old: Snapshot | None = None) -> list[Change]:
    return list(compare(old or pact(), new).changes)


def test_a_changed_field_is_told_with_both_values_and_their_basis() -> None:
    (change,) = found(pact(('party = "XAC"\nstatus = "observer"', 'party = "XAC"\nstatus = "member"')))
    assert (change.kind, change.table, change.id, change.same_meaning) == ("changed", "membership", "XAC", False)
    assert [(field.field, field.old, field.new) for field in change.fields] == [("status", "observer", "member")]
    assert change.old == change.new
    assert change.old is not None
    assert (change.old.clause, change.old.source_class) == ("P.1", "invented")


def test_a_rule_with_another_name_is_not_another_rule() -> None:
    renamed = pact(('id = "consensus"', 'id = "by-consensus"'), ('rule = "consensus"', 'rule = "by-consensus"'))
    matter, rule = found(renamed)
    assert (rule.kind, rule.id, rule.new_id, rule.same_meaning) == ("renamed", "consensus", "by-consensus", True)
    assert (matter.kind, matter.id, matter.same_meaning) == ("changed", "assist", True)


def test_a_rule_that_means_something_else_names_the_matters_that_feel_it() -> None:
    (change,) = found(pact(('kind = "consensus"', 'kind = "majority"\nat_least = "3/4"')))
    assert (change.kind, change.table, change.same_meaning, change.felt_by) == ("changed", "rule", False, ("assist",))
    outer = '[[rule]]\nid = "outer"\nkind = "excluding"\nwho = ["XAA"]\nrule = "consensus"\nclause = "P.1"\n'
    inner = pact(
        ('kind = "consensus"', 'kind = "unanimity"'), ('rule = "consensus" }]', 'rule = "outer" }]'), more=outer
    )
    (change,) = found(inner, pact(('rule = "consensus" }]', 'rule = "outer" }]'), more=outer))
    assert (change.id, change.felt_by) == ("consensus", ("assist",))


def test_the_same_rule_written_otherwise_means_the_same() -> None:
    by = 'kind = "majority"\nat_least = "{}"'
    three, six = (pact(('kind = "consensus"', by.format(share))) for share in ("3/4", "6/8"))
    (change,) = found(six, three)
    assert (change.kind, change.same_meaning) == ("changed", True)
    inner = '[[rule]]\nid = "outer"\nkind = "any of"\nrules = [{}]\nclause = "P.1"\n'
    named = pact(more=inner.format('"consensus", { kind = "unanimity" }'))
    in_place = pact(more=inner.format('{ kind = "consensus" }, { kind = "unanimity", note = "x" }'))
    (change,) = found(in_place, named)
    assert change.same_meaning


def test_what_a_row_rests_on_is_told_apart_from_what_it_says() -> None:
    (change,) = found(pact(('content = "The help', 'note = "Seen again."\ncontent = "The help')))
    assert (change.table, change.same_meaning) == ("duty", True)


def test_a_diff_survives_being_written_down() -> None:
    old, new = loaded("csto").as_of(date(2005, 1, 1)), loaded("csto+majority").as_of(date(2026, 1, 1))
    diff = compare(old, new)
    assert apply(rows_of(old), msgspec.json.decode(msgspec.json.encode(diff), type=Diff)) == rows_of(new)


def test_a_diff_does_not_fit_other_rows() -> None:
    old, new = pact(), pact(('party = "XAC"\nstatus = "observer"', 'party = "XAC"\nstatus = "member"'))
    diff = compare(old, new)
    for wrong, said in ((rows_of(new), "is not what it starts from"), ({}, "there is no membership 'XAC'")):
        with pytest.raises(TermError, match=f"this diff does not fit: .*{said}"):
            apply(wrong, diff)
    gone = Diff(changes=(replace(diff.changes[0], kind="removed", fields=()),))
    with pytest.raises(TermError, match="membership 'XAC' says something else here"):
        apply(rows_of(old), gone)
    come = Diff(changes=(replace(diff.changes[0], kind="added", fields=()),))
    with pytest.raises(TermError, match="there is a membership 'XAC' already"):
        apply(rows_of(old), come)
