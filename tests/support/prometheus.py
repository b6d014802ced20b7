"""Prometheus for tests: Debian's package, a server of the test's own, and our rules made quick.

`python -m tests.support.prometheus`: check our configuration and rules, and run the rules' tests.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.packages import CannotInstall, apt_install
from tests.support.ports import free_port
from tests.support.processes import REPOSITORY, Process

DEPLOYED = REPOSITORY / "deploy/prometheus"
RULES = DEPLOYED / "followup.rules.yml"
HOW_TO_INSTALL = """\
The alerts are checked with Prometheus and its promtool, and they were not found. One of these is enough:
  - Debian, Ubuntu:  apt-get install prometheus
  - macOS:           brew install prometheus
  - elsewhere:       both programs of https://prometheus.io/download on the PATH"""


def program(name: str) -> str:
    """The path of `prometheus` or `promtool`; installed where that is possible.

    Raises:
        RuntimeError: it is not there, with what to install.
    """
    if shutil.which(name) is None:
        try:
            apt_install("prometheus")
        except CannotInstall as error:
            raise RuntimeError(f"{error}\n{HOW_TO_INSTALL}") from error
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(HOW_TO_INSTALL)
    return found


def quick_rules(changes: Mapping[str, tuple[str, str]], *, window: str = "5s") -> dict[str, Any]:
    """Our rules with nothing to wait for: `for` is none, and every range is `window`.

    Args:
        changes: for an alert, a piece of its expression that waits long, and what is there instead.
        window: length of the ranges that rates are taken over.
    """
    rules: dict[str, Any] = yaml.safe_load(RULES.read_text())
    for group in rules["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            rule["for"] = "0s"
            old, new = changes.get(rule["alert"], ("", ""))
            assert old in rule["expr"], f"{rule['alert']} has no {old!r}"
            rule["expr"] = re.sub(r"\[\w+\]", f"[{window}]", rule["expr"].replace(old, new, 1))
    return rules


@dataclass
class Prometheus:
    """A server that scrapes every second.

    Args:
        folder: where its files go.
        targets: address of each job, as in our own configuration.
        rules: what it alerts on.
    """

    folder: Path
    targets: Mapping[str, str]
    rules: dict[str, Any]

    def __post_init__(self) -> None:
        self.port = free_port()
        self.process = Process(
            command=[
                program("prometheus"),
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            log=self.folder / "prometheus.log",
            environment={},
            directory=self.folder,
        )

    def start(self) -> None:
        """Write its configuration, which is ours with other addresses, and start it."""
        config = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": [self.targets[job["job_name"]]]}]
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        (self.folder / RULES.name).write_text(yaml.safe_dump(self.rules))
        self.process.start()
        self.process.wait_until(lambda: self.get("query", query="1"), what="Prometheus")

    def get(self, path: str, **parameters: str) -> Any:
        """Ask its API."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        answer = httpx.get(url, params=parameters, timeout=10, trust_env=False)
        answer.raise_for_status()
        return answer.json()["data"]

    def firing(self) -> set[str]:
        """The names of the alerts that fire right now."""
        alerts = self.get("alerts")["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def health(self) -> dict[str, str]:
        """Of each job: `up`, `down` or `unknown`."""
        targets = self.get("targets")["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}


def main() -> int:
    """Run promtool's checks; the exit status of the first that fails."""
    for arguments in (
        ["check", "config", str(DEPLOYED / "prometheus.yml")],
        ["test", "rules", str(DEPLOYED / "followup.rules.test.yml")],
    ):
        finished = subprocess.run(
            [program("promtool"), *arguments], capture_output=True, text=True, check=False
        )
        if finished.returncode:
            sys.stderr.write(finished.stdout + finished.stderr)
            return finished.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
