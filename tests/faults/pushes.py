"""The push service of a round, in this process, with the browsers that it has messages for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from followup_common.db import Transaction
from followup_common.sealing import Seal
from sqlalchemy import text

from tests.faults.deliveries import Arrival
from tests.faults.hooks import KEY, REFUSALS, TAKES, Answer, answers, once
from tests.faults.people import People
from tests.support.browsers import PushedBrowser, decoded
from tests.support.receiver import Received, Receiver, Respond, answering

VAPID_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
"""What `FOLLOWUP_VAPID_PRIVATE_KEY` says in a round."""
GONE = (404, 410)
"""Behind these a browser is told nothing more."""
BROWSERS = 2
"""One of somebody who wants digests, and one of somebody who does not."""

SUBSCRIBE = text("""
    WITH browser AS (
        INSERT INTO destinations (user_id, channel, address, verified_at)
        VALUES (:user_id, 'push', :address, now()) RETURNING id)
    INSERT INTO push_subscriptions (destination_id, endpoint_hash, sealed)
    SELECT id, :hash, :sealed FROM browser
""")


class PushService:
    """Takes messages, opens each with the keys of its browser, and checks who has signed it; a context
    manager."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.receiver.choose = self._choose
        self.taken: Counter[Arrival] = Counter()
        """How often each browser has each message."""
        self.forged = 0
        """How much came that its browser cannot read, or that nobody has signed."""
        self.on_message: Callable[[], Answer] = lambda: TAKES
        self.on_browser: Callable[[str], Answer | None] = lambda _: None
        """What is said for a browser, whatever comes; None: what is said to its messages."""
        self._browsers = {f"browser-{number}@127.0.0.1": PushedBrowser() for number in range(BROWSERS)}
        self._subscribed: dict[str, dict[str, object]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> PushService:
        self.receiver.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.receiver.__exit__()

    def subscribe(self, tx: Transaction, people: People, port: int) -> None:
        """Two managers want to be told in their browsers.

        Args:
            tx: where the database is.
            people: all of them.
            port: by which the dispatcher reaches this service.
        """
        above = {person.manager_id for person in people.by_id.values()}
        managers = [id_ for id_ in people.assignable if id_ in above]
        for user_id, (address, browser) in zip(managers[1:], self._browsers.items(), strict=False):
            url = f"http://127.0.0.1:{port}/{address}"
            sealed = Seal(KEY).sealed(json.dumps({"endpoint": url, **browser.keys}))
            told = {"user_id": user_id, "address": address, "sealed": sealed}
            self._subscribed[address] = {**told, "hash": hashlib.sha256(url.encode()).digest()}
            self.subscribe_again(tx, address)

    def subscribe_again(self, tx: Transaction, address: str) -> None:
        """What a browser does that was gone."""
        tx.execute(SUBSCRIBE, self._subscribed[address])

    @contextmanager
    def answering(self, rng: Random) -> Iterator[None]:
        """Answer in any way, for a while, but that a browser is gone; who hangs is let go at its end."""
        kinds = answers(self.receiver, [status for status in REFUSALS if status not in GONE])
        self.receiver.ending.clear()
        self.on_message = lambda: rng.choice(kinds)
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def gone(self, rng: Random) -> Iterator[list[str]]:
        """Say that browsers are gone; the addresses of those of which it was said."""
        found: list[str] = []

        def leave(address: str) -> Answer:
            found.append(address)
            return Answer(answering(rng.choice(GONE)))

        self.on_browser = leave
        try:
            yield found
        finally:
            self.behave()

    @contextmanager
    def at_next_message(self, act: Callable[[], None]) -> Iterator[threading.Event]:
        """Do something while the service has a message and has not answered yet; says when it was done."""
        self.on_message, done = once(act)
        try:
            yield done
        finally:
            self.behave()

    def behave(self) -> None:
        """Take everything."""
        self.on_message = lambda: TAKES
        self.on_browser = lambda _: None
        self.receiver.ending.set()

    def _choose(self, received: Received) -> Respond:
        address = received.path.strip("/")
        try:
            said = self._browsers[address].read(received.body)
            _check_signature(received)
        except (AssertionError, ValueError, InvalidTag, jwt.InvalidTokenError):
            self.forged += 1
            return answering(401)
        answer = self.on_browser(address) or self.on_message()
        with self._lock:
            self.taken[said["id"], address] += answer.takes
        return answer.respond


def _check_signature(received: Received) -> None:
    """As a push service does (RFC 8292).

    Raises:
        jwt.InvalidTokenError: somebody else has signed it, or for another service.
    """
    signed = dict(
        each.strip().split("=", 1)
        for each in received.headers["authorization"].removeprefix("vapid ").split(",")
    )
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(signed["k"]))
    jwt.decode(signed["t"], key, algorithms=["ES256"], audience=f"http://{received.headers['host']}")
