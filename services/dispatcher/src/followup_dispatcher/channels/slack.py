"""Slack, by its Web API with a bot token: https://docs.slack.dev/reference/methods/chat.postMessage."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from followup_common.egress import Egress
from pydantic import SecretStr

from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.posting import PATIENCE_SECONDS, Answer, Poster
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.slack_deliveries import ForSlack, Posted
from followup_dispatcher.slack_messages import SlackMessages
from followup_dispatcher.telling import Delivery

MOST_BYTES = 100_000
"""So much of an answer is read: it repeats the message."""
API = "https://slack.com/api"

NOT_NOW = frozenset(
    {
        *("service_unavailable", "request_timeout", "team_added_to_org"),
        # An operator can put these right.
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
        *("missing_scope", "no_permission", "not_allowed_token_type", "ekm_access_denied", "access_denied"),
    }
)
"""Errors behind which nothing was posted, and may be later. All others but those below are for ever."""
TOO_MUCH = frozenset({"ratelimited", "rate_limited"})
UNTOLD_WAIT = timedelta(seconds=30)
"""Where Slack does not say for how long to wait."""
NOBODY_KNOWS = frozenset({"internal_error", "fatal_error"})
"""Slack says of these that a part may have been done."""


@dataclass(frozen=True)
class Post:
    """A message and for whom it is.

    Args:
        to: a member's id, or the e-mail address of one.
        message: the other arguments of `chat.postMessage`.
    """

    to: str
    message: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Question:
    """What a method of the Web API is asked.

    Args:
        url: of the method.
        payload: its arguments.
        kind: how they are written.
        token: of the app's bot.
    """

    url: str
    payload: bytes = field(repr=False)
    kind: str
    token: SecretStr

    def headers(self, _: datetime) -> Mapping[str, str]:
        """Headers, the same at any time."""
        return {"authorization": f"Bearer {self.token.get_secret_value()}", "content-type": self.kind}


class Slack:
    """The channel of Slack.

    Args:
        token: of the app's bot.
        messages: writes them.
        egress: says where requests may go.
        url: of the Web API.
        act_for: how long the links in a message work by which one acts; zero: it has none.
        lines: how many requests at once.
        patience: seconds that an answer may take.
        context: by which certificates are checked; None: by those that the machine trusts.
    """

    name = "slack"
    for_people = True
    everybody = False

    def __init__(
        self,
        token: SecretStr,
        messages: SlackMessages,
        egress: Egress,
        *,
        url: str = API,
        act_for: timedelta = timedelta(0),
        lines: int = 1,
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines = lines
        self.act_for = act_for
        self.queue = ForSlack(self.name, act_for)
        self.messages = messages
        poster = Poster(egress, patience, context or ssl.create_default_context())
        self._line = SlackLine(token, poster, url, ask_team=messages.acting)

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        if settings.slack_token is None:
            return None
        public_url = str(settings.public_url) if settings.public_url else None
        days = settings.mail_links_days if public_url else 0
        messages = SlackMessages(public_url, acting=settings.slack_signing_secret is not None)
        return cls(settings.slack_token, messages, settings.egress, act_for=timedelta(days=days))

    def write(self, delivery: Delivery) -> Post:
        """The message of a delivery, the same at each attempt but for the links by which one acts."""
        return Post(delivery.address, self.messages.written(delivery))

    def open(self) -> SlackLine:
        """There is nothing to connect to before something is said."""
        return self._line


class SlackLine:
    """Posts one message after the other. Threads may share it.

    Args:
        token: of the app's bot.
        poster: sends requests.
        url: of the Web API.
        ask_team: whether to ask in which workspace it posts, so that clicks are known.
    """

    def __init__(self, token: SecretStr, poster: Poster, url: str, *, ask_team: bool = False) -> None:
        self._token = token
        self._poster = poster
        self._url = url
        self._ask_team = ask_team
        self._team_id: str | None = None

    def send(self, post: Post, /) -> Outcome:
        """Post a message. What Slack says decides: of no answer nobody knows whether it was posted."""
        if self._ask_team and self._team_id is None and (failed := self._find_team()):
            return failed
        member = self._member(post.to) if "@" in post.to else post.to
        if isinstance(member, Outcome):
            return member
        outcome, said = self.asked("chat.postMessage", {"channel": member, **post.message})
        if outcome.result is not Result.SENT:
            return outcome
        where = {name: str(said.get(name, "")) for name in ("channel", "ts")}
        return Posted(
            outcome.result,
            outcome.answer,
            team_id=self._team_id,
            member_id=member,
            conversation=where["channel"],
            ts=where["ts"],
        )

    def close(self) -> None:
        """Each connection was closed behind its request."""

    def _find_team(self) -> Outcome | None:
        """Ask in which workspace the token posts, which stays so; returns why nobody knows."""
        team_id, outcome = self._found("auth.test", {}, "team_id")
        self._team_id = team_id
        return None if team_id else outcome

    def _member(self, email: str) -> str | Outcome:
        """The id of who has an address."""
        member_id, outcome = self._found("users.lookupByEmail", {"email": email}, "user", "id")
        return member_id or outcome

    def _found(self, method: str, given: Mapping[str, Any], *path: str) -> tuple[str | None, Outcome]:
        """What a method says at a place. To ask posts nothing, so nothing about it is unknown."""
        outcome, said = self.asked(method, given, form=True)
        if outcome.result is Result.UNKNOWN:
            return None, Outcome(Result.PUT_OFF, outcome.answer, wait=outcome.wait)
        if outcome.result is not Result.SENT:
            return None, outcome
        found: Any = said
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        missing = Outcome(Result.PUT_OFF, f"Slack says no {' '.join(path)}")
        return (found, outcome) if isinstance(found, str) else (None, missing)

    def asked(
        self, method: str, given: Mapping[str, Any], *, form: bool = False
    ) -> tuple[Outcome, Mapping[str, Any]]:
        """What a method of the Web API answers, and what that comes to.

        Args:
            method: such as `chat.postMessage`.
            given: its arguments.
            form: whether they are sent as a form.
        """
        body = urlencode(given) if form else json.dumps(given, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if form else "application/json; charset=utf-8"
        request = Question(f"{self._url}/{method}", body.encode(), kind, self._token)
        answer = self._poster.post(request, MOST_BYTES)
        if isinstance(answer, Outcome):
            return answer, {}
        said = _read(answer)
        return _outcome(answer, said), said


def _read(answer: Answer) -> Mapping[str, Any]:
    """What an answer says; nothing where it is none of Slack's, or half of one."""
    try:
        said = json.loads(answer.text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _outcome(answer: Answer, said: Mapping[str, Any]) -> Outcome:
    error = str(said.get("error", ""))
    shown = f"Slack: {error or f'{answer.status} {answer.reason}'.strip()}"
    if answer.status == 429 or error in TOO_MUCH:
        return Outcome(Result.PUT_OFF, shown, wait=answer.wait or UNTOLD_WAIT, everywhere=True)
    if error in NOT_NOW:
        return Outcome(Result.PUT_OFF, shown, wait=answer.wait)
    if said.get("ok") is True and answer.status == 200:
        return Outcome(Result.SENT, "posted")
    if error in NOBODY_KNOWS or answer.status >= 500 or not said:
        return Outcome(Result.UNKNOWN, shown, wait=answer.wait)
    return Outcome(Result.REFUSED, shown)
