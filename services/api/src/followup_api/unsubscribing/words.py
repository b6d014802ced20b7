"""What the pages of links to unsubscribe say."""

from __future__ import annotations

from collections.abc import Iterable

from followup_common.wording import isolated, listed

from followup_api.notification_rules.categories import DAY, DIGEST, Kept
from followup_api.unsubscribing.service import Offer, Reason, Stale

CATEGORIES = {
    "reminder": "reminders",
    "overdue": "what is overdue",
    "escalated": "what is escalated",
    "breach": "SLA breaches",
    DAY: "your day",
}
IN_FULL = {
    **CATEGORIES,
    "reminder": "reminders before something is due (also comments on what is yours)",
    "overdue": "what is overdue (also what is given to you, mentions you, or is no longer on hold)",
}
KEPT = {
    Kept.LOCKED: "Mails about {what} go on: an admin has set them for everybody.",
    Kept.LAST: "Mails about {what} go on: admins are the last who hear of them.",
}
STALE = {
    Reason.UNKNOWN: (
        "This link does not work",
        "It is not complete, or too old to be known. Nothing was changed: your settings say which mails you "
        "get.",
    ),
    Reason.INACTIVE: ("This link does not work any more", "{name} is not active. Nothing was changed."),
}
BUTTON = "Get no more of these mails"
GOES_ON = "The inbox goes on to show all of it. What browsers show goes by the same choice."
UNDO = "You can switch them on again in your settings."


def asks(offer: Offer) -> str:
    """What the link is about to do, as a question."""
    return f"Get no more {_mails(offer)}?"


def for_whom(offer: Offer) -> str:
    """Whose mails it ends, and that it has not yet."""
    return f"These are the mails of {isolated(offer.link.name)}. Nothing has been changed yet."


def will(offer: Offer) -> str:
    """What the link does, and what it does not."""
    ended = f"No more mails come about {_named(offer.found.ends)}."
    return " ".join([ended, *kept(offer), GOES_ON, UNDO])


def done(offer: Offer) -> tuple[str, str]:
    """A headline, and what was done."""
    headline, name = f"You get no more {_mails(offer)}", isolated(offer.link.name)
    if not offer.found.ends:
        return headline, f"{name} gets none of them already. Nothing was changed."
    ended = f"{name} gets no more mails about {_named(offer.found.ends)}."
    return headline, " ".join([ended, *kept(offer), GOES_ON, UNDO])


def cannot(offer: Offer) -> tuple[str, str]:
    """A headline, and why somebody goes on to get them."""
    return "You go on to get these mails", " ".join([*kept(offer), "Nothing was changed."])


def kept(offer: Offer) -> list[str]:
    """What goes on, and why."""
    stays = offer.found.stays
    return [
        sentence.format(what=_named(name for name, because in stays if because is reason))
        for reason, sentence in KEPT.items()
        if any(because is reason for _, because in stays)
    ]


def stale(found: Stale) -> tuple[str, str]:
    """A headline, and why the link does nothing."""
    headline, said = STALE[found.reason]
    return headline, said.format(name=isolated(found.link.name) if found.link else "")


def _mails(offer: Offer) -> str:
    category = offer.link.category
    return "digests by mail" if category == DIGEST else f"mails about {CATEGORIES[category]}"


def _named(categories: Iterable[str]) -> str:
    return listed([IN_FULL[each] for each in categories])
