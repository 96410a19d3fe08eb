/* src/nodes/ldap_filter.h - filters of directories (RFC 4515): checked, tested on entries, filled in. */
#ifndef KL_NODES_LDAP_FILTER_H
#define KL_NODES_LDAP_FILTER_H

#include "buffer.h"

/* How deep parentheses may nest. */
enum { KL_LDAP_FILTER_DEPTH = 32 };

/* Whether an entry {dn, attributes: {name: value or list}} matches. Names and values are compared
 * without regard to case. KL_SYNTAX, with the position, for what is no filter. */
kl_status kl_ldap_filter_test(bool *out, kl_text filter, kl_value entry, kl_error *error);

/* Append a value so that it stands for itself within a filter. */
void kl_ldap_filter_escape(kl_buffer *to, kl_text value);

/* A filter in which {name} stands for an escaped value of `values`; given. KL_KEY for one that is
 * not there. */
kl_status kl_ldap_filter_fill(kl_value *out, kl_text pattern, kl_value values, kl_error *error);

#endif
