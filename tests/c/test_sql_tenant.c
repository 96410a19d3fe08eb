/* tests/c/test_sql_tenant.c - what becomes of SQL statements that are kept to one tenant. */
#include "dataflow/sql_tenant.h"
#include "kailash/type.h"
#include "sweep.h"

static kl_status scope(kl_value *out, const char *sql, unsigned readers, kl_error *error)
{
    kl_sql_tenant tenant = {KL_TEXT("t1"), KL_TEXT("tenant_id"), readers, false};
    return kl_sql_tenant_scope(out, kl_text_from(sql), &tenant, error);
}

/* The statement that comes out; the tenant's values come last among `tenants` of them. */
static void becomes_for(unsigned readers, const char *sql, const char *expected, size_t tenants)
{
    kl_value answer = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (scope(&answer, sql, readers, &error) != KL_OK)
        fail_msg("%s\n  refused: %s", sql, kl_error_message(&error));
    if (strcmp(kl_as_text(kl_map_get(answer, KL_TEXT("sql"))).data, expected) != 0)
        fail_msg("%s\n  became   %s\n  expected %s", sql, kl_as_text(kl_map_get(answer, KL_TEXT("sql"))).data, expected);
    kl_value params = kl_map_get(answer, KL_TEXT("params"));
    if (kl_array_len(params) != tenants)
        fail_msg("%s\n  %zu values of the tenant, expected %zu", sql, kl_array_len(params), tenants);
    for (size_t i = 0; i < tenants; i++)
        assert_string_equal(kl_as_text(kl_array_at(params, i)).data, "t1");
    kl_value_release(answer);
}

static void becomes(const char *sql, const char *expected, size_t tenants)
{
    becomes_for(SQL_BY_ALL, sql, expected, tenants);
}

static void answers(const char *sql, const char *expected)
{
    kl_value answer = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (scope(&answer, sql, SQL_BY_ALL, &error) != KL_OK)
        fail_msg("%s\n  refused: %s", sql, kl_error_message(&error));
    assert_json(answer, expected);
}

static void refuses_for(unsigned readers, const char *sql, const char *message)
{
    kl_value answer = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = scope(&answer, sql, readers, &error);
    if (status == KL_OK)
        fail_msg("%s\n  became %s", sql, kl_as_text(kl_map_get(answer, KL_TEXT("sql"))).data);
    assert_int_equal(status, KL_FAILED);
    if (strcmp(kl_error_message(&error), message) != 0)
        fail_msg("%s\n  refused: %s\n  expected %s", sql, kl_error_message(&error), message);
    kl_error_clear(&error);
}

static void refuses(const char *sql, const char *message) { refuses_for(SQL_BY_ALL, sql, message); }

#define STAYS(sql) becomes(sql, sql, 0)

/* ---- simple statements --------------------------------------------------------------------------- */

KL_TEST(simple_statements_get_the_predicate)
{
    KL_UNUSED_STATE;
    becomes("SELECT * FROM o", "SELECT * FROM o WHERE tenant_id = ?", 1);
    becomes("select a from o where a=1 order by b", "select a from o where (a=1) AND tenant_id = ? order by b", 1);
    becomes("SELECT a FROM o WHERE a = 1 OR b = 2", "SELECT a FROM o WHERE (a = 1 OR b = 2) AND tenant_id = ?", 1);
    becomes("SELECT a, count(*) FROM o GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT 2",
            "SELECT a, count(*) FROM o WHERE tenant_id = ? GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT 2", 1);
    becomes("SELECT a FROM o LIMIT 2 OFFSET 1", "SELECT a FROM o WHERE tenant_id = ? LIMIT 2 OFFSET 1", 1);
    becomes("SELECT a FROM o OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY",
            "SELECT a FROM o WHERE tenant_id = ? OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY", 1);
    becomes("  SELECT * FROM o  ", "  SELECT * FROM o WHERE tenant_id = ?  ", 1);
    becomes("UPDATE o SET a=1", "UPDATE o SET a=1 WHERE tenant_id = ?", 1);
    becomes("UPDATE o SET a=1, b=b+1 WHERE a=2 OR b=3", "UPDATE o SET a=1, b=b+1 WHERE (a=2 OR b=3) AND tenant_id = ?", 1);
    becomes("DELETE FROM o", "DELETE FROM o WHERE tenant_id = ?", 1);
    becomes("DELETE FROM o WHERE a=1 OR b=2", "DELETE FROM o WHERE (a=1 OR b=2) AND tenant_id = ?", 1);
    becomes("SELECT * FROM o x", "SELECT * FROM o x WHERE tenant_id = ?", 1);
    becomes("SELECT * FROM s.o", "SELECT * FROM s.o WHERE tenant_id = ?", 1);
    STAYS("SELECT 1");
    STAYS("SELECT 1 WHERE 2 > 1");
    STAYS("VALUES (1, 'a'), (2, 'b')");
}

KL_TEST(inserted_rows_get_the_tenant)
{
    KL_UNUSED_STATE;
    becomes("INSERT INTO o (a) VALUES (1),(2)", "INSERT INTO o (tenant_id, a) VALUES (?, 1),(?, 2)", 2);
    becomes("INSERT INTO o(a) VALUES(1)", "INSERT INTO o(tenant_id, a) VALUES(?, 1)", 1);
    becomes("INSERT INTO o (a)\nVALUES (1)", "INSERT INTO o (tenant_id, a)\nVALUES (?, 1)", 1);
    becomes("INSERT INTO s.o AS x (a) VALUES (DEFAULT)", "INSERT INTO s.o AS x (tenant_id, a) VALUES (?, DEFAULT)", 1);
    becomes("INSERT OR IGNORE INTO o (a) VALUES (1)", "INSERT OR IGNORE INTO o (tenant_id, a) VALUES (?, 1)", 1);
    becomes("INSERT IGNORE o (a) VALUES (1)", "INSERT IGNORE o (tenant_id, a) VALUES (?, 1)", 1);
    becomes("INSERT INTO o (a) OVERRIDING SYSTEM VALUE VALUES (1)",
            "INSERT INTO o (tenant_id, a) OVERRIDING SYSTEM VALUE VALUES (?, 1)", 1);
    becomes("INSERT INTO o (a) VALUES ROW(1), ROW(2)", "INSERT INTO o (tenant_id, a) VALUES ROW(?, 1), ROW(?, 2)", 2);
    becomes("INSERT INTO o (a) VALUES ((SELECT max(b) FROM p))",
            "INSERT INTO o (tenant_id, a) VALUES (?, (SELECT max(b) FROM p WHERE p.tenant_id = ?))", 2);
    becomes("INSERT INTO o SET a = 1", "INSERT INTO o SET tenant_id = ?, a = 1", 1);
    becomes("INSERT INTO o (a) VALUES (1) RETURNING id, a", "INSERT INTO o (tenant_id, a) VALUES (?, 1) RETURNING id, a", 1);
}

KL_TEST(a_tenant_that_is_named_is_replaced)
{
    KL_UNUSED_STATE;
    becomes("INSERT INTO o (a, tenant_id) VALUES (1, 'x'), (2, upper('y') || 'z')",
            "INSERT INTO o (a, tenant_id) VALUES (1, ?), (2, ?)", 2);
    becomes("INSERT INTO o (\"tenant_id\", a) VALUES ((SELECT 1 FROM p), 2)",
            "INSERT INTO o (\"tenant_id\", a) VALUES (?, 2)", 1);
    becomes("INSERT INTO o (Tenant_ID) VALUES (DEFAULT)", "INSERT INTO o (Tenant_ID) VALUES (?)", 1);
    becomes("INSERT INTO o (a, tenant_id) SELECT a, t AS x FROM p",
            "INSERT INTO o (a, tenant_id) SELECT a, ? AS x FROM p WHERE tenant_id = ?", 2);
    becomes("INSERT INTO o SET tenant_id='x', a = 1", "INSERT INTO o SET tenant_id=?, a = 1", 1);
    becomes("INSERT INTO o (tenant_id, a) SELECT'x', a FROM p",
            "INSERT INTO o (tenant_id, a) SELECT ?, a FROM p WHERE tenant_id = ?", 2);
}

KL_TEST(inserted_queries_are_scoped_and_give_the_tenant)
{
    KL_UNUSED_STATE;
    becomes("INSERT INTO o (a) SELECT b FROM p", "INSERT INTO o (a, tenant_id) SELECT b, ? FROM p WHERE tenant_id = ?", 2);
    becomes("INSERT INTO o (a) (SELECT b FROM p)", "INSERT INTO o (a, tenant_id) (SELECT b, ? FROM p WHERE tenant_id = ?)", 2);
    becomes("INSERT INTO o (a) SELECT b FROM p UNION ALL SELECT 2",
            "INSERT INTO o (a, tenant_id) SELECT b, ? FROM p WHERE tenant_id = ? UNION ALL SELECT 2, ?", 3);
    becomes("INSERT INTO o (a) SELECT DISTINCT b FROM p ORDER BY 1 LIMIT 3",
            "INSERT INTO o (a, tenant_id) SELECT DISTINCT b, ? FROM p WHERE tenant_id = ? ORDER BY 1 LIMIT 3", 2);
    becomes("INSERT INTO o (a, b) SELECT * FROM p", "INSERT INTO o (a, b, tenant_id) SELECT *, ? FROM p WHERE tenant_id = ?", 2);
    becomes("INSERT INTO o (a) WITH x AS (SELECT b FROM p) SELECT b FROM x",
            "INSERT INTO o (a, tenant_id) WITH x AS (SELECT b FROM p WHERE tenant_id = ?) SELECT b, ? FROM x", 2);
    becomes("WITH x AS (SELECT b FROM p) INSERT INTO o (a) SELECT b FROM x",
            "WITH x AS (SELECT b FROM p WHERE tenant_id = ?) INSERT INTO o (a, tenant_id) SELECT b, ? FROM x", 2);
    becomes("INSERT INTO o (a) VALUES (1) UNION SELECT 2",
            "INSERT INTO o (tenant_id, a) VALUES (?, 1) UNION SELECT ?, 2", 2);
    becomes("INSERT INTO o (a) SELECT 1 UNION VALUES (2)", "INSERT INTO o (a, tenant_id) SELECT 1, ? UNION VALUES (2, ?)", 2);
}

/* ---- several tables ------------------------------------------------------------------------------ */

KL_TEST(every_table_of_a_join_gets_its_predicate)
{
    KL_UNUSED_STATE;
    becomes("SELECT * FROM o JOIN p ON o.id = p.id",
            "SELECT * FROM o JOIN p ON o.id = p.id WHERE o.tenant_id = ? AND p.tenant_id = ?", 2);
    becomes("SELECT * FROM o x, s.p, \"q r\"",
            "SELECT * FROM o x, s.p, \"q r\" WHERE x.tenant_id = ? AND s.p.tenant_id = ? AND \"q r\".tenant_id = ?", 3);
    becomes("SELECT * FROM o LEFT JOIN p ON o.id = p.id OR true WHERE a = 1",
            "SELECT * FROM o LEFT JOIN p ON (o.id = p.id OR true) AND p.tenant_id = ? WHERE (a = 1) AND o.tenant_id = ?", 2);
    becomes("SELECT * FROM o RIGHT OUTER JOIN p AS y ON 1=1",
            "SELECT * FROM o RIGHT OUTER JOIN p AS y ON (1=1) AND o.tenant_id = ? WHERE y.tenant_id = ?", 2);
    becomes("SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x",
            "SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON (a.x = b.x) AND b.tenant_id = ? AND c.tenant_id = ? "
            "WHERE a.tenant_id = ?", 3);
    becomes("SELECT * FROM a CROSS JOIN b NATURAL JOIN c JOIN d USING (x)",
            "SELECT * FROM a CROSS JOIN b NATURAL JOIN c JOIN d USING (x) WHERE a.tenant_id = ? AND b.tenant_id = ? AND "
            "c.tenant_id = ? AND d.tenant_id = ?", 4);
    becomes("SELECT * FROM o, LATERAL (SELECT * FROM p WHERE p.a = o.a) x",
            "SELECT * FROM o, LATERAL (SELECT * FROM p WHERE (p.a = o.a) AND p.tenant_id = ?) x WHERE o.tenant_id = ?", 2);
    becomes("SELECT * FROM o, json_each(o.j) AS e", "SELECT * FROM o, json_each(o.j) AS e WHERE o.tenant_id = ?", 1);
}

KL_TEST(where_no_predicate_fits_a_table_becomes_a_query)
{
    KL_UNUSED_STATE;
    becomes("SELECT * FROM o FULL JOIN p y ON o.a = y.a",
            "SELECT * FROM (SELECT * FROM o WHERE o.tenant_id = ?) AS o FULL JOIN (SELECT * FROM p WHERE p.tenant_id = ?) y "
            "ON o.a = y.a", 2);
    becomes("SELECT * FROM o LEFT JOIN p USING (a)",
            "SELECT * FROM o LEFT JOIN (SELECT * FROM p WHERE p.tenant_id = ?) AS p USING (a) WHERE o.tenant_id = ?", 2);
    becomes("SELECT * FROM o NATURAL RIGHT JOIN p",
            "SELECT * FROM (SELECT * FROM o WHERE o.tenant_id = ?) AS o NATURAL RIGHT JOIN p WHERE p.tenant_id = ?", 2);
    /* Else tenant_id would be the name of another column. */
    becomes("SELECT * FROM o AS x (tenant_id, a)",
            "SELECT * FROM (SELECT * FROM o WHERE o.tenant_id = ?) AS x (tenant_id, a)", 1);
    becomes("SELECT * FROM (o JOIN p ON 1=1) AS j",
            "SELECT * FROM ((SELECT * FROM o WHERE o.tenant_id = ?) AS o JOIN (SELECT * FROM p WHERE p.tenant_id = ?) AS p "
            "ON 1=1) AS j", 2);
}

KL_TEST(updates_and_deletes_of_several_tables)
{
    KL_UNUSED_STATE;
    becomes("UPDATE o SET a = p.a FROM p WHERE p.id = o.id",
            "UPDATE o SET a = p.a FROM p WHERE (p.id = o.id) AND o.tenant_id = ? AND p.tenant_id = ?", 2);
    becomes("UPDATE o x LEFT JOIN p ON x.id = p.id SET x.a = 1",
            "UPDATE o x LEFT JOIN p ON (x.id = p.id) AND p.tenant_id = ? SET x.a = 1 WHERE x.tenant_id = ?", 2);
    becomes("UPDATE o SET (a, b) = (SELECT x, y FROM p) ORDER BY a LIMIT 1",
            "UPDATE o SET (a, b) = (SELECT x, y FROM p WHERE p.tenant_id = ?) WHERE tenant_id = ? ORDER BY a LIMIT 1", 2);
    becomes("DELETE FROM o USING p WHERE p.id = o.id RETURNING *",
            "DELETE FROM o USING p WHERE (p.id = o.id) AND o.tenant_id = ? AND p.tenant_id = ? RETURNING *", 2);
    becomes("DELETE o FROM o JOIN p ON o.id = p.id",
            "DELETE o FROM o JOIN p ON o.id = p.id WHERE o.tenant_id = ? AND p.tenant_id = ?", 2);
    becomes("DELETE FROM o USING o JOIN p ON o.id = p.id",
            "DELETE FROM o USING o JOIN p ON o.id = p.id WHERE o.tenant_id = ? AND p.tenant_id = ?", 2);
    becomes("DELETE FROM o, p USING o JOIN p ON o.id = p.id",
            "DELETE FROM o, p USING o JOIN p ON o.id = p.id WHERE o.tenant_id = ? AND p.tenant_id = ?", 2);
    becomes("UPDATE ONLY o SET a = 1", "UPDATE ONLY o SET a = 1 WHERE tenant_id = ?", 1);
}

/* ---- queries within ------------------------------------------------------------------------------ */

KL_TEST(queries_within_expressions_are_scoped)
{
    KL_UNUSED_STATE;
    becomes("SELECT * FROM o WHERE id IN (SELECT id FROM p WHERE x > 3)",
            "SELECT * FROM o WHERE (id IN (SELECT id FROM p WHERE (x > 3) AND p.tenant_id = ?)) AND tenant_id = ?", 2);
    becomes("SELECT (SELECT max(x) FROM p), EXISTS (SELECT 1 FROM q) FROM o",
            "SELECT (SELECT max(x) FROM p WHERE p.tenant_id = ?), EXISTS (SELECT 1 FROM q WHERE q.tenant_id = ?) FROM o "
            "WHERE tenant_id = ?", 3);
    becomes("SELECT CASE WHEN (SELECT 1 FROM p) = 1 THEN 2 ELSE coalesce((SELECT 3 FROM q), 4) END",
            "SELECT CASE WHEN (SELECT 1 FROM p WHERE p.tenant_id = ?) = 1 THEN 2 ELSE coalesce((SELECT 3 FROM q WHERE "
            "q.tenant_id = ?), 4) END", 2);
    becomes("SELECT ((SELECT 1 FROM o) UNION (SELECT 2 FROM p))",
            "SELECT ((SELECT 1 FROM o WHERE o.tenant_id = ?) UNION (SELECT 2 FROM p WHERE p.tenant_id = ?))", 2);
    becomes("SELECT a FROM o ORDER BY (SELECT b FROM p) LIMIT (SELECT count(*) FROM q)",
            "SELECT a FROM o WHERE tenant_id = ? ORDER BY (SELECT b FROM p WHERE p.tenant_id = ?) LIMIT (SELECT count(*) FROM "
            "q WHERE q.tenant_id = ?)", 3);
    becomes("SELECT a FROM o WHERE a = ANY (SELECT b FROM p) AND b > ALL (SELECT c FROM q)",
            "SELECT a FROM o WHERE (a = ANY (SELECT b FROM p WHERE p.tenant_id = ?) AND b > ALL (SELECT c FROM q WHERE "
            "q.tenant_id = ?)) AND tenant_id = ?", 3);
    becomes("SELECT sum(a) FILTER (WHERE EXISTS (SELECT 1 FROM p)) OVER (ORDER BY (SELECT 1 FROM q)) FROM o",
            "SELECT sum(a) FILTER (WHERE EXISTS (SELECT 1 FROM p WHERE p.tenant_id = ?)) OVER (ORDER BY (SELECT 1 FROM q WHERE "
            "q.tenant_id = ?)) FROM o WHERE tenant_id = ?", 3);
    becomes("DELETE FROM o RETURNING (SELECT count(*) FROM p)",
            "DELETE FROM o WHERE tenant_id = ? RETURNING (SELECT count(*) FROM p WHERE p.tenant_id = ?)", 2);
    becomes("SELECT * FROM (SELECT * FROM (SELECT * FROM o) x) y",
            "SELECT * FROM (SELECT * FROM (SELECT * FROM o WHERE tenant_id = ?) x) y", 1);
    becomes("SELECT a FROM o x WHERE EXISTS (SELECT 1 FROM o y WHERE y.a = x.b)",
            "SELECT a FROM o x WHERE (EXISTS (SELECT 1 FROM o y WHERE (y.a = x.b) AND y.tenant_id = ?)) AND tenant_id = ?", 2);
}

KL_TEST(each_branch_of_a_set_operation_is_scoped)
{
    KL_UNUSED_STATE;
    becomes("SELECT a FROM o UNION SELECT b FROM p ORDER BY 1",
            "SELECT a FROM o WHERE tenant_id = ? UNION SELECT b FROM p WHERE tenant_id = ? ORDER BY 1", 2);
    becomes("(SELECT a FROM o LIMIT 1) INTERSECT ALL (SELECT b FROM p EXCEPT SELECT c FROM q)",
            "(SELECT a FROM o WHERE tenant_id = ? LIMIT 1) INTERSECT ALL (SELECT b FROM p WHERE tenant_id = ? EXCEPT SELECT c "
            "FROM q WHERE tenant_id = ?)", 3);
    becomes("SELECT a FROM o WHERE a = 1 UNION ALL VALUES (2) UNION DISTINCT SELECT b FROM p WHERE b = 3",
            "SELECT a FROM o WHERE (a = 1) AND tenant_id = ? UNION ALL VALUES (2) UNION DISTINCT SELECT b FROM p WHERE (b = 3) "
            "AND tenant_id = ?", 2);
}

KL_TEST(names_of_with_are_no_tables)
{
    KL_UNUSED_STATE;
    becomes("WITH c AS (SELECT * FROM o) SELECT * FROM c", "WITH c AS (SELECT * FROM o WHERE tenant_id = ?) SELECT * FROM c", 1);
    becomes("WITH c (x) AS NOT MATERIALIZED (SELECT 1), d AS (SELECT * FROM c, p) SELECT * FROM d, c, q",
            "WITH c (x) AS NOT MATERIALIZED (SELECT 1), d AS (SELECT * FROM c, p WHERE p.tenant_id = ?) SELECT * FROM d, c, q "
            "WHERE q.tenant_id = ?", 2);
    STAYS("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c");
    STAYS("WITH c AS (SELECT 1 AS n) SELECT 1 WHERE 1 IN c");
    /* Not RECURSIVE: within its statement o is the table. */
    becomes("WITH o AS (SELECT * FROM o) SELECT * FROM o", "WITH o AS (SELECT * FROM o WHERE tenant_id = ?) SELECT * FROM o", 1);
    /* Databases disagree on names that come later. */
    becomes("WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
            "WITH RECURSIVE a AS (SELECT * FROM b WHERE tenant_id = ?), b AS (SELECT 1) SELECT * FROM a", 1);
    /* What is written to, and what has a schema, is a table. */
    becomes("WITH o AS (SELECT 1) DELETE FROM o", "WITH o AS (SELECT 1) DELETE FROM o WHERE tenant_id = ?", 1);
    becomes("WITH o AS (SELECT 1) SELECT * FROM s.o", "WITH o AS (SELECT 1) SELECT * FROM s.o WHERE tenant_id = ?", 1);
    /* It is visible no longer than its query. */
    becomes("SELECT * FROM (WITH o AS (SELECT 1) SELECT * FROM o) x, o",
            "SELECT * FROM (WITH o AS (SELECT 1) SELECT * FROM o) x, o WHERE o.tenant_id = ?", 1);
    becomes("WITH x AS (DELETE FROM o RETURNING a) SELECT * FROM x",
            "WITH x AS (DELETE FROM o WHERE tenant_id = ? RETURNING a) SELECT * FROM x", 1);
    becomes("WITH \"o\" AS (SELECT 1) SELECT * FROM o", "WITH \"o\" AS (SELECT 1) SELECT * FROM o", 0);
    refuses("WITH \"O\" AS (SELECT 1) SELECT * FROM O",
            "a table whose name differs from one of WITH in case or quotes only (at byte 37)");
    refuses("WITH o AS (SELECT 1) SELECT * FROM O",
            "a table whose name differs from one of WITH in case or quotes only (at byte 35)");
}

KL_TEST(a_predicate_cannot_be_captured_by_an_outer_query)
{
    KL_UNUSED_STATE;
    const char *message = "a table that has the name of another one outside; give it another alias (at byte 33)";
    refuses("SELECT (SELECT max(s) FROM vi AS o) FROM o", message);
    refuses("SELECT (SELECT max(s) FROM vi AS o) FROM (SELECT 1 AS tenant_id) AS o", message);
    refuses("SELECT (SELECT max(s) FROM vi AS o) FROM p JOIN q AS o ON true", message);
    refuses("SELECT (SELECT max(s) FROM v AS x (a)) FROM o AS v",
            "a table that has the name of another one outside; give it another alias (at byte 27)");
    refuses("UPDATE o SET a = (SELECT b FROM v AS o)",
            "a table that has the name of another one outside; give it another alias (at byte 37)");
    refuses("INSERT INTO o (a) VALUES (1) RETURNING (SELECT b FROM v AS o)",
            "a table that has the name of another one outside; give it another alias (at byte 59)");
    becomes("SELECT (SELECT max(s) FROM o) FROM o",
            "SELECT (SELECT max(s) FROM o WHERE o.tenant_id = ?) FROM o WHERE tenant_id = ?", 2);
    becomes("SELECT * FROM a WHERE x IN (SELECT y FROM b t) OR x IN (SELECT z FROM c t)",
            "SELECT * FROM a WHERE (x IN (SELECT y FROM b t WHERE t.tenant_id = ?) OR x IN (SELECT z FROM c t WHERE "
            "t.tenant_id = ?)) AND tenant_id = ?", 3);
    /* SQLite lets WHERE use the names of items. */
    becomes("SELECT s, 't1' AS tenant_id FROM v", "SELECT s, 't1' AS tenant_id FROM v WHERE v.tenant_id = ?", 1);
    becomes("SELECT s, 't1' 'tenant_id' FROM v", "SELECT s, 't1' 'tenant_id' FROM v WHERE v.tenant_id = ?", 1);
    becomes("SELECT s, E'Tenant_Id' FROM v", "SELECT s, E'Tenant_Id' FROM v WHERE v.tenant_id = ?", 1);
    becomes("SELECT tenant_id, 'tenant' FROM v", "SELECT tenant_id, 'tenant' FROM v WHERE tenant_id = ?", 1);
    becomes("SELECT s, 1 'tenant_id' FROM v", "SELECT s, 1 'tenant_id' FROM v WHERE v.tenant_id = ?", 1);
}

/* ---- conflicts ----------------------------------------------------------------------------------- */

KL_TEST(a_conflict_reaches_rows_of_the_tenant_only)
{
    KL_UNUSED_STATE;
    becomes("INSERT INTO o (a) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
            "INSERT INTO o (tenant_id, a) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET a = excluded.a WHERE o.tenant_id = ?", 2);
    becomes("INSERT INTO o AS x (a) VALUES (1) ON CONFLICT (lower(b) DESC) WHERE c DO UPDATE SET a = 2 WHERE x.a < 3 OR true "
            "RETURNING *",
            "INSERT INTO o AS x (tenant_id, a) VALUES (?, 1) ON CONFLICT (lower(b) DESC) WHERE c DO UPDATE SET a = 2 WHERE (x.a "
            "< 3 OR true) AND x.tenant_id = ? RETURNING *", 2);
    becomes("INSERT INTO o (a) VALUES (1) ON CONFLICT ON CONSTRAINT k DO NOTHING",
            "INSERT INTO o (tenant_id, a) VALUES (?, 1) ON CONFLICT ON CONSTRAINT k DO NOTHING", 1);
    becomes("INSERT INTO o (a) SELECT b FROM p ON CONFLICT DO NOTHING",
            "INSERT INTO o (a, tenant_id) SELECT b, ? FROM p WHERE tenant_id = ? ON CONFLICT DO NOTHING", 2);
    becomes("INSERT INTO o (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a), o.b = (VALUES(b) + 1)",
            "INSERT INTO o (tenant_id, a) VALUES (?, 1) ON DUPLICATE KEY UPDATE a = IF(o.tenant_id = ?, VALUES(a), o.a), o.b = "
            "IF(o.tenant_id = ?, (VALUES(b) + 1), o.b)", 3);
    becomes("INSERT INTO o (a) VALUES (1) AS n ON DUPLICATE KEY UPDATE a = n.a",
            "INSERT INTO o (tenant_id, a) VALUES (?, 1) AS n ON DUPLICATE KEY UPDATE a = IF(o.tenant_id = ?, n.a, o.a)", 2);
    refuses("INSERT INTO o (a) SELECT a FROM p AS o ON DUPLICATE KEY UPDATE a = 1",
            "a table named like the one that is written to; give it another alias (at byte 37)");
    becomes("INSERT INTO o (a) VALUES ((SELECT 1 FROM o)) ON DUPLICATE KEY UPDATE a = 1",
            "INSERT INTO o (tenant_id, a) VALUES (?, (SELECT 1 FROM o WHERE o.tenant_id = ?)) ON DUPLICATE KEY UPDATE a = "
            "IF(o.tenant_id = ?, 1, o.a)", 3);
    refuses("INSERT INTO Excluded (a) VALUES (1) ON CONFLICT DO UPDATE SET a = 1",
            "a table named excluded, like the row that is not inserted (at byte 12)");
    refuses("INSERT INTO o (a) VALUES (1) ON DUPLICATE KEY UPDATE a = DEFAULT",
            "DEFAULT in ON DUPLICATE KEY UPDATE; write DEFAULT(column) (at byte 57)");
}

KL_TEST(what_could_replace_a_row_of_another_tenant_is_refused)
{
    KL_UNUSED_STATE;
    refuses("REPLACE INTO o (a) VALUES (1)",
            "REPLACE, which could delete a row of another tenant; use ON CONFLICT DO UPDATE or ON DUPLICATE KEY UPDATE (at byte "
            "0)");
    refuses("INSERT OR REPLACE INTO o (a) VALUES (1)",
            "REPLACE, which could delete a row of another tenant; use ON CONFLICT DO UPDATE (at byte 10)");
    refuses("UPDATE OR REPLACE o SET a = 1",
            "REPLACE, which could delete a row of another tenant; use ON CONFLICT DO UPDATE (at byte 10)");
}

KL_TEST(the_tenant_column_is_not_assigned)
{
    KL_UNUSED_STATE;
    static const char *const targets[] = {
        "tenant_id", "TENANT_ID", "\"tenant_id\"", "`tenant_id`", "[tenant_id]", "o.tenant_id", "(a, tenant_id)",
        "tenant_id[1]", "tenant_id.x", "tenant_\u0130d", "ten\u00e1nt_id"};
    for (size_t i = 0; i < KL_COUNT(targets); i++) {
        kl_value answer = kl_null();
        kl_error error = KL_ERROR_INIT;
        char sql[100];
        snprintf(sql, sizeof sql, "UPDATE o SET %s = 'x'", targets[i]);
        assert_int_equal(scope(&answer, sql, SQL_BY_ALL, &error), KL_FAILED);
        assert_non_null(strstr(kl_error_message(&error), "the tenant column must not be assigned"));
        kl_error_clear(&error);
    }
    refuses("UPDATE o SET 'tenant_id' = 'x'", "unexpected 'a string' at byte 13; expected a column");
    refuses("UPDATE o SET a = 1, tenant_id = 'x'", "the tenant column must not be assigned (at byte 20)");
    refuses("INSERT INTO o (a) VALUES (1) ON CONFLICT DO UPDATE SET tenant_id = 'x'",
            "the tenant column must not be assigned (at byte 55)");
    refuses("INSERT INTO o (a) VALUES (1) ON DUPLICATE KEY UPDATE tenant_id = 'x'",
            "the tenant column must not be assigned (at byte 53)");
    refuses("INSERT INTO o (tenant_id, a, tenant_id) VALUES ('x', 1, 'y')", "the tenant column stands twice (at byte 29)");
    refuses("INSERT INTO o (\"TENANT_ID\", a) VALUES ('x', 1)",
            "a column that differs from the tenant column in case or quotes only (at byte 15)");
    becomes("UPDATE o SET tenant_ids = 1", "UPDATE o SET tenant_ids = 1 WHERE tenant_id = ?", 1);
}

/* ---- the text ------------------------------------------------------------------------------------ */

KL_TEST(texts_and_comments_are_no_sql)
{
    KL_UNUSED_STATE;
    becomes("SELECT 'FROM x WHERE ''y' FROM o -- WHERE", "SELECT 'FROM x WHERE ''y' FROM o WHERE tenant_id = ? -- WHERE", 1);
    becomes("SELECT /* FROM p */ a FROM o /* b */;", "SELECT /* FROM p */ a FROM o WHERE tenant_id = ? /* b */;", 1);
    becomes("SELECT a FROM o;; ", "SELECT a FROM o WHERE tenant_id = ?;; ", 1);
    becomes("SELECT \"where\" FROM o WHERE \"a b\" = E'x' AND c = x'00' OR d = N'e'",
            "SELECT \"where\" FROM o WHERE (\"a b\" = E'x' AND c = x'00' OR d = N'e') AND tenant_id = ?", 1);
    becomes("SELECT a FROM o WHERE b = 'c'ORDER BY a", "SELECT a FROM o WHERE (b = 'c') AND tenant_id = ? ORDER BY a", 1);
    becomes("SELECT a FROM o FOR UPDATE OF o SKIP LOCKED", "SELECT a FROM o WHERE tenant_id = ? FOR UPDATE OF o SKIP LOCKED", 1);
    becomes("SELECT a FROM o LOCK IN SHARE MODE", "SELECT a FROM o WHERE tenant_id = ? LOCK IN SHARE MODE", 1);
}

KL_TEST(explain_explains_the_scoped_statement)
{
    KL_UNUSED_STATE;
    becomes("EXPLAIN SELECT * FROM o", "EXPLAIN SELECT * FROM o WHERE tenant_id = ?", 1);
    becomes("EXPLAIN QUERY PLAN DELETE FROM o", "EXPLAIN QUERY PLAN DELETE FROM o WHERE tenant_id = ?", 1);
    becomes("EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM o",
            "EXPLAIN (ANALYZE, FORMAT json) SELECT * FROM o WHERE tenant_id = ?", 1);
    becomes("EXPLAIN ANALYZE VERBOSE SELECT * FROM o", "EXPLAIN ANALYZE VERBOSE SELECT * FROM o WHERE tenant_id = ?", 1);
    becomes("EXPLAIN FORMAT=JSON SELECT * FROM o", "EXPLAIN FORMAT=JSON SELECT * FROM o WHERE tenant_id = ?", 1);
    becomes("EXPLAIN (SELECT * FROM o)", "EXPLAIN (SELECT * FROM o WHERE tenant_id = ?)", 1);
    refuses("EXPLAIN o", "unexpected 'o' at byte 8; expected SELECT, INSERT, UPDATE or DELETE");
}

KL_TEST(what_all_databases_read_alike_is_made_so)
{
    KL_UNUSED_STATE;
    becomes("SELECT a FROM o --b", "SELECT a FROM o WHERE tenant_id = ? -- b", 1);
    becomes("SELECT a /* x /* y */ z */ FROM o", "SELECT a   FROM o WHERE tenant_id = ?", 1);
    becomes("SELECT $$it's$$, $t$a$$b$t$ FROM o", "SELECT 'it''s', 'a$$b' FROM o WHERE tenant_id = ?", 1);
    becomes("SELECT `a`, [b c], d[1], ARRAY['x'] FROM o", "SELECT `a`, [b c], d[1], ARRAY['x'] FROM o WHERE tenant_id = ?", 1);
}

KL_TEST(what_databases_read_differently_is_refused)
{
    KL_UNUSED_STATE;
    const char *backslash = "a backslash before a quote, which not all databases read as an escape (give the dialect), at byte 7";
    refuses("SELECT 'a\\' FROM o -- '", backslash);
    refuses("SELECT \"a\\\" FROM o -- \"", backslash);
    refuses("SELECT E'a\\' FROM o -- '", "a backslash before a quote, which not all databases read as an escape (give the "
                                         "dialect), at byte 8");
    refuses("SELECT a FROM o # b", "a #, which MySQL takes for a comment, at byte 16");
    refuses("SELECT a /*! , s */ FROM o", "a comment that MySQL executes at byte 9");
    refuses("SELECT a /*M! , s */ FROM o", "a comment that MySQL executes at byte 9");
    refuses("SELECT a FROM o -- \r, s", "a carriage return within a comment, where not all databases end it, at byte 19");
    refuses("SELECT `a b` FROM o", "a name in ` that is no plain word (give the dialect) at byte 7");
    refuses("SELECT a [b'] FROM s --'] FROM o", "brackets that not all databases read alike (give the dialect) at byte 9");
    refuses("SELECT $$a\\$$ FROM o", "a backslash in a $$ string (give the dialect) at byte 7");
    refuses("SELECT @a FROM o", "an @name, which databases read differently (give the dialect), at byte 7");
    refuses("SELECT @@a FROM o", "an @name, which databases read differently (give the dialect), at byte 7");
    refuses("SELECT U&\"\\0061\" FROM o", "a text with Unicode escapes (U&), which is not understood, at byte 7");
    refuses("SELECT a FROM o \xEF\xBB\xBF, s", "a byte order mark, which SQLite takes for a blank, at byte 16");
    refuses("SELECT * FROM a, b RIGHT JOIN c ON 1=1",
            "a comma before RIGHT or FULL JOIN, which SQLite takes for a join; write CROSS JOIN (at byte 32)");
    refuses("SELECT position(a IN s) FROM o", "IN with a name, which SQLite takes for a table (at byte 21)");
    refuses("SELECT :a(b) FROM o", "a placeholder with a parenthesis, which SQLite takes for part of its name, at byte 7");
    refuses("SELECT a FROM o WHERE a IN s", "unexpected 's' at byte 27; expected (");
}

KL_TEST(a_dialect_reads_as_its_database_does)
{
    KL_UNUSED_STATE;
    becomes_for(SQL_BY_MYSQL, "SELECT 'it\\'s', \"it\\\"s\" FROM o # c", "SELECT 'it\\'s', \"it\\\"s\" FROM o WHERE tenant_id = ? # c", 1);
    becomes_for(SQL_BY_MYSQL, "SELECT 1--1, @a, @@b FROM `o p`", "SELECT 1--1, @a, @@b FROM `o p` WHERE tenant_id = ?", 1);
    becomes_for(SQL_BY_MYSQL, "SELECT a FROM 2024_o", "SELECT a FROM 2024_o WHERE tenant_id = ?", 1);
    becomes_for(SQL_BY_MYSQL, "SELECT 1 FROM dual", "SELECT 1 FROM dual", 0);
    becomes_for(SQL_BY_MYSQL, "SELECT a FROM o USE INDEX FOR ORDER BY (i), FORCE KEY (j) WHERE MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE)",
                "SELECT a FROM o USE INDEX FOR ORDER BY (i), FORCE KEY (j) WHERE (MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE)) AND "
                "tenant_id = ?", 1);
    becomes_for(SQL_BY_POSTGRES, "SELECT E'it\\'s', a #>> '{b}', @c, 'd\\' FROM o", "SELECT E'it\\'s', a #>> '{b}', @c, 'd\\' FROM o WHERE tenant_id = ?", 1);
    becomes_for(SQL_BY_POSTGRES, "SELECT $a$ \\ $a$ /* x /* y */ z */ FROM o", "SELECT $a$ \\ $a$ /* x /* y */ z */ FROM o WHERE tenant_id = ?", 1);
    becomes_for(SQL_BY_SQLITE, "SELECT [a 'b], $c, @d FROM [o] NOT INDEXED", "SELECT [a 'b], $c, @d FROM [o] NOT INDEXED WHERE tenant_id = $tenant_of_row_1", 1);
    becomes_for(SQL_BY_SQLITE, "SELECT 'a\\' FROM o INDEXED BY i", "SELECT 'a\\' FROM o INDEXED BY i WHERE tenant_id = ?", 1);
    becomes_for(SQL_BY_POSTGRES | SQL_BY_MYSQL, "SELECT * FROM a, b RIGHT JOIN c ON 1=1",
                "SELECT * FROM a, b RIGHT JOIN c ON (1=1) AND b.tenant_id = ? WHERE a.tenant_id = ? AND c.tenant_id = ?", 3);
    refuses_for(SQL_BY_POSTGRES, "SELECT `a` FROM o", "a name in `, which PostgreSQL does not know, at byte 7");
}

static const char *expression[] = {
    "a IS NOT NULL AND b IS DISTINCT FROM c OR NOT d ISNULL",
    "a NOT BETWEEN SYMMETRIC 1 AND 2 AND b NOT LIKE 'x%' ESCAPE '!' AND c NOT IN (1, 2)",
    "a SIMILAR TO 'x' OR b ~* 'y' OR c ->> 'd' = 'e' OR f @> '{}' OR g || h <> i",
    "-a + +b * ~c % 3 >= 1e5 AND d::numeric(10, 2) > .5 AND e = 0x1F",
    "extract(year FROM a) = 1 AND trim(BOTH 'x' FROM b) = c AND substring(d FROM 1 FOR 2) = 'e'",
    "cast(a AS double precision) > 1 AND overlay(b PLACING 'c' FROM 1) = 'd' AND e::timestamp with time zone < now()",
    "a = DATE '2024-01-01' + INTERVAL '1 day' OR b > INTERVAL 3 HOUR OR c < INTERVAL '1' DAY TO SECOND",
    "(a, b) = (1, 2) AND ROW(a, b) < ROW(1, 2) AND c[1][2:3] = ARRAY[1, 2]",
    "a AT TIME ZONE 'UTC' > b COLLATE nocase AND (c).d = 1",
    "count(DISTINCT a) > 1 AND string_agg(a, ',' ORDER BY b DESC NULLS LAST) = 'c'",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY a) > f(x => 1, VARIADIC y)",
    "rank() OVER (PARTITION BY a, b ORDER BY c RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE TIES) = 1",
    "first_value(a) IGNORE NULLS OVER w = 1 OR sum(a) OVER (w ROWS CURRENT ROW) > 2",
    "CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' END = CASE WHEN b THEN 1 ELSE 2 END",
    "left(a, 1) = 'x' AND replace(b, 'c', 'd') = 'e' AND if(f, 1, 2) = 1 AND glob('*', g) AND a MOD 2 = 1",
    "group_concat(a ORDER BY b SEPARATOR ', ') = 'c' AND convert(d USING utf8) = 'e' AND f DIV 2 = 1",
    "a IN () OR b = TRUE XOR c RLIKE 'd' OR e SOUNDS LIKE 'f' OR 1 MEMBER OF ('[1]')",
    "'a' 'b' = _utf8'c' AND \"d\".\"e\" = s.t.f AND current_timestamp > g AND h = current_timestamp(3)",
};

KL_TEST(expressions_are_passed)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(expression); i++) {
        char sql[400], expected[400];
        snprintf(sql, sizeof sql, "SELECT * FROM o WHERE %s", expression[i]);
        snprintf(expected, sizeof expected, "SELECT * FROM o WHERE (%s) AND tenant_id = ?", expression[i]);
        becomes(sql, expected, 1);
    }
}

/* ---- values -------------------------------------------------------------------------------------- */

KL_TEST(values_that_do_not_come_last_have_positions)
{
    KL_UNUSED_STATE;
    answers("SELECT * FROM o WHERE a = ?", "{\"sql\":\"SELECT * FROM o WHERE (a = ?) AND tenant_id = ?\",\"params\":[\"t1\"]}");
    answers("SELECT * FROM o WHERE a = ? LIMIT ?",
            "{\"sql\":\"SELECT * FROM o WHERE (a = ?) AND tenant_id = ? LIMIT ?\",\"params\":[\"t1\"],\"param_positions\":[1]}");
    answers("INSERT INTO o (a) VALUES (?), (?)",
            "{\"sql\":\"INSERT INTO o (tenant_id, a) VALUES (?, ?), (?, ?)\",\"params\":[\"t1\",\"t1\"],\"param_positions\":[0,2]}");
    answers("INSERT INTO o (tenant_id, a) VALUES (?, ?), ('x', 2)",
            "{\"sql\":\"INSERT INTO o (tenant_id, a) VALUES (?, ?), (?, 2)\",\"params\":[\"t1\",\"t1\"],\"param_positions\":[0,2],"
            "\"dropped_params\":[0]}");
    answers("SELECT $1 FROM o WHERE a = $2 LIMIT $1",
            "{\"sql\":\"SELECT $1 FROM o WHERE (a = $2) AND tenant_id = $3 LIMIT $1\",\"params\":[\"t1\"]}");
    answers("SELECT $1 FROM o WHERE a = $2 LIMIT $3",
            "{\"sql\":\"SELECT $1 FROM o WHERE (a = $2) AND tenant_id = $3 LIMIT $4\",\"params\":[\"t1\"],\"param_positions\":[2]}");
    refuses("SELECT $2, $1 FROM o",
            "a placeholder out of its order, which SQLite would count as it comes; give the dialect");
    becomes_for(SQL_BY_POSTGRES, "SELECT $2, $1 FROM o LIMIT $3", "SELECT $2, $1 FROM o WHERE tenant_id = $4 LIMIT $3", 1);
    refuses("SELECT $1a FROM o", "a placeholder with letters behind its number at byte 7");
    answers("SELECT ?2, ?1 FROM o LIMIT ?3",
            "{\"sql\":\"SELECT ?2, ?1 FROM o WHERE tenant_id = ?4 LIMIT ?3\",\"params\":[\"t1\"]}");
    answers("INSERT INTO o (a, tenant_id, b) VALUES (?1, ?2, ?3)",
            "{\"sql\":\"INSERT INTO o (a, tenant_id, b) VALUES (?1, ?3, ?2)\",\"params\":[\"t1\"],\"dropped_params\":[1]}");
    answers("SELECT * FROM o WHERE a = ?7", "{\"sql\":\"SELECT * FROM o WHERE (a = ?7) AND tenant_id = ?8\",\"params\":[\"t1\"]}");
    answers("INSERT INTO o (a, tenant_id) SELECT $1, $2 FROM p",
            "{\"sql\":\"INSERT INTO o (a, tenant_id) SELECT $1, $2 FROM p WHERE tenant_id = $3\",\"params\":[\"t1\",\"t1\"],"
            "\"dropped_params\":[1]}");
    answers("INSERT INTO o (tenant_id, a) VALUES ($1, $2), ('x', $3)",
            "{\"sql\":\"INSERT INTO o (tenant_id, a) VALUES ($1, $2), ($3, $4)\",\"params\":[\"t1\",\"t1\"],"
            "\"param_positions\":[0,2],\"dropped_params\":[0]}");
    answers("INSERT INTO o (a, tenant_id) VALUES ($1, $1)",
            "{\"sql\":\"INSERT INTO o (a, tenant_id) VALUES ($1, $2)\",\"params\":[\"t1\"]}");
    answers("SELECT * FROM o, p WHERE o.a = :a AND p.b = :b",
            "{\"sql\":\"SELECT * FROM o, p WHERE (o.a = :a AND p.b = :b) AND o.tenant_id = :tenant_of_row_1 AND p.tenant_id = "
            ":tenant_of_row_2\",\"params\":[\"t1\",\"t1\"],\"param_names\":[\"tenant_of_row_1\",\"tenant_of_row_2\"]}");
    answers("SELECT :tenant_of_row_1 FROM o",
            "{\"sql\":\"SELECT :tenant_of_row_1 FROM o WHERE tenant_id = :tenant_of_row__1\",\"params\":[\"t1\"],"
            "\"param_names\":[\"tenant_of_row__1\"]}");
    refuses("SELECT :tenant_of_row_______________________________________________________________________ FROM o",
            "a placeholder with too many _ in its name");
    refuses("SELECT ?, $1 FROM o", "a placeholder of another kind than those before it at byte 10");
    refuses("SELECT ?1, $2 FROM o", "a placeholder of another kind than those before it at byte 11");
    refuses("SELECT $0 FROM o", "a placeholder whose number is out of range at byte 7");
    refuses("SELECT $99999999999 FROM o", "a placeholder whose number is out of range at byte 7");
    refuses("SELECT a FROM o WHERE b ? 'c'",
            "a ? where an operator is expected; for that operator of PostgreSQL write jsonb_exists() (at byte 24)");
}

/* ---- refused ------------------------------------------------------------------------------------- */

KL_TEST(what_is_not_understood_is_refused)
{
    KL_UNUSED_STATE;
    const char *statement = "unexpected '%s' at byte 0; expected SELECT, INSERT, UPDATE or DELETE";
    static const char *const others[] = {"DROP TABLE o", "CREATE TABLE o (a int)", "ALTER TABLE o ADD b int", "TRUNCATE o",
                                         "PRAGMA table_info(o)", "ATTACH 'x' AS y", "COPY o TO STDOUT", "CALL f()",
                                         "DO 'x'", "HANDLER o OPEN", "SHOW TABLES", "DESCRIBE o", "VACUUM", "BEGIN",
                                         "GRANT ALL ON o TO u", "SET x = 1", "EXECUTE p", "LOAD DATA INFILE 'x' INTO TABLE o"};
    for (size_t i = 0; i < KL_COUNT(others); i++) {
        char message[200], word[20];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(others[i], " "), others[i]);
        snprintf(message, sizeof message, statement, word);
        refuses(others[i], message);
    }
    refuses("", "there is no statement");
    refuses("  -- nothing\n", "there is no statement");
    refuses(";", "unexpected ';' at byte 0; expected SELECT, INSERT, UPDATE or DELETE");
    refuses("SELECT * FROM o; DELETE FROM o", "a second statement; give one at a time (at byte 17)");
    refuses("MERGE INTO o USING p ON true WHEN MATCHED THEN DELETE", "MERGE (at byte 0)");
    refuses("TABLE o", "TABLE; write SELECT * FROM instead (at byte 0)");
    refuses("SELECT * FROM o WHERE a IN (TABLE p)", "TABLE; write SELECT * FROM instead (at byte 28)");
    refuses("SELECT * INTO x FROM o", "SELECT INTO, which writes (at byte 9)");
    refuses("SELECT a FROM o INTO OUTFILE 'x'", "SELECT INTO, which writes (at byte 16)");
    refuses("UPDATE o SET a = 1 WHERE CURRENT OF c", "CURRENT OF, which names a row by a cursor (at byte 25)");
    refuses("SELECT * FROM pg_ls_dir('x')", "a function in FROM that is not known to read no tables (at byte 14)");
    refuses("SELECT query_to_xml('SELECT 1', true, true, '')",
            "the function query_to_xml() reads what cannot be seen in the statement");
    refuses("SELECT pg_catalog.\"table_to_xml\"('o', true, true, '')",
            "the function table_to_xml() reads what cannot be seen in the statement");
    refuses("SELECT * FROM a.b.c", "a name of more than two parts (at byte 17)");
    refuses("SELECT * FROM o, o", "a second table of the same name; give it an alias (at byte 17)");
    refuses("SELECT * FROM o, p O", "a second table of the same name; give it an alias (at byte 19)");
    refuses("UPDATE o SET a = 1 FROM o", "a second table of the same name; give it an alias (at byte 24)");
}

KL_TEST(malformed_statements_are_refused)
{
    KL_UNUSED_STATE;
    refuses("INSERT INTO o VALUES (1)", "INSERT without a list of columns (at byte 14)");
    refuses("INSERT INTO o SELECT * FROM p", "INSERT without a list of columns (at byte 14)");
    refuses("INSERT INTO o (SELECT * FROM p)", "INSERT without a list of columns (at byte 14)");
    refuses("INSERT INTO o DEFAULT VALUES", "INSERT without a list of columns (at byte 14)");
    refuses("INSERT INTO o () VALUES ()", "INSERT without a list of columns (at byte 14)");
    refuses("INSERT INTO o (a, b) VALUES (1, 2), (3)", "a row of 1 values for 2 columns");
    refuses("INSERT INTO o (a) SELECT 1, 2", "a row of 2 values for 1 columns");
    refuses("INSERT INTO o (a)", "the statement ends at byte 17; expected SELECT");
    refuses("INSERT INTO o (a) VALUES", "the statement ends at byte 24; expected (");
    refuses("INSERT INTO o (a, tenant_id) SELECT * FROM p",
            "a * where the place of the tenant column must be known (at byte 36)");
    refuses("INSERT INTO o (a, tenant_id) SELECT a, p.* FROM p",
            "a * where the place of the tenant column must be known (at byte 41)");
    refuses("SELECT * FROM", "the statement ends at byte 13; expected the name of a table");
    refuses("SELECT FROM o", "unexpected 'FROM' at byte 7; expected an expression");
    refuses("SELECT a, FROM o", "unexpected 'FROM' at byte 10; expected an expression");
    refuses("SELECT * FORM o", "unexpected 'FORM' at byte 9; expected the end of the statement");
    refuses("SELECT * FROM o WHERE", "the statement ends at byte 21; expected an expression");
    refuses("SELECT * FROM o WHERE a =", "the statement ends at byte 25; expected an expression");
    refuses("SELECT * FROM o WHERE AND a", "unexpected 'AND' at byte 22; expected an expression");
    refuses("SELECT * FROM o WHERE a b", "unexpected 'b' at byte 24; expected the end of the statement");
    refuses("SELECT * FROM o WHERE (a = 1", "the statement ends at byte 28; expected )");
    refuses("SELECT * FROM o WHERE a = 1)", "unexpected ')' at byte 27; expected the end of the statement");
    refuses("SELECT * FROM o x y", "unexpected 'y' at byte 18; expected the end of the statement");
    refuses("SELECT * FROM o LEFT JOIN p", "the statement ends at byte 27; expected ON or USING");
    refuses("SELECT * FROM 'o'", "unexpected 'a string' at byte 14; expected the name of a table");
    refuses("SELECT 'a FROM o", "a string without end at byte 7");
    refuses("SELECT \"a FROM o", "a quoted name without end at byte 7");
    refuses("SELECT a /* FROM o", "a comment without end at byte 9");
    refuses("SELECT $$a FROM o", "a string without end at byte 7");
    refuses("SELECT 1a FROM o", "a number with letters behind it at byte 7");
    refuses("SELECT \\N FROM o", "a character that SQL does not know at byte 7");
    refuses("UPDATE o", "the statement ends at byte 8; expected SET");
    refuses("UPDATE o SET", "the statement ends at byte 12; expected a column");
    refuses("UPDATE o SET a", "the statement ends at byte 14; expected =");
    refuses("DELETE o", "the statement ends at byte 8; expected FROM");
    refuses("WITH a SELECT 1", "unexpected 'SELECT' at byte 7; expected AS");
    refuses("WITH a AS (SELECT 1)", "the statement ends at byte 20; expected SELECT, INSERT, UPDATE or DELETE");
}

KL_TEST(depth_and_size_are_bounded)
{
    KL_UNUSED_STATE;
    char sql[60000];
    size_t len = (size_t)snprintf(sql, sizeof sql, "SELECT ");
    memset(sql + len, '(', 10000);
    snprintf(sql + len + 10000, sizeof sql - len - 10000, "1");
    refuses(sql, "the statement nests too deep (at byte 107)");
    strcpy(sql, "SELECT * FROM o0");
    for (int i = 1; i < 300; i++)
        sprintf(sql + strlen(sql), ", o%d", i);
    refuses(sql, "more tables than can be looked after (at byte 1444)");
    strcpy(sql, "SELECT ");
    for (int i = 0; i < 3000; i++)
        strcat(sql, "- - a IN (1) + ");
    strcat(sql, "1");
    becomes(sql, sql, 0);
    refuses_for(SQL_BY_ALL, "SELECT CASE WHEN 1 THEN", "the statement ends at byte 23; expected an expression");
}

KL_TEST(a_nul_byte_is_refused)
{
    KL_UNUSED_STATE;
    kl_sql_tenant tenant = {KL_TEXT("t1"), KL_TEXT("tenant_id"), SQL_BY_ALL, false};
    kl_value answer = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_sql_tenant_scope(&answer, KL_TEXT("SELECT 'a\0b' FROM o"), &tenant, &error), KL_FAILED);
    assert_string_equal(kl_error_message(&error), "a NUL byte at byte 9");
    assert_int_equal(error.position, 9);
    kl_error_clear(&error);
}

KL_TEST(the_column_is_quoted_where_it_must_be)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *column;
        unsigned readers;
        const char *expected; /* NULL: refused */
    } rows[] = {
        {"org", SQL_BY_ALL, "SELECT * FROM o WHERE org = ?"},
        {"user", SQL_BY_ALL, NULL},
        {"group", SQL_BY_SQLITE, "SELECT * FROM o WHERE \"group\" = ?"},
        {"user", SQL_BY_POSTGRES, "SELECT * FROM o WHERE \"user\" = ?"},
        {"order", SQL_BY_MYSQL, "SELECT * FROM o WHERE `order` = ?"},
        {"orgId", SQL_BY_ALL, "SELECT * FROM o WHERE orgId = ?"},
        {"orgId", SQL_BY_POSTGRES, "SELECT * FROM o WHERE \"orgId\" = ?"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_sql_tenant tenant = {KL_TEXT("t1"), kl_text_from(rows[i].column), rows[i].readers, false};
        kl_value answer = kl_null();
        kl_status status = kl_sql_tenant_scope(&answer, KL_TEXT("SELECT * FROM o"), &tenant, NULL);
        assert_int_equal(status, rows[i].expected ? KL_OK : KL_FAILED);
        if (rows[i].expected)
            assert_string_equal(kl_as_text(kl_map_get(answer, KL_TEXT("sql"))).data, rows[i].expected);
        kl_value_release(answer);
    }
}

/* ---- words, memory ------------------------------------------------------------------------------- */

KL_TEST(every_word_is_found)
{
    KL_UNUSED_STATE;
#define X(name, flags)                                                                             \
    assert_int_equal(sql_word_of(KL_TEXT(#name)), SQL_##name);                                     \
    assert_int_equal(sql_word_flags(SQL_##name), (flags));
    SQL_WORDS(X)
#undef X
    assert_int_equal(sql_word_of(KL_TEXT("sElEcT")), SQL_SELECT);
    assert_int_equal(sql_word_of(KL_TEXT("selec")), SQL_NO_WORD);
    assert_int_equal(sql_word_of(KL_TEXT("selected")), SQL_NO_WORD);
    assert_int_equal(sql_word_of(KL_TEXT("")), SQL_NO_WORD);
}

static kl_status scope_everything(void *data)
{
    static const char *const texts[] = {
        "WITH c AS (SELECT * FROM o) SELECT $$a$$ FROM c FULL JOIN p USING (a) WHERE b IN (SELECT 1 FROM q) --x",
        "INSERT INTO o (tenant_id, a) VALUES ($1, $2) ON DUPLICATE KEY UPDATE a = 1",
        "SELECT * FROM o, p WHERE a = :a",
        "INSERT INTO o (tenant_id, a) VALUES (?, ?)"};
    (void)data;
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(texts) && status == KL_OK; i++) {
        kl_value answer = kl_null();
        kl_error error = KL_ERROR_INIT;
        status = scope(&answer, texts[i], SQL_BY_ALL, &error);
        kl_value_release(answer);
        kl_error_clear(&error);
    }
    return status;
}

KL_TEST(no_allocation_that_fails_is_missed)
{
    KL_UNUSED_STATE;
    assert_true(sweep(scope_everything, NULL) > 20);
}

/* ---- the types ----------------------------------------------------------------------------------- */

static kl_value make(const char *type, const char *arguments, kl_error *error)
{
    kl_value made = kl_null(), map = json(arguments);
    kl_object_from_map(&made, kl_type_find(kl_text_from(type), "kailash.dataflow"), map, error);
    kl_value_release(map);
    return made;
}

static kl_status make_and_ask(void *data)
{
    (void)data;
    kl_error error = KL_ERROR_INIT;
    kl_value context = kl_null(), interceptor = kl_null(), answer = kl_null();
    const kl_type *contexts = kl_type_find(KL_TEXT("TenantContext"), "kailash.dataflow");
    const kl_type *interceptors = kl_type_find(KL_TEXT("QueryInterceptor"), "kailash.dataflow");
    kl_value sql = kl_null();
    kl_value column = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&sql, KL_TEXT("SELECT * FROM o"), &error));
    KL_TRY_OUT(kl_string_new(&column, KL_TEXT("org"), &error));
    kl_value first[] = {sql, column, kl_bool(false)};
    KL_TRY_OUT(kl_object_make(&context, contexts, first, &error));
    kl_value second[] = {context, column, kl_null()};
    KL_TRY_OUT(kl_object_make(&interceptor, interceptors, second, &error));
    KL_TRY_OUT(kl_object_call(&answer, interceptor.as.object, KL_TEXT("intercept_query"), &sql, 1, &error));
out:
    kl_value_release(answer);
    kl_value_release(interceptor);
    kl_value_release(context);
    kl_value_release(column);
    kl_value_release(sql);
    kl_error_clear(&error);
    return status;
}

KL_TEST(types_survive_failing_allocations)
{
    KL_UNUSED_STATE;
    assert_true(sweep(make_and_ask, NULL) > 5);
}

KL_TEST(a_context_refuses_a_column_that_is_no_identifier)
{
    KL_UNUSED_STATE;
    static const char *const bad[] = {"", "a b", "1a", "a\\u00e4", "a;--", "\\\"a\\\"",
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        char arguments[200];
        kl_error error = KL_ERROR_INIT;
        snprintf(arguments, sizeof arguments, "{\"tenant_id\":\"t\",\"column_name\":\"%s\"}", bad[i]);
        kl_value made = make("TenantContext", arguments, &error);
        assert_true(kl_is_null(made));
        assert_int_equal(error.code, KL_INVALID);
        assert_non_null(strstr(kl_error_message(&error), "invalid SQL identifier: tenant column_name"));
        kl_error_clear(&error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_statements_get_the_predicate),
        cmocka_unit_test(inserted_rows_get_the_tenant),
        cmocka_unit_test(a_tenant_that_is_named_is_replaced),
        cmocka_unit_test(inserted_queries_are_scoped_and_give_the_tenant),
        cmocka_unit_test(every_table_of_a_join_gets_its_predicate),
        cmocka_unit_test(where_no_predicate_fits_a_table_becomes_a_query),
        cmocka_unit_test(updates_and_deletes_of_several_tables),
        cmocka_unit_test(queries_within_expressions_are_scoped),
        cmocka_unit_test(each_branch_of_a_set_operation_is_scoped),
        cmocka_unit_test(names_of_with_are_no_tables),
        cmocka_unit_test(a_predicate_cannot_be_captured_by_an_outer_query),
        cmocka_unit_test(a_conflict_reaches_rows_of_the_tenant_only),
        cmocka_unit_test(what_could_replace_a_row_of_another_tenant_is_refused),
        cmocka_unit_test(the_tenant_column_is_not_assigned),
        cmocka_unit_test(texts_and_comments_are_no_sql),
        cmocka_unit_test(explain_explains_the_scoped_statement),
        cmocka_unit_test(what_all_databases_read_alike_is_made_so),
        cmocka_unit_test(what_databases_read_differently_is_refused),
        cmocka_unit_test(a_dialect_reads_as_its_database_does),
        cmocka_unit_test(expressions_are_passed),
        cmocka_unit_test(values_that_do_not_come_last_have_positions),
        cmocka_unit_test(what_is_not_understood_is_refused),
        cmocka_unit_test(malformed_statements_are_refused),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(the_column_is_quoted_where_it_must_be),
        cmocka_unit_test(every_word_is_found),
        cmocka_unit_test(no_allocation_that_fails_is_missed),
        cmocka_unit_test(types_survive_failing_allocations),
        cmocka_unit_test(a_context_refuses_a_column_that_is_no_identifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
