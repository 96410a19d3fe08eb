/* src/nodes/logs.c - LogProcessorNode: lines of logs read, filtered, counted and routed. */
#include "buffer.h"
#include "expression.h"
#include "grok.h"
#include "log_lines.h"
#include "build_map.h"
#include "operation.h"

#include <stdio.h>
#include <strings.h>

enum { LINES, FORMAT, PATTERN, PATTERNS, START, CONTINUE, FILTER, ROUTES, EXTRACT };

typedef struct route {
    kl_value name; /* borrowed */
    kl_condition *when;
} route;

typedef struct job {
    const kl_value *args;
    kl_log_line_fn *read;      /* or NULL */
    kl_grok *grok;             /* or NULL; neither: raw */
    kl_regex *start, *follow;  /* or NULL */
    kl_condition *filter;      /* or NULL */
    route *routes;
    size_t route_count;
    kl_buffer entry;           /* lines joined so far */
    bool has_entry;
    kl_value entries, routed, extracted;
    int64_t matched, unmatched, errors, warnings;
    kl_work work;
} job;

/* ---- settings ------------------------------------------------------------------------------------ */

/* A pattern's fault as that of input `name`; `why` is used up. */
static kl_status refuse(const char *name, kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_SYNTAX || status == KL_INVALID)
        status = kl_node_bad(error, name, "%s", kl_error_message(why));
    else
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

static kl_status compile_regex(kl_regex **out, const kl_value *args, size_t index,
                               const char *name, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(args[index]))
        return KL_OK;
    kl_status status = kl_regex_cached(out, kl_as_text(args[index]), &why);
    return status == KL_OK ? KL_OK : refuse(name, status, &why, error);
}

static kl_status compile_pattern(job *j, bool is_grok, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value pattern = j->args[PATTERN];
    if (kl_is_null(pattern))
        return kl_node_missing(error, "pattern");
    kl_status status = is_grok
                           ? kl_grok_new(&j->grok, kl_as_text(pattern), j->args[PATTERNS], &why)
                           : kl_grok_of_regex(&j->grok, kl_as_text(pattern), &why);
    return status == KL_OK ? KL_OK : refuse("pattern", status, &why, error);
}

static kl_status compile_condition(kl_condition **out, kl_value expression, const char *name,
                                   kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_condition_compile(out, expression, name, &why);
    if (status == KL_INVALID)
        why.code = status = KL_FAILED;
    kl_error_move(error, &why);
    return status;
}

static kl_status read_route(job *j, kl_value given, size_t at, kl_error *error)
{
    char place[48];
    route *r = &j->routes[j->route_count++];
    r->name = kl_map_get(given, KL_TEXT("name"));
    if (!kl_is(r->name, KL_KIND_STRING)) {
        snprintf(place, sizeof place, "routes[%zu].name", at);
        return kl_node_bad_value(error, place, "string", r->name);
    }
    snprintf(place, sizeof place, "routes[%zu].when", at);
    return compile_condition(&r->when, kl_map_get(given, KL_TEXT("when")), place, error);
}

static kl_status read_routes(job *j, kl_error *error)
{
    kl_value routes = j->args[ROUTES];
    if (kl_is_null(routes))
        return KL_OK;
    j->routes = kl_alloc_zero(kl_array_len(routes) + 1, sizeof *j->routes);
    if (!j->routes)
        return kl_error_no_memory(error);
    KL_TRY(kl_map_new(&j->routed, 4, error));
    for (size_t i = 0; i < kl_array_len(routes); i++)
        KL_TRY(read_route(j, kl_array_at(routes, i), i, error));
    return KL_OK;
}

static kl_status read_settings(job *j, kl_error *error)
{
    kl_text format = kl_as_text(j->args[FORMAT]);
    bool is_grok = kl_text_is(format, "grok");
    j->read = kl_log_line_reader(format);
    if (is_grok || kl_text_is(format, "regex"))
        KL_TRY(compile_pattern(j, is_grok, error));
    KL_TRY(compile_regex(&j->start, j->args, START, "multiline_start", error));
    KL_TRY(compile_regex(&j->follow, j->args, CONTINUE, "multiline_continue", error));
    if (!kl_is_null(j->args[FILTER]))
        KL_TRY(compile_condition(&j->filter, j->args[FILTER], "filter", error));
    KL_TRY(read_routes(j, error));
    KL_TRY(kl_map_new(&j->extracted, 4, error));
    return kl_array_new(&j->entries, kl_array_len(j->args[LINES]), error);
}

/* ---- entries ------------------------------------------------------------------------------------- */

static bool is_word_of(kl_text word, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == word.len && strncasecmp(*words, word.data, word.len) == 0)
            return true;
    return false;
}

static void count_level(job *j, kl_value entry)
{
    static const char *const keys[] = {"level", "severity", "lvl", "loglevel"};
    static const char *const bad[] = {"error", "err",   "fatal",     "critical", "crit",
                                      "alert", "emerg", "emergency", "panic",    NULL};
    static const char *const doubtful[] = {"warn", "warning", NULL};
    kl_value word = kl_null();
    for (size_t i = 0; i < KL_COUNT(keys) && !kl_is(word, KL_KIND_STRING); i++)
        word = kl_map_get(entry, kl_text_from(keys[i]));
    if (!kl_is(word, KL_KIND_STRING))
        return;
    j->errors += is_word_of(kl_as_text(word), bad);
    j->warnings += is_word_of(kl_as_text(word), doubtful);
}

/* Append `item` (taken) to the list that `map` has under `key`. */
static kl_status push_under(kl_value *map, kl_value key, kl_value item, kl_error *error)
{
    kl_value list = kl_value_retain(kl_map_get(*map, kl_as_text(key)));
    kl_status status = KL_OK;
    if (kl_is_null(list))
        status = kl_array_new(&list, 4, error);
    else /* its only owner should be `list`, or the push copies it */
        status = kl_map_set_key(map, key, kl_null(), error);
    if (status != KL_OK) {
        kl_value_release(list);
        kl_value_release(item);
        return status;
    }
    status = kl_array_push(&list, item, error);
    if (status == KL_OK)
        return kl_map_set_key(map, key, list, error);
    kl_value_release(list);
    return status;
}

static kl_status route_entry(job *j, kl_value entry, kl_error *error)
{
    kl_value name = kl_null(), other;
    for (size_t i = 0; i < j->route_count && kl_is_null(name); i++) {
        bool matches;
        KL_TRY(kl_condition_test(&matches, j->routes[i].when, entry, &j->work, error));
        if (matches)
            name = j->routes[i].name;
    }
    if (!kl_is_null(name))
        return push_under(&j->routed, name, kl_value_retain(entry), error);
    KL_TRY(kl_string_from_valid(&other, KL_TEXT("unrouted"), error));
    kl_status status = push_under(&j->routed, other, kl_value_retain(entry), error);
    kl_value_release(other);
    return status;
}

static kl_status extract(job *j, kl_value entry, kl_error *error)
{
    kl_value paths = j->args[EXTRACT];
    for (size_t i = 0; i < kl_array_len(paths); i++) {
        kl_value path = kl_array_at(paths, i);
        const kl_value *found = kl_value_path(&entry, kl_as_text(path));
        if (found)
            KL_TRY(push_under(&j->extracted, path, kl_value_retain(*found), error));
    }
    return KL_OK;
}

static kl_status keep_entry(job *j, kl_value entry, kl_error *error)
{
    bool passes = true;
    if (j->filter)
        KL_TRY(kl_condition_test(&passes, j->filter, entry, &j->work, error));
    if (!passes)
        return KL_OK;
    count_level(j, entry);
    KL_TRY(extract(j, entry, error));
    if (!kl_is_null(j->args[ROUTES]))
        KL_TRY(route_entry(j, entry, error));
    return kl_node_list_push(&j->entries, kl_value_retain(entry), error);
}

static kl_status read_entry(kl_value *out, const job *j, kl_text text, kl_error *error)
{
    kl_value raw;
    if (j->read)
        return j->read(out, text, error);
    if (j->grok)
        return kl_grok_match(out, j->grok, text, error);
    KL_TRY(kl_string_new(&raw, text, error));
    return kl_node_result(out, "raw", raw, error);
}

static kl_status take_entry(job *j, kl_text text, kl_error *error)
{
    kl_value entry = kl_null();
    KL_TRY(kl_work_step(&j->work, error));
    KL_TRY(read_entry(&entry, j, text, error));
    if (kl_is_null(entry)) {
        j->unmatched++;
        return KL_OK;
    }
    j->matched++;
    kl_status status = keep_entry(j, entry, error);
    kl_value_release(entry);
    return status;
}

/* ---- lines that belong together ------------------------------------------------------------------ */

static kl_status continues(bool *out, const job *j, kl_text line, kl_error *error)
{
    bool starts = false, follows = true;
    if (j->start)
        KL_TRY(kl_regex_search(&starts, j->start, line, error));
    if (j->follow)
        KL_TRY(kl_regex_search(&follows, j->follow, line, error));
    *out = j->has_entry && !starts && follows;
    return KL_OK;
}

static kl_status flush_entry(job *j, kl_error *error)
{
    if (!j->has_entry)
        return KL_OK;
    j->has_entry = false;
    if (j->entry.status != KL_OK)
        return kl_error_no_memory(error);
    return take_entry(j, kl_buffer_text(&j->entry), error);
}

static kl_status take_line(job *j, kl_text line, kl_error *error)
{
    bool belongs;
    if (!j->start && !j->follow)
        return take_entry(j, line, error);
    KL_TRY(continues(&belongs, j, line, error));
    if (belongs) {
        kl_buffer_byte(&j->entry, '\n');
    } else {
        KL_TRY(flush_entry(j, error));
        j->entry.len = 0;
    }
    kl_buffer_add(&j->entry, line);
    j->has_entry = true;
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status give(kl_value *out, job *j, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "error_count", j->errors);
    kl_build_put(&m, "extracted_fields", kl_value_take(&j->extracted));
    kl_build_int(&m, "matched_count", j->matched);
    kl_build_put(&m, "parsed_entries", kl_value_take(&j->entries));
    if (kl_is(j->routed, KL_KIND_MAP))
        kl_build_put(&m, "routed", kl_value_take(&j->routed));
    kl_build_int(&m, "unmatched_count", j->unmatched);
    kl_build_int(&m, "warning_count", j->warnings);
    return kl_build_end(out, &m);
}

static kl_status process(kl_value *out, job *j, kl_error *error)
{
    kl_value lines = j->args[LINES];
    KL_TRY(read_settings(j, error));
    for (size_t i = 0; i < kl_array_len(lines); i++)
        KL_TRY(take_line(j, kl_as_text(kl_array_at(lines, i)), error));
    KL_TRY(flush_entry(j, error));
    return give(out, j, error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    job j = {.args = call->args, .entry = KL_BUFFER_INIT, .work = kl_node_work(call)};
    kl_status status = process(out, &j, error);
    for (size_t i = 0; i < j.route_count; i++)
        kl_condition_free(j.routes[i].when);
    kl_free(j.routes);
    kl_condition_free(j.filter);
    kl_grok_free(j.grok);
    kl_regex_free(j.start);
    kl_regex_free(j.follow);
    kl_buffer_free(&j.entry);
    kl_value_release(j.entries);
    kl_value_release(j.routed);
    kl_value_release(j.extracted);
    return status;
}

static const kl_param inputs[] = {
    {.name = "log_lines", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "the lines"},
};
static const kl_param config[] = {
    {.name = "format", .kind = KL_KIND_STRING, .fallback = "\"json\"",
     .doc = "json (an object per line), apache or nginx (common and combined access logs), combined "
            "(the same with http_referer and http_user_agent), syslog (both kinds), syslog3164, "
            "syslog5424, logfmt, regex, grok; any other word: raw"},
    {.name = "pattern", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "regex: a regular expression whose named groups are the fields; grok: a pattern such as "
            "%{IP:client} %{WORD:method} %{INT:bytes:int}"},
    {.name = "patterns", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "grok: patterns of one's own by name, beside the built-in ones"},
    {.name = "multiline_start", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "regular expression of the first line of an entry; other lines belong to the entry "
            "before them"},
    {.name = "multiline_continue", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "regular expression of the lines that belong to the entry before them"},
    {.name = "filter", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "keep the entries that this expression of FilterNode is true for"},
    {.name = "routes", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "{name, when}: an entry goes to the first route whose `when`, an expression of "
            "FilterNode, is true, else to `unrouted`"},
    {.name = "extract", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "dotted paths of fields whose values are listed in extracted_fields"},
};
static const kl_param outputs[] = {
    {.name = "parsed_entries", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "entries as maps; what has not the format is left out"},
    {.name = "matched_count", .kind = KL_KIND_INT, .doc = "entries that have the format"},
    {.name = "unmatched_count", .kind = KL_KIND_INT, .doc = "entries that have it not"},
    {.name = "error_count", .kind = KL_KIND_INT,
     .doc = "entries kept whose level (or severity) is an error or worse"},
    {.name = "warning_count", .kind = KL_KIND_INT, .doc = "those whose level is a warning"},
    {.name = "extracted_fields", .kind = KL_KIND_MAP, .item = KL_KIND_ARRAY,
     .doc = "with extract: values by path, in the order of the entries"},
    {.name = "routed", .kind = KL_KIND_MAP, .item = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "with routes: entries by the name of their route"},
};

static const kl_node_type types[] = {
    {
        .name = "LogProcessorNode",
        .category = "Monitoring",
        .doc = "Reads lines of logs, filters and routes them, and counts errors.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family logs = {.name = "logs", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(logs);
