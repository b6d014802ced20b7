"""What single sign-on takes from the environment, and which combinations cannot work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from followup_common.settings import Secret, Settings, WrongSettings
from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from followup_api.links import http_url
from followup_api.roles import Role

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
EVERYBODY = "*"
NEED_ISSUER = (
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_audience",
    "oidc_role_claim",
    "oidc_role_map",
    "oidc_create_users",
)


def safe_url(url: str) -> str:
    """Check that nobody on the way can read or change what is said to this address.

    Raises:
        ValueError: it is neither https nor on this machine, or leads elsewhere than it seems to.
    """
    parts = urlsplit(http_url(url))
    local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("not a URL that begins with https:// (http:// is for this machine only)")
    return url


def _issuer(url: str) -> str:
    if "?" in url or "#" in url:
        raise ValueError("an issuer has neither ? nor #")
    return safe_url(url)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("not JSON") from None


RoleMap = Annotated[dict[str, Role], NoDecode, BeforeValidator(_parsed)]


class OidcSettings(Settings):
    """Log-in through an OpenID Connect provider, and without passwords."""

    public_url: AnyHttpUrl | None = Field(
        None,
        description="Address that people use, such as https://followup.example.com. Set it behind a proxy "
        "that changes the Host header or ends TLS: cookies and origin checks go by it. Links in mails do: "
        "without it there are none.",
    )
    trust_plain_http: bool = Field(
        False,
        description="Whether people may log in over plain http beyond this machine. Anyone on the way can "
        "read passwords and take over log-ins: only for a network in which everybody is trusted.",
    )
    password_log_in: bool = Field(
        True, description="Whether people may log in with a password; false needs OIDC_ISSUER."
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = Field(
        None,
        description="Issuer of the OpenID Connect provider through which people may log in, exactly as it "
        "calls itself. Register PUBLIC_URL/api/v1/session/oidc/callback there as redirect URI.",
    )
    oidc_client_id: str | None = Field(None, min_length=1, description="Our name at the provider.")
    oidc_client_secret: Secret | None = Field(
        None, min_length=1, description="Our secret at the provider; a public client has none."
    )
    oidc_name: str = Field(
        "single sign-on",
        min_length=1,
        max_length=40,
        description="What the log-in page calls the provider: Log in with ...",
    )
    oidc_scopes: str = Field(
        "openid email profile", pattern=r"(^| )openid( |$)", description="What to ask the provider for."
    )
    oidc_create_users: bool = Field(
        False, description="Whether people who are not known here are added when they first log in."
    )
    oidc_require_verified_email: bool = Field(
        True,
        description="Whether the provider has to say email_verified. Only where it gives nobody an address "
        "that is not theirs may it be false.",
    )
    oidc_role_claim: str | None = Field(
        None,
        min_length=1,
        description="Claim that holds a role or a list of them; a.b is b within a. With it, each log-in "
        "sets the person's role, and who has none cannot log in.",
    )
    oidc_role_map: RoleMap | None = Field(
        None,
        description='JSON from values of the claim to roles, such as {"sales-leads": "manager", "*": '
        '"employee"}; * is everybody. Default: employee, manager and admin are called so there too.',
    )
    oidc_audience: str | None = Field(
        None,
        min_length=1,
        description="Audience of the provider's access tokens for this API; without, none is taken.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = dict(self._wrong())
        if wrong:
            raise WrongSettings(wrong)
        return self

    def _wrong(self) -> Iterator[tuple[str, str]]:
        if self.oidc_issuer is None:
            yield from self._wrong_without_issuer()
            return
        if self.oidc_client_id is None:
            yield "oidc_client_id", "is needed with FOLLOWUP_OIDC_ISSUER: set what the provider calls us"
        if self.public_url is None:
            yield "public_url", "is needed with FOLLOWUP_OIDC_ISSUER: the provider sends people back there"
        elif self._is_plain_http(self.public_url) and not self.trust_plain_http:
            yield (
                "public_url",
                "is plain http, over which browsers keep no log-in: name an https address or, in a trusted "
                "network, set FOLLOWUP_TRUST_PLAIN_HTTP=true",
            )
        if self.oidc_role_map is not None and self.oidc_role_claim is None:
            yield "oidc_role_map", "has no effect without FOLLOWUP_OIDC_ROLE_CLAIM: set that, or remove this"
        if self.oidc_audience is not None and self.oidc_audience == self.oidc_client_id:
            yield (
                "oidc_audience",
                "must differ from FOLLOWUP_OIDC_CLIENT_ID, or proofs of a log-in would open the API: give "
                "the API an audience of its own at the provider",
            )

    @staticmethod
    def _is_plain_http(url: AnyHttpUrl) -> bool:
        return url.scheme == "http" and (url.host or "").strip("[]") not in LOCAL_HOSTS

    def _wrong_without_issuer(self) -> Iterator[tuple[str, str]]:
        for name in NEED_ISSUER:
            if getattr(self, name) not in (None, False):
                yield name, "has no effect without FOLLOWUP_OIDC_ISSUER: set that, or remove this"
        if not self.password_log_in:
            yield "password_log_in", "is false, and nobody could log in: set FOLLOWUP_OIDC_ISSUER as well"
