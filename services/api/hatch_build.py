"""Build hook: no distribution of the API is made without the page that it serves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("src", "followup_api", "static", "index.html")
WITHOUT_PAGE = "FOLLOWUP_BUILD_WITHOUT_PAGE"


class PageIsBuilt(BuildHookInterface[Any]):  # type: ignore[misc] # hatchling is there only while it builds
    """Stops a build whose result would serve no page, unless the environment says that none is wanted."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's hook
        """Called before each build; an editable install takes the page from the checkout when it runs."""
        if version == "editable" or os.environ.get(WITHOUT_PAGE) or Path(self.root, PAGE).is_file():
            return
        self.app.abort(
            f"The page is not built: {PAGE} is missing. Run `make web` and build again, or set "
            f"{WITHOUT_PAGE}=1 to build an API that serves no page."
        )
