"""What can be wrong with a request about browsers that are told."""

from __future__ import annotations

from followup_api.problems import Conflict, Invalid, NotFound, Unavailable


class PushNotOn(Unavailable):
    """Nothing could be pushed."""

    detail = (
        "Web push is not set up here. Let an operator set FOLLOWUP_SECRETS_KEY for the API and the "
        "dispatcher, and FOLLOWUP_VAPID_PRIVATE_KEY for the dispatcher."
    )


class BrowserNotFound(NotFound):
    """The person is told in no such browser."""

    def __init__(self, subscription_id: int) -> None:
        super().__init__(f"You are told in no browser {subscription_id}.")
        self.subscription_id = subscription_id


class TooManyBrowsers(Conflict):
    """Somebody is told in as many browsers as one may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You are told in {most} browsers, and that is the most: remove one of them.")
        self.most = most


class WrongEndpoint(Invalid):
    """Nothing may be sent there."""

    def __init__(self, message: str) -> None:
        super().__init__("endpoint", f"endpoint {message}")


class WrongBrowserKey(Invalid):
    """Nothing could be encrypted with it."""

    def __init__(self, name: str) -> None:
        field = f"keys.{name}"
        super().__init__(field, f"{field} is no such key: give what PushSubscription.toJSON() says.")
