"""Which cases a set of scenarios is: files, folders, shipped cases, or all that ship under one name."""

from collections.abc import Sequence
from typing import NamedTuple

from tocsin.charter.files.catalog import resource_names
from tocsin.charter.files.disk import Folder, resource_path
from tocsin.errors import ForcesError, NotFound, Problem
from tocsin.forces.files import FOLDER, inventory_of, load_case
from tocsin.forces.inventory import shipped_inventories
from tocsin.forces.model import ForceCase

CASES_MAX = 200
INVENTORIES = (".csv", ".xlsx")


class Scenarios(NamedTuple):
    """Cases, and the inventory that goes with them: empty where it is left open."""

    cases: tuple[ForceCase, ...]
    inventory: str


def load_scenarios(words: Sequence[str], inventory: str = "") -> Scenarios:
    """The cases that words name, each file once: a file, a folder, a shipped case, or a set such as 'meridian'.

    Their inventory is the one that is given, else that of the set, the only one in the folder, or the one that all
    cases name. Raises NotFound for a word that is none of these, and ForcesError with what is wrong in them.
    """
    paths = list(dict.fromkeys(path for word in words for path in _paths(word)))
    if len(paths) > CASES_MAX:
        raise ForcesError([Problem(f"{len(paths)} cases", 0, "", "these are too many", f"at most {CASES_MAX}")])
    cases = [(path, load_case(path)) for path in paths]
    first: dict[str, Folder] = {}
    for path, case in cases:
        if case.case.id in first:
            found = f"{first[case.case.id]} has the id '{case.case.id}' too"
            raise ForcesError([Problem(str(path), 0, "case.id", found, "", "give each case an id of its own")])
        first[case.case.id] = path
    fitting = {inventory} if inventory else _given(words)
    if not fitting:
        fitting = {inventory_of(str(path), case) if case.case.inventory else "" for path, case in cases}
    return Scenarios(tuple(case for _, case in cases), fitting.pop() if len(fitting) == 1 else "")


def _given(words: Sequence[str]) -> set[str]:
    """The inventories of the folders among the words, and those that ship under the name of a set or case."""
    found = set()
    for word in words:
        folder = Folder(word)
        if folder.is_dir():
            found |= {str(path) for path in folder.iterdir() if path.suffix.lower() in INVENTORIES}
        elif word in shipped_inventories():
            found.add(word)
    return found


def _paths(word: str) -> list[Folder]:
    path = Folder(word)
    names = resource_names(FOLDER)
    if path.is_dir():
        inside = sorted(one for one in path.iterdir() if one.suffix == ".toml" and one.is_file())
        if not inside:
            raise ForcesError([Problem(word, 0, "", "the folder holds no case of forces", "files that end in .toml")])
        return inside
    if path.is_file():
        return [path]
    if word in names:
        return [resource_path(FOLDER, word)]
    if word in _sets():
        return [resource_path(FOLDER, name) for name in names if name.startswith(f"{word}-")]
    raise NotFound("case or set of cases", word, [*_sets(), *names])


def _sets() -> list[str]:
    """Names of shipped inventories for which cases ship as well, such as 'meridian' with 'meridian-ford'."""
    return [
        name for name in shipped_inventories() if any(case.startswith(f"{name}-") for case in resource_names(FOLDER))
    ]
