"""Leads and clients that lines about follow-ups name by an external id: added, or changed for all."""

from __future__ import annotations

from typing import Any

from followup_common.db import Transaction
from sqlalchemy import Row, text

# Of several lines about a subject the last one counts. One that was merged away names its survivor, and does
# not change it.
PLANNED_SUBJECTS = """
    CREATE TEMPORARY TABLE planned_subjects ON COMMIT DROP AS
    SELECT s.id, p.subject_kind AS kind, p.subject_external_id AS external_id, p.subject_name AS name,
           p.subject_url AS url, p.subject_phone AS phone, p.subject_email AS email
    FROM planned p LEFT JOIN subjects s ON s.id = p.subject_id
    WHERE line IN (
        SELECT max(line) FROM planned
        WHERE good AND subject_kind IS NOT NULL AND subject_external_id IS NOT NULL
        GROUP BY subject_kind, subject_external_id
    ) AND (s.id IS NULL
        OR (s.kind, s.external_id) IS NOT DISTINCT FROM (p.subject_kind, p.subject_external_id))
      AND (s.id IS NULL OR (s.name, s.url, s.phone, s.email) IS DISTINCT FROM (
        p.subject_name, COALESCE(p.subject_url, s.url), COALESCE(p.subject_phone, s.phone),
        COALESCE(p.subject_email, s.email)))
"""
COUNT_SUBJECTS = "SELECT count(id) AS known, count(*) - count(id) AS fresh FROM planned_subjects"
ADD_SUBJECTS = """
    INSERT INTO subjects (kind, external_id, name, url, phone, email)
    SELECT kind, external_id, name, url, phone, email
    FROM planned_subjects WHERE id IS NULL ORDER BY kind, external_id
    ON CONFLICT (kind, external_id) DO NOTHING
"""
LOCK_SUBJECTS = """
    SELECT count(*) FROM (
        SELECT s.id FROM subjects s JOIN planned_subjects p ON p.id = s.id
        ORDER BY s.id FOR NO KEY UPDATE OF s
    ) locked
"""
CHANGE_SUBJECTS = """
    WITH changed AS (
        UPDATE subjects s SET name = p.name, url = COALESCE(p.url, old.url),
            phone = COALESCE(p.phone, old.phone), email = COALESCE(p.email, old.email)
        FROM planned_subjects p JOIN subjects old ON old.id = p.id
        WHERE s.id = p.id AND (old.name, old.url, old.phone, old.email) IS DISTINCT FROM (
            p.name, COALESCE(p.url, old.url), COALESCE(p.phone, old.phone), COALESCE(p.email, old.email))
        RETURNING s.id, to_jsonb(old) AS was, to_jsonb(s) AS became
    )
    INSERT INTO subject_changes (subject_id, kind, actor_id, changes)
    SELECT c.id, 'imported', :actor_id, (
        SELECT jsonb_object_agg(name, jsonb_build_object('from', was -> name, 'to', became -> name))
        FROM unnest(ARRAY['name', 'url', 'phone', 'email']) name
        WHERE was -> name IS DISTINCT FROM became -> name
    ) FROM changed c
"""


def plan(tx: Transaction) -> Row[Any]:
    """Find what the planned lines say of leads and clients that is news.

    Returns:
        How many are `known` and change, and how many are `fresh`.
    """
    tx.execute(text(PLANNED_SUBJECTS))
    return tx.execute(text(COUNT_SUBJECTS)).one()


def write(tx: Transaction, counts: Row[Any], actor_id: int) -> None:
    """Add the fresh ones, change the known ones, and note each change in its history."""
    if counts.fresh:
        tx.execute(text(ADD_SUBJECTS))
    if counts.known:
        tx.execute(text(LOCK_SUBJECTS))
        tx.execute(text(CHANGE_SUBJECTS), {"actor_id": actor_id})
