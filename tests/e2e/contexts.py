"""Contexts of the browser that visits share, one after the other."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error


class Contexts:
    """The contexts of browsers, each for one visit after the other.

    In a new context the browser would compile the page again, which is nearly half of what a visit costs.
    What a visit leaves is taken away: pages, cookies, storage, listeners.
    """

    def __init__(self) -> None:
        self._free: dict[tuple[Browser, str], list[BrowserContext]] = {}
        self._keys: dict[BrowserContext, tuple[Browser, str]] = {}

    def lend(self, browser: Browser, **options: Any) -> BrowserContext:
        """A context of the browser that nobody uses, with these options."""
        key = browser, repr(sorted(options.items()))
        free = self._free.setdefault(key, [])
        context = free.pop() if free else browser.new_context(**options)
        self._keys[context] = key
        return context

    def take_back(self, context: BrowserContext, url: str) -> None:
        """Let another visit have it.

        Args:
            context: was lent.
            url: of the product that it visited.
        """
        try:
            storage = {"origin": url, "storageTypes": "local_storage,indexeddb,cache_storage,service_workers"}
            context.new_cdp_session(context.pages[0]).send("Storage.clearDataForOrigin", storage)
            for page in context.pages:
                page.close()
            context.clear_cookies()
            context.clear_permissions()
            context.set_offline(False)
        except Error:  # such as a page that has crashed
            context.close()
        else:
            self._free[self._keys[context]].append(context)
