/* src/trust_plane/constraint_views.c - the dimensions of an envelope as read-only records:
 * OperationalConstraints, DataAccessConstraints, FinancialConstraints, TemporalConstraints,
 * CommunicationConstraints. */
#include "envelope.h"
#include "shown.h"

typedef struct operational {
    kl_object object;
    kl_value allowed_actions, blocked_actions;
} operational;

typedef struct data_access {
    kl_object object;
    kl_value read_paths, write_paths, blocked_paths, blocked_patterns;
} data_access;

typedef struct financial {
    kl_object object;
    kl_value max_cost_per_session, max_cost_per_action;
    bool budget_tracking;
} financial;

typedef struct temporal {
    kl_object object;
    kl_value max_session_hours, allowed_hours, cooldown_minutes;
} temporal;

typedef struct communication {
    kl_object object;
    kl_value allowed_channels, blocked_channels;
    bool requires_review;
} communication;

/* ---- making ---------------------------------------------------------------------------------- */

/* Of an envelope, by the names of the fields. */
static kl_status fill(kl_object *view, const kl_session_envelope *envelope,
                      kl_session_dimension dimension)
{
    kl_text name = kl_text_from(kl_session_dimension_name(dimension));
    kl_value from = kl_map_get(envelope->map, name);
    for (size_t i = 0; i < view->type->field_count; i++) {
        const kl_field *field = &view->type->fields[i];
        kl_value value = kl_map_get(from, kl_text_from(field->name));
        void *at = (char *)view + field->offset;
        if (field->kind == KL_KIND_BOOL)
            *(bool *)at = kl_as_bool(value);
        else
            *(kl_value *)at = kl_value_retain(value);
    }
    return KL_OK;
}

static kl_status view_of(kl_value *out, const kl_type *type, kl_session_dimension dimension,
                         kl_value envelope, kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, type, error));
    kl_session_envelope *now = kl_constraint_envelope_of(envelope.as.object);
    kl_status status = fill(made, now, dimension);
    kl_session_envelope_release(now);
    *out = kl_value_of(made);
    return status;
}

/* A view made without an envelope restricts nothing: its lists of what is blocked are empty. */
static kl_status fill_lists(kl_object *self, kl_error *error)
{
    for (size_t i = 0; i < self->type->field_count; i++) {
        const kl_field *field = &self->type->fields[i];
        kl_value *at = (kl_value *)((char *)self + field->offset);
        bool is_list = field->kind == KL_KIND_ARRAY && !(field->flags & KL_OPTIONAL);
        if (is_list && kl_is_null(*at))
            KL_TRY(kl_array_new(at, 0, error));
    }
    return KL_OK;
}

static const kl_param envelope_param[] = {
    {.name = "envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "the envelope whose dimension it shows, as it stands now"},
};

#define OF(name, DIMENSION)                                                                        \
    extern const kl_type name##_type;                                                              \
    static kl_status name##_of(kl_value *out, kl_object *self, const kl_value *args,               \
                               kl_error *error)                                                    \
    {                                                                                              \
        (void)self;                                                                                \
        return view_of(out, &name##_type, KL_SESSION_##DIMENSION, args[0], error);                 \
    }
#define OF_ROW(view)                                                                               \
    {.name = "of", .call = view##_of, .params = KL_TABLE(envelope_param), .flags = KL_STATIC,      \
     .returns = KL_KIND_OBJECT, .returns_type = &view##_type,                                      \
     .doc = "The dimension of an envelope."}

/* Lists of what is allowed may be None; those of what is blocked never are. */
#define ALLOWED(owner, member, text)                                                               \
    KL_VALUE(owner, member, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                         \
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = text)
#define BLOCKED(owner, member, text)                                                               \
    KL_VALUE(owner, member, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_READ_ONLY,  \
             .doc = text)
#define LIMIT(owner, member, kind_of, text)                                                        \
    KL_VALUE(owner, member, .kind = kind_of, .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = text)
#define FLAG(owner, member, text) KL_BOOL(owner, member, false, .flags = KL_READ_ONLY, .doc = text)

#define VIEW(view, class_name, text, ...)                                                          \
    const kl_type view##_type = {                                                                  \
        .name = class_name, .module = "kailash", .doc = text, .size = sizeof(view),                \
        .flags = KL_TYPE_RECORD, .fields = KL_TABLE(view##_fields), .check = fill_lists,           \
        .repr = view##_repr, __VA_ARGS__};                                                         \
    KL_PUBLISH(view##_type)

/* ---- operational ----------------------------------------------------------------------------- */

static const kl_field operational_fields[] = {
    ALLOWED(operational, allowed_actions, "what alone may be done; None = everything"),
    BLOCKED(operational, blocked_actions, "what must not be done"),
};
OF(operational, OPERATIONAL)
static const kl_method operational_methods[] = {OF_ROW(operational)};

static kl_status operational_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const operational *view = (const operational *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "OperationalConstraints(blocked=%zu, ",
                     kl_array_len(view->blocked_actions));
    kl_shown_optional(&text, "allowed", view->allowed_actions);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}
VIEW(operational, "OperationalConstraints", "Which actions an envelope allows.",
     .methods = KL_TABLE(operational_methods));

/* ---- data access ----------------------------------------------------------------------------- */

static const kl_field data_access_fields[] = {
    ALLOWED(data_access, read_paths, "where alone an action may reach; None = everywhere"),
    ALLOWED(data_access, write_paths, "where alone actions may write; None = everywhere"),
    BLOCKED(data_access, blocked_paths, "where no action may reach, with all below"),
    BLOCKED(data_access, blocked_patterns, "globs of paths that no action may touch"),
};
OF(data_access, DATA_ACCESS)
static const kl_method data_access_methods[] = {OF_ROW(data_access)};

static kl_status data_access_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const data_access *view = (const data_access *)self;
    return kl_string_format(out, error,
                            "DataAccessConstraints(blocked_paths=%zu, blocked_patterns=%zu)",
                            kl_array_len(view->blocked_paths), kl_array_len(view->blocked_patterns));
}
VIEW(data_access, "DataAccessConstraints", "Which paths an envelope allows.",
     .methods = KL_TABLE(data_access_methods));

/* ---- financial ------------------------------------------------------------------------------- */

static const kl_field financial_fields[] = {
    LIMIT(financial, max_cost_per_session, KL_KIND_DOUBLE, "in USD; None = no limit"),
    LIMIT(financial, max_cost_per_action, KL_KIND_DOUBLE, "in USD; None = no limit"),
    FLAG(financial, budget_tracking, "whether the budget is watched"),
};
OF(financial, FINANCIAL)
static const kl_method financial_methods[] = {OF_ROW(financial)};

static kl_status financial_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const financial *view = (const financial *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "FinancialConstraints(");
    kl_shown_optional(&text, "session", view->max_cost_per_session);
    kl_shown_optional(&text, ", action", view->max_cost_per_action);
    kl_buffer_format(&text, ", tracking=%s)", view->budget_tracking ? "true" : "false");
    return kl_buffer_finish(out, &text, error);
}
VIEW(financial, "FinancialConstraints", "What an envelope lets actions cost.",
     .methods = KL_TABLE(financial_methods));

/* ---- temporal -------------------------------------------------------------------------------- */

static const kl_field temporal_fields[] = {
    LIMIT(temporal, max_session_hours, KL_KIND_DOUBLE, "in hours; None = no limit"),
    KL_VALUE(temporal, allowed_hours, .kind = KL_KIND_ARRAY, .flags = KL_HIDDEN | KL_OPTIONAL,
             .doc = "ranges of hours"),
    LIMIT(temporal, cooldown_minutes, KL_KIND_COUNT, "in minutes; None = no cooldown"),
};
OF(temporal, TEMPORAL)

static kl_status allowed_hours(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const temporal *)self)->allowed_hours);
    return KL_OK;
}

static const kl_method temporal_methods[] = {
    OF_ROW(temporal),
    {.name = "allowed_hours", .call = allowed_hours, .flags = KL_PROPERTY,
     .returns = KL_KIND_ARRAY, .item = KL_KIND_TUPLE, .returns_optional = true,
     .doc = "Ranges (start, end) of hours, UTC; None = at all hours."},
};

static kl_status temporal_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const temporal *view = (const temporal *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "TemporalConstraints(");
    kl_shown_optional(&text, "max_hours", view->max_session_hours);
    kl_shown_optional(&text, ", cooldown", view->cooldown_minutes);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}
VIEW(temporal, "TemporalConstraints", "When an envelope allows actions.",
     .methods = KL_TABLE(temporal_methods));

/* ---- communication --------------------------------------------------------------------------- */

static const kl_field communication_fields[] = {
    ALLOWED(communication, allowed_channels, "what alone may be used; None = everything"),
    BLOCKED(communication, blocked_channels, "what must not be used"),
    FLAG(communication, requires_review, "whether communication wants a human's eye"),
};
OF(communication, COMMUNICATION)
static const kl_method communication_methods[] = {OF_ROW(communication)};

static kl_status communication_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const communication *view = (const communication *)self;
    return kl_string_format(out, error,
                            "CommunicationConstraints(blocked=%zu, requires_review=%s)",
                            kl_array_len(view->blocked_channels),
                            view->requires_review ? "true" : "false");
}
VIEW(communication, "CommunicationConstraints", "Which channels an envelope allows.",
     .methods = KL_TABLE(communication_methods));
