/* src/nodes/threat.c - ThreatDetectionNode: attacks in a request, by what they look like. */
#include "build_map.h"
#include "store/file.h"
#include "kailash/json.h"
#include "kailash/match.h"
#include "kailash/node.h"
#include "layers.h"
#include "threat_rules.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>

enum { REQUEST, RULES, RULE_FILE };

static const kl_param inputs[] = {
    {.name = "request_data", .kind = KL_KIND_MAP,
     .doc = "dict of ip, path, url, query, body, headers, cookies, user_agent: texts, or dicts and "
            "lists of them; other keys are not looked at"},
};
static const kl_param config[] = {
    {.name = "rules", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .fallback = "[]",
     .doc = "more to look for: {category, pattern (regular expression; texts come in small letters "
            "with single blanks), severity 0 to 1 (0.3), description?}"},
    {.name = "rules_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "path of a JSON file with a list of such rules, read at every run"},
};
static const kl_param outputs[] = {
    {.name = "threat_level", .kind = KL_KIND_STRING, .doc = "none, low, medium, high, critical"},
    {.name = "score", .kind = KL_KIND_DOUBLE, .doc = "sum of the severities, at most 1"},
    {.name = "recommended_action", .kind = KL_KIND_STRING,
     .doc = "allow (score 0), monitor (below 0.3), challenge (below 0.5), block (below 0.8), ban"},
    {.name = "indicators", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "{category, description, severity}, one for each category"},
};

typedef struct detection {
    const kl_node_call *call;
    kl_value indicators; /* array */
    double score;
    bool found[KL_THREAT_CATEGORY_COUNT];
    kl_value rules;      /* array: the user's */
    kl_error *error;
} detection;

static kl_status indicate(detection *d, kl_text category, double severity, const char *label,
                          kl_text shown)
{
    kl_value indicator;
    kl_build build = kl_build_begin(3, d->error);
    kl_build_text(&build, "category", category);
    if (label)
        kl_build_format(&build, "description", "%s: %.*s", label, KL_TEXT_ARG(shown));
    else
        kl_build_text(&build, "description", shown);
    kl_build_put(&build, "severity", kl_double(severity));
    KL_TRY(kl_build_end(&indicator, &build));
    d->score += severity;
    return kl_array_push(&d->indicators, indicator, d->error);
}

/* ---- the address --------------------------------------------------------------------------------- */

/* Nobody on the Internet has them: loopback, link-local, documentation, reserved. */
static const struct {
    const char *shown;
    uint32_t network, mask;
} no_hosts[] = {
    {"0.*", 0x00000000, 0xFF000000},           {"127.*", 0x7F000000, 0xFF000000},
    {"169.254.*", 0xA9FE0000, 0xFFFF0000},     {"192.0.2.*", 0xC0000200, 0xFFFFFF00},
    {"198.51.100.*", 0xC6336400, 0xFFFFFF00},  {"203.0.113.*", 0xCB007100, 0xFFFFFF00},
    {"255.*", 0xFF000000, 0xFF000000},         {"240.*", 0xF0000000, 0xF0000000},
};

static kl_status look_at_ip(detection *d)
{
    kl_value ip = kl_map_get(d->call->args[REQUEST], KL_TEXT("ip"));
    struct in_addr address;
    char description[128];
    if (kl_is_null(ip))
        return KL_OK;
    if (!kl_is(ip, KL_KIND_STRING))
        return kl_node_bad_value(d->error, "request_data.ip", "string", ip);
    if (inet_pton(AF_INET, kl_as_text(ip).data, &address) != 1)
        return KL_OK;
    for (size_t i = 0; i < KL_COUNT(no_hosts); i++) {
        if ((ntohl(address.s_addr) & no_hosts[i].mask) != no_hosts[i].network)
            continue;
        snprintf(description, sizeof description, "IP %s matches suspicious range %s",
                 kl_as_text(ip).data, no_hosts[i].shown);
        return indicate(d, KL_TEXT("ip_reputation"), 0.2, NULL, kl_text_from(description));
    }
    return KL_OK;
}

/* ---- one text ------------------------------------------------------------------------------------ */

/* The first match; borrowed from `text`. */
static kl_status find_regex(kl_text *match, bool *found, const kl_regex *regex, kl_text text,
                            kl_error *error)
{
    size_t groups = 0, span[2];
    kl_status status = kl_regex_match(&groups, span, 1, regex, text, 0, error);
    *found = status == KL_OK && groups > 0;
    if (*found)
        *match = (kl_text){text.data + span[0], span[1] - span[0]};
    return status;
}

/* `*regex` is that of the rule, compiled when it is first needed; the caller ends it. */
static kl_status holds(bool *out, const kl_threat_rule *rule, kl_regex **regex, kl_text text,
                       kl_error *error)
{
    kl_text match;
    *out = text.len && memmem(text.data, text.len, rule->needle, strlen(rule->needle));
    if (!*out || !rule->regex)
        return KL_OK;
    if (!*regex)
        KL_TRY(kl_regex_cached(regex, kl_text_from(rule->regex), error));
    return find_regex(&match, out, *regex, text, error);
}

static bool applies(kl_threat_place rule, kl_threat_place part)
{
    return rule == KL_THREAT_ANYWHERE || rule == part;
}

static kl_status try_rule(detection *d, const kl_threat_rule *rule, kl_regex **regex,
                          const kl_layers *layers)
{
    const kl_threat_kind *kind = &kl_threat_kinds[rule->category];
    for (size_t i = 0; i < layers->count; i++) {
        bool matches;
        KL_TRY(holds(&matches, rule, regex, kl_as_text(layers->texts[i]), d->error));
        if (!matches)
            continue;
        d->found[rule->category] = true;
        return indicate(d, kl_text_from(kind->name), kind->severity, kind->label,
                        kl_text_from(rule->needle));
    }
    return KL_OK;
}

/* ---- all texts of a request ---------------------------------------------------------------------- */

enum { TEXTS_MAX = 10000, DEPTH_MAX = 64 };

/* The readings of a text of the request, and where it stood. */
typedef struct part {
    kl_layers layers;
    kl_threat_place place;
} part;

typedef struct parts {
    part *items;
    size_t count, capacity;
} parts;

static kl_status add_part(parts *all, kl_text text, kl_threat_place place, kl_error *error)
{
    if (all->count == TEXTS_MAX)
        return kl_node_limit(error, "request_texts", TEXTS_MAX, "texts");
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? all->capacity * 2 : 16;
        part *items = kl_realloc(all->items, capacity * sizeof *items);
        if (!items)
            return kl_error_no_memory(error);
        all->items = items;
        all->capacity = capacity;
    }
    KL_TRY(kl_layers_of(&all->items[all->count].layers, text, error));
    all->items[all->count++].place = place;
    return KL_OK;
}

static kl_status gather(parts *all, kl_value value, kl_threat_place place, size_t depth,
                        kl_error *error)
{
    if (depth > DEPTH_MAX)
        return kl_node_limit(error, "nesting", DEPTH_MAX, "levels");
    if (kl_is(value, KL_KIND_STRING))
        return add_part(all, kl_as_text(value), place, error);
    for (size_t i = 0; i < kl_array_len(value); i++)
        KL_TRY(gather(all, kl_array_at(value, i), place, depth + 1, error));
    for (size_t i = 0; i < kl_map_len(value); i++) {
        kl_text key = kl_map_key_at(value, i);
        bool agent = key.len == 10 && strncasecmp(key.data, "user-agent", 10) == 0;
        KL_TRY(add_part(all, key, place, error));
        KL_TRY(gather(all, kl_map_value_at(value, i), agent ? KL_THREAT_AGENT : place, depth + 1,
                      error));
    }
    return KL_OK;
}

static const struct {
    const char *key;
    kl_threat_place place;
} places[] = {
    {"path", KL_THREAT_CONTENT},    {"url", KL_THREAT_CONTENT},
    {"query", KL_THREAT_CONTENT},   {"body", KL_THREAT_CONTENT},
    {"cookies", KL_THREAT_CONTENT}, {"headers", KL_THREAT_ANYWHERE},
    {"user_agent", KL_THREAT_AGENT},
};

static kl_status gather_all(parts *all, kl_value request, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(places); i++)
        KL_TRY(gather(all, kl_map_get(request, kl_text_from(places[i].key)), places[i].place, 0,
                      error));
    return KL_OK;
}

static kl_status try_rule_on_all(detection *d, const kl_threat_rule *rule, const parts *all)
{
    kl_regex *regex = NULL;
    kl_status status = KL_OK;
    for (size_t i = 0; i < all->count && !d->found[rule->category] && status == KL_OK; i++) {
        if (applies(kl_threat_kinds[rule->category].place, all->items[i].place))
            status = try_rule(d, rule, &regex, &all->items[i].layers);
        if (status == KL_OK && kl_run_is_cancelled(d->call->run))
            status = kl_error_set(d->error, KL_CANCELLED, "workflow execution was cancelled");
    }
    kl_regex_free(regex);
    return status;
}

/* Rules outside, texts within: what is told of a category is its first rule that holds anywhere. */
static kl_status try_rules(detection *d, const parts *all)
{
    for (size_t i = 0; i < kl_threat_rule_count; i++)
        KL_TRY(try_rule_on_all(d, &kl_threat_rules[i], all));
    return KL_OK;
}

/* ---- the user's rules ---------------------------------------------------------------------------- */

static kl_status refuse_rule(const char *name, kl_error *why, kl_error *error)
{
    kl_status status = why->code;
    if (status == KL_SYNTAX)
        status = kl_node_bad(error, name, "expected valid regex pattern: %s", kl_error_message(why));
    else
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

static kl_status check_rule(kl_value rule, size_t index, kl_error *error)
{
    static const char *const texts[] = {"category", "pattern"};
    char name[64];
    kl_regex *regex;
    kl_error why = KL_ERROR_INIT;
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value text = kl_map_get(rule, kl_text_from(texts[i]));
        snprintf(name, sizeof name, "rules[%zu].%s", index, texts[i]);
        if (kl_is_null(text))
            return kl_node_missing(error, name);
        if (!kl_is(text, KL_KIND_STRING))
            return kl_node_bad_value(error, name, "string", text);
    }
    kl_value severity = kl_map_get(rule, KL_TEXT("severity"));
    double number = kl_as_double(severity);
    if (!kl_is_null(severity) && !(kl_is_number(severity) && number > 0 && number <= 1)) {
        snprintf(name, sizeof name, "rules[%zu].severity", index);
        return kl_node_bad_value(error, name, "number above 0, at most 1", severity);
    }
    if (kl_regex_cached(&regex, kl_as_text(kl_map_get(rule, KL_TEXT("pattern"))), &why) != KL_OK)
        return refuse_rule(name, &why, error);
    kl_regex_free(regex);
    return KL_OK;
}

static kl_status add_rules(detection *d, kl_value rules)
{
    if (!kl_is(rules, KL_KIND_ARRAY))
        return kl_node_bad(d->error, "rules_file", "expected a JSON list of rules, got %s",
                           kl_value_kind_name(rules));
    for (size_t i = 0; i < kl_array_len(rules); i++) {
        kl_value rule = kl_array_at(rules, i);
        KL_TRY(check_rule(rule, i, d->error));
        KL_TRY(kl_array_push(&d->rules, kl_value_retain(rule), d->error));
    }
    return KL_OK;
}

enum { RULE_FILE_MAX = 4 << 20 };

static kl_status read_rule_file(detection *d)
{
    kl_file_range_options options = {.limit = RULE_FILE_MAX};
    kl_buffer text = KL_BUFFER_INIT;
    kl_value rules = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_file_read(&text, kl_as_text(d->call->args[RULE_FILE]), &options, &why);
    if (status == KL_OK)
        status = kl_json_parse(&rules, kl_buffer_text(&text), &why);
    kl_buffer_free(&text);
    if (status == KL_NO_MEMORY)
        kl_error_move(d->error, &why);
    else if (status != KL_OK)
        status = kl_node_bad(d->error, "rules_file", "%s", kl_error_message(&why));
    kl_error_clear(&why);
    if (status == KL_OK)
        status = add_rules(d, rules);
    kl_value_release(rules);
    return status;
}

static kl_status find_anywhere(kl_text *match, bool *found, const kl_regex *regex, const parts *all,
                               kl_error *error)
{
    *found = false;
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->items[i].layers.count && !*found; j++)
            KL_TRY(find_regex(match, found, regex, kl_as_text(all->items[i].layers.texts[j]), error));
    return KL_OK;
}

static kl_status try_own_rule(detection *d, kl_value rule, const parts *all)
{
    kl_value severity = kl_map_get(rule, KL_TEXT("severity"));
    kl_value description = kl_map_get(rule, KL_TEXT("description"));
    kl_text match = KL_TEXT("");
    kl_regex *regex;
    bool found, described = kl_is(description, KL_KIND_STRING);
    KL_TRY(kl_regex_cached(&regex, kl_as_text(kl_map_get(rule, KL_TEXT("pattern"))), d->error));
    kl_status status = find_anywhere(&match, &found, regex, all, d->error);
    kl_regex_free(regex);
    if (status != KL_OK || !found)
        return status;
    return indicate(d, kl_as_text(kl_map_get(rule, KL_TEXT("category"))),
                    kl_is_null(severity) ? 0.3 : kl_as_double(severity),
                    described ? NULL : "pattern detected",
                    described ? kl_as_text(description) : match);
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const struct {
    double below;
    const char *level, *action;
} levels[] = {{0.3, "low", "monitor"},
              {0.5, "medium", "challenge"},
              {0.8, "high", "block"},
              {INFINITY, "critical", "ban"}};

static kl_status tell(kl_value *out, detection *d)
{
    /* 0.1 + 0.2 shall be 0.3 */
    double score = round(KL_MIN(d->score, 1.0) * 1e9) / 1e9;
    size_t at = 0;
    while (score >= levels[at].below)
        at++;
    kl_build build = kl_build_begin(4, d->error);
    kl_build_text(&build, "threat_level", kl_text_from(score > 0 ? levels[at].level : "none"));
    kl_build_put(&build, "score", kl_double(score));
    kl_build_text(&build, "recommended_action",
                  kl_text_from(score > 0 ? levels[at].action : "allow"));
    kl_build_put(&build, "indicators", kl_value_take(&d->indicators));
    return kl_build_end(out, &build);
}

static kl_status detect(detection *d, parts *all)
{
    KL_TRY(add_rules(d, d->call->args[RULES]));
    if (!kl_is_null(d->call->args[RULE_FILE]))
        KL_TRY(read_rule_file(d));
    KL_TRY(look_at_ip(d));
    KL_TRY(gather_all(all, d->call->args[REQUEST], d->error));
    KL_TRY(try_rules(d, all));
    for (size_t i = 0; i < kl_array_len(d->rules); i++)
        KL_TRY(try_own_rule(d, kl_array_at(d->rules, i), all));
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    detection d = {.call = call, .error = error};
    parts all = {0};
    kl_status status;
    KL_TRY(kl_array_new(&d.indicators, 0, error));
    KL_TRY_OUT(kl_array_new(&d.rules, 0, error));
    KL_TRY_OUT(detect(&d, &all));
    status = tell(out, &d);
out:
    while (all.count)
        kl_layers_end(&all.items[--all.count].layers);
    kl_free(all.items);
    kl_value_release(d.rules);
    kl_value_release(d.indicators);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "ThreatDetectionNode",
        .category = "Security",
        .doc = "Looks for attacks in a request: SQL, script, path, command and JNDI injection, "
               "internal addresses, scanners; also when they are encoded.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family threat_nodes = {.name = "threat", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(threat_nodes);
