#include "net/redis.h"
#include "sweep.h"
#include "test.h"

/* Read all of `bytes`, given `piece` bytes at a time; the replies, each as JSON, one a line. */
static kl_status read_in_pieces(kl_buffer *out, kl_text bytes, size_t piece, kl_error *error)
{
    static const char *const kinds[] = {"", "error ", "push "};
    kl_resp resp = {0};
    kl_status status = KL_OK;
    for (size_t at = 0; at < bytes.len && status == KL_OK; at += piece) {
        size_t size = KL_MIN(piece, bytes.len - at);
        char *room = kl_resp_room(&resp, size);
        if (!room) {
            status = kl_error_no_memory(error);
            break;
        }
        memcpy(room, bytes.data + at, size);
        kl_resp_came(&resp, size);
        for (bool complete = true; complete && status == KL_OK;) {
            kl_resp_reply reply;
            kl_value text;
            status = kl_resp_next(&complete, &reply, &resp, error);
            if (status != KL_OK || !complete)
                continue;
            kl_buffer_string(out, kinds[reply.kind]);
            if (kl_is(reply.value, KL_KIND_BYTES))
                kl_buffer_string(out, "bytes ");
            status = kl_json_print(&text, reply.value, &kl_json_plain, error);
            kl_value_release(reply.value);
            if (status != KL_OK)
                continue;
            kl_buffer_add(out, kl_as_text(text));
            kl_buffer_byte(out, '\n');
            kl_value_release(text);
        }
    }
    if (status == KL_OK && kl_resp_has_more(&resp))
        kl_buffer_string(out, "more");
    kl_resp_end(&resp);
    return status == KL_OK ? out->status : status;
}

static void reads_in(kl_text bytes, const char *expected, const char *file, int line)
{
    for (size_t piece = 1; piece <= bytes.len; piece++) {
        kl_buffer out = KL_BUFFER_INIT;
        kl_error error = KL_ERROR_INIT;
        kl_status status = read_in_pieces(&out, bytes, piece, &error);
        kl_buffer_byte(&out, '\0');
        if (status != KL_OK || strcmp(out.data, expected) != 0)
            print_error("%s:%d: got %s%s\n", file, line, out.data, kl_error_message(&error));
        assert_int_equal(status, KL_OK);
        assert_string_equal(out.data, expected);
        kl_buffer_free(&out);
    }
}
#define reads(bytes, expected) reads_in(KL_TEXT(bytes), expected, __FILE__, __LINE__)

KL_TEST(replies_are_read_however_they_come)
{
    KL_UNUSED_STATE;
    reads("+OK\r\n", "\"OK\"\n");
    reads("-ERR no\r\n", "error \"ERR no\"\n");
    reads(":-5\r\n:9223372036854775807\r\n", "-5\n9223372036854775807\n");
    reads("$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n", "\"a\\r\\nbc\"\n\"\"\nnull\n");
    reads("$2\r\n\xff\xfe\r\n", "bytes \"//4=\"\n");
    reads("*3\r\n:1\r\n*0\r\n$1\r\nx\r\n*-1\r\n", "[1,[],\"x\"]\nnull\n");
    reads("*2\r\n-ERR in\r\n_\r\n", "[{\"error\":\"ERR in\"},null]\n");
    reads("#t\r\n#f\r\n,1.5\r\n,-inf\r\n,3\r\n", "true\nfalse\n1.5\nnull\n3.0\n");
    reads("(12345678901234567890\r\n(12\r\n", "\"12345678901234567890\"\n12\n");
    reads("!6\r\nERR no\r\n=6\r\ntxt:hi\r\n", "error \"ERR no\"\n\"hi\"\n");
    reads("%2\r\n+a\r\n:1\r\n:7\r\n*1\r\n_\r\n", "{\"a\":1,\"7\":[null]}\n");
    reads("%1\r\n$1\r\n\xff\r\n:1\r\n%0\r\n", "[[\"/w==\",1]]\n{}\n");
    reads("~2\r\n:1\r\n:2\r\n", "[1,2]\n");
    reads(">2\r\n+message\r\n+a\r\n:1\r\n", "push [\"message\",\"a\"]\n1\n");
    reads("|1\r\n+ttl\r\n:1\r\n*1\r\n|0\r\n:2\r\n", "[2]\n");
    reads("*2\r\n:1\r\n", "more");
    reads("$5\r\nab", "more");
}

static void refuses(kl_text bytes, kl_status code, const char *message)
{
    kl_buffer out = KL_BUFFER_INIT;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(read_in_pieces(&out, bytes, bytes.len, &error), code);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
    kl_buffer_free(&out);
}
#define MALFORMED "the reply of the Redis server is malformed at byte "

KL_TEST(what_is_no_reply_is_refused)
{
    KL_UNUSED_STATE;
    refuses(KL_TEXT("HTTP/1.1 400\r\n"), KL_SYNTAX, MALFORMED "0: an unknown type of value");
    refuses(KL_TEXT("\r\n"), KL_SYNTAX, MALFORMED "0: an empty line");
    refuses(KL_TEXT(":1\r\n:x\r\n"), KL_SYNTAX, MALFORMED "4: a bad integer");
    refuses(KL_TEXT(":99999999999999999999\r\n"), KL_SYNTAX, MALFORMED "0: a bad integer");
    refuses(KL_TEXT("$x\r\n"), KL_SYNTAX, MALFORMED "0: a bad length");
    refuses(KL_TEXT("$-2\r\n"), KL_SYNTAX, MALFORMED "5: a negative length of a text");
    refuses(KL_TEXT("$1\r\nabc\r\n"), KL_SYNTAX, MALFORMED "4: a text is longer than was said");
    refuses(KL_TEXT("*-2\r\n"), KL_SYNTAX, MALFORMED "5: a bad length or place of an aggregate");
    refuses(KL_TEXT("*1\r\n>0\r\n"), KL_SYNTAX, MALFORMED "8: a bad length or place of an aggregate");
    refuses(KL_TEXT("#x\r\n"), KL_SYNTAX, MALFORMED "0: a bool is t or f");
    refuses(KL_TEXT(",x\r\n"), KL_SYNTAX, MALFORMED "0: a bad number");
    refuses(KL_TEXT("$99999999\r\n"), KL_LIMIT,
            "resource limit exceeded: text (limit: 67108864 bytes)");
    refuses(KL_TEXT("*99999999\r\n"), KL_LIMIT,
            "resource limit exceeded: reply (limit: 10000000 items)");
    refuses(KL_TEXT("%9223372036854775807\r\n"), KL_LIMIT,
            "resource limit exceeded: reply (limit: 10000000 items)");
    kl_buffer deep = KL_BUFFER_INIT;
    for (int i = 0; i < 100; i++)
        kl_buffer_string(&deep, "*1\r\n");
    refuses(kl_buffer_text(&deep), KL_DEPTH,
            "the reply of the Redis server nests deeper than 64 levels");
    kl_buffer_free(&deep);
}

static kl_status read_one(void *data)
{
    kl_buffer out = KL_BUFFER_INIT;
    kl_status status = read_in_pieces(&out, *(kl_text *)data, 5, NULL);
    kl_buffer_free(&out);
    return status;
}

KL_TEST(memory_may_end_while_reading)
{
    KL_UNUSED_STATE;
    kl_text bytes = KL_TEXT("*3\r\n%1\r\n+a\r\n$2\r\n\xff\xff\r\n*2\r\n-ERR x\r\n:1\r\n%1\r\n$1\r\n\xff\r\n:1\r\n");
    assert_true(sweep(read_one, &bytes) > 0);
}

KL_TEST(commands_are_written_as_they_are_read)
{
    KL_UNUSED_STATE;
    kl_buffer out = KL_BUFFER_INIT;
    size_t bad;
    kl_value words[] = {json("\"SET\""), kl_int(-5), kl_double(1.5), kl_bool(true), json("\"a\\u0000\"")};
    assert_true(kl_resp_write(&bad, &out, words, 5));
    kl_text expected = KL_TEXT("*5\r\n$3\r\nSET\r\n$2\r\n-5\r\n$3\r\n1.5\r\n$4\r\ntrue\r\n$2\r\na\0\r\n");
    assert_true(kl_text_equal(kl_buffer_text(&out), expected));
    kl_value_release(words[4]);
    words[4] = kl_null();
    assert_false(kl_resp_write(&bad, &out, words, 5));
    assert_int_equal(bad, 4);
    assert_true(kl_text_equal(kl_buffer_text(&out), expected));
    kl_value_release(words[0]);
    kl_buffer_free(&out);
}

/* ---- URLs ---------------------------------------------------------------------------------------- */

KL_TEST(urls_say_where_and_who)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *host, *path, *user, *password, *name;
        uint16_t port;
        int64_t database;
        bool tls, resp2;
    } rows[] = {
        {"redis://", "localhost", NULL, NULL, NULL, NULL, 6379, 0, false, false},
        {"redis://h:1/2", "h", NULL, NULL, NULL, NULL, 1, 2, false, false},
        {"rediss://:p%40ss@h/", "h", NULL, NULL, "p@ss", NULL, 6379, 0, true, false},
        {"redis://u:p:q@[::1]:7?db=3&protocol=2&client_name=a%20b", "::1", NULL, "u", "p:q", "a b", 7,
         3, false, true},
        {"redis://[::1]", "::1", NULL, NULL, NULL, NULL, 6379, 0, false, false},
        {"unix://u@/run/a.sock?db=1", NULL, "/run/a.sock", "u", NULL, NULL, 0, 1, false, false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_redis_address got;
        assert_int_equal(kl_redis_address_read(&got, kl_text_from(rows[i].url), NULL), KL_OK);
        const char *texts[][2] = {{got.host, rows[i].host}, {got.path, rows[i].path},
                                  {got.user, rows[i].user}, {got.password, rows[i].password},
                                  {got.client_name, rows[i].name}};
        for (size_t t = 0; t < KL_COUNT(texts); t++) {
            assert_int_equal(texts[t][0] != NULL, texts[t][1] != NULL);
            if (texts[t][1])
                assert_string_equal(texts[t][0], texts[t][1]);
        }
        assert_int_equal(got.port, rows[i].port);
        assert_int_equal(got.database, rows[i].database);
        assert_int_equal(got.tls, rows[i].tls);
        assert_int_equal(got.resp2, rows[i].resp2);
        kl_redis_address_clear(&got);
    }
}

#define EXPECTED "expected redis://, rediss:// or unix:// with [user[:password]@]host[:port][/db], got "

KL_TEST(bad_urls_are_refused_without_being_shown)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"", "no URL"},
        {"redis:/secret", "no URL"},
        {"http://h", "another scheme"},
        {"redis://h/x", "a database that is no number"},
        {"redis://h/99999999999999999999", "a database that is no number"},
        {"redis://h:0", "a bad port"},
        {"redis://h:65536", "a bad port"},
        {"redis://h:x", "a bad port"},
        {"redis://:%zz@h", "a bad percent-encoding"},
        {"redis://:%4@h", "a bad percent-encoding"},
        {"redis://:%00@h", "a bad percent-encoding"},
        {"redis://[::1", "a bad IPv6 address"},
        {"redis://[::1]x", "a bad IPv6 address"},
        {"redis://h?db", "a parameter without a value"},
        {"redis://h?x=1", "a parameter that is none of db, protocol, client_name"},
        {"redis://h?protocol=4", "a protocol that is neither 2 nor 3"},
        {"unix://relative", "a path of a socket that is not absolute"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_redis_address got;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_redis_address_read(&got, kl_text_from(rows[i][0]), &error), KL_INVALID);
        assert_memory_equal(kl_error_message(&error), EXPECTED, strlen(EXPECTED));
        assert_string_equal(kl_error_message(&error) + strlen(EXPECTED), rows[i][1]);
        kl_error_clear(&error);
    }
}

static kl_status read_url(void *data)
{
    kl_redis_address got;
    KL_TRY(kl_redis_address_read(&got, *(kl_text *)data, NULL));
    kl_redis_address_clear(&got);
    return KL_OK;
}

KL_TEST(memory_may_end_while_reading_a_url)
{
    KL_UNUSED_STATE;
    kl_text url = KL_TEXT("redis://u:p@h:1/2?client_name=x");
    assert_true(sweep(read_url, &url) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_read_however_they_come),
        cmocka_unit_test(what_is_no_reply_is_refused),
        cmocka_unit_test(memory_may_end_while_reading),
        cmocka_unit_test(commands_are_written_as_they_are_read),
        cmocka_unit_test(urls_say_where_and_who),
        cmocka_unit_test(bad_urls_are_refused_without_being_shown),
        cmocka_unit_test(memory_may_end_while_reading_a_url),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
