"""Show again that it is you: asked before what would let somebody stay who found an open browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from followup_api.auth.queries import PROOF_LASTS
from followup_api.problems import Forbidden

if TYPE_CHECKING:
    from followup_api.permissions import Caller


class ProofNeeded(Forbidden):
    """It is too long ago that the person behind a session showed that it is them."""

    kind, title = "reauthentication-needed", "Confirm that it is you"

    def __init__(self) -> None:
        minutes = PROOF_LASTS.seconds // 60
        super().__init__(
            f"You last logged in or gave your password more than {minutes} minutes ago. Send it to POST "
            "/api/v1/session/proof, or log in again with single sign-on at /api/v1/session/oidc?fresh=true; "
            "then send this request again."
        )


def require_proof(caller: Caller) -> None:
    """Let through who has lately shown that it is them; and programs, which have scopes instead.

    Raises:
        ProofNeeded: it is too long ago.
    """
    if not caller.proved:
        raise ProofNeeded
