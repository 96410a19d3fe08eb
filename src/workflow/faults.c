/* src/workflow/faults.c - every fault of a definition and where it stands, for those who write one.
 *
 * The builder stops at the first fault. This looks for all of them: first the form (definition.c),
 * then ids, types, configs and ends of connections, and once these are right what only the whole
 * graph shows.
 */
#include "engine.h"
#include "invoke.h"
#include "locate.h"
#include "kailash/json.h"

#include <stdlib.h>

enum { FAULTS_MAX = 1000 }; /* each costs a walk through the text */

typedef struct inspector {
    kl_text text;
    kl_registry *registry;
    kl_value faults;
    kl_value ids; /* map: id -> null */
    kl_error *error;
} inspector;

/* ---- gathering --------------------------------------------------------------------------------- */

static kl_status fault_map(kl_value *out, const kl_error *where, const char *path,
                           const char *message, kl_error *error)
{
    kl_value map, text = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("line"), kl_int(where->line), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("column"), kl_int(where->column), error));
    KL_TRY_OUT(kl_string_repair(&text, kl_text_from(path), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("path"), text, error));
    KL_TRY_OUT(kl_string_repair(&text, kl_text_from(message), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), text, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_fault_add(kl_value *faults, kl_text text, size_t at, const char *path,
                       const char *message, kl_error *error)
{
    size_t count = kl_array_len(*faults);
    kl_error where = KL_ERROR_INIT;
    kl_value map;
    if (count > FAULTS_MAX)
        return KL_OK;
    if (count == FAULTS_MAX) {
        path = "";
        message = "there are more faults; only the first 1000 are listed";
    }
    kl_error_set_at(&where, KL_SYNTAX, text.data, text.data + KL_MIN(at, text.len), "%s", "");
    kl_status status = fault_map(&map, &where, path, message, error);
    kl_error_clear(&where);
    return status == KL_OK ? kl_array_push(faults, map, error) : status;
}

/* A fault of list[index].key[.member]. */
static kl_status report(inspector *i, const char *list, size_t index, const char *key,
                        const char *member, const char *message)
{
    size_t at = kl_json_locate(i->text, list, index, key);
    kl_value path;
    if (member)
        at = kl_json_locate_member(i->text, at, member);
    KL_TRY(kl_string_format(&path, i->error, "%s[%zu].%s%s%s", list, index, key, member ? "." : "",
                            member ? member : ""));
    kl_status status =
        kl_fault_add(&i->faults, i->text, at, kl_as_text(path).data, message, i->error);
    kl_value_release(path);
    return status;
}

/* The refusal in `why` as a fault; `why` is cleared. Memory that has ended is no fault. */
static kl_status report_error(inspector *i, const char *list, size_t index, const char *key,
                              const char *member, kl_error *why)
{
    kl_status status = why->code == KL_NO_MEMORY
                           ? kl_error_no_memory(i->error)
                           : report(i, list, index, key, member, kl_error_message(why));
    kl_error_clear(why);
    return status;
}

/* ---- nodes ------------------------------------------------------------------------------------- */

/* Each key alone, so that each gets its own fault. */
static kl_status inspect_settings(inspector *i, size_t index, const kl_node_type *type,
                                  kl_value config)
{
    for (size_t k = 0; k < kl_map_len(config); k++) {
        kl_value one;
        kl_error why = KL_ERROR_INIT;
        KL_TRY(kl_map_new(&one, 1, i->error));
        kl_status status = kl_map_set_key(&one, kl_map_key_value_at(config, k),
                                          kl_value_retain(kl_map_value_at(config, k)), i->error);
        if (status == KL_OK && kl_node_check_config(type, one, &why) != KL_OK)
            status = report_error(i, "nodes", index, "config", kl_map_key_at(config, k).data, &why);
        kl_value_release(one);
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

static kl_status inspect_config(inspector *i, size_t index, const kl_node_type *type,
                                kl_value config)
{
    size_t before = kl_array_len(i->faults);
    kl_error why = KL_ERROR_INIT;
    void *state = NULL;
    KL_TRY(inspect_settings(i, index, type, config));
    if (!type->prepare || kl_array_len(i->faults) > before)
        return KL_OK;
    if (type->prepare(&state, config, &why) != KL_OK)
        return report_error(i, "nodes", index, "config", NULL, &why);
    if (state && type->dispose)
        type->dispose(state);
    return KL_OK;
}

static kl_status inspect_type(inspector *i, size_t index, kl_value name, kl_value config)
{
    custom_type *custom;
    kl_value message;
    const kl_node_type *type = kl_registry_find(&custom, i->registry, kl_as_text(name));
    if (custom) /* a callback takes any config */
        kl_object_release(&custom->object);
    if (type)
        return custom ? KL_OK : inspect_config(i, index, type, config);
    KL_TRY(kl_string_format(&message, i->error, "unknown node type: %s", kl_as_text(name).data));
    kl_status status =
        report(i, "nodes", index, "type_name", NULL, kl_as_text(message).data);
    kl_value_release(message);
    return status;
}

static kl_status inspect_id(inspector *i, size_t index, kl_value id)
{
    kl_value message;
    if (!kl_map_has(i->ids, kl_as_text(id)))
        return kl_map_set_key(&i->ids, id, kl_null(), i->error);
    KL_TRY(kl_string_format(&message, i->error, "duplicate node ID: %s", kl_as_text(id).data));
    kl_status status = report(i, "nodes", index, "node_id", NULL, kl_as_text(message).data);
    kl_value_release(message);
    return status;
}

/* What is malformed was reported by the reader. */
static kl_status inspect_nodes(inspector *i, kl_value nodes)
{
    for (size_t n = 0; n < kl_array_len(nodes); n++) {
        kl_value node = kl_array_at(nodes, n), id = kl_map_get(node, KL_TEXT("node_id"));
        kl_value type = kl_map_get(node, KL_TEXT("type_name"));
        kl_value config = kl_map_get(node, KL_TEXT("config"));
        if (kl_is(id, KL_KIND_STRING))
            KL_TRY(inspect_id(i, n, id));
        if (kl_is(type, KL_KIND_STRING) && kl_is(config, KL_KIND_MAP))
            KL_TRY(inspect_type(i, n, type, config));
    }
    return KL_OK;
}

/* ---- connections ------------------------------------------------------------------------------- */

static kl_status inspect_end(inspector *i, size_t index, kl_value connection, const char *key,
                             const char *what)
{
    kl_value id = kl_map_get(connection, kl_text_from(key)), message;
    if (!kl_is(id, KL_KIND_STRING) || kl_map_has(i->ids, kl_as_text(id)))
        return KL_OK;
    KL_TRY(kl_string_format(&message, i->error, "%s node '%s' does not exist in the workflow", what,
                            kl_as_text(id).data));
    kl_status status = report(i, "connections", index, key, NULL, kl_as_text(message).data);
    kl_value_release(message);
    return status;
}

static kl_status inspect_connections(inspector *i, kl_value connections)
{
    for (size_t c = 0; c < kl_array_len(connections); c++) {
        KL_TRY(inspect_end(i, c, kl_array_at(connections, c), "source_node", "source"));
        KL_TRY(inspect_end(i, c, kl_array_at(connections, c), "target_node", "target"));
    }
    return KL_OK;
}

/* ---- the whole --------------------------------------------------------------------------------- */

/* Cycles, a workflow without nodes, a cycle policy that names no node. */
static kl_status inspect_graph(inspector *i, kl_builder *builder)
{
    kl_workflow *workflow;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_workflow_compile(&workflow, &builder->draft, i->registry, &why);
    if (status == KL_OK) {
        kl_object_release(&workflow->object);
        return KL_OK;
    }
    if (status == KL_NO_MEMORY) {
        kl_error_clear(&why);
        return kl_error_no_memory(i->error);
    }
    const char *path = builder->draft.node_count == 0                         ? "nodes"
                       : strncmp(kl_error_message(&why), "set_cycle", 9) == 0 ? "cycle"
                       : strncmp(kl_error_message(&why), "set_retry", 9) == 0 ? "retries"
                                                                              : "connections";
    status = kl_fault_add(&i->faults, i->text, kl_json_locate(i->text, NULL, 0, path), path,
                          kl_error_message(&why), i->error);
    kl_error_clear(&why);
    return status;
}

static kl_status inspect(inspector *i, kl_builder *builder, kl_value map)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_definition_read(builder, map, i->text, &i->faults, &why);
    if (status != KL_OK) {
        kl_error_move(i->error, &why);
        return status;
    }
    KL_TRY(inspect_nodes(i, kl_map_get(map, KL_TEXT("nodes"))));
    KL_TRY(inspect_connections(i, kl_map_get(map, KL_TEXT("connections"))));
    return kl_array_len(i->faults) ? KL_OK : inspect_graph(i, builder);
}

/* Text that is no JSON has this one fault. */
static kl_status inspect_text(inspector *i, kl_builder *builder)
{
    kl_value map = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_json_parse_with(&map, i->text, KL_JSON_UNIQUE_TOP, &why);
    if (status == KL_OK)
        status = inspect(i, builder, map);
    else if (status == KL_NO_MEMORY)
        kl_error_no_memory(i->error);
    else
        status = kl_fault_add(&i->faults, i->text, why.position, "", kl_error_message(&why),
                              i->error);
    kl_error_clear(&why);
    kl_value_release(map);
    return status;
}

static int64_t place_of(kl_value fault)
{
    return kl_as_int(kl_map_get(fault, KL_TEXT("line"))) * 1000000000 +
           kl_as_int(kl_map_get(fault, KL_TEXT("column")));
}

static int compare_places(const void *a, const void *b)
{
    int64_t x = place_of(*(const kl_value *)a), y = place_of(*(const kl_value *)b);
    return (x > y) - (x < y);
}

static kl_status sort_faults(kl_value *faults, kl_error *error)
{
    size_t count = kl_array_len(*faults);
    kl_value *items = count ? kl_array_edit(faults, error) : NULL;
    if (count && !items)
        return KL_NO_MEMORY;
    if (count)
        qsort(items, KL_MIN(count, (size_t)FAULTS_MAX), sizeof *items, compare_places);
    return KL_OK;
}

kl_status kl_definition_faults(kl_value *out, kl_text json, kl_registry *registry, kl_error *error)
{
    inspector i = {.text = json, .registry = registry, .faults = kl_null(), .ids = kl_null(),
                   .error = error};
    kl_builder *builder = NULL;
    kl_status status;
    KL_TRY_OUT(kl_array_new(&i.faults, 0, error));
    KL_TRY_OUT(kl_map_new(&i.ids, 0, error));
    KL_TRY_OUT(kl_builder_new(&builder, error));
    KL_TRY_OUT(inspect_text(&i, builder));
    KL_TRY_OUT(sort_faults(&i.faults, error));
    *out = kl_value_take(&i.faults);
out:
    kl_object_release((kl_object *)builder);
    kl_value_release(i.ids);
    kl_value_release(i.faults);
    return status;
}
