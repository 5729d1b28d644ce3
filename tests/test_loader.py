"""Reading charter files: limits, what an error holds, the content hash, and that nothing but CharterError comes out."""

import copy
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from tocsin import states
from tocsin.charter import load_charter
from tocsin.charter.checks.document import check_document
from tocsin.charter.files import catalog
from tocsin.charter.files.disk import decode, read_bytes, resource_names, resource_path, user_folder, write_atomically
from tocsin.charter.files.loader import (
    BYTES_MAX,
    DEPTH_MAX,
    ROWS_MAX,
    content_hash,
    load,
    load_document,
    load_text,
    parse_document,
)
from tocsin.charter.files.structure import mistakes, shown
from tocsin.charter.model import Document
from tocsin.errors import CharterError, NotFound

GOOD = Path(__file__).parent / "charters" / "good"
MERIDIAN = catalog.find("meridian").read_text(encoding="utf-8")
KINDS = (GOOD / "every-rule-kind.toml").read_text(encoding="utf-8")
HEAD = 'schema = 1\n[charter]\nid = "x"\ntitle = "X"\nhypothetical = true\n'


def problems(text: str) -> list[str]:
    """What is found in a charter, each mistake as 'line field: found'."""
    with pytest.raises(CharterError) as caught:
        load_text(text, "x.toml")
    return [f"{problem.line} {problem.field}: {problem.found}" for problem in caught.value.problems]


# --- files and limits


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CharterError, match=r"none\.toml: the file cannot be read: no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(CharterError, match="cannot be read: is a directory"):
        load(tmp_path)


def test_a_file_in_another_encoding_is_located(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(HEAD.encode() + "# Türkiye\n".encode("latin-1"))
    with pytest.raises(CharterError, match=r"latin.toml:6: this is not UTF-8 text"):
        load(path)


def test_the_mark_that_some_editors_put_first_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    text = resource_path("charters", "nato").read_text(encoding="utf-8")
    path.write_text(f"\ufeff{text}", encoding="utf-8")
    assert load_charter(path).hash == load_charter("nato").hash


def test_a_document_may_be_read_without_the_checks(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(HEAD + '[[membership]]\nparty = "FRA"\nstatus = "lord"\n')
    document = load_document(path)
    assert document.membership[0].status == "lord"
    assert len(check_document(document, path.read_text(), "x")) == 2
    with pytest.raises(CharterError, match="'FRA' is a real state"):
        load(str(path))


def test_files_over_the_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_text(HEAD + "#" * BYTES_MAX)
    with pytest.raises(CharterError, match=r"too large\n  accepted: at most 2,000,000 bytes"):
        load(path)
    assert problems(HEAD + "#" * BYTES_MAX) == ["0 : the file is too large"]
    assert load_text(HEAD + "#" * (BYTES_MAX - len(HEAD)), "x").id == "x"


def test_tables_over_the_limit_are_refused() -> None:
    over = problems(HEAD + "[[area]]\n" * (ROWS_MAX + 1))
    assert over == [f"{ROWS_MAX + 6} area[{ROWS_MAX}]: [[area]] has 5,001 rows"]


def test_tables_nested_too_deeply_are_refused() -> None:
    def nested(depth: int) -> str:
        where = "{ not = " * (depth - 2) + '{ fact = "f" }' + " }" * (depth - 2)
        return HEAD + f'[[area]]\nid = "a"\nname = "a"\nwhere = {where}\n'

    assert load_text(nested(DEPTH_MAX - 1), "x").id == "x"
    assert problems(nested(DEPTH_MAX))[0].endswith("the tables are nested too deeply")
    assert problems(HEAD + "x = " + "[" * 100_000) == ["0 : the tables are nested too deeply"]


def test_at_most_a_hundred_problems_are_shown() -> None:
    said = problems(HEAD + "[[membership]]\n" * 60)
    assert len(said) == 101
    assert said[-1] == "0 : 20 more problems are not shown; mend these first"


def test_a_number_without_end_is_no_crash() -> None:
    assert problems("schema = 1" + "0" * 5000) == ["0 : this is not TOML: a number is too long"]


@pytest.mark.parametrize("number", ["true", "0", "2", "99999999999999999999"])
def test_another_format_is_refused_whatever_else_the_file_holds(number: str) -> None:
    (said,) = problems(f"schema = {number}\n[[tribunal]]\n" if number != "true" else "schema = true\n" + HEAD[11:])
    assert said.startswith("1 schema: ")


# --- the hash


def test_the_hash_is_of_what_the_charter_says() -> None:
    plain = load_text(HEAD, "a")
    spaced = "# remark\nschema=1\n\n[charter]\nhypothetical = true\ntitle = \"X\"\nid = 'x'\n"
    assert plain.hash == load_text(spaced, "b").hash
    assert plain.hash == content_hash(plain.document)
    assert plain.hash != load_text(HEAD.replace('"X"', '"Y"'), "c").hash
    assert len(plain.hash) == len("sha256:") + 64


# --- names


def test_names_lead_to_shipped_charters_and_paths_to_files(tmp_path: Path) -> None:
    assert "meridian" in catalog.shipped()
    assert catalog.find("MERIDIAN").name == "meridian.toml"
    own = tmp_path / "own.toml"
    own.write_text(HEAD)
    assert catalog.find(str(own)) == own
    assert load_charter(str(own)).id == "x"
    with pytest.raises(NotFound, match="Did you mean 'meridian'"):
        catalog.find("meridan")
    with pytest.raises(NotFound, match=r"There is no charter file .*Did you mean '.*own\.toml'"):
        catalog.find(str(tmp_path / "owns.toml"))
    with pytest.raises(NotFound, match="Known: none"):
        catalog.find(str(tmp_path / "nowhere" / "x.toml"))
    with pytest.raises(NotFound, match="There is no case 'x'"):
        catalog.find("x", "cases", "case")
    assert resource_names("no-such-folder") == []


def test_states_are_known_by_their_code() -> None:
    codes = states.state_codes()
    assert states.state_name("KAZ") == "Kazakhstan"
    assert states.state_name("TUR") == "Türkiye"
    assert states.state_name("SUN") == "Soviet Union"
    assert states.state_name("XAA") is None
    assert states.is_state("YUG")
    assert not states.is_state("kaz")
    assert len(codes) == len(set(codes)) == 249 + 8
    assert all(len(code) == 3 and code.isupper() and code.isalpha() and states.state_name(code) for code in codes)
    assert not [code for code in codes if code[0] == "X"]


def test_a_user_folder_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path))
    assert user_folder() == tmp_path
    monkeypatch.delenv("TOCSIN_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "tocsin"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_folder() == tmp_path / ".local/share/tocsin"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b.json"
    write_atomically(place, b"one")
    write_atomically(place, b"two")
    assert read_bytes(place, 3, CharterError) == b"two"
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "a", b"three")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert decode("é".encode(), "x", CharterError) == "é"


def test_a_shared_file_may_be_read_by_whom_it_could_be_before_and_any_other_by_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "units.csv"
    place.touch()
    place.chmod(0o664)
    write_atomically(place, b"one", is_shared=True)
    assert place.stat().st_mode & 0o777 == 0o664
    write_atomically(place, b"two")
    assert place.stat().st_mode & 0o777 == 0o600
    fresh, usual = tmp_path / "new.csv", tmp_path / "usual"
    write_atomically(fresh, b"one", is_shared=True)
    usual.touch()
    assert fresh.stat().st_mode == usual.stat().st_mode


# --- words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        ("a", "'a'"),
        ({}, "a table"),
        ([], "an empty list"),
        ([1], "a list"),
        (1.5, "1.5"),
        ("x" * 99, "'" + "x" * 57 + "…'"),
    ],
)
def test_a_value_is_shown_briefly(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('from = "2002-02-30"', "'2002-02-30' is no date"),
        ('from = "2002-W01-1"', "'2002-W01-1' is no date"),
        ("from = 2002", "2002 is no date"),
        ("from = 10:00:00", "10:00:00 is no date"),
        ("from = [2002-01-01]", "a list is no date"),
        ('clause = ["T.1"]', "a list stands where a text is needed"),
        ("notice = 2002-01-01", "2002-01-01 stands where a table is needed"),
        ("notice = { given = 5 }", "5 is no date"),
        ('unset = "x"', "'x' stands where a table is needed"),
        ("unset = { x = 1 }", "1 stands where a text is needed"),
        ("class = 3", "3 is not accepted here"),
        (f'note = "{"x" * 2001}"', "the text has 2001 characters"),
    ],
)
def test_wrong_values_are_described(line: str, said: str) -> None:
    (found,) = problems(f'{HEAD}[[membership]]\nparty = "XAA"\nstatus = "member"\n{line}\n')
    assert found.startswith("9 membership[0].")
    assert found.endswith(said)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('kind = "majority"\nvotes = 0', "votes: 0 is out of range"),
        ('kind = "majority"\nvotes = true', "votes: true is no whole number"),
        ('kind = "majority"\nvotes = 9.0', "votes: 9.0 is no whole number"),
        ('kind = "all of"\nrules = []', "rules: the list is empty"),
        ('kind = "all of"\nrules = [3]', "rules[0]: 3 is not accepted here"),
        ('kind = "all of"\nrules = [{ kind = 3 }]', "rules[0].kind: there is no kind 3"),
        ('kind = "excluding"\nwho = ["subject"]\nrule = ["a"]', "rule: a list is not accepted here"),
        ('kind = "consensus"\nreservations = "true"', "reservations: 'true' stands where yes or no is asked"),
        (
            'kind = "all of"\nrules = ["a", "b"]\n' * 1 + f"neutral = {['abstain'] * 2}",
            "neutral: there is no field 'neutral' here",
        ),
        (f'kind = "all of"\nrules = {["a"] * 17}', "rules: the list has 17 items"),
    ],
)
def test_wrong_rules_are_described(rule: str, said: str) -> None:
    (found,) = problems(f'{HEAD}[[rule]]\nid = "a"\n{rule}\n')
    assert found.partition(" ")[2] == f"rule[0].{said}"


class Reading(msgspec.Struct):
    at: datetime
    share: float
    days: int = 0
    note: str | None = None


def test_words_reach_beyond_charters() -> None:
    found = mistakes({"at": "noon", "share": "much", "days": "1", "note": ["x"]}, Reading)
    assert [mistake.found for mistake in found] == [
        "'noon' is no moment in time",
        "'much' is no number",
        "'1' is no whole number",
        "a list stands where a text is needed",
    ]
    assert not mistakes({"at": datetime(2001, 1, 1, tzinfo=UTC), "share": 1}, Reading)


# --- checks beyond the bad charters


def test_a_document_of_another_format_is_refused_also_by_the_checks() -> None:
    text = HEAD.replace("schema = 1", "schema = 2")
    document = msgspec.convert(tomllib.loads(text), Document)
    (problem,) = check_document(document, text, "x.toml")
    assert str(problem).startswith("x.toml:1: schema: the file is of format 2; this release reads format 1")


MISTAKES = {
    "'XAA' stands on line 6 already": """
[[party]]
id = "XAA"
name = "A"
[[party]]
id = "XAA"
name = "B"
""",
    "'aa' is not written as a party id": """
[[party]]
id = "aa"
name = "A"
""",
    "'FRA' is a real state, and this charter is hypothetical": """
[[party]]
id = "FRA"
name = "A"
""",
    "'victim' has a meaning of its own here": """
[[group]]
id = "victim"
of = ["members"]
""",
    "this rule has no id, so nothing can use it": """
[[rule]]
kind = "consensus"
""",
    "'unset' has a meaning of its own here": """
[[rule]]
id = "unset"
kind = "consensus"
""",
    "no threshold is given": """
[[rule]]
id = "a"
kind = "majority"
""",
    "2 parts must be adopted, and there are 1": """
[[rule]]
id = "a"
kind = "at least"
count = 2
rules = [{ kind = "consensus" }]
""",
    "'weights' is missing beside its other half": """
[[rule]]
id = "a"
kind = "qualified abstention cap"
rule = { kind = "consensus" }
states = "1/3"
weight = "1/3"
""",
    "the option 'b' is given twice": """
[[rule]]
id = "c"
kind = "consensus"
[[rule]]
id = "a"
kind = "choice of rule"
by = "c"
options = [{ id = "b", rule = "c" }, { id = "b", rule = "c" }]
otherwise = "c"
""",
    "the notice takes effect on 2001-01-01, before it was given on 2002-01-01": """
[[membership]]
party = "XAA"
status = "member"
notice = { given = 2002-01-01, effective = 2001-01-01 }
""",
    "'a' in the end supersedes itself": """
[[membership]]
party = "XAA"
status = "member"
key = "a"
supersedes = "a"
""",
    "the key 'a' stands on line 6 already": """
[[membership]]
party = "XAA"
status = "member"
key = "a"
[[membership]]
party = "XAB"
status = "member"
key = "a"
""",
    "'most' is no share": """
[[provision]]
id = "a"
kind = "accession"
ratified_by = "most"
""",
    "'a year' is not a length of time": """
[[provision]]
id = "a"
kind = "withdrawal"
notice = "a year"
""",
    "'kind' is compared in no ways": """
[[area]]
id = "a"
name = "a"
where = { field = "kind" }
""",
    "the list is empty, so nothing is in it": """
[[area]]
id = "a"
name = "a"
where = { field = "kind", in = [] }
""",
    "'is' needs a 'field' to compare": """
[[area]]
id = "a"
name = "a"
where = { fact = "b", is = true }
""",
    "'kind' is not true": """
[[area]]
id = "a"
name = "a"
where = { field = "kind", is = true }
""",
    "area leads back to itself: a → a": """
[[area]]
id = "a"
name = "a"
where = { area = "a" }
""",
    "it ends on 2001-01-01, before what it rests on or stands in begins (2002-01-01)": """
[[instrument]]
id = "T"
title = "T"
kind = "treaty"
[[clause]]
id = "T.1"
instrument = "T"
article = "1"
summary = "s"
class = "invented"
from = 2002-01-01
[[group]]
id = "g"
of = ["members"]
clause = "T.1"
to = 2001-01-01
""",
    "'chairs' is unset without a reason": """
[[office]]
id = "o"
name = "o"
unset = { chairs = " " }
""",
    "there is no party 'XAAA'": """
[[weights]]
id = "w"
unit = "votes"
values = { XAAA = 1 }
""",
    "it ends on 2001-01-01 and begins on 2002-01-01, so it holds on no day": """
[[group]]
id = "g"
only = ["XAA"]
[[group]]
id = "h"
of = ["g"]
from = 2002-01-01
to = 2001-01-01
""",
    "the rule is unset without a reason": """
[[organ]]
id = "o"
name = "o"
unset = { electorate = "x", chair = "x", convened_by = "x", convene_within = "x", quorum = "x" }
[[matter]]
id = "m"
title = "m"
kind = "force"
forum = [{ organ = "o", rule = "unset" }]
""",
}
"""What is found, to the rows that it is found in."""


@pytest.mark.parametrize("said", MISTAKES)
def test_a_single_mistake_is_found_once(said: str) -> None:
    (found,) = problems(HEAD + MISTAKES[said].removeprefix("\n"))
    assert found.partition(": ")[2] == said


def test_a_name_of_a_state_is_answered_with_its_code() -> None:
    text = f'{HEAD}[[membership]]\nparty = "Kazakhstan"\nstatus = "member"\n'
    with pytest.raises(CharterError, match="fix: write 'KAZ'"):
        load_text(text.replace("hypothetical = true", ""), "x")


def test_names_that_refer_on_and_on_are_refused() -> None:
    groups = [f'[[group]]\nid = "g{at}"\nof = ["g{at + 1}"]\n' for at in range(70)]
    assert problems(HEAD + "".join(groups) + '[[group]]\nid = "g70"\n') == ["1 : rows refer to rows 70 deep"]


def test_a_charter_of_five_thousand_rows_is_checked_in_time() -> None:
    rows = "".join(f'[[group]]\nid = "g{at}"\nof = ["members", "g{at // 2}"]\n' for at in range(1, ROWS_MAX))
    assert len(problems(HEAD + rows.replace('"g0"', '"g1"'))) == 1


def test_weights_are_never_negative() -> None:
    text = (
        '[[membership]]\nparty = "XAA"\nstatus = "member"\n[[weights]]\nid = "w"\nunit = "u"\nvalues = { XAA = -1 }\n'
    )
    assert problems(HEAD + text) == ["12 weights[0].values.XAA: -1 is out of range"]


# --- whatever is in the file, the answer is a charter or a CharterError

ODD_LINES = """\
[[duty]]
[charter]
x = 1
from = 2001-01-01
to = 1000-01-01
reading = "cyber-counts"
supersedes = "a"
key = "a"
rule = "silence"
of = ["board"]
unset = { }
]
'''
# \0 \ud7ff""".splitlines()
ODD_WORDS = ["XAA", "FRA", "member", "council", "silence", "0", "-1", "", "é", "2/3", "majority", "{", "all", "where"]


@given(st.data())
def test_a_mutated_text_is_a_charter_or_a_charter_error(data: DataObject) -> None:
    lines = data.draw(st.sampled_from([MERIDIAN, KINDS])).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 4)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, data.draw(st.sampled_from(ODD_LINES)))
            case 2:
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                words = lines[at].split('"')
                words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(ODD_WORDS))
                lines[at] = '"'.join(words)
            case _:
                lines[at] = lines[at][: data.draw(st.integers(0, 40))]
    try:
        charter = load_text("\n".join(lines), "x.toml")
    except CharterError as error:
        found = error.problems
    else:
        then = charter.as_of(date(2010, 1, 1), known=date(2007, 12, 1))
        assert all(then.group(name) <= then.group("everyone") for name in (*then.groups, "members"))
        return
    assert found
    assert all(problem.found and problem.line <= len(lines) for problem in found)


VALUES: tuple[Any, ...] = (
    *(None, "", "x", "2001-01-01", "2/3", "majority", 0, -1, 7, 2**70, 1.5, True),
    *([], ["x"], [["x"]], [{}], {}, {"x": 1}, {"kind": "consensus"}, {"kind": "silence", "period": 3}),
    *({"field": "kind", "is": "threat"}, date(2001, 1, 1), datetime(2001, 1, 1, 12, tzinfo=UTC), time(12)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  # raw TOML
    """The paths of all values in raw TOML."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


RAW = {name: tomllib.loads(text) for name, text in (("meridian", MERIDIAN), ("kinds", KINDS))}
PLACES = {name: tuple(places(raw)) for name, raw in RAW.items()}


@given(st.data())
def test_our_words_and_msgspec_agree_on_what_fits(data: DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(RAW)))
    raw = copy.deepcopy(RAW[name])
    *way, last = data.draw(st.sampled_from(PLACES[name]))
    table: Any = raw
    for step in way:
        table = table[step]
    value = data.draw(st.sampled_from(VALUES))
    if value is None:
        del table[last]
    elif isinstance(table, dict) and data.draw(st.booleans()):
        table[data.draw(st.sampled_from(["x", "from", "to", "class", "unset", "rule", "is"]))] = value
    else:
        table[last] = value
    try:
        document = msgspec.convert(raw, Document)
    except msgspec.ValidationError:
        assert mistakes(raw, Document)
    else:
        assert not mistakes(raw, Document)
        assert all(problem.line == 1 for problem in check_document(document, "", "x.toml"))


def test_a_parsed_document_is_what_msgspec_reads() -> None:
    assert parse_document(MERIDIAN, "x") == msgspec.convert(RAW["meridian"], Document)
