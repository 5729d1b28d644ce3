"""Two versions of a text side by side, with what one says and the other does not."""

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from msgspec import Struct

from tocsin.centre.view_model import CourseLine

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Part(NamedTuple):
    """A piece of a text beside another version of it."""

    kind: Literal["same", "gone", "new"]
    text: str


class Compared(Struct, frozen=True):
    """Two versions of a text, word by word."""

    old: CourseLine
    new: CourseLine
    left: tuple[Part, ...]
    right: tuple[Part, ...]


def compared(old: CourseLine, new: CourseLine) -> Compared:
    """What one version says that the other does not."""
    before, after = _WORDS.findall(old.text), _WORDS.findall(new.text)
    left: list[Part] = []
    right: list[Part] = []
    for does, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if does == "equal":
            left.append(Part("same", gone))
            right.append(Part("same", come))
            continue
        if gone:
            left.append(Part("gone", gone))
        if come:
            right.append(Part("new", come))
    return Compared(old, new, tuple(left), tuple(right))


def two_versions(versions: list[CourseLine], old: int, new: int) -> Compared | None:
    """The two that were asked for, else the last two; none where there is only one."""
    if len(versions) < 2:
        return None
    by_number = {line.version: line for line in versions}
    right = by_number.get(new, versions[-1])
    place = versions.index(right)
    left = by_number.get(old, versions[max(0, place - 1)])
    return compared(left, right)
