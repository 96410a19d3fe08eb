/* src/nodes/roles.c - RoleManagementNode, PermissionCheckNode: roles of users, and what they may do. */
#include "build_map.h"
#include "kailash/node.h"
#include "operation.h"
#include "users.h"

#include <stdio.h>

/* ---- roles as they are kept ---------------------------------------------------------------------- */

static kl_status column_of(kl_value *out, kl_value rows, const char *column, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value item = kl_map_get(kl_array_at(rows, i), kl_text_from(column));
        kl_status status = kl_array_push(&list, kl_value_retain(item), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* The values of one column, named `v`, of the rows that a query finds for a key. */
static kl_status list_of(kl_value *out, kl_sql *sql, const char *query, kl_value key, kl_error *error)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, sql, error, query, key));
    kl_status status = column_of(out, rows, "v", error);
    kl_value_release(rows);
    return status;
}

static const char grants_of_role[] =
    "SELECT permission AS v FROM kailash_role_permissions WHERE role = ? AND denies = 0 ORDER BY place";
static const char denials_of_role[] =
    "SELECT permission AS v FROM kailash_role_permissions WHERE role = ? AND denies = 1 ORDER BY place";
static const char parents_of_role[] =
    "SELECT parent AS v FROM kailash_role_parents WHERE role = ? ORDER BY place";
static const char roles_of_user[] =
    "SELECT role AS v FROM kailash_user_roles WHERE user_id = ? ORDER BY place";

/* Add the parents of every role of the list, and theirs, once each. */
static kl_status add_inherited(kl_value *roles, kl_sql *sql, kl_work *work, kl_error *error)
{
    kl_value seen;
    KL_TRY(kl_map_new(&seen, 8, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(*roles) && status == KL_OK; i++)
        status = kl_map_set_key(&seen, kl_array_at(*roles, i), kl_null(), error);
    for (size_t i = 0; i < kl_array_len(*roles) && status == KL_OK; i++) {
        kl_value parents = kl_null();
        status = kl_work_step(work, error);
        if (status == KL_OK)
            status = list_of(&parents, sql, parents_of_role, kl_array_at(*roles, i), error);
        for (size_t j = 0; j < kl_array_len(parents) && status == KL_OK; j++) {
            kl_value parent = kl_array_at(parents, j);
            if (kl_map_has(seen, kl_as_text(parent)))
                continue;
            status = kl_map_set_key(&seen, parent, kl_null(), error);
            if (status == KL_OK)
                status = kl_array_push(roles, kl_value_retain(parent), error);
        }
        kl_value_release(parents);
    }
    kl_value_release(seen);
    return status;
}

/* ---- RoleManagementNode -------------------------------------------------------------------------- */

static const char *const operations[] = {"create", "update", "delete", "get",       "list",
                                         "assign", "revoke", "user_roles", NULL};

enum { OPERATION, ROLE, DESCRIPTION, PERMISSIONS, DENIED, INHERITS, USER, DATABASE, SCOPE };

static const kl_param role_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "create, update, delete, get (role); list; assign, revoke (user_id, role); user_roles "
            "(user_id)"},
    {.name = "role", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "name of the role"},
    {.name = "description", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of create and update: what it is for"},
    {.name = "permissions", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of create and update: what it allows, such as docs:read; \"*\" in place of a word stands "
            "for any, at the end for any number of them"},
    {.name = "denied", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of create and update: what it forbids, likewise, whatever another role allows"},
    {.name = "inherits", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of create and update: roles whose permissions and denials it has as well"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "id of a user of UserManagementNode"},
};
static const kl_param role_config[] = {KL_DATABASE_PARAMS("process")};
static const kl_param role_outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "true; of revoke, whether there was the role to revoke"},
    {.name = "role", .kind = KL_KIND_MAP,
     .doc = "of create, update, get: {name, description, permissions, denied, inherits, created_at}"},
    {.name = "roles", .kind = KL_KIND_ARRAY,
     .doc = "of list: such dicts; of assign, revoke, user_roles: names of the user's own roles"},
    {.name = "effective_roles", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "of user_roles: those and what they inherit"},
    {.name = "deleted", .kind = KL_KIND_BOOL, .doc = "of delete: true"},
};

typedef struct roles {
    const kl_node_call *call;
    const kl_value *args;
    kl_sql *sql;
    kl_value now;    /* string */
    kl_build result;
    kl_error *error;
} roles;

static kl_status role_of(kl_value *out, roles *r, kl_value row)
{
    static const struct {
        const char *key, *query;
    } lists[] = {{"permissions", grants_of_role}, {"denied", denials_of_role}, {"inherits", parents_of_role}};
    kl_value name = kl_map_get(row, KL_TEXT("name"));
    kl_build build = kl_build_begin(6, r->error);
    kl_build_share(&build, "name", name);
    kl_build_share(&build, "description", kl_map_get(row, KL_TEXT("description")));
    for (size_t i = 0; i < KL_COUNT(lists) && build.status == KL_OK; i++) {
        kl_value list;
        build.status = list_of(&list, r->sql, lists[i].query, name, r->error);
        if (build.status == KL_OK)
            kl_build_put(&build, lists[i].key, list);
    }
    kl_build_share(&build, "created_at", kl_map_get(row, KL_TEXT("created_at")));
    return kl_build_end(out, &build);
}

static kl_status tell_role(roles *r)
{
    kl_value rows, role;
    KL_TRY(KL_ROWS(&rows, r->sql, r->error, "SELECT * FROM kailash_roles WHERE name = ?", r->args[ROLE]));
    kl_status status = role_of(&role, r, kl_array_at(rows, 0));
    kl_value_release(rows);
    if (status == KL_OK)
        kl_build_put(&r->result, "role", role);
    return status;
}


static kl_status check_permissions(const roles *r, int arg)
{
    char name[64];
    for (size_t i = 0; i < kl_array_len(r->args[arg]); i++) {
        kl_value permission = kl_array_at(r->args[arg], i);
        snprintf(name, sizeof name, "%s[%zu]", role_inputs[arg].name, i);
        if (!kl_permission_is_valid(kl_as_text(permission), true))
            return kl_node_bad_value(r->error, name,
                                     "words of letters, digits, '_', '-', '.' or \"*\", parted by ':'",
                                     permission);
    }
    return KL_OK;
}

static kl_status add_permissions(const roles *r, int arg, bool denies, int64_t place)
{
    for (size_t i = 0; i < kl_array_len(r->args[arg]); i++) {
        kl_value permission = kl_array_at(r->args[arg], i);
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                         "DELETE FROM kailash_role_permissions WHERE role = ? AND permission = ?",
                         r->args[ROLE], permission));
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                         "INSERT INTO kailash_role_permissions (role, permission, denies, place) "
                         "VALUES (?, ?, ?, ?)",
                         r->args[ROLE], permission, kl_int(denies), kl_int(place + (int64_t)i)));
    }
    return KL_OK;
}

/* What is denied comes last, so that it stays when a permission stands in both lists. */
static kl_status set_permissions(const roles *r)
{
    static const struct {
        int arg;
        bool denies;
    } lists[] = {{PERMISSIONS, false}, {DENIED, true}};
    for (size_t i = 0; i < KL_COUNT(lists); i++) {
        int64_t place;
        if (kl_is_null(r->args[lists[i].arg]))
            continue;
        KL_TRY(check_permissions(r, lists[i].arg));
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                         "DELETE FROM kailash_role_permissions WHERE role = ? AND denies = ?",
                         r->args[ROLE], kl_int(lists[i].denies)));
        KL_TRY(kl_database_next(&place, r->sql, "SELECT MAX(place) AS n FROM kailash_role_permissions",
                               r->error));
        KL_TRY(add_permissions(r, lists[i].arg, lists[i].denies, place));
    }
    return KL_OK;
}

/* A role that is among its own ancestors would allow what nobody meant. */
static kl_status check_circle(const roles *r)
{
    kl_work work = kl_node_work(r->call);
    kl_value all = kl_value_retain(r->args[INHERITS]);
    kl_status status = add_inherited(&all, r->sql, &work, r->error);
    for (size_t i = 0; i < kl_array_len(all) && status == KL_OK; i++)
        if (kl_text_equal(kl_as_text(kl_array_at(all, i)), kl_as_text(r->args[ROLE])))
            status = kl_node_failed(r->error, "role '%.*s' would inherit from itself",
                                    KL_TEXT_ARG(kl_as_text(r->args[ROLE])));
    kl_value_release(all);
    return status;
}

static kl_status set_parents(const roles *r)
{
    kl_value list = r->args[INHERITS];
    int64_t place;
    if (kl_is_null(list))
        return KL_OK;
    KL_TRY(KL_CHANGE(NULL, r->sql, r->error, "DELETE FROM kailash_role_parents WHERE role = ?",
                     r->args[ROLE]));
    KL_TRY(check_circle(r));
    KL_TRY(kl_database_next(&place, r->sql, "SELECT MAX(place) AS n FROM kailash_role_parents", r->error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value parent = kl_array_at(list, i);
        KL_TRY(kl_role_must_exist(r->sql, parent, r->error));
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                         "DELETE FROM kailash_role_parents WHERE role = ? AND parent = ?", r->args[ROLE],
                         parent));
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                         "INSERT INTO kailash_role_parents (role, parent, place) VALUES (?, ?, ?)",
                         r->args[ROLE], parent, kl_int(place + (int64_t)i)));
    }
    return KL_OK;
}

static kl_status set_all(roles *r)
{
    KL_TRY(set_permissions(r));
    KL_TRY(set_parents(r));
    return tell_role(r);
}

static kl_status insert_role(roles *r, kl_value description)
{
    int64_t place;
    KL_TRY(kl_database_next(&place, r->sql, "SELECT MAX(place) AS n FROM kailash_roles", r->error));
    return KL_CHANGE(NULL, r->sql, r->error,
                     "INSERT INTO kailash_roles (name, description, created_at, place) "
                     "VALUES (?, ?, ?, ?)",
                     r->args[ROLE], description, r->now, kl_int(place));
}

static kl_status create(roles *r)
{
    kl_value rows, empty, description = r->args[DESCRIPTION];
    KL_TRY(KL_ROWS(&rows, r->sql, r->error, "SELECT name FROM kailash_roles WHERE name = ?",
                   r->args[ROLE]));
    bool taken = kl_array_len(rows) > 0;
    kl_value_release(rows);
    if (taken)
        return kl_node_failed(r->error, "the role '%.*s' exists",
                              KL_TEXT_ARG(kl_as_text(r->args[ROLE])));
    KL_TRY(kl_string_from_valid(&empty, KL_TEXT(""), r->error));
    kl_status status = insert_role(r, kl_is_null(description) ? empty : description);
    kl_value_release(empty);
    return status == KL_OK ? set_all(r) : status;
}

static kl_status update(roles *r)
{
    KL_TRY(kl_role_must_exist(r->sql, r->args[ROLE], r->error));
    if (!kl_is_null(r->args[DESCRIPTION]))
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error, "UPDATE kailash_roles SET description = ? WHERE name = ?",
                         r->args[DESCRIPTION], r->args[ROLE]));
    return set_all(r);
}

static kl_status delete(roles *r)
{
    static const char *const changes[] = {
        "DELETE FROM kailash_role_permissions WHERE role = ?", "DELETE FROM kailash_role_parents WHERE role = ?",
        "DELETE FROM kailash_role_parents WHERE parent = ?", "DELETE FROM kailash_user_roles WHERE role = ?",
        "DELETE FROM kailash_roles WHERE name = ?"};
    KL_TRY(kl_role_must_exist(r->sql, r->args[ROLE], r->error));
    for (size_t i = 0; i < KL_COUNT(changes); i++)
        KL_TRY(KL_CHANGE(NULL, r->sql, r->error, changes[i], r->args[ROLE]));
    kl_build_put(&r->result, "deleted", kl_bool(true));
    return KL_OK;
}

static kl_status get(roles *r)
{
    KL_TRY(kl_role_must_exist(r->sql, r->args[ROLE], r->error));
    return tell_role(r);
}

static kl_status add_roles(kl_value *list, roles *r, kl_value rows)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value role;
        KL_TRY(role_of(&role, r, kl_array_at(rows, i)));
        KL_TRY(kl_array_push(list, role, r->error));
    }
    return KL_OK;
}

static kl_status list(roles *r)
{
    kl_value rows, all = kl_null();
    KL_TRY(kl_database_run(&rows, NULL, r->sql, "SELECT * FROM kailash_roles ORDER BY place", NULL, 0,
                          r->error));
    kl_status status = kl_array_new(&all, kl_array_len(rows), r->error);
    if (status == KL_OK)
        status = add_roles(&all, r, rows);
    kl_value_release(rows);
    kl_build_share(&r->result, "roles", all);
    kl_value_release(all);
    return status;
}

static kl_status tell_user_roles(roles *r)
{
    kl_value own;
    KL_TRY(list_of(&own, r->sql, roles_of_user, r->args[USER], r->error));
    kl_build_put(&r->result, "roles", own);
    return KL_OK;
}

static kl_status assign(roles *r)
{
    int64_t place;
    KL_TRY(kl_user_must_exist(r->sql, r->args[USER], r->error));
    KL_TRY(kl_role_must_exist(r->sql, r->args[ROLE], r->error));
    KL_TRY(kl_database_next(&place, r->sql, "SELECT MAX(place) AS n FROM kailash_user_roles", r->error));
    KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                     "DELETE FROM kailash_user_roles WHERE user_id = ? AND role = ?", r->args[USER],
                     r->args[ROLE]));
    KL_TRY(KL_CHANGE(NULL, r->sql, r->error,
                     "INSERT INTO kailash_user_roles (user_id, role, assigned_at, place) "
                     "VALUES (?, ?, ?, ?)",
                     r->args[USER], r->args[ROLE], r->now, kl_int(place)));
    return tell_user_roles(r);
}

static kl_status revoke(roles *r)
{
    int64_t removed;
    KL_TRY(kl_user_must_exist(r->sql, r->args[USER], r->error));
    KL_TRY(KL_CHANGE(&removed, r->sql, r->error,
                     "DELETE FROM kailash_user_roles WHERE user_id = ? AND role = ?", r->args[USER],
                     r->args[ROLE]));
    kl_build_put(&r->result, "success", kl_bool(removed > 0));
    return tell_user_roles(r);
}

static kl_status user_roles(roles *r)
{
    kl_work work = kl_node_work(r->call);
    kl_value all;
    KL_TRY(kl_user_must_exist(r->sql, r->args[USER], r->error));
    KL_TRY(tell_user_roles(r));
    KL_TRY(list_of(&all, r->sql, roles_of_user, r->args[USER], r->error));
    kl_status status = add_inherited(&all, r->sql, &work, r->error);
    kl_build_share(&r->result, "effective_roles", all);
    kl_value_release(all);
    return status;
}

static const struct {
    kl_status (*act)(roles *r);
    int needs[2]; /* inputs that must be given; 0 = none */
} actions[] = {
    {create, {ROLE, 0}}, {update, {ROLE, 0}},    {delete, {ROLE, 0}},    {get, {ROLE, 0}},
    {list, {0, 0}},      {assign, {USER, ROLE}}, {revoke, {USER, ROLE}}, {user_roles, {USER, 0}},
};

enum { ROLE_NAME_MAX = 191 };

static kl_status check_role_call(const kl_value *args, const int *needs, kl_error *error)
{
    for (size_t i = 0; i < 2; i++)
        if (needs[i] && kl_is_null(args[needs[i]]))
            return kl_node_missing(error, role_inputs[needs[i]].name);
    size_t len = kl_as_text(args[ROLE]).len;
    if (!kl_is_null(args[ROLE]) && (len == 0 || len > ROLE_NAME_MAX))
        return kl_node_bad(error, "role", "expected 1 to %d bytes, got %zu", ROLE_NAME_MAX, len);
    return KL_OK;
}

static kl_status run_roles(kl_value *out, kl_node_call *call, kl_error *error)
{
    roles r = {.call = call, .args = call->args, .error = error};
    char now[KL_TIME_TEXT];
    size_t at = 0;
    kl_status status;
    while (!kl_text_is(kl_as_text(call->args[OPERATION]), operations[at]))
        at++;
    KL_TRY(check_role_call(call->args, actions[at].needs, error));
    kl_time_print(now, kl_time_now(), 9, KL_TIME_OFFSET);
    r.result = kl_build_begin(3, error);
    kl_build_put(&r.result, "success", kl_bool(true));
    KL_TRY_OUT(kl_string_from_valid(&r.now, kl_text_from(now), error));
    KL_TRY_OUT(kl_database_begin(&r.sql, &kl_user_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(r.sql, actions[at].act(&r), error));
    status = kl_build_end(out, &r.result);
out:
    kl_value_release(r.result.map);
    kl_value_release(r.now);
    return status;
}

/* ---- PermissionCheckNode ------------------------------------------------------------------------- */

enum { C_USER, C_PERMISSION, C_DATABASE, C_SCOPE };

static const kl_param check_inputs[] = {
    {.name = "user_id", .kind = KL_KIND_STRING, .doc = "id of a user of UserManagementNode"},
    {.name = "permission", .kind = KL_KIND_STRING,
     .doc = "what shall be done: words parted by ':', such as docs:read"},
};
static const kl_param check_config[] = {KL_DATABASE_PARAMS("process")};
static const kl_param check_outputs[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL,
     .doc = "whether a role of the user allows it and none denies it; false for unknown users"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why, in words"},
    {.name = "matched", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "{role, permission, effect \"allow\" or \"deny\"} that decided, or null"},
    {.name = "explanation", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "everything that bears on it: such dicts, in the order of the user's roles"},
    {.name = "roles", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "the user's roles and what they inherit"},
};

typedef struct permit {
    const kl_value *args;
    kl_sql *sql;
    bool known;           /* the user */
    kl_value roles;       /* array */
    kl_value explanation; /* array */
    kl_value matched;     /* map, or null */
    bool denied;
    kl_error *error;
} permit;

static kl_status explain(permit *p, kl_value role, kl_value pattern, bool denies)
{
    kl_value line;
    kl_build build = kl_build_begin(3, p->error);
    kl_build_share(&build, "role", role);
    kl_build_share(&build, "permission", pattern);
    kl_build_text(&build, "effect", denies ? KL_TEXT("deny") : KL_TEXT("allow"));
    KL_TRY(kl_build_end(&line, &build));
    if (kl_is_null(p->matched) || (denies && !p->denied))
        kl_value_replace(&p->matched, kl_value_retain(line));
    p->denied |= denies;
    return kl_array_push(&p->explanation, line, p->error);
}

static kl_status look_at_role(permit *p, kl_value role, bool denies)
{
    kl_value list;
    KL_TRY(list_of(&list, p->sql, denies ? denials_of_role : grants_of_role, role, p->error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(list) && status == KL_OK; i++) {
        kl_value pattern = kl_array_at(list, i);
        if (kl_permission_matches(kl_as_text(pattern), kl_as_text(p->args[C_PERMISSION])))
            status = explain(p, role, pattern, denies);
    }
    kl_value_release(list);
    return status;
}

static kl_status find_roles(permit *p, const kl_node_call *call)
{
    kl_work work = kl_node_work(call);
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, p->sql, p->error, "SELECT id FROM kailash_users WHERE id = ?", p->args[C_USER]));
    p->known = kl_array_len(rows) > 0;
    kl_value_release(rows);
    KL_TRY(list_of(&p->roles, p->sql, roles_of_user, p->args[C_USER], p->error));
    return add_inherited(&p->roles, p->sql, &work, p->error);
}

static kl_status decide(permit *p, const kl_node_call *call)
{
    KL_TRY(find_roles(p, call));
    for (size_t i = 0; i < kl_array_len(p->roles); i++) {
        KL_TRY(look_at_role(p, kl_array_at(p->roles, i), true));
        KL_TRY(look_at_role(p, kl_array_at(p->roles, i), false));
    }
    return KL_OK;
}

static void add_reason(kl_build *build, const permit *p)
{
    kl_text role = kl_as_text(kl_map_get(p->matched, KL_TEXT("role")));
    kl_text pattern = kl_as_text(kl_map_get(p->matched, KL_TEXT("permission")));
    if (!kl_is_null(p->matched))
        kl_build_format(build, "reason", "role '%.*s' %s '%.*s'", KL_TEXT_ARG(role),
                        p->denied ? "denies" : "allows", KL_TEXT_ARG(pattern));
    else
        kl_build_text(build, "reason",
                      !p->known                ? KL_TEXT("there is no such user")
                      : kl_array_len(p->roles) ? KL_TEXT("no role of the user allows it")
                                               : KL_TEXT("the user has no role"));
}

static kl_status tell_decision(kl_value *out, const permit *p)
{
    kl_build build = kl_build_begin(5, p->error);
    kl_build_put(&build, "allowed", kl_bool(!kl_is_null(p->matched) && !p->denied));
    add_reason(&build, p);
    kl_build_share(&build, "matched", p->matched);
    kl_build_share(&build, "explanation", p->explanation);
    kl_build_share(&build, "roles", p->roles);
    return kl_build_end(out, &build);
}

static kl_status run_check(kl_value *out, kl_node_call *call, kl_error *error)
{
    permit p = {.args = call->args, .error = error};
    kl_status status;
    if (!kl_permission_is_valid(kl_as_text(call->args[C_PERMISSION]), false))
        return kl_node_bad_value(error, "permission",
                                 "words of letters, digits, '_', '-', '.', parted by ':'",
                                 call->args[C_PERMISSION]);
    KL_TRY(kl_array_new(&p.explanation, 0, error));
    KL_TRY_OUT(kl_database_begin(&p.sql, &kl_user_records, call->args[C_DATABASE], call->args[C_SCOPE],
                                call, error));
    KL_TRY_OUT(kl_database_end(p.sql, decide(&p, call), error));
    status = tell_decision(out, &p);
out:
    kl_value_release(p.explanation);
    kl_value_release(p.matched);
    kl_value_release(p.roles);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "RoleManagementNode",
        .category = "Admin",
        .doc = "Keeps roles: what they allow and deny, what they inherit, who has them.",
        .inputs = KL_TABLE(role_inputs),
        .config = KL_TABLE(role_config),
        .outputs = KL_TABLE(role_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run_roles,
    },
    {
        .name = "PermissionCheckNode",
        .category = "Admin",
        .doc = "Tells whether the roles of a user allow something, and why.",
        .inputs = KL_TABLE(check_inputs),
        .config = KL_TABLE(check_config),
        .outputs = KL_TABLE(check_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run_check,
    },
};

static const kl_node_family role_nodes = {.name = "roles", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(role_nodes);
