"""Lists that people choose from, and that admins edit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from followup_api.audit import Audit
from followup_api.choices import queries, service
from followup_api.choices.lists import KINDS, OUTCOMES, ChoiceList
from followup_api.choices.schemas import Choice, ChoiceCreate, ChoiceOrder, ChoicePatch, ChoiceQuery
from followup_api.etags import IfMatch
from followup_api.idempotency import Idempotent
from followup_api.pagination import Page
from followup_api.permissions import Caller, Permission, require
from followup_api.problems import documented
from followup_api.routing import api_router
from followup_api.schemas import PathId
from followup_api.unit_of_work import Work

Reader = Annotated[Caller, require(Permission.FOLLOW_UPS_READ)]
Writer = Annotated[Caller, require(Permission.CHOICES_WRITE)]


def router_of(choices: ChoiceList, one: str, several: str) -> APIRouter:
    """The routes of a list.

    Args:
        choices: the list.
        one: what one of them is called in the names of operations, such as `kind`.
        several: and what all are.
    """
    router = api_router(prefix=f"/{choices.path}", tags=[choices.plural.capitalize()])

    @router.get("", summary=f"List {choices.plural}", name=f"list_{several}")
    def list_choices(work: Work, _caller: Reader, query: Annotated[ChoiceQuery, Query()]) -> Page[Choice]:
        """Those in use, in the order in which people choose from them; or the archived ones by label."""
        return queries.page(work.tx, choices, query)

    @router.post(
        "",
        summary=f"Add {'an' if one[0] in 'aeiou' else 'a'} {choices.noun}",
        name=f"create_{one}",
        status_code=201,
        responses=documented(409),
    )
    def create(
        work: Work,
        _caller: Writer,
        body: ChoiceCreate,
        *,
        audit: Audit,
        response: Response,
        _once: Idempotent,
    ) -> Choice:
        """Add one at the end of the list."""
        return _tagged(service.add(work.tx, audit, choices, body.label), response)

    @router.put("/order", summary=f"Put {choices.plural} in order", name=f"order_{several}")
    def order(work: Work, _caller: Writer, body: ChoiceOrder, audit: Audit) -> Page[Choice]:
        """Put those in use into another order; answers the list."""
        service.put_in_order(work.tx, audit, choices, body.ids)
        return queries.page(work.tx, choices, ChoiceQuery(limit=200))

    @router.patch(
        "/{choice_id}",
        summary=f"Change {'an' if one[0] in 'aeiou' else 'a'} {choices.noun}",
        name=f"edit_{one}",
        responses=documented(404, 409, 412),
    )
    def edit(
        work: Work,
        _caller: Writer,
        choice_id: PathId,
        body: ChoicePatch,
        *,
        tags: IfMatch,
        audit: Audit,
        response: Response,
    ) -> Choice:
        """Rename one for people, archive it, or bring it back. What says its name stays as it is: none is
        deleted."""
        return _tagged(service.change(work.tx, audit, choices, choice_id, body, tags=tags), response)

    return router


kinds = router_of(KINDS, "kind", "kinds")
outcomes = router_of(OUTCOMES, "outcome", "outcomes")


def _tagged(choice: Choice, response: Response) -> Choice:
    response.headers["ETag"] = choice.etag
    return choice
