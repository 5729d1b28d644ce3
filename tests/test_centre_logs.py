"""What the centre writes of itself: JSON lines, and no secret in any of them."""

import base64
import io
import logging
import secrets
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.centre import logs

BASE64URL = st.binary(min_size=32, max_size=32).map(lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
SECRETS = st.one_of(
    st.tuples(st.sampled_from(["tci_", "tcs_", "tct_"]), BASE64URL).map("".join),
    st.binary(min_size=32, max_size=32).map(lambda raw: "whsec_" + base64.b64encode(raw).decode()),
    st.tuples(BASE64URL, BASE64URL, BASE64URL).map(lambda parts: "eyJ" + ".".join(parts)),
    BASE64URL.map(lambda text: f"PRIVATE+KEY+tocsin/run+12345678+{text}"),
)
AROUND = st.text(st.characters(codec="utf-8"), max_size=30)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the lines go; logging is as it was afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    names = ("uvicorn", "uvicorn.error", "uvicorn.access", "urllib3", "asyncio")
    kept = {name: (logging.getLogger(name).level, logging.getLogger(name).propagate) for name in names}
    target = io.StringIO()
    logs.set_up("info", target)
    yield target
    root.handlers[:] = before
    root.setLevel(level)
    for name, (its_level, propagates) in kept.items():
        logging.getLogger(name).setLevel(its_level)
        logging.getLogger(name).propagate = propagates


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json(stream: io.StringIO) -> None:
    logs.event("request", method="GET", route="/api/v1/cases/{case}", status=200, ms=3.2, desk="d-1", seat="XAB", x="y")
    (line,) = lines(stream)
    assert line["event"] == "request"
    assert (line["level"], line["status"], line["ms"], line["seat"]) == ("info", 200, 3.2, "XAB")
    assert "x" not in line
    assert str(line["at"]).endswith("Z")


def test_a_text_of_several_lines_stays_one_line(stream: io.StringIO) -> None:
    logs.event("x", 'one\ntwo "three" \x1b[31m')
    assert len(lines(stream)) == 1
    assert "\x1b" not in stream.getvalue()


def test_a_stack_trace_is_in_the_line_without_its_secrets(stream: io.StringIO) -> None:
    token = f"tct_{secrets.token_urlsafe(32)}"
    logs.trouble("request", "It failed", ValueError(f"bad header Authorization: Bearer {token}"))
    (line,) = lines(stream)
    assert "ValueError" in str(line["trace"])
    assert token not in stream.getvalue()


def test_debug_lines_are_left_out_unless_asked_for(stream: io.StringIO) -> None:
    logs.event("x", level=logging.DEBUG)
    assert lines(stream) == []


def test_what_other_packages_say_is_written_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("failed with %s", "tcs_" + "a" * 43)
    logging.getLogger("uvicorn.access").info("GET /enter?secret=tci_%s", "b" * 43)
    (line,) = lines(stream)
    assert line["from"] == "uvicorn.error"
    assert line["says"] == f"failed with {logs.STRUCK}"


@given(AROUND, SECRETS, AROUND)
def test_nothing_shaped_like_a_secret_is_written(before: str, secret: str, after: str) -> None:
    said = logs.redacted(f"{before} {secret} {after}")
    assert secret not in said
    assert logs.STRUCK in said


HEADERS = [
    "Authorization: Bearer {}",
    "authorization={}",
    "{{'authorization': 'Basic {}'}}",
    '{{"Authorization": "Token {}", "x": 1}}',
    "[(b'host', b'x'), (b'authorization', b'Bearer {}')]",
    "(b'cookie', b'session={}')",
    "Cookie: tocsin={}; other={}",
    "Set-Cookie: tocsin={}; HttpOnly",
    '{{"name": "a", "password": "{}"}}',
    "{{'client_secret': '{}'}}",
]


@pytest.mark.parametrize("header", HEADERS)
@given(secret=st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789+/=._~-", min_size=8, max_size=60))
def test_the_value_of_a_header_that_signs_in_is_not_written(header: str, secret: str) -> None:
    assert f"a{secret}" not in logs.redacted(header.format(f"a{secret}", f"a{secret}"))


@given(AROUND)
def test_other_text_is_left_alone(text: str) -> None:
    plain = "".join(sign for sign in text if sign not in "_+=:.")
    assert logs.redacted(plain) == plain
