-- The policy that every installation begins with.
INSERT INTO policies (name, position) VALUES ('standard', 1);
INSERT INTO policy_versions (policy, version, steps) VALUES ('standard', 1, '[
    {"after": "PT0S", "audience": ["assignee"], "label": "employee", "severity": "overdue"},
    {"after": "PT48H", "audience": ["manager", "assignee"], "label": "manager", "severity": "escalated"},
    {"after": "PT96H", "audience": ["admins"], "label": "admin", "severity": "breach"}
]');
