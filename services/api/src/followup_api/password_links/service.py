"""What is done with links by which people set a password: admins make them, their people use them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from fastapi import Request

from followup_api.audit import Action, Trail, sign
from followup_api.auth.attempts import PasswordsOff, attempt_of
from followup_api.auth.browser import page_origin
from followup_api.auth.proof import require_proof, require_session
from followup_api.auth.queries import end_sessions
from followup_api.auth.secrets import digest, new_link_token
from followup_api.auth.throttle import Attempt
from followup_api.calendar_feeds import service as calendar_feeds
from followup_api.dependencies import AppContext
from followup_api.password_links import queries
from followup_api.password_links.problems import HasPassword, InactivePerson, LinkUnusable, NotInvitable
from followup_api.password_links.schemas import MOST, Invitations, PasswordLink, Purpose
from followup_api.permissions import Caller
from followup_api.rows import Record
from followup_api.tokens.queries import revoke_tokens
from followup_api.users.service import change_user, lock_user

LIVES = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(hours=1)}
"""How long each works: an invitation waits for a first day, a reset for somebody who has just asked."""
MADE = {Purpose.INVITATION: Action.INVITED, Purpose.RESET: Action.RESET_LINK_MADE}
PAGE = "/set-password"


class Maker(NamedTuple):
    """Who makes links, and what they ask with."""

    request: Request
    app: AppContext
    audit: Trail
    caller: Caller

    def check(self) -> None:
        """Let through who may let others in.

        Raises:
            PasswordsOff: nobody logs in with a password here.
            ProofNeeded: anyone with the link logs in as its person, so it has to be the admin who makes it.
        """
        if not self.app.settings.password_log_in:
            raise PasswordsOff(self.app.settings.oidc_name)
        require_proof(self.caller)


def make_one(maker: Maker, user_id: int, purpose: Purpose) -> PasswordLink:
    """Make a link for one person; the one that they had before ends.

    Raises:
        PasswordsOff, ProofNeeded: as `Maker.check`.
        SessionNeeded: it is the caller's own, and a token asks.
        UserNotFound, InactivePerson: there is nobody who could use it.
        HasPassword: an invitation is for somebody who cannot log in yet.
    """
    maker.check()
    tx = maker.audit.work.tx
    person = lock_user(tx, user_id)
    if user_id == maker.caller.user_id:
        require_session(maker.caller)
    if not person.active:
        raise InactivePerson(user_id)
    if purpose is Purpose.INVITATION and queries.has_password(tx, user_id):
        raise HasPassword(user_id)
    [link] = _made(maker, purpose, [(person.id, person.name, person.email)])
    return link


def invite(maker: Maker, user_ids: Sequence[int] | None) -> Invitations:
    """Make an invitation for each of some people, or for all who cannot log in yet.

    Raises:
        PasswordsOff, ProofNeeded: as `Maker.check`.
        NotInvitable: some of those who are named need none.
    """
    maker.check()
    tx = maker.audit.work.tx
    people = queries.locked_not_yet_in(tx, user_ids, MOST)
    refused = sorted(set(user_ids or ()) - {person.user_id for person in people})
    if refused:
        raise NotInvitable(refused)
    if maker.caller.user_id in {person.user_id for person in people}:
        require_session(maker.caller)
    named = sorted(((each.user_id, each.name, each.email) for each in people), key=lambda each: each[1])
    return Invitations(
        items=_made(maker, Purpose.INVITATION, named) if named else [], left=queries.count_uninvited(tx)
    )


def opened(request: Request, app: AppContext, audit: Trail, token: str) -> tuple[Attempt, Record | None]:
    """Look at a link that somebody has.

    Returns:
        The attempt, of which a wrong one has to be counted; and whose link it is, None where it is of no use.

    Raises:
        PasswordsOff: nobody logs in with a password here.
        TooManyTries, TriesInProgress: the address has to wait.
    """
    # Each link is slowed down like an account of its own: nobody can make others wait for theirs.
    attempt = attempt_of(request, app, audit.work, f"link {digest(token).hex()}")
    found = queries.by_digest(audit.work.tx, digest(token))
    if found is None:
        attempt.failed()
        audit(Action.LOG_IN_FAILED, by="password link")
    return attempt, found


def set_password(
    request: Request, app: AppContext, audit: Trail, token: str, password: str
) -> Record | LinkUnusable:
    """Set the password of whose link it is, who can log in at once with it; the link is used up.

    Returns:
        The link; or the problem, which is not raised: that it failed has to be committed.

    Raises:
        PasswordsOff, TooManyTries, TriesInProgress: as `opened`.
    """
    attempt, found = opened(request, app, audit, token)
    if found is None:
        return LinkUnusable()
    tx, user_id = audit.work.tx, int(found.user_id)
    # The person first, as everything else does that changes them: two never wait for each other.
    if not lock_user(tx, user_id).active or not queries.use(tx, user_id, digest(token)):
        attempt.failed()
        return LinkUnusable()
    sign(tx, request, actor_id=user_id)
    change_user(tx, user_id, {"password": password})
    if found.purpose == Purpose.RESET:
        _end_access(audit, user_id)
    for opened_now in (attempt, replace(attempt, email=found.email)):
        opened_now.succeeded()
    return found


def _made(maker: Maker, purpose: Purpose, people: Sequence[tuple[int, str, str]]) -> list[PasswordLink]:
    secrets = {user_id: new_link_token() for user_id, _, _ in people}
    digests = {user_id: digest(secret) for user_id, secret in secrets.items()}
    expires_at = queries.keep_links(maker.audit.work.tx, purpose, digests, LIVES[purpose])
    page = f"{page_origin(maker.request, maker.app.settings)}{PAGE}"
    maker.audit.each(MADE[purpose], [f"users/{user_id}" for user_id, _, _ in people])
    return [
        PasswordLink(
            user_id=user_id,
            name=name,
            email=email,
            purpose=purpose,
            # Behind the `#`, which no browser sends to anybody: no log and no other page gets to see it.
            link=f"{page}#{secrets[user_id]}",
            expires_at=expires_at,
        )
        for user_id, name, email in people
    ]


def _end_access(audit: Trail, user_id: int) -> None:
    """End what somebody may have opened who knew the old password."""
    target = f"users/{user_id}"
    ended, revoked = end_sessions(audit.work.tx, user_id), revoke_tokens(audit.work.tx, user_id)
    if ended:
        audit(Action.SESSION_ENDED, target, actor_id=user_id, sessions=ended)
    if revoked:
        audit(Action.TOKEN_REVOKED, target, actor_id=user_id, tokens=revoked)
    calendar_feeds.revoke_all(audit, user_id, actor_id=user_id)
