"""A credential provider: passwords that change while a DataFlow is in use."""

import itertools
import os
import re
import time

import pytest
from dataflow_engines import database  # noqa: F401 (a fixture)

import kailash
from kailash import DataFlowConfig


WHO = {"postgres": "SELECT current_user AS name", "mariadb": "SELECT SUBSTRING_INDEX(USER(), '@', 1) AS name"}


MAKE = {"postgres": "CREATE ROLE {name} LOGIN PASSWORD 'secret'",
        "mariadb": "CREATE USER '{name}'@'localhost' IDENTIFIED BY 'secret'"}
DROP = {"postgres": "DROP ROLE {name}", "mariadb": "DROP USER '{name}'@'localhost'"}
NUMBERS = itertools.count()


def as_user(url, name):
    """The URL with another user; MariaDB shows this database to everybody."""
    scheme, rest = url.split("://", 1)
    rest = re.sub(r"^[^@/]*@", "", rest)
    if "socket=" in rest:
        rest = re.sub(r"^/[^?]*", "/information_schema", rest)
    return f"{scheme}://{name}:secret@{rest}"


@pytest.fixture
def users(database):
    if database.engine == "sqlite":
        pytest.skip("SQLite knows no users")
    admin = kailash.DataFlow(database.url)
    names = [f"credential_{os.getpid()}_{next(NUMBERS)}" for _ in range(2)]
    for name in names:
        admin.execute_raw(MAKE[database.engine].format(name=name))
    yield names
    database.close()
    for name in names:
        admin.execute_raw(DROP[database.engine].format(name=name))
    admin.close()


def current(df, engine):
    return df.execute_raw(WHO[engine])[0]["name"]


def test_new_credentials_are_used_from_then_on(database, users):
    now, asked = [users[0]], []
    config = DataFlowConfig("postgresql://ignored" if database.engine == "postgres" else "mysql://ignored",
                            credential_provider=lambda: asked.append(1) or as_user(database.url, now[0]),
                            credential_refresh_interval_secs=1)
    df = database.dataflow(config=config)
    assert current(df, database.engine) == users[0]
    now[0] = users[1]
    time.sleep(1.1)
    assert current(df, database.engine) == users[1]
    assert df.execute_lightweight(WHO[database.engine])[0]["name"] == users[1]
    count = len(asked)
    current(df, database.engine)
    assert len(asked) == count, "it is asked once in an interval"


def test_a_transaction_keeps_its_connection(database, users):
    now = [users[0]]
    config = DataFlowConfig("x", credential_provider=lambda: as_user(database.url, now[0]),
                            credential_refresh_interval_secs=0)
    df = database.dataflow(config=config)
    with df.transaction() as tx:
        now[0] = users[1]
        assert current(df, database.engine) == users[1]
        assert tx.execute_raw(WHO[database.engine])[0]["name"] == users[0]
    assert current(df, database.engine) == users[1]


def test_credentials_that_do_not_hold_are_an_error(database, users):
    good = [True]

    def provider():
        return as_user(database.url, users[0]).replace(":secret@", ":secret@" if good[0] else ":wrong-one@")

    if database.engine == "postgres":
        pytest.skip("the test server trusts every user")
    config = DataFlowConfig("x", credential_provider=provider, credential_refresh_interval_secs=0)
    df = database.dataflow(config=config)
    good[0] = False
    with pytest.raises(kailash.DataFlowDatabaseError) as raised:
        current(df, database.engine)
    assert "wrong-one" not in str(raised.value)
    good[0] = True
    assert current(df, database.engine) == users[0]


def test_another_kind_of_database_is_refused(database):
    now = [database.url]
    config = DataFlowConfig("x", credential_provider=lambda: now[0], credential_refresh_interval_secs=0)
    df = database.dataflow(config=config)
    now[0] = "sqlite::memory:" if database.engine != "sqlite" else "postgresql://localhost/x"
    with pytest.raises((RuntimeError, ValueError)):
        df.execute_raw("SELECT 1")
    now[0] = database.url
    assert df.execute_raw("SELECT 1 AS a") == [{"a": 1}]
