/* LogProcessorNode: every format, lines that belong together, filters, routes. Syslog lines are the
 * examples of RFC 3164 and RFC 5424. */
#include "node_sweep.h"

#include "nodes/grok.h"

#define NODE "LogProcessorNode"

/* The entries that `lines` (JSON strings) become; null entries are those without the format. */
static void reads_in(const char *config, const char *lines, const char *entries, int line)
{
    char inputs[4096];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"log_lines\":[%s]}", lines);
    if (run_node(&out, NODE, config, inputs, &error) != KL_OK)
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    kl_value list = kl_value_retain(kl_map_get(out, KL_TEXT("parsed_entries")));
    kl_value_release(out);
    assert_json_in(list, entries, __FILE__, line);
}
#define reads(config, lines, entries) reads_in(config, lines, entries, __LINE__)

KL_TEST(json_lines)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL,
          "{\"log_lines\":[\"{\\\"level\\\":\\\"error\\\",\\\"msg\\\":\\\"x\\\"}\","
          "\"{\\\"level\\\":\\\"WARN\\\"}\",\"bad\",\"{\\\"severity\\\":\\\"Critical\\\"}\",\"[1]\",\"\"]}",
          "{\"error_count\":2,\"extracted_fields\":{},\"matched_count\":3,\"parsed_entries\":"
          "[{\"level\":\"error\",\"msg\":\"x\"},{\"level\":\"WARN\"},{\"severity\":\"Critical\"}],"
          "\"unmatched_count\":3,\"warning_count\":1}");
    gives(NODE, "{\"format\":\"anything\"}", "{\"log_lines\":[\"hello error\",\"\"]}",
          "{\"error_count\":0,\"extracted_fields\":{},\"matched_count\":2,\"parsed_entries\":"
          "[{\"raw\":\"hello error\"},{\"raw\":\"\"}],\"unmatched_count\":0,\"warning_count\":0}");
    fails(NODE, NULL, "{}", "missing required input: log_lines");
    fails(NODE, NULL, "{\"log_lines\":[\"{}\",5]}",
          "invalid input 'log_lines': expected array of string, got array");
}

#define COMMON                                                                                     \
    "\"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \\\"GET /a.gif HTTP/1.0\\\" 200 2326\""
#define COMBINED                                                                                   \
    "\"::1 - - [10/Oct/2000:13:55:36 -0700] \\\"GET /a b HTTP/1.0\\\" 404 - \\\"http://ref/\\\" "   \
    "\\\"Moz \\\\\\\"x\\\\\\\"\\\"\""

KL_TEST(access_logs)
{
    KL_UNUSED_STATE;
    reads("{\"format\":\"apache\"}", COMMON "," COMBINED ",\"zz\"",
          "[{\"remote_addr\":\"127.0.0.1\",\"remote_user\":\"frank\",\"timestamp\":"
          "\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\",\"path\":\"/a.gif\",\"protocol\":"
          "\"HTTP/1.0\",\"status\":200,\"body_bytes_sent\":2326,\"level\":\"info\"},"
          "{\"remote_addr\":\"::1\",\"remote_user\":\"-\",\"timestamp\":"
          "\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\",\"path\":\"/a b\",\"protocol\":"
          "\"HTTP/1.0\",\"status\":404,\"level\":\"warning\"}]");
    reads("{\"format\":\"combined\"}", COMMON "," COMBINED,
          "[{\"remote_addr\":\"::1\",\"remote_user\":\"-\",\"timestamp\":"
          "\"10/Oct/2000:13:55:36 -0700\",\"method\":\"GET\",\"path\":\"/a b\",\"protocol\":"
          "\"HTTP/1.0\",\"status\":404,\"http_referer\":\"http://ref/\",\"http_user_agent\":"
          "\"Moz \\\\\\\"x\\\\\\\"\",\"level\":\"warning\"}]");
    gives(NODE, "{\"format\":\"nginx\"}",
          "{\"log_lines\":[\"1.2.3.4 - - [t] \\\"GET / HTTP/1.1\\\" 502 1\",\"1.2.3.4 - - [t] \\\"GET /\\\" "
          "200 1\",\"1.2.3.4 - - [t] \\\"GET / HTTP/1.1\\\" 2x0 1\",\"1.2.3.4 - - [t] \\\"GET / "
          "HTTP/1.1\"]}",
          "{\"error_count\":1,\"extracted_fields\":{},\"matched_count\":1,\"parsed_entries\":"
          "[{\"remote_addr\":\"1.2.3.4\",\"remote_user\":\"-\",\"timestamp\":\"t\",\"method\":\"GET\","
          "\"path\":\"/\",\"protocol\":\"HTTP/1.1\",\"status\":502,\"body_bytes_sent\":1,\"level\":"
          "\"error\"}],\"unmatched_count\":3,\"warning_count\":0}");
}

KL_TEST(syslog)
{
    KL_UNUSED_STATE;
    reads("{\"format\":\"syslog3164\"}",
          "\"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8\"",
          "[{\"priority\":34,\"facility\":\"auth\",\"severity\":\"crit\",\"level\":\"error\","
          "\"timestamp\":\"Oct 11 22:14:15\",\"hostname\":\"mymachine\",\"app_name\":\"su\","
          "\"message\":\"'su root' failed for lonvick on /dev/pts/8\"}]");
    reads("{\"format\":\"syslog3164\"}",
          "\"Feb  5 17:32:18 host sshd[123]: hi\",\"<192>Feb  5 17:32:18 host a: b\",\"Feb 5 17:32:18 h "
          "a: b\",\"<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!\"",
          "[{\"timestamp\":\"Feb  5 17:32:18\",\"hostname\":\"host\",\"app_name\":\"sshd\","
          "\"proc_id\":\"123\",\"message\":\"hi\"},{\"priority\":13,\"facility\":\"user\","
          "\"severity\":\"notice\",\"level\":\"info\",\"timestamp\":\"Feb  5 17:32:18\",\"hostname\":"
          "\"10.0.0.99\",\"message\":\"Use the BFG!\"}]");
    reads("{\"format\":\"syslog5424\"}",
          "\"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 "
          "[exampleSDID@32473 iut=\\\"3\\\" eventSource=\\\"Appli\\\\\\\"cation\\\" eventID=\\\"1011\\\"]"
          "[examplePriority@32473 class=\\\"high\\\"] \\ufeffAn application event\"",
          "[{\"priority\":165,\"facility\":\"local4\",\"severity\":\"notice\",\"level\":\"info\","
          "\"timestamp\":\"2003-10-11T22:14:15.003Z\",\"hostname\":\"mymachine.example.com\","
          "\"app_name\":\"evntslog\",\"msg_id\":\"ID47\",\"structured_data\":{\"exampleSDID@32473\":"
          "{\"iut\":\"3\",\"eventSource\":\"Appli\\\"cation\",\"eventID\":\"1011\"},"
          "\"examplePriority@32473\":{\"class\":\"high\"}},\"message\":\"An application event\"}]");
    reads("{\"format\":\"syslog\"}",
          "\"<34>1 2003-10-11T22:14:15.003Z m su - ID47 - x\",\"<0>1 - - - - - -\",\"<34>1 - - - - - "
          "[bad\",\"<34>1 - - - - - [a b=\\\"c\\\"]x\",\"<34>Oct 11 22:14:15 m su: y\",\"<34>1 - -\"",
          "[{\"priority\":34,\"facility\":\"auth\",\"severity\":\"crit\",\"level\":\"error\","
          "\"timestamp\":\"2003-10-11T22:14:15.003Z\",\"hostname\":\"m\",\"app_name\":\"su\","
          "\"msg_id\":\"ID47\",\"structured_data\":{},\"message\":\"x\"},{\"priority\":0,\"facility\":"
          "\"kern\",\"severity\":\"emerg\",\"level\":\"error\",\"structured_data\":{},\"message\":\"\"},"
          "{\"priority\":34,\"facility\":\"auth\",\"severity\":\"crit\",\"level\":\"error\","
          "\"timestamp\":\"Oct 11 22:14:15\",\"hostname\":\"m\",\"app_name\":\"su\",\"message\":\"y\"}]");
}

KL_TEST(logfmt)
{
    KL_UNUSED_STATE;
    reads("{\"format\":\"logfmt\"}",
          "\"level=error msg=\\\"a \\\\\\\"b\\\\\\\"\\\\n\\\" dur=1.5ms  flag empty= url=http://x?a=b\"",
          "[{\"level\":\"error\",\"msg\":\"a \\\"b\\\"\\n\",\"dur\":\"1.5ms\",\"flag\":true,\"empty\":"
          "\"\",\"url\":\"http://x?a=b\"}]");
    reads("{\"format\":\"logfmt\"}", "\"just words\",\"a=\\\"open\",\"=x\",\"\",\"a=1\",\"\\\"a\\\"=1\"",
          "[{\"a\":\"1\"}]");
}

KL_TEST(regular_expressions_and_grok)
{
    KL_UNUSED_STATE;
    reads("{\"format\":\"regex\",\"pattern\":\"^(?<level>[A-Z]+) (?<who>\\\\w+)?\"}",
          "\"WARN bob\",\"INFO \",\"no\"", "[{\"level\":\"WARN\",\"who\":\"bob\"},{\"level\":\"INFO\"}]");
    reads("{\"format\":\"grok\",\"pattern\":\"%{IP:client.ip} %{WORD:method} %{URIPATHPARAM:path} "
          "%{INT:bytes:int} %{NUMBER:took:float}\"}",
          "\"55.3.244.1 GET /index.html?a=1 15824 0.043\",\"2001:db8::1 PUT / 1 2\",\"300.1.1.1 GET / 1 2\"",
          "[{\"client.ip\":\"55.3.244.1\",\"method\":\"GET\",\"path\":\"/index.html?a=1\",\"bytes\":15824,"
          "\"took\":0.043},{\"client.ip\":\"2001:db8::1\",\"method\":\"PUT\",\"path\":\"/\",\"bytes\":1,"
          "\"took\":2.0}]");
    reads("{\"format\":\"grok\",\"pattern\":\"^%{THING:a}-(?<b>x+)$\",\"patterns\":{\"THING\":"
          "\"%{POSINT}(?:,%{POSINT})*\"}}",
          "\"1,22-xx\",\"1,-x\"", "[{\"a\":\"1,22\",\"b\":\"xx\"}]");
    reads("{\"format\":\"grok\",\"pattern\":\"%{SYSLOGBASE} %{GREEDYDATA:message}\"}",
          "\"Oct 11 22:14:15 mymachine su[7]: hello\"",
          "[{\"timestamp\":\"Oct 11 22:14:15\",\"host\":\"mymachine\",\"program\":\"su\",\"pid\":7,"
          "\"message\":\"hello\"}]");
    reads("{\"format\":\"grok\",\"pattern\":\"%{COMBINEDAPACHELOG}\"}",
          "\"1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] \\\"GET /a HTTP/1.0\\\" 200 12 \\\"-\\\" \\\"Mozilla\\\"\"",
          "[{\"clientip\":\"1.2.3.4\",\"ident\":\"-\",\"auth\":\"bob\",\"timestamp\":"
          "\"10/Oct/2000:13:55:36 -0700\",\"verb\":\"GET\",\"request\":\"/a\",\"httpversion\":\"1.0\","
          "\"response\":200,\"bytes\":12,\"referrer\":\"\\\"-\\\"\",\"agent\":\"\\\"Mozilla\\\"\"}]");
    fails(NODE, "{\"format\":\"grok\"}", "{\"log_lines\":[]}", "missing required input: pattern");
    fails(NODE, "{\"format\":\"grok\",\"pattern\":\"%{NOPE:x}\"}", "{\"log_lines\":[]}",
          "invalid input 'pattern': no grok pattern is named 'NOPE'");
    fails(NODE, "{\"format\":\"grok\",\"pattern\":\"a%{INT\"}", "{\"log_lines\":[]}",
          "invalid input 'pattern': '%{' at byte 1 is not closed by '}'");
    fails(NODE, "{\"format\":\"grok\",\"pattern\":\"%{INT:x:date}\"}", "{\"log_lines\":[]}",
          "invalid input 'pattern': 'date' is no type of a grok field; expected int, float or string");
    fails(NODE, "{\"format\":\"grok\",\"pattern\":\"%{A}\",\"patterns\":{\"A\":\"%{A}\"}}",
          "{\"log_lines\":[]}",
          "invalid input 'pattern': grok patterns refer to each other more than 16 levels deep");
    fails(NODE, "{\"format\":\"regex\",\"pattern\":\"(\"}", "{\"log_lines\":[]}",
          "invalid input 'pattern': regex: missing closing parenthesis");
}

KL_TEST(every_built_in_piece_compiles)
{
    KL_UNUSED_STATE;
    static const char *const names[] = {
        "WORD", "NOTSPACE", "SPACE", "DATA", "GREEDYDATA", "INT", "POSINT", "NONNEGINT", "NUMBER",
        "BASE10NUM", "BASE16NUM", "BOOL", "QUOTEDSTRING", "QS", "UUID", "USERNAME", "USER",
        "EMAILADDRESS", "IPV4", "IPV6", "IP", "HOSTNAME", "IPORHOST", "HOSTPORT", "MAC", "PATH",
        "UNIXPATH", "WINPATH", "URIPROTO", "URIHOST", "URIPATH", "URIPARAM", "URIPATHPARAM", "URI",
        "MONTH", "MONTHNUM", "MONTHDAY", "DAY", "YEAR", "HOUR", "MINUTE", "SECOND", "TIME",
        "DATE_US", "DATE_EU", "ISO8601_TIMEZONE", "TIMESTAMP_ISO8601", "HTTPDATE",
        "SYSLOGTIMESTAMP", "PROG", "SYSLOGPROG", "SYSLOGHOST", "SYSLOGBASE", "LOGLEVEL",
        "COMMONAPACHELOG", "COMBINEDAPACHELOG"};
    static const struct {
        const char *name, *line, *expected;
    } rows[] = {
        {"INT", "a1 -5 x", "-5"},          {"NUMBER", "v=x 1.5e3", "1.5e3"},
        {"UUID", "id 123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"},
        {"IPV6", "at ::1 now", "::1"},     {"EMAILADDRESS", "to a.b@c.de", "a.b@c.de"},
        {"URI", "see http://u:p@h.x:8/a?b=c", "http://u:p@h.x:8/a?b=c"},
        {"TIMESTAMP_ISO8601", "2024-01-02T03:04:05.6+01:00 x", "2024-01-02T03:04:05.6+01:00"},
        {"LOGLEVEL", "a Warning b", "Warning"}, {"MAC", "00:1a:2B:33:44:55", "00:1a:2B:33:44:55"},
        {"WINPATH", "C:\\a\\b c", "C:\\a\\b c"},  {"QS", "x \"a \\\" b\" y", "\"a \\\" b\""},
        {"DATE_EU", "31.12.2024", "31.12.2024"},  {"HOSTPORT", "a.b:80", "a.b:80"},
    };
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        char pattern[64];
        kl_grok *grok = NULL;
        snprintf(pattern, sizeof pattern, "%%{%s}", names[i]);
        assert_int_equal(kl_grok_new(&grok, kl_text_from(pattern), kl_null(), NULL), KL_OK);
        kl_grok_free(grok);
    }
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char pattern[64];
        kl_grok *grok = NULL;
        kl_value fields = kl_null();
        snprintf(pattern, sizeof pattern, "%%{%s:it}", rows[i].name);
        assert_int_equal(kl_grok_new(&grok, kl_text_from(pattern), kl_null(), NULL), KL_OK);
        assert_int_equal(kl_grok_match(&fields, grok, kl_text_from(rows[i].line), NULL), KL_OK);
        assert_string_equal(kl_as_text(kl_map_get(fields, KL_TEXT("it"))).data, rows[i].expected);
        kl_value_release(fields);
        kl_grok_free(grok);
    }
}

KL_TEST(lines_that_belong_together)
{
    KL_UNUSED_STATE;
    reads("{\"format\":\"raw\",\"multiline_start\":\"^\\\\d\"}",
          "\"lost\",\"1 a\",\"  at x\",\"  at y\",\"2 b\"",
          "[{\"raw\":\"lost\"},{\"raw\":\"1 a\\n  at x\\n  at y\"},{\"raw\":\"2 b\"}]");
    reads("{\"format\":\"raw\",\"multiline_continue\":\"^\\\\s\"}", "\" x\",\"a\",\" b\",\"c\",\" d\"",
          "[{\"raw\":\" x\"},{\"raw\":\"a\\n b\"},{\"raw\":\"c\\n d\"}]");
    fails(NODE, "{\"multiline_start\":\"[\"}", "{\"log_lines\":[]}",
          "invalid input 'multiline_start': regex: missing terminating ] for character class");
}

KL_TEST(entries_are_filtered_routed_and_extracted)
{
    KL_UNUSED_STATE;
    gives(NODE,
          "{\"format\":\"logfmt\",\"filter\":{\"not\":{\"field\":\"level\",\"op\":\"equals\",\"value\":"
          "\"debug\"}},\"extract\":[\"n\",\"none\"],\"routes\":[{\"name\":\"bad\",\"when\":{\"field\":"
          "\"level\",\"op\":\"equals\",\"value\":\"error\"}}]}",
          "{\"log_lines\":[\"level=error n=1\",\"level=debug n=2\",\"level=info n=3\",\"level=error "
          "n=4\",\"x\"]}",
          "{\"error_count\":2,\"extracted_fields\":{\"n\":[\"1\",\"3\",\"4\"]},\"matched_count\":4,"
          "\"parsed_entries\":[{\"level\":\"error\",\"n\":\"1\"},{\"level\":\"info\",\"n\":\"3\"},"
          "{\"level\":\"error\",\"n\":\"4\"}],\"routed\":{\"bad\":[{\"level\":\"error\",\"n\":\"1\"},"
          "{\"level\":\"error\",\"n\":\"4\"}],\"unrouted\":[{\"level\":\"info\",\"n\":\"3\"}]},"
          "\"unmatched_count\":1,\"warning_count\":0}");
    fails(NODE, "{\"routes\":[{\"name\":\"a\",\"when\":{\"field\":\"x\",\"op\":\"zz\",\"value\":1}}]}",
          "{\"log_lines\":[]}",
          "invalid input 'routes[0].when.op': expected one of: equals, not_equals, contains, gt, gte, "
          "lt, lte, regex, in_list, got \"zz\"");
    fails(NODE, "{\"routes\":[{}]}", "{\"log_lines\":[]}",
          "invalid input 'routes[0].name': expected string, got null");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *line;
    } rows[] = {
        {"{\"format\":\"json\"}", "\"{\\\"a\\\":1}\""},
        {"{\"format\":\"combined\"}", COMBINED},
        {"{\"format\":\"syslog\"}",
         "\"<165>1 2003-10-11T22:14:15.003Z m e - ID47 [a@1 b=\\\"3\\\"][c d=\\\"e\\\"] x\""},
        {"{\"format\":\"syslog3164\"}", "\"<34>Oct 11 22:14:15 m su[1]: x\""},
        {"{\"format\":\"logfmt\",\"extract\":[\"a\"],\"routes\":[{\"name\":\"r\",\"when\":{\"field\":"
         "\"a\",\"op\":\"equals\",\"value\":\"1\"}}]}",
         "\"a=1 b=\\\"x\\\"\",\"a=1\",\"a=2\""},
        {"{\"format\":\"raw\",\"multiline_continue\":\"^ \"}", "\"a\",\" b\""},
        {"{\"format\":\"grok\",\"pattern\":\"%{INT:n:int} %{WORD:w}\"}", "\"1 a\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[512];
        snprintf(inputs, sizeof inputs, "{\"log_lines\":[%s]}", rows[i].line);
        survives_failed_allocations(NODE, rows[i].config, inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines),
        cmocka_unit_test(access_logs),
        cmocka_unit_test(syslog),
        cmocka_unit_test(logfmt),
        cmocka_unit_test(regular_expressions_and_grok),
        cmocka_unit_test(every_built_in_piece_compiles),
        cmocka_unit_test(lines_that_belong_together),
        cmocka_unit_test(entries_are_filtered_routed_and_extracted),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
