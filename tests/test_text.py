"""The user's own treaty text: cutting it into articles, attaching it, reading it back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import load_charter
from tocsin.charter.files.articles import plain, split
from tocsin.charter.files.loader import parse_document
from tocsin.charter.files.text import BYTES_MAX, article_text, import_text, imported_text
from tocsin.charter.model import Document
from tocsin.errors import TextError

TREATY = """\
The Meridian Pact
Ardovia, 1 March 2001

Contents
Article 1
Article 2

The Parties to this Pact, recalling
Article 51 of the Charter of the United Nations, have agreed:

Article 1 - Peace
The Parties use no force against each other, as
article 2, paragraph 4, of that Charter asks.

ARTICLE 2: HELP
An attack on one is an attack on all. See
Article 1(3) and
Article 1, which stays untouched.

Article 2 bis
Help is given in kind.

Article 3 The Parties may amend this Pact.
"""


@pytest.fixture
def document() -> Document:
    return parse_document(
        """
schema = 1
[charter]
id = "meridian"
title = "Meridian Pact"
[[instrument]]
id = "MP"
title = "Meridian Pact, Ardovia, 1 March 2001"
kind = "treaty"
[[instrument]]
id = "MR"
title = "Rules of Procedure of the Council of the Pact, 2 January 2002"
kind = "rules"
""",
        "x.toml",
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pact.txt"
    path.write_text(TREATY, encoding="utf-8")
    return path


def numbers(text: str) -> list[str]:
    return [article.number for article in split(text)]


def test_a_text_is_cut_at_its_headings() -> None:
    articles = {article.number: article for article in split(TREATY)}
    assert list(articles) == ["1", "2", "2 bis", "3"]
    assert articles["1"].heading == "Peace"
    assert articles["2"].heading == "HELP"
    body = TREATY[articles["2"].start : articles["2"].end]
    assert body.startswith("ARTICLE 2: HELP\n")
    assert body.rstrip().endswith("which stays untouched.")
    assert articles["3"].end == len(TREATY)


def test_an_annex_gives_only_the_numbers_that_the_treaty_lacks() -> None:
    text = (
        "Article 1\nThe treaty itself is long.\nArticle 2\nSo is this.\n\nAnnex\nArticle 1\nShort.\nArticle 3\nEnd.\n"
    )
    found = {article.number: text[article.start : article.end].splitlines()[1] for article in split(text)}
    assert found == {"1": "The treaty itself is long.", "2": "So is this.", "3": "End."}


HEADINGS = """\
Article 5
ARTICLE V
Art. 5
art 5.
  Article 5.
Article 5 (Help)
## Article 5
**Article 5**
Article 5 - Help
Статья 5
СТАТЬЯ 5.
Стаття 5
Madde 5
MADDE 5 - Yardım
5-modda
5-бап
Artículo 5
Artikel 5
Հոդված 5
მუხლი 5
المادة 5"""


@pytest.mark.parametrize("heading", HEADINGS.splitlines())
def test_headings_of_many_languages_are_known(heading: str) -> None:
    (article,) = split(f"Title\r\n\r\n{heading}\r\nText of it.\r\n")
    assert plain(article.number) == "5"


def test_bare_numbers_count_only_in_order_and_without_better_headings() -> None:
    assert numbers("1. Peace\n2. Help\n5. not the next\n3. End\n") == ["1", "2", "3"]
    assert numbers("Article 1\n1. first\n2. second\nArticle 2\n1. first\n") == ["1", "2"]
    assert numbers("Nothing to see here\n1900. A year\n") == []


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        *(("5", "5"), ("V", "5"), ("XIV", "14"), ("5(1)", "5"), ("8(12)", "8"), ("Article 5", "5")),
        *(("5 bis", "5bis"), ("5a", "5a"), ("practice", "practice"), ("", "")),
    ],
)
def test_numbers_are_compared_by_what_they_mean(asked: str, same: str) -> None:
    assert plain(asked) == same


@given(st.text(max_size=300) | st.lists(st.sampled_from(["Article 1", "Art. V", "5.", "x", "\n", " "])).map("".join))
def test_any_text_is_cut_into_parts_that_lie_in_order(text: str) -> None:
    end = 0
    for article in split(text):
        assert end <= article.start < article.end <= len(text)
        end = article.end


def test_a_text_is_attached_and_read_back(document: Document, file: Path, tmp_path: Path) -> None:
    about = import_text(file, tmp_path / "home", document)
    assert (about.charter, about.instrument, about.file) == ("meridian", "MP", "pact.txt")
    assert about.characters == len(TREATY)
    found = article_text(tmp_path / "home", "meridian", "MP", "2(1)")
    assert found is not None
    assert found.text.startswith("ARTICLE 2: HELP")
    assert found.sha256 == about.sha256
    assert imported_text(tmp_path / "home", "meridian", "MP") == about
    assert article_text(tmp_path / "home", "meridian", "MP", "9") is None
    assert article_text(tmp_path / "home", "meridian", "MR", "2") is None
    assert imported_text(tmp_path / "home", "meridian", "MR") is None


def test_a_new_copy_takes_the_place_of_the_old(document: Document, file: Path, tmp_path: Path) -> None:
    first = import_text(file, tmp_path, document)
    file.write_text(TREATY.replace("in kind", "in cash"), encoding="utf-8")
    second = import_text(str(file), tmp_path, document)
    assert first.sha256 != second.sha256
    found = article_text(tmp_path, "meridian", "MP", "2bis")
    assert found is not None
    assert "in cash" in found.text


def test_the_instrument_may_be_named_by_the_caller_or_by_the_file(document: Document, tmp_path: Path) -> None:
    path = tmp_path / "MR-english.txt"
    path.write_text("1. The chair opens.\n", encoding="utf-8")
    assert import_text(path, tmp_path, document).instrument == "MR"
    assert import_text(path, tmp_path, document, "MP").instrument == "MP"


def test_a_text_that_fits_no_instrument_or_several_is_refused(document: Document, tmp_path: Path) -> None:
    path = tmp_path / "unnamed.txt"
    path.write_text("Article 1\nSomething.\n", encoding="utf-8")
    with pytest.raises(TextError, match=r"to which instrument .*\n.*MP \(Meridian Pact, .*; MR \(Rules") as caught:
        import_text(path, tmp_path, document)
    assert caught.value.problems[0].fix == "name the instrument, such as MP"
    with pytest.raises(TextError, match="the charter has no instrument 'XX'"):
        import_text(path, tmp_path, document, "XX")
    assert not (tmp_path / "texts").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF", "a '.pdf' file is no plain text"),
        ("a.txt", b"\xd0\xcf\x11\xe0", r"a.txt:1: this is not UTF-8 text"),
        ("a.txt", b"Only a preamble.", "no article was found"),
        ("a.txt", b"", "no article was found"),
        ("a.txt", b"x" * (BYTES_MAX + 1), "the file is too large"),
    ],
)
def test_a_file_that_is_no_treaty_text_is_refused(
    name: str, content: bytes, said: str, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TextError, match=said):
        import_text(path, tmp_path, document, "MP")
    with pytest.raises(TextError, match="no such file"):
        import_text(tmp_path / "none.txt", tmp_path, document, "MP")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"in kind", b"in cash", "was altered"),
        (b'"text"', b'"txet"', "cannot be read"),
        (b"}", b"", "cannot be read"),
        (b"in kind", b"\xff", "cannot be read"),
    ],
)
def test_a_stored_copy_that_was_altered_is_reported(
    old: bytes, new: bytes, said: str, document: Document, file: Path, tmp_path: Path
) -> None:
    import_text(file, tmp_path, document)
    stored = tmp_path / "texts" / "meridian" / "MP.json"
    stored.write_bytes(stored.read_bytes().replace(old, new))
    with pytest.raises(TextError, match=said) as caught:
        article_text(tmp_path, "meridian", "MP", "1")
    assert "import the text of MP again" in str(caught.value)


def test_a_text_that_opens_with_the_short_title_needs_no_further_word(tmp_path: Path) -> None:
    path = tmp_path / "my copy.txt"
    path.write_text("The North Atlantic Treaty\n\nArticle 5\nOwn words.\n", encoding="utf-8")
    imported = import_text(path, tmp_path / "store", load_charter("nato").document)
    assert imported.instrument == "NAT"
