"""Alerts and dashboards name what there is, and lead to runbooks that say what to do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pika
import pytest
import yaml
from followup_cli.metrics_document import SERVICES
from followup_common.metrics import Histogram
from prometheus_client.parser import text_string_to_metric_families

from tests.support.processes import REPOSITORY
from tests.support.prometheus import DEPLOYED, RULES, program
from tests.support.rabbitmq import RabbitMQ
from tests.support.waiting import eventually

RUNBOOKS = REPOSITORY / "docs/runbooks"
GRAFANA = REPOSITORY / "deploy/grafana"
BOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
GIVEN_BY_PROMETHEUS = {"job", "instance", "le"}
OF_QUEUES = {"vhost", "queue"}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def board(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def expressions() -> dict[str, str]:
    """Every expression, by where it is."""
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    for path in BOARDS:
        for panel in board(path)["panels"]:
            for target in panel["targets"]:
                place = f"{path.stem} {panel['id']}{target['refId']}"
                found[place] = target["expr"].replace("$__rate_interval", "5m")
    return found


def names(expression: str) -> set[str]:
    """The metrics that an expression reads."""
    return set(re.findall(r"\b(?:followup|rabbitmq)_\w+", re.sub(r'"[^"]*"', "", expression)))


def ours() -> Iterator[tuple[str, set[str]]]:
    """Every series that the services show, and its labels."""
    for metrics in SERVICES.values():
        for metric in metrics:
            endings = ("_bucket", "_sum", "_count") if isinstance(metric, Histogram) else ("",)
            yield from ((metric.name + ending, set(metric.labels)) for ending in endings)


@pytest.mark.parametrize("place", expressions())
def test_what_is_read_of_the_services_is_there_with_its_labels(place: str) -> None:
    expression, known = expressions()[place], dict(ours())
    read = {name for name in names(expression) if name.startswith("followup_")}
    assert read <= known.keys()
    labels = set(re.findall(r"(\w+)(?:=~|!=|=)\"", expression))
    for group in re.findall(r"\bby \(([^)]*)\)", expression):
        labels |= {label.strip() for label in group.split(",")}
    declared = set().union(*(known[name] for name in read)) if read else set()
    assert labels <= declared | GIVEN_BY_PROMETHEUS | OF_QUEUES


def test_what_is_read_of_rabbitmq_is_there(rabbitmq: RabbitMQ, broker_url: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(broker_url))
    connection.channel().queue_declare("escalator")
    jobs = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())["scrape_configs"]
    pages = [
        f"{job.get('metrics_path', '/metrics')}?{urlencode(job.get('params', {}), doseq=True)}"
        for job in jobs
        if job["job_name"].startswith("rabbitmq")
    ]
    read = {name for each in expressions().values() for name in names(each) if name.startswith("rabbitmq_")}
    assert len(pages) == 2
    assert len(read) > 10

    def shown() -> set[str]:
        texts = [httpx.get(rabbitmq.metrics_url + page, timeout=10, trust_env=False).text for page in pages]
        families = [family for each in texts for family in text_string_to_metric_families(each)]
        return {sample.name for family in families for sample in family.samples}

    eventually(lambda: read <= shown(), interval=0.5, what=f"all of {sorted(read)}")
    connection.close()


def test_every_expression_is_valid_and_every_job_scraped(tmp_path: Path) -> None:
    recorded = [
        {"record": f"expression_{number}", "expr": expression}
        for number, expression in enumerate(expressions().values())
    ]
    file = tmp_path / "expressions.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": recorded}]}))
    checked = subprocess.run(
        [program("promtool"), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    scraped = {
        job["job_name"] for job in yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())["scrape_configs"]
    }
    assert {f"followup-{service}" for service in SERVICES} < scraped
    named = set(re.findall(r'job="([^"]*)"', "".join(expressions().values())))
    assert named <= scraped


def test_every_alert_leads_to_its_runbook() -> None:
    pages = {path.stem for path in RUNBOOKS.glob("Followup*.md")}
    assert {rule["alert"] for rule in rules()} == pages
    index = (RUNBOOKS / "README.md").read_text()
    for rule in rules():
        assert rule["annotations"]["runbook_url"].endswith(f"/{rule['alert']}.md")
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert {"summary", "description"} < rule["annotations"].keys()
        page = (RUNBOOKS / f"{rule['alert']}.md").read_text()
        assert [line for line in page.splitlines() if line.startswith("## ")] == [
            "## What it means",
            "## How to look",
            "## What to do",
        ]
        assert f"({rule['alert']}.md)" in index
    assert {rule["alert"] for rule in rules()} == alerts_that_are_tried()


def alerts_that_are_tried() -> set[str]:
    """The alerts that fire in one of promtool's tests."""
    tests = yaml.safe_load((DEPLOYED / "followup.rules.test.yml").read_text())["tests"]
    checks = [check for test in tests for check in test["alert_rule_test"]]
    return {check["alertname"] for check in checks if check["exp_alerts"]}


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_dashboard_reads_the_provisioned_prometheus(path: Path) -> None:
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    uids = {source["uid"] for source in sources["datasources"]}
    panels = board(path)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert {each["datasource"]["uid"] for each in (panel, *panel["targets"])} <= uids
    taken = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(set(taken)) == len(taken), "panels overlap"
    assert max(x for x, _ in taken) < 24


def test_dashboards_have_names_of_their_own() -> None:
    assert len({(board(path)["uid"], board(path)["title"]) for path in BOARDS}) == len(BOARDS) == 2
