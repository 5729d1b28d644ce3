"""The user's own copy of a treaty text, attached to an instrument by hash, for reading article by article.

Treaty sentences are not part of Tocsin: the charter holds one-line summaries, and whoever has the text imports
it. The copy lies in the user's own data folder and nowhere else.
"""

import re
from hashlib import sha256

import msgspec
from msgspec import Struct

from tocsin.charter.files.articles import Article, plain, split
from tocsin.charter.files.disk import Folder, decode, read_bytes, write_atomically
from tocsin.charter.model import Document
from tocsin.errors import Problem, TextError

BYTES_MAX = 5_000_000
STORED_BYTES_MAX = 8 * BYTES_MAX
HEADINGS = "'Article 5', 'ARTICLE V', 'Art. 5', 'Статья 5', 'Madde 5', or '1.', '2.', '3.' at the start of a line"

_COMMON = frozenset(
    {"treaty", "charter", "protocol", "agreement", "statute", "between", "among", "with", "from", "this"}
)


class ImportedText(Struct, frozen=True, kw_only=True):
    """What is attached: to which instrument, from which file, its hash ('sha256:…' of its bytes), its articles."""

    charter: str
    instrument: str
    file: str
    sha256: str
    characters: int
    articles: tuple[Article, ...]


class ArticleText(Struct, frozen=True, kw_only=True):
    """One article of the user's copy, with the hash of the whole copy."""

    article: str
    text: str
    sha256: str


class _Stored(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    about: ImportedText
    text: str


def import_text(path: str | Folder, store: Folder, document: Document, instrument: str = "") -> ImportedText:
    """Attach a .txt file to an instrument of the charter and keep a copy under `store`.

    Without `instrument` it is guessed from the file's name and first lines. Raises TextError for a file that is
    no UTF-8 text of at most 5 MB, has no articles, or fits none or several of the instruments.
    """
    path = Folder(path)
    if path.suffix.lower() != ".txt":
        fix = "save the treaty as plain text and import that"
        raise _refuse(path, "", f"a '{path.suffix or path.name}' file is no plain text", "a .txt file, UTF-8", fix)
    content = read_bytes(path, BYTES_MAX, TextError)
    text = decode(content, str(path), TextError)
    articles = split(text)
    if not articles:
        raise _refuse(path, "", "no article was found in this text", HEADINGS, "write each heading on its own line")
    about = ImportedText(
        charter=document.charter.id,
        instrument=_instrument(path, text, document, instrument),
        file=path.name,
        sha256=_hash(content),
        characters=len(text),
        articles=articles,
    )
    write_atomically(
        _place(store, about.charter, about.instrument), msgspec.json.encode(_Stored(about=about, text=text))
    )
    return about


def imported_text(store: Folder, charter_id: str, instrument: str) -> ImportedText | None:
    """What is attached to an instrument, or None. Raises TextError if the stored copy was altered."""
    stored = _read(store, charter_id, instrument)
    return None if stored is None else stored.about


def article_text(store: Folder, charter_id: str, instrument: str, article: str) -> ArticleText | None:
    """The user's text of one article, such as '5', 'V' or '8(12)' (which gives article 8); None if there is none.

    Raises TextError if the stored copy was altered.
    """
    stored = _read(store, charter_id, instrument)
    for part in stored.about.articles if stored else ():
        if stored and plain(part.number) == plain(article):
            text = stored.text[part.start : part.end].strip()
            return ArticleText(article=part.number, text=text, sha256=stored.about.sha256)
    return None


def article_texts(store: Folder, charter_id: str, instrument: str) -> dict[str, ArticleText]:
    """The user's text of every article of an instrument, by its plain number; none where nothing is attached.

    Raises TextError if the stored copy was altered.
    """
    stored = _read(store, charter_id, instrument)
    if stored is None:
        return {}
    return {
        plain(part.number): ArticleText(
            article=part.number, text=stored.text[part.start : part.end].strip(), sha256=stored.about.sha256
        )
        for part in stored.about.articles
    }


def attached_at(store: Folder, charter_id: str, instrument: str) -> int:
    """When a text was attached to an instrument, in nanoseconds: another number for another copy; 0 for none."""
    try:
        return _place(store, charter_id, instrument).stat().st_mtime_ns
    except OSError:
        return 0


def _read(store: Folder, charter_id: str, instrument: str) -> _Stored | None:
    place = _place(store, charter_id, instrument)
    if not place.is_file():
        return None
    fix = f"import the text of {instrument} again with: tocsin charter text import"
    try:
        stored = msgspec.json.decode(read_bytes(place, STORED_BYTES_MAX, TextError), type=_Stored)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _refuse(place, "", "the stored copy cannot be read", "", fix) from None
    if _hash(stored.text.encode("utf-8")) != stored.about.sha256:
        found = f"the stored copy was altered: it no longer has the hash {stored.about.sha256}"
        raise _refuse(place, "", found, "", fix)
    return stored


def _instrument(path: Folder, text: str, document: Document, asked: str) -> str:
    titles = {row.id: row.title for row in document.instrument}
    listing = "; ".join(f"{name} ({title})" for name, title in titles.items()) or "the charter has no [[instrument]]"
    if asked:
        if asked not in titles:
            raise _refuse(path, "instrument", f"the charter has no instrument '{asked}'", listing)
        return asked
    scores = sorted(((_likeness(path.stem, text, name, title), name) for name, title in titles.items()), reverse=True)
    clear = bool(scores) and scores[0][0] >= 0.5 and (len(scores) == 1 or scores[0][0] - scores[1][0] >= 0.25)
    if clear:
        return scores[0][1]
    found = "it cannot be told to which instrument this text belongs"
    raise _refuse(path, "instrument", found, listing, f"name the instrument, such as {next(iter(titles), 'MP')}")


def _likeness(stem: str, text: str, name: str, title: str) -> float:
    """2 where the file is named for the instrument, 1.5 where its short title stands at the head of the text.

    Else the share of the title's own words found there. The short title is what stands before a comma or a bracket.
    """
    if name.lower() in re.split(r"[^\w().]+", stem.lower()):
        return 2.0
    short = re.split(r"[,(]", title)[0].strip().casefold()
    if len(short.split()) > 1 and short in " ".join(text[:2000].casefold().split()):
        return 1.5
    own = {word for word in _words_of(title) if word not in _COMMON}
    head = set(_words_of(f"{stem} {text[:2000]}"))
    return len(own & head) / len(own) if own else 0.0


def _words_of(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3]


def _place(store: Folder, charter_id: str, instrument: str) -> Folder:
    return store / "texts" / charter_id / f"{instrument}.json"


def _hash(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _refuse(path: Folder, field: str, found: str, accepted: str = "", fix: str = "") -> TextError:
    return TextError([Problem(str(path), 0, field, found, accepted, fix)])
