"""Telling people in their browsers."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

from followup_common.db import Transaction
from followup_common.egress import NotAllowed, NotResolved, target

from followup_api.audit import Action, Trail
from followup_api.push import queries
from followup_api.push.problems import (
    BrowserNotFound,
    PushNotOn,
    TooManyBrowsers,
    WrongBrowserKey,
    WrongEndpoint,
)
from followup_api.push.schemas import BrowserKeys, NewBrowser
from followup_api.rows import Record
from followup_api.settings import ApiSettings

if TYPE_CHECKING:
    from followup_common.sealing import Seal

MOST_BROWSERS = 20
AUTH_BYTES = 16


def add(
    tx: Transaction, audit: Trail, user_id: int, new: NewBrowser, *, name: str, settings: ApiSettings
) -> Record:
    """Tell somebody in a browser from now on, and nobody else there.

    Args:
        tx: where it is kept.
        audit: of the request.
        user_id: who.
        new: how the browser is reached.
        name: what people call it.
        settings: what the environment says.

    Raises:
        PushNotOn: it could not be kept safely, or nothing would be sent.
        WrongEndpoint: nothing may be sent there.
        WrongBrowserKey: nothing could be encrypted for it.
        TooManyBrowsers: they have as many as one may have.
    """
    seal = settings.seal
    if seal is None or queries.public_key(tx) is None:
        raise PushNotOn
    host = _checked(new.endpoint, settings)
    _check_keys(new.keys)
    hashed = hashlib.sha256(new.endpoint.encode()).digest()
    browser_id = queries.replace(tx, user_id, hashed, _sealed(seal, new), f"{name}@{host}")
    theirs = queries.browsers_of(tx, user_id)
    if len(theirs) > MOST_BROWSERS:
        raise TooManyBrowsers(MOST_BROWSERS)
    audit(Action.BROWSER_ADDED, f"users/{user_id}", browser=name)
    return next(each for each in theirs if each.id == browser_id)


def remove(tx: Transaction, audit: Trail, user_id: int, browser_id: int) -> None:
    """Tell somebody in one of their browsers no more.

    Raises:
        BrowserNotFound: they have none with this id.
    """
    name = queries.remove(tx, user_id, browser_id)
    if name is None:
        raise BrowserNotFound(browser_id)
    audit(Action.BROWSER_REMOVED, f"users/{user_id}", browser=name)


def _sealed(seal: Seal, new: NewBrowser) -> bytes:
    kept = {"endpoint": new.endpoint, "p256dh": new.keys.p256dh, "auth": new.keys.auth}
    return seal.sealed(json.dumps(kept))


def _checked(endpoint: str, settings: ApiSettings) -> str:
    """The host of a push service to which may be sent."""
    try:
        to = target(endpoint)
        settings.egress.addresses(to)
    except NotAllowed as error:
        raise WrongEndpoint(str(error)) from None
    except NotResolved as error:
        raise WrongEndpoint(f"{error}: is the address right, and does our DNS know it?") from None
    return to.host


def _check_keys(keys: BrowserKeys) -> None:
    # With its library, which most processes never need.
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decoded(keys.p256dh))
    except ValueError:
        raise WrongBrowserKey("p256dh") from None
    try:
        auth = _decoded(keys.auth)
    except ValueError:
        auth = b""
    if len(auth) != AUTH_BYTES:
        raise WrongBrowserKey("auth")


def _decoded(text: str) -> bytes:
    plain = text.rstrip("=")
    return urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
