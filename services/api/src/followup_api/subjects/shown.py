"""A lead or client as somebody may see it."""

from __future__ import annotations

from followup_common.db import Transaction

from followup_api.followups.scopes import scope_of
from followup_api.permissions import Caller
from followup_api.subjects import queries
from followup_api.subjects.problems import SubjectNotFound
from followup_api.subjects.schemas import SubjectDetails


def details(tx: Transaction, caller: Caller, subject_id: int) -> SubjectDetails:
    """One lead or client with the follow-ups on it that the caller may see.

    Raises:
        SubjectNotFound: there is none.
    """
    scope = scope_of(tx, caller)
    row = queries.find(tx, subject_id, scope)
    if row is None:
        raise SubjectNotFound(subject_id)
    found = queries.follow_ups_of(tx, subject_id, scope)
    return SubjectDetails.model_validate({**row._mapping, "follow_ups": found})
