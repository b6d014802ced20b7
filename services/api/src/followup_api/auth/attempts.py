"""Somebody sends a password: whether it may be looked at."""

from __future__ import annotations

from fastapi import Request

from followup_api.auth.browser import address_of
from followup_api.auth.throttle import Attempt
from followup_api.dependencies import AppContext
from followup_api.problems import Forbidden
from followup_api.unit_of_work import UnitOfWork


class PasswordsOff(Forbidden):
    """People log in through the provider only."""

    def __init__(self, provider: str) -> None:
        super().__init__(f"Passwords are switched off here: log in with {provider}.")


def attempt_of(request: Request, app: AppContext, work: UnitOfWork, email: str) -> Attempt:
    """An attempt at an account, which counts and is slowed down wherever the password is sent to.

    Raises:
        PasswordsOff: nobody has one here.
        TooManyTries: the address has to wait.
    """
    if not app.settings.password_log_in:
        raise PasswordsOff(app.settings.oidc_name)
    attempt = Attempt(work.tx, email, address_of(request), app.settings.log_in_failures_per_address)
    attempt.check()
    return attempt
