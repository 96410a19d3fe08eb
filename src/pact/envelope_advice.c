/* src/pact/envelope_advice.c - envelopes that leave next to nothing, or that contradict themselves. */
#include "envelope_advice.h"
#include "../base/unicode.h"
#include "../eatp/envelope_parts.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    CALL_CENTS = 20,     /* what a call of a language model costs at least */
    FEW_OPERATIONS = 5,
    SHORT_SECONDS = 3600,
};

/* ---- the two types: a word, and what it means ------------------------------------------------------- */

typedef struct warning {
    kl_object object;
    kl_value what; /* "dimension" of the one, "variant" of the other */
    kl_value message;
} warning;

/* Add a warning; it says what the format says. */
KL_PRINTF(5, 6)
static kl_status warn(kl_value *to, const kl_type *type, const char *what, kl_error *error,
                      const char *format, ...)
{
    char text[1024];
    kl_object *object;
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    KL_TRY(kl_object_alloc(&object, type, error));
    warning *w = (warning *)object;
    kl_text message = {text, KL_MIN((size_t)KL_MAX(len, 0), sizeof text - 1)};
    kl_status status = kl_string_from_valid(&w->what, kl_text_from(what), error);
    if (status == KL_OK)
        status = kl_string_repair(&w->message, message, error); /* it may have been cut */
    if (status == KL_OK)
        return kl_array_push(to, kl_value_of(object), error);
    kl_object_release(object);
    return status;
}

#define DEGENERATE(to, dimension, ...)                                                             \
    KL_TRY(warn((to), &kl_degenerate_warning_type, (dimension), error, __VA_ARGS__))
#define UNHEALTHY(to, variant, ...)                                                                \
    KL_TRY(warn((to), &kl_envelope_warning_type, (variant), error, __VA_ARGS__))

/* An array filled by a function; given. */
static kl_status collect(kl_value *out, const kl_governance *envelope,
                         kl_status (*fill)(kl_value *to, const kl_governance *e, kl_error *error),
                         kl_error *error)
{
    kl_value array;
    KL_TRY(kl_array_new(&array, 4, error));
    kl_status status = fill(&array, envelope, error);
    if (status == KL_OK)
        *out = array;
    else
        kl_value_release(array);
    return status;
}

/* ---- degenerate ------------------------------------------------------------------------------------- */

static bool is_pittance(uint64_t cents) { return cents > 0 && cents < CALL_CENTS; }

static kl_status few_means(kl_value *to, const kl_governance *e, kl_error *error)
{
    unsigned long long budget = e->limits[KL_MAX_TRANSACTION];
    size_t operations = e->lists[KL_LIST_OPERATIONS].count;
    if (e->stated[KL_FINANCIAL] && !e->spending_allowed)
        DEGENERATE(to, "Financial", "spending disabled entirely");
    else if (e->stated[KL_FINANCIAL] && is_pittance(budget))
        DEGENERATE(to, "Financial", "budget $0.%02llu, cannot afford a single LLM call", budget);
    if (operations > 0 && operations < FEW_OPERATIONS)
        DEGENERATE(to, "Operational", "only %zu allowed operation(s), severely limited action space",
                   operations);
    return KL_OK;
}

static kl_status few_time(kl_value *to, const kl_governance *e, kl_error *error)
{
    unsigned long long seconds = e->limits[KL_MAX_DURATION];
    if (seconds == 0)
        DEGENERATE(to, "Temporal", "zero-duration window, agent cannot operate");
    else if (seconds < SHORT_SECONDS)
        DEGENERATE(to, "Temporal",
                   "active window is %llu seconds (< 1 hour), too short for meaningful work", seconds);
    return KL_OK;
}

static kl_status degenerate(kl_value *to, const kl_governance *e, kl_error *error)
{
    size_t sources = e->lists[KL_LIST_DENIED_SOURCES].count;
    size_t channels = e->lists[KL_LIST_DENIED_CHANNELS].count;
    KL_TRY(few_means(to, e, error));
    KL_TRY(few_time(to, e, error));
    if (sources && e->lists[KL_LIST_SOURCES].count == 0)
        DEGENERATE(to, "DataAccess",
                   "no allowed data sources with %zu denied source(s) -- an empty allow-list does NOT "
                   "restrict, so every source except those %zu is permitted, including an undeclared "
                   "one; populate allowed_data_sources to require membership",
                   sources, sources);
    if (channels && e->lists[KL_LIST_CHANNELS].count == 0)
        DEGENERATE(to, "Communication",
                   "no allowed channels with %zu denied channel(s) -- an empty allow-list does NOT "
                   "restrict, so every channel except those %zu is permitted; populate "
                   "allowed_channels to require membership",
                   channels, channels);
    return KL_OK;
}

kl_status kl_advise_degenerate(kl_value *out, const kl_governance *envelope, kl_error *error)
{
    return collect(out, envelope, degenerate, error);
}

static bool states_nothing(const kl_governance *e)
{
    for (size_t i = 0; i < KL_DIMENSIONS; i++)
        if (e->stated[i])
            return false;
    return true;
}

static kl_status passthrough(kl_value *to, const kl_governance *e, kl_error *error)
{
    kl_text id = kl_as_text(kl_map_get(kl_map_get(e->map, KL_TEXT("subject")), KL_TEXT("id")));
    if (states_nothing(e))
        DEGENERATE(to, "Passthrough",
                   "envelope for subject '%.*s' has no constraints on any dimension — it passes "
                   "through the parent envelope unchanged, adding no governance value",
                   KL_TEXT_ARG(id));
    return KL_OK;
}

kl_status kl_advise_passthrough(kl_value *out, const kl_governance *envelope, kl_error *error)
{
    return collect(out, envelope, passthrough, error);
}

/* ---- health ----------------------------------------------------------------------------------------- */

static kl_status unhealthy_money(kl_value *to, const kl_governance *e, kl_error *error)
{
    uint64_t transaction = e->limits[KL_MAX_TRANSACTION], total = e->limits[KL_MAX_CUMULATIVE];
    uint64_t threshold = e->limits[KL_APPROVAL_THRESHOLD];
    if (!e->spending_allowed) {
        if (transaction || total)
            UNHEALTHY(to, "SpendingDisabledWithLimits",
                      "spending_allowed is false but financial limits are set");
        return KL_OK;
    }
    if (transaction == 0)
        UNHEALTHY(to, "ZeroFinancialLimit",
                  "zero financial limit: max_transaction_cents = 0 (blocks all spending)");
    if (total == 0)
        UNHEALTHY(to, "ZeroFinancialLimit",
                  "zero financial limit: max_cumulative_cents = 0 (blocks all spending)");
    if (is_pittance(transaction))
        UNHEALTHY(to, "DegenerateFinancialLimit",
                  "degenerate financial limit: max_transaction_cents = %llu cents (< $0.20)",
                  (unsigned long long)transaction);
    if (transaction && threshold > transaction)
        UNHEALTHY(to, "ApprovalThresholdAboveLimit",
                  "approval_threshold_cents = %llu is above max_transaction_cents = %llu: nothing is "
                  "ever left to a human",
                  (unsigned long long)threshold, (unsigned long long)transaction);
    return KL_OK;
}

static kl_status unhealthy_time(kl_value *to, const kl_governance *e, kl_error *error)
{
    unsigned long long seconds = e->limits[KL_MAX_DURATION];
    if (seconds == 0)
        UNHEALTHY(to, "ZeroDurationTemporalWindow", "temporal window has zero duration");
    else if (seconds < SHORT_SECONDS)
        UNHEALTHY(to, "DegenerateTemporalWindow",
                  "degenerate temporal window: max_duration = %llus (< 1 hour)", seconds);
    if (e->zone && e->hours.count == 0)
        UNHEALTHY(to, "ClosedOperatingHours", "operating_hours never open: no window has any time");
    return KL_OK;
}

static kl_status unhealthy_lists(kl_value *to, const kl_governance *e, kl_error *error)
{
    const kl_words *allowed = &e->lists[KL_LIST_OPERATIONS];
    size_t sources = e->lists[KL_LIST_DENIED_SOURCES].count;
    size_t channels = e->lists[KL_LIST_DENIED_CHANNELS].count;
    if (sources && e->lists[KL_LIST_SOURCES].count == 0)
        UNHEALTHY(to, "EmptyDataAccessPaths", "empty allowed data sources with %zu denied sources",
                  sources);
    if (channels && e->lists[KL_LIST_CHANNELS].count == 0)
        UNHEALTHY(to, "EmptyCommunicationChannels", "empty allowed channels with %zu denied channels",
                  channels);
    for (size_t i = 0; i < allowed->count; i++)
        if (kl_words_match(&e->lists[KL_LIST_DENIED_OPERATIONS], allowed->all[i]))
            UNHEALTHY(to, "ContradictoryOperation",
                      "operation '%.*s' is both allowed and denied: it is denied",
                      KL_TEXT_ARG(allowed->all[i]));
    return KL_OK;
}

static kl_status unhealthy(kl_value *to, const kl_governance *e, kl_error *error)
{
    if (states_nothing(e))
        UNHEALTHY(to, "FullyUnconstrained", "all 5 dimensions are None (fully unconstrained)");
    if (e->stated[KL_FINANCIAL])
        KL_TRY(unhealthy_money(to, e, error));
    KL_TRY(unhealthy_time(to, e, error));
    return unhealthy_lists(to, e, error);
}

kl_status kl_advise_health(kl_value *out, const kl_governance *envelope, kl_error *error)
{
    return collect(out, envelope, unhealthy, error);
}

/* ---- gradient --------------------------------------------------------------------------------------- */

/* Zone of a pair [action, zone]; KL_INVALID. */
static kl_status zone_of(kl_zone *out, kl_value pair, kl_error *error)
{
    kl_text name = kl_as_text(kl_array_at(pair, 1));
    int rung = kl_rung_find(KL_LADDER_ZONE, name, KL_SNAKE);
    bool is_pair = kl_array_len(pair) == 2 && kl_is(kl_array_at(pair, 0), KL_KIND_STRING) &&
                   kl_is(kl_array_at(pair, 1), KL_KIND_STRING);
    if (!is_pair)
        return kl_error_set(error, KL_INVALID, "expected pairs of an action and a zone");
    if (rung < 0)
        return kl_error_set(error, KL_INVALID,
                            "invalid zone '%.*s': must be one of auto_approved, flagged, held, blocked",
                            (int)KL_MIN(name.len, 40), name.data);
    *out = (kl_zone)rung;
    return KL_OK;
}

static kl_status warn_of_zone(kl_value *to, kl_text action, kl_zone zone, kl_error *error)
{
    if (zone == KL_ZONE_BLOCKED)
        DEGENERATE(to, "Gradient",
                   "action '%.*s' is in NEVER_DELEGATED_ACTIONS but has zone Blocked — it should be "
                   "Held (human-reviewable), not Blocked (denied outright)",
                   KL_TEXT_ARG(action));
    else
        DEGENERATE(to, "Gradient",
                   "action '%.*s' is in NEVER_DELEGATED_ACTIONS but has zone %s — it should be Held to "
                   "require human review",
                   KL_TEXT_ARG(action), kl_rung_name(KL_LADDER_ZONE, (int)zone, KL_PASCAL));
    return KL_OK;
}

/* Actions are compared as the engine compares them: trimmed, in any case. */
static kl_status is_same_action(bool *out, kl_text a, kl_text b, kl_error *error)
{
    kl_folded x, y;
    KL_TRY(kl_fold(&x, kl_text_trim(a, true, true), error));
    kl_status status = kl_fold(&y, kl_text_trim(b, true, true), error);
    if (status == KL_OK) {
        *out = kl_text_equal(x.text, y.text);
        kl_fold_end(&y);
    }
    kl_fold_end(&x);
    return status;
}

/* The first pair of an action that is not left to a human. */
static kl_status check_action(kl_value *to, kl_text action, kl_value zones, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(zones); i++) {
        kl_value pair = kl_array_at(zones, i);
        kl_zone zone;
        bool is_same;
        KL_TRY(zone_of(&zone, pair, error));
        KL_TRY(is_same_action(&is_same, action, kl_as_text(kl_array_at(pair, 0)), error));
        if (is_same && zone != KL_ZONE_HELD)
            return warn_of_zone(to, action, zone, error);
    }
    return KL_OK;
}

kl_status kl_advise_gradient(kl_value *out, kl_value zones, kl_value never_delegated, kl_error *error)
{
    kl_value array;
    kl_zone zone;
    kl_status status;
    for (size_t i = 0; i < kl_array_len(zones); i++)
        KL_TRY(zone_of(&zone, kl_array_at(zones, i), error));
    KL_TRY(kl_array_new(&array, 4, error));
    for (size_t i = 0; i < kl_array_len(never_delegated); i++)
        KL_TRY_OUT(check_action(&array, kl_as_text(kl_array_at(never_delegated, i)), zones, error));
    *out = array;
    return KL_OK;
out:
    kl_value_release(array);
    return status;
}

/* ---- PactDegenerateWarning, PactEnvelopeWarning ------------------------------------------------------ */

static kl_status degenerate_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const warning *w = (const warning *)self;
    (void)args;
    return kl_string_format(out, error, "%.*s: %.*s", KL_TEXT_ARG(kl_as_text(w->what)),
                            KL_TEXT_ARG(kl_as_text(w->message)));
}

static kl_status envelope_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((warning *)self)->message);
    return KL_OK;
}

/* By the name of its first field. */
static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const warning *w = (const warning *)self;
    return kl_string_format(out, error, "%s(%s='%.*s', message='%.*s')", self->type->name,
                            self->type->fields[0].name, KL_TEXT_ARG(kl_as_text(w->what)),
                            KL_TEXT_ARG(kl_as_text(w->message)));
}

#define WARNING_FIELDS(variable, first, text)                                                      \
    static const kl_field variable[] = {                                                           \
        {.name = (first), .kind = KL_KIND_STRING, .offset = offsetof(warning, what), .doc = (text)},\
        KL_VALUE(warning, message, .kind = KL_KIND_STRING, .doc = "what is odd"),                  \
    }
WARNING_FIELDS(degenerate_fields, "dimension", "Financial, Operational, Temporal, DataAccess, "
                                               "Communication, Passthrough or Gradient");
WARNING_FIELDS(envelope_fields, "variant", "kind of the oddity, such as ZeroFinancialLimit");

static const kl_method degenerate_methods[] = {
    {.name = "__str__", .call = degenerate_str, .returns = KL_KIND_STRING, .doc = "DIMENSION: MESSAGE"},
};
static const kl_method envelope_methods[] = {
    {.name = "__str__", .call = envelope_str, .returns = KL_KIND_STRING, .doc = "The message."},
};

const kl_type kl_degenerate_warning_type = {
    .name = "PactDegenerateWarning",
    .module = "kailash.pact",
    .doc = "That an envelope leaves next to nothing in a dimension. No exception.",
    .size = sizeof(warning),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(degenerate_fields),
    .methods = KL_TABLE(degenerate_methods),
    .repr = repr,
};
KL_PUBLISH(kl_degenerate_warning_type);

const kl_type kl_envelope_warning_type = {
    .name = "PactEnvelopeWarning",
    .module = "kailash.pact",
    .doc = "That an envelope contradicts itself, or that a part of it never applies. No exception.",
    .size = sizeof(warning),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(envelope_fields),
    .methods = KL_TABLE(envelope_methods),
    .repr = repr,
};
KL_PUBLISH(kl_envelope_warning_type);
