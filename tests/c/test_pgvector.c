/* Vectors in PostgreSQL: filters in SQL mean what those in memory mean, tables answer as memory does. */
#include "node_sweep.h"
#include "service_test.h"
#include "store/pgvector.h"
#include "vector_test.h"

/* ---- without a server --------------------------------------------------------------------------- */

KL_TEST(tables_have_plain_names)
{
    KL_UNUSED_STATE;
    static const char *const good[] = {"a", "_", "Docs_2", "abcdefghijabcdefghijabcdefghijabcdefghij"};
    static const char *const bad[] = {"", "2a", "a-b", "a b", "a\"", "a.b", "\xc3\xa9", "a;",
                                      "abcdefghijabcdefghijabcdefghijabcdefghijk"};
    for (size_t i = 0; i < KL_COUNT(good); i++)
        assert_true(kl_pgvector_is_name(kl_text_from(good[i])));
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        assert_false(kl_pgvector_is_name(kl_text_from(bad[i])));
    assert_false(kl_pgvector_is_name((kl_text){"a\0b", 3}));
}

static kl_filter *compile(const char *text)
{
    kl_filter *filter = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value value = json(text);
    if (kl_filter_compile(&filter, value, "filter", &error) != KL_OK)
        fail_msg("%s: %s", text, kl_error_message(&error));
    kl_value_release(value);
    return filter;
}

KL_TEST(what_sql_cannot_say_is_refused_by_name)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *filter, *message;
    } rows[] = {
        {"{\"a\":{\"$regex\":\"x\"}}",
         "invalid input 'filter.a': expected no $regex with backend pgvector"},
        {"{\"a.b\":{\"$size\":1}}",
         "invalid input 'filter.a.b': expected no $size with backend pgvector"},
        {"{\"a\":{\"$elemMatch\":{\"b\":1}}}",
         "invalid input 'filter.a': expected no $elemMatch with backend pgvector"},
        {"{\"$or\":[{\"b\":1},{\"a\":{\"$type\":\"int\"}}]}",
         "invalid input 'filter.a': expected no $type with backend pgvector"},
        {"{\"a\":{\"$not\":{\"$mod\":[2,1]}}}",
         "invalid input 'filter.a': expected no $mod with backend pgvector"},
        {"{\"a\":{\"$gt\":[1]}}",
         "invalid input 'filter.a': expected no order among lists or objects with backend pgvector"},
        {"{\"a.0\":1}",
         "invalid input 'filter.a.0': expected no index of a list in a path with backend pgvector"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_pgvector_condition condition;
        kl_error error = KL_ERROR_INIT;
        kl_filter *filter = compile(rows[i].filter);
        assert_int_equal(kl_pgvector_condition_new(&condition, filter, "filter", &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
        kl_filter_free(filter);
    }
}

#define REMOTE(name) "{\"backend\":\"pgvector\",\"connection_string\":\"" name "\"}"

KL_TEST(settings_are_checked_before_anything_is_sent)
{
    KL_UNUSED_STATE;
    const char *vectors = "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1]}]}";
    fails("VectorUpsertNode", "{\"backend\":\"pgvector\"}", vectors,
          "missing required input: connection_string");
    fails("VectorUpsertNode",
          "{\"backend\":\"pgvector\",\"connection_string\":\"postgres://h/d\",\"collection\":\"a\\\"b\"}",
          vectors, "invalid input 'collection': expected name of a table: a letter or _, then letters, "
                   "digits and _, at most 40, got \"a\\\"b\"");
    fails("VectorUpsertNode", REMOTE("sqlite::memory:"), vectors,
          "invalid input 'connection_string': expected a URL that begins with postgres:// or "
          "postgresql://, got sqlite");
    fails("VectorUpsertNode", "{\"index_metric\":\"cosine\"}", vectors,
          "invalid input 'index_metric': expected none but with backend pgvector or qdrant");
    fails("EmbeddingStoreNode", "{\"index_metric\":\"none\"}", "{\"chunks\":[],\"embeddings\":[]}",
          "invalid input 'index_metric': expected none but with backend pgvector or qdrant");
    fails("VectorQueryNode",
          "{\"backend\":\"pgvector\",\"connection_string\":\"postgres://h/d\",\"effort\":1001}",
          "{\"query_vector\":[1]}",
          "invalid input 'effort': expected at most 1000 with backend pgvector, got 1001");
    fails("VectorSearchNode", REMOTE("postgres://h/d"),
          "{\"query_embedding\":[1],\"query\":\"word\"}",
          "invalid input 'keyword_weight': expected 0 with backend pgvector, which does not weigh words");
    fails("VectorQueryNode", REMOTE("postgres://h/d"),
          "{\"query_vector\":[1],\"filter\":{\"a\":{\"$regex\":\"b\"}}}",
          "invalid input 'filter.a': expected no $regex with backend pgvector");
    fails("VectorDeleteNode", REMOTE("postgres://h/d"), "{\"filter\":{\"a\":{\"$size\":2}}}",
          "invalid input 'filter.a': expected no $size with backend pgvector");
}

/* A server that is not there is an error, not a collection in memory. */
KL_TEST(nothing_falls_back_to_memory)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    const char *config = REMOTE("postgres://nobody:hush@127.0.0.1:1/none");
    assert_int_not_equal(run_node(&out, "VectorQueryNode", config, "{\"query_vector\":[1]}", &error),
                         KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: "));
    assert_null(strstr(kl_error_message(&error), "hush"));
    kl_error_clear(&error);
}

/* ---- filters on a server ------------------------------------------------------------------------- */

static const char *const documents[] = {
    "{}",
    "{\"a\":null}",
    "{\"a\":1}",
    "{\"a\":1.0,\"b\":\"x\"}",
    "{\"a\":2.5}",
    "{\"a\":-9007199254740993}",
    "{\"a\":\"1\"}",
    "{\"a\":\"\"}",
    "{\"a\":\"\xc3\xa9\"}",
    "{\"a\":\"z\"}",
    "{\"a\":true}",
    "{\"a\":false}",
    "{\"a\":[]}",
    "{\"a\":[1,2,3]}",
    "{\"a\":[\"x\",null]}",
    "{\"a\":[[1],[2]]}",
    "{\"a\":[null]}",
    "{\"a\":[[null],[[1]],[[{\"b\":1}]]]}",
    "{\"a\":{\"b\":1}}",
    "{\"a\":{\"b\":[5,6],\"c\":{\"d\":\"deep\"}}}",
    "{\"a\":[{\"b\":1},{\"b\":7}]}",
    "{\"a\":{}}",
    "{\"with \\\"quotes\\\" $ and \\\\\":1}",
    "{\"b\":\"x\",\"year\":2021}",
    "{\"b\":\"y\",\"year\":2019}",
};

static const char *const filters[] = {
    "{}",
    "{\"a\":1}",
    "{\"a\":1.0}",
    "{\"a\":-9007199254740993}",
    "{\"a\":\"1\"}",
    "{\"a\":\"\"}",
    "{\"a\":true}",
    "{\"a\":null}",
    "{\"a\":[]}",
    "{\"a\":[1]}",
    "{\"a\":[1,2,3]}",
    "{\"a\":{\"b\":1}}",
    "{\"a\":{}}",
    "{\"a\":{\"$ne\":1}}",
    "{\"a\":{\"$ne\":null}}",
    "{\"a\":{\"$gt\":1}}",
    "{\"a\":{\"$gte\":1,\"$lt\":3}}",
    "{\"a\":{\"$lt\":\"x\"}}",
    "{\"a\":{\"$gte\":\"z\"}}",
    "{\"a\":{\"$gt\":false}}",
    "{\"a\":{\"$lte\":null}}",
    "{\"a\":{\"$in\":[]}}",
    "{\"a\":{\"$in\":[2,\"z\",true]}}",
    "{\"a\":{\"$in\":[null,2.5]}}",
    "{\"a\":{\"$in\":[[2],{\"b\":7},\"1\"]}}",
    "{\"a\":{\"$nin\":[1,null]}}",
    "{\"a\":{\"$exists\":true}}",
    "{\"a\":{\"$exists\":false}}",
    "{\"a\":{\"$not\":{\"$gt\":1}}}",
    "{\"a\":{\"$all\":[1,3]}}",
    "{\"a\":{\"$all\":[]}}",
    "{\"a.b\":1}",
    "{\"a.b\":{\"$gt\":5}}",
    "{\"a.b\":{\"$exists\":true}}",
    "{\"a.c.d\":\"deep\"}",
    "{\"with \\\"quotes\\\" $ and \\\\\":1}",
    "{\"b\":\"x\",\"year\":{\"$gte\":2020}}",
    "{\"$or\":[{\"a\":1},{\"b\":\"y\"}]}",
    "{\"$nor\":[{\"a\":1},{\"b\":\"y\"}]}",
    "{\"$and\":[{\"b\":{\"$exists\":true}},{\"$or\":[{\"year\":2019},{\"a\":1}]}]}",
    "{\"a\":\"'; DROP TABLE x; --\"}",
};

static kl_sql *connect_to(kl_sql_pool **pool, const char *url)
{
    kl_sql *sql = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_sql_pool_shared(pool, kl_text_from(url), &error) != KL_OK ||
        kl_sql_take(&sql, *pool, NULL, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    return sql;
}

/* Whether the server finds that a document fulfils a condition. */
static bool holds(kl_sql *sql, const kl_pgvector_condition *condition, const char *document)
{
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    kl_error error = KL_ERROR_INIT;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value params = kl_value_retain(condition->params), metadata;
    assert_int_equal(kl_string_from_valid(&metadata, kl_text_from(document), NULL), KL_OK);
    assert_int_equal(kl_array_push(&params, metadata, NULL), KL_OK);
    kl_buffer_format(&text, "SELECT %.*s AS held FROM (SELECT $%zu::text::jsonb AS metadata) AS t",
                     KL_TEXT_ARG(kl_buffer_text(&condition->sql)), kl_array_len(params));
    request.text = kl_buffer_text(&text);
    request.params = params;
    if (kl_sql_query(&result, sql, &request, &error) != KL_OK)
        fail_msg("%.*s: %s", KL_TEXT_ARG(request.text), kl_error_message(&error));
    kl_value held = kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("held"));
    bool is_held = kl_as_bool(held);
    assert_true(kl_is(held, KL_KIND_BOOL));
    kl_sql_result_clear(&result);
    kl_value_release(params);
    kl_buffer_free(&text);
    return is_held;
}

KL_TEST(filters_in_sql_mean_the_same)
{
    KL_UNUSED_STATE;
    kl_sql_pool *pool = NULL;
    kl_sql *sql = connect_to(&pool, service_url("KAILASH_TEST_POSTGRES_URL"));
    size_t different = 0;
    for (size_t i = 0; i < KL_COUNT(filters); i++) {
        kl_filter *filter = compile(filters[i]);
        kl_pgvector_condition condition;
        assert_int_equal(kl_pgvector_condition_new(&condition, filter, "filter", NULL), KL_OK);
        for (size_t k = 0; k < KL_COUNT(documents); k++) {
            kl_value document = json(documents[k]);
            bool expected;
            assert_int_equal(kl_filter_test(&expected, filter, document, NULL, NULL), KL_OK);
            kl_value_release(document);
            if (holds(sql, &condition, documents[k]) == expected)
                continue;
            print_error("%s on %s: expected %d\n", filters[i], documents[k], expected);
            different++;
        }
        kl_pgvector_condition_clear(&condition);
        kl_filter_free(filter);
    }
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    assert_int_equal(different, 0);
}

/* ---- collections on a server --------------------------------------------------------------------- */

/* Settings of a node, with the server's URL for %s. */
static const char *on_server(char out[1024], const char *collection, const char *more)
{
    const char *url = service_url("KAILASH_TEST_PGVECTOR_URL");
    snprintf(out, 1024, "{\"backend\":\"pgvector\",\"connection_string\":\"%s\",\"collection\":\"%s\"%s}",
             url, collection, more);
    return out;
}

KL_TEST(what_is_stored_in_a_table_is_found)
{
    KL_UNUSED_STATE;
    char settings[1024], other[1024];
    const char *in = on_server(settings, "Found", "");
    gives("VectorQueryNode", in, "{\"query_vector\":[2,0]}", "{\"results\":[]}");
    gives("VectorDeleteNode", in, "{\"ids\":[\"x\"]}", "{\"deleted_count\":0}");
    gives("VectorUpsertNode", in, "{\"vectors\":[]}", "{\"upserted_count\":0,\"ids\":[]}");
    gives("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"x\",\"embedding\":[1,0],\"metadata\":{\"k\":1},\"content\":\"one\"},"
          "{\"id\":\"y\",\"embedding\":[0.0,2.0]},{\"id\":\"w\",\"embedding\":[3,0]},"
          "{\"id\":\"zero\",\"embedding\":[0,0]},{\"id\":\"back\",\"embedding\":[-1,0]}]}",
          "{\"upserted_count\":5,\"ids\":[\"x\",\"y\",\"w\",\"zero\",\"back\"]}");
    gives("VectorQueryNode", on_server(other, "Found", ",\"exact\":true"),
          "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0},"
          "{\"id\":\"y\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"zero\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"back\",\"content\":null,\"metadata\":{},\"score\":-1.0}]}");
    gives("VectorQueryNode", on_server(other, "Found", ",\"metric\":\"euclidean\""),
          "{\"query_vector\":[2,0],\"top_k\":1}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":0.5}]}");
    gives("VectorQueryNode", on_server(other, "Found", ",\"metric\":\"dot_product\",\"min_score\":3"),
          "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":6.0}]}");
    gives("VectorQueryNode", in, "{\"query_vector\":[2,0],\"filter\":{\"k\":{\"$gte\":1}}}",
          "{\"results\":[{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0}]}");
    gives("VectorQueryNode", in, "{\"query_vector\":[1,0],\"top_k\":0}", "{\"results\":[]}");
    fails("VectorQueryNode", in, "{\"query_vector\":[1]}",
          "invalid input 'query_vector': expected 2 numbers, as the vectors of the collection have, "
          "got 1");
    fails("VectorUpsertNode", in, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,2,3]}]}",
          "invalid input 'vectors[0].embedding': expected 2 numbers, as the other vectors of the "
          "collection have, got 3");
    /* Of one id the last counts; it replaces the one that was there. */
    gives("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"w\",\"embedding\":[9,9]},{\"id\":\"w\",\"embedding\":[0,1],"
          "\"content\":\"it's\",\"metadata\":{\"n\":[1.5,null,{\"d\":\"\xc3\xa9\"}]}}]}",
          "{\"upserted_count\":2,\"ids\":[\"w\",\"w\"]}");
    gives("VectorQueryNode", on_server(other, "Found", ",\"exact\":true"),
          "{\"query_vector\":[0,1],\"top_k\":1}",
          "{\"results\":[{\"id\":\"w\",\"content\":\"it's\",\"metadata\":{\"n\":[1.5,null,{\"d\":"
          "\"\xc3\xa9\"}]},\"score\":1.0}]}");
}

KL_TEST(rows_are_removed_by_id_and_by_filter)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "removed", "");
    gives("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1],\"metadata\":{\"n\":1}},"
          "{\"id\":\"b\",\"embedding\":[2],\"metadata\":{\"n\":2}},"
          "{\"id\":\"c\",\"embedding\":[3],\"metadata\":{\"n\":3}}]}",
          "{\"upserted_count\":3,\"ids\":[\"a\",\"b\",\"c\"]}");
    gives("VectorDeleteNode", in, "{\"ids\":[\"a\",\"zz\",\"a\"]}", "{\"deleted_count\":1}");
    gives("VectorDeleteNode", in, "{\"filter\":{\"n\":{\"$gt\":2}}}", "{\"deleted_count\":1}");
    gives("VectorQueryNode", in, "{\"query_vector\":[1]}",
          "{\"results\":[{\"id\":\"b\",\"content\":null,\"metadata\":{\"n\":2},\"score\":1.0}]}");
    gives("VectorDeleteNode", in, "{\"filter\":{}}", "{\"deleted_count\":1}");
    /* An empty collection takes another dimension, and asks for any. */
    gives("VectorQueryNode", in, "{\"query_vector\":[1,2,3]}", "{\"results\":[]}");
    gives("VectorUpsertNode", in, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,2,3]}]}",
          "{\"upserted_count\":1,\"ids\":[\"a\"]}");
}

KL_TEST(chunks_are_numbered_on)
{
    KL_UNUSED_STATE;
    char settings[1024], replacing[1024];
    const char *in = on_server(settings, "chunks", "");
    gives("EmbeddingStoreNode", in, "{\"chunks\":[\"p\",\"q\"],\"embeddings\":[[1,0],[0,1]]}",
          "{\"stored_count\":2,\"collection\":\"chunks\",\"ids\":[\"chunks_0\",\"chunks_1\"]}");
    gives("EmbeddingStoreNode", in,
          "{\"chunks\":[\"r\"],\"embeddings\":[[1,1]],\"ids\":[\"chunks_7\"]}",
          "{\"stored_count\":1,\"collection\":\"chunks\",\"ids\":[\"chunks_7\"]}");
    gives("EmbeddingStoreNode", in, "{\"chunks\":[\"s\"],\"embeddings\":[[-1,0.5]]}",
          "{\"stored_count\":1,\"collection\":\"chunks\",\"ids\":[\"chunks_8\"]}");
    gives("VectorSearchNode", in, "{\"query_embedding\":[0,1]}",
          "{\"results\":[{\"id\":\"chunks_1\",\"content\":\"q\",\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"chunks_7\",\"content\":\"r\",\"metadata\":{},\"score\":0.7071067811865475},"
          "{\"id\":\"chunks_8\",\"content\":\"s\",\"metadata\":{},\"score\":0.4472135954999579},"
          "{\"id\":\"chunks_0\",\"content\":\"p\",\"metadata\":{},\"score\":0.0}]}");
    gives("EmbeddingStoreNode", on_server(replacing, "chunks", ",\"replace\":true"),
          "{\"chunks\":[\"t\"],\"embeddings\":[[1,2,3]],\"ids\":[\"only\"]}",
          "{\"stored_count\":1,\"collection\":\"chunks\",\"ids\":[\"only\"]}");
    gives("VectorSearchNode", in, "{\"query_embedding\":[1,2,3]}",
          "{\"results\":[{\"id\":\"only\",\"content\":\"t\",\"metadata\":{},\"score\":1.0}]}");
}

/* Whether the database has a relation of this name. */
static bool has_relation(const char *name)
{
    kl_sql_pool *pool = NULL;
    kl_sql *sql = connect_to(&pool, service_url("KAILASH_TEST_PGVECTOR_URL"));
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    kl_value params, text;
    assert_int_equal(kl_array_new(&params, 1, NULL), KL_OK);
    assert_int_equal(kl_string_format(&text, NULL, "\"%s\"", name), KL_OK);
    assert_int_equal(kl_array_push(&params, text, NULL), KL_OK);
    request.text = KL_TEXT("SELECT to_regclass($1::text) IS NOT NULL AS held");
    request.params = params;
    assert_int_equal(kl_sql_query(&result, sql, &request, NULL), KL_OK);
    bool found = kl_as_bool(kl_map_get(kl_array_at(result.rows, 0), KL_TEXT("held")));
    kl_sql_result_clear(&result);
    kl_value_release(params);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
    return found;
}

KL_TEST(tables_get_the_index_that_is_asked_for)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *vectors = "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,0]}]}";
    const char *result = "{\"upserted_count\":1,\"ids\":[\"a\"]}";
    gives("VectorUpsertNode", on_server(settings, "idx", ",\"index_metric\":\"none\""), vectors, result);
    assert_true(has_relation("idx"));
    assert_false(has_relation("idx_hnsw_cosine"));
    gives("VectorUpsertNode", on_server(settings, "idx", ""), vectors, result);
    assert_false(has_relation("idx_hnsw_cosine"));
    gives("VectorUpsertNode", on_server(settings, "idx", ",\"index_metric\":\"euclidean\""), vectors,
          result);
    gives("VectorUpsertNode", on_server(settings, "idx", ",\"index_metric\":\"euclidean\""), vectors,
          result);
    assert_true(has_relation("idx_hnsw_euclidean"));
    gives("VectorUpsertNode", on_server(settings, "idx", ",\"index_metric\":\"dot_product\""), vectors,
          result);
    assert_true(has_relation("idx_hnsw_dot_product"));
    gives("VectorUpsertNode", on_server(settings, "idx2", ""), vectors, result);
    assert_true(has_relation("idx2_hnsw_cosine"));
}

KL_TEST(ivfflat_is_made_of_the_vectors_that_are_there)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *vectors = "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,0]}]}";
    const char *result = "{\"upserted_count\":1,\"ids\":[\"a\"]}";
    gives("VectorUpsertNode", on_server(settings, "ivf", ",\"index_method\":\"ivfflat\""), vectors, result);
    assert_true(has_relation("ivf_ivfflat_cosine"));
    assert_false(has_relation("ivf_hnsw_cosine"));
    gives("VectorUpsertNode",
          on_server(settings, "ivf", ",\"index_method\":\"ivfflat\",\"index_metric\":\"dot_product\","
                                     "\"index_lists\":3"), vectors, result);
    gives("VectorUpsertNode",
          on_server(settings, "ivf", ",\"index_method\":\"ivfflat\",\"index_metric\":\"dot_product\","
                                     "\"index_lists\":3"), vectors, result);
    assert_true(has_relation("ivf_ivfflat_dot_product"));
    gives("VectorQueryNode", on_server(settings, "ivf", ""), "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"a\",\"content\":null,\"metadata\":{},\"score\":1.0}]}");
    fails("VectorUpsertNode", "{\"index_method\":\"hnsw\"}", vectors,
          "invalid input 'index_method': expected none but with backend pgvector");
    fails("VectorUpsertNode", on_server(settings, "ivf", ",\"index_lists\":3"), vectors,
          "invalid input 'index_lists': expected none but with index_method ivfflat");
}

static kl_value run_well(const char *type, const char *config, const char *inputs)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, type, config, inputs, &error) != KL_OK)
        fail_msg("%s: %s", type, kl_error_message(&error));
    return out;
}

static bool equals(kl_value a, kl_value b)
{
    bool same = false;
    assert_int_equal(kl_value_equal(&same, a, b, NULL), KL_OK);
    return same;
}

KL_TEST(a_table_answers_as_memory_does)
{
    KL_UNUSED_STATE;
    static const char *const more[] = {
        ",\"exact\":true", ",\"exact\":true,\"metric\":\"euclidean\"",
        ",\"exact\":true,\"metric\":\"dot_product\",\"min_score\":0.25",
    };
    static const char *const inputs[] = {
        "{\"query_vector\":[0.1,0.5,-0.3,0.9,0,0.2,-0.7,0.4],\"top_k\":40}",
        "{\"query_vector\":[-1,0.5,0.25,0,0,0.5,1,-0.125],\"top_k\":1200}",
        "{\"query_vector\":[0.1,0.5,-0.3,0.9,0,0.2,-0.7,0.4],\"filter\":{\"n\":{\"$in\":[2,5]}}}",
    };
    (void)service_url("KAILASH_TEST_PGVECTOR_URL"); /* skips before there is anything to free */
    kl_buffer vectors = many_vectors();
    char settings[1024], memory[1024];
    kl_value_release(run_well("VectorUpsertNode", on_server(settings, "many", ""), vectors.data));
    kl_value_release(run_well("VectorUpsertNode", "{\"collection\":\"many\"}", vectors.data));
    for (size_t i = 0; i < KL_COUNT(more); i++)
        for (size_t k = 0; k < KL_COUNT(inputs); k++) {
            snprintf(memory, sizeof memory, "{\"collection\":\"many\"%s}", more[i]);
            kl_value expected = run_well("VectorQueryNode", memory, inputs[k]);
            kl_value got = run_well("VectorQueryNode", on_server(settings, "many", more[i]), inputs[k]);
            assert_true(equals(got, expected));
            kl_value_release(got);
            kl_value_release(expected);
        }
    /* By the index, most of the near ones are found. */
    kl_value expected = run_well("VectorQueryNode", "{\"collection\":\"many\"}", inputs[0]);
    kl_value got = run_well("VectorQueryNode", on_server(settings, "many", ",\"effort\":400"), inputs[0]);
    kl_value near = kl_map_get(got, KL_TEXT("results")), all = kl_map_get(expected, KL_TEXT("results"));
    size_t found = 0;
    for (size_t i = 0; i < kl_array_len(near); i++)
        for (size_t k = 0; k < kl_array_len(all); k++)
            found += equals(kl_array_at(near, i), kl_array_at(all, k));
    assert_int_equal(kl_array_len(near), 40);
    assert_in_range(found, 38, 40);
    kl_value_release(got);
    kl_value_release(expected);
    kl_buffer_free(&vectors);
}

/* How many of the 40 nearest are found by an index of 12 lists. */
static size_t found_by_lists(const char *more)
{
    char settings[1024];
    const char *input = "{\"query_vector\":[0.1,0.5,-0.3,0.9,0,0.2,-0.7,0.4],\"top_k\":40}";
    kl_value expected = run_well("VectorQueryNode", on_server(settings, "lists", ",\"exact\":true"), input);
    kl_value got = run_well("VectorQueryNode", on_server(settings, "lists", more), input);
    kl_value near = kl_map_get(got, KL_TEXT("results")), all = kl_map_get(expected, KL_TEXT("results"));
    size_t found = 0;
    for (size_t i = 0; i < kl_array_len(near); i++)
        for (size_t k = 0; k < kl_array_len(all); k++)
            found += equals(kl_array_at(near, i), kl_array_at(all, k));
    kl_value_release(got);
    kl_value_release(expected);
    return found;
}

KL_TEST(ivfflat_finds_most_of_the_near_ones)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "lists", ",\"index_method\":\"ivfflat\",\"index_lists\":12");
    kl_buffer vectors = many_vectors();
    kl_value_release(run_well("VectorUpsertNode", in, vectors.data));
    assert_in_range(found_by_lists(""), 25, 40);
    assert_in_range(found_by_lists(",\"effort\":1"), 1, 39); /* one list has not all of them */
    assert_int_equal(found_by_lists(",\"effort\":12"), 40);
    kl_buffer_free(&vectors);
}

/* Results that are unlike each other come first, as in memory. */
KL_TEST(diversity_is_weighed)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *chunks = "{\"chunks\":[\"a\",\"b\",\"c\"],\"embeddings\":[[1,0],[1,0.01],[0.6,0.8]],"
                         "\"ids\":[\"a\",\"b\",\"c\"]}";
    const char *search = "{\"query_embedding\":[1,0.1]}";
    kl_value_release(run_well("EmbeddingStoreNode", on_server(settings, "diverse", ""), chunks));
    kl_value_release(run_well("EmbeddingStoreNode", "{\"collection\":\"diverse\"}", chunks));
    kl_value got = run_well("VectorSearchNode",
                            on_server(settings, "diverse", ",\"diversity\":0.8,\"top_k\":2"), search);
    kl_value expected = run_well("VectorSearchNode",
                                 "{\"collection\":\"diverse\",\"diversity\":0.8,\"top_k\":2}", search);
    kl_value second = kl_array_at(kl_map_get(got, KL_TEXT("results")), 1);
    assert_true(equals(got, expected));
    assert_true(kl_text_is(kl_as_text(kl_map_get(second, KL_TEXT("id"))), "c"));
    kl_value_release(got);
    kl_value_release(expected);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "sweep", "");
    survives_failed_allocations("VectorUpsertNode", in,
                                  "{\"vectors\":[{\"id\":\"sweep_3\",\"embedding\":[1,0],\"metadata\":"
                                  "{\"k\":1}},{\"id\":\"b\",\"embedding\":[0,1]}]}");
    survives_failed_allocations("VectorQueryNode", in,
                                  "{\"query_vector\":[1,0],\"filter\":{\"k\":{\"$in\":[1,null,[2]]}}}");
    survives_failed_allocations("VectorDeleteNode", in, "{\"filter\":{\"k.m\":{\"$exists\":true}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_have_plain_names),
        cmocka_unit_test(what_sql_cannot_say_is_refused_by_name),
        cmocka_unit_test(settings_are_checked_before_anything_is_sent),
        cmocka_unit_test(nothing_falls_back_to_memory),
        cmocka_unit_test(filters_in_sql_mean_the_same),
        cmocka_unit_test(what_is_stored_in_a_table_is_found),
        cmocka_unit_test(rows_are_removed_by_id_and_by_filter),
        cmocka_unit_test(chunks_are_numbered_on),
        cmocka_unit_test(tables_get_the_index_that_is_asked_for),
        cmocka_unit_test(ivfflat_is_made_of_the_vectors_that_are_there),
        cmocka_unit_test(a_table_answers_as_memory_does),
        cmocka_unit_test(ivfflat_finds_most_of_the_near_ones),
        cmocka_unit_test(diversity_is_weighed),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
