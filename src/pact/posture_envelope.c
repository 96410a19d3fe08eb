/* src/pact/posture_envelope.c - the envelopes that postures start with (pact 3.4). */
#include "role_envelope.h"
#include "kailash/id.h"
#include "kailash/json.h"

#include <stdio.h>

typedef struct start {
    unsigned transaction, cumulative, approval; /* cents */
    bool spending;
    const char *denied; /* JSON, like all texts here */
    unsigned concurrent;
    const char *duration;
    const char *classifications;
    unsigned retention; /* days */
    const char *channels;
    bool external_needs_approval;
    const char *message;
} start;

#define THREE "[\"public\",\"restricted\",\"confidential\"]"

static const start starts[KL_POSTURES] = {
    [KL_POSTURE_PSEUDO_AGENT] = {0, 0, 0, false,
                                 "[\"create\",\"update\",\"delete\",\"approve\",\"admin\"]", 1,
                                 "3600", "[\"public\"]", 1, "[\"internal_log\"]", true, "500"},
    [KL_POSTURE_SUPERVISED] = {1000, 5000, 500, true, "[\"delete\",\"approve\"]", 5, "14400",
                               "[\"public\",\"restricted\"]", 7, "[\"email\",\"internal_log\"]",
                               true, "5000"},
    [KL_POSTURE_SHARED_PLANNING] = {10000, 50000, 5000, true, "[\"admin\"]", 10, "28800", THREE, 30,
                                    "[\"email\",\"slack\",\"internal_log\"]", false, "null"},
    [KL_POSTURE_CONTINUOUS_INSIGHT] = {50000, 200000, 25000, true, "[\"admin\"]", 25, "86400", THREE,
                                       90, "[\"email\",\"slack\",\"api\",\"internal_log\"]", false,
                                       "null"},
    [KL_POSTURE_DELEGATED] = {500000, 2000000, 250000, true, "[]", 100, "null", THREE, 365, "[]",
                              false, "null"},
};

static const char *word(bool is_on) { return is_on ? "true" : "false"; }

/* The rungs of postures and of pii_handling are of one number. */
static void add_dimensions(kl_buffer *to, const start *s, kl_posture posture)
{
    kl_buffer_format(to,
                     "\"financial\":{\"max_transaction_cents\":%u,\"max_cumulative_cents\":%u,"
                     "\"cumulative_period\":\"daily\",\"approval_threshold_cents\":%u,"
                     "\"allowed_currencies\":[\"USD\"],\"spending_allowed\":%s},",
                     s->transaction, s->cumulative, s->approval, word(s->spending));
    kl_buffer_format(to,
                     "\"operational\":{\"allowed_operations\":[],\"denied_operations\":%s,"
                     "\"resource_limits\":{},\"max_concurrent_operations\":%u,"
                     "\"require_approval_for\":[]},",
                     s->denied, s->concurrent);
    kl_buffer_format(to,
                     "\"temporal\":{\"operating_hours\":null,\"max_duration_seconds\":%s,"
                     "\"rate_limits\":[],\"blackout_periods\":[]},",
                     s->duration);
    kl_buffer_format(to,
                     "\"data_access\":{\"data_classifications\":%s,\"pii_handling\":\"%s\","
                     "\"allowed_data_sources\":[],\"denied_data_sources\":[],"
                     "\"max_data_retention_days\":%u},",
                     s->classifications, kl_rung_name(KL_LADDER_PII, (int)posture, KL_SNAKE),
                     s->retention);
    kl_buffer_format(to,
                     "\"communication\":{\"allowed_channels\":%s,\"denied_channels\":[],"
                     "\"allowed_recipients\":[],\"denied_recipients\":[],"
                     "\"require_approval_for_external\":%s,\"max_message_length\":%s,"
                     "\"content_filters\":[]}",
                     s->channels, word(s->external_needs_approval), s->message);
}

kl_status kl_posture_envelope(kl_value *out, kl_posture posture, kl_error *error)
{
    const char *name = kl_rung_name(KL_LADDER_POSTURE, (int)posture, KL_PASCAL);
    char id[37], now[KL_TIME_TEXT];
    kl_buffer text = KL_BUFFER_INIT;
    kl_value json;
    KL_TRY(kl_uuid_new(id, error));
    kl_time_print(now, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    kl_buffer_format(&text,
                     "{\"envelope_id\":\"%s\",\"version\":\"default-1.0\",\"issued_at\":\"%s\","
                     "\"expires_at\":null,\"issuer\":\"pact-governance-bootstrap\","
                     "\"subject\":{\"subject_type\":\"Agent\",\"id\":\"bootstrap\","
                     "\"name\":\"Bootstrap default for %s\"},\"dimensions\":{",
                     id, now, name);
    add_dimensions(&text, &starts[posture], posture);
    kl_buffer_format(&text, "},\"chain_ref\":null,\"context\":\"bootstrap default for posture %s\"}",
                     name);
    KL_TRY(kl_buffer_finish(&json, &text, error));
    kl_status status = kl_json_parse(out, kl_as_text(json), error);
    kl_value_release(json);
    return status;
}
