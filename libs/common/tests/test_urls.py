"""URLs of servers: whatever the password, every driver reads the same one, or the setting is named."""

import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from followup_common.db.database import libpq_url, sqlalchemy_url
from followup_common.settings import BrokerUrl, DatabaseUrl, ManagementUrl
from followup_common.urls import WrongUrl, server_url
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr, TypeAdapter, ValidationError
from sqlalchemy.engine import make_url

BACKUP = Path(__file__).parents[3] / "deploy" / "backup"

READABLE = {
    "pass%23word": "pass#word",
    "pass%2Fword": "pass/word",
    "pass%3Fword": "pass?word",
    "pass%5Bword": "pass[word",
    "pass[word": "pass[word",
    "pass%20word": "pass word",
    "pass+word": "pass+word",
    "pass%word": "pass%word",
    "pass;word": "pass;word",
    "pass:word": "pass:word",
    "pass%40word": "pass@word",
    "pass@word": "pass@word",
}
AMBIGUOUS = ["pass#word", "pass/word", "pass?word", "12#word", "12/word", "12?word"]
LINE_ENDS = ["", "\n", "\r\n", " "]


def of(kind: Any, url: str) -> str:
    checked: SecretStr = TypeAdapter(kind).validate_python(url)
    return checked.get_secret_value()


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("written", READABLE)
def test_every_driver_reads_the_password_that_is_meant(written: str, end: str) -> None:
    meant = READABLE[written]
    database = of(DatabaseUrl, f"postgres://some%40one:{written}@db/followup{end}")
    read = make_url(sqlalchemy_url(database))
    assert (read.username, read.password, read.host, read.database) == ("some@one", meant, "db", "followup")
    libpq = conninfo_to_dict(libpq_url(database))
    assert (libpq["user"], libpq["password"], libpq["dbname"]) == ("some@one", meant, "followup")
    broker = pika.URLParameters(of(BrokerUrl, f"amqp://someone:{written}@mq/%2F{end}"))
    assert (broker.credentials.password, broker.host, broker.virtual_host) == (meant, "mq", "/")
    management = httpx.URL(of(ManagementUrl, f"http://someone:{written}@mq:15672/{end}"))
    assert (management.password, management.host, management.port) == (meant, "mq", 15672)


@pytest.mark.parametrize("password", AMBIGUOUS)
@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (DatabaseUrl, "postgresql://someone:{}@db/followup"),
        (BrokerUrl, "amqp://someone:{}@mq/"),
        (ManagementUrl, "http://someone:{}@mq:15672/"),
    ],
)
def test_a_password_that_can_be_read_in_two_ways_is_refused_and_not_shown(
    kind: Any, url: str, password: str
) -> None:
    with pytest.raises(ValidationError) as error:
        of(kind, url.format(password))
    said = error.value.errors()[0]["msg"]
    assert "%2F" in said
    assert "word" not in said.replace("password", "")


@pytest.mark.parametrize("password", AMBIGUOUS)
def test_drivers_never_see_one_that_is_refused(password: str) -> None:
    for made in (sqlalchemy_url, libpq_url):
        with pytest.raises(WrongUrl) as error:
            made(f"postgresql://someone:{password}@db/followup")
        assert password not in str(error.value)


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@h1:1,h2:2/d?sslmode=require", "postgresql://u:p@/d?host=h1:1&host=h2:2"]
)
def test_several_hosts_are_the_same_to_both_drivers(url: str) -> None:
    assert make_url(sqlalchemy_url(url)).query["host"] == ("h1:1", "h2:2")
    libpq = conninfo_to_dict(libpq_url(url))
    assert (libpq["host"], libpq["port"]) == ("h1,h2", "1,2")


@pytest.mark.parametrize(
    ("kind", "url", "said"),
    [
        (BrokerUrl, "amqp://u:p@h1:1,h2:2/", "several hosts"),
        (BrokerUrl, "amqp://u:p@h1:1;amqp://u:p@h2:2", "several hosts"),
        (BrokerUrl, "amqp://someone@h/", "no password"),
        (DatabaseUrl, "postgresql://u:p@h:70000/d", "port"),
    ],
)
def test_what_no_driver_takes_is_named(kind: Any, url: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        of(kind, url)


def test_an_address_of_ipv6_and_a_query_stay_as_they_are() -> None:
    url = "postgresql://u:p@[::1]:5432/d?options=-c%20search_path%3Dx&user=a%40b"
    assert str(server_url(url, "postgresql")) == url
    assert server_url(url, "postgresql").place == "[::1]:5432"


def test_a_url_does_not_show_its_password() -> None:
    assert "hidden" not in repr(server_url("amqp://u:hidden@h/?password=hidden", "amqp"))


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
@pytest.mark.parametrize("password", ["pass/word", "pass#word"])
def test_the_scripts_of_backups_refuse_what_psql_would_misread_and_quote(
    script: str, password: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "FOLLOWUP_DATABASE_URL": f"postgresql://someone:{password}@db/followup"}
    ended = subprocess.run(
        ["sh", BACKUP / script, tmp_path / "x"], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "%2F" in ended.stderr
    assert "word" not in ended.stderr.replace("password", "")
