/* src/nodes/cloud_list.c - the objects of a bucket, page by page. */
#include "cloud_objects.h"
#include "xml.h"

#include <errno.h>
#include <stdlib.h>

/* Objects of a page, which is what S3 gives at most; and pages without an end. */
enum { PAGE_MAX = 1000, PAGES_MAX = 100000 };

typedef struct listing {
    kl_value objects, prefixes;
    kl_value token; /* of the page that follows, or null */
    bool is_encoded;
} listing;

static void end_listing(listing *self)
{
    kl_value_release(self->objects);
    kl_value_release(self->prefixes);
    kl_value_release(self->token);
}

kl_text kl_cloud_bare_etag(kl_text etag)
{
    if (etag.len >= 2 && etag.data[0] == '"' && etag.data[etag.len - 1] == '"')
        return (kl_text){etag.data + 1, etag.len - 2};
    return etag;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undo encoding-type=url, which lets names stand in XML whatever characters they have. */
static kl_status decode(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer plain = KL_BUFFER_INIT;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        int high = c == '%' && text.len - i > 2 ? hex_digit(text.data[i + 1]) : -1;
        int low = high < 0 ? -1 : hex_digit(text.data[i + 2]);
        if (low >= 0) {
            kl_buffer_byte(&plain, (char)(high << 4 | low));
            i += 2;
        } else {
            kl_buffer_byte(&plain, c == '+' ? ' ' : c);
        }
    }
    kl_status status = plain.status == KL_OK ? kl_string_repair(out, kl_buffer_text(&plain), error)
                                             : kl_error_no_memory(error);
    kl_buffer_free(&plain);
    return status;
}

static kl_text child(kl_value element, const char *name)
{
    return kl_as_text(kl_map_get(element, kl_text_from(name)));
}

static kl_status name_of(kl_value *out, const listing *self, kl_value element, const char *name,
                         kl_error *error)
{
    kl_text text = child(element, name);
    return self->is_encoded ? decode(out, text, error) : kl_string_new(out, text, error);
}

/* null when it is no number */
static kl_value number_of(kl_text text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text.data, &end, 10);
    return text.len && !errno && *end == '\0' ? kl_int(number) : kl_null();
}

static kl_status put_text(kl_value *map, const char *key, kl_text text, kl_error *error)
{
    return text.len ? kl_map_set_text(map, kl_text_from(key), text, error)
                    : kl_map_set(map, kl_text_from(key), kl_null(), error);
}

static kl_status read_object(kl_value *out, const listing *self, kl_value element, kl_error *error)
{
    kl_value map, key;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(name_of(&key, self, element, "Key", error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("key"), key, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("size"), number_of(child(element, "Size")), error));
    KL_TRY_OUT(put_text(&map, "etag", kl_cloud_bare_etag(child(element, "ETag")), error));
    KL_TRY_OUT(put_text(&map, "last_modified", child(element, "LastModified"), error));
    KL_TRY_OUT(put_text(&map, "storage_class", child(element, "StorageClass"), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

static kl_status read_prefix(kl_value *out, const listing *self, kl_value element, kl_error *error)
{
    return name_of(out, self, element, "Prefix", error);
}

/* Append what `read` makes of each element of a name: none, one or a list of them. */
static kl_status read_each(kl_value *list, const listing *self, kl_value elements,
                           kl_status (*read)(kl_value *out, const listing *self, kl_value element,
                                             kl_error *error),
                           kl_error *error)
{
    bool many = kl_is(elements, KL_KIND_ARRAY);
    size_t count = many ? kl_array_len(elements) : !kl_is_null(elements);
    for (size_t i = 0; i < count; i++) {
        kl_value item;
        KL_TRY(read(&item, self, many ? kl_array_at(elements, i) : elements, error));
        KL_TRY(kl_array_push(list, item, error));
    }
    return KL_OK;
}

static kl_status read_token(listing *self, kl_value page, kl_error *error)
{
    kl_value before = kl_value_take(&self->token);
    kl_text token = child(page, "NextContinuationToken");
    bool stands = token.len && kl_text_equal(token, kl_as_text(before));
    kl_value_release(before);
    if (!kl_text_is(child(page, "IsTruncated"), "true"))
        return KL_OK;
    if (token.len == 0 || stands)
        return kl_node_failed(error, "list_objects failed: the server says there is more, but not "
                                     "where");
    return kl_string_new(&self->token, token, error);
}

static kl_status read_page(listing *self, kl_text body, kl_error *error)
{
    const kl_xml_functions *xml;
    kl_value document;
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    KL_TRY(kl_xml_load(&xml, error));
    status = xml->read(&document, body, &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        kl_node_failed(error, "list_objects failed: the answer is no XML: %s",
                       kl_error_message(&why));
    kl_error_clear(&why);
    if (status != KL_OK)
        return status == KL_NO_MEMORY ? status : KL_FAILED;
    const kl_value *page = kl_map_find(document, KL_TEXT("ListBucketResult"));
    if (!page)
        status = kl_node_failed(error, "list_objects failed: the answer is no list of objects");
    else {
        self->is_encoded = kl_text_is(child(*page, "EncodingType"), "url");
        KL_TRY_OUT(read_each(&self->objects, self, kl_map_get(*page, KL_TEXT("Contents")),
                             read_object, error));
        KL_TRY_OUT(read_each(&self->prefixes, self, kl_map_get(*page, KL_TEXT("CommonPrefixes")),
                             read_prefix, error));
        status = read_token(self, *page, error);
    }
out:
    kl_value_release(document);
    return status;
}

/* ---- asking -------------------------------------------------------------------------------------- */

static kl_status put_given(kl_value *query, const char *key, const kl_node_call *node,
                           const char *name, kl_error *error)
{
    kl_value value = kl_rest_arg(node, name);
    return kl_value_len(value) ? kl_map_set(query, kl_text_from(key), kl_value_retain(value), error) : KL_OK;
}

static kl_status begin_query(kl_value *query, const kl_node_call *node, kl_error *error)
{
    KL_TRY(kl_map_set_text(query, KL_TEXT("list-type"), KL_TEXT("2"), error));
    KL_TRY(kl_map_set_text(query, KL_TEXT("encoding-type"), KL_TEXT("url"), error));
    KL_TRY(put_given(query, "prefix", node, "prefix", error));
    KL_TRY(put_given(query, "delimiter", node, "delimiter", error));
    return put_given(query, "continuation-token", node, "continuation_token", error);
}

static size_t count_of(const listing *self)
{
    return kl_array_len(self->objects) + kl_array_len(self->prefixes);
}

/* The page behind the token, with at most `count` objects. */
static kl_status ask_page(listing *self, kl_http_response *response, kl_cloud_request *request,
                          size_t count, kl_error *error)
{
    kl_value number;
    KL_TRY(kl_string_format(&number, error, "%zu", KL_MIN(count, (size_t)PAGE_MAX)));
    KL_TRY(kl_map_set(&request->query, KL_TEXT("max-keys"), number, error));
    if (!kl_is_null(self->token))
        KL_TRY(kl_map_set(&request->query, KL_TEXT("continuation-token"), kl_value_retain(self->token),
                           error));
    kl_http_response_clear(response);
    KL_TRY(kl_cloud_request_send(response, request, error));
    return read_page(self, kl_as_text(response->body), error);
}

static kl_status ask_pages(listing *self, kl_http_response *response, kl_cloud_request *request,
                           kl_error *error)
{
    size_t max = (size_t)kl_as_int(kl_rest_arg(request->node, "max_keys")), pages = 0;
    do {
        if (++pages > PAGES_MAX)
            return kl_node_limit(error, "pages", PAGES_MAX, "pages");
        KL_TRY(ask_page(self, response, request, max - count_of(self), error));
    } while (!kl_is_null(self->token) && count_of(self) < max);
    return KL_OK;
}

static kl_status write_listing(kl_value *out, const listing *self, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("objects"), kl_value_retain(self->objects), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("prefixes"), kl_value_retain(self->prefixes), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)count_of(self)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("is_truncated"), kl_bool(!kl_is_null(self->token)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("continuation_token"), kl_value_retain(self->token), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}

kl_status kl_cloud_list(kl_value *out, kl_http_response *response, kl_cloud_request *request,
                        kl_error *error)
{
    listing self = {.objects = kl_null(), .prefixes = kl_null(), .token = kl_null()};
    kl_status status;
    KL_TRY_OUT(kl_array_new(&self.objects, 0, error));
    KL_TRY_OUT(kl_array_new(&self.prefixes, 0, error));
    KL_TRY_OUT(begin_query(&request->query, request->node, error));
    KL_TRY_OUT(ask_pages(&self, response, request, error));
    status = write_listing(out, &self, error);
out:
    end_listing(&self);
    return status;
}
