"""Settings of the scheduler."""

from typing import Annotated

from followup_common.settings import BrokerSettings
from pydantic import AfterValidator, Field

from followup_scheduler.cron import parse_cron


def _valid_cron(value: str) -> str:
    parse_cron(value)
    return value


class SchedulerSettings(BrokerSettings):
    """What the scheduler takes."""

    sweep_cron: Annotated[str, AfterValidator(_valid_cron)] = Field(
        "*/15 * * * *", description="When to sweep: a cron line of five fields, in UTC, such as */15 * * * *"
    )
