"""Downloading follow-ups as a file for spreadsheets, with the filters of the list."""

from __future__ import annotations

import csv
import zipfile

from playwright.sync_api import Page

from tests.e2e.conftest import Visit
from tests.e2e.product import Product, hours


def download(page: Page, kind: str) -> str:
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as found:
        page.get_by_role("menuitem", name=kind).click()
    assert found.value.suggested_filename == f"follow-ups.{'csv' if kind == 'CSV' else 'xlsx'}"
    return str(found.value.path())


def test_the_list_is_exported_in_both_formats(product: Product, visit: Visit) -> None:
    amir = product.person("Amir Patel")
    product.follow_up(amir, "Late;=1+1", due=hours(-3))
    product.follow_up(amir, "Later", due=hours(48))
    page = visit(amir, "/followups?view=overdue")
    with open(download(page, "CSV"), encoding="utf-8-sig", newline="") as file:
        assert [line["title"] for line in csv.DictReader(file)] == ["Late;'=1+1"]
    sheet = (
        zipfile.ZipFile(download(page, "Excel workbook (.xlsx)")).read("xl/worksheets/sheet1.xml").decode()
    )
    assert "<t>Late;=1+1</t>" in sheet
    assert "Later" not in sheet
