/* src/dataflow/legal_hold.c - ModelRetentionPolicy and LegalHold: what is kept of a model, and what
 * must be kept whatever a policy says. */
#include "retention.h"
#include "kailash/time.h"

/* ---- ModelRetentionPolicy ---------------------------------------------------------------------- */

static const kl_field model_fields[] = {
    KL_VALUE(kl_model_retention, max_age_days, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .range = KL_RANGE(0, UINT32_MAX), .doc = "days after which a row goes; None = never"),
    KL_VALUE(kl_model_retention, max_rows, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "rows that stay, the newest; None = all"),
    KL_VALUE(kl_model_retention, archive_to, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "table that gets the rows that go; None = they are deleted"),
};

const kl_type kl_model_retention_type = {
    .name = "ModelRetentionPolicy",
    .module = "kailash.dataflow",
    .doc = "Which rows of a model are kept, and where the others go.",
    .size = sizeof(kl_model_retention),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(model_fields),
};
KL_PUBLISH(kl_model_retention_type);

/* ---- LegalHold --------------------------------------------------------------------------------- */

static kl_status hold_check(kl_object *self, kl_error *error)
{
    kl_legal_hold *h = (kl_legal_hold *)self;
    char text[KL_TIME_TEXT];
    if (h->start_seq > h->end_seq)
        return kl_error_set(error, KL_INVALID, "start_seq: %lld is greater than end_seq %lld",
                            (long long)h->start_seq, (long long)h->end_seq);
    if (!kl_is_null(h->created_at)) /* of a copy */
        return KL_OK;
    size_t len = kl_time_print(text, kl_time_now(), 9, KL_TIME_OFFSET);
    return kl_string_new(&h->created_at, (kl_text){text, len}, error);
}

static kl_status hold_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_legal_hold *h = (const kl_legal_hold *)self;
    kl_text id = kl_as_text(h->hold_id), reason = kl_as_text(h->reason);
    return kl_string_format(out, error, "LegalHold(id=%.*s, range=(%lld, %lld), reason=%.*s)",
                            KL_TEXT_ARG(id), (long long)h->start_seq, (long long)h->end_seq,
                            KL_TEXT_ARG(reason));
}

static const kl_field hold_fields[] = {
    KL_VALUE(kl_legal_hold, hold_id, .kind = KL_KIND_STRING, .doc = "name of the hold"),
    KL_VALUE(kl_legal_hold, reason, .kind = KL_KIND_STRING, .doc = "why"),
    {.name = "start_seq", .kind = KL_KIND_COUNT, .offset = offsetof(kl_legal_hold, start_seq),
     .doc = "number of the first record that is held"},
    {.name = "end_seq", .kind = KL_KIND_COUNT, .offset = offsetof(kl_legal_hold, end_seq),
     .doc = "number of the last one, which is held too"},
    KL_VALUE(kl_legal_hold, created_at, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "when the hold was made: UTC, RFC 3339"),
};

const kl_type kl_legal_hold_type = {
    .name = "LegalHold",
    .module = "kailash.dataflow",
    .doc = "Records, from one number to another, that must not be deleted: "
           "DataFlow.add_legal_hold() keeps enforce_retention() from them.",
    .size = sizeof(kl_legal_hold),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(hold_fields),
    .check = hold_check,
    .repr = hold_repr,
};
KL_PUBLISH(kl_legal_hold_type);
