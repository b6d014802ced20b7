"""The AsyncAPI document of our events: `python -m followup_common.contracts.asyncapi [--check] FILE`."""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

from followup_common.contracts import Envelope, Event, event_types
from followup_common.documents import keep

PRODUCERS = {
    "followup.sweep.tick.v1": ["scheduler"],
    "followup.outbox.tick.v1": ["scheduler"],
    "followup.sweep.requested.v1": ["escalator", "api"],
    "followup.sweep.batch-requested.v1": ["escalator"],
    "followup.escalations.raised.v1": ["escalator"],
    "followup.escalations.delivered.v1": ["notifier"],
    "followup.follow-up.reassigned.v1": ["api"],
    "followup.holds.ended.v1": ["escalator"],
    "followup.follow-ups.handed-over.v1": ["api", "escalator"],
    "followup.person.returned.v1": ["escalator"],
    "followup.calendars.changed.v1": ["api", "escalator"],
    "followup.policies.published.v1": ["api", "escalator"],
}


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: a channel a queue, a message an event type."""
    events = dict(sorted(event_types().items()))
    queues = sorted({event_class.queue for event_class in events.values()})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Followup events",
            "version": "1.0.0",
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "description": (
                "Events between Followup's services, as Dramatiq messages on RabbitMQ whose only argument "
                "is a CloudEvents 1.0 envelope. The actor name is the event type."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {queue: _channel(queue, events) for queue in queues},
        "operations": {f"consume-{queue}": _operation(queue) for queue in queues},
        "components": {
            "messages": {name: _message(event_class) for name, event_class in events.items()},
            "schemas": _shared_schemas(events),
        },
    }


def _channel(queue: str, events: dict[str, type[Event]]) -> dict[str, Any]:
    own = [name for name, event_class in events.items() if event_class.queue == queue]
    return {
        "address": queue,
        "description": f"Queue of the {queue}; delayed retries in {queue}.DQ, dead letters in {queue}.XQ.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in own},
    }


def _operation(queue: str) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{queue}"}}


def _message(event_class: type[Event]) -> dict[str, Any]:
    envelope = Envelope.model_json_schema()
    envelope["properties"]["type"] = {"const": event_class.type}
    envelope["properties"]["data"] = _schema(event_class)
    return {
        "name": event_class.type,
        "title": event_class.__name__,
        "summary": inspect.cleandoc(event_class.__doc__ or "").partition("\n")[0],
        "x-producers": PRODUCERS[event_class.type],
        "x-consumer": event_class.queue,
        "x-kept-in-outbox": event_class.durable,
        "payload": envelope,
    }


def _schema(event_class: type[Event]) -> dict[str, Any]:
    schema = event_class.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def _shared_schemas(events: dict[str, type[Event]]) -> dict[str, Any]:
    return {
        name: schema
        for event_class in events.values()
        for name, schema in event_class.model_json_schema().get("$defs", {}).items()
    }


if __name__ == "__main__":
    sys.exit(keep(lambda: json.dumps(document(), indent=2) + "\n", __doc__))
