"""What operators need: the self-audit, queues, the outbox, dead letters, deliveries, the audit log."""

from __future__ import annotations

from followup_api.ops.audit_log.routes import router as audit_log
from followup_api.ops.dead_letters.routes import router as dead_letters
from followup_api.ops.deliveries.routes import router as deliveries
from followup_api.ops.outbox.routes import router as outbox
from followup_api.ops.queues.routes import router as queues
from followup_api.ops.self_audit.routes import router as self_audit

routers = (self_audit, queues, outbox, dead_letters, deliveries, audit_log)
