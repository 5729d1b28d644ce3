"""What ships with Tocsin, by name: charters, reforms, cases and examples."""

from difflib import get_close_matches

from tocsin.charter.files.disk import Folder, resource_names, resource_path
from tocsin.errors import NotFound

SIBLINGS_MAX = 8

__all__ = ["find", "resource_names", "shipped", "shipped_reforms", "stack"]


def shipped() -> list[str]:
    """Names of the shipped charters, in alphabetical order."""
    return resource_names("charters")


def shipped_reforms() -> list[str]:
    """Names of the shipped reforms, such as 'csto+majority', in alphabetical order."""
    return resource_names("reforms")


def find(name_or_path: str, folder: str = "charters", kind: str = "charter") -> Folder:
    """The file of a shipped charter or reform by its name (any case), or a file of the user by its path.

    Raises NotFound, with close matches, where there is neither.
    """
    folders = (folder, "reforms") if folder == "charters" else (folder,)
    names = {name.lower(): (place, name) for place in folders for name in resource_names(place)}
    if name_or_path.lower() in names:
        return resource_path(*names[name_or_path.lower()])
    path = Folder(name_or_path)
    if path.is_file():
        return path
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        raise NotFound(f"{kind} file", name_or_path, _siblings(path))
    raise NotFound(kind, name_or_path, sorted(name for _, name in names.values()))


def stack(name_or_path: str) -> list[Folder]:
    """The files that a name stands for, bottom first: nearly always one.

    'csto+majority+other' is the reform csto+majority with the reform csto+other laid upon it, where no reform of
    that very name ships. Raises NotFound as `find` does.
    """
    try:
        return [find(name_or_path)]
    except NotFound:
        lower, _, last = name_or_path.rpartition("+")
        upper = f"{lower.partition('+')[0]}+{last}".lower()
        if "+" not in lower or upper not in map(str.lower, shipped_reforms()):
            raise
        return [*stack(lower), find(upper)]


def _siblings(path: Folder) -> list[str]:
    """The .toml files beside a path that leads nowhere: where there are many, those with a like name."""
    if not path.parent.is_dir():
        return []
    names = sorted(entry.name for entry in path.parent.glob("*.toml") if entry.is_file())
    near = names if len(names) <= SIBLINGS_MAX else get_close_matches(path.name, names, n=SIBLINGS_MAX)
    return [str(path.parent / name) for name in near]
