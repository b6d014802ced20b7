"""Making an API token: with no more rights, and for no longer, than its maker has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from followup_common.db import Transaction

from followup_api.auth.proof import require_proof
from followup_api.auth.queries import still_there
from followup_api.auth.secrets import ApiToken, new_api_token
from followup_api.permissions import SCOPES, Caller, Scope
from followup_api.problems import Conflict, Invalid, Unauthenticated
from followup_api.rows import Record
from followup_api.tokens import queries
from followup_api.tokens.schemas import NewToken
from followup_api.tokens.settings import TokenSettings

USUAL = (Scope.READ, Scope.WRITE)
"""Of a token that names none, as far as its maker has them."""
ROUNDED = timedelta(hours=1)
"""An end that is too late by less is cut: a client that counts days from now may have a fast clock."""


class TooManyTokens(Conflict):
    """A person has as many tokens as they may have."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have {most} API tokens that work, and that is the most: revoke one that is not used."
        )
        self.most = most


def make_token(
    tx: Transaction, caller: Caller, new: NewToken, settings: TokenSettings
) -> tuple[Record, ApiToken]:
    """Make a token for the caller.

    Args:
        tx: the transaction of the request.
        caller: who makes it; with a token, that one bounds the new one.
        new: what they ask for.
        settings: how many and how long.

    Returns:
        What is kept of it, and the token itself.

    Raises:
        ProofNeeded: with the token somebody could stay who found an open browser.
        Unauthenticated: the caller was deactivated, or logged out, a moment ago.
        Invalid: a scope or the end is not for them to give.
        TooManyTokens: they have the most that is allowed.
    """
    require_proof(caller)
    known_by = {"session_id": caller.session_id, "token_id": caller.token_id}
    if not queries.lock_owner(tx, caller.user_id) or not still_there(tx, **known_by):
        raise Unauthenticated
    scopes = _scopes(caller, new.scopes)
    expires_at = _end(tx, caller, new.expires_at, settings)
    if queries.count_working(tx, caller.user_id) >= settings.tokens_per_person:
        raise TooManyTokens(settings.tokens_per_person)
    queries.forget_ended(tx, caller.user_id, keep=settings.tokens_per_person)
    token = new_api_token()
    row = queries.add_token(
        tx, caller.user_id, new.name, token, expires_at=expires_at, scopes=scopes, made_with=caller.token_id
    )
    return row, token


def _scopes(caller: Caller, wanted: Sequence[Scope] | None) -> list[Scope]:
    if wanted is None:
        usual = [scope for scope in USUAL if scope in caller.scopes]
        return usual or sorted(caller.scopes)
    of_role = {SCOPES[permission] for permission in caller.entitled}
    for scope in wanted:
        if scope not in of_role:
            raise Invalid("scopes", f"scopes: the role {caller.role} has no use for {scope}: leave it out.")
        if scope not in caller.scopes:
            message = (
                f"scopes: the token that you send does not have {scope} itself: leave it out, or log in."
            )
            raise Invalid("scopes", message)
    return list(wanted)


def _end(tx: Transaction, caller: Caller, wanted: datetime | None, settings: TokenSettings) -> datetime:
    latest = queries.latest_end(tx, settings.token_life, caller.token_id)
    if wanted is None:
        return latest
    if queries.is_past(tx, wanted):
        raise Invalid("expires_at", "expires_at has passed: give a time to come, or leave it out.")
    if wanted > latest + ROUNDED:
        reason = f"tokens work for {settings.token_days} days at most" + (
            ", and not longer than the one that makes them" if caller.token_id else ""
        )
        message = (
            f"expires_at is too late: {reason}. Give {latest:%Y-%m-%dT%H:%M:%SZ} or earlier, or leave it out."
        )
        raise Invalid("expires_at", message)
    return min(wanted, latest)
