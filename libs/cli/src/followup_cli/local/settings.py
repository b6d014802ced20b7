"""Settings of `followup run`: those of every service, with values of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Self

from followup_api.settings import ApiSettings
from followup_dispatcher.settings import DispatcherSettings
from followup_escalator.settings import EscalatorSettings
from followup_notifier.settings import NotifierSettings
from followup_scheduler.settings import SchedulerSettings
from pydantic import Field, SecretStr


class RunSettings(SchedulerSettings, EscalatorSettings, NotifierSettings, ApiSettings, DispatcherSettings):
    """What `followup run` takes from the environment.

    Database, broker, host and port are its own: what FOLLOWUP_DATABASE_URL, FOLLOWUP_BROKER_URL
    and FOLLOWUP_HEALTH_PORT say is not used.
    """

    log_format: Literal["json", "console"] = Field("console", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "WARNING", description="The least to log."
    )
    broker_url: SecretStr = SecretStr("in-process")
    database_url: SecretStr = SecretStr("embedded")
    worker_threads: int = Field(4, ge=1, le=200, description="Handlers in flight.")

    def with_keys(self, *, sealing: Callable[[], str], signing: Callable[[], str]) -> Self:
        """The same settings with keys that seal secrets and sign pushes, unless the environment has them."""
        made = {"secrets_key": sealing, "vapid_private_key": signing}
        missing = {name: SecretStr(make()) for name, make in made.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)

    def on(self, database_url: str) -> Self:
        """The same settings with a database."""
        return self.model_copy(update={"database_url": SecretStr(database_url)})
