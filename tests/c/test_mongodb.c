/* Documents on a MongoDB server: every operation of DocumentStoreNode gives there what it gives in memory and in
 * a file. The server of the tests is none of MongoDB's own; see tests/services/mongodb.py. */
#include "folder.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "node_sweep.h"
#include "service_test.h"
#include "store/mongo.h"

#define NODE "DocumentStoreNode"

/* ---- without a server --------------------------------------------------------------------------- */

#define REMOTE(url) "{\"connection_string\":\"" url "\"}"
#define FIND        "{\"operation\":\"find\",\"collection\":\"c\"}"

KL_TEST(settings_are_checked)
{
    KL_UNUSED_STATE;
    fails(NODE, "{\"backend\":\"mongodb\"}", FIND, "missing required input: connection_string");
    fails(NODE, "{\"backend\":\"memory\",\"connection_string\":\"mongodb://h/d\"}", FIND,
          "invalid input 'connection_string': expected none with backend memory");
    fails(NODE, "{\"backend\":\"sqlite\",\"connection_string\":\"mongodb://h/d\"}", FIND,
          "invalid input 'connection_string': expected a file with backend sqlite, got a URL of MongoDB");
    fails(NODE, "{\"backend\":\"mongodb\",\"connection_string\":\"http://h/d\"}", FIND,
          "invalid input 'connection_string': expected a URL such as "
          "mongodb://user:password@host:27017/database, got a malformed one");
    fails(NODE, REMOTE("mongodb://user:hush:h@host/d"), FIND,
          "invalid input 'connection_string': expected a URL such as "
          "mongodb://user:password@host:27017/database, got a malformed one");
    fails(NODE, REMOTE("mongodb://user:hush@host:27017"), FIND,
          "invalid input 'connection_string': expected a URL with a database, such as "
          "mongodb://localhost:27017/database");
}

/* A server that is not there is an error, not a collection in memory. */
KL_TEST(nothing_falls_back_to_memory)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE,
                              "{\"connection_string\":\"mongodb://nobody:hush@127.0.0.1:1/none\","
                              "\"timeout_ms\":200}", FIND, &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: MongoDB: No suitable servers"));
    assert_null(strstr(kl_error_message(&error), "hush"));
    kl_error_clear(&error);
}

/* ---- the same operations on each backend --------------------------------------------------------- */

/* The config of a backend: 0 memory, 1 a file, 2 the server. */
static const char *config_of(char out[512], int backend)
{
    if (backend == 0)
        return "{\"backend\":\"memory\"}";
    if (backend == 1)
        snprintf(out, 512, "{\"connection_string\":\"%s/documents.db\"}", test_folder);
    else
        snprintf(out, 512, "{\"connection_string\":\"%s\"}", service_url("KAILASH_TEST_MONGODB_URL"));
    return out;
}

static kl_status act(kl_value *out, int backend, const char *operation, const char *members,
                     kl_error *error)
{
    char inputs[4096], config[512];
    snprintf(inputs, sizeof inputs, "{\"collection\":\"matrix\",\"operation\":\"%s\"%s%s}", operation,
             *members ? "," : "", members);
    return run_node(out, NODE, config_of(config, backend), inputs, error);
}

static void must(int backend, const char *operation, const char *members)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (act(&out, backend, operation, members, &error) != KL_OK)
        fail_msg("%s %s: %s", operation, members, kl_error_message(&error));
    kl_value_release(out);
}

/* The collection holds these documents and no index. */
static void fill_one(int backend, const char *documents)
{
    char members[4096];
    must(backend, "delete", "\"filter\":{}");
    must(backend, "drop_index", "\"field\":\"a\"");
    must(backend, "drop_index", "\"field\":\"b.c\"");
    snprintf(members, sizeof members, "\"documents\":%s", documents);
    must(backend, "insert", members);
}

/* What a step gives, as text: its outputs, or that it fails; given. Keys are sorted: MongoDB puts _id in front. */
static kl_value told(int backend, const char *operation, const char *members)
{
    kl_value out = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = act(&out, backend, operation, members, &error);
    if (status == KL_OK)
        assert_int_equal(kl_json_print(&text, out, &kl_json_canonical_a, NULL), KL_OK);
    else
        assert_int_equal(kl_string_format(&text, NULL, "fails"), KL_OK);
    kl_value_release(out);
    kl_error_clear(&error);
    return text;
}

/* 0 when a step gives the same on all backends. */
static size_t differs(const char *operation, const char *members)
{
    kl_value in_memory = told(0, operation, members);
    size_t different = 0;
    for (int backend = 1; backend < 3; backend++) {
        kl_value other = told(backend, operation, members);
        if (!kl_text_equal(kl_as_text(other), kl_as_text(in_memory))) {
            print_error("%s %s\n  memory: %s\n  %s: %s\n", operation, members, kl_as_text(in_memory).data,
                        backend == 1 ? "sqlite" : "mongodb", kl_as_text(other).data);
            different++;
        }
        kl_value_release(other);
    }
    kl_value_release(in_memory);
    return different;
}

static void fill_all(const char *documents)
{
    (void)service_url("KAILASH_TEST_MONGODB_URL"); /* skips before anything is done */
    for (int backend = 0; backend < 3; backend++)
        fill_one(backend, documents);
}

typedef struct step {
    const char *operation, *members;
} step;

static void same_steps(const step *steps, size_t count)
{
    size_t different = 0;
    for (size_t i = 0; i < count; i++)
        different += differs(steps[i].operation, steps[i].members);
    assert_int_equal(different, 0);
}

KL_TEST(documents_come_and_go_the_same)
{
    KL_UNUSED_STATE;
    static const step steps[] = {
        {"insert", "\"document\":{\"_id\":\"x\",\"a\":2,\"t\":\"\xc3\xa9\",\"n\":null,\"r\":1.0}"},
        {"insert", "\"document\":{\"_id\":\"x\"}"},
        {"insert", "\"documents\":[{\"_id\":5,\"l\":[1,[2,{\"d\":{}}],[]]},{\"_id\":6.5}]"},
        {"insert", "\"documents\":[]"},
        {"insert", "\"documents\":[{\"_id\":7},{\"_id\":\"x\"},{\"_id\":8}]"}, /* all or none */
        {"insert", "\"document\":{\"_id\":[1]}"},
        {"insert", "\"document\":{\"z\":1,\"_id\":{\"k\":1}}"},
        {"insert", "\"document\":{\"_id\":9,\"big\":9223372036854775807,\"small\":-2147483649,\"f\":1e300}"},
        {"count", ""},
        {"find", "\"sort\":{\"_id\":1}"},
        {"find", "\"filter\":{\"a\":{\"$gt\":1}}"},
        {"update", "\"filter\":{\"a\":2},\"update\":{\"z\":1}"},
        {"update", "\"filter\":{\"a\":2},\"update\":{\"z\":1}"}, /* matched, not changed */
        {"update", "\"filter\":{\"a\":2},\"update\":{\"z\":2,\"_id\":77}"},
        {"update", "\"filter\":{\"a\":2},\"update\":{}"},
        {"update", "\"filter\":{},\"update\":{\"m\":true},\"one\":true"},
        {"update", "\"filter\":{\"a\":99},\"update\":{\"m\":true}"},
        {"update", "\"filter\":{},\"update\":{\"$set\":{\"v\":1}}"},
        {"update", "\"filter\":{},\"update\":{\"$set\":{\"v\":1},\"w\":2}"},
        {"update", "\"filter\":{},\"update\":{\"$foo\":{\"v\":1}}"},
        {"update", "\"filter\":{\"_id\":\"up\",\"q\":9},\"update\":{\"$set\":{\"z\":1}},\"upsert\":true"},
        {"update", "\"filter\":{\"q\":10},\"update\":{\"$setOnInsert\":{\"_id\":\"set\"}},\"upsert\":true"},
        {"update", "\"filter\":{\"$and\":[{\"_id\":\"and\"},{\"y\":{\"$gt\":1}}]},\"update\":{\"z\":3},"
                   "\"upsert\":true"},
        {"update", "\"filter\":{\"q\":9},\"update\":{\"$inc\":{\"z\":4}},\"upsert\":true"},
        {"find", "\"sort\":{\"_id\":1},\"projection\":{\"_id\":1,\"z\":1,\"q\":1,\"m\":1,\"v\":1}"},
        {"delete", "\"filter\":{\"z\":3},\"one\":true"},
        {"delete", "\"filter\":{\"v\":1},\"one\":true"},
        {"count", "\"filter\":{\"v\":1}"},
        {"delete", "\"filter\":{\"nothing\":1}"},
        {"delete", "\"filter\":{}"},
        {"count", ""},
        {"find", ""},
    };
    fill_all("[]");
    same_steps(steps, KL_COUNT(steps));
}

/* An upsert whose filter has no id, and an insert without one, get a UUID. */
KL_TEST(new_documents_get_a_uuid)
{
    KL_UNUSED_STATE;
    fill_all("[]");
    for (int backend = 0; backend < 3; backend++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        if (act(&out, backend, "update", "\"filter\":{\"q\":9},\"update\":{\"$inc\":{\"n\":1}},"
                                         "\"upsert\":true", &error) != KL_OK)
            fail_msg("%s", kl_error_message(&error));
        assert_true(kl_uuid_is_valid(kl_as_text(kl_map_get(out, KL_TEXT("document_id")))));
        kl_value_release(out);
        assert_int_equal(act(&out, backend, "insert", "\"document\":{\"a\":1}", NULL), KL_OK);
        assert_true(kl_uuid_is_valid(kl_as_text(kl_map_get(out, KL_TEXT("document_id")))));
        kl_value_release(out);
        assert_int_equal(act(&out, backend, "insert", "\"documents\":[{\"a\":1},{\"a\":2}]", NULL), KL_OK);
        kl_value ids = kl_map_get(out, KL_TEXT("document_ids"));
        assert_int_equal(kl_array_len(ids), 2);
        assert_true(kl_uuid_is_valid(kl_as_text(kl_array_at(ids, 1))));
        kl_value_release(out);
    }
    assert_int_equal(differs("find", "\"sort\":{\"a\":1},\"projection\":{\"_id\":0}"), 0);
}

KL_TEST(results_are_sorted_cut_and_projected_the_same)
{
    KL_UNUSED_STATE;
    static const step steps[] = {
        {"find", "\"sort\":{\"n\":-1,\"_id\":-1},\"projection\":{\"n\":1}"},
        {"find", "\"sort\":{\"n\":1,\"_id\":1},\"skip\":1,\"limit\":2,\"projection\":{\"_id\":1}"},
        {"find", "\"sort\":{\"a.x\":-1,\"_id\":1},\"limit\":3"},
        {"find", "\"skip\":9"},
        {"find", "\"sort\":{\"_id\":1},\"projection\":{\"a.x\":1,\"_id\":0}"},
        {"find", "\"sort\":{\"_id\":1},\"projection\":{\"a.x\":0,\"n\":0}"},
        {"find", "\"sort\":{\"_id\":1},\"projection\":{\"n\":true}"},
        {"find", "\"projection\":{\"n\":1,\"a\":0}"},
    };
    fill_all("[{\"_id\":1,\"n\":3,\"a\":{\"x\":1,\"y\":2}},{\"_id\":2,\"n\":1.0,\"a\":[{\"x\":1,\"y\":2},5]},"
             "{\"_id\":3,\"n\":3},{\"_id\":4}]");
    same_steps(steps, KL_COUNT(steps));
}

KL_TEST(filters_match_the_same)
{
    KL_UNUSED_STATE;
    static const char *const filters[] = {
        "{}", "{\"a\":1}", "{\"a\":1.0}", "{\"a\":{\"$eq\":[1,2]}}", "{\"a\":null}", "{\"a\":{\"$ne\":1}}",
        "{\"a\":{\"$ne\":null}}", "{\"a\":{\"$gt\":1}}", "{\"a\":{\"$gte\":\"o\",\"$lt\":\"z\"}}",
        "{\"a\":{\"$lte\":1}}", "{\"a\":{\"$in\":[\"one\",2]}}", "{\"a\":{\"$in\":[null]}}",
        "{\"a\":{\"$in\":[]}}", "{\"a\":{\"$nin\":[\"one\",2]}}", "{\"a\":{\"$exists\":false}}",
        "{\"a\":{\"$exists\":true}}", "{\"a\":{\"$regex\":\"^O\",\"$options\":\"i\"}}",
        "{\"a\":{\"$not\":{\"$gt\":0}}}", "{\"a\":{\"$size\":2}}", "{\"a\":{\"$all\":[2,1]}}",
        "{\"a\":{\"$all\":[]}}", "{\"a\":{\"$type\":\"number\"}}", "{\"a\":{\"$type\":\"string\"}}",
        "{\"a\":{\"$type\":\"array\"}}", "{\"a\":{\"$mod\":[2,1]}}", "{\"b.c\":1}", "{\"b.0.c\":1}",
        "{\"b.c\":{\"$gt\":1}}", "{\"b\":{\"$elemMatch\":{\"c\":2,\"d\":3}}}",
        "{\"b\":{\"$elemMatch\":{\"c\":1,\"d\":3}}}", "{\"b.c\":1,\"b.d\":3}",
        "{\"a\":{\"$elemMatch\":{\"$gt\":1,\"$lt\":3}}}", "{\"b.x\":{\"$exists\":false}}",
        "{\"$or\":[{\"a\":1},{\"a\":\"one\"}]}", "{\"$and\":[{\"a\":1},{\"b.c\":1}]}",
        "{\"$nor\":[{\"a\":1},{\"a\":null}]}", "{\"b\":{\"c\":1}}", "{\"_id\":3}",
        "{\"_id\":{\"$in\":[4,1]}}", "{\"t\":true}", "{\"t\":{\"$gte\":false}}",
        "{\"a\":{\"$gtt\":1}}", "{\"$xor\":[]}", "{\"$or\":[]}", "{\"a\":{\"$in\":1}}",
        "{\"a\":{\"$regex\":\"(\"}}",
    };
    size_t different = 0;
    fill_all("[{\"_id\":1,\"a\":1,\"b\":{\"c\":1},\"t\":true},{\"_id\":2,\"a\":\"one\",\"b\":[{\"c\":1},"
             "{\"c\":2,\"d\":3}],\"t\":false},{\"_id\":3,\"a\":[1,2]},{\"_id\":4,\"a\":null},{\"_id\":5}]");
    for (size_t i = 0; i < KL_COUNT(filters); i++) {
        char members[512];
        snprintf(members, sizeof members, "\"filter\":%s,\"sort\":{\"_id\":1}", filters[i]);
        different += differs("find", members);
        snprintf(members, sizeof members, "\"filter\":%s", filters[i]);
        different += differs("count", members);
    }
    assert_int_equal(different, 0);
}

KL_TEST(updates_change_the_same)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{\"a\":1}", "{\"b\":{\"c\":2}}"},
        {"{\"a\":1}", "{\"$set\":{\"a\":2,\"b.c\":3,\"d.0\":4}}"},
        {"{\"a\":[1,2]}", "{\"$set\":{\"a.1\":9,\"a.3\":5}}"},
        {"{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", "{\"$unset\":{\"a\":\"\",\"b.c\":\"\",\"z\":1}}"},
        {"{\"a\":1}", "{\"$inc\":{\"a\":2,\"b\":1.5}}"},
        {"{\"a\":2147483647}", "{\"$inc\":{\"a\":1}}"},
        {"{\"a\":3}", "{\"$mul\":{\"a\":2,\"b\":4}}"},
        {"{\"a\":3,\"b\":3}", "{\"$min\":{\"a\":2,\"b\":9},\"$max\":{\"c\":1}}"},
        {"{\"a\":1}", "{\"$rename\":{\"a\":\"y\",\"z\":\"w\"}}"},
        {"{\"a\":[1]}", "{\"$push\":{\"a\":2,\"b\":1}}"},
        {"{\"a\":[5,1]}", "{\"$push\":{\"a\":{\"$each\":[3,2]}}}"},
        {"{\"a\":[1,2,3,2]}", "{\"$pull\":{\"a\":2}}"},
        {"{\"a\":[{\"n\":1},{\"n\":5}]}", "{\"$pull\":{\"a\":{\"n\":{\"$gt\":2}}}}"},
        {"{\"a\":[1]}", "{\"$addToSet\":{\"a\":1}}"},
        {"{\"a\":[1]}", "{\"$addToSet\":{\"a\":{\"$each\":[1,2,2]}}}"},
        {"{\"a\":[1,2],\"b\":[1,2]}", "{\"$pop\":{\"a\":1,\"b\":-1,\"c\":1}}"},
        {"{\"a\":\"x\"}", "{\"$inc\":{\"a\":1}}"},
        {"{\"a\":\"x\"}", "{\"$push\":{\"a\":1}}"},
        {"{\"a\":\"x\"}", "{\"$set\":{\"a.b\":1}}"},
        {"{\"a\":1}", "{\"$set\":{\"_id\":1}}"},
    };
    size_t different = 0;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof text, "[%s]", rows[i][0]);
        fill_all(text);
        snprintf(text, sizeof text, "\"filter\":{},\"update\":%s", rows[i][1]);
        different += differs("update", text);
        different += differs("find", "\"projection\":{\"_id\":0}");
    }
    assert_int_equal(different, 0);
}

KL_TEST(pipelines_lead_to_the_same)
{
    KL_UNUSED_STATE;
    static const char *const pipelines[] = {
        "[]",
        "[{\"$match\":{\"n\":{\"$gt\":1}}},{\"$count\":\"c\"}]",
        "[{\"$match\":{\"n\":99}},{\"$count\":\"c\"}]",
        "[{\"$group\":{\"_id\":\"$k\"}},{\"$sort\":{\"_id\":1}}]",
        "[{\"$group\":{\"_id\":\"$k\",\"s\":{\"$sum\":\"$n\"},\"a\":{\"$avg\":\"$n\"},\"lo\":{\"$min\":"
        "\"$n\"},\"hi\":{\"$max\":\"$n\"},\"f\":{\"$first\":\"$_id\"},\"l\":{\"$last\":\"$_id\"},\"p\":"
        "{\"$push\":\"$n\"},\"q\":{\"$addToSet\":\"$k\"}}},{\"$sort\":{\"_id\":1}}]",
        "[{\"$group\":{\"_id\":null,\"t\":{\"$sum\":{\"$multiply\":[\"$n\",2]}}}}]",
        "[{\"$group\":{\"_id\":{\"k\":\"$k\"},\"c\":{\"$sum\":1}}},{\"$sort\":{\"c\":-1}}]",
        "[{\"$unwind\":\"$t\"},{\"$project\":{\"t\":1}}]",
        "[{\"$unwind\":{\"path\":\"$t\",\"includeArrayIndex\":\"i\",\"preserveNullAndEmptyArrays\":true}},"
        "{\"$project\":{\"t\":1,\"i\":1}}]",
        "[{\"$skip\":1},{\"$limit\":1},{\"$addFields\":{\"m\":{\"$concat\":[\"$k\",\"!\"]}}}]",
        "[{\"$addFields\":{\"less\":{\"$subtract\":[\"$n\",2]},\"half\":{\"$divide\":[\"$n\",2]}}},{\"$project\":{\"less\":1,\"half\":1}}]",
        "[{\"$limit\":1},{\"$unset\":[\"t\",\"n\"]}]",
        "[{\"$project\":{\"_id\":0,\"n\":1,\"big\":{\"$cond\":{\"if\":{\"$gte\":[\"$n\",2]},\"then\":\"yes\","
        "\"else\":\"no\"}},\"up\":{\"$toUpper\":\"$k\"},\"lit\":{\"$literal\":\"$k\"}}}]",
        "[{\"$match\":{\"_id\":1}},{\"$replaceRoot\":{\"newRoot\":{\"v\":\"$n\"}}}]",
        "[{\"$facet\":{\"a\":[{\"$count\":\"n\"}],\"b\":[{\"$match\":{\"k\":\"y\"}},{\"$project\":{\"n\":1}}],"
        "\"c\":[{\"$group\":{\"_id\":\"$k\"}},{\"$sort\":{\"_id\":1}}]}}]",
        "[{\"$sortByCount\":\"$k\"}]",
        "[{\"$lookup\":{\"from\":\"matrix\",\"localField\":\"n\",\"foreignField\":\"_id\",\"as\":\"found\"}}]",
        "[{\"$foo\":1}]",
        "[{\"$match\":{\"a\":{\"$gtt\":1}}}]",
        "[{\"$limit\":0}]",
    };
    size_t different = 0;
    fill_all("[{\"_id\":1,\"k\":\"x\",\"n\":1,\"t\":[\"a\",\"b\"]},{\"_id\":2,\"k\":\"x\",\"n\":2,\"t\":[\"b\"]},"
             "{\"_id\":3,\"k\":\"y\",\"n\":3}]");
    for (size_t i = 0; i < KL_COUNT(pipelines); i++) {
        char members[1024];
        snprintf(members, sizeof members, "\"pipeline\":%s", pipelines[i]);
        different += differs("aggregate", members);
    }
    assert_int_equal(different, 0);
}

KL_TEST(indexes_are_the_same)
{
    KL_UNUSED_STATE;
    static const step steps[] = {
        {"list_indexes", ""},
        {"create_index", "\"field\":\"a\""},
        {"create_index", "\"field\":\"a\""},
        {"create_index", "\"field\":\"b.c\",\"unique\":true"},
        {"list_indexes", ""},
        {"find", "\"filter\":{\"a\":2},\"sort\":{\"_id\":1}"},
        {"insert", "\"document\":{\"_id\":4,\"b\":{\"c\":2}}"},
        {"insert", "\"document\":{\"_id\":4,\"b\":{\"c\":3}}"},
        {"update", "\"filter\":{\"_id\":4},\"update\":{\"$set\":{\"b.c\":1}}"},
        {"find", "\"sort\":{\"_id\":1}"},
        {"create_index", "\"field\":\"a\",\"unique\":true"}, /* twice 2 */
        {"drop_index", "\"field\":\"b.c\""},
        {"drop_index", "\"field\":\"b.c\""},
        {"insert", "\"document\":{\"_id\":5,\"b\":{\"c\":2}}"},
        {"drop_index", "\"field\":\"a\""},
        {"list_indexes", ""},
    };
    fill_all("[{\"_id\":1,\"a\":2,\"b\":{\"c\":1}},{\"_id\":2,\"a\":2,\"b\":{\"c\":2}}]");
    same_steps(steps, KL_COUNT(steps));
}

/* ---- what the server alone has -------------------------------------------------------------------- */

static kl_value find_on_server(const char *members)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (act(&out, 2, "find", members, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value result = kl_value_retain(kl_map_get(out, KL_TEXT("result")));
    kl_value_release(out);
    return result;
}

KL_TEST(other_types_go_as_extended_json)
{
    KL_UNUSED_STATE;
    const char *document =
        "{\"_id\":{\"$oid\":\"65e5f2a7aaaaaaaaaaaaaaaa\"},\"when\":{\"$date\":\"2024-03-04T16:11:19.500Z\"},"
        "\"price\":{\"$numberDecimal\":\"1.10\"},\"u\":{\"$binary\":{\"base64\":"
        "\"VQ6EAOKbQdSnFkRmVUQAAA==\",\"subType\":\"04\"}},\"l\":[{\"$date\":\"1970-01-01T00:00:00Z\"}]}";
    char members[512];
    fill_all("[]");
    snprintf(members, sizeof members, "\"document\":%s", document);
    must(2, "insert", members);
    snprintf(members, sizeof members, "[%s]", document);
    assert_json(find_on_server("\"filter\":{\"_id\":{\"$oid\":\"65e5f2a7aaaaaaaaaaaaaaaa\"}}"), members);
    assert_json(find_on_server("\"filter\":{\"when\":{\"$gt\":{\"$date\":\"2024-01-01T00:00:00Z\"}}},"
                               "\"projection\":{\"_id\":0,\"price\":1}"),
                "[{\"price\":{\"$numberDecimal\":\"1.10\"}}]");
    assert_json(find_on_server("\"filter\":{\"_id\":\"65e5f2a7aaaaaaaaaaaaaaaa\"}"), "[]");
}

static void fails_on_server(const char *operation, const char *members, const char *begin)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(act(&out, 2, operation, members, &error), KL_FAILED);
    if (strncmp(kl_error_message(&error), begin, strlen(begin)) != 0)
        fail_msg("got \"%s\"", kl_error_message(&error));
    kl_error_clear(&error);
}

KL_TEST(what_the_server_refuses_is_told)
{
    KL_UNUSED_STATE;
    fill_all("[{\"_id\":\"x\"}]");
    fails_on_server("find", "\"filter\":{\"a\":{\"$gtt\":1}}",
                    "node execution failed: MongoDB: unknown operator: $gtt");
    fails_on_server("insert", "\"documents\":[{\"_id\":1},{\"_id\":\"x\"}]",
                    "node execution failed: collection 'matrix' has a document with _id \"x\" already");
    fails_on_server("insert", "\"document\":{\"a\\u0000b\":1}",
                    "node execution failed: a key of a document has a NUL, which BSON cannot hold");
    fails_on_server("insert", "\"document\":{\"a\":{\"$oid\":\"zz\"}}", "node execution failed: 'a': ");
    fails_on_server("update", "\"filter\":{},\"update\":{\"$set\":{\"v\":1},\"w\":2}",
                    "invalid input 'update': expected operators or fields, got both");
    fails_on_server("update", "\"filter\":{},\"update\":{\"b.c\":1}",
                    "invalid input 'update.b.c': expected a field without dots with backend mongodb, or $set "
                    "with a path");
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    char members[1024] = "\"document\":{\"a\":";
    (void)service_url("KAILASH_TEST_MONGODB_URL");
    for (int i = 0; i < 105; i++)
        strcat(members, "[");
    for (int i = 0; i < 105; i++)
        strcat(members, "]");
    strcat(members, "}");
    fails_on_server("insert", members, "node execution failed: a document nests deeper than 100 levels");
}

/* More documents than one batch of a cursor. */
KL_TEST(many_documents_come_in_order)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    fill_all("[]");
    for (int part = 0; part < 20; part++) {
        char members[4096] = "\"documents\":[";
        for (int i = 0; i < 50; i++)
            snprintf(members + strlen(members), 40, "%s{\"_id\":%d}", i ? "," : "", 50 * part + i);
        strcat(members, "]");
        must(2, "insert", members);
    }
    assert_int_equal(act(&out, 2, "find", "\"sort\":{\"_id\":1}", NULL), KL_OK);
    kl_value result = kl_map_get(out, KL_TEXT("result"));
    assert_int_equal(kl_array_len(result), 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(kl_as_int(kl_map_get(kl_array_at(result, i), KL_TEXT("_id"))), (int64_t)i);
    kl_value_release(out);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    char config[512];
    const char *in = config_of(config, 2);
    static const char *const inputs[] = {
        "{\"collection\":\"sweep\",\"operation\":\"insert\",\"documents\":[{\"a\":[1,{\"b\":null}]},{\"a\":2}]}",
        "{\"collection\":\"sweep\",\"operation\":\"find\",\"filter\":{\"a\":{\"$gt\":1}},\"sort\":{\"a\":1},"
        "\"projection\":{\"_id\":0},\"skip\":0,\"limit\":5}",
        "{\"collection\":\"sweep\",\"operation\":\"count\",\"filter\":{\"a\":2}}",
        "{\"collection\":\"sweep\",\"operation\":\"update\",\"filter\":{\"q\":1},\"update\":{\"n\":1},"
        "\"upsert\":true}",
        "{\"collection\":\"sweep\",\"operation\":\"aggregate\",\"pipeline\":[{\"$group\":{\"_id\":\"$a\"}},"
        "{\"$facet\":{\"x\":[{\"$group\":{\"_id\":null}}]}}]}",
        "{\"collection\":\"sweep\",\"operation\":\"create_index\",\"field\":\"a\"}",
        "{\"collection\":\"sweep\",\"operation\":\"list_indexes\"}",
        "{\"collection\":\"sweep\",\"operation\":\"drop_index\",\"field\":\"a\"}",
        "{\"collection\":\"sweep\",\"operation\":\"delete\",\"filter\":{}}",
    };
    for (size_t i = 0; i < KL_COUNT(inputs); i++)
        survives_failed_allocations(NODE, in, inputs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(nothing_falls_back_to_memory),
        cmocka_unit_test(documents_come_and_go_the_same),
        cmocka_unit_test(new_documents_get_a_uuid),
        cmocka_unit_test(results_are_sorted_cut_and_projected_the_same),
        cmocka_unit_test(filters_match_the_same),
        cmocka_unit_test(updates_change_the_same),
        cmocka_unit_test(pipelines_lead_to_the_same),
        cmocka_unit_test(indexes_are_the_same),
        cmocka_unit_test(other_types_go_as_extended_json),
        cmocka_unit_test(what_the_server_refuses_is_told),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(many_documents_come_in_order),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
