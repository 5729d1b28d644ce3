"""The session's cookie: one browser, this host alone, out of reach of scripts and of other sites' pages.

Over TLS its name begins with `__Host-`, which browsers take from the very host alone. On this machine's own http, where
no such cookie can be set, it has a plain name.
"""

from starlette.requests import cookie_parser

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
    age = HOURS_MAX * 3600 if secret else 0
    parts = [f"{name}={secret}", "Path=/", f"Max-Age={age}", "HttpOnly", "SameSite=Strict"]
    if is_secure:
        parts.append("Secure")
    return b"set-cookie", "; ".join(parts).encode()
