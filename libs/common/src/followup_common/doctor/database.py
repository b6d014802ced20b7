"""PostgreSQL under examination: does it answer, is it migrated, may the services do their work?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from followup_common.db import Database, Transaction
from followup_common.db.clock import MAY_STEP
from followup_common.db.collations import changed_collations
from followup_common.db.database import POOLER, REFUSED_OPTIONS, libpq_url, options_are_ignored, place
from followup_common.db.grants import granted, intended
from followup_common.db.health import READ_ONLY, is_read_only, try_write
from followup_common.db.revisions import MadeBeforeTheFirst, made_before_the_first, revisions
from followup_common.doctor.findings import Finding
from followup_common.doctor.people import examine_left_work
from followup_common.doctor.policies import examine_drafts, examine_kinds, examine_policies
from followup_common.doctor.time_zones import examine_time_zones
from followup_common.doctor.working_time import examine_calendars, examine_holidays, examine_hours

OLDEST_VERSION = 15
CLOCK_MAY_DIFFER_SECONDS = 30
SWEEPS_LATE = timedelta(hours=1)
NO_SWEEP = (
    "Start the scheduler, and the escalator that hears it; or call /api/cron/followups from an outside clock."
)
CLOCK_WAS_AHEAD = (
    "PostgreSQL's clock was ahead, or is behind now: let NTP set it. What was written then is worked off."
)
MIGRATE = "Run `followup migrate` (or the migration job) as the owner of the database."

TO_THE_PRIMARY = (
    "Let FOLLOWUP_DATABASE_URL lead to the primary; where it names several hosts, with "
    "?target_session_attrs=read-write."
)
LET_WRITE = (
    "Take default_transaction_read_only back, where it is set: `ALTER DATABASE ... RESET`, `ALTER ROLE ... "
    "RESET`, `ALTER SYSTEM RESET` and `SELECT pg_reload_conf()`; or let FOLLOWUP_DATABASE_URL lead to the "
    "primary."
)
LISTEN_SECONDS = 5.0
CHANNEL = "followup_doctor"

# Parts of what libpq says when it cannot connect, and what helps.
REFUSALS = {
    REFUSED_OPTIONS: POOLER,
    "failed to resolve host": "Correct the host in FOLLOWUP_DATABASE_URL, or let this machine's DNS know it.",
    "no pg_hba.conf entry": "Let this machine and role in: pg_hba.conf of PostgreSQL; behind `no encryption` "
    "it may be TLS that is missing: sslmode=require.",
    "does not support SSL": "Turn TLS on in PostgreSQL (ssl = on), or take sslmode out of "
    "FOLLOWUP_DATABASE_URL.",
    "response to SSL negotiation": "Correct host and port in FOLLOWUP_DATABASE_URL: what answers there is "
    "not PostgreSQL.",
    "certificate": "See that sslmode and sslrootcert in FOLLOWUP_DATABASE_URL fit PostgreSQL's certificate.",
    "invalid connection option": "Correct the options behind ? in FOLLOWUP_DATABASE_URL.",
    "invalid sslmode value": "Correct the options behind ? in FOLLOWUP_DATABASE_URL.",
    "password authentication failed": "Give the role its password: `followup migrate` sets it from "
    "FOLLOWUP_API_PASSWORD, FOLLOWUP_ESCALATOR_PASSWORD and FOLLOWUP_NOTIFIER_PASSWORD.",
    'database "': "Create the database, or correct its name in FOLLOWUP_DATABASE_URL.",
    'role "': MIGRATE + " It makes the services' roles.",
    "is not permitted to log in": "Let the role log in: `followup migrate` does when it finds the role's "
    "password, such as FOLLOWUP_API_PASSWORD.",
    "too many": "Raise max_connections of PostgreSQL, or lower FOLLOWUP_DATABASE_POOL_SIZE.",
}
UNREACHABLE = (
    "Start PostgreSQL, or correct host and port in FOLLOWUP_DATABASE_URL; look for a firewall between."
)


def examine_database(
    url: str,
    *,
    clock: Callable[[], float] = time.time,
    prepared_statements: bool = True,
    listen_url: str | None = None,
) -> Iterator[Finding]:
    """Look at the database of a URL, with the rights of its user.

    Args:
        url: as in FOLLOWUP_DATABASE_URL.
        clock: this machine's clock, in seconds since the epoch.
        prepared_statements: as in FOLLOWUP_PREPARED_STATEMENTS.
        listen_url: as in FOLLOWUP_LISTEN_DATABASE_URL.
    """
    database = Database(
        url, application_name="followup-doctor", pool_size=1, prepared_statements=prepared_statements
    )
    try:
        with database.transaction() as tx:
            yield from _examine(tx, clock)
            if prepared_statements and options_are_ignored(tx, database.session_settings):
                yield Finding("pooler", "PostgreSQL's sessions lack the time limits they were given", POOLER)
        writing = _writing(database)
        yield writing
        if listen_url and writing.well:
            yield _listening(database, listen_url)
    except DBAPIError as error:
        yield _unreachable(url, error)
    finally:
        database.close()


def _writing(database: Database) -> Finding:
    """Whether what services write is taken."""
    try:
        try_write(database)
    except ProgrammingError as error:
        return Finding("writing", f"cannot be tried: {_first_line(error)}", "See schema and grants above.")
    except OperationalError as error:
        if not is_read_only(error):
            raise
        with database.reading() as tx:
            standby = tx.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
        seen = "a standby answers, which takes no writes" if standby else f"{READ_ONLY}: writes are refused"
        return Finding("writing", seen, TO_THE_PRIMARY if standby else LET_WRITE)
    return Finding("writing", "PostgreSQL takes what services write")


def _listening(database: Database, listen_url: str) -> Finding:
    """Whether a notification that is sent on the one URL arrives on the other."""
    fix = "Let FOLLOWUP_LISTEN_DATABASE_URL name the same database at PostgreSQL's own address."
    try:
        with psycopg.connect(libpq_url(listen_url), autocommit=True, connect_timeout=5) as listener:
            listener.execute(f"LISTEN {CHANNEL}")
            with database.transaction() as tx:
                tx.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
            arrived = any(True for _ in listener.notifies(timeout=LISTEN_SECONDS, stop_after=1))
    except psycopg.Error as error:
        said = str(error).strip().rpartition("FATAL:")[2].strip().partition("\n")[0]
        return Finding("live inboxes", f"cannot listen: {said}", fix)
    if not arrived:
        return Finding("live inboxes", "what is notified does not arrive where they listen", fix)
    return Finding("live inboxes", "what is notified arrives where they listen")


def _examine(tx: Transaction, clock: Callable[[], float]) -> Iterator[Finding]:
    yield from _look(tx, "database", _version)
    yield from _look(tx, "clock", lambda tx: _clock(tx, clock))
    yield from _look(tx, "collation", _collation)
    for schema in _look(tx, "schema", _schema):
        yield schema
        if not schema.well:
            return
    yield from _look(tx, "grants", _grants)
    yield from _look(tx, "role", _role)
    for check, look in (
        ("people", _admins),
        ("open work", examine_left_work),
        ("time zones", examine_time_zones),
        ("calendars", examine_calendars),
        ("hours of calendars", examine_hours),
        ("holidays", examine_holidays),
        ("policies", examine_policies),
        ("kinds of policies", examine_kinds),
        ("drafts of policies", examine_drafts),
        ("clock of sweeps", _sweeps),
        ("events", _outbox),
    ):
        yield from _look(tx, check, look, another_role_may_see=True)


def _look(
    tx: Transaction, check: str, look: Callable[[Transaction], Finding], *, another_role_may_see: bool = False
) -> Iterator[Finding]:
    """One check. When it cannot be made it says so, and the others go on; nothing where it is for another
    service's doctor.

    Raises:
        DBAPIError: the connection is gone.
    """
    try:
        with tx.begin_nested():
            finding = look(tx)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        refused = isinstance(error.orig, InsufficientPrivilege)
        if not (refused and another_role_may_see):
            fix = "Name the role of a service, or the owner's." if refused else "Look at PostgreSQL's log."
            yield Finding(check, f"cannot be looked at: {_first_line(error)}", fix)
    else:
        yield finding


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().rpartition("FATAL:")[2].strip().partition("\n")[0]


def _unreachable(url: str, error: DBAPIError) -> Finding:
    said = _first_line(error)
    fix = next((fix for part, fix in REFUSALS.items() if part in said), UNREACHABLE)
    return Finding("database", f"{place(url)} does not let us in: {said}", fix)


def _version(tx: Transaction) -> Finding:
    version = tx.execute(text("SHOW server_version")).scalar_one()
    old = int(version.partition(".")[0]) < OLDEST_VERSION
    fix = f"Followup needs PostgreSQL {OLDEST_VERSION} or newer: upgrade it." if old else None
    return Finding("database", f"PostgreSQL {version} answers", fix)


def _clock(tx: Transaction, clock: Callable[[], float]) -> Finding:
    theirs = tx.execute(text("SELECT extract(epoch FROM clock_timestamp())::float8")).scalar_one()
    off = clock() - theirs
    fix = None
    if abs(off) > CLOCK_MAY_DIFFER_SECONDS:
        fix = "Let NTP set this machine's clock. What is due goes by PostgreSQL's; logs and tokens do not."
    return Finding("clock", f"this machine is {off:+.0f} s off PostgreSQL's clock", fix)


def _collation(tx: Transaction) -> Finding:
    """Whether texts are sorted as when the indexes were made."""
    changed = changed_collations(tx)
    if not changed:
        return Finding("collation", "indexes are sorted by the versions that the system has")
    seen = "; ".join(f"{each.name} was {each.kept} and is {each.actual}" for each in changed)
    name = tx.execute(text("SELECT quote_ident(current_database())")).scalar_one()
    refresh = " ".join(each.refresh for each in changed)
    return Finding(
        "collation", f"its version changed: {seen}", f"As the owner: REINDEX DATABASE {name}; {refresh}"
    )


def _schema(tx: Transaction) -> Finding:
    known = revisions()
    if tx.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return Finding("schema", "the database has no tables of Followup's", MIGRATE)
    if made_before_the_first(tx):
        return Finding("schema", "its tables are older than the first release's", str(MadeBeforeTheFirst()))
    current = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if current == known[0]:
        return Finding("schema", f"at revision {current}, the newest")
    if current is None or current in known:
        return Finding("schema", f"at revision {current or 'none'}; this code needs {known[0]}", MIGRATE)
    newer = "The database was migrated by a newer release: deploy that one. Older ones may go on meanwhile."
    return Finding("schema", f"at revision {current}, which this code does not know", newer)


def _grants(tx: Transaction) -> Finding:
    current = granted(tx)
    missing = [
        f"{role} may not {privilege} {table}"
        for role, tables in intended().items()
        for table, privileges in tables.items()
        for privilege in privileges
        if privilege not in current.get(role, {}).get(table, [])
    ]
    if not missing:
        return Finding("grants", "each service's role has what it needs")
    return Finding("grants", "; ".join(missing[:5]), _grant(missing[0]))


def _grant(missing: str) -> str:
    role, _, right = missing.partition(" may not ")
    privilege, _, table = right.rpartition(" ")
    verb, bracket, column = privilege.partition("(")
    return f"As the owner: GRANT {verb}{' (' if bracket else ''}{column} ON {table} TO {role}; and so on."


def _role(tx: Transaction) -> Finding:
    role, mighty = tx.execute(
        text("""
            SELECT current_user, pg_has_role(current_user, relowner, 'MEMBER')
            FROM pg_class WHERE oid = 'follow_ups'::regclass
        """)
    ).one()
    fix = "Give each service the URL of its own role, such as followup_api: it may write only what it owns."
    return Finding("role", f"works as {role}", fix if mighty else None)


def _admins(tx: Transaction) -> Finding:
    admins = tx.execute(text("SELECT count(*) FROM users WHERE active AND role = 'admin'")).scalar_one()
    fix = "Make one: `python -m followup_api.bootstrap --email ... --name ...`. Breaches reach nobody now."
    return Finding("people", f"{admins} active admins", None if admins else fix)


def _sweeps(tx: Transaction) -> Finding:
    asked = text("""
        SELECT now() - max(requested_at) FILTER (WHERE requested_at <= now() + :may_step) AS since,
            max(requested_at) FILTER (WHERE requested_at > now() + :may_step) - now() AS ahead,
            now() - (SELECT min(created_at) FROM policy_versions) AS installed
        FROM sweeps WHERE trigger <> 'manual'
    """)
    since, ahead, installed = tx.execute(asked, {"may_step": MAY_STEP}).one()
    if ahead is not None:
        return Finding("clock of sweeps", f"asked {_ago(ahead)} ahead of now", CLOCK_WAS_AHEAD)
    if since is None:
        new = installed is not None and installed < SWEEPS_LATE  # it may be a while until the first one
        return Finding("clock of sweeps", "has not asked for one yet", None if new else NO_SWEEP)
    return Finding("clock of sweeps", f"asked {_ago(since)} ago", NO_SWEEP if since > SWEEPS_LATE else None)


def _outbox(tx: Transaction) -> Finding:
    failed, waiting, since = tx.execute(
        text("""
            SELECT count(*) FILTER (WHERE failed_at IS NOT NULL),
                count(*) FILTER (WHERE failed_at IS NULL AND available_at < now() - interval '10 minutes'),
                now() - min(available_at) FILTER (WHERE failed_at IS NULL)
            FROM outbox WHERE handled_at IS NULL
        """)
    ).one()
    if failed:
        fix = "Read the reasons, fix, and replay: `followup dead-letters list`."
        return Finding("events", f"{failed:,} dead letters", fix)
    if waiting:
        fix = "Start escalator and notifier, and look at RabbitMQ below: events wait and are not handled."
        return Finding("events", f"{waiting:,} wait, the oldest for {_ago(since)}", fix)
    return Finding("events", "no dead letters, and none waits for long")


def _ago(since: timedelta) -> str:
    return str(timedelta(seconds=round(since.total_seconds())))
