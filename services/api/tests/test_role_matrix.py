"""Every route × everybody who may ask. A route without a line here fails the first test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from followup_api.auth.secrets import digest
from followup_api.calendars.schemas import EXAMPLE_ICS

from .companies import Company
from .conftest import PASSWORD, Person, World
from .test_dead_letters import fail
from .test_routes import routes

V1 = "/api/v1"
CRON_SECRET = "0123456789abcdef"
DUE = "2199-01-01T00:00:00Z"
DUE_SOON = "2031-01-06T09:00:00Z"
ABSENCES_CSV = "email,first_day,last_day\n"
USERS_CSV = "email,name,role,manager_email,time_zone,active\n"
FOLLOW_UPS_CSV = (
    "external_id,title,assignee_email,due_at,subject_kind,subject_external_id,subject_name,subject_url,notes,"
    "status\n"
)

COMPANY_RULES = {
    "rules": [
        {"severity": severity, "mode": "at_once"}
        for severity in ("reminder", "overdue", "escalated", "breach")
    ],
    "breaches_pass": True,
}
NEW_BROWSER = {"endpoint": "https://93.184.215.14/x", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}
WEBHOOK = "https://93.184.215.14/hooks"

CALENDAR = {
    "name": "Office",
    "time_zone": "UTC",
    "hours": [{"days": [1], "opens": "09:00", "closes": "17:00"}],
}

POLICY = {
    "name": "Calls",
    "conditions": {"all": [{"field": "kind", "is": "any_of", "value": ["call"]}]},
    "steps": [{"after": "PT0S", "audience": ["assignee"], "label": "overdue", "severity": "overdue"}],
}

# Amir is the employee whose data the routes name. Mia is his manager, Dana hers; Max manages others.
STRANGERS = ("nobody", "revoked token", "expired token", "tampered token", "inactive user", "ended session")
ALL = ("amir", "otto", "mia", "dana", "max", "ada")


@dataclass(frozen=True)
class Line:
    """What a route answers.

    Args:
        to: who gets `status`.
        status: what they get.
        others: what everybody else who is logged in gets.
        besides: what somebody of these gets instead.
        strangers: what those who are not logged in get.
        json: body of the request; may name `{...}` of the target.
        csv: body of the request.
        session: whether they are asked as who has logged in; else by an API token.
    """

    to: tuple[str, ...]
    status: int
    others: int = 403
    strangers: int = 401
    json: dict[str, Any] | None = None
    csv: str | None = None
    besides: dict[str, int] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    session: bool = False


def everybody(status: int, **more: Any) -> Line:
    return Line(ALL, status, **more)


def public(status: int, **more: Any) -> Line:
    return Line(ALL, status, strangers=status, **more)


def admins(status: int, **more: Any) -> Line:
    return Line(("ada",), status, **more)


def managers(status: int, **more: Any) -> Line:
    return Line(("mia", "dana", "max", "ada"), status, **more)


def amirs(status: int, **more: Any) -> Line:
    """A follow-up of Amir's: for him, those above him, and admins; others do not learn that it exists."""
    return Line(("amir", "mia", "dana", "ada"), status, others=404, **more)


def only_amirs(status: int, **more: Any) -> Line:
    """Something that is Amir's alone, no matter who else asks."""
    return Line(("amir",), status, others=404, **more)


LINES: dict[str, Line] = {
    "POST /api/v1/session": public(201, json={"email": "amir.patel@example.com", "password": PASSWORD}),
    "DELETE /api/v1/session": everybody(204),
    "GET /api/v1/session/options": public(200),
    "GET /api/v1/session/oidc": public(303),
    "GET /api/v1/session/oidc/callback": public(303),
    "POST /api/v1/session/proof": everybody(204, json={"password": PASSWORD}),
    "POST /api/v1/session/password-link": public(200, json={"token": "{link_token}"}),
    "PUT /api/v1/session/password-link": public(201, json={"token": "{link_token}", "password": PASSWORD}),
    "GET /api/v1/me": everybody(200),
    "PATCH /api/v1/me": everybody(200, json={"time_zone": "UTC"}),
    "PUT /api/v1/me/password": everybody(
        422, session=True, json={"current_password": PASSWORD, "new_password": PASSWORD}
    ),
    "GET /api/v1/me/sessions": everybody(200, session=True),
    "DELETE /api/v1/me/sessions": everybody(204, session=True),
    "DELETE /api/v1/me/sessions/{session_id}": only_amirs(204, session=True),
    "GET /api/v1/me/channels": everybody(200),
    "GET /api/v1/me/destinations": everybody(200),
    "POST /api/v1/me/destinations": everybody(
        422, session=True, json={"channel": "email", "address": "amir@home.example.com"}
    ),
    "PATCH /api/v1/me/destinations/{destination_id}": only_amirs(200, json={"state": "off"}),
    "POST /api/v1/me/destinations/{destination_id}/code": only_amirs(409, session=True),
    "POST /api/v1/me/destinations/{destination_id}/verify": only_amirs(
        200, session=True, json={"code": "12345678"}
    ),
    "POST /api/v1/me/destinations/{destination_id}/test": only_amirs(422),
    "DELETE /api/v1/me/destinations/{destination_id}": only_amirs(204),
    "GET /api/v1/me/browsers": everybody(200),
    # No key is set in these tests, with which it could be kept how a browser is reached.
    "POST /api/v1/me/browsers": everybody(503, session=True, json=NEW_BROWSER),
    "DELETE /api/v1/me/browsers/{browser_id}": only_amirs(204),
    "GET /api/v1/tokens": everybody(200),
    "POST /api/v1/tokens": everybody(201, json={"name": "x"}),
    "DELETE /api/v1/tokens/{token_id}": only_amirs(204),
    "GET /api/v1/users/{user_id}/tokens": admins(200),
    "DELETE /api/v1/users/{user_id}/tokens/{token_id}": admins(204),
    "GET /api/v1/invitations": admins(200),
    "POST /api/v1/invitations": admins(201, json={}),
    "POST /api/v1/users/{user_id}/invitation": admins(409),  # he has a password
    "POST /api/v1/users/{user_id}/password-reset": admins(201),
    "POST /api/v1/users/{user_id}/destinations": admins(
        422, session=True, json={"channel": "email", "address": "amir@home.example.com"}
    ),
    "GET /api/v1/users/{user_id}/sessions": admins(200),
    "DELETE /api/v1/users/{user_id}/sessions": admins(204),
    "DELETE /api/v1/users/{user_id}/sessions/{session_id}": admins(204),
    "GET /api/v1/users": everybody(200),
    "POST /api/v1/users": admins(201, json={"email": "new@example.com", "name": "New"}),
    "GET /api/v1/users/{user_id}": everybody(200),
    "PATCH /api/v1/users/{user_id}": admins(200, json={"name": "Renamed"}),
    "DELETE /api/v1/users/{user_id}/identities": admins(204),
    "GET /api/v1/follow-ups": everybody(200),
    "POST /api/v1/follow-ups": Line(
        ("amir", "mia", "dana", "ada"),
        201,
        others=422,  # assignee_id names somebody whom they may not assign to
        json={"title": "Call", "due_at": DUE, "assignee_id": "{user_id}"},
    ),
    "GET /api/v1/follow-ups/counts": everybody(200),
    "GET /api/v1/follow-ups/calendar": everybody(
        200, query={"first_day": "2026-03-01", "last_day": "2026-03-31"}
    ),
    "GET /api/v1/follow-ups/export": everybody(200),
    "POST /api/v1/follow-ups/bulk": everybody(200, json={"ids": ["{follow_up_id}"], "action": "complete"}),
    "GET /api/v1/follow-ups/{follow_up_id}": amirs(200),
    "PATCH /api/v1/follow-ups/{follow_up_id}": amirs(200, json={"title": "Call again"}),
    "GET /api/v1/follow-ups/deleted": managers(200),
    "DELETE /api/v1/follow-ups/{follow_up_id}": Line(("mia", "dana", "ada"), 204, besides={"max": 404}),
    "POST /api/v1/follow-ups/{follow_up_id}/restore": managers(404),  # it is not deleted
    "POST /api/v1/follow-ups/{follow_up_id}/complete": amirs(200),
    "POST /api/v1/follow-ups/{follow_up_id}/acknowledge": amirs(409),  # nobody was told of it yet
    "POST /api/v1/follow-ups/{follow_up_id}/snooze": amirs(200, json={"preset": "tomorrow"}),
    "POST /api/v1/follow-ups/{follow_up_id}/wait": amirs(200, json={"preset": "tomorrow", "reason": "R"}),
    "DELETE /api/v1/follow-ups/{follow_up_id}/holds/{hold_id}": amirs(200),
    "POST /api/v1/follow-ups/{follow_up_id}/log": amirs(201, json={"note": "Called back"}),
    "GET /api/v1/follow-ups/{follow_up_id}/comments": amirs(200),
    "POST /api/v1/follow-ups/{follow_up_id}/comments": amirs(201, json={"body": "They called back."}),
    "GET /api/v1/follow-ups/{follow_up_id}/comments/{comment_id}": amirs(200),
    "PATCH /api/v1/follow-ups/{follow_up_id}/comments/{comment_id}": only_amirs(
        200, json={"body": "They called back."}, besides={"mia": 403, "dana": 403, "ada": 403}
    ),
    "DELETE /api/v1/follow-ups/{follow_up_id}/comments/{comment_id}": Line(
        ("amir", "ada"), 204, others=404, besides={"mia": 403, "dana": 403}
    ),
    "GET /api/v1/follow-ups/{follow_up_id}/mentionable": amirs(200),
    "GET /api/v1/series": everybody(200),
    "POST /api/v1/series/preview": everybody(200, json={"repeats": {"unit": "week"}, "due_at": DUE_SOON}),
    "GET /api/v1/series/{series_id}": amirs(200),
    "PATCH /api/v1/series/{series_id}": amirs(200, json={"title": "Call again"}),
    "POST /api/v1/series/{series_id}/end": amirs(200),
    "DELETE /api/v1/series/{series_id}": Line(("mia", "dana", "ada"), 204, besides={"max": 404}),
    "POST /api/v1/follow-ups/{follow_up_id}/series": amirs(201, json={"repeats": {"unit": "week"}}),
    "GET /api/v1/follow-ups/presets": everybody(200),
    "POST /api/v1/follow-ups/presets": everybody(200, json={"hold": "wait", "ids": ["{follow_up_id}"]}),
    "POST /api/v1/follow-ups/{follow_up_id}/reopen": amirs(200),
    "POST /api/v1/follow-ups/{follow_up_id}/undo": amirs(409),  # nobody has changed anything yet
    "GET /api/v1/follow-ups/{follow_up_id}/activities": amirs(200),
    "GET /api/v1/subjects": everybody(200),
    "POST /api/v1/subjects": everybody(201, json={"kind": "lead", "name": "Acme"}),
    "GET /api/v1/subjects/{subject_id}": everybody(200),
    "PATCH /api/v1/subjects/{subject_id}": Line(
        ("mia", "dana", "max", "ada"), 200, json={"name": "Acme Corporation"}
    ),
    "POST /api/v1/subjects/{subject_id}/merge": Line(
        ("mia", "dana", "max", "ada"), 200, json={"other": {"id": "{other_id}"}}
    ),
    "POST /api/v1/subject-merges/{merge_id}/undo": Line(("mia", "dana", "max", "ada"), 200),
    "GET /api/v1/subjects/{subject_id}/changes": everybody(200),
    "GET /api/v1/sequences": everybody(200),
    "POST /api/v1/sequences": managers(201, json={"name": "New", "steps": [{"title": "Call", "offset": 0}]}),
    "GET /api/v1/sequences/{sequence_id}": everybody(200),
    "PATCH /api/v1/sequences/{sequence_id}": managers(200, json={"name": "Old"}),
    "DELETE /api/v1/sequences/{sequence_id}": managers(204),
    "GET /api/v1/enrolments": everybody(200),
    "POST /api/v1/enrolments": everybody(
        201, json={"sequence_id": "{sequence_id}", "subject_id": "{subject_id}"}
    ),
    "GET /api/v1/enrolments/{enrolment_id}": amirs(200),
    "POST /api/v1/enrolments/{enrolment_id}/stop": amirs(200),
    "GET /api/v1/subjects/{subject_id}/activities": everybody(200),
    "GET /api/v1/calendar-feeds": everybody(200),
    "POST /api/v1/calendar-feeds": everybody(201, json={"name": "Phone"}),
    "POST /api/v1/calendar-feeds/{feed_id}/rotate-address": only_amirs(200),
    "DELETE /api/v1/calendar-feeds/{feed_id}": only_amirs(204),
    "GET /api/v1/saved-views": everybody(200),
    "POST /api/v1/saved-views": everybody(201, json={"name": "Calls", "filters": {"kind": "call"}}),
    "GET /api/v1/saved-views/{view_id}": only_amirs(200),
    "PATCH /api/v1/saved-views/{view_id}": only_amirs(200, json={"name": "Calls"}),
    "DELETE /api/v1/saved-views/{view_id}": only_amirs(204),
    "GET /api/v1/follow-up-kinds": everybody(200),
    "POST /api/v1/follow-up-kinds": admins(201, json={"label": "Site visit"}),
    "PUT /api/v1/follow-up-kinds/order": admins(200, json={"ids": [5, 4, 3, 2, 1]}),
    "PATCH /api/v1/follow-up-kinds/{choice_id}": admins(200, json={"label": "Phone call"}),
    "GET /api/v1/outcomes": everybody(200),
    "POST /api/v1/outcomes": admins(201, json={"label": "Wrong number"}),
    "PUT /api/v1/outcomes/order": admins(200, json={"ids": [6, 5, 4, 3, 2, 1]}),
    "PATCH /api/v1/outcomes/{choice_id}": admins(200, json={"label": "Nobody answered"}),
    "POST /api/v1/users/{user_id}/hand-over": Line(
        ("mia", "dana", "ada"),
        200,
        others=404,
        besides={"amir": 422},  # he may assign to himself alone
        json={"to": "{mia_id}", "dry_run": True},
    ),
    "GET /api/v1/hand-overs": everybody(200),
    "POST /api/v1/hand-overs/{hand_over_id}/undo": amirs(200),
    "GET /api/v1/absences": everybody(200),
    "GET /api/v1/absences/today": everybody(200),
    "POST /api/v1/absences": Line(
        ("amir", "mia", "dana", "ada"),
        201,
        others=422,  # user_id names somebody whose absences they may not plan
        json={"user_id": "{user_id}", "from": "2199-01-01", "to": "2199-01-02"},
    ),
    "GET /api/v1/absences/{absence_id}": amirs(200),
    "PATCH /api/v1/absences/{absence_id}": amirs(200, json={"note": "Back soon"}),
    "DELETE /api/v1/absences/{absence_id}": amirs(204),
    "GET /api/v1/calendars": everybody(200),
    "POST /api/v1/calendars": admins(201, json=CALENDAR),
    "GET /api/v1/calendars/{calendar_id}": everybody(200),
    "PUT /api/v1/calendars/{calendar_id}": admins(200, json=CALENDAR),
    "PUT /api/v1/calendars/{calendar_id}/imported-days": admins(200, json={"ics": EXAMPLE_ICS}),
    "POST /api/v1/calendars/{calendar_id}/imported-days/preview": admins(200, json={"ics": EXAMPLE_ICS}),
    "DELETE /api/v1/calendars/{calendar_id}": admins(204),
    "GET /api/v1/calendars/{calendar_id}/working-time": everybody(
        200, query={"from": "2026-12-01T09:00:00Z", "add": "PT1H"}
    ),
    "GET /api/v1/policies": everybody(200),
    "POST /api/v1/policies": admins(201, json=POLICY),
    "PUT /api/v1/policies/order": admins(422, json={"policies": [2**40]}),
    "POST /api/v1/policies/ladder": everybody(
        200, json={"due_at": "2026-12-01T09:00:00Z", "steps": POLICY["steps"]}
    ),
    "POST /api/v1/policies/simulate": Line(("mia", "dana", "max", "ada"), 200, json={"window": "now"}),
    "POST /api/v1/policies/simulate/stream": Line(("mia", "dana", "max", "ada"), 200, json={"window": "now"}),
    "GET /api/v1/policies/{policy_id}": everybody(200),
    "PUT /api/v1/policies/{policy_id}/draft": admins(200, json={**POLICY, "name": "Renamed"}),
    "DELETE /api/v1/policies/{policy_id}/draft": admins(409),
    "POST /api/v1/policies/{policy_id}/publish": admins(200, json={}),
    "DELETE /api/v1/policies/{policy_id}": admins(204),
    "POST /api/v1/calendars/{calendar_id}/preview": admins(200, json=CALENDAR),
    "GET /api/v1/me/notification-rules": everybody(200),
    "PUT /api/v1/me/notification-rules": everybody(200, json={"rules": []}),
    "GET /api/v1/organisation/notification-rules": admins(200),
    "PUT /api/v1/organisation/notification-rules": admins(200, json=COMPANY_RULES),
    "GET /api/v1/organisation": everybody(200),
    "PUT /api/v1/organisation": admins(200, json={"calendar_id": None}),
    "GET /api/v1/escalations": managers(200),
    "GET /api/v1/escalations/counts": managers(200),
    "GET /api/v1/escalations/summary": managers(200),
    "GET /api/v1/team": managers(200),
    "GET /api/v1/notifications": everybody(200),
    "GET /api/v1/notifications/unread-count": everybody(200),
    "GET /api/v1/notifications/stream": everybody(503),  # let in; these tests run without live inboxes
    "POST /api/v1/notifications/read-all": everybody(200, json={}),
    "POST /api/v1/notifications/{notification_id}/read": only_amirs(204),
    "POST /api/v1/sweeps": admins(202),
    "GET /api/v1/sweeps": admins(200),
    "GET /api/v1/sweeps/{sweep_id}": admins(200),
    "POST /api/v1/imports/users": admins(200, csv=USERS_CSV),
    "POST /api/v1/imports/follow-ups": admins(200, csv=FOLLOW_UPS_CSV),
    "POST /api/v1/imports/absences": admins(200, csv=ABSENCES_CSV),
    "POST /api/v1/imports/absences/preview": admins(200, csv=ABSENCES_CSV),
    "POST /api/v1/imports/users/preview": admins(200, csv=USERS_CSV),
    "POST /api/v1/imports/follow-ups/preview": admins(200, csv=FOLLOW_UPS_CSV),
    "GET /api/v1/ops/self-audit": admins(200),
    "GET /api/v1/ops/queues": admins(200),
    "GET /api/v1/ops/outbox": admins(200),
    "GET /api/v1/ops/dead-letters": admins(200),
    "POST /api/v1/ops/dead-letters/replay": admins(200, json={"type": "x"}),
    "POST /api/v1/ops/dead-letters/discard": admins(200, json={"type": "x", "up_to": DUE, "note": "x"}),
    "GET /api/v1/ops/dead-letters/{event_id}": admins(200),
    "POST /api/v1/ops/dead-letters/{event_id}/replay": admins(204),
    "POST /api/v1/ops/dead-letters/{event_id}/discard": admins(204, json={"note": "x"}),
    "GET /api/v1/ops/audit-log": admins(200),
    "GET /api/v1/deliveries": admins(200),
    "GET /api/v1/deliveries/summary": admins(200),
    "POST /api/v1/deliveries/retry": admins(200, json={}),
    "GET /api/v1/deliveries/{delivery_id}": admins(200),
    "POST /api/v1/deliveries/{delivery_id}/retry": admins(204),
    "GET /api/v1/event-types": admins(200),
    "GET /api/v1/webhooks": admins(200),
    # No key is set in these tests, with which a secret could be kept.
    "POST /api/v1/webhooks": admins(503, json={"url": WEBHOOK, "event_types": ["follow_up.created"]}),
    "POST /api/v1/webhooks/{webhook_id}/rotate-secret": admins(503),
    "GET /api/v1/webhooks/{webhook_id}": admins(200),
    "PATCH /api/v1/webhooks/{webhook_id}": admins(200, json={"state": "paused"}),
    "DELETE /api/v1/webhooks/{webhook_id}": admins(204),
    "POST /api/v1/webhooks/{webhook_id}/test": admins(202),
    "GET /api/v1/webhooks/{webhook_id}/deliveries": admins(200),
    "GET /api/v1/webhooks/{webhook_id}/deliveries/{call_id}": admins(404),
    "POST /api/v1/webhooks/{webhook_id}/deliveries/{call_id}/replay": admins(404),
    # The cron secret opens it, and nobody's role does.
    "GET /api/cron/followups": Line((), 202, others=401),
    "POST /api/cron/followups": Line((), 202, others=401),
    "GET /api/cron/followups/{sweep_id}": Line((), 200, others=401),
    # Who has a link acts as the one who got the mail; this one leads nowhere.
    "GET /a/{token}": public(404),
    "POST /a/{token}": public(404),
    "GET /a/calendar/{token}.ics": public(404),
    "GET /a/off/{token}": public(404),
    "POST /a/off/{token}": public(422),  # what says that it is wanted is not there
    "POST /slack/interactivity": public(503),  # there is no signing secret
    "GET /healthz": public(200),
    "GET /readyz": public(200),
    "GET /metrics": public(200),
    "GET /api/openapi.json": public(200),
    "GET /api/docs": public(200),
}


@dataclass
class Cast:
    """Everybody who asks, and what they ask about."""

    company: Company
    max: Person
    strangers: dict[str, dict[str, str]]

    def headers(self, who: str, *, session: bool = False) -> dict[str, str]:
        """What somebody sends to be known."""
        if who in self.strangers:
            return self.strangers[who]
        person: Person = self.max if who == "max" else getattr(self.company, who)
        return _logged_in(self.company.world, person) if session else person.headers

    def target(self, route: str) -> dict[str, Any]:
        """What a request of a route names: fresh things of Amir's, so that it leaves no trace in the next."""
        named = [name for name in MAKE if f"{{{name}}}" in f"{route} {LINES[route].json}"]
        world, amir = self.company.world, self.company.amir
        if route.endswith(("/users", "/subjects")):
            world.execute("DELETE FROM users WHERE email = 'new@example.com'")
            world.execute("DELETE FROM subjects WHERE name = 'Acme'")
        if "/calendars" in route:
            world.execute("UPDATE calendars SET archived_at = now() WHERE name = 'Office'")
        if "/policies" in route:
            world.execute(
                "UPDATE policies SET archived_at = now(), position = NULL WHERE name IN ('Calls', 'Renamed')"
            )
        if "/absences" in route:
            world.execute("DELETE FROM absences")
        if "/calendar-feeds" in route:
            world.execute("DELETE FROM calendar_feeds")
        if "/saved-views" in route:
            world.execute("DELETE FROM saved_views")
        if "/sequences" in route or "/enrolments" in route:
            world.execute("DELETE FROM enrolment_steps; DELETE FROM enrolments; DELETE FROM sequences")
        if "/follow-up-kinds" in route:
            self._forget("follow_up_kinds", 5)
        if "/outcomes" in route:
            self._forget("outcomes", 6)
        target: dict[str, Any] = {
            "user_id": amir.id,
            "mia_id": self.company.mia.id,
            "choice_id": 1,
            "link_token": LINK,
            "token": LINK,
            "call_id": UUID(int=1),
        }
        if "/password-link" in route:
            world.execute(MAKE_LINK, amir=amir.id, digest=digest(LINK))
        if "/a/" in route:
            world.execute("DELETE FROM log_in_failures")  # each is a guess
        for name in named:
            [(target[name],)] = world.execute(f"{MAKE[name]} RETURNING id", amir=amir.id)
        if "{event_id}" in route:
            target["event_id"] = fail(self.company)
        if "{policy_id}" in route:
            target["policy_id"] = self.company.policy()["id"]
        if "{series_id}" in route:
            repeating = {"due_at": DUE_SOON, "repeats": {"unit": "week"}}
            target["series_id"] = self.company.create(amir, **repeating)["series_id"]
        if "{calendar_id}" in route:
            target["calendar_id"] = self.company.calendar()["id"]
        return target

    def _forget(self, choices: str, first: int) -> None:
        """Take out of a list what was added to the first ones."""
        self.company.world.execute(
            f"ALTER TABLE {choices} DISABLE TRIGGER {choices}_stay; "
            f"DELETE FROM {choices} WHERE id > {first}; "
            f"ALTER TABLE {choices} ENABLE TRIGGER {choices}_stay"
        )


LINK = "what a link carries"
MAKE_LINK = (
    "INSERT INTO password_links (user_id, purpose, token_hash, expires_at) "
    "VALUES (:amir, 'invitation', :digest, now() + interval '1 day') ON CONFLICT DO NOTHING"
)
ONE_STEP = (
    "jsonb_build_array(jsonb_build_object('title', 'Call', 'kind', 'call', 'priority', 'normal', "
    "'notes', '', 'offset', 0, 'waits', false))"
)
MAKE = {
    "follow_up_id": "INSERT INTO follow_ups (title, due_at, assignee_id) VALUES ('Call', now(), :amir)",
    "token_id": "INSERT INTO api_tokens (user_id, name, prefix, token_hash) "
    "VALUES (:amir, 'x', gen_random_uuid(), '')",
    "notification_id": "INSERT INTO notifications "
    "(user_id, follow_up_id, run, step, policy_version_id, due_at, audience) "
    "VALUES (:amir, nextval('follow_ups_id_seq'), 1, 1, 1, now(), 'assignee')",
    "view_id": "INSERT INTO saved_views (owner_id, name, filters) "
    "VALUES (:amir, gen_random_uuid()::text, '{}')",
    "sequence_id": "INSERT INTO sequences (name, steps, created_by) "
    f"VALUES (gen_random_uuid()::text, {ONE_STEP}, :amir)",
    "enrolment_id": "INSERT INTO enrolments (name, steps, subject_id, assignee_id, created_by) "
    f"SELECT 'Sequence', {ONE_STEP}, max(id), :amir, :amir FROM subjects",
    "feed_id": "INSERT INTO calendar_feeds (user_id, name, whose, token_hash) "
    "VALUES (:amir, 'Phone', 'me', sha256(convert_to(gen_random_uuid()::text, 'UTF8')))",
    "comment_id": "INSERT INTO comments (follow_up_id, number, author_id, body) "
    "VALUES ((SELECT max(id) FROM follow_ups), 1, :amir, 'Call back')",
    "hold_id": "INSERT INTO holds "
    "(follow_up_id, number, kind, user_id, run, step, assignment, until, version) "
    "VALUES ((SELECT max(id) FROM follow_ups), 1, 'wait', :amir, 1, 0, 1, now() + interval '1 day', 1)",
    "session_id": "INSERT INTO sessions (user_id, token_hash, expires_at) "
    "VALUES (:amir, decode(md5(random()::text), 'hex'), now() + interval '1 day')",
    "sweep_id": "INSERT INTO sweeps (trigger) VALUES ('manual')",
    "hand_over_id": "INSERT INTO hand_overs (from_user_id, to_user_id, actor_id, number) "
    "SELECT :amir, id, id, 0 FROM users WHERE name = 'Otto Other'",
    "absence_id": "INSERT INTO absences (user_id, first_day, last_day) "
    "SELECT :amir, day, day "
    "FROM (SELECT COALESCE(max(last_day), '2190-01-01') + 1 AS day FROM absences) next",
    "destination_id": "INSERT INTO destinations (user_id, channel, address, verified_at) "
    "VALUES (:amir, 'email', 'amir@home.example.com', now())",
    "webhook_id": "INSERT INTO webhooks (url, event_types, owner_id, secret) "
    f"VALUES ('{WEBHOOK}', '{{follow_up.created}}', :amir, '')",
    "browser_id": "INSERT INTO destinations (user_id, channel, address) VALUES (:amir, 'push', 'Firefox')",
    "delivery_id": "INSERT INTO deliveries "
    "(notification_id, user_id, destination_id, channel, state, ended_at) "
    "SELECT COALESCE(max(notification_id), 0) + 1, :amir, 1, 'email', 'failed', now() FROM deliveries",
    "subject_id": "INSERT INTO subjects (kind, name) VALUES ('lead', 'A')",
    "other_id": "INSERT INTO subjects (kind, name) VALUES ('lead', 'B')",
    "merge_id": """
        WITH kept AS (INSERT INTO subjects (kind, name) VALUES ('lead', 'A') RETURNING id),
        gone AS (INSERT INTO subjects (kind, name, merged_into) SELECT 'lead', 'B', id FROM kept RETURNING id)
        INSERT INTO subject_merges (survivor_id, merged_id, actor_id, changes, number)
        SELECT kept.id, gone.id, :amir, '{}', 0 FROM kept, gone""",
}


@pytest.fixture
def cast(build: Any) -> Cast:
    world: World = build(cron_secret=CRON_SECRET)
    company = Company(world)
    manager = world.person("Max Other", "manager", company.ada)
    world.person("Ulla Under", "employee", manager)
    return Cast(company, manager, dict(_strangers(world)))


def _strangers(world: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Those who were let in once, or look as if: each as an admin, who could do anything."""
    yield "nobody", {}
    admin = world.person("Eva Expired", "admin")
    world.execute("UPDATE api_tokens SET expires_at = now() WHERE user_id = :id", id=admin.id)
    yield "expired token", admin.headers
    admin = world.person("Rita Revoked", "admin")
    world.execute("DELETE FROM api_tokens WHERE user_id = :id", id=admin.id)
    yield "revoked token", admin.headers
    admin = world.person("Tom Tampered", "admin")
    last = "0" if admin.token[-1] != "0" else "1"
    yield "tampered token", {"Authorization": f"Bearer {admin.token[:-1]}{last}"}
    admin = world.person("Ina Inactive", "admin")
    world.execute("UPDATE users SET active = false WHERE id = :id", id=admin.id)
    yield "inactive user", admin.headers
    admin = world.person("Sven Session", "admin")
    session = _logged_in(world, admin)
    world.execute("UPDATE sessions SET expires_at = now() WHERE user_id = :id", id=admin.id)
    yield "ended session", session


def _logged_in(world: World, person: Person) -> dict[str, str]:
    """What a browser sends after its person has logged in."""
    client = world.client()
    client.post(f"{V1}/session", json={"email": person.email, "password": PASSWORD})
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}


def found_routes(world: World) -> set[str]:
    return {f"{method} {route.path}" for route in routes(world.app) for method in route.methods or ()}


def test_every_route_has_a_line(world: World) -> None:
    assert found_routes(world) == LINES.keys()


def test_every_kind_of_stranger_is_there(cast: Cast) -> None:
    assert set(cast.strangers) == set(STRANGERS)


def ask(cast: Cast, client: TestClient, route: str, who: str) -> int:
    """Send the request of a line as somebody; returns the status."""
    line = LINES[route]
    method, _, path = route.partition(" ")
    target = cast.target(route)
    headers = dict(cast.headers(who, session=line.session))
    content: dict[str, Any] = {}
    if line.csv is not None:
        headers["Content-Type"] = "text/csv"
        content["content"] = line.csv
    elif line.json is not None:
        content["json"] = _filled(line.json, target)
    client.cookies.clear()
    content |= {"headers": headers, "follow_redirects": False, "params": line.query}
    status: int = client.request(method, path.format(**target), **content).status_code
    return status


def _filled(body: Any, target: dict[str, Any]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, target) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, target) for value in body]
    if isinstance(body, str) and body.startswith("{"):
        return target[body.strip("{}")]
    return body


def test_everybody_gets_what_their_role_and_place_allow_and_no_more(cast: Cast) -> None:
    wrong = {}
    client = cast.company.world.client()
    others = cycle(STRANGERS[1:])  # one way to let people in looks at all of them, so each route asks one
    for route, line in LINES.items():
        for who in (STRANGERS[0], next(others), *ALL):
            expected = line.strangers if who in STRANGERS else line.status if who in line.to else line.others
            expected = line.besides.get(who, expected)
            status = ask(cast, client, route, who)
            if status != expected:
                wrong[f"{route} as {who}"] = f"{status}, not {expected}"
    assert wrong == {}


def test_the_cron_secret_opens_cron_and_nothing_else(cast: Cast) -> None:
    cast.strangers["cron"] = {"Authorization": f"Bearer {CRON_SECRET}"}
    client = cast.company.world.client()
    opened = {
        route
        for route, line in LINES.items()
        if line.strangers == 401 and ask(cast, client, route, "cron") != 401
    }
    assert opened == {
        "GET /api/cron/followups",
        "POST /api/cron/followups",
        "GET /api/cron/followups/{sweep_id}",
    }


def test_others_data_does_not_show_in_lists(cast: Cast) -> None:
    company = cast.company
    company.follow_up(company.amir, "Amir's call")
    for person, sees in ((company.otto, False), (cast.max, False), (company.mia, True), (company.ada, True)):
        assert ("Amir's call" in company.titles(person, "/follow-ups", view="all")) is sees
    for person in (company.otto, cast.max, company.mia):
        assert company.get(person, "/notifications")["items"] == []


def test_a_bulk_action_does_nothing_to_others_data(cast: Cast) -> None:
    company = cast.company
    follow_up = company.follow_up(company.amir)
    for person in (company.otto, cast.max):
        body = {"ids": [follow_up], "action": "complete"}
        result = company.ask(person, "POST", "/follow-ups/bulk", json=body).json()
        assert result["done"] == []
    assert company.activities(follow_up) == []
