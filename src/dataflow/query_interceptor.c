/* src/dataflow/query_interceptor.c - QueryInterceptor: SQL statements, kept to one tenant; with_tenant(). */
#include "tenant_context.h"
#include "sql_tenant.h"

typedef struct interceptor {
    kl_object object;
    kl_value context; /* of kl_tenant_context_type */
    unsigned readers; /* SQL_BY_... */
} interceptor;

static const char *const dialects[] = {"sqlite", "postgresql", "mysql", "mariadb", NULL};

static unsigned readers_of(kl_value dialect)
{
    static const unsigned readers[] = {SQL_BY_SQLITE, SQL_BY_POSTGRES, SQL_BY_MYSQL, SQL_BY_MYSQL};
    for (size_t i = 0; dialects[i]; i++)
        if (kl_text_is(kl_as_text(dialect), dialects[i]))
            return readers[i];
    return SQL_BY_ALL;
}

/* ---- making -------------------------------------------------------------------------------------- */

static kl_status interceptor_init(kl_object *self, const kl_value *args, kl_error *error)
{
    interceptor *made = (interceptor *)self;
    const kl_tenant_context *given = (const kl_tenant_context *)args[0].as.object;
    made->readers = readers_of(args[2]);
    if (!kl_is_null(args[1]))
        return kl_tenant_context_new(&made->context, given->tenant, args[1], given->bypass, error);
    made->context = kl_value_retain(args[0]);
    return KL_OK;
}

static void interceptor_dispose(kl_object *self) { kl_value_release(((interceptor *)self)->context); }

static const kl_tenant_context *context_of(const kl_object *self)
{
    return (const kl_tenant_context *)((const interceptor *)self)->context.as.object;
}

static kl_status interceptor_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "QueryInterceptor(tenant_id=\"%.*s\")",
                            KL_TEXT_ARG(kl_as_text(context_of(self)->tenant)));
}

/* ---- statements ---------------------------------------------------------------------------------- */

static bool is_blank(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] != ' ' && !(text.data[i] >= '\t' && text.data[i] <= '\r'))
            return false;
    return true;
}

static kl_status unchanged(kl_value *out, kl_value sql, kl_error *error)
{
    kl_value map, params;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_array_new(&params, 0, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("params"), params, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("sql"), kl_value_retain(sql), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status intercept(kl_value *out, kl_object *self, kl_value sql, bool only_reads, kl_error *error)
{
    const kl_tenant_context *context = context_of(self);
    kl_sql_tenant tenant = {.tenant = kl_as_text(context->tenant), .column = kl_as_text(context->column),
                            .readers = ((const interceptor *)self)->readers, .only_reads = only_reads};
    if (context->bypass)
        return unchanged(out, sql, error);
    kl_status status = is_blank(tenant.tenant)
                           ? kl_error_set(error, KL_FAILED, "the tenant id is blank; give one, or bypass=True")
                           : kl_sql_tenant_scope(out, kl_as_text(sql), &tenant, error);
    if (status != KL_OK)
        kl_error_prefix(error, "interception failed: unsupported SQL statement: ");
    return status;
}

static kl_status intercept_query(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return intercept(out, self, args[0], false, error);
}

static kl_status intercept_select(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return intercept(out, self, args[0], true, error);
}

static kl_status get_context(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const interceptor *)self)->context);
    return KL_OK;
}

/* ---- table --------------------------------------------------------------------------------------- */

static const kl_param params[] = {
    {.name = "tenant_context", .kind = KL_KIND_OBJECT, .type = &kl_tenant_context_type,
     .doc = "whose rows may be seen"},
    {.name = "column_name_override", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the tenant column, in place of the context's"},
    {.name = "dialect", .kind = KL_KIND_ENUM, .names = dialects, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "whose SQL the statements are. Without one, what databases read differently is refused"},
};

static const kl_param sql_params[] = {
    {.name = "sql", .kind = KL_KIND_STRING, .doc = "one statement"},
};

#define RESULT                                                                                     \
    "Returns {sql, params}: the statement with placeholders for the tenant and their values. With "\
    "param_positions when these do not come last among all values, param_names when the "         \
    "statement names its values, dropped_params when values of yours stand in it no more."

static const kl_method methods[] = {
    {.name = "intercept_query", .call = intercept_query, .params = KL_TABLE(sql_params), .returns = KL_KIND_MAP,
     .raises = "RuntimeError",
     .doc = "Keeps a SELECT, INSERT, UPDATE or DELETE to the rows of the tenant. " RESULT
            " Whatever is not understood is a RuntimeError."},
    {.name = "intercept_select", .call = intercept_select, .params = KL_TABLE(sql_params), .returns = KL_KIND_MAP,
     .raises = "RuntimeError", .doc = "The same of a statement that only reads; others are a RuntimeError."},
    {.name = "tenant_context", .call = get_context, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_tenant_context_type, .doc = "Whose rows may be seen."},
};

const kl_type kl_query_interceptor_type = {
    .name = "QueryInterceptor",
    .module = "kailash.dataflow",
    .doc = "Rewrites SQL statements so that they see and change the rows of one tenant only. Never changes; threads may "
           "share it.",
    .size = sizeof(interceptor),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(params),
    .methods = KL_TABLE(methods),
    .init = interceptor_init,
    .dispose = interceptor_dispose,
    .repr = interceptor_repr,
};
KL_PUBLISH(kl_query_interceptor_type);

/* ---- with_tenant() ------------------------------------------------------------------------------- */

/* A context manager that gives an interceptor. */
typedef struct tenant_scope {
    kl_object object;
    kl_value interceptor;
} tenant_scope;

static void scope_dispose(kl_object *self) { kl_value_release(((tenant_scope *)self)->interceptor); }

static kl_status scope_enter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((tenant_scope *)self)->interceptor);
    return KL_OK;
}

static kl_status scope_exit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args, (void)error;
    *out = kl_bool(false);
    return KL_OK;
}

static const kl_param exit_params[] = {
    {.name = "exc_type", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
    {.name = "exc_value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
    {.name = "traceback", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as Python passes it"},
};

static const kl_method scope_methods[] = {
    {.name = "__enter__", .call = scope_enter, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_query_interceptor_type, .doc = "The interceptor of the tenant."},
    {.name = "__exit__", .call = scope_exit, .params = KL_TABLE(exit_params), .returns = KL_KIND_BOOL,
     .doc = "Does nothing: the other interceptor was never changed."},
};

static const kl_type kl_tenant_scope_type = {
    .name = "_TenantScope",
    .module = "kailash._kailash",
    .doc = "What with_tenant() returns: a context manager that gives an interceptor.",
    .size = sizeof(tenant_scope),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(scope_methods),
    .dispose = scope_dispose,
};
KL_PUBLISH(kl_tenant_scope_type);

/* Of the same dialect as `base`. */
static kl_status new_interceptor(kl_value *out, kl_object *base, kl_value tenant, kl_value column, kl_error *error)
{
    kl_value context;
    kl_object *made;
    KL_TRY(kl_tenant_context_new(&context, tenant, column, false, error));
    kl_status status = kl_object_alloc(&made, &kl_query_interceptor_type, error);
    if (status != KL_OK) {
        kl_value_release(context);
        return status;
    }
    ((interceptor *)made)->context = context;
    ((interceptor *)made)->readers = ((const interceptor *)base)->readers;
    *out = kl_value_of(made);
    return KL_OK;
}

static kl_status with_tenant(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *scope;
    (void)self;
    KL_TRY(kl_object_alloc(&scope, &kl_tenant_scope_type, error));
    kl_status status = new_interceptor(&((tenant_scope *)scope)->interceptor, args[0].as.object, args[1], args[2],
                                       error);
    if (status != KL_OK) {
        kl_object_release(scope);
        return status;
    }
    *out = kl_value_of(scope);
    return KL_OK;
}

static const kl_param with_tenant_params[] = {
    {.name = "interceptor", .kind = KL_KIND_OBJECT, .type = &kl_query_interceptor_type,
     .doc = "whose dialect is taken over; it is not changed"},
    {.name = "tenant_id", .kind = KL_KIND_STRING, .doc = "whose rows may be seen"},
    {.name = "column_name", .kind = KL_KIND_STRING, .fallback = "\"tenant_id\"", .doc = "the tenant column"},
};

static const kl_function with_tenant_function = {
    .module = "kailash.dataflow",
    .method = {.name = "with_tenant", .call = with_tenant, .params = KL_TABLE(with_tenant_params),
               .returns = KL_KIND_OBJECT, .returns_type = &kl_tenant_scope_type, .raises = "ValueError",
               .doc = "A context manager that gives a new QueryInterceptor for another tenant."}};
KL_PUBLISH_FUNCTION(with_tenant_function);
