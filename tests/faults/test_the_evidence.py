"""What a round that went wrong leaves, and what makes it wrong."""

from __future__ import annotations

import csv
import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import evidence
from tests.faults.verdict import Verdict
from tests.support.company import Company


def test_every_table_is_kept(company: Company, tmp_path: Path) -> None:
    call = company.follow_up(company.person("Eve"), overdue=timedelta(hours=1), title="Call, twice")
    evidence.keep(company.tx, tmp_path / "tables")
    with gzip.open(tmp_path / "tables" / "follow_ups.csv.gz", "rt", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["id"], row["title"]) == (str(call), "Call, twice")
    kept = {file.name for file in (tmp_path / "tables").iterdir()}
    assert {"notifications.csv.gz", "deliveries.csv.gz", "outbox.csv.gz"} < kept


@pytest.mark.parametrize("failure", ["lost", "duplicated", "after_stop", "wrong_level", "dead_letters"])
def test_one_failure_of_any_kind_makes_a_round_wrong(failure: str) -> None:
    verdict = Verdict()
    assert verdict.clean
    verdict.add(failure, 1, "something")
    assert not verdict.clean
