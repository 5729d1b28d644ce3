"""What all pages have in common: the templates, the frame around a page, the banner that none can lose."""

from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct

from tocsin.centre.clock import SimulatedClock
from tocsin.centre.model import Mode
from tocsin.centre.words import moment_words, shortened
from tocsin.replay.words import hours_text
from tocsin.terms import iso
from tocsin.web.call import HTML, Call, Reply, csrf_of
from tocsin.web.cookies import filed_header, filed_in
from tocsin.web.language import LANGUAGES, grouped, language_of, translations
from tocsin.web.static_files import script_words, static_url

Headers = tuple[tuple[bytes, bytes], ...]
Text = Callable[[str], str]


class NavLine(Struct, frozen=True, kw_only=True):
    """One page in the bar at the top. The frame adds the seat to its path where somebody acts for another."""

    path: str
    label: str
    key: str
    """The second of two keys: `g` and this one go there."""


def texts(call: Call) -> Text:
    """What turns a text of the interface into the language of the request."""
    return translations(language_of(call)).gettext


def page(call: Call, template: str, *, status: int = 0, headers: Headers = (), **values: Any) -> Reply:  # noqa: ANN401  # what the template shows
    """A page in its frame. `here` among the values is the path of its entry in the bar. Its status is that of the
    `problem` among the values, where none is given."""
    problem = values.get("problem")
    status = status or (problem.status if problem is not None else 200)
    language = language_of(call)
    whom = _of_whom(call, translations(language).gettext) if call.is_known else {}
    about = call.centre.law.charter.document.charter
    filed = filed_in(call.header(b"cookie")) if call.is_known else ""
    if filed:
        headers = (*headers, filed_header("", is_secure=call.is_secure))
    text = render(template, about, call.centre.mode, language, filed=filed, **(whom | values))
    return Reply(status, text.encode(), HTML, headers)


def render(template: str, about: object, mode: Mode, language: str = "en", **values: Any) -> str:  # noqa: ANN401  # what the template shows
    """A page's text. `about` has the charter's `title` and whether it is `hypothetical`."""
    words = {} if language == "en" else script_words(translations(language).gettext)
    frame = {"about": about, "mode": mode, "language": language, "languages": LANGUAGES, "words": words}
    nobody = {"known": None, "filed": "", "nav": (), "player": None, "here": "", "for_seat": ""}
    return templates(language).get_template(f"{template}.html.j2").render(**(frame | nobody | values))


def _of_whom(call: Call, _: Text) -> dict[str, Any]:
    """What the frame shows to somebody signed in."""
    actor, view = call.actor, call.view
    return {
        "known": actor,
        "csrf": csrf_of(call.secret),
        "made_for": call.made_for,
        "for_seat": f"?on_behalf={actor.on_behalf}" if actor.on_behalf else "",
        "seat_name": view.law.name(view.seat),
        "can": actor.scopes.__contains__,
        "now": view.now,
        "clock": _clock(call),
        "cursor": call.centre.cursor(view.seat),
        "player": call.web.player if "admin" in actor.scopes else None,
        "nav": (
            NavLine(path="/", label=_("Situation"), key="s"),
            NavLine(path="/desk", label=_("Desk"), key="d"),
            NavLine(path="/council", label=_("Council"), key="o"),
            NavLine(path="/cases", label=_("Cases"), key="c"),
            NavLine(path="/charter", label=_("Charter"), key="h"),
            NavLine(path="/ledger", label=_("Ledger"), key="l"),
            NavLine(path="/watch", label=_("Watch"), key="w"),
        )
        if "read" in actor.scopes
        else (),
    }


def _clock(call: Call) -> str:
    """How the centre's time goes, for counting down: `wall`, or `rate=` simulated seconds a second."""
    clock = call.centre.clock
    return f"rate={clock.rate:g}" if isinstance(clock, SimulatedClock) else "wall"


def see_other(path: str, *headers: tuple[bytes, bytes]) -> Reply:
    """Go on to another page, after a form was taken."""
    return Reply(HTTPStatus.SEE_OTHER, b"", HTML, ((b"location", path.encode()), *headers))


def coded(text: str) -> Markup:
    """Text in which what stands between backquotes is code. Everything else is escaped."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def hours_words(_: Text, hours: float | None) -> str:
    """A time in hours, as a person says it; a dash where there is none."""
    return "–" if hours is None else hours_text(hours).replace(" d", " " + _("d"))


@cache
def templates(language: str = "en") -> Environment:
    """The pages' templates, in a language."""
    env = Environment(
        loader=PackageLoader("tocsin.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # what changes beside a running centre does not mix with what it serves
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    hours = partial(hours_words, translations(language).gettext)
    env.filters |= {"iso": iso, "coded": coded, "moment": moment_words, "hours": hours, "shortened": shortened}
    env.filters["grouped"] = partial(grouped, language)
    env.globals["static_url"] = static_url
    return env
