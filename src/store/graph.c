/* src/store/graph.c - property graphs: their parts and changes. See graph.h. */
#include "graph_parts.h"
#include "same.h"

#include <stdio.h>
#include <stdlib.h>

kl_status graph_grow(void *rows, size_t *capacity, size_t count, size_t size, kl_error *error)
{
    void **at = rows;
    if (count < *capacity)
        return KL_OK;
    size_t more = *capacity ? 2 * *capacity : 8;
    void *moved = kl_realloc(*at, more * size);
    if (!moved)
        return kl_error_no_memory(error);
    *at = moved;
    *capacity = more;
    return KL_OK;
}

kl_status graph_slots_push(graph_slots *to, size_t slot, kl_error *error)
{
    KL_TRY(graph_grow(&to->items, &to->capacity, to->count, sizeof *to->items, error));
    to->items[to->count++] = slot;
    return KL_OK;
}

/* ---- references --------------------------------------------------------------------------------- */

char graph_ref_kind(kl_value value)
{
    return kl_is(value, KL_KIND_BYTES) && kl_value_len(value) ? kl_as_text(value).data[0] : 0;
}

size_t graph_ref_count(kl_value ref) { return (kl_value_len(ref) - 1) / sizeof(size_t); }

size_t graph_ref_slot(kl_value ref, size_t index)
{
    size_t slot;
    memcpy(&slot, kl_as_text(ref).data + 1 + index * sizeof slot, sizeof slot);
    return slot;
}

kl_status graph_ref_make(kl_value *out, char kind, const size_t *slots, size_t count,
                         kl_error *error)
{
    size_t size = 1 + count * sizeof *slots;
    char *bytes = kl_alloc(size);
    if (!bytes)
        return kl_error_no_memory(error);
    bytes[0] = kind;
    memcpy(bytes + 1, slots, count * sizeof *slots);
    kl_status status = kl_bytes_new(out, (kl_text){bytes, size}, error);
    kl_free(bytes);
    return status;
}

/* ---- making and ending -------------------------------------------------------------------------- */

static kl_value id_of(const void *store, size_t slot)
{
    return ((const kl_graph *)store)->nodes[slot].id;
}

kl_status kl_graph_new(kl_graph **out, kl_text name, kl_text file, kl_error *error)
{
    kl_graph *graph = kl_alloc_zero(1, sizeof *graph);
    if (!graph)
        return kl_error_no_memory(error);
    kl_latch_begin(&graph->latch);
    graph->ids = (kl_key_index){.key_of = id_of, .store = graph};
    graph->next_node = graph->next_relationship = 1;
    kl_status status = file.len ? kl_mirror_new(&graph->mirror, file, "graph", name, error) : KL_OK;
    if (status != KL_OK) {
        kl_graph_free(graph);
        return status;
    }
    *out = graph;
    return KL_OK;
}

static void free_node(graph_node *node)
{
    kl_value_release(node->id);
    kl_value_release(node->labels);
    kl_value_release(node->properties);
    kl_value_release(node->ref);
    kl_free(node->out.items);
    kl_free(node->in.items);
}

static void free_relationship(graph_relationship *it)
{
    kl_value_release(it->id);
    kl_value_release(it->type);
    kl_value_release(it->properties);
    kl_value_release(it->ref);
}

static void forget_undos(kl_graph *graph)
{
    for (size_t i = 0; i < graph->undo_count; i++) {
        kl_value_release(graph->undos[i].labels);
        kl_value_release(graph->undos[i].properties);
    }
    graph->undo_count = 0;
}

static void clear(kl_graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++)
        free_node(&graph->nodes[i]);
    for (size_t i = 0; i < graph->relationship_count; i++)
        free_relationship(&graph->relationships[i]);
    for (size_t i = 0; i < graph->label_count; i++) {
        kl_value_release(graph->labels[i].name);
        kl_free(graph->labels[i].nodes.items);
    }
    for (size_t i = 0; i < graph->index_count; i++)
        kl_document_index_clear(&graph->indexes[i].entries);
    forget_undos(graph);
    kl_key_index_clear(&graph->ids);
    graph->node_count = graph->relationship_count = graph->label_count = 0;
}

void kl_graph_free(kl_graph *graph)
{
    if (!graph)
        return;
    clear(graph);
    for (size_t i = 0; i < graph->index_count; i++) {
        kl_value_release(graph->indexes[i].label);
        kl_value_release(graph->indexes[i].entries.path);
    }
    kl_free(graph->indexes);
    kl_free(graph->labels);
    kl_free(graph->nodes);
    kl_free(graph->relationships);
    kl_free(graph->undos);
    kl_mirror_free(graph->mirror);
    kl_latch_end(&graph->latch);
    kl_free(graph);
}

/* ---- labels and indexes ------------------------------------------------------------------------- */

bool graph_has_label(const kl_graph *graph, size_t slot, kl_text label)
{
    kl_value labels = graph->nodes[slot].labels;
    for (size_t i = 0; i < kl_array_len(labels); i++)
        if (kl_text_equal(label, kl_as_text(kl_array_at(labels, i))))
            return true;
    return false;
}

const graph_label *graph_find_label(const kl_graph *graph, kl_text name)
{
    for (size_t i = 0; i < graph->label_count; i++)
        if (kl_text_equal(name, kl_as_text(graph->labels[i].name)))
            return &graph->labels[i];
    return NULL;
}

const graph_index *graph_find_index(const kl_graph *graph, kl_text label, kl_text property)
{
    for (size_t i = 0; i < graph->index_count; i++)
        if (kl_text_equal(label, kl_as_text(graph->indexes[i].label)) &&
            kl_text_equal(property, kl_as_text(graph->indexes[i].entries.path)))
            return &graph->indexes[i];
    return NULL;
}

static kl_status enlist(kl_graph *graph, size_t slot, kl_value label, kl_error *error)
{
    graph_label *found = (graph_label *)graph_find_label(graph, kl_as_text(label));
    if (!found) {
        KL_TRY(graph_grow(&graph->labels, &graph->label_capacity, graph->label_count,
                          sizeof *graph->labels, error));
        found = &graph->labels[graph->label_count++];
        *found = (graph_label){.name = kl_value_retain(label)};
    }
    if (found->nodes.count && found->nodes.items[found->nodes.count - 1] >= slot)
        for (size_t i = 0; i < found->nodes.count; i++)
            if (found->nodes.items[i] == slot) /* had it before */
                return KL_OK;
    return graph_slots_push(&found->nodes, slot, error);
}

/* Make a node with these labels and properties found by both. Too many entries do no harm. */
static kl_status find_by(kl_graph *graph, size_t slot, kl_value labels, kl_value properties,
                         kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(labels); i++) {
        kl_value label = kl_array_at(labels, i);
        bool old = graph->nodes[slot].alive && graph_has_label(graph, slot, kl_as_text(label));
        if (!old)
            KL_TRY(enlist(graph, slot, label, error));
        for (size_t k = 0; k < graph->index_count; k++)
            if (kl_text_equal(kl_as_text(label), kl_as_text(graph->indexes[k].label)))
                KL_TRY(kl_document_index_add(&graph->indexes[k].entries, properties, slot, error));
    }
    return KL_OK;
}

/* ---- changes ------------------------------------------------------------------------------------ */

static kl_status remember(kl_graph *graph, graph_undo undo, kl_error *error)
{
    kl_status status = graph_grow(&graph->undos, &graph->undo_capacity, graph->undo_count,
                                  sizeof *graph->undos, error);
    if (status == KL_OK) {
        graph->undos[graph->undo_count++] = undo;
        return KL_OK;
    }
    kl_value_release(undo.labels);
    kl_value_release(undo.properties);
    return status;
}

/* Put a node into a new slot, dead as yet. `id` is taken. */
static kl_status new_node(size_t *slot, kl_graph *graph, kl_value id, kl_value labels,
                          kl_value properties, kl_error *error)
{
    size_t at = graph->node_count;
    kl_value ref = kl_null();
    kl_status status = graph_grow(&graph->nodes, &graph->node_capacity, at, sizeof *graph->nodes,
                                  error);
    if (status == KL_OK)
        status = graph_ref_make(&ref, 'N', &at, 1, error);
    if (status != KL_OK) {
        kl_value_release(id);
        return status;
    }
    graph->nodes[at] = (graph_node){.id = id, .ref = ref, .labels = kl_value_retain(labels),
                                    .properties = kl_value_retain(properties)};
    graph->node_count++;
    *slot = at;
    KL_TRY(find_by(graph, at, labels, properties, error));
    return kl_key_index_put(&graph->ids, id, at, error);
}

kl_status graph_add_node(size_t *slot, kl_graph *graph, kl_value labels, kl_value properties,
                         kl_error *error)
{
    kl_value id;
    KL_TRY(kl_string_format(&id, error, "node_%lld", (long long)graph->next_node));
    KL_TRY(new_node(slot, graph, id, labels, properties, error));
    graph->next_node++;
    KL_TRY(remember(graph, (graph_undo){UNDO_NODE, *slot, false, kl_value_retain(labels),
                                        kl_value_retain(properties)}, error));
    graph->nodes[*slot].alive = true;
    return KL_OK;
}

static kl_status new_relationship(size_t *slot, kl_graph *graph, kl_value id, size_t from, size_t to,
                                  kl_value type, kl_value properties, kl_error *error)
{
    size_t at = graph->relationship_count;
    kl_value ref = kl_null();
    kl_status status = graph_grow(&graph->relationships, &graph->relationship_capacity, at,
                                  sizeof *graph->relationships, error);
    if (status == KL_OK)
        status = graph_ref_make(&ref, 'R', &at, 1, error);
    if (status != KL_OK) {
        kl_value_release(id);
        return status;
    }
    graph->relationships[at] =
        (graph_relationship){.id = id, .ref = ref, .type = kl_value_retain(type),
                             .properties = kl_value_retain(properties), .from = from, .to = to};
    graph->relationship_count++;
    *slot = at;
    KL_TRY(graph_slots_push(&graph->nodes[from].out, at, error));
    return graph_slots_push(&graph->nodes[to].in, at, error);
}

kl_status graph_add_relationship(size_t *slot, kl_graph *graph, size_t from, size_t to,
                                 kl_value type, kl_value properties, kl_error *error)
{
    kl_value id;
    KL_TRY(kl_string_format(&id, error, "rel_%lld", (long long)graph->next_relationship));
    KL_TRY(new_relationship(slot, graph, id, from, to, type, properties, error));
    graph->next_relationship++;
    KL_TRY(remember(graph, (graph_undo){UNDO_RELATIONSHIP, *slot, false, kl_null(),
                                        kl_value_retain(properties)}, error));
    graph->relationships[*slot].alive = true;
    return KL_OK;
}

static kl_status remember_node(kl_graph *graph, size_t slot, kl_error *error)
{
    const graph_node *node = &graph->nodes[slot];
    return remember(graph, (graph_undo){UNDO_NODE, slot, node->alive, kl_value_retain(node->labels),
                                        kl_value_retain(node->properties)}, error);
}

static kl_status remember_relationship(kl_graph *graph, size_t slot, kl_error *error)
{
    const graph_relationship *it = &graph->relationships[slot];
    return remember(graph, (graph_undo){UNDO_RELATIONSHIP, slot, it->alive, kl_null(),
                                        kl_value_retain(it->properties)}, error);
}

kl_status graph_set_node(kl_graph *graph, size_t slot, kl_value labels, kl_value properties,
                         kl_error *error)
{
    KL_TRY(remember_node(graph, slot, error));
    KL_TRY(find_by(graph, slot, labels, properties, error));
    kl_value_replace(&graph->nodes[slot].labels, kl_value_retain(labels));
    kl_value_replace(&graph->nodes[slot].properties, kl_value_retain(properties));
    return KL_OK;
}

kl_status graph_set_relationship(kl_graph *graph, size_t slot, kl_value properties, kl_error *error)
{
    KL_TRY(remember_relationship(graph, slot, error));
    kl_value_replace(&graph->relationships[slot].properties, kl_value_retain(properties));
    return KL_OK;
}

kl_status graph_remove_relationship(kl_graph *graph, size_t slot, kl_error *error)
{
    KL_TRY(remember_relationship(graph, slot, error));
    graph->relationships[slot].alive = false;
    return KL_OK;
}

kl_status graph_remove_node(kl_graph *graph, size_t slot, kl_error *error)
{
    const graph_slots *lists[] = {&graph->nodes[slot].out, &graph->nodes[slot].in};
    for (size_t l = 0; l < KL_COUNT(lists); l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (graph->relationships[lists[l]->items[i]].alive)
                KL_TRY(graph_remove_relationship(graph, lists[l]->items[i], error));
    KL_TRY(remember_node(graph, slot, error));
    graph->nodes[slot].alive = false;
    return KL_OK;
}

size_t graph_degree(const kl_graph *graph, size_t slot)
{
    const graph_slots *lists[] = {&graph->nodes[slot].out, &graph->nodes[slot].in};
    size_t degree = 0;
    for (size_t l = 0; l < KL_COUNT(lists); l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            degree += graph->relationships[lists[l]->items[i]].alive;
    return degree;
}

static void undo_all(kl_graph *graph)
{
    while (graph->undo_count) {
        graph_undo *undo = &graph->undos[--graph->undo_count];
        if (undo->kind == UNDO_NODE) {
            graph_node *node = &graph->nodes[undo->slot];
            node->alive = undo->alive;
            kl_value_replace(&node->labels, undo->labels);
            kl_value_replace(&node->properties, undo->properties);
        } else {
            graph->relationships[undo->slot].alive = undo->alive;
            kl_value_replace(&graph->relationships[undo->slot].properties, undo->properties);
        }
    }
}

/* ---- the file ----------------------------------------------------------------------------------- */

static int64_t number_of(kl_text id)
{
    const char *at = memchr(id.data, '_', id.len);
    return at ? strtoll(at + 1, NULL, 10) : 0;
}

static kl_status find_node(size_t *slot, const kl_graph *graph, kl_value id, kl_error *error)
{
    KL_TRY(kl_key_index_find(slot, &graph->ids, id, error));
    if (*slot != KL_SLOT_NONE && !graph->nodes[*slot].alive)
        *slot = KL_SLOT_NONE;
    return KL_OK;
}

static kl_status load_node(kl_graph *graph, kl_value id, kl_value body, kl_error *error)
{
    size_t slot;
    graph->next_node = KL_MAX(graph->next_node, number_of(kl_as_text(id)) + 1);
    KL_TRY(new_node(&slot, graph, id, kl_map_get(body, KL_TEXT("labels")),
                    kl_map_get(body, KL_TEXT("properties")), error));
    graph->nodes[slot].alive = true;
    return KL_OK;
}

static kl_status load_relationship(kl_graph *graph, kl_value id, kl_value body, kl_error *error)
{
    size_t from, to, slot;
    graph->next_relationship = KL_MAX(graph->next_relationship, number_of(kl_as_text(id)) + 1);
    kl_status status = find_node(&from, graph, kl_map_get(body, KL_TEXT("from_id")), error);
    if (status == KL_OK)
        status = find_node(&to, graph, kl_map_get(body, KL_TEXT("to_id")), error);
    if (status == KL_OK && (from == KL_SLOT_NONE || to == KL_SLOT_NONE))
        status = kl_error_set(error, KL_FAILED, "the file holds a relationship without its nodes");
    if (status != KL_OK) {
        kl_value_release(id);
        return status;
    }
    KL_TRY(new_relationship(&slot, graph, id, from, to, kl_map_get(body, KL_TEXT("type")),
                            kl_map_get(body, KL_TEXT("properties")), error));
    graph->relationships[slot].alive = true;
    return KL_OK;
}

/* Nodes were put before their relationships. */
static kl_status load_row(void *data, kl_text key, kl_value body, kl_text bytes, kl_error *error)
{
    kl_value id;
    (void)bytes;
    KL_TRY(kl_string_new(&id, key, error));
    return kl_map_has(body, KL_TEXT("type")) ? load_relationship(data, id, body, error)
                                             : load_node(data, id, body, error);
}

static kl_status load(kl_graph *graph, kl_error *error)
{
    bool stale;
    if (!graph->mirror)
        return KL_OK;
    KL_TRY(kl_mirror_is_stale(&stale, graph->mirror, error));
    if (!stale)
        return KL_OK;
    clear(graph);
    return kl_mirror_load(graph->mirror, load_row, graph, error);
}

/* Write what a change touched as it is now. */
static kl_status mirror_one(kl_graph *graph, const graph_undo *undo, kl_error *error)
{
    bool is_node = undo->kind == UNDO_NODE;
    kl_value ref = is_node ? graph->nodes[undo->slot].ref : graph->relationships[undo->slot].ref;
    kl_value id = is_node ? graph->nodes[undo->slot].id : graph->relationships[undo->slot].id, body;
    bool alive = is_node ? graph->nodes[undo->slot].alive : graph->relationships[undo->slot].alive;
    if (!alive)
        return kl_mirror_remove(graph->mirror, kl_as_text(id), error);
    KL_TRY(graph_tell(&body, graph, ref, error));
    kl_status status =
        kl_mirror_put(graph->mirror, kl_as_text(id), body, (kl_text){NULL, 0}, error);
    kl_value_release(body);
    return status;
}

static kl_status mirror_changes(kl_graph *graph, kl_error *error)
{
    for (size_t i = 0; i < graph->undo_count; i++)
        KL_TRY(mirror_one(graph, &graph->undos[i], error));
    return graph->undo_count ? kl_mirror_commit(graph->mirror, error) : KL_OK;
}

static kl_status begin_reading(kl_graph *graph, kl_latch_waiter waiter, kl_error *error)
{
    for (;;) {
        bool stale = false;
        KL_TRY(kl_latch_read(&graph->latch, waiter, error));
        kl_status status = graph->mirror ? kl_mirror_is_stale(&stale, graph->mirror, error) : KL_OK;
        if (status == KL_OK && !stale)
            return KL_OK;
        kl_latch_leave(&graph->latch);
        KL_TRY(status);
        KL_TRY(kl_latch_write(&graph->latch, waiter, error));
        status = load(graph, error);
        kl_latch_leave(&graph->latch);
        KL_TRY(status);
    }
}

kl_status graph_begin(kl_graph *graph, bool writes, kl_latch_waiter waiter, kl_error *error)
{
    if (!writes)
        return begin_reading(graph, waiter, error);
    KL_TRY(kl_latch_write(&graph->latch, waiter, error));
    kl_status status = graph->mirror ? kl_mirror_begin(graph->mirror, error) : KL_OK;
    if (status == KL_OK && (status = load(graph, error)) != KL_OK && graph->mirror)
        kl_mirror_rollback(graph->mirror);
    if (status != KL_OK)
        kl_latch_leave(&graph->latch);
    return status;
}

kl_status graph_end(kl_graph *graph, bool writes, kl_status status, kl_error *error)
{
    if (writes && status == KL_OK && graph->mirror)
        status = mirror_changes(graph, error);
    if (writes && graph->mirror)
        kl_mirror_rollback(graph->mirror); /* does nothing behind a commit */
    if (writes && status != KL_OK)
        undo_all(graph);
    if (writes)
        forget_undos(graph);
    for (size_t i = 0; writes && i < graph->index_count && status == KL_OK; i++)
        status = kl_document_index_settle(&graph->indexes[i].entries, false, error);
    kl_latch_leave(&graph->latch);
    return status;
}

/* ---- telling ------------------------------------------------------------------------------------ */

static kl_status tell_node(kl_value *out, const graph_node *node, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(node->id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("labels"), kl_value_retain(node->labels), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("properties"), kl_value_retain(node->properties), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status tell_relationship(kl_value *out, const kl_graph *graph,
                                   const graph_relationship *it, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(it->id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("type"), kl_value_retain(it->type), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("from_id"), kl_value_retain(graph->nodes[it->from].id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("to_id"), kl_value_retain(graph->nodes[it->to].id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("properties"), kl_value_retain(it->properties), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status tell_path(kl_value *out, const kl_graph *graph, kl_value path, kl_error *error)
{
    kl_value map = kl_null(), lists[2] = {kl_null(), kl_null()}, one;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&lists[0], 0, error));
    KL_TRY_OUT(kl_array_new(&lists[1], 0, error));
    for (size_t i = 0; i < graph_ref_count(path); i++) {
        size_t slot = graph_ref_slot(path, i);
        KL_TRY_OUT(i % 2 == 0 ? tell_node(&one, &graph->nodes[slot], error)
                              : tell_relationship(&one, graph, &graph->relationships[slot], error));
        KL_TRY_OUT(kl_array_push(&lists[i % 2], one, error));
    }
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("nodes"), kl_value_take(&lists[0]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("relationships"), kl_value_take(&lists[1]), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(lists[0]);
    kl_value_release(lists[1]);
    return status;
}

static kl_status tell_list(kl_value *out, const kl_graph *graph, kl_value list, kl_error *error)
{
    kl_value made, one;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_status status = graph_tell(&one, graph, kl_array_at(list, i), error);
        if (status == KL_OK)
            status = kl_array_push(&made, one, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status tell_map(kl_value *out, const kl_graph *graph, kl_value map, kl_error *error)
{
    kl_value made, one;
    KL_TRY(kl_map_new(&made, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_status status = graph_tell(&one, graph, kl_map_value_at(map, i), error);
        if (status == KL_OK)
            status = kl_map_set_key(&made, kl_map_key_value_at(map, i), one, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

/* Recursion is as deep as values of queries, whose depth is bounded by that of expressions, or as
 * properties, which hold no references and are shared. */
kl_status graph_tell(kl_value *out, const kl_graph *graph, kl_value value, kl_error *error)
{
    switch (graph_ref_kind(value)) {
    case 'N':
        return tell_node(out, &graph->nodes[graph_ref_slot(value, 0)], error);
    case 'R':
        return tell_relationship(out, graph, &graph->relationships[graph_ref_slot(value, 0)], error);
    case 'P':
        return tell_path(out, graph, value, error);
    default:
        break;
    }
    size_t depth;
    KL_TRY(kl_value_depth(&depth, value, 300, error));
    if (depth > 256)
        return kl_error_set(error, KL_DEPTH, "a result nests deeper than 256 levels");
    if (kl_is(value, KL_KIND_ARRAY))
        return tell_list(out, graph, value, error);
    if (kl_is(value, KL_KIND_MAP))
        return tell_map(out, graph, value, error);
    *out = kl_value_retain(value);
    return KL_OK;
}

/* ---- simple operations -------------------------------------------------------------------------- */

static kl_value map_or_empty(kl_value map) { return kl_is_null(map) ? kl_map_empty() : map; }

kl_status kl_graph_create_node(kl_value *id, kl_graph *graph, kl_value labels, kl_value properties,
                               kl_latch_waiter waiter, kl_error *error)
{
    size_t slot;
    kl_value made = kl_null();
    KL_TRY(graph_begin(graph, true, waiter, error));
    kl_status status = graph_add_node(&slot, graph, labels, map_or_empty(properties), error);
    if (status == KL_OK)
        made = kl_value_retain(graph->nodes[slot].id);
    status = graph_end(graph, true, status, error);
    if (status == KL_OK)
        *id = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status want_node(size_t *slot, const kl_graph *graph, kl_text id, const char *what,
                           kl_error *error)
{
    kl_value key;
    KL_TRY(kl_string_new(&key, id, error));
    kl_status status = find_node(slot, graph, key, error);
    kl_value_release(key);
    if (status == KL_OK && *slot == KL_SLOT_NONE)
        return kl_error_set(error, KL_NOT_FOUND, "%snode not found: %.*s", what, KL_TEXT_ARG(id));
    return status;
}

kl_status kl_graph_create_relationship(kl_value *id, kl_graph *graph, kl_text from, kl_text to,
                                       kl_text type, kl_value properties, kl_latch_waiter waiter,
                                       kl_error *error)
{
    size_t start, end, slot;
    kl_value name, made = kl_null();
    KL_TRY(kl_string_new(&name, type, error));
    kl_status status = graph_begin(graph, true, waiter, error);
    if (status == KL_OK) {
        status = want_node(&start, graph, from, "source ", error);
        if (status == KL_OK)
            status = want_node(&end, graph, to, "target ", error);
        if (status == KL_OK)
            status = graph_add_relationship(&slot, graph, start, end, name, map_or_empty(properties),
                                            error);
        if (status == KL_OK)
            made = kl_value_retain(graph->relationships[slot].id);
        status = graph_end(graph, true, status, error);
    }
    kl_value_release(name);
    if (status == KL_OK)
        *id = made;
    else
        kl_value_release(made);
    return status;
}

kl_status kl_graph_delete_node(kl_graph *graph, kl_text id, kl_latch_waiter waiter, kl_error *error)
{
    size_t slot;
    KL_TRY(graph_begin(graph, true, waiter, error));
    kl_status status = want_node(&slot, graph, id, "", error);
    if (status == KL_OK)
        status = graph_remove_node(graph, slot, error);
    return graph_end(graph, true, status, error);
}

static kl_status is_match(bool *out, const kl_graph *graph, size_t slot, kl_value labels,
                          kl_value properties, kl_error *error)
{
    const graph_node *node = &graph->nodes[slot];
    *out = node->alive;
    for (size_t i = 0; i < kl_array_len(labels) && *out; i++)
        *out = graph_has_label(graph, slot, kl_as_text(kl_array_at(labels, i)));
    for (size_t i = 0; i < kl_map_len(properties) && *out; i++) {
        const kl_value *found = kl_map_find(node->properties, kl_map_key_at(properties, i));
        *out = false;
        if (found)
            KL_TRY(kl_value_same(out, *found, kl_map_value_at(properties, i), NULL, error));
    }
    return KL_OK;
}

kl_status kl_graph_match(kl_value *out, kl_graph *graph, kl_value labels, kl_value properties,
                         kl_latch_waiter waiter, kl_error *error)
{
    kl_value list, one;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = graph_begin(graph, false, waiter, error);
    if (status == KL_OK) {
        for (size_t slot = 0; slot < graph->node_count && status == KL_OK; slot++) {
            bool matches;
            status = is_match(&matches, graph, slot, labels, properties, error);
            if (status == KL_OK && matches) {
                status = tell_node(&one, &graph->nodes[slot], error);
                if (status == KL_OK)
                    status = kl_array_push(&list, one, error);
            }
        }
        status = graph_end(graph, false, status, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status fill_index(kl_graph *graph, graph_index *index, kl_error *error)
{
    for (size_t slot = 0; slot < graph->node_count; slot++)
        if (graph->nodes[slot].alive && graph_has_label(graph, slot, kl_as_text(index->label)))
            KL_TRY(kl_document_index_add(&index->entries, graph->nodes[slot].properties, slot, error));
    return kl_document_index_settle(&index->entries, true, error);
}

static kl_status add_index(kl_graph *graph, kl_text label, kl_text property, kl_error *error)
{
    kl_value name = kl_null(), path = kl_null();
    if (graph_find_index(graph, label, property))
        return KL_OK;
    graph_index *indexes = kl_realloc(graph->indexes, (graph->index_count + 1) * sizeof *indexes);
    if (!indexes)
        return kl_error_no_memory(error);
    graph->indexes = indexes;
    kl_status status = kl_string_new(&name, label, error);
    if (status == KL_OK)
        status = kl_string_new(&path, property, error);
    graph_index *made = &indexes[graph->index_count];
    *made = (graph_index){.label = name, .entries = {.path = path}};
    if (status == KL_OK)
        status = fill_index(graph, made, error);
    if (status == KL_OK) {
        graph->index_count++;
        return KL_OK;
    }
    kl_document_index_clear(&made->entries);
    kl_value_release(name);
    kl_value_release(path);
    return status;
}

kl_status kl_graph_create_index(kl_graph *graph, kl_text label, kl_text property,
                                kl_latch_waiter waiter, kl_error *error)
{
    KL_TRY(graph_begin(graph, true, waiter, error));
    return graph_end(graph, true, add_index(graph, label, property, error), error);
}
