"""docs/api.md says the truth: its examples are run in turn, and answer what is below them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.packages import apt_install

from .conftest import Person, World
from .live_server import LiveServer

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(?P<command>.*?)```\n+```json\n(?P<answer>.*?)```", re.DOTALL)


def contains(actual: Any, shown: Any) -> bool:
    """Whether an answer is what the guide shows of it: objects may have more fields."""
    if isinstance(shown, dict):
        return isinstance(actual, dict) and all(
            key in actual and contains(actual[key], value) for key, value in shown.items()
        )
    if isinstance(shown, list):
        return isinstance(actual, list) and len(actual) == len(shown) and all(map(contains, actual, shown))
    return bool(actual == shown)


def test_each_example_answers_what_the_guide_shows(world: World, admin: Person) -> None:
    if shutil.which("curl") is None:
        apt_install("curl")
    server = LiveServer(world)
    environment = {"PATH": "/usr/bin:/bin", "FOLLOWUP_URL": server.start(), "FOLLOWUP_TOKEN": admin.token}
    try:
        for example in EXAMPLE.finditer(GUIDE.read_text()):
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", example["command"]],
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            shown = json.loads(example["answer"])
            assert contains(json.loads(done.stdout), shown), f"{example['command']}\n{done.stdout}"
    finally:
        server.stop()


def test_the_guide_has_an_answer_below_each_example() -> None:
    guide = GUIDE.read_text()
    assert guide.count("```sh") == guide.count("```json") == len(EXAMPLE.findall(guide)) > 10
