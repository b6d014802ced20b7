"""From what the provider says of somebody to the person here: who they are, and what role they have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from followup_common.db import Transaction
from pydantic import TypeAdapter, ValidationError

from followup_api.audit import Action, Trail
from followup_api.auth.oidc import queries
from followup_api.auth.oidc.claims import claim_at
from followup_api.auth.oidc.problems import LogInFailed, Reason
from followup_api.auth.oidc.settings import EVERYBODY, OidcSettings
from followup_api.roles import ROLES, Role
from followup_api.rows import Record
from followup_api.users.problems import LastAdmin
from followup_api.users.schemas import Email, NewUser
from followup_api.users.service import change_user, create_user

BY = "oidc"

_email = TypeAdapter[str](Email)


@dataclass(frozen=True)
class Visitor:
    """Somebody whom the provider has identified.

    Args:
        tx: where to look them up, and to keep what is new about them.
        audit: where to tell of that.
        settings: who may come in.
        claims: what the provider says of them.
    """

    tx: Transaction
    audit: Trail
    settings: OidcSettings
    claims: Mapping[str, Any]

    def admit(self) -> int:
        """The id of the person here.

        Raises:
            LogInFailed: there is none, or they may not log in.
        """
        role = role_of(self.claims, self.settings)
        person = self._bound() or self._bind_first(role)
        if not person.active:
            raise LogInFailed(Reason.INACTIVE, person.id)
        if self.settings.oidc_role_claim is not None:
            self._give(person, role)
        return int(person.id)

    def _bound(self) -> Record | None:
        return self._held(lambda: queries.by_subject(self.tx, self._issuer, self.claims["sub"]))

    def _held(self, find: Callable[[], Record | None]) -> Record | None:
        """Somebody as they are once nobody else changes them.

        Who unbinds or deactivates them is waited for, or waits, and then ends the session of this log-in too.
        """
        found = find()
        if found is None:
            return None
        queries.hold(self.tx, found.id)
        return find()

    def _bind_first(self, role: Role | None) -> Record:
        """Find the person by e-mail address, or add them; from then on the address does not matter."""
        queries.one_at_a_time(self.tx)
        email = self._verified_email()
        # Looked up again: a log-in beside this one may have been first.
        person = self._bound() or self._addressed(email) or self._add(email, role)
        if person is None:
            raise LogInFailed(Reason.UNKNOWN)
        if person.subject == self.claims["sub"]:
            return person
        if person.subject is not None:
            raise LogInFailed(Reason.TAKEN, person.id)
        queries.bind(self.tx, self._issuer, self.claims["sub"], person.id)
        self.audit(Action.IDENTITY_BOUND, f"users/{person.id}", subject=self.claims["sub"])
        return person

    def _verified_email(self) -> str:
        try:
            email = _email.validate_python(self.claims.get("email"))
        except ValidationError:
            raise LogInFailed(Reason.NO_EMAIL) from None
        if email != self.claims["email"]:  # with spaces around it, it may be another one to the provider
            raise LogInFailed(Reason.NO_EMAIL)
        said = self.claims.get("email_verified")
        verified = said is True or said == "true"  # some write truths as texts; 1 equals True and is none
        if self.settings.oidc_require_verified_email and not verified:
            raise LogInFailed(Reason.UNVERIFIED)
        return email

    def _add(self, email: str, role: Role | None) -> Record | None:
        if not self.settings.oidc_create_users:
            return None
        if self.settings.oidc_role_claim is not None and role is None:
            raise LogInFailed(Reason.NO_ROLE)
        new = self._profile(email)
        create_user(self.tx, email=email, name=new.name, role=role or new.role, time_zone=new.time_zone)
        return self._addressed(email)

    def _addressed(self, email: str) -> Record | None:
        return self._held(lambda: queries.by_email(self.tx, self._issuer, email))

    def _profile(self, email: str) -> NewUser:
        said = {"name": self.claims.get("name"), "time_zone": self.claims.get("zoneinfo")}
        person: dict[str, Any] = {"email": email, "name": email[:200]}
        for name, value in said.items():
            if value and _fits({**person, name: value}):
                person[name] = value
        return NewUser.model_validate(person)

    def _give(self, person: Record, role: Role | None) -> None:
        if role is None:
            raise LogInFailed(Reason.NO_ROLE, person.id)
        if role == person.role:
            return
        try:
            change_user(self.tx, person.id, {"role": role})
        except LastAdmin:
            raise LogInFailed(Reason.LAST_ADMIN, person.id) from None

    @property
    def _issuer(self) -> str:
        return self.settings.oidc_issuer or ""


def _fits(person: Mapping[str, Any]) -> bool:
    try:
        NewUser.model_validate(person)
    except ValidationError:
        return False
    return True


def role_of(claims: Mapping[str, Any], settings: OidcSettings) -> Role | None:
    """The highest role that the provider gives; None: none, or it does not decide about roles."""
    if settings.oidc_role_claim is None:
        return None
    value = claim_at(claims, settings.oidc_role_claim)
    names = {name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)}
    meant = settings.oidc_role_map or {role: role for role in ROLES}
    return max((meant[name] for name in names | {EVERYBODY} if name in meant), key=ROLES.index, default=None)
