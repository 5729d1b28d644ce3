"""What all commands share: help, JSON, errors, exit codes, colour, speed; and that every command is documented."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest

import tocsin as package
from scripts import cli_pages
from tests.cli import tocsin
from tocsin.cli import options
from tocsin.cli.app import app
from tocsin.ledger import FileLedger, Signer, backup
from tocsin.replay.case import StepKind
from tocsin.replay.run import replay
from tocsin.replay.words import DEEDS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
COMMANDS = dict(cli_pages.commands())

# One way to call each command so that it succeeds; the tests below call all of them.
CALLS: dict[str, tuple[str, ...]] = {
    "version": (),
    "demo": (),
    "replay": ("nato-2012-turkey",),
    "compare": ("nato", "csto"),
    "party": ("KAZ",),
    "precedents": ("request",),
    "duties": ("meridian", "--event", "attack-on-member"),
    "outcome": ("meridian", "assist", "--positions", "others=support"),
    "charter list": (),
    "charter show": ("meridian",),
    "charter diff": ("meridian", "--from", "2005-01-01"),
    "charter new": ("my-pact",),
    "charter check": ("meridian",),
    "charter schema": (),
    "charter text import": ("nato.txt", "--instrument", "NAT"),
    "charter text show": ("nato", "5"),
    "facts check": (),
    "ledger show": (),
    "ledger verify": (),
    "ledger prove": ("2",),
    "ledger check-proof": ("proof", "--key", "verifier-key"),
    "ledger checkpoint": (),
    "ledger key list": (),
    "ledger key rotate": ("--reason", "yearly"),
    "ledger key add": ("--out", "standby", "--reason", "a second machine"),
    "ledger key revoke": ("standby-key", "--reason", "no longer needed"),
    "ledger export": ("--records", "records.jsonl"),
    "ledger backup": ("run.tocsin", "copy"),
    "ledger restore": ("backup", "restored", "--reason", "a drill"),
    "ledger repair": (),
    "ledger erase": ("2", "--by", "the secretariat", "--reason", "asked for", "--yes"),
    "ledger compact-report": (),
    "ledger audit": ("acts.ledger",),
    "measures burden": (),
    "measures concentration": ("nato",),
    "measures similarity": ("XAA", "XAB"),
    "measures cohesion": ("eu",),
    "measures distances": ("nato",),
    "export members": ("--charter", "meridian"),
    "export cases": ("--charter", "saarc"),
    "export decisions": ("--charter", "saarc"),
}


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a user starts it."""
    command = [sys.executable, "-m", "tocsin", *words]
    whole = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    whole["PYTHONPATH"] = str(ROOT / "src")
    return subprocess.run(command, env=whole | env, capture_output=True, text=True, check=False, encoding="utf-8")


def make_ledgers(folder: Path) -> None:
    """A ledger with one record and a content, its key, a standby key, a proof and a backup; and one of acts."""
    ledger = FileLedger(folder / "run.tocsin", mode="replay")
    standby = Signer.new("tocsin/standby")
    ledger.change_keys(add=standby, reason="a second machine")
    ledger.append([(b"a record", (b"its content",))])
    ledger.checkpoint()
    (folder / "proof").write_text(ledger.prove(2).text, encoding="utf-8")
    (folder / "verifier-key").write_text(ledger.signing_key.text, encoding="utf-8")
    (folder / "standby-key").write_text(standby.key.text, encoding="utf-8")
    ledger.close()
    backup(folder / "run.tocsin", folder / "backup")
    acts = FileLedger(folder / "acts.ledger", mode="replay")
    replay("nato-2012-turkey", ledger=acts)
    acts.close()


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to work in, with a treaty text and ledgers, and the user's own data elsewhere."""
    (tmp_path / "work").mkdir()
    make_ledgers(tmp_path / "work")
    (tmp_path / "work/nato.txt").write_text("Article 5\nHelp.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("TOCSIN_HOME", str(tmp_path / "home"))


def test_every_command_is_called_here_and_documented() -> None:
    assert set(CALLS) == set(COMMANDS) == set(cli_pages.ANSWERS)
    for name, command in COMMANDS.items():
        assert f"\n## `tocsin {name}`\n" in PAGE
        for param in command.params:
            assert param.help, f"{name} {param.name}"
            assert param.help in PAGE


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.usefixtures("workplace")
def test_every_command_has_help_and_answers_in_json(name: str) -> None:
    helped = tocsin(*name.split(), "--help")
    assert helped.code == 0
    assert f"Usage: tocsin {name}" in helped.flat.replace("root", "tocsin")
    assert "--json" in helped.out
    done = tocsin(*name.split(), *CALLS[name], "--json")
    assert done.code == 0, done.err
    assert isinstance(done.json, dict)
    assert done.err == ""


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.usefixtures("workplace")
def test_every_command_fits_a_narrow_terminal_and_uses_no_colour_in_a_pipe(name: str) -> None:
    done = tocsin(*name.split(), *CALLS[name], COLUMNS="80")
    assert done.code == 0
    assert "\x1b" not in done.out
    # Commands to copy, hashes, JSON, keys, signatures and proofs are not broken.
    free = ("tocsin ", "tocsin/", "✓ ", "note: ", '"', "— ", "extra ")
    long = [text for text in done.out.splitlines() if len(text) > 80 and not text.strip().startswith(free)]
    assert long == []


def test_no_color_is_honoured() -> None:
    coloured = tocsin("facts", "check", FORCE_COLOR="1")
    assert ";91m" in coloured.out
    plain = tocsin("facts", "check", FORCE_COLOR="1", NO_COLOR="1")
    assert ";91m" not in plain.out


def test_without_a_command_there_is_help() -> None:
    done = tocsin()
    assert done.code == 0
    assert "Start with: tocsin demo" in done.flat


@pytest.mark.parametrize(
    ("words", "says"),
    [(("sing",), "sing"), (("replay", "--loud"), "--loud"), (("charter", "sing"), "sing"), (("--loud",), "--loud")],
)
def test_wrong_usage_ends_with_two_and_a_hint(words: tuple[str, ...], says: str) -> None:
    done = tocsin(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert says in done.err
    assert "--help" in done.err
    as_json = tocsin(*words, "--json")
    assert as_json.code == as_json.json["exit_code"] == 2
    assert says in as_json.json["error"]["message"]


def test_an_error_as_json_names_what_is_known() -> None:
    done = tocsin("charter", "show", "natto", "--json")
    assert done.json["error"]["kind"] == "NotFound"
    assert "nato" in done.json["error"]["known"]
    assert "There is no charter 'natto'" in done.err


def test_a_fault_of_ours_is_not_hidden() -> None:
    def fault(_: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tocsin("demo", "--speed", "1", sleep=fault)


def test_a_caller_that_handles_errors_itself() -> None:
    assert app(["version"], standalone_mode=False) is None


def test_a_process_of_its_own() -> None:
    done = run("version", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert msgspec.json.decode(done.stdout) == {"tocsin": package.__version__}
    wrong = run("charter", "show", "nowhere", "--json")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr
    assert msgspec.json.decode(wrong.stdout)["exit_code"] == 2


def test_a_reader_that_goes_away_is_no_crash() -> None:
    command = f'"{sys.executable}" -m tocsin charter show nato | head -n 1'
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def test_light_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, tocsin; light = set(sys.modules); import tocsin.cli.app; "
        "print(sorted({'msgspec', 'rich', 'jinja2'} & light), sorted({'rich.table', 'jinja2'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


def test_the_package_offers_its_functions() -> None:
    assert package.load_charter("nato").id == "nato"
    assert package.duties.__name__ == "duties"
    assert package.outcome.__name__ == "outcome"
    assert package.replay("nato-2012-turkey").charter == "nato"
    assert set(package.__all__) == {"Event", "__version__", "duties", "load_charter", "load_event", "outcome", "replay"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_a_step_of_every_kind_has_its_words() -> None:
    assert set(get_args(StepKind)) == set(DEEDS)


def test_a_day_is_read_or_refused() -> None:
    assert options.day("", "--on") is None
    assert str(options.day("2010-06-12", "--on")) == "2010-06-12"
