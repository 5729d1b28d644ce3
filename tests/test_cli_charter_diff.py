"""`tocsin charter diff`: two days of a charter, or two charters, in words and as JSON."""

from pathlib import Path

from tests.cli import tocsin
from tocsin.charter.files.template import template


def test_two_days_of_a_charter_tell_what_came_and_went() -> None:
    done = tocsin("charter", "diff", "csto", "--from", "2005-01-01", "--to", "2026-01-01")
    assert done.code == 0
    assert done.out.startswith("Collective Security Treaty (1992) and its Organisation (2002)\n")
    assert "csto from 2005-01-01 to 2026-01-01" in done.flat
    assert "+ ARM frozen Armenia: frozen [CSTOCH.20-council press]" in done.flat
    assert (
        "~ assist Help a party under aggression, at its request [CST.4 official text] → [CST.4 official statement]"
        in done.flat
    )
    assert "request by: not given → victim" in done.flat
    assert "+ UZB (under the reading 'suspended-only') Uzbekistan: member" in done.flat
    assert max(map(len, done.out.splitlines())) <= 100


def test_the_later_day_is_today_unless_it_is_given() -> None:
    answer = tocsin("charter", "diff", "csto", "--from", "2005-01-01", "--json").json
    assert (answer["old"]["on"], answer["new"]["on"]) == ("2005-01-01", "2026-01-15")
    assert answer["counts"]["membership"] == {"added": 3}


def test_a_reform_and_its_base_tell_what_the_reform_changes() -> None:
    done = tocsin("charter", "diff", "csto", "csto+majority")
    assert done.code == 0
    assert done.flat.startswith("HYPOTHETICAL a draft, not law: 'majority' by Tocsin project")
    assert "csto → csto+majority on 2026-01-15" in done.flat
    assert "Reform csto+majority: help is decided by three quarters of the members" in done.flat
    assert "→ Collective Security Council: majority: support of at least 3/4 of all electors; binds those" in done.flat
    assert "Matters (2)" in done.out
    answer = tocsin("charter", "diff", "csto", "csto+majority", "--json").json
    assert answer["hypothetical"]
    assert [one["name"] for one in answer["reforms"]] == ["csto+majority"]
    assert answer["counts"]["rule"] == {"added": 1}
    assist = next(one for one in answer["changes"] if one["change"]["id"] == "assist")
    assert assist["change"]["new"] == {"clause": "DRAFT-MAJORITY.1", "source_class": "invented"}
    assert any(words["field"] == "forum" and "3/4" in words["new"] for words in assist["words"])


def test_before_its_day_a_reform_shows_no_difference() -> None:
    done = tocsin("charter", "diff", "csto", "csto+majority", "--on", "2025-12-31")
    assert (done.code, done.flat.endswith("Nothing differs.")) == (0, True)
    assert "not in effect on 2025-12-31: what holds is the base as it is" in done.flat


def test_a_reform_of_the_future_is_compared_once_it_holds(tmp_path: Path) -> None:
    text = (
        'schema = 1\n[reform]\nid = "d"\ntitle = "d"\nbase = "csto"\nauthor = "the tests"\ndate = 2026-01-01\n'
        'effective = 2030-01-01\nsummary = "x"\nhypothetical = true\n'
        '[[repeal]]\ntable = "provision"\nid = "dispute"\nwhy = "x"\n'
    )
    path = tmp_path / "d.toml"
    path.write_text(text, encoding="utf-8")
    done = tocsin("charter", "diff", "csto", str(path))
    assert "csto → csto+d on 2030-01-01" in done.flat
    assert "− dispute Questions of reading or applying the treaty" in done.flat


def test_two_charters_of_any_kind_can_be_compared() -> None:
    answer = tocsin("charter", "diff", "nato", "csto", "--on", "2026-01-01", "--json").json
    assert answer["counts"]["membership"]["removed"] > 30
    assert not answer["hypothetical"]


def test_a_changed_conduct_is_told_in_words(tmp_path: Path) -> None:
    reform = (
        'schema = 1\n[reform]\nid = "d"\ntitle = "d"\nbase = "meridian"\nauthor = "the tests"\ndate = 2026-01-01\n'
        'summary = "x"\nhypothetical = true\n'
        '[[conduct]]\nid = "record"\nchange = "replace"\nclause = "MR.3"\n'
        'joiner_history = "all"\ntwo_persons = ["break"]\n'
    )
    path = tmp_path / "d.toml"
    path.write_text(reform, encoding="utf-8")
    shown = tocsin("charter", "diff", "meridian", str(path)).flat
    assert "~ record newcomers read all that went before; two persons to break a silence [MR.3 invented]" in shown
    assert "joiner history: from joining → all" in shown
    assert "two persons: force, recall → break" in shown


def test_a_second_conduct_beside_the_bases_is_refused(tmp_path: Path) -> None:
    reform = (
        'schema = 1\n[reform]\nid = "d"\ntitle = "d"\nbase = "meridian"\nauthor = "the tests"\ndate = 2026-01-01\n'
        'summary = "x"\nhypothetical = true\n[[conduct]]\nid = "other"\njoiner_history = "all"\nclause = "MR.3"\n'
    )
    path = tmp_path / "d.toml"
    path.write_text(reform, encoding="utf-8")
    refused = tocsin("charter", "check", str(path))
    assert refused.code == 2
    assert "a reform's row takes the place of the one whose id it has" in refused.err


def test_rules_are_told_by_what_they_mean(tmp_path: Path) -> None:
    old, new = template("pact"), template("pact")
    new = new.replace('id = "consensus"', 'id = "all"').replace('rule = "consensus"', 'rule = "all"')
    other = old.replace('kind = "consensus"', 'kind = "majority"\nmore_than = "1/2"')
    for name, text in (("old", old), ("new", new), ("other", other)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    renamed = tocsin("charter", "diff", str(tmp_path / "old.toml"), str(tmp_path / "new.toml"))
    assert "= consensus → all consensus: an objection stops it [P.1 invented]" in renamed.flat
    assert "what it says is the same" in renamed.flat
    changed = tocsin("charter", "diff", str(tmp_path / "old.toml"), str(tmp_path / "other.toml"))
    assert "rule: consensus: an objection stops it → majority: support of more than 1/2 of all electors" in changed.flat
    assert "decides: assist" in changed.flat


def test_what_cannot_be_compared_is_refused() -> None:
    for words, said in (
        (["csto"], "name another charter to compare with, or two days of this one"),
        (["csto", "nato", "--from", "2005-01-01"], "--from and --to compare one charter with itself"),
        (["csto", "--on", "2005-01-01"], "one charter is compared between --from and --to"),
        (["csto", "--from", "yesterday"], "'yesterday' is not a day"),
        (["csto", "csto+nothing"], "There is no charter 'csto+nothing'"),
    ):
        done = tocsin("charter", "diff", *words)
        assert done.code == 2
        assert said in done.err
