/* src/nodes/tenant.c - TenantAssignmentNode: who belongs to which tenant, and what does. */
#include "build_map.h"
#include "kailash/node.h"
#include "node_database.h"

static const char *const operations[] = {
    "assign", "revoke", "get_tenant", "list_tenants", "check_isolation", "register_resource",
    "release_resource", NULL};

enum { OPERATION, USER, TENANT, ROLE, RESOURCE, DATABASE, SCOPE };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "assign, revoke, get_tenant (user_id, tenant_id), list_tenants (user_id), "
            "register_resource, release_resource, check_isolation (resource_id, tenant_id)"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the user; in check_isolation, who asks: must then be assigned to the tenant too"},
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "the tenant"},
    {.name = "role", .kind = KL_KIND_STRING, .fallback = "\"member\"",
     .doc = "of assign: what the user is there; another role replaces it"},
    {.name = "resource_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what belongs to one tenant at most"},
};
static const kl_param config[] = {KL_DATABASE_PARAMS("process")};
static const kl_param outputs[] = {
    {.name = "assigned", .kind = KL_KIND_BOOL,
     .doc = "assign, get_tenant: whether the user is assigned; revoke: whether there was nothing to "
            "revoke; register_resource: whether the resource is the tenant's; else false"},
    {.name = "isolation_valid", .kind = KL_KIND_BOOL,
     .doc = "of check_isolation: whether the resource is registered with that tenant (and the user, "
            "if one is named, is assigned to it)"},
    {.name = "tenant", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "what the operation is about: {user_id, tenant_id, role, ...}, or null"},
    {.name = "user_tenants", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of list_tenants: {tenant_id, role, assigned_at}, in the order of assignment"},
};

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_tenant_users (user_id VARCHAR(191) NOT NULL, "
    "tenant_id VARCHAR(191) NOT NULL, role TEXT NOT NULL, assigned_at BIGINT NOT NULL, "
    "place BIGINT NOT NULL, PRIMARY KEY (user_id, tenant_id))",
    "CREATE TABLE IF NOT EXISTS kailash_tenant_resources (resource_id VARCHAR(191) PRIMARY KEY, "
    "tenant_id VARCHAR(191) NOT NULL, registered_at BIGINT NOT NULL)",
};
KL_DATABASE(tenant_records, schema);

typedef struct tenancy {
    const kl_value *args;
    kl_sql *sql;
    bool assigned, valid;
    kl_build tenant; /* what is told of it; an empty one is null */
    bool has_tenant;
    kl_value list;   /* array */
    kl_error *error;
} tenancy;

static kl_status assignment(kl_value *rows, tenancy *t)
{
    return KL_ROWS(rows, t->sql, t->error,
                   "SELECT tenant_id, role, assigned_at FROM kailash_tenant_users WHERE user_id = ? "
                   "AND tenant_id = ?",
                   t->args[USER], t->args[TENANT]);
}

static void tell_pair(tenancy *t)
{
    t->has_tenant = true;
    kl_build_share(&t->tenant, "user_id", t->args[USER]);
    kl_build_share(&t->tenant, "tenant_id", t->args[TENANT]);
}

static kl_status assign(tenancy *t)
{
    int64_t place;
    kl_value rows;
    KL_TRY(assignment(&rows, t));
    bool there = kl_array_len(rows) > 0;
    kl_value_release(rows);
    KL_TRY(kl_database_next(&place, t->sql, "SELECT MAX(place) AS n FROM kailash_tenant_users",
                           t->error));
    if (there)
        KL_TRY(KL_CHANGE(NULL, t->sql, t->error,
                         "UPDATE kailash_tenant_users SET role = ? WHERE user_id = ? AND tenant_id = ?",
                         t->args[ROLE], t->args[USER], t->args[TENANT]));
    else
        KL_TRY(KL_CHANGE(NULL, t->sql, t->error,
                         "INSERT INTO kailash_tenant_users (user_id, tenant_id, role, assigned_at, "
                         "place) VALUES (?, ?, ?, ?, ?)",
                         t->args[USER], t->args[TENANT], t->args[ROLE], kl_int(kl_epoch_seconds()),
                         kl_int(place)));
    tell_pair(t);
    kl_build_share(&t->tenant, "role", t->args[ROLE]);
    t->assigned = true;
    return KL_OK;
}

static kl_status revoke(tenancy *t)
{
    int64_t removed;
    KL_TRY(KL_CHANGE(&removed, t->sql, t->error,
                     "DELETE FROM kailash_tenant_users WHERE user_id = ? AND tenant_id = ?",
                     t->args[USER], t->args[TENANT]));
    tell_pair(t);
    kl_build_put(&t->tenant, "revoked", kl_bool(removed > 0));
    t->assigned = removed == 0;
    return KL_OK;
}

static kl_status get_tenant(tenancy *t)
{
    kl_value rows;
    KL_TRY(assignment(&rows, t));
    t->assigned = kl_array_len(rows) > 0;
    if (t->assigned) {
        tell_pair(t);
        kl_build_share(&t->tenant, "role", kl_rows_first(rows, "role"));
        kl_build_share(&t->tenant, "assigned_at", kl_rows_first(rows, "assigned_at"));
    }
    kl_value_release(rows);
    return KL_OK;
}

static kl_status list_tenants(tenancy *t)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, t->sql, t->error,
                   "SELECT tenant_id, role, assigned_at FROM kailash_tenant_users WHERE user_id = ? "
                   "ORDER BY place",
                   t->args[USER]));
    kl_value_replace(&t->list, rows);
    return KL_OK;
}

static kl_status owner_of(kl_value *rows, tenancy *t)
{
    return KL_ROWS(rows, t->sql, t->error,
                   "SELECT tenant_id FROM kailash_tenant_resources WHERE resource_id = ?",
                   t->args[RESOURCE]);
}

static void tell_resource(tenancy *t)
{
    t->has_tenant = true;
    kl_build_share(&t->tenant, "resource_id", t->args[RESOURCE]);
    kl_build_share(&t->tenant, "tenant_id", t->args[TENANT]);
}

static kl_status register_resource(tenancy *t)
{
    kl_value rows, owner;
    KL_TRY(owner_of(&rows, t));
    owner = kl_rows_first(rows, "tenant_id");
    bool others = !kl_is_null(owner) && !kl_text_equal(kl_as_text(owner), kl_as_text(t->args[TENANT]));
    bool free = kl_is_null(owner);
    kl_value_release(rows);
    if (others)
        return kl_node_failed(t->error, "resource '%.*s' belongs to another tenant",
                              KL_TEXT_ARG(kl_as_text(t->args[RESOURCE])));
    if (free)
        KL_TRY(KL_CHANGE(NULL, t->sql, t->error,
                         "INSERT INTO kailash_tenant_resources (resource_id, tenant_id, "
                         "registered_at) VALUES (?, ?, ?)",
                         t->args[RESOURCE], t->args[TENANT], kl_int(kl_epoch_seconds())));
    tell_resource(t);
    t->assigned = true;
    return KL_OK;
}

static kl_status release_resource(tenancy *t)
{
    int64_t removed;
    KL_TRY(KL_CHANGE(&removed, t->sql, t->error,
                     "DELETE FROM kailash_tenant_resources WHERE resource_id = ? AND tenant_id = ?",
                     t->args[RESOURCE], t->args[TENANT]));
    tell_resource(t);
    kl_build_put(&t->tenant, "released", kl_bool(removed > 0));
    return KL_OK;
}

/* What nobody has registered is nobody's: not the tenant's either. */
static kl_status check_isolation(tenancy *t)
{
    kl_value rows;
    KL_TRY(owner_of(&rows, t));
    kl_value owner = kl_rows_first(rows, "tenant_id");
    t->valid = !kl_is_null(owner) && kl_text_equal(kl_as_text(owner), kl_as_text(t->args[TENANT]));
    kl_value_release(rows);
    tell_resource(t);
    if (kl_is_null(t->args[USER]))
        return KL_OK;
    kl_build_share(&t->tenant, "user_id", t->args[USER]);
    KL_TRY(assignment(&rows, t));
    t->valid &= kl_array_len(rows) > 0;
    kl_value_release(rows);
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const struct {
    kl_status (*act)(tenancy *t);
    int needs[2]; /* inputs that must be given; 0 = none */
} actions[] = {
    {assign, {USER, TENANT}},
    {revoke, {USER, TENANT}},
    {get_tenant, {USER, TENANT}},
    {list_tenants, {USER, 0}},
    {check_isolation, {RESOURCE, TENANT}},
    {register_resource, {RESOURCE, TENANT}},
    {release_resource, {RESOURCE, TENANT}},
};

static kl_status check_needs(const kl_value *args, const int *needs, kl_error *error)
{
    for (size_t i = 0; i < 2; i++)
        if (needs[i] && kl_is_null(args[needs[i]]))
            return kl_node_missing(error, inputs[needs[i]].name);
    return KL_OK;
}

static kl_status tell(kl_value *out, tenancy *t)
{
    kl_value tenant;
    KL_TRY(kl_build_end(&tenant, &t->tenant));
    if (!t->has_tenant)
        kl_value_replace(&tenant, kl_null());
    kl_build build = kl_build_begin(4, t->error);
    kl_build_put(&build, "assigned", kl_bool(t->assigned));
    kl_build_put(&build, "isolation_valid", kl_bool(t->valid));
    kl_build_put(&build, "tenant", tenant);
    kl_build_put(&build, "user_tenants", kl_value_take(&t->list));
    return kl_build_end(out, &build);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    tenancy t = {.args = call->args, .error = error};
    size_t at = 0;
    kl_status status;
    while (!kl_text_is(kl_as_text(call->args[OPERATION]), operations[at]))
        at++;
    KL_TRY(check_needs(call->args, actions[at].needs, error));
    t.tenant = kl_build_begin(4, error);
    KL_TRY_OUT(kl_array_new(&t.list, 0, error));
    KL_TRY_OUT(kl_database_begin(&t.sql, &tenant_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(t.sql, actions[at].act(&t), error));
    status = tell(out, &t);
out:
    kl_value_release(t.tenant.map);
    kl_value_release(t.list);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "TenantAssignmentNode",
        .category = "Enterprise",
        .doc = "Assigns users and resources to tenants and tells whether one stays within its own.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family tenant_nodes = {.name = "tenant", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(tenant_nodes);
