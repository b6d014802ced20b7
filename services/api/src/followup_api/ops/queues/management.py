"""What RabbitMQ's management API tells about queues: all figures in one request, a few seconds old."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import httpx

from followup_api.ops.queues.amqp import NO_SUCH_QUEUE
from followup_api.ops.queues.schemas import Figure, QueueState

SECONDS = 1.5
SETTING = "FOLLOWUP_RABBITMQ_MANAGEMENT_URL"
NOT_COUNTED_YET = "RabbitMQ has not counted this yet, or its statistics are turned off."
COLUMNS = (
    "name",
    "messages_ready",
    "messages_unacknowledged",
    "consumers",
    "message_stats.publish_details.rate",
    "message_stats.deliver_get_details.rate",
)


class ManagementAway(Exception):
    """The management API told nothing. The message says why, and the fix."""


def read(url: str, vhost: str, names: Iterable[str]) -> list[QueueState]:
    """Ask for the state of queues.

    Args:
        url: of the management API, with user and password in it.
        vhost: the virtual host that the queues are in.
        names: of the queues.

    Raises:
        ManagementAway: nobody answers, or not what was asked.
    """
    wanted = list(names)
    found = {queue["name"]: queue for queue in _queues(httpx.URL(url), vhost, wanted)}
    return [_state(name, found.get(name)) for name in wanted]


def _queues(url: httpx.URL, vhost: str, names: list[str]) -> list[dict[str, Any]]:
    where = f"{url.host}:{url.port or url.scheme}"
    # A page of those that match: there may be thousands of other queues.
    query = {
        "name": f"^({'|'.join(map(re.escape, names))})$",
        "use_regex": "true",
        "page": "1",
        "page_size": "100",
        "columns": ",".join(COLUMNS),
    }
    base = url.copy_with(username=None, password=None)  # httpx writes URLs into its log
    try:
        answer = httpx.get(
            f"{str(base).rstrip('/')}/api/queues/{quote(vhost, safe='')}",
            params=query,
            auth=(url.username, url.password),
            timeout=SECONDS,
        )
    except httpx.HTTPError as error:
        raise ManagementAway(
            f"RabbitMQ's management API does not answer at {where} ({type(error).__name__}): "
            f"see that its plugin is on, and that {SETTING} names it."
        ) from error
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise ManagementAway(
            f"RabbitMQ's management API at {where} refuses the user and password in {SETTING}: "
            "the user needs the tag monitoring or management, and a right in the virtual host."
        )
    try:
        queues: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return [queue for queue in queues if queue["name"]]
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
        raise ManagementAway(
            f"What answers at {where} with {answer.status_code} is not RabbitMQ's management API with the "
            f"virtual host {vhost!r}: check {SETTING}."
        ) from error


def _state(name: str, queue: dict[str, Any] | None) -> QueueState:
    if queue is None:
        return QueueState.of(name, {}, NO_SUCH_QUEUE)
    known: dict[Figure, float | None] = {
        Figure.READY: queue.get("messages_ready"),
        Figure.UNACKNOWLEDGED: queue.get("messages_unacknowledged"),
        Figure.CONSUMERS: queue.get("consumers"),
    }
    if known[Figure.READY] is not None:  # counted, so that what has no rate has not happened lately
        rates = queue.get("message_stats") or {}
        known[Figure.PUBLISH_RATE] = rates.get("publish_details", {}).get("rate", 0.0)
        known[Figure.DELIVER_RATE] = rates.get("deliver_get_details", {}).get("rate", 0.0)
    return QueueState.of(name, known, NOT_COUNTED_YET)
