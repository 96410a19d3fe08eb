/* cli/pact.c - see pact.h. */
#include "pact.h"
#include "terminal.h"

static const kl_type *engine_type(void)
{
    return kl_type_find(KL_TEXT("PactGovernanceEngine"), NULL);
}

static bool is_database(kl_text text)
{
    kl_text magic = {"SQLite format 3", 16};
    return text.len >= magic.len && memcmp(text.data, magic.data, magic.len) == 0;
}

/* A file that an engine keeps is read, and nothing is written to it. */
static kl_status open_database(kl_value *engine, const char *path, kl_error *error)
{
    kl_value name;
    KL_TRY(kl_string_repair(&name, kl_text_from(path), error));
    const kl_value args[] = {name, kl_null(), kl_bool(true), kl_bool(true)};
    kl_status status =
        kl_type_call(engine, engine_type(), KL_TEXT("open"), args, KL_COUNT(args), error);
    kl_value_release(name);
    return status;
}

static kl_status make_engine(kl_value *engine, kl_text text, kl_error *error)
{
    kl_value document, map;
    kl_status status = kl_string_new(&document, text, error);
    if (status != KL_OK)
        return status;
    KL_TRY(kl_map_of_one(&map, KL_TEXT("org_def_json"), document, error));
    status = kl_object_from_map(engine, engine_type(), map, error);
    kl_value_release(map);
    return status;
}

static kl_status load(kl_value *engine, const char *path, kl_error *error)
{
    kl_value text;
    KL_TRY(read_file(&text, path, error));
    kl_status status;
    if (is_database(kl_as_text(text)) && strcmp(path, "-") != 0)
        status = open_database(engine, path, error);
    else if ((status = make_engine(engine, kl_as_text(text), error)) != KL_OK)
        kl_error_prefix(error, "%s: ", path);
    kl_value_release(text);
    return status;
}

int pact_load(kl_value *engine, const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    if (load(engine, in->argument, &error) == KL_OK)
        return EXIT_OK;
    return report_error_as(&error, NULL, given_flag(in, "json"));
}

kl_status pact_call(kl_value *out, kl_value object, const char *method, const kl_value *args,
                    size_t count, kl_error *error)
{
    return kl_object_call(out, object.as.object, kl_text_from(method), args, count, error);
}

kl_value pact_member(kl_value object, const char *name)
{
    kl_value value = kl_null();
    kl_object *of = object.as.object;
    const kl_field *field = kl_type_field(of->type, kl_text_from(name));
    kl_status status = field ? kl_field_get(&value, of, field, NULL)
                             : kl_object_call(&value, of, kl_text_from(name), NULL, 0, NULL);
    return status == KL_OK ? value : kl_null();
}

kl_status pact_address(kl_value *out, kl_value engine, const char *role, kl_error *error)
{
    kl_value given = kl_null(), id = kl_null(), node = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&given, kl_text_from(role), error));
    KL_TRY_OUT(pact_call(&id, engine, "resolve_role_id", &given, 1, error));
    if (!kl_is(id, KL_KIND_STRING)) {
        status = kl_error_set(error, KL_NOT_FOUND, "role not found: '%s'", role);
        goto out;
    }
    KL_TRY_OUT(pact_call(&node, engine, "get_node_by_role_id", &id, 1, error));
    *out = pact_member(node, "address");
out:
    kl_value_release(node);
    kl_value_release(id);
    kl_value_release(given);
    return status;
}

kl_status pact_text(kl_value *out, const invocation *in, const char *option, kl_error *error)
{
    const char *text = given_value(in, option);
    *out = kl_null();
    return text ? kl_string_new(out, kl_text_from(text), error) : KL_OK;
}
