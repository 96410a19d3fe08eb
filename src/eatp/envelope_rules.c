/* src/eatp/envelope_rules.c - which members an envelope has, and how two of a name meet (pact 3.4). */
#include "envelope_parts.h"

#define LIMIT(of, member, at) {of, member, KL_RULE_LIMIT, at, false}
#define ALLOW(of, member, at) {of, member, KL_RULE_ALLOW, at, false}
#define DENY(of, member, at) {of, member, KL_RULE_DENY, at, false}
#define OTHER(of, member, rule) {of, member, rule, 0, false}

const kl_envelope_member kl_envelope_members[] = {
    LIMIT(KL_FINANCIAL, "max_transaction_cents", KL_MAX_TRANSACTION),
    {KL_FINANCIAL, "max_cumulative_cents", KL_RULE_CUMULATIVE, KL_MAX_CUMULATIVE, false},
    OTHER(KL_FINANCIAL, "cumulative_period", KL_RULE_PERIOD),
    LIMIT(KL_FINANCIAL, "approval_threshold_cents", KL_APPROVAL_THRESHOLD),
    ALLOW(KL_FINANCIAL, "allowed_currencies", KL_LIST_CURRENCIES),
    OTHER(KL_FINANCIAL, "spending_allowed", KL_RULE_BOTH),

    ALLOW(KL_OPERATIONAL, "allowed_operations", KL_LIST_OPERATIONS),
    DENY(KL_OPERATIONAL, "denied_operations", KL_LIST_DENIED_OPERATIONS),
    OTHER(KL_OPERATIONAL, "resource_limits", KL_RULE_RESOURCES),
    LIMIT(KL_OPERATIONAL, "max_concurrent_operations", KL_MAX_CONCURRENT),
    DENY(KL_OPERATIONAL, "require_approval_for", KL_LIST_APPROVALS),

    OTHER(KL_TEMPORAL, "operating_hours", KL_RULE_HOURS),
    LIMIT(KL_TEMPORAL, "max_duration_seconds", KL_MAX_DURATION),
    OTHER(KL_TEMPORAL, "rate_limits", KL_RULE_RATES),
    OTHER(KL_TEMPORAL, "blackout_periods", KL_RULE_BLACKOUTS),

    ALLOW(KL_DATA_ACCESS, "data_classifications", KL_LIST_CLASSIFICATIONS),
    OTHER(KL_DATA_ACCESS, "pii_handling", KL_RULE_PII),
    {KL_DATA_ACCESS, "allowed_data_sources", KL_RULE_ALLOW, KL_LIST_SOURCES, true},
    {KL_DATA_ACCESS, "denied_data_sources", KL_RULE_DENY, KL_LIST_DENIED_SOURCES, true},
    LIMIT(KL_DATA_ACCESS, "max_data_retention_days", KL_MAX_RETENTION),

    ALLOW(KL_COMMUNICATION, "allowed_channels", KL_LIST_CHANNELS),
    DENY(KL_COMMUNICATION, "denied_channels", KL_LIST_DENIED_CHANNELS),
    ALLOW(KL_COMMUNICATION, "allowed_recipients", KL_LIST_RECIPIENTS),
    DENY(KL_COMMUNICATION, "denied_recipients", KL_LIST_DENIED_RECIPIENTS),
    OTHER(KL_COMMUNICATION, "require_approval_for_external", KL_RULE_EITHER),
    LIMIT(KL_COMMUNICATION, "max_message_length", KL_MAX_MESSAGE),
    DENY(KL_COMMUNICATION, "content_filters", KL_LIST_FILTERS),
};
const size_t kl_envelope_member_count = KL_COUNT(kl_envelope_members);

const char *kl_dimension_name(kl_dimension dimension)
{
    static const char *const names[] = {"financial", "operational", "temporal", "data_access",
                                        "communication"};
    return names[dimension];
}
