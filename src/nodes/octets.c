/* src/nodes/octets.c - see octets.h. */
#include "octets.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "mode.h"

const char *const kl_octets_encodings[] = {"raw", "hex", "base64", NULL};

/* Standard alphabet with padding, or that of URLs without: tokens come in both. */
static kl_status from_base64(kl_buffer *out, kl_text text)
{
    if (kl_base64_decode(out, text, KL_BASE64_STANDARD, NULL) == KL_OK)
        return KL_OK;
    out->len = 0;
    return kl_base64_decode(out, text, KL_BASE64_URL, NULL);
}

kl_status kl_octets_read(kl_buffer *out, const char *name, kl_value value, kl_text encoding,
                         kl_error *error)
{
    kl_buffer read = KL_BUFFER_INIT;
    kl_text text = kl_as_text(value);
    kl_status status = KL_OK;
    bool is_text = kl_is(value, KL_KIND_STRING);
    KL_TRY(kl_node_octets(name, value, error));
    if (!kl_buffer_room(&read, text.len + 1)) /* all at once: growing would leave copies */
        return kl_error_no_memory(error);
    if (is_text && kl_text_is(encoding, "hex"))
        status = kl_hex_decode(&read, text, NULL);
    else if (is_text && kl_text_is(encoding, "base64"))
        status = from_base64(&read, text);
    else
        kl_buffer_add(&read, text);
    if (status == KL_OK) {
        *out = read;
        return KL_OK;
    }
    kl_octets_forget(&read);
    return kl_node_bad(error, name, "expected %.*s text, got something else",
                       KL_TEXT_ARG(encoding));
}

kl_status kl_octets_write(kl_value *out, kl_text bytes, kl_text encoding, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    if (kl_text_is(encoding, "raw"))
        return kl_bytes_new(out, bytes, error);
    if (kl_text_is(encoding, "hex"))
        kl_hex_encode(&text, bytes);
    else
        kl_base64_encode(&text, bytes, KL_BASE64_STANDARD);
    return kl_buffer_finish(out, &text, error);
}

void kl_octets_forget(kl_buffer *buffer)
{
    if (buffer->data)
        kl_wipe(buffer->data, buffer->cap);
    kl_buffer_free(buffer);
}
