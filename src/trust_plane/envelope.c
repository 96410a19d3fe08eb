/* src/trust_plane/envelope.c - the session envelope: read and checked, changed, printed, hashed. */
#include "envelope_member.h"
#include "canonical.h"
#include "kailash/json.h"
#include "kailash/time.h"

#include <math.h>

static const char *const dimension_names[] = {"operational", "data_access", "financial", "temporal",
                                              "communication"};

const char *kl_session_dimension_name(kl_session_dimension dimension)
{
    return dimension < KL_SESSION_DIMENSIONS ? dimension_names[dimension] : NULL;
}

#define MEMBER(dimension, prefix, member, ...)                                                     \
    {KL_SESSION_##dimension, #member, prefix #member, __VA_ARGS__,                                 \
     offsetof(kl_session_envelope, member)}
#define OPERATIONAL(member, kind) MEMBER(OPERATIONAL, "operational.", member, kind, false)
#define DATA_ACCESS(member, kind, is_path) MEMBER(DATA_ACCESS, "data_access.", member, kind, is_path)
#define FINANCIAL(member, kind) MEMBER(FINANCIAL, "financial.", member, kind, false)
#define TEMPORAL(member, kind) MEMBER(TEMPORAL, "temporal.", member, kind, false)
#define COMMUNICATION(member, kind) MEMBER(COMMUNICATION, "communication.", member, kind, false)

const kl_session_member kl_session_members[KL_SESSION_MEMBERS] = {
    [KL_AT_ALLOWED_ACTIONS] = OPERATIONAL(allowed_actions, KL_MEMBER_ALLOW),
    [KL_AT_BLOCKED_ACTIONS] = OPERATIONAL(blocked_actions, KL_MEMBER_BLOCK),
    [KL_AT_READ_PATHS] = DATA_ACCESS(read_paths, KL_MEMBER_ALLOW, true),
    [KL_AT_WRITE_PATHS] = DATA_ACCESS(write_paths, KL_MEMBER_ALLOW, true),
    [KL_AT_BLOCKED_PATHS] = DATA_ACCESS(blocked_paths, KL_MEMBER_BLOCK, true),
    [KL_AT_BLOCKED_PATTERNS] = DATA_ACCESS(blocked_patterns, KL_MEMBER_BLOCK, false),
    [KL_AT_MAX_COST_PER_SESSION] = FINANCIAL(max_cost_per_session, KL_MEMBER_LIMIT),
    [KL_AT_MAX_COST_PER_ACTION] = FINANCIAL(max_cost_per_action, KL_MEMBER_LIMIT),
    [KL_AT_BUDGET_TRACKING] = FINANCIAL(budget_tracking, KL_MEMBER_FLAG),
    [KL_AT_MAX_SESSION_HOURS] = TEMPORAL(max_session_hours, KL_MEMBER_LIMIT),
    [KL_AT_ALLOWED_HOURS] = TEMPORAL(allowed_hours, KL_MEMBER_HOURS),
    [KL_AT_COOLDOWN_MINUTES] = TEMPORAL(cooldown_minutes, KL_MEMBER_COOLDOWN),
    [KL_AT_ALLOWED_CHANNELS] = COMMUNICATION(allowed_channels, KL_MEMBER_ALLOW),
    [KL_AT_BLOCKED_CHANNELS] = COMMUNICATION(blocked_channels, KL_MEMBER_BLOCK),
    [KL_AT_REQUIRES_REVIEW] = COMMUNICATION(requires_review, KL_MEMBER_FLAG),
    [KL_AT_SIGNED_BY] = MEMBER(NO_DIMENSION, "", signed_by, KL_MEMBER_TEXT, false),
    [KL_AT_SIGNED_AT] = MEMBER(NO_DIMENSION, "", signed_at, KL_MEMBER_MOMENT, false),
};

/* ---- hours ----------------------------------------------------------------------------------- */

uint32_t kl_session_hour_bits(kl_value ranges)
{
    uint32_t hours = 0;
    for (size_t i = 0; i < kl_array_len(ranges); i++) {
        kl_value range = kl_array_at(ranges, i);
        int64_t start = kl_as_int(kl_array_at(range, 0)), end = kl_as_int(kl_array_at(range, 1));
        for (int64_t hour = 0; hour < KL_SESSION_HOURS; hour++) {
            bool within = start <= end ? start <= hour && hour < end : start <= hour || hour < end;
            hours |= (uint32_t)within << hour;
        }
    }
    return hours;
}

kl_status kl_session_hour_ranges(kl_value *out, uint32_t hours, kl_error *error)
{
    kl_value ranges, range = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&ranges, 4, error));
    for (int64_t start = 0, end; start < KL_SESSION_HOURS; start = end + 1) {
        for (end = start; end < KL_SESSION_HOURS && hours >> end & 1;)
            end++;
        if (end == start)
            continue;
        KL_TRY_OUT(kl_array_new(&range, 2, error));
        KL_TRY_OUT(kl_array_push(&range, kl_int(start), error));
        KL_TRY_OUT(kl_array_push(&range, kl_int(end), error));
        KL_TRY_OUT(kl_array_push(&ranges, kl_value_take(&range), error));
    }
    *out = ranges;
    return KL_OK;
out:
    kl_value_release(range);
    kl_value_release(ranges);
    return status;
}

/* ---- checking members ------------------------------------------------------------------------ */

/* What lists have used of the bounds of an envelope. */
typedef struct extent {
    size_t entries, bytes;
} extent;

static kl_status refuse(const char *path, const char *expected, kl_value value, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "%s: expected %s, not %s", path, expected,
                        kl_value_kind_name(value));
}

static kl_status take_room(extent *used, size_t entries, size_t bytes, kl_error *error)
{
    used->entries += entries;
    used->bytes += bytes;
    if (used->entries > KL_SESSION_ENTRIES_MAX)
        return kl_error_set(error, KL_INVALID,
                            "constraint envelope: its lists have more than %d entries",
                            KL_SESSION_ENTRIES_MAX);
    if (used->bytes > KL_SESSION_TEXT_MAX)
        return kl_error_set(error, KL_INVALID, "constraint envelope: more than %d bytes of text",
                            KL_SESSION_TEXT_MAX);
    return KL_OK;
}

static kl_status check_strings(const kl_session_member *member, kl_value value, extent *used,
                               kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY))
        return refuse(member->path, "an array of strings", value, error);
    KL_TRY(take_room(used, kl_array_len(value), 0, error));
    for (size_t i = 0; i < kl_array_len(value); i++) {
        kl_value item = kl_array_at(value, i);
        if (!kl_is(item, KL_KIND_STRING))
            return kl_error_set(error, KL_INVALID, "%s[%zu]: expected a string, not %s",
                                member->path, i, kl_value_kind_name(item));
        KL_TRY(take_room(used, 0, kl_as_text(item).len, error));
    }
    return KL_OK;
}

static bool is_hour(kl_value value)
{
    return kl_is(value, KL_KIND_INT) && value.as.integer >= 0 &&
           value.as.integer <= KL_SESSION_HOURS;
}

static kl_status check_hours(const kl_session_member *member, kl_value value, extent *used,
                             kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY))
        return refuse(member->path, "an array of [start, end] pairs", value, error);
    KL_TRY(take_room(used, kl_array_len(value), 0, error));
    for (size_t i = 0; i < kl_array_len(value); i++) {
        kl_value range = kl_array_at(value, i);
        bool is_range = kl_array_len(range) == 2 && is_hour(kl_array_at(range, 0)) &&
                        is_hour(kl_array_at(range, 1));
        if (!is_range)
            return kl_error_set(error, KL_INVALID,
                                "%s[%zu]: expected [start, end], two integers from 0 to %d",
                                member->path, i, KL_SESSION_HOURS);
    }
    return KL_OK;
}

/* A limit as a double; -0.0 becomes 0.0, so that equal envelopes print alike. */
static kl_status check_limit(kl_value *out, const kl_session_member *member, kl_value value,
                             kl_error *error)
{
    double limit = kl_as_double(value);
    if (!kl_is_number(value))
        return refuse(member->path, "a number", value, error);
    if (!isfinite(limit) || limit < 0)
        return kl_error_set(error, KL_INVALID, "%s: %g is no limit; expected a finite number, not negative",
                            member->path, limit);
    *out = kl_double(limit + 0.0);
    return KL_OK;
}

static kl_status check_cooldown(const kl_session_member *member, kl_value value, kl_error *error)
{
    if (!kl_is(value, KL_KIND_INT) || value.as.integer < 0)
        return kl_error_set(error, KL_INVALID,
                            "%s: expected a number of minutes: an integer, not negative",
                            member->path);
    return KL_OK;
}

/* In UTC, with the fewest digits. */
static kl_status check_moment(kl_value *out, const kl_session_member *member, kl_value value,
                              kl_error *error)
{
    kl_time time;
    char text[KL_TIME_TEXT];
    if (!kl_is(value, KL_KIND_STRING))
        return refuse(member->path, "RFC 3339 text", value, error);
    kl_status status = kl_time_parse(&time, kl_as_text(value), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "%s: ", member->path);
        return status;
    }
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, KL_TIME_Z);
    return kl_string_new(out, (kl_text){text, len}, error);
}

/* A member in the form in which it is kept; given. */
static kl_status check_member(kl_value *out, const kl_session_member *member, kl_value value,
                              extent *used, kl_error *error)
{
    bool may_be_null = member->kind != KL_MEMBER_BLOCK && member->kind != KL_MEMBER_FLAG;
    if (kl_is_null(value) && may_be_null) {
        *out = kl_null();
        return KL_OK;
    }
    switch (member->kind) {
    case KL_MEMBER_LIMIT:
        return check_limit(out, member, value, error);
    case KL_MEMBER_MOMENT:
        return check_moment(out, member, value, error);
    case KL_MEMBER_ALLOW:
    case KL_MEMBER_BLOCK:
        KL_TRY(check_strings(member, value, used, error));
        break;
    case KL_MEMBER_HOURS:
        KL_TRY(check_hours(member, value, used, error));
        break;
    case KL_MEMBER_COOLDOWN:
        KL_TRY(check_cooldown(member, value, error));
        break;
    case KL_MEMBER_FLAG:
        if (!kl_is(value, KL_KIND_BOOL))
            return refuse(member->path, "a bool", value, error);
        break;
    case KL_MEMBER_TEXT:
        if (!kl_is(value, KL_KIND_STRING))
            return refuse(member->path, "a string", value, error);
        KL_TRY(take_room(used, 0, kl_as_text(value).len, error));
    }
    *out = kl_value_retain(value);
    return KL_OK;
}

/* What a member is when the document does not say; given. */
static kl_status default_of(kl_value *out, const kl_session_member *member, kl_error *error)
{
    if (member->kind == KL_MEMBER_BLOCK)
        return kl_array_new(out, 0, error);
    *out = member->kind == KL_MEMBER_FLAG ? kl_bool(false) : kl_null();
    return KL_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The members of one dimension, or those beside them, from `source` into `*to`. */
static kl_status read_members(kl_value *to, kl_session_dimension dimension, kl_value source,
                              extent *used, kl_error *error)
{
    for (size_t i = 0; i < KL_SESSION_MEMBERS; i++) {
        const kl_session_member *member = &kl_session_members[i];
        if (member->dimension != dimension)
            continue;
        kl_value value;
        const kl_value *given = kl_map_find(source, kl_text_from(member->name));
        KL_TRY(given ? check_member(&value, member, *given, used, error)
                     : default_of(&value, member, error));
        KL_TRY(kl_map_set(to, kl_text_from(member->name), value, error));
    }
    return KL_OK;
}

static kl_status read_dimension(kl_value *document, kl_session_dimension dimension, kl_value source,
                                extent *used, kl_error *error)
{
    kl_value members;
    kl_text name = kl_text_from(dimension_names[dimension]);
    const kl_value *given = kl_map_find(source, name);
    if (!given)
        return kl_error_set(error, KL_INVALID, "missing dimension: '%s'; expected all of: operational, "
                            "data_access, financial, temporal, communication", name.data);
    if (!kl_is(*given, KL_KIND_MAP))
        return refuse(name.data, "an object", *given, error);
    KL_TRY(kl_map_new(&members, 4, error));
    kl_status status = read_members(&members, dimension, *given, used, error);
    if (status != KL_OK) {
        kl_value_release(members);
        return status;
    }
    return kl_map_set(document, name, members, error);
}

/* Point the members of `envelope` into its document. */
static void find_members(kl_session_envelope *envelope)
{
    for (size_t i = 0; i < KL_SESSION_MEMBERS; i++) {
        const kl_session_member *member = &kl_session_members[i];
        const char *dimension = kl_session_dimension_name(member->dimension);
        kl_value from = dimension ? kl_map_get(envelope->map, kl_text_from(dimension))
                                  : envelope->map;
        kl_value *slot = (kl_value *)((char *)envelope + member->offset);
        *slot = kl_map_get(from, kl_text_from(member->name));
    }
    envelope->hours = kl_is_null(envelope->allowed_hours)
                          ? (1u << KL_SESSION_HOURS) - 1
                          : kl_session_hour_bits(envelope->allowed_hours);
}

/* An envelope around its checked document (taken); given. */
static kl_status envelope_of(kl_session_envelope **out, kl_value document, kl_error *error)
{
    kl_session_envelope *envelope = kl_alloc(sizeof *envelope);
    if (!envelope) {
        kl_value_release(document);
        return kl_error_no_memory(error);
    }
    envelope->refs = 1;
    envelope->map = document;
    find_members(envelope);
    *out = envelope;
    return KL_OK;
}

kl_status kl_session_envelope_read(kl_session_envelope **out, kl_value map, kl_error *error)
{
    kl_value document;
    kl_status status;
    extent used = {0, 0};
    if (!kl_is(map, KL_KIND_MAP))
        return refuse("constraint envelope", "an object", map, error);
    KL_TRY(kl_map_new(&document, KL_SESSION_DIMENSIONS + 2, error));
    for (int i = 0; i < KL_SESSION_DIMENSIONS; i++)
        KL_TRY_OUT(read_dimension(&document, (kl_session_dimension)i, map, &used, error));
    KL_TRY_OUT(read_members(&document, KL_SESSION_NO_DIMENSION, map, &used, error));
    return envelope_of(out, document, error);
out:
    kl_value_release(document);
    return status;
}

kl_status kl_session_envelope_parse(kl_session_envelope **out, kl_text json, kl_error *error)
{
    kl_value map;
    if (json.len > KL_SESSION_TEXT_MAX)
        return kl_error_set(error, KL_INVALID,
                            "constraint envelope: %zu bytes are too long; expected at most %d",
                            json.len, KL_SESSION_TEXT_MAX);
    KL_TRY(kl_json_parse_with(&map, json, KL_JSON_UNIQUE_KEYS, error));
    kl_status status = kl_session_envelope_read(out, map, error);
    kl_value_release(map);
    return status;
}

kl_status kl_session_envelope_empty(kl_session_envelope **out, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, KL_SESSION_DIMENSIONS, error));
    for (size_t i = 0; i < KL_SESSION_DIMENSIONS; i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(dimension_names[i]), kl_map_empty(), error));
    status = kl_session_envelope_read(out, map, error);
out:
    kl_value_release(map);
    return status;
}

kl_session_envelope *kl_session_envelope_retain(const kl_session_envelope *envelope)
{
    kl_session_envelope *shared = (kl_session_envelope *)(uintptr_t)envelope;
    __atomic_fetch_add(&shared->refs, 1, __ATOMIC_RELAXED);
    return shared;
}

void kl_session_envelope_release(kl_session_envelope *envelope)
{
    if (!envelope || __atomic_sub_fetch(&envelope->refs, 1, __ATOMIC_ACQ_REL))
        return;
    kl_value_release(envelope->map);
    kl_free(envelope);
}

/* ---- writing --------------------------------------------------------------------------------- */

kl_status kl_session_envelope_print(kl_value *out, const kl_session_envelope *envelope,
                                    kl_error *error)
{
    return kl_json_print(out, envelope->map, &kl_json_pretty, error);
}

kl_status kl_session_envelope_hash(kl_value *out, const kl_session_envelope *envelope,
                                   kl_error *error)
{
    kl_value dimensions;
    kl_status status;
    KL_TRY(kl_map_new(&dimensions, KL_SESSION_DIMENSIONS, error));
    for (size_t i = 0; i < KL_SESSION_DIMENSIONS; i++) {
        kl_text name = kl_text_from(dimension_names[i]);
        KL_TRY_OUT(kl_map_set(&dimensions, name,
                              kl_value_retain(kl_map_get(envelope->map, name)), error));
    }
    status = kl_trust_canonical_hash(out, dimensions, error);
out:
    kl_value_release(dimensions);
    return status;
}

kl_status kl_session_envelope_with(kl_session_envelope **out, const kl_session_envelope *envelope,
                                   const char *dimension, const char *member, kl_value value,
                                   kl_error *error)
{
    kl_value document = kl_value_retain(envelope->map), members = kl_null();
    kl_status status;
    if (dimension) {
        members = kl_value_retain(kl_map_get(document, kl_text_from(dimension)));
        KL_TRY_OUT(kl_map_set(&members, kl_text_from(member), kl_value_retain(value), error));
        KL_TRY_OUT(kl_map_set(&document, kl_text_from(dimension), kl_value_take(&members), error));
    } else {
        KL_TRY_OUT(kl_map_set(&document, kl_text_from(member), kl_value_retain(value), error));
    }
    status = kl_session_envelope_read(out, document, error);
out:
    kl_value_release(members);
    kl_value_release(document);
    return status;
}
