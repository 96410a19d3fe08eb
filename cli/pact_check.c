/* cli/pact_check.c - kailash pact check: may a role do an action? */
#include "load.h"
#include "pact.h"
#include "terminal.h"

#include <stdlib.h>

/* ---- the question ------------------------------------------------------------------------------------ */

/* NAME=NUMBER of every --context; given. */
static kl_status read_context(kl_value *out, const invocation *in, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 4, error));
    kl_status status = KL_OK;
    const char *pair;
    for (size_t i = 0; status == KL_OK && (pair = given_at(in, "context", i)); i++) {
        const char *mark = strchr(pair, '=');
        char *end;
        double number = strtod(mark + 1, &end);
        if (end == mark + 1 || *end)
            status = kl_error_set(error, KL_INVALID, "--context %s: the value is no number", pair);
        else
            status = kl_map_set(&map, (kl_text){pair, (size_t)(mark - pair)}, kl_double(number), error);
    }
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

enum { ROLE, ACTION, CONTEXT, RESOURCE, TASK, CHANNEL, RECIPIENT, QUESTION };

static kl_status ask(kl_value *verdict, kl_value engine, const invocation *in, kl_error *error)
{
    static const char *const options[QUESTION] = {NULL, "action", NULL, "resource", "task", "channel",
                                                  "recipient"};
    kl_value args[QUESTION];
    kl_status status = KL_OK;
    for (int i = 0; i < QUESTION; i++)
        args[i] = kl_null();
    for (int i = 0; i < QUESTION; i++)
        if (options[i])
            KL_TRY_OUT(pact_text(&args[i], in, options[i], error));
    KL_TRY_OUT(read_context(&args[CONTEXT], in, error));
    KL_TRY_OUT(pact_address(&args[ROLE], engine, given_value(in, "role"), error));
    status = pact_call(verdict, engine, given_flag(in, "chain") ? "verify_action_chain" : "verify_action",
                       args, QUESTION, error);
out:
    for (int i = 0; i < QUESTION; i++)
        kl_value_release(args[i]);
    return status;
}

/* ---- the answer ---------------------------------------------------------------------------------------- */

static paint paint_of(kl_text zone)
{
    if (kl_text_is(zone, "auto_approved"))
        return PAINT_GREEN;
    return kl_text_is(zone, "blocked") ? PAINT_RED : PAINT_YELLOW;
}

static const table_column columns[] = {
    {.title = "LOOKED AT", .paint = PAINT_CYAN},
    {.title = "WHAT WAS FOUND", .shrinks = true},
};

/* The number of an action that is held by an engine which ends with this command. */
static bool is_passing(kl_text name) { return kl_text_is(name, "held_action_id"); }

static bool print_verdict(kl_value verdict)
{
    kl_value zone = pact_member(verdict, "zone"), reason = pact_member(verdict, "reason");
    kl_value role = pact_member(verdict, "role_address"), details = pact_member(verdict, "details");
    table table = TABLE_INIT(columns);
    printf("%s%s%s  ", painted(stdout, paint_of(kl_as_text(zone))), kl_as_text(zone).data,
           painted(stdout, PAINT_PLAIN));
    print_fitting(stdout, kl_as_text(role), SIZE_MAX / 2);
    fputs(": ", stdout);
    print_fitting(stdout, kl_as_text(reason), SIZE_MAX / 2);
    putchar('\n');
    for (size_t i = 0; i < kl_map_len(details); i++) {
        if (is_passing(kl_map_key_at(details, i)))
            continue;
        table_cell(&table, kl_map_key_at(details, i));
        table_cell(&table, kl_as_text(kl_map_value_at(details, i)));
    }
    bool ok = !kl_map_len(details) || table_print(&table, stdout, 2);
    kl_value_release(zone);
    kl_value_release(reason);
    kl_value_release(role);
    kl_value_release(details);
    return ok;
}

static kl_status print_plain(kl_value verdict, kl_error *error)
{
    kl_value map;
    KL_TRY(pact_call(&map, verdict, "to_dict", NULL, 0, error));
    kl_value details = kl_value_retain(kl_map_get(map, KL_TEXT("details")));
    kl_status status = kl_map_remove(&details, KL_TEXT("held_action_id"), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("details"), details, error);
    else
        kl_value_release(details);
    if (status == KL_OK)
        status = print_json(stdout, map, error);
    kl_value_release(map);
    return status;
}

/* One verdict; `*allowed` is false from the first on that does not allow it. */
static kl_status print_one(bool *allowed, kl_value verdict, bool json, kl_error *error)
{
    kl_value may = pact_member(verdict, "allowed");
    *allowed = *allowed && kl_as_bool(may);
    if (json)
        return print_plain(verdict, error);
    return print_verdict(verdict) ? KL_OK : kl_error_no_memory(error);
}

static kl_status print_all(bool *allowed, kl_value answer, bool json, kl_error *error)
{
    *allowed = true;
    if (!kl_is(answer, KL_KIND_ARRAY))
        return print_one(allowed, answer, json, error);
    for (size_t i = 0; i < kl_array_len(answer); i++)
        KL_TRY(print_one(allowed, kl_array_at(answer, i), json, error));
    return KL_OK;
}

static int check_run(const invocation *in)
{
    kl_value engine = kl_null(), answer = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool allowed = false;
    if (!given_value(in, "role") || !given_value(in, "action")) {
        print_error("give both of them", "pact check: --role and --action are needed");
        return EXIT_USAGE;
    }
    int code = pact_load(&engine, in);
    if (code != EXIT_OK)
        return code;
    kl_status status = ask(&answer, engine, in, &error);
    if (status == KL_OK)
        status = print_all(&allowed, answer, given_flag(in, "json"), &error);
    code = allowed ? EXIT_OK : EXIT_FAILED;
    if (status != KL_OK)
        code = report_error_as(&error, NULL, given_flag(in, "json"));
    kl_value_release(answer);
    kl_value_release(engine);
    return code;
}

static const option check_options[] = {
    PACT_ROLE_OPTION,
    {.name = "action", .letter = 'a', .kind = OPTION_TEXT, .value = "ACTION",
     .doc = "What the role wants to do."},
    {.name = "context", .letter = 'c', .kind = OPTION_PAIR, .repeats = true, .value = "NAME=NUMBER",
     .doc = "A fact of the action, such as cost=12.50, daily_total=300, duration_seconds=60, external=1."},
    {.name = "resource", .kind = OPTION_TEXT, .value = "SOURCE", .doc = "Data source that is used."},
    {.name = "task", .kind = OPTION_TEXT, .value = "ID", .doc = "Task whose envelope narrows the role's."},
    {.name = "channel", .kind = OPTION_TEXT, .value = "CHANNEL", .doc = "Channel that is used."},
    {.name = "recipient", .kind = OPTION_TEXT, .value = "WHO", .doc = "Whom it is sent to."},
    {.name = "chain", .kind = OPTION_FLAG,
     .doc = "Show the verdict at every role above, too, each by its own envelope."},
};

static const example check_examples[] = {
    {"kailash pact check acme.yaml --role D1-R1 --action deploy --context cost=40",
     "May the head of the first department deploy for 40 dollars?"},
    {"kailash pact check acme.yaml -r dev -a read --resource crm --chain", "Where in the line is it lost?"},
    {"kailash pact check acme.db -r dev -a pay -c amount=9 --json | jq -r .zone", "For a program:"},
};

const command cli_pact_check = {
    .name = "pact check",
    .summary = "Ask whether a role of an organisation may do an action.",
    .doc = "Judges the action as verify_action() does, by the envelope that is in force for the role: "
           "what all roles above it and its own envelope leave. auto_approved and flagged ones may run, "
           "held ones wait for a human, blocked ones are refused; below the verdict stands what was "
           "found in each dimension.\n\n"
           "The exit code is 0 when the action may run and 1 when not. Nothing is recorded, held or "
           "counted.",
    .argument = PACT_FILE_ARGUMENT,
    .options = KL_TABLE(check_options),
    .examples = KL_TABLE(check_examples),
    .run = check_run,
};
