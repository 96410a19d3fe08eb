/* src/trust_plane/session_reason.c - verdicts of a session in words. */
#include "enforcer.h"
#include "path.h"
#include "shown.h"

enum { SHOWN = 200 /* bytes of a name in a reason */ };

static void add_name(kl_buffer *to, kl_text name)
{
    kl_buffer_byte(to, '\'');
    kl_shown_add(to, name, SHOWN);
    kl_buffer_byte(to, '\'');
}

static void add_path(kl_buffer *to, kl_text path)
{
    char *room = kl_alloc(path.len + 1);
    kl_buffer_string(to, "path ");
    add_name(to, room ? kl_path_normalise(room, path) : path);
    kl_free(room);
}

static const char *const path_words[KL_SESSION_RULES] = {
    [KL_RULE_PATH_INVALID] = "contains a NUL character",
    [KL_RULE_PATH_UNRESOLVED] = "cannot be followed to where it leads",
    [KL_RULE_PATH_BLOCKED] = "is blocked",
    [KL_RULE_PATH_PATTERN] = "matches a blocked pattern",
    [KL_RULE_PATH_READ] = "is not in the read allowlist",
    [KL_RULE_PATH_WRITE] = "is not in the write allowlist",
};

static void add_path_reason(kl_buffer *to, const kl_session_verdict *verdict, kl_text path)
{
    add_path(to, path);
    kl_buffer_format(to, " %s", path_words[verdict->rule]);
    if (verdict->by_link && verdict->rule != KL_RULE_PATH_UNRESOLVED)
        kl_buffer_string(to, ", where its symbolic links lead");
}

static void add_cost_reason(kl_buffer *to, const kl_session_envelope *envelope,
                            const kl_session_verdict *verdict, double cost)
{
    if (verdict->rule == KL_RULE_COST_INVALID)
        kl_buffer_format(to, "Estimated cost (%.2f) is not a finite amount of at least 0", cost);
    else if (verdict->rule == KL_RULE_COST_SESSION)
        kl_buffer_format(to,
                         "Session cost budget exhausted (current: %.2f, action: %.2f, limit: %.2f)",
                         verdict->session_cost, cost, kl_as_double(envelope->max_cost_per_session));
    else
        kl_buffer_format(to,
                         "Estimated cost (%.2f) exceeds per-action limit (%.2f) -- requires human "
                         "review",
                         cost, kl_as_double(envelope->max_cost_per_action));
}

static void add_time_reason(kl_buffer *to, const kl_session_envelope *envelope,
                            const kl_session_verdict *verdict, kl_text action)
{
    if (verdict->rule == KL_RULE_HOURS) {
        kl_buffer_string(to, "Action attempted outside allowed hours");
    } else if (verdict->rule == KL_RULE_SESSION_TIME) {
        kl_buffer_format(to,
                         "Session time limit exceeded (%.1fh elapsed, %.1fh limit) -- requires "
                         "human review",
                         (double)verdict->elapsed / (double)KL_HOUR,
                         kl_as_double(envelope->max_session_hours));
    } else {
        kl_buffer_string(to, "Action ");
        add_name(to, action);
        kl_buffer_format(to,
                         " attempted within cooldown period (%.1fmin elapsed, %lldmin required)",
                         (double)verdict->elapsed / (double)KL_MINUTE,
                         (long long)kl_as_int(envelope->cooldown_minutes));
    }
}

static void add_named(kl_buffer *to, const char *what, kl_text name, const char *words)
{
    kl_buffer_string(to, what);
    add_name(to, name);
    kl_buffer_string(to, words);
}

static void add_reason(kl_buffer *to, const kl_session_envelope *envelope,
                       const kl_session_verdict *verdict, const kl_session_action *action)
{
    switch (verdict->rule) {
    case KL_RULE_ACTION_BLOCKED:
        add_named(to, "action ", action->action, " is in the blocked list");
        break;
    case KL_RULE_ACTION_NOT_ALLOWED:
        add_named(to, "action ", action->action, " is not in the allowed list");
        break;
    case KL_RULE_CHANNEL_BLOCKED:
        add_named(to, "channel ", action->channel, " is blocked");
        break;
    case KL_RULE_CHANNEL_NOT_ALLOWED:
        add_named(to, "channel ", action->channel, " is not in the allowed list");
        break;
    case KL_RULE_REVIEW:
        kl_buffer_string(to, "communication requires human review");
        break;
    case KL_RULE_INTERNAL:
        kl_buffer_string(to, "internal error: the action cannot be judged or counted, so it is "
                             "denied");
        break;
    default:
        if (verdict->dimension == KL_SESSION_DATA_ACCESS)
            add_path_reason(to, verdict, action->resource_path);
        else if (verdict->dimension == KL_SESSION_FINANCIAL)
            add_cost_reason(to, envelope, verdict, action->cost);
        else
            add_time_reason(to, envelope, verdict, action->action);
    }
}

kl_status kl_session_reason(kl_value *out, const kl_session_enforcer *enforcer,
                            const kl_session_verdict *verdict, const kl_session_action *action,
                            kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (verdict->rule == KL_RULE_NONE) {
        *out = kl_null();
        return KL_OK;
    }
    add_reason(&text, kl_session_enforcer_envelope(enforcer), verdict, action);
    /* Names may come from a system whose texts are any bytes. */
    kl_status status = text.status == KL_OK ? kl_string_repair(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}
