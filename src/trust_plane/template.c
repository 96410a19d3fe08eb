/* src/trust_plane/template.c - TemplateRegistry; see template.h. */
#include "template.h"
#include "guard.h"
#include "../eatp/fault.h"
#include "kailash/json.h"


enum { TEMPLATES_MAX = 10000, NAME_MAX_BYTES = 256, TEXT_MAX = 64 * 1024, TAGS_MAX = 100 };

#define BY_FOUNDATION "\"author\":\"Terrene Foundation\","

/* What is not said here is unrestricted. */
static const char *const built_in[] = {
    "{\"name\":\"software\"," BY_FOUNDATION
    "\"description\":\"Medium constraints for software development: blocked production deploys and "
    "live database mutations, system path protection, per-action cost limits, cooldown periods, and "
    "restricted communication channels.\",\"envelope\":{"
    "\"operational\":{\"blocked_actions\":[\"deploy_production\",\"live_db_mutation\"]},"
    "\"data_access\":{\"blocked_paths\":[\"/etc/\",\"/sys/\"]},"
    "\"financial\":{\"max_cost_per_action\":100.0},\"temporal\":{\"cooldown_minutes\":30},"
    "\"communication\":{\"allowed_channels\":[\"slack\",\"email\",\"github\"]}},"
    "\"tags\":[\"software\",\"development\",\"medium\"]}",
    "{\"name\":\"research\"," BY_FOUNDATION
    "\"description\":\"Permissive constraints for research workflows: fewer blocked actions, PII path "
    "protection, generous budget, no session time limit.\",\"envelope\":{"
    "\"operational\":{\"blocked_actions\":[\"delete_dataset\"]},"
    "\"data_access\":{\"blocked_patterns\":[\"**/pii/**\"]},"
    "\"financial\":{\"max_cost_per_session\":5000.0,\"budget_tracking\":true},\"temporal\":{},"
    "\"communication\":{}},\"tags\":[\"research\",\"permissive\",\"exploration\"]}",
    "{\"name\":\"governance\"," BY_FOUNDATION
    "\"description\":\"Strict constraints for governance workflows: blocked DDL operations, sensitive "
    "file protection, budget tracking, session limits, and mandatory communication review.\","
    "\"envelope\":{\"operational\":{\"blocked_actions\":[\"DROP TABLE\",\"ALTER TABLE\","
    "\"TRUNCATE\",\"CREATE INDEX\"]},"
    "\"data_access\":{\"blocked_patterns\":[\"*.key\",\"*.pem\"]},"
    "\"financial\":{\"max_cost_per_session\":500.0,\"budget_tracking\":true},"
    "\"temporal\":{\"max_session_hours\":8.0},\"communication\":{\"requires_review\":true}},"
    "\"tags\":[\"governance\",\"strict\",\"compliance\"]}",
};

typedef struct template_registry {
    kl_object object;
    kl_guard lock; /* guards templates */
    kl_value templates;   /* array of maps that never change */
} template_registry;

/* ---- checking -------------------------------------------------------------------------------- */

/* A string member, copied into `*to`. */
static kl_status take_string(kl_value *to, kl_value map, const char *name, size_t max,
                             kl_error *error)
{
    kl_value value = kl_map_get(map, kl_text_from(name));
    if (!kl_is(value, KL_KIND_STRING) || kl_as_text(value).len > max)
        return kl_error_set(error, KL_INVALID,
                            "template: %s: expected a string of at most %zu bytes, not %s", name, max,
                            kl_is(value, KL_KIND_STRING) ? "a longer one" : kl_value_kind_name(value));
    return kl_map_set(to, kl_text_from(name), kl_value_retain(value), error);
}

static kl_status take_envelope(kl_value *to, kl_value map, kl_error *error)
{
    kl_session_envelope *envelope;
    kl_value given = kl_map_get(map, KL_TEXT("envelope"));
    kl_status status = kl_session_envelope_read(&envelope, given, error);
    if (status != KL_OK) {
        kl_error_prefix(error, "template: envelope: ");
        return status;
    }
    status = kl_map_set(to, KL_TEXT("envelope"), kl_value_retain(envelope->map), error);
    kl_session_envelope_release(envelope);
    return status;
}

static kl_status take_tags(kl_value *to, kl_value map, kl_error *error)
{
    kl_value tags = kl_map_get(map, KL_TEXT("tags"));
    bool fits = kl_is(tags, KL_KIND_ARRAY) && kl_array_len(tags) <= TAGS_MAX;
    for (size_t i = 0; fits && i < kl_array_len(tags); i++)
        fits = kl_is(kl_array_at(tags, i), KL_KIND_STRING) &&
               kl_value_len(kl_array_at(tags, i)) <= NAME_MAX_BYTES;
    if (!fits)
        return kl_error_set(error, KL_INVALID,
                            "template: tags: expected an array of at most %d strings of at most %d bytes",
                            TAGS_MAX, NAME_MAX_BYTES);
    return kl_map_set(to, KL_TEXT("tags"), kl_value_retain(tags), error);
}

static kl_status take_members(kl_value *to, kl_value map, kl_error *error)
{
    KL_TRY(take_string(to, map, "name", NAME_MAX_BYTES, error));
    KL_TRY(take_string(to, map, "author", NAME_MAX_BYTES, error));
    KL_TRY(take_string(to, map, "description", TEXT_MAX, error));
    KL_TRY(take_envelope(to, map, error));
    KL_TRY(take_tags(to, map, error));
    if (kl_value_len(kl_map_get(*to, KL_TEXT("name"))) == 0)
        return kl_error_set(error, KL_INVALID, "template: name: it is empty");
    return KL_OK;
}

/* A template in its form, of JSON text; given. */
static kl_status read_template(kl_value *out, kl_text json, kl_error *error)
{
    kl_value map, made = kl_null();
    kl_status status;
    if (json.len > KL_SESSION_TEXT_MAX)
        return kl_error_set(error, KL_INVALID, "template: %zu bytes are too long; expected at most %d",
                            json.len, KL_SESSION_TEXT_MAX);
    KL_TRY(kl_json_parse_with(&map, json, KL_JSON_UNIQUE_KEYS, error));
    KL_TRY_OUT(kl_map_new(&made, 5, error));
    KL_TRY_OUT(take_members(&made, map, error));
    *out = kl_value_take(&made);
out:
    kl_value_release(made);
    kl_value_release(map);
    return status;
}

/* ---- the registry ---------------------------------------------------------------------------- */

static kl_text member(kl_value map, const char *name)
{
    return kl_as_text(kl_map_get(map, kl_text_from(name)));
}

/* Position of a template, under the lock; SIZE_MAX when there is none. */
static size_t position_of(const template_registry *registry, kl_text name, kl_text author)
{
    for (size_t i = 0; i < kl_array_len(registry->templates); i++) {
        kl_value at = kl_array_at(registry->templates, i);
        if (kl_text_equal(member(at, "name"), name) && kl_text_equal(member(at, "author"), author))
            return i;
    }
    return SIZE_MAX;
}

/* Under the lock; the template is borrowed. */
static kl_status put(template_registry *registry, kl_value made, bool replace, kl_error *error)
{
    kl_text name = member(made, "name"), author = member(made, "author");
    size_t at = position_of(registry, name, author);
    if (at != SIZE_MAX && !replace)
        return kl_fault(error, KL_STATE, NULL, "duplicate_template",
                        "duplicate template: name=%.*s, author=%.*s; register it with replace=True "
                        "to put this one in its place",
                        KL_TEXT_ARG(name), KL_TEXT_ARG(author));
    if (at != SIZE_MAX)
        return kl_array_set(&registry->templates, at, kl_value_retain(made), error);
    if (kl_array_len(registry->templates) >= TEMPLATES_MAX)
        return kl_fault(error, KL_LIMIT, NULL, "too_many_templates",
                        "a registry holds at most %d templates", TEMPLATES_MAX);
    return kl_array_push(&registry->templates, kl_value_retain(made), error);
}

static kl_status add_json(template_registry *registry, kl_text json, bool replace, kl_error *error)
{
    kl_value made;
    KL_TRY(read_template(&made, json, error));
    kl_guard_lock(&registry->lock);
    kl_status status = put(registry, made, replace, error);
    kl_guard_unlock(&registry->lock);
    kl_value_release(made);
    return status;
}

static kl_status registry_init(kl_object *self, const kl_value *args, kl_error *error)
{
    template_registry *registry = (template_registry *)self;
    (void)args;
    kl_guard_begin(&registry->lock, KL_FORK_MIDDLE);
    KL_TRY(kl_array_new(&registry->templates, KL_COUNT(built_in), error));
    for (size_t i = 0; i < KL_COUNT(built_in); i++)
        KL_TRY(add_json(registry, kl_text_from(built_in[i]), false, error));
    return KL_OK;
}

static void registry_dispose(kl_object *self)
{
    template_registry *registry = (template_registry *)self;
    kl_value_release(registry->templates);
    kl_guard_end(&registry->lock);
}

kl_status kl_template_registry_new(kl_value *out, kl_error *error)
{
    return kl_object_make(out, &kl_template_registry_type, NULL, error);
}

kl_status kl_template_find(kl_value *out, kl_object *object, kl_text name, kl_text author,
                           kl_error *error)
{
    template_registry *registry = (template_registry *)object;
    (void)error;
    kl_guard_lock(&registry->lock);
    size_t at = position_of(registry, name, author);
    *out = kl_value_retain(kl_array_at(registry->templates, at)); /* null behind the end */
    kl_guard_unlock(&registry->lock);
    return KL_OK;
}

kl_status kl_template_list(kl_value *out, kl_object *object, kl_error *error)
{
    template_registry *registry = (template_registry *)object;
    (void)error;
    kl_guard_lock(&registry->lock);
    *out = kl_value_retain(registry->templates); /* register() copies what is shared */
    kl_guard_unlock(&registry->lock);
    return KL_OK;
}

/* ---- the methods ----------------------------------------------------------------------------- */

static kl_status list_templates(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value templates, names = kl_null(), text;
    kl_status status;
    (void)args;
    KL_TRY(kl_template_list(&templates, self, error));
    KL_TRY_OUT(kl_array_new(&names, kl_array_len(templates), error));
    for (size_t i = 0; i < kl_array_len(templates); i++) {
        kl_text name = member(kl_array_at(templates, i), "name");
        kl_text author = member(kl_array_at(templates, i), "author");
        KL_TRY_OUT(kl_string_format(&text, error, "%.*s (by %.*s)", KL_TEXT_ARG(name),
                                    KL_TEXT_ARG(author)));
        KL_TRY_OUT(kl_array_push(&names, text, error));
    }
    *out = kl_value_take(&names);
out:
    kl_value_release(names);
    kl_value_release(templates);
    return status;
}

static kl_status get_template(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value found;
    KL_TRY(kl_template_find(&found, self, kl_as_text(args[0]), kl_as_text(args[1]), error));
    kl_status status = KL_OK;
    if (kl_is_null(found))
        *out = found;
    else
        status = kl_json_print(out, found, &kl_json_pretty, error);
    kl_value_release(found);
    return status;
}

static kl_status register_template(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)out;
    return add_json((template_registry *)self, kl_as_text(args[0]), kl_as_bool(args[1]), error);
}

static const kl_param get_params[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "such as software, research, governance"},
    {.name = "author", .kind = KL_KIND_STRING, .doc = "of the built-in ones: Terrene Foundation"},
};
static const kl_param register_params[] = {
    {.name = "json", .kind = KL_KIND_STRING,
     .doc = "an object with name, author, description, envelope and tags, at most 1 MiB"},
    {.name = "replace", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether it may take the place of one of the same name and author"},
};

static const kl_method methods[] = {
    {.name = "list_templates", .call = list_templates, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING,
     .doc = "What there is, as \"NAME (by AUTHOR)\", in the order of registration."},
    {.name = "get_template", .call = get_template, .params = KL_TABLE(get_params),
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "A template as JSON text; its `envelope` is that of a ConstraintEnvelope. None when there "
            "is none of that name and author."},
    {.name = "register", .call = register_template, .params = KL_TABLE(register_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError", .doc = "Add a template."},
};

const kl_type kl_template_registry_type = {
    .name = "TemplateRegistry",
    .module = "kailash.trust_plane",
    .doc = "Envelopes to begin with, by name and author; software, research and governance are built "
           "in.",
    .size = sizeof(template_registry),
    .flags = KL_TYPE_AT_ROOT,
    .init = registry_init,
    .dispose = registry_dispose,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(kl_template_registry_type);
