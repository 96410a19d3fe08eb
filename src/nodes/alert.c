/* src/nodes/alert.c - alerts to a webhook, Discord, Slack, Teams and PagerDuty.
 *
 * What each service wants to get is a template: JSON in which "$name" stands for a value of the alert.
 * That an alert could not be delivered is an output, not a failure: it must not end the workflow that
 * tells of one.
 */
#include "http_call.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/log.h"
#include "kailash/time.h"
#include "unicode.h"

/* ---- how urgent ---------------------------------------------------------------------------------- */

typedef struct severity {
    const char *name;
    int64_t discord_color;
    const char *slack_color, *slack_sign;
    const char *teams_color, *teams_sign;
} severity;

static const severity severities[] = {
    {"info", 3066993, "#2ECC71", ":information_source:", "good", "ℹ️"}, /* and any other word */
    {"warning", 15844367, "#F39C12", ":warning:", "warning", "⚠️"},
    {"error", 15158332, "#E74C3C", ":x:", "attention", "❌"},
    {"critical", 10038562, "#FF0000", ":rotating_light:", "attention", "🚨"},
};

static const severity *severity_of(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(severities); i++)
        if (kl_text_is(name, severities[i].name))
            return &severities[i];
    return &severities[0];
}

/* ---- templates ----------------------------------------------------------------------------------- */

static kl_status fill(kl_value *out, kl_value template, kl_value values, kl_error *error);

static kl_status fill_map(kl_value *out, kl_value template, kl_value values, kl_error *error)
{
    kl_value made, item;
    kl_status status;
    KL_TRY(kl_map_new(&made, kl_map_len(template), error));
    for (size_t i = 0; i < kl_map_len(template); i++) {
        KL_TRY_OUT(fill(&item, kl_map_value_at(template, i), values, error));
        if (!kl_is_null(item)) /* what is not given is left out */
            KL_TRY_OUT(kl_map_set_key(&made, kl_map_key_value_at(template, i), item, error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

static kl_status fill_array(kl_value *out, kl_value template, kl_value values, kl_error *error)
{
    kl_value made, item;
    kl_status status;
    KL_TRY(kl_array_new(&made, kl_array_len(template), error));
    for (size_t i = 0; i < kl_array_len(template); i++) {
        KL_TRY_OUT(fill(&item, kl_array_at(template, i), values, error));
        KL_TRY_OUT(kl_array_push(&made, item, error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* `template` with the values in place; given. As deep as the templates of this file. */
static kl_status fill(kl_value *out, kl_value template, kl_value values, kl_error *error)
{
    if (kl_is(template, KL_KIND_MAP))
        return fill_map(out, template, values, error);
    if (kl_is(template, KL_KIND_ARRAY))
        return fill_array(out, template, values, error);
    kl_text text = kl_is(template, KL_KIND_STRING) ? kl_as_text(template) : KL_TEXT("");
    bool name = text.len > 1 && text.data[0] == '$';
    *out = kl_value_retain(name ? kl_map_get(values, (kl_text){text.data + 1, text.len - 1})
                                : template);
    return KL_OK;
}

static kl_status fill_text(kl_value *out, const char *template, kl_value values, kl_error *error)
{
    kl_value parsed;
    KL_TRY(kl_json_parse(&parsed, kl_text_from(template), error));
    kl_status status = fill(out, parsed, values, error);
    kl_value_release(parsed);
    return status;
}

/* ---- what every alert has ------------------------------------------------------------------------ */

/* The rows that all types share, behind those of the type's own inputs. */
#define ALERT_SETTINGS                                                                             \
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "3", .range = KL_RANGE(0, 1000),    \
     .doc = "tries after the first, when no connection was made, time ran out, or the answer was " \
            "429 or 5xx"},                                                                         \
    {.name = "retry_delay_ms", .kind = KL_KIND_COUNT, .fallback = "1000",                          \
     .range = KL_RANGE(0, 3600000),                                                                \
     .doc = "delay before the first retry, which doubles with each; Retry-After counts if longer"}, \
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000",                             \
     .range = KL_RANGE(1, 86400000), .doc = "time for each try, in milliseconds"},                 \
    KL_HTTP_SETTINGS

enum { MAX_RETRIES, RETRY_DELAY_MS, TIMEOUT_MS, SETTINGS };

#define ALERT_OUTPUTS                                                                              \
    {.name = "alert_id", .kind = KL_KIND_STRING, .doc = "UUID of the alert"},                      \
    {.name = "sent", .kind = KL_KIND_BOOL, .doc = "whether the service took it: any 2xx"},         \
    {.name = "response_status", .kind = KL_KIND_INT,                                               \
     .doc = "what it answered last; 0 when it could not be reached"},                              \
    {.name = "timestamp", .kind = KL_KIND_INT, .doc = "when, in seconds since 1970"}

/* Id and time; `*values` is given. */
static kl_status begin_alert(kl_value *values, kl_error *error)
{
    char id[37], time[KL_TIME_TEXT];
    kl_time now = kl_time_now();
    kl_status status;
    KL_TRY(kl_uuid_new(id, error));
    kl_time_print(time, now, 3, KL_TIME_Z);
    KL_TRY(kl_map_new(values, 20, error));
    KL_TRY_OUT(kl_map_set_text(values, KL_TEXT("alert_id"), kl_text_from(id), error));
    KL_TRY_OUT(kl_map_set_text(values, KL_TEXT("time"), kl_text_from(time), error));
    KL_TRY_OUT(kl_map_set(values, KL_TEXT("timestamp"), kl_int(now / KL_SECOND), error));
    return KL_OK;
out:
    kl_value_release(*values);
    return status;
}

/* Post `body` (taken) and keep what came of it in `*status_code`. `settings` are ALERT_SETTINGS. */
static kl_status post(int *status_code, const kl_node_call *node, const char *url_name, kl_value url,
                      kl_value body, const kl_value *settings, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_error why = KL_ERROR_INIT;
    kl_http_watch watch = kl_http_node_watch(node);
    kl_status status;
    KL_TRY_OUT(kl_http_call_url(&call, url_name, url, "", kl_null(), error));
    kl_http_call_settings(&call, &settings[SETTINGS]);
    KL_TRY_OUT(kl_http_call_json(&call, body, error));
    call.request.method = KL_TEXT("POST");
    call.request.timeout = kl_as_int(settings[TIMEOUT_MS]) * KL_MILLISECOND;
    call.request.retry = (kl_http_retry){
        .max = (uint32_t)kl_as_int(settings[MAX_RETRIES]),
        .on = KL_HTTP_RETRY_CONNECT | KL_HTTP_RETRY_TIMEOUT | KL_HTTP_RETRY_BROKEN |
              KL_HTTP_RETRY_SERVER | KL_HTTP_RETRY_RATE,
        .any_method = true, /* an alert told twice is better than none */
        .delay = KL_MAX(kl_as_int(settings[RETRY_DELAY_MS]) * KL_MILLISECOND, 1),
    };
    status = kl_http_send(&response, &call.request, &watch, &why);
    *status_code = response.status_code;
    bool undelivered = status != KL_OK && response.failure >= KL_HTTP_UNREACHABLE &&
                       response.failure <= KL_HTTP_LOST;
    if (undelivered || response.status_code >= 400)
        KL_LOG(KL_LOG_WARN, "kailash.nodes", "node '%s': the alert was not delivered: %s", node->node_id,
               undelivered ? kl_error_message(&why) : "the service refused it");
    if (undelivered)
        status = KL_OK;
    if (status != KL_OK)
        status = kl_http_call_failed(error, &call, &why);
    kl_error_clear(&why);
out:
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    kl_value_release(body);
    return status;
}

/* The outputs; `values` are those of begin_alert(). */
static kl_status answer(kl_value *out, kl_value values, int status_code, const char *extra,
                        kl_value extra_value, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("alert_id"), kl_value_retain(kl_map_get(values, KL_TEXT("alert_id"))),
                           error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sent"), kl_bool(status_code >= 200 && status_code < 300), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("response_status"), kl_int(status_code), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), kl_map_get(values, KL_TEXT("timestamp")), error));
    if (extra)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(extra), kl_value_retain(extra_value), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- webhooks and chats -------------------------------------------------------------------------- */

enum { MESSAGE, SEVERITY, WEBHOOK_URL };

#define CHAT_INPUTS(url_flags, url_doc)                                                            \
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what is the matter"},                      \
    {.name = "severity", .kind = KL_KIND_STRING, .fallback = "\"info\"",                           \
     .doc = "info, warning, error, critical or a word of one's own"},                              \
    {.name = "webhook_url", .kind = KL_KIND_STRING, .flags = KL_SECRET | (url_flags),              \
     .doc = url_doc}

/* A title such as ":warning: Alert: WARNING". */
static kl_status put_title(kl_value *values, const char *key, const char *sign, kl_text name,
                           kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_value title;
    kl_buffer_format(&buffer, "%s%sAlert: ", sign, *sign ? " " : "");
    kl_buffer_add(&buffer, name);
    KL_TRY(kl_buffer_finish(&title, &buffer, error));
    return kl_map_set(values, kl_text_from(key), title, error);
}

static kl_status put_look(kl_value *values, kl_text name, kl_error *error)
{
    const severity *how = severity_of(name);
    kl_value upper;
    kl_status status;
    KL_TRY(kl_text_upper(&upper, name, KL_NODE_TEXT_MAX, error));
    KL_TRY_OUT(put_title(values, "title", "", kl_as_text(upper), error));
    KL_TRY_OUT(put_title(values, "slack_title", how->slack_sign, kl_as_text(upper), error));
    KL_TRY_OUT(put_title(values, "teams_title", how->teams_sign, kl_as_text(upper), error));
    KL_TRY_OUT(kl_map_set_text(values, KL_TEXT("slack_color"), kl_text_from(how->slack_color), error));
    KL_TRY_OUT(kl_map_set_text(values, KL_TEXT("teams_color"), kl_text_from(how->teams_color), error));
    KL_TRY_OUT(kl_map_set(values, KL_TEXT("discord_color"), kl_int(how->discord_color), error));
out:
    kl_value_release(upper);
    return status;
}

/* All that was given under its own name; what was not keeps what stands there. */
static kl_status put_given(kl_value *values, const kl_node_call *node, size_t count, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!kl_is_null(node->args[i]))
            KL_TRY(kl_map_set(values, kl_text_from(node->type->inputs[i].name), kl_value_retain(node->args[i]),
                               error));
    return KL_OK;
}

/* Post the template of a service; `payload_name` is the output that has what was made of it. */
static kl_status tell(kl_value *out, kl_node_call *node, const char *template,
                      const char *payload_name, kl_error *error)
{
    kl_value values, payload = kl_null();
    const kl_value *args = node->args;
    int status_code = 0;
    kl_status status;
    KL_TRY(begin_alert(&values, error));
    KL_TRY_OUT(put_look(&values, kl_as_text(args[SEVERITY]), error));
    KL_TRY_OUT(put_given(&values, node, node->type->input_count, error));
    KL_TRY_OUT(fill_text(&payload, template, values, error));
    if (!kl_is_null(args[WEBHOOK_URL]))
        KL_TRY_OUT(post(&status_code, node, "webhook_url", args[WEBHOOK_URL],
                        kl_value_retain(payload), args + node->type->input_count, error));
    status = answer(out, values, status_code, payload_name, payload, error);
out:
    kl_value_release(payload);
    kl_value_release(values);
    return status;
}

static kl_status alert_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    return tell(out, node,
                "{\"alert_id\": \"$alert_id\", \"message\": \"$message\", \"metadata\": \"$metadata\","
                " \"severity\": \"$severity\", \"timestamp\": \"$timestamp\"}",
                "payload", error);
}

static kl_status discord_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    return tell(out, node,
                "{\"embeds\": [{\"title\": \"$title\", \"description\": \"$message\","
                " \"color\": \"$discord_color\", \"fields\": \"$fields\", \"timestamp\": \"$time\"}]}",
                NULL, error);
}

static kl_status slack_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    return tell(out, node,
                "{\"attachments\": [{\"color\": \"$slack_color\", \"blocks\": ["
                "{\"type\": \"header\", \"text\": {\"type\": \"plain_text\", \"text\": \"$slack_title\"}},"
                "{\"type\": \"section\", \"text\": {\"type\": \"mrkdwn\", \"text\": \"$message\"}}]}],"
                " \"channel\": \"$channel\"}",
                NULL, error);
}

static kl_status teams_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    return tell(out, node,
                "{\"type\": \"message\", \"attachments\": [{"
                "\"contentType\": \"application/vnd.microsoft.card.adaptive\", \"content\": {"
                "\"$schema\": \"http://adaptivecards.io/schemas/adaptive-card.json\","
                "\"type\": \"AdaptiveCard\", \"version\": \"1.4\", \"body\": ["
                "{\"type\": \"TextBlock\", \"text\": \"$teams_title\", \"size\": \"Large\","
                " \"weight\": \"Bolder\", \"color\": \"$teams_color\"},"
                "{\"type\": \"TextBlock\", \"text\": \"$message\", \"wrap\": true}]}}]}",
                NULL, error);
}

static const kl_param alert_inputs[] = {
    CHAT_INPUTS(KL_OPTIONAL, "http or https URL to post to; without one the alert is only made"),
    {.name = "metadata", .kind = KL_KIND_MAP, .fallback = "{}", .doc = "what else there is to know"},
};
static const kl_param discord_inputs[] = {
    CHAT_INPUTS(0, "http or https URL of the webhook of a channel"),
    {.name = "title", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "headline; default \"Alert: SEVERITY\""},
    {.name = "fields", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .fallback = "[]",
     .doc = "dicts {name, value, inline} shown below the message"},
};
static const kl_param slack_inputs[] = {
    CHAT_INPUTS(0, "http or https URL of the incoming webhook"),
    {.name = "channel", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "where to show it, if not in the webhook's own channel"},
};
static const kl_param teams_inputs[] = {CHAT_INPUTS(0, "http or https URL of the webhook")};
static const kl_param alert_config[] = {ALERT_SETTINGS};
static const kl_param chat_outputs[] = {ALERT_OUTPUTS};
static const kl_param alert_outputs[] = {
    ALERT_OUTPUTS,
    {.name = "payload", .kind = KL_KIND_MAP, .doc = "what is posted"},
};

/* ---- PagerDuty: https://developer.pagerduty.com/docs/events-api-v2 ----------------------------------- */

enum { ROUTING_KEY, SUMMARY, PAGER_SEVERITY, SOURCE, DEDUP_KEY, EVENT_ACTION, DETAILS, API_URL, PAGER_SETTINGS };

static const char *const pager_severities[] = {"info", "warning", "error", "critical", NULL};
static const char *const event_actions[] = {"trigger", "acknowledge", "resolve", NULL};
static const kl_param pager_inputs[] = {
    {.name = "routing_key", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "integration key of the service"},
    {.name = "summary", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what is the matter; required to trigger an incident"},
    {.name = "severity", .kind = KL_KIND_ENUM, .names = pager_severities, .fallback = "\"info\"",
     .doc = "how urgent"},
    {.name = "source", .kind = KL_KIND_STRING, .fallback = "\"kailash\"",
     .doc = "where it happens, such as a host"},
    {.name = "dedup_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "key of the incident, which later events name; default: a new UUID. Required to "
            "acknowledge and to resolve"},
    {.name = "event_action", .kind = KL_KIND_ENUM, .names = event_actions,
     .fallback = "\"trigger\"", .doc = "what to do with the incident"},
    {.name = "custom_details", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what else there is to know"},
};
static const kl_param pager_config[] = {
    {.name = "api_url", .kind = KL_KIND_STRING,
     .fallback = "\"https://events.pagerduty.com/v2/enqueue\"", .doc = "URL of the Events API"},
    ALERT_SETTINGS,
};
static const kl_param pager_outputs[] = {
    ALERT_OUTPUTS,
    {.name = "dedup_key", .kind = KL_KIND_STRING, .doc = "key of the incident"},
};

static kl_status check_event(const kl_value *args, kl_error *error)
{
    bool triggers = kl_text_is(kl_as_text(args[EVENT_ACTION]), "trigger");
    if (triggers && kl_is_null(args[SUMMARY]))
        return kl_node_missing(error, "summary");
    if (!triggers && kl_is_null(args[DEDUP_KEY]))
        return kl_node_missing(error, "dedup_key");
    return KL_OK;
}

static const char *event_template(const kl_value *args)
{
    if (kl_text_is(kl_as_text(args[EVENT_ACTION]), "trigger"))
        return "{\"routing_key\": \"$routing_key\", \"event_action\": \"$event_action\","
               " \"dedup_key\": \"$dedup_key\", \"payload\": {\"summary\": \"$summary\","
               " \"severity\": \"$severity\", \"source\": \"$source\", \"timestamp\": \"$time\","
               " \"custom_details\": \"$custom_details\"}}";
    return "{\"routing_key\": \"$routing_key\", \"event_action\": \"$event_action\","
           " \"dedup_key\": \"$dedup_key\"}";
}

static kl_status pager_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_value values, payload;
    const kl_value *args = node->args;
    char key[37];
    int status_code = 0;
    kl_status status;
    KL_TRY(check_event(args, error));
    KL_TRY(begin_alert(&values, error));
    KL_TRY_OUT(kl_uuid_new(key, error));
    KL_TRY_OUT(kl_map_set_text(&values, KL_TEXT("dedup_key"), kl_text_from(key), error));
    KL_TRY_OUT(put_given(&values, node, API_URL, error));
    KL_TRY_OUT(fill_text(&payload, event_template(args), values, error));
    KL_TRY_OUT(post(&status_code, node, "api_url", args[API_URL], payload, args + PAGER_SETTINGS,
                    error));
    status = answer(out, values, status_code, "dedup_key", kl_map_get(values, KL_TEXT("dedup_key")),
                    error);
out:
    kl_value_release(values);
    return status;
}

/* ---- the rows ------------------------------------------------------------------------------------ */

#define ALERT(type, function, in, conf, gives, what)                                               \
    {.name = type, .category = "Monitoring", .doc = what, .inputs = KL_TABLE(in),                  \
     .config = KL_TABLE(conf), .outputs = KL_TABLE(gives), .flags = KL_NODE_BLOCKING, .run = function}

static const kl_node_type types[] = {
    ALERT("AlertNode", alert_run, alert_inputs, alert_config, alert_outputs,
          "Posts an alert as JSON to a webhook."),
    ALERT("DiscordAlertNode", discord_run, discord_inputs, alert_config, chat_outputs,
          "Shows an alert in a channel of Discord."),
    ALERT("SlackAlertNode", slack_run, slack_inputs, alert_config, chat_outputs,
          "Shows an alert in a channel of Slack."),
    ALERT("TeamsAlertNode", teams_run, teams_inputs, alert_config, chat_outputs,
          "Shows an alert in Microsoft Teams, as an adaptive card."),
    ALERT("PagerDutyAlertNode", pager_run, pager_inputs, pager_config, pager_outputs,
          "Triggers, acknowledges or resolves an incident of PagerDuty (Events API v2)."),
};

static const kl_node_family alerts = {.name = "alert", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(alerts);
