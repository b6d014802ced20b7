"""The data folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from followup_cli.local.folder import DataFolder, Served
from followup_cli.local.server import listen_privately
from followup_cli.output import Failure

SERVED = Served("http://localhost:9000", Path("/run/api.sock"))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data")


def test_one_process_uses_it_at_a_time(folder: DataFolder) -> None:
    with folder.in_use():
        folder.announce(SERVED)
        with pytest.raises(Failure, match=r"in use by process \d+, which serves http://localhost:9000"):
            DataFolder(folder.path).in_use().__enter__()
    with folder.in_use():
        pass


def test_it_knows_the_address_only_while_it_is_served(folder: DataFolder) -> None:
    assert folder.served() is None
    with folder.in_use():
        assert folder.served() is None
        folder.announce(SERVED)
        assert DataFolder(folder.path).served() == SERVED
    assert folder.served() is None


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


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_lock_or_write_what_is_in_it(folder: DataFolder) -> None:
    with folder.in_use(), listen_privately(folder.path) as (_, socket):
        assert mode(folder.path) == (0o711 if os.geteuid() == 0 else 0o700)
        assert {file.name: oct(mode(file)) for file in folder.path.iterdir()} == {
            "run.lock": "0o600",
            "api.sock": "0o600",
        }
    assert not socket.exists()


def test_a_file_that_others_could_only_read_is_taken_from_them(folder: DataFolder) -> None:
    """As earlier releases made it."""
    folder.path.mkdir(mode=0o711)
    lock = folder.path / "run.lock"
    lock.write_text("")
    lock.chmod(0o644)
    with folder.in_use():
        assert mode(lock) == 0o600


def writable(lock: Path) -> None:
    lock.write_text("")
    lock.chmod(0o666)


def linked(lock: Path) -> None:
    other = lock.with_name("other")
    other.write_text("")
    lock.symlink_to(other)


def named_twice(lock: Path) -> None:
    lock.write_text("")
    lock.chmod(0o600)
    lock.with_name("other").hardlink_to(lock)


def a_pipe(lock: Path) -> None:
    os.mkfifo(lock, 0o600)


@pytest.mark.parametrize("found", [writable, linked, named_twice, a_pipe])
def test_a_lock_that_another_user_could_have_put_there_is_refused(
    folder: DataFolder, found: Callable[[Path], None]
) -> None:
    folder.path.mkdir(mode=0o700)
    lock = folder.path / "run.lock"
    found(lock)
    with pytest.raises(Failure, match=r"run\.lock") as refused:
        folder.in_use().__enter__()
    assert refused.value.hint


@pytest.mark.parametrize("found", [writable, named_twice])
def test_what_it_says_is_not_believed_either(folder: DataFolder, found: Callable[[Path], None]) -> None:
    folder.path.mkdir(mode=0o700)
    found(folder.path / "run.lock")
    with pytest.raises(Failure, match="Another user of this machine"):
        folder.served()


def test_a_folder_to_which_others_may_write_is_refused(folder: DataFolder) -> None:
    folder.path.mkdir()
    folder.path.chmod(0o777)
    for use in (folder.in_use().__enter__, folder.served):
        with pytest.raises(Failure, match="Other users of this machine may write") as refused:
            use()
        assert "chmod go-w" in (refused.value.hint or "")


def test_somebody_elses_folder_is_refused(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.path.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: folder.path.stat().st_uid + 1)
    for use in (folder.in_use().__enter__, folder.served):
        with pytest.raises(Failure, match="belongs to user"):
            use()


def test_a_token_that_others_could_read_is_not_used(folder: DataFolder) -> None:
    with folder.in_use():
        folder.keep_admin_token("fu_one")
        folder.admin_token_file.chmod(0o644)
        with pytest.raises(Failure, match="admin-token"):
            folder.admin_token()


def test_the_commands_socket_has_a_place_however_long_the_path_is(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    with listen_privately(deep) as (_, socket):
        assert mode(socket.parent) == 0o700
        assert mode(socket) == 0o600
    assert not socket.parent.exists()
