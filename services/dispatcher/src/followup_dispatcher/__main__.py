"""`python -m followup_dispatcher`: send what is due until SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading

from followup_common import open_files
from followup_common.db import Database
from followup_common.db import metrics as database_metrics
from followup_common.db.health import database_check
from followup_common.health import HealthServer, probes
from followup_common.logging import configure_logging
from followup_common.metrics import Meter
from followup_common.settings import load
from sqlalchemy import text

from followup_dispatcher.channels import configured
from followup_dispatcher.dispatcher import Dispatcher
from followup_dispatcher.mail_reader import incoming
from followup_dispatcher.settings import DispatcherSettings

SHUTDOWN_SECONDS = 25
"""How long attempts under way may take to end after SIGTERM."""

TRY_WRITE = text("UPDATE deliveries SET state = state WHERE false")


def main() -> int:
    """Run the dispatcher; returns the exit status."""
    open_files.raise_limit()
    settings = load(DispatcherSettings)
    configure_logging("dispatcher", log_format=settings.log_format, level=settings.log_level)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    database = Database.of(settings, application_name="followup-dispatcher")
    meter = Meter()
    database_metrics.watch_pool(database, meter)
    dispatcher = Dispatcher(database, configured(settings), meter, incoming(settings), settings.seal)
    answer = probes(
        alive={"threads": dispatcher.problem}, ready={"database": database_check(database, TRY_WRITE)}
    )
    dispatcher.start()
    HealthServer(answer, meter).start(settings.health_host, settings.health_port)
    ended.wait()
    dispatcher.stop(SHUTDOWN_SECONDS)
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
