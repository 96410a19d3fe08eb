/* src/workflow/node.c - the rows of all families, and what every node's errors look like. */
#include "kailash/node.h"
#include "kailash/json.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

/* Where KL_PUBLISH_NODES() puts them; the linker names both ends. */
extern const kl_node_family *const __start_kl_nodes[] __attribute__((visibility("hidden")));
extern const kl_node_family *const __stop_kl_nodes[] __attribute__((visibility("hidden")));

size_t kl_node_type_count(void)
{
    size_t count = 0;
    for (const kl_node_family *const *family = __start_kl_nodes; family < __stop_kl_nodes; family++)
        count += (*family)->type_count;
    return count;
}

const kl_node_type *kl_node_type_at(size_t index)
{
    for (const kl_node_family *const *family = __start_kl_nodes; family < __stop_kl_nodes; family++) {
        if (index < (*family)->type_count)
            return &(*family)->types[index];
        index -= (*family)->type_count;
    }
    return NULL;
}

/* Built-in types by name: open addressing, filled once, at most a quarter full. */
enum { INDEX_SIZE = 1024 };
static const kl_node_type *by_name[INDEX_SIZE];
static pthread_once_t indexed = PTHREAD_ONCE_INIT;

static uint32_t name_slot(kl_text name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    return hash % INDEX_SIZE;
}

static const kl_node_type **find_slot(kl_text name)
{
    uint32_t slot = name_slot(name);
    while (by_name[slot] && !kl_text_is(name, by_name[slot]->name))
        slot = (slot + 1) % INDEX_SIZE;
    return &by_name[slot];
}

static void build_index(void)
{
    for (size_t i = 0; i < kl_node_type_count() && i < INDEX_SIZE / 2; i++)
        *find_slot(kl_text_from(kl_node_type_at(i)->name)) = kl_node_type_at(i);
}

const kl_node_type *kl_node_type_find(kl_text name)
{
    pthread_once(&indexed, build_index);
    const kl_node_type *type = *find_slot(name);
    return type && type->alias_of ? kl_node_type_find(kl_text_from(type->alias_of)) : type;
}

bool kl_node_given(const kl_node_call *call, size_t index)
{
    const kl_param *param = index < call->type->input_count
                                ? &call->type->inputs[index]
                                : &call->type->config[index - call->type->input_count];
    return kl_map_has(call->inputs, kl_text_from(param->name));
}

kl_status kl_node_missing(kl_error *error, const char *name)
{
    return kl_error_form(error, KL_FAILED, "missing required input: %s", name);
}

/* What a refused value looks like in a message: its kind, a short text itself. */
static void describe(char *to, size_t size, kl_value got)
{
    kl_value text = kl_null();
    bool shown = kl_is(got, KL_KIND_STRING) && kl_value_len(got) <= 60 &&
                 kl_json_print(&text, got, &kl_json_plain, NULL) == KL_OK;
    kl_text word = shown ? kl_as_text(text) : kl_text_from(kl_value_kind_name(got));
    if (kl_is(got, KL_KIND_INT))
        snprintf(to, size, "%" PRId64, got.as.integer);
    else
        snprintf(to, size, "%.*s", KL_TEXT_ARG(word));
    kl_value_release(text);
}

kl_status kl_node_bad_value(kl_error *error, const char *name, const char *expected, kl_value got)
{
    char shown[512];
    describe(shown, sizeof shown, got);
    return kl_error_form(error, KL_FAILED, "invalid input '%s': expected %s, got %s", name, expected,
                         shown);
}

static kl_status set_with(kl_error *error, kl_status code, const char *head, const char *format,
                          va_list arguments)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, arguments);
    return kl_error_form(error, code, "%s%s", head, text);
}

kl_status kl_node_bad(kl_error *error, const char *name, const char *format, ...)
{
    char head[256];
    snprintf(head, sizeof head, "invalid input '%s': ", name);
    va_list arguments;
    va_start(arguments, format);
    set_with(error, KL_FAILED, head, format, arguments);
    va_end(arguments);
    return KL_FAILED;
}

kl_status kl_node_failed(kl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_with(error, KL_FAILED, "node execution failed: ", format, arguments);
    va_end(arguments);
    return KL_FAILED;
}

kl_status kl_node_limit(kl_error *error, const char *what, uint64_t limit, const char *unit)
{
    return kl_error_form(error, KL_LIMIT, "resource limit exceeded: %s (limit: %" PRIu64 " %s)", what,
                         limit, unit);
}

void kl_node_form(kl_error *error) { kl_error_form_before(error, "node execution failed: "); }

void kl_node_form_bad(kl_error *error, const char *name)
{
    kl_error_form_before(error, "invalid input '%s': ", name);
}

kl_status kl_node_result(kl_value *out, const char *name, kl_value value, kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 1, error);
    if (status != KL_OK) {
        kl_value_release(value);
        return status;
    }
    status = kl_map_set(&map, kl_text_from(name), value, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}
