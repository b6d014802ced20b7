"""Events over RabbitMQ: the outbox, the broker, and handlers that are functions from event to changes."""

from followup_common.messaging.broker import in_process_broker, rabbitmq_broker
from followup_common.messaging.consumer import Consumer
from followup_common.messaging.handlers import Emitted, Handler, handles
from followup_common.messaging.outbox import Later
from followup_common.messaging.publisher import Publisher

__all__ = [
    "Consumer",
    "Emitted",
    "Handler",
    "Later",
    "Publisher",
    "handles",
    "in_process_broker",
    "rabbitmq_broker",
]
