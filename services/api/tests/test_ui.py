"""Serving the built UI, without getting in the API's way."""

from __future__ import annotations

from pathlib import Path

import pytest
from followup_api.ui import Ui
from starlette.applications import Starlette
from starlette.testclient import TestClient

from .conftest import World


def client_of(folder: Path) -> TestClient:
    app = Starlette()
    app.router.default = Ui(folder)
    return TestClient(app)


@pytest.fixture
def built(tmp_path: Path) -> TestClient:
    """A client of a small build; what lies beside it is nobody's business."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>Followup</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "index-4f2a.js").write_text("plain")
    (folder / "assets" / "index-4f2a.js.br").write_bytes(b"brotli")
    (folder / "assets" / "index-4f2a.js.gz").write_bytes(b"not really gzip")
    (tmp_path / "secret.txt").write_text("secret")
    return client_of(folder)


@pytest.mark.parametrize("path", ["/", "/overdue", "/follow-ups/42", "/apiary", "/follow-ups/42/"])
def test_paths_of_the_ui_get_the_page_afresh(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert answer.status_code == 200
    assert "Followup" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1/nowhere", "/healthz", "/readyz", "/metrics", "/metrics/x"]
)
def test_the_page_never_swallows_the_api(built: TestClient, path: str) -> None:
    assert built.get(path).status_code == 404


def test_assets_are_kept_for_ever(built: TestClient) -> None:
    answer = built.get("/assets/index-4f2a.js", headers={"Accept-Encoding": "identity"})
    assert answer.text == "plain"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "no-cache" in built.get("/favicon.svg").headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("deflate", None),
        ("", None),
    ],
)
def test_the_best_accepted_encoding_is_sent(built: TestClient, accepted: str, encoding: str | None) -> None:
    with built.stream("GET", "/assets/index-4f2a.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/assets/gone.js", "/robots.txt", "/assets/index-4f2a.js.map"])
def test_a_missing_file_is_not_the_page(built: TestClient, path: str) -> None:
    assert built.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "/%00"]
)
def test_nothing_outside_of_the_build_is_served(built: TestClient, path: str) -> None:
    assert "secret" not in built.get(path).text


def test_an_unchanged_page_is_not_sent_again(built: TestClient) -> None:
    etag = built.get("/").headers["etag"]
    answer = built.get("/", headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert built.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_only_reading_is_possible(built: TestClient) -> None:
    assert built.head("/").status_code == 200
    assert built.post("/").status_code == 405


def test_without_a_build_the_start_page_says_how_to_make_one(tmp_path: Path) -> None:
    client = client_of(tmp_path / "static")
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "make" in answer.text
    assert client.get("/overdue").status_code == 404


def test_routes_of_the_api_come_before_the_page(world: World) -> None:
    client = world.client()
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/session").status_code == 405
    assert client.get("/api/v1/nowhere").headers["content-type"] == "application/problem+json"
