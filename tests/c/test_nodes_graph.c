/* GraphDatabaseNode: operations, Cypher, files. */
#include "folder.h"
#include "node_sweep.h"
#include "store/graph.h"

#define NODE "GraphDatabaseNode"

static kl_status ask(kl_value *out, const char *graph, const char *query, const char *params,
                     kl_error *error)
{
    char inputs[4096], config[128];
    snprintf(config, sizeof config, "{\"graph\":\"%s\",\"operation\":\"query\"}", graph);
    snprintf(inputs, sizeof inputs, "{\"query\":\"%s\",\"params\":%s}", query, params);
    return run_node(out, NODE, config, inputs, error);
}

static void says_in(const char *graph, const char *query, const char *params, const char *expected,
                    const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = ask(&out, graph, query, params, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value result = kl_value_retain(kl_map_get(out, KL_TEXT("result")));
    kl_value_release(out);
    assert_json_in(result, expected, file, line);
}
/* The rows of a query. */
#define says(graph, query, expected) says_in(graph, query, "{}", expected, __FILE__, __LINE__)
#define says_with(graph, query, params, expected)                                                  \
    says_in(graph, query, params, expected, __FILE__, __LINE__)

static void refuses_in(const char *graph, const char *query, const char *message, const char *file,
                       int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = ask(&out, graph, query, "{}", &error);
    bool same = status == KL_FAILED && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: got \"%s\", expected \"%s\"\n", file, line,
                    status == KL_OK ? "(no error)" : kl_error_message(&error), message);
    kl_value_release(out);
    kl_error_clear(&error);
    assert_true(same);
}
#define refuses(graph, query, message) refuses_in(graph, query, message, __FILE__, __LINE__)

/* Ann (30) knows Bob (25) knows Cid (40); Ann works at Acme since 2010, Cid since 2015. */
static void make_people(const char *graph)
{
    says(graph, "MATCH (n) DETACH DELETE n", "[]");
    says(graph,
         "CREATE (a:Person {name: 'Ann', age: 30})-[:KNOWS {since: 2000}]->(b:Person {name: 'Bob', "
         "age: 25})-[:KNOWS {since: 2005}]->(c:Person:Boss {name: 'Cid', age: 40}), (w:Company {name: "
         "'Acme'}), (a)-[:WORKS_AT {since: 2010}]->(w)<-[:WORKS_AT {since: 2015}]-(c)",
         "[]");
}

/* ---- operations --------------------------------------------------------------------------------- */

KL_TEST(nodes_and_relationships_are_made_and_removed)
{
    KL_UNUSED_STATE;
    const char *config = "{\"graph\":\"ops\"}";
    gives(NODE, config, "{\"operation\":\"create_node\",\"labels\":[\"P\"],\"properties\":{\"n\":\"x\"}}",
          "{\"success\":true,\"result\":null,\"count\":1,\"node_id\":\"node_1\"}");
    gives(NODE, config, "{\"operation\":\"create_node\",\"labels\":[\"Q\"]}",
          "{\"success\":true,\"result\":null,\"count\":1,\"node_id\":\"node_2\"}");
    gives(NODE, config,
          "{\"operation\":\"create_relationship\",\"from_id\":\"node_1\",\"to_id\":\"node_2\","
          "\"relationship_type\":\"K\",\"properties\":{\"w\":1}}",
          "{\"success\":true,\"result\":true,\"count\":1,\"relationship_id\":\"rel_1\"}");
    fails(NODE, config,
          "{\"operation\":\"create_relationship\",\"from_id\":\"node_1\",\"to_id\":\"node_9\","
          "\"relationship_type\":\"K\"}",
          "node execution failed: target node not found: node_9");
    fails(NODE, config,
          "{\"operation\":\"create_relationship\",\"from_id\":\"node_9\",\"to_id\":\"node_1\","
          "\"relationship_type\":\"K\"}",
          "node execution failed: source node not found: node_9");
    gives(NODE, config, "{\"operation\":\"match\",\"labels\":[\"P\"]}",
          "{\"success\":true,\"result\":[{\"id\":\"node_1\",\"labels\":[\"P\"],\"properties\":{\"n\":"
          "\"x\"}}],\"count\":1}");
    gives(NODE, config, "{\"operation\":\"match\",\"labels\":[\"P\"],\"properties\":{\"n\":\"y\"}}",
          "{\"success\":true,\"result\":[],\"count\":0}");
    gives(NODE, config, "{\"operation\":\"query\",\"query\":\"MATCH (n:P) RETURN n\"}",
          "{\"success\":true,\"result\":[{\"id\":\"node_1\",\"labels\":[\"P\"],\"properties\":{\"n\":"
          "\"x\"}}],\"count\":1,\"columns\":[\"n\"]}");
    fails(NODE, config, "{\"operation\":\"delete_node\",\"node_id\":\"node_9\"}",
          "node execution failed: node not found: node_9");
    gives(NODE, config, "{\"operation\":\"delete_node\",\"node_id\":\"node_1\"}",
          "{\"success\":true,\"result\":true,\"count\":1}");
    says("ops", "MATCH ()-[r]->() RETURN count(r) AS n", "[{\"n\":0}]"); /* they went with it */
    fails(NODE, config, "{\"operation\":\"match\"}", "missing required input: labels");
    fails(NODE, config, "{\"operation\":\"query\"}", "missing required input: query");
    fails(NODE, config, "{\"operation\":\"delete_node\"}", "missing required input: node_id");
    fails(NODE, "{\"backend\":\"sqlite\"}", "{\"operation\":\"match\",\"labels\":[]}",
          "missing required input: connection_string");
}

/* ---- Cypher ------------------------------------------------------------------------------------- */

KL_TEST(paths_are_matched)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *query, *rows;
    } rows[] = {
        {"MATCH (n:Person) RETURN n.name AS name ORDER BY name DESC",
         "[{\"name\":\"Cid\"},{\"name\":\"Bob\"},{\"name\":\"Ann\"}]"},
        {"MATCH (n:Person:Boss) RETURN n.name", "[{\"n.name\":\"Cid\"}]"},
        {"MATCH (n {name: 'Bob'}) RETURN labels(n) AS l", "[{\"l\":[\"Person\"]}]"},
        {"MATCH (a:Person)-[:KNOWS]->(b) RETURN a.name AS a, b.name AS b",
         "[{\"a\":\"Ann\",\"b\":\"Bob\"},{\"a\":\"Bob\",\"b\":\"Cid\"}]"},
        {"MATCH (a {name:'Bob'})<-[r:KNOWS]-(b) RETURN b.name AS b, r.since AS s, type(r) AS t",
         "[{\"b\":\"Ann\",\"s\":2000,\"t\":\"KNOWS\"}]"},
        {"MATCH (a {name:'Bob'})-[:KNOWS]-(b) RETURN b.name AS b ORDER BY b",
         "[{\"b\":\"Ann\"},{\"b\":\"Cid\"}]"},
        {"MATCH (a)-[:KNOWS]->()-[:KNOWS]->(c) RETURN a.name AS a, c.name AS c",
         "[{\"a\":\"Ann\",\"c\":\"Cid\"}]"},
        {"MATCH (a:Person)-[:WORKS_AT]->(w)<-[:WORKS_AT]-(b:Person) RETURN a.name AS a, b.name AS b "
         "ORDER BY a",
         "[{\"a\":\"Ann\",\"b\":\"Cid\"},{\"a\":\"Cid\",\"b\":\"Ann\"}]"},
        {"MATCH (a {name:'Ann'})-[:KNOWS*1..2]->(b) RETURN b.name AS b",
         "[{\"b\":\"Bob\"},{\"b\":\"Cid\"}]"},
        {"MATCH (a {name:'Ann'})-[:KNOWS*0..]->(b) RETURN b.name AS b",
         "[{\"b\":\"Ann\"},{\"b\":\"Bob\"},{\"b\":\"Cid\"}]"},
        {"MATCH (a {name:'Ann'})-[rs:KNOWS*2]->(b) RETURN [r IN rs | r.since] AS s", "[{\"s\":[2000,2005]}]"},
        {"MATCH (b:Boss)<-[rs:KNOWS*2]-(a) RETURN [r IN rs | r.since] AS s", "[{\"s\":[2005,2000]}]"},
        {"MATCH p = (a {name:'Ann'})-[:KNOWS*]->(:Boss) RETURN length(p) AS l, [n IN nodes(p) | n.name] "
         "AS n, size(relationships(p)) AS r",
         "[{\"l\":2,\"n\":[\"Ann\",\"Bob\",\"Cid\"],\"r\":2}]"},
        {"MATCH (a:Person), (b:Person) WHERE a.age < b.age RETURN count(*) AS n", "[{\"n\":3}]"},
        {"MATCH (a)-[:KNOWS|WORKS_AT]->(b) RETURN count(b) AS n", "[{\"n\":4}]"},
        {"MATCH (a:Person) OPTIONAL MATCH (a)-[:WORKS_AT]->(w) RETURN a.name AS a, w.name AS w ORDER BY a",
         "[{\"a\":\"Ann\",\"w\":\"Acme\"},{\"a\":\"Bob\",\"w\":null},{\"a\":\"Cid\",\"w\":\"Acme\"}]"},
        {"MATCH (a)-[r]->(b) WHERE startNode(r) = a AND id(endNode(r)) = id(b) RETURN count(r) AS n",
         "[{\"n\":4}]"},
    };
    make_people("paths");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        says("paths", rows[i].query, rows[i].rows);
}

KL_TEST(expressions_are_computed)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *expression, *value;
    } rows[] = {
        {"1 + 2 * 3 - 4 / 2", "5"},
        {"7 / 2", "3"},
        {"7.0 / 2", "3.5"},
        {"2 ^ 3", "8.0"},
        {"-3 % 2", "-1"},
        {"(1 + 2) * 3", "9"},
        {"'a' + 'b' + 1", "\"ab1\""},
        {"[1, 2] + 3", "[1,2,3]"},
        {"1 < 2 AND NOT 2 < 1", "true"},
        {"true XOR true", "false"},
        {"null = null", "null"},
        {"null OR true", "true"},
        {"null AND true", "null"},
        {"1 = 1.0", "true"},
        {"1 <> 'a'", "true"},
        {"1 < 'a'", "null"},
        {"2 IN [1, 2]", "true"},
        {"3 IN [1, null]", "null"},
        {"'hello' STARTS WITH 'he'", "true"},
        {"'hello' ENDS WITH 'lo'", "true"},
        {"'hello' CONTAINS 'x'", "false"},
        {"'hello' =~ 'h.*o'", "true"},
        {"'hello' =~ 'h'", "false"},
        {"null IS NULL", "true"},
        {"1 IS NOT NULL", "true"},
        {"[1, 2, 3][0]", "1"},
        {"[1, 2, 3][-1]", "3"},
        {"[1, 2, 3][1..]", "[2,3]"},
        {"[1, 2, 3][..-1]", "[1,2]"},
        {"{a: 1, b: [2]}.b[0]", "2"},
        {"[x IN [1, 2, 3] WHERE x > 1 | x * 10]", "[20,30]"},
        {"CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", "\"b\""},
        {"CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'c' END", "\"c\""},
        {"coalesce(null, 5)", "5"},
        {"size('äö') + size([1])", "3"},
        {"range(1, 5, 2)", "[1,3,5]"},
        {"range(3, 1, -1)", "[3,2,1]"},
        {"head([1, 2]) + last([1, 2])", "3"},
        {"tail([1, 2])", "[2]"},
        {"toUpper('a') + toLower('B') + trim(' c ')", "\"Abc\""},
        {"substring('hello', 1, 3)", "\"ell\""},
        {"replace('aXa', 'X', '-')", "\"a-a\""},
        {"split('a,b', ',')", "[\"a\",\"b\"]"},
        {"toInteger('42') + toInteger(1.9)", "43"},
        {"toFloat('1.5')", "1.5"},
        {"toString(1.0)", "\"1.0\""},
        {"abs(-2) + sign(-3)", "1"},
        {"round(2.5) + floor(1.9)", "4.0"},
        {"keys({b: 1, a: 2})", "[\"b\",\"a\"]"},
        {"'it\\\\'s \\\\u00e9'", "\"it's é\""},
        {"0x", NULL},
    };
    for (size_t i = 0; rows[i].value; i++) {
        char query[256], expected[128];
        snprintf(query, sizeof query, "RETURN %s AS v /* comment */ // and another", rows[i].expression);
        snprintf(expected, sizeof expected, "[{\"v\":%s}]", rows[i].value);
        says("none", query, expected);
    }
}

KL_TEST(rows_are_grouped_sorted_and_cut)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *query, *rows;
    } rows[] = {
        {"MATCH (n:Person) RETURN count(*) AS c, sum(n.age) AS s, avg(n.age) AS a, min(n.age) AS lo, "
         "max(n.name) AS hi, collect(n.age) AS l",
         "[{\"c\":3,\"s\":95,\"a\":31.666666666666668,\"lo\":25,\"hi\":\"Cid\",\"l\":[30,25,40]}]"},
        {"MATCH (n:Nobody) RETURN count(n) AS c, sum(n.x) AS s, collect(n) AS l",
         "[{\"c\":0,\"s\":0,\"l\":[]}]"},
        {"MATCH (n:Nobody) RETURN n.x AS x, count(*) AS c", "[]"},
        {"UNWIND [1, 2, 2, null] AS x RETURN count(x) AS c, count(DISTINCT x) AS d, collect(DISTINCT x) AS "
         "l, count(*) + 1 AS e",
         "[{\"c\":3,\"d\":2,\"l\":[1,2],\"e\":5}]"},
        {"UNWIND [3, 1, null, 2] AS x RETURN x ORDER BY x", "[1,2,3,null]"},
        {"UNWIND [3, 1, null, 2] AS x RETURN x ORDER BY x DESC SKIP 1 LIMIT 2", "[3,2]"},
        {"UNWIND [1, 2, 1] AS x RETURN DISTINCT x AS y", "[{\"y\":1},{\"y\":2}]"},
        {"UNWIND [1, 2, 3] AS x WITH x WHERE x > 1 RETURN sum(x) AS s", "[{\"s\":5}]"},
        {"MATCH (n:Person) WITH n ORDER BY n.age LIMIT 2 RETURN collect(n.name) AS l",
         "[{\"l\":[\"Bob\",\"Ann\"]}]"},
        {"MATCH (n:Person)-[:WORKS_AT]->(w) WITH w, count(n) AS c WHERE c > 1 RETURN w.name AS w, c",
         "[{\"w\":\"Acme\",\"c\":2}]"},
        {"UNWIND ['a', 'b', 'a'] AS k RETURN k AS k, count(*) AS n ORDER BY n DESC",
         "[{\"k\":\"a\",\"n\":2},{\"k\":\"b\",\"n\":1}]"},
        {"UNWIND [[1, 2], [3]] AS l UNWIND l AS x RETURN x", "[1,2,3]"},
        {"WITH 1 AS a, 2 AS b RETURN *", "[{\"a\":1,\"b\":2}]"},
        {"MATCH (n:Person) RETURN n.age > 28 AS old, count(*) AS c ORDER BY old",
         "[{\"old\":false,\"c\":1},{\"old\":true,\"c\":2}]"},
    };
    make_people("grouped");
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        says("grouped", rows[i].query, rows[i].rows);
    says_with("grouped", "MATCH (n:Person) WHERE n.age > $age RETURN n.name AS n LIMIT $top",
              "{\"age\":26,\"top\":1}", "[{\"n\":\"Ann\"}]");
    says_with("grouped", "UNWIND $rows AS r RETURN r.x AS x", "{\"rows\":[{\"x\":1},{\"x\":2}]}",
              "[{\"x\":1},{\"x\":2}]");
}

KL_TEST(the_graph_is_changed)
{
    KL_UNUSED_STATE;
    make_people("changed");
    says("changed", "MATCH (n {name: 'Ann'}) SET n.age = 31, n.city = 'Bern', n:Boss RETURN n.age AS a, "
                    "n.city AS c, labels(n) AS l",
         "[{\"a\":31,\"c\":\"Bern\",\"l\":[\"Person\",\"Boss\"]}]");
    says("changed", "MATCH (n:Boss) RETURN n.name AS n ORDER BY n", "[{\"n\":\"Ann\"},{\"n\":\"Cid\"}]");
    says("changed", "MATCH (n {name: 'Ann'}) REMOVE n.city, n:Boss RETURN n.city AS c, labels(n) AS l",
         "[{\"c\":null,\"l\":[\"Person\"]}]");
    says("changed", "MATCH (n {name: 'Bob'}) SET n += {x: 1, age: null} RETURN properties(n) AS p",
         "[{\"p\":{\"name\":\"Bob\",\"x\":1}}]");
    says("changed", "MATCH (n {name: 'Bob'}) SET n = {name: 'Rob'} RETURN properties(n) AS p",
         "[{\"p\":{\"name\":\"Rob\"}}]");
    says("changed", "MATCH ({name: 'Ann'})-[r:KNOWS]->() SET r.since = 1 RETURN r.since AS s",
         "[{\"s\":1}]");
    says("changed", "MERGE (n:City {name: 'Bern'}) ON CREATE SET n.made = 1 ON MATCH SET n.seen = 1 RETURN "
                    "properties(n) AS p",
         "[{\"p\":{\"name\":\"Bern\",\"made\":1}}]");
    says("changed", "MERGE (n:City {name: 'Bern'}) ON CREATE SET n.made = 1 ON MATCH SET n.seen = 1 RETURN "
                    "properties(n) AS p",
         "[{\"p\":{\"name\":\"Bern\",\"made\":1,\"seen\":1}}]");
    says("changed", "MATCH (a {name: 'Ann'}), (c:City) MERGE (a)-[r:LIVES_IN]->(c) RETURN type(r) AS t",
         "[{\"t\":\"LIVES_IN\"}]");
    says("changed", "MATCH (a {name: 'Ann'}), (c:City) MERGE (a)-[r:LIVES_IN]->(c) RETURN count(r) AS n",
         "[{\"n\":1}]");
    says("changed", "MATCH ()-[r:LIVES_IN]->() DELETE r RETURN count(*) AS n", "[{\"n\":1}]");
    refuses("changed", "MATCH (n {name: 'Ann'}) SET n.age = 99 DELETE n",
            "invalid input 'query': line 1, column 47: node_1 still has relationships: use DETACH "
            "DELETE");
    /* What failed changed nothing. */
    says("changed", "MATCH (n {name: 'Ann'}) RETURN n.age AS a", "[{\"a\":31}]");
    says("changed", "MATCH (n {name: 'Ann'})-[r]-() DELETE r, n RETURN count(*) AS n", "[{\"n\":2}]");
    says("changed", "MATCH (n:Person) RETURN count(*) AS n", "[{\"n\":2}]");
    kl_value out = kl_null();
    assert_int_equal(ask(&out, "changed", "CREATE (a:X {k: 1})-[:R]->(b:X) SET b.k = 2", "{}", NULL), KL_OK);
    assert_json(out, "{\"success\":true,\"result\":[],\"count\":0,\"columns\":[],\"nodes_created\":2,"
                     "\"relationships_created\":1,\"properties_set\":2}");
    assert_int_equal(ask(&out, "changed", "MATCH (x:X) DETACH DELETE x", "{}", NULL), KL_OK);
    assert_json(out, "{\"success\":true,\"result\":[],\"count\":0,\"columns\":[],\"nodes_deleted\":2,"
                     "\"relationships_deleted\":1}");
}

KL_TEST(bad_queries_are_shown)
{
    KL_UNUSED_STATE;
#define BAD "invalid input 'query': line "
    static const struct {
        const char *query, *message;
    } rows[] = {
        {"FOO", BAD "1, column 1: expected MATCH, OPTIONAL MATCH, CREATE, MERGE, SET, REMOVE, DELETE, "
                    "UNWIND, WITH or RETURN, got FOO"},
        {"", BAD "1, column 1: expected MATCH, OPTIONAL MATCH, CREATE, MERGE, SET, REMOVE, DELETE, UNWIND, "
                 "WITH or RETURN, got the end of the query"},
        {"MATCH (n", BAD "1, column 9: expected ')', got the end of the query"},
        {"MATCH (n)\\n RETURN", BAD "2, column 8: expected an expression, got the end of the query"},
        {"MATCH (n)", BAD "1, column 10: expected RETURN or a clause that changes the graph, got the end of "
                      "the query"},
        {"RETURN 1 2", BAD "1, column 10: expected the end of the query, got 2"},
        {"RETURN 'x", BAD "1, column 8: string without end"},
        {"RETURN x", BAD "1, column 8: variable 'x' is not defined"},
        {"RETURN $x", BAD "1, column 8: parameter 'x' is not defined"},
        {"RETURN foo(1)", BAD "1, column 8: unknown function 'foo'"},
        {"RETURN size()", BAD "1, column 8: size: expected 1 arguments, got 0"},
        {"RETURN 1 / 0", BAD "1, column 8: division by zero"},
        {"RETURN 'a' * 2", BAD "1, column 8: expected numbers, got string and integer"},
        {"RETURN 9223372036854775807 + 1", BAD "1, column 8: the result does not fit 64 bits"},
        {"RETURN 1 AND true", BAD "1, column 8: expected a condition, got integer"},
        {"CREATE (a)-[:R]-(b)", BAD "1, column 11: expected a direction for a relationship to be created"},
        {"CREATE (a)-[]->(b)", BAD "1, column 11: expected one type for a relationship to be created"},
        {"CREATE (a {x: {y: 1}})", BAD "1, column 11: a property holds a string, number, boolean or a list "
                                       "of them, not object"},
        {"WITH 1 + 1 RETURN 1", BAD "1, column 6: expected AS and a name for what WITH passes on"},
        {"UNWIND [1] AS x SET x.y = 1", BAD "1, column 21: expected a node or relationship, got integer"},
        {"RETURN 1 LIMIT -1", BAD "1, column 16: expected a non-negative integer"},
        {"MATCH (a)-[*1..99]->(b) RETURN b", BAD "1, column 18: expected a range of at most 64 hops, got ]"},
        {"RETURN 'a' =~ '('", BAD "1, column 8: expected a regular expression: regex: missing closing "
                              "parenthesis"},
        {"UNWIND [1] AS x DELETE x", BAD "1, column 24: expected a node, relationship or path, got integer"},
        {"MATCH (n) WHERE count(n) > 1 RETURN n", NULL},
    };
    for (size_t i = 0; rows[i].message; i++)
        refuses("bad", rows[i].query, rows[i].message);
    says("bad", "MATCH (n) RETURN count(*) AS n", "[{\"n\":0}]");
    char deep[400] = "RETURN ";
    for (int i = 0; i < 100; i++)
        strcat(deep, "(");
    refuses("bad", deep, BAD "1, column 72: expected at most 64 levels of nesting, got (");
}

KL_TEST(labels_and_indexes_spare_looking_at_all)
{
    KL_UNUSED_STATE;
    kl_graph *graph;
    kl_latch_waiter nobody = {0};
    kl_graph_result result;
    assert_int_equal(kl_graph_new(&graph, KL_TEXT("i"), KL_TEXT(""), NULL), KL_OK);
    kl_text fill = KL_TEXT("UNWIND range(1, 1000) AS i CREATE (:N {i: i}) CREATE (:M {i: i})");
    assert_int_equal(kl_graph_query(&result, graph, fill, kl_null(), KL_GRAPH_STEPS_MAX, nobody, NULL), KL_OK);
    assert_int_equal(result.nodes_created, 2000);
    kl_graph_result_clear(&result);
    kl_text query = KL_TEXT("MATCH (n:N) WHERE n.i = 7 AND n.i > 0 RETURN n.i AS i");
    assert_int_equal(kl_graph_query(&result, graph, query, kl_null(), KL_GRAPH_STEPS_MAX, nobody, NULL), KL_OK);
    assert_int_equal(result.examined, 1000);
    kl_graph_result_clear(&result);
    assert_int_equal(kl_graph_create_index(graph, KL_TEXT("N"), KL_TEXT("i"), nobody, NULL), KL_OK);
    assert_int_equal(kl_graph_query(&result, graph, query, kl_null(), KL_GRAPH_STEPS_MAX, nobody, NULL), KL_OK);
    assert_int_equal(result.examined, 1);
    assert_json(kl_value_retain(result.rows), "[{\"i\":7}]");
    kl_graph_result_clear(&result);
    kl_graph_free(graph);
}

KL_TEST(endless_work_ends)
{
    KL_UNUSED_STATE;
    says("endless", "UNWIND range(1, 12) AS i CREATE (:N {i: i})", "[]");
    says("endless", "MATCH (a:N), (b:N) CREATE (a)-[:R]->(b)", "[]");
    fails(NODE, "{\"graph\":\"endless\",\"operation\":\"query\",\"max_steps\":200000}",
          "{\"query\":\"MATCH (a)-[*]->(b) RETURN count(*) AS n\"}",
          "resource limit exceeded: steps (limit: 200000 steps)");
}

KL_TEST(a_file_keeps_the_graph)
{
    KL_UNUSED_STATE;
    const char *config = fill("{\"connection_string\":\"{DIR}/g.db\",\"operation\":\"query\"}");
    const char *same = fill("{\"connection_string\":\"sqlite:{DIR}/g.db\",\"operation\":\"query\"}");
    gives(NODE, config, "{\"query\":\"CREATE (a:A {n: 1})-[:R {w: 2}]->(b:B) RETURN id(a) AS i\"}",
          "{\"success\":true,\"result\":[{\"i\":\"node_1\"}],\"count\":1,\"columns\":[\"i\"],"
          "\"nodes_created\":2,\"relationships_created\":1,\"properties_set\":2}");
    gives(NODE, same, "{\"query\":\"MATCH (a:A)-[r]->(b) RETURN a.n AS n, r.w AS w, labels(b) AS l\"}",
          "{\"success\":true,\"result\":[{\"n\":1,\"w\":2,\"l\":[\"B\"]}],\"count\":1,\"columns\":[\"n\","
          "\"w\",\"l\"]}");
    gives(NODE, same, "{\"query\":\"MATCH (b:B) DETACH DELETE b\"}",
          "{\"success\":true,\"result\":[],\"count\":0,\"columns\":[],\"nodes_deleted\":1,"
          "\"relationships_deleted\":1}");
    gives(NODE, config, "{\"query\":\"MATCH (n) OPTIONAL MATCH (n)-[r]-() RETURN n.n AS n, r\"}",
          "{\"success\":true,\"result\":[{\"n\":1,\"r\":null}],\"count\":1,\"columns\":[\"n\",\"r\"]}");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    make_people("sweep");
    const char *config = "{\"graph\":\"sweep\",\"operation\":\"query\"}";
    survives_failed_allocations(
        NODE, config,
        "{\"query\":\"MATCH p = (a:Person {name: 'Ann'})-[rs:KNOWS*1..2]->(b) WHERE b.age > 1 WITH a, b, "
        "length(p) AS l, [r IN rs | r.since] AS s ORDER BY b.name RETURN DISTINCT collect(b.name)[0..2] AS "
        "n, CASE WHEN count(*) > 1 THEN toUpper('x') END AS c\"}");
    survives_failed_allocations(NODE, config,
                                "{\"query\":\"MERGE (n:New {k: 1}) ON CREATE SET n.x = [1] ON MATCH SET n "
                                "+= {y: 2}, n:Other MERGE (n)-[:R]->(m:Z) RETURN n\"}");
    survives_failed_allocations(NODE, config,
                                "{\"query\":\"CREATE (a:T)-[r:R {w: 1}]->(b:T) REMOVE a:T SET r.w = 2 DELETE "
                                "r, a DETACH DELETE b\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_and_relationships_are_made_and_removed),
        cmocka_unit_test(paths_are_matched),
        cmocka_unit_test(expressions_are_computed),
        cmocka_unit_test(rows_are_grouped_sorted_and_cut),
        cmocka_unit_test(the_graph_is_changed),
        cmocka_unit_test(bad_queries_are_shown),
        cmocka_unit_test(labels_and_indexes_spare_looking_at_all),
        cmocka_unit_test(endless_work_ends),
        cmocka_unit_test(a_file_keeps_the_graph),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
