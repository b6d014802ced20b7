"""Time zones of people: whether PostgreSQL and Python agree about them."""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from followup_common.db import Transaction
from followup_common.doctor.time_zones import examine_time_zones
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

ADD = text("INSERT INTO users (email, name, time_zone) VALUES (:email, 'X', :zone)")
ADD_CALENDARS = text(
    "INSERT INTO calendars (name, time_zone) SELECT zone, zone FROM unnest(CAST(:zones AS text[])) zone"
)


def test_a_zone_that_the_database_does_not_know_is_not_stored(tx: Transaction) -> None:
    with pytest.raises(IntegrityError, match="does not know"), tx.begin_nested():
        tx.execute(ADD, {"email": "x@example.com", "zone": "Mars/Olympus"})
    tx.execute(ADD, {"email": "x@example.com", "zone": "Europe/Berlin"})
    with pytest.raises(IntegrityError, match="does not know"), tx.begin_nested():
        tx.execute(text("UPDATE users SET time_zone = 'Mars/Olympus'"))


@pytest.fixture
def other_rules(tmp_path: Path) -> Iterator[None]:
    """Python with Tokyo's rules for Berlin, and without Oslo."""
    source = next(Path(folder) for folder in zoneinfo.TZPATH if (Path(folder) / "Asia/Tokyo").exists())
    (tmp_path / "Europe").mkdir()
    shutil.copy(source / "Asia/Tokyo", tmp_path / "Europe" / "Berlin")
    (tmp_path / "Europe" / "Oslo").write_bytes(b"")
    usual = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(usual)
    zoneinfo.ZoneInfo.clear_cache()


def people(tx: Transaction, *zones: str) -> None:
    for number, zone in enumerate(zones):
        tx.execute(ADD, {"email": f"{number}@example.com", "zone": zone})


def test_zones_on_which_both_agree_are_well(tx: Transaction) -> None:
    people(tx, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
    assert examine_time_zones(tx).well


def test_zones_on_which_they_differ_are_named_with_the_people_in_them(
    tx: Transaction, other_rules: None
) -> None:
    people(tx, "Europe/Berlin", "Europe/Berlin", "Europe/Oslo")
    found = examine_time_zones(tx)
    assert "differ about Europe/Berlin (2 people)" in found.seen
    assert "Python does not know Europe/Oslo (1 person)" in found.seen
    tx.execute(ADD_CALENDARS, {"zones": ["Europe/Berlin", "Europe/Oslo"]})
    found = examine_time_zones(tx)
    assert "differ about Europe/Berlin (2 people and 1 calendar)" in found.seen
    tx.execute(text("UPDATE users SET active = false"))
    assert "Python does not know Europe/Oslo (1 calendar)" in examine_time_zones(tx).seen
    tx.execute(text("UPDATE calendars SET archived_at = now()"))
    assert examine_time_zones(tx).well
    assert "tzdata" in str(found.fix)
