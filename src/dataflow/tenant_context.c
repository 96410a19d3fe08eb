/* src/dataflow/tenant_context.c - TenantContext: whose rows may be seen, and which column says so. */
#include "tenant_context.h"

enum { COLUMN_MAX = 63 }; /* that of PostgreSQL */

static bool is_identifier(kl_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return name.len && name.len <= COLUMN_MAX;
}

/* The name itself is not shown: it may come from outside. */
static kl_status check_column(kl_value column, kl_error *error)
{
    if (is_identifier(kl_as_text(column)))
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "invalid SQL identifier: tenant column_name of %zu bytes; expected a letter or _, then letters, "
                        "digits and _, at most %d bytes", kl_as_text(column).len, COLUMN_MAX);
}

static kl_status context_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_tenant_context *context = (kl_tenant_context *)self;
    KL_TRY(check_column(args[1], error));
    context->tenant = kl_value_retain(args[0]);
    context->column = kl_value_retain(args[1]);
    context->bypass = kl_as_bool(args[2]);
    return KL_OK;
}

static void context_dispose(kl_object *self)
{
    kl_tenant_context *context = (kl_tenant_context *)self;
    kl_value_release(context->tenant);
    kl_value_release(context->column);
}

kl_status kl_tenant_context_new(kl_value *out, kl_value tenant, kl_value column, bool bypass, kl_error *error)
{
    const kl_value args[] = {tenant, column, kl_bool(bypass)};
    return kl_object_make(out, &kl_tenant_context_type, args, error);
}

static kl_status context_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_tenant_context *context = (const kl_tenant_context *)self;
    return kl_string_format(out, error, "TenantContext(tenant_id=\"%.*s\", column=\"%.*s\", bypass=%s)",
                            KL_TEXT_ARG(kl_as_text(context->tenant)), KL_TEXT_ARG(kl_as_text(context->column)),
                            context->bypass ? "true" : "false");
}

static kl_status get_tenant(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_tenant_context *)self)->tenant);
    return KL_OK;
}

static kl_status get_column(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_tenant_context *)self)->column);
    return KL_OK;
}

static kl_status is_bypass(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((const kl_tenant_context *)self)->bypass);
    return KL_OK;
}

static const kl_param params[] = {
    {.name = "tenant_id", .kind = KL_KIND_STRING, .doc = "whose rows may be seen and changed"},
    {.name = "column_name", .kind = KL_KIND_STRING, .fallback = "\"tenant_id\"",
     .doc = "the column that has the tenant of a row, in every table"},
    {.name = "bypass", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether statements pass unchanged: for work on all tenants at once"},
};

static const kl_method methods[] = {
    {.name = "tenant_id", .call = get_tenant, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "Whose rows may be seen."},
    {.name = "column_name", .call = get_column, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "The column that has the tenant of a row."},
    {.name = "is_bypass", .call = is_bypass, .returns = KL_KIND_BOOL,
     .doc = "Whether statements pass unchanged."},
};

const kl_type kl_tenant_context_type = {
    .name = "TenantContext",
    .module = "kailash.dataflow",
    .doc = "Whose rows a statement may see and change.",
    .size = sizeof(kl_tenant_context),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = context_init,
    .dispose = context_dispose,
    .repr = context_repr,
};
KL_PUBLISH(kl_tenant_context_type);
