/* cli/attest_project.c - kailash attest init, status, decide, decisions, milestone. */
#include "attest.h"
#include "kailash/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- init -------------------------------------------------------------------------------------- */

/* The envelope that a new project gets: of a file, of a template, or null; given. */
static kl_status envelope_of(kl_value *out, const invocation *in, kl_error *error)
{
    const char *file = given_value(in, "envelope"), *name = given_value(in, "template");
    kl_value text;
    *out = kl_null();
    if (file)
        return attest_envelope(out, file, error);
    if (!name)
        return KL_OK;
    KL_TRY(attest_template_envelope(&text, name, error));
    kl_status status = attest_make(out, "ConstraintEnvelope", "from_json", &text, 1, error);
    kl_value_release(text);
    return status;
}

/* The candidate, given, or null: at least as tight as the envelope, which is checked before anything is
 * made. */
static kl_status candidate_of(kl_value *out, kl_value envelope, const invocation *in, kl_error *error)
{
    const char *file = given_value(in, "candidate");
    kl_value tighter = kl_null();
    *out = kl_null();
    if (!file)
        return KL_OK;
    if (kl_is_null(envelope))
        return kl_error_set(error, KL_INVALID, "--candidate needs an envelope to be compared with: give "
                                               "--envelope or --template");
    KL_TRY(attest_envelope(out, file, error));
    kl_status status = attest_call(&tighter, *out, "is_tighter_than", &envelope, 1, error);
    if (status == KL_OK && !kl_as_bool(tighter))
        status = kl_error_set(error, KL_INVALID, "%s: the candidate is wider than the envelope", file);
    return status;
}

/* A key file must not be there yet, and is its owner's alone. It is made before the project is, so that
 * no project comes to be whose key has nowhere to go. */
static kl_status make_key_file(int *file, const char *path, kl_error *error)
{
    *file = -1;
    if (!path)
        return KL_OK;
    *file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return *file >= 0 ? KL_OK : kl_error_set(error, KL_IO, "%s: %s", path, strerror(errno));
}

static kl_status write_key_file(int file, const char *path, kl_text hex, kl_error *error)
{
    if (file < 0 || (write(file, hex.data, hex.len) == (ssize_t)hex.len && fsync(file) == 0))
        return KL_OK;
    return kl_error_set(error, KL_IO, "%s: cannot write the key: %s", path, strerror(errno));
}

static void end_key_file(int file, const char *path, bool keep)
{
    if (file >= 0)
        close(file);
    if (file >= 0 && !keep)
        unlink(path);
}

/* keys/authority.pub of the new project; given. */
static kl_status authority_of(kl_value *out, const invocation *in, kl_error *error)
{
    char path[4096];
    kl_value bytes;
    snprintf(path, sizeof path, "%s/keys/authority.pub", attest_dir(in));
    KL_TRY(read_file(&bytes, path, error));
    kl_status status = kl_string_new(out, kl_as_text(bytes), error);
    kl_value_release(bytes);
    return status;
}

static void print_new_project(const invocation *in, kl_value authority, kl_value key)
{
    const char *file = given_value(in, "key-file");
    printf("Created a trust project in ");
    attest_put(stdout, kl_text_from(attest_dir(in)));
    printf("\n\nAuthority key, public: whoever reads the project should pin it.\n\n"
           "  export TRUST_PLANE_AUTHORITY_PUBKEY=%s\n\n",
           kl_as_text(authority).data);
    if (file) {
        printf("The operational key, secret, is in %s: whoever has it can record.\n\n"
               "  export TRUST_PLANE_OPERATIONAL_KEY_FILE=%s\n",
               file, file);
        return;
    }
    printf("Operational key, SECRET: whoever has it can record. It is stored nowhere and is not shown\n"
           "again. Keep it outside of the project's directory, in a file of mode 0600.\n\n  %s\n",
           kl_as_text(key).data);
}

static kl_status init_map(kl_value *out, const invocation *in, kl_value authority, kl_value key,
                          kl_error *error)
{
    const char *file = given_value(in, "key-file");
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("trust_dir"), kl_text_from(attest_dir(in)), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("project_name"), kl_text_from(given_value(in, "name")), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("authority_public_key"), kl_value_retain(authority), error));
    if (file)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("operational_key_file"), kl_text_from(file), error));
    else
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("operational_key"), kl_value_retain(key), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* A candidate is enabled at once: the authority that signs it is here now, and later nowhere. */
static kl_status create(kl_value *out, const invocation *in, kl_error *error)
{
    kl_value args[4] = {kl_null(), kl_null(), kl_null(), kl_null()}, candidate = kl_null();
    kl_value nothing = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_string(&args[0], attest_dir(in), error));
    KL_TRY_OUT(attest_string(&args[1], given_value(in, "name"), error));
    KL_TRY_OUT(attest_string(&args[2], given_value(in, "author"), error));
    KL_TRY_OUT(envelope_of(&args[3], in, error));
    KL_TRY_OUT(candidate_of(&candidate, args[3], in, error));
    KL_TRY_OUT(attest_make(out, "TrustProject", "create", args, 4, error));
    if (!kl_is_null(candidate))
        KL_TRY_OUT(attest_call(&nothing, *out, "enable_shadow", &candidate, 1, error));
out:
    for (size_t i = 0; i < KL_COUNT(args); i++)
        kl_value_release(args[i]);
    kl_value_release(candidate);
    kl_value_release(nothing);
    return status;
}

static int init_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), key = kl_null(), authority = kl_null(), map = kl_null();
    const char *path = given_value(in, "key-file");
    int file = -1;
    kl_status status;
    if (!attest_required(in, "name") || !attest_required(in, "author"))
        return EXIT_USAGE;
    if (given_value(in, "envelope") && given_value(in, "template")) {
        print_error("give one of them", "--envelope and --template both name an envelope");
        return EXIT_USAGE;
    }
    KL_TRY_OUT(make_key_file(&file, path, &error));
    KL_TRY_OUT(create(&project, in, &error));
    KL_TRY_OUT(attest_call(&key, project, "export_operational_key_hex", NULL, 0, &error));
    KL_TRY_OUT(write_key_file(file, path, kl_as_text(key), &error));
    KL_TRY_OUT(authority_of(&authority, in, &error));
    if (attest_json(in))
        KL_TRY_OUT(init_map(&map, in, authority, key, &error));
    else
        print_new_project(in, authority, key);
out:
    end_key_file(file, path, !kl_is_null(key));
    kl_value_release(authority);
    kl_value_release(project);
    int code = attest_finish(in, status, map, &error);
    kl_wipe((char *)(uintptr_t)kl_as_text(key).data, kl_as_text(key).len);
    kl_value_release(key);
    return code;
}

static const option init_options[] = {
    ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION,
    {.name = "name", .kind = OPTION_TEXT, .value = "NAME", .doc = "Name of the project."},
    {.name = "author", .kind = OPTION_TEXT, .value = "AUTHOR", .doc = "Who answers for it."},
    {.name = "envelope", .kind = OPTION_FILE, .value = "FILE",
     .doc = "JSON of a constraint envelope that the project enforces."},
    {.name = "template", .kind = OPTION_TEXT, .value = "NAME",
     .doc = "Begin with a built-in envelope instead; kailash attest template list."},
    {.name = "candidate", .kind = OPTION_FILE, .value = "FILE",
     .doc = "JSON of a stricter envelope to try in shadow mode from the start."},
    {.name = "key-file", .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write the operational key to this new file, mode 0600, instead of showing it."},
};
static const example init_examples[] = {
    {"kailash attest init --name demo --author alice --key-file ~/.demo.key", "A project, its key in a file:"},
    {"kailash attest init --dir trust --name demo --author alice --template software",
     "With the envelope of a template, the key shown once:"},
};
const command cli_attest_init = {
    .name = "attest init",
    .summary = "Create a trust project.",
    .doc = "Makes the directory with a genesis that is signed by a new authority key, and a new "
           "operational key, which signs what is recorded. The authority's private key is given to "
           "nobody; its public key should be pinned by all who read the project, and must be where "
           "there is an envelope. The operational key is shown this once, or written to --key-file; "
           "the directory never holds it.",
    .options = KL_TABLE(init_options), .examples = KL_TABLE(init_examples), .run = init_run};

/* ---- status ------------------------------------------------------------------------------------ */

typedef struct overview {
    kl_value manifest, posture, shadow, delegates, holds;
} overview;

static kl_status read_overview(overview *o, const invocation *in, kl_error *error)
{
    kl_value project = kl_null(), people = kl_null(), held = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_project(&project, in, false, error));
    KL_TRY_OUT(attest_call(&o->manifest, project, "manifest", NULL, 0, error));
    KL_TRY_OUT(attest_call(&o->posture, project, "posture", NULL, 0, error));
    KL_TRY_OUT(attest_call(&o->shadow, project, "is_shadow_active", NULL, 0, error));
    KL_TRY_OUT(attest_manager(&people, in, "DelegationManager", error));
    KL_TRY_OUT(attest_call(&o->delegates, people, "list_active", NULL, 0, error));
    KL_TRY_OUT(attest_manager(&held, in, "HoldManager", error));
    KL_TRY_OUT(attest_call(&o->holds, held, "list_pending", NULL, 0, error));
out:
    kl_value_release(held);
    kl_value_release(people);
    kl_value_release(project);
    return status;
}

static void fact(const char *label, kl_value manifest, const char *name)
{
    kl_value value = attest_get(manifest, name);
    if (kl_is(value, KL_KIND_INT))
        attest_number(label, kl_as_int(value));
    else
        attest_fact(label, kl_is_null(value) ? KL_TEXT("-") : kl_as_text(value));
    kl_value_release(value);
}

static void print_overview_of(const overview *o)
{
    fact("Project", o->manifest, "project_name");
    fact("Author", o->manifest, "author");
    fact("Created", o->manifest, "created_at");
    fact("Updated", o->manifest, "updated_at");
    attest_fact("Posture", kl_is_null(o->posture) ? KL_TEXT("Supervised (not changed yet)")
                                                  : kl_as_text(o->posture));
    fact("Decisions", o->manifest, "decision_count");
    fact("Milestones", o->manifest, "milestone_count");
    fact("Anchors", o->manifest, "anchor_count");
    fact("Last anchor", o->manifest, "last_anchor_id");
    attest_number("Delegates", (int64_t)kl_array_len(o->delegates));
    attest_number("Holds", (int64_t)kl_array_len(o->holds));
    attest_fact("Shadow mode", kl_as_bool(o->shadow) ? KL_TEXT("on") : KL_TEXT("off"));
}

static kl_status overview_map(kl_value *out, const overview *o, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_object_to_map(&map, o->manifest.as.object, error));
    kl_status status = kl_map_set(&map, KL_TEXT("posture"), kl_value_retain(o->posture), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("shadow_active"), o->shadow, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("active_delegates"),
                            kl_int((int64_t)kl_array_len(o->delegates)), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("pending_holds"), kl_int((int64_t)kl_array_len(o->holds)),
                            error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static int status_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    overview o = {kl_null(), kl_null(), kl_null(), kl_null(), kl_null()};
    kl_value map = kl_null();
    kl_status status = read_overview(&o, in, &error);
    if (status == KL_OK && attest_json(in))
        status = overview_map(&map, &o, &error);
    else if (status == KL_OK)
        print_overview_of(&o);
    kl_value_release(o.manifest);
    kl_value_release(o.posture);
    kl_value_release(o.delegates);
    kl_value_release(o.holds);
    return attest_finish(in, status, map, &error);
}

static const option status_options[] = {ATTEST_READS};
static const example status_examples[] = {
    {"kailash attest status", "The project in " ATTEST_DIR ":"},
    {"kailash attest status --dir trust --json | jq .pending_holds", "For a script:"},
};
const command cli_attest_status = {
    .name = "attest status",
    .summary = "Show what a trust project holds.",
    .doc = "Name, author, posture, numbers of records, active delegates and pending holds. Genesis, "
           "envelope and the chain of anchors are checked on the way; kailash attest verify checks "
           "everything.",
    .options = KL_TABLE(status_options), .examples = KL_TABLE(status_examples), .run = status_run};

/* ---- decide ------------------------------------------------------------------------------------ */

static kl_status confidence_of(kl_value *out, const invocation *in, kl_error *error)
{
    const char *text = given_value(in, "confidence");
    char *end;
    *out = kl_null();
    if (!text)
        return KL_OK;
    double number = strtod(text, &end);
    if (!*text || *end)
        return kl_error_set(error, KL_INVALID, "--confidence: '%s' is no number from 0 to 1", text);
    *out = kl_double(number);
    return KL_OK;
}

enum { DECISION_ARGS = 10 };

static kl_status decision_args(kl_value args[DECISION_ARGS], const invocation *in, kl_error *error)
{
    static const char *const lists[] = {"alternative", "risk", "related", "evidence"};
    const char *type = given_value(in, "type"), *review = given_value(in, "review");
    const char *level = given_value(in, "confidentiality");
    KL_TRY(attest_string(&args[0], given_value(in, "decision"), error));
    KL_TRY(attest_string(&args[1], given_value(in, "rationale"), error));
    KL_TRY(attest_string(&args[2], type ? type : "process", error));
    KL_TRY(confidence_of(&args[3], in, error));
    for (size_t i = 0; i < KL_COUNT(lists); i++)
        KL_TRY(attest_strings(&args[4 + i], in, lists[i], error));
    KL_TRY(attest_string(&args[8], review ? review : "standard", error));
    return attest_string(&args[9], level ? level : "public", error);
}

static kl_status record(kl_value *out, const invocation *in, const char *method, const kl_value *args,
                        size_t count, kl_error *error)
{
    kl_value project;
    KL_TRY(attest_project(&project, in, true, error));
    kl_status status = attest_call(out, project, method, args, count, error);
    kl_value_release(project);
    return status;
}

/* Tell the anchor of what was recorded. */
static int told(const invocation *in, kl_status status, kl_value anchor, kl_error *error)
{
    kl_value map = kl_null();
    if (status == KL_OK && attest_json(in))
        status = kl_map_of_one(&map, KL_TEXT("anchor_id"), kl_value_retain(anchor), error);
    else if (status == KL_OK)
        printf("%s\n", kl_as_text(anchor).data);
    kl_value_release(anchor);
    return attest_finish(in, status, map, error);
}

static int decide_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value args[DECISION_ARGS], anchor = kl_null();
    if (!attest_required(in, "decision") || !attest_required(in, "rationale"))
        return EXIT_USAGE;
    for (size_t i = 0; i < DECISION_ARGS; i++)
        args[i] = kl_null();
    kl_status status = decision_args(args, in, &error);
    if (status == KL_OK)
        status = record(&anchor, in, "record_decision", args, DECISION_ARGS, &error);
    for (size_t i = 0; i < DECISION_ARGS; i++)
        kl_value_release(args[i]);
    return told(in, status, anchor, &error);
}

static const char *const reviews[] = {"quick", "standard", "full", NULL};
static const char *const levels[] = {"public", "restricted", "confidential", "secret", "top_secret", NULL};

static const option decide_options[] = {
    ATTEST_SIGNS,
    {.name = "decision", .kind = OPTION_TEXT, .value = "TEXT", .doc = "What was decided."},
    {.name = "rationale", .kind = OPTION_TEXT, .value = "TEXT", .doc = "Why."},
    {.name = "type", .kind = OPTION_TEXT, .value = "TYPE",
     .doc = "Of what kind it is: design, policy, technical, process (when not given) or any word."},
    {.name = "confidence", .kind = OPTION_TEXT, .value = "NUMBER", .doc = "How sure it is, 0 to 1."},
    {.name = "alternative", .kind = OPTION_TEXT, .repeats = true, .value = "TEXT",
     .doc = "What else was considered."},
    {.name = "risk", .kind = OPTION_TEXT, .repeats = true, .value = "TEXT", .doc = "What may go wrong."},
    {.name = "related", .kind = OPTION_TEXT, .repeats = true, .value = "ID", .doc = "Another decision."},
    {.name = "evidence", .kind = OPTION_TEXT, .repeats = true, .value = "TEXT", .doc = "What it rests on."},
    {.name = "review", .kind = OPTION_WORD, .value = "KIND", .words = reviews,
     .doc = "The review it needs: quick, standard (when not given) or full."},
    {.name = "confidentiality", .kind = OPTION_WORD, .value = "LEVEL", .words = levels,
     .doc = "Who may see it: public (when not given), restricted, confidential, secret, top_secret."},
};
static const example decide_examples[] = {
    {"kailash attest decide --decision \"Use C\" --rationale Speed --key-file ~/.demo.key",
     "With what it takes at least:"},
    {"kailash attest decide --decision Move --rationale Costs --risk Delay --confidence 0.8",
     "With the key that the environment names:"},
};
const command cli_attest_decide = {
    .name = "attest decide",
    .summary = "Record a decision.",
    .doc = "Writes the decision and an anchor that binds it, signed by the operational key, to all before "
           "it; prints the anchor's id.",
    .options = KL_TABLE(decide_options), .examples = KL_TABLE(decide_examples), .run = decide_run};

/* ---- decisions --------------------------------------------------------------------------------- */

static const table_column decision_columns[] = {
    {.title = "ID", .paint = PAINT_CYAN},
    {.title = "TIME"},
    {.title = "TYPE", .shrinks = true},
    {.title = "LEVEL"},
    {.title = "DECISION", .shrinks = true},
};

static void time_cell(table *table, kl_text text)
{
    attest_cell(table, (kl_text){text.data, KL_MIN(text.len, (size_t)19)});
}

static bool print_decisions(kl_value decisions)
{
    static const char *const names[] = {"id", "created_at", "decision_type", "confidentiality", "decision"};
    table table = TABLE_INIT(decision_columns);
    for (size_t i = 0; i < kl_array_len(decisions); i++)
        for (size_t n = 0; n < KL_COUNT(names); n++) {
            kl_value value = attest_get(kl_array_at(decisions, i), names[n]);
            if (n == 1)
                time_cell(&table, kl_as_text(value));
            else
                attest_cell(&table, kl_as_text(value));
            kl_value_release(value);
        }
    return table_print(&table, stdout, 0);
}

static int decisions_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), decisions = kl_null(), list = kl_null();
    kl_status status = attest_project(&project, in, false, &error);
    if (status == KL_OK)
        status = attest_call(&decisions, project, "decisions", NULL, 0, &error);
    if (status == KL_OK && attest_json(in))
        status = attest_maps(&list, decisions, &error);
    else if (status == KL_OK && !print_decisions(decisions))
        status = kl_error_no_memory(&error);
    kl_value_release(decisions);
    kl_value_release(project);
    return attest_finish(in, status, list, &error);
}

static const example decisions_examples[] = {
    {"kailash attest decisions", "A line for each:"},
    {"kailash attest decisions --json | jq -r '.[].rationale'", "All that is recorded of them:"},
};
const command cli_attest_decisions = {
    .name = "attest decisions",
    .summary = "List the decisions of a trust project.",
    .doc = "In the order in which they were recorded.",
    .options = KL_TABLE(status_options), .examples = KL_TABLE(decisions_examples), .run = decisions_run};

/* ---- milestone --------------------------------------------------------------------------------- */

static int milestone_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value args[3] = {kl_null(), kl_null(), kl_null()}, anchor = kl_null();
    kl_status status;
    if (!attest_required(in, "version") || !attest_required(in, "description"))
        return EXIT_USAGE;
    KL_TRY_OUT(attest_string(&args[0], given_value(in, "version"), &error));
    KL_TRY_OUT(attest_string(&args[1], given_value(in, "description"), &error));
    KL_TRY_OUT(attest_optional(&args[2], in, "file", &error));
    KL_TRY_OUT(record(&anchor, in, "record_milestone", args, 3, &error));
out:
    for (size_t i = 0; i < KL_COUNT(args); i++)
        kl_value_release(args[i]);
    return told(in, status, anchor, &error);
}

static const option milestone_options[] = {
    ATTEST_SIGNS,
    {.name = "version", .kind = OPTION_TEXT, .value = "VERSION", .doc = "Such as v1.0."},
    {.name = "description", .kind = OPTION_TEXT, .value = "TEXT", .doc = "What was reached."},
    {.name = "file", .kind = OPTION_FILE, .value = "FILE", .doc = "A file whose hash is recorded with it."},
};
static const example milestone_examples[] = {
    {"kailash attest milestone --version v1.0 --description \"First release\" --file dist/app.tar.gz",
     "With the hash of what was released:"},
};
const command cli_attest_milestone = {
    .name = "attest milestone",
    .summary = "Record a milestone.",
    .doc = "Writes the milestone, with the SHA-256 of --file if there is one, and its anchor; prints the "
           "anchor's id.",
    .options = KL_TABLE(milestone_options), .examples = KL_TABLE(milestone_examples),
    .run = milestone_run};
