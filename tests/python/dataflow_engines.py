"""A fresh database for each test, on each engine: what DataFlow does must not depend on the engine.

    def test_something(database):
        df = database.dataflow()               # opened, closed with the test; tables are made
        df.register_model(...)

The servers are those of tests/services; without them the tests of that engine are skipped. A module that says
WITHOUT_RETURNING = True has its tests run on MariaDB once more, taken for MySQL 8: that has no RETURNING, so what was
written is read back by its key.
"""

import itertools
import os

import pytest

import kailash

VARIABLES = {"sqlite": None, "postgres": "KAILASH_TEST_POSTGRES_URL", "mariadb": "KAILASH_TEST_MARIADB_URL"}
ENGINES = tuple(VARIABLES)
MYSQL = "mariadb as mysql"
NAMES = (f"dataflow_{os.getpid()}_{number}" for number in itertools.count())


class Database:
    """`engine` is sqlite, postgres or mariadb; `url` leads to a database that nobody else uses."""

    def __init__(self, engine, url):
        self.engine, self.url, self.opened = engine, url, []

    def __repr__(self):
        return f"Database({self.engine})"

    def dataflow(self, *models, config=None, auto_migrate=True, **settings):
        """A DataFlow with models; `settings` are those of a DataFlowConfig."""
        if config is None:
            config = kailash.DataFlowConfig(self.url, auto_migrate=auto_migrate, **settings)
        df = kailash.DataFlow(self.url, config=config)
        self.opened.append(df)
        for model in models:
            df.register_model(model)
        return df

    def quote(self, name):
        return f"`{name}`" if self.engine == "mariadb" else f'"{name}"'

    def close(self):
        for df in self.opened:
            df.close()


def _execute(url, text):
    df = kailash.DataFlow(url)
    try:
        df.execute_raw(text)
    finally:
        df.close()


def _on_server(engine, service_url, more=""):
    server, name = service_url(VARIABLES[engine]), next(NAMES)
    home = {"postgres": "/postgres?", "mariadb": "/kailash?"}[engine]
    assert home in server
    # PostgreSQL copies a database that nobody may be connected to: template1 others may just be copying.
    _execute(server, f"CREATE DATABASE {name}" + (" TEMPLATE template0" if engine == "postgres" else ""))
    try:
        database = Database(engine, server.replace(home, f"/{name}?{more}"))
        yield database
        database.close()
    finally:
        _execute(server, f"DROP DATABASE {name}" + (" WITH (FORCE)" if engine == "postgres" else ""))


def _on_file(tmp_path):
    database = Database("sqlite", f"sqlite:{tmp_path}/dataflow.db")
    yield database
    database.close()


def pytest_generate_tests(metafunc):
    """For conftest.py: which engines a test gets. A module may have another fixture of that name."""
    if "database" in metafunc.fixturenames and getattr(metafunc.module, "database", database) is database:
        more = (MYSQL,) if getattr(metafunc.module, "WITHOUT_RETURNING", False) else ()
        metafunc.parametrize("database", ENGINES + more, indirect=True)


@pytest.fixture
def database(request, tmp_path, service_url):
    """A fresh Database, one after another on each engine."""
    if request.param == "sqlite":
        yield from _on_file(tmp_path)
    elif request.param == MYSQL:
        yield from _on_server("mariadb", service_url, "server-version=8.0.36&")
    else:
        yield from _on_server(request.param, service_url)
