/* src/workflow/template.c - WorkflowTemplate: a definition with {{name}} in its configs. */
#include "buffer.h"
#include "normal_form.h"
#include "placeholder.h"
#include "kailash/json.h"

typedef struct kl_template {
    kl_object object;
    kl_value definition; /* normalized map */
    kl_value defaults;   /* map */
    kl_value name, description;
} kl_template;

extern const kl_type kl_template_type;

/* ---- making ---------------------------------------------------------------------------------- */

static kl_status new_template(kl_template **out, kl_value definition, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_template_type, error));
    kl_template *made = (kl_template *)object;
    kl_status status;
    made->definition = kl_value_retain(definition);
    KL_TRY_OUT(kl_map_new(&made->defaults, 0, error));
    KL_TRY_OUT(kl_string_new(&made->name, KL_TEXT(""), error));
    KL_TRY_OUT(kl_string_new(&made->description, KL_TEXT(""), error));
    *out = made;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

static kl_status template_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_template *made = (kl_template *)self;
    KL_TRY(kl_definition_parse(&made->definition, kl_as_text(args[0]), error));
    KL_TRY(kl_map_new(&made->defaults, 0, error));
    KL_TRY(kl_string_new(&made->name, KL_TEXT(""), error));
    return kl_string_new(&made->description, KL_TEXT(""), error);
}

/* Take over a member of a template's JSON form if it is there. */
static kl_status read_member(kl_value *slot, kl_value map, const char *key, kl_error *error)
{
    const kl_value *found = kl_map_find(map, kl_text_from(key));
    if (!found)
        return KL_OK;
    if (found->kind != slot->kind)
        return kl_error_set(error, KL_INVALID, "%s: expected %s, got %s", key,
                            kl_value_kind_name(*slot), kl_value_kind_name(*found));
    kl_value_replace(slot, kl_value_retain(*found));
    return KL_OK;
}

static kl_status read_template(kl_value *out, kl_value map, kl_error *error)
{
    kl_value definition;
    kl_template *made = NULL;
    KL_TRY(kl_definition_normalize(&definition, kl_map_get(map, KL_TEXT("definition")),
                                   (kl_text){"", 0}, error));
    kl_status status = new_template(&made, definition, error);
    kl_value_release(definition);
    KL_TRY(status);
    KL_TRY_OUT(read_member(&made->defaults, map, "defaults", error));
    KL_TRY_OUT(read_member(&made->name, map, "name", error));
    KL_TRY_OUT(read_member(&made->description, map, "description", error));
    *out = kl_value_of(&made->object);
    return KL_OK;
out:
    kl_object_release(&made->object);
    return status;
}

/* Reads what to_json() writes, and a bare definition as well. */
static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = kl_map_has(map, KL_TEXT("definition"))
                           ? read_template(out, map, error)
                           : kl_object_make(out, &kl_template_type, args, error);
    kl_value_release(map);
    return status;
}

/* ---- copies with one thing changed ----------------------------------------------------------- */

static kl_status with(kl_value *out, kl_object *self, size_t offset, kl_value value,
                      kl_error *error)
{
    const kl_template *from = (const kl_template *)self;
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_template_type, error));
    kl_template *made = (kl_template *)object;
    made->definition = kl_value_retain(from->definition);
    made->defaults = kl_value_retain(from->defaults);
    made->name = kl_value_retain(from->name);
    made->description = kl_value_retain(from->description);
    kl_value_replace((kl_value *)((char *)made + offset), kl_value_retain(value));
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status with_name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return with(out, self, offsetof(kl_template, name), args[0], error);
}

static kl_status with_description(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return with(out, self, offsetof(kl_template, description), args[0], error);
}

static kl_status with_defaults(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    return with(out, self, offsetof(kl_template, defaults), args[0], error);
}

/* ---- use ------------------------------------------------------------------------------------- */

static kl_status parameters(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_placeholders_find(out, ((const kl_template *)self)->definition, error);
}

/* Missing parameters are named in sorted order, wherever they stand. */
static kl_status check_given(const kl_template *from, kl_value values, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_placeholders_find(&names, from->definition, error));
    for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++) {
        kl_text name = kl_as_text(kl_array_at(names, i));
        if (!kl_map_has(values, name))
            status = kl_error_set(error, KL_INVALID, "missing template parameter: %.*s",
                                  KL_TEXT_ARG(name));
    }
    kl_value_release(names);
    return status;
}

static kl_status fill_in(kl_value *out, const kl_template *from, kl_value values, kl_error *error)
{
    kl_value filled, sorted;
    KL_TRY(check_given(from, values, error));
    KL_TRY(kl_placeholders_fill(&filled, from->definition, values, error));
    kl_status status = kl_definition_normalize(&sorted, filled, (kl_text){"", 0}, error);
    kl_value_release(filled);
    KL_TRY(status);
    status = kl_json_print(out, sorted, &kl_json_plain, error);
    kl_value_release(sorted);
    return status;
}

static kl_status instantiate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_template *from = (const kl_template *)self;
    kl_value values = kl_value_retain(from->defaults);
    kl_status status = kl_map_merge(&values, args[0], error);
    if (status == KL_OK)
        status = fill_in(out, from, values, error);
    kl_value_release(values);
    return status;
}

static void add_json(kl_buffer *to, const char *key, kl_value value, const kl_json_style *style,
                     kl_status *status, kl_error *error)
{
    kl_value text;
    if (*status == KL_OK)
        *status = kl_json_print(&text, value, style, error);
    if (*status != KL_OK)
        return;
    kl_buffer_string(to, key);
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
}

/* The definition has its own order of keys, the defaults are sorted. */
static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    static const kl_json_style sorted = {.order = KL_JSON_CODE_POINTS};
    const kl_template *from = (const kl_template *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    (void)args;
    add_json(&text, "{\"definition\":", from->definition, &kl_json_plain, &status, error);
    add_json(&text, ",\"defaults\":", from->defaults, &sorted, &status, error);
    add_json(&text, ",\"name\":", from->name, &kl_json_plain, &status, error);
    add_json(&text, ",\"description\":", from->description, &kl_json_plain, &status, error);
    kl_buffer_byte(&text, '}');
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const kl_field fields[] = {
    KL_VALUE(kl_template, name, .kind = KL_KIND_STRING, .doc = "name; empty when none was set"),
    KL_VALUE(kl_template, description, .kind = KL_KIND_STRING,
             .doc = "description; empty when none was set"),
    KL_VALUE(kl_template, definition, .kind = KL_KIND_MAP, .flags = KL_HIDDEN),
    KL_VALUE(kl_template, defaults, .kind = KL_KIND_MAP, .flags = KL_HIDDEN),
};

static const kl_param definition_param[] = {
    {.name = "definition_json", .kind = KL_KIND_STRING,
     .doc = "workflow definition as JSON text, with {{name}} in string values of node configs"},
};
static const kl_param json_param[] = {
    {.name = "json_str", .kind = KL_KIND_STRING,
     .doc = "what to_json() gave, or a workflow definition"},
};
static const kl_param name_param[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "the new name"},
};
static const kl_param description_param[] = {
    {.name = "description", .kind = KL_KIND_STRING, .doc = "the new description"},
};
static const kl_param defaults_param[] = {
    {.name = "defaults", .kind = KL_KIND_MAP, .doc = "values of parameters that are not given"},
};
static const kl_param params_param[] = {
    {.name = "params", .kind = KL_KIND_MAP, .doc = "values by name; unknown names are ignored"},
};

static const kl_method methods[] = {
    {.name = "from_json", .call = from_json, .flags = KL_STATIC, .params = KL_TABLE(json_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_template_type, .raises = "ValueError",
     .doc = "Reads the text that to_json() gives, or a workflow definition."},
    {.name = "parameters", .call = parameters, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of all placeholders, sorted."},
    {.name = "with_name", .call = with_name, .params = KL_TABLE(name_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_template_type,
     .doc = "A new template with another name."},
    {.name = "with_description", .call = with_description, .params = KL_TABLE(description_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_template_type,
     .doc = "A new template with another description."},
    {.name = "with_defaults", .call = with_defaults, .params = KL_TABLE(defaults_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_template_type,
     .doc = "A new template with other defaults; the ones before are gone."},
    {.name = "instantiate", .call = instantiate, .params = KL_TABLE(params_param),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "The definition with every placeholder replaced, as JSON text. A string that is one "
            "placeholder becomes the value with its type; within other text the value must be a "
            "string. Inserted text is not expanded again."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The template as JSON text: definition, defaults, name, description."},
};

const kl_type kl_template_type = {
    .name = "WorkflowTemplate",
    .module = "kailash._kailash",
    .doc = "A workflow definition with placeholders {{name}} in string values of node configs.",
    .size = sizeof(kl_template),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .params = KL_TABLE(definition_param),
    .init = template_init,
};
KL_PUBLISH(kl_template_type);
