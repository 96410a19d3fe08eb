/* EnterpriseAuditLoggerNode, AuditLogNode: the chain, and what breaks it. */
#include "encode.h"
#include "kailash/crypto.h"
#include "node_database_test.h"
#include "store/sql.h"

#define NODE "EnterpriseAuditLoggerNode"
#define PLAIN "AuditLogNode"
#define SECRET "\"signing_key\":\"0123456789abcdef\""
#define LOG(action) "{\"event_type\":\"login\",\"actor_id\":\"u\",\"action\":\"" action "\"}"
#define VERIFY "{\"operation\":\"verify\"}"

/* The config of a log in the test folder: its "file", or its "database". */
static const char *in(const char *kind, const char *name)
{
    static char config[300];
    bool file = strcmp(kind, "file") == 0;
    snprintf(config, sizeof config, "{" SECRET ",\"%s\":\"%s%s/%s%s\"}", kind, file ? "" : "sqlite://",
             test_folder, name, file ? ".log" : "?mode=rwc");
    return config;
}

static void fill_log(const char *config)
{
    works(NODE, config, LOG("a"));
    works(NODE, config, "{\"event_type\":\"x\",\"actor_id\":\"v\",\"action\":\"b\",\"resource\":\"r\","
                        "\"details\":{\"n\":1.0,\"s\":\"\xC3\xA9\"}}");
    works(NODE, config, LOG("c"));
    works(NODE, config, LOG("d"));
}

static const char *const kinds[] = {"file", "database"};

KL_TEST(entries_are_signed)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(kinds); i++) {
        const char *config = in(kinds[i], "signed");
        kl_value out = outputs_of(NODE, config, LOG("a"));
        assert_int_equal(kl_map_len(out), 4);
        assert_int_equal(kl_as_text(kl_map_get(out, KL_TEXT("audit_id"))).len, 36);
        assert_int_equal(kl_as_text(kl_map_get(out, KL_TEXT("timestamp"))).len, 35);
        assert_true(kl_as_bool(kl_map_get(out, KL_TEXT("stored"))));
        kl_value signature = kl_value_retain(kl_map_get(out, KL_TEXT("signature")));
        kl_value_release(out);

        /* The signature made by other means. */
        out = outputs_of(NODE, config, "{\"operation\":\"query\"}");
        const kl_value *entry = kl_value_path(&out, KL_TEXT("entries.0"));
        kl_value copy = kl_value_retain(*entry), text, mac;
        assert_string_equal(kl_as_text(kl_map_get(copy, KL_TEXT("previous_hash"))).data,
                            "0000000000000000000000000000000000000000000000000000000000000000");
        assert_int_equal(kl_map_remove(&copy, KL_TEXT("signature"), NULL), KL_OK);
        assert_int_equal(kl_json_print(&text, copy, &kl_json_canonical_b, NULL), KL_OK);
        assert_int_equal(kl_hmac(&mac, KL_HASH_SHA256, KL_TEXT("0123456789abcdef"), kl_as_text(text), NULL),
                         KL_OK);
        kl_buffer hex = KL_BUFFER_INIT;
        kl_hex_encode(&hex, kl_as_text(mac));
        assert_true(kl_text_equal(kl_buffer_text(&hex), kl_as_text(signature)));
        kl_buffer_free(&hex);
        kl_value_release(mac);
        kl_value_release(text);
        kl_value_release(copy);
        kl_value_release(out);
        kl_value_release(signature);
    }
}

KL_TEST(a_whole_log_is_verified)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(kinds); i++) {
        const char *config = in(kinds[i], "whole");
        if (i == 1)
            gives(NODE, config, VERIFY,
                  "{\"valid\":false,\"status\":\"not_determined\",\"count\":0,\"faults\":[]}");
        fill_log(config);
        gives(NODE, config, VERIFY, "{\"valid\":true,\"status\":\"verified\",\"count\":4,\"faults\":[]}");
        kl_value out = outputs_of(NODE, config, LOG("e"));
        char verify[200];
        snprintf(verify, sizeof verify, "{\"operation\":\"verify\",\"head\":\"%s\"}",
                 kl_as_text(kl_map_get(out, KL_TEXT("signature"))).data);
        kl_value_release(out);
        part_is(NODE, config, verify, "status", "\"verified\"");
    }
}

KL_TEST(entries_are_found)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(kinds); i++) {
        const char *config = in(kinds[i], "found");
        fill_log(config);
        part_is(NODE, config, "{\"operation\":\"query\"}", "count", "4");
        part_is(NODE, config, "{\"operation\":\"query\",\"limit\":1}", "entries.0.action", "\"a\"");
        part_is(NODE, config, "{\"operation\":\"query\",\"actor_id\":\"v\"}", "entries.0.details",
                "{\"n\":1.0,\"s\":\"\xC3\xA9\"}");
        part_is(NODE, config, "{\"operation\":\"query\",\"resource\":\"r\",\"event_type\":\"x\","
                              "\"action\":\"b\"}", "count", "1");
        part_is(NODE, config, "{\"operation\":\"query\",\"since\":\"2200-01-01T00:00:00Z\"}", "count", "0");
        part_is(NODE, config, "{\"operation\":\"query\",\"until\":\"2200-01-01T00:00:00Z\"}", "count", "4");
    }
}

/* ---- tampering ----------------------------------------------------------------------------------- */

/* The reason of the first fault holds `words`. */
static void is_broken_in(const char *config, const char *inputs, const char *words, const char *file,
                         int line)
{
    kl_value out = outputs_in(NODE, config, inputs, file, line);
    const kl_value *reason = kl_value_path(&out, KL_TEXT("faults.0.reason"));
    bool right = reason && strstr(kl_as_text(*reason).data, words) &&
                 kl_text_is(kl_as_text(kl_map_get(out, KL_TEXT("status"))), "failed") &&
                 !kl_as_bool(kl_map_get(out, KL_TEXT("valid")));
    if (!right)
        print_error("%s:%d: expected \"%s\", got \"%s\"\n", file, line, words,
                    reason ? kl_as_text(*reason).data : "(nothing)");
    kl_value_release(out);
    assert_true(right);
}
#define is_broken(config, words) is_broken_in(config, VERIFY, words, __FILE__, __LINE__)

static void change(const char *name, const char *sql)
{
    char url[200];
    kl_sql_pool *pool;
    kl_sql *connection;
    snprintf(url, sizeof url, "sqlite://%s/%s?mode=rwc", test_folder, name);
    assert_int_equal(kl_sql_pool_shared(&pool, kl_text_from(url), NULL), KL_OK);
    assert_int_equal(kl_sql_take(&connection, pool, NULL, NULL), KL_OK);
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    request.text = kl_text_from(sql);
    request.many = true;
    assert_int_equal(kl_sql_query(&result, connection, &request, NULL), KL_OK);
    kl_sql_result_clear(&result);
    kl_sql_give_back(connection);
    kl_sql_pool_release(pool);
}

KL_TEST(changes_in_a_database_are_seen)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *name, *sql, *words;
    } rows[] = {
        {"changed", "UPDATE kailash_audit_log SET entry = replace(entry, '\"u\"', '\"x\"') WHERE sequence = 3",
         "the signature does not fit"},
        {"resigned",
         "UPDATE kailash_audit_log SET signature = CASE WHEN substr(signature, 1, 1) = '0' THEN '1' ELSE '0' END || "
         "substr(signature, 2) WHERE sequence = 2",
         "the signature does not fit"},
        {"removed", "DELETE FROM kailash_audit_log WHERE sequence = 2", "out of order"},
        {"headless", "DELETE FROM kailash_audit_log WHERE sequence = 1", "out of order"},
        {"swapped",
         "UPDATE kailash_audit_log SET sequence = 99 WHERE sequence = 2; UPDATE kailash_audit_log SET "
         "sequence = 2 WHERE sequence = 3; UPDATE kailash_audit_log SET sequence = 3 WHERE sequence = 99",
         "out of order"},
        {"doubled", "INSERT INTO kailash_audit_log SELECT 9, entry, signature FROM kailash_audit_log WHERE "
                    "sequence = 4", "out of order"},
        {"renumbered",
         "DELETE FROM kailash_audit_log WHERE sequence = 2; UPDATE kailash_audit_log SET sequence = sequence - "
         "1, entry = replace(replace(entry, '\"sequence\":3', '\"sequence\":2'), '\"sequence\":4', "
         "'\"sequence\":3') WHERE sequence > 2", "the signature does not fit"},
        {"garbled", "UPDATE kailash_audit_log SET entry = 'x' WHERE sequence = 2", "no JSON object"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        fill_log(in("database", rows[i].name));
        change(rows[i].name, rows[i].sql);
        is_broken(in("database", rows[i].name), rows[i].words);
    }
}

KL_TEST(an_entry_forged_with_another_key_is_seen)
{
    KL_UNUSED_STATE;
    char other[300];
    snprintf(other, sizeof other,
             "{\"signing_key\":\"another key of 22 chars\",\"database\":\"sqlite://%s/forged?mode=rwc\"}",
             test_folder);
    fill_log(in("database", "forged"));
    works(NODE, other, LOG("forged"));
    is_broken(in("database", "forged"), "signed with another key");
    is_broken(other, "signed with another key");
}

KL_TEST(a_log_cut_off_at_the_end_is_seen_by_its_head)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(kinds); i++) {
        const char *config = in(kinds[i], "cut");
        char verify[200];
        fill_log(config);
        kl_value out = outputs_of(NODE, config, LOG("last"));
        snprintf(verify, sizeof verify, "{\"operation\":\"verify\",\"head\":\"%s\"}",
                 kl_as_text(kl_map_get(out, KL_TEXT("signature"))).data);
        kl_value_release(out);
        if (i)
            change("cut", "DELETE FROM kailash_audit_log WHERE sequence = 5");
        else
            assert_int_equal(system(fill("sed -i '$d' {DIR}/cut.log")), 0);
        part_is(NODE, config, VERIFY, "status", "\"verified\"");
        is_broken_in(config, verify, "entries are missing at the end", __FILE__, __LINE__);
        assert_int_equal(i ? 0 : remove(fill("{DIR}/cut.log")), 0);
    }
}

KL_TEST(changes_in_a_file_are_seen)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *command, *words;
    } rows[] = {
        {"sed -i '3s/\"actor_id\":\"u\"/\"actor_id\":\"x\"/' {DIR}/tampered.log", "the signature does not fit"},
        {"sed -i '2d' {DIR}/tampered.log", "out of order"},
        {"sed -i '1d' {DIR}/tampered.log", "out of order"},
        {"sed -i '2{h;d};3{G}' {DIR}/tampered.log", "out of order"},
        {"sed -i '2p' {DIR}/tampered.log", "out of order"},
        {"sed -i '2s/.*/garbage/' {DIR}/tampered.log", "no JSON object"},
        {"sed -i '2s/\"n\":1.0/\"n\":1/' {DIR}/tampered.log", "the signature does not fit"},
        {"sed -i '2s/\"n\":1.0/\"n\":2.0,\"n\":1.0/' {DIR}/tampered.log", "no JSON object"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        fill_log(in("file", "tampered"));
        assert_int_equal(system(fill(rows[i].command)), 0);
        is_broken(in("file", "tampered"), rows[i].words);
        assert_int_equal(remove(fill("{DIR}/tampered.log")), 0);
    }
}

KL_TEST(files_are_private_and_checked)
{
    KL_UNUSED_STATE;
    struct stat facts;
    const char *config = in("file", "private");
    works(NODE, config, LOG("a"));
    assert_int_equal(stat(fill("{DIR}/private.log"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    put_file("{DIR}/torn.log", KL_TEXT("{\"entry\":{}"));
    fails_with(NODE, in("file", "torn"), LOG("a"), "the audit file ends within an entry");
    put_file("{DIR}/alien.log", KL_TEXT("hello\n"));
    fails_with(NODE, in("file", "alien"), LOG("a"), "the last line of the audit file is no entry");
    fails_with(NODE, in("file", "none"), VERIFY, "cannot open the audit file: No such file");
    fails_with(NODE, in("file", "alien"), "{\"operation\":\"query\"}", "verify tells where");
}

/* ---- the other node, and mistakes ---------------------------------------------------------------- */

KL_TEST(without_a_key_there_are_hashes)
{
    KL_UNUSED_STATE;
    const char *config = in_file("plain");
    works(PLAIN, config, LOG("a"));
    works(PLAIN, config, LOG("b"));
    gives(PLAIN, config, VERIFY, "{\"valid\":true,\"status\":\"verified\",\"count\":2,\"faults\":[]}");
    change("plain.db", "UPDATE kailash_audit_log SET entry = replace(entry, '\"u\"', '\"x\"')");
    part_is(PLAIN, config, VERIFY, "status", "\"failed\"");
    works(PLAIN, "{" SECRET "}", LOG("a"));
}

KL_TEST(wrong_settings)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, LOG("a"), "missing required input: signing_key");
    fails(NODE, "{\"signing_key\":\"short\"}", LOG("a"),
          "invalid input 'signing_key': expected at least 16 characters, got 5");
    fails(NODE, "{" SECRET ",\"x\":1}", LOG("a"), "unknown key 'x'");
    fails(NODE, "{" SECRET "}", "{}", "missing required input: event_type");
    fails(NODE, "{" SECRET "}", "{\"event_type\":\"x\"}", "missing required input: actor_id");
    fails(NODE, "{" SECRET "}", "{\"event_type\":\"x\",\"actor_id\":\"y\"}",
          "missing required input: action");
    fails(NODE, "{" SECRET ",\"file\":\"x\",\"database\":\":memory:\"}", LOG("a"),
          "invalid input 'file': expected either file or database, got both");
    fails(NODE, "{" SECRET "}", "{\"operation\":\"query\",\"since\":\"x\"}",
          "invalid input 'since': expected RFC 3339 text, got \"x\"");
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(NODE, "{" SECRET "}", LOG("m"));
    survives_failed_allocations(NODE, "{" SECRET "}", VERIFY);
    survives_failed_allocations(NODE, "{" SECRET "}", "{\"operation\":\"query\",\"limit\":2}");
    survives_failed_allocations(NODE, in("file", "memory"), LOG("m"));
    survives_failed_allocations(NODE, in("file", "memory"), VERIFY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_signed),
        cmocka_unit_test(a_whole_log_is_verified),
        cmocka_unit_test(entries_are_found),
        cmocka_unit_test(changes_in_a_database_are_seen),
        cmocka_unit_test(an_entry_forged_with_another_key_is_seen),
        cmocka_unit_test(a_log_cut_off_at_the_end_is_seen_by_its_head),
        cmocka_unit_test(changes_in_a_file_are_seen),
        cmocka_unit_test(files_are_private_and_checked),
        cmocka_unit_test(without_a_key_there_are_hashes),
        cmocka_unit_test(wrong_settings),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
