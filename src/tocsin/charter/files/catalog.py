"""What ships with Tocsin, by name: charters, cases and examples."""

from difflib import get_close_matches

from tocsin.charter.files.disk import Folder, resource_names, resource_path
from tocsin.errors import NotFound

SIBLINGS_MAX = 8

__all__ = ["find", "resource_names", "shipped"]


def shipped() -> list[str]:
    """Names of the shipped charters, in alphabetical order."""
    return resource_names("charters")


def find(name_or_path: str, folder: str = "charters", kind: str = "charter") -> Folder:
    """The file of a shipped charter by its name (any case), or a file of the user by its path.

    Raises NotFound, with close matches, where there is neither.
    """
    names = {name.lower(): name for name in resource_names(folder)}
    if name_or_path.lower() in names:
        return resource_path(folder, names[name_or_path.lower()])
    path = Folder(name_or_path)
    if path.is_file():
        return path
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        raise NotFound(f"{kind} file", name_or_path, _siblings(path))
    raise NotFound(kind, name_or_path, sorted(names.values()))


def _siblings(path: Folder) -> list[str]:
    """The .toml files beside a path that leads nowhere: where there are many, those with a like name."""
    if not path.parent.is_dir():
        return []
    names = sorted(entry.name for entry in path.parent.glob("*.toml"))
    near = names if len(names) <= SIBLINGS_MAX else get_close_matches(path.name, names, n=SIBLINGS_MAX)
    return [str(path.parent / name) for name in near]
