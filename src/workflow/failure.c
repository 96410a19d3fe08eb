/* src/workflow/failure.c - what made a run fail, and how that is told. */
#include "run.h"

#include <stdio.h>

/* Keep the failure of the lowest node; an interrupt comes before all. `error` is taken. */
void kl_run_fail(kl_run *run, uint32_t node, kl_error *error)
{
    bool is_interrupt = error->code == KL_INTERRUPTED;
    if (!run->failed || is_interrupt ||
        (node < run->failed_node && run->failure.code != KL_INTERRUPTED)) {
        kl_error_move(&run->failure, error);
        run->failed_node = node;
    }
    run->failed = true;
    kl_error_clear(error);
    kl_run_stop(run, node == UINT32_MAX ? KL_CANCELLED : KL_FAILED);
}

void kl_run_fail_plain(kl_run *run, uint32_t node, kl_status code, const char *text)
{
    kl_error error = KL_ERROR_INIT;
    kl_error_set(&error, code, "%s", text);
    kl_run_fail(run, node, &error);
}

void kl_run_fail_timeout(kl_run *run, uint32_t node, kl_duration limit)
{
    char text[96], length[32];
    kl_duration_print(length, limit);
    snprintf(text, sizeof text, "%s execution timed out after %s",
             node == UINT32_MAX ? "workflow" : "node", length);
    kl_run_fail_plain(run, node, KL_TIMEOUT, text);
}

/* ---- telling ---------------------------------------------------------------------------------- */

static void add_detail(kl_value *details, kl_text key, kl_value value)
{
    kl_map_set(details, key, value, NULL); /* without memory the message must do */
}

/* The map of details of a failure, made if need be; NULL without memory. */
static kl_value *details_of(kl_error *failure)
{
    if (failure->details)
        return failure->details;
    kl_value *details = kl_alloc(sizeof *details);
    if (details && kl_map_new(details, 3, NULL) != KL_OK) {
        kl_free(details);
        return NULL;
    }
    failure->details = details;
    return details;
}

static void add_details(kl_run *run, const graph_node *node)
{
    kl_value *details = details_of(&run->failure), value;
    if (!details)
        return;
    if (node)
        add_detail(details, KL_TEXT("node_id"), kl_value_retain(node->id));
    if (kl_string_from_valid(&value, (kl_text){run->id, 36}, NULL) == KL_OK)
        add_detail(details, KL_TEXT("run_id"), value);
    if (kl_run_partial(&value, run, NULL) == KL_OK)
        add_detail(details, KL_TEXT("partial_results"), value);
}

/* What went wrong, with node_id, run_id and partial_results in its details. */
kl_status kl_run_report_failure(kl_run *run, kl_error *error)
{
    kl_status code = run->failure.code;
    const graph_node *node =
        run->failed_node == UINT32_MAX ? NULL : &run->workflow->nodes[run->failed_node];
    if (code != KL_INTERRUPTED) {
        bool speaks_for_itself = run->failure.type || code == KL_NO_MEMORY;
        if (!speaks_for_itself && node)
            kl_error_prefix(&run->failure, "%snode '%s' failed -> ",
                            run->parent ? "" : "workflow execution failed: ",
                            kl_as_text(node->id).data);
        else if (!speaks_for_itself && !run->parent)
            kl_error_prefix(&run->failure, "workflow execution failed: ");
        add_details(run, node);
    }
    kl_error_move(error, &run->failure);
    return code;
}
