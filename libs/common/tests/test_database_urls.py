"""Database URLs: every usual form is taken, and libpq gets what it can read."""

import pytest
from followup_common.db.database import libpq_url, sqlalchemy_url
from psycopg.conninfo import conninfo_to_dict


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_scheme_is_taken(scheme: str) -> None:
    assert sqlalchemy_url(f"{scheme}://u:p@h:5432/d") == "postgresql+psycopg://u:p@h:5432/d"


def test_blanks_and_plus_signs_reach_libpq_as_they_are() -> None:
    url = "postgresql://u:p%2Bw@/d?host=/my%20data&options=-c%20role%3Da%2Bb"
    read = conninfo_to_dict(libpq_url(url))
    assert (read["password"], read["host"], read["options"]) == ("p+w", "/my data", "-c role=a+b")
