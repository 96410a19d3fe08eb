/* src/nodes/value_text.c - see value_text.h. */
#include "value_text.h"
#include "kailash/json.h"

kl_status kl_value_write(kl_buffer *to, kl_value value, kl_error *error)
{
    char number[32];
    if (kl_is(value, KL_KIND_STRING)) {
        kl_buffer_add(to, kl_as_text(value));
        return KL_OK;
    }
    if (kl_is(value, KL_KIND_DOUBLE)) { /* JSON has no NaN */
        kl_buffer_add(to, (kl_text){number, kl_double_print(number, value.as.real)});
        return KL_OK;
    }
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_spaced, error));
    kl_text written = kl_as_text(text);
    if (kl_is(value, KL_KIND_BYTES)) { /* base64, without the quotes */
        written.data++;
        written.len -= 2;
    }
    kl_buffer_add(to, written);
    kl_value_release(text);
    return KL_OK;
}
