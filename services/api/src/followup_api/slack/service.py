"""What a click on a button of a message in Slack does: what the link that it carries does, without a page.

The one who clicks is known by Slack's signature, and by the destination of theirs that the message went to.
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request
from followup_common.policy import Command

from followup_api.action_links import queries as links
from followup_api.action_links.service import Reason, Stale, by_link
from followup_api.audit import Action, Trail
from followup_api.auth.browser import address_of
from followup_api.auth.secrets import digest
from followup_api.auth.throttle import Attempt, network_of
from followup_api.dependencies import AppContext
from followup_api.slack import queries, words
from followup_api.slack.problems import NotSigned, SlackClosed
from followup_api.slack.schemas import Clicked, Interaction
from followup_api.slack.signatures import fault

BY = "slack"
"""What makes the changes, as the audit log has it."""
ACTS = {act.value for act in (Command.COMPLETE, Command.SNOOZE, Command.ACKNOWLEDGE)}


def check(request: Request, app: AppContext, audit: Trail, body: bytes) -> NotSigned | None:
    """Let through what Slack has signed, however often others have failed.

    Returns:
        The problem, which is not raised: its entry in the audit log has to be committed.

    Raises:
        SlackClosed: there is no secret.
        TooManyTries, TriesInProgress: the address has sent others, and has to wait.
    """
    secret = app.settings.slack_signing_secret
    if secret is None:
        raise SlackClosed
    found = fault(secret, request.headers, body, datetime.now(UTC))
    if found is None:
        return None
    origin = f"slack {network_of(address_of(request))}"
    attempt = Attempt(audit.work.tx, "slack", origin, app.settings.log_in_failures_per_address)
    attempt.check()
    attempt.failed()
    audit(Action.SLACK_REFUSED, reason=found)
    return NotSigned(found)


def click(request: Request, app: AppContext, audit: Trail, said: Interaction) -> None:
    """Do what was clicked, once, and let the message say what came of it; other clicks do nothing."""
    for clicked in said.actions[:1]:
        if said.type == "block_actions" and clicked.action_id in ACTS:
            _act(request, app, audit, said, clicked)


def _act(request: Request, app: AppContext, audit: Trail, said: Interaction, clicked: Clicked) -> None:
    tx = audit.work.tx
    chosen = clicked.selected_option.value if clicked.selected_option else clicked.value or ""
    preset, _, token = chosen.rpartition(":")
    link = links.by_digest(tx, digest(token), for_use=True)
    if link is None or link.act != clicked.action_id:
        audit(Action.ACTION_LINK_REFUSED, by=BY, reason=Reason.UNKNOWN)
        return
    team_id, member_id = said.team_id, said.user.id
    if not queries.is_theirs(tx, link.delivery_id, link.user_id, team_id=team_id, member_id=member_id):
        about = {"act": link.act, "by": BY, "team_id": team_id, "member_id": member_id}
        audit(Action.ACTION_LINK_REFUSED, f"follow-ups/{link.follow_up_id}", reason="not-theirs", **about)
        return
    request.state.user_id = link.user_id
    outcome = by_link(request, app, audit, link, {"preset": preset}, by=BY)
    repeated = isinstance(outcome, Stale) and outcome.reason is Reason.USED
    if repeated and "x-slack-retry-num" in request.headers:
        return  # Slack did not hear that it was done
    queries.say(tx, link.delivery_id, words.came_of(outcome, queries.answer_of(tx, link.delivery_id)))
