"""The settings of a centre: safe when nothing is said, and every mistake located."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.centre.settings import (
    Settings,
    is_loopback,
    is_safe_url,
    load_settings,
    parse_settings,
    read_secret,
)
from tocsin.errors import Problem, SettingsError

MAIL = '[mail]\nhost = "127.0.0.1"\nsender = "centre@centre.example"\n'


def problems(text: str, folder: Path) -> list[Problem]:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, folder / "centre.toml")
    return list(caught.value.problems)


def test_without_a_file_a_centre_listens_on_this_machine_alone(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings == Settings()
    assert is_loopback(settings.listen.host)
    assert settings.mail is None
    assert settings.webhook == ()


def test_the_file_in_the_data_folder_is_read_unless_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "centre.toml").write_text("heartbeat_seconds = 1\n")
    (tmp_path / "other.toml").write_text("heartbeat_seconds = 2\n")
    assert load_settings(tmp_path).heartbeat_seconds == 1
    assert load_settings(tmp_path, tmp_path / "other.toml").heartbeat_seconds == 2
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path, tmp_path / "none.toml")


def test_files_are_looked_for_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("secret\nmore\n")
    (tmp_path / "pw").chmod(0o600)
    text = MAIL + 'user = "u"\npassword_file = "pw"\n[[webhook]]\nhost = "h.example"\nca_file = "pw"\n'
    settings = parse_settings(text, tmp_path / "centre.toml")
    assert settings.mail is not None
    assert settings.mail.password_file == str(tmp_path / "pw")
    assert settings.webhook[0].ca_file == str(tmp_path / "pw")
    assert read_secret(settings.mail.password_file) == "secret"
    assert read_secret("") == ""


MISTAKES = {
    "heartbeet_seconds = 5\n": (1, "heartbeet_seconds", "did you mean 'heartbeat_seconds'?"),
    '[listen]\nport = "80"\n': (2, "listen.port", "0 to 65535"),
    '[listen]\nhost = "https://x.example"\n': (2, "listen.host", "without https://"),
    '[listen]\nhost = "0.0.0.0"\n': (2, "listen.host", "tls_cert"),
    "[listen]\nhosts = []\n": (2, "listen.hosts", "at least one"),
    '[listen]\npublic_url = "http://centre.example"\n': (2, "listen.public_url", "https://"),
    '[listen]\nproxies = ["proxy.example"]\n': (2, "listen.proxies[0]", "an address"),
    '[listen]\ntls_cert = "none.pem"\n': (2, "listen.tls_cert", "a file"),
    "outage_seconds = 5\n": (1, "outage_seconds", "three heartbeats"),
    "\n[limits]\nrequests_burst = 5\n": (3, "limits.requests_burst", "as much"),
    "[limits]\nstreams = 10\n": (2, "limits.streams", "as much"),
    '[mail]\nhost = "m.example"\nsender = "a@b"\ntls = "none"\n': (4, "mail.tls", "starttls"),
    '[mail]\nhost = "m.example"\nsender = "a"\n': (3, "mail.sender", "an e-mail address"),
    '[mail]\nhost = "m.example"\nsender = "not an address"\n': (3, "mail.sender", "an e-mail address"),
    MAIL + 'user = "u"\n': (4, "mail.user", "user and password_file"),
    '[webhook]\nhost = "h.example"\n': (1, "webhook", "[[webhook]]"),
    '[[webhook]]\nhost = "h.example"\nceiling = "TLP:PINK"\n': (3, "webhook[0].ceiling", "TLP:RED"),
    '[oidc]\nissuer = "http://i.example"\nclient_id = "c"\nredirect = "https://c.example/oidc/back"\n': (
        2, "oidc.issuer", "https://",
    ),
    '[oidc]\nissuer = "https://i.example"\nclient_id = "c"\nredirect = "https://c.example/elsewhere"\n': (
        4, "oidc.redirect", "/oidc/back",
    ),
    "schema = 2\n": (1, "schema", "use a newer Tocsin"),
    'metrics_token_file = "none"\n': (1, "metrics_token_file", "a file"),
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_what_is_accepted(text: str, tmp_path: Path) -> None:
    line, field, says = MISTAKES[text]
    found = [problem for problem in problems(text, tmp_path) if problem.field == field]
    assert found, problems(text, tmp_path)
    assert found[0].line == line
    assert found[0].file == str(tmp_path / "centre.toml")
    assert says in f"{found[0].found} {found[0].accepted} {found[0].fix}"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = 'outage_seconds = 5\n[listen]\nhost = "0.0.0.0"\n[mail]\nhost = "m.example"\nsender = "a@b"\ntls = "none"\n'
    assert [problem.line for problem in problems(text, tmp_path)] == [1, 3, 7]


def test_a_secret_that_anybody_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("secret")
    (tmp_path / "pw").chmod(0o644)
    (problem,) = problems(MAIL + 'user = "u"\npassword_file = "pw"\n', tmp_path)
    assert "chmod 600" in problem.fix
    (tmp_path / "pw").chmod(0o600)
    (tmp_path / "pw").write_text("")
    (problem,) = problems(MAIL + 'user = "u"\npassword_file = "pw"\n', tmp_path)
    assert "is empty" in problem.found


def test_a_proxy_may_stand_in_front_of_plain_http(tmp_path: Path) -> None:
    text = '[listen]\nhost = "10.0.0.2"\nproxies = ["10.0.0.1"]\nhosts = ["centre.example"]\n'
    assert parse_settings(text, tmp_path / "centre.toml").listen.proxies == ("10.0.0.1",)


@pytest.mark.parametrize(
    "url", ["https://a.example", "https://a.example:8443/x?y", "http://127.0.0.1:1/", "http://[::1]/"]
)
def test_an_address_is_safe_with_tls_or_on_this_machine(url: str) -> None:
    assert is_safe_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "ftp://a",
        "https://",
        "https://u:p@a.example",
        "https://a.example/#x",
        "a",
        "",
        "https://[",
        "https://a:b",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert not is_safe_url(url)


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    with suppress(SettingsError):
        parse_settings(text, Path("centre.toml"))
