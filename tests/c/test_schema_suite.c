/* The public JSON Schema test suite: all required cases, and the optional ones we claim. */
#include "schema.h"
#include "suite.h"

#include <dirent.h>
#include <sys/stat.h>

#define REMOTE "http://localhost:1234/"

/* Left out: files about what we do not claim. */
static const char *const skipped_files[] = {
    "idn-hostname.json", /* needs the tables of IDNA 2008; the format is not asserted */
    "cross-draft.json",  /* 2019-09 is refused */
    "content.json",      /* contentEncoding is an annotation */
    NULL,
};

typedef struct tally {
    size_t passed, failed;
} tally;

static const char *data_path(char *to, size_t size, const char *below)
{
    const char *root = getenv("KAILASH_TEST_DATA");
    snprintf(to, size, "%s/json-schema/%s", root ? root : "tests/data", below);
    return to;
}

/* All *.json below `folder` (names relative to it) into a map of documents. */
static void load_remotes(kl_value *documents, const char *folder, const char *below)
{
    char path[1024], name[512];
    snprintf(path, sizeof path, "%s/%s", folder, below);
    DIR *dir = opendir(path);
    if (!dir)
        fail_msg("no folder %s", path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s%s%s", below, *below ? "/" : "", entry->d_name);
        if (!strstr(entry->d_name, ".json")) {
            load_remotes(documents, folder, name);
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, name);
        char uri[1024];
        snprintf(uri, sizeof uri, REMOTE "%s", name);
        assert_int_equal(kl_map_set(documents, kl_text_from(uri), read_json(path), NULL), KL_OK);
    }
    closedir(dir);
}

static void run_case(tally *tally, const kl_schema *schema, kl_value test, const char *group,
                     const char *file)
{
    const char *name = kl_as_text(kl_map_get(test, KL_TEXT("description"))).data;
    bool expected = kl_as_bool(kl_map_get(test, KL_TEXT("valid"))), valid = !expected;
    kl_value faults = kl_null(), data = kl_map_get(test, KL_TEXT("data"));
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_schema_validate(&faults, schema, data, &error);
    if (status == KL_OK && kl_schema_is_valid(&valid, schema, data, &error) == KL_OK &&
        valid == expected && valid == (kl_array_len(faults) == 0)) {
        tally->passed++;
    } else {
        tally->failed++;
        print_error("%s: %s: %s: expected %s, got %s %s\n", file, group, name,
                    expected ? "valid" : "invalid", valid ? "valid" : "invalid",
                    kl_error_message(&error));
    }
    kl_value_release(faults);
    kl_error_clear(&error);
}

static void run_group(tally *tally, kl_value group, kl_value documents, const char *dialect,
                      bool formats, const char *file)
{
    const char *name = kl_as_text(kl_map_get(group, KL_TEXT("description"))).data;
    kl_schema_options options = {.assert_formats = formats, .documents = documents};
    kl_value schema_value = kl_value_retain(kl_map_get(group, KL_TEXT("schema")));
    kl_value tests = kl_map_get(group, KL_TEXT("tests"));
    kl_error error = KL_ERROR_INIT;
    kl_schema *schema = NULL;
    if (kl_is(schema_value, KL_KIND_MAP) && !kl_map_has(schema_value, KL_TEXT("$schema")))
        kl_map_set_text(&schema_value, KL_TEXT("$schema"), kl_text_from(dialect), NULL);
    if (kl_schema_new(&schema, schema_value, &options, &error) != KL_OK) {
        print_error("%s: %s: %s\n", file, name, kl_error_message(&error));
        tally->failed += kl_array_len(tests);
    } else {
        for (size_t i = 0; i < kl_array_len(tests); i++)
            run_case(tally, schema, kl_array_at(tests, i), name, file);
    }
    kl_schema_free(schema);
    kl_error_clear(&error);
    kl_value_release(schema_value);
}

static bool file_skipped(const char *name)
{
    for (const char *const *skip = skipped_files; *skip; skip++)
        if (strcmp(*skip, name) == 0)
            return true;
    return false;
}

static tally run_folder(const char *below, const char *dialect, bool formats, bool all)
{
    char folder[1024], path[2048];
    tally tally = {0, 0};
    kl_value documents;
    assert_int_equal(kl_map_new(&documents, 0, NULL), KL_OK);
    load_remotes(&documents, data_path(folder, sizeof folder, "remotes"), "");
    DIR *dir = opendir(data_path(folder, sizeof folder, below));
    if (!dir)
        fail_msg("no folder %s", folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!strstr(entry->d_name, ".json") || (!all && file_skipped(entry->d_name)))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        kl_value groups = read_json(path);
        bool regex = strcmp(entry->d_name, "ecmascript-regex.json") == 0; /* asks for "format" */
        for (size_t i = 0; i < kl_array_len(groups); i++)
            run_group(&tally, kl_array_at(groups, i), documents, dialect, formats || regex,
                      entry->d_name);
        kl_value_release(groups);
    }
    closedir(dir);
    kl_value_release(documents);
    print_message("%s: %zu passed, %zu failed\n", below, tally.passed, tally.failed);
    return tally;
}

#define DRAFT_2020 "https://json-schema.org/draft/2020-12/schema"
#define DRAFT_7    "http://json-schema.org/draft-07/schema#"

static void all_pass(const char *below, const char *dialect, bool formats, bool all, size_t least)
{
    tally tally = run_folder(below, dialect, formats, all);
    assert_int_equal(tally.failed, 0);
    assert_true(tally.passed >= least); /* the cases were there */
}

KL_TEST(draft_2020_12_required)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft2020-12", DRAFT_2020, false, true, 1000);
}

KL_TEST(draft_7_required)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft7", DRAFT_7, false, true, 800);
}

KL_TEST(draft_2020_12_formats)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft2020-12/format", DRAFT_2020, true, false, 400);
}

KL_TEST(draft_7_formats)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft7/format", DRAFT_7, true, false, 300);
}

KL_TEST(draft_2020_12_optional)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft2020-12/optional", DRAFT_2020, false, false, 50);
}

KL_TEST(draft_7_optional)
{
    KL_UNUSED_STATE;
    all_pass("tests/draft7/optional", DRAFT_7, false, false, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draft_2020_12_required), cmocka_unit_test(draft_7_required),
        cmocka_unit_test(draft_2020_12_formats),  cmocka_unit_test(draft_7_formats),
        cmocka_unit_test(draft_2020_12_optional), cmocka_unit_test(draft_7_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
