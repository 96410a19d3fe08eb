/* The key store does what a server does: the same commands are given to both. */
#include "net/redis.h"
#include "service_test.h"
#include "store/keystore.h"
#include "sweep.h"

#include <pthread.h>
#include <unistd.h>

/* ---- commands as text ---------------------------------------------------------------------------- */

/* Words between blanks, as an array. */
static kl_value split(const char *line)
{
    kl_value words = kl_null();
    assert_int_equal(kl_array_new(&words, 0, NULL), KL_OK);
    while (*line) {
        size_t len = strcspn(line, " ");
        kl_text word = {line, len};
        if (kl_text_is(word, "\"\""))
            word.len = 0;
        assert_int_equal(kl_array_push_text(&words, word, NULL), KL_OK);
        line += len + (line[len] == ' ');
    }
    return words;
}

/* What a store answers, as JSON; "! message" for a refusal. Given. */
static kl_value ask_store(kl_keystore *store, const char *line)
{
    kl_value words = split(line), answer = kl_null(), text = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_keystore_run(&answer, store, kl_array_items(words), kl_array_len(words),
                                       NULL, &error);
    kl_value_release(words);
    if (status == KL_OK)
        assert_int_equal(kl_json_print(&text, answer, &kl_json_plain, NULL), KL_OK);
    else
        assert_int_equal(kl_string_format(&text, NULL, "! %s", kl_error_message(&error)), KL_OK);
    kl_error_clear(&error);
    kl_value_release(answer);
    return text;
}

static void answers_in(kl_keystore *store, const char *line, const char *expected, const char *file,
                       int number)
{
    kl_value text = ask_store(store, line);
    if (strcmp(kl_as_text(text).data, expected) != 0)
        print_error("%s:%d: %s: got %s\n", file, number, line, kl_as_text(text).data);
    assert_string_equal(kl_as_text(text).data, expected);
    kl_value_release(text);
}
#define answers(store, line, expected) answers_in(store, line, expected, __FILE__, __LINE__)

static kl_keystore *new_store(void)
{
    kl_keystore *store = NULL;
    assert_int_equal(kl_keystore_new(&store, NULL), KL_OK);
    return store;
}

/* ---- by itself ----------------------------------------------------------------------------------- */

KL_TEST(a_wrong_number_of_arguments_is_told_with_what_is_right)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    answers(store, "GET", "! GET requires 1 argument: key");
    answers(store, "get a b", "! GET requires 1 argument: key");
    answers(store, "SET a", "! SET requires at least 2 arguments: key value");
    answers(store, "DEL", "! DEL requires at least 1 argument: key");
    answers(store, "EXISTS", "! EXISTS requires at least 1 argument: key");
    answers(store, "TTL", "! TTL requires 1 argument: key");
    answers(store, "KEYS", "! KEYS requires 1 argument: pattern");
    answers(store, "MGET", "! MGET requires at least 1 argument: key");
    answers(store, "MSET a", "! MSET requires an even number of arguments: key value [key value ...]");
    answers(store, "MSET", "! MSET requires an even number of arguments: key value [key value ...]");
    answers(store, "PUBLISH a", "! PUBLISH requires 2 arguments: channel message");
    answers(store, "DBSIZE a", "! DBSIZE takes no arguments");
    answers(store, "foo x", "! unsupported Redis command: FOO");
    answers(store, "", "! a command without a name");
    kl_keystore_free(store);
}

KL_TEST(items_expire)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    answers(store, "SET a 1 PX 30", "\"OK\"");
    answers(store, "SET b 1", "\"OK\"");
    answers(store, "TTL b", "-1");
    answers(store, "TTL c", "-2");
    usleep(50000);
    answers(store, "GET a", "null");
    answers(store, "DBSIZE", "1");
    for (int i = 0; i < 100; i++)
        kl_value_release(ask_store(store, "SET x 1 PX 1"));
    usleep(5000);
    for (int i = 0; i < 10; i++)
        answers(store, "GET b", "\"1\"");
    answers(store, "DBSIZE", "1"); /* nobody asked for x: it was swept away */
    kl_keystore_free(store);
}

static void *push_later(void *store)
{
    usleep(50000);
    kl_value_release(ask_store(store, "RPUSH list x"));
    usleep(50000);
    kl_value_release(ask_store(store, "XADD s 5-1 f v"));
    return NULL;
}

KL_TEST(commands_that_wait_are_woken)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    pthread_t thread;
    kl_time begin = kl_clock_now();
    answers(store, "BLPOP list 0.05", "null");
    assert_true(kl_clock_now() - begin >= 50 * KL_MILLISECOND);
    pthread_create(&thread, NULL, push_later, store);
    answers(store, "BLPOP list 10", "[\"list\",\"x\"]");
    answers(store, "XREAD BLOCK 10000 STREAMS s $", "{\"s\":[[\"5-1\",[\"f\",\"v\"]]]}");
    pthread_join(thread, NULL);
    answers(store, "BLPOP list -1", "! ERR timeout is negative");
    kl_keystore_free(store);
}

static kl_status stop(void *data, kl_error *error)
{
    (void)data;
    return kl_error_set(error, KL_CANCELLED, "stopped");
}

KL_TEST(waiting_ends_when_told)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    kl_value words = split("BLPOP a 0"), answer = kl_null();
    kl_keystore_watch late = {kl_clock_after(20 * KL_MILLISECOND), NULL, NULL};
    kl_keystore_watch stopped = {KL_TIME_NONE, stop, NULL};
    assert_int_equal(kl_keystore_run(&answer, store, kl_array_items(words), 3, &late, NULL), KL_TIMEOUT);
    assert_int_equal(kl_keystore_run(&answer, store, kl_array_items(words), 3, &stopped, NULL),
                     KL_CANCELLED);
    kl_value_release(words);
    kl_keystore_free(store);
}

KL_TEST(messages_reach_who_listens)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    kl_keystore_subscription *plain = NULL, *pattern = NULL;
    kl_value names = json("[\"a\",\"b\"]"), patterns = json("[\"[ac]*\"]"), message = kl_null();
    kl_keystore_watch late = {kl_clock_after(20 * KL_MILLISECOND), NULL, NULL};
    answers(store, "PUBLISH a 1", "0");
    assert_int_equal(kl_keystore_subscribe(&plain, store, names, false, NULL), KL_OK);
    assert_int_equal(kl_keystore_subscribe(&pattern, store, patterns, true, NULL), KL_OK);
    answers(store, "PUBLISH a 2", "2");
    answers(store, "PUBLISH b 3", "1");
    answers(store, "PUBLISH d 4", "0");
    assert_int_equal(kl_keystore_listen(&message, plain, NULL, NULL), KL_OK);
    assert_json(message, "{\"channel\":\"a\",\"message\":\"2\"}");
    assert_int_equal(kl_keystore_listen(&message, plain, NULL, NULL), KL_OK);
    assert_json(message, "{\"channel\":\"b\",\"message\":\"3\"}");
    assert_int_equal(kl_keystore_listen(&message, pattern, NULL, NULL), KL_OK);
    assert_json(message, "{\"channel\":\"a\",\"message\":\"2\",\"pattern\":\"[ac]*\"}");
    assert_int_equal(kl_keystore_listen(&message, pattern, &late, NULL), KL_TIMEOUT);
    kl_keystore_unsubscribe(plain);
    answers(store, "PUBLISH b 5", "0");
    kl_keystore_unsubscribe(pattern);
    kl_value_release(names);
    kl_value_release(patterns);
    kl_keystore_free(store);
}

KL_TEST(many_commands_run_as_one)
{
    KL_UNUSED_STATE;
    kl_keystore *store = new_store();
    kl_value commands = json("[[\"SET\",\"a\",1],[\"HGET\",\"a\",\"f\"],[\"GET\",[]],[\"INCR\",\"a\"]]");
    kl_value answer = kl_null();
    size_t refused = 0;
    assert_int_equal(kl_keystore_run_all(&answer, &refused, store, commands, NULL), KL_OK);
    assert_int_equal(refused, 1);
    assert_json(answer, "[\"OK\",{\"error\":\"WRONGTYPE Operation against a key holding the wrong kind "
                        "of value\"},{\"error\":\"word 1 of the command is of kind array; expected a "
                        "string, bytes, number or bool\"},2]");
    kl_value_release(commands);
    kl_keystore_free(store);
}

/* The answer itself; given. */
static kl_value run_line(kl_keystore *store, const char *line)
{
    kl_value words = split(line), answer = kl_null();
    assert_int_equal(kl_keystore_run(&answer, store, kl_array_items(words), kl_array_len(words), NULL,
                                     NULL), KL_OK);
    kl_value_release(words);
    return answer;
}

/* What is there all the time is found, however much is removed between two pages. */
KL_TEST(pages_miss_nothing_that_stays)
{
    KL_UNUSED_STATE;
    static const char *const adds[] = {"HSET all f%d %d", "SADD all %d", "ZADD all %d f%d", "SET f%d %d"};
    static const char *const drops[] = {"HDEL all f%d", "SREM all %d", "ZREM all f%d", "DEL f%d"};
    static const char *const scans[] = {"HSCAN all %s COUNT 7", "SSCAN all %s COUNT 7",
                                        "ZSCAN all %s COUNT 7", "SCAN %s COUNT 7"};
    for (size_t kind = 0; kind < KL_COUNT(adds); kind++) {
        kl_keystore *store = new_store();
        char line[80], cursor[24] = "0";
        bool found[200] = {false};
        int dropped = 0, pages = 0;
        for (int i = 0; i < 200; i++) {
            snprintf(line, sizeof line, adds[kind], i, i);
            kl_value_release(run_line(store, line));
        }
        do {
            snprintf(line, sizeof line, scans[kind], cursor);
            kl_value page = run_line(store, line), items = kl_array_at(page, 1);
            assert_true(kl_array_len(items) <= 14);
            for (size_t i = 0; i < kl_array_len(items); i += kind == 0 || kind == 2 ? 2 : 1) {
                const char *name = kl_as_text(kl_array_at(items, i)).data;
                found[atoi(name + (*name == 'f'))] = true;
            }
            snprintf(cursor, sizeof cursor, "%s", kl_as_text(kl_array_at(page, 0)).data);
            kl_value_release(page);
            for (int i = 0; i < 20 && dropped < 200; i++, dropped += 2) { /* all even ones, in time */
                snprintf(line, sizeof line, drops[kind], dropped);
                kl_value_release(run_line(store, line));
            }
            pages++;
        } while (strcmp(cursor, "0") != 0);
        for (int i = 1; i < 200; i += 2)
            assert_true(found[i]);
        assert_true(pages > 10);
        kl_keystore_free(store);
    }
}

static kl_status use_all(void *data)
{
    static const char *const lines[] = {
        "SET a 1 EX 10", "APPEND a x", "MGET a b", "HSET h f 1 g 2", "HGETALL h", "HINCRBY h f 2",
        "RPUSH l a b c", "LRANGE l 0 -1", "LMOVE l m LEFT RIGHT", "SADD s a b", "SUNIONSTORE t s s",
        "SPOP s 1", "ZADD z 1 a 2 b", "ZRANGE z 0 -1 WITHSCORES", "XADD x 1-1 f v",
        "XGROUP CREATE x g 0", "XREADGROUP GROUP g c STREAMS x >", "XPENDING x g",
        "XAUTOCLAIM x g d 0 0", "KEYS *", "SCAN 0", "HSCAN h 0", "SSCAN t 0", "ZSCAN z 0"};
    kl_keystore *store;
    kl_status status = KL_OK;
    (void)data;
    KL_TRY(kl_keystore_new(&store, NULL));
    for (size_t i = 0; i < KL_COUNT(lines) && status == KL_OK; i++) {
        kl_value words[12], answer = kl_null();
        size_t count = 0;
        for (const char *at = lines[i]; *at && status == KL_OK;) {
            size_t len = strcspn(at, " ");
            status = kl_string_new(&words[count], (kl_text){at, len}, NULL);
            count += status == KL_OK;
            at += len + (at[len] == ' ');
        }
        if (status == KL_OK)
            status = kl_keystore_run(&answer, store, words, count, NULL, NULL);
        kl_value_release(answer);
        while (count)
            kl_value_release(words[--count]);
    }
    kl_keystore_free(store);
    return status;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    assert_true(sweep(use_all, NULL) > 100);
}

/* ---- the same as a server ------------------------------------------------------------------------ */

typedef struct both {
    kl_keystore *store;
    kl_redis_pool *pool;
    kl_redis *redis;
} both;

static both begin_both(void)
{
    both b = {.store = new_store()};
    char url[200]; /* a database of its own: other tests use the server too */
    snprintf(url, sizeof url, "%s/9", service_url("KAILASH_TEST_REDIS_URL"));
    assert_int_equal(kl_redis_pool_new(&b.pool, kl_text_from(url), NULL, NULL), KL_OK);
    assert_int_equal(kl_redis_take(&b.redis, b.pool, NULL, NULL), KL_OK);
    return b;
}

static void end_both(both *b)
{
    kl_redis_give_back(b->redis);
    kl_redis_pool_free(b->pool);
    kl_keystore_free(b->store);
}

static kl_value ask_server(both *b, const char *line)
{
    kl_value words = split(line), text = kl_null();
    kl_resp_reply reply;
    kl_redis_command command = {kl_array_items(words), kl_array_len(words)};
    assert_int_equal(kl_redis_exchange(&reply, b->redis, &command, 1, NULL, NULL), KL_OK);
    kl_value_release(words);
    if (reply.kind == KL_RESP_ERROR)
        assert_int_equal(kl_string_format(&text, NULL, "! %s", kl_as_text(reply.value).data), KL_OK);
    else
        assert_int_equal(kl_json_print(&text, reply.value, &kl_json_plain, NULL), KL_OK);
    kl_value_release(reply.value);
    return text;
}

/* Sets have no order, and a number of arguments is refused in other words. */
static bool same_answer(const char *line, kl_value ours, kl_value theirs)
{
    static const char *const unordered[] = {"SMEMBERS", "SUNION", "SINTER", "SDIFF", "KEYS", "SPOP"};
    const char *a = kl_as_text(ours).data, *b = kl_as_text(theirs).data;
    if (strcmp(a, b) == 0 || (strstr(b, "ERR wrong number of arguments") && a[0] == '!'))
        return true;
    for (size_t i = 0; i < KL_COUNT(unordered); i++) {
        if (strncasecmp(line, unordered[i], strlen(unordered[i])) != 0 || a[0] == '!' || b[0] == '!')
            continue;
        kl_value x = json(a), y = json(b);
        bool same = false;
        kl_array_sort(&x, NULL);
        kl_array_sort(&y, NULL);
        kl_value_equal(&same, x, y, NULL);
        kl_value_release(x);
        kl_value_release(y);
        return same;
    }
    return false;
}

static bool compare(both *b, const char *line)
{
    kl_value ours = ask_store(b->store, line), theirs = ask_server(b, line);
    bool same = same_answer(line, ours, theirs);
    if (!same)
        print_error("%s:\n  store  %s\n  server %s\n", line, kl_as_text(ours).data,
                    kl_as_text(theirs).data);
    kl_value_release(ours);
    kl_value_release(theirs);
    return same;
}

KL_TEST(chosen_commands_answer_as_a_server)
{
    KL_UNUSED_STATE;
    static const char *const lines[] = {
#include "keystore_lines.h"
    };
    both b = begin_both();
    size_t differ = !compare(&b, "FLUSHDB");
    for (size_t i = 0; i < KL_COUNT(lines); i++)
        differ += !compare(&b, lines[i]);
    end_both(&b);
    assert_int_equal(differ, 0);
}

/* Random words in random commands, most of them legal. A seed of a failure repeats it. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static void random_line(char *line, size_t size, uint64_t *seed)
{
    /* k = key, v = value, i = small number, f = number, o = option of the row */
    static const char *const shapes[] = {
        "GET k", "SET k v", "SET k i", "SET k v NX", "SET k v XX GET", "SET k v EX 100", "SET k v KEEPTTL",
        "SETNX k v", "GETSET k v", "GETDEL k", "MGET k k k", "MSET k v k i", "MSETNX k v k v",
        "APPEND k v", "STRLEN k", "GETRANGE k i i", "SETRANGE k 3 v", "INCR k", "DECR k", "INCRBY k i",
        "DECRBY k i", "INCRBYFLOAT k f", "DEL k k", "EXISTS k k", "TYPE k", "EXPIRE k 100",
        "PERSIST k", "TTL k", "RENAME k k", "RENAMENX k k", "DBSIZE", "KEYS *",
        "HSET k v v", "HSET k v i v v", "HSETNX k v v", "HGET k v", "HMGET k v v", "HGETALL k", "HDEL k v v",
        "HEXISTS k v", "HLEN k", "HKEYS k", "HVALS k", "HSTRLEN k v", "HINCRBY k v i",
        "HINCRBYFLOAT k v f", "LPUSH k v v", "RPUSH k v", "LPUSHX k v", "RPUSHX k v", "LPOP k", "RPOP k",
        "LPOP k i", "RPOP k 2", "LLEN k", "LRANGE k i i", "LTRIM k i i", "LINDEX k i", "LSET k i v",
        "LREM k i v", "LINSERT k BEFORE v v", "LINSERT k AFTER v v", "RPOPLPUSH k k",
        "LMOVE k k LEFT RIGHT", "LMOVE k k RIGHT RIGHT", "SADD k v v", "SREM k v", "SISMEMBER k v",
        "SMISMEMBER k v v", "SMEMBERS k", "SCARD k", "SMOVE k k v", "SINTER k k", "SUNION k k",
        "SDIFF k k", "SINTERSTORE k k k", "SUNIONSTORE k k k", "SDIFFSTORE k k k", "ZADD k f v",
        "ZADD k NX i v", "ZADD k XX CH f v", "ZADD k GT CH i v i v", "ZADD k LT i v", "ZADD k INCR f v",
        "ZINCRBY k f v", "ZSCORE k v", "ZMSCORE k v v", "ZRANK k v", "ZREVRANK k v", "ZREM k v", "ZCARD k",
        "ZCOUNT k i i", "ZRANGE k i i", "ZRANGE k i i WITHSCORES", "ZRANGE k i i REV",
        "ZRANGE k -inf +inf BYSCORE LIMIT 1 2", "ZREVRANGE k i i WITHSCORES", "ZRANGEBYSCORE k i i",
        "ZRANGEBYSCORE k (i i WITHSCORES LIMIT 0 2", "ZREVRANGEBYSCORE k i i", "ZREMRANGEBYRANK k i i",
        "ZREMRANGEBYSCORE k i i", "ZPOPMIN k", "ZPOPMAX k 2", "ZPOPMIN k i",
    };
    static const char *const values[] = {"a", "b", "c", "10", "3.5", "\"\"", "hello"};
    static const char *const floats[] = {"1", "-2.5", "0.1", "3e2", "inf", "x"};
    const char *shape = shapes[draw(seed, KL_COUNT(shapes))];
    size_t len = 0;
    for (const char *at = shape; *at && len + 16 < size;) {
        size_t word = strcspn(at, " ");
        if (word == 1 && *at == 'k')
            len += (size_t)snprintf(line + len, size - len, "k%u", draw(seed, 6));
        else if (word == 1 && *at == 'v')
            len += (size_t)snprintf(line + len, size - len, "%s", values[draw(seed, KL_COUNT(values))]);
        else if (word == 1 && *at == 'i')
            len += (size_t)snprintf(line + len, size - len, "%d", (int)draw(seed, 9) - 4);
        else if (word == 2 && memcmp(at, "(i", 2) == 0)
            len += (size_t)snprintf(line + len, size - len, "(%d", (int)draw(seed, 9) - 4);
        else if (word == 1 && *at == 'f')
            len += (size_t)snprintf(line + len, size - len, "%s", floats[draw(seed, KL_COUNT(floats))]);
        else
            len += (size_t)snprintf(line + len, size - len, "%.*s", (int)word, at);
        at += word;
        if (*at == ' ')
            line[len++] = *at++;
    }
    line[len] = '\0';
}

KL_TEST(random_commands_answer_as_a_server)
{
    KL_UNUSED_STATE;
    both b = begin_both();
    size_t differ = 0;
    for (uint64_t run = 1; run <= 40; run++) {
        uint64_t seed = run * 7919;
        char line[256];
        bool same = compare(&b, "FLUSHDB");
        for (int i = 0; i < 500 && same; i++) {
            random_line(line, sizeof line, &seed);
            same = compare(&b, line);
        }
        differ += !same;
    }
    end_both(&b);
    assert_int_equal(differ, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_number_of_arguments_is_told_with_what_is_right),
        cmocka_unit_test(items_expire),
        cmocka_unit_test(commands_that_wait_are_woken),
        cmocka_unit_test(waiting_ends_when_told),
        cmocka_unit_test(messages_reach_who_listens),
        cmocka_unit_test(many_commands_run_as_one),
        cmocka_unit_test(pages_miss_nothing_that_stays),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(chosen_commands_answer_as_a_server),
        cmocka_unit_test(random_commands_answer_as_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
