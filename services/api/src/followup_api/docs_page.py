"""The API's description as one plain page: no scripts, nothing from elsewhere, readable offline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid #8888 }
details { margin: .5rem 0; padding: .5rem 1rem; border: 1px solid #8884; border-radius: .5rem }
summary { cursor: pointer }
code, pre { font: .875rem/1.4 ui-monospace, monospace }
pre { overflow-x: auto; padding: .75rem; background: #8882; border-radius: .5rem }
table { border-collapse: collapse }
td, th { padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
"""


def render(document: dict[str, Any], address: str) -> str:
    """The page for an OpenAPI document that stands at `address`."""
    info = document["info"]
    sections = "".join(_section(document, tag) for tag in document["tags"])
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API</h1>{_prose(info['description'])}"
        f'<p>For programs: <a href="{escape(address)}">the OpenAPI document</a>.</p>{sections}</body></html>'
    )


def _section(document: dict[str, Any], tag: dict[str, Any]) -> str:
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation.get("tags", ())
    )
    return f"<h2>{escape(tag['name'])}</h2>{_prose(tag['description'])}{operations}" if operations else ""


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = "".join((*_parameters(operation), *_body(operation), *_responses(operation)))
    return (
        f'<details id="{escape(operation["operationId"])}"><summary><span class="method">{method.upper()}'
        f"</span><code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"{_prose(operation.get('description', ''))}{parts}</details>"
    )


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
        f"<td>{_prose(each.get('description', ''))}"
        for each in operation.get("parameters", ())
    )
    if rows:
        yield f"<h4>Parameters</h4><table>{rows}</table>"


def _body(operation: dict[str, Any]) -> Iterator[str]:
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h4>Body</h4><p><code>{escape(media_type)}</code></p>{_example(content)}"


def _responses(operation: dict[str, Any]) -> Iterator[str]:
    yield "<h4>Answers</h4>"
    for status, response in operation["responses"].items():
        yield f"<p><strong>{escape(status)}</strong> {escape(response['description'])}</p>"
        if status.startswith("2"):
            yield from (_example(content) for content in response.get("content", {}).values())


def _example(content: dict[str, Any]) -> str:
    if "example" not in content:
        return ""
    example = content["example"]
    shown = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    return f"<pre>{escape(shown)}</pre>"


def _prose(text: str) -> str:
    """Text with `code` in it."""
    pieces = escape(text).split("`")
    marked = "".join(f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces))
    return f"<p>{marked}</p>" if text else ""
