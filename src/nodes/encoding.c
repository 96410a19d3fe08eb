/* src/nodes/encoding.c - OutputEncodingNode: text made safe for the place it goes to. */
#include "encode.h"
#include "kailash/json.h"
#include "kailash/node.h"

static const char *const encodings[] = {"html", "url", "base64", "base64url", "hex", "json", NULL};

enum { DATA, ENCODING };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_STRING, .doc = "the text to encode"},
    {.name = "encoding", .kind = KL_KIND_ENUM, .names = encodings,
     .doc = "html: & < > \" ' as entities, also for attributes; url: all but letters and digits as "
            "%XX; base64; base64url: without padding; hex; json: a quoted string"},
};
static const kl_param outputs[] = {
    {.name = "encoded", .kind = KL_KIND_STRING, .doc = "the encoded text"},
    {.name = "encoding_used", .kind = KL_KIND_STRING, .doc = "the encoding"},
};

static void add_html(kl_buffer *to, kl_text text)
{
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#x27;",
    };
    size_t plain = 0; /* where what needs no entity begins */
    for (size_t i = 0; i < text.len; i++) {
        const char *entity = entities[(unsigned char)text.data[i]];
        if (!entity)
            continue;
        kl_buffer_add(to, (kl_text){text.data + plain, i - plain});
        kl_buffer_string(to, entity);
        plain = i + 1;
    }
    kl_buffer_add(to, (kl_text){text.data + plain, text.len - plain});
}

static void add_url(kl_buffer *to, kl_text text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i], folded = c | 0x20;
        if ((c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z')) {
            kl_buffer_byte(to, (char)c);
            continue;
        }
        kl_buffer_byte(to, '%');
        kl_buffer_byte(to, digits[c >> 4]);
        kl_buffer_byte(to, digits[c & 15]);
    }
}

static kl_status add_json(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

static kl_status encode(kl_value *out, kl_value data, kl_text encoding, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    to.limit = KL_NODE_TEXT_MAX;
    if (kl_text_is(encoding, "html"))
        add_html(&to, kl_as_text(data));
    else if (kl_text_is(encoding, "url"))
        add_url(&to, kl_as_text(data));
    else if (kl_text_is(encoding, "hex"))
        kl_hex_encode(&to, kl_as_text(data));
    else if (kl_text_is(encoding, "json"))
        status = add_json(&to, data, error);
    else
        kl_base64_encode(&to, kl_as_text(data),
                         kl_text_is(encoding, "base64") ? KL_BASE64_STANDARD : KL_BASE64_URL);
    if (status != KL_OK || to.status == KL_LIMIT) {
        kl_buffer_free(&to);
        return status != KL_OK ? status : kl_node_limit(error, "text", KL_NODE_TEXT_MAX, "bytes");
    }
    return kl_buffer_finish(out, &to, error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value map, encoded = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(encode(&encoded, call->args[DATA], kl_as_text(call->args[ENCODING]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("encoded"), kl_value_take(&encoded), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("encoding_used"), kl_value_retain(call->args[ENCODING]),
                          error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(encoded);
    kl_value_release(map);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "OutputEncodingNode",
        .category = "Security",
        .doc = "Encodes text for the place it goes to.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family encoding = {.name = "encoding", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(encoding);
