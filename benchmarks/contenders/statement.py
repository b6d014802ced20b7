"""One SQL statement with all effects of an escalation: what the limit and the per-item contenders run.

Nothing of these follow-ups was announced before, so each announcement tells the assignee too (ADR 0025).
"""

from __future__ import annotations

ESCALATE = """
    WITH due AS (
        SELECT f.follow_up_id, f.run, f.anchor_at, f.assignee_id, f.policy_version_id, u.manager_id,
            CASE WHEN now() - f.anchor_at >= interval '96 hours' THEN 3
                 WHEN now() - f.anchor_at >= interval '48 hours' THEN 2 ELSE 1 END AS step
        FROM escalation_states f JOIN users u ON u.id = f.assignee_id
        WHERE f.wake_at <= now() {which}
        FOR NO KEY UPDATE OF f SKIP LOCKED
    ), advanced AS (
        UPDATE escalation_states f SET step = due.step,
            severity = (ARRAY['overdue', 'escalated', 'breach'])[due.step],
            wake_at = CASE due.step WHEN 1 THEN f.anchor_at + interval '48 hours'
                                    WHEN 2 THEN f.anchor_at + interval '96 hours' END
        FROM due WHERE f.follow_up_id = due.follow_up_id
    ), recorded AS (
        INSERT INTO escalations
            (follow_up_id, run, step, policy_version_id, severity, status, ended_at, sweep_id)
        SELECT follow_up_id, run, s, policy_version_id, (ARRAY['overdue', 'escalated', 'breach'])[s],
            CASE WHEN s = step THEN 'raised' ELSE 'skipped' END, CASE WHEN s < step THEN now() END, 1
        FROM due, generate_series(1, due.step) s
    ), told AS (
        SELECT due.*, due.assignee_id AS user_id, 'assignee' AS audience FROM due
        UNION ALL SELECT due.*, due.manager_id, 'manager' FROM due WHERE step = 2
        UNION ALL SELECT due.*, a.id, 'admins' FROM due JOIN users a ON a.role = 'admin' WHERE step = 3
    ), logged AS (
        INSERT INTO activities (kind, follow_up_id, run, step, repeat, policy_version_id, details)
        SELECT 'escalated', follow_up_id, run, step, 0, policy_version_id, jsonb_build_object(
            'due_at', anchor_at, 'recipients', jsonb_agg(jsonb_build_object(
                'user_id', user_id, 'audience', audience, 'fallback', null)))
        FROM told GROUP BY follow_up_id, run, step, policy_version_id, anchor_at
    ), notified AS (
        INSERT INTO notifications
            (follow_up_id, run, step, policy_version_id, due_at, user_id, audience)
        SELECT follow_up_id, run, step, policy_version_id, anchor_at, user_id, audience FROM told
    )
    SELECT count(*) FROM due
"""

BATCH = ESCALATE.format(which="ORDER BY f.wake_at LIMIT 1000")
ONE = ESCALATE.format(which="AND f.follow_up_id = %(id)s")
