/* Trust stores: all three do the same; what a killed process leaves is whole. PostgreSQL is asked when it is
 * there. */
#include "crypto_test.h"
#include "eatp/store.h"
#include "folder.h"
#include "store/sql.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

/* ---- stores ----------------------------------------------------------------------------------- */

static kl_value make(const char *type, const char *arguments, kl_error *error)
{
    kl_value object = kl_null(), map = json(arguments);
    (void)kl_object_from_map(&object, kl_type_find(kl_text_from(type), NULL), map, error);
    kl_value_release(map);
    return object;
}

enum { MEMORY, FILES, SQLITE, POSTGRES, KINDS };

static void drop_tables(const char *url);

/* An empty store of a kind; null when there is no server. */
static kl_value new_store(int kind)
{
    static int number;
    char arguments[512];
    kl_error error = KL_ERROR_INIT;
    const char *url = getenv("KAILASH_TEST_POSTGRES_URL");
    kl_value store = kl_null();
    number++;
    if (kind == FILES)
        snprintf(arguments, sizeof arguments,
                 "{\"base_dir\":\"%s/s%d/deep\",\"passphrase\":\"p\",\"work_factor\":10}",
                 test_folder, number);
    else if (kind == SQLITE)
        snprintf(arguments, sizeof arguments, "{\"database_url\":\"sqlite://%s/d%d.db?mode=rwc\"}",
                 test_folder, number);
    else if (kind == POSTGRES && url && *url) {
        drop_tables(url);
        snprintf(arguments, sizeof arguments, "{\"database_url\":\"%s\",\"max_connections\":4}", url);
    } else if (kind == POSTGRES)
        return store;
    static const char *const types[KINDS] = {"EatpMemoryStore", "EatpFilesystemStore",
                                             "EatpSqlxStore", "EatpSqlxStore"};
    store = make(types[kind], kind == MEMORY ? "{}" : arguments, &error);
    if (kl_is_null(store))
        fail_msg("%s: %s", types[kind], kl_error_message(&error));
    return store;
}

static kl_trust_store *store_of(kl_value value)
{
    assert_non_null(kl_as_object(value, &kl_trust_store_type));
    return (kl_trust_store *)value.as.object;
}

static int64_t append(kl_value store, const char *block)
{
    int64_t seq = -1;
    kl_value map = json(block);
    assert_ok(kl_store_append_block(&seq, store_of(store), map, error));
    kl_value_release(map);
    return seq;
}

static const char *refused_append(kl_value store, const char *block)
{
    static char message[512];
    int64_t seq;
    kl_error error = KL_ERROR_INIT;
    kl_value map = json(block);
    assert_int_not_equal(kl_store_append_block(&seq, store_of(store), map, &error), KL_OK);
    snprintf(message, sizeof message, "%s: %s", error.type ? error.type : "", error.message);
    kl_error_clear(&error);
    kl_value_release(map);
    return message;
}

static void assert_blocks(kl_value store, const char *agent, const char *expected)
{
    kl_value blocks = kl_null();
    assert_ok(kl_store_blocks(&blocks, store_of(store),
                              agent ? kl_text_from(agent) : (kl_text){NULL, 0}, error));
    assert_json(blocks, expected);
}

static void put(kl_value store, const char *record)
{
    kl_value map = json(record);
    assert_ok(kl_store_put_delegation(store_of(store), map, error));
    kl_value_release(map);
}

static const char *refused_put(kl_value store, const char *record)
{
    static char message[512];
    kl_error error = KL_ERROR_INIT;
    kl_value map = json(record);
    assert_int_not_equal(kl_store_put_delegation(store_of(store), map, &error), KL_OK);
    snprintf(message, sizeof message, "%s: %s", error.type ? error.type : "", error.message);
    kl_error_clear(&error);
    kl_value_release(map);
    return message;
}

static void assert_delegations(kl_value store, const char *delegate, int64_t limit,
                               const char *expected)
{
    kl_value list = kl_null(), ids = kl_null();
    assert_ok(kl_store_delegations(&list, store_of(store),
                                   delegate ? kl_text_from(delegate) : (kl_text){NULL, 0}, limit,
                                   error));
    assert_ok(kl_array_new(&ids, 0, error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        assert_ok(kl_array_push(&ids,
                                kl_value_retain(kl_map_get(kl_array_at(list, i),
                                                           KL_TEXT("delegation_id"))),
                                error));
    kl_value_release(list);
    assert_json(ids, expected);
}

/* ---- what all do ------------------------------------------------------------------------------ */

#define B1 "{\"block_id\":\"b1\",\"agent_id\":\"x\",\"n\":18446744073709551615.0}"
#define B2 "{\"block_id\":\"b2\",\"agent_id\":\"y\",\"t\":\"\\u00e9\\u0000\"}"
#define B3 "{\"agent_id\":\"x\",\"block_id\":\"b3\",\"issued_at\":\"2026-01-02T03:04:05Z\"}"

static void blocks_of(kl_value store)
{
    int64_t count = -1;
    assert_int_equal(append(store, B1), 0);
    assert_int_equal(append(store, B2), 1);
    assert_int_equal(append(store, B3), 2);
    assert_int_equal(append(store, B2), 1); /* is there already */
    assert_ok(kl_store_block_count(&count, store_of(store), error));
    assert_int_equal(count, 3);
    assert_non_null(strstr(refused_append(store, "{\"block_id\":\"b2\",\"agent_id\":\"z\"}"),
                           "EatpAuthorityError: block 'b2' is stored already, with other content"));
    assert_blocks(store, "y", "[{\"block_id\":\"b2\",\"agent_id\":\"y\",\"t\":\"\xc3\xa9\\u0000\"}]");
    assert_blocks(store, "nobody", "[]");
    kl_value all = kl_null();
    assert_ok(kl_store_blocks(&all, store_of(store), (kl_text){NULL, 0}, error));
    assert_int_equal(kl_array_len(all), 3);
    assert_json(kl_value_retain(kl_array_at(all, 2)),
                "{\"agent_id\":\"x\",\"block_id\":\"b3\",\"issued_at\":\"2026-01-02T03:04:05Z\"}");
    kl_value_release(all);
}

static void bad_blocks_of(kl_value store)
{
    static const struct {
        const char *block, *message;
    } rows[] = {
        {"{}", "block: block_id must be a text that is not empty"},
        {"{\"block_id\":\"\",\"agent_id\":\"x\"}", "block: block_id must be a text"},
        {"{\"block_id\":1,\"agent_id\":\"x\"}", "block: block_id must be a text"},
        {"{\"block_id\":\"b\"}", "block: agent_id must be a text"},
        {"{\"block_id\":\"b\",\"agent_id\":null}", "block: agent_id must be a text"},
        {"{\"block_id\":\"b\",\"agent_id\":\"x\",\"issued_at\":\"soon\"}", "issued_at: "},
        {"[]", "block: expected an object"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_non_null(strstr(refused_append(store, rows[i].block), rows[i].message));
}

#define D(id, delegate, more)                                                                      \
    "{\"delegation_id\":\"" id "\",\"delegator\":\"a\",\"delegate\":\"" delegate "\"" more "}"

static void delegations_of(kl_value store)
{
    kl_value record = kl_null();
    bool newly = false;
    put(store, D("d2", "bob", ",\"created_at\":\"2026-01-02T03:04:05Z\",\"revoked\":false"));
    put(store, D("d1", "eve", ",\"created_at\":\"2026-01-02T03:04:05.120+00:00\""));
    put(store, D("d3", "bob", ",\"created_at\":\"2026-01-01T23:00:00-09:00\""));
    put(store, D("d0", "bob", ",\"created_at\":\"2026-01-02T03:04:05Z\",\"revoked\":true"));
    assert_delegations(store, NULL, 1000, "[\"d0\",\"d2\",\"d1\",\"d3\"]");
    assert_delegations(store, "bob", 1000, "[\"d0\",\"d2\",\"d3\"]");
    assert_delegations(store, "bob", 2, "[\"d0\",\"d2\"]");
    assert_delegations(store, NULL, 0, "[]");
    assert_delegations(store, "nobody", 1000, "[]");
    assert_ok(kl_store_set_revoked(&newly, store_of(store), KL_TEXT("d2"), error));
    assert_true(newly);
    assert_ok(kl_store_set_revoked(&newly, store_of(store), KL_TEXT("d2"), error));
    assert_false(newly);
    /* Putting what was not revoked again does not bring it back. */
    put(store, D("d2", "bob", ",\"created_at\":\"2026-01-02T03:04:05Z\",\"revoked\":false"));
    assert_ok(kl_store_delegation(&record, store_of(store), KL_TEXT("d2"), error));
    assert_json(record, D("d2", "bob", ",\"created_at\":\"2026-01-02T03:04:05Z\",\"revoked\":true"));
    put(store, D("d1", "eve", ",\"created_at\":\"2026-01-02T03:04:05.120+00:00\",\"revoked\":true"));
    assert_ok(kl_store_delegation(&record, store_of(store), KL_TEXT("d1"), error));
    assert_true(kl_as_bool(kl_map_get(record, KL_TEXT("revoked"))));
    kl_value_release(record);
    assert_ok(kl_store_delegation(&record, store_of(store), KL_TEXT("d9"), error));
    assert_true(kl_is_null(record));
    assert_non_null(strstr(refused_put(store, D("d1", "mallory", "")),
                           "EatpAuthorityError: delegation 'd1' is stored already"));
    assert_non_null(strstr(refused_put(store, D("", "x", "")), "delegation_id must be a text"));
    assert_non_null(strstr(refused_put(store, "{\"delegation_id\":\"q\"}"), "delegator must be"));
    assert_non_null(strstr(refused_put(store, D("q", "x", ",\"revoked\":1")), "revoked must be"));
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_store_set_revoked(&newly, store_of(store), KL_TEXT("../d1"), &error),
                     KL_DENIED);
    assert_string_equal(error.type, "EatpAuthorityError");
    assert_string_equal(error.message, "there is no delegation '../d1'");
    kl_error_clear(&error);
}

KL_TEST(every_store_does_the_same)
{
    KL_UNUSED_STATE;
    for (int kind = 0; kind < KINDS; kind++) {
        kl_value store = new_store(kind);
        if (kl_is_null(store)) {
            print_message("skipped: PostgreSQL; run it under tests/services/run\n");
            continue;
        }
        bad_blocks_of(store);
        blocks_of(store);
        delegations_of(store);
        kl_value_release(store);
    }
}

/* ---- the tables of others --------------------------------------------------------------------- */

static void sql_run(const char *url, const char *text)
{
    kl_sql_pool *pool = NULL;
    kl_sql *sql = NULL;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    kl_sql_result result;
    request.text = kl_text_from(text);
    request.many = true;
    assert_ok(kl_sql_pool_new(&pool, kl_text_from(url), NULL, error));
    assert_ok(kl_sql_take(&sql, pool, NULL, error));
    assert_ok(kl_sql_query(&result, sql, &request, error));
    kl_sql_result_clear(&result);
    kl_sql_give_back(sql);
    kl_sql_pool_release(pool);
}

static void drop_tables(const char *url)
{
    sql_run(url, "DROP TABLE IF EXISTS trust_chain_blocks; "
                 "DROP TABLE IF EXISTS trust_delegation_records");
}

KL_TEST(tables_are_those_of_other_implementations)
{
    KL_UNUSED_STATE;
    char url[256], arguments[300];
    snprintf(url, sizeof url, "sqlite://%s/tables.db?mode=rwc", test_folder);
    snprintf(arguments, sizeof arguments, "{\"database_url\":\"%s\"}", url);
    kl_value_release(make("EatpSqlxStore", arguments, NULL));
    sql_run(url, "INSERT INTO trust_chain_blocks (id, agent_id, seq, payload_json, created_at) "
                 "VALUES ('b', 'x', 0, '{\"block_id\": \"b\", \"agent_id\": \"x\"}', 't'); "
                 "INSERT INTO trust_delegation_records (id, delegator, delegate, payload_json, "
                 "created_at) VALUES ('d', 'a', 'b', '{\"delegation_id\":\"d\"}', 't'); "
                 "INSERT INTO trust_delegation_records (id, delegator, delegate, payload_json, "
                 "created_at) VALUES ('e', 'a', 'c', 'no json', 't'); "
                 "DROP INDEX idx_chain_blocks_agent; DROP INDEX idx_delegation_delegate");
    kl_value store = make("EatpSqlxStore", arguments, NULL), record = kl_null();
    assert_blocks(store, "x", "[{\"block_id\":\"b\",\"agent_id\":\"x\"}]");
    assert_ok(kl_store_delegation(&record, store_of(store), KL_TEXT("d"), error));
    assert_json(record, "{\"delegation_id\":\"d\",\"revoked\":false}");
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_store_delegation(&record, store_of(store), KL_TEXT("e"), &error), KL_FAILED);
    assert_string_equal(error.message, "trust store: the payload of 'e' is damaged");
    assert_string_equal(error.type, "EatpAuthorityError");
    kl_error_clear(&error);
    kl_value_release(store);
}

KL_TEST(databases_that_cannot_be_used_are_runtime_errors_without_secrets)
{
    KL_UNUSED_STATE;
    static const char *const urls[] = {
        "sqlite:/nowhere/at/all.db", "postgres://user:hunter2@127.0.0.1:1/x", "xx",
        "mysql://user:hunter2@127.0.0.1:1/x", "",
    };
    for (size_t i = 0; i < KL_COUNT(urls); i++) {
        char arguments[128];
        kl_error error = KL_ERROR_INIT;
        snprintf(arguments, sizeof arguments, "{\"database_url\":\"%s\"}", urls[i]);
        kl_value store = make("EatpSqlxStore", arguments, &error);
        assert_true(kl_is_null(store));
        assert_int_equal(error.code, KL_FAILED);
        assert_null(error.type);
        assert_null(strstr(error.message, "hunter2"));
        kl_error_clear(&error);
    }
    kl_error error = KL_ERROR_INIT;
    kl_value store = make("EatpSqlxStore",
                          "{\"database_url\":\"sqlite::memory:\",\"max_connections\":0}", &error);
    assert_true(kl_is_null(store));
    assert_int_equal(error.code, KL_INVALID);
    kl_error_clear(&error);
}

/* ---- files ------------------------------------------------------------------------------------ */

static const char *files_arguments(const char *name)
{
    static char text[256];
    snprintf(text, sizeof text, "{\"base_dir\":\"%s/%s\",\"passphrase\":\"p\",\"work_factor\":10}",
             test_folder, name);
    return text;
}

static unsigned mode_of(const char *path)
{
    struct stat facts;
    assert_int_equal(stat(fill(path), &facts), 0);
    return facts.st_mode & 07777;
}

KL_TEST(a_folder_is_for_its_owner_alone)
{
    KL_UNUSED_STATE;
    kl_value store = make("EatpFilesystemStore", files_arguments("modes"), NULL), out = kl_null();
    kl_value args[2] = {json("\"k_1-A\""), kl_null()};
    assert_ok(kl_bytes_new(&args[1], KL_TEXT("\0\xff secret"), error));
    assert_ok(kl_object_call(&out, store.as.object, KL_TEXT("store_key"), args, 2, error));
    assert_int_equal(mode_of("{DIR}/modes"), 0700);
    assert_int_equal(mode_of("{DIR}/modes/chain"), 0700);
    assert_int_equal(mode_of("{DIR}/modes/delegations"), 0700);
    assert_int_equal(mode_of("{DIR}/modes/keys"), 0700);
    assert_int_equal(mode_of("{DIR}/modes/keys/k_1-A.key.age"), 0600);
    assert_ok(kl_object_call(&out, store.as.object, KL_TEXT("load_key"), args, 1, error));
    assert_true(kl_text_equal(kl_as_text(out), kl_as_text(args[1])));
    kl_value_release(out);
    append(store, B1);
    assert_int_equal(mode_of("{DIR}/modes/chain/000000000000.json"), 0600);
    kl_value_release(args[1]);
    kl_value_release(args[0]);
    kl_value_release(store);
    assert_int_equal(chmod(fill("{DIR}/modes/keys"), 0755), 0);
    kl_value_release(make("EatpFilesystemStore", files_arguments("modes"), NULL));
    assert_int_equal(mode_of("{DIR}/modes/keys"), 0700);
}

KL_TEST(a_damaged_file_is_told_by_name)
{
    KL_UNUSED_STATE;
    static const char *const texts[] = {"", "{", "[]", "{\"block_id\":\"b1\",\"block_id\":\"b1\"}",
                                        "{\"agent_id\":\"x\"}", "\xff"};
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value store = make("EatpFilesystemStore", files_arguments("damaged"), NULL);
        put_file("{DIR}/damaged/chain/000000000000.json", kl_text_from(texts[i]));
        const char *message = refused_append(store, B2);
        assert_non_null(strstr(message, "EatpAuthorityError: trust store: "
                                        "chain/000000000000.json is damaged"));
        kl_value_release(store);
    }
    kl_value store = make("EatpFilesystemStore", files_arguments("damaged2"), NULL);
    put_file("{DIR}/damaged2/delegations/d1.json", KL_TEXT(D("d2", "x", "")));
    kl_value record = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_store_delegation(&record, store_of(store), KL_TEXT("d1"), &error), KL_IO);
    assert_non_null(strstr(error.message, "it holds another delegation"));
    kl_error_clear(&error);
    /* What leads out of the folder is not followed. */
    assert_int_equal(symlink("/etc/passwd", fill("{DIR}/damaged2/chain/000000000000.json")), 0);
    assert_non_null(strstr(refused_append(store, B1), "EatpAuthorityError"));
    kl_value_release(store);
}

/* Two stores in one folder, as two processes have them. */
KL_TEST(stores_of_one_folder_see_each_other)
{
    KL_UNUSED_STATE;
    kl_value a = make("EatpFilesystemStore", files_arguments("both"), NULL);
    kl_value b = make("EatpFilesystemStore", files_arguments("both"), NULL);
    assert_int_equal(append(a, B1), 0);
    assert_int_equal(append(b, B2), 1);
    assert_int_equal(append(a, B3), 2);
    assert_int_equal(append(b, B1), 0);
    assert_blocks(b, "y", "[{\"block_id\":\"b2\",\"agent_id\":\"y\",\"t\":\"\xc3\xa9\\u0000\"}]");
    kl_value_release(b);
    kl_value_release(a);
}

/* ---- killing ---------------------------------------------------------------------------------- */

/* Writes blocks and delegations until it is killed; tells `ready` when it has begun. */
static void be_a_child(const char *arguments, const char *type, int ready)
{
    kl_value store = make(type, arguments, NULL);
    int64_t from = 0;
    if (kl_is_null(store) || kl_store_block_count(&from, store_of(store), NULL) != KL_OK)
        _exit(1);
    for (int64_t i = from; i < from + 100000; i++) {
        char text[256];
        bool newly;
        snprintf(text, sizeof text, "{\"block_id\":\"b%lld\",\"agent_id\":\"x\"}", (long long)i);
        append(store, text);
        if (i == from && write(ready, "x", 1) != 1)
            _exit(1);
        snprintf(text, sizeof text,
                 "{\"delegation_id\":\"d%lld\",\"delegator\":\"a\",\"delegate\":\"b\"}", (long long)i);
        put(store, text);
        snprintf(text, sizeof text, "d%lld", (long long)i);
        assert_ok(kl_store_set_revoked(&newly, store_of(store), kl_text_from(text), error));
    }
    _exit(0);
}

/* What is left is the beginning of what was written, in order, and nothing else. */
static int64_t check_whole(const char *arguments, const char *type)
{
    kl_value store = make(type, arguments, NULL), blocks = kl_null(), list = kl_null();
    assert_false(kl_is_null(store));
    assert_ok(kl_store_blocks(&blocks, store_of(store), (kl_text){NULL, 0}, error));
    for (size_t i = 0; i < kl_array_len(blocks); i++) {
        char id[32];
        snprintf(id, sizeof id, "b%zu", i);
        assert_true(kl_text_is(kl_as_text(kl_map_get(kl_array_at(blocks, i), KL_TEXT("block_id"))),
                               id));
    }
    assert_ok(kl_store_delegations(&list, store_of(store), (kl_text){NULL, 0}, 1000000, error));
    int64_t count = (int64_t)kl_array_len(blocks);
    int64_t grants = (int64_t)kl_array_len(list);
    assert_true(grants <= count);
    kl_value_release(list);
    kl_value_release(blocks);
    kl_value_release(store);
    return count;
}

static void kill_often(const char *arguments, const char *type, int rounds)
{
    int64_t before = 0;
    for (int i = 0; i < rounds; i++) {
        int ready[2];
        char byte;
        assert_int_equal(pipe(ready), 0);
        pid_t child = fork();
        if (child == 0)
            be_a_child(arguments, type, ready[1]);
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        usleep((unsigned)(i * 1777 % 5000));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        close(ready[0]);
        int64_t now = check_whole(arguments, type);
        assert_true(now > before);
        before = now;
    }
}

static int count_temporary(const char *room)
{
    char command[200];
    int count = -1;
    snprintf(command, sizeof command, "ls -A %s/killed/%s | grep -c tmp", test_folder, room);
    FILE *pipe = popen(command, "r");
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

KL_TEST(a_killed_process_leaves_a_whole_store)
{
    KL_UNUSED_STATE;
    char url[256];
    kill_often(files_arguments("killed"), "EatpFilesystemStore", 12);
    assert_int_equal(count_temporary("chain"), 0); /* swept when it was opened */
    assert_int_equal(count_temporary("delegations"), 0);
    snprintf(url, sizeof url, "{\"database_url\":\"sqlite://%s/killed.db?mode=rwc\"}", test_folder);
    kill_often(url, "EatpSqlxStore", 5);
}

/* ---- threads ---------------------------------------------------------------------------------- */

enum { THREADS = 4, EACH = 25 };

typedef struct worker {
    kl_value store;
    int number;
} worker;

static void *write_some(void *data)
{
    worker *w = data;
    for (int i = 0; i < EACH; i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"block_id\":\"b%d-%d\",\"agent_id\":\"t%d\"}", w->number, i,
                 w->number);
        append(w->store, text);
        snprintf(text, sizeof text,
                 "{\"delegation_id\":\"d%d-%d\",\"delegator\":\"a\",\"delegate\":\"t%d\"}", w->number,
                 i, w->number);
        put(w->store, text);
    }
    return NULL;
}

KL_TEST(threads_share_a_store)
{
    KL_UNUSED_STATE;
    for (int kind = 0; kind < KINDS; kind++) {
        kl_value store = new_store(kind), blocks = kl_null();
        pthread_t threads[THREADS];
        worker workers[THREADS];
        if (kl_is_null(store))
            continue;
        for (int i = 0; i < THREADS; i++) {
            workers[i] = (worker){store, i};
            assert_int_equal(pthread_create(&threads[i], NULL, write_some, &workers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        int64_t count;
        assert_ok(kl_store_block_count(&count, store_of(store), error));
        assert_int_equal(count, THREADS * EACH);
        assert_ok(kl_store_blocks(&blocks, store_of(store), KL_TEXT("t2"), error));
        assert_int_equal(kl_array_len(blocks), EACH);
        assert_true(kl_text_is(
            kl_as_text(kl_map_get(kl_array_at(blocks, EACH - 1), KL_TEXT("block_id"))), "b2-24"));
        kl_value_release(blocks);
        kl_value_release(store);
    }
}

/* ---- memory ----------------------------------------------------------------------------------- */

/* What is used while allocations fail is made before. */
typedef struct attempt {
    const char *type;
    kl_value arguments, block, record;
} attempt;

static kl_status use_store(void *data)
{
    const attempt *a = data;
    kl_value store = kl_null(), list = kl_null();
    int64_t seq;
    bool newly;
    kl_status status;
    KL_TRY_OUT(kl_object_from_map(&store, kl_type_find(kl_text_from(a->type), NULL), a->arguments,
                                  NULL));
    kl_trust_store *s = store_of(store);
    KL_TRY_OUT(kl_store_append_block(&seq, s, a->block, NULL));
    KL_TRY_OUT(kl_store_put_delegation(s, a->record, NULL));
    KL_TRY_OUT(kl_store_set_revoked(&newly, s, KL_TEXT("d1"), NULL));
    KL_TRY_OUT(kl_store_blocks(&list, s, KL_TEXT("x"), NULL));
    kl_value_release(kl_value_take(&list));
    KL_TRY_OUT(kl_store_delegations(&list, s, KL_TEXT("bob"), 10, NULL));
out:
    kl_value_release(list);
    kl_value_release(store);
    return status;
}

KL_TEST(memory_may_end_anywhere)
{
    KL_UNUSED_STATE;
    char files[256], sql[256];
    snprintf(files, sizeof files, "%s", files_arguments("sweep"));
    snprintf(sql, sizeof sql, "{\"database_url\":\"sqlite://%s/sweep.db?mode=rwc\"}", test_folder);
    const char *rows[][2] = {{"EatpMemoryStore", "{}"}, {"EatpFilesystemStore", files},
                             {"EatpSqlxStore", sql}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        attempt a = {rows[i][0], json(rows[i][1]), json(B1), json(D("d1", "bob", ""))};
        assert_true(sweep(use_store, &a) > 10);
        kl_value_release(a.arguments);
        kl_value_release(a.block);
        kl_value_release(a.record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first: it forks, which is for a process without threads */
        cmocka_unit_test(a_killed_process_leaves_a_whole_store),
        cmocka_unit_test(every_store_does_the_same),
        cmocka_unit_test(tables_are_those_of_other_implementations),
        cmocka_unit_test(databases_that_cannot_be_used_are_runtime_errors_without_secrets),
        cmocka_unit_test(a_folder_is_for_its_owner_alone),
        cmocka_unit_test(a_damaged_file_is_told_by_name),
        cmocka_unit_test(stores_of_one_folder_see_each_other),
        cmocka_unit_test(threads_share_a_store),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
