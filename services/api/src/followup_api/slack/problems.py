"""What can be wrong with a request of Slack."""

from __future__ import annotations

from followup_api.problems import Invalid, Unauthenticated, Unavailable
from followup_api.slack.signatures import MOST_AGE, Fault


class SlackClosed(Unavailable):
    """No secret is configured, so nobody can have signed with the right one."""

    detail = "Set FOLLOWUP_SLACK_SIGNING_SECRET, for the API and the dispatcher, to open this address."


class NotSigned(Unauthenticated):
    """Slack has not sent it, or not lately."""

    title = "Not signed by Slack"

    def __init__(self, fault: Fault) -> None:
        minutes = MOST_AGE.seconds // 60
        details = {
            Fault.WRONG: "X-Slack-Signature is not that of this request: FOLLOWUP_SLACK_SIGNING_SECRET has "
            "to be the Signing Secret of the app.",
            Fault.OLD: f"X-Slack-Request-Timestamp is more than {minutes} minutes from now: the clocks have "
            "to be right.",
        }
        super().__init__(details[fault], headers={})


class NotOfSlack(Invalid):
    """It is signed, and nothing that Slack sends."""

    def __init__(self) -> None:
        super().__init__("payload", "payload must be the JSON that Slack sends when a button is clicked.")
