"""Signing in through a provider: the flow with a small provider of our own, and every way to cheat that we know."""

import base64
import secrets
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tocsin.centre.oidc import PENDING_MAX, OidcLogin, Who
from tocsin.centre.settings import Oidc
from tocsin.errors import NotSignedIn, Overloaded, SettingsError

NOW = 1_795_334_400
REDIRECT = "https://centre.example.int/oidc/back"


class Provider:
    """A provider that lets everybody in, and can be told to lie."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.shown = [self.key]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "one"}
        self.about: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.signing: Any = None
        self.port = 0
        self.secret = ""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def authorize(self, url: str) -> dict[str, str]:
        """A browser goes to `url`, its user signs in: the query they come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["redirect_uri"] == REDIRECT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, fields: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(fields["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(fields["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge or fields["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "sub": "person-7", "aud": asked["client_id"], "exp": NOW + 300, "iat": NOW,
            "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithms = [str(self.header["alg"])]
        return 200, {"id_token": jwt.encode(self.header, claims, self.signing or self.key, algorithms=algorithms)}

    def answer(self, path: str, body: bytes, authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                **self.about,
            }
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.shown]}
        if path == "/token":
            fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if self.secret:
                pair = base64.b64encode(f"centre:{self.secret}".encode()).decode()
                if authorization != f"Basic {pair}" and fields.get("client_secret") != self.secret:
                    return 401, {"error": "invalid_client"}
            return self.token(fields)
        return 302, {}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, said = made.answer(self.path, body, self.headers.get("authorization", ""))
            data = said if isinstance(said, bytes) else msgspec.json.encode(said)
            self.send_response(status)
            self.send_header("location", f"{made.issuer}/elsewhere")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET  # noqa: N815  # the library's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


class Wall:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def login(provider: Provider, wall: Wall | None = None, **fields: str) -> OidcLogin:
    chosen = {"issuer": provider.issuer, "client_id": "centre", "redirect": REDIRECT, **fields}
    return OidcLogin(msgspec.convert(chosen, Oidc), wall=wall or Wall())


def test_a_person_signs_in_through_the_provider(provider: Provider) -> None:
    at = login(provider)
    going = at.start()
    assert going.url.startswith(f"{provider.issuer}/authorize?tenant=1&")
    assert at.back(provider.authorize(going.url), going.binding) == Who(provider.issuer, "person-7")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_centre_proves_itself_with_its_secret(provider: Provider, method: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    provider.secret, provider.about = "s3cret", {"token_endpoint_auth_methods_supported": [method]}
    at = login(provider, client_secret_file=str(tmp_path / "secret"))
    going = at.start()
    assert at.back(provider.authorize(going.url), going.binding).subject == "person-7"


def test_another_claim_can_name_the_person(provider: Provider) -> None:
    provider.claims = {"upn": "officer@xab.example"}
    at = login(provider, subject_claim="upn")
    going = at.start()
    assert at.back(provider.authorize(going.url), going.binding).subject == "officer@xab.example"


LIES: dict[str, dict[str, Any]] = {
    "of another attempt": {"nonce": "other"},
    "of another attempt, by leaving the nonce out": {"nonce": None},
    "is for somebody else": {"aud": "other"},
    "given to somebody else": {"azp": "other"},
    "given to somebody else, of several": {"aud": ["centre", "other"]},
    "another provider": {"iss": "https://evil.example"},
    "has run out": {"exp": NOW - 61},
    "has run out, with no end": {"exp": None},
    "of the future": {"iat": NOW + 61},
    "does not hold yet": {"nbf": NOW + 61},
    "does not say who you are": {"sub": None},
    "does not say who you are, in text": {"sub": 7},
}


@pytest.mark.parametrize("why", LIES)
def test_a_token_that_does_not_fit_lets_nobody_in(provider: Provider, why: str) -> None:
    provider.claims = LIES[why]
    at = login(provider)
    going = at.start()
    with pytest.raises(NotSignedIn, match=why.partition(",")[0]):
        at.back(provider.authorize(going.url), going.binding)


def test_a_token_by_another_key_lets_nobody_in(provider: Provider) -> None:
    provider.signing = ECKey.generate_key("P-256", {"kid": "one"})
    at = login(provider)
    going = at.start()
    with pytest.raises(NotSignedIn, match="not sound"):
        at.back(provider.authorize(going.url), going.binding)


def test_a_token_signed_with_what_is_public_lets_nobody_in(provider: Provider) -> None:
    public = provider.key.as_pem(private=False)
    provider.signing = OctKey.import_key(base64.urlsafe_b64encode(public).rstrip(b"=").decode())
    provider.header = {"alg": "HS256", "kid": "one"}
    at = login(provider)
    going = at.start()
    with pytest.raises(NotSignedIn, match="not sound"):
        at.back(provider.authorize(going.url), going.binding)


def test_a_token_that_nobody_signed_lets_nobody_in(provider: Provider) -> None:
    at = login(provider)
    going = at.start()
    query = provider.authorize(going.url)
    asked = provider.codes[query["code"]]

    def plain(part: object) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode()

    claims = {
        "iss": provider.issuer,
        "sub": "person-7",
        "aud": "centre",
        "exp": NOW + 9,
        "iat": NOW,
        "nonce": asked["nonce"],
    }
    provider.token = lambda _: (200, {"id_token": f"{plain({'alg': 'none'})}.{plain(claims)}."})  # type: ignore[method-assign,assignment]  # it lies
    with pytest.raises(NotSignedIn, match="not sound"):
        at.back(query, going.binding)


def test_the_keys_are_asked_for_anew_when_the_provider_changes_them(provider: Provider) -> None:
    wall = Wall()
    at = login(provider, wall)
    going = at.start()
    at.back(provider.authorize(going.url), going.binding)
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    provider.shown, provider.header = [provider.key], {"alg": "ES256", "kid": "two"}
    going = at.start()
    with pytest.raises(NotSignedIn):
        at.back(provider.authorize(going.url), going.binding)
    assert provider.asked.count("/keys") == 1, "a flood of bad tokens is no flood of questions"
    wall.now += 31
    going = at.start()
    assert at.back(provider.authorize(going.url), going.binding).subject == "person-7"
    assert provider.asked.count("/.well-known/openid-configuration") == 1


def test_an_answer_counts_once(provider: Provider) -> None:
    at = login(provider)
    going = at.start()
    query = provider.authorize(going.url)
    at.back(query, going.binding)
    with pytest.raises(NotSignedIn, match="not known here"):
        at.back(query, going.binding)


def test_an_answer_counts_in_the_browser_that_asked(provider: Provider) -> None:
    at = login(provider)
    mine, theirs = at.start(), at.start()
    with pytest.raises(NotSignedIn, match="another browser"):
        at.back(provider.authorize(theirs.url), mine.binding)


def test_an_attempt_lasts_ten_minutes(provider: Provider) -> None:
    wall = Wall()
    at = login(provider, wall)
    going = at.start()
    wall.now += 601
    with pytest.raises(NotSignedIn, match="ten minutes"):
        at.back(provider.authorize(going.url), going.binding)


def test_a_code_of_another_attempt_is_not_taken(provider: Provider) -> None:
    at = login(provider)
    going, other = at.start(), at.start()
    query = provider.authorize(going.url) | {"code": provider.authorize(other.url)["code"]}
    with pytest.raises(NotSignedIn, match="did not take the code"):
        at.back(query, going.binding)


@pytest.mark.parametrize("query", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://evil.example"}])
def test_an_answer_that_says_no_or_comes_from_elsewhere_is_not_taken(provider: Provider, query: dict[str, str]) -> None:
    at = login(provider)
    going = at.start()
    with pytest.raises(NotSignedIn):
        at.back(provider.authorize(going.url) | query, going.binding)


def test_a_provider_that_promises_its_name_must_give_it(provider: Provider) -> None:
    provider.about = {"authorization_response_iss_parameter_supported": True}
    at = login(provider)
    going = at.start()
    with pytest.raises(NotSignedIn, match="another provider"):
        at.back(provider.authorize(going.url), going.binding)
    going = at.start()
    assert at.back(provider.authorize(going.url) | {"iss": provider.issuer}, going.binding).subject == "person-7"


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"issuer": "https://evil.example"}, "says that it is"),
        ({"token_endpoint": "http://evil.example/token"}, "without TLS"),
        ({"jwks_uri": 7}, "cannot be read"),
    ],
)
def test_a_provider_that_says_strange_things_of_itself_is_not_used(
    provider: Provider, about: dict[str, Any], why: str
) -> None:
    provider.about = about
    with pytest.raises(Overloaded, match=why):
        login(provider).start()


def test_a_provider_that_is_not_there_is_said_to_be_down() -> None:
    gone = Provider()
    gone.port = 1
    with pytest.raises(Overloaded, match="cannot be used now"):
        login(gone).start()


def test_attempts_that_nobody_ends_are_bounded(provider: Provider) -> None:
    at = login(provider)
    first = at.start()
    for _ in range(PENDING_MAX):
        at.start()
    with pytest.raises(NotSignedIn, match="not known here"):
        at.back(provider.authorize(first.url), first.binding)


def test_without_the_package_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joserfc", None)
    with pytest.raises(SettingsError, match=r"tocsin\[oidc\]"):
        login(Provider())
