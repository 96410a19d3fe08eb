/* FileReaderNode, FileWriterNode, DirectoryReaderNode. */
#include "folder.h"
#include "node_test.h"

#include <fcntl.h>

static void reads(const char *config, const char *inputs, const char *expected)
{
    gives("FileReaderNode", config ? fill(config) : NULL, fill(inputs), fill(expected));
}

static void refuses(const char *config, const char *inputs, const char *message)
{
    fails("FileReaderNode", config ? fill(config) : NULL, fill(inputs), fill(message));
}

KL_TEST(the_extension_tells_the_format)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/a.txt", KL_TEXT("h\xC3\xA9llo\n"));
    put_file("{DIR}/a.json", KL_TEXT("\xEF\xBB\xBF{\"a\":[1,2.0,null]}"));
    put_file("{DIR}/a.JSON", KL_TEXT("[1]"));
    put_file("{DIR}/a.csv", KL_TEXT("a,b\n1,\"x,y\"\n"));
    put_file("{DIR}/a.toml", KL_TEXT("a = 1\n"));
    put_file("{DIR}/a.bin", KL_TEXT("\xFF\0x"));
    put_file("{DIR}/noext", KL_TEXT("x"));
    put_file("{DIR}/.txt", KL_TEXT("x"));
    reads(NULL, "{\"path\":\"{DIR}/a.txt\"}",
          "{\"content\":\"h\xC3\xA9llo\\n\",\"format\":\"text\",\"size_bytes\":7}");
    reads(NULL, "{\"path\":\"{DIR}/a.json\"}",
          "{\"content\":{\"a\":[1,2.0,null]},\"format\":\"json\",\"size_bytes\":21}");
    reads(NULL, "{\"path\":\"{DIR}/a.JSON\"}", "{\"content\":[1],\"format\":\"json\",\"size_bytes\":3}");
    reads(NULL, "{\"path\":\"{DIR}/a.csv\"}",
          "{\"content\":[{\"a\":\"1\",\"b\":\"x,y\"}],\"format\":\"csv\",\"size_bytes\":12}");
    reads(NULL, "{\"path\":\"{DIR}/a.toml\"}",
          "{\"content\":{\"a\":1},\"format\":\"toml\",\"size_bytes\":6}");
    /* Bytes print as base64. */
    reads(NULL, "{\"path\":\"{DIR}/a.bin\"}",
          "{\"content\":\"/wB4\",\"format\":\"binary\",\"size_bytes\":3}");
    reads(NULL, "{\"path\":\"{DIR}/noext\"}",
          "{\"content\":\"eA==\",\"format\":\"binary\",\"size_bytes\":1}");
    reads(NULL, "{\"path\":\"{DIR}/.txt\"}",
          "{\"content\":\"eA==\",\"format\":\"binary\",\"size_bytes\":1}");
    static const char *const words[] = {"txt", "md", "log", "yaml", "yml", "xml", "html", "py",
                                        "rs",  "js", "ini", "cfg"};
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        char path[100], inputs[200];
        snprintf(path, sizeof path, "{DIR}/x.%s", words[i]);
        snprintf(inputs, sizeof inputs, "{\"path\":\"%s\"}", path);
        put_file(path, KL_TEXT("a: 1"));
        reads(NULL, inputs, "{\"content\":\"a: 1\",\"format\":\"text\",\"size_bytes\":4}");
    }
}

KL_TEST(a_format_forces)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/d.dat", KL_TEXT("{\"a\": 1}\n{\"a\": 2}\n"));
    put_file("{DIR}/d2.dat", KL_TEXT("a: [1, x]\n"));
    put_file("{DIR}/d3.dat", KL_TEXT("12"));
    reads("{\"format\":\"jsonl\"}", "{\"path\":\"{DIR}/d.dat\"}",
          "{\"content\":[{\"a\":1},{\"a\":2}],\"format\":\"jsonl\",\"size_bytes\":18}");
    reads(NULL, "{\"path\":\"{DIR}/d2.dat\",\"format\":\"yaml\"}",
          "{\"content\":{\"a\":[1,\"x\"]},\"format\":\"yaml\",\"size_bytes\":10}");
    reads(NULL, "{\"path\":\"{DIR}/d3.dat\",\"format\":\"text\"}",
          "{\"content\":\"12\",\"format\":\"text\",\"size_bytes\":2}");
    reads(NULL, "{\"path\":\"{DIR}/d3.dat\",\"format\":\"json\"}",
          "{\"content\":12,\"format\":\"json\",\"size_bytes\":2}");
    reads(NULL, "{\"path\":\"{DIR}/d3.dat\",\"format\":\"csv\"}",
          "{\"content\":[],\"format\":\"csv\",\"size_bytes\":2}");
    reads(NULL, "{\"path\":\"{DIR}/a.txt\",\"format\":\"binary\"}",
          "{\"content\":\"aMOpbGxvCg==\",\"format\":\"binary\",\"size_bytes\":7}");
    /* Unknown words leave it to the extension. */
    reads(NULL, "{\"path\":\"{DIR}/a.txt\",\"format\":\"novel\"}",
          "{\"content\":\"h\xC3\xA9llo\\n\",\"format\":\"text\",\"size_bytes\":7}");
    reads(NULL, "{\"path\":\"{DIR}/a.txt\",\"format\":null}",
          "{\"content\":\"h\xC3\xA9llo\\n\",\"format\":\"text\",\"size_bytes\":7}");
}

KL_TEST(parts_and_encodings_are_read)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/l1.txt", KL_TEXT("caf\xE9"));
    put_file("{DIR}/u16.txt", KL_TEXT("\xFF\xFE" "a\0\xE9\0"));
    put_file("{DIR}/sjis.dat", KL_TEXT("\x93\xFA\x96\x7B"));
    reads("{\"encoding\":\"latin1\"}", "{\"path\":\"{DIR}/l1.txt\"}",
          "{\"content\":\"caf\xC3\xA9\",\"format\":\"text\",\"size_bytes\":4}");
    reads("{\"encoding\":\"UTF-16\"}", "{\"path\":\"{DIR}/u16.txt\"}",
          "{\"content\":\"a\xC3\xA9\",\"format\":\"text\",\"size_bytes\":6}");
    reads("{\"encoding\":\"SHIFT_JIS\"}", "{\"path\":\"{DIR}/sjis.dat\"}",
          "{\"content\":\"\xE6\x97\xA5\xE6\x9C\xAC\",\"format\":\"text\",\"size_bytes\":4}");
    reads("{\"offset\":1,\"length\":2}", "{\"path\":\"{DIR}/a.txt\"}",
          "{\"content\":\"\xC3\xA9\",\"format\":\"text\",\"size_bytes\":2}");
    reads(NULL, "{\"path\":\"{DIR}/a.txt\",\"offset\":3}",
          "{\"content\":\"llo\\n\",\"format\":\"text\",\"size_bytes\":4}");
    refuses("{\"encoding\":\"klingon\"}", "{\"path\":\"{DIR}/l1.txt\"}",
            "invalid input 'encoding': expected the name of an encoding, got \"klingon\"");
    refuses("{\"encoding\":\"UTF-8//IGNORE\"}", "{\"path\":\"{DIR}/l1.txt\"}",
            "invalid input 'encoding': expected the name of an encoding, got \"UTF-8//IGNORE\"");
    refuses("{\"encoding\":\"UTF-8\"}", "{\"path\":\"{DIR}/l1.txt\"}",
            "node execution failed: the text ends within a character of UTF-8");
    refuses("{\"encoding\":\"ASCII\"}", "{\"path\":\"{DIR}/l1.txt\"}",
            "node execution failed: the text at byte 3 is not valid in ASCII, or not in UTF-8");
    refuses("{\"encoding\":\"latin1\",\"format\":\"binary\"}", "{\"path\":\"{DIR}/l1.txt\"}",
            "invalid input 'encoding': bytes have none; expected a format of text");
}

KL_TEST(what_cannot_be_read_is_an_error)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/bad.txt", KL_TEXT("ab\xFFz"));
    put_file("{DIR}/bad.json", KL_TEXT("{\"a\":}"));
    put_file("{DIR}/bad.csv", KL_TEXT("a,b\n1\n"));
    refuses(NULL, "{}", "missing required input: path");
    refuses(NULL, "{\"path\":5}", "invalid input 'path': expected string, got 5");
    refuses(NULL, "{\"path\":\"{DIR}/none\"}",
            "node execution failed: cannot open '{DIR}/none': No such file or directory");
    refuses(NULL, "{\"path\":\"{DIR}\"}",
            "node execution failed: expected file, got directory: '{DIR}'");
    refuses(NULL, "{\"path\":\"\"}",
            "node execution failed: path: expected a path, got an empty text");
    refuses(NULL, "{\"path\":\"a\\u0000b\"}", "node execution failed: path: a path holds no NUL");
    refuses(NULL, "{\"path\":\"{DIR}/bad.txt\"}",
            "node execution failed: file content is not valid UTF-8: invalid UTF-8 at byte 2");
    refuses(NULL, "{\"path\":\"{DIR}/bad.txt\",\"format\":\"json\"}",
            "node execution failed: file content is not valid UTF-8: invalid UTF-8 at byte 2");
    refuses(NULL, "{\"path\":\"{DIR}/bad.csv\"}",
            "node execution failed: failed to parse CSV: line 2: expected 2 fields, got 1");
    refuses("{\"max_size_bytes\":2}", "{\"path\":\"{DIR}/a.txt\"}",
            "resource limit exceeded: file_size (limit: 2 bytes)");
    refuses(NULL, "{\"path\":\"{DIR}/a.txt\",\"max_size_bytes\":2}",
            "resource limit exceeded: file_size (limit: 2 bytes)");
    refuses("{\"offset\":-1}", "{\"path\":\"x\"}", "offset: expected non-negative integer, got -1");
    refuses("{\"base_dir\":\"{DIR}/sub\"}", "{\"path\":\"{DIR}/a.txt\"}",
            "node execution failed: cannot resolve base_dir '{DIR}/sub': No such file or directory");
    refuses("{\"base_dir\":\"/usr\"}", "{\"path\":\"{DIR}/a.txt\"}",
            "node execution failed: path '{DIR}/a.txt' leads outside base_dir '/usr'");
    refuses(NULL, "{\"path\":\"{DIR}/bad.json\"}",
            "node execution failed: failed to parse JSON: unexpected character at line 1 column 6");
}

/* ---- writing --------------------------------------------------------------------------------- */

KL_TEST(contents_are_written_by_format)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *name, *config, *content, *file, *result;
    } cases[] = {
        {"w.txt", NULL, "\"h\\u00e9\"", "h\xC3\xA9", "3,\"format\":\"text\""},
        {"w.md", NULL, "\"x\"", "x", "1,\"format\":\"binary\""},
        {"w.json", NULL, "{\"b\":[1,{}],\"a\":\"x\"}",
         "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": \"x\"\n}", "42,\"format\":\"json\""},
        {"w2.json", NULL, "\"x\"", "\"x\"", "3,\"format\":\"json\""},
        {"w3.json", "{\"format\":\"text\"}", "\"x\"", "x", "1,\"format\":\"text\""},
        {"w.txt", NULL, "{\"a\":[1,2.0,null,true]}", "{\"a\": [1, 2.0, null, true]}",
         "27,\"format\":\"text\""},
        {"w", NULL, "12", "12", "2,\"format\":\"binary\""},
        {"w", NULL, "null", "null", "4,\"format\":\"binary\""},
        {"w", "{\"format\":\"json\"}", "true", "true", "4,\"format\":\"json\""},
        {"w", "{\"sync\":true}", "\"\"", "", "0,\"format\":\"binary\""},
        {"new/deep/w", NULL, "\"x\"", "x", "1,\"format\":\"binary\""},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        char path[200], inputs[500], expected[500];
        snprintf(path, sizeof path, "{DIR}/%s", cases[i].name);
        snprintf(inputs, sizeof inputs, "{\"path\":\"%s\",\"content\":%s}", path, cases[i].content);
        snprintf(expected, sizeof expected, "{\"path\":\"%s\",\"size_bytes\":%s}", path,
                 cases[i].result);
        gives("FileWriterNode", cases[i].config, fill(inputs), fill(expected));
        assert_file(path, cases[i].file);
    }
}

KL_TEST(bytes_are_written_raw)
{
    KL_UNUSED_STATE;
    kl_value bytes, inputs = json("{}"), out, path;
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("\xFFz"), NULL), KL_OK);
    assert_int_equal(kl_string_new(&path, kl_text_from(fill("{DIR}/raw")), NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("path"), path, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("content"), bytes, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("FileWriterNode")), kl_null(),
                                       inputs, NULL), KL_OK);
    kl_value_release(out);
    kl_value_release(inputs);
    assert_file("{DIR}/raw", "\xFFz");
}

KL_TEST(modes_append_and_create)
{
    KL_UNUSED_STATE;
    const char *inputs = fill("{\"path\":\"{DIR}/log\",\"content\":\"x\"}");
    const char *wrote = fill("{\"path\":\"{DIR}/log\",\"size_bytes\":1,\"format\":\"binary\"}");
    gives("FileWriterNode", "{\"mode\":\"append\"}", inputs, wrote);
    gives("FileWriterNode", "{\"mode\":\"append\"}", inputs, wrote);
    assert_file("{DIR}/log", "xx");
    gives("FileWriterNode", "{\"mode\":\"write\"}", inputs, wrote);
    assert_file("{DIR}/log", "x");
    gives("FileWriterNode", "{\"mode\":\"overwrite\"}", inputs, wrote);
    fails("FileWriterNode", "{\"mode\":\"create_new\"}", inputs,
          fill("node execution failed: cannot create '{DIR}/log': File exists"));
    fails("FileWriterNode", "{\"mode\":\"prepend\"}", inputs,
          "mode: expected one of: overwrite, write, append, create_new, got \"prepend\"");
    fails("FileWriterNode", NULL, fill("{\"path\":\"{DIR}/log\",\"content\":1,\"mode\":\"Append\"}"),
          "invalid input 'mode': expected one of: overwrite, write, append, create_new, got "
          "\"Append\"");
}

KL_TEST(bad_writes_are_refused)
{
    KL_UNUSED_STATE;
    fails("FileWriterNode", NULL, "{\"content\":1}", "missing required input: path");
    fails("FileWriterNode", NULL, "{\"path\":\"x\"}", "missing required input: content");
    fails("FileWriterNode", NULL, "{\"path\":[],\"content\":1}",
          "invalid input 'path': expected string, got array");
    fails("FileWriterNode", "{\"format\":\"yaml\"}", "{\"path\":\"x\",\"content\":1}",
          "format: expected one of: text, json, binary, got \"yaml\"");
    fails("FileWriterNode", "{\"colour\":1}", NULL, "unknown key 'colour'");
    fails("FileWriterNode", NULL, fill("{\"path\":\"{DIR}\",\"content\":1}"),
          fill("node execution failed: expected file, got directory: '{DIR}'"));
    mkdir(fill("{DIR}/new"), 0700);
    fails("FileWriterNode", fill("{\"base_dir\":\"{DIR}/new\"}"),
          fill("{\"path\":\"{DIR}/log2\",\"content\":1}"),
          fill("node execution failed: path '{DIR}/log2' leads outside base_dir '{DIR}/new'"));
}

/* ---- listing --------------------------------------------------------------------------------- */

/* The paths below {DIR}/tree in the order given, each with its size and a / for folders. */
static void lists(const char *config, const char *expected)
{
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    char text[4096] = "";
    kl_status status = run_node(&out, "DirectoryReaderNode", config,
                                fill("{\"path\":\"{DIR}/tree\"}"), &error);
    if (status != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value entries = kl_map_get(out, KL_TEXT("entries"));
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("count"))), kl_array_len(entries));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i);
        bool is_dir = kl_as_bool(kl_map_get(entry, KL_TEXT("is_dir")));
        strcat(text, i ? " " : "");
        strcat(text, kl_as_text(kl_map_get(entry, KL_TEXT("path"))).data + strlen(test_folder) + 6);
        strcat(text, is_dir ? "/" : "");
    }
    kl_value_release(out);
    assert_string_equal(text, expected);
}

static void plant_tree(void)
{
    assert_int_equal(mkdir(fill("{DIR}/tree"), 0700), 0);
    assert_int_equal(mkdir(fill("{DIR}/tree/b"), 0700), 0);
    assert_int_equal(mkdir(fill("{DIR}/tree/b/c"), 0700), 0);
    assert_int_equal(mkdir(fill("{DIR}/tree/.git"), 0700), 0);
    put_file("{DIR}/tree/a.txt", KL_TEXT("12345"));
    put_file("{DIR}/tree/z.csv", KL_TEXT("1"));
    put_file("{DIR}/tree/b/x.txt", KL_TEXT("12"));
    put_file("{DIR}/tree/b/c/deep.csv", KL_TEXT("123"));
    put_file("{DIR}/tree/.git/config", KL_TEXT(""));
    assert_int_equal(symlink("..", fill("{DIR}/tree/loop")), 0);
}

KL_TEST(folders_are_listed_in_order)
{
    KL_UNUSED_STATE;
    plant_tree();
    lists(NULL, ".git/ .git/config a.txt b/ b/c/ b/c/deep.csv b/x.txt loop z.csv");
    lists("{\"recursive\":false}", ".git/ a.txt b/ loop z.csv");
    lists("{\"max_depth\":1}", ".git/ a.txt b/ loop z.csv");
    lists("{\"max_depth\":2}", ".git/ .git/config a.txt b/ b/c/ b/x.txt loop z.csv");
    lists("{\"max_depth\":0}", "");
    lists("{\"max_depth\":null}", ".git/ .git/config a.txt b/ b/c/ b/c/deep.csv b/x.txt loop z.csv");
    lists("{\"extensions\":[\"csv\"]}", ".git/ b/ b/c/ b/c/deep.csv z.csv");
    lists("{\"extensions\":[\".txt\",\"csv\"],\"include_dirs\":false}",
          "a.txt b/c/deep.csv b/x.txt z.csv");
    lists("{\"extensions\":[]}", ".git/ b/ b/c/");
    lists("{\"include_hidden\":false}", "a.txt b/ b/c/ b/c/deep.csv b/x.txt loop z.csv");
    lists("{\"pattern\":\"*.txt\"}", "a.txt b/x.txt");
    lists("{\"pattern\":\"b/*\"}", "b/c/ b/x.txt");
    lists("{\"pattern\":\"**/*.csv\",\"include_dirs\":false}", "b/c/deep.csv z.csv");
    lists("{\"sort_by\":\"size\",\"include_dirs\":false,\"include_hidden\":false,"
          "\"pattern\":\"*.*\"}", "z.csv b/x.txt b/c/deep.csv a.txt");
    lists("{\"sort_by\":\"path\",\"include_hidden\":false}",
          "a.txt b/ b/c/ b/c/deep.csv b/x.txt loop z.csv");
}

KL_TEST(entries_tell_what_they_are)
{
    KL_UNUSED_STATE;
    struct timespec times[2] = {{1700000000, 5}, {1700000000, 5}};
    assert_int_equal(utimensat(AT_FDCWD, fill("{DIR}/tree/b/x.txt"), times, 0), 0);
    gives("DirectoryReaderNode", "{\"pattern\":\"x.*\"}", fill("{\"path\":\"{DIR}/tree/b/\"}"),
          fill("{\"entries\":[{\"name\":\"x.txt\",\"path\":\"{DIR}/tree/b/x.txt\",\"extension\":"
               "\"txt\",\"is_dir\":false,\"size_bytes\":2,\"modified\":\"1700000000\"}],"
               "\"count\":1}"));
}

KL_TEST(sorting_by_time_is_ascending)
{
    KL_UNUSED_STATE;
    struct timespec early[2] = {{9, 0}, {9, 0}}, late[2] = {{2000000000, 0}, {2000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, fill("{DIR}/tree/z.csv"), early, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, fill("{DIR}/tree/a.txt"), late, 0), 0);
    lists("{\"sort_by\":\"modified\",\"recursive\":false,\"include_dirs\":false,"
          "\"pattern\":\"*.*\"}", "z.csv a.txt");
}

KL_TEST(what_cannot_be_listed_is_an_error)
{
    KL_UNUSED_STATE;
    fails("DirectoryReaderNode", NULL, NULL, "missing required input: path");
    fails("DirectoryReaderNode", NULL, fill("{\"path\":\"{DIR}/tree/a.txt\"}"),
          fill("node execution failed: expected directory, got file: '{DIR}/tree/a.txt'"));
    fails("DirectoryReaderNode", NULL, fill("{\"path\":\"{DIR}/none\"}"),
          fill("node execution failed: cannot open '{DIR}/none': No such file or directory"));
    fails("DirectoryReaderNode", "{\"sort_by\":\"colour\"}", fill("{\"path\":\"{DIR}\"}"),
          "sort_by: expected one of: name, path, size, modified, got \"colour\"");
    fails("DirectoryReaderNode", "{\"max_depth\":-1}", fill("{\"path\":\"{DIR}\"}"),
          "max_depth: expected non-negative integer, got -1");
    fails("DirectoryReaderNode", "{\"extensions\":[1]}", fill("{\"path\":\"{DIR}\"}"),
          "extensions: expected array of string, got array");
    fails("DirectoryReaderNode", fill("{\"base_dir\":\"{DIR}/tree/b\"}"),
          fill("{\"path\":\"{DIR}/tree/loop\"}"),
          fill("node execution failed: path '{DIR}/tree/loop' leads outside base_dir "
               "'{DIR}/tree/b'"));
}

KL_TEST(folders_nested_too_deep_are_refused)
{
    KL_UNUSED_STATE;
    char path[1024];
    strcpy(path, fill("{DIR}/deep"));
    for (int i = 0; i < 258; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        strcat(path, "/d");
    }
    fails("DirectoryReaderNode", NULL, fill("{\"path\":\"{DIR}/deep\"}"),
          "resource limit exceeded: folder_depth (limit: 256 levels)");
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void survives_failed_allocations(const char *type, const char *config, const char *inputs)
{
    size_t failed = 1;
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value settings = json(config), given = json(inputs), warm = kl_null();
    assert_int_equal(kl_node_run_alone(&warm, row, settings, given, NULL), KL_OK);
    kl_value_release(warm);
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, given, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != (failed ? KL_NO_MEMORY : KL_OK))
            fail_msg("%s: status %d at allocation %zu", type, (int)status, n);
        kl_value_release(out);
    }
    kl_value_release(settings);
    kl_value_release(given);
}

KL_TEST(nodes_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("FileReaderNode", "{}", fill("{\"path\":\"{DIR}/a.csv\"}"));
    survives_failed_allocations("FileReaderNode", "{\"encoding\":\"latin1\"}",
                                fill("{\"path\":\"{DIR}/l1.txt\"}"));
    survives_failed_allocations("FileWriterNode", "{}",
                                fill("{\"path\":\"{DIR}/sweep\",\"content\":{\"a\":[1]}}"));
    survives_failed_allocations("DirectoryReaderNode", "{\"sort_by\":\"size\"}",
                                fill("{\"path\":\"{DIR}/tree\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_extension_tells_the_format),
        cmocka_unit_test(a_format_forces),
        cmocka_unit_test(parts_and_encodings_are_read),
        cmocka_unit_test(what_cannot_be_read_is_an_error),
        cmocka_unit_test(contents_are_written_by_format),
        cmocka_unit_test(bytes_are_written_raw),
        cmocka_unit_test(modes_append_and_create),
        cmocka_unit_test(bad_writes_are_refused),
        cmocka_unit_test(folders_are_listed_in_order),
        cmocka_unit_test(entries_tell_what_they_are),
        cmocka_unit_test(sorting_by_time_is_ascending),
        cmocka_unit_test(what_cannot_be_listed_is_an_error),
        cmocka_unit_test(folders_nested_too_deep_are_refused),
        cmocka_unit_test(nodes_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
