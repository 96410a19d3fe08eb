/* src/nodes/certificate.c - CertificateNode: X.509 certificates read, validated and issued. */
#include "certificate_args.h"
#include "certificate_issue.h"
#include "mode.h"

/* ---- reading ------------------------------------------------------------------------------------- */

/* What is no certificate is told in one sentence, with the name of the input. */
static kl_status as_failure(kl_status status, const char *what, kl_error *why, kl_error *error)
{
    if (status == KL_SYNTAX || status == KL_INVALID || status == KL_LIMIT || status == KL_DENIED)
        status = kl_node_failed(error, "failed to parse %s: %s", what, kl_error_message(why));
    else if (status != KL_OK)
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

kl_status kl_certificate_arg(kl_certificates **out, const kl_node_call *call, int index,
                             const char *name, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value given = call->args[index];
    *out = NULL;
    if (kl_is_null(given))
        return KL_OK;
    KL_TRY(kl_node_octets(name, given, error));
    kl_text password = kl_as_text(call->args[KL_CERTIFICATE_PASSWORD]);
    kl_status status = kl_certificates_read(out, NULL, kl_as_text(given), password, &why);
    return as_failure(status, name, &why, error);
}

static int64_t now_of(const kl_node_call *call)
{
    kl_value at = call->args[KL_CERTIFICATE_AT];
    return kl_is_null(at) ? kl_time_now() / KL_SECOND : kl_as_int(at);
}

/* Days that are left, rounded down; negative when it has expired. */
static int64_t days_left(int64_t until, int64_t now)
{
    int64_t seconds = until - now, days = seconds / 86400;
    return seconds < 0 && seconds % 86400 ? days - 1 : days;
}

static kl_status describe(kl_value *out, const kl_certificates *list, const kl_node_call *call,
                          kl_error *error)
{
    kl_value map;
    kl_status status;
    int64_t now = now_of(call);
    KL_TRY(kl_certificate_describe(&map, list, 0, error));
    int64_t until = kl_as_int(kl_map_get(map, KL_TEXT("valid_until")));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("is_expired"), kl_bool(now > until), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("days_left"), kl_int(days_left(until, now)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status parse(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_certificates *list;
    KL_TRY(kl_certificate_arg(&list, call, KL_CERTIFICATE_CERTIFICATE, "certificate", error));
    kl_status status = describe(out, list, call, error);
    kl_certificates_free(list);
    return status;
}

/* ---- validating ---------------------------------------------------------------------------------- */

static kl_status add_verdict(kl_value *map, const kl_certificates *list,
                             const kl_certificate_rules *rules, kl_error *error)
{
    bool valid;
    kl_value reason;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_certificate_verify(&valid, &reason, list, rules, &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, "hostname", "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    KL_TRY(status);
    status = kl_map_set(map, KL_TEXT("valid"), kl_bool(valid), error);
    if (status != KL_OK) {
        kl_value_release(reason);
        return status;
    }
    return kl_map_set(map, KL_TEXT("reason"), reason, error);
}

static kl_status validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_certificates *list = NULL, *chain = NULL, *roots = NULL;
    kl_value map = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_certificate_arg(&list, call, KL_CERTIFICATE_CERTIFICATE, "certificate", error));
    KL_TRY_OUT(kl_certificate_arg(&chain, call, KL_CERTIFICATE_CHAIN, "chain", error));
    KL_TRY_OUT(kl_certificate_arg(&roots, call, KL_CERTIFICATE_CA, "ca", error));
    kl_certificate_rules rules = {.chain = chain,
                                  .roots = roots,
                                  .hostname = kl_as_text(args[KL_CERTIFICATE_HOSTNAME]),
                                  .purpose = kl_as_text(args[KL_CERTIFICATE_PURPOSE]),
                                  .time = now_of(call)};
    KL_TRY_OUT(describe(&map, list, call, error));
    KL_TRY_OUT(add_verdict(&map, list, &rules, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_certificates_free(roots);
    kl_certificates_free(chain);
    kl_certificates_free(list);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW)                                                                                 \
    ROW("parse", "certificate", parse)                                                             \
    ROW("validate", "certificate", validate)                                                       \
    ROW("check_expiry", "certificate", parse)                                                      \
    ROW("self_signed", "subject", kl_certificate_self_signed)                                      \
    ROW("request", "subject", kl_certificate_make_request)                                         \
    ROW("issue", "request issuer issuer_key", kl_certificate_issue_one)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};
static const char *const purposes[] = {"server",       "client",       "email",
                                       "code_signing", "timestamping", "ocsp", NULL};
static const char *const key_types[] = {"ec-p256",  "ec-p384",  "ec-p521",  "ed25519",
                                        "rsa-2048", "rsa-3072", "rsa-4096", NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[KL_CERTIFICATE_OPERATION], call,
                       error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = mode_names,
     .doc = "parse and check_expiry: tell what it says; validate: also whether it leads to a "
            "trusted root; self_signed, request, issue: make one"},
    {.name = "certificate", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "PEM text (the first counts, those behind it are its chain), DER or PKCS#12 bytes"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "opens a PKCS#12 file"},
    {.name = "chain", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "validate: certificates between it and a root, as PEM or DER"},
    {.name = "ca", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "validate: the certificates to trust, as PEM or DER; without it those of the system"},
    {.name = "hostname", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate: DNS name or IP address that it must be for; only alternative names count"},
    {.name = "purpose", .kind = KL_KIND_ENUM, .names = purposes, .flags = KL_OPTIONAL,
     .doc = "validate: what it must be good for"},
    {.name = "at", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(-62135596800, 250000000000),
     .doc = "epoch seconds to take for now"},
    {.name = "subject", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "whom it is for, such as {\"C\": \"SG\", \"O\": \"Acme\", \"CN\": \"x\"}; a list of texts "
            "stands for an attribute more than once; issue: instead of that of the request"},
    {.name = "names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "alternative names: \"DNS:x.example\", \"IP:10.0.0.1\", \"email:a@b\", \"URI:http://x\"; "
            "issue: instead of those of the request"},
    {.name = "days", .kind = KL_KIND_INT, .fallback = "365", .range = KL_RANGE(1, 36500),
     .doc = "how long it is valid; it ends with its issuer at the latest"},
    {.name = "is_ca", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether it may sign other certificates"},
    {.name = "path_length", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .range = KL_RANGE(0, 100),
     .doc = "of a CA: how many CAs may follow below it; any number if absent"},
    {.name = "key_usage", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "words such as digital_signature, key_encipherment, cert_sign; by default "
            "digital_signature, of a CA also cert_sign and crl_sign"},
    {.name = "extended_key_usage", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL,
     .doc = "the words of `purpose`; by default server and client, none of a CA"},
    {.name = "key_type", .kind = KL_KIND_ENUM, .names = key_types, .fallback = "\"ec-p256\"",
     .doc = "self_signed, request: of the key pair that is made when `key` is absent"},
    {.name = "key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "self_signed, request: the private key in PEM or DER; a new one if absent"},
    {.name = "key_password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "opens `key`, or encrypts the one that is made"},
    {.name = "request", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "issue: the certificate request (PKCS#10) in PEM or DER"},
    {.name = "issuer", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "issue: the certificate of the CA, in PEM or DER"},
    {.name = "issuer_key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "issue: its private key in PEM or DER"},
    {.name = "issuer_key_password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "opens `issuer_key`"},
};
static const kl_param outputs[] = {
    {.name = "subject", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "such as \"C=SG, O=Acme, CN=x\""},
    {.name = "issuer", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "likewise"},
    {.name = "serial", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "in hexadecimal"},
    {.name = "fingerprint", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "SHA-256 of the DER in hexadecimal"},
    {.name = "valid_from", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "epoch seconds"},
    {.name = "valid_until", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "epoch seconds"},
    {.name = "is_expired", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL, .doc = "whether it has ended"},
    {.name = "days_left", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "whole days until it ends; negative afterwards"},
    {.name = "san_entries", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "alternative names, such as \"DNSName(x)\", \"IPAddress(0a:00:00:01)\""},
    {.name = "key_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "RSA, EC P-256, EC P-384, EC P-521, Ed25519 or other"},
    {.name = "key_bits", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "size of its key"},
    {.name = "signature_algorithm", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "such as sha256WithRSAEncryption"},
    {.name = "is_ca", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "whether it may sign other certificates"},
    {.name = "self_signed", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "whether its own key signed it"},
    {.name = "version", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "of X.509; 3 by now"},
    {.name = "key_usage", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what its key may do; empty = anything"},
    {.name = "extended_key_usage", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL, .doc = "what it is for; empty = anything; unknown ones by their number"},
    {.name = "subject_key_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "in hexadecimal"},
    {.name = "authority_key_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "in hexadecimal"},
    {.name = "valid", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "validate: whether all that was asked for holds"},
    {.name = "reason", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "validate: why it is not valid"},
    {.name = "certificate", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "self_signed, issue: the certificate in PEM"},
    {.name = "request", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "request: the certificate request in PEM"},
    {.name = "private_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the key pair that was made, in PEM (PKCS#8)"},
};

static const kl_node_type types[] = {
    {
        .name = "CertificateNode",
        .category = "Security",
        .doc = "Reads, validates and issues X.509 certificates.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family certificate = {.name = "certificate", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(certificate);
