"""The code base watches itself; and each of its rules is shown to bite, and to leave the innocent alone."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import tidy

ROOT = Path(__file__).parent.parent

# rule -> (files that break it, where it must point)
OFFENCES: dict[tidy.Rule, tuple[dict[str, str], list[str]]] = {
    tidy.core_is_pure: (
        {
            "src/tocsin/alliance/step.py": "from datetime import datetime as d\n\n\ndef f():\n    d.now()\n",
            "src/tocsin/alliance/ids.py": "import os\nfrom uuid import uuid4\n",
            "src/tocsin/charter/rules.py": "import random as r\nprint(1)\nopen('a')\n",
            "src/tocsin/charter/duties.py": "def f():\n    import time\n\n    return time.time()\n",
        },
        [
            "src/tocsin/alliance/ids.py:1: os",
            "src/tocsin/alliance/ids.py:2: uuid",
            "src/tocsin/alliance/step.py:5: datetime.datetime.now",
            "src/tocsin/charter/duties.py:2: time",
            "src/tocsin/charter/duties.py:4: time",
            "src/tocsin/charter/rules.py:1: random",
            "src/tocsin/charter/rules.py:2: print",
            "src/tocsin/charter/rules.py:3: open",
        ],
    ),
    tidy.core_has_one_third_party: (
        {"src/tocsin/alliance/a.py": "import msgspec\nfrom rich.table import Table\n"},
        ["src/tocsin/alliance/a.py:2: rich.table.Table"],
    ),
    tidy.files_are_short: (
        {"src/tocsin/a.py": "x = 1\n" * (tidy.FILE_LINES_MAX + 1)},
        ["src/tocsin/a.py:451: 451 lines"],
    ),
    tidy.functions_are_short: (
        {"src/tocsin/a.py": "\nasync def long():\n" + "    x = 1\n" * tidy.FUNCTION_LINES_MAX},
        ["src/tocsin/a.py:2: long has 71 lines"],
    ),
    tidy.modules_are_alive: (
        {
            "src/tocsin/cli.py": "from tocsin.charter import model\n",
            "src/tocsin/charter/__init__.py": "",
            "src/tocsin/charter/model.py": "",
            "src/tocsin/charter/dead.py": "import tocsin.charter.dead\n",
        },
        ["src/tocsin/charter/dead.py:1: nothing imports tocsin.charter.dead"],
    ),
    tidy.links_lead_somewhere: (
        {
            "docs/a.md": "# A\n[gone](gone.md#part)\n\n[ref]: ../none.md\n",
            "b.md": "[out](../../etc)\n[x](/no.md)",
        },
        ["b.md:1: ../../etc", "b.md:2: /no.md", "docs/a.md:2: gone.md", "docs/a.md:4: ../none.md"],
    ),
    tidy.locks_hold_no_address: (
        {"a.lock": "--index-url x\nb==1\nc @ file://d\n", "web/package-lock.json": '{\n "resolved": "x"}'},
        ["a.lock:1: --index-url x", "a.lock:3: c @ file://d", 'web/package-lock.json:2: "resolved"'],
    ),
    tidy.dev_lock_contains_the_base: (
        {"requirements.lock": "a==1\nb==2\n", "requirements-dev.lock": "a==1\nb==3\n"},
        ["requirements.lock:2: b==2"],
    ),
    tidy.dependencies_agree: (
        {
            "requirements.in": "# why\na\nb  # c\n",
            "pyproject.toml": '[project]\ndependencies = ["a>=1", "d"]',
        },
        ["pyproject.toml:1: d is not in requirements.in", "requirements.in:3: b is not in pyproject.toml"],
    ),
    tidy.paths_are_nobodys_own: (
        {
            "docs/a.md": "Go\nto /" + "home/ann/x",
            "b.toml": "p = '/" + "root/y'",
            "c.py": "# file:///" + "work/z",
        },
        ["b.toml:1: /" + "root/y", "c.py:1: /" + "work/z", "docs/a.md:2: /" + "home/ann"],
    ),
    tidy.exemptions_give_a_reason: (
        {"a.py": "x = 1  # noqa: E501\ny = 2  # type: ignore[misc]  # noqa\nz = 3  # pragma: no cover\n"},
        ["a.py:1: # noqa: E501", "a.py:2: # type: ignore", "a.py:3: # pragma: no cover"],
    ),
    tidy.tests_neither_wait_nor_call_out: (
        {
            "tests/test_a.py": "import time\nfrom urllib.request import urlopen\ntime.sleep(1)\nimport socket",
            "tests/test_b.py": "import httpx\n",
            "tests/web_client.py": "import requests\n",
        },
        [
            "tests/test_a.py:2: urllib.request",
            "tests/test_a.py:3: time.sleep",
            "tests/test_a.py:4: socket",
            "tests/test_b.py:1: httpx",
            "tests/web_client.py:1: requests",
        ],
    ),
    tidy.decisions_are_indexed: (
        {"docs/adr/README.md": "- [1](0001-a.md)\n", "docs/adr/0001-a.md": "", "docs/adr/0002-b.md": ""},
        ["docs/adr/0002-b.md:1: not in docs/adr/README.md"],
    ),
}

# rule -> files that look like an offence and are none
INNOCENT: dict[tidy.Rule, dict[str, str]] = {
    tidy.core_is_pure: {
        "src/tocsin/alliance/a.py": "def f(time, case):\n    '''No print().'''\n    case.open(time.time)\n",
        "src/tocsin/charter/files/loader.py": "import os\n",
        "src/tocsin/cli.py": "print(1)\n",
    },
    tidy.core_has_one_third_party: {"src/tocsin/alliance/a.py": "import enum\nfrom tocsin.terms import Instant\n"},
    tidy.files_are_short: {"src/tocsin/a.py": "x = 1\n" * tidy.FILE_LINES_MAX},
    tidy.functions_are_short: {"src/tocsin/a.py": "def f():\n" + "    x = 1\n" * (tidy.FUNCTION_LINES_MAX - 1)},
    tidy.modules_are_alive: {
        "src/tocsin/__main__.py": "def f():\n    import tocsin.a.b\n",
        "src/tocsin/a/__init__.py": "",
        "src/tocsin/a/b.py": "",
    },
    tidy.links_lead_somewhere: {
        "a.md": "[b](docs/b.md#x) [c](#here) [d](https:x) `[e](e)`\n```\n[f](f)\n```\n[g](docs)\n",
        "docs/b.md": "[up](../a.md) [top](/a.md)",
    },
    tidy.locks_hold_no_address: {
        "a.lock": "a==1 ; sys_platform == 'x' \\\n    --hash=sha256:00\n",
        "b.md": "x://y",
    },
    tidy.dev_lock_contains_the_base: {"requirements.lock": "a==1\n", "requirements-dev.lock": "a==1\nb==2\n"},
    tidy.dependencies_agree: {
        "requirements.in": "A-b\n",
        "pyproject.toml": '[project]\ndependencies = ["a-b[x]>=1"]',
    },
    tidy.paths_are_nobodys_own: {
        "a.md": "see docs/ho" + "me/x, x:/" + "/a.example/ho" + "me/x and ~/wo" + "rk/x",
        "b.bin": "",
    },
    tidy.exemptions_give_a_reason: {"a.py": "x = 1  # noqa: E501  # a table\ny = '# noqa'\n"},
    tidy.tests_neither_wait_nor_call_out: {
        "tests/test_a.py": "import time\nfrom urllib.parse import quote\n",
        "tests/web_client.py": "import httpx\n",
    },
    tidy.decisions_are_indexed: {"docs/adr/README.md": "- [1](0001-a.md)\n", "docs/adr/0001-a.md": ""},
}


def plant(root: Path, files: Mapping[str, str]) -> tidy.Tree:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return tidy.Tree(root)


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_the_code_base_keeps_to(rule: tidy.Rule) -> None:
    if complaint := tidy.complaint(rule, tidy.Tree(ROOT)):
        pytest.fail(complaint, pytrace=False)


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_bites(rule: tidy.Rule, tmp_path: Path) -> None:
    files, expected = OFFENCES[rule]
    advice, *offenders = tidy.complaint(rule, plant(tmp_path, files)).split("\n  ")
    assert advice.endswith((".", "`."))
    assert len(offenders) == len(expected)
    for offender, start in zip(offenders, expected, strict=True):
        assert offender.startswith(start)


@pytest.mark.parametrize("rule", tidy.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_leaves_the_innocent_alone(rule: tidy.Rule, tmp_path: Path) -> None:
    assert tidy.complaint(rule, plant(tmp_path, INNOCENT[rule])) == ""


def test_a_file_that_is_not_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89\xff/" + b"home/x")
    assert tidy.complaint(tidy.paths_are_nobodys_own, tidy.Tree(tmp_path)) == ""
