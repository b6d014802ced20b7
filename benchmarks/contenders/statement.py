"""One SQL statement with all effects of an escalation: what the limit and the per-item contenders run."""

from __future__ import annotations

ESCALATE = """
    WITH due AS (
        SELECT f.id, f.due_version, f.due_at, f.assignee_id, f.policy_version_id, u.manager_id,
            CASE WHEN now() - f.due_at >= interval '96 hours' THEN 3
                 WHEN now() - f.due_at >= interval '48 hours' THEN 2 ELSE 1 END AS step
        FROM follow_ups f JOIN users u ON u.id = f.assignee_id
        WHERE f.next_step_at <= now() {which}
        FOR NO KEY UPDATE OF f SKIP LOCKED
    ), advanced AS (
        UPDATE follow_ups f SET level = due.step, next_step_at =
            CASE due.step WHEN 1 THEN f.due_at + interval '48 hours'
                          WHEN 2 THEN f.due_at + interval '96 hours' END
        FROM due WHERE f.id = due.id
    ), recorded AS (
        INSERT INTO escalations (follow_up_id, due_version, step, policy_version_id, status, sweep_id)
        SELECT id, due_version, s, policy_version_id, CASE WHEN s = step THEN 'raised' ELSE 'skipped' END, 1
        FROM due, generate_series(1, due.step) s
    ), told AS (
        SELECT due.*, due.assignee_id AS user_id, 'assignee' AS audience FROM due WHERE step <= 2
        UNION ALL SELECT due.*, due.manager_id, 'manager' FROM due WHERE step = 2
        UNION ALL SELECT due.*, a.id, 'admins' FROM due JOIN users a ON a.role = 'admin' WHERE step = 3
    ), logged AS (
        INSERT INTO activities (kind, follow_up_id, due_version, step, repeat, policy_version_id, details)
        SELECT 'escalated', id, due_version, step, 0, policy_version_id, jsonb_build_object('due_at', due_at,
            'recipients', jsonb_agg(jsonb_build_object(
                'user_id', user_id, 'audience', audience, 'fallback', null)))
        FROM told GROUP BY id, due_version, step, policy_version_id, due_at
    ), notified AS (
        INSERT INTO notifications
            (follow_up_id, due_version, step, policy_version_id, due_at, user_id, audience)
        SELECT id, due_version, step, policy_version_id, due_at, user_id, audience FROM told
    )
    SELECT count(*) FROM due
"""

BATCH = ESCALATE.format(which="ORDER BY f.next_step_at LIMIT 1000")
ONE = ESCALATE.format(which="AND f.id = %(id)s")
