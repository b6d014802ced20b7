"""Access tokens of the provider, as `Authorization: Bearer ...`; told from API tokens by their form."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from followup_api.auth.oidc.problems import NotProven, ProviderAway
from followup_api.dependencies import AppContext
from followup_api.problems import Problem, Unauthenticated, Unavailable


@dataclass(frozen=True)
class Subject:
    """Whom the provider says a token stands for."""

    issuer: str
    subject: str


async def read_access_token(request: Request, app: AppContext) -> Subject | Problem | None:
    """Whom the provider's access token of a request stands for, or what is wrong with it.

    None: the request has no such token, or none are taken. It is asked before a request gets its place: a
    provider that is slow keeps neither that nor a connection of the database. It raises nothing: anyone who
    is asked for no log-in may send what they like.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    issuer = app.settings.oidc_issuer
    if not app.oidc or not issuer or not app.settings.oidc_audience:
        return None
    if scheme.lower() != "bearer" or token.count(".") != 2:
        return None
    try:
        return Subject(issuer, await app.oidc.ask(app.oidc.subject_of, token.strip()))
    except ProviderAway:
        detail = "The log-in provider does not answer, so its tokens cannot be checked: try again shortly."
        return Unavailable(detail, headers={"Retry-After": "5"})
    except NotProven:
        return Unauthenticated(
            "The access token is not valid: it has expired, is not for this API, or was not signed by the "
            "log-in provider."
        )
