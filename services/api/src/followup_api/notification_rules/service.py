"""What is done to rules of notification, and what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from followup_common.db import Transaction
from followup_common.db.rules import rule_of, wait_for_holds
from followup_common.db.tables import deliveries, notification_preferences, notification_rules, users
from followup_common.policy import Severity
from followup_common.policy.delivery import Mode, Rule, in_force
from sqlalchemy import ColumnElement, delete, func, insert, select, true, update

from followup_api.audit import Action, Trail
from followup_api.notification_rules import days
from followup_api.notification_rules.schemas import (
    CompanyRule,
    CompanyRules,
    CompanyRulesInput,
    NotificationRule,
    NotificationRules,
    NotificationRulesInput,
    QuietHours,
    QuietHoursInput,
    RuleInput,
    Way,
)
from followup_api.permissions import Caller
from followup_api.problems import Invalid
from followup_api.rows import Record

r, p, d = notification_rules.c, notification_preferences.c, deliveries.c
COLUMNS = (r.channel, r.severity, r.mode, r.digest_at, r.weekday, r.locked)
PREFERENCES = select(p.quiet_begins, p.quiet_ends, p.quiet_days, p.breaches_pass)
OF_COMPANY = PREFERENCES.where(p.user_id.is_(None))
ORDER = {severity: place for place, severity in enumerate(Severity)}
EVERY_DAY = set(range(1, 8))

Key = tuple[str, str]
AnyRules = NotificationRules | CompanyRules


def read(tx: Transaction, caller: Caller) -> NotificationRules:
    """How the caller is told, and when not."""
    own, company = _rules(tx, caller.user_id), _rules(tx, None)
    mine = tx.execute(PREFERENCES.where(p.user_id == caller.user_id)).one_or_none()
    return NotificationRules(
        rules=[_shown(own.get(key), rule, caller) for key, rule in company.items()],
        your_day=days.read(tx, caller.user_id),
        quiet_hours=_quiet(mine) if mine else None,
        breaches_pass=mine.breaches_pass if mine else True,
        breaches_may_pass=tx.execute(OF_COMPANY).one().breaches_pass,
        time_zone=caller.time_zone,
    )


def replace(tx: Transaction, audit: Trail, caller: Caller, body: NotificationRulesInput) -> NotificationRules:
    """Keep how the caller wants to be told. What is held for them is looked at again.

    Raises:
        Invalid: a rule is locked, twice there, or would keep breaches from an admin; hours never end.
    """
    hold(tx, caller.user_id)
    before = read(tx, caller)
    company = _rules(tx, None)
    _refuse_wrong(body.rules, is_admin=caller.role == "admin")
    kept = [rule for number, rule in enumerate(body.rules) if _is_free(number, rule, company)]
    quiet = {**_quiet_columns(body.quiet_hours), **days.own_columns(tx, caller.user_id, body.your_day)}
    tx.execute(delete(notification_rules).where(r.user_id == caller.user_id))
    if kept:
        values = [{"user_id": caller.user_id, **_columns(rule)} for rule in kept]
        tx.execute(insert(notification_rules), values)
    tx.execute(delete(notification_preferences).where(p.user_id == caller.user_id))
    own = {"user_id": caller.user_id, "breaches_pass": body.breaches_pass, **quiet}
    tx.execute(insert(notification_preferences).values(own))
    _look_again(tx, d.user_id == caller.user_id)
    after = read(tx, caller)
    _note(audit, f"users/{caller.user_id}", before, after)
    return after


def hold(tx: Transaction, user_id: int) -> None:
    """Let nobody else change a person's rules until the transaction ends."""
    tx.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True))


def read_company(tx: Transaction) -> CompanyRules:
    """How people are told who have not said otherwise."""
    preferences = tx.execute(OF_COMPANY).one()
    rules = [_of_company(row) for row in _rules(tx, None).values()]
    return CompanyRules(rules=rules, your_day=days.read_company(tx), breaches_pass=preferences.breaches_pass)


def replace_company(tx: Transaction, audit: Trail, body: CompanyRulesInput) -> CompanyRules:
    """Keep how people are told who have not said otherwise. What is held is looked at again.

    Raises:
        Invalid: a severity is missing or there twice.
    """
    tx.execute(select(p.id).where(p.user_id.is_(None)).with_for_update())
    before = read_company(tx)
    _refuse_wrong(body.rules, is_admin=False)
    given = {rule.severity for rule in body.rules}
    if missing := [severity for severity in Severity if severity not in given]:
        raise Invalid("rules", f"rules: add one for {' and one for '.join(missing)}.")
    for rule in body.rules:
        which = (r.user_id.is_(None), r.channel == rule.channel, r.severity == rule.severity)
        changed = {**_columns(rule), "locked": rule.locked}
        tx.execute(update(notification_rules).where(*which).values(changed))
    mine = update(notification_preferences).where(p.user_id.is_(None))
    day = days.company_columns(tx, body.your_day) if body.your_day else {}
    tx.execute(mine.values(breaches_pass=body.breaches_pass, **day))
    _look_again(tx, true())
    after = read_company(tx)
    _note(audit, "organisation", before, after)
    return after


def _rules(tx: Transaction, user_id: int | None) -> dict[Key, Record]:
    """Somebody's rules, or those of the company, by channel and severity, the least grave first."""
    whose = r.user_id.is_(None) if user_id is None else r.user_id == user_id
    rows = tx.execute(select(*COLUMNS).where(whose)).all()
    ordered = sorted(rows, key=lambda row: (row.channel, ORDER[Severity(row.severity)]))
    return {(row.channel, row.severity): row for row in ordered}


def _of_company(row: Record) -> CompanyRule:
    way = _way(rule_of(row))
    return CompanyRule(channel=row.channel, severity=row.severity, locked=row.locked, **way)


def _way(rule: Rule) -> dict[str, Any]:
    return {"mode": rule.mode.value, "at": rule.at, "weekday": rule.weekday}


def _shown(own: Record | None, company: Record, caller: Caller) -> NotificationRule:
    mine, default = rule_of(own) if own else None, rule_of(company)
    severity, locked = Severity(company.severity), company.locked
    rule = in_force(severity, mine, default, locked=locked, is_admin=caller.role == "admin")
    return NotificationRule(
        channel=company.channel,
        severity=severity.value,
        **_way(rule),
        own=mine is not None and rule == mine and not locked,
        locked=locked,
        default=Way(**_way(default)),
    )


def _quiet(row: Record) -> QuietHours | None:
    if row.quiet_begins is None:
        return None
    return QuietHours(begins=row.quiet_begins, ends=row.quiet_ends, days=sorted(row.quiet_days))


def _quiet_columns(quiet: QuietHoursInput | None) -> Mapping[str, Any]:
    """Quiet hours as they are kept.

    Raises:
        Invalid: they never end.
    """
    if quiet is None:
        return {"quiet_begins": None, "quiet_ends": None, "quiet_days": None}
    days = sorted(set(quiet.days))
    if quiet.begins == quiet.ends and set(days) == EVERY_DAY:
        raise Invalid(
            "quiet_hours.ends",
            "quiet_hours.ends is when they begin, on every day, so that they never end: choose another time "
            "or fewer days.",
        )
    return {"quiet_begins": quiet.begins, "quiet_ends": quiet.ends, "quiet_days": days}


def _columns(rule: RuleInput) -> dict[str, Any]:
    return {
        **{"channel": rule.channel, "severity": rule.severity, "mode": rule.mode},
        **{"digest_at": rule.at, "weekday": rule.weekday},
    }


def _refuse_wrong(rules: Sequence[RuleInput], *, is_admin: bool) -> None:
    seen: set[Key] = set()
    for number, rule in enumerate(rules):
        key = (rule.channel, rule.severity)
        if key in seen:
            field = f"rules.{number}.severity"
            raise Invalid(field, f"{field} {rule.severity} is there twice: keep one rule for it.")
        seen.add(key)
        _refuse_wrong_time(number, rule)
        if is_admin and rule.severity == "breach" and rule.mode == "never":
            field = f"rules.{number}.mode"
            raise Invalid(field, f"{field} cannot be never: admins are the last who hear of a breach.")


def _refuse_wrong_time(number: int, rule: RuleInput) -> None:
    """Refuse a digest without its time, and a time without its digest.

    Raises:
        Invalid: of which field, and how to put it right.
    """
    needed = {"at": rule.mode in ("daily", "weekly"), "weekday": rule.mode == "weekly"}
    examples = {"at": "a time of day, such as 08:30", "weekday": "a day, from 1 for Monday to 7"}
    for name, is_needed in needed.items():
        field, is_given = f"rules.{number}.{name}", getattr(rule, name) is not None
        if is_needed and not is_given:
            raise Invalid(field, f"{field} is missing: a {rule.mode} digest needs {examples[name]}.")
        if is_given and not is_needed:
            raise Invalid(field, f"{field} belongs to no rule that is {rule.mode}: leave it out.")


def _is_free(number: int, rule: RuleInput, company: Mapping[Key, Record]) -> bool:
    """Whether somebody may have a rule of their own. What is locked may be given as it is.

    Raises:
        Invalid: they may not, and it differs.
    """
    default = company[rule.channel, rule.severity]
    if not default.locked:
        return True
    if Rule(Mode(rule.mode), rule.at, rule.weekday) != rule_of(default):
        field = f"rules.{number}.mode"
        message = f"{field} is {default.mode} for everybody, as an admin has locked it: leave this rule out."
        raise Invalid(field, message)
    return False


def _look_again(tx: Transaction, whose: ColumnElement[bool]) -> None:
    """Let the dispatcher ask the rules again about what they hold."""
    wait_for_holds(tx)
    held = (d.held_until.is_not(None), d.held_until == d.next_at, d.ended_at.is_(None))
    tx.execute(update(deliveries).where(whose, *held).values(next_at=func.now()))


def _note(audit: Trail, target: str, before: AnyRules, after: AnyRules) -> None:
    """An entry of what has changed, if anything has."""
    was, now = _facts(before), _facts(after)
    changes = {name: {"from": was.get(name), "to": now[name]} for name in now if was.get(name) != now[name]}
    if changes:
        audit(Action.NOTIFICATION_RULES_CHANGED, target, changes=changes)


def _facts(rules: AnyRules) -> dict[str, Any]:
    shown = rules.model_dump(mode="json")
    by_name = {f"{rule['channel']}.{rule['severity']}": rule for rule in shown.pop("rules")}
    return {**by_name, **shown}
