"""Reforms: drafts laid over a charter. From their day on they hold, before it the base does, and mistakes are told."""

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.cli import tocsin
from tocsin import Event, duties, load_charter, outcome, replay
from tocsin.charter.changes import Key, compare, rows_of, structs_of
from tocsin.charter.files import catalog
from tocsin.charter.files.loader import content_hash, load_text
from tocsin.charter.files.overlay import Source, header, lay, load_upon, read
from tocsin.charter.files.schema import reform_schema
from tocsin.charter.files.template import template
from tocsin.charter.model import DEFAULT_STATUSES, Document, Forum, Matter
from tocsin.charter.reform import Overlay, Reform, reforms_of
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.errors import CharterError, NotFound
from tocsin.terms import PartyId, Position

SHIPPED = catalog.shipped_reforms()
BEFORE, AFTER = date(2019, 12, 31), date(2020, 1, 1)

HEAD = """\
schema = 1

[reform]
id = "draft"
title = "a draft"
base = "meridian"
author = "the tests"
date = 2019-06-01
effective = 2020-01-01
summary = "A draft for the tests."
hypothetical = true

"""
CLAUSE = """\
[[clause]]
id = "D.1"
instrument = "MP"
article = "D1"
summary = "What the draft says."
source = "invented"
class = "invented"

"""
FIRST = HEAD.count("\n") + 1
"""The line of a file on which its first row stands."""


def drafted(body: str, head: str = HEAD, name: str = "draft.toml") -> Charter:
    return load_text(head + body, name)


def refused(body: str, head: str = HEAD) -> str:
    with pytest.raises(CharterError) as caught:
        drafted(body, head)
    return str(caught.value)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# --- what ships


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_reform_is_a_charter_that_says_it_is_none(name: str) -> None:
    charter = load_charter(name)
    about = charter.document.charter
    (laid,) = reforms_of(charter.document)
    assert charter.id == name == f"{laid.reform.base}+{laid.reform.id}"
    assert about.hypothetical
    assert not about.invented
    assert about.title.endswith(f"reformed: {laid.reform.title}")
    assert laid.reform.author in about.summary
    assert "HYPOTHETICAL" in laid.reform.author
    assert catalog.find(name).read_text(encoding="utf-8").startswith("# HYPOTHETICAL")


@cache
def loaded(name: str) -> Charter:
    return load_charter(name)


@pytest.mark.parametrize("name", SHIPPED)
@given(days=st.integers(1, 20_000), known=st.none() | st.dates(date(1950, 1, 1), date(2030, 1, 1)))
def test_before_its_day_a_reform_changes_nothing_and_then_it_does(name: str, days: int, known: date | None) -> None:
    base, reformed = loaded(name.partition("+")[0]), loaded(name)
    starts = reforms_of(reformed.document)[0].reform.starts
    day = starts - timedelta(days=days)
    assert compare(base.as_of(day, known), reformed.as_of(day, known)).changes == ()
    assert compare(base.as_of(starts), reformed.as_of(starts)).changes


def test_one_reform_ships_for_a_decision_rule_one_for_membership_and_one_for_duties() -> None:
    laid = {name: reforms_of(loaded(name).document)[0] for name in SHIPPED}
    touched = {name: {*one.replaced, *one.added, *one.repealed} for name, one in laid.items()}
    assert {"matter assist", "rule three-quarters"} <= touched["csto+majority"]
    assert {"provision suspension", "matter suspend"} <= touched["nato+suspension"]
    parts = {
        f"duty {name}" for name in ("consult", "assist", "exercise", "share-data", "man-the-centre", "share-costs")
    }
    assert parts | {"organ CENTRE"} <= touched["ots+turkic-pact"]


def test_one_objection_stops_help_by_consensus_and_no_longer_by_three_quarters() -> None:
    positions: dict[str, Position] = dict.fromkeys(("BLR", "KAZ", "KGZ", "RUS", "TJK"), "support")
    positions["ARM"] = "object"
    day = date(2026, 2, 1)
    assert outcome(load_charter("csto"), "assist", positions, on=day).verdict == "blocked"
    found = outcome(load_charter("csto+majority"), "assist", positions, on=day)
    assert found.verdict == "adopted"
    assert "ARM" not in found.bound


def test_the_pact_asks_for_help_where_the_organisation_asks_for_none() -> None:
    event = Event(
        kind="armed attack",
        victim=PartyId("KGZ"),
        attacker=PartyId("XQA"),
        external=True,
        requested_by=(PartyId("KGZ"),),
    )
    day = date(2026, 2, 1)
    asked = {answer.duty: answer.findings[0] for answer in duties(load_charter("ots+turkic-pact"), event, day).answers}
    assert asked["consult"].status == "triggered"
    assert (asked["assist"].status, asked["assist"].awaiting, asked["assist"].rule) == (
        "awaiting",
        "assist",
        "silence-of-two",
    )
    assert asked["exercise"].status == "standing"
    assert {answer.duty for answer in duties(load_charter("ots"), event, day).answers} == {"settle"}


# --- rows


def test_a_row_takes_the_place_of_the_row_of_its_id_on_the_day() -> None:
    charter = drafted(
        CLAUSE + '[[rule]]\nid = "consensus"\nchange = "replace"\nkind = "majority"\nat_least = "3/4"\nclause = "D.1"\n'
    )
    assert charter.as_of(BEFORE).rules["consensus"].__struct_config__.tag == "consensus"
    assert charter.as_of(AFTER).rules["consensus"].__struct_config__.tag == "majority"
    (laid,) = reforms_of(charter.document)
    assert (laid.replaced, laid.added) == (("rule consensus",), ("clause D.1",))
    old = next(row for row in charter.document.rule if row.id == "consensus")
    assert old.to == AFTER


def test_a_row_may_begin_later_than_the_reform() -> None:
    charter = drafted(CLAUSE + '[[group]]\nid = "board"\nof = ["members"]\nfrom = 2021-01-01\nclause = "D.1"\n')
    assert charter.as_of(date(2020, 12, 31)).group("board") == {"XAA", "XAB", "XAC", "XAD"}
    assert charter.as_of(date(2021, 1, 1)).group("board") == {"XAA", "XAB", "XAC", "XAD", "XAE"}


def test_what_is_repealed_ends_on_the_day() -> None:
    charter = drafted('[[repeal]]\ntable = "duty"\nid = "relieve"\nwhy = "Others do it."\n')
    assert "relieve" in charter.as_of(BEFORE).duties
    assert "relieve" not in charter.as_of(AFTER).duties
    assert reforms_of(charter.document)[0].repealed == ("duty relieve",)


def test_a_status_of_a_party_is_replaced_and_a_suspension_is_laid_over_it() -> None:
    row = '[[membership]]\nparty = "{}"\nstatus = "{}"\nclause = "D.1"\n'
    charter = drafted(CLAUSE + row.format("XAF", "member") + row.format("XAB", "suspended"))
    assert charter.as_of(BEFORE).group("members") == {"XAA", "XAB", "XAC", "XAD", "XAE"}
    after = charter.as_of(AFTER)
    assert after.group("members") == {"XAA", "XAB", "XAC", "XAD", "XAE", "XAF"}
    assert "XAB" not in after.group("voters")
    assert after.standings[PartyId("XAB")].overlays == ("suspended",)
    (laid,) = reforms_of(charter.document)
    assert laid.replaced == ("membership XAF",)


def test_a_membership_can_be_repealed() -> None:
    charter = drafted('[[repeal]]\ntable = "membership"\nid = "XAG"\nwhy = "It is no partner any more."\n')
    assert charter.as_of(BEFORE).belongs("XAG")
    assert not charter.as_of(AFTER).belongs("XAG")


def test_a_plain_row_takes_the_place_of_rows_under_readings_too() -> None:
    head = HEAD.replace('"meridian"', '"csto"').replace("MP", "CST")
    rule = '[[rule]]\nid = "limited-format"\nkind = "consensus"\nclause = "CSTOCH.12"\n'
    reading = "against-the-order"
    plain = drafted(rule, head).as_of(AFTER, readings=[reading])
    assert plain.rules["limited-format"].__struct_config__.tag == "consensus"
    under = drafted(rule + f'reading = "{reading}"\n', head)
    assert under.as_of(AFTER, readings=[reading]).rules["limited-format"].__struct_config__.tag == "consensus"
    assert under.as_of(AFTER).rules["limited-format"].__struct_config__.tag == "limited format"


def test_a_correction_of_what_would_only_have_begun_stays_a_correction() -> None:
    base = template("pact")
    row = '[[membership]]\nparty = "XAD"\nstatus = "observer"\nclause = "P.1"\n'
    base += f'{row}key = "announced"\nfrom = 2022-01-01\n{row}supersedes = "announced"\nfrom = 2019-01-01\n'
    body = '[[membership]]\nparty = "XAD"\nstatus = "member"\nclause = "P.1"\n'
    source = header_source(HEAD.replace('"meridian"', '"pact"') + body)
    laid = lay(source, load_text(base, "pact.toml"))
    assert laid.as_of(BEFORE).group("observers") == {"XAD"}
    assert "XAD" in laid.as_of(AFTER).group("members")
    assert "XAD" not in laid.as_of(date(2023, 1, 1)).group("observers")


def header_source(text: str) -> Source:
    return read(tomllib.loads(text), text, "draft.toml")


def test_a_row_that_was_corrected_does_not_come_back_with_its_correction_replaced() -> None:
    head = HEAD.replace("effective = 2020-01-01", "effective = 2008-02-01")
    charter = drafted('[[membership]]\nparty = "XAE"\nstatus = "observer"\nclause = "MP.2"\n', head)
    assert not charter.as_of(date(2008, 1, 15)).belongs("XAE")
    assert charter.as_of(date(2008, 2, 1)).group("observers") == {"XAE"}


def test_invented_states_stay_out_of_a_reform_of_a_real_treaty() -> None:
    head = HEAD.replace('"meridian"', '"csto"')
    said = refused('[[membership]]\nparty = "XAA"\nstatus = "member"\nclause = "CST.11"\n', head)
    assert "'XAA' is an invented state, and this charter is not hypothetical" in said
    assert refused('[[membership]]\nparty = "FRA"\nstatus = "member"\nclause = "MP.2"\n').startswith(
        f"draft.toml:{FIRST + 1}: membership[0].party: 'FRA' is a real state"
    )


@pytest.mark.parametrize("name", catalog.shipped())
def test_a_reform_that_says_what_its_base_says_changes_nothing(name: str) -> None:
    base = loaded(name)
    starts = date(2005, 1, 1) if name in ("nato", "weu") else date(2020, 1, 1)  # some of their rows name what ended
    tables: dict[str, list[Struct]] = {}
    for key, row in structs_of(base.as_of(starts)).items():
        if isinstance(row, Row) and row not in DEFAULT_STATUSES:
            tables.setdefault(key.table, []).append(restated(row, base.as_of(starts)))
    reform = Reform(id="same", title="t", base=name, author="a", date=starts, summary="s", hypothetical=True)
    overlay = Overlay(schema=1, reform=reform, **{table: tuple(rows) for table, rows in tables.items()})  # type: ignore[arg-type]  # rows of their tables
    laid = lay(Source(overlay, {}, "", "same.toml"), base)
    for day in (date(1992, 1, 1), date(2004, 1, 1), starts - timedelta(days=1)):
        for known in (None, date(2012, 1, 1)):
            assert compare(base.as_of(day, known), laid.as_of(day, known)).changes == ()
    changes = compare(base.as_of(starts), laid.as_of(starts)).changes
    assert {field.field for change in changes for field in change.fields} <= {"from"}
    assert {(change.kind, change.table) for change in changes} <= {("changed", "membership")}


def restated(row: Row, snapshot: Snapshot) -> Row:
    """The row as a reform would write it again, without its dates and forums of other days."""
    row = replace(row, from_=None, to=None, recorded=None, key="", supersedes="")
    if isinstance(row, Matter):
        there = rows_of(snapshot)[Key("matter", row.id, row.reading)]["forum"]
        return replace(row, forum=msgspec.convert(there, tuple[Forum, ...]))
    return row


# --- bases, stacks and hashes


def test_reforms_stack_by_name_and_by_file(tmp_path: Path) -> None:
    lower = load_charter("csto+majority")
    rule = '[[rule]]\nid = "three-quarters"\nkind = "unanimity"\nclause = "CSTOCH.12"\n'
    head = HEAD.replace("2020-01-01", "2027-01-01")
    path = written(tmp_path, "upper.toml", head.replace('"meridian"', '"csto+majority"') + rule)
    upper = load_charter(path)
    assert upper.id == "csto+majority+draft"
    assert [laid.reform.id for laid in reforms_of(upper.document)] == ["majority", "draft"]
    assert upper.as_of(date(2026, 6, 1)).rules["three-quarters"].__struct_config__.tag == "majority"
    assert upper.as_of(date(2027, 1, 1)).rules["three-quarters"].__struct_config__.tag == "unanimity"
    beside = written(tmp_path, "top.toml", HEAD.replace('"meridian"', '"upper.toml"').replace('"draft"', '"top"'))
    assert load_charter(beside).id == "csto+majority+draft+top"
    of_root = written(tmp_path, "root.toml", head.replace('"meridian"', '"csto"') + rule)
    assert load_upon(of_root, lower).id == "csto+majority+draft"
    assert [path.stem for path in catalog.stack("CSTO+majority+majority")] == ["csto+majority", "csto+majority"]
    with pytest.raises(CharterError, match="a reform 'majority' is laid over 'csto\\+majority' already"):
        load_charter("csto+majority+majority")
    with pytest.raises(CharterError, match="it is a reform of 'csto' and cannot be laid over 'nato\\+suspension'"):
        load_upon(of_root, load_charter("nato+suspension"))


def test_a_name_nearly_right_is_mended() -> None:
    with pytest.raises(NotFound, match=r"Did you mean 'csto\+majority'"):
        load_charter("csto+majorty")
    with pytest.raises(NotFound, match="There is no charter 'csto\\+majority\\+nothing'"):
        load_charter("csto+majority+nothing")


def test_the_hash_covers_the_base_and_the_reform(tmp_path: Path) -> None:
    base = template("my-pact")
    body = HEAD.replace('"meridian"', '"my-pact.toml"')
    path = written(tmp_path, "draft.toml", body)
    written(tmp_path, "my-pact.toml", base)
    first = load_charter(path)
    assert first.hash not in (content_hash(first.document), load_charter(tmp_path / "my-pact.toml").hash)
    written(tmp_path, "draft.toml", f"# a remark\n{body}")
    assert load_charter(path).hash == first.hash
    written(tmp_path, "draft.toml", body.replace("A draft for", "A draft of"))
    assert load_charter(path).hash != first.hash
    written(tmp_path, "draft.toml", body)
    written(tmp_path, "my-pact.toml", base.replace("three invented states", "3 invented states"))
    assert load_charter(path).hash != first.hash


def test_a_mistake_in_the_base_is_told_in_the_base(tmp_path: Path) -> None:
    written(tmp_path, "my-pact.toml", template("my-pact").replace('organ = "council"', 'organ = "counsil"'))
    path = written(tmp_path, "draft.toml", HEAD.replace('"meridian"', '"my-pact.toml"'))
    with pytest.raises(CharterError, match=r"my-pact\.toml:\d+: matter\[0\]\.forum\[0\]\.organ: there is no organ"):
        load_charter(path)


def test_a_case_can_be_replayed_under_a_reform(tmp_path: Path) -> None:
    case = catalog.find("csto-2022-kazakhstan", "cases", "case").read_text(encoding="utf-8")
    head = HEAD.replace('"meridian"', '"csto"').replace("2020-01-01", "2021-01-01")
    rule = '[[rule]]\nid = "consensus"\nkind = "unanimity"\nclause = "CSTOCH.12"\n'
    written(tmp_path, "draft.toml", head + rule)
    case = case.replace('charter = "csto"', 'charter = "draft.toml"\nhypothetical = true')
    report = replay(written(tmp_path, "case.toml", case))
    assert report.hypothetical
    assert report.charter == "csto+draft"


# --- mistakes, each told in the reform's own file


def test_a_base_that_is_not_there() -> None:
    said = refused("", HEAD.replace('"meridian"', '"meridan"'))
    assert said.startswith("draft.toml:6: reform.base: there is no charter 'meridan'\n  accepted: asean, ")
    assert said.endswith("fix: did you mean 'meridian'?")


def test_an_outline_cannot_be_reformed(tmp_path: Path) -> None:
    outline = template("my-pact").replace("hypothetical = true", "hypothetical = true\noutline = true")
    written(tmp_path, "my-pact.toml", outline)
    with pytest.raises(CharterError, match=r"draft\.toml:6: reform\.base: 'my-pact' is an outline, without rules"):
        load_charter(written(tmp_path, "draft.toml", HEAD.replace('"meridian"', '"my-pact.toml"')))


def test_bases_that_lead_back_to_themselves(tmp_path: Path) -> None:
    one = written(tmp_path, "one.toml", HEAD.replace('"meridian"', '"two.toml"'))
    written(tmp_path, "two.toml", HEAD.replace('"meridian"', '"one.toml"'))
    with pytest.raises(CharterError, match=r"two\.toml:6: reform\.base: .*one\.toml → two\.toml → one\.toml"):
        load_charter(one)


def test_a_row_that_does_not_do_what_it_says() -> None:
    said = refused(CLAUSE + '[[rule]]\nid = "consensu"\nchange = "replace"\nkind = "consensus"\nclause = "D.1"\n')
    line = FIRST + CLAUSE.count("\n") + 1
    assert said.startswith(
        f"draft.toml:{line}: rule[0].id: it says that it replaces, and the base has no rule 'consensu'"
    )
    assert "accepted: silence, consensus, every-vote" in said
    assert said.endswith("fix: did you mean 'consensus'?")
    said = refused('[[rule]]\nid = "consensus"\nchange = "add"\nkind = "consensus"\nclause = "MP.10"\n')
    assert said.startswith(
        f"draft.toml:{FIRST + 1}: rule[0].id: it says that it adds, and the base has rule 'consensus'"
    )
    said = refused('[[rule]]\nid = "consensus"\nchange = "replaces"\nkind = "consensus"\nclause = "MP.10"\n')
    assert said == (
        f"draft.toml:{FIRST + 2}: rule[0].change: 'replaces' is not accepted here\n"
        "  accepted: add, replace\n  fix: did you mean 'replace'?"
    )


def test_a_repeal_of_what_is_not_there() -> None:
    said = refused('[[repeal]]\ntable = "duty"\nid = "relive"\nwhy = "x"\n')
    assert said == (
        f"draft.toml:{FIRST + 2}: repeal[0].id: the base has no duty 'relive' on 2020-01-01 to repeal\n"
        "  accepted: assist, consult, keep-the-peace, relieve\n  fix: did you mean 'relieve'?"
    )
    head = HEAD.replace('"meridian"', '"csto"')
    said = refused('[[repeal]]\ntable = "organ"\nid = "CCS"\nwhy = "x"\n', head)
    assert "to repeal: it has ended before" in said
    said = refused('[[repeal]]\ntable = "membership"\nid = "XAB"\nstatus = "suspended"\nwhy = "x"\n')
    assert "the base has no membership 'XAB' of status 'suspended' on 2020-01-01" in said


def test_what_is_repealed_must_not_be_named_any_more() -> None:
    said = refused('[[repeal]]\ntable = "rule"\nid = "willing"\nwhy = "x"\n')
    assert said == (
        f"draft.toml:{FIRST + 2}: repeal[0].id: matter 'coalition' of the base still names 'willing' (forum[0].rule), "
        "which ends here\n  fix: replace or repeal matter 'coalition' as well, or leave 'willing' in force"
    )
    alone = '[[repeal]]\ntable = "rule"\nid = "willing"\nwhy = "x"\n'
    both = alone + '[[repeal]]\ntable = "matter"\nid = "coalition"\nwhy = "x"\n'
    assert "willing" not in drafted(both).as_of(AFTER).rules
    matter = (
        '[[matter]]\nid = "coalition"\ntitle = "x"\nkind = "force"\nclause = "MP.11"\n'
        'forum = [{ organ = "council", rule = "willing" }]\n'
    )
    said = refused(alone + matter)
    assert said.endswith(
        f"matter[0].forum[0].rule: it names 'willing', which this file repeals on line {FIRST + 2}\n"
        "  fix: name something else, or leave the [[repeal]] out"
    )


def test_a_row_of_the_base_that_goes_wrong_is_told_once() -> None:
    said = refused('[[repeal]]\ntable = "organ"\nid = "council"\nwhy = "x"\n')
    assert said.count("matter 'assist' of the base still names 'council'") == 1
    assert "no longer" not in said
    assert all(problem.startswith(f"draft.toml:{FIRST + 2}: ") for problem in said.splitlines() if "names" in problem)


def test_circles_through_the_base_are_told_in_the_reform() -> None:
    said = refused(
        '[[rule]]\nid = "every-vote"\nkind = "excluding"\nwho = ["XAA"]\nrule = "without-the-subject"\n'
        'clause = "MP.10"\n'
    )
    assert f"draft.toml:{FIRST + 4}: rule[0].rule: rule leads back to itself" in said


def test_what_no_reform_can_do() -> None:
    party = '[[party]]\nid = "XAA"\nname = "Elsewhere"\n'
    assert f"draft.toml:{FIRST + 1}: party[0].id: the base names 'XAA' already" in refused(party)
    row = '[[group]]\nid = "g"\nof = ["members"]\nclause = "MP.2"\n'
    assert "the row holds from 2019-01-01, and the reform takes effect on 2020-01-01" in refused(
        f"{row}from = 2019-01-01\n"
    )
    assert "its rows are not recorded one by one" in refused(f"{row}recorded = 2020-01-01\n")
    assert "a reform does not correct the base: 'xae-announced'" in refused(f'{row}supersedes = "xae-announced"\n')
    both = f'{row}[[repeal]]\ntable = "group"\nid = "board"\nwhy = "x"\n'.replace('"g"', '"board"')
    assert "is repealed, and a row of this file takes its place as well" in refused(both)
    assert "charter: there is no field 'charter' here" in refused("[charter]\n")
    assert f"group 'g' stands on line {FIRST} already, and both hold from 2020-01-01" in refused(row + row)


def test_a_proposal_that_somebody_made_needs_its_source() -> None:
    head = HEAD.replace("hypothetical = true", "hypothetical = false")
    said = refused(CLAUSE, head.replace('"meridian"', '"csto"').replace("MP", "CST"))
    assert "reform.source: a proposal that somebody made needs its source" in said
    assert "clause[0].class: an invented row stands in a proposal that somebody made" in said
    assert "fix: write hypothetical = true where the draft is your own" in said
    sourced = head.replace("hypothetical", 'source = "a paper"\nclass = "press"\nhypothetical')
    real = drafted("", sourced.replace('"meridian"', '"csto"'))
    assert real.document.charter.hypothetical, "what was proposed is no law either"
    assert "an invented draft is no 'press'" in refused(
        "", HEAD.replace("hypothetical", 'class = "press"\nhypothetical')
    )


def test_fields_of_the_header_are_checked_like_those_of_a_charter() -> None:
    said = refused("", HEAD.replace("author", "autor").replace("schema = 1", "schema = 1\n"))
    assert "reform.autor: there is no field 'autor' here" in said
    assert "reform.author: the field 'author' is missing" in said
    assert "the file is of format 2" in refused("", HEAD.replace("schema = 1", "schema = 2"))


# --- the file format


def test_a_reform_has_the_tables_of_a_charter() -> None:
    of_charter = {name for name in Document.__struct_fields__ if name != "charter"}
    assert set(Overlay.__struct_fields__) == of_charter | {"reform", "repeal"}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_reform_fits_the_schema(name: str) -> None:
    schema = jsonschema_rs.validator_for(reform_schema())
    raw = tomllib.loads(catalog.find(name).read_text(encoding="utf-8"))
    schema.validate(msgspec.to_builtins(raw))
    raw["rule" if "rule" in raw else "duty"][0]["change"] = "perhaps"
    assert not schema.is_valid(msgspec.to_builtins(raw))


def test_the_example_in_the_documentation_loads(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs/CHARTERS.md").read_text(encoding="utf-8").partition("## Reforms")[2]
    example = text.partition("```toml\n")[2].partition("```")[0]
    charter = load_charter(written(tmp_path, "meridian+relief.toml", example))
    assert charter.id == "meridian+relief"
    (laid,) = reforms_of(charter.document)
    assert laid.replaced
    assert laid.added
    assert laid.repealed


# --- on the command line


def test_the_list_shows_reforms_in_a_section_of_their_own() -> None:
    done = tocsin("charter", "list")
    assert f"Reforms ({len(SHIPPED)}): drafts laid over a charter, none of them law" in done.out
    answer = tocsin("charter", "list", "--json").json
    assert [one["name"] for one in answer["reforms"]] == SHIPPED
    assert all(one["hypothetical"] and one["title"] and one["author"] and one["date"] for one in answer["reforms"])
    assert all(one["title"] in done.flat or one["title"][:20] in done.flat for one in answer["reforms"])
    assert "csto+majority" not in [charter["id"] for charter in answer["charters"]]


def test_show_check_and_outcome_say_that_a_reform_is_a_draft() -> None:
    banner = "HYPOTHETICAL a draft, not law: 'majority' by Tocsin project"
    shown = tocsin("charter", "show", "csto+majority", "--on", "2026-02-01")
    assert shown.flat.startswith(banner)
    assert "Reform csto+majority: help is decided by three quarters of the members" in shown.flat
    assert "replaces: matter assist, matter use-forces" in shown.flat
    checked = tocsin("charter", "check", "csto+majority")
    assert (checked.code, checked.flat.startswith(banner)) == (0, True)
    assert "csto+majority replaces 2 rows, adds 4 rows" in checked.flat
    answered = tocsin("outcome", "csto+majority", "assist", "--on", "2026-02-01", "--positions", "others=support")
    assert answered.flat.startswith(banner)
    assert tocsin("duties", "ots+turkic-pact", "--kind", "disaster").code == 2
    schema = tocsin("charter", "schema", "--reform").json
    assert schema["title"] == "Tocsin reform file, format 1"


def test_check_tells_the_mistakes_of_a_reform_by_line(tmp_path: Path) -> None:
    path = written(tmp_path, "draft.toml", HEAD + '[[repeal]]\ntable = "duty"\nid = "relive"\nwhy = "x"\n')
    done = tocsin("charter", "check", str(path))
    assert done.code == 2
    assert f"{path}:{FIRST + 2}: repeal[0].id: the base has no duty 'relive'" in done.err


def test_a_header_is_read_without_its_base(tmp_path: Path) -> None:
    path = written(tmp_path, "draft.toml", HEAD.replace('"meridian"', '"nowhere"'))
    assert header(path).reform.base == "nowhere"
