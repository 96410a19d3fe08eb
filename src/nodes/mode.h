/* src/nodes/mode.h - node types whose key `mode` or `operation` chooses what they do, with outputs of
 * its own for each. Unlike those of operation.h all keys stand in the row of the node, which checks
 * them; a mode says only which of them it cannot do without.
 *
 *   #define MODES(ROW) ROW("sign", "secret payload", run_sign) ROW("validate", "token", run_validate)
 *   static const char *const names[] = {MODES(KL_MODE_NAME) NULL};
 *   static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
 */
#ifndef KL_NODES_MODE_H
#define KL_NODES_MODE_H

#include "kailash/node.h"

typedef struct kl_mode {
    const char *name;
    const char *needs; /* blank-separated keys, in the order in which the first missing is told */
    kl_status (*run)(kl_value *out, kl_node_call *call, kl_error *error);
} kl_mode;

#define KL_MODE_NAME(name, needs, function) name,
#define KL_MODE_ROW(name, needs, function)  {name, needs, function},

/* Run the mode of name `word`, one of `modes`; `*out` is the map of outputs. */
kl_status kl_mode_run(kl_value *out, const kl_mode *modes, size_t count, kl_value word,
                      kl_node_call *call, kl_error *error);

/* "missing required input: NAME" for the first of the blank-separated keys that is absent or null. */
kl_status kl_node_needs(const kl_node_call *call, const char *needs, kl_error *error);

/* Whether it is a string or bytes. */
static inline bool kl_is_octets(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES);
}

/* Refuse anything but a string or bytes, telling the kind and never the value: it may be secret. */
kl_status kl_node_octets(const char *name, kl_value value, kl_error *error);

/* Refuse anything but null, a string or an array of strings. */
kl_status kl_node_words(const char *name, kl_value value, kl_error *error);

#endif
