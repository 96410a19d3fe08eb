/* src/nodes/pdf.c - the text of PDF documents. */
#include "driver.h"
#include "drivers/pdf.h"
#include "files.h"
#include "store/file.h"

#include <math.h>
#include <stdio.h>

enum { FILE_PATH, PAGES, PASSWORD, MAX_SIZE, BASE_DIR };

/* One document being read. */
typedef struct document {
    const kl_node_call *call;
    const kl_pdf_functions *driver;
    kl_pdf *pdf;
    bool *wanted;   /* of each page */
    kl_buffer text; /* of all wanted pages */
    kl_value pages;
} document;

/* ---- which pages ------------------------------------------------------------------------------- */

static kl_status refuse_pages(const document *from, kl_value given, kl_error *error)
{
    char expected[120];
    snprintf(expected, sizeof expected, "pages from 1 to %zu, such as 3, \"1-3,5\" or [1, 3]",
             from->driver->page_count(from->pdf));
    return kl_node_bad_value(error, "pages", expected, given);
}

static bool want_pages(document *from, int64_t first, int64_t last)
{
    int64_t count = (int64_t)from->driver->page_count(from->pdf);
    if (first < 1 || last < first || last > count)
        return false;
    for (int64_t page = first; page <= last; page++)
        from->wanted[page - 1] = true;
    return true;
}

/* A page number; -1 when there is none, so that nothing fits it. */
static int64_t read_page_number(const char **at)
{
    int64_t number = 0;
    if (**at < '0' || **at > '9')
        return -1;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        number = KL_MIN(number * 10 + (**at - '0'), (int64_t)1 << 32);
    return number;
}

/* "1-3,5" */
static bool want_listed(document *from, kl_value list)
{
    const char *at = kl_as_text(list).data, *end = at + kl_value_len(list);
    while (at < end) {
        int64_t first = read_page_number(&at), last = first;
        if (*at == '-') {
            at++;
            last = read_page_number(&at);
        }
        if (!want_pages(from, first, last) || (at < end && *at != ','))
            return false;
        if (at < end && ++at == end)
            return false; /* nothing behind the comma */
    }
    return kl_value_len(list) > 0;
}

static kl_status choose_pages(document *from, kl_error *error)
{
    kl_value given = from->call->args[PAGES];
    size_t count = from->driver->page_count(from->pdf);
    bool good = true;
    from->wanted = kl_alloc_zero(KL_MAX(count, 1), sizeof *from->wanted);
    if (!from->wanted)
        return kl_error_no_memory(error);
    switch (kl_value_kind(given)) {
    case KL_KIND_NULL:
        memset(from->wanted, true, count * sizeof *from->wanted);
        return KL_OK;
    case KL_KIND_INT:
        good = want_pages(from, kl_as_int(given), kl_as_int(given));
        break;
    case KL_KIND_STRING:
        good = want_listed(from, given);
        break;
    case KL_KIND_ARRAY:
        for (size_t i = 0; good && i < kl_array_len(given); i++) {
            int64_t page = kl_is(kl_array_at(given, i), KL_KIND_INT) ? kl_as_int(kl_array_at(given, i))
                                                                     : -1;
            good = want_pages(from, page, page);
            given = good ? from->call->args[PAGES] : kl_array_at(given, i);
        }
        break;
    default:
        good = false;
    }
    return good ? KL_OK : refuse_pages(from, given, error);
}

/* ---- pages ------------------------------------------------------------------------------------- */

static bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\f'; }

/* Without blank lines in front and blanks at the end. */
static kl_text trim(kl_text text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len && is_blank(text.data[i]); i++)
        if (text.data[i] == '\n')
            start = i + 1;
    while (text.len > start && is_blank(text.data[text.len - 1]))
        text.len--;
    return (kl_text){text.data + start, text.len - start};
}

static kl_status add_page(document *from, size_t index, kl_text text, kl_error *error)
{
    kl_value page;
    KL_TRY(kl_node_result(&page, "page_number", kl_int((int64_t)index + 1), error));
    kl_status status = kl_map_set_text(&page, KL_TEXT("text"), text, error);
    if (status != KL_OK) {
        kl_value_release(page);
        return status;
    }
    KL_TRY(kl_array_push(&from->pages, page, error));
    if (from->text.len > 0 && text.len > 0)
        kl_buffer_string(&from->text, "\n\n");
    kl_buffer_add(&from->text, text);
    return KL_OK;
}

static kl_status read_page(document *from, size_t index, kl_error *error)
{
    kl_buffer page = {.limit = KL_NODE_TEXT_MAX};
    kl_status status = from->driver->page_text(&page, from->pdf, index, error);
    if (status == KL_OK && page.status == KL_LIMIT)
        status = kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "failed to parse PDF: ");
    if (status == KL_OK)
        status = add_page(from, index, trim(kl_buffer_text(&page)), error);
    kl_buffer_free(&page);
    return status;
}

static kl_status read_pages(document *from, kl_error *error)
{
    from->text.limit = KL_NODE_TEXT_MAX;
    KL_TRY(kl_array_new(&from->pages, 0, error));
    for (size_t i = 0; i < from->driver->page_count(from->pdf); i++) {
        if (!from->wanted[i])
            continue;
        if (kl_run_is_cancelled(from->call->run))
            return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
        KL_TRY(read_page(from, i, error));
    }
    return KL_OK;
}

/* ---- information ------------------------------------------------------------------------------- */

/* Two digits of a date, or what they are when it ends before. */
static int two_digits(const char *text, int otherwise)
{
    bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? (text[0] - '0') * 10 + text[1] - '0' : otherwise;
}

/* "D:20240229134530+01'00'" as "2024-02-29T13:45:30+01:00"; other texts stay as they are. */
static void date_text(kl_buffer *to, const char *text)
{
    char padded[40] = "";
    size_t len = strlen(text);
    if (strncmp(text, "D:", 2) != 0 || len >= sizeof padded || two_digits(text + 2, -1) < 0 ||
        two_digits(text + 4, -1) < 0) {
        kl_buffer_string(to, text);
        return;
    }
    memcpy(padded, text + 2, len - 2);
    kl_buffer_format(to, "%.4s-%02d-%02dT%02d:%02d:%02d", padded, two_digits(padded + 4, 1),
                     two_digits(padded + 6, 1), two_digits(padded + 8, 0),
                     two_digits(padded + 10, 0), two_digits(padded + 12, 0));
    char sign = padded[14];
    if (sign == 'Z')
        kl_buffer_byte(to, 'Z');
    else if (sign == '+' || sign == '-')
        kl_buffer_format(to, "%c%02d:%02d", sign, two_digits(padded + 15, 0),
                         two_digits(padded + 18, 0));
}

static kl_status add_information(kl_value *map, const document *from, const char *tag,
                                 const char *key, kl_error *error)
{
    kl_buffer raw = KL_BUFFER_INIT, text = KL_BUFFER_INIT;
    kl_value value;
    kl_status status;
    KL_TRY_OUT(from->driver->information(&raw, from->pdf, tag, error));
    if (raw.len == 0)
        goto out;
    kl_buffer_byte(&raw, '\0');
    if (raw.status != KL_OK)
        KL_TRY_OUT(kl_error_no_memory(error));
    if (strstr(tag, "Date"))
        date_text(&text, raw.data);
    else
        kl_buffer_string(&text, raw.data);
    KL_TRY_OUT(kl_buffer_finish(&value, &text, error));
    status = kl_map_set(map, kl_text_from(key), value, error);
out:
    kl_buffer_free(&raw);
    kl_buffer_free(&text);
    return status;
}

/* What the document tells about itself as a map, or null when it tells nothing; given. */
static kl_status read_metadata(kl_value *out, const document *from, kl_error *error)
{
    static const char *const entries[][2] = {
        {"Title", "title"},     {"Author", "author"},     {"Subject", "subject"},
        {"Keywords", "keywords"}, {"Creator", "creator"}, {"Producer", "producer"},
        {"CreationDate", "creation_date"}, {"ModDate", "modification_date"},
    };
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(entries), error));
    for (size_t i = 0; i < KL_COUNT(entries); i++) {
        kl_status status = add_information(&map, from, entries[i][0], entries[i][1], error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    if (kl_map_len(map) == 0)
        kl_value_replace(&map, kl_null());
    *out = map;
    return KL_OK;
}

/* ---- the node ---------------------------------------------------------------------------------- */

static kl_status make_result(kl_value *out, document *from, kl_error *error)
{
    kl_value map = kl_null(), text = kl_null(), metadata = kl_null();
    int64_t count = (int64_t)from->driver->page_count(from->pdf);
    kl_status status;
    KL_TRY_OUT(kl_buffer_finish(&text, &from->text, error));
    KL_TRY_OUT(read_metadata(&metadata, from, error));
    KL_TRY_OUT(kl_node_result(&map, "text", kl_value_take(&text), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("pages"), kl_value_take(&from->pages), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("page_count"), kl_int(count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), kl_value_take(&metadata), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(text);
    kl_value_release(metadata);
    return status;
}

static kl_status read_document(kl_value *out, document *from, kl_text data, kl_error *error)
{
    const char *password = kl_as_text(from->call->args[PASSWORD]).data;
    const void *functions;
    kl_status status = kl_driver_load(&functions, "pdf", error);
    if (status != KL_OK)
        return kl_file_node_failure(status, error);
    from->driver = functions;
    status = from->driver->open(&from->pdf, data, password, error);
    if (status == KL_SYNTAX || status == KL_DENIED)
        kl_error_prefix(error, "failed to parse PDF: ");
    KL_TRY(kl_file_node_failure(status, error));
    KL_TRY(choose_pages(from, error));
    KL_TRY(kl_file_node_failure(read_pages(from, error), error));
    return kl_file_node_failure(make_result(out, from, error), error);
}

static kl_status pdf_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_file_range_options options = {.base_dir = kl_as_text(args[BASE_DIR]),
                                     .limit = (uint64_t)kl_as_int(args[MAX_SIZE])};
    document from = {.call = call, .text = KL_BUFFER_INIT};
    kl_buffer data = KL_BUFFER_INIT;
    kl_text password = kl_as_text(args[PASSWORD]);
    if (memchr(password.data, '\0', password.len))
        return kl_node_bad(error, "password", "a password holds no NUL");
    kl_status status = kl_file_read(&data, kl_as_text(args[FILE_PATH]), &options, error);
    status = kl_file_node_failure(status, error);
    if (status == KL_OK)
        status = read_document(out, &from, kl_buffer_text(&data), error);
    if (from.pdf)
        from.driver->close(from.pdf);
    kl_free(from.wanted);
    kl_buffer_free(&from.text);
    kl_value_release(from.pages);
    kl_buffer_free(&data);
    return status;
}

static const kl_param inputs[] = {
    {.name = "file_path", .kind = KL_KIND_STRING, .doc = "document to read"},
};

static const kl_param config[] = {
    {.name = "pages", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "pages to read, from 1: a number, a list of numbers or text such as \"1-3,5\"; absent: "
            "all"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "password of a protected document"},
    {.name = "max_size_bytes", .kind = KL_KIND_COUNT, .fallback = KL_FILE_SIZE_DEFAULT,
     .range = KL_RANGE(1, INFINITY), .doc = "a larger file is refused"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the path must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "text", .kind = KL_KIND_STRING, .doc = "the pages' texts, an empty line between them"},
    {.name = "pages", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "maps of page_number, from 1, and text"},
    {.name = "page_count", .kind = KL_KIND_INT, .doc = "pages of the whole document"},
    {.name = "metadata", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "title, author, subject, keywords, creator, producer, creation_date and "
            "modification_date (ISO 8601), as far as the document has them; null when it has none"},
};

static const kl_node_type types[] = {
    {
        .name = "PDFReaderNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_HEAVY,
        .run = pdf_run,
        .doc = "Reads the text of a PDF document.",
    },
};

static const kl_node_family pdf_nodes = {.name = "pdf", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(pdf_nodes);
