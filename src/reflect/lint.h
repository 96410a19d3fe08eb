/* src/reflect/lint.h - finding faults in tables: what kl_types_lint() stands on. */
#ifndef KL_REFLECT_LINT_H
#define KL_REFLECT_LINT_H

#include "kailash/type.h"

/* Faults found so far, one line each; the first failure of memory sticks. */
typedef struct kl_lint {
    kl_value faults;
    kl_status status;
    kl_error *error;
} kl_lint;

/* What a table of parameters is for. */
typedef enum kl_lint_role {
    KL_LINT_ARGUMENTS, /* of a function: given by position or by name */
    KL_LINT_FIELDS,    /* of a type */
    KL_LINT_PORTS,     /* inputs of a node: by name only */
    KL_LINT_SETTINGS,  /* config of a node */
    KL_LINT_OUTPUTS,   /* of a node */
} kl_lint_role;

KL_API kl_status kl_lint_start(kl_lint *lint, kl_error *error);
/* The array of faults, given, or the failure. */
KL_API kl_status kl_lint_end(kl_value *out, kl_lint *lint);

void kl_lint_fault(kl_lint *lint, const char *format, ...) KL_PRINTF(2, 3);
/* A table of parameters; `where` is what the lines begin with. */
void kl_lint_params(kl_lint *lint, const char *where, const kl_param *params, size_t count,
                    kl_lint_role role);
/* By position, what is required stands before what is not. Part of the above for arguments. */
void kl_lint_order(kl_lint *lint, const char *where, const kl_param *params, size_t count);
/* Letters, digits and underscores, no digit first, and no reserved word of Python. */
bool kl_is_identifier(const char *name);
/* The same, reserved words allowed: keys of maps. */
bool kl_is_port_name(const char *name);

/* One type, one function; `types` below: clashes between types. For tests with bad tables. */
KL_API void kl_lint_type(kl_lint *lint, const kl_type *type);
KL_API void kl_lint_function(kl_lint *lint, const kl_function *function);
/* `types` stand by module and name. */
KL_API void kl_lint_names(kl_lint *lint, const kl_type *const *types, size_t count);

#endif
