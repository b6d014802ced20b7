"""The page of our events for people: `python -m followup_common.contracts.events_page [--check] FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from followup_common.contracts.asyncapi import document
from followup_common.documents import keep

HEAD = """\
# Events

What the services tell each other over RabbitMQ; generated from the code (`make documents`), like the
AsyncAPI document beside it, [asyncapi.json](asyncapi.json), which has every field. Each message is a
CloudEvents 1.0 envelope; its actor name is the event's type. An event that is kept in the outbox commits
with the change that causes it and is sent again until it is handled; a tick may be lost, the next one comes.

Types carry a version. A service that gets a newer one than it knows does not read it by halves: the message
becomes a dead letter with that reason, to be replayed once the service is upgraded.

| event | from | to | in the outbox | what it says |
|---|---|---|---|---|
"""


def page() -> str:
    """The page, as Markdown."""
    messages = document()["components"]["messages"].values()
    return HEAD + "".join(f"| {' | '.join(_cells(message))} |\n" for message in messages)


def _cells(message: dict[str, Any]) -> Iterator[str]:
    yield f"`{message['name']}`"
    yield ", ".join(message["x-producers"])
    yield message["x-consumer"]
    yield "yes" if message["x-kept-in-outbox"] else "no"
    yield message["summary"]


if __name__ == "__main__":
    sys.exit(keep(page, __doc__))
