"""Entity tags: what `ETag` says of a row, and what `If-Match` asks of it before a change.

A tag is opaque to callers: the version of the row, and a digest of which row it is and when it was written.
After a restore or a failover a row can have a version again that it had before, with other content: the
digest tells the two apart.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header
from sqlalchemy import ColumnElement, Table, Text, literal_column

Tags = frozenset[str] | None
"""The tags that `If-Match` allows, as `tag_of` writes them; None allows any."""

# Proxies that compress an answer make its tag weak (nginx), or add the coding to it (Apache, Caddy: `-gzip`,
# Jetty: `--gzip`), and pass it on so when it comes back.
_TAG = re.compile(r'(?:^|,)\s*(?:W/)?"(?P<opaque>[!#-~]*?)(?:--?(?:gzip|br|zstd|deflate))?"\s*(?=,|$)')


def tag_of(table: Table) -> ColumnElement[str]:
    """SQL of the entity tag of a row, in its quotes, such as `"3-5d41402a"`.

    Args:
        table: has `id`, `version`, `created_at` and `updated_at`.
    """
    name = table.name
    identity = (
        f"concat_ws(' ', '{name}', {name}.id, {name}.version, "
        f"extract(epoch FROM {name}.created_at), extract(epoch FROM {name}.updated_at))"
    )
    digest = f"left(encode(sha256(convert_to({identity}, 'UTF8')), 'hex'), 8)"
    return literal_column(f"""'"' || {name}.version || '-' || {digest} || '"'""", Text())


async def seen_tags(
    if_match: Annotated[
        str | None,
        Header(
            description="The ETag of what you change, as you read it: a stale one gives 412. Without it, or "
            "with `*`, the change is made whatever was changed meanwhile.",
            examples=['"3-5d41402a"'],
        ),
    ] = None,
) -> Tags:
    """The tags that `If-Match` names; one that is none of ours matches nothing.

    RFC 9110 wants a strong comparison here. Tags that a proxy made weak, or added a coding to, count as the
    tag that they come from: they are about the same row, however its bytes were sent.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(f'"{tag["opaque"]}"' for tag in _TAG.finditer(if_match))


IfMatch = Annotated[Tags, Depends(seen_tags)]
