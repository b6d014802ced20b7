"""The receivers of webhooks of a round, in this process, and what they are told to do wrong for a while."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from random import Random

from standardwebhooks.webhooks import WebhookVerificationError

from tests.support.receiver import Received, Receiver, Respond, answering, hanging, sending, trickling

KEY = "faults" * 8
"""What `FOLLOWUP_SECRETS_KEY` says in a round."""
SECRET = "whsec_" + "F" * 43 + "="
STEADY, TROUBLED, LEAVING = NAMES = ("steady", "troubled", "leaving")
"""One that always takes what comes, one with every trouble, and one that wants nothing more now and then."""
ELSEWHERE = "http://127.0.0.1:9/elsewhere"


@dataclass(frozen=True)
class Answer:
    """One kind of answer.

    Args:
        respond: gives it.
        takes: whether the receiver has what came then, whether or not the other side can know.
    """

    respond: Respond
    takes: bool = False


TAKES = Answer(answering(204), takes=True)
REFUSALS = (400, 401, 403, 404, 405, 408, 409, 413, 422, 500, 501, 502, 504)
"""Beside these: 301, 302, 307 and 308; 429 and 503 that ask for a while; cut off, half, or no HTTP at all."""


def answers(receiver: Receiver, refusals: Iterable[int] = REFUSALS) -> list[Answer]:
    """What a receiver can say: more than 24 kinds."""
    redirects = (answering(status, location=ELSEWHERE) for status in (301, 302, 307, 308))
    waits = (
        answering(429, retry_after="1"),
        answering(429, retry_after=formatdate(usegmt=True)),
        answering(503, retry_after="2"),
        answering(503, retry_after="soon"),
    )
    half = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhal"
    return [
        *(Answer(answering(status)) for status in refusals),
        *map(Answer, (*redirects, *waits)),
        *(Answer(answering(status), takes=True) for status in (200, 201, 202)),
        *(Answer(sending(raw), takes=True) for raw in (b"", b"HTTP/1.1 20", b"SSH-2.0-OpenSSH\r\n", half)),
        *(Answer(slow(receiver), takes=True) for slow in (hanging, trickling)),
    ]


def once(act: Callable[[], None]) -> tuple[Callable[[], Answer], threading.Event]:
    """Acts while a receiver has a message and has not answered yet; and what says when that was done."""
    done = threading.Event()

    def answer() -> Answer:
        if not done.is_set():
            act()
            done.set()
        return TAKES

    return answer, done


class Hook:
    """One receiver, which verifies what comes with the standard's own library.

    Args:
        name: of its path.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.receiver = Receiver()
        self.receiver.choose = self._choose
        self.taken: Counter[str] = Counter()
        """How often it has each event."""
        self.forged = 0
        """How much came that could not be verified, or said something else under the same id."""
        self.on_event: Callable[[], Answer] = lambda: TAKES
        self._bodies: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def _choose(self, received: Received) -> Respond:
        try:
            received.verified(SECRET)
        except WebhookVerificationError:
            self.forged += 1
            return answering(401)
        id_ = received.headers["webhook-id"]
        answer = self.on_event()
        with self._lock:
            self.forged += self._bodies.setdefault(id_, received.body) != received.body
            self.taken[id_] += answer.takes
        return answer.respond


class Hooks:
    """All receivers of a round; a context manager."""

    def __init__(self) -> None:
        self.by_name = {name: Hook(name) for name in NAMES}
        self._servers = ExitStack()

    def __enter__(self) -> Hooks:
        for hook in self.by_name.values():
            self._servers.enter_context(hook.receiver)
        return self

    def __exit__(self, *_: object) -> None:
        self._servers.close()

    def port(self, name: str) -> int:
        """Where one listens."""
        return self.by_name[name].receiver.port

    @contextmanager
    def answering(self, rng: Random) -> Iterator[None]:
        """Answer in any way, for a while; who hangs is let go at its end."""
        hook = self.by_name[TROUBLED]
        kinds = answers(hook.receiver)
        hook.receiver.ending.clear()
        hook.on_event = lambda: rng.choice(kinds)
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Take what comes and say nothing, for a while."""
        hook = self.by_name[TROUBLED]
        hook.receiver.ending.clear()
        hook.on_event = lambda: Answer(hanging(hook.receiver), takes=True)
        try:
            yield
        finally:
            self.behave()

    @contextmanager
    def at_next_event(self, act: Callable[[], None]) -> Iterator[threading.Event]:
        """Do something while the receiver has an event and has not answered yet; says when it was done."""
        self.by_name[STEADY].on_event, done = once(act)
        try:
            yield done
        finally:
            self.behave()

    @contextmanager
    def gone(self) -> Iterator[threading.Event]:
        """One answers 410; says when it did."""
        done = threading.Event()

        def leave() -> Answer:
            done.set()
            return Answer(answering(410))

        self.by_name[LEAVING].on_event = leave
        try:
            yield done
        finally:
            self.behave()

    def behave(self) -> None:
        """Take everything."""
        for hook in self.by_name.values():
            hook.on_event = lambda: TAKES
            hook.receiver.ending.set()
