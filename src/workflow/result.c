/* src/workflow/result.c - what a run gives back: results, run_id, metadata, skipped, inert_gates. */
#include "fork.h"
#include "run.h"

/* Shapes that all results share: made once, kept for the life of the process. */
static kl_keys *result_keys, *metadata_keys;
static pthread_mutex_t keys_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the making */
KL_LOCK_FOR_FORK(keys_lock, KL_FORK_INNER)

static kl_status make_keys(kl_keys **out, const char *const *names, size_t count, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push_text(&list, kl_text_from(names[i]), error);
    if (status == KL_OK)
        status = kl_keys_new(out, kl_array_items(list), count, error);
    kl_value_release(list);
    return status;
}

static kl_status ensure_keys(kl_error *error)
{
    static const char *const result_names[] = {"results", "run_id", "metadata"};
    static const char *const metadata_names[] = {"total_duration_ms", "nodes_executed",
                                                 "levels_executed", "node_durations_ms"};
    if (__atomic_load_n(&metadata_keys, __ATOMIC_ACQUIRE))
        return KL_OK;
    kl_keys *results = NULL, *metadata = NULL;
    kl_status status = KL_OK;
    pthread_mutex_lock(&keys_lock);
    if (!metadata_keys) {
        status = make_keys(&results, result_names, 3, error);
        if (status == KL_OK)
            status = make_keys(&metadata, metadata_names, 4, error);
        if (status == KL_OK) {
            result_keys = results;
            __atomic_store_n(&metadata_keys, metadata, __ATOMIC_RELEASE);
        } else {
            kl_keys_release(results);
        }
    }
    pthread_mutex_unlock(&keys_lock);
    return status;
}

__attribute__((destructor)) static void free_keys(void)
{
    kl_keys_release(result_keys);
    kl_keys_release(metadata_keys);
}

static kl_value output_of(const slot *slot) { return kl_value_retain(slot->output); }
static kl_value duration_of(const slot *slot) { return kl_double((double)slot->took / 1e6); }

/* A map node id -> something of its slot, for the nodes that are done. */
static kl_status per_node(kl_value *out, const kl_run *run, kl_value (*take)(const slot *slot),
                          kl_error *error)
{
    const kl_workflow *w = run->workflow;
    kl_value map, *values;
    if (run->done == w->node_count) { /* the commonest case: all of them */
        KL_TRY(kl_map_of_shape(&map, &values, w->ids, error));
        for (uint32_t i = 0; i < w->node_count; i++)
            values[i] = take(&run->slots[i]);
        *out = map;
        return KL_OK;
    }
    KL_TRY(kl_map_new(&map, w->node_count, error));
    for (uint32_t i = 0; i < w->node_count; i++) {
        if (run->slots[i].state != SLOT_DONE)
            continue;
        kl_status status = kl_map_set_key(&map, w->nodes[i].id, take(&run->slots[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

kl_status kl_run_partial(kl_value *out, kl_run *run, kl_error *error)
{
    return per_node(out, run, output_of, error);
}

static kl_status metadata(kl_value *out, kl_run *run, kl_error *error)
{
    kl_value map, *values;
    KL_TRY(kl_map_of_shape(&map, &values, metadata_keys, error));
    values[0] = kl_double((double)(run->last_clock - run->begin) / 1e6);
    values[1] = kl_int(run->executed);
    values[2] = kl_int(run->workflow->level_count);
    kl_status status = per_node(&values[3], run, duration_of, error);
    if (status != KL_OK) {
        values[3] = kl_null();
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

static kl_status skip_note(kl_value *out, const kl_run *run, uint32_t node, kl_error *error)
{
    uint32_t via = run->slots[node].via;
    kl_value note;
    KL_TRY(kl_map_new(&note, 2, error));
    kl_status status = kl_map_set_text(
        &note, KL_TEXT("reason"),
        via == node ? KL_TEXT("gate_closed") : KL_TEXT("transitively_gated"), error);
    if (status == KL_OK && via != node)
        status = kl_map_set(&note, KL_TEXT("via"),
                            kl_value_retain(run->workflow->nodes[via].id), error);
    if (status != KL_OK) {
        kl_value_release(note);
        return status;
    }
    *out = note;
    return KL_OK;
}

static kl_status add_skipped(kl_value *result, kl_run *run, kl_error *error)
{
    kl_value map, note;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    for (uint32_t i = 0; i < run->workflow->node_count; i++) {
        if (run->slots[i].state != SLOT_GATED)
            continue;
        KL_TRY_OUT(skip_note(&note, run, i, error));
        KL_TRY_OUT(kl_map_set_key(&map, run->workflow->nodes[i].id, note, error));
    }
    return kl_map_set(result, KL_TEXT("skipped"), map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status add_inert(kl_value *result, kl_run *run, kl_error *error)
{
    kl_value map, ids = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("state"), KL_TEXT("complete"), error));
    KL_TRY_OUT(kl_array_new(&ids, 4, error));
    for (uint32_t i = 0; i < run->workflow->node_count; i++)
        if (run->slots[i].inert)
            KL_TRY_OUT(kl_array_push(&ids, kl_value_retain(run->workflow->nodes[i].id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("known"), kl_value_take(&ids), error));
    return kl_map_set(result, KL_TEXT("inert_gates"), map, error);
out:
    kl_value_release(ids);
    kl_value_release(map);
    return status;
}

/* How often each iterating cycle ran, by the nodes in it. */
static kl_status add_cycles(kl_value *meta, kl_run *run, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, 4, error));
    for (uint32_t i = 0; i < run->workflow->node_count && status == KL_OK; i++) {
        const graph_node *node = &run->workflow->nodes[i];
        if (run->workflow->component_size[node->component])
            status = kl_map_set_key(&map, node->id,
                                    kl_int(run->components[node->component].pass), error);
    }
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    return kl_map_set(meta, KL_TEXT("cycles"), map, error);
}

kl_status kl_run_result(kl_value *out, kl_run *run, kl_error *error)
{
    kl_value map, *values;
    kl_status status;
    KL_TRY(ensure_keys(error));
    KL_TRY(kl_map_of_shape(&map, &values, result_keys, error));
    KL_TRY_OUT(per_node(&values[0], run, output_of, error));
    KL_TRY_OUT(kl_string_from_valid(&values[1], (kl_text){run->id, 36}, error));
    KL_TRY_OUT(metadata(&values[2], run, error));
    if (run->components)
        KL_TRY_OUT(add_cycles(&values[2], run, error));
    if (run->any_gated)
        KL_TRY_OUT(add_skipped(&map, run, error));
    if (run->any_inert)
        KL_TRY_OUT(add_inert(&map, run, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}
