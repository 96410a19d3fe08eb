/* tests/c/governance_test.h - envelopes from the text of their dimensions. */
#ifndef KL_TESTS_GOVERNANCE_TEST_H
#define KL_TESTS_GOVERNANCE_TEST_H

#include "eatp/envelope_parts.h"
#include "test.h"

#define FINANCIAL(transaction, cumulative, period, threshold)                                      \
    "\"financial\":{\"max_transaction_cents\":" #transaction ",\"max_cumulative_cents\":" #cumulative \
    ",\"cumulative_period\":\"" period "\",\"approval_threshold_cents\":" #threshold                 \
    ",\"allowed_currencies\":[\"USD\"],\"spending_allowed\":true}"
#define OPERATIONAL(allowed, denied, resources, approvals)                                         \
    "\"operational\":{\"allowed_operations\":" allowed ",\"denied_operations\":" denied              \
    ",\"resource_limits\":" resources ",\"max_concurrent_operations\":5,\"require_approval_for\":"    \
    approvals "}"
#define TEMPORAL(hours, duration, rates, blackouts)                                                \
    "\"temporal\":{\"operating_hours\":" hours ",\"max_duration_seconds\":" #duration                 \
    ",\"rate_limits\":" rates ",\"blackout_periods\":" blackouts "}"
#define DATA(allowed, denied)                                                                      \
    "\"data_access\":{\"data_classifications\":[],\"pii_handling\":\"none\","                          \
    "\"allowed_data_sources\":" allowed ",\"denied_data_sources\":" denied                           \
    ",\"max_data_retention_days\":null}"
#define COMMUNICATION(channels, denied, external, length)                                          \
    "\"communication\":{\"allowed_channels\":" channels ",\"denied_channels\":" denied                \
    ",\"allowed_recipients\":[],\"denied_recipients\":[],\"require_approval_for_external\":" external \
    ",\"max_message_length\":" #length ",\"content_filters\":[]}"

/* An envelope of these dimensions, those that are not told being null; `more` are members beside. */
static inline kl_status read_envelope(kl_governance **out, const char *dimensions, const char *more,
                                      kl_error *error)
{
    char text[4096];
    snprintf(text, sizeof text,
             "{\"envelope_id\":\"3cc9ab08-db03-4fec-a10f-5fb7c0052319\",\"version\":\"1\","
             "\"issued_at\":\"2026-01-01T00:00:00Z\",\"issuer\":\"x\","
             "\"subject\":{\"subject_type\":\"Agent\",\"id\":\"s\"},\"dimensions\":{%s}%s}",
             dimensions, more);
    return kl_governance_parse(out, kl_text_from(text), error);
}

static inline kl_governance *envelope_of(const char *dimensions)
{
    kl_governance *envelope = NULL;
    kl_error error = KL_ERROR_INIT;
    if (read_envelope(&envelope, dimensions, "", &error) != KL_OK)
        fail_msg("bad envelope in the test: %s: %s", kl_error_message(&error), dimensions);
    return envelope;
}

/* A member of a dimension, as plain JSON text equal to `expected`. */
static inline void assert_member(const kl_governance *envelope, const char *dimension,
                                 const char *member, const char *expected)
{
    kl_value map = kl_map_get(kl_map_get(kl_governance_map(envelope), KL_TEXT("dimensions")),
                              kl_text_from(dimension));
    assert_json(kl_value_retain(kl_map_get(map, kl_text_from(member))), expected);
}

/* The failure is of this kind and its message has this text in it. */
static inline void assert_failure(kl_status status, kl_status expected, kl_error *error,
                                  const char *text)
{
    if (status != expected || !strstr(kl_error_message(error), text))
        fail_msg("got %s: %s; expected %s: %s", kl_status_name(status), kl_error_message(error),
                 kl_status_name(expected), text);
    kl_error_clear(error);
}

#endif
