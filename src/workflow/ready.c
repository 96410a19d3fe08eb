/* src/workflow/ready.c - which nodes are ready: counts of what has not arrived, passes of cycles. */
#include "predicate.h"
#include "run.h"

void kl_run_push_ready(kl_run *run, uint32_t node)
{
    run->ready[run->ready_tail++ % run->ready_size] = node;
}

static bool crosses_cycle(const kl_run *run, const graph_edge *edge)
{
    const graph_node *nodes = run->workflow->nodes;
    return run->components && nodes[edge->source].component != nodes[edge->target].component &&
           run->workflow->component_size[nodes[edge->source].component] > 0;
}

static void deliver(kl_run *run, const graph_edge *edge)
{
    if (!edge->back && --run->slots[edge->target].waiting == 0)
        kl_run_push_ready(run, edge->target);
}

/* Start the next pass of a component, or let its results out. */
static kl_status end_pass(kl_run *run, uint32_t component)
{
    const kl_workflow *w = run->workflow;
    component_run *c = &run->components[component];
    const cycle_policy *policy = &w->draft.cycle;
    kl_error error = KL_ERROR_INIT;
    bool stop = ++c->pass >= policy->max_iterations;
    if (!stop && !kl_is_null(policy->until) && w->nodes[w->cycle_node].component == component) {
        kl_text missing;
        kl_status status = kl_predicate_test(&stop, &missing, policy->until,
                                             run->slots[w->cycle_node].output, &error);
        if (status != KL_OK) {
            kl_run_fail(run, w->cycle_node, &error);
            return status;
        }
        stop = stop && !missing.data; /* an output that is not there yet ends nothing */
    }
    c->finished = stop;
    c->left = w->component_size[component];
    for (uint32_t i = 0; i < w->node_count; i++) {
        const graph_node *node = &w->nodes[i];
        if (node->component != component)
            continue;
        if (stop) {
            for (uint32_t e = 0; e < node->out_count; e++)
                if (crosses_cycle(run, &w->edges[w->out[node->out_start + e]]))
                    deliver(run, &w->edges[w->out[node->out_start + e]]);
            continue;
        }
        run->slots[i].waiting = 0;
        for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++)
            run->slots[i].waiting += !w->edges[e].back && !crosses_cycle(run, &w->edges[e]) &&
                                     w->nodes[w->edges[e].source].component == component;
        if (run->slots[i].waiting == 0)
            kl_run_push_ready(run, i);
    }
    return KL_OK;
}

/* A node is through, whether it ran or not: tell those that wait for it. */
void kl_run_pass_on(kl_run *run, uint32_t index)
{
    const kl_workflow *w = run->workflow;
    const graph_node *node = &w->nodes[index];
    for (uint32_t i = 0; i < node->out_count; i++) {
        const graph_edge *edge = &w->edges[w->out[node->out_start + i]];
        if (!crosses_cycle(run, edge))
            deliver(run, edge);
    }
    if (run->components && w->component_size[node->component] &&
        --run->components[node->component].left == 0)
        end_pass(run, node->component);
}

void kl_run_begin(kl_run *run)
{
    const kl_workflow *w = run->workflow;
    for (uint32_t i = 0; i < w->node_count; i++)
        run->slots[i].waiting = w->nodes[i].in_count;
    if (w->cyclic)
        for (uint32_t e = 0; e < w->edge_count; e++)
            run->slots[w->edges[e].target].waiting -= w->edges[e].back;
    for (uint32_t i = 0; i < w->node_count; i++)
        if (run->slots[i].waiting == 0)
            kl_run_push_ready(run, i);
    for (uint32_t c = 0; run->components && c < w->component_count; c++)
        run->components[c].left = w->component_size[c];
}
