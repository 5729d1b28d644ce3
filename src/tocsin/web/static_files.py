"""The bundle: scripts, shapes and symbols, made at set-up by scripts/console from console/. Pages work without it.

It is read once a process, so that what is made anew beside a running centre does not mix with what it serves. The
name of a file has a digest of its content in it: whoever has it need never ask again.
"""

from collections.abc import Callable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from msgspec import Struct

from tocsin.errors import NotFound
from tocsin.web.call import JSON, TEXT, Call, Reply, Route

FOLDER, PATH = "static", "/static/"
KEPT = (b"cache-control", b"public, max-age=31536000, immutable")
MEDIA = {"js": "text/javascript; charset=utf-8", "json": JSON, "svg": "image/svg+xml", "txt": TEXT}


class Made(Struct, frozen=True):
    """A part of the bundle, as manifest.json has it: the file's name, and its bytes, plain and compressed."""

    file: str
    bytes: int
    gz: int


class Part(Struct, frozen=True):
    """A file of the bundle."""

    data: bytes
    packed: bytes
    """The same, compressed by gzip."""
    media: str
    tag: bytes


class Bundle(Struct, frozen=True):
    """All of it; nothing where none was made."""

    made: dict[str, Made] = {}
    parts: dict[str, Part] = {}
    """By file name."""

    def url(self, name: str) -> str:
        """The address of a part by its plain name; empty where there is none."""
        found = self.made.get(name)
        return PATH + found.file if found is not None else ""


def script_words(gettext: Callable[[str], str]) -> dict[str, str]:
    """What scripts say, in another language: by their English, those that it says otherwise."""
    made = bundle().made.get("words.json")
    words = msgspec.json.decode(bundle().parts[made.file].data, type=tuple[str, ...]) if made is not None else ()
    return {word: said for word in words if (said := gettext(word)) != word}


def static_url(name: str) -> str:
    """The address of a part of the bundle, such as `live.js`; empty where there is none."""
    return bundle().url(name)


async def static(call: Call) -> Reply:
    """A file of the bundle, compressed for whoever takes that."""
    name = call.params["file"]
    part = bundle().parts.get(name)
    if part is None:
        raise NotFound("file", name, [])
    kept = (KEPT, (b"vary", b"accept-encoding"), (b"etag", part.tag))
    if part.tag in [said.strip().removeprefix(b"W/") for said in call.headers.get(b"if-none-match", b"").split(b",")]:
        return Reply(304, b"", headers=kept)
    if _takes_gzip(call.header(b"accept-encoding")):
        return Reply(200, part.packed, part.media, (*kept, (b"content-encoding", b"gzip")))
    return Reply(200, part.data, part.media, kept)


@cache
def bundle() -> Bundle:
    """The bundle of this installation."""
    return read_bundle(resources.files("tocsin.web").joinpath(FOLDER))


def read_bundle(folder: Traversable) -> Bundle:
    """The bundle in a folder; an empty one where its manifest is missing, so that half of one is none."""
    manifest = folder.joinpath("manifest.json")
    if not manifest.is_file():
        return Bundle()
    made = msgspec.json.decode(manifest.read_bytes(), type=dict[str, Made])
    return Bundle(made, {one.file: _part(folder, one.file) for one in made.values()})


def _part(folder: Traversable, name: str) -> Part:
    return Part(
        data=folder.joinpath(name).read_bytes(),
        packed=folder.joinpath(f"{name}.gz").read_bytes(),
        media=MEDIA[name.rpartition(".")[2]],
        tag=f'"{name}"'.encode(),
    )


def _takes_gzip(accepted: str) -> bool:
    """Whether a client that accepts these encodings takes gzip."""
    for part in accepted.split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() in {"gzip", "*"}:
            return weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=PATH + "{file}",
        handler=static,
        summary="A file of the console's bundle",
        tag="pages",
        scope=None,
        media="*/*",
        errors=(404,),
        says="Scripts, shapes and symbols that the pages ask for by names with a digest in them.",
    ),
)
