"""What the author of a file probably meant: fields, codes, shares and lengths of time."""

from pathlib import Path

import pytest

from tocsin.charter.files.catalog import find
from tocsin.charter.files.loader import load_text
from tocsin.charter.files.remedies import field_fix, fraction_fix, length_fix, suggestion
from tocsin.charter.files.template import template
from tocsin.errors import CharterError, NotFound, Problem

PACT = template("pact")
SILENCE = '[[rule]]\nid = "s"\nkind = "silence"\nperiod = "1 day"\nclause = "P.1"\n'


def problem(text: str) -> Problem:
    """The only mistake in a charter."""
    with pytest.raises(CharterError) as caught:
        load_text(text, "x.toml")
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("six months", "6 months"),
        ("2 workdays", "2 working days"),
        ("2 business days", "2 working days"),
        ("One Week", "7 days"),
        ("24h", "24 hours"),
        ("1 years", "1 year"),
        ("48-hour", "48 hours"),
    ],
)
def test_a_length_of_time_in_other_words(said: str, meant: str) -> None:
    assert length_fix(said) == f"write '{meant}'"


@pytest.mark.parametrize("said", ["without delay", "some days", "at once", "5 blue moons", ""])
def test_what_is_no_length_of_time_is_left_alone(said: str) -> None:
    assert length_fix(said) == ""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (0.8, "4/5"),
        (".80", "4/5"),
        ("80%", "4/5"),
        ("66.5 per cent", "133/200"),
        ("two thirds", "2/3"),
        ("a half", "1/2"),
        ("three-quarters", "3/4"),
        (1, "1/1"),
    ],
)
def test_a_share_in_other_words(said: object, meant: str) -> None:
    assert fraction_fix(said) == f'write "{meant}"'


@pytest.mark.parametrize("said", ["most", "two moons", "x thirds", "0%", 0, 7, None])
def test_what_is_no_share_is_left_alone(said: object) -> None:
    assert fraction_fix(said) == ""


def test_the_same_letters_in_another_order_are_meant_first() -> None:
    assert suggestion("HL.21", ["HL.1", "HL.2", "HL.12"]) == "did you mean 'HL.12'?"
    assert suggestion("nothing like it", ["HL.1"]) == ""


def test_a_field_by_another_name() -> None:
    assert field_fix("not_before", ["earliest", "from"]) == "did you mean 'earliest'?"
    assert field_fix("not_before", ["from"]) == "did you mean 'from'?"
    assert field_fix("earlist", ["earliest"]) == "did you mean 'earliest'?"
    assert field_fix("zzz", ["note"]) == "remove it; remarks can go into a comment or 'note'"
    assert field_fix("zzz", ["id"]) == "remove it; remarks can go into a comment"


def test_a_time_zone_that_is_none_is_located() -> None:
    found = problem(PACT.replace("hypothetical = true", 'timezone = "Europe/Lisbonn"\nhypothetical = true', 1))
    assert (found.line, found.field) == (12, "charter.timezone")
    assert found.fix == "did you mean 'Europe/Lisbon'?"
    for zone in ("WET time", "../UTC"):
        assert "there is no time zone" in problem(PACT.replace("[charter]", f'[charter]\ntimezone = "{zone}"')).found


def test_the_first_of_several_rows_in_single_brackets_is_where_the_mistake_is() -> None:
    found = problem(PACT.replace("[[clause]]", "[clause]", 1))
    assert found.line == PACT.splitlines().index("[[clause]]") + 1
    assert found.found == "[clause] stands in single brackets, and more rows of it follow"
    assert found.fix == "write [[clause]] with double brackets"
    assert "given twice" in problem(PACT.replace('title = "Pact', 'title = "x"\ntitle = "Pact')).fix


def test_several_parties_where_one_group_is_named() -> None:
    found = problem(PACT.replace('electorate = "members"', 'electorate = ["XAA", "XAB"]'))
    assert found.fix == 'make a [[group]] with only = ["XAA", "XAB"], and name that group here'


def test_a_share_as_a_number_is_told_as_a_fraction() -> None:
    rule = '[[rule]]\nid = "m"\nkind = "majority"\nclause = "P.1"\nat_least = '
    assert problem(f"{PACT}{rule}0.8\n").fix == 'write "4/5"'
    assert problem(f'{PACT}{rule}"80%"\n').fix == 'write "4/5"'
    assert problem(f"{PACT}{rule}true\n").fix == ""


def test_a_silence_of_two_workdays_is_told_as_working_days() -> None:
    assert problem(PACT + SILENCE.replace("1 day", "2 workdays")).fix == "write '2 working days'"


def test_a_status_where_a_party_is_asked_for_leads_to_the_group() -> None:
    found = problem(PACT.replace('{ field = "victim", group = "members" }', '{ field = "victim", is = "member" }'))
    assert found.fix == 'to ask for a group, write group = "members" instead'


def test_a_slip_in_a_key_is_one_mistake() -> None:
    row = '[[membership]]\nparty = "XAA"\nstatus = "member"\nfrom = 2021-01-01\nclause = "P.1"\n'
    keyed = PACT.replace('[[membership]]\nparty = "XAA"', '[[membership]]\nkey = "announced"\nparty = "XAA"')
    found = problem(keyed + row + 'supersedes = "anounced"\n')
    assert found.field.endswith("supersedes")
    assert found.fix == "did you mean 'announced'?"
    assert "give the earlier row a key and name that here under 'supersedes'" in problem(keyed + row).fix


def test_of_many_files_only_those_with_a_like_name_are_listed(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"pact-{number}.toml").touch()
    (tmp_path / "zebra.toml").touch()
    with pytest.raises(NotFound) as caught:
        find(str(tmp_path / "pact-77.toml"))
    assert len(caught.value.known) == 8
    assert not any("zebra" in name for name in caught.value.known)
