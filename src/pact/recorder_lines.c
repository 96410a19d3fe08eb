/* src/pact/recorder_lines.c - the lines of PactRecorder; see recorder.h. */
#include "recorder.h"

#include "kailash/json.h"

const char *kl_pact_tier_name(kl_posture posture)
{
    static const char *const names[KL_POSTURES] = {"zone1_pseudo", "zone2_guardian", "zone3_cognate",
                                                   "zone3_cognate", "zone4_delegated"};
    return names[posture];
}

static kl_status set(kl_value *map, const char *name, kl_text text, kl_error *error)
{
    return kl_map_set_text(map, kl_text_from(name), text, error);
}

kl_status kl_pact_audit_text(kl_value *out, const kl_pact_audit_line *line, kl_error *error)
{
    kl_value map;
    kl_status status;
    kl_text posture = kl_text_from(kl_rung_name(KL_LADDER_POSTURE, (int)line->posture, KL_SNAKE));
    kl_text zone = kl_text_from(kl_rung_name(KL_LADDER_ZONE, (int)line->zone, KL_PASCAL));
    KL_TRY(kl_map_new(&map, 10, error));
    KL_TRY_OUT(set(&map, "event_id", line->event_id, error));
    KL_TRY_OUT(set(&map, "timestamp", line->timestamp, error));
    KL_TRY_OUT(set(&map, "role_address", line->role_address, error));
    KL_TRY_OUT(set(&map, "posture", posture, error));
    KL_TRY_OUT(set(&map, "action", line->action, error));
    KL_TRY_OUT(set(&map, "zone", zone, error));
    KL_TRY_OUT(set(&map, "reason", line->reason, error));
    KL_TRY_OUT(set(&map, "tier", kl_text_from(kl_pact_tier_name(line->posture)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tenant_id"), kl_value_retain(line->tenant_id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signature"), kl_value_retain(line->signature), error));
    status = kl_json_print(out, map, &kl_json_plain, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status payload_of(kl_value *out, const kl_pact_verdict *verdict, kl_error *error)
{
    kl_value map, details;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_sorted(&details, verdict->details, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("details"), details, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reason"), kl_value_retain(verdict->reason), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("role_address"), kl_value_retain(verdict->role_address), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_pact_evidence_text(kl_value *out, const kl_pact_verdict *verdict, kl_text timestamp,
                                kl_error *error)
{
    kl_value map, payload;
    kl_status status;
    kl_text gradient = kl_text_from(kl_rung_name(KL_LADDER_ZONE, (int)verdict->zone, KL_PASCAL));
    KL_TRY(kl_map_new(&map, 6, error));
    KL_TRY_OUT(set(&map, "schema", KL_TEXT("pact.governance.verdict.v1"), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("source"), kl_value_retain(verdict->role_address), error));
    KL_TRY_OUT(set(&map, "timestamp", timestamp, error));
    KL_TRY_OUT(set(&map, "gradient", gradient, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("action"), kl_value_retain(verdict->action), error));
    KL_TRY_OUT(payload_of(&payload, verdict, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("payload"), payload, error));
    status = kl_json_print(out, map, &kl_json_plain, error);
out:
    kl_value_release(map);
    return status;
}
