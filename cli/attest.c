/* cli/attest.c - see attest.h. */
#include "attest.h"

#include <stdlib.h>

const char *const attest_formats[] = {"text", "json", NULL};

/* ---- options ----------------------------------------------------------------------------------- */

const char *attest_dir(const invocation *in)
{
    const char *dir = given_value(in, "dir");
    return dir ? dir : ATTEST_DIR;
}

bool attest_json(const invocation *in)
{
    const char *format = given_value(in, "format");
    return given_flag(in, "json") || (format && strcmp(format, "json") == 0);
}

const char *attest_required(const invocation *in, const char *name)
{
    char hint[120];
    const char *value = given_value(in, name);
    if (value)
        return value;
    snprintf(hint, sizeof hint, "see: kailash help %s", in->command->name);
    print_error(hint, "%s: --%s is missing", in->command->name, name);
    return NULL;
}

/* ---- the library, by name ---------------------------------------------------------------------- */

kl_status attest_string(kl_value *out, const char *text, kl_error *error)
{
    return kl_string_new(out, kl_text_from(text), error);
}

kl_status attest_strings(kl_value *out, const invocation *in, const char *option, kl_error *error)
{
    kl_value list, text;
    const char *given;
    KL_TRY(kl_array_new(&list, 4, error));
    for (size_t i = 0; (given = given_at(in, option, i)); i++) {
        kl_status status = attest_string(&text, given, error);
        if (status == KL_OK)
            status = kl_array_push(&list, text, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status attest_optional(kl_value *out, const invocation *in, const char *option, kl_error *error)
{
    const char *given = given_value(in, option);
    *out = kl_null();
    return given ? attest_string(out, given, error) : KL_OK;
}

kl_status attest_make(kl_value *out, const char *type, const char *name, const kl_value *args,
                      size_t count, kl_error *error)
{
    const kl_type *found = kl_type_find(kl_text_from(type), NULL);
    return found ? kl_type_call(out, found, kl_text_from(name), args, count, error)
                 : kl_error_set(error, KL_NOT_FOUND, "this library has no %s", type);
}

kl_status attest_function(kl_value *out, const char *name, const kl_value *args, size_t count,
                          kl_error *error)
{
    return kl_function_call(out, kl_text_from(name), NULL, args, count, error);
}

kl_status attest_call(kl_value *out, kl_value object, const char *name, const kl_value *args,
                      size_t count, kl_error *error)
{
    return kl_object_call(out, object.as.object, kl_text_from(name), args, count, error);
}

kl_value attest_get(kl_value object, const char *name)
{
    kl_value value = kl_null();
    const kl_field *field = kl_type_field(object.as.object->type, kl_text_from(name));
    if (field)
        kl_field_get(&value, object.as.object, field, NULL);
    else
        kl_object_call(&value, object.as.object, kl_text_from(name), NULL, 0, NULL);
    return value;
}

kl_status attest_maps(kl_value *out, kl_value records, kl_error *error)
{
    kl_value list, map;
    KL_TRY(kl_array_new(&list, kl_array_len(records), error));
    for (size_t i = 0; i < kl_array_len(records); i++) {
        kl_status status = kl_object_to_map(&map, kl_array_at(records, i).as.object, error);
        if (status == KL_OK)
            status = kl_array_push(&list, map, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- the project ------------------------------------------------------------------------------- */

/* The library asks the environment for keys and directories; what the command line names goes there. */
static void set_environment(const invocation *in, bool signs)
{
    const char *pin = given_value(in, "authority"), *key = given_value(in, "key-file");
    if (pin)
        setenv("TRUST_PLANE_AUTHORITY_PUBKEY", pin, 1);
    if (key)
        setenv("TRUST_PLANE_OPERATIONAL_KEY_FILE", key, 1);
    if (signs)
        setenv("TRUST_PLANE_TRUST_DIR", attest_dir(in), 0);
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool attest_names_key(const invocation *in)
{
    return given_value(in, "key-file") || is_set("TRUST_PLANE_OPERATIONAL_KEY_FILE") ||
           is_set("TRUST_PLANE_OPERATIONAL_KEY");
}

static kl_status bind_key(kl_value project, bool required, kl_error *error)
{
    kl_value bound = kl_null();
    KL_TRY(attest_call(&bound, project, "resolve_operational_key_from_env", NULL, 0, error));
    if (kl_as_bool(bound) || !required)
        return KL_OK;
    return kl_error_set(error, KL_STATE,
                        "no operational key to sign with: give --key-file FILE, or set "
                        "TRUST_PLANE_OPERATIONAL_KEY_FILE");
}

kl_status attest_manager(kl_value *out, const invocation *in, const char *type, kl_error *error)
{
    kl_value dir;
    set_environment(in, false);
    KL_TRY(attest_string(&dir, attest_dir(in), error));
    kl_status status = attest_make(out, type, "load", &dir, 1, error);
    kl_value_release(dir);
    return status;
}

static kl_status open_project(kl_value *out, const invocation *in, bool binds, bool required,
                              kl_error *error)
{
    kl_value project;
    set_environment(in, binds);
    KL_TRY(attest_manager(&project, in, "TrustProject", error));
    kl_status status = binds ? bind_key(project, required, error) : KL_OK;
    if (status == KL_OK)
        *out = project;
    else
        kl_value_release(project);
    return status;
}

kl_status attest_project(kl_value *out, const invocation *in, bool signs, kl_error *error)
{
    return open_project(out, in, signs, true, error);
}

kl_status attest_project_with_key(kl_value *out, const invocation *in, kl_error *error)
{
    return open_project(out, in, attest_names_key(in), false, error);
}

/* ---- output ------------------------------------------------------------------------------------ */

/* A copy without control characters; NULL without memory. */
static char *harmless(kl_text text, size_t *len)
{
    char *copy = malloc(text.len + 1);
    *len = 0;
    for (size_t i = 0; copy && i < text.len; i++)
        if ((unsigned char)text.data[i] >= 0x20 && text.data[i] != 0x7F)
            copy[(*len)++] = text.data[i];
    if (copy)
        copy[*len] = '\0';
    return copy;
}

void attest_put(FILE *to, kl_text text)
{
    size_t len;
    char *copy = harmless(text, &len);
    if (copy)
        print_fitting(to, (kl_text){copy, len}, SIZE_MAX / 2);
    free(copy);
}

void attest_cell(table *table, kl_text text)
{
    size_t len;
    char *copy = harmless(text, &len);
    if (copy)
        table_cell(table, (kl_text){copy, len});
    else
        table->failed = true;
    free(copy);
}

void attest_names_cell(table *table, kl_value names)
{
    char cell[600] = "";
    size_t used = 0;
    for (size_t i = 0; i < kl_array_len(names) && used < sizeof cell; i++) {
        kl_text name = kl_as_text(kl_array_at(names, i));
        used += (size_t)snprintf(cell + used, sizeof cell - used, "%s%.*s", i ? ", " : "",
                                 KL_TEXT_ARG(name));
    }
    attest_cell(table, kl_text_from(cell));
}

static void label_of(const char *label)
{
    printf("%s%-12s%s  ", painted(stdout, PAINT_DIM), label, painted(stdout, PAINT_PLAIN));
}

void attest_fact(const char *label, kl_text text)
{
    label_of(label);
    attest_put(stdout, text);
    fputc('\n', stdout);
}

void attest_number(const char *label, int64_t number)
{
    label_of(label);
    printf("%lld\n", (long long)number);
}

int attest_finish(const invocation *in, kl_status status, kl_value result, kl_error *error)
{
    if (status == KL_OK && attest_json(in) && !kl_is_null(result))
        status = print_json(stdout, result, error);
    kl_value_release(result);
    return status == KL_OK ? EXIT_OK : report_error_as(error, NULL, attest_json(in));
}

bool attest_is_damage(const kl_error *error)
{
    static const char *const codes[] = {"tamper_detected", "serialization_error", "bundle_integrity",
                                        "invalid_key"};
    kl_value details = error->details ? *(const kl_value *)error->details : kl_null();
    kl_text code = kl_as_text(kl_map_get(details, KL_TEXT("code")));
    for (size_t i = 0; i < KL_COUNT(codes); i++)
        if (kl_text_is(code, codes[i]))
            return true;
    return strstr(kl_error_message(error), "verification failed") != NULL;
}
