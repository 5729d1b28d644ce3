"""Writing an export: a whole folder at once, and never over a file that is not an earlier export of ours."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tocsin.cli.export_package import PACKAGE, hash_of
from tocsin.errors import TocsinError


class NotOurs(TocsinError):
    """The folder holds something that an export must not replace."""


def write_folder(folder: Path, contents: Mapping[str, bytes], what: str) -> None:
    """Make the folder hold these files and no others.

    They are written beside it, and the whole folder takes its place by renaming; what it held goes only then, and lies
    in .tocsin-export-*/old beside it should the machine stop between the two renames. Raises NotOurs
    where it is no folder or holds anything but an unchanged earlier export of the same kind, and OSError where it
    cannot be written.
    """
    target = folder.resolve()
    if reason := refusal(target, what):
        raise NotOurs(f"{folder}: {reason}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tocsin-export-") as beside:
        fresh, old = Path(beside, "new"), Path(beside, "old")
        fresh.mkdir()
        for name, content in contents.items():
            (fresh / name).write_bytes(content)
        if target.exists():
            target.replace(old)
        try:
            fresh.replace(target)
        except OSError:
            if old.exists():
                old.replace(target)
            raise


def refusal(folder: Path, what: str) -> str:
    """Why the folder cannot become an export of this kind; empty where it can."""
    if not folder.exists():
        return ""
    if not folder.is_dir():
        return "this is a file; name a folder with --to."
    if folder == Path.cwd() or folder.is_mount():
        return "the whole folder is replaced by an export; name one inside it with --to."
    there = {path.name for path in folder.iterdir()}
    if not there:
        return ""
    known = _files_of(folder / PACKAGE, what)
    if known is None:
        return f"it is not empty and holds no earlier export of {what}; name another folder with --to."
    if foreign := sorted(there - {PACKAGE, *known}):
        return f"it also holds {', '.join(foreign[:5])}, which no export wrote; move that, or name another folder."
    changed = sorted(name for name in known.keys() & there if hash_of((folder / name).read_bytes()) != known[name])
    if changed:
        return f"{', '.join(changed)} was changed since the export; move it, or name another folder with --to."
    return ""


def _files_of(package: Path, what: str) -> dict[str, str] | None:
    """The files of an earlier export of this kind with their hashes; None where there is none."""
    try:
        found = msgspec.json.decode(package.read_bytes())["tocsin"]
        return msgspec.convert(found["files"], dict[str, str]) if found["export"] == what else None
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return None
