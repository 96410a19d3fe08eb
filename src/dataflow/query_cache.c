/* src/dataflow/query_cache.c - see query_cache.h. */
#include "query_cache.h"
#include "buffer.h"
#include "cache_stats.h"
#include "dataflow.h"
#include "statement.h"
#include "kailash/json.h"
#include "store/cache.h"

#include <inttypes.h>
#include <stdio.h>

/* Memory that results of one DataFlow may take, as estimated. */
#define BYTES_MAX ((size_t)256 << 20)

kl_status kl_query_cache_new(struct kl_cache **out, const kl_dataflow_config *config, kl_error *error)
{
    *out = NULL;
    return config->enable_query_cache ? kl_cache_new(out, error) : KL_OK;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

/* "7f..:3:0:1:a:SELECT ...:[1, \"x\"]". What has no JSON form is not kept: `*out` stays null. */
static kl_status make_key(kl_value *out, const kl_data_session *session, const kl_table *table,
                          kl_text text, const kl_value *values, size_t count, kl_error *error)
{
    kl_value list, shown = kl_null();
    kl_text tenant = kl_as_text(session->caller.tenant);
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push(&list, kl_value_retain(values[i]), error);
    if (status == KL_OK && kl_json_print(&shown, list, &kl_json_canonical_a, NULL) == KL_OK)
        status = kl_string_format(out, error, "%p:%" PRIu64 ":%" PRId64 ":%zu:%.*s:%.*s:%.*s",
                                  (const void *)table, kl_plans_generation(table->plans),
                                  session->caller.clearance, tenant.len, KL_TEXT_ARG(tenant),
                                  KL_TEXT_ARG(text), KL_TEXT_ARG(kl_as_text(shown)));
    kl_value_release(shown);
    kl_value_release(list);
    return status;
}

static void keep(kl_dataflow *dataflow, const kl_table *table, kl_value key, kl_value result)
{
    const kl_dataflow_config *config = kl_dataflow_config_of(dataflow);
    const kl_cache_limits limits = {.policy = KL_CACHE_LRU, .bytes = BYTES_MAX,
                                    .entries = (size_t)KL_MAX(config->query_cache_max_entries, 1)};
    /* What is too large to keep, or finds no memory, is asked for again. */
    if (kl_cache_set(dataflow->query_cache, key, result,
                     config->query_cache_ttl_secs * KL_SECOND, &limits, NULL) == KL_OK)
        kl_plans_note_kept(table->plans);
}

kl_status kl_query_cached(kl_value *out, kl_data_session *session, const kl_table *table,
                          kl_query_run *run, kl_text text, const kl_value *values, size_t count,
                          kl_error *error)
{
    kl_value key = kl_null();
    if (!session->dataflow->query_cache || session->in_transaction)
        return run(out, session, table, text, values, count, error);
    KL_TRY(make_key(&key, session, table, text, values, count, error));
    if (kl_plans_has_writers(table->plans)) /* asked after the generation was read */
        kl_value_release(kl_value_take(&key));
    if (!kl_is_null(key) && kl_cache_get(out, session->dataflow->query_cache, kl_as_text(key))) {
        kl_value_release(key);
        return KL_OK;
    }
    kl_status status = run(out, session, table, text, values, count, error);
    if (status == KL_OK && !kl_is_null(key))
        keep(session->dataflow, table, key, *out);
    kl_value_release(key);
    return status;
}

/* ---- forgetting ---------------------------------------------------------------------------------- */

/* A new generation; `writers`: 1 = somebody begins to write, -1 = ends. */
static void renew(kl_dataflow *dataflow, const kl_table *table, int writers)
{
    char text[64];
    kl_glob *pattern;
    if (!kl_plans_new_generation(table->plans, writers))
        return; /* nothing was kept of it */
    snprintf(text, sizeof text, "%p:*", (const void *)table);
    if (kl_glob_new(&pattern, kl_text_from(text), KL_GLOB_FLAT, NULL) != KL_OK)
        return; /* they are not found any more, and go when others need their room */
    kl_cache_remove_all(dataflow->query_cache, pattern);
    kl_glob_free(pattern);
}

static void touch(kl_touched *touched, const kl_table *table)
{
    for (size_t i = 0; i < kl_array_len(touched->tables); i++)
        if (kl_array_at(touched->tables, i).as.object == &table->object)
            return;
    if (kl_is_null(touched->tables) && kl_array_new(&touched->tables, 4, NULL) != KL_OK) {
        touched->all = true;
        return;
    }
    kl_value value = kl_value_of(kl_object_retain((kl_object *)(uintptr_t)&table->object));
    if (kl_array_push(&touched->tables, value, NULL) != KL_OK)
        touched->all = true;
}

void kl_query_cache_begin_write(const kl_data_session *session, const kl_table *table)
{
    if (session->dataflow->query_cache && !session->in_transaction)
        renew(session->dataflow, table, 1);
}

void kl_query_cache_end_write(const kl_data_session *session, const kl_table *table)
{
    if (!session->dataflow->query_cache)
        return;
    if (!session->in_transaction)
        renew(session->dataflow, table, -1);
    else if (session->touched)
        touch(session->touched, table);
}

/* Models that are registered between a begin and its end are not among those of the begin, so
 * whoever writes to anything only renews them, before and after. */
static void renew_all(kl_dataflow *dataflow)
{
    kl_value tables;
    if (!dataflow->query_cache)
        return;
    if (kl_dataflow_tables(&tables, dataflow, NULL) != KL_OK) {
        kl_query_cache_clear(dataflow);
        return;
    }
    for (size_t i = 0; i < kl_array_len(tables); i++)
        renew(dataflow, (const kl_table *)kl_array_at(tables, i).as.object, 0);
    kl_value_release(tables);
}

void kl_query_cache_begin_any(const kl_data_session *session)
{
    if (!session->in_transaction)
        renew_all(session->dataflow);
}

void kl_query_cache_end_any(const kl_data_session *session)
{
    if (!session->in_transaction)
        renew_all(session->dataflow);
    else if (session->touched)
        session->touched->all = true;
}

static void renew_touched(kl_dataflow *dataflow, const kl_touched *touched, int writers)
{
    if (touched->all)
        renew_all(dataflow);
    for (size_t i = 0; i < kl_array_len(touched->tables); i++)
        renew(dataflow, (const kl_table *)kl_array_at(touched->tables, i).as.object, writers);
}

void kl_query_cache_begin_commit(kl_dataflow *dataflow, const kl_touched *touched)
{
    if (dataflow->query_cache)
        renew_touched(dataflow, touched, 1);
}

void kl_query_cache_end_commit(kl_dataflow *dataflow, kl_touched *touched)
{
    if (dataflow->query_cache)
        renew_touched(dataflow, touched, -1);
    kl_touched_end(touched);
}

void kl_touched_end(kl_touched *touched)
{
    kl_value_release(touched->tables);
    *touched = (kl_touched){0};
}

void kl_query_cache_clear(kl_dataflow *dataflow)
{
    kl_glob *pattern;
    if (!dataflow->query_cache || kl_glob_new(&pattern, KL_TEXT("*"), KL_GLOB_FLAT, NULL) != KL_OK)
        return;
    kl_cache_remove_all(dataflow->query_cache, pattern);
    kl_glob_free(pattern);
}

/* ---- statistics ---------------------------------------------------------------------------------- */

kl_status kl_query_cache_look(kl_value *out, const kl_dataflow *dataflow, kl_error *error)
{
    kl_object *object;
    kl_cache_stats now = {0};
    if (dataflow->query_cache)
        now = kl_cache_look(dataflow->query_cache);
    KL_TRY(kl_object_alloc(&object, &kl_query_cache_stats_type, error));
    kl_query_cache_stats *stats = (kl_query_cache_stats *)object;
    stats->hits = (int64_t)now.hits;
    stats->misses = (int64_t)now.misses;
    stats->evictions = (int64_t)now.evictions;
    stats->entries = (int64_t)now.entries;
    uint64_t all = now.hits + now.misses;
    stats->hit_rate = all ? (double)now.hits / (double)all : 0;
    *out = kl_value_of(object);
    return KL_OK;
}
