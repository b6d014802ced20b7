"""What the API takes from the environment."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from annotated_types import Len
from followup_common.settings import (
    BrokerSettings,
    DatabaseSettings,
    DatabaseUrl,
    ManagementUrl,
    Secret,
    SecretsSettings,
    SlackSettings,
    WebhookSettings,
    WrongSettings,
)
from pydantic import Field, model_validator

from followup_api.auth.oidc.settings import OidcSettings
from followup_api.followups.settings import FollowUpSettings
from followup_api.tokens.settings import TokenSettings

CronSecret = Annotated[Secret, Len(16)]


class ApiSettings(
    DatabaseSettings,
    OidcSettings,
    TokenSettings,
    FollowUpSettings,
    SecretsSettings,
    SlackSettings,
    WebhookSettings,
):
    """What the HTTP application takes, wherever it runs."""

    listen_database_url: DatabaseUrl | None = Field(
        None,
        description="URL of the same database on which live inboxes listen; default: FOLLOWUP_DATABASE_URL. "
        "Behind a pooler it leads past it, to PostgreSQL itself.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    forwarded_allow_ips: str | None = Field(
        None,
        description="Comma-separated addresses of proxies whose X-Forwarded-* headers count; default: none.",
    )
    cron_secret: CronSecret | None = Field(
        None, description="At least 16 characters that open /api/cron/followups; closed without."
    )
    cron_secret_previous: CronSecret | None = Field(
        None, description="The secret before, taken as well while callers change over."
    )
    session_days: int = Field(14, ge=1, le=365, description="Days a log-in lasts without use.")
    session_max_days: int = Field(
        90, ge=1, le=3650, description="The most days that a log-in lasts, however much it is used."
    )
    log_in_failures_per_address: int = Field(
        30,
        ge=1,
        description="Wrong passwords from one address before it has to wait; raise it where many people "
        "share one. Behind a proxy set FORWARDED_ALLOW_IPS, or all people share the proxy's.",
    )
    max_import_bytes: int = Field(
        134_217_728, ge=1_024, description="The most that an imported file may have."
    )
    import_seconds: float = Field(
        300, gt=0, description="Seconds within which an imported file has to arrive."
    )
    max_uploads: int = Field(16, ge=1, description="Files that a process receives and imports at once.")
    max_uploads_per_person: int = Field(4, ge=1, description="Those of them that one person may send.")
    max_downloads: int = Field(16, ge=1, description="Exports that a process holds at once.")
    max_downloads_per_person: int = Field(2, ge=1, description="Those of them that one person may fetch.")
    max_uploads_bytes: int = Field(
        536_870_912,
        ge=1_024,
        description="What they may take of /tmp together; where that is memory, it is memory.",
    )
    max_connections: int = Field(
        4_000,
        ge=10,
        description="Connections of clients that a process has open at once; fewer where it may open fewer "
        "files.",
    )
    max_body_bytes: int = Field(
        1_048_576,
        ge=1_024,
        description="The most that a request may carry; imports have a limit of their own.",
    )
    body_seconds: float = Field(
        30, gt=0, description="Seconds within which what a request carries has to arrive; imports have more."
    )

    late_after_minutes: float = Field(
        60,
        gt=0,
        le=525_600,
        description="How long a step or a sweep may wait before the self-audit reports it; at most a year.",
    )

    @model_validator(mode="after")
    def _listens(self) -> Self:
        if not self.prepared_statements and self.listen_database_url is None:
            raise WrongSettings(
                {
                    "listen_database_url": "is needed with FOLLOWUP_PREPARED_STATEMENTS=false: a pooler that "
                    "gives each transaction another session delivers no notifications. Name PostgreSQL's own "
                    "address"
                }
            )
        return self

    @property
    def late_after(self) -> timedelta:
        """How long a step or a sweep may wait before the self-audit reports it."""
        return timedelta(minutes=self.late_after_minutes)

    @property
    def session_life(self) -> timedelta:
        """How long a session lasts without use."""
        return timedelta(days=min(self.session_days, self.session_max_days))

    @property
    def session_max_life(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(days=self.session_max_days)


class ApiServiceSettings(ApiSettings, BrokerSettings):
    """What `python -m followup_api` takes: the application's settings and RabbitMQ."""

    rabbitmq_management_url: ManagementUrl | None = Field(
        None,
        description="URL of RabbitMQ's management API, such as http://user:password@host:15672/: tells the "
        "operations page rates and unacknowledged messages. The user needs the tag monitoring.",
    )
