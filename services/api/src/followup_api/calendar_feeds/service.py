"""What people do to their calendar feeds. Who has an address reads without a log-in, so only who can prove
who they are gets one, and a reset of the password ends them all."""

from __future__ import annotations

from followup_common.db import Transaction

from followup_api.audit import Action, Trail
from followup_api.auth.proof import require_proof
from followup_api.auth.queries import still_there
from followup_api.auth.secrets import digest, new_link_token
from followup_api.calendar_feeds import queries
from followup_api.calendar_feeds.problems import CalendarFeedNotFound, TooManyCalendarFeeds
from followup_api.calendar_feeds.schemas import MOST_FEEDS, NewCalendarFeed
from followup_api.permissions import Caller
from followup_api.problems import Unauthenticated
from followup_api.rows import Record
from followup_api.tokens.queries import lock_owner


def make(tx: Transaction, audit: Trail, caller: Caller, new: NewCalendarFeed) -> tuple[Record, str]:
    """Make a feed for the caller.

    Returns:
        What is kept of it, and the secret of its address.

    Raises:
        ProofNeeded: with the address somebody could read on who found an open browser.
        Unauthenticated: the caller was deactivated, or logged out, a moment ago.
        TooManyCalendarFeeds: they have the most that is allowed.
    """
    _hold_owner(tx, caller)
    if queries.count_feeds(tx, caller.user_id) >= MOST_FEEDS:
        raise TooManyCalendarFeeds
    secret = new_link_token()
    row = queries.add_feed(tx, caller.user_id, new, digest(secret))
    audit(Action.CALENDAR_FEED_MADE, f"calendar-feeds/{row.id}", name=row.name)
    return row, secret


def rotate(tx: Transaction, audit: Trail, caller: Caller, feed_id: int) -> tuple[Record, str]:
    """Give one of the caller's feeds another address; returns and raises as `make`.

    Raises:
        CalendarFeedNotFound: they have no such feed.
    """
    _hold_owner(tx, caller)
    secret = new_link_token()
    row = queries.readdress(tx, caller.user_id, feed_id, digest(secret))
    if row is None:
        raise CalendarFeedNotFound(feed_id)
    audit(Action.CALENDAR_FEED_ROTATED, f"calendar-feeds/{feed_id}", name=row.name)
    return row, secret


def revoke(tx: Transaction, audit: Trail, caller: Caller, feed_id: int) -> None:
    """End one of the caller's feeds: its address leads nowhere at once.

    Raises:
        CalendarFeedNotFound: they have no such feed.
    """
    name = queries.revoke_feed(tx, caller.user_id, feed_id)
    if name is None:
        raise CalendarFeedNotFound(feed_id)
    audit(Action.CALENDAR_FEED_REVOKED, f"calendar-feeds/{feed_id}", name=name)


def revoke_all(audit: Trail, user_id: int, *, actor_id: int | None = None) -> None:
    """End all feeds of a person, whose password somebody else may have known.

    Args:
        audit: the audit log of the request.
        user_id: whose.
        actor_id: who does it, where it is not the caller.
    """
    ended = queries.revoke_feeds(audit.work.tx, user_id)
    if ended:
        by = {} if actor_id is None else {"actor_id": actor_id}
        audit(Action.CALENDAR_FEED_REVOKED, f"users/{user_id}", feeds=ended, **by)


def _hold_owner(tx: Transaction, caller: Caller) -> None:
    require_proof(caller)
    known_by = {"session_id": caller.session_id, "token_id": caller.token_id}
    if not lock_owner(tx, caller.user_id) or not still_there(tx, **known_by):
        raise Unauthenticated
