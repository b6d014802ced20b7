"""What is done to policies: drafts become versions that never change; they are ordered and archived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from followup_common.contracts import PoliciesPublished
from followup_common.db import Transaction
from followup_common.db.tables import policies, policy_versions
from followup_common.policy import Policy as Steps
from sqlalchemy import case, func, insert, null, select, update
from sqlalchemy.exc import IntegrityError

from followup_api.audit import Action, Trail
from followup_api.etags import Tags
from followup_api.followups.scopes import Scope
from followup_api.policies import queries, simulation
from followup_api.policies.candidates import Candidate, in_force, with_draft
from followup_api.policies.checks import check
from followup_api.policies.problems import (
    CatchAllStays,
    NeverPublished,
    NoDraft,
    PolicyArchived,
    PolicyNameTaken,
    PolicyNotFound,
    PolicyStale,
    TellsMany,
    WrongOrder,
)
from followup_api.policies.schemas import MOST_TOLD, Policy, PolicyInput, Publication, SimulationInput, Window
from followup_api.problems import constraint_of
from followup_api.unit_of_work import UnitOfWork

p, v = policies.c, policy_versions.c
NO_DRAFT = {"draft": null(), "draft_by": None, "draft_at": None}
"""None for the draft would be the null of JSON."""


def make(tx: Transaction, audit: Trail, body: PolicyInput, *, by: int) -> Policy:
    """Write the draft of a new policy; it comes before the one for everything, and is not in force yet.

    Raises:
        PolicyNameTaken, Invalid: it cannot be.
    """
    check(tx, body, catch_all=False)
    *_, last = _in_order(tx)
    tx.execute(update(policies).where(p.id == last).values(position=p.position + 1))
    place = select(p.position - 1).where(p.id == last).scalar_subquery()
    drafted = _drafted(body, by)
    with _refusing(body.name):
        policy_id = tx.execute(
            insert(policies).values(name=body.name, position=place, **drafted).returning(p.id)
        ).scalar_one()
    audit(Action.POLICY_CREATED, f"policies/{policy_id}", name=body.name)
    return _found(tx, policy_id)


def draft(tx: Transaction, audit: Trail, policy_id: int, body: PolicyInput, tags: Tags, *, by: int) -> Policy:
    """Write what a policy is to say, in place of its draft of before. Nothing changes until it is published.

    Raises:
        PolicyNotFound, PolicyArchived, PolicyStale: it cannot be changed.
        PolicyNameTaken, Invalid: it cannot be like that.
    """
    before = _changeable(tx, policy_id, tags)
    check(tx, body, catch_all=before.catch_all)
    _refuse_name(tx, policy_id, body.name)
    named = {} if before.current else {"name": body.name}
    with _refusing(body.name):
        tx.execute(update(policies).where(p.id == policy_id).values(**named, **_drafted(body, by)))
    audit(Action.POLICY_DRAFTED, f"policies/{policy_id}", name=before.name)
    return _found(tx, policy_id)


def discard(tx: Transaction, audit: Trail, policy_id: int, tags: Tags) -> None:
    """Take back what a policy was to say: it stays as it is in force.

    Raises:
        PolicyNotFound, PolicyArchived, PolicyStale: it cannot be changed.
        NeverPublished: nothing would be left.
    """
    before = _changeable(tx, policy_id, tags)
    if before.current is None:
        raise NeverPublished(policy_id)
    if before.draft is not None:
        tx.execute(update(policies).where(p.id == policy_id).values(NO_DRAFT))
        audit(Action.POLICY_DRAFT_DISCARDED, f"policies/{policy_id}", name=before.name)


def publish(
    work: UnitOfWork, audit: Trail, policy_id: int, how: Publication, tags: Tags, *, by: int
) -> Policy:
    """Make a version of a policy's draft. Open follow-ups keep theirs, unless they are to be moved too.

    Raises:
        PolicyNotFound, PolicyArchived, PolicyStale, NoDraft: there is nothing to publish.
        PolicyNameTaken, Invalid: it cannot be like that any more.
        TellsMany: it tells very many people at once, and their number was not given.
    """
    tx = work.tx
    before = _changeable(tx, policy_id, tags)
    if before.draft is None:
        raise NoDraft(policy_id)
    body = PolicyInput.model_validate(before.draft.model_dump(include={*queries.CONTENT}))
    check(tx, body, catch_all=before.catch_all)
    if how.move_open:
        _refuse_telling_many(tx, policy_id, body, how)
    with _refusing(body.name):
        tx.execute(update(policies).where(p.id == policy_id).values(name=body.name, **NO_DRAFT))
    version_id, number = _add_version(tx, policy_id, body, by)
    target = f"policies/{policy_id}"
    audit(Action.POLICY_PUBLISHED, target, name=body.name, version=number, move_open=how.move_open)
    if how.move_open:
        work.emit(PoliciesPublished(policy_version_id=version_id, actor_id=by))
    return _found(tx, policy_id)


def order(tx: Transaction, audit: Trail, ids: list[int]) -> None:
    """Put the policies in use into another order; the one for everything stays the last.

    Raises:
        WrongOrder: these are not they.
    """
    present = _in_order(tx)
    if sorted(ids) != sorted(present) or ids[-1] != present[-1]:
        raise WrongOrder(present)
    if ids != present:
        places = {policy_id: place for place, policy_id in enumerate(ids, 1)}
        tx.execute(update(policies).where(p.id.in_(ids)).values(position=case(places, value=p.id)))
        audit(Action.POLICIES_ORDERED, "policies", was=present, now=ids)


def archive(tx: Transaction, audit: Trail, policy_id: int, tags: Tags) -> None:
    """Take a policy out of use. Open follow-ups keep its version; it stays to be read.

    Raises:
        PolicyNotFound, PolicyStale: it cannot be changed.
        CatchAllStays: it is the one for everything.
    """
    before = _locked(tx, policy_id, tags)
    if before.catch_all:
        raise CatchAllStays(before.name)
    if before.archived_at is None:
        gone = {"archived_at": func.now(), "position": None, **NO_DRAFT}
        tx.execute(update(policies).where(p.id == policy_id).values(gone))
        audit(Action.POLICY_ARCHIVED, f"policies/{policy_id}", name=before.name)


def simulated(tx: Transaction, body: SimulationInput) -> list[Candidate]:
    """The policies that a simulation asks about; those in force, when it names none.

    Raises:
        PolicyNotFound: there is no policy whose place another one could take.
        Invalid: one of them cannot be.
    """
    if body.policies is not None:
        *others, last = body.policies
        for each in others:
            check(tx, each, catch_all=False)
        check(tx, last, catch_all=True)
        return [Candidate.of(each) for each in body.policies]
    present = in_force(tx)
    if body.policy is None:
        return present
    replaced = None if body.policy_id is None else _found(tx, body.policy_id)
    check(tx, body.policy, catch_all=replaced is not None and replaced.catch_all)
    return with_draft(present, Candidate.of(body.policy, body.policy_id))


def _refuse_telling_many(tx: Transaction, policy_id: int, body: PolicyInput, how: Publication) -> None:
    candidates = with_draft(in_force(tx), Candidate.of(body, policy_id))
    told = simulation.simulate(tx, candidates, Window.NOW, Scope(None), "UTC").by_moving.people
    if told > MOST_TOLD and how.expected_told != told:
        raise TellsMany(told, MOST_TOLD)


def _add_version(tx: Transaction, policy_id: int, body: PolicyInput, caller_id: int) -> tuple[int, int]:
    """Returns its id and its number."""
    newest = select(func.coalesce(func.max(v.version), 0) + 1).where(v.policy_id == policy_id)
    content = body.stored()
    values = {
        "policy_id": policy_id,
        "policy": content.pop("name"),
        "version": newest.scalar_subquery(),
        "published_by": caller_id,
        "lead_seconds": Steps(steps=tuple(body.steps)).lead_seconds,
        **content,
    }
    row = tx.execute(insert(policy_versions).values(values).returning(v.id, v.version)).one()
    return row.id, row.version


def _in_order(tx: Transaction) -> list[int]:
    """Ids of the policies in use, held so that nobody else orders them meanwhile."""
    placed = select(p.id).where(p.position.is_not(None)).order_by(p.position).with_for_update()
    return list(tx.execute(placed).scalars())


def _drafted(body: PolicyInput, caller_id: int) -> dict[str, Any]:
    return {"draft": body.stored(), "draft_by": caller_id, "draft_at": func.now()}


def _refuse_name(tx: Transaction, policy_id: int, name: str) -> None:
    """The name of a policy in force changes when it is published, and is told to be taken before that."""
    others = select(p.id).where(
        func.lower(p.name) == func.lower(name), p.id != policy_id, p.archived_at.is_(None)
    )
    if tx.execute(others).first():
        raise PolicyNameTaken(name)


def _locked(tx: Transaction, policy_id: int, tags: Tags) -> Policy:
    seen = [] if tags is None else [queries.TAG.in_(tags)]
    locked = tx.execute(select(p.id).where(p.id == policy_id, *seen).with_for_update()).one_or_none()
    current = _found(tx, policy_id)
    if locked is None:
        raise PolicyStale(current)
    return current


def _changeable(tx: Transaction, policy_id: int, tags: Tags) -> Policy:
    current = _locked(tx, policy_id, tags)
    if current.archived_at is not None:
        raise PolicyArchived(policy_id)
    return current


def _found(tx: Transaction, policy_id: int) -> Policy:
    found = queries.find(tx, policy_id)
    if found is None:
        raise PolicyNotFound(policy_id)
    return found


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Tell what PostgreSQL refuses."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "uq_policies_name":
            raise
        raise PolicyNameTaken(name) from None
