"""What documents say of policies is what is read."""

from __future__ import annotations

import re

import pytest
from followup_common.policy.audiences import audience_of
from followup_common.policy.models import Step

AUDIENCE = Step.model_json_schema()["properties"]["audience"]["items"]


@pytest.mark.parametrize(
    "name",
    ["assignee", "manager", "manager(2)", "manager(9)", "admins", "user(7)", "role(manager)", "role(admin)"],
)
def test_an_audience_is_a_name_that_is_read(name: str) -> None:
    assert AUDIENCE["type"] == "string"
    assert re.search(AUDIENCE["pattern"], name)
    audience_of(name)


@pytest.mark.parametrize("name", ["", "boss", "manager(0)", "user(0)", "role(employee)", "admins, manager"])
def test_what_is_not_read_is_no_name(name: str) -> None:
    assert not re.search(AUDIENCE["pattern"], name)
    with pytest.raises(ValueError, match="expected assignee"):
        audience_of(name)
