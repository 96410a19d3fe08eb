/* VectorUpsertNode, VectorQueryNode, VectorDeleteNode. */
#include "folder.h"
#include "node_sweep.h"

#define IN(name) "{\"collection\":\"" name "\"}"

KL_TEST(what_is_stored_is_found)
{
    KL_UNUSED_STATE;
    gives("VectorUpsertNode", IN("a"),
          "{\"vectors\":[{\"id\":\"x\",\"embedding\":[1,0],\"metadata\":{\"k\":1},\"content\":\"one\"},"
          "{\"id\":\"y\",\"embedding\":[0.0,2.0]},{\"id\":\"w\",\"embedding\":[3,0]}]}",
          "{\"upserted_count\":3,\"ids\":[\"x\",\"y\",\"w\"]}");
    gives("VectorQueryNode", IN("a"), "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0},"
          "{\"id\":\"y\",\"content\":null,\"metadata\":{},\"score\":0.0}]}");
    gives("VectorQueryNode", "{\"collection\":\"a\",\"metric\":\"euclidean\"}",
          "{\"query_vector\":[2,0],\"top_k\":1}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":0.5}]}");
    gives("VectorQueryNode", "{\"collection\":\"a\",\"metric\":\"dot_product\",\"min_score\":3}",
          "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":6.0}]}");
    gives("VectorQueryNode", IN("a"), "{\"query_vector\":[2,0],\"filter\":{\"k\":{\"$gte\":1}}}",
          "{\"results\":[{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0}]}");
    gives("VectorUpsertNode", IN("a"), "{\"vectors\":[{\"id\":\"x\",\"embedding\":[0,0]}]}",
          "{\"upserted_count\":1,\"ids\":[\"x\"]}");
    gives("VectorQueryNode", IN("a"), "{\"query_vector\":[0,0],\"top_k\":5}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"x\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"y\",\"content\":null,\"metadata\":{},\"score\":0.0}]}");
    gives("VectorQueryNode", IN("a"), "{\"query_vector\":[1,0],\"top_k\":0}", "{\"results\":[]}");
}

KL_TEST(an_empty_collection_has_no_results)
{
    KL_UNUSED_STATE;
    gives("VectorQueryNode", IN("none"), "{\"query_vector\":[1.0,0.0]}", "{\"results\":[]}");
    gives("VectorUpsertNode", IN("none"), "{\"vectors\":[]}", "{\"upserted_count\":0,\"ids\":[]}");
    gives("VectorDeleteNode", IN("none"), "{\"ids\":[\"a\",\"b\"]}", "{\"deleted_count\":0}");
    gives("VectorDeleteNode", IN("none"), "{\"filter\":{\"a\":1}}", "{\"deleted_count\":0}");
}

KL_TEST(vectors_are_removed_by_id_and_by_filter)
{
    KL_UNUSED_STATE;
    gives("VectorUpsertNode", IN("d"),
          "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1],\"metadata\":{\"n\":1}},"
          "{\"id\":\"b\",\"embedding\":[2],\"metadata\":{\"n\":2}},"
          "{\"id\":\"c\",\"embedding\":[3],\"metadata\":{\"n\":3}}]}",
          "{\"upserted_count\":3,\"ids\":[\"a\",\"b\",\"c\"]}");
    gives("VectorDeleteNode", IN("d"), "{\"ids\":[\"a\",\"zz\",\"a\"]}", "{\"deleted_count\":1}");
    gives("VectorDeleteNode", IN("d"), "{\"filter\":{\"n\":{\"$gt\":2}}}", "{\"deleted_count\":1}");
    gives("VectorQueryNode", IN("d"), "{\"query_vector\":[1]}",
          "{\"results\":[{\"id\":\"b\",\"content\":null,\"metadata\":{\"n\":2},\"score\":1.0}]}");
    gives("VectorDeleteNode", IN("d"), "{\"filter\":{}}", "{\"deleted_count\":1}");
    /* An empty collection takes another dimension. */
    gives("VectorUpsertNode", IN("d"), "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,2,3]}]}",
          "{\"upserted_count\":1,\"ids\":[\"a\"]}");
}

KL_TEST(bad_vectors_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *type, *config, *inputs, *message;
    } rows[] = {
        {"VectorUpsertNode", NULL, "{}", "missing required input: vectors"},
        {"VectorUpsertNode", NULL, "{\"vectors\":5}",
         "invalid input 'vectors': expected array, got 5"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[5]}",
         "invalid input 'vectors[0]': expected object, got integer"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"embedding\":[1]}]}",
         "invalid input 'vectors[0].id': expected non-empty string, got null"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\"}]}",
         "invalid input 'vectors[0].embedding': expected array of numbers, got null"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[]}]}",
         "invalid input 'vectors[0].embedding': expected 1 to 65536 numbers, got 0"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,\"2\"]}]}",
         "invalid input 'vectors[0].embedding[1]': expected number, got string"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1e39]}]}",
         "invalid input 'vectors[0].embedding[0]': expected number that fits a 32-bit float, got float"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1],\"metadata\":1}]}",
         "invalid input 'vectors[0].metadata': expected object, got integer"},
        {"VectorUpsertNode", NULL, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1],\"content\":1}]}",
         "invalid input 'vectors[0].content': expected string, got integer"},
        {"VectorUpsertNode", IN("r"),
         "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1]},{\"id\":\"b\",\"embedding\":[1,2]}]}",
         "invalid input 'vectors[1].embedding': expected 1 numbers, as the other vectors of the "
         "collection have, got 2"},
        {"VectorQueryNode", NULL, "{}", "missing required input: query_vector"},
        {"VectorQueryNode", "{\"metric\":\"l1\"}", "{\"query_vector\":[1]}",
         "metric: expected one of: cosine, euclidean, dot_product, got \"l1\""},
        {"VectorQueryNode", IN("r"), "{\"query_vector\":[1],\"filter\":{\"a\":{\"$gtt\":1}}}",
         "invalid input 'filter.a.$gtt': expected one of: $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, "
         "$exists, $regex, $options, $not, $size, $all, $elemMatch, $type, $mod"},
        {"VectorQueryNode", NULL, "{\"query_vector\":[1],\"top_k\":-1}",
         "invalid input 'top_k': expected non-negative integer from 0 to 100000, got -1"},
        {"VectorDeleteNode", NULL, "{}", "missing required input: ids or filter"},
        {"VectorDeleteNode", NULL, "{\"ids\":[],\"filter\":{}}",
         "invalid input 'filter': expected ids or filter, got both"},
        {"VectorQueryNode", "{\"backend\":\"sqlite\"}", "{\"query_vector\":[1]}",
         "missing required input: connection_string"},
        {"VectorQueryNode", "{\"backend\":\"memory\",\"connection_string\":\"x\"}",
         "{\"query_vector\":[1]}",
         "invalid input 'connection_string': expected none with backend memory"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails(rows[i].type, rows[i].config, rows[i].inputs, rows[i].message);
    gives("VectorUpsertNode", IN("r"), "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,2]}]}",
          "{\"upserted_count\":1,\"ids\":[\"a\"]}");
    fails("VectorQueryNode", IN("r"), "{\"query_vector\":[1]}",
          "invalid input 'query_vector': expected 2 numbers, as the vectors of the collection have, "
          "got 1");
}

KL_TEST(a_file_keeps_what_was_stored)
{
    KL_UNUSED_STATE;
    const char *config = fill("{\"collection\":\"f\",\"backend\":\"sqlite\","
                              "\"connection_string\":\"{DIR}/v.db\"}");
    /* Another collection object for the same file: by its URL. */
    const char *same = fill("{\"collection\":\"f\",\"connection_string\":\"sqlite:{DIR}/v.db\"}");
    gives("VectorUpsertNode", config,
          "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,0.5],\"metadata\":{\"n\":[1.0,null]}},"
          "{\"id\":\"b\",\"embedding\":[0,1]}]}",
          "{\"upserted_count\":2,\"ids\":[\"a\",\"b\"]}");
    gives("VectorDeleteNode", config, "{\"ids\":[\"b\"]}", "{\"deleted_count\":1}");
    gives("VectorQueryNode", same, "{\"query_vector\":[1,0.5]}",
          "{\"results\":[{\"id\":\"a\",\"content\":null,\"metadata\":{\"n\":[1.0,null]},"
          "\"score\":1.0}]}");
    gives("VectorUpsertNode", same, "{\"vectors\":[{\"id\":\"c\",\"embedding\":[-1,0]}]}",
          "{\"upserted_count\":1,\"ids\":[\"c\"]}");
    /* The first one sees the change of the second. */
    gives("VectorQueryNode", config, "{\"query_vector\":[-1,0],\"top_k\":1}",
          "{\"results\":[{\"id\":\"c\",\"content\":null,\"metadata\":{},\"score\":1.0}]}");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("VectorUpsertNode", IN("s"),
                                "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,0],\"metadata\":"
                                "{\"k\":1}},{\"id\":\"b\",\"embedding\":[0,1]}]}");
    survives_failed_allocations("VectorQueryNode", IN("s"),
                                "{\"query_vector\":[1,0],\"filter\":{\"k\":{\"$in\":[1,2]}}}");
    survives_failed_allocations("VectorDeleteNode", IN("s"), "{\"ids\":[\"b\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_is_found),
        cmocka_unit_test(an_empty_collection_has_no_results),
        cmocka_unit_test(vectors_are_removed_by_id_and_by_filter),
        cmocka_unit_test(bad_vectors_are_refused),
        cmocka_unit_test(a_file_keeps_what_was_stored),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
