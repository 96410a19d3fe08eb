#include "node_test.h"
#include "service_test.h"
#include "sweep.h"

#include <pthread.h>
#include <unistd.h>

/* Nodes that run alone share the store of the process, so each test has keys of its own. */

KL_TEST(commands_run_within_the_process)
{
    KL_UNUSED_STATE;
    gives("RedisCommandNode", NULL, "{\"command\":\"SET\",\"args\":[\"a\",1]}", "{\"result\":\"OK\"}");
    gives("RedisCommandNode", NULL, "{\"command\":\"get\",\"args\":[\"a\"]}", "{\"result\":\"1\"}");
    gives("RedisCommandNode", NULL, "{\"command\":\"SET\",\"args\":[\"b\",\"v\",\"EX\",5]}", "{\"result\":\"OK\"}");
    gives("RedisCommandNode", NULL, "{\"command\":\"TTL\",\"args\":[\"b\"]}", "{\"result\":5}");
    gives("RedisCommandNode", NULL, "{\"command\":\"MGET\",\"args\":[\"a\",\"b\",\"none\"]}", "{\"result\":[\"1\",\"v\",null]}");
    gives("RedisCommandNode", NULL, "{\"command\":\"INCRBY\",\"args\":[\"a\",41]}", "{\"result\":42}");
    gives("RedisCommandNode", NULL, "{\"command\":\"SET\",\"args\":[\"c\",true]}", "{\"result\":\"OK\"}");
    gives("RedisCommandNode", NULL, "{\"command\":\"GET\",\"args\":[\"c\"]}", "{\"result\":\"true\"}");
    gives("RedisCommandNode", NULL, "{\"command\":\"HSET\",\"args\":[\"h\",\"f\",1.5]}", "{\"result\":1}");
    gives("RedisCommandNode", NULL, "{\"command\":\"HGETALL\",\"args\":[\"h\"]}", "{\"result\":{\"f\":\"1.5\"}}");
    gives("RedisCommandNode", NULL, "{\"command\":\"DEL\",\"args\":[\"a\",\"b\",\"z\"]}", "{\"result\":2}");
    gives("RedisCommandNode", NULL, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
}

KL_TEST(commands_that_are_wrong_are_refused)
{
    KL_UNUSED_STATE;
    fails("RedisCommandNode", NULL, "{}", "missing required input: command");
    fails("RedisCommandNode", NULL, "{\"command\":\"GET\"}", "node execution failed: GET requires 1 argument: key");
    fails("RedisCommandNode", NULL, "{\"command\":\"FOO\",\"args\":[1]}", "node execution failed: unsupported Redis command: FOO");
    fails("RedisCommandNode", NULL, "{\"command\":\"GET\",\"args\":[[1]]}",
          "invalid input 'args[0]': expected string or scalar, got array");
    fails("RedisCommandNode", NULL, "{\"command\":\"GET\",\"args\":[null]}",
          "invalid input 'args[0]': expected string or scalar, got null");
    fails("RedisCommandNode", NULL, "{\"command\":\"GET\",\"args\":\"x\"}", "invalid input 'args': expected array, got \"x\"");
    fails("RedisCommandNode", NULL, "{\"command\":5}", "invalid input 'command': expected string, got 5");
    fails("RedisCommandNode", NULL, "{\"command\":\"\"}", "node execution failed: unsupported Redis command: ");
    fails("RedisCommandNode", NULL, "{\"command\":\"GET\",\"commands\":[]}",
          "invalid input 'commands': expected either command or commands, got both");
    fails("RedisCommandNode", "{\"backend\":\"redis\"}", "{\"command\":\"PING\"}",
          "missing required input: url");
    fails("RedisCommandNode", "{\"url\":\"http://secret@h\"}", "{\"command\":\"PING\"}",
          "invalid input 'url': expected redis://, rediss:// or unix:// with "
          "[user[:password]@]host[:port][/db], got another scheme");
    fails("RedisCommandNode", "{\"url\":\"redis://h\",\"ca_file\":\"a\\nb\"}", "{\"command\":\"PING\"}",
          "invalid input 'ca_file': expected a path without a line end");
    fails("RedisCommandNode", "{\"url\":\"unix:///nonexistent/socket\"}", "{\"command\":\"PING\"}",
          "node execution failed: Redis: cannot connect to /nonexistent/socket: No such file or directory");
    fails("RedisCommandNode", "{\"url\":\"redis://h\"}", "{\"command\":\"Subscribe\",\"args\":[\"a\"]}",
          "invalid input 'command': Subscribe is not for this node: use RedisPubSubNode");
}

KL_TEST(many_commands_are_sent_at_once)
{
    KL_UNUSED_STATE;
    gives("RedisCommandNode", NULL, "{\"commands\":[[\"SET\",\"m\",1],{\"command\":\"INCR\",\"args\":[\"m\"]},[\"DEL\",\"m\"]]}",
          "{\"result\":[\"OK\",2,1]}");
    fails("RedisCommandNode", NULL, "{\"commands\":[[\"SET\",\"m\",1],[\"HGET\",\"m\",\"f\"]]}",
          "node execution failed: commands[1]: WRONGTYPE Operation against a key holding the wrong kind "
          "of value");
    gives("RedisCommandNode", "{\"raise_on_error\":false}", "{\"commands\":[[\"FOO\"],[\"DEL\",\"m\"]]}",
          "{\"result\":[{\"error\":\"unsupported Redis command: FOO\"},1]}");
    /* A hash of one field `error` is no error. */
    gives("RedisCommandNode", NULL, "{\"commands\":[[\"HSET\",\"e\",\"error\",\"x\"],[\"HGETALL\",\"e\"]]}",
          "{\"result\":[1,{\"error\":\"x\"}]}");
    gives("RedisCommandNode", NULL, "{\"commands\":[]}", "{\"result\":[]}");
    fails("RedisCommandNode", NULL, "{\"commands\":[5]}",
          "invalid input 'commands[0]': expected a list [name, argument, ...] or a dict {command, "
          "args}, got integer");
    fails("RedisCommandNode", NULL, "{\"commands\":[[5]]}",
          "invalid input 'commands[0]': expected the name of a command, got integer");
    fails("RedisCommandNode", NULL, "{\"commands\":[[\"GET\",{}]]}",
          "invalid input 'commands[0][1]': expected string or scalar, got object");
}

static void *publish_later(void *config)
{
    kl_value out = kl_null();
    usleep(100000);
    assert_int_equal(run_node(&out, "RedisPubSubNode", config,
                              "{\"channel\":\"news\",\"message\":{\"a\":1}}", NULL), KL_OK);
    kl_value_release(out);
    return NULL;
}

/* `config` ends with an open brace and what is to come there. */
static void listens(const char *config, const char *subscribe)
{
    pthread_t thread;
    kl_value out = kl_null();
    pthread_create(&thread, NULL, publish_later, (void *)config);
    kl_status status = run_node(&out, "RedisPubSubNode", subscribe, "{\"channel\":\"news\"}", NULL);
    pthread_join(thread, NULL);
    assert_int_equal(status, KL_OK);
    assert_json(out, "{\"result\":[{\"channel\":\"news\",\"message\":\"{\\\"a\\\":1}\"}]}");
}

KL_TEST(messages_are_published_and_waited_for)
{
    KL_UNUSED_STATE;
    fails("RedisPubSubNode", NULL, "{}", "missing required input: channel");
    fails("RedisPubSubNode", NULL, "{\"channel\":\"a\"}", "missing required input: message");
    fails("RedisPubSubNode", NULL, "{\"channel\":5,\"message\":\"a\"}",
          "invalid input 'channel': expected string, got integer");
    fails("RedisPubSubNode", "{\"operation\":\"subscribe\"}", "{\"channel\":[]}",
          "invalid input 'channel': expected string or non-empty list of strings, got array");
    fails("RedisPubSubNode", "{\"operation\":\"shout\"}", "{\"channel\":\"a\"}",
          "operation: expected one of: publish, subscribe, psubscribe, got \"shout\"");
    gives("RedisPubSubNode", NULL, "{\"channel\":\"a\",\"message\":\"b\"}", "{\"result\":0}");
    gives("RedisPubSubNode", "{\"operation\":\"subscribe\",\"timeout_ms\":10}", "{\"channel\":\"a\"}",
          "{\"result\":[]}");
    listens("{}", "{\"operation\":\"subscribe\",\"timeout_ms\":5000}");
}

/* All that a stream can do, on any server. */
static void streams(const char *where, const char *key)
{
    char config[700], inputs[200], kept[100];
    kl_value out = kl_null();
#define DO(options, more, expected)                                                                \
    snprintf(config, sizeof config, "{%s%s}", where, options);                                     \
    snprintf(inputs, sizeof inputs, "{\"stream\":\"%s\"%s}", key, more);                            \
    gives("RedisStreamNode", config, inputs, expected)
    DO("\"scope\":\"process\"", "", "{\"result\":[]}");
    DO("\"operation\":\"add\"", ",\"id\":\"1-1\",\"fields\":{\"a\":1,\"b\":[2]}", "{\"result\":\"1-1\"}");
    DO("\"operation\":\"add\"", ",\"id\":\"2-1\",\"fields\":{\"a\":\"x\"}", "{\"result\":\"2-1\"}");
    DO("\"operation\":\"len\"", "", "{\"result\":2}");
    DO("\"operation\":\"read\",\"count\":1", "",
       "{\"result\":[{\"id\":\"1-1\",\"fields\":{\"a\":\"1\",\"b\":\"[2]\"}}]}");
    DO("\"operation\":\"read\"", ",\"id\":\"1-1\"", "{\"result\":[{\"id\":\"2-1\",\"fields\":{\"a\":\"x\"}}]}");
    DO("\"operation\":\"read\",\"block_ms\":20", ",\"id\":\"$\"", "{\"result\":[]}");
    DO("\"operation\":\"range\",\"reverse\":true,\"count\":1", "",
       "{\"result\":[{\"id\":\"2-1\",\"fields\":{\"a\":\"x\"}}]}");
    DO("\"operation\":\"group_create\",\"group\":\"g\"", ",\"id\":\"0\"", "{\"result\":true}");
    DO("\"operation\":\"group_create\",\"group\":\"g\"", "", "{\"result\":false}");
    DO("\"operation\":\"read_group\",\"group\":\"g\",\"consumer\":\"c\",\"count\":1", "",
       "{\"result\":[{\"id\":\"1-1\",\"fields\":{\"a\":\"1\",\"b\":\"[2]\"}}]}");
    DO("\"operation\":\"claim\",\"group\":\"g\",\"consumer\":\"d\"", ",\"ids\":[\"1-1\"]",
       "{\"result\":[{\"id\":\"1-1\",\"fields\":{\"a\":\"1\",\"b\":\"[2]\"}}]}");
    DO("\"operation\":\"claim\",\"group\":\"g\",\"consumer\":\"e\"", "",
       "{\"result\":[{\"id\":\"1-1\",\"fields\":{\"a\":\"1\",\"b\":\"[2]\"}}]}");
    DO("\"operation\":\"ack\",\"group\":\"g\"", ",\"ids\":[\"1-1\",\"9-9\"]", "{\"result\":1}");
    DO("\"operation\":\"ack\",\"group\":\"g\"", ",\"ids\":[]", "{\"result\":0}");
    DO("\"operation\":\"trim\",\"maxlen\":1", "", "{\"result\":1}");
    DO("\"operation\":\"trim\",\"min_id\":\"9\"", "", "{\"result\":1}");
#undef DO
    snprintf(config, sizeof config, "{%s\"operation\":\"add\",\"maxlen\":5}", where);
    snprintf(kept, sizeof kept, "{\"stream\":\"%s\",\"fields\":{\"t\":true}}", key);
    assert_int_equal(run_node(&out, "RedisStreamNode", config, kept, NULL), KL_OK);
    assert_true(kl_value_len(kl_map_get(out, KL_TEXT("result"))) > 10);
    kl_value_release(out);
}

KL_TEST(streams_are_kept_within_the_process)
{
    KL_UNUSED_STATE;
    streams("", "stream");
    fails("RedisStreamNode", NULL, "{}", "missing required input: stream");
    fails("RedisStreamNode", "{\"operation\":\"add\"}", "{\"stream\":\"s\"}",
          "missing required input: fields");
    fails("RedisStreamNode", "{\"operation\":\"add\"}", "{\"stream\":\"s\",\"fields\":{}}",
          "invalid input 'fields': expected at least one field, got an empty dict");
    fails("RedisStreamNode", "{\"operation\":\"read_group\",\"group\":\"g\"}", "{\"stream\":\"s\"}",
          "missing required input: consumer");
    fails("RedisStreamNode", "{\"operation\":\"trim\"}", "{\"stream\":\"s\"}",
          "missing required input: maxlen or min_id");
    fails("RedisStreamNode", "{\"operation\":\"zz\"}", "{\"stream\":\"s\"}",
          "operation: expected one of: add, read, range, group_create, read_group, ack, claim, len, trim, "
          "got \"zz\"");
    fails("RedisStreamNode", NULL, "{\"stream\":\"s\",\"id\":\"x\"}",
          "node execution failed: ERR Invalid stream ID specified as stream command argument");
}

static kl_status use_nodes(void *data)
{
    kl_value out = kl_null();
    KL_TRY(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("RedisCommandNode")), kl_null(),
                             *(kl_value *)data, NULL));
    kl_value_release(out);
    return KL_OK;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    kl_value one = json("{\"command\":\"SET\",\"args\":[\"o\",1.5]}");
    kl_value many = json("{\"commands\":[[\"SET\",\"o\",1],{\"command\":\"GET\",\"args\":[\"o\"]}]}");
    assert_true(sweep(use_nodes, &one) > 3);
    assert_true(sweep(use_nodes, &many) > 3);
    kl_value_release(one);
    kl_value_release(many);
}

/* ---- with a server ------------------------------------------------------------------------------- */

static const char *with_url(char config[600], const char *variable, const char *more)
{
    snprintf(config, 600, "{\"url\":\"%s\"%s}", service_url(variable), more);
    return config;
}

#define URL "KAILASH_TEST_REDIS_URL"

KL_TEST(commands_run_on_a_server)
{
    KL_UNUSED_STATE;
    char config[600];
    kl_value given, out = kl_null(), settings;
    with_url(config, URL, "");
    gives("RedisCommandNode", config, "{\"command\":\"FLUSHDB\"}", "{\"result\":\"OK\"}");
    gives("RedisCommandNode", config, "{\"command\":\"HSET\",\"args\":[\"h\",\"f\",1]}", "{\"result\":1}");
    gives("RedisCommandNode", config, "{\"command\":\"HGETALL\",\"args\":[\"h\"]}", "{\"result\":{\"f\":\"1\"}}");
    gives("RedisCommandNode", config, "{\"command\":\"EVAL\",\"args\":[\"return {1,ARGV[1]}\",0,\"x\"]}",
          "{\"result\":[1,\"x\"]}");
    fails("RedisCommandNode", config, "{\"command\":\"GET\",\"args\":[\"h\"]}",
          "node execution failed: WRONGTYPE Operation against a key holding the wrong kind of value");
    fails("RedisCommandNode", config, "{\"command\":\"GET\"}",
          "node execution failed: ERR wrong number of arguments for 'get' command");
    fails("RedisCommandNode", config, "{\"command\":\"SELECT\",\"args\":[1]}",
          "invalid input 'command': SELECT is not for this node: it would count for this call alone; "
          "name the database in the url");
    /* Bytes that are no UTF-8 come back as they went. */
    settings = json(config);
    given = json("{\"command\":\"SET\",\"args\":[\"bin\"]}");
    kl_value args = json("[\"bin\"]"), bytes = kl_null();
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("\xff\0\r\n"), NULL), KL_OK);
    kl_array_push(&args, kl_value_retain(bytes), NULL);
    kl_map_set(&given, KL_TEXT("args"), args, NULL);
    const kl_node_type *type = kl_node_type_find(KL_TEXT("RedisCommandNode"));
    assert_int_equal(kl_node_run_alone(&out, type, settings, given, NULL), KL_OK);
    kl_value_release(out);
    kl_value_release(given);
    given = json("{\"command\":\"GET\",\"args\":[\"bin\"]}");
    assert_int_equal(kl_node_run_alone(&out, type, settings, given, NULL), KL_OK);
    bool same = false;
    kl_value_equal(&same, kl_map_get(out, KL_TEXT("result")), bytes, NULL);
    assert_true(same);
    kl_value_release(out);
    kl_value_release(given);
    kl_value_release(bytes);
    kl_value_release(settings);
}

KL_TEST(pipelines_and_transactions_run_on_a_server)
{
    KL_UNUSED_STATE;
    char config[600];
    const char *mixed = "{\"commands\":[[\"SET\",\"p\",1],[\"HGET\",\"p\",\"f\"],[\"INCR\",\"p\"]]}";
    with_url(config, URL, "");
    gives("RedisCommandNode", config, "{\"commands\":[[\"SET\",\"p\",1],[\"INCR\",\"p\"]]}",
          "{\"result\":[\"OK\",2]}");
    fails("RedisCommandNode", config, mixed,
          "node execution failed: commands[1]: WRONGTYPE Operation against a key holding the wrong kind "
          "of value");
    with_url(config, URL, ",\"transaction\":true");
    gives("RedisCommandNode", config, "{\"commands\":[[\"SET\",\"p\",1],[\"INCR\",\"p\"]]}",
          "{\"result\":[\"OK\",2]}");
    gives("RedisCommandNode", config, "{\"commands\":[[\"HSET\",\"e\",\"error\",\"x\"],[\"HGETALL\",\"e\"]]}",
          "{\"result\":[1,{\"error\":\"x\"}]}");
    fails("RedisCommandNode", config, mixed,
          "node execution failed: commands[1]: WRONGTYPE Operation against a key holding the wrong kind "
          "of value");
    fails("RedisCommandNode", config, "{\"commands\":[[\"SET\",\"p\",7],[\"NOPE\"]]}",
          "node execution failed: commands[1]: ERR unknown command 'NOPE', with args beginning with: ");
    fails("RedisCommandNode", config, "{\"commands\":[[\"EXEC\"]]}",
          "invalid input 'commands': EXEC is not for this node: give `commands` with transaction: true");
    with_url(config, URL, ",\"transaction\":true,\"raise_on_error\":false");
    gives("RedisCommandNode", config, mixed,
          "{\"result\":[\"OK\",{\"error\":\"WRONGTYPE Operation against a key holding the wrong kind of "
          "value\"},2]}");
    with_url(config, URL, "");
    gives("RedisCommandNode", config, "{\"command\":\"GET\",\"args\":[\"p\"]}", "{\"result\":\"2\"}");
}

KL_TEST(ten_thousand_commands_pass_at_once)
{
    KL_UNUSED_STATE;
    char config[600];
    const char *url = with_url(config, URL, ""); /* skips without a server, before anything is held */
    kl_value commands = json("[]"), command = json("[\"PING\",\"0123456789012345678901234567890123456789\"]");
    for (int i = 0; i < 10000; i++)
        kl_array_push(&commands, kl_value_retain(command), NULL);
    kl_value given = json("{}"), settings = json(url), out = kl_null();
    kl_map_set(&given, KL_TEXT("commands"), commands, NULL);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("RedisCommandNode")), settings,
                                       given, NULL), KL_OK);
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("result"))), 10000);
    kl_value_release(out);
    kl_value_release(given);
    kl_value_release(settings);
    kl_value_release(command);
}

KL_TEST(waiting_for_a_server_ends_in_time)
{
    KL_UNUSED_STATE;
    char config[600];
    with_url(config, URL, ",\"timeout_ms\":50");
    fails("RedisCommandNode", config, "{\"command\":\"BLPOP\",\"args\":[\"none\",0]}",
          "node execution failed: Redis: timed out");
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
}

/* An idle connection that the server ends is replaced without anybody noticing. */
KL_TEST(connections_are_made_anew)
{
    KL_UNUSED_STATE;
    char config[600];
    char other[600];
    snprintf(config, sizeof config, "{\"url\":\"redis://ann:s3cr%%3At@%s\"}", service_url(URL) + strlen("redis://"));
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
    gives("RedisCommandNode", with_url(other, URL, ""),
          "{\"command\":\"CLIENT\",\"args\":[\"KILL\",\"USER\",\"ann\"]}", "{\"result\":1}");
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
}

KL_TEST(users_databases_and_old_protocols)
{
    KL_UNUSED_STATE;
    char config[600];
    const char *at = service_url(URL) + strlen("redis://");
    snprintf(config, sizeof config, "{\"url\":\"redis://ann:s3cr%%3At@%s/3?client_name=me\"}", at);
    gives("RedisCommandNode", config, "{\"command\":\"ACL\",\"args\":[\"WHOAMI\"]}", "{\"result\":\"ann\"}");
    gives("RedisCommandNode", config, "{\"command\":\"CLIENT\",\"args\":[\"GETNAME\"]}", "{\"result\":\"me\"}");
    gives("RedisCommandNode", config, "{\"command\":\"SET\",\"args\":[\"three\",3]}", "{\"result\":\"OK\"}");
    snprintf(config, sizeof config, "{\"url\":\"redis://%s/3?protocol=2\"}", at);
    gives("RedisCommandNode", config, "{\"command\":\"GET\",\"args\":[\"three\"]}", "{\"result\":\"3\"}");
    gives("RedisCommandNode", config, "{\"command\":\"HGETALL\",\"args\":[\"none\"]}", "{\"result\":[]}");
    snprintf(config, sizeof config, "{\"url\":\"redis://ann:wrong@%s\"}", at);
    fails("RedisCommandNode", config, "{\"command\":\"PING\"}",
          "node execution failed: Redis: the Redis server refuses the connection: WRONGPASS invalid "
          "username-password pair or user is disabled.");
    snprintf(config, sizeof config, "{\"url\":\"redis://ann:s3cr%%3At@%s?protocol=2\"}", at);
    gives("RedisCommandNode", config, "{\"command\":\"ACL\",\"args\":[\"WHOAMI\"]}", "{\"result\":\"ann\"}");
}

KL_TEST(servers_are_reached_by_tls_and_by_unix_sockets)
{
    KL_UNUSED_STATE;
    char config[600], more[300];
    snprintf(more, sizeof more, ",\"ca_file\":\"%s\"", service_url("KAILASH_TEST_REDIS_CA_FILE"));
    with_url(config, "KAILASH_TEST_REDIS_TLS_URL", more);
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
    with_url(config, "KAILASH_TEST_REDIS_TLS_URL", "");
    fails("RedisCommandNode", config, "{\"command\":\"PING\"}",
          "node execution failed: Redis: TLS: the certificate of the server is refused: self-signed "
          "certificate");
    with_url(config, "KAILASH_TEST_REDIS_TLS_URL", ",\"verify_tls\":false");
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
    with_url(config, "KAILASH_TEST_REDIS_UNIX_URL", "");
    gives("RedisCommandNode", config, "{\"command\":\"PING\"}", "{\"result\":\"PONG\"}");
}

KL_TEST(channels_and_streams_of_a_server)
{
    KL_UNUSED_STATE;
    char config[600], subscribe[600], old[600];
    with_url(config, URL, "");
    listens(config, with_url(subscribe, URL, ",\"operation\":\"subscribe\",\"timeout_ms\":5000"));
    snprintf(old, sizeof old, "{\"url\":\"%s?protocol=2\",\"operation\":\"subscribe\",\"timeout_ms\":5000}",
             service_url(URL));
    listens(config, old);
    gives("RedisPubSubNode", with_url(subscribe, URL, ",\"operation\":\"psubscribe\",\"timeout_ms\":20"),
          "{\"channel\":[\"n*\"]}", "{\"result\":[]}");
    gives("RedisCommandNode", config, "{\"command\":\"DEL\",\"args\":[\"s3\",\"s2\"]}", "{\"result\":0}");
    snprintf(subscribe, sizeof subscribe, "\"url\":\"%s\",", service_url(URL));
    streams(subscribe, "s3");
    snprintf(subscribe, sizeof subscribe, "\"url\":\"%s?protocol=2\",", service_url(URL));
    streams(subscribe, "s2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_run_within_the_process),
        cmocka_unit_test(commands_that_are_wrong_are_refused),
        cmocka_unit_test(many_commands_are_sent_at_once),
        cmocka_unit_test(messages_are_published_and_waited_for),
        cmocka_unit_test(streams_are_kept_within_the_process),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(commands_run_on_a_server),
        cmocka_unit_test(pipelines_and_transactions_run_on_a_server),
        cmocka_unit_test(ten_thousand_commands_pass_at_once),
        cmocka_unit_test(waiting_for_a_server_ends_in_time),
        cmocka_unit_test(connections_are_made_anew),
        cmocka_unit_test(users_databases_and_old_protocols),
        cmocka_unit_test(servers_are_reached_by_tls_and_by_unix_sockets),
        cmocka_unit_test(channels_and_streams_of_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
