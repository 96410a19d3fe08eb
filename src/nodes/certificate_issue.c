/* src/nodes/certificate_issue.c - see certificate_issue.h. */
#include "certificate_issue.h"
#include "certificate_args.h"
#include "mode.h"

/* A mistake of the caller's, in the words of the room that found it. */
static kl_status as_failure(kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_INVALID || status == KL_SYNTAX || status == KL_DENIED)
        status = kl_node_failed(error, "%s", kl_error_message(why));
    else if (status != KL_OK)
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static kl_status read_key(kl_key **out, kl_value given, kl_value password, const char *name,
                          kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_node_octets(name, given, error));
    kl_status status = kl_key_read(out, kl_as_text(given), kl_as_text(password), &why);
    if (status == KL_OK && !kl_key_facts_of(*out).is_private) {
        kl_key_free(*out);
        status = KL_INVALID;
    }
    if (status == KL_INVALID)
        status = kl_node_bad(error, name, "expected private key in PEM or DER (or the right "
                                          "password), got something else");
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status make_key(kl_key **out, kl_text type, kl_error *error)
{
    static const struct {
        const char *name;
        kl_key_kind kind;
        int bits;
    } rows[] = {{"ec-p256", KL_KEY_P256, 0},    {"ec-p384", KL_KEY_P384, 0},
                {"ec-p521", KL_KEY_P521, 0},    {"ed25519", KL_KEY_ED25519, 0},
                {"rsa-2048", KL_KEY_RSA, 2048}, {"rsa-3072", KL_KEY_RSA, 3072},
                {"rsa-4096", KL_KEY_RSA, 4096}};
    size_t row = 0;
    while (!kl_text_is(type, rows[row].name))
        row++;
    return kl_key_generate(out, rows[row].kind, rows[row].bits, error);
}

static kl_status own_key(kl_key **out, const kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    if (kl_is_null(args[KL_CERTIFICATE_KEY]))
        return make_key(out, kl_as_text(args[KL_CERTIFICATE_KEY_TYPE]), error);
    return read_key(out, args[KL_CERTIFICATE_KEY], args[KL_CERTIFICATE_KEY_PASSWORD], "key", error);
}

/* ---- what the certificate says ------------------------------------------------------------------- */

static kl_status words(kl_value *out, const char *const *texts, size_t count, kl_error *error)
{
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(kl_array_push_text(&list, kl_text_from(texts[i]), error));
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* Given or, if absent, what most certificates of the kind say. */
static kl_status usage_of(kl_certificate_request *request, const kl_value *args,
                          const kl_key *key, kl_error *error)
{
    static const char *const authority[] = {"digital_signature", "cert_sign", "crl_sign"};
    static const char *const leaf[] = {"digital_signature", "key_encipherment"};
    static const char *const purposes[] = {"server", "client"};
    kl_value usage = args[KL_CERTIFICATE_KEY_USAGE];
    kl_value extended = args[KL_CERTIFICATE_EXTENDED_KEY_USAGE];
    bool enciphers = kl_key_facts_of(key).kind == KL_KEY_RSA;
    request->key_usage = kl_value_retain(usage);
    request->extended_key_usage = kl_value_retain(extended);
    if (kl_is_null(usage))
        KL_TRY(request->is_ca ? words(&request->key_usage, authority, 3, error)
                              : words(&request->key_usage, leaf, enciphers ? 2 : 1, error));
    if (kl_is_null(extended) && !request->is_ca)
        return words(&request->extended_key_usage, purposes, 2, error);
    return KL_OK;
}

static void end_request(kl_certificate_request *request)
{
    kl_value_release(request->subject);
    kl_value_release(request->names);
    kl_value_release(request->key_usage);
    kl_value_release(request->extended_key_usage);
}

/* `*out` is to be ended also after a failure. */
static kl_status request_of(kl_certificate_request *out, const kl_node_call *call,
                            const kl_key *key, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value at = args[KL_CERTIFICATE_AT], path = args[KL_CERTIFICATE_PATH_LENGTH];
    int64_t now = kl_is_null(at) ? kl_time_now() / KL_SECOND : kl_as_int(at);
    out->subject = kl_value_retain(args[KL_CERTIFICATE_SUBJECT]);
    out->names = kl_value_retain(args[KL_CERTIFICATE_NAMES]);
    out->is_ca = kl_as_bool(args[KL_CERTIFICATE_IS_CA]);
    out->path_len = kl_is_null(path) ? -1 : (int)kl_as_int(path);
    out->not_before = now;
    out->not_after = now + kl_as_int(args[KL_CERTIFICATE_DAYS]) * 86400;
    return usage_of(out, args, key, error);
}

/* ---- results ------------------------------------------------------------------------------------- */

/* {`name`: `pem`[, private_key]}; `pem` is taken. */
static kl_status answer(kl_value *out, const char *name, kl_value pem, const kl_node_call *call,
                        const kl_key *key, kl_error *error)
{
    kl_value map, text;
    KL_TRY(kl_node_result(&map, name, pem, error));
    kl_status status = KL_OK;
    if (key && kl_is_null(call->args[KL_CERTIFICATE_KEY])) {
        kl_text password = kl_as_text(call->args[KL_CERTIFICATE_KEY_PASSWORD]);
        status = kl_key_write(&text, key, true, KL_KEY_PEM, password, error);
        if (status == KL_OK)
            status = kl_map_set(&map, KL_TEXT("private_key"), text, error);
    }
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_certificate_self_signed(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_certificate_request request = {0};
    kl_key *key;
    kl_value pem;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(own_key(&key, call, error));
    kl_status status = request_of(&request, call, key, error);
    if (status == KL_OK)
        status = as_failure(kl_certificate_issue(&pem, &request, key, NULL, key, &why), &why, error);
    if (status == KL_OK)
        status = answer(out, "certificate", pem, call, key, error);
    end_request(&request);
    kl_key_free(key);
    return status;
}

kl_status kl_certificate_make_request(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_certificate_request request = {0};
    kl_key *key;
    kl_value pem;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(own_key(&key, call, error));
    kl_status status = request_of(&request, call, key, error);
    if (status == KL_OK)
        status = as_failure(kl_certificate_request_new(&pem, &request, key, &why), &why, error);
    if (status == KL_OK)
        status = answer(out, "request", pem, call, key, error);
    end_request(&request);
    kl_key_free(key);
    return status;
}

/* ---- issuing ------------------------------------------------------------------------------------- */

static kl_status end_with_issuer(kl_certificate_request *request, const kl_certificates *issuer,
                                 kl_error *error)
{
    kl_value facts;
    KL_TRY(kl_certificate_describe(&facts, issuer, 0, error));
    int64_t until = kl_as_int(kl_map_get(facts, KL_TEXT("valid_until")));
    kl_value_release(facts);
    request->not_after = KL_MIN(request->not_after, until);
    if (request->not_after <= request->not_before)
        return kl_node_failed(error, "the certificate of the issuer has expired");
    return KL_OK;
}

/* What the request asks for, unless the caller says otherwise. */
static kl_status ask(kl_certificate_request *request, kl_key **key, const kl_node_call *call,
                     kl_error *error)
{
    kl_value asked = call->args[KL_CERTIFICATE_REQUEST], subject, names;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_node_octets("request", asked, error));
    KL_TRY(as_failure(kl_certificate_request_read(&subject, &names, key, kl_as_text(asked), &why),
                      &why, error));
    kl_status status = request_of(request, call, *key, error);
    if (kl_is_null(request->subject))
        request->subject = kl_value_take(&subject);
    if (kl_is_null(request->names))
        request->names = kl_value_take(&names);
    kl_value_release(subject);
    kl_value_release(names);
    return status;
}

kl_status kl_certificate_issue_one(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_certificate_request request = {0};
    kl_key *key = NULL, *issuer_key = NULL;
    kl_certificates *issuer = NULL;
    kl_value pem;
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    KL_TRY_OUT(ask(&request, &key, call, error));
    KL_TRY_OUT(kl_certificate_arg(&issuer, call, KL_CERTIFICATE_ISSUER, "issuer", error));
    KL_TRY_OUT(read_key(&issuer_key, args[KL_CERTIFICATE_ISSUER_KEY],
                        args[KL_CERTIFICATE_ISSUER_KEY_PASSWORD], "issuer_key", error));
    KL_TRY_OUT(end_with_issuer(&request, issuer, error));
    KL_TRY_OUT(as_failure(kl_certificate_issue(&pem, &request, key, issuer, issuer_key, &why), &why,
                          error));
    status = answer(out, "certificate", pem, call, NULL, error);
out:
    kl_key_free(issuer_key);
    kl_certificates_free(issuer);
    kl_key_free(key);
    end_request(&request);
    return status;
}
