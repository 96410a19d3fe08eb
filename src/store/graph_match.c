/* src/store/graph_match.c - MATCH: where a pattern begins, and how it is followed.
 *
 * Of every pattern the node that has the fewest candidates is the start: one that is bound already,
 * one whose property has an index, one with the rarest label. From there the hops to its right are
 * followed, then those to its left. A relationship is used once at most by all patterns of a MATCH.
 */
#include "graph_run.h"
#include "same.h"

typedef struct match {
    cypher_run *run;
    kl_value *rows; /* results */
    const cypher_pattern *patterns;
    size_t count;
    const cypher_expression *where;
    graph_slots used;   /* relationships on the way */
} match;

/* A pattern that is being followed. */
typedef struct following {
    match *m;
    size_t pattern, start;
    size_t *nodes;     /* slot of each node of the pattern */
    kl_value *hops;    /* of each hop its relationship, or the list of them; owned */
    graph_slots *ways; /* of each hop the slots passed: relationship, node, relationship ... */
} following;

static kl_status match_pattern(match *m, size_t pattern, kl_value row, kl_error *error);
static kl_status follow(following *f, size_t step, kl_value row, kl_error *error);

/* ---- tests -------------------------------------------------------------------------------------- */

/* Whether all properties that a pattern asks for are there. */
static kl_status has_properties(bool *out, match *m, const cypher_expression *asked, kl_value has,
                                kl_value row, kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value map;
    *out = true;
    if (!asked)
        return KL_OK;
    KL_TRY(cypher_value(&map, asked, m->run, &scope, error));
    kl_status status = KL_OK;
    if (!kl_is(map, KL_KIND_MAP))
        status = cypher_fail(m->run, asked->source, error, "expected a map of properties, got %s",
                             kl_value_kind_name(map));
    for (size_t i = 0; i < kl_map_len(map) && *out && status == KL_OK; i++) {
        const kl_value *found = kl_map_find(has, kl_map_key_at(map, i));
        kl_value wanted = kl_map_value_at(map, i);
        *out = false;
        if (found && !kl_is_null(wanted))
            status = kl_value_same(out, *found, wanted, NULL, error);
    }
    kl_value_release(map);
    return status;
}

static kl_status is_node(bool *out, match *m, const cypher_node *wanted, size_t slot, kl_value row,
                         kl_error *error)
{
    const graph_node *node = &m->run->graph->nodes[slot];
    const kl_value *bound = wanted->name.len ? kl_map_find(row, wanted->name) : NULL;
    *out = node->alive;
    if (bound)
        *out = *out && graph_ref_kind(*bound) == 'N' && graph_ref_slot(*bound, 0) == slot;
    for (size_t i = 0; i < kl_array_len(wanted->labels) && *out; i++)
        *out = graph_has_label(m->run->graph, slot, kl_as_text(kl_array_at(wanted->labels, i)));
    if (*out)
        KL_TRY(has_properties(out, m, wanted->properties, node->properties, row, error));
    return KL_OK;
}

static bool is_used(const match *m, size_t slot)
{
    for (size_t i = 0; i < m->used.count; i++)
        if (m->used.items[i] == slot)
            return true;
    return false;
}

static kl_status is_hop(bool *out, match *m, const cypher_hop *wanted, size_t slot, kl_value row,
                        kl_error *error)
{
    const graph_relationship *it = &m->run->graph->relationships[slot];
    const kl_value *bound = wanted->name.len && !wanted->many ? kl_map_find(row, wanted->name) : NULL;
    *out = it->alive && !is_used(m, slot);
    if (bound)
        *out = *out && graph_ref_kind(*bound) == 'R' && graph_ref_slot(*bound, 0) == slot;
    bool of_type = kl_array_len(wanted->types) == 0;
    for (size_t i = 0; i < kl_array_len(wanted->types) && !of_type; i++)
        of_type = kl_text_equal(kl_as_text(it->type), kl_as_text(kl_array_at(wanted->types, i)));
    *out = *out && of_type;
    if (*out)
        KL_TRY(has_properties(out, m, wanted->properties, it->properties, row, error));
    return KL_OK;
}

/* ---- binding ------------------------------------------------------------------------------------ */

static kl_status bind(kl_value *row, kl_text name, kl_value value, kl_error *error)
{
    if (name.len == 0 || kl_map_has(*row, name))
        return KL_OK;
    return kl_map_set(row, name, kl_value_retain(value), error);
}

/* The path of a pattern that was followed to its end. */
static kl_status bind_path(kl_value *row, following *f, kl_error *error)
{
    const cypher_pattern *pattern = &f->m->patterns[f->pattern];
    graph_slots way = {0};
    kl_value path;
    kl_status status = graph_slots_push(&way, f->nodes[0], error);
    for (size_t i = 0; i < pattern->hop_count && status == KL_OK; i++) {
        const graph_slots *hop = &f->ways[i];
        bool turned = i < f->start; /* followed from right to left */
        size_t count = hop->count; /* relationship, node, ..., relationship, node */
        for (size_t k = 0; k < count && status == KL_OK; k++) {
            /* Turned round, the last node is the left one, and the first node right of all. */
            size_t at = !turned ? k : k + 1 == count ? SIZE_MAX : count - 2 - k;
            status = graph_slots_push(&way, at == SIZE_MAX ? f->nodes[i + 1] : hop->items[at], error);
        }
    }
    if (status == KL_OK)
        status = graph_ref_make(&path, 'P', way.items, way.count, error);
    kl_free(way.items);
    if (status != KL_OK)
        return status;
    status = bind(row, pattern->name, path, error);
    kl_value_release(path);
    return status;
}

/* A pattern is complete: bind its names and go on with the next, or test and keep the row. */
static kl_status complete(following *f, kl_value row, kl_error *error)
{
    const cypher_pattern *pattern = &f->m->patterns[f->pattern];
    kl_value made = kl_value_retain(row);
    kl_status status = KL_OK;
    if (pattern->name.len)
        status = bind_path(&made, f, error);
    if (status == KL_OK)
        status = match_pattern(f->m, f->pattern + 1, made, error);
    kl_value_release(made);
    return status;
}

static kl_status keep(match *m, kl_value row, kl_error *error)
{
    bool holds;
    KL_TRY(cypher_holds(&holds, m->where, m->run, row, error));
    return holds ? kl_array_push(m->rows, kl_value_retain(row), error) : KL_OK;
}

/* Relationships that all patterns of a MATCH may have passed at once: how deep it recurses. */
enum { PATH_MAX_LENGTH = 512 };

/* ---- following ---------------------------------------------------------------------------------- */

/* Step number -> hop, and whether it is followed from left to right. */
static size_t hop_of(const following *f, size_t step, bool *forward)
{
    size_t hops = f->m->patterns[f->pattern].hop_count, right = hops - f->start;
    *forward = step < right;
    return *forward ? f->start + step : f->start - 1 - (step - right);
}

/* What a hop is called by: its relationship, or the list of them from left to right; given. */
static kl_status hop_value(kl_value *out, const following *f, size_t hop, bool forward,
                           kl_error *error)
{
    kl_value list = f->hops[hop], made;
    size_t count = kl_array_len(list);
    if (forward || count < 2) {
        *out = kl_value_retain(list);
        return KL_OK;
    }
    KL_TRY(kl_array_new(&made, count, error));
    for (size_t i = count; i-- > 0;) {
        kl_status status = kl_array_push(&made, kl_value_retain(kl_array_at(list, i)), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

/* The hop ends at `slot`: bind what it has, and go on. */
static kl_status arrive(following *f, size_t step, size_t slot, kl_value row, kl_error *error)
{
    bool forward, good;
    size_t hop = hop_of(f, step, &forward), at = forward ? hop + 1 : hop;
    const cypher_pattern *pattern = &f->m->patterns[f->pattern];
    KL_TRY(is_node(&good, f->m, &pattern->nodes[at], slot, row, error));
    if (!good)
        return KL_OK;
    kl_value made, value;
    KL_TRY(hop_value(&value, f, hop, forward, error));
    made = kl_value_retain(row);
    f->nodes[at] = slot;
    kl_status status =
        bind(&made, pattern->nodes[at].name, f->m->run->graph->nodes[slot].ref, error);
    if (status == KL_OK)
        status = bind(&made, pattern->hops[hop].name, value, error);
    kl_value_release(value);
    if (status == KL_OK)
        status = follow(f, step + 1, made, error);
    kl_value_release(made);
    return status;
}

static kl_status pass_many(following *f, size_t step, size_t from, size_t passed, kl_value row,
                           kl_error *error);

/* Pass one relationship to `to`. */
static kl_status pass(following *f, size_t step, size_t slot, size_t to, size_t passed, kl_value row,
                      kl_error *error)
{
    bool forward, good;
    size_t hop = hop_of(f, step, &forward);
    const cypher_hop *wanted = &f->m->patterns[f->pattern].hops[hop];
    KL_TRY(kl_work_step(&f->m->run->work, error));
    KL_TRY(is_hop(&good, f->m, wanted, slot, row, error));
    if (!good)
        return KL_OK;
    if (f->m->used.count == PATH_MAX_LENGTH)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: path_length (limit: %d "
                                             "relationships)", PATH_MAX_LENGTH);
    kl_value ref = f->m->run->graph->relationships[slot].ref, before = kl_value_retain(f->hops[hop]);
    size_t way = f->ways[hop].count;
    kl_status status = graph_slots_push(&f->m->used, slot, error);
    if (status != KL_OK) {
        kl_value_release(before);
        return status;
    }
    status = graph_slots_push(&f->ways[hop], slot, error);
    if (status == KL_OK)
        status = graph_slots_push(&f->ways[hop], to, error);
    if (status == KL_OK && wanted->many)
        status = kl_array_push(&f->hops[hop], kl_value_retain(ref), error);
    else if (status == KL_OK)
        kl_value_replace(&f->hops[hop], kl_value_retain(ref));
    if (status == KL_OK)
        status = wanted->many ? pass_many(f, step, to, passed + 1, row, error)
                              : arrive(f, step, to, row, error);
    kl_value_replace(&f->hops[hop], before);
    f->ways[hop].count = way;
    f->m->used.count--;
    return status;
}

/* All relationships of a node that the hop may take. A loop stands in both lists but is one. */
static kl_status pass_all(following *f, size_t step, size_t from, size_t passed, kl_value row,
                          kl_error *error)
{
    bool forward;
    const cypher_hop *hop = &f->m->patterns[f->pattern].hops[hop_of(f, step, &forward)];
    bool out = hop->direction == CYPHER_BOTH || (hop->direction == CYPHER_OUT) == forward;
    bool in = hop->direction == CYPHER_BOTH || (hop->direction == CYPHER_IN_WARDS) == forward;
    const kl_graph *graph = f->m->run->graph;
    for (size_t i = 0; out && i < graph->nodes[from].out.count; i++) {
        size_t slot = graph->nodes[from].out.items[i];
        KL_TRY(pass(f, step, slot, graph->relationships[slot].to, passed, row, error));
    }
    for (size_t i = 0; in && i < graph->nodes[from].in.count; i++) {
        size_t slot = graph->nodes[from].in.items[i];
        bool loop = graph->relationships[slot].from == from;
        if (!(loop && out))
            KL_TRY(pass(f, step, slot, graph->relationships[slot].from, passed, row, error));
    }
    return KL_OK;
}

/* Recursion is as deep as a path may be long (CYPHER_HOPS_MAX of each hop). */
static kl_status pass_many(following *f, size_t step, size_t from, size_t passed, kl_value row,
                           kl_error *error)
{
    bool forward;
    const cypher_hop *hop = &f->m->patterns[f->pattern].hops[hop_of(f, step, &forward)];
    if (passed >= hop->min)
        KL_TRY(arrive(f, step, from, row, error));
    return passed < hop->max ? pass_all(f, step, from, passed, row, error) : KL_OK;
}

/* From the node where step number `step` begins. */
static kl_status follow(following *f, size_t step, kl_value row, kl_error *error)
{
    const cypher_pattern *pattern = &f->m->patterns[f->pattern];
    bool forward;
    if (step == pattern->hop_count)
        return complete(f, row, error);
    size_t hop = hop_of(f, step, &forward), from = f->nodes[forward ? hop : hop + 1];
    if (!pattern->hops[hop].many)
        return pass_all(f, step, from, 0, row, error);
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_value before = f->hops[hop];
    f->hops[hop] = list;
    kl_status status = pass_many(f, step, from, 0, row, error);
    kl_value_replace(&f->hops[hop], before);
    return status;
}

/* ---- starting ----------------------------------------------------------------------------------- */

/* Candidates for the start of a pattern. */
typedef struct start {
    size_t node;             /* of the pattern */
    const size_t *slots;     /* NULL = all nodes of the graph */
    size_t count;
    size_t *owned, one;
} start;

/* An index for a property that the pattern asks for, or that WHERE compares: its candidates. */
static kl_status look_up(bool *found, start *out, match *m, const cypher_node *node, kl_text property,
                         const cypher_expression *value, kl_value row, kl_error *error)
{
    cypher_scope scope = {.row = row};
    kl_value key;
    *found = false;
    for (size_t i = 0; i < kl_array_len(node->labels) && !*found; i++) {
        const graph_index *index = graph_find_index(
            m->run->graph, kl_as_text(kl_array_at(node->labels, i)), property);
        if (!index)
            continue;
        KL_TRY(cypher_value(&key, value, m->run, &scope, error));
        if (!kl_is(key, KL_KIND_ARRAY) && !kl_is(key, KL_KIND_MAP)) {
            kl_filter_bounds bounds = {.equals = &key, .equal_count = 1};
            kl_status status = kl_document_index_find(&out->owned, &out->count, &index->entries,
                                                      &bounds, error);
            *found = status == KL_OK;
            out->slots = out->owned;
            if (status != KL_OK) {
                kl_value_release(key);
                return status;
            }
        }
        kl_value_release(key);
    }
    return KL_OK;
}

/* A value that can be computed before the pattern is bound. */
static bool is_known(const cypher_expression *it)
{
    return it->kind == CYPHER_LITERAL || it->kind == CYPHER_PARAMETER;
}

/* In WHERE: name.property = value, alone or joined by AND. */
static kl_status look_in_where(bool *found, start *out, match *m, const cypher_node *node,
                               const cypher_expression *where, kl_value row, kl_error *error)
{
    *found = false;
    if (!where || node->name.len == 0)
        return KL_OK;
    if (where->kind == CYPHER_AND) {
        KL_TRY(look_in_where(found, out, m, node, where->parts[0], row, error));
        return *found ? KL_OK : look_in_where(found, out, m, node, where->parts[1], row, error);
    }
    if (where->kind != CYPHER_EQ)
        return KL_OK;
    for (size_t side = 0; side < 2 && !*found; side++) {
        const cypher_expression *left = where->parts[side], *right = where->parts[1 - side];
        if (left->kind == CYPHER_PROPERTY && left->parts[0]->kind == CYPHER_VARIABLE &&
            kl_text_equal(kl_as_text(left->parts[0]->value), node->name) && is_known(right))
            KL_TRY(look_up(found, out, m, node, kl_as_text(left->value), right, row, error));
    }
    return KL_OK;
}

static kl_status look_in_map(bool *found, start *out, match *m, const cypher_node *node,
                             kl_value row, kl_error *error)
{
    const cypher_expression *map = node->properties;
    *found = false;
    for (size_t i = 0; map && map->kind == CYPHER_MAP && i < map->count && !*found; i++)
        KL_TRY(look_up(found, out, m, node, kl_as_text(kl_array_at(map->names, i)), map->parts[i],
                       row, error));
    return KL_OK;
}

/* The candidates of one node of the pattern. */
static kl_status candidates(start *out, match *m, const cypher_node *node, kl_value row,
                            kl_error *error)
{
    const kl_value *bound = node->name.len ? kl_map_find(row, node->name) : NULL;
    bool found;
    *out = (start){.count = m->run->graph->node_count};
    if (bound) {
        out->one = graph_ref_kind(*bound) == 'N' ? graph_ref_slot(*bound, 0) : 0;
        out->count = graph_ref_kind(*bound) == 'N';
        return KL_OK; /* `slots` is set where the struct comes to stand */
    }
    KL_TRY(look_in_map(&found, out, m, node, row, error));
    if (!found)
        KL_TRY(look_in_where(&found, out, m, node, m->where, row, error));
    for (size_t i = 0; i < kl_array_len(node->labels) && !found; i++) {
        const graph_label *label =
            graph_find_label(m->run->graph, kl_as_text(kl_array_at(node->labels, i)));
        if (!label)
            out->count = 0;
        else if (label->nodes.count < out->count || !out->slots) {
            out->slots = label->nodes.items;
            out->count = label->nodes.count;
        }
    }
    return KL_OK;
}

static kl_status choose_start(start *best, match *m, const cypher_pattern *pattern, kl_value row,
                              kl_error *error)
{
    *best = (start){0};
    for (size_t i = 0; i <= pattern->hop_count; i++) {
        start next;
        kl_status status = candidates(&next, m, &pattern->nodes[i], row, error);
        next.node = i;
        if (status != KL_OK) {
            kl_free(best->owned);
            return status;
        }
        if (i == 0 || next.count < best->count) {
            kl_free(best->owned);
            *best = next;
        } else {
            kl_free(next.owned);
        }
    }
    bool bound = pattern->nodes[best->node].name.len &&
                 kl_map_has(row, pattern->nodes[best->node].name);
    if (bound)
        best->slots = &best->one;
    return KL_OK;
}

static kl_status start_at(following *f, size_t slot, kl_value row, kl_error *error)
{
    const cypher_node *node = &f->m->patterns[f->pattern].nodes[f->start];
    bool good;
    KL_TRY(kl_work_step(&f->m->run->work, error));
    f->m->run->result->examined++;
    KL_TRY(is_node(&good, f->m, node, slot, row, error));
    if (!good)
        return KL_OK;
    kl_value made = kl_value_retain(row);
    f->nodes[f->start] = slot;
    kl_status status = bind(&made, node->name, f->m->run->graph->nodes[slot].ref, error);
    if (status == KL_OK)
        status = follow(f, 0, made, error);
    kl_value_release(made);
    return status;
}

static kl_status match_pattern(match *m, size_t number, kl_value row, kl_error *error)
{
    start from;
    if (number == m->count)
        return keep(m, row, error);
    const cypher_pattern *pattern = &m->patterns[number];
    KL_TRY(choose_start(&from, m, pattern, row, error));
    following f = {.m = m, .pattern = number, .start = from.node};
    f.nodes = kl_alloc_zero(pattern->hop_count + 1, sizeof *f.nodes);
    f.hops = kl_alloc_zero(pattern->hop_count + 1, sizeof *f.hops);
    f.ways = kl_alloc_zero(pattern->hop_count + 1, sizeof *f.ways);
    kl_status status = f.nodes && f.hops && f.ways ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; i < from.count && status == KL_OK; i++)
        status = start_at(&f, from.slots ? from.slots[i] : i, row, error);
    for (size_t i = 0; f.ways && i < pattern->hop_count; i++)
        kl_free(f.ways[i].items);
    for (size_t i = 0; f.hops && i < pattern->hop_count; i++)
        kl_value_release(f.hops[i]);
    kl_free(f.nodes);
    kl_free(f.hops);
    kl_free(f.ways);
    kl_free(from.owned);
    return status;
}

kl_status cypher_match(kl_value *rows, const cypher_pattern *patterns, size_t count,
                       const cypher_expression *where, cypher_run *run, kl_value row,
                       kl_error *error)
{
    match m = {run, rows, patterns, count, where, {0}};
    kl_status status = match_pattern(&m, 0, row, error);
    kl_free(m.used.items);
    return status;
}

kl_status cypher_fill_nulls(kl_value *row, const cypher_pattern *patterns, size_t count,
                            kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        KL_TRY(bind(row, patterns[i].name, kl_null(), error));
        for (size_t k = 0; k <= patterns[i].hop_count; k++)
            KL_TRY(bind(row, patterns[i].nodes[k].name, kl_null(), error));
        for (size_t k = 0; k < patterns[i].hop_count; k++)
            KL_TRY(bind(row, patterns[i].hops[k].name, kl_null(), error));
    }
    return KL_OK;
}
