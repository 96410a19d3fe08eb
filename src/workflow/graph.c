/* src/workflow/graph.c - compiles a draft into a workflow: ids interned, edges in flat arrays,
 * cycles found, levels counted, shapes of inputs prepared. */
#include "buffer.h"
#include "engine.h"
#include "invoke.h"

typedef struct compiler {
    kl_workflow *workflow;
    draft *draft;
    kl_registry *registry;
    kl_error *error;
} compiler;

/* ---- nodes ------------------------------------------------------------------------------------- */

/* Which id stands twice is looked for only when one does. */
static kl_status refuse_duplicate(compiler *c)
{
    kl_value seen;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&seen, c->draft->node_count, c->error));
    for (size_t i = 0; i < c->draft->node_count && status == KL_OK; i++) {
        kl_text id = kl_as_text(c->draft->nodes[i].id);
        if (kl_map_has(seen, id))
            status = kl_error_set(c->error, KL_STATE, "duplicate node ID: %.*s", KL_TEXT_ARG(id));
        else
            status = kl_map_set_key(&seen, c->draft->nodes[i].id, kl_null(), c->error);
    }
    kl_value_release(seen);
    return status;
}

static kl_status intern_ids(compiler *c)
{
    size_t count = c->draft->node_count;
    kl_value *ids = kl_alloc(count * sizeof *ids);
    if (!ids)
        return kl_error_no_memory(c->error);
    for (size_t i = 0; i < count; i++)
        ids[i] = c->draft->nodes[i].id;
    kl_status status = kl_keys_new(&c->workflow->ids, ids, count, c->error);
    kl_free(ids);
    return status == KL_INVALID ? refuse_duplicate(c) : status;
}

static kl_status create_node(compiler *c, graph_node *node, const draft_node *from)
{
    kl_text type = kl_as_text(from->type);
    node->id = from->id;
    node->type_name = from->type;
    node->config = from->config;
    node->type = kl_registry_find(&node->custom, c->registry, type);
    if (!node->type)
        return kl_error_set(c->error, KL_STATE,
                            "unknown node type: %.*s (node '%s'); NodeRegistry().list_types() "
                            "shows what there is",
                            KL_TEXT_ARG(type), kl_as_text(from->id).data);
    node->class = node->custom && !node->custom->owner ? NODE_CALLBACK
                  : node->type->flags & (KL_NODE_BLOCKING | KL_NODE_HEAVY) ? NODE_HEAVY
                                                                           : NODE_CHEAP;
    kl_error why = KL_ERROR_INIT;
    kl_status status = KL_OK;
    if (!node->custom)
        status = kl_node_prepare(&node->state, node->type, node->config, c->registry, &why);
    if (status == KL_NO_MEMORY)
        kl_error_no_memory(c->error);
    else if (status != KL_OK)
        kl_error_set(c->error, KL_STATE, "failed to create node '%s' (type: %.*s): %s",
                     kl_as_text(from->id).data, KL_TEXT_ARG(type), kl_error_message(&why));
    kl_error_clear(&why);
    return status;
}

static kl_status create_nodes(compiler *c)
{
    kl_workflow *w = c->workflow;
    size_t count = c->draft->node_count;
    if (count == 0)
        return kl_error_set(c->error, KL_STATE, "workflow has no nodes");
    if (count > UINT32_MAX / 4 || c->draft->edge_count > UINT32_MAX / 4)
        return kl_error_set(c->error, KL_LIMIT, "a workflow has at most 2^30 nodes and connections");
    KL_TRY(intern_ids(c));
    w->nodes = kl_alloc_zero(count, sizeof *w->nodes);
    if (!w->nodes)
        return kl_error_no_memory(c->error);
    for (size_t i = 0; i < count; i++) {
        w->node_count++; /* first: what is half made is disposed of too */
        KL_TRY(create_node(c, &w->nodes[i], &c->draft->nodes[i]));
    }
    return KL_OK;
}

/* ---- edges ------------------------------------------------------------------------------------- */

static kl_status end_of(uint32_t *out, compiler *c, const draft_edge *edge, bool source)
{
    kl_value id = source ? edge->source : edge->target;
    ptrdiff_t found = kl_keys_find_string(c->workflow->ids, id);
    if (found < 0)
        return kl_error_set(c->error, KL_STATE,
                            "invalid connection from %s.%s to %s.%s: %s node '%s' does not exist "
                            "in the workflow",
                            kl_as_text(edge->source).data, kl_as_text(edge->source_output).data,
                            kl_as_text(edge->target).data, kl_as_text(edge->target_input).data,
                            source ? "source" : "target", kl_as_text(id).data);
    *out = (uint32_t)found;
    return KL_OK;
}

/* Edges sorted by target, keeping the order of their declaration; the out-lists by source. */
static kl_status connect_nodes(compiler *c)
{
    kl_workflow *w = c->workflow;
    size_t count = c->draft->edge_count;
    graph_edge *drawn = kl_alloc_zero(count, sizeof *drawn);
    w->edges = kl_alloc_zero(count, sizeof *w->edges);
    w->out = kl_alloc_zero(count, sizeof *w->out);
    kl_status status = KL_OK;
    if (!drawn || !w->edges || !w->out) {
        status = kl_error_no_memory(c->error);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        const draft_edge *from = &c->draft->edges[i];
        KL_TRY_OUT(end_of(&drawn[i].source, c, from, true));
        KL_TRY_OUT(end_of(&drawn[i].target, c, from, false));
        drawn[i].source_port = from->source_output;
        drawn[i].target_port = from->target_input;
        w->nodes[drawn[i].target].in_count++;
        w->nodes[drawn[i].source].out_count++;
    }
    uint32_t in = 0, out_at = 0;
    for (uint32_t n = 0; n < w->node_count; n++) {
        w->nodes[n].in_start = in;
        w->nodes[n].out_start = out_at;
        in += w->nodes[n].in_count;
        out_at += w->nodes[n].out_count;
        w->nodes[n].in_count = w->nodes[n].out_count = 0; /* counted again while filling */
    }
    for (size_t i = 0; i < count; i++) {
        graph_node *target = &w->nodes[drawn[i].target];
        w->edges[target->in_start + target->in_count++] = drawn[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        graph_node *source = &w->nodes[w->edges[i].source];
        w->out[source->out_start + source->out_count++] = i;
    }
    w->edge_count = (uint32_t)count;
out:
    kl_free(drawn);
    return status;
}

/* ---- cycles and levels: Tarjan's algorithm with an explicit stack (SIAM J. Comput. 1(2), 1972) -- */

typedef struct visit {
    uint32_t node, next; /* next of its out-edges */
} visit;

typedef struct search {
    kl_workflow *w;
    uint32_t *index, *low, *waiting; /* index 0 = not visited */
    visit *path;
    uint32_t counter, waiting_count, path_count, order_count;
    bool *on_path, *is_waiting;
} search;

static void open_node(search *s, uint32_t node)
{
    s->index[node] = s->low[node] = ++s->counter;
    s->waiting[s->waiting_count++] = node;
    s->is_waiting[node] = s->on_path[node] = true;
    s->path[s->path_count++] = (visit){node, 0};
}

static void close_node(search *s, uint32_t node)
{
    kl_workflow *w = s->w;
    s->on_path[node] = false;
    s->path_count--;
    w->order[w->node_count - 1 - s->order_count++] = node; /* reverse postorder */
    if (s->path_count) {
        uint32_t above = s->path[s->path_count - 1].node;
        s->low[above] = KL_MIN(s->low[above], s->low[node]);
    }
    if (s->low[node] != s->index[node])
        return;
    uint32_t member, size = 0;
    do {
        member = s->waiting[--s->waiting_count];
        s->is_waiting[member] = false;
        w->nodes[member].component = w->component_count;
        size++;
    } while (member != node);
    w->component_size[w->component_count++] = size;
}

static void walk(search *s, uint32_t root)
{
    kl_workflow *w = s->w;
    open_node(s, root);
    while (s->path_count) {
        visit *top = &s->path[s->path_count - 1];
        uint32_t node = top->node;
        if (top->next == w->nodes[node].out_count) {
            close_node(s, node);
            continue;
        }
        graph_edge *edge = &w->edges[w->out[w->nodes[node].out_start + top->next++]];
        if (s->on_path[edge->target]) {
            edge->back = w->cyclic = true;
            s->low[node] = KL_MIN(s->low[node], s->index[edge->target]);
        } else if (!s->index[edge->target]) {
            open_node(s, edge->target);
        } else if (s->is_waiting[edge->target]) {
            s->low[node] = KL_MIN(s->low[node], s->index[edge->target]);
        }
    }
}

static void count_levels(kl_workflow *w)
{
    w->level_count = 0;
    for (uint32_t i = 0; i < w->node_count; i++) {
        graph_node *node = &w->nodes[w->order[i]];
        for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++)
            if (!w->edges[e].back)
                node->level = KL_MAX(node->level, w->nodes[w->edges[e].source].level + 1);
        w->level_count = KL_MAX(w->level_count, node->level + 1);
    }
}

static bool has_self_loop(const kl_workflow *w, const graph_node *node)
{
    for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++)
        if (&w->nodes[w->edges[e].source] == node)
            return true;
    return false;
}

/* A component of one node without a loop is no cycle: its size becomes 0. */
static void mark_cycles(kl_workflow *w)
{
    for (uint32_t i = 0; i < w->node_count; i++) {
        uint32_t *size = &w->component_size[w->nodes[i].component];
        if (*size == 1 && !has_self_loop(w, &w->nodes[i]))
            *size = 0;
    }
}

static kl_status refuse_cycle(compiler *c)
{
    kl_workflow *w = c->workflow;
    kl_buffer names = KL_BUFFER_INIT;
    kl_value text;
    for (uint32_t i = 0; i < w->node_count; i++)
        if (w->component_size[w->nodes[i].component]) {
            kl_buffer_string(&names, names.len ? ", " : "");
            kl_buffer_add(&names, kl_as_text(w->nodes[i].id));
        }
    KL_TRY(kl_buffer_finish(&text, &names, c->error));
    kl_error_set(c->error, KL_STATE, "cycle detected involving nodes: %s", kl_as_text(text).data);
    kl_value_release(text);
    return KL_STATE;
}

static kl_status find_cycles(compiler *c)
{
    kl_workflow *w = c->workflow;
    uint32_t count = w->node_count;
    w->order = kl_alloc_zero(count, sizeof *w->order);
    w->component_size = kl_alloc_zero(count, sizeof *w->component_size);
    uint32_t *numbers = kl_alloc_zero(3 * (size_t)count, sizeof *numbers);
    visit *path = kl_alloc_zero(count, sizeof *path);
    bool *marks = kl_alloc_zero(2 * (size_t)count, sizeof *marks);
    kl_status status = KL_OK;
    if (w->order && w->component_size && numbers && path && marks) {
        search s = {.w = w, .index = numbers, .low = numbers + count,
                    .waiting = numbers + 2 * (size_t)count, .path = path, .on_path = marks,
                    .is_waiting = marks + count};
        for (uint32_t i = count; i-- > 0;) /* so that the reverse postorder is insertion order */
            if (!s.index[i] && !w->nodes[i].in_count)
                walk(&s, i);
        for (uint32_t i = 0; i < count; i++)
            if (!s.index[i])
                walk(&s, i);
        mark_cycles(w);
        count_levels(w);
    } else {
        status = kl_error_no_memory(c->error);
    }
    kl_free(numbers);
    kl_free(path);
    kl_free(marks);
    if (status == KL_OK && w->cyclic && !c->draft->enable_cycles)
        return refuse_cycle(c);
    return status;
}

/* ---- inputs ------------------------------------------------------------------------------------ */

static bool declares(const kl_node_type *type, kl_text name)
{
    for (size_t i = 0; i < type->input_count; i++)
        if (kl_text_is(name, type->inputs[i].name))
            return true;
    for (size_t i = 0; i < type->config_count; i++)
        if (kl_text_is(name, type->config[i].name))
            return true;
    return false;
}

static bool is_supplied(const kl_workflow *w, const graph_node *node, kl_text name)
{
    for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++)
        if (kl_text_equal(kl_as_text(w->edges[e].target_port), name))
            return true;
    return false;
}

bool kl_node_knows(const kl_workflow *workflow, const graph_node *node, kl_text name)
{
    return declares(node->type, name) || is_supplied(workflow, node, name);
}

static bool has_unknown_config(const kl_workflow *w, const graph_node *node)
{
    if (!node->in_count || !node->type->input_count || (node->type->flags & KL_NODE_OPEN))
        return false;
    for (size_t i = 0; i < kl_map_len(node->config); i++) {
        kl_text name = kl_map_key_at(node->config, i);
        if (!kl_node_knows(w, node, name))
            return true;
    }
    return false;
}

static bool gathers(const kl_node_type *type)
{
    for (size_t i = 0; i < type->input_count; i++)
        if (type->inputs[i].flags & KL_MANY)
            return true;
    return false;
}

/* Whether the inputs of two nodes are laid out alike: no config, the same ports in the same order. */
static bool is_alike(const kl_workflow *w, const graph_node *a, const graph_node *b)
{
    if (!a->shape || a->in_count != b->in_count || kl_map_len(a->config) || kl_map_len(b->config))
        return false;
    for (uint32_t i = 0; i < a->in_count; i++)
        if (!kl_text_equal(kl_as_text(w->edges[a->in_start + i].target_port),
                           kl_as_text(w->edges[b->in_start + i].target_port)))
            return false;
    return true;
}

static void copy_layout(kl_workflow *w, graph_node *to, const graph_node *from)
{
    to->shape = kl_keys_retain(from->shape);
    to->port_count = from->port_count;
    for (uint32_t i = 0; i < to->in_count; i++) {
        w->edges[to->in_start + i].first = w->edges[from->in_start + i].first;
        w->edges[to->in_start + i].slot = w->edges[from->in_start + i].slot;
    }
}

/* The keys a node's inputs have when all its edges deliver: those of the config, then the ports. */
static kl_status prepare_inputs(compiler *c, graph_node *node)
{
    kl_workflow *w = c->workflow;
    kl_value keys;
    kl_status status = KL_OK;
    size_t len = kl_map_len(node->config);
    KL_TRY(kl_map_new(&keys, len + node->in_count, c->error));
    for (size_t i = 0; i < len; i++)
        KL_TRY_OUT(kl_map_set_key(&keys, kl_map_key_value_at(node->config, i), kl_null(), c->error));
    for (uint32_t e = node->in_start; e < node->in_start + node->in_count; e++) {
        graph_edge *edge = &w->edges[e];
        kl_text port = kl_as_text(edge->target_port);
        edge->first = !kl_as_bool(kl_map_get(keys, port)); /* true = an edge leads there already */
        node->port_count += edge->first;
        KL_TRY_OUT(kl_map_set_key(&keys, edge->target_port, kl_bool(true), c->error));
        edge->slot = (uint32_t)kl_keys_find(kl_map_keys(keys), port);
    }
    node->shape = kl_keys_retain(kl_map_keys(keys));
out:
    kl_value_release(keys);
    return status;
}

static kl_status prepare_all_inputs(compiler *c)
{
    kl_workflow *w = c->workflow;
    for (uint32_t i = 0; i < w->node_count; i++) {
        graph_node *node = &w->nodes[i];
        node->unknown_config = has_unknown_config(w, node);
        node->gathers = gathers(node->type);
        if (i && node->in_count && is_alike(w, &w->nodes[i - 1], node))
            copy_layout(w, node, &w->nodes[i - 1]); /* faces translate a shared shape once */
        else if (node->in_count)
            KL_TRY(prepare_inputs(c, node));
    }
    return KL_OK;
}

static kl_status find_cycle_node(compiler *c)
{
    kl_value name = c->draft->cycle.node;
    if (kl_is_null(name))
        return KL_OK;
    ptrdiff_t found = kl_keys_find_string(c->workflow->ids, name);
    if (found < 0)
        return kl_error_set(c->error, KL_STATE, "set_cycle: node '%s' does not exist",
                            kl_as_text(name).data);
    c->workflow->cycle_node = (uint32_t)found;
    return KL_OK;
}

/* A node that may have to wait for its next try must not hold up the others. */
static kl_status find_retries(compiler *c)
{
    kl_value retries = c->draft->retries;
    for (size_t i = 0; i < kl_map_len(retries); i++) {
        kl_text id = kl_map_key_at(retries, i);
        ptrdiff_t found = kl_keys_find(c->workflow->ids, id);
        if (found < 0)
            return kl_error_set(c->error, KL_STATE, "set_retry: node '%.*s' does not exist",
                                KL_TEXT_ARG(id));
        graph_node *node = &c->workflow->nodes[found];
        node->retry = (const retry_policy *)kl_map_value_at(retries, i).as.object;
        if (node->class == NODE_CHEAP)
            node->class = NODE_HEAVY;
    }
    return KL_OK;
}

kl_status kl_workflow_compile(kl_workflow **out, draft *draft, kl_registry *registry,
                              kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_workflow_type, error));
    compiler c = {(kl_workflow *)object, draft, registry, error};
    KL_TRY_OUT(create_nodes(&c));
    KL_TRY_OUT(connect_nodes(&c));
    KL_TRY_OUT(find_cycles(&c));
    KL_TRY_OUT(prepare_all_inputs(&c));
    KL_TRY_OUT(find_cycle_node(&c));
    KL_TRY_OUT(find_retries(&c));
    c.workflow->draft = *draft;
    memset(draft, 0, sizeof *draft);
    *out = c.workflow;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}
