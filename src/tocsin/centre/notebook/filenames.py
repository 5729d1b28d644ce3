"""Names of files that others chose: made harmless before they are kept."""

import re
from urllib.parse import quote

LETTERS_MAX = 120
PLAIN = "application/octet-stream"

_BARRED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\"*:<>?|%;\\/]+")
_MEDIA = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


def clean_name(name: str) -> str:
    """The last part of a name, without what a system or a header takes for something else; `file` where nothing is
    left. Its ending stays where it is too long."""
    last = re.split(r"[/\\]", name)[-1]
    bare = " ".join(_BARRED.sub("_", last).split()).strip(" .")
    if len(bare) > LETTERS_MAX:
        stem, dot, ending = bare.rpartition(".")
        short = dot and stem and len(ending) <= 10
        bare = f"{stem[: LETTERS_MAX - 11].rstrip(' .')}.{ending}" if short else bare[:LETTERS_MAX].rstrip(" .")
    return bare if bare.strip("_. ") else "file"


def clean_media(media: str) -> str:
    """A media type without its parameters; plain bytes for what is none."""
    bare = media.partition(";")[0].strip().lower()
    return bare if _MEDIA.fullmatch(bare) else PLAIN


def disposition(name: str) -> bytes:
    """The header by which a browser saves a file, and never shows it."""
    ascii_name = "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in name)
    extended = quote(name, safe="")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{extended}".encode("ascii")
