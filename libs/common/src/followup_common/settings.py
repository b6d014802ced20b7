"""Settings: environment variables with the prefix FOLLOWUP_, one documented class a service extends."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from annotated_types import Len
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from followup_common.egress import Egress
from followup_common.urls import WrongUrl, server_url

if TYPE_CHECKING:
    from followup_common.sealing import Seal

DAY = 86_400
"""In seconds. Without a bound `inf` would be a setting too, and what cannot be computed with fails later."""
POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
"""The schemes of a database's URL."""


def unset_when_empty(given: object) -> object:
    """Compose gives what nobody set as an empty text."""
    return None if given == "" else given


class Settings(BaseSettings):
    """What every service takes."""

    model_config = SettingsConfigDict(
        env_prefix="FOLLOWUP_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    log_format: Literal["json", "console"] = Field("json", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least to log.")
    health_host: str = Field(
        "127.0.0.1", description="Address to listen on for the health port; 0.0.0.0 for every interface."
    )
    health_port: int = Field(
        8080, ge=0, le=65535, description="Port of /healthz, /readyz and /metrics; 0: none."
    )
    otlp_endpoint: AnyHttpUrl | None = Field(
        None,
        description="Base URL of what takes traces as OTLP over HTTP, such as http://collector:4318. Unset: "
        "no traces, unless OpenTelemetry's own OTEL_EXPORTER_OTLP_ENDPOINT is set.",
    )


def _url_with(*schemes: str, several_hosts: bool = False, log_in_whole: bool = False) -> AfterValidator:
    """A check that a secret is the URL of a server, which makes of it what every driver reads alike."""

    def check(secret: SecretStr) -> SecretStr:
        url = server_url(secret.get_secret_value(), *schemes, several_hosts=several_hosts)
        if log_in_whole and (url.username is None) != (url.password is None):
            raise WrongUrl("a URL with a user and no password: name both, as in user:password@, or neither")
        return SecretStr(str(url))

    return AfterValidator(check)


def _without_line_end(secret: SecretStr) -> SecretStr:
    return SecretStr(secret.get_secret_value().rstrip("\r\n"))


BrokerUrl = Annotated[SecretStr, _url_with("amqp", "amqps", log_in_whole=True)]
ManagementUrl = Annotated[SecretStr, _url_with("http", "https")]
DatabaseUrl = Annotated[SecretStr, _url_with(*POSTGRESQL, several_hosts=True)]
Secret = Annotated[SecretStr, AfterValidator(_without_line_end)]
"""A secret as a file or `kubectl create secret --from-file` brings it, with the end of its line."""


class BrokerSettings(Settings):
    """RabbitMQ."""

    broker_url: BrokerUrl = Field(description="AMQP URL of RabbitMQ, such as amqp://user:password@host:5672/")
    broker_proof_seconds: float = Field(
        30,
        gt=0,
        le=DAY,
        description="How long a service publishes nothing before it tries whether RabbitMQ confirms it.",
    )


class DatabaseSettings(Settings):
    """PostgreSQL."""

    database_url: DatabaseUrl = Field(
        description="URL of the PostgreSQL database, such as postgresql://user:password@host:5432/followup"
    )
    database_pool_size: int = Field(12, ge=1, le=200, description="Connections a process keeps at most.")
    statement_timeout_seconds: float = Field(
        30, ge=0.001, le=DAY, description="Bound on one SQL statement; at most a day."
    )
    lock_timeout_seconds: float = Field(
        5, ge=0.001, le=DAY, description="Bound on waiting for one database lock; at most a day."
    )
    prepared_statements: bool = Field(
        True,
        description="false behind a pooler that gives each transaction another session, such as PgBouncer in "
        "transaction mode: nothing is prepared then, and each transaction brings its own time limits.",
    )


SecretsKey = Annotated[Annotated[Secret, Len(32)] | None, BeforeValidator(unset_when_empty)]


class SecretsSettings(Settings):
    """How secrets of others are sealed."""

    secrets_key: SecretsKey = Field(
        None,
        description="At least 32 random characters, such as from openssl rand -hex 32: seals the secrets of "
        "webhooks, chats and browsers in the database. The same for API and dispatcher. Unset: none can be "
        "added.",
    )
    secrets_key_previous: SecretsKey = Field(
        None, description="The key before, which opens what was sealed with it while keys change over."
    )

    @property
    def seal(self) -> Seal | None:
        """What seals; None: no key is set."""
        if self.secrets_key is None:
            return None
        from followup_common.sealing import Seal  # with its library, which not every service has

        previous = self.secrets_key_previous
        return Seal(self.secrets_key.get_secret_value(), previous.get_secret_value() if previous else None)


class SlackSettings(Settings):
    """How clicks in Slack are known."""

    slack_signing_secret: Annotated[Annotated[Secret, Len(16)] | None, BeforeValidator(unset_when_empty)] = (
        Field(
            None,
            description="Signing Secret of the Slack app: with it the buttons of messages in Slack act at "
            "once. The same for API and dispatcher. Unset or empty: they lead to a page that asks first.",
        )
    )


def _networks(given: str) -> str:
    for each in filter(None, map(str.strip, given.split(","))):
        ip_network(each)
    return given


class WebhookSettings(Settings):
    """Where webhooks may lead."""

    webhook_allowed_networks: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Networks whose addresses webhooks may have though they are not public, such as "
        "10.20.0.0/16,fd00:20::/32; plain http goes nowhere else. Empty: none.",
    )

    @property
    def egress(self) -> Egress:
        """Where requests may go."""
        named = filter(None, map(str.strip, self.webhook_allowed_networks.split(",")))
        return Egress(map(ip_network, named))


class MigrationSettings(DatabaseSettings):
    """What the migration command takes."""


@dataclass(frozen=True)
class Retrying:
    """How a handler that met an error which may pass is tried again.

    Args:
        retries: tries after the first one.
        first_after: the wait before the first of them; each further wait is twice as long, and up to twice
            that, at random.
        at_most: the longest wait.
    """

    retries: int = 5
    first_after: timedelta = timedelta(seconds=1)
    at_most: timedelta = timedelta(minutes=1)


class RetrySettings(Settings):
    """How often and how soon what failed is tried again: first by its handler, then out of the outbox."""

    handler_retries: int = Field(
        Retrying.retries,
        ge=0,
        le=20,
        description="How often a handler that met an error which may pass (the database is away or busy) is "
        "tried again before its event waits in the outbox.",
    )
    handler_backoff_seconds: float = Field(
        Retrying.first_after.total_seconds(),
        gt=0,
        description="Wait before a handler's first retry; each further wait is about twice as long.",
    )
    # RabbitMQ closes a channel that leaves a message unacknowledged for 30 minutes, and one that waits is.
    handler_backoff_max_seconds: float = Field(
        Retrying.at_most.total_seconds(), gt=0, le=600, description="The longest wait between two retries."
    )
    redrive_after_seconds: float = Field(
        60, ge=0, le=DAY, description="How long an event may stay unhandled before it is sent again."
    )
    redrive_max_seconds: float = Field(
        3600,
        ge=0,
        le=DAY,
        description="An event that stays unhandled is sent again and again, each time after twice the time, "
        "up to this one.",
    )
    redrive_attempts: int = Field(
        20,
        ge=0,
        le=1_000,
        description="How often an event is sent again before one that still fails becomes a dead letter.",
    )

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        wrong = {
            longest: f"is smaller than {_variable(first)} ({getattr(self, first):g}): raise it, or lower that"
            for first, longest in (
                ("handler_backoff_seconds", "handler_backoff_max_seconds"),
                ("redrive_after_seconds", "redrive_max_seconds"),
            )
            if getattr(self, longest) < getattr(self, first)
        }
        if wrong:
            raise WrongSettings(wrong)
        return self

    @property
    def retrying(self) -> Retrying:
        """How handlers are tried again."""
        return Retrying(
            retries=self.handler_retries,
            first_after=timedelta(seconds=self.handler_backoff_seconds),
            at_most=timedelta(seconds=self.handler_backoff_max_seconds),
        )

    @property
    def redrive_after(self) -> timedelta:
        """How long an event may stay unhandled before it is sent again."""
        return timedelta(seconds=self.redrive_after_seconds)

    @property
    def redrive_at_most(self) -> timedelta:
        """The longest time between two redrives of an event."""
        return timedelta(seconds=self.redrive_max_seconds)


class WorkerSettings(BrokerSettings, DatabaseSettings, RetrySettings):
    """What a service that consumes events takes."""

    worker_threads: int = Field(10, ge=1, le=200, description="Handlers in flight.")


class WrongSettings(ValueError):
    """Settings that are right one by one and do not fit together.

    Args:
        problems: what is wrong and the fix, by the name of the setting.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"{_variable(name)} {said}." for name, said in problems.items()))


S = TypeVar("S", bound=BaseSettings)


def load(settings_class: type[S]) -> S:
    """Read settings from the environment, or stop the process with what is wrong and the fix.

    Exits with status 2 and one line for each missing or wrong variable; no traceback.
    """
    wrong = problems(settings_class)
    for variable, said, expected in wrong:
        print(f"{variable} {said}. {expected}".strip(), file=sys.stderr)  # noqa: T201 - no log yet
    if wrong:
        sys.exit(2)
    return settings_class()


def problems(settings_class: type[BaseSettings]) -> list[tuple[str, str, str]]:
    """What is missing or wrong in the environment: variable, what is wrong with it, what it expects."""
    try:
        settings_class()
    except ValidationError as error:
        return [each for problem in error.errors() for each in _described(settings_class, problem)]
    return []


def _described(settings_class: type[BaseSettings], problem: ErrorDetails) -> Iterator[tuple[str, str, str]]:
    combination = problem.get("ctx", {}).get("error")
    if isinstance(combination, WrongSettings):
        yield from ((_variable(name), said, "") for name, said in combination.problems.items())
        return
    name = str(problem["loc"][0]) if problem["loc"] else "?"
    field = settings_class.model_fields.get(name)
    said = "is not set" if problem["type"] == "missing" else f"is wrong: {problem['msg']}"
    expected = f"Expected: {field.description}" if field and field.description else ""
    yield _variable(name), said, expected


def _variable(name: str) -> str:
    return f"FOLLOWUP_{name.upper()}"
