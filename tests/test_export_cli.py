"""`tocsin export` as a user meets it: files, messages, and folders that are not ours to replace."""

import csv
import importlib.util
from pathlib import Path

import msgspec
import pytest

from tests.cli import tocsin
from tocsin.cli.export_files import NotOurs, write_folder

HAS_PYARROW = importlib.util.find_spec("pyarrow") is not None


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("what", "tables"),
    [("members", {"members"}), ("cases", {"cases"}), ("decisions", {"decisions", "positions"})],
)
def test_an_export_is_a_folder_with_tables_codebook_package_and_read_me(
    what: str, tables: set[str], workplace: Path
) -> None:
    done = tocsin("export", what)
    assert (done.code, done.err) == (0, "")
    assert f"Exported {what} to tocsin-{what}" in done.out
    assert names(workplace) == {f"tocsin-{what}"}
    folder = workplace / f"tocsin-{what}"
    there = {f"{name}.csv" for name in {*tables, "states", "codebook"}} | {"datapackage.json", "README.md"}
    assert names(folder) == there
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as file:
        told = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    for name in (*tables, "states", "codebook"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert {(name, one) for one in next(csv.reader(file))} <= told


def test_json_tells_what_was_written(workplace: Path) -> None:
    done = tocsin("export", "members", "--charter", "nato", "--on", "2026-01-01", "--to", "out/nato", "--json")
    assert done.err == ""
    assert (done.json["export"], done.json["folder"]) == ("members", "out/nato")
    assert done.json["selection"] == {"charter": ["nato"], "on": ["2026-01-01"]}
    files = {one["name"]: one for one in done.json["files"]}
    assert set(files) == names(workplace / "out/nato")
    with (workplace / "out/nato/members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert files["members.csv"]["rows"] == len(rows)
    assert sum(row["status"] == "member" for row in rows) == 32
    assert files["members.csv"]["bytes"] == (workplace / "out/nato/members.csv").stat().st_size
    package = msgspec.json.decode((workplace / "out/nato/datapackage.json").read_bytes())
    assert package["tocsin"]["data_version"] == done.json["data_version"]
    assert "hypothetical" not in str(package["tocsin"]["selection"])


def test_invented_rows_are_announced_first() -> None:
    assert tocsin("export", "members", "--charter", "meridian").out.strip().startswith("HYPOTHETICAL")
    assert "HYPOTHETICAL" not in tocsin("export", "members", "--charter", "nato", "--to", "nato").out


def test_the_same_export_again_gives_the_same_bytes_and_replaces_the_earlier(workplace: Path) -> None:
    tocsin("export", "members", "--charter", "nato", "--to", "x")
    first = {path.name: path.read_bytes() for path in (workplace / "x").iterdir()}
    assert tocsin("export", "members", "--charter", "nato", "--to", "x").code == 0
    assert {path.name: path.read_bytes() for path in (workplace / "x").iterdir()} == first
    assert tocsin("export", "members", "--charter", "csto", "--to", "x").code == 0
    assert (workplace / "x/members.csv").read_bytes() != first["members.csv"]
    assert names(workplace) == {"x"}, "nothing temporary is left behind"


def test_an_empty_folder_is_filled(workplace: Path) -> None:
    (workplace / "x").mkdir()
    assert tocsin("export", "members", "--charter", "nato", "--to", "x").code == 0
    assert "members.csv" in names(workplace / "x")


def test_a_folder_of_the_user_is_left_alone(workplace: Path) -> None:
    (workplace / "x").mkdir()
    (workplace / "x/thesis.txt").write_text("mine", encoding="utf-8")
    done = tocsin("export", "members", "--charter", "nato", "--to", "x")
    assert done.code == 2
    assert "x: it is not empty and holds no earlier export of members; name another folder with --to." in done.err
    assert names(workplace / "x") == {"thesis.txt"}
    assert names(workplace) == {"x"}


def test_a_file_among_an_earlier_export_that_is_not_ours_is_left_alone(workplace: Path) -> None:
    tocsin("export", "members", "--charter", "nato", "--to", "x")
    (workplace / "x/analysis.R").write_text("mine", encoding="utf-8")
    done = tocsin("export", "members", "--charter", "nato", "--to", "x")
    assert done.code == 2
    assert "analysis.R, which no export wrote" in done.err
    assert (workplace / "x/analysis.R").read_text(encoding="utf-8") == "mine"


def test_a_table_that_the_user_has_changed_is_left_alone(workplace: Path) -> None:
    tocsin("export", "members", "--charter", "nato", "--to", "x")
    with (workplace / "x/members.csv").open("a", encoding="utf-8") as file:
        file.write("my own row\n")
    done = tocsin("export", "members", "--charter", "nato", "--to", "x", "--json")
    assert done.code == done.json["exit_code"] == 2
    assert done.json["error"]["kind"] == "NotOurs"
    assert "members.csv was changed since the export" in done.err


def test_an_export_of_another_kind_is_not_replaced() -> None:
    tocsin("export", "members", "--charter", "nato", "--to", "x")
    done = tocsin("export", "cases", "--charter", "saarc", "--to", "x")
    assert (done.code, "no earlier export of cases" in done.err) == (2, True)


@pytest.mark.parametrize("package", [b"{", b"[]", b"{}", b'{"tocsin": 3}', b'{"tocsin": {"export": "members"}}'])
def test_a_package_of_somebody_else_is_no_export_of_ours(package: bytes, workplace: Path) -> None:
    (workplace / "x").mkdir()
    (workplace / "x/datapackage.json").write_bytes(package)
    with pytest.raises(NotOurs, match="no earlier export of members"):
        write_folder(workplace / "x", {"members.csv": b""}, "members")
    assert (workplace / "x/datapackage.json").read_bytes() == package


def test_a_file_and_the_folder_one_stands_in_are_refused(workplace: Path) -> None:
    (workplace / "x").write_text("mine", encoding="utf-8")
    with pytest.raises(NotOurs, match="this is a file"):
        write_folder(workplace / "x", {}, "members")
    with pytest.raises(NotOurs, match="name one inside it"):
        write_folder(Path(), {}, "members")


def test_what_cannot_be_written_leaves_the_earlier_export(workplace: Path) -> None:
    tocsin("export", "members", "--charter", "nato", "--to", "x")
    with pytest.raises(OSError, match="no/such"):
        write_folder(workplace / "x", {"no/such": b""}, "members")
    assert "members.csv" in names(workplace / "x")
    assert names(workplace) == {"x"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("members", "--format", "xlsx"), "'xlsx' is no format; write csv, parquet, or csv,parquet."),
        (("members", "--format", "csv,"), "'' is no format"),
        (("members", "--on", "yesterday"), "'yesterday' is not a day; write it as 2026-01-31."),
        (("members", "--charter", "natto"), "There is no charter 'natto'. Did you mean 'nato'?"),
        (("cases", "--charter", "natto"), "There is no charter with a recorded case 'natto'. Did you mean 'nato'?"),
        (("decisions", "--on", "2003-02-30"), "'2003-02-30' is not a day"),
        (("ships",), "ships"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(words: tuple[str, ...], says: str, workplace: Path) -> None:
    done = tocsin("export", *words)
    assert done.code == 2
    assert says in done.err
    assert names(workplace) == set()


@pytest.mark.skipif(HAS_PYARROW, reason="pyarrow is installed here")
def test_parquet_without_its_package_names_the_command_and_writes_nothing(workplace: Path) -> None:
    done = tocsin("export", "members", "--format", "csv,parquet")
    assert done.code == 2
    assert "Parquet needs the package pyarrow" in done.err
    assert "-m pip install 'pyarrow>=17'" in done.err
    assert names(workplace) == set()


@pytest.mark.skipif(not HAS_PYARROW, reason="pyarrow is an extra: pip install pyarrow")
def test_both_formats_stand_side_by_side(workplace: Path) -> None:
    assert tocsin("export", "decisions", "--charter", "saarc", "--format", "parquet,CSV").code == 0
    there = names(workplace / "tocsin-decisions")
    assert {"decisions.csv", "decisions.parquet", "positions.parquet", "states.parquet"} <= there
    assert tocsin("export", "decisions", "--charter", "saarc", "--format", "parquet").code == 0
    assert "decisions.csv" not in names(workplace / "tocsin-decisions")
