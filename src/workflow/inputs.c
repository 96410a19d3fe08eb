/* src/workflow/inputs.c - what a node gets: its config, the workflow's inputs, values of edges. */
#include "run.h"

/* The value an edge delivers now; borrowed, NULL when it delivers none. */
static const kl_value *delivered(const kl_run *run, const graph_edge *edge)
{
    const slot *source = &run->slots[edge->source];
    if (source->state != SLOT_DONE || (edge->back && !run->components))
        return NULL;
    return kl_map_find(source->output, kl_as_text(edge->source_port));
}

/* Roots: the config below the workflow's inputs. */
static kl_status root_inputs(kl_value *out, const kl_run *run, const graph_node *node,
                             kl_error *error)
{
    if (kl_map_len(run->inputs) == 0) {
        *out = kl_value_retain(node->config);
        return KL_OK;
    }
    if (kl_map_len(node->config) == 0) {
        *out = kl_value_retain(run->inputs);
        return KL_OK;
    }
    kl_value merged = kl_value_retain(node->config);
    kl_status status = kl_map_merge(&merged, run->inputs, error);
    if (status != KL_OK) {
        kl_value_release(merged);
        return status;
    }
    *out = merged;
    return KL_OK;
}

/* All ports got a value: fill the prepared shape. False when one did not. */
static bool fill_shape(kl_value *values, const kl_run *run, const graph_node *node)
{
    const graph_edge *edge = &run->workflow->edges[node->in_start];
    uint32_t filled = 0;
    for (uint32_t i = 0; i < node->in_count; i++, edge++) {
        const kl_value *value = delivered(run, edge);
        if (!value)
            continue;
        bool is_new = edge->first;
        for (uint32_t j = 0; !is_new && j < i; j++) { /* the first that carries a value wins */
            if (edge[(int64_t)j - i].slot != edge->slot)
                continue;
            is_new = !delivered(run, &edge[(int64_t)j - i]);
            if (!is_new)
                break;
        }
        if (!is_new)
            continue;
        kl_value_replace(&values[edge->slot], kl_value_retain(*value));
        filled++;
    }
    return filled == node->port_count;
}

static kl_status shaped_inputs(kl_value *out, bool *complete, const kl_run *run,
                               const graph_node *node, kl_error *error)
{
    kl_value map, *values;
    KL_TRY(kl_map_of_shape(&map, &values, node->shape, error));
    const kl_value *settings = kl_map_values(node->config);
    for (size_t i = 0, len = kl_map_len(node->config); i < len; i++)
        values[i] = kl_value_retain(settings[i]);
    *complete = fill_shape(values, run, node);
    if (*complete)
        *out = map;
    else
        kl_value_release(map);
    return KL_OK;
}

/* Some port got nothing: build the map key by key. */
static kl_status loose_inputs(kl_value *out, const kl_run *run, const graph_node *node,
                              kl_error *error)
{
    kl_value map = kl_value_retain(node->config), set;
    kl_status status;
    KL_TRY(kl_map_new(&set, 4, error));
    const graph_edge *edge = &run->workflow->edges[node->in_start];
    for (uint32_t i = 0; i < node->in_count; i++, edge++) {
        const kl_value *value = delivered(run, edge);
        if (!value || kl_map_has(set, kl_as_text(edge->target_port)))
            continue;
        KL_TRY_OUT(kl_map_set_key(&set, edge->target_port, kl_null(), error));
        KL_TRY_OUT(kl_map_set_key(&map, edge->target_port, kl_value_retain(*value), error));
    }
    *out = kl_value_take(&map);
    status = KL_OK;
out:
    kl_value_release(set);
    kl_value_release(map);
    return status;
}

/* For ports that gather: all values of each port, in the order of the edges. */
static kl_status gather(kl_value *out, const kl_run *run, const graph_node *node, kl_error *error)
{
    kl_value all;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&all, 1, error));
    const graph_edge *edge = &run->workflow->edges[node->in_start];
    for (uint32_t i = 0; i < node->in_count; i++, edge++) {
        const kl_value *value = delivered(run, edge);
        if (!value)
            continue;
        kl_value list = kl_value_retain(kl_map_get(all, kl_as_text(edge->target_port)));
        if (kl_is_null(list))
            KL_TRY_OUT(kl_array_new(&list, 4, error));
        else /* the map lets go, so that the list is ours alone and grows in place */
            KL_TRY_OUT(kl_map_set_key(&all, edge->target_port, kl_null(), error));
        status = kl_array_push(&list, kl_value_retain(*value), error);
        if (status != KL_OK) {
            kl_value_release(list);
            goto out;
        }
        KL_TRY_OUT(kl_map_set_key(&all, edge->target_port, list, error));
    }
    *out = all;
    return KL_OK;
out:
    kl_value_release(all);
    return status;
}

/* Values meant for one node alone lie above its config and below its edges. */
static kl_status add_own_inputs(kl_value *map, const kl_run *run, const graph_node *node,
                                kl_error *error)
{
    const kl_value *own = kl_map_find(run->options.node_inputs, kl_as_text(node->id));
    if (!own)
        return KL_OK;
    for (size_t i = 0; i < kl_map_len(*own); i++) {
        kl_value key = kl_map_key_value_at(*own, i);
        bool from_edge = false;
        for (uint32_t e = node->in_start; e < node->in_start + node->in_count && !from_edge; e++)
            from_edge = kl_text_equal(kl_as_text(run->workflow->edges[e].target_port),
                                      kl_as_text(key)) &&
                        delivered(run, &run->workflow->edges[e]);
        if (!from_edge)
            KL_TRY(kl_map_set_key(map, key, kl_value_retain(kl_map_value_at(*own, i)), error));
    }
    return KL_OK;
}

kl_status kl_run_inputs(kl_value *out, kl_value *gathered, kl_run *run, uint32_t index,
                        kl_error *error)
{
    const graph_node *node = &run->workflow->nodes[index];
    kl_value map = kl_null();
    bool complete = false;
    if (!node->in_count)
        KL_TRY(root_inputs(&map, run, node, error));
    else
        KL_TRY(shaped_inputs(&map, &complete, run, node, error));
    if (node->in_count && !complete)
        KL_TRY(loose_inputs(&map, run, node, error));
    kl_status status = KL_OK;
    if (kl_map_len(run->options.node_inputs))
        status = add_own_inputs(&map, run, node, error);
    if (status == KL_OK && node->gathers && node->in_count)
        status = gather(gathered, run, node, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}
