/* src/eatp/envelope_level.c - the envelope that follows from a trust level, or from a grant (eatp 4.6). */
#include "envelope_parts.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/wide.h"

/* What a level or a grant says that an envelope tells. */
typedef struct grant {
    bool network, filesystem, code_execution, state_mutation, delegation;
    uint64_t context_tokens, llm_calls, tool_calls, execution_secs;
    kl_text organisation, agent_id;
} grant;

/* What is the same in all of them. */
static const char template[] =
    "{\"financial\":{\"max_transaction_cents\":0,\"max_cumulative_cents\":0,"
    "\"cumulative_period\":null,\"approval_threshold_cents\":0,\"allowed_currencies\":[],"
    "\"spending_allowed\":false},"
    "\"operational\":{\"allowed_operations\":[],\"denied_operations\":[],\"resource_limits\":{},"
    "\"max_concurrent_operations\":null,\"require_approval_for\":[]},"
    "\"temporal\":{\"operating_hours\":null,\"max_duration_seconds\":null,\"rate_limits\":[],"
    "\"blackout_periods\":[]},"
    "\"data_access\":{\"data_classifications\":[\"public\"],\"pii_handling\":\"none\","
    "\"allowed_data_sources\":[],\"denied_data_sources\":[],\"max_data_retention_days\":null},"
    "\"communication\":null}";

static kl_status set_operations(kl_value *operational, const grant *g, kl_error *error)
{
    const struct {
        bool is_on;
        const char *name;
    } all[] = {
        {g->network, "network"},
        {g->filesystem, "filesystem"},
        {g->code_execution, "code_execution"},
        {g->state_mutation, "state_mutation"},
        {g->delegation, "delegation"},
    };
    kl_value list;
    KL_TRY(kl_array_new(&list, KL_COUNT(all), error));
    for (size_t i = 0; i < KL_COUNT(all); i++) {
        kl_status status =
            all[i].is_on ? kl_array_push_text(&list, kl_text_from(all[i].name), error) : KL_OK;
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_map_set(operational, KL_TEXT("allowed_operations"), list, error);
}

static kl_status set_number(kl_value *map, const char *name, uint64_t number, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_unsigned_new(&value, number, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status set_resources(kl_value *operational, const grant *g, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(set_number(&map, "context_tokens", g->context_tokens, error));
    KL_TRY_OUT(set_number(&map, "llm_calls", g->llm_calls, error));
    KL_TRY_OUT(set_number(&map, "tool_calls", g->tool_calls, error));
    return kl_map_set(operational, KL_TEXT("resource_limits"), map, error);
out:
    kl_value_release(map);
    return status;
}

/* Take a map out of a map, let it be changed in place, and put it back. */
static kl_status change(kl_value *map, const char *name, const grant *g,
                        kl_status (*set)(kl_value *part, const grant *g, kl_error *error),
                        kl_error *error)
{
    kl_value part = kl_value_retain(kl_map_get(*map, kl_text_from(name)));
    kl_status status = set(&part, g, error);
    if (status != KL_OK) {
        kl_value_release(part);
        return status;
    }
    return kl_map_set(map, kl_text_from(name), part, error);
}

static kl_status set_operational(kl_value *operational, const grant *g, kl_error *error)
{
    KL_TRY(set_operations(operational, g, error));
    return set_resources(operational, g, error);
}

static kl_status set_temporal(kl_value *temporal, const grant *g, kl_error *error)
{
    if (g->execution_secs == 0)
        return KL_OK;
    return set_number(temporal, "max_duration_seconds", g->execution_secs, error);
}

static kl_status make_dimensions(kl_value *out, const grant *g, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_json_parse(&map, kl_text_from(template), error));
    KL_TRY_OUT(change(&map, "operational", g, set_operational, error));
    KL_TRY_OUT(change(&map, "temporal", g, set_temporal, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status make_subject(kl_value *out, const grant *g, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("subject_type"), KL_TEXT("Agent"), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("id"), g->agent_id, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("name"), kl_null(), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status fill(kl_value *map, const grant *g, kl_error *error)
{
    char id[37], now[KL_TIME_TEXT];
    kl_value part;
    size_t len = kl_time_print(now, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("envelope_id"), (kl_text){id, 36}, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("version"), KL_TEXT("1.0"), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("issued_at"), (kl_text){now, len}, error));
    KL_TRY(kl_map_set(map, KL_TEXT("expires_at"), kl_null(), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("issuer"), g->organisation, error));
    KL_TRY(make_subject(&part, g, error));
    KL_TRY(kl_map_set(map, KL_TEXT("subject"), part, error));
    KL_TRY(make_dimensions(&part, g, error));
    KL_TRY(kl_map_set(map, KL_TEXT("dimensions"), part, error));
    KL_TRY(kl_map_set(map, KL_TEXT("chain_ref"), kl_null(), error));
    return kl_map_set(map, KL_TEXT("context"), kl_null(), error);
}

static kl_status make(kl_value *out, const grant *g, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 12, error));
    kl_status status = fill(&map, g, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

kl_status kl_governance_of_level(kl_value *out, kl_trust_level level, kl_text organisation,
                                 kl_text agent_id, kl_error *error)
{
    const kl_level *row = kl_level_of(level);
    const grant g = {
        .network = row->allow_network,
        .filesystem = row->allow_filesystem,
        .code_execution = row->allow_code_execution,
        .state_mutation = row->allow_state_mutation,
        .delegation = row->allow_delegation,
        .context_tokens = row->max_context_tokens,
        .llm_calls = row->max_llm_calls,
        .tool_calls = row->max_tool_calls,
        .execution_secs = row->max_execution_secs,
        .organisation = organisation,
        .agent_id = agent_id,
    };
    return make(out, &g, error);
}

static bool flag(kl_value map, const char *name)
{
    return kl_as_bool(kl_map_get(map, kl_text_from(name)));
}

static uint64_t limit(kl_value map, const char *name)
{
    return kl_as_unsigned(kl_map_get(map, kl_text_from(name)));
}

kl_status kl_governance_of_grant(kl_value *out, kl_value constraints, kl_value limits,
                                 kl_text organisation, kl_text agent_id, kl_error *error)
{
    const grant g = {
        .network = flag(constraints, "allow_network"),
        .filesystem = flag(constraints, "allow_filesystem"),
        .code_execution = flag(constraints, "allow_code_execution"),
        .state_mutation = flag(constraints, "allow_state_mutation"),
        .delegation = flag(constraints, "allow_delegation"),
        .context_tokens = limit(constraints, "max_context_tokens"),
        .llm_calls = limit(limits, "max_llm_calls"),
        .tool_calls = limit(limits, "max_tool_calls"),
        .execution_secs = limit(limits, "max_execution_secs"),
        .organisation = organisation,
        .agent_id = agent_id,
    };
    return make(out, &g, error);
}
