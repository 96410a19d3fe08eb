/* src/nodes/certificate_issue.h - the operations of CertificateNode that make certificates. */
#ifndef KL_NODES_CERTIFICATE_ISSUE_H
#define KL_NODES_CERTIFICATE_ISSUE_H

#include "kailash/node.h"

kl_status kl_certificate_self_signed(kl_value *out, kl_node_call *call, kl_error *error);
kl_status kl_certificate_make_request(kl_value *out, kl_node_call *call, kl_error *error);
kl_status kl_certificate_issue_one(kl_value *out, kl_node_call *call, kl_error *error);

#endif
