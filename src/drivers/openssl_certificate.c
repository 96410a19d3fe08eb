/* src/drivers/openssl_certificate.c - X.509 certificates of libcrypto: read, described, verified. */
#include "openssl_parts.h"
#include "openssl_words.h"
#include "encode.h"

#include <arpa/inet.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <time.h>

static STACK_OF(X509) *stack_of(void *list) { return list; }
static X509 *at(void *list, size_t index) { return sk_X509_value(stack_of(list), (int)index); }

/* ---- reading -------------------------------------------------------------------------------------- */

static void end(void *list) { sk_X509_pop_free(stack_of(list), X509_free); }
static size_t len(void *list) { return (size_t)sk_X509_num(stack_of(list)); }

static kl_status push(void *list, X509 *certificate, kl_error *error)
{
    if (sk_X509_push(stack_of(list), certificate) > 0)
        return KL_OK;
    X509_free(certificate);
    return kl_error_no_memory(error);
}

static kl_status none(kl_error *error)
{
    return kl_openssl_refuse(KL_SYNTAX, "no certificate in PEM, DER or PKCS#12", error);
}

/* All blocks of the kind; others, such as keys, are stepped over. */
static kl_status read_pem(void *list, BIO *bio, kl_error *error)
{
    for (X509 *each; (each = PEM_read_bio_X509(bio, NULL, NULL, NULL));)
        KL_TRY(push(list, each, error));
    unsigned long code = ERR_peek_last_error();
    bool at_end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    if (!at_end || !len(list))
        return at_end ? none(error) : kl_openssl_refuse(KL_SYNTAX, "malformed certificate", error);
    ERR_clear_error();
    return KL_OK;
}

/* Iterations of the password's hash that anybody's file may ask for. */
enum { ITERATIONS_MAX = 5000000 };

static bool is_bearable(const PKCS12 *file)
{
    const ASN1_INTEGER *iterations = NULL;
    PKCS12_get0_mac(NULL, NULL, NULL, &iterations, file);
    return !iterations || (ASN1_INTEGER_get(iterations) >= 0 &&
                           ASN1_INTEGER_get(iterations) <= ITERATIONS_MAX);
}

static kl_status parse_pkcs12(void *list, void **key, PKCS12 *file, kl_text password,
                              kl_error *error)
{
    X509 *own = NULL;
    EVP_PKEY *pair = NULL;
    STACK_OF(X509) *others = NULL;
    if (!is_bearable(file))
        return kl_error_set(error, KL_LIMIT, "PKCS#12: the password is hashed too often");
    char *secret = kl_strdup(password);
    if (!secret)
        return kl_error_no_memory(error);
    bool opened = PKCS12_parse(file, secret, &pair, &own, &others) == 1;
    OPENSSL_cleanse(secret, password.len);
    kl_free(secret);
    if (!opened)
        return kl_openssl_refuse(KL_INVALID, "PKCS#12: wrong password, or an old cipher", error);
    kl_status status = own ? push(list, own, error) : KL_OK;
    for (X509 *each; status == KL_OK && others && (each = sk_X509_shift(others));)
        status = push(list, each, error);
    if (status == KL_OK && !len(list))
        status = none(error);
    if (status == KL_OK && key)
        *key = pair;
    else
        EVP_PKEY_free(pair);
    sk_X509_pop_free(others, X509_free);
    return status;
}

static kl_status read_binary(void *list, void **key, kl_text text, kl_text password,
                             kl_error *error)
{
    const unsigned char *next = (const unsigned char *)text.data;
    X509 *one = d2i_X509(NULL, &next, (long)text.len);
    if (one && next == (const unsigned char *)text.data + text.len)
        return push(list, one, error);
    X509_free(one);
    next = (const unsigned char *)text.data;
    PKCS12 *file = d2i_PKCS12(NULL, &next, (long)text.len);
    if (!file)
        return none(error);
    kl_status status = parse_pkcs12(list, key, file, password, error);
    PKCS12_free(file);
    return status;
}

static kl_status read_list(void **out, void **key, kl_text text, kl_text password, kl_error *error)
{
    void *list = sk_X509_new_null();
    BIO *bio = kl_openssl_bio(text);
    kl_status status = KL_OK;
    if (!list || !bio)
        status = kl_error_no_memory(error);
    else if (text.len && text.data[0] == 0x30) /* a SEQUENCE */
        status = read_binary(list, key, text, password, error);
    else
        status = read_pem(list, bio, error);
    BIO_free(bio);
    if (status == KL_OK)
        *out = list;
    else
        end(list);
    return status;
}

static kl_status write_one(kl_value *out, void *list, size_t index, kl_key_format format,
                           kl_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool done = bio && (format == KL_KEY_PEM ? PEM_write_bio_X509(bio, at(list, index))
                                             : i2d_X509_bio(bio, at(list, index)));
    kl_status status = done ? kl_openssl_bio_value(out, bio, format, error)
                            : kl_openssl_fail("certificate", error);
    BIO_free(bio);
    return status;
}

static kl_status key_of(void **out, void *list, size_t index, kl_error *error)
{
    EVP_PKEY *key = X509_get_pubkey(at(list, index));
    if (!key)
        return kl_openssl_fail("certificate", error);
    *out = key;
    return KL_OK;
}

/* ---- describing ----------------------------------------------------------------------------------- */

/* "C=SG, O=Acme, CN=x" */
static kl_status name_text(kl_value *out, const X509_NAME *name, kl_error *error)
{
    const unsigned long style = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL |
                                ASN1_STRFLGS_UTF8_CONVERT | ASN1_STRFLGS_DUMP_UNKNOWN |
                                ASN1_STRFLGS_DUMP_DER | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN |
                                XN_FLAG_DUMP_UNKNOWN_FIELDS;
    BIO *bio = BIO_new(BIO_s_mem());
    char *data;
    kl_status status;
    if (!bio || X509_NAME_print_ex(bio, name, 0, style) < 0)
        status = kl_openssl_fail("certificate", error);
    else {
        long size = BIO_get_mem_data(bio, &data);
        status = kl_string_repair(out, (kl_text){size > 0 ? data : "", (size_t)KL_MAX(size, 0)},
                                  error);
    }
    BIO_free(bio);
    return status;
}

static kl_status set_name(kl_value *map, const char *key, const X509_NAME *name, kl_error *error)
{
    kl_value text;
    KL_TRY(name_text(&text, name, error));
    return kl_map_set(map, kl_text_from(key), text, error);
}

static kl_status set_hex(kl_value *map, const char *key, const unsigned char *bytes, size_t size,
                         kl_error *error)
{
    kl_value text;
    kl_buffer hex = KL_BUFFER_INIT;
    kl_hex_encode(&hex, (kl_text){(const char *)bytes, size});
    KL_TRY(kl_buffer_finish(&text, &hex, error));
    return kl_map_set(map, kl_text_from(key), text, error);
}

static kl_status set_serial(kl_value *map, const X509 *certificate, kl_error *error)
{
    unsigned char bytes[64] = {0};
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    int size = number ? BN_num_bytes(number) : -1;
    bool fits = size >= 0 && size <= (int)sizeof bytes;
    if (fits)
        BN_bn2bin(number, bytes);
    BN_free(number);
    if (!fits)
        return kl_openssl_fail("certificate", error);
    return set_hex(map, "serial", bytes, (size_t)KL_MAX(size, 1), error);
}

static kl_status set_fingerprint(kl_value *map, const X509 *certificate, kl_error *error)
{
    const EVP_MD *hash;
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size;
    KL_TRY(kl_openssl_hash(&hash, KL_HASH_SHA256, error));
    if (!X509_digest(certificate, hash, bytes, &size))
        return kl_openssl_fail("certificate", error);
    return set_hex(map, "fingerprint", bytes, size, error);
}

static kl_status set_time(kl_value *map, const char *key, const ASN1_TIME *time, kl_error *error)
{
    struct tm parts;
    if (!ASN1_TIME_to_tm(time, &parts))
        return kl_openssl_refuse(KL_SYNTAX, "the certificate has a malformed time", error);
    return kl_map_set(map, kl_text_from(key), kl_int(timegm(&parts)), error);
}

static void add_address(kl_buffer *to, const ASN1_OCTET_STRING *address)
{
    kl_buffer_string(to, "IPAddress(");
    for (int i = 0; i < ASN1_STRING_length(address); i++)
        kl_buffer_format(to, "%s%02x", i ? ":" : "", ASN1_STRING_get0_data(address)[i]);
    kl_buffer_byte(to, ')');
}

static kl_status add_directory(kl_buffer *to, const X509_NAME *name, kl_error *error)
{
    kl_value text;
    KL_TRY(name_text(&text, name, error));
    kl_buffer_format(to, "DirectoryName(%.*s)", KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return KL_OK;
}

static kl_status name_entry(kl_value *out, const GENERAL_NAME *name, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);
    const char *label = type == GEN_DNS     ? "DNSName"
                        : type == GEN_EMAIL ? "RFC822Name"
                        : type == GEN_URI   ? "URI"
                                            : NULL;
    if (label)
        kl_buffer_format(&text, "%s(%.*s)", label, ASN1_STRING_length(value),
                         (const char *)ASN1_STRING_get0_data(value));
    else if (type == GEN_IPADD)
        add_address(&text, value);
    else if (type == GEN_DIRNAME)
        status = add_directory(&text, value, error);
    else
        kl_buffer_string(&text, type == GEN_RID ? "RegisteredID" : "OtherName");
    if (status == KL_OK && text.status == KL_OK)
        status = kl_string_repair(out, kl_buffer_text(&text), error);
    else if (status == KL_OK)
        status = kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

static kl_status set_names(kl_value *map, const X509 *certificate, kl_error *error)
{
    kl_value list, entry;
    kl_status status = KL_OK;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    KL_TRY_OUT(kl_array_new(&list, 4, error));
    for (int i = 0; status == KL_OK && i < sk_GENERAL_NAME_num(names); i++) {
        status = name_entry(&entry, sk_GENERAL_NAME_value(names, i), error);
        if (status == KL_OK)
            status = kl_array_push(&list, entry, error);
    }
    if (status == KL_OK)
        status = kl_map_set(map, KL_TEXT("san_entries"), list, error);
    else
        kl_value_release(list);
out:
    GENERAL_NAMES_free(names);
    ERR_clear_error();
    return status;
}

static kl_status set_key(kl_value *map, const X509 *certificate, kl_error *error)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    ERR_clear_error();
    kl_key_facts facts = {KL_KEY_OTHER, 0, false};
    if (key)
        facts = kl_openssl_key_functions.facts((void *)(uintptr_t)key);
    KL_TRY(kl_map_set_text(map, KL_TEXT("key_type"), kl_text_from(kl_key_kind_name(facts.kind)),
                           error));
    KL_TRY(kl_map_set(map, KL_TEXT("key_bits"), kl_int(facts.bits), error));
    const char *algorithm = OBJ_nid2ln(X509_get_signature_nid(certificate));
    return kl_map_set_text(map, KL_TEXT("signature_algorithm"),
                           kl_text_from(algorithm ? algorithm : "unknown"), error);
}

static kl_status set_key_usage(kl_value *map, const X509 *certificate, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, KL_COUNT(kl_key_usage_words), error));
    ASN1_BIT_STRING *bits = X509_get_ext_d2i(certificate, NID_key_usage, NULL, NULL);
    for (size_t i = 0; bits && status == KL_OK && i < KL_COUNT(kl_key_usage_words); i++)
        if (ASN1_BIT_STRING_get_bit(bits, (int)i))
            status = kl_array_push_text(&list, kl_text_from(kl_key_usage_words[i]), error);
    ASN1_BIT_STRING_free(bits);
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("key_usage"), list, error);
    kl_value_release(list);
    return status;
}

static kl_status push_purpose(kl_value *list, const ASN1_OBJECT *purpose, kl_error *error)
{
    char dotted[128];
    int nid = OBJ_obj2nid(purpose);
    for (size_t i = 0; i < KL_COUNT(kl_purpose_words); i++)
        if (kl_purpose_words[i].nid == nid)
            return kl_array_push_text(list, kl_text_from(kl_purpose_words[i].word), error);
    OBJ_obj2txt(dotted, sizeof dotted, purpose, 1);
    return kl_array_push_text(list, kl_text_from(dotted), error);
}

static kl_status set_purposes(kl_value *map, const X509 *certificate, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, 2, error));
    EXTENDED_KEY_USAGE *found = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; status == KL_OK && i < sk_ASN1_OBJECT_num(found); i++)
        status = push_purpose(&list, sk_ASN1_OBJECT_value(found, i), error);
    EXTENDED_KEY_USAGE_free(found);
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("extended_key_usage"), list, error);
    kl_value_release(list);
    return status;
}

static kl_status set_id(kl_value *map, const char *key, const ASN1_OCTET_STRING *id,
                        kl_error *error)
{
    if (!id)
        return kl_map_set(map, kl_text_from(key), kl_null(), error);
    return set_hex(map, key, ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id), error);
}

static kl_status set_rest(kl_value *map, X509 *certificate, kl_error *error)
{
    bool self_signed = X509_self_signed(certificate, 1) == 1;
    KL_TRY(kl_map_set(map, KL_TEXT("is_ca"), kl_bool(X509_check_ca(certificate) == 1), error));
    KL_TRY(kl_map_set(map, KL_TEXT("self_signed"), kl_bool(self_signed), error));
    KL_TRY(kl_map_set(map, KL_TEXT("version"), kl_int(X509_get_version(certificate) + 1), error));
    KL_TRY(set_key_usage(map, certificate, error));
    KL_TRY(set_purposes(map, certificate, error));
    KL_TRY(set_id(map, "subject_key_id", X509_get0_subject_key_id(certificate), error));
    return set_id(map, "authority_key_id", X509_get0_authority_key_id(certificate), error);
}

static kl_status describe(kl_value *out, void *list, size_t index, kl_error *error)
{
    X509 *certificate = at(list, index);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 20, error));
    KL_TRY_OUT(set_name(&map, "subject", X509_get_subject_name(certificate), error));
    KL_TRY_OUT(set_name(&map, "issuer", X509_get_issuer_name(certificate), error));
    KL_TRY_OUT(set_serial(&map, certificate, error));
    KL_TRY_OUT(set_fingerprint(&map, certificate, error));
    KL_TRY_OUT(set_time(&map, "valid_from", X509_get0_notBefore(certificate), error));
    KL_TRY_OUT(set_time(&map, "valid_until", X509_get0_notAfter(certificate), error));
    KL_TRY_OUT(set_names(&map, certificate, error));
    KL_TRY_OUT(set_key(&map, certificate, error));
    KL_TRY_OUT(set_rest(&map, certificate, error));
    ERR_clear_error();
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- verifying ------------------------------------------------------------------------------------ */

enum { STRENGTH_112_BITS = 2 };

static bool set_host(X509_VERIFY_PARAM *param, kl_text host)
{
    char text[256];
    unsigned char address[16];
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.data, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(param, text) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(param, host.data, host.len) == 1;
}

/* What OpenSSL checks of a purpose along the whole chain. */
static int purpose_of(kl_text word)
{
    return kl_text_is(word, "server")         ? X509_PURPOSE_SSL_SERVER
           : kl_text_is(word, "client")       ? X509_PURPOSE_SSL_CLIENT
           : kl_text_is(word, "email")        ? X509_PURPOSE_SMIME_SIGN
           : kl_text_is(word, "timestamping") ? X509_PURPOSE_TIMESTAMP_SIGN
                                              : 0;
}

/* Purposes that it does not know: the certificate must name them. */
static bool lacks_purpose(X509 *certificate, kl_text word)
{
    uint32_t wanted = kl_text_is(word, "code_signing") ? XKU_CODE_SIGN
                      : kl_text_is(word, "ocsp")       ? XKU_OCSP_SIGN
                                                       : 0;
    uint32_t has = X509_get_extended_key_usage(certificate);
    return wanted && (has == UINT32_MAX || !(has & wanted));
}

static bool set_rules(X509_STORE_CTX *context, const kl_certificate_rules *rules, bool own_roots)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);
    int purpose = purpose_of(rules->purpose);
    X509_VERIFY_PARAM_set_auth_level(param, STRENGTH_112_BITS);
    if (own_roots) /* whoever is named there is trusted, self-signed or not */
        X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    if (rules->time != KL_TIME_NONE)
        X509_VERIFY_PARAM_set_time(param, (time_t)rules->time);
    return !purpose || X509_STORE_CTX_set_purpose(context, purpose) == 1;
}

static kl_status check_host(X509_STORE_CTX *context, kl_text host, kl_error *error)
{
    if (!host.len || set_host(X509_STORE_CTX_get0_param(context), host))
        return KL_OK;
    return kl_openssl_refuse(KL_INVALID, "expected DNS name or IP address, got something else",
                             error);
}

static X509_STORE *store_of(void *roots)
{
    X509_STORE *store = X509_STORE_new();
    bool done = store != NULL;
    if (done && !roots)
        done = X509_STORE_set_default_paths(store) == 1;
    for (size_t i = 0; done && roots && i < len(roots); i++)
        done = X509_STORE_add_cert(store, at(roots, i)) == 1;
    if (done)
        return store;
    X509_STORE_free(store);
    return NULL;
}

/* Those behind the first, and `chain`; borrowed certificates, a given list. */
static STACK_OF(X509) *untrusted_of(void *list, void *chain)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    bool done = all != NULL;
    for (size_t i = 1; done && i < len(list); i++)
        done = sk_X509_push(all, at(list, i)) > 0;
    for (size_t i = 0; done && chain && i < len(chain); i++)
        done = sk_X509_push(all, at(chain, i)) > 0;
    if (done)
        return all;
    sk_X509_free(all);
    return NULL;
}

static kl_status reason_of(kl_value *out, X509_STORE_CTX *context, kl_error *error)
{
    kl_value subject = kl_null();
    X509 *culprit = X509_STORE_CTX_get_current_cert(context);
    const char *words = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    if (!culprit)
        return kl_string_format(out, error, "%s", words);
    KL_TRY(name_text(&subject, X509_get_subject_name(culprit), error));
    kl_status status = kl_string_format(out, error, "%s: %.*s", words,
                                        KL_TEXT_ARG(kl_as_text(subject)));
    kl_value_release(subject);
    return status;
}

static kl_status verify(bool *valid, kl_value *reason, void *list, void *chain, void *roots,
                        const kl_certificate_rules *rules, kl_error *error)
{
    X509_STORE *store = store_of(roots);
    STACK_OF(X509) *untrusted = untrusted_of(list, chain);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    kl_status status = KL_OK;
    *reason = kl_null();
    *valid = false;
    if (!store || !untrusted || !context ||
        !X509_STORE_CTX_init(context, store, at(list, 0), untrusted) ||
        !set_rules(context, rules, roots != NULL))
        status = kl_openssl_fail("verifying a certificate", error);
    else
        status = check_host(context, rules->hostname, error);
    if (status != KL_OK)
        goto out;
    if (X509_verify_cert(context) != 1)
        status = reason_of(reason, context, error);
    else if (lacks_purpose(at(list, 0), rules->purpose))
        status = kl_string_format(reason, error, "unsuitable certificate purpose");
    else
        *valid = true;
out:
    X509_STORE_CTX_free(context);
    sk_X509_free(untrusted);
    X509_STORE_free(store);
    ERR_clear_error();
    return status;
}

const kl_openssl_certificates kl_openssl_certificate_functions = {
    .read = read_list,
    .end = end,
    .len = len,
    .describe = describe,
    .key = key_of,
    .write = write_one,
    .verify = verify,
    .request = kl_openssl_request,
    .read_request = kl_openssl_read_request,
    .issue = kl_openssl_issue,
};
