/* src/nodes/oauth_url.c - see oauth_url.h. */
#include "oauth_url.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "mode.h"
#include "net/url.h"
#include "tokens.h"

#include <stdio.h>

enum { STATE_LEN = 16, VERIFIER_LEN = 32 };

/* ---- proof --------------------------------------------------------------------------------------- */

static kl_status challenge_of(kl_value *out, kl_text verifier, kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(kl_hash_once(hash, KL_HASH_SHA256, verifier, error));
    kl_base64_encode(&text, (kl_text){(const char *)hash, 32}, KL_BASE64_URL);
    return kl_buffer_finish(out, &text, error);
}

kl_status kl_oauth_proof_new(kl_oauth_proof *out, kl_value state, kl_error *error)
{
    kl_oauth_proof made = {kl_value_retain(state), kl_null(), kl_null()};
    kl_status status;
    if (kl_value_len(state) == 0) {
        kl_value_release(kl_value_take(&made.state));
        KL_TRY_OUT(kl_token_new(&made.state, STATE_LEN, error));
    }
    KL_TRY_OUT(kl_token_new(&made.verifier, VERIFIER_LEN, error));
    KL_TRY_OUT(challenge_of(&made.challenge, kl_as_text(made.verifier), error));
    *out = made;
    return KL_OK;
out:
    kl_oauth_proof_end(&made);
    return status;
}

void kl_oauth_proof_end(kl_oauth_proof *proof)
{
    kl_value_release(kl_value_take(&proof->state));
    kl_value_release(kl_value_take(&proof->verifier));
    kl_value_release(kl_value_take(&proof->challenge));
}

/* ---- URLs ---------------------------------------------------------------------------------------- */

static bool has_scheme(kl_text url) { return url.len && memmem(url.data, url.len, "://", 3); }

kl_status kl_oauth_url_begin(kl_buffer *to, const char *name, kl_text endpoint, kl_error *error)
{
    kl_url url;
    kl_error why = KL_ERROR_INIT;
    if (!has_scheme(endpoint))
        return kl_node_bad(error, name, "expected valid URL, got relative URL without a base");
    kl_status status = kl_url_parse(&url, endpoint, &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, name, "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    kl_buffer_add(to, kl_as_text(url.text));
    kl_url_clear(&url);
    return KL_OK;
}

void kl_oauth_url_escape(kl_buffer *to, kl_text text)
{
    static const char plain[] = "*-._";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool stays = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                     memchr(plain, c, sizeof plain - 1);
        if (stays || c == ' ')
            kl_buffer_byte(to, (char)(c == ' ' ? '+' : c));
        else
            kl_buffer_format(to, "%%%02X", c);
    }
}

void kl_oauth_url_add(kl_buffer *to, const char *name, kl_text value)
{
    if (!value.len)
        return;
    kl_text so_far = kl_buffer_text(to);
    const char *mark = so_far.len ? memchr(so_far.data, '?', so_far.len) : NULL;
    char last = (char)(so_far.len ? so_far.data[so_far.len - 1] : '?');
    if (!mark)
        kl_buffer_byte(to, '?');
    else if (last != '?' && last != '&')
        kl_buffer_byte(to, '&');
    kl_oauth_url_escape(to, kl_text_from(name));
    kl_buffer_byte(to, '=');
    kl_oauth_url_escape(to, value);
}

kl_status kl_oauth_url_add_all(kl_buffer *to, const char *name, kl_value map, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value value = kl_map_value_at(map, i);
        kl_text key = kl_map_key_at(map, i);
        if (!kl_is(value, KL_KIND_STRING)) {
            char place[128];
            snprintf(place, sizeof place, "%s.%.*s", name, KL_TEXT_ARG(key));
            return kl_node_bad_value(error, place, "string", value);
        }
        kl_oauth_url_add(to, key.data, kl_as_text(value)); /* keys end in NUL */
    }
    return KL_OK;
}

kl_status kl_oauth_scopes(kl_value *out, kl_value scopes, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(kl_node_words("scopes", scopes, error));
    if (!kl_is(scopes, KL_KIND_ARRAY)) {
        kl_buffer_add(&text, kl_as_text(scopes));
        return kl_buffer_finish(out, &text, error);
    }
    for (size_t i = 0; i < kl_array_len(scopes); i++) {
        if (i)
            kl_buffer_byte(&text, ' ');
        kl_buffer_add(&text, kl_as_text(kl_array_at(scopes, i)));
    }
    return kl_buffer_finish(out, &text, error);
}
