/* src/pact/bridge_class.c - the classes PactBridge and PactBridgeApprovalStatus. */
#include "knowledge.h"
#include "words.h"
#include "kailash/json.h"

/* ---- PactBridgeApprovalStatus ---------------------------------------------------------------- */

typedef struct approval_status {
    kl_object object;
    kl_value name, reason; /* string; string or null */
} approval_status;

static const char *const approvals[] = {
    [KL_PACT_BRIDGE_PENDING] = "pending",
    [KL_PACT_BRIDGE_APPROVED] = "approved",
    [KL_PACT_BRIDGE_REJECTED] = "rejected",
};

kl_status kl_pact_bridge_status_new(kl_value *out, kl_pact_approval approval, kl_value reason, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_bridge_status_type, error));
    approval_status *own = (approval_status *)object;
    kl_status status = kl_string_new(&own->name, kl_text_from(approvals[approval]), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    own->reason = kl_value_retain(reason);
    *out = kl_value_of(object);
    return KL_OK;
}

kl_status kl_pact_bridge_status_text(kl_value *out, const kl_object *status, kl_error *error)
{
    const approval_status *own = (const approval_status *)status;
    if (!kl_is_null(own->reason))
        return kl_string_format(out, error, "rejected: %.*s", KL_TEXT_ARG(kl_as_text(own->reason)));
    *out = kl_value_retain(own->name);
    return KL_OK;
}

static kl_status status_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_bridge_status_text(out, self, error);
}

static kl_status status_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_pact_bridge_status_text(&text, self, error));
    kl_status status = kl_string_format(out, error, "PactBridgeApprovalStatus('%.*s')",
                                        KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return status;
}

#define STATUS_METHODS(word, which)                                                                \
    static kl_status is_##word(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        (void)args, (void)error;                                                                   \
        *out = kl_bool(kl_text_is(kl_as_text(((approval_status *)self)->name), #word));            \
        return KL_OK;                                                                              \
    }                                                                                              \
    static kl_status make_##word(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        (void)self;                                                                                \
        return kl_pact_bridge_status_new(out, (which), (which) == KL_PACT_BRIDGE_REJECTED          \
                                                           ? args[0] : kl_null(), error);          \
    }
STATUS_METHODS(pending, KL_PACT_BRIDGE_PENDING)
STATUS_METHODS(approved, KL_PACT_BRIDGE_APPROVED)
STATUS_METHODS(rejected, KL_PACT_BRIDGE_REJECTED)

static const kl_field status_fields[] = {
    KL_VALUE(approval_status, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "pending, approved or rejected"),
    KL_VALUE(approval_status, reason, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "why it was rejected; else None"),
};
static const kl_param reason_param[] = {
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why it was rejected"},
};

#define STATUS_RESULT                                                                              \
    .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_bridge_status_type

static const kl_method status_methods[] = {
    {.name = "pending", .call = make_pending, STATUS_RESULT, .doc = "Nobody has decided yet."},
    {.name = "approved", .call = make_approved, STATUS_RESULT, .doc = "It was approved."},
    {.name = "rejected", .call = make_rejected, .params = KL_TABLE(reason_param), STATUS_RESULT,
     .doc = "It was rejected, and why."},
    {.name = "is_pending", .call = is_pending, .returns = KL_KIND_BOOL, .doc = "Whether nobody has decided."},
    {.name = "is_approved", .call = is_approved, .returns = KL_KIND_BOOL, .doc = "Whether it was approved."},
    {.name = "is_rejected", .call = is_rejected, .returns = KL_KIND_BOOL, .doc = "Whether it was rejected."},
    {.name = "__str__", .call = status_str, .returns = KL_KIND_STRING,
     .doc = "The name, and the reason of a rejection: rejected: why"},
};

const kl_type kl_pact_bridge_status_type = {
    .name = "PactBridgeApprovalStatus",
    .module = "kailash.pact",
    .doc = "Whether a bridge was approved.",
    .size = sizeof(approval_status),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(status_fields),
    .methods = KL_TABLE(status_methods),
    .repr = status_repr,
};
KL_PUBLISH(kl_pact_bridge_status_type);

/* ---- PactBridge ------------------------------------------------------------------------------ */

/* The constructor is the reader: its arguments as a wire map. */
static kl_status wire_of(kl_value *out, const kl_value *args, kl_error *error)
{
    static const char *const names[] = {"id", "role_a_address", "role_b_address", "bridge_type", "bilateral",
                                        "max_classification"};
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 7, error));
    for (size_t i = 0; i < KL_COUNT(names); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(names[i]), kl_value_retain(args[i]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("active"), kl_bool(true), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status bridge_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    KL_TRY(wire_of(&map, args, error));
    kl_status status = kl_pact_bridge_fill((kl_pact_bridge *)self, map, error);
    kl_value_release(map);
    return status;
}

static kl_status bridge_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_bridge *bridge = (const kl_pact_bridge *)self;
    const approval_status *status = (const approval_status *)bridge->approval_status.as.object;
    return kl_string_format(out, error, "PactBridge(id='%.*s', bilateral=%s, active=%s, status='%.*s')",
                            KL_TEXT_ARG(kl_as_text(bridge->id)), bridge->bilateral ? "true" : "false",
                            bridge->active ? "true" : "false", KL_TEXT_ARG(kl_as_text(status->name)));
}

static kl_status is_usable(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_pact_bridge_is_usable((const kl_pact_bridge *)self, kl_time_now()));
    return KL_OK;
}

static kl_status is_overdue(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_pact_bridge_is_overdue((const kl_pact_bridge *)self, kl_time_now()));
    return KL_OK;
}

static kl_status is_used_up(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_bridge *bridge = (const kl_pact_bridge *)self;
    (void)args, (void)error;
    *out = kl_bool(bridge->one_time_use && !kl_is_null(bridge->used_at));
    return KL_OK;
}

static kl_status may_read(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_pact_path_allowed(((const kl_pact_bridge *)self)->read_paths, kl_as_text(args[0])));
    return KL_OK;
}

static kl_status may_write(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_pact_path_allowed(((const kl_pact_bridge *)self)->write_paths, kl_as_text(args[0])));
    return KL_OK;
}

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_json_parse(&map, kl_as_text(args[0]), error));
    kl_status status = kl_pact_bridge_read(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_pact_bridge_write(&map, (const kl_pact_bridge *)self, error));
    kl_status status = kl_json_print(out, map, &kl_json_plain, error);
    kl_value_release(map);
    return status;
}

static const kl_param bridge_params[] = {
    {.name = "id", .kind = KL_KIND_STRING, .doc = "name of the bridge"},
    {.name = "role_a_address", .kind = KL_KIND_STRING, .doc = "address of one end, A"},
    {.name = "role_b_address", .kind = KL_KIND_STRING, .doc = "address of the other end, B"},
    {.name = "bridge_type", .kind = KL_KIND_STRING, .fallback = "\"Standing\"",
     .doc = "Standing, Scoped or AdHoc"},
    {.name = "bilateral", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether both ends read from each other, or only A from B"},
    {.name = "max_classification", .kind = KL_KIND_STRING, .fallback = "\"Confidential\"",
     .doc = "the highest level that may be read over it"},
};

#define TEXT_FIELD(member, extra, text)                                                            \
    KL_VALUE(kl_pact_bridge, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | (extra), .doc = (text))
#define TEXTS_FIELD(member, text)                                                                  \
    KL_VALUE(kl_pact_bridge, member, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                \
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text))
#define BOOL_FIELD(member, extra, text)                                                            \
    {.name = #member, .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY | (extra),                       \
     .offset = offsetof(kl_pact_bridge, member), .doc = (text)}
#define HIDDEN_INT(member)                                                                         \
    {.name = #member, .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,                      \
     .offset = offsetof(kl_pact_bridge, member), .doc = "for decisions"}

static const kl_field bridge_fields[] = {
    TEXT_FIELD(id, 0, "name of the bridge"),
    TEXT_FIELD(role_a_address, 0, "address of one end, A"),
    TEXT_FIELD(role_b_address, 0, "address of the other end, B"),
    TEXT_FIELD(bridge_type, 0, "standing, scoped or ad_hoc"),
    KL_VALUE(kl_pact_bridge, max_classification, .kind = KL_KIND_OBJECT, .type = &kl_pact_level_type,
             .flags = KL_READ_ONLY, .doc = "the highest level that may be read over it"),
    BOOL_FIELD(bilateral, 0, "whether both ends read from each other, or only A from B"),
    BOOL_FIELD(active, 0, "whether it counts"),
    TEXT_FIELD(expires_at, KL_OPTIONAL, "when it ends: RFC 3339, UTC; None = never"),
    TEXT_FIELD(created_by, KL_OPTIONAL, "who made it"),
    KL_VALUE(kl_pact_bridge, approval_status, .kind = KL_KIND_OBJECT, .type = &kl_pact_bridge_status_type,
             .flags = KL_READ_ONLY, .doc = "whether it was approved"),
    TEXT_FIELD(approved_by, KL_OPTIONAL, "address of the role that approved it, or None"),
    TEXT_FIELD(approved_at, KL_OPTIONAL, "when it was approved, or None"),
    TEXT_FIELD(lca_address, KL_OPTIONAL,
               "address of the lowest role above both ends, who decides on it or somebody above; None for a "
               "bridge that was not asked for"),
    TEXTS_FIELD(read_paths, "globs of paths that may be read; None = all"),
    TEXTS_FIELD(write_paths, "globs of paths that may be written; None = all"),
    KL_VALUE(kl_pact_bridge, review_interval_days, .kind = KL_KIND_COUNT,
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "days between two reviews; None = none is due"),
    TEXT_FIELD(next_review_at, KL_OPTIONAL, "when the next review is due; None = never"),
    TEXT_FIELD(last_reviewed_at, KL_OPTIONAL, "when it was reviewed last, or None"),
    TEXT_FIELD(used_at, KL_OPTIONAL, "when a bridge for one use was used, or None"),
    BOOL_FIELD(suspend_on_overdue, 0, "whether it does not count while a review is overdue"),
    BOOL_FIELD(one_time_use, 0, "whether one access uses it up"),
    BOOL_FIELD(by_admin, 0, "whether it was asked for across departments, so that a role at the top decides"),
    HIDDEN_INT(level), HIDDEN_INT(approval), HIDDEN_INT(expires), HIDDEN_INT(review),
};

static const kl_param path_param[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "path of an item"},
};
static const kl_param json_param[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "a JSON object; addresses as text or in segments"},
};

static const kl_method bridge_methods[] = {
    {.name = "is_usable", .call = is_usable, .returns = KL_KIND_BOOL,
     .doc = "Whether it counts now: active, approved, not expired, not used up, not suspended by a review "
            "that is overdue."},
    {.name = "is_review_overdue", .call = is_overdue, .returns = KL_KIND_BOOL,
     .doc = "Whether a review should have been."},
    {.name = "is_one_time_expired", .call = is_used_up, .returns = KL_KIND_BOOL,
     .doc = "Whether it was for one use, and was used."},
    {.name = "path_allowed_for_read", .call = may_read, .params = KL_TABLE(path_param),
     .returns = KL_KIND_BOOL,
     .doc = "Whether a path is among read_paths (* within a segment, ** across); never with a segment '..'."},
    {.name = "path_allowed_for_write", .call = may_write, .params = KL_TABLE(path_param),
     .returns = KL_KIND_BOOL, .doc = "The same for write_paths."},
    {.name = "from_json", .call = from_json, .params = KL_TABLE(json_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_bridge_type, .raises = "ValueError",
     .doc = "The bridge of a JSON text."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING, .doc = "The bridge as JSON text."},
};

const kl_type kl_pact_bridge_type = {
    .name = "PactBridge",
    .module = "kailash.pact",
    .doc = "That two roles, without those below them, may read what the other one owns.",
    .size = sizeof(kl_pact_bridge),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(bridge_fields),
    .params = KL_TABLE(bridge_params),
    .init = bridge_init,
    .methods = KL_TABLE(bridge_methods),
    .repr = bridge_repr,
};
KL_PUBLISH(kl_pact_bridge_type);
