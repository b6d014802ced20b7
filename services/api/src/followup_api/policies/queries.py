"""Reading policies and their versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any

from followup_common.db import Transaction
from followup_common.db.tables import policies, policy_versions, users
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from followup_api.etags import tag_of
from followup_api.fields import as_read
from followup_api.ids import among
from followup_api.pagination import Page, paginate
from followup_api.policies.schemas import Policy, PolicyDetail, PolicyQuery
from followup_api.rows import Record

p, v, u = policies.c, policy_versions.c, users.c
TAG = tag_of(policies)
CONTENT = ("name", "conditions", "calendar_id", "holds", "steps")

in_use = policies.alias("in_use")
_LAST = select(func.max(in_use.c.position)).scalar_subquery()
_RANK = select(func.count()).select_from(in_use).where(in_use.c.position <= p.position).scalar_subquery()
COLUMNS = (
    *(p.id, p.name, p.draft, p.draft_by, p.draft_at, p.version, p.created_at, p.updated_at, p.archived_at),
    TAG.label("etag"),
    func.coalesce(p.position == _LAST, False).label("catch_all"),
    func.nullif(_RANK, 0).label("position"),
)
VERSIONS: Select[*tuple[Any, ...]] = select(
    *(v.id, v.policy_id, v.version, v.policy.label("name"), v.conditions, v.calendar_id),
    *(v.holds, v.steps),
    *(v.published_by, v.created_at.label("published_at")),
)


def page(tx: Transaction, query: PolicyQuery) -> Page[Policy]:
    """Policies in their order; archived ones by name."""
    if query.archived:
        wanted, order = p.archived_at.is_not(None), (as_read(p.name), p.id)
    else:
        wanted, order = p.archived_at.is_(None), (func.coalesce(p.position, 0), p.id)
    found = paginate(tx, select(*COLUMNS).where(wanted), order, query)
    return Page[Policy].of(found, _shown(tx, found.rows))


def find(tx: Transaction, policy_id: int) -> Policy | None:
    """One policy, as lists show it."""
    rows = tx.execute(select(*COLUMNS).where(p.id == policy_id)).all()
    return next(iter(_shown(tx, rows)), None)


def detail(tx: Transaction, policy_id: int) -> PolicyDetail | None:
    """One policy with all its versions."""
    found = find(tx, policy_id)
    if found is None:
        return None
    rows = tx.execute(VERSIONS.where(v.policy_id == policy_id).order_by(v.version.desc())).all()
    names = _names(tx, [row.published_by for row in rows])
    shown = [_version(row, names) for row in rows]
    for later, earlier in pairwise(shown):
        later["differences"] = list(differences(earlier, later))
    return PolicyDetail.model_validate({**dict(found), "versions": shown})


def differences(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What two versions say otherwise: each field, and each step by its number."""
    for name in CONTENT[:-1]:
        if earlier[name] != later[name]:
            yield {"field": name, "was": earlier[name], "now": later[name]}
    for number, (was, now) in enumerate(zip_longest(earlier["steps"], later["steps"]), 1):
        if was != now:
            yield {"field": f"steps.{number}", "was": was, "now": now}


def _shown(tx: Transaction, rows: Collection[Record]) -> list[Policy]:
    newest = (
        VERSIONS.where(among(v.policy_id, [row.id for row in rows]))
        .ext(distinct_on(v.policy_id))
        .order_by(v.policy_id, v.version.desc())
    )
    current = {row.policy_id: row for row in tx.execute(newest)}
    people = [*(row.draft_by for row in rows), *(row.published_by for row in current.values())]
    names = _names(tx, people)
    return [_policy(row, current.get(row.id), names) for row in rows]


def _policy(row: Record, current: Record | None, names: Mapping[int, dict[str, Any]]) -> Policy:
    known = Policy.model_fields.keys() & row._mapping.keys()
    draft = row.draft and {**row.draft, "by": names.get(row.draft_by), "at": row.draft_at}
    return Policy.model_validate(
        {
            **{name: row._mapping[name] for name in known},
            "current": current and {n: x for n, x in _version(current, names).items() if n != "differences"},
            "draft": draft,
        }
    )


def _version(row: Record, names: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    by = names.get(row.published_by)
    plain = {name: value for name, value in row._mapping.items() if name not in ("policy_id", "published_by")}
    return {**plain, "published_by": by, "differences": []}


def _names(tx: Transaction, ids: Sequence[int | None]) -> Mapping[int, dict[str, Any]]:
    rows = tx.execute(select(u.id, u.name).where(among(u.id, [each for each in ids if each])))
    return {row.id: {"id": row.id, "name": row.name} for row in rows}
