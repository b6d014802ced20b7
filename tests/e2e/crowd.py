"""Somebody who is far behind, and the manager who sees it, for long lists in tests and in `make bench`."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.e2e.product import Person, Product, hours

HEADER = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,"
    "subject_name,subject_url,notes,status"
)


def crowd(product: Product, overdue: int, escalated: int) -> tuple[Person, Person]:
    """A manager, and their one report, who has so many overdue follow-ups, swept.

    Args:
        product: where it is; others' lists there are as long.
        overdue: how many: Call 0 and so on, the longest overdue first.
        escalated: how many of them are overdue for long enough that the manager was told.
    """
    dana = product.person("Dana Reyes", "manager")
    amir = product.person("Amir Patel", manager=dana)
    now = datetime.now(UTC)
    late = [100 if n < escalated else 1 + n / overdue * 40 for n in range(overdue)]
    lines = [
        f"crowd-{n},Call {n},{amir.email},{(now - hours(amount)).isoformat()},"
        f"client,crowd-{n % 900},Client {n % 900},,,open"
        for n, amount in enumerate(late)
    ]
    product.call(
        "POST",
        "/imports/follow-ups",
        content="\n".join([HEADER, *lines]),
        headers={"Content-Type": "text/csv"},
    )
    product.sweep()
    return dana, amir
