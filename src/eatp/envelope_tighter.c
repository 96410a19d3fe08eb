/* src/eatp/envelope_tighter.c - whether an envelope is nowhere wider than the one above it.
 *
 * What a child does not state it inherits: a null dimension or limit is never wider, for the
 * intersection of both keeps the parent's.
 */
#include "../base/unicode.h"
#include "envelope_parts.h"
#include "kailash/json.h"
#include "kailash/wide.h"

enum { SHOWN = 120 }; /* code points of a value in a message */

typedef struct pair {
    const kl_governance *child, *parent;
    const kl_envelope_member *member;
    kl_value of_child, of_parent; /* of the wire; borrowed */
} pair;

/* Set the error of one place; `why` may be "". */
static kl_status widens(const pair *p, kl_text why, kl_error *error)
{
    kl_value child = kl_null(), parent = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_json_print(&child, p->of_child, &kl_json_plain, error));
    KL_TRY_OUT(kl_json_print(&parent, p->of_parent, &kl_json_plain, error));
    kl_text c = kl_as_text(child), q = kl_as_text(parent);
    size_t c_shown = kl_text_offset(c, SHOWN), q_shown = kl_text_offset(q, SHOWN);
    status = kl_error_set(error, KL_INVALID, "%s widening: %s: child %.*s%s > parent %.*s%s%s%.*s%s",
                          kl_dimension_name(p->member->dimension), p->member->name, (int)c_shown,
                          c.data, c_shown < c.len ? "..." : "", (int)q_shown, q.data,
                          q_shown < q.len ? "..." : "", why.len ? " (" : "", KL_TEXT_ARG(why),
                          why.len ? ")" : "");
out:
    kl_value_release(child);
    kl_value_release(parent);
    return status;
}

static kl_status widens_by(const pair *p, kl_text word, const char *how, kl_error *error)
{
    kl_value why;
    size_t shown = kl_text_offset(word, SHOWN);
    KL_TRY(kl_string_format(&why, error, "'%.*s' %s", (int)shown, word.data, how));
    kl_status status = widens(p, kl_as_text(why), error);
    kl_value_release(why);
    return status;
}

static kl_status check_allowed(const pair *p, kl_error *error)
{
    const kl_words *child = &p->child->lists[p->member->index];
    const kl_words *parent = &p->parent->lists[p->member->index];
    if (parent->count == 0)
        return KL_OK;
    if (child->count == 0)
        return widens(p, KL_TEXT("an empty list allows everything"), error);
    for (size_t i = 0; i < child->count; i++)
        if (!kl_words_cover(parent, child->all[i]))
            return widens_by(p, kl_as_text(kl_array_at(p->of_child, i)), "is not the parent's", error);
    return KL_OK;
}

static kl_status check_denied(const pair *p, kl_error *error)
{
    const kl_words *child = &p->child->lists[p->member->index];
    const kl_words *parent = &p->parent->lists[p->member->index];
    for (size_t i = 0; i < parent->count; i++)
        if (!kl_words_cover(child, parent->all[i]))
            return widens_by(p, kl_as_text(kl_array_at(p->of_parent, i)), "is missing", error);
    return KL_OK;
}

static kl_status check_resources(const pair *p, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(p->of_parent); i++) {
        kl_text name = kl_map_key_at(p->of_parent, i);
        const kl_value *max = kl_map_find(p->of_child, name);
        if (max && kl_as_unsigned(*max) > kl_as_unsigned(kl_map_value_at(p->of_parent, i)))
            return widens_by(p, name, "is larger", error);
    }
    return KL_OK;
}

static kl_status check_cumulative(const pair *p, kl_error *error)
{
    kl_value why;
    if (kl_cumulative_within(p->child, p->parent))
        return KL_OK;
    if (p->child->period == p->parent->period)
        return widens(p, KL_TEXT(""), error);
    KL_TRY(kl_string_format(&why, error, "%s under %s", kl_period_name(p->child->period),
                            kl_period_name(p->parent->period)));
    kl_status status = widens(p, kl_as_text(why), error);
    kl_value_release(why);
    return status;
}

static kl_status check_rates(const pair *p, kl_error *error)
{
    const kl_rate_limit *relaxed = kl_rates_relaxed(p->child, p->parent);
    return relaxed ? widens_by(p, relaxed->operation, "is dropped or relaxed", error) : KL_OK;
}

static kl_status check_hours(const pair *p, kl_error *error)
{
    bool within;
    KL_TRY(kl_hours_within(&within, p->child, p->parent, error));
    return within ? KL_OK : widens(p, KL_TEXT(""), error);
}

static kl_status check_limit(const pair *p, kl_error *error)
{
    bool is_wider = !kl_is_null(p->of_child) && p->child->limits[p->member->index] >
                                                    p->parent->limits[p->member->index];
    return is_wider ? widens(p, KL_TEXT(""), error) : KL_OK;
}

static kl_status check_member(const pair *p, kl_error *error)
{
    bool child = kl_as_bool(p->of_child), parent = kl_as_bool(p->of_parent), is_wider = false;
    switch (p->member->rule) {
    case KL_RULE_LIMIT:
        return check_limit(p, error);
    case KL_RULE_CUMULATIVE:
        return check_cumulative(p, error);
    case KL_RULE_ALLOW:
        return check_allowed(p, error);
    case KL_RULE_DENY:
        return check_denied(p, error);
    case KL_RULE_RESOURCES:
        return check_resources(p, error);
    case KL_RULE_RATES:
        return check_rates(p, error);
    case KL_RULE_HOURS:
        return check_hours(p, error);
    case KL_RULE_BOTH:
        is_wider = child && !parent;
        break;
    case KL_RULE_EITHER:
        is_wider = !child && parent;
        break;
    case KL_RULE_PII:
        is_wider = p->child->pii > p->parent->pii;
        break;
    case KL_RULE_BLACKOUTS:
        is_wider = !kl_week_within(&p->parent->blackouts, &p->child->blackouts);
        break;
    case KL_RULE_PERIOD: /* told with the amount */
        break;
    }
    return is_wider ? widens(p, KL_TEXT(""), error) : KL_OK;
}

kl_status kl_governance_tighter(const kl_governance *child, const kl_governance *parent,
                                kl_error *error)
{
    for (size_t i = 0; i < kl_envelope_member_count; i++) {
        const kl_envelope_member *member = &kl_envelope_members[i];
        kl_text name = kl_text_from(member->name);
        if (!child->stated[member->dimension] || !parent->stated[member->dimension])
            continue;
        kl_value of_child = kl_governance_dimension(child, member->dimension);
        kl_value of_parent = kl_governance_dimension(parent, member->dimension);
        pair p = {child, parent, member, kl_map_get(of_child, name), kl_map_get(of_parent, name)};
        KL_TRY(check_member(&p, error));
    }
    return KL_OK;
}
