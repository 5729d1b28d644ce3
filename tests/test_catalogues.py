"""The interface's languages: nothing is left untranslated, nothing is lost on the way, and English counts."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from babel.messages.catalog import Catalog

from scripts import catalogues
from tests import noninterference_console as console
from tests.centre_world import run
from tests.console_user import User
from tests.said_in import CLOSE, OPEN, Marked, Said, unmarked
from tests.test_console_case import decided
from tests.test_console_situation import silence
from tests.web_client import Site
from tocsin.web import shell, static_files
from tocsin.web.language import LANGUAGES, grouped

OTHERS = [code for code in LANGUAGES if code != "en"]
UNREVIEWED = "Traduction non relue\u202f; le texte anglais fait foi."
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w+\}|`[^`]*`|<[^>]+>|&\w+;")
"""What a translation keeps as it is: values, commands, markup."""


def forms_of(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Each English text with its translation; a plural with the English that its number has."""
    for one in catalog:
        if one.id:
            for said in catalogues.said_of(one.string):
                yield catalogues.said_of(one.id)[-1], said


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_interface_has_a_translation_that_is_no_guess(language: str) -> None:
    assert catalogues.untranslated(catalogues.updated(language)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_values_commands_and_markup(language: str) -> None:
    wrong = {
        text: said
        for text, said in forms_of(catalogues.updated(language))
        if sorted(PLACES.findall(text)) != sorted(PLACES.findall(said))
        or [place for place in PLACES.findall(text) if place in ("%s", "%d")]
        != [place for place in PLACES.findall(said) if place in ("%s", "%d")]
        or text.startswith(" ") > said.startswith((" ", "\u00a0", "\u202f"))
        or text.endswith(" ") != said.endswith(" ")
    }
    assert wrong == {}


def test_french_sets_its_signs_apart_by_spaces_that_do_not_break() -> None:
    wrong = [
        said for _, said in forms_of(catalogues.updated("fr")) if re.search(r" [;:?!»]|« |\w'\w|[^\s\u00a0]»", said)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_are_those_of_the_code_and_making_them_anew_changes_nothing(language: str) -> None:
    catalog, path = catalogues.updated(language), catalogues.po_path(language)
    hint = "run .venv/bin/python -m scripts.catalogues"
    assert path.read_bytes() == catalogues.po_bytes(catalog), hint
    assert path.with_suffix(".mo").read_bytes() == catalogues.mo_bytes(catalog), hint
    head = path.read_text("utf-8").partition("#:")[0]
    assert not re.search(r"\d{4}-\d\d|@|Generated", head)


def test_the_extraction_finds_what_the_scripts_say() -> None:
    """The bundle lists them by a reader of its own."""
    found = {one.text for one in catalogues.texts() if one.file.endswith(".ts")}
    assert "late by {span}" in found
    made = static_files.bundle().made.get("words.json")
    if made is not None:
        listed = static_files.script_words(lambda word: f"{word}!")
        assert set(listed) == found


# ---- pages


class Reader(User):
    """Somebody whose browser asks for a language, and may have chosen one before."""

    accepts, chosen = "", "fr"

    async def in_language(self, accepts: str, chosen: str = "") -> str:
        """Which language the page of the sign-in is in then."""
        cookie = {"cookie": f"tocsin-language={chosen}"} if chosen else {}
        answer = await self.site.http.get("/login", headers={"accept-language": accepts, **cookie})
        found = re.search(r'<html lang="([^"]*)">', answer.text)
        assert found is not None
        return found[1]

    def _cookie(self) -> dict[str, str]:
        return {"cookie": f"tocsin={self.secret}; tocsin-language={self.chosen}"}


@pytest.mark.parametrize(
    ("accepts", "chosen", "language"),
    [
        ("", "", "en"),
        ("fr", "", "fr"),
        ("fr-CA,en;q=0.5", "", "fr"),
        ("de-DE,fr;q=0.8,en;q=0.2", "", "fr"),
        ("en-GB,fr;q=0.9", "", "en"),
        ("de,xx;q=0.1", "", "en"),
        ("*", "", "en"),
        ("fr", "en", "en"),
        ("en", "fr", "fr"),
        ("fr", "klingon", "fr"),
        ("", "../../etc", "en"),
    ],
)
def test_a_page_is_in_the_language_chosen_else_asked_for_else_in_english(
    accepts: str, chosen: str, language: str
) -> None:
    async def story() -> None:
        async with Site() as site:
            assert await Reader(site, "").in_language(accepts, chosen) == language

    run(story())


def test_a_page_in_french_says_once_that_nobody_has_reviewed_it_and_one_in_english_does_not() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            french, english = Reader(site, site.seat("XAC")), User(site, site.seat("XAC"))
            for path in ("/", "/desk", "/charter", "/after/river", "/after/river/report.html", "/cases/nothing"):
                page = await french.open(path)
                assert '<html lang="fr">' in page.html
                assert page.html.count(UNREVIEWED) == 1
                page = await english.open(path)
                assert "unreviewed" not in page.html
                assert "non relu" not in page.html.replace("Français (non relu)", "")

    run(story())


def test_scripts_get_their_words_where_the_page_is_in_another_language() -> None:
    async def story() -> None:
        async with Site() as site:
            french, english = Reader(site, site.seat("XAC")), User(site, site.seat("XAC"))
            has_bundle = bool(static_files.bundle().made)
            assert ('"connected": "connect' in (await french.open("/")).html) == has_bundle
            assert 'id="words"' not in (await english.open("/")).html

    run(story())


def test_what_an_act_brings_stands_in_french_with_the_english_beside_it_and_the_english_counts() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            user = Reader(site, site.seat("XAC"))
            await user.open("/desk/position/river/help")
            page = await user.send("/desk/position/river/help", {"position": "object"})
            assert "Cela rompt le silence sur «\u00a0help\u00a0»." in page.html
            assert "Cette traduction n’est pas relue" in page.text
            english = [one.text for one in Said(page.html).pieces if one.language == "en"]
            for said in (
                "state position",
                "This breaks the silence on 'help'.",
                "The text is not adopted: it returns to Meridian Council.",
                "Corvenna states: object.",
                "Confirm and file",
                "Back, file nothing",
                "This translation is unreviewed: the English beside it counts.",
            ):
                assert said in english
            effects = page.html.split('<ul class="effects">')[1].split("</ul>")[0]
            assert effects.count("<li") == effects.count('class="beside" lang="en"') + effects.count('<span lang="en">')

    run(story())


def test_what_waits_for_a_second_person_stands_with_its_english_too() -> None:
    async def story() -> None:
        async with Site() as site:
            await silence(site)
            head, first, second = site.seat("XAC", "head"), Reader(site, site.seat("XAC")), Reader(site, "")
            second.secret = head
            wanted = {"two_persons": ["break"]}
            answer = await site.send("PUT", "/api/v1/party-settings", head, msgspec.json.encode(wanted))
            assert answer.status_code == 200, answer.text
            await first.open("/desk/position/river/help")
            page = await first.send("/desk/position/river/help", {"position": "object"})
            assert "A second person of Corvenna has to confirm it within 24 hours" in page.text
            await first.confirm()
            path = next(link for link in (await second.open("/desk")).links if link.startswith("/desk/pending/"))
            page = await second.open(path)
            english = [one.text for one in Said(page.html).pieces if one.language == "en"]
            assert "Rompre un silence" in page.text
            for said in ("Breaking a silence", "Confirm it, with effect now", "This breaks the silence on 'help'."):
                assert said in english

    run(story())


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert (grouped("en", 12500), grouped("en", 0.5, 1)) == ("12,500", "0.5")
    assert (grouped("fr", 12500), grouped("fr", 12500.5, 1)) == ("12\u202f500", "12\u202f500,5")


def test_the_bar_leads_on_for_the_seat_that_somebody_acts_for() -> None:
    html = shell.render(
        "console/refused",
        {"title": "x", "hypothetical": False},
        "live",
        for_seat="?on_behalf=XAB",
        known={"on_behalf": "XAB", "seat": "XAA", "desk": "d", "role": "liaison"},
        nav=(shell.NavLine(path="/desk", label="Desk", key="d"), shell.NavLine(path="/", label="Situation", key="s")),
        here="/desk",
        now=0,
        clock="wall",
        cursor="1-0",
        csrf="x",
        seat_name="Belmora",
        title="x",
        back="/",
        answer={"message": "m", "clause": "", "fix": ""},
    )
    assert '<a href="/desk?on_behalf=XAB" aria-current="page" data-key="d">' in html
    assert '<a href="/?on_behalf=XAB" data-key="s">' in html


# ---- nothing is left out


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which every text of the interface stands between brackets."""
    language = Marked()
    monkeypatch.setattr(shell, "translations", lambda _language: language)
    shell.templates.cache_clear()
    yield
    shell.templates.cache_clear()


DATA = (
    "Tents for the north", "More tents", "Tanks at the ford.", "transport aircraft", "aircraft", "lift", "river",
    "help", "p2", "w1", "Called.", "See log.", "silence", "UNSC", "Tocsin", "LIVE", "EXERCISE", "REPLAY",
    "HYPOTHETICAL", "UTC", "TLP", "AMBER", "RED", "GREEN", "CLEAR", "STRICT", "Français (non relu)", "English",
    "assist", "MB", "min", "registrar", "relief", "council",
)  # fmt: skip
"""What people wrote, names of things, marks that are the same in every language."""
KEPT_BY_PEOPLE = (".only-print words", "report-body", ".card asis")
"""Elements that hold what people wrote, or a report that a person has edited."""


async def _crisis(site: Site) -> None:
    """A case with nearly everything in it."""
    await decided(site)
    await site.warn(site.seat("XAA"), "river", "w1", "Tanks at the ford.", ["XAC", "XAB"])
    two = {"case": "river", "procedure": "p2"}
    await site.act(site.seat("XAC"), "table text", "t9", **two, matter="relief", text="More tents")
    await site.act(site.admin, "open silence", "s9", by="SG", **two)
    told = {"party": "XAC", "position": "support", "by": "SG", "note": "by telephone"}
    await site.act(site.admin, "state position", "b9", **two, **told)


def _paths() -> Iterator[str]:
    """Every page, with names that the case has."""
    rows = {"{table}/{row}": ("duty/assist", "organ/council", "rule/silence", "clause/MR.1", "matter/relief")}
    for route in console.PAGES:
        if route.method != "GET" or route.path.endswith((".ics", "{file}")) or "oidc" in route.path:
            continue
        path = route.path.replace("{case}", "river").replace("{warning}", "w1").replace("{cursor}", "1-3")
        for row in rows["{table}/{row}"] if "{table}" in path else ("",):
            for text in ("help", "p2") if "{procedure}" in path else ("",):
                made = path.replace("{table}/{row}", row).replace("{procedure}", text)
                if "{" not in made:
                    yield made


def _left_out(site: Site, user: Reader) -> list[str]:
    """What on the open page is neither translated, marked as English (as names of the charter are), nor data."""
    law = site.world.centre.law
    view = site.world.centre.view("XAC")
    data = {*DATA, *view.law.names, *view.snapshot.clauses}
    data |= {law.charter.document.charter.title, law.charter.id}
    pieces = [one for one in Said(user.page.html).pieces if not any(kept in one.where for kept in KEPT_BY_PEOPLE)]
    options = [one for one in pieces if one.where.endswith(" option")]  # nothing in one can be marked
    others = [one for one in pieces if one not in options]
    left = (*unmarked(others, data), *unmarked(options, {*data, *view.law.names.values()}))
    found = [f"{user.path} {one.where[-60:]}: {one.text}" for one in left]
    wrong = [one for one in pieces if one.language == "en" and (OPEN in one.text or CLOSE in one.text)]
    return found + [f"{user.path} {one.where[-60:]} is marked as English: {one.text}" for one in wrong]


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(("seat", "role"), [("XAC", "liaison"), ("XAA", "head"), ("secretariat", "secretariat")])
def test_no_text_of_a_page_is_left_out_of_the_catalogues(seat: str, role: str) -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            await _crisis(site)
            user = Reader(site, site.seat(seat, role))  # type: ignore[arg-type]  # a role, as a row of the table says it
            found = []
            for path in _paths():
                assert (await user.open(path)).status in (200, 403, 404), path
                found += _left_out(site, user)
            assert not found, "\n".join(dict.fromkeys(found))

    run(story())


@pytest.mark.usefixtures("marked")
def test_no_text_is_left_out_of_what_pages_answer_either() -> None:
    async def story() -> None:
        async with Site(mode="exercise") as site:
            await _crisis(site)
            user, position = Reader(site, site.seat("XAC", "head")), "/desk/position/river/p2"
            found: list[str] = []

            async def sends(page: str, action: str, **values: object) -> None:
                await user.open(page)
                await user.send(action, values)
                found.extend(_left_out(site, user))

            await sends("/watch", "/watch/log", text="Called.")
            await sends("/watch/handover", "/watch/handover", text="See log.")
            await sends("/watch/report", "/watch/report")
            await sends(position, position, position="object")
            await sends("/desk/entered/river/p2", "/desk/entered/river/p2", position="object")
            await sends(position, "/desk/draft/new/river/p2", position="support")
            for path in (
                "/charter?since=2020-01-01&q=council",
                "/charter/duties?event=attack-on-member",
                "/charter/what-if?matter=relief",
                "/nothing",
            ):
                await user.open(path)
                found += _left_out(site, user)
            user.secret = "none"  # noqa: S105  # of nobody
            for path in ("/login", "/enter?link=tci_x"):
                await user.open(path)
                found += _left_out(site, user)
            assert not found, "\n".join(dict.fromkeys(found))

    run(story())
