/* src/nodes/user_records.c - see users.h. */
#include "users.h"
#include "kailash/node.h"

/* Names and addresses are unique in small letters. */
static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_users (id VARCHAR(36) PRIMARY KEY, username VARCHAR(191) UNIQUE, "
    "email VARCHAR(191) UNIQUE, password_hash TEXT, data TEXT NOT NULL, search TEXT NOT NULL, "
    "created_at TEXT NOT NULL, updated_at TEXT NOT NULL, place BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS kailash_roles (name VARCHAR(191) PRIMARY KEY, description TEXT NOT NULL, "
    "created_at TEXT NOT NULL, place BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS kailash_role_parents (role VARCHAR(191) NOT NULL, "
    "parent VARCHAR(191) NOT NULL, place BIGINT NOT NULL, PRIMARY KEY (role, parent))",
    "CREATE TABLE IF NOT EXISTS kailash_role_permissions (role VARCHAR(191) NOT NULL, "
    "permission VARCHAR(191) NOT NULL, denies BIGINT NOT NULL, place BIGINT NOT NULL, "
    "PRIMARY KEY (role, permission))",
    "CREATE TABLE IF NOT EXISTS kailash_user_roles (user_id VARCHAR(36) NOT NULL, "
    "role VARCHAR(191) NOT NULL, assigned_at TEXT NOT NULL, place BIGINT NOT NULL, "
    "PRIMARY KEY (user_id, role))",
};
static kl_status make(void **out, kl_text url, kl_error *error)
{
    return kl_database_make(out, url, schema, KL_COUNT(schema), error);
}
const kl_shared_kind kl_user_records = {make, kl_database_dispose};

static kl_status must_exist(kl_sql *sql, const char *query, const char *what, kl_value key,
                            kl_error *error)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, sql, error, query, key));
    bool exists = kl_array_len(rows) > 0;
    kl_value_release(rows);
    return exists ? KL_OK
                  : kl_node_failed(error, "no %s '%.*s'", what, KL_TEXT_ARG(kl_as_text(key)));
}

kl_status kl_user_must_exist(kl_sql *sql, kl_value user_id, kl_error *error)
{
    return must_exist(sql, "SELECT id FROM kailash_users WHERE id = ?", "user", user_id, error);
}

kl_status kl_role_must_exist(kl_sql *sql, kl_value role, kl_error *error)
{
    return must_exist(sql, "SELECT name FROM kailash_roles WHERE name = ?", "role", role, error);
}

/* ---- permissions --------------------------------------------------------------------------------- */

enum { PERMISSION_MAX = 191 };

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-' ||
           c == '.';
}

/* The word up to the next ':' is cut off. */
static kl_text take_word(kl_text *rest)
{
    const char *colon = rest->len ? memchr(rest->data, ':', rest->len) : NULL;
    kl_text word = {rest->data, colon ? (size_t)(colon - rest->data) : rest->len};
    size_t used = word.len + (colon != NULL);
    *rest = (kl_text){rest->data + used, rest->len - used};
    return word;
}

bool kl_permission_is_valid(kl_text permission, bool pattern)
{
    bool open = permission.len && permission.data[permission.len - 1] == ':';
    if (!permission.len || permission.len > PERMISSION_MAX || open)
        return false;
    while (permission.len) {
        kl_text word = take_word(&permission);
        if (pattern && kl_text_is(word, "*"))
            continue;
        for (size_t i = 0; i < word.len; i++)
            if (!is_word_byte(word.data[i]))
                return false;
        if (!word.len)
            return false;
    }
    return true;
}

bool kl_permission_matches(kl_text pattern, kl_text permission)
{
    while (pattern.len && permission.len) {
        kl_text want = take_word(&pattern), have = take_word(&permission);
        bool any = kl_text_is(want, "*");
        if (any && !pattern.len)
            return true;
        if (!any && !kl_text_equal(want, have))
            return false;
    }
    return !pattern.len && !permission.len;
}
