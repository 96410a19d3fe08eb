/* src/pact/judgement.c - what was found, told: the details and the reason of a verdict. */
#include "judge.h"

#include <pthread.h>

const char *kl_subject_name(kl_subject subject)
{
    static const char *const names[KL_SUBJECTS] = {
        [KL_ON_FINANCIAL] = "financial",
        [KL_ON_FINANCIAL_DAILY] = "financial_daily",
        [KL_ON_FINANCIAL_PERIOD] = "financial_period",
        [KL_ON_OPERATIONAL] = "operational",
        [KL_ON_TEMPORAL] = "temporal",
        [KL_ON_DATA_ACCESS] = "data_access",
        [KL_ON_COMMUNICATION] = "communication",
    };
    return names[subject];
}

kl_text kl_judgement_text(const kl_judgement *judgement, kl_subject subject)
{
    if (judgement->plain[subject])
        return kl_text_from(judgement->plain[subject]);
    return kl_as_text(judgement->text[subject]);
}

void kl_judgement_end(kl_judgement *judgement)
{
    for (size_t i = 0; i < KL_SUBJECTS; i++)
        kl_value_release(kl_value_take(&judgement->text[i]));
}

/* ---- details ---------------------------------------------------------------------------------------- */

/* The keys and the usual texts of details, made once; null where memory wanted. */
static struct {
    kl_value subjects[KL_SUBJECTS], within, unconstrained, place;
} shared;

static void make(kl_value *out, const char *text)
{
    if (kl_string_from_valid(out, kl_text_from(text), NULL) != KL_OK)
        *out = kl_null();
}

static void make_shared(void)
{
    for (kl_subject subject = 0; subject < KL_SUBJECTS; subject++)
        make(&shared.subjects[subject], kl_subject_name(subject));
    make(&shared.within, KL_JUDGE_WITHIN);
    make(&shared.unconstrained, KL_JUDGE_UNCONSTRAINED);
    make(&shared.place, "data_access_resource");
}

/* `key` may be null: then its text is used. `value` is taken. */
static kl_status set(kl_value *map, kl_value key, const char *text, kl_value value, kl_error *error)
{
    return kl_is_null(key) ? kl_map_set(map, kl_text_from(text), value, error)
                           : kl_map_set_key(map, key, value, error);
}

static kl_status set_finding(kl_value *map, const kl_judgement *found, kl_subject subject,
                             kl_error *error)
{
    const char *plain = found->plain[subject];
    kl_value text = found->text[subject];
    if (!found->said[subject])
        return KL_OK;
    if (plain) /* one of two */
        text = strcmp(plain, KL_JUDGE_WITHIN) == 0 ? shared.within : shared.unconstrained;
    if (plain && kl_is_null(text))
        KL_TRY(kl_string_from_valid(&text, kl_text_from(plain), error));
    else
        kl_value_retain(text);
    return set(map, shared.subjects[subject], kl_subject_name(subject), text, error);
}

static kl_status set_place(kl_value *map, const kl_judgement *found, const kl_judge_input *input,
                           kl_error *error)
{
    kl_value place;
    if (found->resource_absent)
        return kl_map_set_text(map, KL_TEXT("data_access_resource_absent"), KL_TEXT("true"), error);
    if (found->resource_fault)
        return kl_map_set_text(map, KL_TEXT("data_access_resource_rejected"),
                               kl_text_from(found->resource_fault), error);
    if (!input->resource.data)
        return KL_OK;
    KL_TRY(kl_string_from_valid(&place, input->resource, error));
    return set(map, shared.place, "data_access_resource", place, error);
}

kl_status kl_judgement_details(kl_value *out, const kl_judgement *judgement,
                               const kl_judge_input *input, kl_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    kl_value map;
    kl_status status;
    pthread_once(&once, make_shared);
    KL_TRY(kl_map_new(&map, 8, error));
    for (kl_subject subject = 0; subject < KL_SUBJECTS; subject++)
        KL_TRY_OUT(set_finding(&map, judgement, subject, error));
    KL_TRY_OUT(set_place(&map, judgement, input, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- reason ----------------------------------------------------------------------------------------- */

/* All that was found in the worst zone: "financial: blocked (...); operational: blocked (...)". */
static void add_worst(kl_buffer *to, const kl_judgement *found)
{
    static const char *const words[KL_ZONES] = {
        [KL_ZONE_AUTO_APPROVED] = " is within all limits",
        [KL_ZONE_FLAGGED] = " is near a boundary: ",
        [KL_ZONE_HELD] = " requires human review: ",
        [KL_ZONE_BLOCKED] = " blocked: ",
    };
    bool is_first = true;
    kl_buffer_string(to, words[found->zone]);
    if (found->zone == KL_ZONE_AUTO_APPROVED)
        return;
    for (kl_subject subject = 0; subject < KL_SUBJECTS; subject++) {
        if (!found->said[subject] || found->zones[subject] != found->zone)
            continue;
        kl_buffer_string(to, is_first ? "" : "; ");
        kl_buffer_string(to, kl_subject_name(subject));
        kl_buffer_string(to, ": ");
        kl_buffer_add(to, kl_judgement_text(found, subject));
        is_first = false;
    }
}

kl_status kl_judgement_reason(kl_value *out, const kl_judgement *judgement,
                              const kl_judge_input *input, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    bool is_told = input->resource.data && !judgement->resource_fault &&
                   judgement->zones[KL_ON_DATA_ACCESS] != KL_ZONE_BLOCKED;
    kl_buffer_string(&text, "action '");
    kl_buffer_add(&text, input->action);
    kl_buffer_byte(&text, '\'');
    add_worst(&text, judgement);
    if (is_told) {
        kl_buffer_string(&text, " (data source '");
        kl_buffer_add(&text, input->resource);
        kl_buffer_string(&text, "')");
    }
    return kl_buffer_finish(out, &text, error);
}
