"""What can be wrong with a request about webhooks."""

from __future__ import annotations

from uuid import UUID

from followup_api.problems import Conflict, Invalid, NotFound, Unavailable


class WebhookNotFound(NotFound):
    """There is no such webhook."""

    def __init__(self, webhook_id: int) -> None:
        super().__init__(f"There is no webhook {webhook_id}.")
        self.webhook_id = webhook_id


class CallNotFound(NotFound):
    """The webhook has no such delivery."""

    def __init__(self, webhook_id: int, delivery_id: UUID) -> None:
        super().__init__(f"Webhook {webhook_id} has no delivery {delivery_id}.")
        self.delivery_id = delivery_id


class NoSecretsKey(Unavailable):
    """No key is set that would seal the secret."""

    detail = (
        "FOLLOWUP_SECRETS_KEY is not set, so no secret of a webhook could be kept safely. Let an operator "
        "set it to at least 32 random characters, such as from `openssl rand -hex 32`, for the API and the "
        "dispatcher."
    )


class WebhookMade(Conflict):
    """The same request has made a webhook before; nobody can read its secret again."""

    def __init__(self, webhook_id: int) -> None:
        super().__init__(
            f"This request has made webhook {webhook_id} already, and its secret was shown only then: rotate "
            "its secret to get another one."
        )
        self.webhook_id = webhook_id


class TooManyWebhooks(Conflict):
    """There are as many as there may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} webhooks, and that is the most: delete one that nobody uses.")
        self.most = most


class WebhookNotOn(Conflict):
    """Nothing would be sent."""

    def __init__(self, webhook_id: int, state: str) -> None:
        super().__init__(f"Webhook {webhook_id} is {state}: nothing is sent to it. Switch it on first.")
        self.webhook_id = webhook_id


class StillToBeSent(Conflict):
    """A delivery has not ended yet."""

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(f"Delivery {delivery_id} is still to be sent: nothing was changed.")
        self.delivery_id = delivery_id


class WrongUrl(Invalid):
    """Nothing may be sent there."""

    def __init__(self, why: str) -> None:
        super().__init__("url", f"url {why}.")
