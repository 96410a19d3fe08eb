/* src/pact/audit_result.c - PactChainVerificationResult and PactEnvelopeSnapshot; see audit_chain.h. */
#include "audit_chain.h"

/* ---- PactChainVerificationResult -------------------------------------------------------------------- */

typedef struct result {
    kl_object object;
    kl_value status;             /* string: verified, failed, not_determined */
    kl_value verified_count;     /* int, or null when nothing was walked */
    kl_value broken_at_seq;      /* int or null */
    kl_value first_break_reason; /* string or null */
    kl_value verified_at;        /* string */
} result;

static kl_status text_of_now(kl_value *out, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

static kl_status result_fill(result *r, const kl_pact_walk *walk, kl_error *error)
{
    const char *word = walk->failed ? "failed" : walk->verified ? "verified" : "not_determined";
    KL_TRY(kl_string_from_valid(&r->status, kl_text_from(word), error));
    KL_TRY(text_of_now(&r->verified_at, error));
    if (walk->failed || walk->verified)
        r->verified_count = kl_int((int64_t)walk->verified);
    if (!walk->failed)
        return KL_OK;
    r->broken_at_seq = kl_int((int64_t)walk->broken_at);
    return kl_string_format(&r->first_break_reason, error, "Anchor %llu: %s",
                            (unsigned long long)walk->broken_at, walk->reason);
}

kl_status kl_pact_chain_result_new(kl_value *out, const kl_pact_walk *walk, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_chain_result_type, error));
    kl_status status = result_fill((result *)object, walk, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static bool is(const kl_object *self, const char *status)
{
    return kl_text_is(kl_as_text(((const result *)self)->status), status);
}

static kl_status is_verified(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(is(self, "verified"));
    return KL_OK;
}

static kl_status is_not_determined(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(is(self, "not_determined"));
    return KL_OK;
}

static kl_status result_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const result *r = (const result *)self;
    kl_text status = kl_as_text(r->status);
    if (kl_is_null(r->verified_count))
        return kl_string_format(out, error, "PactChainVerificationResult(status=%.*s)",
                                KL_TEXT_ARG(status));
    return kl_string_format(out, error, "PactChainVerificationResult(status=%.*s, verified_count=%lld)",
                            KL_TEXT_ARG(status), (long long)kl_as_int(r->verified_count));
}

static const kl_field result_fields[] = {
    KL_VALUE(result, status, .kind = KL_KIND_STRING,
             .doc = "verified: every anchor held; failed: one did not; not_determined: there was none "
                    "to look at, which is no proof of anything"),
    KL_VALUE(result, verified_count, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "anchors that held, up to the first that did not; None when there was none"),
    KL_VALUE(result, broken_at_seq, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "place in the chain, from 0, of the first that did not hold"),
    KL_VALUE(result, first_break_reason, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "why it did not hold"),
    KL_VALUE(result, verified_at, .kind = KL_KIND_STRING, .doc = "when that was found: UTC, RFC 3339"),
};

static const kl_method result_methods[] = {
    {.name = "is_verified", .call = is_verified, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether there were anchors and all of them held."},
    {.name = "is_not_determined", .call = is_not_determined, .flags = KL_PROPERTY,
     .returns = KL_KIND_BOOL, .doc = "Whether there was nothing to verify."},
    {.name = "valid", .call = is_verified, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .deprecated = "PactChainVerificationResult.valid is deprecated; use is_verified",
     .doc = "The old name of is_verified: use that."},
    {.name = "__bool__", .call = is_verified, .returns = KL_KIND_BOOL, .doc = "As is_verified."},
};

const kl_type kl_pact_chain_result_type = {
    .name = "PactChainVerificationResult",
    .module = "kailash.pact",
    .doc = "Whether an audit chain holds.",
    .size = sizeof(result),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(result_fields),
    .methods = KL_TABLE(result_methods),
    .repr = result_repr,
};
KL_PUBLISH(kl_pact_chain_result_type);

/* ---- PactEnvelopeSnapshot ---------------------------------------------------------------------------- */

typedef struct snapshot {
    kl_object object;
    kl_value envelope_id, snapshot_taken_at; /* strings */
    kl_value anchors;                        /* array of AuditAnchor */
} snapshot;

kl_status kl_pact_snapshot_new(kl_value *out, kl_value envelope_id, kl_value anchors,
                               kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_pact_snapshot_type, error);
    if (status != KL_OK) {
        kl_value_release(anchors);
        return status;
    }
    snapshot *s = (snapshot *)object;
    s->envelope_id = kl_value_retain(envelope_id);
    s->anchors = anchors;
    status = text_of_now(&s->snapshot_taken_at, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status get_anchors(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const snapshot *)self)->anchors);
    return KL_OK;
}

static kl_status count_anchors(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)kl_array_len(((const snapshot *)self)->anchors));
    return KL_OK;
}

static kl_status snapshot_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const snapshot *s = (const snapshot *)self;
    return kl_string_format(out, error, "PactEnvelopeSnapshot(envelope_id=\"%.*s\", anchor_count=%zu)",
                            KL_TEXT_ARG(kl_as_text(s->envelope_id)), kl_array_len(s->anchors));
}

static const kl_field snapshot_fields[] = {
    KL_VALUE(snapshot, envelope_id, .kind = KL_KIND_STRING, .doc = "whose anchors they are"),
    KL_VALUE(snapshot, snapshot_taken_at, .kind = KL_KIND_STRING,
             .doc = "when they were copied: UTC, RFC 3339"),
    {.name = "anchor_list", .kind = KL_KIND_ARRAY, .flags = KL_HIDDEN,
     .offset = offsetof(snapshot, anchors), .doc = "the anchors"},
};

static const kl_method snapshot_methods[] = {
    {.name = "anchors", .call = get_anchors, .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .returns_type = &kl_audit_anchor_type,
     .doc = "The AuditAnchors in the order in which they were recorded; later ones do not join them."},
    {.name = "anchor_count", .call = count_anchors, .returns = KL_KIND_INT,
     .doc = "How many they are."},
};

const kl_type kl_pact_snapshot_type = {
    .name = "PactEnvelopeSnapshot",
    .module = "kailash.pact",
    .doc = "The audit anchors of one envelope as they were at one time.",
    .size = sizeof(snapshot),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(snapshot_fields),
    .methods = KL_TABLE(snapshot_methods),
    .repr = snapshot_repr,
};
KL_PUBLISH(kl_pact_snapshot_type);
