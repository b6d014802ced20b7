"""A session begins, however somebody has proven who they are."""

from __future__ import annotations

from datetime import datetime

from fastapi import Request, Response

from followup_api.audit import Action, Trail
from followup_api.auth import browser, queries, secrets
from followup_api.settings import ApiSettings


def begin(
    request: Request,
    response: Response,
    settings: ApiSettings,
    audit: Trail,
    user_id: int,
    *,
    proved_at: datetime | None = None,
    **details: str,
) -> None:
    """Give the browser a new session; the one that it had before ends.

    Args:
        request: with which they log in.
        response: takes the cookie along.
        settings: how long a session lasts.
        audit: where the entry goes, and the session with it.
        user_id: of the person.
        proved_at: when they showed that it is them; None: just now.
        details: of the entry.
    """
    token = secrets.new_session_token()
    tx, before = audit.work.tx, browser.session_of(request, settings)
    if before:
        queries.end_session_of(tx, secrets.digest(before))
    about = {
        "address": browser.address_of(request),
        "browser": browser.name_of(request.headers.get("user-agent")),
        **({"proved_at": proved_at} if proved_at else {}),
    }
    queries.add_session(tx, user_id, secrets.digest(token), settings.session_life, **about)
    browser.set_session(request, response, settings, token)
    audit(Action.LOGGED_IN, f"users/{user_id}", actor_id=user_id, **details)
