/* src/eatp/envelope_intersect.c - two envelopes at once: member by member the narrower of both. */
#include "envelope_parts.h"
#include "kailash/id.h"
#include "kailash/wide.h"

/* One member of one dimension, in both. */
typedef struct meeting {
    const kl_governance *a, *b;
    const kl_envelope_member *member;
    kl_value of_a, of_b; /* borrowed */
    bool empty_is_all;
} meeting;

static kl_status nothing_common(const meeting *m, kl_error *error)
{
    kl_status status = kl_error_set(error, KL_INVALID,
                                    "%s.%s: the envelopes have nothing in common, and an empty list "
                                    "would mean everything",
                                    kl_dimension_name(m->member->dimension), m->member->name);
    if (error)
        error->type = "EnvelopeIntersectionError";
    return status;
}

/* ---- lists ------------------------------------------------------------------------------------------ */

/* Push the entries of `list` that `within` covers; of those that cover each other `unless_equal`
 * keeps none, for they were pushed already. */
static kl_status push_covered(kl_value *to, kl_value list, const kl_words *words,
                              const kl_words *within, bool unless_equal, kl_error *error)
{
    for (size_t i = 0; i < words->count; i++) {
        if (!kl_words_cover(within, words->all[i]))
            continue;
        if (unless_equal && kl_words_has(within, words->all[i]))
            continue;
        KL_TRY(kl_array_push(to, kl_value_retain(kl_array_at(list, i)), error));
    }
    return KL_OK;
}

/* What both allow: entries of a that lie within b, then those of b that lie within a pattern of a. */
static kl_status meet_allowed(kl_value *out, const meeting *m, kl_error *error)
{
    const kl_words *a = &m->a->lists[m->member->index], *b = &m->b->lists[m->member->index];
    kl_value list;
    kl_status status;
    if (m->empty_is_all && (a->count == 0 || b->count == 0)) {
        *out = kl_value_retain(a->count == 0 ? m->of_b : m->of_a);
        return KL_OK;
    }
    KL_TRY(kl_array_new(&list, a->count, error));
    KL_TRY_OUT(push_covered(&list, m->of_a, a, b, false, error));
    KL_TRY_OUT(push_covered(&list, m->of_b, b, a, true, error));
    if (kl_array_len(list) == 0 && m->empty_is_all) {
        status = nothing_common(m, error);
        goto out;
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* What either has: a's in order, then what b has beyond them. */
static kl_status meet_denied(kl_value *out, const meeting *m, kl_error *error)
{
    const kl_words *a = &m->a->lists[m->member->index], *b = &m->b->lists[m->member->index];
    kl_value list = kl_value_retain(m->of_a);
    for (size_t i = 0; i < b->count; i++) {
        if (kl_words_cover(a, b->all[i]))
            continue;
        kl_status status = kl_array_push(&list, kl_value_retain(kl_array_at(m->of_b, i)), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* Blackouts that are told alike are one. */
static kl_status meet_blackouts(kl_value *out, const meeting *m, kl_error *error)
{
    kl_value list = kl_value_retain(m->of_a);
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && i < kl_array_len(m->of_b); i++) {
        kl_value one = kl_array_at(m->of_b, i);
        bool known = false;
        for (size_t k = 0; status == KL_OK && !known && k < kl_array_len(m->of_a); k++)
            status = kl_value_equal(&known, one, kl_array_at(m->of_a, k), error);
        if (status == KL_OK && !known)
            status = kl_array_push(&list, kl_value_retain(one), error);
    }
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    *out = list;
    return KL_OK;
}

/* ---- numbers, switches, words ----------------------------------------------------------------------- */

static kl_status meet_resources(kl_value *out, const meeting *m, kl_error *error)
{
    kl_value map = kl_value_retain(m->of_a);
    for (size_t i = 0; i < kl_map_len(m->of_b); i++) {
        kl_text name = kl_map_key_at(m->of_b, i);
        kl_value max = kl_map_value_at(m->of_b, i);
        const kl_value *known = kl_map_find(m->of_a, name);
        if (known && kl_as_unsigned(*known) <= kl_as_unsigned(max))
            continue;
        kl_status status = kl_map_set(&map, name, kl_value_retain(max), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static void meet_limits(kl_value *out, const meeting *m)
{
    uint64_t a = m->a->limits[m->member->index], b = m->b->limits[m->member->index];
    bool takes_b = kl_is_null(m->of_a) || (!kl_is_null(m->of_b) && b < a);
    *out = kl_value_retain(takes_b ? m->of_b : m->of_a);
}

static kl_status meet_cumulative(kl_value *out, const meeting *m, kl_error *error)
{
    uint64_t limit;
    kl_period period;
    kl_cumulative_meet(&limit, &period, m->a, m->b);
    if (m->member->rule == KL_RULE_CUMULATIVE)
        return kl_unsigned_new(out, limit, error);
    return kl_string_from_valid(out, kl_text_from(kl_period_name(period)), error);
}

static kl_status meet_hours(kl_value *out, const meeting *m, kl_error *error)
{
    bool empty;
    kl_value hours;
    KL_TRY(kl_hours_intersect(&hours, &empty, m->a, m->b, error));
    if (empty && m->empty_is_all) {
        kl_value_release(hours);
        kl_status status = kl_error_set(error, KL_INVALID,
                                        "temporal.operating_hours: the envelopes have no time in "
                                        "common");
        if (error)
            error->type = "EnvelopeIntersectionError";
        return status;
    }
    *out = hours;
    return KL_OK;
}

static kl_status meet(kl_value *out, const meeting *m, kl_error *error)
{
    bool a = kl_as_bool(m->of_a), b = kl_as_bool(m->of_b);
    switch (m->member->rule) {
    case KL_RULE_LIMIT:
        meet_limits(out, m);
        return KL_OK;
    case KL_RULE_CUMULATIVE:
    case KL_RULE_PERIOD:
        return meet_cumulative(out, m, error);
    case KL_RULE_ALLOW:
        return meet_allowed(out, m, error);
    case KL_RULE_DENY:
        return meet_denied(out, m, error);
    case KL_RULE_BOTH:
        *out = kl_bool(a && b);
        return KL_OK;
    case KL_RULE_EITHER:
        *out = kl_bool(a || b);
        return KL_OK;
    case KL_RULE_RESOURCES:
        return meet_resources(out, m, error);
    case KL_RULE_RATES:
        return kl_rates_union(out, m->a, m->b, error);
    case KL_RULE_BLACKOUTS:
        return meet_blackouts(out, m, error);
    case KL_RULE_HOURS:
        return meet_hours(out, m, error);
    case KL_RULE_PII:
        *out = kl_value_retain(m->a->pii <= m->b->pii ? m->of_a : m->of_b);
        return KL_OK;
    }
    return KL_OK;
}

/* ---- dimensions ------------------------------------------------------------------------------------- */

static kl_status meet_dimension(kl_value *out, kl_dimension dimension, const kl_governance *a,
                                const kl_governance *b, bool empty_is_all, kl_error *error)
{
    kl_value of_a = kl_governance_dimension(a, dimension);
    kl_value of_b = kl_governance_dimension(b, dimension), map, value;
    kl_status status;
    if (!a->stated[dimension] || !b->stated[dimension]) {
        *out = kl_value_retain(a->stated[dimension] ? of_a : of_b);
        return KL_OK;
    }
    KL_TRY(kl_map_new(&map, 8, error));
    for (size_t i = 0; i < kl_envelope_member_count; i++) {
        const kl_envelope_member *member = &kl_envelope_members[i];
        kl_text name = kl_text_from(member->name);
        if (member->dimension != dimension)
            continue;
        meeting m = {a, b, member, kl_map_get(of_a, name), kl_map_get(of_b, name), empty_is_all};
        KL_TRY_OUT(meet(&value, &m, error));
        KL_TRY_OUT(kl_map_set(&map, name, value, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status meet_dimensions(kl_value *out, const kl_governance *a, const kl_governance *b,
                                 bool empty_is_all, kl_error *error)
{
    kl_value map, value;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_DIMENSIONS, error));
    for (kl_dimension dimension = 0; dimension < KL_DIMENSIONS; dimension++) {
        kl_text name = kl_text_from(kl_dimension_name(dimension));
        KL_TRY_OUT(meet_dimension(&value, dimension, a, b, empty_is_all, error));
        KL_TRY_OUT(kl_map_set(&map, name, value, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- the head --------------------------------------------------------------------------------------- */

static kl_status copy(kl_value *to, kl_value from, const char *name, kl_error *error)
{
    return kl_map_set(to, kl_text_from(name), kl_value_retain(kl_map_get(from, kl_text_from(name))),
                      error);
}

static kl_status set_issuer(kl_value *to, const kl_governance *a, const kl_governance *b,
                            kl_error *error)
{
    kl_value issuer;
    kl_text of_a = kl_as_text(kl_map_get(a->map, KL_TEXT("issuer")));
    kl_text of_b = kl_as_text(kl_map_get(b->map, KL_TEXT("issuer")));
    KL_TRY(kl_string_format(&issuer, error, "%.*s∩%.*s", KL_TEXT_ARG(of_a), KL_TEXT_ARG(of_b)));
    return kl_map_set(to, KL_TEXT("issuer"), issuer, error);
}

static kl_status set_times(kl_value *to, const kl_governance *a, const kl_governance *b,
                           kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    KL_TRY(kl_map_set_text(to, KL_TEXT("issued_at"), (kl_text){text, len}, error));
    return copy(to, b->expires_at < a->expires_at ? b->map : a->map, "expires_at", error);
}

/* The smaller parts, of which the usual ones stand for what a side does not say. */
static kl_status set_gradient(kl_value *to, const kl_governance *a, const kl_governance *b,
                              kl_error *error)
{
    const kl_gradient *x = &a->gradient, *y = &b->gradient;
    kl_value map;
    kl_status status;
    if (!a->has_gradient && !b->has_gradient)
        return KL_OK;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("auto_approve"),
                          kl_double(KL_MIN(x->auto_approve, y->auto_approve)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("flag"), kl_double(KL_MIN(x->flag, y->flag)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("hold"), kl_double(KL_MIN(x->hold, y->hold)), error));
    return kl_map_set(to, KL_TEXT("gradient_thresholds"), map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status set_ceiling(kl_value *to, const kl_governance *a, const kl_governance *b,
                             kl_error *error)
{
    bool takes_b = a->posture_ceiling < 0 ||
                   (b->posture_ceiling >= 0 && b->posture_ceiling < a->posture_ceiling);
    if (a->posture_ceiling < 0 && b->posture_ceiling < 0)
        return KL_OK;
    return copy(to, takes_b ? b->map : a->map, "posture_ceiling", error);
}

/* A signature is of what was signed, so the result has none. */
static kl_status fill(kl_value *map, kl_value dimensions, const kl_governance *a,
                      const kl_governance *b, bool empty_is_all, kl_error *error)
{
    char id[37];
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("envelope_id"), (kl_text){id, 36}, error));
    KL_TRY(copy(map, a->map, "version", error));
    KL_TRY(set_times(map, a, b, error));
    KL_TRY(set_issuer(map, a, b, error));
    KL_TRY(copy(map, a->map, "subject", error));
    KL_TRY(kl_map_set(map, KL_TEXT("dimensions"), kl_value_retain(dimensions), error));
    KL_TRY(copy(map, a->map, "chain_ref", error));
    KL_TRY(kl_map_set(map, KL_TEXT("context"), kl_null(), error));
    if (empty_is_all)
        KL_TRY(copy(map, a->map, "context", error));
    KL_TRY(set_gradient(map, a, b, error));
    return set_ceiling(map, a, b, error);
}

kl_status kl_governance_intersect(kl_governance **out, const kl_governance *a,
                                  const kl_governance *b, bool empty_is_all, kl_error *error)
{
    kl_value dimensions, map = kl_null();
    kl_status status;
    KL_TRY(meet_dimensions(&dimensions, a, b, empty_is_all, error));
    KL_TRY_OUT(kl_map_new(&map, 11, error));
    KL_TRY_OUT(fill(&map, dimensions, a, b, empty_is_all, error));
    KL_TRY_OUT(kl_governance_read(out, map, error));
out:
    kl_value_release(map);
    kl_value_release(dimensions);
    return status;
}
