"""Charter files as a whole: those that load, those that do not and what is said then, and those that ship.

A file of tests/charters/bad has its message beside it, NAME.txt. After a change of wording, look at the
difference and write the new one down: TOCSIN_GOLDEN=write pytest tests/test_charter_files.py
"""

import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.cli import tocsin
from tocsin.charter.checks.document import note_document
from tocsin.charter.files import catalog
from tocsin.charter.files.loader import load, load_text, parse_document
from tocsin.charter.files.schema import charter_schema
from tocsin.charter.files.template import template
from tocsin.errors import CharterError

ROOT = Path(__file__).parent.parent
GOOD = sorted((ROOT / "tests/charters/good").glob("*.toml"))
BAD = sorted((ROOT / "tests/charters/bad").glob("*.toml"))
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def names(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", GOOD, ids=names)
def test_a_good_charter_loads(path: Path) -> None:
    charter = load(path)
    assert charter.hash.startswith("sha256:")
    assert charter.as_of(date(2010, 6, 1)).charter_id == charter.id


@pytest.mark.parametrize("path", BAD, ids=names)
def test_a_bad_charter_is_told_why(path: Path) -> None:
    with pytest.raises(CharterError) as caught:
        load_text(path.read_text(encoding="utf-8"), path.name)
    message = f"{caught.value}\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("TOCSIN_GOLDEN") == "write":
        golden.write_text(message, encoding="utf-8")
    assert message == golden.read_text(encoding="utf-8")


def test_every_message_belongs_to_a_charter() -> None:
    assert {path.stem for path in BAD} == {path.stem for path in (ROOT / "tests/charters/bad").glob("*.txt")}
    assert len(BAD) >= 20


@pytest.mark.parametrize("path", BAD, ids=names)
def test_a_message_speaks_to_people(path: Path) -> None:
    message = path.with_suffix(".txt").read_text(encoding="utf-8")
    for word in ("Object", "`str`", "Expected", "msgspec", "Traceback", "None", "NoneType", "_'"):
        assert word not in message
    for line in message.splitlines():
        assert line.startswith((f"{path.name}:", "  accepted: ", "  fix: "))


@pytest.mark.parametrize("name", catalog.shipped())
def test_a_shipped_charter_loads(name: str) -> None:
    charter = load(catalog.find(name))
    assert charter.id == name


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(charter_schema())


@pytest.mark.parametrize("path", [*GOOD, *map(catalog.find, catalog.shipped())], ids=names)
def test_the_schema_accepts_what_the_loader_accepts(path: Path, schema: jsonschema_rs.Draft202012Validator) -> None:
    schema.validate(as_json(tomllib.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", ["unknown-field", "wrong-word", "wrong-rule-kind", "text-for-a-list", "missing-field"])
def test_the_schema_refuses_what_the_loader_refuses(name: str, schema: jsonschema_rs.Draft202012Validator) -> None:
    text = (ROOT / "tests/charters/bad" / f"{name}.toml").read_text(encoding="utf-8")
    assert not schema.is_valid(as_json(tomllib.loads(text)))


def test_the_template_is_a_charter_of_that_name() -> None:
    assert load_text(template("my-pact"), "my-pact.toml").id == "my-pact"


@pytest.mark.parametrize("name", ["", "my pact", "../x", "a" * 65, 'x"'])
def test_the_template_refuses_other_names(name: str) -> None:
    with pytest.raises(CharterError, match="cannot name a charter"):
        template(name)


def test_the_charter_written_step_by_step_in_the_documentation_loads() -> None:
    text = (ROOT / "docs/CHARTERS.md").read_text(encoding="utf-8")
    walk = "\n".join(match[1] for match in BLOCK.finditer(text.partition("## Checks")[0]))
    charter = load_text(walk, "docs/CHARTERS.md")
    assert charter.as_of(date(2026, 1, 1)).group("members") == {"XAA", "XAB", "XAC", "XAE"}
    for table in ("reading", "weights", "area", "duty", "provision", "conduct", "office", "matter"):
        assert getattr(charter.document, table), f"docs/CHARTERS.md has no example of [[{table}]]"


def test_the_questions_asked_in_the_documentation_are_answered(tmp_path: Path) -> None:
    text = (ROOT / "docs/CHARTERS.md").read_text(encoding="utf-8")
    pact, event = tmp_path / "my-pact.toml", tmp_path / "event.toml"
    pact.write_text("\n".join(BLOCK.findall(text.partition("## Checks")[0])), encoding="utf-8")
    ask = text.partition("## Ask it")[2]
    event.write_text(BLOCK.findall(ask)[0], encoding="utf-8")
    commands = re.findall(r"^\./tocsin (.+)$", ask, re.MULTILINE)
    assert len(commands) == 6
    for command in commands:
        words = [str(tmp_path / word) if word.endswith(".toml") else word for word in command.split()]
        assert tocsin(*words).err == "", command


def note_in(text: str) -> str:
    """The only note on a charter."""
    (note,) = note_document(parse_document(text, "x"), text, "x")
    return note.found


def test_a_silence_that_nobody_can_break_is_noted() -> None:
    rule = '[[rule]]\nid = "s"\nkind = "silence"\nperiod = "1 day"\nbreaks = 3\nclause = "P.1"\n'
    found = note_in(template("pact") + rule)
    assert found == "3 must break this silence, and only 2 parties ever had a vote: nobody can"


def test_a_member_from_before_the_first_treaty_is_noted() -> None:
    text = template("pact").replace("from = 2022-01-01", "from = 2002-01-01")
    assert note_in(text) == "XAC belongs from 2002-01-01, before the first instrument of 2020-01-01"
    undated = text.replace("in_force = 2020-01-01\n", "")
    assert note_document(parse_document(undated, "x"), undated, "x") == []


def test_a_duty_that_awaits_an_unknown_rule_is_noted() -> None:
    text = (ROOT / "tests/charters/good/every-rule-kind.toml").read_text(encoding="utf-8")
    text = text.replace(', decision = "no text says who decides"', "")
    text += 'decision = "assist"\n\n[[matter]]\nid = "assist"\ntitle = "Assist"\nkind = "force"\n'
    text += 'forum = [{ organ = "council", rule = "unset", why = "unpublished" }]\n'
    (note,) = note_document(parse_document(text, "x"), text, "x")
    assert note.found == "duty 'settle' awaits 'assist', and no rule of council for it is known"
    assert load_text(text, "x").id == "kinds"


def as_json(value: Any) -> Any:  # noqa: ANN401  # whatever TOML holds
    """The same with dates as ISO texts."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value
