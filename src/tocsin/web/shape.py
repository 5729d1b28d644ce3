"""Structs to JSON and JSON to structs at the edge: an instant is ISO 8601 text outside and microseconds inside.

Which fields are instants is read from the annotations of the structs, once a type. What holds none goes to
msgspec as it is.
"""

from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from tocsin.errors import Malformed, TermError
from tocsin.terms import Instant, instant, iso
from tocsin.web.mistakes import in_words

Writer = Callable[[Any], Any]
"""From a value to what msgspec encodes for it."""
Reader = Callable[[Any, str], Any]
"""From decoded JSON at a path to what msgspec converts to a value."""

LETTERS_MAX, FOUND_LETTERS_MAX = 300, 80
"""Of what a mistake says again."""
ACCEPTED_TIME = "a time with its offset, such as 2031-05-04T10:00:00Z, or whole microseconds since 1970 in UTC"

_encoder = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    """JSON of a struct, or of a tuple of structs."""
    return _encoder.encode(plain(value))


def plain(value: object) -> Any:  # noqa: ANN401  # JSON is anything
    """What msgspec encodes: dicts in place of structs that hold instants."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if not isinstance(value, Struct):
        return value
    plan = _plan_out(type(value))
    if plan is None:
        return value
    written = dict(tag_of(type(value)))
    for name, key, default, write in plan:
        found = getattr(value, name)
        if default is not NODEFAULT and found == default:
            continue
        written[key] = found if write is None else write(found)
    return written


def read(data: object, kind: Any, where: str = "", *, strict: bool = True) -> Any:  # noqa: ANN401  # any struct
    """The value of a type from decoded JSON; `where` is the path of `data` in the request.

    Raises Malformed with the field, what was found and what is accepted. Dicts in `data` may be changed.
    """
    reader = _reader(kind)
    if reader is not None:
        data = reader(data, where)
    try:
        return msgspec.convert(data, kind, strict=strict)
    except msgspec.ValidationError as problem:
        raise malformed(problem, kind, where, data) from None


def malformed(problem: msgspec.DecodeError, kind: object, where: str = "", data: object = None) -> Malformed:
    """msgspec's message as ours: it ends in "- at `$.a.b`", which becomes the field's name."""
    said, _, path = str(problem).partition(" - at `$")
    path = path.rstrip("`")
    missing, unknown = _named(said, "missing required field"), _named(said, "unknown field")
    if missing or unknown:
        path += f".{missing or unknown}"
    found = "nothing" if missing else _named(said, "Invalid enum value") or _named(said, "Invalid value")
    if ", got " in said:
        found = said.rpartition(", got ")[2].strip("`")
    field, mistake = _joined(where, path), in_words(said)
    accepted = "" if unknown else _accepted(kind, path.removeprefix("."), data) or mistake.accepted
    subject = f"'{field[:LETTERS_MAX]}'" if field else "The request"
    return Malformed(
        f"{subject} {mistake.says[:LETTERS_MAX]}.",
        field=field[:LETTERS_MAX],
        found=found[:FOUND_LETTERS_MAX],
        accepted=accepted,
        fix="Leave it out." if unknown else "",
    )


@cache
def fields_of(kind: type[Struct]) -> tuple[tuple[str, str, Any, Any], ...]:
    """(name, name in JSON, annotation, default) of each field; the default is NODEFAULT where it has none."""
    return tuple(_fields(kind))


def _fields(kind: type[Struct]) -> Iterator[tuple[str, str, Any, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        default = field.default
        if field.default_factory is not NODEFAULT:
            default = field.default_factory()
        yield field.name, field.encode_name, hints[field.name], default


def tag_of(kind: type[Struct]) -> dict[str, str]:
    """The field that tells a struct from the others of its union, if it has one."""
    config = kind.__struct_config__
    return {config.tag_field: str(config.tag)} if config.tag_field is not None else {}


def bare(kind: Any) -> Any:  # noqa: ANN401  # any annotation
    """An annotation without its Meta."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def options(kind: Any) -> tuple[Any, ...]:  # noqa: ANN401  # any annotation
    """The members of a union, None left out; of anything else that itself."""
    kind = bare(kind)
    if get_origin(kind) in {Union, UnionType}:
        return tuple(member for part in get_args(kind) if part is not NoneType for member in options(part))
    return (kind,)


def is_struct(kind: object) -> bool:
    """Whether an annotation is a struct."""
    return isinstance(kind, type) and issubclass(kind, Struct)


def holds_instants(kind: Any) -> bool:  # noqa: ANN401  # any annotation
    """Whether there is an instant anywhere in it."""
    waiting, seen = [kind], set[Any]()
    while waiting:
        part = bare(waiting.pop())
        if part is Instant:
            return True
        if is_struct(part):
            if part not in seen:
                seen.add(part)
                waiting += [hint for _, _, hint, _ in fields_of(part)]
        elif get_origin(part) is not Literal:
            waiting += get_args(part)
    return False


# out


@cache
def _plan_out(kind: type[Struct]) -> tuple[tuple[str, str, Any, Writer | None], ...] | None:
    """(name, name in JSON, default that is left out, writer) of each field; none where msgspec can do it."""
    if not holds_instants(kind):
        return None
    omits = kind.__struct_config__.omit_defaults
    return tuple(
        (name, key, default if omits else NODEFAULT, _writer(hint)) for name, key, hint, default in fields_of(kind)
    )


def _writer(kind: Any) -> Writer | None:  # noqa: ANN401  # any annotation
    """How to write a value of this annotation; none: as it is."""
    if not holds_instants(kind):
        return None
    members = options(kind)
    if members == (Instant,):
        return _iso_or_none
    if all(is_struct(member) for member in members):
        return plain
    (container,) = members  # a union of containers with instants has no use here
    return _container_writer(container)


def _container_writer(kind: Any) -> Writer:  # noqa: ANN401  # any annotation
    origin, parts = get_origin(kind), get_args(kind)
    if origin is dict:
        value = _writer(parts[1]) or _same
        return lambda found: {key: value(item) for key, item in found.items()}
    if origin is tuple and parts[-1] is not Ellipsis:
        each = tuple(_writer(part) or _same for part in parts)
        return lambda found: [write(item) for write, item in zip(each, found, strict=True)]
    item_writer = _writer(parts[0]) or _same
    return lambda found: [item_writer(item) for item in found]


def _iso_or_none(found: Instant | None) -> str | None:
    return None if found is None else iso(found)


def _same(found: object) -> object:
    return found


# in


@cache
def _plan_in(kind: type[Struct]) -> tuple[tuple[str, Reader], ...]:
    """(name in JSON, reader) of the fields that hold instants."""
    readers = ((key, _reader(hint)) for _, key, hint, _ in fields_of(kind))
    return tuple((key, reader) for key, reader in readers if reader is not None)


@cache
def _reader(kind: Any) -> Reader | None:  # noqa: ANN401  # any annotation
    """How to read decoded JSON for this annotation; none: as it is."""
    if not holds_instants(kind):
        return None
    members = options(kind)
    if members == (Instant,):
        return _read_instant
    if all(is_struct(member) for member in members):
        return _struct_reader(members)
    (container,) = members  # a union of containers with instants has no use here
    parts = get_args(container)
    if get_origin(container) is dict:
        value = _reader(parts[1])
        assert value is not None
        return lambda found, path: (
            {key: value(item, f"{path}.{key}") for key, item in found.items()} if isinstance(found, dict) else found
        )
    each = _reader(parts[0])
    assert each is not None
    return lambda found, path: (
        [each(item, f"{path}[{n}]") for n, item in enumerate(found)] if isinstance(found, list) else found
    )


def _struct_reader(members: tuple[type[Struct], ...]) -> Reader:
    """Reads one of several structs, told apart by their tags, or the only one."""
    (field,) = {*(name for member in members for name in tag_of(member))} or {""}
    plans = {"" if len(members) == 1 else tag_of(member)[field]: _plan_in(member) for member in members}

    def read_struct(found: object, path: str) -> object:
        if isinstance(found, dict):
            tag = "" if len(members) == 1 else found.get(field)
            for key, reader in plans.get(tag, ()) if isinstance(tag, str) else ():
                if key in found:
                    found[key] = reader(found[key], _joined(path, f".{key}"))
        return found

    return read_struct


def _read_instant(found: object, path: str) -> object:
    if not isinstance(found, str):
        return found
    said = f"'{found[:80]}' is not a time with its offset"
    if len(found) > len("2031-05-04"):
        try:
            return instant(found)
        except (TermError, OverflowError) as problem:
            said = str(problem)
    raise Malformed(f"'{path}': {said[:300]}.", field=path, found=found[:80], accepted=ACCEPTED_TIME)


# words


def _inner(kind: Any) -> Any:  # noqa: ANN401  # any annotation
    """Of a container what it holds."""
    held = [part for member in options(kind) for part in get_args(member) if part is not Ellipsis]
    return held[-1] if held else kind


def _joined(where: str, path: str) -> str:
    return f"{where}{path}" if where else path.removeprefix(".")


def _named(said: str, words: str) -> str:
    """What a message names in quotes behind these words."""
    _, found, rest = said.partition(f"{words} ")
    return rest.strip("`'") if found else ""


def _accepted(kind: Any, path: str, data: object) -> str:  # noqa: ANN401  # any annotation
    """The words that a field takes, where it takes only some. `data` tells which member of a union is meant."""
    for part in path.split(".") if path else ():
        structs = [member for member in options(kind) if is_struct(member)]
        if any(part in tag_of(member) for member in structs):
            return ", ".join(tag_of(member)[part] for member in structs)
        if isinstance(data, dict):
            if len(structs) > 1:
                structs = [row for row in structs if all(data.get(key) == tag for key, tag in tag_of(row).items())]
            data = data.get(part)
        key = part.partition("[")[0]
        hints = [hint for member in structs for _, name, hint, _ in fields_of(member) if name == key]
        if not hints:
            return ""
        kind = _inner(hints[0]) if "[" in part else hints[0]
    words = [word for member in options(kind) if get_origin(member) is Literal for word in get_args(member)]
    return ", ".join(str(word) for word in words)
