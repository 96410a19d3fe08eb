/* src/net/sigv4.c - see sigv4.h. */
#include "sigv4.h"
#include "encode.h"
#include "kailash/crypto.h"

#include <stdio.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

/* Texts that several steps use; all given. */
typedef struct signing {
    char time[32];        /* 20130524T000000Z */
    char date[16];        /* its first part */
    kl_value scope;       /* date/region/service/aws4_request */
    kl_value names;       /* of the signed headers: host;range */
} signing;

static void end_signing(signing *self)
{
    kl_value_release(self->scope);
    kl_value_release(self->names);
}

/* ---- encoding ------------------------------------------------------------------------------------ */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void kl_sigv4_encode(kl_buffer *to, kl_text text, bool keeps_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (is_unreserved(c) || (keeps_slash && c == '/')) {
            kl_buffer_byte(to, c);
            continue;
        }
        kl_buffer_byte(to, '%');
        kl_buffer_byte(to, digits[(unsigned char)c >> 4]);
        kl_buffer_byte(to, digits[(unsigned char)c & 15]);
    }
}

static kl_status encode(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer encoded = KL_BUFFER_INIT;
    kl_sigv4_encode(&encoded, text, false);
    return kl_buffer_finish(out, &encoded, error);
}

/* The pairs encoded, in the order of the encoded names: not that of the names themselves. */
static kl_status encode_pairs(kl_value *out, kl_value query, kl_error *error)
{
    kl_value pairs, name = kl_null(), value;
    kl_status status;
    KL_TRY(kl_map_new(&pairs, kl_map_len(query), error));
    for (size_t i = 0; i < kl_map_len(query); i++) {
        kl_value_release(kl_value_take(&name));
        KL_TRY_OUT(encode(&name, kl_map_key_at(query, i), error));
        KL_TRY_OUT(encode(&value, kl_as_text(kl_map_value_at(query, i)), error));
        KL_TRY_OUT(kl_map_set_key(&pairs, name, value, error));
    }
    status = kl_map_sorted(out, pairs, error);
out:
    kl_value_release(name);
    kl_value_release(pairs);
    return status;
}

kl_status kl_sigv4_query(kl_value *out, kl_value query, kl_error *error)
{
    kl_value pairs;
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(encode_pairs(&pairs, query, error));
    for (size_t i = 0; i < kl_map_len(pairs); i++) {
        if (i)
            kl_buffer_byte(&text, '&');
        kl_buffer_add(&text, kl_map_key_at(pairs, i));
        kl_buffer_byte(&text, '=');
        kl_buffer_add(&text, kl_as_text(kl_map_value_at(pairs, i)));
    }
    kl_value_release(pairs);
    return kl_buffer_finish(out, &text, error);
}

/* ---- the canonical request ----------------------------------------------------------------------- */

/* Without blanks at the ends, and one where several stand together. */
static void add_trimmed(kl_buffer *to, kl_text text)
{
    bool blank = false, begun = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == ' ' || c == '\t') {
            blank = begun;
            continue;
        }
        if (blank)
            kl_buffer_byte(to, ' ');
        kl_buffer_byte(to, c);
        blank = false;
        begun = true;
    }
}

static kl_status name_headers(kl_value *out, kl_value sorted, kl_error *error)
{
    kl_buffer names = KL_BUFFER_INIT;
    for (size_t i = 0; i < kl_map_len(sorted); i++) {
        if (i)
            kl_buffer_byte(&names, ';');
        kl_buffer_add(&names, kl_map_key_at(sorted, i));
    }
    return kl_buffer_finish(out, &names, error);
}

static void add_headers(kl_buffer *to, kl_value sorted)
{
    for (size_t i = 0; i < kl_map_len(sorted); i++) {
        kl_buffer_add(to, kl_map_key_at(sorted, i));
        kl_buffer_byte(to, ':');
        add_trimmed(to, kl_as_text(kl_map_value_at(sorted, i)));
        kl_buffer_byte(to, '\n');
    }
}

/* The hash of all that is signed, in hexadecimal; given. */
static kl_status hash_request(kl_value *out, const kl_sigv4_request *request, kl_text names,
                              kl_text payload, kl_error *error)
{
    kl_value query = kl_null(), sorted = kl_null();
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY_OUT(kl_sigv4_query(&query, *request->query, error));
    KL_TRY_OUT(kl_map_sorted(&sorted, *request->headers, error));
    kl_buffer_add(&text, request->method);
    kl_buffer_byte(&text, '\n');
    kl_buffer_add(&text, request->path);
    kl_buffer_byte(&text, '\n');
    kl_buffer_add(&text, kl_as_text(query));
    kl_buffer_byte(&text, '\n');
    add_headers(&text, sorted);
    kl_buffer_byte(&text, '\n');
    kl_buffer_add(&text, names);
    kl_buffer_byte(&text, '\n');
    kl_buffer_add(&text, payload);
    status = text.status == KL_OK ? kl_hash_hex(out, KL_HASH_SHA256, kl_buffer_text(&text), error)
                                  : kl_error_no_memory(error);
out:
    kl_buffer_free(&text);
    kl_value_release(query);
    kl_value_release(sorted);
    return status;
}

/* ---- the signature ------------------------------------------------------------------------------- */

/* A key of the chain: nobody else holds it. */
static void end_key(kl_value key)
{
    kl_text bytes = kl_as_text(key);
    if (bytes.len)
        kl_wipe((char *)(uintptr_t)bytes.data, bytes.len);
    kl_value_release(key);
}

static kl_status first_key(kl_value *out, kl_text secret, kl_error *error)
{
    char *room;
    KL_TRY(kl_bytes_room(out, &room, secret.len + 4, error));
    memcpy(room, "AWS4", 4);
    memcpy(room + 4, secret.data, secret.len);
    return KL_OK;
}

/* Each key signs a part of the scope and gives the next; given. */
static kl_status derive_key(kl_value *out, const signing *self, const kl_sigv4_signer *signer,
                            kl_error *error)
{
    const kl_text parts[] = {kl_text_from(self->date), signer->region, signer->service,
                             KL_TEXT("aws4_request")};
    kl_value key, next;
    KL_TRY(first_key(&key, signer->secret_access_key, error));
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        kl_status status = kl_hmac(&next, KL_HASH_SHA256, kl_as_text(key), parts[i], error);
        end_key(key);
        KL_TRY(status);
        key = next;
    }
    *out = key;
    return KL_OK;
}

static kl_status to_hex(kl_value *out, kl_value bytes, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_hex_encode(&text, kl_as_text(bytes));
    return kl_buffer_finish(out, &text, error);
}

/* In hexadecimal; given. */
static kl_status sign_hash(kl_value *out, const signing *self, kl_text hash,
                           const kl_sigv4_signer *signer, kl_error *error)
{
    kl_value text = kl_null(), key = kl_null(), signature = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_format(&text, error, ALGORITHM "\n%s\n%.*s\n%.*s", self->time,
                                KL_TEXT_ARG(kl_as_text(self->scope)), KL_TEXT_ARG(hash)));
    KL_TRY_OUT(derive_key(&key, self, signer, error));
    KL_TRY_OUT(kl_hmac(&signature, KL_HASH_SHA256, kl_as_text(key), kl_as_text(text), error));
    status = to_hex(out, signature, error);
out:
    end_key(key);
    kl_value_release(text);
    kl_value_release(signature);
    return status;
}

/* Sign the request as it stands; given. */
static kl_status sign(kl_value *out, const signing *self, const kl_sigv4_request *request,
                      kl_text payload, const kl_sigv4_signer *signer, kl_error *error)
{
    kl_value hash;
    KL_TRY(hash_request(&hash, request, kl_as_text(self->names), payload, error));
    kl_status status = sign_hash(out, self, kl_as_text(hash), signer, error);
    kl_value_release(hash);
    return status;
}

static kl_status begin_signing(signing *self, const kl_sigv4_signer *signer, kl_error *error)
{
    kl_date date = kl_time_split(signer->time);
    *self = (signing){.scope = kl_null(), .names = kl_null()};
    snprintf(self->date, sizeof self->date, "%04d%02d%02d", date.year % 10000, date.month % 100,
             date.day % 100);
    snprintf(self->time, sizeof self->time, "%sT%02d%02d%02dZ", self->date, date.hour % 100,
             date.minute % 100, date.second % 100);
    return kl_string_format(&self->scope, error, "%s/%.*s/%.*s/aws4_request", self->date,
                            KL_TEXT_ARG(signer->region), KL_TEXT_ARG(signer->service));
}

/* The names of the headers, once all that are signed are there. */
static kl_status read_names(signing *self, const kl_sigv4_request *request, kl_error *error)
{
    kl_value sorted;
    KL_TRY(kl_map_sorted(&sorted, *request->headers, error));
    kl_status status = name_headers(&self->names, sorted, error);
    kl_value_release(sorted);
    return status;
}

/* ---- by header ----------------------------------------------------------------------------------- */

static kl_status put_authorization(const signing *self, const kl_sigv4_request *request,
                                   kl_value signature, const kl_sigv4_signer *signer,
                                   kl_error *error)
{
    kl_value text;
    KL_TRY(kl_string_format(&text, error,
                            ALGORITHM " Credential=%.*s/%.*s,SignedHeaders=%.*s,Signature=%.*s",
                            KL_TEXT_ARG(signer->access_key_id),
                            KL_TEXT_ARG(kl_as_text(self->scope)),
                            KL_TEXT_ARG(kl_as_text(self->names)),
                            KL_TEXT_ARG(kl_as_text(signature))));
    return kl_map_set(request->headers, KL_TEXT("authorization"), text, error);
}

kl_status kl_sigv4_sign(const kl_sigv4_request *request, kl_text body,
                        const kl_sigv4_signer *signer, kl_error *error)
{
    signing self;
    kl_value hash = kl_null(), signature = kl_null();
    kl_status status;
    KL_TRY(begin_signing(&self, signer, error));
    KL_TRY_OUT(kl_hash_hex(&hash, KL_HASH_SHA256, body, error));
    KL_TRY_OUT(kl_map_set(request->headers, KL_TEXT("x-amz-content-sha256"), kl_value_retain(hash),
                          error));
    KL_TRY_OUT(kl_map_set_text(request->headers, KL_TEXT("x-amz-date"), kl_text_from(self.time),
                               error));
    if (signer->session_token.len)
        KL_TRY_OUT(kl_map_set_text(request->headers, KL_TEXT("x-amz-security-token"),
                                   signer->session_token, error));
    KL_TRY_OUT(read_names(&self, request, error));
    KL_TRY_OUT(sign(&signature, &self, request, kl_as_text(hash), signer, error));
    status = put_authorization(&self, request, signature, signer, error);
out:
    kl_value_release(hash);
    kl_value_release(signature);
    end_signing(&self);
    return status;
}

/* ---- by query ------------------------------------------------------------------------------------ */

static kl_status put_words(const signing *self, const kl_sigv4_request *request, int64_t seconds,
                           const kl_sigv4_signer *signer, kl_error *error)
{
    kl_value *query = request->query, text;
    KL_TRY(kl_map_set_text(query, KL_TEXT("X-Amz-Algorithm"), KL_TEXT(ALGORITHM), error));
    KL_TRY(kl_string_format(&text, error, "%.*s/%.*s", KL_TEXT_ARG(signer->access_key_id),
                            KL_TEXT_ARG(kl_as_text(self->scope))));
    KL_TRY(kl_map_set(query, KL_TEXT("X-Amz-Credential"), text, error));
    KL_TRY(kl_map_set_text(query, KL_TEXT("X-Amz-Date"), kl_text_from(self->time), error));
    KL_TRY(kl_string_format(&text, error, "%lld", (long long)seconds));
    KL_TRY(kl_map_set(query, KL_TEXT("X-Amz-Expires"), text, error));
    if (signer->session_token.len)
        KL_TRY(kl_map_set_text(query, KL_TEXT("X-Amz-Security-Token"), signer->session_token,
                               error));
    return kl_map_set(query, KL_TEXT("X-Amz-SignedHeaders"), kl_value_retain(self->names), error);
}

kl_status kl_sigv4_presign(const kl_sigv4_request *request, int64_t seconds,
                           const kl_sigv4_signer *signer, kl_error *error)
{
    signing self;
    kl_value signature;
    kl_status status;
    KL_TRY(begin_signing(&self, signer, error));
    KL_TRY_OUT(read_names(&self, request, error));
    KL_TRY_OUT(put_words(&self, request, seconds, signer, error));
    KL_TRY_OUT(sign(&signature, &self, request, KL_TEXT("UNSIGNED-PAYLOAD"), signer, error));
    status = kl_map_set(request->query, KL_TEXT("X-Amz-Signature"), signature, error);
out:
    end_signing(&self);
    return status;
}
