/* src/nodes/certificate_args.h - the inputs of CertificateNode, for its two files. */
#ifndef KL_NODES_CERTIFICATE_ARGS_H
#define KL_NODES_CERTIFICATE_ARGS_H

#include "crypto/certificate.h"
#include "kailash/node.h"

/* In the order of the table. */
enum {
    KL_CERTIFICATE_OPERATION,
    KL_CERTIFICATE_CERTIFICATE,
    KL_CERTIFICATE_PASSWORD,
    KL_CERTIFICATE_CHAIN,
    KL_CERTIFICATE_CA,
    KL_CERTIFICATE_HOSTNAME,
    KL_CERTIFICATE_PURPOSE,
    KL_CERTIFICATE_AT,
    KL_CERTIFICATE_SUBJECT,
    KL_CERTIFICATE_NAMES,
    KL_CERTIFICATE_DAYS,
    KL_CERTIFICATE_IS_CA,
    KL_CERTIFICATE_PATH_LENGTH,
    KL_CERTIFICATE_KEY_USAGE,
    KL_CERTIFICATE_EXTENDED_KEY_USAGE,
    KL_CERTIFICATE_KEY_TYPE,
    KL_CERTIFICATE_KEY,
    KL_CERTIFICATE_KEY_PASSWORD,
    KL_CERTIFICATE_REQUEST,
    KL_CERTIFICATE_ISSUER,
    KL_CERTIFICATE_ISSUER_KEY,
    KL_CERTIFICATE_ISSUER_KEY_PASSWORD,
};

/* The certificates of input `index`, NULL when it is absent; given. */
kl_status kl_certificate_arg(kl_certificates **out, const kl_node_call *call, int index,
                             const char *name, kl_error *error);

#endif
