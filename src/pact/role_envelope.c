/* src/pact/role_envelope.c - PactRoleEnvelope and PactTaskEnvelope (pact 4.3). */
#include "role_envelope.h"
#include "../eatp/keys.h"
#include "address.h"
#include "kailash/json.h"

/* ---- parts of both ---------------------------------------------------------------------------------- */

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* A time in UTC with +00:00; one beyond the calendar stays as it stands. Given. */
static kl_status read_time(kl_value *out, kl_value map, const char *name, kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_time time;
    if (kl_time_parse(&time, kl_as_text(member(map, name)), NULL) != KL_OK) {
        *out = kl_value_retain(member(map, name)); /* the shape was checked */
        return KL_OK;
    }
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

/* An address as text; given. */
static kl_status read_address(kl_value *out, kl_value map, const char *name, kl_error *error)
{
    kl_pact_address address;
    kl_status status = kl_pact_address_read(&address, member(map, name), error);
    if (status == KL_OK)
        return kl_pact_path_text(out, kl_pact_path_of(&address), error);
    if (status == KL_INVALID)
        kl_error_prefix(error, "%s: ", name);
    return status;
}

static kl_status read_envelope(kl_value *wire, kl_governance **out, kl_value map, kl_error *error)
{
    kl_value envelope = member(map, "envelope");
    kl_status status = kl_governance_read(out, envelope, error);
    if (status == KL_OK)
        *wire = kl_value_retain(envelope);
    return status;
}

static kl_status write(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_value_retain(value), error);
}

static kl_status write_address(kl_value *map, const char *name, kl_value text, kl_error *error)
{
    kl_pact_address address;
    kl_value segments;
    KL_TRY(kl_pact_address_parse(&address, kl_as_text(text), error));
    KL_TRY(kl_pact_path_map(&segments, kl_pact_path_of(&address), error));
    return kl_map_set(map, kl_text_from(name), segments, error);
}

/* Documents have Z where properties have +00:00. */
static kl_status write_time(kl_value *map, const char *name, kl_value time, kl_error *error)
{
    kl_text text = kl_as_text(time);
    kl_value short_text;
    if (text.len < 6 || memcmp(text.data + text.len - 6, "+00:00", 6) != 0)
        return write(map, name, time, error);
    KL_TRY(kl_string_format(&short_text, error, "%.*sZ", (int)text.len - 6, text.data));
    return kl_map_set(map, kl_text_from(name), short_text, error);
}

kl_status kl_envelope_meet_json(kl_value *out, const kl_governance *a, const kl_governance *b,
                                kl_error *error)
{
    kl_governance *both;
    KL_TRY(kl_governance_intersect(&both, a, b, true, error));
    kl_status status = kl_json_print(out, kl_governance_map(both), &kl_json_plain, error);
    kl_governance_release(both);
    return status;
}

/* Print what `write` gives, compactly. */
#define TO_JSON(function, record, writer)                                                          \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        kl_value map;                                                                              \
        (void)args;                                                                                \
        KL_TRY(writer(&map, (const record *)self, error));                                         \
        kl_status status = kl_json_print(out, map, &kl_json_plain, error);                         \
        kl_value_release(map);                                                                     \
        return status;                                                                             \
    }
#define FROM_JSON(function, parser)                                                                \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        (void)self;                                                                                \
        return parser(out, kl_as_text(args[0]), error);                                            \
    }

static kl_status parse(kl_value *out, kl_text json,
                       kl_status (*read)(kl_value *out, kl_value map, kl_error *error),
                       kl_error *error)
{
    kl_value map;
    KL_TRY(kl_signed_json_parse(&map, json, error));
    kl_status status = read(out, map, error);
    kl_value_release(map);
    return status;
}

static const kl_param json_params[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "the document"},
};

/* ---- PactRoleEnvelope ------------------------------------------------------------------------------- */

static const kl_member role_members[] = {
    {.name = "role_address", .kind = KL_KIND_ANY},
    {.name = "envelope", .kind = KL_KIND_MAP},
    {.name = "set_by", .kind = KL_KIND_ANY},
    {.name = "version", .kind = KL_KIND_COUNT},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "modified_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "allow_bridge", .kind = KL_KIND_BOOL, .flags = KL_MEMBER_OPTIONAL},
};
static const kl_shape role_shape = {"role envelope", KL_SHAPE_MEMBERS(role_members), false};

static kl_status fill_role(kl_role_envelope *role, kl_value map, kl_error *error)
{
    KL_TRY(read_address(&role->role_address, map, "role_address", error));
    KL_TRY(read_address(&role->set_by, map, "set_by", error));
    KL_TRY(read_time(&role->created_at, map, "created_at", error));
    KL_TRY(read_time(&role->modified_at, map, "modified_at", error));
    role->version = kl_as_int(member(map, "version"));
    role->allow_bridge = kl_as_bool(member(map, "allow_bridge"));
    return read_envelope(&role->map, &role->envelope, map, error);
}

kl_status kl_role_envelope_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_shape_check(&role_shape, map, error));
    KL_TRY(kl_object_alloc(&object, &kl_role_envelope_type, error));
    kl_status status = fill_role((kl_role_envelope *)object, map, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

kl_status kl_role_envelope_parse(kl_value *out, kl_text json, kl_error *error)
{
    return parse(out, json, kl_role_envelope_read, error);
}

static kl_status write_role(kl_value *map, const kl_role_envelope *role, kl_error *error)
{
    KL_TRY(write_address(map, "role_address", role->role_address, error));
    KL_TRY(write(map, "envelope", role->map, error));
    KL_TRY(write_address(map, "set_by", role->set_by, error));
    KL_TRY(write(map, "version", kl_int(role->version), error));
    KL_TRY(write_time(map, "created_at", role->created_at, error));
    KL_TRY(write_time(map, "modified_at", role->modified_at, error));
    return write(map, "allow_bridge", kl_bool(role->allow_bridge), error);
}

kl_status kl_role_envelope_write(kl_value *out, const kl_role_envelope *role, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(role_members), error));
    kl_status status = write_role(&map, role, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static void role_dispose(kl_object *self)
{
    kl_governance_release(((kl_role_envelope *)self)->envelope);
}

static kl_status role_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_role_envelope *role = (const kl_role_envelope *)self;
    kl_text address = kl_as_text(role->role_address);
    return kl_string_format(out, error,
                            "PactRoleEnvelope(address='%.*s', version=%lld, allow_bridge=%s)",
                            KL_TEXT_ARG(address), (long long)role->version,
                            role->allow_bridge ? "true" : "false");
}

static kl_status role_envelope_json(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    return kl_json_print(out, ((kl_role_envelope *)self)->map, &kl_json_plain, error);
}

static kl_status role_intersect(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    const kl_role_envelope *other = (const kl_role_envelope *)args[0].as.object;
    return kl_envelope_meet_json(out, ((kl_role_envelope *)self)->envelope, other->envelope, error);
}

FROM_JSON(role_from_json, kl_role_envelope_parse)
TO_JSON(role_to_json, kl_role_envelope, kl_role_envelope_write)

static const kl_param other_role_params[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_role_envelope_type,
     .doc = "another role's envelope"},
};

#define ENVELOPE_METHODS(owner, from_json, to_json, envelope_json, intersect, others)              \
    {.name = "from_json", .call = (from_json), .params = KL_TABLE(json_params),                    \
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &(owner),                      \
     .raises = "ValueError",                                                                       \
     .doc = "Of a JSON document. Addresses may be text or {\"segments\": [...]}. ValueError says "  \
            "which member is wrong."},                                                             \
    {.name = "to_json", .call = (to_json), .returns = KL_KIND_STRING,                              \
     .doc = "The document as compact JSON, addresses in segments."},                               \
    {.name = "envelope_json", .call = (envelope_json), .flags = KL_PROPERTY,                       \
     .returns = KL_KIND_STRING, .doc = "The envelope alone as compact JSON."},                     \
    {.name = "intersect", .call = (intersect), .params = KL_TABLE(others),                         \
     .returns = KL_KIND_STRING, .raises = "EnvelopeIntersectionError",                             \
     .doc = "Both envelopes at once, as JSON: never wider than either."}

static const kl_method role_methods[] = {
    ENVELOPE_METHODS(kl_role_envelope_type, role_from_json, role_to_json, role_envelope_json,
                     role_intersect, other_role_params),
};

#define PROPERTY(owner, name_of, text)                                                             \
    KL_VALUE(owner, name_of, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))
#define HIDDEN_MAP(owner)                                                                          \
    {.name = "map", .kind = KL_KIND_MAP, .flags = KL_HIDDEN, .offset = offsetof(owner, map),        \
     .doc = "the envelope"}

static const kl_field role_fields[] = {
    PROPERTY(kl_role_envelope, role_address, "whose envelope it is: an address such as D1-R1"),
    PROPERTY(kl_role_envelope, set_by, "address of who set it"),
    {.kind = KL_KIND_COUNT, .flags = KL_READ_ONLY, KL_FIELD_AT(kl_role_envelope, version, int64_t),
     .doc = "number of the version"},
    {.kind = KL_KIND_BOOL, .flags = KL_READ_ONLY, KL_FIELD_AT(kl_role_envelope, allow_bridge, bool),
     .doc = "whether the role may be an end of bridges"},
    PROPERTY(kl_role_envelope, created_at, "when it was made: UTC, RFC 3339"),
    PROPERTY(kl_role_envelope, modified_at, "when it was changed: UTC, RFC 3339"),
    HIDDEN_MAP(kl_role_envelope),
};

const kl_type kl_role_envelope_type = {
    .name = "PactRoleEnvelope",
    .module = "kailash.pact",
    .doc = "The standing envelope of a role: what it may do until the envelope is replaced.",
    .size = sizeof(kl_role_envelope),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(role_fields),
    .methods = KL_TABLE(role_methods),
    .dispose = role_dispose,
    .repr = role_repr,
};
KL_PUBLISH(kl_role_envelope_type);

/* ---- PactTaskEnvelope ------------------------------------------------------------------------------- */

static const kl_member task_members[] = {
    {.name = "task_id", .kind = KL_KIND_STRING},
    {.name = "role_address", .kind = KL_KIND_ANY},
    {.name = "envelope", .kind = KL_KIND_MAP},
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "created_by", .kind = KL_KIND_ANY},
};
static const kl_shape task_shape = {"task envelope", KL_SHAPE_MEMBERS(task_members), false};

/* Beyond the calendar is never, before it long ago. */
static kl_time expiry_of(kl_text text)
{
    kl_time time;
    if (kl_time_parse(&time, text, NULL) == KL_OK)
        return time;
    return text.len && text.data[0] < '2' ? INT64_MIN : KL_TIME_NONE;
}

static kl_status fill_task(kl_task_envelope *task, kl_value map, kl_error *error)
{
    task->task_id = kl_value_retain(member(map, "task_id"));
    KL_TRY(read_address(&task->role_address, map, "role_address", error));
    KL_TRY(read_address(&task->created_by, map, "created_by", error));
    KL_TRY(read_time(&task->expires_at, map, "expires_at", error));
    task->expires = expiry_of(kl_as_text(task->expires_at));
    return read_envelope(&task->map, &task->envelope, map, error);
}

kl_status kl_task_envelope_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_shape_check(&task_shape, map, error));
    KL_TRY(kl_object_alloc(&object, &kl_task_envelope_type, error));
    kl_status status = fill_task((kl_task_envelope *)object, map, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

kl_status kl_task_envelope_parse(kl_value *out, kl_text json, kl_error *error)
{
    return parse(out, json, kl_task_envelope_read, error);
}

static kl_status write_task(kl_value *map, const kl_task_envelope *task, kl_error *error)
{
    KL_TRY(write(map, "task_id", task->task_id, error));
    KL_TRY(write_address(map, "role_address", task->role_address, error));
    KL_TRY(write(map, "envelope", task->map, error));
    KL_TRY(write_time(map, "expires_at", task->expires_at, error));
    return write_address(map, "created_by", task->created_by, error);
}

kl_status kl_task_envelope_write(kl_value *out, const kl_task_envelope *task, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(task_members), error));
    kl_status status = write_task(&map, task, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static void task_dispose(kl_object *self)
{
    kl_governance_release(((kl_task_envelope *)self)->envelope);
}

static kl_status task_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_task_envelope *task = (const kl_task_envelope *)self;
    kl_text id = kl_as_text(task->task_id), address = kl_as_text(task->role_address);
    kl_text expires = kl_as_text(task->expires_at);
    return kl_string_format(out, error,
                            "PactTaskEnvelope(task_id='%.*s', address='%.*s', expires_at='%.*s')",
                            KL_TEXT_ARG(id), KL_TEXT_ARG(address), KL_TEXT_ARG(expires));
}

static kl_status task_envelope_json(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    return kl_json_print(out, ((kl_task_envelope *)self)->map, &kl_json_plain, error);
}

static kl_status task_intersect(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    const kl_task_envelope *other = (const kl_task_envelope *)args[0].as.object;
    return kl_envelope_meet_json(out, ((kl_task_envelope *)self)->envelope, other->envelope, error);
}

FROM_JSON(task_from_json, kl_task_envelope_parse)
TO_JSON(task_to_json, kl_task_envelope, kl_task_envelope_write)

static const kl_param other_task_params[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_task_envelope_type,
     .doc = "another task's envelope"},
};

static const kl_method task_methods[] = {
    ENVELOPE_METHODS(kl_task_envelope_type, task_from_json, task_to_json, task_envelope_json,
                     task_intersect, other_task_params),
};

static const kl_field task_fields[] = {
    PROPERTY(kl_task_envelope, task_id, "name of the task"),
    PROPERTY(kl_task_envelope, role_address, "whose task it is: an address such as D1-R1"),
    PROPERTY(kl_task_envelope, expires_at, "until when it narrows: UTC, RFC 3339"),
    PROPERTY(kl_task_envelope, created_by, "address of who made it"),
    HIDDEN_MAP(kl_task_envelope),
};

const kl_type kl_task_envelope_type = {
    .name = "PactTaskEnvelope",
    .module = "kailash.pact",
    .doc = "What a role may do within one task: narrower than its standing envelope, and for a while.",
    .size = sizeof(kl_task_envelope),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(task_fields),
    .methods = KL_TABLE(task_methods),
    .dispose = task_dispose,
    .repr = task_repr,
};
KL_PUBLISH(kl_task_envelope_type);

/* ---- pact_intersect_envelopes ----------------------------------------------------------------------- */

static kl_status parse_named(kl_governance **out, kl_value json, const char *name, kl_error *error)
{
    kl_status status = kl_governance_parse(out, kl_as_text(json), error);
    if (status != KL_OK && status != KL_NO_MEMORY)
        kl_error_prefix(error, "%s: ", name);
    return status;
}

static kl_status intersect_call(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_governance *a = NULL, *b = NULL;
    kl_status status;
    (void)self;
    KL_TRY_OUT(parse_named(&a, args[0], "a_json", error));
    KL_TRY_OUT(parse_named(&b, args[1], "b_json", error));
    status = kl_envelope_meet_json(out, a, b, error);
out:
    kl_governance_release(b);
    kl_governance_release(a);
    return status;
}

static const kl_param intersect_params[] = {
    {.name = "a_json", .kind = KL_KIND_STRING, .doc = "a constraint envelope as JSON"},
    {.name = "b_json", .kind = KL_KIND_STRING, .doc = "another one"},
};

/* kailash.pact has it from there. */
static const kl_function intersect_function = {
    .module = "kailash",
    .method = {.name = "pact_intersect_envelopes", .call = intersect_call,
               .params = KL_TABLE(intersect_params), .returns = KL_KIND_STRING,
               .raises = "ValueError, EnvelopeIntersectionError",
               .doc = "Both envelopes at once, as JSON: of each member the narrower one. Never wider than "
                      "either; EnvelopeIntersectionError where they have nothing in common."},
};
KL_PUBLISH_FUNCTION(intersect_function);

static const kl_type intersection_error_type = {
    .name = "EnvelopeIntersectionError",
    .module = "kailash.pact",
    .doc = "Two envelopes have nothing in common, which an envelope cannot say: its empty list means "
           "everything.",
    .flags = KL_TYPE_EXCEPTION | KL_TYPE_AT_ROOT,
    .base_name = "ValueError",
};
KL_PUBLISH(intersection_error_type);
