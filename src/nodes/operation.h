/* src/nodes/operation.h - node types whose key `operation` chooses what they do.
 *
 * Each operation is one row: its name, the parameters it takes (checked, in order) and its
 * function. The row is written once, in a list macro, from which come the words of `operation`
 * and the table:
 *
 *   #define OPERATIONS(ROW) ROW("add", binary, add) ROW("abs", unary, absolute)
 *   static const char *const names[] = {OPERATIONS(KL_OPERATION_NAME) NULL};
 *   static const kl_operation operations[] = {OPERATIONS(KL_OPERATION_ROW)};
 */
#ifndef KL_NODES_OPERATION_H
#define KL_NODES_OPERATION_H

#include "kailash/node.h"
#include "work.h"

/* `args` are those of the row, checked; absent ones have their default, else null. `*out` given. */
typedef kl_status kl_operation_fn(kl_value *out, const kl_value *args, kl_node_call *call,
                                  kl_error *error);

typedef struct kl_operation {
    const char *name;
    const kl_param *params;
    size_t param_count;
    kl_operation_fn *run;
} kl_operation;

enum { KL_OPERATION_PARAMS_MAX = 8 };

#define KL_OPERATION_NAME(name, params, function) name,
#define KL_OPERATION_ROW(name, params, function)  {name, KL_TABLE(params), function},

/* The declaration of a key of the node that some of its operations take; they check it. */
#define KL_OPERATION_KEY(key, text)                                                                \
    {                                                                                              \
        .name = key, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = text                        \
    }

/* Run the operation that the first argument of the node names; `*out` is the map {result}. */
kl_status kl_operation_run(kl_value *out, const kl_operation *operations, size_t count,
                           kl_node_call *call, kl_error *error);

/* Check one value as the parameter of an operation. */
kl_status kl_operation_check(const kl_param *param, kl_value value, kl_error *error);

/* Work that ends when the run of the node does. */
kl_work kl_node_work(const kl_node_call *call);

/* Around work on `size` items or 16-byte pieces of text: lets the face's lock go when there are so
 * many that this costs nothing beside the work. */
void *kl_node_long_begin(size_t size);
void kl_node_long_end(void *token);

/* Append, unless the list has KL_NODE_LIST_MAX items. `item` is taken. */
kl_status kl_node_list_push(kl_value *list, kl_value item, kl_error *error);

#endif
