/* src/pact/conformance.c - see conformance.h. */
#include "conformance.h"

#include "kailash/json.h"

kl_status kl_pact_canonical_map(kl_value *out, kl_value map, kl_error *error)
{
    kl_status status = kl_json_print(out, map, &kl_json_spaced_b, error);
    kl_value_release(map);
    return status;
}

kl_status kl_pact_canonical_verdict(kl_value *out, const kl_pact_verdict *verdict, kl_error *error)
{
    kl_value map, time;
    kl_status status;
    KL_TRY(kl_map_new(&map, 10, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("access_decision"), kl_null(), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("action"), kl_value_retain(verdict->action), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("allowed"), kl_bool(verdict->allowed), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("audit_details"), kl_value_retain(verdict->details), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("effective_envelope_snapshot"), kl_null(), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("envelope_version"),
                               kl_as_text(verdict->envelope_version), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("level"), kl_value_retain(verdict->zone_text), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reason"), kl_value_retain(verdict->reason), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("role_address"), kl_value_retain(verdict->role_address), error));
    KL_TRY_OUT(kl_pact_time_text(&time, verdict->at, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), time, error));
    return kl_pact_canonical_map(out, map, error);
out:
    kl_value_release(map);
    return status;
}
