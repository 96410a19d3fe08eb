/* src/drivers/openssl_issue.c - X.509 certificates and requests for them, made. */
#include "openssl_parts.h"
#include "openssl_words.h"
#include "buffer.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static kl_status bad(const char *what, kl_text got, kl_error *error)
{
    ERR_clear_error();
    return kl_error_set(error, KL_INVALID, "%s: '%.*s'", what, KL_TEXT_ARG(got));
}

/* ---- names ---------------------------------------------------------------------------------------- */

static kl_status add_part(X509_NAME *name, kl_text key, kl_value value, kl_error *error)
{
    char field[64];
    kl_text text = kl_as_text(value);
    if (!kl_is(value, KL_KIND_STRING) || !text.len || text.len > INT_MAX)
        return bad("subject: expected a text for", key, error);
    if (key.len >= sizeof field)
        return bad("subject: unknown attribute", key, error);
    memcpy(field, key.data, key.len);
    field[key.len] = '\0';
    if (OBJ_txt2nid(field) == NID_undef)
        return bad("subject: unknown attribute", key, error);
    if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)text.data,
                                   (int)text.len, -1, 0) != 1)
        return bad("subject: malformed value of attribute", key, error);
    return KL_OK;
}

static kl_status name_of(X509_NAME *name, kl_value subject, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(subject); i++) {
        kl_value value = kl_map_value_at(subject, i);
        kl_text key = kl_map_key_at(subject, i);
        if (!kl_is(value, KL_KIND_ARRAY)) {
            KL_TRY(add_part(name, key, value, error));
            continue;
        }
        for (size_t k = 0; k < kl_array_len(value); k++)
            KL_TRY(add_part(name, key, kl_array_at(value, k), error));
    }
    return KL_OK;
}

static const struct {
    const char *prefix;
    int type;
} name_kinds[] = {{"DNS:", GEN_DNS}, {"IP:", GEN_IPADD}, {"email:", GEN_EMAIL}, {"URI:", GEN_URI}};

/* Nothing but visible ASCII, as IA5String demands: a NUL has hidden names from checks before. */
static bool is_visible(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return text.len > 0 && text.len <= INT_MAX;
}

static kl_status alternative_name(GENERAL_NAME **out, kl_text entry, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(name_kinds); i++) {
        size_t len = strlen(name_kinds[i].prefix);
        if (entry.len <= len || memcmp(entry.data, name_kinds[i].prefix, len) != 0)
            continue;
        if (!is_visible(entry))
            break;
        *out = a2i_GENERAL_NAME(NULL, NULL, NULL, name_kinds[i].type, entry.data + len, 0);
        if (*out)
            return KL_OK;
        break;
    }
    return bad("expected DNS:name, IP:address, email:address or URI:address", entry, error);
}

static kl_status names_of(GENERAL_NAMES *list, kl_value names, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(names); i++) {
        GENERAL_NAME *name = NULL;
        kl_value entry = kl_array_at(names, i);
        if (!kl_is(entry, KL_KIND_STRING))
            return kl_error_set(error, KL_INVALID, "names: expected texts");
        KL_TRY(alternative_name(&name, kl_as_text(entry), error));
        if (sk_GENERAL_NAME_push(list, name) <= 0) {
            GENERAL_NAME_free(name);
            return kl_error_no_memory(error);
        }
    }
    return KL_OK;
}

/* ---- extensions ----------------------------------------------------------------------------------- */

/* `*list` is made when the first extension comes. */
static kl_status add_extension(STACK_OF(X509_EXTENSION) **list, int nid, bool critical, void *value,
                               kl_error *error)
{
    return X509V3_add1_i2d(list, nid, value, critical, X509V3_ADD_APPEND) == 1
               ? KL_OK
               : kl_openssl_fail("certificate", error);
}

static kl_status add_names(STACK_OF(X509_EXTENSION) **list, const kl_certificate_request *request,
                           kl_error *error)
{
    if (!kl_array_len(request->names))
        return KL_OK;
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    kl_status status = names ? names_of(names, request->names, error) : kl_error_no_memory(error);
    if (status == KL_OK) /* critical when the subject says nothing (RFC 5280, 4.2.1.6) */
        status = add_extension(list, NID_subject_alt_name, !kl_map_len(request->subject), names,
                               error);
    GENERAL_NAMES_free(names);
    return status;
}

static kl_status add_basic(STACK_OF(X509_EXTENSION) **list, const kl_certificate_request *request,
                           kl_error *error)
{
    BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();
    bool done = basic != NULL;
    if (done && request->is_ca)
        basic->ca = 0xff;
    if (done && request->is_ca && request->path_len >= 0) {
        basic->pathlen = ASN1_INTEGER_new();
        done = basic->pathlen && ASN1_INTEGER_set(basic->pathlen, request->path_len) == 1;
    }
    kl_status status = done ? add_extension(list, NID_basic_constraints, true, basic, error)
                            : kl_error_no_memory(error);
    BASIC_CONSTRAINTS_free(basic);
    return status;
}

static kl_status set_usage(ASN1_BIT_STRING *bits, kl_value word, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(kl_key_usage_words); i++)
        if (kl_is(word, KL_KIND_STRING) && kl_text_is(kl_as_text(word), kl_key_usage_words[i]))
            return ASN1_BIT_STRING_set_bit(bits, (int)i, 1) ? KL_OK : kl_error_no_memory(error);
    return bad("key_usage: unknown word", kl_as_text(word), error);
}

static kl_status add_usage(STACK_OF(X509_EXTENSION) **list, const kl_certificate_request *request,
                           kl_error *error)
{
    if (!kl_array_len(request->key_usage))
        return KL_OK;
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
    kl_status status = bits ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(request->key_usage); i++)
        status = set_usage(bits, kl_array_at(request->key_usage, i), error);
    if (status == KL_OK)
        status = add_extension(list, NID_key_usage, true, bits, error);
    ASN1_BIT_STRING_free(bits);
    return status;
}

static kl_status push_purpose(EXTENDED_KEY_USAGE *list, kl_value word, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(kl_purpose_words); i++)
        if (kl_is(word, KL_KIND_STRING) && kl_text_is(kl_as_text(word), kl_purpose_words[i].word))
            return sk_ASN1_OBJECT_push(list, OBJ_nid2obj(kl_purpose_words[i].nid)) > 0
                       ? KL_OK
                       : kl_error_no_memory(error);
    return bad("extended_key_usage: unknown word", kl_as_text(word), error);
}

static kl_status add_purposes(STACK_OF(X509_EXTENSION) **list,
                              const kl_certificate_request *request, kl_error *error)
{
    kl_value words = request->extended_key_usage;
    if (!kl_array_len(words))
        return KL_OK;
    EXTENDED_KEY_USAGE *purposes = sk_ASN1_OBJECT_new_null();
    kl_status status = purposes ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(words); i++)
        status = push_purpose(purposes, kl_array_at(words, i), error);
    if (status == KL_OK)
        status = add_extension(list, NID_ext_key_usage, false, purposes, error);
    sk_ASN1_OBJECT_pop_free(purposes, ASN1_OBJECT_free);
    return status;
}

static kl_status extensions_of(STACK_OF(X509_EXTENSION) **list,
                               const kl_certificate_request *request, kl_error *error)
{
    KL_TRY(add_basic(list, request, error));
    KL_TRY(add_usage(list, request, error));
    KL_TRY(add_purposes(list, request, error));
    return add_names(list, request, error);
}

/* ---- requests ------------------------------------------------------------------------------------- */

/* Ed25519 hashes by itself. */
static const EVP_MD *hash_for(EVP_PKEY *key)
{
    if (EVP_PKEY_is_a(key, "ED25519"))
        return NULL;
    int bits = EVP_PKEY_is_a(key, "EC") ? EVP_PKEY_get_bits(key) : 0;
    return bits > 384 ? EVP_sha512() : bits > 256 ? EVP_sha384() : EVP_sha256();
}

static kl_status request_pem(kl_value *out, X509_REQ *made, kl_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool done = bio && PEM_write_bio_X509_REQ(bio, made);
    kl_status status = done ? kl_openssl_bio_value(out, bio, KL_KEY_PEM, error)
                            : kl_openssl_fail("certificate request", error);
    BIO_free(bio);
    return status;
}

kl_status kl_openssl_request(kl_value *out, const kl_certificate_request *request, void *key,
                             kl_error *error)
{
    X509_REQ *made = X509_REQ_new();
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    kl_status status = made ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK)
        status = name_of(X509_REQ_get_subject_name(made), request->subject, error);
    if (status == KL_OK)
        status = extensions_of(&extensions, request, error);
    if (status == KL_OK &&
        (!X509_REQ_set_version(made, X509_REQ_VERSION_1) || !X509_REQ_set_pubkey(made, key) ||
         !X509_REQ_add_extensions(made, extensions) || !X509_REQ_sign(made, key, hash_for(key))))
        status = kl_openssl_fail("certificate request", error);
    if (status == KL_OK)
        status = request_pem(out, made, error);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(made);
    return status;
}

/* Every attribute becomes a list: it may stand more than once. */
static kl_status add_subject(kl_value *subject, const X509_NAME_ENTRY *entry, kl_error *error)
{
    unsigned char *utf8 = NULL;
    kl_value list;
    const char *key = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
    int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (len < 0 || !key)
        return kl_openssl_refuse(KL_SYNTAX, "the request has a malformed subject", error);
    const kl_value *there = kl_map_find(*subject, kl_text_from(key));
    kl_status status = KL_OK;
    if (there)
        list = kl_value_retain(*there);
    else
        status = kl_array_new(&list, 1, error);
    if (status == KL_OK) {
        kl_value text = kl_null();
        status = kl_string_new(&text, (kl_text){(const char *)utf8, (size_t)len}, error);
        if (status == KL_OK)
            status = kl_array_push(&list, text, error);
        if (status == KL_OK)
            status = kl_map_set(subject, kl_text_from(key), list, error);
        else
            kl_value_release(list);
    }
    OPENSSL_free(utf8);
    return status;
}

static kl_status subject_of(kl_value *out, const X509_REQ *request, kl_error *error)
{
    const X509_NAME *name = X509_REQ_get_subject_name(request);
    kl_value subject;
    kl_status status;
    KL_TRY(kl_map_new(&subject, 8, error));
    for (int i = 0; i < X509_NAME_entry_count(name); i++)
        KL_TRY_OUT(add_subject(&subject, X509_NAME_get_entry(name, i), error));
    *out = subject;
    return KL_OK;
out:
    kl_value_release(subject);
    return status;
}

/* Names of other kinds are left out: what issues must not promise what it cannot check. */
static kl_status push_name(kl_value *names, GENERAL_NAME *name, kl_error *error)
{
    kl_value text;
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    for (size_t i = 0; i < KL_COUNT(name_kinds); i++) {
        if (name_kinds[i].type != type)
            continue;
        const unsigned char *bytes = ASN1_STRING_get0_data(value);
        int len = ASN1_STRING_length(value);
        if (type != GEN_IPADD)
            KL_TRY(kl_string_format(&text, error, "%s%.*s", name_kinds[i].prefix, len,
                                    (const char *)bytes));
        else if (len == 4)
            KL_TRY(kl_string_format(&text, error, "IP:%d.%d.%d.%d", bytes[0], bytes[1], bytes[2],
                                    bytes[3]));
        else if (len == 16) {
            kl_buffer to = KL_BUFFER_INIT;
            for (int k = 0; k < 16; k += 2)
                kl_buffer_format(&to, "%s%x", k ? ":" : "IP:", bytes[k] << 8 | bytes[k + 1]);
            KL_TRY(kl_buffer_finish(&text, &to, error));
        } else
            return kl_error_set(error, KL_SYNTAX, "the request names a malformed address");
        return kl_array_push(names, text, error);
    }
    return KL_OK;
}

static kl_status requested_names(kl_value *out, X509_REQ *request, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, 4, error));
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
    GENERAL_NAMES *found = X509V3_get_d2i(extensions, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; status == KL_OK && i < sk_GENERAL_NAME_num(found); i++)
        status = push_name(&names, sk_GENERAL_NAME_value(found, i), error);
    GENERAL_NAMES_free(found);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    ERR_clear_error();
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

kl_status kl_openssl_read_request(kl_value *subject, kl_value *names, void **key, kl_text text,
                                  kl_error *error)
{
    BIO *bio = kl_openssl_bio(text);
    bool is_der = text.len && text.data[0] == 0x30;
    X509_REQ *request = !bio      ? NULL
                        : is_der ? d2i_X509_REQ_bio(bio, NULL)
                                 : PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    EVP_PKEY *pair = request ? X509_REQ_get_pubkey(request) : NULL;
    kl_value asked_subject = kl_null(), asked_names = kl_null();
    kl_status status = KL_OK;
    if (!pair)
        status = kl_openssl_refuse(KL_SYNTAX, "not a readable certificate request", error);
    else if (X509_REQ_verify(request, pair) != 1)
        status = kl_openssl_refuse(KL_DENIED, "the request is not signed by its own key", error);
    if (status == KL_OK)
        status = subject_of(&asked_subject, request, error);
    if (status == KL_OK)
        status = requested_names(&asked_names, request, error);
    if (status == KL_OK) {
        *subject = asked_subject, *names = asked_names, *key = pair;
    } else {
        kl_value_release(asked_subject);
        EVP_PKEY_free(pair);
    }
    X509_REQ_free(request);
    BIO_free(bio);
    return status;
}

/* ---- certificates --------------------------------------------------------------------------------- */

/* 127 random bits, as RFC 5280 and the rules of public CAs ask for at least 64. */
static bool set_serial(X509 *made)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
    BN_free(number);
    return done;
}

static bool set_times(X509 *made, const kl_certificate_request *request)
{
    ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)request->not_before);
    ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)request->not_after);
    bool done = from && until && X509_set1_notBefore(made, from) && X509_set1_notAfter(made, until);
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    return done;
}

static bool add_ids(X509 *made, X509 *issuer)
{
    static const int ids[] = {NID_subject_key_identifier, NID_authority_key_identifier};
    static const char *const values[] = {"hash", "keyid"};
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, made, NULL, NULL, 0);
    for (int i = 0; i < 2; i++) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, ids[i], values[i]);
        bool done = extension && X509_add_ext(made, extension, -1) == 1;
        X509_EXTENSION_free(extension);
        if (!done)
            return false;
    }
    return true;
}

static kl_status add_all(X509 *made, STACK_OF(X509_EXTENSION) *extensions, kl_error *error)
{
    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++)
        if (X509_add_ext(made, sk_X509_EXTENSION_value(extensions, i), -1) != 1)
            return kl_openssl_fail("certificate", error);
    return KL_OK;
}

/* An issuer must be allowed to sign certificates, and the key must be its own. */
static kl_status check_issuer(X509 *issuer, EVP_PKEY *key, kl_error *error)
{
    if (X509_check_private_key(issuer, key) != 1)
        return kl_openssl_refuse(KL_INVALID, "issuer_key: not the key of the issuer", error);
    bool signs = X509_check_ca(issuer) == 1 && (X509_get_key_usage(issuer) & KU_KEY_CERT_SIGN);
    return signs ? KL_OK
                 : kl_error_set(error, KL_INVALID, "issuer: it may not sign certificates");
}

static kl_status fill(X509 *made, const kl_certificate_request *request, EVP_PKEY *key,
                      X509 *issuer, kl_error *error)
{
    STACK_OF(X509_EXTENSION) *extensions = NULL;
    KL_TRY(name_of(X509_get_subject_name(made), request->subject, error));
    if (!X509_set_version(made, X509_VERSION_3) || !set_serial(made) || !set_times(made, request) ||
        !X509_set_pubkey(made, key) ||
        !X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made)))
        return kl_openssl_fail("certificate", error);
    kl_status status = extensions_of(&extensions, request, error);
    if (status == KL_OK)
        status = add_all(made, extensions, error);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    if (status == KL_OK && !add_ids(made, issuer ? issuer : made))
        status = kl_openssl_fail("certificate", error);
    return status;
}

static kl_status certificate_pem(kl_value *out, X509 *made, kl_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool done = bio && PEM_write_bio_X509(bio, made);
    kl_status status = done ? kl_openssl_bio_value(out, bio, KL_KEY_PEM, error)
                            : kl_openssl_fail("certificate", error);
    BIO_free(bio);
    return status;
}

kl_status kl_openssl_issue(kl_value *out, const kl_certificate_request *request, void *key,
                           void *issuer, void *issuer_key, kl_error *error)
{
    STACK_OF(X509) *issuers = issuer;
    X509 *authority = issuer ? sk_X509_value(issuers, 0) : NULL;
    if (authority)
        KL_TRY(check_issuer(authority, issuer_key, error));
    else if (EVP_PKEY_eq(key, issuer_key) != 1)
        return kl_openssl_refuse(KL_INVALID, "a self-signed certificate needs its own key", error);
    X509 *made = X509_new();
    kl_status status = made ? fill(made, request, key, authority, error) : kl_error_no_memory(error);
    if (status == KL_OK && !X509_sign(made, issuer_key, hash_for(issuer_key)))
        status = kl_openssl_fail("certificate", error);
    if (status == KL_OK)
        status = certificate_pem(out, made, error);
    X509_free(made);
    return status;
}
