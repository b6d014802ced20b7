"""Services that are told by Apprise: which of its URLs are taken, and one message to one of them.

https://appriseit.com/services/. Its library takes 40 MB once it is used, so it is loaded with the first URL.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from followup_common.egress import Egress, NotAllowed, target

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

PATIENCE_SECONDS = 15.0
"""How long a service may take altogether."""
ON_ONE_S_OWN = frozenset({"bark", "goalert", "gotify", "json", "mmost", "nctalk", "ntfy", "rocket", "signal"})
"""Services whose URL names a server, with an s behind them for https. They ask no other one."""
ON_THE_INTERNET = frozenset(
    {
        *("bulksms", "clicksend", "dingtalk", "discord", "feishu", "flock", "gchat", "ifttt", "join", "lark"),
        *("line", "msgbird", "nexmo", "opsgenie", "pagerduty", "pbul", "plivo", "pover", "prowl", "pushy"),
        *("seven", "signl4", "simplepush", "splunk", "spush", "tgram", "threema", "twilio", "twist"),
        *("victorops", "vonage", "webex", "whatsapp", "wxteams"),
    }
)
"""Services that ask servers of their makers, whatever their URL says. All others are left out: they would act
on this machine, read its files, or ask servers that nobody has checked."""
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("mailto", "mailtos"), "e-mail"),
    "slack": "Slack, or the webhook of Slack",
    **dict.fromkeys(("workflow", "workflows", "msteams"), "Teams"),
}
REFUSED = frozenset(
    {
        *("attach", "attachment", "file", "redirect", "template", "verify"),
        *("cto", "port", "retry", "rto", "wait"),
    }
)
"""Parameters that read files, follow redirects, trust all certificates, ask other ports or take long."""
SERVER = re.compile(
    r"[A-Za-z]+://(?:[^@/\\?#\[\]]*@)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?].*)?"
)
"""How a URL names its server so that all who read it see the same one."""
CODE = re.compile(r"error=(\d{3})\b")


class NotTaken(ValueError):
    """A URL that is not taken; the message says why and the fix, to put after the name of the field."""


@dataclass(frozen=True)
class Service:
    """Something that Apprise tells.

    Args:
        shown: what may be shown of its URL.
        targets: to how many it passes a message on.
    """

    shown: str
    targets: int
    _plugin: NotifyBase = field(repr=False)
    _asset: AppriseAsset = field(repr=False)

    def tell(self, title: str, body: str, seconds: float = PATIENCE_SECONDS) -> tuple[bool, str]:
        """Tell it; whether all of its targets have taken it, and what is known of that."""
        known: list[tuple[bool, str]] = []
        # Apprise's own threads are shared by all, and waited for at the end of the process.
        telling = Thread(target=lambda: known.append(self._tell(title, body)), name="apprise", daemon=True)
        telling.start()
        telling.join(seconds)
        return known[0] if known else (False, "failure" if not telling.is_alive() else "timeout")

    def _tell(self, title: str, body: str) -> tuple[bool, str]:
        from apprise import Apprise, NotifyFormat

        by = Apprise(asset=self._asset)
        by.add(self._plugin)
        with by.notify(body=body, title=title, body_format=NotifyFormat.TEXT) as result:
            codes = sorted({code for each in result.logs() for code in CODE.findall(each.message)})
            status = result.status.name.lower()
            return bool(result), f"{status} ({', '.join(codes)})" if codes else status


def service(url: str, egress: Egress) -> Service:
    """The service of a URL, to which requests may go now.

    Raises:
        NotTaken: it is none, or one that is not taken.
        NotAllowed, NotResolved: its server cannot be asked.
    """
    name = url.partition("://")[0].lower()
    on_one_s_own = name.removesuffix("s") in ON_ONE_S_OWN
    if not on_one_s_own and name not in ON_THE_INTERNET:
        raise NotTaken(_why(name))
    if not url.isascii() or any(each.isspace() for each in url):
        raise NotTaken("must be written in ASCII without spaces: encode other characters")
    query = url.partition("?")[2]
    if ";" in query:
        raise NotTaken("must not have ; behind the ?: write it as %3B")
    if wrong := REFUSED & {key.lower().strip() for key, _ in parse_qsl(query, keep_blank_values=True)}:
        raise NotTaken(f"must not have {' or '.join(sorted(wrong))}: leave it out")
    to = _checked(name, url, egress) if on_one_s_own else None
    plugin, asset = _loaded(url)
    if plugin is None or len(plugin) < 1:
        raise NotTaken(f"is not one that Apprise reads: {_as_it_says(name)}")
    if not _as_checked(plugin, name, to):
        raise NotTaken(f"is read otherwise by Apprise: {_as_it_says(name)}")
    return Service(f"{name}://{to[0]}" if to else name, len(plugin), plugin, asset)


def taken() -> Iterable[str]:
    """How URLs may begin."""
    return sorted(ON_THE_INTERNET | {f"{name}s" for name in ON_ONE_S_OWN})


def _as_checked(plugin: NotifyBase, name: str, to: tuple[str, int | None] | None) -> bool:
    """Whether Apprise has read a URL as it was checked: the same server, no redirects, no file."""
    files = name != "whatsapp" and getattr(plugin, "template", None)  # there it is the name of one
    if plugin.redirects or not plugin.verify_certificate or files:
        return False
    if to is None:
        return True
    host, port = str(plugin.host).lower().strip("[]"), plugin.port or None
    on_it = not plugin.fullpath or plugin.fullpath.startswith("/")
    return (host, port) == to and on_it and plugin.secure == (name not in ON_ONE_S_OWN)


def _checked(name: str, url: str, egress: Egress) -> tuple[str, int | None]:
    """The host and port of a URL, which may be asked; Apprise resolves its name again."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise NotTaken(f"names no server: {_as_it_says(name)}")
    if not SERVER.fullmatch(url):
        raise NotTaken(f"must name one server plainly: {_as_it_says(name)}")
    named = f"[{host}]" if ":" in host else host
    to = target(f"https://{named}{f':{port}' if port else ''}/")
    if name in ON_ONE_S_OWN:
        to = replace(to, scheme="http")
    try:
        egress.addresses(to)
    except NotAllowed as error:
        if name in ON_ONE_S_OWN and "in clear" in str(error):
            raise NotTaken(f"must begin with {name}s://: what is sent would go in clear") from None
        raise
    return host, port or None


def _as_it_says(name: str) -> str:
    return f"write it as https://appriseit.com/services/ says of {name}"


def _why(name: str) -> str:
    if other := INSTEAD.get(name):
        return f"is of a service that Followup tells by itself: choose {other}"
    return f"must begin with one of {', '.join(taken())}, and ://"


def _loaded(url: str) -> tuple[NotifyBase | None, AppriseAsset]:
    from apprise import Apprise, AppriseAsset, PersistentStoreMode

    # Both would log URLs, which are secrets. What Apprise says of a message is in its result.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    of_apprise = logging.getLogger("apprise")
    of_apprise.setLevel(logging.WARNING)
    of_apprise.propagate = False
    asset = AppriseAsset(
        app_id="Followup",
        app_desc="Followup",
        async_mode=False,
        http_redirects=False,
        service_timeout=0,
        plugin_paths=[],
        storage_mode=PersistentStoreMode.MEMORY,
    )
    return Apprise.instantiate(url, asset=asset), asset
