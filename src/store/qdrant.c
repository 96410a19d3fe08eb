/* src/store/qdrant.c - collections of vectors on a Qdrant server. See qdrant.h. */
#include "qdrant.h"
#include "buffer.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "net/sigv4.h"
#include "net/url.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of points that go into one request, below the 32 MiB that a server takes. */
#define BATCH_BYTES ((size_t)4 << 20)
/* Ids that go into one request. */
#define BATCH_IDS ((size_t)1000)
/* Vectors are long, and up to 100,000 may be asked for. */
#define RESPONSE_MAX ((uint64_t)1 << 30)

static const char *const distances[] = {
    [KL_VECTOR_COSINE] = "Cosine", [KL_VECTOR_EUCLIDEAN] = "Euclid", [KL_VECTOR_DOT] = "Dot"};

bool kl_qdrant_is_name(kl_text name)
{
    bool good = name.len > 0 && name.len <= 255 && !kl_text_is(name, ".") && !kl_text_is(name, "..");
    for (size_t i = 0; good && i < name.len; i++)
        good = (unsigned char)name.data[i] >= 0x20 && name.data[i] != 0x7F &&
               !strchr("<>:\"/\\|?*", name.data[i]);
    return good;
}

kl_status kl_qdrant_check_url(kl_text url, kl_error *error)
{
    kl_url parsed;
    KL_TRY(kl_url_parse(&parsed, url, error));
    bool plain = !memchr(parsed.target.data, '?', parsed.target.len) &&
                 !memchr(url.data, '#', url.len);
    kl_url_clear(&parsed);
    return plain ? KL_OK
                 : kl_error_set(error, KL_INVALID, "expected the URL of a server, such as "
                                                   "http://localhost:6333, without query or fragment");
}

/* ---- requests ------------------------------------------------------------------------------------ */

/* What it means that the collection is not there. */
typedef enum on_missing { MISSING_FAILS, MISSING_IS_NULL } on_missing;

static kl_status write_url(kl_value *out, const kl_qdrant *store, const char *rest, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    kl_text base = store->url;
    while (base.len && base.data[base.len - 1] == '/')
        base.len--;
    kl_buffer_add(&url, base);
    kl_buffer_string(&url, "/collections/");
    kl_sigv4_encode(&url, store->name, false);
    kl_buffer_string(&url, rest);
    return kl_buffer_finish(out, &url, error);
}

/* What the server said about a failure, {"status": {"error": "..."}}; empty when it said nothing. */
static kl_text complaint(kl_value answer)
{
    return kl_as_text(kl_map_get(kl_map_get(answer, KL_TEXT("status")), KL_TEXT("error")));
}

static kl_status read_answer(kl_value *result, const kl_http_response *response, on_missing missing,
                             kl_error *error)
{
    kl_value answer = kl_null();
    kl_status status = kl_json_parse(&answer, kl_as_text(response->body), NULL);
    kl_text said = complaint(answer);
    bool fine = response->status_code >= 200 && response->status_code < 300;
    if (status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    if (fine && status == KL_OK && kl_map_find(answer, KL_TEXT("result")))
        *result = kl_value_retain(kl_map_get(answer, KL_TEXT("result")));
    else if (fine)
        status = kl_error_set(error, KL_FAILED, "the server's answer is none of Qdrant");
    else if (response->status_code == 404 && missing == MISSING_IS_NULL && said.len)
        *result = kl_null();
    else
        status = kl_error_set(error, KL_FAILED, "Qdrant answered %d%s%.*s", response->status_code,
                              said.len ? ": " : "", (int)KL_MIN(said.len, 500), said.data);
    kl_value_release(answer);
    return status;
}

/* Send `body` (ended; empty = none) and get the result; given. */
static kl_status ask(kl_value *result, const kl_qdrant *store, const char *method, const char *rest,
                     kl_buffer *body, on_missing missing, kl_error *error)
{
    static const kl_guard guard = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    const kl_http_header headers[] = {
        {KL_TEXT("content-type"), KL_TEXT("application/json"), false},
        {KL_TEXT("api-key"), store->api_key, true},
    };
    kl_http_response response = {0};
    kl_value url = kl_null();
    kl_status status = body->status == KL_OK ? write_url(&url, store, rest, error)
                                             : kl_error_no_memory(error);
    if (status == KL_OK) {
        kl_http_request request = {
            .method = kl_text_from(method), .url = kl_as_text(url), .headers = headers,
            .header_count = store->api_key.len ? 2 : 1, .guard = &guard,
            .redirects = KL_HTTP_REDIRECTS_NEVER, .response_max = RESPONSE_MAX};
        if (body->len)
            request.body = kl_buffer_text(body);
        status = kl_http_send(&response, &request, store->watch, error);
        if (status == KL_OK)
            status = read_answer(result, &response, missing, error);
        kl_http_response_clear(&response);
    }
    kl_buffer_free(body);
    kl_value_release(url);
    return status;
}

/* The same, when the result does not matter. */
static kl_status tell(const kl_qdrant *store, const char *method, const char *rest, kl_buffer *body,
                      kl_error *error)
{
    kl_value result;
    KL_TRY(ask(&result, store, method, rest, body, MISSING_FAILS, error));
    kl_value_release(result);
    return KL_OK;
}

/* Of ids and conditions, whose printing fails for want of memory only. */
static void add_json(kl_buffer *to, kl_value value)
{
    kl_value text;
    if (kl_json_print(&text, value, &kl_json_plain, NULL) != KL_OK) {
        to->status = KL_NO_MEMORY;
        return;
    }
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
}

/* Nine digits tell a float from its neighbours. */
static void add_vector(kl_buffer *to, const float *vector, size_t dimension)
{
    for (size_t i = 0; i < dimension; i++)
        kl_buffer_format(to, "%c%.9g", i ? ',' : '[', (double)vector[i]);
    kl_buffer_byte(to, ']');
}

/* ---- collections --------------------------------------------------------------------------------- */

typedef struct collection {
    size_t dimension; /* 0 = it is not there */
    kl_vector_metric metric;
} collection;

static kl_status read_params(collection *out, const kl_qdrant *store, kl_value params,
                             kl_error *error)
{
    kl_value size = kl_map_get(params, KL_TEXT("size"));
    kl_text distance = kl_as_text(kl_map_get(params, KL_TEXT("distance")));
    size_t metric = 0;
    if (!kl_is(size, KL_KIND_INT) || kl_as_int(size) < 1)
        return kl_error_set(error, KL_STATE, "collection \"%.*s\" has named vectors; expected one "
                                             "vector without a name", KL_TEXT_ARG(store->name));
    while (metric < KL_VECTOR_METRICS && !kl_text_is(distance, distances[metric]))
        metric++;
    if (metric == KL_VECTOR_METRICS)
        return kl_error_set(error, KL_STATE, "collection \"%.*s\" was made for %.*s; expected Cosine, "
                                             "Euclid or Dot", KL_TEXT_ARG(store->name),
                            KL_TEXT_ARG(distance));
    *out = (collection){(size_t)kl_as_int(size), (kl_vector_metric)metric};
    return KL_OK;
}

static kl_status look(collection *out, const kl_qdrant *store, kl_error *error)
{
    kl_buffer none = KL_BUFFER_INIT;
    kl_value result;
    *out = (collection){0, KL_VECTOR_COSINE};
    KL_TRY(ask(&result, store, "GET", "", &none, MISSING_IS_NULL, error));
    kl_status status = KL_OK;
    if (!kl_is_null(result)) {
        kl_value config = kl_map_get(result, KL_TEXT("config"));
        kl_value params = kl_map_get(config, KL_TEXT("params"));
        status = read_params(out, store, kl_map_get(params, KL_TEXT("vectors")), error);
    }
    kl_value_release(result);
    return status;
}

static kl_status look_empty(bool *out, const kl_qdrant *store, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value result;
    kl_buffer_string(&body, "{\"exact\":true}");
    KL_TRY(ask(&result, store, "POST", "/points/count", &body, MISSING_FAILS, error));
    *out = kl_as_int(kl_map_get(result, KL_TEXT("count"))) == 0;
    kl_value_release(result);
    return KL_OK;
}

/* Somebody else may make it meanwhile: then it is taken as it is. */
static kl_status create(collection *out, const kl_qdrant *store, size_t dimension,
                        kl_vector_metric metric, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_error why = KL_ERROR_INIT;
    kl_buffer_format(&body, "{\"vectors\":{\"size\":%zu,\"distance\":\"%s\"}}", dimension,
                     distances[metric]);
    kl_status status = tell(store, "PUT", "", &body, &why);
    *out = (collection){dimension, metric};
    if (status == KL_FAILED) {
        kl_status looked = look(out, store, error);
        if (looked == KL_OK && out->dimension)
            status = KL_OK;
        else if (looked != KL_OK)
            kl_error_clear(error);
    }
    if (status != KL_OK && error)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status drop(const kl_qdrant *store, kl_error *error)
{
    kl_buffer none = KL_BUFFER_INIT;
    return tell(store, "DELETE", "", &none, error);
}

static kl_status check_dimensions(size_t *at, const kl_vector_entry *entries, size_t count,
                                  size_t dimension, kl_error *error)
{
    for (*at = 0; *at < count; ++*at)
        if (entries[*at].dimension != dimension)
            return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the other vectors of the "
                                "collection have, got %zu", dimension, entries[*at].dimension);
    return KL_OK;
}

static kl_status check_metric(const kl_qdrant *store, const collection *found,
                              kl_vector_metric metric, kl_error *error)
{
    if (metric == KL_VECTOR_METRICS || metric == found->metric)
        return KL_OK;
    return kl_error_set(error, KL_STATE, "collection \"%.*s\" was made for %s, not for %s",
                        KL_TEXT_ARG(store->name), kl_vector_metric_words[found->metric],
                        kl_vector_metric_words[metric]);
}

/* The collection as the entries (at least one) need it; an empty one takes vectors of any length. */
static kl_status prepare(size_t *at, const kl_qdrant *store, const kl_vector_entry *entries,
                         size_t count, bool replace, kl_vector_metric metric, kl_error *error)
{
    collection found;
    size_t dimension = entries[0].dimension;
    bool empty = replace;
    KL_TRY(look(&found, store, error));
    if (found.dimension == 0) {
        KL_TRY(check_dimensions(at, entries, count, dimension, error));
        KL_TRY(create(&found, store, dimension,
                      metric == KL_VECTOR_METRICS ? KL_VECTOR_COSINE : metric, error));
    }
    KL_TRY(check_metric(store, &found, metric, error));
    if (!empty && found.dimension != dimension)
        KL_TRY(look_empty(&empty, store, error));
    if (empty && found.dimension != dimension) {
        KL_TRY(check_dimensions(at, entries, count, dimension, error));
        KL_TRY(drop(store, error));
        return create(&found, store, dimension, found.metric, error);
    }
    return check_dimensions(at, entries, count, found.dimension, error);
}

/* ---- ids ----------------------------------------------------------------------------------------- */

/* "0", or digits that do not begin with 0, within int64. */
static bool is_number(kl_text id)
{
    char *end;
    if (id.len == 0 || id.len > 19 || id.data[0] < '0' || id.data[0] > '9' ||
        (id.data[0] == '0' && id.len > 1))
        return false;
    errno = 0;
    strtoll(id.data, &end, 10);
    return errno == 0 && end == id.data + id.len;
}

/* RFC 9562, version 5, in the namespace of object ids. */
static kl_status name_uuid(char out[37], kl_text name, kl_error *error)
{
    static const char space[] = "\x6b\xa7\xb8\x12\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8";
    unsigned char hash[KL_HASH_MAX];
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_add(&text, (kl_text){space, 16});
    kl_buffer_add(&text, name);
    kl_status status = text.status == KL_OK
                           ? kl_hash_once(hash, KL_HASH_SHA1, kl_buffer_text(&text), error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    KL_TRY(status);
    hash[6] = (unsigned char)((hash[6] & 0x0F) | 0x50);
    hash[8] = (unsigned char)((hash[8] & 0x3F) | 0x80);
    for (size_t i = 0; i < 16; i++)
        out += snprintf(out, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", hash[i]);
    return KL_OK;
}

/* The point's id. */
static kl_status add_id(kl_buffer *to, kl_text id, kl_error *error)
{
    char uuid[37];
    if (is_number(id)) {
        kl_buffer_add(to, id);
        return KL_OK;
    }
    if (kl_uuid_is_valid(id)) {
        kl_buffer_format(to, "\"%.*s\"", KL_TEXT_ARG(id));
        return KL_OK;
    }
    KL_TRY(name_uuid(uuid, id, error));
    kl_buffer_format(to, "\"%s\"", uuid);
    return KL_OK;
}

static kl_status make_ids(kl_value *ids, const kl_vector_entry *entries, size_t count,
                          kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kl_value id = kl_value_retain(entries[i].id);
        char uuid[37];
        if (kl_is_null(id)) {
            KL_TRY(kl_uuid_new(uuid, error));
            KL_TRY(kl_string_from_valid(&id, (kl_text){uuid, 36}, error));
        }
        KL_TRY(kl_array_push(ids, id, error));
    }
    return KL_OK;
}

/* ---- changes ------------------------------------------------------------------------------------- */

static kl_status payload_of(kl_value *out, const kl_vector_entry *entry, kl_value id,
                            kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(id), error));
    if (!kl_is_null(entry->content))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content"), kl_value_retain(entry->content), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"),
                          kl_is_null(entry->metadata) ? kl_map_empty()
                                                      : kl_value_retain(entry->metadata), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status add_point(kl_buffer *to, const kl_vector_entry *entry, kl_value id,
                           kl_error *error)
{
    kl_value payload, text;
    kl_buffer_string(to, to->len ? ",{\"id\":" : "{\"points\":[{\"id\":");
    KL_TRY(add_id(to, kl_as_text(id), error));
    kl_buffer_string(to, ",\"vector\":");
    add_vector(to, entry->vector, entry->dimension);
    KL_TRY(payload_of(&payload, entry, id, error));
    kl_status status = kl_json_print(&text, payload, &kl_json_plain, error);
    kl_value_release(payload);
    KL_TRY(status);
    kl_buffer_format(to, ",\"payload\":%.*s}", KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return KL_OK;
}

static kl_status put_points(const kl_qdrant *store, kl_buffer *body, kl_error *error)
{
    if (body->len == 0)
        return KL_OK;
    kl_buffer_string(body, "]}");
    kl_status status = tell(store, "PUT", "/points?wait=true", body, error);
    *body = (kl_buffer)KL_BUFFER_INIT;
    return status;
}

/* Map: id -> index of the last entry that has it, which is the one that counts. */
static kl_status last_of_each(kl_value *out, kl_value ids, kl_error *error)
{
    kl_value last;
    KL_TRY(kl_map_new(&last, 0, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(ids) && status == KL_OK; i++)
        status = kl_map_set_key(&last, kl_array_at(ids, i), kl_int((int64_t)i), error);
    if (status == KL_OK)
        *out = last;
    else
        kl_value_release(last);
    return status;
}

static kl_status put_entries(const kl_qdrant *store, const kl_vector_entry *entries, kl_value ids,
                             kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value last;
    kl_status status = KL_OK;
    KL_TRY(last_of_each(&last, ids, error));
    for (size_t i = 0; i < kl_array_len(ids) && status == KL_OK; i++) {
        kl_value id = kl_array_at(ids, i);
        if (kl_as_int(kl_map_get(last, kl_as_text(id))) != (int64_t)i)
            continue;
        status = add_point(&body, &entries[i], id, error);
        if (status == KL_OK && body.len >= BATCH_BYTES)
            status = put_points(store, &body, error);
    }
    if (status == KL_OK)
        status = put_points(store, &body, error);
    kl_buffer_free(&body);
    kl_value_release(last);
    return status;
}

static kl_status clear(const kl_qdrant *store, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value result;
    kl_buffer_string(&body, "{\"filter\":{}}");
    KL_TRY(ask(&result, store, "POST", "/points/delete?wait=true", &body, MISSING_IS_NULL, error));
    kl_value_release(result);
    return KL_OK;
}

kl_status kl_qdrant_upsert(kl_value *ids, size_t *at, const kl_qdrant *store,
                           const kl_vector_entry *entries, size_t count, bool replace,
                           kl_vector_metric metric, kl_error *error)
{
    kl_value made;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&made, count, error));
    if (count)
        KL_TRY_OUT(prepare(at, store, entries, count, replace, metric, error));
    if (replace)
        KL_TRY_OUT(clear(store, error));
    KL_TRY_OUT(make_ids(&made, entries, count, error));
    KL_TRY_OUT(put_entries(store, entries, made, error));
    *ids = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* ---- removing: the server does not say how many points a filter removed, so they are found first --- */

/* {"KEY":[...]} of points' ids, `first` to `end` of `points` as they are in JSON. */
static void add_points(kl_buffer *to, const char *key, kl_value points, size_t first, size_t end)
{
    kl_buffer_format(to, "{\"%s\":[", key);
    for (size_t i = first; i < end; i++) {
        if (i > first)
            kl_buffer_byte(to, ',');
        add_json(to, kl_array_at(points, i));
    }
    kl_buffer_byte(to, ']');
}

/* Append the ids of an answer's points. */
static kl_status keep_ids(kl_value *points, kl_value found, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(found); i++) {
        kl_value id = kl_map_get(kl_array_at(found, i), KL_TEXT("id"));
        KL_TRY(kl_array_push(points, kl_value_retain(id), error));
    }
    return KL_OK;
}

/* One page of those that fulfil a condition, from `*next` on; null behind the last. */
static kl_status scroll(kl_value *points, kl_value *next, const kl_qdrant *store,
                        kl_value condition, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value page;
    kl_buffer_format(&body, "{\"limit\":%zu,\"with_payload\":false,\"with_vector\":false,"
                            "\"filter\":", BATCH_IDS);
    add_json(&body, condition);
    if (!kl_is_null(*next)) {
        kl_buffer_string(&body, ",\"offset\":");
        add_json(&body, *next);
    }
    kl_buffer_byte(&body, '}');
    KL_TRY(ask(&page, store, "POST", "/points/scroll", &body, MISSING_IS_NULL, error));
    kl_status status = keep_ids(points, kl_map_get(page, KL_TEXT("points")), error);
    kl_value_release(*next);
    *next = kl_value_retain(kl_map_get(page, KL_TEXT("next_page_offset")));
    kl_value_release(page);
    return status;
}

static kl_status find_all(kl_value *points, const kl_qdrant *store, kl_value condition,
                          kl_error *error)
{
    kl_value next = kl_null();
    kl_status status;
    do
        status = scroll(points, &next, store, condition, error);
    while (status == KL_OK && !kl_is_null(next));
    kl_value_release(next);
    return status;
}

/* Those of `ids` (a map; its keys) that are there. */
static kl_status find_some(kl_value *points, const kl_qdrant *store, kl_value ids, size_t first,
                           size_t end, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value found;
    kl_status status = KL_OK;
    kl_buffer_string(&body, "{\"with_payload\":false,\"with_vector\":false,\"ids\":[");
    for (size_t i = first; i < end && status == KL_OK; i++) {
        if (i > first)
            kl_buffer_byte(&body, ',');
        status = add_id(&body, kl_map_key_at(ids, i), error);
    }
    kl_buffer_string(&body, "]}");
    if (status != KL_OK) {
        kl_buffer_free(&body);
        return status;
    }
    KL_TRY(ask(&found, store, "POST", "/points", &body, MISSING_IS_NULL, error));
    status = keep_ids(points, found, error);
    kl_value_release(found);
    return status;
}

static kl_status find_ids(kl_value *points, const kl_qdrant *store, kl_value ids, kl_error *error)
{
    kl_value distinct;
    KL_TRY(last_of_each(&distinct, ids, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_map_len(distinct) && status == KL_OK; i += BATCH_IDS)
        status = find_some(points, store, distinct, i, KL_MIN(i + BATCH_IDS, kl_map_len(distinct)),
                           error);
    kl_value_release(distinct);
    return status;
}

static kl_status delete_points(const kl_qdrant *store, kl_value points, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(points); i += BATCH_IDS) {
        kl_buffer body = KL_BUFFER_INIT;
        add_points(&body, "points", points, i, KL_MIN(i + BATCH_IDS, kl_array_len(points)));
        kl_buffer_byte(&body, '}');
        KL_TRY(tell(store, "POST", "/points/delete?wait=true", &body, error));
    }
    return KL_OK;
}

kl_status kl_qdrant_delete(size_t *deleted, const kl_qdrant *store, const kl_value *ids,
                           const kl_value *condition, kl_error *error)
{
    kl_value points;
    KL_TRY(kl_array_new(&points, 0, error));
    kl_status status = ids ? find_ids(&points, store, *ids, error)
                           : find_all(&points, store, *condition, error);
    if (status == KL_OK)
        status = delete_points(store, points, error);
    if (status == KL_OK)
        *deleted = kl_array_len(points);
    kl_value_release(points);
    return status;
}

/* ---- finding ------------------------------------------------------------------------------------- */

/* The points nearest, in an array of maps {id, payload, vector}; given. */
static kl_status find(kl_value *out, const kl_qdrant *store, const kl_vector_query *query,
                      const kl_value *condition, kl_error *error)
{
    kl_buffer body = KL_BUFFER_INIT;
    kl_value result;
    kl_buffer_string(&body, "{\"query\":");
    add_vector(&body, query->vector, query->dimension);
    kl_buffer_format(&body, ",\"limit\":%zu,\"with_payload\":[\"id\",\"content\",\"metadata\"],"
                            "\"with_vector\":true,\"params\":{\"exact\":%s",
                     kl_vectors_wanted(query), query->exact ? "true" : "false");
    if (query->effort)
        kl_buffer_format(&body, ",\"hnsw_ef\":%zu", query->effort);
    kl_buffer_byte(&body, '}');
    if (condition) {
        kl_buffer_string(&body, ",\"filter\":");
        add_json(&body, *condition);
    }
    kl_buffer_byte(&body, '}');
    KL_TRY(ask(&result, store, "POST", "/points/query", &body, MISSING_FAILS, error));
    kl_value points = kl_map_get(result, KL_TEXT("points"));
    kl_status status = KL_OK;
    if (kl_is(points, KL_KIND_ARRAY))
        *out = kl_value_retain(points);
    else
        status = kl_error_set(error, KL_FAILED, "the server's answer is none of Qdrant");
    kl_value_release(result);
    return status;
}

/* The numbers of a vector; given. */
static kl_status read_vector(float **out, kl_value list, size_t dimension, kl_error *error)
{
    if (kl_array_len(list) != dimension)
        return kl_error_set(error, KL_FAILED, "the server gave a vector of %zu numbers, expected %zu",
                            kl_array_len(list), dimension);
    float *numbers = kl_alloc(dimension * sizeof *numbers);
    if (!numbers)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < dimension; i++)
        numbers[i] = (float)kl_as_double(kl_array_at(list, i));
    *out = numbers;
    return KL_OK;
}

/* What the text's id was; a point that another program stored has its own only. */
static kl_status id_of(kl_value *out, kl_value point, kl_value payload, kl_error *error)
{
    kl_value given = kl_map_get(payload, KL_TEXT("id")), own = kl_map_get(point, KL_TEXT("id"));
    if (kl_is(given, KL_KIND_STRING))
        *out = kl_value_retain(given);
    else if (kl_is(own, KL_KIND_STRING))
        *out = kl_value_retain(own);
    else
        return kl_string_format(out, error, "%" PRId64, kl_as_int(own));
    return KL_OK;
}

static kl_value of_kind(kl_value map, kl_text key, kl_kind kind)
{
    kl_value item = kl_map_get(map, key);
    return kl_is(item, kind) ? item : kl_null();
}

/* A point as an entry of `vectors`. */
static kl_status add_candidate(kl_vectors *vectors, kl_value point, size_t dimension,
                               kl_error *error)
{
    kl_value payload = kl_map_get(point, KL_TEXT("payload")), id, ids = kl_null();
    float *numbers;
    size_t at;
    KL_TRY(read_vector(&numbers, kl_map_get(point, KL_TEXT("vector")), dimension, error));
    kl_status status = id_of(&id, point, payload, error);
    if (status == KL_OK) {
        kl_vector_entry entry = {id, numbers, dimension,
                                 of_kind(payload, KL_TEXT("metadata"), KL_KIND_MAP),
                                 of_kind(payload, KL_TEXT("content"), KL_KIND_STRING)};
        status = kl_vectors_upsert(&ids, &at, vectors, &entry, 1, false, (kl_latch_waiter){0}, error);
        kl_value_release(id);
    }
    kl_value_release(ids);
    kl_free(numbers);
    return status;
}

/* Whether there may be results; the collection must go with the query. */
static kl_status check_query(bool *any, const kl_qdrant *store, const kl_vector_query *query,
                             kl_error *error)
{
    collection found;
    bool empty = false;
    *any = false;
    KL_TRY(look(&found, store, error));
    if (found.dimension == 0)
        return KL_OK;
    KL_TRY(check_metric(store, &found, query->metric, error));
    if (found.dimension != query->dimension) {
        KL_TRY(look_empty(&empty, store, error));
        if (!empty)
            return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the vectors of the "
                                "collection have, got %zu", found.dimension, query->dimension);
    }
    *any = !empty && query->top_k > 0;
    return KL_OK;
}

kl_status kl_qdrant_query(kl_value *out, const kl_qdrant *store, const kl_vector_query *query,
                          const kl_value *condition, kl_error *error)
{
    kl_value points;
    bool any;
    KL_TRY(check_query(&any, store, query, error));
    if (!any)
        return kl_array_new(out, 0, error);
    KL_TRY(find(&points, store, query, condition, error));
    kl_status status = kl_vectors_rank(out, points, query, add_candidate, error);
    kl_value_release(points);
    return status;
}
