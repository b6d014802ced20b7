"""Who may do what. Every route declares one permission; a test walks all routes and finds those without.

A person's role decides which permissions they have. An API token has those of its person that its scopes
include, looked up at each request: a token never has more than the person has at that moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from followup_common.db import Transaction

from followup_api.audit import sign
from followup_api.auth import browser, queries, secrets
from followup_api.auth.oidc import queries as oidc
from followup_api.auth.oidc.bearer import Subject
from followup_api.auth.proof import require_session
from followup_api.dependencies import AppContext
from followup_api.preferences import Clock, DateOrder, WeekStart
from followup_api.problems import Conflict, Forbidden, Problem, Unauthenticated
from followup_api.roles import ROLES, Role
from followup_api.rows import Record
from followup_api.settings import ApiSettings
from followup_api.time_zones import usable
from followup_api.unit_of_work import READS, Work

PERSON = "Followup-Person"
"""Header in which a page says whom it shows: in another tab somebody else may have logged in since."""


class Preferences(NamedTuple):
    """How somebody has times written."""

    clock: Clock = "24h"
    date_order: DateOrder = "day-month"
    week_start: WeekStart = "monday"


USUAL = Preferences()


class Permission(StrEnum):
    """What a route asks of its caller. Which rows they then see is the queries' business."""

    PUBLIC = "public"
    CRON_SECRET = "cron-secret"  # noqa: S105 - a name
    SELF = "self"
    SELF_WRITE = "self:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    FOLLOW_UPS_READ = "follow-ups:read"
    FOLLOW_UPS_WRITE = "follow-ups:write"
    FOLLOW_UPS_DELETE = "follow-ups:delete"
    SEQUENCES_WRITE = "sequences:write"
    CHOICES_WRITE = "choices:write"
    SUBJECTS_READ = "subjects:read"
    SUBJECTS_WRITE = "subjects:write"
    ABSENCES_READ = "absences:read"
    ABSENCES_WRITE = "absences:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    POLICIES_SIMULATE = "policies:simulate"
    ESCALATIONS_READ = "escalations:read"
    TEAM_READ = "team:read"
    NOTIFICATIONS = "notifications"
    NOTIFICATIONS_WRITE = "notifications:write"
    SWEEPS = "sweeps"
    IMPORTS = "imports"
    USERS_IMPORT = "imports:users"
    WEBHOOKS = "webhooks"
    OPS = "ops"


class Scope(StrEnum):
    """What an API token may be used for, as far as its person may."""

    READ = "read"
    WRITE = "write"
    OPS = "ops"
    ADMIN = "admin"


class Grant(NamedTuple):
    """To whom a permission is given: from a role on, and by an API token's scope."""

    role: Role | None
    scope: Scope | None


GRANTS: Mapping[Permission, Grant] = {
    Permission.PUBLIC: Grant(None, None),
    Permission.CRON_SECRET: Grant(None, None),
    Permission.SELF: Grant("employee", Scope.READ),
    Permission.SELF_WRITE: Grant("employee", Scope.WRITE),
    Permission.USERS_READ: Grant("employee", Scope.READ),
    Permission.USERS_WRITE: Grant("admin", Scope.ADMIN),
    Permission.FOLLOW_UPS_READ: Grant("employee", Scope.READ),
    Permission.FOLLOW_UPS_WRITE: Grant("employee", Scope.WRITE),
    Permission.FOLLOW_UPS_DELETE: Grant(None, Scope.WRITE),  # of the roles that FOLLOWUP_DELETE_ROLES names
    Permission.SEQUENCES_WRITE: Grant("manager", Scope.WRITE),
    Permission.CHOICES_WRITE: Grant("admin", Scope.ADMIN),
    Permission.SUBJECTS_READ: Grant("employee", Scope.READ),
    Permission.SUBJECTS_WRITE: Grant("manager", Scope.WRITE),
    Permission.ABSENCES_READ: Grant("employee", Scope.READ),
    Permission.ABSENCES_WRITE: Grant("employee", Scope.WRITE),
    Permission.CALENDARS_READ: Grant("employee", Scope.READ),
    Permission.CALENDARS_WRITE: Grant("admin", Scope.ADMIN),
    Permission.POLICIES_READ: Grant("employee", Scope.READ),
    Permission.POLICIES_WRITE: Grant("admin", Scope.ADMIN),
    Permission.POLICIES_SIMULATE: Grant("manager", Scope.READ),
    Permission.ESCALATIONS_READ: Grant("manager", Scope.READ),
    Permission.TEAM_READ: Grant("admin", Scope.READ),
    Permission.NOTIFICATIONS: Grant("employee", Scope.READ),
    Permission.NOTIFICATIONS_WRITE: Grant("employee", Scope.WRITE),
    Permission.SWEEPS: Grant("admin", Scope.OPS),
    Permission.IMPORTS: Grant("admin", Scope.WRITE),
    Permission.USERS_IMPORT: Grant("admin", Scope.ADMIN),
    Permission.WEBHOOKS: Grant("admin", Scope.ADMIN),
    Permission.OPS: Grant("admin", Scope.OPS),
}
"""Of each permission; no role: other things decide; no scope: nobody has to be known for it."""
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset(each for each, grant in GRANTS.items() if grant.role in ROLES[: place + 1])
    for place, role in enumerate(ROLES)
}
SCOPES: Mapping[Permission, Scope | None] = {each: grant.scope for each, grant in GRANTS.items()}

OF_THE_DELETERS = frozenset({Permission.FOLLOW_UPS_DELETE})
"""Of the roles that FOLLOWUP_DELETE_ROLES names."""
INSTEAD = {
    Permission.FOLLOW_UPS_DELETE: (
        "Complete the follow-up instead, or hand it back: your manager can reassign or delete it."
    )
}
"""What somebody can do who lacks a permission."""
OF_A_LEAD = frozenset({Permission.ESCALATIONS_READ, Permission.TEAM_READ})
"""What comes with having reports, whatever the role: people are told about escalations on their line, and
see how it is doing."""


ALL_SCOPES = frozenset(Scope)
"""Of who is not known by an API token, and of tokens made before there were scopes."""


@dataclass(frozen=True)
class Caller:
    """The person who asks, and how they are known: by a session or by an API token."""

    user_id: int
    email: str
    name: str
    role: Role
    manager_id: int | None
    time_zone: str
    has_reports: bool
    session_id: int | None = None
    token_id: int | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    by_settings: frozenset[Permission] = frozenset()
    preferences: Preferences = USUAL
    proved: bool = True
    """Whether they have shown a moment ago that it is them; an API token was made by somebody who had."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may do; with an API token, as far as its scopes include it."""
        of_scopes = frozenset(each for each, scope in SCOPES.items() if scope in self.scopes)
        return self.entitled & of_scopes

    @property
    def entitled(self) -> frozenset[Permission]:
        """What their role, and their place in the company, let them do."""
        of_place = OF_A_LEAD if self.has_reports else frozenset()
        return PERMISSIONS[self.role] | of_place | self.by_settings

    def under(self, settings: ApiSettings) -> Caller:
        """The caller, with what the settings let their role do."""
        may_delete = self.role in settings.delete_roles
        return replace(self, by_settings=OF_THE_DELETERS) if may_delete else self


class NotPermitted(Forbidden):
    """Neither the caller's role nor their place in the company includes a permission."""

    def __init__(self, role: Role, permission: Permission) -> None:
        said = f"This needs the permission {permission}, which the role {role} does not have."
        super().__init__(f"{said} {INSTEAD[permission]}" if permission in INSTEAD else said)
        self.role = role
        self.permission = permission


class MissingScope(Forbidden):
    """The caller's API token does not include a permission that their role does."""

    kind, title = "missing-scope", "The API token's scopes do not allow this"

    def __init__(self, scope: Scope, scopes: frozenset[Scope]) -> None:
        has = ", ".join(each for each in Scope if each in scopes)
        super().__init__(
            f"This needs an API token with the scope {scope}; this one has {has}. Make another token, with "
            f"{scope} among its scopes.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )
        self.scope = scope


class AnotherPerson(Conflict):
    """A page shows one person, and its browser is logged in as another."""

    kind, title = "another-person", "Somebody else is logged in now"

    def __init__(self, user_id: int) -> None:
        super().__init__(
            f"The log-in or token is that of user {user_id}, and {PERSON} names another one: nothing was "
            "done. Load the page again."
        )
        self.user_id = user_id


def require(permission: Permission, *, session: bool = False) -> Any:
    """The dependency of a route: `caller: Annotated[Caller, require(Permission.SWEEPS)]`.

    With `Permission.PUBLIC` it lets everybody in: `dependencies=[require(Permission.PUBLIC)]`. With `session`
    it lets in only those who have logged in, no tokens.
    """
    return Depends(_Open() if permission is Permission.PUBLIC else Required(permission, session))


_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="An API token, made with `POST /api/v1/tokens`; or, where that is configured, an access "
    "token of the OpenID Connect provider, of somebody who has logged in through it before.",
)
_cookie = APIKeyCookie(
    name=browser.SECURE_COOKIE,
    auto_error=False,
    scheme_name="session",
    description="Set by `POST /api/v1/session`, which names its cookie otherwise beside another port and on "
    "http://localhost.",
)


@dataclass(frozen=True)
class _Open:
    permission: Permission = Permission.PUBLIC

    async def __call__(self) -> None:
        return


Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True)
class Required:
    """Finds out who asks, and that they may."""

    permission: Permission
    session: bool = False

    def __call__(
        self,
        *,
        request: Request,
        response: Response,
        work: Work,
        bearer: Bearer,
        _: Annotated[str | None, Depends(_cookie)],
    ) -> Caller:
        """The caller, in the unit of work of their request.

        Raises:
            Unauthenticated: nobody is logged in.
            NotPermitted, MissingScope: they may not.
        """
        # Neither is a dependency: each would be looked for once more for each that depends on it.
        app: AppContext = request.app.state.context
        access_token: Subject | Problem | None = getattr(request.state, "access_token", None)
        tx = work.tx
        if access_token is not None:
            caller = _by_access_token(request, tx, access_token)
        elif bearer:
            caller = _by_token(request, tx, bearer.credentials)
        else:
            caller = _by_session(request, response, app, tx)
        caller = caller.under(app.settings)
        request.state.user_id = caller.user_id
        if self.permission not in caller.entitled:
            raise NotPermitted(caller.role, self.permission)
        scope = SCOPES[self.permission]
        if scope and scope not in caller.scopes:
            raise MissingScope(scope, caller.scopes)
        if self.session:
            require_session(caller)
        if request.method not in READS:
            sign(tx, request, actor_id=caller.user_id)
        return caller


def _by_token(request: Request, tx: Transaction, token: str) -> Caller:
    prefix = secrets.prefix_of(token)
    row = queries.by_token_prefix(tx, prefix) if prefix else None
    if row is None or not secrets.same(row.token_hash, secrets.digest(token)):
        raise Unauthenticated("The API token is not valid: it was revoked, has expired, or is mistyped.")
    refuse_another(request.headers.get(PERSON), row.id)
    if row.use_is_news:
        queries.note_token_use(tx, row.token_id)
    return caller_of(row, token_id=row.token_id, scopes=frozenset(map(Scope, row.scopes)))


def _by_access_token(request: Request, tx: Transaction, found: Subject | Problem) -> Caller:
    if isinstance(found, Problem):
        raise found
    row = oidc.by_subject(tx, found.issuer, found.subject)
    if row is None or not row.active:
        raise Unauthenticated("Nobody here belongs to this access token: log in once with a browser first.")
    refuse_another(request.headers.get(PERSON), row.id)
    return caller_of(row, proved=False)  # it is for minutes: nothing that lasts longer is made with it


def _by_session(request: Request, response: Response, app: AppContext, tx: Transaction) -> Caller:
    token = browser.session_of(request, app.settings)
    if token is None:
        raise Unauthenticated
    lives = {"life": app.settings.session_life, "max_life": app.settings.session_max_life}
    row = queries.by_session(tx, secrets.digest(token), **lives)
    if row is None:
        raise Unauthenticated("The session has ended: log in again.")
    refuse_another(request.headers.get(PERSON), row.id)
    browser.refuse_other_origins(request, app.settings, by_cookie=True)
    if row.renewal_due and queries.renew_session(tx, row.session_id, **lives):
        browser.set_session(request, response, app.settings, token)
    if row.use_is_news:
        queries.note_session_use(tx, row.session_id, browser.address_of(request))
    return caller_of(row, session_id=row.session_id, proved=row.proved)


def refuse_another(expected: str | int | None, user_id: int) -> None:
    """Refuse what a page asks for somebody whom it shows, where somebody else is logged in by now.

    Args:
        expected: the id of whom the page shows; None: it does not say.
        user_id: of the caller.

    Raises:
        AnotherPerson: they are not the same.
    """
    if expected is not None and str(expected).strip() != str(user_id):
        raise AnotherPerson(user_id)


def caller_of(row: Record, **known_by: Any) -> Caller:
    """The caller in a row of `auth.queries`.

    Args:
        row: the person.
        known_by: the fields of `Caller` about their session or their token.
    """
    return Caller(
        user_id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        manager_id=row.manager_id,
        time_zone=usable(row.time_zone),
        has_reports=row.has_reports,
        preferences=Preferences(row.clock, row.date_order, row.week_start),
        **known_by,
    )
