"""Addresses as each channel has them: what is kept, and what may be shown of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from followup_common.egress import NotAllowed, NotResolved, Target, target

from followup_api.destinations.schemas import NewDestination
from followup_api.problems import Invalid
from followup_api.settings import ApiSettings
from followup_api.users.schemas import email_address
from followup_api.webhooks.problems import NoSecretsKey

SLACK_MEMBER = re.compile(r"[UW][A-Z0-9]{6,20}")
SHOWN_OF_HASH = 8


class WrongAddress(Invalid):
    """Nothing could be sent there."""

    def __init__(self, why: str) -> None:
        super().__init__("address", f"address {why}.")


class Kept(NamedTuple):
    """An address as it is kept.

    Args:
        shown: the address; of one that is a secret, what may be shown of it: the same for the same.
        sealed: the secret, sealed.
    """

    shown: str
    sealed: bytes | None = None


class Mistake(NamedTuple):
    """A URL that leads to something else.

    Args:
        host: of it.
        path: of it.
        why: it cannot be used, and the fix.
    """

    host: re.Pattern[str]
    path: re.Pattern[str]
    why: str

    def fits(self, to: Target) -> bool:
        """Whether a URL is such a one."""
        return bool(self.host.fullmatch(to.host.lower()) and self.path.match(to.path))


ANY = re.compile("")
OF_SLACK = re.compile(r"hooks\.slack(-gov)?\.com")
OF_A_WORKFLOW = re.compile(r".*\.(logic\.azure|api\.powerplatform)\.(com|us|cn)")
OF_A_CONNECTOR = re.compile(r"(.*\.webhook\.office|outlook\.office(365)?)\.com")
RETIRED = (
    "is of an Office 365 connector, which Microsoft has retired: make a workflow in Teams that posts when a "
    "webhook request is received, and give its URL"
)
MISTAKES: Mapping[str, tuple[Mistake, ...]] = {
    "slack_webhook": (
        Mistake(
            OF_SLACK,
            re.compile("/(workflows|triggers)/"),
            "starts a workflow of Slack, which takes no messages: give that of an incoming webhook, such as "
            "https://hooks.slack.com/services/...",
        ),
        Mistake(OF_A_WORKFLOW, ANY, "is of a workflow of Teams: choose Teams"),
        Mistake(OF_A_CONNECTOR, ANY, RETIRED),
    ),
    "teams": (
        Mistake(OF_SLACK, ANY, "is of Slack: choose the webhook of Slack"),
        Mistake(OF_A_CONNECTOR, ANY, RETIRED),
    ),
}


def kept(new: NewDestination, settings: ApiSettings) -> Kept:
    """An address as its channel has it.

    Raises:
        WrongAddress: nothing could be sent there.
        NoSecretsKey: it is a secret, and could not be kept.
    """
    return CHECKS[new.channel](new, settings)


def _email(new: NewDestination, _: ApiSettings, otherwise: str = "") -> Kept:
    try:
        return Kept(email_address(new.address))
    except ValueError as error:
        raise WrongAddress(f"{error}{otherwise}") from None


def _slack(new: NewDestination, settings: ApiSettings) -> Kept:
    if SLACK_MEMBER.fullmatch(new.address):
        return Kept(new.address)
    return _email(new, settings, ", or a member ID such as U012AB3CD")


def _url(new: NewDestination, settings: ApiSettings) -> Kept:
    """A URL by which who has it can post: only its host is shown, and by what one tells it from others."""
    return _sealed(new, _checked(new, settings).host, settings)


def _sealed(new: NewDestination, shown: str, settings: ApiSettings) -> Kept:
    if settings.seal is None:
        raise NoSecretsKey
    hashed = hashlib.sha256(new.address.encode()).hexdigest()
    secret = json.dumps({"url": new.address, "private": new.private})
    return Kept(f"{shown} ({hashed[:SHOWN_OF_HASH]})", settings.seal.sealed(secret))


def _unknown(error: NotResolved) -> WrongAddress:
    return WrongAddress(f"names {error.host}, which cannot be resolved: correct it, or ask for its entry")


def _checked(new: NewDestination, settings: ApiSettings) -> Target:
    """Where a URL leads, to which requests may go now. Sending one checks again."""
    try:
        to = target(new.address)
        if why := next((each.why for each in MISTAKES[new.channel] if each.fits(to)), None):
            raise WrongAddress(why)
        settings.egress.addresses(to)
    except NotAllowed as error:
        raise WrongAddress(str(error)) from None
    except NotResolved as error:
        raise _unknown(error) from None
    return to


def _apprise(new: NewDestination, settings: ApiSettings) -> Kept:
    """A URL of Apprise, by which who has it can tell somebody else: only of which service it is is shown."""
    from followup_common.apprise_urls import NotTaken, service

    try:
        shown = service(new.address, settings.egress).shown
    except (NotTaken, NotAllowed) as error:
        raise WrongAddress(str(error)) from None
    except NotResolved as error:
        raise _unknown(error) from None
    return _sealed(new, shown, settings)


CHECKS: Mapping[str, Callable[[NewDestination, ApiSettings], Kept]] = {
    "email": _email,
    "slack": _slack,
    "slack_webhook": _url,
    "teams": _url,
    "apprise": _apprise,
}
