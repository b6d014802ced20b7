"""The data folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from followup_cli.local.folder import DataFolder
from followup_cli.output import Failure


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def test_one_process_uses_it_at_a_time(folder: DataFolder) -> None:
    with folder.in_use():
        folder.announce("http://localhost:9000")
        with pytest.raises(Failure, match=r"in use by process \d+, which serves http://localhost:9000"):
            DataFolder(folder.path).in_use().__enter__()
    with folder.in_use():
        pass


def test_it_knows_the_address_only_while_it_is_served(folder: DataFolder) -> None:
    assert folder.served_at() is None
    with folder.in_use():
        assert folder.served_at() is None
        folder.announce("http://localhost:9000")
        assert DataFolder(folder.path).served_at() == "http://localhost:9000"
    assert folder.served_at() is None


def test_the_token_is_for_its_owner_only(folder: DataFolder) -> None:
    with folder.in_use():
        assert folder.admin_token() is None
        for token in ("fu_one", "fu_two"):
            folder.keep_admin_token(token)
            assert folder.admin_token() == token
    assert stat.S_IMODE(folder.admin_token_file.stat().st_mode) == 0o600
    assert [file.name for file in folder.path.iterdir() if "token" in file.name] == ["admin-token"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match=r"cannot be used: .*file"):
        DataFolder(tmp_path / "file" / "data").in_use().__enter__()
