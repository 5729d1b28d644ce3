"""The scripts that everybody starts with, and the switch between short and long runs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the frame, not set up yet."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/venv", tmp_path / "scripts")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    return tmp_path


def python_that(answer: str, folder: Path) -> str:
    """A stand-in for python3 that gives `answer` to some questions; the real one meets the others."""
    path = folder / "python-stand-in"
    path.write_text(f'#!/bin/sh\ncase "$*" in {answer} esac\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_set_up_checkout_is_left_alone_and_silent() -> None:
    done = run(ROOT / "scripts/venv", "requirements-dev.lock", cwd=ROOT / "docs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_python(checkout: Path) -> None:
    done = run("scripts/venv", "requirements.lock", cwd=checkout, PYTHON="no-such-python")
    assert done.returncode == 2
    assert "found no no-such-python. On Debian: apt-get install python3 python3-venv" in done.stderr


def test_an_old_python(checkout: Path) -> None:
    old = python_that("*version_info*) exit 1;; -V) echo Python 3.9.2; exit;;", checkout)
    done = run("scripts/venv", "requirements.lock", cwd=checkout, PYTHON=old)
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stderr
    assert "is Python 3.9.2" in done.stderr


def test_a_python_without_venv(checkout: Path) -> None:
    bare = python_that("*ensurepip*) exit 1;;", checkout)
    done = run("scripts/venv", "requirements.lock", cwd=checkout, PYTHON=bare)
    assert done.returncode == 2
    assert "apt-get install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_set_up_that_fails_is_not_taken_for_one_that_worked(checkout: Path) -> None:
    """The base is marked as made before pip runs, pip fails, and no mark remains."""
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/requirements.lock.stamp").write_text(
        f"{checkout}\n" + (checkout / "requirements.lock").read_text(encoding="utf-8"), encoding="utf-8"
    )
    failing = python_that("*pip*install*) exit 1;;", checkout)
    (checkout / ".venv/bin/python").symlink_to(failing)
    (checkout / "requirements-dev.lock").touch()
    done = run("scripts/venv", "requirements-dev.lock", cwd=checkout)
    assert done.returncode == 2
    assert done.stderr.startswith("Setting up Tocsin (once) …\n")
    assert "run the same command again" in done.stderr
    assert not list(checkout.glob(".venv/*.stamp"))


def test_tocsin_leaves_the_user_where_they_are(tmp_path: Path) -> None:
    """Called through a link from another folder, it runs its own Python there, with the same arguments."""
    home, elsewhere = tmp_path / "home", tmp_path / "else where"
    for path, text in {
        "scripts/venv": 'echo "set up $1"',
        "scripts/console": 'echo "console $1"',
        ".venv/bin/python": 'pwd; printf "%s|" "$@"',
    }.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (home / path).chmod(0o755)
    shutil.copy(ROOT / "tocsin", home)
    elsewhere.mkdir()
    (elsewhere / "link").symlink_to(home / "tocsin")
    done = run("./link", "charter", "check", "my own.toml", cwd=elsewhere)
    assert done.stdout.splitlines() == [
        "set up requirements.lock",
        "console --due",
        str(elsewhere),
        "-P|-m|tocsin|charter|check|my own.toml|",
    ]


@pytest.mark.parametrize(
    ("long", "options", "expected"),
    [
        ("", (), "1 passed, 1 deselected"),
        ("1", (), "2 passed"),
        ("", ("-m", "long"), "1 passed, 1 deselected"),
    ],
    ids=["short", "long", "asked for"],
)
def test_which_tests_run(long: str, options: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import pytest\n\ndef test_a(): pass\n\n@pytest.mark.long\ndef test_b(): pass\n", encoding="utf-8"
    )
    frame = ("-c", ROOT / "pyproject.toml", "-p", "tests.conftest", "-p", "no:cacheprovider")
    done = run(sys.executable, "-m", "pytest", *frame, *options, tmp_path / "test_a.py", cwd=ROOT, TOCSIN_LONG=long)
    assert f"{expected} in" in done.stdout, done.stdout
