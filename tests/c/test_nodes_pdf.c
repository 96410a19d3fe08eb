/* PDFReaderNode. The documents are made by tests/data/pdf/make.py. */
#include "base/driver.h"
#include "folder.h"
#include "node_sweep.h"

#define PDF "PDFReaderNode"
#define AT(file) "{\"file_path\":\"{DATA}/pdf/" file "\"}"

/* Without libpdfium.so the node fails with a clear error, which is all there is to see. */
static bool has_pdfium(void)
{
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, PDF, NULL, fill(AT("bare.pdf")), &error);
    if (status == KL_OK)
        kl_value_release(out);
    else if (!strstr(kl_error_message(&error), "libpdfium.so"))
        fail_msg("%s", kl_error_message(&error));
    kl_error_clear(&error);
    return status == KL_OK;
}

static void reads(const char *config, const char *inputs, const char *expected)
{
    if (!has_pdfium())
        skip();
    gives(PDF, config, fill(inputs), expected);
}

static void refuses(const char *config, const char *inputs, const char *message)
{
    if (!has_pdfium())
        skip();
    fails(PDF, config, fill(inputs), fill(message));
}

#define FIRST "{\"page_number\":1,\"text\":\"Hello, PDF\\nsecond line: caf\xC3\xA9\"}"
#define LAST "{\"page_number\":3,\"text\":\"The end\"}"
#define ABOUT                                                                                      \
    "\"page_count\":3,\"metadata\":{\"title\":\"Caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC "              \
    "\xF0\x9F\x98\x80\",\"author\":\"Ann\",\"subject\":\"Tests\",\"keywords\":\"one, two\","        \
    "\"creator\":\"make.py\",\"producer\":\"reportlab\",\"creation_date\":"                         \
    "\"2000-01-01T00:00:00+00:00\",\"modification_date\":\"2000-01-01T00:00:00+00:00\"}}"

KL_TEST(pages_and_information_are_read)
{
    KL_UNUSED_STATE;
    reads(NULL, AT("three.pdf"),
          "{\"text\":\"Hello, PDF\\nsecond line: caf\xC3\xA9\\n\\nThe end\",\"pages\":[" FIRST
          ",{\"page_number\":2,\"text\":\"\"}," LAST "]," ABOUT);
    reads(NULL, AT("bare.pdf"),
          "{\"text\":\"Hello, PDF\\nsecond line: caf\xC3\xA9\",\"pages\":[" FIRST
          "],\"page_count\":1,\"metadata\":null}");
}

KL_TEST(pages_are_chosen)
{
    KL_UNUSED_STATE;
    static const char *const last[] = {"3", "[3]", "\"3\"", "\"3-3\""};
    static const char *const both[] = {"[3,1]", "\"1,3\"", "\"3,1-1\"", "[1,3,3]"};
    for (size_t i = 0; i < KL_COUNT(last); i++) {
        char config[60];
        snprintf(config, sizeof config, "{\"pages\":%s}", last[i]);
        reads(config, AT("three.pdf"), "{\"text\":\"The end\",\"pages\":[" LAST "]," ABOUT);
        snprintf(config, sizeof config, "{\"pages\":%s}", both[i]);
        reads(config, AT("three.pdf"),
              "{\"text\":\"Hello, PDF\\nsecond line: caf\xC3\xA9\\n\\nThe end\",\"pages\":[" FIRST
              "," LAST "]," ABOUT);
    }
    reads("{\"pages\":[]}", AT("three.pdf"), "{\"text\":\"\",\"pages\":[]," ABOUT);
}

KL_TEST(pages_that_do_not_exist_are_refused)
{
    KL_UNUSED_STATE;
    static const char *const bad[][2] = {
        {"0", "0"}, {"4", "4"}, {"-1", "-1"}, {"[1,4]", "4"}, {"[\"1\"]", "\"1\""},
        {"\"\"", "\"\""}, {"\"1-\"", "\"1-\""}, {"\"3-1\"", "\"3-1\""}, {"\"1,\"", "\"1,\""},
        {"\"a\"", "\"a\""}, {"\"1-9999999999999\"", "\"1-9999999999999\""}, {"true", "bool"},
        {"1.0", "float"}, {"\"1;2\"", "\"1;2\""}, {"{}", "object"},
    };
    for (size_t i = 0; i < KL_COUNT(bad); i++) {
        char config[60], message[200];
        snprintf(config, sizeof config, "{\"pages\":%s}", bad[i][0]);
        snprintf(message, sizeof message,
                 "invalid input 'pages': expected pages from 1 to 3, such as 3, \"1-3,5\" or [1, 3], "
                 "got %s", bad[i][1]);
        refuses(config, AT("three.pdf"), message);
    }
}

KL_TEST(protected_documents_need_their_password)
{
    KL_UNUSED_STATE;
    refuses(NULL, AT("secret.pdf"), "node execution failed: failed to parse PDF: it needs a password");
    refuses("{\"password\":\"open\"}", AT("secret.pdf"),
            "node execution failed: failed to parse PDF: the password is wrong");
    refuses("{\"password\":\"a\\u0000b\"}", AT("secret.pdf"),
            "invalid input 'password': a password holds no NUL");
    reads("{\"password\":\"open sesame\"}", AT("secret.pdf"),
          "{\"text\":\"The end\",\"pages\":[{\"page_number\":1,\"text\":\"The end\"}],\"page_count\":1,"
          "\"metadata\":{\"producer\":\"pypdf\"}}");
}

KL_TEST(what_is_no_document_is_refused)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/text.pdf", KL_TEXT("no pdf"));
    put_file("{DIR}/empty.pdf", KL_TEXT(""));
    refuses(NULL, "{}", "missing required input: file_path");
    refuses(NULL, "{\"file_path\":\"{DIR}/text.pdf\"}",
            "node execution failed: failed to parse PDF: the file is no PDF, or is damaged");
    refuses(NULL, "{\"file_path\":\"{DIR}/empty.pdf\"}",
            "node execution failed: failed to parse PDF: the file is no PDF, or is damaged");
    refuses(NULL, AT("damaged.pdf"),
            "node execution failed: failed to parse PDF: the file is no PDF, or is damaged");
    refuses(NULL, "{\"file_path\":\"{DIR}/none.pdf\"}",
            "node execution failed: cannot open '{DIR}/none.pdf': No such file or directory");
    refuses("{\"max_size_bytes\":10}", AT("bare.pdf"),
            "resource limit exceeded: file_size (limit: 10 bytes)");
    refuses("{\"base_dir\":\"/usr\"}", AT("bare.pdf"),
            "node execution failed: path '{DATA}/pdf/bare.pdf' leads outside base_dir '/usr'");
}

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    if (!has_pdfium())
        skip();
    survives_failed_allocations(PDF, "{\"pages\":[1,3]}", fill(AT("three.pdf")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_and_information_are_read),
        cmocka_unit_test(pages_are_chosen),
        cmocka_unit_test(pages_that_do_not_exist_are_refused),
        cmocka_unit_test(protected_documents_need_their_password),
        cmocka_unit_test(what_is_no_document_is_refused),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
