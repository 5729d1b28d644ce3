"""Signing in through an OpenID Connect provider: the authorization code flow, with PKCE, state and nonce.

The provider says who somebody is; what they may do is still their desk's matter. Nothing of the provider's tokens is
kept. JOSE is joserfc's, an optional package: without it a centre whose settings ask for this does not start.
"""

import base64
import hmac
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import urllib3
from msgspec import Struct

from tocsin.centre.settings import Oidc, is_safe_url, read_secret
from tocsin.errors import NotSignedIn, Overloaded, Problem, SettingsError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "PS384", "PS512", "ES512")
"""Signatures by a key pair alone: none by a shared secret, and never `none`."""
ANSWER_BYTES_MAX = 1_000_000
TIMEOUT_SECONDS = 10.0
PENDING_SECONDS = 600
PENDING_MAX = 1_000
KEYS_SECONDS = 3_600
"""How long the provider's addresses and keys are believed."""
KEYS_AGAIN_SECONDS = 30
"""A token by an unknown key asks for the keys anew, but not more often."""
LEEWAY_SECONDS = 60


class Going(NamedTuple):
    """Somebody on their way to the provider."""

    url: str
    """Where to send them."""
    binding: str
    """For a cookie of their browser: who comes back must bring it."""


class Who(NamedTuple):
    """Who somebody is, by the provider's word."""

    issuer: str
    subject: str

    @property
    def mark(self) -> str:
        """What a desk is bound to: a digest, so that no name of theirs is kept, and another provider's is another."""
        return sha256(f"tocsin/oidc/v1\n{self.issuer}\n{self.subject}".encode()).hexdigest()


class _Pending(NamedTuple):
    nonce: str
    verifier: str
    binding: bytes
    until: float


class _About(Struct, frozen=True):
    """What the provider says of itself; further fields are passed over."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(Struct, frozen=True):
    id_token: str


class _Jose(NamedTuple):
    """The modules of joserfc that are used."""

    jwt: ModuleType
    jwk: ModuleType
    errors: ModuleType


class OidcLogin:
    """One provider. Its methods block on the network: call them in a thread. Threads may share it."""

    def __init__(self, settings: Oidc, *, wall: Callable[[], float] = time.time) -> None:
        self._settings, self._wall = settings, wall
        self._jose = _joserfc()
        self._secret = read_secret(settings.client_secret_file)
        secure = ssl.create_default_context(cafile=settings.ca_file or None)
        self._http = urllib3.PoolManager(num_pools=4, maxsize=4, block=True, ssl_context=secure)
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}
        self._about: tuple[float, _About] | None = None
        self._keys: tuple[float, Any] | None = None

    @property
    def issuer(self) -> str:
        """The provider's name in its tokens."""
        return self._settings.issuer

    def start(self) -> Going:
        """Begin: where to send the browser. Raises Overloaded where the provider cannot be asked."""
        about = self._discovered()
        state, nonce, verifier, binding = (secrets.token_urlsafe(32) for _ in range(4))
        now = self._wall()
        with self._lock:
            self._pending = {key: row for key, row in self._pending.items() if row.until > now}
            while len(self._pending) >= PENDING_MAX:
                del self._pending[next(iter(self._pending))]
            self._pending[state] = _Pending(nonce, verifier, _digest(binding), now + PENDING_SECONDS)
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(_digest(verifier)).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in about.authorization_endpoint else "?"
        return Going(about.authorization_endpoint + joint + urlencode(asked), binding)

    def back(self, query: dict[str, str], binding: str) -> Who:
        """Who came back, from the query of the address they were sent to and their browser's binding.

        Raises NotSignedIn for whatever does not fit, and Overloaded where the provider cannot be asked.
        """
        with self._lock:
            pending = self._pending.pop(query.get("state", ""), None)
        if pending is None or pending.until <= self._wall():
            raise _refused("the attempt is not known here, or was begun more than ten minutes ago")
        if not hmac.compare_digest(pending.binding, _digest(binding)):
            raise _refused("the attempt was begun in another browser")
        if "error" in query or not query.get("code"):
            raise _refused("the provider did not let you in")
        about = self._discovered()
        said = query.get("iss", "")
        if said != about.issuer and (said or about.authorization_response_iss_parameter_supported):
            raise _refused("the answer is that of another provider")
        claims = self._claims(self._exchanged(about, query["code"], pending.verifier), about)
        if not hmac.compare_digest(str(claims.get("nonce", "")), pending.nonce):
            raise _refused("the token is that of another attempt")
        subject = claims.get(self._settings.subject_claim)
        if not isinstance(subject, str) or not subject or len(subject) > 255:
            raise _refused(f"the token does not say who you are: no claim '{self._settings.subject_claim}'")
        return Who(about.issuer, subject)

    def _exchanged(self, about: _About, code: str, verifier: str) -> str:
        """The ID token for a code."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect,
            "code_verifier": verifier,
        }
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        methods = about.token_endpoint_auth_methods_supported
        if self._secret and ("client_secret_basic" in methods or "client_secret_post" not in methods):
            pair = urlencode({"": self._settings.client_id})[1:] + ":" + urlencode({"": self._secret})[1:]
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            fields["client_id"] = self._settings.client_id
            if self._secret:
                fields["client_secret"] = self._secret
        status, data = self._asked("POST", about.token_endpoint, headers, urlencode(fields).encode())
        if status != 200:
            raise _refused("the provider did not take the code")
        try:
            return msgspec.json.decode(data, type=_Tokens).id_token
        except msgspec.DecodeError:
            raise _refused("the provider gave no token that can be read") from None

    def _claims(self, token: str, about: _About) -> dict[str, Any]:
        """The claims of an ID token whose signature, issuer, audience and times are right."""
        try:
            found = self._decoded(token, about)
        except ValueError as error:
            raise _refused(f"the token is not sound: {error}") from None
        claims: dict[str, Any] = dict(found.claims)
        self._check_audience(claims, about)
        self._check_times(claims)
        return claims

    def _check_audience(self, claims: dict[str, Any], about: _About) -> None:
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
        if claims.get("iss") != about.issuer:
            raise _refused("the token is that of another provider")
        if self._settings.client_id not in audiences:
            raise _refused("the token is for somebody else than this centre")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id or (
            len(audiences) > 1 and "azp" not in claims
        ):
            raise _refused("the token was given to somebody else")

    def _check_times(self, claims: dict[str, Any]) -> None:
        now, expires, issued, begins = self._wall(), claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
        if not isinstance(expires, int | float) or expires <= now - LEEWAY_SECONDS:
            raise _refused("the token has run out; is this machine's clock right?")
        if not isinstance(issued, int | float) or issued > now + LEEWAY_SECONDS:
            raise _refused("the token is of the future; is this machine's clock right?")
        if not isinstance(begins, int | float) or begins > now + LEEWAY_SECONDS:
            raise _refused("the token does not hold yet")

    def _decoded(self, token: str, about: _About) -> Any:  # noqa: ANN401  # joserfc's Token; the package is optional
        """The token, its signature verified. Raises ValueError; a key we do not know is asked for once."""
        problem = ""
        for is_again in (False, True):
            keys = self._provider_keys(about, is_again=is_again)
            try:
                return self._jose.jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            except (self._jose.errors.JoseError, ValueError, TypeError, KeyError) as error:
                problem = type(error).__name__
        raise ValueError(problem)

    def _provider_keys(self, about: _About, *, is_again: bool) -> Any:  # noqa: ANN401  # joserfc's KeySet
        with self._lock:
            known = self._keys
        age = self._wall() - known[0] if known else KEYS_SECONDS
        if known is not None and age < (KEYS_AGAIN_SECONDS if is_again else KEYS_SECONDS):
            return known[1]
        status, data = self._asked("GET", about.jwks_uri, {"accept": "application/json"})
        if status != 200:
            raise _down(f"its keys cannot be had: {status}")
        try:
            keys = self._jose.jwk.KeySet.import_key_set(msgspec.json.decode(data))
        except (self._jose.errors.JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _down(f"its keys cannot be read: {type(error).__name__}") from None
        with self._lock:
            self._keys = self._wall(), keys
        return keys

    def _discovered(self) -> _About:
        """What the provider says of itself, asked for once an hour."""
        with self._lock:
            known = self._about
        if known is not None and self._wall() - known[0] < KEYS_SECONDS:
            return known[1]
        issuer = self._settings.issuer
        url = issuer.rstrip("/") + "/.well-known/openid-configuration"
        status, data = self._asked("GET", url, {"accept": "application/json"})
        if status != 200:
            raise _down(f"it answered {status}")
        try:
            about = msgspec.json.decode(data, type=_About)
        except msgspec.DecodeError:
            raise _down("what it says of itself cannot be read") from None
        if about.issuer != issuer:
            raise _down(f"it says that it is '{about.issuer[:200]}', and the settings '{issuer}'")
        for address in (about.authorization_endpoint, about.token_endpoint, about.jwks_uri):
            if not is_safe_url(address):
                raise _down("it names an address without TLS")
        with self._lock:
            self._about = self._wall(), about
        return about

    def _asked(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, bytes]:
        try:
            answer = self._http.request(
                method,
                url,
                headers=headers,
                body=body,
                timeout=urllib3.Timeout(connect=5.0, read=TIMEOUT_SECONDS, total=TIMEOUT_SECONDS),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                data = answer.read(ANSWER_BYTES_MAX + 1)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _down(type(error).__name__) from None
        if len(data) > ANSWER_BYTES_MAX:
            raise _down("its answer is too large")
        return answer.status, data


def _joserfc() -> _Jose:
    try:
        from joserfc import errors, jwk, jwt  # noqa: PLC0415  # an optional package
    except ImportError:
        found = "signing in through a provider needs the package joserfc, which is not installed"
        fix = "pip install 'tocsin[oidc]', or take [oidc] out of the settings"
        raise SettingsError([Problem("centre.toml", 0, "oidc", found, "", fix)]) from None
    return _Jose(jwt, jwk, errors)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _refused(why: str) -> NotSignedIn:
    return NotSignedIn("not signed in", f"You are not signed in: {why}.", fix="Begin again.")


def _down(why: str) -> Overloaded:
    return Overloaded(
        "provider down",
        f"The provider that vouches for people cannot be used now: {why}.",
        wait_seconds=30,
        fix="Sign in with your name and password, or try again later.",
    )
