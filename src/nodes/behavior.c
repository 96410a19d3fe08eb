/* src/nodes/behavior.c - BehaviorAnalysisNode: a session compared with what sessions are like. */
#include "build_map.h"
#include "kailash/node.h"
#include "value_set.h"

#include <math.h>

enum { SESSION, BASELINE, THRESHOLD, ADMIN_ACTIONS };

static const kl_param inputs[] = {
    {.name = "session_data", .kind = KL_KIND_MAP,
     .doc = "dict of user_id, actions (list of names), ip_addresses (list of texts), role (user)"},
};
static const kl_param config[] = {
    {.name = "baseline_actions", .kind = KL_KIND_COUNT, .fallback = "20", .range = KL_RANGE(1, 1e9),
     .doc = "actions of an ordinary session; more than twice as many are an anomaly"},
    {.name = "threshold", .kind = KL_KIND_NUMBER, .fallback = "0.6", .range = KL_RANGE(0, 1),
     .doc = "risk from which on the session as a whole is anomalous"},
    {.name = "admin_actions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .fallback = "[\"delete_user\",\"create_admin\",\"modify_permissions\",\"modify_role\","
                 "\"export_data\",\"reset_password\",\"drop_table\"]",
     .doc = "words in the names of actions that are an administrator's, in any case"},
};
static const kl_param outputs[] = {
    {.name = "is_anomalous", .kind = KL_KIND_BOOL, .doc = "whether the risk reaches the threshold"},
    {.name = "risk_score", .kind = KL_KIND_DOUBLE,
     .doc = "0.25 for several addresses + 0.2 for many actions + 0.3 for the actions of an "
            "administrator by somebody else"},
    {.name = "anomalies", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "a line for each"},
    {.name = "behavior_profile", .kind = KL_KIND_MAP,
     .doc = "user_id, total_actions, unique_ips, admin_actions, data_access_actions, anomaly_count"},
};

static const char *const data_actions[] = {"export", "download", "list_all"};
static const char *const admin_roles[] = {"admin", "administrator", "superadmin", "root", "system"};

typedef struct session {
    kl_value user, actions, addresses, role; /* borrowed */
    int64_t admin, data, unique;
    double risk;
    kl_value anomalies; /* array */
    kl_error *error;
} session;

static bool holds(kl_text text, kl_text word)
{
    for (size_t at = 0; at + word.len <= text.len; at++)
        if (strncasecmp(text.data + at, word.data, word.len) == 0)
            return true;
    return false;
}

static bool is_data_access(kl_text action)
{
    for (size_t i = 0; i < KL_COUNT(data_actions); i++)
        if (holds(action, kl_text_from(data_actions[i])))
            return true;
    return false;
}

static bool is_admin_action(kl_text action, kl_value words)
{
    for (size_t i = 0; i < kl_array_len(words); i++)
        if (holds(action, kl_as_text(kl_array_at(words, i))))
            return true;
    return false;
}

static bool is_admin(const session *s)
{
    kl_text role = kl_as_text(s->role);
    for (size_t i = 0; i < KL_COUNT(admin_roles); i++)
        if (role.len == strlen(admin_roles[i]) &&
            strncasecmp(role.data, admin_roles[i], role.len) == 0)
            return true;
    return false;
}

static kl_status read_list(kl_value *out, kl_value session, const char *key, kl_error *error)
{
    char name[64] = "session_data.";
    kl_value list = kl_map_get(session, kl_text_from(key));
    strcat(name, key);
    if (!kl_is_null(list) && !kl_is(list, KL_KIND_ARRAY))
        return kl_node_bad_value(error, name, "array", list);
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (!kl_is(kl_array_at(list, i), KL_KIND_STRING))
            return kl_node_bad_value(error, name, "array of strings", kl_array_at(list, i));
    *out = list;
    return KL_OK;
}

static kl_status read_text(kl_value *out, kl_value session, const char *key, kl_error *error)
{
    char name[64] = "session_data.";
    *out = kl_map_get(session, kl_text_from(key));
    strcat(name, key);
    return kl_is_null(*out) || kl_is(*out, KL_KIND_STRING)
               ? KL_OK
               : kl_node_bad_value(error, name, "string", *out);
}

static kl_status count(session *s, kl_value admin_actions)
{
    kl_value_set addresses = KL_VALUE_SET_INIT;
    bool admin = is_admin(s);
    for (size_t i = 0; i < kl_array_len(s->actions); i++) {
        kl_text action = kl_as_text(kl_array_at(s->actions, i));
        s->admin += !admin && is_admin_action(action, admin_actions);
        s->data += is_data_access(action);
    }
    kl_status status = kl_value_set_add_all(&addresses, s->addresses, s->error);
    s->unique = (int64_t)addresses.count;
    kl_value_set_end(&addresses);
    return status;
}

static kl_text or_word(kl_value text, const char *word)
{
    return kl_is_null(text) ? kl_text_from(word) : kl_as_text(text);
}

static kl_status judge(session *s, int64_t baseline)
{
    int64_t total = (int64_t)kl_array_len(s->actions);
    if (total > 2 * baseline) {
        s->risk += 0.2;
        KL_TRY(kl_list_format(&s->anomalies, s->error,
                              "High action frequency: %lld actions (baseline avg: %lld)",
                              (long long)total, (long long)baseline));
    }
    if (s->unique > 1) {
        s->risk += 0.25;
        KL_TRY(kl_list_format(&s->anomalies, s->error,
                              "Multiple IPs in session: %lld unique IPs detected for user %.*s",
                              (long long)s->unique, KL_TEXT_ARG(or_word(s->user, "unknown"))));
    }
    if (s->admin) {
        s->risk += 0.3;
        KL_TRY(kl_list_format(&s->anomalies, s->error,
                              "Non-admin user (%.*s) performed %lld admin action(s)",
                              KL_TEXT_ARG(or_word(s->role, "user")), (long long)s->admin));
    }
    s->risk = round(s->risk * 1e9) / 1e9;
    return KL_OK;
}

static kl_status profile_of(kl_value *out, const session *s)
{
    kl_build build = kl_build_begin(6, s->error);
    kl_build_text(&build, "user_id", or_word(s->user, "unknown"));
    kl_build_put(&build, "total_actions", kl_int((int64_t)kl_array_len(s->actions)));
    kl_build_put(&build, "unique_ips", kl_int(s->unique));
    kl_build_put(&build, "admin_actions", kl_int(s->admin));
    kl_build_put(&build, "data_access_actions", kl_int(s->data));
    kl_build_put(&build, "anomaly_count", kl_int((int64_t)kl_array_len(s->anomalies)));
    return kl_build_end(out, &build);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value data = call->args[SESSION], profile;
    session s = {.error = error};
    kl_status status;
    KL_TRY(read_list(&s.actions, data, "actions", error));
    KL_TRY(read_list(&s.addresses, data, "ip_addresses", error));
    KL_TRY(read_text(&s.user, data, "user_id", error));
    KL_TRY(read_text(&s.role, data, "role", error));
    KL_TRY(count(&s, call->args[ADMIN_ACTIONS]));
    KL_TRY(kl_array_new(&s.anomalies, 0, error));
    KL_TRY_OUT(judge(&s, kl_as_int(call->args[BASELINE])));
    KL_TRY_OUT(profile_of(&profile, &s));
    kl_build build = kl_build_begin(4, error);
    kl_build_put(&build, "is_anomalous",
                 kl_bool(s.risk > 0 && s.risk >= kl_as_double(call->args[THRESHOLD])));
    kl_build_put(&build, "risk_score", kl_double(s.risk));
    kl_build_put(&build, "anomalies", kl_value_take(&s.anomalies));
    kl_build_put(&build, "behavior_profile", profile);
    return kl_build_end(out, &build);
out:
    kl_value_release(s.anomalies);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "BehaviorAnalysisNode",
        .category = "Security",
        .doc = "Tells whether a session is unlike others: many actions, several addresses, actions "
               "above the user's role.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family behavior_nodes = {.name = "behavior", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(behavior_nodes);
