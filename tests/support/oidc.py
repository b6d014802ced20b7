"""A small OpenID Connect provider over real HTTP, which checks what a careful one checks.

Authorization code with PKCE only. Anyone who comes is `person`, after a click on its page (or is refused,
after another) or, with `asks=False`, at once. Tests may have it sign what no honest provider would: see
`forge`.
"""

from __future__ import annotations

import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.ports import free_port
from tests.support.waiting import eventually

CLIENT_ID, CLIENT_SECRET = "followup-tests", "provider-secret-7358"
AUDIENCE = "https://followup.example/api"
AMIR: dict[str, Any] = {
    "sub": "amir-1",
    "email": "amir@example.com",
    "email_verified": True,
    "name": "Amir Patel",
}
LIFE_SECONDS = 300


@cache
def private_key(number: int) -> RSAPrivateKey:
    """One of the keys that are in use during a test run; making one takes a moment."""
    return generate_private_key(65537, 2048)


@dataclass
class Provider:
    """One provider and one client that is registered there.

    Args:
        port: of 127.0.0.1.
        redirect_uri: the only one that the client has registered.
        asks: whether people have to click before they go back.
        person: the claims about the one who comes.
        in_id_token: which of them the ID token holds; None: all. UserInfo always has all.
        forge: makes the ID token from its claims; default: signed with the current key.
        overlay: replaces entries of the published document.
        further_keys: what it publishes beside the key it signs with.
        key: number of the one it signs with.
        obeys: whether it has people log in once more where it is asked to.
        asked: what browsers came with so far.
        fetched: what was asked of it so far.
        secrets: whatever passed between it and others so far that opens something.
    """

    port: int
    redirect_uri: str
    asks: bool = False
    person: dict[str, Any] = field(default_factory=lambda: dict(AMIR))
    in_id_token: set[str] | None = None
    forge: Callable[[dict[str, Any]], str] | None = None
    overlay: dict[str, Any] = field(default_factory=dict)
    further_keys: list[dict[str, str]] = field(default_factory=list)
    key: int = 1
    obeys: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=lambda: [CLIENT_SECRET])
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def reset(self) -> None:
        """Make it again what it was at first, at the same address."""
        self.__dict__.update(Provider(self.port, self.redirect_uri).__dict__)

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of an API that trusts it."""
        return {
            "public_url": self.redirect_uri.partition("/api/")[0],
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
        }

    def sign(self, claims: dict[str, Any], *, key: int | None = None, **more: Any) -> str:
        """A token signed by this provider, with its current key by default; a None leaves a claim out."""
        number = key or self.key
        headers = {"kid": f"key-{number}", **more.pop("headers", {})}
        told = {name: value for name, value in {**self.times(), **claims}.items() if value is not None}
        return jwt.encode(told, private_key(number), algorithm="RS256", headers=headers)

    def access_token(self, **claims: Any) -> str:
        """An access token for our API, of the current person."""
        return self.sign({"iss": self.issuer, "aud": AUDIENCE, "sub": self.person["sub"], **claims})

    def times(self) -> dict[str, int]:
        """When a token begins and ends."""
        return {"iat": int(time.time()), "exp": int(time.time()) + LIFE_SECONDS}

    def app(self) -> Starlette:
        """What it serves."""
        routes = [
            Route("/.well-known/openid-configuration", self._document),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/userinfo", self._userinfo),
            Route("/keys", self._keys),
            Route("/moved/{path:path}", self._moved, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    def _document(self, _: Request) -> Response:
        self.fetched.append("document")
        published = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse({**published, **self.overlay})

    def _moved(self, request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['path']}", status_code=307)

    def _keys(self, _: Request) -> Response:
        self.fetched.append("keys")
        public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key(self.key).public_key(), as_dict=True)
        current = {**public, "kid": f"key-{self.key}", "use": "sig", "alg": "RS256"}
        return JSONResponse({"keys": [current, *self.further_keys]})

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        self.asked.append(dict(asked))
        _check(asked.get("response_type") == "code", "response_type")
        _check(asked.get("client_id") == CLIENT_ID, "client_id")
        _check(asked.get("redirect_uri") == self.redirect_uri, "redirect_uri")
        _check(len(asked.get("state", "")) > 20, "state")
        _check(len(asked.get("nonce", "")) > 20, "nonce")
        _check("openid" in asked.get("scope", "").split(), "scope")
        _check(len(asked.get("code_challenge", "")) == 43, "code_challenge")
        _check(asked.get("code_challenge_method") == "S256", "code_challenge_method")
        if self.asks and "agreed" not in asked:
            return HTMLResponse(self._question(str(request.url)))
        if asked.get("agreed") == "no":
            return self._back(error="access_denied", state=asked["state"])
        code = secrets.token_urlsafe(16)
        self._codes[code] = dict(asked)
        self.secrets += [code, asked["state"], asked["nonce"]]
        return self._back(code=code, state=asked["state"])

    def _question(self, url: str) -> str:
        links = {"yes": f"Continue as {self.person['name']}", "no": "Cancel"}
        return "<title>Provider</title>" + " ".join(
            f'<a href="{escape(url)}&amp;agreed={answer}">{text}</a>' for answer, text in links.items()
        )

    def _back(self, **answer: str) -> Response:
        return RedirectResponse(f"{self.redirect_uri}?{urlencode(answer)}", status_code=303)

    async def _token(self, request: Request) -> Response:
        sent = dict(parse_qsl((await request.body()).decode()))
        basic = b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        if basic != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        asked = self._codes.pop(sent.get("code", ""), None)
        if asked is None or not _proves(sent.get("code_verifier", ""), asked["code_challenge"]):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        _check(sent.get("grant_type") == "authorization_code", "grant_type")
        _check(sent.get("redirect_uri") == asked["redirect_uri"], "redirect_uri")
        claims = {"iss": self.issuer, "aud": CLIENT_ID, **self.times(), **self._own_claims()}
        claims |= {"nonce": asked["nonce"]}
        if self.obeys and asked.get("prompt") == "login" and asked.get("max_age") == "0":
            claims["auth_time"] = int(time.time())
        token = self.forge(claims) if self.forge else self.sign(claims)
        access_token = self.access_token()
        self.secrets += [sent["code_verifier"], token, access_token]
        answer = {"access_token": access_token, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
        return JSONResponse({**answer, "id_token": token})

    def _userinfo(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        jwt.decode(token, private_key(self.key).public_key(), algorithms=["RS256"], audience=AUDIENCE)
        self.fetched.append("userinfo")
        return JSONResponse(self.person)

    def _own_claims(self) -> dict[str, Any]:
        names = self.person.keys() if self.in_id_token is None else self.in_id_token | {"sub"}
        return {name: self.person[name] for name in names}


@contextmanager
def running(redirect_uri: str, **options: Any) -> Iterator[Provider]:
    """A provider on a free port, until the end of the block."""
    provider = Provider(free_port(), redirect_uri, **options)
    config = uvicorn.Config(provider.app(), port=provider.port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started, what="the provider has started")
        yield provider
    finally:
        server.should_exit = True
        thread.join(60)


def _check(right: bool, name: str) -> None:
    if not right:
        raise HTTPException(400, f"{name} is wrong or missing")


def _proves(verifier: str, challenge: str) -> bool:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=") == challenge
