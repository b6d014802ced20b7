"""The page in Chromium, of a manager whose report is far behind: 10,000 overdue follow-ups, 500 escalated.
And the calendar of somebody with 2,000 follow-ups in a month.

How long until it can be used, its slowest frame while it scrolls, and its first and its largest paint on a
processor of a quarter of the speed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from playwright.sync_api import Browser, CDPSession, Locator, Page, expect, sync_playwright

from benchmarks.bench import Bench, timed
from benchmarks.figures import Figure
from tests.e2e.conftest import DEADLINE_MS, OPTIONS, build_ui, installed_browser, running
from tests.e2e.crowd import crowd, full_month
from tests.e2e.pages import row
from tests.e2e.product import PASSWORD, Person, Product

OVERDUE, ESCALATED, OF_A_MONTH = 10_000, 500, 2_000
SLOWER = 4
"""How many times slower than this machine the one is whose paints are measured."""
GOALS = {
    "followups.usable": 2,
    "followups.slowest_frame": 100,
    "escalations.usable": 2,
    "escalations.slowest_frame": 100,
    "calendar.usable": 2,
    "calendar.slowest_frame": 100,
    "first_paint": 1500,
    "largest_paint": 2500,
}

Measured = dict[str, float]


def measure(bench: Bench) -> Iterator[Figure]:
    """Each run in a browser session of its own, whose cache is warm."""
    build_ui()
    expect.set_options(timeout=DEADLINE_MS)
    runs: list[Measured] = []
    with running() as product, sync_playwright() as playwright:
        manager, _ = crowd(product, bench.scaled(OVERDUE), bench.scaled(ESCALATED))
        planner, first = full_month(product, bench.scaled(OF_A_MONTH))
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=OPTIONS)
        for number in range(1, bench.runs + 1):
            page, other = (_session(browser, product, person) for person in (manager, planner))
            runs.append(_lists(page) | _calendar(other, first) | _paints(page))
            bench.say(f"run {number}: {', '.join(f'{name} {value:.2f}' for name, value in runs[-1].items())}")
            page.close()
            other.close()
        browser.close()
    yield from _figures(runs)


def _figures(runs: Sequence[Measured]) -> Iterator[Figure]:
    for name, goal in GOALS.items():
        unit = "s" if name.endswith("usable") else "ms"
        yield Figure(f"page.{name}", unit, tuple(run[name] for run in runs), goal, at_most=True)


def _session(browser: Browser, product: Product, person: Person) -> Page:
    page = browser.new_page(base_url=product.url)
    page.set_default_timeout(DEADLINE_MS)
    answer = page.request.post("/api/v1/session", data={"email": person.email, "password": PASSWORD})
    assert answer.ok, answer.text()
    page.goto("/inbox")
    return page


def _lists(page: Page) -> Measured:
    """Of each list the seconds from asking for it to seeing its first row, and its slowest frame in ms."""
    escalated = page.get_by_role("region", name="SLA breach").get_by_role("listitem").first
    opened = timed(partial(_open, page, "/followups", row(page, "Call 0")))
    frame = _slowest_frame(page, 60)
    dashboard = timed(partial(_open, page, "/dashboard/escalations", escalated))
    return {
        "followups.usable": opened,
        "followups.slowest_frame": frame,
        "escalations.usable": dashboard,
        "escalations.slowest_frame": _slowest_frame(page, 30),
    }


def _calendar(page: Page, month: datetime) -> Measured:
    """The same of a full month; a screen is most of it, so that each step is a part of one."""
    last = page.locator(f"[data-day='{month:%Y-%m}-28']").get_by_role("link").last
    opened = timed(partial(_open, page, f"/followups?look=month&day={month:%Y-%m-%d}", last))
    return {"calendar.usable": opened, "calendar.slowest_frame": _slowest_frame(page, 40, 60)}


def _open(page: Page, path: str, shown: Locator) -> None:
    page.goto(path)
    expect(shown).to_be_visible()


def _slowest_frame(page: Page, steps: int, pixels: int = 600) -> float:
    """Scroll down step by step, and up again: the most work for one frame, in milliseconds.

    Counted in time of the page's own thread, so that a busy machine does not look like a slow page.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    slowest, before = 0.0, _worked(session)
    for step in range(steps):
        page.evaluate(SCROLL, pixels if step < steps * 0.8 else -4 * pixels)
        after = _worked(session)
        slowest, before = max(slowest, after - before), after
    session.detach()
    return slowest * 1000


def _worked(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


SCROLL = """async (pixels) => {
    window.scrollBy(0, pixels);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""


def _paints(page: Page) -> Measured:
    """Milliseconds from asking for the list to its first and its largest paint."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    _open(page, "/followups", row(page, "Call 0"))
    return {
        "first_paint": page.evaluate(PAINTED, ["paint", "first-contentful-paint"]),
        "largest_paint": page.evaluate(PAINTED, ["largest-contentful-paint", ""]),
    }


PAINTED = """([type, name]) => new Promise((resolve) => {
    const seen = (list) => {
        const paint = list.getEntries().findLast((entry) => entry.name === name);
        if (paint) resolve(paint.startTime);
    };
    new PerformanceObserver(seen).observe({ type, buffered: true });
})"""
