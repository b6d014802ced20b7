"""Comments as they are kept: a text that names people by their ids, as in `Ask <@12> first`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from followup_common.wording import isolated

MENTION = re.compile(r"<@([1-9][0-9]{0,17})>")
MENTIONED, COMMENTED = -4, -5
"""What notifications have for a step: of a mention, and of a comment on one's own follow-up. Their repeat is
the number of the comment."""


def mentioned(body: str) -> Sequence[int]:
    """The ids of those whom a comment mentions, each once, in its order."""
    return list(dict.fromkeys(map(int, MENTION.findall(body))))


def said(body: str, names: Mapping[int, str]) -> str:
    """A comment as people read it: `Ask @Anna Berg first`.

    Args:
        body: as it is kept.
        names: of those whom it mentions, by their ids; of others it says that nobody knows them.
    """

    def name(found: re.Match[str]) -> str:
        return f"@{isolated(names.get(int(found[1]), 'somebody unknown'))}"

    return MENTION.sub(name, body)
