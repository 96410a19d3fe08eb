/* src/trust_plane/canonical.c - see canonical.h. */
#include "canonical.h"

/* In JSON text the character stands within strings only. */
static void add_escaped(kl_buffer *to, kl_text text)
{
    while (text.len) {
        const char *found = memchr(text.data, 0x7f, text.len);
        size_t len = found ? (size_t)(found - text.data) : text.len;
        kl_buffer_add(to, (kl_text){text.data, len});
        if (found)
            kl_buffer_string(to, "\\u007f");
        len += found != NULL;
        text = (kl_text){text.data + len, text.len - len};
    }
}

kl_status kl_trust_canonical_add(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(kl_json_print(&text, value, &kl_json_canonical_b, error));
    add_escaped(to, kl_as_text(text));
    kl_value_release(text);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

kl_status kl_trust_canonical_hash(kl_value *out, kl_value value, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    char hex[65];
    kl_status status = kl_trust_canonical_add(&bytes, value, error);
    if (status == KL_OK)
        status = kl_sha256_hex(hex, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status == KL_OK ? kl_string_from_valid(out, (kl_text){hex, 64}, error) : status;
}
