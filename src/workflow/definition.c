/* src/workflow/definition.c - workflows as JSON: {"version","nodes","connections","enable_cycles"}. */
#include "engine.h"
#include "locate.h"
#include "predicate.h"
#include "kailash/json.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- writing ----------------------------------------------------------------------------------- */

/* Maps in code-point order at every level; recursion is bounded by what JSON may nest. */
static kl_status sort_deep(kl_value *out, kl_value value, int depth, kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY) && !kl_is(value, KL_KIND_MAP)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (depth >= KL_JSON_DEPTH_OUT)
        return kl_error_set(error, KL_DEPTH, "config nests deeper than %d levels",
                            KL_JSON_DEPTH_OUT);
    bool is_map = kl_is(value, KL_KIND_MAP);
    kl_value sorted;
    if (is_map)
        KL_TRY(kl_map_sorted(&sorted, value, error));
    else
        KL_TRY(kl_array_new(&sorted, kl_array_len(value), error));
    for (size_t i = 0, len = kl_value_len(value); i < len; i++) {
        kl_value item;
        kl_status status = sort_deep(
            &item, is_map ? kl_map_value_at(sorted, i) : kl_array_at(value, i), depth + 1, error);
        if (status == KL_OK)
            status = is_map ? kl_map_set_key(&sorted, kl_map_key_value_at(sorted, i), item, error)
                            : kl_array_push(&sorted, item, error);
        if (status != KL_OK) {
            kl_value_release(sorted);
            return status;
        }
    }
    *out = sorted;
    return KL_OK;
}

static kl_status set(kl_value *map, kl_text key, kl_value value, kl_error *error)
{
    return kl_map_set(map, key, kl_value_retain(value), error);
}

static kl_status node_map(kl_value *out, const draft_node *node, kl_error *error)
{
    kl_value map, config;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(set(&map, KL_TEXT("type_name"), node->type, error));
    KL_TRY_OUT(set(&map, KL_TEXT("node_id"), node->id, error));
    KL_TRY_OUT(sort_deep(&config, node->config, 0, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("config"), config, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status connection_map(kl_value *out, const draft_edge *edge, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(set(&map, KL_TEXT("source_node"), edge->source, error));
    KL_TRY_OUT(set(&map, KL_TEXT("source_output"), edge->source_output, error));
    KL_TRY_OUT(set(&map, KL_TEXT("target_node"), edge->target, error));
    KL_TRY_OUT(set(&map, KL_TEXT("target_input"), edge->target_input, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status all_nodes(kl_value *out, const draft *draft, kl_error *error)
{
    kl_value list, map;
    kl_status status;
    KL_TRY(kl_array_new(&list, draft->node_count, error));
    for (size_t i = 0; i < draft->node_count; i++) {
        KL_TRY_OUT(node_map(&map, &draft->nodes[i], error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status all_connections(kl_value *out, const draft *draft, kl_error *error)
{
    kl_value list, map;
    kl_status status;
    KL_TRY(kl_array_new(&list, draft->edge_count, error));
    for (size_t i = 0; i < draft->edge_count; i++) {
        KL_TRY_OUT(connection_map(&map, &draft->edges[i], error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status cycle_map(kl_value *out, const cycle_policy *cycle, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("max_iterations"), kl_int(cycle->max_iterations), error));
    KL_TRY_OUT(set(&map, KL_TEXT("until"), cycle->until, error));
    KL_TRY_OUT(set(&map, KL_TEXT("node"), cycle->node, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* node id -> the fields of its policy */
static kl_status retries_map(kl_value *out, kl_value retries, kl_error *error)
{
    kl_value map, fields;
    kl_status status;
    KL_TRY(kl_map_new(&map, kl_map_len(retries), error));
    for (size_t i = 0; i < kl_map_len(retries); i++) {
        KL_TRY_OUT(kl_object_to_map(&fields, kl_map_value_at(retries, i).as.object, error));
        KL_TRY_OUT(kl_map_set_key(&map, kl_map_key_value_at(retries, i), fields, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_definition_of(kl_value *out, const draft *draft, kl_error *error)
{
    kl_value map, part;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("version"), KL_TEXT("1.0"), error));
    KL_TRY_OUT(all_nodes(&part, draft, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("nodes"), part, error));
    KL_TRY_OUT(all_connections(&part, draft, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("connections"), part, error));
    KL_TRY_OUT(
        kl_map_set(&map, KL_TEXT("enable_cycles"), kl_bool(draft->enable_cycles), error));
    if (draft->cycle.max_iterations) {
        KL_TRY_OUT(cycle_map(&part, &draft->cycle, error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("cycle"), part, error));
    }
    if (kl_map_len(draft->retries)) {
        KL_TRY_OUT(retries_map(&part, draft->retries, error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("retries"), part, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_definition_hash(kl_value *out, kl_value definition, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, definition, &kl_json_plain, error));
    uint64_t hash = 0xCBF29CE484222325ull; /* FNV-1a 64 */
    kl_text bytes = kl_as_text(text);
    for (size_t i = 0; i < bytes.len; i++)
        hash = (hash ^ (unsigned char)bytes.data[i]) * 0x100000001B3ull;
    kl_value_release(text);
    return kl_string_format(out, error, "%016" PRIx64, hash);
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* A member that must be there, and of which kind. */
typedef struct member {
    const char *name;
    kl_kind kind;
} member;

enum { MEMBERS = 4 };

/* Where the members stand in maps of one shape: items of a list are alike. */
typedef struct layout {
    const kl_keys *shape; /* borrowed from the map seen last */
    ptrdiff_t at[MEMBERS];
} layout;

typedef struct reader {
    kl_builder *builder;
    kl_text text;     /* for positions */
    kl_value *faults; /* where to gather them, or NULL: the first ends the reading */
    kl_error *error;
    char path[128];   /* of the last complaint */
    bool incomplete;  /* need_all() gathered something: what it read is of no use */
} reader;

/* Where something stands: "nodes[3].config", and the keys and indices to find it in the text. */
typedef struct place {
    const char *list; /* "nodes", "connections", or NULL for the top */
    size_t index;
} place;

static kl_status complain(reader *r, place where, const char *key, const char *what)
{
    if (!where.list)
        snprintf(r->path, sizeof r->path, "%s", key ? key : "the definition");
    else
        snprintf(r->path, sizeof r->path, "%s[%zu]%s%s", where.list, where.index, key ? "." : "",
                 key ? key : "");
    size_t at = kl_json_locate(r->text, where.list, where.index, key);
    return kl_error_set_at(r->error, KL_SYNTAX, r->text.data, r->text.data + at, "%s: %s", r->path,
                           what);
}

/* Gather a refusal, if that is wanted, so that the reading goes on. */
static kl_status gather(reader *r, kl_status status)
{
    if (status != KL_SYNTAX || !r->faults)
        return status;
    const char *message = kl_error_message(r->error);
    if (strncmp(message, r->path, strlen(r->path)) != 0) /* no memory for a text of its own */
        return kl_error_no_memory(r->error);
    message += strlen(r->path) + 2; /* behind "path: " */
    kl_status added = kl_fault_add(r->faults, r->text, r->error->position, r->path, message, NULL);
    kl_error_clear(r->error);
    return added == KL_OK ? KL_OK : kl_error_no_memory(r->error);
}

/* A member that must be there and be of one kind; borrowed. */
static kl_status need(kl_value *out, reader *r, const kl_value *found, place where,
                      const member *wanted)
{
    char what[96];
    if (!found) {
        snprintf(what, sizeof what, "missing field `%s`", wanted->name);
        return complain(r, where, NULL, what);
    }
    if (!kl_is(*found, wanted->kind)) {
        snprintf(what, sizeof what, "expected %s, got %s", kl_kind_name(wanted->kind),
                 kl_value_kind_name(*found));
        return complain(r, where, wanted->name, what);
    }
    *out = *found;
    return KL_OK;
}

static kl_status need_all(kl_value *out, reader *r, layout *known, kl_value map, place where,
                          const member *wanted, size_t count)
{
    const kl_keys *shape = kl_map_keys(map);
    const kl_value *values = kl_map_values(map);
    for (size_t i = 0; shape != known->shape && i < count; i++)
        known->at[i] = kl_keys_find(shape, kl_text_from(wanted[i].name));
    known->shape = shape;
    r->incomplete = false;
    for (size_t i = 0; i < count; i++) {
        const kl_value *found = known->at[i] < 0 ? NULL : &values[known->at[i]];
        kl_status status = need(&out[i], r, found, where, &wanted[i]);
        if (status == KL_OK)
            continue;
        KL_TRY(gather(r, status));
        out[i] = kl_null();
        r->incomplete = true;
    }
    return KL_OK;
}

static kl_status read_node(reader *r, layout *known, kl_value map, place where)
{
    static const member wanted[] = {
        {"type_name", KL_KIND_STRING}, {"node_id", KL_KIND_STRING}, {"config", KL_KIND_MAP}};
    kl_value found[KL_COUNT(wanted)];
    if (!kl_is(map, KL_KIND_MAP))
        return complain(r, where, NULL, "a node is an object");
    KL_TRY(need_all(found, r, known, map, where, wanted, KL_COUNT(wanted)));
    if (r->incomplete)
        return KL_OK;
    return kl_builder_add_values(r->builder, found[0], found[1], found[2], r->error);
}

static kl_status read_connection(reader *r, layout *known, kl_value map, place where)
{
    static const member wanted[] = {{"source_node", KL_KIND_STRING},
                                    {"source_output", KL_KIND_STRING},
                                    {"target_node", KL_KIND_STRING},
                                    {"target_input", KL_KIND_STRING}};
    kl_value ends[KL_COUNT(wanted)];
    if (!kl_is(map, KL_KIND_MAP))
        return complain(r, where, NULL, "a connection is an object");
    KL_TRY(need_all(ends, r, known, map, where, wanted, KL_COUNT(wanted)));
    if (r->incomplete)
        return KL_OK;
    return kl_builder_connect_values(r->builder, ends, r->error);
}

static kl_status read_cycle(reader *r, kl_value map)
{
    const place top = {NULL, 0};
    const kl_value *cycle = kl_map_find(map, KL_TEXT("cycle"));
    if (!cycle)
        return KL_OK;
    kl_value most = kl_map_get(*cycle, KL_TEXT("max_iterations"));
    kl_value until = kl_map_get(*cycle, KL_TEXT("until")), node = kl_map_get(*cycle, KL_TEXT("node"));
    if (!kl_is(most, KL_KIND_INT) || most.as.integer < 1)
        return complain(r, top, "cycle", "max_iterations must be a positive integer");
    if (kl_is_null(until) != kl_is_null(node) || (!kl_is_null(node) && !kl_is(node, KL_KIND_STRING)))
        return complain(r, top, "cycle", "until and node: give both or neither");
    if (!kl_is_null(until) && kl_predicate_check(until, NULL) != KL_OK)
        return complain(r, top, "cycle", "until is no predicate");
    cycle_policy *policy = &r->builder->draft.cycle;
    *policy = (cycle_policy){most.as.integer, kl_value_retain(until), kl_value_retain(node)};
    return KL_OK;
}

static kl_status read_retry(reader *r, kl_text node, kl_value fields)
{
    const place top = {NULL, 0};
    kl_value policy;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_is(fields, KL_KIND_MAP)
                           ? kl_object_from_map(&policy, &kl_retry_policy_type, fields, &why)
                           : kl_error_set(&why, KL_TYPE, "expected object");
    if (status == KL_OK) {
        status = kl_builder_set_retry(r->builder, node, policy, r->error);
        kl_value_release(policy);
        return status;
    }
    char what[256];
    snprintf(what, sizeof what, "'%.*s': %s", KL_TEXT_ARG(node), kl_error_message(&why));
    kl_error_clear(&why);
    return status == KL_NO_MEMORY ? kl_error_no_memory(r->error)
                                  : complain(r, top, "retries", what);
}

static kl_status read_retries(reader *r, kl_value map)
{
    const place top = {NULL, 0};
    const kl_value *retries = kl_map_find(map, KL_TEXT("retries"));
    if (!retries)
        return KL_OK;
    if (!kl_is(*retries, KL_KIND_MAP))
        return complain(r, top, "retries", "expected object of node id -> policy");
    for (size_t i = 0; i < kl_map_len(*retries); i++)
        KL_TRY(read_retry(r, kl_map_key_at(*retries, i), kl_map_value_at(*retries, i)));
    return KL_OK;
}

kl_status kl_definition_read(kl_builder *builder, kl_value map, kl_text text, kl_value *faults,
                             kl_error *error)
{
    static const member wanted[] = {{"version", KL_KIND_STRING},
                                    {"nodes", KL_KIND_ARRAY},
                                    {"connections", KL_KIND_ARRAY},
                                    {"enable_cycles", KL_KIND_BOOL}};
    reader r = {.builder = builder, .text = text, .faults = faults, .error = error};
    const place top = {NULL, 0};
    layout of_top = {0}, of_nodes = {0}, of_connections = {0};
    kl_value found[KL_COUNT(wanted)];
    if (!kl_is(map, KL_KIND_MAP))
        return gather(&r, complain(&r, top, NULL, "expected object"));
    KL_TRY(need_all(found, &r, &of_top, map, top, wanted, KL_COUNT(wanted)));
    for (size_t i = 0; i < kl_array_len(found[1]); i++)
        KL_TRY(gather(&r, read_node(&r, &of_nodes, kl_array_at(found[1], i), (place){"nodes", i})));
    for (size_t i = 0; i < kl_array_len(found[2]); i++)
        KL_TRY(gather(&r, read_connection(&r, &of_connections, kl_array_at(found[2], i),
                                          (place){"connections", i})));
    KL_TRY(gather(&r, read_cycle(&r, map)));
    KL_TRY(gather(&r, read_retries(&r, map)));
    return kl_builder_enable_cycles(builder, kl_as_bool(found[3]), error);
}
