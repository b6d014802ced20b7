"""Somebody who is far behind, the manager who sees it, and a full month, for tests and for `make bench`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

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
    _load(product, lines)
    product.sweep()
    return dana, amir


def full_month(product: Product, amount: int) -> tuple[Person, datetime]:
    """Somebody who has so many follow-ups in the next month, and its first day: as many on each of 28 days.

    Args:
        product: where it is.
        amount: how many: Plan 0 and so on, one after another.
    """
    finn = product.person("Finn Oduya", time_zone="UTC")
    first = (datetime.now(UTC).replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
    step = timedelta(days=28) / amount
    lines = [
        f"month-{n},Plan {n},{finn.email},{(first + n * step).isoformat()},"
        f"client,month-{n % 90},Client {n % 90},,,open"
        for n in range(amount)
    ]
    _load(product, lines)
    return finn, first


def _load(product: Product, lines: Sequence[str]) -> None:
    product.call(
        "POST",
        "/imports/follow-ups",
        content="\n".join([HEADER, *lines]),
        headers={"Content-Type": "text/csv"},
    )
