/* cli/load.c - see load.h. */
#include "load.h"
#include "terminal.h"
#include "kailash/json.h"

#include <stdlib.h>

kl_status parse_value(kl_value *out, const char *text, kl_error *error)
{
    if (kl_json_parse(out, kl_text_from(text), NULL) == KL_OK)
        return KL_OK;
    kl_status status = kl_string_new(out, kl_text_from(text), error);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "'%s': ", text);
}

/* ---- --set ------------------------------------------------------------------------------------- */

/* The node whose id is the longest that `path` begins with, a dot behind it; SIZE_MAX if none. */
static size_t find_node(size_t *id_len, kl_value nodes, const char *path)
{
    size_t found = SIZE_MAX;
    *id_len = 0;
    for (size_t i = 0; i < kl_array_len(nodes); i++) {
        kl_text id = kl_as_text(kl_map_get(kl_array_at(nodes, i), KL_TEXT("node_id")));
        bool fits = id.len > 0 && strncmp(path, id.data, id.len) == 0 && path[id.len] == '.';
        if (fits && id.len > *id_len) {
            *id_len = id.len;
            found = i;
        }
    }
    return found;
}

/* Set the value at a dotted path, making objects on the way; `value` is taken. Paths come from
 * the command line, whose length bounds the recursion's depth to MAX_STEPS. */
enum { MAX_STEPS = 100 };

static kl_status set_path(kl_value *map, const char *path, size_t len, kl_value value,
                          unsigned step, kl_error *error)
{
    const char *dot = memchr(path, '.', len);
    if (!dot)
        return kl_map_set(map, (kl_text){path, len}, value, error);
    kl_text key = {path, (size_t)(dot - path)};
    kl_value inner = kl_value_retain(kl_map_get(*map, key));
    kl_status status = KL_OK;
    if (!kl_is(inner, KL_KIND_MAP)) {
        kl_value_release(inner);
        inner = kl_null();
        status = kl_map_new(&inner, 1, error);
    }
    if (status == KL_OK && step == MAX_STEPS)
        status = kl_error_set(error, KL_INVALID, "--set: over %d steps in a path", MAX_STEPS);
    if (status == KL_OK)
        status = set_path(&inner, dot + 1, len - key.len - 1, value, step + 1, error);
    else
        kl_value_release(value);
    if (status == KL_OK)
        return kl_map_set(map, key, inner, error);
    kl_value_release(inner);
    return status;
}

static const char *node_id_at(const void *nodes, size_t index)
{
    const kl_value *list = nodes;
    kl_value id = kl_map_get(kl_array_at(*list, index), KL_TEXT("node_id"));
    return index < kl_array_len(*list) ? kl_as_text(id).data : NULL;
}

static kl_status refuse_set(const char *pair, kl_value nodes, kl_error *error)
{
    char id[80], hint[120];
    snprintf(id, sizeof id, "%.*s", (int)KL_MIN(strcspn(pair, ".="), sizeof id - 1), pair);
    const char *like = most_like(id, node_id_at, &nodes);
    return kl_error_set(error, KL_INVALID, "--set %s: no node '%s'; %s", pair, id,
                        did_you_mean(hint, sizeof hint, like, "write NODE.KEY=VALUE"));
}

/* nodes[index].config with one value more. */
static kl_status set_config(kl_value *nodes, size_t index, kl_text path, kl_value value,
                            kl_error *error)
{
    kl_value node = kl_value_retain(kl_array_at(*nodes, index));
    kl_value config = kl_value_retain(kl_map_get(node, KL_TEXT("config")));
    kl_status status = set_path(&config, path.data, path.len, value, 0, error);
    if (status == KL_OK)
        status = kl_map_set(&node, KL_TEXT("config"), config, error);
    else
        kl_value_release(config);
    if (status == KL_OK)
        return kl_array_set(nodes, index, node, error);
    kl_value_release(node);
    return status;
}

static kl_status apply_set(kl_value *nodes, const char *pair, kl_error *error)
{
    size_t id_len, index = find_node(&id_len, *nodes, pair);
    kl_value value;
    const char *path = pair + id_len + 1, *equals = index == SIZE_MAX ? NULL : strchr(path, '=');
    if (!equals || equals == path)
        return refuse_set(pair, *nodes, error);
    KL_TRY(parse_value(&value, equals + 1, error));
    return set_config(nodes, index, (kl_text){path, (size_t)(equals - path)}, value, error);
}

/* The definition with what --set changes, as text; given. It was built before, so it is right. */
static kl_status apply_sets(kl_value *out, kl_text text, const invocation *in, kl_error *error)
{
    kl_value map = kl_null(), nodes;
    const char *pair;
    KL_TRY(kl_json_parse(&map, text, error));
    nodes = kl_value_retain(kl_map_get(map, KL_TEXT("nodes")));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && (pair = given_at(in, "set", i)); i++)
        status = apply_set(&nodes, pair, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("nodes"), kl_value_take(&nodes), error);
    if (status == KL_OK)
        status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(nodes);
    kl_value_release(map);
    return status;
}

/* ---- building ---------------------------------------------------------------------------------- */

static kl_status build(kl_workflow **out, kl_text text, kl_registry *registry, kl_error *error)
{
    kl_builder *builder;
    KL_TRY(kl_builder_from_json(&builder, text, error));
    kl_status status = kl_builder_build(out, builder, registry, error);
    kl_object_release((kl_object *)builder);
    return status;
}

static kl_status load(loaded *out, const invocation *in, kl_error *error)
{
    kl_value changed;
    KL_TRY(read_file(&out->text, in->argument, error));
    KL_TRY(kl_registry_new(&out->registry, error));
    KL_TRY(build(&out->workflow, kl_as_text(out->text), out->registry, error));
    if (!given_value(in, "set"))
        return KL_OK;
    kl_object_release((kl_object *)out->workflow);
    out->workflow = NULL;
    KL_TRY(apply_sets(&changed, kl_as_text(out->text), in, error));
    kl_status status = build(&out->workflow, kl_as_text(changed), out->registry, error);
    kl_value_release(changed);
    return status;
}

/* ---- refusals ---------------------------------------------------------------------------------- */

const char *node_type_name(const void *list, size_t index)
{
    (void)list;
    const kl_node_type *type = kl_node_type_at(index);
    return type ? type->name : NULL;
}

/* Names of the inputs of a node type, then of its settings. */
static const char *setting_name(const void *list, size_t index)
{
    const kl_node_type *type = list;
    if (index < type->input_count)
        return type->inputs[index].name;
    index -= type->input_count;
    return index < type->config_count ? type->config[index].name : NULL;
}

static bool ends_with(const char *text, const char *tail)
{
    size_t len = strlen(text), tail_len = strlen(tail);
    return len >= tail_len && strcmp(text + len - tail_len, tail) == 0;
}

const char *fault_hint(char *hint, size_t size, kl_value fault, kl_value definition)
{
    const char *path = kl_as_text(kl_map_get(fault, KL_TEXT("path"))).data, *like = NULL;
    const char *message = kl_as_text(kl_map_get(fault, KL_TEXT("message"))).data;
    kl_value nodes = kl_map_get(definition, KL_TEXT("nodes")), at = kl_null();
    size_t index;
    if (sscanf(path, "nodes[%zu]", &index) == 1)
        at = kl_array_at(nodes, index);
    else if (sscanf(path, "connections[%zu]", &index) == 1)
        at = kl_array_at(kl_map_get(definition, KL_TEXT("connections")), index);
    kl_text type_name = kl_as_text(kl_map_get(at, KL_TEXT("type_name")));
    const kl_node_type *type = kl_node_type_find(type_name);
    if (ends_with(path, ".type_name") && strncmp(message, "unknown", 7) == 0)
        like = most_like(type_name.data, node_type_name, NULL);
    else if (ends_with(path, ".source_node"))
        like = most_like(kl_as_text(kl_map_get(at, KL_TEXT("source_node"))).data, node_id_at, &nodes);
    else if (ends_with(path, ".target_node"))
        like = most_like(kl_as_text(kl_map_get(at, KL_TEXT("target_node"))).data, node_id_at, &nodes);
    else if (type && strstr(path, ".config.") && strncmp(message, "unknown key", 11) == 0)
        like = most_like(strstr(path, ".config.") + 8, setting_name, type);
    return did_you_mean(hint, size, like, NULL);
}

/* Where the first fault stands goes before the message; all faults into the details. */
static void locate_failure(kl_error *error, kl_value faults, const char *file)
{
    kl_value first = kl_array_at(faults, 0), map = kl_null();
    kl_text path = kl_as_text(kl_map_get(first, KL_TEXT("path")));
    kl_text message = kl_as_text(kl_map_get(first, KL_TEXT("message")));
    kl_error_set(error, KL_STATE, "%s:%d:%d: %s%s%s", file,
                 (int)kl_as_int(kl_map_get(first, KL_TEXT("line"))),
                 (int)kl_as_int(kl_map_get(first, KL_TEXT("column"))), path.data,
                 path.len ? ": " : "", message.data);
    kl_value *details = kl_alloc(sizeof *details);
    if (details && kl_map_new(&map, 1, NULL) == KL_OK &&
        kl_map_set(&map, KL_TEXT("faults"), kl_value_retain(faults), NULL) == KL_OK) {
        *details = map;
        error->details = details;
        return;
    }
    kl_value_release(map); /* without memory the message must do */
    kl_free(details);
}

static int refuse(loaded *loaded, const invocation *in, kl_error *error)
{
    kl_value faults = kl_null(), definition = kl_null();
    char hint[160];
    const char *shown = NULL;
    kl_text text = kl_as_text(loaded->text);
    if (loaded->registry && kl_definition_faults(&faults, text, loaded->registry, NULL) == KL_OK &&
        kl_array_len(faults)) {
        if (kl_json_parse(&definition, text, NULL) == KL_OK)
            shown = fault_hint(hint, sizeof hint, kl_array_at(faults, 0), definition);
        locate_failure(error, faults, in->argument);
        if (kl_array_len(faults) > 1 && !shown) {
            snprintf(hint, sizeof hint, "and %zu more: kailash validate", kl_array_len(faults) - 1);
            shown = hint;
        }
    }
    kl_value_release(definition);
    kl_value_release(faults);
    return report_error_as(error, shown, given_flag(in, "json"));
}

int load_workflow(loaded *out, const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    *out = (loaded){kl_null(), NULL, NULL};
    return load(out, in, &error) == KL_OK ? EXIT_OK : refuse(out, in, &error);
}

void unload(loaded *loaded)
{
    kl_object_release((kl_object *)loaded->workflow);
    kl_object_release((kl_object *)loaded->registry);
    kl_value_release(loaded->text);
}
