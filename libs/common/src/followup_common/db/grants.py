"""What the migrations allow each service's role: `python -m followup_common.db.grants [--check] FILE`.

The file is generated from a migrated database (FOLLOWUP_DATABASE_URL), and `followup doctor` holds
other databases against it.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files

from sqlalchemy import text

from followup_common.db import Transaction
from followup_common.db.database import owners_engine
from followup_common.documents import keep
from followup_common.settings import MigrationSettings, load

Grants = dict[str, dict[str, list[str]]]
"""By role and table, or view: privileges such as SELECT, and UPDATE(level) for a single column."""

# The catalogue itself: anyone who may connect may read it.
GRANTED = text("""
    WITH tables AS (
        SELECT oid, relname, relacl FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
    ), granted AS (
        SELECT relname, acl.grantee, acl.privilege_type AS privilege
        FROM tables, aclexplode(relacl) acl
        UNION ALL
        SELECT relname, acl.grantee, acl.privilege_type || '(' || a.attname || ')'
        FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid, aclexplode(a.attacl) acl
    )
    SELECT r.rolname, relname, array_agg(privilege ORDER BY privilege)
    FROM granted JOIN pg_roles r ON r.oid = granted.grantee
    WHERE r.rolname IN ('followup_api', 'followup_dispatcher', 'followup_escalator', 'followup_notifier')
    GROUP BY r.rolname, relname ORDER BY r.rolname, relname
""")


def granted(tx: Transaction) -> Grants:
    """What the services' roles may do in this database."""
    grants: Grants = {}
    for role, table, privileges in tx.execute(GRANTED):
        grants.setdefault(role, {})[table] = privileges
    return grants


def intended() -> Grants:
    """What they may do after the migrations of this code."""
    grants: Grants = json.loads((files(__package__) / "grants.json").read_text())
    return grants


def _document() -> str:
    engine = owners_engine(load(MigrationSettings).database_url.get_secret_value())
    with engine.begin() as tx:
        document = json.dumps(granted(tx), indent=1) + "\n"
    engine.dispose()
    return document


if __name__ == "__main__":
    sys.exit(keep(_document, __doc__))
