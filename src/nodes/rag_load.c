/* src/nodes/rag_load.c - DocumentLoaderNode: texts from wherever they are. */
#include "csv.h"
#include "stopping.h"
#include "driver.h"
#include "drivers/pdf.h"
#include "expression.h"
#include "files.h"
#include "format.h"
#include "html_plain.h"
#include "kailash/json.h"
#include "net/http.h"
#include "operation.h"
#include "store/file.h"
#include "unicode.h"

#include <math.h>

enum { CONTENT, PATH, URL, METADATA, SOURCE_TYPE, JSON_PATH, PASSWORD, MAX_SIZE, TIMEOUT, PRIVATE,
       BASE_DIR };

/* One document being loaded. */
typedef struct loading {
    kl_node_call *call;
    kl_buffer bytes;     /* as they were found */
    kl_text raw;         /* the same, or the input `content` */
    bool is_html;        /* what a URL gave */
    kl_buffer text;
    kl_value metadata;   /* owned */
    kl_value parts;      /* owned array of {content, metadata}: rows, items, pages */
} loading;

static kl_status note(loading *l, const char *key, kl_value item, kl_error *error)
{
    return kl_map_set(&l->metadata, kl_text_from(key), item, error);
}

static kl_status note_text(loading *l, const char *key, kl_text text, kl_error *error)
{
    return kl_map_set_text(&l->metadata, kl_text_from(key), text, error);
}

/* ---- where it comes from ------------------------------------------------------------------------ */

static kl_status read_path(loading *l, kl_error *error)
{
    const kl_value *args = l->call->args;
    kl_file_range_options options = {.base_dir = kl_as_text(args[BASE_DIR]),
                                     .limit = (uint64_t)kl_as_int(args[MAX_SIZE])};
    kl_status status = kl_file_read(&l->bytes, kl_as_text(args[PATH]), &options, error);
    KL_TRY(kl_file_node_failure(status, error));
    l->raw = kl_buffer_text(&l->bytes);
    return note(l, "path", kl_value_retain(args[PATH]), error);
}

static kl_status take_response(loading *l, const kl_http_response *response, kl_error *error)
{
    char media[128];
    kl_text type = kl_http_media_type(media, response), url = kl_as_text(response->url);
    if (response->status_code >= 400)
        return kl_node_failed(error, "HTTP GET %.*s failed: status %d", KL_TEXT_ARG(url),
                              response->status_code);
    l->is_html = kl_text_is(type, "text/html") || kl_text_is(type, "application/xhtml+xml");
    kl_buffer_add(&l->bytes, kl_as_text(response->body));
    if (l->bytes.status != KL_OK)
        return kl_error_no_memory(error);
    l->raw = kl_buffer_text(&l->bytes);
    KL_TRY(note_text(l, "url", url, error));
    return note_text(l, "content_type", type, error);
}

/* Asked for by name, so an address of our own network may be meant; a redirect into it is not. */
static const kl_guard anywhere = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};

/* "invalid URL: WHY" as a bad value of the node. */
static kl_status refuse_url(kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    const char *message = kl_error_message(error);
    const char *reason = strncmp(message, "invalid URL: ", 13) == 0 ? message + 13 : message;
    kl_node_bad(&why, "url", "%s", reason);
    kl_error_move(error, &why);
    return KL_FAILED;
}

static kl_status read_url(loading *l, kl_error *error)
{
    const kl_value *args = l->call->args;
    kl_http_request request = {
        .url = kl_as_text(args[URL]),
        .guard = kl_as_bool(args[PRIVATE]) ? &anywhere : NULL,
        .timeout = kl_as_int(args[TIMEOUT]) * KL_MILLISECOND,
        .response_max = (uint64_t)kl_as_int(args[MAX_SIZE]),
        .retry = {.max = 2, .on = KL_HTTP_RETRY_CONNECT | KL_HTTP_RETRY_GATEWAY,
                  .delay = KL_HTTP_RETRY_DELAY, .delay_max = KL_HTTP_RETRY_DELAY_MAX},
    };
    kl_http_watch watch = {.check = kl_node_check_run, .data = l->call->run};
    kl_http_response response;
    kl_status status = kl_http_send(&response, &request, &watch, error);
    bool bad = response.failure == KL_HTTP_BAD_REQUEST;
    if (status == KL_OK)
        status = take_response(l, &response, error);
    else if (bad)
        status = refuse_url(error);
    else if (status == KL_TIMEOUT) /* that of timeout_ms, not of the run */
        kl_node_form(error);
    else
        status = kl_file_node_failure(status, error);
    kl_http_response_clear(&response);
    return status;
}

/* Content, a file or a page: whichever is given, but only one. */
static kl_status find_source(loading *l, kl_error *error)
{
    const kl_value *args = l->call->args;
    int given = !kl_is_null(args[CONTENT]) + !kl_is_null(args[PATH]) + !kl_is_null(args[URL]);
    kl_text type = kl_as_text(args[SOURCE_TYPE]);
    const char *needed = kl_text_is(type, "string") ? "content"
                         : kl_text_is(type, "file") ? "path"
                         : kl_text_is(type, "url")  ? "url"
                                                    : "content or path or url";
    size_t input = kl_text_is(type, "string") ? CONTENT : kl_text_is(type, "file") ? PATH : URL;
    if (given == 0 || (strlen(needed) < 8 && kl_is_null(args[input])))
        return kl_node_missing(error, needed);
    if (given > 1)
        return kl_node_bad(error, "content", "expected one of content, path and url, got %d", given);
    if (!kl_is_null(args[PATH]))
        return read_path(l, error);
    if (!kl_is_null(args[URL]))
        return read_url(l, error);
    if (!kl_is(args[CONTENT], KL_KIND_STRING) && !kl_is(args[CONTENT], KL_KIND_BYTES))
        return kl_node_bad(error, "content", "expected string, got %s",
                           kl_value_kind_name(args[CONTENT]));
    l->raw = kl_as_text(args[CONTENT]);
    return KL_OK;
}

/* ---- what it is --------------------------------------------------------------------------------- */

/* The bytes as UTF-8 text, by what they show of their encoding. */
static kl_status decode(kl_value *out, const loading *l, kl_error *error)
{
    kl_text raw = l->raw;
    if (raw.len >= 3 && memcmp(raw.data, "\xEF\xBB\xBF", 3) == 0)
        raw = (kl_text){raw.data + 3, raw.len - 3};
    return kl_string_repair(out, raw, error);
}

static kl_status load_plain(loading *l, kl_text text, kl_error *error)
{
    (void)error;
    if (!l->is_html)
        kl_buffer_add(&l->text, text);
    return KL_OK;
}

static kl_status load_html(loading *l, kl_text text, kl_error *error)
{
    kl_buffer title = KL_BUFFER_INIT;
    kl_value made;
    kl_html_text(&l->text, &title, text);
    if (title.len == 0 && title.status == KL_OK) {
        kl_buffer_free(&title);
        return KL_OK;
    }
    kl_status status = kl_buffer_finish(&made, &title, error);
    return status == KL_OK ? note(l, "title", made, error) : status;
}

/* Lines between two of "---" at the start: facts about the text, in YAML. */
static kl_status take_front_matter(loading *l, kl_text *text, kl_error *error)
{
    if (text->len < 8 || memcmp(text->data, "---\n", 4) != 0)
        return KL_OK;
    const char *end = memmem(text->data + 3, text->len - 3, "\n---\n", 5);
    if (!end)
        return KL_OK;
    kl_text facts = {text->data + 4, end > text->data + 4 ? (size_t)(end - text->data - 3) : 0};
    kl_value map;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_format_read(&map, KL_TEXT("yaml"), facts, &why);
    if (status == KL_SYNTAX) { /* no front matter then, but text */
        kl_error_clear(&why);
        return KL_OK;
    }
    if (status != KL_OK) {
        kl_error_move(error, &why);
        return kl_file_node_failure(status, error);
    }
    if (kl_is(map, KL_KIND_MAP)) {
        status = kl_map_merge(&l->metadata, map, error);
        size_t used = (size_t)(end + 5 - text->data);
        *text = (kl_text){text->data + used, text->len - used};
    }
    kl_value_release(map);
    return status;
}

static kl_status load_markdown(loading *l, kl_text text, kl_error *error)
{
    KL_TRY(take_front_matter(l, &text, error));
    kl_buffer_add(&l->text, text);
    for (size_t at = 0; at < text.len;) { /* the first "# heading" is the title */
        const char *end = memchr(text.data + at, '\n', text.len - at);
        size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
        if (len > 2 && memcmp(text.data + at, "# ", 2) == 0)
            return kl_map_has(l->metadata, KL_TEXT("title"))
                       ? KL_OK
                       : note_text(l, "title",
                                   kl_text_trim((kl_text){text.data + at + 2, len - 2}, true, true),
                                   error);
        at += len + 1;
    }
    return KL_OK;
}

/* A part of its own: `content` and `facts` (maps) are taken, also on failure. */
static kl_status add_part(loading *l, kl_value content, kl_value facts, kl_error *error)
{
    kl_value part = kl_null();
    kl_status status = kl_node_result(&part, "content", content, error);
    if (status != KL_OK) {
        kl_value_release(facts);
        return status;
    }
    status = kl_map_set(&part, KL_TEXT("metadata"), facts, error);
    if (status != KL_OK) {
        kl_value_release(part);
        return status;
    }
    return kl_array_push(&l->parts, part, error);
}

static kl_status add_numbered_part(loading *l, kl_value content, const char *key, size_t number,
                                   kl_error *error)
{
    kl_value facts;
    kl_status status = kl_node_result(&facts, key, kl_int((int64_t)number), error);
    if (status != KL_OK) {
        kl_value_release(content);
        return status;
    }
    if (l->text.len)
        kl_buffer_string(&l->text, "\n\n");
    kl_buffer_add(&l->text, kl_as_text(content));
    return add_part(l, content, facts, error);
}

/* A value as text: strings as they are, all else as JSON; given. */
static kl_status value_text(kl_value *out, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    return kl_json_print(out, value, &kl_json_pretty, error);
}

static kl_status select_json(kl_value *out, const loading *l, kl_value value, kl_error *error)
{
    kl_value path = l->call->args[JSON_PATH];
    kl_work work = kl_node_work(l->call);
    kl_jmespath *expression;
    kl_error why = KL_ERROR_INIT;
    if (kl_is_null(path)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    kl_status status = kl_jmespath_compile(&expression, kl_as_text(path), KL_JMESPATH_SEGMENTS, &why);
    if (status != KL_OK) {
        kl_error_move(error, &why);
        return kl_file_node_bad(status, "json_path", error);
    }
    status = kl_node_search(out, expression, value, &work, error);
    kl_jmespath_release(expression);
    return status;
}

static kl_status load_json(loading *l, kl_text text, kl_error *error)
{
    kl_value whole, chosen = kl_null(), part;
    kl_status status = kl_json_parse(&whole, text, error);
    if (status == KL_SYNTAX || status == KL_DEPTH)
        kl_error_prefix(error, "failed to parse JSON: ");
    KL_TRY(kl_file_node_failure(status, error));
    KL_TRY_OUT(select_json(&chosen, l, whole, error));
    if (!kl_is(chosen, KL_KIND_ARRAY)) {
        KL_TRY_OUT(value_text(&part, chosen, error));
        kl_buffer_add(&l->text, kl_as_text(part));
        kl_value_release(part);
    }
    for (size_t i = 0; i < kl_array_len(chosen); i++) {
        KL_TRY_OUT(value_text(&part, kl_array_at(chosen, i), error));
        KL_TRY_OUT(add_numbered_part(l, part, "index", i, error));
    }
out:
    kl_value_release(whole);
    kl_value_release(chosen);
    return status;
}

/* "column: cell" lines of a row. */
static kl_status row_text(kl_value *out, kl_value row, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < kl_map_len(row); i++) {
        if (i)
            kl_buffer_byte(&text, '\n');
        kl_buffer_add(&text, kl_map_key_at(row, i));
        kl_buffer_string(&text, ": ");
        kl_buffer_add(&text, kl_as_text(kl_map_value_at(row, i)));
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status load_csv(loading *l, kl_text text, kl_error *error)
{
    kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    kl_value rows = kl_null(), columns = kl_null(), part;
    kl_status status = kl_csv_parse(&rows, &columns, text, &dialect, KL_NODE_LIST_MAX, error);
    KL_TRY(kl_file_node_failure(status, error));
    KL_TRY_OUT(note(l, "columns", kl_value_take(&columns), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        KL_TRY_OUT(row_text(&part, kl_array_at(rows, i), error));
        KL_TRY_OUT(add_numbered_part(l, part, "row", i, error));
    }
out:
    kl_value_release(rows);
    kl_value_release(columns);
    return status;
}

static kl_status load_page(loading *l, const kl_pdf_functions *driver, kl_pdf *pdf, size_t index,
                           kl_error *error)
{
    kl_buffer page = {.limit = KL_NODE_TEXT_MAX};
    kl_value text;
    kl_status status = driver->page_text(&page, pdf, index, error);
    if (status == KL_OK)
        status = kl_buffer_finish(&text, &page, error);
    else
        kl_buffer_free(&page);
    KL_TRY(kl_file_node_failure(status, error));
    kl_text inner = kl_text_trim(kl_as_text(text), true, true);
    kl_value trimmed;
    status = kl_string_from_valid(&trimmed, inner, error);
    kl_value_release(text);
    return status == KL_OK ? add_numbered_part(l, trimmed, "page_number", index + 1, error) : status;
}

static kl_status load_pdf(loading *l, kl_error *error)
{
    const void *functions;
    kl_pdf *pdf;
    kl_text password = kl_as_text(l->call->args[PASSWORD]);
    if (memchr(password.data, '\0', password.len))
        return kl_node_bad(error, "password", "a password holds no NUL");
    KL_TRY(kl_file_node_failure(kl_driver_load(&functions, "pdf", error), error));
    const kl_pdf_functions *driver = functions;
    kl_status status = driver->open(&pdf, l->raw, password.data, error);
    if (status == KL_SYNTAX || status == KL_DENIED)
        kl_error_prefix(error, "failed to parse PDF: ");
    KL_TRY(kl_file_node_failure(status, error));
    size_t count = driver->page_count(pdf);
    status = note(l, "page_count", kl_int((int64_t)count), error);
    for (size_t i = 0; i < count && status == KL_OK; i++) {
        status = kl_node_check_run(l->call->run, error);
        if (status == KL_OK)
            status = load_page(l, driver, pdf, i, error);
    }
    driver->close(pdf);
    return status;
}

static const struct {
    const char *type;
    kl_status (*load)(loading *l, kl_text text, kl_error *error);
} kinds[] = {
    {"string", load_plain}, {"file", load_plain},         {"url", load_plain}, {"html", load_html},
    {"markdown", load_markdown}, {"json", load_json}, {"csv", load_csv},
};

static kl_status read_as_type(loading *l, kl_error *error)
{
    kl_text type = kl_as_text(l->call->args[SOURCE_TYPE]);
    kl_value text;
    if (kl_text_is(type, "pdf"))
        return load_pdf(l, error);
    if (kl_is(l->call->args[CONTENT], KL_KIND_BYTES) && !kl_text_is(type, "html"))
        return kl_node_bad(error, "content", "expected string, got bytes");
    KL_TRY(decode(&text, l, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_text_is(type, kinds[i].type))
            status = kinds[i].load(l, kl_as_text(text), error);
    if (status == KL_OK && kl_text_is(type, "url") && l->is_html)
        status = load_html(l, kl_as_text(text), error);
    kl_value_release(text);
    return status;
}

/* ---- the node ----------------------------------------------------------------------------------- */

static int64_t count_words(kl_text text)
{
    int64_t count = 0;
    for (kl_text rest = kl_text_trim(text, true, true); rest.len;
         rest = kl_text_trim(rest, true, false)) {
        size_t len = 0;
        while (len < rest.len && kl_text_trim((kl_text){rest.data + len, kl_text_step(rest, len)},
                                              true, true).len)
            len += kl_text_step(rest, len);
        count++;
        rest = (kl_text){rest.data + len, rest.len - len};
    }
    return count;
}

static kl_status make_document(kl_value *out, loading *l, kl_value content, kl_error *error)
{
    kl_text text = kl_as_text(content);
    kl_value map;
    kl_status status;
    int64_t characters = 0;
    for (size_t i = 0; i < text.len; i++)
        characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content"), kl_value_retain(content), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("source_type"), kl_value_retain(l->call->args[SOURCE_TYPE]),
                          error));
    KL_TRY_OUT(kl_map_merge(&l->metadata, l->call->args[METADATA], error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), kl_value_retain(l->metadata), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("char_count"), kl_int(characters), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("word_count"), kl_int(count_words(text)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status load_result(kl_value *out, loading *l, kl_error *error)
{
    kl_value content = kl_null(), document = kl_null(), map = kl_null();
    kl_status status;
    if (l->text.status == KL_LIMIT)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    KL_TRY_OUT(kl_buffer_finish(&content, &l->text, error));
    KL_TRY_OUT(make_document(&document, l, content, error));
    KL_TRY_OUT(kl_node_result(&map, "document", kl_value_take(&document), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("parts"), kl_value_take(&l->parts), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(content);
    kl_value_release(document);
    kl_value_release(map);
    return status;
}

static kl_status load_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    loading l = {.call = call, .text = {.limit = KL_NODE_TEXT_MAX}};
    kl_status status;
    KL_TRY_OUT(kl_map_new(&l.metadata, 0, error));
    KL_TRY_OUT(kl_array_new(&l.parts, 0, error));
    KL_TRY_OUT(find_source(&l, error));
    KL_TRY_OUT(read_as_type(&l, error));
    status = load_result(out, &l, error);
out:
    kl_buffer_free(&l.bytes);
    kl_buffer_free(&l.text);
    kl_value_release(l.metadata);
    kl_value_release(l.parts);
    return status;
}

static const char *const source_types[] = {"string", "file", "url", "html", "markdown", "pdf",
                                           "json", "csv", NULL};

static const kl_param inputs[] = {
    {.name = "content", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "the text itself, a string; bytes for html and pdf"},
    {.name = "path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "instead of content: a file to read"},
    {.name = "url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "instead of content: an http or https address to get"},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "facts to keep with the text; they win over those found"},
};
static const kl_param config[] = {
    {.name = "source_type", .kind = KL_KIND_ENUM, .names = source_types, .fallback = "\"string\"",
     .doc = "string: content as it is; file: the text of path; url: the text of a page, without tags "
            "when it is HTML; html: text without tags; markdown: as it is, facts between lines of --- "
            "at its start becoming metadata; pdf: the text of all pages; json: strings as they are, "
            "all else as JSON text, a list being parts; csv: \"column: cell\" lines, rows being parts"},
    {.name = "json_path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "json: a JMESPath expression that chooses what is loaded, such as items[].body"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "pdf: password of a protected document"},
    {.name = "max_size_bytes", .kind = KL_KIND_COUNT, .fallback = "67108864",
     .range = KL_RANGE(1, 1e15), .doc = "a larger file or page is refused"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000", .range = KL_RANGE(1, 86400000),
     .doc = "url: longest wait for the whole page, in milliseconds"},
    {.name = "allow_private", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "url: whether it may lead into the own network; redirects there never may"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that path must lie in after all symlinks are resolved; absent: anywhere"},
};
static const kl_param outputs[] = {
    {.name = "document", .kind = KL_KIND_MAP,
     .doc = "content, source_type, metadata, char_count (characters), word_count"},
    {.name = "parts", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "content and metadata of each page, item or row of a pdf, json list or csv, whose "
            "contents the document has one after the other; else empty"},
};
static const kl_node_type types[] = {
    {.name = "DocumentLoaderNode", .category = "RAG", .flags = KL_NODE_BLOCKING, .run = load_run,
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .doc = "Loads a text with what is known about it."},
};
static const kl_node_family loading_nodes = {.name = "rag_load", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(loading_nodes);
