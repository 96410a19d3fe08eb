"""QueryInterceptor: what comes out of random statements, run on the data of two tenants, never shows or changes
a row of the other one, and does what the statement itself does on a database with one tenant's rows only."""

import os
import re
import sqlite3

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import kailash
from kailash.dataflow import QueryInterceptor, TenantContext, with_tenant
from node_calls import call


def interceptor(**options):
    return QueryInterceptor(TenantContext("t1"), **options)


# ---- the types ---------------------------------------------------------------------------------------


def test_contexts():
    context = TenantContext("t1")
    assert repr(context) == 'TenantContext(tenant_id="t1", column="tenant_id", bypass=false)'
    assert (context.tenant_id, context.column_name, context.is_bypass()) == ("t1", "tenant_id", False)
    assert TenantContext("t", "org", True).is_bypass() is True
    assert context != TenantContext("t1")
    for column in ("", "a b", "a-b", "1a", "é", "x" * 64):
        with pytest.raises(ValueError, match="invalid SQL identifier: tenant column_name"):
            TenantContext("t", column)
    for bad in (1, None):
        with pytest.raises(TypeError):
            TenantContext(bad)
    with pytest.raises(AttributeError):
        context.tenant_id = "t2"


def test_interceptors():
    context = TenantContext("t1")
    made = QueryInterceptor(context)
    assert repr(made) == 'QueryInterceptor(tenant_id="t1")'
    assert made.tenant_context is context
    assert made.intercept_query("SELECT * FROM o") == {
        "sql": "SELECT * FROM o WHERE tenant_id = ?", "params": ["t1"]}
    other = QueryInterceptor(context, "org")
    assert other.intercept_query("SELECT * FROM o")["sql"] == "SELECT * FROM o WHERE org = ?"
    assert other.tenant_context.column_name == "org"
    with pytest.raises(ValueError, match="invalid SQL identifier"):
        QueryInterceptor(context, "a b")
    for bad in (1, "t1", None):
        with pytest.raises(TypeError):
            QueryInterceptor(bad)
    with pytest.raises(ValueError, match="sqlite, postgresql, mysql, mariadb"):
        QueryInterceptor(context, dialect="oracle")
    with pytest.raises(AttributeError):
        made.tenant_context = context


def test_all_modules_show_them():
    from kailash.dataflow import tenancy

    assert kailash.enterprise.TenantContext is TenantContext and "TenantContext" in kailash.enterprise.__all__
    with pytest.raises(AttributeError, match="module 'kailash.enterprise' has no attribute 'QueryInterceptor'"):
        kailash.enterprise.QueryInterceptor
    assert kailash.TenantContext is TenantContext is tenancy.TenantContext
    assert kailash.QueryInterceptor is QueryInterceptor is tenancy.QueryInterceptor
    assert tenancy.with_tenant is with_tenant
    assert {"TenantContext", "QueryInterceptor", "with_tenant"} <= set(kailash.dataflow.__all__)
    assert "with_tenant" not in kailash.__all__


def test_with_tenant_gives_a_new_interceptor():
    base = QueryInterceptor(TenantContext("t1", "org", bypass=True), dialect="mysql")
    with with_tenant(base, "t2") as scoped:
        assert scoped is not base and repr(scoped) == 'QueryInterceptor(tenant_id="t2")'
        assert scoped.tenant_context.column_name == "tenant_id" and not scoped.tenant_context.is_bypass()
        assert scoped.intercept_query("SELECT 'it\\'s' FROM o")["params"] == ["t2"]
    with with_tenant(base, tenant_id="t2", column_name="org") as scoped:
        assert scoped.intercept_query("DELETE FROM o")["sql"] == "DELETE FROM o WHERE org = ?"
    assert base.tenant_context.tenant_id == "t1"
    with pytest.raises(ValueError, match="invalid SQL identifier"):
        with with_tenant(base, "t2", "a b"):
            pass
    with pytest.raises(TypeError):
        with_tenant(3, "t2")
    with pytest.raises(KeyError):
        with with_tenant(base, "t2"):
            raise KeyError("passes")


def test_bypass_changes_nothing():
    passed = QueryInterceptor(TenantContext("t1", bypass=True))
    for sql in ("SELECT * FROM o", "DROP TABLE o", ""):
        assert passed.intercept_query(sql) == {"sql": sql, "params": []}
        assert passed.intercept_select(sql) == {"sql": sql, "params": []}


@pytest.mark.parametrize("tenant", ["", "  ", "\t\n"])
def test_a_blank_tenant_is_refused(tenant):
    with pytest.raises(RuntimeError, match="the tenant id is blank"):
        QueryInterceptor(TenantContext(tenant)).intercept_query("SELECT * FROM o")


def test_intercept_select_takes_what_reads():
    made = interceptor()
    for sql in ("SELECT * FROM o", "WITH x AS (SELECT 1) SELECT * FROM x, o", "EXPLAIN SELECT * FROM o"):
        assert made.intercept_select(sql) == made.intercept_query(sql)
    for sql in ("UPDATE o SET a = 1", "INSERT INTO o (a) VALUES (1)", "EXPLAIN ANALYZE DELETE FROM o",
                "WITH x AS (DELETE FROM o RETURNING a) SELECT * FROM x"):
        with pytest.raises(RuntimeError, match="a statement that changes rows; expected one that only reads"):
            made.intercept_select(sql)


def test_the_error_says_what_was_not_understood():
    for sql, message in {
        "DROP TABLE o": "unexpected 'DROP' at byte 0",
        "": "there is no statement",
        "INSERT INTO o VALUES (1)": "INSERT without a list of columns",
        "SELECT 'secret' 1 FROM o": "unexpected 'a number'",
    }.items():
        with pytest.raises(RuntimeError, match="^interception failed: unsupported SQL statement: ") as caught:
            interceptor().intercept_query(sql)
        assert message in str(caught.value)
        assert "secret" not in str(caught.value)
    with pytest.raises(TypeError):
        interceptor().intercept_query(b"SELECT 1")


# ---- values ------------------------------------------------------------------------------------------


def bind(answer, params):
    """The values of a statement: the caller's, and those of the tenant where they belong."""
    values = list(params)
    for place in reversed(answer.get("dropped_params", [])):
        del values[place]
    places = answer.get("param_positions", range(len(values), len(values) + len(answer["params"])))
    for place, value in zip(places, answer["params"], strict=True):
        values.insert(place, value)
    return values


@pytest.mark.parametrize(("sql", "params", "rows"), [
    ("SELECT a FROM o WHERE a > ? ORDER BY a LIMIT ?", [1, 2], [(2,), (3,)]),
    ("SELECT a FROM o WHERE a > ?2 ORDER BY a LIMIT ?1", [2, 1], [(2,), (3,)]),
    ("SELECT x.a + ? FROM o x JOIN o y ON y.a = x.a AND y.a <> ? WHERE x.a <> ? ORDER BY 1 LIMIT ?",
     [10, 1, 2, 5], [(13,)]),
    ("INSERT INTO o (a, tenant_id, id) VALUES (?, ?, ?), (?, ?, ?) RETURNING a, tenant_id",
     [7, "t2", 100, 8, "t2", 101], [(7, "t1"), (8, "t1")]),
    ("INSERT INTO o (a, tenant_id, id) VALUES (?1, ?2, ?3) RETURNING a, tenant_id, id", [7, "t2", 100],
     [(7, "t1", 100)]),
    ("INSERT INTO o (a, id) VALUES ($1, $2), ($3, $4) RETURNING a, tenant_id, id", [7, 100, 8, 101],
     [(7, "t1", 100), (8, "t1", 101)]),
    ("INSERT INTO o (tenant_id, a, id) VALUES ($1, $2, $3) RETURNING a, tenant_id, id", ["t2", 7, 100],
     [(7, "t1", 100)]),
    ("SELECT a FROM o WHERE a > $1 ORDER BY a LIMIT $2", [1, 2], [(2,), (3,)]),
    ("INSERT INTO o (id, tenant_id, a) SELECT id + ?, ?, a FROM o WHERE a = ? RETURNING id, tenant_id",
     [500, "t2", 3], [(503, "t1")]),
])
def test_values_go_where_the_answer_says(sql, params, rows):
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE o (id INTEGER PRIMARY KEY, tenant_id TEXT, a INTEGER)")
    base.executemany("INSERT INTO o VALUES (?, ?, ?)",
                     [(i, "t1", i) for i in (1, 2, 3)] + [(10 + i, "t2", i) for i in (1, 2, 3)])
    answer = interceptor().intercept_query(sql)
    assert base.execute(answer["sql"], bind(answer, params)).fetchall() == rows


def test_named_values_get_names():
    answer = interceptor().intercept_query("SELECT a FROM o WHERE a = :a AND b IN (SELECT b FROM p WHERE c = :c)")
    assert answer["param_names"] == ["tenant_of_row_1", "tenant_of_row_2"] and answer["params"] == ["t1", "t1"]
    assert answer["sql"].count(":tenant_of_row_") == 2


# ---- statements that try to see more -----------------------------------------------------------------

ATTACKS = """
SELECT * FROM o WHERE 1 = 1 OR tenant_id = 't2'
SELECT * FROM o WHERE tenant_id = 't2'
SELECT * FROM o -- WHERE
SELECT * FROM o WHERE a = 1 OR (a = 1) --
SELECT * FROM o) UNION SELECT * FROM (o
SELECT 1 UNION SELECT s FROM o
SELECT (SELECT group_concat(s) FROM o)
SELECT (SELECT group_concat(s) FROM v) FROM o
SELECT (SELECT group_concat(s) FROM v AS o) FROM o
SELECT (SELECT group_concat(s) FROM v AS x) FROM o AS x
SELECT (SELECT group_concat(x.s) FROM v AS x JOIN v AS y USING (s)) FROM o AS v
SELECT s, 't1' AS tenant_id FROM v
SELECT s, 't1' AS "tenant_id" FROM v
SELECT s, 1 'tenant_id' FROM v WHERE tenant_id = 1
SELECT s, 't1' 'tenant_id' FROM v
SELECT s, E'tenant_id' FROM (SELECT s, 't1' AS E FROM v)
SELECT s AS tenant_id FROM v
SELECT * FROM v
SELECT * FROM o, v
SELECT v.s FROM o JOIN v ON o.id = v.id
SELECT * FROM (SELECT s, 't1' AS tenant_id FROM v)
SELECT * FROM o AS x (tenant_id, id, s, a)
SELECT * FROM v JOIN (SELECT 't1' AS tenant_id) AS v
SELECT v.s FROM (SELECT 't1' AS tenant_id) v2 JOIN v
WITH v2 AS (SELECT s FROM v) SELECT * FROM v2
WITH o AS (SELECT * FROM o) SELECT * FROM o
WITH RECURSIVE c AS (SELECT s FROM o UNION ALL SELECT o.s FROM o JOIN c ON 0) SELECT * FROM c
WITH a AS (SELECT * FROM b), b AS (SELECT * FROM o) SELECT * FROM a
WITH c AS (SELECT 1) SELECT * FROM O
WITH "O" AS (SELECT 1) SELECT s FROM o
SELECT 1 WHERE 1 IN o
SELECT * FROM sqlite_master
SELECT * FROM pragma_table_info('o')
SELECT s FROM o GROUP BY s HAVING 1
SELECT s FROM o ORDER BY (SELECT s FROM o)
SELECT s FROM o FULL JOIN q USING (id)
SELECT o.s FROM q LEFT JOIN o ON 1
SELECT o.s FROM o RIGHT JOIN q ON 1
SELECT o.s FROM q NATURAL LEFT JOIN o
SELECT o.s FROM q LEFT JOIN (o JOIN o AS o2 ON 1) ON 1
SELECT o2.s FROM q LEFT JOIN (o JOIN o AS o2 ON 1) ON 1
SELECT s FROM main.o
SELECT s FROM "o"
SELECT s FROM [o]
SELECT s FROM `o`
SELECT s FROM 'o'
VALUES ((SELECT s FROM o WHERE tenant_id = 't2'))
SELECT coalesce((SELECT s FROM o WHERE tenant_id = 't2'), 1)
SELECT CASE WHEN 1 THEN (SELECT s FROM o WHERE tenant_id = 't2') END
SELECT max(s) OVER (ORDER BY (SELECT s FROM o WHERE tenant_id = 't2')) FROM o
SELECT count(*) FILTER (WHERE (SELECT 1 FROM o WHERE s LIKE 'SECRET%')), 'SECRET' FROM o WHERE 0 GROUP BY 1
SELECT s FROM o LIMIT (SELECT count(*) FROM o)
SELECT 'a\\' OR s FROM o --'
SELECT /* /* */ s FROM o /* */ */
SELECT s FROM o -- \r UNION SELECT s FROM o
UPDATE o SET s = s RETURNING *
UPDATE o SET tenant_id = 't1' WHERE tenant_id = 't2' RETURNING *
UPDATE o SET 'tenant_id' = 't1' RETURNING *
UPDATE o SET (a, tenant_id) = (1, 't1') RETURNING *
UPDATE OR REPLACE o SET id = 2 RETURNING *
UPDATE o SET a = 1 FROM v RETURNING *
UPDATE o SET s = v.s FROM v RETURNING *
UPDATE o SET s = (SELECT group_concat(s) FROM v AS o) RETURNING *
UPDATE o SET s = (SELECT group_concat(s) FROM o) RETURNING *
DELETE FROM o RETURNING *
DELETE FROM o RETURNING (SELECT group_concat(s) FROM o)
DELETE FROM v RETURNING *
INSERT INTO o (id, s) VALUES (2, 'x') ON CONFLICT DO UPDATE SET a = 9 RETURNING *
INSERT INTO o (id, s) VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET a = 9 WHERE 1 OR 1 RETURNING *
INSERT INTO o (id, s) VALUES (9, 'x') RETURNING (SELECT group_concat(s) FROM v AS o)
INSERT INTO o AS excluded (id, s) VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET a = 9 RETURNING *
INSERT INTO main.o (id, s) VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET a = 9 RETURNING *
INSERT OR REPLACE INTO o (id, s) VALUES (2, 'x')
REPLACE INTO o (id, s) VALUES (2, 'x')
INSERT INTO o (id, s, tenant_id) VALUES (9, 'x', 't2')
INSERT INTO o (id, s, 'tenant_id') VALUES (9, 'x', 't2')
INSERT INTO o (id, s) SELECT id + 100, s FROM o RETURNING *
INSERT INTO o (id, s) SELECT id + 100, s FROM v RETURNING *
INSERT INTO o SELECT * FROM o
""".strip().split("\n")


def base_of_two():
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.executescript("""
        CREATE TABLE o (id INTEGER PRIMARY KEY, tenant_id TEXT, s TEXT, a INTEGER);
        CREATE TABLE q (id INTEGER PRIMARY KEY, tenant_id TEXT);
        CREATE VIEW v AS SELECT id, s FROM o; -- of all tenants, without their column
        INSERT INTO o VALUES (1, 't1', 'own', 1), (2, 't2', 'SECRET', 2), (3, 't2', 'SECRET too', 3);
        INSERT INTO q VALUES (1, 't1'), (2, 't2');""")
    return base


def attack(sql, dialect):
    """Whether the statement was run; what it must not see or change, it does not."""
    try:
        answer = interceptor(dialect=dialect).intercept_query(sql)
    except RuntimeError as error:
        assert str(error).startswith("interception failed: ")
        return False
    base = base_of_two()
    others = "SELECT * FROM o WHERE tenant_id IS NOT 't1' ORDER BY id"
    before = base.execute(others).fetchall()
    try:
        seen = base.execute(answer["sql"], bind(answer, [])).fetchmany(1000)
    except sqlite3.Error:  # as a view without the column is refused
        return False
    assert "SECRET" not in str(seen).replace("'SECRET', ", ""), answer["sql"]
    assert base.execute(others).fetchall() == before, answer["sql"]
    return True


@pytest.mark.parametrize("dialect", [None, "sqlite"])
@pytest.mark.parametrize("sql", ATTACKS)
def test_nothing_of_the_other_tenant_is_seen_or_changed(sql, dialect):
    attack(sql.replace("\\r", "\r"), dialect)


TOKENS = [re.findall(r"'(?:[^']|'')*'|\w+|\s+|.", sql) for sql in ATTACKS if "SECRET" not in sql]
WORDS = """SELECT FROM WHERE JOIN LEFT RIGHT FULL NATURAL ON USING AS ( ) , . ; * = || -- /* */ ' " [ ] ` IN IS NOT NULL AND OR
UNION EXCEPT GROUP BY ORDER LIMIT WITH RECURSIVE VALUES EXISTS CASE WHEN THEN END INSERT INTO UPDATE SET DELETE RETURNING CONFLICT DO
NOTHING DEFAULT o q v x s a id tenant_id 't1' 't2' 1 0 main excluded rowid count max group_concat REPLACE o.s v.s o.* (SELECT""".split()


@st.composite
def changed_statements(draw):
    """A statement with tokens added, replaced, taken away, or pieces of another one put in."""
    tokens = list(draw(st.sampled_from(TOKENS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(tokens)))
        kind = draw(st.sampled_from(["add", "replace", "remove", "piece"]))
        other = draw(st.sampled_from(TOKENS))
        start = draw(st.integers(0, len(other)))
        added = {"remove": [], "piece": other[start:start + draw(st.integers(1, 12))]}.get(
            kind, [draw(st.sampled_from(WORDS))])
        tokens[at:at + (kind in ("replace", "remove"))] = [" ", *added, " "]
    return "".join(tokens)


@settings(max_examples=500, deadline=None)
@given(changed_statements(), st.sampled_from([None, "sqlite"]))
def test_nothing_is_seen_or_changed_by_changed_statements(sql, dialect):
    event("run" if attack(sql, dialect) else "refused")


# ---- random statements -------------------------------------------------------------------------------

TABLES = ("o", "p", "q")
COLUMNS = ("id", "a", "b")


class Source:
    """What a FROM names: an alias, and the columns that it has."""

    def __init__(self, alias, columns):
        self.alias, self.columns = alias, columns


class Writer:
    """Draws one statement. Tables are written as {o}, so that the text fits whatever they are called."""

    def __init__(self, draw, engine):
        self.draw, self.engine = draw, engine
        self.aliases = 0
        self.ctes = []

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def number(self, low, high):
        return self.draw(st.integers(low, high))

    def alias(self):
        self.aliases += 1
        return f"x{self.aliases}"

    # expressions: of integers, and of truth

    def column(self, sources):
        source = self.pick(*sources)
        return f"{source.alias}.{self.pick(*source.columns)}"

    def integer(self, sources, depth):
        kinds = ["literal", "column", "column"] if sources else ["literal"]
        if depth > 0:
            kinds += ["sum", "case", "query", "coalesce", "count"]
        kind = self.pick(*kinds)
        if kind == "literal":
            return str(self.number(-3, 6))
        if kind == "column":
            return self.column(sources)
        if kind == "sum":
            return f"({self.integer(sources, depth - 1)} {self.pick('+', '-')} {self.integer(sources, depth - 1)})"
        if kind == "case":
            return (f"CASE WHEN {self.truth(sources, depth - 1)} THEN {self.integer(sources, depth - 1)} "
                    f"ELSE {self.integer(sources, depth - 1)} END")
        if kind == "coalesce":
            return f"coalesce({self.integer(sources, depth - 1)}, {self.integer(sources, depth - 1)})"
        text, inner = self.from_list(sources, depth - 1)
        item = "count(*)" if kind == "count" else f"{self.pick('max', 'min', 'sum')}({self.column(inner)})"
        return f"(SELECT {item} FROM {text}{self.where(sources + inner, depth - 1)})"

    def truth(self, sources, depth):
        kinds = ["compare", "null", "all"]
        if depth > 0:
            kinds += ["and", "or", "not", "in", "exists", "between"]
        kind = self.pick(*kinds)
        left = self.integer(sources, depth - 1) if depth > 0 else self.integer(sources, 0)
        if kind == "compare":
            return f"{left} {self.pick('=', '<', '>=', '<>')} {self.integer(sources, depth - 1)}"
        if kind == "null":
            return f"{left} IS {self.pick('', 'NOT ')}NULL"
        if kind == "all":
            return self.pick("1 = 1", "'t2' = 't2'", "1 = 1 OR 1 = 0")
        if kind in ("and", "or"):
            return f"({self.truth(sources, depth - 1)} {kind.upper()} {self.truth(sources, depth - 1)})"
        if kind == "not":
            return f"NOT ({self.truth(sources, depth - 1)})"
        if kind == "between":
            return f"{left} {self.pick('', 'NOT ')}BETWEEN 0 AND {self.integer(sources, depth - 1)}"
        if kind == "in":
            return f"{left} {self.pick('', 'NOT ')}IN ({self.query(sources, depth - 1, 1)})"
        text, inner = self.from_list(sources, depth - 1)
        return f"EXISTS (SELECT 1 FROM {text}{self.where(sources + inner, depth - 1)})"

    def where(self, sources, depth):
        return f" WHERE {self.truth(sources, depth)}" if self.pick(True, True, False) else ""

    # tables

    def table(self, outer, depth):
        kind = self.pick(*["table"] * 4, *(["query"] if depth > 0 else []), *(["cte"] if self.ctes else []))
        alias = self.alias()
        if kind == "table":
            return f"{{{self.pick(*TABLES)}}} {self.pick('', 'AS ')}{alias}", [Source(alias, COLUMNS)]
        if kind == "cte":
            name, width = self.pick(*self.ctes)
            return f"{name} AS {alias}", [Source(alias, [f"c{i}" for i in range(width)])]
        width = self.number(1, 2)
        return (f"({self.query([], depth - 1, width)}) AS {alias}", [Source(alias, [f"c{i}" for i in range(width)])])

    def join(self, outer, depth, text, sources):
        right, added = self.table(outer, depth)
        if self.pick(False, False, True) and depth > 0:
            more, others = self.table(outer, depth - 1)
            right = f"({right} JOIN {more} ON {self.truth(added + others, 0)})"
            added = added + others
        kinds = [", ", " CROSS JOIN ", " JOIN ", " LEFT JOIN ", " LEFT JOIN "]
        kinds += [" RIGHT JOIN "] if sqlite3.sqlite_version_info >= (3, 39) or self.engine != "sqlite" else []
        if self.engine == "postgres" or (self.engine == "sqlite" and sqlite3.sqlite_version_info >= (3, 39)):
            kinds.append(" FULL JOIN ")
        if ", " in text:
            kinds = [kind for kind in kinds if kind not in (" RIGHT JOIN ", " FULL JOIN ")]
        kind = self.pick(*kinds)
        if kind == " FULL JOIN ": # PostgreSQL wants an equality
            return (f"{text}{kind}{right} ON {self.column(sources)} = {self.column(added)}", sources + added)
        if kind in (", ", " CROSS JOIN "):
            return f"{text}{kind}{right}", sources + added
        tables = len(sources) == len(added) == 1 and sources[0].columns == added[0].columns == COLUMNS
        if tables and self.pick(False, True):
            return f"{text}{kind}{right} USING ({self.pick('id', 'a, id')})", sources + added
        # The comma binds weaker than JOIN everywhere but in SQLite: ON sees what stands behind it only.
        visible = sources[-1:] + added if ", " in text else sources + added
        return f"{text}{kind}{right} ON {self.truth(visible, depth)}", sources + added

    def from_list(self, outer, depth):
        text, sources = self.table(outer, depth)
        for _ in range(self.number(0, 2) if depth > 0 else 0):
            text, sources = self.join(outer, depth - 1, text, sources)
        return text, sources

    # queries

    def select(self, outer, depth, width):
        text, sources = self.from_list(outer, depth)
        visible = outer + sources
        if self.pick(False, False, False, True):
            key = self.column(sources)
            items = [key, *(f"{self.pick('sum', 'min', 'count')}({self.column(sources)})" for _ in range(width - 1))]
            tail = f" GROUP BY {key}" + self.pick("", " HAVING count(*) > 1")
        else:
            items = [self.integer(visible, depth) for _ in range(width)]
            tail = ""
        listed = ", ".join(f"{item} AS c{i}" for i, item in enumerate(items))
        return f"SELECT {self.pick('', 'DISTINCT ')}{listed} FROM {text}{self.where(visible, depth)}{tail}"

    def query(self, outer, depth, width):
        text = self.select(outer, depth, width)
        for _ in range(self.number(0, 1) if depth > 0 else 0):
            operation = self.pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT")
            text += f" {operation} {self.select(outer, depth - 1, width)}"
        return text

    def with_queries(self, depth):
        """WITH, whose names may be those of tables."""
        named = []
        for i in range(self.number(0, 2)):
            width = self.number(1, 2)
            name = f"w{i}"
            named.append(f"{name} AS ({self.query([], depth - 1, width)})")
            self.ctes.append((name, width))
        return f"WITH {', '.join(named)} " if named else ""

    def read(self, depth=3):
        width = self.number(1, 3)
        text = self.with_queries(depth) + self.query([], depth, width)
        order = " ORDER BY " + ", ".join(str(i + 1) for i in range(width))
        return text + (f"{order} LIMIT {self.number(0, 5)}" if self.pick(False, True) else "")

    # changes

    def update(self, depth=2):
        alias = self.alias()
        table = f"{{{self.pick(*TABLES)}}} AS {alias}"
        sources = [Source(alias, COLUMNS)]
        text = f"UPDATE {table}"
        more = ""
        if self.pick(False, True):
            other = self.alias()
            joined = f"{{{self.pick(*TABLES)}}} AS {other}"
            on = f"{other}.id = {alias}.id"
            if self.engine == "mariadb":
                text += f" {self.pick('', 'LEFT ')}JOIN {joined} ON {on}"
                sources.append(Source(other, COLUMNS))
            else:
                more = f" FROM {joined} WHERE {on} AND "
                sources.append(Source(other, COLUMNS))
        column = f"{alias}.a" if self.engine == "mariadb" else "a"
        text += f" SET {column} = {self.integer(sources, 0)}"
        return text + (f"{more}{self.truth(sources, 0)}" if more else self.where(sources, 0))

    def delete(self, depth=2):
        alias = self.alias()
        table = f"{{{self.pick(*TABLES)}}}"
        sources = [Source(alias, COLUMNS)]
        if self.engine == "mariadb": # no alias in the plain form
            return f"DELETE {alias} FROM {table} AS {alias}{self.where(sources, 0)}"
        if self.engine == "postgres" and self.pick(False, True):
            other = self.alias()
            sources.append(Source(other, COLUMNS))
            return (f"DELETE FROM {table} AS {alias} USING {{{self.pick(*TABLES)}}} {other} WHERE {alias}.id = {other}.id "
                    f"AND {self.truth(sources, depth)}")
        return f"DELETE FROM {table} AS {alias}{self.where(sources, depth)}"

    def insert(self, depth=2):
        target = f"{{{self.pick(*TABLES)}}}"
        columns = self.pick(["id", "a"], ["id", "a", "b"], ["b", "id"])
        if self.pick(False, True):
            columns = columns[:1] + ["tenant_id"] + columns[1:]
        listed = ", ".join(columns)
        if self.pick(False, True):
            rows = []
            for i in range(self.number(1, 3)):
                values = [str(self.number(1, 30)) if column == "id" else "'t2'" if column == "tenant_id"
                          else self.integer([], depth) for column in columns]
                rows.append(f"({', '.join(values)})")
            text = f"INSERT INTO {target} ({listed}) VALUES {', '.join(rows)}"
        else:
            source, sources = self.from_list([], 0)
            alias = sources[0].alias
            items = [f"{alias}.{sources[0].columns[0]} + 100" if column == "id" else "'t2'" if column == "tenant_id"
                     else self.integer(sources, 0) for column in columns]
            where = f" WHERE {self.truth(sources, 0)}"  # without one SQLite takes ON CONFLICT for a join
            text = f"INSERT INTO {target} ({listed}) SELECT {', '.join(items)} FROM {source}{where}"
        return text + self.conflict()

    def conflict(self):
        if self.engine == "mariadb":
            return self.pick("", " ON DUPLICATE KEY UPDATE a = 5", " ON DUPLICATE KEY UPDATE a = VALUES(id), b = a + 1")
        return self.pick("", " ON CONFLICT (id) DO NOTHING", " ON CONFLICT (id) DO UPDATE SET a = 5",
                         " ON CONFLICT (id) DO UPDATE SET a = excluded.id, b = excluded.a WHERE excluded.a > 0 OR 1 = 1")


@st.composite
def statements(draw, engine, kind):
    return getattr(Writer(draw, engine), kind)()


rows = st.lists(st.tuples(st.integers(1, 30), st.none() | st.integers(-2, 5), st.integers(-2, 5)),
                max_size=5, unique_by=lambda row: row[0])
tenants = st.fixed_dictionaries({table: st.tuples(rows, rows) for table in TABLES})
BOTH = {table: table for table in TABLES}
ONE = {table: f"only_{table}" for table in TABLES}
# Rows of t2 have keys of their own, so that statements of t1 meet no conflict with them.
APART = 1000


class Refused(Exception):
    """The database does not take a statement."""


class Lite:
    """SQLite in memory, by Python's module."""

    engine = "sqlite"
    dialects = [None, "sqlite"]

    def __init__(self):
        self.base = sqlite3.connect(":memory:")

    def run(self, sql, params=()):
        try:
            return [tuple(row) for row in self.base.execute(sql, list(params)).fetchall()]
        except sqlite3.Error as error:
            raise Refused(str(error)) from error


class Server:
    """PostgreSQL or MariaDB, by SQLQueryNode."""

    def __init__(self, engine, url):
        self.engine, self.key = engine, f"interceptor-{engine}"
        self.dialects = [None, "postgresql"] if engine == "postgres" else [None, "mysql"]
        call("DatabaseConnectionNode", {"connection_string": url, "pool_key": self.key}, {"action": "connect"})

    def run(self, sql, params=()):
        try:
            answer = call("SQLQueryNode", {"query": sql}, {"pool": self.key, "params": list(params)})
        except RuntimeError as error:
            raise Refused(str(error)) from error
        return [tuple(row.values()) for row in answer.get("rows") or []]


SERVERS = {"postgres": "KAILASH_TEST_POSTGRES_URL", "mariadb": "KAILASH_TEST_MARIADB_URL"}


@pytest.fixture(params=["sqlite", *SERVERS], scope="module")
def database(request):
    if request.param == "sqlite":
        made = Lite()
    else:
        url = os.environ.get(SERVERS[request.param])
        if not url:
            pytest.skip(f"{SERVERS[request.param]} is not set; run the tests under tests/services/run")
        made = Server(request.param, url)
    for name in (*BOTH.values(), *ONE.values()):
        made.run(f"DROP TABLE IF EXISTS {name}")
        made.run(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, tenant_id VARCHAR(20) DEFAULT 't1', a INTEGER, b INTEGER)")
    yield made
    for name in (*BOTH.values(), *ONE.values()):
        made.run(f"DROP TABLE {name}")


def fill(database, data, apart=APART):
    for table in TABLES:
        own, other = data[table]
        lines = [f"({i}, 't1', {'NULL' if a is None else a}, {b})" for i, a, b in own]
        taken = set() if apart else {row[0] for row in own}
        others = [f"({i + apart}, 't2', {'NULL' if a is None else a}, {b})" for i, a, b in other if i not in taken]
        for name, values in ((BOTH[table], lines + others), (ONE[table], lines)):
            database.run(f"DELETE FROM {name}")
            if values:
                database.run(f"INSERT INTO {name} (id, tenant_id, a, b) VALUES {', '.join(values)}")


def content(database, table, tenant):
    """The rows of a table that have that tenant, or that have another one."""
    sign = "=" if tenant == "t1" else "<>"
    return sorted(map(repr, database.run(f"SELECT id, a, b FROM {table} WHERE tenant_id {sign} 't1' OR "
                                         f"(tenant_id IS NULL AND '{sign}' = '<>')")))


def outcome(database, sql, params=()):
    try:
        return sorted(map(repr, database.run(sql, params)))
    except Refused as error:
        return error


def scoped(database, data, sql):
    """What the scoped statement gives, and the text of the one on a single tenant's tables."""
    dialect = data.draw(st.sampled_from(database.dialects))
    answer = interceptor(dialect=dialect).intercept_query(sql.format(**BOTH))
    return answer, sql.format(**ONE)


calm = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@calm
@given(tenants, st.data())
def test_a_query_sees_one_tenant(database, data, draws):
    sql = draws.draw(statements(database.engine, "read"))
    fill(database, data)
    answer, alone = scoped(database, draws, sql)
    expected = outcome(database, alone)
    if isinstance(expected, Refused):
        event("the database refuses the statement itself")
        return
    got = outcome(database, answer["sql"], bind(answer, []))
    assert got == expected, answer["sql"]


@calm
@given(tenants, st.sampled_from(["update", "delete", "insert"]), st.data())
def test_a_change_reaches_one_tenant(database, data, kind, draws):
    sql = draws.draw(statements(database.engine, kind))
    if kind == "insert" and database.engine == "mariadb":  # a later row may see an earlier one, as the plan has it
        assume(sql.count(re.search(r"\{\w+\}", sql)[0]) == 1)
    fill(database, data)
    before = {table: content(database, BOTH[table], "t2") for table in TABLES}
    answer, alone = scoped(database, draws, sql.replace("'t2'", "'t1'") if kind == "insert" else sql)
    given_up = outcome(database, alone)
    got = outcome(database, answer["sql"], bind(answer, []))
    assert isinstance(got, Refused) == isinstance(given_up, Refused), (answer["sql"], got, given_up)
    for table in TABLES:
        assert content(database, BOTH[table], "t2") == before[table], answer["sql"]
        assert content(database, BOTH[table], "t1") == content(database, ONE[table], "t1"), answer["sql"]


@calm
@given(tenants, st.data())
def test_a_conflict_with_the_other_tenant_changes_nothing_of_it(database, data, draws):
    sql = draws.draw(statements(database.engine, "insert"))
    fill(database, data, apart=0)
    before = {table: content(database, BOTH[table], "t2") for table in TABLES}
    answer, _ = scoped(database, draws, sql)
    got = outcome(database, answer["sql"], bind(answer, []))
    event("the database refuses it" if isinstance(got, Refused) else "done")
    for table in TABLES:
        assert content(database, BOTH[table], "t2") == before[table], answer["sql"]
