/* UserManagementNode, RoleManagementNode, PermissionCheckNode: one store. */
#include "kailash/time.h"
#include "nodes/users.h"
#include "node_database_test.h"

#define USERS "UserManagementNode"
#define ROLES "RoleManagementNode"
#define CHECK "PermissionCheckNode"
#define CREATE(data) "{\"operation\":\"create\",\"user_data\":{" data "}}"

/* The id of a new user. */
static const char *new_user(const char *config, const char *data)
{
    static char id[40], inputs[512];
    snprintf(inputs, sizeof inputs, CREATE("%s"), data);
    kl_value out = outputs_of(USERS, config, inputs);
    const kl_value *found = kl_value_path(&out, KL_TEXT("user.id"));
    assert_int_equal(kl_as_text(*found).len, 36);
    strcpy(id, kl_as_text(*found).data);
    kl_value_release(out);
    return id;
}

static const char *with_id(const char *operation, const char *id, const char *rest)
{
    static char inputs[512];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",\"user_id\":\"%s\"%s}", operation, id, rest);
    return inputs;
}

/* ---- users --------------------------------------------------------------------------------------- */

KL_TEST(users_are_created_and_read)
{
    KL_UNUSED_STATE;
    const char *config = in_file("create");
    kl_value out = outputs_of(USERS, config, CREATE("\"username\":\"Joe\",\"email\":\"j@x.y\",\"n\":[1]"));
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("success"))));
    kl_value user = kl_value_retain(kl_map_get(out, KL_TEXT("user"))), read;
    kl_value_release(out);
    assert_int_equal(kl_map_len(user), 6);
    assert_string_equal(kl_as_text(kl_map_get(user, KL_TEXT("username"))).data, "Joe");
    assert_int_equal(kl_as_text(kl_map_get(user, KL_TEXT("created_at"))).len, 35);
    out = outputs_of(USERS, config, with_id("read", kl_as_text(kl_map_get(user, KL_TEXT("id"))).data, ""));
    read = kl_map_get(out, KL_TEXT("user"));
    bool same = false;
    assert_int_equal(kl_value_equal(&same, user, read, NULL), KL_OK);
    assert_true(same);
    kl_value_release(out);
    kl_value_release(user);
    fails(USERS, config, with_id("read", "nobody", ""), "node execution failed: no user 'nobody'");
}

KL_TEST(names_and_addresses_are_unique)
{
    KL_UNUSED_STATE;
    const char *config = in_file("unique");
    new_user(config, "\"username\":\"joe\",\"email\":\"joe@x.y\"");
    fails(USERS, config, CREATE("\"username\":\"JOE\""),
          "node execution failed: the username 'joe' is taken");
    fails(USERS, config, CREATE("\"username\":\"ann\",\"email\":\"Joe@X.y\""),
          "node execution failed: the email 'joe@x.y' is taken");
    fails_with(USERS, config, CREATE("\"username\":\"joe@x.y\""), "the email 'joe@x.y' is taken");
    const char *id = new_user(config, "\"username\":\"ann\"");
    fails_with(USERS, config, with_id("update", id, ",\"user_data\":{\"username\":\"Joe\"}"),
               "the username 'joe' is taken");
    works(USERS, config, with_id("update", id, ",\"user_data\":{\"username\":\"Ann\"}"));
    new_user(config, "");
    new_user(config, "");
}

KL_TEST(users_are_updated_and_deleted)
{
    KL_UNUSED_STATE;
    const char *config = in_file("update");
    const char *id = new_user(config, "\"username\":\"joe\",\"city\":\"Rome\",\"age\":5");
    part_is(USERS, config, with_id("update", id, ",\"user_data\":{\"city\":\"Oslo\",\"age\":null,"
                                                 "\"id\":\"x\",\"created_at\":\"y\"}"),
            "user.city", "\"Oslo\"");
    kl_value out = outputs_of(USERS, config, with_id("read", id, ""));
    kl_value user = kl_map_get(out, KL_TEXT("user"));
    assert_false(kl_map_has(user, KL_TEXT("age")));
    assert_string_equal(kl_as_text(kl_map_get(user, KL_TEXT("id"))).data, id);
    assert_string_equal(kl_as_text(kl_map_get(user, KL_TEXT("username"))).data, "joe");
    kl_value_release(out);
    out = outputs_of(USERS, config, with_id("delete", id, ""));
    assert_int_equal(kl_map_len(out), 4);
    assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("deleted"))));
    kl_value_release(out);
    fails_with(USERS, config, with_id("delete", id, ""), "no user '");
    fails_with(USERS, config, with_id("update", id, ",\"user_data\":{}"), "no user '");
    new_user(config, "\"username\":\"joe\"");
}

KL_TEST(users_are_listed_and_found)
{
    KL_UNUSED_STATE;
    const char *config = in_file("list");
    gives(USERS, config, "{\"operation\":\"list\"}",
          "{\"success\":true,\"users\":[],\"total\":0,\"page\":1}");
    for (int i = 0; i < 7; i++) {
        char data[128];
        snprintf(data, sizeof data, "\"username\":\"user%d\",\"email\":\"u%d@x.y\",\"note\":\"%s\"", i, i,
                 i == 3 ? "\xC3\x89t\xC3\xA9 100%" : "a_b");
        new_user(config, data);
    }
    part_is(USERS, config, "{\"operation\":\"list\",\"page\":2,\"page_size\":5}", "users.0.username",
            "\"user5\"");
    kl_value out = outputs_of(USERS, config, "{\"operation\":\"list\",\"page\":2,\"page_size\":5}");
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("users"))), 2);
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("total"))), 7);
    kl_value_release(out);
    part_is(USERS, config, "{\"operation\":\"list\",\"page\":9}", "users", "[]");
    static const struct {
        const char *query;
        int total;
    } rows[] = {{"USER", 7}, {"u4@", 1}, {"\xC3\xA9T\xC3\x89", 1}, {"0%", 1}, {"a_b", 6}, {"a%b", 0},
                {"axb", 0}, {"!", 0}, {"", 7}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[128], total[16];
        snprintf(inputs, sizeof inputs, "{\"operation\":\"search\",\"query\":\"%s\"}", rows[i].query);
        snprintf(total, sizeof total, "%d", rows[i].total);
        part_is(USERS, config, inputs, "total", total);
    }
}

#define LOGIN(name, password)                                                                      \
    "{\"operation\":\"authenticate\",\"username\":\"" name "\",\"password\":\"" password "\"}"

KL_TEST(passwords_are_hashed_and_never_told)
{
    KL_UNUSED_STATE;
    const char *config = in_file("passwords");
    const char *id = new_user(config, "\"username\":\"Joe\",\"email\":\"joe@x.y\",\"password\":\"hunter22\"");
    kl_value out = outputs_of(USERS, config, with_id("read", id, "")), text;
    assert_int_equal(kl_json_print(&text, out, &kl_json_plain, NULL), KL_OK);
    assert_null(strstr(kl_as_text(text).data, "hunter"));
    assert_null(strstr(kl_as_text(text).data, "argon"));
    assert_null(strstr(kl_as_text(text).data, "password"));
    kl_value_release(text);
    kl_value_release(out);
    char command[200];
    snprintf(command, sizeof command, "grep -q hunter22 %s/passwords.db*", test_folder);
    assert_int_not_equal(system(command), 0);
    part_is(USERS, config, LOGIN("joe", "hunter22"), "success", "true");
    part_is(USERS, config, LOGIN("JOE@x.y", "hunter22"), "user.username", "\"Joe\"");
    gives(USERS, config, LOGIN("joe", "hunter23"), "{\"success\":false,\"user\":null}");
    gives(USERS, config, LOGIN("nobody", "hunter22"), "{\"success\":false,\"user\":null}");
    works(USERS, config, with_id("update", id, ",\"user_data\":{\"city\":\"Rome\"}"));
    part_is(USERS, config, LOGIN("joe", "hunter22"), "success", "true");
    works(USERS, config, with_id("update", id, ",\"user_data\":{\"password\":\"other\"}"));
    part_is(USERS, config, LOGIN("joe", "hunter22"), "success", "false");
    part_is(USERS, config, LOGIN("joe", "other"), "success", "true");
    new_user(config, "\"username\":\"open\"");
    part_is(USERS, config, LOGIN("open", ""), "success", "false");
}

KL_TEST(wrong_users)
{
    KL_UNUSED_STATE;
    fails(USERS, NULL, "{}", "missing required input: operation");
    fails(USERS, NULL, "{\"operation\":\"create\"}", "missing required input: user_data");
    fails(USERS, NULL, "{\"operation\":\"read\"}", "missing required input: user_id");
    fails(USERS, NULL, "{\"operation\":\"update\",\"user_id\":\"x\"}", "missing required input: user_data");
    fails(USERS, NULL, "{\"operation\":\"authenticate\",\"username\":\"x\"}",
          "missing required input: password");
    fails_with(USERS, NULL, "{\"operation\":\"zz\"}",
               "expected one of: create, read, update, delete, list, search");
    fails(USERS, NULL, CREATE("\"username\":5"),
          "invalid input 'user_data.username': expected string, got integer");
    fails(USERS, NULL, CREATE("\"password\":12345"),
          "invalid input 'user_data.password': expected string, got integer");
    fails(USERS, NULL, CREATE("\"username\":\"\""),
          "invalid input 'user_data.username': expected 1 to 191 bytes, got 0");
    fails(USERS, NULL, CREATE("\"email\":\"x@\""),
          "invalid input 'user_data.email': expected name@domain, got 'x@'");
}

/* ---- permissions --------------------------------------------------------------------------------- */

KL_TEST(patterns_of_permissions)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *pattern, *permission;
        bool matches;
    } rows[] = {
        {"docs:read", "docs:read", true}, {"docs:read", "docs:write", false}, {"docs:*", "docs:read", true},
        {"docs:*", "docs:read:7", true},  {"docs:*", "docs", false},          {"*", "a:b:c", true},
        {"*:read", "docs:read", true},    {"*:read", "docs:write", false},    {"docs:read", "docs:read:7", false},
        {"docs:*:7", "docs:read:7", true}, {"docs:*:7", "docs:read:8", false}, {"docs", "docs:read", false},
        {"Docs", "docs", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_int_equal(kl_permission_matches(kl_text_from(rows[i].pattern),
                                               kl_text_from(rows[i].permission)), rows[i].matches);
    static const char *const bad[] = {"", ":", "a:", ":a", "a::b", "a b", "a*", "a:\xC3\xA9", "a/b"};
    for (size_t i = 0; i < KL_COUNT(bad); i++)
        assert_false(kl_permission_is_valid(kl_text_from(bad[i]), true));
    assert_true(kl_permission_is_valid(KL_TEXT("a.b-c_1:*:x"), true));
    assert_false(kl_permission_is_valid(KL_TEXT("a:*"), false));
}

static const char *check_of(const char *id, const char *permission)
{
    static char inputs[256];
    snprintf(inputs, sizeof inputs, "{\"user_id\":\"%s\",\"permission\":\"%s\"}", id, permission);
    return inputs;
}

static const char *role_of(const char *operation, const char *id, const char *role)
{
    static char inputs[256];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",\"user_id\":\"%s\",\"role\":\"%s\"}", operation,
             id, role);
    return inputs;
}

static void make_roles(const char *config)
{
    works(ROLES, config, "{\"operation\":\"create\",\"role\":\"reader\",\"permissions\":[\"docs:read\"]}");
    works(ROLES, config, "{\"operation\":\"create\",\"role\":\"editor\",\"permissions\":[\"docs:*\"],"
                         "\"denied\":[\"docs:delete\"],\"inherits\":[\"reader\"]}");
    works(ROLES, config, "{\"operation\":\"create\",\"role\":\"chief\",\"inherits\":[\"editor\"],"
                         "\"permissions\":[\"*:publish\"]}");
}

KL_TEST(roles_decide)
{
    KL_UNUSED_STATE;
    const char *config = in_file("decide");
    const char *id = new_user(config, "\"username\":\"joe\"");
    make_roles(config);
    gives(CHECK, config, check_of(id, "docs:read"),
          "{\"allowed\":false,\"reason\":\"the user has no role\",\"matched\":null,\"explanation\":[],"
          "\"roles\":[]}");
    part_is(ROLES, config, role_of("assign", id, "chief"), "roles", "[\"chief\"]");
    gives(CHECK, config, check_of(id, "docs:read"),
          "{\"allowed\":true,\"reason\":\"role 'editor' allows 'docs:*'\",\"matched\":{\"role\":\"editor\","
          "\"permission\":\"docs:*\",\"effect\":\"allow\"},\"explanation\":[{\"role\":\"editor\","
          "\"permission\":\"docs:*\",\"effect\":\"allow\"},{\"role\":\"reader\",\"permission\":\"docs:read\","
          "\"effect\":\"allow\"}],\"roles\":[\"chief\",\"editor\",\"reader\"]}");
    part_is(CHECK, config, check_of(id, "docs:delete"), "reason", "\"role 'editor' denies 'docs:delete'\"");
    part_is(CHECK, config, check_of(id, "docs:delete"), "allowed", "false");
    part_is(CHECK, config, check_of(id, "web:publish"), "allowed", "true");
    part_is(CHECK, config, check_of(id, "web:read"), "reason", "\"no role of the user allows it\"");
    gives(CHECK, config, check_of("nobody", "a"),
          "{\"allowed\":false,\"reason\":\"there is no such user\",\"matched\":null,\"explanation\":[],"
          "\"roles\":[]}");
    part_is(ROLES, config, role_of("user_roles", id, "x"), "effective_roles",
            "[\"chief\",\"editor\",\"reader\"]");
    part_is(ROLES, config, role_of("revoke", id, "chief"), "success", "true");
    part_is(ROLES, config, role_of("revoke", id, "chief"), "success", "false");
    part_is(CHECK, config, check_of(id, "docs:read"), "allowed", "false");
}

KL_TEST(roles_are_kept)
{
    KL_UNUSED_STATE;
    const char *config = in_file("roles");
    make_roles(config);
    part_is(ROLES, config, "{\"operation\":\"get\",\"role\":\"editor\"}", "role.denied",
            "[\"docs:delete\"]");
    part_is(ROLES, config, "{\"operation\":\"list\"}", "roles.2.inherits", "[\"editor\"]");
    part_is(ROLES, config, "{\"operation\":\"update\",\"role\":\"editor\",\"description\":\"d\","
                           "\"permissions\":[\"a\",\"b:*\",\"a\"]}", "role.permissions", "[\"b:*\",\"a\"]");
    part_is(ROLES, config, "{\"operation\":\"get\",\"role\":\"editor\"}", "role.description", "\"d\"");
    part_is(ROLES, config, "{\"operation\":\"get\",\"role\":\"editor\"}", "role.inherits", "[\"reader\"]");
    fails(ROLES, config, "{\"operation\":\"create\",\"role\":\"editor\"}",
          "node execution failed: the role 'editor' exists");
    fails(ROLES, config, "{\"operation\":\"update\",\"role\":\"reader\",\"inherits\":[\"chief\"]}",
          "node execution failed: role 'reader' would inherit from itself");
    part_is(ROLES, config, "{\"operation\":\"get\",\"role\":\"reader\"}", "role.inherits", "[]");
    fails(ROLES, config, "{\"operation\":\"create\",\"role\":\"x\",\"inherits\":[\"nobody\"]}",
          "node execution failed: no role 'nobody'");
    fails(ROLES, config, "{\"operation\":\"get\",\"role\":\"x\"}", "node execution failed: no role 'x'");
    const char *id = new_user(config, "");
    works(ROLES, config, role_of("assign", id, "editor"));
    gives(ROLES, config, "{\"operation\":\"delete\",\"role\":\"editor\"}",
          "{\"success\":true,\"deleted\":true}");
    part_is(ROLES, config, role_of("user_roles", id, "x"), "roles", "[]");
    part_is(ROLES, config, "{\"operation\":\"get\",\"role\":\"chief\"}", "role.inherits", "[]");
    works(USERS, config, with_id("delete", id, ""));
    fails_with(ROLES, config, role_of("assign", id, "chief"), "no user '");
}

KL_TEST(wrong_roles)
{
    KL_UNUSED_STATE;
    fails(ROLES, NULL, "{\"operation\":\"create\"}", "missing required input: role");
    fails(ROLES, NULL, "{\"operation\":\"assign\",\"role\":\"x\"}", "missing required input: user_id");
    fails(ROLES, NULL, "{\"operation\":\"create\",\"role\":\"\"}",
          "invalid input 'role': expected 1 to 191 bytes, got 0");
    fails(ROLES, NULL, "{\"operation\":\"create\",\"role\":\"x\",\"permissions\":[\"a\",\"b c\"]}",
          "invalid input 'permissions[1]': expected words of letters, digits, '_', '-', '.' or \"*\", parted "
          "by ':', got \"b c\"");
    fails(CHECK, NULL, "{\"user_id\":\"u\"}", "missing required input: permission");
    fails(CHECK, NULL, "{\"user_id\":\"u\",\"permission\":\"a:*\"}",
          "invalid input 'permission': expected words of letters, digits, '_', '-', '.', parted by ':', got "
          "\"a:*\"");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(USERS, NULL, CREATE("\"city\":\"Rome\""));
    survives_failed_allocations(USERS, NULL, "{\"operation\":\"search\",\"query\":\"rome\",\"page_size\":2}");
    survives_failed_allocations(USERS, NULL, LOGIN("nobody", "x"));
    char id[40];
    strcpy(id, new_user(NULL, "\"username\":\"memory\""));
    survives_failed_allocations(USERS, NULL, with_id("update", id, ",\"user_data\":{\"a\":\"b\"}"));
    works(ROLES, NULL, "{\"operation\":\"create\",\"role\":\"m0\"}");
    works(ROLES, NULL, "{\"operation\":\"create\",\"role\":\"m\"}");
    survives_failed_allocations(ROLES, NULL, "{\"operation\":\"update\",\"role\":\"m\",\"permissions\":"
                                             "[\"a:*\"],\"inherits\":[\"m0\"],\"denied\":[\"b\"]}");
    survives_failed_allocations(ROLES, NULL, role_of("assign", id, "m"));
    survives_failed_allocations(ROLES, NULL, role_of("user_roles", id, "m"));
    survives_failed_allocations(ROLES, NULL, "{\"operation\":\"list\"}");
    survives_failed_allocations(CHECK, NULL, check_of(id, "a:b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_are_created_and_read),     cmocka_unit_test(names_and_addresses_are_unique),
        cmocka_unit_test(users_are_updated_and_deleted),  cmocka_unit_test(users_are_listed_and_found),
        cmocka_unit_test(passwords_are_hashed_and_never_told), cmocka_unit_test(wrong_users),
        cmocka_unit_test(patterns_of_permissions),        cmocka_unit_test(roles_decide),
        cmocka_unit_test(roles_are_kept),                 cmocka_unit_test(wrong_roles),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
