"""Checks on names that refer to other rows: they must exist on at least one day on which the row holds."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.checks.index import ROLES, Index, Node
from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.model import (
    Clause,
    Duty,
    Forum,
    Group,
    Instrument,
    Matter,
    Membership,
    Office,
    Organ,
    Party,
    Provision,
    Report,
    Unless,
)
from tocsin.charter.predicates import Predicate
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Escalate,
    Excluding,
    Fallback,
    QualifiedAbstentionCap,
    RuleOption,
    RuleRow,
    Silence,
    TwoStep,
    Veto,
    Weighted,
)


class Refers(NamedTuple):
    """What a field may name: rows of these tables, roles, parties, or one of these words."""

    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()


_ONE = {kind: Refers((kind,)) for kind in ("clause", "instrument", "reading", "organ", "rule", "matter", "weights")}
_PARTIES = Refers(("group", "role", "party"))
_ACTORS = Refers(("group", "role", "office", "organ", "party"))
_GROUP = Refers(("group", "role"))
_RECOGNISES = Refers(("party", "organ", "office", "group"))

REFERENCES: Mapping[type[Struct], Mapping[str, Refers]] = {
    Row: {"clause": _ONE["clause"], "reading": _ONE["reading"]},
    Party: {"recognised_by": Refers(("party", "organ"))},
    Instrument: {"amends": _ONE["instrument"]},
    Clause: {"instrument": _ONE["instrument"]},
    Membership: {
        "party": Refers(("party",)),
        "status": Refers(("status",)),
        "asserted_by": _RECOGNISES,
        "recognised_by": _RECOGNISES,
    },
    Group: {"of": _PARTIES, "minus": _PARTIES, "only": Refers(("party",))},
    Office: {"chairs": _ONE["organ"]},
    Organ: {
        "electorate": _GROUP,
        "parent": _ONE["organ"],
        "chair": Refers(("office",), ("rotating",)),
        "convened_by": _ACTORS,
    },
    Forum: {
        "organ": _ONE["organ"],
        "rule": Refers(("rule",), ("unset",)),
        "clause": _ONE["clause"],
        "reading": _ONE["reading"],
    },
    Matter: {"raised_by": _ACTORS, "needs": _ONE["matter"]},
    Unless: {"clause": _ONE["clause"], "reading": _ONE["reading"]},
    Report: {"by": Refers(_ACTORS.kinds, ("alliance",)), "clause": _ONE["clause"]},
    Duty: {
        "bearer": _PARTIES,
        "bearer_minus": _PARTIES,
        "request_by": _ACTORS,
        "qualified_by": Refers(("role", "organ", "office", "group")),
        "decision": Refers(("matter",), ("automatic",)),
    },
    Provision: {"matter": _ONE["matter"]},
    RuleRow: {"electorate": _GROUP},
    Silence: {"opened_by": _ACTORS, "on_break": _ONE["organ"]},
    Weighted: {"weights": _ONE["weights"]},
    QualifiedAbstentionCap: {"weights": _ONE["weights"], "rule": _ONE["rule"]},
    Veto: {"holders": Refers(("group",))},
    Excluding: {"who": _PARTIES, "rule": _ONE["rule"]},
    Escalate: {"organ": _ONE["organ"], "rule": _ONE["rule"]},
    AllOf: {"rules": _ONE["rule"]},
    AnyOf: {"rules": _ONE["rule"]},
    AtLeast: {"rules": _ONE["rule"]},
    TwoStep: {"first": _ONE["rule"], "then": _ONE["rule"]},
    Fallback: {"first": _ONE["rule"], "then": _ONE["rule"]},
    RuleOption: {"rule": _ONE["rule"]},
    Choice: {"by": _ONE["rule"], "otherwise": _ONE["rule"]},
    Predicate: {"area": Refers(("area",)), "group": Refers(("group",))},
}
"""Struct to its fields that name something. Fields of its bases count as well."""

CYCLIC: Mapping[str, tuple[str, ...] | None] = {
    "rule": None,
    "group": ("of", "minus"),
    "area": ("area",),
    "matter": ("needs",),
    "organ": ("parent",),
}
"""Tables whose rows may not lead back to themselves, and through which fields (None: all)."""

NAMES_MAX = 20
CHAIN_MAX = 64


class Use(NamedTuple):
    """One name in one field."""

    node: Node
    path: Path
    name: str
    refers: Refers


def uses(index: Index) -> Iterator[Use]:
    """Every name that refers to something, in file order of the tables."""
    for node in index.nodes:
        for field, refers in _referring_fields(type(node.value)):
            if value := getattr(node.value, field):
                for path, name in _names(value, (*node.path, field)):
                    yield Use(node, path, name, refers)


def references(index: Index) -> Iterator[Mistake]:
    """Names of rows that do not exist, or never while the row that names them holds."""
    for use in uses(index):
        if (mistake := _unknown(index, use)) is not None:
            yield mistake


def cycles(index: Index) -> Iterator[Mistake]:
    """Rules, groups, areas, matters and organs that lead back to themselves, or through too many others."""
    edges = _edges(index)
    stuck, steps = _stuck(edges)
    for start in stuck:
        if way := _way_back(start, edges):
            names = " → ".join(str(getattr(_row(index, path), "id", "")) for path in way)
            fix = "let one of them name something else"
            yield Mistake(edges[start][way[1]], f"{start[0]} leads back to itself: {names}", "", fix)
    if steps > CHAIN_MAX:
        yield Mistake((), f"rows refer to rows {steps} deep", f"at most {CHAIN_MAX}")


def reserved_names(index: Index) -> Iterator[Mistake]:
    """Groups, offices and organs that take the name of a role or of a word with a meaning of its own."""
    for table in ("group", "office", "organ"):
        for node in index.rows(table):
            name = getattr(node.value, "id", "")
            if name in (*ROLES, "automatic", "unset", "alliance", "rotating"):
                yield Mistake((*node.path, "id"), f"'{name}' has a meaning of its own here", "another name")


@cache
def _referring_fields(struct: type[Struct]) -> tuple[tuple[str, Refers], ...]:
    return tuple(item for base in struct.__mro__ for item in REFERENCES.get(base, {}).items())


def _edges(index: Index) -> dict[Path, dict[Path, Path]]:
    """Row to the rows of its own table it refers to while both hold, each with the place of the name."""
    edges: dict[Path, dict[Path, Path]] = {}
    for use in uses(index):
        table = str(use.node.path[0])
        through = CYCLIC.get(table, ())
        if table not in CYCLIC or table not in use.refers.kinds or use.name in ROLES:
            continue
        if through is None or str(use.path[len(use.node.path)]) in through:
            for target in index.by_id.get((table, use.name), ()):
                if target.span.meets(use.node.span):
                    edges.setdefault(use.node.path[:2], {}).setdefault(target.path, use.path)
    return edges


def _names(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    if isinstance(value, tuple):
        yield from (((*path, at), part) for at, part in enumerate(value) if isinstance(part, str))


def _unknown(index: Index, use: Use) -> Mistake | None:
    kinds, words = use.refers
    found = [span for kind in kinds for span in index.spans.get(kind, {}).get(use.name, ())]
    if use.name in words or any(span.meets(use.node.span) for span in found):
        return None
    if found and use.node.span.is_empty:
        return None
    if found:
        when = ", ".join(str(span) for span in found[:3])
        kind = next(kind for kind in kinds if use.name in index.spans.get(kind, {}))
        said = f"the {_words(kind)} '{use.name}' holds {when}, on no day of this row ({use.node.span})"
        return Mistake(use.path, said, "", "correct the dates of one of the two")
    if "party" in kinds:
        mistake = party_mistake(index.document, use.name, use.path)
        if mistake is None or kinds == ("party",) or _looks_like_a_code(use.name):
            return mistake
    return _not_there(index, use)


def _not_there(index: Index, use: Use) -> Mistake:
    kinds, words = use.refers
    known = [*words, *(name for kind in kinds for name in index.spans.get(kind, {}))]
    listed = [*known[:NAMES_MAX], *(["…"] if len(known) > NAMES_MAX else [])]
    accepted = ", ".join([*listed, *(["a party's code"] if "party" in kinds else [])]) or "none is given yet"
    tables = " or ".join(f"[[{kind}]]" for kind in kinds if kind not in ("role", "party"))
    fix = suggestion(use.name, known) or f"correct the name, or add it to {tables}"
    names = [_words(kind) for kind in kinds]
    named = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return Mistake(use.path, f"there is no {named} '{use.name}'", accepted, fix)


def _words(kind: str) -> str:
    return "weight set" if kind == "weights" else kind


def _looks_like_a_code(name: str) -> bool:
    return len(name) == 3 and name.isalpha() and name.isupper()


def _row(index: Index, path: Path) -> Struct:
    return index.tables[str(path[0])][int(path[1])]


def _stuck(edges: Mapping[Path, Mapping[Path, Path]]) -> tuple[list[Path], int]:
    """The rows from which a way along the edges never ends, and the length of the longest way that does."""
    left = {start: set(targets) for start, targets in edges.items()}
    steps = 0
    while True:
        ended = [start for start, targets in left.items() if not targets & left.keys()]
        if not ended:
            return list(left), steps
        steps += 1
        for start in ended:
            del left[start]


def _way_back(start: Path, edges: Mapping[Path, Mapping[Path, Path]]) -> list[Path]:
    """The shortest way along the edges from `start` to itself, both ends included; empty if there is none."""
    came: dict[Path, Path] = {}
    frontier = [start]
    while frontier:
        reached: list[Path] = []
        for here in frontier:
            if start in edges.get(here, {}):
                return [start, *reversed(list(_back(here, start, came))), start]
            fresh = [target for target in edges.get(here, {}) if target not in came]
            came |= dict.fromkeys(fresh, here)
            reached += fresh
        frontier = reached
    return []


def _back(here: Path, start: Path, came: Mapping[Path, Path]) -> Iterator[Path]:
    while here != start:
        yield here
        here = came[here]
