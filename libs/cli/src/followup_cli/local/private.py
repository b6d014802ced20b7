"""Files and folders that no other user of the machine can have written: how they are made and checked.

What the data folder holds is trusted with the admin's token, so a file is believed only if its owner is
who runs the command, nobody else may open it, and its name is no link to somewhere else.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from followup_cli.output import Failure

FILE_MODE = 0o600
FOLDER_MODE = 0o700
PASSABLE_FOLDER_MODE = 0o711
"""As root: PostgreSQL's own account passes through to its files, and reads nothing else."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
SAFELY = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""No link is followed, no child inherits it, and a pipe put in the place of a file makes nobody wait."""


def make_folder(path: Path) -> None:
    """Make a folder for its owner only, unless it is there and nobody else may write to it.

    Raises:
        OSError: it cannot be made.
        Failure: it belongs to somebody else, or others may write to it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=PASSABLE_FOLDER_MODE if os.geteuid() == 0 else FOLDER_MODE, exist_ok=True)
    check_folder(path)


def check_folder(path: Path) -> None:
    """Refuse a folder in which another user could have replaced a file.

    Raises:
        OSError: there is no such folder.
        Failure: it belongs to somebody else, or others may write to it.
    """
    found = path.stat()
    if not _is_ours(found):
        raise Failure(
            f"The data folder {path} belongs to user {found.st_uid}.",
            hint="Run `followup` as that user, or name another folder with --data DIR.",
        )
    if found.st_mode & OTHERS_WRITE:
        raise Failure(
            f"Other users of this machine may write to the data folder {path}.",
            hint=f"Allow it to nobody else (chmod go-w {path}), or name another folder with --data DIR.",
        )


def open_to_keep(path: Path) -> int:
    """Open a file to read it and to append, made with mode 0600 when it is missing.

    Earlier releases made files that others could read: that is taken away. One that others could have
    written is refused.

    Returns:
        Its descriptor.

    Raises:
        OSError: it cannot be opened, or is a link.
        Failure: another user could have written it.
    """
    try:
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | SAFELY, FILE_MODE)
    except FileExistsError:
        number = os.open(path, os.O_RDWR | os.O_APPEND | SAFELY)
    try:
        found = os.fstat(number)
        _check_file(path, found, forbidden=OTHERS_WRITE)
        if found.st_mode & OTHERS:
            os.fchmod(number, FILE_MODE)
    except BaseException:
        os.close(number)
        raise
    return number


def open_to_read(path: Path) -> int:
    """Open a file that only its owner may open.

    Returns:
        Its descriptor.

    Raises:
        OSError: it is not there, cannot be opened, or is a link.
        Failure: another user can open it.
    """
    number = os.open(path, os.O_RDONLY | SAFELY)
    try:
        _check_file(path, os.fstat(number), forbidden=OTHERS)
    except BaseException:
        os.close(number)
        raise
    return number


def _check_file(path: Path, found: os.stat_result, *, forbidden: int) -> None:
    alone = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    if alone and _is_ours(found) and not found.st_mode & forbidden:
        return
    raise Failure(
        f"Another user of this machine may have a hand in {path}: its owner is user {found.st_uid}, its "
        f"mode {stat.S_IMODE(found.st_mode):04o}.",
        hint=f"End what uses the folder, delete the file (rm {path}), and start `followup run` again.",
    )


def _is_ours(found: os.stat_result) -> bool:
    """Whether it belongs to who runs the command. Root gets no other answer: it would follow their links."""
    return found.st_uid == os.geteuid()
