"""A real product and a real browser for every test here; nothing is mocked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    WebError,
    expect,
    sync_playwright,
)

from tests.e2e.contexts import Contexts
from tests.e2e.product import PASSWORD, Person, Product
from tests.support.packages import CannotInstall, apt_install
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY, Process
from tests.support.servers import Servers

Visit = Callable[..., Page]

HEADLESS = "chromium-headless-shell"
"""Chromium without what shows windows, which takes a third less of the machine for each page."""
INSTALLED = (HEADLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What may be on the machine, the best first."""
OPTIONS = ["--no-sandbox", "--disable-background-networking", "--no-first-run", "--disable-dev-shm-usage"]
DEADLINE_MS = 60_000
"""For what a page shows; long, since the machine may be busy."""

SELDOM = "0 3 1 1 *"
"""Sweeps come when a test asks, not in between."""

EXPECTED = ("Failed to load resource",)  # the browser's own words about an answer such as 401 or 412


@pytest.hookimpl(tryfirst=True)  # before -m looks at the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("integration")


@contextmanager
def running(port: int | None = None, **environment: str) -> Iterator[Product]:
    """A product on an empty folder.

    Args:
        port: where it listens; None: a free one.
        environment: settings beside those of every test.

    Not below pytest's folder: each run of pytest shuts that to other accounts, and PostgreSQL, which does
    not run as root, may be one.
    """
    with TemporaryDirectory(prefix="followup-e2e-", ignore_cleanup_errors=True) as folder:
        yield from _run(Path(folder), port or free_port(), environment)


def _run(folder: Path, port: int, environment: dict[str, str]) -> Iterator[Product]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FOLLOWUP_")}
    followup = str(Path(sys.executable).with_name("followup"))
    process = Process(
        command=[followup, "run", "--no-demo", "--data", str(folder / "data"), "--port", str(port)],
        log=folder / "followup.log",
        environment={**inherited, "FOLLOWUP_SWEEP_CRON": SELDOM, **environment},
    )
    process.start()
    try:
        url = f"http://localhost:{port}"
        process.wait_until(lambda: httpx.get(f"{url}/readyz").is_success, 90, what="the product is ready")
        yield Product(url, (folder / "data" / "admin-token").read_text().strip())
    finally:
        process.terminate(60)


def build_ui() -> None:
    """Build the UI as it is in the sources; that takes a while only when something has changed."""
    subprocess.run(["make", "--silent", "web"], cwd=REPOSITORY, check=True, capture_output=True)


@pytest.fixture(scope="session")
def built_ui(servers: Servers) -> None:
    """The UI as it is in the sources, built once for all workers."""
    servers.once("built-ui", lambda _: build_ui())


@pytest.fixture(scope="session")
def product(built_ui: None) -> Iterator[Product]:
    """The product that most tests share; each brings people of its own."""
    with running() as product:
        yield product


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, with a deadline for everything that it waits for."""
    expect.set_options(timeout=DEADLINE_MS)
    with sync_playwright() as started:
        yield started


def installed_browser() -> str | None:
    """Where the best browser of the machine is; None: it has none."""
    return next(filter(None, map(shutil.which, INSTALLED)), None)


def _installed_or_from_debian() -> str | None:
    if not shutil.which(HEADLESS):
        with suppress(CannotInstall):
            apt_install(HEADLESS)
    return installed_browser()


@pytest.fixture(scope="session")
def browser(playwright: Playwright, servers: Servers) -> Iterator[Browser]:
    """The machine's Chromium, else the one that Playwright brings; on Debian the one without windows."""
    found = servers.once("browser", lambda _: _installed_or_from_debian())
    try:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
    except Error:
        if found:
            raise
        install = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
        subprocess.run(install, check=True)
        browser = playwright.chromium.launch(args=OPTIONS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def contexts() -> Contexts:
    """The contexts of this worker's browsers."""
    return Contexts()


OF_A_PAGE = ("color_scheme", "reduced_motion")
"""Options that a page takes as well as a context."""


@pytest.fixture
def visit(browser: Browser, contexts: Contexts, product: Product) -> Iterator[Visit]:
    """Open a page as somebody: `visit(person, "/inbox", color_scheme="dark")`; None: not logged in.

    With `once=True` nobody gets its context afterwards: for what stays in one, as scripts do.
    The test fails when a page of it throws, or breaks its Content-Security-Policy.
    """
    used: list[tuple[BrowserContext, str, bool]] = []
    complaints: list[str] = []

    def on_error(error: WebError) -> None:
        complaints.append(str(error.error))

    def on_console(message: ConsoleMessage) -> None:
        complaints.extend(_complaint(message.type, message.text))

    def open_page(
        person: Person | None,
        path: str = "/",
        *,
        at: Product | None = None,
        once: bool = False,
        **options: Any,
    ) -> Page:
        url = (at or product).url
        media = {name: options.pop(name) for name in OF_A_PAGE if name in options}
        viewport = options.pop("viewport", None)
        # Far from everybody's time zone: times come from the person, not from the browser.
        context = contexts.lend(browser, **{"base_url": url, "timezone_id": "Pacific/Auckland", **options})
        used.append((context, url, once or at is not None))
        context.set_default_timeout(DEADLINE_MS)
        context.on("weberror", on_error)
        context.on("console", on_console)
        if person:
            log_in = {"email": person.email, "password": PASSWORD}
            assert context.request.post("/api/v1/session", data=log_in).ok
        page = context.new_page()
        if viewport:
            page.set_viewport_size(viewport)
        if media:
            page.emulate_media(**media)
        page.goto(path)
        return page

    yield open_page
    for context, url, last in used:
        context.remove_listener("weberror", on_error)
        context.remove_listener("console", on_console)
        if last:
            context.close()
        else:
            contexts.take_back(context, url)
    assert not complaints


def _complaint(kind: str, text: str) -> list[str]:
    return [text] if kind == "error" and not text.startswith(EXPECTED) else []
