/* src/nodes/rerank.c - RerankNode: results of a search scored anew, by their words, by another node, or by
 * a cross-encoder that somebody serves. */
#include "rerank.h"
#include "rag.h"
#include "sort.h"
#include "unicode.h"

#include <math.h>
#include <stdio.h>

enum { RESULTS, QUERY, SCORE_WEIGHT, KEYWORD_WEIGHT, TOP_K, RANKER, ENDPOINT };

/* The words of the query in small letters, those of one character left out; given. */
static kl_status query_words(kl_value *out, kl_text query, kl_error *error)
{
    kl_value words, small = kl_null();
    KL_TRY(kl_array_new(&words, 0, error));
    kl_status status = kl_text_lower(&small, query, KL_NODE_TEXT_MAX, error);
    for (size_t at = 0; status == KL_OK && at < kl_value_len(small);) {
        kl_text rest = {kl_as_text(small).data + at, kl_value_len(small) - at};
        size_t len = 0;
        kl_text trimmed = kl_text_trim(rest, true, false);
        while (len < trimmed.len && !strchr(" \t\n\r\f", trimmed.data[len]))
            len++;
        if (len && kl_text_step(trimmed, 0) < len)
            status = kl_array_push_text(&words, (kl_text){trimmed.data, len}, error);
        at += (rest.len - trimmed.len) + KL_MAX(len, 1);
    }
    if (status == KL_OK)
        *out = words;
    else
        kl_value_release(words);
    kl_value_release(small);
    return status;
}

/* The share of words that the content holds. */
static kl_status keyword_score(double *out, kl_value words, kl_text content, kl_error *error)
{
    size_t count = kl_array_len(words), found = 0;
    kl_value small;
    KL_TRY(kl_text_lower(&small, content, KL_NODE_TEXT_MAX, error));
    for (size_t i = 0; i < count; i++) {
        kl_text word = kl_as_text(kl_array_at(words, i)), text = kl_as_text(small);
        found += memmem(text.data, text.len, word.data, word.len) != NULL;
    }
    *out = count ? (double)found / (double)count : 0;
    kl_value_release(small);
    return KL_OK;
}

typedef struct rerank {
    kl_node_call *call;
    kl_action *ranker; /* or NULL */
    kl_value words;
    double *scores; /* of the endpoint, or NULL */
} rerank;

static kl_status ranker_score(double *out, const rerank *r, kl_value result, kl_error *error)
{
    kl_value inputs = kl_null(), answer = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_node_result(&inputs, "query", kl_value_retain(r->call->args[QUERY]), error));
    KL_TRY_OUT(kl_map_set(&inputs, KL_TEXT("result"), kl_value_retain(result), error));
    KL_TRY_OUT(kl_map_set(&inputs, KL_TEXT("content"),
                          kl_value_retain(kl_map_get(result, KL_TEXT("content"))), error));
    KL_TRY_OUT(kl_action_run(&answer, r->ranker, r->call, inputs, error));
    kl_value score = kl_map_get(answer, KL_TEXT("score"));
    if (!kl_is_number(score) || !isfinite(kl_as_double(score)))
        KL_TRY_OUT(kl_node_failed(error, "the ranker gave no number as 'score', but %s",
                                  kl_value_kind_name(score)));
    *out = kl_as_double(score);
out:
    kl_value_release(inputs);
    kl_value_release(answer);
    return status;
}

static kl_status rank_one(kl_value *out, double *score, const rerank *r, size_t index, kl_error *error)
{
    kl_value result = kl_array_at(r->call->args[RESULTS], index);
    const kl_value *args = r->call->args;
    kl_value original = kl_map_get(result, KL_TEXT("score")), map;
    double keyword, first = kl_is_number(original) ? kl_as_double(original) : 0;
    kl_status status;
    KL_TRY(keyword_score(&keyword, r->words, kl_as_text(kl_map_get(result, KL_TEXT("content"))),
                         error));
    *score = kl_as_double(args[SCORE_WEIGHT]) * first +
             kl_as_double(args[KEYWORD_WEIGHT]) * keyword;
    if (r->scores)
        *score = r->scores[index];
    if (r->ranker)
        KL_TRY(ranker_score(score, r, result, error));
    KL_TRY(kl_map_new(&map, kl_map_len(result) + 3, error));
    KL_TRY_OUT(kl_map_merge(&map, result, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("keyword_score"), kl_double(keyword), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("original_score"), kl_double(first), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("score"), kl_double(*score), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status rank_all(kl_value *out, const rerank *r, kl_error *error)
{
    const kl_value *args = r->call->args;
    kl_value results = args[RESULTS], list = kl_null();
    size_t count = kl_array_len(results);
    size_t top = kl_is_null(args[TOP_K]) ? count : (size_t)kl_as_int(args[TOP_K]);
    kl_work work = {0};
    kl_status status = KL_OK;
    kl_sort_pair *pairs = kl_alloc_zero(KL_MAX(count, 1), sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        double score;
        KL_TRY_OUT(rank_one(&pairs[i].item, &score, r, i, error));
        pairs[i].key = kl_double(score);
    }
    KL_TRY_OUT(kl_sort_pairs(pairs, count, true, &work, error));
    KL_TRY_OUT(kl_array_new(&list, KL_MIN(top, count), error));
    for (size_t i = 0; i < KL_MIN(top, count); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(pairs[i].item), error));
    *out = kl_value_take(&list);
out:
    for (size_t i = 0; i < count; i++)
        kl_value_release(pairs[i].item);
    kl_free(pairs);
    kl_value_release(list);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status check_results(kl_value results, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(results); i++) {
        char place[48];
        kl_value result = kl_array_at(results, i);
        snprintf(place, sizeof place, "results[%zu]", i);
        if (!kl_is(result, KL_KIND_MAP))
            return kl_node_bad(error, place, "expected object, got %s", kl_value_kind_name(result));
    }
    return KL_OK;
}

/* Who gives the score instead of the weights. */
static kl_status find_ranker(rerank *r, kl_error *error)
{
    const kl_value *args = r->call->args;
    size_t count = kl_array_len(args[RESULTS]);
    if (!kl_is_null(args[RANKER]) && !kl_is_null(args[ENDPOINT]))
        return kl_node_bad(error, "endpoint", "expected none together with ranker");
    if (!kl_is_null(args[RANKER]))
        return kl_rag_action(&r->ranker, args[RANKER], r->call, "ranker", error);
    if (kl_is_null(args[ENDPOINT]))
        return KL_OK;
    r->scores = kl_alloc_zero(KL_MAX(count, 1), sizeof *r->scores);
    if (!r->scores)
        return kl_error_no_memory(error);
    return kl_rerank_score(r->scores, args[RESULTS], args[QUERY], &args[ENDPOINT], r->call, error);
}

static kl_status rerank_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    rerank r = {.call = call};
    kl_value ranked = kl_null();
    KL_TRY(check_results(call->args[RESULTS], error));
    kl_status status = find_ranker(&r, error);
    if (status == KL_OK)
        status = query_words(&r.words, kl_as_text(call->args[QUERY]), error);
    if (status == KL_OK)
        status = rank_all(&ranked, &r, error);
    kl_value_release(r.words);
    kl_action_free(r.ranker);
    kl_free(r.scores);
    return status == KL_OK ? kl_node_result(out, "reranked", ranked, error) : status;
}

static const kl_param rerank_inputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY,
     .doc = "maps with content and score, as VectorSearchNode gives; without a score it is 0"},
    {.name = "query", .kind = KL_KIND_STRING, .doc = "words to look for in the contents"},
};
static const kl_param rerank_config[] = {
    {.name = "score_weight", .kind = KL_KIND_NUMBER, .fallback = "0.7", .range = KL_RANGE(0, 1000),
     .doc = "weight of a result's own score"},
    {.name = "keyword_weight", .kind = KL_KIND_NUMBER, .fallback = "0.3", .range = KL_RANGE(0, 1000),
     .doc = "weight of the share of query words that the content holds, in either case; words of one "
            "character do not count"},
    {.name = "top_k", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .doc = "results at most; absent: all"},
    {.name = "ranker", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "node that scores each result instead of the weights, such as an HTTPRequestNode of a "
            "cross-encoder or a callback: it gets query, content and result and gives score. " KL_ACTION_DOC},
    KL_RERANK_PARAMS,
};
static const kl_param rerank_outputs[] = {
    {.name = "reranked", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "the results with keyword_score, original_score and the new score, best first"},
};

static const kl_node_type types[] = {
    {.name = "RerankNode", .category = "RAG", .flags = KL_NODE_BLOCKING, .run = rerank_run,
     .inputs = KL_TABLE(rerank_inputs), .config = KL_TABLE(rerank_config),
     .outputs = KL_TABLE(rerank_outputs), .doc = "Scores search results anew, by their words too."},
};
static const kl_node_family rerank_nodes = {.name = "rerank", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(rerank_nodes);
