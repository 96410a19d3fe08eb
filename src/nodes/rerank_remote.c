/* src/nodes/rerank_remote.c - see rerank.h. */
#include "rerank.h"
#include "build_map.h"
#include "kailash/json.h"

#include <math.h>
#include <stdio.h>

/* How a provider is asked and answers; see
 *   https://docs.cohere.com/reference/rerank
 *   https://jina.ai/reranker
 *   https://huggingface.github.io/text-embeddings-inference */
typedef struct provider {
    const char *name;
    const char *texts;   /* key of the texts in a request */
    const char *results; /* key of the list in an answer; NULL = the answer is it */
    const char *score;   /* key of the score in an item of it, beside "index" */
    const char *flag;    /* one more key of a request, or NULL */
    bool flag_value;
} provider;

static const provider providers[] = {
    {"cohere", "documents", "results", "relevance_score", NULL, false},
    {"jina", "documents", "results", "relevance_score", "return_documents", false},
    {"tei", "texts", NULL, "score", "truncate", true},
};
const char *const kl_rerank_providers[] = {"cohere", "jina", "tei", NULL};

/* Results from `first` on. */
typedef struct batch {
    const provider *provider;
    const kl_value *args;
    kl_value results, query;
    size_t first, count;
    double *scores; /* of this batch */
    bool *given;    /* which of them the answer gave */
} batch;

static const provider *provider_of(kl_value word)
{
    const provider *found = providers;
    while (!kl_text_is(kl_as_text(word), found->name)) /* the row allows no other */
        found++;
    return found;
}

/* ---- the request --------------------------------------------------------------------------------- */

static kl_status texts_of(kl_value *out, const batch *b, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, b->count, error));
    for (size_t i = 0; i < b->count && status == KL_OK; i++) {
        kl_value content = kl_map_get(kl_array_at(b->results, b->first + i), KL_TEXT("content"));
        status = kl_is(content, KL_KIND_STRING) ? kl_array_push(&list, kl_value_retain(content), error)
                                                : kl_array_push_text(&list, KL_TEXT(""), error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status body_of(kl_value *out, const batch *b, kl_error *error)
{
    kl_value texts = kl_null();
    kl_build m = kl_build_begin(4, error);
    if (!kl_is_null(b->args[KL_RERANK_MODEL]))
        kl_build_share(&m, "model", b->args[KL_RERANK_MODEL]);
    kl_build_share(&m, "query", b->query);
    if (m.status == KL_OK)
        kl_build_given(&m, b->provider->texts, texts_of(&texts, b, error), texts);
    if (b->provider->flag)
        kl_build_bool(&m, b->provider->flag, b->provider->flag_value);
    return kl_build_end(out, &m);
}

static kl_status begin_call(kl_http_call *call, const batch *b, kl_error *error)
{
    const kl_value *args = b->args;
    kl_value body;
    kl_http_call_settings(call, &args[KL_RERANK_SETTINGS]);
    KL_TRY(kl_http_call_url(call, "endpoint", args[KL_RERANK_ENDPOINT], "", kl_null(), error));
    call->request.method = KL_TEXT("POST");
    call->request.timeout = kl_as_int(args[KL_RERANK_TIMEOUT_MS]) * KL_MILLISECOND;
    call->request.retry = (kl_http_retry){
        .max = (uint32_t)kl_as_int(args[KL_RERANK_MAX_RETRIES]),
        .on = KL_HTTP_RETRY_CONNECT | KL_HTTP_RETRY_TIMEOUT | KL_HTTP_RETRY_BROKEN | KL_HTTP_RETRY_SERVER |
              KL_HTTP_RETRY_RATE,
        .any_method = true, /* to score twice changes nothing */
        .delay = kl_as_int(args[KL_RERANK_RETRY_DELAY_MS]) * KL_MILLISECOND};
    if (!kl_is_null(args[KL_RERANK_API_KEY])) {
        call->request.auth = KL_HTTP_BEARER;
        call->request.password = kl_as_text(args[KL_RERANK_API_KEY]);
    }
    KL_TRY(body_of(&body, b, error));
    kl_status status = kl_http_call_json(call, body, error);
    kl_value_release(body);
    return status;
}

/* ---- the answer ---------------------------------------------------------------------------------- */

static kl_status take_score(batch *b, kl_value item, kl_error *error)
{
    kl_value index = kl_map_get(item, KL_TEXT("index"));
    kl_value score = kl_map_get(item, kl_text_from(b->provider->score));
    if (!kl_is(index, KL_KIND_INT) || kl_as_int(index) < 0 || (size_t)kl_as_int(index) >= b->count)
        return kl_node_failed(error, "the reranker's answer has an item whose index is none of 0 to %zu",
                              b->count - 1);
    if (!kl_is_number(score) || !isfinite(kl_as_double(score)))
        return kl_node_failed(error, "the reranker's answer has no number as '%s', but %s",
                              b->provider->score, kl_value_kind_name(score));
    if (b->given[kl_as_int(index)])
        return kl_node_failed(error, "the reranker's answer has index %lld twice",
                              (long long)kl_as_int(index));
    b->given[kl_as_int(index)] = true;
    b->scores[kl_as_int(index)] = kl_as_double(score);
    return KL_OK;
}

static kl_status take_scores(batch *b, kl_value answer, kl_error *error)
{
    const char *key = b->provider->results;
    kl_value list = key ? kl_map_get(answer, kl_text_from(key)) : answer;
    if (!kl_is(list, KL_KIND_ARRAY))
        return kl_node_failed(error, key ? "the reranker's answer has no list '%s'"
                                         : "the reranker's answer is no list", key);
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(take_score(b, kl_array_at(list, i), error));
    if (kl_array_len(list) != b->count)
        return kl_node_failed(error, "the reranker scored %zu of %zu contents", kl_array_len(list),
                              b->count);
    return KL_OK;
}

/* What a server says of a failure, in one of the ways of these providers. */
static kl_status refused(const kl_http_response *response, kl_error *error)
{
    static const char *const keys[] = {"message", "detail", "error"};
    kl_value body = kl_null(), said = kl_null();
    kl_error ignored = KL_ERROR_INIT;
    if (kl_json_parse(&body, kl_as_text(response->body), &ignored) != KL_OK)
        kl_error_clear(&ignored); /* the status alone must do */
    for (size_t i = 0; i < KL_COUNT(keys) && !kl_is(said, KL_KIND_STRING); i++)
        said = kl_map_get(body, kl_text_from(keys[i]));
    kl_text text = kl_as_text(said);
    size_t len = KL_MIN(text.len, (size_t)200);
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--;
    kl_status status = kl_node_failed(error, "the reranker answered with status %d%s%.*s",
                                      response->status_code, len ? ": " : "", (int)len, text.data);
    kl_value_release(body);
    return status;
}

static kl_status read_answer(batch *b, const kl_http_response *response, kl_error *error)
{
    kl_value answer;
    kl_error why = KL_ERROR_INIT;
    if (response->status_code < 200 || response->status_code > 299)
        return refused(response, error);
    kl_status status = kl_json_parse(&answer, kl_as_text(response->body), &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_node_failed(error, "the reranker's answer is no JSON: %s", kl_error_message(&why));
    kl_error_clear(&why);
    KL_TRY(status);
    status = take_scores(b, answer, error);
    kl_value_release(answer);
    return status;
}

static kl_status score_batch(batch *b, const kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_http_watch watch = kl_http_node_watch(node);
    kl_error why = KL_ERROR_INIT;
    kl_status status = begin_call(&call, b, error);
    if (status == KL_OK) {
        status = kl_http_send(&response, &call.request, &watch, &why);
        status = status == KL_OK ? read_answer(b, &response, error)
                                 : kl_http_call_failed(error, &call, &why);
    }
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

static kl_status check_args(const provider *provider, const kl_value *args, kl_error *error)
{
    bool has_model = !kl_is_null(args[KL_RERANK_MODEL]);
    if (strcmp(provider->name, "cohere") == 0 && !has_model)
        return kl_node_missing(error, "model");
    if (strcmp(provider->name, "tei") == 0 && has_model)
        return kl_node_bad(error, "model", "expected none: a server of tei has one model");
    return KL_OK;
}

kl_status kl_rerank_score(double *scores, kl_value results, kl_value query, const kl_value *args,
                          const kl_node_call *node, kl_error *error)
{
    size_t count = kl_array_len(results), size = (size_t)kl_as_int(args[KL_RERANK_BATCH_SIZE]);
    batch b = {.provider = provider_of(args[KL_RERANK_PROVIDER]), .args = args, .results = results,
               .query = query};
    kl_status status = KL_OK;
    KL_TRY(check_args(b.provider, args, error));
    for (b.first = 0; b.first < count && status == KL_OK; b.first += b.count) {
        b.count = KL_MIN(size, count - b.first);
        b.scores = scores + b.first;
        b.given = kl_alloc_zero(b.count, sizeof *b.given);
        status = b.given ? score_batch(&b, node, error) : kl_error_no_memory(error);
        kl_free(b.given);
    }
    return status;
}
