"""Which follow-ups a policy is for: read, refused where it cannot be, and the same in Python and in SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from followup_common.policy.conditions import Conditions, Facts, chosen, never_reached
from followup_common.policy.satisfiable import contradiction, pointless, pointless_choice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import Connection, text

from tests.support.company import Company

NEW_POLICY = text("INSERT INTO policies (name, position) VALUES (:name, :position) RETURNING id")
NEW_VERSION = text("""
    INSERT INTO policy_versions (policy_id, policy, version, steps, conditions)
    SELECT CAST(:policy AS bigint), :name, 1, steps, CAST(:conditions AS jsonb)
    FROM policy_versions ORDER BY id LIMIT 1 RETURNING id
""")

KINDS, TAGS, CURRENCIES = ["call", "task", "visit"], ["a", "b", "c d"], ["EUR", "USD"]
amounts = st.decimals(0, 5000, places=2)


def read(*conditions: dict[str, Any], either: tuple[dict[str, Any], ...] = ()) -> Conditions:
    return Conditions.model_validate({"all": [*conditions], "any": [*either]})


def among(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


def condition(field: str, value: st.SearchStrategy[Any], *ways: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"field": st.just(field), "is": st.sampled_from(ways), "value": value})


def conditions_of(people: list[int]) -> st.SearchStrategy[Conditions]:
    either = ("any_of", "none_of")
    one = st.one_of(
        condition("kind", among(KINDS), *either),
        condition("priority", among(["low", "normal", "high"]), *either),
        condition("subject", among(["lead", "client", "none"]), *either),
        condition("assignee", among(people), *either),
        condition("team", among(people), *either),
        condition("tags", among(TAGS), "has_any", "has_all", "has_none"),
        condition(
            "value",
            st.fixed_dictionaries({"amount": amounts.map(str), "currency": st.sampled_from(CURRENCIES)}),
            *("at_least", "at_most", "below"),
        ),
    )
    some = st.lists(one, max_size=3)
    return st.builds(lambda every, either: read(*every, either=tuple(either)), some, some)


@dataclass(frozen=True)
class Candidate:
    id: int
    conditions: Conditions


class Team:
    """Ada above Mia above Eve and Ben, and a lead and a client that they follow up."""

    def __init__(self, tx: Connection) -> None:
        company = Company(tx)
        self.tx = tx
        self.ada = company.person("Ada")
        self.mia = company.person("Mia", manager=self.ada)
        self.eve = company.person("Eve", manager=self.mia)
        self.ben = company.person("Ben", manager=self.mia)
        self.people = [self.ada, self.mia, self.eve, self.ben]
        self.above = {
            self.ada: [],
            self.mia: [self.ada],
            self.eve: [self.mia, self.ada],
            self.ben: [self.mia, self.ada],
        }
        add = "INSERT INTO subjects (kind, name) VALUES (:kind, 'X') RETURNING id"
        self.subjects = {
            kind: tx.execute(text(add), {"kind": kind}).scalar_one() for kind in ("lead", "client")
        }

    def facts(self) -> st.SearchStrategy[Facts]:
        def build(assignee: int, money: tuple[Decimal, str] | None, **more: Any) -> Facts:
            amount, currency = money or (None, None)
            line = frozenset({assignee, *self.above[assignee]})
            return Facts(assignee, line, amount=amount, currency=currency, **more)

        return st.builds(
            build,
            st.sampled_from(self.people),
            st.none() | st.tuples(amounts, st.sampled_from(CURRENCIES)),
            subject=st.sampled_from(["lead", "client", "none"]),
            kind=st.sampled_from(KINDS),
            priority=st.sampled_from(["low", "normal", "high"]),
            tags=st.frozensets(st.sampled_from(TAGS)),
        )

    def row(self, facts: Facts) -> str:
        """A follow-up as the database has it."""
        return json.dumps(
            {
                "assignee_id": facts.assignee_id,
                "subject_id": self.subjects.get(facts.subject),
                "kind": facts.kind,
                "priority": facts.priority,
                "tags": sorted(facts.tags),
                "value_amount": None if facts.amount is None else float(facts.amount),
                "value_currency": facts.currency,
            }
        )


@pytest.fixture
def team(tx: Connection) -> Team:
    return Team(tx)


def test_python_and_sql_agree_on_what_meets_conditions(team: Team) -> None:
    statement = text("SELECT conditions_hold(CAST(:conditions AS jsonb), CAST(:row AS jsonb))")

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conditions_of(team.people), team.facts())
    def agree(conditions: Conditions, facts: Facts) -> None:
        parameters = {"conditions": json.dumps(conditions.stored()), "row": team.row(facts)}
        assert team.tx.execute(statement, parameters).scalar_one() is conditions.hold(facts)
        assert Conditions.model_validate(conditions.stored()) == conditions

    agree()


def test_python_and_sql_choose_the_same_version(team: Team) -> None:
    tx = team.tx
    [standard] = tx.execute(text("SELECT id FROM policy_versions")).scalars()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(conditions_of(team.people), max_size=4), st.lists(team.facts(), min_size=1, max_size=5))
    def agree(listed: list[Conditions], rows: list[Facts]) -> None:
        with tx.begin_nested() as apart:
            tx.execute(text("UPDATE policies SET position = 100 WHERE name = 'standard'"))
            candidates = []
            for number, conditions in enumerate(listed):
                name = f"p{number}"
                policy = tx.execute(NEW_POLICY, {"name": name, "position": number + 1}).scalar_one()
                stored = json.dumps(conditions.stored())
                version = tx.execute(NEW_VERSION, {"policy": policy, "name": name, "conditions": stored})
                candidates.append(Candidate(version.scalar_one(), conditions))
            candidates.append(Candidate(standard, Conditions()))
            for facts in rows:
                found = tx.execute(text("SELECT policy_for(CAST(:row AS jsonb))"), {"row": team.row(facts)})
                assert found.scalar_one() == chosen(candidates, facts).id
            apart.rollback()

    agree()


@pytest.mark.parametrize(
    ("given_", "place", "says"),
    [
        ({"field": "colour", "is": "any_of", "value": ["red"]}, (), "colour"),
        ({"field": "kind", "is": "below", "value": ["call"]}, ("kind", "is"), "'any_of' or 'none_of'"),
        ({"field": "kind", "is": "any_of", "value": []}, ("kind", "value"), "give at least one"),
        ({"field": "priority", "is": "any_of", "value": ["urgent"]}, ("priority", "value", 0), "'low'"),
        ({"field": "team", "is": "any_of", "value": ["7"]}, ("team", "value", 0), "integer"),
        (
            {"field": "value", "is": "below", "value": {"amount": 12.5, "currency": "EUR"}},
            ("value", "value", "amount"),
            'write digits as a text, such as "1200.00"',
        ),
        (
            {"field": "value", "is": "below", "value": {"amount": "-1", "currency": "EUR"}},
            ("value", "value", "amount"),
            "of 0 or more",
        ),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(
    given_: dict[str, Any], place: tuple[object, ...], says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        read(given_)
    [error] = refused.value.errors()
    assert error["loc"] == ("all", 0, *place)
    assert says in error["msg"]


def test_the_same_condition_is_always_written_the_same_way() -> None:
    written = read({"field": "tags", "is": "has_any", "value": ["Key account", "VIP", "vip "]})
    expected = {"all": [{"field": "tags", "is": "has_any", "value": ["key account", "vip"]}]}
    assert written.stored() == expected
    assert Conditions().stored() == {}


def written(*given: tuple[str, str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple({"field": field, "is": way, "value": value} for field, way, value in given)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        (("priority", "none_of", ["low", "normal", "high"]), "no follow-up ever meets it"),
        (("priority", "any_of", ["low", "normal", "high"]), "every follow-up meets it"),
        (("subject", "none_of", ["lead", "client", "none"]), "no follow-up ever meets it"),
        (("tags", "has_any", ["vip, new"]), "has a comma"),
        (("tags", "has_none", ["vip;new"]), "has a comma or a semicolon"),
        (("tags", "has_all", [f"t{number}" for number in range(21)]), "more than 20 tags"),
        (("value", "below", {"amount": "0", "currency": "EUR"}), "no value is below 0"),
    ],
)
def test_a_condition_that_decides_nothing_by_its_values_is_found(
    given_: tuple[str, str, Any], says: str
) -> None:
    [condition] = read(*written(given_)).all
    assert says in (pointless(condition) or "")


@pytest.mark.parametrize(
    "given_",
    [
        ("priority", "none_of", ["low", "normal"]),
        ("tags", "has_any", [f"t{number}" for number in range(21)]),
        ("tags", "has_any", ["VIP"]),  # read as vip
        ("value", "at_least", {"amount": "0", "currency": "EUR"}),  # not one without a value
        ("value", "at_most", {"amount": "0", "currency": "EUR"}),
    ],
)
def test_one_that_may_hold_and_may_not_is_none(given_: tuple[str, str, Any]) -> None:
    [condition] = read(*written(given_)).all
    assert pointless(condition) is None


def test_a_choice_that_is_none_is_found() -> None:
    def says(*either: tuple[str, str, Any], beside: tuple[tuple[str, str, Any], ...] = ()) -> str:
        return pointless_choice(read(*written(*beside), either=written(*either))) or ""

    low = ("priority", "any_of", ["low"])
    assert "every follow-up meets one of those on priority" in says(low, ("priority", "none_of", ["low"]))
    assert "every follow-up" in says(low, ("priority", "any_of", ["normal", "high"]))
    assert "every follow-up" in says(("kind", "any_of", ["call"]), ("kind", "none_of", ["call"]))
    assert "every follow-up" in says(("tags", "has_any", ["a", "b"]), ("tags", "has_none", ["a"]))
    assert "with those of `all`" in says(low, beside=(("priority", "any_of", ["high"]),))
    assert says(low, ("kind", "any_of", ["call"]), beside=(("priority", "any_of", ["high"]),)) == ""
    assert says(("tags", "has_all", ["a", "b"]), ("tags", "has_none", ["a", "b"])) == ""
    assert says(low, ("kind", "none_of", ["call"])) == ""


def test_what_is_found_to_hold_for_none_or_for_all_does(team: Team) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conditions_of(team.people), team.facts())
    def agree(conditions: Conditions, facts: Facts) -> None:
        if contradiction(conditions):
            assert not conditions.hold(facts)
        for each in (*conditions.all, *conditions.any):
            if said := pointless(each):
                assert each.holds(facts) is said.startswith("every")
        if (said := pointless_choice(conditions)) and all(each.holds(facts) for each in conditions.all):
            assert any(each.holds(facts) for each in conditions.any) is said.startswith("every")

    agree()


def test_conditions_that_exclude_each_other_are_found() -> None:
    def excluded(*given: tuple[str, str, Any]) -> bool:
        return contradiction(read(*written(*given))) is not None

    assert excluded(*(("priority", "none_of", [each]) for each in ("low", "normal", "high")))
    assert excluded(("tags", "has_any", ["a", "b"]), ("tags", "has_none", ["a", "b", "c"]))
    assert not excluded(("tags", "has_any", ["a", "b"]), ("tags", "has_none", ["a"]))
    assert excluded(("team", "any_of", [1]), ("team", "none_of", [1, 2]))
    many = [f"t{number}" for number in range(12)]
    assert excluded(("tags", "has_all", many), ("tags", "has_all", [f"u{each}" for each in many]))
    euros = {"amount": "100.00", "currency": "EUR"}
    assert excluded(("kind", "any_of", ["call"]), ("kind", "none_of", ["call", "visit"]))
    assert excluded(("kind", "any_of", ["call"]), ("kind", "any_of", ["visit"]))
    assert excluded(("tags", "has_all", ["a"]), ("tags", "has_none", ["a"]))
    assert excluded(("value", "at_least", euros), ("value", "below", euros))
    assert not excluded(("value", "at_least", euros), ("value", "at_most", euros))
    assert excluded(("value", "at_least", euros), ("value", "at_least", {**euros, "currency": "USD"}))
    assert not excluded(("kind", "any_of", ["call"]), ("kind", "none_of", ["visit"]))
    assert not excluded(("team", "any_of", [1]), ("team", "any_of", [2]))


def test_what_is_behind_a_policy_for_everything_is_never_reached() -> None:
    some = read({"field": "kind", "is": "any_of", "value": ["call"]})
    assert never_reached([some, Conditions(), Conditions()]) == 2
    assert never_reached([some, some, Conditions()]) is None
