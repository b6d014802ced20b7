"""The OpenAPI document: `python -m followup_api.openapi docs/openapi.json`, or with `--check` before."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, Response

from followup_api import docs_page, idempotency
from followup_api.permissions import Permission, require
from followup_api.problems import MEDIA_TYPE, ProblemDetails, documented
from followup_api.routing import operation_id

ADDRESS = "/api/openapi.json"

ABOUT: dict[str, Any] = {
    "title": "Followup",
    "version": "1",
    "license_info": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
    "summary": "Nobody forgets a promised call.",
    "description": "Times are RFC 3339 with a zone, answers in UTC. Ids are integers. JSON is read "
    "strictly: values of another type and unknown fields are refused. Lists are pages: pass `next_cursor` "
    "as `cursor` to get the next one. Errors are problem details (RFC 9457): `errors` names each wrong "
    "field and the fix. Log in with `POST /api/v1/session`, or send an API token as `Authorization: "
    "Bearer ...`.",
    "openapi_tags": [
        {"name": "Session", "description": "Logging in, and who is logged in."},
        {"name": "API tokens", "description": "For programs that act for a person."},
        {"name": "Users", "description": "People and who reports to whom."},
        {"name": "Absences", "description": "When people are away, and who stands in for them."},
        {"name": "Hand-overs", "description": "Open work that goes from one person to another."},
        {"name": "Follow-ups", "description": "Promised calls: due, overdue, completed."},
        {"name": "Comments", "description": "What people say about follow-ups."},
        {"name": "Saved views", "description": "Lists of follow-ups under a name."},
        {"name": "Calendar feeds", "description": "Addresses for one's calendar program."},
        {"name": "Series", "description": "Follow-ups that come again."},
        {"name": "Sequences", "description": "Sets of follow-ups, and where they were started."},
        {"name": "Kinds of follow-ups", "description": "The list that people choose from: call, visit..."},
        {"name": "Outcomes", "description": "What can come of a follow-up: reached, no answer..."},
        {"name": "Subjects", "description": "The leads and clients that follow-ups are about."},
        {"name": "Policies", "description": "Who is told of an overdue follow-up, and when."},
        {"name": "Calendars", "description": "When work is done: hours, holidays, and what lies between."},
        {"name": "Escalations", "description": "What is overdue so long that somebody else was told."},
        {"name": "Team", "description": "How the people below somebody are doing."},
        {"name": "Notifications", "description": "One's inbox."},
        {"name": "Sweeps", "description": "Passes over the overdue follow-ups."},
        {"name": "Imports", "description": "People and follow-ups from CSV files."},
        {"name": "Webhooks", "description": "Programs of others that hear what happens."},
        {"name": "Operations", "description": "For those who keep it running: what failed, who did what."},
        {"name": "Cron", "description": "For external cron services."},
        {"name": "Health", "description": "For probes and for Prometheus."},
    ],
    "generate_unique_id_function": operation_id,
}


def install(app: FastAPI) -> None:
    """Publish the document, and a page to read it."""
    route: dict[str, Any] = {"include_in_schema": False, "dependencies": [require(Permission.PUBLIC)]}

    # Anybody may ask for it, so it is written once: all answers share its bytes.
    @cache
    def as_json() -> bytes:
        return json.dumps(document(app), ensure_ascii=False, separators=(",", ":")).encode()

    @app.get(ADDRESS, **route)
    def read_openapi() -> Response:
        return Response(as_json(), media_type="application/json")

    @app.get("/api/docs", **route)
    def read_docs() -> Response:
        return HTMLResponse(docs_page.render(app.title, ADDRESS))


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application; built once."""
    if app.openapi_schema is None:
        app.openapi_schema = _document(app)
    return app.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    built = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        license_info=app.license_info,
    )
    schemas = built["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDetails"] = problem
    for operation in _operations(built):
        _complete_errors(operation)
        _add_examples(operation, schemas)
    return built


def _operations(built: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in built["paths"].values():
        yield from methods.values()


def _complete_errors(operation: dict[str, Any]) -> None:
    """Document what every route of its kind can answer, so that routes only name what is special."""
    responses = operation["responses"]
    statuses = {422} if "422" in responses else set()
    if {"token": []} in operation.get("security", ()):
        statuses |= {401, 403, 503}
    if any(parameter["name"] == idempotency.NAME for parameter in operation.get("parameters", ())):
        statuses |= {409}
    if "requestBody" in operation:
        statuses |= {408, 413, 503}
    for status, response in documented(*statuses).items():
        if status == 422 or str(status) not in responses:
            responses[str(status)] = response
    for status, response in responses.items():
        if response["description"] == "Successful Response":
            response["description"] = HTTPStatus(int(status)).phrase
    operation["responses"] = dict(sorted(responses.items()))


def _add_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media_type, content in part.get("content", {}).items():
            if media_type != MEDIA_TYPE and not {"example", "examples"} & content.keys():
                example = _example(content.get("schema", {}), schemas)
                if example is not None:
                    content["example"] = example


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("type") == "array":
        entry = _example(schema["items"], schemas)
        return None if entry is None else [entry]
    if "properties" in schema:
        return {name: _example(inner, schemas) for name, inner in schema["properties"].items()}
    return None


def main() -> int:
    """Write the document to a file, or check that the file is up to date."""
    parser = argparse.ArgumentParser(prog="python -m followup_api.openapi", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when it would change")
    arguments = parser.parse_args()
    text = json.dumps(document(_app()), indent=2, ensure_ascii=False) + "\n"
    if not arguments.check:
        arguments.file.write_text(text, encoding="utf-8")
        return 0
    if arguments.file.exists() and arguments.file.read_text(encoding="utf-8") == text:
        return 0
    print(f"{arguments.file} is not up to date: run `make documents`.", file=sys.stderr)  # noqa: T201 - a command
    return 1


def _app() -> FastAPI:
    """An application to describe; it connects to nothing."""
    from followup_common.db import Database
    from followup_common.messaging.broker import in_process_broker
    from followup_common.messaging.publisher import Publisher

    from followup_api.app import create_app
    from followup_api.settings import ApiSettings

    url = "postgresql://localhost/nowhere"
    settings = ApiSettings.model_validate({"database_url": url})
    return create_app(settings, database=Database(url), publisher=Publisher(in_process_broker()))


if __name__ == "__main__":
    sys.exit(main())
