"""API tokens: one's own, and for admins those of others."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from followup_common.db.tables import api_tokens

from followup_api.audit import Action, Audit
from followup_api.auth.proof import require_proof
from followup_api.dependencies import App
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import Conflict, NotFound, documented
from followup_api.routing import api_router
from followup_api.rows import Record
from followup_api.schemas import PathId
from followup_api.tokens import queries
from followup_api.tokens.schemas import CreatedToken, NewToken, Token
from followup_api.tokens.service import make_token
from followup_api.unit_of_work import Work
from followup_api.users.queries import get_user

router = api_router(prefix="/tokens", tags=["API tokens"])
of_people = api_router(prefix="/users/{user_id}/tokens", tags=["API tokens"])

Self = Annotated[Caller, require(Permission.SELF)]
Owner = Annotated[Caller, require(Permission.SELF_WRITE)]
Admin = Annotated[Caller, require(Permission.USERS_WRITE)]


class TokenNotFound(NotFound):
    """The person has no such token."""

    def __init__(self, token_id: int, whose: str = "You have") -> None:
        super().__init__(f"{whose} no API token {token_id}.")
        self.token_id = token_id


class TokenMade(Conflict):
    """The same request has made a token before; nobody can read its secret again."""

    def __init__(self, token_id: int) -> None:
        super().__init__(
            f"This request has made the API token {token_id} already, and its secret was shown only then: "
            f"revoke token {token_id}, and make another one with a new Idempotency-Key."
        )
        self.token_id = token_id


@router.get("", summary="List one's API tokens", description="Newest first, without their secrets.")
def list_tokens(page: Annotated[PageQuery, Query()], work: Work, caller: Self) -> Page[Token]:
    found = paginate(work.tx, queries.tokens_of(caller.user_id), (api_tokens.c.id.desc(),), page)
    return Page[Token].of(found)


@router.post(
    "",
    status_code=201,
    summary="Make an API token",
    description="The answer shows the token; nobody can read it again later. It can do what its scopes say, "
    "as far as the person's role includes it at that moment. A token makes none with more scopes or a later "
    "end than its own, and those that it made end with it.",
    responses=documented(409),
)
def create_token(
    new: NewToken, *, app: App, work: Work, audit: Audit, caller: Owner, once: Idempotent
) -> CreatedToken:
    row, token = make_token(work.tx, caller, new, app.settings)
    audit(Action.TOKEN_CREATED, f"tokens/{row.id}", **_kept(row))
    once.say_instead(TokenMade(row.id))
    return CreatedToken(**row._mapping, token=token.token)


def _kept(row: Record) -> dict[str, Any]:
    """What the audit log keeps of a new token."""
    made_with = {"made_with": row.made_with} if row.made_with else {}
    return {"name": row.name, "prefix": row.prefix, "scopes": row.scopes, **made_with}


@router.delete(
    "/{token_id}",
    status_code=204,
    summary="Revoke an API token",
    description="It stops working at once, and so do those that were made with it.",
    responses=documented(404),
)
def revoke_token(token_id: PathId, work: Work, audit: Audit, caller: Owner) -> None:
    name = queries.revoke_token(work.tx, caller.user_id, token_id)
    if name is None:
        raise TokenNotFound(token_id)
    audit(Action.TOKEN_REVOKED, f"tokens/{token_id}", name=name)


@of_people.get(
    "",
    summary="List a person's API tokens",
    description="Newest first, without their secrets.",
    responses=documented(404),
)
def list_tokens_of(user_id: PathId, page: Annotated[PageQuery, Query()], work: Work, _: Admin) -> Page[Token]:
    get_user(work.tx, user_id)
    found = paginate(work.tx, queries.tokens_of(user_id), (api_tokens.c.id.desc(),), page)
    return Page[Token].of(found)


@of_people.delete(
    "/{token_id}",
    status_code=204,
    summary="Revoke a person's API token",
    description="It stops working at once, and so do those that were made with it.",
    responses=documented(404),
)
def revoke_token_of(user_id: PathId, token_id: PathId, work: Work, audit: Audit, caller: Admin) -> None:
    get_user(work.tx, user_id)
    require_proof(caller)
    name = queries.revoke_token(work.tx, user_id, token_id)
    if name is None:
        raise TokenNotFound(token_id, f"User {user_id} has")
    audit(Action.TOKEN_REVOKED, f"tokens/{token_id}", name=name, user_id=user_id)
