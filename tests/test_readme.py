"""The README shows real output: every command in it is run, and what it shows must come in that order."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import tocsin

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ \./tocsin (.+)\n((?:.*\n)*?)```", README)
SKIP = "…"


def _passages(shown: str) -> Iterator[str]:
    """The runs of lines between the marks that leave something out."""
    for passage in re.split(rf"^{SKIP}\n", shown, flags=re.MULTILINE):
        if passage.strip():
            yield passage.rstrip("\n")


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_the_readme_shows_what_the_command_prints(
    command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if command.startswith("ledger "):
        tocsin("replay", "nato-2003-turkey", "--ledger", "run.tocsin")
    if "plan.json" in command:
        plan = tocsin("forces", "plan", "meridian-ford", "--json")
        (tmp_path / "plan.json").write_text(plan.out, encoding="utf-8")
    printed = "\n".join(line.rstrip() for line in tocsin(*command.split()).out.splitlines())
    place = 0
    for passage in _passages("".join(f"{line.rstrip()}\n" for line in shown.splitlines())):
        found = printed.find(passage, place)
        assert found >= 0, f"'./tocsin {command}' does not print this:\n{passage}"
        place = found + len(passage)


def test_the_readme_has_examples_to_check() -> None:
    assert len(BLOCKS) >= 5


def test_the_python_example_says_what_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  # our own example
    expected = re.findall(r"print\(.*\)  # (.+)", code)
    assert capsys.readouterr().out.splitlines() == expected
