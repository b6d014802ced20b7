"""The audit log: who did what, from where and when. What a request did and its entry commit together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from followup_common.db import Transaction
from followup_common.db.tables import audit_log
from sqlalchemy import insert

from followup_api.auth.browser import address_of
from followup_api.dependencies import UnitOfWork, Work


class Action(StrEnum):
    """What is worth an entry; the names are stable."""

    LOGGED_IN = "log-in.succeeded"
    LOG_IN_FAILED = "log-in.failed"
    LOGGED_OUT = "log-out"
    SESSION_ENDED = "session.ended"
    IDENTITY_BOUND = "identity.bound"
    IDENTITY_UNBOUND = "identity.unbound"
    TOKEN_CREATED = "token.created"  # noqa: S105 - a name
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - a name
    USER_CREATED = "user.created"
    USER_CHANGED = "user.changed"
    USERS_IMPORTED = "users.imported"
    FOLLOW_UPS_IMPORTED = "follow-ups.imported"
    FOLLOW_UPS_EXPORTED = "follow-ups.exported"
    SWEEP_REQUESTED = "sweep.requested"
    DEAD_LETTERS_REPLAYED = "dead-letters.replayed"
    DEAD_LETTERS_DISCARDED = "dead-letters.discarded"


def record(
    tx: Transaction,
    action: Action,
    *,
    actor_id: int | None = None,
    target: str | None = None,
    address: str | None = None,
    request_id: str | None = None,
    **details: Any,
) -> None:
    """Append an entry.

    Args:
        tx: the transaction of what was done.
        action: what was done.
        actor_id: who did it; None when it was nobody who is known.
        target: what it was done to, such as `users/42`.
        address: where the request came from.
        request_id: the `request_id` of the log lines about it.
        details: further facts; never a secret, nor what somebody typed where a secret belongs.
    """
    values = {
        "action": action.value,
        "actor_id": actor_id,
        "target": target,
        "address": address,
        "request_id": request_id,
        "details": details,
    }
    tx.execute(insert(audit_log).values(values))


@dataclass(frozen=True)
class Trail:
    """The audit log as a request sees it: who asks and from where is known already."""

    work: UnitOfWork
    request: Request

    def __call__(
        self, action: Action, target: str | None = None, *, actor_id: int | None = None, **details: Any
    ) -> None:
        """Append an entry about the caller, or about `actor_id` where nobody is logged in yet."""
        record(
            self.work.tx,
            action,
            actor_id=actor_id or getattr(self.request.state, "user_id", None),
            target=target,
            address=address_of(self.request),
            request_id=structlog.contextvars.get_contextvars().get("request_id"),
            **details,
        )


async def _trail(work: Work, request: Request) -> Trail:
    return Trail(work, request)


Audit = Annotated[Trail, Depends(_trail)]
