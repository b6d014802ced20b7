"""The account under which root runs PostgreSQL."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from followup_cli.local.account import Account, account_for, as_account, let_through
from followup_cli.output import Failure

SOMEBODY = Account("somebody", 12_345, 12_345)


def test_it_may_pass_through_parent_folders_but_not_list_them(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    assert let_through(SOMEBODY, data) == [closed.resolve()]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert let_through(SOMEBODY, data) == []


def test_data_keeps_its_owner(tmp_path: Path) -> None:
    account = account_for(tmp_path / "new")
    if os.geteuid() == 0:
        assert account is not None
        assert account.uid != 0
        os.chown(tmp_path, account.uid, account.gid)
        assert account_for(tmp_path) == account
    else:
        assert account is None
        assert as_account(account) == {}


def test_data_of_an_unknown_owner_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Failure, match="belongs to user"):
        account_for(tmp_path)
