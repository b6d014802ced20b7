"""Which of the provider's claims count: those of the ID token, and what UserInfo adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followup_api.auth.oidc.problems import NotProven
from followup_api.schemas import storable

Claims = Mapping[str, Any]

ADDRESS = ("email", "email_verified")
"""One statement: whether an address is verified is said by the one who names it."""
PROFILE = ("name", "zoneinfo")
LONGEST_SUBJECT = 255
"""By the standard."""


def claim_at(claims: Claims, path: str) -> Any:
    """A claim of that name, which may be a URL with dots, or else what lies at the end of the path."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def completed(token: Claims, userinfo: Claims, role_claim: str | None) -> Claims:
    """The claims of an ID token, and from UserInfo those of these that it lacks, each group from one source.

    The address and whether it is verified; name; time zone; role. Nothing else of UserInfo counts: when
    somebody logged in is for the signed token to say.

    Args:
        token: what the provider has signed for this log-in.
        userinfo: what it says besides; of the same subject.
        role_claim: path of the claim that holds the role.
    """
    added = {name: userinfo[name] for name in PROFILE if name in userinfo and name not in token}
    told = {**token, **added}
    if "email" not in token:
        told = {name: value for name, value in told.items() if name not in ADDRESS}
        told |= {name: userinfo[name] for name in ADDRESS if name in userinfo}
    if role_claim is not None and claim_at(token, role_claim) is None:
        told[role_claim] = claim_at(userinfo, role_claim)
    return told


def subject(claims: Claims) -> str:
    """Who somebody is at the provider.

    Raises:
        NotProven: it is nothing that can be kept.
    """
    said = claims["sub"]
    if not isinstance(said, str) or not 0 < len(said) <= LONGEST_SUBJECT:
        raise NotProven("sub")
    try:
        return storable(said)
    except ValueError:
        raise NotProven("sub") from None
