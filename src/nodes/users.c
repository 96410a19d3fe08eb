/* src/nodes/users.c - UserManagementNode: accounts with unique names, hashed passwords, search. */
#include "users.h"
#include "build_map.h"
#include "crypto/password.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/node.h"
#include "unicode.h"

#include <stdio.h>

static const char *const operations[] = {"create", "read",   "update",       "delete",
                                         "list",   "search", "authenticate", NULL};

enum { OPERATION, USER_DATA, USER_ID, USERNAME, PASSWORD, QUERY, PAGE, PAGE_SIZE, DATABASE, SCOPE };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "create (user_data), read, update (user_id, user_data), delete (user_id), list, search "
            "(query), authenticate (username or email, password)"},
    {.name = "user_data", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "any data of the user; username and email must be unique, in any case; a password is kept "
            "as its Argon2id hash only and never told. An update replaces the keys it names; null "
            "removes one"},
    {.name = "user_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "id that create gave"},
    {.name = "username", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of authenticate: username or email"},
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "of authenticate"},
    {.name = "query", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "of search: text in the username, the email or another text of the user, in any case"},
    {.name = "page", .kind = KL_KIND_COUNT, .fallback = "1", .range = KL_RANGE(1, 1e9),
     .doc = "of list and search, from 1"},
    {.name = "page_size", .kind = KL_KIND_COUNT, .fallback = "50", .range = KL_RANGE(1, 1000),
     .doc = "users on a page"},
};
static const kl_param config[] = {KL_DATABASE_PARAMS("process")};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL,
     .doc = "true; of authenticate, whether there is such a user with that password"},
    {.name = "user", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "of create, read, update, authenticate: the user's data, id, created_at, updated_at; null "
            "when nobody was authenticated"},
    {.name = "users", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of list and search: a page of them, in the order of creation"},
    {.name = "total", .kind = KL_KIND_INT, .doc = "of list and search: on all pages"},
    {.name = "page", .kind = KL_KIND_INT, .doc = "of list and search"},
    {.name = "deleted", .kind = KL_KIND_BOOL, .doc = "of delete: true"},
    {.name = "user_id", .kind = KL_KIND_STRING, .doc = "of delete"},
    {.name = "deleted_at", .kind = KL_KIND_STRING, .doc = "of delete: RFC 3339 text"},
};

typedef struct users {
    const kl_value *args;
    kl_sql *sql;
    kl_value now;  /* string: RFC 3339 */
    kl_value hash; /* string: made before the transaction, because it takes long; or null */
    kl_value user, list; /* what is told; null = nothing */
    int64_t total;
    kl_error *error;
} users;

/* ---- a user as rows and as a map ----------------------------------------------------------------- */

/* What the table itself holds, and what is never kept. */
static const char *const own_keys[] = {"id", "created_at", "updated_at", "password", "password_hash"};

static bool is_own_key(kl_text key)
{
    for (size_t i = 0; i < KL_COUNT(own_keys); i++)
        if (kl_text_is(key, own_keys[i]))
            return true;
    return false;
}

static kl_status user_of(kl_value *out, kl_value row, kl_error *error)
{
    static const char *const columns[] = {"id", "created_at", "updated_at"};
    kl_value data;
    KL_TRY(kl_json_parse(&data, kl_as_text(kl_map_get(row, KL_TEXT("data"))), error));
    kl_build build = kl_build_begin(8, error);
    kl_build_merge(&build, data);
    kl_value_release(data);
    for (size_t i = 0; i < KL_COUNT(columns); i++)
        kl_build_share(&build, columns[i], kl_map_get(row, kl_text_from(columns[i])));
    return kl_build_end(out, &build);
}

static kl_status find_user(kl_value *rows, const users *u, kl_value id)
{
    return KL_ROWS(rows, u->sql, u->error, "SELECT * FROM kailash_users WHERE id = ?", id);
}

static kl_status tell_user(users *u, kl_value id)
{
    kl_value rows;
    KL_TRY(find_user(&rows, u, id));
    kl_status status = user_of(&u->user, kl_array_at(rows, 0), u->error);
    kl_value_release(rows);
    return status;
}

/* In small letters; null stays null. */
static kl_status lower_of(kl_value *out, kl_value text, kl_error *error)
{
    *out = kl_null();
    return kl_is_null(text) ? KL_OK
                            : kl_text_lower(out, kl_as_text(text), KL_NODE_TEXT_MAX, error);
}

/* What a search looks at: every text of the first level. */
static kl_status search_text(kl_value *out, kl_value data, kl_error *error)
{
    kl_buffer text = {.limit = KL_NODE_TEXT_MAX};
    for (size_t i = 0; i < kl_map_len(data); i++) {
        kl_value item = kl_map_value_at(data, i);
        if (!kl_is(item, KL_KIND_STRING))
            continue;
        kl_buffer_add(&text, kl_as_text(item));
        kl_buffer_byte(&text, '\n');
    }
    kl_status status = text.status == KL_OK
                           ? kl_text_lower(out, kl_buffer_text(&text), KL_NODE_TEXT_MAX, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

/* The columns made of a user's data. */
typedef struct columns {
    kl_value username, email, data, search; /* strings; the first two may be null */
} columns;

static void columns_clear(columns *c)
{
    kl_value_release(c->username);
    kl_value_release(c->email);
    kl_value_release(c->data);
    kl_value_release(c->search);
}

static kl_status columns_of(columns *c, kl_value data, kl_error *error)
{
    *c = (columns){kl_null(), kl_null(), kl_null(), kl_null()};
    KL_TRY(lower_of(&c->username, kl_map_get(data, KL_TEXT("username")), error));
    KL_TRY(lower_of(&c->email, kl_map_get(data, KL_TEXT("email")), error));
    KL_TRY(kl_json_print(&c->data, data, &kl_json_plain, error));
    return search_text(&c->search, data, error);
}

/* ---- create and update --------------------------------------------------------------------------- */

static kl_status check_unique_one(const users *u, const char *key, kl_value value, kl_value id)
{
    char query[128];
    kl_value rows;
    if (kl_is_null(value))
        return KL_OK;
    snprintf(query, sizeof query, "SELECT id FROM kailash_users WHERE %s = ? AND id <> ?", key);
    KL_TRY(KL_ROWS(&rows, u->sql, u->error, query, value, id));
    bool taken = kl_array_len(rows) > 0;
    kl_value_release(rows);
    return taken ? kl_node_failed(u->error, "the %s '%.*s' is taken", key, KL_TEXT_ARG(kl_as_text(value)))
                 : KL_OK;
}

/* A name that is another's address would let one log in as the other. */
static kl_status check_unique(const users *u, const columns *c, kl_value id)
{
    KL_TRY(check_unique_one(u, "username", c->username, id));
    KL_TRY(check_unique_one(u, "email", c->email, id));
    KL_TRY(check_unique_one(u, "username", c->email, id));
    return check_unique_one(u, "email", c->username, id);
}

/* `data` without what the table itself holds, on top of `before`. */
static kl_status merge_data(kl_value *out, kl_value before, kl_value data, kl_error *error)
{
    kl_build build = kl_build_begin(kl_map_len(before) + kl_map_len(data), error);
    kl_build_merge(&build, before);
    for (size_t i = 0; i < kl_map_len(data) && build.status == KL_OK; i++) {
        kl_value item = kl_map_value_at(data, i), key = kl_map_key_value_at(data, i);
        if (is_own_key(kl_as_text(key)))
            continue;
        build.status = kl_is_null(item) && kl_map_len(before)
                           ? kl_map_remove(&build.map, kl_as_text(key), error)
                           : kl_map_set_key(&build.map, key, kl_value_retain(item), error);
    }
    return kl_build_end(out, &build);
}

static kl_status insert(users *u, kl_value id, const columns *c)
{
    int64_t place;
    KL_TRY(check_unique(u, c, id));
    KL_TRY(kl_database_next(&place, u->sql, "SELECT MAX(place) AS n FROM kailash_users", u->error));
    return KL_CHANGE(NULL, u->sql, u->error,
                     "INSERT INTO kailash_users (id, username, email, password_hash, data, search, "
                     "created_at, updated_at, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     id, c->username, c->email, u->hash, c->data, c->search, u->now, u->now,
                     kl_int(place));
}

static kl_status create(users *u)
{
    char uuid[37];
    columns c;
    kl_value data, id = kl_null();
    KL_TRY(kl_uuid_new(uuid, u->error));
    KL_TRY(merge_data(&data, kl_null(), u->args[USER_DATA], u->error));
    kl_status status = columns_of(&c, data, u->error);
    if (status == KL_OK)
        status = kl_string_from_valid(&id, kl_text_from(uuid), u->error);
    if (status == KL_OK)
        status = insert(u, id, &c);
    if (status == KL_OK)
        status = tell_user(u, id);
    columns_clear(&c);
    kl_value_release(id);
    kl_value_release(data);
    return status;
}

static kl_status write_update(users *u, const columns *c, kl_value hash)
{
    KL_TRY(check_unique(u, c, u->args[USER_ID]));
    return KL_CHANGE(NULL, u->sql, u->error,
                     "UPDATE kailash_users SET username = ?, email = ?, password_hash = ?, data = ?, "
                     "search = ?, updated_at = ? WHERE id = ?",
                     c->username, c->email, hash, c->data, c->search, u->now, u->args[USER_ID]);
}

static kl_status update_row(users *u, kl_value row)
{
    kl_value before, data;
    columns c;
    kl_value hash = kl_is_null(u->hash) ? kl_map_get(row, KL_TEXT("password_hash")) : u->hash;
    KL_TRY(kl_json_parse(&before, kl_as_text(kl_map_get(row, KL_TEXT("data"))), u->error));
    kl_status status = merge_data(&data, before, u->args[USER_DATA], u->error);
    kl_value_release(before);
    KL_TRY(status);
    status = columns_of(&c, data, u->error);
    kl_value_release(data);
    if (status == KL_OK)
        status = write_update(u, &c, hash);
    columns_clear(&c);
    return status;
}

static kl_status update(users *u)
{
    kl_value rows;
    KL_TRY(kl_user_must_exist(u->sql, u->args[USER_ID], u->error));
    KL_TRY(find_user(&rows, u, u->args[USER_ID]));
    kl_status status = update_row(u, kl_array_at(rows, 0));
    kl_value_release(rows);
    return status == KL_OK ? tell_user(u, u->args[USER_ID]) : status;
}

/* ---- read, delete, list, search ------------------------------------------------------------------ */

static kl_status read(users *u)
{
    KL_TRY(kl_user_must_exist(u->sql, u->args[USER_ID], u->error));
    return tell_user(u, u->args[USER_ID]);
}

static kl_status delete(users *u)
{
    KL_TRY(kl_user_must_exist(u->sql, u->args[USER_ID], u->error));
    KL_TRY(KL_CHANGE(NULL, u->sql, u->error, "DELETE FROM kailash_user_roles WHERE user_id = ?",
                     u->args[USER_ID]));
    return KL_CHANGE(NULL, u->sql, u->error, "DELETE FROM kailash_users WHERE id = ?", u->args[USER_ID]);
}

static kl_status add_users(kl_value *list, kl_value rows, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value user;
        KL_TRY(user_of(&user, kl_array_at(rows, i), error));
        KL_TRY(kl_array_push(list, user, error));
    }
    return KL_OK;
}

/* `pattern` of LIKE, with '!' before what is meant as it is. */
static kl_status list_like(users *u, kl_value pattern)
{
    int64_t size = kl_as_int(u->args[PAGE_SIZE]);
    kl_value rows, from = kl_int((kl_as_int(u->args[PAGE]) - 1) * size);
    KL_TRY(KL_ROWS(&rows, u->sql, u->error,
                   "SELECT COUNT(*) AS n FROM kailash_users WHERE search LIKE ? ESCAPE '!'", pattern));
    u->total = kl_rows_number(rows);
    kl_value_release(rows);
    KL_TRY(KL_ROWS(&rows, u->sql, u->error,
                   "SELECT * FROM kailash_users WHERE search LIKE ? ESCAPE '!' ORDER BY place LIMIT ? "
                   "OFFSET ?",
                   pattern, u->args[PAGE_SIZE], from));
    kl_status status = kl_array_new(&u->list, kl_array_len(rows), u->error);
    if (status == KL_OK)
        status = add_users(&u->list, rows, u->error);
    kl_value_release(rows);
    return status;
}

static kl_status list(users *u)
{
    kl_value all;
    KL_TRY(kl_string_from_valid(&all, KL_TEXT("%"), u->error));
    kl_status status = list_like(u, all);
    kl_value_release(all);
    return status;
}

static kl_status search(users *u)
{
    kl_value text, pattern;
    kl_buffer like = KL_BUFFER_INIT;
    KL_TRY(lower_of(&text, u->args[QUERY], u->error));
    kl_text words = kl_as_text(text);
    kl_buffer_byte(&like, '%');
    for (size_t i = 0; i < words.len; i++) {
        if (strchr("%_!", words.data[i]) && words.data[i])
            kl_buffer_byte(&like, '!');
        kl_buffer_byte(&like, words.data[i]);
    }
    kl_buffer_byte(&like, '%');
    kl_value_release(text);
    KL_TRY(kl_buffer_finish(&pattern, &like, u->error));
    kl_status status = list_like(u, pattern);
    kl_value_release(pattern);
    return status;
}

/* ---- authenticate -------------------------------------------------------------------------------- */

static kl_status find_login(users *u)
{
    kl_value name, rows;
    KL_TRY(lower_of(&name, u->args[USERNAME], u->error));
    kl_status status = KL_ROWS(&rows, u->sql, u->error,
                               "SELECT * FROM kailash_users WHERE username = ? OR email = ?", name, name);
    kl_value_release(name);
    KL_TRY(status);
    u->hash = kl_value_retain(kl_rows_first(rows, "password_hash"));
    if (kl_array_len(rows))
        status = user_of(&u->user, kl_array_at(rows, 0), u->error);
    kl_value_release(rows);
    return status;
}

/* For users that do not exist, so that this takes as long as for one who does. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* Behind the transaction: hashing takes long. */
static kl_status verify_login(users *u)
{
    bool matches = false;
    kl_text hash = kl_is_null(u->hash) ? kl_text_from(nobody) : kl_as_text(u->hash);
    KL_TRY(kl_password_verify(&matches, hash, kl_as_text(u->args[PASSWORD]), u->error));
    if (!matches || kl_is_null(u->hash))
        kl_value_replace(&u->user, kl_null());
    return KL_OK;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const struct {
    kl_status (*act)(users *u);
    int needs[2]; /* inputs that must be given; 0 = none */
} actions[] = {
    {create, {USER_DATA, 0}}, {read, {USER_ID, 0}},    {update, {USER_ID, USER_DATA}},
    {delete, {USER_ID, 0}},   {list, {0, 0}},          {search, {0, 0}},
    {find_login, {USERNAME, PASSWORD}},
};

static kl_status check_data(kl_value data, kl_error *error)
{
    static const char *const texts[] = {"username", "email", "password"};
    char name[32];
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        const kl_value *value = kl_map_find(data, kl_text_from(texts[i]));
        size_t len = value ? kl_as_text(*value).len : 1;
        snprintf(name, sizeof name, "user_data.%s", texts[i]);
        if (value && !kl_is_null(*value) && !kl_is(*value, KL_KIND_STRING)) /* never the value */
            return kl_node_bad(error, name, "expected string, got %s", kl_value_kind_name(*value));
        if (value && kl_is(*value, KL_KIND_STRING) && (len == 0 || (i < 2 && len > 191)))
            return kl_node_bad(error, name, "expected 1 to 191 bytes, got %zu", len);
    }
    kl_text email = kl_as_text(kl_map_get(data, KL_TEXT("email")));
    const char *at = email.len ? memchr(email.data, '@', email.len) : NULL;
    if (email.len && (!at || at == email.data || at + 1 == email.data + email.len))
        return kl_node_bad(error, "user_data.email", "expected name@domain, got '%.*s'",
                           KL_TEXT_ARG(email));
    return KL_OK;
}

static kl_status check(const kl_value *args, const int *needs, kl_error *error)
{
    for (size_t i = 0; i < 2; i++)
        if (needs[i] && kl_is_null(args[needs[i]]))
            return kl_node_missing(error, inputs[needs[i]].name);
    return check_data(args[USER_DATA], error);
}

static kl_status prepare(users *u)
{
    char now[KL_TIME_TEXT];
    kl_value password = kl_map_get(u->args[USER_DATA], KL_TEXT("password"));
    kl_time_print(now, kl_time_now(), 9, KL_TIME_OFFSET);
    KL_TRY(kl_string_from_valid(&u->now, kl_text_from(now), u->error));
    return kl_is_null(password) ? KL_OK : kl_password_hash(&u->hash, kl_as_text(password), u->error);
}

static kl_status tell(kl_value *out, users *u, size_t operation)
{
    bool is_delete = actions[operation].act == delete, is_login = actions[operation].act == find_login;
    kl_build build = kl_build_begin(4, u->error);
    kl_build_put(&build, "success", kl_bool(!is_login || !kl_is_null(u->user)));
    if (is_delete) {
        kl_build_put(&build, "deleted", kl_bool(true));
        kl_build_share(&build, "user_id", u->args[USER_ID]);
        kl_build_share(&build, "deleted_at", u->now);
    } else if (!kl_is_null(u->list)) {
        kl_build_share(&build, "users", u->list);
        kl_build_put(&build, "total", kl_int(u->total));
        kl_build_share(&build, "page", u->args[PAGE]);
    } else {
        kl_build_share(&build, "user", u->user);
    }
    return kl_build_end(out, &build);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    users u = {.args = call->args, .error = error};
    size_t at = 0;
    kl_status status;
    while (!kl_text_is(kl_as_text(call->args[OPERATION]), operations[at]))
        at++;
    KL_TRY(check(call->args, actions[at].needs, error));
    KL_TRY_OUT(prepare(&u));
    KL_TRY_OUT(kl_database_begin(&u.sql, &kl_user_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(u.sql, actions[at].act(&u), error));
    if (actions[at].act == find_login)
        KL_TRY_OUT(verify_login(&u));
    status = tell(out, &u, at);
out:
    kl_value_release(u.now);
    kl_value_release(u.hash);
    kl_value_release(u.user);
    kl_value_release(u.list);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "UserManagementNode",
        .category = "Admin",
        .doc = "Keeps users with unique names and addresses and hashed passwords.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family user_nodes = {.name = "users", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(user_nodes);
