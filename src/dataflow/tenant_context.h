/* src/dataflow/tenant_context.h - TenantContext and QueryInterceptor. */
#ifndef KL_DATAFLOW_TENANT_CONTEXT_H
#define KL_DATAFLOW_TENANT_CONTEXT_H

#include "kailash/type.h"

/* Whose rows may be seen. Never changes. */
typedef struct kl_tenant_context {
    kl_object object;
    kl_value tenant; /* string */
    kl_value column; /* string: an identifier */
    bool bypass;     /* nothing is scoped */
} kl_tenant_context;
extern KL_API const kl_type kl_tenant_context_type;

/* A context that bypasses nothing; given. KL_INVALID when `column` (a string) is no identifier. */
kl_status kl_tenant_context_new(kl_value *out, kl_value tenant, kl_value column, bool bypass, kl_error *error);

extern KL_API const kl_type kl_query_interceptor_type;

#endif
