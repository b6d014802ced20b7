"""One's own API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from followup_common.db.tables import api_tokens

from followup_api.audit import Action, Audit
from followup_api.auth.secrets import new_api_token
from followup_api.dependencies import Work
from followup_api.pagination import Page, PageQuery, paginate
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import Invalid, NotFound, documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.tokens import queries
from followup_api.tokens.schemas import CreatedToken, NewToken, Token

router = api_router(prefix="/tokens", tags=["API tokens"])

Self = Annotated[Caller, require(Permission.SELF)]


class TokenNotFound(NotFound):
    """The caller has no such token."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"You have no API token {token_id}.")
        self.token_id = token_id


@router.get("", summary="List one's API tokens", description="Newest first, without their secrets.")
def list_tokens(page: Annotated[PageQuery, Query()], work: Work, caller: Self) -> Page[Token]:
    found = paginate(work.tx, queries.tokens_of(caller.user_id), (api_tokens.c.id.desc(),), page)
    return Page(items=[Token.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post(
    "",
    status_code=201,
    summary="Make an API token",
    description="The answer shows the token; nobody can read it again later.",
)
def create_token(new: NewToken, work: Work, audit: Audit, caller: Self) -> CreatedToken:
    if new.expires_at and queries.is_past(work.tx, new.expires_at):
        raise Invalid("expires_at", "expires_at has passed: give a time to come, or null.")
    token = new_api_token()
    row = queries.add_token(work.tx, caller.user_id, new.name, token, new.expires_at)
    audit(Action.TOKEN_CREATED, f"tokens/{row.id}", name=row.name, prefix=row.prefix)
    return CreatedToken(**row._mapping, token=token.token)


@router.delete(
    "/{token_id}",
    status_code=204,
    summary="Revoke an API token",
    description="It stops working at once.",
    responses=documented(404),
)
def revoke_token(token_id: PathId, work: Work, audit: Audit, caller: Self) -> None:
    if not queries.revoke_token(work.tx, caller.user_id, token_id):
        raise TokenNotFound(token_id)
    audit(Action.TOKEN_REVOKED, f"tokens/{token_id}")
