/* cli/attest_check.c - kailash attest verify, repair, migrate, conformance, audit, export. */
#include "attest.h"

static const option read_options[] = {ATTEST_READS};

/* The exit code of a check: a project that is damaged is no failure of the command. */
static int finish_check(const invocation *in, kl_status status, kl_value result, bool sound,
                        kl_error *error)
{
    bool damaged = status != KL_OK && attest_is_damage(error);
    int code = attest_finish(in, status, result, error);
    return damaged || (code == EXIT_OK && !sound) ? EXIT_UNSOUND : code;
}

/* ---- verify ------------------------------------------------------------------------------------ */

static const char *const checked[] = {"decisions_checked", "milestones_checked", "anchors_checked"};

static void print_issue(kl_value issue)
{
    static const char *const names[] = {"severity", "issue_type", "file", "description"};
    static const char *const before[] = {"", "  ", "  ", ": "};
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_value text = attest_get(issue, names[i]);
        fputs(before[i], stdout);
        attest_put(stdout, kl_as_text(text));
        kl_value_release(text);
    }
    fputc('\n', stdout);
}

static void print_report(kl_value report, kl_value issues, bool valid)
{
    printf("%s%s%s\n", painted(stdout, valid ? PAINT_GREEN : PAINT_RED),
           valid ? "The project is sound." : "The project is NOT sound.", painted(stdout, PAINT_PLAIN));
    for (size_t i = 0; i < KL_COUNT(checked); i++) {
        kl_value count = attest_get(report, checked[i]);
        printf("%s%.*s checked: %lld", i ? ", " : "", (int)strcspn(checked[i], "_"), checked[i],
               (long long)kl_as_int(count));
    }
    fputc('\n', stdout);
    for (size_t i = 0; i < kl_array_len(issues); i++)
        print_issue(kl_array_at(issues, i));
}

static kl_status report_map(kl_value *out, kl_value report, kl_value issues, bool valid, kl_error *error)
{
    kl_value map, list = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("is_valid"), kl_bool(valid), error));
    for (size_t i = 0; i < KL_COUNT(checked); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(checked[i]), attest_get(report, checked[i]), error));
    KL_TRY_OUT(attest_maps(&list, issues, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("issues"), kl_value_take(&list), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(list);
    kl_value_release(map);
    return status;
}

static int verify_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), report = kl_null(), issues = kl_null(), map = kl_null();
    bool valid = false;
    kl_status status;
    KL_TRY_OUT(attest_project(&project, in, false, &error));
    KL_TRY_OUT(attest_call(&report, project, "verify", NULL, 0, &error));
    kl_value says = attest_get(report, "is_valid");
    valid = kl_as_bool(says);
    issues = attest_get(report, "issues");
    if (attest_json(in))
        KL_TRY_OUT(report_map(&map, report, issues, valid, &error));
    else
        print_report(report, issues, valid);
out:
    kl_value_release(issues);
    kl_value_release(report);
    kl_value_release(project);
    return finish_check(in, status, map, valid, &error);
}

static const example verify_examples[] = {
    {"kailash attest verify --authority \"$KEY\"", "Under a key that you got by another way:"},
    {"kailash attest verify --dir trust || echo \"do not trust it\"", "In a script:"},
};
const command cli_attest_verify = {
    .name = "attest verify",
    .summary = "Check every signature, hash and link of a trust project.",
    .doc = "Checks the genesis under the authority's key, the envelope, the one chain of anchors with all "
           "signatures, and every record against its anchor, and lists what is wrong. The exit code is 3 "
           "when something is. Without --authority or TRUST_PLANE_AUTHORITY_PUBKEY the project is checked "
           "under the key that lies in it, which tells that it is whole, and not whose it is.",
    .options = KL_TABLE(read_options), .examples = KL_TABLE(verify_examples), .run = verify_run};

/* ---- repair ------------------------------------------------------------------------------------ */

static kl_status repair_map(kl_value *out, kl_value report, kl_error *error)
{
    static const char *const names[] = {"issues_found", "issues_fixed", "details"};
    kl_value map;
    KL_TRY(kl_map_new(&map, 3, error));
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_status status = kl_map_set(&map, kl_text_from(names[i]), attest_get(report, names[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static void print_repair(kl_value map)
{
    kl_value details = kl_map_get(map, KL_TEXT("details"));
    printf("issues found: %lld, fixed: %lld\n", (long long)kl_as_int(kl_map_get(map, KL_TEXT("issues_found"))),
           (long long)kl_as_int(kl_map_get(map, KL_TEXT("issues_fixed"))));
    for (size_t i = 0; i < kl_array_len(details); i++) {
        fputs("  ", stdout);
        attest_put(stdout, kl_as_text(kl_array_at(details, i)));
        fputc('\n', stdout);
    }
}

static int repair_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), report = kl_null(), map = kl_null();
    kl_value dry = kl_bool(given_flag(in, "dry-run"));
    kl_status status;
    bool fixed = false;
    KL_TRY_OUT(attest_project(&project, in, false, &error));
    KL_TRY_OUT(attest_call(&report, project, "repair", &dry, 1, &error));
    KL_TRY_OUT(repair_map(&map, report, &error));
    fixed = kl_as_int(kl_map_get(map, KL_TEXT("issues_found"))) ==
            kl_as_int(kl_map_get(map, KL_TEXT("issues_fixed")));
    if (!attest_json(in)) {
        print_repair(map);
        kl_value_release(kl_value_take(&map));
    }
out:
    kl_value_release(report);
    kl_value_release(project);
    return finish_check(in, status, map, fixed, &error);
}

static const option repair_options[] = {
    ATTEST_READS,
    {.name = "dry-run", .kind = OPTION_FLAG, .doc = "Only tell what is wrong."},
};
static const example repair_examples[] = {
    {"kailash attest repair --dry-run", "What would be changed:"},
};
const command cli_attest_repair = {
    .name = "attest repair",
    .summary = "Set right the counters of a trust project.",
    .doc = "Compares the counters of the manifest with the files and corrects them. Records that are "
           "missing are told; nothing can bring them back. The exit code is 3 when something stays wrong.",
    .options = KL_TABLE(repair_options), .examples = KL_TABLE(repair_examples), .run = repair_run};

/* ---- migrate ----------------------------------------------------------------------------------- */

static void print_list(const char *title, kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        printf("%s", title);
        attest_put(stdout, kl_as_text(kl_array_at(list, i)));
        fputc('\n', stdout);
    }
}

static void print_migration(kl_value map)
{
    if (!kl_as_bool(kl_map_get(map, KL_TEXT("was_needed")))) {
        puts("The project is as it should be: there is nothing to migrate.");
        return;
    }
    print_list("cannot be read: ", kl_map_get(map, KL_TEXT("errors")));
    if (!kl_as_bool(kl_map_get(map, KL_TEXT("was_successful")))) {
        puts("Nothing was migrated: a part alone would look like the whole.");
        return;
    }
    attest_fact("New project", kl_as_text(kl_map_get(map, KL_TEXT("migrated_to"))));
    attest_number("Anchors", kl_as_int(kl_map_get(map, KL_TEXT("anchors_migrated"))));
    attest_fact("Key file", kl_as_text(kl_map_get(map, KL_TEXT("operational_key_file"))));
    attest_fact("Authority", kl_as_text(kl_map_get(map, KL_TEXT("authority_public_key"))));
    print_list("not migrated: ", kl_map_get(map, KL_TEXT("not_migrated")));
}

static int migrate_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value dir = kl_null(), text = kl_null(), map = kl_null();
    bool done = false;
    kl_status status;
    KL_TRY_OUT(attest_string(&dir, attest_dir(in), &error));
    KL_TRY_OUT(attest_function(&text, "migrate_project", &dir, 1, &error));
    KL_TRY_OUT(kl_json_parse(&map, kl_as_text(text), &error));
    done = kl_as_bool(kl_map_get(map, KL_TEXT("was_successful")));
    if (!attest_json(in)) {
        print_migration(map);
        kl_value_release(kl_value_take(&map));
    }
out:
    kl_value_release(text);
    kl_value_release(dir);
    int code = attest_finish(in, status, map, &error);
    return code == EXIT_OK && !done ? EXIT_FAILED : code;
}

static const option migrate_options[] = {ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION};
static const example migrate_examples[] = {
    {"kailash attest migrate --dir trust-plane", "Makes trust-plane-migrated and trust-plane-migrated.key:"},
};
const command cli_attest_migrate = {
    .name = "attest migrate",
    .summary = "Make a project of one that the open Python SDK wrote.",
    .doc = "Its decisions, milestones and envelope become a new project beside it, DIR-migrated, under the "
           "times they had and signed with new keys; the operational key goes to DIR-migrated.key, mode "
           "0600. The old directory is only read, and a last decision names its files with their hashes. "
           "Older projects with keys/private.key are migrated likewise.",
    .options = KL_TABLE(migrate_options), .examples = KL_TABLE(migrate_examples), .run = migrate_run};

/* ---- conformance ------------------------------------------------------------------------------- */

static const table_column result_columns[] = {
    {.title = "TEST", .paint = PAINT_CYAN},
    {.title = "VERDICT"},
    {.title = "", .shrinks = true},
};

static bool print_results(kl_value report, kl_value results)
{
    table table = TABLE_INIT(result_columns);
    for (size_t i = 0; i < kl_array_len(results); i++) {
        kl_value row = kl_array_at(results, i);
        bool passed = kl_as_bool(kl_map_get(row, KL_TEXT("passed")));
        attest_cell(&table, kl_as_text(kl_map_get(row, KL_TEXT("name"))));
        attest_cell(&table, kl_as_text(kl_map_get(row, KL_TEXT("verdict"))));
        attest_cell(&table, passed ? KL_TEXT("") : kl_as_text(kl_map_get(row, KL_TEXT("message"))));
    }
    bool ok = table_print(&table, stdout, 0);
    kl_value level = attest_get(report, "level"), passed = attest_get(report, "passed");
    kl_value total = attest_get(report, "total");
    printf("\n%lld of %lld passed: %s\n", (long long)kl_as_int(passed), (long long)kl_as_int(total),
           kl_as_text(level).data);
    kl_value_release(level);
    return ok;
}

static kl_status conformance_map(kl_value *out, kl_value report, kl_value results, kl_error *error)
{
    static const char *const names[] = {"level", "passed", "failed", "total", "undetermined"};
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, 6, error));
    for (size_t i = 0; i < KL_COUNT(names) && status == KL_OK; i++)
        status = kl_map_set(&map, kl_text_from(names[i]), attest_get(report, names[i]), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("results"), kl_value_retain(results), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status test_project(kl_value *report, const invocation *in, kl_error *error)
{
    const char *level = given_value(in, "level");
    kl_value args[3] = {kl_null(), kl_null(), kl_null()};
    kl_status status;
    KL_TRY_OUT(attest_string(&args[0], attest_dir(in), error));
    KL_TRY_OUT(attest_string(&args[1], level ? level : "compatible", error));
    KL_TRY_OUT(attest_project_with_key(&args[2], in, error));
    KL_TRY_OUT(attest_function(report, "run_conformance", args, 3, error));
out:
    for (size_t i = 0; i < KL_COUNT(args); i++)
        kl_value_release(args[i]);
    return status;
}

static int conformance_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value report = kl_null(), results = kl_null(), map = kl_null();
    bool all = false;
    kl_status status;
    KL_TRY_OUT(test_project(&report, in, &error));
    KL_TRY_OUT(attest_call(&results, report, "results", NULL, 0, &error));
    kl_value passed = attest_get(report, "passed"), total = attest_get(report, "total");
    all = kl_as_int(passed) == kl_as_int(total);
    if (attest_json(in))
        KL_TRY_OUT(conformance_map(&map, report, results, &error));
    else if (!print_results(report, results))
        status = kl_error_no_memory(&error);
out:
    kl_value_release(results);
    kl_value_release(report);
    return finish_check(in, status, map, all, &error);
}

static const char *const levels[] = {"compatible", "conformant", "complete", NULL};
static const option conformance_options[] = {
    ATTEST_SIGNS,
    {.name = "level", .kind = OPTION_WORD, .value = "LEVEL", .words = levels,
     .doc = "compatible (12 tests, when not given), conformant (22) or complete (26)."},
};
static const example conformance_examples[] = {
    {"kailash attest conformance --level complete --key-file ~/.demo.key", "All tests:"},
};
const command cli_attest_conformance = {
    .name = "attest conformance",
    .summary = "Test whether a trust project keeps to the rules of EATP.",
    .doc = "The tests work on a private copy; the project is only read. Those that record something need "
           "the operational key and have no verdict without it. The exit code is 3 unless every test "
           "passed.",
    .options = KL_TABLE(conformance_options), .examples = KL_TABLE(conformance_examples),
    .run = conformance_run};

/* ---- documents --------------------------------------------------------------------------------- */

static kl_status write_document(const invocation *in, kl_text text, kl_error *error)
{
    const char *path = given_value(in, "out");
    out_file file;
    KL_TRY(out_open(&file, path ? path : "-", error));
    fwrite(text.data, 1, text.len, file.stream);
    if (text.len && text.data[text.len - 1] != '\n')
        fputc('\n', file.stream);
    return out_close(&file, true, error);
}

#define OUT_OPTION                                                                                 \
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",                           \
     .doc = "Write to this file, which appears complete or not at all; - or none is standard output."}

static int audit_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), text = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_project(&project, in, false, &error));
    KL_TRY_OUT(attest_function(&text, "generate_audit_report", &project, 1, &error));
    KL_TRY_OUT(write_document(in, kl_as_text(text), &error));
out:
    kl_value_release(text);
    kl_value_release(project);
    return attest_finish(in, status, kl_null(), &error);
}

static const option audit_options[] = {ATTEST_DIR_OPTION, ATTEST_PIN_OPTION, OUT_OPTION};
static const example audit_examples[] = {
    {"kailash attest audit --out audit.md", "Into a file:"},
};
const command cli_attest_audit = {
    .name = "attest audit",
    .summary = "Write a report on a trust project in Markdown.",
    .doc = "Summary, envelope, decisions of every level, milestones, delegates, competencies, and what "
           "verifying says. Texts of the project are escaped.",
    .options = KL_TABLE(audit_options), .examples = KL_TABLE(audit_examples), .run = audit_run,
    .no_json = true};

/* The bundle of the project, signed when a key is named somewhere; given. */
static kl_status bundle_of(kl_value *out, const invocation *in, kl_error *error)
{
    const char *level = given_value(in, "confidentiality");
    kl_value args[2] = {kl_null(), kl_null()};
    kl_status status = attest_project_with_key(&args[0], in, error);
    if (status == KL_OK)
        status = attest_string(&args[1], level ? level : "public", error);
    if (status == KL_OK)
        status = attest_make(out, "VerificationBundle", "create", args, 2, error);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return status;
}

static int export(const invocation *in, const char *method)
{
    kl_error error = KL_ERROR_INIT;
    kl_value bundle = kl_null(), text = kl_null();
    kl_status status = bundle_of(&bundle, in, &error);
    if (status == KL_OK)
        status = attest_call(&text, bundle, method, NULL, 0, &error);
    if (status == KL_OK)
        status = write_document(in, kl_as_text(text), &error);
    kl_value_release(text);
    kl_value_release(bundle);
    return attest_finish(in, status, kl_null(), &error);
}

static int export_json_run(const invocation *in) { return export(in, "to_json"); }
static int export_html_run(const invocation *in) { return export(in, "create_html"); }

static const char *const confidentialities[] = {"public", "restricted", "confidential", "secret",
                                                "top_secret", NULL};
static const option export_options[] = {
    ATTEST_DIR_OPTION, ATTEST_PIN_OPTION, ATTEST_KEY_OPTION, OUT_OPTION,
    {.name = "confidentiality", .kind = OPTION_WORD, .value = "LEVEL", .words = confidentialities,
     .doc = "Show decisions up to this level, public when not given; of others only id and hash."},
};
static const example export_json_examples[] = {
    {"kailash attest export json --out bundle.json --key-file ~/.demo.key", "Signed as a whole:"},
};
static const example export_html_examples[] = {
    {"kailash attest export html --out bundle.html", "A page for people:"},
};
const command cli_attest_export_json = {
    .name = "attest export json",
    .summary = "Write the project as one JSON document that can be verified anywhere.",
    .doc = "The bundle holds all anchors, the decisions up to a level, milestones, keys and signatures; "
           "VerificationBundle.from_json(...).verify() checks it without the directory. With an "
           "operational key it is signed as a whole.",
    .options = KL_TABLE(export_options), .examples = KL_TABLE(export_json_examples),
    .run = export_json_run, .no_json = true};
const command cli_attest_export_html = {
    .name = "attest export html",
    .summary = "Write the project as a page for people.",
    .doc = "The page needs nothing from elsewhere and runs no script. It holds the JSON of the bundle, so "
           "that what it says can be verified.",
    .options = KL_TABLE(export_options), .examples = KL_TABLE(export_html_examples),
    .run = export_html_run, .no_json = true};
