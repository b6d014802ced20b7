"""How people are told outside the house: one's own rules, and those of the company."""

from __future__ import annotations

from typing import Annotated

from followup_api.audit import Audit
from followup_api.notification_rules import service
from followup_api.notification_rules.schemas import (
    CompanyRules,
    CompanyRulesInput,
    NotificationRules,
    NotificationRulesInput,
)
from followup_api.permissions import Caller, Permission, require
from followup_api.routing import api_router
from followup_api.unit_of_work import Work

mine = api_router(prefix="/me/notification-rules", tags=["Notifications"])
of_company = api_router(prefix="/organisation/notification-rules", tags=["Notifications"])

Self = Annotated[Caller, require(Permission.SELF)]
Writer = Annotated[Caller, require(Permission.SELF_WRITE)]
Admin = Annotated[Caller, require(Permission.USERS_WRITE)]


@mine.get("", summary="Read how one is told")
def read_my_rules(work: Work, caller: Self) -> NotificationRules:
    """By mail; the inbox has everything at once."""
    return service.read(work.tx, caller)


@mine.put("", summary="Change how one is told")
def replace_my_rules(
    body: NotificationRulesInput, work: Work, audit: Audit, caller: Writer
) -> NotificationRules:
    """What is held at the moment goes by the new rules."""
    return service.replace(work.tx, audit, caller, body)


@of_company.get("", summary="Read how people are told")
def read_company_rules(work: Work, _: Admin) -> CompanyRules:
    """Who has no rule of their own."""
    return service.read_company(work.tx)


@of_company.put("", summary="Change how people are told")
def replace_company_rules(body: CompanyRulesInput, work: Work, audit: Audit, _: Admin) -> CompanyRules:
    """Who has no rule of their own, and all for what is locked. What is held at the moment goes by the new
    rules."""
    return service.replace_company(work.tx, audit, body)
