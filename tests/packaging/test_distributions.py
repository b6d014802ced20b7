"""What is built of our packages: each with its licence, and the API never without the page."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from tests.support.packages import plain_environment, uv
from tests.support.processes import REPOSITORY

OFTEN = ("common", "api")
"""Packages that are built in each run; the others are as them."""
PACKAGES = [
    pytest.param(path.parent, marks=() if path.parent.name in OFTEN else pytest.mark.long)
    for path in sorted(REPOSITORY.glob("*/*/pyproject.toml"))
]
DOCKERFILES = sorted(REPOSITORY.glob("*/*/Dockerfile"))
LICENCE = (REPOSITORY / "LICENSE").read_bytes()
STATIC = Path("src/followup_api/static")

pytestmark = pytest.mark.integration


@pytest.fixture
def api(tmp_path: Path) -> Path:
    """The API's package as a clone has it: without the page, which is not committed."""
    clone = tmp_path / "clone"
    package = clone / "services/api"
    shutil.copytree(REPOSITORY / "services/api", package, ignore=shutil.ignore_patterns("static", "tests"))
    shutil.copy(REPOSITORY / ".gitignore", clone)
    subprocess.run(["git", "init", "--quiet", clone], check=True)
    return package


def test_without_the_page_no_distribution_of_the_api_is_made(api: Path, tmp_path: Path) -> None:
    for kind in ("--sdist", "--wheel"):
        finished = build(api, tmp_path / "dist", kind)
        assert finished.returncode != 0
        assert "The page is not built" in finished.stderr
        assert "make web" in finished.stderr
        assert "Traceback" not in finished.stderr
    assert list((tmp_path / "dist").glob("followup*")) == []


def test_an_api_without_the_page_has_to_be_asked_for(api: Path, tmp_path: Path) -> None:
    finished = build(api, tmp_path / "dist", FOLLOWUP_BUILD_WITHOUT_PAGE="1")
    assert finished.returncode == 0, finished.stderr


def test_the_page_is_in_the_sources_and_in_the_wheel_made_of_them(api: Path, tmp_path: Path) -> None:
    (api / STATIC / "assets").mkdir(parents=True)
    (api / STATIC / "index.html").write_text("<html>")
    (api / STATIC / "assets/page.js").write_text("1")
    finished = build(api, tmp_path / "dist")
    assert finished.returncode == 0, finished.stderr
    (sources,), (wheel,) = (tmp_path / "dist").glob("*.tar.gz"), (tmp_path / "dist").glob("*.whl")
    with tarfile.open(sources) as tar:
        assert any(name.endswith("static/assets/page.js") for name in tar.getnames())
    with zipfile.ZipFile(wheel) as archive:
        assert {"followup_api/static/index.html", "followup_api/static/assets/page.js"} <= set(
            archive.namelist()
        )


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_carries_its_licence(package: Path, tmp_path: Path) -> None:
    finished = build(package, tmp_path, "--wheel", FOLLOWUP_BUILD_WITHOUT_PAGE="1")
    assert finished.returncode == 0, finished.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("dist-info/licenses/LICENSE"))
        assert archive.read(licence) == LICENCE
        assert metadata(archive)["License-Expression"] == "Apache-2.0"


def test_every_part_says_the_same_licence() -> None:
    assert b"Apache License" in LICENCE
    assert (REPOSITORY / "services/web/LICENSE").read_bytes() == LICENCE
    assert '"license": "Apache-2.0"' in (REPOSITORY / "services/web/package.json").read_text()
    workspace = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    assert workspace["project"]["license"] == "Apache-2.0"


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)
def test_an_image_says_its_licence(dockerfile: Path) -> None:
    labels = re.findall(r'org\.opencontainers\.image\.licenses="(.*?)"', dockerfile.read_text())
    assert labels == ["Apache-2.0"]


def build(
    package: Path, output: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `uv build`, which makes the wheel of the source distribution that it made first."""
    command = [uv(), "build", str(package), "--out-dir", str(output), *arguments]
    return subprocess.run(
        command,
        env={**plain_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith("dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())
