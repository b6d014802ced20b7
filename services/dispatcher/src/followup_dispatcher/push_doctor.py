"""What `followup doctor` looks at for web push: that its key is the one that browsers are told, and that push
services find somebody to write to (RFC 8292, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from followup_common.db import Database
from followup_common.doctor import Finding
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from followup_dispatcher.sender_domain import is_private
from followup_dispatcher.settings import DispatcherSettings

CHECK = "web push"
SECRETS = "Set FOLLOWUP_SECRETS_KEY as well, for API and dispatcher."
ANOTHER_KEY = (
    "Give FOLLOWUP_VAPID_PRIVATE_KEY the value that the dispatcher has; or start the dispatcher with this "
    "one, and let people switch web push on again in each browser."
)
CONTACT = (
    "Set FOLLOWUP_MAIL_FROM, or a FOLLOWUP_PUBLIC_URL that begins with https, of a domain of the internet: "
    "some push services take nothing from whom they cannot write to."
)
PUBLIC_KEY = text("SELECT public_key FROM channels WHERE name = 'push'")


def examine_push(settings: DispatcherSettings) -> Iterator[Finding]:
    """Whether what is pushed to browsers is signed as push services ask for, by the key that browsers know.

    Args:
        settings: of the dispatcher, which has checked the key itself.
    """
    if settings.vapid_private_key is None:
        yield Finding(CHECK, "FOLLOWUP_VAPID_PRIVATE_KEY is not set: nothing is pushed")
        return
    if settings.secrets_key is None:
        yield Finding(CHECK, "FOLLOWUP_SECRETS_KEY is not set: nothing is pushed", SECRETS)
        return
    from followup_dispatcher.vapid import Vapid  # with its libraries, which only this needs

    yield _known(settings, Vapid.of(settings.vapid_private_key.get_secret_value(), None).public_key)
    yield _contact(settings.contact)


def _known(settings: DispatcherSettings, public_key: str) -> Finding:
    """Whether browsers are told this key: by another one they have subscribed to somebody else."""
    database = Database.of(settings, application_name="followup-doctor")
    try:
        with database.reading() as tx:
            known = tx.execute(PUBLIC_KEY).scalar()
    except SQLAlchemyError:
        return Finding(CHECK, "the key is one; which one browsers are told cannot be asked")
    finally:
        database.close()
    if known is None:
        return Finding(CHECK, "the key is one; browsers are told none yet")
    same = known == public_key
    said = "the key is the one" if same else "the key is another one than the one"
    return Finding(CHECK, f"{said} that browsers are told", None if same else ANOTHER_KEY)


def _contact(contact: str | None) -> Finding:
    if contact is None:
        return Finding(CHECK, "push services find nobody to write to", CONTACT)
    domain = contact.rpartition("@")[2] if contact.startswith("mailto:") else urlsplit(contact).hostname or ""
    said = f"push services find {contact} to write to"
    return Finding(CHECK, said, CONTACT if is_private(domain) else None)
