"""The page that shows the OpenAPI document: Redoc, from this server, so that it works without the internet.

The build of the UI lays Redoc beside it (`services/web/scripts/postbuild.mjs`). Without a build the page only
links to the document.
"""

from __future__ import annotations

from html import escape

SCRIPT = "/reference/redoc.standalone.js"
# Searching would need a worker made of a blob:, which our Content-Security-Policy refuses.
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} API</title>
<link rel="icon" href="/favicon.svg">
<style>
body {{ margin: 0; font: 16px/1.5 system-ui, sans-serif }}
.programs {{ padding: .5rem 1rem; margin: 0 }}
</style>
</head>
<body>
<p class="programs">For programs: <a href="{address}">the OpenAPI document</a></p>
<redoc spec-url="{address}" disable-search hide-download-button></redoc>
<script src="{script}"></script>
</body>
</html>
"""


def render(title: str, address: str) -> str:
    """The page for the OpenAPI document at `address`."""
    return PAGE.format(title=escape(title), address=escape(address), script=SCRIPT)
