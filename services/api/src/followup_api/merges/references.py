"""What refers to leads and clients, and what a merge does with it.

A test fails for a foreign key that is not here.
"""

from __future__ import annotations

from typing import Any

from followup_common.db.series import series
from followup_common.db.tables import enrolments, follow_ups, subject_changes, subject_merges, subjects
from sqlalchemy import Column

MOVED: tuple[Column[Any], ...] = (
    *(follow_ups.c.subject_id, series.c.subject_id, enrolments.c.subject_id),
    subjects.c.merged_into,
)
"""What goes over to the survivor, and back by an undo, in the order of locks; `subjects` is the last. Each
table has an `id`, and triggers with `subject_id_follows_merge` for what is written at the same time."""

STAYS: tuple[Column[Any], ...] = (
    subject_changes.c.subject_id,  # the survivor's history shows those too
    subject_merges.c.survivor_id,
    subject_merges.c.merged_id,
)
"""What says of whom it was, and stays."""
