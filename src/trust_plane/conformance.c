/* src/trust_plane/conformance.c - see conformance.h; run_conformance() and ConformanceReport. */
#include "conformance.h"
#include "eatp/fault.h"
#include "project_copy.h"
#include "stored.h"
#include "tree_copy.h"

#include <stdio.h>

static const char *const tier_words[] = {"compatible", "conformant", "complete", NULL};
static const char *const tier_names[] = {"Compatible", "Conformant", "Complete"};
static const char *const verdict_words[] = {"passed", "failed", "no_basis"};

/* ---- ConformanceReport --------------------------------------------------------------------------- */

typedef struct report {
    kl_object object;
    kl_value level;
    int64_t passed, failed, total, undetermined;
    kl_value rows; /* array of {name, passed, verdict, message} */
} report;

static kl_status results(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((report *)self)->rows);
    return KL_OK;
}

static kl_status report_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const report *r = (const report *)self;
    return kl_string_format(
        out, error, "ConformanceReport(level=%s, passed=%lld/%lld, failed=%lld, undetermined=%lld)",
        kl_as_text(r->level).data, (long long)r->passed, (long long)r->total, (long long)r->failed,
        (long long)r->undetermined);
}

static const kl_field report_fields[] = {
    KL_VALUE(report, level, .kind = KL_KIND_STRING,
             .doc = "Compatible, Conformant or Complete: the highest tier of which, and of those below "
                    "it, every test was run and passed; else NotAchieved"),
    KL_COUNT_FIELD(report, passed, 0, .doc = "tests that passed"),
    KL_COUNT_FIELD(report, failed, 0, .doc = "tests that failed"),
    KL_COUNT_FIELD(report, total, 0, .doc = "tests of the level that was asked for"),
    KL_COUNT_FIELD(report, undetermined, 0, .doc = "tests that had nothing to check: no pass"),
    KL_VALUE(report, rows, .kind = KL_KIND_ARRAY, .flags = KL_HIDDEN, .doc = "a map per test"),
};

static const kl_method report_methods[] = {
    {.name = "results", .call = results, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "A dict per test: name, passed, verdict (passed, failed or no_basis) and message."},
};

static const kl_type report_type = {
    .name = "ConformanceReport",
    .module = "kailash.trust_plane",
    .doc = "What run_conformance() found. Ask for passed == total: a test without a verdict is none "
           "that passed.",
    .size = sizeof(report),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(report_fields),
    .methods = KL_TABLE(report_methods),
    .repr = report_repr,
};
KL_PUBLISH(report_type);

/* ---- one test ------------------------------------------------------------------------------------ */

static kl_status add_row(report *r, const char *name, kl_test_verdict verdict, const char *told,
                         kl_error *error)
{
    kl_value row, message = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&row, 4, error));
    KL_TRY_OUT(kl_string_repair(
        &message, kl_text_from(verdict == KL_TEST_PASSED ? "passed" : told), error));
    KL_TRY_OUT(kl_stored_set_text(&row, "name", name, error));
    KL_TRY_OUT(kl_map_set(&row, KL_TEXT("passed"), kl_bool(verdict == KL_TEST_PASSED), error));
    KL_TRY_OUT(kl_stored_set_text(&row, "verdict", verdict_words[verdict], error));
    KL_TRY_OUT(kl_stored_set(&row, "message", message, error));
    KL_TRY_OUT(kl_array_push(&r->rows, kl_value_take(&row), error));
    r->total++;
    r->passed += verdict == KL_TEST_PASSED;
    r->failed += verdict == KL_TEST_FAILED;
    r->undetermined += verdict == KL_TEST_NO_BASIS;
out:
    kl_value_release(message);
    kl_value_release(row);
    return status;
}

static kl_status run_test(report *r, bool *passed, const kl_conformance_test *test,
                          const kl_test_bench *bench, kl_error *error)
{
    kl_test_verdict verdict = KL_TEST_FAILED;
    char told[256] = "";
    kl_error local = KL_ERROR_INIT;
    kl_status status = test->run(&verdict, told, bench, &local);
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED) {
        kl_error_move(error, &local);
        return status;
    }
    if (status != KL_OK) {
        verdict = KL_TEST_FAILED;
        snprintf(told, sizeof told, "%s", kl_error_message(&local));
    }
    kl_error_clear(&local);
    *passed = verdict == KL_TEST_PASSED;
    return add_row(r, test->name, verdict, told, error);
}

/* ---- all of them --------------------------------------------------------------------------------- */

static kl_status run_tests(report *r, const kl_test_bench *bench, int tier, kl_error *error)
{
    int achieved = tier;
    KL_TRY(kl_array_new(&r->rows, kl_conformance_test_count, error));
    for (size_t i = 0; i < kl_conformance_test_count; i++) {
        const kl_conformance_test *test = &kl_conformance_tests[i];
        bool passed = false;
        if ((int)test->tier > tier)
            continue;
        KL_TRY(run_test(r, &passed, test, bench, error));
        if (!passed)
            achieved = KL_MIN(achieved, (int)test->tier - 1);
    }
    return kl_string_new(&r->level, kl_text_from(achieved < 0 ? "NotAchieved" : tier_names[achieved]),
                         error);
}

static kl_status run_on_copy(report *r, kl_trust_project *project, kl_value path, int tier,
                             kl_error *error)
{
    kl_test_bench bench = {.anchors = kl_null(), .decisions = kl_null(), .manifest = kl_null()};
    kl_value copy = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_project_open_copy(&copy, project, kl_as_text(path), error));
    bench.project = (kl_trust_project *)copy.as.object;
    bench.folder = kl_trust_project_folder(bench.project);
    bench.has_key = kl_trust_project_has_key(bench.project);
    KL_TRY_OUT(kl_trust_project_anchors(&bench.anchors, bench.project, error));
    KL_TRY_OUT(kl_trust_project_decisions(&bench.decisions, bench.project, error));
    KL_TRY_OUT(kl_trust_project_manifest(&bench.manifest, bench.project, error));
    KL_TRY_OUT(run_tests(r, &bench, tier, error));
out:
    kl_value_release(bench.manifest);
    kl_value_release(bench.decisions);
    kl_value_release(bench.anchors);
    kl_value_release(copy);
    return status;
}

/* The project that was given, else the one of the directory with the key of the environment; given. */
static kl_status project_of(kl_value *out, kl_text path, kl_value given, kl_error *error)
{
    kl_value project;
    bool bound;
    if (!kl_is_null(given)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    KL_TRY(kl_trust_project_load(&project, path, error));
    kl_status status =
        kl_trust_project_bind_environment(&bound, (kl_trust_project *)project.as.object, error);
    if (status == KL_OK)
        *out = project;
    else
        kl_value_release(project);
    return status;
}

static int tier_of(kl_text word)
{
    int tier = 0;
    while (!kl_text_is(word, tier_words[tier]))
        tier++;
    return tier;
}

/* The directory that was named must be that of the project that was given. */
static kl_status check_same(kl_text path, kl_trust_project *project, kl_error *error)
{
    kl_trust_folder *folder;
    KL_TRY(kl_trust_folder_open(&folder, path, error));
    kl_value one = kl_trust_folder_real_path(folder);
    kl_value other = kl_trust_folder_real_path(kl_trust_project_folder(project));
    kl_status status = KL_OK;
    if (!kl_text_equal(kl_as_text(one), kl_as_text(other)))
        status = kl_fault(error, KL_FAILED, NULL, "other_project",
                          "trust_dir is '%.*s', the project is that of '%.*s'", KL_TEXT_ARG(path),
                          KL_TEXT_ARG(kl_as_text(other)));
    kl_trust_folder_release(folder);
    return status;
}

static kl_status run_conformance(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value project = kl_null(), path = kl_null();
    kl_object *object = NULL;
    kl_status status;
    (void)self;
    KL_TRY_OUT(project_of(&project, kl_as_text(args[0]), args[2], error));
    kl_trust_project *p = (kl_trust_project *)project.as.object;
    KL_TRY_OUT(check_same(kl_as_text(args[0]), p, error));
    KL_TRY_OUT(kl_tree_copy(&path, kl_trust_project_folder(p), error));
    KL_TRY_OUT(kl_object_alloc(&object, &report_type, error));
    KL_TRY_OUT(run_on_copy((report *)object, p, path, tier_of(kl_as_text(args[1])), error));
    *out = kl_value_of(object);
    object = NULL;
out:
    kl_object_release(object);
    kl_tree_copy_remove(path);
    kl_value_release(path);
    kl_value_release(project);
    return status;
}

static const kl_param params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the project"},
    {.name = "level", .kind = KL_KIND_ENUM, .names = tier_words, .fallback = "\"compatible\"",
     .doc = "compatible (12 tests), conformant (22) or complete (26)"},
    {.name = "project", .kind = KL_KIND_OBJECT, .type = &kl_trust_project_type, .flags = KL_OPTIONAL,
     .doc = "the project of that directory, whose operational key the tests may use; None = load it, "
            "with the key that the environment names"},
};
static const kl_function run_conformance_function = {
    .module = "kailash",
    .method = {.name = "run_conformance", .call = run_conformance, .flags = KL_BLOCKING,
               .params = KL_TABLE(params), .returns = KL_KIND_OBJECT, .returns_type = &report_type,
               .raises = "ValueError, RuntimeError",
               .doc = "Test whether a project keeps to the rules of EATP. The tests write to a private "
                      "copy only. Those that record something need the operational key, and have no "
                      "verdict without it."}};
KL_PUBLISH_FUNCTION(run_conformance_function);
