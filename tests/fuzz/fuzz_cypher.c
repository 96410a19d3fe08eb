/* tests/fuzz/fuzz_cypher.c - any query on a small graph: it ends, faults lie in the query, and one that
 * only reads says the same twice. */
#include "fuzz.h"
#include "store/graph.h"
#include "store/graph_cypher.h"

/* Enough for any honest small query; hostile ones end there. */
enum { STEPS = 100000 };

static kl_graph *new_graph(void)
{
    kl_graph *graph;
    kl_graph_result result;
    kl_latch_waiter nobody = {0};
    kl_text fill = KL_TEXT("CREATE (a:A {n: 1, s: 'x'})-[:R {w: 2}]->(b:B {n: 2.5})-[:S]->(a)");
    KL_REQUIRE(kl_graph_new(&graph, KL_TEXT("fuzz"), KL_TEXT(""), NULL) == KL_OK);
    KL_REQUIRE(kl_graph_query(&result, graph, fill, kl_null(), STEPS, nobody, NULL) == KL_OK);
    kl_graph_result_clear(&result);
    return graph;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    kl_value text = kl_null();
    cypher_query *query = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_latch_waiter nobody = {0};
    if (size > 2000 || kl_string_new(&text, (kl_text){(const char *)bytes, size}, NULL) != KL_OK)
        return 0; /* texts of values are UTF-8 */
    kl_status status = cypher_parse(&query, kl_as_text(text), &error);
    KL_REQUIRE(status == KL_OK || (status == KL_SYNTAX && error.position <= size));
    kl_error_clear(&error);
    /* Long ranges only cost time. */
    if (status == KL_OK && !memmem(bytes, size, "range", 5)) {
        kl_graph *graph = new_graph();
        kl_graph_result first = {0}, second = {0};
        status = kl_graph_query(&first, graph, kl_as_text(text), kl_null(), STEPS, nobody, &error);
        KL_REQUIRE(status == KL_OK || status == KL_INVALID || status == KL_LIMIT || status == KL_DEPTH ||
                   status == KL_SYNTAX);
        if (status == KL_OK && !query->writes) {
            bool same = false;
            KL_REQUIRE(kl_graph_query(&second, graph, kl_as_text(text), kl_null(), STEPS, nobody, NULL) == KL_OK);
            KL_REQUIRE(kl_array_len(first.rows) == kl_array_len(second.rows));
            KL_REQUIRE(kl_value_equal(&same, first.columns, second.columns, NULL) == KL_OK && same);
        }
        kl_graph_result_clear(&first);
        kl_graph_result_clear(&second);
        kl_graph_free(graph);
    }
    kl_error_clear(&error);
    cypher_free(query);
    kl_value_release(text);
    return 0;
}
