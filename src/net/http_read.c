/* src/net/http_read.c - see http_read.h. */
#include "http_read.h"
#include "http_words.h"

/* ---- bytes and words ----------------------------------------------------------------------------- */

char *kl_http_read_room(kl_http_read *read, size_t size)
{
    kl_buffer *came = &read->came;
    if (read->at > 0) {
        came->len -= read->at;
        memmove(came->data, came->data + read->at, came->len);
        read->at = 0;
    }
    return kl_buffer_room(came, size);
}

void kl_http_read_end(kl_http_read *read)
{
    kl_buffer_free(&read->came);
    kl_buffer_free(&read->body);
    kl_value_release(read->method);
    kl_value_release(read->path);
    kl_value_release(read->query);
    kl_value_release(read->headers);
    *read = (kl_http_read){0};
}

/* KL_OK, so that it can end a function. */
static kl_status refuse(kl_http_read *read, int status)
{
    read->refusal = status;
    return KL_OK;
}

/* ---- lines --------------------------------------------------------------------------------------- */

/* The next line without its CR LF; false when it is not there yet or refused. Control characters but
 * for tabs are refused here, a lone CR or LF too. */
static bool next_line(kl_text *out, kl_http_read *read, size_t max, int too_long)
{
    const char *start = read->came.data + read->at;
    size_t there = read->came.len - read->at;
    const char *end = there ? memchr(start, '\n', there) : NULL;
    size_t len = end ? (size_t)(end - start) + 1 : there;
    if (len > max)
        read->refusal = too_long;
    if (!end || read->refusal)
        return false;
    *out = (kl_text){start, len - 1};
    if (len < 2 || start[len - 2] != '\r')
        read->refusal = 400;
    else
        out->len--;
    for (size_t i = 0; i < out->len; i++)
        if (((unsigned char)start[i] < ' ' && start[i] != '\t') || start[i] == 127)
            read->refusal = 400;
    read->at += len;
    read->head_len += len;
    return !read->refusal;
}

static size_t room_of_head(const kl_http_read *read)
{
    return KL_HTTP_READ_HEAD_MAX - KL_MIN(read->head_len, (size_t)KL_HTTP_READ_HEAD_MAX);
}

/* ---- the request line ---------------------------------------------------------------------------- */

/* "http://host/path" as a proxy sends it: what stands behind the host. */
static kl_text without_origin(kl_text target)
{
    const char *mark = target.len > 7 && strncasecmp(target.data, "http", 4) == 0
                           ? memmem(target.data, target.len, "://", 3) : NULL;
    if (!mark)
        return target;
    kl_text rest = {mark + 3, target.len - (size_t)(mark + 3 - target.data)};
    const char *slash = memchr(rest.data, '/', rest.len);
    return slash ? (kl_text){slash, rest.len - (size_t)(slash - rest.data)} : (kl_text){"/", 1};
}

static kl_status take_target(kl_http_read *read, kl_text target, kl_error *error)
{
    for (size_t i = 0; i < target.len; i++)
        if (target.data[i] <= ' ' || (unsigned char)target.data[i] >= 127 || target.data[i] == '#')
            return refuse(read, 400);
    target = without_origin(target);
    if (target.len == 0 || target.data[0] != '/')
        return refuse(read, 400);
    const char *mark = memchr(target.data, '?', target.len);
    kl_text path = {target.data, mark ? (size_t)(mark - target.data) : target.len};
    kl_text query = mark ? (kl_text){mark + 1, target.len - path.len - 1} : (kl_text){"", 0};
    KL_TRY(kl_string_from_valid(&read->path, path, error));
    return kl_string_from_valid(&read->query, query, error);
}

/* METHOD SP target SP HTTP/1.x */
static kl_status take_line(kl_http_read *read, kl_text line, kl_error *error)
{
    const char *first = memchr(line.data, ' ', line.len);
    const char *last = memrchr(line.data, ' ', line.len);
    if (line.len == 0 && read->head_len <= 2)
        return KL_OK; /* some clients end a body with one line end too many */
    if (!first || last <= first + 1)
        return refuse(read, 400);
    kl_text method = {line.data, (size_t)(first - line.data)};
    kl_text target = {first + 1, (size_t)(last - first) - 1};
    kl_text version = {last + 1, line.len - (size_t)(last + 1 - line.data)};
    bool is_http = version.len == 8 && memcmp(version.data, "HTTP/", 5) == 0 && version.data[6] == '.';
    if (!kl_http_is_token(method) || !is_http)
        return refuse(read, 400);
    read->is_old = kl_text_is(version, "HTTP/1.0");
    if (!read->is_old && !kl_text_is(version, "HTTP/1.1"))
        return refuse(read, 505);
    KL_TRY(kl_string_from_valid(&read->method, method, error));
    KL_TRY(kl_map_new(&read->headers, 16, error));
    read->state = KL_HTTP_AT_HEADER;
    return take_target(read, target, error);
}

/* ---- headers ------------------------------------------------------------------------------------- */

static bool read_length(uint64_t *out, kl_text digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || i == 18)
            return false;
        value = value * 10 + (uint64_t)(digits.data[i] - '0');
    }
    *out = value;
    return digits.len > 0;
}

/* Headers that say how the message is framed. */
static void take_framing(kl_http_read *read, kl_text name, kl_text value, bool again)
{
    if (kl_http_same_word(name, "content-length")) {
        if (again || !read_length(&read->length, value))
            read->refusal = 400;
        read->has_length = true;
    } else if (kl_http_same_word(name, "transfer-encoding")) {
        if (again || read->is_old)
            read->refusal = 400;
        else if (!kl_http_same_word(value, "chunked"))
            read->refusal = 501;
        read->is_chunked = true;
    } else if (kl_http_same_word(name, "expect")) {
        if (!kl_http_same_word(value, "100-continue"))
            read->refusal = 417;
        read->awaits_continue = !read->is_old;
    } else if (kl_http_same_word(name, "host") && (again || memchr(value.data, ',', value.len)))
        read->refusal = 400;
}

static kl_status put_header(kl_http_read *read, kl_text key, kl_text value, kl_error *error)
{
    kl_value item, before = kl_map_get(read->headers, key);
    kl_buffer joined = KL_BUFFER_INIT;
    if (!kl_is_null(before)) {
        kl_buffer_add(&joined, kl_as_text(before));
        kl_buffer_string(&joined, kl_http_same_word(key, "cookie") ? "; " : ", ");
    }
    kl_buffer_add(&joined, value);
    kl_status status = joined.status == KL_OK
                           ? kl_string_repair(&item, kl_buffer_text(&joined), error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&joined);
    KL_TRY(status);
    return kl_map_set(&read->headers, key, item, error);
}

static kl_status take_header(kl_http_read *read, kl_text line, kl_error *error)
{
    char lower[KL_HTTP_READ_HEAD_MAX];
    const char *colon = memchr(line.data, ':', line.len);
    kl_text name = {line.data, colon ? (size_t)(colon - line.data) : 0};
    if (!kl_http_is_token(name)) /* so is a line that goes on with a blank */
        return refuse(read, 400);
    if (++read->header_count > KL_HTTP_READ_HEADERS_MAX)
        return refuse(read, 431);
    kl_text value = kl_http_trim((kl_text){colon + 1, line.len - name.len - 1});
    for (size_t i = 0; i < name.len; i++)
        lower[i] = (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] + 32 : name.data[i]);
    kl_text key = {lower, name.len};
    take_framing(read, name, value, kl_map_has(read->headers, key));
    return read->refusal ? KL_OK : put_header(read, key, value, error);
}

/* The head is whole: what follows? */
static kl_status end_head(kl_http_read_event *out, kl_http_read *read)
{
    if (!read->is_old && !kl_map_has(read->headers, KL_TEXT("host")))
        return refuse(read, 400);
    if (read->has_length && read->is_chunked)
        return refuse(read, 400);
    if (read->length > read->body_max)
        return refuse(read, 413);
    read->left = read->length;
    read->state = read->is_chunked ? KL_HTTP_AT_CHUNK : KL_HTTP_AT_BODY;
    if (!read->is_chunked && read->length == 0)
        read->awaits_continue = false;
    *out = KL_HTTP_READ_HEAD;
    return KL_OK;
}

/* ---- the body ------------------------------------------------------------------------------------ */

/* Move what came of it; `*moved` when anything did. */
static kl_status take_bytes(bool *moved, kl_http_read *read, kl_error *error)
{
    size_t count = (size_t)KL_MIN(read->left, read->came.len - read->at);
    if (count == 0)
        return KL_OK;
    kl_buffer_add(&read->body, (kl_text){read->came.data + read->at, count});
    if (read->body.status != KL_OK)
        return kl_error_no_memory(error);
    read->at += count;
    read->left -= count;
    *moved = true;
    return KL_OK;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Its size in hexadecimal, and extensions that mean nothing here. */
static kl_status take_chunk_size(kl_http_read *read, kl_text line)
{
    uint64_t size = 0;
    size_t digits = 0;
    for (; digits < line.len && digit_of(line.data[digits]) >= 0 && digits < 15; digits++)
        size = size << 4 | (uint64_t)digit_of(line.data[digits]);
    kl_text rest = kl_http_trim((kl_text){line.data + digits, line.len - digits});
    if (digits == 0 || (rest.len && rest.data[0] != ';'))
        return refuse(read, 400);
    if (size > read->body_max - read->body.len)
        return refuse(read, 413);
    read->left = size;
    read->state = size ? KL_HTTP_AT_CHUNK_DATA : KL_HTTP_AT_TRAILER;
    return KL_OK;
}

/* ---- one step ------------------------------------------------------------------------------------ */

static kl_status take_any_line(kl_http_read_event *out, kl_http_read *read, kl_text line,
                               kl_error *error)
{
    switch (read->state) {
    case KL_HTTP_AT_LINE:
        return take_line(read, line, error);
    case KL_HTTP_AT_HEADER:
        return line.len ? take_header(read, line, error) : end_head(out, read);
    case KL_HTTP_AT_CHUNK:
        return take_chunk_size(read, line);
    case KL_HTTP_AT_CHUNK_END:
        read->state = KL_HTTP_AT_CHUNK;
        read->head_len = 0;
        return line.len ? refuse(read, 400) : KL_OK;
    default: /* trailers are read over */
        if (line.len == 0)
            read->state = KL_HTTP_AT_END;
        return KL_OK;
    }
}

/* Do what can be done with the bytes that are there; `*moved` when anything was. */
static kl_status step(kl_http_read_event *out, bool *moved, kl_http_read *read, kl_error *error)
{
    kl_text line;
    bool data = read->state == KL_HTTP_AT_BODY || read->state == KL_HTTP_AT_CHUNK_DATA;
    if (data) {
        KL_TRY(take_bytes(moved, read, error));
        if (read->left == 0) {
            *moved = true;
            read->state = read->state == KL_HTTP_AT_BODY ? KL_HTTP_AT_END : KL_HTTP_AT_CHUNK_END;
        }
        return KL_OK;
    }
    bool first = read->state == KL_HTTP_AT_LINE;
    size_t max = first ? KL_MIN((size_t)KL_HTTP_READ_LINE_MAX, room_of_head(read)) : room_of_head(read);
    *moved = next_line(&line, read, max, first ? 414 : 431);
    return *moved ? take_any_line(out, read, line, error) : KL_OK;
}

kl_status kl_http_read_next(kl_http_read_event *out, kl_http_read *read, kl_error *error)
{
    bool moved = true;
    *out = KL_HTTP_READ_MORE;
    while (moved && !read->refusal && *out == KL_HTTP_READ_MORE && read->state != KL_HTTP_AT_END) {
        bool in_head = read->state <= KL_HTTP_AT_HEADER;
        moved = false;
        KL_TRY(step(out, &moved, read, error));
        if (in_head && read->state > KL_HTTP_AT_HEADER)
            read->head_len = 0; /* chunks and trailers have a bound of their own */
    }
    if (read->refusal)
        *out = KL_HTTP_READ_REFUSED;
    else if (*out == KL_HTTP_READ_MORE && read->state == KL_HTTP_AT_END)
        *out = KL_HTTP_READ_DONE;
    return KL_OK;
}
