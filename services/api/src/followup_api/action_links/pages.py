"""The small pages of links in mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from followup_common.policy import Command, HoldKind

from followup_api.action_links import words
from followup_api.action_links.service import Done, Ready, Stale
from followup_api.followups import holding
from followup_api.followups.completing_schemas import PresetTime
from followup_api.followups.service import Target
from followup_api.problems import Problem

if TYPE_CHECKING:
    from jinja2 import Template

NOTHING: Mapping[str, str] = {}


def ready(found: Ready, *, problem: Problem | None = None, given: Mapping[str, str] = NOTHING) -> str:
    """The page that asks before a link acts.

    Args:
        found: the link.
        problem: what was wrong the last time.
        given: what was filled in then.
    """
    act = Command(found.link.act)
    until = _times(found.target) if act is Command.SNOOZE else []
    return rendered(
        headline=words.asks(found),
        said=words.WILL[act],
        as_whom=words.as_whom(found),
        facts=list(words.facts(found)),
        button=words.BUTTONS[act],
        until=words.until(found),
        note="required" if found.follow_up.note_required else "optional" if act is Command.COMPLETE else None,
        choices=words.choices([(each.preset, each.due_at) for each in until], found.link),
        problem=problem.detail if problem else None,
        given=given,
        follow_up_id=found.link.follow_up_id,
    )


def _times(target: Target) -> Sequence[PresetTime]:
    """Up to when whose link it is may snooze it."""
    return holding.presets(target.tx, target.actor_id, [target.id], HoldKind.SNOOZE).items


def done(outcome: Done) -> str:
    """The page that says what a link has done."""
    headline, said = words.done(outcome)
    return rendered(headline=headline, said=said, follow_up_id=outcome.ready.link.follow_up_id)


def stale(found: Stale) -> str:
    """The page that says why a link does nothing."""
    headline, said = words.stale(found)
    return rendered(headline=headline, said=said, follow_up_id=found.link and found.link.follow_up_id)


def refused(problem: Problem) -> str:
    """The page that says why nothing was looked at."""
    return rendered(headline=problem.title, said=problem.detail, follow_up_id=None)


def rendered(**said: Any) -> str:
    """A page of a link.

    Args:
        said: what the template takes; at least `headline` and `said`.
    """
    return _template().render(said)


@cache
def _template() -> Template:
    from jinja2 import Environment  # only where mails have links

    text = (files(__package__) / "templates" / "page.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(text)
