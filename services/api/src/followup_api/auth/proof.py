"""Show that it is you: asked before what would let somebody stay who found an open browser, or a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followup_api.auth.queries import PROOF_LASTS
from followup_api.problems import Forbidden

if TYPE_CHECKING:
    from followup_api.permissions import Caller


class ProofNeeded(Forbidden):
    """It is too long ago that somebody showed that it is them, or nobody knows when they did."""

    kind, title = "reauthentication-needed", "Confirm that it is you"

    detail = (
        f"You last logged in or gave your password more than {PROOF_LASTS.seconds // 60} minutes ago. Send "
        "it to POST /api/v1/session/proof, or log in again with single sign-on at "
        "/api/v1/session/oidc?fresh=true; then send this request again. Programs use an API token for this: "
        "an access token of the log-in provider does not say when somebody showed it."
    )


class SessionNeeded(Forbidden):
    """A program asks for what belongs to the person themselves."""

    kind, title = "session-needed", "Log in with a browser for this"

    detail = (
        "One's own password, address, provider account and sessions are for who is logged in, not for "
        "tokens: anyone who has found a token must not keep its person out, nor stay when it is revoked. "
        "Log in, and do it there."
    )


def require_session(caller: Caller) -> None:
    """Let through who has logged in, for what decides how they do.

    Raises:
        SessionNeeded: they are known by an API token, or an access token of the provider.
    """
    if caller.session_id is None:
        raise SessionNeeded


def require_proof(caller: Caller) -> None:
    """Let through who has lately shown that it is them; and API tokens, which have scopes instead.

    Raises:
        ProofNeeded: it is too long ago; or they come with an access token of the provider.
    """
    if not caller.proved:
        raise ProofNeeded
