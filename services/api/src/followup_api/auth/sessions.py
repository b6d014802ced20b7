"""A session begins, however somebody has proven who they are."""

from __future__ import annotations

from fastapi import Request, Response

from followup_api.audit import Action, Trail
from followup_api.auth import browser, queries, secrets
from followup_api.settings import ApiSettings


def begin(
    request: Request, response: Response, settings: ApiSettings, audit: Trail, user_id: int, **details: str
) -> None:
    """Give the browser a new session, whatever it had before.

    Args:
        request: with which they log in.
        response: takes the cookie along.
        settings: how long a session lasts.
        audit: where the entry goes, and the session with it.
        user_id: of the person.
        details: of the entry.
    """
    token = secrets.new_session_token()
    queries.add_session(audit.work.tx, user_id, secrets.digest(token), settings.session_life)
    browser.set_session(request, response, settings, token)
    audit(Action.LOGGED_IN, f"users/{user_id}", actor_id=user_id, **details)
