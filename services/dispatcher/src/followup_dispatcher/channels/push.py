"""Web push: a message that only one browser can read, by the push service that its maker runs (RFC 8030)."""

from __future__ import annotations

import json
import ssl
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Self
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from followup_common.egress import Egress
from followup_common.policy import Command, Severity
from followup_common.sealing import NotSealedWithThis, Seal

from followup_dispatcher import words
from followup_dispatcher.mailboxes import in_one_line
from followup_dispatcher.outcomes import Outcome, Result
from followup_dispatcher.posting import PATIENCE_SECONDS, Answer, Caller
from followup_dispatcher.settings import DispatcherSettings
from followup_dispatcher.subscriptions import PushDelivery, Pushes
from followup_dispatcher.telling import Code, Day, Delivery, Digest, Line, Notification, Summary, Trial
from followup_dispatcher.vapid import Vapid, decoded

TTL = timedelta(days=1)
"""For how long a push service keeps a message for a browser that is not running."""
MOST_CHARACTERS = 300
"""Of a title or a sentence: with all that goes along, a message is one record of at most 4,096 bytes, as
RFC 8291 has it."""
MOST_LINES = 3
ON_BUTTONS = (Command.COMPLETE, Command.SNOOZE)
"""Browsers show two buttons at most."""
GONE = (404, 410)
MAY_PASS = (401, 403, 408, 425, 429)
"""To these another try may be answered otherwise: somebody sets the right key, or a clock."""


@dataclass(frozen=True)
class Push:
    """What is posted to a push service.

    Args:
        url: the browser's own address there, which is a secret.
        payload: for the browser alone, encrypted (RFC 8291).
        topic: a newer message with the same one takes its place.
        urgency: how much it may cost the battery.
        vapid: signs.
    """

    url: str = field(repr=False)
    payload: bytes = field(repr=False)
    topic: str
    urgency: str
    vapid: Vapid = field(repr=False)

    def headers(self, now: datetime) -> Mapping[str, str]:
        """Headers, signed at this time."""
        parts = urlsplit(self.url)
        return {
            **self.vapid.headers(f"{parts.scheme}://{parts.netloc}", now),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "user-agent": "Followup",
            "ttl": str(int(TTL.total_seconds())),
            "topic": self.topic,
            "urgency": self.urgency,
        }


class WebPush:
    """The channel of web push.

    Args:
        seal: opens how browsers are reached.
        vapid: signs.
        egress: says where push services may be.
        lines: how many are called at once.
        act_for: how long the buttons of a message work.
        patience: seconds that a push service may take altogether.
        context: by which certificates are checked; None: by those that the machine trusts.
    """

    name = "push"
    for_people = True
    everybody = False

    def __init__(
        self,
        seal: Seal,
        vapid: Vapid,
        egress: Egress,
        *,
        lines: int = 1,
        act_for: timedelta = timedelta(0),
        patience: float = PATIENCE_SECONDS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.lines = lines
        self.queue = Pushes(act_for, vapid.public_key, lines)
        self._seal = seal
        self._vapid = vapid
        self._caller = Caller(egress, patience, context or ssl.create_default_context(), _answered)

    @classmethod
    def of(cls, settings: DispatcherSettings) -> Self | None:
        """The channel that the settings configure, if they do."""
        seal, key = settings.seal, settings.vapid_private_key
        if seal is None or key is None:
            return None
        vapid = Vapid.of(key.get_secret_value(), settings.contact)
        act_for = timedelta(days=settings.mail_links_days)
        return cls(seal, vapid, settings.egress, lines=settings.push_connections, act_for=act_for)

    def write(self, taken: PushDelivery, /) -> Push | Outcome:
        """What is posted; an outcome where how the browser is reached cannot be opened.

        Raises:
            ValueError: the browser has given a key that is none.
        """
        try:
            browser: Mapping[str, str] = json.loads(self._seal.opened(taken.sealed))
        except NotSealedWithThis as error:
            return Outcome(Result.PUT_OFF, str(error))
        told = taken.delivery.notification
        is_breach = getattr(told, "severity", None) == Severity.BREACH
        return Push(
            url=browser["endpoint"],
            payload=encrypted(_message(taken.delivery), browser["p256dh"], browser["auth"]),
            topic=_topic(taken.delivery),
            urgency="high" if is_breach else "normal",
            vapid=self._vapid,
        )

    def open(self) -> Caller:
        """There is nothing to connect to before it is known where."""
        return self._caller


def encrypted(message: bytes, p256dh: str, auth: str) -> bytes:
    """A message that only the browser with these keys can read (RFC 8291).

    Args:
        message: at most 3,993 bytes, so that it is one record.
        p256dh: the browser's public key, in base64url.
        auth: what it shares with us, in base64url.

    Raises:
        ValueError: a key is none.
    """
    sealed: bytes = http_ece.encrypt(
        message,
        private_key=generate_private_key(SECP256R1()),
        dh=decoded(p256dh),
        auth_secret=decoded(auth),
    )
    return sealed


def _message(delivery: Delivery) -> bytes:
    """What the page's service worker shows: it has no words of its own."""
    told = delivery.notification
    body, path = _about(delivery)
    said = {
        "id": str(delivery.id),
        "title": _short(words.headline(told)),
        "body": _short(body),
        "tag": _topic(delivery),
        "path": path,
        "at": int(told.told_at.timestamp() * 1000),
        "acts": _acts(delivery),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _about(delivery: Delivery) -> tuple[str, str]:
    """Why somebody is told, of what, or what was said; and the page that shows it."""
    told = delivery.notification
    if isinstance(told, Code | Trial):
        return words.of_notice(told, delivery.recipient), "/settings"
    if isinstance(told, Notification):
        about = in_one_line(told.comment) if told.comment else words.why(told)
        return about, f"/followups/{told.follow_up_id}"
    return "\n".join(in_one_line(each.title) for each in islice(_lines(told), MOST_LINES)), "/inbox"


def _lines(told: Summary | Digest | Day) -> Iterable[Line]:
    if isinstance(told, Summary):
        return told.lines
    parts = told.groups if isinstance(told, Digest) else told.sections
    return chain.from_iterable(each.lines for each in parts)


def _acts(delivery: Delivery) -> Sequence[Mapping[str, str]]:
    """What its buttons say, and the links that they follow."""
    told = delivery.notification
    links = delivery.links.get(told.follow_up_id) if isinstance(told, Notification) else None
    tokens = links.tokens if links else {}
    return [
        {"action": act, "title": words.ACTS[act], "path": f"/a/{tokens[act]}"}
        for act in ON_BUTTONS
        if act in tokens
    ]


def _topic(delivery: Delivery) -> str:
    """One for each follow-up, in 32 characters that are base64url (RFC 8030, 5.4)."""
    told = delivery.notification
    if isinstance(told, Notification):
        return f"followup{told.follow_up_id:024d}"
    return urlsafe_b64encode(delivery.id.bytes + bytes(8)).decode()


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _answered(answer: Answer) -> Outcome:
    """What a push service says (RFC 8030, 5 and 7.3). A redirect is none that counts."""
    if 200 <= answer.status < 300:
        return Outcome(Result.SENT, answer.said)
    if answer.status in GONE:
        return Outcome(Result.REFUSED, answer.said, gone=True)
    if 400 <= answer.status < 500 and answer.status not in MAY_PASS:
        return Outcome(Result.REFUSED, answer.said)
    return Outcome(Result.PUT_OFF, answer.said, wait=answer.wait)
