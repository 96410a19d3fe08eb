/* src/dataflow/strict_mode.c - StrictMode: records against what their model declares, before SQL. */
#include "buffer.h"
#include "dialect.h"
#include "database.h"
#include "field_type.h"
#include "model.h"

/* ---- faults ------------------------------------------------------------------------------------ */

/* All faults of one record, in one text. */
typedef struct faults {
    const kl_model *model;
    kl_buffer text;
} faults;

static void put(faults *f, const char *before, kl_text name, const char *after)
{
    if (f->text.len)
        kl_buffer_string(&f->text, "; ");
    kl_buffer_string(&f->text, before);
    kl_buffer_add(&f->text, name);
    kl_buffer_string(&f->text, after);
}

static void put_model(faults *f, const char *between)
{
    kl_buffer_string(&f->text, between);
    kl_buffer_string(&f->text, "on model '");
    kl_buffer_add(&f->text, kl_as_text(f->model->name));
    kl_buffer_byte(&f->text, '\'');
}

/* The name may be anything, so only its fingerprint is told. */
static kl_status put_unknown(faults *f, kl_text name, kl_error *error)
{
    kl_value shown;
    KL_TRY(kl_fingerprint(&shown, name, error));
    put(f, "unknown field (", kl_as_text(shown), ")");
    put_model(f, " ");
    kl_buffer_string(&f->text, " (table '");
    kl_buffer_add(&f->text, kl_as_text(f->model->table));
    kl_buffer_string(&f->text, "')");
    kl_value_release(shown);
    return KL_OK;
}

static const char *kind_word(kl_value value)
{
    static const char *const words[] = {"Null",   "Bool",  "Integer", "Float",
                                        "String", "Bytes", "Array",   "Object"};
    return value.kind < KL_COUNT(words) ? words[value.kind] : "Object";
}

static void check_kind(faults *f, const kl_column *column, kl_value value)
{
    if (kl_is_null(value) || kl_column_accepts(column, value))
        return;
    put(f, "type mismatch for field '", kl_as_text(column->name), "': expected ");
    kl_buffer_format(&f->text, "%s, got %s", kl_column_kind_word(column->kind), kind_word(value));
}

/* ---- records ----------------------------------------------------------------------------------- */

static bool is_needed(const kl_column *column)
{
    return column->is_required && !column->is_primary_key && !column->is_auto_managed &&
           !column->has_initial;
}

static void check_required(faults *f, kl_value record)
{
    for (size_t i = 0; i < kl_model_column_count(f->model); i++) {
        const kl_column *column = kl_model_column_at(f->model, i);
        if (!is_needed(column) || kl_map_has(record, kl_as_text(column->name)))
            continue;
        put(f, "required field '", kl_as_text(column->name), "' is missing");
        put_model(f, " ");
    }
}

static void check_column(faults *f, const kl_column *column, kl_value value, bool is_update)
{
    kl_text name = kl_as_text(column->name);
    if (is_update && column->is_primary_key) {
        put(f, "cannot modify primary key field '", name, "'");
        put_model(f, " ");
    } else if (column->is_auto_managed) {
        put(f, is_update ? "cannot modify auto-managed field '" : "field '", name,
            is_update ? "'" : "' is auto-managed and cannot be set manually");
        put_model(f, " ");
    } else {
        check_kind(f, column, value);
    }
}

static kl_status check_keys(faults *f, kl_value record, bool is_update, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(record); i++) {
        kl_text key = kl_map_key_at(record, i);
        const kl_column *column = kl_model_column(f->model, key);
        if (column)
            check_column(f, column, kl_map_value_at(record, i), is_update);
        else
            KL_TRY(put_unknown(f, key, error));
    }
    return KL_OK;
}

static kl_status report(faults *f, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_buffer_finish(&text, &f->text, error));
    kl_status status = KL_OK;
    if (kl_value_len(text))
        status = kl_error_set(error, KL_FAILED,
                              "strict validation failed: query build error: strict mode validation "
                              "failed: %.*s",
                              KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return status;
}

static kl_status check_record(const kl_value *args, bool is_update, kl_error *error)
{
    faults f = {(const kl_model *)args[0].as.object, KL_BUFFER_INIT};
    if (!is_update)
        check_required(&f, args[1]);
    kl_status status = check_keys(&f, args[1], is_update, error);
    if (status == KL_OK)
        return report(&f, error);
    kl_buffer_free(&f.text);
    return status;
}

/* ---- the type ---------------------------------------------------------------------------------- */

static bool enabled; /* atomic: a flag for those who want to ask */

static kl_status enable(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self, (void)args, (void)error;
    __atomic_store_n(&enabled, true, __ATOMIC_RELAXED);
    return KL_OK;
}

static kl_status disable(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self, (void)args, (void)error;
    __atomic_store_n(&enabled, false, __ATOMIC_RELAXED);
    return KL_OK;
}

static kl_status is_enabled(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args, (void)error;
    *out = kl_bool(__atomic_load_n(&enabled, __ATOMIC_RELAXED));
    return KL_OK;
}

static kl_status validate_insert(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)out, (void)self;
    return check_record(args, false, error);
}

static kl_status validate_update(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)out, (void)self;
    return check_record(args, true, error);
}

static const kl_param params[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "the model"},
    {.name = "data", .kind = KL_KIND_MAP, .doc = "values by column"},
};

static const kl_method methods[] = {
    {.name = "enable", .call = enable, .flags = KL_STATIC, .returns = KL_KIND_NONE,
     .doc = "Sets a flag of the process that is_enabled() tells. To have a database check all that "
            "is written, give DataFlowConfig strict_types=True."},
    {.name = "disable", .call = disable, .flags = KL_STATIC, .returns = KL_KIND_NONE,
     .doc = "Takes the flag back."},
    {.name = "is_enabled", .call = is_enabled, .flags = KL_STATIC, .returns = KL_KIND_BOOL,
     .doc = "Whether the flag is set."},
    {.name = "validate_insert", .call = validate_insert, .flags = KL_STATIC,
     .params = KL_TABLE(params), .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "RuntimeError with all faults of a record that is to be inserted: a required field "
            "without default is absent (None counts as a value), a field is unknown or written by "
            "DataFlow alone, or a value is of another type than its column."},
    {.name = "validate_update", .call = validate_update, .flags = KL_STATIC,
     .params = KL_TABLE(params), .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "The same of values that are to be written over others: the primary key cannot be "
            "among them."},
};

static const kl_type strict_mode_type = {
    .name = "StrictMode",
    .module = "kailash.dataflow",
    .doc = "Checks records against what their model declares, before anything is written.",
    .size = sizeof(kl_object),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(strict_mode_type);
