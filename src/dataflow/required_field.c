/* src/dataflow/required_field.c - why a required field is not to be had; and the window in which
 * undeclared fields are shown though the database redacts them. */
#include "classification.h"

/* ---- RequiredFieldUnavailableReason ------------------------------------------------------------ */

static const kl_item reasons[] = {
    [KL_UNAVAILABLE_UNKNOWN_FIELD] = {"UnknownField", "UnknownField", "the model has no such field"},
    [KL_UNAVAILABLE_MISSING_VALUE] = {"MissingValue", "MissingValue", "the row holds none"},
    [KL_UNAVAILABLE_NULL_VALUE] = {"NullValue", "NullValue", "the row holds NULL"},
    [KL_UNAVAILABLE_CLEARANCE_ABSENT] = {"ClearanceAbsent", "ClearanceAbsent",
                                         "it is classified, and the caller has no clearance"},
    [KL_UNAVAILABLE_CLEARANCE_UNVERIFIED] = {"ClearanceUnverified", "ClearanceUnverified",
                                             "it is classified, and the caller's clearance does "
                                             "not hold"},
    [KL_UNAVAILABLE_INSUFFICIENT_CLEARANCE] = {"InsufficientClearance", "InsufficientClearance",
                                               "it is classified above the caller's clearance"},
};

const kl_type kl_unavailable_reason_type = {
    .name = "RequiredFieldUnavailableReason",
    .module = "kailash.dataflow",
    .doc = "Why a read that requires a field is refused; as an int, 0 to 5.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NUMBERED | KL_TYPE_AT_ROOT,
    .items = reasons,
    .item_count = KL_COUNT(reasons),
};
KL_PUBLISH(kl_unavailable_reason_type);

/* ---- RequiredFieldUnavailableError ------------------------------------------------------------- */

#define ATTRIBUTE(attribute, of_kind, of_type, text)                                               \
    {.name = (attribute), .kind = (of_kind), .type = (of_type),                                    \
     .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text)}

static const kl_field attributes[] = {
    ATTRIBUTE("model", KL_KIND_STRING, NULL, "name of the model"),
    ATTRIBUTE("required_index", KL_KIND_INT, NULL, "place of the field in required_fields, from 0"),
    ATTRIBUTE("field_fingerprint", KL_KIND_STRING, NULL,
              "length and hash of its name, which may be anything: len=<n>+h=<8 digits>"),
    ATTRIBUTE("reason", KL_KIND_OBJECT, &kl_unavailable_reason_type, "why it is not to be had"),
};

static const kl_type error_type = {
    .name = "RequiredFieldUnavailableError",
    .module = "kailash.dataflow",
    .doc = "A read required a field that is unknown, absent, NULL or not to be seen by the caller. "
           "Holds no value of the row.",
    .flags = KL_TYPE_EXCEPTION | KL_TYPE_AT_ROOT,
    .base_name = "RuntimeError",
    .fields = KL_TABLE(attributes),
};
KL_PUBLISH(error_type);

static kl_status fill_details(kl_value *map, kl_text model, size_t index, kl_text fingerprint,
                              kl_unavailable reason, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_map_set_text(map, KL_TEXT("model"), model, error));
    KL_TRY(kl_map_set(map, KL_TEXT("required_index"), kl_int((int64_t)index), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("field_fingerprint"), fingerprint, error));
    KL_TRY(kl_item_at(&item, &kl_unavailable_reason_type, reason, error));
    return kl_map_set(map, KL_TEXT("reason"), item, error);
}

kl_status kl_required_field_error(kl_error *error, kl_text model, size_t index, kl_text fingerprint,
                                  kl_unavailable reason)
{
    if (!error)
        return KL_FAILED;
    kl_value *details = kl_alloc(sizeof *details);
    if (!details)
        return kl_error_no_memory(error);
    *details = kl_null();
    kl_status status = kl_map_new(details, 4, error);
    if (status == KL_OK)
        status = fill_details(details, model, index, fingerprint, reason, error);
    if (status != KL_OK) {
        kl_value_release(*details);
        kl_free(details);
        return status;
    }
    kl_error_set(error, KL_FAILED, "required field %zu of model %.*s is unavailable: %s (%.*s)",
                 index, KL_TEXT_ARG(model), reasons[reason].word, KL_TEXT_ARG(fingerprint));
    error->type = error_type.name;
    error->details = details;
    return KL_FAILED;
}

/* ---- ClassificationMigrationWindow ------------------------------------------------------------- */

typedef struct window {
    kl_object object;
    kl_value models; /* array of strings, sorted */
} window;

bool kl_migration_window_covers(kl_value value, kl_text model)
{
    const window *w = kl_as_object(value, &kl_migration_window_type);
    for (size_t i = 0; w && i < kl_array_len(w->models); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(w->models, i)), model))
            return true;
    return false;
}

/* `models` is taken, also on failure. */
static kl_status new_window(kl_value *out, kl_value models, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_migration_window_type, error);
    if (status != KL_OK) {
        kl_value_release(models);
        return status;
    }
    ((window *)object)->models = models;
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status closed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value models;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&models, 0, error));
    return new_window(out, models, error);
}

static kl_status disclose(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text model = kl_as_text(args[0]);
    kl_value models = kl_value_retain(((window *)self)->models);
    kl_status status = KL_OK;
    if (model.len == 0 || memchr(model.data, '\0', model.len)) {
        kl_value_release(models);
        return kl_error_set(error, KL_INVALID, "model must be nonempty and contain no NUL");
    }
    if (!kl_migration_window_covers(kl_value_of(self), model)) {
        KL_TRY_OUT(kl_array_push(&models, kl_value_retain(args[0]), error));
        KL_TRY_OUT(kl_array_sort(&models, error));
    }
    return new_window(out, models, error);
out:
    kl_value_release(models);
    return status;
}

static kl_status covers(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_migration_window_covers(kl_value_of(self), kl_as_text(args[0])));
    return KL_OK;
}

static kl_status is_closed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_array_len(((window *)self)->models) == 0);
    return KL_OK;
}

static kl_status models(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((window *)self)->models);
    return KL_OK;
}

static kl_status window_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "ClassificationMigrationWindow(models=%zu)",
                            kl_array_len(((window *)self)->models));
}

static const kl_field window_fields[] = {
    KL_VALUE(window, models, .kind = KL_KIND_ARRAY, .flags = KL_HIDDEN),
};

static const kl_param model_params[] = {
    {.name = "model", .kind = KL_KIND_STRING, .doc = "name of a model, in this very spelling"},
};

static const kl_method window_methods[] = {
    {.name = "closed", .call = closed, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_migration_window_type, .doc = "A window that covers no model."},
    {.name = "disclose_undeclared_fields_until_4_49_0", .call = disclose,
     .params = KL_TABLE(model_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_migration_window_type, .raises = "ValueError",
     .deprecated = "ClassificationMigrationWindow shows undeclared fields in plain text and ends "
                   "with 4.49.0; declare the classification of every field instead",
     .doc = "A new window that covers one more model. Deprecated: declare the fields."},
    {.name = "covers", .call = covers, .params = KL_TABLE(model_params), .returns = KL_KIND_BOOL,
     .doc = "Whether undeclared fields of that model are shown."},
    {.name = "is_closed", .call = is_closed, .returns = KL_KIND_BOOL,
     .doc = "Whether it covers no model."},
    {.name = "models", .call = models, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of the models it covers, sorted."},
};

const kl_type kl_migration_window_type = {
    .name = "ClassificationMigrationWindow",
    .module = "kailash.dataflow",
    .doc = "The models whose undeclared fields are shown although the database redacts such fields "
           "(undeclared_fields=\"redact\"), until they are declared. Never changes.",
    .size = sizeof(window),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(window_fields),
    .methods = KL_TABLE(window_methods),
    .repr = window_repr,
};
KL_PUBLISH(kl_migration_window_type);
