"""The centre's cookies: one browser, this host alone, out of reach of scripts and of other sites' pages.

Over TLS the name of the session's begins with `__Host-`, which browsers take from the very host alone. On this
machine's own http, where no such cookie can be set, it has a plain name.
"""

import re

from starlette.requests import cookie_parser

FILED, FILED_SECONDS = "tocsin-filed", 30
CURSOR = re.compile(r"\d{1,12}(\.\d{1,12})?-\d{1,12}")
SECURE_NAME, PLAIN_NAME = "__Host-tocsin", "tocsin"
HOURS_MAX = 12


def session_in(cookie: str, *, is_secure: bool) -> str:
    """The session's secret in a Cookie header; empty where there is none."""
    if not cookie:
        return ""
    return cookie_parser(cookie).get(SECURE_NAME if is_secure else PLAIN_NAME, "")


def session_header(secret: str, *, is_secure: bool) -> tuple[bytes, bytes]:
    """The header that sets the cookie; an empty secret takes it away."""
    name = SECURE_NAME if is_secure else PLAIN_NAME
    return cookie_header(name, secret, HOURS_MAX * 3600 if secret else 0, is_secure=is_secure)


def filed_in(cookie: str) -> str:
    """Where in the seat's feed the act stands that this browser has just filed; empty where it has filed none."""
    said = cookie_parser(cookie).get(FILED, "") if cookie else ""
    return said if CURSOR.fullmatch(said) else ""


def filed_header(cursor: str, *, is_secure: bool) -> tuple[bytes, bytes]:
    """The header that tells the next page of an act that was filed; without a cursor it takes that away."""
    return cookie_header(FILED, cursor, FILED_SECONDS if cursor else 0, is_secure=is_secure)


def cookie_header(name: str, value: str, seconds: int, *, is_secure: bool) -> tuple[bytes, bytes]:
    """The header that keeps a cookie for so long, for this host alone and out of reach of scripts."""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={seconds}", "HttpOnly", "SameSite=Strict"]
    return b"set-cookie", "; ".join([*parts, "Secure"] if is_secure else parts).encode()
