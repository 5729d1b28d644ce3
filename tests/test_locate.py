"""Positions in TOML text: by example, and for documents written in every style the scanner must know."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tocsin.charter.files.locate import PROBLEMS_MAX, Mistake, Path, locate, located, positions, readable

TEXT = '''\
# a remark with [brackets] and "quotes
schema = 1

[charter]
id = "x"
"odd key" = 'y'
note = """
[[duty]]
id = "not a duty"
""" # [[duty]]

[[membership]]
party = "XAA"

[[membership]]
party = "XAB"
notice = { given = 2001-01-01, effective = 2002-01-01 }

[[duty]]
id = "first"
when.all = [
  { field = "kind", is = "a ] tricky } text" }, # it's fine
  { field = "victim",
    group = "members" },
]

[[duty.unless]]
if = { field = "external" }

[[duty.unless]]
if.field = "region"
if.is = 'pacific'

[duty.unset]
content = "none"

[[duty]]
id = "second"

[[duty.unless]]
why = """one quote more: """"
if = {}
'''.replace('"victim",\n    group', '"victim", group')


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("schema",), 2),
        (("charter",), 4),
        (("charter", "odd key"), 6),
        (("charter", "note"), 7),
        (("membership",), 12),
        (("membership", 1), 15),
        (("membership", 1, "party"), 16),
        (("membership", 1, "notice", "effective"), 17),
        (("duty", 0, "when", "all", 0, "is"), 22),
        (("duty", 0, "when", "all", 1, "group"), 23),
        (("duty", 0, "unless", 0, "if", "field"), 27),
        (("duty", 0, "unless", 1, "if", "is"), 31),
        (("duty", 0, "unset", "content"), 34),
        (("duty", 1, "id"), 37),
        (("duty", 1, "unless", 0, "if"), 41),
        # what is not there leads to its closest table
        (("membership", 0, "from"), 12),
        (("duty", 1, "unless", 7, "if"), 39),
        (("nothing", 3), 1),
        ((), 1),
    ],
)
def test_a_value_is_found(path: Path, line: int) -> None:
    assert tomllib.loads(TEXT)
    assert locate(TEXT, path) == line
    assert locate(TEXT.replace("\n", "\r\n"), path) == line


@pytest.mark.parametrize(
    "text",
    ["a = [1", "a = {b", "[a", "a = 'x", 'a = """', "= 3", "a", "[", "a = [}", "\x00", "a = ]", "[[[[", '"\\u12"=1'],
)
def test_text_that_is_no_toml_gives_a_line_all_the_same(text: str) -> None:
    assert locate(text, ("a", 0, "b")) == 1


def test_lists_nested_without_end_do_not_stop_the_scanner() -> None:
    assert locate("b = 1\na = " + "[" * 100_000, ("a", 0)) == 2


def test_a_path_is_readable() -> None:
    assert readable(("membership", 3, "from")) == "membership[3].from"
    assert readable(("duty", 0, "unless", 1, "if", "field")) == "duty[0].unless[1].if.field"
    assert readable(()) == ""


def test_problems_stand_in_file_order_and_are_counted_beyond_a_hundred() -> None:
    mistakes = [Mistake(("membership", 1), "second"), Mistake(("schema",), "first")]
    assert [problem.found for problem in located(mistakes, TEXT, "x.toml")] == ["first", "second"]
    many = located([Mistake(("schema",), "wrong")] * (PROBLEMS_MAX + 7), TEXT, "x.toml")
    assert len(many) == PROBLEMS_MAX + 1
    assert str(many[-1]) == "x.toml: 7 more problems are not shown; mend these first"


# Documents in every style. A key is unique, so the line it stands on can be found by searching for it.

STRINGS = st.sampled_from(
    ['"a"', "'#'", '"\\""', '"""x\n[[y]]\n\\""" """', "'''\n= ] }\n'''", '"""a"""""', '""', "1", "2001-01-01"]
)
LINE_ENDS = st.sampled_from(["\n", " # remark\n", "\n\n"])
BLANKS = st.sampled_from(["", " ", "\n", " # ] remark\n", "\n\n  "])


class Writer:
    """Writes tables of unique keys as TOML, and remembers the path of each key."""

    def __init__(self, draw: DrawFn) -> None:
        self.draw = draw
        self.paths: dict[str, Path] = {}

    def key(self, prefix: Path) -> tuple[str, Path]:
        name = f"k{len(self.paths)}"
        self.paths[name] = (*prefix, name)
        quote = self.draw(st.sampled_from(["", '"', "'"]))
        return f"{quote}{name}{quote}", (*prefix, name)

    def pairs(self, prefix: Path, depth: int, separator: str) -> str:
        count = self.draw(st.integers(0 if separator == ", " else 1, 3))
        return separator.join(self.pair(prefix, depth, inline=separator == ", ") for _ in range(count))

    def pair(self, prefix: Path, depth: int, *, inline: bool) -> str:
        key, path = self.key(prefix)
        if self.draw(st.integers(0, 4)) == 0:
            inner, path = self.key(path)
            key = f"{key} . {inner}"
        return f"{key} = {self.value(path, depth, inline=inline)}"

    def value(self, path: Path, depth: int, *, inline: bool) -> str:
        shape = self.draw(st.integers(0, 3)) if depth else 0
        if shape == 2:
            return f"{{ {self.pairs(path, depth - 1, ', ')} }}"
        if shape == 3:
            blank = st.just(" ") if inline else BLANKS
            items = [self.value((*path, at), depth - 1, inline=inline) for at in range(self.draw(st.integers(0, 3)))]
            return "[" + "".join(f"{self.draw(blank)}{item}{self.draw(blank)}," for item in items) + "]"
        text: str = self.draw(STRINGS)
        return '"a"' if inline and "\n" in text else text

    def table(self, header: str, prefix: Path) -> str:
        return f"{header}\n{self.pairs(prefix, 3, self.draw(LINE_ENDS))}\n"


@st.composite
def documents(draw: DrawFn) -> tuple[str, dict[str, Path]]:
    writer = Writer(draw)
    parts = [writer.table("# the root", ())]
    for _ in range(draw(st.integers(0, 3))):
        key, path = writer.key(())
        if draw(st.booleans()):
            parts.append(writer.table(f"[ {key} ]", path))
            continue
        for row in range(draw(st.integers(1, 3))):
            parts.append(writer.table(f"[[{key}]]", (*path, row)))
            inner, _ = writer.key((*path, row))
            parts += [
                writer.table(f"[[{key}.{inner}]]", (*writer.paths[inner.strip("\"'")], at))
                for at in range(draw(st.integers(1, 2)))
            ]
    return "\n".join(parts), writer.paths


def flat(value: object, path: Path = ()) -> Iterator[Path]:
    """The paths of all keys that tomllib finds."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(key, str):
            yield (*path, key)
        yield from flat(inner, (*path, key))


@given(documents())
def test_the_located_line_holds_the_key(made: tuple[str, dict[str, Path]]) -> None:
    text, paths = made
    lines = text.split("\n")
    assert sorted(flat(tomllib.loads(text)), key=str) == sorted(paths.values(), key=str)
    for key, path in paths.items():
        assert re.search(rf"\b{key}\b", lines[locate(text, path) - 1])
        assert path in positions(text)
