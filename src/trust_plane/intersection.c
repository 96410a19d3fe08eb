/* src/trust_plane/intersection.c - intersect_constraints() of any number of envelopes, and its
 * IntersectionResult. */
#include "envelope_member.h"
#include "path.h"

typedef struct intersection_result {
    kl_object object;
    kl_value envelope, source_count; /* null: there was nothing to intersect */
    kl_value empty_dimensions, warnings; /* arrays of strings */
} intersection_result;

/* ---- what became of it ----------------------------------------------------------------------- */

/* Allow-lists and hours that allow nothing any more, in alphabetical order. */
static kl_status find_empty(kl_value *list, const kl_session_envelope *envelope, kl_error *error)
{
    for (size_t i = 0; i < KL_SESSION_MEMBERS; i++) {
        const kl_session_member *member = &kl_session_members[i];
        kl_value value = kl_session_member_of(envelope, member);
        bool may_be_empty = member->kind == KL_MEMBER_ALLOW || member->kind == KL_MEMBER_HOURS;
        if (may_be_empty && !kl_is_null(value) && kl_array_len(value) == 0)
            KL_TRY(kl_array_push_text(list, kl_text_from(member->path), error));
    }
    return kl_array_sort(list, error);
}

/* Whether there is an allow-list, not empty, and all of it is blocked. */
static kl_status all_blocked(bool *out, kl_value allowed, kl_value blocked, kl_error *error)
{
    kl_text_set set = {NULL, 0};
    *out = false;
    if (kl_array_len(allowed) == 0)
        return KL_OK;
    KL_TRY(kl_text_set_of(&set, blocked, error));
    *out = true;
    for (size_t i = 0; i < kl_array_len(allowed) && *out; i++)
        *out = kl_text_set_has(&set, kl_as_text(kl_array_at(allowed, i)));
    kl_text_set_end(&set);
    return KL_OK;
}

/* Whether no path may be both read and written: one of two subtrees never lies in the other. */
static kl_status is_write_in_vain(bool *out, const kl_session_envelope *envelope, kl_error *error)
{
    kl_session_envelope *reading = NULL, *writing = NULL, *both = NULL;
    kl_status status = KL_OK;
    *out = false;
    if (kl_is_null(envelope->read_paths) || kl_array_len(envelope->write_paths) == 0)
        return KL_OK;
    KL_TRY_OUT(kl_session_envelope_with(&reading, envelope, "data_access", "write_paths",
                                        kl_null(), error));
    KL_TRY_OUT(kl_session_envelope_with(&writing, reading, "data_access", "read_paths",
                                        envelope->write_paths, error));
    KL_TRY_OUT(kl_session_envelope_intersect(&both, reading, writing, error));
    *out = kl_array_len(both->read_paths) == 0;
out:
    kl_session_envelope_release(reading);
    kl_session_envelope_release(writing);
    kl_session_envelope_release(both);
    return status;
}

/* What the members say together, though none of them is empty. */
static kl_status find_warnings(kl_value *list, const kl_session_envelope *envelope, kl_error *error)
{
    bool found;
    KL_TRY(all_blocked(&found, envelope->allowed_actions, envelope->blocked_actions, error));
    if (found)
        KL_TRY(kl_array_push_text(list, KL_TEXT("operational: every allowed action is blocked"),
                                  error));
    KL_TRY(is_write_in_vain(&found, envelope, error));
    if (found)
        KL_TRY(kl_array_push_text(
            list, KL_TEXT("data_access: no path in write_paths may be read, so none can be written"),
            error));
    KL_TRY(all_blocked(&found, envelope->allowed_channels, envelope->blocked_channels, error));
    if (found)
        KL_TRY(kl_array_push_text(list, KL_TEXT("communication: every allowed channel is blocked"),
                                  error));
    return KL_OK;
}

/* ---- folding --------------------------------------------------------------------------------- */

/* All of them at once; NULL for none. One alone stays as it is. Given. */
static kl_status fold(kl_session_envelope **out, kl_value envelopes, kl_error *error)
{
    kl_session_envelope *sum = NULL;
    for (size_t i = 0; i < kl_array_len(envelopes); i++) {
        kl_session_envelope *next =
            kl_constraint_envelope_of(kl_array_at(envelopes, i).as.object);
        kl_session_envelope *both = next;
        kl_status status = KL_OK;
        if (sum) {
            status = kl_session_envelope_intersect(&both, sum, next, error);
            kl_session_envelope_release(next);
            kl_session_envelope_release(sum);
        }
        if (status != KL_OK)
            return status;
        sum = both;
    }
    *out = sum;
    return KL_OK;
}

static kl_status fill(intersection_result *result, const kl_session_envelope *envelope,
                      size_t count, kl_error *error)
{
    KL_TRY(kl_array_new(&result->empty_dimensions, 0, error));
    KL_TRY(kl_array_new(&result->warnings, 0, error));
    if (!envelope)
        return KL_OK;
    result->source_count = kl_int((int64_t)count);
    KL_TRY(kl_constraint_envelope_new(&result->envelope, envelope, error));
    if (count > 1)
        KL_TRY(find_empty(&result->empty_dimensions, envelope, error));
    return count > 1 ? find_warnings(&result->warnings, envelope, error) : KL_OK;
}

extern const kl_type kl_intersection_result_type;

static kl_status intersect_constraints(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    kl_session_envelope *envelope;
    kl_object *made = NULL;
    (void)self;
    KL_TRY(fold(&envelope, args[0], error));
    kl_status status = kl_object_alloc(&made, &kl_intersection_result_type, error);
    if (status == KL_OK)
        status = fill((intersection_result *)made, envelope, kl_array_len(args[0]), error);
    kl_session_envelope_release(envelope);
    if (status == KL_OK)
        *out = kl_value_of(made);
    else
        kl_object_release(made);
    return status;
}

/* ---- the class ------------------------------------------------------------------------------- */

static kl_status has_basis(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(!kl_is_null(((const intersection_result *)self)->envelope));
    return KL_OK;
}

static kl_status is_empty(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(kl_array_len(((const intersection_result *)self)->empty_dimensions) > 0);
    return KL_OK;
}

static kl_status result_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const intersection_result *result = (const intersection_result *)self;
    size_t empty = kl_array_len(result->empty_dimensions), warnings = kl_array_len(result->warnings);
    if (kl_is_null(result->source_count))
        return kl_string_format(
            out, error, "IntersectionResult(basis=no_basis, empty_dimensions=%zu, warnings=%zu)",
            empty, warnings);
    return kl_string_format(
        out, error,
        "IntersectionResult(basis=%lld envelope(s), empty_dimensions=%zu, warnings=%zu)",
        (long long)kl_as_int(result->source_count), empty, warnings);
}

static const kl_field fields[] = {
    KL_VALUE(intersection_result, envelope, .kind = KL_KIND_OBJECT,
             .type = &kl_constraint_envelope_type, .flags = KL_OPTIONAL,
             .doc = "what all of them allow; None when there was none: that is no permission"),
    KL_VALUE(intersection_result, source_count, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "how many envelopes there were; None when there was none"),
    KL_VALUE(intersection_result, empty_dimensions, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "what allows nothing any more, such as communication.allowed_channels, sorted"),
    KL_VALUE(intersection_result, warnings, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "what its members contradict together: lists that are allowed but all blocked"),
};

static const kl_method methods[] = {
    {.name = "has_basis", .call = has_basis, .returns = KL_KIND_BOOL,
     .doc = "Whether there was at least one envelope."},
    {.name = "is_empty", .call = is_empty, .returns = KL_KIND_BOOL,
     .doc = "Whether anything allows nothing any more."},
};

const kl_type kl_intersection_result_type = {
    .name = "IntersectionResult",
    .module = "kailash.trust_plane",
    .doc = "What several envelopes allow together.",
    .size = sizeof(intersection_result),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = result_repr,
};
KL_PUBLISH(kl_intersection_result_type);

static const kl_param params[] = {
    {.name = "envelopes", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .type = &kl_constraint_envelope_type, .flags = KL_TUPLE, .doc = "any number of envelopes"},
};

static const kl_function intersect_function = {
    .module = "kailash",
    .method = {.name = "intersect_constraints", .call = intersect_constraints,
               .params = KL_TABLE(params), .returns = KL_KIND_OBJECT,
               .returns_type = &kl_intersection_result_type, .raises = "ValueError",
               .doc = "The envelope that allows what all of them allow."}};
KL_PUBLISH_FUNCTION(intersect_function);
