/* DocumentStoreNode: filters, updates, pipelines, indexes, files. */
#include "folder.h"
#include "node_sweep.h"
#include "store/document.h"

#define NODE "DocumentStoreNode"

/* Run an operation on a collection; `members` are more inputs. */
static kl_status act(kl_value *out, const char *collection, const char *operation,
                     const char *members, kl_error *error)
{
    char inputs[8192];
    snprintf(inputs, sizeof inputs, "{\"collection\":\"%s\",\"operation\":\"%s\"%s%s}", collection,
             operation, *members ? "," : "", members);
    return run_node(out, NODE, NULL, inputs, error);
}

static void makes_in(const char *collection, const char *operation, const char *members,
                     const char *expected, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = act(&out, collection, operation, members, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value result = kl_value_retain(kl_map_get(out, KL_TEXT("result")));
    kl_value_release(out);
    assert_json_in(result, expected, file, line);
}
/* The result of an operation. */
#define makes(collection, operation, members, expected)                                            \
    makes_in(collection, operation, members, expected, __FILE__, __LINE__)

static void refuses_in(const char *operation, const char *members, const char *message,
                       const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = act(&out, "refused", operation, members, &error);
    bool same = status == KL_FAILED && strcmp(kl_error_message(&error), message) == 0;
    if (!same)
        print_error("%s:%d: got \"%s\", expected \"%s\"\n", file, line,
                    status == KL_OK ? "(no error)" : kl_error_message(&error), message);
    kl_value_release(out);
    kl_error_clear(&error);
    assert_true(same);
}
#define refuses(operation, members, message)                                                       \
    refuses_in(operation, members, message, __FILE__, __LINE__)

/* Put documents into an empty collection. */
static void fill_with(const char *collection, const char *documents)
{
    char members[4096];
    makes(collection, "delete", "\"filter\":{}", "null");
    snprintf(members, sizeof members, "\"documents\":%s", documents);
    makes(collection, "insert", members, "null");
}

/* ---- operations --------------------------------------------------------------------------------- */

KL_TEST(what_is_inserted_is_found)
{
    KL_UNUSED_STATE;
    kl_value out = kl_null();
    assert_int_equal(act(&out, "b", "insert", "\"document\":{\"a\":1}", NULL), KL_OK);
    assert_int_equal(kl_value_len(kl_map_get(out, KL_TEXT("document_id"))), 36);
    kl_value_release(out);
    gives(NODE, NULL,
          "{\"operation\":\"insert\",\"collection\":\"b\",\"document\":{\"_id\":\"x\",\"a\":2}}",
          "{\"success\":true,\"result\":null,\"count\":1,\"document_id\":\"x\"}");
    gives(NODE, NULL,
          "{\"operation\":\"insert\",\"collection\":\"b\",\"documents\":[{\"_id\":5},{\"_id\":6}]}",
          "{\"success\":true,\"result\":null,\"count\":2,\"document_ids\":[5,6]}");
    fails(NODE, NULL,
          "{\"operation\":\"insert\",\"collection\":\"b\",\"documents\":[{\"_id\":7},{\"_id\":\"x\"}]}",
          "node execution failed: collection 'b' has a document with _id \"x\" already");
    gives(NODE, NULL, "{\"operation\":\"count\",\"collection\":\"b\"}",
          "{\"success\":true,\"result\":4,\"count\":4}");
    gives(NODE, NULL, "{\"operation\":\"find\",\"collection\":\"b\",\"filter\":{\"a\":{\"$gt\":1}}}",
          "{\"success\":true,\"result\":[{\"_id\":\"x\",\"a\":2}],\"count\":1}");
    gives(NODE, NULL,
          "{\"operation\":\"update\",\"collection\":\"b\",\"filter\":{\"a\":2},\"update\":{\"z\":1}}",
          "{\"success\":true,\"result\":null,\"count\":1,\"modified_count\":1}");
    gives(NODE, NULL,
          "{\"operation\":\"update\",\"collection\":\"b\",\"filter\":{\"q\":9},\"update\":{\"$set\":"
          "{\"z\":1},\"$setOnInsert\":{\"_id\":\"up\"}},\"upsert\":true}",
          "{\"success\":true,\"result\":null,\"count\":0,\"modified_count\":0,\"document_id\":\"up\"}");
    makes("b", "find", "\"filter\":{\"z\":1}",
          "[{\"_id\":\"x\",\"a\":2,\"z\":1},{\"q\":9,\"z\":1,\"_id\":\"up\"}]");
    gives(NODE, NULL, "{\"operation\":\"delete\",\"collection\":\"b\",\"filter\":{\"z\":1},\"one\":true}",
          "{\"success\":true,\"result\":null,\"count\":1}");
    gives(NODE, NULL, "{\"operation\":\"delete\",\"collection\":\"b\",\"filter\":{}}",
          "{\"success\":true,\"result\":null,\"count\":4}");
}

KL_TEST(results_are_sorted_cut_and_projected)
{
    KL_UNUSED_STATE;
    fill_with("s", "[{\"_id\":1,\"n\":3,\"a\":{\"x\":1,\"y\":2}},{\"_id\":2,\"n\":1.0,\"a\":[{\"x\":1,"
                   "\"y\":2},5]},{\"_id\":3,\"n\":3},{\"_id\":4}]");
    makes("s", "find", "\"sort\":{\"n\":-1,\"_id\":-1},\"projection\":{\"n\":1}",
          "[{\"_id\":3,\"n\":3},{\"_id\":1,\"n\":3},{\"_id\":2,\"n\":1.0},{\"_id\":4}]");
    makes("s", "find", "\"sort\":{\"n\":1},\"skip\":1,\"limit\":2,\"projection\":{\"_id\":1}",
          "[{\"_id\":2},{\"_id\":1}]");
    makes("s", "find", "\"limit\":2,\"projection\":{\"a.x\":1,\"_id\":0}",
          "[{\"a\":{\"x\":1}},{\"a\":[{\"x\":1}]}]");
    makes("s", "find", "\"limit\":2,\"projection\":{\"a.x\":0,\"n\":0}",
          "[{\"_id\":1,\"a\":{\"y\":2}},{\"_id\":2,\"a\":[{\"y\":2},5]}]");
    makes("s", "find", "\"filter\":{\"_id\":3},\"projection\":{\"m\":{\"$add\":[\"$n\",1]}}",
          "[{\"_id\":3,\"m\":4}]");
}

/* ---- filters ------------------------------------------------------------------------------------ */

KL_TEST(filters_match_as_in_mongodb)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *filter, *ids;
    } rows[] = {
        {"{}", "[1,2,3,4,5]"},
        {"{\"a\":1}", "[1,3]"},
        {"{\"a\":1.0}", "[1,3]"},
        {"{\"a\":{\"$eq\":[1,2]}}", "[3]"},
        {"{\"a\":null}", "[4,5]"},
        {"{\"a\":{\"$ne\":1}}", "[2,4,5]"},
        {"{\"a\":{\"$gt\":1}}", "[3]"},
        {"{\"a\":{\"$gte\":\"o\",\"$lt\":\"z\"}}", "[2]"},
        {"{\"a\":{\"$lte\":1}}", "[1,3]"},
        {"{\"a\":{\"$in\":[\"one\",2]}}", "[2,3]"},
        {"{\"a\":{\"$nin\":[\"one\",2]}}", "[1,4,5]"},
        {"{\"a\":{\"$exists\":false}}", "[5]"},
        {"{\"a\":{\"$exists\":true}}", "[1,2,3,4]"},
        {"{\"a\":{\"$regex\":\"^O\",\"$options\":\"i\"}}", "[2]"},
        {"{\"a\":{\"$not\":{\"$gt\":0}}}", "[2,4,5]"},
        {"{\"a\":{\"$size\":2}}", "[3]"},
        {"{\"a\":{\"$all\":[2,1]}}", "[3]"},
        {"{\"a\":{\"$all\":[]}}", "[]"},
        {"{\"a\":{\"$type\":\"number\"}}", "[1,3]"},
        {"{\"a\":{\"$type\":\"array\"}}", "[3]"},
        {"{\"a\":{\"$mod\":[2,1]}}", "[1,3]"},
        {"{\"b.c\":1}", "[1,2]"},
        {"{\"b.0.c\":1}", "[2]"},
        {"{\"b.c\":{\"$gt\":1}}", "[2]"},
        {"{\"b\":{\"$elemMatch\":{\"c\":2,\"d\":3}}}", "[2]"},
        {"{\"b\":{\"$elemMatch\":{\"c\":1,\"d\":3}}}", "[]"},
        {"{\"b.c\":1,\"b.d\":3}", "[2]"},
        {"{\"a\":{\"$elemMatch\":{\"$gt\":1,\"$lt\":3}}}", "[3]"},
        {"{\"b.x\":{\"$exists\":false}}", "[1,2,3,4,5]"},
        {"{\"$or\":[{\"a\":1},{\"a\":\"one\"}]}", "[1,2,3]"},
        {"{\"$and\":[{\"a\":1},{\"b.c\":1}]}", "[1]"},
        {"{\"$nor\":[{\"a\":1},{\"a\":null}]}", "[2]"},
        {"{\"b\":{\"c\":1}}", "[1,2]"},
        {"{\"_id\":3}", "[3]"},
        {"{\"_id\":{\"$in\":[4,1]}}", "[1,4]"},
    };
    fill_with("f", "[{\"_id\":1,\"a\":1,\"b\":{\"c\":1}},{\"_id\":2,\"a\":\"one\",\"b\":[{\"c\":1},"
                   "{\"c\":2,\"d\":3}]},{\"_id\":3,\"a\":[1,2]},{\"_id\":4,\"a\":null},{\"_id\":5}]");
    for (int indexed = 0; indexed < 2; indexed++) {
        for (size_t i = 0; i < KL_COUNT(rows); i++) {
            char members[512];
            snprintf(members, sizeof members, "\"pipeline\":[{\"$match\":%s},{\"$group\":{\"_id\":null,"
                     "\"ids\":{\"$push\":\"$_id\"}}}]", rows[i].filter);
            kl_value out = kl_null();
            kl_error error = KL_ERROR_INIT;
            if (act(&out, "f", "aggregate", members, &error) != KL_OK)
                fail_msg("%s: %s", rows[i].filter, kl_error_message(&error));
            kl_value group = kl_array_at(kl_map_get(out, KL_TEXT("result")), 0);
            kl_value ids = kl_value_retain(kl_map_get(group, KL_TEXT("ids")));
            kl_value_release(out);
            if (kl_is_null(ids))
                ids = json("[]");
            kl_value text;
            assert_int_equal(kl_json_print(&text, ids, &kl_json_plain, NULL), KL_OK);
            if (!kl_text_is(kl_as_text(text), rows[i].ids))
                print_error("%s:\n", rows[i].filter);
            kl_value_release(text);
            assert_json(ids, rows[i].ids);
        }
        /* Again with indexes, which must change nothing. */
        makes("f", "create_index", "\"field\":\"a\"", "null");
        makes("f", "create_index", "\"field\":\"b.c\"", "null");
    }
}

KL_TEST(bad_filters_are_refused)
{
    KL_UNUSED_STATE;
    refuses("find", "\"filter\":{\"a\":{\"$gtt\":1}}",
            "invalid input 'filter.a.$gtt': expected one of: $eq, $ne, $gt, $gte, $lt, $lte, $in, "
            "$nin, $exists, $regex, $options, $not, $size, $all, $elemMatch, $type, $mod");
    refuses("find", "\"filter\":{\"$xor\":[]}",
            "invalid input 'filter.$xor': expected one of: $and, $or, $nor");
    refuses("find", "\"filter\":{\"$or\":[{\"a\":{\"$in\":1}}]}",
            "invalid input 'filter.$or[0].a.$in': expected array, got integer");
    refuses("find", "\"filter\":{\"$or\":[]}",
            "invalid input 'filter.$or': expected non-empty array of filters, got array");
    refuses("find", "\"filter\":{\"a\":{\"$regex\":\"(\"}}",
            "invalid input 'filter.a.$regex': expected valid regex pattern: regex: missing closing "
            "parenthesis");
    refuses("find", "\"filter\":{\"a\":{\"$size\":-1}}",
            "invalid input 'filter.a.$size': expected non-negative integer, got integer");
    refuses("find", "\"filter\":{\"a\":{\"$not\":1}}",
            "invalid input 'filter.a.$not': expected object of operators, got integer");
    refuses("find", "\"filter\":5", "invalid input 'filter': expected object, got 5");
}

/* ---- updates ------------------------------------------------------------------------------------ */

KL_TEST(updates_change_what_they_say)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *before, *update, *after;
    } rows[] = {
        {"{\"a\":1}", "{\"b\":{\"c\":2}}", "{\"a\":1,\"b\":{\"c\":2}}"},
        {"{\"a\":1}", "{\"$set\":{\"a\":2,\"b.c\":3,\"d.0\":4}}",
         "{\"a\":2,\"b\":{\"c\":3},\"d\":{\"0\":4}}"},
        {"{\"a\":[1,2]}", "{\"$set\":{\"a.1\":9,\"a.3\":5}}", "{\"a\":[1,9,null,5]}"},
        {"{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", "{\"$unset\":{\"a\":\"\",\"b.c\":\"\",\"z\":1}}",
         "{\"b\":{\"d\":2}}"},
        {"{\"a\":1}", "{\"$inc\":{\"a\":2,\"b\":1.5}}", "{\"a\":3,\"b\":1.5}"},
        {"{\"a\":3}", "{\"$mul\":{\"a\":2,\"b\":4}}", "{\"a\":6,\"b\":0}"},
        {"{\"a\":3,\"b\":3}", "{\"$min\":{\"a\":2,\"b\":9},\"$max\":{\"c\":1}}",
         "{\"a\":2,\"b\":3,\"c\":1}"},
        {"{\"a\":1}", "{\"$rename\":{\"a\":\"x.y\",\"z\":\"w\"}}", "{\"x\":{\"y\":1}}"},
        {"{\"a\":[1]}", "{\"$push\":{\"a\":2,\"b\":1}}", "{\"a\":[1,2],\"b\":[1]}"},
        {"{\"a\":[5,1]}",
         "{\"$push\":{\"a\":{\"$each\":[3,2],\"$position\":0,\"$sort\":1,\"$slice\":-3}}}",
         "{\"a\":[2,3,5]}"},
        {"{\"a\":[1,2,3,2]}", "{\"$pull\":{\"a\":2}}", "{\"a\":[1,3]}"},
        {"{\"a\":[{\"n\":1},{\"n\":5}]}", "{\"$pull\":{\"a\":{\"n\":{\"$gt\":2}}}}",
         "{\"a\":[{\"n\":1}]}"},
        {"{\"a\":[1,2,3]}", "{\"$pull\":{\"a\":{\"$gte\":2}}}", "{\"a\":[1]}"},
        {"{\"a\":[1]}", "{\"$addToSet\":{\"a\":1.0}}", "{\"a\":[1]}"},
        {"{\"a\":[1]}", "{\"$addToSet\":{\"a\":{\"$each\":[1,2,2]}}}", "{\"a\":[1,2]}"},
        {"{\"a\":[1,2],\"b\":[1,2]}", "{\"$pop\":{\"a\":1,\"b\":-1,\"c\":1}}", "{\"a\":[1],\"b\":[2]}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof text, "[%s]", rows[i].before);
        fill_with("u", text);
        snprintf(text, sizeof text, "\"filter\":{},\"update\":%s", rows[i].update);
        makes("u", "update", text, "null");
        snprintf(text, sizeof text, "[%s]", rows[i].after);
        makes("u", "find", "\"projection\":{\"_id\":0}", text);
    }
}

KL_TEST(bad_updates_are_refused)
{
    KL_UNUSED_STATE;
    fill_with("refused", "[{\"a\":\"x\",\"l\":[1]}]");
    refuses("update", "\"filter\":{},\"update\":{\"$foo\":{}}",
            "invalid input 'update.$foo': expected one of: $set, $unset, $inc, $mul, $min, $max, "
            "$rename, $push, $pull, $addToSet, $pop, $setOnInsert");
    refuses("update", "\"filter\":{},\"update\":{\"$set\":{},\"b\":1}",
            "invalid input 'update': expected operators or fields, got both");
    refuses("update", "\"filter\":{},\"update\":{\"$inc\":{\"a\":1}}",
            "invalid input 'update.$inc.a': expected a number to change, got string");
    refuses("update", "\"filter\":{},\"update\":{\"$inc\":{\"a\":\"x\"}}",
            "invalid input 'update.$inc.a': expected number, got string");
    refuses("update", "\"filter\":{},\"update\":{\"$push\":{\"a\":1}}",
            "invalid input 'update.$push.a': expected an array to change, got string");
    refuses("update", "\"filter\":{},\"update\":{\"$set\":{\"a.b\":1}}",
            "invalid input 'update.$set.a.b': cannot make field 'b' in a value of kind string");
    refuses("update", "\"filter\":{},\"update\":{\"$set\":{\"l.x\":1}}",
            "invalid input 'update.$set.l.x': cannot make field 'x' in an array");
    refuses("update", "\"filter\":{},\"update\":{\"$set\":{\"_id\":1}}",
            "invalid input 'update.$set._id': expected any field but _id, which never changes");
    refuses("update", "\"update\":{\"z\":1}", "missing required input: filter");
    refuses("update", "\"filter\":{}", "missing required input: update");
    refuses("delete", "", "missing required input: filter");
    refuses("insert", "", "missing required input: document");
    refuses("aggregate", "", "missing required input: pipeline");
    refuses("insert", "\"document\":{\"_id\":[1]}",
            "invalid input 'document._id': expected scalar or object, got array");
    fails(NODE, NULL, "{\"operation\":\"find\"}", "missing required input: collection");
    fails(NODE, "{\"backend\":\"sqlite\"}", "{\"operation\":\"find\",\"collection\":\"c\"}",
          "missing required input: connection_string");
}

/* ---- pipelines ---------------------------------------------------------------------------------- */

KL_TEST(pipelines_lead_through_their_stages)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pipeline, *result;
    } rows[] = {
        {"[{\"$match\":{\"n\":{\"$gt\":1}}},{\"$count\":\"c\"}]", "[{\"c\":2}]"},
        {"[{\"$match\":{\"n\":99}},{\"$count\":\"c\"}]", "[]"},
        {"[{\"$group\":{\"_id\":\"$k\"}},{\"$sort\":{\"_id\":1}}]",
         "[{\"_id\":\"x\",\"count\":2},{\"_id\":\"y\",\"count\":1}]"},
        {"[{\"$group\":{\"_id\":\"$k\",\"s\":{\"$sum\":\"$n\"},\"a\":{\"$avg\":\"$n\"},\"lo\":{\"$min\":"
         "\"$n\"},\"hi\":{\"$max\":\"$n\"},\"f\":{\"$first\":\"$_id\"},\"l\":{\"$last\":\"$_id\"},\"p\":"
         "{\"$push\":\"$n\"},\"q\":{\"$addToSet\":\"$k\"},\"c\":{\"$count\":{}}}},{\"$limit\":1}]",
         "[{\"_id\":\"x\",\"s\":3,\"a\":1.5,\"lo\":1,\"hi\":2,\"f\":1,\"l\":2,\"p\":[1,2],\"q\":[\"x\"],"
         "\"c\":2}]"},
        {"[{\"$group\":{\"_id\":null,\"t\":{\"$sum\":{\"$multiply\":[\"$n\",2]}}}}]",
         "[{\"_id\":null,\"t\":12}]"},
        {"[{\"$unwind\":\"$t\"},{\"$project\":{\"t\":1}}]",
         "[{\"_id\":1,\"t\":\"a\"},{\"_id\":1,\"t\":\"b\"},{\"_id\":2,\"t\":\"b\"}]"},
        {"[{\"$unwind\":{\"path\":\"$t\",\"includeArrayIndex\":\"i\",\"preserveNullAndEmptyArrays\":"
         "true}},{\"$project\":{\"t\":1,\"i\":1}}]",
         "[{\"_id\":1,\"t\":\"a\",\"i\":0},{\"_id\":1,\"t\":\"b\",\"i\":1},{\"_id\":2,\"t\":\"b\","
         "\"i\":0},{\"_id\":3,\"i\":null}]"},
        {"[{\"$skip\":1},{\"$limit\":1},{\"$addFields\":{\"m\":{\"$concat\":[\"$k\",\"!\"]},\"o.p\":"
         "\"$n\"}}]",
         "[{\"_id\":2,\"k\":\"x\",\"n\":2,\"t\":[\"b\"],\"m\":\"x!\",\"o\":{\"p\":2}}]"},
        {"[{\"$limit\":1},{\"$unset\":[\"t\",\"n\"]}]", "[{\"_id\":1,\"k\":\"x\"}]"},
        {"[{\"$limit\":1},{\"$project\":{\"_id\":0,\"big\":{\"$cond\":{\"if\":{\"$gte\":[\"$n\",2]},"
         "\"then\":\"yes\",\"else\":\"no\"}},\"len\":{\"$size\":\"$t\"},\"first\":{\"$arrayElemAt\":"
         "[\"$t\",-1]},\"up\":{\"$toUpper\":\"$k\"},\"root\":\"$$ROOT.n\",\"lit\":{\"$literal\":\"$k\"}}}]",
         "[{\"big\":\"no\",\"len\":2,\"first\":\"b\",\"up\":\"X\",\"root\":1,\"lit\":\"$k\"}]"},
        {"[{\"$sortByCount\":\"$k\"}]", "[{\"_id\":\"x\",\"count\":2},{\"_id\":\"y\",\"count\":1}]"},
        {"[{\"$match\":{\"_id\":1}},{\"$replaceRoot\":{\"newRoot\":{\"v\":\"$n\"}}}]", "[{\"v\":1}]"},
        {"[{\"$facet\":{\"a\":[{\"$count\":\"n\"}],\"b\":[{\"$match\":{\"k\":\"y\"}},{\"$project\":"
         "{\"n\":1}}]}}]",
         "[{\"a\":[{\"n\":3}],\"b\":[{\"_id\":3,\"n\":3}]}]"},
        {"[{\"$lookup\":{\"from\":\"other\",\"localField\":\"t\",\"foreignField\":\"name\",\"as\":"
         "\"found\"}},{\"$project\":{\"found.v\":1}}]",
         "[{\"_id\":1,\"found\":[{\"v\":10},{\"v\":20}]},{\"_id\":2,\"found\":[{\"v\":20}]},"
         "{\"_id\":3,\"found\":[]}]"},
        {"[]", "[{\"_id\":1,\"k\":\"x\",\"n\":1,\"t\":[\"a\",\"b\"]},{\"_id\":2,\"k\":\"x\",\"n\":2,"
               "\"t\":[\"b\"]},{\"_id\":3,\"k\":\"y\",\"n\":3}]"},
    };
    fill_with("p", "[{\"_id\":1,\"k\":\"x\",\"n\":1,\"t\":[\"a\",\"b\"]},{\"_id\":2,\"k\":\"x\",\"n\":2,"
                   "\"t\":[\"b\"]},{\"_id\":3,\"k\":\"y\",\"n\":3}]");
    fill_with("other", "[{\"name\":\"a\",\"v\":10},{\"name\":\"b\",\"v\":20}]");
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char members[1024];
        snprintf(members, sizeof members, "\"pipeline\":%s", rows[i].pipeline);
        makes("p", "aggregate", members, rows[i].result);
    }
}

KL_TEST(bad_pipelines_are_refused)
{
    KL_UNUSED_STATE;
    refuses("aggregate", "\"pipeline\":[{\"$limit\":1},{\"$foo\":1}]",
            "invalid input 'pipeline[1].$foo': expected one of: $match, $group, $project, $addFields, "
            "$set, $unset, $unwind, $sort, $skip, $limit, $count, $lookup, $facet, $sortByCount, "
            "$replaceRoot");
    refuses("aggregate", "\"pipeline\":[5]",
            "invalid input 'pipeline[0]': expected an object of one stage");
    refuses("aggregate", "\"pipeline\":[{\"$group\":{}}]",
            "missing required input: pipeline[0].$group._id");
    refuses("aggregate", "\"pipeline\":[{\"$group\":{\"_id\":null,\"a\":{\"$median\":1}}}]",
            "invalid input 'pipeline[0].$group.a': expected an object of one of: $sum, $avg, $min, "
            "$max, $first, $last, $push, $addToSet, $count");
    refuses("aggregate", "\"pipeline\":[{\"$limit\":-1}]",
            "invalid input 'pipeline[0].$limit': expected non-negative integer, got integer");
    refuses("aggregate", "\"pipeline\":[{\"$sort\":{\"a\":2}}]",
            "invalid input 'pipeline[0].$sort.a': expected 1 (ascending) or -1 (descending)");
    refuses("aggregate", "\"pipeline\":[{\"$match\":{\"a\":{\"$zz\":1}}}]",
            "invalid input 'pipeline[0].$match.a.$zz': expected one of: $eq, $ne, $gt, $gte, $lt, $lte, "
            "$in, $nin, $exists, $regex, $options, $not, $size, $all, $elemMatch, $type, $mod");
    refuses("aggregate", "\"pipeline\":[{\"$project\":{\"a\":1,\"b\":0}}]",
            "invalid input 'pipeline[0].$project.b': expected fields to keep or fields to leave out, got "
            "both");
    refuses("aggregate", "\"pipeline\":[{\"$addFields\":{\"a\":{\"$divide\":[1]}}}]",
            "invalid input 'pipeline[0].$addFields.$divide': expected 2 arguments, got 1");
    refuses("aggregate", "\"pipeline\":[{\"$lookup\":{\"from\":\"x\"}}]",
            "missing required input: pipeline[0].$lookup.localField");
    fill_with("refused", "[{\"a\":0}]");
    refuses("aggregate", "\"pipeline\":[{\"$addFields\":{\"b\":{\"$divide\":[1,\"$a\"]}}}]",
            "node execution failed: $divide: expected a divisor other than 0");
}

/* ---- indexes and files -------------------------------------------------------------------------- */

KL_TEST(indexes_spare_looking_at_all)
{
    KL_UNUSED_STATE;
    kl_documents *documents;
    kl_latch_waiter nobody = {0};
    kl_value list = json("[]"), ids = kl_null(), found = kl_null();
    assert_int_equal(kl_documents_new(&documents, KL_TEXT("i"), KL_TEXT(""), NULL), KL_OK);
    for (int i = 0; i < 2000; i++) {
        kl_value one;
        assert_int_equal(kl_map_new(&one, 1, NULL), KL_OK);
        assert_int_equal(kl_map_set(&one, KL_TEXT("n"), kl_int(i), NULL), KL_OK);
        assert_int_equal(kl_array_push(&list, one, NULL), KL_OK);
    }
    assert_int_equal(kl_documents_insert(&ids, documents, list, nobody, NULL), KL_OK);
    kl_documents_find find = {.filter = json("{\"n\":{\"$gte\":1990}}")};
    assert_int_equal(kl_documents_query(&found, documents, &find, nobody, NULL), KL_OK);
    assert_int_equal(kl_array_len(found), 10);
    assert_int_equal(find.examined, 2000);
    kl_value_release(found);
    assert_int_equal(kl_documents_create_index(documents, KL_TEXT("n"), true, nobody, NULL), KL_OK);
    assert_int_equal(kl_documents_query(&found, documents, &find, nobody, NULL), KL_OK);
    assert_int_equal(kl_array_len(found), 10);
    assert_int_equal(find.examined, 10);
    kl_value_release(found);
    kl_value_release(find.filter);
    find.filter = json("{\"n\":7}");
    assert_int_equal(kl_documents_query(&found, documents, &find, nobody, NULL), KL_OK);
    assert_int_equal(find.examined, 1);
    kl_value_release(found);
    kl_error error = KL_ERROR_INIT;
    kl_value twice = json("[{\"n\":7}]"), none = kl_null();
    assert_int_equal(kl_documents_insert(&none, documents, twice, nobody, &error), KL_STATE);
    assert_string_equal(kl_error_message(&error), "collection 'i' has a document with n 7 already");
    kl_error_clear(&error);
    size_t deleted = 0;
    kl_value most = json("{\"n\":{\"$lt\":1900}}");
    assert_int_equal(kl_documents_delete(&deleted, documents, most, false, nobody, NULL), KL_OK);
    assert_int_equal(deleted, 1900);
    assert_int_equal(kl_documents_query(&found, documents, &find, nobody, NULL), KL_OK);
    assert_int_equal(kl_array_len(found), 0);
    kl_value_release(found);
    kl_value_release(most);
    kl_value_release(twice);
    kl_value_release(find.filter);
    kl_value_release(ids);
    kl_value_release(list);
    kl_documents_free(documents);
    makes("f", "list_indexes", "", "[{\"path\":\"a\",\"unique\":false},{\"path\":\"b.c\",\"unique\":false}]");
    makes("f", "drop_index", "\"field\":\"a\"", "null");
    makes("f", "list_indexes", "", "[{\"path\":\"b.c\",\"unique\":false}]");
}

KL_TEST(a_file_keeps_documents)
{
    KL_UNUSED_STATE;
    const char *config = fill("{\"connection_string\":\"{DIR}/d.db\"}");
    const char *same = fill("{\"backend\":\"sqlite\",\"connection_string\":\"sqlite:{DIR}/d.db\"}");
    gives(NODE, config,
          "{\"operation\":\"insert\",\"collection\":\"c\",\"documents\":[{\"_id\":1,\"x\":[1.0,null]},"
          "{\"_id\":\"1\"}]}",
          "{\"success\":true,\"result\":null,\"count\":2,\"document_ids\":[1,\"1\"]}");
    gives(NODE, same, "{\"operation\":\"find\",\"collection\":\"c\"}",
          "{\"success\":true,\"result\":[{\"_id\":1,\"x\":[1.0,null]},{\"_id\":\"1\"}],\"count\":2}");
    gives(NODE, same,
          "{\"operation\":\"update\",\"collection\":\"c\",\"filter\":{\"_id\":\"1\"},\"update\":{\"y\":2}}",
          "{\"success\":true,\"result\":null,\"count\":1,\"modified_count\":1}");
    gives(NODE, same, "{\"operation\":\"delete\",\"collection\":\"c\",\"filter\":{\"_id\":1}}",
          "{\"success\":true,\"result\":null,\"count\":1}");
    gives(NODE, config, "{\"operation\":\"find\",\"collection\":\"c\"}",
          "{\"success\":true,\"result\":[{\"_id\":\"1\",\"y\":2}],\"count\":1}");
    gives(NODE, config, "{\"operation\":\"count\",\"collection\":\"d\"}",
          "{\"success\":true,\"result\":0,\"count\":0}");
    /* What fails changes nothing, neither here nor there. */
    fails(NODE, config,
          "{\"operation\":\"insert\",\"collection\":\"c\",\"documents\":[{\"_id\":2},{\"_id\":\"1\"}]}",
          "node execution failed: collection 'c' has a document with _id \"1\" already");
    gives(NODE, same, "{\"operation\":\"count\",\"collection\":\"c\"}",
          "{\"success\":true,\"result\":1,\"count\":1}");
    gives(NODE, config, "{\"operation\":\"count\",\"collection\":\"c\"}",
          "{\"success\":true,\"result\":1,\"count\":1}");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    fill_with("w", "[{\"_id\":1,\"a\":[1,2],\"k\":\"x\"},{\"_id\":2,\"k\":\"x\"}]");
    survives_failed_allocations(NODE, NULL,
                                "{\"operation\":\"find\",\"collection\":\"w\",\"filter\":{\"$or\":[{\"a\":"
                                "{\"$in\":[1],\"$not\":{\"$gt\":4}}},{\"k\":{\"$nin\":[\"x\"]}}]},"
                                "\"sort\":{\"k\":1},\"projection\":{\"a\":1}}");
    survives_failed_allocations(
        NODE, NULL,
        "{\"operation\":\"update\",\"collection\":\"w\",\"filter\":{\"_id\":1},\"update\":{\"$set\":"
        "{\"b.c\":1},\"$push\":{\"a\":{\"$each\":[1],\"$slice\":3}},\"$pull\":{\"a\":9}}}");
    survives_failed_allocations(
        NODE, NULL,
        "{\"operation\":\"aggregate\",\"collection\":\"w\",\"pipeline\":[{\"$match\":{\"_id\":1}},"
        "{\"$unwind\":\"$a\"},{\"$group\":{\"_id\":\"$k\",\"s\":{\"$addToSet\":\"$a\"}}},{\"$lookup\":"
        "{\"from\":\"w\",\"localField\":\"_id\",\"foreignField\":\"k\",\"as\":\"f\"}},{\"$facet\":{\"a\":"
        "[{\"$sort\":{\"_id\":1}}]}}]}");
    survives_failed_allocations(NODE, NULL,
                                "{\"operation\":\"create_index\",\"collection\":\"w\",\"field\":\"k\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_inserted_is_found),
        cmocka_unit_test(results_are_sorted_cut_and_projected),
        cmocka_unit_test(filters_match_as_in_mongodb),
        cmocka_unit_test(bad_filters_are_refused),
        cmocka_unit_test(updates_change_what_they_say),
        cmocka_unit_test(bad_updates_are_refused),
        cmocka_unit_test(pipelines_lead_through_their_stages),
        cmocka_unit_test(bad_pipelines_are_refused),
        cmocka_unit_test(indexes_spare_looking_at_all),
        cmocka_unit_test(a_file_keeps_documents),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
