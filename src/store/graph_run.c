/* src/store/graph_run.c - the clauses of Cypher, one after the other. */
#include "graph_run.h"
#include "sort.h"

enum { ROWS_MAX = 10000000 };

static kl_status push_row(kl_value *rows, kl_value row, kl_error *error)
{
    if (kl_array_len(*rows) == ROWS_MAX) {
        kl_value_release(row);
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: rows (limit: %d rows)",
                            ROWS_MAX);
    }
    return kl_array_push(rows, row, error);
}

/* What a clause makes of one row: changes it in place, or appends rows of its own to `to`. */
typedef kl_status row_fn(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                         kl_error *error);

static kl_status for_each(kl_value *rows, row_fn *one, const cypher_clause *clause, cypher_run *run,
                          kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(*rows), error));
    for (size_t i = 0; i < kl_array_len(*rows); i++) {
        kl_status status = kl_work_step(&run->work, error);
        if (status == KL_OK)
            status = one(&made, kl_array_at(*rows, i), clause, run, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    kl_value_replace(rows, made);
    return KL_OK;
}

/* ---- MATCH, UNWIND ------------------------------------------------------------------------------ */

static kl_status match_row(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                           kl_error *error)
{
    size_t before = kl_array_len(*to);
    KL_TRY(cypher_match(to, clause->patterns, clause->pattern_count, clause->where, run, row, error));
    if (!clause->optional || kl_array_len(*to) > before)
        return KL_OK;
    kl_value made = kl_value_retain(row);
    kl_status status = cypher_fill_nulls(&made, clause->patterns, clause->pattern_count, error);
    if (status == KL_OK)
        return push_row(to, made, error);
    kl_value_release(made);
    return status;
}

static kl_status unwind_row(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                            kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value list;
    KL_TRY(cypher_value(&list, clause->items[0].expression, run, &scope, error));
    kl_status status = KL_OK;
    size_t count = kl_is(list, KL_KIND_ARRAY) ? kl_array_len(list) : !kl_is_null(list);
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        kl_value made = kl_value_retain(row);
        kl_value item = kl_is(list, KL_KIND_ARRAY) ? kl_array_at(list, i) : list;
        status = kl_map_set(&made, clause->items[0].name, kl_value_retain(item), error);
        if (status == KL_OK)
            status = push_row(to, made, error);
        else
            kl_value_release(made);
    }
    kl_value_release(list);
    return status;
}

/* ---- properties --------------------------------------------------------------------------------- */

/* Scalars, and lists of them. */
static bool is_storable(kl_value value)
{
    if (kl_is(value, KL_KIND_MAP) || kl_is(value, KL_KIND_BYTES) || kl_is(value, KL_KIND_OBJECT))
        return false;
    for (size_t i = 0; i < kl_array_len(value); i++)
        if (kl_array_at(value, i).kind == KL_KIND_ARRAY || !is_storable(kl_array_at(value, i)))
            return false;
    return true;
}

static kl_status check_storable(kl_value value, kl_text at, cypher_run *run, kl_error *error)
{
    if (is_storable(value))
        return KL_OK;
    return cypher_fail(run, at, error, "a property holds a string, number, boolean or a list of them, "
                                       "not %s", graph_ref_kind(value) ? "a part of the graph"
                                                                       : kl_value_kind_name(value));
}

/* Put the pairs of a map into properties; null removes. */
static kl_status put_all(kl_value *properties, kl_value map, kl_text at, cypher_run *run,
                         kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value value = kl_map_value_at(map, i);
        KL_TRY(check_storable(value, at, run, error));
        run->result->properties_set++;
        if (kl_is_null(value))
            KL_TRY(kl_map_remove(properties, kl_map_key_at(map, i), error));
        else
            KL_TRY(kl_map_set_key(properties, kl_map_key_value_at(map, i), kl_value_retain(value),
                                  error));
    }
    return KL_OK;
}

/* The properties that a pattern gives to what it creates; given. */
static kl_status made_properties(kl_value *out, const cypher_expression *it, kl_value row,
                                 cypher_run *run, kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value map, made = kl_map_empty();
    *out = made;
    if (!it)
        return KL_OK;
    KL_TRY(cypher_value(&map, it, run, &scope, error));
    kl_status status = kl_is(map, KL_KIND_MAP)
                           ? put_all(&made, map, it->source, run, error)
                           : cypher_fail(run, it->source, error, "expected a map of properties, got %s",
                                         kl_value_kind_name(map));
    kl_value_release(map);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* ---- CREATE ------------------------------------------------------------------------------------- */

static kl_text place(const char *at) { return (kl_text){at, 0}; }

static kl_status labels_or_empty(kl_value *out, kl_value labels, kl_error *error)
{
    *out = kl_value_retain(labels);
    return kl_is_null(labels) ? kl_array_new(out, 0, error) : KL_OK;
}

/* The node of a pattern: the one that its name is bound to, or a new one, which is then bound. */
static kl_status create_node(size_t *slot, kl_value *row, const cypher_node *it, cypher_run *run,
                             kl_error *error)
{
    const kl_value *bound = it->name.len ? kl_map_find(*row, it->name) : NULL;
    kl_value properties, labels;
    if (bound && graph_ref_kind(*bound) != 'N')
        return cypher_fail(run, place(it->at), error, "'%.*s' is no node", KL_TEXT_ARG(it->name));
    if (bound && (it->properties || kl_array_len(it->labels)))
        return cypher_fail(run, place(it->at), error, "'%.*s' is there already: it gets no labels or "
                           "properties here", KL_TEXT_ARG(it->name));
    if (bound) {
        *slot = graph_ref_slot(*bound, 0);
        return KL_OK;
    }
    KL_TRY(made_properties(&properties, it->properties, *row, run, error));
    kl_status status = labels_or_empty(&labels, it->labels, error);
    if (status == KL_OK) {
        status = graph_add_node(slot, run->graph, labels, properties, error);
        kl_value_release(labels);
    }
    kl_value_release(properties);
    if (status != KL_OK)
        return status;
    run->result->nodes_created++;
    return it->name.len ? kl_map_set(row, it->name,
                                     kl_value_retain(run->graph->nodes[*slot].ref), error)
                        : KL_OK;
}

static kl_status create_hop(size_t *slot, kl_value *row, const cypher_hop *it, size_t left,
                            size_t right, cypher_run *run, kl_error *error)
{
    kl_value properties;
    bool turned = it->direction == CYPHER_IN_WARDS;
    if (it->name.len && kl_map_has(*row, it->name))
        return cypher_fail(run, place(it->at), error, "'%.*s' is there already",
                           KL_TEXT_ARG(it->name));
    KL_TRY(made_properties(&properties, it->properties, *row, run, error));
    kl_status status =
        graph_add_relationship(slot, run->graph, turned ? right : left, turned ? left : right,
                               kl_array_at(it->types, 0), properties, error);
    kl_value_release(properties);
    if (status != KL_OK)
        return status;
    run->result->relationships_created++;
    return it->name.len ? kl_map_set(row, it->name,
                                     kl_value_retain(run->graph->relationships[*slot].ref), error)
                        : KL_OK;
}

static kl_status create_pattern(kl_value *row, const cypher_pattern *it, cypher_run *run,
                                kl_error *error)
{
    graph_slots way = {0};
    size_t left, right, hop;
    kl_value path;
    kl_status status;
    KL_TRY_OUT(create_node(&left, row, &it->nodes[0], run, error));
    KL_TRY_OUT(graph_slots_push(&way, left, error));
    for (size_t i = 0; i < it->hop_count; i++) {
        KL_TRY_OUT(create_node(&right, row, &it->nodes[i + 1], run, error));
        KL_TRY_OUT(create_hop(&hop, row, &it->hops[i], left, right, run, error));
        KL_TRY_OUT(graph_slots_push(&way, hop, error));
        KL_TRY_OUT(graph_slots_push(&way, right, error));
        left = right;
    }
    if (it->name.len) {
        KL_TRY_OUT(graph_ref_make(&path, 'P', way.items, way.count, error));
        status = kl_map_set(row, it->name, path, error);
    }
out:
    kl_free(way.items);
    return status;
}

static kl_status create_row(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                            kl_error *error)
{
    kl_value made = kl_value_retain(row);
    kl_status status = KL_OK;
    for (size_t i = 0; i < clause->pattern_count && status == KL_OK; i++)
        status = create_pattern(&made, &clause->patterns[i], run, error);
    if (status == KL_OK)
        return push_row(to, made, error);
    kl_value_release(made);
    return status;
}

/* ---- SET, REMOVE -------------------------------------------------------------------------------- */

static kl_status change_labels(kl_value *labels, kl_value changes, bool add, cypher_run *run,
                               kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(changes); i++) {
        kl_value label = kl_array_at(changes, i), made;
        KL_TRY(kl_array_new(&made, kl_array_len(*labels) + 1, error));
        kl_status status = KL_OK;
        bool there = false;
        for (size_t k = 0; k < kl_array_len(*labels) && status == KL_OK; k++) {
            kl_value old = kl_array_at(*labels, k);
            bool same = kl_text_equal(kl_as_text(old), kl_as_text(label));
            there |= same;
            if (!same || add)
                status = kl_array_push(&made, kl_value_retain(old), error);
        }
        if (add && !there && status == KL_OK)
            status = kl_array_push(&made, kl_value_retain(label), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        run->result->labels_changed += there != add;
        kl_value_replace(labels, made);
    }
    return KL_OK;
}

/* Change labels and properties (both owned by the caller) as a set says. */
static kl_status apply_set(kl_value *labels, kl_value *properties, const cypher_set *set, kl_value row,
                           cypher_run *run, kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value value = kl_null();
    if (set->kind == CYPHER_SET_LABELS || set->kind == CYPHER_REMOVE_LABELS)
        return change_labels(labels, set->labels, set->kind == CYPHER_SET_LABELS, run, error);
    if (set->kind == CYPHER_REMOVE_PROPERTY) {
        run->result->properties_set += kl_map_has(*properties, set->name);
        return kl_map_remove(properties, set->name, error);
    }
    KL_TRY(cypher_value(&value, set->value, run, &scope, error));
    kl_status status = KL_OK;
    if (set->kind == CYPHER_SET_PROPERTY) {
        status = check_storable(value, set->value->source, run, error);
        run->result->properties_set++;
        if (status == KL_OK)
            status = kl_is_null(value)
                         ? kl_map_remove(properties, set->name, error)
                         : kl_map_set(properties, set->name, kl_value_retain(value), error);
    } else {
        kl_value map = cypher_properties(run, value);
        if (!kl_is(map, KL_KIND_MAP))
            status = cypher_fail(run, set->value->source, error, "expected a map, got %s",
                                 kl_value_kind_name(value));
        if (status == KL_OK && set->kind == CYPHER_SET_ALL)
            kl_value_replace(properties, kl_map_empty());
        if (status == KL_OK)
            status = put_all(properties, map, set->value->source, run, error);
    }
    kl_value_release(value);
    return status;
}

static kl_status set_node(size_t slot, const cypher_set *set, kl_value row, cypher_run *run,
                          kl_error *error)
{
    kl_value labels = kl_value_retain(run->graph->nodes[slot].labels);
    kl_value properties = kl_value_retain(run->graph->nodes[slot].properties);
    kl_status status = apply_set(&labels, &properties, set, row, run, error);
    if (status == KL_OK)
        status = graph_set_node(run->graph, slot, labels, properties, error);
    kl_value_release(labels);
    kl_value_release(properties);
    return status;
}

static kl_status set_relationship(size_t slot, const cypher_set *set, kl_value row, cypher_run *run,
                                  kl_error *error)
{
    kl_value none = kl_null();
    kl_value properties = kl_value_retain(run->graph->relationships[slot].properties);
    kl_status status = apply_set(&none, &properties, set, row, run, error);
    if (status == KL_OK)
        status = graph_set_relationship(run->graph, slot, properties, error);
    kl_value_release(properties);
    return status;
}

static kl_status run_set(const cypher_set *set, kl_value row, cypher_run *run, kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value target;
    bool labels = set->kind == CYPHER_SET_LABELS || set->kind == CYPHER_REMOVE_LABELS;
    KL_TRY(cypher_value(&target, set->target, run, &scope, error));
    char kind = graph_ref_kind(target);
    kl_status status = KL_OK;
    if (kind == 'N')
        status = set_node(graph_ref_slot(target, 0), set, row, run, error);
    else if (kind == 'R' && !labels)
        status = set_relationship(graph_ref_slot(target, 0), set, row, run, error);
    else if (!kl_is_null(target))
        status = cypher_fail(run, set->target->source, error, "expected a node%s, got %s",
                             labels ? "" : " or relationship",
                             kind ? "another part of the graph" : kl_value_kind_name(target));
    kl_value_release(target);
    return status;
}

static kl_status run_sets(const cypher_clause *clause, size_t start, size_t end, kl_value row,
                          cypher_run *run, kl_error *error)
{
    for (size_t i = start; i < end; i++)
        KL_TRY(run_set(&clause->sets[i], row, run, error));
    return KL_OK;
}

static kl_status set_row(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                         kl_error *error)
{
    KL_TRY(run_sets(clause, 0, clause->set_count, row, run, error));
    return push_row(to, kl_value_retain(row), error);
}

/* ---- MERGE -------------------------------------------------------------------------------------- */

static kl_status merge_row(kl_value *to, kl_value row, const cypher_clause *clause, cypher_run *run,
                           kl_error *error)
{
    size_t before = kl_array_len(*to);
    KL_TRY(cypher_match(to, clause->patterns, 1, NULL, run, row, error));
    for (size_t i = before; i < kl_array_len(*to); i++)
        KL_TRY(run_sets(clause, clause->on_match, clause->set_count, kl_array_at(*to, i), run, error));
    if (kl_array_len(*to) > before)
        return KL_OK;
    kl_value made = kl_value_retain(row);
    kl_status status = create_pattern(&made, &clause->patterns[0], run, error);
    if (status == KL_OK)
        status = run_sets(clause, 0, clause->on_match, made, run, error);
    if (status == KL_OK)
        return push_row(to, made, error);
    kl_value_release(made);
    return status;
}

/* ---- DELETE ------------------------------------------------------------------------------------- */

static kl_status delete_node(size_t slot, const cypher_clause *clause, const cypher_item *item,
                             cypher_run *run, kl_error *error)
{
    if (!run->graph->nodes[slot].alive)
        return KL_OK;
    size_t degree = graph_degree(run->graph, slot);
    if (degree && !clause->detach)
        return cypher_fail(run, item->expression->source, error, "%s still has relationships: use "
                           "DETACH DELETE", kl_as_text(run->graph->nodes[slot].id).data);
    KL_TRY(graph_remove_node(run->graph, slot, error));
    run->result->nodes_deleted++;
    run->result->relationships_deleted += degree;
    return KL_OK;
}

static kl_status delete_relationship(size_t slot, cypher_run *run, kl_error *error)
{
    if (!run->graph->relationships[slot].alive)
        return KL_OK;
    run->result->relationships_deleted++;
    return graph_remove_relationship(run->graph, slot, error);
}

static kl_status delete_value(kl_value value, const cypher_clause *clause, const cypher_item *item,
                              bool nodes, cypher_run *run, kl_error *error)
{
    switch (graph_ref_kind(value)) {
    case 'N':
        return nodes ? delete_node(graph_ref_slot(value, 0), clause, item, run, error) : KL_OK;
    case 'R':
        return nodes ? KL_OK : delete_relationship(graph_ref_slot(value, 0), run, error);
    case 'P':
        for (size_t i = !nodes; i < graph_ref_count(value); i += 2)
            KL_TRY(nodes ? delete_node(graph_ref_slot(value, i), clause, item, run, error)
                         : delete_relationship(graph_ref_slot(value, i), run, error));
        return KL_OK;
    default:
        break;
    }
    if (kl_is_null(value))
        return KL_OK;
    return cypher_fail(run, item->expression->source, error, "expected a node, relationship or path, "
                       "got %s", kl_value_kind_name(value));
}

/* All relationships of all rows first, so that the nodes are free of them. */
static kl_status run_delete(kl_value *rows, const cypher_clause *clause, cypher_run *run,
                            kl_error *error)
{
    for (int nodes = 0; nodes < 2; nodes++) {
        for (size_t i = 0; i < kl_array_len(*rows); i++) {
            cypher_scope scope = {.row = kl_array_at(*rows, i)};
            for (size_t k = 0; k < clause->item_count; k++) {
                kl_value value;
                KL_TRY(cypher_value(&value, clause->items[k].expression, run, &scope, error));
                kl_status status =
                    delete_value(value, clause, &clause->items[k], nodes, run, error);
                kl_value_release(value);
                KL_TRY(status);
            }
        }
    }
    return KL_OK;
}

/* ---- WITH, RETURN ------------------------------------------------------------------------------- */

/* The names and values of one row of a projection; given. */
static kl_status project(kl_value *out, const cypher_clause *clause, cypher_run *run,
                         const cypher_scope *scope, kl_error *error)
{
    kl_value made = clause->all ? kl_value_retain(scope->row) : kl_map_empty(), value;
    kl_status status = KL_OK;
    for (size_t i = 0; i < clause->item_count && status == KL_OK; i++) {
        status = cypher_value(&value, clause->items[i].expression, run, scope, error);
        if (status == KL_OK)
            status = kl_map_set(&made, clause->items[i].name, value, error);
    }
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* A row made, and the row it was made of (or the first of its group), for ORDER BY. */
typedef struct projected {
    kl_value *made, *from;
    size_t count, capacity, from_capacity;
} projected;

static void clear_projected(projected *p)
{
    for (size_t i = 0; i < p->count; i++) {
        kl_value_release(p->made[i]);
        kl_value_release(p->from[i]);
    }
    kl_free(p->made);
    kl_free(p->from);
}

/* `made` is taken. */
static kl_status add_projected(projected *to, kl_value made, kl_value from, kl_error *error)
{
    kl_status status = graph_grow(&to->made, &to->capacity, to->count, sizeof made, error);
    if (status == KL_OK)
        status = graph_grow(&to->from, &to->from_capacity, to->count, sizeof made, error);
    if (status != KL_OK) {
        kl_value_release(made);
        return status;
    }
    to->made[to->count] = made;
    to->from[to->count++] = kl_value_retain(from);
    return KL_OK;
}

static kl_status project_rows(projected *to, kl_value rows, const cypher_clause *clause,
                              cypher_run *run, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        cypher_scope scope = {.row = kl_array_at(rows, i)};
        kl_value made;
        KL_TRY(kl_work_step(&run->work, error));
        KL_TRY(project(&made, clause, run, &scope, error));
        KL_TRY(add_projected(to, made, scope.row, error));
    }
    return KL_OK;
}

/* ---- aggregation -------------------------------------------------------------------------------- */

typedef struct groups {
    kl_value *keys;  /* of each group the values of the items without aggregates, as an array */
    kl_value *rows;  /* and its rows */
    size_t count, key_capacity, row_capacity;
    kl_key_index index;
} groups;

static kl_value key_of(const void *store, size_t slot) { return ((const groups *)store)->keys[slot]; }

static kl_status group_key(kl_value *out, const cypher_clause *clause, cypher_run *run, kl_value row,
                           kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value key, value;
    KL_TRY(kl_array_new(&key, clause->item_count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < clause->item_count && status == KL_OK; i++) {
        if (cypher_has_aggregate(clause->items[i].expression))
            continue;
        status = cypher_value(&value, clause->items[i].expression, run, &scope, error);
        if (status == KL_OK)
            status = kl_array_push(&key, value, error);
    }
    if (status == KL_OK && clause->all)
        status = kl_array_push(&key, kl_value_retain(row), error);
    if (status == KL_OK)
        *out = key;
    else
        kl_value_release(key);
    return status;
}

/* `key` is taken. */
static kl_status add_to_group(groups *g, kl_value key, kl_value row, kl_error *error)
{
    size_t slot;
    kl_status status = kl_key_index_find(&slot, &g->index, key, error);
    if (status == KL_OK && slot == KL_SLOT_NONE) {
        status = graph_grow(&g->keys, &g->key_capacity, g->count, sizeof key, error);
        if (status == KL_OK)
            status = graph_grow(&g->rows, &g->row_capacity, g->count, sizeof key, error);
        if (status == KL_OK)
            status = kl_array_new(&g->rows[g->count], 1, error);
        if (status == KL_OK) {
            slot = g->count++;
            g->keys[slot] = kl_value_retain(key);
            status = kl_key_index_put(&g->index, key, slot, error);
        }
    }
    kl_value_release(key);
    return status == KL_OK ? kl_array_push(&g->rows[slot], kl_value_retain(row), error) : status;
}

static kl_status project_groups(projected *to, const groups *g, const cypher_clause *clause,
                                cypher_run *run, kl_error *error)
{
    for (size_t i = 0; i < g->count; i++) {
        kl_value made, first = kl_array_at(g->rows[i], 0);
        cypher_scope scope = {kl_is_null(first) ? kl_map_empty() : first, kl_array_items(g->rows[i]),
                              kl_array_len(g->rows[i])};
        static const kl_value none;
        if (!scope.group)
            scope.group = &none;
        KL_TRY(project(&made, clause, run, &scope, error));
        KL_TRY(add_projected(to, made, scope.row, error));
    }
    return KL_OK;
}

static kl_status aggregate(projected *to, kl_value rows, const cypher_clause *clause, cypher_run *run,
                           kl_error *error)
{
    groups g = {.index = {.key_of = key_of}};
    kl_status status = KL_OK;
    bool keyed = clause->all;
    g.index.store = &g;
    for (size_t i = 0; i < clause->item_count; i++)
        keyed |= !cypher_has_aggregate(clause->items[i].expression);
    for (size_t i = 0; i < kl_array_len(rows) && status == KL_OK; i++) {
        kl_value key;
        status = group_key(&key, clause, run, kl_array_at(rows, i), error);
        if (status == KL_OK)
            status = add_to_group(&g, key, kl_array_at(rows, i), error);
    }
    if (status == KL_OK && g.count == 0 && !keyed) { /* of nothing there is one group */
        status = graph_grow(&g.rows, &g.row_capacity, 0, sizeof(kl_value), error);
        if (status == KL_OK)
            status = graph_grow(&g.keys, &g.key_capacity, 0, sizeof(kl_value), error);
        if (status == KL_OK)
            status = kl_array_new(&g.rows[0], 0, error);
        if (status == KL_OK)
            g.keys[g.count++] = kl_null();
    }
    if (status == KL_OK)
        status = project_groups(to, &g, clause, run, error);
    for (size_t i = 0; i < g.count; i++) {
        kl_value_release(g.keys[i]);
        kl_value_release(g.rows[i]);
    }
    kl_key_index_clear(&g.index);
    kl_free(g.keys);
    kl_free(g.rows);
    return status;
}

/* ---- DISTINCT, ORDER BY, SKIP, LIMIT ------------------------------------------------------------ */

static kl_value made_of(const void *store, size_t slot) { return ((const projected *)store)->made[slot]; }

static kl_status keep_distinct(projected *p, kl_error *error)
{
    kl_key_index seen = {.key_of = made_of, .store = p};
    size_t kept = 0, slot;
    kl_status status = KL_OK;
    for (size_t i = 0; i < p->count; i++) {
        if (status == KL_OK)
            status = kl_key_index_find(&slot, &seen, p->made[i], error);
        if (status == KL_OK && slot != KL_SLOT_NONE) {
            kl_value_release(p->made[i]);
            kl_value_release(p->from[i]);
            continue;
        }
        p->made[kept] = p->made[i];
        p->from[kept] = p->from[i];
        if (status == KL_OK)
            status = kl_key_index_put(&seen, p->made[kept], kept, error);
        kept++;
    }
    p->count = kept;
    kl_key_index_clear(&seen);
    return status;
}

/* Names of the row made count before those of the row it was made of. */
static kl_status order_key(kl_value *out, const cypher_expression *it, const projected *p, size_t row,
                           cypher_run *run, kl_error *error)
{
    kl_value both = kl_value_retain(p->from[row]);
    const kl_value *whole = kl_map_find(p->made[row], it->source);
    kl_status status = KL_OK;
    if (whole) { /* the very expression that was returned, aggregates too */
        kl_value_release(both);
        *out = kl_value_retain(*whole);
        return KL_OK;
    }
    status = kl_map_merge(&both, p->made[row], error);
    cypher_scope scope = {.row = both};
    if (status == KL_OK)
        status = cypher_value(out, it, run, &scope, error);
    kl_value_release(both);
    return status;
}

/* Null sorts last, or descending first. */
static kl_status sort_by(projected *p, const cypher_item *order, cypher_run *run, kl_error *error)
{
    kl_sort_pair *pairs = kl_alloc_zero(KL_MAX(p->count, 1), sizeof *pairs);
    kl_value *copies = kl_alloc(KL_MAX(2 * p->count, 1) * sizeof *copies);
    kl_status status = pairs && copies ? KL_OK : kl_error_no_memory(error);
    size_t done = 0, at = 0;
    for (; done < p->count && status == KL_OK; done += status == KL_OK) {
        pairs[done].item = kl_int((int64_t)done);
        status = order_key(&pairs[done].key, order->expression, p, done, run, error);
    }
    if (status == KL_OK)
        status = kl_sort_pairs(pairs, p->count, order->descending, &run->work, error);
    for (int nulls = 0; status == KL_OK && nulls < 2; nulls++) {
        for (size_t i = 0; i < p->count; i++) {
            size_t from = (size_t)kl_as_int(pairs[i].item);
            if (kl_is_null(pairs[i].key) != (nulls != order->descending))
                continue;
            copies[at] = p->made[from];
            copies[p->count + at++] = p->from[from];
        }
    }
    if (status == KL_OK && p->count) {
        memcpy(p->made, copies, p->count * sizeof *copies);
        memcpy(p->from, copies + p->count, p->count * sizeof *copies);
    }
    for (size_t i = 0; i < done; i++)
        kl_value_release(pairs[i].key);
    kl_free(pairs);
    kl_free(copies);
    return status;
}

static kl_status count_of(size_t *out, const cypher_expression *it, size_t otherwise, cypher_run *run,
                          kl_error *error)
{
    cypher_scope scope = {.row = kl_map_empty()};
    kl_value value;
    *out = otherwise;
    if (!it)
        return KL_OK;
    KL_TRY(cypher_value(&value, it, run, &scope, error));
    bool good = kl_is(value, KL_KIND_INT) && kl_as_int(value) >= 0;
    *out = good ? (size_t)kl_as_int(value) : 0;
    kl_value_release(value);
    return good ? KL_OK : cypher_fail(run, it->source, error, "expected a non-negative integer");
}

static kl_status take_rows(kl_value *rows, projected *p, const cypher_clause *clause, cypher_run *run,
                           kl_error *error)
{
    size_t skip, limit;
    kl_value made;
    KL_TRY(count_of(&skip, clause->skip, 0, run, error));
    KL_TRY(count_of(&limit, clause->limit, SIZE_MAX, run, error));
    KL_TRY(kl_array_new(&made, 0, error));
    for (size_t i = skip; i < p->count && i - skip < limit; i++) {
        bool holds;
        kl_status status = cypher_holds(&holds, clause->where, run, p->made[i], error);
        if (status == KL_OK && holds)
            status = push_row(&made, kl_value_retain(p->made[i]), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    kl_value_replace(rows, made);
    return KL_OK;
}

static kl_status run_projection(kl_value *rows, const cypher_clause *clause, cypher_run *run,
                                kl_error *error)
{
    projected p = {0};
    bool aggregates = false;
    for (size_t i = 0; i < clause->item_count; i++)
        aggregates |= cypher_has_aggregate(clause->items[i].expression);
    kl_status status = aggregates ? aggregate(&p, *rows, clause, run, error)
                                  : project_rows(&p, *rows, clause, run, error);
    if (status == KL_OK && clause->distinct)
        status = keep_distinct(&p, error);
    for (size_t i = clause->order_count; i-- > 0 && status == KL_OK;) /* stable: the first comes last */
        status = sort_by(&p, &clause->orders[i], run, error);
    if (status == KL_OK)
        status = take_rows(rows, &p, clause, run, error);
    clear_projected(&p);
    return status;
}

/* ---- queries ------------------------------------------------------------------------------------ */

static kl_status run_clause(kl_value *rows, const cypher_clause *clause, cypher_run *run,
                            kl_error *error)
{
    switch (clause->kind) {
    case CYPHER_MATCH:
        return for_each(rows, match_row, clause, run, error);
    case CYPHER_CREATE:
        return for_each(rows, create_row, clause, run, error);
    case CYPHER_MERGE:
        return for_each(rows, merge_row, clause, run, error);
    case CYPHER_SET:
        return for_each(rows, set_row, clause, run, error);
    case CYPHER_DELETE:
        return run_delete(rows, clause, run, error);
    case CYPHER_UNWIND:
        return for_each(rows, unwind_row, clause, run, error);
    default:
        return run_projection(rows, clause, run, error);
    }
}

static kl_status add_column(kl_value *columns, kl_text name, kl_error *error)
{
    return kl_array_push_text(columns, name, error);
}

static kl_status name_columns(cypher_run *run, const cypher_clause *last, kl_value rows,
                              kl_error *error)
{
    kl_value first = kl_array_at(rows, 0);
    for (size_t i = 0; last->all && i < kl_map_len(first); i++)
        KL_TRY(add_column(&run->result->columns, kl_map_key_at(first, i), error));
    for (size_t i = 0; !last->all && i < last->item_count; i++)
        KL_TRY(add_column(&run->result->columns, last->items[i].name, error));
    run->result->bare = !last->all && last->item_count == 1 && !last->items[0].named &&
                        last->items[0].expression->kind == CYPHER_VARIABLE;
    return KL_OK;
}

static kl_status run_clauses(cypher_run *run, kl_error *error)
{
    const cypher_query *query = run->query;
    const cypher_clause *last = &query->clauses[query->clause_count - 1];
    kl_value rows;
    KL_TRY(kl_array_new(&rows, 1, error));
    kl_status status = kl_array_push(&rows, kl_map_empty(), error);
    for (size_t i = 0; i < query->clause_count && status == KL_OK; i++)
        status = run_clause(&rows, &query->clauses[i], run, error);
    if (status == KL_OK && last->kind == CYPHER_RETURN) {
        status = name_columns(run, last, rows, error);
        if (status == KL_OK)
            status = graph_tell(&run->result->rows, run->graph, rows, error);
    }
    kl_value_release(rows);
    return status;
}

kl_status kl_graph_query(kl_graph_result *out, kl_graph *graph, kl_text text, kl_value params,
                         uint64_t steps_max, kl_latch_waiter waiter, kl_error *error)
{
    cypher_query *query;
    kl_graph_result result = {0};
    KL_TRY(cypher_parse(&query, text, error));
    cypher_run run = {graph, query, params,
                      {.is_stopped = waiter.is_stopped, .data = waiter.data,
                       .limit = steps_max},
                      &result};
    kl_status status = kl_array_new(&result.columns, 0, error);
    if (status == KL_OK)
        status = kl_array_new(&result.rows, 0, error);
    if (status == KL_OK)
        status = graph_begin(graph, query->writes, waiter, error);
    if (status == KL_OK) {
        kl_value none = kl_value_take(&result.rows);
        status = run_clauses(&run, error);
        if (kl_is_null(result.rows))
            result.rows = none;
        else
            kl_value_release(none);
        status = graph_end(graph, query->writes, status, error);
    }
    cypher_free(query);
    if (status == KL_OK)
        *out = result;
    else
        kl_graph_result_clear(&result);
    return status;
}

void kl_graph_result_clear(kl_graph_result *result)
{
    kl_value_release(result->columns);
    kl_value_release(result->rows);
    *result = (kl_graph_result){0};
}
