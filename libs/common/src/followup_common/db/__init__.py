"""Tables, connections, migrations, roles and grants."""

from followup_common.db.database import Database, Transaction

__all__ = ["Database", "Transaction"]
