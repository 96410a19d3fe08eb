/* src/eatp/envelope_read.c - an envelope is checked once and made ready once, then only asked. */
#include "envelope_parts.h"
#include "keys.h"
#include "kailash/json.h"
#include "kailash/wide.h"

/* ---- parts ------------------------------------------------------------------------------------------ */

kl_value kl_governance_dimension(const kl_governance *envelope, kl_dimension dimension)
{
    kl_value all = kl_map_get(envelope->map, KL_TEXT("dimensions"));
    return kl_map_get(all, kl_text_from(kl_dimension_name(dimension)));
}

/* {"llm_calls": 50}: limits of the names that a context may have. */
static kl_status read_resources(kl_governance *envelope, kl_value map, kl_error *error)
{
    size_t count = kl_map_len(map);
    if (count == 0)
        return KL_OK;
    envelope->resources = kl_alloc_zero(count, sizeof *envelope->resources);
    if (!envelope->resources)
        return kl_error_no_memory(error);
    envelope->resource_count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t max = kl_as_unsigned(kl_map_value_at(map, i));
        envelope->resources[i] = (kl_resource_limit){kl_map_key_at(map, i), max};
    }
    return KL_OK;
}

static kl_status read_rates(kl_governance *envelope, kl_value array, kl_error *error)
{
    size_t count = kl_array_len(array);
    kl_value words;
    if (count == 0)
        return KL_OK;
    KL_TRY(kl_array_new(&words, count, error));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && i < count; i++) {
        kl_value word = kl_map_get(kl_array_at(array, i), KL_TEXT("operation"));
        status = kl_array_push(&words, kl_value_retain(word), error);
    }
    if (status == KL_OK)
        status = kl_words_read(&envelope->rate_words, words, false, error);
    kl_value_release(words);
    KL_TRY(status);
    envelope->rates = kl_alloc_zero(count, sizeof *envelope->rates);
    if (!envelope->rates)
        return kl_error_no_memory(error);
    envelope->rate_count = count;
    for (size_t i = 0; i < count; i++) {
        kl_value row = kl_array_at(array, i);
        uint64_t window = kl_as_unsigned(kl_map_get(row, KL_TEXT("window_seconds")));
        if (window == 0)
            return kl_error_set(error, KL_INVALID,
                                "temporal.rate_limits[%zu].window_seconds: must be at least 1", i);
        envelope->rates[i] = (kl_rate_limit){envelope->rate_words.all[i],
                                             kl_as_unsigned(kl_map_get(row, KL_TEXT("max_count"))),
                                             window};
    }
    return KL_OK;
}

static kl_status read_hours(kl_governance *envelope, kl_value map, kl_error *error)
{
    if (kl_is_null(map))
        return KL_OK;
    kl_status status = kl_tz_find(&envelope->zone, kl_as_text(kl_map_get(map, KL_TEXT("timezone"))),
                                  error);
    if (status != KL_OK) {
        kl_error_prefix(error, "temporal.operating_hours.timezone: ");
        return status;
    }
    return kl_week_read(&envelope->hours, kl_map_get(map, KL_TEXT("windows")),
                        "temporal.operating_hours.windows", error);
}

static kl_status read_period(kl_governance *envelope, kl_value word, kl_error *error)
{
    kl_text text = kl_as_text(word);
    envelope->period = KL_PERIOD_DAILY;
    if (kl_is_null(word) || kl_period_find(&envelope->period, text))
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "financial.cumulative_period: unknown '%.*s'; expected one of: daily, "
                        "weekly, monthly, quarterly, annual",
                        (int)KL_MIN(text.len, 40), text.data);
}

static void read_switch(kl_governance *envelope, const kl_envelope_member *member, kl_value value)
{
    if (member->rule == KL_RULE_BOTH)
        envelope->spending_allowed = kl_as_bool(value);
    else
        envelope->external_needs_approval = kl_as_bool(value);
}

static kl_status read_member(kl_governance *envelope, const kl_envelope_member *member,
                             kl_value value, kl_error *error)
{
    switch (member->rule) {
    case KL_RULE_LIMIT:
    case KL_RULE_CUMULATIVE:
        envelope->limits[member->index] = kl_is_null(value) ? KL_UNLIMITED : kl_as_unsigned(value);
        return KL_OK;
    case KL_RULE_ALLOW:
    case KL_RULE_DENY:
        return kl_words_read(&envelope->lists[member->index], value, member->places, error);
    case KL_RULE_BOTH:
    case KL_RULE_EITHER:
        read_switch(envelope, member, value);
        return KL_OK;
    case KL_RULE_PERIOD:
        return read_period(envelope, value, error);
    case KL_RULE_RESOURCES:
        return read_resources(envelope, value, error);
    case KL_RULE_RATES:
        return read_rates(envelope, value, error);
    case KL_RULE_BLACKOUTS:
        return kl_week_read(&envelope->blackouts, value, "temporal.blackout_periods", error);
    case KL_RULE_HOURS:
        return read_hours(envelope, value, error);
    case KL_RULE_PII:
        envelope->pii = kl_rung_find(KL_LADDER_PII, kl_as_text(value), KL_SNAKE);
        return KL_OK;
    }
    return KL_OK;
}

/* A time beyond the reach of kl_time is as good as never, or as long ago. */
static kl_status read_expiry(kl_time *out, kl_text text, kl_error *error)
{
    kl_status status = kl_time_parse(out, text, error);
    if (status != KL_INVALID)
        return status;
    kl_error_clear(error);
    *out = text.data[0] < '2' ? INT64_MIN : KL_TIME_NONE;
    return KL_OK;
}

/* A posture by its name, or by one that it had once. */
static kl_status read_ceiling(int *out, kl_text name, kl_error *error)
{
    static const struct {
        const char *name;
        kl_posture posture;
    } old[] = {{"pseudo", KL_POSTURE_PSEUDO_AGENT},
               {"tool", KL_POSTURE_SUPERVISED},
               {"autonomous", KL_POSTURE_CONTINUOUS_INSIGHT},
               {"delegating", KL_POSTURE_DELEGATED}};
    for (size_t i = 0; i < KL_COUNT(old); i++)
        if (kl_text_is(name, old[i].name)) {
            *out = (int)old[i].posture;
            return KL_OK;
        }
    return kl_rung_read(out, KL_LADDER_POSTURE, name, KL_SNAKE | KL_PASCAL, "posture_ceiling", error);
}

static double part(kl_value map, const char *name)
{
    return kl_as_double(kl_map_get(map, kl_text_from(name)));
}

static kl_status read_gradient(kl_governance *envelope, kl_value map, kl_error *error)
{
    kl_gradient g = {part(map, "auto_approve"), part(map, "flag"), part(map, "hold")};
    envelope->has_gradient = !kl_is_null(map);
    envelope->gradient = envelope->has_gradient ? g : KL_GRADIENT_USUAL;
    if (envelope->has_gradient && !(g.auto_approve <= g.flag && g.flag <= g.hold && g.hold <= 1))
        return kl_error_set(error, KL_INVALID,
                            "gradient_thresholds: expected 0 <= auto_approve <= flag <= hold <= 1, got "
                            "%g, %g, %g",
                            g.auto_approve, g.flag, g.hold);
    return KL_OK;
}

static kl_status read_head(kl_governance *envelope, kl_error *error)
{
    kl_value expires = kl_map_get(envelope->map, KL_TEXT("expires_at"));
    kl_value ceiling = kl_map_get(envelope->map, KL_TEXT("posture_ceiling"));
    envelope->expires_at = KL_TIME_NONE;
    if (!kl_is_null(expires))
        KL_TRY(read_expiry(&envelope->expires_at, kl_as_text(expires), error));
    KL_TRY(read_gradient(envelope, kl_map_get(envelope->map, KL_TEXT("gradient_thresholds")), error));
    envelope->posture_ceiling = -1;
    return kl_is_null(ceiling) ? KL_OK
                               : read_ceiling(&envelope->posture_ceiling, kl_as_text(ceiling), error);
}

static kl_status read_all(kl_governance *envelope, kl_error *error)
{
    KL_TRY(read_head(envelope, error));
    for (kl_dimension dimension = 0; dimension < KL_DIMENSIONS; dimension++)
        envelope->stated[dimension] = !kl_is_null(kl_governance_dimension(envelope, dimension));
    for (size_t i = 0; i < KL_LIMITS; i++)
        envelope->limits[i] = KL_UNLIMITED;
    for (size_t i = 0; i < kl_envelope_member_count; i++) {
        const kl_envelope_member *member = &kl_envelope_members[i];
        kl_value dimension = kl_governance_dimension(envelope, member->dimension);
        if (envelope->stated[member->dimension])
            KL_TRY(read_member(envelope, member,
                               kl_map_get(dimension, kl_text_from(member->name)), error));
    }
    return KL_OK;
}

/* ---- the envelope ----------------------------------------------------------------------------------- */

kl_status kl_governance_read(kl_governance **out, kl_value map, kl_error *error)
{
    KL_TRY(kl_governance_check(map, error));
    kl_governance *envelope = kl_alloc_zero(1, sizeof *envelope);
    if (!envelope)
        return kl_error_no_memory(error);
    envelope->refs = 1;
    envelope->map = kl_value_retain(map);
    kl_status status = read_all(envelope, error);
    if (status != KL_OK) {
        kl_governance_release(envelope);
        return status;
    }
    *out = envelope;
    return KL_OK;
}

kl_status kl_governance_parse(kl_governance **out, kl_text json, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_signed_json_parse(&map, json, error));
    kl_status status = kl_governance_read(out, map, error);
    kl_value_release(map);
    return status;
}

kl_governance *kl_governance_retain(kl_governance *envelope)
{
    if (envelope)
        __atomic_fetch_add(&envelope->refs, 1, __ATOMIC_RELAXED);
    return envelope;
}

void kl_governance_release(kl_governance *envelope)
{
    if (!envelope || __atomic_fetch_sub(&envelope->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    for (size_t i = 0; i < KL_LISTS; i++)
        kl_words_end(&envelope->lists[i]);
    kl_words_end(&envelope->rate_words);
    kl_free(envelope->resources);
    kl_free(envelope->rates);
    kl_week_end(&envelope->hours);
    kl_week_end(&envelope->blackouts);
    kl_value_release(envelope->map);
    kl_free(envelope);
}

kl_value kl_governance_map(const kl_governance *envelope) { return envelope->map; }

kl_status kl_governance_content_hash(kl_value *out, const kl_governance *envelope, kl_error *error)
{
    kl_value text;
    char hex[65];
    kl_value dimensions = kl_map_get(envelope->map, KL_TEXT("dimensions"));
    KL_TRY(kl_json_print(&text, dimensions, &kl_json_canonical_a, error));
    kl_status status = kl_sha256_hex(hex, kl_as_text(text), error);
    kl_value_release(text);
    KL_TRY(status);
    return kl_string_from_valid(out, (kl_text){hex, 64}, error);
}
