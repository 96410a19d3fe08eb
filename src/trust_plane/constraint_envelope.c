/* src/trust_plane/constraint_envelope.c - ConstraintEnvelope: a session envelope that can be changed. */
#include "envelope_member.h"
#include "guard.h"

#include <strings.h>

typedef struct constraint_envelope {
    kl_object object;
    kl_guard lock;          /* guards the pointer, not what it points to */
    kl_session_envelope *envelope; /* owned */
} constraint_envelope;

static kl_status envelope_init(kl_object *self, const kl_value *args, kl_error *error)
{
    constraint_envelope *e = (constraint_envelope *)self;
    (void)args;
    kl_guard_begin(&e->lock, KL_FORK_MIDDLE);
    return kl_session_envelope_empty(&e->envelope, error);
}

static void envelope_dispose(kl_object *self)
{
    constraint_envelope *e = (constraint_envelope *)self;
    kl_session_envelope_release(e->envelope);
    kl_guard_end(&e->lock);
}

kl_status kl_constraint_envelope_new(kl_value *out, const kl_session_envelope *envelope,
                                     kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, &kl_constraint_envelope_type, error));
    constraint_envelope *e = (constraint_envelope *)made;
    kl_guard_begin(&e->lock, KL_FORK_MIDDLE);
    e->envelope = kl_session_envelope_retain(envelope);
    *out = kl_value_of(made);
    return KL_OK;
}

kl_session_envelope *kl_constraint_envelope_of(kl_object *object)
{
    constraint_envelope *e = (constraint_envelope *)object;
    kl_guard_lock(&e->lock);
    kl_session_envelope *envelope = kl_session_envelope_retain(e->envelope);
    kl_guard_unlock(&e->lock);
    return envelope;
}

/* Around an envelope that is taken; given. */
static kl_status wrap(kl_value *out, kl_session_envelope *envelope, kl_error *error)
{
    kl_status status = kl_constraint_envelope_new(out, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

/* ---- getters and setters --------------------------------------------------------------------- */

static kl_status get_member(kl_value *out, kl_object *self, kl_session_member_id id)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(self);
    *out = kl_value_retain(kl_session_member_of(envelope, &kl_session_members[id]));
    kl_session_envelope_release(envelope);
    return KL_OK;
}

/* The new envelope is made under the lock: of two setters at once both count. */
static kl_status set_member(kl_object *self, kl_session_member_id id, kl_value value,
                            kl_error *error)
{
    constraint_envelope *e = (constraint_envelope *)self;
    const kl_session_member *member = &kl_session_members[id];
    kl_session_envelope *changed = NULL, *before = NULL;
    kl_guard_lock(&e->lock);
    kl_status status =
        kl_session_envelope_with(&changed, e->envelope, kl_session_dimension_name(member->dimension),
                                 member->name, value, error);
    if (status == KL_OK) {
        before = e->envelope;
        e->envelope = changed;
    }
    kl_guard_unlock(&e->lock);
    kl_session_envelope_release(before);
    return status;
}

#define GETTER(name, ID)                                                                           \
    static kl_status get_##name(kl_value *out, kl_object *self, const kl_value *args,              \
                                kl_error *error)                                                   \
    {                                                                                              \
        (void)args, (void)error;                                                                   \
        return get_member(out, self, KL_AT_##ID);                                                  \
    }
#define SETTER(name, ID)                                                                           \
    static kl_status set_##name(kl_value *out, kl_object *self, const kl_value *args,              \
                                kl_error *error)                                                   \
    {                                                                                              \
        (void)out;                                                                                 \
        return set_member(self, KL_AT_##ID, args[0], error);                                       \
    }
#define ACCESS(name, ID) GETTER(name, ID) SETTER(name, ID)

ACCESS(allowed_actions, ALLOWED_ACTIONS)
ACCESS(blocked_actions, BLOCKED_ACTIONS)
ACCESS(read_paths, READ_PATHS)
ACCESS(write_paths, WRITE_PATHS)
ACCESS(blocked_paths, BLOCKED_PATHS)
ACCESS(blocked_patterns, BLOCKED_PATTERNS)
ACCESS(max_cost_per_session, MAX_COST_PER_SESSION)
ACCESS(max_cost_per_action, MAX_COST_PER_ACTION)
ACCESS(budget_tracking, BUDGET_TRACKING)
ACCESS(max_session_hours, MAX_SESSION_HOURS)
ACCESS(allowed_hours, ALLOWED_HOURS)
ACCESS(cooldown_minutes, COOLDOWN_MINUTES)
ACCESS(allowed_channels, ALLOWED_CHANNELS)
ACCESS(blocked_channels, BLOCKED_CHANNELS)
ACCESS(requires_review, REQUIRES_REVIEW)
ACCESS(signed_by, SIGNED_BY)
SETTER(signed_at, SIGNED_AT)

/* Shown with +00:00, kept with Z. */
static kl_status get_signed_at(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_value kept;
    (void)args;
    get_member(&kept, self, KL_AT_SIGNED_AT);
    kl_text text = kl_as_text(kept);
    kl_status status = KL_OK;
    *out = kl_null();
    if (!kl_is_null(kept))
        status = kl_string_format(out, error, "%.*s+00:00", (int)text.len - 1, text.data);
    kl_value_release(kept);
    return status;
}

static kl_status get_dimension(kl_value *out, kl_object *self, kl_session_dimension dimension)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(self);
    kl_text name = kl_text_from(kl_session_dimension_name(dimension));
    *out = kl_value_retain(kl_map_get(envelope->map, name));
    kl_session_envelope_release(envelope);
    return KL_OK;
}

#define DIMENSION(name, ID)                                                                        \
    static kl_status get_##name(kl_value *out, kl_object *self, const kl_value *args,              \
                                kl_error *error)                                                   \
    {                                                                                              \
        (void)args, (void)error;                                                                   \
        return get_dimension(out, self, KL_SESSION_##ID);                                          \
    }
DIMENSION(operational, OPERATIONAL)
DIMENSION(data_access, DATA_ACCESS)
DIMENSION(financial, FINANCIAL)
DIMENSION(temporal, TEMPORAL)
DIMENSION(communication, COMMUNICATION)

/* ---- making ---------------------------------------------------------------------------------- */

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_envelope *envelope;
    (void)self;
    KL_TRY(kl_session_envelope_parse(&envelope, kl_as_text(args[0]), error));
    return wrap(out, envelope, error);
}

static bool holds_word(kl_text text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++)
        if (strncasecmp(text.data + at, word, len) == 0)
            return true;
    return false;
}

/* Where a constraint of the old, free form goes, by the first word found in it. */
static kl_session_member_id place_of(kl_text constraint)
{
    static const struct {
        const char *word;
        kl_session_member_id place;
    } rows[] = {
        {"path", KL_AT_BLOCKED_PATHS},       {"file", KL_AT_BLOCKED_PATHS},
        {"dir", KL_AT_BLOCKED_PATHS},        {"channel", KL_AT_BLOCKED_CHANNELS},
        {"email", KL_AT_BLOCKED_CHANNELS},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (holds_word(constraint, rows[i].word))
            return rows[i].place;
    return KL_AT_BLOCKED_ACTIONS;
}

/* Replace `*envelope` by one with a member in another value (taken). */
static kl_status change(kl_session_envelope **envelope, kl_session_member_id id, kl_value value,
                        kl_error *error)
{
    const kl_session_member *member = &kl_session_members[id];
    kl_session_envelope *changed;
    kl_status status =
        kl_session_envelope_with(&changed, *envelope, kl_session_dimension_name(member->dimension),
                                 member->name, value, error);
    kl_value_release(value);
    if (status != KL_OK)
        return status;
    kl_session_envelope_release(*envelope);
    *envelope = changed;
    return KL_OK;
}

/* The constraints that belong to a list; given. */
static kl_status gather(kl_value *out, kl_value constraints, kl_session_member_id place,
                        kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 4, error));
    for (size_t i = 0; i < kl_array_len(constraints); i++) {
        kl_value constraint = kl_array_at(constraints, i);
        kl_status status = place_of(kl_as_text(constraint)) == place
                               ? kl_array_push(&list, kl_value_retain(constraint), error)
                               : KL_OK;
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static bool speaks_of_money(kl_value constraints)
{
    for (size_t i = 0; i < kl_array_len(constraints); i++) {
        kl_text text = kl_as_text(kl_array_at(constraints, i));
        if (holds_word(text, "cost") || holds_word(text, "budget"))
            return true;
    }
    return false;
}

static kl_status from_legacy(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    static const kl_session_member_id places[] = {KL_AT_BLOCKED_ACTIONS, KL_AT_BLOCKED_PATHS,
                                                  KL_AT_BLOCKED_CHANNELS};
    kl_session_envelope *envelope;
    kl_value list;
    kl_status status;
    (void)self;
    KL_TRY(kl_session_envelope_empty(&envelope, error));
    for (size_t i = 0; i < KL_COUNT(places); i++) {
        KL_TRY_OUT(gather(&list, args[0], places[i], error));
        KL_TRY_OUT(change(&envelope, places[i], list, error));
    }
    KL_TRY_OUT(change(&envelope, KL_AT_BUDGET_TRACKING, kl_bool(speaks_of_money(args[0])), error));
    return wrap(out, envelope, error);
out:
    kl_session_envelope_release(envelope);
    return status;
}

/* ---- the document, and two of them ----------------------------------------------------------- */

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(self);
    (void)args;
    kl_status status = kl_session_envelope_print(out, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

static kl_status envelope_hash(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(self);
    (void)args;
    kl_status status = kl_session_envelope_hash(out, envelope, error);
    kl_session_envelope_release(envelope);
    return status;
}

static kl_status intersect(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_session_envelope *a = kl_constraint_envelope_of(self), *both;
    kl_session_envelope *b = kl_constraint_envelope_of(args[0].as.object);
    kl_status status = kl_session_envelope_intersect(&both, a, b, error);
    kl_session_envelope_release(a);
    kl_session_envelope_release(b);
    return status == KL_OK ? wrap(out, both, error) : status;
}

static kl_status is_tighter_than(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    bool tighter = false;
    kl_session_envelope *child = kl_constraint_envelope_of(self);
    kl_session_envelope *parent = kl_constraint_envelope_of(args[0].as.object);
    kl_status status = kl_session_envelope_is_tighter(&tighter, child, parent, error);
    kl_session_envelope_release(child);
    kl_session_envelope_release(parent);
    *out = kl_bool(tighter);
    return status;
}

static kl_status envelope_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_session_envelope *envelope = kl_constraint_envelope_of(self);
    kl_status status = kl_string_format(
        out, error, "ConstraintEnvelope(blocked_actions=%zu, blocked_paths=%zu)",
        kl_array_len(envelope->blocked_actions), kl_array_len(envelope->blocked_paths));
    kl_session_envelope_release(envelope);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define LIST_PARAM(param_name, text)                                                               \
    {.name = param_name, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_TUPLE,         \
     .doc = text}
#define ALLOW_PARAM(param_name, text)                                                              \
    {.name = param_name, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                            \
     .flags = KL_TUPLE | KL_OPTIONAL, .doc = text}

static const kl_param blocked_actions_param[] = {LIST_PARAM("actions", "names, compared exactly")};
static const kl_param allowed_actions_param[] = {
    ALLOW_PARAM("actions", "names; None = every action, [] = none")};
static const kl_param blocked_channels_param[] = {LIST_PARAM("channels", "names, compared exactly")};
static const kl_param allowed_channels_param[] = {
    ALLOW_PARAM("channels", "names; None = every channel, [] = none")};
static const kl_param blocked_paths_param[] = {
    LIST_PARAM("paths", "files and directories, these with all below them")};
static const kl_param allowed_paths_param[] = {
    ALLOW_PARAM("paths", "files and directories, these with all below them; None = every path")};
static const kl_param patterns_param[] = {
    LIST_PARAM("patterns", "globs that match a whole path: * and ** match anything, also /")};
static const kl_param limit_param[] = {
    {.name = "limit", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "in USD, finite, not negative; None = no limit"},
};
static const kl_param hours_limit_param[] = {
    {.name = "hours", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "finite, not negative; None = no limit"},
};
static const kl_param ranges_param[] = {
    {.name = "hours", .kind = KL_KIND_ARRAY, .item = KL_KIND_TUPLE, .flags = KL_OPTIONAL,
     .doc = "ranges (start, end) of hours from 0 to 24, UTC, end excluded; a start behind the end goes "
            "over midnight; None = at all hours"},
};
static const kl_param minutes_param[] = {
    {.name = "minutes", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "within which the same action is flagged; None = no cooldown"},
};
static const kl_param enabled_param[] = {
    {.name = "enabled", .kind = KL_KIND_BOOL, .doc = "whether somebody watches the budget"},
};
static const kl_param required_param[] = {
    {.name = "required", .kind = KL_KIND_BOOL, .doc = "whether all that uses a channel is flagged"},
};
static const kl_param signer_param[] = {
    {.name = "signer", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "who has signed it"},
};
static const kl_param moment_param[] = {
    {.name = "time", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "RFC 3339, when it was signed"},
};
static const kl_param json_param[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "JSON with all five dimensions, at most 1 MiB"},
};
static const kl_param legacy_param[] = {LIST_PARAM("constraints", "free texts")};
static const kl_param other_param[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "another envelope"},
};

#define SET(member, table, text)                                                                   \
    {.name = "set_" #member, .call = set_##member, .params = KL_TABLE(table),                      \
     .returns = KL_KIND_NONE, .raises = "ValueError", .doc = text}
#define GET(member, kind_of, text)                                                                 \
    {.name = "get_" #member, .call = get_##member, .returns = kind_of, .doc = text}
#define GET_LIST(member, text)                                                                     \
    {.name = "get_" #member, .call = get_##member, .returns = KL_KIND_ARRAY,                       \
     .item = KL_KIND_STRING, .doc = text}
#define GET_ALLOWED(member, text)                                                                  \
    {.name = "get_" #member, .call = get_##member, .returns = KL_KIND_ARRAY,                       \
     .item = KL_KIND_STRING, .returns_optional = true, .doc = text}
#define GET_OPTIONAL(member, kind_of, text)                                                        \
    {.name = "get_" #member, .call = get_##member, .returns = kind_of, .returns_optional = true,   \
     .doc = text}

static const kl_method methods[] = {
    {.name = "from_json", .call = from_json, .params = KL_TABLE(json_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_constraint_envelope_type,
     .raises = "ValueError", .doc = "The envelope of a JSON text; no key may stand twice in it."},
    {.name = "from_legacy", .call = from_legacy, .params = KL_TABLE(legacy_param),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_constraint_envelope_type,
     .raises = "ValueError",
     .doc = "The envelope of free texts: those with path, file or dir block a path, those with "
            "channel or email a channel, all others an action; cost or budget turn on budget "
            "tracking."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The document as JSON text with two blanks of indent."},
    {.name = "envelope_hash", .call = envelope_hash, .returns = KL_KIND_STRING,
     .raises = "RuntimeError",
     .doc = "SHA-256 of the five dimensions in canonical form, 64 hexadecimal digits; who signed it, "
            "and when, does not count."},
    {.name = "intersect", .call = intersect, .params = KL_TABLE(other_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_constraint_envelope_type,
     .raises = "ValueError", .doc = "A new envelope that allows what both allow, unsigned."},
    {.name = "is_tighter_than", .call = is_tighter_than, .params = KL_TABLE(other_param),
     .returns = KL_KIND_BOOL,
     .doc = "Whether this one is nowhere wider than the other. Each is as tight as itself."},
    SET(blocked_actions, blocked_actions_param, "What must not be done."),
    SET(allowed_actions, allowed_actions_param, "What alone may be done."),
    SET(read_paths, allowed_paths_param, "Where alone an action may reach."),
    SET(write_paths, allowed_paths_param, "Where alone write, create and delete may reach."),
    SET(blocked_paths, blocked_paths_param, "Where no action may reach."),
    SET(blocked_patterns, patterns_param, "Which paths no action may touch."),
    SET(max_cost_per_session, limit_param, "What all actions of a session may cost; more is blocked."),
    SET(max_cost_per_action, limit_param, "What one action may cost; more is held."),
    SET(budget_tracking, enabled_param, "Tell that the budget is watched; costs count always."),
    SET(max_session_hours, hours_limit_param, "How long a session may last; later actions are held."),
    SET(allowed_hours, ranges_param, "The hours of the day at which actions may take place."),
    SET(cooldown_minutes, minutes_param, "How soon an action may follow itself unflagged."),
    SET(allowed_channels, allowed_channels_param, "What alone may be used to communicate."),
    SET(blocked_channels, blocked_channels_param, "What must not be used to communicate."),
    SET(requires_review, required_param, "Whether communication wants a human's eye."),
    SET(signed_by, signer_param, "Who has signed the envelope; no part of its hash."),
    SET(signed_at, moment_param, "When it was signed; no part of its hash."),
    GET(operational, KL_KIND_MAP, "The dimension as a dict: allowed_actions, blocked_actions."),
    GET(data_access, KL_KIND_MAP,
        "The dimension as a dict: read_paths, write_paths, blocked_paths, blocked_patterns."),
    GET(financial, KL_KIND_MAP,
        "The dimension as a dict: max_cost_per_session, max_cost_per_action, budget_tracking."),
    {.name = "get_temporal", .call = get_temporal, .returns = KL_KIND_MAP, .item = KL_KIND_TUPLE,
     .doc = "The dimension as a dict: max_session_hours, allowed_hours (a list of tuples), "
            "cooldown_minutes."},
    GET(communication, KL_KIND_MAP,
        "The dimension as a dict: allowed_channels, blocked_channels, requires_review."),
    GET_LIST(blocked_actions, "What must not be done."),
    GET_ALLOWED(allowed_actions, "What alone may be done; None = everything."),
    GET_ALLOWED(read_paths, "Where alone an action may reach; None = everywhere."),
    GET_ALLOWED(write_paths, "Where alone actions may write; None = everywhere."),
    GET_LIST(blocked_paths, "Where no action may reach."),
    GET_LIST(blocked_patterns, "Which paths no action may touch."),
    GET_OPTIONAL(max_cost_per_session, KL_KIND_DOUBLE, "In USD; None = no limit."),
    GET_OPTIONAL(max_cost_per_action, KL_KIND_DOUBLE, "In USD; None = no limit."),
    GET(budget_tracking, KL_KIND_BOOL, "Whether the budget is watched."),
    GET_OPTIONAL(max_session_hours, KL_KIND_DOUBLE, "In hours; None = no limit."),
    {.name = "get_allowed_hours", .call = get_allowed_hours, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_TUPLE, .returns_optional = true,
     .doc = "Ranges (start, end) of hours, UTC; None = at all hours."},
    GET_OPTIONAL(cooldown_minutes, KL_KIND_INT, "In minutes; None = no cooldown."),
    GET_ALLOWED(allowed_channels, "What alone may be used to communicate; None = everything."),
    GET_LIST(blocked_channels, "What must not be used to communicate."),
    GET(requires_review, KL_KIND_BOOL, "Whether communication wants a human's eye."),
    GET_OPTIONAL(signed_by, KL_KIND_STRING, "Who has signed the envelope; None = nobody."),
    GET_OPTIONAL(signed_at, KL_KIND_STRING, "When it was signed, RFC 3339, UTC; None = it is not."),
};

const kl_type kl_constraint_envelope_type = {
    .name = "ConstraintEnvelope",
    .module = "kailash.trust_plane",
    .doc = "What a session may do, in five dimensions: actions, paths, costs, times, channels. A new "
           "one restricts nothing.",
    .size = sizeof(constraint_envelope),
    .flags = KL_TYPE_AT_ROOT,
    .init = envelope_init,
    .dispose = envelope_dispose,
    .repr = envelope_repr,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(kl_constraint_envelope_type);
