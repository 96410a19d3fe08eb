/* src/dataflow/mask.c - see mask.h. */
#include "mask.h"
#include "buffer.h"
#include "encode.h"
#include "payload.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/type.h"

#include <math.h>
#include <stdlib.h>

/* How many characters last_four leaves. */
enum { SHOWN = 4 };

bool kl_masking_is_strict(void)
{
    const char *undeclared = getenv("KAILASH_DATAFLOW_UNDECLARED");
    return undeclared && strcmp(undeclared, "redact") == 0;
}

/* ---- the text of a value ----------------------------------------------------------------------- */

static kl_status text_of_double(kl_value *out, double real, kl_error *error)
{
    char digits[32];
    if (isnan(real))
        return kl_string_new(out, KL_TEXT("NaN"), error);
    if (isinf(real))
        return kl_string_new(out, real > 0 ? KL_TEXT("Infinity") : KL_TEXT("-Infinity"), error);
    return kl_string_new(out, (kl_text){digits, kl_double_print(digits, real)}, error);
}

/* Keys are sorted, so that equal values have equal hashes. */
kl_status kl_mask_text(kl_value *out, kl_value value, kl_error *error)
{
    static const kl_json_style style = {.order = KL_JSON_CODE_POINTS, .spaced = true};
    if (kl_is(value, KL_KIND_STRING)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (kl_is(value, KL_KIND_DOUBLE))
        return text_of_double(out, value.as.real, error);
    if (kl_is(value, KL_KIND_OBJECT))
        return kl_object_repr(out, value.as.object, error);
    if (!kl_is(value, KL_KIND_BYTES))
        return kl_json_print(out, value, &style, error);
    kl_buffer text = KL_BUFFER_INIT;
    kl_base64_encode(&text, kl_as_text(value), KL_BASE64_STANDARD);
    return kl_buffer_finish(out, &text, error);
}

/* ---- what is shown instead ------------------------------------------------------------------------ */

static kl_status keyed_hash(kl_value *out, kl_text text, kl_text salt, kl_error *error)
{
    kl_value bytes;
    kl_buffer hex = KL_BUFFER_INIT;
    KL_TRY(kl_hmac(&bytes, KL_HASH_SHA256, salt, text, error));
    kl_hex_encode(&hex, kl_as_text(bytes));
    kl_value_release(bytes);
    return kl_buffer_finish(out, &hex, error);
}

static kl_status hash(kl_value *out, kl_text text, const kl_text *salt, kl_error *error)
{
    return salt ? keyed_hash(out, text, *salt, error)
                : kl_hash_hex(out, KL_HASH_SHA256, text, error);
}

static kl_status last_four(kl_value *out, kl_value whole, kl_error *error)
{
    kl_text text = kl_as_text(whole);
    size_t count = kl_utf8_count(text), hidden = count > SHOWN ? count - SHOWN : 0;
    const char *at = text.data, *end = text.data + text.len;
    kl_buffer masked = KL_BUFFER_INIT;
    if (!hidden && kl_masking_is_strict())
        hidden = count;
    if (!hidden) {
        *out = kl_value_retain(whole);
        return KL_OK;
    }
    for (size_t i = 0; i < hidden; i++) {
        kl_utf8_next(&at);
        kl_buffer_byte(&masked, '*');
    }
    kl_buffer_add(&masked, (kl_text){at, (size_t)(end - at)});
    return kl_buffer_finish(out, &masked, error);
}

static kl_status mask_text(kl_value *out, kl_value value, kl_masking masking, const kl_text *salt,
                           kl_error *error)
{
    kl_value text;
    KL_TRY(kl_mask_text(&text, value, error));
    kl_status status = masking == KL_MASK_HASH ? hash(out, kl_as_text(text), salt, error)
                                               : last_four(out, text, error);
    kl_value_release(text);
    return status;
}

kl_status kl_mask_apply(kl_value *out, kl_value value, kl_masking masking, const kl_text *salt,
                        kl_error *error)
{
    kl_status status;
    switch (masking) {
    case KL_MASK_NONE:
        *out = value;
        return KL_OK;
    case KL_MASK_ENCRYPT:
        status = kl_string_new(out, KL_TEXT("[ENCRYPTED]"), error);
        break;
    case KL_MASK_LAST_FOUR:
        if (kl_is_null(value)) { /* there is nothing of which to show an end */
            *out = value;
            return KL_OK;
        }
        status = mask_text(out, value, masking, salt, error);
        break;
    case KL_MASK_HASH:
        status = mask_text(out, value, masking, salt, error);
        break;
    default:
        status = kl_string_new(out, KL_TEXT("[REDACTED]"), error);
    }
    kl_value_release(value);
    return status;
}
