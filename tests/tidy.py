"""Rules about the code base itself that no linter of ours knows. tests/test_tidy.py applies them.

A rule takes a Tree and yields its offenders, each as "path:line: what". Its docstring is what a developer
reads when it fails: what must hold, why, and what to do instead.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

FILE_LINES_MAX = 450
FUNCTION_LINES_MAX = 70

CORE = ("src/tocsin/alliance/*.py", "src/tocsin/charter/*.py", "src/tocsin/forces/*.py")
NOT_CORE = ("src/tocsin/charter/files/*.py",)  # reads files, so that nobody else has to
ENTRY_POINTS = ("tocsin.__main__", "tocsin.cli")

CLOCK = "take the Instant from the command"
CHANCE = "take the drawn value from the command"
IDS = "take the id from the command; facts are command_id/n"
MACHINE = "let the loader or the command line read and write, and take the value"
OUTSIDE = "keep it outside and hand in its result"
SPEECH = "return a value; the command line prints it"
NOT_IN_CORE = {
    "datetime.date.today": CLOCK,
    "datetime.datetime.now": CLOCK,
    "datetime.datetime.today": CLOCK,
    "datetime.datetime.utcnow": CLOCK,
    "time": CLOCK,
    "random": CHANCE,
    "secrets": CHANCE,
    "uuid": IDS,
    "open": MACHINE,
    "os": MACHINE,
    "pathlib": MACHINE,
    "shutil": MACHINE,
    "subprocess": MACHINE,
    "tempfile": MACHINE,
    "asyncio": OUTSIDE,
    "socket": OUTSIDE,
    "sqlite3": OUTSIDE,
    "threading": OUTSIDE,
    "input": SPEECH,
    "logging": SPEECH,
    "print": SPEECH,
}

WAIT = "move the clock that the test hands in"
WIRE = "hand the bytes to the code under test"
NOT_IN_TESTS = {
    "asyncio.sleep": WAIT,
    "time.sleep": WAIT,
    "ftplib": WIRE,
    "http.client": WIRE,
    "requests": WIRE,
    "smtplib": WIRE,
    "socket": WIRE,
    "urllib.request": WIRE,
}

NOT_ELSEWHERE = {"httpx": "drive the app within the process through tests/web_client.py"}
IN_PROCESS = "tests/web_client.py"
"""The one file that may hold an HTTP client: over the app itself, never over a network."""

EXEMPTION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?"
    r"|type:\s*ignore(?:\[[\w, -]*\])?"
    r"|pragma:\s*no (?:cover|branch))"
)
WORD = re.compile(r"[^\W\d_]{3}")
ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|\"resolved\":")
MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:work|root|home|Users)/\w+")
CODE_IN_MARKDOWN = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\s*\[[^\]]+\]:\s+(\S+)", re.MULTILINE)


class Tree:
    """The files of a checkout that git tracks or would track; every file of a folder without git."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.text = cache(self._text)
        self.syntax = cache(self._syntax)

    @cached_property
    def paths(self) -> list[str]:
        if (self.root / ".git").exists():
            listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            names = subprocess.check_output(listing, cwd=self.root, text=True).split("\0")
        else:
            names = [path.relative_to(self.root).as_posix() for path in self.root.rglob("*")]
            names = [name for name in names if not name.startswith(".venv/")]
        return sorted({name for name in names if name and (self.root / name).is_file()})

    def like(self, *patterns: str, but: tuple[str, ...] = ()) -> list[str]:
        """Paths that match one of the patterns. A star also crosses folders."""
        return [
            path
            for path in self.paths
            if any(fnmatch(path, pattern) for pattern in patterns)
            and not any(fnmatch(path, pattern) for pattern in but)
        ]

    def _text(self, path: str) -> str:
        """The text of a file; nothing for one that is not text."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return ""

    def _syntax(self, path: str) -> ast.Module:
        return ast.parse(self.text(path), filename=path)


Rule = Callable[[Tree], Iterator[str]]


def complaint(rule: Rule, tree: Tree) -> str:
    """What the rule has to say about the tree; nothing if all is well."""
    offenders = sorted(set(rule(tree)))
    advice = " ".join((rule.__doc__ or "").split())
    return "\n  ".join([advice, *offenders]) if offenders else ""


def core_is_pure(tree: Tree) -> Iterator[str]:
    """The pure core must give the same answer for ever, so it may not look at the clock, at chance or at the
    machine, and it does not talk. Each line tells what to do instead."""
    for path in tree.like(*CORE, but=NOT_CORE):
        yield from banned(tree, path, NOT_IN_CORE)


def core_has_one_third_party(tree: Tree) -> Iterator[str]:
    """The alliance decides with the standard library, msgspec and our own modules only. Do the work of any
    other package outside, and hand in its result."""
    allowed = {"tocsin", "msgspec", *sys.stdlib_module_names}
    for path in tree.like("src/tocsin/alliance/*.py"):
        for line, name in imports(tree.syntax(path)):
            if name.partition(".")[0] not in allowed:
                yield f"{path}:{line}: {name}"


def files_are_short(tree: Tree) -> Iterator[str]:
    """A file that grows past what one can hold in mind wants to be two. Split it by noun."""
    for path in tree.like("src/tocsin/*.py"):
        lines = len(tree.text(path).splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{path}:{lines}: {lines} lines, at most {FILE_LINES_MAX}"


def functions_are_short(tree: Tree) -> Iterator[str]:
    """A function that does not fit on a screen hides its main path. Give its parts names."""
    for path in tree.like("src/tocsin/*.py"):
        for node in ast.walk(tree.syntax(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    yield f"{path}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}"


def modules_are_alive(tree: Tree) -> Iterator[str]:
    """A module that no other module imports is dead, even if tests still visit it. Use it or remove it."""
    modules = {module_name(path): path for path in tree.like("src/tocsin/*.py")}
    used: set[str] = set(ENTRY_POINTS)
    for name, path in modules.items():
        for _, imported in imports(tree.syntax(path)):
            parts = imported.split(".")
            used |= {".".join(parts[:n]) for n in range(1, len(parts) + 1)} - {name}
    for name, path in modules.items():
        if name not in used and not path.endswith("__init__.py"):
            yield f"{path}:1: nothing imports {name}"


def links_lead_somewhere(tree: Tree) -> Iterator[str]:
    """A relative link in a Markdown file must lead to a file of this repository. Mend or remove it."""
    for path in tree.like("*.md"):
        text = CODE_IN_MARKDOWN.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), tree.text(path))
        for link in LINK.finditer(text):
            target = unquote((link[1] or link[2]).partition("#")[0])
            if not target or re.match(r"[a-z]+:", target):
                continue
            start = tree.root if target.startswith("/") else (tree.root / path).parent
            goal = (start / target.lstrip("/")).resolve()
            if not (goal.exists() and goal.is_relative_to(tree.root.resolve())):
                yield f"{path}:{text.count(chr(10), 0, link.start(link.lastindex or 0)) + 1}: {target}"


def locks_hold_no_address(tree: Tree) -> Iterator[str]:
    """A lock holds names, versions and hashes. Where packages come from is each reader's own setting: make
    the lock with scripts/lock, which leaves addresses out."""
    for path in tree.like("*.lock", "*package-lock.json"):
        for line, text in enumerate(tree.text(path).splitlines(), 1):
            if ADDRESS.search(text):
                yield f"{path}:{line}: {text.strip()}"


def dev_lock_contains_the_base(tree: Tree) -> Iterator[str]:
    """./check must test what ./tocsin runs, so requirements-dev.lock repeats every line of requirements.lock.
    Make both with scripts/lock."""
    for base in tree.like("requirements.lock"):
        dev = set(tree.text("requirements-dev.lock").splitlines())
        for line, text in enumerate(tree.text(base).splitlines(), 1):
            if text not in dev:
                yield f"{base}:{line}: {text.strip()}"


def dependencies_agree(tree: Tree) -> Iterator[str]:
    """pyproject.toml and requirements.in name the same packages: one is read by release wheels, the other by
    scripts/lock. Name a new dependency in both."""
    for path in tree.like("requirements.in"):
        lines = [text.partition("#")[0].strip() for text in tree.text(path).splitlines()]
        listed = {package_name(text): number for number, text in enumerate(lines, 1) if text}
        project = tomllib.loads(tree.text("pyproject.toml"))["project"]
        declared = {package_name(text) for text in project["dependencies"]}
        for name in listed.keys() - declared:
            yield f"{path}:{listed[name]}: {name} is not in pyproject.toml"
        for name in declared - listed.keys():
            yield f"pyproject.toml:1: {name} is not in {path}"


def paths_are_nobodys_own(tree: Tree) -> Iterator[str]:
    """A path of one machine means nothing on another. Start from the checkout, the package or a temporary
    folder."""
    for path in tree.paths:
        for line, text in enumerate(tree.text(path).splitlines(), 1):
            for found in MACHINE_PATH.finditer(text):
                yield f"{path}:{line}: {found[0]}"


def exemptions_give_a_reason(tree: Tree) -> Iterator[str]:
    """Whoever silences a tool tells the next reader why, in the same comment, such as
    `# noqa: S311  # the draw is named`."""
    for path in tree.like("*.py"):
        for token in tokenize.generate_tokens(io.StringIO(tree.text(path)).readline):
            exempts = token.type == tokenize.COMMENT and EXEMPTION.search(token.string)
            if exempts and not WORD.search(EXEMPTION.sub("", token.string)):
                yield f"{path}:{token.start[0]}: {token.string}"


def tests_neither_wait_nor_call_out(tree: Tree) -> Iterator[str]:
    """A test that sleeps is slow and sometimes wrong, and one that needs a network fails on a train. Each
    line tells what to do instead."""
    for path in tree.like("tests/*.py"):
        yield from banned(tree, path, NOT_IN_TESTS if path == IN_PROCESS else NOT_IN_TESTS | NOT_ELSEWHERE)


def decisions_are_indexed(tree: Tree) -> Iterator[str]:
    """Every decision record is found from docs/adr/README.md. Add a line there."""
    index = "docs/adr/README.md"
    for path in tree.like("docs/adr/*.md", but=(index,)):
        if f"({path.rpartition('/')[2]})" not in tree.text(index):
            yield f"{path}:1: not in {index}"


RULES: tuple[Rule, ...] = (
    core_is_pure,
    core_has_one_third_party,
    files_are_short,
    functions_are_short,
    modules_are_alive,
    links_lead_somewhere,
    locks_hold_no_address,
    dev_lock_contains_the_base,
    dependencies_agree,
    paths_are_nobodys_own,
    exemptions_give_a_reason,
    tests_neither_wait_nor_call_out,
    decisions_are_indexed,
)


def banned(tree: Tree, path: str, instead: Mapping[str, str]) -> Iterator[str]:
    """Offenders that import or call what the table names; a module there stands for all that is in it."""
    module = tree.syntax(path)
    for line, name in chain(imports(module), calls(module)):
        for ban, advice in instead.items():
            if name == ban or name.startswith(f"{ban}."):
                yield f"{path}:{line}: {ban}: {advice}"


def imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, full dotted name) of all that a file imports, at its top or inside a function."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def calls(module: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, full dotted name) of all that a file calls: after `import datetime as d`, `d.date.today()` is
    datetime.date.today. A name that was not imported stands for itself."""
    known: dict[str, str] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            known |= {name.asname: name.name for name in node.names if name.asname}
        if isinstance(node, ast.ImportFrom):
            known |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            head, dot, rest = ast.unparse(node.func).partition(".")
            yield node.lineno, known.get(head, head) + dot + rest


def module_name(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def package_name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()
