#include "net/bolt.h"
#include "sweep.h"
#include "test.h"

/* Read bytes as one value; its JSON. */
static kl_status read_json(kl_value *out, kl_text bytes, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_packstream_read(&value, &bytes, error));
    kl_status status = bytes.len ? kl_error_set(error, KL_SYNTAX, "%zu bytes are left", bytes.len)
                                 : kl_json_print(out, value, &kl_json_plain, error);
    kl_value_release(value);
    return status;
}

static void reads_in(kl_text bytes, const char *expected, const char *file, int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = read_json(&out, bytes, &error);
    bool same = kl_text_is(status == KL_OK ? kl_as_text(out) : kl_text_from(kl_error_message(&error)),
                           expected);
    if (!same)
        print_error("%s:%d: got %s%s\n", file, line, kl_as_text(out).data, kl_error_message(&error));
    kl_value_release(out);
    kl_error_clear(&error);
    assert_true(same);
}
#define reads(bytes, expected) reads_in(KL_TEXT(bytes), expected, __FILE__, __LINE__)

KL_TEST(values_are_read)
{
    KL_UNUSED_STATE;
    reads("\xC0", "null");
    reads("\xC2", "false");
    reads("\xC3", "true");
    reads("\x7F", "127");
    reads("\xF0", "-16");
    reads("\xC8\x80", "-128");
    reads("\xC9\x80\x00", "-32768");
    reads("\xCA\xFF\xFF\xFF\xFE", "-2");
    reads("\xCB\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808");
    reads("\xC1\x3F\xF8\x00\x00\x00\x00\x00\x00", "1.5");
    reads("\x83" "abc", "\"abc\"");
    reads("\xD0\x01" "a", "\"a\"");
    reads("\x93\x01\x90\xA0", "[1,[],{}]");
    reads("\xD8\x01\x81" "a\xD4\x01\x02", "{\"a\":[2]}");
}

KL_TEST(structures_become_plain_values)
{
    KL_UNUSED_STATE;
    reads("\xB3N\x07\x91\x81" "A\xA1\x81" "n\x01",
          "{\"id\":\"7\",\"labels\":[\"A\"],\"properties\":{\"n\":1}}");
    reads("\xB4N\x07\x90\xA0\x83" "4:7", "{\"id\":\"4:7\",\"labels\":[],\"properties\":{}}");
    reads("\xB5R\x01\x02\x03\x81T\xA0",
          "{\"id\":\"1\",\"type\":\"T\",\"from_id\":\"2\",\"to_id\":\"3\",\"properties\":{}}");
    reads("\xB8R\x01\x02\x03\x81T\xA0\x81" "a\x81" "b\x81" "c",
          "{\"id\":\"a\",\"type\":\"T\",\"from_id\":\"b\",\"to_id\":\"c\",\"properties\":{}}");
    /* (1)-[9]->(2), walked from 2 to 1 */
    reads("\xB3P\x92\xB3N\x02\x90\xA0\xB3N\x01\x90\xA0\x91\xB3r\x09\x81T\xA0\x92\xFF\x01",
          "{\"nodes\":[{\"id\":\"2\",\"labels\":[],\"properties\":{}},"
          "{\"id\":\"1\",\"labels\":[],\"properties\":{}}],"
          "\"relationships\":[{\"id\":\"9\",\"type\":\"T\",\"from_id\":\"1\",\"to_id\":\"2\","
          "\"properties\":{}}]}");
    reads("\xB3X\xC9\x1C\x23\xC1\x3F\xF8\0\0\0\0\0\0\xC1\x3F\xF8\0\0\0\0\0\0",
          "{\"srid\":7203,\"x\":1.5,\"y\":1.5}");
}

KL_TEST(times_become_text)
{
    KL_UNUSED_STATE;
    reads("\xB1" "D\x00", "\"1970-01-01\"");
    reads("\xB1" "D\xFF", "\"1969-12-31\"");
    reads("\xB1" "D\xC9\x2B\x08", "\"2000-02-29\"");
    reads("\xB1" "D\xCA\xFF\xF5\x05\x57", "\"-0001-12-31\"");
    reads("\xB1" "D\xCA\x00\x2C\xC0\xA1", "\"+10000-01-01\"");
    reads("\xB1t\x01", "\"00:00:00.000000001\"");
    reads("\xB2T\x00\xC9\xF1\xF0", "\"00:00:00-01:00\"");
    reads("\xB2" "d\xFF\x00", "\"1969-12-31T23:59:59\"");
    reads("\xB3" "F\x00\x00\xC9\x0E\x10", "\"1970-01-01T00:00:00+01:00\"");
    reads("\xB3I\x00\x00\xC9\x0E\x10", "\"1970-01-01T01:00:00+01:00\"");
    reads("\xB3" "f\x00\x00\x81Z", "\"1970-01-01T00:00:00[Z]\"");
    reads("\xB3i\x00\xC9\x03\xE8\x83UTC", "\"1970-01-01T00:00:00.000001Z[UTC]\"");
    reads("\xB4" "E\x00\x00\x00\x00", "\"PT0S\"");
    reads("\xB4" "E\x0E\xFD\xFE\xCA\x1D\xCD\x65\x00", "\"P14M-3DT-1.500S\"");
    reads("\xB4" "E\x00\x00\xFF\xCA\x1D\xCD\x65\x00", "\"PT-0.500S\"");
}

KL_TEST(malformed_bytes_are_refused)
{
    KL_UNUSED_STATE;
    static const char text[] = "the message of the server is malformed: bad fields of structure 0x4E";
    reads("", "the message of the server is malformed at byte 0: it ends early");
    reads("\xC9\x01", "the message of the server is malformed at byte 1: it ends early");
    reads("\xC4", "the message of the server is malformed at byte 1: an unknown marker");
    reads("\xD2\xFF\xFF\xFF\xFF", "the message of the server is malformed at byte 5: a length goes "
                                  "beyond its end");
    reads("\xD6\xFF\xFF\xFF\xFF", "the message of the server is malformed at byte 5: a length goes "
                                  "beyond its end");
    reads("\x81\xFF", "the message of the server is malformed at byte 1: a text is not UTF-8");
    reads("\xA1\x01\x02", "the message of the server is malformed at byte 1: a key is no text");
    reads("\xB3N\xC0\x90\xA0", text);
    reads("\xB2N\x01\x90", text);
    reads("\xB1Q\x01", "the server sent an unknown structure 0x51");
    reads("\xB1" "D\xCB\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
          "the message of the server is malformed: bad fields of structure 0x44");
    reads("\xB3P\x91\xB3N\x02\x90\xA0\x90\x92\x01\x00",
          "the message of the server is malformed: bad fields of structure 0x50");
    char deep[200];
    memset(deep, 0x91, sizeof deep);
    reads_in((kl_text){deep, sizeof deep},
             "the message of the server nests deeper than 64 levels", __FILE__, __LINE__);
}

static const char sample[] =
    "[null,true,-17,-129,40000,-3000000000,1.5,\"text\",{\"a\":[1,{\"b\":\"0123456789abcdefgh\"}]}]";

static kl_status there_and_back(void *data)
{
    kl_value value = *(kl_value *)data, back;
    kl_buffer bytes = KL_BUFFER_INIT;
    bool same = true;
    kl_status status = kl_packstream_write(&bytes, value, NULL);
    kl_text rest = kl_buffer_text(&bytes);
    if (status == KL_OK)
        status = kl_packstream_read(&back, &rest, NULL);
    if (status == KL_OK) {
        status = kl_value_equal(&same, value, back, NULL);
        kl_value_release(back);
    }
    kl_buffer_free(&bytes);
    assert_true(status != KL_OK || (same && rest.len == 0));
    return status;
}

KL_TEST(what_is_written_is_read)
{
    KL_UNUSED_STATE;
    kl_value value = json(sample);
    assert_true(sweep(there_and_back, &value) > 3);
    kl_value_release(value);
}

KL_TEST(too_deep_is_not_written)
{
    KL_UNUSED_STATE;
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value value = kl_int(1), outer;
    for (int i = 0; i < 70; i++) {
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, value, NULL), KL_OK);
        value = outer;
    }
    assert_int_equal(kl_packstream_write(&bytes, value, NULL), KL_DEPTH);
    kl_value_release(value);
    kl_buffer_free(&bytes);
}

static void leads(const char *url, const char *host, unsigned port, bool tls, bool insecure)
{
    kl_bolt_address address;
    assert_int_equal(kl_bolt_address_read(&address, kl_text_from(url), NULL), KL_OK);
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
    assert_int_equal(address.tls, tls);
    assert_int_equal(address.insecure, insecure);
    kl_bolt_address_clear(&address);
}

static void misleads(const char *url, const char *why)
{
    kl_bolt_address address;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_bolt_address_read(&address, kl_text_from(url), &error), KL_INVALID);
    assert_string_equal(strstr(kl_error_message(&error), "got "), why);
    kl_error_clear(&error);
}

KL_TEST(urls)
{
    KL_UNUSED_STATE;
    leads("bolt://db", "db", 7687, false, false);
    leads("neo4j://db:1/", "db", 1, false, false);
    leads("bolt+s://db:65535", "db", 65535, true, false);
    leads("neo4j+ssc://[::1]:99", "::1", 99, true, true);
    misleads("http://db", "got another scheme");
    misleads("bolt://u:secret@db", "got a user or a blank; give user and password beside it");
    misleads("bolt://db/x", "got a path or parameters; give the database beside it");
    misleads("bolt://", "got no host");
    misleads("bolt://[::1", "got no host");
    misleads("bolt://db:0", "got a bad port");
    misleads("bolt://db:65536", "got a bad port");
    misleads("bolt://db:", "got a bad port");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(structures_become_plain_values),
        cmocka_unit_test(times_become_text),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(too_deep_is_not_written),
        cmocka_unit_test(urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
