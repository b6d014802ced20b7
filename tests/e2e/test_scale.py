"""With 10,000 overdue follow-ups and 500 escalations: usable at once, and scrolling stays smooth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit, running
from tests.e2e.pages import row
from tests.e2e.product import Person, Product, hours

pytestmark = pytest.mark.alone  # frames are measured: no neighbours, please

Record = Callable[[str, object], None]

SHARED = 2
"""How much slower a machine may be that others use too. The goals are 2 s, 100 ms, 1.5 s and 2.5 s."""

OVERDUE = 10_000
ESCALATED = 500
HEADER = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,"
    "subject_name,subject_url,notes,status"
)


@pytest.fixture(scope="module")
def crowded(built_ui: None) -> Iterator[tuple[Product, Person]]:
    """A product of its own, with a manager whose report is far behind."""
    with running() as product:
        dana = product.person("Dana Reyes", "manager")
        amir = product.person("Amir Patel", manager=dana)
        now = datetime.now(UTC)
        late = [100 if n < ESCALATED else 1 + n / OVERDUE * 40 for n in range(OVERDUE)]
        lines = [
            f"s-{n},Call {n},{amir.email},{(now - hours(amount)).isoformat()},"
            f"client,c-{n % 900},Client {n % 900},,,open"
            for n, amount in enumerate(late)
        ]
        product.call(
            "POST",
            "/imports/follow-ups",
            content="\n".join([HEADER, *lines]),
            headers={"Content-Type": "text/csv"},
        )
        product.sweep()
        yield product, dana


def test_ten_thousand_overdue_open_within_two_seconds_and_scroll_smoothly(
    crowded: tuple[Product, Person], visit: Visit, record_property: Record
) -> None:
    product, dana = crowded
    page = visit(dana, "/inbox", at=product)
    usable = best(2, lambda: opening(page, "/followups", row(page, "Call 0")))
    expect(page.get_by_role("button", name="Overdue 10,000").first).to_be_visible()
    slowest = slowest_frame(page, 60)
    assert page.get_by_role("listitem").count() < 100
    report(record_property, usable_seconds=usable, slowest_frame_ms=slowest)
    assert usable < 2 * SHARED
    assert slowest < 100 * SHARED


def test_five_hundred_escalations_open_within_two_seconds_and_scroll_smoothly(
    crowded: tuple[Product, Person], visit: Visit, record_property: Record
) -> None:
    product, dana = crowded
    page = visit(dana, "/inbox", at=product)
    first = page.get_by_role("region", name="SLA breach").get_by_role("listitem").first
    usable = best(2, lambda: opening(page, "/dashboard/escalations", first))
    slowest = slowest_frame(page, 30)
    report(record_property, usable_seconds=usable, slowest_frame_ms=slowest)
    assert usable < 2 * SHARED
    assert slowest < 100 * SHARED


def test_the_first_and_the_largest_paint_come_soon_on_a_slow_machine(
    crowded: tuple[Product, Person], visit: Visit, record_property: Record
) -> None:
    product, dana = crowded
    page = visit(dana, "/inbox", at=product)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    first = best(1500, lambda: first_paint(page))
    expect(row(page, "Call 0")).to_be_visible()
    largest = paint(page, "largest-contentful-paint")
    report(record_property, first_contentful_paint_ms=first, largest_contentful_paint_ms=largest)
    assert first < 1500 * SHARED
    assert largest < 2500 * SHARED


def best(limit: float, measure: Callable[[], float]) -> float:
    """The first figure within the limit, else the best of five: what else the machine does is not ours."""
    figures: list[float] = []
    while not figures or (min(figures) >= limit and len(figures) < 5):
        figures.append(measure())
    return min(figures)


def opening(page: Page, path: str, shown: Locator) -> float:
    """Seconds from asking for a page to seeing its content."""
    opened = time.monotonic()
    page.goto(path)
    expect(shown).to_be_visible()
    return time.monotonic() - opened


def slowest_frame(page: Page, steps: int) -> float:
    """Scroll down screen by screen, and up again: the most work for one frame, in milliseconds.

    Counted in time of the page's own thread, so that a busy machine does not look like a slow page.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    slowest, before = 0.0, worked()
    for step in range(steps):
        page.evaluate(SCROLL, 600 if step < steps * 0.8 else -2400)
        after = worked()
        slowest, before = max(slowest, after - before), after
    return slowest * 1000


SCROLL = """async (pixels) => {
    window.scrollBy(0, pixels);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""


def first_paint(page: Page) -> float:
    """Milliseconds to the first contentful paint of the Follow-ups page."""
    page.goto("/followups")
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()
    return paint(page, "paint", "first-contentful-paint")


def paint(page: Page, kind: str, name: str = "") -> float:
    """Milliseconds from asking for the page to the latest paint of a kind that the browser noted."""
    painted: float = page.evaluate(PAINTED, [kind, name])
    return painted


PAINTED = """([type, name]) => new Promise((resolve) => {
    const seen = (list) => {
        const paint = list.getEntries().findLast((entry) => entry.name === name);
        if (paint) resolve(paint.startTime);
    };
    new PerformanceObserver(seen).observe({ type, buffered: true });
})"""


def report(record_property: Record, **figures: float) -> None:
    """Keep figures with the test's result, and show them with -s."""
    for name, value in figures.items():
        record_property(name, round(value, 2))
        print(f"{name}: {value:.2f}")
