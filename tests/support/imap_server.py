"""A real mailbox for tests: Debian's Dovecot, as a process of the test's own, and Postfix in front."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from tests.support.certificates import make_certificate
from tests.support.packages import CannotInstall, apt_install
from tests.support.ports import accepts_connections, free_port
from tests.support.processes import Process
from tests.support.waiting import eventually

ADDRESS = "followup@followup.example"
PASSWORD = "p@ss word/1"
ENCODED = "followup%40followup.example:p%40ss%20word%2F1"
PROGRAMS = {"dovecot": "dovecot-imapd", "postfix": "postfix"}
"""Programs, and the packages of Debian and Ubuntu that bring them."""


def program(name: str) -> str:
    """The path of a program; installed where that is possible.

    Raises:
        RuntimeError: it is not there, with what to install.
    """
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    hint = (
        f"Mails that come back are tested with {name}: on Debian and Ubuntu, apt-get install {PROGRAMS[name]}"
    )
    if shutil.which(name, path=path) is None:
        try:
            apt_install(PROGRAMS[name])
        except CannotInstall as error:
            raise RuntimeError(f"{error}\n{hint}") from error
    found = shutil.which(name, path=path)
    if found is None:
        raise RuntimeError(hint)
    return found


def owner() -> pwd.struct_passwd:
    """Whose files mails are: neither server delivers as root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


@dataclass
class ImapServer:
    """One mailbox of one person, by IMAP.

    Args:
        folder: where its files go; other accounts may pass through it.
        certificate: with its key, in one file.
    """

    folder: Path
    certificate: Path
    port: int = field(init=False, default_factory=free_port)
    tls_port: int = field(init=False, default_factory=free_port)

    @property
    def url(self) -> str:
        """For `FOLLOWUP_BOUNCES_URL`."""
        return f"imap://{ENCODED}@127.0.0.1:{self.port}"

    @property
    def maildir(self) -> Path:
        """Where mails are kept."""
        return self.folder / "Maildir"

    def deliver(self, content: bytes) -> None:
        """Let a mail be in the mailbox, unread."""
        name = f"{time.time_ns()}.{uuid4().hex}"
        (self.maildir / "tmp" / name).write_bytes(content)
        (self.maildir / "tmp" / name).chmod(0o644)
        (self.maildir / "tmp" / name).rename(self.maildir / "new" / name)

    def start(self) -> Process:
        """Write its configuration, and start it."""
        for name in ("cur", "new", "tmp"):
            (self.maildir / name).mkdir(parents=True)
        account = owner()
        for each in (self.maildir, *self.maildir.iterdir()):
            os.chown(each, account.pw_uid, account.pw_gid)
        (self.folder / "users").write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}\n")
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(self._configuration(account))
        command = [program("dovecot"), "-F", "-c", str(configuration)]
        process = Process(command, self.folder / "dovecot-process.log", dict(os.environ), self.folder)
        process.start()
        process.wait_until(lambda: accepts_connections(self.port), what="Dovecot")
        return process

    def _configuration(self, account: pwd.struct_passwd) -> str:
        ids = f"uid={account.pw_uid} gid={account.pw_gid}"
        mine = "" if os.getuid() == 0 else self._rootless(account.pw_name)
        return f"""
            protocols = imap
            base_dir = {self.folder}/run
            state_dir = {self.folder}/state
            log_path = {self.folder}/dovecot.log
            ssl = yes
            ssl_cert = <{self.certificate}
            ssl_key = <{self.certificate}
            disable_plaintext_auth = no
            first_valid_uid = 1
            mail_location = maildir:{self.maildir}
            passdb {{
              driver = passwd-file
              args = {self.folder}/users
            }}
            userdb {{
              driver = static
              args = {ids} home={self.folder}
            }}
            service imap-login {{
              inet_listener imap {{
                address = 127.0.0.1
                port = {self.port}
              }}
              inet_listener imaps {{
                address = 127.0.0.1
                port = {self.tls_port}
              }}
            }}
            {mine}
        """

    def _rootless(self, user: str) -> str:
        return f"""
            default_internal_user = {user}
            default_internal_group =
            default_login_user = {user}
            service imap-login {{
              chroot =
            }}
            service anvil {{
              chroot =
            }}
        """


@dataclass
class Postfix:
    """A relay that delivers what is for the mailbox, and hands everything else to one mail server.

    Postfix runs as root only: in place of another account it asks sudo, which must want no password.

    Args:
        folder: where its files go; other accounts may pass through it.
        maildir: where mails for the mailbox go.
        next_port: of the mail server on this machine that gets all other mail.
    """

    folder: Path
    maildir: Path
    next_port: int
    port: int = field(init=False, default_factory=free_port)

    @property
    def url(self) -> str:
        """For `FOLLOWUP_SMTP_URL`."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Write its configuration, and start it."""
        postfix = program("postfix")
        for name in ("queue", "data"):
            (self.folder / name).mkdir()
        (self.folder / "main.cf").write_text(self._main())
        (self.folder / "master.cf").write_text(self._services())
        self._as_root(shutil.which("chown") or "chown", "postfix", str(self.folder / "data"))
        self._as_root(postfix, "-c", str(self.folder), "start")
        eventually(lambda: accepts_connections(self.port), 30, what="Postfix")

    def stop(self) -> None:
        """End it."""
        self._as_root(program("postfix"), "-c", str(self.folder), "stop")

    def _as_root(self, *command: str) -> None:
        sudo: Sequence[str] = () if os.getuid() == 0 else ("sudo", "-n")
        finished = subprocess.run([*sudo, *command], capture_output=True, text=True, check=False)
        assert finished.returncode == 0, f"{command}: {finished.stderr}"

    def _main(self) -> str:
        account = owner()
        return f"""\
compatibility_level = 3.6
queue_directory = {self.folder}/queue
data_directory = {self.folder}/data
maillog_file = {self.folder}/mail.log
maillog_file_prefixes = {self.folder}
myhostname = mail.followup.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
relayhost = [127.0.0.1]:{self.next_port}
smtp_dns_support_level = disabled
virtual_mailbox_domains = followup.example
virtual_mailbox_base = {self.maildir.parent}
virtual_mailbox_maps = static:{self.maildir.name}/
virtual_uid_maps = static:{account.pw_uid}
virtual_gid_maps = static:{account.pw_gid}
virtual_minimum_uid = 1
alias_maps =
alias_database =
local_recipient_maps =
"""

    def _services(self) -> str:
        unix = {
            "cleanup": "0 cleanup",
            "rewrite": "- trivial-rewrite",
            "bounce": "0 bounce",
            "defer": "0 bounce",
            "trace": "0 bounce",
            "proxymap": "- proxymap",
            "smtp": "- smtp",
            "relay": "- smtp",
            "error": "- error",
            "retry": "- error",
            "virtual": "- virtual",
            "anvil": "1 anvil",
            "scache": "1 scache",
        }
        lines = [
            f"127.0.0.1:{self.port} inet n - n - - smtpd",
            "qmgr unix n - n 300 1 qmgr",
            "postlog unix-dgram n - n - 1 postlogd",
            "showq unix n - n - - showq",
        ]
        for name, rest in unix.items():
            most, command = rest.split()
            private = "n" if name == "cleanup" else "-"
            unprivileged = "n" if name == "virtual" else "-"
            lines.append(f"{name} unix {private} {unprivileged} n - {most} {command}")
        return "\n".join(lines) + "\n"


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder through which other accounts may pass."""
    with tempfile.TemporaryDirectory(prefix="followup-mail-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextmanager
def serving() -> Iterator[ImapServer]:
    """A mailbox that can be read, in a folder of its own."""
    with shared_folder() as folder:
        server = ImapServer(folder, make_certificate(folder / "server.pem"))
        process = server.start()
        try:
            yield server
        finally:
            process.terminate()
