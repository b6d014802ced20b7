"""The OpenID Connect provider: what it publishes, how a log-in ends with it, and whether a token is its own.

Everything here may wait for the network, so it runs in threads of its own (`Provider.ask`), of which there
are few: a provider that hangs keeps neither the API's threads nor its database connections. Where people
are sent and what they come back with is up to others; which addresses are asked is up to the settings and
to the provider's own document, which has to be of the configured issuer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import jwt
import structlog
from anyio import CapacityLimiter, fail_after, to_thread
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from followup_api.auth.browser import origin_of
from followup_api.auth.oidc.claims import Claims, claim_at, completed, subject
from followup_api.auth.oidc.flow import Flow
from followup_api.auth.oidc.keys import PublishedKeys
from followup_api.auth.oidc.problems import NotProven, ProviderAway, RefusedByProvider
from followup_api.auth.oidc.settings import OidcSettings, safe_url

T = TypeVar("T")
CALLBACK = "/api/v1/session/oidc/callback"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Asymmetric ones only: with HS256 anybody who can read a published key could sign."""

THREADS = 8
TIMEOUT_SECONDS = 5
"""For one request to the provider."""
PATIENCE_SECONDS = 12
"""For all that one caller asks of it, waiting for a thread included."""
DOCUMENT_LIFE_SECONDS = 3600
RETRY_SECONDS = 5
"""A provider that was away is not asked for its document again before."""
LEEWAY_SECONDS = 30
"""By which its clock may differ from ours."""

ASK_AGAIN = {"prompt": "login", "max_age": "0"}
"""With it a provider has people log in although it knows them, and has to say when they did: `auth_time`."""

log = structlog.get_logger()


class Provider:
    """The provider that the settings name; asked for nothing before it is needed.

    Args:
        settings: with an issuer, a client id and a public URL.
    """

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer or ""
        self._redirect_uri = f"{origin_of(settings.public_url)}{CALLBACK}" if settings.public_url else ""
        self._threads = CapacityLimiter(THREADS)
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._ask_again_at = 0.0
        self._keys: PublishedKeys | None = None

    async def ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """Call a method that waits for the provider, without keeping anybody else waiting.

        Raises:
            ProviderAway: it takes too long.
        """
        try:
            with fail_after(PATIENCE_SECONDS):
                return await to_thread.run_sync(
                    question, *arguments, limiter=self._threads, abandon_on_cancel=True
                )
        except TimeoutError:
            raise ProviderAway from None

    def log_in_url(self, flow: Flow) -> str:
        """Where to send a browser to log in.

        Raises:
            ProviderAway: the provider does not say.
        """
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
                **(ASK_AGAIN if flow.fresh else {}),
            )
        return str(url)

    def identify(self, code: str, flow: Flow) -> Claims:
        """What the provider says of the person who came back with a code.

        Raises:
            ProviderAway: it does not answer.
            RefusedByProvider: it does not take the code.
            NotProven: what it sent proves nothing.
        """
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.verifier,
                    allow_redirects=False,
                )
                claims = self._proven(str(token.get("id_token")), self._settings.oidc_client_id)
                if claims.get("nonce") != flow.nonce:
                    raise NotProven("nonce")
                if claims.get("azp", self._settings.oidc_client_id) != self._settings.oidc_client_id:
                    raise NotProven("azp")
                return completed(claims, self._further(client, claims), self._settings.oidc_role_claim)
        except AuthlibBaseError as error:
            log.warning("oidc_code_refused", error=error.error)
            raise RefusedByProvider from None
        except (RequestException, ValueError) as error:
            raise _away(error) from None

    def subject_of(self, token: str) -> str:
        """Whom an access token of the provider stands for.

        Raises:
            ProviderAway: the provider's keys are not to be had.
            NotProven: it is not one, not for this API, or not valid any more.
        """
        return subject(self._proven(token, self._settings.oidc_audience))

    def _proven(self, token: str, audience: str | None) -> Claims:
        """The claims of a token that the provider signed for an audience and that has not expired."""
        try:
            key = self._published_keys().key_of(token)
            claims: Claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise _away(error) from None
        except jwt.PyJWTError as error:
            log.info("oidc_token_refused", reason=type(error).__name__)
            raise NotProven(type(error).__name__) from None
        subject(claims)
        return claims

    def _further(self, client: OAuth2Session, claims: Claims) -> Claims:
        """What only the provider's UserInfo says; many put everything into the ID token."""
        role = self._settings.oidc_role_claim
        complete = "email" in claims and (role is None or claim_at(claims, role) is not None)
        if complete or "userinfo_endpoint" not in self._published():
            return {}
        answer = client.get(self._endpoint("userinfo_endpoint"), allow_redirects=False)
        answer.raise_for_status()
        further = answer.json()
        if not isinstance(further, dict) or further.get("sub") != claims["sub"]:
            raise NotProven("sub")
        return further

    def _client(self) -> OAuth2Session:
        secret = self._settings.oidc_client_secret
        return OAuth2Session(
            client_id=self._settings.oidc_client_id,
            client_secret=secret and secret.get_secret_value(),
            token_endpoint_auth_method=self._authentication() if secret else "none",
            scope=self._settings.oidc_scopes,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_SECONDS,
        )

    def _authentication(self) -> str:
        offered = self._published().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in offered else "client_secret_post"

    def _published_keys(self) -> PublishedKeys:
        address = self._endpoint("jwks_uri")
        if self._keys is None or self._keys.uri != address:
            self._keys = PublishedKeys(address, timeout=TIMEOUT_SECONDS)
        return self._keys

    def _endpoint(self, name: str) -> str:
        try:
            return safe_url(str(self._published().get(name)))
        except ValueError as error:
            raise _away(f"{name} is {error}") from None

    def _published(self) -> dict[str, Any]:
        """The provider's document; while it is away, the last one."""
        with self._lock:
            if time.monotonic() >= self._ask_again_at:
                self._ask_again_at = time.monotonic() + RETRY_SECONDS
                self._fetch()
            if not self._document:
                raise ProviderAway
            return self._document

    def _fetch(self) -> None:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            with OAuth2Session(default_timeout=TIMEOUT_SECONDS) as client:
                answer = client.get(address, withhold_token=True, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
        except (RequestException, ValueError) as error:
            _away(error)
            return
        if not isinstance(found, dict) or found.get("issuer") != self._issuer:
            _away(f"{address} is not of the issuer {self._issuer}: check FOLLOWUP_OIDC_ISSUER")
            return
        self._document = found
        self._ask_again_at = time.monotonic() + DOCUMENT_LIFE_SECONDS


def _away(error: object) -> ProviderAway:
    log.warning("oidc_provider_away", error=str(error))
    return ProviderAway()
