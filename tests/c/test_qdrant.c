/* Vectors on a Qdrant server: filters mean there what they mean in memory, collections answer as memory does. */
#include "http_server.h"
#include "buffer.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "node_sweep.h"
#include "service_test.h"
#include "store/qdrant.h"
#include "vector_test.h"

#include <math.h>

/* ---- without a server --------------------------------------------------------------------------- */

KL_TEST(collections_have_names_that_the_server_takes)
{
    KL_UNUSED_STATE;
    static const char *const good[] = {"a", "Docs 2", "\xc3\xa9", "a.b", "...", "%41", "#"};
    static const char *const bad[] = {"", ".", "..", "a/b", "a\\b", "a:b", "a\nb", "a?b", "a*", "\x7f"};
    char longest[257];
    memset(longest, 'a', 256);
    assert_true(kl_qdrant_is_name((kl_text){longest, 255}));
    assert_false(kl_qdrant_is_name((kl_text){longest, 256}));
    for (size_t i = 0; i < KL_COUNT(good); i++)
        assert_true(kl_qdrant_is_name(kl_text_from(good[i])));
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        assert_false(kl_qdrant_is_name(kl_text_from(bad[i])));
    assert_false(kl_qdrant_is_name((kl_text){"a\0b", 3}));
}

static kl_status say(kl_value *out, const char *text, kl_error *error)
{
    kl_filter *filter = NULL;
    kl_value value = json(text);
    assert_int_equal(kl_filter_compile(&filter, value, "filter", NULL), KL_OK);
    kl_status status = kl_qdrant_condition_new(out, filter, "filter", error);
    kl_value_release(value);
    kl_filter_free(filter);
    return status;
}

KL_TEST(filters_are_said_in_the_server_s_words)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{}", ""},
        {"{\"$or\":[{\"a\":\"x\"},{}]}",
         "{\"should\":[{\"must\":[{\"should\":[{\"key\":\"metadata.\\\"a\\\"\",\"match\":{\"value\":"
         "\"x\"}}]}]},{\"must\":[]}]}"},
        {"{\"a.b\":true}",
         "{\"should\":[{\"key\":\"metadata.\\\"a\\\".\\\"b\\\"\",\"match\":{\"value\":true}},"
         "{\"key\":\"metadata.\\\"a\\\"[].\\\"b\\\"\",\"match\":{\"value\":true}}]}"},
        {"{\"a\":{\"$gt\":1.5}}",
         "{\"should\":[{\"key\":\"metadata.\\\"a\\\"\",\"range\":{\"gt\":1.5}}]}"},
        {"{\"a\":1}", "{\"should\":[{\"key\":\"metadata.\\\"a\\\"\",\"range\":{\"gte\":1,\"lte\":1}}]}"},
        {"{\"a\":{\"$ne\":\"x\"}}", "{\"must_not\":[{\"must\":[{\"should\":[{\"key\":\"metadata.\\\"a\\\"\","
                                    "\"match\":{\"value\":\"x\"}}]}]}]}"},
        {"{\"a\":{\"$in\":[]}}", "{\"must\":[{\"has_id\":[]}]}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value said = kl_null();
        char whole[400];
        assert_int_equal(say(&said, rows[i][0], NULL), KL_OK);
        snprintf(whole, sizeof whole, "{\"must\":[%s]}", rows[i][1]);
        assert_json(said, whole);
    }
}

KL_TEST(what_the_server_cannot_say_is_refused_by_name)
{
    KL_UNUSED_STATE;
    static const char *const rows[][3] = {
        {"{\"a\":null}", "a", "null"},
        {"{\"a\":{\"$in\":[1,null]}}", "a", "null"},
        {"{\"a\":{\"$exists\":true}}", "a", "$exists"},
        {"{\"a\":{\"$regex\":\"x\"}}", "a", "$regex"},
        {"{\"a.b\":{\"$size\":1}}", "a.b", "$size"},
        {"{\"a\":{\"$elemMatch\":{\"b\":1}}}", "a", "$elemMatch"},
        {"{\"$or\":[{\"b\":1},{\"a\":{\"$type\":\"int\"}}]}", "a", "$type"},
        {"{\"a\":{\"$not\":{\"$mod\":[2,1]}}}", "a", "$mod"},
        {"{\"a\":[1]}", "a", "equality with lists, objects or bytes"},
        {"{\"a\":{\"b\":1}}", "a", "equality with lists, objects or bytes"},
        {"{\"a\":{\"$gt\":\"x\"}}", "a", "order among anything but numbers"},
        {"{\"a\":9007199254740992}", "a", "numbers from 2^53 to 2^64, infinity or NaN"},
        {"{\"a\":{\"$lt\":-1e16}}", "a", "numbers from 2^53 to 2^64, infinity or NaN"},
        {"{\"a.0\":1}", "a.0", "index of a list in a path"},
        {"{\"a\\\"b\":1}", "a\"b", "quotes and backslashes in a path"},
        {"{\"a.b.c.d.e.f\":1}", "a.b.c.d.e.f", "path of more than 5 parts"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char expected[200];
        kl_value said = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(say(&said, rows[i][0], &error), KL_INVALID);
        snprintf(expected, sizeof expected,
                 "invalid input 'filter.%s': expected no %s with backend qdrant", rows[i][1],
                 rows[i][2]);
        assert_string_equal(kl_error_message(&error), expected);
        kl_error_clear(&error);
    }
}

#define REMOTE(url, more) "{\"backend\":\"qdrant\",\"connection_string\":\"" url "\"" more "}"

KL_TEST(settings_are_checked_before_anything_is_sent)
{
    KL_UNUSED_STATE;
    const char *vectors = "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1]}]}";
    fails("VectorUpsertNode", "{\"backend\":\"qdrant\"}", vectors,
          "missing required input: connection_string");
    fails("VectorUpsertNode", REMOTE("postgres://h/d", ""), vectors,
          "invalid input 'connection_string': expected an http or https URL, got scheme 'postgres'");
    fails("VectorUpsertNode", REMOTE("http://h/?a=1", ""), vectors,
          "invalid input 'connection_string': expected the URL of a server, such as "
          "http://localhost:6333, without query or fragment");
    fails("VectorUpsertNode", REMOTE("http://h", ",\"collection\":\"a/b\""), vectors,
          "invalid input 'collection': expected name of a collection: 1 to 255 bytes without any of "
          "<>:\"/\\|?*, got \"a/b\"");
    fails("VectorUpsertNode", REMOTE("http://h", ",\"index_metric\":\"none\""), vectors,
          "invalid input 'index_metric': expected cosine, euclidean or dot_product with backend "
          "qdrant, got none");
    fails("VectorUpsertNode", "{\"api_key\":\"hush\"}", vectors,
          "invalid input 'api_key': expected none but with backend qdrant");
    fails("VectorSearchNode", REMOTE("http://h", ""), "{\"query_embedding\":[1],\"query\":\"word\"}",
          "invalid input 'keyword_weight': expected 0 with backend qdrant, which does not weigh words");
    fails("VectorQueryNode", REMOTE("http://h", ""),
          "{\"query_vector\":[1],\"filter\":{\"a\":{\"$regex\":\"b\"}}}",
          "invalid input 'filter.a': expected no $regex with backend qdrant");
    fails("VectorDeleteNode", REMOTE("http://h", ""), "{\"filter\":{\"a\":{\"$size\":2}}}",
          "invalid input 'filter.a': expected no $size with backend qdrant");
}

/* The node fails, its message begins so, and does not tell the key. */
static void fails_with(const char *type, const char *config, const char *inputs, const char *begin)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, type, config, inputs, &error), KL_FAILED);
    if (strncmp(kl_error_message(&error), begin, strlen(begin)) != 0)
        fail_msg("got \"%s\"", kl_error_message(&error));
    assert_null(strstr(kl_error_message(&error), "hush"));
    kl_error_clear(&error);
}

/* A server that is not there is an error, not a collection in memory. */
KL_TEST(nothing_falls_back_to_memory)
{
    KL_UNUSED_STATE;
    fails_with("VectorQueryNode", REMOTE("http://nobody:hush@127.0.0.1:1", ",\"api_key\":\"hush\""),
               "{\"query_vector\":[1]}", "node execution failed: connection error: ");
}

/* ---- servers that answer with what they should not ------------------------------------------------ */

#define COLLECTION(vectors) "{\"result\":{\"config\":{\"params\":{\"vectors\":" vectors "}}}}"

static const char *bad_status, *bad_body; /* of the answer to all, but a good collection if `only_late` */
static bool only_late;

static bool answer_badly(http_server *server, int socket, const char *request)
{
    (void)server;
    if (only_late && strncmp(request, "GET ", 4) == 0)
        return http_say_body(socket, "200 OK", "", COLLECTION("{\"size\":1,\"distance\":\"Cosine\"}"));
    return http_say_body(socket, bad_status, "", bad_body);
}

KL_TEST(bad_answers_are_told)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *status, *body, *begin;
        bool late;
    } rows[] = {
        {"401 Unauthorized", "Must provide an API key", "node execution failed: Qdrant answered 401", false},
        {"404 Not Found", "no such page", "node execution failed: Qdrant answered 404", false},
        {"500 Internal Server Error", "{\"status\":{\"error\":\"disk full\"}}",
         "node execution failed: Qdrant answered 500: disk full", false},
        {"307 Temporary Redirect", "", "node execution failed: Qdrant answered 307", false},
        {"200 OK", "<html>", "node execution failed: the server's answer is none of Qdrant", false},
        {"200 OK", "{\"status\":\"ok\"}", "node execution failed: the server's answer is none of Qdrant",
         false},
        {"200 OK", COLLECTION("{\"text\":{\"size\":1,\"distance\":\"Dot\"}}"),
         "node execution failed: collection \"default\" has named vectors; expected one vector without "
         "a name", false},
        {"200 OK", COLLECTION("{\"size\":1,\"distance\":\"Manhattan\"}"),
         "node execution failed: collection \"default\" was made for Manhattan; expected Cosine, "
         "Euclid or Dot", false},
        {"200 OK", "{\"result\":{\"points\":{}}}",
         "node execution failed: the server's answer is none of Qdrant", true},
        {"200 OK", "{\"result\":{\"points\":[{\"id\":1,\"vector\":[1,2]}]}}",
         "node execution failed: the server gave a vector of 2 numbers, expected 1", true},
        {"200 OK", "{\"result\":{\"points\":[{\"id\":1}]}}",
         "node execution failed: the server gave a vector of 0 numbers, expected 1", true},
    };
    http_server server;
    char config[200];
    http_server_start(&server, answer_badly);
    snprintf(config, sizeof config, REMOTE("http://127.0.0.1:%d/", ",\"api_key\":\"hush\""), server.port);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        bad_status = rows[i].status;
        bad_body = rows[i].body;
        only_late = rows[i].late;
        fails_with("VectorQueryNode", config, "{\"query_vector\":[1]}", rows[i].begin);
        assert_non_null(strcasestr(http_last(&server), "\r\napi-key: hush\r\n"));
    }
    /* What other programs stored has an id at least. */
    bad_body = "{\"result\":{\"points\":[{\"id\":7,\"vector\":[1],\"payload\":{\"content\":5,"
               "\"metadata\":[1]}},{\"id\":\"6ba7b812-9dad-11d1-80b4-00c04fd430c8\",\"vector\":[-1],"
               "\"payload\":null}]}}";
    gives("VectorQueryNode", config, "{\"query_vector\":[1]}",
          "{\"results\":[{\"id\":\"7\",\"content\":null,\"metadata\":{},\"score\":1.0},{\"id\":"
          "\"6ba7b812-9dad-11d1-80b4-00c04fd430c8\",\"content\":null,\"metadata\":{},\"score\":-1.0}]}");
    http_server_stop(&server);
}

/* ---- on a server: Qdrant's engine behind a strict face ------------------------------------------- */

static const char *on_server(char out[1024], const char *collection, const char *more)
{
    const char *url = service_url("KAILASH_TEST_QDRANT_URL");
    snprintf(out, 1024,
             "{\"backend\":\"qdrant\",\"connection_string\":\"%s\",\"api_key\":\"%s\",\"collection\":"
             "\"%s\"%s}", url, service_url("KAILASH_TEST_QDRANT_KEY"), collection, more);
    return out;
}

KL_TEST(what_is_stored_on_a_server_is_found)
{
    KL_UNUSED_STATE;
    char settings[1024], other[1024];
    const char *in = on_server(settings, "Found & lost \xc3\xa9", "");
    gives("VectorQueryNode", in, "{\"query_vector\":[2,0]}", "{\"results\":[]}");
    gives("VectorDeleteNode", in, "{\"ids\":[\"x\"]}", "{\"deleted_count\":0}");
    gives("VectorDeleteNode", in, "{\"filter\":{}}", "{\"deleted_count\":0}");
    gives("VectorUpsertNode", in, "{\"vectors\":[]}", "{\"upserted_count\":0,\"ids\":[]}");
    gives("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"x\",\"embedding\":[1,0],\"metadata\":{\"k\":1},\"content\":\"one\"},"
          "{\"id\":\"y\",\"embedding\":[0.0,2.0]},{\"id\":\"w\",\"embedding\":[3,0]},"
          "{\"id\":\"zero\",\"embedding\":[0,0]},{\"id\":\"back\",\"embedding\":[-1,0]}]}",
          "{\"upserted_count\":5,\"ids\":[\"x\",\"y\",\"w\",\"zero\",\"back\"]}");
    gives("VectorQueryNode", in, "{\"query_vector\":[2,0]}",
          "{\"results\":[{\"id\":\"w\",\"content\":null,\"metadata\":{},\"score\":1.0},"
          "{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0},"
          "{\"id\":\"y\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"zero\",\"content\":null,\"metadata\":{},\"score\":0.0},"
          "{\"id\":\"back\",\"content\":null,\"metadata\":{},\"score\":-1.0}]}");
    gives("VectorQueryNode", in, "{\"query_vector\":[2,0],\"filter\":{\"k\":{\"$gte\":1}}}",
          "{\"results\":[{\"id\":\"x\",\"content\":\"one\",\"metadata\":{\"k\":1},\"score\":1.0}]}");
    gives("VectorQueryNode", in, "{\"query_vector\":[1,0],\"top_k\":0}", "{\"results\":[]}");
    gives("VectorQueryNode", on_server(other, "Found & lost \xc3\xa9", ",\"min_score\":0.5,\"effort\":9"),
          "{\"query_vector\":[0,1],\"top_k\":3}",
          "{\"results\":[{\"id\":\"y\",\"content\":null,\"metadata\":{},\"score\":1.0}]}");
    fails("VectorQueryNode", in, "{\"query_vector\":[1]}",
          "invalid input 'query_vector': expected 2 numbers, as the vectors of the collection have, got 1");
    fails("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,1]},{\"id\":\"b\",\"embedding\":[1]}]}",
          "invalid input 'vectors[1].embedding': expected 2 numbers, as the other vectors of the "
          "collection have, got 1");
}

KL_TEST(ids_are_texts_of_any_kind)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "ids", "");
    const char *ids = "[\"42\",\"042\",\"0\",\"9223372036854775807\",\"9223372036854775808\",\"-1\","
                      "\"550e8400-e29b-41d4-a716-446655440000\",\"x y\",\"\xe6\xb0\xb4\",\"a\\\"b\"]";
    char vectors[2048] = "{\"vectors\":[", expected[1024], wanted[1024];
    kl_value list = json(ids);
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value shown = kl_null();
        assert_int_equal(kl_json_print(&shown, kl_array_at(list, i), &kl_json_plain, NULL), KL_OK);
        snprintf(vectors + strlen(vectors), 100, "%s{\"id\":%s,\"embedding\":[%zu]}", i ? "," : "",
                 kl_as_text(shown).data, i + 1);
        kl_value_release(shown);
    }
    strcat(vectors, "]}");
    snprintf(expected, sizeof expected, "{\"upserted_count\":10,\"ids\":%s}", ids);
    gives("VectorUpsertNode", on_server(settings, "ids", ",\"index_metric\":\"dot_product\""), vectors,
          expected);
    for (size_t i = 0; i < kl_array_len(list); i++) { /* each is found again and replaced, none is two */
        kl_value out = kl_null(), results;
        char query[1024];
        on_server(query, "ids", ",\"metric\":\"dot_product\"");
        assert_int_equal(run_node(&out, "VectorQueryNode", query, "{\"query_vector\":[1]}", NULL), KL_OK);
        results = kl_map_get(out, KL_TEXT("results"));
        assert_int_equal(kl_array_len(results), 10);
        kl_value id = kl_map_get(kl_array_at(results, 9 - i), KL_TEXT("id"));
        assert_true(kl_text_equal(kl_as_text(id), kl_as_text(kl_array_at(list, i))));
        kl_value_release(out);
    }
    in = on_server(settings, "ids", "");
    snprintf(wanted, sizeof wanted, "{\"ids\":%s}", ids);
    gives("VectorUpsertNode", in, vectors, expected);
    gives("VectorDeleteNode", in, wanted, "{\"deleted_count\":10}");
    gives("VectorDeleteNode", in, wanted, "{\"deleted_count\":0}");
    kl_value_release(list);
}

KL_TEST(points_are_removed_by_id_and_by_filter)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "removed", "");
    gives("VectorUpsertNode", in,
          "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1],\"metadata\":{\"n\":1}},{\"id\":\"b\","
          "\"embedding\":[1],\"metadata\":{\"n\":2}},{\"id\":\"c\",\"embedding\":[1],\"metadata\":"
          "{\"n\":3}}]}", "{\"upserted_count\":3,\"ids\":[\"a\",\"b\",\"c\"]}");
    gives("VectorDeleteNode", in, "{\"ids\":[\"a\",\"nobody\",\"a\"]}", "{\"deleted_count\":1}");
    gives("VectorDeleteNode", in, "{\"filter\":{\"n\":{\"$gt\":2}}}", "{\"deleted_count\":1}");
    gives("VectorQueryNode", in, "{\"query_vector\":[1]}",
          "{\"results\":[{\"id\":\"b\",\"content\":null,\"metadata\":{\"n\":2},\"score\":1.0}]}");
    gives("VectorDeleteNode", in, "{\"filter\":{}}", "{\"deleted_count\":1}");
    /* An empty collection takes another dimension, and asks for any. */
    gives("VectorQueryNode", in, "{\"query_vector\":[1,2,3]}", "{\"results\":[]}");
    gives("VectorUpsertNode", in, "{\"vectors\":[{\"id\":\"a\",\"embedding\":[1,2,3]}]}",
          "{\"upserted_count\":1,\"ids\":[\"a\"]}");
}

KL_TEST(a_collection_is_made_for_one_metric)
{
    KL_UNUSED_STATE;
    char settings[1024], other[1024];
    const char *vectors = "{\"vectors\":[{\"id\":\"a\",\"embedding\":[3,4]}]}";
    const char *stored = "{\"upserted_count\":1,\"ids\":[\"a\"]}";
    gives("VectorUpsertNode", on_server(settings, "far", ",\"index_metric\":\"euclidean\""), vectors, stored);
    gives("VectorUpsertNode", on_server(settings, "far", ""), vectors, stored);
    gives("VectorQueryNode", on_server(settings, "far", ",\"metric\":\"euclidean\""),
          "{\"query_vector\":[0,0]}",
          "{\"results\":[{\"id\":\"a\",\"content\":null,\"metadata\":{},\"score\":0.16666666666666666}]}");
    fails("VectorQueryNode", on_server(other, "far", ""), "{\"query_vector\":[0,0]}",
          "node execution failed: collection \"far\" was made for euclidean, not for cosine");
    fails("VectorUpsertNode", on_server(other, "far", ",\"index_metric\":\"dot_product\""), vectors,
          "node execution failed: collection \"far\" was made for euclidean, not for dot_product");
}

KL_TEST(chunks_without_ids_get_new_ones)
{
    KL_UNUSED_STATE;
    char settings[1024], replacing[1024];
    const char *in = on_server(settings, "chunks", "");
    kl_value out = kl_null();
    assert_int_equal(run_node(&out, "EmbeddingStoreNode", in,
                              "{\"chunks\":[\"p\",\"q\"],\"embeddings\":[[1,0],[0,1]]}", NULL), KL_OK);
    kl_value ids = kl_map_get(out, KL_TEXT("ids"));
    for (size_t i = 0; i < 2; i++)
        assert_true(kl_uuid_is_valid(kl_as_text(kl_array_at(ids, i))));
    assert_false(kl_text_equal(kl_as_text(kl_array_at(ids, 0)), kl_as_text(kl_array_at(ids, 1))));
    kl_value_release(out);
    on_server(replacing, "chunks", ",\"replace\":true");
    gives("EmbeddingStoreNode", replacing,
          "{\"chunks\":[\"t\"],\"embeddings\":[[1,0]],\"ids\":[\"only\"]}",
          "{\"stored_count\":1,\"collection\":\"chunks\",\"ids\":[\"only\"]}");
    gives("VectorSearchNode", in, "{\"query_embedding\":[1,0]}",
          "{\"results\":[{\"id\":\"only\",\"content\":\"t\",\"metadata\":{},\"score\":1.0}]}");
    gives("EmbeddingStoreNode", replacing,
          "{\"chunks\":[\"u\"],\"embeddings\":[[0,0,2]],\"ids\":[\"longer\"]}",
          "{\"stored_count\":1,\"collection\":\"chunks\",\"ids\":[\"longer\"]}");
    gives("VectorSearchNode", in, "{\"query_embedding\":[0,0,3]}",
          "{\"results\":[{\"id\":\"longer\",\"content\":\"u\",\"metadata\":{},\"score\":1.0}]}");
    gives("EmbeddingStoreNode", replacing, "{\"chunks\":[],\"embeddings\":[]}",
          "{\"stored_count\":0,\"collection\":\"chunks\",\"ids\":[]}");
    gives("VectorSearchNode", in, "{\"query_embedding\":[0,0,3]}", "{\"results\":[]}");
}

static const char *const documents[] = {
    "{}", "{\"a\":null}", "{\"a\":1}", "{\"a\":1.0,\"b\":\"x\"}", "{\"a\":2.5}",
    "{\"a\":-9007199254740993}", "{\"a\":\"1\"}", "{\"a\":\"\"}", "{\"a\":\"\xc3\xa9\"}",
    "{\"a\":\"z\"}", "{\"a\":true}", "{\"a\":false}", "{\"a\":[]}", "{\"a\":[1,2,3]}",
    "{\"a\":[\"x\",null]}", "{\"a\":[[1],[2]]}", "{\"a\":[null]}", "{\"a\":[true,0]}",
    "{\"a\":[[null],[[1]],[[{\"b\":1}]]]}", "{\"a\":{\"b\":1}}",
    "{\"a\":{\"b\":[5,6],\"c\":{\"d\":\"deep\"}}}", "{\"a\":[{\"b\":1},{\"b\":7}]}",
    "{\"a\":[{\"c\":[{\"d\":\"deep\"}]}]}", "{\"a\":{}}", "{\"with [] $ and blank\":1}",
    "{\"b\":\"x\",\"year\":2021}", "{\"b\":\"y\",\"year\":2019}", "{\"a\":1e300}",
};
static const char *const filters[] = {
    "{}", "{\"a\":1}", "{\"a\":1.0}", "{\"a\":2.5}", "{\"a\":\"1\"}", "{\"a\":\"\"}", "{\"a\":true}",
    "{\"a\":false}", "{\"a\":0}", "{\"a\":1e300}", "{\"a\":{\"$ne\":1}}", "{\"a\":{\"$ne\":\"z\"}}",
    "{\"a\":{\"$gt\":1}}", "{\"a\":{\"$gte\":1,\"$lt\":3}}", "{\"a\":{\"$lte\":-5}}",
    "{\"a\":{\"$in\":[]}}", "{\"a\":{\"$nin\":[]}}", "{\"a\":{\"$in\":[2,\"z\",true]}}",
    "{\"a\":{\"$nin\":[1,\"x\"]}}", "{\"a\":{\"$not\":{\"$gt\":1}}}", "{\"a\":{\"$all\":[1,3]}}",
    "{\"a\":{\"$all\":[]}}", "{\"a.b\":1}", "{\"a.b\":{\"$gt\":5}}", "{\"a.c.d\":\"deep\"}",
    "{\"a.b\":{\"$ne\":1}}", "{\"with [] $ and blank\":1}", "{\"b\":\"x\",\"year\":{\"$gte\":2020}}",
    "{\"$or\":[{\"a\":1},{\"b\":\"y\"}]}", "{\"$nor\":[{\"a\":1},{\"b\":\"y\"}]}",
    "{\"$and\":[{\"b\":\"x\"},{\"$or\":[{\"year\":2019},{\"a\":1}]}]}",
};

static kl_value run_well(const char *type, const char *config, const char *inputs)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, type, config, inputs, &error) != KL_OK)
        fail_msg("%s %s: %s", type, inputs, kl_error_message(&error));
    return out;
}

static bool equals(kl_value a, kl_value b)
{
    bool same = false;
    assert_int_equal(kl_value_equal(&same, a, b, NULL), KL_OK);
    return same;
}

KL_TEST(filters_on_the_server_mean_the_same)
{
    KL_UNUSED_STATE;
    char settings[1024], inputs[8192] = "{\"vectors\":[", query[256];
    size_t different = 0;
    for (size_t i = 0; i < KL_COUNT(documents); i++)
        snprintf(inputs + strlen(inputs), 200, "%s{\"id\":\"d%zu\",\"embedding\":[1],\"metadata\":%s}",
                 i ? "," : "", i, documents[i]);
    strcat(inputs, "]}");
    kl_value_release(run_well("VectorUpsertNode", on_server(settings, "filters", ""), inputs));
    kl_value_release(run_well("VectorUpsertNode", "{\"collection\":\"filters\"}", inputs));
    for (size_t i = 0; i < KL_COUNT(filters); i++) {
        snprintf(query, sizeof query, "{\"query_vector\":[1],\"top_k\":100,\"filter\":%s}", filters[i]);
        kl_value got = run_well("VectorQueryNode", settings, query);
        kl_value expected = run_well("VectorQueryNode", "{\"collection\":\"filters\"}", query);
        if (!equals(got, expected)) {
            kl_value shown = kl_null();
            kl_json_print(&shown, got, &kl_json_plain, NULL);
            print_error("%s gave %s\n", filters[i], kl_as_text(shown).data);
            kl_value_release(shown);
            different++;
        }
        kl_value_release(got);
        kl_value_release(expected);
    }
    assert_int_equal(different, 0);
}

/* Equal, but for scores of cosines: the server keeps vectors of length 1, in floats. */
static bool same_results(kl_value got, kl_value expected, bool exactly)
{
    kl_value a = kl_map_get(got, KL_TEXT("results")), b = kl_map_get(expected, KL_TEXT("results"));
    bool same = kl_array_len(a) == kl_array_len(b);
    if (exactly)
        return equals(a, b);
    for (size_t i = 0; same && i < kl_array_len(a); i++) {
        kl_value one = kl_array_at(a, i), other = kl_array_at(b, i);
        same = kl_text_equal(kl_as_text(kl_map_get(one, KL_TEXT("id"))),
                             kl_as_text(kl_map_get(other, KL_TEXT("id")))) &&
               fabs(kl_as_double(kl_map_get(one, KL_TEXT("score"))) -
                    kl_as_double(kl_map_get(other, KL_TEXT("score")))) < 1e-6;
    }
    return same;
}

KL_TEST(a_server_answers_as_memory_does)
{
    KL_UNUSED_STATE;
    static const char *const inputs[] = {
        "{\"query_vector\":[0.1,0.5,-0.3,0.9,0,0.2,-0.7,0.4],\"top_k\":40}",
        "{\"query_vector\":[-1,0.5,0.25,0,0,0.5,1,-0.125],\"top_k\":1200}",
        "{\"query_vector\":[0.1,0.5,-0.3,0.9,0,0.2,-0.7,0.4],\"filter\":{\"n\":{\"$in\":[2,5]}}}",
    };
    (void)service_url("KAILASH_TEST_QDRANT_URL"); /* skips before there is anything to free */
    kl_buffer vectors = many_vectors();
    char settings[1024], more[200], memory[300], name[40];
    for (size_t m = 0; kl_vector_metric_words[m]; m++) {
        snprintf(name, sizeof name, "many%zu", m);
        snprintf(more, sizeof more, ",\"index_metric\":\"%s\"", kl_vector_metric_words[m]);
        kl_value_release(run_well("VectorUpsertNode", on_server(settings, name, more), vectors.data));
        snprintf(memory, sizeof memory, "{\"collection\":\"%s\"}", name);
        kl_value_release(run_well("VectorUpsertNode", memory, vectors.data));
        snprintf(more, sizeof more, ",\"metric\":\"%s\",\"exact\":true", kl_vector_metric_words[m]);
        snprintf(memory, sizeof memory, "{\"collection\":\"%s\"%s}", name, more);
        for (size_t k = 0; k < KL_COUNT(inputs); k++) {
            kl_value expected = run_well("VectorQueryNode", memory, inputs[k]);
            kl_value got = run_well("VectorQueryNode", on_server(settings, name, more), inputs[k]);
            assert_true(same_results(got, expected, m > 0));
            kl_value_release(got);
            kl_value_release(expected);
        }
    }
    /* More pages than one are removed. */
    gives("VectorDeleteNode", on_server(settings, "many0", ""), "{\"filter\":{\"n\":{\"$gte\":0}}}",
          "{\"deleted_count\":1200}");
    kl_buffer_free(&vectors);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    char settings[1024];
    const char *in = on_server(settings, "sweep", "");
    survives_failed_allocations("VectorUpsertNode", in,
                                "{\"vectors\":[{\"id\":\"c\",\"embedding\":[1,0],\"content\":\"x\",\"metadata\":"
                                "{\"k\":1}},{\"id\":\"7\",\"embedding\":[0,1]}]}");
    survives_failed_allocations("VectorQueryNode", in,
                                "{\"query_vector\":[1,0],\"filter\":{\"k.m\":{\"$nin\":[1,\"a\",true]}}}");
    survives_failed_allocations("VectorDeleteNode", in, "{\"ids\":[\"c\"]}");
    survives_failed_allocations("VectorDeleteNode", in, "{\"filter\":{\"k\":{\"$gt\":0}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collections_have_names_that_the_server_takes),
        cmocka_unit_test(filters_are_said_in_the_server_s_words),
        cmocka_unit_test(what_the_server_cannot_say_is_refused_by_name),
        cmocka_unit_test(settings_are_checked_before_anything_is_sent),
        cmocka_unit_test(nothing_falls_back_to_memory),
        cmocka_unit_test(bad_answers_are_told),
        cmocka_unit_test(what_is_stored_on_a_server_is_found),
        cmocka_unit_test(ids_are_texts_of_any_kind),
        cmocka_unit_test(points_are_removed_by_id_and_by_filter),
        cmocka_unit_test(a_collection_is_made_for_one_metric),
        cmocka_unit_test(chunks_without_ids_get_new_ones),
        cmocka_unit_test(filters_on_the_server_mean_the_same),
        cmocka_unit_test(a_server_answers_as_memory_does),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
