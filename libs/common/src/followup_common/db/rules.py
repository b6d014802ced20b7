"""How people are told outside the house, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, text

from followup_common.db.database import Transaction
from followup_common.policy.delivery import Mode, QuietHours, Rule, Rules, in_force
from followup_common.policy.models import Severity
from followup_common.wording import zone

MAIL = "email"
RULED = (MAIL,)
"""The channels that have rules of their own."""

RULES = text("""
    SELECT user_id, severity, mode, digest_at, weekday, locked FROM notification_rules
    WHERE channel = :channel AND (user_id = ANY(CAST(:user_ids AS bigint[])) OR user_id IS NULL)
""")
PREFERENCES = text("""
    SELECT u.id, u.role, u.time_zone, own.quiet_begins, own.quiet_ends, own.quiet_days,
        COALESCE(own.breaches_pass, true) AND company.breaches_pass AS breaches_pass
    FROM users u
    JOIN notification_preferences company ON company.user_id IS NULL
    LEFT JOIN notification_preferences own ON own.user_id = u.id
    WHERE u.id = ANY(CAST(:user_ids AS bigint[]))
""")
STAY = text("SELECT pg_try_advisory_xact_lock_shared(hashtext('notification_rules'))")
CHANGE = text("SELECT pg_advisory_xact_lock(hashtext('notification_rules'))")


def rules_stay(tx: Transaction) -> bool:
    """Let nobody look again at what is held until the transaction ends; False: somebody is saving rules.

    Who has a delivery must not wait for who saves: they take rules and deliveries in the other order.
    """
    return bool(tx.execute(STAY).scalar())


def wait_for_holds(tx: Transaction) -> None:
    """Wait until what is being held by rules before these is seen; what comes then sees these."""
    tx.execute(CHANGE)


def rules_of(tx: Transaction, user_ids: Collection[int], channel: str) -> Mapping[int, Rules]:
    """What holds for each of some people by a channel: their own rules, and the company's for what they have
    none for. Where a channel has no rules, those of mail hold."""
    keys = {"user_ids": list({*user_ids}), "channel": channel if channel in RULED else MAIL}
    kept: dict[int | None, dict[Severity, Row[Any]]] = {}
    for row in tx.execute(RULES, keys):
        kept.setdefault(row.user_id, {})[Severity(row.severity)] = row
    company = kept.get(None, {})
    return {
        person.id: Rules(
            {
                severity: _in_force(severity, kept.get(person.id, {}), row, person.role)
                for severity, row in company.items()
            },
            quiet_of(person),
            breaches_pass=person.breaches_pass,
            zone=zone(person.time_zone),
        )
        for person in tx.execute(PREFERENCES, keys)
    }


def rule_of(row: Row[Any]) -> Rule:
    """A rule as a row of `notification_rules` has it."""
    return Rule(Mode(row.mode), row.digest_at, row.weekday)


def quiet_of(row: Row[Any]) -> QuietHours | None:
    """Quiet hours as a row of `notification_preferences` has them; None: there are none."""
    if row.quiet_begins is None:
        return None
    return QuietHours(row.quiet_begins, row.quiet_ends, frozenset(row.quiet_days))


def _in_force(severity: Severity, own: Mapping[Severity, Row[Any]], company: Row[Any], role: str) -> Rule:
    mine = rule_of(own[severity]) if severity in own else None
    return in_force(severity, mine, rule_of(company), locked=company.locked, is_admin=role == "admin")
