/* tests/fuzz/fuzz_governance.c - any bytes as a constraint envelope, and as a zoneinfo file. */
#include "base/tz.h"
#include "eatp/envelope_parts.h"
#include "fuzz.h"
#include "pact/judge.h"

/* An envelope is tighter than itself, meets itself, and is judged whatever is done. */
static void use(const kl_governance *envelope)
{
    kl_governance *both = NULL;
    kl_judgement found;
    kl_judge_input input = {.action = KL_TEXT("read"), .resource = KL_TEXT("docs/a"),
                            .channel = KL_TEXT("email"), .now = kl_time_now()};
    KL_REQUIRE(kl_governance_tighter(envelope, envelope, NULL) == KL_OK);
    KL_REQUIRE(kl_judge(&found, envelope, &input, NULL) == KL_OK);
    kl_status status = kl_governance_intersect(&both, envelope, envelope, true, NULL);
    if (status == KL_OK) {
        kl_judgement again;
        KL_REQUIRE(kl_judge(&again, both, &input, NULL) == KL_OK);
        KL_REQUIRE(again.zone == found.zone);
        kl_judgement_end(&again);
    } else { /* hours that never open meet in no time */
        KL_REQUIRE(status == KL_INVALID && envelope->zone && envelope->hours.count == 0);
    }
    kl_judgement_end(&found);
    kl_governance_release(both);
}

static void read_zone(kl_text bytes)
{
    kl_tz *tz = NULL;
    if (kl_tz_read(&tz, bytes, NULL) != KL_OK)
        return;
    int64_t time = 0, next;
    for (int i = 0; i < 100 && (next = kl_tz_next(tz, time)) != INT64_MAX; i++, time = next) {
        KL_REQUIRE(next > time);
        KL_REQUIRE(kl_tz_offset(tz, next) >= -200000 && kl_tz_offset(tz, next) <= 200000);
    }
    kl_tz_free(tz);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_text text = {(const char *)data, size};
    kl_governance *envelope = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_governance_parse(&envelope, text, &error);
    if (status == KL_OK)
        use(envelope);
    else
        KL_REQUIRE((status == KL_INVALID || status == KL_SYNTAX || status == KL_DEPTH ||
                    status == KL_UNAVAILABLE) &&
                   error.message);
    kl_error_clear(&error);
    kl_governance_release(envelope);
    read_zone(text);
    return 0;
}
