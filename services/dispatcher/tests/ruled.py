"""What tests of the dispatcher's queue share."""

from __future__ import annotations

from sqlalchemy import text

from tests.support.company import Company


def set_rule(
    company: Company,
    user_id: int | None,
    severity: str,
    mode: str,
    *,
    digest_at: str | None = None,
    locked: bool = False,
) -> None:
    """Let somebody have a rule, or the company (None)."""
    given = {"user_id": user_id, "severity": severity, "mode": mode, "at": digest_at, "locked": locked}
    company.tx.execute(
        text("""
            INSERT INTO notification_rules (user_id, channel, severity, mode, digest_at, weekday, locked)
            VALUES (:user_id, 'email', :severity, :mode, CAST(:at AS time),
                CASE WHEN CAST(:mode AS text) = 'weekly' THEN 1 END, :locked)
            ON CONFLICT (user_id, channel, severity) DO UPDATE
            SET mode = EXCLUDED.mode, digest_at = EXCLUDED.digest_at, locked = EXCLUDED.locked
        """),
        given,
    )


def be_quiet(company: Company, user_id: int, *, breaches_pass: bool = True) -> None:
    """Let it be quiet for somebody from an hour ago until in an hour."""
    company.tx.execute(
        text("""
            INSERT INTO notification_preferences
                (user_id, quiet_begins, quiet_ends, quiet_days, breaches_pass)
            SELECT id, (now() AT TIME ZONE time_zone - interval '1 hour')::time,
                (now() AT TIME ZONE time_zone + interval '1 hour')::time, '{1,2,3,4,5,6,7}', :breaches_pass
            FROM users WHERE id = :id
        """),
        {"id": user_id, "breaches_pass": breaches_pass},
    )
