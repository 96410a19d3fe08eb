/* src/nodes/scrape.c - WebScrapingNode: parts of pages by CSS selectors. */
#include "charset.h"
#include "html_token.h"
#include "http_call.h"
#include "net/url.h"
#include "operation.h"
#include "payload.h"
#include "selector.h"

#include <stdio.h>
#include <strings.h>

enum {
    HTML, URL, SELECTOR, SELECTORS, EXTRACT, HEADERS, AUTH,
    LIMIT, TIMEOUT_MS, SETTINGS,
};

static const kl_param inputs[] = {
    {.name = "html", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the page; counts before url"},
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "http or https URL of the page; required unless html is given"},
    {.name = "selector", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "CSS selector (level 3, with :is, :not, :has ...) of the elements to take; required unless "
            "selectors are given"},
    {.name = "selectors", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "name -> selector, or {selector, extract}: gives records. With selector each element is a "
            "record, whose fields are searched within it (null when there is none); without, the first "
            "match of each name is the first record, and so on"},
    {.name = "extract", .kind = KL_KIND_ANY, .fallback = "\"text\"",
     .doc = "what to take of an element: text (of all its descendants, not trimmed), html (its inner "
            "markup), outer_html or the name of an attribute (\"\" where it is missing); a list of "
            "those gives records"},
    {.name = "headers", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "name -> text, sent with the request"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "as that of HTTPRequestNode"},
};
static const kl_param config[] = {
    {.name = "limit", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "results at most; default and 0: all"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for the request, in milliseconds"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .doc = "texts or records, in the order of the page"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "number of results"},
    {.name = "success", .kind = KL_KIND_BOOL,
     .doc = "false when the page could not be had or a selector is none"},
    {.name = "error", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "why, without success"},
};

/* Comparisons that one page may cost. */
static const uint64_t steps_max = 500000000;

/* ---- the page ------------------------------------------------------------------------------------ */

/* The charset that a page says itself to be in, within its first bytes; empty when it does not. */
static kl_text charset_in(kl_text page)
{
    static const char key[] = "charset=";
    char head[1025];
    size_t len = KL_MIN(page.len, sizeof head - 1);
    memcpy(head, page.data, len);
    head[len] = '\0';
    for (size_t i = 0; i < len; i++)
        head[i] = head[i] ? head[i] : ' ';
    const char *meta = strcasestr(head, "<meta"), *found = meta ? strcasestr(meta, key) : NULL;
    if (!found)
        return (kl_text){"", 0};
    const char *from = page.data + (found - head) + sizeof key - 1;
    size_t left = (size_t)(page.data + len - from), end = 0;
    if (left && (*from == '"' || *from == '\''))
        from++, left--;
    while (end < left && !strchr("\"'; />", from[end]))
        end++;
    return (kl_text){from, end};
}

/* By the header; else by a mark of its encoding, by what it says itself, or as UTF-8. */
static kl_status decode_page(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_text bytes = kl_as_text(response->body), charset = charset_in(bytes);
    kl_text type = kl_http_header_of(response, "content-type");
    bool marked = bytes.len >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0;
    if (strcasestr(type.data, "charset=") || marked || charset.len == 0)
        return kl_http_decode_text(out, response, error);
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = kl_charset_convert(&text, bytes, charset, KL_TEXT("UTF-8"), NULL);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status == KL_NO_MEMORY ? kl_error_no_memory(error) : kl_string_repair(out, bytes, error);
}

static kl_status read_request(kl_http_call *call, const kl_value *args, kl_error *error)
{
    kl_http_call_settings(call, &args[SETTINGS]);
    call->request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(kl_http_call_url(call, "url", args[URL], "", kl_null(), error));
    KL_TRY(kl_http_call_method(call, "method", kl_null(), error));
    KL_TRY(kl_http_call_headers(call, "headers", args[HEADERS], error));
    KL_TRY(kl_http_call_auth(call, "auth", args[AUTH], error));
    for (size_t i = 0; i < call->request.header_count; i++)
        if (kl_html_same_name(call->headers[i].name, KL_TEXT("user-agent")))
            return KL_OK;
    return kl_http_call_header(call, KL_TEXT("user-agent"), KL_TEXT("kailash-scraper/0.1"), false,
                               error);
}

/* What keeps a page from being had is a result of the node, told in `why`; what ends the run is not. */
static bool is_told(kl_status status)
{
    return status != KL_OK && status != KL_NO_MEMORY && status != KL_CANCELLED &&
           status != KL_INTERRUPTED && status != KL_UNAVAILABLE;
}

static kl_status refuse_status(const kl_http_response *response, kl_error *why)
{
    kl_value url;
    KL_TRY(kl_url_redact(&url, kl_as_text(response->url), why));
    kl_error_set(why, KL_FAILED, "HTTP %d from %s", response->status_code, kl_as_text(url).data);
    kl_value_release(url);
    return KL_FAILED;
}

/* The page of a URL. `*told` is whether a failure is to be told as a result. */
static kl_status fetch(kl_value *out, bool *told, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_http_watch watch = kl_http_node_watch(node);
    kl_status status;
    KL_TRY_OUT(read_request(&call, node->args, error));
    status = kl_http_send(&response, &call.request, &watch, error);
    *told = is_told(status);
    if (*told)
        kl_error_prefix(error, "HTTP request failed: ");
    KL_TRY_OUT(status);
    if (response.status_code < 200 || response.status_code >= 300) {
        status = refuse_status(&response, error);
        *told = is_told(status);
        goto out;
    }
    KL_TRY_OUT(decode_page(out, &response, error));
out:
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

/* ---- what is taken ------------------------------------------------------------------------------- */

static kl_status check_extract(kl_value extract, const char *name, kl_error *error)
{
    bool good = kl_is(extract, KL_KIND_STRING) && kl_value_len(extract) > 0;
    if (kl_is(extract, KL_KIND_ARRAY)) {
        good = kl_array_len(extract) > 0;
        for (size_t i = 0; i < kl_array_len(extract); i++)
            good &= kl_is(kl_array_at(extract, i), KL_KIND_STRING) &&
                    kl_value_len(kl_array_at(extract, i)) > 0;
    }
    return good ? KL_OK
                : kl_node_bad_value(error, name, "text, html, outer_html, the name of an attribute, or "
                                    "list of those", extract);
}

static kl_status take_one(kl_value *out, const kl_page *page, uint32_t element,
                          kl_text what, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    text.limit = KL_NODE_TEXT_MAX;
    if (kl_text_is(what, "text")) {
        kl_page_add_text(&text, page, element);
    } else if (kl_text_is(what, "html") || kl_text_is(what, "outer_html")) {
        kl_page_add_markup(&text, page, element, kl_text_is(what, "html"));
    } else {
        const kl_text *value = kl_page_attribute_of(page, element, what);
        kl_buffer_add(&text, value ? *value : KL_TEXT(""));
    }
    if (text.status == KL_LIMIT) {
        kl_buffer_free(&text);
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status take(kl_value *out, const kl_page *page, uint32_t element,
                      kl_value extract, kl_error *error)
{
    kl_value record, item;
    if (kl_is(extract, KL_KIND_STRING))
        return take_one(out, page, element, kl_as_text(extract), error);
    KL_TRY(kl_map_new(&record, kl_array_len(extract), error));
    for (size_t i = 0; i < kl_array_len(extract); i++) {
        kl_value what = kl_array_at(extract, i);
        kl_status status = take_one(&item, page, element, kl_as_text(what), error);
        if (status == KL_OK)
            status = kl_map_set_key(&record, what, item, error);
        if (status != KL_OK) {
            kl_value_release(record);
            return status;
        }
    }
    *out = record;
    return KL_OK;
}

/* ---- selectors ----------------------------------------------------------------------------------- */

/* A field of records. */
typedef struct field {
    kl_value name;
    kl_selector *selector;
    kl_value extract; /* borrowed */
    uint32_t at;      /* the match found last */
    bool over;
} field;

typedef struct scrape {
    const kl_value *args;
    kl_selector *selector; /* NULL: none was given */
    field *fields;
    size_t field_count;
    kl_page *page;
    kl_work work;
    size_t limit;
    kl_value results;
} scrape;

/* A selector that is none is told as a result. */
static kl_status compile(kl_selector **out, bool *told, kl_value text, kl_error *error)
{
    kl_status status = kl_selector_new(out, kl_as_text(text), error);
    *told = is_told(status);
    if (*told)
        kl_error_prefix(error, "Invalid CSS selector: ");
    return status;
}

/* "name": "selector", or {selector, extract}. */
static kl_status read_field(field *to, bool *told, kl_value name, kl_value given, kl_value extract,
                            kl_error *error)
{
    char where[96];
    kl_value text = given, own = kl_map_get(given, KL_TEXT("extract"));
    snprintf(where, sizeof where, "selectors.%.*s", (int)KL_MIN(kl_value_len(name), (size_t)60),
             kl_as_text(name).data);
    if (kl_is(given, KL_KIND_MAP)) {
        text = kl_map_get(given, KL_TEXT("selector"));
        if (kl_map_len(given) != 1 + (size_t)!kl_is_null(own))
            return kl_node_bad(error, where, "expected string or object {selector, extract?}");
    }
    if (!kl_is(text, KL_KIND_STRING))
        return kl_node_bad_value(error, where, "string or object {selector, extract?}", given);
    to->name = name;
    to->extract = kl_is_null(own) ? extract : own;
    to->at = KL_PAGE_NONE;
    KL_TRY(check_extract(to->extract, where, error));
    return compile(&to->selector, told, text, error);
}

static kl_status read_selectors(scrape *s, bool *told, kl_error *error)
{
    kl_value map = s->args[SELECTORS], extract = s->args[EXTRACT];
    KL_TRY(check_extract(extract, "extract", error));
    if (kl_is_null(s->args[SELECTOR]) && kl_map_len(map) == 0)
        return kl_node_missing(error, "selector");
    if (!kl_is_null(s->args[SELECTOR]))
        KL_TRY(compile(&s->selector, told, s->args[SELECTOR], error));
    s->fields = kl_alloc_zero(kl_map_len(map), sizeof *s->fields);
    if (!s->fields)
        return kl_error_no_memory(error);
    for (; s->field_count < kl_map_len(map); s->field_count++)
        KL_TRY(read_field(&s->fields[s->field_count], told, kl_map_key_value_at(map, s->field_count),
                          kl_map_value_at(map, s->field_count), extract, error));
    return KL_OK;
}

/* ---- results ------------------------------------------------------------------------------------- */

static kl_status next(uint32_t *out, scrape *s, const kl_selector *selector, uint32_t scope,
                      uint32_t from, kl_error *error)
{
    return kl_selector_next(out, selector, s->page, scope, from, &s->work, error);
}

static kl_status put_field(kl_value *record, const scrape *s, const field *f, uint32_t element,
                           kl_error *error)
{
    kl_value item = kl_null();
    if (element != KL_PAGE_NONE)
        KL_TRY(take(&item, s->page, element, f->extract, error));
    return kl_map_set_key(record, f->name, item, error);
}

/* The fields within one element. */
static kl_status record_of(kl_value *out, scrape *s, uint32_t element, kl_error *error)
{
    kl_value record;
    kl_status status;
    KL_TRY(kl_map_new(&record, s->field_count, error));
    for (size_t i = 0; i < s->field_count; i++) {
        uint32_t found;
        KL_TRY_OUT(next(&found, s, s->fields[i].selector, element, KL_PAGE_NONE, error));
        KL_TRY_OUT(put_field(&record, s, &s->fields[i], found, error));
    }
    *out = record;
    return KL_OK;
out:
    kl_value_release(record);
    return status;
}

static kl_status scrape_elements(scrape *s, kl_error *error)
{
    uint32_t element = KL_PAGE_NONE;
    while (kl_array_len(s->results) < s->limit) {
        kl_value item;
        KL_TRY(next(&element, s, s->selector, KL_PAGE_NONE, element, error));
        if (element == KL_PAGE_NONE)
            return KL_OK;
        if (s->field_count)
            KL_TRY(record_of(&item, s, element, error));
        else
            KL_TRY(take(&item, s->page, element, s->args[EXTRACT], error));
        KL_TRY(kl_node_list_push(&s->results, item, error));
    }
    return KL_OK;
}

/* The next match of every field; `*out` is null when none has any left. */
static kl_status next_record(kl_value *out, scrape *s, kl_error *error)
{
    kl_value record;
    kl_status status;
    bool any = false;
    KL_TRY(kl_map_new(&record, s->field_count, error));
    for (size_t i = 0; i < s->field_count; i++) {
        field *f = &s->fields[i];
        if (!f->over)
            KL_TRY_OUT(next(&f->at, s, f->selector, KL_PAGE_NONE, f->at, error));
        f->over = f->at == KL_PAGE_NONE;
        any |= !f->over;
        KL_TRY_OUT(put_field(&record, s, f, f->at, error));
    }
    *out = any ? kl_value_take(&record) : kl_null();
    status = KL_OK;
out:
    kl_value_release(record);
    return status;
}

static kl_status scrape_records(scrape *s, kl_error *error)
{
    while (kl_array_len(s->results) < s->limit) {
        kl_value record;
        KL_TRY(next_record(&record, s, error));
        if (kl_is_null(record))
            return KL_OK;
        KL_TRY(kl_node_list_push(&s->results, record, error));
    }
    return KL_OK;
}

static kl_status scrape_page(scrape *s, kl_value html, kl_error *error)
{
    void *token = kl_node_long_begin(kl_value_len(html) / 16);
    kl_status status = kl_page_parse(&s->page, kl_as_text(html), &s->work, error);
    if (status == KL_OK)
        status = s->selector ? scrape_elements(s, error) : scrape_records(s, error);
    kl_node_long_end(token);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

/* `why` is what to tell, or NULL when all went well. */
static kl_status outputs_of(kl_value *out, scrape *s, const kl_error *why, kl_error *error)
{
    kl_value map, text;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("results"), kl_value_retain(s->results), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)kl_array_len(s->results)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("success"), kl_bool(why == NULL), error));
    if (why) {
        KL_TRY_OUT(kl_string_repair(&text, kl_text_from(kl_error_message(why)), error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("error"), text, error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status find_page(kl_value *out, bool *told, kl_node_call *node, kl_error *error)
{
    kl_value html = node->args[HTML];
    if (kl_is_null(html) && kl_is_null(node->args[URL]))
        return kl_node_missing(error, "url or html");
    if (kl_is_null(html))
        return fetch(out, told, node, error);
    *out = kl_value_retain(html);
    return KL_OK;
}

static kl_status do_all(scrape *s, bool *told, kl_node_call *node, kl_error *error)
{
    kl_value html = kl_null();
    KL_TRY(kl_array_new(&s->results, 0, error));
    KL_TRY(read_selectors(s, told, error));
    KL_TRY(find_page(&html, told, node, error));
    kl_status status = scrape_page(s, html, error);
    kl_value_release(html);
    return status;
}

static void scrape_end(scrape *s)
{
    for (size_t i = 0; s->fields && i < kl_map_len(s->args[SELECTORS]); i++)
        kl_selector_free(s->fields[i].selector);
    kl_free(s->fields);
    kl_selector_free(s->selector);
    kl_page_free(s->page);
    kl_value_release(s->results);
}

static kl_status run(kl_value *out, kl_node_call *node, kl_error *error)
{
    scrape s = {.args = node->args, .work = kl_node_work(node), .limit = KL_NODE_LIST_MAX};
    kl_error why = KL_ERROR_INIT;
    bool told = false;
    s.work.limit = steps_max;
    if (kl_as_int(node->args[LIMIT]))
        s.limit = (size_t)kl_as_int(node->args[LIMIT]);
    kl_status status = do_all(&s, &told, node, &why);
    if (status == KL_OK || told)
        status = outputs_of(out, &s, told ? &why : NULL, error);
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    scrape_end(&s);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "WebScrapingNode",
        .category = "HTTP",
        .doc = "Takes parts of a page, which it fetches or is given, by CSS selectors.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family scraping_nodes = {.name = "scrape", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(scraping_nodes);
