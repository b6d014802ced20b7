"""The whole product in one process, put together from its services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from followup_api.app import create_app
from followup_api.serving import open_database
from followup_common.db import Database, migrate
from followup_common.db.revisions import MadeBeforeTheFirst
from followup_common.messaging import Publisher
from followup_common.metrics import Meter
from followup_dispatcher.channels import configured
from followup_dispatcher.dispatcher import Dispatcher
from followup_dispatcher.mail_reader import incoming

from followup_cli.local.admin import ensure_admin_token, somebody_can_log_in
from followup_cli.local.clock import ClockThread
from followup_cli.local.delivery import Delivery
from followup_cli.local.demo.seed import DemoState, ensure_demo, protect_demo
from followup_cli.local.folder import DataFolder, Served
from followup_cli.local.postgres import EmbeddedPostgres
from followup_cli.local.server import LocalServer, address_of, listen, listen_privately, others_reach
from followup_cli.local.settings import RunSettings
from followup_cli.output import Failure

POOLS = 4
SPARE_CONNECTIONS = 20
"""For the listener of live inboxes, migrations, and people with psql."""


@dataclass(frozen=True)
class Running:
    """What there is to tell about a product that runs."""

    url: str
    demo: DemoState | None
    settings: RunSettings
    somebody_can_log_in: bool
    others_reach_it: bool


def serve(
    folder: DataFolder,
    settings: RunSettings,
    *,
    demo: bool,
    on_step: Callable[[str], None],
    on_running: Callable[[Running], None],
) -> None:
    """Run everything until `Stopped`.

    Args:
        folder: where all data is.
        settings: of every service; say where to listen.
        demo: add the demo company, unless the folder has data already.
        on_step: called with what is being done, while starting.
        on_running: called once requests are answered.

    Raises:
        Failure: the folder or the port is taken, or PostgreSQL does not start.
    """
    with ExitStack() as stack:
        stack.enter_context(folder.in_use())
        settings = settings.with_keys(sealing=folder.secrets_key, signing=folder.vapid_key)
        listener = stack.enter_context(listen(settings.host, settings.port))
        url = address_of(settings.host, listener)
        private_listener, socket = stack.enter_context(listen_privately(folder.path))
        on_step("Starting PostgreSQL")
        connections = POOLS * settings.database_pool_size + SPARE_CONNECTIONS
        postgres = EmbeddedPostgres(folder.database, folder.database_log, connections=connections)
        stack.enter_context(postgres)
        on_step("Preparing the database")
        try:
            migrate.upgrade(postgres.url())
        except MadeBeforeTheFirst as error:
            raise Failure(str(error)) from None
        postgres.allow_log_in(*(f"followup_{role}" for role in migrate.ROLES))

        meter = Meter()
        delivery = Delivery(settings, lambda service: postgres.url(f"followup_{service}"), meter)
        publisher = Publisher(delivery.broker, meter=meter)
        api_settings = settings.on(postgres.url("followup_api"))
        database = open_database(api_settings)
        stack.callback(database.close)
        if demo:
            on_step("Setting up the demo company")
        outside = others_reach(listener, settings.public_url)
        state = _demo(database, publisher, postgres.url(), wanted=demo, others_reach_it=outside)
        ensure_admin_token(database, folder, settings.token_life)

        delivery.start()
        stack.callback(delivery.stop)
        stack.enter_context(_dispatching(settings.on(postgres.url("followup_dispatcher")), meter))
        publisher.start()
        stack.callback(publisher.stop, timeout=1)
        clock = ClockThread(delivery.broker, settings.sweep_cron)
        clock.start()
        stack.callback(clock.stop)

        def started() -> None:
            folder.announce(Served(url, socket))
            on_running(Running(url, state, settings, somebody_can_log_in(database, settings), outside))

        app = create_app(api_settings, database=database, publisher=publisher, meter=meter)
        server = LocalServer(app, api_settings, on_started=started, cut_off=postgres.stop)
        server.run(sockets=[listener, private_listener])


@contextmanager
def _dispatching(settings: RunSettings, meter: Meter) -> Iterator[None]:
    """Send what leaves the house, as far as the settings say how."""
    database = Database.of(settings, application_name="followup-dispatcher")
    dispatcher = Dispatcher(database, configured(settings), meter, incoming(settings), settings.seal)
    dispatcher.start()
    try:
        yield
    finally:
        dispatcher.stop(timeout=1)
        database.close()


def _demo(
    database: Database, publisher: Publisher, owner_url: str, *, wanted: bool, others_reach_it: bool
) -> DemoState | None:
    """The demo company, if it is wanted; one that is there is protected in any case."""
    if wanted:
        return ensure_demo(database, publisher, owner_url, others_reach_it=others_reach_it)
    return protect_demo(database) if others_reach_it else None
