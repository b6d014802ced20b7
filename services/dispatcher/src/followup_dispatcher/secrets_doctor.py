"""What `followup doctor` looks at for sealed secrets: which key opens them, and whether one can go."""

from __future__ import annotations

from collections.abc import Iterator

from followup_common.db import Database
from followup_common.doctor import Finding
from sqlalchemy.exc import SQLAlchemyError

from followup_dispatcher.resealing import reseal
from followup_dispatcher.settings import DispatcherSettings

CHECK = "sealed secrets"
KEY = (
    "Set FOLLOWUP_SECRETS_KEY, or FOLLOWUP_SECRETS_KEY_PREVIOUS, to the key that they were sealed with; "
    "where it is lost, add those webhooks, chats and browsers again."
)


def examine_secrets(settings: DispatcherSettings) -> Iterator[Finding]:
    """Open all that is sealed, and change nothing.

    Args:
        settings: of the dispatcher.
    """
    seal = settings.seal
    if seal is None:
        return
    database = Database.of(settings, application_name="followup-doctor")
    try:
        found = reseal(database, seal, only_look=True)
    except SQLAlchemyError:
        yield Finding(CHECK, "cannot be looked at: no database answers")
        return
    finally:
        database.close()
    if found.closed:
        yield Finding(CHECK, f"{found.closed:,} are sealed with a key that is not set", KEY)
    if found.before:
        yield Finding(CHECK, f"{found.before:,} need the key before: the dispatcher seals them again")
    elif seal.changes_over:
        yield Finding(CHECK, "none needs the key before: FOLLOWUP_SECRETS_KEY_PREVIOUS can go")
    elif not found.closed:
        yield Finding(CHECK, f"{found.present:,}, which the key opens")
