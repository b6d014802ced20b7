"""Looks for answers to mails, for as long as the application lives. Of several processes one has each."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from functools import partial

from followup_api.dependencies import AppContext
from followup_api.mail_answers.service import handle_next
from followup_api.regularly import regularly

LOOK_EVERY_SECONDS = 10.0
"""The mailbox is read once a minute; a look is one read of an index that is empty but then."""


def running(context: AppContext) -> AbstractAsyncContextManager[None]:
    """Do what answers say, until the application ends."""
    return regularly("mail_answers", LOOK_EVERY_SECONDS, context.threads, partial(handle_next, context))
