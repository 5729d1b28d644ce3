"""`tocsin facts check`: common mistakes, judged by asking the charters."""

from pathlib import Path

from tests.cli import tocsin


def test_all_claims_with_their_verdicts() -> None:
    done = tocsin("facts", "check")
    assert done.code == 0
    assert "✗ false" in done.out
    assert "✓ true" in done.out
    assert "The CSTO was founded in 1992." in done.flat
    assert done.out.index("Rests on weak sources") < done.out.index("verdict  ")
    answer = tocsin("facts", "check", "--json").json
    assert f"{len(answer['claims'])} claims: " in done.out


def test_one_claim_with_the_rows_behind_it() -> None:
    done = tocsin("facts", "check", "csto-founder-belarus")
    assert done.code == 1
    assert "“Belarus was among the states that signed the treaty in May 1992.”" in done.flat
    assert "because: " in done.out
    assert "secondary !" in done.out
    assert done.out.startswith("Rests on weak sources: csto membership")


def test_a_true_claim_ends_with_zero_and_json_names_the_evidence() -> None:
    done = tocsin("facts", "check", "csto-treaty-1992", "--json")
    assert done.code == 0
    (claim,) = done.json["claims"]
    assert claim["verdict"] == "true"
    assert {"charter", "row", "source", "class"} <= set(claim["evidence"][0])


def test_a_claim_nobody_made() -> None:
    done = tocsin("facts", "check", "csto-treaty-1993")
    assert done.code == 2
    assert "Did you mean 'csto-treaty-1992'?" in done.err


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = tocsin("facts", "check", "--file", str(tmp_path / "claims.toml"))
    assert done.code == 2
    assert "claims.toml" in done.err
