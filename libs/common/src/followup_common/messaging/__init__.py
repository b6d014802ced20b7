"""Events over RabbitMQ: the outbox, the broker, and handlers that are functions from event to changes.

Named here is what needs no database, so that a service without one does not load what talks to it.
"""

from followup_common.messaging.broker import in_process_broker, rabbitmq_broker
from followup_common.messaging.publisher import Publisher

__all__ = ["Publisher", "in_process_broker", "rabbitmq_broker"]
