"""Logging in through a provider as a browser does, step by step; and tokens that no honest provider signs."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from followup_api.auth.oidc.problems import Reason
from httpx import Response

from tests.support import oidc
from tests.support.oidc import CLIENT_ID

from .conftest import World

START = "/api/v1/session/oidc"
Trusting = Callable[..., World]


def depart(client: httpx.Client, return_to: str = "/", *, fresh: bool = False) -> str:
    """Start to log in; returns where the browser comes back from the provider."""
    query = {"return_to": return_to, **({"fresh": "true"} if fresh else {})}
    start = client.get(START, params=query, follow_redirects=False)
    assert start.status_code == 303
    there = httpx.get(start.headers["location"])
    assert there.status_code == 303, there.text
    return str(there.headers["location"])


def arrive(client: httpx.Client, address: str) -> Response:
    answer: Response = client.get(address, follow_redirects=False)
    assert answer.status_code == 303
    return answer


def log_in(client: httpx.Client, return_to: str = "/") -> str:
    """Log in; returns where it led."""
    return str(arrive(client, depart(client, return_to)).headers["location"])


def problem(reason: Reason, page: str = "") -> str:
    return f"/login?problem={reason}{page and '&next='}{quote_plus(page)}"


def entries(world: World) -> list[Any]:
    return world.execute("SELECT action, actor_id, target, details FROM audit_log ORDER BY id")


READABLE = b"published by a provider that knows no better"
READABLE_KEY = {
    "kty": "oct",
    "alg": "HS256",
    "kid": "readable",
    "k": urlsafe_b64encode(READABLE).decode().rstrip("="),
}

FORGED: dict[str, Callable[[oidc.Provider, dict[str, Any]], str]] = {
    "unsigned": lambda _, claims: jwt.encode(claims, "", algorithm="none", headers={"kid": "key-1"}),
    "signed with the public key as a password": lambda _, claims: hs256(claims),
    "signed with a key that everybody can read": lambda p, claims: jwt.encode(
        claims, READABLE, algorithm="HS256", headers={"kid": "readable"}
    ),
    "signed by somebody else": lambda p, claims: p.sign(claims, key=3, headers={"kid": "key-1"}),
    "signed with a key that is not published": lambda p, claims: p.sign(claims, key=3),
    "naming a key elsewhere": lambda p, claims: p.sign(
        claims, key=3, headers={"kid": "key-1", "jku": f"{p.issuer}/keys"}
    ),
    "of another issuer": lambda p, claims: p.sign({**claims, "iss": "https://evil.example"}),
    "for another client": lambda p, claims: p.sign({**claims, "aud": "somebody-else"}),
    "for another client as well": lambda p, claims: p.sign(
        {**claims, "aud": [CLIENT_ID, "somebody-else"], "azp": "somebody-else"}
    ),
    "of another log-in": lambda p, claims: p.sign({**claims, "nonce": "another"}),
    "without a nonce": lambda p, claims: p.sign({**claims, "nonce": None}),
    "expired": lambda p, claims: p.sign({**claims, "exp": claims["iat"] - 60}),
    "without an end": lambda p, claims: p.sign({**claims, "exp": None}),
    "without a beginning": lambda p, claims: p.sign({**claims, "iat": None}),
    "for nobody": lambda p, claims: p.sign({**claims, "aud": None}),
    "of no issuer": lambda p, claims: p.sign({**claims, "iss": None}),
    "not valid yet": lambda p, claims: p.sign({**claims, "nbf": claims["iat"] + 600}),
    "without a subject": lambda p, claims: p.sign({**claims, "sub": None}),
    "no token": lambda _, __: "nonsense",
}


def hs256(claims: dict[str, Any]) -> str:
    """What a verifier that lets the token choose the algorithm would take."""
    public = oidc.private_key(1).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "kid": "key-1"}, claims)
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(public, signed, sha256)).rstrip(b"=")
    return (signed + b"." + signature).decode()
