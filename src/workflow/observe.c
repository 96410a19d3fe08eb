/* src/workflow/observe.c - tells those who want to know of every finished node. */
#include "run.h"
#include "kailash/log.h"

static kl_status event_of(kl_value *out, const kl_run *run, const graph_node *node, bool ok,
                          kl_duration took, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("run_id"), (kl_text){run->id, 36}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("node_id"), kl_value_retain(node->id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("node_type"), kl_value_retain(node->type_name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("status"),
                               ok ? KL_TEXT("completed") : KL_TEXT("failed"), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("duration_ms"), kl_double((double)took / 1e6), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* An observer that fails disturbs nobody; only an interrupt gets through. */
static kl_status tell(kl_value observer, kl_value event, kl_error *error)
{
    kl_value ignored = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_call_value(&ignored, observer, &event, 1, &why);
    kl_value_release(ignored);
    if (status == KL_INTERRUPTED) {
        kl_error_move(error, &why);
        return status;
    }
    if (status != KL_OK)
        KL_LOG(KL_LOG_WARN, "kailash.runtime", "an observer of finished nodes failed: %s",
               kl_error_message(&why));
    kl_error_clear(&why);
    return KL_OK;
}

kl_status kl_run_notify(kl_run *run, const graph_node *node, bool ok, kl_duration took,
                        kl_error *error)
{
    if (run->options.progress)
        run->options.progress(run->options.progress_data, kl_as_text(node->id), ok,
                              (double)took / 1e9);
    pthread_mutex_lock(&run->runtime->lock);
    kl_value observers = kl_value_retain(run->runtime->observers);
    pthread_mutex_unlock(&run->runtime->lock);
    kl_value event = kl_null();
    kl_status status = KL_OK;
    if (kl_map_len(observers))
        status = event_of(&event, run, node, ok, took, error);
    for (size_t i = 0; status == KL_OK && i < kl_map_len(observers); i++)
        status = tell(kl_map_value_at(observers, i), event, error);
    kl_value_release(event);
    kl_value_release(observers);
    return status;
}

/* ---- for those who debug ------------------------------------------------------------------------- */

void kl_run_log_node(const kl_run *run, const graph_node *node, const char *what, kl_duration took)
{
    char length[32];
    kl_duration_print(length, took);
    KL_LOG(KL_LOG_DEBUG, "kailash.runtime", "run %s: node '%s' (%s): %s, %s", run->id,
           kl_as_text(node->id).data, kl_as_text(node->type_name).data, what, length);
}

void kl_run_log(const kl_run *run, const char *what)
{
    char length[32];
    kl_duration_print(length, run->last_clock - run->begin);
    KL_LOG(KL_LOG_DEBUG, "kailash.runtime", "run %s: %s, %u of %u nodes, %s", run->id, what,
           run->done, run->workflow->node_count, length);
}
