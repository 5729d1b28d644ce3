"""The language of the interface: English, and others from gettext catalogues. Words of the law stay as they are."""

import gettext
from functools import cache
from importlib import resources

from starlette.requests import cookie_parser

from tocsin.web.call import Call
from tocsin.web.cookies import cookie_header

DOMAIN = "tocsin"
COOKIE = "tocsin-language"
LANGUAGES = {"en": "English", "fr": "Français (non relu)"}
"""Code and name, in the language itself. What nobody has reviewed says so."""
MARKS = {"en": ",.", "fr": "\u202f,"}
"""What stands between thousands, and before tenths."""
YEAR_SECONDS = 365 * 86_400


def language_of(call: Call) -> str:
    """What a page of this request is written in: as chosen, else as the browser asks, else English."""
    chosen = cookie_parser(call.header(b"cookie")).get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    for part in call.header(b"accept-language")[:200].split(","):
        wanted = part.partition(";")[0].strip().lower().partition("-")[0]
        if wanted in LANGUAGES:
            return wanted
    return "en"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; English is what stands in the code."""
    folder = str(resources.files("tocsin.web").joinpath("locale"))
    return gettext.translation(DOMAIN, folder, [language], fallback=True)


def grouped(language: str, number: float, places: int = 0) -> str:
    """A number as its language writes it: 12,500.5, or 12 500,5."""
    return f"{number:,.{places}f}".translate(str.maketrans(",.", MARKS[language]))


def choice_header(language: str, *, is_secure: bool) -> tuple[bytes, bytes]:
    """The header that keeps the choice in this browser."""
    return cookie_header(COOKIE, language, YEAR_SECONDS, is_secure=is_secure)
