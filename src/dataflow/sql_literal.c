/* src/dataflow/sql_literal.c - see sql_literal.h. */
#include "sql_literal.h"
#include "validation.h"
#include "kailash/json.h"

static void put_string(kl_buffer *to, kl_text text)
{
    kl_buffer_byte(to, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\'')
            kl_buffer_byte(to, '\'');
        kl_buffer_byte(to, text.data[i]);
    }
    kl_buffer_byte(to, '\'');
}

static void put_bytes(kl_buffer *to, kl_text bytes)
{
    kl_buffer_string(to, "X'");
    for (size_t i = 0; i < bytes.len; i++)
        kl_buffer_format(to, "%02X", (unsigned char)bytes.data[i]);
    kl_buffer_byte(to, '\'');
}

static kl_status put_json(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_spaced, error));
    put_string(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

kl_status kl_sql_literal(kl_value *out, kl_value value, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (kl_is_null(value))
        kl_buffer_string(&text, "NULL");
    else if (kl_is(value, KL_KIND_BOOL))
        kl_buffer_string(&text, kl_as_bool(value) ? "TRUE" : "FALSE");
    else if (kl_is_number(value))
        kl_put_number(&text, value);
    else if (kl_is(value, KL_KIND_STRING))
        put_string(&text, kl_as_text(value));
    else if (kl_is(value, KL_KIND_BYTES))
        put_bytes(&text, kl_as_text(value));
    else
        status = put_json(&text, value, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}
