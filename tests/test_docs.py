"""The documentation says what the code does: generated pages are current, and nothing is left out."""

import inspect
from pathlib import Path

import msgspec
import pytest

from scripts import make_docs
from tocsin import errors
from tocsin.charter.model import DEFAULT_STATUSES, Document
from tocsin.charter.predicates import Event, Predicate
from tocsin.terms import SOURCE_CLASSES

DOCS = Path(__file__).parent.parent / "docs"
CHARTERS = (DOCS / "CHARTERS.md").read_text(encoding="utf-8")
RULES = (DOCS / "RULES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", make_docs.PAGES)
def test_a_generated_page_is_current(page: str) -> None:
    current = make_docs.PAGES[page]()
    said = f"{page} is not what the code says: run .venv/bin/python -m scripts.make_docs"
    assert (DOCS.parent / page).read_text(encoding="utf-8") == current, said


def test_all_errors_are_documented() -> None:
    page = make_docs.error_table()
    for name, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.TocsinError):
            assert f"| `{name}` |" in page
            assert inspect.getdoc(error)
            assert name in (errors.__doc__ or ""), f"{name} is missing in the tree at the top of errors.py"


def test_all_fields_say_what_they_mean() -> None:
    for line in make_docs.charter_fields().splitlines():
        if line.startswith("| `"):
            *_, meaning, _ = line.split(" | ", 3) if line.count(" | ") == 3 else ["", line.rstrip("| "), ""]
            assert meaning.strip(), line
            assert not line.endswith("|  |"), line


def test_the_guide_speaks_of_every_table_and_every_event_field() -> None:
    for table in Document.__struct_fields__:
        assert f"[[{table}]]" in CHARTERS or f"[{table}]" in CHARTERS or table == "schema", table
    for field in Event.__struct_fields__[:9]:
        assert f"| `{field}` |" in CHARTERS, field
    for form in Predicate.__struct_encode_fields__:
        assert f"{form} = " in CHARTERS, form


def test_the_guide_knows_every_status_and_source_class() -> None:
    for word in (*SOURCE_CLASSES, *(status.id for status in DEFAULT_STATUSES)):
        assert f"`{word}`" in CHARTERS, word


def test_every_rule_kind_is_explained() -> None:
    for struct in make_docs.RULE_KINDS:
        assert f"`{struct.__struct_config__.tag}`" in RULES
    assert f"There are {NUMBERS[len(make_docs.RULE_KINDS)]} kinds" in CHARTERS


NUMBERS = {16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty"}


def test_pages_are_written_where_they_are_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_docs, "ROOT", tmp_path)
    assert list(make_docs.stale()) == list(make_docs.PAGES)
    make_docs.main()
    assert list(make_docs.stale()) == []
    schema = msgspec.json.decode((tmp_path / "docs/reference/charter.schema.json").read_bytes())
    assert "$id" not in schema
    assert schema["title"] == "Tocsin charter file, format 1"
