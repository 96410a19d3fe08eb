/* cli/attest_people.c - kailash attest delegate, hold, mirror. */
#include "attest.h"

static const option read_options[] = {ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION};

/* One call of a manager of the directory; `*out` given. */
static kl_status ask(kl_value *out, const invocation *in, const char *type, const char *method,
                     const kl_value *args, size_t count, kl_error *error)
{
    kl_value manager;
    KL_TRY(attest_manager(&manager, in, type, error));
    kl_status status = attest_call(out, manager, method, args, count, error);
    kl_value_release(manager);
    return status;
}

/* The end of a listing: rows by `print`, or all as JSON. */
static int list_finish(const invocation *in, kl_status status, kl_value records,
                       bool (*print)(kl_value records), kl_error *error)
{
    kl_value maps = kl_null();
    if (status == KL_OK && attest_json(in))
        status = attest_maps(&maps, records, error);
    else if (status == KL_OK && !print(records))
        status = kl_error_no_memory(error);
    kl_value_release(records);
    return attest_finish(in, status, maps, error);
}

/* ---- delegate add ------------------------------------------------------------------------------ */

/* Hours as a number, or null. */
static kl_value hours_of(const invocation *in)
{
    return given_value(in, "expires") ? kl_double(given_number(in, "expires", 0)) : kl_null();
}

static kl_status envelope_text(kl_value *out, const invocation *in, kl_error *error)
{
    const char *path = given_value(in, "envelope");
    kl_value bytes;
    *out = kl_null();
    if (!path)
        return KL_OK;
    KL_TRY(read_file(&bytes, path, error));
    kl_status status = kl_string_new(out, kl_as_text(bytes), error);
    kl_value_release(bytes);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

static kl_status add_delegate(kl_value *out, const invocation *in, kl_error *error)
{
    enum { PARENT, ID, NAME, DIMENSIONS, EXPIRY, ENVELOPE, ARGS };
    const char *name = given_value(in, "name"), *parent = given_value(in, "parent");
    kl_value args[ARGS] = {kl_null(), kl_null(), kl_null(), kl_null(), hours_of(in), kl_null()};
    kl_status status;
    KL_TRY_OUT(attest_optional(&args[PARENT], in, "parent", error));
    KL_TRY_OUT(attest_string(&args[ID], in->argument, error));
    KL_TRY_OUT(attest_string(&args[NAME], name ? name : in->argument, error));
    KL_TRY_OUT(attest_strings(&args[DIMENSIONS], in, "dimension", error));
    KL_TRY_OUT(envelope_text(&args[ENVELOPE], in, error));
    if (parent)
        KL_TRY_OUT(ask(out, in, "DelegationManager", "sub_delegate", args, ARGS, error));
    else
        KL_TRY_OUT(ask(out, in, "DelegationManager", "add_delegate", args + ID, ARGS - ID, error));
out:
    for (size_t i = 0; i < ARGS; i++)
        kl_value_release(args[i]);
    return status;
}

static int delegate_add_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value id = kl_null(), map = kl_null();
    kl_status status = add_delegate(&id, in, &error);
    if (status == KL_OK && attest_json(in))
        status = kl_map_of_one(&map, KL_TEXT("delegate_id"), kl_value_retain(id), &error);
    else if (status == KL_OK)
        printf("%s\n", kl_as_text(id).data);
    kl_value_release(id);
    return attest_finish(in, status, map, &error);
}

static const char *const dimensions[] = {"operational", "data_access", "financial", "temporal",
                                         "communication", NULL};
static const option delegate_add_options[] = {
    ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION,
    {.name = "name", .kind = OPTION_TEXT, .value = "NAME", .doc = "What people call it; without it the id."},
    {.name = "dimension", .kind = OPTION_WORD, .repeats = true, .value = "DIMENSION", .words = dimensions,
     .doc = "What it may decide: operational, data_access, financial, temporal, communication."},
    {.name = "parent", .kind = OPTION_TEXT, .value = "ID",
     .doc = "The delegate above it, which must be active and have the same dimensions."},
    {.name = "expires", .kind = OPTION_SECONDS, .value = "HOURS",
     .doc = "Hours until it ends; without it as long as its parent."},
    {.name = "envelope", .kind = OPTION_FILE, .value = "FILE",
     .doc = "JSON of a constraint envelope, nowhere wider than that of its parents and of the project."},
};
static const example delegate_add_examples[] = {
    {"kailash attest delegate add del-alice --name Alice --dimension operational --dimension financial",
     "Alice may decide in two dimensions:"},
    {"kailash attest delegate add del-bob --parent del-alice --dimension financial --expires 24",
     "Bob for Alice, for a day:"},
};
const command cli_attest_delegate_add = {
    .name = "attest delegate add",
    .summary = "Let somebody resolve holds.",
    .doc = "A delegate may resolve holds in its dimensions, and make delegates of its own below it, ten "
           "levels deep at most. It ends when one above it does.",
    .argument = {.name = "ID", .required = true,
                 .doc = "del- and letters, digits, '-' or '_', such as del-alice"},
    .options = KL_TABLE(delegate_add_options), .examples = KL_TABLE(delegate_add_examples),
    .run = delegate_add_run};

/* ---- delegate list ----------------------------------------------------------------------------- */

static const table_column delegate_columns[] = {
    {.title = "ID", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "NAME", .shrinks = true},
    {.title = "STATUS"},
    {.title = "PARENT", .shrinks = true},
    {.title = "DIMENSIONS", .shrinks = true},
};

static void cell_of(table *table, kl_value record, const char *name)
{
    kl_value value = attest_get(record, name);
    if (kl_is(value, KL_KIND_ARRAY))
        attest_names_cell(table, value);
    else
        attest_cell(table, kl_as_text(value));
    kl_value_release(value);
}

static bool print_delegates(kl_value delegates)
{
    static const char *const names[] = {"delegate_id", "name", "status", "parent_id", "dimensions"};
    table table = TABLE_INIT(delegate_columns);
    for (size_t i = 0; i < kl_array_len(delegates); i++)
        for (size_t n = 0; n < KL_COUNT(names); n++)
            cell_of(&table, kl_array_at(delegates, i), names[n]);
    return table_print(&table, stdout, 0);
}

static int delegate_list_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value list = kl_null();
    kl_status status = ask(&list, in, "DelegationManager",
                           given_flag(in, "all") ? "list_all" : "list_active", NULL, 0, &error);
    return list_finish(in, status, list, print_delegates, &error);
}

static const option delegate_list_options[] = {
    ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION,
    {.name = "all", .letter = 'a', .kind = OPTION_FLAG, .doc = "Revoked and expired ones, too."},
};
static const example delegate_list_examples[] = {
    {"kailash attest delegate list --all", "Also those that may decide no more:"},
};
const command cli_attest_delegate_list = {
    .name = "attest delegate list",
    .summary = "List who may resolve holds.",
    .doc = "The oldest first.",
    .options = KL_TABLE(delegate_list_options), .examples = KL_TABLE(delegate_list_examples),
    .run = delegate_list_run};

/* ---- delegate revoke --------------------------------------------------------------------------- */

static void print_ids(kl_value ids)
{
    for (size_t i = 0; i < kl_array_len(ids); i++) {
        attest_put(stdout, kl_as_text(kl_array_at(ids, i)));
        fputc('\n', stdout);
    }
}

static int delegate_revoke_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    const char *reason = given_value(in, "reason");
    kl_value args[2] = {kl_null(), kl_null()}, ids = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_string(&args[0], in->argument, &error));
    KL_TRY_OUT(attest_string(&args[1], reason ? reason : "", &error));
    KL_TRY_OUT(ask(&ids, in, "DelegationManager", "revoke", args, 2, &error));
    if (!attest_json(in)) {
        print_ids(ids);
        kl_value_release(kl_value_take(&ids));
    }
out:
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return attest_finish(in, status, ids, &error);
}

static const option delegate_revoke_options[] = {
    ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION,
    {.name = "reason", .kind = OPTION_TEXT, .value = "TEXT", .doc = "Why; it is kept with each of them."},
};
static const example delegate_revoke_examples[] = {
    {"kailash attest delegate revoke del-alice --reason \"left the team\"", "Alice and all below her:"},
};
const command cli_attest_delegate_revoke = {
    .name = "attest delegate revoke",
    .summary = "End a delegate and all below it.",
    .doc = "Prints the ids of those that were not revoked before, parents first. It counts as a whole: a "
           "revocation that was cut short is finished by who opens the project next.",
    .argument = {.name = "ID", .required = true, .doc = "id of the delegate"},
    .options = KL_TABLE(delegate_revoke_options), .examples = KL_TABLE(delegate_revoke_examples),
    .run = delegate_revoke_run};

/* ---- hold -------------------------------------------------------------------------------------- */

static const table_column hold_columns[] = {
    {.title = "ID", .paint = PAINT_CYAN},
    {.title = "STATUS"},
    {.title = "DIMENSION"},
    {.title = "ACTION", .shrinks = true},
    {.title = "REASON", .shrinks = true},
};

static bool print_holds(kl_value holds)
{
    static const char *const names[] = {"hold_id", "status", "dimension", "action", "reason"};
    table table = TABLE_INIT(hold_columns);
    for (size_t i = 0; i < kl_array_len(holds); i++)
        for (size_t n = 0; n < KL_COUNT(names); n++)
            cell_of(&table, kl_array_at(holds, i), names[n]);
    return table_print(&table, stdout, 0);
}

static int hold_list_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value list = kl_null();
    kl_status status = ask(&list, in, "HoldManager", given_flag(in, "all") ? "list_all" : "list_pending",
                           NULL, 0, &error);
    return list_finish(in, status, list, print_holds, &error);
}

static const option hold_list_options[] = {
    ATTEST_DIR_OPTION, ATTEST_FORMAT_OPTION,
    {.name = "all", .letter = 'a', .kind = OPTION_FLAG, .doc = "Those that were resolved, too."},
};
static const example hold_list_examples[] = {
    {"kailash attest hold list --json | jq -r '.[].hold_id'", "Ids of what waits:"},
};
const command cli_attest_hold_list = {
    .name = "attest hold list",
    .summary = "List the actions that wait.",
    .doc = "The oldest first.",
    .options = KL_TABLE(hold_list_options), .examples = KL_TABLE(hold_list_examples),
    .run = hold_list_run};

/* With the project that signs, if a key is named somewhere. */
static kl_status resolve(const invocation *in, bool approved, kl_error *error)
{
    enum { HOLD, DELEGATE, APPROVED, REASON, MANAGER, PROJECT, ARGS };
    kl_value args[ARGS] = {kl_null(), kl_null(), kl_bool(approved), kl_null(), kl_null(), kl_null()};
    kl_value nothing = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_string(&args[HOLD], in->argument, error));
    KL_TRY_OUT(attest_string(&args[DELEGATE], given_value(in, "by"), error));
    KL_TRY_OUT(attest_optional(&args[REASON], in, "reason", error));
    KL_TRY_OUT(attest_manager(&args[MANAGER], in, "DelegationManager", error));
    if (attest_names_key(in))
        KL_TRY_OUT(attest_project_with_key(&args[PROJECT], in, error));
    KL_TRY_OUT(ask(&nothing, in, "HoldManager", "resolve", args, ARGS, error));
out:
    for (size_t i = 0; i < ARGS; i++)
        kl_value_release(args[i]);
    kl_value_release(nothing);
    return status;
}

static int hold_resolve(const invocation *in, bool approved)
{
    kl_error error = KL_ERROR_INIT;
    kl_value map = kl_null(), word = kl_null();
    if (!attest_required(in, "by"))
        return EXIT_USAGE;
    kl_status status = resolve(in, approved, &error);
    if (status == KL_OK && attest_json(in)) {
        status = attest_string(&word, approved ? "approved" : "denied", &error);
        if (status == KL_OK)
            status = kl_map_of_one(&map, KL_TEXT("status"), word, &error);
    } else if (status == KL_OK) {
        puts(approved ? "approved" : "denied");
    }
    return attest_finish(in, status, map, &error);
}

static int hold_approve_run(const invocation *in) { return hold_resolve(in, true); }
static int hold_deny_run(const invocation *in) { return hold_resolve(in, false); }

static const option hold_options[] = {
    ATTEST_SIGNS,
    {.name = "by", .kind = OPTION_TEXT, .value = "ID",
     .doc = "The delegate who decides: active, with the dimension of the hold."},
    {.name = "reason", .kind = OPTION_TEXT, .value = "TEXT", .doc = "Why."},
};
static const example hold_approve_examples[] = {
    {"kailash attest hold approve hold-1f3c... --by del-alice --reason \"seen the plan\"", "Alice agrees:"},
};
static const example hold_deny_examples[] = {
    {"kailash attest hold deny hold-1f3c... --by del-alice --reason \"not on Fridays\"", "Alice does not:"},
};
#define HOLD_ARGUMENT {.name = "ID", .required = true, .doc = "id of the hold, as attest hold list shows it"}
#define HOLD_DOC                                                                                   \
    " A hold is resolved once. With an operational key the outcome is signed and stands in the "    \
    "chain of anchors."
const command cli_attest_hold_approve = {
    .name = "attest hold approve",
    .summary = "Let an action go on that waits.",
    .doc = "Approves it in the name of a delegate." HOLD_DOC,
    .argument = HOLD_ARGUMENT, .options = KL_TABLE(hold_options),
    .examples = KL_TABLE(hold_approve_examples), .run = hold_approve_run};
const command cli_attest_hold_deny = {
    .name = "attest hold deny",
    .summary = "Refuse an action that waits.",
    .doc = "Denies it in the name of a delegate." HOLD_DOC,
    .argument = HOLD_ARGUMENT, .options = KL_TABLE(hold_options),
    .examples = KL_TABLE(hold_deny_examples), .run = hold_deny_run};

/* ---- mirror ------------------------------------------------------------------------------------ */

static int mirror_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value args = kl_null(), dir = kl_null(), manager = kl_null(), map = kl_null(), counts = kl_null();
    kl_value text = kl_null(), result = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_string(&dir, attest_dir(in), &error));
    KL_TRY_OUT(kl_map_of_one(&args, KL_TEXT("trust_dir"), kl_value_take(&dir), &error));
    KL_TRY_OUT(kl_object_from_map(&manager, kl_type_find(KL_TEXT("MirrorManager"), NULL), args, &error));
    KL_TRY_OUT(attest_call(&counts, manager, "competency_map", NULL, 0, &error));
    KL_TRY_OUT(attest_call(&map, manager, "competency", NULL, 0, &error));
    KL_TRY_OUT(attest_call(&text, map, "to_markdown", NULL, 0, &error));
    if (attest_json(in))
        result = kl_value_retain(counts);
    else
        fputs(kl_as_text(text).data, stdout);
out:
    kl_value_release(text);
    kl_value_release(map);
    kl_value_release(counts);
    kl_value_release(manager);
    kl_value_release(args);
    kl_value_release(dir);
    return attest_finish(in, status, result, &error);
}

static const example mirror_examples[] = {
    {"kailash attest mirror", "What people's work took:"},
};
const command cli_attest_mirror = {
    .name = "attest mirror",
    .summary = "Show which human competencies the mirror records speak of.",
    .doc = "Counts executions and interventions by competency, and tells which share of all records went "
           "their way without people stepping in.",
    .options = KL_TABLE(read_options), .examples = KL_TABLE(mirror_examples), .run = mirror_run};
